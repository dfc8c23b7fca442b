//! A saved plan that somebody changed, and sealed anew: what is sent is what
//! the plan said before, or nothing.

use alz::plan::seal;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::world::{ACCOUNT, CLINIC, OFFICE, World};

#[path = "../fuzz/mutate.rs"]
mod mutate;

use mutate::mutation;

const FILE: &str = "accounts/office.yaml";

fn saved() -> (World, Value) {
    let world = World::new(&[(FILE, OFFICE)]);
    world.alz(&["plan", "--out", "plan.json"]).expect(0);
    let text = std::fs::read_to_string(world.root().join("plan.json")).expect("a plan");
    (world, serde_json::from_str(&text).expect("JSON"))
}

fn forge(world: &World, mut plan: Value) {
    if plan.is_object() {
        plan["seal"] = seal(&plan).into();
    }
    world.write("plan.json", &plan.to_string());
}

/// What was sent, in the order of names: numbers run side by side.
fn sent(world: &World) -> Vec<Value> {
    let log = world.get("/sandbox/requests");
    let requests = log["requests"].as_array().expect("requests");
    let mut writes: Vec<Value> = requests
        .iter()
        .filter(|request| {
            let path = request["path"].as_str().unwrap_or_default();
            request["method"] != "GET"
                && !path.ends_with("/authorize")
                && !path.contains("prevalidate")
        })
        .map(|request| json!([request["method"], request["path"], request["body"]]))
        .collect();
    writes.sort_by_key(ToString::to_string);
    writes
}

fn cases() -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok();
    let asked = asked.and_then(|text| text.parse::<u32>().ok());
    // Each one runs the program.
    ProptestConfig::with_cases(asked.map_or(12, |cases| (cases / 40).max(12)))
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_forged_plan_does_what_the_true_one_does_or_nothing(mutations in vec(mutation(), 1..3)) {
        let (world, good) = saved();
        let mut bad = good.clone();
        let at: Vec<String> = mutations.iter().map(|mutation| mutation.apply(&mut bad)).collect();
        forge(&world, bad);
        let said = world.alz(&["apply", "plan.json"]);
        let writes = sent(&world);
        if said.code == 0 {
            let (other, _) = saved();
            other.alz(&["apply", "plan.json"]).expect(0);
            prop_assert_eq!(writes, sent(&other), "{:?}", at);
        } else {
            prop_assert!([1, 4].contains(&said.code), "{:?}: {}\n{}", at, said.code, said.stderr);
            prop_assert!(writes.is_empty(), "{:?}: {:?}", at, writes);
            prop_assert!(!said.stderr.is_empty());
        }
    }
}

/// Its name, what it does to a step of the plan, and what is said to it.
type Forgery = (&'static str, fn(&mut Value, usize), &'static str);

/// What a forger would try first, each with what must be said to it.
#[test]
fn a_step_that_is_not_the_one_that_is_needed_is_refused_and_named() {
    let (world, good) = saved();
    let caller_id = good["steps"]
        .as_array()
        .expect("steps")
        .iter()
        .position(|step| step["action"] == "update")
        .expect("an update");
    let forgeries: [Forgery; 8] = [
        (
            "removed",
            |steps, i| drop(steps.as_array_mut().map(|s| s.remove(i))),
            "is needed now but is not in the plan",
        ),
        (
            "path",
            |steps, i| steps[i]["request"]["path"] = "/v2/partition/x".into(),
            "request: reviewed",
        ),
        (
            "method",
            |steps, i| steps[i]["request"]["method"] = "DELETE".into(),
            "request: reviewed \"DELETE /v2",
        ),
        (
            "numbers",
            |steps, i| steps[i]["numbers"] = json!(["18017690299"]),
            "numbers: reviewed [\"18017690299\"]",
        ),
        (
            "account",
            |steps, i| steps[i]["account"] = "elsewhere".into(),
            "account: reviewed \"elsewhere\"",
        ),
        (
            "after",
            |steps, i| steps[i]["changes"][0]["after"] = "x".into(),
            "reviewed {\"after\":\"x\"",
        ),
        (
            "action",
            |steps, i| steps[i]["action"] = "release".into(),
            "action: reviewed \"release\", now \"update\"",
        ),
        (
            "order",
            |steps, i| steps[i]["dependsOn"] = json!([]),
            "dependsOn: reviewed nothing",
        ),
    ];
    for (name, forgery, said) in forgeries {
        let mut bad = good.clone();
        forgery(&mut bad["steps"], caller_id);
        forge(&world, bad);
        let refused = world.alz(&["apply", "plan.json"]).expect(4);
        assert!(refused.stderr.contains(said), "{name}: {}", refused.stderr);
    }
    assert!(world.writes().is_empty());
}

#[test]
fn a_plan_that_was_edited_is_refused_even_where_nothing_would_come_of_it() {
    let (world, good) = saved();
    for (member, value) in [
        ("summary", json!({})),
        ("alzVersion", json!("9.9.9")),
        ("tomorrow", json!(true)),
        ("basis", json!({})),
    ] {
        let mut bad = good.clone();
        bad[member] = value;
        world.write("plan.json", &bad.to_string());
        let said = world.alz(&["apply", "plan.json"]).expect(4);
        assert!(
            said.stderr.contains("not as alz wrote it"),
            "{}",
            said.stderr
        );
    }
    assert!(world.writes().is_empty());
}

#[test]
fn a_file_that_is_no_plan_is_refused_before_anything_is_asked() {
    let (world, good) = saved();
    let before = world.requests();
    let mut newer = good.clone();
    newer["formatVersion"] = "1.1".into();
    newer["steps"][0]["onlyIf"] = "the moon is full".into();
    let mut repeated = good.clone();
    let again = repeated["steps"][0].clone();
    repeated["steps"].as_array_mut().expect("steps").push(again);
    let whole = good.to_string();
    for text in [
        newer.to_string(),
        repeated.to_string(),
        whole[..whole.len() - 1].to_owned(),
        String::new(),
    ] {
        world.write("plan.json", &text);
        let said = world.alz(&["apply", "plan.json"]).expect(1);
        assert!(
            said.stderr.contains("is not a plan that can be applied"),
            "{}",
            said.stderr
        );
    }
    assert_eq!(world.requests(), before);
}

/// The body is sent whole: what nobody declared goes along as the platform had
/// it. A reviewer who saw one member change did not agree to send another street.
#[test]
fn what_goes_along_unseen_is_bound_as_well() {
    let world = World::new(&[(FILE, OFFICE)]);
    world.alz(&["apply", "--auto-approve"]).expect(0);
    world.advance("PT1H");
    world.write(
        FILE,
        &format!("account: {ACCOUNT}\nnumbers:\n  \"18017690202\":\n    e911Address: {{ unit: \"600\" }}\n"),
    );
    world
        .alz(&["plan", "--no-verify", "--out", "plan.json"])
        .expect(0);
    let mut e911 = world.number(ACCOUNT, "18017690202")["e911Address"].clone();
    e911["streetName"] = "Center".into();
    world.patch(ACCOUNT, "18017690202", &json!({ "e911Address": e911 }));
    world.advance("PT1H");
    let before = world.writes();
    let said = world.alz(&["apply", "plan.json", "--no-verify"]).expect(4);
    assert!(said.stderr.contains("sent e911Address"), "{}", said.stderr);
    assert_eq!(world.writes(), before);
}

#[test]
fn a_number_that_was_given_to_somebody_else_is_not_released_by_an_older_plan() {
    let file = format!("account: {CLINIC}\nnumbers:\n  \"18014040901\": {{ state: released }}\n");
    let world = World::new(&[(FILE, &file)]);
    world.alz(&["plan", "--out", "plan.json"]).expect(0);
    let user = world.get(&format!(
        "/v2/partition/X4fbfNlFRpy7bWDFmCwwdw/account/{CLINIC}/user"
    ));
    let user = user[0]["id"].as_str().expect("a user").to_owned();
    let before = world.number(CLINIC, "18014040901");
    let (kind, id) = match before["referenceId"] == user.as_str() {
        true => (Value::Null, Value::Null),
        false => (json!("END_USER"), json!(user)),
    };
    world.patch(
        CLINIC,
        "18014040901",
        &json!({ "referenceType": kind, "referenceId": id }),
    );
    world.advance("PT1H");
    let said = world.alz(&["apply", "plan.json"]).expect(4);
    assert!(said.stderr.contains("found reference"), "{}", said.stderr);
    assert_eq!(
        world.number(CLINIC, "18014040901")["carrierStatus"],
        "ACTIVE"
    );
}

#[test]
fn the_refusal_says_for_people_and_programs_what_differs_and_redacted_says_where() {
    let world = World::new(&[(FILE, OFFICE)]);
    world.alz(&["apply", "--auto-approve"]).expect(0);
    world.advance("PT1H");
    world.write(FILE, &OFFICE.replace("unit: \"500\"", "unit: \"501\""));
    world
        .alz(&["plan", "--no-verify", "--out", "plan.json"])
        .expect(0);
    let mut csr = world.number(ACCOUNT, "18017690202")["customerServiceRecord"].clone();
    csr["unit"] = "777".into();
    world.patch(
        ACCOUNT,
        "18017690202",
        &json!({ "customerServiceRecord": csr }),
    );
    world.advance("PT1H");
    let apply = ["apply", "plan.json", "--no-verify"];
    let said = world.alz(&apply).expect(4);
    let line = "customerServiceRecord.unit: reviewed {\"after\":\"501\",\"before\":\"500\"}, now {\"after\":\"501\",\"before\":\"777\"}";
    assert!(said.stderr.contains(line), "{}", said.stderr);
    let said = world
        .alz(&[&apply[..], &["--format", "json"]].concat())
        .expect(4);
    let detail = &said.events()[0]["details"][0];
    assert_eq!(detail["kind"], "changed");
    assert_eq!(detail["step"], "update-18017690202");
    assert_eq!(detail["changes"][0]["now"]["before"], "777");
    let said = world
        .alz(&[&apply[..], &["--redact", "pii"]].concat())
        .expect(4);
    assert!(
        said.stderr.contains("customerServiceRecord.unit"),
        "{}",
        said.stderr
    );
    assert!(!said.stderr.contains("777"), "{}", said.stderr);
}

/// Wherever a run of a reviewed plan stopped, the same plan takes it up.
#[test]
fn an_interrupted_apply_of_a_saved_plan_is_taken_up_after_every_step() {
    let (undisturbed, _) = saved();
    undisturbed.alz(&["apply", "plan.json"]).expect(0);
    let all = sent(&undisturbed);
    for done in 0..all.len() {
        let (world, _) = saved();
        world.fault(json!({ "method": "POST", "path": "/v2/**", "skip": done, "status": 400, "body": "{\"status\":400,\"messages\":[\"No\"]}" }));
        let patches = done.saturating_sub(3);
        world.fault(json!({ "method": "PATCH", "skip": patches, "status": 400, "body": "{\"status\":400,\"messages\":[\"No\"]}" }));
        world.alz(&["apply", "plan.json"]).expect(3);
        world.clear_faults();
        let said = world
            .alz(&["apply", "plan.json", "--format", "json"])
            .expect(0);
        assert_eq!(said.events().last().expect("a summary")["failed"], 0);
        for number in ["18017690201", "18017690202", "18017690203"] {
            let (mut one, mut other) = (
                undisturbed.number(ACCOUNT, number),
                world.number(ACCOUNT, number),
            );
            for number in [&mut one, &mut other] {
                if let Some(members) = number.as_object_mut() {
                    members.retain(|name, _| {
                        ["carrierStatus", "referenceId", "customerServiceRecord"]
                            .contains(&name.as_str())
                    });
                    if let Some(csr) = members
                        .get_mut("customerServiceRecord")
                        .and_then(Value::as_object_mut)
                    {
                        csr.remove("id");
                    }
                }
            }
            assert_eq!(one, other, "stopped after {done}");
        }
        let third = world
            .alz(&["apply", "plan.json", "--format", "json"])
            .expect(0);
        assert_eq!(
            third.events().last().expect("a summary")["skipped"],
            all.len() as u64
        );
    }
}

/// A guard is lifted by who applies, never by what a plan says of itself.
#[test]
fn a_saved_plan_is_no_way_around_a_guard() {
    let file = format!("account: {CLINIC}\nnumbers:\n  \"18014040901\": {{ state: released }}\n");
    let world = World::new(&[(FILE, &file)]);
    let settings = std::fs::read_to_string(world.root().join("alz.yaml")).expect("settings");
    world.write(
        "alz.yaml",
        &format!("{settings}guards: {{ release: {{ max: 0 }} }}\n"),
    );
    // Lifted when it was made, so that the plan itself names no guard.
    world
        .alz(&["plan", "--allow", "release=1", "--out", "plan.json"])
        .expect(0);
    let text = std::fs::read_to_string(world.root().join("plan.json")).expect("a plan");
    let lifted: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(lifted.get("guards"), None);
    let said = world.alz(&["apply", "plan.json"]).expect(1);
    assert!(said.stderr.contains("--allow release=1"), "{}", said.stderr);
    // Not lifted, and taken out of the file.
    world.alz(&["plan", "--out", "plan.json"]).expect(0);
    let text = std::fs::read_to_string(world.root().join("plan.json")).expect("a plan");
    let mut emptied: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(emptied["guards"][0]["guard"], "release");
    emptied["guards"] = json!([]);
    forge(&world, emptied);
    world.alz(&["apply", "plan.json"]).expect(1);
    for misuse in [
        "release",
        "release=",
        "release=-1",
        "release=all",
        "everything=9",
        "e911=9",
    ] {
        world
            .alz(&["apply", "plan.json", "--allow", misuse])
            .expect(1);
    }
    assert!(world.writes().is_empty());
    world
        .alz(&["apply", "plan.json", "--allow", "release=1"])
        .expect(0);
    assert_eq!(world.writes().len(), 1);
}
