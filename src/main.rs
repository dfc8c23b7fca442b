//! The `alz` program: parse, run, exit status.

use std::process::ExitCode;

fn main() -> ExitCode {
    alz::cli::main(std::env::args_os()).into()
}
