//! `alz port`: ports looked at, and moved on by hand.

mod by_hand;
mod find;
mod show;
mod update;

use clap::{Args, Subcommand};

use super::Exit;
use super::args::Global;
use super::output::Output;
use super::session;

/// Look at ports, and trigger, cancel or update them by hand
#[derive(Debug, Args)]
pub struct PortArgs {
    #[command(subcommand)]
    command: PortCommand,
}

#[derive(Debug, Subcommand)]
enum PortCommand {
    Show(show::ShowArgs),
    Trigger(by_hand::TriggerArgs),
    Cancel(by_hand::CancelArgs),
    Update(update::UpdateArgs),
}

pub async fn run(arguments: &PortArgs, global: &Global, output: &Output) -> Exit {
    // What writes tells its result as a stream of events.
    let (ended, stream) = match &arguments.command {
        PortCommand::Show(arguments) => (show::run(arguments, global, output).await, false),
        PortCommand::Trigger(arguments) => {
            (by_hand::trigger(arguments, global, output).await, true)
        }
        PortCommand::Cancel(arguments) => (by_hand::cancel(arguments, global, output).await, true),
        PortCommand::Update(arguments) => (update::run(arguments, global, output).await, true),
    };
    match ended {
        Ok(exit) => exit,
        Err(fatal) => fatal.tell(output, &session::root_of(global), stream),
    }
}
