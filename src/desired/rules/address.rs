//! Names and addresses: CSR, E911 address and listing address alike (D5 to
//! D14, D17, D46). A wrong unit or town here sends help to the wrong door.

use super::region::{self, said};
use super::{Findings, Spot};
use crate::model::member::Member;
use crate::model::record::Declared;
use crate::model::values;

/// Longest text of a name, street or city (S:CustomerServiceRecordX).
const MAX_TEXT: usize = 256;
/// Longest caller ID name (guide, "customerName").
const MAX_CALLER_NAME: usize = 15;
/// Longest unit: what goes beyond is dropped without a word (O:createOrAddTelephoneNumberToAccount).
const MAX_UNIT: usize = 10;

/// Rules about one member each.
pub fn members<R: Declared>(spot: Spot<'_>, record: &R, found: &mut Findings) {
    for member in Member::ALL {
        if let Some(text) = record.member(member).value() {
            one(spot, member, text.as_str(), found);
        }
    }
    region::region(spot, record, found);
}

fn one(spot: Spot<'_>, member: Member, value: &str, found: &mut Findings) {
    let name = member.name();
    if value.chars().any(char::is_control) {
        found.error(
            "D7",
            spot,
            name,
            format!("{name} has a line break or another control character in it"),
            "write it on one line",
        );
        return;
    }
    match member {
        Member::CustomerType => found.one_of("D5", spot, name, value, values::CUSTOMER_TYPES),
        Member::PreDirectional | Member::PostDirectional => {
            directional(spot, name, value, found);
        }
        Member::SecondaryLocationDescription => {
            found.one_of("D11", spot, name, value, values::SECONDARY_LOCATIONS);
        }
        Member::Unit => at_most("D12", spot, name, value, MAX_UNIT, found),
        Member::CustomerName => caller_name(spot, value, found),
        Member::Country => region::country(spot, value, found),
        Member::BlockCustomerName => boolean(spot, name, value, found),
        Member::FirstName if value.is_empty() => found.error(
            "D7",
            spot,
            name,
            "firstName must have at least one character",
            "leave the member out (not managed), or write null (cleared)",
        ),
        Member::FirstName
        | Member::MiddleInitial
        | Member::LastName
        | Member::FirstNameSecondary
        | Member::BusinessName
        | Member::StreetName
        | Member::City => at_most("D7", spot, name, value, MAX_TEXT, found),
        // Judged together with what they belong to, or free.
        Member::StreetNumber
        | Member::StreetNumberSuffix
        | Member::StreetSuffix
        | Member::State
        | Member::PostalCode
        | Member::Latitude
        | Member::Longitude
        | Member::Language => {}
    }
}

fn at_most(
    code: &'static str,
    spot: Spot<'_>,
    name: &'static str,
    value: &str,
    limit: usize,
    found: &mut Findings,
) {
    let count = value.chars().count();
    if count > limit {
        let why = match code {
            "D12" => "; the platform drops what goes beyond, and help looks for the wrong door",
            _ => "",
        };
        found.error(
            code,
            spot,
            name,
            format!("{name} has {count} characters, {limit} are taken{why}"),
            "shorten it",
        );
    }
}

fn boolean(spot: Spot<'_>, name: &'static str, value: &str, found: &mut Findings) {
    if !value.eq_ignore_ascii_case("true") && !value.eq_ignore_ascii_case("false") {
        found.error(
            "type",
            spot,
            name,
            format!("expected true or false, found `{value}`"),
            "write true or false",
        );
    }
}

fn directional(spot: Spot<'_>, name: &'static str, value: &str, found: &mut Findings) {
    if value.is_empty() || values::DIRECTIONALS.contains(&value) {
        return;
    }
    let short: String = value
        .to_uppercase()
        .replace(['.', '-', ' '], "")
        .replace("NORTH", "N")
        .replace("SOUTH", "S")
        .replace("EAST", "E")
        .replace("WEST", "W");
    let help = if values::DIRECTIONALS.contains(&short.as_str()) {
        format!("write `{short}`")
    } else {
        format!("one of {}", values::DIRECTIONALS.join(", "))
    };
    found.error(
        "D10",
        spot,
        name,
        format!("`{value}` is no direction"),
        help,
    );
}

/// CNAM (D8).
fn caller_name(spot: Spot<'_>, value: &str, found: &mut Findings) {
    if value.is_empty() {
        return;
    }
    let name = "customerName";
    at_most("D8", spot, name, value, MAX_CALLER_NAME, found);
    if let Some(wrong) = value
        .chars()
        .find(|c| !c.is_ascii_alphanumeric() && *c != ' ')
    {
        found.error(
            "D8",
            spot,
            name,
            format!("`{wrong}` can't be shown as caller ID: letters, digits and spaces can"),
            "write it without accents and signs",
        );
    } else if !value.chars().any(|c| c.is_ascii_alphabetic()) {
        found.error(
            "D8",
            spot,
            name,
            "a caller ID name needs at least one letter",
            "write the name that the people called shall see",
        );
    }
}

/// Rules about members together, on the object with its defaults under it.
/// They bind an object that declares what they are about (design, decision 2).
/// `own` is what the number itself says of the object, where it says anything.
pub fn whole<R: Declared>(spot: Spot<'_>, record: &R, own: Option<&R>, found: &mut Findings) {
    if let Some(own) = own {
        region::together(spot, own, record, found);
        of_two_places(spot, own, record, found);
    }
    names(spot, record, found);
    if said(record, Member::StreetName).is_empty() {
        return;
    }
    let missing: Vec<&str> = [
        Member::StreetNumber,
        Member::City,
        Member::State,
        Member::PostalCode,
    ]
    .into_iter()
    .filter(|member| said(record, *member).trim().is_empty())
    .map(Member::name)
    .collect();
    if !missing.is_empty() {
        found.error(
            "D9",
            spot,
            "",
            format!("an address with a street needs {}", missing.join(", ")),
            "once streetName is written the whole address is: what is left out counts as empty",
        );
    }
    unit(spot, record, found);
}

/// What belongs to one street, and says something else of another.
const OF_A_STREET: [Member; 7] = [
    Member::StreetNumber,
    Member::StreetNumberSuffix,
    Member::PreDirectional,
    Member::StreetSuffix,
    Member::PostDirectional,
    Member::SecondaryLocationDescription,
    Member::Unit,
];

/// A street of the number's own with the rest of the defaults' street (D46):
/// defaults merge member by member, and an ambulance goes to what comes out.
fn of_two_places<R: Declared>(spot: Spot<'_>, own: &R, record: &R, found: &mut Findings) {
    if said(own, Member::StreetName).is_empty() {
        return;
    }
    let taken: Vec<String> = OF_A_STREET
        .into_iter()
        .filter(|member| own.member(*member).is_absent() && !said(record, *member).is_empty())
        .map(|member| format!("{} {}", member.name(), said(record, member)))
        .collect();
    if !taken.is_empty() {
        found.warn(
            "D46",
            spot,
            Member::StreetName.name(),
            format!(
                "this street is the number's own, and {} of the defaults' address go with it",
                taken.join(", ")
            ),
            "write them at the number as they are there; null where there is none",
        );
    }
}

/// Names by customerType (D6).
fn names<R: Declared>(spot: Spot<'_>, record: &R, found: &mut Findings) {
    let needed: &[Member] = match said(record, Member::CustomerType) {
        "RESIDENTIAL" => &[Member::FirstName, Member::LastName],
        "BUSINESS" => &[Member::BusinessName],
        _ => return,
    };
    let missing: Vec<&str> = needed
        .iter()
        .filter(|member| said(record, **member).trim().is_empty())
        .map(|member| member.name())
        .collect();
    if !missing.is_empty() {
        found.error(
            "D6",
            spot,
            "",
            format!(
                "a {} customer needs {}",
                said(record, Member::CustomerType),
                missing.join(" and ")
            ),
            format!("add {}", missing.join(" and ")),
        );
    }
}

/// Unit and what it counts go together (D11); a unit hidden in the street (D17).
fn unit<R: Declared>(spot: Spot<'_>, record: &R, found: &mut Findings) {
    let unit = said(record, Member::Unit);
    let what = said(record, Member::SecondaryLocationDescription);
    // A word that the platform does not know is told already.
    let known = values::SECONDARY_LOCATIONS.contains(&what);
    if unit.is_empty() && known && !values::SECONDARY_WITHOUT_UNIT.contains(&what) {
        found.error(
            "D11",
            spot,
            "secondaryLocationDescription",
            format!("{what} of what number? `unit` is missing"),
            "add `unit`, or take secondaryLocationDescription away",
        );
    }
    if !unit.is_empty() && what.is_empty() {
        found.warn(
            "D11",
            spot,
            "unit",
            format!("nothing says what unit `{unit}` is"),
            "add secondaryLocationDescription: SUITE, APARTMENT, FLOOR …",
        );
    }
    if unit.is_empty() && what.is_empty() {
        for member in [
            Member::StreetName,
            Member::StreetSuffix,
            Member::StreetNumberSuffix,
        ] {
            let words = said(record, member);
            if let Some(hint) = unit_hint(words) {
                found.warn(
                    "D17",
                    spot,
                    member.name(),
                    format!("`{hint}` in `{words}` looks like a building of many, and no unit is given"),
                    "write it as secondaryLocationDescription and unit: first responders look for these",
                );
            }
        }
    }
}

/// A word that says "one of many doors" (47 CFR 9.3, dispatchable location).
fn unit_hint(text: &str) -> Option<&str> {
    const HINTS: [&str; 15] = [
        "APT",
        "APARTMENT",
        "APARTMENTS",
        "STE",
        "SUITE",
        "SUITES",
        "UNIT",
        "FLOOR",
        "FL",
        "BLDG",
        "BUILDING",
        "TOWER",
        "TOWERS",
        "ROOM",
        "MALL",
    ];
    text.split([' ', ','])
        .skip(usize::from(!text.trim_start().starts_with('#')))
        .find(|word| {
            let bare = word.trim_matches(['.', ',']).to_uppercase();
            HINTS.contains(&bare.as_str()) || (bare.starts_with('#') && bare.len() > 1)
        })
}
