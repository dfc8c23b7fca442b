//! N4, N5 and coordinates: states, countries, postal codes, positions.

use super::text::{bare, fold};
use crate::model::values::{CA_PROVINCES, US_STATES};

/// `Utah` and `ut` are `UT`; what is no state is only folded.
pub fn state(text: &str) -> String {
    let word = bare(text);
    if word.len() == 2 {
        return word;
    }
    // Québec is the one province that is written with an accent.
    let plain = word.replace('É', "E");
    let full = US_STATES
        .iter()
        .map(|(code, name)| (*code, *name))
        .chain(CA_PROVINCES.iter().map(|(code, name, _)| (*code, *name)))
        .find(|(_, name)| *name == plain);
    full.map_or(word, |(code, _)| code.to_owned())
}

/// `US` is `USA`, `CA` and `Canada` are `CAN`; another country is only folded.
pub fn country(text: &str) -> String {
    let word = bare(text);
    match word.as_str() {
        "US" | "USA" | "UNITED STATES" | "UNITED STATES OF AMERICA" => "USA".to_owned(),
        "CA" | "CAN" | "CANADA" => "CAN".to_owned(),
        _ => word,
    }
}

/// ZIP+4 is its ZIP, since the platform adds and drops the last four; a
/// Canadian code is upper case with one space.
pub(super) fn postal_code(text: &str) -> String {
    let folded = fold(text);
    let compact: String = folded.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let digits = compact.bytes().all(|b| b.is_ascii_digit());
    if digits && matches!(compact.len(), 5 | 9) {
        return compact.chars().take(5).collect();
    }
    let canadian = compact.len() == 6
        && compact.bytes().enumerate().all(|(at, b)| {
            if at % 2 == 0 {
                b.is_ascii_uppercase()
            } else {
                b.is_ascii_digit()
            }
        });
    if canadian {
        let (area, unit) = compact.split_at(3);
        return format!("{area} {unit}");
    }
    folded
}

/// Decimal degrees to six places, about a tenth of a metre.
pub(super) fn coordinate(text: &str) -> String {
    match text.trim().parse::<f64>() {
        Ok(degrees) if degrees.is_finite() && degrees.abs() <= 360.0 => {
            // Rounded to whole millionths first, so that -0.0000001 and 0 agree.
            let millionths = (degrees * 1e6).round() as i64;
            format!("{millionths}e-6")
        }
        Ok(_) | Err(_) => fold(text),
    }
}
