//! Commands that only look, told to stop: they say so, in the form asked for,
//! and leave nothing half-written.

use std::process::Stdio;

use serde_json::json;

use crate::world::{ACCOUNT, OFFICE, Said, World};

const FILE: &str = "accounts/office.yaml";

/// Runs a command, sends it a signal once it waits for the platform, and
/// returns what it said.
fn interrupted(world: &World, arguments: &[&str], signal: &str) -> Said {
    world.fault(json!({ "path": "**", "times": 1, "delayMilliseconds": 60000 }));
    let child = world
        .command(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("alz starts");
    while world.get("/sandbox/faults")[0]["hit"] != 1 {
        std::thread::yield_now();
    }
    let sent = std::process::Command::new("kill")
        .args([signal, &child.id().to_string()])
        .status()
        .expect("kill runs");
    assert!(sent.success());
    let said = child.wait_with_output().expect("it ends").into();
    world.clear_faults();
    said
}

/// Every file below the repository.
fn files(world: &World) -> Vec<String> {
    let mut found = Vec::new();
    let mut left = vec![world.root().to_owned()];
    while let Some(directory) = left.pop() {
        for entry in std::fs::read_dir(directory).expect("a directory") {
            let path = entry.expect("an entry").path();
            match path.is_dir() {
                true => left.push(path),
                false => found.push(path.display().to_string()),
            }
        }
    }
    found.sort();
    found
}

#[test]
#[cfg(unix)]
fn a_command_that_only_looks_says_that_it_was_interrupted_and_leaves_nothing_behind() {
    let world = World::new(&[(FILE, OFFICE)]);
    let before = files(&world);
    for (arguments, signal) in [
        (&["plan", "--out", "plan.json"][..], "-INT"),
        (&["plan"], "-TERM"),
        (
            &[
                "drift",
                "--report",
                "html=drift.html",
                "--report",
                "json=drift.json",
            ],
            "-INT",
        ),
        (&["status"], "-INT"),
        (
            &["import", "--account", ACCOUNT, "--out", "imported"],
            "-INT",
        ),
        (&["e911", "check"], "-INT"),
        (&["port", "check", "18012240101"], "-TERM"),
        (&["port", "show"], "-INT"),
        (
            &["address", "validate", "333 S 520 W, Lindon, UT 84042"],
            "-INT",
        ),
    ] {
        let said = interrupted(&world, arguments, signal).expect(130);
        assert!(
            said.stderr.contains("interrupted: nothing was changed"),
            "{arguments:?}: {said:?}"
        );
        assert_eq!(said.stdout, "", "{arguments:?}");
        assert_eq!(files(&world), before, "{arguments:?}");
    }
    assert_eq!(world.writes(), [] as [String; 0]);
}

#[test]
#[cfg(unix)]
fn an_interrupt_is_told_in_the_form_that_was_asked_for() {
    let world = World::new(&[(FILE, OFFICE)]);
    for command in ["plan", "drift", "status"] {
        let said = interrupted(&world, &[command, "--format", "json"], "-INT").expect(130);
        assert_eq!(
            said.json()["error"]["message"],
            "interrupted: nothing was changed"
        );
    }
    let said = interrupted(&world, &["plan", "--format", "markdown"], "-INT").expect(130);
    assert!(said.stdout.contains("interrupted"), "{}", said.stdout);
    // Whoever searches has reserved, perhaps.
    let said = interrupted(&world, &["numbers", "search", "--npa", "801"], "-INT").expect(130);
    assert!(
        said.stderr.contains("may have been done"),
        "{}",
        said.stderr
    );
    assert!(said.stderr.contains("30 minutes"), "{}", said.stderr);
    // Whoever watches ends it so.
    let said = interrupted(&world, &["status", "--watch"], "-INT").expect(130);
    assert_eq!((said.stdout.as_str(), said.stderr.as_str()), ("", ""));
}
