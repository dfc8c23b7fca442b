//! Apply is bounded by the platform, not by `alz`: steps that wait for a reading
//! that lags leave the requests that may be in flight to the others.
//!
//! No clock is read. Between the run and the sandbox stands a gate that lets a
//! request through only while as many as there may be stand before it, and the
//! run's time stands still: a step that rests does so until nearly all are sent.
//! A run in which resting steps keep others out comes to a stop.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use alz::api::Timer;
use alz::api::timer::Wait;
use alz::apply::{Interrupt, StepStatus};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State as Extract;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::routing::any;
use serde_json::json;
use tokio::sync::{oneshot, watch};

use crate::matrix::{PATIENT, wait};
use crate::run::{self, Repository, Waited};
use crate::world::World;

const CONCURRENCY: usize = 8;
const STEPS: usize = 90;
/// With fewer left to send nobody can keep up the number.
const LEFT: usize = 16;
/// After so long without a request no other one comes; no test waits for it
/// that does not fail.
const STUCK: Duration = Duration::from_secs(10);

struct Gate {
    world: World,
    before: Mutex<Before>,
    /// Everything goes through, and time passes.
    open: watch::Sender<bool>,
}

#[derive(Default)]
struct Before {
    waiting: VecDeque<oneshot::Sender<()>>,
    writes: usize,
    arrived: usize,
    most: usize,
}

impl Gate {
    fn is_open(&self) -> bool {
        *self.open.borrow()
    }

    fn set(&self, open: bool) {
        self.open.send_replace(open);
        if open {
            let mut before = self.before.lock().expect("the gate");
            for one in before.waiting.drain(..) {
                let _ = one.send(());
            }
        }
    }

    async fn pass(&self, writes: bool) {
        let turn = {
            let mut before = self.before.lock().expect("the gate");
            before.arrived += 1;
            before.writes += usize::from(writes);
            if self.is_open() {
                return;
            }
            let (tell, turn) = oneshot::channel();
            before.waiting.push_back(tell);
            before.most = before.most.max(before.waiting.len());
            if before.waiting.len() >= CONCURRENCY
                && let Some(first) = before.waiting.pop_front()
            {
                let _ = first.send(());
            }
            turn
        };
        if self.before.lock().expect("the gate").writes + LEFT >= STEPS {
            self.set(true);
        }
        turn.await.expect("its turn");
    }
}

async fn forward(
    Extract(gate): Extract<Arc<Gate>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, Vec<u8>) {
    gate.pass(method == Method::PATCH).await;
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let token = headers.get("x-auth-token");
    let token = token.map(|token| token.to_str().expect("a token"));
    let (status, body) = gate.world.ask(method, path, token, body.to_vec()).await;
    (StatusCode::from_u16(status).expect("a status"), body)
}

/// Stands still until the gate is open.
struct Frozen {
    open: watch::Receiver<bool>,
    then: Arc<Waited>,
}

impl Timer for Frozen {
    fn now(&self) -> Instant {
        self.then.now()
    }
    fn until(&self, at: Instant) -> Wait<'_> {
        let mut open = self.open.clone();
        Box::pin(async move {
            let _ = open.wait_for(|open| *open).await;
            self.then.until(at).await;
        })
    }
}

fn seed() -> String {
    let mut text = String::from(
        "partition: { id: faultsPartition0000001, name: Faults }\nfrozenAt: 2026-11-23T17:00:00Z\ncarriers:\n  - { id: carrierBandwidth000001, name: Bandwidth, carrierType: BANDWIDTH }\ninventory:\n  - { prefix: \"1801555\", rateCenter: PROVO, state: UT, country: USA }\naccounts:\n  - id: faultsAccount000000001\n    name: Bakery\n    users:\n      - { id: faultsUser000000000001, firstName: Bea, lastName: Baker, extension: \"100\" }\n    numbers:\n",
    );
    for number in 0..STEPS {
        let _ = writeln!(
            text,
            "      - {{ phoneNumber: \"{}\", customerServiceRecord: {{ customerType: BUSINESS, businessName: Bakery, streetNumber: \"75\", streetName: Center, streetSuffix: St, city: Provo, state: UT, country: USA, postalCode: \"84606\" }} }}",
            18_015_552_000 + number
        );
    }
    text
}

fn file() -> String {
    let mut text = String::from("account: faultsAccount000000001\nnumbers:\n");
    for number in 0..STEPS {
        let _ = writeln!(
            text,
            "  \"{}\": {{ reference: {{ type: END_USER, id: faultsUser000000000001 }} }}",
            18_015_552_000 + number
        );
    }
    text
}

#[test]
fn steps_that_wait_for_a_reading_leave_the_requests_in_flight_to_others() {
    wait(async {
        let directory = tempfile::tempdir().expect("a directory");
        let seeds = directory.path().join("seed.yaml");
        std::fs::write(&seeds, seed()).expect("a file");
        let gate = Arc::new(Gate {
            world: World::seeded(&seeds).await,
            before: Mutex::default(),
            open: watch::Sender::new(true),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a socket");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let app = Router::new()
            .fallback(any(forward))
            .with_state(Arc::clone(&gate));
        tokio::spawn(async move { axum::serve(listener, app).await });

        let repository = Repository::new(&file());
        let timer = Arc::new(Frozen {
            open: gate.open.subscribe(),
            then: Waited::new(),
        });
        let planned = run::plan(&repository, run::reader(&base, PATIENT * 10, timer)).await;
        assert_eq!(planned.plan.steps.len(), STEPS);
        let lag = json!({ "method": "GET", "path": "/v2/**", "staleSeconds": 3600 });
        gate.world.fault(&lag).await;
        gate.set(false);
        let stuck = async {
            let mut seen = usize::MAX;
            loop {
                tokio::time::sleep(STUCK).await;
                let arrived = gate.before.lock().expect("the gate").arrived;
                if arrived == seen && !gate.is_open() {
                    break;
                }
                seen = arrived;
            }
        };
        let interrupt = Interrupt::default();
        let run = run::carry_out(&repository, planned, CONCURRENCY, &interrupt);
        let said = tokio::select! {
            said = run => said,
            () = stuck => {
                let before = gate.before.lock().expect("the gate");
                panic!(
                    "only {} requests in flight after {} of {STEPS} writes",
                    before.waiting.len(),
                    before.writes
                );
            }
        };
        let done = said.ended.iter();
        assert!(
            said.ended.len() == STEPS && { done }.all(|ended| ended.status == StepStatus::Done),
            "{:?}",
            said.tally
        );
        let before = gate.before.lock().expect("the gate");
        assert_eq!(before.most, CONCURRENCY, "the client holds to its ceiling");
        assert_eq!(before.writes, STEPS);
    });
}
