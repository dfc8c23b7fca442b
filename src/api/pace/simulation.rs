//! A platform of limited strength and callers that want something from it, in
//! virtual time: the same seed, the same run, to the nanosecond.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use futures_util::future::join_all;

use super::{Pace, operation};
use crate::api::timer::{Timer, Wait};
use crate::api::{ClientOptions, Credentials, Endpoint};

/// Time that passes when everybody waits for it.
pub struct Virtual {
    state: Mutex<Sleepers>,
    start: Instant,
}

struct Sleepers {
    now: Instant,
    /// In the order of their time, then of their coming.
    waiting: BTreeMap<(Instant, u64), Waker>,
    count: u64,
}

impl Virtual {
    pub fn new() -> Arc<Self> {
        let start = Instant::now();
        let state = Mutex::new(Sleepers {
            now: start,
            waiting: BTreeMap::new(),
            count: 0,
        });
        Arc::new(Self { state, start })
    }

    /// Since the beginning.
    pub fn elapsed(&self) -> Duration {
        self.now() - self.start
    }

    /// Runs it to its end.
    pub fn run<F: Future>(&self, future: F) -> F::Output {
        struct Woken(AtomicBool);
        impl Wake for Woken {
            fn wake(self: Arc<Self>) {
                self.0.store(true, Ordering::SeqCst);
            }
        }
        let woken = Arc::new(Woken(AtomicBool::new(true)));
        let waker = Waker::from(woken.clone());
        let mut future = std::pin::pin!(future);
        loop {
            while woken.0.swap(false, Ordering::SeqCst) {
                if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker))
                {
                    return output;
                }
            }
            let mut state = self.state.lock().expect("time");
            let ((at, _), next) = state.waiting.pop_first().expect("somebody waits");
            state.now = state.now.max(at);
            drop(state);
            next.wake();
        }
    }
}

impl Timer for Virtual {
    fn now(&self) -> Instant {
        self.state.lock().expect("time").now
    }
    fn until(&self, at: Instant) -> Wait<'_> {
        // One place in the queue, however often it is polled.
        let mut place = None;
        Box::pin(std::future::poll_fn(move |context| {
            let mut state = self.state.lock().expect("time");
            if state.now >= at {
                return Poll::Ready(());
            }
            let key = *place.get_or_insert_with(|| {
                state.count += 1;
                (at, state.count)
            });
            state.waiting.insert(key, context.waker().clone());
            Poll::Pending
        }))
    }
}

/// When something is so, in milliseconds from the beginning.
pub type Span = Range<u64>;

/// A platform. Times are in milliseconds.
#[derive(Clone, Debug)]
pub struct Server {
    /// What one call takes.
    pub latency: u64,
    /// More in flight than this are turned away with 429.
    pub capacity: usize,
    /// Everybody is turned away, and told to come back after so long.
    pub storms: Vec<(Span, Option<u64>)>,
    /// Calls take so many times as long.
    pub slow: Vec<(Span, u64)>,
    /// Every n-th call takes ten seconds, for no reason.
    pub stalls_every: Option<usize>,
}

impl Server {
    pub fn steady(latency: u64) -> Self {
        Self {
            latency,
            capacity: usize::MAX,
            storms: Vec::new(),
            slow: Vec::new(),
            stalls_every: None,
        }
    }
}

/// One request as the platform saw it.
#[derive(Clone, Debug)]
pub struct Seen {
    /// When it came and when its answer left.
    pub from: Duration,
    pub to: Duration,
    pub status: u16,
    /// How many were in flight then, itself included.
    pub beside: usize,
    /// What the limit was when it came.
    pub limit: usize,
}

pub struct Setup {
    pub concurrency: usize,
    pub rate: Option<f64>,
    pub seed: u64,
}

pub fn pace(setup: &Setup, timer: &Arc<Virtual>) -> Pace {
    let base = Endpoint::parse("http://127.0.0.1:1").expect("an endpoint");
    let mut options = ClientOptions::new(base, Credentials::Token("t".into()));
    options.concurrency = setup.concurrency;
    options.requests_per_second = setup.rate;
    options.jitter_seed = setup.seed;
    options.timer = timer.clone();
    Pace::new(&options).expect("a pace")
}

/// So many callers, each of which gets its calls done one after the other,
/// coming back where it was turned away.
pub fn simulate(setup: &Setup, server: &Server, callers: usize, calls: usize) -> Vec<Seen> {
    let timer = Virtual::new();
    let pace = pace(setup, &timer);
    let seen = RefCell::new(Vec::new());
    let in_flight = RefCell::new(0_usize);
    let one = async || {
        let mut turn = pace.turn(operation("GET", "/v2/x")).await;
        *in_flight.borrow_mut() += 1;
        let beside = *in_flight.borrow();
        let from = timer.elapsed();
        let at = u64::try_from(from.as_millis()).expect("soon");
        let limit = pace.state().limit.now();
        let storm = server.storms.iter().find(|(span, _)| span.contains(&at));
        let (status, takes, pause) = match storm {
            Some((_, pause)) => (429, 5, *pause),
            None if beside > server.capacity => (429, 5, None),
            None => {
                let slow = server.slow.iter().find(|(span, _)| span.contains(&at));
                let times = slow.map_or(1, |(_, times)| *times);
                let stalls = server
                    .stalls_every
                    .is_some_and(|n| seen.borrow().len() % n == n - 1);
                let takes = if stalls {
                    10_000
                } else {
                    server.latency * times
                };
                (200, takes, None)
            }
        };
        timer.pass(Duration::from_millis(takes)).await;
        *in_flight.borrow_mut() -= 1;
        let to = timer.elapsed();
        seen.borrow_mut().push(Seen {
            from,
            to,
            status,
            beside,
            limit,
        });
        turn.answer_begins();
        turn.ended(Some(status));
        if let Some(pause) = pause {
            pace.pause(Duration::from_millis(pause));
        }
        status == 200
    };
    let caller = async |_| {
        for _ in 0..calls {
            while !one().await {
                let backoff = Duration::from_millis(125).mul_f64(1.0 + pace.random());
                timer.pass(backoff).await;
            }
        }
    };
    timer.run(join_all((0..callers).map(caller)));
    let mut seen = seen.into_inner();
    seen.sort_by_key(|one| one.from);
    seen
}
