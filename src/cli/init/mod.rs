//! `alz init`: a working repository to start from. What exists is left alone.

mod files;

use std::borrow::Cow;
use std::collections::BTreeMap;

use clap::Args;

use super::fatal::Fatal;
use super::global::Global;
use super::output::Output;
use super::{Exit, session, write_file};
use files::Set;

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
    /// Write over files that exist
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

pub fn run(arguments: &InitArgs, global: &Global, output: &Output) -> Exit {
    let root = global.root();
    let mut written = Vec::new();
    let mut kept = Vec::new();
    for (name, text) in chosen(arguments) {
        let path = root.join(name);
        if path.exists() && !arguments.force {
            kept.push(name);
            continue;
        }
        let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        let result = made
            .map_err(|error| Fatal::new(format!("{} can't be made: {error}", path.display())))
            .and_then(|()| write_file(&path, &text));
        if let Err(fatal) = result {
            return fatal.tell(output, &session::root_of(global), false);
        }
        written.push(name);
    }
    match output.is_json() {
        true => output.result(&format!(
            "{:#}\n",
            serde_json::json!({ "formatVersion": "1.0", "written": written, "kept": kept })
        )),
        false => {
            for name in &written {
                output.result(&format!("  wrote {name}\n"));
            }
            for name in &kept {
                output.result(&format!(
                    "  kept  {name} (it exists; --force writes over it)\n"
                ));
            }
            output.say("\nNext: alz plan, then alz apply. Both use the built-in sandbox until alz.yaml names your platform.");
        }
    }
    Exit::Done
}
