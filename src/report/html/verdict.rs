//! What stands first on a page: the verdict in a few words, and what has to be
//! known to read it right.

use super::rows::{Row, Tone};
use super::write::counted;
use crate::desired::Problem;
use crate::plan::Plan;
use crate::report::{origin, plan_human};

pub(super) struct Verdict {
    /// What made the document, and of what: "alz drift".
    pub title: &'static str,
    pub tone: Tone,
    pub headline: String,
    pub detail: String,
}

pub(super) fn of_drift(plan: &Plan, rows: &[Row<'_>]) -> Verdict {
    let drift = rows.iter().filter(|row| row.counts).count() as u64;
    let known = rows.iter().filter(|row| row.ignored.is_some()).count() as u64;
    let notices = rows.len() as u64 - drift - known;
    let mut also = Vec::new();
    if notices > 0 {
        also.push(counted(notices, "notice", "notices"));
    }
    if known > 0 {
        also.push(format!(
            "{} known and ignored for now",
            super::write::grouped(known)
        ));
    }
    let also = match also.is_empty() {
        true => String::new(),
        false => format!(" Beside that: {}.", also.join(", ")),
    };
    let gap = plan.merged.as_ref().and_then(|merged| merged.gap());
    let unread = plan
        .drift
        .as_ref()
        .is_some_and(|drift| drift.is_incomplete());
    // Somebody has decided so; a green page would say that all is well.
    let hides_911 = rows
        .iter()
        .any(|row| row.ignored.is_some() && row.is_of_911);
    let (tone, headline, detail) = match (drift, gap) {
        (_, _) if unread => (
            Tone::Bad,
            counted(drift, "finding", "findings") + ", and not all was looked at",
            "Of accounts that could not be read nothing is known.",
        ),
        (0, None) if hides_911 => (
            Tone::Warn,
            "No drift but what is ignored".to_owned(),
            "Among what is ignored are numbers whose 911 calls may be answered without an address.",
        ),
        (0, None) => (
            Tone::Good,
            "No drift".to_owned(),
            match known {
                0 => "The platform is as the files say.",
                _ => "What differs is known, and nothing else does.",
            },
        ),
        (0, Some(_)) => (
            Tone::Warn,
            "No drift in what was looked at".to_owned(),
            "The rest of the accounts was not looked at.",
        ),
        (drift, _) => (
            Tone::Bad,
            counted(drift, "difference", "differences") + " from the files",
            "The platform is not as the files say.",
        ),
    };
    Verdict {
        title: "alz drift",
        tone,
        headline,
        detail: format!("{detail}{also}"),
    }
}

pub(super) fn of_plan(plan: &Plan) -> Verdict {
    let mut counts = plan_human::to_do_all(plan);
    let destructive = plan.steps.iter().any(|step| step.action.is_destructive());
    let blocked = plan.summary.get("blocked").copied().unwrap_or_default();
    let given_up = origin::given_up(plan) as u64;
    let changes = !counts.is_empty();
    if !changes {
        counts.push("No changes".to_owned());
    }
    if blocked > 0 {
        counts.push(format!("{} BLOCKED", counted(blocked, "number", "numbers")));
    }
    if given_up > 0 {
        let numbers = counted(given_up, "number", "numbers");
        counts.push(format!("{numbers} NO LONGER DECLARED"));
    }
    let headline = counts.join(", ");
    let free = plan.guards.is_empty() && !plan.is_refused();
    let detail = match (free, blocked) {
        (false, _) if plan.is_refused() => {
            "A policy refuses a step: apply sends nothing of this plan.".to_owned()
        }
        (false, _) => {
            "The plan goes beyond the guards: apply refuses it until they are lifted.".to_owned()
        }
        (true, 0) if changes => "This is what alz apply would do.".to_owned(),
        (true, 0) => "The platform is as the files say.".to_owned(),
        (true, _) => "A person must act on what is blocked.".to_owned(),
    };
    let tone = match (free, blocked + given_up > 0 || destructive, changes) {
        (false, ..) => Tone::Bad,
        (true, true, _) => Tone::Warn,
        (true, false, true) => Tone::Info,
        (true, false, false) => Tone::Good,
    };
    Verdict {
        title: "alz plan",
        tone,
        headline,
        detail,
    }
}

pub(super) fn of_problems(problems: &[Problem]) -> Verdict {
    let errors = problems.iter().filter(|problem| problem.is_error()).count() as u64;
    let warnings = problems.len() as u64 - errors;
    let (tone, headline) = match (errors, warnings) {
        (0, 0) => (Tone::Good, "No problems".to_owned()),
        (0, warnings) => (Tone::Warn, counted(warnings, "warning", "warnings")),
        (errors, 0) => (Tone::Bad, counted(errors, "error", "errors")),
        (errors, warnings) => (
            Tone::Bad,
            format!(
                "{}, {}",
                counted(errors, "error", "errors"),
                counted(warnings, "warning", "warnings")
            ),
        ),
    };
    let detail = match errors {
        0 => "The files can be planned.",
        _ => "Nothing is planned while errors stand.",
    };
    Verdict {
        title: "alz validate",
        tone,
        headline,
        detail: detail.to_owned(),
    }
}

pub(super) fn of_failure() -> Verdict {
    Verdict {
        title: "alz",
        tone: Tone::Bad,
        headline: "The run failed".to_owned(),
        detail: "There is no result: nothing below says how the platform stands.".to_owned(),
    }
}
