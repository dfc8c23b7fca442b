//! What a run has learnt of people, so that its texts can be written without.
//!
//! `--redact pii` masks by the member first ([`super::personal`]): a change of
//! a city is hidden because it is a city. This is the net below that, for
//! sentences: words that came in under a personal member, in a file or in an
//! answer, go out of no text; and what a carrier or provider said in its own
//! words is left out whole, for it may quote anything.
//!
//! Words are kept as hashes, so that a fleet of a million addresses costs what
//! its vocabulary costs and no memory image of it is a list of people.

mod scan;

use std::collections::{BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use std::sync::{PoisonError, RwLock};

use serde_json::Value;

use super::member::Member;
use super::number::PhoneNumber;
use super::personal::{MASK, is_free_text, is_personal};
use super::record::Record;
use scan::{fixed, without_sentence, without_values, words};

/// What replaces a carrier's or provider's own words.
pub const WITHHELD: &str = "(words withheld: --redact pii)";

/// The words and sentences that may not be written.
#[derive(Default)]
pub struct Redactor {
    known: RwLock<Known>,
}

#[derive(Default)]
struct Known {
    words: HashSet<u64>,
    /// Words that tell nothing by themselves: they go where they stand beside one
    /// that does, as the 12 of "12 Center St".
    weak: HashSet<u64>,
    sentences: BTreeSet<String>,
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Redactor(…)")
    }
}

impl Redactor {
    /// Learns a document by the names of its members.
    pub fn learn(&self, document: &Value) {
        let mut found = Known::default();
        gather(document, Kind::Plain, &mut found);
        self.add(found);
    }

    /// Learns an address-like object.
    pub fn learn_record(&self, record: &Record) {
        let mut found = Known::default();
        for member in Member::ALL.into_iter().filter(|m| m.is_personal()) {
            gather_words(record.get(member), &mut found);
        }
        self.add(found);
    }

    /// Learns a text that is a name or an address itself.
    pub fn learn_personal(&self, text: &str) {
        let mut found = Known::default();
        gather_words(text, &mut found);
        self.add(found);
    }

    /// Learns what somebody said in words of their own.
    pub fn learn_sentence(&self, text: &str) {
        let mut found = Known::default();
        gather_sentence(text, &mut found);
        self.add(found);
    }

    fn add(&self, found: Known) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.words.extend(found.words);
        known.weak.extend(found.weak);
        known.sentences.extend(found.sentences);
    }

    /// The text without anything that was learnt, and without the values in
    /// lines like `city: Lindon`.
    pub fn text(&self, text: &str) -> String {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let mut clean = text.to_owned();
        // The longest first, so that none leaves its tail behind.
        let mut sentences: Vec<&String> = known
            .sentences
            .iter()
            .filter(|sentence| {
                sentence
                    .split_whitespace()
                    .next()
                    .is_some_and(|w| clean.contains(w))
            })
            .collect();
        sentences.sort_by_key(|sentence| std::cmp::Reverse(sentence.len()));
        for sentence in sentences {
            clean = without_sentence(&clean, sentence);
        }
        let mut lines: Vec<String> = Vec::new();
        for line in clean.split('\n') {
            let line = without_values(line);
            lines.push(known.without_words(&line));
        }
        lines.join("\n")
    }

    /// A JSON text, in one document or one a line, laid out as it is: values of
    /// personal members are masked, other texts lose what was learnt.
    pub fn json(&self, text: &str) -> String {
        let mut clean = String::with_capacity(text.len());
        let mut rest = text;
        let mut key = String::new();
        while let Some(first) = rest.chars().next() {
            let personal = is_personal(&key);
            if first == '"' {
                let end = literal(rest);
                let (raw, after) = rest.split_at(end);
                rest = after;
                let said: String = serde_json::from_str(raw).unwrap_or_default();
                if rest.trim_start().starts_with(':') {
                    clean.push_str(raw);
                    key = said;
                    continue;
                }
                let shown = match (personal, said.as_str()) {
                    (_, "") => String::new(),
                    (true, _) => MASK.to_owned(),
                    (false, said) => self.text(said),
                };
                if shown == said {
                    clean.push_str(raw);
                } else {
                    clean.push_str(&Value::String(shown).to_string());
                }
            } else if personal && (first.is_ascii_digit() || first == '-') {
                let end = rest
                    .find(|c: char| !(c.is_ascii_digit() || "+-.eE".contains(c)))
                    .unwrap_or(rest.len());
                rest = rest.get(end..).unwrap_or_default();
                clean.push_str(&Value::String(MASK.to_owned()).to_string());
            } else {
                // What a member's value is made of ends with it.
                if matches!(first, '{' | '}' | ']') {
                    key.clear();
                }
                clean.push(first);
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
            }
        }
        clean
    }
}

/// The length of the string literal that a JSON text begins with.
fn literal(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// What is gathered below a member.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Personal,
    FreeText,
}

fn gather(value: &Value, kind: Kind, found: &mut Known) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let below = match kind {
                    Kind::Plain if is_personal(name) => Kind::Personal,
                    Kind::Plain if is_free_text(name) => Kind::FreeText,
                    kind => kind,
                };
                gather(member, below, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, kind, found)),
        Value::String(text) => match kind {
            Kind::Plain => {}
            Kind::Personal => gather_words(text, found),
            Kind::FreeText => gather_sentence(text, found),
        },
        Value::Number(number) if kind == Kind::Personal => {
            gather_words(&number.to_string(), found);
        }
        Value::Number(_) | Value::Null | Value::Bool(_) => {}
    }
}

fn gather_sentence(text: &str, found: &mut Known) {
    let text = text.trim();
    if text.contains(char::is_whitespace) {
        found.sentences.insert(text.to_owned());
        return;
    }
    // One word: a name perhaps, but also a number, an id or a constant, and
    // those would be missed everywhere.
    let id = text.len() > 15 && text.contains(|c: char| c.is_ascii_digit());
    if !id && !text.contains('_') && text.parse::<PhoneNumber>().is_err() {
        gather_words(text, found);
    }
}

fn gather_words(text: &str, found: &mut Known) {
    for range in words(text) {
        let word = text.get(range).unwrap_or_default();
        if tells(word) {
            found.words.insert(hash(word));
        } else {
            found.weak.insert(hash(word));
        }
    }
}

impl Known {
    fn without_words(&self, text: &str) -> String {
        if self.words.is_empty() {
            return text.to_owned();
        }
        let fixed = fixed(text);
        let words = words(text);
        let said = |range: &Range<usize>| hash(text.get(range.clone()).unwrap_or_default());
        let mut hidden: Vec<bool> = words
            .iter()
            .map(|word| {
                let inside =
                    |fixed: &Range<usize>| fixed.start <= word.start && word.end <= fixed.end;
                !fixed.iter().any(inside) && self.words.contains(&said(word))
            })
            .collect();
        // Along the line, and back.
        let along = (1..words.len()).map(|at| (at - 1, at));
        let back = (1..words.len()).rev().map(|at| (at, at - 1));
        for (from, to) in along.chain(back) {
            let (Some(beside), Some(word)) = (words.get(from), words.get(to)) else {
                continue;
            };
            let gap = beside.end.min(word.end)..beside.start.max(word.start);
            let near = text
                .get(gap)
                .is_some_and(|gap| gap.chars().all(|c| " ,#".contains(c)));
            if hidden.get(from) == Some(&true)
                && near
                && self.weak.contains(&said(word))
                && let Some(hidden) = hidden.get_mut(to)
            {
                *hidden = true;
            }
        }
        let mut clean = String::with_capacity(text.len());
        let mut rest = 0;
        for (word, _) in words.iter().zip(&hidden).filter(|(_, hidden)| **hidden) {
            clean.push_str(text.get(rest..word.start).unwrap_or_default());
            clean.push_str(MASK);
            rest = word.end;
        }
        clean.push_str(text.get(rest..).unwrap_or_default());
        clean
    }
}

fn hash(word: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    word.to_lowercase().hash(&mut hasher);
    hasher.finish()
}

/// Whether a word by itself gives somebody away. Short numbers and the words
/// that every report is made of would only make it unreadable.
fn tells(word: &str) -> bool {
    let long = word.chars().count() > 2;
    long && !EVERYDAY.contains(&word.to_lowercase().as_str())
}

/// Words of the reports themselves.
const EVERYDAY: [&str; 40] = [
    "the", "and", "for", "not", "number", "numbers", "account", "accounts", "address", "plan",
    "apply", "port", "ports", "update", "release", "activate", "recover", "error", "errors",
    "help", "with", "from", "that", "this", "has", "was", "are", "its", "can", "run", "again",
    "true", "false", "null", "line", "file", "state", "service", "customer", "record",
];

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn learnt() -> Redactor {
        let redactor = Redactor::default();
        redactor.learn(&json!({
            "customerServiceRecord": { "businessName": "Zephyr Dental", "streetNumber": "801",
                "streetName": "Quartz", "city": "Lindon", "state": "UT", "customerType": "BUSINESS" },
            "latitude": 40.332492,
            "logs": [{ "message": "No MSAG match at 56 Onyx Road" }],
        }));
        redactor
    }

    #[test]
    fn a_name_learnt_from_an_answer_goes_out_of_no_sentence() {
        let redactor = learnt();
        assert_eq!(
            redactor.text("it stays \"ZEPHYR DENTAL\" of Quartz, Lindon UT (40.332492)"),
            "it stays \"••• •••\" of •••, ••• UT (•••)"
        );
        assert_eq!(
            redactor.text("rejected it: No MSAG match at 56 Onyx Road; mend it"),
            format!("rejected it: {WITHHELD}; mend it")
        );
        // Broken into lines for a terminal, and coloured.
        assert_eq!(
            redactor.text("it: No MSAG\n    \u{1b}[2mmatch at 56 Onyx\u{1b}[0m\n   Road; mend"),
            format!("it: {WITHHELD}; mend")
        );
    }

    #[test]
    fn a_house_number_does_not_tear_telephone_numbers_and_dates() {
        let redactor = Redactor::default();
        redactor.learn(&json!({ "streetNumber": ["801", "2026", "555"] }));
        for text in [
            "+1 801-555-1212 on 2026-12-03",
            "18015551212",
            "(until 2026-12-03T20:00:00-05:00)",
        ] {
            assert_eq!(redactor.text(text), text);
        }
        assert_eq!(redactor.text("at 801 of 2026"), "at ••• of •••");
    }

    #[test]
    fn a_short_house_number_goes_with_its_street_and_stays_as_a_count() {
        let redactor = Redactor::default();
        redactor.learn(
            &json!({ "streetNumber": "12", "preDirectional": "S", "streetName": "Quartz",
            "streetSuffix": "St", "unit": "5", "city": "The Forks" }),
        );
        assert_eq!(
            redactor.text("12 S Quartz St, #5, The Forks: 12 of 5 numbers"),
            "••• ••• ••• •••, #•••, ••• •••: 12 of 5 numbers"
        );
    }

    #[test]
    fn files_and_ids_keep_their_names() {
        let redactor = Redactor::default();
        redactor.learn(
            &json!({ "city": "clinic", "messages": ["pK9sLmN3bVcX7zQw2eRt5A",
            "18015551212", "NO_MATCH", "Lindon"] }),
        );
        for text in [
            "at accounts/clinic.yaml:3",
            "pK9sLmN3bVcX7zQw2eRt5A 18015551212 NO_MATCH",
        ] {
            assert_eq!(redactor.text(text), text);
        }
        assert_eq!(redactor.text("clinic/ LINDON"), "•••/ •••");
        assert_eq!(
            redactor.text("\u{1b}[2mAccount\u{1b}[0mLindon"),
            "\u{1b}[2mAccount\u{1b}[0m•••"
        );
    }

    #[test]
    fn short_values_are_hidden_where_their_member_is_named() {
        let redactor = Redactor::default();
        assert_eq!(
            redactor.text("e911Address:\n  streetNumber: \"5\"\n  state: \"ON\""),
            "e911Address:\n  streetNumber: •••\n  state: \"ON\""
        );
    }

    #[test]
    fn a_json_document_keeps_its_layout_and_its_keys() {
        let redactor = learnt();
        let text = "{\n  \"zephyr\": \"of Lindon\",\n  \"latitude\": -40.3, \"unit\": \"\\\"5\",\n  \"city\": \"X\", \"numbers\": [\"18015551212\"], \"of\": 801\n}\n";
        assert_eq!(
            redactor.json(text),
            "{\n  \"zephyr\": \"of •••\",\n  \"latitude\": \"•••\", \"unit\": \"•••\",\n  \"city\": \"•••\", \"numbers\": [\"18015551212\"], \"of\": 801\n}\n"
        );
    }

    proptest::proptest! {
        #[test]
        fn no_text_however_odd_does_harm(text in "\\PC{0,60}", said in "\\PC{0,20}") {
            let redactor = Redactor::default();
            redactor.learn(&json!({ "city": said, "message": text }));
            let _ = redactor.text(&text);
            let _ = redactor.json(&text);
            let document = json!({ "a": text, "city": [said, 1] }).to_string();
            let clean = redactor.json(&document);
            proptest::prop_assert!(serde_json::from_str::<Value>(&clean).is_ok(), "{clean}");
        }
    }
}
