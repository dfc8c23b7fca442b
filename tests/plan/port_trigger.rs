//! The FOC date: a port is triggered on it where the files ask for that, before
//! the carrier's own hour, once, and with a word where nobody could help.

use alz::model::PortId;
use alz::plan::{Action, NoteKind};
use serde_json::{Value, json};

use crate::port_follow::{both, following, stands};
use crate::port_order::SECOND;
use crate::world::*;

pub fn on_foc_date() -> Value {
    with(main_line(), json!({ "trigger": "onFocDate" }))
}

pub fn on_the_day(carrier: &str, foc: &str, now: &str) -> World {
    let port = both(
        "FOC_RECEIVED",
        json!({ "foc": foc, "crd": foc, "carrier": carrier }),
    );
    following(port, with(on_foc_date(), json!({ "crdDate": foc }))).at(now)
}

#[test]
fn a_port_is_triggered_on_its_day_up_to_the_carriers_hour_summer_and_winter() {
    // The day opens at midnight of the carrier's zone and closes at its hour;
    // each moment here is the first second inside.
    for (carrier, foc, opens, closes) in [
        // The Friday before and the Monday after the clocks go back.
        (
            "BANDWIDTH",
            "2026-10-30",
            "2026-10-30T04:00:00Z",
            "2026-10-31T00:00:00Z",
        ),
        (
            "LEVEL_3",
            "2026-10-30",
            "2026-10-30T06:00:00Z",
            "2026-10-31T03:00:00Z",
        ),
        (
            "SINCH",
            "2026-10-30",
            "2026-10-30T06:00:00Z",
            "2026-10-31T00:00:00Z",
        ),
        (
            "BANDWIDTH",
            "2026-11-02",
            "2026-11-02T05:00:00Z",
            "2026-11-03T01:00:00Z",
        ),
        (
            "LUMEN_IMS",
            "2026-11-02",
            "2026-11-02T07:00:00Z",
            "2026-11-03T04:00:00Z",
        ),
        (
            "SINCH",
            "2026-11-02",
            "2026-11-02T07:00:00Z",
            "2026-11-03T01:00:00Z",
        ),
        // The days of the switches themselves: 25 and 23 hours long.
        (
            "BANDWIDTH",
            "2026-11-01",
            "2026-11-01T04:00:00Z",
            "2026-11-02T01:00:00Z",
        ),
        (
            "LEVEL_3",
            "2026-11-01",
            "2026-11-01T06:00:00Z",
            "2026-11-02T04:00:00Z",
        ),
        (
            "BANDWIDTH",
            "2027-03-14",
            "2027-03-14T05:00:00Z",
            "2027-03-15T00:00:00Z",
        ),
        (
            "SINCH",
            "2027-03-14",
            "2027-03-14T07:00:00Z",
            "2027-03-15T00:00:00Z",
        ),
        // The Friday before and the Monday after they go forward.
        (
            "BANDWIDTH",
            "2027-03-12",
            "2027-03-12T05:00:00Z",
            "2027-03-13T01:00:00Z",
        ),
        (
            "LEVEL_3",
            "2027-03-12",
            "2027-03-12T07:00:00Z",
            "2027-03-13T04:00:00Z",
        ),
        (
            "LUMEN_VOICE_LI_ELS",
            "2027-03-15",
            "2027-03-15T06:00:00Z",
            "2027-03-16T03:00:00Z",
        ),
        (
            "SINCH",
            "2027-03-15",
            "2027-03-15T06:00:00Z",
            "2027-03-16T00:00:00Z",
        ),
    ] {
        let second = |at: &str, by: i64| {
            let at: jiff::Timestamp = at.parse().expect("a time");
            let at = at + jiff::SignedDuration::from_secs(by);
            on_the_day(carrier, foc, &at.to_string()).plan()
        };
        let early = second(opens, -1);
        assert!(
            stands(&early, NoteKind::Waiting).contains("alz triggers it on that day"),
            "{carrier} {foc}"
        );
        for inside in [second(opens, 0), second(closes, -1)] {
            let step = only_step(&inside);
            assert_eq!(step.action, Action::TriggerPort, "{carrier} {foc}");
            // At midnight, and an hour before the end of a Lumen day, nobody is at the desk.
            assert!(
                inside.notes.iter().all(|note| note.reason.contains("desk")),
                "{:#?}",
                inside.notes
            );
        }
        let late = second(closes, 0);
        assert!(
            stands(&late, NoteKind::Waiting).contains("too late to trigger it"),
            "{carrier} {foc}"
        );
    }
}

#[test]
fn a_trigger_while_nobody_can_be_asked_is_warned_about() {
    // 06:59 and 07:00 in Denver on a Thursday; then a Saturday.
    for (foc, now, warned) in [
        ("2026-12-03", "2026-12-03T13:59:00Z", true),
        ("2026-12-03", "2026-12-03T14:00:00Z", false),
        ("2026-12-05", "2026-12-05T18:00:00Z", true),
    ] {
        let plan = on_the_day("BANDWIDTH", foc, now).plan();
        assert_eq!(only_step(&plan).action, Action::TriggerPort, "{now}");
        let warnings = notes(&plan, NoteKind::Warning);
        assert_eq!(warnings.len(), usize::from(warned), "{now}: {warnings:#?}");
        for warning in warnings {
            let help = warning.help.as_deref().unwrap_or_default();
            assert!(help.contains("07:00 to 18:00 America/Denver"), "{help}");
            assert!(help.contains("20:00 EST"), "{help}");
        }
    }
}

#[test]
fn a_trigger_is_one_call_without_a_body_for_all_numbers() {
    let plan = on_the_day("BANDWIDTH", "2026-12-03", "2026-12-03T18:00:00Z").plan();
    let step = only_step(&plan);
    assert_eq!(step.id, "trigger-port-18015551212");
    assert_eq!(step.numbers, [tn(NUMBER), tn(SECOND)]);
    assert!(step.body.is_none());
    assert!(step.request.path.ends_with("/port/port-1/triggerport"));
    let facts = step.port.as_ref().expect("facts");
    assert_eq!(facts.port_id, Some(PortId::new("port-1")));
    assert_eq!(facts.foc_date, "2026-12-03".parse().ok());
}

#[test]
fn nothing_is_triggered_that_the_files_leave_to_the_carrier() {
    let port = both("FOC_RECEIVED", json!({ "foc": "2026-12-03" }));
    for declared in [main_line(), with(main_line(), json!({ "trigger": "auto" }))] {
        let plan = following(port.clone(), declared)
            .at("2026-12-03T18:00:00Z")
            .plan();
        assert_eq!(
            stands(&plan, NoteKind::Waiting),
            "FOC Thursday 2026-12-03, today; BANDWIDTH activates it at 20:00 EST (America/New_York)"
        );
    }
}

#[test]
fn a_trigger_is_never_repeated_and_a_stuck_one_is_for_support() {
    let remembered = |minutes: i64| {
        let mut world = on_the_day("BANDWIDTH", "2026-12-03", "2026-12-03T18:00:00Z");
        let at = world.partition.now - jiff::SignedDuration::from_mins(minutes);
        world.memory.triggered.insert(PortId::new("port-1"), at);
        world
    };
    let plan = remembered(19).plan();
    assert_eq!(
        stands(&plan, NoteKind::Waiting),
        "it was triggered at 12:41 EST: active within 20 minutes"
    );
    assert_eq!(
        note(&plan, NoteKind::Waiting).until.as_deref(),
        Some("2026-12-03T13:01:00-05:00")
    );
    let plan = remembered(20).plan();
    assert!(stands(&plan, NoteKind::Blocked).contains("not active 20 minutes later"));
    // Of an FOC date that was lost since: it is another day now.
    assert_eq!(
        only_step(&remembered(60 * 24).plan()).action,
        Action::TriggerPort
    );

    // By another machine, or by hand: the history shows it.
    let log = |at: &str| {
        json!([
            ["IN_PROGRESS", "2026-11-24T18:00:00Z", "", "Order accepted"],
            ["FOC_RECEIVED", "2026-11-25T18:00:00Z", "", "FOC received"],
            ["FOC_RECEIVED", at, "TRIGGER", "Port triggered"]
        ])
    };
    for (at, triggered) in [
        ("2026-12-03T17:50:00Z", true),
        ("2026-12-02T17:50:00Z", false),
    ] {
        let port = both(
            "FOC_RECEIVED",
            json!({ "foc": "2026-12-03", "log": log(at) }),
        );
        let plan = following(port, on_foc_date())
            .at("2026-12-03T18:00:00Z")
            .plan();
        assert_eq!(plan.steps.is_empty(), triggered, "{at}");
    }
}

#[test]
fn a_commitment_that_came_on_its_own_day_is_no_trigger() {
    let log = json!([
        ["IN_PROGRESS", "2026-11-24T18:00:00Z", "", "Order accepted"],
        ["FOC_RECEIVED", "2026-12-03T15:00:00Z", "", "FOC received"]
    ]);
    let port = both("FOC_RECEIVED", json!({ "foc": "2026-12-03", "log": log }));
    let plan = following(port, on_foc_date())
        .at("2026-12-03T18:00:00Z")
        .plan();
    assert_eq!(only_step(&plan).action, Action::TriggerPort);
}

#[test]
fn a_carrier_without_a_published_hour_is_never_triggered() {
    for now in ["2026-11-23T12:00:00Z", "2026-12-03T18:00:00Z"] {
        let plan = on_the_day("LEVEL3_CARIANZA", "2026-12-03", now).plan();
        stands(&plan, NoteKind::Waiting);
        assert!(
            note(&plan, NoteKind::Warning)
                .reason
                .contains("publishes no hour")
        );
    }
}
