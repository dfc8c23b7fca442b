//! Why accounts can't be claimed. All of these refuse the run: a lock that is
//! in doubt is a lock that someone holds.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::Holder;

/// What went wrong, and with what.
#[derive(Debug)]
pub enum LockError {
    /// Others hold some of the accounts.
    Held {
        holders: Vec<Holder>,
        /// How long they were waited for.
        waited: Duration,
    },
    /// A file of the lock can't be read or written.
    Io { path: PathBuf, why: String },
    /// A file lies there that this alz did not write.
    Foreign { path: PathBuf, why: String },
    /// `--lock` names no place.
    Place { why: String, help: String },
    /// The database can't be reached or refuses. `place` has no password in it.
    Database { place: String, why: String },
}

impl LockError {
    /// The way out.
    pub fn help(&self) -> String {
        match self {
            LockError::Held { .. } => "wait for it with --lock-timeout 10m; if you are sure that \
                the run is gone, `alz unlock --reason TEXT` removes its lock"
                .to_owned(),
            LockError::Io { .. } => "nothing was sent; the directory must be writable to all who \
                apply here, or name another place with --lock"
                .to_owned(),
            LockError::Foreign { .. } => "look at it; where nothing is running, \
                `alz unlock --reason TEXT` removes it"
                .to_owned(),
            LockError::Place { help, .. } => help.clone(),
            LockError::Database { .. } => "nothing was sent: without the lock it can't be known \
                that no other run is writing"
                .to_owned(),
        }
    }
}

impl fmt::Display for LockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LockError::Held { holders, waited } => {
                if waited.is_zero() {
                    f.write_str("another run is writing to these accounts")?;
                } else {
                    write!(
                        f,
                        "another run is still writing to these accounts after {} s",
                        waited.as_secs_f64().round()
                    )?;
                }
                holders
                    .iter()
                    .try_for_each(|holder| write!(f, "\n  - {holder}"))
            }
            LockError::Io { path, why } => {
                write!(f, "the lock {} can't be used: {why}", path.display())
            }
            LockError::Foreign { path, why } => write!(
                f,
                "{} is not a lock that this alz can read: {why}",
                path.display()
            ),
            LockError::Place { why, .. } => f.write_str(why),
            LockError::Database { place, why } => {
                write!(f, "the lock at {place} can't be used: {why}")
            }
        }
    }
}

impl std::error::Error for LockError {}
