//! Drift that a project knows of and lives with until a day (`ignore:` in
//! alz.yaml).
//!
//! An entry says what it is about with patterns of four kinds. All kinds that
//! it has must fit, and of one kind any of its patterns.

use std::fmt;

use jiff::civil::Date;

use super::finding::FindingKind;
use super::id::AccountId;
use super::number::PhoneNumber;

/// A text in which `*` stands for any run of characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wildcard(Box<str>);

impl Wildcard {
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The pattern of a telephone number: one that is written out may be
    /// written as people write it.
    pub fn of_number(text: &str) -> Option<Self> {
        if let Ok(number) = text.parse::<PhoneNumber>() {
            return Some(Self::new(&number.to_string()));
        }
        let plain = text.chars().all(|c| c.is_ascii_digit() || c == '*');
        (plain && text.contains('*')).then(|| Self::new(text))
    }

    pub fn fits(&self, text: &str) -> bool {
        let mut parts = self.0.split('*');
        let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else {
            return false;
        };
        let Some(last) = parts.next_back() else {
            // No star at all: it was the whole of it.
            return rest.is_empty();
        };
        for part in parts {
            match rest.find(part) {
                Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
                None => return false,
            }
        }
        rest.ends_with(last)
    }
}

impl fmt::Display for Wildcard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One entry of `ignore:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignore {
    /// Telephone numbers, eleven digits; empty: any.
    pub numbers: Vec<Wildcard>,
    /// Ids of accounts; empty: any.
    pub accounts: Vec<Wildcard>,
    /// Kinds of findings; empty: any.
    pub kinds: Vec<FindingKind>,
    /// Members as a plan names them (`e911Address.language`); empty: any.
    pub paths: Vec<Wildcard>,
    /// Names of environments; empty: any.
    pub environments: Vec<String>,
    /// The last day on which it holds.
    pub until: Date,
    /// Why, in the project's words.
    pub reason: String,
    /// Where it stands in alz.yaml, both counted from 1.
    pub line: u32,
    pub column: u32,
}

impl Ignore {
    pub fn fits_account(&self, account: &AccountId) -> bool {
        fits(&self.accounts, account.as_str())
    }

    pub fn fits_kind(&self, kind: FindingKind) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }

    pub fn fits_number(&self, number: PhoneNumber) -> bool {
        self.numbers.is_empty() || fits(&self.numbers, &number.to_string())
    }

    /// The number is written out in full.
    pub fn names_number(&self, number: PhoneNumber) -> bool {
        let number = number.to_string();
        self.numbers.iter().any(|pattern| *pattern.0 == *number)
    }

    /// Of a member, or of an object that it is in: `e911Address` is all of it.
    pub fn fits_path(&self, path: &str) -> bool {
        let ends = path.match_indices('.').map(|(at, _)| at);
        ends.chain([path.len()])
            .filter_map(|end| path.get(..end))
            .any(|part| fits(&self.paths, part))
    }

    pub fn fits_environment(&self, name: &str) -> bool {
        self.environments.is_empty() || self.environments.iter().any(|own| own == name)
    }
}

fn fits(patterns: &[Wildcard], text: &str) -> bool {
    patterns.is_empty() || patterns.iter().any(|pattern| pattern.fits(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_any_run_of_characters_and_nothing_else_is_special() {
        let cases = [
            ("e911Address.*", "e911Address.language", true),
            ("e911Address.*", "e911Address", false),
            ("e911Address", "e911Address.language", false),
            ("*.language", "e911Address.language", true),
            ("1801*", "18015551212", true),
            ("1801*12", "18015551212", true),
            ("1801*12", "180112", true),
            ("18012*12", "18012", false),
            ("a*b*c", "a--b--c", true),
            ("a*b*c", "a--c--b", false),
            ("*", "", true),
            ("", "x", false),
            ("a.c", "abc", false),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(
                Wildcard::new(pattern).fits(text),
                expected,
                "{pattern} {text}"
            );
        }
    }

    #[test]
    fn a_number_fits_however_it_is_written_and_a_word_is_no_number() {
        let number = Wildcard::of_number("+1 801-555-1212").expect("a number");
        assert!(number.fits("18015551212"));
        assert!(Wildcard::of_number("1801555*").is_some_and(|some| some.fits("18015551212")));
        assert_eq!(Wildcard::of_number("1801555"), None);
        assert_eq!(Wildcard::of_number("office"), None);
    }
}
