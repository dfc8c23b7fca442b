//! What `--target` names: a number, an account, a file, or a pattern of these.
//!
//! A text is read in this order, and stands for the first that it can be:
//!
//! 1. an account, by its id to the letter (ids come before all, since what is
//!    an id must never be taken for something else);
//! 2. a telephone number in any usual spelling;
//! 3. a pattern of numbers: digits and `* ? [ ] { }`, with the usual
//!    punctuation, over the eleven digits or the ten;
//! 4. a pattern with anything else in it: over account ids, over account names
//!    (whatever their case), and over files relative to alz.yaml, where `*` stays
//!    within a directory as it does in alz.yaml;
//! 5. an account by its whole name, a file, or a directory and all files below it.

use std::fmt;

use globset::{GlobBuilder, GlobMatcher};

use super::find;
use crate::model::{AccountId, PhoneNumber};

/// One `--target`.
#[derive(Clone, Debug)]
pub struct Target {
    said: String,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Number(PhoneNumber),
    Numbers(Box<GlobMatcher>),
    Pattern {
        /// Over ids and files: `*` stays within a directory.
        within: Box<GlobMatcher>,
        /// Over names, which may have slashes in them.
        across: Box<GlobMatcher>,
    },
    Exact,
}

/// Why a text can't be a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotATarget {
    Empty,
    Glob(String),
}

impl fmt::Display for NotATarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("it is empty"),
            Self::Glob(why) => write!(f, "it is no pattern: {why}"),
        }
    }
}

/// What makes a text a pattern.
const WILD: [char; 4] = ['*', '?', '[', '{'];

impl Target {
    pub fn parse(said: &str) -> Result<Self, NotATarget> {
        let text = said.trim();
        let text = text.strip_prefix("./").unwrap_or(text);
        if text.is_empty() {
            return Err(NotATarget::Empty);
        }
        let kind = if !text.contains(WILD) {
            match text.parse() {
                Ok(number) => Kind::Number(number),
                Err(_) => Kind::Exact,
            }
        } else if let Some(digits) = number_pattern(text) {
            Kind::Numbers(Box::new(matcher(&mut GlobBuilder::new(&digits))?))
        } else {
            let within = find::glob(text).map_err(|error| bad_glob(&error))?;
            Kind::Pattern {
                within: Box::new(within.compile_matcher()),
                across: Box::new(matcher(GlobBuilder::new(text).case_insensitive(true))?),
            }
        };
        Ok(Self {
            said: text.to_owned(),
            kind,
        })
    }

    /// As it was said.
    pub fn said(&self) -> &str {
        &self.said
    }

    /// The one number that it names.
    pub fn number(&self) -> Option<PhoneNumber> {
        match self.kind {
            Kind::Number(number) => Some(number),
            Kind::Numbers(_) | Kind::Pattern { .. } | Kind::Exact => None,
        }
    }

    /// It is a pattern of numbers.
    pub fn has_number_pattern(&self) -> bool {
        matches!(self.kind, Kind::Numbers(_))
    }

    /// Whether its pattern has the number in it.
    pub fn matches_number(&self, number: PhoneNumber) -> bool {
        match &self.kind {
            Kind::Number(own) => *own == number,
            Kind::Numbers(glob) => {
                let eleven = number.to_string();
                let ten = eleven.strip_prefix('1').unwrap_or(&eleven);
                // An area code begins with 2 to 9, so no digit is taken for another.
                glob.is_match(ten) || glob.is_match(&eleven)
            }
            Kind::Pattern { .. } | Kind::Exact => false,
        }
    }

    /// Whether it is the account's id, or a pattern that has it.
    pub fn matches_id(&self, id: &AccountId) -> bool {
        match &self.kind {
            Kind::Pattern { within, .. } => within.is_match(id.as_str()),
            // An id may look like a number.
            Kind::Number(_) | Kind::Exact => self.said == id.as_str(),
            Kind::Numbers(_) => false,
        }
    }

    pub fn matches_name(&self, name: &str) -> bool {
        match &self.kind {
            Kind::Pattern { across, .. } => across.is_match(name),
            Kind::Exact => self.said.to_lowercase() == name.trim().to_lowercase(),
            Kind::Number(_) | Kind::Numbers(_) => false,
        }
    }

    /// Whether it is a file, as it is shown, or a directory above it.
    pub fn matches_file(&self, shown: &str) -> bool {
        match &self.kind {
            Kind::Pattern { within, .. } => within.is_match(shown),
            Kind::Exact => shown
                .strip_prefix(self.said.trim_end_matches('/'))
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
            Kind::Number(_) | Kind::Numbers(_) => false,
        }
    }
}

/// The pattern over digits that a text of digits, wildcards and the usual
/// punctuation means; None where there is anything else in it.
fn number_pattern(text: &str) -> Option<String> {
    let mut pattern = String::new();
    let mut bracketed = false;
    for c in text.chars() {
        match c {
            '[' => bracketed = true,
            ']' => bracketed = false,
            // Within brackets it makes a range.
            '-' if bracketed => {}
            ' ' | '-' | '.' | '(' | ')' | '\u{a0}' | '\u{2011}' => continue,
            '+' if pattern.is_empty() => continue,
            '0'..='9' | '*' | '?' | '{' | '}' | ',' | '!' => {}
            _ => return None,
        }
        pattern.push(c);
    }
    pattern
        .contains(|c: char| c.is_ascii_digit())
        .then_some(pattern)
}

fn matcher(builder: &mut GlobBuilder<'_>) -> Result<GlobMatcher, NotATarget> {
    let glob = builder.literal_separator(false).build();
    Ok(glob.map_err(|error| bad_glob(&error))?.compile_matcher())
}

fn bad_glob(error: &globset::Error) -> NotATarget {
    NotATarget::Glob(error.kind().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(said: &str) -> Target {
        Target::parse(said).expect(said)
    }

    fn number(digits: &str) -> PhoneNumber {
        digits.parse().expect(digits)
    }

    #[test]
    fn a_number_is_found_in_any_of_its_spellings() {
        for said in [
            "18015551212",
            "801-555-1212",
            "+1 (801) 555-1212",
            " 8015551212 ",
        ] {
            assert_eq!(target(said).number(), Some(number("18015551212")), "{said}");
        }
    }

    #[test]
    fn a_pattern_of_numbers_means_the_same_with_and_without_the_one() {
        let (inside, outside) = (number("18015551212"), number("18025551212"));
        for said in [
            "1801555*",
            "801555*",
            "+1 801-555-*",
            "(801) 555 12??",
            "801555[0-2]*",
            "80{1,3}*",
        ] {
            let target = target(said);
            assert!(target.matches_number(inside), "{said}");
            assert!(!target.matches_number(outside), "{said}");
            assert!(!target.matches_file("1801555.yaml"), "{said}");
        }
        // Not every number with 555 in it somewhere.
        assert!(!target("555*").matches_number(inside));
        assert!(target("*1212").matches_number(inside));
    }

    #[test]
    fn a_star_stays_in_its_directory_and_does_not_stay_in_a_name() {
        assert!(target("accounts/*").matches_file("accounts/a.yaml"));
        assert!(!target("accounts/*").matches_file("accounts/utah/a.yaml"));
        assert!(target("accounts/utah/**").matches_file("accounts/utah/salt/a.yaml"));
        assert!(target("./accounts/utah").matches_file("accounts/utah/a.yaml"));
        assert!(target("accounts/utah/").matches_file("accounts/utah/a.yaml"));
        assert!(!target("accounts/ut").matches_file("accounts/utah/a.yaml"));
        assert!(target("sample*").matches_name("Sample Dental w/ Ortho"));
        assert!(target("sample dental").matches_name("Sample Dental"));
        assert!(!target("sample").matches_name("Sample Dental"));
    }

    #[test]
    fn an_id_is_taken_to_the_letter_also_where_it_looks_like_a_number() {
        let id = AccountId::new("18015551212");
        assert!(target("18015551212").matches_id(&id));
        assert!(!target("801-555-1212").matches_id(&id));
        let id = AccountId::new("bRW8jpoCTGOaOIF5wqvSVg");
        assert!(target("bRW8jpoCTGOaOIF5wqvSVg").matches_id(&id));
        assert!(!target("brw8jpoctgoaoif5wqvsvg").matches_id(&id));
        assert!(target("bRW8*").matches_id(&id));
    }

    #[test]
    fn what_can_be_no_target_is_refused() {
        assert_eq!(Target::parse("  ").expect_err("empty"), NotATarget::Empty);
        assert!(matches!(Target::parse("a["), Err(NotATarget::Glob(_))));
    }
}
