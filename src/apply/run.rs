//! Carries out the steps: numbers side by side, the steps of a number in order.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::mpsc::UnboundedSender;

use secrecy::SecretString;
use serde_json::Value;

use super::interrupt::Interrupt;
use super::options::Options;
use super::outcome::{Outcome, StepReport, StepStatus};
use super::perform::{Ended, Work};
use super::seat::{Seat, Seats};
use crate::api::WriteClient;
use crate::model::live::LivePartition;
use crate::plan::{Plan, Step};

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
