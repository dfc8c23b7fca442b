//! Carries out the steps: numbers side by side, the steps of a number in order.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::stream::{self, StreamExt};

use super::precheck::{self, Readiness};
use super::settle::{self, Settled};
use crate::api::{ApiError, Safety, WriteClient};
use crate::model::live::LivePartition;
use crate::plan::{Action, Plan, Step};

/// How to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Numbers worked on side by side.
    pub concurrency: usize,
}

/// Set when a person or a pipeline asks to stop: steps in flight are finished,
/// nothing new is started.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    pub fn raise(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
    pub fn is_raised(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    fn count(&mut self, status: StepStatus) {
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
    /// Ids of the steps that are done.
    pub done: BTreeSet<String>,
    /// Steps that were never started because the run was interrupted.
    pub not_started: Vec<String>,
}

/// Carries out `plan`. `report` hears of each step as it ends.
pub async fn run(
    plan: &Plan,
    client: &WriteClient,
    partition: &LivePartition,
    options: &Options,
    interrupt: &Interrupt,
    report: &mut dyn FnMut(&StepReport<'_>),
) -> Outcome {
    let mut outcome = Outcome::default();
    let mut finished: BTreeSet<&str> = BTreeSet::new();
    let mut ended = stream::iter(chains(plan))
        .map(|chain| run_chain(chain, client, partition, interrupt))
        .buffer_unordered(options.concurrency.max(1));
    while let Some(reports) = ended.next().await {
        for step_report in reports {
            outcome.tally.count(step_report.status);
            finished.insert(&step_report.step.id);
            if step_report.status == StepStatus::Done {
                outcome.done.insert(step_report.step.id.clone());
            }
            report(&step_report);
        }
    }
    drop(ended);
    outcome.not_started = plan
        .steps
        .iter()
        .filter(|step| !finished.contains(step.id.as_str()))
        .map(|step| step.id.clone())
        .collect();
    outcome
}

/// The steps in groups that must run one after another: those that depend on
/// one another or touch the same number. Groups and their steps keep the
/// plan's order.
fn chains(plan: &Plan) -> Vec<Vec<&Step>> {
    let mut chain_of_key: BTreeMap<String, usize> = BTreeMap::new();
    let mut chains: Vec<Vec<&Step>> = Vec::new();
    for step in &plan.steps {
        let keys: Vec<String> = step
            .numbers
            .iter()
            .map(ToString::to_string)
            .chain([step.id.clone()])
            .chain(step.depends_on.iter().cloned())
            .collect();
        let known: BTreeSet<usize> = keys
            .iter()
            .filter_map(|key| chain_of_key.get(key).copied())
            .collect();
        let home = match known.first() {
            Some(&first) => first,
            None => {
                chains.push(Vec::new());
                chains.len() - 1
            }
        };
        // A step that joins two chains makes them one.
        for other in known.into_iter().skip(1) {
            let moved = std::mem::take(&mut chains[other]);
            chains[home].extend(moved);
            for index in chain_of_key.values_mut().filter(|index| **index == other) {
                *index = home;
            }
        }
        chains[home].push(step);
        for key in keys {
            chain_of_key.insert(key, home);
        }
    }
    chains.retain(|chain| !chain.is_empty());
    chains
}

async fn run_chain<'a>(
    chain: Vec<&'a Step>,
    client: &WriteClient,
    partition: &LivePartition,
    interrupt: &Interrupt,
) -> Vec<StepReport<'a>> {
    let mut reports: Vec<StepReport<'a>> = Vec::with_capacity(chain.len());
    let mut failed: Option<&str> = None;
    for step in chain {
        let (status, message) = match failed {
            Some(earlier) => (
                StepStatus::Failed,
                Some(format!("not sent, because {earlier} did not succeed")),
            ),
            None if interrupt.is_raised() => break,
            None => perform(step, client, partition).await,
        };
        if matches!(status, StepStatus::Failed | StepStatus::Unknown) && failed.is_none() {
            failed = Some(&step.id);
        }
        reports.push(StepReport {
            step,
            status,
            message,
        });
    }
    reports
}

async fn perform(
    step: &Step,
    client: &WriteClient,
    partition: &LivePartition,
) -> (StepStatus, Option<String>) {
    match precheck::look(step, client.reader(), partition).await {
        Err(error) => {
            return (
                StepStatus::Failed,
                Some(format!(
                    "not sent: the number could not be read first: {error}"
                )),
            );
        }
        Ok(Readiness::Done(why)) => return (StepStatus::Skipped, Some(why)),
        Ok(Readiness::Stale { expected, found }) => {
            return (
                StepStatus::Failed,
                Some(format!(
                    "not sent: expected {expected}, found {found}; run plan again"
                )),
            );
        }
        Ok(Readiness::Ready) => {}
    }
    let sent = client
        .send(
            &step.request.method,
            &step.request.path,
            step.body.as_ref(),
            safety(step),
        )
        .await;
    match sent {
        Ok(_) => match settle::confirm(step, client.reader(), partition).await {
            Settled::Done => (StepStatus::Done, None),
            Settled::NotDone | Settled::Unknown(_) => (
                StepStatus::Done,
                Some(
                    "the platform accepted it; it does not show yet when the number is read"
                        .to_owned(),
                ),
            ),
        },
        // What is to be deleted is gone: someone, or a lost answer, did it.
        Err(ApiError::NotFound { .. }) if step.action == Action::Release => (
            StepStatus::Skipped,
            Some("the number is no longer on the account".to_owned()),
        ),
        Err(error) if error.is_unclear() => {
            match settle::confirm(step, client.reader(), partition).await {
                Settled::Done => (
                    StepStatus::Done,
                    Some(format!(
                        "the answer was lost ({error}); the platform shows it done"
                    )),
                ),
                Settled::NotDone => (
                    StepStatus::Unknown,
                    Some(format!(
                        "{error}; the platform does not show it done. It is not sent again now: run apply again"
                    )),
                ),
                Settled::Unknown(why) => (
                    StepStatus::Unknown,
                    Some(format!(
                        "{error}; what became of it could not be read: {why}"
                    )),
                ),
            }
        }
        Err(error) => (StepStatus::Failed, Some(error.to_string())),
    }
}

/// Each accepted CSR or E911 change may open an event with the carrier, so an
/// update of unclear outcome is looked at before anything is sent again. For
/// the rest the contract notes say whether twice is the same as once.
fn safety(step: &Step) -> Safety {
    match step.action {
        Action::Update => Safety::OnceOnly,
        Action::Recover
        | Action::Activate
        | Action::SubmitActivation
        | Action::SubmitPort
        | Action::UpdatePort
        | Action::TriggerPort
        | Action::AcceptE911Correction
        | Action::KeepE911Original
        | Action::CancelActivation
        | Action::CancelPort
        | Action::Release => Safety::of_write(&step.request.method, &step.request.path),
    }
}
