//! What is in flight, as `alz status` and `alz port show` are told it.

use alz::model::LiveEvent;
use alz::model::live::EventKind;
use alz::plan::{FlightKind, InFlight};
use serde_json::{Value, json};

use crate::world::*;

const SECOND: &str = "18015551213";

fn event(world: &mut World, number: &str, kind: EventKind, status: &str, words: &str) {
    let event = LiveEvent {
        kind,
        status: status.into(),
        updated: "2026-11-22T12:00:00Z".parse().ok(),
        message: Some(words.into()),
    };
    world.live.events.entry(tn(number)).or_default().push(event);
}

fn declared(number: &str, port: &str) -> World {
    World::new()
        .declares_number(number, json!({ "port": port }))
        .declares_port(port, with(main_line(), json!({ "trigger": "onFocDate" })))
}

fn only(world: &World) -> InFlight {
    let mut flights = world.status();
    assert_eq!(flights.len(), 1, "{flights:#?}");
    flights.remove(0)
}

#[test]
fn a_port_is_one_entry_with_its_dates_and_its_history() {
    let port = ordered(
        "FOC_RECEIVED",
        &[NUMBER, SECOND],
        json!({
            "foc": "2026-12-04", "order": "PON-77", "log": [
                ["IN_PROGRESS", "2026-11-21T18:00:00Z", "", "Order accepted"],
                ["FOC_RECEIVED", "2026-11-22T18:00:00Z", "FOC", ""]
            ]
        }),
    );
    let world = declared(NUMBER, "main-line").has_port("PORT_PENDING", port, json!({}));
    assert_eq!(
        serde_json::to_value(only(&world)).expect("json"),
        json!({
            "kind": "port", "account": ACCOUNT, "name": "main-line", "portId": "port-1",
            "numbers": [NUMBER, SECOND], "state": "FOC_RECEIVED", "since": "2026-11-22T18:00:00Z",
            "reason": "FOC Friday 2026-12-04: alz triggers it on that day: run apply then, before 20:00 EST (America/New_York)",
            "needsAttention": false, "until": "2026-12-04T20:00:00-05:00", "carrier": "BANDWIDTH", "order": "PON-77",
            "crdDate": "2026-12-03", "focDate": "2026-12-04", "autoTrigger": "2026-12-04T20:00:00-05:00",
            "timeline": [
                { "at": "2026-11-21T18:00:00Z", "status": "IN_PROGRESS", "message": "Order accepted" },
                { "at": "2026-11-22T18:00:00Z", "status": "FOC_RECEIVED", "code": "FOC" },
            ],
        })
    );
}

#[test]
fn every_state_of_a_port_is_there_until_it_is_over() {
    for (state, shown, attention) in [
        ("PENDING", true, false),
        ("IN_PROGRESS", true, false),
        ("FOC_RECEIVED", true, false),
        ("FOC_REMOVED", true, false),
        ("HOT_CUT_PORT", true, false),
        ("RESELLER_PENDING", true, false),
        ("CANCEL_PENDING", true, false),
        ("REJECTED", true, true),
        ("BRAND_NEW", true, true),
        ("CARRIER_CANCELLED", false, false),
        ("CANCELLED", false, false),
        ("COMPLETED", false, false),
    ] {
        // Of numbers that no file declares too.
        let port = ordered(
            state,
            &[NUMBER],
            json!({ "foc": "2026-12-04", "updated": "2026-11-23T11:00:00Z" }),
        );
        let flights = World::new()
            .has_port("PORT_PENDING", port, json!({}))
            .status();
        let seen = flights
            .iter()
            .map(|flight| (flight.state.as_str(), flight.needs_attention));
        let expected: Vec<(&str, bool)> = shown.then_some((state, attention)).into_iter().collect();
        assert_eq!(seen.collect::<Vec<_>>(), expected);
    }
    // A carrier's cancellation needs someone as long as the number is wanted.
    let port = ordered("CARRIER_CANCELLED", &[NUMBER], json!({}));
    let flights = declared(NUMBER, "main-line")
        .has_port("CANCEL_PORT_COMPLETE", port, json!({}))
        .status();
    let states: Vec<&str> = flights.iter().map(|flight| flight.state.as_str()).collect();
    assert_eq!(states, ["CARRIER_CANCELLED", "NOT_ORDERED"]);
}

#[test]
fn a_port_that_no_carrier_takes_needs_attention() {
    let port = ordered(
        "PENDING",
        &[NUMBER],
        json!({ "updated": "2026-11-21T11:00:00Z" }),
    );
    let flight = only(&World::new().has_port("PORT_PENDING", port, json!({})));
    assert!(flight.needs_attention && flight.reason.contains("more than 24 hours"));
    assert!(flight.help.is_some_and(|help| help.contains("support")));
}

#[test]
fn a_declared_port_is_there_before_it_is_ordered() {
    let world = declared(NUMBER, "main-line")
        .declares_number(SECOND, json!({ "port": "main-line", "state": "released" }));
    let flight = only(&world);
    assert_eq!(
        (flight.state.as_str(), flight.name.as_deref()),
        ("NOT_ORDERED", Some("main-line"))
    );
    assert_eq!(flight.numbers, [tn(NUMBER)]);
    assert_eq!(flight.crd_date, "2026-12-03".parse().ok());
    let there = declared(NUMBER, "main-line").lists("ACTIVE", json!({}));
    assert!(there.status().is_empty());
}

#[test]
fn activations_holds_and_changes_under_way_are_there() {
    let mut world = World::new()
        .lists_number("18015550001", "ACTIVATION_PENDING", json!({}))
        .lists_number("18015550002", "ACTIVATION_ON_HOLD", json!({}))
        .lists_number("18015550003", "ACTIVE", json!({}))
        .lists_number("18015550004", "ACTIVE", json!({}))
        .lists_number("18015550005", "ACTIVE", json!({}))
        .lists_number("18015550006", "ACTIVATION_PENDING", json!({}));
    event(
        &mut world,
        "18015550003",
        EventKind::E911Address,
        "REJECTED",
        "no MSAG match",
    );
    event(
        &mut world,
        "18015550003",
        EventKind::CsrChange,
        "IN_PROGRESS",
        "",
    );
    event(
        &mut world,
        "18015550004",
        EventKind::Disconnect,
        "PENDING",
        "",
    );
    event(
        &mut world,
        "18015550005",
        EventKind::E911Address,
        "COMPLETED",
        "",
    );
    event(
        &mut world,
        "18015550006",
        EventKind::Activation,
        "REJECTED",
        "no such block",
    );
    let seen: Vec<(FlightKind, String, bool, bool)> = world
        .status()
        .into_iter()
        .map(|flight| {
            let words =
                flight.reason.contains("no MSAG match") || flight.reason.contains("no such block");
            (
                flight.kind,
                flight.numbers[0].to_string(),
                flight.needs_attention,
                words,
            )
        })
        .collect();
    let row = |kind, number: &str, bad| (kind, number.to_owned(), bad, bad);
    assert_eq!(
        seen,
        [
            row(FlightKind::E911Address, "18015550003", true),
            row(FlightKind::Activation, "18015550006", true),
            row(FlightKind::Activation, "18015550001", false),
            row(FlightKind::Activation, "18015550002", false),
            row(FlightKind::CustomerServiceRecord, "18015550003", false),
            row(FlightKind::Disconnect, "18015550004", false),
        ]
    );
}

#[test]
fn what_ends_first_comes_first_and_what_needs_someone_before_it() {
    let port = |id: &str, number: &str, state: &str, members: Value| {
        ordered(
            state,
            &[number],
            with(
                members,
                json!({ "id": id, "updated": "2026-11-23T11:00:00Z" }),
            ),
        )
    };
    let world = World::new()
        .has_port(
            "PORT_PENDING",
            port("a", "18015550001", "PENDING", json!({})),
            json!({}),
        )
        .has_port(
            "PORT_PENDING",
            port(
                "b",
                "18015550002",
                "FOC_RECEIVED",
                json!({ "foc": "2026-12-08" }),
            ),
            json!({}),
        )
        .has_port(
            "PORT_PENDING",
            port(
                "c",
                "18015550003",
                "FOC_RECEIVED",
                json!({ "foc": "2026-12-03" }),
            ),
            json!({}),
        )
        .has_port(
            "PORT_REJECTED",
            port("d", "18015550004", "REJECTED", json!({})),
            json!({}),
        );
    let ids: Vec<String> = world
        .status()
        .into_iter()
        .filter_map(|flight| flight.port_id)
        .map(|id| id.to_string())
        .collect();
    assert_eq!(ids, ["d", "c", "b", "a"]);
}

#[test]
fn a_port_whose_order_cannot_be_read_is_in_flight_all_the_same() {
    for (status, attention) in [
        ("PORT_PENDING", false),
        ("PORT_REJECTED", true),
        ("CANCEL_PORT", false),
        ("FOC_REMOVED", false),
        ("BRAND_NEW", true),
    ] {
        let port = ordered("PENDING", &[NUMBER, SECOND], json!({}));
        let mut world = declared(NUMBER, "main-line")
            .declares_number(SECOND, json!({ "port": "main-line" }))
            .has_port(status, port, json!({}));
        world.live.ports.clear();
        let flight = only(&world);
        assert_eq!(flight.kind, FlightKind::Port, "{status}");
        assert_eq!(flight.numbers, [tn(NUMBER), tn(SECOND)], "{status}");
        assert_eq!(flight.state, status);
        assert_eq!(flight.needs_attention, attention, "{status}");
        assert_eq!(flight.name.as_deref(), Some("main-line"));
    }
}
