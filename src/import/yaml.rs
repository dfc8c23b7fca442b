//! A document written down: maps in lines of their own or in braces, anchors
//! with names, comments where they belong.

use std::collections::BTreeMap;

use crate::desired::edit::scalar;

use super::comments;

/// Columns of a line with braces, at most.
const WIDTH: usize = 100;

/// Members that are still read at a glance in one line.
const GLANCE: usize = 4;

/// A map that others may refer to, by its place in the order of writing.
pub type Id = usize;

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    Null,
    Bool(bool),
    Text(String),
    Map(Map),
    Alias(Id),
}

/// A map.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Map {
    /// Under which others may refer to it.
    pub id: Option<Id>,
    /// `<<`: the map that its own members are laid over.
    pub merge: Option<Id>,
    pub entries: Vec<Entry>,
    /// Comments below the last entry.
    pub below: Vec<String>,
}

/// A member, with what is remarked about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub above: Vec<String>,
    pub key: String,
    pub value: Node,
    /// A remark at the end of its line.
    pub beside: Option<String>,
}

impl Entry {
    pub fn new(key: &str, value: Node) -> Self {
        Self {
            above: Vec::new(),
            key: key.to_owned(),
            value,
            beside: None,
        }
    }
}

impl Map {
    pub fn put(&mut self, key: &str, value: Node) {
        self.entries.push(Entry::new(key, value));
    }
}

/// Anchors that are referred to, by name.
pub type Names = BTreeMap<Id, String>;

/// The document; its sections stand apart.
pub fn document(root: &Map, names: &Names) -> String {
    let mut text = String::new();
    for entry in &root.entries {
        if matches!(entry.value, Node::Map(_)) && !text.is_empty() {
            text.push('\n');
        }
        write(&mut text, entry, 0, names);
    }
    if !root.below.is_empty() {
        text.push('\n');
    }
    below(&mut text, root, 0);
    text
}

fn write(text: &mut String, entry: &Entry, indent: usize, names: &Names) {
    let Entry {
        above,
        key,
        value,
        beside,
    } = entry;
    for line in above {
        text.push_str(&comments::line(line, indent));
    }
    text.push_str(&" ".repeat(indent));
    text.push_str(&spelled(key));
    text.push(':');
    let Node::Map(map) = value else {
        text.push(' ');
        text.push_str(&flow(value, names));
        end(text, beside.as_deref());
        return;
    };
    let flowing = flow(value, names);
    let room = WIDTH.saturating_sub(indent + key.len() + 4);
    if map.entries.is_empty() || (fits(map, indent) && flowing.chars().count() <= room) {
        text.push(' ');
        text.push_str(&flowing);
        end(text, beside.as_deref());
        return;
    }
    if let Some(name) = map.id.and_then(|id| names.get(&id)) {
        text.push_str(&format!(" &{name}"));
    }
    end(text, beside.as_deref());
    let inner = indent + 2;
    if let Some(name) = map.merge.and_then(|id| names.get(&id)) {
        text.push_str(&format!("{}<<: *{name}\n", " ".repeat(inner)));
    }
    for (index, entry) in map.entries.iter().enumerate() {
        // What is remarked about begins a paragraph.
        if index > 0 && indent == 0 && !entry.above.is_empty() {
            text.push('\n');
        }
        write(text, entry, inner, names);
    }
    below(text, map, inner);
}

fn below(text: &mut String, map: &Map, indent: usize) {
    if !map.below.is_empty() && indent > 0 {
        text.push('\n');
    }
    for line in &map.below {
        text.push_str(&comments::line(line, indent));
    }
}

fn end(text: &mut String, beside: Option<&str>) {
    if let Some(beside) = beside.map(comments::clean).filter(|text| !text.is_empty()) {
        text.push_str(&format!("  # {beside}"));
    }
    text.push('\n');
}

/// An object that a glance takes in; what holds others has lines of its own.
fn fits(map: &Map, indent: usize) -> bool {
    indent >= 2
        && map.entries.len() <= GLANCE
        && map.below.is_empty()
        && map.entries.iter().all(|entry| {
            entry.above.is_empty()
                && entry.beside.is_none()
                && match &entry.value {
                    Node::Null | Node::Bool(_) | Node::Text(_) => true,
                    // A number that says all it has to say by name.
                    Node::Alias(_) => indent == 2,
                    Node::Map(_) => false,
                }
        })
}

fn flow(node: &Node, names: &Names) -> String {
    let name = |id: &Id| names.get(id).cloned().unwrap_or_default();
    match node {
        Node::Null => "null".to_owned(),
        Node::Bool(flag) => flag.to_string(),
        Node::Text(text) => scalar(text),
        Node::Alias(id) => format!("*{}", name(id)),
        Node::Map(map) if map.entries.is_empty() && map.merge.is_none() => "{}".to_owned(),
        Node::Map(map) => {
            let merge = map.merge.iter().map(|id| format!("<<: *{}", name(id)));
            let entries = map
                .entries
                .iter()
                .map(|entry| format!("{}: {}", spelled(&entry.key), flow(&entry.value, names)));
            let members: Vec<String> = merge.chain(entries).collect();
            let anchor = map.id.and_then(|id| names.get(&id));
            let anchor = anchor.map_or(String::new(), |name| format!("&{name} "));
            format!("{anchor}{{ {} }}", members.join(", "))
        }
    }
}

/// A key: telephone numbers in quotes, as the documents write them.
fn spelled(key: &str) -> String {
    scalar(key)
}
