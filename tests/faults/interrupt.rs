//! A run that is told to stop, at any moment of a run with a step of every kind:
//! what was sent by then is looked for, nothing else is sent, the rest is named,
//! the journal is whole, and the next run finishes it.
//!
//! `INTERRUPT=17` tries the 17th of those moments again.

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use alz::apply::journal::{self, Line};
use alz::apply::{Interrupt, StepStatus};

use crate::crash::{self, Undisturbed};
use crate::matrix::{PATIENT, wait};
use crate::run::{self, Repository, Said, Waited};
use crate::work;
use crate::world::World;

/// Moments at which a run is told to stop.
const MOMENTS: u64 = 100;

/// Lets a future be polled, and tells it to stop after so many times. What was
/// in flight then.
async fn stopped<F: Future>(
    future: F,
    polls: u64,
    interrupt: &Interrupt,
) -> (F::Output, Option<Vec<String>>) {
    let mut future = pin!(future);
    let (mut seen, mut in_flight) = (0, None);
    let output = std::future::poll_fn(|context| {
        if seen == polls {
            interrupt.raise();
            in_flight = Some(interrupt.in_flight());
        }
        seen += 1;
        future.as_mut().poll(context)
    })
    .await;
    (output, in_flight)
}

async fn interrupted(moment: u64, right: &Undisturbed) -> Result<bool, String> {
    let mut random = fastrand::Rng::with_seed(moment);
    let polls = random.u64(0..right.polls - right.reading);
    let repository = Repository::new(&work::file(&crash::everything()));
    let world = World::new().await;
    let client = run::reader(&world.base, PATIENT, Waited::new());
    let planned = run::plan(&repository, client).await;
    let interrupt = Interrupt::default();
    let run = run::carry_out(&repository, planned, 4, &interrupt);
    let (said, in_flight) = stopped(run, polls, &interrupt).await;
    let mut wrong = Vec::new();
    if let Some(in_flight) = &in_flight {
        wrong.extend(unfinished(&said, in_flight, &interrupt));
    }
    let writes = said
        .ended
        .iter()
        .filter(|ended| ended.status == StepStatus::Done);
    let (done, sent) = (writes.count(), crash::writes(&world.requests().await));
    if done != sent {
        wrong.push(format!("{sent} writes were sent and {done} steps are done"));
    }
    wrong.extend(torn(&repository));
    let left = !said.not_started.is_empty();
    if let Err(why) = crash::judge(&repository, world, right).await {
        wrong.push(why);
    }
    match wrong.is_empty() {
        true => Ok(left),
        false => Err(format!("{}\n{said:#?}", wrong.join("\n"))),
    }
}

/// What a run that was stopped has left undone or untold.
fn unfinished(said: &Said, in_flight: &[String], interrupt: &Interrupt) -> Vec<String> {
    let mut wrong = Vec::new();
    let ended: BTreeSet<&str> = said.ended.iter().map(|ended| &*ended.id).collect();
    for step in &said.plan.steps {
        let named = said.not_started.contains(&step.id);
        if ended.contains(&*step.id) == named {
            wrong.push(format!(
                "{}: ended and not started are both {named}",
                step.id
            ));
        }
    }
    for step in in_flight.iter().filter(|step| !ended.contains(&***step)) {
        // Noted, and stopped at the very moment before it was sent.
        if !said.not_started.contains(step) {
            wrong.push(format!("{step} was in flight and did not end"));
        }
    }
    let bad = said.ended.iter();
    wrong.extend(
        { bad }
            .filter(|ended| !matches!(ended.status, StepStatus::Done | StepStatus::Skipped))
            .map(|ended| format!("{ended:?}")),
    );
    if !interrupt.in_flight().is_empty() {
        wrong.push(format!("still in flight: {:?}", interrupt.in_flight()));
    }
    wrong
}

/// Intents without an outcome, and a journal without an end.
fn torn(repository: &Repository) -> Vec<String> {
    let runs = journal::read(&repository.journals(), None).expect("journals");
    let mut wrong = Vec::new();
    for run in &runs {
        let mut open = BTreeSet::new();
        for line in &run.lines {
            match line {
                Line::Intent(intent) => {
                    open.insert(intent.step.as_str());
                }
                Line::Outcome(ended) => {
                    open.remove(ended.step.as_str());
                }
                Line::Run(_) | Line::End { .. } | Line::Unknown => {}
            }
        }
        wrong.extend(
            open.into_iter()
                .map(|step| format!("{step} has no outcome")),
        );
        if !matches!(run.lines.last(), Some(Line::End { .. })) {
            wrong.push(format!("{} has no end", run.name));
        }
    }
    wrong
}

#[test]
fn interrupt() {
    let asked: Option<u64> = std::env::var("INTERRUPT")
        .ok()
        .map(|moment| moment.parse().expect("INTERRUPT is a number"));
    let right = wait(crash::undisturbed());
    let next = AtomicU64::new(asked.unwrap_or(0));
    let last = asked.map_or(MOMENTS, |moment| moment + 1);
    let wrong: Mutex<Vec<String>> = Mutex::default();
    let left = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let moment = next.fetch_add(1, Ordering::SeqCst);
                    if moment >= last {
                        break;
                    }
                    match wait(interrupted(moment, &right)) {
                        Ok(some) => {
                            left.fetch_add(u64::from(some), Ordering::SeqCst);
                        }
                        Err(why) => {
                            let why = format!("INTERRUPT={moment}: {why}");
                            wrong.lock().expect("moments").push(why);
                        }
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().expect("moments");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let left = left.into_inner();
    eprintln!(
        "told to stop at {} moments; {left} left something",
        last - asked.unwrap_or(0)
    );
    assert!(
        asked.is_some() || left > MOMENTS / 4,
        "most of them were told after the last write"
    );
}

/// A run without its accounts sends nothing: they were lost between the look and
/// the write, to which the run's question at that moment is the answer.
#[test]
fn what_is_lost_between_the_look_and_the_write_is_not_written() {
    wait(async {
        let works = crash::everything();
        let right = crash::undisturbed().await;
        // Every later question is answered with no; each of these runs is let
        // go a little further.
        for questions in (0..60).step_by(4) {
            let repository = Repository::new(&work::file(&works));
            let world = World::new().await;
            let client = run::reader(&world.base, PATIENT, Waited::new());
            let planned = run::plan(&repository, client).await;
            let interrupt = Interrupt::default();
            let asked = AtomicU64::new(0);
            let writes_at_no = std::sync::Arc::new(AtomicU64::new(0));
            let said_no = std::sync::Arc::clone(&writes_at_no);
            interrupt.unless(move || {
                let yes = asked.fetch_add(1, Ordering::SeqCst) < questions;
                said_no.store(u64::from(!yes), Ordering::SeqCst);
                yes
            });
            let said = run::carry_out(&repository, planned, 1, &interrupt).await;
            let sent = crash::writes(&world.requests().await);
            // With one at a time, each write was preceded by a yes of its own.
            assert_eq!(said.ended.len(), sent, "{said:#?}");
            assert_eq!(
                said.ended.len() + said.not_started.len(),
                said.plan.steps.len()
            );
            assert_eq!(torn(&repository), Vec::<String>::new());
            if writes_at_no.load(Ordering::SeqCst) == 1 {
                assert!(!said.not_started.is_empty());
            }
            if let Err(why) = crash::judge(&repository, world, &right).await {
                panic!("after {questions} questions: {why}");
            }
        }
    });
}
