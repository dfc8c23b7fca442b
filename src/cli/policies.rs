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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;
    use crate::desired::policy::Policies;
    use crate::desired::problem::Place;
    use crate::desired::settings::Pattern;
    use crate::report::schema::{Draft, Kind, schema};

    /// The members of a definition, and of those that it refers to.
    fn members(definitions: &Value, name: &str, found: &mut BTreeSet<String>) {
        let mut waiting = vec![&definitions[name]];
        while let Some(value) = waiting.pop() {
            match value {
                Value::Object(map) => {
                    let here = map.get("properties").and_then(Value::as_object);
                    found.extend(here.into_iter().flat_map(|here| here.keys().cloned()));
                    if let Some(Value::String(there)) = map.get("$ref") {
                        members(definitions, there.trim_start_matches("#/$defs/"), found);
                    }
                    waiting.extend(map.values());
                }
                Value::Array(list) => waiting.extend(list),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
            }
        }
    }

    #[test]
    fn a_policy_may_speak_of_every_member_that_a_step_has() {
        let plan = schema(Kind::Plan, Draft::Draft2020);
        let mut names = BTreeSet::new();
        members(&plan["$defs"], "Step", &mut names);
        assert!(
            names.contains("recoverableUntil") && names.len() > 20,
            "{names:?}"
        );
        let required: Vec<&str> = names.iter().map(String::as_str).collect();
        let policy = json!({ "x-alz-applies-to": "step", "required": required });

        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("p.schema.json");
        std::fs::write(path, policy.to_string()).expect("a file");
        let all = Pattern {
            glob: "*.schema.json".to_owned(),
            place: Place::default(),
            path: String::new(),
        };
        let (_, problems) = Policies::load(directory.path(), &[all]);
        assert_eq!(problems, []);
    }
}
