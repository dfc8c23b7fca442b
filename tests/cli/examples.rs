//! Every example, and what `alz init` writes, does what it promises: apply,
//! then nothing left to do.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn alz(root: &Path, now: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_alz"))
        .current_dir(root)
        .env_clear()
        .env("ALZ_NOW", now)
        .args(arguments)
        .output()
        .expect("alz runs")
}

fn text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a directory");
    for entry in std::fs::read_dir(from).expect("an example") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_name() == ".alz" {
            // The state of somebody's own trials.
        } else if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

/// Applies, lets an hour pass, and plans again.
fn converges(root: &Path) {
    let validated = alz(root, "2026-11-23T17:00:00Z", &["validate", "--strict"]);
    assert_eq!(validated.status.code(), Some(0), "{}", text(&validated));
    let applied = alz(root, "2026-11-23T17:00:00Z", &["apply", "--auto-approve"]);
    assert_eq!(applied.status.code(), Some(0), "{}", text(&applied));
    assert!(text(&applied).contains("Applied: "), "{}", text(&applied));
    let planned = alz(
        root,
        "2026-11-23T18:00:00Z",
        &["plan", "--detailed-exitcode"],
    );
    assert_eq!(planned.status.code(), Some(0), "{}", text(&planned));
    let said = String::from_utf8_lossy(&planned.stdout);
    assert!(said.contains("No changes."), "{said}");
    // The sandbox has numbers of its own whose address the provider rejected.
    let planned = alz(root, "2026-11-23T18:00:00Z", &["plan", "--format", "json"]);
    let plan: Value = serde_json::from_slice(&planned.stdout).expect("JSON");
    let numbers = |kind: &str| -> BTreeSet<String> {
        let notes = plan["notes"].as_array().expect("notes").iter();
        notes
            .filter(|note| note["kind"] == kind)
            .flat_map(|note| note["numbers"].as_array().expect("numbers"))
            .map(ToString::to_string)
            .collect()
    };
    assert!(
        numbers("blocked").is_subset(&numbers("unmanaged")),
        "{said}"
    );
}

#[test]
fn every_example_applies_and_then_has_nothing_to_do() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut count = 0;
    for example in std::fs::read_dir(examples).expect("examples") {
        let example = example.expect("an example").path();
        let directory = tempfile::tempdir().expect("a directory");
        copy(&example, directory.path());
        converges(directory.path());
        count += 1;
    }
    assert!(count >= 3);
}

#[test]
fn what_init_writes_works_at_once_and_a_second_init_keeps_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let root = directory.path();
    let made = alz(root, "2026-11-23T17:00:00Z", &["init"]);
    assert_eq!(made.status.code(), Some(0), "{}", text(&made));
    converges(root);
    std::fs::write(root.join("accounts/example.yaml"), "mine").expect("a file");
    let again = alz(root, "2026-11-23T17:00:00Z", &["init"]);
    assert_eq!(again.status.code(), Some(0));
    assert!(text(&again).contains("kept"), "{}", text(&again));
    let kept = std::fs::read_to_string(root.join("accounts/example.yaml")).expect("a file");
    assert_eq!(kept, "mine");
}
