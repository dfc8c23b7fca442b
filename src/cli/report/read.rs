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
    /// Of `validate`, or of another command that stopped at problems of files.
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
    if let Some(problems) = document.get_mut("problems") {
        let mut problems = problems.take();
        calm_all(&mut problems);
        let problems = serde_json::from_value(problems).map_err(Unfit::Malformed)?;
        return Ok(Held::Problems(problems));
    }
    if let Some(error) = document.get("error") {
        let message = error.get("message").and_then(Value::as_str);
        let mut message = message.unwrap_or("it does not say why").to_owned();
        calm(&mut message);
        return Err(Unfit::Failed(message.chars().take(500).collect()));
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

/// Texts without what would steer the terminal that they are shown on, or turn
/// the direction of what stands beside them. A document may come from somebody
/// else's pipeline.
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
    let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || (c.is_control() && c != '\n' && c != '\t')
}

fn calm(text: &mut String) {
    if text.contains(steers) {
        *text = text.replace(steers, "\u{fffd}");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::Index;
    use serde_json::json;

    use super::*;
    use crate::plan::{self, Part};
    use crate::report::{Style, html, plan_human};

    fn saved() -> Value {
        let path =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plan/golden/rich.json");
        let text = std::fs::read_to_string(path).expect("a plan");
        let mut document: Value = serde_json::from_str(&text).expect("JSON");
        document["drift"] = json!({
            "findings": [{ "kind": "changed", "attention": "drift", "account": "a", "numbers": ["18017690201"],
                "source": { "file": "a.yaml", "line": 3 }, "reason": "other", "until": "2026-12-03",
                "changes": [{ "path": "e911Address.unit", "before": "5", "after": null }],
                "ignored": { "until": "2026-12-01", "reason": "known" } }],
            "covered": { "accounts": 1, "live": 3, "managed": 2, "addresses": 1 },
        });
        document
    }

    fn places(value: &Value, at: &str, found: &mut Vec<String>) {
        found.push(at.to_owned());
        match value {
            Value::Object(members) => members.iter().for_each(|(name, value)| {
                places(
                    value,
                    &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")),
                    found,
                );
            }),
            Value::Array(items) => items.iter().enumerate().for_each(|(index, value)| {
                places(value, &format!("{at}/{index}"), found);
            }),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// What is read can be shown in every form, whatever it says.
    fn show(document: &Value) {
        let Ok(Held::Plan { plan, .. }) = read(document.to_string().as_bytes()) else {
            return;
        };
        let parts = ["1/2", "2/2"].map(|shard| {
            let mut plan = (*plan).clone();
            plan.shard = Some(shard.to_owned());
            Part {
                file: "a".to_owned(),
                plan,
            }
        });
        if let Err(faults) = plan::merge(parts.into(), true) {
            assert!(faults.iter().all(|fault| !fault.to_string().is_empty()));
        }
        assert!(html::page(&plan).ends_with("</html>\n"));
        assert!(!plan_human(&plan, &Style::default()).is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn any_bytes_are_a_document_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            if let Err(why) = read(&bytes) {
                prop_assert!(!why.to_string().is_empty());
            }
        }

        #[test]
        fn a_document_that_says_anything_anywhere_is_shown_or_refused(
            place in any::<Index>(),
            value in prop_oneof![
                Just(json!(null)), Just(json!(u64::MAX)), Just(json!(-1)), Just(json!(1e300)), Just(json!("")),
                Just(json!([])), Just(json!({})), Just(json!([[["x"]]])), Just(json!({ "a": { "": null } })),
                "\\PC{0,20}".prop_map(Value::from), Just(json!("\u{1b}[2J\u{0}••• \n</script>`")),
                Just(json!("9999-12-31T23:59:59Z")), Just(json!("-009999-01-01")), Just(json!(true)),
            ],
        ) {
            let mut document = saved();
            let mut found = Vec::new();
            places(&document, "", &mut found);
            if let Some(member) = document.pointer_mut(place.get::<String>(&found)) {
                *member = value;
            }
            if document.is_object() {
                // Somebody who edits a document can seal it too.
                document["seal"] = Value::from(plan::seal(&document));
            }
            show(&document);
        }

        #[test]
        fn half_a_document_is_never_taken_for_one(cut in any::<Index>()) {
            let mut document = saved();
            document["seal"] = Value::from(plan::seal(&document));
            let text = document.to_string();
            let cut = cut.index(text.len() - 1);
            let read = read(text.as_bytes().get(..cut).unwrap_or_default());
            prop_assert!(matches!(read, Err(Unfit::Unreadable(_))), "{cut}");
        }
    }

    #[test]
    fn what_a_document_says_can_not_steer_the_terminal_nor_the_log() {
        let mut document = saved();
        document["names"] = json!({ "a\u{1b}[2J": "b\u{7}" });
        document["notes"][0]["reason"] = json!("one\u{1b}]0;x\u{7}\n\u{202e}two");
        document["seal"] = Value::from(plan::seal(&document));
        let Ok(Held::Plan { plan, .. }) = read(document.to_string().as_bytes()) else {
            panic!("it is sealed");
        };
        let text = serde_json::to_string(&plan).expect("JSON");
        assert!(
            !text.contains("\\u001b") && !text.contains("\\u0007"),
            "{text}"
        );
        assert_eq!(plan.notes[0].reason, "one\u{fffd}]0;x\u{fffd}\n\u{fffd}two");
    }

    #[test]
    fn nesting_without_end_is_refused() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(read(deep.as_bytes()).is_err());
        let deep = format!("{{\"formatVersion\":\"1.0\",\"steps\":{deep}}}");
        assert!(read(deep.as_bytes()).is_err());
    }
}
