//! `--shard`: several runners, each with its share of the accounts, do together
//! what one run does.

use std::collections::BTreeMap;
use std::process::{Child, Stdio};

use serde_json::{Value, json};

use crate::lock_postgres::Server;
use crate::world::{Said, World};

const PARTITION: &str = "X4fbfNlFRpy7bWDFmCwwdw";
const ACCOUNTS: usize = 12;
const PER_ACCOUNT: usize = 20;
const SHARDS: usize = 4;

const SEED: &str = r#"
carriers:
  - { id: carrierOne, name: One, carrierType: BANDWIDTH }
generate: { accounts: 12, numbersPerAccount: 20 }
inventory:
  - { prefix: "1801555", rateCenter: PROVO, state: UT, country: USA }
portable:
  - { prefix: "1801224", rateCenter: PROVO, state: UT, country: USA }
acceptUnknownAddresses: true
"#;

fn id(at: usize) -> String {
    format!("generated{at:013}")
}

/// In each account: a change, a number to activate, one that is in sync, many
/// that nobody declares; in some a release or a port, and in one nothing to do.
fn file(at: usize) -> String {
    let first = 12_012_000_000 + (at * PER_ACCOUNT) as u64;
    let mut text = format!(
        "account: {}\nname: Branch {at}\ndefaults:\n  directoryListing: {{ listed: false, type: NOT_LIST_NOT_PUBLISH }}\nnumbers:\n  \"{first}\": {{}}\n",
        id(at)
    );
    if at == 7 {
        return text;
    }
    let office = format!(
        "{{ customerType: BUSINESS, businessName: Branch {at}, streetNumber: \"{}\", preDirectional: S, streetName: Main, streetSuffix: St, city: Salt Lake City, state: UT, country: USA, postalCode: \"84101\" }}",
        100 + at
    );
    text += &format!(
        "  \"{}\": {{ customerServiceRecord: {{ customerName: Branch {at} }} }}\n  \"{}\": {{ customerServiceRecord: {office} }}\n",
        first + 1,
        18_015_550_100 + at as u64,
    );
    if at == 2 {
        text += &format!("  \"{}\": {{ state: released }}\n", first + 2);
    }
    if at.is_multiple_of(3) {
        let number = 18_012_240_100 + at as u64;
        text += &format!(
            "  \"{number}\": {{ port: new, customerServiceRecord: {office} }}\nports:\n  new: {{ billingTelephoneNumber: \"{number}\", crdDate: 2026-12-08, portingWireType: Wireline, portingAuthorizedName: Pat Lee }}\n"
        );
    }
    text
}

fn world() -> World {
    let files: Vec<(String, String)> = (0..ACCOUNTS)
        .map(|at| (format!("accounts/branch{at:02}.yaml"), file(at)))
        .collect();
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    World::seeded(SEED, &files)
}

/// Starts all shards at once, each a process of its own.
fn started(
    world: &World,
    arguments: &[&str],
    environment: &[(&str, &str)],
    of: usize,
) -> Vec<Child> {
    (1..=of)
        .map(|index| {
            let shard = format!("{index}/{of}");
            let mut arguments = arguments.to_vec();
            arguments.extend(["--shard", &shard]);
            world
                .command(&arguments)
                .envs(environment.iter().copied())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .expect("alz starts")
        })
        .collect()
}

/// All shards at once, to their end.
fn side_by_side(world: &World, arguments: &[&str], of: usize) -> Vec<Said> {
    started(world, arguments, &[], of)
        .into_iter()
        .map(|child| child.wait_with_output().expect("it ends").into())
        .collect()
}

/// The accounts as they are, without the ids that the platform draws.
fn state(world: &World) -> BTreeMap<String, Value> {
    (0..ACCOUNTS)
        .map(|at| {
            let path = format!(
                "/v2/partition/{PARTITION}/account/{}/telephonenumber",
                id(at)
            );
            let mut listing = world.get(&path);
            for number in listing.as_array_mut().expect("a listing") {
                let number = number.as_object_mut().expect("a number");
                for drawn in ["id", "orderVersion"] {
                    number.remove(drawn);
                }
                if number.remove("portId").is_some() {
                    number.insert("inPort".into(), true.into());
                }
            }
            (id(at), listing)
        })
        .collect()
}

fn sorted(plans: &[Value], member: &str) -> Vec<String> {
    let mut entries: Vec<String> = plans
        .iter()
        .flat_map(|plan| plan[member].as_array().expect(member))
        .map(Value::to_string)
        .collect();
    entries.sort_unstable();
    entries
}

#[test]
fn four_shards_plan_and_apply_side_by_side_what_one_run_does() {
    let (alone, shared) = (world(), world());
    let whole = alone.alz(&["plan", "--format", "json"]).expect(0).json();
    let parts: Vec<Value> = side_by_side(&shared, &["plan", "--format", "json"], SHARDS)
        .into_iter()
        .map(|said| said.expect(0).json())
        .collect();

    // Every action is there, or the comparison says little.
    for action in ["activate", "update", "release", "submitPort", "unmanaged"] {
        assert_ne!(
            whole["summary"][action], 0,
            "{action}: {:#}",
            whole["summary"]
        );
    }
    for part in &parts {
        assert!(
            part["steps"]
                .as_array()
                .is_some_and(|steps| !steps.is_empty())
        );
        assert!(part["guards"].is_null(), "{:#}", part["guards"]);
    }
    assert_eq!(
        sorted(&parts, "steps"),
        sorted(std::slice::from_ref(&whole), "steps")
    );
    assert_eq!(
        sorted(&parts, "notes"),
        sorted(std::slice::from_ref(&whole), "notes")
    );
    for (key, count) in whole["summary"].as_object().expect("a summary") {
        let sum: u64 = parts
            .iter()
            .map(|part| part["summary"][key].as_u64().expect("a count"))
            .sum();
        assert_eq!(Some(sum), count.as_u64(), "{key}");
    }
    let shards: Vec<&Value> = parts.iter().map(|part| &part["shard"]).collect();
    assert_eq!(shards, ["1/4", "2/4", "3/4", "4/4"]);

    alone.alz(&["apply", "--auto-approve"]).expect(0);
    for said in side_by_side(&shared, &["apply", "--auto-approve"], SHARDS) {
        said.expect(0);
    }
    assert_eq!(state(&shared), state(&alone));
    let orders = |world: &World| world.get("/sandbox/state")["orders"].clone();
    assert_eq!(orders(&shared), orders(&alone));

    // And again, to nothing.
    let before = shared.writes().len();
    for said in side_by_side(&shared, &["apply", "--auto-approve"], SHARDS) {
        said.expect(0);
    }
    assert_eq!(shared.writes().len(), before);
}

/// The lock of several machines: shards never wait for each other, nobody who
/// would touch an account of theirs comes in, and one that is killed holds up
/// neither the others nor the run that finishes its work.
#[test]
#[cfg(unix)]
fn four_shards_share_a_database_lock_that_keeps_every_other_run_out() {
    let Some(server) = Server::new() else { return };
    let (alone, shared) = (world(), world());
    alone.alz(&["apply", "--auto-approve"]).expect(0);

    let lock = [("ALZ_LOCK", server.address.as_str())];
    let apply = ["apply", "--auto-approve"];
    // The first to look makes the tables.
    let mut list = shared.command(&["unlock"]);
    Said::from(list.envs(lock).output().expect("alz runs")).expect(0);
    shared.fault(json!({ "method": "PATCH", "delayMilliseconds": 4000 }));
    let mut shards = started(&shared, &apply, &lock, SHARDS);
    while server.ask("select count(*) from alz_lock") != [SHARDS.to_string()] {
        for shard in &mut shards {
            let ended = shard.try_wait().expect("a process");
            assert!(ended.is_none(), "a shard was done before all had begun");
        }
    }
    let held = server.ask("select count(*) from alz_lock_account");
    assert_eq!(held, [ACCOUNTS.to_string()]);
    for other in [&[][..], &["--shard", "2/3"]] {
        let mut command = shared.command(&[&apply[..], other].concat());
        let said: Said = command.envs(lock).output().expect("alz runs").into();
        let said = said.expect(1);
        assert!(
            said.stderr.contains("another run is writing"),
            "{}",
            said.stderr
        );
    }
    let mut killed = shards.remove(0);
    killed.kill().expect("it is killed"); // SIGKILL
    killed.wait().expect("it is gone");
    for shard in shards {
        Said::from(shard.wait_with_output().expect("it ends")).expect(0);
    }

    shared.clear_faults();
    let again = ["--shard", "1/4", "--lock-timeout", "1m"];
    let mut again = shared.command(&[&apply[..], &again].concat());
    let said = Said::from(again.envs(lock).output().expect("alz runs")).expect(0);
    assert!(said.stderr.contains("Took over"), "{}", said.stderr);
    assert_eq!(state(&shared), state(&alone));
    let orders = |world: &World| world.get("/sandbox/state")["orders"].clone();
    assert_eq!(orders(&shared), orders(&alone));
    assert!(server.ask("select id from alz_lock").is_empty());
}

#[test]
fn a_plan_saved_of_a_shard_is_applied_as_that_shard_and_another_does_not_disturb_it() {
    let world = world();
    for index in 1..=2 {
        let shard = format!("{index}/2");
        let out = format!("plan-{index}.json");
        world
            .alz(&["plan", "--shard", &shard, "--out", &out])
            .expect(0);
    }
    let wrong = world
        .alz(&["apply", "plan-1.json", "--shard", "2/2"])
        .expect(1);
    assert!(
        wrong
            .stderr
            .contains("this run is shard 2/2, the saved plan covers shard 1/2"),
        "{}",
        wrong.stderr
    );
    assert_eq!(world.writes(), [""; 0]);
    world.alz(&["apply", "plan-1.json"]).expect(0);
    // A file of the first shard changes; the second's plan still holds.
    let first: Value = serde_json::from_str(
        &std::fs::read_to_string(world.root().join("plan-1.json")).expect("a plan"),
    )
    .expect("JSON");
    let file = first["steps"][0]["source"]["file"]
        .as_str()
        .expect("a file");
    let text = std::fs::read_to_string(world.root().join(file)).expect("a file");
    world.write(
        file,
        &text.replace("customerName: Branch", "customerName: Shop"),
    );
    world.alz(&["apply", "plan-2.json"]).expect(0);
    // And the first's own no longer.
    world.alz(&["apply", "plan-1.json"]).expect(4);
}

#[test]
fn a_shard_without_accounts_is_content_and_says_so() {
    let world = world();
    let mut empty = 0;
    for index in 1..=64 {
        let shard = format!("{index}/64");
        let said = world.alz(&[
            "plan",
            "--shard",
            &shard,
            "--format",
            "json",
            "--detailed-exitcode",
        ]);
        let document = said.json();
        if said.stderr.contains("holds none of the 12 accounts") {
            assert_eq!(said.code, 0);
            assert_eq!(document["steps"], json!([]));
            empty += 1;
            if empty == 1 {
                world
                    .alz(&["apply", "--auto-approve", "--shard", &shard])
                    .expect(0);
                world.alz(&["status", "--shard", &shard]).expect(0);
                world.alz(&["e911", "check", "--shard", &shard]).expect(0);
            }
            if empty > 2 {
                return;
            }
        }
    }
    panic!("52 of 64 shards must be empty, {empty} were");
}

#[test]
fn shards_together_do_not_pass_a_guard_that_stops_one_run() {
    let world = world();
    // Six releases in all: one more than a run may.
    for at in 0..6 {
        let first = 12_012_000_000_u64 + (at * PER_ACCOUNT) as u64;
        world.write(
            &format!("accounts/branch{at:02}.yaml"),
            &format!(
                "account: {}\nnumbers:\n  \"{first}\": {{ state: released }}\n",
                id(at)
            ),
        );
    }
    let only = ["--target", "1201200*"];
    let run = |arguments: &[&str]| {
        let mut all = arguments.to_vec();
        all.extend(only);
        world.alz(&all)
    };
    let whole = run(&["plan", "--format", "json"]).expect(0).json();
    assert_eq!(whole["guards"][0]["allow"], 6, "{whole:#}");
    let tripped: Vec<Value> = (1..=3)
        .map(|index| {
            let shard = format!("{index}/3");
            run(&["plan", "--format", "json", "--shard", &shard])
                .expect(0)
                .json()
        })
        .filter(|plan| plan["summary"]["release"] != 0)
        .collect();
    assert!(tripped.len() > 1);
    let releases = |plan: &Value| plan["summary"]["release"].as_u64().expect("a count");
    let passed: u64 = tripped
        .iter()
        .filter(|plan| plan["guards"].is_null())
        .map(releases)
        .sum();
    assert!(passed <= 5, "{tripped:#?}");
    assert!(passed < 6 && tripped.iter().any(|plan| !plan["guards"].is_null()));
    // Lifted as each of them says, they do it.
    for index in 1..=3 {
        let shard = format!("{index}/3");
        run(&[
            "apply",
            "--auto-approve",
            "--shard",
            &shard,
            "--allow",
            "release=6",
        ])
        .expect(0);
    }
    let releases = |writes: Vec<String>| writes.iter().filter(|w| w.starts_with("DELETE")).count();
    assert_eq!(releases(world.writes()), 6);
}

#[test]
fn the_variables_of_a_pipeline_choose_the_shard_where_they_are_asked_to() {
    let world = world();
    let run = |arguments: &[&str], variables: &[(&str, &str)]| -> Said {
        let mut all = vec!["plan", "--format", "json"];
        all.extend(arguments);
        let mut command = world.command(&all);
        let command = command.envs(variables.iter().copied());
        command.output().expect("alz runs").into()
    };
    let shard = |said: Said| said.expect(0).json()["shard"].clone();
    let job = [("JOB_COMPLETION_INDEX", "1"), ("ALZ_SHARDS", "4")];
    assert_eq!(shard(run(&[], &job)), Value::Null);
    assert_eq!(shard(run(&["--shard", "auto"], &job)), "2/4");
    assert_eq!(shard(run(&[], &[("ALZ_SHARD", "3/4")])), "3/4");
    assert_eq!(shard(run(&[], &[("ALZ_SHARD", "")])), Value::Null);
    assert_eq!(
        shard(run(&["--shard", "1/2"], &[("ALZ_SHARD", "3/4")])),
        "1/2"
    );
    let wrong = run(&[], &[("ALZ_SHARD", "4/3")]).expect(1);
    assert!(wrong.stdout.contains("no shard 4 of 3"), "{}", wrong.stdout);
}
