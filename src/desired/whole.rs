//! What only shows when all documents of all files are there: a number, a port
//! or a caller ID declared twice, documents of one account that disagree (D3,
//! D27).

use std::collections::{BTreeMap, HashMap};

use super::find::Source;
use super::load::Document;
use super::problem::{Place, Problem, code};
use super::repository::{NumberTable, Packed, Trees};
use super::tree;
use crate::model::{AccountId, PhoneNumber, SourceId};

/// What only shows when all documents are there.
#[derive(Default)]
pub(super) struct Whole {
    accounts: BTreeMap<AccountId, Vec<Part>>,
}

struct Part {
    id: SourceId,
    prune: Option<bool>,
    ports: Vec<String>,
    caller_ids: Vec<([u64; 2], PhoneNumber)>,
}

impl Whole {
    pub fn add(&mut self, id: SourceId, document: &Document) {
        self.accounts
            .entry(document.account.clone())
            .or_default()
            .push(Part {
                id,
                prune: document.prune,
                ports: document.ports.clone(),
                caller_ids: document.caller_ids.clone(),
            });
    }

    pub fn judge(
        &self,
        files: &[Source],
        documents: &[Packed],
        numbers: &NumberTable,
        problems: &mut Vec<Problem>,
    ) {
        let mut at = Placing {
            files,
            documents,
            trees: Trees::default(),
        };
        let mut previous: Option<(PhoneNumber, SourceId)> = None;
        for (number, id) in numbers.iter() {
            if let Some((_, first)) = previous.filter(|(same, _)| *same == number) {
                let path = ["numbers".to_owned(), number.to_string()];
                let (other, line) = at.file_and_line(first, &path);
                problems.extend(at.problem(
                    "D3",
                    id,
                    &path,
                    format!("{number} is declared twice"),
                    format!("the other declaration is at {other}:{line}; a number belongs to one account and stands in one place"),
                ));
            } else {
                previous = Some((number, id));
            }
        }
        for (account, parts) in self.accounts.iter().filter(|(_, parts)| parts.len() > 1) {
            prune(account, parts, &mut at, problems);
            ports(account, parts, &mut at, problems);
            caller_ids(account, parts, &mut at, problems);
        }
    }
}

/// Problems between documents, with their places.
struct Placing<'a> {
    files: &'a [Source],
    documents: &'a [Packed],
    trees: Trees,
}

impl Placing<'_> {
    fn find(&mut self, id: SourceId, path: &[String]) -> Option<(String, Place)> {
        let document = self.documents.get(id.0 as usize)?;
        let file = self.files.get(document.file as usize)?;
        let place = self.trees.place(file, document.index, path);
        Some((file.shown.clone(), place))
    }

    fn file_and_line(&mut self, id: SourceId, path: &[String]) -> (String, u32) {
        self.find(id, path)
            .map_or_else(Default::default, |(file, place)| (file, place.line))
    }

    fn problem(
        &mut self,
        code: &str,
        id: SourceId,
        path: &[String],
        message: String,
        help: String,
    ) -> Option<Problem> {
        let (file, place) = self.find(id, path)?;
        Some(Problem::error(code, &file, place, tree::join(path), message).help(help))
    }
}

fn prune(account: &AccountId, parts: &[Part], at: &mut Placing<'_>, problems: &mut Vec<Problem>) {
    let mut said = parts.iter().filter_map(|part| Some((part.id, part.prune?)));
    let Some((first, value)) = said.next() else {
        return;
    };
    let path = ["prune".to_owned()];
    for (id, other) in said.filter(|(_, other)| *other != value) {
        let (file, line) = at.file_and_line(first, &path);
        problems.extend(at.problem(
            code::CONFIG,
            id,
            &path,
            format!("account {account} has `prune: {other}` here and `prune: {value}` elsewhere"),
            format!("the other is at {file}:{line}; write it once, or the same"),
        ));
    }
}

fn ports(account: &AccountId, parts: &[Part], at: &mut Placing<'_>, problems: &mut Vec<Problem>) {
    let mut seen: HashMap<&str, SourceId> = HashMap::new();
    for part in parts {
        for name in &part.ports {
            let Some(first) = seen.insert(name, part.id) else {
                continue;
            };
            let path = ["ports".to_owned(), name.clone()];
            let (file, line) = at.file_and_line(first, &path);
            problems.extend(at.problem(
                "D3",
                part.id,
                &path,
                format!("account {account} has two ports called `{name}`"),
                format!("the other is at {file}:{line}; give one of them another name"),
            ));
        }
    }
}

fn caller_ids(
    account: &AccountId,
    parts: &[Part],
    at: &mut Placing<'_>,
    problems: &mut Vec<Problem>,
) {
    // Two different numbers of each user: with the last one alone, a number that
    // stands twice would hide the third that it is at odds with.
    let mut seen: HashMap<[u64; 2], Vec<PhoneNumber>> = HashMap::new();
    for part in parts {
        for (user, number) in &part.caller_ids {
            let earlier = seen.entry(*user).or_default();
            let first = earlier.iter().find(|first| *first != number).copied();
            if earlier.len() < 2 && !earlier.contains(number) {
                earlier.push(*number);
            }
            let Some(first) = first else {
                continue;
            };
            let path = ["numbers".to_owned(), number.to_string()];
            problems.extend(at.problem(
                "D27",
                part.id,
                &path,
                format!("a user of account {account} is to show both {first} and {number} as caller ID"),
                "a user has one caller ID: take `assignAsCallerId` away at one of the two".to_owned(),
            ));
        }
    }
}
