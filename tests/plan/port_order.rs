//! Ordering a port: one POST for all its numbers, once, and only when all is well.

use alz::model::live::{EventKind, Inventory};
use alz::model::{AccountId, LiveEvent, PhoneNumber, PortId};
use alz::plan::{Action, Coverage, NoteKind, Offer, Question, Verdict};
use serde_json::{Value, json};
use std::collections::BTreeSet;

use crate::world::*;

const SECOND: &str = "18015551213";
const THIRD: &str = "18015551214";

/// The days that the carriers offer.
const DAYS: [&str; 8] = [
    "2026-11-30",
    "2026-12-01",
    "2026-12-02",
    "2026-12-03",
    "2026-12-04",
    "2026-12-07",
    "2026-12-08",
    "2026-12-09",
];

fn entry(members: Value) -> Value {
    with(
        json!({ "port": "main-line", "customerServiceRecord": office(), "e911Address": null }),
        members,
    )
}

fn absent(mut world: World, number: &str, inventory: Inventory) -> World {
    world.live.inventory.insert(tn(number), inventory);
    world
}

/// Two numbers that another carrier serves.
fn two(port: Value, members: Value) -> World {
    let world = World::new()
        .declares(entry(members.clone()))
        .declares_number(SECOND, entry(members))
        .declares_port("main-line", port);
    absent(
        absent(world, NUMBER, Inventory::Unknown),
        SECOND,
        Inventory::NotInStock,
    )
}

#[test]
fn one_order_is_proposed_for_all_numbers_and_says_only_what_was_written() {
    let reference = json!({ "reference": { "type": "SIP_TRUNK", "id": "trunk" } });
    let world = two(main_line(), reference).offering(&DAYS);
    let plan = world.plan();
    let step = only_step(&plan);
    assert_eq!(step.id, "submit-port-18015551212");
    assert_eq!(step.numbers, [tn(NUMBER), tn(SECOND)]);
    assert_eq!(
        (step.request.method.as_str(), step.request.path.as_str()),
        (
            "POST",
            "/v2/partition/X4fbfNlFRpy7bWDFmCwwdw/account/bRW8jpoCTGOaOIF5wqvSVg/telephonenumber"
        )
    );
    assert_eq!(
        body(step),
        &json!({
            "customerServiceRecord": office(),
            "telephoneNumbers": [
                { "phoneNumber": NUMBER, "referenceType": "SIP_TRUNK", "referenceId": "trunk" },
                { "phoneNumber": SECOND, "referenceType": "SIP_TRUNK", "referenceId": "trunk" },
            ],
            "directoryListing": { "type": "PORTED" },
            "port": {
                "billingTelephoneNumber": NUMBER, "crdDate": "2026-12-03",
                "portingWireType": "Wireline", "portingAuthorizedName": "John Smith",
            },
        })
    );
    let facts = step.port.as_ref().expect("facts");
    assert_eq!(facts.name.as_deref(), Some("main-line"));
    assert_eq!(facts.carrier.as_deref(), Some("BANDWIDTH"));
    assert_eq!(facts.rate_center.as_deref(), Some("LEHI, UT"));
    assert_eq!(facts.crd_date, "2026-12-03".parse().ok());
    assert_eq!(facts.earliest_date, "2026-11-30".parse().ok());
    // Monday the 23rd, 05:00 in Denver: Thanksgiving and the day after do not count.
    assert_eq!(facts.business_days, Some(6));
    assert_eq!(count(&plan, "inSync"), 0, "its numbers are not there yet");
    assert!(plan.notes.is_empty(), "{:#?}", plan.notes);
}

#[test]
fn an_order_after_the_cut_off_counts_from_the_next_business_day() {
    for (now, days) in [
        ("2026-11-23T19:59:59Z", 6),
        // 13:00 in Denver.
        ("2026-11-23T20:00:00Z", 5),
        // Saturday: it is worked on from Monday on.
        ("2026-11-28T12:00:00Z", 3),
        // Wednesday after the cut-off: Thursday and Friday are no business days.
        ("2026-11-25T21:00:00Z", 3),
    ] {
        let plan = two(main_line(), json!({})).at(now).plan();
        let facts = only_step(&plan).port.clone().expect("facts");
        assert_eq!(facts.business_days, Some(days), "{now}");
    }
}

#[test]
fn the_losing_carriers_record_goes_beside_the_numbers_own_where_it_differs() {
    let of = |csr: Value| {
        two(
            with(main_line(), json!({ "customerServiceRecord": csr })),
            json!({}),
        )
    };
    let same = of(office()).plan();
    assert!(
        body(only_step(&same))["port"]
            .get("customerServiceRecord")
            .is_none()
    );
    // To the letter: it is what the losing carrier compares.
    let dotted = with(office(), json!({ "businessName": "Sample Dental, Inc." }));
    let other = of(dotted.clone()).plan();
    let step = only_step(&other);
    assert_eq!(body(step)["port"]["customerServiceRecord"], dotted);
    assert_eq!(body(step)["customerServiceRecord"], office());
    assert!(paths(step).contains(&"port.customerServiceRecord.businessName"));

    let world = World::new()
        .declares(json!({ "port": "main-line", "e911Address": null }))
        .inventory(Inventory::Unknown)
        .declares_port(
            "main-line",
            with(main_line(), json!({ "customerServiceRecord": office() })),
        );
    let alone = world.plan();
    assert_eq!(body(only_step(&alone))["customerServiceRecord"], office());
}

#[test]
fn numbers_of_different_customers_are_not_one_order() {
    let world = World::new()
        .declares(entry(json!({})))
        .declares_number(
            SECOND,
            entry(json!({ "customerServiceRecord": elsewhere() })),
        )
        .declares_port(
            "main-line",
            with(main_line(), json!({ "customerServiceRecord": office() })),
        );
    let world = absent(
        absent(world, NUMBER, Inventory::Unknown),
        SECOND,
        Inventory::Unknown,
    );
    let plan = world.plan();
    assert!(plan.steps.is_empty());
    let blocked = note(&plan, NoteKind::Blocked);
    assert_eq!(blocked.numbers.len(), 2);
    assert!(
        blocked
            .help
            .as_deref()
            .is_some_and(|help| help.contains("two ports"))
    );
}

#[test]
fn a_caller_name_of_its_own_comes_after_the_port() {
    let named = with(office(), json!({ "customerName": "Front Desk" }));
    let world = World::new()
        .declares(entry(json!({})))
        .declares_number(SECOND, entry(json!({ "customerServiceRecord": named })))
        .declares_port("main-line", main_line());
    let world = absent(
        absent(world, NUMBER, Inventory::Unknown),
        SECOND,
        Inventory::Unknown,
    );
    let plan = world.plan();
    let sent = &body(only_step(&plan))["customerServiceRecord"];
    assert!(sent.get("customerName").is_none(), "{sent}");
    let later = note(&plan, NoteKind::Deferred);
    assert_eq!(later.numbers.len(), 2);
    assert!(later.reason.starts_with("customerServiceRecord:"));
}

#[test]
fn canadian_settings_are_sent_in_the_platforms_form() {
    let ottawa = json!({
        "customerType": "RESIDENTIAL", "firstName": "Marie", "lastName": "Roy",
        "streetNumber": "56", "streetName": "Sparks", "streetSuffix": "St",
        "city": "Ottawa", "state": "ON", "country": "CAN", "postalCode": "K1P 5A9"
    });
    let settings = json!({
        "currentCarrier": "Telus Mobility", "localReseller": "Telus", "loaDate": "2026-11-20",
        "disconnectInternetService": false, "notes": null
    });
    let port = json!({ "billingTelephoneNumber": NUMBER, "crdDate": "2026-12-03", "telecomSettings": settings });
    let plan = two(port, json!({ "customerServiceRecord": ottawa })).plan();
    assert_eq!(
        body(only_step(&plan))["port"]["telecomSettings"],
        json!({
            "currentCarrier": "Telus Mobility", "localReseller": "Telus",
            "loaDate": "2026-11-20T00:00:00.000Z", "disconnectInternetService": false
        })
    );
    // A Canadian order goes without a wire type, but not without a carrier.
    let port = json!({ "billingTelephoneNumber": NUMBER, "crdDate": "2026-12-03" });
    let plan = two(port, json!({ "customerServiceRecord": ottawa })).plan();
    assert!(plan.steps.is_empty());
    assert!(
        note(&plan, NoteKind::Blocked)
            .reason
            .contains("telecomSettings.currentCarrier")
    );
}

#[test]
fn what_an_order_cannot_do_without_blocks_it_with_its_name() {
    for missing in [
        "billingTelephoneNumber",
        "crdDate",
        "portingWireType",
        "portingAuthorizedName",
    ] {
        let mut port = main_line();
        port.as_object_mut().expect("a port").remove(missing);
        let plan = two(port, json!({})).plan();
        assert!(plan.steps.is_empty(), "{missing}");
        let blocked = note(&plan, NoteKind::Blocked);
        assert!(blocked.reason.contains(missing), "{}", blocked.reason);
        assert_eq!(blocked.numbers.len(), 2);
    }
    let plan = two(
        main_line(),
        json!({ "customerServiceRecord": { "customerType": "BUSINESS" } }),
    )
    .plan();
    assert!(
        note(&plan, NoteKind::Blocked)
            .reason
            .contains("lacks businessName, streetNumber")
    );
    let plan = two(main_line(), json!({ "holdActivation": true })).plan();
    assert!(plan.steps.is_empty());
    assert!(says(&plan, NoteKind::Blocked, NUMBER)[0].contains("hold"));
}

#[test]
fn secrets_are_named_and_never_in_the_body_or_the_plan() {
    let wireless = with(
        main_line(),
        json!({
            "portingWireType": "Wireless",
            "wirelessAccountNumber": { "file": "secrets/account" },
            "wirelessPin": { "env": "MAIN_LINE_PIN" },
        }),
    );
    let plan = two(wireless.clone(), json!({})).plan();
    let step = only_step(&plan);
    let pointers: Vec<(&str, bool)> = step
        .secrets
        .iter()
        .map(|secret| (secret.pointer.as_str(), secret.is_pin))
        .collect();
    assert_eq!(
        pointers,
        [
            ("/port/wirelessAccountNumber", false),
            ("/port/wirelessPin", true)
        ]
    );
    let port = body(step)["port"].as_object().expect("a port");
    assert!(!port.contains_key("wirelessPin") && !port.contains_key("wirelessAccountNumber"));
    let json = alz::report::plan_json(&plan).expect("json");
    assert!(!json.contains("MAIN_LINE_PIN") && !json.contains("secrets/account"));

    let written = with(wireless, json!({ "wirelessAccountNumber": "98765" }));
    let plan = two(written, json!({})).plan();
    let step = only_step(&plan);
    assert_eq!(body(step)["port"]["wirelessAccountNumber"], "98765");
    assert!(
        !alz::report::plan_json(&plan)
            .expect("json")
            .contains("98765")
    );
    let sensitive = step
        .changes
        .iter()
        .filter(|change| change.sensitive)
        .count();
    assert_eq!(sensitive, 2);

    let without = with(
        main_line(),
        json!({ "portingWireType": "Wireless", "wirelessPin": { "env": "P" } }),
    );
    let plan = two(without, json!({})).plan();
    assert!(plan.steps.is_empty());
    assert!(
        note(&plan, NoteKind::Blocked)
            .reason
            .contains("wirelessAccountNumber")
    );
}

#[test]
fn one_911_address_goes_along_and_several_wait_with_a_warning() {
    let plan = two(main_line(), json!({ "e911Address": elsewhere() })).plan();
    assert_eq!(body(only_step(&plan))["e911Address"], elsewhere());
    assert!(plan.notes.is_empty());

    let world = World::new()
        .declares(entry(json!({ "e911Address": elsewhere() })))
        .declares_number(SECOND, entry(json!({ "e911Address": { "unit": "510" } })))
        .declares_port("main-line", main_line());
    let world = absent(
        absent(world, NUMBER, Inventory::Unknown),
        SECOND,
        Inventory::Unknown,
    );
    let plan = world.plan();
    assert!(body(only_step(&plan)).get("e911Address").is_none());
    let warning = note(&plan, NoteKind::Warning);
    assert!(
        warning
            .reason
            .contains("911 calls from 18015551212, 18015551213")
    );
    assert!(
        note(&plan, NoteKind::Deferred)
            .reason
            .starts_with("e911Address:")
    );
}

#[test]
fn who_answers_911_is_said_where_no_address_is_written() {
    let unsaid = json!({ "port": "main-line", "customerServiceRecord": office() });
    let world = |port: Value| {
        let world = World::new()
            .declares(unsaid.clone())
            .inventory(Inventory::Unknown);
        world.declares_port("main-line", port)
    };
    let plan = world(main_line()).plan();
    assert!(
        note(&plan, NoteKind::Warning)
            .reason
            .contains("customer service record's address will answer 911")
    );
    let plan = world(with(
        main_line(),
        json!({ "customerServiceRecord": elsewhere() }),
    ))
    .plan();
    assert!(
        note(&plan, NoteKind::Warning)
            .reason
            .contains("which of the two answers 911")
    );
}

#[test]
fn the_911_address_is_verified_like_an_activations() {
    let mut world = two(main_line(), json!({ "e911Address": elsewhere() }));
    world.verify = true;
    let questions = world.account().questions;
    let e911: Vec<&Vec<PhoneNumber>> = questions
        .iter()
        .filter_map(|question| match question {
            Question::E911 { numbers, .. } => Some(numbers),
            Question::RateCenters { .. }
            | Question::PortOffer(_)
            | Question::Usages { .. }
            | Question::CorrectionPast { .. } => None,
        })
        .collect();
    assert_eq!(e911, [&vec![tn(NUMBER), tn(SECOND)]]);
    world.checks.answer_e911(
        &record(elsewhere()),
        Verdict::Invalid {
            errors: vec!["no such street".to_owned()],
            alternatives: Vec::new(),
        },
    );
    let world = world.offering(&DAYS);
    let plan = world.plan();
    assert!(plan.steps.is_empty());
    assert!(
        note(&plan, NoteKind::Blocked)
            .reason
            .contains("no such street")
    );
}

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
