//! `alz schema`: the JSON Schemas, for editors and other programs.

use clap::{Args, ValueEnum};

use super::{Exit, Output};
use crate::desired::schema::{self, Draft, Kind};

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
}

pub fn run(args: &SchemaArgs, output: &Output) -> Exit {
    let kind = match args.kind {
        SchemaKind::Account => Kind::Account,
        SchemaKind::Config => Kind::Config,
        SchemaKind::Plan => Kind::Plan,
    };
    let draft = match args.draft_07 {
        true => Draft::Draft07,
        false => Draft::Draft2020,
    };
    output.result(&schema::text(kind, draft));
    Exit::Done
}
