//! The walk of examples/french-routing, step by step, as its README tells it.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

const FILE: &str = "accounts/maison-hitschmanova.yaml";
const NUMBER: &str = "16132300301";

fn example() -> &'static Path {
    Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/examples/french-routing"
    ))
}

fn alz(root: &Path, hour: u32, arguments: &[&str]) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_alz"))
        .current_dir(root)
        .env_clear()
        .env("ALZ_NOW", format!("2026-11-23T{hour:02}:00:00Z"))
        .args(arguments)
        .output()
        .expect("alz runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(
        output.status.code(),
        Some(0),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_str(&said).unwrap_or(Value::Null)
}

/// What the plan would change of the number, and who it says will answer.
fn plan(root: &Path, hour: u32) -> (Vec<(String, Value)>, Vec<String>) {
    let plan = alz(root, hour, &["plan", "--format", "json"]);
    let changes = plan["steps"]
        .as_array()
        .expect("steps")
        .iter()
        .flat_map(|step| step["changes"].as_array().expect("changes"))
        .map(|change| {
            let path = change["path"].as_str().expect("a path").to_owned();
            (path, change["after"].clone())
        })
        .collect();
    let answered = plan["notes"]
        .as_array()
        .expect("notes")
        .iter()
        .filter(|note| note["numbers"] == json!([NUMBER]))
        .filter_map(|note| note["reason"].as_str())
        .filter(|reason| reason.contains("answered in"))
        .map(ToOwned::to_owned)
        .collect();
    (changes, answered)
}

#[test]
fn the_walk_through_french_routing_goes_as_its_readme_says() {
    let directory = tempfile::tempdir().expect("a directory");
    let root = directory.path();
    std::fs::create_dir(root.join("accounts")).expect("a directory");
    for name in ["alz.yaml", FILE] {
        std::fs::copy(example().join(name), root.join(name)).expect("a copy");
    }
    alz(root, 1, &["apply", "--auto-approve"]);
    let steps = [
        (
            "1-french.yaml",
            "in French, no longer in English: its language is fr-CA",
        ),
        (
            "2-platform-default.yaml",
            "in English, no longer in French: no language is set",
        ),
        ("3-moved-to-gatineau.yaml", "answers in French in Quebec"),
    ];
    for (at, (name, told)) in (1..).zip(steps) {
        std::fs::copy(example().join("walk").join(name), root.join(FILE)).expect("a copy");
        alz(root, 2 * at, &["validate", "--strict", "--format", "json"]);
        let (changes, answered) = plan(root, 2 * at);
        assert!(
            changes
                .iter()
                .all(|(path, _)| path.starts_with("e911Address.")),
            "nothing else of the number: {changes:?}"
        );
        assert!(!changes.is_empty(), "{name}");
        assert_eq!(answered.len(), 1, "{answered:?}");
        assert!(answered[0].contains(told), "{answered:?}");
        if name == "1-french.yaml" {
            assert_eq!(
                changes,
                [("e911Address.language".to_owned(), json!("fr-CA"))]
            );
        }
        alz(root, 2 * at, &["apply", "--auto-approve"]);
        let (changes, answered) = plan(root, 2 * at + 1);
        assert_eq!((changes, answered), (Vec::new(), Vec::new()), "{name}");
    }
}
