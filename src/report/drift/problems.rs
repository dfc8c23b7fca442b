//! Findings as problems of the files: for the forms that pipelines take those
//! in (SARIF, JUnit, annotations).

use serde_json::Value;

use super::super::changes::scalar;
use super::{stale_words, way_out};
use crate::desired::Problem;
use crate::desired::problem::Place;
use crate::plan::{Attention, Change, Finding, Plan, StaleIgnore, StaleWhy};

/// The code of an entry of `ignore:` whose day is past.
const IGNORE_OVER: &str = "ignore-over";
/// The code of one that nothing answers to.
const IGNORE_UNUSED: &str = "ignore-unused";

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
    let mut message = format!("{}: {}", numbers.join(", "), finding.reason);
    let told: Vec<String> = finding.changes.iter().map(told).collect();
    if !told.is_empty() {
        message = format!("{message}: {}", told.join("; "));
    }
    if let Some(until) = &finding.until {
        message = format!("{message} (until {until})");
    }
    if let Some(by) = &finding.by {
        let at = finding.at.map_or_else(String::new, |at| {
            at.strftime(", %Y-%m-%d %H:%M UTC").to_string()
        });
        message = format!("{message} (by {by}{at})");
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
        value => scalar(value),
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
