//! What policies say of a plan's steps, as problems of the files that ask for
//! them: for everything that shows problems at their lines.

use super::words;
use crate::desired::Problem;
use crate::desired::problem::{Place, code};
use crate::plan::{Plan, PolicyFinding, PolicySeverity};

/// One problem a finding, at the line that asks for the step.
pub fn policy_problems(plan: &Plan) -> Vec<Problem> {
    plan.policies
        .iter()
        .map(|finding| {
            let PolicyFinding {
                severity,
                policy,
                step,
                account,
                numbers,
                source,
                path: member,
                message,
            } = finding;
            let action = plan.steps.iter().find(|one| one.id == *step);
            let action = action.map_or("a step", |step| step.action.name());
            let (path, of) = match numbers.as_slice() {
                [] => ("account".to_owned(), account.to_string()),
                [number] => (format!("numbers.{number}"), number.spaced()),
                [number, ..] => (
                    format!("numbers.{number}"),
                    format!("{} and {} more", number.spaced(), numbers.len() - 1),
                ),
            };
            let place = Place {
                line: source.line.max(1),
                column: 1,
            };
            let said = words::clean(message);
            let message = match member.as_str() {
                "" => format!("{action} of {of}: {said}"),
                member => format!("{action} of {of}: {said} ({member})"),
            };
            let problem = Problem::error(code::POLICY, &source.file, place, path, message)
                .help(format!("asked for by {policy}"));
            match severity {
                PolicySeverity::Error => problem,
                PolicySeverity::Warning => problem.warning(),
            }
        })
        .collect()
}
