//! What becomes a default.
//!
//! A default is worth its lines where it saves more of them; the addresses of
//! the account decide. No default is made of an object that some number must
//! not speak of, for nothing could take it away there again.
//!
//! A default also reaches the numbers that somebody adds later and that nobody
//! thought of here. So it holds what an order needs, the record and the listing,
//! and none of what should never happen unseen: a place to which 911 calls go, an
//! address in the phone book, a number that rings nobody. Each number says those
//! by itself.

use std::collections::BTreeMap;

use crate::model::{Field, Member};

use super::address::{Address, Lines};
use super::target::{Account, Listing};

/// From so many numbers without a 911 address of their own on, that is the default.
const MANY_WITHOUT: usize = 2;

/// What `defaults` says.
#[derive(Default)]
pub(super) struct Shared<'a> {
    pub csr: Option<Lines>,
    /// `e911Address: null`: the record's address answers 911.
    pub record_answers_911: bool,
    pub listing: Option<&'a Listing>,
}

/// How often each of them occurs; none where one number says nothing of it.
fn tally<'a, T: Ord>(
    numbers: impl Iterator<Item = &'a Field<T>>,
) -> Option<BTreeMap<Option<&'a T>, usize>> {
    let mut tally = BTreeMap::new();
    for field in numbers {
        let key = match field {
            Field::Absent => return None,
            Field::Null => None,
            Field::Value(value) => Some(value),
        };
        *tally.entry(key).or_default() += 1;
    }
    Some(tally)
}

impl<'a> Shared<'a> {
    pub fn of(account: &'a Account) -> Self {
        let numbers = || account.numbers.values();
        let mut shared = Self::default();
        if let Some(tally) = tally(numbers().map(|number| &number.csr)) {
            shared.csr = record(&tally);
        }
        if let Some(tally) = tally(numbers().map(|number| &number.e911)) {
            shared.record_answers_911 = tally.get(&None).is_some_and(|n| *n >= MANY_WITHOUT);
        }
        if let Some(tally) = tally(numbers().map(|number| &number.listing)) {
            shared.listing = most(&tally)
                .filter(|(_, count)| *count >= 2)
                .and_then(|(listing, _)| listing)
                .filter(|listing| listing.address.value().is_none());
        }
        shared
    }
}

/// The one that occurs most; of several the first.
fn most<'a, T: Ord>(tally: &BTreeMap<Option<&'a T>, usize>) -> Option<(Option<&'a T>, usize)> {
    let mut all: Vec<_> = tally.iter().map(|(key, count)| (*key, *count)).collect();
    all.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    all.into_iter().next()
}

/// The customer service record that saves most lines as a default, whole or its
/// names alone.
fn record(tally: &BTreeMap<Option<&Address>, usize>) -> Option<Lines> {
    let groups: Vec<(&Address, usize)> = tally
        .iter()
        .filter_map(|(address, count)| Some(((*address)?, *count)))
        .collect();
    // A record that is cleared by null can't be laid over: there is none such.
    if groups.len() < tally.len() {
        return None;
    }
    let mut often = groups.clone();
    often.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let mut candidates: Vec<Lines> = often
        .iter()
        .filter(|(_, count)| *count >= 2)
        .take(6)
        .map(|(address, _)| address.lines())
        .collect();
    candidates.extend(names_of_most(&groups));
    let nothing = Lines::new();
    let without = cost(&nothing, &groups)?;
    candidates
        .into_iter()
        .filter_map(|lines| Some((cost(&lines, &groups)?, lines)))
        .filter(|(cost, _)| *cost < without)
        .min_by_key(|(cost, _)| *cost)
        .map(|(_, lines)| lines)
}

/// The names that more than half of the numbers have, and no place: a customer
/// with many houses.
fn names_of_most(groups: &[(&Address, usize)]) -> Option<Lines> {
    let all: usize = groups.iter().map(|(_, count)| count).sum();
    let mut tally: BTreeMap<(Member, &String), usize> = BTreeMap::new();
    for (address, count) in groups {
        for (member, text) in &address.said {
            *tally.entry((*member, text)).or_default() += count;
        }
    }
    let names: Lines = tally
        .into_iter()
        .filter(|((member, _), count)| {
            !member.is_location() && *member != Member::Country && count * 2 > all
        })
        .map(|((member, text), _)| (member, Some(text.clone())))
        .collect();
    (groups.len() >= 3 && names.len() >= 2).then_some(names)
}

/// Lines that a default and what is written over it take; none where it gives
/// a number what must not be said of it.
fn cost(default: &Lines, groups: &[(&Address, usize)]) -> Option<usize> {
    let mut lines = default.len();
    for (address, count) in groups {
        lines += match address.clearly_over(default, Member::in_csr)?.len() {
            0 => 0,
            1 => *count,
            // Written once, referred to from then on.
            own => own + 1 + (count - 1),
        };
    }
    Some(lines)
}

impl Listing {
    /// Its members over a default's, which has no address.
    pub fn over(&self, base: Option<&Listing>) -> ListingLines {
        let Listing {
            listed,
            listing_type,
            address: _, // is the number's alone
        } = self;
        let under = base.and_then(|base| base.listing_type.as_ref());
        ListingLines {
            listed: base
                .is_none_or(|base| base.listed != *listed)
                .then_some(*listed),
            listing_type: (listing_type.as_ref() != under).then(|| listing_type.clone()),
        }
    }
}

/// What a listing says over a default.
pub(super) struct ListingLines {
    pub listed: Option<bool>,
    /// Null where the default's type is taken back.
    pub listing_type: Option<Option<String>>,
}
