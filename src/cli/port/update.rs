//! `alz port update`: the changes that the files ask of one port, and nothing
//! else of what they ask.

use std::collections::BTreeSet;

use clap::Args;

use super::by_hand::{Hand, refusal};
use super::find::{Port, Target};
use crate::cli::Exit;
use crate::cli::fatal::Fatal;
use crate::cli::global::Global;
use crate::cli::lock::LockArgs;
use crate::cli::output::Output;
use crate::cli::planning::{Planner, Request};
use crate::model::PhoneNumber;
use crate::plan::{Action, Allow, NoteKind, Touched};

/// Send what the files say otherwise of one port, and nothing else
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  alz port update main-line                   a new date, a mended name
  alz port update mobile --resend-secrets     the PIN was changed where it is kept")]
pub struct UpdateArgs {
    #[command(flatten)]
    target: Target,
    /// Don't ask
    #[arg(long)]
    auto_approve: bool,
    /// Send its PIN and account number again: they have changed
    #[arg(long)]
    resend_secrets: bool,
    /// Don't ask the platform whether a new date is on offer
    #[arg(long)]
    no_verify: bool,
    #[command(flatten)]
    lock: LockArgs,
}

pub async fn run(arguments: &UpdateArgs, global: &Global, output: &Output) -> Result<Exit, Fatal> {
    let hand = Hand::open(
        global,
        output,
        arguments.auto_approve,
        (&arguments.lock, "port update"),
        Allow::default(),
    )
    .await?;
    let ended = update(&hand, arguments).await;
    hand.close().await;
    ended
}

async fn update(hand: &Hand<'_>, arguments: &UpdateArgs) -> Result<Exit, Fatal> {
    let (found, platform) = hand.find(&arguments.target).await?;
    let title = found.title();
    let Port::Ordered(port) = &found.port else {
        return Err(Fatal::with_help(
            format!("port {title} is declared and not ordered: there is nothing to update"),
            "`alz plan` says when it is ordered",
        ));
    };
    let declared = found.desired.ports.iter().any(|declared| {
        declared
            .numbers
            .iter()
            .any(|number| port.numbers.contains(number))
    });
    if !declared {
        return Err(Fatal::with_help(
            format!("port {title} is in no file: there is nothing to update it from"),
            "declare it under `ports:` and name it at its numbers",
        ));
    }
    if port.state.is_over() {
        return Err(Fatal::new(format!(
            "port {title} is over ({}): nothing of it can be changed",
            port.state
        )));
    }
    let numbers: BTreeSet<PhoneNumber> = port.numbers.iter().copied().collect();
    let planner = Planner::new(
        platform.clone(),
        &Request {
            files: &[],
            verify: !arguments.no_verify,
            allow: hand.allow,
            memory: hand.remembered.ports.clone(),
            resend_secrets: arguments.resend_secrets,
            base: None,
            audit: None,
        },
        hand.project.e911_on_unknown,
    );
    let mut made = planner
        .plan(&found.desired, &found.live, Some(&numbers))
        .await?;
    made.steps.retain(|step| {
        let id = step.port.as_ref().and_then(|facts| facts.port_id.as_ref());
        step.action == Action::UpdatePort && id == Some(&port.id)
    });
    // What the numbers' other objects wait for is apply's to say.
    made.notes.retain(|note| match note.kind {
        NoteKind::Blocked | NoteKind::Warning | NoteKind::Waiting => true,
        NoteKind::Deferred | NoteKind::Unmanaged => false,
    });
    // The step touches no guard; what other steps would touch is not sent.
    made.touched = Touched::default();
    if made.steps.is_empty() {
        return match refusal(&made, &format!("port {title} is not updated")) {
            Some(refused) => Err(refused),
            None => Ok(hand.nothing_to_do(&title, &made)),
        };
    }
    hand.carry(&found, platform, made, arguments.resend_secrets)
        .await
}
