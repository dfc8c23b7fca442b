//! The plan as a telephone engineer reads it in a terminal: what is going to
//! happen, account by account; what is not, and why; and one line to sum it up.
//!
//! Every sign and mark stands for itself, so nothing is lost without colour.

use std::collections::BTreeMap;
use std::fmt::Write;

use anstyle::{AnsiColor, Effects, Style as Ansi};
use serde_json::Value;

use super::changes::step_lines;
use super::obstacles::scope_of;
use super::policy::policy_human;
use super::{origin, words};
use crate::model::AccountId;
use crate::plan::{Action, Note, NoteKind, Plan, Step, TrippedGuard};

const BOLD: Ansi = Ansi::new().effects(Effects::BOLD);
const DIM: Ansi = Ansi::new().effects(Effects::DIMMED);
const GREEN: Ansi = AnsiColor::Green.on_default();
const YELLOW: Ansi = AnsiColor::Yellow.on_default();
const RED: Ansi = AnsiColor::Red.on_default();
const ALARM: Ansi = AnsiColor::Red.on_default().effects(Effects::BOLD);
const CYAN: Ansi = AnsiColor::Cyan.on_default();

/// How a report is laid out.
#[derive(Clone, Debug)]
pub struct Style {
    /// Columns to fit notes into.
    pub width: usize,
    /// The accounts' names for people, where the files give any.
    pub names: BTreeMap<AccountId, String>,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            width: 100,
            names: BTreeMap::new(),
        }
    }
}

/// The whole report, with ANSI styles.
pub fn plan_human(plan: &Plan, style: &Style) -> String {
    let mut report = Report {
        text: String::new(),
        style,
    };
    report.restriction(plan);
    report.steps(plan);
    report.given_up(plan);
    for kind in [
        NoteKind::Blocked,
        NoteKind::Warning,
        NoteKind::Waiting,
        NoteKind::Deferred,
        NoteKind::Unmanaged,
    ] {
        report.notes(plan, kind);
    }
    report
        .text
        .push_str(&policy_human(plan, style.width.max(40)));
    report.guards(plan);
    report.line(&summary(plan));
    if let Some(base) = &plan.base {
        let base = words::clean(base);
        report.line(&format!(
            "{BOLD}Against {base}:{BOLD:#} {}.",
            origin::counts(plan)
        ));
    }
    report.text
}

struct Report<'a> {
    text: String,
    style: &'a Style,
}

impl Report<'_> {
    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    fn account(&self, id: &AccountId) -> String {
        match self.style.names.get(id) {
            Some(name) => {
                let name = words::clean(name);
                format!("{BOLD}{name}{BOLD:#} {DIM}{id}{DIM:#}")
            }
            None => format!("{BOLD}{id}{BOLD:#}"),
        }
    }

    /// That this is a part, before anything that could be taken for the whole.
    fn restriction(&mut self, plan: &Plan) {
        const SHOWN: usize = 8;
        let mut parts = Vec::new();
        if !plan.targets.is_empty() {
            let few = plan
                .targets
                .iter()
                .take(SHOWN)
                .map(|said| words::clean(said));
            let few = few.collect::<Vec<_>>().join(", ");
            parts.push(match plan.targets.len().saturating_sub(SHOWN) {
                0 => few,
                rest => format!("{few} and {rest} more"),
            });
        }
        parts.extend(plan.shard.as_ref().map(|shard| format!("shard {shard}")));
        if parts.is_empty() {
            return;
        }
        let text = format!(
            "Restricted to {}. What lies outside was not looked at.",
            parts.join("; ")
        );
        for line in words::wrapped(&text, self.style.width.max(40)) {
            self.line(&format!("{YELLOW}{line}{YELLOW:#}"));
        }
        self.line("");
    }

    fn steps(&mut self, plan: &Plan) {
        let mut account = None;
        for step in &plan.steps {
            if account != Some(&step.account) {
                account = Some(&step.account);
                let header = self.account(&step.account);
                self.line(&header);
            }
            self.step(step, plan);
        }
        if !plan.steps.is_empty() {
            self.line("");
        }
    }

    fn step(&mut self, step: &Step, plan: &Plan) {
        let (sign, ansi) = sign(step.action);
        let held = step
            .changes
            .iter()
            .any(|change| change.path == "holdActivation" && change.after == Value::Bool(true));
        let verb = match step.action {
            Action::Activate if held => "activate on hold".to_owned(),
            action if action.is_destructive() => action.name().to_uppercase(),
            action => action.name().to_owned(),
        };
        let source = if step.source.file.is_empty() {
            String::new()
        } else {
            format!("  {DIM}{}:{}{DIM:#}", step.source.file, step.source.line)
        };
        let room = self.style.width.max(40);
        let source = match origin::said(step, str::to_owned) {
            Some(others) => format!("{source}  {CYAN}({others}){CYAN:#}"),
            None => source,
        };
        // The order of a port can have a hundred numbers.
        let all: Vec<String> = step
            .numbers
            .iter()
            .map(|number| number.spaced().replace(' ', "\u{a0}"))
            .collect();
        let port = step.port.as_ref().and_then(|port| port.name.as_deref());
        let port = port.map_or_else(String::new, |name| format!(" {}", words::clean(name)));
        let mut numbers = words::wrapped(&all.join(", "), room - 4);
        let last = numbers.pop().unwrap_or_default();
        let mut sign = sign;
        for line in numbers {
            self.line(&format!("  {ansi}{sign} {line}{ansi:#}"));
            sign = ' ';
        }
        self.line(&format!(
            "  {ansi}{sign} {last}  {verb}{port}{ansi:#}{source}"
        ));
        for line in step_lines(step, plan, room - 6) {
            self.line(&format!("      {line}"));
        }
    }

    fn notes(&mut self, plan: &Plan, kind: NoteKind) {
        let notes: Vec<&Note> = plan
            .notes
            .iter()
            .filter(|note| note.kind == kind && !origin::is_given_up(note))
            .collect();
        let (title, ansi) = match kind {
            NoteKind::Blocked => ("Blocked: a person must act", ALARM),
            NoteKind::Warning => ("Warnings", YELLOW),
            NoteKind::Waiting => ("Waiting: time will do it", CYAN),
            NoteKind::Deferred => ("Deferred: comes later by itself", CYAN),
            NoteKind::Unmanaged => ("Unmanaged: left alone", DIM),
        };
        self.list(plan, &notes, title, ansi);
    }

    /// What a branch no longer declares is no news of the platform's: it is said
    /// by itself.
    fn given_up(&mut self, plan: &Plan) {
        let notes: Vec<&Note> = plan
            .notes
            .iter()
            .filter(|note| origin::is_given_up(note))
            .collect();
        self.list(plan, &notes, "No longer declared by this branch", ALARM);
    }

    fn list(&mut self, plan: &Plan, notes: &[&Note], title: &str, ansi: Ansi) {
        if notes.is_empty() {
            return;
        }
        self.line(&format!("{ansi}{title}{ansi:#}"));
        let several = plan.notes.iter().any(|note| {
            plan.notes
                .first()
                .is_some_and(|first| first.account != note.account)
        }) || plan.steps.iter().any(|step| {
            notes
                .first()
                .is_some_and(|first| first.account != step.account)
        });
        for note in notes {
            self.note(note, several);
        }
        self.line("");
    }

    fn note(&mut self, note: &Note, several_accounts: bool) {
        let room = self.style.width.max(40);
        let of = if several_accounts {
            let name = self.style.names.get(&note.account);
            format!(" ({})", name.map_or(note.account.as_str(), String::as_str))
        } else {
            String::new()
        };
        for line in words::wrapped(&format!("{}{of}", words::numbers(&note.numbers)), room - 2) {
            self.line(&format!("  {BOLD}{line}{BOLD:#}"));
        }
        let until = note
            .until
            .as_deref()
            .map(|until| format!(" (until {until})"))
            .unwrap_or_default();
        for line in words::wrapped(&format!("{}{until}", note.reason), room - 4) {
            self.line(&format!("    {line}"));
        }
        let help = note
            .help
            .iter()
            .flat_map(|help| words::wrapped(help, room - 6));
        for (at, line) in help.enumerate() {
            let arrow = if at == 0 { '→' } else { ' ' };
            self.line(&format!("    {DIM}{arrow} {line}{DIM:#}"));
        }
    }

    fn guards(&mut self, plan: &Plan) {
        let guards: &[TrippedGuard] = &plan.guards;
        if guards.is_empty() {
            return;
        }
        self.line(&format!(
            "{ALARM}Beyond its guards: apply refuses this plan{ALARM:#}"
        ));
        let mut lifts = Vec::new();
        for tripped in guards {
            let scope = scope_of(tripped, plan);
            self.line(&format!(
                "  {RED}{}{RED:#}: {} of {} numbers of {scope}; allowed: {}",
                tripped.guard, tripped.count, tripped.of, tripped.limit
            ));
            let lift = format!("--allow {}={}", tripped.guard, tripped.allow);
            if !lifts.contains(&lift) {
                lifts.push(lift);
            }
        }
        self.line(&format!(
            "  {DIM}→ if that is meant: {}{DIM:#}",
            lifts.join(" ")
        ));
        self.line("");
    }
}

fn sign(action: Action) -> (char, Ansi) {
    match action {
        Action::Recover => ('↻', GREEN),
        Action::Activate | Action::SubmitPort => ('+', GREEN),
        Action::SubmitActivation | Action::TriggerPort => ('»', GREEN),
        Action::Update
        | Action::UpdatePort
        | Action::AcceptE911Correction
        | Action::KeepE911Original => ('~', YELLOW),
        Action::CancelActivation | Action::CancelPort | Action::Release => ('-', ALARM),
    }
}

/// "Plan: 2 to activate, 1 to release. 96 in sync, 3 unmanaged."
fn summary(plan: &Plan) -> String {
    let count = |key: &str| plan.summary.get(key).copied().unwrap_or(0);
    let steps: Vec<String> = Action::ALL
        .into_iter()
        .map(|action| (count(action.summary_key()), action))
        .filter(|(count, _)| *count > 0)
        .map(|(count, action)| {
            let (_, ansi) = sign(action);
            let (objects, deed) = to_do(count, action);
            format!("{ansi}{objects} {deed}{ansi:#}")
        })
        .collect();
    let mut rest = vec![match count("inSync") {
        1 if steps.is_empty() => "1 number in sync".to_owned(),
        count if steps.is_empty() => format!("{count} numbers in sync"),
        count => format!("{count} in sync"),
    }];
    for key in ["unmanaged", "waiting", "deferred", "blocked"] {
        let count = count(key);
        if count > 0 {
            rest.push(format!("{count} {key}"));
        }
    }
    let mut line = String::new();
    let outcome = if steps.is_empty() {
        write!(line, "{BOLD}No changes.{BOLD:#} {}.", rest.join(", "))
    } else {
        let steps = steps.join(", ");
        write!(line, "{BOLD}Plan:{BOLD:#} {steps}. {}.", rest.join(", "))
    };
    debug_assert!(outcome.is_ok(), "writing to a String can't fail");
    line
}

/// So many steps of an action: `2 ports` and `to order`, `1` and `to release`.
pub(super) fn to_do(count: u64, action: Action) -> (String, &'static str) {
    let objects = match (port_of(action), count) {
        (false, count) => count.to_string(),
        (true, 1) => "1 port".to_owned(),
        (true, count) => format!("{count} ports"),
    };
    (objects, intention(action))
}

/// What there is to do, where nothing but words tells what is grave: what takes
/// something away comes first, in capitals.
pub(super) fn to_do_all(plan: &Plan) -> Vec<String> {
    let mut actions: Vec<(u64, Action)> = Action::ALL
        .into_iter()
        .filter_map(|action| Some((*plan.summary.get(action.summary_key())?, action)))
        .filter(|(count, _)| *count > 0)
        .collect();
    // Stable.
    actions.sort_by_key(|(_, action)| !action.is_destructive());
    let said = actions.into_iter().map(|(count, action)| {
        let (objects, deed) = to_do(count, action);
        match action.is_destructive() {
            true => format!(
                "{objects} {}",
                deed.to_uppercase().replacen("TO ", "to ", 1)
            ),
            false => format!("{objects} {deed}"),
        }
    });
    said.collect()
}

/// The step is about a port, not about a number.
const fn port_of(action: Action) -> bool {
    match action {
        Action::SubmitPort | Action::UpdatePort | Action::TriggerPort | Action::CancelPort => true,
        Action::Recover
        | Action::Activate
        | Action::SubmitActivation
        | Action::Update
        | Action::AcceptE911Correction
        | Action::KeepE911Original
        | Action::CancelActivation
        | Action::Release => false,
    }
}

const fn intention(action: Action) -> &'static str {
    match action {
        Action::Recover => "to recover",
        Action::Activate => "to activate",
        Action::SubmitActivation => "to submit from hold",
        Action::SubmitPort => "to order",
        Action::UpdatePort => "to change",
        Action::TriggerPort => "to trigger",
        Action::Update => "to update",
        Action::AcceptE911Correction => "to accept the E911 correction of",
        Action::KeepE911Original => "to keep the E911 original of",
        Action::CancelActivation => "to cancel from hold",
        Action::CancelPort => "to cancel",
        Action::Release => "to release",
    }
}
