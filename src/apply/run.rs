//! Carries out the steps: numbers side by side, the steps of a number in order.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::mpsc::UnboundedSender;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::journal::{Journal, Unsettled};
use super::perform::{Ended, Work};
use super::seat::{Seat, Seats};
use super::secrets::Secrets;
use crate::api::WriteClient;
use crate::model::live::LivePartition;
use crate::plan::{Plan, Step};

/// How to run.
pub struct Options<'a> {
    /// Requests in flight that the run is to keep up. The client holds to its
    /// own ceiling; more steps than this are under way at a time.
    pub concurrency: usize,
    /// What the plan's steps send beside their bodies.
    pub secrets: &'a Secrets,
    /// Where each write is noted before it is sent.
    pub journal: &'a Journal,
    /// Orders of earlier runs of which it is not known what became of them.
    pub unsettled: &'a Unsettled,
}

/// Set when a person or a pipeline asks to stop: steps in flight are finished,
/// nothing new is started. A step is in flight from the moment at which the
/// journal is told of it; one that is still being looked at is not sent any
/// more. It knows what is in flight, for one who can't wait.
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

    /// Before each step, and again right before it is sent, `leave` is asked;
    /// from its first no on the run is interrupted. What is said first counts.
    pub fn unless(&self, leave: impl Fn() -> bool + Send + Sync + 'static) {
        let _ = self.0.leave.set(Leave(Box::new(leave)));
    }

    /// Ids of the steps that may have been sent and have not ended.
    pub fn in_flight(&self) -> Vec<String> {
        names(&self.0.in_flight).iter().cloned().collect()
    }

    /// Ids of the steps that were not sent.
    pub fn not_started(&self) -> Vec<String> {
        names(&self.0.not_started).iter().cloned().collect()
    }

    fn expect(&self, plan: &Plan) {
        *names(&self.0.not_started) = plan.steps.iter().map(|step| step.id.clone()).collect();
    }

    pub(super) fn begin(&self, step: &str) {
        names(&self.0.not_started).remove(step);
        names(&self.0.in_flight).insert(step.to_owned());
    }

    /// It was not sent after all.
    pub(super) fn withdraw(&self, step: &str) {
        names(&self.0.in_flight).remove(step);
        names(&self.0.not_started).insert(step.to_owned());
    }

    fn end(&self, step: &str) {
        names(&self.0.not_started).remove(step);
        names(&self.0.in_flight).remove(step);
    }
}

fn names(set: &Mutex<BTreeSet<String>>) -> MutexGuard<'_, BTreeSet<String>> {
    // A set of names is whole whoever let go of it.
    set.lock().unwrap_or_else(PoisonError::into_inner)
}

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
    options: &Options<'_>,
    interrupt: &Interrupt,
    report: &mut dyn FnMut(&StepReport<'_>),
) -> Outcome {
    interrupt.expect(plan);
    for secret in options.secrets.all() {
        client.reader().conceal(secret.clone());
    }
    for secret in plan.steps.iter().flat_map(written_secrets) {
        client.reader().conceal(secret);
    }
    let mut outcome = Outcome::default();
    let mut finished: BTreeSet<&str> = BTreeSet::new();
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let seats = Seats::new(options.concurrency, Arc::clone(client.reader().timer()));
    let work = async {
        let mut waiting = chains(plan).into_iter().peekable();
        let mut under_way = FuturesUnordered::new();
        loop {
            let begins = waiting.peek().is_some()
                && under_way.len() < seats.most()
                && !interrupt.is_raised();
            tokio::select! {
                seat = seats.take(), if begins => {
                    if let Some(chain) = waiting.next() {
                        let tell = tell.clone();
                        let run = run_chain(chain, client, partition, options, interrupt, seat, tell);
                        under_way.push(run);
                    }
                }
                Some(()) = under_way.next() => {}
                else => break,
            }
        }
        drop(tell);
    };
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
    if let Err(lost) = options.journal.close().await {
        tracing::warn!("{lost}");
    }
    outcome.not_started = plan
        .steps
        .iter()
        .filter(|step| !finished.contains(step.id.as_str()))
        .map(|step| step.id.clone())
        .collect();
    outcome
}

/// Account numbers and PINs that a body carries as they are written in a file.
fn written_secrets(step: &Step) -> impl Iterator<Item = SecretString> {
    let places = ["/wirelessAccountNumber", "/wirelessPin"]
        .into_iter()
        .flat_map(|name| [name.to_owned(), format!("/port{name}")]);
    places.filter_map(|place| {
        let written = step.body.as_ref()?.pointer(&place);
        written.and_then(Value::as_str).map(SecretString::from)
    })
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
    options: &Options<'_>,
    interrupt: &Interrupt,
    mut seat: Seat<'_>,
    tell: UnboundedSender<StepReport<'a>>,
) {
    let mut failed: Option<&str> = None;
    for step in chain {
        let ended = match failed {
            Some(earlier) => Some(Ended::not_sent(
                "earlier-step",
                format!("not sent, because {earlier} did not succeed"),
            )),
            None if interrupt.is_raised() => None,
            None => {
                let work = Work {
                    step,
                    client,
                    partition,
                    options,
                    stop: interrupt,
                };
                work.perform(&mut seat).await
            }
        };
        // Stopped before it was sent: neither is what comes after it.
        let Some(ended) = ended else { return };
        interrupt.end(&step.id);
        let Ended {
            status,
            message,
            shown,
            error,
        } = ended;
        // The platform's answer counts even where it can't be written down: the
        // next run then looks.
        if let Err(lost) = options.journal.ended(step, status, error).await {
            tracing::warn!("{lost}");
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Action, Expect, Request};

    fn step(id: &str, action: Action, numbers: &[&str], after: &[&str]) -> Step {
        let step = serde_json::json!({
            "id": id, "action": action, "account": "a", "numbers": numbers,
            "source": {"file": "", "line": 1}, "changes": [], "dependsOn": after,
            "request": Request { method: "PATCH".into(), path: "/".into() },
        });
        let step: Step = serde_json::from_value(step).expect("a step");
        assert!(matches!(step.expect, Expect::Anything));
        step
    }

    #[test]
    fn what_touches_a_number_of_a_port_waits_for_the_port() {
        let (one, two, three) = ("18015551212", "18015551213", "18015551214");
        let plan = serde_json::json!({
            "formatVersion": "1.0", "alzVersion": "", "environment": "e", "partition": "p",
            "createdAt": "2026-11-23T17:00:00Z", "desiredDigest": "", "summary": {}, "notes": [],
            "steps": [
                step("update-1", Action::Update, &[one], &[]),
                step("update-3", Action::Update, &[three], &[]),
                step("submit-port-1", Action::SubmitPort, &[one, two], &[]),
                step("update-2", Action::Update, &[two], &["submit-port-1"]),
            ],
        });
        let plan: Plan = serde_json::from_value(plan).expect("a plan");
        let chains: Vec<Vec<&str>> = chains(&plan)
            .into_iter()
            .map(|chain| chain.into_iter().map(|step| step.id.as_str()).collect())
            .collect();
        assert_eq!(
            chains,
            [
                vec!["update-1", "submit-port-1", "update-2"],
                vec!["update-3"]
            ]
        );
    }
}
