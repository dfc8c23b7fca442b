//! Past runs, as their journals have them, for people.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::style;
use crate::apply::StepStatus;
use crate::apply::journal::{Line, Run};
use crate::model::PhoneNumber;

/// How each step of a run ended, by its id; `None` where that isn't known.
pub fn ends(run: &Run) -> BTreeMap<&str, Option<StepStatus>> {
    let mut ends = BTreeMap::new();
    for line in &run.lines {
        match line {
            Line::Intent(intent) => {
                ends.insert(intent.step.as_str(), None);
            }
            Line::Outcome(ended) => {
                ends.insert(ended.step.as_str(), Some(ended.status));
            }
            Line::Run(_) | Line::End { .. } | Line::Unknown => {}
        }
    }
    ends
}

/// A run on a line, and with `steps` what it did.
pub fn run(run: &Run, steps: bool) -> String {
    let ends = ends(run);
    let count = |wanted: Option<StepStatus>| ends.values().filter(|end| **end == wanted).count();
    let mut parts = Vec::new();
    for (wanted, word) in [
        (Some(StepStatus::Done), "done"),
        (Some(StepStatus::Skipped), "skipped"),
        (Some(StepStatus::Failed), "failed"),
        (Some(StepStatus::Unknown), "unknown"),
        (None, "sent, outcome not known"),
    ] {
        match count(wanted) {
            0 => {}
            count => parts.push(format!("{count} {word}")),
        }
    }
    if parts.is_empty() {
        parts.push("nothing sent".to_owned());
    }
    let paint = if count(Some(StepStatus::Unknown)) + count(None) > 0 {
        style::BAD
    } else {
        style::FAINT
    };
    let ended = run
        .lines
        .iter()
        .any(|line| matches!(line, Line::End { .. }));
    let mut text = format!(
        "{}  {}  {paint}{}{}{paint:#}\n",
        run.name,
        run.header.environment,
        parts.join(", "),
        if ended { "" } else { "; broken off" },
    );
    if !steps {
        return text;
    }
    for line in &run.lines {
        match line {
            Line::Intent(intent) => {
                let secrets = if intent.carries_secrets {
                    " with secrets"
                } else {
                    ""
                };
                let numbers = numbers(&intent.numbers);
                let _ = writeln!(
                    text,
                    "  {}  sent     {}{secrets} ({numbers})",
                    intent.at, intent.step
                );
            }
            Line::Outcome(ended) => {
                let error = ended.error.as_ref().map(|error| format!(": {error}"));
                let _ = writeln!(
                    text,
                    "  {}  {:<8} {}{}",
                    ended.at,
                    ended.status.name(),
                    ended.step,
                    error.unwrap_or_default()
                );
            }
            Line::Run(_) | Line::End { .. } | Line::Unknown => {}
        }
    }
    text
}

fn numbers(numbers: &[PhoneNumber]) -> String {
    let shown: Vec<String> = numbers.iter().take(5).map(ToString::to_string).collect();
    match numbers.len().saturating_sub(5) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
