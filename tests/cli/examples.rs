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
        // What examples/porting asks for.
        .env("MOBILE_PIN", "4711")
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
fn the_porting_example_goes_as_its_readme_says() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/porting");
    let directory = tempfile::tempdir().expect("a directory");
    let root = directory.path();
    copy(&example, root);
    let readme = std::fs::read_to_string(example.join("README.md")).expect("a README");
    let mut now = String::new();
    let mut said = String::new();
    for line in readme.lines() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if let Some(time) = line.strip_prefix("export ALZ_NOW=") {
            now = time.to_owned();
        } else if let Some(arguments) = line.strip_prefix("alz ") {
            let arguments: Vec<&str> = arguments.split_whitespace().collect();
            let output = alz(root, &now, &arguments);
            assert_eq!(output.status.code(), Some(0), "{line}: {}", text(&output));
            said = format!("{said}$ {line}\n{}", text(&output));
        }
    }
    assert!(said.contains("Plan: 4 ports to order"), "{said}");
    assert!(said.contains("✓ trigger-port +1 801-226-0101"), "{said}");
    assert!(said.ends_with("No changes. 5 numbers in sync.\n"), "{said}");
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

#[test]
fn the_policies_example_refuses_what_its_readme_says_and_nothing_else() {
    const DAY: &str = "2026-11-23T17:00:00Z";
    const AFTERNOON: &str = "2026-11-23T19:00:00Z";
    const NIGHT: &str = "2026-11-24T03:00:00Z";
    const NEXT_DAY: &str = "2026-11-24T17:00:00Z";
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/policies");
    let directory = tempfile::tempdir().expect("a directory");
    let root = directory.path();
    copy(&example, root);
    let run = |now: &str, arguments: &[&str], code: i32| {
        let output = alz(root, now, arguments);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{arguments:?}: {}",
            text(&output)
        );
        output
    };
    let office = root.join("accounts/office.yaml");
    let written = std::fs::read_to_string(&office).expect("a file");

    // Over numbers: an address without its unit.
    std::fs::write(
        &office,
        written.replace(
            "{ unit: \"510\" }",
            "{ secondaryLocationDescription: null, unit: null }",
        ),
    )
    .expect("a file");
    let said = text(&run(DAY, &["validate"], 1));
    assert!(said.contains("an ambulance must find the door"), "{said}");
    assert!(said.contains("accounts/office.yaml:29"), "{said}");
    // Where no file says which address answers 911, it is the customer service record's.
    let silent = written
        .replace("  e911Address: { <<: *office }\n", "")
        .replace("e911Address: { unit: \"510\" }", "protected: true")
        .replace(
            "    secondaryLocationDescription: SUITE\n    unit: \"500\"\n",
            "",
        );
    assert!(!silent.contains("e911Address:") && !silent.contains("unit:"));
    std::fs::write(&office, &silent).expect("a file");
    let said = text(&run(DAY, &["validate", "--format", "json"], 1));
    assert_eq!(said.matches("an ambulance must find the door").count(), 3);
    // Toll-free numbers have no E911 address, and are not asked for one.
    let tollfree = silent.replace("\"18017690203\"", "\"18885690203\"");
    std::fs::write(&office, &tollfree).expect("a file");
    let said = text(&run(DAY, &["validate", "--format", "json"], 1));
    assert_eq!(said.matches("an ambulance must find the door").count(), 2);
    std::fs::write(&office, &written).expect("a file");

    run(DAY, &["apply", "--auto-approve"], 0);
    let released = written.replace(
        "\"18017690203\": {}",
        "\"18017690203\": { state: released }",
    );
    assert_ne!(released, written);
    std::fs::write(&office, released).expect("a file");
    run(AFTERNOON, &["plan", "--out", "day.json"], 0);

    // Over steps: the window is closed, for files and for what was saved while it was open.
    let plan = run(
        NIGHT,
        &["plan", "--format", "json", "--detailed-exitcode"],
        1,
    );
    let plan: Value = serde_json::from_slice(&plan.stdout).expect("JSON");
    let finding = &plan["policies"][0];
    assert_eq!(finding["policy"], "policy/change-window.schema.json");
    assert_eq!(finding["step"], plan["steps"][0]["id"]);
    assert_eq!(finding["source"], plan["steps"][0]["source"]);
    assert_eq!(finding["severity"], "error");
    let said = text(&run(NIGHT, &["plan", "--out", "night.json"], 1));
    assert!(said.contains("apply refuses this plan"), "{said}");
    assert!(said.contains("Plan: 1 to release"), "{said}");
    for arguments in [
        &["apply", "--auto-approve"][..],
        &["apply", "day.json"],
        &["apply", "night.json"],
    ] {
        let said = text(&run(NIGHT, arguments, 1));
        assert!(
            said.contains("nothing was sent") && !said.contains("Applied"),
            "{said}"
        );
    }
    let json = run(NIGHT, &["apply", "--auto-approve", "--format", "json"], 1);
    let event: Value = serde_json::from_slice(&json.stdout).expect("one event");
    assert_eq!(event["problems"][0]["code"], "policy", "{event}");

    // Nothing was sent: it is still to do, and what was planned at night may be done by day.
    let said = text(&run(NEXT_DAY, &["apply", "night.json"], 0));
    assert!(said.contains("✓ release +1 801-769-0203"), "{said}");
}
