//! Policies from their files: read, looked over for what would not be kept, and
//! compiled. All that is wrong with one is told at its place.

use std::fmt;
use std::path::Path;

use jiff::tz::TimeZone;
use jsonschema::error::ValidationErrorKind;
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::keywords::{self, Fault};
use super::{AppliesTo, Policies, Policy};
use crate::desired::problem::{Problem, code, nearest};
use crate::desired::rules::Finding;
use crate::desired::settings::Pattern;
use crate::desired::{find, load, tree};

/// Where the rest of a policy belongs that refers to another place.
const OWN_FILE: &str =
    "a $ref stays within its file, or names a draft of JSON Schema; put what is shared under $defs";

impl Policies {
    /// Reads and compiles the schemas that the globs name.
    pub fn load(root: &Path, globs: &[Pattern]) -> (Self, Vec<Problem>) {
        let (files, mut problems) = find::expand(root, globs);
        // A policy that is not found is a policy that is not kept.
        for problem in &mut problems {
            problem.severity = super::Severity::Error;
        }
        let mut policies = Vec::new();
        for file in files {
            match one(&file) {
                Ok(policy) => policies.push(policy),
                Err(found) => problems.extend(found),
            }
        }
        (Self(policies), problems)
    }
}

pub(super) fn one(file: &find::Source) -> Result<Policy, Vec<Problem>> {
    let text = load::text_of(file).map_err(|problem| vec![*problem])?;
    let Strict(schema) = serde_json::from_str(&text).map_err(|error| {
        let message = format!("the policy is not JSON: {error}");
        let mut problem = Problem::of_file(code::SYNTAX, &file.shown, message);
        problem.line = u32::try_from(error.line().max(1)).unwrap_or(1);
        problem.column = u32::try_from(error.column().max(1)).unwrap_or(1);
        vec![problem]
    })?;
    let place = |fault: Fault| placed(file, &text, fault);
    let (applies_to, zone) = annotations(&schema).map_err(|fault| vec![place(*fault)])?;
    // First whether it is a schema at all: the words of what is none say little.
    let validator = compiled(&schema).map_err(|fault| vec![place(*fault)])?;
    let faults = keywords::faults(&schema, applies_to);
    if !faults.is_empty() {
        return Err(faults.into_iter().map(place).collect());
    }
    Ok(Policy {
        name: file.shown.clone(),
        schema,
        validator,
        applies_to,
        zone,
    })
}

fn compiled(schema: &Value) -> Result<jsonschema::Validator, Box<Fault>> {
    // A format is there to be kept, also where the draft takes it for a remark.
    jsonschema::options()
        .should_validate_formats(true)
        .should_ignore_unknown_formats(false)
        .with_retriever(Nowhere)
        .build(schema)
        .map_err(|error| {
            let path = error.instance_path().as_str().split('/').skip(1);
            let help = match error.kind() {
                ValidationErrorKind::Referencing(_) => OWN_FILE,
                _ => "docs/policies.md shows what a policy looks like",
            };
            Box::new(Fault {
                path: path.map(super::unescaped).collect(),
                message: format!("the policy is no JSON Schema: {error}"),
                help: help.to_owned(),
            })
        })
}

/// What a policy refers to is asked of nobody: no network, and no other file.
struct Nowhere;

impl jsonschema::Retrieve for Nowhere {
    fn retrieve(
        &self,
        _: &jsonschema::Uri<String>,
    ) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        Err("nothing outside of a policy is looked up".into())
    }
}

/// A fault at its line; a schema is YAML as well, and what reads that knows lines.
fn placed(file: &find::Source, text: &str, fault: Fault) -> Problem {
    let Fault {
        path,
        message,
        help,
    } = fault;
    let documents = tree::read(&file.shown, text);
    let root = documents.into_iter().next().and_then(|found| found.root);
    let index = root.as_deref().map(tree::Index::new);
    let finding = Finding {
        severity: super::Severity::Error,
        code: code::CONFIG,
        path: path.into_iter().map(Into::into).collect(),
        message,
        help,
    };
    load::placed(&file.shown, index.as_ref(), finding)
}

/// What a schema says of itself: what it judges, and whose clock counts.
fn annotations(schema: &Value) -> Result<(AppliesTo, TimeZone), Box<Fault>> {
    let fault = |word: &str, message: String, help: String| {
        Box::new(Fault {
            path: vec![word.to_owned()],
            message,
            help,
        })
    };
    let applies_to = match schema
        .get(keywords::APPLIES_TO)
        .map(|said| (said, said.as_str()))
    {
        None | Some((_, Some("number"))) => AppliesTo::Number,
        Some((_, Some("step"))) => AppliesTo::Step,
        Some((said, _)) => {
            return Err(fault(
                keywords::APPLIES_TO,
                format!("the policy applies to {said}, which is nothing that alz judges"),
                "x-alz-applies-to is \"number\" (the default) or \"step\"".to_owned(),
            ));
        }
    };
    let zone = match schema
        .get(keywords::TIMEZONE)
        .map(|said| (said, said.as_str()))
    {
        None => TimeZone::UTC,
        Some((said, name)) => {
            let found = name.and_then(|name| TimeZone::get(name).ok());
            found.ok_or_else(|| {
                let near = name.and_then(|name| nearest(name, ZONES.iter().copied()));
                let near = near.map_or_else(String::new, |zone| format!("; did you mean {zone}?"));
                fault(
                    keywords::TIMEZONE,
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

/// JSON in which a key stands once: of two, one would be a rule that is not kept.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value).map(Value::Number);
        number.ok_or_else(|| E::custom("a number is beyond what can be counted with"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if map.contains_key(&key) {
                let message = format!("the key {key:?} stands twice in one object");
                return Err(de::Error::custom(message));
            }
            let Strict(value) = entries.next_value()?;
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> Result<Policy, Vec<Problem>> {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("p.schema.json");
        std::fs::write(&path, text).expect("a file");
        one(&find::source(directory.path(), &path))
    }

    fn fault(schema: &Value) -> String {
        let problems = read(&schema.to_string()).expect_err("a fault");
        problems
            .iter()
            .map(|problem| format!("{problem}\n"))
            .collect()
    }

    #[test]
    fn a_policy_for_nothing_or_in_no_zone_is_an_error() {
        let strange = fault(&json!({ "x-alz-applies-to": "account" }));
        assert!(strange.contains("nothing that alz judges"), "{strange}");
        let strange = fault(&json!({ "x-alz-applies-to": 3 }));
        assert!(strange.contains("applies to 3"), "{strange}");
        let slip = fault(&json!({ "x-alz-timezone": "America/Dever" }));
        assert!(slip.contains("did you mean America/Denver?"), "{slip}");
        fault(&json!({ "x-alz-timezone": ["UTC"] }));
    }

    #[test]
    fn a_rule_that_stands_twice_is_not_half_forgotten() {
        let text = "{\n  \"required\": [\"unit\"],\n  \"required\": [\"number\"]\n}";
        let problems = read(text).expect_err("a fault");
        assert!(
            problems[0].message.contains("\"required\" stands twice"),
            "{problems:?}"
        );
        assert_eq!(problems[0].line, 3);
    }

    #[test]
    fn nothing_is_fetched_and_the_way_out_is_told() {
        for place in [
            "https://example.org/a.json",
            "file:///etc/hostname",
            "other.schema.json",
        ] {
            let said = fault(&json!({ "$ref": place }));
            assert!(
                said.contains(place) && said.contains("under $defs"),
                "{said}"
            );
            assert!(!said.contains("feature"), "{said}");
        }
    }

    #[test]
    fn every_fault_is_told_and_at_its_line() {
        let text = "{\n  \"properties\": {\n    \"e911Adress\": {},\n    \"unit\": { \"maxlength\": 3 }\n  }\n}";
        let problems = read(text).expect_err("faults");
        let lines: Vec<u32> = problems.iter().map(|problem| problem.line).collect();
        assert_eq!(lines, [3, 4], "{problems:?}");
        let text = "\u{feff}{\n  \"properties\": {\n    \"unit\": { \"pattern\": \"(\" }\n  }\n}";
        let problems = read(text).expect_err("no pattern");
        assert_eq!(problems[0].line, 3, "{problems:?}");
    }

    #[test]
    fn a_format_is_kept_and_one_that_nobody_knows_is_an_error() {
        let policy = read(&json!({ "properties": { "unit": { "format": "date" } } }).to_string());
        let policy = policy.expect("a policy");
        assert!(!policy.validator.is_valid(&json!({ "unit": "500" })));
        fault(&json!({ "properties": { "unit": { "format": "dat" } } }));
    }
}
