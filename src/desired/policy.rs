//! Rules of the organisation: JSON Schemas that every number's resolved desired
//! state must meet, or every step of a plan.
//!
//! A schema for numbers sees `{account, number, customerServiceRecord, e911Address,
//! directoryListing, reference, holdActivation, port, state, protected}`;
//! members that no file declares are absent. One with `x-alz-applies-to: step` sees
//! a step as it stands in the plan document, with `environment` and with the time of
//! the run under `at`, in the zone that `x-alz-timezone` names (docs/policies.md).
//! `x-alz-message` beside what fails, or further out, is what the person reads;
//! `x-alz-severity: warning` makes it one.
//!
//! A schema is compiled once, where all files are read, and shared from there.

use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::find;
use super::merge::Merged;
use super::problem::{Problem, Severity, code, nearest};
use super::rules::Finding;
use super::settings::Pattern;
use crate::bounded;
use crate::model::{AccountId, Field, PhoneNumber};

/// Characters of a message that no policy words itself.
const MAX_MESSAGE: usize = 200;

/// The compiled policies of a project.
#[derive(Debug, Default)]
pub struct Policies(Vec<Policy>);

#[derive(Debug)]
struct Policy {
    name: String,
    schema: Value,
    validator: jsonschema::Validator,
    applies_to: AppliesTo,
    /// What `at` is told in.
    zone: TimeZone,
}

/// What a policy judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AppliesTo {
    Number,
    Step,
}

/// What a policy says of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub severity: Severity,
    /// The file of the policy, as it is shown.
    pub policy: String,
    /// The member of the step that fails, with dots: changes.0.after.
    pub path: String,
    pub message: String,
}

impl Policies {
    /// Reads and compiles the schemas that the globs name.
    pub fn load(root: &Path, globs: &[Pattern]) -> (Self, Vec<Problem>) {
        let (files, mut problems) = find::expand(root, globs);
        // A policy that is not found is a policy that is not kept.
        for problem in &mut problems {
            problem.severity = Severity::Error;
        }
        let mut policies = Vec::new();
        for file in files {
            match Self::one(&file) {
                Ok(policy) => policies.push(policy),
                Err(problem) => problems.push(*problem),
            }
        }
        (Self(policies), problems)
    }

    fn one(file: &find::Source) -> Result<Policy, Box<Problem>> {
        let fault = |code, message| Box::new(Problem::of_file(code, &file.shown, message));
        let bytes = bounded::read(&file.path, bounded::MOST_BYTES).map_err(|error| {
            fault(
                code::UNREADABLE,
                format!("the policy can't be read: {error}"),
            )
        })?;
        let schema: Value = serde_json::from_slice(&bytes).map_err(|error| {
            let mut problem = fault(code::SYNTAX, format!("the policy is not JSON: {error}"));
            problem.line = u32::try_from(error.line().max(1)).unwrap_or(1);
            problem.column = u32::try_from(error.column().max(1)).unwrap_or(1);
            problem
        })?;
        let (applies_to, zone) = annotations(&file.shown, &schema)?;
        let validator = jsonschema::validator_for(&schema).map_err(|error| {
            fault(
                code::CONFIG,
                format!("the policy is no JSON Schema: {error}"),
            )
        })?;
        Ok(Policy {
            name: file.shown.clone(),
            schema,
            validator,
            applies_to,
            zone,
        })
    }

    fn of(&self, kind: AppliesTo) -> impl Iterator<Item = &Policy> {
        self.0
            .iter()
            .filter(move |policy| policy.applies_to == kind)
    }

    /// No policy judges steps.
    pub fn are_silent_on_steps(&self) -> bool {
        self.of(AppliesTo::Step).next().is_none()
    }

    /// What the policies say of one number.
    pub fn judge(
        &self,
        account: &AccountId,
        number: PhoneNumber,
        merged: &Merged<'_>,
        found: &mut Vec<Finding>,
    ) {
        let mut policies = self.of(AppliesTo::Number).peekable();
        if policies.peek().is_none() {
            return;
        }
        let instance = resolved(account, number, merged);
        for policy in policies {
            for said in policy.broken(&instance) {
                let mut path = vec!["numbers".into(), number.to_string().into()];
                path.extend(said.member.into_iter().map(Into::into));
                found.push(Finding {
                    severity: said.severity,
                    code: code::POLICY,
                    path,
                    message: said.message,
                    help: format!("asked for by {}", policy.name),
                });
            }
        }
    }

    /// What the policies say of a step, given as in the plan document and with
    /// what else they may ask for, at this time. What one policy says of it in the
    /// same words is said once.
    pub fn judge_step(&self, step: &Map<String, Value>, now: Timestamp) -> Vec<Verdict> {
        let mut verdicts: Vec<Verdict> = Vec::new();
        for policy in self.of(AppliesTo::Step) {
            let mut instance = step.clone();
            instance.insert("at".into(), at(now, &policy.zone));
            for said in policy.broken(&Value::Object(instance)) {
                let verdict = Verdict {
                    severity: said.severity,
                    policy: policy.name.clone(),
                    path: said.member.join("."),
                    message: said.message,
                };
                let same = |other: &Verdict| {
                    other.policy == verdict.policy && other.message == verdict.message
                };
                if !verdicts.iter().any(same) {
                    verdicts.push(verdict);
                }
            }
        }
        verdicts
    }
}

/// What a schema says of itself: what it judges, and whose clock counts.
fn annotations(file: &str, schema: &Value) -> Result<(AppliesTo, TimeZone), Box<Problem>> {
    let fault = |message: String, help: String| {
        Box::new(Problem::of_file(code::CONFIG, file, message).help(help))
    };
    let applies_to = match schema
        .get("x-alz-applies-to")
        .map(|said| (said, said.as_str()))
    {
        None | Some((_, Some("number"))) => AppliesTo::Number,
        Some((_, Some("step"))) => AppliesTo::Step,
        Some((said, _)) => {
            return Err(fault(
                format!("the policy applies to {said}, which is nothing that alz judges"),
                "x-alz-applies-to is \"number\" (the default) or \"step\"".to_owned(),
            ));
        }
    };
    let zone = match schema
        .get("x-alz-timezone")
        .map(|said| (said, said.as_str()))
    {
        None => TimeZone::UTC,
        Some((said, name)) => {
            let found = name.and_then(|name| TimeZone::get(name).ok());
            found.ok_or_else(|| {
                let near = name.and_then(|name| nearest(name, ZONES.iter().copied()));
                let near = near.map_or_else(String::new, |zone| format!("; did you mean {zone}?"));
                fault(
                    format!("the policy's time zone {said} is not known"),
                    format!("x-alz-timezone is a zone of the IANA database: America/Denver{near}"),
                )
            })?
        }
    };
    Ok((applies_to, zone))
}

/// Zones in which the platform has customers, for "did you mean".
const ZONES: &[&str] = &[
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
    "America/Toronto",
    "America/Winnipeg",
    "America/Edmonton",
    "America/Vancouver",
    "America/Halifax",
    "America/St_Johns",
];

/// The time of a run, in the pieces that a schema can compare.
fn at(now: Timestamp, zone: &TimeZone) -> Value {
    let local = now.to_zoned_datetime(zone.clone());
    let name = zone.iana_name().unwrap_or("UTC");
    json!({
        "now": now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "timezone": name,
        "date": local.date().to_string(),
        "weekday": local.strftime("%A").to_string(),
        "hour": local.hour(),
        "minute": local.minute(),
        "minuteOfDay": i32::from(local.hour()) * 60 + i32::from(local.minute()),
    })
}

/// A part of an instance that a policy does not take.
struct Said {
    severity: Severity,
    member: Vec<String>,
    message: String,
}

impl Policy {
    fn broken(&self, instance: &Value) -> Vec<Said> {
        // Nearly all are met, and to say so is quicker than to look for why not.
        if self.validator.is_valid(instance) {
            return Vec::new();
        }
        self.validator
            .iter_errors(instance)
            .map(|error| {
                let schema_path = error.schema_path().as_str().to_owned();
                // Never the value itself, which may be somebody's name or address.
                let own = || shortened(&error.masked().to_string());
                let member = error.instance_path().as_str();
                Said {
                    severity: match self.nearest(&schema_path, "x-alz-severity") {
                        Some("warning") => Severity::Warning,
                        Some(_) | None => Severity::Error,
                    },
                    member: member
                        .split('/')
                        .filter(|step| !step.is_empty())
                        .map(str::to_owned)
                        .collect(),
                    message: self
                        .nearest(&schema_path, "x-alz-message")
                        .map_or_else(own, str::to_owned),
                }
            })
            .collect()
    }

    /// The annotation nearest to the keyword that failed, going outwards.
    fn nearest(&self, schema_path: &str, name: &str) -> Option<&str> {
        let mut pointer = schema_path;
        loop {
            let there = self.schema.pointer(pointer).and_then(|part| part.get(name));
            if let Some(text) = there.and_then(Value::as_str) {
                return Some(text);
            }
            pointer = pointer.rsplit_once('/')?.0;
        }
    }
}

/// A schema may list many values that would do.
fn shortened(text: &str) -> String {
    let mut shown: String = text.chars().take(MAX_MESSAGE).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

/// A number as policies see it.
pub fn resolved(account: &AccountId, number: PhoneNumber, merged: &Merged<'_>) -> Value {
    fn put<T: serde::Serialize>(map: &mut Map<String, Value>, name: &str, field: &Field<T>) {
        if !field.is_absent()
            && let Ok(value) = serde_json::to_value(field)
        {
            map.insert(name.to_owned(), value);
        }
    }
    let Merged {
        customer_service_record,
        e911_address,
        directory_listing,
        reference,
        hold_activation,
        protected,
        port,
        released,
    } = merged;
    let mut map = Map::new();
    map.insert("account".into(), json!(account));
    map.insert("number".into(), json!(number));
    put(&mut map, "customerServiceRecord", customer_service_record);
    put(&mut map, "e911Address", e911_address);
    put(&mut map, "directoryListing", directory_listing);
    put(&mut map, "reference", reference);
    put(&mut map, "holdActivation", hold_activation);
    map.insert("protected".into(), json!(protected));
    if let Some(port) = port {
        map.insert("port".into(), json!(port));
    }
    if *released {
        map.insert("state".into(), json!("released"));
    }
    Value::Object(map)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policies(schema: &Value) -> Result<Policies, Box<Problem>> {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("p.schema.json");
        std::fs::write(&path, schema.to_string()).expect("a file");
        let file = find::source(directory.path(), &path);
        Policies::one(&file).map(|policy| Policies(vec![policy]))
    }

    fn time(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn the_time_is_told_in_the_zone_of_the_policy() {
        let denver = TimeZone::get("America/Denver").expect("a zone");
        // Winter time, and the day before in Denver.
        assert_eq!(
            at(time("2026-11-23T06:05:09.5Z"), &denver),
            json!({ "now": "2026-11-23T06:05:09Z", "timezone": "America/Denver", "date": "2026-11-22",
                "weekday": "Sunday", "hour": 23, "minute": 5, "minuteOfDay": 1385 })
        );
        let summer = at(time("2026-07-01T06:05:00Z"), &denver);
        assert_eq!(summer["hour"], 0);
        assert_eq!(
            at(time("2026-07-01T06:05:00Z"), &TimeZone::UTC)["timezone"],
            "UTC"
        );
    }

    #[test]
    fn a_step_policy_speaks_of_steps_alone_and_once() {
        let window = policies(&json!({
            "x-alz-applies-to": "step",
            "x-alz-timezone": "America/Denver",
            "x-alz-message": "not now",
            "properties": { "at": { "properties": { "hour": { "minimum": 8 }, "weekday": { "enum": ["Monday"] } } } },
        }))
        .expect("a policy");
        let step = json!({ "id": "a" });
        let step = step.as_object().expect("a map");
        assert_eq!(window.judge_step(step, time("2026-11-23T17:00:00Z")), []);
        // Sunday, before eight: two reasons, one sentence.
        let said = window.judge_step(step, time("2026-11-22T12:00:00Z"));
        assert_eq!(said.len(), 1, "{said:?}");
        assert_eq!(said[0].message, "not now");
        assert_eq!(said[0].severity, Severity::Error);
        assert!(!window.are_silent_on_steps());
        assert!(
            policies(&json!({}))
                .expect("a policy")
                .are_silent_on_steps()
        );
    }

    #[test]
    fn what_no_policy_words_itself_quotes_no_value() {
        let policy = policies(&json!({
            "x-alz-applies-to": "step",
            "properties": { "changes": { "items": { "properties": { "after": { "const": "x" } } } } },
        }))
        .expect("a policy");
        let step = json!({ "changes": [{ "after": "Quillcanary" }] });
        let said = policy.judge_step(step.as_object().expect("a map"), Timestamp::UNIX_EPOCH);
        assert_eq!(said[0].path, "changes.0.after");
        assert!(!said[0].message.contains("Quillcanary"), "{said:?}");
    }

    #[test]
    fn a_policy_for_nothing_or_in_no_zone_is_an_error() {
        let fault = |schema: Value| policies(&schema).expect_err("a fault").to_string();
        let nothing = fault(json!({ "x-alz-applies-to": "steps" }));
        assert!(
            nothing.contains("\"steps\"") && nothing.contains("\"step\""),
            "{nothing}"
        );
        let nowhere = fault(json!({ "x-alz-timezone": "America/Denvr" }));
        assert!(
            nowhere.contains("did you mean America/Denver?"),
            "{nowhere}"
        );
        fault(json!({ "x-alz-timezone": -7 }));
    }
}
