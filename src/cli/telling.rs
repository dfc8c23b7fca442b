//! What `alz apply` says while it goes: to a person, as events, or as a comment.

use serde_json::json;

use super::Exit;
use super::output::Output;
use crate::apply::{self, Outcome, StepReport};
use crate::plan::Plan;
use crate::plan::document::FORMAT_VERSION;
use crate::report;
use crate::report::markdown::{self, Ended};

/// As a comment, where that is the form of the result.
pub(super) fn stopped(output: &Output, what: &str, help: Option<&str>) {
    if output.is_markdown() {
        let what = output.privacy.text(what);
        let text = markdown::stopped(output.subject(), &what, help, &output.comment);
        output.result(&text);
    }
}

/// Why a reviewed plan no longer holds.
pub(super) fn refuse_stale(differences: &[apply::Difference], output: &Output) {
    let shows = output.privacy.shows_excerpts();
    match output.is_json() {
        true => output.result(&format!(
            "{}\n",
            json!({
                "event": "stale",
                "formatVersion": FORMAT_VERSION,
                "differences": differences
                    .iter()
                    .map(|difference| difference.text(shows))
                    .collect::<Vec<_>>(),
                "details": differences
                    .iter()
                    .map(|difference| difference.json(shows))
                    .collect::<Vec<_>>(),
            })
        )),
        false => {
            let lines: Vec<String> = differences
                .iter()
                .map(|difference| difference.text(shows))
                .collect();
            let what = format!(
                "the plan no longer holds, so nothing was sent:\n  - {}",
                lines.join("\n  - ")
            );
            let help = Some("make and review a new one with `alz plan --out plan.json`");
            output.error(&report::error(&what, help));
            stopped(output, &what, help);
        }
    }
}

/// The first event of a run.
pub(super) fn start(plan: &Plan, output: &Output) {
    if output.is_json() {
        let mut event = json!({
            "event": "start",
            "formatVersion": FORMAT_VERSION,
            "alzVersion": plan.alz_version,
            "environment": plan.environment,
            "partition": plan.partition,
            "desiredDigest": plan.desired_digest,
            "steps": plan.steps.len(),
        });
        // Warnings: with an error among them it would not begin.
        if !plan.policies.is_empty() {
            event["policies"] = json!(plan.policies);
        }
        // That it is a part, where it is one.
        if !plan.targets.is_empty() {
            event["targets"] = json!(plan.targets);
        }
        if let Some(shard) = &plan.shard {
            event["shard"] = json!(shard);
        }
        output.result(&format!("{event}\n"));
    }
}

/// A step and how it ended, as a comment may show it.
pub(super) fn ending(step: &StepReport<'_>, shown: &Plan, output: &Output) -> Ended {
    let told = shown.steps.iter().find(|other| other.id == step.step.id);
    Ended {
        step: told.unwrap_or(step.step).clone(),
        status: step.status,
        message: step
            .message
            .as_deref()
            .map(|message| output.privacy.text(message).into_owned()),
    }
}

/// A step that has ended.
pub(super) fn tell_step(step: &StepReport<'_>, output: &Output) {
    match output.is_json() {
        true => output.result(&report::step_json(step)),
        false => output.result(&report::step_human(step)),
    }
}

/// What came of it all.
pub(super) fn finish(
    plan: &Plan,
    outcome: &Outcome,
    satisfied: usize,
    exit: Exit,
    output: &Output,
) {
    match output.is_json() {
        true => output.result(&report::outcome_json(plan, outcome, satisfied, exit.code())),
        false if plan.steps.is_empty() && satisfied == 0 => {}
        false => output.result(&report::outcome_human(plan, outcome)),
    }
}
