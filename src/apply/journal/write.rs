//! Writing a journal: an intent is on disk before the request leaves.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use jiff::Timestamp;

use super::JournalError;
use super::entry::{Ended, Header, Intent, Line};
use crate::api::Timer;
use crate::apply::StepStatus;
use crate::plan::Step;

struct Sink {
    file: File,
    /// The last line was not written to its end, as on a full disk.
    torn: bool,
}

/// The journal of this run.
pub struct Journal {
    path: PathBuf,
    file: Arc<Mutex<Sink>>,
    started: Timestamp,
    timer: Arc<dyn Timer>,
    began: Instant,
}

impl Journal {
    /// Makes the file, and the directory where there is none. It is on disk
    /// when this returns: where it can't be, nothing may be sent.
    pub fn create(
        directory: &Path,
        header: Header,
        timer: Arc<dyn Timer>,
    ) -> Result<Self, JournalError> {
        let failed = |path: &Path, error| JournalError::Io {
            what: "made",
            path: path.to_owned(),
            error,
        };
        make_directory(directory).map_err(|error| failed(directory, error))?;
        let started = header.started_at;
        let (path, file) =
            make_file(directory, started).map_err(|error| failed(directory, error))?;
        let journal = Self {
            path,
            file: Arc::new(Mutex::new(Sink { file, torn: false })),
            started,
            began: timer.now(),
            timer,
        };
        append(&journal.file, &Line::Run(header), true)
            .and_then(|()| sync_directory(directory))
            .map_err(|error| failed(&journal.path, error))?;
        Ok(journal)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A write is about to be sent. It may be sent when this returns without an
    /// error, for then it is on disk.
    pub async fn intend(&self, step: &Step) -> Result<(), JournalError> {
        self.add(Line::Intent(Intent::of(step, self.now())), true)
            .await
    }

    /// A step has ended. `error` is its kind, never anybody's words.
    pub async fn ended(
        &self,
        step: &Step,
        status: StepStatus,
        error: Option<String>,
    ) -> Result<(), JournalError> {
        // Lost with the machine, it would be an outcome that is not known: that is safe.
        let ended = Ended {
            step: step.id.clone(),
            action: step.action,
            numbers: step.numbers.clone(),
            status,
            error,
            at: self.now(),
        };
        self.add(Line::Outcome(ended), false).await
    }

    /// The run is over.
    pub async fn close(&self) -> Result<(), JournalError> {
        self.add(Line::End { at: self.now() }, true).await
    }

    /// The run's time: the clock that its plan was made by, and what has passed since.
    fn now(&self) -> Timestamp {
        let passed = self.timer.now().saturating_duration_since(self.began);
        self.started.checked_add(passed).unwrap_or(self.started)
    }

    async fn add(&self, line: Line, to_disk: bool) -> Result<(), JournalError> {
        let file = Arc::clone(&self.file);
        // The disk takes its time, and other steps have theirs.
        let written = tokio::task::spawn_blocking(move || append(&file, &line, to_disk)).await;
        written
            .unwrap_or_else(|lost| Err(io::Error::other(lost)))
            .map_err(|error| JournalError::Io {
                what: "written",
                path: self.path.clone(),
                error,
            })
    }
}

/// In one piece, so that a line is whole or the last one.
fn append(sink: &Mutex<Sink>, line: &Line, to_disk: bool) -> io::Result<()> {
    let text = serde_json::to_string(line)?;
    let mut sink = sink.lock().unwrap_or_else(PoisonError::into_inner);
    // What comes after half a line must not be lost with it.
    let text = format!("{}{text}\n", if sink.torn { "\n" } else { "" });
    sink.torn = true;
    sink.file.write_all(text.as_bytes())?;
    sink.torn = false;
    if to_disk {
        sink.file.sync_data()?;
    }
    Ok(())
}

/// A time as the name of a file begins: sorts as the times do.
pub(super) fn stamp(time: Timestamp) -> String {
    time.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Time, a count among those of the same second, and a part that no other
/// machine will choose.
fn make_file(directory: &Path, started: Timestamp) -> io::Result<(PathBuf, File)> {
    let stamp = stamp(started);
    loop {
        let mut others = 0;
        for file in std::fs::read_dir(directory)? {
            let name = file?.file_name();
            others += usize::from(name.to_string_lossy().starts_with(&stamp));
        }
        let name = format!("{stamp}-{others:05}-{:08x}.jsonl", fastrand::u32(..));
        let path = directory.join(name);
        let mut options = OpenOptions::new();
        options.append(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}

/// Makes the directory and what is missing above it, each written down in its parent.
fn make_directory(directory: &Path) -> io::Result<()> {
    let missing: Vec<&Path> = directory
        .ancestors()
        .take_while(|path| !path.as_os_str().is_empty() && !path.exists())
        .collect();
    std::fs::create_dir_all(directory)?;
    for made in missing {
        sync_directory(match made.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            Some(_) | None => Path::new("."),
        })?;
    }
    Ok(())
}

/// A new file is only there after a power cut if its directory was written too.
fn sync_directory(directory: &Path) -> io::Result<()> {
    #[cfg(unix)]
    return File::open(directory)?.sync_all();
    #[cfg(not(unix))]
    {
        let _ = directory;
        Ok(())
    }
}
