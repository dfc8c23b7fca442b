//! Ordering a port: one POST for all its numbers, once, and only when all is well.

use alz::model::PhoneNumber;
use alz::model::live::Inventory;
use alz::plan::{NoteKind, Question, Verdict};
use serde_json::{Value, json};

use crate::world::*;

pub const SECOND: &str = "18015551213";
pub const THIRD: &str = "18015551214";

/// The days that the carriers offer.
pub const DAYS: [&str; 8] = [
    "2026-11-30",
    "2026-12-01",
    "2026-12-02",
    "2026-12-03",
    "2026-12-04",
    "2026-12-07",
    "2026-12-08",
    "2026-12-09",
];

pub fn entry(members: Value) -> Value {
    with(
        json!({ "port": "main-line", "customerServiceRecord": office(), "e911Address": null }),
        members,
    )
}

pub fn absent(mut world: World, number: &str, inventory: Inventory) -> World {
    world.live.inventory.insert(tn(number), inventory);
    world
}

/// Two numbers that another carrier serves.
pub fn two(port: Value, members: Value) -> World {
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
