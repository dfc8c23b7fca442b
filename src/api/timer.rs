//! Waiting, as a value: back-off, pauses and lag re-reads are told to a
//! [`Timer`], so that a test can let an hour pass at once and see how long was
//! waited. (Time-outs of a single request are the HTTP library's own.)

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

/// A wait in progress.
pub type Wait<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// What the time is and how it passes.
pub trait Timer: Send + Sync {
    fn now(&self) -> Instant;

    /// Returns when `now()` has reached `at`.
    fn until(&self, at: Instant) -> Wait<'_>;

    /// Returns after `duration`.
    fn pass(&self, duration: Duration) -> Wait<'_> {
        self.until(self.now() + duration)
    }
}

/// The machine's monotonic clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemTimer;

impl Timer for SystemTimer {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn until(&self, at: Instant) -> Wait<'_> {
        Box::pin(tokio::time::sleep_until(at.into()))
    }
}
