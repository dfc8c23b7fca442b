//! Whether an edited text says all that it said, and what was to be added.
//!
//! Both texts are read as account files are, so aliases and merge keys count
//! for what they stand for: a member added to a map that others refer to would
//! show in every place.

use std::rc::Rc;

use super::Fresh;
use crate::desired::tree::{self, Entry, Kind, Node};

/// `after` is `before` with these members in the map at `path` of one document,
/// and nothing else is different.
pub(super) fn adds(
    before: &str,
    after: &str,
    document: usize,
    path: &[&str],
    members: &[(String, Fresh)],
) -> bool {
    let (Some(before), Some(after)) = (roots(before), roots(after)) else {
        return false;
    };
    before.len() == after.len()
        && before
            .iter()
            .zip(&after)
            .enumerate()
            .all(|(index, (before, after))| {
                if index == document {
                    grown(Some(before), after, path, members)
                } else {
                    same(before, after)
                }
            })
}

/// The documents, empty ones left out; None where one is unsound.
fn roots(text: &str) -> Option<Vec<Rc<Node>>> {
    let documents = tree::read("", text);
    if documents
        .iter()
        .any(|document| !document.problems.is_empty())
    {
        return None;
    }
    let roots = documents.into_iter().filter_map(|document| document.root);
    Some(roots.filter(|root| !root.is_null()).collect())
}

fn entries(node: &Node) -> Option<&[Entry]> {
    match &node.kind {
        Kind::Map(entries) => Some(entries),
        Kind::Scalar(_) | Kind::List(_) => None,
    }
}

/// `after` is `before` with the members at the end of `path`.
fn grown(before: Option<&Node>, after: &Node, path: &[&str], members: &[(String, Fresh)]) -> bool {
    let old: &[Entry] = match before {
        None => &[],
        Some(node) if node.is_null() => &[],
        Some(node) => match entries(node) {
            Some(entries) => entries,
            None => return false,
        },
    };
    let Some(new) = entries(after) else {
        return false;
    };
    let kept = |old: &Entry| {
        after
            .get(old.name())
            .is_some_and(|new| same_entry(old, new))
    };
    match path.split_first() {
        None => {
            let was = |name: &str| old.iter().any(|entry| entry.name() == name);
            new.len() == old.len() + members.len()
                && old.iter().all(kept)
                && members.iter().all(|(name, value)| {
                    !was(name) && after.get(name).is_some_and(|entry| is(&entry.value, value))
                })
        }
        Some((name, rest)) => {
            let was = old.iter().find(|entry| entry.name() == *name);
            let more = usize::from(was.is_none());
            new.len() == old.len() + more
                && old.iter().filter(|entry| entry.name() != *name).all(kept)
                && after.get(name).is_some_and(|entry| {
                    grown(was.map(|entry| &*entry.value), &entry.value, rest, members)
                })
        }
    }
}

fn same_entry(a: &Entry, b: &Entry) -> bool {
    same(&a.key, &b.key) && same(&a.value, &b.value)
}

fn same(a: &Node, b: &Node) -> bool {
    match (&a.kind, &b.kind) {
        (Kind::Scalar(a), Kind::Scalar(b)) => a.text == b.text && a.plain == b.plain,
        (Kind::List(a), Kind::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Kind::Map(a), Kind::Map(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_entry(a, b))
        }
        (Kind::Scalar(_) | Kind::List(_) | Kind::Map(_), _) => false,
    }
}

/// The value is read as it was meant.
fn is(node: &Node, fresh: &Fresh) -> bool {
    match (fresh, &node.kind) {
        (Fresh::Null, _) => node.is_null(),
        (Fresh::Empty, Kind::Map(entries)) => entries.is_empty(),
        (Fresh::Bool(value), Kind::Scalar(scalar)) => {
            scalar.plain && scalar.text == value.to_string()
        }
        (Fresh::Text(text), Kind::Scalar(scalar)) => scalar.text == *text,
        (Fresh::Alias(_, members), Kind::Map(entries)) => {
            entries.len() == members.len()
                && members
                    .iter()
                    .all(|(name, value)| node.get(name).is_some_and(|it| is(&it.value, value)))
        }
        (Fresh::Map(members) | Fresh::Named(_, members), Kind::Map(entries)) => {
            entries.len() == members.len()
                && members
                    .iter()
                    .zip(entries)
                    .all(|((name, value), entry)| entry.name() == name && is(&entry.value, value))
        }
        (
            Fresh::Empty
            | Fresh::Bool(_)
            | Fresh::Text(_)
            | Fresh::Map(_)
            | Fresh::Named(..)
            | Fresh::Alias(..),
            _,
        ) => false,
    }
}
