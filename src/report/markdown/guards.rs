//! Guards that a plan goes beyond. A fleet's plan may go beyond one for each of a
//! thousand accounts: that is one thing to know, and not a thousand.

use std::collections::{BTreeMap, BTreeSet};

use super::builder::{Entry, Part, Rank};
use super::escape;
use crate::plan::{Plan, TrippedGuard};
use crate::report::obstacles::scope_of;

/// One entry a guard: of the whole run first, then of accounts.
pub(super) fn part(plan: &Plan) -> Part {
    const SHOWN: usize = 5;
    let mut by_guard: BTreeMap<&str, Vec<&TrippedGuard>> = BTreeMap::new();
    for tripped in &plan.guards {
        by_guard.entry(&tripped.guard).or_default().push(tripped);
    }
    let entry = |(guard, mut tripped): (&str, Vec<&TrippedGuard>)| {
        tripped.sort_by_key(|tripped| tripped.account.is_some());
        let limits: BTreeSet<&str> = tripped
            .iter()
            .map(|tripped| tripped.limit.as_str())
            .collect();
        let mut said: Vec<String> = tripped
            .iter()
            .take(SHOWN)
            .map(|tripped| match limits.len() {
                1 => beyond(tripped, plan),
                _ => format!(
                    "{}, allowed: {}",
                    beyond(tripped, plan),
                    escape::text(&tripped.limit)
                ),
            })
            .collect();
        match tripped.len().saturating_sub(SHOWN) {
            0 => {}
            1 => said.push("1 more account is beyond it".to_owned()),
            more => said.push(format!("{more} more accounts are beyond it")),
        }
        if let (Some(limit), 1) = (limits.first(), limits.len()) {
            said.push(format!("allowed: {}", escape::text(limit)));
        }
        // What lifts it for one lifts it for all.
        let allow = tripped.iter().map(|tripped| tripped.allow).max();
        let lift = escape::code(&format!("--allow {guard}={}", allow.unwrap_or(0)));
        Entry {
            rank: Rank::Blocked,
            what: ("guard", "guards"),
            account: String::new(),
            text: format!(
                "- **{}**: {}. If that is meant: {lift}\n",
                escape::text(guard),
                said.join("; ")
            ),
        }
    };
    let entries = by_guard.into_iter().map(entry).collect();
    Part::plain("Beyond its guards: apply refuses this plan", entries)
}

/// `7 of 9 numbers of the whole run`.
fn beyond(tripped: &TrippedGuard, plan: &Plan) -> String {
    let TrippedGuard {
        guard: _,   // told once, before all of them
        account: _, // in its scope
        count,
        of,
        limit: _, // told once where it is the same for all
        allow: _, // told once, behind all of them
    } = tripped;
    let scope = escape::text(&escape::clipped(&scope_of(tripped, plan), 100));
    format!("{count} of {of} numbers of {scope}")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::part;
    use crate::plan::Plan;

    #[test]
    fn a_guard_that_a_thousand_accounts_go_beyond_is_told_once() {
        let tripped = |account: Option<usize>| {
            let account = account.map(|at| format!("account-{at}"));
            json!({ "guard": "update", "account": account, "count": 7, "of": 9,
                "limit": "at most 50 percent", "allow": 7_000 })
        };
        let mut guards: Vec<Value> = (0..1_000).map(|at| tripped(Some(at))).collect();
        guards.push(tripped(None));
        let plan: Plan = serde_json::from_value(json!({
            "formatVersion": "1.0", "alzVersion": "0", "environment": "p", "partition": "p",
            "createdAt": "2026-11-23T17:00:00Z", "desiredDigest": "sha256:",
            "summary": {}, "steps": [], "notes": [], "guards": guards,
        }))
        .expect("a plan");
        let [entry] = part(&plan).entries.try_into().expect("one entry");
        assert!(entry.text.starts_with("- **update**: 7 of 9 numbers of the whole run; 7 of 9 numbers of account account-0;"), "{}", entry.text);
        assert!(entry.text.ends_with("; 996 more accounts are beyond it; allowed: at most 50 percent. If that is meant: `--allow update=7000`\n"), "{}", entry.text);
    }
}
