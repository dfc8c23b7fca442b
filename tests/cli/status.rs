//! `alz status`: what is in flight, for people and for programs.

use serde_json::{Value, json};

use crate::world::{ACCOUNT, World};

/// Three ports of one number each.
const PORTS: &str = r#"
account: bRW8jpoCTGOaOIF5wqvSVg
name: Sample Dental, Lindon
defaults:
  customerServiceRecord:
    customerType: BUSINESS
    businessName: Sample Dental
    streetNumber: "333"
    preDirectional: S
    streetName: "520"
    postDirectional: W
    city: Lindon
    state: UT
    country: USA
    postalCode: "84042"
    secondaryLocationDescription: SUITE
    unit: "500"
ports:
  main-line: { billingTelephoneNumber: "18012240101", crdDate: 2026-12-03, portingWireType: Wireline, portingAuthorizedName: John Smith }
  second: { billingTelephoneNumber: "18012240103", crdDate: 2026-12-03, portingWireType: Wireline, portingAuthorizedName: John Smith }
  # Its day is past: it is declared, and not ordered.
  late: { billingTelephoneNumber: "18012240104", crdDate: 2026-11-20, portingWireType: Wireline, portingAuthorizedName: John Smith }
numbers:
  "18012240101": { port: main-line }
  "18012240103": { port: second }
  "18012240104": { port: late }
"#;

fn ordered() -> World {
    let world = World::new(&[("accounts/dental.yaml", PORTS)]);
    world.alz(&["apply", "--auto-approve"]).expect(0);
    world
}

fn carrier(world: &World, number: &str, action: Value) {
    let port = world.number(ACCOUNT, number)["portId"].clone();
    let port = port.as_str().expect("a port");
    world.post(&format!("/sandbox/ports/{port}"), &action);
}

fn entry<'a>(status: &'a Value, name: &str) -> &'a Value {
    status["inFlight"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|entry| entry["name"] == name)
        .unwrap_or_else(|| panic!("{name} is not in flight: {status:#}"))
}

#[test]
fn every_state_of_a_port_is_shown_with_its_dates_and_whether_it_needs_a_person() {
    let world = ordered();
    for (action, state, needs) in [
        (None, "PENDING", false),
        (
            Some(json!({ "action": "foc", "date": "2026-12-04" })),
            "FOC_RECEIVED",
            false,
        ),
        (Some(json!({ "action": "removeFoc" })), "FOC_REMOVED", false),
        (Some(json!({ "action": "hotCut" })), "HOT_CUT_PORT", false),
        (
            Some(json!({ "action": "resellerPending" })),
            "RESELLER_PENDING",
            false,
        ),
        (Some(json!({ "action": "resume" })), "IN_PROGRESS", false),
        (
            Some(json!({ "action": "reject", "message": "Name mismatch" })),
            "REJECTED",
            true,
        ),
        (
            Some(json!({ "action": "cancelByCarrier" })),
            "CARRIER_CANCELLED",
            true,
        ),
    ] {
        if let Some(action) = action {
            carrier(&world, "18012240101", action);
        }
        let status = world.alz(&["status", "--format", "json"]).expect(0).json();
        world.is_as_published("status", &status);
        let port = entry(&status, "main-line");
        assert_eq!(port["state"], state, "{port:#}");
        assert_eq!(port["needsAttention"], needs, "{port:#}");
        assert_eq!(port["crdDate"], "2026-12-03", "{port:#}");
        assert_eq!(
            status["summary"]["needsAttention"],
            u64::from(needs),
            "{status:#}"
        );
        let human = world.alz(&["status"]).expect(0).stdout;
        assert!(human.contains(state), "{state}: {human}");
        if state == "FOC_RECEIVED" {
            assert_eq!(port["focDate"], "2026-12-04");
            assert!(human.contains("Fri 2026-12-04 20:00 EST"), "{human}");
        }
        if state == "REJECTED" {
            assert!(human.contains("Name mismatch"), "{human}");
            assert!(human.contains("1 needs a person"), "{human}");
            assert!(human.contains("! REJECTED"), "{human}");
        }
    }
}

#[test]
fn what_is_only_declared_is_told_apart_from_what_is_in_flight() {
    let world = ordered();
    let status = world.alz(&["status", "--format", "json"]).expect(0).json();
    assert_eq!(status["summary"]["ports"], 2, "{status:#}");
    assert_eq!(status["summary"]["notOrdered"], 1, "{status:#}");
    assert_eq!(status["notOrdered"][0]["name"], "late");
    world.is_as_published("status", &status);
    let human = world.alz(&["status"]).expect(0).stdout;
    assert!(human.starts_with("In flight: 2 ports.\n"), "{human}");
    assert!(human.contains("Not ordered yet: 1 port."), "{human}");
    assert_eq!(human.matches("`alz apply` orders it").count(), 1, "{human}");
}

#[test]
fn nothing_in_flight_is_said_and_is_no_error() {
    let world = World::new(&[("accounts/empty.yaml", "account: bRW8jpoCTGOaOIF5wqvSVg\n")]);
    let said = world.alz(&["status"]).expect(0);
    assert_eq!(said.stdout, "Nothing in flight.\n");
    let status = world.alz(&["status", "--format", "json"]).expect(0).json();
    assert_eq!(status["formatVersion"], "1.0");
    assert_eq!(status["inFlight"], json!([]));
    assert_eq!(status["environment"], "test");
    // Nothing to wait for.
    world.alz(&["status", "--watch"]).expect(0);
}

#[test]
fn a_file_chooses_whose_ports_are_shown() {
    let world = ordered();
    let other = "account: pK9sLmN3bVcX7zQw2eRt5A\nnumbers: {}\n";
    world.write("accounts/clinic.yaml", other);
    let said = world.alz(&["status", "accounts/clinic.yaml"]).expect(0);
    assert!(!said.stdout.contains("main-line"), "{}", said.stdout);
    assert!(said.stdout.contains("+1 801-404-0904"), "{}", said.stdout);
    let said = world.alz(&["status", "accounts/dental.yaml"]).expect(0);
    assert!(said.stdout.contains("main-line"), "{}", said.stdout);
}

#[test]
fn the_time_line_has_what_happened_and_what_is_to_come_in_the_carriers_zone() {
    let world = ordered();
    carrier(
        &world,
        "18012240101",
        json!({ "action": "foc", "date": "2026-12-04" }),
    );
    let plain = world.alz(&["status"]).expect(0).stdout;
    assert!(!plain.contains("to come"), "{plain}");
    let said = world.alz(&["status", "--timeline"]).expect(0).stdout;
    for expected in [
        "Mon 2026-11-23 12:00 EST  PENDING",
        "FOC_RECEIVED",
        "Fri 2026-12-04 00:00 EST  to come",
        "Fri 2026-12-04 20:00 EST  to come",
        "BANDWIDTH moves the numbers by itself",
        "Thu 2026-12-03            to come",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
}

#[test]
fn looking_changes_nothing_and_needs_no_secret() {
    let world = ordered();
    let secret = PORTS.replace(
        "portingWireType: Wireline, portingAuthorizedName: John Smith }\n  second",
        "portingWireType: Wireline, portingAuthorizedName: John Smith, wirelessPin: { env: NOT_SET } }\n  second",
    );
    assert_ne!(secret, PORTS);
    world.write("accounts/dental.yaml", &secret);
    let before = world.writes();
    let said = world.alz(&["status"]).expect(0);
    assert!(said.stdout.contains("main-line"), "{}", said.stdout);
    assert_eq!(world.writes(), before);
    assert!(!said.stdout.contains("NOT_SET") && !said.stderr.contains("NOT_SET"));
}

#[test]
fn a_port_that_is_done_is_no_longer_in_flight() {
    let world = ordered();
    for number in ["18012240101", "18012240103"] {
        carrier(&world, number, json!({ "action": "foc" }));
        carrier(&world, number, json!({ "action": "complete" }));
    }
    let status = world.alz(&["status", "--format", "json"]).expect(0).json();
    assert_eq!(status["summary"]["ports"], 0);
    assert_eq!(status["summary"]["notOrdered"], 1);
}

#[test]
fn the_interval_is_at_least_five_seconds_and_belongs_to_the_watch() {
    let world = World::new(&[]);
    let said = world
        .alz(&["status", "--watch", "--interval", "4"])
        .expect(1);
    assert!(said.stderr.contains("5..="), "{}", said.stderr);
    world.alz(&["status", "--interval", "60"]).expect(1);
}

#[test]
fn a_platform_that_does_not_answer_is_an_error_and_never_nothing_in_flight() {
    let world = ordered();
    world.fault(json!({ "path": "**/statussearch", "status": 403 }));
    let said = world.alz(&["status"]);
    assert_eq!(said.code, 1, "{}\n{}", said.stdout, said.stderr);
    assert!(said.stdout.is_empty(), "{}", said.stdout);
}
