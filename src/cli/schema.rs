//! `alz schema`: the JSON Schemas, for editors and other programs.

use clap::{Args, ValueEnum};

use super::{Exit, Output};
use crate::report::schema::{self, Draft, Kind};
use crate::sandbox::seed::{self, Seed};

/// Print the JSON Schema of a document
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// Of which document
    #[arg(value_enum, default_value_t)]
    pub kind: SchemaKind,
    /// In the dialect of 2018, for editors that know no newer one
    #[arg(long = "draft-07")]
    pub draft_07: bool,
}

/// The documents that have a schema.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum SchemaKind {
    /// An account file
    #[default]
    Account,
    /// alz.yaml
    Config,
    /// A plan as JSON
    Plan,
    /// What `alz status --format json` prints
    Status,
    /// What `alz port show --format json` prints
    PortShow,
    /// What `alz port check --format json` prints
    PortCheck,
    /// The world that a sandbox begins with
    SandboxSeed,
}

pub fn run(args: &SchemaArgs, output: &Output) -> Exit {
    let draft = match args.draft_07 {
        true => Draft::Draft07,
        false => Draft::Draft2020,
    };
    output.result(&match args.kind {
        SchemaKind::Account => schema::text(Kind::Account, draft),
        SchemaKind::Config => schema::text(Kind::Config, draft),
        SchemaKind::Plan => schema::text(Kind::Plan, draft),
        SchemaKind::Status => schema::text(Kind::Status, draft),
        SchemaKind::PortShow => schema::text(Kind::PortShow, draft),
        SchemaKind::PortCheck => schema::text(Kind::PortCheck, draft),
        SchemaKind::SandboxSeed => schema::lines(&schema::schema_of::<Seed>(
            seed::SCHEMA_FILE,
            "alz sandbox seed",
            draft,
        )),
    });
    Exit::Done
}
