//! What a run is given besides the plan.

use super::journal::{Journal, Unsettled};
use super::secrets::Secrets;

/// How to run.
pub struct Options<'a> {
    /// Requests in flight that the run is to keep up. The client holds to its
    /// own ceiling; more steps than this are under way at a time.
    pub concurrency: usize,
    /// What the plan's steps send beside their bodies.
    pub secrets: &'a Secrets,
    /// Where each write is noted before it is sent.
    pub journal: &'a Journal,
    /// Orders of earlier runs of which it is not known what became of them.
    pub unsettled: &'a Unsettled,
}
