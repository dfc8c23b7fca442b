//! `alz e911 check`: the provider asked about every address in the files.

use serde_json::{Value, json};

use crate::world::{CLINIC, OFFICE, World};

const OTTAWA: &str = r#"
account: pK9sLmN3bVcX7zQw2eRt5A
defaults:
  customerServiceRecord: &maison
    customerType: BUSINESS
    businessName: Maison
    streetNumber: "56"
    streetName: Sparks
    streetSuffix: St
    city: Sandy Hill
    state: ON
    country: CAN
    postalCode: K1P 5A9
    secondaryLocationDescription: SUITE
    unit: "7"
numbers:
  "16137690101": {}
  "16137690102": { e911Address: null }
  "16137690103": { e911Address: { <<: *maison, streetNumber: "1", streetName: Nowhere } }
  "16137690104": { state: released }
"#;

fn world() -> World {
    World::new(&[
        ("accounts/office.yaml", OFFICE),
        ("accounts/ottawa.yaml", OTTAWA),
    ])
}

/// The bodies of the questions that the provider was asked.
fn questions(world: &World) -> usize {
    let log = world.get("/sandbox/requests");
    let requests = log["requests"].as_array().expect("requests");
    requests
        .iter()
        .filter(|request| {
            let path = request["path"].as_str().unwrap_or_default();
            path.ends_with("/e911/prevalidate")
        })
        .count()
}

fn with_verdict<'a>(document: &'a Value, verdict: &str) -> Vec<&'a Value> {
    let rows = document["addresses"].as_array().expect("addresses");
    rows.iter()
        .filter(|row| row["verdict"] == verdict)
        .collect()
}

#[test]
fn each_distinct_address_is_asked_about_once_with_what_to_do_about_it() {
    let world = world();
    let said = world.alz(&["e911", "check", "--format", "json"]).expect(1);
    let document = said.json();
    assert_eq!(document["formatVersion"], "1.0");
    assert_eq!(
        document["summary"],
        json!({ "valid": 1, "invalid": 1, "unknown": 1, "noUnit": 0 })
    );
    let valid = with_verdict(&document, "VALID");
    assert_eq!(
        valid[0]["numbers"],
        json!(["18017690201", "18017690202", "18017690203"])
    );
    // The records' address, for a number that has no other: one question for both.
    let invalid = with_verdict(&document, "INVALID");
    assert_eq!(invalid[0]["numbers"], json!(["16137690101", "16137690102"]));
    assert_eq!(
        invalid[0]["source"],
        json!({ "file": "accounts/ottawa.yaml", "line": 17 })
    );
    assert_eq!(invalid[0]["alternatives"][0]["city"], "OTTAWA");
    assert_eq!(invalid[0]["alternatives"][0]["unit"], "7");
    assert_eq!(
        with_verdict(&document, "UNKNOWN")[0]["numbers"],
        json!(["16137690103"])
    );
    assert_eq!(questions(&world), 3);
    assert!(world.writes().is_empty(), "{:?}", world.writes());
}

#[test]
fn an_alternative_pasted_into_the_file_is_found_valid() {
    let world = world();
    let said = world
        .alz(&["e911", "check", "accounts/ottawa.yaml"])
        .expect(1);
    assert!(
        said.stdout.contains("2 addresses of 3 numbers"),
        "{}",
        said.stdout
    );
    let (_, below) = said
        .stdout
        .split_once("    e911Address:\n")
        .expect("an alternative");
    let (members, _) = below.split_once("\n\n").expect("an end");
    world.write(
        "accounts/ottawa.yaml",
        &OTTAWA.replace(
            "  \"16137690101\": {}\n  \"16137690102\": { e911Address: null }\n",
            &format!("  \"16137690101\":\n    e911Address:\n{members}\n"),
        ),
    );
    let said = world.alz(&["e911", "check", "accounts/ottawa.yaml"]);
    let said = said.expect(0);
    assert!(said.stdout.contains("1 valid"), "{}", said.stdout);
}

#[test]
fn an_address_that_nobody_can_judge_passes_or_fails_as_the_project_says() {
    let world = World::new(&[("accounts/office.yaml", OFFICE)]);
    world.fault(json!({ "method": "PUT", "path": "**/e911/prevalidate", "status": 503 }));
    let said = world.alz(&["e911", "check"]).expect(0);
    assert!(
        said.stdout.contains("could not be asked") && said.stdout.contains("1 unknown"),
        "{}",
        said.stdout
    );
    let settings = std::fs::read_to_string(world.root().join("alz.yaml")).expect("alz.yaml");
    world.write(
        "alz.yaml",
        &format!("{settings}e911: {{ onUnknown: block }}\n"),
    );
    world.alz(&["e911", "check"]).expect(1);
}

#[test]
fn a_platform_that_lets_nobody_in_is_an_error_and_no_verdict() {
    let world = World::new(&[("accounts/office.yaml", OFFICE)]);
    for status in [401, 403, 503] {
        world.fault(json!({ "method": "GET", "path": "/v2/partition/*", "status": status }));
        let said = world.alz(&["e911", "check", "--format", "json"]).expect(1);
        assert!(said.json()["error"]["message"].is_string(), "{status}");
        world.clear_faults();
    }
    assert_eq!(questions(&world), 0);
}

#[test]
fn a_number_whose_address_is_the_platforms_is_counted_and_not_judged() {
    let file = format!(
        "account: {CLINIC}\nnumbers:\n  \"18014040901\": {{ e911Address: {{ language: fr-CA }} }}\n"
    );
    let world = World::new(&[("accounts/clinic.yaml", &file)]);
    let said = world.alz(&["e911", "check"]).expect(0);
    assert!(
        said.stdout.contains("declare no E911 address")
            && said.stdout.contains("1 number has no whole address"),
        "{}",
        said.stdout
    );
    let document = world.alz(&["e911", "check", "--format", "json"]).json();
    assert_eq!(document["notInFiles"], json!(["18014040901"]));
    assert_eq!(questions(&world), 0);
}

#[test]
fn nobody_is_named_where_personal_data_is_redacted() {
    let world = world();
    for format in ["human", "json"] {
        let said = world
            .alz(&["e911", "check", "--redact", "pii", "--format", format])
            .expect(1);
        assert!(said.stdout.contains("INVALID"), "{}", said.stdout);
        for word in ["Maison", "Sparks", "OTTAWA", "Lindon"] {
            let text = format!("{}{}", said.stdout, said.stderr);
            assert!(!text.contains(word), "{word}: {text}");
        }
    }
}

/// The provider knows streets; that there are several doors the platform says of
/// an address alone, before any number has it.
#[test]
fn an_address_without_the_unit_that_its_building_needs_is_not_registered() {
    let without = OFFICE
        .replace("    secondaryLocationDescription: SUITE\n", "")
        .replace("    unit: \"500\"\n", "");
    assert_ne!(without, OFFICE);
    let none = without.replace("    city: Lindon\n", "    unit: null\n    city: Lindon\n");
    assert_ne!(none, without);
    let world = World::new(&[("accounts/office.yaml", &without)]);
    let noted = |world: &World, kind: &str| {
        let plan = world.alz(&["plan", "--format", "json"]).expect(0).json();
        let notes = plan["notes"].as_array().expect("notes").iter();
        notes
            .filter(|note| {
                let reason = note["reason"].as_str().unwrap_or_default();
                note["kind"] == kind && reason.contains("several tenants")
            })
            .flat_map(|note| note["numbers"].as_array().expect("numbers").clone())
            .count()
    };
    let checked = |world: &World, exit: i32| {
        let said = world.alz(&["e911", "check", "--format", "json"]);
        let document = said.expect(exit).json();
        let row = document["addresses"][0].clone();
        (
            row["verdict"].clone(),
            row["needsUnit"].clone(),
            document["summary"].clone(),
        )
    };
    assert_eq!(noted(&world, "blocked"), 3);
    let (verdict, needs, summary) = checked(&world, 1);
    assert_eq!((verdict, needs), (json!("NO_UNIT"), json!(true)));
    assert_eq!(summary["noUnit"], 1);
    let said = world.alz(&["e911", "check"]).expect(1);
    assert!(said.stdout.contains("unit: null"), "{}", said.stdout);
    // Contract scenario 3: nothing is ordered, and who asks for it hears so.
    let apply = ["apply", "--auto-approve", "--fail-on-blocked"];
    let said = world.alz(&apply).expect(3);
    assert!(said.stdout.contains("names no unit"), "{}", said.stdout);
    assert_eq!(world.writes(), [] as [String; 0]);
    // Nobody is kept from anything by a question that is not answered.
    world.fault(json!({ "path": "/v2/address/validate", "status": 400, "body": "{}" }));
    assert_eq!(noted(&world, "blocked"), 0);
    world.clear_faults();
    // A building without units has none to write.
    world.write("accounts/office.yaml", &none);
    assert_eq!((noted(&world, "blocked"), noted(&world, "warning")), (0, 3));
    let (verdict, needs, summary) = checked(&world, 0);
    assert_eq!((verdict, needs), (json!("VALID"), json!(true)));
    assert_eq!(
        (&summary["noUnit"], &summary["valid"]),
        (&json!(0), &json!(1))
    );
    world.write("accounts/office.yaml", OFFICE);
    assert_eq!((noted(&world, "blocked"), noted(&world, "warning")), (0, 0));
    let (_, needs, _) = checked(&world, 0);
    assert_eq!(needs, json!(false));
}
