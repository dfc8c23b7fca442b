//! The organisation's policies put to the steps of a plan: the plan knows no
//! policies, and the policies no plan.

use jiff::Timestamp;
use serde_json::Value;

use super::fatal::Fatal;
use crate::desired::{Repository, Severity, policy};
use crate::plan::{Plan, PolicyFinding, PolicySeverity};
use crate::report;

/// Has the organisation's policies judge every step, at this time. The steps know
/// their lines by then.
pub(super) fn judge(plan: &mut Plan, repository: &Repository, now: Timestamp) -> Result<(), Fatal> {
    plan.policies.clear();
    let policies = repository.policies();
    if policies.are_silent_on_steps() {
        return Ok(());
    }
    for step in &plan.steps {
        let as_shown = serde_json::to_value(step).map_err(|error| Fatal::new(error.to_string()))?;
        let Value::Object(mut as_shown) = as_shown else {
            continue;
        };
        as_shown.insert("environment".into(), plan.environment.as_str().into());
        for verdict in policies.judge_step(&as_shown, now) {
            let policy::Verdict {
                severity,
                policy,
                path,
                message,
            } = verdict;
            plan.policies.push(PolicyFinding {
                severity: match severity {
                    Severity::Error => PolicySeverity::Error,
                    Severity::Warning => PolicySeverity::Warning,
                },
                policy,
                step: step.id.clone(),
                account: step.account.clone(),
                numbers: step.numbers.clone(),
                source: step.source.clone(),
                path,
                message,
            });
        }
    }
    Ok(())
}

/// With a step that a policy refuses nothing is sent at all.
pub(super) fn refuse(plan: &Plan) -> Result<(), Fatal> {
    match plan.is_refused() {
        true => Err(Fatal::Problems(report::policy_problems(plan))),
        false => Ok(()),
    }
}
