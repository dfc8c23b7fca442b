//! Addresses that a person's file has a name for.
//!
//! What is merged into it refers to them by that name, as its owner would, and
//! gives a name to those of its own that occur more than once.

use std::collections::BTreeMap;

use crate::desired::edit::{Anchor, Fresh, anchors};
use crate::desired::file::AccountFile;
use crate::model::{CustomerServiceRecord, E911Address, Field, PhoneNumber};

use super::address::{Address, Lines, laid, lines_of};
use super::layout::{Kind, value};
use super::merge::{Place, fresh};
use super::speaking::spoken;

/// From so many members on it is worth a name.
const WORTH: usize = 4;

/// Named addresses, the file's own first.
#[derive(Default)]
pub(super) struct Known {
    named: Vec<(String, Lines)>,
    /// How often each address is to be written.
    uses: BTreeMap<Lines, usize>,
    /// New names are given; else what is asked for is only counted.
    naming: bool,
    /// The file, whose names are not given again.
    text: String,
}

impl Known {
    /// What of a document can be referred to under one of its keys.
    pub fn of(place: Place<'_>, document: &AccountFile, key: &str) -> Self {
        let found = anchors(place.text, place.document, key);
        let named = found.into_iter().filter_map(|Anchor { name, path }| {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            Some((name, lines_at(document, &path)?))
        });
        Self {
            named: named.collect(),
            uses: BTreeMap::new(),
            naming: false,
            text: place.text.to_owned(),
        }
    }

    /// The same, which has seen what another was asked for: an address that
    /// occurs again is given a name.
    pub fn having_seen(mut self, other: Self) -> Self {
        self.uses = other.uses;
        self.naming = true;
        self
    }

    /// An address over `base`, whose own lines these are.
    pub fn fresh(&mut self, address: &Address, base: &Lines, own: &Lines, kind: Kind) -> Fresh {
        let Kind { counts, takes } = kind;
        let says_it = |lines: &Lines| {
            lines.keys().all(|member| takes(*member))
                && address
                    .over(&laid(base, lines), counts)
                    .is_some_and(|rest| rest.is_empty())
        };
        if own.len() < WORTH {
            return Fresh::Map(members(own));
        }
        if let Some((name, lines)) = self.named.iter().find(|(_, lines)| says_it(lines)) {
            return Fresh::Alias(name.clone(), members(lines));
        }
        if !self.naming {
            *self.uses.entry(own.clone()).or_default() += 1;
        } else if self.uses.get(own).is_some_and(|uses| *uses > 1)
            && let Some(name) = self.free_name(own)
        {
            self.named.push((name.clone(), own.clone()));
            return Fresh::Named(name, members(own));
        }
        Fresh::Map(members(own))
    }

    fn free_name(&self, lines: &Lines) -> Option<String> {
        let taken = |name: &String| {
            self.text.contains(&format!("&{name}")) || self.named.iter().any(|(own, _)| own == name)
        };
        let names = spoken(lines, false, true).into_iter();
        let names = names.filter(|name| !name.is_empty());
        let numbered = (2..100).map(|count| format!("address-{count}"));
        names
            .chain(["address".to_owned()])
            .chain(numbered)
            .find(|name| !taken(name))
    }
}

/// Members as they are written.
pub(super) fn members(lines: &Lines) -> Vec<(String, Fresh)> {
    lines
        .iter()
        .map(|(member, text)| {
            let fresh = fresh(&value(*member, text.as_deref()));
            (member.name().to_owned(), fresh)
        })
        .collect()
}

/// The address at a path of the document.
fn lines_at(document: &AccountFile, path: &[&str]) -> Option<Lines> {
    match path {
        ["defaults", "customerServiceRecord"] => {
            record(&document.defaults.value()?.customer_service_record)
        }
        ["defaults", "e911Address"] => for_911(&document.defaults.value()?.e911_address),
        ["ports", port, "customerServiceRecord"] => {
            let mut ports = document.ports.iter();
            let (_, port) = ports.find(|(name, _)| name.as_str() == *port)?;
            record(&port.customer_service_record)
        }
        ["numbers", number, object] => {
            let number: PhoneNumber = number.parse().ok()?;
            let mut numbers = document.numbers.iter();
            let (_, entry) = numbers.find(|(known, _)| **known == number)?;
            match (*object, entry.as_ref()?) {
                ("customerServiceRecord", entry) => record(&entry.customer_service_record),
                ("e911Address", entry) => for_911(&entry.e911_address),
                (_, _) => None,
            }
        }
        _ => None,
    }
}

fn record(field: &Field<CustomerServiceRecord>) -> Option<Lines> {
    Some(lines_of(field.value()?.members()))
}

fn for_911(field: &Field<E911Address>) -> Option<Lines> {
    let address = field.value()?;
    // What is to become of a correction is that one's alone.
    address
        .on_correction
        .is_absent()
        .then(|| lines_of(address.members()))
}
