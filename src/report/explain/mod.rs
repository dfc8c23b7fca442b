//! `alz explain`: a field of a document, told from the schema that reads it.
//!
//! A field is named as it is reached (`numbers.*.e911Address.language`), or by
//! its end alone. Fields that stand in several places and mean the same there
//! are one topic with several places; where they mean different things the
//! places are listed, to choose from.

mod example;
mod human;
mod walk;

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::desired::problem::nearest_few;
use crate::plan::document::FORMAT_VERSION;

pub use human::{places_human, topic_human};
use walk::Node;

/// A document that can be explained.
#[derive(Clone, Debug)]
pub struct Document {
    /// As in `alz schema NAME`.
    pub name: &'static str,
    pub schema: Value,
}

/// All that is known of a field.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Topic {
    /// The document that it stands in.
    pub document: &'static str,
    /// How it is reached; `*` stands for a key or an index of one's own. Empty
    /// for the document itself.
    pub path: String,
    /// Other places where it means the same.
    pub also: Vec<String>,
    #[serde(rename = "type")]
    pub kind: String,
    /// Its document is not complete without it.
    pub required: bool,
    pub meaning: String,
    pub values: Vec<Allowed>,
    /// Limits that the schema states, as JSON Schema has them.
    pub limits: Map<String, Value>,
    pub members: Vec<Member>,
    /// YAML that is valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
}

/// A value that is taken.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Allowed {
    pub value: Value,
    /// What it does; empty where its name says it.
    pub meaning: String,
}

/// A member of a topic.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Member {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub required: bool,
    pub meaning: String,
}

/// A field that may have been meant.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Place {
    pub document: &'static str,
    pub path: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub meaning: String,
}

/// What comes of a question.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    Topic(Box<Topic>),
    /// It stands in several places and means different things there.
    Places(Vec<Place>),
    /// There is none; names that are near.
    Nothing(Vec<String>),
}

/// Explains the field that is said, in the first of the documents that has it.
pub fn explain(documents: &[Document], said: &str) -> Answer {
    let segments: Vec<&str> = said
        .split('.')
        .map(str::trim)
        .filter(|segment| !segment.is_empty())
        .collect();
    let mut names: Vec<String> = Vec::new();
    for document in documents {
        let nodes = walk::nodes(&document.schema);
        let mut found = walk::find(&nodes, &segments);
        // What holds for one number is asked for more often than what holds for all.
        found.sort_by_key(|node| node.path.first().is_some_and(|name| name == "defaults"));
        match group(&found).as_slice() {
            [] => names.extend(nodes.iter().map(|node| said_as(node, segments.len()))),
            [one] => {
                if let Some((first, others)) = one.split_first() {
                    return Answer::Topic(Box::new(topic(document, &nodes, first, others)));
                }
            }
            several => {
                let places = several.iter().flatten();
                return Answer::Places(places.map(|node| place(document, node)).collect());
            }
        }
    }
    names.retain(|name| !name.is_empty());
    names.sort_unstable();
    names.dedup();
    let near = nearest_few(said, names.iter().map(String::as_str), 4);
    Answer::Nothing(near.into_iter().map(str::to_owned).collect())
}

/// Fields that mean the same, together: those with one schema.
fn group<'a>(found: &[&'a Node]) -> Vec<Vec<&'a Node>> {
    let mut groups: Vec<Vec<&Node>> = Vec::new();
    for node in found {
        let same = groups
            .iter_mut()
            .find(|group| group.first().is_some_and(|first| first.means_as(node)));
        match same {
            Some(group) => group.push(node),
            None => groups.push(vec![node]),
        }
    }
    groups
}

/// A node's name with as many of its parents as were said.
fn said_as(node: &Node, segments: usize) -> String {
    let names: Vec<&str> = node.path.iter().map(String::as_str).collect();
    let named = names.iter().filter(|name| **name != "*").count();
    let skipped = named.saturating_sub(segments);
    let kept = names.into_iter().filter(|name| *name != "*").skip(skipped);
    kept.collect::<Vec<_>>().join(".")
}

fn place(document: &Document, node: &Node) -> Place {
    Place {
        document: document.name,
        path: node.path.join("."),
        kind: node.kind(),
        meaning: first_sentence(&node.meaning()),
    }
}

/// `first` and the `others` mean the same.
fn topic(document: &Document, nodes: &[Node], first: &Node, others: &[&Node]) -> Topic {
    let also = others.iter().map(|node| node.path.join("."));
    // Of keys of one's own, what is below each of them is what one asks for.
    let mut below: Vec<&Node> = members_of(nodes, &first.path);
    while let [only] = below.as_slice()
        && only.path.last().is_some_and(|name| name == "*")
    {
        let within = members_of(nodes, &only.path);
        if within.is_empty() {
            break;
        }
        below = within;
    }
    let own = first.path.len();
    let members = below.into_iter().map(|node| Member {
        name: node.path.get(own..).unwrap_or_default().join("."),
        kind: node.kind(),
        required: node.required,
        meaning: first_sentence(&node.meaning()),
    });
    Topic {
        document: document.name,
        path: first.path.join("."),
        also: also.collect(),
        kind: first.kind(),
        required: first.required,
        meaning: first.meaning(),
        values: first.values(),
        limits: first.limits(),
        members: members.collect(),
        example: example_of(document, nodes, first),
    }
}

fn members_of<'a>(nodes: &'a [Node], path: &[String]) -> Vec<&'a Node> {
    let is_below = |node: &&Node| {
        let parent = node.path.split_last();
        parent.is_some_and(|(_, parent)| parent == path)
    };
    nodes.iter().filter(is_below).collect()
}

/// An example of the field where it stands, else of the same field elsewhere.
fn example_of(document: &Document, nodes: &[Node], field: &Node) -> Option<String> {
    let alike = nodes
        .iter()
        .filter(|node| node.means_as(field) && node.path.last() == field.path.last());
    std::iter::once(field)
        .chain(alike)
        .find_map(|node| example::of(document.name, &node.path))
}

/// Up to the first full stop that ends a sentence.
fn first_sentence(text: &str) -> String {
    let end = text.find(". ").map_or(text.len(), |at| at + 1);
    text.get(..end).unwrap_or(text).to_owned()
}

/// The answer for programs.
pub fn topic_json(topic: &Topic) -> String {
    let mut document = json!(topic);
    document["formatVersion"] = FORMAT_VERSION.into();
    format!("{document:#}\n")
}

/// The places to choose from, for programs.
pub fn places_json(said: &str, places: &[Place]) -> String {
    let document = json!({ "formatVersion": FORMAT_VERSION, "field": said, "places": places });
    format!("{document:#}\n")
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
