//! Names and addresses: CSR, E911 address and listing address alike (D5 to
//! D14, D17). A wrong unit or town here sends help to the wrong door.

use super::{Findings, Spot};
use crate::desired::problem::nearest;
use crate::model::member::Member;
use crate::model::record::Declared;
use crate::model::values;

/// Longest text of a name, street or city (S:CustomerServiceRecordX).
const MAX_TEXT: usize = 256;
/// Longest caller ID name (guide, "customerName").
const MAX_CALLER_NAME: usize = 15;
/// Longest unit: what goes beyond is dropped without a word (O:createOrAddTelephoneNumberToAccount).
const MAX_UNIT: usize = 10;

/// What a member says, "" where nothing.
fn said<R: Declared>(record: &R, member: Member) -> &str {
    record
        .member(member)
        .value()
        .map_or("", |text| text.as_str())
}

/// Rules about one member each.
pub fn members<R: Declared>(spot: Spot<'_>, record: &R, found: &mut Findings) {
    for member in Member::ALL {
        if let Some(text) = record.member(member).value() {
            one(spot, member, text.as_str(), found);
        }
    }
    region(spot, record, found);
}

/// State, country and postal code against each other (D13, D14).
fn region<R: Declared>(spot: Spot<'_>, record: &R, found: &mut Findings) {
    let (state, country) = (said(record, Member::State), said(record, Member::Country));
    state_in_country(spot, state, country, found);
    postal_code(spot, record, state, country, found);
}

/// The same where a number declares one of them and the defaults another:
/// what neither says alone.
fn region_together<R: Declared>(spot: Spot<'_>, own: &R, merged: &R, found: &mut Findings) {
    let members = [Member::State, Member::Country, Member::PostalCode];
    if !members
        .into_iter()
        .any(|member| !said(own, member).is_empty())
    {
        return;
    }
    let (mut alone, mut together) = (Findings::default(), Findings::default());
    region(spot, own, &mut alone);
    region(spot, merged, &mut together);
    found.add_new(together, &alone);
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
        Member::Country => country(spot, value, found),
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
        format!("write {short}")
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

fn country(spot: Spot<'_>, value: &str, found: &mut Findings) {
    if value.is_empty() || values::COUNTRIES.contains(&value) {
        return;
    }
    let help = match value.to_uppercase().replace(['.', ' '], "").as_str() {
        "US" | "USA" | "UNITEDSTATES" | "UNITEDSTATESOFAMERICA" => "write USA",
        "CA" | "CAN" | "CANADA" => "write CAN",
        _ => "the platform serves USA and CAN",
    };
    found.error(
        "D13",
        spot,
        "country",
        format!("`{value}` is no country the platform knows"),
        help,
    );
}

/// The state or province exists, and lies in the country (D13).
fn state_in_country(spot: Spot<'_>, state: &str, country: &str, found: &mut Findings) {
    if state.is_empty() {
        return;
    }
    match values::country_of_state(state) {
        Some(lies_in) if values::COUNTRIES.contains(&country) && lies_in != country => {
            found.error(
                "D13",
                spot,
                "state",
                format!("{state} is in {lies_in}, not in {country}"),
                format!("write `country: {lies_in}`, or the state that is meant"),
            );
        }
        Some(_) => {}
        None => found.error(
            "D13",
            spot,
            "state",
            format!("`{state}` is no state or province"),
            state_hint(state),
        ),
    }
}

fn state_hint(state: &str) -> String {
    let upper = state.trim().trim_end_matches('.').to_uppercase();
    let known = values::US_STATES
        .iter()
        .map(|(code, name)| (*code, *name))
        .chain(
            values::CA_PROVINCES
                .iter()
                .map(|(code, name, _)| (*code, *name)),
        );
    let full = known
        .clone()
        .find(|(code, name)| *code == upper || *name == upper)
        .map(|(code, _)| code);
    let old = match upper.as_str() {
        "QB" | "PQ" | "QUÉBEC" | "QUE" => Some("QC"),
        "NF" | "NFLD" | "NEWFOUNDLAND" => Some("NL"),
        "ONT" => Some("ON"),
        "PEI" => Some("PE"),
        "CALIF" => Some("CA"),
        "TEX" => Some("TX"),
        _ => None,
    };
    let near = || {
        nearest(&upper, known.clone().map(|(_, name)| name))
            .filter(|_| upper.len() > 3)
            .and_then(|near| known.clone().find(|(_, name)| *name == near))
            .map(|(code, _)| code)
    };
    match full.or(old).or_else(near) {
        Some(code) => format!("write {code}"),
        None => "write the two letters of the state or province".to_owned(),
    }
}

/// D14: by the country, which the state tells where it isn't declared.
fn postal_code<R: Declared>(
    spot: Spot<'_>,
    record: &R,
    state: &str,
    country: &str,
    found: &mut Findings,
) {
    let code = said(record, Member::PostalCode);
    if code.is_empty() {
        return;
    }
    let country = match country {
        "" => values::country_of_state(state),
        country => Some(country),
    };
    let name = "postalCode";
    let (zip, canadian) = (is_zip(code), is_canadian(code));
    match country {
        Some("USA") if !zip => {
            let help = match code.chars().all(|c| c.is_ascii_digit()) && code.len() < 5 {
                true => format!("a ZIP code has five digits: {code:0>5}?"),
                false => "write 84042 or 84042-1234".to_owned(),
            };
            found.error("D14", spot, name, format!("`{code}` is no ZIP code"), help);
        }
        Some("CAN") if !canadian => {
            found.error(
                "D14",
                spot,
                name,
                format!("`{code}` is no Canadian postal code"),
                canadian_hint(code),
            );
        }
        Some("CAN") => {
            let province = values::CA_PROVINCES
                .iter()
                .find(|(own, _, _)| *own == state);
            if let (Some((_, _, letters)), Some(first)) = (province, code.chars().next())
                && !letters.contains(first)
            {
                found.warn(
                    "D14",
                    spot,
                    name,
                    format!("postal codes of {state} do not begin with {first}"),
                    "check the province and the postal code",
                );
            }
        }
        None if !zip && !canadian => found.error(
            "D14",
            spot,
            name,
            format!("`{code}` is neither a ZIP code nor a Canadian postal code"),
            canadian_hint(code),
        ),
        Some(_) | None => {}
    }
}

fn is_zip(code: &str) -> bool {
    let (five, plus) = code.split_once('-').unwrap_or((code, "0000"));
    let digits =
        |text: &str, count| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    digits(five, 5) && digits(plus, 4)
}

/// `K1P 5A9`: letters without D F I O Q U, the first also without W and Z.
fn is_canadian(code: &str) -> bool {
    let letter = |c: char| c.is_ascii_uppercase() && !"DFIOQU".contains(c);
    code.chars().count() == 7
        && code.chars().enumerate().all(|(index, c)| match index {
            0 => letter(c) && !"WZ".contains(c),
            2 | 5 => letter(c),
            3 => c == ' ',
            _ => c.is_ascii_digit(),
        })
}

fn canadian_hint(code: &str) -> String {
    let compact: String = code
        .chars()
        .filter(|c| c.is_ascii_alphanumeric())
        .map(|c| c.to_ascii_uppercase())
        .collect();
    let (first, second) = compact.split_at_checked(3).unwrap_or((&compact, ""));
    let spaced = format!("{first} {second}");
    if is_canadian(&spaced) {
        format!("write {spaced}")
    } else {
        "write it as K1P 5A9".to_owned()
    }
}

/// Rules about members together, on the object with its defaults under it.
/// They bind an object that declares what they are about (design, decision 2).
/// `own` is what the number itself says of the object, where it says anything.
pub fn whole<R: Declared>(spot: Spot<'_>, record: &R, own: Option<&R>, found: &mut Findings) {
    if let Some(own) = own {
        region_together(spot, own, record, found);
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
    if unit.is_empty() && !what.is_empty() && !values::SECONDARY_WITHOUT_UNIT.contains(&what) {
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
            format!("nothing says what unit {unit} is"),
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
