//! What is not ordered, or not ordered again, and what of it waits.

use alz::model::live::{EventKind, Inventory};
use alz::model::{AccountId, LiveEvent, PortId};
use alz::plan::{Action, NoteKind};
use serde_json::{Value, json};
use std::collections::BTreeSet;

use crate::port_order::*;
use crate::world::*;

#[test]
fn a_finished_port_is_never_ordered_again_whatever_its_date() {
    let port = with(main_line(), json!({ "crdDate": "2020-01-02" }));
    let live = json!({ "customerServiceRecord": office() });
    let mut world = two(port, json!({}));
    world = world
        .lists("ACTIVE", live.clone())
        .lists_number(SECOND, "ACTIVE", live);
    assert_quiet(&world.plan());
    world.verify = true;
    assert!(world.account().questions.is_empty(), "nor is anyone asked");
}

#[test]
fn a_number_added_to_a_port_already_ordered_is_blocked_with_the_way_out() {
    for status in ["ACTIVE", "PORT_PENDING", "ACTIVATION_PENDING"] {
        let world =
            two(main_line(), json!({})).lists(status, json!({ "customerServiceRecord": office() }));
        let plan = world.plan();
        assert!(plan.steps.is_empty(), "{status}");
        let blocked = note(&plan, NoteKind::Blocked);
        assert_eq!(blocked.numbers, [tn(SECOND)]);
        assert!(blocked.reason.contains("already ordered without it"));
        assert!(
            blocked
                .help
                .as_deref()
                .is_some_and(|help| help.contains("a port of its own"))
        );
    }
    let plan = two(main_line(), json!({}))
        .lists("CANCEL_PORT", json!({}))
        .plan();
    assert!(
        says(&plan, NoteKind::Waiting, SECOND)[0]
            .contains("ordered anew once 18015551212 has left")
    );
}

#[test]
fn one_number_that_cannot_come_holds_the_order_and_the_others_name_it() {
    for (inventory, words) in [
        (Some(Inventory::Free), "nothing to port"),
        (
            Some(Inventory::OnAccount(AccountId::new("other"))),
            "another account: other",
        ),
        (
            Some(Inventory::OnAccount(AccountId::new(ACCOUNT))),
            "on this account",
        ),
        (None, "no answer"),
    ] {
        let mut world = two(main_line(), json!({}));
        world.live.inventory.remove(&tn(SECOND));
        world
            .live
            .inventory
            .extend(inventory.map(|inventory| (tn(SECOND), inventory)));
        let plan = world.plan();
        assert!(plan.steps.is_empty());
        assert!(says(&plan, NoteKind::Blocked, SECOND)[0].contains(words));
        assert_eq!(
            says(&plan, NoteKind::Blocked, NUMBER),
            ["port main-line is not ordered: 18015551213 is blocked"]
        );
    }
}

fn event(world: &mut World, number: &str, kind: EventKind, status: &str) {
    let event = LiveEvent {
        kind,
        status: status.into(),
        updated: None,
        message: Some("words".into()),
    };
    world.live.events.insert(tn(number), vec![event]);
}

#[test]
fn an_order_that_the_listing_does_not_show_yet_is_never_placed_twice() {
    for kind in [EventKind::PortRequest, EventKind::Activation] {
        for status in ["PENDING", "IN_PROGRESS", "FOC_RECEIVED", "CANCEL_PENDING"] {
            let mut world = two(main_line(), json!({}));
            event(&mut world, SECOND, kind, status);
            let plan = world.plan();
            assert!(plan.steps.is_empty(), "{status}");
            assert!(says(&plan, NoteKind::Waiting, SECOND)[0].contains("already under way"));
            assert!(says(&plan, NoteKind::Waiting, NUMBER)[0].contains("18015551213 is waiting"));
        }
    }
    let mut world = two(main_line(), json!({}));
    event(&mut world, NUMBER, EventKind::PortRequest, "REJECTED");
    let plan = world.plan();
    assert!(plan.steps.is_empty());
    assert!(says(&plan, NoteKind::Blocked, NUMBER)[0].contains("not called off"));
}

#[test]
fn a_number_from_cooldown_is_recovered_and_the_others_are_ordered() {
    let world = absent(
        two(main_line(), json!({})),
        SECOND,
        Inventory::Cooldown { until: None },
    );
    let plan = world.plan();
    assert_eq!(
        ids(&plan),
        [
            "submit-port-18015551212",
            "recover-18015551213",
            "activate-18015551213"
        ]
    );
    assert_eq!(plan.steps[0].numbers, [tn(NUMBER)]);
    // The rest of its port came in long ago.
    let world = world.lists("ACTIVE", json!({ "customerServiceRecord": office() }));
    assert_eq!(
        ids(&world.plan()),
        ["recover-18015551213", "activate-18015551213"]
    );
}

#[test]
fn a_released_number_of_a_port_never_ordered_is_left_out_of_it() {
    let world = two(main_line(), json!({}))
        .declares_number(THIRD, json!({ "port": "main-line", "state": "released" }));
    let mut world = absent(world, THIRD, Inventory::Unknown);
    world.desired.ports[0].numbers.push(tn(THIRD));
    let plan = world.plan();
    assert_eq!(only_step(&plan).numbers, [tn(NUMBER), tn(SECOND)]);
    assert!(plan.notes.is_empty());
    assert_eq!(count(&plan, "inSync"), 1);
}

#[test]
fn a_port_cancelled_to_the_end_is_ordered_anew_and_says_what_became_of_the_last() {
    for (state, words) in [
        (
            "CARRIER_CANCELLED",
            "the carrier cancelled its last port on Saturday 2026-11-21: not our customer",
        ),
        (
            "CANCELLED",
            "its last port was cancelled on Saturday 2026-11-21",
        ),
    ] {
        let log = json!([[state, "2026-11-21T18:00:00Z", "", "not our customer"]]);
        let last = ordered(
            state,
            &[NUMBER, SECOND],
            json!({ "log": log, "crd": "2026-12-01" }),
        );
        let world = two(main_line(), json!({})).has_port("CANCEL_PORT_COMPLETE", last, json!({}));
        // The inventory may still name the account that it was to come to.
        let mine = Inventory::OnAccount(AccountId::new(ACCOUNT));
        let plan = absent(world, NUMBER, mine).plan();
        assert_eq!(only_step(&plan).action, Action::SubmitPort);
        assert_eq!(note(&plan, NoteKind::Warning).reason, words);
        let facts = only_step(&plan).port.as_ref().expect("facts");
        assert_eq!(facts.replaces, Some(PortId::new("port-1")));
    }
}

#[test]
fn what_a_carrier_cancelled_twice_is_not_ordered_again_until_something_of_it_differs() {
    let log = json!([[
        "CARRIER_CANCELLED",
        "2026-11-21T18:00:00Z",
        "",
        "not our customer"
    ]]);
    let cancelled = |state: &str, declared: Value| {
        let last = ordered(state, &[NUMBER, SECOND], json!({ "log": log }));
        let mut world = two(declared, json!({})).has_port("CANCEL_PORT_COMPLETE", last, json!({}));
        world.memory.orders.insert(tn(NUMBER), 2);
        world
    };
    // Once, it may have been a slip.
    let mut once = cancelled("CARRIER_CANCELLED", main_line());
    once.memory.orders.insert(tn(NUMBER), 1);
    assert_eq!(only_step(&once.plan()).action, Action::SubmitPort);
    let plan = cancelled("CARRIER_CANCELLED", main_line()).plan();
    assert!(plan.steps.is_empty(), "{:#?}", plan.steps);
    let note = note(&plan, NoteKind::Blocked);
    assert_eq!(
        note.reason,
        "the carrier cancelled exactly this order on Saturday 2026-11-21, and not for the first time: not our customer"
    );
    assert!(
        note.help
            .as_deref()
            .is_some_and(|help| help.contains("another crdDate"))
    );

    let csr = with(office(), json!({ "businessName": "Sample Dental, Inc." }));
    for change in [
        json!({ "crdDate": "2026-12-01" }),
        json!({ "portingAuthorizedName": "Mary Molar" }),
        json!({ "billingTelephoneNumber": SECOND }),
        json!({ "customerServiceRecord": csr }),
    ] {
        let plan = cancelled("CARRIER_CANCELLED", with(main_line(), change)).plan();
        assert_eq!(only_step(&plan).action, Action::SubmitPort);
    }
    // What a person cancelled is up to a person.
    let plan = cancelled("CANCELLED", main_line()).plan();
    assert_eq!(only_step(&plan).action, Action::SubmitPort);

    // A secret can't be seen to have changed: the user says so.
    let secret = with(main_line(), json!({ "wirelessPin": { "env": "PIN" } }));
    let mut world = cancelled("CARRIER_CANCELLED", secret);
    assert!(world.plan().steps.is_empty());
    world.resend_secrets = true;
    assert_eq!(only_step(&world.plan()).action, Action::SubmitPort);
}

#[test]
fn what_only_an_active_number_takes_is_deferred() {
    let members = json!({
        "directoryListing": { "type": "LIST_PUBLISH" },
        "reference": { "type": "END_USER", "id": USER, "assignAsCallerId": true }
    });
    let world = World::new()
        .declares(entry(members))
        .inventory(Inventory::Unknown);
    let plan = world.declares_port("main-line", main_line()).plan();
    let sent = body(only_step(&plan));
    assert_eq!(sent["directoryListing"], json!({ "type": "PORTED" }));
    assert!(
        sent["telephoneNumbers"][0]
            .get("assignAsCallerId")
            .is_none()
    );
    assert_eq!(
        note(&plan, NoteKind::Deferred).reason,
        "directoryListing, reference.assignAsCallerId: sent once the port completes"
    );
}

#[test]
fn a_run_restricted_to_some_of_its_numbers_does_not_order_a_port() {
    let world = two(main_line(), json!({}));
    let only = BTreeSet::from([tn(NUMBER)]);
    let plan = world.with_context(|context| {
        let context = alz::plan::Context {
            only: Some(&only),
            ..*context
        };
        alz::plan::account(&world.desired, &world.live, &context, &world.checks)
    });
    assert!(plan.steps.is_empty());
    assert!(
        plan.notes[0]
            .reason
            .contains("leaves 18015551213 of it out")
    );
}

#[test]
fn two_documents_may_use_one_name_for_two_ports() {
    let mut world = two(main_line(), json!({}));
    let mut other = world.desired.ports[0].clone();
    other.numbers = vec![tn(SECOND)];
    world.desired.ports[0].numbers = vec![tn(NUMBER)];
    world.desired.ports.push(other);
    assert_eq!(
        ids(&world.plan()),
        ["submit-port-18015551212", "submit-port-18015551213"]
    );
}
