//! Where everything of a YAML text stands, to the byte.
//!
//! The located tree ([`crate::desired::tree`]) says what a text means; this one
//! says which bytes say it, and keeps what an editor must know and a reader may
//! forget: braces or indentation, an alias instead of what it stands for, a
//! value that is not there.

use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, Span, StructureStyle};

/// A value and its bytes, without its anchor and tag (and, of a text in lines of
/// its own, without the sign that begins it).
#[derive(Debug)]
pub(super) struct Node {
    pub range: Range<usize>,
    pub kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    Scalar {
        text: String,
        plain: bool,
    },
    /// `*name`; what it stands for is elsewhere.
    Alias,
    List {
        flow: bool,
        items: Vec<Node>,
    },
    Map {
        flow: bool,
        entries: Vec<Entry>,
    },
}

#[derive(Debug)]
pub(super) struct Entry {
    pub key: Node,
    pub value: Node,
}

impl Node {
    /// Where the last byte that belongs to it ends. The end of an indented map
    /// is that of its last value: the parser sees it only at the next line that
    /// belongs to something else, comments between.
    pub fn end(&self) -> usize {
        match &self.kind {
            Kind::Scalar { .. } | Kind::Alias => self.range.end,
            Kind::List { flow: true, .. } | Kind::Map { flow: true, .. } => self.range.end,
            Kind::List { items, .. } => items.last().map_or(self.range.end, Node::end),
            Kind::Map { entries, .. } => entries.last().map_or(self.range.end, Entry::end),
        }
    }

    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar { text, .. } => Some(text),
            Kind::Alias | Kind::List { .. } | Kind::Map { .. } => None,
        }
    }

    /// Nothing is written here, or one of the words for it.
    pub fn is_null(&self) -> bool {
        matches!(&self.kind, Kind::Scalar { text, plain: true }
            if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }
}

impl Entry {
    /// Where the last byte of it ends; where there is no value, its key's.
    pub fn end(&self) -> usize {
        if self.value.range.is_empty() {
            self.key.end()
        } else {
            self.value.end()
        }
    }
}

/// A map or list that is still being read.
enum Open {
    List {
        flow: bool,
        start: usize,
        items: Vec<Node>,
    },
    Map {
        flow: bool,
        start: usize,
        entries: Vec<Entry>,
        key: Option<Node>,
    },
}

/// The documents of a text, empty ones left out; None where it is no YAML.
pub(super) fn read(text: &str) -> Option<Vec<Node>> {
    let options = granit_parser::options! {
        emit_comments: false,
        emit_unresolved_aliases: true,
        block_scalar_eof_without_line_feed: true,
        flow_nesting_limit: 64,
        block_nesting_limit: 64,
    };
    let mut roots = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.ok()?;
        let range = range(&span)?;
        let done = match event {
            Event::Scalar(text, style, _, tag) => Node {
                range,
                kind: Kind::Scalar {
                    text: text.into_owned(),
                    plain: style == ScalarStyle::Plain && tag.is_none(),
                },
            },
            Event::Alias(_) | Event::UnresolvedAlias(_) => Node {
                range,
                kind: Kind::Alias,
            },
            Event::SequenceStart(style, ..) => {
                open.push(Open::List {
                    flow: style == StructureStyle::Flow,
                    start: range.start,
                    items: Vec::new(),
                });
                continue;
            }
            Event::MappingStart(style, ..) => {
                open.push(Open::Map {
                    flow: style == StructureStyle::Flow,
                    start: range.start,
                    entries: Vec::new(),
                    key: None,
                });
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop()? {
                Open::List { flow, start, items } => Node {
                    range: start..range.end,
                    kind: Kind::List { flow, items },
                },
                Open::Map {
                    flow,
                    start,
                    entries,
                    ..
                } => Node {
                    range: start..range.end,
                    kind: Kind::Map { flow, entries },
                },
            },
            _ => continue,
        };
        match open.last_mut() {
            None => roots.push(done),
            Some(Open::List { items, .. }) => items.push(done),
            Some(Open::Map { entries, key, .. }) => match key.take() {
                None => *key = Some(done),
                Some(key) => entries.push(Entry { key, value: done }),
            },
        }
    }
    roots.retain(|root| !root.is_null());
    Some(roots)
}

fn range(span: &Span) -> Option<Range<usize>> {
    let range = span.byte_range()?;
    (range.start <= range.end).then_some(range)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_at_its_bytes() {
        let text = "# ä\naccount: 'x' # c\nnumbers:   # none\nports: {a: {}, }\nname: &n\nd: |\n  t\n\n---\na: [1]\n";
        let roots = read(text).expect("YAML");
        assert_eq!(roots.len(), 2);
        let Kind::Map { entries, .. } = &roots[0].kind else {
            panic!("a map");
        };
        let seen: Vec<(&str, &str)> = entries
            .iter()
            .map(|entry| {
                (
                    &text[entry.key.range.clone()],
                    &text[entry.value.range.clone()],
                )
            })
            .collect();
        assert_eq!(
            seen,
            [
                ("account", "'x'"),
                ("numbers", ""),
                ("ports", "{a: {}, }"),
                ("name", ""),
                ("d", "t\n\n"),
            ]
        );
    }
}
