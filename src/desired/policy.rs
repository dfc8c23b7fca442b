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

mod keywords;
mod read;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::merge::Merged;
use super::problem::{Severity, code};
use super::rules::Finding;
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
                let around = self.around(
                    error.evaluation_path().as_str(),
                    error.schema_path().as_str(),
                );
                let nearest = |name: &str| {
                    let mut said = around.iter().filter_map(|part| part.get(name)?.as_str());
                    said.next()
                };
                // Never the value itself, which may be somebody's name or address.
                let own = || shortened(&error.masked().to_string());
                Said {
                    severity: match nearest(keywords::SEVERITY) {
                        Some("warning") => Severity::Warning,
                        Some(_) | None => Severity::Error,
                    },
                    member: steps(error.instance_path().as_str()).collect(),
                    message: nearest(keywords::MESSAGE).map_or_else(own, str::to_owned),
                }
            })
            .collect()
    }

    /// The parts of the schema around the keyword that failed, from the innermost
    /// outwards, the way that was gone: what lies around a `$ref` is around what
    /// it leads to.
    fn around(&self, evaluation_path: &str, schema_path: &str) -> Vec<&Value> {
        let gone: Vec<String> = steps(evaluation_path).collect();
        let is_reference = |step: &String| REFERENCES.contains(&step.as_str());
        let since = gone
            .iter()
            .rposition(is_reference)
            .map_or(0, |last| last + 1);
        let mut around = Vec::new();
        let mut here = Some(&self.schema);
        for (index, step) in gone.iter().enumerate() {
            around.extend(here);
            here = match here.and_then(|part| into(part, step)) {
                Some(reference) if is_reference(step) && index + 1 < since => {
                    self.referred(reference)
                }
                // Where the last one leads is known without looking.
                Some(_) if is_reference(step) => {
                    let target = steps(schema_path).count().checked_sub(gone.len() - since);
                    let target = target.map(|count| steps(schema_path).take(count));
                    target.and_then(|steps| self.at(steps))
                }
                found => found,
            };
        }
        around.reverse();
        around
    }

    /// The part of this very file that a reference leads to.
    fn referred(&self, reference: &Value) -> Option<&Value> {
        let pointer = reference.as_str()?.strip_prefix('#')?;
        self.at(steps(pointer))
    }

    fn at(&self, steps: impl IntoIterator<Item = String>) -> Option<&Value> {
        steps
            .into_iter()
            .try_fold(&self.schema, |here, step| into(here, &step))
    }
}

/// Keywords that lead to another part of the schema.
const REFERENCES: [&str; 3] = ["$ref", "$dynamicRef", "$recursiveRef"];

/// A JSON pointer's steps.
fn steps(pointer: &str) -> impl Iterator<Item = String> {
    pointer.split('/').skip(1).map(unescaped)
}

/// A step of a JSON pointer as it is meant (RFC 6901, section 4).
fn unescaped(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

/// One step into a value, by key or by index.
fn into<'v>(value: &'v Value, step: &str) -> Option<&'v Value> {
    match value {
        Value::Object(map) => map.get(step),
        Value::Array(list) => list.get(step.parse::<usize>().ok()?),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
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
    use crate::desired::find;

    fn policies(schema: &Value) -> Policies {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("p.schema.json");
        std::fs::write(&path, schema.to_string()).expect("a file");
        let policy = read::one(&find::source(directory.path(), &path));
        Policies(vec![policy.expect("a policy")])
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
        }));
        let step = json!({ "id": "a" });
        let step = step.as_object().expect("a map");
        assert_eq!(window.judge_step(step, time("2026-11-23T17:00:00Z")), []);
        // Sunday, before eight: two reasons, one sentence.
        let said = window.judge_step(step, time("2026-11-22T12:00:00Z"));
        assert_eq!(said.len(), 1, "{said:?}");
        assert_eq!(said[0].message, "not now");
        assert_eq!(said[0].severity, Severity::Error);
        assert!(!window.are_silent_on_steps());
        assert!(policies(&json!({})).are_silent_on_steps());
    }

    #[test]
    fn what_no_policy_words_itself_quotes_no_value() {
        let policy = policies(&json!({
            "x-alz-applies-to": "step",
            "properties": { "changes": { "items": { "properties": { "after": { "const": "x" } } } } },
        }));
        let step = json!({ "changes": [{ "after": "Quillcanary" }] });
        let said = policy.judge_step(step.as_object().expect("a map"), Timestamp::UNIX_EPOCH);
        assert_eq!(said[0].path, "changes.0.after");
        assert!(!said[0].message.contains("Quillcanary"), "{said:?}");
    }

    #[test]
    fn what_is_said_around_a_reference_is_said_of_what_it_leads_to() {
        let said = |schema: Value| {
            let step = json!({ "id": "a", "action": "release" });
            let step = step.as_object().expect("a map");
            let mut said = policies(&schema).judge_step(step, Timestamp::UNIX_EPOCH);
            let verdict = said.pop().expect("a verdict");
            assert_eq!(said, []);
            (verdict.severity, verdict.message)
        };
        let named = json!({ "required": ["source"] });
        let quiet = json!({ "allOf": [{ "$ref": "#/$defs/named" }], "x-alz-message": "inside" });
        // Beside the reference, and through two of them.
        for (reference, message) in [("named", "beside"), ("quiet", "inside")] {
            let found = said(json!({
                "x-alz-applies-to": "step",
                "x-alz-message": "at the top",
                "allOf": [{ "$ref": format!("#/$defs/{reference}"), "x-alz-message": "beside", "x-alz-severity": "warning" }],
                "$defs": { "named": named, "quiet": quiet },
            }));
            assert_eq!(
                found,
                (Severity::Warning, message.to_owned()),
                "{reference}"
            );
        }
        // What is said at the place itself comes first.
        let found = said(json!({
            "x-alz-applies-to": "step",
            "x-alz-severity": "warning",
            "$ref": "#/$defs/a~1b",
            "$defs": { "a/b": { "required": ["source"], "x-alz-message": "there", "x-alz-severity": "error" } },
        }));
        assert_eq!(found, (Severity::Error, "there".to_owned()));
    }
}
