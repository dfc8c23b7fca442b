//! Bad input of any kind: a clear error, exit 1, nothing sent.

use serde_json::Value;

use crate::world::{OFFICE, World};

const FILE: &str = "accounts/office.yaml";

#[test]
fn a_mistake_in_one_file_keeps_every_file_from_being_sent() {
    let wrong = OFFICE
        .replace("1801769020", "1801769040")
        .replace("state: UT", "stat: UT");
    let world = World::new(&[(FILE, OFFICE), ("accounts/wrong.yaml", &wrong)]);
    for command in [["plan", "--quiet"], ["apply", "--auto-approve"]] {
        let said = world.alz(&command).expect(1);
        assert!(
            said.stderr.contains("accounts/wrong.yaml"),
            "{}",
            said.stderr
        );
        assert!(said.stderr.contains("did you mean"), "{}", said.stderr);
        assert!(said.stdout.is_empty(), "{}", said.stdout);
    }
    assert_eq!(world.requests(), 0);
}

#[test]
fn a_fatal_error_comes_out_in_the_chosen_format() {
    let world = World::new(&[(FILE, "account: 1\nnumbers: [")]);
    let plan = world.alz(&["plan", "--format", "json"]).expect(1).json();
    assert_eq!(plan["formatVersion"], "1.0");
    assert!(
        plan["problems"].as_array().is_some_and(|p| !p.is_empty()),
        "{plan:#}"
    );
    let apply = world
        .alz(&["apply", "--auto-approve", "--format", "json"])
        .expect(1);
    assert_eq!(apply.events()[0]["event"], "error");
    let misused = world
        .alz(&["plan", "--format", "json", "--bogus"])
        .expect(1);
    let message = misused.json()["error"]["message"].clone();
    assert!(message.to_string().contains("--bogus"), "{message}");
}

#[test]
fn an_unreachable_platform_is_said_to_be_one() {
    let world = World::new(&[(FILE, OFFICE)]);
    // Port 1 of the loopback: nobody is there.
    let said = world
        .alz(&["plan", "--api", "http://127.0.0.1:1", "--format", "json"])
        .expect(1);
    let error: Value = said.json();
    let message = error["error"]["message"].as_str().expect("a message");
    assert!(message.contains("no answer from the platform"), "{message}");
}

#[test]
fn plain_http_to_another_machine_is_refused_before_anything_is_sent() {
    let world = World::new(&[(FILE, OFFICE)]);
    let said = world
        .alz(&["plan", "--api", "http://api.example.com"])
        .expect(1);
    assert!(said.stderr.contains("https"), "{}", said.stderr);
}

#[test]
fn missing_credentials_are_named() {
    let world = World::new(&[(FILE, OFFICE)]);
    let output = world
        .command(&["plan"])
        .env_remove("ALZ_TOKEN")
        .output()
        .expect("alz runs");
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("ALZ_USERNAME"), "{stderr}");
}

#[test]
fn a_wrong_token_is_an_error_that_does_not_show_it() {
    let world = World::new(&[(FILE, OFFICE)]);
    let output = world
        .command(&["plan", "-vv"])
        .env("ALZ_TOKEN", "tok-canary-4711")
        .output()
        .expect("alz runs");
    assert_eq!(output.status.code(), Some(1));
    let all = [output.stdout, output.stderr].concat();
    let all = String::from_utf8_lossy(&all);
    assert!(!all.contains("canary"), "{all}");
}

#[test]
fn bad_usage_is_exit_1_and_help_is_exit_0() {
    let world = World::new(&[(FILE, OFFICE)]);
    world.alz(&["plam"]).expect(1);
    world.alz(&["plan", "--allow", "release"]).expect(1);
    world.alz(&["plan", "--env", "nowhere"]).expect(1);
    let help = world.alz(&["plan", "--help"]).expect(0);
    assert!(help.stdout.contains("Examples:"), "{}", help.stdout);
    for shell in ["bash", "zsh", "fish"] {
        assert!(
            world
                .alz(&["completions", shell])
                .expect(0)
                .stdout
                .contains("alz")
        );
    }
    assert!(world.alz(&["man"]).expect(0).stdout.contains(".TH alz"));
}

#[test]
fn the_directory_and_files_may_be_named_from_anywhere() {
    let world = World::new(&[(FILE, OFFICE)]);
    let output = world
        .command(&[
            "-C",
            world.root().to_str().expect("a path"),
            "plan",
            FILE,
            "--format",
            "json",
        ])
        .current_dir(std::env::temp_dir())
        .output()
        .expect("alz runs");
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let plan: Value = serde_json::from_slice(&output.stdout).expect("a plan");
    assert_eq!(plan["steps"][0]["source"]["file"], FILE);
    assert!(
        plan["steps"][0]["source"]["line"]
            .as_u64()
            .is_some_and(|line| line > 15)
    );
}

#[test]
fn files_without_alz_yaml_need_only_an_address() {
    let world = World::new(&[(FILE, OFFICE)]);
    std::fs::remove_file(world.root().join("alz.yaml")).expect("a file");
    let plan = world
        .alz(&["plan", FILE, "--format", "json"])
        .expect(0)
        .json();
    assert_eq!(plan["summary"]["activate"], 3);
}

#[test]
fn a_directory_that_does_not_exist_is_an_error_and_not_the_one_above() {
    let world = World::new(&[(FILE, OFFICE)]);
    for command in ["validate", "plan"] {
        let said = world.alz(&["-C", "nowhere", command]).expect(1);
        let all = format!("{}{}", said.stdout, said.stderr);
        assert!(all.contains("nowhere"), "{all}");
    }
}

#[test]
fn a_log_in_a_pipe_has_no_colours() {
    let world = World::new(&[(FILE, OFFICE)]);
    let said = world.alz(&["plan", "-v"]).expect(0);
    assert!(said.stderr.contains("method=GET"), "{}", said.stderr);
    assert!(!said.stderr.contains('\u{1b}'), "{}", said.stderr);
}

#[test]
fn a_checkout_without_its_account_files_is_no_fleet_in_sync() {
    let world = World::new(&[]);
    for command in [
        &["plan"] as &[&str],
        &["drift"],
        &["apply", "--auto-approve"],
    ] {
        let said = world.alz(command).expect(1);
        assert!(
            said.stderr.contains("no account is declared"),
            "{}",
            said.stderr
        );
    }
    assert!(world.writes().is_empty());
}
