//! One writer: two runs at once, runs that were killed, and what `alz unlock`
//! does. Files here; PostgreSQL has a file of its own.

use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::Duration;

use alz::lock::{self, Claim, Guard, Options, Owner, Place, TIME_TO_LIVE};
use alz::model::{AccountId, PartitionId};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::world::{ACCOUNT, CLINIC, OFFICE, Said, World};

const FILE: &str = "accounts/office.yaml";
const PARTITION: &str = "X4fbfNlFRpy7bWDFmCwwdw";
const ONE_BY_ONE: &str = "version: 1\nconcurrency: 1\nenvironments:\n  test: { api: \"http://127.0.0.1:1\", accounts: [accounts/**/*.yaml] }\n";

pub fn someone(host: &str) -> Owner {
    let here = Owner::here("apply");
    match host {
        "here" => here,
        host => Owner {
            user: "maria".to_owned(),
            host: host.to_owned(),
            boot: None,
            ..here
        },
    }
}

/// Claims an account of the sandbox's partition, as another run would.
pub fn hold(runtime: &Runtime, place: &Place, account: &str, host: &str, ttl: Duration) -> Guard {
    let claim = Claim {
        partition: PartitionId::new(PARTITION),
        accounts: [AccountId::new(account)].into(),
    };
    let options = Options {
        wait: Duration::ZERO,
        time_to_live: ttl,
    };
    runtime
        .block_on(lock::acquire(
            place,
            &claim,
            &someone(host),
            &options,
            &mut |_| {},
        ))
        .expect("the account is free")
}

fn files(world: &World) -> PathBuf {
    world.root().join(".alz").join("lock")
}

fn runtime() -> Runtime {
    Runtime::new().expect("a runtime")
}

pub fn activations(world: &World) -> usize {
    let writes = world.writes();
    writes
        .iter()
        .filter(|write| write.starts_with("POST"))
        .count()
}

/// An apply that has sent its first order and waits for the answer.
pub fn in_mid_run(world: &World, environment: &[(&str, &str)], milliseconds: u32) -> Child {
    world.write("alz.yaml", ONE_BY_ONE);
    world.fault(json!({
        "method": "POST", "path": "**/telephonenumber", "times": 1, "delayMilliseconds": milliseconds,
    }));
    let child = world
        .command(&["apply", "--auto-approve", "--format", "json"])
        .envs(environment.iter().copied())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("alz starts");
    while world.get("/sandbox/faults")[0]["hit"] != 1 {
        std::thread::yield_now();
    }
    child
}

pub fn end(child: Child) -> Said {
    child.wait_with_output().expect("it ends").into()
}

/// The run stopped when it lost its lock: what was in flight is done, the rest is named.
pub fn assert_stopped(said: Said, word: &str) {
    let said = said.expect(130);
    let events = said.events();
    let lost: Vec<&Value> = events
        .iter()
        .filter(|event| event["event"] == "lockLost")
        .collect();
    let message = lost[0]["message"].as_str().expect("words");
    assert!(message.contains(word), "{message}");
    let summary = events.last().expect("a summary");
    assert_eq!(summary["done"], 1, "{summary:#}");
    assert_eq!(
        summary["notStarted"].as_array().expect("names").len(),
        3,
        "{summary:#}"
    );
}

#[test]
fn a_second_run_is_refused_and_told_who_holds_the_account() {
    let world = World::new(&[(FILE, OFFICE)]);
    let runtime = runtime();
    let guard = hold(
        &runtime,
        &Place::File(files(&world)),
        ACCOUNT,
        "build-7",
        TIME_TO_LIVE,
    );
    let said = world.alz(&["apply", "--auto-approve"]).expect(1);
    for word in [
        "maria on build-7",
        "alz apply",
        ACCOUNT,
        PARTITION,
        "since 20",
        "until 20",
        "--lock-timeout",
    ] {
        assert!(said.stderr.contains(word), "{word}: {}", said.stderr);
    }
    assert!(world.writes().is_empty());
    // The same as JSON, and for a plan that was reviewed.
    world.alz(&["plan", "--out", "plan.json"]).expect(0);
    let said = world
        .alz(&["apply", "plan.json", "--format", "json"])
        .expect(1);
    let event = &said.events()[0];
    assert_eq!(event["event"], "error");
    assert!(
        event["error"]["message"]
            .as_str()
            .expect("words")
            .contains("maria on build-7")
    );
    runtime.block_on(guard.release());
    world.alz(&["apply", "plan.json"]).expect(0);
    assert!(
        std::fs::read_dir(files(&world))
            .expect("a directory")
            .all(|entry| {
                !entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .ends_with("json")
            }),
        "a run that ended left its lock"
    );
}

#[test]
fn a_run_of_other_accounts_is_not_kept_waiting() {
    let world = World::new(&[(FILE, OFFICE)]);
    let runtime = runtime();
    let guard = hold(
        &runtime,
        &Place::File(files(&world)),
        CLINIC,
        "build-7",
        TIME_TO_LIVE,
    );
    world.alz(&["apply", "--auto-approve"]).expect(0);
    runtime.block_on(guard.release());
}

#[test]
fn two_runs_at_once_do_everything_once_when_both_wait() {
    let world = World::new(&[(FILE, OFFICE)]);
    let start = || {
        world
            .command(&["apply", "--auto-approve", "--lock-timeout", "5m"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("alz starts")
    };
    let runs = [start(), start(), start()];
    let said = runs.map(|run| end(run).expect(0).stdout);
    let idle = said
        .iter()
        .filter(|said| said.contains("No changes."))
        .count();
    assert_eq!(
        idle, 2,
        "the plan is read under the lock, so two find nothing to do: {said:#?}"
    );
    assert_eq!(activations(&world), 3);
}

#[test]
fn a_run_that_waits_says_for_whom_and_gives_up_in_the_end() {
    let world = World::new(&[(FILE, OFFICE)]);
    let runtime = runtime();
    let guard = hold(
        &runtime,
        &Place::File(files(&world)),
        ACCOUNT,
        "build-7",
        TIME_TO_LIVE,
    );
    let said = world
        .alz(&["apply", "--auto-approve", "--lock-timeout", "1s"])
        .expect(1);
    assert!(
        said.stderr
            .contains("Waiting for another run: maria on build-7"),
        "{}",
        said.stderr
    );
    assert!(
        said.stderr
            .contains("still writing to these accounts after 1 s"),
        "{}",
        said.stderr
    );
    assert_eq!(said.stderr.matches("Waiting").count(), 1, "{}", said.stderr);
    runtime.block_on(guard.release());
}

#[test]
#[cfg(unix)]
fn after_a_kill_the_next_run_takes_over_at_once() {
    let world = World::new(&[(FILE, OFFICE)]);
    let mut child = in_mid_run(&world, &[], 1000);
    child.kill().expect("it is killed"); // SIGKILL
    child.wait().expect("it is gone");
    let said = world.alz(&["apply", "--auto-approve"]).expect(0);
    assert!(
        said.stderr
            .contains("Took over the lock of a run that is gone"),
        "{}",
        said.stderr
    );
    let log = std::fs::read_to_string(files(&world).join("log")).expect("a log");
    assert!(log.contains("its process is gone"), "{log}");
    world.advance("PT1H");
    let plan = world.alz(&["plan", "--format", "json"]).expect(0).json();
    assert_eq!(plan["steps"], json!([]), "{plan:#}");
}

#[test]
#[cfg(unix)]
fn a_run_that_is_interrupted_before_it_sends_leaves_no_lock() {
    let world = World::new(&[(FILE, OFFICE)]);
    // Long enough for the signal to come while the plan is being read.
    world.fault(json!({ "method": "GET", "path": "**/telephonenumber*", "times": 1, "delayMilliseconds": 60000 }));
    let child = world
        .command(&["apply", "--auto-approve"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("alz starts");
    while world.get("/sandbox/faults")[0]["hit"] != 1 {
        std::thread::yield_now();
    }
    let held = world.alz(&["unlock"]).expect(0);
    assert!(held.stdout.contains(ACCOUNT), "{}", held.stdout);
    let signalled = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .expect("kill runs");
    assert!(signalled.success());
    end(child).expect(130);
    let free = world.alz(&["unlock"]).expect(0);
    assert!(free.stdout.contains("Nothing is locked"), "{}", free.stdout);
}

#[test]
fn the_lock_of_another_machine_is_taken_only_once_it_has_expired() {
    let world = World::new(&[(FILE, OFFICE)]);
    let runtime = runtime();
    let place = Place::File(files(&world));
    let theirs = hold(&runtime, &place, ACCOUNT, "build-7", TIME_TO_LIVE);
    world.alz(&["apply", "--auto-approve"]).expect(1);
    // As it would lie there had that machine been switched off an hour ago.
    let record = std::fs::read_dir(files(&world))
        .expect("a directory")
        .map(|entry| entry.expect("an entry").path())
        .find(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .expect("a record");
    let text = std::fs::read_to_string(&record).expect("a record");
    let mut old: Value = serde_json::from_str(&text).expect("JSON");
    old["expires"] = json!("2026-11-23T16:00:00Z");
    runtime.block_on(theirs.release());
    std::fs::write(&record, old.to_string()).expect("a file");
    let said = world.alz(&["apply", "--auto-approve"]).expect(0);
    assert!(said.stderr.contains("Took over"), "{}", said.stderr);
}

#[test]
#[cfg(unix)]
fn a_run_whose_lock_is_removed_starts_no_further_step() {
    let world = World::new(&[(FILE, OFFICE)]);
    let child = in_mid_run(&world, &[], 3000);
    let said = world.alz(&["unlock"]).expect(0);
    assert!(
        said.stdout.contains("held") && said.stdout.contains(ACCOUNT),
        "{}",
        said.stdout
    );
    let said = world
        .alz(&["unlock", "--reason", "a wrong file was merged"])
        .expect(1);
    assert!(said.stderr.contains("--auto-approve"), "{}", said.stderr);
    let said = world.alz(&[
        "unlock",
        "--account",
        ACCOUNT,
        "--reason",
        "a wrong file was merged",
        "--auto-approve",
        "--format",
        "json",
    ]);
    let document = said.expect(0).json();
    assert_eq!(document["locks"][0]["removed"], true, "{document:#}");
    assert_eq!(document["locks"][0]["accounts"], json!([ACCOUNT]));
    assert_stopped(end(child), "a wrong file was merged");
    assert_eq!(world.writes().len(), 1);
    world.alz(&["apply", "--auto-approve"]).expect(0);
}

#[test]
fn unlock_leaves_the_locks_of_other_accounts_and_of_other_partitions() {
    let world = World::new(&[(FILE, OFFICE)]);
    let runtime = runtime();
    let place = Place::File(files(&world));
    let guard = hold(&runtime, &place, ACCOUNT, "build-7", TIME_TO_LIVE);
    let unlock = |arguments: &[&str]| {
        let fixed = ["unlock", "--reason", "why", "--auto-approve"];
        let all: Vec<&str> = fixed.iter().chain(arguments).copied().collect();
        world.alz(&all).expect(0).stdout
    };
    assert!(unlock(&["--account", CLINIC]).contains("Nothing is locked"));
    assert!(unlock(&["--partition", "another"]).contains("Nothing is locked"));
    assert!(guard.watch().holds());
    let said = world.alz(&["unlock", "--reason", "  "]).expect(1);
    assert!(
        said.stderr.contains("--reason says nothing"),
        "{}",
        said.stderr
    );
    assert!(unlock(&["--partition", PARTITION]).contains("1 lock removed"));
    assert!(!guard.watch().holds());
    runtime.block_on(guard.release());
}

#[test]
fn a_lock_that_cant_be_judged_refuses_the_run() {
    let world = World::new(&[(FILE, OFFICE)]);
    std::fs::create_dir_all(files(&world)).expect("a directory");
    world.write(".alz/lock/half.json", "{\"format\": 1, \"id\"");
    let said = world.alz(&["apply", "--auto-approve"]).expect(1);
    assert!(
        said.stderr.contains("half.json is not a lock"),
        "{}",
        said.stderr
    );
    assert!(world.writes().is_empty());
    world
        .alz(&["unlock", "--reason", "the disk was full", "--auto-approve"])
        .expect(0);
    world.alz(&["apply", "--auto-approve"]).expect(0);

    let world = World::new(&[(FILE, OFFICE)]);
    world.write(".alz/lock", "no directory");
    let said = world.alz(&["apply", "--auto-approve"]).expect(1);
    assert!(said.stderr.contains("can't be used"), "{}", said.stderr);
    assert!(world.writes().is_empty());
}

#[test]
fn without_a_lock_the_run_goes_ahead_and_says_what_that_means() {
    let world = World::new(&[(FILE, OFFICE)]);
    let runtime = runtime();
    let guard = hold(
        &runtime,
        &Place::File(files(&world)),
        ACCOUNT,
        "build-7",
        TIME_TO_LIVE,
    );
    let said = world
        .alz(&["apply", "--auto-approve", "--lock", "none", "--quiet"])
        .expect(0);
    assert!(
        said.stderr.contains("warning: --lock none"),
        "{}",
        said.stderr
    );
    runtime.block_on(guard.release());
}

#[test]
fn the_password_of_the_database_is_in_no_message() {
    let world = World::new(&[(FILE, OFFICE)]);
    for place in [
        "postgres://alz:CANARY@127.0.0.1:1/locks",
        "postgres://alz:CANARY@127.0.0.1:nonsense/locks",
        "postgres://alz:p@CANARY@127.0.0.1:1/locks",
        "postgres://alz:CANARY@127.0.0.1:1/locks?sslmode=CANARY",
        "postgres//alz:CANARY@127.0.0.1:1/locks",
    ] {
        for arguments in [
            &["apply", "--auto-approve", "-vv"][..],
            &["unlock", "--format", "json"],
        ] {
            let output = world.command(arguments).env("ALZ_LOCK", place).output();
            let said = Said::from(output.expect("alz runs")).expect(1);
            assert!(!said.stderr.contains("CANARY"), "{place}: {}", said.stderr);
            assert!(!said.stdout.contains("CANARY"), "{place}: {}", said.stdout);
        }
        let said = world
            .alz(&["apply", "--auto-approve", "--lock", place])
            .expect(1);
        assert!(!said.stderr.contains("CANARY"), "{place}: {}", said.stderr);
    }
    let place = "postgres://alz:CANARY@127.0.0.1:1/locks";
    let said = world
        .alz(&["apply", "--auto-approve", "--lock", place])
        .expect(1);
    assert!(said.stderr.contains("ALZ_LOCK"), "{}", said.stderr);
    assert!(
        said.stderr
            .contains("postgres://127.0.0.1:1/locks can't be used"),
        "{}",
        said.stderr
    );
    let before = world.requests();
    world
        .alz(&[
            "apply",
            "--auto-approve",
            "--lock",
            place,
            "--partition",
            PARTITION,
        ])
        .expect(1);
    assert_eq!(
        world.requests(),
        before,
        "something was read without the lock"
    );
}

#[test]
fn alz_yaml_names_the_place_for_everybody_without_a_password() {
    let world = World::new(&[(FILE, OFFICE)]);
    let with = |lock: &str| {
        world.write(
            "alz.yaml",
            &format!(
                "version: 1\nenvironments:\n  test: {{ api: \"http://127.0.0.1:1\", accounts: [accounts/**/*.yaml], lock: \"{lock}\" }}\n"
            ),
        );
    };
    with("postgres://alz@127.0.0.1:1/locks");
    let said = world.alz(&["apply", "--auto-approve"]).expect(1);
    assert!(
        said.stderr.contains("postgres://127.0.0.1:1/locks"),
        "{}",
        said.stderr
    );
    assert!(world.writes().is_empty());
    for lock in [
        "postgres://alz:CANARY@127.0.0.1:1/locks",
        "postgres://127.0.0.1:1/locks?user=alz&password=CANARY",
        "postgres//alz:CANARY@127.0.0.1:1/locks",
        "postgres://alz:p@CANARY@127.0.0.1:1/locks",
    ] {
        with(lock);
        for format in ["human", "json"] {
            let said = world.alz(&["validate", "--format", format]).expect(1);
            assert!(
                !said.stderr.contains("CANARY") && !said.stdout.contains("CANARY"),
                "{said:?}"
            );
            let place = match format {
                "human" => "alz.yaml:3",
                _ => "\"path\": \"environments.test.lock\"",
            };
            assert!(
                format!("{}{}", said.stdout, said.stderr).contains(place),
                "{said:?}"
            );
        }
    }
    with("files");
    let said = world.alz(&["validate"]).expect(1);
    assert!(
        format!("{said:?}").contains("no place for locks"),
        "{said:?}"
    );
    // A flag beats alz.yaml.
    with("postgres://alz@127.0.0.1:1/locks");
    world
        .alz(&["apply", "--auto-approve", "--lock", "file"])
        .expect(0);
}

#[test]
fn two_runs_on_the_built_in_sandbox_end_well_when_the_second_waits() {
    let world = World::new(&[(FILE, OFFICE)]);
    world.write(
        "alz.yaml",
        "version: 1\nenvironments:\n  sandbox: { api: sandbox, accounts: [accounts/**/*.yaml] }\n",
    );
    let start = || {
        world
            .command(&["apply", "--auto-approve", "--lock-timeout", "5m"])
            .env_remove("ALZ_API")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("alz starts")
    };
    let runs = [start(), start(), start()];
    let said = runs.map(|run| end(run).expect(0).stdout);
    let idle = said
        .iter()
        .filter(|said| said.contains("No changes."))
        .count();
    assert_eq!(idle, 2, "{said:#?}");
}
