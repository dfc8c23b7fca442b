//! Whose change it is, in words (`--base`): a branch's own change needs none.

use std::collections::BTreeMap;

use crate::plan::{Note, NoteKind, Origin, Plan, Step};

/// The members that a step changes, by whose change it is; empty without a base.
pub(super) fn members(step: &Step) -> BTreeMap<Origin, Vec<&str>> {
    let mut origins: BTreeMap<Origin, Vec<&str>> = BTreeMap::new();
    for change in &step.changes {
        if let Some(origin) = change.origin {
            origins.entry(origin).or_default().push(&change.path);
        }
    }
    origins
}

/// What of a step is not of this branch, members as `quote` puts them; `None`
/// where all of it is, or no base was named.
pub(super) fn said(step: &Step, quote: impl Fn(&str) -> String) -> Option<String> {
    const SHOWN: usize = 8;
    let origins = members(step);
    let of_branch = origins.contains_key(&Origin::Branch);
    let mut others = Vec::new();
    for (origin, paths) in origins {
        let word = match origin {
            Origin::Branch => continue,
            Origin::Drift => "drift, not of this branch: the platform was changed",
            Origin::Pending => "pending, not of this branch: the base asks for it already",
        };
        if !of_branch && others.is_empty() {
            others.push((word.to_owned(), paths));
        } else {
            others.push((origin.name().to_owned(), paths));
        }
    }
    match others.as_slice() {
        [] => None,
        [(word, _)] if !of_branch => Some(word.clone()),
        several => {
            let said: Vec<String> = several
                .iter()
                .map(|(word, paths)| {
                    let mut shown: Vec<String> =
                        paths.iter().take(SHOWN).map(|path| quote(path)).collect();
                    if paths.len() > SHOWN {
                        shown.push(format!("{} more", paths.len() - SHOWN));
                    }
                    let word = word.split(',').next().unwrap_or_default();
                    format!("{word}: {}", shown.join(", "))
                })
                .collect();
            let rest = if of_branch {
                "; the rest by this branch"
            } else {
                ""
            };
            Some(format!("{}{rest}", said.join("; ")))
        }
    }
}

/// `2 by this branch, 1 drift, 3 pending`: steps.
pub(super) fn counts(plan: &Plan) -> String {
    let said: Vec<String> = Origin::ALL
        .into_iter()
        .filter_map(|origin| match plan.summary_by_origin.get(&origin) {
            None | Some(0) => None,
            Some(count) => Some(format!("{count} {}", origin.phrase())),
        })
        .collect();
    match said.as_slice() {
        [] => match not_yet(plan).as_slice() {
            [] => "this branch changes nothing on the platform".to_owned(),
            not_yet => format!(
                "this branch changes nothing on the platform yet: {}",
                not_yet.join(", ")
            ),
        },
        said => said.join(", "),
    }
}

/// What the branch asks for and no step does now: `1 deferred`, `2 blocked`; notes.
fn not_yet(plan: &Plan) -> Vec<String> {
    let of = |kind: NoteKind| {
        let notes = plan.notes.iter();
        notes
            .filter(|note| note.kind == kind && note.origin == Some(Origin::Branch))
            .count()
    };
    let kinds = [
        (NoteKind::Waiting, "waiting"),
        (NoteKind::Deferred, "deferred"),
        (NoteKind::Blocked, "blocked"),
    ];
    let counted = kinds.map(|(kind, word)| (of(kind), word));
    let some = counted.into_iter().filter(|(count, _)| *count > 0);
    some.map(|(count, word)| format!("{count} {word}"))
        .collect()
}

/// Numbers that nobody looks after any more once this branch is merged.
pub(super) fn is_given_up(note: &Note) -> bool {
    note.kind == NoteKind::Unmanaged && note.origin == Some(Origin::Branch)
}

/// How many numbers that are.
pub(super) fn given_up(plan: &Plan) -> usize {
    plan.notes
        .iter()
        .filter(|note| is_given_up(note))
        .map(|note| note.numbers.len())
        .sum()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::counts;

    #[test]
    fn a_branch_whose_changes_have_to_wait_is_not_said_to_change_nothing() {
        let note = |kind: &str, origin: Option<&str>| {
            json!({ "kind": kind, "account": "a", "numbers": ["18017690201"], "reason": "later",
                "origin": origin })
        };
        let said = |notes: serde_json::Value| {
            let document = json!({
                "formatVersion": "1.0", "alzVersion": "0.1.0", "environment": "production",
                "partition": "p", "createdAt": "2026-11-23T05:00:00Z", "desiredDigest": "",
                "summary": {}, "steps": [], "notes": notes, "base": "origin/main",
            });
            counts(&serde_json::from_value(document).expect("a plan"))
        };
        let idle = "this branch changes nothing on the platform";
        assert_eq!(
            said(json!([
                note("deferred", None),
                note("unmanaged", Some("branch"))
            ])),
            idle
        );
        assert_eq!(
            said(json!([
                note("deferred", Some("branch")),
                note("blocked", Some("branch"))
            ])),
            format!("{idle} yet: 1 deferred, 1 blocked")
        );
    }
}
