//! When something was asked, by two clocks.

use std::time::Instant;

use jiff::Timestamp;

/// A moment on both clocks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    pub(super) passing: Instant,
    pub(super) wall: Timestamp,
}

impl Moment {
    pub fn now() -> Self {
        Self {
            passing: Instant::now(),
            wall: Timestamp::now(),
        }
    }

    pub fn wall(self) -> Timestamp {
        self.wall
    }
}
