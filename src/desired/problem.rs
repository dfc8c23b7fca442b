//! What is wrong with a file, where, and how to mend it.
//!
//! Every check of this room ends in these; `report` shows them. Their JSON
//! form is part of the product (design, section 4).

use std::fmt;

use serde::{Deserialize, Serialize};

/// Whether a problem stops the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing is planned while it stands.
    Error,
    /// It may be meant; a person should look.
    Warning,
}

/// A place in a text, both counted from 1, columns in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub line: u32,
    pub column: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// One thing wrong in one place of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    pub severity: Severity,
    /// The rule: D1 to D47, or one of the names in [`code`].
    pub code: String,
    /// Relative to the directory of alz.yaml; the path itself without one.
    pub file: String,
    /// Counted from 1; 1 where the file as a whole is meant.
    pub line: u32,
    /// In characters, counted from 1.
    pub column: u32,
    /// The member within its document: `numbers.18015551213.e911Address.city`.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub help: String,
}

/// Codes of problems that are not broken rules of contents.
pub mod code {
    /// Not YAML.
    pub const SYNTAX: &str = "syntax";
    /// A value of the wrong kind: a list where a text belongs.
    pub const TYPE: &str = "type";
    /// One key twice in one map.
    pub const DUPLICATE_KEY: &str = "duplicate-key";
    /// Aliases that multiply beyond reason.
    pub const ALIAS_BOMB: &str = "alias-bomb";
    /// Something that must be there is not.
    pub const REQUIRED: &str = "required";
    /// A file that can't be read, or isn't UTF-8.
    pub const UNREADABLE: &str = "unreadable";
    /// Settings or documents that contradict each other.
    pub const CONFIG: &str = "config";
    /// A rule of the organisation (`policies`).
    pub const POLICY: &str = "policy";
    /// A member that is unknown (rule D45).
    pub const UNKNOWN_KEY: &str = "D45";
    /// A secret written out (rule D44). Its line is never shown.
    pub const SECRET: &str = "D44";
    /// What ended a command before it could look at any file; it has no place.
    pub const FATAL: &str = "fatal";
    /// Stands for problems that a report has no room for.
    pub const MORE: &str = "more";
}

impl Problem {
    pub fn error(
        code: &str,
        file: &str,
        place: Place,
        path: String,
        message: impl Into<String>,
    ) -> Self {
        Self {
            severity: Severity::Error,
            code: code.to_owned(),
            file: file.to_owned(),
            line: place.line,
            column: place.column,
            path,
            message: message.into(),
            help: String::new(),
        }
    }

    /// A problem with a file as a whole.
    pub fn of_file(code: &str, file: &str, message: impl Into<String>) -> Self {
        let top = Place { line: 1, column: 1 };
        Self::error(code, file, top, String::new(), message).help(match code {
            code::UNREADABLE => "check that the file is there, whole, and yours to read",
            code::SYNTAX | code::CONFIG => "mend the file, or take it out of alz.yaml",
            _ => "see the example that `alz init` writes",
        })
    }

    /// What ended a command: it is about no file.
    pub fn fatal(message: impl Into<String>) -> Self {
        Self::error(code::FATAL, "", Place::default(), String::new(), message)
    }

    /// It is about no file: but about the command line, the environment or the run as such.
    pub fn is_placeless(&self) -> bool {
        matches!(self.file.as_str(), "" | "--env" | "--directory" | "ALZ_NOW")
    }

    pub fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    pub fn place(&self) -> Place {
        Place {
            line: self.line,
            column: self.column,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}:{}: {} [{}]",
            self.file, self.line, self.column, self.message, self.code
        )?;
        if !self.help.is_empty() {
            write!(f, "; {}", self.help)?;
        }
        Ok(())
    }
}

/// Sorts problems as they are shown, by file and place, and says each only once:
/// what is wrong under an anchor is wrong at the anchor, however often it is used.
pub fn in_order(problems: &mut Vec<Problem>) {
    problems.sort_by(|a, b| {
        (&a.file, a.place(), a.severity, &a.code, &a.message, &a.path).cmp(&(
            &b.file,
            b.place(),
            b.severity,
            &b.code,
            &b.message,
            &b.path,
        ))
    });
    problems.dedup_by(|b, a| {
        a.file == b.file && a.place() == b.place() && a.code == b.code && a.message == b.message
    });
}

/// The nearest of the names that are right, if one is near enough to be meant.
pub fn nearest<'a>(found: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = found.to_lowercase();
    let limit = 1 + found.chars().count() / 4;
    names
        .into_iter()
        .map(|name| (distance(&lower, &name.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// The names nearest to what was found, nearest first.
pub fn nearest_few<'a>(
    found: &str,
    names: impl IntoIterator<Item = &'a str>,
    count: usize,
) -> Vec<&'a str> {
    let lower = found.to_lowercase();
    let mut names: Vec<&str> = names.into_iter().collect();
    names.sort_by_cached_key(|name| distance(&lower, &name.to_lowercase()));
    names.truncate(count);
    names
}

/// Edits between two texts; two neighbours changing places count as one.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut older: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    let mut previous = None;
    for (i, x) in a.chars().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let at =
                |row: &[usize], index: usize| row.get(index).copied().unwrap_or(usize::MAX / 2);
            let mut best = (at(&above, j) + usize::from(x != *y))
                .min(at(&above, j + 1) + 1)
                .min(at(&row, j) + 1);
            if j > 0 && previous == Some(*y) && b.get(j - 1) == Some(&x) {
                best = best.min(at(&older, j - 1) + 1);
            }
            row.push(best);
        }
        older = std::mem::replace(&mut above, row);
        previous = Some(x);
    }
    above.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_fingers_finds_its_name_and_a_stranger_does_not() {
        let names = ["customerServiceRecord", "e911Address", "port"];
        assert_eq!(nearest("e911Adress", names), Some("e911Address"));
        assert_eq!(nearest("E911address", names), Some("e911Address"));
        assert_eq!(nearest("prot", names), Some("port"));
        assert_eq!(nearest("customerServiceRecrod", names), Some(names[0]));
        assert_eq!(nearest("voicemail", names), None);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
