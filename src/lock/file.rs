//! Claims as small files in one directory, by default `.alz/lock/` beside
//! alz.yaml:
//!
//! ```text
//! gate          locked for the moment in which claims are compared or changed
//! <run>.json    the record of a run: its accounts and the words about it
//! <run>.alive   locked by that run for as long as its process lives
//! log           a line for each claim that was removed or taken over
//! ```
//!
//! On one machine the operating system's lock on `<run>.alive` is the truth: it
//! ends with the process, however that ends, and unlike a process id it is
//! never used again for another. Machines that share the directory can't be
//! sure to see each other's locks, so that between them the expiry counts.
//!
//! A claim of a thousand accounts is one file. Everything else that lies in the
//! directory under the name of a record and is none refuses the run.

mod hold;

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::moment::Moment;
use super::record::FORMAT;
use super::{Attempt, Claim, Holder, Listed, Liveness, LockError, Owner};
use crate::bounded;

pub(super) use hold::{Hold, Record};

/// The gate is held for milliseconds; longer means that something hangs.
const GATE: Duration = Duration::from_secs(20);
const GATE_PAUSE: Duration = Duration::from_millis(5);
/// No record and no log is larger: a record names the accounts of a run.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// The directory of the claims.
#[derive(Clone, Debug)]
pub(super) struct Store {
    directory: PathBuf,
}

/// The gate, closed until this is dropped.
struct Gate {
    _locked: File,
}

/// A record as it was found.
struct Found {
    id: String,
    path: PathBuf,
    holder: Result<Holder, String>,
}

impl Store {
    pub fn new(directory: PathBuf) -> Self {
        Self { directory }
    }

    pub async fn attempt(
        self,
        claim: Claim,
        owner: Owner,
        time_to_live: Duration,
    ) -> Result<Attempt<Hold>, LockError> {
        blocking(&self.directory.clone(), move || {
            self.attempt_now(&claim, &owner, time_to_live)
        })
        .await
    }

    pub async fn list(self, owner: Owner) -> Result<Vec<Listed>, LockError> {
        if !self.directory.exists() {
            return Ok(Vec::new());
        }
        blocking(&self.directory.clone(), move || {
            let _gate = self.gate()?;
            let now = Timestamp::now();
            self.found()?
                .into_iter()
                .map(|found| {
                    let liveness = match &found.holder {
                        Ok(holder) => self.judge(holder, &owner, now)?,
                        // It refuses whoever comes.
                        Err(_) => Liveness::Held,
                    };
                    Ok(Listed {
                        id: found.id,
                        holder: found.holder,
                        liveness,
                    })
                })
                .collect()
        })
        .await
    }

    pub async fn remove(
        self,
        ids: BTreeSet<String>,
        owner: Owner,
        reason: String,
    ) -> Result<BTreeSet<String>, LockError> {
        blocking(&self.directory.clone(), move || {
            let _gate = self.gate()?;
            let mut removed = BTreeSet::new();
            for found in self.found()? {
                if ids.contains(&found.id) {
                    self.log("removed", &found, &owner, &reason)?;
                    self.delete(&found.id)?;
                    removed.insert(found.id);
                }
            }
            Ok(removed)
        })
        .await
    }

    fn attempt_now(
        &self,
        claim: &Claim,
        owner: &Owner,
        time_to_live: Duration,
    ) -> Result<Attempt<Hold>, LockError> {
        let _gate = self.gate()?;
        let asked = Moment::now();
        let now = asked.wall();
        let mut busy = Vec::new();
        let mut took_over = Vec::new();
        for found in self.found()? {
            let holder = match &found.holder {
                Ok(holder) => holder,
                Err(why) => {
                    return Err(LockError::Foreign {
                        path: found.path,
                        why: why.clone(),
                    });
                }
            };
            if !holder.conflicts_with(claim) {
                continue;
            }
            match self.judge(holder, owner, now)? {
                Liveness::Held => busy.push(holder.clone()),
                Liveness::Stale(why) => {
                    self.log("taken over", &found, owner, &why)?;
                    self.delete(&found.id)?;
                    took_over.push(holder.clone());
                }
            }
        }
        if !busy.is_empty() {
            return Ok(Attempt::Busy(busy));
        }
        let id = Holder::fresh_id();
        let alive_path = self.path(&id, "alive");
        let alive = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&alive_path)
            .map_err(|error| io(&alive_path, &error))?;
        alive.try_lock().map_err(|error| LockError::Io {
            path: alive_path,
            why: format!("it can't be locked: {error}"),
        })?;
        let holder = Holder::new(id, claim, owner, now, later(now, time_to_live));
        self.write(&holder)?;
        let hold = Hold {
            store: self.clone(),
            holder,
            alive,
            asked,
        };
        Ok(Attempt::Held { hold, took_over })
    }

    /// Closes the gate: nobody else looks at the claims or changes them.
    fn gate(&self) -> Result<Gate, LockError> {
        fs::create_dir_all(&self.directory).map_err(|error| io(&self.directory, &error))?;
        let path = self.directory.join("gate");
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|error| io(&path, &error))?;
        let began = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Gate { _locked: file }),
                Err(TryLockError::WouldBlock) if began.elapsed() < GATE => {
                    std::thread::sleep(GATE_PAUSE);
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(LockError::Io {
                        path,
                        why: format!("another process keeps it for over {} s", GATE.as_secs()),
                    });
                }
                Err(TryLockError::Error(error)) => return Err(io(&path, &error)),
            }
        }
    }

    /// All records, in the order of their names. Only behind the gate.
    fn found(&self) -> Result<Vec<Found>, LockError> {
        let unreadable = |error: std::io::Error| io(&self.directory, &error);
        let mut all = Vec::new();
        for entry in fs::read_dir(&self.directory).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            let (Some(id), Some("json")) = (
                path.file_stem().and_then(|stem| stem.to_str()),
                path.extension().and_then(|extension| extension.to_str()),
            ) else {
                continue;
            };
            let bytes = match bounded::read(&path, MOST_BYTES) {
                Ok(bytes) => bytes,
                // A run that ends takes its own record away without the gate.
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => return Err(io(&path, &error)),
            };
            all.push(Found {
                id: id.to_owned(),
                holder: read(id, &bytes),
                path,
            });
        }
        all.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(all)
    }

    /// Whether a claim still counts. Only behind the gate: to see whether a
    /// lock is free is to take it for a moment.
    fn judge(&self, holder: &Holder, owner: &Owner, now: Timestamp) -> Result<Liveness, LockError> {
        if holder.owner.shares_system_with(owner) {
            let path = self.path(&holder.id, "alive");
            match OpenOptions::new().read(true).write(true).open(&path) {
                Ok(file) => {
                    return match file.try_lock() {
                        Ok(()) => Ok(Liveness::Stale("its process is gone".to_owned())),
                        Err(TryLockError::WouldBlock) => Ok(Liveness::Held),
                        Err(TryLockError::Error(error)) => Err(io(&path, &error)),
                    };
                }
                // Somebody has tidied up: the expiry must do.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(io(&path, &error)),
            }
        }
        Ok(if holder.expires > now {
            Liveness::Held
        } else {
            Liveness::Stale(format!(
                "it expired at {:.0}, not renewed by its run",
                holder.expires
            ))
        })
    }

    /// Writes a record so that it is there whole or not at all, also after the
    /// power fails: half a record would refuse every run to come.
    fn write(&self, holder: &Holder) -> Result<(), LockError> {
        let path = self.path(&holder.id, "json");
        let temporary = self.path(&holder.id, "tmp");
        let text = serde_json::to_vec_pretty(holder).map_err(|error| LockError::Io {
            path: path.clone(),
            why: error.to_string(),
        })?;
        let written = || {
            let mut file = File::create(&temporary)?;
            file.write_all(&text)?;
            file.sync_all()?;
            fs::rename(&temporary, &path)
        };
        written().map_err(|error| io(&path, &error))
    }

    fn delete(&self, id: &str) -> Result<(), LockError> {
        // The record first: a sign of life without one means nothing.
        for extension in ["json", "tmp", "alive"] {
            let path = self.path(id, extension);
            match fs::remove_file(&path) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(io(&path, &error)),
            }
        }
        Ok(())
    }

    /// Writes down that somebody's claim ends, and who says so.
    fn log(&self, what: &str, found: &Found, by: &Owner, why: &str) -> Result<(), LockError> {
        let path = self.directory.join("log");
        let line = json!({
            "at": Timestamp::now(),
            "what": what,
            "lock": found.id,
            "holder": found.holder.as_ref().ok(),
            "by": by,
            "reason": why,
        });
        let written = || {
            let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
            file.write_all(format!("{line}\n").as_bytes())?;
            file.sync_data()
        };
        written().map_err(|error| io(&path, &error))
    }

    /// What the log says of the end of a claim.
    fn why_ended(&self, id: &str) -> Option<String> {
        let bytes = bounded::read(&self.directory.join("log"), MOST_BYTES).ok()?;
        let text = String::from_utf8_lossy(&bytes);
        text.lines().rev().find_map(|line| {
            let entry: serde_json::Value = serde_json::from_str(line).ok()?;
            if entry["lock"] != id {
                return None;
            }
            let by: Owner = serde_json::from_value(entry["by"].clone()).ok()?;
            let (what, why) = (entry["what"].as_str()?, entry["reason"].as_str()?);
            Some(format!("it was {what} by {by}: {why}"))
        })
    }

    fn path(&self, id: &str, extension: &str) -> PathBuf {
        self.directory.join(format!("{id}.{extension}"))
    }
}

fn read(id: &str, bytes: &[u8]) -> Result<Holder, String> {
    let value: serde_json::Value =
        serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let format = &value["format"];
    if *format != FORMAT {
        return Err(format!("its format is {format}, this alz knows {FORMAT}"));
    }
    let holder: Holder = serde_json::from_value(value).map_err(|error| error.to_string())?;
    if holder.id != id {
        return Err(format!(
            "it says that it is the record of run {}",
            holder.id
        ));
    }
    Ok(holder)
}

/// A time that much later; the end of time where there is none.
pub(super) fn later(now: Timestamp, by: Duration) -> Timestamp {
    SignedDuration::try_from(by)
        .ok()
        .and_then(|by| now.checked_add(by).ok())
        .unwrap_or(Timestamp::MAX)
}

fn io(path: &Path, error: &std::io::Error) -> LockError {
    LockError::Io {
        path: path.to_owned(),
        why: error.to_string(),
    }
}

/// Does it where waiting for a disk holds up nobody.
async fn blocking<T: Send + 'static>(
    directory: &Path,
    work: impl FnOnce() -> Result<T, LockError> + Send + 'static,
) -> Result<T, LockError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|lost| {
            Err(LockError::Io {
                path: directory.to_owned(),
                why: format!("the work on it did not finish: {lost}"),
            })
        })
}
