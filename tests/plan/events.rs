//! What the carrier and the E911 provider still do, or refused, decides as
//! much as what the fields say.

use alz::model::live::{EventKind, Inventory};
use alz::plan::NoteKind;
use serde_json::json;

use crate::world::*;

fn absent() -> World {
    World::new()
        .declares(json!({ "customerServiceRecord": office(), "e911Address": office() }))
        .inventory(Inventory::Free)
}

#[test]
fn an_order_that_the_listing_does_not_show_yet_is_not_placed_again() {
    for (kind, what) in [
        (EventKind::Activation, "an activation is already under way"),
        (EventKind::PortRequest, "a port is already under way"),
    ] {
        let plan = absent().event(kind, "IN_PROGRESS", "").plan();
        assert!(plan.steps.is_empty(), "{:#?}", plan.steps);
        assert!(note(&plan, NoteKind::Waiting).reason.contains(what));
        assert_eq!((count(&plan, "waiting"), count(&plan, "inSync")), (1, 0));
    }
}

#[test]
fn a_rejected_activation_may_be_tried_again_and_its_rejection_is_shown() {
    let plan = absent()
        .event(EventKind::Activation, "REJECTED", "InvalidCarrierId")
        .plan();
    assert_eq!(only_step(&plan).id, "activate-18015551212");
    let warning = note(&plan, NoteKind::Warning);
    assert!(
        warning.reason.contains("InvalidCarrierId"),
        "{}",
        warning.reason
    );
}

#[test]
fn a_rejected_address_is_reported_whatever_the_number_is_doing() {
    for status in ["ACTIVATION_ON_HOLD", "ACTIVATION_PENDING", "PORT_PENDING"] {
        for kind in [EventKind::E911Address, EventKind::CsrChange] {
            let plan = World::new()
                .declares(json!({}))
                .lists(status, json!({ "customerServiceRecord": office() }))
                .event(kind, "REJECTED", "No MSAG Match")
                .plan();
            let blocked = note(&plan, NoteKind::Blocked);
            assert!(
                blocked.reason.contains("not in force") && blocked.reason.contains("No MSAG Match"),
                "{status}: {}",
                blocked.reason
            );
            assert_eq!(count(&plan, "blocked"), 1);
        }
    }
}

#[test]
fn a_rejected_address_is_reported_also_where_no_file_declares_the_number() {
    let live = json!({ "customerServiceRecord": office() });
    let plan = World::new()
        .lists("ACTIVE", live.clone())
        .event(EventKind::E911Address, "REJECTED", "No MSAG Match")
        .plan();
    assert!(plan.steps.is_empty());
    let blocked = note(&plan, NoteKind::Blocked);
    assert!(blocked.reason.contains("not in force"));
    assert_eq!((count(&plan, "unmanaged"), count(&plan, "blocked")), (1, 1));
    // What nobody manages and nobody rejected is nobody's to wait for.
    let plan = World::new()
        .lists("ACTIVE", live)
        .event(EventKind::E911Address, "PENDING", "")
        .plan();
    assert_eq!((count(&plan, "unmanaged"), count(&plan, "waiting")), (1, 0));
}

#[test]
fn nothing_is_sent_for_a_number_that_is_being_disconnected() {
    for entry in [
        json!({ "e911Address": elsewhere() }),
        json!({ "holdActivation": true }),
    ] {
        let plan = World::new()
            .declares(entry)
            .lists("ACTIVE", json!({ "customerServiceRecord": office() }))
            .event(EventKind::Disconnect, "DELETE_SCHEDULED", "")
            .plan();
        assert!(plan.steps.is_empty(), "{:#?}", plan.steps);
        assert!(
            note(&plan, NoteKind::Waiting)
                .reason
                .contains("DELETE_SCHEDULED")
        );
    }
}

#[test]
fn a_rejected_activation_that_is_to_be_released_tells_the_way_out() {
    let rejected = |mut world: World, prune: bool| {
        world.desired.prune = prune;
        world
            .lists("ACTIVATION_PENDING", json!({}))
            .event(EventKind::Activation, "REJECTED", "InvalidCarrierId")
            .plan()
    };
    let released = World::new().declares(json!({ "state": "released" }));
    for plan in [rejected(released, false), rejected(World::new(), true)] {
        assert!(plan.steps.is_empty());
        let blocked = note(&plan, NoteKind::Blocked);
        assert!(blocked.reason.contains("InvalidCarrierId"));
        let help = blocked.help.as_deref().unwrap_or_default();
        assert!(help.contains("support"), "{help}");
        assert!(!help.contains("once it is active"), "{help}");
    }
}

#[test]
fn caller_id_after_an_activation_is_the_change_that_a_later_plan_finds_too() {
    let entry = json!({
        "customerServiceRecord": office(),
        "e911Address": office(),
        "reference": { "type": "END_USER", "id": USER, "assignAsCallerId": true }
    });
    let first = World::new()
        .declares(entry.clone())
        .inventory(Inventory::Free)
        .plan();
    let later = World::new()
        .declares(entry)
        .lists(
            "ACTIVE",
            json!({ "customerServiceRecord": office(), "referenceType": "END_USER", "referenceId": USER }),
        )
        .plan();
    let (planned, found) = (&first.steps[1], only_step(&later));
    assert_eq!(planned.id, found.id);
    assert_eq!(planned.changes, found.changes);
}
