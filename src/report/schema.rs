//! The JSON Schemas of what people and programs write and read, generated from
//! the very types that read it. Editors use them for completion and messages.

use std::collections::BTreeSet;

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value, json};

use super::port::PortDocument;
use super::port_check::PortCheck;
use super::status_json::StatusDocument;
use crate::desired::file::{AccountFile, ConfigFile};
use crate::model::number::NUMBER_PATTERN;
use crate::model::values;
use crate::plan::document::Plan;

/// What an editor says of a number's key.
const NUMBER_KEY: &str = "A telephone number: 11 digits beginning with 1, 10 digits, or E.164 with the usual punctuation, quoted or not. It stands in one place of all files of an environment.";

/// A document that has a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Account,
    Config,
    Plan,
    Status,
    PortShow,
    PortCheck,
}

impl Kind {
    pub const ALL: [Kind; 6] = [
        Kind::Account,
        Kind::Config,
        Kind::Plan,
        Kind::Status,
        Kind::PortShow,
        Kind::PortCheck,
    ];

    /// The name of its file in `schema/`.
    pub const fn file_name(self) -> &'static str {
        match self {
            Kind::Account => "account.schema.json",
            Kind::Config => "config.schema.json",
            Kind::Plan => "plan.schema.json",
            Kind::Status => "status.schema.json",
            Kind::PortShow => "port-show.schema.json",
            Kind::PortCheck => "port-check.schema.json",
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Kind::Account => "alz account file",
            Kind::Config => "alz.yaml",
            Kind::Plan => "alz plan",
            Kind::Status => "alz status",
            Kind::PortShow => "alz port show",
            Kind::PortCheck => "alz port check",
        }
    }
}

/// The dialect of a schema.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Draft {
    #[default]
    Draft2020,
    /// For editors that know no newer one.
    Draft07,
}

/// The schema as text, the same bytes each time.
pub fn text(kind: Kind, draft: Draft) -> String {
    lines(&schema(kind, draft))
}

/// A schema as it is written to a file.
pub fn lines(schema: &Value) -> String {
    format!("{schema:#}\n")
}

/// The schema of a document.
pub fn schema(kind: Kind, draft: Draft) -> Value {
    let (name, title) = (kind.file_name(), kind.title());
    let mut schema = match kind {
        Kind::Account => schema_of::<AccountFile>(name, title, draft),
        Kind::Config => schema_of::<ConfigFile>(name, title, draft),
        Kind::Plan => schema_of::<Plan>(name, title, draft),
        Kind::Status => schema_of::<StatusDocument>(name, title, draft),
        Kind::PortShow => schema_of::<PortDocument>(name, title, draft),
        Kind::PortCheck => schema_of::<PortCheck>(name, title, draft),
    };
    if let (Kind::Account, Value::Object(map)) = (kind, &mut schema) {
        number_keys(map, draft);
        for definitions in ["$defs", "definitions"] {
            if let Some(Value::Object(definitions)) = map.get_mut(definitions) {
                definitions.values_mut().for_each(member_hints);
            }
        }
    }
    schema
}

/// The schema of a document that this room doesn't know: the sandbox's seed.
pub fn schema_of<T: JsonSchema>(file_name: &str, title: &str, draft: Draft) -> Value {
    let mut value = generate::<T>(draft).to_value();
    nulls_into_types(&mut value, draft);
    if let Value::Object(map) = &mut value {
        map.insert("title".into(), json!(title));
        map.insert("$id".into(), json!(file_name));
    }
    value
}

fn generate<T: JsonSchema>(draft: Draft) -> Schema {
    let settings = match draft {
        Draft::Draft2020 => SchemaSettings::draft2020_12(),
        Draft::Draft07 => SchemaSettings::draft07(),
    };
    settings
        .with_transform(RecursiveTransform(constants))
        .into_generator()
        .into_root_schema_for::<T>()
}

/// An enum with described values comes as "oneOf" constants, of which an editor
/// can only say "matches none": they become one `enum`.
fn constants(schema: &mut Schema) {
    let Some(Value::Array(choices)) = schema.get("oneOf") else {
        return;
    };
    let values: Option<Vec<Value>> = choices.iter().map(|c| c.get("const").cloned()).collect();
    let Some(values) = values else { return };
    let told: Vec<String> = choices
        .iter()
        .filter_map(|choice| {
            let value = choice.get("const")?.as_str()?;
            Some(format!("{value}: {}", choice.get("description")?.as_str()?))
        })
        .collect();
    schema.remove("oneOf");
    schema.insert("type".into(), json!("string"));
    schema.insert("enum".into(), Value::Array(values));
    if !told.is_empty() {
        schema.insert("markdownDescription".into(), json!(told.join("\n\n")));
    }
}

/// `Option<Struct>` comes as "anyOf the struct or null": of a mistake deep
/// inside, an editor then says only that nothing matches. Here null becomes one
/// of the struct's own types, and is taken away again where it is not meant.
fn nulls_into_types(root: &mut Value, draft: Draft) {
    let mut nullable = BTreeSet::new();
    collect_nullable(root, &mut nullable);
    rewrite_references(root, &nullable, draft);
    for definitions in ["$defs", "definitions"] {
        for name in &nullable {
            if let Some(definition) = root.get_mut(definitions).and_then(|d| d.get_mut(name)) {
                allow_null(definition);
            }
        }
    }
}

/// The definition that an "anyOf this or null" speaks of.
fn optional_reference(map: &Map<String, Value>) -> Option<String> {
    let choices = map.get("anyOf")?.as_array()?;
    let [first, second] = choices.as_slice() else {
        return None;
    };
    let is_null = |choice: &Value| choice.get("type") == Some(&json!("null"));
    let inner = match (is_null(first), is_null(second)) {
        (false, true) => first,
        (true, false) => second,
        (true, true) | (false, false) => return None,
    };
    // The walk comes from the inside: draft 7 may have wrapped it by now.
    let reference = inner
        .get("$ref")
        .or_else(|| inner.get("allOf")?.get(0)?.get("$ref"))?;
    Some(reference.as_str()?.to_owned())
}

fn definition_name(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or(reference)
}

fn collect_nullable(value: &Value, nullable: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            if let Some(reference) = optional_reference(map) {
                nullable.insert(definition_name(&reference).to_owned());
            }
            map.values()
                .for_each(|value| collect_nullable(value, nullable));
        }
        Value::Array(items) => items
            .iter()
            .for_each(|item| collect_nullable(item, nullable)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn rewrite_references(value: &mut Value, nullable: &BTreeSet<String>, draft: Draft) {
    match value {
        Value::Object(map) => {
            for inner in map.values_mut() {
                rewrite_references(inner, nullable, draft);
            }
            rewrite_reference(map, nullable, draft);
        }
        Value::Array(items) => {
            for item in items {
                rewrite_references(item, nullable, draft);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn rewrite_reference(map: &mut Map<String, Value>, nullable: &BTreeSet<String>, draft: Draft) {
    if map.contains_key("anyOf") {
        if let Some(reference) = optional_reference(map) {
            map.remove("anyOf");
            map.insert("$ref".into(), json!(reference));
        }
    } else if let Some(Value::String(reference)) = map.get("$ref")
        && nullable.contains(definition_name(reference))
    {
        map.insert("not".into(), json!({ "type": "null" }));
    }
    // Draft 7 ignores whatever stands beside a $ref.
    if draft == Draft::Draft07
        && map.len() > 1
        && let Some(reference) = map.remove("$ref")
    {
        map.insert("allOf".into(), json!([{ "$ref": reference }]));
    }
}

fn allow_null(definition: &mut Value) {
    let Value::Object(map) = definition else {
        return;
    };
    if let Some(Value::Array(values)) = map.get_mut("enum") {
        values.push(Value::Null);
    }
    match map.get_mut("type") {
        Some(Value::Array(types)) => types.push(json!("null")),
        Some(one) => *one = json!([one, "null"]),
        None => {
            if let Some(Value::Array(choices)) = map.get_mut("anyOf") {
                choices.push(json!({ "type": "null" }));
            }
        }
    }
}

/// What the rules know of single members and an editor can say while one types
/// (D8, D12, D13).
fn member_hints(definition: &mut Value) {
    let Some(Value::Object(members)) = definition.get_mut("properties") else {
        return;
    };
    for (name, keyword, value) in [
        ("country", "examples", json!(values::COUNTRIES)),
        ("customerName", "maxLength", json!(15)),
        ("unit", "maxLength", json!(10)),
    ] {
        if let Some(Value::Object(member)) = members.get_mut(name) {
            member.insert(keyword.into(), value);
        }
    }
}

/// Telephone numbers as keys, in any of their spellings and no other.
fn number_keys(map: &mut Map<String, Value>, draft: Draft) {
    let numbers = map
        .get_mut("properties")
        .and_then(|properties| properties.get_mut("numbers"));
    let Some(Value::Object(numbers)) = numbers else {
        return;
    };
    if let Some(mut members) = numbers.insert("additionalProperties".into(), json!(false))
        && let Value::Object(inner) = &mut members
    {
        // Draft 7 ignores whatever stands beside a $ref.
        if draft == Draft::Draft07
            && let Some(reference) = inner.remove("$ref")
        {
            inner.insert("allOf".into(), json!([{ "$ref": reference }]));
        }
        inner.insert("description".into(), json!(NUMBER_KEY));
        numbers.insert(
            "patternProperties".into(),
            json!({ NUMBER_PATTERN: members }),
        );
    }
}
