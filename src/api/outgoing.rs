//! A call before it is made: what is asked, and whether it may be asked again.

use serde_json::Value;

use super::error::Call;
use super::retry::Safety;

/// A call to be made.
pub(super) struct Outgoing<'a> {
    pub call: Call,
    pub body: Option<&'a Value>,
    pub safety: Safety,
    pub refused: RefusedToken,
    /// Asked at the last moment before each try; without it there is leave.
    pub leave: Option<&'a Leave>,
}

/// Whether a write may still be sent.
pub type Leave = dyn Fn() -> bool + Send + Sync;

/// What follows when the platform refuses the token (401).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusedToken {
    /// The call is made once more with a new one.
    SendAgain,
    /// There is a new one, and the caller looks before it sends again.
    Tell,
    /// It was renewed for this very call: the user may not do this.
    GiveUp,
}
