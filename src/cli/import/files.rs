//! Where new files go, and that none is written over.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::cli::fatal::Fatal;
use crate::cli::global::Global;
use crate::cli::session::{self, Project};
use crate::cli::write_file;
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
    /// anything is read or written.
    pub fn files<'a>(
        &self,
        accounts: impl Iterator<Item = (&'a AccountId, Option<&'a str>)>,
    ) -> Result<BTreeMap<AccountId, Target>, Fatal> {
        let mut taken = Vec::new();
        let targets = import::file_names(accounts)
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
    /// Writes the file, whole or not at all.
    pub fn create(&self, text: &str) -> Result<(), Fatal> {
        if let Some(directory) = self.path.parent() {
            std::fs::create_dir_all(directory).map_err(|error| {
                Fatal::new(format!("{} can't be made: {error}", directory.display()))
            })?;
        }
        if self.path.symlink_metadata().is_ok() {
            return Err(Fatal::with_help(
                format!("{} was made by someone else in the meantime", self.shown),
                "it is left as it is; run it again with --merge, or elsewhere with --out",
            ));
        }
        write_file(&self.path, text)
    }
}
