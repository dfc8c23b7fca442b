//! What only an E911 address has: language and coordinates, and that it is a
//! place someone can drive to (D16, D18, D19, D47).

use super::region::said;
use super::{Findings, Spot, text};
use crate::desired::file::NumberEntry;
use crate::model::dispatch::no_place;
use crate::model::record::Declared;
use crate::model::{
    CustomerServiceRecord, E911Address, Field, Member, Record, Text, meaning, values,
};

/// Members by themselves.
pub fn members(spot: Spot<'_>, address: &E911Address, found: &mut Findings) {
    found.one_of(
        "D18",
        spot,
        "language",
        text(&address.language),
        values::LANGUAGES,
    );
    coordinate(spot, "latitude", &address.latitude, 90.0, found);
    coordinate(spot, "longitude", &address.longitude, 180.0, found);
    if let Some(what) = no_place(text(&address.street_name)) {
        found.error(
            "D16",
            spot,
            "streetName",
            format!("an ambulance can't drive to a {what}"),
            "write the street address of the place where the telephone is",
        );
    }
}

fn coordinate(
    spot: Spot<'_>,
    name: &'static str,
    value: &Field<Text>,
    limit: f64,
    found: &mut Findings,
) {
    let value = text(value);
    if value.is_empty() {
        return;
    }
    let (whole, decimals) = value.split_once('.').unwrap_or((value, ""));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let unsigned = whole.strip_prefix(['-', '+']).unwrap_or(whole);
    let number = match value.parse::<f64>() {
        Ok(number) if digits(unsigned) && (decimals.is_empty() || digits(decimals)) => number,
        _ => {
            let message = format!("`{value}` is no {name}");
            let example = match name {
                "longitude" => "-111.728167",
                _ => "40.332492",
            };
            let help = format!("write decimal degrees: \"{example}\"");
            found.error("D19", spot, name, message, help);
            return;
        }
    };
    if number.abs() > limit {
        let message = format!("a {name} lies between -{limit} and {limit}");
        let help = match name {
            "latitude" => "have latitude and longitude changed places?",
            _ => "check the degrees",
        };
        found.error("D19", spot, name, message, help);
    } else if !(4..=6).contains(&decimals.len()) {
        found.error(
            "D19",
            spot,
            name,
            format!("a {name} has 4 to 6 decimals, this has {}", decimals.len()),
            "fewer decimals are another building, more are refused",
        );
    }
}

/// Rules about members together.
pub fn whole(spot: Spot<'_>, address: &E911Address, found: &mut Findings) {
    let (latitude, longitude) = (text(&address.latitude), text(&address.longitude));
    if latitude.is_empty() != longitude.is_empty() {
        let (there, missing) = match latitude.is_empty() {
            true => ("longitude", "latitude"),
            false => ("latitude", "longitude"),
        };
        found.error(
            "D19",
            spot,
            there,
            format!("{there} without {missing} is no place"),
            format!("add {missing}, or take {there} away"),
        );
    } else if latitude.parse::<f64>().is_ok() && longitude.parse::<f64>().is_ok() {
        found.warn(
            "D19",
            spot,
            "latitude",
            "with coordinates the address itself is not sent to the PSAP",
            "leave latitude and longitude out unless the address can't be found without them",
        );
    }
    let american = match text(&address.country) {
        "" => values::country_of_state(text(&address.state)) == Some("USA"),
        country => country == "USA",
    };
    if american && text(&address.language) == "fr-CA" {
        found.warn(
            "D18",
            spot,
            "language",
            "fr-CA on an address in the United States",
            "leave `language` out, or write en-US",
        );
    }
}

/// A place of the number's own in its CSR beside the defaults' 911 address (D47):
/// what was moved by hand is the record, and help goes where the defaults say.
pub fn of_the_defaults(
    spot: Spot<'_>,
    entry: &NumberEntry,
    csr: &CustomerServiceRecord,
    address: &E911Address,
    found: &mut Findings,
) {
    let Some(own) = entry.customer_service_record.value() else {
        return;
    };
    let says_where = |address: &E911Address| {
        let mut members = Member::ALL.into_iter().filter(|m| meaning::is_place(*m));
        members.any(|member| !address.member(member).is_absent())
    };
    if entry.e911_address.value().is_some_and(says_where) {
        return;
    }
    if said(csr, Member::StreetName).is_empty() || said(address, Member::StreetName).is_empty() {
        return;
    }
    let differing = meaning::differences(&place(csr), &place(address), meaning::is_place);
    let moved = differing
        .iter()
        .copied()
        .find(|member| !own.member(*member).is_absent());
    if let Some(member) = moved {
        found.warn(
            "D47",
            spot,
            member.name(),
            "the number has a place of its own here, and 911 calls are answered with the defaults' e911Address, which is another",
            "write `e911Address` at the number: null where help is to come to this place, else the place it is to come to",
        );
    }
}

fn place<R: Declared>(declared: &R) -> Record {
    let mut record = Record::default();
    for member in Member::ALL
        .into_iter()
        .filter(|member| meaning::is_place(*member))
    {
        record.set(member, Some(said(declared, member)));
    }
    record
}

/// Without an E911 address of its own the CSR's answers 911 calls.
pub fn csr_answers(spot: Spot<'_>, csr: &CustomerServiceRecord, found: &mut Findings) {
    if let Some(what) = no_place(text(&csr.street_name)) {
        found.warn(
            "D16",
            spot,
            "streetName",
            format!(
                "911 calls are answered with this address, and an ambulance can't drive to a {what}"
            ),
            "write `e911Address` with the place where the telephone is",
        );
    }
}
