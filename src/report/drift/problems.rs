//! Findings as problems of the files: for the forms that pipelines take those
//! in (SARIF, JUnit, annotations).

use serde_json::Value;

use super::super::changes::{in_words, scalar};
use super::{stale_words, until_words, way_out, who};
use crate::desired::Problem;
use crate::desired::problem::Place;
use crate::plan::{Attention, Change, Finding, FindingKind, Plan, StaleIgnore, StaleWhy};

/// The code of an entry of `ignore:` whose day is past.
const IGNORE_OVER: &str = "ignore-over";
/// The code of one that nothing answers to.
const IGNORE_UNUSED: &str = "ignore-unused";

/// The code of one that is too wide for what was found.
const IGNORE_TOO_WIDE: &str = "ignore-too-wide";

/// What an audit found: drift as errors, what else a person should look at as
/// warnings. What is ignored is left out.
pub fn problems(plan: &Plan) -> Vec<Problem> {
    let Some(drift) = &plan.drift else {
        return Vec::new();
    };
    let open = drift
        .findings
        .iter()
        .filter(|finding| finding.ignored.is_none());
    open.map(problem)
        .chain(drift.stale.iter().map(stale))
        .collect()
}

fn problem(finding: &Finding) -> Problem {
    const SHOWN: usize = 5;
    let mut numbers: Vec<String> = finding
        .numbers
        .iter()
        .take(SHOWN)
        .map(ToString::to_string)
        .collect();
    if finding.numbers.len() > SHOWN {
        numbers.push(format!("{} more", finding.numbers.len() - SHOWN));
    }
    if numbers.is_empty() {
        numbers.push(format!("account {}", finding.account));
    }
    let told = finding
        .changes
        .iter()
        .map(told)
        .collect::<Vec<_>>()
        .join("; ");
    // What differs says that something does.
    let what = match (finding.kind, told.is_empty()) {
        (FindingKind::Changed, false) => told,
        (_, false) => format!("{}: {told}", finding.reason),
        (_, true) => finding.reason.clone(),
    };
    let mut message = format!("{}: {what}", numbers.join(", "));
    if let Some(until) = &finding.until {
        message.push_str(&until_words(until));
    }
    let who = who(finding);
    if !who.is_empty() {
        message = format!("{message} ({})", who.join("; "));
    }
    let path = match (&finding.port, finding.numbers.first()) {
        (Some(port), _) => format!("ports.{port}"),
        (None, Some(number)) => format!("numbers.{number}"),
        (None, None) => String::new(),
    };
    let place = Place {
        line: finding.source.line.max(1),
        column: 1,
    };
    let problem = Problem::error(
        finding.kind.name(),
        &finding.source.file,
        place,
        path,
        message,
    );
    let problem = match &finding.help {
        Some(help) => problem.help(help.clone()),
        None => problem.help(way_out(finding.kind)),
    };
    match finding.attention {
        Attention::Drift => problem,
        Attention::Notice => problem.warning(),
    }
}

/// "e911Address.unit is 400, the file says 500".
fn told(change: &Change) -> String {
    if change.sensitive {
        return format!("{} (secret)", change.path);
    }
    let value = |value: &Value| match value {
        Value::Null => "nothing".to_owned(),
        Value::Object(_) => in_words(value),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => scalar(value),
    };
    format!(
        "{} is {}, the file says {}",
        change.path,
        value(&change.before),
        value(&change.after)
    )
}

fn stale(entry: &StaleIgnore) -> Problem {
    let (code, help) = match entry.why {
        StaleWhy::Over => (
            IGNORE_OVER,
            "mend what it is about, take it out, or give it a new day and reason",
        ),
        StaleWhy::TooWide => (
            IGNORE_TOO_WIDE,
            "name the kind or the number, if it is known and may wait",
        ),
        StaleWhy::Unused => (IGNORE_UNUSED, "take it out"),
    };
    let place = Place {
        line: entry.source.line,
        column: entry.column,
    };
    Problem::error(
        code,
        &entry.source.file,
        place,
        "ignore".to_owned(),
        stale_words(entry),
    )
    .warning()
    .help(help)
}
