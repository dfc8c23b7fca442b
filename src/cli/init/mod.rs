//! `alz init`: a working repository to start from. What exists is left alone.

use clap::Args;

use super::args::Global;
use super::fatal::Fatal;
use super::output::Output;
use super::{Exit, session, write_file};
use crate::report::schema::{self, Draft, Kind};

/// Make a working repository to start from
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  alz init                          in this directory
  alz -C numbers init               in the directory numbers
  alz init && alz apply             then try it on the built-in sandbox")]
pub struct InitArgs {
    /// Write over files that exist
    #[arg(long)]
    pub force: bool,
}

/// The files, by their path, with what is in them.
fn files() -> [(&'static str, String); 7] {
    [
        ("alz.yaml", include_str!("alz.yaml").to_owned()),
        (
            "accounts/example.yaml",
            include_str!("example.yaml").to_owned(),
        ),
        (
            ".github/workflows/alz.yml",
            include_str!("github.yml").to_owned(),
        ),
        (".gitlab-ci.yml", include_str!("gitlab.yml").to_owned()),
        // The state of the sandbox, and the locks of runs.
        (".gitignore", ".alz/\n".to_owned()),
        (
            "schema/account.schema.json",
            schema::text(Kind::Account, Draft::Draft2020),
        ),
        (
            "schema/config.schema.json",
            schema::text(Kind::Config, Draft::Draft2020),
        ),
    ]
}

pub fn run(arguments: &InitArgs, global: &Global, output: &Output) -> Exit {
    let root = global.root();
    let mut written = Vec::new();
    let mut kept = Vec::new();
    for (name, text) in files() {
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
