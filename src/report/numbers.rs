//! What was found in the inventory and what was done to it by hand.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::style::{BAD, FAINT, GOOD};
use super::words;
use crate::model::{AccountId, PhoneNumber};
use crate::plan::document::FORMAT_VERSION;

/// What a search brought.
#[derive(Clone, Debug)]
pub struct NumbersFound {
    /// Where was looked: `near 333 S 520 W, Lindon`.
    pub place: String,
    pub numbers: Vec<FoundNumber>,
    /// Until when nobody else gets them.
    pub reserved_until: Timestamp,
    pub added: Option<AddedNumbers>,
}

/// A number of the inventory (S:TelephoneNumberViewX).
#[derive(Clone, Debug)]
pub struct FoundNumber {
    pub number: PhoneNumber,
    pub rate_center: String,
    pub state: String,
    /// Miles from what was asked for to its rate centre.
    pub distance: Option<f64>,
    /// Its rate centre serves the very postal code that was asked for.
    pub matches_postal_code: Option<bool>,
}

/// Numbers that were written into an account file.
#[derive(Clone, Debug)]
pub struct AddedNumbers {
    /// As it was named.
    pub file: String,
    pub numbers: Vec<PhoneNumber>,
    /// Found, and declared by a file already.
    pub declared: Vec<PhoneNumber>,
}

/// A number that was reserved, unreserved or recovered, or was not.
#[derive(Clone, Debug)]
pub struct KeptNumber {
    pub number: PhoneNumber,
    /// For programs: `reserved`, `unreserved`, `notReserved`, `recovered`, `failed`.
    pub status: &'static str,
    pub account: Option<AccountId>,
    pub until: Option<Timestamp>,
    /// What was done, or why nothing was.
    pub words: String,
    pub help: Option<String>,
}

impl KeptNumber {
    pub fn failed(&self) -> bool {
        self.status == "failed"
    }
}

/// A table of what was found, and what that means.
pub fn found_human(found: &NumbersFound) -> String {
    let NumbersFound {
        place,
        numbers,
        reserved_until,
        added,
    } = found;
    let place = words::clean(place);
    if numbers.is_empty() {
        return format!("No free numbers {place}.\n");
    }
    let count = counted(numbers.len());
    let mut text = format!("{count} {place}\n");
    let region = |number: &FoundNumber| {
        let parts = [number.rate_center.as_str(), number.state.as_str()];
        let said: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        words::clean(&said.join(", "))
    };
    let width = numbers
        .iter()
        .map(|number| region(number).chars().count())
        .max()
        .unwrap_or(0);
    for number in numbers {
        let mut line = format!(
            "  {}  {:width$}",
            number.number.spaced(),
            region(number),
            width = width
        );
        if let Some(miles) = number.distance {
            line.push_str(&format!("  {miles:>5.1} miles"));
        }
        if number.matches_postal_code == Some(true) {
            line.push_str("  in that postal code");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text.push_str(&format!(
        "{FAINT}All of them are reserved for you until {}.{FAINT:#}\n",
        clock(*reserved_until)
    ));
    if let Some(AddedNumbers {
        file,
        numbers,
        declared,
    }) = added
    {
        for number in declared {
            text.push_str(&format!(
                "{} is declared already and was passed over.\n",
                number.spaced()
            ));
        }
        let list: Vec<String> = numbers.iter().map(|number| number.spaced()).collect();
        text.push_str(&format!(
            "{GOOD}Added to {}:{GOOD:#} {}\n",
            words::clean(file),
            list.join(", ")
        ));
    }
    text
}

fn counted(count: usize) -> String {
    match count {
        1 => "1 free number".to_owned(),
        count => format!("{count} free numbers"),
    }
}

/// `17:30 UTC`, which is half an hour away.
fn clock(at: Timestamp) -> String {
    at.to_zoned_datetime(TimeZone::UTC)
        .strftime("%H:%M UTC")
        .to_string()
}

/// The JSON document.
pub fn found_json(found: &NumbersFound) -> String {
    let numbers: Vec<Value> = found
        .numbers
        .iter()
        .map(|number| {
            json!({
                "number": number.number,
                "rateCenter": number.rate_center,
                "state": number.state,
                "distanceMiles": number.distance,
                "matchesPostalCode": number.matches_postal_code,
            })
        })
        .collect();
    let reserved = (!numbers.is_empty()).then(|| found.reserved_until.to_string());
    let mut document = json!({
        "formatVersion": FORMAT_VERSION,
        "numbers": numbers,
        "reservedUntil": reserved,
    });
    if let Some(added) = &found.added {
        document["added"] = json!({
            "file": added.file,
            "numbers": added.numbers,
            "alreadyDeclared": added.declared,
        });
    }
    format!("{document:#}\n")
}

/// One line a number.
pub fn kept_human(kept: &[KeptNumber]) -> String {
    let mut text = String::new();
    for number in kept {
        let style = if number.failed() { BAD } else { GOOD };
        text.push_str(&format!(
            "{}  {style}{}{style:#}\n",
            number.number.spaced(),
            words::clean(&match number.until {
                Some(until) => format!("{} until {}", number.words, clock(until)),
                None => number.words.clone(),
            })
        ));
        if let Some(help) = &number.help {
            text.push_str(&format!("  {FAINT}→ {}{FAINT:#}\n", words::clean(help)));
        }
    }
    text
}

/// The JSON document.
pub fn kept_json(kept: &[KeptNumber]) -> String {
    let results: Vec<Value> = kept
        .iter()
        .map(|kept| {
            json!({
                "number": kept.number,
                "status": kept.status,
                "account": kept.account.as_ref().map(AccountId::as_str),
                "until": kept.until.map(|until| until.to_string()),
                "message": kept.words,
                "help": kept.help,
            })
        })
        .collect();
    let document = json!({ "formatVersion": FORMAT_VERSION, "results": results });
    format!("{document:#}\n")
}
