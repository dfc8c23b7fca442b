//! What policies say of a plan's steps, as problems of the files that ask for
//! them: for everything that shows problems at their lines.

use anstyle::{AnsiColor, Effects, Style as Ansi};

use super::words;
use crate::desired::Problem;
use crate::desired::problem::{Place, code};
use crate::plan::{Plan, PolicyFinding, PolicySeverity};

const BOLD: Ansi = Ansi::new().effects(Effects::BOLD);
const DIM: Ansi = Ansi::new().effects(Effects::DIMMED);
const RED: Ansi = AnsiColor::Red.on_default();
const YELLOW: Ansi = AnsiColor::Yellow.on_default();
const ALARM: Ansi = AnsiColor::Red.on_default().effects(Effects::BOLD);

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

/// The same for people, with ANSI styles; nothing where nothing is found.
pub(super) fn policy_human(plan: &Plan, room: usize) -> String {
    if plan.policies.is_empty() {
        return String::new();
    }
    let mut lines = vec![match plan.is_refused() {
        true => format!("{ALARM}Against the policies: apply refuses this plan{ALARM:#}"),
        false => format!("{YELLOW}Policies{YELLOW:#}"),
    }];
    for finding in &plan.policies {
        let action = plan.steps.iter().find(|step| step.id == finding.step);
        let action = action.map_or("", |step| step.action.name());
        let ansi = match finding.severity {
            PolicySeverity::Error => RED,
            PolicySeverity::Warning => YELLOW,
        };
        lines.push(format!(
            "  {BOLD}{}{BOLD:#}  {action}  {DIM}{}:{}{DIM:#}",
            words::numbers(&finding.numbers),
            finding.source.file,
            finding.source.line
        ));
        let said = format!("{}: {}", finding.severity.name(), finding.message);
        for line in words::wrapped(&said, room.saturating_sub(4)) {
            lines.push(format!("    {ansi}{line}{ansi:#}"));
        }
        lines.push(format!("    {DIM}→ asked for by {}{DIM:#}", finding.policy));
    }
    lines.push("\n".to_owned());
    lines.join("\n")
}
