//! One line as a person types it, taken apart into the members of an address:
//! the work of the provider's address validation (guide, "Address Validation").
//!
//! Read from both ends: postal code, state and city from the right, the house
//! number from the left, and what is between is the street with its unit.

use super::geo::is_postal_code;
use super::msag::{DIRECTIONS, SUFFIXES, code_of_state};
use crate::model::values::country_of_state;
use crate::model::{Member, Record};

/// Designators of a unit as people write them, with the platform's name.
const DESIGNATORS: &[(&str, &str)] = &[
    ("APARTMENT", "APARTMENT"),
    ("APT", "APARTMENT"),
    ("BASEMENT", "BASEMENT"),
    ("BSMT", "BASEMENT"),
    ("BUILDING", "BUILDING"),
    ("BLDG", "BUILDING"),
    ("DEPARTMENT", "DEPARTMENT"),
    ("DEPT", "DEPARTMENT"),
    ("FLOOR", "FLOOR"),
    ("FL", "FLOOR"),
    ("LOT", "LOT"),
    ("OFFICE", "OFFICE"),
    ("OFC", "OFFICE"),
    ("PENTHOUSE", "PENTHOUSE"),
    ("PH", "PENTHOUSE"),
    ("ROOM", "ROOM"),
    ("RM", "ROOM"),
    ("SPACE", "SPACE"),
    ("SPC", "SPACE"),
    ("SUITE", "SUITE"),
    ("STE", "SUITE"),
    ("TRAILER", "TRAILER"),
    ("TRLR", "TRAILER"),
    ("UNIT", "UNIT"),
    ("#", "UNIT"),
];

/// Takes a line apart. `cities` are those to look for where no comma says where
/// the city begins. `None` where it has no street or no place.
pub fn parse<'a>(line: &str, cities: impl Iterator<Item = &'a str>) -> Option<Record> {
    let mut parts: Vec<Vec<&str>> = line
        .split(',')
        .map(|part| part.split_whitespace().collect::<Vec<_>>())
        .filter(|words| !words.is_empty())
        .collect();
    let mut record = Record::default();
    take_country(&mut parts, &mut record);
    take_postal_code(&mut parts, &mut record);
    take_state(&mut parts, &mut record)?;
    let street = if parts.len() > 1 {
        let city = parts.pop()?.join(" ");
        record.set(Member::City, Some(&city));
        parts
    } else {
        let words = parts.pop()?;
        let length = city_at_the_end(&words, cities)?;
        let (street, city) = words.split_at(words.len() - length);
        record.set(Member::City, Some(&city.join(" ")));
        vec![street.to_vec()]
    };
    take_street(street, &mut record)?;
    Some(record)
}

/// The other way round: these members of an address on one line.
pub fn written(record: &Record, members: &[Member]) -> String {
    let said: Vec<&str> = members
        .iter()
        .map(|member| record.get(*member))
        .filter(|text| !text.is_empty())
        .collect();
    said.join(" ")
}

/// The words of a part that is last now; a part without words is none.
fn last_words<'a, 'b>(parts: &'b mut Vec<Vec<&'a str>>) -> Option<&'b mut Vec<&'a str>> {
    while parts.last().is_some_and(Vec::is_empty) {
        parts.pop();
    }
    parts.last_mut()
}

fn take_country(parts: &mut Vec<Vec<&str>>, record: &mut Record) {
    let Some(words) = last_words(parts) else {
        return;
    };
    let named = |count: usize| {
        let at = words.len().checked_sub(count)?;
        Some(words.get(at..)?.join(" ").to_uppercase())
    };
    // "CA" is California.
    for (count, name, country) in [
        (1, "USA", "USA"),
        (1, "US", "USA"),
        (2, "UNITED STATES", "USA"),
        (1, "CANADA", "CAN"),
        (1, "CAN", "CAN"),
    ] {
        if named(count).as_deref() == Some(name) {
            words.truncate(words.len() - count);
            record.set(Member::Country, Some(country));
            return;
        }
    }
}

fn take_postal_code(parts: &mut Vec<Vec<&str>>, record: &mut Record) {
    let Some(words) = last_words(parts) else {
        return;
    };
    // A Canadian code may be two words.
    for count in [2, 1] {
        let Some(at) = words.len().checked_sub(count) else {
            continue;
        };
        let code = words.get(at..).unwrap_or_default().join(" ");
        if is_postal_code(&code) && (count == 1) != code.contains(' ') {
            let spelled = match code.split_at_checked(3) {
                Some((first, second)) if code.len() == 6 => format!("{first} {second}"),
                _ => code,
            };
            words.truncate(at);
            record.set(Member::PostalCode, Some(&spelled.to_uppercase()));
            return;
        }
    }
}

fn take_state(parts: &mut Vec<Vec<&str>>, record: &mut Record) -> Option<()> {
    let words = last_words(parts)?;
    // The longest names first: "West Virginia" before "Virginia".
    for count in (1..=4).rev() {
        let Some(at) = words.len().checked_sub(count) else {
            continue;
        };
        let name = words.get(at..)?.join(" ").replace('.', "").to_uppercase();
        let code = if name.len() == 2 && country_of_state(&name).is_some() {
            Some(name.as_str())
        } else {
            code_of_state(&name)
        };
        if let Some(code) = code {
            record.set(Member::State, Some(code));
            words.truncate(at);
            last_words(parts);
            return Some(());
        }
    }
    None
}

/// How many words at the end are a city that is known.
fn city_at_the_end<'a>(words: &[&str], cities: impl Iterator<Item = &'a str>) -> Option<usize> {
    let upper: Vec<String> = words.iter().map(|word| word.to_uppercase()).collect();
    cities
        .map(|city| {
            city.split_whitespace()
                .map(str::to_uppercase)
                .collect::<Vec<_>>()
        })
        .filter(|city| !city.is_empty() && upper.len() > city.len() && upper.ends_with(city))
        .map(|city| city.len())
        .max()
}

fn take_street(parts: Vec<Vec<&str>>, record: &mut Record) -> Option<()> {
    let mut parts = parts.into_iter();
    let mut words = parts.next()?;
    // "Suite 500" between commas is as good as behind the street.
    for part in parts {
        words.extend(part);
    }
    take_unit(&mut words, record);
    let mut words = words.as_slice();
    if let [first, rest @ ..] = words
        && first.starts_with(|letter: char| letter.is_ascii_digit())
        && !rest.is_empty()
    {
        record.set(Member::StreetNumber, Some(first));
        words = rest;
        if let [fraction, rest @ ..] = words
            && fraction.contains('/')
            && !rest.is_empty()
        {
            record.set(Member::StreetNumberSuffix, Some(fraction));
            words = rest;
        }
    }
    if let [first, rest @ ..] = words
        && let Some(short) = direction(first)
        && !rest.is_empty()
    {
        record.set(Member::PreDirectional, Some(short));
        words = rest;
    }
    if let [rest @ .., last] = words
        && let Some(short) = direction(last)
        && !rest.is_empty()
    {
        record.set(Member::PostDirectional, Some(short));
        words = rest;
    }
    if let [rest @ .., last] = words
        && is_suffix(last)
        && !rest.is_empty()
    {
        record.set(Member::StreetSuffix, Some(last.trim_end_matches('.')));
        words = rest;
    }
    let name = words.join(" ");
    if !name.contains(|letter: char| letter.is_alphanumeric()) {
        return None;
    }
    record.set(Member::StreetName, Some(&name));
    Some(())
}

/// A unit is at the end: "Suite 500", "# 5", "#5", "Lobby" is none here.
fn take_unit(words: &mut Vec<&str>, record: &mut Record) {
    if let [rest @ .., last] = words.as_slice()
        && let Some(unit) = last.strip_prefix('#')
        && !unit.is_empty()
        && rest.len() > 1
    {
        set_unit(record, "UNIT", unit);
        words.pop();
        return;
    }
    let [rest @ .., designator, unit] = words.as_slice() else {
        return;
    };
    let plain = designator.trim_end_matches('.').to_uppercase();
    let found = DESIGNATORS.iter().find(|(written, _)| *written == plain);
    // "12 Floor St" is a street: a unit has a street before it.
    if let Some((_, description)) = found
        && rest.len() > 1
        && !is_suffix(unit)
    {
        set_unit(record, description, unit);
        words.truncate(words.len() - 2);
    }
}

fn set_unit(record: &mut Record, description: &str, unit: &str) {
    record.set(Member::SecondaryLocationDescription, Some(description));
    record.set(Member::Unit, Some(unit));
}

fn direction(word: &str) -> Option<&'static str> {
    let plain = word.replace('.', "").to_uppercase();
    DIRECTIONS
        .iter()
        .find(|(long, short)| *long == plain || *short == plain)
        .map(|(_, short)| *short)
}

fn is_suffix(word: &str) -> bool {
    let plain = word.trim_end_matches('.').to_uppercase();
    SUFFIXES
        .iter()
        .any(|(long, short)| *long == plain || *short == plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn parsed(line: &str) -> Value {
        match parse(line, ["Lindon", "Salt Lake City"].into_iter()) {
            Some(record) => serde_json::to_value(record).expect("json"),
            None => Value::Null,
        }
    }

    #[test]
    fn lines_are_taken_apart_as_people_write_them() {
        let lindon = json!({
            "streetNumber": "333", "preDirectional": "S", "streetName": "520",
            "postDirectional": "W", "city": "Lindon", "state": "UT"
        });
        for line in [
            "333 S 520 W, Lindon, UT",
            "333 S 520 W, Lindon UT",
            "333 S 520 W Lindon Utah",
            "  333  s.  520 west ,Lindon,  ut ",
        ] {
            assert_eq!(parsed(line), lindon, "{line}");
        }
        assert_eq!(
            parsed("56 1/2 Sparks St., Suite 5, Ottawa, ON k1p5a9, Canada"),
            json!({
                "streetNumber": "56", "streetNumberSuffix": "1/2", "streetName": "Sparks",
                "streetSuffix": "St", "city": "Ottawa", "state": "ON", "country": "CAN",
                "postalCode": "K1P 5A9", "secondaryLocationDescription": "SUITE", "unit": "5"
            })
        );
        assert_eq!(
            parsed("12 North Main Street #4, Charleston, West Virginia 25301-0001"),
            json!({
                "streetNumber": "12", "preDirectional": "N", "streetName": "Main",
                "streetSuffix": "Street", "city": "Charleston", "state": "WV",
                "postalCode": "25301-0001", "secondaryLocationDescription": "UNIT", "unit": "4"
            })
        );
        // The city is found without a comma, its own words and not one more.
        assert_eq!(
            parsed("20 E South Temple Salt Lake City UT 84111")["streetName"],
            "South Temple"
        );
        assert_eq!(parsed("7 North, Provo, UT")["streetName"], "North");
    }

    #[test]
    fn what_has_no_street_or_no_place_is_not_parsed() {
        for line in [
            "",
            ",",
            "Lindon",
            "333 S 520 W",
            "Lindon, UT",
            "1, , UT",
            "??, Lindon, UT",
        ] {
            assert_eq!(parsed(line), Value::Null, "{line}");
        }
    }

    proptest! {
        #[test]
        fn no_line_is_too_strange(line in "\\PC{0,60}") {
            let _ = parsed(&line);
        }

        #[test]
        fn scrambled_words_of_addresses_are_survived(
            words in proptest::collection::vec(
                prop_oneof!["333", "S", ",", "#", "#5", "Suite", "1/2", "UT", "K1P", "5A9", "Canada", "St", "Lindon", "é"],
                0..12,
            )
        ) {
            let _ = parsed(&words.join(" "));
        }
    }
}
