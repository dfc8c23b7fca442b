//! A part of the repository: what files, targets and a shard select together.
//!
//! Files select documents, targets numbers or whole documents within them, a
//! shard accounts of what is left. An account of which single numbers are named
//! is *partial*: what no file declares is then left alone on it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{Packed, Repository, Selection};
use crate::desired::problem::nearest_few;
use crate::desired::target::Target;
use crate::model::{AccountId, PhoneNumber, Shard, SourceId};

/// What a run is restricted to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Narrowing<'a> {
    /// Nothing: all of them.
    pub files: &'a [PathBuf],
    /// Nothing: all that the files declare.
    pub targets: &'a [Target],
    pub shard: Option<Shard>,
}

/// A target that names nothing, with what may have been meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmatched {
    pub said: String,
    pub near: Vec<String>,
}

/// Suggestions for a target that names nothing.
const SUGGESTED: usize = 3;

/// Which documents are chosen, and which numbers of the others.
struct Choice {
    /// By document.
    whole: Vec<bool>,
    numbers: BTreeSet<(SourceId, PhoneNumber)>,
}

impl Repository {
    /// What is selected; None where that is everything. Targets that name
    /// nothing are all told.
    pub fn narrow(&self, narrowing: &Narrowing<'_>) -> Result<Option<Selection>, Vec<Unmatched>> {
        let Narrowing {
            files,
            targets,
            shard,
        } = *narrowing;
        if files.is_empty() && targets.is_empty() && shard.is_none() {
            return Ok(None);
        }
        let base = self.of_files(files);
        let choice = if targets.is_empty() {
            Choice {
                whole: base,
                numbers: BTreeSet::new(),
            }
        } else {
            self.of_targets(&base, targets)?
        };
        Ok(Some(self.selection(&choice, shard)))
    }

    /// What the documents of these files declare. Paths are compared after both
    /// were made absolute.
    pub fn select(&self, files: &[PathBuf]) -> Selection {
        let choice = Choice {
            whole: self.of_files(files),
            numbers: BTreeSet::new(),
        };
        self.selection(&choice, None)
    }

    /// The targets as a plan keeps them: by ids where they named accounts by
    /// name, for names are people's, and may change.
    pub fn lasting(&self, targets: &[Target]) -> Vec<String> {
        let mut lasting: Vec<String> = Vec::new();
        for target in targets {
            let mut ids: BTreeSet<String> = BTreeSet::new();
            let mut said = false;
            for document in &self.documents {
                let by_name = document.name.as_deref();
                if by_name.is_some_and(|name| target.matches_name(name)) {
                    ids.insert(document.account.to_string());
                } else if target.matches_id(&document.account)
                    || target.matches_file(self.shown(document))
                {
                    said = true;
                }
            }
            if said || ids.is_empty() {
                ids.insert(match target.number() {
                    Some(number) if !said => number.to_string(),
                    Some(_) | None => target.said().to_owned(),
                });
            }
            for id in ids {
                if !lasting.contains(&id) {
                    lasting.push(id);
                }
            }
        }
        lasting
    }

    fn of_files(&self, files: &[PathBuf]) -> Vec<bool> {
        if files.is_empty() {
            return vec![true; self.documents.len()];
        }
        let wanted: BTreeSet<PathBuf> = files.iter().map(|path| canonical(path)).collect();
        let chosen: Vec<bool> = self
            .files
            .iter()
            .map(|file| wanted.contains(&canonical(&file.path)))
            .collect();
        self.documents
            .iter()
            .map(|document| chosen.get(document.file as usize).copied().unwrap_or(false))
            .collect()
    }

    fn of_targets(&self, base: &[bool], targets: &[Target]) -> Result<Choice, Vec<Unmatched>> {
        let in_base = |source: SourceId| base.get(source.0 as usize) == Some(&true);
        let mut choice = Choice {
            whole: vec![false; self.documents.len()],
            numbers: BTreeSet::new(),
        };
        let mut unmatched = Vec::new();
        for target in targets {
            let accounts: BTreeSet<&AccountId> = self
                .documents
                .iter()
                .filter(|document| {
                    let name = document.name.as_deref();
                    target.matches_id(&document.account)
                        || name.is_some_and(|name| target.matches_name(name))
                })
                .map(|document| &document.account)
                .collect();
            let mut found = false;
            let documents = choice.whole.iter_mut().zip(base).zip(&self.documents);
            for ((whole, base), document) in documents {
                let named = accounts.contains(&document.account)
                    || target.matches_file(self.shown(document));
                if *base && named {
                    *whole = true;
                    found = true;
                }
            }
            // An id that looks like a number is an id.
            if accounts.is_empty() {
                let number = target
                    .number()
                    .and_then(|number| Some((number, self.numbers.document(number)?)));
                let pattern = target.has_number_pattern().then(|| {
                    let numbers = self.numbers.iter();
                    numbers.filter(|(number, _)| target.matches_number(*number))
                });
                for (number, source) in number.into_iter().chain(pattern.into_iter().flatten()) {
                    if in_base(source) {
                        choice.numbers.insert((source, number));
                        found = true;
                    }
                }
            }
            if !found {
                unmatched.push(Unmatched {
                    said: target.said().to_owned(),
                    near: self.near(target),
                });
            }
        }
        if unmatched.is_empty() {
            Ok(choice)
        } else {
            Err(unmatched)
        }
    }

    fn selection(&self, choice: &Choice, shard: Option<Shard>) -> Selection {
        let holds = |account: &AccountId| shard.is_none_or(|shard| shard.holds(account));
        let mut selection = Selection::default();
        let mut elsewhere = Some(0);
        for ((source, document), whole) in
            (0..).map(SourceId).zip(&self.documents).zip(&choice.whole)
        {
            let mut named = choice
                .numbers
                .range((source, PhoneNumber::LOWEST)..=(source, PhoneNumber::HIGHEST))
                .peekable();
            if !whole && named.peek().is_none() {
                continue;
            }
            if !holds(&document.account) {
                let is_pruned = *whole && self.is_pruned(&document.account);
                elsewhere = elsewhere
                    .filter(|_| !is_pruned)
                    .map(|count| count + u64::from(document.released));
                continue;
            }
            selection.accounts.insert(document.account.clone());
            selection.documents.insert(source);
            if !whole {
                selection.partial.insert(document.account.clone());
                selection.numbers.extend(named.map(|(_, number)| number));
            }
        }
        let is_whole = |source: &SourceId| {
            choice.whole.get(source.0 as usize) == Some(&true)
                && selection.documents.contains(source)
        };
        selection.numbers.extend(
            self.numbers
                .iter()
                .filter(|(_, source)| is_whole(source))
                .map(|(number, _)| number),
        );
        selection.released_elsewhere = elsewhere;
        selection
    }

    fn is_pruned(&self, account: &AccountId) -> bool {
        let found = self.accounts.binary_search_by(|(id, _)| id.cmp(account));
        let sources = found.ok().and_then(|at| self.accounts.get(at));
        sources.is_some_and(|(_, sources)| {
            sources.iter().any(|source| {
                let document = self.document(*source);
                document.is_some_and(|document| document.prune == Some(true))
            })
        })
    }

    fn shown(&self, document: &Packed) -> &str {
        let file = self.files.get(document.file as usize);
        file.map_or("", |file| file.shown.as_str())
    }

    /// What a target that names nothing may have meant.
    fn near(&self, target: &Target) -> Vec<String> {
        if let Some(number) = target.number() {
            return self.near_numbers(number);
        }
        if !target.said().contains(char::is_alphabetic) {
            // Digits, and too few of them to be a number: no name is near to that.
            return self.beginning(target);
        }
        let names = self
            .documents
            .iter()
            .filter_map(|document| document.name.as_deref());
        let ids = self.accounts.iter().map(|(id, _)| id.as_str());
        let files = self.files.iter().map(|file| file.shown.as_str());
        let directories: BTreeSet<&str> = self
            .files
            .iter()
            .filter_map(|file| Some(file.shown.rsplit_once('/')?.0))
            .collect();
        let candidates: BTreeSet<&str> = names
            .chain(ids)
            .chain(files)
            .chain(directories.iter().copied())
            .collect();
        // What a pattern fixes is what can have a slip in it.
        let fixed = target.said().replace(['*', '?'], "");
        nearest_few(&fixed, candidates, SUGGESTED)
            .into_iter()
            .map(str::to_owned)
            .collect()
    }

    /// The pattern that digits would be the beginning of, if any declared number
    /// begins so.
    fn beginning(&self, target: &Target) -> Vec<String> {
        let pattern = format!("{}*", target.said());
        let meant = Target::parse(&pattern).ok();
        let begins =
            meant.is_some_and(|meant| self.numbers.iter().any(|(n, _)| meant.matches_number(n)));
        begins.then_some(pattern).into_iter().collect()
    }

    /// Declared numbers that differ in a digit or two.
    fn near_numbers(&self, number: PhoneNumber) -> Vec<String> {
        let mut near: Vec<(u32, PhoneNumber)> = self
            .numbers
            .iter()
            .map(|(other, _)| (differing(number, other), other))
            .filter(|(digits, _)| *digits <= 2)
            .collect();
        near.sort_unstable();
        let near = near.into_iter().take(SUGGESTED);
        near.map(|(_, number)| number.to_string()).collect()
    }
}

/// In how many places the digits of two numbers differ.
fn differing(a: PhoneNumber, b: PhoneNumber) -> u32 {
    let (mut a, mut b) = (a.as_u64(), b.as_u64());
    let mut count = 0;
    while a > 0 || b > 0 {
        count += u32::from(a % 10 != b % 10);
        (a, b) = (a / 10, b / 10);
    }
    count
}

fn canonical(path: &Path) -> PathBuf {
    std::fs::canonicalize(path)
        .or_else(|_| std::path::absolute(path))
        .unwrap_or_else(|_| path.to_owned())
}
