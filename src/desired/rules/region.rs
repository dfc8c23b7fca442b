//! Country, state or province, and postal code: each by itself and against each
//! other (D13, D14).

use super::{Findings, Spot};
use crate::desired::problem::nearest;
use crate::model::member::Member;
use crate::model::record::Declared;
use crate::model::values;

/// What a member says, "" where nothing.
pub fn said<R: Declared>(record: &R, member: Member) -> &str {
    record
        .member(member)
        .value()
        .map_or("", |text| text.as_str())
}

/// State, country and postal code against each other (D13, D14).
pub fn region<R: Declared>(spot: Spot<'_>, record: &R, found: &mut Findings) {
    let (state, country) = (said(record, Member::State), said(record, Member::Country));
    state_in_country(spot, state, country, found);
    postal_code(spot, record, state, country, found);
}

/// The same where a number declares one of them and the defaults another:
/// what neither says alone.
pub fn together<R: Declared>(spot: Spot<'_>, own: &R, merged: &R, found: &mut Findings) {
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

/// The country's code (D13).
pub fn country(spot: Spot<'_>, value: &str, found: &mut Findings) {
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
        format!("write `{spaced}`")
    } else {
        "write it as K1P 5A9".to_owned()
    }
}
