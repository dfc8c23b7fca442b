//! Whether a step may be sent now.

/// What the last look says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// The platform is already as the step would make it.
    Done,
    Ready,
    Stale {
        expected: String,
        found: String,
    },
}
