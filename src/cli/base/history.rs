//! The past of the base's files: what its revisions asked of a number, the newest
//! first. It is looked at only for numbers that the base and the platform
//! disagree about, and no further back than [`MOST`] revisions.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use jiff::civil::Date;

use super::files::{self, Chosen};
use super::git::{Commit, Git};
use crate::desired::Repository;
use crate::desired::settings::Pattern;
use crate::model::{AccountId, DesiredAccount, PhoneNumber};

/// Revisions that are looked at.
const MOST: usize = 100;

/// Revisions of the project's files, read as far as they are asked about.
#[derive(Debug)]
pub struct History {
    git: Git,
    commit: String,
    globs: Vec<Pattern>,
    named: Vec<String>,
    today: Date,
    /// As far back as is looked, or why they can't be read.
    revisions: OnceLock<Result<Vec<Revision>, String>>,
}

#[derive(Debug)]
struct Revision {
    commit: Commit,
    /// The files that it touched, as they were before it. Accounts that are judged
    /// side by side ask for the same: one reads, the others wait for it.
    before: OnceLock<Arc<Repository>>,
}

impl History {
    pub(super) fn new(
        git: Git,
        commit: String,
        globs: Vec<Pattern>,
        named: Vec<String>,
        today: Date,
    ) -> Self {
        Self {
            git,
            commit,
            globs,
            named,
            today,
            revisions: OnceLock::new(),
        }
    }

    /// Goes back through the revisions, the newest first, and tells of each that
    /// touched the file of one of the numbers what stood there before: the
    /// account as far as the files that it touched declare it, and the numbers.
    /// `files` are the numbers' files at the base, relative to the project; one
    /// without is looked for. It waits for git.
    pub fn walk(
        &self,
        account: &AccountId,
        files: BTreeMap<PhoneNumber, Option<String>>,
        mut tell: impl FnMut(Option<&DesiredAccount>, &BTreeSet<PhoneNumber>),
    ) {
        let chosen = Chosen::new(&self.globs, &self.git.prefix, &self.named);
        let in_tree = |file: &str| format!("{}{file}", self.git.prefix);
        let mut paths: BTreeMap<PhoneNumber, Option<String>> = files
            .into_iter()
            .map(|(number, file)| (number, file.as_deref().map(in_tree)))
            .collect();
        for revision in self.revisions() {
            let commit = &revision.commit;
            if commit.is_root && self.git.shallow {
                // What was before the edge of the clone is not known.
                return;
            }
            let touched: BTreeSet<&str> = commit
                .touched
                .iter()
                .map(|(path, _)| path.as_str())
                .collect();
            let concerned: Vec<PhoneNumber> = paths
                .iter()
                .filter(|(_, path)| {
                    path.as_ref()
                        .is_none_or(|path| touched.contains(path.as_str()))
                })
                .map(|(number, _)| *number)
                .collect();
            if concerned.is_empty() {
                continue;
            }
            let before = revision.before.get_or_init(|| self.before(commit, &chosen));
            // What can't be unpacked says nothing.
            let earlier = before.account_by_id(account).and_then(Result::ok);
            let mut told = BTreeSet::new();
            for number in concerned {
                let declared = earlier
                    .as_ref()
                    .and_then(|earlier| earlier.numbers.get(&number))
                    .and_then(|declared| before.file_of(declared.source));
                let Some(path) = paths.get_mut(&number) else {
                    continue;
                };
                // One that was not declared on either side is none of this revision's.
                if declared.is_some() || path.is_some() {
                    told.insert(number);
                }
                *path = declared.map(in_tree);
            }
            if !told.is_empty() {
                tell(earlier.as_ref(), &told);
            }
        }
    }

    /// Why nothing is known of the past, where it was asked for and can't be read.
    pub(super) fn trouble(&self) -> Option<&str> {
        self.revisions.get()?.as_ref().err().map(String::as_str)
    }

    /// Without a history nothing is known of the past; the plan is made all the same.
    fn revisions(&self) -> &[Revision] {
        let read = || {
            let commits = self.git.log(&self.commit, MOST)?;
            let revision = |commit| Revision {
                commit,
                before: OnceLock::new(),
            };
            Ok(commits.into_iter().map(revision).collect())
        };
        self.revisions
            .get_or_init(read)
            .as_deref()
            .unwrap_or_default()
    }

    fn before(&self, commit: &Commit, chosen: &Chosen) -> Arc<Repository> {
        let wanted: Vec<(String, String)> = commit
            .touched
            .iter()
            .filter(|(path, _)| chosen.takes(path))
            .filter_map(|(path, old)| Some((path.clone(), old.clone()?)))
            .collect();
        let names: Vec<String> = wanted.iter().map(|(path, _)| path.clone()).collect();
        let loaded = files::load(&self.git, &wanted, &names, &[], self.today);
        Arc::new(match loaded {
            Ok((repository, _)) => repository,
            Err(_) => Repository::empty(),
        })
    }
}
