//! `--target`: a run that is restricted to some numbers or accounts does what an
//! unrestricted one would do to them, and nothing to the rest.

use serde_json::Value;

use crate::world::{ACCOUNT, CLINIC, OFFICE, Said, World};

const FILE: &str = "accounts/utah/office.yaml";

/// Its live numbers that no file declares are given up.
fn clinic() -> String {
    format!(
        "account: {CLINIC}\nname: Cottonwood Clinic\nprune: true\nnumbers:\n  \"18014040901\": {{ e911Address: {{ language: fr-CA }} }}\n  \"18014040902\": {{ protected: true }}\n"
    )
}

fn world() -> World {
    let office = OFFICE.replacen("defaults:", "name: Sample Dental, Lindon\ndefaults:", 1);
    World::new(&[(FILE, &office), ("accounts/clinic.yaml", &clinic())])
}

fn steps(said: &Said) -> Vec<String> {
    let plan = said.json();
    let steps = plan["steps"].as_array().expect("steps");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    steps.iter().map(|step| text(&step["id"])).collect()
}

fn plan(world: &World, arguments: &[&str]) -> Said {
    let mut all = vec!["plan", "--format", "json"];
    all.extend(arguments);
    world.alz(&all).expect(0)
}

#[test]
fn a_number_an_account_a_file_and_a_pattern_each_restrict_the_plan() {
    let world = world();
    let everything = steps(&plan(&world, &[]));
    let of = |numbers: &[&str]| -> Vec<String> {
        let of_them = |id: &&String| numbers.iter().any(|number| id.contains(number));
        everything.iter().filter(of_them).cloned().collect()
    };
    let office = of(&["1801769020"]);
    assert_eq!(office.len(), 4, "{everything:?}");
    let elsewhere = |id: &&String| !office.contains(id);
    let clinic: Vec<String> = everything.iter().filter(elsewhere).cloned().collect();
    assert!(clinic.len() > 1, "{everything:?}");
    for (target, expected) in [
        ("801-769-0202", of(&["18017690202"])),
        ("1801769020[12]", of(&["18017690201", "18017690202"])),
        ("(801) 769-*", office.clone()),
        (ACCOUNT, office.clone()),
        ("sample dental, lindon", office.clone()),
        ("Sample*", office.clone()),
        ("accounts/utah", office.clone()),
        ("accounts/utah/**", office.clone()),
        (FILE, office.clone()),
        ("accounts/*.yaml", clinic.clone()),
        ("**", everything.clone()),
    ] {
        let found = plan(&world, &["--target", target]);
        assert_eq!(steps(&found), expected, "{target}");
    }
    let two = plan(
        &world,
        &["--target", "18017690202", "--target", "Cottonwood Clinic"],
    );
    let ids: Vec<String> = steps(&two);
    let others = |id: &&String| clinic.contains(id) || id.contains("18017690202");
    let expected: Vec<String> = everything.iter().filter(others).cloned().collect();
    assert_eq!(ids, expected);
    // A name may change, and is a person's: the plan keeps the id.
    assert_eq!(
        two.json()["targets"],
        serde_json::json!(["18017690202", CLINIC])
    );
}

#[test]
fn an_account_whose_numbers_are_all_named_one_by_one_is_not_pruned() {
    let world = world();
    let pruned = |arguments: &[&str]| -> usize {
        let found = plan(&world, arguments);
        let count = |id: &&String| id.starts_with("release");
        let counted = steps(&found).iter().filter(count).count();
        assert_eq!(
            found.json()["summary"]["release"],
            counted,
            "{}",
            found.stdout
        );
        counted
    };
    assert!(
        pruned(&["--target", CLINIC]) > 0,
        "the account as a whole is"
    );
    assert_eq!(pruned(&["--target", "1801404*"]), 0);
    assert_eq!(
        pruned(&["--target", "18014040901", "--target", "18014040902"]),
        0
    );
}

#[test]
fn a_target_that_names_nothing_stops_the_run_and_all_of_them_are_told() {
    let world = world();
    let said = world
        .alz(&[
            "plan",
            "--target",
            "18017690209",
            "--target",
            "Cottonwod Clinic",
            "--target",
            "accounts/utah/*.yml",
            "--target",
            ACCOUNT,
        ])
        .expect(1);
    let error = &said.stderr;
    assert!(error.contains("declares 18017690209"), "{error}");
    assert!(error.contains("near 18017690209: 18017690201"), "{error}");
    assert!(
        error.contains("near Cottonwod Clinic: Cottonwood Clinic"),
        "{error}"
    );
    assert!(
        error.contains("accounts/utah/*.yml names nothing"),
        "{error}"
    );
    assert!(!error.contains(&format!("--target {ACCOUNT}")), "{error}");
    assert!(said.stdout.is_empty());
    // What another file declares is not in this one.
    let elsewhere = world
        .alz(&["plan", "accounts/clinic.yaml", "--target", "18017690202"])
        .expect(1);
    assert!(elsewhere.stderr.contains("in the files that were named"));
    // Too few digits, and what was probably meant.
    let short = world.alz(&["plan", "--target", "1801-769"]).expect(1);
    let error = &short.stderr;
    assert!(error.contains("has 7 digits"), "{error}");
    assert!(error.contains("near 1801-769: 1801-769*\n"), "{error}");
    assert!(!error.contains("Cottonwood"), "{error}");
    for wrong in ["a[", " "] {
        world.alz(&["plan", "--target", wrong]).expect(1);
    }
}

#[test]
fn a_saved_plan_of_targets_is_applied_under_them_and_under_no_others() {
    let world = world();
    let said = world
        .alz(&["plan", "--out", "plan.json", "--target", "18017690202"])
        .expect(0);
    assert!(
        said.stdout.starts_with("Restricted to 18017690202."),
        "{}",
        said.stdout
    );
    for others in [
        &["apply", "plan.json", "--target", "18017690203"][..],
        &["apply", "plan.json", "--shard", "1/2"],
    ] {
        let refused = world.alz(others).expect(1);
        assert!(
            refused.stderr.contains("nothing was sent"),
            "{}",
            refused.stderr
        );
    }
    assert_eq!(world.writes(), [""; 0]);
    let applied = world
        .alz(&["apply", "plan.json", "--format", "json"])
        .expect(0);
    assert_eq!(
        applied.events()[0]["targets"],
        serde_json::json!(["18017690202"])
    );
    assert_eq!(world.writes(), ["POST telephonenumber"]);
    // A plan of everything is not cut down to a part when it is applied.
    world.alz(&["plan", "--out", "all.json"]).expect(0);
    let refused = world
        .alz(&["apply", "all.json", "--target", ACCOUNT])
        .expect(1);
    assert!(
        refused.stderr.contains("without --target"),
        "{}",
        refused.stderr
    );
    assert_eq!(world.writes().len(), 1);
}

#[test]
fn a_file_that_changes_beside_the_targeted_ones_leaves_a_saved_plan_good() {
    let world = world();
    let save = ["plan", "--out", "plan.json", "--target", "accounts/utah/**"];
    world.alz(&save).expect(0);
    world.write("accounts/clinic.yaml", &clinic().replace("fr-CA", "en-US"));
    world.alz(&["apply", "plan.json"]).expect(0);
    world.alz(&save).expect(0);
    world.write(FILE, &OFFICE.replace("\"500\"", "\"501\""));
    world.alz(&["apply", "plan.json"]).expect(4);
}

const PORT: &str = r#"
account: bRW8jpoCTGOaOIF5wqvSVg
defaults:
  customerServiceRecord: { customerType: BUSINESS, businessName: Sample Dental, streetNumber: "333", preDirectional: S, streetName: "520", postDirectional: W, city: Lindon, state: UT, country: USA, postalCode: "84042", secondaryLocationDescription: SUITE, unit: "500" }
  directoryListing: { listed: false, type: NOT_LIST_NOT_PUBLISH }
ports:
  main: { billingTelephoneNumber: "18012240111", crdDate: 2026-12-04, portingWireType: Wireline, portingAuthorizedName: Pat Lee }
numbers:
  "18012240111": { port: main }
  "18012240112": { port: main }
  "18012240113": { port: main }
  "18017690201": {}
"#;

#[test]
fn a_number_of_a_port_brings_the_whole_port_along_until_the_port_is_done() {
    let world = World::new(&[("accounts/port.yaml", PORT)]);
    let found = plan(&world, &["--target", "18012240112"]).json();
    let step = &found["steps"][0];
    assert_eq!(
        found["steps"].as_array().map(Vec::len),
        Some(1),
        "{found:#}"
    );
    assert_eq!(step["action"], "submit-port");
    assert_eq!(
        step["numbers"],
        serde_json::json!(["18012240111", "18012240112", "18012240113"])
    );
    let along = |plan: &Value| -> Option<Value> {
        let notes = plan["notes"].as_array().expect("notes");
        let told = |note: &&Value| {
            note["reason"]
                .as_str()
                .is_some_and(|reason| reason.contains("port main is one order"))
        };
        notes.iter().find(told).map(|note| note["numbers"].clone())
    };
    assert_eq!(
        along(&found),
        Some(serde_json::json!(["18012240111", "18012240113"]))
    );

    world
        .alz(&["apply", "--auto-approve", "--target", "18012240112"])
        .expect(0);
    // One order, and nothing for the number that nobody asked for.
    assert_eq!(world.writes(), ["POST telephonenumber"]);
    world.advance("P20D");
    let done = plan(&world, &["--target", "18012240112"]).json();
    assert_eq!(along(&done), None, "{done:#}");
}

#[test]
fn status_and_e911_check_keep_to_the_targets() {
    let world = world();
    world
        .alz(&["apply", "--auto-approve", "--target", ACCOUNT])
        .expect(0);
    let numbers = |target: &str| -> Vec<Value> {
        let said = world
            .alz(&["status", "--format", "json", "--target", target])
            .expect(0);
        let document = said.json();
        assert_eq!(document["targets"], serde_json::json!([target]));
        let entries = document["inFlight"].as_array().expect("inFlight");
        entries
            .iter()
            .map(|entry| entry["numbers"].clone())
            .collect()
    };
    let one = numbers("18017690202");
    assert!(
        one.iter()
            .all(|numbers| *numbers == serde_json::json!(["18017690202"])),
        "{one:?}"
    );
    assert!(numbers(ACCOUNT).len() > one.len());
    let said = world
        .alz(&[
            "e911",
            "check",
            "--format",
            "json",
            "--target",
            "18017690202",
        ])
        .expect(0);
    assert!(said.stdout.contains("18017690202"), "{}", said.stdout);
    assert!(!said.stdout.contains("18017690201"), "{}", said.stdout);
    assert!(
        said.stderr.contains("Restricted to --target"),
        "{}",
        said.stderr
    );
}

/// "No drift" of one number must not look like "no drift" of all.
#[test]
fn an_audit_of_a_part_says_so_and_passes_nothing_that_it_did_not_look_at() {
    let world = world();
    for (narrow, named) in [
        (&["--target", "18017690202"][..], "18017690202"),
        (&[FILE], FILE),
    ] {
        let drift = |format: &str| -> String {
            let mut all = vec!["drift", "--format", format];
            all.extend(narrow);
            world.alz(&all).expect(2).stdout
        };
        let first = format!("Restricted to {named}. What lies outside");
        assert!(drift("human").starts_with(&first), "{}", drift("human"));
        let comment = drift("markdown");
        assert!(
            comment.contains(&format!("Restricted to `{named}`.")),
            "{comment}"
        );
        let junit = drift("junit");
        assert!(
            junit.contains(FILE) && !junit.contains("clinic.yaml"),
            "{junit}"
        );
    }
    let whole = world.alz(&["drift", "--format", "junit"]).expect(2).stdout;
    assert!(whole.contains("accounts/clinic.yaml"), "{whole}");
    // A plan of some files says so as one of targets does.
    let plan = world.alz(&["plan", FILE]).expect(0).stdout;
    assert!(
        plan.starts_with(&format!("Restricted to {FILE}.")),
        "{plan}"
    );
}

#[test]
fn a_command_that_knows_no_targets_does_not_pretend_to_keep_to_them() {
    let world = world();
    for command in [
        &["validate", "--target", ACCOUNT][..],
        &["port", "cancel", "18012240111", "--target", ACCOUNT],
        &["journal", "--shard", "1/2"],
    ] {
        let said = world.alz(command).expect(1);
        assert!(said.stderr.contains("takes no --"), "{}", said.stderr);
    }
    // The variable is the whole job's, and its other commands go on.
    let mut validate = world.command(&["validate"]);
    let said: Said = validate
        .env("ALZ_SHARD", "1/2")
        .output()
        .expect("alz runs")
        .into();
    said.expect(0);
}
