//! What an audit found, for an issue that a nightly job keeps: by kind, then by
//! account, with who did it and when, and how much the files speak of.

use super::builder::{Document, Entry, Part, Rank};
use super::plan::{name, numbers, way_out};
use super::{Options, escape, lines, marker};
use crate::plan::{Attention, Covered, Drift, Finding, FindingKind, Ignored, Plan, StaleIgnore};
use crate::report::changes::lines_of;
use crate::report::drift::stale_words;

/// The audit as a comment.
pub(super) fn drift(plan: &Plan, found: &Drift, options: &Options) -> String {
    let Drift {
        findings,
        covered,
        stale,
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
        parts.push(Part {
            title: capital(kind.title()),
            remark: match told {
                true => of_kind.len().to_string(),
                false => format!("{}; no drift, to look at", of_kind.len()),
            },
            fold: Some(few && told),
            entries: of_kind.into_iter().map(|f| entry(f, plan)).collect(),
        });
    }
    let ignored: Vec<Entry> = findings
        .iter()
        .filter(|finding| finding.ignored.is_some())
        .map(|finding| entry(finding, plan))
        .collect();
    parts.push(Part::folded(
        "Ignored for now",
        &ignored.len().to_string(),
        ignored,
    ));
    Document {
        marker: marker("drift", &plan.environment, plan.shard.as_deref()),
        verdict: verdict(plan, &counting),
        head: vec![coverage(covered)],
        parts,
        foot: stale.iter().map(over).collect(),
        whole: "`alz drift` shows all of it.".to_owned(),
    }
    .render(options)
}

/// An entry of `ignore:` that does nothing any more.
fn over(entry: &StaleIgnore) -> String {
    let place = format!(
        "{}:{}:{}",
        entry.source.file, entry.source.line, entry.column
    );
    let words = escape::text(&escape::clipped(&stale_words(entry), 400));
    format!("{}: {words}", escape::code(&place))
}

/// `alz drift: 1 not in force, 2 changed in production`.
fn verdict(plan: &Plan, counting: &[&Finding]) -> String {
    let said: Vec<String> = FindingKind::ALL
        .into_iter()
        .filter_map(|kind| {
            let is =
                |finding: &&&Finding| finding.kind == kind && finding.attention == Attention::Drift;
            match counting.iter().filter(is).count() {
                0 => None,
                count => Some(format!("{count} {}", kind.title())),
            }
        })
        .collect();
    let environment = escape::text(&escape::clipped(&plan.environment, 60));
    let shard = plan.shard.as_deref().map_or_else(String::new, |shard| {
        format!(" (shard {})", escape::text(&escape::clipped(shard, 20)))
    });
    match said.as_slice() {
        [] => format!("alz drift: none in {environment}{shard}"),
        said => format!("alz drift: {} in {environment}{shard}", said.join(", ")),
    }
}

/// How much the files speak of, in whole per cent, rounded down: 100 is all.
fn coverage(covered: &Covered) -> String {
    let Covered {
        accounts,
        live,
        managed,
        addresses,
    } = *covered;
    let share = |part: u64| match live {
        0 => String::new(),
        live => format!(" ({} %)", part.min(live).saturating_mul(100) / live),
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

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    match letters.next() {
        None => String::new(),
        Some(first) => first.to_uppercase().chain(letters).collect(),
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
        by,
        at,
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
        text.push_str(&format!(" (until {})", escape::text(until)));
    }
    match (by, at) {
        (None, None) => {}
        (Some(by), None) => text.push_str(&format!(" · by {}", escape::text(by))),
        (None, Some(at)) => text.push_str(&format!(" · on {}", at.strftime("%Y-%m-%d %H:%M UTC"))),
        (Some(by), Some(at)) => text.push_str(&format!(
            " · by {} on {}",
            escape::text(by),
            at.strftime("%Y-%m-%d %H:%M UTC")
        )),
    }
    text.push('\n');
    for styled in lines_of(changes, steps, plan) {
        text.push_str(&format!("  - {}\n", lines::line(&styled)));
    }
    if let Some(Ignored { until, reason }) = ignored {
        text.push_str(&format!(
            "  - ignored until {until}: {}\n",
            escape::text(reason)
        ));
    }
    if let Some(help) = help {
        text.push_str(&way_out(help));
    }
    let rank = match (ignored, attention, kind) {
        (Some(_), _, _) => Rank::Unmanaged,
        (None, Attention::Notice, _) => Rank::Waiting,
        (None, Attention::Drift, FindingKind::NotInForce | FindingKind::OpenCorrection) => {
            Rank::Blocked
        }
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
