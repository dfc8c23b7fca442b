//! What has been learnt of people, and where it stands in a text.
//!
//! A word by itself is hidden where it tells something by itself: not a short
//! number, which may be a count, and not a word that the program says on its own
//! account ([`super::own`]). Those go where it is clear that they are somebody's:
//! in quotation marks, by which every sentence of the program sets apart what it
//! was told, beside a word that tells, and in a name or an address as a whole.
//!
//! Words are kept as hashes, so that a fleet of a million addresses costs what
//! its vocabulary costs and no memory image of it is a list of people.

use std::collections::{BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

use serde_json::{Map, Value};

use super::own::is_own;
use super::scan::{fixed, quotations, words};
use crate::model::member::Member;
use crate::model::number::PhoneNumber;
use crate::model::personal::{MASK, is_free_text, is_personal};

#[derive(Default)]
pub(super) struct Known {
    words: HashSet<u64>,
    /// Words that tell nothing by themselves.
    weak: HashSet<u64>,
    /// Names and lines of addresses that are made of such words alone.
    phrases: HashSet<Vec<u64>>,
    pub sentences: BTreeSet<String>,
    /// What the project calls its environments, files and ports.
    pub names: HashSet<String>,
}

/// What is gathered below a member.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Personal,
    FreeText,
}

/// Members in the order of an envelope's line.
const LINE: [Member; 6] = [
    Member::StreetNumber,
    Member::StreetNumberSuffix,
    Member::PreDirectional,
    Member::StreetName,
    Member::StreetSuffix,
    Member::PostDirectional,
];

/// Words of which a phrase has at least so many: two may stand side by side in
/// any sentence.
const PHRASE: usize = 3;
/// No more are compared.
const LONGEST: usize = 10;

impl Known {
    pub fn add(&mut self, found: Known) {
        let Known {
            words,
            weak,
            phrases,
            sentences,
            names,
        } = found;
        self.words.extend(words);
        self.weak.extend(weak);
        self.phrases.extend(phrases);
        self.sentences.extend(sentences);
        self.names.extend(names);
    }

    /// A document, by the names of its members.
    pub fn of_document(document: &Value) -> Self {
        let mut found = Self::default();
        found.gather(document, Kind::Plain);
        found
    }

    fn gather(&mut self, value: &Value, kind: Kind) {
        match value {
            Value::Object(members) => {
                self.gather_line(members);
                for (name, member) in members {
                    let below = match kind {
                        Kind::Plain if is_personal(name) => Kind::Personal,
                        Kind::Plain if is_free_text(name) => Kind::FreeText,
                        kind => kind,
                    };
                    self.gather(member, below);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.gather(item, kind)),
            Value::String(text) => match kind {
                Kind::Plain => {}
                Kind::Personal => self.gather_words(text),
                Kind::FreeText => self.gather_sentence(text),
            },
            Value::Number(number) if kind == Kind::Personal => {
                self.gather_words(&number.to_string());
            }
            Value::Number(_) | Value::Null | Value::Bool(_) => {}
        }
    }

    /// The street's line of an address, as it is written on one.
    fn gather_line(&mut self, members: &Map<String, Value>) {
        let said = |member: &Member| members.get(member.name()).and_then(Value::as_str);
        let parts: Vec<&str> = LINE.iter().filter_map(said).collect();
        self.gather_phrase(&parts.join(" "));
    }

    /// What somebody said in words of their own.
    pub fn gather_sentence(&mut self, text: &str) {
        let text = text.trim();
        if text.contains(char::is_whitespace) {
            // "Not found" is anybody's.
            let mut said = words(text).into_iter().map(|range| part(text, &range));
            let is_ours = text.split_whitespace().count() < PHRASE && said.all(is_own);
            if !is_ours {
                self.sentences.insert(text.to_owned());
            }
            return;
        }
        // One word: a name perhaps, but also a number, an id or a constant, and
        // those would be missed everywhere.
        let id = text.len() > 15 && text.contains(|c: char| c.is_ascii_digit());
        if !id && !text.contains('_') && text.parse::<PhoneNumber>().is_err() {
            self.gather_words(text);
        }
    }

    pub fn gather_words(&mut self, text: &str) {
        for range in words(text) {
            let word = part(text, &range);
            match tells(word) {
                true => self.words.insert(hash(word)),
                false => self.weak.insert(hash(word)),
            };
        }
        self.gather_phrase(text);
    }

    fn gather_phrase(&mut self, text: &str) {
        let ranges = words(text);
        let mut said = ranges.iter().map(|range| part(text, range));
        if (PHRASE..=LONGEST).contains(&ranges.len()) && !said.any(tells) {
            let phrase = ranges.iter().map(|range| hash(part(text, range)));
            self.phrases.insert(phrase.collect());
        }
    }

    /// A line without what was learnt.
    pub fn without_words(&self, text: &str) -> String {
        if self.words.is_empty() && self.weak.is_empty() {
            return text.to_owned();
        }
        let words = words(text);
        let hidden = self.hidden(text, &words);
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

    /// Which of the words are not shown.
    fn hidden(&self, text: &str, words: &[Range<usize>]) -> Vec<bool> {
        let fixed = fixed(text, &self.names);
        let quoted = quotations(text);
        let within = |places: &[Range<usize>], word: &Range<usize>| {
            let mut places = places.iter();
            places.any(|place| place.start <= word.start && word.end <= place.end)
        };
        // A word as it was learnt; `None`: it stands where words are kept.
        let said: Vec<Option<u64>> = words
            .iter()
            .map(|word| (!within(&fixed, word)).then(|| hash(part(text, word))))
            .collect();
        let mut hidden: Vec<bool> = words
            .iter()
            .zip(&said)
            .map(|(word, said)| {
                said.is_some_and(|said| {
                    self.words.contains(&said)
                        || (self.weak.contains(&said) && within(&quoted, word))
                })
            })
            .collect();
        self.hide_phrases(&said, &mut hidden);
        // Along the line, and back.
        let along = (1..words.len()).map(|at| (at - 1, at));
        let back = (1..words.len()).rev().map(|at| (at, at - 1));
        for (from, to) in along.chain(back) {
            let (Some(beside), Some(word)) = (words.get(from), words.get(to)) else {
                continue;
            };
            let gap = beside.end.min(word.end)..beside.start.max(word.start);
            let near = part(text, &gap).chars().all(|c| " ,#".contains(c));
            let weak = said.get(to).copied().flatten();
            if hidden.get(from) == Some(&true)
                && near
                && weak.is_some_and(|weak| self.weak.contains(&weak))
                && let Some(hidden) = hidden.get_mut(to)
            {
                *hidden = true;
            }
        }
        hidden
    }

    fn hide_phrases(&self, said: &[Option<u64>], hidden: &mut [bool]) {
        if self.phrases.is_empty() {
            return;
        }
        for length in PHRASE..=LONGEST {
            for (at, window) in said.windows(length).enumerate() {
                let phrase: Option<Vec<u64>> = window.iter().copied().collect();
                if phrase.is_some_and(|phrase| self.phrases.contains(&phrase)) {
                    let place = hidden.iter_mut().skip(at).take(length);
                    place.for_each(|hidden| *hidden = true);
                }
            }
        }
    }
}

fn part<'a>(text: &'a str, range: &Range<usize>) -> &'a str {
    text.get(range.clone()).unwrap_or_default()
}

fn hash(word: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    word.to_lowercase().hash(&mut hasher);
    hasher.finish()
}

/// Whether a word by itself gives somebody away. A short number may count
/// anything; a postal code and a coordinate do not.
fn tells(word: &str) -> bool {
    const COUNTS: usize = 5;
    if word.chars().all(|c| c.is_ascii_digit()) {
        return word.len() >= COUNTS;
    }
    word.chars().count() > 2 && !is_own(word)
}
