//! Where calls go, and whose caller ID the number is.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::model::live::LiveReference;
use crate::model::{Field, PhoneNumber, Reference, Text};
use crate::plan::document::Change;

use super::saying::Saying;

/// What becomes of the reference: members of the number itself, not an object.
#[derive(Default)]
pub(super) struct ReferencePlan {
    pub members: Map<String, Value>,
    pub changes: Vec<Change>,
    pub sayings: Vec<Saying>,
}

impl ReferencePlan {
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
    fn saying(saying: Saying) -> Self {
        Self {
            sayings: vec![saying],
            ..Self::default()
        }
    }
}

/// A pair, or the wish for none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Pair {
    None,
    Target { reference_type: String, id: String },
}

impl Pair {
    pub fn of(live: Option<&LiveReference>) -> Self {
        match live {
            Some(reference) if !reference.reference_type.is_empty() || !reference.id.is_empty() => {
                Pair::Target {
                    reference_type: reference.reference_type.to_string(),
                    id: reference.id.to_string(),
                }
            }
            Some(_) | None => Pair::None,
        }
    }

    pub fn to_json(&self) -> Value {
        match self {
            Pair::None => Value::Null,
            Pair::Target { reference_type, id } => json!({ "type": reference_type, "id": id }),
        }
    }
}

/// The pair as it should stand over the one that does. A half of a pair takes
/// its other half from there.
pub(super) fn wanted(declared: &Reference, now: &Pair) -> Result<Pair, Saying> {
    let (type_now, id_now) = match now {
        Pair::None => ("", ""),
        Pair::Target { reference_type, id } => (reference_type.as_str(), id.as_str()),
    };
    let half = |field: &Field<Text>, now: &str| match field {
        Field::Absent => Some(now.to_owned()),
        Field::Null => None,
        Field::Value(text) if text.as_str().is_empty() => None,
        Field::Value(text) => Some(text.as_str().to_owned()),
    };
    match (
        half(&declared.reference_type, type_now),
        half(&declared.id, id_now),
    ) {
        (Some(reference_type), Some(id)) if !reference_type.is_empty() && !id.is_empty() => {
            Ok(Pair::Target { reference_type, id })
        }
        // null for one half and nothing said of the other clears both.
        (None, None) => Ok(Pair::None),
        (None, Some(_)) if declared.id.is_absent() => Ok(Pair::None),
        (Some(_), None) if declared.reference_type.is_absent() => Ok(Pair::None),
        (Some(empty_type), Some(empty_id)) if empty_type.is_empty() && empty_id.is_empty() => {
            Ok(Pair::None)
        }
        (Some(_) | None, Some(_) | None) => Err(Saying::blocked(
            "reference needs type and id together: calls can't go to half a target",
        )
        .help("write both reference.type and reference.id")),
    }
}

/// Users by id with the number each shows; an absent id is no user of the account.
pub(super) type CallerIds = BTreeMap<String, Option<PhoneNumber>>;

/// Whether this pair can carry a caller ID, or why not.
pub(super) fn caller_id_fault(pair: &Pair, users: &CallerIds) -> Option<Saying> {
    match pair {
        Pair::Target { reference_type, id } if reference_type == "END_USER" => {
            (!users.contains_key(id)).then(|| {
                Saying::blocked(format!("reference: the account has no user {id}"))
                    .help("write the id of a user of this account in reference.id")
            })
        }
        Pair::Target { .. } | Pair::None => Some(
            Saying::blocked("reference.assignAsCallerId needs a reference to an END_USER")
                .help("write reference: { type: END_USER, id: … }, or take assignAsCallerId out"),
        ),
    }
}

/// Compares reference and caller ID of a number on the account.
pub(super) fn reference(
    declared: &Field<Reference>,
    number: PhoneNumber,
    live: Option<&LiveReference>,
    users: &CallerIds,
) -> ReferencePlan {
    let now = Pair::of(live);
    let (then, caller_id) = match declared {
        Field::Absent => return ReferencePlan::default(),
        Field::Null => (Pair::None, &Field::Absent),
        Field::Value(declared) => match wanted(declared, &now) {
            Ok(pair) => (pair, &declared.assign_as_caller_id),
            Err(saying) => return ReferencePlan::saying(saying),
        },
    };
    let mut plan = ReferencePlan::default();
    // The platform echoes assignAsCallerId; the user's own setting is the truth.
    let shows = |pair: &Pair| match pair {
        Pair::None => false,
        Pair::Target { id, .. } => users.get(id).is_some_and(|shown| *shown == Some(number)),
    };
    let assign = match caller_id {
        Field::Absent | Field::Null => false,
        Field::Value(true) => {
            if let Some(fault) = caller_id_fault(&then, users) {
                return ReferencePlan::saying(fault);
            }
            !shows(&then)
        }
        Field::Value(false) => {
            if shows(&then) {
                plan.sayings.push(
                    Saying::warning("reference.assignAsCallerId: false, but the user shows this number as caller ID, and the platform has no way to take that back")
                        .help("give the user another caller ID number"),
                );
            }
            false
        }
    };
    if then != now {
        plan.changes.push(Change {
            path: "reference".to_owned(),
            before: now.to_json(),
            after: then.to_json(),
            sensitive: false,
            origin: None,
        });
    }
    if assign {
        plan.changes.push(Change {
            path: "reference.assignAsCallerId".to_owned(),
            before: Value::Bool(false),
            after: Value::Bool(true),
            sensitive: false,
            origin: None,
        });
    }
    if !plan.changes.is_empty() {
        plan.members = members(&then, assign);
    }
    plan
}

/// The pair as the platform's members; both null where there is none.
pub(super) fn members(pair: &Pair, assign: bool) -> Map<String, Value> {
    let (reference_type, id) = match pair {
        Pair::None => (Value::Null, Value::Null),
        Pair::Target { reference_type, id } => (json!(reference_type), json!(id)),
    };
    let mut members = Map::new();
    members.insert("referenceType".to_owned(), reference_type);
    members.insert("referenceId".to_owned(), id);
    if assign {
        members.insert("assignAsCallerId".to_owned(), Value::Bool(true));
    }
    members
}
