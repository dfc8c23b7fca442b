//! YAML read into a tree that knows where everything stands.
//!
//! Reading a file straight into its types is faster and enough while nothing
//! has to be said about it. This is the other reading: every key and value with
//! its line and column, scalars with the very characters that were typed,
//! anchors shared instead of copied, merge keys (`<<`) laid out, and every
//! fault of form collected rather than the first one thrown.

use std::collections::HashMap;
use std::rc::Rc;

use super::problem::{Place, Problem, nearest};
use crate::model::PhoneNumber;

pub use super::build::read;

/// One YAML document.
#[derive(Debug)]
pub struct Document {
    /// None where the document is too broken to be read at all.
    pub root: Option<Rc<Node>>,
    /// What is wrong with its form.
    pub problems: Vec<Problem>,
}

/// A value and where it stands.
#[derive(Debug)]
pub struct Node {
    pub place: Place,
    pub kind: Kind,
    pub(super) depth: u32,
    /// How many nodes this is with every alias followed.
    pub(super) weight: u64,
}

#[derive(Debug)]
pub enum Kind {
    Scalar(Scalar),
    List(Vec<Rc<Node>>),
    Map(Vec<Entry>),
}

/// A scalar, not yet taken for text, number, boolean or null.
#[derive(Debug)]
pub struct Scalar {
    pub text: String,
    /// Unquoted and untagged: only then may it mean null, a number or a boolean.
    pub plain: bool,
}

#[derive(Clone, Debug)]
pub struct Entry {
    pub key: Rc<Node>,
    pub value: Rc<Node>,
    /// Where the value stands in this map: for an alias the `*name`, not the anchor.
    pub value_place: Place,
}

impl Entry {
    pub fn name(&self) -> &str {
        self.key.text().unwrap_or("")
    }
}

impl Node {
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar(scalar) => Some(&scalar.text),
            Kind::List(_) | Kind::Map(_) => None,
        }
    }

    pub fn is_null(&self) -> bool {
        matches!(&self.kind, Kind::Scalar(scalar) if scalar.is_null())
    }

    pub fn get(&self, name: &str) -> Option<&Entry> {
        match &self.kind {
            Kind::Map(entries) => entries.iter().find(|entry| entry.name() == name),
            Kind::Scalar(_) | Kind::List(_) => None,
        }
    }
}

impl Node {
    /// This map and one plain member more; None of what is no map.
    pub fn with(&self, name: &str, text: &str) -> Option<Node> {
        let Kind::Map(entries) = &self.kind else {
            return None;
        };
        let mut entries = entries.clone();
        entries.push(Entry {
            key: Rc::new(Node::scalar(self.place, name)),
            value: Rc::new(Node::scalar(self.place, text)),
            value_place: self.place,
        });
        Some(self.of(entries))
    }

    /// This map with other members.
    pub fn of(&self, entries: Vec<Entry>) -> Node {
        Node {
            place: self.place,
            kind: Kind::Map(entries),
            depth: self.depth,
            weight: self.weight,
        }
    }

    /// A plain text that nobody wrote.
    pub fn scalar(place: Place, text: &str) -> Node {
        let scalar = Scalar {
            text: text.to_owned(),
            plain: true,
        };
        Node {
            place,
            kind: Kind::Scalar(scalar),
            depth: 0,
            weight: 1,
        }
    }

    /// Has a key that is this name with a slip in it, and not the name itself.
    pub fn misspells(&self, name: &str) -> bool {
        match &self.kind {
            Kind::Map(entries) if self.get(name).is_none() => entries
                .iter()
                .any(|entry| nearest(entry.name(), [name]).is_some()),
            Kind::Map(_) | Kind::Scalar(_) | Kind::List(_) => false,
        }
    }
}

impl Scalar {
    /// null by the YAML 1.2 core schema.
    pub fn is_null(&self) -> bool {
        self.plain && matches!(self.text.as_str(), "" | "~" | "null" | "Null" | "NULL")
    }
}

/// A path as it is shown: telephone numbers in their one form.
pub fn join<S: AsRef<str>>(segments: &[S]) -> String {
    let mut path = String::new();
    let mut numbers = false;
    for (index, segment) in segments.iter().enumerate() {
        let segment = segment.as_ref();
        if index > 0 {
            path.push('.');
        }
        match segment.parse::<PhoneNumber>() {
            Ok(number) if numbers => path.push_str(&number.to_string()),
            _ => path.push_str(segment),
        }
        numbers = index == 0 && segment == "numbers";
    }
    path
}

/// Where a path leads, and how far it could be followed.
#[derive(Clone, Copy, Debug)]
pub struct Spot {
    /// The key of the last member found (the document's beginning for an empty path).
    pub key: Place,
    /// Its value.
    pub value: Place,
    /// The last member found is a scalar, and the path ended there.
    pub scalar: bool,
}

/// The numbers of a document by their key, so that many places are found in one walk.
pub struct Index<'n> {
    root: &'n Node,
    numbers: HashMap<PhoneNumber, &'n Entry>,
}

impl<'n> Index<'n> {
    pub fn new(root: &'n Node) -> Self {
        let mut numbers = HashMap::new();
        if let Some(Kind::Map(entries)) = root.get("numbers").map(|entry| &entry.value.kind) {
            for entry in entries {
                if let Ok(number) = entry.name().parse() {
                    numbers.entry(number).or_insert(entry);
                }
            }
        }
        Self { root, numbers }
    }

    /// Follows a path as far as it goes.
    pub fn locate<S: AsRef<str>>(&self, path: &[S]) -> Spot {
        follow(self.root, path, |number, _| {
            self.numbers.get(&number).copied()
        })
    }
}

/// Follows a path as far as it goes; for many paths of one document there is [`Index`].
pub fn locate<S: AsRef<str>>(root: &Node, path: &[S]) -> Spot {
    follow(root, path, |number, entries| {
        entries
            .iter()
            .find(|entry| entry.name().parse() == Ok(number))
    })
}

fn follow<'n, S: AsRef<str>>(
    root: &'n Node,
    path: &[S],
    find: impl Fn(PhoneNumber, &'n [Entry]) -> Option<&'n Entry>,
) -> Spot {
    let mut spot = Spot {
        key: root.place,
        value: root.place,
        scalar: false,
    };
    let mut node = root;
    for (index, segment) in path.iter().enumerate() {
        let segment = segment.as_ref();
        let of_numbers = index == 1 && path.first().is_some_and(|p| p.as_ref() == "numbers");
        match &node.kind {
            Kind::Map(entries) => {
                let wanted = segment.parse::<PhoneNumber>().ok().filter(|_| of_numbers);
                let found = match wanted {
                    Some(number) => find(number, entries),
                    None => entries.iter().find(|entry| entry.name() == segment),
                };
                let Some(entry) = found else { return spot };
                spot.key = entry.key.place;
                spot.value = entry.value_place;
                node = &entry.value;
            }
            Kind::List(items) => {
                let Some(item) = segment.parse().ok().and_then(|i: usize| items.get(i)) else {
                    return spot;
                };
                spot.key = item.place;
                spot.value = item.place;
                node = item;
            }
            Kind::Scalar(_) => return spot,
        }
    }
    spot.scalar = matches!(&node.kind, Kind::Scalar(scalar) if !scalar.text.is_empty() || !scalar.plain)
        && !path.is_empty();
    spot
}

#[cfg(test)]
#[path = "tree_tests.rs"]
mod tests;
