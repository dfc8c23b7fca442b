//! The world on disk. A snapshot, and a journal of the commands accepted since,
//! one JSON line each: writing a line is quick however big the world is, and a
//! kill at any moment leaves at worst a torn last line, whose command was never
//! answered. The rules being deterministic, replaying the journal brings back
//! the very same world.
//!
//! The snapshot is written beside and renamed. It says how many commands it
//! contains, so that a journal that outlives it by a moment is not done twice.
//!
//! A journal that has grown large is compacted while the world goes on: what
//! comes next goes into a second journal, a thread writes a snapshot of the
//! world as it was at that point, and then the second journal takes the place
//! of the first. A kill between any two of these steps leaves files that
//! together still say everything.

use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::rules::{Command, perform_as};
use super::snapshot;
use super::world::World;

/// A journal larger than this, and than a part of its snapshot, is compacted:
/// a start must not take long, nor a large world be written again and again.
const JOURNAL_BOUND: u64 = 16 * 1024 * 1024;
/// That part of the snapshot.
const SNAPSHOT_PART: u64 = 4;

/// Where the world is kept, if anywhere.
#[derive(Debug, Default)]
pub struct Store {
    kept: Option<Kept>,
}

#[derive(Debug)]
struct Kept {
    path: PathBuf,
    journal: File,
    journal_bytes: u64,
    /// Compact when the journal is larger than this.
    bound: u64,
    /// How many commands are in the snapshot and the journal.
    count: u64,
    /// A line could not be written: what follows it could not be read again.
    broken: bool,
    compaction: Compaction,
    /// Held as long as the store is open or a compaction goes on.
    lock: Arc<File>,
}

#[derive(Debug)]
enum Compaction {
    None,
    /// Ends with the new snapshot's size.
    Running(JoinHandle<io::Result<u64>>),
    /// There are two journals now; the next start makes one snapshot of them.
    Failed,
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
        let (journal_path, next_path) = (beside(path, ".journal"), beside(path, ".journal.next"));
        let (world, count) = match File::open(path) {
            Ok(file) => {
                let (mut world, snapshot_count) = snapshot::read(path, file)?;
                let mut count = snapshot_count;
                for journal in [&journal_path, &next_path] {
                    count = replay(journal, &mut world, snapshot_count, count)?;
                }
                if count != snapshot_count || !journal_path.exists() {
                    snapshot::write(path, &mut world, count).map_err(io)?;
                }
                (world, count)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let mut world = fresh()?;
                world.reindex();
                // A journal without its snapshot is of no world at all.
                snapshot::write(path, &mut world, 0).map_err(io)?;
                (world, 0)
            }
            Err(error) => return Err(io(error).into()),
        };
        // Everything in them is in the snapshot now, a torn line aside.
        let journal = create(&journal_path).map_err(io)?;
        if next_path.exists() {
            fs::remove_file(&next_path).map_err(io)?;
        }
        let snapshot_bytes = fs::metadata(path).map_err(io)?.len();
        let kept = Kept {
            path: path.to_owned(),
            journal,
            journal_bytes: 0,
            bound: JOURNAL_BOUND.max(snapshot_bytes / SNAPSHOT_PART),
            count,
            broken: false,
            compaction: Compaction::None,
            lock: Arc::new(lock),
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
        kept.journal_bytes += line.len() as u64;
        Ok(())
    }

    /// Begins a compaction where the journal has grown too large. `world` is
    /// what the snapshot and the journal together say.
    pub fn compact_if_large(&mut self, world: &mut World) {
        let Some(kept) = &mut self.kept else { return };
        if kept.journal_bytes <= kept.bound || kept.broken {
            return;
        }
        match std::mem::replace(&mut kept.compaction, Compaction::Failed) {
            Compaction::Failed => return,
            Compaction::Running(thread) if !thread.is_finished() => {
                kept.compaction = Compaction::Running(thread);
                return;
            }
            Compaction::Running(thread) => {
                let Ok(Ok(snapshot_bytes)) = thread.join() else {
                    return;
                };
                kept.bound = kept.bound.max(snapshot_bytes / SNAPSHOT_PART);
            }
            Compaction::None => {}
        }
        let Ok(next) = create(&beside(&kept.path, ".journal.next")) else {
            return;
        };
        kept.journal = next;
        kept.journal_bytes = 0;
        // Without the indexes, which no snapshot has.
        let mut world = world.without_index();
        let (path, count, lock) = (kept.path.clone(), kept.count, Arc::clone(&kept.lock));
        let thread = thread::spawn(move || {
            let bytes = snapshot::write(&path, &mut world, count)?;
            fs::rename(beside(&path, ".journal.next"), beside(&path, ".journal"))?;
            // Until here nobody else may read these files.
            drop(lock);
            Ok(bytes)
        });
        kept.compaction = Compaction::Running(thread);
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
pub fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

/// Does again what a journal says was done after the snapshot that contains
/// `snapshot_count` commands. Returns how many the world contains then.
fn replay(
    path: &Path,
    world: &mut World,
    snapshot_count: u64,
    mut count: u64,
) -> Result<u64, StoreError> {
    let io = |error| StoreError::Io(path.to_owned(), error);
    let mut reader = match File::open(path) {
        Ok(file) => BufReader::new(file),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(count),
        Err(error) => return Err(io(error)),
    };
    let (mut bytes, mut index) = (Vec::new(), 0_u64);
    loop {
        bytes.clear();
        reader.read_until(b'\n', &mut bytes).map_err(io)?;
        let Some(line) = bytes.strip_suffix(b"\n") else {
            // The end, or a line torn by a kill before it was answered.
            return Ok(count);
        };
        index += 1;
        let damaged = |reason: String| {
            StoreError::Damaged(path.to_owned(), format!("line {index}: {reason}"))
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
}

/// The file beside this one that has `suffix` after its name.
pub fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path.as_os_str());
    name.push(suffix);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::routes::Platform;
    use crate::sandbox::seed;

    fn built_in() -> Result<World, StoreError> {
        let seed = seed::parse(crate::sandbox::BUILT_IN).expect("the built-in world");
        Ok(seed.into_world(Timestamp::UNIX_EPOCH).expect("a world"))
    }

    fn platform(world: World, store: Store) -> Platform {
        Platform {
            world,
            store,
            faults: Default::default(),
            log: Default::default(),
        }
    }

    fn login() -> Command {
        Command::Login {
            username: "a@b.c".to_owned(),
        }
    }

    #[test]
    fn a_journal_that_grows_too_large_is_compacted_while_the_world_goes_on() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("world.json");
        let (mut store, world) = Store::open(&path, Duration::ZERO, built_in).expect("a store");
        store.kept.as_mut().expect("a file").bound = 2000;
        let mut platform = platform(world, store);
        let mut compactions = 0;
        // Each login is a line; the world with its tokens is soon larger than
        // any journal between two compactions.
        while compactions < 3 {
            let now = Timestamp::UNIX_EPOCH;
            platform.execute(&login(), None, now).expect("kept");
            let kept = platform.store.kept.as_mut().expect("a file");
            if let Compaction::Running(thread) = &kept.compaction {
                compactions += usize::from(thread.is_finished());
                kept.bound = 2000;
            }
            assert!(kept.count < 1_000_000, "it is never compacted");
        }
        let kept = platform.store.kept.as_ref().expect("a file");
        assert!(!matches!(kept.compaction, Compaction::Failed));
        let (count, live) = (kept.count, serde_json::to_string(&platform.world));
        platform.store.close();
        // Opening waits for a compaction that is still going on.
        let patience = Duration::from_secs(20);
        let (store, world) = Store::open(&path, patience, built_in).expect("a store");
        assert_eq!(store.kept.expect("a file").count, count);
        assert_eq!(
            serde_json::to_string(&world).expect("json"),
            live.expect("json")
        );
        assert!(!beside(&path, ".journal.next").exists());
    }

    #[test]
    fn when_nothing_can_be_kept_nothing_more_is_done() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("world.json");
        let (mut store, world) = Store::open(&path, Duration::ZERO, built_in).expect("a store");
        let kept = store.kept.as_mut().expect("a file");
        // Open for reading only: it takes no line, as a full disk takes none.
        kept.journal = File::open(beside(&path, ".journal")).expect("a journal");
        let mut platform = platform(world, store);
        let login = login();
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
