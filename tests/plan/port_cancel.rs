//! Giving a port up: as a whole, within the guard, and not once it is too late.

use alz::model::{LivePort, PortId};
use alz::plan::{Allow, NoteKind};
use serde_json::{Value, json};

use crate::world::*;

const SECOND: &str = "18015551213";

fn released(port: LivePort, second: Value) -> World {
    let status = match port.state.name() {
        "REJECTED" => "PORT_REJECTED",
        _ => "PORT_PENDING",
    };
    let mut world = World::new()
        .declares(json!({ "port": "main-line", "state": "released" }))
        .declares_number(SECOND, second)
        .declares_port("main-line", main_line())
        .has_port(status, port, json!({}));
    world.allow = Allow {
        release: Some(9),
        ..Allow::default()
    };
    world
}

fn both(state: &str, members: Value) -> LivePort {
    ordered(state, &[NUMBER, SECOND], members)
}

fn gone() -> Value {
    json!({ "port": "main-line", "state": "released" })
}

#[test]
fn all_numbers_of_a_port_are_given_up_with_one_call() {
    for state in ["PENDING", "IN_PROGRESS", "FOC_RECEIVED", "REJECTED"] {
        let members = json!({ "foc": "2026-12-03", "updated": "2026-11-23T11:00:00Z" });
        let plan = released(both(state, members), gone()).plan();
        let step = only_step(&plan);
        assert_eq!(step.id, "cancel-port-18015551212");
        assert_eq!(step.numbers, [tn(NUMBER), tn(SECOND)]);
        assert_eq!(step.request.method, "DELETE");
        assert!(step.request.path.ends_with("/port/port-1/cancelport"));
        assert!(step.body.is_none());
        assert_eq!(step.changes[0].before, json!(state));
        assert!(plan.notes.is_empty(), "{:#?}", plan.notes);
        assert_eq!((count(&plan, "cancelPort"), count(&plan, "inSync")), (1, 0));
    }
}

#[test]
fn a_cancelled_port_counts_all_its_numbers_for_the_release_guard() {
    let mut world = released(both("PENDING", json!({})), gone());
    for at in 0..30 {
        world = world.lists_number(&format!("180155514{at:02}"), "ACTIVE", json!({}));
    }
    world.allow = Allow::default();
    assert!(world.plan().guards.is_empty());
    let mut numbers = vec![NUMBER.to_owned(), SECOND.to_owned()];
    numbers.extend((14..18).map(|at| format!("180155512{at}")));
    for number in &numbers {
        world = world.declares_number(number, gone());
    }
    let all: Vec<&str> = numbers.iter().map(String::as_str).collect();
    world = world.has_port(
        "PORT_PENDING",
        ordered("PENDING", &all, json!({})),
        json!({}),
    );
    let plan = world.plan();
    assert_eq!(
        (plan.guards[0].guard.as_str(), plan.guards[0].count),
        ("release", 6)
    );
}

#[test]
fn a_part_of_a_port_is_not_cancelled_and_the_rest_is_followed() {
    let plan = released(
        both("PENDING", json!({ "updated": "2026-11-23T11:00:00Z" })),
        json!({ "port": "main-line" }),
    )
    .plan();
    assert!(plan.steps.is_empty());
    let blocked = note(&plan, NoteKind::Blocked);
    assert_eq!(blocked.numbers, [tn(NUMBER)]);
    assert!(blocked.reason.contains("it is to bring 18015551213 too"));
    assert_eq!(note(&plan, NoteKind::Waiting).numbers, [tn(SECOND)]);

    let port = ordered("PENDING", &[NUMBER, SECOND, "18015551299"], json!({}));
    let plan = released(port, gone()).plan();
    assert!(plan.steps.is_empty());
    assert!(
        note(&plan, NoteKind::Blocked)
            .reason
            .contains("18015551299")
    );
}

#[test]
fn protection_of_one_number_holds_the_whole_port() {
    let plan = released(
        both("PENDING", json!({})),
        with(gone(), json!({ "protected": true })),
    )
    .plan();
    assert!(plan.steps.is_empty());
    let blocked = note(&plan, NoteKind::Blocked);
    assert_eq!(blocked.numbers.len(), 2);
    assert!(blocked.reason.contains("18015551213 is protected"));
}

#[test]
fn near_its_foc_date_a_cancellation_is_said_to_be_expedited() {
    for (now, warned) in [("2026-11-30T12:00:00Z", 0), ("2026-12-01T12:00:00Z", 1)] {
        let port = both("FOC_RECEIVED", json!({ "foc": "2026-12-03" }));
        let plan = released(port, gone()).at(now).plan();
        only_step(&plan);
        assert_eq!(notes(&plan, NoteKind::Warning).len(), warned, "{now}");
    }
}

#[test]
fn what_is_being_activated_is_not_cancelled_any_more() {
    let port = || both("FOC_RECEIVED", json!({ "foc": "2026-12-03" }));
    let mut triggered = released(port(), gone()).at("2026-12-03T18:00:00Z");
    only_step(&triggered.plan());
    triggered.memory.triggered.insert(
        PortId::new("port-1"),
        "2026-12-03T17:55:00Z".parse().expect("a time"),
    );
    let late = released(port(), gone()).at("2026-12-04T01:00:00Z");
    for world in [triggered, late] {
        let plan = world.plan();
        assert!(plan.steps.is_empty());
        assert!(
            note(&plan, NoteKind::Waiting)
                .reason
                .contains("can't be cancelled any more")
        );
    }
}

#[test]
fn what_people_work_on_is_waited_for() {
    for state in [
        "FOC_REMOVED",
        "HOT_CUT_PORT",
        "RESELLER_PENDING",
        "CANCEL_PENDING",
        "COMPLETED",
    ] {
        let plan = released(both(state, json!({})), gone()).plan();
        assert!(plan.steps.is_empty(), "{state}");
        note(&plan, NoteKind::Waiting);
    }
    let plan = released(both("BRAND_NEW", json!({})), gone()).plan();
    assert!(plan.steps.is_empty());
    note(&plan, NoteKind::Blocked);
}

#[test]
fn pruning_cancels_no_port() {
    let mut world = World::new().has_port("PORT_PENDING", both("PENDING", json!({})), json!({}));
    world.desired.prune = true;
    let plan = world.plan();
    assert!(plan.steps.is_empty());
    note(&plan, NoteKind::Waiting);
}

#[test]
fn a_released_number_of_a_cancelled_port_is_nothing() {
    let plan = {
        let world = World::new()
            .declares(gone())
            .declares_port("main-line", main_line());
        world
            .has_port(
                "CANCEL_PORT_COMPLETE",
                ordered("CANCELLED", &[NUMBER], json!({})),
                json!({}),
            )
            .plan()
    };
    assert_quiet(&plan);
}
