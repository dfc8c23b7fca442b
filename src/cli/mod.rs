//! Arguments in, exit status out. Commands are thin: each is one small file
//! that calls the rooms of the house in order and prints what comes back.

mod args;
mod exit;
mod output;
mod schema;
mod validate;

use std::ffi::OsString;

use clap::Parser;

pub use exit::Exit;
pub use output::{Format, Output};

/// Runs the program on these arguments.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let cli = match args::Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // clap prints help and version to standard output, mistakes to standard error.
            let _ = error.print();
            return if error.use_stderr() {
                Exit::Error
            } else {
                Exit::Done
            };
        }
    };
    let output = Output::new(cli.global.format, cli.global.color, cli.global.quiet);
    cli.run(&output)
}
