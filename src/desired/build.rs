//! The events of the YAML parser put together into located trees.
//!
//! Here is all that YAML itself asks for: anchors and aliases, merge keys, keys
//! said twice, and the limits that keep a small file from becoming a large one.

use std::collections::HashMap;
use std::rc::Rc;

use granit_parser::{Event, Parser, ScalarStyle};

use super::problem::{Place, Problem, code};
use super::syntax::{self, Explained};
use super::tree::{Document, Entry, Kind, Node, Scalar, join};

/// Maps and lists inside each other, aliases followed.
const MAX_DEPTH: u32 = 64;
/// Nodes that a document may always grow to when its aliases are followed …
const FREE_NODES: u64 = 1_000_000;
/// … and how many times its written size beyond that.
const MAX_GROWTH: u64 = 50;

/// Reads all documents of a text; a broken one does not hide those after it.
pub fn read(file: &str, text: &str) -> Vec<Document> {
    let options = granit_parser::options! {
        emit_comments: false,
        emit_unresolved_aliases: true,
        block_scalar_eof_without_line_feed: true,
        flow_nesting_limit: MAX_DEPTH as usize,
        block_nesting_limit: MAX_DEPTH as usize,
    };
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut builder = Builder::new(file);
    let mut documents = Vec::new();
    while let Some(event) = parser.next() {
        match event {
            Ok((Event::DocumentStart(..), _)) => builder.start(),
            Ok((Event::DocumentEnd, _)) => documents.push(builder.finish()),
            Ok((event, span)) => {
                let at = Place {
                    line: u32::try_from(span.start.line()).unwrap_or(u32::MAX),
                    column: u32::try_from(span.start.col() + 1).unwrap_or(u32::MAX),
                };
                builder.event(event, at);
            }
            Err(error) => {
                let marker = error.marker();
                let place = Place {
                    line: u32::try_from(marker.line().max(1)).unwrap_or(u32::MAX),
                    column: u32::try_from(marker.col() + 1).unwrap_or(u32::MAX),
                };
                let path = builder.path();
                let Explained {
                    place,
                    message,
                    help,
                } = syntax::explain(text, place, &error.info());
                builder
                    .problems
                    .push(Problem::error(code::SYNTAX, file, place, path, message).help(help));
                documents.push(Document {
                    root: None,
                    problems: std::mem::take(&mut builder.problems),
                });
                if !matches!(parser.proceed_next_document(), Ok(true)) {
                    break;
                }
                builder.start();
            }
        }
    }
    documents
}

/// A map or list that is still being read.
enum Open {
    List {
        items: Vec<Rc<Node>>,
        place: Place,
        anchor: usize,
    },
    Map {
        entries: Vec<Entry>,
        key: Option<Rc<Node>>,
        place: Place,
        anchor: usize,
    },
}

struct Builder<'a> {
    file: &'a str,
    problems: Vec<Problem>,
    open: Vec<Open>,
    anchors: HashMap<usize, Rc<Node>>,
    root: Option<Rc<Node>>,
    written: u64,
    /// The alias that stands for most, its place and path.
    heaviest: Option<(u64, Place, String)>,
    /// Members that merge keys have laid out so far.
    laid_out: u64,
    /// The document can't be trusted any more; its problems are already told.
    broken: bool,
}

impl<'a> Builder<'a> {
    fn new(file: &'a str) -> Self {
        Self {
            file,
            problems: Vec::new(),
            open: Vec::new(),
            anchors: HashMap::new(),
            root: None,
            written: 0,
            heaviest: None,
            laid_out: 0,
            broken: false,
        }
    }

    fn start(&mut self) {
        self.open.clear();
        self.anchors.clear();
        self.root = None;
        self.written = 0;
        self.heaviest = None;
        self.laid_out = 0;
        self.broken = false;
    }

    fn finish(&mut self) -> Document {
        let mut root = self.root.take().filter(|_| !self.broken);
        if let Some(node) = &root
            && node.weight > FREE_NODES.max(self.written.saturating_mul(MAX_GROWTH))
        {
            let heaviest = self.heaviest.take();
            let (place, path) = heaviest.map_or_else(
                || (node.place, String::new()),
                |(_, place, path)| (place, path),
            );
            self.problems.push(
                Problem::error(
                    code::ALIAS_BOMB,
                    self.file,
                    place,
                    path,
                    "the aliases of this document multiply it beyond any use",
                )
                .help("an alias (*name) stands for all that its anchor (&name) holds; write fewer of them inside each other"),
            );
            root = None;
        }
        Document {
            root,
            problems: std::mem::take(&mut self.problems),
        }
    }

    fn event(&mut self, event: Event<'_>, at: Place) {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let mut plain = style == ScalarStyle::Plain;
                if let Some(tag) = tag {
                    plain = self.tagged(plain, tag.core_suffix(), at);
                }
                let node = self.node(
                    at,
                    Kind::Scalar(Scalar {
                        text: text.into_owned(),
                        plain,
                    }),
                );
                self.close(node, anchor, at);
            }
            Event::SequenceStart(_, anchor, tag) => {
                if let Some(tag) = tag {
                    self.tagged(false, tag.core_suffix(), at);
                }
                self.open.push(Open::List {
                    items: Vec::new(),
                    place: at,
                    anchor,
                });
            }
            Event::MappingStart(_, anchor, tag) => {
                if let Some(tag) = tag {
                    self.tagged(false, tag.core_suffix(), at);
                }
                self.open.push(Open::Map {
                    entries: Vec::new(),
                    key: None,
                    place: at,
                    anchor,
                });
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(at),
            Event::Alias(id) => match self.anchors.get(&id).cloned() {
                Some(node) => {
                    if self
                        .heaviest
                        .as_ref()
                        .is_none_or(|(most, ..)| *most < node.weight)
                    {
                        self.heaviest = Some((node.weight, at, self.path()));
                    }
                    self.close(node, 0, at);
                }
                None => {
                    self.fault(
                        code::SYNTAX,
                        at,
                        "an alias inside its own anchor",
                        "a value can't contain itself",
                    );
                    self.empty(at);
                }
            },
            Event::UnresolvedAlias(name) => {
                let message = format!("no anchor &{name} stands above this alias");
                self.fault(
                    code::SYNTAX,
                    at,
                    &message,
                    "an anchor holds within its document, from where it stands on",
                );
                self.empty(at);
            }
            _ => {}
        }
    }

    /// What a tag makes of a scalar: whether it may still mean more than its text.
    fn tagged(&mut self, plain: bool, core: Option<&str>, at: Place) -> bool {
        match core {
            Some("str") => false,
            Some("null" | "bool" | "int" | "float") => plain,
            Some("map" | "seq" | "merge") => plain,
            _ => {
                self.fault(
                    code::TYPE,
                    at,
                    "tags (!name) mean nothing in these files",
                    "take the tag away; a literal that begins with ! goes into quotes",
                );
                plain
            }
        }
    }

    fn empty(&mut self, at: Place) {
        self.broken = true;
        let node = self.node(
            at,
            Kind::Scalar(Scalar {
                text: String::new(),
                plain: true,
            }),
        );
        self.close(node, 0, at);
    }

    fn node(&mut self, place: Place, kind: Kind) -> Rc<Node> {
        self.written += 1;
        let (depth, weight) = match &kind {
            Kind::Scalar(_) => (0, 1),
            Kind::List(items) => measure(items.iter()),
            Kind::Map(entries) => measure(entries.iter().map(|entry| &entry.value)),
        };
        Rc::new(Node {
            place,
            kind,
            depth,
            weight,
        })
    }

    /// The end of a map or list.
    fn end(&mut self, at: Place) {
        match self.open.pop() {
            Some(Open::List {
                items,
                place,
                anchor,
            }) => {
                let node = self.node(place, Kind::List(items));
                self.close(node, anchor, place);
            }
            Some(Open::Map {
                entries,
                place,
                anchor,
                ..
            }) => {
                let entries = self.merged(entries);
                let node = self.node(place, Kind::Map(entries));
                self.close(node, anchor, place);
            }
            None => self.fault(
                code::SYNTAX,
                at,
                "a map or list ends that never began",
                "look at the brackets and the indentation before",
            ),
        }
    }

    /// Puts a finished node where it belongs.
    fn close(&mut self, node: Rc<Node>, anchor: usize, at: Place) {
        let node = if node.depth > MAX_DEPTH {
            if !self.broken {
                self.fault(
                    code::ALIAS_BOMB,
                    at,
                    "maps and lists stand too deep inside each other here",
                    "nothing in these files needs more than seven levels",
                );
            }
            self.broken = true;
            Rc::new(Node {
                place: at,
                kind: Kind::List(Vec::new()),
                depth: 0,
                weight: 1,
            })
        } else {
            node
        };
        if anchor != 0 {
            self.anchors.insert(anchor, Rc::clone(&node));
        }
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(node);
            return;
        };
        let bad_key = match parent {
            Open::List { items, .. } => {
                items.push(node);
                false
            }
            Open::Map { entries, key, .. } => match key.take() {
                None => {
                    let bad = node.text().is_none();
                    *key = Some(node);
                    bad
                }
                Some(key) => {
                    if key.text().is_some() {
                        entries.push(Entry {
                            key,
                            value: node,
                            value_place: at,
                        });
                    }
                    false
                }
            },
        };
        if bad_key {
            self.fault(
                code::TYPE,
                at,
                "a key must be a text",
                "fill in a template's {{ … }} before alz reads it; a value that begins with [, { or * goes into quotes",
            );
        }
    }

    /// Says each key of a map only once, and lays merge keys out: what stands
    /// in the map itself wins, then the first of a list of maps (YAML 1.1, merge).
    fn merged(&mut self, written: Vec<Entry>) -> Vec<Entry> {
        let mut first: HashMap<String, Place> = HashMap::with_capacity(written.len());
        let mut entries = Vec::with_capacity(written.len());
        let mut merges = Vec::new();
        for entry in written {
            let name = entry.name();
            if let Some(other) = first.get(name) {
                let message = format!("`{name}` stands in this map twice");
                let help = format!("the other one is at line {}; keep one of them", other.line);
                let path = self.path_to(name);
                self.problems.push(
                    Problem::error(
                        code::DUPLICATE_KEY,
                        self.file,
                        entry.key.place,
                        path,
                        message,
                    )
                    .help(help),
                );
                continue;
            }
            first.insert(name.to_owned(), entry.key.place);
            if name == "<<" && matches!(&entry.key.kind, Kind::Scalar(scalar) if scalar.plain) {
                merges.push(entry);
            } else {
                entries.push(entry);
            }
        }
        for merge in merges {
            let sources = match &merge.value.kind {
                Kind::Map(_) => vec![Rc::clone(&merge.value)],
                Kind::List(items) => items.clone(),
                Kind::Scalar(_) => vec![Rc::clone(&merge.value)],
            };
            for source in sources {
                let Kind::Map(members) = &source.kind else {
                    self.fault(
                        code::TYPE,
                        merge.value_place,
                        "a merge key (<<) takes a map, or a list of maps",
                        "write <<: *name, where &name stands before a map",
                    );
                    continue;
                };
                self.laid_out += members.len() as u64;
                if self.laid_out > FREE_NODES.max(self.written.saturating_mul(MAX_GROWTH)) {
                    if !self.broken {
                        self.fault(
                            code::ALIAS_BOMB,
                            merge.value_place,
                            "the merge keys of this document multiply it beyond any use",
                            "merge smaller maps, or fewer of them inside each other",
                        );
                    }
                    self.broken = true;
                    return entries;
                }
                for member in members {
                    if !first.contains_key(member.name()) {
                        first.insert(member.name().to_owned(), member.key.place);
                        entries.push(member.clone());
                    }
                }
            }
        }
        entries
    }

    fn fault(&mut self, code: &str, at: Place, message: &str, help: &str) {
        let path = self.path();
        self.problems
            .push(Problem::error(code, self.file, at, path, message).help(help));
    }

    fn path_to(&self, name: &str) -> String {
        let mut path = self.segments();
        path.push(name.to_owned());
        join(&path)
    }

    fn path(&self) -> String {
        join(&self.segments())
    }

    fn segments(&self) -> Vec<String> {
        self.open
            .iter()
            .filter_map(|open| match open {
                Open::List { items, .. } => Some(items.len().to_string()),
                Open::Map { key, .. } => Some(key.as_ref()?.text()?.to_owned()),
            })
            .collect()
    }
}

fn measure<'n>(children: impl Iterator<Item = &'n Rc<Node>>) -> (u32, u64) {
    children.fold((1, 1), |(depth, weight), child| {
        (
            depth.max(child.depth + 1),
            weight.saturating_add(child.weight),
        )
    })
}
