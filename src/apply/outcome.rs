//! What became of a step, and of the plan.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::plan::Step;

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StepStatus {
    /// Sent, and the platform took it.
    Done,
    /// Not sent: the platform is already as the step would make it.
    Skipped,
    /// Refused by the platform, no longer right, or not sent because a step before it failed.
    Failed,
    /// Sent, and what became of it could not be learned.
    Unknown,
}

impl StepStatus {
    pub const fn name(self) -> &'static str {
        match self {
            StepStatus::Done => "done",
            StepStatus::Skipped => "skipped",
            StepStatus::Failed => "failed",
            StepStatus::Unknown => "unknown",
        }
    }
}

/// What became of one step.
#[derive(Clone, Debug)]
pub struct StepReport<'a> {
    pub step: &'a Step,
    pub status: StepStatus,
    /// Why it was skipped, failed or is unknown; a remark on one that is done.
    pub message: Option<String>,
    /// The platform, read again, shows it done.
    pub shown: bool,
}

/// Steps by how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub done: usize,
    pub skipped: usize,
    pub failed: usize,
    pub unknown: usize,
}

impl Tally {
    pub(super) fn count(&mut self, status: StepStatus) {
        match status {
            StepStatus::Done => self.done += 1,
            StepStatus::Skipped => self.skipped += 1,
            StepStatus::Failed => self.failed += 1,
            StepStatus::Unknown => self.unknown += 1,
        }
    }
}

/// What became of the plan.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    pub tally: Tally,
    /// Ids of the steps that the platform shows done.
    pub shown: BTreeSet<String>,
    /// Steps that were never started because the run was interrupted.
    pub not_started: Vec<String>,
}
