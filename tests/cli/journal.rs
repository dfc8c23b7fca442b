//! The journal that a run leaves behind, and what is said of it.

use serde_json::{Value, json};

use crate::world::{OFFICE, World};

const FILE: &str = "accounts/office.yaml";

fn files(world: &World, directory: &str) -> Vec<String> {
    match std::fs::read_dir(world.root().join(directory)) {
        Ok(files) => {
            let mut texts: Vec<_> = files
                .map(|file| file.expect("a file").path())
                .map(|path| (path.clone(), std::fs::read_to_string(path).expect("text")))
                .collect();
            texts.sort();
            texts.into_iter().map(|(_, text)| text).collect()
        }
        Err(_) => Vec::new(),
    }
}

#[test]
fn every_write_is_noted_before_and_after_without_anybodys_name() {
    let world = World::new(&[(FILE, OFFICE)]);
    world.alz(&["plan"]).expect(0);
    assert!(
        files(&world, ".alz/journal").is_empty(),
        "a plan sends nothing"
    );
    world.alz(&["apply", "--auto-approve"]).expect(0);
    let found = files(&world, ".alz/journal");
    assert_eq!(found.len(), 1);
    let lines: Vec<Value> = found[0]
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(lines[0]["event"], "run");
    assert_eq!(lines[0]["environment"], "test");
    assert_eq!(lines.last().expect("a line")["event"], "end");
    let events = |event: &str| lines.iter().filter(|line| line["event"] == event).count();
    assert_eq!((events("intent"), events("outcome")), (4, 4));
    for step in ["activate-18017690201", "update-18017690201"] {
        let at = |event: &str| {
            let of = |line: &Value| line["event"] == event && line["step"] == step;
            lines.iter().position(of).expect("a line")
        };
        assert!(at("intent") < at("outcome"), "{step}");
    }
    for name in ["Dental", "Lindon", "ajfrBZJMQNC4", "SUITE"] {
        assert!(!found[0].contains(name), "{}", found[0]);
    }
    // Nothing to send, nothing to note.
    world.alz(&["apply", "--auto-approve"]).expect(0);
    assert_eq!(files(&world, ".alz/journal").len(), 1);
}

#[test]
fn nothing_is_sent_where_the_journal_cant_be_written() {
    let world = World::new(&[(FILE, OFFICE)]);
    world.write("file", "");
    let said = world
        .alz(&["apply", "--auto-approve", "--journal", "file/journal"])
        .expect(1);
    assert!(said.stderr.contains("--journal DIR"), "{}", said.stderr);
    assert!(said.stderr.contains("nothing was sent"), "{}", said.stderr);
    assert!(world.writes().is_empty());
}

#[test]
fn past_runs_are_listed_and_one_is_shown_step_by_step() {
    let world = World::new(&[(FILE, OFFICE)]);
    let none = world.alz(&["journal"]).expect(0);
    assert!(none.stdout.contains("No runs"), "{}", none.stdout);
    world.fault(json!({
        "method": "POST", "path": "**/telephonenumber", "times": 1, "cut": "before",
    }));
    world.fault(json!({
        "method": "POST", "path": "**/telephonenumber", "times": 1, "status": 400,
        "body": "{\"status\":400,\"messages\":[\"InvalidCarrierId\"],\"data\":{}}",
    }));
    let elsewhere = ["--journal", "kept"];
    world
        .alz(&["apply", "--auto-approve", elsewhere[0], elsewhere[1]])
        .expect(3);
    let listed = world
        .alz(&["journal", elsewhere[0], elsewhere[1]])
        .expect(0);
    assert!(
        listed.stdout.starts_with("20261123T170000Z-"),
        "{}",
        listed.stdout
    );
    assert!(listed.stdout.contains("1 unknown"), "{}", listed.stdout);
    let shown = world
        .alz(&["journal", "2026", elsewhere[0], elsewhere[1]])
        .expect(0)
        .stdout;
    assert!(shown.contains("refused-400"), "{shown}");
    assert!(shown.contains(": unclear"), "{shown}");
    assert!(!shown.contains("InvalidCarrierId"), "{shown}");
    let document = world
        .alz(&[
            "journal",
            "2026",
            "--format",
            "json",
            elsewhere[0],
            elsewhere[1],
        ])
        .expect(0)
        .json();
    assert_eq!(document["runs"][0]["steps"]["unknown"], 1, "{document:#}");
    assert_eq!(document["runs"][0]["ended"], true);
    assert!(
        document["runs"][0]["events"]
            .as_array()
            .expect("events")
            .len()
            > 4
    );
    let missing = world
        .alz(&["journal", "1999", elsewhere[0], elsewhere[1]])
        .expect(1);
    assert!(missing.stderr.contains("no run 1999"), "{}", missing.stderr);
}

#[test]
fn a_run_says_which_order_it_looks_for_before_it_sends_it_again() {
    let world = World::new(&[(FILE, OFFICE)]);
    world.fault(json!({
        "method": "POST", "path": "**/telephonenumber", "times": 1, "cut": "before",
    }));
    let said = world
        .alz(&["apply", "--auto-approve", "--format", "json"])
        .expect(3);
    let unknown = said
        .events()
        .into_iter()
        .find(|event| event["status"] == "unknown")
        .expect("an unknown step");
    let id = unknown["id"].as_str().expect("an id").to_owned();
    // The order turns up after all: nothing is sent again, and nobody waits.
    let number = id.rsplit('-').next().expect("a number").to_owned();
    let body = json!({
        "telephoneNumbers": [{ "phoneNumber": number }],
        "customerServiceRecord": {
            "customerType": "BUSINESS", "businessName": "Sample Dental", "streetNumber": "333",
            "preDirectional": "S", "streetName": "520", "postDirectional": "W", "city": "Lindon",
            "state": "UT", "country": "USA", "postalCode": "84042",
            "secondaryLocationDescription": "SUITE", "unit": "500",
        },
        "directoryListing": { "type": "NOT_LIST_NOT_PUBLISH" },
    });
    let path = format!(
        "/v2/partition/X4fbfNlFRpy7bWDFmCwwdw/account/{}/telephonenumber",
        crate::world::ACCOUNT
    );
    // The plan still sees the account as it was.
    let before = world.get(&path);
    let mut events =
        world.get("/v2/partition/X4fbfNlFRpy7bWDFmCwwdw/telephonenumber/statussearch?maxResult=50");
    world.post_as_user(&path, &body);
    world.fault(json!({
        "method": "GET", "path": "**/telephonenumber", "times": 1, "body": before.to_string(),
    }));
    let open: Vec<Value> = events["results"]
        .as_array()
        .expect("events")
        .iter()
        .filter(|event| {
            let status = event["activationStatusType"].as_str().unwrap_or_default();
            !matches!(status, "COMPLETED" | "CORRECTED_COMPLETED" | "CANCELLED")
        })
        .cloned()
        .collect();
    events["totalRecords"] = json!(open.len());
    events["results"] = json!(open);
    world.fault(json!({
        "method": "GET", "path": "**/statussearch", "times": 1, "body": events.to_string(),
    }));
    world.fault(json!({
        "method": "GET", "path": format!("/v2/partition/*/telephonenumber/{number}"), "times": 1,
        "body": json!({ "phoneNumber": number, "isInInventory": true }).to_string(),
    }));
    let orders = world.writes().len();
    let said = world.alz(&["apply", "--auto-approve"]);
    assert!(
        said.stderr
            .contains(&format!("the outcome of {id} was known")),
        "{}\n{}",
        said.stdout,
        said.stderr
    );
    assert!(
        said.stdout.contains("the platform shows it done already"),
        "{}",
        said.stdout
    );
    let posts = world.writes()[orders..]
        .iter()
        .filter(|write| write.starts_with("POST"))
        .count();
    assert_eq!(posts, 0, "{:?}", world.writes());
}
