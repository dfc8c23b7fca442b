//! The accounts of a run, claimed before the platform is read: what the
//! commands that write share.

use std::collections::BTreeSet;
use std::time::Duration;

use clap::Args;
use jiff::SignedDuration;
use serde_json::json;

use super::fatal::Fatal;
use super::output::Output;
use super::session::{Project, Session};
use crate::lock::{self, Claim, Guard, LockError, Options, Owner, Place};
use crate::model::{AccountId, PartitionId};
use crate::report;

/// The partition of the built-in sandbox, as far as locks go: its state is what
/// must have one writer, whatever partition it plays.
const SANDBOX: &str = "sandbox";

/// Where the lock is kept.
#[derive(Debug, Args)]
pub struct LockPlace {
    /// Where runs tell each other apart: file (in .alz/lock beside alz.yaml),
    /// postgres://user@host/database, or none. A password goes into ALZ_LOCK
    /// or PGPASSWORD, not onto the command line
    #[arg(long, value_name = "PLACE", env = "ALZ_LOCK", hide_env_values = true)]
    lock: Option<String>,
}

/// How a command that writes has the accounts for itself.
#[derive(Debug, Args)]
pub struct LockArgs {
    #[command(flatten)]
    place: LockPlace,
    /// Wait this long for another run to end (30s, 10m) instead of refusing at once
    #[arg(long, value_name = "DURATION", default_value = "0s", hide_default_value = true, value_parser = duration)]
    lock_timeout: Duration,
}

impl LockPlace {
    /// The place; a person is told what is unwise about it.
    pub fn open(&self, project: &Project, output: &Output) -> Result<Place, Fatal> {
        let asked = self.lock.as_deref().filter(|said| !said.is_empty());
        if asked.is_some_and(Place::has_password)
            && std::env::var("ALZ_LOCK").ok().as_deref() != asked
        {
            output.error(
                "warning: every user of this machine can read a password on a command line; \
                 put the address into ALZ_LOCK, or the password into PGPASSWORD",
            );
        }
        let password = std::env::var("PGPASSWORD").ok();
        let password = password.as_deref().filter(|password| !password.is_empty());
        let said = asked.or(project.lock()).unwrap_or("file");
        Ok(Place::parse(said, &project.root, password)?)
    }
}

impl From<LockError> for Fatal {
    fn from(error: LockError) -> Self {
        Fatal::with_help(error.to_string(), error.help())
    }
}

/// A duration as people write it (90s, 10m, "1h 30m"), as ISO 8601 does (PT10M),
/// or a number of seconds.
fn duration(said: &str) -> Result<Duration, String> {
    let read = match said.trim().parse::<u64>() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => said
            .parse::<SignedDuration>()
            .ok()
            .and_then(|read| Duration::try_from(read).ok()),
    };
    read.ok_or_else(|| "write it as 30s, 10m or 1h".to_owned())
}

/// The name that a project's partition has in locks; None where the platform
/// has to be asked.
pub fn partition(project: &Project) -> Option<PartitionId> {
    if project.is_sandbox() {
        Some(PartitionId::new(SANDBOX))
    } else {
        project.partition().cloned()
    }
}

/// Connects to the platform, having the accounts for this run alone. The
/// built-in sandbox starts after that: its state has one writer, too.
pub async fn connect(
    project: &Project,
    arguments: &LockArgs,
    command: &str,
    accounts: BTreeSet<AccountId>,
    jitter_seed: u64,
    output: &Output,
) -> Result<(Session, Guard), Fatal> {
    let place = arguments.place.open(project, output)?;
    // Of four runs that look alike a person must know which one holds an account.
    let command = &match project.narrow.shard {
        None => command.to_owned(),
        Some(shard) => format!("{command} --shard {shard}"),
    };
    if project.is_sandbox() {
        let partition = PartitionId::new(SANDBOX);
        let guard = acquire(&place, partition, arguments, command, accounts, output).await?;
        return match project.connect(jitter_seed).await {
            Ok(session) => Ok((session, guard)),
            Err(fatal) => {
                guard.release().await;
                Err(fatal)
            }
        };
    }
    let session = project.connect(jitter_seed).await?;
    let partition = match partition(project) {
        Some(partition) => partition,
        None => session.client.partition_id().await?.clone(),
    };
    let guard = acquire(&place, partition, arguments, command, accounts, output).await?;
    Ok((session, guard))
}

/// Claims the accounts, and says whom it waits for and whom it replaced.
async fn acquire(
    place: &Place,
    partition: PartitionId,
    arguments: &LockArgs,
    command: &str,
    accounts: BTreeSet<AccountId>,
    output: &Output,
) -> Result<Guard, Fatal> {
    if matches!(place, Place::None) {
        output
            .error("warning: --lock none: nothing keeps another run from writing at the same time");
    }
    let claim = Claim {
        partition,
        accounts,
    };
    let options = Options {
        wait: arguments.lock_timeout,
        ..Options::default()
    };
    let mut told = BTreeSet::new();
    let mut waiting = |holders: &[lock::Holder]| {
        for holder in holders {
            if told.insert(holder.id.clone()) {
                output.say(&format!("Waiting for another run: {holder}"));
            }
        }
    };
    let owner = Owner::here(command);
    let guard = lock::acquire(place, &claim, &owner, &options, &mut waiting).await?;
    for holder in guard.took_over() {
        output.say(&format!(
            "Took over the lock of a run that is gone: {holder}. What it may have left half done is looked up first."
        ));
    }
    Ok(guard)
}

/// Says that others may have been writing since.
pub fn tell_lost(why: &str, output: &Output) {
    let message =
        format!("the lock of this run was lost: {why}; nothing new was started after that");
    match output.is_json() {
        true => output.result(&format!(
            "{}\n",
            json!({ "event": "lockLost", "message": message })
        )),
        false => output.error(&report::error(
            &message,
            Some("see who else writes (`alz unlock` lists the locks), then apply again"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_is_read_as_people_write_it() {
        for (said, seconds) in [
            ("0s", 0),
            ("90", 90),
            ("30s", 30),
            ("10m", 600),
            ("1h 30m", 5400),
            ("PT2M", 120),
        ] {
            assert_eq!(duration(said), Ok(Duration::from_secs(seconds)), "{said}");
        }
        for said in ["", "soon", "-5m", "10 parsecs"] {
            assert!(duration(said).is_err(), "{said}");
        }
    }
}
