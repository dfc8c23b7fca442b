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
fn a_validator_out_of_reach_warns_or_blocks_as_the_project_says() {
    let world = refusing(503);
    let noted = |kind: &str| {
        let plan = world.alz(&["plan", "--format", "json"]).expect(0).json();
        let said = plan["notes"].as_array().is_some_and(|notes| {
            notes.iter().any(|note| {
                let reason = note["reason"].as_str().unwrap_or_default();
                note["kind"] == kind && reason.contains("could not be asked about the address")
            })
        });
        assert!(said, "{plan:#}");
        plan["summary"]["activate"].as_u64()
    };
    assert_eq!(noted("warning"), Some(3));
    let settings = std::fs::read_to_string(world.root().join("alz.yaml")).expect("alz.yaml");
    world.write(
        "alz.yaml",
        &format!("{settings}e911: {{ onUnknown: block }}\n"),
    );
    assert_eq!(noted("blocked"), Some(0));
}

#[test]
fn a_lost_login_is_no_answer_of_the_validator() {
    let world = refusing(401);
    let said = world.alz(&["plan"]).expect(1);
    assert!(
        said.stderr.contains("does not let us in"),
        "{}",
        said.stderr
    );
}

#[test]
fn who_calls_911_with_a_number_is_told_before_it_is_released() {
    let world = World::new(&[(
        "accounts/clinic.yaml",
        "account: pK9sLmN3bVcX7zQw2eRt5A\nnumbers:\n  \"18014040901\": { state: released }\n",
    )]);
    world.fault(json!({
        "method": "GET", "path": "**/911-address/usages",
        "body": "{\"phoneNumber\":\"18014040901\",\"users\":[\"front-desk\"]}",
    }));
    let said = world.alz(&["plan"]).expect(0);
    assert!(
        said.stdout
            .contains("user front-desk sends 911 calls out with it"),
        "{}",
        said.stdout
    );
    let quiet = world.alz(&["plan", "--no-verify"]).expect(0);
    assert!(!quiet.stdout.contains("front-desk"), "{}", quiet.stdout);
    world.clear_faults();
    world.fault(json!({ "method": "GET", "path": "**/911-address/usages", "status": 403 }));
    let said = world.alz(&["plan"]).expect(0);
    assert!(
        said.stdout
            .contains("who sends 911 calls out with it is not known"),
        "{}",
        said.stdout
    );
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
