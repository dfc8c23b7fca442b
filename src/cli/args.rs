//! What can be said on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::output::{ColorChoice, Format};
use super::{Exit, Output, schema, validate};

/// Infrastructure as code for telephone numbers.
#[derive(Debug, Parser)]
#[command(name = "alz", version, about, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Options that every command takes.
#[derive(Debug, Args)]
pub struct Global {
    /// Work in this directory
    #[arg(short = 'C', long = "directory", value_name = "DIR", global = true)]
    pub directory: Option<PathBuf>,
    /// The environment of alz.yaml to use
    #[arg(long, value_name = "NAME", global = true, env = "ALZ_ENV")]
    pub env: Option<String>,
    /// The API's address, or "sandbox" for the built-in platform
    #[arg(long, value_name = "URL", global = true, env = "ALZ_API")]
    pub api: Option<String>,
    /// The partition's id
    #[arg(long, value_name = "ID", global = true, env = "ALZ_PARTITION")]
    pub partition: Option<String>,
    /// The form of the result
    #[arg(long, value_enum, default_value_t, global = true)]
    pub format: Format,
    /// When to use colour
    #[arg(long, value_enum, default_value_t, global = true)]
    pub color: ColorChoice,
    /// Leave out remarks and progress
    #[arg(short, long, global = true)]
    pub quiet: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    Validate(validate::ValidateArgs),
    Schema(schema::SchemaArgs),
}

impl Cli {
    pub fn run(self, output: &Output) -> Exit {
        match self.command {
            Command::Validate(args) => validate::run(&args, &self.global, output),
            Command::Schema(args) => schema::run(&args, output),
        }
    }
}
