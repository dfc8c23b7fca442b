//! What the carriers say before a port is ordered: coverage, kind, and days.

use alz::model::live::Inventory;
use alz::plan::{Action, Coverage, NoteKind, Offer, Question, Verdict};
use serde_json::{Value, json};

use crate::port_order::*;
use crate::world::*;

#[test]
fn carriers_are_asked_only_once_all_rate_centres_are_known() {
    let mut world = two(main_line(), json!({}));
    world.verify = true;
    world
        .checks
        .answer_e911(&record(without_caller_name()), Verdict::Valid);
    assert!(world.port_questions().is_empty());
    world
        .checks
        .answer_rate_center(tn(NUMBER), covered(json!({})));
    let asked = world.account().questions;
    assert!(
        matches!(asked.as_slice(), [Question::RateCenters { numbers }] if numbers == &[tn(SECOND)]),
        "{asked:?}"
    );
    assert!(
        world.account().steps.is_empty(),
        "nothing is proposed unasked"
    );
    world
        .checks
        .answer_rate_center(tn(SECOND), covered(json!({})));
    let questions = world.port_questions();
    assert_eq!(questions.len(), 1);
    assert_eq!(questions[0].numbers, [tn(NUMBER), tn(SECOND)]);
    assert_eq!(*questions[0].csr, record(office()));
    assert_eq!(questions[0].billing_telephone_number, Some(tn(NUMBER)));
}

fn without_caller_name() -> Value {
    let mut office = office();
    office
        .as_object_mut()
        .expect("an address")
        .remove("customerName");
    office
}

fn with_centers(first: Coverage, second: Coverage) -> World {
    let mut world = two(main_line(), json!({}));
    world.checks.answer_rate_center(tn(NUMBER), first);
    world.checks.answer_rate_center(tn(SECOND), second);
    world.offering(&DAYS)
}

#[test]
fn a_number_that_no_carrier_can_bring_blocks_the_order_and_is_named() {
    for bad in [
        Coverage::Unknown,
        covered(json!({ "portable": false })),
        covered(json!({ "serviceAvailable": false })),
    ] {
        let world = with_centers(covered(json!({})), bad);
        let plan = world.plan();
        assert!(plan.steps.is_empty());
        assert!(
            says(&plan, NoteKind::Blocked, SECOND)
                .iter()
                .any(|s| s.contains("it can't be ported"))
        );
        assert_eq!(
            says(&plan, NoteKind::Blocked, NUMBER),
            ["the port is not ordered: 18015551213 can't be ported"]
        );
    }
}

#[test]
fn numbers_of_two_rate_centres_are_named_by_group() {
    let world = with_centers(covered(json!({})), covered(json!({ "name": "PROVO" })));
    let plan = world.plan();
    assert!(plan.steps.is_empty());
    let reason = &note(&plan, NoteKind::Blocked).reason;
    assert!(
        reason.contains("LEHI, UT: 18015551212") && reason.contains("PROVO, UT: 18015551213"),
        "{reason}"
    );
}

#[test]
fn wireless_numbers_want_account_and_pin_and_a_wireless_order_wireless_numbers() {
    let wireless = covered(json!({ "wireless": true }));
    let plan = with_centers(covered(json!({ "wireless": false })), wireless.clone()).plan();
    assert!(plan.steps.is_empty());
    let blocked = note(&plan, NoteKind::Blocked);
    assert!(
        blocked
            .help
            .as_deref()
            .is_some_and(|help| help.contains("wirelessPin: { env: NAME }"))
    );

    let port = with(
        main_line(),
        json!({
            "portingWireType": "Wireless", "wirelessAccountNumber": "1", "wirelessPin": { "env": "P" }
        }),
    );
    let mut world = two(port.clone(), json!({}));
    world
        .checks
        .answer_rate_center(tn(NUMBER), wireless.clone());
    world.checks.answer_rate_center(tn(SECOND), wireless);
    assert_eq!(
        only_step(&world.offering(&DAYS).plan()).action,
        Action::SubmitPort
    );
    let mut world = two(port, json!({}));
    for number in [NUMBER, SECOND] {
        world
            .checks
            .answer_rate_center(tn(number), covered(json!({ "wireless": false })));
    }
    let plan = world.offering(&DAYS).plan();
    only_step(&plan);
    assert!(
        note(&plan, NoteKind::Warning)
            .reason
            .contains("not wireless")
    );
}

#[test]
fn a_day_that_is_not_on_offer_is_blocked_with_the_nearest() {
    let days = [
        "2026-11-30",
        "2026-12-01",
        "2026-12-02",
        "2026-12-04",
        "2026-12-07",
        "2026-12-08",
        "2026-12-09",
    ];
    let plan = two(main_line(), json!({})).offering(&days).plan();
    assert!(plan.steps.is_empty());
    let blocked = note(&plan, NoteKind::Blocked);
    assert_eq!(
        blocked.reason,
        "crdDate Thursday 2026-12-03 is not on offer"
    );
    assert_eq!(
        blocked.help.as_deref(),
        Some(
            "on offer near it: Tuesday 2026-12-01, Wednesday 2026-12-02, Friday 2026-12-04, Monday 2026-12-07, Tuesday 2026-12-08; the earliest is Monday 2026-11-30"
        )
    );
    let none = two(main_line(), json!({})).offering(&[]).plan();
    assert!(
        note(&none, NoteKind::Blocked)
            .reason
            .contains("offer no day")
    );

    let mut refused = two(main_line(), json!({}));
    refused.verify = true;
    for number in [NUMBER, SECOND] {
        refused
            .checks
            .answer_rate_center(tn(number), covered(json!({})));
    }
    for question in refused.port_questions() {
        refused.checks.answer_offer(
            &question,
            Offer::Refused {
                why: "LNP not allowed".to_owned(),
            },
        );
    }
    let plan = refused.offering(&DAYS).plan();
    assert!(
        note(&plan, NoteKind::Blocked)
            .reason
            .contains("LNP not allowed")
    );
}

#[test]
fn a_past_day_is_never_asked_for_even_unverified() {
    let port = with(main_line(), json!({ "crdDate": "2026-11-20" }));
    let plan = two(port, json!({})).plan();
    assert!(plan.steps.is_empty());
    assert_eq!(
        note(&plan, NoteKind::Blocked).reason,
        "crdDate Friday 2026-11-20 is past"
    );
    // The day that it is in Denver, where it is still Monday the 23rd.
    let port = with(main_line(), json!({ "crdDate": "2026-11-23" }));
    only_step(&two(port, json!({})).at("2026-11-24T06:59:59Z").plan());
}

#[test]
fn fifty_numbers_are_a_project() {
    let mut world = World::new();
    for at in 0..50 {
        let number = format!("180155513{at:02}");
        world = world.declares_number(&number, entry(json!({})));
        world = absent(world, &number, Inventory::Unknown);
    }
    let plan = world.declares_port("main-line", main_line()).plan();
    assert_eq!(only_step(&plan).numbers.len(), 50);
    assert!(
        note(&plan, NoteKind::Warning)
            .reason
            .contains("project port")
    );
}

#[test]
fn a_day_that_comes_soon_is_warned_of_where_the_carriers_are_not_asked() {
    for (day, words) in [
        ("2026-11-24", Some("less than two business days away")),
        ("2026-11-27", Some("the day after Thanksgiving")),
        ("2026-12-03", None),
    ] {
        let mut world = two(with(main_line(), json!({ "crdDate": day })), json!({}));
        world.verify = false;
        let plan = world.plan();
        assert_eq!(only_step(&plan).action, Action::SubmitPort);
        let warned = says(&plan, NoteKind::Warning, NUMBER);
        let said = warned.iter().find(|reason| reason.contains("crdDate"));
        assert_eq!(said.is_some(), words.is_some(), "{day}: {warned:?}");
        let said = said.map_or("", String::as_str);
        assert!(said.contains(words.unwrap_or("")), "{day}: {said}");
    }
}
