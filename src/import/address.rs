//! An address-like object as a file is to say it, and the shortest clear way to
//! say it over what is said already.
//!
//! Below a number's object may lie one of `defaults`, and an alias may bring in
//! what was written before. Whatever way is chosen, what comes out must be
//! exactly the object: a member that the platform has empty is written as null
//! where the default would fill it, and one that a file must not speak of may
//! not come in by any way.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::meaning::Canonical;
use crate::model::values::{LANGUAGES, country_of_state};
use crate::model::{Field, Member, Record, Text};

/// What is to be said of an address-like object. A member that is in neither
/// set is empty on the platform.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    pub said: BTreeMap<Member, String>,
    /// Members that the file must leave alone.
    pub unmanaged: BTreeSet<Member>,
}

/// Members as they stand in a file: a text, or null.
pub type Lines = BTreeMap<Member, Option<String>>;

impl Address {
    /// What the platform holds, in a spelling that the rules take where one
    /// means the same; none where it holds nothing.
    pub fn of(record: &Record, scope: fn(Member) -> bool) -> Option<Self> {
        let canonical = Canonical::of(record);
        let mut said = BTreeMap::new();
        for member in Member::ALL.into_iter().filter(|member| scope(*member)) {
            let text = spelled(member, record.get(member).trim(), canonical.get(member));
            if !text.is_empty() {
                said.insert(member, text);
            }
        }
        // Where the platform leaves the country to the state, the file says it.
        if !said.contains_key(&Member::Country)
            && let Some(country) = said.get(&Member::State).and_then(|s| country_of_state(s))
        {
            said.insert(Member::Country, country.to_owned());
        }
        (!said.is_empty()).then(|| Self {
            said,
            unmanaged: BTreeSet::new(),
        })
    }

    /// The same to the letter: what a losing carrier compares so.
    pub fn to_the_letter(record: &Record) -> Option<Self> {
        let said: BTreeMap<Member, String> = Member::ALL
            .into_iter()
            .filter(|member| member.in_csr())
            .filter(|member| !member.is_boolean() || record.get(*member) == "true")
            .map(|member| (member, record.get(member).to_owned()))
            .filter(|(_, text)| !text.trim().is_empty())
            .collect();
        (!said.is_empty()).then(|| Self {
            said,
            unmanaged: BTreeSet::new(),
        })
    }

    /// All of its members, as they would be written alone.
    pub fn lines(&self) -> Lines {
        let lines = self.said.iter();
        lines
            .map(|(member, text)| (*member, Some(text.clone())))
            .collect()
    }

    /// The members to be written over `base`, so that together they are this
    /// object; none where `base` says what may not be said.
    pub fn over(&self, base: &Lines, scope: fn(Member) -> bool) -> Option<Lines> {
        let mut lines = Lines::new();
        for member in Member::ALL.into_iter().filter(|member| scope(*member)) {
            match (self.said.get(&member), base.get(&member)) {
                (Some(text), Some(Some(under))) if text == under => {}
                (Some(text), _) => {
                    lines.insert(member, Some(text.clone()));
                }
                (None, None | Some(None)) => {}
                (None, Some(Some(_))) if self.unmanaged.contains(&member) => return None,
                (None, Some(Some(_))) => {
                    lines.insert(member, empty(member));
                }
            }
        }
        Some(lines)
    }

    /// The same, written so that a reader sees a whole address where it is
    /// another one, and only what differs where it is another door or name.
    pub fn clearly_over(&self, base: &Lines, scope: fn(Member) -> bool) -> Option<Lines> {
        let mut lines = self.over(base, scope)?;
        if !lines.keys().any(|member| is_street(*member)) {
            return Some(lines);
        }
        for (member, text) in &self.said {
            if (member.is_location() || *member == Member::Country) && scope(*member) {
                lines.insert(*member, Some(text.clone()));
            }
        }
        Some(lines)
    }
}

/// How a file takes a member away that its defaults give.
fn empty(member: Member) -> Option<String> {
    member.is_boolean().then(|| "false".to_owned())
}

/// Where a house is; the unit is a door in it.
pub fn is_street(member: Member) -> bool {
    member.is_location() && !matches!(member, Member::Unit | Member::SecondaryLocationDescription)
}

/// What `over` says on top of `base`.
pub fn laid(base: &Lines, over: &Lines) -> Lines {
    let mut laid = base.clone();
    laid.extend(over.iter().map(|(member, text)| (*member, text.clone())));
    laid
}

/// The members of an object of a file.
pub fn lines_of<'a>(members: impl Iterator<Item = (Member, &'a Field<Text>)>) -> Lines {
    members
        .filter_map(|(member, field)| match field {
            Field::Absent => None,
            Field::Null => Some((member, None)),
            Field::Value(text) => Some((member, Some(text.as_str().to_owned()))),
        })
        .collect()
}

/// A member's text as the rules take it, where that means the same.
fn spelled(member: Member, text: &str, canonical: &str) -> String {
    match member {
        Member::CustomerType
        | Member::PreDirectional
        | Member::PostDirectional
        | Member::SecondaryLocationDescription
        | Member::State => canonical.to_owned(),
        Member::Country if text.is_empty() => String::new(),
        Member::Country => canonical.to_owned(),
        Member::PostalCode if is_zip(text) => text.to_owned(),
        Member::PostalCode => canonical.to_owned(),
        Member::BlockCustomerName if text.eq_ignore_ascii_case("false") => String::new(),
        Member::BlockCustomerName => text.to_ascii_lowercase(),
        Member::Latitude | Member::Longitude => decimals(text),
        Member::Language => LANGUAGES
            .iter()
            .find(|language| language.eq_ignore_ascii_case(text))
            .map_or_else(|| text.to_owned(), |language| (*language).to_owned()),
        Member::FirstName
        | Member::MiddleInitial
        | Member::LastName
        | Member::FirstNameSecondary
        | Member::BusinessName
        | Member::CustomerName
        | Member::StreetNumber
        | Member::StreetNumberSuffix
        | Member::StreetName
        | Member::StreetSuffix
        | Member::Unit
        | Member::City => text.to_owned(),
    }
}

fn is_zip(text: &str) -> bool {
    let (five, four) = text.split_once('-').unwrap_or((text, "0000"));
    let digits =
        |text: &str, count| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    digits(five, 5) && digits(four, 4)
}

/// Degrees with four to six decimals, as D19 wants them.
fn decimals(text: &str) -> String {
    let has = text.split_once('.').map_or(0, |(_, rest)| rest.len());
    match text.parse::<f64>() {
        Ok(degrees) if degrees.is_finite() && !(4..=6).contains(&has) => format!("{degrees:.6}"),
        Ok(_) | Err(_) => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    impl Address {
        fn get(&self, member: Member) -> &str {
            self.said.get(&member).map_or("", String::as_str)
        }
    }

    fn address(json: serde_json::Value) -> Address {
        let record: Record = serde_json::from_value(json).expect("a record");
        Address::of(&record, Member::in_csr).expect("an address")
    }

    #[test]
    fn what_the_rules_would_refuse_is_spelled_as_they_take_it() {
        let one = address(
            json!({ "customerType": "business", "streetName": "Main", "preDirectional": "South",
            "state": "Utah", "country": "US", "postalCode": "846061234", "secondaryLocationDescription": "Ste", "blockCustomerName": false }),
        );
        assert_eq!(one.get(Member::CustomerType), "BUSINESS");
        assert_eq!(one.get(Member::PreDirectional), "S");
        assert_eq!(one.get(Member::State), "UT");
        assert_eq!(one.get(Member::Country), "USA");
        assert_eq!(one.get(Member::PostalCode), "84606");
        assert_eq!(one.get(Member::SecondaryLocationDescription), "SUITE");
        assert_eq!(one.get(Member::BlockCustomerName), "");
        assert_eq!(decimals("40.3"), "40.300000");
        assert_eq!(decimals("40.3324"), "40.3324");
    }

    #[test]
    fn another_door_is_said_alone_and_another_house_whole() {
        let office = address(
            json!({ "businessName": "Dental", "streetNumber": "333", "streetName": "520", "city": "Lindon", "state": "UT", "unit": "500", "secondaryLocationDescription": "SUITE" }),
        );
        let lab = address(
            json!({ "businessName": "Dental", "streetNumber": "333", "streetName": "520", "city": "Lindon", "state": "UT", "unit": "510", "secondaryLocationDescription": "SUITE" }),
        );
        let shop = address(
            json!({ "businessName": "Dental", "streetNumber": "7", "streetName": "Main", "city": "Lindon", "state": "UT" }),
        );
        let base = office.lines();
        let door = lab
            .clearly_over(&base, Member::in_csr)
            .expect("can be said");
        assert_eq!(door.len(), 1);
        assert_eq!(door.get(&Member::Unit), Some(&Some("510".to_owned())));
        let house = shop
            .clearly_over(&base, Member::in_csr)
            .expect("can be said");
        assert_eq!(house.get(&Member::City), Some(&Some("Lindon".to_owned())));
        assert_eq!(house.get(&Member::Unit), Some(&None));
        assert!(!house.contains_key(&Member::BusinessName));
        for target in [lab, shop] {
            let written = target
                .clearly_over(&base, Member::in_csr)
                .expect("can be said");
            let laid = laid(&base, &written);
            for member in Member::ALL {
                let text = laid.get(&member).cloned().flatten().unwrap_or_default();
                assert_eq!(text, target.get(member), "{}", member.name());
            }
        }
    }

    #[test]
    fn what_must_not_be_said_comes_in_by_no_default() {
        let mut one = address(json!({ "customerName": "Dental", "city": "Lindon" }));
        let base = one.lines();
        one.said.remove(&Member::CustomerName);
        one.unmanaged.insert(Member::CustomerName);
        assert_eq!(one.over(&base, Member::in_csr), None);
    }
}
