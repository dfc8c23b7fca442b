//! Ports are whole: where a run is restricted to single numbers and one of them
//! is in a port that is not done, all numbers of that port are planned.
//!
//! Once a port is done its numbers are numbers like any other, and each can be
//! planned by itself, though the file still names the port.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{AccountId, DesiredAccount, LiveAccount, PhoneNumber};
use crate::plan::document::{Note, NoteKind};

use super::super::number::{Standing, standing};

/// The numbers that come along with those in `only`, by the port that they
/// come along with: its name in the files, else its id.
pub fn along(
    desired: &DesiredAccount,
    live: &LiveAccount,
    only: &BTreeSet<PhoneNumber>,
) -> BTreeMap<String, Vec<PhoneNumber>> {
    let ports = unfinished(desired, live);
    let mut planned = only.clone();
    let mut along: BTreeMap<String, Vec<PhoneNumber>> = BTreeMap::new();
    // A declared port may meet two orders, and an order two declarations.
    loop {
        let before = planned.len();
        for (name, numbers) in &ports {
            if numbers.iter().any(|number| planned.contains(number)) {
                for number in numbers {
                    if planned.insert(*number) {
                        along.entry(name.clone()).or_default().push(*number);
                    }
                }
            }
        }
        if planned.len() == before {
            break;
        }
    }
    along
}

/// Says of the numbers that come along why they do.
pub fn tell_along(account: &AccountId, along: &BTreeMap<String, Vec<PhoneNumber>>) -> Vec<Note> {
    let note = |(port, numbers): (&String, &Vec<PhoneNumber>)| Note {
        kind: NoteKind::Warning,
        account: account.clone(),
        numbers: numbers.clone(),
        reason: format!(
            "planned as well, though no target names {}: port {port} is one order, and a number of it is targeted",
            if numbers.len() == 1 { "it" } else { "them" }
        ),
        help: None,
        until: None,
        origin: None,
    };
    along.iter().map(note).collect()
}

/// The numbers of every port, declared or ordered, that are still to come.
fn unfinished(desired: &DesiredAccount, live: &LiveAccount) -> Vec<(String, Vec<PhoneNumber>)> {
    let to_come = |number: &&PhoneNumber| {
        let Some(declared) = desired.numbers.get(number) else {
            return false;
        };
        match standing(live.numbers.get(number)) {
            // What is given up and gone has nothing to come.
            Standing::NotHere => !declared.released,
            Standing::Porting(_) | Standing::PortRejected => true,
            Standing::Active(_)
            | Standing::OnHold(_)
            | Standing::Activating(_)
            | Standing::Moving(_)
            | Standing::Strange(_) => false,
        }
    };
    let declared = desired
        .ports
        .iter()
        .map(|port| (port.name.clone(), &port.numbers));
    let ordered = live
        .ports
        .iter()
        .map(|(id, port)| (id.to_string(), &port.numbers));
    declared
        .chain(ordered)
        .map(|(name, numbers)| (name, numbers.iter().filter(to_come).copied().collect()))
        .collect()
}
