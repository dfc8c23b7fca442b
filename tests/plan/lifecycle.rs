//! The lifecycle table, row by row.

use alz::model::live::{EventKind, Inventory};
use alz::model::{AccountId, CarrierStatus};
use alz::plan::{Expect, NoteKind};
use serde_json::{Value, json};

use crate::world::*;

fn full() -> Value {
    json!({
        "customerServiceRecord": office(),
        "e911Address": with(elsewhere(), json!({ "customerName": "merged in", "onCorrection": "accept" })),
        "directoryListing": { "listed": false, "type": "LIST_NOT_PUBLISH" },
        "reference": { "type": "SIP_TRUNK", "id": "trunk" }
    })
}

#[test]
fn a_free_number_is_activated_with_one_post_that_says_all_that_is_declared() {
    let plan = World::new()
        .declares(full())
        .inventory(Inventory::Free)
        .plan();
    let step = only_step(&plan);
    assert_eq!(step.id, "activate-18015551212");
    assert_eq!(step.request.method, "POST");
    assert_eq!(
        step.request.path,
        "/v2/partition/X4fbfNlFRpy7bWDFmCwwdw/account/bRW8jpoCTGOaOIF5wqvSVg/telephonenumber"
    );
    assert!(matches!(step.expect, Expect::NotOnAccount));
    assert_eq!(
        *body(step),
        json!({
            "customerServiceRecord": office(),
            "e911Address": elsewhere(),
            "directoryListing": { "listed": false, "type": "LIST_NOT_PUBLISH" },
            "telephoneNumbers": [{ "phoneNumber": NUMBER, "referenceType": "SIP_TRUNK", "referenceId": "trunk" }]
        })
    );
    assert!(step.changes.iter().all(|change| change.before.is_null()));
    assert!(paths(step).contains(&"customerServiceRecord.unit"));
    assert!(paths(step).contains(&"directoryListing.type"));
    assert_eq!((count(&plan, "activate"), count(&plan, "inSync")), (1, 0));
    assert!(plan.notes.is_empty(), "{:#?}", plan.notes);
}

#[test]
fn a_free_number_is_activated_on_hold_where_the_file_says_so() {
    let entry = with(full(), json!({ "holdActivation": true }));
    let plan = World::new()
        .declares(entry)
        .inventory(Inventory::Free)
        .plan();
    let step = only_step(&plan);
    assert_eq!(body(step)["holdActivation"], true);
    assert!(paths(step).contains(&"holdActivation"));
}

#[test]
fn a_number_in_cooldown_is_recovered_first() {
    let plan = World::new()
        .declares(full())
        .inventory(Inventory::Cooldown { until: None })
        .plan();
    assert_eq!(ids(&plan), ["recover-18015551212", "activate-18015551212"]);
    assert_eq!(plan.steps[1].depends_on, ["recover-18015551212"]);
    assert_eq!(
        plan.steps[0].request.path,
        "/v2/partition/X4fbfNlFRpy7bWDFmCwwdw/telephonenumber/18015551212/cooldown/recover"
    );
}

#[test]
fn a_listed_row_that_is_off_the_account_counts_as_absent() {
    for status in [
        "COOLDOWN",
        "DELETED",
        "INVENTORY",
        "RECOVERED",
        "INVENTORY_CLAIMED",
        "CANCEL_PORT_COMPLETE",
    ] {
        let world = World::new().lists(status, json!({}));
        assert_quiet(&world.plan());
        let plan = world.declares(full()).inventory(Inventory::Free).plan();
        assert_eq!(ids(&plan), ["activate-18015551212"], "{status}");
    }
}

#[test]
fn caller_id_follows_its_activation_in_the_same_plan() {
    let reference = json!({ "type": "END_USER", "id": USER, "assignAsCallerId": true });
    let entry = with(full(), json!({ "reference": reference }));
    let plan = World::new()
        .declares(entry.clone())
        .inventory(Inventory::Free)
        .plan();
    assert_eq!(ids(&plan), ["activate-18015551212", "update-18015551212"]);
    assert_eq!(plan.steps[1].depends_on, ["activate-18015551212"]);
    assert_eq!(
        *body(&plan.steps[1]),
        json!({ "referenceType": "END_USER", "referenceId": USER, "assignAsCallerId": true })
    );
    let mut world = World::new().declares(entry).inventory(Inventory::Free);
    world.live.caller_ids.clear();
    let plan = world.plan();
    assert!(plan.steps.is_empty());
    assert!(note(&plan, NoteKind::Blocked).reason.contains(USER));
}

#[test]
fn what_an_activation_lacks_is_named_all_at_once() {
    let entry = json!({ "customerServiceRecord": { "customerType": "RESIDENTIAL", "streetName": "520", "firstName": "Ann" } });
    let plan = World::new()
        .declares(entry)
        .inventory(Inventory::Free)
        .plan();
    assert!(plan.steps.is_empty());
    let blocked = note(&plan, NoteKind::Blocked);
    for name in ["lastName", "streetNumber", "city", "state", "postalCode"] {
        assert!(blocked.reason.contains(name), "{}", blocked.reason);
    }
    assert!(!blocked.reason.contains("streetName"), "{}", blocked.reason);
    let plan = World::new()
        .declares(json!({}))
        .inventory(Inventory::Free)
        .plan();
    assert!(
        note(&plan, NoteKind::Blocked)
            .reason
            .contains("customerServiceRecord lacks")
    );
}

#[test]
fn an_activation_without_e911_address_says_what_answers_911() {
    let entry = json!({ "customerServiceRecord": office() });
    let plan = World::new()
        .declares(entry)
        .inventory(Inventory::Free)
        .plan();
    assert!(body(only_step(&plan)).get("e911Address").is_none());
    assert!(note(&plan, NoteKind::Warning).reason.contains("911"));
}

#[test]
fn the_partitions_listing_type_is_sent_and_shown_and_must_be_one_that_can_be_sent() {
    let entry = json!({ "customerServiceRecord": office(), "e911Address": null });
    let mut world = World::new().declares(entry).inventory(Inventory::Free);
    let plan = world.plan();
    let step = only_step(&plan);
    assert_eq!(
        body(step)["directoryListing"],
        json!({ "type": "NOT_LIST_NOT_PUBLISH" })
    );
    assert!(paths(step).contains(&"directoryListing.type"));
    for default in [None, Some("PORTED".to_owned())] {
        world.partition.default_listing_type = default;
        let plan = world.plan();
        assert!(plan.steps.is_empty());
        assert!(
            note(&plan, NoteKind::Blocked)
                .reason
                .contains("directoryListing.type")
        );
    }
}

#[test]
fn a_number_that_can_not_be_had_is_blocked_and_never_posted() {
    for (inventory, word) in [
        (Inventory::Unknown, "does not know"),
        (
            Inventory::OnAccount(AccountId::new("other")),
            "another account: other",
        ),
        (
            Inventory::OnAccount(AccountId::new(ACCOUNT)),
            "listing lacks it",
        ),
        (Inventory::NotInStock, "not in stock"),
    ] {
        let plan = World::new()
            .declares(full())
            .inventory(inventory.clone())
            .plan();
        assert!(plan.steps.is_empty(), "{inventory:?}");
        assert!(
            note(&plan, NoteKind::Blocked).reason.contains(word),
            "{:?}",
            plan.notes
        );
        assert_eq!((count(&plan, "blocked"), count(&plan, "inSync")), (1, 0));
    }
    let unasked = World::new().declares(full()).plan();
    assert!(unasked.steps.is_empty());
    note(&unasked, NoteKind::Blocked);
}

#[test]
fn a_number_that_a_port_brings_is_never_taken_from_inventory() {
    let entry = with(full(), json!({ "port": "main-line" }));
    for inventory in [Inventory::Free, Inventory::Unknown, Inventory::NotInStock] {
        let plan = World::new()
            .declares(entry.clone())
            .inventory(inventory)
            .plan();
        assert!(plan.steps.is_empty());
        assert!(
            note(&plan, NoteKind::Blocked)
                .reason
                .contains("port main-line")
        );
    }
}

#[test]
fn a_released_number_that_is_gone_is_nothing() {
    for inventory in [
        Inventory::Free,
        Inventory::Unknown,
        Inventory::Cooldown { until: None },
        Inventory::OnAccount(AccountId::new("other")),
    ] {
        let plan = World::new()
            .declares(json!({ "state": "released" }))
            .inventory(inventory)
            .plan();
        assert_quiet(&plan);
        assert_eq!(count(&plan, "inSync"), 1);
    }
}

#[test]
fn a_held_number_is_left_on_hold_unless_the_file_says_false() {
    let live = json!({ "customerServiceRecord": office() });
    let held = |hold: Value| {
        World::new()
            .declares(with(json!({ "customerServiceRecord": office() }), hold))
            .lists("ACTIVATION_ON_HOLD", live.clone())
            .plan()
    };
    let plan = held(json!({ "holdActivation": false }));
    let step = only_step(&plan);
    assert_eq!(step.id, "submit-activation-18015551212");
    assert_eq!(
        *body(step),
        json!({ "activationStatusType": "IN_PROGRESS" })
    );
    assert!(
        step.request
            .path
            .ends_with("/reference/18015551212/type/ACTIVATION")
    );

    assert_quiet(&held(json!({ "holdActivation": true })));

    let plan = held(json!({}));
    assert!(plan.steps.is_empty());
    assert!(
        note(&plan, NoteKind::Warning)
            .help
            .as_deref()
            .is_some_and(|help| help.contains("holdActivation: false"))
    );
}

#[test]
fn on_hold_a_reference_is_sent_and_everything_else_deferred() {
    let entry = json!({
        "holdActivation": true,
        "customerServiceRecord": { "city": "Orem" },
        "reference": { "type": "SIP_TRUNK", "id": "new" }
    });
    let plan = World::new()
        .declares(entry)
        .lists(
            "ACTIVATION_ON_HOLD",
            json!({ "customerServiceRecord": office() }),
        )
        .plan();
    assert_eq!(
        *body(only_step(&plan)),
        json!({ "referenceType": "SIP_TRUNK", "referenceId": "new" })
    );
    assert!(
        note(&plan, NoteKind::Deferred)
            .reason
            .contains("customerServiceRecord")
    );
    assert_eq!(count(&plan, "deferred"), 1);
}

#[test]
fn submitted_from_hold_the_reference_comes_after() {
    let entry =
        json!({ "holdActivation": false, "reference": { "type": "SIP_TRUNK", "id": "new" } });
    let plan = World::new()
        .declares(entry)
        .lists("ACTIVATION_ON_HOLD", json!({}))
        .plan();
    assert_eq!(
        ids(&plan),
        ["submit-activation-18015551212", "update-18015551212"]
    );
    assert_eq!(plan.steps[1].depends_on, ["submit-activation-18015551212"]);
}

#[test]
fn a_held_number_that_is_given_up_is_cancelled() {
    let plan = World::new()
        .declares(json!({ "state": "released" }))
        .lists("ACTIVATION_ON_HOLD", json!({}))
        .plan();
    let step = only_step(&plan);
    assert_eq!(step.id, "cancel-activation-18015551212");
    assert_eq!(step.request.method, "PUT");
    assert_eq!(*body(step), json!({ "activationStatusType": "CANCELLED" }));
}

#[test]
fn while_it_is_activated_only_a_reference_is_sent() {
    let entry = json!({
        "e911Address": elsewhere(),
        "reference": { "type": "SIP_TRUNK", "id": "new" }
    });
    let world = World::new().declares(entry).lists(
        "ACTIVATION_PENDING",
        json!({ "customerServiceRecord": office() }),
    );
    let plan = world.plan();
    assert_eq!(paths(only_step(&plan)), ["reference"]);
    note(&plan, NoteKind::Waiting);
    assert!(
        note(&plan, NoteKind::Deferred)
            .reason
            .contains("e911Address")
    );

    let plan = world
        .event(EventKind::Activation, "REJECTED", "no such rate centre")
        .plan();
    assert!(plan.steps.is_empty());
    assert!(
        note(&plan, NoteKind::Blocked)
            .reason
            .contains("no such rate centre")
    );
}

#[test]
fn a_number_is_not_released_before_its_activation_ends() {
    let plan = World::new()
        .declares(json!({ "state": "released" }))
        .lists("ACTIVATION_PENDING", json!({}))
        .plan();
    assert!(plan.steps.is_empty());
    note(&plan, NoteKind::Blocked);
}

#[test]
fn a_number_in_a_port_is_left_alone_and_the_rest_deferred() {
    let entry = json!({
        "port": "main-line",
        "customerServiceRecord": elsewhere(),
        "directoryListing": { "type": "LIST_PUBLISH" },
        "reference": { "type": "SIP_TRUNK", "id": "new" }
    });
    let live =
        json!({ "customerServiceRecord": office(), "directoryListing": { "type": "PORTED" } });
    let world = World::new().declares(entry).lists("PORT_PENDING", live);
    let plan = world
        .event(EventKind::PortRequest, "FOC_RECEIVED", "")
        .plan();
    assert!(plan.steps.is_empty());
    assert!(
        note(&plan, NoteKind::Waiting)
            .reason
            .contains("FOC_RECEIVED")
    );
    let deferred = &note(&plan, NoteKind::Deferred).reason;
    for object in ["customerServiceRecord", "directoryListing", "reference"] {
        assert!(deferred.contains(object), "{deferred}");
    }
}

#[test]
fn a_rejected_port_is_blocked_with_the_carriers_words() {
    let plan = World::new()
        .declares(json!({ "port": "main-line" }))
        .lists("PORT_REJECTED", json!({}))
        .event(EventKind::PortRequest, "REJECTED", "PIN mismatch")
        .plan();
    assert!(plan.steps.is_empty());
    assert!(
        note(&plan, NoteKind::Blocked)
            .reason
            .contains("PIN mismatch")
    );
}

#[test]
fn what_is_on_its_way_elsewhere_waits_also_when_it_is_to_be_released() {
    for status in [
        "DELETE_PENDING",
        "CANCEL_PORT",
        "CANCEL_PORT_EXPIDITED",
        "FOC_REMOVED",
        "HOT_CUT_PORT",
        "RESELLER_PENDING",
    ] {
        for entry in [full(), json!({ "state": "released" })] {
            let plan = World::new().declares(entry).lists(status, json!({})).plan();
            assert!(plan.steps.is_empty(), "{status}");
            note(&plan, NoteKind::Waiting);
            assert_eq!(count(&plan, "waiting"), 1);
        }
    }
}

#[test]
fn a_status_nobody_knows_is_touched_by_nothing() {
    for status in ["", "BRAND_NEW"] {
        for entry in [full(), json!({ "state": "released" })] {
            let plan = World::new().declares(entry).lists(status, json!({})).plan();
            assert!(plan.steps.is_empty(), "{status:?}");
            note(&plan, NoteKind::Blocked);
        }
        let mut world = World::new().lists(status, json!({}));
        world.desired.prune = true;
        assert!(world.plan().steps.is_empty());
    }
}

#[test]
fn an_active_number_can_not_be_put_on_hold() {
    let plan = World::new()
        .declares(json!({ "holdActivation": true, "customerServiceRecord": { "city": "Orem" } }))
        .lists("ACTIVE", json!({ "customerServiceRecord": office() }))
        .plan();
    assert!(plan.steps.is_empty());
    assert!(note(&plan, NoteKind::Blocked).reason.contains("hold"));
    // false written out is no wish for an active number.
    let plan = World::new()
        .declares(json!({ "holdActivation": false }))
        .lists("ACTIVE", json!({}))
        .plan();
    assert_quiet(&plan);
}

#[test]
fn an_active_number_is_released_and_the_plan_says_how_long_it_can_be_had_back() {
    let plan = World::new()
        .declares(json!({ "state": "released" }))
        .lists("ACTIVE", json!({}))
        .plan();
    let step = only_step(&plan);
    assert_eq!(step.id, "release-18015551212");
    assert_eq!(step.request.method, "DELETE");
    assert!(step.body.is_none());
    assert!(matches!(&step.expect, Expect::Number(live) if live.status == CarrierStatus::Active));
    assert_eq!(
        note(&plan, NoteKind::Warning).until.as_deref(),
        Some("2026-12-23")
    );
}

#[test]
fn a_release_waits_for_what_is_under_way() {
    let world = World::new()
        .declares(json!({ "state": "released" }))
        .lists("ACTIVE", json!({}));
    let plan = world
        .event(EventKind::E911Address, "IN_PROGRESS", "")
        .plan();
    assert!(plan.steps.is_empty());
    assert!(
        note(&plan, NoteKind::Waiting)
            .reason
            .contains("NINE_ONE_ONE_ADDRESS")
    );
    let over = World::new()
        .declares(json!({ "state": "released" }))
        .lists("ACTIVE", json!({}))
        .event(EventKind::E911Address, "COMPLETED", "");
    assert_eq!(ids(&over.plan()), ["release-18015551212"]);
}

#[test]
fn a_protected_number_is_never_given_up() {
    for status in ["ACTIVE", "ACTIVATION_ON_HOLD"] {
        let plan = World::new()
            .declares(json!({ "state": "released", "protected": true }))
            .lists(status, json!({}))
            .plan();
        assert!(plan.steps.is_empty(), "{status}");
        assert!(note(&plan, NoteKind::Blocked).reason.contains("protected"));
    }
    let mut world = World::new()
        .declares(json!({ "protected": true }))
        .lists("ACTIVE", json!({}));
    world.desired.prune = true;
    assert_quiet(&world.plan());
}

#[test]
fn what_no_file_declares_is_left_alone_unless_the_account_prunes() {
    let mut world = World::new()
        .lists_number("18015550001", "ACTIVE", json!({}))
        .lists_number("18015550002", "ACTIVATION_ON_HOLD", json!({}))
        .lists_number("18015550003", "ACTIVATION_PENDING", json!({}))
        .lists_number("18015550004", "PORT_PENDING", json!({}))
        .lists_number("18015550005", "DELETE_PENDING", json!({}))
        .lists_number("18015550006", "COOLDOWN", json!({}));
    let plan = world.plan();
    assert!(plan.steps.is_empty());
    let unmanaged = note(&plan, NoteKind::Unmanaged);
    assert_eq!(
        unmanaged.numbers.len(),
        5,
        "one note for all of them, without the one that is gone"
    );
    assert_eq!(count(&plan, "unmanaged"), 5);

    world.desired.prune = true;
    let plan = world.plan();
    assert_eq!(
        ids(&plan),
        ["release-18015550001", "cancel-activation-18015550002"]
    );
    assert_eq!((count(&plan, "waiting"), count(&plan, "unmanaged")), (3, 0));
}

#[test]
fn a_whole_e911_address_of_a_new_number_takes_nothing_over_from_the_csr() {
    let own = json!({
        "customerType": "RESIDENTIAL", "firstName": "Ada", "lastName": "Alder",
        "streetNumber": "75", "preDirectional": "S", "streetName": "200", "postDirectional": "E",
        "city": "Provo", "state": "UT", "country": "USA", "postalCode": "84606",
    });
    let plan = World::new()
        .declares(json!({ "customerServiceRecord": office(), "e911Address": own }))
        .inventory(Inventory::Free)
        .plan();
    assert_eq!(body(only_step(&plan))["e911Address"], own);
}
