//! A schema, laid out: every field with its path, references followed.

use serde_json::{Map, Value, json};

use super::Allowed;
use crate::model::PhoneNumber;
use crate::model::number::NUMBER_PATTERN;

/// A field.
#[derive(Clone, Debug)]
pub struct Node {
    /// `*` for a key of one's own, or an index.
    pub path: Vec<String>,
    pub required: bool,
    /// What stands at the field itself: its description, mostly.
    own: Map<String, Value>,
    /// What it refers to, `own` laid over it.
    whole: Map<String, Value>,
    /// Types of the choices it has, where it has several.
    choices: Vec<Map<String, Value>>,
}

/// No document of ours is deeper; a schema that refers to itself would be.
const MAX_DEPTH: usize = 12;

/// Every field of a schema, parents before their members, the document first.
pub fn nodes(schema: &Value) -> Vec<Node> {
    let mut nodes = Vec::new();
    if let Value::Object(root) = schema {
        let mut walk = Walk {
            root,
            nodes: &mut nodes,
        };
        walk.visit(&[], root, true);
    }
    nodes
}

struct Walk<'a> {
    root: &'a Map<String, Value>,
    nodes: &'a mut Vec<Node>,
}

impl Walk<'_> {
    fn visit(&mut self, path: &[String], own: &Map<String, Value>, required: bool) {
        let whole = self.followed(own);
        let choices: Vec<Map<String, Value>> = match whole.get("anyOf") {
            Some(Value::Array(choices)) => choices
                .iter()
                .filter_map(Value::as_object)
                .map(|choice| self.followed(choice))
                .collect(),
            Some(_) | None => Vec::new(),
        };
        self.nodes.push(Node {
            path: path.to_vec(),
            required,
            own: own.clone(),
            whole: whole.clone(),
            choices: choices.clone(),
        });
        if path.len() >= MAX_DEPTH {
            return;
        }
        self.members(path, &whole);
        for choice in &choices {
            self.members(path, choice);
        }
    }

    fn members(&mut self, path: &[String], whole: &Map<String, Value>) {
        let required: Vec<&str> = match whole.get("required") {
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            Some(_) | None => Vec::new(),
        };
        if let Some(Value::Object(members)) = whole.get("properties") {
            for (name, member) in members {
                self.below(path, name, member, required.contains(&name.as_str()));
            }
        }
        for keyword in ["additionalProperties", "items"] {
            if let Some(member) = whole.get(keyword)
                && self.is_worth_telling(keyword, member)
            {
                self.below(path, "*", member, false);
            }
        }
        if let Some(Value::Object(patterns)) = whole.get("patternProperties") {
            for member in patterns.values() {
                self.below(path, "*", member, false);
            }
        }
    }

    /// A list of texts has nothing below it that its own type does not say.
    fn is_worth_telling(&self, keyword: &str, member: &Value) -> bool {
        let Some(member) = member.as_object() else {
            return false;
        };
        keyword != "items" || self.followed(member).contains_key("properties")
    }

    fn below(&mut self, path: &[String], name: &str, member: &Value, required: bool) {
        if let Value::Object(member) = member {
            let mut path = path.to_vec();
            path.push(name.to_owned());
            self.visit(&path, member, required);
        }
    }

    /// What is referred to, with what stands beside the reference laid over it.
    fn followed(&self, own: &Map<String, Value>) -> Map<String, Value> {
        let name = own
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|reference| reference.rsplit('/').next());
        let definition = name
            .and_then(|name| self.root.get("$defs")?.get(name))
            .and_then(Value::as_object);
        let mut whole = definition.cloned().unwrap_or_default();
        let forbids_null = own.get("not") == Some(&json!({ "type": "null" }));
        if forbids_null {
            without_null(&mut whole);
        }
        for (keyword, value) in own {
            if !matches!(keyword.as_str(), "$ref" | "not") {
                whole.insert(keyword.clone(), value.clone());
            }
        }
        whole
    }
}

fn without_null(schema: &mut Map<String, Value>) {
    for keyword in ["type", "enum"] {
        if let Some(Value::Array(values)) = schema.get_mut(keyword) {
            values.retain(|value| !value.is_null() && value != "null");
        }
    }
}

/// The fields that a path names: from the document's beginning, else by their
/// ends. Keys of one's own may be left out, or written as one has them.
pub fn find<'a>(nodes: &'a [Node], said: &[&str]) -> Vec<&'a Node> {
    let by = |way: &dyn Fn(&[String]) -> bool| -> Vec<&'a Node> {
        nodes.iter().filter(|node| way(&node.path)).collect()
    };
    let ends = |path: &[String], loose: bool| {
        (0..path.len()).any(|at| {
            path.get(at..).is_some_and(|end| {
                end.first().is_some_and(|name| name != "*") && fits(said, end, loose)
            })
        })
    };
    for found in [
        by(&|path| path == said),
        by(&|path| fits(said, path, false)),
        by(&|path| ends(path, false)),
        by(&|path| fits(said, path, true)),
        by(&|path| ends(path, true)),
    ] {
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

/// Whether what is said is this path. `loose`: any word may be a key of one's own.
fn fits(said: &[&str], path: &[String], loose: bool) -> bool {
    match (said.split_first(), path.split_first()) {
        (None, None) => true,
        (None, Some(_)) => false,
        (Some(_), None) => false,
        (Some((word, words)), Some((name, names))) if name == "*" => {
            let own = *word == "*" || loose || word.parse::<PhoneNumber>().is_ok();
            // `numbers.port` is `numbers.*.port`.
            (own && fits(words, names, loose)) || (!names.is_empty() && fits(said, names, loose))
        }
        (Some((word, words)), Some((name, names))) => {
            word.eq_ignore_ascii_case(name) && fits(words, names, loose)
        }
    }
}

impl Node {
    /// Whether the two are one thing in two places.
    pub fn means_as(&self, other: &Node) -> bool {
        self.own == other.own
    }

    pub fn meaning(&self) -> String {
        let text = self.whole.get("description").and_then(Value::as_str);
        // The lines of the source say nothing; an empty one parts two thoughts.
        text.unwrap_or_default()
            .split("\n\n")
            .map(|thought| thought.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect::<Vec<_>>()
            .join("\n\n")
    }

    /// Its type in words.
    pub fn kind(&self) -> String {
        let mut kinds: Vec<String> = Vec::new();
        let mut null = false;
        let parts: Vec<&Map<String, Value>> = match self.choices.as_slice() {
            [] => vec![&self.whole],
            choices => choices.iter().collect(),
        };
        for part in parts {
            let kind = kind_of(part);
            null |= kind.1;
            if !kind.0.is_empty() && !kinds.contains(&kind.0) {
                kinds.push(kind.0);
            }
        }
        let mut text = match kinds.as_slice() {
            [] => "anything".to_owned(),
            kinds => kinds.join(", or "),
        };
        if null {
            text += ", or null";
        }
        text
    }

    /// The values that it takes, where they are counted.
    pub fn values(&self) -> Vec<Allowed> {
        let Some(Value::Array(values)) = self.whole.get("enum") else {
            return Vec::new();
        };
        let told = self.whole.get("markdownDescription");
        let told = told.and_then(Value::as_str).unwrap_or_default();
        values
            .iter()
            .filter(|value| !value.is_null())
            .map(|value| {
                let name = value.as_str().unwrap_or_default();
                let meaning = told.split("\n\n").find_map(|line| {
                    let line = line.strip_prefix(name)?.strip_prefix(": ")?;
                    Some(line.to_owned())
                });
                Allowed {
                    value: value.clone(),
                    meaning: meaning.unwrap_or_default(),
                }
            })
            .collect()
    }

    /// The limits that the schema states.
    pub fn limits(&self) -> Map<String, Value> {
        const LIMITS: [&str; 11] = [
            "format",
            "pattern",
            "minLength",
            "maxLength",
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "minProperties",
            "maxProperties",
            "examples",
        ];
        let stated = self.whole.iter().filter(|(keyword, value)| {
            LIMITS.contains(&keyword.as_str())
                // Machine words of this program, and told in its own.
                && **value != json!(NUMBER_PATTERN)
                && !(keyword.as_str() == "format" && value.as_str().is_some_and(is_of_machines))
        });
        stated
            .map(|(keyword, value)| (keyword.clone(), value.clone()))
            .collect()
    }
}

/// Formats that say how wide a machine's number is.
fn is_of_machines(format: &str) -> bool {
    matches!(
        format,
        "uint" | "uint8" | "uint32" | "uint64" | "int64" | "float" | "double"
    )
}

/// A type in words, and whether null is taken.
fn kind_of(schema: &Map<String, Value>) -> (String, bool) {
    let types: Vec<&str> = match schema.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(types)) => types.iter().filter_map(Value::as_str).collect(),
        Some(_) | None => Vec::new(),
    };
    let has = |name: &str| types.contains(&name);
    let format = schema.get("format").and_then(Value::as_str);
    let word = if has("object") {
        match schema.contains_key("properties") {
            true => "map",
            false => "map with keys of your own",
        }
        .to_owned()
    } else if has("array") {
        let items = schema.get("items").and_then(Value::as_object);
        match items.map(kind_of) {
            Some((of, _)) if !of.is_empty() => format!("list of {of}"),
            Some(_) | None => "list".to_owned(),
        }
    } else if has("string") && schema.get("pattern") == Some(&json!(NUMBER_PATTERN)) {
        "telephone number".to_owned()
    } else if has("string") {
        match format {
            Some("date") => "date (2026-12-03)".to_owned(),
            Some("date-time") => "time (2026-12-03T17:00:00Z)".to_owned(),
            Some(_) | None if schema.contains_key("enum") => "one of the values".to_owned(),
            Some(_) | None => "text".to_owned(),
        }
    } else if has("integer") {
        "whole number".to_owned()
    } else if has("number") {
        "number".to_owned()
    } else if has("boolean") {
        "true or false".to_owned()
    } else {
        String::new()
    };
    (word, has("null"))
}
