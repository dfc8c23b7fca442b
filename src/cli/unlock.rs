//! `alz unlock`: who holds what, and the way out when a lock is left behind.

use std::collections::BTreeSet;
use std::io::{BufRead, IsTerminal};

use clap::Args;
use serde_json::{Value, json};

use super::Exit;
use super::fatal::Fatal;
use super::global::Global;
use super::lock::{self, LockPlace};
use super::output::Output;
use super::session::{self, Project};
use crate::lock::{Listed, Liveness, Owner, Place};
use crate::model::AccountId;
use crate::plan::document::FORMAT_VERSION;

/// Show who holds a lock, or remove it
#[derive(Debug, Args)]
#[command(after_help = "\
Without --reason it only lists. A lock whose run is gone needs no unlock: the next run
takes it over. A run that lives stops before its next step once its lock is removed.

Examples:
  alz unlock                                        who holds what
  alz unlock --reason 'runner 7 was switched off'   asks, then removes all of them
  alz unlock --account bRW8jpoCTGOaOIF5wqvSVg --reason '…' --auto-approve")]
pub struct UnlockArgs {
    /// Only locks that hold one of these accounts (each goes as a whole)
    #[arg(long, value_name = "ID", num_args = 1..)]
    account: Vec<String>,
    /// Remove them, and write this down beside them
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Don't ask
    #[arg(long)]
    auto_approve: bool,
    #[command(flatten)]
    place: LockPlace,
}

pub async fn run(arguments: &UnlockArgs, global: &Global, output: &Output) -> Exit {
    match unlock(arguments, global, output).await {
        Ok(()) => Exit::Done,
        Err(fatal) => fatal.tell(output, &session::root_of(global), false),
    }
}

async fn unlock(arguments: &UnlockArgs, global: &Global, output: &Output) -> Result<(), Fatal> {
    let reason = arguments.reason.as_deref().map(str::trim);
    if reason == Some("") {
        return Err(Fatal::with_help(
            "--reason says nothing",
            "write why the lock may go: it is kept for those who ask later",
        ));
    }
    let can_ask = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    if reason.is_some() && !arguments.auto_approve && !can_ask {
        return Err(Fatal::with_help(
            "unlock asks before it removes a lock, and there is no terminal to ask on",
            "look at `alz unlock` first, then add --auto-approve",
        ));
    }
    // Without alz.yaml locks lie in the working directory, whatever the files.
    let project = Project::open(global, &[global.root()])?;
    let place = arguments.place.open(&project, output)?;
    let owner = Owner::here("unlock");
    let partition = lock::partition(&project);
    let mut listed = crate::lock::list(&place, partition.as_ref(), &owner).await?;
    let chosen: BTreeSet<AccountId> = arguments.account.iter().map(AccountId::new).collect();
    listed.retain(|listed| match &listed.holder {
        Ok(holder) => chosen.is_empty() || !holder.accounts.is_disjoint(&chosen),
        // It stands in everybody's way.
        Err(_) => true,
    });
    show(&listed, &place, output);
    let mut removed = BTreeSet::new();
    if let Some(reason) = reason
        && !listed.is_empty()
    {
        if !arguments.auto_approve && !confirmed(listed.len(), output) {
            return Err(Fatal::new("not approved: nothing was removed"));
        }
        let ids = listed.iter().map(|listed| listed.id.clone()).collect();
        removed = crate::lock::remove(&place, &ids, &owner, reason).await?;
    }
    match output.is_json() {
        true => output.result(&format!("{:#}\n", document(&listed, &removed))),
        false if reason.is_some() && !listed.is_empty() => output.result(&format!(
            "{} removed.\n",
            match removed.len() {
                1 => "1 lock".to_owned(),
                count => format!("{count} locks"),
            }
        )),
        false => {}
    }
    Ok(())
}

fn show(listed: &[Listed], place: &Place, output: &Output) {
    if output.is_json() {
        return;
    }
    if listed.is_empty() {
        output.result(&format!("Nothing is locked ({place}).\n"));
    }
    for listed in listed {
        let holder = match &listed.holder {
            Ok(holder) => holder.to_string(),
            Err(why) => format!("{} can't be read: {why}", listed.id),
        };
        output.result(&match &listed.liveness {
            Liveness::Held => format!("held   {holder}\n"),
            Liveness::Stale(why) => {
                format!("stale  {holder}\n       {why}: the next run takes it over\n")
            }
        });
    }
}

fn document(listed: &[Listed], removed: &BTreeSet<String>) -> Value {
    let locks: Vec<Value> = listed
        .iter()
        .map(|listed| {
            let (state, why) = match &listed.liveness {
                Liveness::Held => ("held", None),
                Liveness::Stale(why) => ("stale", Some(why)),
            };
            let mut lock = json!({
                "id": listed.id,
                "state": state,
                "why": why,
                "removed": removed.contains(&listed.id),
            });
            match &listed.holder {
                Ok(holder) => {
                    lock["partition"] = json!(holder.partition);
                    lock["accounts"] = json!(holder.accounts);
                    lock["owner"] = json!(holder.owner);
                    lock["started"] = json!(holder.started);
                    lock["expires"] = json!(holder.expires);
                }
                Err(why) => lock["unreadable"] = json!(why),
            }
            lock
        })
        .collect();
    json!({ "formatVersion": FORMAT_VERSION, "locks": locks })
}

fn confirmed(count: usize, output: &Output) -> bool {
    output.ask(&format!(
        "\nA run that lives stops before its next step when its lock goes.\nRemove {}? Only \"yes\" is taken as approval: ",
        if count == 1 { "this lock".to_owned() } else { format!("these {count} locks") }
    ));
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer).is_ok() && answer.trim() == "yes"
}
