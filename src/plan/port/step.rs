//! How a step of a port is written down: one for all its numbers.

use crate::model::{AccountId, PhoneNumber, SourceId};
use crate::plan::document::{Action, Change, Expect, PortFacts, Request, Secret, Source, Step};

use super::Ported;

/// A step of a port, attached to its first number.
pub(super) struct PortStep {
    pub action: Action,
    pub method: &'static str,
    pub path: String,
    pub body: Option<serde_json::Value>,
    pub changes: Vec<Change>,
    pub secrets: Vec<Secret>,
    pub expect: Expect,
    pub facts: PortFacts,
}

impl PortStep {
    /// Hands the step to the first number and marks the others as taken care of.
    pub fn attach(
        self,
        account: &AccountId,
        numbers: &[PhoneNumber],
        source: SourceId,
        ported: &mut Ported,
    ) {
        let Some(first) = numbers.first() else {
            return;
        };
        let step = self.step(account, *first, numbers, source);
        for number in numbers {
            ported.outcomes.entry(*number).or_default().covered = true;
        }
        ported.outcomes.entry(*first).or_default().steps.push(step);
    }

    /// The step itself, named after the port's first number.
    pub fn step(
        self,
        account: &AccountId,
        first: PhoneNumber,
        numbers: &[PhoneNumber],
        source: SourceId,
    ) -> Step {
        Step {
            id: format!("{}-{first}", self.action.name()),
            action: self.action,
            account: account.clone(),
            numbers: numbers.to_vec(),
            source: Source::default(),
            changes: self.changes,
            depends_on: Vec::new(),
            recoverable_until: None,
            port: Some(self.facts),
            request: Request {
                method: self.method.to_owned(),
                path: self.path,
            },
            body: self.body,
            secrets: self.secrets,
            expect: self.expect,
            source_id: source,
        }
    }
}
