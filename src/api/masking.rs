//! Secrets in other people's words. A carrier that rejects a port may quote the
//! PIN it was given, and what it says is shown in plans and logs.
//!
//! A secret that is known is taken out where it stands as a word of its own,
//! and not inside a longer run of digits: a telephone number with a hole in it
//! would spell the PIN out. A secret that is not known (an earlier run sent it)
//! is guessed by the words before it.

use std::ops::Range;

use crate::model::PhoneNumber;

/// What is shown instead.
pub const MASK: &str = "•••";

/// Words after which digits are somebody's secret.
const TELLTALES: [&str; 7] = [
    "pin",
    "passcode",
    "password",
    "ssn",
    "social security",
    "account",
    "acct",
];

/// How far behind such a word, in characters.
const REACH: usize = 30;

/// `text` without `secret`, wherever that is a word of its own and no part of
/// a telephone number.
pub(super) fn without_word(text: &str, secret: &str) -> String {
    if secret.is_empty() || !text.contains(secret) {
        return text.to_owned();
    }
    let phones = phones(text);
    let mut clean = String::with_capacity(text.len());
    let mut rest = 0;
    for (start, found) in text.match_indices(secret) {
        let end = start + found.len();
        let inside = |phone: &Range<usize>| phone.start <= start && end <= phone.end;
        let whole = phones
            .iter()
            .any(|phone| phone.start == start && phone.end == end);
        if !joined(text, start) && !joined(text, end) && (whole || !phones.iter().any(inside)) {
            clean.push_str(text.get(rest..start).unwrap_or_default());
            clean.push_str(MASK);
            rest = end;
        }
    }
    clean.push_str(text.get(rest..).unwrap_or_default());
    clean
}

/// Whether the characters on both sides of this place belong together.
fn joined(text: &str, at: usize) -> bool {
    let before = text.get(..at).and_then(|text| text.chars().next_back());
    let after = text.get(at..).and_then(|text| text.chars().next());
    before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric)
}

/// A carrier's words without digits that may be a PIN, an account number or a
/// social security number. The port's own telephone numbers and dates stay.
pub fn without_credentials(text: &str, numbers: &[PhoneNumber]) -> String {
    let telltales = telltales(text);
    if telltales.is_empty() {
        return text.to_owned();
    }
    let own = |range: &Range<usize>| {
        let digits: String = digits(text, range);
        numbers.iter().any(|number| {
            let number = number.to_string();
            number == digits || number.strip_prefix('1') == Some(&digits)
        })
    };
    let phones: Vec<Range<usize>> = phones(text).into_iter().filter(own).collect();
    let mut clean = String::with_capacity(text.len());
    let mut rest = 0;
    for run in runs(text) {
        let announced = telltales.iter().any(|end| {
            *end <= run.start
                && text
                    .get(*end..run.start)
                    .is_some_and(|between| between.chars().count() <= REACH)
        });
        let harmless = digits(text, &run).len() < 3
            || is_date(text.get(run.clone()).unwrap_or_default())
            || own(&run)
            || phones
                .iter()
                .any(|phone| phone.start <= run.start && run.end <= phone.end);
        if announced && !harmless {
            clean.push_str(text.get(rest..run.start).unwrap_or_default());
            clean.push_str(MASK);
            rest = run.end;
        }
    }
    clean.push_str(text.get(rest..).unwrap_or_default());
    clean
}

/// Where the telltale words end.
fn telltales(text: &str) -> Vec<usize> {
    let lower = text.to_ascii_lowercase();
    TELLTALES
        .iter()
        .flat_map(|word| lower.match_indices(word))
        .filter(|(start, word)| {
            let before = lower.get(..*start).and_then(|t| t.chars().next_back());
            let after = lower
                .get(start + word.len()..)
                .and_then(|t| t.chars().next());
            // "shipping" and "pinned" tell nothing, "PINs" and "PIN4711" do.
            !before.is_some_and(char::is_alphanumeric)
                && (*word != "pin" || !after.is_some_and(|c| c.is_alphabetic() && c != 's'))
        })
        .map(|(start, word)| start + word.len())
        .collect()
}

/// Runs of digits, hyphens between two of them included: 123-45-6789.
fn runs(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut runs: Vec<Range<usize>> = Vec::new();
    for at in (0..bytes.len()).filter(|at| digit(*at)) {
        match runs.last_mut() {
            Some(run) if run.end == at => run.end = at + 1,
            Some(run) if run.end + 1 == at && bytes.get(run.end) == Some(&b'-') => run.end = at + 1,
            Some(_) | None => runs.push(at..at + 1),
        }
    }
    runs
}

fn digits(text: &str, range: &Range<usize>) -> String {
    text.get(range.clone())
        .unwrap_or_default()
        .chars()
        .filter(char::is_ascii_digit)
        .collect()
}

/// 2026-12-03.
fn is_date(run: &str) -> bool {
    run.len() == 10 && run.parse::<jiff::civil::Date>().is_ok()
}

/// Telephone numbers as people write them: (801) 555-1212, +1 801.555.1212.
fn phones(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found: Vec<Range<usize>> = Vec::new();
    for start in 0..bytes.len() {
        let after_last = found.last().is_none_or(|last| last.end <= start);
        let begins = matches!(bytes.get(start), Some(b'+' | b'(' | b'0'..=b'9'));
        if after_last && begins && !joined(text, start) {
            found.extend(phone_at(bytes, start).map(|end| start..end));
        }
    }
    found
}

/// The end of the telephone number that begins here, if one does.
fn phone_at(bytes: &[u8], start: usize) -> Option<usize> {
    let is = |at: usize, wanted: &[u8]| bytes.get(at).is_some_and(|byte| wanted.contains(byte));
    let past = |at: usize, wanted: &[u8], most: usize| {
        (at..at + most)
            .find(|at| !is(*at, wanted))
            .unwrap_or(at + most)
    };
    let some_digits = |at: usize, count: usize| {
        (at..at + count)
            .all(|at| bytes.get(at).is_some_and(u8::is_ascii_digit))
            .then_some(at + count)
    };
    let national = |at: usize| {
        let at = some_digits(past(at, b"(", 1), 3)?;
        let at = some_digits(past(at, b") -.", 2), 3)?;
        let end = some_digits(past(at, b" -.", 1), 4)?;
        (!bytes.get(end).is_some_and(u8::is_ascii_alphanumeric)).then_some(end)
    };
    let at = past(start, b"+", 1);
    let with_country = || is(at, b"1").then(|| national(past(at + 1, b" -.", 1)))?;
    with_country().or_else(|| national(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_taken_out_as_a_word_and_never_punched_out_of_a_number() {
        for (text, clean) in [
            ("pin 4711 is wrong", "pin ••• is wrong"),
            ("(4711)", "(•••)"),
            ("4711,4711", "•••,•••"),
            ("18014711212", "18014711212"),
            ("order A4711", "order A4711"),
            (
                "4711 for +1 801-555-4711, (801) 555-4711",
                "••• for +1 801-555-4711, (801) 555-4711",
            ),
        ] {
            assert_eq!(without_word(text, "4711"), clean);
        }
        assert_eq!(without_word("is ünï-4 it", "ünï-4"), "is ••• it");
        assert_eq!(
            without_word("no 8015551212.", "8015551212"),
            "no •••.",
            "an account number may be a telephone number's digits"
        );
    }

    #[test]
    fn digits_after_a_telltale_word_are_not_shown() {
        let numbers = ["18015551212".parse().expect("a number")];
        for (text, clean) in [
            ("Invalid PIN: 4711", "Invalid PIN: •••"),
            ("PIN4711 rejected", "PIN••• rejected"),
            (
                "Account number 900411 does not match",
                "Account number ••• does not match",
            ),
            (
                "SSN 123-45-6789 or password 0042",
                "SSN ••• or password •••",
            ),
            ("PIN of 18015551212 is 0042", "PIN of 18015551212 is •••"),
            (
                "PIN: 8015551212, (801) 555-1212",
                "PIN: 8015551212, (801) 555-1212",
            ),
            (
                "account closed on 2026-12-03",
                "account closed on 2026-12-03",
            ),
            ("shipping 4711", "shipping 4711"),
            ("suite 500", "suite 500"),
            ("PIN 12", "PIN 12"),
            (
                "the PIN that we were given by you is none of ours: 4711",
                "the PIN that we were given by you is none of ours: 4711",
            ),
        ] {
            assert_eq!(without_credentials(text, &numbers), clean);
        }
        // Another's number is no reason to show it: it may be the account's.
        assert_eq!(
            without_credentials("account 8015551213", &numbers),
            "account •••"
        );
    }

    proptest::proptest! {
        #[test]
        fn no_words_however_odd_do_harm(text in "\\PC{0,60}", secret in "\\PC{0,6}") {
            let clean = without_word(&format!("<{secret}> {text}"), &secret);
            proptest::prop_assert!(secret.is_empty() || clean.contains(MASK));
            let _ = without_credentials(&format!("PIN {text}"), &[]);
            let _ = without_credentials(&text, &[]);
        }
    }
}
