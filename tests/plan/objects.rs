//! CSR, directory listing and reference of an active number.

use alz::model::live::EventKind;
use alz::plan::NoteKind;
use serde_json::{Value, json};

use crate::world::*;

fn active(entry: Value, live: Value) -> World {
    World::new().declares(entry).lists("ACTIVE", live)
}

#[test]
fn a_changed_csr_is_sent_whole_with_what_the_platform_keeps_beside_it() {
    let live = with(
        office(),
        json!({ "id": "aB3", "requiresUnitInfo": false, "kept": [1], "middleInitial": "", "blockCustomerName": true, "streetNumberSuffix": "1/2" }),
    );
    let plan = active(
        json!({ "customerServiceRecord": { "unit": "510", "blockCustomerName": null, "streetNumberSuffix": null } }),
        json!({ "customerServiceRecord": live }),
    )
    .plan();
    let step = only_step(&plan);
    assert_eq!(
        *body(step),
        json!({ "customerServiceRecord": with(office(), json!({
            "kept": [1], "unit": "510", "blockCustomerName": false, "streetNumberSuffix": null
        })) })
    );
    assert_eq!(
        paths(step),
        [
            "customerServiceRecord.blockCustomerName",
            "customerServiceRecord.streetNumberSuffix",
            "customerServiceRecord.unit",
            "e911Address"
        ]
    );
}

#[test]
fn a_record_can_not_be_cleared() {
    let plan = active(
        json!({ "customerServiceRecord": null }),
        json!({ "customerServiceRecord": office() }),
    )
    .plan();
    assert!(plan.steps.is_empty());
    note(&plan, NoteKind::Blocked);
}

#[test]
fn a_suffix_declared_alone_replaces_the_one_inside_the_name() {
    let plan = active(
        json!({ "customerServiceRecord": { "streetSuffix": "Ave" } }),
        json!({ "customerServiceRecord": with(elsewhere(), json!({ "streetName": "Center St", "streetSuffix": "" })) }),
    )
    .plan();
    let sent = &body(only_step(&plan))["customerServiceRecord"];
    assert_eq!(
        (&sent["streetName"], &sent["streetSuffix"]),
        (&json!("Center"), &json!("Ave"))
    );
}

#[test]
fn what_the_carrier_does_not_take_is_a_warning_and_no_call() {
    let live = json!({ "customerServiceRecord": office() });
    let plan = active(
        json!({ "customerServiceRecord": { "unit": "510" } }),
        live.clone(),
    )
    .carrier(false, true, true)
    .plan();
    assert!(plan.steps.is_empty());
    assert!(note(&plan, NoteKind::Warning).reason.contains("TELUS"));
    assert_eq!(count(&plan, "inSync"), 1);

    let plan = active(
        json!({ "customerServiceRecord": { "customerName": "Dental" } }),
        live.clone(),
    )
    .carrier(true, false, true)
    .plan();
    assert!(plan.steps.is_empty());
    assert!(
        note(&plan, NoteKind::Warning)
            .reason
            .contains("customerName")
    );

    let both = json!({ "customerServiceRecord": { "customerName": "Dental", "unit": "510" } });
    let plan = active(both, live.clone()).carrier(true, false, true).plan();
    assert_eq!(
        paths(only_step(&plan)),
        ["customerServiceRecord.unit", "e911Address"]
    );
    assert_eq!(
        body(only_step(&plan))["customerServiceRecord"]["customerName"],
        "Sample Dental"
    );

    let plan = active(
        json!({ "directoryListing": { "type": "LIST_PUBLISH" } }),
        live,
    )
    .carrier(true, true, false)
    .plan();
    assert!(plan.steps.is_empty());
    assert!(
        note(&plan, NoteKind::Warning)
            .reason
            .contains("directory listings")
    );
}

#[test]
fn a_rejected_csr_change_is_not_in_force() {
    let world = active(
        json!({ "customerServiceRecord": office() }),
        json!({ "customerServiceRecord": office() }),
    );
    let plan = world
        .event(EventKind::CsrChange, "REJECTED", "name mismatch")
        .plan();
    assert!(
        note(&plan, NoteKind::Blocked)
            .reason
            .contains("name mismatch")
    );
    let world = active(
        json!({ "customerServiceRecord": { "unit": "1" } }),
        json!({ "customerServiceRecord": office() }),
    );
    let plan = world
        .event(EventKind::CsrChange, "REJECTED", "name mismatch")
        .plan();
    only_step(&plan);
    assert!(notes(&plan, NoteKind::Blocked).is_empty());
}

#[test]
fn a_listing_is_sent_whole_with_its_type() {
    let live = json!({ "customerServiceRecord": office(), "directoryListing": { "listed": true, "type": "LIST_PUBLISH" } });
    let plan = active(json!({ "directoryListing": { "listed": false } }), live).plan();
    let step = only_step(&plan);
    assert_eq!(
        *body(step),
        json!({ "directoryListing": { "listed": false, "type": "LIST_PUBLISH", "address": null } })
    );
    assert_eq!(paths(step), ["directoryListing.listed"]);
}

#[test]
fn an_absent_listing_is_the_partitions_default() {
    let entry = json!({ "directoryListing": { "listed": false, "type": "NOT_LIST_NOT_PUBLISH", "address": null } });
    assert_quiet(&active(entry, json!({ "customerServiceRecord": office() })).plan());
    let plan = active(
        json!({ "directoryListing": null }),
        json!({ "directoryListing": { "listed": true, "type": "LIST_PUBLISH" } }),
    )
    .plan();
    assert_eq!(
        body(only_step(&plan))["directoryListing"]["type"],
        "NOT_LIST_NOT_PUBLISH"
    );
}

#[test]
fn a_listing_left_over_from_a_port_is_a_real_difference_once_active() {
    let live = json!({ "directoryListing": { "type": "PORTED" } });
    let plan = active(
        json!({ "directoryListing": { "type": "LIST_PUBLISH" } }),
        live.clone(),
    )
    .plan();
    let step = only_step(&plan);
    assert_eq!(step.changes[0].before, "PORTED");
    // Without a type of its own the file would send PORTED back.
    let plan = active(json!({ "directoryListing": { "listed": true } }), live).plan();
    assert!(plan.steps.is_empty());
    assert!(note(&plan, NoteKind::Blocked).reason.contains("PORTED"));
}

#[test]
fn a_listing_address_is_the_csrs_unless_it_says_otherwise() {
    let live = json!({ "customerServiceRecord": office(), "directoryListing": { "type": "LIST_PUBLISH", "address": office() } });
    assert_quiet(
        &active(
            json!({ "directoryListing": { "address": null } }),
            live.clone(),
        )
        .plan(),
    );
    let plan = active(
        json!({ "directoryListing": { "address": elsewhere() } }),
        live.clone(),
    )
    .plan();
    let sent = &body(only_step(&plan))["directoryListing"];
    assert_eq!(sent["address"]["streetName"], "Center");
    assert_eq!(sent["address"]["unit"], Value::Null);
    assert!(sent["address"].get("customerName").is_none());
    // A stored copy follows when the record moves.
    let entry = json!({ "customerServiceRecord": elsewhere(), "e911Address": office(), "directoryListing": { "address": null } });
    let plan = active(entry, live).plan();
    assert_eq!(
        body(only_step(&plan))["directoryListing"]["address"],
        Value::Null
    );
}

#[test]
fn a_reference_is_compared_as_a_pair_and_case_counts() {
    let live = json!({ "referenceType": "SIP_TRUNK", "referenceId": "abc" });
    assert_quiet(
        &active(
            json!({ "reference": { "type": "SIP_TRUNK", "id": "abc" } }),
            live.clone(),
        )
        .plan(),
    );
    assert_quiet(&active(json!({ "reference": { "id": "abc" } }), live.clone()).plan());
    let plan = active(json!({ "reference": { "id": "ABC" } }), live.clone()).plan();
    let step = only_step(&plan);
    assert_eq!(
        *body(step),
        json!({ "referenceType": "SIP_TRUNK", "referenceId": "ABC" })
    );
    assert_eq!(step.changes[0].path, "reference");
    assert_eq!(
        step.changes[0].before,
        json!({ "type": "SIP_TRUNK", "id": "abc" })
    );
    let plan = active(json!({ "reference": null }), live).plan();
    assert_eq!(
        *body(only_step(&plan)),
        json!({ "referenceType": null, "referenceId": null })
    );
    assert_quiet(&active(json!({ "reference": null }), json!({})).plan());
}

#[test]
fn half_a_reference_is_blocked() {
    for half in [
        json!({ "id": "abc" }),
        json!({ "type": "IVR" }),
        json!({ "type": "IVR", "id": null }),
    ] {
        let plan = active(json!({ "reference": half }), json!({})).plan();
        assert!(plan.steps.is_empty());
        note(&plan, NoteKind::Blocked);
    }
}

#[test]
fn caller_id_is_judged_by_the_users_own_setting() {
    let entry =
        json!({ "reference": { "type": "END_USER", "id": USER, "assignAsCallerId": true } });
    let live =
        json!({ "referenceType": "END_USER", "referenceId": USER, "assignAsCallerId": true });
    let plan = active(entry.clone(), live.clone()).plan();
    let step = only_step(&plan);
    assert_eq!(
        *body(step),
        json!({ "referenceType": "END_USER", "referenceId": USER, "assignAsCallerId": true })
    );
    assert_eq!(paths(step), ["reference.assignAsCallerId"]);
    assert_quiet(
        &active(entry.clone(), live.clone())
            .shows_caller_id(NUMBER)
            .plan(),
    );
    assert_eq!(
        active(entry, live)
            .shows_caller_id("18015559999")
            .plan()
            .steps
            .len(),
        1
    );
}

#[test]
fn caller_id_that_can_not_be_taken_back_is_a_warning() {
    let entry = json!({ "reference": { "assignAsCallerId": false } });
    let live = json!({ "referenceType": "END_USER", "referenceId": USER });
    let plan = active(entry.clone(), live.clone())
        .shows_caller_id(NUMBER)
        .plan();
    assert!(plan.steps.is_empty());
    note(&plan, NoteKind::Warning);
    assert_quiet(&active(entry, live).plan());
}

#[test]
fn caller_id_needs_a_user_of_the_account() {
    for reference in [
        json!({ "type": "END_USER", "id": "nobody", "assignAsCallerId": true }),
        json!({ "type": "IVR", "id": USER, "assignAsCallerId": true }),
    ] {
        let plan = active(json!({ "reference": reference }), json!({})).plan();
        assert!(plan.steps.is_empty());
        note(&plan, NoteKind::Blocked);
    }
}

#[test]
fn all_objects_of_a_number_go_in_one_patch() {
    let entry = json!({
        "customerServiceRecord": { "unit": "510" },
        "e911Address": elsewhere(),
        "directoryListing": { "type": "LIST_PUBLISH" },
        "reference": { "type": "IVR", "id": "x" }
    });
    let plan = active(entry, json!({ "customerServiceRecord": office() })).plan();
    let keys: Vec<&String> = body(only_step(&plan))
        .as_object()
        .expect("an object")
        .keys()
        .collect();
    assert_eq!(
        keys,
        [
            "customerServiceRecord",
            "directoryListing",
            "e911Address",
            "referenceId",
            "referenceType"
        ]
    );
}

#[test]
fn notes_of_the_same_words_are_one_note() {
    let plan = World::new()
        .declares_number("18015550002", json!({ "state": "released" }))
        .declares_number("18015550001", json!({ "state": "released" }))
        .lists_number("18015550001", "DELETE_PENDING", json!({}))
        .lists_number("18015550002", "DELETE_PENDING", json!({}))
        .plan();
    assert_eq!(
        note(&plan, NoteKind::Waiting).numbers,
        [tn("18015550001"), tn("18015550002")]
    );
    assert_eq!(count(&plan, "waiting"), 2);
}
