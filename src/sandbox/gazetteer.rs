//! Addresses before anybody orders anything: a line validated, a line completed
//! while it is typed, the postal codes of a town. The platform asks a vendor
//! for these; here the streets of the world's guide (MSAG) answer.

use std::collections::{BTreeMap, BTreeSet};

use super::address_line;
use super::geo::{self, House, Place, Point};
use super::msag::{self, KnownAddress, Verdict};
use super::world::World;
use crate::model::values::country_of_state;
use crate::model::{Member, Record};

/// At most so many lines are suggested; the guide's longest example has ten.
const MOST_SUGGESTIONS: usize = 10;

/// What the streets and places of a world know.
#[derive(Clone, Copy)]
pub struct Gazetteer<'a> {
    pub known: &'a [KnownAddress],
    pub places: &'a [Place],
    /// Streets that nobody knows are taken for good ones.
    pub lenient: bool,
}

impl World {
    /// What the world's streets and places know of addresses.
    pub fn gazetteer(&self) -> Gazetteer<'_> {
        Gazetteer {
            known: &self.addresses,
            places: &self.places,
            lenient: self.accept_unknown_addresses,
        }
    }
}

/// S:AddressValidationX.
#[derive(Clone, Debug, PartialEq)]
pub struct Validated {
    pub record: Record,
    pub point: Option<Point>,
    /// The building has several tenants, and the line names none of them.
    pub unit_wanted: bool,
    pub valid: bool,
}

impl<'a> Gazetteer<'a> {
    /// Takes a line apart and looks it up. `country` is USA, CAN or none.
    /// A line that cannot be taken apart gives an empty record.
    pub fn validate(&self, line: &str, country: Option<&str>, postal_code: &str) -> Validated {
        let Some(mut record) = address_line::parse(line, self.cities()) else {
            return Validated {
                record: Record::default(),
                point: None,
                unit_wanted: false,
                valid: false,
            };
        };
        if record.get(Member::PostalCode).is_empty() && !postal_code.is_empty() {
            record.set(Member::PostalCode, Some(postal_code));
        }
        let entry = msag::locate(self.known, &record);
        if let Some(entry) = entry {
            as_filed(&mut record, entry);
        }
        let at_home = country_of_state(record.get(Member::State));
        let right_country = [country, record.raw(Member::Country)]
            .into_iter()
            .flatten()
            .all(|said| at_home == Some(said));
        let complete = [
            Member::StreetNumber,
            Member::StreetName,
            Member::City,
            Member::State,
            Member::PostalCode,
        ]
        .into_iter()
        .all(|member| !record.get(member).is_empty());
        let found = match msag::judge(self.known, self.lenient, &record) {
            Verdict::Valid => true,
            Verdict::Alternatives(_) | Verdict::NoSuchState | Verdict::UnknownStreet => false,
        };
        let unit_wanted =
            entry.is_some_and(|entry| entry.requires_unit) && record.get(Member::Unit).is_empty();
        let point = geo::of_house(
            self.places,
            self.known,
            &House {
                entry,
                line: &street_line(&record),
                city: record.get(Member::City),
                state: record.get(Member::State),
                postal_code: record.get(Member::PostalCode),
            },
        );
        Validated {
            record,
            point,
            unit_wanted,
            valid: complete && right_country && found,
        }
    }

    /// Lines that a partial one may become (O:typeAhead). What begins as typed
    /// comes first; before a street is recognisable, any at that house number.
    pub fn suggest(&self, typed: &str, country: Option<&str>, postal_code: &str) -> Vec<String> {
        let typed = folded(typed);
        let mut words = typed.split(' ');
        let number = words
            .next()
            .filter(|word| word.starts_with(|letter: char| letter.is_ascii_digit()));
        let street: Vec<&str> = words.collect();
        let only_direction = street.iter().map(|word| word.len()).sum::<usize>() <= 2;
        let wanted_code = geo::plain_postal(postal_code);
        let (mut first, mut second, mut third) = (Vec::new(), Vec::new(), Vec::new());
        if typed.is_empty() {
            return first;
        }
        for entry in self.known {
            let elsewhere = country.is_some_and(|country| entry.country != country)
                || (!wanted_code.is_empty()
                    && geo::plain_postal(&entry.postal_code) != wanted_code);
            if elsewhere {
                continue;
            }
            let house = entry.street_number.as_deref().or(number).unwrap_or("");
            let line = format!(
                "{}, {} {}",
                joined(&[
                    house,
                    &entry.pre_directional,
                    &entry.street_name,
                    &entry.street_suffix,
                    &entry.post_directional,
                ]),
                entry.city,
                entry.state
            );
            let plain = folded(&line);
            let same_house = number.is_some_and(|number| house.starts_with(number));
            if plain.starts_with(&typed) {
                first.push(line);
            } else if (number.is_none() || same_house) && has_words(&plain, &street, number, &typed)
            {
                second.push(line);
            } else if same_house && only_direction {
                third.push(line);
            }
        }
        let mut seen = BTreeSet::new();
        first
            .into_iter()
            .chain(second)
            .chain(third)
            .filter(|line| seen.insert(line.clone()))
            .take(MOST_SUGGESTIONS)
            .collect()
    }

    /// The postal codes of a town, each with a point where one is known.
    pub fn postal_codes(&self, state: &str, city: &str) -> Vec<(String, Option<Point>)> {
        let in_town = |name: &str, of: &str| {
            name.trim().eq_ignore_ascii_case(city.trim()) && of.eq_ignore_ascii_case(state)
        };
        let streets = self
            .known
            .iter()
            .filter(|entry| in_town(&entry.city, &entry.state))
            .map(|entry| entry.postal_code.as_str());
        let centres = self
            .places
            .iter()
            .filter(|place| in_town(&place.name, &place.state))
            .flat_map(|place| place.postal_codes.iter().map(String::as_str));
        let codes: BTreeMap<String, &str> = streets
            .chain(centres)
            .map(|code| (geo::plain_postal(code), code))
            .filter(|(plain, _)| !plain.is_empty())
            .collect();
        codes
            .into_iter()
            .map(|(plain, code)| (plain, geo::of_postal_code(self.places, self.known, code)))
            .collect()
    }

    fn cities(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let streets = self.known.iter().map(|entry| entry.city.as_str());
        streets.chain(self.places.iter().map(|place| place.name.as_str()))
    }
}

/// The way the guide files a house: its spelling, its postal code.
fn as_filed(record: &mut Record, entry: &KnownAddress) {
    for (member, filed) in [
        (Member::PreDirectional, &entry.pre_directional),
        (Member::StreetName, &entry.street_name),
        (Member::StreetSuffix, &entry.street_suffix),
        (Member::PostDirectional, &entry.post_directional),
        (Member::City, &entry.city),
        (Member::State, &entry.state),
        (Member::PostalCode, &entry.postal_code),
    ] {
        // A ZIP+4 says more than the guide's five digits.
        let finer = member == Member::PostalCode && record.get(member).starts_with(filed.as_str());
        if !finer || filed.is_empty() {
            record.set(
                member,
                Some(filed)
                    .filter(|text| !text.is_empty())
                    .map(String::as_str),
            );
        }
    }
}

fn street_line(record: &Record) -> String {
    address_line::written(
        record,
        &[
            Member::StreetNumber,
            Member::PreDirectional,
            Member::StreetName,
            Member::StreetSuffix,
            Member::PostDirectional,
            Member::City,
            Member::State,
        ],
    )
}

fn joined(parts: &[&str]) -> String {
    let said: Vec<&str> = parts
        .iter()
        .copied()
        .filter(|part| !part.is_empty())
        .collect();
    said.join(" ")
}

/// Capitals, single blanks, no commas or full stops.
fn folded(text: &str) -> String {
    text.replace([',', '.'], " ")
        .split_whitespace()
        .map(str::to_uppercase)
        .collect::<Vec<_>>()
        .join(" ")
}

/// Every word typed begins a word of the line, in this order.
fn has_words(line: &str, street: &[&str], number: Option<&str>, typed: &str) -> bool {
    let wanted: Vec<&str> = match number {
        Some(_) => street.to_vec(),
        None => typed.split(' ').collect(),
    };
    let mut words = line.split(' ').skip(usize::from(number.is_some()));
    !wanted.is_empty()
        && wanted
            .iter()
            .all(|typed| words.any(|word| word.starts_with(typed)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::seed;

    fn built_in() -> World {
        seed::parse(crate::sandbox::BUILT_IN)
            .expect("the built-in world")
            .into_world(jiff::Timestamp::UNIX_EPOCH)
            .expect("a world")
    }

    #[test]
    fn a_line_is_completed_from_what_is_filed() {
        let world = built_in();
        let found = world
            .gazetteer()
            .validate("333 s 520 west, Lindon, UT", Some("USA"), "");
        assert!(found.valid && found.unit_wanted);
        assert_eq!(found.record.get(Member::PostDirectional), "W");
        assert_eq!(found.record.get(Member::PostalCode), "84042");
        assert!(found.point.is_some());
        let suite =
            world
                .gazetteer()
                .validate("333 S 520 W Ste 500, Lindon, UT 84042-1234", None, "");
        assert!(suite.valid && !suite.unit_wanted);
        assert_eq!(suite.record.get(Member::PostalCode), "84042-1234");
        assert_eq!(suite.record.get(Member::Unit), "500");
    }

    #[test]
    fn what_is_wrong_is_not_valid_and_still_taken_apart() {
        let mut world = built_in();
        for (line, country) in [
            ("333 S 520 W, Vineyard, UT 84042", None),
            ("333 S 520 W, Lindon, UT", Some("CAN")),
            ("333 S 520 W, Lindon, UT 84043", None),
            ("Old Farm Ln, Lindon, UT", None),
        ] {
            let found = world.gazetteer().validate(line, country, "");
            assert!(!found.valid, "{line}");
            assert!(!found.record.get(Member::StreetName).is_empty(), "{line}");
        }
        assert!(!world.gazetteer().validate("nonsense", None, "").valid);
        // A street that isn't filed is believed only where the world is lenient.
        let unknown = "1 Elsewhere Ave, Lindon, UT 84042";
        assert!(world.gazetteer().validate(unknown, None, "").valid);
        world.accept_unknown_addresses = false;
        assert!(!world.gazetteer().validate(unknown, None, "").valid);
    }

    #[test]
    fn suggestions_narrow_down_as_somebody_types() {
        let world = built_in();
        let suggest = |typed, country, code| world.gazetteer().suggest(typed, country, code);
        let lindon = suggest("333 S", Some("USA"), "84042");
        assert_eq!(
            lindon.first().map(String::as_str),
            Some("333 S 520 W, Lindon UT")
        );
        assert!(lindon.iter().all(|line| line.ends_with("Lindon UT")) && lindon.len() > 3);
        assert_eq!(
            suggest("333 S 520", Some("USA"), ""),
            ["333 S 520 W, Lindon UT"]
        );
        assert_eq!(suggest("12 spar", Some("CAN"), ""), Vec::<String>::new());
        assert_eq!(suggest("5 ride", None, ""), ["5 Rideau St, Ottawa ON"]);
        assert_eq!(suggest("rideau", None, "K1N5Y1"), ["Rideau St, Ottawa ON"]);
        assert!(suggest("333", Some("CAN"), "84042").is_empty());
        assert!(suggest("", None, "").is_empty());
    }

    #[test]
    fn every_suggestion_can_be_validated() {
        let world = built_in();
        for line in world.gazetteer().suggest("333", Some("USA"), "") {
            let found = world.gazetteer().validate(&line, Some("USA"), "");
            assert!(found.valid && found.point.is_some(), "{line}");
        }
    }
}
