//! A reviewed plan against the plan made now.
//!
//! What a reviewer saw is the most that may happen. A step that is no longer
//! needed is skipped; a step that the reviewer did not see, or saw with other
//! values, refuses the whole run before anything is sent.

use std::collections::BTreeMap;

use crate::plan::document::FORMAT_VERSION;
use crate::plan::{NoteKind, Plan, Step};

/// Nothing is to be done that was not reviewed.
#[derive(Clone, Debug)]
pub struct Reviewed<'a> {
    /// Reviewed steps that the fresh plan does not have. They may be satisfied,
    /// or no longer possible: the platform is asked which.
    pub missing: Vec<&'a Step>,
}

/// Why a reviewed plan no longer holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// Written by a version of alz whose format this one doesn't read.
    Format { found: String },
    /// Made for another environment or partition.
    Elsewhere {
        what: &'static str,
        reviewed: String,
        now: String,
    },
    /// The files ask for something else than they did.
    Desired,
    /// This step was not in the reviewed plan.
    Unreviewed { step: String },
    /// This step was reviewed, is not done, and can't be done now.
    NoLongerPossible { step: String, why: Vec<String> },
    /// This step was reviewed with other values.
    Changed { step: String, what: Vec<String> },
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Difference::Format { found } => write!(
                f,
                "the plan has format {found}; this alz reads {FORMAT_VERSION}"
            ),
            Difference::Elsewhere {
                what,
                reviewed,
                now,
            } => {
                write!(f, "the plan was made for {what} {reviewed}, this is {now}")
            }
            Difference::Desired => f.write_str("the files have changed since the plan was made"),
            Difference::Unreviewed { step } => {
                write!(f, "{step} is needed now but is not in the plan")
            }
            Difference::NoLongerPossible { step, why } => {
                write!(f, "{step} is not done and can't be done now")?;
                if !why.is_empty() {
                    write!(f, ": {}", why.join("; "))?;
                }
                Ok(())
            }
            Difference::Changed { step, what } => {
                write!(
                    f,
                    "{step} is no longer what was reviewed: {}",
                    what.join("; ")
                )
            }
        }
    }
}

/// Whether `fresh`, made now, does nothing that `reviewed` did not show.
pub fn compare<'a>(reviewed: &'a Plan, fresh: &Plan) -> Result<Reviewed<'a>, Vec<Difference>> {
    let mut differences = Vec::new();
    if major(&reviewed.format_version) != major(FORMAT_VERSION) {
        return Err(vec![Difference::Format {
            found: reviewed.format_version.clone(),
        }]);
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
    if reviewed.desired_digest != fresh.desired_digest {
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
            }),
            Some(then) => {
                let what = changed(then, step);
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

impl Difference {
    /// Time alone may cure it: a read that lagged behind a write.
    pub fn may_be_lag(&self) -> bool {
        match self {
            Difference::Format { .. } | Difference::Elsewhere { .. } | Difference::Desired => false,
            Difference::Unreviewed { .. }
            | Difference::NoLongerPossible { .. }
            | Difference::Changed { .. } => true,
        }
    }
}

fn major(version: &str) -> &str {
    version.split('.').next().unwrap_or(version)
}

/// What a reviewer would see differently. A change that is no longer needed is
/// no difference: it is part of the step that is satisfied already.
fn changed(then: &Step, now: &Step) -> Vec<String> {
    let mut what = Vec::new();
    if (then.action, &then.account, &then.numbers) != (now.action, &now.account, &now.numbers) {
        what.push(format!(
            "it was {} of {:?} on {}",
            then.action, then.numbers, then.account
        ));
    }
    if then.request != now.request {
        what.push(format!(
            "it was sent as {} {}",
            then.request.method, then.request.path
        ));
    }
    // An order that was placed and called off after the review: that it is to be
    // placed once more, nobody has seen.
    let replaced = |step: &Step| step.port.as_ref().and_then(|port| port.replaces.clone());
    if let (then, Some(now)) = (replaced(then), replaced(now))
        && then.as_ref() != Some(&now)
    {
        what.push(format!(
            "order {now} of these numbers was called off after that"
        ));
    }
    for change in &now.changes {
        match then.changes.iter().find(|other| other.path == change.path) {
            None => what.push(format!("{} was not to change", change.path)),
            Some(other) if other.before != change.before => {
                what.push(format!("{} has changed on the platform", change.path));
            }
            Some(other) if other.after != change.after || other.sensitive != change.sensitive => {
                what.push(format!("{} was to become something else", change.path));
            }
            Some(_) => {}
        }
    }
    what
}
