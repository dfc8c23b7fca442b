//! The lines of a journal.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::FORMAT;
use crate::apply::StepStatus;
use crate::model::{AccountId, PartitionId, PhoneNumber, PortId};
use crate::plan::{Action, Expect, Plan, Step};

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "camelCase")]
pub enum Line {
    /// The first one.
    Run(Header),
    /// A write is about to be sent.
    Intent(Intent),
    /// A step has ended, sent or not.
    Outcome(Ended),
    /// The run came to its end.
    End { at: Timestamp },
    /// Written by a later version, and no matter here.
    #[serde(other)]
    Unknown,
}

/// Whose run it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Header {
    /// The format of the file.
    pub format_version: String,
    /// The version of alz that wrote it.
    pub alz_version: String,
    /// The environment it was for.
    pub environment: String,
    /// The partition it was for.
    pub partition: PartitionId,
    /// The time of the run, on the clock that its plan was made by.
    pub started_at: Timestamp,
    /// What the files asked for, as one digest.
    pub desired_digest: String,
}

impl Header {
    /// Of a run that carries this plan out now.
    pub fn of(plan: &Plan, now: Timestamp) -> Self {
        Self {
            format_version: FORMAT.to_owned(),
            alz_version: env!("CARGO_PKG_VERSION").to_owned(),
            environment: plan.environment.clone(),
            partition: plan.partition.clone(),
            started_at: now,
            desired_digest: plan.desired_digest.clone(),
        }
    }
}

/// What is about to be sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Intent {
    /// The step's id.
    pub step: String,
    pub action: Action,
    pub account: AccountId,
    pub numbers: Vec<PhoneNumber>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port_id: Option<PortId>,
    /// The request carries a port's PIN or account number.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub carries_secrets: bool,
    /// When the rejection came in that this is the answer to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejection: Option<Timestamp>,
    pub at: Timestamp,
}

impl Intent {
    pub fn of(step: &Step, at: Timestamp) -> Self {
        let port = match &step.expect {
            Expect::Port(port) => Some(port),
            Expect::Anything
            | Expect::NotOnAccount
            | Expect::InCooldown
            | Expect::Number(_)
            | Expect::Correction { .. } => None,
        };
        let facts = step.port.as_ref();
        Self {
            step: step.id.clone(),
            action: step.action,
            account: step.account.clone(),
            numbers: step.numbers.clone(),
            port_id: port
                .map(|port| port.id.clone())
                .or_else(|| facts.and_then(|facts| facts.port_id.clone())),
            carries_secrets: !step.secrets.is_empty(),
            rejection: port.and_then(|port| port.rejection()),
            at,
        }
    }
}

/// How a step ended. The platform's words are left out: they may quote anybody.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ended {
    /// The step's id.
    pub step: String,
    pub action: Action,
    pub numbers: Vec<PhoneNumber>,
    pub status: StepStatus,
    /// What kind of error it was: refused-400, unclear, stale …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    pub at: Timestamp,
}
