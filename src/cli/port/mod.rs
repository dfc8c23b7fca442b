//! `alz port`: ports looked into, and moved on by hand; one small file an action.

mod ask;
mod by_hand;
mod check;
mod find;
mod show;
mod update;

use clap::{Args, Subcommand};

use super::Exit;
use super::global::Global;
use super::output::Output;
use super::session;

/// Look into ports before and while they are under way, and move them by hand
#[derive(Debug, Args)]
pub struct PortArgs {
    #[command(subcommand)]
    command: PortCommand,
}

#[derive(Debug, Subcommand)]
enum PortCommand {
    Check(check::CheckArgs),
    Show(show::ShowArgs),
    Trigger(by_hand::TriggerArgs),
    Cancel(by_hand::CancelArgs),
    Update(update::UpdateArgs),
}

impl PortArgs {
    /// It sends something, and listens for signals itself.
    pub const fn writes(&self) -> bool {
        match self.command {
            PortCommand::Check(_) | PortCommand::Show(_) => false,
            PortCommand::Trigger(_) | PortCommand::Cancel(_) | PortCommand::Update(_) => true,
        }
    }
}

pub async fn run(arguments: &PortArgs, global: &Global, output: &Output) -> Exit {
    // What writes tells its result as a stream of events.
    let (ended, stream) = match &arguments.command {
        PortCommand::Check(arguments) => (check::run(arguments, global, output).await, false),
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
