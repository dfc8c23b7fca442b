//! How fast we may go: so many requests in flight, so many a second, and none
//! at all while the platform asks for a pause.
//!
//! How many may be in flight is `limit`'s to say; it is never more than what was
//! asked for. The ceiling on requests a second holds whatever the limit is. A
//! pause is everybody's, and after it requests set off one after the other.

mod limit;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, SemaphorePermit};

use super::error::ApiError;
use super::options::ClientOptions;
use super::timer::Timer;
pub(super) use limit::Ended;
use limit::Limit;

/// After a pause requests set off this far apart, for as long as it takes until
/// as many have as may be in flight at most.
const RAMP: Duration = Duration::from_millis(50);

/// No ramp takes longer than this in all, however many may be in flight.
const LONGEST_RAMP: Duration = Duration::from_secs(2);

/// How far a request may run ahead of its slot, so that a timer that wakes late
/// does not lower the rate.
const SLACK: Duration = Duration::from_millis(50);

pub(super) struct Pace {
    /// As many as the limit, those in use included.
    permits: Semaphore,
    /// The time between two requests, where there is a ceiling.
    interval: Option<Duration>,
    state: Mutex<State>,
    timer: Arc<dyn Timer>,
}

struct State {
    limit: Limit,
    /// Permits in use that are not to be given back: the limit was lowered
    /// while they were out.
    to_withdraw: usize,
    next_slot: Option<Instant>,
    paused_until: Option<Instant>,
    ramp: Option<Ramp>,
    random: fastrand::Rng,
}

/// The first requests after a pause.
struct Ramp {
    next: Instant,
    end: Instant,
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
        let most = options.concurrency.clamp(1, Semaphore::MAX_PERMITS);
        Ok(Self {
            permits: Semaphore::new(most),
            interval,
            state: Mutex::new(State {
                limit: Limit::new(most),
                to_withdraw: 0,
                next_slot: None,
                paused_until: None,
                ramp: None,
                random: fastrand::Rng::with_seed(options.jitter_seed),
            }),
            timer: options.timer.clone(),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for leave to send one request of this operation (what [`operation`]
    /// makes of it); it is in flight until the turn is ended or dropped.
    pub async fn turn(&self, operation: String) -> Turn<'_> {
        loop {
            while let Some(until) = self.pause_end() {
                self.timer.until(until).await;
            }
            // Closed never; `None` would only mean going without a permit.
            let permit = self.permits.acquire().await.ok();
            let mut turn = Turn {
                pace: self,
                permit,
                operation: String::new(),
                epoch: 0,
                began: self.timer.now(),
                first_byte: None,
            };
            if self.must_wait() {
                continue;
            }
            if let Some(slot) = self.take_slot() {
                self.timer.until(slot).await;
                if self.must_wait() {
                    continue;
                }
            }
            turn.operation = operation;
            turn.epoch = self.state().limit.epoch();
            turn.began = self.timer.now();
            return turn;
        }
    }

    /// Nobody sends for this long.
    pub fn pause(&self, duration: Duration) {
        let until = self.timer.now() + duration;
        let mut state = self.state();
        let until = state.paused_until.map_or(until, |old| old.max(until));
        state.paused_until = Some(until);
        let step = ramp_step(state.limit.most());
        let next = until + step.mul_f64(state.random.f64());
        let steps = u32::try_from(state.limit.most()).unwrap_or(u32::MAX);
        let end = next + step.saturating_mul(steps);
        state.ramp = Some(Ramp { next, end });
    }

    /// From 0 to 1.
    pub fn random(&self) -> f64 {
        self.state().random.f64()
    }

    fn pause_end(&self) -> Option<Instant> {
        let now = self.timer.now();
        self.state().paused_until.filter(|until| *until > now)
    }

    /// Whether a pause began, or the limit was lowered, since the permit was given.
    fn must_wait(&self) -> bool {
        self.pause_end().is_some() || self.state().to_withdraw > 0
    }

    /// The time to wait for, where the ceiling is reached or a pause has just ended.
    fn take_slot(&self) -> Option<Instant> {
        let now = self.timer.now();
        let mut state = self.state();
        let most = state.limit.most();
        let mut slot = now;
        if state.ramp.as_ref().is_some_and(|ramp| ramp.end <= now) {
            state.ramp = None;
        }
        if let Some(ramp) = &mut state.ramp {
            slot = ramp.next.max(now);
            ramp.next = slot + ramp_step(most);
        }
        if let Some(interval) = self.interval {
            let earliest = slot.checked_sub(SLACK).unwrap_or(slot);
            slot = state.next_slot.map_or(slot, |next| next.max(earliest));
            state.next_slot = slot.checked_add(interval);
        }
        (slot > now).then_some(slot)
    }

    /// Brings the permits to what the limit says now.
    fn adjust(&self, state: &mut State, before: usize) {
        let now = state.limit.now();
        if now < before {
            let withdrawn = self.permits.forget_permits(before - now);
            state.to_withdraw += before - now - withdrawn;
        } else {
            // What was to be withdrawn stays; only the rest is new.
            let kept = state.to_withdraw.min(now - before);
            state.to_withdraw -= kept;
            self.permits.add_permits(now - before - kept);
        }
    }
}

/// How far apart requests set off after a pause.
fn ramp_step(most: usize) -> Duration {
    let most = u32::try_from(most).unwrap_or(u32::MAX).max(1);
    RAMP.min(LONGEST_RAMP / most)
}

/// Leave to have one request in flight.
pub(super) struct Turn<'a> {
    pace: &'a Pace,
    permit: Option<SemaphorePermit<'a>>,
    operation: String,
    epoch: u64,
    began: Instant,
    first_byte: Option<Duration>,
}

impl Turn<'_> {
    /// The answer begins. How long it then takes depends on its size, and says
    /// nothing about the platform's strength.
    pub fn answer_begins(&mut self) {
        let now = self.pace.timer.now();
        self.first_byte = Some(now.saturating_duration_since(self.began));
    }

    /// The request has ended, with this status if it was answered in full.
    pub fn ended(self, status: Option<u16>) {
        let ended = match (status, self.first_byte) {
            (Some(429 | 503), _) => Ended::Overloaded,
            (Some(500..), _) | (None, _) | (Some(_), None) => Ended::Lost,
            (Some(_), Some(took)) => Ended::Answered(took),
        };
        let mut state = self.pace.state();
        let before = state.limit.now();
        state.limit.ended(&self.operation, self.epoch, ended);
        let now = state.limit.now();
        if now != before {
            tracing::debug!(from = before, to = now, "requests in flight");
        }
        self.pace.adjust(&mut state, before);
        // `drop` gives the permit back; it takes the lock itself.
        drop(state);
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = self.pace.state();
        if state.to_withdraw > 0
            && let Some(permit) = self.permit.take()
        {
            state.to_withdraw -= 1;
            permit.forget();
        }
    }
}

/// What requests are compared by when it comes to how long they take: the
/// method and the words of the path, with a star for an id or number at its end.
pub(super) fn operation(method: &str, path: &str) -> String {
    let path = path.split('?').next().unwrap_or(path);
    // An id is 22 characters of all kinds, a telephone number digits.
    let is_word =
        |part: &str| part.len() < 22 && part.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    let mut name = method.to_owned();
    for part in path
        .split('/')
        .filter(|part| is_word(part) && !part.is_empty())
    {
        name.push('/');
        name.push_str(part);
    }
    if path.rsplit('/').next().is_some_and(|last| !is_word(last)) {
        name.push_str("/*");
    }
    name
}

#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;
