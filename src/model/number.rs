//! A telephone number of the North American Numbering Plan (NANP).
//!
//! A number is identity here: it keys the YAML, the platform's listing and
//! every step of a plan. People write it in many ways; it is held, shown and
//! sent in one, the platform's eleven digits (`18015551212`).

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};

/// Eleven digits beginning with 1. That its area code and exchange can exist
/// is a separate question, answered by [`PhoneNumber::nanp_fault`], so that a
/// file with an impossible number still loads and the fault is reported as a
/// broken rule with its place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhoneNumber(u64);

/// Why a text is not a telephone number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotANumber {
    /// As it was typed, shortened.
    found: String,
    fault: Fault,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// No digit at all.
    NoDigits,
    /// Letters after enough digits: `801-555-1212 x5`.
    Extension,
    Letters,
    /// Other signs than people put between digits.
    Signs,
    /// `+` and another country's code.
    Abroad,
    /// `+` and ten digits: the country's code was left out.
    NoCountryCode,
    /// Ten digits beginning with 1.
    TenWithOne,
    /// Eleven digits not beginning with 1.
    ElevenWithoutOne,
    Count(usize),
}

impl NotANumber {
    /// How to write it.
    pub fn help(&self) -> &'static str {
        match self.fault {
            Fault::NoDigits | Fault::Signs => {
                "write 11 digits beginning with 1 (18015551212), 10 digits, or +1 801-555-1212"
            }
            Fault::Extension => "write the number without its extension",
            Fault::Letters => "write the digits that the letters stand for",
            Fault::Abroad => {
                "the platform has numbers of the United States and Canada: +1 and 10 digits"
            }
            Fault::NoCountryCode => "write +1 before the area code",
            Fault::TenWithOne => "write 1 and all 10 digits: 18015551212",
            Fault::ElevenWithoutOne => "write 1 and 10 digits: 18015551212",
            Fault::Count(count) if count > 11 => "take away what is too much: 1 and 10 digits",
            Fault::Count(_) => "write area code, exchange and line: 10 digits, or 1 and 10 digits",
        }
    }
}

impl fmt::Display for NotANumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = &self.found;
        match self.fault {
            Fault::NoDigits | Fault::Signs => write!(f, "`{found}` is no telephone number"),
            Fault::Extension => write!(f, "`{found}` has an extension behind the number"),
            Fault::Letters => write!(f, "`{found}` has letters in it"),
            Fault::Abroad => write!(f, "{found} is a number of another country"),
            Fault::NoCountryCode => {
                write!(f, "{found} has a + and no country code: the 1 is missing")
            }
            Fault::TenWithOne => {
                write!(
                    f,
                    "{found} has 10 digits and begins with 1: a digit is missing"
                )
            }
            Fault::ElevenWithoutOne => {
                write!(f, "{found} has 11 digits and does not begin with 1")
            }
            Fault::Count(1) => write!(f, "{found} has 1 digit: a telephone number has 10 or 11"),
            Fault::Count(count) => {
                write!(
                    f,
                    "{found} has {count} digits: a telephone number has 10 or 11"
                )
            }
        }
    }
}

impl std::error::Error for NotANumber {}

/// Area codes in which the called party pays (guide, "Submitting a Standard Port").
const TOLL_FREE: [u64; 7] = [800, 833, 844, 855, 866, 877, 888];

impl PhoneNumber {
    /// No number comes before it.
    pub const LOWEST: Self = Self(10_000_000_000);
    /// No number comes after it.
    pub const HIGHEST: Self = Self(19_999_999_999);

    /// The three-digit area code (NPA).
    pub fn npa(self) -> u64 {
        self.0 / 10_000_000 % 1000
    }

    /// The three-digit exchange (NXX).
    pub fn nxx(self) -> u64 {
        self.0 / 10_000 % 1000
    }

    /// The last four digits.
    pub fn line(self) -> u64 {
        self.0 % 10_000
    }

    /// The eleven digits as an integer; its order is the order of numbers.
    pub fn as_u64(self) -> u64 {
        self.0
    }

    /// Built from eleven digits; `None` unless they begin with 1.
    pub fn from_u64(digits: u64) -> Option<Self> {
        (10_000_000_000..20_000_000_000)
            .contains(&digits)
            .then_some(Self(digits))
    }

    pub fn is_toll_free(self) -> bool {
        TOLL_FREE.contains(&self.npa())
    }

    /// Why no such number can exist (`^1[2-9]\d{2}[2-9]\d{6}$`, neither code N11).
    pub fn nanp_fault(self) -> Option<&'static str> {
        let (npa, nxx) = (self.npa(), self.nxx());
        if npa < 200 {
            Some("an area code begins with 2 to 9")
        } else if npa % 100 == 11 {
            Some("an area code can't end in 11")
        } else if nxx < 200 {
            Some("an exchange (digits 5 to 7) begins with 2 to 9")
        } else if nxx % 100 == 11 {
            Some("an exchange (digits 5 to 7) can't end in 11")
        } else {
            None
        }
    }

    /// The way people read it: `+1 801-555-1212`.
    pub fn spaced(self) -> String {
        format!("+1 {:03}-{:03}-{:04}", self.npa(), self.nxx(), self.line())
    }
}

impl FromStr for PhoneNumber {
    type Err = NotANumber;

    fn from_str(text: &str) -> Result<Self, NotANumber> {
        let fault = |fault| NotANumber {
            found: text
                .chars()
                .take(40)
                .map(|c| if c.is_control() { ' ' } else { c })
                .collect(),
            fault,
        };
        let trimmed = text.trim();
        let (body, international) = match trimmed.strip_prefix('+') {
            Some(rest) => (rest, true),
            None => (trimmed, false),
        };
        let mut digits: u64 = 0;
        let mut count: usize = 0;
        for c in body.chars() {
            match c {
                '0'..='9' => {
                    // What is too long is refused below, whatever its digits.
                    digits = digits
                        .wrapping_mul(10)
                        .wrapping_add(u64::from(c as u8 - b'0'));
                    count += 1;
                }
                ' ' | '-' | '.' | '(' | ')' | '/' | '\u{a0}' | '\u{2011}' => {}
                _ => return Err(fault(strange(c, count, body))),
            }
        }
        match count {
            0 => Err(fault(Fault::NoDigits)),
            10 if international => Err(fault(Fault::NoCountryCode)),
            10 if (1_000_000_000..2_000_000_000).contains(&digits) => Err(fault(Fault::TenWithOne)),
            10 => Ok(Self(10_000_000_000 + digits)),
            11 if international => Self::from_u64(digits).ok_or_else(|| fault(Fault::Abroad)),
            11 => Self::from_u64(digits).ok_or_else(|| fault(Fault::ElevenWithoutOne)),
            count if international && !body.trim_start().starts_with('1') && count > 6 => {
                Err(fault(Fault::Abroad))
            }
            count => Err(fault(Fault::Count(count))),
        }
    }
}

/// What a character means that no number has, after so many digits.
fn strange(c: char, digits: usize, body: &str) -> Fault {
    let any = body.chars().any(|c| c.is_ascii_digit());
    match c {
        c if any && digits >= 10 && (c.is_alphabetic() || matches!(c, ',' | ';' | '#' | '*')) => {
            Fault::Extension
        }
        c if any && c.is_alphabetic() => Fault::Letters,
        _ => Fault::Signs,
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl Serialize for PhoneNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PhoneNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NumberVisitor;
        impl Visitor<'_> for NumberVisitor {
            type Value = PhoneNumber;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a telephone number such as 18015551212")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<PhoneNumber, E> {
                text.parse().map_err(E::custom)
            }
            fn visit_u64<E: de::Error>(self, digits: u64) -> Result<PhoneNumber, E> {
                self.visit_str(&digits.to_string())
            }
        }
        // Asking for text makes YAML hand over an unquoted number digit for digit.
        deserializer.deserialize_str(NumberVisitor)
    }
}

impl JsonSchema for PhoneNumber {
    fn schema_name() -> Cow<'static, str> {
        "PhoneNumber".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["string", "integer"],
            "description": "A telephone number of the North American Numbering Plan: 11 digits beginning with 1, 10 digits, or E.164 with the usual punctuation.",
            "pattern": NUMBER_PATTERN,
            "examples": ["18015551212", "+1 801-555-1212"]
        })
    }
}

/// The JSON Schema pattern of a telephone number as people may write it.
pub const NUMBER_PATTERN: &str =
    r"^\s*(\+?[ ().\-/]*1)?[ ().\-/]*([2-9][ ().\-/]*([0-9][ ().\-/]*){2}){2}([0-9][ ().\-/]*){4}$";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_spelling_names_the_same_number() {
        for text in [
            "18015551212",
            "8015551212",
            "+1 801-555-1212",
            "+18015551212",
            "(801) 555-1212",
            "1 (801) 555.1212",
            " 801 555 1212 ",
        ] {
            let number: PhoneNumber = text.parse().unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(number.to_string(), "18015551212", "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "",
            "1",
            "801555121",
            "28015551212",
            "118015551212",
            "+8015551212",
            "801-555-CALL",
            "+44 20 7946 0958",
            "١٨٠١٥٥٥١٢١٢",
        ] {
            assert!(text.parse::<PhoneNumber>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_fault_is_told_of_what_was_typed() {
        for (text, fault) in [
            (
                "1801769010",
                "has 10 digits and begins with 1: a digit is missing",
            ),
            ("180176901011", "has 12 digits"),
            ("801769010", "has 9 digits"),
            ("801-555-CALL", "letters"),
            ("801-555-1212 x5", "extension"),
            ("+44 20 7946 0958", "another country"),
            ("+8015551212", "the 1 is missing"),
            ("28015551212", "does not begin with 1"),
            ("main", "is no telephone number"),
        ] {
            let error = text.parse::<PhoneNumber>().expect_err(text);
            assert!(error.to_string().contains(fault), "{error}");
            assert!(error.to_string().contains(text), "{error}");
            assert!(!error.help().is_empty());
        }
    }

    #[test]
    fn impossible_codes_are_named() {
        let fault = |text: &str| {
            text.parse::<PhoneNumber>()
                .ok()
                .and_then(PhoneNumber::nanp_fault)
        };
        assert_eq!(fault("18015551212"), None);
        assert!(fault("11015551212").is_some());
        assert!(fault("19115551212").is_some());
        assert!(fault("18010551212").is_some());
        assert!(fault("18019111212").is_some());
    }
}
