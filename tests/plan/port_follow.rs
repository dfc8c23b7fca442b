//! Following a port: every state says where it stands and when it ends, and on
//! the FOC date it is triggered where the files ask for it, once.

use alz::model::live::EventKind;
use alz::model::{LivePort, PhoneNumber};
use alz::plan::{NoteKind, Plan};
use serde_json::{Value, json};

use crate::port_trigger::{on_foc_date, on_the_day};
use crate::world::*;

const SECOND: &str = "18015551213";

pub fn live_row() -> Value {
    json!({ "customerServiceRecord": office(), "directoryListing": { "type": "PORTED" } })
}

/// Two declared numbers in one port.
pub fn following(port: LivePort, declared: Value) -> World {
    let status = if port.state.name() == "REJECTED" {
        "PORT_REJECTED"
    } else {
        "PORT_PENDING"
    };
    World::new()
        .declares(json!({ "port": "main-line" }))
        .declares_number(SECOND, json!({ "port": "main-line" }))
        .declares_port("main-line", declared)
        .has_port(status, port, live_row())
}

pub fn both(state: &str, members: Value) -> LivePort {
    ordered(state, &[NUMBER, SECOND], members)
}

/// One note for both numbers and nothing to do.
pub fn stands(plan: &Plan, kind: NoteKind) -> String {
    assert!(plan.steps.is_empty(), "{:#?}", plan.steps);
    let note = note(plan, kind);
    assert_eq!(note.numbers, [tn(NUMBER), tn(SECOND)]);
    note.reason.clone()
}

#[test]
fn a_port_is_followed_whoever_ordered_it_in_one_note_for_all_its_numbers() {
    let plan = following(
        both(
            "PENDING",
            json!({ "id": "from-the-portal", "updated": "2026-11-23T11:00:00Z" }),
        ),
        main_line(),
    )
    .plan();
    assert!(stands(&plan, NoteKind::Waiting).contains("PENDING"));
    assert_eq!((count(&plan, "waiting"), count(&plan, "inSync")), (2, 0));
    let port = both("IN_PROGRESS", json!({ "order": "PON-77" }));
    let plan = following(port, main_line()).plan();
    assert!(stands(&plan, NoteKind::Waiting).contains("order PON-77"));
    assert_eq!(
        note(&plan, NoteKind::Waiting).until.as_deref(),
        Some("2026-12-03")
    );
}

#[test]
fn a_port_that_no_carrier_takes_for_a_day_is_warned_about() {
    let pending = |now: &str| {
        let log = json!([["PENDING", "2026-11-22T12:00:00Z", "", "Start Port"]]);
        following(both("PENDING", json!({ "log": log })), main_line())
            .at(now)
            .plan()
    };
    assert_eq!(
        notes(&pending("2026-11-23T12:00:00Z"), NoteKind::Warning).len(),
        0
    );
    let late = pending("2026-11-23T12:00:01Z");
    let warning = note(&late, NoteKind::Warning);
    assert!(warning.reason.contains("more than 24 hours"));
    assert!(
        warning
            .help
            .as_deref()
            .is_some_and(|help| help.contains("support"))
    );
    note(&late, NoteKind::Waiting);
}

#[test]
fn an_foc_date_is_shown_in_the_carriers_zone_with_its_hour() {
    for (carrier, words, until) in [
        (
            "BANDWIDTH",
            "FOC Thursday 2026-12-03; BANDWIDTH activates it at 20:00 EST (America/New_York)",
            "2026-12-03T20:00:00-05:00",
        ),
        (
            "LEVEL_3",
            "FOC Thursday 2026-12-03; LEVEL_3 activates it at 21:00 MST (America/Denver)",
            "2026-12-03T21:00:00-07:00",
        ),
        (
            "SINCH",
            "FOC Thursday 2026-12-03; SINCH activates it at 18:00 MST (America/Denver)",
            "2026-12-03T18:00:00-07:00",
        ),
        (
            "TELUS",
            "FOC Thursday 2026-12-03; TELUS activates it on that day, at an hour that it doesn't publish",
            "2026-12-03",
        ),
    ] {
        let port = both(
            "FOC_RECEIVED",
            json!({ "foc": "2026-12-03", "carrier": carrier }),
        );
        let plan = following(port, main_line()).plan();
        assert_eq!(stands(&plan, NoteKind::Waiting), words);
        assert_eq!(note(&plan, NoteKind::Waiting).until.as_deref(), Some(until));
        assert!(notes(&plan, NoteKind::Warning).is_empty());
    }
    let other_day = both("FOC_RECEIVED", json!({ "foc": "2026-12-04" }));
    let plan = following(other_day, main_line()).plan();
    assert_eq!(
        note(&plan, NoteKind::Warning).reason,
        "the losing carrier commits to Friday 2026-12-04 (FOC), not to Thursday 2026-12-03 as asked for (CRD)"
    );
    let undated = following(both("FOC_RECEIVED", json!({})), main_line()).plan();
    assert!(stands(&undated, NoteKind::Waiting).contains("its date is awaited"));
}

#[test]
fn what_people_at_the_carriers_work_on_is_left_alone_whatever_the_files_say() {
    let changed = with(
        main_line(),
        json!({ "crdDate": "2026-12-10", "portingAuthorizedName": "Jane Roe" }),
    );
    for state in [
        "FOC_REMOVED",
        "HOT_CUT_PORT",
        "RESELLER_PENDING",
        "CANCEL_PENDING",
        "COMPLETED",
        "CANCELLED",
        "CARRIER_CANCELLED",
    ] {
        let mut world = following(
            both(state, json!({ "editable": ["crdDate", "name"] })),
            changed.clone(),
        );
        world.resend_secrets = true;
        let words = stands(&world.plan(), NoteKind::Waiting);
        assert!(
            words.contains(state) || words.contains("cancelled"),
            "{words}"
        );
    }
    let plan = following(both("BRAND_NEW", json!({})), changed).plan();
    assert!(
        stands(&plan, NoteKind::Blocked)
            .contains("state BRAND_NEW, which this version of alz does not know")
    );
}

#[test]
fn a_rejection_says_the_carriers_words_and_what_each_reaction_asks_for() {
    for (reaction, help) in [
        (
            "RESUBMIT",
            "mend what the carrier names in ports.main-line and apply",
        ),
        (
            "",
            "mend what the carrier names in ports.main-line and apply",
        ),
        ("CANCEL", "`alz port cancel main-line`"),
        ("SEND_EMAIL", "ask the provider's support"),
    ] {
        let log = json!([
            ["PENDING", "2026-11-20T18:00:00Z", "", "Start Port"],
            [
                "REJECTED",
                "2026-11-21T18:00:00Z",
                "LSP:ADDRESS_MISMATCH",
                "Address mismatch: unit"
            ]
        ]);
        let port = both("REJECTED", json!({ "reaction": reaction, "log": log }));
        let plan = following(port, main_line()).plan();
        assert_eq!(
            stands(&plan, NoteKind::Blocked),
            "its port was rejected on Saturday 2026-11-21: Address mismatch: unit"
        );
        let said = note(&plan, NoteKind::Blocked)
            .help
            .clone()
            .expect("a way out");
        assert!(said.contains(help), "{reaction}: {said}");
    }
    // Ordered elsewhere, and declared without a port.
    let world = World::new().declares(json!({})).has_port(
        "PORT_REJECTED",
        ordered("REJECTED", &[NUMBER], json!({})),
        json!({}),
    );
    let plan = world.plan();
    assert!(
        note(&plan, NoteKind::Blocked)
            .help
            .as_deref()
            .is_some_and(|help| help.contains("under `ports:`"))
    );
}

#[test]
fn what_the_number_is_to_be_afterwards_waits_for_completion() {
    let entry = json!({
        "port": "main-line", "customerServiceRecord": elsewhere(),
        "directoryListing": { "type": "LIST_PUBLISH" },
        "reference": { "type": "SIP_TRUNK", "id": "new" }
    });
    for (state, status) in [
        ("FOC_RECEIVED", "PORT_PENDING"),
        ("REJECTED", "PORT_REJECTED"),
    ] {
        let of_port = json!({ "customerServiceRecord": office() });
        let world = World::new()
            .declares(entry.clone())
            .declares_port("main-line", with(main_line(), of_port))
            .has_port(
                status,
                ordered(state, &[NUMBER], json!({ "foc": "2026-12-03" })),
                live_row(),
            );
        let plan = world
            .event(EventKind::E911Address, "REJECTED", "no MSAG match")
            .plan();
        assert!(plan.steps.is_empty());
        assert_eq!(
            note(&plan, NoteKind::Deferred).reason,
            "customerServiceRecord, directoryListing, reference: sent once the port completes"
        );
        assert!(
            says(&plan, NoteKind::Blocked, NUMBER)
                .iter()
                .any(|s| s.contains("e911Address is not in force"))
        );
    }
}

#[test]
fn several_orders_for_one_declaration_are_each_followed() {
    let one = ordered(
        "IN_PROGRESS",
        &[NUMBER],
        json!({ "id": "one", "order": "PON-1" }),
    );
    let two = ordered(
        "IN_PROGRESS",
        &[SECOND],
        json!({ "id": "two", "order": "PON-2" }),
    );
    let world = following(one, main_line()).has_port("PORT_PENDING", two, live_row());
    let plan = world.plan();
    assert!(says(&plan, NoteKind::Waiting, NUMBER)[0].contains("PON-1"));
    assert!(says(&plan, NoteKind::Waiting, SECOND)[0].contains("PON-2"));
}

#[test]
fn an_foc_date_that_has_passed_is_stuck() {
    for (carrier, last, first) in [
        ("BANDWIDTH", "2026-12-04T04:59:59Z", "2026-12-04T05:00:00Z"),
        ("TELUS", "2026-12-04T06:59:59Z", "2026-12-04T07:00:00Z"),
    ] {
        stands(
            &on_the_day(carrier, "2026-12-03", last)
                .at(last)
                .plan_without_warnings(),
            NoteKind::Waiting,
        );
        let plan = on_the_day(carrier, "2026-12-03", first).plan();
        assert!(stands(&plan, NoteKind::Blocked).contains("has passed and it is not active"));
        assert!(
            note(&plan, NoteKind::Blocked)
                .help
                .as_deref()
                .is_some_and(|help| help.contains("ten business days"))
        );
    }
}

#[test]
fn a_port_with_numbers_that_no_file_gives_to_it_is_not_triggered() {
    let port = ordered(
        "FOC_RECEIVED",
        &[NUMBER, SECOND, "18015551299"],
        json!({ "foc": "2026-12-03" }),
    );
    let plan = following(port, on_foc_date())
        .at("2026-12-03T18:00:00Z")
        .plan();
    assert!(plan.steps.is_empty());
    assert!(says(&plan, NoteKind::Blocked, NUMBER)[0].contains("18015551299"));
    assert_eq!(count(&plan, "unmanaged"), 1);
}

#[test]
fn a_port_whose_day_the_files_would_move_is_not_triggered() {
    let port = both("FOC_RECEIVED", json!({ "foc": "2026-12-03" }));
    let moved = with(on_foc_date(), json!({ "crdDate": "2026-12-08" }));
    let plan = following(port, moved).at("2026-12-03T18:00:00Z").plan();
    assert!(plan.steps.is_empty());
    let blocked = says(&plan, NoteKind::Blocked, NUMBER);
    assert!(
        blocked.iter().any(|s| s.contains("not triggered"))
            && blocked.iter().any(|s| s.contains("crdDate")),
        "{blocked:?}"
    );
}

#[test]
fn a_port_that_could_not_be_read_is_left_alone() {
    let mut world = following(
        both("IN_PROGRESS", json!({})),
        with(main_line(), json!({ "crdDate": "2026-12-10" })),
    );
    world.live.ports.clear();
    let plan = world.plan();
    let words = stands(&plan, NoteKind::Waiting);
    assert!(
        words.contains(
            "its port is under way (PORT_PENDING), but the order itself could not be read"
        ),
        "{words}"
    );
    let released: Vec<PhoneNumber> = world.desired.numbers.keys().copied().collect();
    for number in released {
        world
            .desired
            .numbers
            .get_mut(&number)
            .expect("declared")
            .released = true;
    }
    assert!(
        stands(&world.plan(), NoteKind::Blocked)
            .contains("could not be read, so it is not cancelled")
    );
}
