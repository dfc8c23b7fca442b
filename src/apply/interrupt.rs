//! How a run is stopped so that nothing is half done, and what is then still under way.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::plan::Plan;

/// Set when a person or a pipeline asks to stop: steps in flight are finished,
/// nothing new is started. A step is in flight from the moment at which the
/// journal is told of it; one that is still being looked at is not sent any
/// more. It knows what is in flight, for one who can't wait.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    raised: AtomicBool,
    in_flight: Mutex<BTreeSet<String>>,
    not_started: Mutex<BTreeSet<String>>,
    leave: OnceLock<Leave>,
}

/// What a run must have in order to begin a step.
struct Leave(Box<dyn Fn() -> bool + Send + Sync>);

impl fmt::Debug for Leave {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Leave")
    }
}

impl Interrupt {
    pub fn raise(&self) {
        self.0.raised.store(true, Ordering::SeqCst);
    }

    pub fn is_raised(&self) -> bool {
        if self.0.leave.get().is_some_and(|leave| !(leave.0)()) {
            self.raise();
        }
        self.0.raised.load(Ordering::SeqCst)
    }

    /// Before each step, and again right before it is sent, `leave` is asked;
    /// from its first no on the run is interrupted. What is said first counts.
    pub fn unless(&self, leave: impl Fn() -> bool + Send + Sync + 'static) {
        let _ = self.0.leave.set(Leave(Box::new(leave)));
    }

    /// Ids of the steps that may have been sent and have not ended.
    pub fn in_flight(&self) -> Vec<String> {
        names(&self.0.in_flight).iter().cloned().collect()
    }

    /// Ids of the steps that were not sent.
    pub fn not_started(&self) -> Vec<String> {
        names(&self.0.not_started).iter().cloned().collect()
    }

    pub(super) fn expect(&self, plan: &Plan) {
        *names(&self.0.not_started) = plan.steps.iter().map(|step| step.id.clone()).collect();
    }

    pub(super) fn begin(&self, step: &str) {
        names(&self.0.not_started).remove(step);
        names(&self.0.in_flight).insert(step.to_owned());
    }

    /// It was not sent after all.
    pub(super) fn withdraw(&self, step: &str) {
        names(&self.0.in_flight).remove(step);
        names(&self.0.not_started).insert(step.to_owned());
    }

    pub(super) fn end(&self, step: &str) {
        names(&self.0.not_started).remove(step);
        names(&self.0.in_flight).remove(step);
    }
}

fn names(set: &Mutex<BTreeSet<String>>) -> MutexGuard<'_, BTreeSet<String>> {
    // A set of names is whole whoever let go of it.
    set.lock().unwrap_or_else(PoisonError::into_inner)
}
