//! What the E911 provider thinks of the addresses in the files.
//!
//! What it refuses comes last, where a person looks when a long list has gone by.

use anstyle::Style;
use serde_json::{Value, json};

use super::address::said;
use super::style::{BAD, FAINT, GOOD, WARN};
use super::words;
use crate::model::{Member, PhoneNumber, Record};
use crate::plan::document::FORMAT_VERSION;
use crate::plan::{Verdict, as_yaml, instead_of};

/// What was asked and answered.
#[derive(Clone, Debug)]
pub struct CheckedAddresses {
    pub addresses: Vec<CheckedAddress>,
    /// Numbers whose address is not, or not wholly, in the files.
    pub elsewhere: Vec<PhoneNumber>,
    /// `e911: { onUnknown: block }`.
    pub unknown_blocks: bool,
}

/// An address and the provider's opinion of it.
#[derive(Clone, Debug)]
pub struct CheckedAddress {
    pub verdict: Verdict,
    /// As it would be sent.
    pub address: Record,
    /// The files say that it has no unit (`unit: null`).
    pub no_unit: bool,
    /// The numbers that have it, in order; at least one.
    pub numbers: Vec<PhoneNumber>,
    /// The file that declares the first of them.
    pub file: String,
    /// … and the line, from 1.
    pub line: u32,
}

impl CheckedAddresses {
    /// The same without anybody's name and address.
    pub fn masked(mut self) -> Self {
        for checked in &mut self.addresses {
            checked.address = checked.address.masked();
            match &mut checked.verdict {
                Verdict::Invalid { alternatives, .. } => {
                    for offered in alternatives {
                        *offered = offered.masked();
                    }
                }
                Verdict::Valid
                | Verdict::NoUnit
                | Verdict::Unknown { .. }
                | Verdict::OutOfReach { .. } => {}
            }
        }
        self
    }
}

/// What is made of an address, the worst last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    Valid,
    /// Valid, with something to be said of it.
    Told,
    Unknown,
    /// The provider takes it, and a plan would not send it.
    NoUnit,
    Invalid,
}

impl Standing {
    fn of(checked: &CheckedAddress) -> Self {
        match &checked.verdict {
            Verdict::Valid => Self::Valid,
            Verdict::NoUnit if checked.no_unit => Self::Told,
            Verdict::NoUnit => Self::NoUnit,
            Verdict::Unknown { .. } | Verdict::OutOfReach { .. } => Self::Unknown,
            Verdict::Invalid { .. } => Self::Invalid,
        }
    }

    /// As the platform says it (S:E911PrevalidateResponseX), but for the one
    /// that it has no word for.
    fn word(self) -> &'static str {
        match self {
            Self::Valid | Self::Told => "VALID",
            Self::Unknown => "UNKNOWN",
            Self::NoUnit => "NO_UNIT",
            Self::Invalid => "INVALID",
        }
    }

    fn style(self) -> Style {
        match self {
            Self::Valid => GOOD,
            Self::Told | Self::Unknown => WARN,
            Self::NoUnit | Self::Invalid => BAD,
        }
    }
}

/// How many of the addresses stand so.
struct Counts {
    valid: usize,
    unknown: usize,
    no_unit: usize,
    invalid: usize,
}

impl Counts {
    fn of(addresses: &[CheckedAddress]) -> Self {
        let of = |word: &str| {
            addresses
                .iter()
                .filter(|address| Standing::of(address).word() == word)
                .count()
        };
        Self {
            valid: of("VALID"),
            unknown: of("UNKNOWN"),
            no_unit: of("NO_UNIT"),
            invalid: of("INVALID"),
        }
    }
}

/// A table, and below each address that is not valid what to do about it.
pub fn e911_check_human(checked: &CheckedAddresses, width: usize) -> String {
    let CheckedAddresses {
        addresses,
        elsewhere,
        unknown_blocks,
    } = checked;
    let rows: Vec<[String; 3]> = addresses.iter().map(row).collect();
    let [place, count, source] = [0, 1, 2].map(|column| {
        let lengths = rows.iter().filter_map(|row| row.get(column));
        lengths.map(|text| text.chars().count()).max().unwrap_or(0)
    });
    let fits = LEFT + place + 2 + count + 2 + source <= width;
    let mut order: Vec<(&CheckedAddress, &[String; 3])> = addresses.iter().zip(&rows).collect();
    // Stable: within a verdict the order of the files stays.
    order.sort_by_key(|(address, _)| Standing::of(address));
    let mut text = String::new();
    for (address, [line, numbers, from]) in order {
        let standing = Standing::of(address);
        let style = standing.style();
        let head = format!("{style}{:<7}{style:#}  ", standing.word());
        if fits {
            text.push_str(&format!(
                "{head}{line:<place$}  {numbers:>count$}  {FAINT}{from}{FAINT:#}\n"
            ));
        } else {
            let mut lines = words::wrapped(line, width.saturating_sub(LEFT)).into_iter();
            text.push_str(&format!("{head}{}\n", lines.next().unwrap_or_default()));
            for line in lines {
                text.push_str(&format!("{:LEFT$}{line}\n", ""));
            }
            text.push_str(&format!("{:LEFT$}{FAINT}{numbers}  {from}{FAINT:#}\n", ""));
        }
        text.push_str(&details(address, width));
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(&summary(addresses, *unknown_blocks));
    if !elsewhere.is_empty() {
        let numbers = counted(elsewhere.len(), "number");
        let verb = if elsewhere.len() == 1 { "has" } else { "have" };
        let note = format!(
            "{numbers} {verb} no whole address in the files; `alz plan` asks about what would be sent of it."
        );
        for line in words::wrapped(&note, width) {
            text.push_str(&format!("{FAINT}{line}{FAINT:#}\n"));
        }
    }
    text
}

/// Columns of the verdict.
const LEFT: usize = 9;

fn row(checked: &CheckedAddress) -> [String; 3] {
    let line = words::place(&checked.address);
    [
        match words::who(&checked.address) {
            who if who.is_empty() => line,
            who => format!("{who}: {line}"),
        },
        counted(checked.numbers.len(), "number"),
        words::clean(&format!("{}:{}", checked.file, checked.line)),
    ]
}

fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}

/// Why an address is not valid, and what the provider would have.
fn details(checked: &CheckedAddress, width: usize) -> String {
    let mut text = String::new();
    let mut say = |words: &str| {
        for line in words::wrapped(words, width.saturating_sub(LEFT)) {
            text.push_str(&format!("{:LEFT$}{line}\n", ""));
        }
    };
    match &checked.verdict {
        Verdict::Valid => {}
        Verdict::NoUnit => say(match checked.no_unit {
            false => {
                "the building has several tenants, and the address names no unit: write secondaryLocationDescription and unit, or unit: null where there is none to name"
            }
            true => {
                "the building has several tenants, and the file says that the address has no unit"
            }
        }),
        Verdict::Unknown { why } => say(&format!("the provider can't tell: {why}")),
        Verdict::OutOfReach { why } => say(&format!("the provider could not be asked: {why}")),
        Verdict::Invalid {
            errors,
            alternatives,
        } => {
            for error in errors {
                say(error);
            }
            match alternatives.len() {
                0 => say("the provider offers nothing instead: mend the address by hand"),
                1 => say("the provider would take, to paste into the file:"),
                _ => say("the provider would take one of these, to paste into the file:"),
            }
            for (place, offered) in alternatives.iter().enumerate() {
                if place > 0 {
                    text.push_str(&format!("{:LEFT$}or\n", ""));
                }
                for line in as_yaml(&mended(&checked.address, offered)).lines() {
                    text.push_str(&format!("    {}\n", words::clean(line)));
                }
            }
        }
    }
    text
}

/// The address at the place that is offered. Whose it is and what language is
/// spoken there are no business of a guide of streets.
fn mended(address: &Record, offered: &Record) -> Record {
    let place = instead_of(offered, address);
    let mut mended = address.clone();
    for member in Member::ALL {
        if member.is_location() || member == Member::Country {
            mended.set(member, place.raw(member));
        }
    }
    mended
}

fn summary(addresses: &[CheckedAddress], unknown_blocks: bool) -> String {
    if addresses.is_empty() {
        return "The files declare no E911 address.\n".to_owned();
    }
    let Counts {
        valid,
        unknown,
        no_unit,
        invalid,
    } = Counts::of(addresses);
    let numbers: usize = addresses.iter().map(|address| address.numbers.len()).sum();
    let addresses = match addresses.len() {
        1 => "1 address".to_owned(),
        count => format!("{count} addresses"),
    };
    let mut text = format!("{addresses} of {}: ", counted(numbers, "number"));
    let mut parts = Vec::new();
    if valid > 0 {
        parts.push(format!("{GOOD}{valid} valid{GOOD:#}"));
    }
    if unknown > 0 {
        let word = match unknown_blocks {
            true => "unknown, which alz.yaml does not let pass",
            false => "unknown",
        };
        parts.push(format!("{WARN}{unknown} {word}{WARN:#}"));
    }
    if no_unit > 0 {
        parts.push(format!(
            "{BAD}{no_unit} without the unit that is needed{BAD:#}"
        ));
    }
    if invalid > 0 {
        parts.push(format!("{BAD}{invalid} invalid{BAD:#}"));
    }
    text.push_str(&parts.join(", "));
    text.push('\n');
    text
}

/// The JSON document.
pub fn e911_check_json(checked: &CheckedAddresses) -> String {
    let CheckedAddresses {
        addresses,
        elsewhere,
        unknown_blocks: _, // the exit status has it
    } = checked;
    let Counts {
        valid,
        unknown,
        no_unit,
        invalid,
    } = Counts::of(addresses);
    let rows: Vec<Value> = addresses.iter().map(json_row).collect();
    let document = json!({
        "formatVersion": FORMAT_VERSION,
        "summary": { "valid": valid, "invalid": invalid, "unknown": unknown, "noUnit": no_unit },
        "addresses": rows,
        "notInFiles": elsewhere,
    });
    format!("{document:#}\n")
}

fn json_row(checked: &CheckedAddress) -> Value {
    let (errors, alternatives) = match &checked.verdict {
        Verdict::Valid | Verdict::NoUnit => (Vec::new(), Vec::new()),
        Verdict::Unknown { why } | Verdict::OutOfReach { why } => (vec![why.clone()], Vec::new()),
        Verdict::Invalid {
            errors,
            alternatives,
        } => (
            errors.clone(),
            alternatives
                .iter()
                .map(|offered| said(&mended(&checked.address, offered)))
                .collect(),
        ),
    };
    json!({
        "verdict": Standing::of(checked).word(),
        "address": said(&checked.address),
        "numbers": checked.numbers,
        "source": { "file": checked.file, "line": checked.line },
        "needsUnit": matches!(checked.verdict, Verdict::NoUnit),
        "errors": errors,
        "alternatives": alternatives,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(value: Value) -> Record {
        serde_json::from_value(value).expect("a record")
    }

    fn checked(verdict: Verdict) -> CheckedAddresses {
        CheckedAddresses {
            addresses: vec![CheckedAddress {
                verdict,
                address: record(json!({
                    "businessName": "Maison", "streetNumber": "56", "streetName": "Sparks",
                    "streetSuffix": "St", "secondaryLocationDescription": "SUITE", "unit": "7",
                    "city": "Sandy Hill", "state": "ON", "country": "CAN", "language": "fr-CA",
                })),
                no_unit: false,
                numbers: vec!["16137690101".parse().expect("a number")],
                file: "a.yaml".into(),
                line: 7,
            }],
            elsewhere: Vec::new(),
            unknown_blocks: false,
        }
    }

    #[test]
    fn an_alternative_keeps_who_is_there_in_which_suite_and_what_they_speak() {
        let offered = record(json!({
            "streetNumber": "56", "streetName": "Sparks St", "city": "OTTAWA",
            "state": "ON", "country": "CA", "postalCode": "K1P 5A9",
        }));
        let checked = checked(Verdict::Invalid {
            errors: vec!["No MSAG Match".into()],
            alternatives: vec![offered],
        });
        let text = e911_check_human(&checked, 80);
        let (_, yaml) = text.split_once("    e911Address:").expect("an address");
        let (yaml, _) = yaml.split_once("\n\n").expect("an end");
        let pasted: Value = serde_yaml::from_str(yaml).expect("YAML");
        let whole = json!({
            "businessName": "Maison", "streetNumber": "56", "streetName": "Sparks St",
            "secondaryLocationDescription": "SUITE", "unit": "7", "city": "OTTAWA",
            "state": "ON", "country": "CAN", "postalCode": "K1P 5A9", "language": "fr-CA",
        });
        assert_eq!(pasted, whole, "{text}");
        let document: Value = serde_json::from_str(&e911_check_json(&checked)).expect("JSON");
        assert_eq!(document["addresses"][0]["alternatives"], json!([whole]));
    }

    #[test]
    fn no_line_is_wider_than_the_terminal_and_no_word_steers_it() {
        let checked = checked(Verdict::Unknown {
            why: format!("\u{1b}[2J{}", "it is not known there ".repeat(20)),
        });
        for width in [40, 60, 80, 120] {
            let text = e911_check_human(&checked, width);
            let plain = anstream::adapter::strip_str(&text).to_string();
            for line in plain.lines() {
                assert!(line.chars().count() <= width, "{width}: {line:?}");
                assert!(!line.contains('\u{1b}'));
            }
        }
        let wide = e911_check_human(&checked, 120);
        assert!(
            wide.lines()
                .next()
                .is_some_and(|line| line.contains("a.yaml:7"))
        );
    }
}
