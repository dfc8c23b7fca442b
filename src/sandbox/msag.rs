//! The E911 provider's Master Street Address Guide (MSAG), as far as this
//! world has streets: it says whether an ambulance would find an address, and
//! what the nearest thing to it is.
//!
//! Its idea of "the same street" is its own on purpose. A simulator that
//! compared addresses with the planner's rules could not show where those are wrong.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::address_line::written;
use crate::model::values::{CA_PROVINCES, US_STATES, country_of_state};
use crate::model::{Member, Record};

/// A street, or one house of it, that the guide knows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct KnownAddress {
    /// The house number; without it every number on the street is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street_number: Option<String>,
    /// N, NE, E …
    #[serde(skip_serializing_if = "String::is_empty")]
    pub pre_directional: String,
    /// Without directionals and suffix.
    pub street_name: String,
    /// St, Ave …
    #[serde(skip_serializing_if = "String::is_empty")]
    pub street_suffix: String,
    /// N, NE, E …
    #[serde(skip_serializing_if = "String::is_empty")]
    pub post_directional: String,
    /// The town.
    pub city: String,
    /// Two letters.
    pub state: String,
    /// ZIP or postal code.
    pub postal_code: String,
    /// USA or CAN.
    pub country: String,
    /// The building has several tenants: an address in it needs a unit.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub requires_unit: bool,
    /// Degrees; without them it lies somewhere in its town.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latitude: Option<f64>,
    /// Degrees; west is negative.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longitude: Option<f64>,
}

/// What the guide says of an address.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    Valid,
    /// The street exists, not with this number, city or postal code.
    Alternatives(Vec<Record>),
    /// No such state in that country: nothing to offer.
    NoSuchState,
    /// A street it doesn't know.
    UnknownStreet,
}

/// The provider's words for a known street with a wrong place (guide, "Account Prevalidate").
pub const ALTERNATIVES_FOUND: &str =
    "The specified Civic Address is invalid. No MSAG Match, alternatives found";
/// The provider's words where it has nothing to offer (the same place).
pub const NO_ALTERNATIVES: &str =
    "The provided address is failing at returning alternatives. Please verify the address value";
/// For a street that it doesn't know; the guide has no example.
pub const NO_MATCH: &str = "The specified Civic Address is invalid. No MSAG Match";

/// At most so many alternatives are offered.
const MOST_ALTERNATIVES: usize = 5;

/// Judges an address by the streets known. `lenient` takes a street it doesn't
/// know for a good one.
pub fn judge(known: &[KnownAddress], lenient: bool, address: &Record) -> Verdict {
    let wanted = Place::of(address);
    let country = country_of_state(&wanted.state);
    if country.is_none() || (!wanted.country.is_empty() && country != Some(&wanted.country)) {
        return Verdict::NoSuchState;
    }
    let mut alternatives = Vec::new();
    for entry in known {
        let place = Place::of_known(entry);
        if place.street != wanted.street {
            continue;
        }
        let house = entry.street_number.is_none() || place.number == wanted.number;
        let same_town = place.city == wanted.city && place.state == wanted.state;
        if house && same_town && place.postal_code == wanted.postal_code {
            return Verdict::Valid;
        }
        if alternatives.len() < MOST_ALTERNATIVES {
            alternatives.push(alternative(entry, &wanted.number));
        }
    }
    if !alternatives.is_empty() {
        Verdict::Alternatives(alternatives)
    } else if lenient {
        Verdict::Valid
    } else {
        Verdict::UnknownStreet
    }
}

/// The building is known to need a unit.
pub fn needs_unit(known: &[KnownAddress], address: &Record) -> bool {
    let mut in_such_buildings = known.iter().filter(|entry| entry.requires_unit).peekable();
    if in_such_buildings.peek().is_none() {
        return false;
    }
    let wanted = Place::of(address);
    in_such_buildings.any(|entry| Place::of_known(entry) == wanted)
}

/// The entry that an address lies on. What the address doesn't say of its place
/// (postal code) is no contradiction.
pub fn locate<'a>(known: &'a [KnownAddress], address: &Record) -> Option<&'a KnownAddress> {
    let wanted = Place::of(address);
    known.iter().find(|entry| {
        let place = Place::of_known(entry);
        place.street == wanted.street
            && (entry.street_number.is_none() || place.number == wanted.number)
            && place.city == wanted.city
            && place.state == wanted.state
            && (wanted.postal_code.is_empty() || place.postal_code == wanted.postal_code)
    })
}

/// An alternative in the provider's own style: the suffix within the street
/// name, the city in capitals, a two-letter country, no names.
fn alternative(entry: &KnownAddress, asked_number: &str) -> Record {
    let mut record = Record::default();
    let number = entry.street_number.as_deref().unwrap_or(asked_number);
    let name = [&entry.street_name, &entry.street_suffix]
        .into_iter()
        .filter(|part| !part.is_empty())
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(" ");
    let country = if entry.country == "CAN" { "CA" } else { "US" };
    let city = entry.city.to_uppercase();
    for (member, text) in [
        (Member::StreetNumber, number),
        (Member::PreDirectional, &entry.pre_directional),
        (Member::StreetName, &name),
        (Member::PostDirectional, &entry.post_directional),
        (Member::City, &city),
        (Member::State, &entry.state),
        (Member::PostalCode, &entry.postal_code),
        (Member::Country, country),
    ] {
        if !text.is_empty() {
            record.set(member, Some(text));
        }
    }
    record
}

/// The provider's message on a rejected address, in the shape of the one
/// published sample (guide, "Rejections").
pub fn rejection(number: &str, verdict: &Verdict) -> String {
    let (words, alternatives): (&str, &[Record]) = match verdict {
        Verdict::Alternatives(alternatives) => (ALTERNATIVES_FOUND, alternatives),
        Verdict::NoSuchState => (NO_ALTERNATIVES, &[]),
        Verdict::UnknownStreet | Verdict::Valid => (NO_MATCH, &[]),
    };
    let mut text = format!("#409 - Error registering e911 address for {number}: 409 ({words})");
    for record in alternatives {
        let line = written(
            record,
            &[
                Member::StreetNumber,
                Member::PreDirectional,
                Member::StreetName,
                Member::PostDirectional,
            ],
        );
        text.push_str(&format!(
            " Alternate Address: [Address:{line}, City:{}, State:{}, PostalCode:{}, Country:{}]",
            record.get(Member::City),
            record.get(Member::State),
            record.get(Member::PostalCode),
            record.get(Member::Country),
        ));
    }
    text
}

/// An address reduced to what the guide is filed by.
#[derive(PartialEq)]
struct Place {
    street: [String; 4],
    number: String,
    city: String,
    state: String,
    postal_code: String,
    country: String,
}

impl Place {
    fn of(record: &Record) -> Self {
        Self::from_parts(|member| record.get(member))
    }

    fn of_known(entry: &KnownAddress) -> Self {
        Self::from_parts(|member| match member {
            Member::StreetNumber => entry.street_number.as_deref().unwrap_or(""),
            Member::PreDirectional => &entry.pre_directional,
            Member::StreetName => &entry.street_name,
            Member::StreetSuffix => &entry.street_suffix,
            Member::PostDirectional => &entry.post_directional,
            Member::City => &entry.city,
            Member::State => &entry.state,
            Member::PostalCode => &entry.postal_code,
            Member::Country => &entry.country,
            _ => "",
        })
    }

    fn from_parts<'a>(part: impl Fn(Member) -> &'a str) -> Self {
        let (mut name, mut suffix) = (
            plain(part(Member::StreetName)),
            short_suffix(&plain(part(Member::StreetSuffix))),
        );
        if suffix.is_empty()
            && let Some((rest, last)) = name.rsplit_once(' ')
            && SUFFIXES
                .iter()
                .any(|(long, short)| last == *long || last == *short)
        {
            suffix = short_suffix(last);
            name = rest.to_owned();
        }
        let state = plain(part(Member::State));
        let country = match plain(part(Member::Country)).as_str() {
            "US" | "USA" | "UNITED STATES" => "USA".to_owned(),
            "CA" | "CAN" | "CANADA" => "CAN".to_owned(),
            other => other.to_owned(),
        };
        let digits = plain(part(Member::PostalCode)).replace(' ', "");
        let postal_code = match digits.split_once('-') {
            Some((zip, _)) => zip.to_owned(),
            None => digits,
        };
        Self {
            street: [
                short_direction(&plain(part(Member::PreDirectional))),
                name,
                suffix,
                short_direction(&plain(part(Member::PostDirectional))),
            ],
            number: plain(part(Member::StreetNumber)),
            city: plain(part(Member::City)),
            state: code_of_state(&state).map_or(state, ToOwned::to_owned),
            postal_code,
            country,
        }
    }
}

/// Capitals, single spaces, no full stops.
fn plain(text: &str) -> String {
    text.replace('.', "")
        .split_whitespace()
        .map(str::to_uppercase)
        .collect::<Vec<_>>()
        .join(" ")
}

/// The two letters of a state or province named in full, in capitals.
pub fn code_of_state(name: &str) -> Option<&'static str> {
    let states = US_STATES.iter().map(|(code, long)| (*code, *long));
    let provinces = CA_PROVINCES.iter().map(|(code, long, _)| (*code, *long));
    states
        .chain(provinces)
        .find(|(_, long)| *long == name)
        .map(|(code, _)| code)
}

fn short_suffix(suffix: &str) -> String {
    SUFFIXES
        .iter()
        .find(|(long, _)| *long == suffix)
        .map_or(suffix, |(_, short)| short)
        .to_owned()
}

fn short_direction(direction: &str) -> String {
    DIRECTIONS
        .iter()
        .find(|(long, _)| *long == direction)
        .map_or(direction, |(_, short)| short)
        .to_owned()
}

/// The suffixes of the streets one meets (USPS Publication 28, appendix C1).
pub const SUFFIXES: &[(&str, &str)] = &[
    ("AVENUE", "AVE"),
    ("BOULEVARD", "BLVD"),
    ("CIRCLE", "CIR"),
    ("COURT", "CT"),
    ("CRESCENT", "CRES"),
    ("DRIVE", "DR"),
    ("HIGHWAY", "HWY"),
    ("LANE", "LN"),
    ("PARKWAY", "PKWY"),
    ("PLACE", "PL"),
    ("ROAD", "RD"),
    ("SQUARE", "SQ"),
    ("STREET", "ST"),
    ("TERRACE", "TER"),
    ("TRAIL", "TRL"),
    ("WAY", "WAY"),
];

pub const DIRECTIONS: &[(&str, &str)] = &[
    ("NORTH", "N"),
    ("NORTHEAST", "NE"),
    ("EAST", "E"),
    ("SOUTHEAST", "SE"),
    ("SOUTH", "S"),
    ("SOUTHWEST", "SW"),
    ("WEST", "W"),
    ("NORTHWEST", "NW"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn sparks() -> Vec<KnownAddress> {
        vec![KnownAddress {
            street_number: Some("56".into()),
            street_name: "Sparks".into(),
            street_suffix: "St".into(),
            city: "Ottawa".into(),
            state: "ON".into(),
            postal_code: "K1P 5A9".into(),
            country: "CAN".into(),
            ..KnownAddress::default()
        }]
    }

    fn sparks_st_in(city: &str, state: &str) -> Record {
        serde_json::from_value(json!({
            "streetNumber": "56", "streetName": "Sparks", "streetSuffix": "Street",
            "city": city, "state": state, "country": "CAN", "postalCode": "k1p5a9"
        }))
        .expect("a record")
    }

    #[test]
    fn the_guides_three_examples_are_judged_as_the_guide_shows() {
        let known = sparks();
        assert_eq!(
            judge(&known, false, &sparks_st_in("Ottawa", "ON")),
            Verdict::Valid
        );
        assert_eq!(
            judge(&known, false, &sparks_st_in("Ottawa", "QB")),
            Verdict::NoSuchState
        );
        let Verdict::Alternatives(offered) =
            judge(&known, false, &sparks_st_in("Sandy Hill", "ON"))
        else {
            panic!("no alternatives for the wrong city");
        };
        assert_eq!(
            serde_json::to_value(&offered).expect("json"),
            json!([{"streetNumber": "56", "streetName": "Sparks St", "city": "OTTAWA",
                    "state": "ON", "postalCode": "K1P 5A9", "country": "CA"}])
        );
    }

    #[test]
    fn the_provider_finds_its_own_alternative_valid() {
        let known = sparks();
        let Verdict::Alternatives(offered) =
            judge(&known, false, &sparks_st_in("Sandy Hill", "ON"))
        else {
            panic!("no alternatives");
        };
        assert_eq!(judge(&known, false, &offered[0]), Verdict::Valid);
    }

    #[test]
    fn a_street_it_does_not_know_is_unknown_unless_it_is_lenient() {
        let mut nowhere = sparks_st_in("Ottawa", "ON");
        nowhere.set(Member::StreetName, Some("Nowhere"));
        assert_eq!(judge(&sparks(), false, &nowhere), Verdict::UnknownStreet);
        assert_eq!(judge(&sparks(), true, &nowhere), Verdict::Valid);
    }

    #[test]
    fn a_wrong_house_or_postal_code_on_a_known_street_is_not_valid() {
        for (member, text) in [
            (Member::StreetNumber, "9999"),
            (Member::PostalCode, "K2P 1L4"),
        ] {
            let mut address = sparks_st_in("Ottawa", "Ontario");
            assert_eq!(judge(&sparks(), false, &address), Verdict::Valid);
            address.set(member, Some(text));
            assert!(
                matches!(judge(&sparks(), false, &address), Verdict::Alternatives(_)),
                "{text}"
            );
        }
    }

    #[test]
    fn the_rejection_reads_like_the_published_sample() {
        let verdict = judge(&sparks(), false, &sparks_st_in("Sandy Hill", "ON"));
        assert_eq!(
            rejection("16135550100", &verdict),
            "#409 - Error registering e911 address for 16135550100: 409 (The specified Civic \
             Address is invalid. No MSAG Match, alternatives found) Alternate Address: \
             [Address:56 Sparks St, City:OTTAWA, State:ON, PostalCode:K1P 5A9, Country:CA]"
        );
    }
}
