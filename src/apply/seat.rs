//! Who may work: so many steps look and write at a time, and however many wait
//! for a reading that lags keep none of them from it.
//!
//! The platform is kept busy by requests, and a step is at rest for most of its
//! life: between the looks for what became of it. A step at rest gives its seat
//! to another one and sits down again afterwards, before steps that have not
//! begun: whoever is stopped then has little under way.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::api::Timer;

/// Seats for each request in flight. The client lets no more requests go than
/// it may; the second seat is for what a step does between two of them: its
/// line in the journal takes the disk as long as an answer takes the platform.
const PER_REQUEST: usize = 2;

/// Groups of steps under way for each seat, at rest or not. Enough for a
/// platform that shows a write after seconds, and an end to what one run holds
/// in memory.
const MOST_PER_SEAT: usize = 16;

/// The seats of a run.
pub(super) struct Seats {
    free: Semaphore,
    most: usize,
    timer: Arc<dyn Timer>,
}

impl Seats {
    /// For so many requests in flight. Whoever asks for one at a time gets one
    /// group of steps after the other, each confirmed before the next begins.
    pub fn new(requests: usize, timer: Arc<dyn Timer>) -> Self {
        let (count, most) = match requests {
            0 | 1 => (1, 1),
            more => {
                let seats = more.min(Semaphore::MAX_PERMITS / PER_REQUEST) * PER_REQUEST;
                (seats, seats.saturating_mul(MOST_PER_SEAT))
            }
        };
        Self {
            free: Semaphore::new(count),
            most,
            timer,
        }
    }

    /// The most that may be under way.
    pub const fn most(&self) -> usize {
        self.most
    }

    /// The next free seat; whoever sits down again comes first.
    pub async fn take(&self) -> Seat<'_> {
        Seat {
            seats: self,
            // Closed never; `None` would only mean working without one.
            permit: self.free.acquire().await.ok(),
        }
    }
}

/// Leave to work. It is free again when this is dropped.
pub(super) struct Seat<'a> {
    seats: &'a Seats,
    permit: Option<SemaphorePermit<'a>>,
}

impl Seat<'_> {
    /// Lets time pass, and somebody else work.
    pub async fn rest(&mut self, duration: Duration) {
        let seats = self.seats;
        self.permit = None;
        seats.timer.pass(duration).await;
        self.permit = seats.free.acquire().await.ok();
    }
}
