//! `--base REV`: what the files asked for at another revision, and what their
//! past says of a difference.
//!
//! The base's files are read from Git into a directory of their own, which is
//! gone before anything is planned, and loaded as any other. What of them can't
//! be read is left out, and the plan says so: a mistake in the base must not keep
//! the branch that mends it from being planned.

mod files;
mod git;
mod history;
mod judge;
mod rules;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;

use self::files::{Chosen, followed, load};
use self::git::{Git, Kind};
use self::history::History;
pub use self::judge::{Seen, judge, sum_up};
use super::fatal::Fatal;
use super::output::Output;
use super::session::Project;
use crate::desired::Repository;
use crate::desired::settings::{self, Pattern};
use crate::model::{AccountId, DesiredAccount, DesiredNumber, PhoneNumber};
use crate::plan::{Note, NoteKind, Origin};
use crate::report;

/// What the base's files ask for.
#[derive(Debug)]
pub struct Base {
    /// As it was named.
    pub revision: String,
    /// What could be read of its files.
    pub repository: Arc<Repository>,
    /// The files that the run is restricted to, relative to the project.
    files: Vec<String>,
    /// What could not be read, and what that means.
    pub remarks: Vec<String>,
    history: History,
}

impl Base {
    /// Reads the base from Git. Nothing of the work tree is touched.
    pub fn read(
        project: &Project,
        revision: &str,
        files: &[PathBuf],
        today: Date,
        output: &Output,
    ) -> Result<Self, Fatal> {
        let git = Git::open(&project.root)?;
        let commit = git.commit(revision)?;
        let mut remarks = Vec::new();
        let named = names(&git, &project.root, files);
        let (git, named, tree) = moved(git, &commit, project, named, &mut remarks)?;
        let globs = globs(&git, &tree, project, revision, &mut remarks)?;
        let chosen = Chosen::new(&globs, &git.prefix, &named);
        let mut wanted: Vec<(String, String)> = Vec::new();
        for entry in &tree {
            // It is one, or may hold some.
            let taken = chosen.takes(&entry.path)
                || (entry.kind != Kind::File && chosen.takes(&format!("{}/a.yaml", entry.path)));
            if !taken {
                continue;
            }
            let what = match entry.kind {
                Kind::File => {
                    wanted.push((entry.path.clone(), entry.object.clone()));
                    continue;
                }
                Kind::Link => {
                    let there = followed(&git, &tree, entry);
                    wanted.extend(there.iter().filter(|(path, _)| chosen.takes(path)).cloned());
                    if !there.is_empty() {
                        continue;
                    }
                    "a link out of the base's files"
                }
                Kind::Submodule => "a submodule",
            };
            remarks.push(format!(
                "{} is {what}: what it stands for counts as absent there",
                git.within(&entry.path)
            ));
        }
        let (repository, dropped) = load(&git, &wanted, &named, &globs, today)?;
        for file in dropped {
            remarks.push(format!(
                "{file} has problems at the base: what it asked for counts as absent there"
            ));
        }
        if git.shallow {
            remarks.push(
                "the clone is shallow: drift and pending are told apart by what there is of the history (`fetch-depth: 0` brings all)"
                    .to_owned(),
            );
        }
        for remark in &remarks {
            output.say(&report::warning(
                &format!("--base {revision}: {remark}"),
                None,
            ));
        }
        let files = named
            .iter()
            .map(|path| git.within(path).to_owned())
            .collect();
        Ok(Self {
            revision: revision.to_owned(),
            repository: Arc::new(repository),
            files,
            remarks,
            history: History::new(git, commit, globs, named, today),
        })
    }

    pub fn history(&self) -> &History {
        &self.history
    }

    /// An account as the base's files have it.
    pub fn account(&self, id: &AccountId) -> Option<DesiredAccount> {
        self.repository.account_by_id(id)?.ok()
    }

    /// The file of a declaration of the base.
    pub fn file_of(&self, number: &DesiredNumber) -> Option<&str> {
        self.repository.file_of(number.source)
    }

    /// Whether the run looks at the file: it was named, or none was.
    fn concerns(&self, number: &DesiredNumber) -> bool {
        self.files.is_empty()
            || self
                .file_of(number)
                .is_some_and(|file| self.files.iter().any(|named| named == file))
    }

    /// Numbers that only the base declares and that the run looks at; those that
    /// it gives up aside.
    pub fn left(&self, account: &DesiredAccount, branch: &Repository) -> Vec<PhoneNumber> {
        account
            .numbers
            .iter()
            .filter(|(number, declared)| {
                !declared.released && !branch.declares(**number) && self.concerns(declared)
            })
            .map(|(number, _)| *number)
            .collect()
    }

    /// Of accounts that no file of the branch names any more: a note each, with
    /// the account's name.
    pub fn left_accounts(&self, branch: &Repository) -> Vec<(Note, Option<String>)> {
        let known: BTreeSet<&AccountId> = branch.account_ids().collect();
        let mut notes = Vec::new();
        for id in self.repository.account_ids() {
            let Some(account) = (!known.contains(id)).then(|| self.account(id)).flatten() else {
                continue;
            };
            let numbers = self.left(&account, branch);
            let given_up = account
                .numbers
                .values()
                .filter(|number| number.released && self.concerns(number))
                .count();
            if numbers.is_empty() && given_up == 0 {
                continue;
            }
            let also = match given_up {
                0 => String::new(),
                1 => "; one more was to be given up, and is not any more".to_owned(),
                count => format!("; {count} more were to be given up, and are not any more"),
            };
            notes.push((
                Note {
                    kind: NoteKind::Unmanaged,
                    account: id.clone(),
                    reason: format!(
                        "no file declares this account any more: what it has stays as it is, nothing looks after it, and the platform was not asked about it ({} declared at the base{also})",
                        match numbers.len() {
                            1 => "1 number".to_owned(),
                            count => format!("{count} numbers"),
                        }
                    ),
                    numbers,
                    help: Some(
                        "to give numbers up, declare them with `state: released` and apply before the file goes"
                            .to_owned(),
                    ),
                    until: None,
                    origin: Some(Origin::Branch),
                },
                account.name,
            ));
        }
        notes
    }
}

impl Git {
    /// A path of the repository as the project shows it.
    fn within<'a>(&self, path: &'a str) -> &'a str {
        path.strip_prefix(self.prefix.as_str()).unwrap_or(path)
    }
}

/// The project as it lay at the base, and the files of it. Where alz.yaml is not
/// there, and one that was there is nowhere now, the project was moved.
fn moved(
    git: Git,
    commit: &str,
    project: &Project,
    named: Vec<String>,
    remarks: &mut Vec<String>,
) -> Result<(Git, Vec<String>, Vec<git::Entry>), Fatal> {
    let tree = git.tree(commit)?;
    let here = format!("{}{}", git.prefix, settings::FILE);
    if project.globs().is_empty() || tree.iter().any(|entry| entry.path == here) {
        return Ok((git, named, tree));
    }
    let everything = git.whole_tree(commit)?;
    let mut elsewhere = everything.iter().filter_map(|entry| {
        let above = entry.path.strip_suffix(settings::FILE)?;
        let is_project = above.is_empty() || above.ends_with('/');
        (is_project && !git.top.join(&entry.path).exists()).then(|| above.to_owned())
    });
    let (Some(there), None) = (elsewhere.next(), elsewhere.next()) else {
        return Ok((git, named, tree));
    };
    remarks.push(format!(
        "the project is in {} there: its files were read from there",
        match there.as_str() {
            "" => "the repository's own directory",
            there => there,
        }
    ));
    let in_place = |path: String| match path.strip_prefix(git.prefix.as_str()) {
        Some(within) => format!("{there}{within}"),
        None => path,
    };
    let named = named.into_iter().map(in_place).collect();
    let git = git.with_prefix(there);
    let tree = git.tree(commit)?;
    Ok((git, named, tree))
}

/// The files named on the command line, from the top of the repository; those
/// outside of it are not in the base.
fn names(git: &Git, root: &Path, files: &[PathBuf]) -> Vec<String> {
    let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let top = real(&git.top);
    files
        .iter()
        .filter_map(|file| {
            let path = real(&root.join(file));
            let path = path.strip_prefix(&top).ok()?;
            Some(path.to_string_lossy().replace('\\', "/"))
        })
        .collect()
}

/// The globs that the base's alz.yaml has for the environment; what else it says
/// differently is told.
fn globs(
    git: &Git,
    tree: &[git::Entry],
    project: &Project,
    revision: &str,
    remarks: &mut Vec<String>,
) -> Result<Vec<Pattern>, Fatal> {
    if project.globs().is_empty() {
        // Without alz.yaml the files alone are there.
        return Ok(Vec::new());
    }
    let path = format!("{}{}", git.prefix, settings::FILE);
    let Some(entry) = tree.iter().find(|entry| entry.path == path) else {
        remarks.push(format!(
            "{revision} has no {path}: everything counts as this branch's"
        ));
        return Ok(Vec::new());
    };
    let contents = git.contents(std::slice::from_ref(&entry.object))?;
    let text = contents
        .get(&entry.object)
        .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
        .unwrap_or_default();
    let Ok(settings) = settings::parse(&text, project.root.clone()) else {
        remarks.push(
            "alz.yaml has problems at the base: the account files that this branch names were read there"
                .to_owned(),
        );
        return Ok(project.globs().to_vec());
    };
    // What weighs most first.
    let changed = rules::changed(git, tree, &settings, project)?;
    remarks.splice(0..0, changed);
    Ok(match settings.environments.get(&project.environment) {
        Some(environment) => environment.accounts.clone(),
        None => {
            remarks.push(format!(
                "alz.yaml has no environment {} at the base: everything counts as this branch's",
                project.environment
            ));
            Vec::new()
        }
    })
}
