//! One file's text to its typed documents, and back to the place of a member.
//!
//! Two parsers read these files: a fast one straight into the types, and the
//! located one. They must agree on every file that both accept; `tests` holds
//! them against each other.

use std::rc::Rc;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::advice;
use super::file::AccountFile;
use super::problem::{Place, Problem, code};
use super::tree::{self, Entry, Kind, Node};
use super::typed;
use crate::model::PhoneNumber;

/// The text of a file: UTF-8, without a byte order mark.
pub fn text_of(file: &str, bytes: Vec<u8>) -> Result<String, Box<Problem>> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(Box::new(
            Problem::of_file(code::UNREADABLE, file, "the file is UTF-16").help("save it as UTF-8"),
        ));
    }
    if bytes.contains(&0) {
        return Err(Box::new(
            Problem::of_file(
                code::UNREADABLE,
                file,
                "there are NUL bytes in the file: it looks like UTF-16",
            )
            .help("save it as UTF-8"),
        ));
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
            let problem = Problem::error(
                code::UNREADABLE,
                file,
                place,
                String::new(),
                "a byte here is not UTF-8",
            );
            Err(Box::new(problem.help("save the file as UTF-8")))
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
    /// What takes the place of keys that are no telephone numbers.
    pub stand_ins: StandIns,
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
                let (root, stand_ins) = stand_ins(file, root, &mut problems);
                let (value, mut found) = typed::account(file, &root, &twice);
                // Of a value that is no YAML that we know, its kind is no news.
                let told: std::collections::HashSet<String> = problems
                    .iter()
                    .map(|problem| problem.path.clone())
                    .collect();
                found.retain(|problem| problem.code != code::TYPE || !told.contains(&problem.path));
                for problem in &mut found {
                    stand_ins.restore(&mut problem.path, &mut problem.message);
                }
                problems.extend(found);
                located.push(Located {
                    root,
                    problems,
                    value,
                    stand_ins,
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
    let (value, found) = typed::settings(file, &root);
    problems.extend(found);
    let located = Located {
        root,
        problems: Vec::new(),
        value,
        stand_ins: StandIns::default(),
    };
    (Some(located), problems)
}

/// Impossible numbers in place of keys that are none, so that what stands under
/// those keys is judged all the same. They never leave this reading.
#[derive(Debug, Default)]
pub struct StandIns(Vec<(PhoneNumber, String)>);

impl StandIns {
    pub fn contains(&self, number: PhoneNumber) -> bool {
        self.0.iter().any(|(other, _)| *other == number)
    }

    /// Puts what was typed where a stand-in is named.
    pub fn restore(&self, path: &mut String, message: &mut String) {
        for (number, typed) in &self.0 {
            let number = number.to_string();
            for text in [&mut *path, &mut *message] {
                if text.contains("10000") && text.contains(&number) {
                    *text = text.replace(&number, typed);
                }
            }
        }
    }
}

/// The first of the stand-ins: no area code is 000.
const FIRST_STAND_IN: u64 = 10_000_000_000;

/// Tells every key of `numbers` that is no number, and puts a stand-in there.
fn stand_ins(file: &str, root: Rc<Node>, problems: &mut Vec<Problem>) -> (Rc<Node>, StandIns) {
    let mut stand_ins = StandIns::default();
    let (Kind::Map(members), Some(numbers)) = (&root.kind, root.get("numbers")) else {
        return (root, stand_ins);
    };
    let Kind::Map(entries) = &numbers.value.kind else {
        return (root, stand_ins);
    };
    let mut free = {
        let parsed = entries.iter().filter_map(|entry| entry.name().parse().ok());
        let known: std::collections::HashSet<PhoneNumber> = parsed.collect();
        (FIRST_STAND_IN..)
            .map_while(PhoneNumber::from_u64)
            .filter(move |number| !known.contains(number))
    };
    let mut replaced = Vec::with_capacity(entries.len());
    for entry in entries {
        let Err(error) = entry.name().parse::<PhoneNumber>() else {
            replaced.push(entry.clone());
            continue;
        };
        let place = entry.key.place;
        let path = tree::join(&["numbers", &shown(entry.name())]);
        if advice::is_credential(entry.name()) {
            let message = format!("unknown key `{}`", shown(entry.name()));
            problems.push(
                Problem::error(code::SECRET, file, place, path, message).help(advice::CREDENTIALS),
            );
            continue;
        }
        problems
            .push(Problem::error("D1", file, place, path, error.to_string()).help(error.help()));
        let Some(number) = free.next() else { continue };
        stand_ins.0.push((number, shown(entry.name())));
        replaced.push(Entry {
            key: Rc::new(Node::scalar(place, &number.to_string())),
            ..entry.clone()
        });
    }
    if replaced.len() == entries.len() && stand_ins.0.is_empty() {
        return (root, stand_ins);
    }
    let members = members
        .iter()
        .map(|member| match Rc::ptr_eq(&member.key, &numbers.key) {
            true => Entry {
                value: Rc::new(numbers.value.of(std::mem::take(&mut replaced))),
                ..member.clone()
            },
            false => member.clone(),
        })
        .collect();
    (Rc::new(root.of(members)), stand_ins)
}

/// A key as it is quoted: on one line.
fn shown(key: &str) -> String {
    key.replace(char::is_control, " ")
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
