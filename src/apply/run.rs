//! Carries out the steps: numbers side by side, the steps of a number in order.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use futures_util::stream::{self, StreamExt};
use tokio::sync::mpsc::UnboundedSender;

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
/// nothing new is started. It knows what is in flight, for one who can't wait.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    raised: AtomicBool,
    in_flight: Mutex<BTreeSet<String>>,
    not_started: Mutex<BTreeSet<String>>,
    leave: OnceLock<Leave>,
}

/// What a run must have in order to begin a step.
struct Leave(Box<dyn Fn() -> bool + Send + Sync>);

impl fmt::Debug for Leave {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Leave")
    }
}

impl Interrupt {
    pub fn raise(&self) {
        self.0.raised.store(true, Ordering::SeqCst);
    }

    pub fn is_raised(&self) -> bool {
        if self.0.leave.get().is_some_and(|leave| !(leave.0)()) {
            self.raise();
        }
        self.0.raised.load(Ordering::SeqCst)
    }

    /// Before each step `leave` is asked; from its first no on the run is
    /// interrupted. What is said first counts.
    pub fn unless(&self, leave: impl Fn() -> bool + Send + Sync + 'static) {
        let _ = self.0.leave.set(Leave(Box::new(leave)));
    }

    /// Ids of the steps that have been begun and have not ended.
    pub fn in_flight(&self) -> Vec<String> {
        names(&self.0.in_flight).iter().cloned().collect()
    }

    /// Ids of the steps that have not been begun.
    pub fn not_started(&self) -> Vec<String> {
        names(&self.0.not_started).iter().cloned().collect()
    }

    fn expect(&self, plan: &Plan) {
        *names(&self.0.not_started) = plan.steps.iter().map(|step| step.id.clone()).collect();
    }

    fn begin(&self, step: &str) {
        names(&self.0.not_started).remove(step);
        names(&self.0.in_flight).insert(step.to_owned());
    }

    fn end(&self, step: &str) {
        names(&self.0.in_flight).remove(step);
    }
}

fn names(set: &Mutex<BTreeSet<String>>) -> MutexGuard<'_, BTreeSet<String>> {
    // A set of names is whole whoever let go of it.
    set.lock().unwrap_or_else(PoisonError::into_inner)
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
    /// Ids of the steps that the platform shows done.
    pub shown: BTreeSet<String>,
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
    interrupt.expect(plan);
    let mut outcome = Outcome::default();
    let mut finished: BTreeSet<&str> = BTreeSet::new();
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let work = stream::iter(chains(plan))
        .map(move |chain| run_chain(chain, client, partition, interrupt, tell.clone()))
        .buffer_unordered(options.concurrency.max(1))
        .for_each(|()| std::future::ready(()));
    let listen = async {
        while let Some(step_report) = told.recv().await {
            let step_report: StepReport<'_> = step_report;
            outcome.tally.count(step_report.status);
            finished.insert(&step_report.step.id);
            if step_report.shown {
                outcome.shown.insert(step_report.step.id.clone());
            }
            report(&step_report);
        }
    };
    tokio::join!(work, listen);
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
    tell: UnboundedSender<StepReport<'a>>,
) {
    let mut failed: Option<&str> = None;
    for step in chain {
        let ended = match failed {
            Some(earlier) => failure(format!("not sent, because {earlier} did not succeed")),
            None if interrupt.is_raised() => return,
            None => {
                interrupt.begin(&step.id);
                let ended = perform(step, client, partition).await;
                interrupt.end(&step.id);
                ended
            }
        };
        let (status, message, shown) = ended;
        if matches!(status, StepStatus::Failed | StepStatus::Unknown) && failed.is_none() {
            failed = Some(&step.id);
        }
        // Nobody listens only where the run itself is gone.
        let _ = tell.send(StepReport {
            step,
            status,
            message,
            shown,
        });
    }
}

/// How a step ended: its status, a message, and whether the platform shows it done.
type Ended = (StepStatus, Option<String>, bool);

fn failure(message: String) -> Ended {
    (StepStatus::Failed, Some(message), false)
}

async fn perform(step: &Step, client: &WriteClient, partition: &LivePartition) -> Ended {
    let reader = client.reader();
    match precheck::look(step, reader, partition).await {
        Err(error) => {
            return failure(format!(
                "not sent, because the number could not be read first: {error}"
            ));
        }
        Ok(Readiness::Done) => {
            let why = "the platform shows it done already".to_owned();
            return (StepStatus::Skipped, Some(why), true);
        }
        Ok(Readiness::Stale { expected, found }) => {
            return failure(format!(
                "not sent: expected {expected}, found {found}; run plan again"
            ));
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
    let error = match sent {
        Ok(_) => {
            return match settle::confirm(step, reader, partition).await {
                Settled::Done => (StepStatus::Done, None, true),
                Settled::NotDone | Settled::Unknown(_) => {
                    let remark = "the platform accepted it and does not show it yet".to_owned();
                    (StepStatus::Done, Some(remark), false)
                }
            };
        }
        Err(error) => error,
    };
    // What is to be deleted is gone: someone, or a lost answer, did it.
    if matches!(error, ApiError::NotFound { .. }) && step.action == Action::Release {
        let why = "the platform no longer has it on the account".to_owned();
        return (StepStatus::Skipped, Some(why), true);
    }
    // Whatever went wrong, what counts is what the platform shows.
    if error.is_unclear() {
        return match settle::confirm(step, reader, partition).await {
            Settled::Done => {
                let remark = "the answer was lost; the platform shows it done".to_owned();
                (StepStatus::Done, Some(remark), true)
            }
            Settled::NotDone => (StepStatus::Unknown, Some(error.to_string()), false),
            Settled::Unknown(why) => {
                let message = format!("{error}; reading it failed too: {why}");
                (StepStatus::Unknown, Some(message), false)
            }
        };
    }
    match settle::is_satisfied(step, reader, partition).await {
        Ok(true) => {
            let why = format!(
                "somebody has done it meanwhile; we were told: {}",
                in_words(&error)
            );
            (StepStatus::Skipped, Some(why), true)
        }
        Ok(false) | Err(_) => failure(in_words(&error)),
    }
}

/// The platform's own words first, where it gave any; the step names the rest.
fn in_words(error: &ApiError) -> String {
    match error {
        ApiError::Refused {
            call: _,
            status,
            messages,
            data,
        } if !messages.is_empty() => {
            let data = match data {
                Some(data) => format!(" {data}"),
                None => String::new(),
            };
            format!(
                "{} (refused with status {status}){data}",
                messages.join("; ")
            )
        }
        other => other.to_string(),
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
