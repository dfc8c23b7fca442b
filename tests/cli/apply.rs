//! Apply: what is sent, what is not, and what is said when something goes wrong.

use serde_json::{Value, json};

use crate::world::{ACCOUNT, CLINIC, NOW, OFFICE, World};

const FILE: &str = "accounts/office.yaml";

fn steps(events: &[Value]) -> Vec<(String, String)> {
    let mut steps: Vec<(String, String)> = events
        .iter()
        .filter(|event| event["event"] == "step")
        .map(|event| {
            (
                event["id"].as_str().unwrap_or_default().to_owned(),
                event["status"].as_str().unwrap_or_default().to_owned(),
            )
        })
        .collect();
    steps.sort();
    steps
}

fn nothing_left(world: &World) {
    world.advance("PT1H");
    let plan = world.alz(&["plan", "--format", "json"]).expect(0).json();
    assert_eq!(plan["steps"], json!([]), "{plan:#}");
}

#[test]
fn one_apply_brings_everything_and_the_second_nothing() {
    let world = World::new(&[(FILE, OFFICE)]);
    let said = world
        .alz(&["apply", "--auto-approve", "--format", "json"])
        .expect(0);
    let events = said.events();
    assert_eq!(events[0]["event"], "start");
    assert_eq!(events[0]["formatVersion"], "1.0");
    let done = |id: &str| (id.to_owned(), "done".to_owned());
    assert_eq!(
        steps(&events),
        [
            done("activate-18017690201"),
            done("activate-18017690202"),
            done("activate-18017690203"),
            done("update-18017690201"),
        ]
    );
    assert_eq!(events.last().expect("an event")["event"], "summary");
    assert_eq!(events.last().expect("an event")["done"], 4);
    assert!(said.stderr.is_empty(), "{}", said.stderr);
    nothing_left(&world);
    let held = world.number(ACCOUNT, "18017690203");
    assert_eq!(held["carrierStatus"], "ACTIVATION_ON_HOLD");

    let before = world.writes();
    let again = world.alz(&["apply", "--auto-approve"]).expect(0);
    assert!(again.stdout.contains("No changes."), "{}", again.stdout);
    assert_eq!(world.writes(), before);
}

#[test]
fn nothing_is_sent_without_a_person_or_auto_approve() {
    let world = World::new(&[(FILE, OFFICE)]);
    let said = world.alz(&["apply"]).expect(1);
    assert!(said.stderr.contains("--auto-approve"), "{}", said.stderr);
    assert_eq!(world.requests(), 0);
}

#[test]
fn an_activation_whose_answer_was_lost_is_found_done_and_not_ordered_again() {
    let world = World::new(&[(FILE, OFFICE)]);
    world.fault(
        json!({ "method": "POST", "path": "**/telephonenumber", "times": 1, "cut": "after" }),
    );
    world.alz(&["apply", "--auto-approve"]).expect(0);
    let orders = world
        .writes()
        .iter()
        .filter(|w| w.starts_with("POST"))
        .count();
    assert_eq!(orders, 3);
    nothing_left(&world);
}

#[test]
fn an_activation_that_may_not_have_arrived_is_unknown_and_the_next_run_settles_it() {
    let world = World::new(&[(
        "accounts/one.yaml",
        &OFFICE.replace("{ holdActivation: true }", "{}"),
    )]);
    world.fault(
        json!({ "method": "POST", "path": "**/telephonenumber", "times": 1, "cut": "before" }),
    );
    let said = world
        .alz(&["apply", "--auto-approve", "--format", "json"])
        .expect(3);
    let unknown = steps(&said.events())
        .into_iter()
        .filter(|(_, status)| status == "unknown")
        .count();
    assert_eq!(unknown, 1, "{}", said.stdout);
    let orders = |world: &World| {
        world
            .writes()
            .iter()
            .filter(|w| w.starts_with("POST"))
            .count()
    };
    assert_eq!(orders(&world), 3);
    // A runner that has lost the journal of the first: it need not look twice.
    world
        .alz(&["apply", "--auto-approve", "--journal", "another"])
        .expect(0);
    assert_eq!(orders(&world), 4);
    nothing_left(&world);
}

#[test]
fn a_refused_step_is_named_and_the_other_numbers_are_done() {
    let world = World::new(&[(FILE, OFFICE)]);
    world.fault(json!({
        "method": "POST", "path": "**/telephonenumber", "times": 1, "status": 400,
        "body": "{\"status\":400,\"messages\":[\"InvalidCarrierId\"],\"data\":{}}",
    }));
    let said = world.alz(&["apply", "--auto-approve"]).expect(3);
    assert!(said.stdout.contains("InvalidCarrierId"), "{}", said.stdout);
    assert!(said.stdout.contains("failed"), "{}", said.stdout);
    world.alz(&["apply", "--auto-approve"]).expect(0);
    nothing_left(&world);
}

#[test]
fn an_expired_token_in_mid_run_is_a_matter_for_the_password() {
    let world = World::new(&[(FILE, OFFICE)]);
    world.fault(
        json!({ "method": "GET", "path": "**/telephonenumber/*", "times": 1, "expireToken": true }),
    );
    let said = world
        .command(&["apply", "--auto-approve"])
        .env_remove("ALZ_TOKEN")
        .env("ALZ_USERNAME", "user@example.com")
        .env("ALZ_PASSWORD", "correct horse")
        .output()
        .expect("alz runs");
    assert_eq!(
        said.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
    nothing_left(&world);
}

#[test]
fn reads_that_fail_for_a_while_are_tried_again() {
    let world = World::new(&[(FILE, OFFICE)]);
    world
        .fault(json!({ "method": "GET", "path": "**/telephonenumber", "times": 2, "status": 503 }));
    world.fault(
        json!({ "method": "GET", "path": "**/inboundcarriers", "times": 1, "truncateAt": 7 }),
    );
    world.alz(&["plan"]).expect(0);
}

#[test]
fn an_answer_that_is_a_web_page_is_an_error_and_not_an_empty_account() {
    let world = World::new(&[(FILE, OFFICE)]);
    world.fault(
        json!({ "method": "GET", "path": "**/telephonenumber", "body": "<html>Welcome</html>" }),
    );
    let said = world.alz(&["apply", "--auto-approve"]).expect(1);
    assert!(
        said.stderr.contains("can't be the platform's"),
        "{}",
        said.stderr
    );
    assert!(world.writes().is_empty());
}

#[test]
fn a_released_number_is_told_how_to_come_back_and_does() {
    let released =
        format!("account: {CLINIC}\nnumbers:\n  \"18014040902\": {{ state: released }}\n");
    let world = World::new(&[(FILE, &released)]);
    let said = world.alz(&["apply", "--auto-approve"]).expect(0);
    assert!(
        said.stdout
            .contains("+1 801-404-0902 can be recovered until 2026-12-23"),
        "{}",
        said.stdout
    );
    nothing_left(&world);
    let back = OFFICE
        .replace(ACCOUNT, CLINIC)
        .split("numbers:")
        .next()
        .expect("defaults")
        .to_owned()
        + "numbers:\n  \"18014040902\": {}\n";
    world.write(FILE, &back);
    let said = world.alz(&["apply", "--auto-approve"]).expect(0);
    assert!(said.stdout.contains("recover"), "{}", said.stdout);
    nothing_left(&world);
    assert_eq!(
        world.number(CLINIC, "18014040902")["carrierStatus"],
        "ACTIVE"
    );
}

#[test]
fn a_plan_beyond_a_guard_sends_nothing_until_the_guard_is_lifted_by_name() {
    let pruned = format!("account: {CLINIC}\nprune: true\nnumbers:\n  \"18014040901\": {{}}\n");
    let world = World::new(&[(FILE, &pruned)]);
    let said = world.alz(&["apply", "--auto-approve"]).expect(1);
    assert!(said.stdout.contains("--allow release="), "{}", said.stdout);
    assert!(world.writes().is_empty());
    world
        .alz(&["apply", "--auto-approve", "--allow", "release=1"])
        .expect(1);
    assert!(world.writes().is_empty());
    world
        .alz(&["apply", "--auto-approve", "--allow", "release=9"])
        .expect(0);
    assert!(!world.writes().is_empty());
}

#[test]
fn files_named_on_the_command_line_are_all_that_is_applied() {
    let other = OFFICE
        .replace(ACCOUNT, CLINIC)
        .replace("1801769020", "1801769030")
        .replace("ajfrBZJMQNC4-9TeBSfnlQ", "cW2bQw7ERt2yU4iO6pLkHg");
    let world = World::new(&[(FILE, OFFICE), ("accounts/other.yaml", &other)]);
    world
        .alz(&["apply", "--auto-approve", "accounts/other.yaml"])
        .expect(0);
    let plan = world.alz(&["plan", "--format", "json"]).expect(0).json();
    assert_eq!(plan["summary"]["activate"], 3, "{plan:#}");
    assert!(
        plan["steps"]
            .as_array()
            .expect("steps")
            .iter()
            .all(|step| step["account"] == ACCOUNT)
    );
}

#[test]
fn what_someone_changes_between_plan_and_write_is_not_written_over() {
    let world = World::new(&[(FILE, OFFICE)]);
    world.alz(&["apply", "--auto-approve"]).expect(0);
    world.advance("PT1H");
    let file = OFFICE.replace(
        "\"18017690202\": {}",
        "\"18017690202\": { customerServiceRecord: { customerName: Lab } }",
    );
    world.write(FILE, &file);
    // The listing is old by the time the step is sent: someone has renamed it.
    let mut csr = world.number(ACCOUNT, "18017690202")["customerServiceRecord"].clone();
    let listing = world.get(&format!(
        "/v2/partition/X4fbfNlFRpy7bWDFmCwwdw/account/{ACCOUNT}/telephonenumber"
    ));
    csr["businessName"] = "Somebody Else".into();
    world.patch(
        ACCOUNT,
        "18017690202",
        &json!({ "customerServiceRecord": csr }),
    );
    world.fault(json!({
        "method": "GET", "path": "**/telephonenumber", "times": 1,
        "body": listing.to_string(), "afterEffect": true,
    }));
    let said = world.alz(&["apply", "--auto-approve"]).expect(3);
    assert!(
        said.stdout
            .contains("someone changed its customerServiceRecord"),
        "{}",
        said.stdout
    );
    assert_eq!(
        world.number(ACCOUNT, "18017690202")["customerServiceRecord"]["businessName"],
        "Somebody Else"
    );
}

#[test]
fn an_order_that_was_refused_because_it_is_there_is_not_a_failure() {
    let world = World::new(&[(FILE, OFFICE)]);
    // The order takes effect, the answer says no.
    world.fault(json!({
        "method": "POST", "path": "**/telephonenumber", "times": 1, "afterEffect": true, "status": 400,
        "body": "{\"status\":400,\"messages\":[\"TelephoneNumberAlreadyOnAccount\"],\"data\":{}}",
    }));
    let said = world.alz(&["apply", "--auto-approve"]).expect(0);
    assert!(
        said.stdout.contains("TelephoneNumberAlreadyOnAccount"),
        "{}",
        said.stdout
    );
    nothing_left(&world);
}

#[test]
fn one_answer_that_a_number_is_gone_does_not_make_a_release_done() {
    let released =
        format!("account: {CLINIC}\nnumbers:\n  \"18014040902\": {{ state: released }}\n");
    let world = World::new(&[(FILE, &released)]);
    world.fault(json!({
        "method": "GET", "path": "**/account/*/telephonenumber/18014040902", "times": 1, "status": 404,
        "body": "{\"status\":404,\"messages\":[\"TelephoneNumberNotFound\"],\"data\":{}}",
    }));
    world.alz(&["apply", "--auto-approve"]).expect(0);
    assert!(
        world.writes().contains(&"DELETE 18014040902".to_owned()),
        "{:?}",
        world.writes()
    );
}

#[test]
fn a_held_number_that_someone_submits_is_not_said_to_be_cancelled() {
    let released =
        format!("account: {CLINIC}\nnumbers:\n  \"18014040906\": {{ state: released }}\n");
    let world = World::new(&[(FILE, &released)]);
    let listing = world.get(&format!(
        "/v2/partition/X4fbfNlFRpy7bWDFmCwwdw/account/{CLINIC}/telephonenumber"
    ));
    world.put(
        &format!("/v2/partition/X4fbfNlFRpy7bWDFmCwwdw/account/{CLINIC}/reference/18014040906/type/ACTIVATION"),
        &json!({ "activationStatusType": "IN_PROGRESS" }),
    );
    world.fault(json!({
        "method": "GET", "path": "**/telephonenumber", "times": 1,
        "body": listing.to_string(), "afterEffect": true,
    }));
    let said = world.alz(&["apply", "--auto-approve"]).expect(3);
    assert!(
        said.stdout.contains("someone changed its status"),
        "{}",
        said.stdout
    );
}

#[test]
fn a_full_disk_is_an_error_and_not_half_a_plan() {
    let full = std::path::Path::new("/dev/full");
    if !full.exists() {
        return;
    }
    let world = World::new(&[(FILE, OFFICE)]);
    let status = world
        .command(&["plan", "--format", "json"])
        .stdout(
            std::fs::File::options()
                .write(true)
                .open(full)
                .expect("a device"),
        )
        .stderr(std::process::Stdio::piped())
        .status()
        .expect("alz runs");
    assert_eq!(status.code(), Some(1));
}

#[test]
#[cfg(unix)]
fn ctrl_c_finishes_what_is_in_flight_and_names_the_rest() {
    let file = OFFICE.replace(
        "\"18017690202\": {}",
        "\"18017690202\": {}\n  \"18017690204\": {}\n  \"18017690205\": {}",
    );
    let world = World::new(&[(FILE, &file)]);
    world.write(
        "alz.yaml",
        "version: 1\nconcurrency: 1\nenvironments:\n  test: { api: \"http://127.0.0.1:1\", accounts: [accounts/**/*.yaml] }\n",
    );
    // The first order takes its time; the signal comes while it is in flight.
    world.fault(json!({ "method": "POST", "path": "**/telephonenumber", "times": 1, "delayMilliseconds": 1500 }));
    let child = world
        .command(&["apply", "--auto-approve", "--format", "json"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("alz starts");
    while world.get("/sandbox/faults")[0]["hit"] != 1 {
        std::thread::yield_now();
    }
    let signalled = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .expect("kill runs");
    assert!(signalled.success());
    let said: crate::world::Said = child.wait_with_output().expect("it ends").into();
    let said = said.expect(130);
    let events = said.events();
    let summary = events.last().expect("a summary");
    assert_eq!(summary["event"], "summary");
    assert_eq!(summary["done"], 1, "{summary:#}");
    assert!(
        summary["notStarted"].as_array().expect("names").len() >= 3,
        "{summary:#}"
    );
    assert_eq!(world.writes().len(), 1);
    world.alz(&["apply", "--auto-approve"]).expect(0);
    nothing_left(&world);
}

#[test]
fn the_clock_is_a_value_so_two_plans_are_the_same_bytes() {
    let world = World::new(&[(FILE, OFFICE)]);
    let plan = || world.alz(&["plan", "--format", "json"]).expect(0).stdout;
    let first = plan();
    assert_eq!(first, plan());
    assert!(first.contains(NOW), "{first}");
}
