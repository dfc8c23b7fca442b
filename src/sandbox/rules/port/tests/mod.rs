//! Ports as tables: which write is lawful in which status, and where it leads;
//! and that nothing depends on how often somebody looked. What the carriers say
//! to what, and when, is in `carriers`.

mod carriers;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::model::CarrierStatus;
use crate::sandbox::port::carrier_status;
use crate::sandbox::rules::{self, Command, settle};
use crate::sandbox::seed::Seed;

const ACCOUNT: &str = "a1";
const NUMBER: &str = "18012240001";

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

/// Monday, ten o'clock in Denver; Thursday is Thanksgiving.
fn start() -> Timestamp {
    at("2026-11-23T17:00:00Z")
}

fn csr() -> Value {
    json!({
        "customerType": "RESIDENTIAL", "firstName": "John", "lastName": "Doe",
        "streetNumber": "333", "preDirectional": "S", "streetName": "520", "postDirectional": "W",
        "city": "Lindon", "state": "UT", "country": "USA", "postalCode": "84042"
    })
}

fn world(losing: Value, ports: Value, carrier: &str, now: Timestamp) -> World {
    let mut losing = losing;
    for file in losing.as_array_mut().into_iter().flatten() {
        file["phoneNumber"] = json!(NUMBER);
    }
    let seed: Seed = serde_json::from_value(json!({
        "carriers": [{"id": "c1", "name": "One", "carrierType": carrier}],
        "portable": [{"prefix": "1801224", "rateCenter": "PROVO", "state": "UT", "country": "USA"}],
        "losingCarriers": losing,
        "acceptUnknownAddresses": true,
        "accounts": [{"id": ACCOUNT, "name": "One", "ports": ports}, {"id": "a2", "name": "Two"}]
    }))
    .expect("a seed");
    let mut world = seed.into_world(now).expect("a world");
    world.reindex();
    world
}

fn seeded(status: &str, carrier: &str, foc: &str, now: Timestamp) -> World {
    let port = json!([{
        "id": "p1", "telephoneNumbers": [NUMBER], "activationStatusType": status,
        "crdDate": foc, "customerServiceRecord": csr(), "wirelessPin": "4711"
    }]);
    world(json!([]), port, carrier, now)
}

fn order(extra: Value) -> Command {
    let mut terms = json!({
        "csr": csr(), "billingNumber": NUMBER, "crd": "2026-12-01", "wireType": "Wireline"
    });
    for (name, value) in extra.as_object().into_iter().flatten() {
        terms[name] = value.clone();
    }
    let order = json!({
        "account": ACCOUNT, "numbers": [{"number": NUMBER}], "terms": terms, "csr": terms["csr"]
    });
    let order: PortOrder = serde_json::from_value(order).expect("an order");
    Command::Port(PortCommand::Submit(Box::new(order)))
}

fn update(id: &str, fragment: Value) -> Command {
    Command::Port(PortCommand::Update {
        account: AccountId::new(ACCOUNT),
        id: id.to_owned(),
        whole: false,
        fragment: Box::new(serde_json::from_value(fragment).expect("a fragment")),
    })
}

fn carrier(id: &str, action: Value) -> Command {
    Command::Port(PortCommand::Carrier {
        id: id.to_owned(),
        does: serde_json::from_value(action).expect("an action"),
    })
}

fn command(name: &str, id: &str) -> Command {
    let (account, id) = (AccountId::new(ACCOUNT), id.to_owned());
    let moved = |city: &str| {
        let mut record = csr();
        record["city"] = json!(city);
        json!({"csr": record})
    };
    match name {
        "order" => order(json!({})),
        "date" => update(&id, json!({"crd": "2026-12-08"})),
        "pin" => update(&id, json!({"pin": "0815"})),
        "account" => update(&id, json!({"wirelessAccount": "77"})),
        "name" => update(&id, json!({"authorizedName": "Mary Doe"})),
        "address" => update(&id, moved("Orem")),
        "billing" => update(&id, json!({"billingNumber": "18012240009"})),
        "cancel" => Command::Port(PortCommand::Cancel { account, id }),
        "trigger" => Command::Port(PortCommand::Trigger { account, id }),
        "reject" => carrier(&id, json!({"action": "reject"})),
        "foc" => carrier(&id, json!({"action": "foc"})),
        "removeFoc" => carrier(&id, json!({"action": "removeFoc"})),
        "cancelByCarrier" => carrier(&id, json!({"action": "cancelByCarrier"})),
        "complete" => carrier(&id, json!({"action": "complete"})),
        "hotCut" => carrier(&id, json!({"action": "hotCut"})),
        "resume" => carrier(&id, json!({"action": "resume"})),
        other => panic!("no command {other}"),
    }
}

fn status(world: &World, id: &str) -> (String, String) {
    let (port, event) = pair(world, id).expect("a port");
    (
        event.status.name().to_owned(),
        port.status.name().to_owned(),
    )
}

fn only_port(world: &World) -> String {
    world.porting.ports.keys().last().expect("a port").clone()
}

#[test]
fn each_event_status_allows_its_own_writes_and_no_others() {
    let names = [
        "date",
        "pin",
        "account",
        "name",
        "address",
        "billing",
        "cancel",
        "trigger",
        "removeFoc",
        "foc",
        "reject",
        "complete",
        "resume",
        "order",
    ];
    let table = [
        ("PENDING", "PORT_PENDING", "yyyy..y..yyy.."),
        ("IN_PROGRESS", "PORT_PENDING", "yyyy..y..yyy.."),
        ("FOC_RECEIVED", "PORT_PENDING", "y.....y.yyyy.."),
        ("FOC_REMOVED", "PORT_PENDING", "yyyy..y..yyy.."),
        ("REJECTED", "PORT_REJECTED", "yyyyyyy..yyy.."),
        ("CANCEL_PENDING", "CANCEL_PORT", "...........y.."),
        ("HOT_CUT_PORT", "PORT_PENDING", ".........yyyy."),
        ("RESELLER_PENDING", "PORT_PENDING", ".........yyyy."),
        ("COMPLETED", "ACTIVE", ".............."),
        ("CANCELLED", "CANCEL_PORT_COMPLETE", ".............y"),
        (
            "CARRIER_CANCELLED",
            "CANCEL_PORT_COMPLETE",
            ".............y",
        ),
    ];
    for (event_status, number_status, row) in table {
        for (name, lawful) in names.iter().zip(row.chars()) {
            let mut world = seeded(event_status, "BANDWIDTH", "2026-12-01", start());
            assert_eq!(
                status(&world, "p1"),
                (event_status.to_owned(), number_status.to_owned())
            );
            let before = serde_json::to_string(&world).expect("json");
            let done = rules::perform(&mut world, &command(name, "p1"), start());
            assert_eq!(
                done.is_ok(),
                lawful == 'y',
                "{name} in {event_status}: {done:?}"
            );
            if done.is_err() {
                let after = serde_json::to_string(&world).expect("json");
                assert_eq!(after, before, "{name} in {event_status} changed something");
            }
        }
    }
}

#[test]
fn a_write_puts_a_port_where_the_platform_would() {
    for (from, name, event_status, number_status) in [
        ("PENDING", "pin", "PENDING", "PORT_PENDING"),
        ("IN_PROGRESS", "pin", "IN_PROGRESS", "PORT_PENDING"),
        ("FOC_REMOVED", "date", "IN_PROGRESS", "PORT_PENDING"),
        ("FOC_RECEIVED", "date", "IN_PROGRESS", "PORT_PENDING"),
        ("REJECTED", "address", "PENDING", "PORT_PENDING"),
        ("PENDING", "cancel", "CANCEL_PENDING", "CANCEL_PORT"),
        ("REJECTED", "cancel", "CANCEL_PENDING", "CANCEL_PORT"),
        ("FOC_RECEIVED", "removeFoc", "FOC_REMOVED", "PORT_PENDING"),
        ("IN_PROGRESS", "foc", "FOC_RECEIVED", "PORT_PENDING"),
        ("PENDING", "reject", "REJECTED", "PORT_REJECTED"),
        ("PENDING", "complete", "COMPLETED", "ACTIVE"),
        ("PENDING", "hotCut", "HOT_CUT_PORT", "PORT_PENDING"),
        ("HOT_CUT_PORT", "resume", "IN_PROGRESS", "PORT_PENDING"),
        (
            "FOC_RECEIVED",
            "cancelByCarrier",
            "CARRIER_CANCELLED",
            "CANCEL_PORT_COMPLETE",
        ),
    ] {
        let mut world = seeded(from, "BANDWIDTH", "2026-12-01", start());
        rules::perform(&mut world, &command(name, "p1"), start()).expect(name);
        let expected = (event_status.to_owned(), number_status.to_owned());
        assert_eq!(status(&world, "p1"), expected, "{name} in {from}");
        let number = NUMBER.parse().expect("a number");
        assert_eq!(world.numbers[&number].status.name(), number_status);
    }
}

#[test]
fn a_port_left_alone_is_active_on_its_day_at_the_carriers_hour() {
    let mut world = world(json!([]), json!([]), "BANDWIDTH", start());
    rules::perform(&mut world, &order(json!({})), start()).expect("lawful");
    let id = only_port(&world);
    for (instant, expected) in [
        ("2026-11-23T17:05:59Z", "PENDING"),
        ("2026-11-23T17:06:00Z", "IN_PROGRESS"),
        // Requested for Tuesday the 1st: by Monday's end the date is promised.
        ("2026-11-30T23:59:59Z", "FOC_RECEIVED"),
        ("2026-12-02T00:59:59Z", "FOC_RECEIVED"),
        // Eight in the evening in New York.
        ("2026-12-02T01:00:00Z", "COMPLETED"),
    ] {
        settle(&mut world, at(instant));
        assert_eq!(status(&world, &id).0, expected, "{instant}");
    }
    let number = NUMBER.parse().expect("a number");
    let state = &world.numbers[&number];
    assert_eq!(state.status, CarrierStatus::Active);
    assert_eq!(&*state.listing.listing_type, "PORTED");
    let first = world.events[&key(&id)].logs.iter();
    let codes: Vec<&str> = first.map(|line| line.code.as_str()).collect();
    assert_eq!(codes, ["Port", "SUBMIT", "FOC", "Port"]);
    // The address comes along when the number does.
    let e911 = world
        .events_of(number)
        .find(|event| event.kind == EventKind::E911Address);
    assert!(e911.is_some());
}

#[test]
fn the_foc_comes_in_one_to_three_business_days() {
    let mut waits = std::collections::BTreeSet::new();
    let mut world = world(json!([]), json!([]), "BANDWIDTH", start());
    for line in 100..140 {
        let number = format!("1801224{line:04}");
        let order = json!({
            "account": ACCOUNT, "numbers": [{"number": number}], "csr": csr(),
            "terms": {"csr": csr(), "billingNumber": number, "crd": "2026-12-15", "wireType": "Wireline"}
        });
        let order: PortOrder = serde_json::from_value(order).expect("an order");
        let command = Command::Port(PortCommand::Submit(Box::new(order)));
        rules::perform(&mut world, &command, start()).expect("lawful");
    }
    settle(&mut world, at("2026-12-10T00:00:00Z"));
    for (id, port) in &world.porting.ports {
        assert_eq!(port.foc, Some(port.terms.crd));
        let event = &world.events[&key(id)];
        assert_eq!(event.status, EventStatus::FocReceived);
        let day = calendar::today(event.updated);
        assert!(calendar::is_business_day(day, Country::Usa));
        let monday = calendar::today(start());
        waits.insert(calendar::business_days_between(monday, day, Country::Usa));
    }
    assert_eq!(waits, [1, 2, 3].into());
}

#[test]
fn a_date_is_not_moved_on_the_last_business_day_before_it() {
    let mut world = seeded("FOC_RECEIVED", "BANDWIDTH", "2026-12-01", start());
    let eve = at("2026-11-30T16:00:00Z");
    let refused = rules::perform(&mut world, &command("date", "p1"), eve);
    assert_eq!(refused.expect_err("too late").token, "FocDateTooClose");
    rules::perform(&mut world, &command("cancel", "p1"), eve).expect("costly, but lawful");
    assert_eq!(status(&world, "p1").1, "CANCEL_PORT_EXPIDITED");
}

fn names() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "order",
        "date",
        "pin",
        "account",
        "name",
        "address",
        "billing",
        "cancel",
        "trigger",
        "reject",
        "foc",
        "removeFoc",
        "cancelByCarrier",
        "complete",
        "hotCut",
        "resume",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whoever looks in between, a port comes out the same; event, port and
    /// number never contradict each other; a refusal changes nothing.
    #[test]
    fn any_history_of_a_port_is_the_same_however_often_it_is_looked_at(
        history in prop::collection::vec((names(), 0_i64..40), 0..30)
    ) {
        let files = json!([{"pin": "0815", "behaviour": "losesFoc"}]);
        let mut looked_at = world(files.clone(), json!([]), "BANDWIDTH", start());
        let mut left_alone = world(files, json!([]), "BANDWIDTH", start());
        let mut hour = 0;
        for (name, pause) in history {
            for _ in 0..pause {
                hour += 1;
                settle(&mut looked_at, start() + SignedDuration::from_hours(hour));
            }
            let now = start() + SignedDuration::from_hours(hour);
            let number: PhoneNumber = NUMBER.parse().expect("a number");
            let id = left_alone.numbers.get(&number).and_then(|state| state.port_id.clone());
            let command = command(name, id.as_deref().unwrap_or("none"));
            let one = rules::perform(&mut looked_at, &command, now);
            let other = rules::perform(&mut left_alone, &command, now);
            prop_assert_eq!(one, other);
            for (id, port) in &left_alone.porting.ports {
                let event = &left_alone.events[&key(id)];
                prop_assert_eq!(&port.status, &carrier_status(event.status, port.cancelled));
                prop_assert_eq!(event.foc_date.is_some(), port.foc.is_some());
                let state = &left_alone.numbers[&number];
                if state.port_id.as_deref() == Some(id.as_str()) {
                    prop_assert_eq!(&state.status, &port.status);
                }
            }
        }
        let json = serde_json::to_string(&left_alone).expect("json");
        prop_assert_eq!(serde_json::to_string(&looked_at).expect("json"), json);
    }
}
