//! The world on disk. A snapshot, and a journal of the commands accepted since,
//! one JSON line each: writing a line is quick however big the world is, and a
//! kill at any moment leaves at worst a torn last line, whose command was never
//! answered. The rules being deterministic, replaying the journal brings back
//! the very same world.
//!
//! The snapshot is written beside and renamed. It says how many commands it
//! contains, so that a journal that outlives it by a moment is not done twice.

use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::rules::{Command, perform_as};
use super::world::World;

/// Of the snapshot and the journal together.
const FORMAT: u32 = 1;

/// Where the world is kept, if anywhere.
#[derive(Debug, Default)]
pub struct Store {
    kept: Option<Kept>,
}

#[derive(Debug)]
struct Kept {
    journal: File,
    /// How many commands are in the snapshot and the journal.
    count: u64,
    /// A line could not be written: what follows it could not be read again.
    broken: bool,
    /// Held as long as the store is open.
    _lock: File,
}

/// Why a state file can't be used.
#[derive(Debug)]
pub enum StoreError {
    /// Another process holds it.
    InUse(PathBuf),
    /// It can't be read or written.
    Io(PathBuf, io::Error),
    /// It is not what this program wrote.
    Damaged(PathBuf, String),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::InUse(path) => write!(
                f,
                "another process is using the sandbox state {}; end it, or use another --state file",
                path.display()
            ),
            StoreError::Io(path, _) => write!(f, "cannot use the sandbox state {}", path.display()),
            StoreError::Damaged(path, reason) => write!(
                f,
                "the sandbox state {} cannot be read: {reason}; move it away to start anew",
                path.display()
            ),
        }
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            StoreError::Io(_, error) => Some(error),
            StoreError::InUse(_) | StoreError::Damaged(..) => None,
        }
    }
}

#[derive(Serialize)]
struct SnapshotOut<'a> {
    format: u32,
    count: u64,
    world: &'a World,
}

#[derive(Deserialize)]
struct SnapshotIn {
    format: u32,
    count: u64,
    world: World,
}

/// One journal line.
#[derive(Serialize, Deserialize)]
struct Entry {
    /// Counts from 1 through the life of the state.
    count: u64,
    now: Timestamp,
    /// The token that was used: using it starts its time anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    command: Command,
}

impl Store {
    /// Opens the state at `path`, waiting up to `patience` for another process
    /// to leave it. Where there is none yet, `fresh` makes the first world.
    pub fn open<E: From<StoreError>>(
        path: &Path,
        patience: Duration,
        fresh: impl FnOnce() -> Result<World, E>,
    ) -> Result<(Self, World), E> {
        let io = |error| StoreError::Io(path.to_owned(), error);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(io)?;
        }
        let lock = lock(path, patience)?;
        let journal_path = beside(path, ".journal");
        // Read at once: from memory it is parsed several times faster.
        let (world, count) = match fs::read(path) {
            Ok(bytes) => {
                let (mut world, snapshot_count) = read_snapshot(path, &bytes)?;
                let count = replay(&journal_path, &mut world, snapshot_count)?;
                if count != snapshot_count || !journal_path.exists() {
                    write_snapshot(path, &world, count).map_err(io)?;
                }
                (world, count)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let mut world = fresh()?;
                world.reindex();
                // A journal without its snapshot is of no world at all.
                write_snapshot(path, &world, 0).map_err(io)?;
                (world, 0)
            }
            Err(error) => return Err(io(error).into()),
        };
        // Everything in it is in the snapshot now, a torn line aside.
        let journal = create(&journal_path).map_err(io)?;
        let kept = Kept {
            journal,
            count,
            broken: false,
            _lock: lock,
        };
        Ok((Self { kept: Some(kept) }, world))
    }

    /// Keeps an accepted command. When this returns, no kill undoes it.
    pub fn append(
        &mut self,
        command: &Command,
        token: Option<&str>,
        now: Timestamp,
    ) -> io::Result<()> {
        let Some(kept) = &mut self.kept else {
            return Ok(());
        };
        let entry = Entry {
            count: kept.count + 1,
            now,
            token: token.map(str::to_owned),
            command: command.clone(),
        };
        let mut line = serde_json::to_vec(&entry)?;
        line.push(b'\n');
        // One write: the line is there or it is torn, never mixed with another.
        kept.broken = true;
        kept.journal.write_all(&line)?;
        kept.broken = false;
        kept.count = entry.count;
        Ok(())
    }

    /// Nothing can be kept any more, so nothing may be done: a restart goes
    /// back to the last command that was kept.
    pub fn is_broken(&self) -> bool {
        self.kept.as_ref().is_some_and(|kept| kept.broken)
    }

    /// Lets go of the files; the world lives on in memory only.
    pub fn close(&mut self) {
        self.kept = None;
    }
}

fn lock(path: &Path, patience: Duration) -> Result<File, StoreError> {
    let lock_path = beside(path, ".lock");
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&lock_path)
        .map_err(|error| StoreError::Io(lock_path.clone(), error))?;
    let start = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if start.elapsed() < patience => {
                std::thread::sleep(Duration::from_millis(50));
            }
            Err(TryLockError::WouldBlock) => return Err(StoreError::InUse(path.to_owned())),
            Err(TryLockError::Error(error)) => return Err(StoreError::Io(lock_path, error)),
        }
    }
}

/// A new file for this user alone: tokens and passwords are in it.
fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

fn read_snapshot(path: &Path, bytes: &[u8]) -> Result<(World, u64), StoreError> {
    let damaged = |reason: String| StoreError::Damaged(path.to_owned(), reason);
    let snapshot: SnapshotIn =
        serde_json::from_slice(bytes).map_err(|error| damaged(error.to_string()))?;
    if snapshot.format != FORMAT {
        return Err(damaged(format!(
            "it has format {}, this program writes {FORMAT}",
            snapshot.format
        )));
    }
    let mut world = snapshot.world;
    world.reindex();
    Ok((world, snapshot.count))
}

fn write_snapshot(path: &Path, world: &World, count: u64) -> io::Result<()> {
    let temporary = beside(path, ".tmp");
    let mut writer = BufWriter::new(create(&temporary)?);
    let snapshot = SnapshotOut {
        format: FORMAT,
        count,
        world,
    };
    serde_json::to_writer(&mut writer, &snapshot)?;
    let file = writer
        .into_inner()
        .map_err(io::IntoInnerError::into_error)?;
    file.sync_all()?;
    fs::rename(&temporary, path)
}

/// Does again what the journal says was done after the snapshot. Returns how
/// many commands the world contains then.
fn replay(path: &Path, world: &mut World, snapshot_count: u64) -> Result<u64, StoreError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(snapshot_count),
        Err(error) => return Err(StoreError::Io(path.to_owned(), error)),
    };
    let mut count = snapshot_count;
    for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let damaged = |reason: String| {
            StoreError::Damaged(path.to_owned(), format!("line {}: {reason}", index + 1))
        };
        let Some(line) = line.strip_suffix(b"\n") else {
            // Torn by a kill before it was answered.
            break;
        };
        let entry: Entry =
            serde_json::from_slice(line).map_err(|error| damaged(error.to_string()))?;
        if entry.count <= snapshot_count {
            continue;
        }
        if entry.count != count + 1 {
            return Err(damaged(format!("command {} follows {count}", entry.count)));
        }
        if let Some(token) = &entry.token {
            world.enter(token, entry.now);
        }
        let user = world.user(entry.token.as_deref());
        perform_as(world, &entry.command, &user, entry.now)
            .map_err(|refusal| damaged(format!("{} on replay", refusal.token)))?;
        count = entry.count;
    }
    Ok(count)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path.as_os_str());
    name.push(suffix);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::faults::Faults;
    use crate::sandbox::request_log::RequestLog;
    use crate::sandbox::routes::Platform;
    use crate::sandbox::seed;

    #[test]
    fn when_nothing_can_be_kept_nothing_more_is_done() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("world.json");
        let fresh = || -> Result<World, StoreError> {
            let seed = seed::parse(crate::sandbox::BUILT_IN).expect("the built-in world");
            Ok(seed.into_world(Timestamp::UNIX_EPOCH).expect("a world"))
        };
        let (mut store, world) = Store::open(&path, Duration::ZERO, fresh).expect("a store");
        let kept = store.kept.as_mut().expect("a file");
        // Open for reading only: it takes no line, as a full disk takes none.
        kept.journal = File::open(beside(&path, ".journal")).expect("a journal");
        let mut platform = Platform {
            world,
            store,
            faults: Faults::default(),
            log: RequestLog::default(),
        };
        let login = Command::Login {
            username: "a@b.c".to_owned(),
        };
        let first = platform.execute(&login, None, Timestamp::UNIX_EPOCH);
        assert_eq!(first.expect_err("not kept").status, 500);
        let before = serde_json::to_string(&platform.world).expect("json");
        let second = platform.execute(&login, None, Timestamp::UNIX_EPOCH);
        assert_eq!(second.expect_err("not kept").status, 500);
        assert_eq!(
            serde_json::to_string(&platform.world).expect("json"),
            before
        );
    }
}
