//! A saved plan as it is read back: whatever is not a plan that this program
//! wrote is refused here, with the reason.

use std::fmt;
use std::path::Path;

use serde_json::Value;

use super::reviewed::repeated;
use crate::bounded;
use crate::plan::document::FORMAT_VERSION;
use crate::plan::{self, Plan};

/// No plan is larger: some half a million steps.
pub const MOST_BYTES: u64 = 512 * 1024 * 1024;

/// A plan that was saved.
#[derive(Debug)]
pub struct Saved {
    pub plan: Plan,
    /// Its seal is broken, or gone.
    pub edited: bool,
}

/// Why a file is no plan that can be applied.
#[derive(Debug)]
pub enum Unreadable {
    File(std::io::Error),
    NotUtf8 {
        utf16: bool,
    },
    Empty,
    /// It ends before the plan does.
    BreaksOff,
    NotJson(serde_json::Error),
    /// It is JSON, and not that of a plan.
    NotAPlan(serde_json::Error),
    Format(Option<String>),
    Repeated(String),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(error) => write!(f, "{error}"),
            Self::NotUtf8 { utf16: true } => {
                f.write_str("it is UTF-16, as a shell's redirection may write it")
            }
            Self::NotUtf8 { utf16: false } => f.write_str("it is not UTF-8"),
            Self::Empty => f.write_str("it is empty"),
            Self::BreaksOff => f.write_str("it breaks off before its end"),
            Self::NotJson(error) => write!(f, "it is not JSON: {error}"),
            Self::NotAPlan(error) => write!(f, "{error}"),
            Self::Format(None) => {
                write!(
                    f,
                    "its formatVersion is missing, this alz reads {FORMAT_VERSION}"
                )
            }
            Self::Format(Some(found)) => {
                write!(
                    f,
                    "its formatVersion is {found}, this alz reads {FORMAT_VERSION}"
                )
            }
            Self::Repeated(id) => write!(f, "two of its steps have the id {id}"),
        }
    }
}

/// The bytes of a document's file, as far as it is not too large to be one.
pub fn bytes_of(path: &Path) -> Result<Vec<u8>, Unreadable> {
    bounded::read(path, MOST_BYTES).map_err(Unreadable::File)
}

/// The text of a document that is a JSON text, and that text's value.
pub fn document_of(bytes: &[u8]) -> Result<(&str, Value), Unreadable> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(Unreadable::NotUtf8 { utf16: true });
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Unreadable::NotUtf8 { utf16: false })?;
    // An editor's byte order mark says nothing.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(Unreadable::Empty);
    }
    let document = serde_json::from_str(text).map_err(|error| {
        if error.is_eof() {
            Unreadable::BreaksOff
        } else {
            Unreadable::NotJson(error)
        }
    })?;
    Ok((text, document))
}

/// Whether a document says what alz wrote into it.
pub fn is_sealed(document: &Value) -> bool {
    let sealed = document.get("seal").and_then(Value::as_str);
    sealed == Some(plan::seal(document).as_str())
}

impl Saved {
    pub fn open(path: &Path) -> Result<Self, Unreadable> {
        Self::read(&bytes_of(path)?)
    }

    /// Reads a plan from the bytes of its file.
    pub fn read(bytes: &[u8]) -> Result<Self, Unreadable> {
        let (text, document) = document_of(bytes)?;
        let format = document.get("formatVersion").and_then(Value::as_str);
        if !format.is_some_and(is_known) {
            return Err(Unreadable::Format(format.map(str::to_owned)));
        }
        let edited = !is_sealed(&document);
        drop(document);
        // From the text again: there a member that is named twice is an error,
        // and not whichever of the two a reader happens to take.
        let plan: Plan = serde_json::from_str(text).map_err(Unreadable::NotAPlan)?;
        if let Some(id) = repeated(&plan) {
            return Err(Unreadable::Repeated(id.to_owned()));
        }
        Ok(Self { plan, edited })
    }
}

/// Whether apply may go by a plan of this format. A newer minor number only adds
/// members, which is good enough to show a plan; to do what one says, all of it
/// must be understood.
fn is_known(version: &str) -> bool {
    let numbers = |text: &str| -> Option<(u32, u32)> {
        let (major, minor) = text.split_once('.')?;
        Some((major.parse().ok()?, minor.parse().ok()?))
    };
    match (numbers(version), numbers(FORMAT_VERSION)) {
        (Some((major, minor)), Some((own, newest))) => major == own && minor <= newest,
        (None, _) | (_, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_format_that_is_known_in_full_is_taken() {
        assert!(is_known(FORMAT_VERSION));
        for other in ["1", "1.", "1.1", "2.0", "0.9", "", "1.0.0", "1.x", "-1.0"] {
            assert!(!is_known(other), "{other}");
        }
    }
}
