//! Scenarios of the contract with ports in them (the table is in `scenarios.rs`).

use serde_json::json;

use crate::scenarios::{HOME, apply, none};
use crate::world::{ACCOUNT, Said, World};

const FILE: &str = "accounts/one.yaml";

/// A port of these numbers, for the office in Lindon.
fn port(members: &str, numbers: &[&str]) -> String {
    let rows: String = numbers
        .iter()
        .map(|number| format!("  \"{number}\": {{ port: line }}\n"))
        .collect();
    format!(
        "account: {ACCOUNT}\ndefaults:\n  customerServiceRecord: &home {HOME}\n  e911Address: {{ <<: *home }}\nports:\n  line: {{ billingTelephoneNumber: \"{}\", portingWireType: Wireline, {members} }}\nnumbers:\n{rows}",
        numbers[0]
    )
}

/// 27, 28 and 29: what the platform would refuse is not ordered, and the way out is said.
#[test]
fn s27_to_s29_no_port_is_ordered_that_the_carriers_would_refuse() {
    let day = "crdDate: 2026-12-03";
    for (members, numbers, words) in [
        (
            "crdDate: 2026-11-24",
            ["18012240101", "18012240102"].as_slice(),
            "on offer near it",
        ),
        (day, &["18012240101", "18012260101"], "OREM"),
        (day, &["18012290101"], "port"),
        (day, &["18013180012"], "wirelessPin"),
        (day, &["13075550101"], "CHEYENNE"),
    ] {
        let file = port(members, numbers);
        let world = World::new(&[(FILE, &file)]);
        let said = world.alz(&["apply", "--auto-approve", "--fail-on-blocked"]);
        assert_ne!(said.code, 0, "{}{}", said.stdout, said.stderr);
        let text = format!("{}{}", said.stdout, said.stderr);
        assert!(text.contains(words), "{numbers:?}: {text}");
        assert_eq!(world.writes(), [] as [String; 0], "{text}");
    }
}

/// 36: Bandwidth's hour is 20:00 Eastern on the FOC date, and no day before it.
#[test]
fn s36_a_port_is_triggered_on_its_day_before_the_carriers_hour_and_once() {
    let foc = |clock: &str, now: &str| {
        let file = port("crdDate: 2026-12-03, trigger: onFocDate", &["18012240101"]);
        let world = World::new(&[(FILE, &file)]);
        apply(&world).expect(0);
        let id = world.number(ACCOUNT, "18012240101")["portId"].clone();
        let id = id.as_str().expect("a port").to_owned();
        let path = format!("/sandbox/ports/{id}");
        world.post(&path, &json!({ "action": "foc", "date": "2026-12-03" }));
        world.post("/sandbox/clock", &json!({ "set": clock }));
        let before = world.writes().len();
        let mut command = world.command(&["apply", "--auto-approve"]);
        let said: Said = command
            .env("ALZ_NOW", now)
            .output()
            .expect("alz runs")
            .into();
        let said = said.expect(0);
        let writes = world.writes()[before..].to_vec();
        (world, said.stdout, writes)
    };
    let (_, _, writes) = foc("2026-12-03T00:30:00Z", "2026-12-03T00:30:00Z");
    none(&writes);
    let (world, _, writes) = foc("2026-12-04T00:30:00Z", "2026-12-04T00:30:00Z");
    assert_eq!(writes, ["PUT triggerport"]);
    world.advance("PT21M");
    assert_eq!(
        world.number(ACCOUNT, "18012240101")["carrierStatus"],
        "ACTIVE"
    );
    // The carrier is slow: its hour has come, and the numbers have not.
    let (_, said, writes) = foc("2026-12-04T00:59:00Z", "2026-12-04T01:05:00Z");
    none(&writes);
    assert!(said.contains("too late to"), "{said}");
}
