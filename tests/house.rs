//! The arrows of the house: which room may use which, read from the imports.
//!
//! A simulator that shared the planner's idea of the rules would hide the
//! planner's mistakes; a planner that could read a clock would not be the same
//! twice. So these are tests and not advice.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A room and what it may use of the others.
const ARROWS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("desired", &["model", "bounded"]),
    ("api", &["model", "bounded"]),
    ("import", &["desired", "model"]),
    ("live", &["api", "model"]),
    ("lock", &["model", "bounded"]),
    ("plan", &["model"]),
    ("apply", &["plan", "api", "live", "model", "bounded"]),
    ("sandbox", &["api::wire", "model"]),
    ("report", &["plan", "apply", "desired", "model", "bounded"]),
    (
        "cli",
        &[
            "model", "desired", "api", "live", "lock", "plan", "apply", "sandbox", "report",
            "import", "bounded",
        ],
    ),
];

/// What a pure room may not even mention.
const IMPURE: &[&str] = &[
    "async ",
    "tokio",
    "reqwest",
    "std::env",
    "std::fs",
    "std::io",
    "std::net",
    "std::time",
    "SystemTime",
    "Instant::now",
    "Timestamp::now",
    "Zoned::now",
    "fastrand",
    "tracing",
    "anstream",
];

fn sources(room: &str) -> Vec<(PathBuf, String)> {
    fn walk(directory: &Path, found: &mut Vec<(PathBuf, String)>) {
        let Ok(entries) = std::fs::read_dir(directory) else {
            return;
        };
        for entry in entries.flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).expect("source is readable");
                found.push((path, text));
            }
        }
    }
    let mut found = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    walk(&root.join(room), &mut found);
    assert!(!found.is_empty(), "no sources in src/{room}");
    found
}

/// The code of a file: no comments, no test module (tests may use what they like).
fn code(text: &str) -> String {
    text.split("#[cfg(test)]")
        .next()
        .unwrap_or_default()
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}

/// The rooms that the code names, as `plan` or `api::wire`.
fn used(code: &str) -> BTreeSet<String> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let mut rooms = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let group = group.split('}').next().unwrap_or_default();
            rooms.extend(
                group
                    .split(',')
                    .map(|item| item.trim().chars().take_while(|c| is_name(*c)).collect()),
            );
        } else {
            rooms.insert(rest.chars().take_while(|c| is_name(*c)).collect());
        }
    }
    rooms.retain(|room: &String| !room.is_empty());
    rooms
}

#[test]
fn every_room_uses_only_the_rooms_it_may() {
    let mut wrong = Vec::new();
    for (room, allowed) in ARROWS {
        for (path, text) in sources(room) {
            for name in used(&code(&text)) {
                let own = name.split("::").next() == Some(room);
                let may = allowed
                    .iter()
                    .any(|allowed| name == *allowed || name.starts_with(&format!("{allowed}::")));
                if !own && !may {
                    wrong.push(format!("{}: crate::{name}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "wrong arrows:\n{}", wrong.join("\n"));
}

#[test]
fn the_planner_is_pure() {
    let mut wrong = Vec::new();
    for room in ["plan", "model", "import"] {
        for (path, text) in sources(room) {
            let code = code(&text);
            for word in IMPURE {
                if code.contains(word) {
                    wrong.push(format!("{}: {word}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "impure:\n{}", wrong.join("\n"));
}

#[test]
fn only_apply_and_the_commands_by_hand_can_write() {
    let mut wrong = Vec::new();
    for room in ["live", "plan", "report", "desired", "model", "import"] {
        for (path, text) in sources(room) {
            if code(&text).contains("WriteClient") {
                wrong.push(path.display().to_string());
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?} hold a client that can write");
}

#[test]
fn nothing_but_the_commands_by_hand_searches_the_inventory() {
    let mut wrong = Vec::new();
    for (room, _) in ARROWS {
        for (path, text) in sources(room) {
            let home = path.ends_with("api/mod.rs") || path.ends_with("api/inventory.rs");
            let by_hand = path.parent().is_some_and(|p| p.ends_with("cli/numbers"));
            let code = code(&text);
            let searches = ["InventoryClient", "inventory_search("]
                .iter()
                .any(|name| code.contains(name));
            // Where the path has its name.
            let names = path.ends_with("model/paths.rs");
            if searches && !home && !by_hand && !names {
                wrong.push(path.display().to_string());
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{wrong:?} would reserve every number that is found"
    );
}

#[test]
fn the_check_itself_sees_a_wrong_arrow() {
    let seen = used("use crate::plan::document::Plan;\nuse crate::{api::wire, model};");
    assert_eq!(
        seen.into_iter().collect::<Vec<_>>(),
        ["api::wire", "model", "plan::document::Plan"]
    );
}
