//! What an audit found, for an issue that a nightly job keeps: by kind, then by
//! account, with who did it and when, and how much the files speak of.

use super::builder::{Document, Entry, Part, Rank};
use super::plan::{name, numbers, remarks, restricted, way_out};
use super::{Options, escape, lines, marker, policies};
use crate::plan::{Attention, Covered, Drift, Finding, FindingKind, Plan, StaleIgnore};
use crate::report::changes::lines_of;
use crate::report::drift::{
    self, capital, ignored, known_words, percent, stale_words, until_words, way_out as way_out_of,
    who,
};

/// The audit as a comment.
pub(super) fn drift(plan: &Plan, found: &Drift, options: &Options) -> String {
    let Drift {
        findings,
        covered,
        stale,
        unanswered: _, // of one share: who knows of the others?
    } = found;
    let counting: Vec<&Finding> = findings.iter().filter(|f| f.ignored.is_none()).collect();
    let few = counting.len() <= 12;
    let mut parts: Vec<Part> = Vec::new();
    for kind in FindingKind::ALL {
        let mut of_kind: Vec<&Finding> = counting
            .iter()
            .copied()
            .filter(|f| f.kind == kind)
            .collect();
        of_kind.sort_by_key(|finding| (finding.attention == Attention::Notice, &finding.account));
        let told = of_kind.iter().any(|f| f.attention == Attention::Drift);
        // Said once, where not each finding says its own.
        let way_out = match of_kind.iter().any(|finding| finding.help.is_none()) {
            true => format!(" → {}", way_out_of(kind).replace('`', "")),
            false => String::new(),
        };
        let count: u64 = of_kind.iter().map(|finding| finding.count()).sum();
        parts.push(Part {
            title: capital(kind.title()),
            remark: match told {
                true => format!("{count}{way_out}"),
                false => format!("{count}; no drift, to look at{way_out}"),
            },
            fold: Some(few && told),
            entries: of_kind.into_iter().map(|f| entry(f, plan)).collect(),
        });
    }
    let ignored = || findings.iter().filter(|f| f.ignored.is_some());
    parts.push(Part::folded(
        "Ignored for now",
        &ignored().map(Finding::count).sum::<u64>().to_string(),
        ignored().map(|finding| entry(finding, plan)).collect(),
    ));
    let stale: Vec<Entry> = stale.iter().map(stale_entry).collect();
    parts.push(Part::folded(
        "Entries of `ignore:` to look at",
        &stale.len().to_string(),
        stale,
    ));
    parts.push(policies::part(plan));
    Document {
        marker: marker("drift", &plan.environment, plan.shard.as_deref()),
        verdict: verdict(plan, found),
        head: remarks(plan)
            .chain(restricted(plan))
            .chain(first(found))
            .chain([coverage(covered)])
            .collect(),
        parts,
        foot: Vec::new(),
        whole: "`alz drift` shows all of it.".to_owned(),
        is_of_files: false,
    }
    .render(options)
}

/// `alz drift: 1 not in force, 2 changed in production`.
fn verdict(plan: &Plan, found: &Drift) -> String {
    let said: Vec<String> = FindingKind::ALL
        .into_iter()
        .filter_map(|kind| {
            let of_kind = found.counting().filter(|finding| finding.kind == kind);
            match of_kind.map(Finding::count).sum::<u64>() {
                0 => None,
                count => Some(format!("{count} {}", kind.title())),
            }
        })
        .collect();
    let environment = escape::text(&escape::clipped(&plan.environment, 60));
    let shard = plan.shard.as_deref().map_or_else(String::new, |shard| {
        format!(" (shard {})", escape::text(&escape::clipped(shard, 20)))
    });
    // What is hidden on purpose is no reason for alarm, but none to say "none" either.
    let ignored = ignored(found).map_or_else(String::new, |ignored| format!("; {ignored}"));
    match said.as_slice() {
        [] => format!("alz drift: none in {environment}{shard}{ignored}"),
        said => format!(
            "alz drift: {} in {environment}{shard}{ignored}",
            said.join(", ")
        ),
    }
}

/// What hurts somebody while it waits, in the order in which it does.
fn first(found: &Drift) -> Option<String> {
    let list: Vec<String> = drift::first(found)
        .iter()
        .enumerate()
        .map(|(at, urgent)| format!("{}. {}\n", at + 1, escape::text(&urgent.text())))
        .collect();
    (!list.is_empty()).then(|| format!("First:\n\n{}", list.concat()))
}

/// How much the files speak of, in whole per cent, rounded down: 100 is all.
fn coverage(covered: &Covered) -> String {
    let Covered {
        accounts,
        live,
        managed,
        addresses,
    } = *covered;
    let share = |part: u64| match percent(part, live) {
        None => String::new(),
        Some(share) => format!(" ({share} %)"),
    };
    let accounts = match accounts {
        1 => "1 account".to_owned(),
        count => format!("{count} accounts"),
    };
    format!(
        "{accounts}, {live} numbers: {managed} declared{}, {addresses} with their address{}.",
        share(managed),
        share(addresses)
    )
}

fn stale_entry(entry: &StaleIgnore) -> Entry {
    let place = format!("{}:{}", entry.source.file, entry.source.line);
    let words = escape::prose(&stale_words(entry));
    Entry {
        rank: Rank::Waiting,
        what: ("entry of ignore", "entries of ignore"),
        account: String::new(),
        text: format!("- {} {words}\n", escape::code(&place)),
    }
}

fn entry(finding: &Finding, plan: &Plan) -> Entry {
    let Finding {
        kind,
        attention,
        account,
        numbers: about,
        port,
        source,
        changes,
        reason,
        help,
        until,
        by: _, // with `who`
        at: _,
        authors: _,
        ignored,
        steps,
    } = finding;
    let mut text = format!("- {}", numbers(about, 8));
    if !about.is_empty() {
        text.push(' ');
    }
    text.push_str(&format!("({})", escape::text(&name(plan, account))));
    if let Some(port) = port {
        text.push_str(&format!(
            " port {}",
            escape::text(&escape::clipped(port, 80))
        ));
    }
    if !source.file.is_empty() {
        let place = format!("{}:{}", escape::clipped(&source.file, 120), source.line);
        text.push_str(&format!(" · {}", escape::code(&place)));
    }
    text.push_str(&format!("  \n  {}", escape::prose(reason)));
    if let Some(until) = until {
        text.push_str(&escape::text(&until_words(until)));
    }
    let who = who(finding);
    if let [one] = who.as_slice() {
        text.push_str(&format!(" · {}", escape::text(one)));
    }
    text.push('\n');
    for styled in lines_of(changes, steps, plan) {
        text.push_str(&format!("  - {}\n", lines::line(&styled)));
    }
    if who.len() > 1 {
        for one in &who {
            text.push_str(&format!("  - {}\n", escape::text(one)));
        }
    }
    match (ignored, help) {
        (Some(ignored), _) => text.push_str(&format!(
            "  - ignored {}\n",
            escape::text(&known_words(ignored))
        )),
        (None, Some(help)) => text.push_str(&way_out(help)),
        // The part's title says it.
        (None, None) => {}
    }
    let rank = match (ignored, attention, kind) {
        (Some(_), _, _) => Rank::Unmanaged,
        (None, Attention::Notice, _) => Rank::Waiting,
        (
            None,
            Attention::Drift,
            FindingKind::NotInForce | FindingKind::OpenCorrection | FindingKind::Unread,
        ) => Rank::Blocked,
        (
            None,
            Attention::Drift,
            FindingKind::Missing
            | FindingKind::NotReleased
            | FindingKind::Changed
            | FindingKind::RejectedPort
            | FindingKind::Stuck
            | FindingKind::Blocked
            | FindingKind::LeavingCooldown
            | FindingKind::Unmanaged,
        ) => Rank::Change,
    };
    Entry {
        rank,
        what: match ignored {
            Some(_) => ("ignored finding", "ignored findings"),
            None => ("finding", "findings"),
        },
        account: account.to_string(),
        text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::plan::Plan;
    use crate::report::markdown::{Options, plan};

    fn audited(findings: serde_json::Value) -> String {
        let document: Plan = serde_json::from_value(json!({
            "formatVersion": "1.0", "alzVersion": "0", "environment": "production",
            "partition": "p", "createdAt": "2026-11-23T17:00:00Z", "desiredDigest": "sha256:",
            "names": { "a": "Clinic" }, "summary": {}, "steps": [], "notes": [],
            "places": { "update-1": { "e911Address": {
                "streetNumber": "335", "streetName": "520", "city": "Lindon" } } },
            "drift": {
                "findings": findings,
                "covered": { "accounts": 2, "live": 199, "managed": 198, "addresses": 0 },
            },
        }))
        .expect("a document");
        plan(&document, &Options::default())
    }

    #[test]
    fn an_audit_says_who_moved_what_and_how_much_is_covered() {
        let finding = json!({
            "kind": "changed", "attention": "drift", "account": "a",
            "numbers": ["18015551212"], "source": { "file": "accounts/a.yaml", "line": 4 },
            "changes": [{ "path": "e911Address.streetNumber", "before": "335", "after": "333" }],
            "reason": "the platform has another address", "by": "jo@example.com",
            "at": "2026-11-22T08:30:00Z", "steps": ["update-1"],
        });
        let mut ignored = finding.clone();
        ignored["ignored"] = json!({ "until": "2026-12-01", "reason": "the move is <under way>" });
        let text = audited(json!([finding, ignored]));
        assert!(
            text.starts_with(
                "<!-- alz:drift:production -->\n**alz drift: 1 changed in production; 1 ignored**\n"
            ),
            "{text}"
        );
        assert!(
            text.contains("<b>Changed</b> 1 → apply restores what the files say"),
            "{text}"
        );
        // Rounded down: 100 per cent is all.
        assert!(text.contains("199 numbers: 198 declared (99 %), 0 with their address (0 %)"));
        assert!(text.contains("~~335~~ **333** 520, Lindon"), "{text}");
        assert!(
            text.contains("changed by jo@\u{2060}example.com, 2026-11-22 08:30 UTC"),
            "{text}"
        );
        assert!(text.contains("ignored until 2026-12-01: the move is &lt;under way&gt;"));
        assert!(text.contains("<b>Ignored for now</b> 1"));
        assert!(audited(json!([])).contains("**alz drift: none in production**"));
    }
}
