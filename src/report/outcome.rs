//! What became of a plan, step by step and in sum.

use std::fmt::Write as _;

use serde_json::json;

use crate::apply::{Outcome, StepReport, StepStatus};
use crate::plan::{Action, Plan, Step};

use super::style;

/// One step as a line for a person.
pub fn step_human(report: &StepReport<'_>) -> String {
    let (sign, paint) = match report.status {
        StepStatus::Done => ("✓", style::GOOD),
        StepStatus::Skipped => ("=", style::FAINT),
        StepStatus::Failed => ("✗", style::BAD),
        StepStatus::Unknown => ("?", style::BAD),
    };
    let mut line = format!("  {paint}{sign}{paint:#} {}", what(report.step));
    match (report.status, &report.message) {
        (StepStatus::Done, None) => {}
        (StepStatus::Done, Some(remark)) => {
            let _ = write!(line, ": {remark}");
        }
        (status, message) => {
            let _ = write!(line, ": {paint}{}{paint:#}", status.name());
            if let Some(message) = message {
                let _ = write!(line, ": {message}");
            }
        }
    }
    line.push('\n');
    line
}

/// One step as an event: one JSON object on one line.
pub fn step_json(report: &StepReport<'_>) -> String {
    let failed = matches!(report.status, StepStatus::Failed | StepStatus::Unknown);
    let mut event = json!({
        "event": "step",
        "id": report.step.id,
        "action": report.step.action,
        "account": report.step.account,
        "numbers": report.step.numbers,
        "status": report.status.name(),
        "error": if failed { report.message.clone() } else { None },
    });
    if let (false, Some(message)) = (failed, &report.message) {
        event["message"] = message.clone().into();
    }
    format!("{event}\n")
}

/// A reviewed step that was satisfied before this run.
pub fn satisfied_human(step: &Step) -> String {
    format!(
        "  {0}={0:#} {1}: satisfied already\n",
        style::FAINT,
        what(step)
    )
}

/// The same as an event.
pub fn satisfied_json(step: &Step) -> String {
    let event = json!({
        "event": "step",
        "id": step.id,
        "action": step.action,
        "account": step.account,
        "numbers": step.numbers,
        "status": "skipped",
        "error": null,
        "message": "satisfied already",
    });
    format!("{event}\n")
}

/// The sum, and what a person should know now.
pub fn outcome_human(plan: &Plan, outcome: &Outcome) -> String {
    let tally = outcome.tally;
    let mut text = String::from("\n");
    let mut parts = vec![format!("{} done", tally.done)];
    for (count, word) in [
        (tally.skipped, "skipped"),
        (tally.failed, "failed"),
        (tally.unknown, "unknown"),
        (outcome.not_started.len(), "not started"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {word}"));
        }
    }
    let paint = if tally.failed + tally.unknown + outcome.not_started.len() > 0 {
        style::BAD
    } else {
        style::GOOD
    };
    let _ = writeln!(text, "{paint}Applied: {}.{paint:#}", parts.join(", "));
    if tally.unknown > 0 {
        text.push_str(
            "What is unknown was sent once and is not sent again blindly: run apply again, it looks first.\n",
        );
    }
    if !outcome.not_started.is_empty() {
        text.push_str("Interrupted before these were started:\n");
        for step in plan
            .steps
            .iter()
            .filter(|step| outcome.not_started.contains(&step.id))
        {
            let _ = writeln!(text, "  - {}", what(step));
        }
    }
    let activating = plan
        .steps
        .iter()
        .filter(|step| matches!(step.action, Action::Activate | Action::SubmitActivation))
        .any(|step| outcome.shown.contains(&step.id));
    if activating {
        text.push_str("Activations are with the carriers now; until they are active, plan shows them as waiting.\n");
    }
    text.push_str(&released(plan, outcome));
    text
}

/// How to get back what was given up.
fn released(plan: &Plan, outcome: &Outcome) -> String {
    let gone: Vec<&Step> = plan
        .steps
        .iter()
        .filter(|step| step.action == Action::Release && outcome.shown.contains(&step.id))
        .collect();
    if gone.is_empty() {
        return String::new();
    }
    let mut text = String::from(
        "\nReleased. To get a number back while it is in cooldown, declare it again without \
         `state: released` and apply: it is recovered and activated.\n",
    );
    for step in gone {
        for number in &step.numbers {
            let until = step
                .recoverable_until
                .map_or_else(String::new, |date| format!(" until {date}"));
            let _ = writeln!(text, "  {} can be recovered{until}", number.spaced());
        }
    }
    text
}

/// The sum as an event: one JSON object on one line.
pub fn outcome_json(plan: &Plan, outcome: &Outcome, satisfied: usize, exit_code: u8) -> String {
    let released: Vec<_> = plan
        .steps
        .iter()
        .filter(|step| step.action == Action::Release && outcome.shown.contains(&step.id))
        .map(|step| json!({ "numbers": step.numbers, "recoverableUntil": step.recoverable_until }))
        .collect();
    let event = json!({
        "event": "summary",
        "done": outcome.tally.done,
        "skipped": outcome.tally.skipped + satisfied,
        "failed": outcome.tally.failed,
        "unknown": outcome.tally.unknown,
        "notStarted": outcome.not_started,
        "released": released,
        "summary": plan.summary,
        "notes": plan.notes,
        "exitCode": exit_code,
    });
    format!("{event}\n")
}

fn what(step: &Step) -> String {
    let numbers: Vec<String> = step.numbers.iter().map(|number| number.spaced()).collect();
    format!("{} {}", step.action, numbers.join(", "))
}
