//! Steps that the organisation's policies don't allow, or warn of: judged after
//! planning, with the time of the run, by JSON Schemas that the planner knows
//! nothing of.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Plan, Source};
use crate::model::{AccountId, PhoneNumber};

/// A step that a policy has something to say about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicyFinding {
    /// error: apply refuses the whole plan. warning: a person should look.
    pub severity: PolicySeverity,
    /// The file of the policy, relative to the directory of alz.yaml.
    pub policy: String,
    /// The id of the step.
    pub step: String,
    /// The account of the step.
    pub account: AccountId,
    /// The numbers of the step.
    pub numbers: Vec<PhoneNumber>,
    /// Where the files ask for the step.
    pub source: Source,
    /// The member of the step that fails: changes.0.after; empty: the step as it is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// What the policy says, in its own words where it has any.
    pub message: String,
}

/// Whether a policy stops the run.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum PolicySeverity {
    /// Apply refuses, plan exits 1.
    Error,
    /// It may be meant.
    Warning,
}

impl PolicySeverity {
    /// As in the document.
    pub const fn name(self) -> &'static str {
        match self {
            PolicySeverity::Error => "error",
            PolicySeverity::Warning => "warning",
        }
    }
}

impl Plan {
    /// A policy refuses at least one step, and so the plan.
    pub fn is_refused(&self) -> bool {
        let mut findings = self.policies.iter();
        findings.any(|finding| finding.severity == PolicySeverity::Error)
    }
}
