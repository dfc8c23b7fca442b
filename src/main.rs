//! The `alz` program: parse, run, exit status.

use std::process::ExitCode;

/// A fleet is many short texts, made and let go: this allocator takes a quarter
/// off a large plan (`cargo bench --bench fleet`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    alz::cli::main(std::env::args_os()).into()
}
