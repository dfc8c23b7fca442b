//! Two runs at once, each reading, planning and writing, woven into each other
//! request by request as a seed says. One thread, no clock but a virtual one:
//! the same seed gives the same schedule, and a failing one is printed.
//!
//! `ALZ_TWO_RUNS_SEED=17` replays one seed; `ALZ_TWO_RUNS=2000` tries so many.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use alz::api::timer::Wait;
use alz::api::{ClientOptions, Credentials, Endpoint, ReadClient, Timer, WriteClient};
use alz::apply::journal::{Header, Journal, Unsettled};
use alz::apply::{self, Interrupt, Secrets, StepStatus};
use alz::desired::{self, LoadRequest, Repository};
use alz::live::{self, Scope, Wanted};
use alz::lock::{self, Claim, LockError, Owner, Place};
use alz::model::porting::PortMemory;
use alz::model::{AccountId, Guards, OnUnknown, PartitionId};
use alz::plan::{self, Action, Allow, Checks, Context, Plan};
use serde_json::{Value, json};

use crate::world::{ACCOUNT, CLINIC, World};

const PARTITION: &str = "X4fbfNlFRpy7bWDFmCwwdw";
const LATER: &str = "2026-12-02T17:00:00Z";

const OFFICE: &str = r#"
account: bRW8jpoCTGOaOIF5wqvSVg
defaults:
  customerServiceRecord: &office { customerType: BUSINESS, businessName: Sample Dental, customerName: Sample Dental, streetNumber: "333", preDirectional: S, streetName: "520", postDirectional: W, city: Lindon, state: UT, country: USA, postalCode: "84042", secondaryLocationDescription: SUITE, unit: "500" }
  e911Address: { <<: *office }
ports:
  lumen: { billingTelephoneNumber: "18012260101", crdDate: 2026-12-02, portingWireType: Wireline, portingAuthorizedName: John Smith, trigger: onFocDate }
  molar: { billingTelephoneNumber: "18012240013", crdDate: 2026-12-03, portingWireType: Wireline, portingAuthorizedName: AUTHORIZED }
  given-up: { billingTelephoneNumber: "18012240017", crdDate: 2026-12-08, portingWireType: Wireline, portingAuthorizedName: John Smith }
NEW_PORT
numbers:
  "18012260101": { port: lumen }
  "18012240013": { port: molar }
  "18012240017": { port: given-up GIVEN_UP }
  "18017690204": { HELD }
NEW_NUMBERS
"#;

/// What there is before the two runs: ports under way, a number on hold.
fn before() -> String {
    OFFICE
        .replace("AUTHORIZED", "John Smith")
        .replace("GIVEN_UP", "")
        .replace("HELD", "holdActivation: true")
        .replace("NEW_PORT", "")
        .replace("NEW_NUMBERS", "")
}

/// What both runs are to bring about.
fn after() -> String {
    OFFICE
        .replace("AUTHORIZED", "Mary Molar")
        .replace("GIVEN_UP", ", state: released")
        .replace("HELD", "state: released")
        .replace("NEW_PORT", "  new: { billingTelephoneNumber: \"18012240101\", crdDate: 2026-12-14, portingWireType: Wireline, portingAuthorizedName: John Smith }")
        .replace("NEW_NUMBERS", r#"  "18012240101": { port: new }
  "18012240102": { port: new }
  "18017690201": { reference: { type: END_USER, id: ajfrBZJMQNC4-9TeBSfnlQ, assignAsCallerId: true } }
  "18017690203": { holdActivation: true }"#)
}

const CLINIC_FILE: &str = r#"
account: pK9sLmN3bVcX7zQw2eRt5A
defaults:
  customerServiceRecord: { customerType: BUSINESS, businessName: Cottonwood Clinic, streetNumber: "75", preDirectional: S, streetName: "200", postDirectional: E, city: Provo, state: UT, country: USA, postalCode: "84606" }
numbers:
  "18014040901": { directoryListing: { listed: false, type: NOT_LIST_NOT_PUBLISH } }
  "18014040902": { state: released }
  "18014040904":
    e911Address: { customerType: BUSINESS, businessName: Cottonwood Clinic, streetNumber: "333", preDirectional: S, streetName: "520", postDirectional: W, city: Vineyard, state: UT, country: USA, postalCode: "84042", onCorrection: accept }
  "18014040906": { holdActivation: false }
  "18014040908": {}
"#;

/// Says whose turn it is: nobody goes on before all have come to a stop.
struct Baton(Mutex<Turns>);

struct Turns {
    /// Where a run waits, its waker.
    waiting: Vec<Option<Waker>>,
    ended: Vec<bool>,
    granted: Option<usize>,
    random: fastrand::Rng,
    schedule: String,
}

impl Baton {
    fn new(runs: usize, seed: u64) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Turns {
            waiting: vec![None; runs],
            ended: vec![false; runs],
            granted: None,
            random: fastrand::Rng::with_seed(seed),
            schedule: String::new(),
        })))
    }

    fn schedule(&self) -> String {
        self.0.lock().expect("turns").schedule.clone()
    }

    fn end(&self, run: usize) {
        let mut turns = self.0.lock().expect("turns");
        turns.ended[run] = true;
        turns.grant();
    }
}

impl Turns {
    fn grant(&mut self) {
        let all_stopped =
            (0..self.ended.len()).all(|run| self.ended[run] || self.waiting[run].is_some());
        let waiting: Vec<usize> = (0..self.ended.len())
            .filter(|run| self.waiting[*run].is_some())
            .collect();
        if !all_stopped || waiting.is_empty() || self.granted.is_some() {
            return;
        }
        let next = waiting[self.random.usize(..waiting.len())];
        self.granted = Some(next);
        self.schedule.push(char::from(b'A' + next as u8));
        if let Some(waker) = &self.waiting[next] {
            waker.wake_by_ref();
        }
    }
}

/// A run's clock: a wait ends when the baton comes, and then the time is there.
/// With one request a second each request but the first waits, so that the
/// baton goes round at every request.
struct Stepwise {
    baton: Arc<Baton>,
    run: usize,
    now: Mutex<Instant>,
}

impl Timer for Stepwise {
    fn now(&self) -> Instant {
        *self.now.lock().expect("time")
    }
    fn until(&self, at: Instant) -> Wait<'_> {
        Box::pin(std::future::poll_fn(move |context| {
            let mut turns = self.baton.0.lock().expect("turns");
            if turns.granted == Some(self.run) {
                turns.granted = None;
                turns.waiting[self.run] = None;
                let mut now = self.now.lock().expect("time");
                *now = at.max(*now);
                return Poll::Ready(());
            }
            turns.waiting[self.run] = Some(context.waker().clone());
            turns.grant();
            Poll::Pending
        }))
    }
}

/// How a run went.
#[derive(Debug)]
enum Went {
    /// Steps by action and how they ended.
    Ran(Vec<(Action, StepStatus, String)>),
    /// Another one held the accounts.
    Refused,
}

struct Job<'a> {
    world: &'a World,
    repository: &'a Repository,
    now: &'a str,
    lock: Option<&'a Path>,
}

impl Job<'_> {
    /// Locks, reads, plans and writes, as `alz apply` does.
    async fn run(&self, baton: &Arc<Baton>, run: usize) -> Went {
        let timer = Arc::new(Stepwise {
            baton: baton.clone(),
            run,
            now: Mutex::new(Instant::now()),
        });
        let went = self.run_on(timer).await;
        baton.end(run);
        went
    }

    async fn run_on(&self, timer: Arc<Stepwise>) -> Went {
        // Runs don't begin together: each some requests later than the other.
        timer.pass(Duration::from_secs(1)).await;
        let place = self
            .lock
            .map_or(Place::None, |path| Place::File(path.to_owned()));
        let claim = Claim {
            partition: PartitionId::new(PARTITION),
            accounts: self.repository.account_ids().cloned().collect(),
        };
        let owner = Owner::here("apply");
        let options = lock::Options::default();
        let guard = match lock::acquire(&place, &claim, &owner, &options, &mut |_| {}).await {
            Ok(guard) => guard,
            Err(LockError::Held { .. }) => return Went::Refused,
            Err(error) => panic!("{error}"),
        };
        let mut options = ClientOptions::new(
            Endpoint::parse(&self.world.base).expect("an endpoint"),
            Credentials::Token(self.world.token().to_owned().into()),
        );
        options.partition = Some(PartitionId::new(PARTITION));
        options.concurrency = 1;
        options.requests_per_second = Some(1.0);
        options.timer = timer.clone();
        let client = WriteClient::new(ReadClient::new(options).expect("a client"));
        let (plan, partition) = self.plan(client.reader()).await;
        let secrets = Secrets::of(&plan, &|_, _| Err("none".into())).expect("no secrets");
        let journals = tempfile::tempdir().expect("a directory");
        let header = Header::of(&plan, self.now.parse().expect("a time"));
        let journal = Journal::create(journals.path(), header, timer).expect("a journal");
        let unsettled = Unsettled::default();
        let options = apply::Options {
            concurrency: 1,
            secrets: &secrets,
            journal: &journal,
            unsettled: &unsettled,
        };
        let mut ended = Vec::new();
        apply::run(
            &plan,
            &client,
            &partition,
            &options,
            &Interrupt::default(),
            &mut |report| {
                let said = report.message.clone().unwrap_or_default();
                ended.push((report.step.action, report.status, said));
            },
        )
        .await;
        guard.release().await;
        Went::Ran(ended)
    }

    async fn plan(&self, reader: &ReadClient) -> (Plan, alz::model::live::LivePartition) {
        let now = self.now.parse().expect("a time");
        let accounts = self.repository.account_ids().cloned().collect();
        let partition = live::partition(reader, now).await.expect("a partition");
        let events = live::events(reader, &Scope { accounts })
            .await
            .expect("events");
        let id = PartitionId::new(PARTITION);
        let mut plans = Vec::new();
        for index in 0..self.repository.len() {
            let desired = self
                .repository
                .account(index)
                .expect("there")
                .expect("sound");
            let wanted = Wanted::of(&desired);
            let live = live::account(reader, &desired.account, &wanted, &partition, &events);
            let live = live.await.expect("an account");
            let context = Context {
                partition: &id,
                live: &partition,
                now,
                verify: false,
                on_unknown: OnUnknown::Warn,
                only: None,
                memory: &PortMemory::default(),
                resend_secrets: false,
            };
            plans.push(plan::account(&desired, &live, &context, &Checks::default()));
        }
        let header = plan::Header {
            environment: "test".into(),
            partition: id,
            created_at: now,
            desired_digest: String::new(),
            alz_version: String::new(),
            files: Vec::new(),
            resend_secrets: false,
        };
        let plan = plan::assemble(header, plans, &Guards::default(), &Allow::default());
        (plan, partition)
    }
}

fn repository(world: &World, office: &str, now: &str) -> Repository {
    world.write("accounts/office.yaml", office);
    let files = ["accounts/office.yaml".into(), "accounts/clinic.yaml".into()];
    let loaded = desired::load(&LoadRequest {
        root: world.root(),
        globs: &[],
        files: if office == before() {
            &files[..1]
        } else {
            &files
        },
        policies: &[],
        today: now[..10].parse().expect("a day"),
    });
    loaded
        .unwrap_or_else(|problems| panic!("{problems:?}"))
        .repository
}

/// A world in the state in which the two runs find it.
fn world() -> World {
    let world = World::new(&[("accounts/clinic.yaml", CLINIC_FILE)]);
    let first = repository(&world, &before(), crate::world::NOW);
    let job = Job {
        world: &world,
        repository: &first,
        now: crate::world::NOW,
        lock: None,
    };
    clean(&job);
    world.post("/sandbox/clock", &json!({ "set": LATER }));
    world
}

/// One run by itself; it must not fail.
fn clean(job: &Job<'_>) -> Vec<(Action, StepStatus, String)> {
    let baton = Baton::new(1, 0);
    match job.world.wait(job.run(&baton, 0)) {
        Went::Ran(steps) => {
            let failed = |status| matches!(status, StepStatus::Failed | StepStatus::Unknown);
            assert!(!steps.iter().any(|step| failed(step.1)), "{steps:?}");
            steps
        }
        Went::Refused => panic!("alone and refused"),
    }
}

/// What must be the same after any schedule: the numbers of both accounts,
/// without the ids that the platform draws.
fn state(world: &World) -> Value {
    let mut accounts = BTreeMap::new();
    for account in [ACCOUNT, CLINIC] {
        let id = AccountId::new(account);
        let mut listing = world.get(&format!(
            "/v2/partition/{PARTITION}/account/{id}/telephonenumber"
        ));
        for number in listing.as_array_mut().expect("a listing") {
            let number = number.as_object_mut().expect("a number");
            assert!(number.contains_key("carrierStatus"), "{number:?}");
            number.remove("orderVersion");
            number.remove("id");
            if number.remove("portId").is_some() {
                number.insert("inPort".into(), true.into());
            }
        }
        accounts.insert(account, listing);
    }
    json!(accounts)
}

/// Everything that was ordered, by number. Updates aside: that the same address
/// is sent twice is no second order.
fn orders(world: &World) -> Value {
    let mut orders = world.get("/sandbox/state")["orders"].clone();
    for counts in orders.as_object_mut().expect("orders").values_mut() {
        let counts = counts.as_object_mut().expect("counts");
        counts.remove("updates");
        counts.remove("portUpdates");
    }
    orders
}

fn seeds(usual: u64) -> std::ops::Range<u64> {
    let read = |name: &str| {
        std::env::var(name)
            .ok()
            .and_then(|said| said.parse::<u64>().ok())
    };
    match (read("ALZ_TWO_RUNS_SEED"), read("ALZ_TWO_RUNS")) {
        (Some(seed), _) => seed..seed + 1,
        (None, Some(count)) => 0..count,
        (None, None) => 0..usual,
    }
}

struct Seen {
    refused: usize,
    /// Orders that the platform turned down because the other run's was first.
    turned_down: usize,
}

/// Orders of numbers and ports that were answered with 400.
fn orders_refused(world: &World) -> usize {
    let log = world.get("/sandbox/requests");
    let requests = log["requests"].as_array().expect("requests").iter();
    let order = |path: &Value| {
        path.as_str()
            .is_some_and(|path| path.ends_with("/telephonenumber"))
    };
    requests
        .filter(|one| one["method"] == "POST" && order(&one["path"]) && one["status"] == 400)
        .count()
}

/// All seeds; the state and orders of an undisturbed run must come out.
fn all(usual: u64, locked: bool) -> Seen {
    let alone = world();
    let second = repository(&alone, &after(), LATER);
    let job = Job {
        world: &alone,
        repository: &second,
        now: LATER,
        lock: None,
    };
    let steps = clean(&job);
    let all = [
        Action::Activate,
        Action::SubmitActivation,
        Action::CancelActivation,
        Action::SubmitPort,
        Action::UpdatePort,
        Action::TriggerPort,
        Action::CancelPort,
        Action::Update,
        Action::Release,
        Action::Recover,
        Action::AcceptE911Correction,
    ];
    let missing = all
        .iter()
        .filter(|action| !steps.iter().any(|step| step.0 == **action));
    let missing: Vec<&Action> = missing.collect();
    assert!(missing.is_empty(), "{missing:?} in {steps:#?}");
    clean(&job);
    let (want, wanted) = (state(&alone), orders(&alone));
    let mut seen = Seen {
        refused: 0,
        turned_down: 0,
    };
    for seed in seeds(usual) {
        let world = world();
        let directory = world.root().join(".alz/lock");
        let job = Job {
            world: &world,
            repository: &second,
            now: LATER,
            lock: locked.then_some(&*directory),
        };
        let baton = Baton::new(2, seed);
        let both = async { tokio::join!(job.run(&baton, 0), job.run(&baton, 1)) };
        let (first, other) = world.wait(both);
        let told = || {
            format!(
                "ALZ_TWO_RUNS_SEED={seed} replays it; schedule {}\nA: {first:?}\nB: {other:?}",
                baton.schedule()
            )
        };
        for went in [&first, &other] {
            match went {
                Went::Refused => seen.refused += 1,
                Went::Ran(steps) => {
                    assert!(
                        steps.iter().all(|step| step.1 != StepStatus::Unknown),
                        "{}",
                        told()
                    );
                    if locked {
                        assert!(
                            steps.iter().all(|step| step.1 != StepStatus::Failed),
                            "{}",
                            told()
                        );
                    }
                }
            }
        }
        seen.turned_down += orders_refused(&world);
        assert_eq!(orders(&world), wanted, "{}", told());
        clean(&job);
        assert_eq!(orders(&world), wanted, "{}", told());
        assert_eq!(state(&world), want, "{}", told());
    }
    seen
}

#[test]
fn two_runs_without_a_lock_order_nothing_twice_whatever_the_schedule() {
    let seen = all(100, false);
    assert_eq!(seen.refused, 0);
    // Both looked and both sent: the platform is what says no to the second.
    if std::env::var_os("ALZ_TWO_RUNS_SEED").is_none() {
        assert!(
            seen.turned_down > 0,
            "no schedule has come to the race itself"
        );
    }
}

#[test]
fn two_runs_with_a_lock_never_meet_and_one_is_refused_or_finds_it_done() {
    let seen = all(30, true);
    assert_eq!(seen.turned_down, 0);
    if std::env::var_os("ALZ_TWO_RUNS_SEED").is_none() {
        assert!(seen.refused > 0);
    }
}
