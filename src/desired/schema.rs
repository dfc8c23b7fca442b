//! The JSON Schemas of what people and programs write and read, generated from
//! the very types that read it. Editors use them for completion and messages.

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value, json};

use super::file::{AccountFile, ConfigFile};
use crate::model::number::NUMBER_PATTERN;
use crate::plan::document::Plan;

/// A document that has a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Account,
    Config,
    Plan,
}

impl Kind {
    pub const ALL: [Kind; 3] = [Kind::Account, Kind::Config, Kind::Plan];

    /// The name of its file in `schema/`.
    pub const fn file_name(self) -> &'static str {
        match self {
            Kind::Account => "account.schema.json",
            Kind::Config => "config.schema.json",
            Kind::Plan => "plan.schema.json",
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Kind::Account => "alz account file",
            Kind::Config => "alz.yaml",
            Kind::Plan => "alz plan",
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
    let mut text = format!("{:#}", schema(kind, draft));
    text.push('\n');
    text
}

/// The schema of a document.
pub fn schema(kind: Kind, draft: Draft) -> Value {
    let value = match kind {
        Kind::Account => generate::<AccountFile>(draft),
        Kind::Config => generate::<ConfigFile>(draft),
        Kind::Plan => generate::<Plan>(draft),
    };
    let Value::Object(mut map) = value.to_value() else {
        return Value::Null;
    };
    map.insert("title".into(), json!(kind.title()));
    map.insert("$id".into(), json!(kind.file_name()));
    if kind == Kind::Account {
        number_keys(&mut map);
    }
    Value::Object(map)
}

fn generate<T: JsonSchema>(draft: Draft) -> Schema {
    let mut settings = match draft {
        Draft::Draft2020 => SchemaSettings::draft2020_12(),
        Draft::Draft07 => SchemaSettings::draft07(),
    };
    if draft == Draft::Draft2020 {
        // Draft 7 ignores what stands beside $ref, and has its own transforms for it.
        settings = settings.with_transform(RecursiveTransform(flatten_options));
    } else {
        settings
            .transforms
            .insert(0, Box::new(RecursiveTransform(flatten_options)));
    }
    settings.into_generator().into_root_schema_for::<T>()
}

/// `Option<Struct>` comes as "anyOf the struct or null", and enums with
/// described values as "oneOf": of a mistake deep inside an editor then says
/// only "matches none". `null` moves into the type where it can, and choices
/// between constants become one `enum`.
fn flatten_options(schema: &mut Schema) {
    constants(schema);
    let Some(Value::Array(choices)) = schema.get("anyOf") else {
        return;
    };
    let is_null = |choice: &Value| choice.get("type") == Some(&json!("null"));
    let [first, second] = choices.as_slice() else {
        return;
    };
    let inner = match (is_null(first), is_null(second)) {
        (false, true) => first.clone(),
        (true, false) => second.clone(),
        _ => return,
    };
    // A YAML null is told from a map by its type, so that only one branch speaks.
    schema.remove("anyOf");
    schema.insert("if".into(), json!({ "type": "null" }));
    schema.insert("else".into(), inner);
}

fn constants(schema: &mut Schema) {
    let Some(Value::Array(choices)) = schema.get("oneOf") else {
        return;
    };
    let values: Option<Vec<Value>> = choices.iter().map(|c| c.get("const").cloned()).collect();
    let Some(values) = values else { return };
    let told: Vec<String> = choices
        .iter()
        .filter_map(|c| {
            Some(format!(
                "{}: {}",
                c.get("const")?.as_str()?,
                c.get("description")?.as_str()?
            ))
        })
        .collect();
    schema.remove("oneOf");
    schema.insert("type".into(), json!("string"));
    schema.insert("enum".into(), Value::Array(values));
    if !told.is_empty() {
        schema.insert("markdownDescription".into(), json!(told.join("\n\n")));
    }
}

/// Telephone numbers as keys, in any of their spellings and no other.
fn number_keys(map: &mut Map<String, Value>) {
    let Some(numbers) = map
        .get_mut("properties")
        .and_then(|properties| properties.get_mut("numbers"))
    else {
        return;
    };
    fn walk(value: &mut Value) {
        let Value::Object(map) = value else { return };
        if let Some(members) = map.remove("additionalProperties") {
            map.remove("patternProperties");
            map.insert(
                "patternProperties".into(),
                json!({ NUMBER_PATTERN: members }),
            );
            map.insert("additionalProperties".into(), json!(false));
            return;
        }
        if map.contains_key("patternProperties") {
            map.insert("additionalProperties".into(), json!(false));
            return;
        }
        for name in ["else", "then"] {
            if let Some(inner) = map.get_mut(name) {
                walk(inner);
            }
        }
    }
    walk(numbers);
}
