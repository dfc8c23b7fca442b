//! A document as it is read back from a file: what this program did not write,
//! or not to its end, is refused with the reason.
//!
//! A newer minor format only adds members, which is good enough to show what
//! is known of it. What an editor or another program has changed is not shown
//! as if alz had found it.

use std::fmt;
use std::path::Path;

use serde_json::Value;

use crate::apply::{self, Unreadable};
use crate::desired::Problem;
use crate::plan::Plan;
use crate::plan::document::FORMAT_VERSION;

/// What a file holds.
#[derive(Debug)]
pub enum Held {
    /// Of `plan`, `drift` or `report merge`. `newer`: of a format that has more
    /// members than are known here.
    Plan { plan: Box<Plan>, newer: bool },
    /// Of `validate`.
    Problems(Vec<Problem>),
}

/// Why a file is no document that can be shown.
#[derive(Debug)]
pub enum Unfit {
    Unreadable(Unreadable),
    /// Of a format that is not known.
    Format(String),
    /// The run that wrote it failed, with these words.
    Failed(String),
    /// The events of `apply`.
    Events,
    /// Something else.
    Foreign,
    /// It is not what alz wrote.
    Edited,
    /// Members that are not what they must be.
    Malformed(serde_json::Error),
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(why) => write!(f, "{why}"),
            Self::Format(found) => {
                write!(
                    f,
                    "its formatVersion is {found}, this alz reads {FORMAT_VERSION}"
                )
            }
            Self::Failed(why) => write!(f, "the run that wrote it failed: {why}"),
            Self::Events => f.write_str("it holds the events of an apply, and no plan"),
            Self::Foreign => f.write_str("it is JSON, and no document of plan, drift or validate"),
            Self::Edited => {
                f.write_str("it is not as alz wrote it: it was edited, or put together by hand")
            }
            Self::Malformed(error) => write!(f, "it is no document that alz writes: {error}"),
        }
    }
}

impl From<Unreadable> for Unfit {
    fn from(why: Unreadable) -> Self {
        Self::Unreadable(why)
    }
}

/// Reads a document from its file.
pub fn open(path: &Path) -> Result<Held, Unfit> {
    read(&apply::bytes_of(path)?)
}

/// Reads a document from the bytes of its file.
pub fn read(bytes: &[u8]) -> Result<Held, Unfit> {
    let (_, mut document) = apply::document_of(bytes).map_err(|why| match why {
        Unreadable::NotJson(_) if is_stream(bytes) => Unfit::Events,
        why => Unfit::Unreadable(why),
    })?;
    let has = |name: &str| document.get(name).is_some();
    if has("event") {
        return Err(Unfit::Events);
    }
    let format = document.get("formatVersion").and_then(Value::as_str);
    let newer = match (format, has("steps") || has("problems") || has("error")) {
        (_, false) => return Err(Unfit::Foreign),
        (None, true) => return Err(Unfit::Format("missing".to_owned())),
        (Some(format), true) => match minor(format) {
            Some(minor) => minor > own_minor(),
            None => return Err(Unfit::Format(format.chars().take(20).collect())),
        },
    };
    if let Some(error) = document.get("error") {
        let message = error.get("message").and_then(Value::as_str);
        let mut message = message.unwrap_or("it does not say why").to_owned();
        calm(&mut message);
        return Err(Unfit::Failed(message.chars().take(500).collect()));
    }
    if let Some(problems) = document.get_mut("problems") {
        let mut problems = problems.take();
        calm_all(&mut problems);
        let problems = serde_json::from_value(problems).map_err(Unfit::Malformed)?;
        return Ok(Held::Problems(problems));
    }
    if !apply::is_sealed(&document) {
        return Err(Unfit::Edited);
    }
    calm_all(&mut document);
    let plan: Plan = serde_json::from_value(document).map_err(Unfit::Malformed)?;
    Ok(Held::Plan {
        plan: Box::new(plan),
        newer,
    })
}

/// One JSON object a line, the first of them an event.
fn is_stream(bytes: &[u8]) -> bool {
    let first = bytes
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    serde_json::from_slice::<Value>(first).is_ok_and(|value| value.get("event").is_some())
}

fn numbers(version: &str) -> Option<(u32, u32)> {
    let (major, minor) = version.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// The minor number of a format whose major is known.
fn minor(version: &str) -> Option<u32> {
    let (major, minor) = numbers(version)?;
    let (own, _) = numbers(FORMAT_VERSION)?;
    (major == own).then_some(minor)
}

fn own_minor() -> u32 {
    numbers(FORMAT_VERSION).map_or(0, |(_, minor)| minor)
}

/// Texts without what would steer the terminal that they are shown on. A
/// document may come from somebody else's pipeline.
fn calm_all(value: &mut Value) {
    match value {
        Value::String(text) => calm(text),
        Value::Array(items) => items.iter_mut().for_each(calm_all),
        Value::Object(members) => {
            if members.keys().any(|name| name.contains(steers)) {
                let all = std::mem::take(members);
                members.extend(all.into_iter().map(|(mut name, value)| {
                    calm(&mut name);
                    (name, value)
                }));
            }
            members.values_mut().for_each(calm_all);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn steers(c: char) -> bool {
    c.is_control() && c != '\n' && c != '\t'
}

fn calm(text: &mut String) {
    if text.contains(steers) {
        *text = text.replace(steers, "\u{fffd}");
    }
}
