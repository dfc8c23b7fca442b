//! Rules of the organisation: JSON Schemas that every number's resolved desired
//! state must meet.
//!
//! A schema sees `{account, number, customerServiceRecord, e911Address,
//! directoryListing, reference, holdActivation, port, state, protected}`;
//! members that no file declares are absent. `x-alz-message` beside what fails,
//! or further out, is what the person reads; `x-alz-severity: warning` makes it one.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::bounded;
use super::find;
use super::merge::Merged;
use super::problem::{Problem, Severity, code};
use super::rules::Finding;
use super::settings::Pattern;
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
        })
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What the policies say of one number.
    pub fn judge(
        &self,
        account: &AccountId,
        number: PhoneNumber,
        merged: &Merged<'_>,
        found: &mut Vec<Finding>,
    ) {
        if self.0.is_empty() {
            return;
        }
        let instance = resolved(account, number, merged);
        for policy in &self.0 {
            for error in policy.validator.iter_errors(&instance) {
                let schema_path = error.schema_path().as_str().to_owned();
                let message = policy
                    .nearest(&schema_path, "x-alz-message")
                    .map_or_else(|| shortened(&error.to_string()), str::to_owned);
                let severity = match policy.nearest(&schema_path, "x-alz-severity") {
                    Some("warning") => Severity::Warning,
                    Some(_) | None => Severity::Error,
                };
                let member = error.instance_path().as_str().to_owned();
                let mut path = vec!["numbers".into(), number.to_string().into()];
                path.extend(
                    member
                        .split('/')
                        .filter(|step| !step.is_empty())
                        .map(|step| step.to_owned().into()),
                );
                found.push(Finding {
                    severity,
                    code: code::POLICY,
                    path,
                    message,
                    help: format!("asked for by {}", policy.name),
                });
            }
        }
    }
}

impl Policy {
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

/// The validator quotes what it judges, which may be a whole number's state.
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
