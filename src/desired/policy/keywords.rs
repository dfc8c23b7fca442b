//! What a policy is written in: the words of JSON Schema, those of alz, and the
//! names of the members that a number or a step has.
//!
//! JSON Schema passes over every word that it does not know, so that a slip
//! ("requried", "x-alz-apply-to", "postalcode") makes a policy that everything
//! meets. Nobody would notice, and a rule that is not kept would look like one
//! that is: such words are refused where the policy is read.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::AppliesTo;
use crate::desired::file::NumberEntry;
use crate::desired::problem::nearest;

/// A word of a policy that would be passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where it stands in the schema.
    pub path: Vec<String>,
    pub message: String,
    pub help: String,
}

/// What stands under a keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    /// A schema.
    Schema,
    /// Schemas in a list.
    List,
    /// One schema, or a list of them in older drafts.
    SchemaOrList,
    /// Schemas under names of their own.
    Named,
    /// Schemas under the names of members.
    Members,
    /// Names of members under names of members.
    Dependents,
    /// Names of members.
    Names,
    Text,
    Count,
    Boolean,
    Anything,
}

/// The keywords that ask for something, of all drafts.
const KEYWORDS: &[(&str, Takes)] = &[
    ("$ref", Takes::Text),
    ("$dynamicRef", Takes::Text),
    ("$recursiveRef", Takes::Text),
    ("$defs", Takes::Named),
    ("definitions", Takes::Named),
    ("additionalItems", Takes::Schema),
    ("additionalProperties", Takes::Schema),
    ("allOf", Takes::List),
    ("anyOf", Takes::List),
    ("const", Takes::Anything),
    ("contains", Takes::Schema),
    ("contentEncoding", Takes::Text),
    ("contentMediaType", Takes::Text),
    ("contentSchema", Takes::Schema),
    ("dependencies", Takes::Dependents),
    ("dependentRequired", Takes::Dependents),
    ("dependentSchemas", Takes::Members),
    ("else", Takes::Schema),
    ("enum", Takes::Anything),
    ("exclusiveMaximum", Takes::Count),
    ("exclusiveMinimum", Takes::Count),
    ("format", Takes::Text),
    ("if", Takes::Schema),
    ("items", Takes::SchemaOrList),
    ("maxContains", Takes::Count),
    ("maxItems", Takes::Count),
    ("maxLength", Takes::Count),
    ("maxProperties", Takes::Count),
    ("maximum", Takes::Count),
    ("minContains", Takes::Count),
    ("minItems", Takes::Count),
    ("minLength", Takes::Count),
    ("minProperties", Takes::Count),
    ("minimum", Takes::Count),
    ("multipleOf", Takes::Count),
    ("not", Takes::Schema),
    ("oneOf", Takes::List),
    ("pattern", Takes::Text),
    ("patternProperties", Takes::Named),
    ("prefixItems", Takes::List),
    ("properties", Takes::Members),
    ("propertyNames", Takes::Schema),
    ("required", Takes::Names),
    ("then", Takes::Schema),
    ("type", Takes::Anything),
    ("unevaluatedItems", Takes::Schema),
    ("unevaluatedProperties", Takes::Schema),
    ("uniqueItems", Takes::Boolean),
];

pub const APPLIES_TO: &str = "x-alz-applies-to";
pub const MESSAGE: &str = "x-alz-message";
pub const SEVERITY: &str = "x-alz-severity";
pub const TIMEZONE: &str = "x-alz-timezone";

/// The words of alz: those of the whole policy first.
const OWN: [&str; 4] = [APPLIES_TO, TIMEZONE, MESSAGE, SEVERITY];

/// Members of a step in the plan document, and what it is judged with besides.
/// A test holds them against the plan's schema.
pub const OF_STEPS: &[&str] = &[
    "account",
    "action",
    "after",
    "at",
    "before",
    "businessDays",
    "carrier",
    "changes",
    "crdDate",
    "date",
    "dependsOn",
    "earliestDate",
    "environment",
    "file",
    "focDate",
    "hour",
    "id",
    "line",
    "method",
    "minute",
    "minuteOfDay",
    "name",
    "now",
    "numbers",
    "origin",
    "path",
    "port",
    "portId",
    "rateCenter",
    "recoverableUntil",
    "replaces",
    "request",
    "sensitive",
    "source",
    "timezone",
    "weekday",
];

/// All that would be passed over in a policy.
pub fn faults(schema: &Value, kind: AppliesTo) -> Vec<Fault> {
    let mut look = Look {
        members: match kind {
            AppliesTo::Number => of_numbers(),
            AppliesTo::Step => OF_STEPS.iter().map(|name| (*name).to_owned()).collect(),
        },
        of_what: match kind {
            AppliesTo::Number => "a number as policies see it",
            AppliesTo::Step => "a step as policies see it",
        },
        path: Vec::new(),
        faults: Vec::new(),
    };
    look.schema(schema);
    look.faults
}

/// The members of a number with all that lies in them, from the type that reads it.
fn of_numbers() -> BTreeSet<String> {
    fn collect(value: &Value, names: &mut BTreeSet<String>) {
        match value {
            Value::Object(map) => {
                if let Some(Value::Object(members)) = map.get("properties") {
                    names.extend(members.keys().cloned());
                }
                map.values().for_each(|value| collect(value, names));
            }
            Value::Array(list) => list.iter().for_each(|value| collect(value, names)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut names = BTreeSet::from(["account".to_owned(), "number".to_owned()]);
    collect(schemars::schema_for!(NumberEntry).as_value(), &mut names);
    names
}

/// The walk through a schema.
struct Look {
    members: BTreeSet<String>,
    of_what: &'static str,
    path: Vec<String>,
    faults: Vec<Fault>,
}

impl Look {
    fn fault(&mut self, message: String, help: String) {
        self.faults.push(Fault {
            path: self.path.clone(),
            message,
            help,
        });
    }

    /// Looks with one more step on the path.
    fn below(&mut self, step: &str, look: impl FnOnce(&mut Self)) {
        self.path.push(step.to_owned());
        look(self);
        self.path.pop();
    }

    fn schema(&mut self, schema: &Value) {
        let Value::Object(map) = schema else { return };
        self.conditions(map);
        for (word, value) in map {
            self.below(word, |look| look.keyword(word, value));
        }
    }

    /// A condition without a consequence, and the other way round, ask for nothing.
    fn conditions(&mut self, map: &Map<String, Value>) {
        let has = |word: &str| map.contains_key(word);
        for (word, lacks) in [
            ("if", !has("then") && !has("else")),
            ("then", !has("if")),
            ("else", !has("if")),
        ] {
            if has(word) && lacks {
                let beside = match word {
                    "if" => "`then` or `else`",
                    _ => "`if`",
                };
                self.below(word, |look| {
                    look.fault(
                        format!("`{word}` without {beside} beside it asks for nothing"),
                        "`if`, `then` and `else` stand in one object".to_owned(),
                    );
                });
            }
        }
    }

    fn keyword(&mut self, word: &str, value: &Value) {
        if word.to_lowercase().starts_with("x-alz") {
            return self.own(word, value);
        }
        let Some((_, takes)) = KEYWORDS.iter().find(|(known, _)| *known == word) else {
            return self.unknown(word, value);
        };
        match takes {
            Takes::Schema => self.schema(value),
            Takes::List => self.list(value),
            Takes::SchemaOrList => match value {
                Value::Array(_) => self.list(value),
                Value::Object(_)
                | Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::String(_) => self.schema(value),
            },
            Takes::Named => self.named(value, false),
            Takes::Members => self.named(value, true),
            Takes::Dependents => {
                for (name, value) in value.as_object().into_iter().flatten() {
                    self.below(name, |look| {
                        look.member(name);
                        look.names(value);
                        look.schema(value);
                    });
                }
            }
            Takes::Names => self.names(value),
            Takes::Text | Takes::Count | Takes::Boolean | Takes::Anything => {}
        }
    }

    fn list(&mut self, value: &Value) {
        for (index, schema) in value.as_array().into_iter().flatten().enumerate() {
            self.below(&index.to_string(), |look| look.schema(schema));
        }
    }

    fn named(&mut self, value: &Value, are_members: bool) {
        for (name, schema) in value.as_object().into_iter().flatten() {
            self.below(name, |look| {
                if are_members {
                    look.member(name);
                }
                look.schema(schema);
            });
        }
    }

    fn names(&mut self, value: &Value) {
        for (index, name) in value.as_array().into_iter().flatten().enumerate() {
            if let Some(name) = name.as_str() {
                self.below(&index.to_string(), |look| look.member(name));
            }
        }
    }

    fn member(&mut self, name: &str) {
        if self.members.contains(name) {
            return;
        }
        let near = nearest(name, self.members.iter().map(String::as_str));
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!(
                "a policy that speaks of a member which is never there asks for nothing; docs/policies.md shows {}",
                self.of_what
            ),
        };
        self.fault(format!("{} has no member `{name}`", self.of_what), help);
    }

    /// By the standard a word that is not known is a remark; but not one that is
    /// known with a slip in it, and a value as that one takes it.
    fn unknown(&mut self, word: &str, value: &Value) {
        let near = nearest(word, KEYWORDS.iter().map(|(known, _)| *known));
        let meant = KEYWORDS.iter().find(|(known, _)| Some(*known) == near);
        if let Some((known, _)) = meant.filter(|(_, takes)| takes.may_be(value)) {
            self.fault(
                format!("`{word}` is no word of JSON Schema, and would be passed over"),
                format!("did you mean `{known}`?"),
            );
        }
    }

    /// A word of alz.
    fn own(&mut self, word: &str, value: &Value) {
        if !OWN.contains(&word) {
            let near = nearest(word, OWN).map(|near| format!("did you mean `{near}`?"));
            let known = || format!("known are {}", OWN.join(", "));
            return self.fault(
                format!("`{word}` is no word of alz"),
                near.unwrap_or_else(known),
            );
        }
        let is_top = self.path.len() == 1;
        if !is_top && (word == APPLIES_TO || word == TIMEZONE) {
            return self.fault(
                format!("`{word}` counts at the top of a policy alone"),
                "it is about the policy as a whole; what judges something else is a policy of its own".to_owned(),
            );
        }
        match (word, value.as_str()) {
            (MESSAGE, said) if said.is_none_or(|said| said.trim().is_empty()) => self.fault(
                format!("`{MESSAGE}` is not a text"),
                "it is the sentence that is shown where the policy is broken".to_owned(),
            ),
            (SEVERITY, said) if !matches!(said, Some("error" | "warning")) => self.fault(
                format!("`{SEVERITY}` is {value}, which is neither \"error\" nor \"warning\""),
                "\"warning\" is shown and stops nothing; \"error\" is the default".to_owned(),
            ),
            // The whole policy's are judged where they are read.
            _ => {}
        }
    }
}

impl Takes {
    /// Whether such a value may stand under the keyword.
    fn may_be(self, value: &Value) -> bool {
        match self {
            Takes::Schema => value.is_object() || value.is_boolean(),
            Takes::List | Takes::Names => value.is_array(),
            Takes::SchemaOrList => value.is_object() || value.is_boolean() || value.is_array(),
            Takes::Named | Takes::Members | Takes::Dependents => value.is_object(),
            Takes::Text => value.is_string(),
            Takes::Count => value.is_number(),
            Takes::Boolean => value.is_boolean(),
            Takes::Anything => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(schema: &Value, kind: AppliesTo) -> Vec<String> {
        let faults = faults(schema, kind);
        let line = |fault: Fault| {
            format!(
                "{}: {}: {}",
                fault.path.join("."),
                fault.message,
                fault.help
            )
        };
        faults.into_iter().map(line).collect()
    }

    #[test]
    fn a_slip_that_json_schema_would_pass_over_is_a_fault_at_its_place() {
        for (schema, place, near) in [
            (json!({ "requried": ["unit"] }), "requried", "`required`"),
            (
                json!({ "allOf": [{ "propertes": {} }] }),
                "allOf.0.propertes",
                "`properties`",
            ),
            (
                json!({ "properties": { "e911Adress": {} } }),
                "properties.e911Adress",
                "`e911Address`",
            ),
            (
                json!({ "not": { "required": ["postalcode"] } }),
                "not.required.0",
                "`postalCode`",
            ),
            (
                json!({ "dependentRequired": { "unit": ["secondaryLocation"] } }),
                "dependentRequired.unit.0",
                "docs/policies.md",
            ),
            (
                json!({ "$defs": { "a": { "maxlength": 3 } } }),
                "$defs.a.maxlength",
                "`maxLength`",
            ),
            (json!({ "then": false }), "then", "one object"),
            (json!({ "if": {} }), "if", "one object"),
            (
                json!({ "x-alz-apply-to": "step" }),
                "x-alz-apply-to",
                "`x-alz-applies-to`",
            ),
            (
                json!({ "not": { "x-alz-applies-to": "step" } }),
                "not.x-alz-applies-to",
                "of its own",
            ),
            (
                json!({ "x-alz-severity": "warn" }),
                "x-alz-severity",
                "the default",
            ),
            (
                json!({ "x-alz-message": ["a"] }),
                "x-alz-message",
                "the sentence",
            ),
        ] {
            let said = said(&schema, AppliesTo::Number);
            assert_eq!(said.len(), 1, "{schema}: {said:?}");
            assert!(
                said[0].starts_with(&format!("{place}: ")) && said[0].contains(near),
                "{said:?}"
            );
        }
    }

    #[test]
    fn remarks_and_what_other_tools_read_are_let_be() {
        let schema = json!({
            "$comment": "a", "title": "b", "note": "c", "errorMessage": { "required": "d" }, "examples": [{ "requried": 1 }],
            "const": { "anything": 1 }, "properties": { "e911Address": { "default": { "nothing": 1 } } },
            "x-owner": "e", "$defs": { "anything": true },
        });
        assert_eq!(said(&schema, AppliesTo::Number), [""; 0]);
    }

    #[test]
    fn a_step_has_other_members_than_a_number() {
        let schema = json!({ "properties": { "at": { "properties": { "minuteOfDay": {}, "hours": {} } }, "e911Address": {} } });
        let steps = said(&schema, AppliesTo::Step);
        assert_eq!(steps.len(), 2, "{steps:?}");
        assert!(
            steps
                .iter()
                .any(|said| said.contains("did you mean `hour`?")),
            "{steps:?}"
        );
        assert_eq!(said(&schema, AppliesTo::Number).len(), 3);
    }
}
