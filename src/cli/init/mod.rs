//! `alz init`: a working repository to start from. What exists is left alone, but for a
//! line that a .gitignore may lack.

mod files;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::fatal::Fatal;
use super::global::Global;
use super::output::Output;
use super::{Exit, session, write_file};
use crate::report;
use files::{AT_THE_TOP, IGNORED, IGNORES, Set};

/// Make a working repository to start from
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  alz init                          in this directory
  alz -C numbers init               in the directory numbers
  alz init && alz apply             then try it on the built-in sandbox
  alz init --with pre-commit,docker more than the usual files
  alz init --only github --force    the GitHub files anew, after an upgrade of alz")]
pub struct InitArgs {
    /// Write over files that exist, but for .gitignore
    #[arg(long)]
    pub force: bool,
    /// More than repository, github and gitlab
    #[arg(long, value_enum, value_delimiter = ',', value_name = "SETS")]
    pub with: Vec<Set>,
    /// These sets alone
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        value_name = "SETS",
        conflicts_with = "with"
    )]
    pub only: Vec<Set>,
}

/// The files that were asked for, by their path. A later set replaces a file of an earlier.
fn chosen(arguments: &InitArgs) -> BTreeMap<&'static str, Cow<'static, str>> {
    let mut sets: Vec<Set> = match arguments.only.as_slice() {
        [] => Set::USUAL
            .into_iter()
            .chain(arguments.with.clone())
            .collect(),
        only => only.to_vec(),
    };
    sets.sort();
    sets.into_iter().flat_map(Set::files).collect()
}

/// What became of the files.
#[derive(Default)]
struct Made {
    written: Vec<&'static str>,
    extended: Vec<&'static str>,
    kept: Vec<&'static str>,
}

impl Made {
    /// Writes one file, unless it is there.
    fn make(
        &mut self,
        root: &Path,
        name: &'static str,
        text: &str,
        force: bool,
    ) -> Result<(), Fatal> {
        let path = root.join(name);
        // A link that leads nowhere is somebody's file as well.
        if path.symlink_metadata().is_err() {
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent).map_err(|error| {
                    Fatal::new(format!("{} can't be made: {error}", parent.display()))
                })?;
            }
            write_file(&path, text)?;
            self.written.push(name);
        } else if name == IGNORES {
            self.ignore(&path, name)?;
        } else if force {
            write_file(&path, text)?;
            self.written.push(name);
        } else {
            self.kept.push(name);
        }
        Ok(())
    }

    /// What a team ignores may hold its secrets: their .gitignore is never replaced, and
    /// only the sandbox's state, the journal and the locks are added to it.
    fn ignore(&mut self, path: &Path, name: &'static str) -> Result<(), Fatal> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Fatal::new(format!("{} can't be read: {error}", path.display())))?;
        if text.lines().any(|line| IGNORED.contains(&line.trim())) {
            self.kept.push(name);
            return Ok(());
        }
        let gap = if text.is_empty() || text.ends_with('\n') {
            ""
        } else {
            "\n"
        };
        write_file(path, &format!("{text}{gap}{}\n", IGNORED[0]))?;
        self.extended.push(name);
        Ok(())
    }

    fn tell(&self, output: &Output) {
        if output.is_json() {
            let said = json!({ "formatVersion": "1.0", "written": self.written,
                "extended": self.extended, "kept": self.kept });
            output.result(&format!("{said:#}\n"));
            return;
        }
        for name in &self.written {
            output.result(&format!("  wrote {name}\n"));
        }
        for name in &self.extended {
            output.result(&format!("  added {} to {name}\n", IGNORED[0]));
        }
        for name in &self.kept {
            let why = match *name {
                IGNORES => "it has what it needs",
                _ => "it exists; --force writes over it",
            };
            output.result(&format!("  kept  {name} ({why})\n"));
        }
    }
}

pub fn run(arguments: &InitArgs, global: &Global, output: &Output) -> Exit {
    let root = global.root();
    let mut made = Made::default();
    let mut failed = Vec::new();
    let files = chosen(arguments);
    for (name, text) in &files {
        match made.make(&root, name, text, arguments.force) {
            Ok(()) => {}
            Err(Fatal::Error { what, help: _ }) => failed.push(what),
            Err(Fatal::Problems(problems)) => failed.push(report::problems::summary(&problems)),
        }
    }
    if failed.is_empty() || !output.is_json() {
        made.tell(output);
    }
    if !failed.is_empty() {
        let fatal = Fatal::new(failed.join("; "));
        return fatal.tell(output, &session::root_of(global), false);
    }
    let astray: Vec<&str> = files
        .into_keys()
        .filter(|name| AT_THE_TOP.contains(name))
        .collect();
    if let Some(top) = repository_above(&root)
        && !astray.is_empty()
    {
        output.error(&format!(
            "warning: nothing looks for {} here, but only at the top of the repository, {}: \
             move what you use there (docs/pipelines.md, \"Not at the top\")",
            astray.join(", "),
            top.display()
        ));
    }
    output.say(match root.join("alz.yaml").exists() {
        true => "\nNext: alz plan, then alz apply. Both use the built-in sandbox until alz.yaml names your platform.",
        false => "\nThere is no alz.yaml here: alz init --only repository makes one to start from.",
    });
    Exit::Done
}

/// The top of the Git repository that this directory is a part of, where it is not the top
/// itself.
fn repository_above(root: &Path) -> Option<PathBuf> {
    let root = root.canonicalize().ok()?;
    let top = root.ancestors().find(|place| place.join(".git").exists())?;
    (top != root).then(|| top.to_owned())
}
