//! Ports: one order for several numbers, followed over days until they are
//! active.
//!
//! A port is decided once, before its numbers are: what comes of it is handed
//! to each of them as its [`Outcome`], with the one step attached to the first.
//! `order` writes the order of numbers that are to come, after `offer` has
//! heard the carriers; `follow` goes along with an order that is under way,
//! with `progress` for its words, `amend` for what the files now say otherwise
//! and `secrets` for what is never compared.

mod along;
mod amend;
mod by_hand;
mod declared;
mod editable;
mod follow;
mod offer;
mod order;
pub(super) mod progress;
mod repeated;
mod rows;
mod secrets;
mod step;
mod terms;

pub use along::{along, tell_along};
pub use offer::{not_portable, question, shown};

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::model::calendar::{business_days_between, is_business_day};
use crate::model::meaning::date::PLATFORM_ZONE;
use crate::model::porting::zone;
use crate::model::{
    AccountId, DesiredAccount, DesiredNumber, LiveAccount, LiveNumber, PhoneNumber, PortId,
    SourceId,
};
use crate::plan::Context;
use crate::plan::checks::{Checks, Question};

use super::number::{Outcome, Standing, Subject, standing};
use super::saying::Saying;

pub use by_hand::{Deed, by_hand, may_change};

/// What the ports decide: outcomes of numbers, and what to ask first.
#[derive(Default)]
pub(super) struct Ported {
    pub outcomes: BTreeMap<PhoneNumber, Outcome>,
    pub questions: Vec<Question>,
}

impl Ported {
    fn say(&mut self, number: PhoneNumber, saying: Saying) {
        self.outcomes
            .entry(number)
            .or_default()
            .sayings
            .push(saying);
    }
}

/// What every port of an account is decided with.
#[derive(Clone, Copy)]
struct Scene<'a> {
    desired: &'a DesiredAccount,
    live: &'a LiveAccount,
    context: &'a Context<'a>,
    checks: &'a Checks,
}

/// A declared number of a live port.
#[derive(Clone, Copy)]
struct Member<'a> {
    number: PhoneNumber,
    desired: &'a DesiredNumber,
    live: &'a LiveNumber,
}

/// The day at the platform, whose own cut-off is in Mountain Time.
pub(super) fn today(context: &Context) -> Date {
    context.now.to_zoned_datetime(zone(PLATFORM_ZONE)).date()
}

/// Business days from the day that an order placed now counts from, to `day`:
/// after 13:00 Mountain Time it is the next business day (guide, "Overview").
fn business_days(context: &Context, day: Date) -> u32 {
    /// Guide, "Overview".
    const CUT_OFF: i8 = 13;
    let now = context.now.to_zoned_datetime(zone(PLATFORM_ZONE));
    let mut from = now.date();
    let late = now.hour() >= CUT_OFF;
    if late && let Ok(next) = from.tomorrow() {
        from = next;
    }
    for _ in 0..10 {
        if is_business_day(from) {
            break;
        }
        let Ok(next) = from.tomorrow() else { break };
        from = next;
    }
    u32::try_from(business_days_between(from, day)).unwrap_or(u32::MAX)
}

/// Decides every port of an account: those that are under way, then those that
/// the files declare and nobody has ordered yet.
pub(super) fn pass(
    desired: &DesiredAccount,
    live: &LiveAccount,
    context: &Context,
    checks: &Checks,
) -> Ported {
    let scene = Scene {
        desired,
        live,
        context,
        checks,
    };
    let mut ported = Ported::default();
    let mut under_way: BTreeMap<&PortId, Vec<Member>> = BTreeMap::new();
    // Most accounts have none, and most numbers no standing in one.
    if !live.ports.is_empty() {
        for (number, declared) in &desired.numbers {
            if let Some((id, member)) = scene.member(*number, declared) {
                under_way.entry(id).or_default().push(member);
            }
        }
    }
    for (id, members) in &under_way {
        if let Some(port) = live.ports.get(id) {
            follow::follow(scene, port, members, &mut ported);
        }
    }
    for port in &desired.ports {
        scene.declared(port, &mut ported);
    }
    ported
}

impl<'a> Scene<'a> {
    fn subject(&self, number: PhoneNumber, source: SourceId) -> Subject<'a> {
        Subject {
            account: &self.desired.account,
            number,
            live: self.live,
            source,
            context: self.context,
            checks: self.checks,
        }
    }

    fn is_planned(&self, number: PhoneNumber) -> bool {
        let only = self.context.only;
        only.is_none_or(|only| only.contains(&number))
    }

    /// The live port that a declared number is in, if it is in one.
    fn member(
        &self,
        number: PhoneNumber,
        desired: &'a DesiredNumber,
    ) -> Option<(&'a PortId, Member<'a>)> {
        let live = self.live.numbers.get(&number)?;
        let in_port = match standing(Some(live)) {
            Standing::Porting(_) | Standing::PortRejected => true,
            // These two say all that can be said, whatever the port's own event says.
            Standing::Moving(_) | Standing::Strange(_) => false,
            Standing::Active(_)
            | Standing::OnHold(_)
            | Standing::Activating(_)
            | Standing::NotHere => false,
        };
        let id = live.port.as_ref()?;
        (in_port && self.is_planned(number) && self.live.ports.contains_key(id)).then_some((
            id,
            Member {
                number,
                desired,
                live,
            },
        ))
    }

    fn account(&self) -> &'a AccountId {
        &self.desired.account
    }
}

/// Numbers in a sentence: the first few by name.
fn names(numbers: &[PhoneNumber]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<String> = numbers
        .iter()
        .take(SHOWN)
        .map(ToString::to_string)
        .collect();
    let shown = shown.join(", ");
    match numbers.len().checked_sub(SHOWN) {
        None | Some(0) => shown,
        Some(more) => format!("{shown} and {more} more"),
    }
}
