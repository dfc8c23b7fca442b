//! From the located tree to the serde types, telling everything that is wrong.
//!
//! serde stops at the first fault. Here a fault is told with its place, the
//! member at fault is set aside, and the reading starts over without it, until
//! it succeeds: so all faults of a file come out, and the serde types stay the
//! only description of what a file may hold.

mod deserializer;

use std::cell::RefCell;
use std::collections::HashSet;
use std::fmt;
use std::rc::Rc;

use serde::de::{self, DeserializeOwned, Visitor};

use deserializer::Members;

use super::advice;
use super::file::{AccountFile, NumberEntry};
use super::problem::{Place, Problem, code};
use super::tree::{Entry, Kind, Node, Scalar, join};
use crate::model::PhoneNumber;
use crate::model::desired::Port;

/// The serde name of [`crate::model::SecretRef`]: what is written in its place
/// may be the secret itself and is never repeated.
const SECRET: &str = "SecretRef";

/// Faults of one document beyond which no more are looked for.
const MAX_FAULTS: usize = 1000;

/// An account document. Its numbers and ports are read one by one beforehand:
/// with a thousand faults, only what is at fault is read again.
///
/// `without` are keys whose members are left out from the start.
pub fn account(
    file: &str,
    root: &Rc<Node>,
    without: &[Rc<Node>],
) -> (Option<AccountFile>, Vec<Problem>) {
    let reading = Reading::new(file, without);
    reading.each::<Option<NumberEntry>>(root, "numbers");
    reading.each::<Port>(root, "ports");
    // Without an account's id the rest is judged all the same; it is never used.
    reading.all(root, &[("account", "missing")])
}

/// The settings. Of another version the rest is judged all the same.
pub fn settings<T: DeserializeOwned>(file: &str, root: &Rc<Node>) -> (Option<T>, Vec<Problem>) {
    Reading::new(file, &[]).all(root, &[("version", "1")])
}

impl<'r> Reading<'r> {
    fn new(file: &'r str, without: &[Rc<Node>]) -> Self {
        Self {
            file,
            problems: RefCell::default(),
            set_aside: RefCell::new(without.iter().map(Rc::as_ptr).collect()),
            unknown: RefCell::default(),
        }
    }

    /// Tells the faults of every member of a map.
    fn each<T: DeserializeOwned>(&self, root: &Node, name: &str) {
        let Some(Kind::Map(entries)) = root.get(name).map(|entry| &entry.value.kind) else {
            return;
        };
        let parent = Path::Member(&Path::Root, name);
        for entry in entries.iter().filter(|entry| !self.is_aside(&entry.key)) {
            let path = Path::Member(&parent, entry.name());
            for _ in 0..MAX_FAULTS {
                let at = At {
                    node: &entry.value,
                    path: &path,
                    reading: self,
                };
                match T::deserialize(at) {
                    Ok(_) => break,
                    Err(Fault::Told) => {}
                    Err(fault) => {
                        at.set_aside(&fault, &entry.key, place_of(&fault, entry));
                        break;
                    }
                }
            }
        }
    }

    /// Reads a document into a type; None where that can't be done at all. With
    /// problems, what comes back lacks the members at fault. `stand_ins` take
    /// the place of members that must be there and are not.
    fn all<T: DeserializeOwned>(
        self,
        root: &Rc<Node>,
        stand_ins: &[(&str, &str)],
    ) -> (Option<T>, Vec<Problem>) {
        let reading = self;
        let mut root = Rc::clone(root);
        let mut value = None;
        for _ in 0..MAX_FAULTS {
            let at = At {
                node: &root,
                path: &Path::Root,
                reading: &reading,
            };
            match T::deserialize(at) {
                Ok(read) => {
                    value = Some(read);
                    break;
                }
                Err(Fault::Told) => {}
                Err(fault) => {
                    reading.tell(&fault, &root, root.place, &Path::Root);
                    let Fault::Missing(field) = fault else { break };
                    let stand_in = stand_ins.iter().find(|(name, _)| *name == field);
                    let Some((name, text)) = stand_in else { break };
                    match root.with(name, text) {
                        Some(whole) => root = Rc::new(whole),
                        None => break,
                    }
                }
            }
        }
        (value, reading.problems.into_inner())
    }
}

/// Where the fault of a member is told.
fn place_of(fault: &Fault, entry: &Entry) -> Place {
    match fault {
        Fault::Missing(_) => entry.key.place,
        Fault::Told | Fault::Kind { .. } | Fault::Value(_) | Fault::Secret | Fault::SecretShape => {
            entry.value_place
        }
    }
}

/// What is known of the document so far, over all readings of it.
struct Reading<'r> {
    file: &'r str,
    problems: RefCell<Vec<Problem>>,
    /// Members at fault, by the address of their key (list items: of themselves).
    set_aside: RefCell<HashSet<*const Node>>,
    /// Unknown keys already told.
    unknown: RefCell<HashSet<*const Node>>,
}

impl Reading<'_> {
    fn is_aside(&self, node: &Rc<Node>) -> bool {
        self.set_aside.borrow().contains(&Rc::as_ptr(node))
    }

    fn tell(&self, fault: &Fault, node: &Node, place: Place, path: &Path<'_>) {
        let (code, message, help) = match fault {
            Fault::Told => return,
            Fault::Kind { message, help } if help.is_empty() => {
                let help = advice::wrong_kind(&path.segments(), node);
                (code::TYPE, message.clone(), help)
            }
            Fault::Kind { message, help } => (code::TYPE, message.clone(), help.clone()),
            Fault::Value(message) => {
                let number = node.text().and_then(|text| text.parse::<PhoneNumber>().err());
                match number.filter(|error| error.to_string() == *message) {
                    Some(error) => ("D30", message.clone(), error.help().to_owned()),
                    None => (
                        code::TYPE,
                        message.clone(),
                        advice::wrong_kind(&path.segments(), node),
                    ),
                }
            }
            Fault::Secret => (
                code::SECRET,
                "a secret must not be written into a file".to_owned(),
                "name where it is found instead: { env: NAME } or { file: PATH }; and change the secret, as it has been in a file".to_owned(),
            ),
            Fault::SecretShape => (
                code::SECRET,
                "a secret reference has exactly one member".to_owned(),
                "write { env: NAME } or { file: PATH }".to_owned(),
            ),
            Fault::Missing(field) => {
                // It is there under a name with a slip in it, which is told already.
                if node.misspells(field) {
                    return;
                }
                // Its value is at fault, which is told already.
                if node.get(field).is_some_and(|entry| self.is_aside(&entry.key)) {
                    return;
                }
                (
                    code::REQUIRED,
                    format!("`{field}` is missing"),
                    format!("add `{field}:` here"),
                )
            }
        };
        self.problems
            .borrow_mut()
            .push(Problem::error(code, self.file, place, path.shown(), message).help(help));
    }
}

/// The way from the document's root to a member.
enum Path<'p> {
    Root,
    Member(&'p Path<'p>, &'p str),
    Item(&'p Path<'p>, usize),
}

impl Path<'_> {
    fn shown(&self) -> String {
        join(&self.segments())
    }

    /// A credential stands here, or below.
    fn is_credential(&self) -> bool {
        self.segments()
            .iter()
            .any(|name| advice::is_credential(name))
    }

    fn segments(&self) -> Vec<String> {
        let mut segments = Vec::new();
        let mut path = self;
        loop {
            match path {
                Path::Root => break,
                Path::Member(parent, name) => {
                    segments.push((*name).to_owned());
                    path = parent;
                }
                Path::Item(parent, index) => {
                    segments.push(index.to_string());
                    path = parent;
                }
            }
        }
        segments.reverse();
        segments
    }
}

/// Why a value could not be read.
#[derive(Debug)]
enum Fault {
    /// The problem is recorded, its member set aside.
    Told,
    /// The value is of the wrong kind.
    Kind { message: String, help: String },
    /// The value is of the right kind and still no good.
    Value(String),
    /// Something else stands where a secret's reference belongs.
    Secret,
    /// A secret's reference with other members than one.
    SecretShape,
    /// A member that must be there.
    Missing(&'static str),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Told => f.write_str("told"),
            Fault::Kind { message, .. } | Fault::Value(message) => f.write_str(message),
            Fault::Secret | Fault::SecretShape => f.write_str("no reference to a secret"),
            Fault::Missing(field) => write!(f, "`{field}` is missing"),
        }
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Fault::Value(message.to_string())
    }
    fn missing_field(field: &'static str) -> Self {
        Fault::Missing(field)
    }
}

/// One node about to be read.
#[derive(Clone, Copy)]
struct At<'t, 'p> {
    node: &'t Rc<Node>,
    path: &'p Path<'p>,
    reading: &'p Reading<'p>,
}

impl<'t> At<'t, '_> {
    fn scalar(&self, wanted: &str) -> Result<&'t Scalar, Fault> {
        match &self.node.kind {
            Kind::Scalar(scalar) => Ok(scalar),
            Kind::List(_) | Kind::Map(_) => Err(self.wrong(wanted, "")),
        }
    }

    /// Tells a fault and leaves its member out of the readings to come.
    fn set_aside(&self, fault: &Fault, member: &Rc<Node>, place: Place) -> Fault {
        if !matches!(fault, Fault::Told) {
            self.reading.tell(fault, self.node, place, self.path);
            self.reading
                .set_aside
                .borrow_mut()
                .insert(Rc::as_ptr(member));
        }
        Fault::Told
    }

    fn wrong(&self, wanted: &str, help: &str) -> Fault {
        let found = match &self.node.kind {
            Kind::Map(_) => "a map".to_owned(),
            Kind::List(_) => "a list".to_owned(),
            Kind::Scalar(scalar) if scalar.is_null() => "nothing".to_owned(),
            Kind::Scalar(_) if self.path.is_credential() => "a text".to_owned(),
            Kind::Scalar(scalar) => format!("`{}`", shortened(&scalar.text)),
        };
        Fault::Kind {
            message: format!("expected {wanted}, found {found}"),
            help: help.to_owned(),
        }
    }

    fn plain(&self, wanted: &str) -> Result<&'t str, Fault> {
        let scalar = self.scalar(wanted)?;
        if scalar.plain {
            Ok(&scalar.text)
        } else {
            let help = format!("without quotes `{}` may be one", shortened(&scalar.text));
            Err(self.wrong(&format!("{wanted} and not a quoted text"), &help))
        }
    }

    fn whole<T: std::str::FromStr>(&self) -> Result<T, Fault> {
        let wanted = "a whole number";
        self.plain(wanted)?
            .parse()
            .map_err(|_| self.wrong(wanted, ""))
    }

    fn map<V: Visitor<'t>>(
        self,
        fields: Option<&'static [&'static str]>,
        secret: bool,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let Kind::Map(entries) = &self.node.kind else {
            return Err(match secret {
                true => Fault::Secret,
                false => self.wrong("a map (name: value, one a line)", ""),
            });
        };
        if secret {
            let known = |entry: &Entry| fields.is_some_and(|f| f.contains(&entry.name()));
            let given = |entry: &Entry| entry.value.text().is_some_and(|text| !text.is_empty());
            match entries.as_slice() {
                [one] if known(one) && given(one) && !one.value.is_null() => {}
                _ => return Err(Fault::SecretShape),
            }
        } else if let Some(fields) = fields {
            for entry in entries {
                self.known(entry, fields);
            }
        }
        visitor.visit_map(Members {
            entries: entries.iter(),
            fields,
            value: None,
            at: self,
        })
    }

    /// Tells an unknown key, once over all readings.
    fn known(&self, entry: &Entry, fields: &[&'static str]) {
        let name = entry.name();
        if fields.contains(&name)
            || !self
                .reading
                .unknown
                .borrow_mut()
                .insert(Rc::as_ptr(&entry.key))
        {
            return;
        }
        let (code, help) = match advice::is_credential(name) {
            true => (code::SECRET, advice::CREDENTIALS.to_owned()),
            false => (code::UNKNOWN_KEY, advice::unknown_key(name, fields)),
        };
        let problem = Problem::error(
            code,
            self.reading.file,
            entry.key.place,
            Path::Member(self.path, name).shown(),
            format!("unknown key `{}`", shortened(name)),
        );
        self.reading.problems.borrow_mut().push(problem.help(help));
    }
}

/// A value as it is quoted in a message.
fn shortened(text: &str) -> String {
    let mut shown: String = text.chars().take(40).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown.replace(char::is_control, " ")
}
