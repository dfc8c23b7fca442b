//! An example of a field, cut out of a document that is valid as a whole: what
//! is shown can be pasted, because what it is cut from is checked by a test.

use std::rc::Rc;

use crate::desired::tree::{self, Kind, Node};

const ACCOUNT: &str = include_str!("account.yaml");
const CONFIG: &str = include_str!("config.yaml");

/// Lines of a field that has more below it.
const MOST_LINES: usize = 14;

/// The whole document that examples are cut from.
pub fn whole(document: &str) -> Option<&'static str> {
    match document {
        "account" => Some(ACCOUNT),
        "config" => Some(CONFIG),
        _ => None,
    }
}

/// YAML with the field in it and what it stands in, and nothing else.
pub fn of(document: &str, path: &[String]) -> Option<String> {
    let text = whole(document)?;
    let root = tree::read(document, text)
        .into_iter()
        .find_map(|read| read.root)?;
    let mut keys = Vec::new();
    if !reach(&root, path, &mut keys) {
        return None;
    }
    let lines: Vec<&str> = text.lines().collect();
    let Some((last, above)) = keys.split_last() else {
        return Some(cut(&lines, 0));
    };
    let mut shown: Vec<&str> = Vec::new();
    for line in above {
        let text = lines.get(line.checked_sub(1)?)?;
        // Of a map on one line all is shown already.
        if shown.last() != Some(text) {
            shown.push(text);
        }
    }
    let from = last.checked_sub(1)?;
    if shown.last() == lines.get(from) {
        return Some(shown.join("\n") + "\n");
    }
    let own = *lines.get(from)?;
    let below = lines
        .get(*last..)
        .into_iter()
        .flatten()
        .take_while(|line| indent(line) > indent(own));
    let mut block = vec![own];
    block.extend(below);
    let head = shown.join("\n");
    let head = if head.is_empty() { head } else { head + "\n" };
    Some(head + &cut(&block, indent(own) + 2))
}

/// The first lines, with a sign that there are more.
fn cut(lines: &[&str], indent: usize) -> String {
    let mut text = String::new();
    for line in lines.iter().take(MOST_LINES) {
        text.push_str(line);
        text.push('\n');
    }
    if lines.len() > MOST_LINES {
        text.push_str(&format!("{:indent$}# …\n", ""));
    }
    text
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The lines of the keys on the way to a field; `*` tries every key.
fn reach(node: &Rc<Node>, path: &[String], lines: &mut Vec<usize>) -> bool {
    let Some((name, rest)) = path.split_first() else {
        return true;
    };
    match &node.kind {
        Kind::Map(entries) => entries
            .iter()
            .filter(|entry| name == "*" || entry.name() == name)
            .any(|entry| {
                let length = lines.len();
                lines.push(entry.key.place.line as usize);
                let found = reach(&entry.value, rest, lines);
                if !found {
                    lines.truncate(length);
                }
                found
            }),
        Kind::List(items) => name == "*" && items.iter().any(|item| reach(item, rest, lines)),
        Kind::Scalar(_) => false,
    }
}
