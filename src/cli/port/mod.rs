//! `alz port`: ports by hand, one small file an action.

mod ask;
mod check;

use clap::{Args, Subcommand};

use super::args::Global;
use super::output::Output;
use super::{Exit, session};

/// Look into ports before and while they are under way
#[derive(Debug, Args)]
pub struct PortArgs {
    #[command(subcommand)]
    command: PortCommand,
}

#[derive(Debug, Subcommand)]
enum PortCommand {
    Check(check::CheckArgs),
}

pub async fn run(arguments: &PortArgs, global: &Global, output: &Output) -> Exit {
    let ended = match &arguments.command {
        PortCommand::Check(arguments) => check::run(arguments, global, output).await,
    };
    match ended {
        Ok(exit) => exit,
        Err(fatal) => fatal.tell(output, &session::root_of(global), false),
    }
}
