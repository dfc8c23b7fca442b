//! Guards that a plan goes beyond. A fleet's plan may go beyond one for each of a
//! thousand accounts: that is one thing to know, and not a thousand.

use std::collections::BTreeMap;

use super::builder::{Entry, Part, Rank};
use super::escape;
use super::plan::name;
use crate::plan::{Plan, TrippedGuard};

/// One entry a guard: of the whole run first, then of accounts.
pub(super) fn part(plan: &Plan) -> Part {
    const SHOWN: usize = 5;
    let mut by_guard: BTreeMap<&str, Vec<&TrippedGuard>> = BTreeMap::new();
    for tripped in &plan.guards {
        by_guard.entry(&tripped.guard).or_default().push(tripped);
    }
    let entry = |(guard, mut tripped): (&str, Vec<&TrippedGuard>)| {
        tripped.sort_by_key(|tripped| tripped.account.is_some());
        let mut said: Vec<String> = tripped
            .iter()
            .take(SHOWN)
            .map(|tripped| beyond(tripped, plan))
            .collect();
        match tripped.len().saturating_sub(SHOWN) {
            0 => {}
            1 => said.push("1 more account is beyond it".to_owned()),
            more => said.push(format!("{more} more accounts are beyond it")),
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

/// `7 of 9 numbers of the whole run, where at most 5 are allowed`.
fn beyond(tripped: &TrippedGuard, plan: &Plan) -> String {
    let TrippedGuard {
        guard: _, // told once, before all of them
        account,
        count,
        of,
        limit,
        allow: _, // told once, behind all of them
    } = tripped;
    let scope = match account {
        Some(account) => format!("account {}", escape::text(&name(plan, account))),
        None => "the whole run".to_owned(),
    };
    format!(
        "{count} of {of} numbers of {scope}, allowed: {}",
        escape::text(limit)
    )
}
