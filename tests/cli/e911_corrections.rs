//! The E911 provider's corrections, walked through to the end: said, decided,
//! taken over, and never decided twice.

use serde_json::{Value, json};

use crate::world::{CLINIC, Said, World};

const FILE: &str = "accounts/clinic.yaml";
const NUMBER: &str = "18014040904";

/// The address that the sandbox's clinic has registered: the wrong town.
fn file(more: &str) -> String {
    format!(
        r#"
account: {CLINIC}
numbers:
  "{NUMBER}":
    e911Address:
      customerType: BUSINESS
      businessName: Cottonwood Clinic
      streetNumber: "333"
      preDirectional: S
      streetName: "520"
      postDirectional: W
      city: Vineyard
      state: UT
      country: USA
      postalCode: "84042"
{more}"#
    )
}

fn world(more: &str) -> World {
    World::new(&[(FILE, &file(more))])
}

fn plan(world: &World) -> Value {
    world.alz(&["plan", "--format", "json"]).expect(0).json()
}

fn actions(plan: &Value) -> Vec<&str> {
    let steps = plan["steps"].as_array().expect("steps");
    steps
        .iter()
        .map(|step| step["action"].as_str().expect("an action"))
        .collect()
}

/// The notes on the number, as "kind: reason → help".
fn said(plan: &Value) -> Vec<String> {
    let notes = plan["notes"].as_array().expect("notes").iter();
    notes
        .filter(|note| {
            let numbers = note["numbers"].as_array().expect("numbers");
            numbers.iter().any(|number| number == NUMBER)
        })
        .map(|note| {
            format!(
                "{}: {} → {}",
                note["kind"].as_str().unwrap_or_default(),
                note["reason"].as_str().unwrap_or_default(),
                note["help"].as_str().unwrap_or_default()
            )
        })
        .collect()
}

fn apply(world: &World) -> Said {
    world.alz(&["apply", "--auto-approve"])
}

fn address(world: &World) -> Value {
    world.number(CLINIC, NUMBER)["e911Address"].clone()
}

#[test]
fn an_accepted_correction_is_in_force_and_the_file_is_shown_what_to_take_over() {
    let world = world("      onCorrection: accept\n");
    assert_eq!(actions(&plan(&world)), ["accept-e911-correction"]);
    apply(&world).expect(0);
    assert_eq!(address(&world)["city"], "LINDON");
    let after = plan(&world);
    assert_eq!(actions(&after), Vec::<&str>::new());
    let notes = said(&after);
    assert_eq!(notes.len(), 1, "{notes:#?}");
    assert!(notes[0].starts_with("warning"), "{notes:#?}");
    assert!(notes[0].contains("city: \"LINDON\""), "{notes:#?}");
    apply(&world).expect(0);
    // Without asking the provider it is not undone either.
    let unasked = world
        .alz(&["plan", "--no-verify", "--format", "json"])
        .expect(0);
    assert_eq!(actions(&unasked.json()), Vec::<&str>::new());
    assert_eq!(world.writes(), ["PUT accept"]);
    // Taken over, nothing is left to say.
    world.write(FILE, &file("").replace("city: Vineyard", "city: Lindon"));
    let taken_over = plan(&world);
    assert_eq!(actions(&taken_over), Vec::<&str>::new());
    assert_eq!(said(&taken_over), Vec::<String>::new());
}

#[test]
fn a_suite_survives_the_acceptance_and_one_apply_brings_both() {
    let suite = "      secondaryLocationDescription: SUITE\n      unit: \"7\"\n      onCorrection: accept\n";
    let world = world(suite);
    assert_eq!(actions(&plan(&world)), ["accept-e911-correction", "update"]);
    apply(&world).expect(0);
    world.advance("PT1H");
    let stored = address(&world);
    assert_eq!(
        (&stored["city"], &stored["unit"]),
        (&json!("LINDON"), &json!("7"))
    );
    let after = plan(&world);
    assert_eq!(actions(&after), Vec::<&str>::new());
    assert!(
        said(&after).iter().all(|note| note.starts_with("warning")),
        "{after:#}"
    );
    assert_eq!(world.writes().len(), 2);
    // A new suite is an edit, and sent on the street that is in force.
    world.write(FILE, &file(suite).replace("\"7\"", "\"8\""));
    assert_eq!(actions(&plan(&world)), ["update"]);
    apply(&world).expect(0);
    world.advance("PT1H");
    let stored = address(&world);
    assert_eq!(
        (&stored["city"], &stored["unit"]),
        (&json!("LINDON"), &json!("8"))
    );
    assert_eq!(actions(&plan(&world)), Vec::<&str>::new());
}

#[test]
fn the_original_is_kept_once_with_its_coordinates() {
    let coordinates = "      latitude: \"40.3324\"\n      longitude: \"-111.7281\"\n      onCorrection: keepOriginal\n";
    let world = world(coordinates);
    let first = plan(&world);
    assert_eq!(actions(&first), ["keep-e911-original"]);
    apply(&world).expect(0);
    let stored = address(&world);
    assert_eq!(
        (&stored["city"], &stored["latitude"]),
        (&json!("Vineyard"), &json!("40.3324"))
    );
    let after = plan(&world);
    assert_eq!(actions(&after), Vec::<&str>::new());
    assert_eq!(said(&after), Vec::<String>::new());
    assert_eq!(
        world.writes(),
        ["PUT accept?latitude=40.3324&longitude=-111.7281"]
    );
}

#[test]
fn a_correction_is_only_reported_where_the_file_does_not_decide() {
    let world = world("");
    let made = plan(&world);
    assert_eq!(actions(&made), Vec::<&str>::new());
    let notes = said(&made);
    assert!(
        notes.iter().any(|note| note.starts_with("blocked")
            && note.contains("not in force")
            && note.contains("onCorrection: accept")),
        "{notes:#?}"
    );
    apply(&world).expect(0);
    assert_eq!(world.writes(), Vec::<String>::new());
}

#[test]
fn a_mended_address_goes_out_and_the_old_correction_is_left_alone() {
    let suite = "      onCorrection: accept\n      secondaryLocationDescription: SUITE\n      unit: \"500\"\n";
    let mended = file(suite).replace("city: Vineyard", "city: Lindon");
    let world = World::new(&[(FILE, &mended)]);
    assert_eq!(actions(&plan(&world)), ["update"]);
    apply(&world).expect(0);
    world.advance("PT1H");
    let after = plan(&world);
    assert_eq!(actions(&after), Vec::<&str>::new());
    assert_eq!(said(&after), Vec::<String>::new());
}

#[test]
fn a_correction_that_is_no_longer_the_reviewed_one_is_not_accepted() {
    let world = world("      onCorrection: accept\n");
    world.alz(&["plan", "--out", "plan.json"]).expect(0);
    // Meanwhile somebody writes another wrong town, and gets another answer.
    let mut other = address(&world);
    other["city"] = json!("Provo");
    world.patch(CLINIC, NUMBER, &json!({ "e911Address": other }));
    world.advance("PT1H");
    let before = world.writes().len();
    world.alz(&["apply", "plan.json"]).expect(4);
    assert_eq!(world.writes().len(), before);
}

#[test]
fn an_acceptance_whose_answer_is_lost_is_found_done() {
    let world = world("      onCorrection: accept\n");
    world.fault(json!({
        "method": "PUT", "path": "**/correction/accept", "times": 1, "cut": "after",
    }));
    apply(&world).expect(0);
    assert_eq!(world.writes(), ["PUT accept"]);
    assert_eq!(actions(&plan(&world)), Vec::<&str>::new());
}

#[test]
fn an_offer_that_changes_between_plan_and_write_is_not_accepted() {
    let world = world("      onCorrection: accept\n");
    let other = json!({ "streetNumber": "75", "preDirectional": "S", "streetName": "200",
        "postDirectional": "E", "city": "PROVO", "state": "UT", "postalCode": "84606", "country": "US" });
    // The plan reads the offer once; every later look finds another one.
    world.fault(json!({
        "method": "GET", "path": "**/telephonenumber/18014040904/911-address/correction", "skip": 1,
        "body": other.to_string(),
    }));
    let said = apply(&world).expect(3);
    assert!(
        said.stdout.contains("another one") || said.stderr.contains("another one"),
        "{}{}",
        said.stdout,
        said.stderr
    );
    assert_eq!(world.writes(), Vec::<String>::new());
}

#[test]
fn the_number_of_readings_for_corrections_is_that_of_the_rejections() {
    let world = world("");
    plan(&world);
    let log = world.get("/sandbox/requests");
    let asked = log["requests"].as_array().expect("requests").iter();
    let corrections = asked
        .filter(|request| {
            request["path"]
                .as_str()
                .is_some_and(|path| path.ends_with("/correction"))
        })
        .count();
    // The clinic has two numbers whose address was rejected.
    assert_eq!(corrections, 2);
}
