//! What a person must look at before a plan, or anything that was put together,
//! is relied upon, as problems: for the forms that pipelines take those in
//! (SARIF, JUnit, annotations). Steps are no problems: with nothing in its way a
//! plan has none.

use super::words;
use crate::desired::Problem;
use crate::plan::{Note, NoteKind, Plan, TrippedGuard};

/// The code of a guard that a plan goes beyond.
const GUARD: &str = "guard";
/// Of what apply can't do until a person has acted.
const BLOCKED: &str = "blocked";
/// Of shards that were not at hand.
const MISSING_SHARD: &str = "missing-shard";
/// Of parts that may be of another run.
const OLD_PART: &str = "old-part";

/// The guards that a plan goes beyond, for which apply refuses it, and what is
/// blocked, for which it does not.
pub fn obstacles(plan: &Plan) -> Vec<Problem> {
    let blocked = plan
        .notes
        .iter()
        .filter(|note| note.kind == NoteKind::Blocked);
    let guards = plan.guards.iter().map(|tripped| guard(tripped, plan));
    guards.chain(blocked.map(note)).collect()
}

/// What has to be known of a document that was put together. That shards are
/// missing is an error: a scanner would take what is not reported for mended.
pub fn merged_problems(plan: &Plan) -> Vec<Problem> {
    let Some(merged) = &plan.merged else {
        return Vec::new();
    };
    let missing = merged.gap().map(|gap| {
        of_run(MISSING_SHARD, gap).help("find out why its run failed, and put all parts together")
    });
    let old = merged.left_behind().map(|old| {
        let help = "make all parts anew, or take those of one run";
        of_run(OLD_PART, old).warning().help(help)
    });
    missing.into_iter().chain(old).collect()
}

/// A problem that is about no file.
fn of_run(code: &str, message: String) -> Problem {
    Problem {
        code: code.to_owned(),
        ..Problem::fatal(message)
    }
}

fn guard(tripped: &TrippedGuard, plan: &Plan) -> Problem {
    let TrippedGuard {
        guard,
        account: _, // in its scope
        count,
        of,
        limit,
        allow,
    } = tripped;
    let scope = scope_of(tripped, plan);
    let message = format!("{guard}: {count} of {of} numbers of {scope}; allowed: {limit}");
    of_run(GUARD, message).help(format!("if that is meant: --allow {guard}={allow}"))
}

fn note(note: &Note) -> Problem {
    let Note {
        kind: _, // it is blocked
        account,
        numbers,
        reason,
        help,
        until: _, // that a person acts: no day is known
        origin: _,
    } = note;
    let numbers = words::numbers(numbers);
    let message = match numbers.as_str() {
        "" => format!("account {account}: {reason}"),
        numbers => format!("{numbers} (account {account}): {reason}"),
    };
    let help = help.clone().unwrap_or_default();
    of_run(BLOCKED, message).warning().help(help)
}

/// What a guard was judged for, in words.
pub(super) fn scope_of(tripped: &TrippedGuard, plan: &Plan) -> String {
    match (&tripped.account, &plan.shard) {
        (Some(account), _) => {
            let name = plan.names.get(account).map(|name| words::clean(name));
            format!("account {}", name.unwrap_or_else(|| account.to_string()))
        }
        (None, Some(shard)) => format!("shard {shard}"),
        (None, None) => "the whole run".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn plan(members: serde_json::Value) -> Plan {
        let mut document = json!({
            "formatVersion": "1.0", "alzVersion": "0.1.0", "environment": "production",
            "partition": "p", "createdAt": "2026-11-23T05:00:00Z", "desiredDigest": "sha256:9f2b",
            "summary": {}, "steps": [], "notes": [], "names": { "a": "Utah\tClinic" },
        });
        for (name, member) in members.as_object().expect("members") {
            document[name] = member.clone();
        }
        serde_json::from_value(document).expect("a plan")
    }

    #[test]
    fn a_plan_that_apply_refuses_or_can_not_do_whole_is_never_an_empty_report() {
        let guard = |account: Option<&str>| {
            json!({ "guard": "release", "account": account, "count": 6, "of": 9,
                "limit": "at most 5", "allow": 6 })
        };
        let note = |kind: &str| {
            json!({ "kind": kind, "account": "a", "numbers": ["18017690201"],
                "reason": "a port of it is under way", "help": "wait for it" })
        };
        let plan = plan(json!({
            "shard": "2/4", "guards": [guard(Some("a")), guard(None)],
            "notes": [note("blocked"), note("waiting"), note("unmanaged")],
        }));
        let said: Vec<(bool, String)> = obstacles(&plan)
            .iter()
            .map(|problem| (problem.is_error(), problem.message.clone()))
            .collect();
        assert_eq!(
            said,
            [
                (
                    true,
                    "release: 6 of 9 numbers of account Utah Clinic; allowed: at most 5".to_owned()
                ),
                (
                    true,
                    "release: 6 of 9 numbers of shard 2/4; allowed: at most 5".to_owned()
                ),
                (
                    false,
                    "+1 801-769-0201 (account a): a port of it is under way".to_owned()
                ),
            ]
        );
    }

    #[test]
    fn what_lies_there_from_a_run_before_is_told_from_what_was_retried() {
        let merged = |times: [&str; 3]| {
            let parts: Vec<_> = (1..)
                .zip(times)
                .map(|(index, at)| {
                    json!({ "file": format!("shard-{index}.json"), "createdAt": at, "desiredDigest": "" })
                })
                .collect();
            plan(json!({ "merged": { "parts": parts } }))
        };
        let fresh = "2026-11-23T05:00:00Z";
        let queued = merged([fresh, "2026-11-23T06:59:00Z", fresh]);
        assert_eq!(merged_problems(&queued), []);
        let left = merged([fresh, "2026-11-22T05:00:00Z", fresh]);
        let [old] = &merged_problems(&left)[..] else {
            panic!("one");
        };
        assert_eq!(
            old.message,
            "shard-2.json is 24 hours older than the newest part: what it says may be of another run."
        );
        assert!(!old.is_error() && old.is_placeless());
    }
}
