//! What an audit found, as somebody reads it in the morning: by account, what
//! matters most first, each with its place in the files and a way out; then how
//! much the files speak of at all, and one line to sum it up.

mod first;
mod problems;

use std::collections::BTreeMap;

use anstyle::{AnsiColor, Effects, Style as Ansi};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::changes::lines_of;
use super::policy::policy_human;
use super::redact::is_hidden;
use super::restricted::restricted;
use super::{Style, when, words};
use crate::model::{AccountId, PhoneNumber};
use crate::plan::{
    Attention, Author, Covered, Drift, Finding, FindingKind, Ignored, Plan, StaleIgnore, StaleWhy,
};

pub use first::first;
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
        FindingKind::Unread => {
            "run again; if the account is no more, take its file out of the repository"
        }
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
    report.first(drift);
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
        let hint = format!("→ {}", way_out(first.kind));
        let fits = 4 + title.chars().count() + hint.chars().count() <= self.room;
        match (shared, fits) {
            (true, true) => self.line(&format!("  {ansi}{title}{ansi:#}  {DIM}{hint}{DIM:#}")),
            (true, false) => {
                self.line(&format!("  {ansi}{title}{ansi:#}"));
                self.wrapped(&hint, 4, DIM);
            }
            (false, _) => self.line(&format!("  {ansi}{title}{ansi:#}")),
        }
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
            let who = who(finding).join("; ");
            let line = format!("{}  {who}", words::numbers(&finding.numbers));
            self.wrapped(&line, 4, Ansi::new());
        }
        let rest: Vec<PhoneNumber> = nameless
            .iter()
            .flat_map(|finding| finding.numbers.iter().copied())
            .collect();
        if !rest.is_empty() {
            self.wrapped(&words::numbers(&rest), 4, Ansi::new());
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
            by: _, // with `who`
            at: _,
            authors: _,
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
        let about = match all.is_empty() {
            true => "all numbers".to_owned(),
            false => words::numbers(all),
        };
        let mut lines = words::wrapped(&format!("{port}{about}"), self.room - 4);
        let last = lines.pop().unwrap_or_default();
        for line in lines {
            self.line(&format!("    {BOLD}{line}{BOLD:#}"));
        }
        self.line(&format!("    {BOLD}{last}{BOLD:#}{place}"));
        let until = until.as_deref().map(until_words).unwrap_or_default();
        // What differs is shown below.
        if finding.kind != FindingKind::Changed || changes.is_empty() {
            self.wrapped(&format!("{reason}{until}"), 6, Ansi::new());
        }
        for line in lines_of(changes, steps, self.plan) {
            self.line(&format!("      {line}"));
        }
        for who in who(finding) {
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
            // Somebody has decided so, and whoever reads on should know.
            let ansi = match finding.kind.is_of_911() {
                true => ALARM,
                false => Ansi::new(),
            };
            let about = match finding.numbers.is_empty() {
                true => finding.account.to_string(),
                false => words::numbers(&finding.numbers),
            };
            let what = match finding.changes.is_empty() {
                true => finding.kind.title(),
                false => finding.reason.as_str(),
            };
            let line = format!("{about}: {what} ({})", known_words(ignored));
            self.wrapped(&line, 2, ansi);
        }
        self.line("");
    }

    fn first(&mut self, drift: &Drift) {
        let list = first(drift);
        if list.is_empty() {
            return;
        }
        self.line(&format!("{BOLD}First{BOLD:#}"));
        for (at, urgent) in list.iter().enumerate() {
            let lines = words::wrapped(&urgent.line(), self.room.saturating_sub(5));
            for (row, line) in lines.into_iter().enumerate() {
                let mark = match row {
                    0 => format!("{}.", at + 1),
                    _ => String::new(),
                };
                self.line(&format!("  {mark:<2} {line}"));
            }
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
        StaleWhy::TooWide => format!(
            "this hides nothing ({reason}): what was found is about 911 calls, or an account that could not be read; an entry for that names the kind (`kinds`) or the number in full"
        ),
        StaleWhy::Unused => format!(
            "nothing was found that this is about ({reason}): take the entry out if it is settled"
        ),
    }
}

/// "until 2026-12-04: the tenant moves", with the place of who says so where the
/// reason is not to be shown.
pub(super) fn known_words(ignored: &Ignored) -> String {
    let Ignored {
        until,
        reason,
        source,
    } = ignored;
    match is_hidden(&Value::from(reason.as_str())) {
        true => format!("until {until}, by {}:{}", source.file, source.line),
        false => format!("until {until}: {reason}"),
    }
}

/// " (until Sun 2026-12-13 17:00 UTC)".
pub(super) fn until_words(until: &str) -> String {
    format!(" (until {})", when::until(until, &TimeZone::UTC))
}

/// "changed by jane@example.com, 2026-11-23 17:00 UTC"; of several people each
/// with what they have done.
pub(super) fn who(finding: &Finding) -> Vec<String> {
    let done = match finding.kind {
        FindingKind::Missing | FindingKind::LeavingCooldown => "released by",
        FindingKind::Unmanaged => "added by",
        FindingKind::NotInForce
        | FindingKind::OpenCorrection
        | FindingKind::Unread
        | FindingKind::NotReleased
        | FindingKind::Changed
        | FindingKind::RejectedPort
        | FindingKind::Stuck
        | FindingKind::Blocked => "changed by",
    };
    let at = |at: Timestamp| at.strftime(", %Y-%m-%d %H:%M UTC").to_string();
    let all = finding.by.iter().map(|by| {
        let at = finding.at.map(at).unwrap_or_default();
        format!("{done} {}{at}", words::clean(by))
    });
    let parts = finding.authors.iter().map(|author| {
        let Author {
            by,
            at: moment,
            paths,
        } = author;
        let (by, at) = (words::clean(by), at(*moment));
        format!("{} {done} {by}{at}", paths.join(", "))
    });
    all.chain(parts).collect()
}

pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
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

/// "3 ignored (1 not in force)": how many findings nobody is to be alarmed by, and
/// which of them say that help may not come.
pub(super) fn ignored(drift: &Drift) -> Option<String> {
    let ignored = || drift.findings.iter().filter(|f| f.ignored.is_some());
    let grave: Vec<String> = FindingKind::ALL
        .into_iter()
        .filter(|kind| kind.is_of_911() || *kind == FindingKind::Unread)
        .map(|kind| (kind, ignored().filter(|f| f.kind == kind).count()))
        .filter(|(_, count)| *count > 0)
        .map(|(kind, count)| format!("{count} {}", kind.title()))
        .collect();
    match (ignored().map(Finding::count).sum::<u64>(), grave.is_empty()) {
        (0, _) => None,
        (count, true) => Some(format!("{count} ignored")),
        (count, false) => Some(format!("{count} ignored ({})", grave.join(", "))),
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
            .map(Finding::count)
            .sum::<u64>()
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
    rest.extend(ignored(drift));
    let counting = list(true);
    let rest = rest.join(", ");
    match counting.is_empty() {
        true => format!("{BOLD}No drift.{BOLD:#} {rest}."),
        false => format!("{ALARM}Drift:{ALARM:#} {}. {rest}.", counting.join(", ")),
    }
}
