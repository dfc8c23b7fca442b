//! Where new files go, and that none is written over.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use crate::cli::fatal::Fatal;
use crate::cli::global::Global;
use crate::cli::session::{self, Project};
use crate::desired::Repository;
use crate::import;
use crate::model::AccountId;

/// The directory for new files.
pub struct Place {
    directory: PathBuf,
    root: PathBuf,
}

/// A file that is to be written.
pub struct Target {
    path: PathBuf,
    /// As a plan would name it.
    pub shown: String,
}

impl Place {
    pub fn new(out: Option<&Path>, project: &Project, global: &Global) -> Result<Self, Fatal> {
        let named = out.map(|out| session::from_directory(global, &[out.to_owned()]));
        let directory = named
            .and_then(|named| named.into_iter().next())
            .or_else(|| project.accounts_directory())
            .ok_or_else(|| {
                Fatal::with_help(
                    "no directory for the files is named",
                    "name one with --out DIR, or the accounts' globs in alz.yaml",
                )
            })?;
        if directory.exists() && !directory.is_dir() {
            return Err(Fatal::with_help(
                format!("{} is not a directory", directory.display()),
                "--out takes a directory; it is made where it is not there",
            ));
        }
        Ok(Self {
            directory,
            root: project.root.clone(),
        })
    }

    /// A file for each account. One that is there already is refused, before
    /// anything is read or written; where it is that of another account of the
    /// same name, this account's has another name.
    pub fn files<'a>(
        &self,
        accounts: impl Iterator<Item = (&'a AccountId, Option<&'a str>)>,
        repository: &Repository,
    ) -> Result<BTreeMap<AccountId, Target>, Fatal> {
        let of_others: BTreeSet<&Path> = repository
            .account_ids()
            .flat_map(|id| repository.documents_of(id))
            .map(|(_, path, _, _)| path)
            .collect();
        let is_taken = |name: &str| of_others.contains(self.directory.join(name).as_path());
        let mut taken = Vec::new();
        let targets = import::file_names(accounts, is_taken)
            .into_iter()
            .map(|(account, name)| {
                let path = self.directory.join(name);
                let target = Target {
                    shown: session::relative(&path, &self.root),
                    path,
                };
                if target.path.symlink_metadata().is_ok() {
                    taken.push(format!("{} (account {account})", target.shown));
                }
                (account, target)
            })
            .collect();
        if taken.is_empty() {
            return Ok(targets);
        }
        Err(Fatal::with_help(
            format!(
                "these files are there already: {}: nothing was written",
                taken.join(", ")
            ),
            "--merge adds to files that alz.yaml names; else move them away, or choose another directory with --out",
        ))
    }

    /// The line by which an editor finds the schema.
    pub fn head(&self, file: &Target) -> Vec<String> {
        let schema = self.root.join("schema").join("account.schema.json");
        let below = file
            .path
            .parent()
            .and_then(|it| it.strip_prefix(&self.root).ok());
        match below {
            Some(below) if schema.is_file() => {
                let up = "../".repeat(below.components().count());
                vec![format!(
                    "yaml-language-server: $schema={up}schema/account.schema.json"
                )]
            }
            Some(_) | None => Vec::new(),
        }
    }
}

impl Target {
    /// Writes the file, whole or not at all, and over none that is there, be it
    /// made a moment ago.
    pub fn create(&self, text: &str) -> Result<(), Fatal> {
        let failed =
            |error: std::io::Error| Fatal::new(format!("{} can't be written: {error}", self.shown));
        if let Some(directory) = self.path.parent() {
            fs::create_dir_all(directory).map_err(|error| {
                Fatal::new(format!("{} can't be made: {error}", directory.display()))
            })?;
        }
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.tmp", std::process::id()));
        let temporary = self.path.with_file_name(name);
        let made = fs::write(&temporary, text).and_then(|()| {
            // A link is made only where nothing is; a rename would replace it.
            match fs::hard_link(&temporary, &self.path) {
                Err(error) if error.kind() != ErrorKind::AlreadyExists => self.create_here(text),
                done => done,
            }
        });
        let _ = fs::remove_file(&temporary);
        match made {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(Fatal::with_help(
                format!("{} was made by someone else in the meantime", self.shown),
                "it is left as it is; run it again with --merge, or elsewhere with --out",
            )),
            made => made.map_err(failed),
        }
    }

    /// The same where the disk knows no links.
    fn create_here(&self, text: &str) -> std::io::Result<()> {
        let mut file = fs::File::create_new(&self.path)?;
        file.write_all(text.as_bytes()).inspect_err(|_| {
            let _ = fs::remove_file(&self.path);
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_made_between_reading_and_writing_is_left_as_it_is() {
        let directory = tempfile::tempdir().expect("a directory");
        let target = |name: &str| Target {
            path: directory.path().join("accounts").join(name),
            shown: name.to_owned(),
        };
        target("a.yaml").create("first").expect("it is written");
        let again = target("a.yaml").create("second");
        assert!(matches!(again, Err(Fatal::Error { what, .. }) if what.contains("meantime")));
        assert!(target("a.yaml").create_here("third").is_err());
        assert_eq!(
            fs::read_to_string(target("a.yaml").path).expect("a file"),
            "first"
        );
        target("b.yaml")
            .create_here("alone")
            .expect("it is written");
        let names = fs::read_dir(directory.path().join("accounts")).expect("a directory");
        assert_eq!(names.count(), 2, "nothing else is left there");
    }
}
