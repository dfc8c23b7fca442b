//! A saved plan is the most that may happen.

use serde_json::{Value, json};

use crate::world::{ACCOUNT, CLINIC, OFFICE, World};

const FILE: &str = "accounts/office.yaml";

fn saved() -> World {
    let world = World::new(&[(FILE, OFFICE)]);
    world.alz(&["plan", "--out", "plan.json"]).expect(0);
    world
}

fn plan(world: &World) -> Value {
    let text = std::fs::read_to_string(world.root().join("plan.json")).expect("a plan");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn a_reviewed_plan_is_applied_without_asking_and_can_be_applied_again() {
    let world = saved();
    world.alz(&["apply", "plan.json"]).expect(0);
    let writes = world.writes();
    assert_eq!(writes.len(), 4);
    let again = world
        .alz(&["apply", "plan.json", "--format", "json"])
        .expect(0);
    let events = again.events();
    assert_eq!(
        events.last().expect("a summary")["skipped"],
        4,
        "{events:#?}"
    );
    assert_eq!(world.writes(), writes);
}

#[test]
fn a_step_that_no_reviewer_saw_refuses_the_whole_run() {
    let world = saved();
    let more = OFFICE.replace(
        "\"18017690202\": {}",
        "\"18017690202\": {}\n  \"18017690209\": {}",
    );
    world.write(FILE, &more);
    let said = world.alz(&["apply", "plan.json"]).expect(4);
    assert!(
        said.stderr.contains("activate-18017690209"),
        "{}",
        said.stderr
    );
    assert!(world.writes().is_empty());
}

#[test]
fn what_changed_on_the_platform_since_the_review_refuses_the_run() {
    let world = World::new(&[(FILE, OFFICE)]);
    world.alz(&["apply", "--auto-approve"]).expect(0);
    world.advance("PT1H");
    world.write(FILE, &OFFICE.replace("unit: \"500\"", "unit: \"501\""));
    world.alz(&["plan", "--out", "plan.json"]).expect(0);
    let mut csr = world.number(ACCOUNT, "18017690202")["customerServiceRecord"].clone();
    csr["unit"] = "777".into();
    world.patch(
        ACCOUNT,
        "18017690202",
        &json!({ "customerServiceRecord": csr }),
    );
    world.advance("PT1H");
    let before = world.writes();
    let said = world.alz(&["apply", "plan.json"]).expect(4);
    assert!(
        said.stderr.contains("update-18017690202"),
        "{}",
        said.stderr
    );
    assert_eq!(world.writes(), before);
}

#[test]
fn a_plan_that_was_tampered_with_is_refused() {
    let world = saved();
    let mut plan = plan(&world);
    for change in plan["steps"][0]["changes"].as_array_mut().expect("changes") {
        if change["path"] == "customerServiceRecord.unit" {
            change["after"] = "999".into();
        }
    }
    world.write("plan.json", &plan.to_string());
    world.alz(&["apply", "plan.json"]).expect(4);
    assert!(world.writes().is_empty());
}

/// With `--base` a plan says whose each change is; apply, which has no base, says nothing.
#[test]
fn a_plan_that_says_whose_each_change_is_is_applied_like_any_other() {
    let world = saved();
    let mut plan = plan(&world);
    for step in plan["steps"].as_array_mut().expect("steps") {
        for change in step["changes"].as_array_mut().expect("changes") {
            change["origin"] = "branch".into();
        }
    }
    plan["seal"] = alz::plan::seal(&plan).into();
    world.write("plan.json", &plan.to_string());
    world.alz(&["apply", "plan.json"]).expect(0);
    assert_eq!(world.writes().len(), 4);
}

#[test]
fn a_plan_for_elsewhere_a_newer_format_or_half_a_file_is_refused() {
    let world = saved();
    let mut elsewhere = plan(&world);
    elsewhere["partition"] = "another".into();
    world.write("plan.json", &elsewhere.to_string());
    let said = world.alz(&["apply", "plan.json"]).expect(4);
    assert!(said.stderr.contains("another"), "{}", said.stderr);

    let mut newer = plan(&world);
    newer["formatVersion"] = "2.0".into();
    world.write("plan.json", &newer.to_string());
    let said = world.alz(&["apply", "plan.json"]).expect(1);
    assert!(said.stderr.contains("2.0"), "{}", said.stderr);

    let text = elsewhere.to_string();
    world.write("plan.json", &text[..text.len() / 2]);
    world.alz(&["apply", "plan.json"]).expect(1);
    world.alz(&["apply", "missing.json"]).expect(1);
    assert!(world.writes().is_empty());
}

#[test]
fn a_saved_plan_holds_no_request_body_and_is_valid_by_its_schema() {
    let world = saved();
    let plan = plan(&world);
    assert!(
        plan["steps"]
            .as_array()
            .expect("steps")
            .iter()
            .all(|step| step.get("body").is_none())
    );
    world.is_as_published("plan", &plan);
}

#[test]
fn a_reviewed_release_that_has_to_wait_now_is_not_said_to_be_done() {
    let file = format!("account: {CLINIC}\nnumbers:\n  \"18014040901\": {{ state: released }}\n");
    let world = World::new(&[(FILE, &file)]);
    world.alz(&["plan", "--out", "plan.json"]).expect(0);
    // Someone changes the address: until the E911 provider has answered, the
    // platform refuses a release.
    let mut e911 = world.number(CLINIC, "18014040901")["e911Address"].clone();
    e911["unit"] = "2".into();
    world.patch(CLINIC, "18014040901", &json!({ "e911Address": e911 }));
    let said = world.alz(&["apply", "plan.json"]).expect(4);
    assert!(
        said.stderr
            .contains("release-18014040901 is not done and can't be done now"),
        "{}",
        said.stderr
    );
    assert_eq!(
        world.number(CLINIC, "18014040901")["carrierStatus"],
        "ACTIVE"
    );
}

#[test]
fn a_plan_of_some_files_is_applied_as_it_was_reviewed() {
    let other = OFFICE
        .replace(ACCOUNT, CLINIC)
        .replace("1801769020", "1801769030")
        .replace("ajfrBZJMQNC4-9TeBSfnlQ", "cW2bQw7ERt2yU4iO6pLkHg");
    let world = World::new(&[(FILE, OFFICE), ("accounts/other.yaml", &other)]);
    world
        .alz(&["plan", "accounts/other.yaml", "--out", "plan.json"])
        .expect(0);
    // What another file says has nothing to do with it.
    world.write(FILE, &OFFICE.replace("18017690203", "18017690204"));
    world.alz(&["apply", "plan.json"]).expect(0);
    assert!(
        world
            .writes()
            .iter()
            .all(|write| !write.contains("1801769020"))
    );
    assert_eq!(world.writes().len(), 4);
}

#[test]
fn a_plan_made_without_alz_yaml_is_applied_with_the_same_files() {
    let world = saved();
    std::fs::remove_file(world.root().join("alz.yaml")).expect("a file");
    world.alz(&["plan", FILE, "--out", "plan.json"]).expect(0);
    world.alz(&["apply", "plan.json"]).expect(0);
    assert_eq!(world.writes().len(), 4);
}

#[test]
#[cfg(unix)]
fn a_plan_is_saved_through_a_link_and_into_a_device_without_replacing_either() {
    let world = saved();
    std::fs::write(world.root().join("real.json"), "").expect("a file");
    std::os::unix::fs::symlink("real.json", world.root().join("link.json")).expect("a link");
    world.alz(&["plan", "--out", "link.json"]).expect(0);
    let link = std::fs::symlink_metadata(world.root().join("link.json")).expect("a link");
    assert!(link.is_symlink());
    let text = std::fs::read_to_string(world.root().join("real.json")).expect("a plan");
    assert!(text.contains("formatVersion"));
    std::os::unix::fs::symlink("later.json", world.root().join("dangling.json")).expect("a link");
    world.alz(&["plan", "--out", "dangling.json"]).expect(0);
    assert!(world.root().join("later.json").is_file());
    world.alz(&["plan", "--out", "/dev/null"]).expect(0);
    assert!(!std::fs::metadata("/dev/null").expect("a device").is_file());
}

/// A plan that shows no names and addresses, of the second day: everything is
/// there, and one member changes.
fn redacted() -> World {
    let world = World::new(&[(FILE, OFFICE)]);
    world.alz(&["apply", "--auto-approve"]).expect(0);
    world.advance("PT1H");
    world.write(FILE, &OFFICE.replace("unit: \"500\"", "unit: \"501\""));
    let arguments = [
        "plan",
        "--no-verify",
        "--redact",
        "pii",
        "--out",
        "plan.json",
    ];
    world.alz(&arguments).expect(0);
    world
}

fn change_unit(world: &World, number: &str, unit: &str) {
    let live = world.number(ACCOUNT, number);
    let mut body = json!({});
    for object in ["customerServiceRecord", "e911Address"] {
        body[object] = live[object].clone();
        body[object]["unit"] = unit.into();
    }
    world.patch(ACCOUNT, number, &body);
    world.advance("PT1H");
}

const LIFTED: [&str; 5] = ["apply", "plan.json", "--no-verify", "--allow", "update=9"];

fn lifted(world: &World) -> crate::world::Said {
    world.alz(&[&LIFTED[..], &["--allow", "e911=9"]].concat())
}

#[test]
fn a_plan_that_hides_addresses_says_which_member_changes_and_is_the_same_each_time() {
    let world = redacted();
    let first = plan(&world);
    let text = first.to_string();
    for personal in ["Lindon", "Sample", "84042", "501", "500"] {
        let digits = personal.parse::<u32>().is_ok() && personal.len() == 3;
        assert!(
            !text.contains(&format!("\"{personal}\"")),
            "{personal}: {text}"
        );
        assert!(digits || !text.contains(personal), "{personal}: {text}");
    }
    let change = &first["steps"][0]["changes"][0];
    assert_eq!(change["path"], "customerServiceRecord.unit");
    assert!(
        change["before"]
            .as_str()
            .is_some_and(|text| text.starts_with("•••"))
    );
    assert_ne!(change["before"], change["after"]);
    let arguments = [
        "plan",
        "--no-verify",
        "--redact",
        "pii",
        "--out",
        "again.json",
    ];
    world.alz(&arguments).expect(0);
    let again = std::fs::read_to_string(world.root().join("again.json")).expect("a plan");
    let mut again: Value = serde_json::from_str(&again).expect("JSON");
    again["createdAt"] = first["createdAt"].clone();
    assert_eq!(again, first);
}

#[test]
fn a_plan_that_hides_addresses_is_applied_and_can_be_applied_again() {
    let world = redacted();
    lifted(&world).expect(0);
    for number in ["18017690201", "18017690202"] {
        let live = world.number(ACCOUNT, number);
        assert_eq!(live["customerServiceRecord"]["unit"], "501", "{number}");
        assert_eq!(live["e911Address"]["unit"], "501", "{number}");
    }
    let writes = world.writes();
    lifted(&world).expect(0);
    world.advance("PT1H");
    lifted(&world).expect(0);
    assert_eq!(world.writes(), writes);
}

#[test]
fn a_hidden_address_that_changed_since_the_review_refuses_the_run() {
    let world = redacted();
    change_unit(&world, "18017690202", "777");
    let before = world.writes();
    let said = lifted(&world).expect(4);
    assert!(
        said.stderr.contains("update-18017690202"),
        "{}",
        said.stderr
    );
    assert!(!said.stderr.contains("777"), "{}", said.stderr);
    assert_eq!(world.writes(), before);
}

#[test]
fn a_hidden_value_that_was_tampered_with_refuses_the_run() {
    let world = redacted();
    let mut plan = plan(&world);
    plan["steps"][0]["changes"][0]["after"] = "••• 00000000000000000000000000000000".into();
    world.write("plan.json", &plan.to_string());
    let before = world.writes();
    lifted(&world).expect(4);
    assert_eq!(world.writes(), before);
}
