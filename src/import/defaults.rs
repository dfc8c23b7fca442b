//! What becomes a default.
//!
//! A default is worth its lines where it saves more of them; the addresses of
//! the account decide. No default is made of an object that some number must
//! not speak of, for nothing could take it away there again.

use std::collections::BTreeMap;

use crate::model::{Field, Member};

use super::address::{Address, Lines};
use super::target::{Account, Listing};

/// From so many numbers without a reference on, that is the default.
const MANY_IDLE: usize = 3;

/// What `defaults` says.
#[derive(Default)]
pub(super) struct Shared<'a> {
    pub csr: Option<Lines>,
    pub e911: Option<Option<&'a Address>>,
    pub listing: Option<&'a Listing>,
    /// `reference: null`.
    pub idle: bool,
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
        let count = account.numbers.len();
        let mut shared = Self::default();
        if let Some(tally) = tally(numbers().map(|number| &number.csr)) {
            shared.csr = record(&tally);
        }
        if let Some(tally) = tally(numbers().map(|number| &number.e911)) {
            shared.e911 = own_or_null(&tally, count);
        }
        if let Some(tally) = tally(numbers().map(|number| &number.listing)) {
            shared.listing = most(&tally)
                .filter(|(_, count)| *count >= 2)
                .and_then(|(listing, _)| listing)
                .filter(|listing| {
                    numbers().all(|number| {
                        number
                            .listing
                            .value()
                            .is_some_and(|own| own.over(Some(listing)).is_some())
                    })
                });
        }
        let idle = numbers()
            .filter(|number| number.reference.is_null())
            .count();
        let known = numbers().all(|number| !number.reference.is_absent());
        shared.idle = known && idle >= MANY_IDLE;
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

/// The E911 address of most numbers, or null where most have none.
fn own_or_null<'a>(
    tally: &BTreeMap<Option<&'a Address>, usize>,
    numbers: usize,
) -> Option<Option<&'a Address>> {
    let (common, count) = most(tally)?;
    let idle = tally.get(&None).copied().unwrap_or(0);
    let lies_under = |common: &Address| {
        let lines = common.lines();
        let own = tally.keys().flatten();
        own.into_iter()
            .all(|address| address.clearly_over(&lines, Member::in_e911).is_some())
    };
    match common {
        Some(address) if count >= 2 && count * 2 >= numbers && lies_under(address) => {
            Some(Some(address))
        }
        Some(_) | None if idle >= 2 => Some(None),
        Some(_) | None => None,
    }
}

impl Listing {
    /// Its members over a default's; none where that can't be.
    pub fn over(&self, base: Option<&Listing>) -> Option<ListingLines> {
        let Listing {
            listed,
            listing_type,
            address,
        } = self;
        let same = |base: &Listing| base.listed == *listed;
        let base_type = base.and_then(|base| base.listing_type.as_ref());
        let base_address = base.map_or(&Field::Absent, |base| &base.address);
        Some(ListingLines {
            listed: (!base.is_some_and(same)).then_some(*listed),
            listing_type: match (listing_type, base_type) {
                (Some(own), Some(under)) if own == under => None,
                (Some(own), _) => Some(Some(own.clone())),
                (None, Some(_)) => Some(None),
                (None, None) => None,
            },
            address: match (address, base_address) {
                (Field::Value(own), Field::Value(under)) if own == under => Field::Absent,
                (Field::Value(own), Field::Value(under)) => {
                    own.over(&under.lines(), Member::in_listing)?;
                    Field::Value(Some(under.lines()))
                }
                (Field::Value(_), Field::Absent | Field::Null) => Field::Value(None),
                (Field::Absent, Field::Value(_)) => return None,
                (Field::Null, Field::Value(_)) => Field::Null,
                (Field::Absent | Field::Null, Field::Absent | Field::Null) => Field::Absent,
            },
        })
    }
}

/// What a listing says over a default.
pub(super) struct ListingLines {
    pub listed: Option<bool>,
    pub listing_type: Option<Option<String>>,
    /// To be written, over these lines of the default's.
    pub address: Field<Option<Lines>>,
}
