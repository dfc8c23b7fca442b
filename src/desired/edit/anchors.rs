//! The anchors of a document, so that what is added can refer to them as the
//! file's owner would.

use super::spans::{self, Entry, Kind, Node};

/// A map with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    pub name: String,
    /// The keys that lead to it: `defaults`, `customerServiceRecord`.
    pub path: Vec<String>,
}

/// The named maps of a document that stand before the end of the map at `key`
/// (before the document's, where it has no such key), for no alias can stand
/// before what it refers to. A name that is given twice means the one or the
/// other, depending on where it is used: it is left out. `text` may begin with a
/// byte order mark.
pub fn anchors(text: &str, document: usize, key: &str) -> Vec<Anchor> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let Some(roots) = spans::read(text) else {
        return Vec::new();
    };
    let Some(root) = roots.get(document) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    walk(text, root, &mut Vec::new(), &mut found);
    let end = match &root.kind {
        Kind::Map { entries, .. } => entries.iter().find(|entry| entry.key.text() == Some(key)),
        Kind::Scalar { .. } | Kind::Alias | Kind::List { .. } => None,
    };
    let end = end.map_or(usize::MAX, Entry::end);
    let given = |name: &str| text.matches(&format!("&{name}")).count();
    found
        .into_iter()
        .filter(|(anchor, at)| *at < end && given(&anchor.name) == 1)
        .map(|(anchor, _)| anchor)
        .collect()
}

fn walk(text: &str, node: &Node, path: &mut Vec<String>, found: &mut Vec<(Anchor, usize)>) {
    let Kind::Map { entries, .. } = &node.kind else {
        return;
    };
    for Entry { key, value } in entries {
        let Some(name) = key.text() else { continue };
        path.push(name.to_owned());
        let between = text.get(key.range.end..value.range.start);
        if let (Kind::Map { .. }, Some(anchor)) = (&value.kind, between.and_then(named)) {
            let path = path.clone();
            found.push((Anchor { name: anchor, path }, value.range.start));
        }
        walk(text, value, path, found);
        path.pop();
    }
}

/// The name in what stands between a key and its value: `: &office `.
fn named(between: &str) -> Option<String> {
    let words = between.trim_start_matches(['"', '\'']).strip_prefix(':')?;
    let name = words.trim_start().strip_prefix('&')?;
    let name = name.split_whitespace().next()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    name.chars().all(plain).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_counts_where_it_stands_before_and_means_one_thing() {
        let text = "account: x\ndefaults:\n  customerServiceRecord: &office # here\n    city: Provo\n  e911Address: &twice { city: Orem }\nnumbers:\n  \"18015551212\": { e911Address: &own { city: Lindon } }\n  \"18015551213\": { e911Address: &twice { city: Orem } }\nports: { a: &late { crdDate: x } }\n";
        let names = |key: &str| -> Vec<String> {
            let found = anchors(text, 0, key).into_iter();
            found
                .map(|anchor| format!("{} {}", anchor.name, anchor.path.join(".")))
                .collect()
        };
        let office = "office defaults.customerServiceRecord";
        let own = "own numbers.18015551212.e911Address";
        assert_eq!(names("numbers"), [office, own]);
        assert_eq!(names("ports"), [office, own, "late ports.a"]);
        assert_eq!(names("defaults"), [office]);
        assert!(anchors(text, 1, "numbers").is_empty());
    }
}
