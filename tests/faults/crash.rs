//! A run that is killed anywhere: with steps of every kind under way, it stops
//! between two instants, as SIGKILL stops it, and leaves its journal as it is.
//! The next run goes to the end.
//!
//! Hundreds of times the run is a future that is dropped after so many polls:
//! any point at which it waits for network, disk or time can be its last. A few
//! times it is the program itself, and the signal a real one. `CRASH=17` tries
//! the 17th of those points again and tells all about it.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use alz::apply::{Interrupt, StepStatus};
use alz::plan::{Action, Plan};

use crate::matrix::{PATIENT, wait};
use crate::run::{self, Repository, Said};
use crate::work::{self, Work};
use crate::world::{NOW, State, World};

/// Points at which a run is stopped.
const POINTS: u64 = 200;
/// Of which the program itself is killed.
const KILLS: u64 = 12;

/// The bakery's record.
pub fn shop() -> serde_json::Value {
    serde_json::json!({
        "customerType": "BUSINESS", "businessName": "Bakery", "streetNumber": "75",
        "streetName": "Center", "streetSuffix": "St", "city": "Provo", "state": "UT",
        "country": "USA", "postalCode": "84606",
    })
}

pub fn everything() -> Vec<Work> {
    Action::ALL.into_iter().map(work::of).collect()
}

/// Polls a future so many times and no more, then drops it. `None`: it was not
/// over by then.
async fn stopped<F: Future>(future: F, polls: u64, seen: &Cell<u64>) -> Option<F::Output> {
    let mut future = pin!(future);
    std::future::poll_fn(|context| {
        if seen.get() >= polls {
            return Poll::Ready(None);
        }
        seen.set(seen.get() + 1);
        future.as_mut().poll(context).map(Some)
    })
    .await
}

/// A run that was left alone.
pub struct Undisturbed {
    plan: Plan,
    pub polls: u64,
    /// Of which before the first step.
    pub reading: u64,
    requests: u64,
    then: State,
    later: State,
}

pub async fn undisturbed() -> Undisturbed {
    let (repository, world) = (
        Repository::new(&work::file(&everything())),
        World::new().await,
    );
    let seen = Cell::new(0);
    let client = run::reader(&world.base, PATIENT, run::Waited::new());
    let planned = run::plan(&repository, client);
    let planned = stopped(planned, u64::MAX, &seen).await.expect("an end");
    let reading = seen.get();
    let interrupt = Interrupt::default();
    let run = run::carry_out(&repository, planned, 4, &interrupt);
    let said = stopped(run, u64::MAX, &seen).await.expect("an end");
    let done: BTreeSet<Action> = said.ended.iter().map(|ended| ended.action).collect();
    assert_eq!(done, Action::ALL.into_iter().collect(), "{:#?}", said.ended);
    let good = said
        .ended
        .iter()
        .all(|ended| ended.status == StepStatus::Done);
    assert!(good, "{:#?}", said.ended);
    let requests = world.requests().await.len() as u64;
    let then = world.look().await;
    world.later().await;
    let later = world.look().await;
    world.end().await;
    Undisturbed {
        plan: said.plan,
        polls: seen.get(),
        reading,
        requests,
        then,
        later,
    }
}

/// What is the matter after a run that was stopped and one that was not.
pub async fn judge(
    repository: &Repository,
    world: World,
    right: &Undisturbed,
) -> Result<Said, String> {
    // Whatever was on its way has arrived by the time that this is answered.
    let left = world.look().await;
    let before = world.requests().await;
    let said = run::apply(repository, &world, PATIENT).await;
    let then = world.look().await;
    let after = world.requests().await;
    world.later().await;
    let later = world.look().await;
    world.end().await;
    let mut wrong = then.twice(&right.then);
    let sent = after.get(before.len()..).unwrap_or_default();
    wrong.extend(again(&right.plan, &left, sent));
    wrong.extend(later.twice(&right.later));
    if later.facts != right.later.facts {
        wrong.push(format!("another end:\n{}", later.differences(&right.later)));
    }
    for ended in &said.ended {
        let work = work::of(ended.action);
        let lie = ended.number == work.number && then.count(work.number, work.counter) == 0;
        match ended.status {
            StepStatus::Done | StepStatus::Skipped if !lie => {}
            StepStatus::Done | StepStatus::Skipped | StepStatus::Failed | StepStatus::Unknown => {
                wrong.push(format!("{ended:?}"));
            }
        }
    }
    if wrong.is_empty() {
        return Ok(said);
    }
    Err(format!(
        "{}\nleft behind: {:#?}\nthe next run: {:#?}\nits journals: {}",
        wrong.join("\n"),
        left.orders,
        said.ended,
        repository.written()
    ))
}

/// Requests that change something.
pub fn writes(requests: &[(String, String)]) -> usize {
    let writes = requests.iter().filter(|(method, path)| {
        method != "GET" && !path.ends_with("/authorize") && !path.starts_with("/sandbox")
    });
    writes.count()
}

/// Writes that the next run sent although what they ask for was done: the
/// sandbox refuses most of them, and its counters would not tell. (Orders have
/// one path; as many may be sent as were missing.)
fn again(plan: &Plan, left: &State, sent: &[(String, String)]) -> Vec<String> {
    let mut missing: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for step in &plan.steps {
        let number = step.numbers[0].to_string();
        let request = (step.request.method.as_str(), step.request.path.as_str());
        let is_missing = left.count(&number, work::of(step.action).counter) == 0;
        *missing.entry(request).or_default() += usize::from(is_missing);
    }
    let count = |(method, path): (&str, &str)| {
        let same = sent
            .iter()
            .filter(|sent| sent.0 == method && sent.1 == path);
        same.count()
    };
    missing
        .into_iter()
        .filter(|(request, missing)| count(*request) > *missing)
        .map(|(request, missing)| format!("sent {request:?} where {missing} were missing"))
        .collect()
}

/// A run by the library that ends after so many polls.
async fn dropped(point: u64, right: &Undisturbed) -> Result<Said, String> {
    let mut random = fastrand::Rng::with_seed(point);
    let polls = random.u64(1..right.polls);
    let (repository, world) = (
        Repository::new(&work::file(&everything())),
        World::new().await,
    );
    let seen = Cell::new(0);
    stopped(run::apply(&repository, &world, PATIENT), polls, &seen).await;
    judge(&repository, world, right).await
}

/// The program, killed when the sandbox has seen so many requests.
fn killed(point: u64, right: &Undisturbed) -> Result<Said, String> {
    let mut random = fastrand::Rng::with_seed(point);
    let requests = random.u64(10..right.requests);
    let jitter = Duration::from_micros(random.u64(0..2000));
    let repository = Repository::new(&work::file(&everything()));
    let runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = { runtime }.worker_threads(1).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let world = runtime.block_on(World::new());
    let mut program = Command::new(env!("CARGO_BIN_EXE_alz"))
        .current_dir(repository.root())
        .env_clear()
        .env("ALZ_NOW", NOW)
        .env("ALZ_API", &world.base)
        .env("ALZ_TOKEN", world.token())
        .args(["apply", "--auto-approve", "--no-verify"])
        .args([
            "--allow",
            "release=100",
            "--allow",
            "e911=100",
            "--allow",
            "update=100",
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("alz starts");
    while program.try_wait().expect("a process").is_none()
        && (runtime.block_on(world.requests()).len() as u64) < requests
    {}
    std::thread::sleep(jitter);
    program.kill().expect("SIGKILL");
    program.wait().expect("an end");
    runtime.block_on(judge(&repository, world, right))
}

#[test]
fn crash() {
    let asked: Option<u64> = std::env::var("CRASH")
        .ok()
        .map(|point| point.parse().expect("CRASH is a number"));
    let right = wait(undisturbed());
    let next = AtomicU64::new(asked.unwrap_or(0));
    let last = asked.map_or(POINTS, |point| point + 1);
    let wrong: Mutex<Vec<String>> = Mutex::default();
    let left = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let point = next.fetch_add(1, Ordering::SeqCst);
                    if point >= last {
                        break;
                    }
                    let ended = if point < KILLS {
                        killed(point, &right)
                    } else {
                        wait(dropped(point, &right))
                    };
                    match ended {
                        Ok(said) => {
                            left.fetch_add(u64::from(!said.ended.is_empty()), Ordering::SeqCst);
                            if asked.is_some() {
                                eprintln!("{:#?}", said.ended);
                            }
                        }
                        Err(why) => {
                            let why = format!("CRASH={point}: {why}");
                            wrong.lock().expect("points").push(why);
                        }
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().expect("points");
    assert!(
        wrong.is_empty(),
        "{} points:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    let left = left.into_inner();
    eprintln!(
        "stopped at {} points of a run of {} requests; {left} left something to the next run",
        last - asked.unwrap_or(0),
        right.requests
    );
    assert!(
        asked.is_some() || left > POINTS / 4,
        "most of them stopped after the last write"
    );
}

/// A trigger is the one write that leaves no certain trace: only the journal
/// remembers it. Stopped at each point of the run, with reads that show nothing
/// of what was done, and once without lag, it is never sent again.
#[test]
fn a_trigger_that_may_have_been_sent_is_never_sent_again() {
    let work = work::of(Action::TriggerPort);
    let lag = serde_json::json!({ "method": "GET", "path": "/v2/**", "staleSeconds": 86_400 });
    let trial = async |polls: u64| {
        let (repository, world) = (Repository::new(&work::file(&[work])), World::new().await);
        world.fault(&lag).await;
        let client = run::reader(&world.base, PATIENT, run::Waited::new());
        let planned = run::plan(&repository, client).await;
        let (interrupt, seen) = (Interrupt::default(), Cell::new(0));
        let run = run::carry_out(&repository, planned, 4, &interrupt);
        let ended = stopped(run, polls, &seen).await.is_some();
        // Whatever was on its way has arrived by the time that this is answered.
        let triggers = async || {
            let requests = world.requests().await;
            let is_trigger = |path: &str| path.ends_with("/triggerport");
            requests.iter().filter(|(_, path)| is_trigger(path)).count()
        };
        let first = triggers().await;
        let journal = repository.first_journal();
        run::apply(&repository, &world, PATIENT).await;
        let second = triggers().await;
        world.clear_faults().await;
        run::apply(&repository, &world, PATIENT).await;
        let third = triggers().await;
        let counted = world.look().await.count(work.number, work.counter);
        world.later().await;
        let later = world.look().await;
        world.end().await;
        // What a run that is dropped was writing down may land after it: then
        // the next run, which did not read it, sends the one and only.
        let said = journal.map(|path| std::fs::read_to_string(path).expect("text"));
        let noted = said.is_some_and(|said| said.contains("\"intent\""));
        assert!(third <= 1 && second == third, "stopped at {polls}");
        assert!(
            first <= usize::from(noted),
            "sent and not noted, at {polls}"
        );
        assert!(noted || third == 1, "not noted and never sent, at {polls}");
        assert_eq!(counted, third as u64, "stopped at {polls}");
        (ended, noted, first, later.facts)
    };
    wait(async {
        let (ended, .., right) = trial(u64::MAX).await;
        assert!(ended);
        let (mut lost, mut unnoted) = (0, 0);
        for polls in 0.. {
            let (ended, noted, sent, facts) = trial(polls).await;
            assert_eq!(facts, right, "stopped at {polls}");
            lost += usize::from(!ended && sent == 1);
            unnoted += usize::from(!noted);
            if ended {
                break;
            }
        }
        eprintln!(
            "a trigger: stopped {unnoted} times before it was noted and {lost} times after it was sent"
        );
        assert!(lost > 0 && unnoted > 0);
    });
}
