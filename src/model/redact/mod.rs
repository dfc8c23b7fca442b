//! What a run has learnt of people, so that its texts can be written without.
//!
//! `--redact pii` masks by the member first ([`super::personal`]): a change of
//! a city is hidden because it is a city. This is the net below that, for
//! sentences: words that came in under a personal member, in a file or in an
//! answer, go out of no text; and what a carrier or provider said in its own
//! words is left out whole, for it may quote anything. What the program says by
//! itself, and what the project calls its own things, stays readable ([`known`]).

mod known;
mod own;
mod scan;

use std::sync::{PoisonError, RwLock};

use serde_json::Value;

use super::personal::{MASK, is_personal};
use super::record::Record;
use known::Known;
use scan::{without_sentence, without_values};

/// What replaces a carrier's or provider's own words.
pub const WITHHELD: &str = "(words withheld: --redact pii)";

/// The words and sentences that may not be written.
#[derive(Default)]
pub struct Redactor {
    known: RwLock<Known>,
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Redactor(…)")
    }
}

impl Redactor {
    /// Learns a document by the names of its members.
    pub fn learn(&self, document: &Value) {
        self.add(Known::of_document(document));
    }

    /// Learns an address-like object.
    pub fn learn_record(&self, record: &Record) {
        self.learn(&serde_json::to_value(record).unwrap_or_default());
    }

    /// Learns a text that is a name or an address itself.
    pub fn learn_personal(&self, text: &str) {
        let mut found = Known::default();
        found.gather_words(text);
        self.add(found);
    }

    /// Learns what somebody said in words of their own.
    pub fn learn_sentence(&self, text: &str) {
        let mut found = Known::default();
        found.gather_sentence(text);
        self.add(found);
    }

    /// Learns what the project calls one of its own things (an environment, a
    /// file, a port): that name stays, whatever people are called.
    pub fn keep(&self, name: &str) {
        let mut found = Known::default();
        found.names.insert(name.to_owned());
        self.add(found);
    }

    fn add(&self, found: Known) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.add(found);
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
        assert_eq!(redactor.text("801 of 2026"), "801 of 2026");
        assert_eq!(redactor.text("at \"801\" of 2026"), "at \"•••\" of 2026");
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
    fn a_clinic_called_like_words_of_a_report_costs_the_reader_none_of_them() {
        let redactor = Redactor::default();
        redactor.learn(
            &json!({ "customerServiceRecord": { "businessName": "Port Update Services",
            "customerName": "Warning", "streetNumber": "100", "streetName": "520",
            "postDirectional": "W", "city": "Release" },
            "messages": ["Port", "not found"] }),
        );
        for text in [
            "warning: 100 to release, 1 update; a service was not found",
            "submit-port 520 numbers",
        ] {
            assert_eq!(redactor.text(text), text);
        }
        // Set apart as somebody's, or as a whole.
        assert_eq!(
            redactor.text("customerName stays \"Warning\" in “Release”"),
            "customerName stays \"•••\" in “•••”"
        );
        assert_eq!(
            redactor.text("of Port Update Services at 100 520 W: update"),
            "of ••• ••• ••• at ••• ••• •••: update"
        );
    }

    #[test]
    fn what_the_project_calls_its_own_stays_and_is_nobody_elses_word() {
        let redactor = Redactor::default();
        redactor.learn(&json!({ "city": "Lindon", "businessName": "Quartz Dental" }));
        [
            "lindon",
            "quartz-main",
            "Dental east",
            "lindon.yaml",
            "main_quartz",
        ]
        .into_iter()
        .for_each(|name| redactor.keep(name));
        for text in [
            "3 to update in lindon, port quartz-main.",
            "`Dental east` of lindon.yaml:12",
            "port main\\_quartz",
        ] {
            assert_eq!(redactor.text(text), text);
        }
        assert_eq!(redactor.text("Quartz of Lindon, main"), "••• of •••, main");
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
