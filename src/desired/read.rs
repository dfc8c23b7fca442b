//! One file's text to its typed documents, and back to the place of a member.
//!
//! Two parsers read these files: a fast one straight into the types, and the
//! located one. They must agree on every file that both accept; `tests` holds
//! them against each other.

use std::rc::Rc;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::file::AccountFile;
use super::problem::{Place, Problem, code};
use super::tree::{self, Kind, Node};
use super::typed;
use crate::model::PhoneNumber;

/// The text of a file: UTF-8, without a byte order mark.
pub fn text_of(file: &str, bytes: Vec<u8>) -> Result<String, Problem> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(
            Problem::of_file(code::UNREADABLE, file, "the file is UTF-16").help("save it as UTF-8"),
        );
    }
    match String::from_utf8(bytes) {
        Ok(mut text) => {
            if text.starts_with('\u{feff}') {
                text.drain(..'\u{feff}'.len_utf8());
            }
            Ok(text)
        }
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let before = String::from_utf8_lossy(error.as_bytes().get(..valid).unwrap_or(&[]));
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
            let place = Place {
                line: u32::try_from(line).unwrap_or(u32::MAX),
                column: u32::try_from(column).unwrap_or(u32::MAX),
            };
            Err(Problem::error(
                code::UNREADABLE,
                file,
                place,
                String::new(),
                "a byte here is not UTF-8",
            )
            .help("save the file as UTF-8"))
        }
    }
}

/// The documents of a file by the fast parser; None where it can't be trusted
/// with this file, or finds anything wrong.
pub fn fast(text: &str) -> Option<Vec<AccountFile>> {
    if !fast_suffices(text) {
        return None;
    }
    let mut documents = Vec::new();
    for document in serde_yaml::Deserializer::from_str(text) {
        documents.push(AccountFile::deserialize(document).ok()?);
    }
    Some(documents)
}

/// Merge keys need the tree. So do tags, which the fast parser half ignores,
/// and directives.
fn fast_suffices(text: &str) -> bool {
    let bytes = text.as_bytes();
    let tag = |index: usize| {
        index == 0
            || bytes.get(index - 1).is_some_and(|before| {
                matches!(
                    before,
                    b' ' | b'\t' | b'\n' | b'\r' | b',' | b'[' | b'{' | b':' | b'-'
                )
            })
    };
    !text.contains("<<")
        && !text.match_indices('!').any(|(index, _)| tag(index))
        && !text.starts_with('%')
        && !text.contains("\n%")
}

/// A document of the located reading.
#[derive(Debug)]
pub struct Located<T> {
    pub root: Rc<Node>,
    /// What is wrong with the form of this document.
    pub problems: Vec<Problem>,
    /// None where so much is wrong that there is no value at all.
    pub value: Option<T>,
}

/// The account documents of a file by the located parser, empty ones left out;
/// and what is wrong with documents too broken to be read.
pub fn located(file: &str, text: &str) -> (Vec<Located<AccountFile>>, Vec<Problem>) {
    let mut located = Vec::new();
    let mut broken = Vec::new();
    for document in tree::read(file, text) {
        let mut problems = document.problems;
        match document.root {
            None => broken.extend(problems),
            Some(root) if root.is_null() => broken.extend(problems),
            Some(root) => {
                let twice = numbers_twice(file, &root, &mut problems);
                let (value, found) = typed::read(file, &root, &twice);
                problems.extend(found);
                located.push(Located {
                    root,
                    problems,
                    value,
                });
            }
        }
    }
    (located, broken)
}

/// A file that holds one document.
pub fn single<T: DeserializeOwned>(file: &str, text: &str) -> (Option<Located<T>>, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut roots = Vec::new();
    for document in tree::read(file, text) {
        problems.extend(document.problems);
        roots.extend(document.root.filter(|root| !root.is_null()));
    }
    let mut roots = roots.into_iter();
    let Some(root) = roots.next() else {
        if problems.is_empty() {
            problems.push(Problem::of_file(code::REQUIRED, file, "the file is empty"));
        }
        return (None, problems);
    };
    if let Some(second) = roots.next() {
        problems.push(
            Problem::error(
                code::CONFIG,
                file,
                second.place,
                String::new(),
                "a second document in this file",
            )
            .help("this file holds one YAML document; take the `---` away"),
        );
    }
    let (value, found) = typed::read(file, &root, &[]);
    problems.extend(found);
    let located = Located {
        root,
        problems: Vec::new(),
        value,
    };
    (Some(located), problems)
}

/// One telephone number in two spellings is one key: said here with both
/// places, where the types could only say that there are two. Gives back the
/// keys that are too many.
fn numbers_twice(file: &str, root: &Node, problems: &mut Vec<Problem>) -> Vec<Rc<Node>> {
    let mut twice = Vec::new();
    let Some(numbers) = root.get("numbers") else {
        return twice;
    };
    let Kind::Map(entries) = &numbers.value.kind else {
        return twice;
    };
    let mut seen = std::collections::HashMap::new();
    for entry in entries {
        let Ok(number) = entry.name().parse::<PhoneNumber>() else {
            continue;
        };
        let place = entry.key.place;
        if let Some(Place { line, .. }) = seen.insert(number, place) {
            problems.push(
                Problem::error(
                    code::DUPLICATE_KEY,
                    file,
                    place,
                    format!("numbers.{number}"),
                    format!("{number} stands in this map twice"),
                )
                .help(format!(
                    "the other one is at line {line}, spelled another way; keep one of them"
                )),
            );
            twice.push(Rc::clone(&entry.key));
        }
    }
    twice
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
