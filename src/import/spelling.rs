//! One spelling of each place and each name.
//!
//! The platform holds `PROVO` for one number and `Provo` for the next. By
//! meaning they are the same, and a person would write one of them: the one
//! that most numbers have, and among equals the one in mixed case.

use std::collections::BTreeMap;

use crate::model::meaning::Canonical;
use crate::model::{Field, LiveNumber, Member, Record};

use super::address::{Address, Lines};
use super::target::Number;

/// A place, or another member by itself.
type Key = Vec<(Member, String)>;

#[derive(Default)]
pub struct Spellings(BTreeMap<Key, BTreeMap<Key, usize>>);

impl Spellings {
    /// How often each spelling occurs.
    pub fn of<'a>(numbers: impl Iterator<Item = &'a LiveNumber>) -> Self {
        let mut spellings = Self::default();
        for number in numbers {
            let listing = number.directory_listing.as_ref();
            for record in [
                number.customer_service_record.as_ref(),
                number.e911_address.as_ref(),
                listing.and_then(|listing| listing.address.as_ref()),
            ] {
                let address = record.and_then(|record| Address::of(record, |_| true));
                for part in address.iter().flat_map(parts) {
                    let spelled = spellings.0.entry(meaning(&part)).or_default();
                    *spelled.entry(part).or_default() += 1;
                }
            }
        }
        // What is spelled in one way only needs no look-up.
        spellings.0.retain(|_, spelled| spelled.len() > 1);
        spellings
    }

    /// Takes these lines as the spelling of what they mean, whatever else there is.
    pub fn prefer(&mut self, lines: &Lines) {
        let said = lines.iter();
        let said = said.filter_map(|(member, text)| Some((*member, text.clone()?)));
        let address = Address {
            said: said.collect(),
            ..Address::default()
        };
        for part in parts(&address) {
            self.0.insert(meaning(&part), BTreeMap::from([(part, 1)]));
        }
    }

    /// Gives the addresses of a number the spelling that most have.
    pub fn apply(&self, number: &mut Number) {
        if self.0.is_empty() {
            return;
        }
        let listing = match &mut number.listing {
            Field::Value(listing) => Some(&mut listing.address),
            Field::Absent | Field::Null => None,
        };
        for field in [Some(&mut number.csr), Some(&mut number.e911), listing]
            .into_iter()
            .flatten()
        {
            if let Field::Value(address) = field {
                for part in parts(address) {
                    if let Some(best) = self.best(&part) {
                        for (member, _) in &part {
                            address.said.remove(member);
                        }
                        address.said.extend(best.iter().cloned());
                    }
                }
            }
        }
    }

    fn best(&self, part: &Key) -> Option<&Key> {
        let spelled = self.0.get(&meaning(part))?;
        let shouted = |key: &Key| -> usize {
            let texts = key.iter().flat_map(|(_, text)| text.chars());
            texts.filter(|c| c.is_uppercase()).count()
        };
        spelled
            .iter()
            .max_by_key(|(key, count)| (**count, std::cmp::Reverse(shouted(key))))
            .map(|(key, _)| key)
    }
}

/// The place as one, for its members lean on each other; the rest one by one.
fn parts(address: &Address) -> Vec<Key> {
    let (place, rest): (Key, Key) = address
        .said
        .iter()
        .map(|(member, text)| (*member, text.clone()))
        .partition(|(member, _)| is_place(*member));
    let mut parts: Vec<Key> = rest.into_iter().map(|member| vec![member]).collect();
    if !place.is_empty() {
        parts.push(place);
    }
    parts
}

fn is_place(member: Member) -> bool {
    member.is_location() || member == Member::Country
}

fn meaning(part: &Key) -> Key {
    let mut record = Record::default();
    for (member, text) in part {
        record.set(*member, Some(text));
    }
    let canonical = Canonical::of(&record);
    let has = |member: &Member| !canonical.get(*member).is_empty();
    let members = Member::ALL.into_iter().filter(has);
    members
        .map(|member| (member, canonical.get(member).to_owned()))
        .collect()
}
