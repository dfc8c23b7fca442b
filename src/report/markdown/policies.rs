//! What the organisation's policies say of a plan's steps.

use super::builder::{Entry, Part, Rank};
use super::escape;
use super::plan::numbers;
use crate::plan::{Plan, PolicyFinding, PolicySeverity};

/// The findings, the refusals first; empty where there are none.
pub(super) fn part(plan: &Plan) -> Part {
    let title = match plan.is_refused() {
        true => "Against the policies: apply refuses this plan",
        false => "Policies",
    };
    let mut findings: Vec<&PolicyFinding> = plan.policies.iter().collect();
    findings.sort_by_key(|finding| finding.severity);
    Part::plain(
        title,
        findings
            .into_iter()
            .map(|finding| entry(finding, plan))
            .collect(),
    )
}

fn entry(finding: &PolicyFinding, plan: &Plan) -> Entry {
    let PolicyFinding {
        severity,
        policy,
        step,
        account,
        numbers: of,
        source,
        path: _, // a member of the plan document, for programs
        message,
    } = finding;
    let action = plan.steps.iter().find(|one| one.id == *step);
    let action = action.map_or("step", |step| step.action.name());
    Entry {
        rank: match severity {
            PolicySeverity::Error => Rank::Blocked,
            PolicySeverity::Warning => Rank::Warning,
        },
        what: ("policy finding", "policy findings"),
        account: account.to_string(),
        text: format!(
            "- **{}**: {} of {}: {} ({}, asked for by {})\n",
            severity.name(),
            escape::text(action),
            numbers(of, 3),
            escape::line(&escape::clipped(message, 400)),
            escape::code(&escape::clipped(
                &format!("{}:{}", source.file, source.line),
                200
            )),
            escape::code(&escape::clipped(policy, 200)),
        ),
    }
}
