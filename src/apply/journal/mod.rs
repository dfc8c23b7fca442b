//! What a run was about to do, on disk before it does it.
//!
//! The platform has no idempotency keys: an order whose answer was lost, with
//! the process that waited for it, can only be known of by a note made before.
//! So an intent is on disk (fsync) before each write, and its outcome after.
//! The next run learns from it which orders to look for twice ([`Unsettled`]),
//! and which secrets and triggers of ports were sent already ([`PortMemory`]),
//! which the platform does not tell.
//!
//! One file a run, one JSON object a line, never written again and never
//! deleted. No secret, nothing made from one, no name and no address is in it:
//! only ids, telephone numbers, actions, and how they ended.
//!
//! [`PortMemory`]: crate::model::porting::PortMemory

mod entry;
mod memory;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use entry::{Ended, Header, Intent, Line};
pub use memory::{Memory, Pending, Unsettled};
pub use read::{Run, read};
pub use write::Journal;

use std::fmt;
use std::io;
use std::path::PathBuf;

/// The format that this program writes. Minor numbers only add.
const FORMAT: &str = "1.0";

/// Why the journal can't do its work.
#[derive(Debug)]
pub enum JournalError {
    /// A file or directory of it can't be read or written.
    Io {
        /// "read", "made" or "written".
        what: &'static str,
        path: PathBuf,
        error: io::Error,
    },
    /// A later version has written it in a form that this one can't read.
    Newer { path: PathBuf, format: String },
    /// A line of it, from 1, is no line that was written there, nor the
    /// beginning of one: what was sent is not known.
    Damaged {
        path: PathBuf,
        line: usize,
        error: serde_json::Error,
    },
}

/// No journal is larger: some half a million writes.
const MOST_BYTES: u64 = 256 * 1024 * 1024;

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { what, path, error } => {
                write!(f, "the journal {} can't be {what}: {error}", path.display())
            }
            Self::Newer { path, format } => write!(
                f,
                "the journal {} is of format {format}, this alz reads {FORMAT}; use the version of alz that wrote it, or a later one",
                path.display()
            ),
            Self::Damaged { path, line, error } => write!(
                f,
                "the journal {} is damaged at line {line} ({error}), so that what was sent there is not known; look at its numbers on the platform, then move the file away",
                path.display()
            ),
        }
    }
}

impl std::error::Error for JournalError {}
