//! The question to the E911 provider before a new address is planned.

use serde_json::json;

use crate::world::{OFFICE, World};

const FILE: &str = "accounts/office.yaml";

fn refusing(status: u16) -> World {
    let world = World::new(&[(FILE, OFFICE)]);
    world.fault(json!({
        "method": "PUT", "path": "**/e911/prevalidate", "status": status,
        "body": format!("{{\"status\":{status},\"messages\":[\"NotThisOne\"],\"data\":{{}}}}"),
    }));
    world
}

#[test]
fn no_plan_is_made_on_a_question_that_was_not_answered() {
    let world = refusing(403);
    let said = world.alz(&["plan"]).expect(1);
    assert!(said.stderr.contains("NotThisOne"), "{}", said.stderr);
    assert!(said.stderr.contains("--no-verify"), "{}", said.stderr);
    world.alz(&["plan", "--no-verify"]).expect(0);
    world.clear_faults();
    world.alz(&["plan"]).expect(0);
}

#[test]
fn a_question_that_the_platform_refuses_is_a_warning_about_that_address() {
    let said = refusing(400).alz(&["plan", "--format", "json"]).expect(0);
    let plan = said.json();
    let warned = plan["notes"].as_array().is_some_and(|notes| {
        notes.iter().any(|note| {
            let reason = note["reason"].as_str().unwrap_or_default();
            note["kind"] == "warning" && reason.contains("NotThisOne")
        })
    });
    assert!(warned, "{plan:#}");
}

#[test]
fn a_token_that_the_platform_quotes_is_in_no_plan() {
    let world = World::new(&[(FILE, OFFICE)]);
    world.fault(json!({
        "method": "PUT", "path": "**/e911/prevalidate",
        "body": "{\"valid\":\"UNKNOWN\",\"errors\":[\"refused for sandbox-token\"]}",
    }));
    let event = json!({
        "id": "e1", "accountId": crate::world::ACCOUNT, "serviceType": "NINE_ONE_ONE_ADDRESS",
        "referenceType": "TELEPHONE", "referenceId": "18017690201",
        "activationStatusType": "REJECTED",
        "logs": [{ "status": "REJECTED", "message": "rejected for sandbox-token" }],
    });
    world.fault(json!({
        "method": "GET", "path": "**/statussearch",
        "body": json!({ "totalRecords": 1, "results": [event] }).to_string(),
    }));
    let said = world.alz(&["plan", "--out", "plan.json"]).expect(0);
    let saved = std::fs::read_to_string(world.root().join("plan.json")).expect("a plan");
    assert!(said.stdout.contains("refused for •••"), "{}", said.stdout);
    for text in [&said.stdout, &said.stderr, &saved] {
        assert!(!text.contains("sandbox-token"), "{text}");
    }
}
