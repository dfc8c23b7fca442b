//! Reading what other runs have written, whatever state they left it in.

use std::io::ErrorKind;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::entry::{Header, Line};
use super::write::stamp;
use super::{FORMAT, JournalError, MOST_BYTES};
use crate::bounded;

/// How far back runs are remembered: longer than a port takes.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24 * 120);

/// A run as its journal has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// The file's name, without its ending: sorts by time.
    pub name: String,
    pub header: Header,
    /// What follows the header.
    pub lines: Vec<Line>,
}

/// The journals in a directory, the oldest first: all, or those that matter to
/// a run at `now`. What is no journal is left aside, and so is a line that was
/// never finished: its write was never sent. One that says something else than
/// was written there is an error, for it may have told of an order or of a
/// trigger. No directory, no runs.
pub fn read(directory: &Path, now: Option<Timestamp>) -> Result<Vec<Run>, JournalError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |error| JournalError::Io {
            what: "read",
            path,
            error,
        }
    };
    let files = match std::fs::read_dir(directory) {
        Ok(files) => files,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(directory)(error)),
    };
    let oldest = now
        .and_then(|now| now.checked_sub(REMEMBERED).ok())
        .map(stamp);
    let mut names: Vec<String> = Vec::new();
    for file in files {
        let file = file.map_err(failed(directory))?;
        // A name that is not text is not one of ours.
        let name = file.file_name().into_string().unwrap_or_default();
        if let Some(name) = name.strip_suffix(".jsonl")
            && oldest.as_ref().is_none_or(|oldest| name >= oldest.as_str())
        {
            names.push(name.to_owned());
        }
    }
    names.sort_unstable();
    let mut runs = Vec::new();
    for name in names {
        let path = directory.join(format!("{name}.jsonl"));
        if !path.is_file() {
            continue;
        }
        let bytes = bounded::read(&path, MOST_BYTES).map_err(failed(&path))?;
        runs.extend(run(&path, name, &bytes)?);
    }
    Ok(runs)
}

fn run(path: &Path, name: String, bytes: &[u8]) -> Result<Option<Run>, JournalError> {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let first: Value = match lines.next().map(serde_json::from_slice) {
        Some(Ok(first)) => first,
        Some(Err(_)) | None => return Ok(None),
    };
    let format = match (first.get("event"), first.get("formatVersion")) {
        (Some(Value::String(event)), Some(Value::String(format))) if event == "run" => {
            format.clone()
        }
        _ => return Ok(None),
    };
    let major = |version: &str| version.split('.').next().map(str::to_owned);
    if major(&format) != major(FORMAT) {
        return Err(JournalError::Newer {
            path: path.to_owned(),
            format,
        });
    }
    let Ok(Line::Run(header)) = serde_json::from_value(first) else {
        return Ok(None);
    };
    let mut known = Vec::new();
    for (at, line) in lines.enumerate() {
        match serde_json::from_slice(line) {
            Ok(line) => known.push(line),
            // Never finished (or nothing at all): what it speaks of was never sent.
            Err(error) if error.is_eof() => {}
            Err(error) => {
                return Err(JournalError::Damaged {
                    path: path.to_owned(),
                    // After the header, from 1.
                    line: at + 2,
                    error,
                });
            }
        }
    }
    Ok(Some(Run {
        name,
        header,
        lines: known,
    }))
}
