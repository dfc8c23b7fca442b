//! The only writer. It carries out a plan and decides nothing: what is sent
//! was in the plan, and a step whose number no longer looks as the plan found
//! it is not sent.
//!
//! Steps of one number run in order, numbers run side by side. A failed step
//! stops its own number and nothing else. Every write is preceded by a look at
//! the number (done, ready or stale) and followed by another (did it take?).
//! A write whose outcome is unclear is never repeated blindly: the platform is
//! asked what became of it, and if that can't be learned the step is `unknown`.
//! The `journal` notes each write before it is sent, so that also a run that was
//! killed leaves the next one something to go by.

mod interrupt;
pub mod journal;
mod options;
mod outcome;
mod perform;
mod port;
mod precheck;
mod readiness;
mod reviewed;
mod run;
mod saved;
mod seat;
mod secrets;
mod settle;

pub use interrupt::Interrupt;
pub use options::Options;
pub use outcome::{Outcome, StepReport, StepStatus, Tally};
pub use reviewed::{Detail, Difference, Reviewed, compare, no_longer_possible};
pub use run::run;
pub use saved::{MOST_BYTES, Saved, Unreadable, bytes_of, document_of, is_sealed};
pub use secrets::{MissingSecret, MissingSecrets, Resolver, Secrets};
pub use settle::is_satisfied;
