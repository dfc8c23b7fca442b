//! How fast we may go: so many requests in flight, so many a second, and none
//! at all while the platform asks for a pause.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, SemaphorePermit};

use super::error::ApiError;
use super::options::ClientOptions;
use super::timer::Timer;

/// After a pause the waiting requests set off within this time, not at once.
const SPREAD: Duration = Duration::from_millis(500);

/// How far a request may run ahead of its slot, so that a timer that wakes late
/// does not lower the rate.
const SLACK: Duration = Duration::from_millis(50);

pub(super) struct Pace {
    permits: Semaphore,
    /// The time between two requests, where there is a ceiling.
    interval: Option<Duration>,
    state: Mutex<State>,
    timer: std::sync::Arc<dyn Timer>,
}

struct State {
    next_slot: Option<Instant>,
    paused_until: Option<Instant>,
    random: fastrand::Rng,
}

impl Pace {
    pub fn new(options: &ClientOptions) -> Result<Self, ApiError> {
        let interval = match options.requests_per_second {
            None => None,
            Some(rate) if rate.is_finite() && rate > 0.0 => {
                Some(Duration::try_from_secs_f64(1.0 / rate).unwrap_or(Duration::MAX))
            }
            Some(rate) => {
                return Err(ApiError::BadSetup {
                    what: format!("requestsPerSecond: {rate}"),
                    why: "it must be greater than 0; leave it out for no ceiling".into(),
                });
            }
        };
        Ok(Self {
            permits: Semaphore::new(options.concurrency.clamp(1, Semaphore::MAX_PERMITS)),
            interval,
            state: Mutex::new(State {
                next_slot: None,
                paused_until: None,
                random: fastrand::Rng::with_seed(options.jitter_seed),
            }),
            timer: options.timer.clone(),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for leave to send one request; it is in flight until the permit is dropped.
    pub async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        loop {
            while let Some(until) = self.pause_end() {
                let jitter = SPREAD.mul_f64(self.random());
                self.timer.until(until + jitter).await;
            }
            // Closed never; `None` would only mean going without a permit.
            let permit = self.permits.acquire().await.ok();
            if self.pause_end().is_some() {
                continue;
            }
            if let Some(slot) = self.take_slot() {
                self.timer.until(slot).await;
                if self.pause_end().is_some() {
                    continue;
                }
            }
            return permit;
        }
    }

    /// Nobody sends for this long.
    pub fn pause(&self, duration: Duration) {
        let until = self.timer.now() + duration;
        let mut state = self.state();
        state.paused_until = Some(state.paused_until.map_or(until, |old| old.max(until)));
    }

    /// From 0 to 1.
    pub fn random(&self) -> f64 {
        self.state().random.f64()
    }

    fn pause_end(&self) -> Option<Instant> {
        let now = self.timer.now();
        self.state().paused_until.filter(|until| *until > now)
    }

    /// The time to wait for, where the ceiling is reached.
    fn take_slot(&self) -> Option<Instant> {
        let interval = self.interval?;
        let now = self.timer.now();
        let mut state = self.state();
        let earliest = now.checked_sub(SLACK).unwrap_or(now);
        let slot = state.next_slot.map_or(now, |next| next.max(earliest));
        state.next_slot = slot.checked_add(interval);
        (slot > now).then_some(slot)
    }
}

#[cfg(test)]
mod tests {
    use super::super::timer::Wait;
    use super::*;
    use crate::api::{Credentials, Endpoint};
    use std::sync::Arc;

    /// Time passes only by being waited for.
    struct Waited(Mutex<Instant>);

    impl Timer for Waited {
        fn now(&self) -> Instant {
            *self.0.lock().expect("time")
        }
        fn until(&self, at: Instant) -> Wait<'_> {
            let mut now = self.0.lock().expect("time");
            *now = at.max(*now);
            Box::pin(std::future::ready(()))
        }
    }

    fn pace(rate: Option<f64>) -> (Pace, Arc<Waited>) {
        let timer = Arc::new(Waited(Mutex::new(Instant::now())));
        let base = Endpoint::parse("http://127.0.0.1:1").expect("an endpoint");
        let mut options = ClientOptions::new(base, Credentials::Token("t".into()));
        options.requests_per_second = rate;
        options.timer = timer.clone();
        (Pace::new(&options).expect("a pace"), timer)
    }

    #[tokio::test]
    async fn no_second_sees_more_requests_than_the_ceiling() {
        let (pace, timer) = pace(Some(20.0));
        let mut sent = Vec::new();
        for _ in 0..200 {
            drop(pace.turn().await);
            sent.push(timer.now());
        }
        for (first, twenty_third) in sent.iter().zip(sent.iter().skip(22)) {
            assert!(*twenty_third - *first >= Duration::from_secs(1));
        }
        let whole = *sent.last().expect("sent") - sent[0];
        assert!(whole <= Duration::from_secs(10), "{whole:?}");
    }

    #[tokio::test]
    async fn a_pause_holds_everybody_back_and_lets_them_go_one_by_one() {
        let (pace, timer) = pace(None);
        let start = timer.now();
        pace.pause(Duration::from_secs(30));
        // A shorter pause does not end a longer one.
        pace.pause(Duration::from_secs(1));
        drop(pace.turn().await);
        let waited = timer.now() - start;
        assert!(waited >= Duration::from_secs(30) && waited <= Duration::from_millis(30_500));
        let jitters: std::collections::BTreeSet<u64> =
            (0..8).map(|_| (pace.random() * 1e6) as u64).collect();
        assert_eq!(jitters.len(), 8);
    }

    #[test]
    fn a_ceiling_of_nothing_is_refused() {
        let base = Endpoint::parse("http://127.0.0.1:1").expect("an endpoint");
        for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let mut options = ClientOptions::new(base.clone(), Credentials::Token("t".into()));
            options.requests_per_second = Some(rate);
            assert!(Pace::new(&options).is_err(), "{rate}");
        }
    }
}
