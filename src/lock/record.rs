//! What is written down about a claim: enough for a person to find whoever
//! holds it, and for a machine to tell whether it still counts.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Claim;
use crate::model::{AccountId, PartitionId};

/// The version of the record's form.
pub(super) const FORMAT: u32 = 1;

/// Who claims: a person or a job, on a machine, in a process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Owner {
    /// The login name.
    pub user: String,
    /// The machine's name.
    pub host: String,
    /// Tells two machines of one name apart, and a machine before its restart
    /// from the same one after it. None where the system has no such thing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boot: Option<String>,
    /// The process id.
    pub pid: u32,
    /// The command, without its arguments: they may say too much.
    pub command: String,
    /// The page of the pipeline's job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<String>,
}

impl Owner {
    /// This very process, carrying out `command`.
    pub fn here(command: &str) -> Self {
        let said = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let github = || {
            let server = said("GITHUB_SERVER_URL")?;
            let repository = said("GITHUB_REPOSITORY")?;
            let run = said("GITHUB_RUN_ID")?;
            Some(format!("{server}/{repository}/actions/runs/{run}"))
        };
        Self {
            user: whoami::username().unwrap_or_else(|_| "unknown".to_owned()),
            // A machine without a name is like no other, so that expiry counts.
            host: whoami::hostname()
                .unwrap_or_else(|_| format!("unnamed-{:016x}", fastrand::u64(..))),
            boot: std::fs::read_to_string("/proc/sys/kernel/random/boot_id")
                .ok()
                .map(|text| text.trim().to_owned()),
            pid: std::process::id(),
            command: format!("alz {command}"),
            job: said("CI_JOB_URL").or_else(github),
        }
    }

    /// Whether the other one's locks of the operating system are seen from here.
    pub(super) fn shares_system_with(&self, other: &Owner) -> bool {
        self.host == other.host && self.boot == other.boot
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            user,
            host,
            boot: _, // for machines
            pid,
            command,
            job,
        } = self;
        write!(f, "{user} on {host} (`{command}`, process {pid}")?;
        if let Some(job) = job {
            write!(f, ", {job}")?;
        }
        f.write_str(")")
    }
}

/// A claim that a run holds or held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holder {
    /// The version of this form.
    pub(super) format: u32,
    /// Names the run.
    pub id: String,
    pub partition: PartitionId,
    pub accounts: BTreeSet<AccountId>,
    pub owner: Owner,
    pub started: Timestamp,
    /// When it ends unless it is renewed.
    pub expires: Timestamp,
}

impl Holder {
    pub(super) fn new(
        id: String,
        claim: &Claim,
        owner: &Owner,
        started: Timestamp,
        expires: Timestamp,
    ) -> Self {
        Self {
            format: FORMAT,
            id,
            partition: claim.partition.clone(),
            accounts: claim.accounts.clone(),
            owner: owner.clone(),
            started,
            expires,
        }
    }

    pub(super) fn conflicts_with(&self, claim: &Claim) -> bool {
        self.partition == claim.partition && !self.accounts.is_disjoint(&claim.accounts)
    }

    /// A name for a run that no other run has.
    pub(super) fn fresh_id() -> String {
        format!("{:032x}", fastrand::u128(..))
    }
}

/// Accounts named before the rest is counted.
const NAMED: usize = 3;

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let accounts: Vec<&str> = self
            .accounts
            .iter()
            .take(NAMED)
            .map(AccountId::as_str)
            .collect();
        write!(
            f,
            "{} holds {}",
            self.owner,
            match self.accounts.len() {
                1 => "account ".to_owned(),
                count => format!("{count} accounts: "),
            }
        )?;
        f.write_str(&accounts.join(", "))?;
        if self.accounts.len() > NAMED {
            f.write_str(", …")?;
        }
        write!(
            f,
            " of partition {}; since {:.0}, until {:.0} unless renewed",
            self.partition, self.started, self.expires
        )
    }
}

/// What is known of a claim that is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Liveness {
    /// Its run lives, or must be taken to.
    Held,
    /// It no longer counts, and why. Who comes next takes it over.
    Stale(String),
}
