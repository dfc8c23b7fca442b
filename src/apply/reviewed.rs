//! A reviewed plan against the plan made now.
//!
//! What a reviewer saw is the most that may happen. A step that is no longer
//! needed is skipped; a step that the reviewer did not see, or saw with other
//! values, refuses the whole run before anything is sent.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::plan::{Change, NoteKind, Plan, Step};

/// Nothing is to be done that was not reviewed.
#[derive(Clone, Debug)]
pub struct Reviewed<'a> {
    /// Reviewed steps that the fresh plan does not have. They may be satisfied,
    /// or no longer possible: the platform is asked which.
    pub missing: Vec<&'a Step>,
}

/// The order that a port's step would place once more.
const REPLACES: &str = "port.replaces";

/// Why a reviewed plan no longer holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// What the file says is not what alz wrote into it.
    Edited,
    /// Made for another environment or partition.
    Elsewhere {
        what: &'static str,
        reviewed: String,
        now: String,
    },
    /// The files ask for something else than they did.
    Desired,
    /// This step was not in the reviewed plan.
    Unreviewed { step: String, what: Vec<Detail> },
    /// This step was reviewed, is not done, and can't be done now.
    NoLongerPossible { step: String, why: Vec<String> },
    /// This step was reviewed with other values.
    Changed { step: String, what: Vec<Detail> },
}

/// One thing about a step that is not as it was reviewed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// The member of the step, or of the number: request, customerServiceRecord.unit.
    pub path: String,
    /// As a reviewer saw it; `None` where there was nothing to see.
    pub reviewed: Option<Value>,
    /// As it is; `None` where it is no more.
    pub now: Option<Value>,
}

impl Detail {
    fn new(path: &str, reviewed: Option<Value>, now: Option<Value>) -> Self {
        Self {
            path: path.to_owned(),
            reviewed,
            now,
        }
    }

    fn line(&self, shows_values: bool) -> String {
        let Self {
            path,
            reviewed,
            now,
        } = self;
        if !shows_values {
            return match (reviewed, now) {
                (None, _) => format!("{path}: not in the plan"),
                (Some(_), _) => format!("{path}: not as it was reviewed"),
            };
        }
        let said = |value: &Option<Value>| match value {
            None => "nothing".to_owned(),
            Some(value) => value.to_string(),
        };
        format!("{path}: reviewed {}, now {}", said(reviewed), said(now))
    }
}

impl Difference {
    /// For people. Without `shows_values` it names members and not what they say.
    pub fn text(&self, shows_values: bool) -> String {
        let with = |head: String, what: &[Detail]| {
            what.iter().fold(head, |text, detail| {
                format!("{text}\n      {}", detail.line(shows_values))
            })
        };
        match self {
            Difference::Edited => {
                "the file is not as alz wrote it: it was edited, or put together from others"
                    .to_owned()
            }
            Difference::Elsewhere {
                what,
                reviewed,
                now,
            } => format!("the plan was made for {what} {reviewed}, this is {now}"),
            Difference::Desired => "the files have changed since the plan was made".to_owned(),
            Difference::Unreviewed { step, what } => {
                with(format!("{step} is needed now but is not in the plan"), what)
            }
            Difference::NoLongerPossible { step, why } => {
                let head = format!("{step} is not done and can't be done now");
                match why.as_slice() {
                    [] => head,
                    why => format!("{head}: {}", why.join("; ")),
                }
            }
            Difference::Changed { step, what } => {
                let again = what.iter().any(|detail| detail.path == REPLACES);
                let after = if again {
                    ": an order of these numbers was called off since"
                } else {
                    ""
                };
                with(
                    format!("{step} is no longer what was reviewed{after}"),
                    what,
                )
            }
        }
    }

    /// For programs.
    pub fn json(&self, shows_values: bool) -> Value {
        let details = |what: &[Detail]| -> Vec<Value> {
            what.iter()
                .map(|detail| match shows_values {
                    true => json!({
                        "path": detail.path,
                        "reviewed": detail.reviewed,
                        "now": detail.now,
                    }),
                    false => json!({ "path": detail.path }),
                })
                .collect()
        };
        match self {
            Difference::Edited => json!({ "kind": "edited" }),
            Difference::Elsewhere {
                what,
                reviewed,
                now,
            } => json!({ "kind": what, "reviewed": reviewed, "now": now }),
            Difference::Desired => json!({ "kind": "files" }),
            Difference::Unreviewed { step, what } => {
                json!({ "kind": "unreviewed", "step": step, "changes": details(what) })
            }
            Difference::NoLongerPossible { step, why } => {
                json!({ "kind": "noLongerPossible", "step": step, "why": why })
            }
            Difference::Changed { step, what } => {
                json!({ "kind": "changed", "step": step, "changes": details(what) })
            }
        }
    }

    /// Time alone may cure it: a read that lagged behind a write.
    pub fn may_be_lag(&self) -> bool {
        match self {
            Difference::Edited | Difference::Elsewhere { .. } | Difference::Desired => false,
            Difference::Unreviewed { .. }
            | Difference::NoLongerPossible { .. }
            | Difference::Changed { .. } => true,
        }
    }
}

/// Whether `fresh`, made now, does nothing that `reviewed` did not show.
/// `edited`: the file's seal is broken.
pub fn compare<'a>(
    reviewed: &'a Plan,
    edited: bool,
    fresh: &Plan,
) -> Result<Reviewed<'a>, Vec<Difference>> {
    let mut differences = Vec::new();
    if edited {
        differences.push(Difference::Edited);
    }
    for (what, then, now) in [
        ("environment", &reviewed.environment, &fresh.environment),
        (
            "partition",
            &reviewed.partition.to_string(),
            &fresh.partition.to_string(),
        ),
    ] {
        if then != now {
            differences.push(Difference::Elsewhere {
                what,
                reviewed: then.clone(),
                now: now.clone(),
            });
        }
    }
    let same_files = reviewed.desired_digest == fresh.desired_digest;
    if !same_files {
        differences.push(Difference::Desired);
    }
    let mut seen: BTreeMap<&str, &Step> = BTreeMap::new();
    for step in &reviewed.steps {
        seen.insert(&step.id, step);
    }
    for step in &fresh.steps {
        match seen.remove(step.id.as_str()) {
            None => differences.push(Difference::Unreviewed {
                step: step.id.clone(),
                what: step
                    .changes
                    .iter()
                    .map(|change| Detail::new(&change.path, None, Some(shown(change))))
                    .collect(),
            }),
            Some(then) => {
                let mut what = changed(then, step);
                // The digests are keyed with the files: of others they say nothing.
                if same_files && what.is_empty() {
                    what = moved(&step.id, reviewed, fresh);
                }
                if !what.is_empty() {
                    differences.push(Difference::Changed {
                        step: step.id.clone(),
                        what,
                    });
                }
            }
        }
    }
    if differences.is_empty() {
        Ok(Reviewed {
            missing: reviewed
                .steps
                .iter()
                .filter(|step| seen.contains_key(step.id.as_str()))
                .collect(),
        })
    } else {
        Err(differences)
    }
}

/// Why a reviewed step is not in the fresh plan, as far as that says.
pub fn no_longer_possible(step: &Step, fresh: &Plan) -> Difference {
    Difference::NoLongerPossible {
        step: step.id.clone(),
        why: fresh
            .notes
            .iter()
            .filter(|note| {
                matches!(
                    note.kind,
                    NoteKind::Blocked | NoteKind::Waiting | NoteKind::Deferred
                ) && note
                    .numbers
                    .iter()
                    .any(|number| step.numbers.contains(number))
            })
            .map(|note| note.reason.clone())
            .collect(),
    }
}

/// A change as one value: from what, to what.
fn shown(change: &Change) -> Value {
    let Change {
        path: _,
        before,
        after,
        sensitive,
        origin: _, // for readers
    } = change;
    match sensitive {
        true => json!({ "sensitive": true }),
        false => json!({ "before": before, "after": after }),
    }
}

/// What a reviewer would see differently. A change that is no longer needed is
/// no difference: it is part of the step that is satisfied already.
fn changed(then: &Step, now: &Step) -> Vec<Detail> {
    let Step {
        id: _, // what the two were found by
        action,
        account,
        numbers,
        source: _, // the digest of the files holds what they say; lines may move
        changes,
        depends_on,
        recoverable_until: _, // counted from today
        port,
        request,
        body: _,    // in the basis
        secrets: _, // their places are in the files, what they say is not in a plan
        expect: _,  // in the basis
        source_id: _,
    } = now;
    let mut what = Vec::new();
    let mut compare = |path: &str, then: Value, now: Value| {
        if then != now {
            what.push(Detail::new(path, Some(then), Some(now)));
        }
    };
    compare("action", json!(then.action), json!(action));
    compare("account", json!(then.account), json!(account));
    compare("numbers", json!(then.numbers), json!(numbers));
    let line = |request: &crate::plan::Request| format!("{} {}", request.method, request.path);
    compare("request", json!(line(&then.request)), json!(line(request)));
    // What days are on offer is for people, and moves with the calendar.
    let facts = |port: &Option<crate::plan::PortFacts>| match port {
        Some(port) => [
            json!(port.name),
            json!(port.port_id),
            json!(port.crd_date),
            json!(port.foc_date),
            // An order placed and called off after the review: that it is to be
            // placed once more, nobody has seen.
            json!(port.replaces),
        ],
        None => [const { Value::Null }; 5],
    };
    let names = [
        "port.name",
        "port.portId",
        "port.crdDate",
        "port.focDate",
        REPLACES,
    ];
    for (name, (then, now)) in names
        .iter()
        .zip(facts(&then.port).into_iter().zip(facts(port)))
    {
        compare(name, then, now);
    }
    for id in depends_on {
        if !then.depends_on.contains(id) {
            what.push(Detail::new("dependsOn", None, Some(json!(id))));
        }
    }
    // Whose change it is, a plan may say or not say (`--base`).
    let bare = |change: &Change| Change {
        origin: None,
        ..change.clone()
    };
    for change in changes {
        let reviewed = then.changes.iter().find(|other| other.path == change.path);
        if reviewed.map(bare) != Some(bare(change)) {
            let reviewed = reviewed.map(shown);
            what.push(Detail::new(&change.path, reviewed, Some(shown(change))));
        }
    }
    what
}

/// What the step sends or relies on beside what it shows, and is not what it
/// was. What the fresh step does not rely on, or the reviewed one did not yet
/// (an earlier step had to make it), is no difference; but nothing is sent that
/// the reviewed one did not send.
fn moved(id: &str, reviewed: &Plan, fresh: &Plan) -> Vec<Detail> {
    let none = BTreeMap::new();
    let then = reviewed.basis.get(id).unwrap_or(&none);
    let now = fresh.basis.get(id).unwrap_or(&none);
    now.iter()
        .filter(|(name, digest)| match then.get(*name) {
            Some(then) => then != *digest,
            None => name.starts_with("sent "),
        })
        .map(|(name, digest)| {
            // Digests say nothing to people but that there are two.
            let text = |digest: &String| Value::from(format!("digest {digest:.12}"));
            Detail::new(name, then.get(name).map(text), Some(text(digest)))
        })
        .collect()
}

/// Step ids that are there more than once: a plan that alz never writes.
pub fn repeated(plan: &Plan) -> Option<&str> {
    let mut seen = BTreeSet::new();
    let mut ids = plan.steps.iter().map(|step| step.id.as_str());
    ids.find(|id| !seen.insert(*id))
}
