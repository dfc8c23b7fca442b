//! What an audit found, as somebody reads it in the morning: by account, what
//! matters most first, each with its place in the files and a way out; then how
//! much the files speak of at all, and one line to sum it up.

mod problems;

use std::collections::BTreeMap;

use anstyle::{AnsiColor, Effects, Style as Ansi};
use jiff::tz::TimeZone;

use super::changes::lines_of;
use super::policy::policy_human;
use super::restricted::restricted;
use super::{Style, when, words};
use crate::model::{AccountId, PhoneNumber};
use crate::plan::{Attention, Covered, Drift, Finding, FindingKind, Plan, StaleIgnore, StaleWhy};

pub use problems::problems;

const BOLD: Ansi = Ansi::new().effects(Effects::BOLD);
const DIM: Ansi = Ansi::new().effects(Effects::DIMMED);
const YELLOW: Ansi = AnsiColor::Yellow.on_default();
const ALARM: Ansi = AnsiColor::Red.on_default().effects(Effects::BOLD);

/// The way out of a kind of finding, where the finding has none of its own.
pub const fn way_out(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::NotInForce => {
            "declare an address that the provider takes, or ask the provider's support"
        }
        FindingKind::OpenCorrection => "take the provider's address, or decline it (onCorrection)",
        FindingKind::Missing => {
            "apply brings it back; if it was given up on purpose, take it out of the files"
        }
        FindingKind::NotReleased => {
            "apply gives it up; if it is to stay, take `state: released` out"
        }
        FindingKind::Changed => {
            "apply restores what the files say; if the platform is right, write its value in the file"
        }
        FindingKind::RejectedPort => "mend what the carrier names and apply, or cancel the port",
        FindingKind::Stuck => "ask the provider's support",
        FindingKind::Blocked => "`alz plan` says what stands in the way",
        FindingKind::LeavingCooldown => "declare it again and apply, if it is still needed",
        FindingKind::Unmanaged => "declare it (`alz import` writes it down), or release it",
    }
}

/// The whole report, with ANSI styles. A plan without an audit has nothing to say.
pub fn human(plan: &Plan, style: &Style) -> String {
    let nothing = Drift::default();
    let drift = plan.drift.as_ref().unwrap_or(&nothing);
    let mut report = Report {
        text: String::new(),
        room: style.width.max(40),
        names: &style.names,
        plan,
    };
    if let Some(restricted) = restricted(plan) {
        report.wrapped(&restricted, 0, YELLOW);
        report.line("");
    }
    let (known, open): (Vec<&Finding>, Vec<&Finding>) = drift
        .findings
        .iter()
        .partition(|finding| finding.ignored.is_some());
    for account in open.chunk_by(|left, right| left.account == right.account) {
        report.account(account);
    }
    report.known(&known);
    report.stale(&drift.stale);
    report.text.push_str(&policy_human(plan, report.room));
    report.line(&coverage(&drift.covered));
    report.line(&summary(plan, drift));
    report.text
}

struct Report<'a> {
    text: String,
    room: usize,
    names: &'a BTreeMap<AccountId, String>,
    plan: &'a Plan,
}

impl Report<'_> {
    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    fn wrapped(&mut self, text: &str, indent: usize, ansi: Ansi) {
        for line in words::wrapped(text, self.room.saturating_sub(indent)) {
            self.line(&format!("{:indent$}{ansi}{line}{ansi:#}", ""));
        }
    }

    fn account(&mut self, findings: &[&Finding]) {
        let Some(first) = findings.first() else {
            return;
        };
        let header = match self.names.get(&first.account) {
            Some(name) => {
                let name = words::clean(name);
                format!("{BOLD}{name}{BOLD:#} {DIM}{}{DIM:#}", first.account)
            }
            None => format!("{BOLD}{}{BOLD:#}", first.account),
        };
        self.line(&header);
        for kind in findings.chunk_by(|left, right| left.kind == right.kind) {
            self.kind(kind);
        }
        self.line("");
    }

    fn kind(&mut self, findings: &[&Finding]) {
        let Some(first) = findings.first() else {
            return;
        };
        let ansi = match (first.kind, first.attention) {
            (FindingKind::NotInForce | FindingKind::OpenCorrection, _) => ALARM,
            (_, Attention::Drift) => YELLOW,
            (_, Attention::Notice) => DIM,
        };
        let title = capital(first.kind.title());
        // Said once, where not each finding says its own.
        let shared = findings.iter().any(|finding| finding.help.is_none());
        let hint = match shared {
            true => format!("  {DIM}→ {}{DIM:#}", way_out(first.kind)),
            false => String::new(),
        };
        self.line(&format!("  {ansi}{title}{ansi:#}{hint}"));
        if first.kind == FindingKind::Unmanaged {
            self.unmanaged(findings);
            return;
        }
        for finding in findings {
            self.finding(finding);
        }
    }

    /// They differ in nothing but their number, and may be many. Who added some
    /// of them is told; the others are listed.
    fn unmanaged(&mut self, findings: &[&Finding]) {
        let (named, nameless): (Vec<&Finding>, Vec<&Finding>) =
            findings.iter().partition(|finding| finding.by.is_some());
        for finding in named {
            let who = who(finding).unwrap_or_default();
            let line = format!("{}  {who}", numbers(&finding.numbers));
            self.wrapped(&line, 4, Ansi::new());
        }
        let rest: Vec<PhoneNumber> = nameless
            .iter()
            .flat_map(|finding| finding.numbers.iter().copied())
            .collect();
        if !rest.is_empty() {
            self.wrapped(&numbers(&rest), 4, Ansi::new());
        }
    }

    fn finding(&mut self, finding: &Finding) {
        let Finding {
            kind: _,      // the heading
            attention: _, // its colour
            account: _,   // the heading above
            numbers: all,
            port,
            source,
            changes,
            reason,
            help,
            until,
            by: _, // with `at`
            at: _,
            ignored: _, // these stand in a list of their own
            steps,
        } = finding;
        let port = port
            .as_deref()
            .map_or_else(String::new, |name| format!("port {}: ", words::clean(name)));
        let place = match source.file.as_str() {
            "" => String::new(),
            file => format!("  {DIM}{file}:{}{DIM:#}", source.line),
        };
        let mut lines = words::wrapped(&format!("{port}{}", numbers(all)), self.room - 4);
        let last = lines.pop().unwrap_or_default();
        for line in lines {
            self.line(&format!("    {BOLD}{line}{BOLD:#}"));
        }
        self.line(&format!("    {BOLD}{last}{BOLD:#}{place}"));
        let until = until.as_deref().map_or_else(String::new, |until| {
            format!(" (until {})", when::until(until, &TimeZone::UTC))
        });
        // What differs is shown below.
        if finding.kind != FindingKind::Changed || changes.is_empty() {
            self.wrapped(&format!("{reason}{until}"), 6, Ansi::new());
        }
        for line in lines_of(changes, steps, self.plan) {
            self.line(&format!("      {line}"));
        }
        if let Some(who) = who(finding) {
            self.wrapped(&who, 6, Ansi::new());
        }
        if let Some(help) = help {
            for (at, line) in words::wrapped(help, self.room - 8).into_iter().enumerate() {
                let arrow = if at == 0 { '→' } else { ' ' };
                self.line(&format!("      {DIM}{arrow} {line}{DIM:#}"));
            }
        }
    }

    fn known(&mut self, known: &[&Finding]) {
        if known.is_empty() {
            return;
        }
        self.line(&format!("{DIM}Known, and no drift until a day{DIM:#}"));
        for finding in known {
            let Some(ignored) = &finding.ignored else {
                continue;
            };
            let what = match finding.changes.is_empty() {
                true => finding.kind.title(),
                false => finding.reason.as_str(),
            };
            let line = format!(
                "{}: {what} (until {}: {})",
                numbers(&finding.numbers),
                ignored.until,
                ignored.reason
            );
            self.wrapped(&line, 2, Ansi::new());
        }
        self.line("");
    }

    fn stale(&mut self, stale: &[StaleIgnore]) {
        for entry in stale {
            let line = format!(
                "{}:{}:{}: {}",
                entry.source.file,
                entry.source.line,
                entry.column,
                stale_words(entry)
            );
            self.wrapped(&line, 0, YELLOW);
        }
        if !stale.is_empty() {
            self.line("");
        }
    }
}

/// What is to be said of an entry of `ignore:` that does nothing any more.
pub(super) fn stale_words(entry: &StaleIgnore) -> String {
    let StaleIgnore {
        why,
        until,
        reason,
        source: _,
        column: _,
    } = entry;
    match why {
        StaleWhy::Over => format!(
            "this was ignored until {until} ({reason}), and counts again: mend it, take the entry out, or give it a new day"
        ),
        StaleWhy::Unused => format!(
            "nothing was found that this is about ({reason}): take the entry out if it is settled"
        ),
    }
}

/// "changed by jane@example.com, 2026-11-23 17:00 UTC".
fn who(finding: &Finding) -> Option<String> {
    let by = words::clean(finding.by.as_deref()?);
    let done = match finding.kind {
        FindingKind::Missing | FindingKind::LeavingCooldown => "released by",
        FindingKind::Unmanaged => "added by",
        FindingKind::NotInForce
        | FindingKind::OpenCorrection
        | FindingKind::NotReleased
        | FindingKind::Changed
        | FindingKind::RejectedPort
        | FindingKind::Stuck
        | FindingKind::Blocked => "changed by",
    };
    let at = finding
        .at
        .map(|at| at.strftime(", %Y-%m-%d %H:%M UTC").to_string())
        .unwrap_or_default();
    Some(format!("{done} {by}{at}"))
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// Numbers as a reader can take them in: a few in full, the rest counted.
fn numbers(numbers: &[PhoneNumber]) -> String {
    const SHOWN: usize = 8;
    let shown: Vec<String> = numbers
        .iter()
        .take(SHOWN)
        .map(|number| number.spaced().replace(' ', "\u{a0}"))
        .collect();
    match numbers.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        rest => format!("{} and {rest} more", shown.join(", ")),
    }
}

/// A share in whole per cent, rounded down: 100 means all of them.
pub fn percent(part: u64, whole: u64) -> Option<u64> {
    part.saturating_mul(100).checked_div(whole)
}

fn coverage(covered: &Covered) -> String {
    let Covered {
        accounts,
        live,
        managed,
        addresses,
    } = covered;
    let on = match accounts {
        1 => "1 account".to_owned(),
        accounts => format!("{accounts} accounts"),
    };
    match (percent(*managed, *live), percent(*addresses, *live)) {
        (Some(managed_share), Some(address_share)) => format!(
            "Coverage: {managed} of {live} numbers on {on} are declared ({managed_share} %), {addresses} with their address ({address_share} %)."
        ),
        _ => format!("Coverage: there are no numbers on {on}."),
    }
}

/// "Drift: 2 changed, 1 missing. 96 in sync, 3 unmanaged, 1 ignored."
fn summary(plan: &Plan, drift: &Drift) -> String {
    let count = |kind: FindingKind, counts: bool| {
        drift
            .findings
            .iter()
            .filter(|finding| {
                finding.kind == kind && finding.ignored.is_none() && finding.counts() == counts
            })
            .count()
    };
    let list = |counts: bool| -> Vec<String> {
        FindingKind::ALL
            .into_iter()
            .map(|kind| (kind, count(kind, counts)))
            .filter(|(_, count)| *count > 0)
            .map(|(kind, count)| format!("{count} {}", kind.title()))
            .collect()
    };
    let in_sync = plan.summary.get("inSync").copied().unwrap_or(0);
    let mut rest = vec![format!("{in_sync} in sync")];
    rest.extend(list(false));
    let ignored = drift
        .findings
        .iter()
        .filter(|finding| finding.ignored.is_some())
        .count();
    if ignored > 0 {
        rest.push(format!("{ignored} ignored"));
    }
    let counting = list(true);
    let rest = rest.join(", ");
    match counting.is_empty() {
        true => format!("{BOLD}No drift.{BOLD:#} {rest}."),
        false => format!("{ALARM}Drift:{ALARM:#} {}. {rest}.", counting.join(", ")),
    }
}
