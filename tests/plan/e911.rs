//! Where an ambulance goes: nothing here may happen unseen.

use alz::model::Usages;
use alz::model::live::EventKind;
use alz::plan::{NoteKind, Question, Verdict};
use serde_json::{Value, json};

use crate::world::*;

/// The office as an E911 address can say it.
fn office_e911() -> Value {
    let Value::Object(mut office) = office() else {
        panic!("an object");
    };
    office.remove("customerName");
    Value::Object(office)
}

#[test]
fn a_changed_address_is_sent_whole_and_alone() {
    let live = json!({
        "customerServiceRecord": office(),
        "e911Address": with(office_e911(), json!({ "language": "en-US", "psapHint": { "a": 1 }, "streetSuffix": "" }))
    });
    let plan = World::new()
        .declares(json!({ "customerServiceRecord": office(), "e911Address": { "language": "fr-CA", "unit": "510" } }))
        .lists("ACTIVE", live)
        .plan();
    let step = only_step(&plan);
    assert_eq!(step.id, "update-18015551212");
    assert_eq!(step.request.method, "PATCH");
    assert_eq!(
        *body(step),
        json!({ "e911Address": with(office_e911(), json!({ "language": "fr-CA", "unit": "510", "psapHint": { "a": 1 } })) })
    );
    assert_eq!(paths(step), ["e911Address.unit", "e911Address.language"]);
    let language = &step.changes[1];
    assert_eq!(
        (&language.before, &language.after),
        (&json!("en-US"), &json!("fr-CA"))
    );
}

#[test]
fn an_address_is_one_thing_so_the_old_suite_does_not_survive_a_move() {
    let plan = World::new()
        .declares(json!({ "e911Address": elsewhere() }))
        .lists(
            "ACTIVE",
            json!({ "customerServiceRecord": office(), "e911Address": office_e911() }),
        )
        .plan();
    let sent = &body(only_step(&plan))["e911Address"];
    for gone in [
        "unit",
        "secondaryLocationDescription",
        "preDirectional",
        "postDirectional",
    ] {
        assert_eq!(
            sent.get(gone),
            Some(&Value::Null),
            "{gone}: null, so that no merge keeps it"
        );
    }
    assert_eq!(sent["streetName"], "Center");
}

#[test]
fn a_language_alone_keeps_the_address_that_is_in_effect() {
    let plan = World::new()
        .declares(json!({ "e911Address": { "language": "fr-CA" } }))
        .lists("ACTIVE", json!({ "customerServiceRecord": office() }))
        .plan();
    assert_eq!(
        *body(only_step(&plan)),
        json!({ "e911Address": with(office_e911(), json!({ "language": "fr-CA" })) })
    );
}

#[test]
fn null_means_the_csrs_address() {
    let own = |e911: Value| {
        World::new()
            .declares(json!({ "e911Address": null }))
            .lists(
                "ACTIVE",
                json!({ "customerServiceRecord": office(), "e911Address": e911 }),
            )
            .plan()
    };
    assert_quiet(&own(Value::Null));
    assert_quiet(&own(with(
        office(),
        json!({ "id": "copy", "streetName": "520 " }),
    )));
    for different in [
        elsewhere(),
        with(office(), json!({ "language": "fr-CA" })),
        with(
            office(),
            json!({ "latitude": "40.3", "longitude": "-111.7" }),
        ),
    ] {
        let plan = own(different);
        let step = only_step(&plan);
        assert_eq!(*body(step), json!({ "e911Address": null }));
        assert_eq!(paths(step), ["e911Address"]);
        assert_eq!(step.changes[0].after, Value::Null);
    }
}

#[test]
fn null_is_refused_where_it_would_leave_911_without_an_address() {
    let plan = World::new()
        .declares(json!({ "e911Address": null }))
        .lists("ACTIVE", json!({ "e911Address": elsewhere() }))
        .plan();
    assert!(plan.steps.is_empty());
    note(&plan, NoteKind::Blocked);
}

#[test]
fn a_declared_address_is_pinned_when_the_csr_moves_from_under_it() {
    for e911 in [Value::Null, office()] {
        let plan = World::new()
            .declares(json!({ "customerServiceRecord": elsewhere(), "e911Address": office() }))
            .lists(
                "ACTIVE",
                json!({ "customerServiceRecord": office(), "e911Address": e911 }),
            )
            .plan();
        let step = only_step(&plan);
        assert_eq!(body(step)["e911Address"]["streetName"], "520");
        assert_eq!(body(step)["customerServiceRecord"]["streetName"], "Center");
        assert!(
            paths(step).contains(&"e911Address"),
            "a reviewer sees that it is sent"
        );
    }
    // One that already stands for itself needs no pin.
    let plan = World::new()
        .declares(json!({ "customerServiceRecord": elsewhere(), "e911Address": with(office(), json!({ "unit": "1" })) }))
        .lists("ACTIVE", json!({ "customerServiceRecord": office(), "e911Address": with(office(), json!({ "unit": "1" })) }))
        .plan();
    assert!(body(only_step(&plan)).get("e911Address").is_none());
}

#[test]
fn a_csr_that_takes_911_along_is_warned_about() {
    let moves = |entry: Value, e911: Value| {
        World::new()
            .declares(with(json!({ "customerServiceRecord": elsewhere() }), entry))
            .lists(
                "ACTIVE",
                json!({ "customerServiceRecord": office(), "e911Address": e911 }),
            )
            .plan()
    };
    let plan = moves(json!({}), Value::Null);
    assert!(
        note(&plan, NoteKind::Warning)
            .reason
            .contains("911 moves along")
    );
    let plan = moves(
        json!({ "e911Address": { "businessName": "Dental" } }),
        Value::Null,
    );
    assert!(
        note(&plan, NoteKind::Warning)
            .reason
            .contains("911 moves along")
    );
    assert_eq!(
        body(only_step(&plan))["e911Address"]["streetName"],
        "Center"
    );
    // null asks for it; a stored copy is told to follow.
    let plan = moves(json!({ "e911Address": null }), office());
    assert!(plan.notes.is_empty());
    assert_eq!(body(only_step(&plan))["e911Address"], Value::Null);
    assert!(body(only_step(&plan)).get("e911Address").is_some());
    // An address of its own stays, and nothing is said.
    let plan = moves(json!({}), with(office(), json!({ "unit": "1" })));
    assert!(plan.notes.is_empty());
}

#[test]
fn a_csr_that_takes_911_along_shows_both_addresses_as_a_change() {
    // Whether the platform omits the address or gives a copy: one and the same change.
    for stored in [Value::Null, office()] {
        for (entry, after) in [
            (json!({}), elsewhere()),
            (json!({ "e911Address": null }), elsewhere()),
            (
                json!({ "e911Address": { "language": "fr-CA" } }),
                with(elsewhere(), json!({ "language": "fr-CA" })),
            ),
        ] {
            let plan = World::new()
                .declares(with(json!({ "customerServiceRecord": elsewhere() }), entry))
                .lists(
                    "ACTIVE",
                    json!({ "customerServiceRecord": office(), "e911Address": stored }),
                )
                .plan();
            let step = only_step(&plan);
            let changes: Vec<_> = step
                .changes
                .iter()
                .filter(|change| change.path.starts_with("e911Address"))
                .collect();
            assert_eq!(changes.len(), 1, "{changes:#?}");
            assert_eq!(changes[0].path, "e911Address");
            assert_eq!(record(changes[0].before.clone()), record(office_e911()));
            assert_eq!(record(changes[0].after.clone()), record(after));
        }
    }
    // A name on the record moves nobody.
    let plan = World::new()
        .declares(json!({ "customerServiceRecord": { "businessName": "Better Dental" } }))
        .lists("ACTIVE", json!({ "customerServiceRecord": office() }))
        .plan();
    assert_eq!(
        paths(only_step(&plan)),
        ["customerServiceRecord.businessName"]
    );
}

#[test]
fn the_report_says_that_language_and_coordinates_go_with_a_cleared_address() {
    let own = json!({ "language": "fr-CA", "latitude": "40.332492", "longitude": "-111.728167" });
    let plan = World::new()
        .declares(json!({ "e911Address": null }))
        .lists(
            "ACTIVE",
            json!({ "customerServiceRecord": office(), "e911Address": with(office(), own) }),
        )
        .plan();
    let text = alz::report::plan_human(&plan, &alz::report::Style::default());
    let text = anstream::adapter::strip_str(&text).to_string();
    for gone in ["fr-CA", "40.332492", "-111.728167"] {
        assert!(text.contains(gone), "{gone}: {text}");
    }
}

#[test]
fn coordinates_of_the_old_address_are_pointed_out() {
    let live = json!({
        "customerServiceRecord": office(),
        "e911Address": with(office_e911(), json!({ "latitude": "40.332492", "longitude": "-111.728167" }))
    });
    let moved = |own: Value| {
        World::new()
            .declares(json!({ "e911Address": with(elsewhere(), own) }))
            .lists("ACTIVE", live.clone())
            .plan()
    };
    let plan = moved(json!({}));
    assert!(note(&plan, NoteKind::Warning).reason.contains("40.332492"));
    let plan = moved(json!({ "latitude": null, "longitude": null }));
    assert!(plan.notes.is_empty());
    assert_eq!(
        body(only_step(&plan))["e911Address"]["latitude"],
        Value::Null
    );
    let plan = moved(json!({ "latitude": "40.3", "longitude": "-111.7" }));
    let warned = &note(&plan, NoteKind::Warning).reason;
    assert!(warned.contains("not the address itself"), "{warned}");
}

#[test]
fn a_state_in_another_country_is_blocked_until_the_country_is_written() {
    let ottawa = json!({ "streetNumber": "56", "streetName": "Sparks", "streetSuffix": "St", "city": "Ottawa", "state": "ON", "postalCode": "K1P 5A9" });
    let plan = |address: Value| {
        World::new()
            .declares(json!({ "e911Address": address }))
            .lists(
                "ACTIVE",
                json!({ "customerServiceRecord": office(), "e911Address": office_e911() }),
            )
            .plan()
    };
    let blocked = plan(ottawa.clone());
    assert!(blocked.steps.is_empty());
    assert!(
        note(&blocked, NoteKind::Blocked)
            .help
            .as_deref()
            .is_some_and(|help| help.contains("country: CAN"))
    );
    only_step(&plan(with(ottawa, json!({ "country": "CAN" }))));
}

#[test]
fn half_an_address_is_never_sent() {
    let plan = World::new()
        .declares(json!({ "e911Address": { "streetName": "Center", "city": "Orem" } }))
        .lists("ACTIVE", json!({ "customerServiceRecord": office() }))
        .plan();
    assert!(plan.steps.is_empty());
    assert!(note(&plan, NoteKind::Blocked).reason.contains("state"));
    let plan = World::new()
        .declares(json!({ "e911Address": { "language": "fr-CA" } }))
        .lists("ACTIVE", json!({}))
        .plan();
    assert!(plan.steps.is_empty());
    note(&plan, NoteKind::Blocked);
}

#[test]
fn a_new_address_is_asked_about_before_the_plan_is_final() {
    let mut world = World::new()
        .declares(json!({ "e911Address": elsewhere() }))
        .declares_number("18015551213", json!({ "e911Address": elsewhere() }))
        .lists("ACTIVE", json!({ "customerServiceRecord": office() }))
        .lists_number(
            "18015551213",
            "ACTIVE",
            json!({ "customerServiceRecord": office() }),
        );
    assert!(
        world.account().questions.is_empty(),
        "--no-verify asks nothing"
    );
    world.verify = true;
    let questions = world.account().questions;
    let [
        Question::E911 {
            address,
            csr,
            numbers,
        },
    ] = questions.as_slice()
    else {
        panic!("one question for one address: {questions:#?}");
    };
    assert_eq!(**csr, record(office()));
    assert_eq!(numbers.len(), 2);
    // What the live record had in members the file doesn't speak of is part of what is sent.
    let asked = serde_json::to_value(address).expect("json");
    assert_eq!(asked["streetName"], "Center");
    assert!(asked.get("unit").is_none());
    world.checks.answer_e911(address, Verdict::Valid);
    for number in [NUMBER, "18015551213"] {
        world
            .checks
            .answer_usages(tn(number), Usages::Users(Vec::new()));
    }
    assert!(world.account().questions.is_empty());
    assert_eq!(world.plan().steps.len(), 2);
    assert!(world.plan().notes.is_empty());
}

#[test]
fn an_address_that_did_not_change_is_not_asked_about() {
    let mut world = World::new()
        .declares(json!({ "e911Address": office(), "reference": null }))
        .lists("ACTIVE", json!({ "customerServiceRecord": office(), "referenceType": "IVR", "referenceId": "x" }));
    world.verify = true;
    assert!(world.account().questions.is_empty());
    assert_eq!(paths(only_step(&world.plan())), ["reference"]);
}

fn refused() -> Verdict {
    Verdict::Invalid {
        errors: vec!["No MSAG Match".to_owned()],
        alternatives: vec![record(json!({
            "streetNumber": "56", "streetName": "Center St", "city": "OREM", "state": "NO", "postalCode": "84057", "country": "US"
        }))],
    }
}

#[test]
fn a_refused_address_is_left_out_and_the_rest_goes() {
    let plan = World::new()
        .declares(json!({ "customerServiceRecord": { "customerName": "Dental" }, "e911Address": elsewhere(), "reference": { "type": "IVR", "id": "x" } }))
        .lists("ACTIVE", json!({ "customerServiceRecord": office(), "e911Address": office_e911() }))
        .verdict(elsewhere(), refused())
        .plan();
    assert_eq!(
        paths(only_step(&plan)),
        ["customerServiceRecord.customerName", "reference"]
    );
    let blocked = note(&plan, NoteKind::Blocked);
    assert!(blocked.reason.contains("No MSAG Match"));
    let help = blocked.help.as_deref().unwrap_or_default();
    assert!(
        help.contains("e911Address:\n  streetNumber: \"56\"\n  streetName: \"Center St\"\n"),
        "{help}"
    );
    assert!(
        help.contains("state: \"NO\""),
        "quoted, or YAML takes it for false: {help}"
    );
    assert!(help.contains("country: \"USA\""), "{help}");
    assert_eq!(count(&plan, "blocked"), 1);
}

#[test]
fn a_csr_that_would_take_911_to_a_refused_address_stays() {
    for e911 in [
        json!({}),
        json!({ "e911Address": null }),
        json!({ "e911Address": elsewhere() }),
    ] {
        let plan = World::new()
            .declares(with(json!({ "customerServiceRecord": elsewhere(), "reference": { "type": "IVR", "id": "x" } }), e911))
            .lists("ACTIVE", json!({ "customerServiceRecord": office() }))
            .verdict(elsewhere(), refused())
            .plan();
        assert_eq!(paths(only_step(&plan)), ["reference"]);
        assert_eq!(count(&plan, "blocked"), 1);
    }
}

#[test]
fn a_refused_address_stops_an_activation_whole() {
    use alz::model::live::Inventory;
    for entry in [
        json!({ "customerServiceRecord": office(), "e911Address": elsewhere() }),
        json!({ "customerServiceRecord": elsewhere() }),
        json!({ "customerServiceRecord": with(elsewhere(), json!({ "customerName": "Dental" })), "e911Address": null }),
    ] {
        let plan = World::new()
            .declares(entry)
            .inventory(Inventory::Cooldown { until: None })
            .verdict(elsewhere(), refused())
            .plan();
        assert!(plan.steps.is_empty(), "{:#?}", plan.steps);
        assert!(
            note(&plan, NoteKind::Blocked)
                .reason
                .contains("No MSAG Match")
        );
    }
}

#[test]
fn an_address_nobody_could_judge_goes_with_a_warning() {
    let plan = World::new()
        .declares(json!({ "e911Address": elsewhere() }))
        .lists("ACTIVE", json!({ "customerServiceRecord": office() }))
        .verdict(
            elsewhere(),
            Verdict::Unknown {
                why: "out of reach".to_owned(),
            },
        )
        .plan();
    only_step(&plan);
    assert!(
        note(&plan, NoteKind::Warning)
            .reason
            .contains("out of reach")
    );
}

#[test]
fn an_equal_field_is_no_proof_when_the_provider_rejected_it() {
    let live = json!({ "customerServiceRecord": office(), "e911Address": elsewhere() });
    for entry in [json!({ "e911Address": elsewhere() }), json!({})] {
        let plan = World::new()
            .declares(entry)
            .lists("ACTIVE", live.clone())
            .event(
                EventKind::E911Address,
                "REJECTED",
                "No MSAG Match, alternatives found",
            )
            .plan();
        assert!(plan.steps.is_empty());
        let blocked = note(&plan, NoteKind::Blocked);
        assert!(
            blocked.reason.contains("not in force"),
            "{}",
            blocked.reason
        );
        assert!(blocked.reason.contains("No MSAG Match, alternatives found"));
        assert_eq!((count(&plan, "blocked"), count(&plan, "inSync")), (1, 0));
    }
}

#[test]
fn a_rejected_address_that_the_file_replaces_is_simply_replaced() {
    let plan = World::new()
        .declares(json!({ "e911Address": office() }))
        .lists(
            "ACTIVE",
            json!({ "customerServiceRecord": elsewhere(), "e911Address": elsewhere() }),
        )
        .event(EventKind::E911Address, "REJECTED", "No MSAG Match")
        .plan();
    only_step(&plan);
    assert!(plan.notes.is_empty());
}

#[test]
fn a_change_that_is_not_confirmed_yet_is_waited_for() {
    let live = json!({ "customerServiceRecord": office(), "e911Address": elsewhere() });
    for (kind, object) in [
        (EventKind::E911Address, "e911Address"),
        (EventKind::CsrChange, "customerServiceRecord"),
    ] {
        let world = World::new()
            .declares(json!({}))
            .lists("ACTIVE", live.clone());
        let plan = world.event(kind, "IN_PROGRESS", "").plan();
        assert!(note(&plan, NoteKind::Waiting).reason.contains(object));
        let world = World::new()
            .declares(json!({}))
            .lists("ACTIVE", live.clone());
        assert_quiet(&world.event(kind, "COMPLETED", "").plan());
    }
}

#[test]
fn names_that_911_is_told_are_warned_about_when_they_change_along() {
    let renamed = json!({ "customerServiceRecord": { "businessName": "Another Name" } });
    let plan = World::new()
        .declares(renamed)
        .lists("ACTIVE", json!({ "customerServiceRecord": office() }))
        .plan();
    assert!(
        note(&plan, NoteKind::Warning)
            .reason
            .contains("names that 911 is told")
    );
}
