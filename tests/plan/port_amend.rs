//! Changing a port that is under way: one PATCH with only what changed, what
//! the platform still takes, and secrets by the rules of design decision 8.

use alz::model::{LivePort, SecretRef};
use alz::plan::{Action, NoteKind, Offer, Plan, Question};
use serde_json::{Value, json};

use crate::world::*;

const SECOND: &str = "18015551213";
const ALL_FIELDS: [&str; 4] = ["crdDate", "wirelessAccountNumber", "wirelessPin", "name"];

fn world(port: LivePort, declared: Value) -> World {
    let status = match port.state.name() {
        "REJECTED" => "PORT_REJECTED",
        _ => "PORT_PENDING",
    };
    let entry = json!({ "port": "main-line", "customerServiceRecord": office() });
    World::new()
        .declares(entry.clone())
        .declares_number(SECOND, entry)
        .declares_port("main-line", declared)
        .has_port(status, port, json!({ "customerServiceRecord": office() }))
}

fn both(state: &str, members: Value) -> LivePort {
    ordered(state, &[NUMBER, SECOND], members)
}

fn rejected(message: &str) -> Value {
    json!({ "log": [
        ["PENDING", "2026-11-20T18:00:00Z", "", "Start Port"],
        ["REJECTED", "2026-11-21T18:00:00Z", "LSP", message]
    ], "reaction": "RESUBMIT" })
}

fn blocked(plan: &Plan) -> String {
    assert!(plan.steps.is_empty(), "{:#?}", plan.steps);
    says(plan, NoteKind::Blocked, NUMBER).join("\n")
}

fn wireless() -> Value {
    with(
        main_line(),
        json!({
            "portingWireType": "Wireless",
            "wirelessAccountNumber": { "env": "ACCOUNT" }, "wirelessPin": { "env": "PIN" }
        }),
    )
}

#[test]
fn only_declared_fields_are_compared_and_by_meaning() {
    let spelled = json!({
        "editable": ALL_FIELDS, "authorizedName": "JOHN  SMITH", "wireType": "WIRELINE",
        "csr": with(office(), json!({ "businessName": "SAMPLE DENTAL", "city": "LINDON" })),
        "telecom": { "currentCarrier": "telus", "loaDate": "2026-11-20T00:00:00.000Z", "tnData": {} }
    });
    let same = with(
        main_line(),
        json!({
            "customerServiceRecord": office(),
            "telecomSettings": { "currentCarrier": "Telus", "loaDate": "2026-11-20", "disconnectInternetService": false, "localReseller": null }
        }),
    );
    for state in ["PENDING", "IN_PROGRESS", "FOC_RECEIVED"] {
        for declared in [same.clone(), json!({}), json!({ "crdDate": "2026-12-03" })] {
            let plan = world(
                both(state, with(spelled.clone(), json!({ "foc": "2026-12-03" }))),
                declared,
            )
            .plan();
            assert!(plan.steps.is_empty(), "{:#?}", plan.steps);
            assert!(
                notes(&plan, NoteKind::Blocked).is_empty(),
                "{:#?}",
                plan.notes
            );
        }
    }
}

#[test]
fn a_moved_date_is_one_patch_and_has_to_be_on_offer() {
    let moved = with(main_line(), json!({ "crdDate": "2026-12-08" }));
    let port = || both("FOC_RECEIVED", json!({ "foc": "2026-12-03" }));
    let unasked = {
        let mut world = world(port(), moved.clone());
        world.verify = true;
        world
    };
    let questions = unasked.port_questions();
    assert_eq!(questions.len(), 1);
    assert_eq!(questions[0].numbers, [tn(NUMBER), tn(SECOND)]);
    assert!(unasked.account().steps.is_empty());
    assert!(
        !unasked
            .account()
            .questions
            .iter()
            .any(|question| matches!(question, Question::RateCenters { .. })),
        "where its numbers belong was asked when it was ordered"
    );

    let plan = world(port(), moved.clone())
        .offering(&["2026-12-08"])
        .plan();
    let step = only_step(&plan);
    assert_eq!(step.id, "update-port-18015551212");
    assert_eq!(step.request.method, "PATCH");
    assert!(
        step.request
            .path
            .ends_with("/account/bRW8jpoCTGOaOIF5wqvSVg/port/port-1")
    );
    assert_eq!(body(step), &json!({ "crdDate": "2026-12-08" }));
    assert_eq!(paths(step), ["port.crdDate"]);
    assert_eq!(
        (&step.changes[0].before, &step.changes[0].after),
        (&json!("2026-12-03"), &json!("2026-12-08"))
    );
    assert_eq!(
        step.port.as_ref().expect("facts").crd_date,
        "2026-12-08".parse().ok()
    );
    assert!(
        notes(&plan, NoteKind::Waiting).is_empty() && notes(&plan, NoteKind::Blocked).is_empty()
    );

    let plan = world(port(), moved.clone())
        .offering(&["2026-12-07"])
        .plan();
    assert!(blocked(&plan).contains("crdDate Tuesday 2026-12-08 is not on offer"));
    note(&plan, NoteKind::Waiting);
    let mut refused = world(port(), moved);
    refused.verify = true;
    for question in refused.port_questions() {
        refused.checks.answer_offer(
            &question,
            Offer::Refused {
                why: "closed".to_owned(),
            },
        );
    }
    assert!(blocked(&refused.plan()).contains("closed"));
}

#[test]
fn a_past_date_of_a_port_under_way_matters_only_where_it_is_to_be_moved() {
    let past = with(main_line(), json!({ "crdDate": "2026-11-20" }));
    let port = |crd: &str| {
        both(
            "PENDING",
            json!({ "crd": crd, "editable": ALL_FIELDS, "updated": "2026-11-23T11:00:00Z" }),
        )
    };
    let plan = world(port("2026-11-20"), past.clone()).plan();
    assert!(plan.steps.is_empty() && notes(&plan, NoteKind::Blocked).is_empty());
    let plan = world(port("2026-12-03"), past).plan();
    assert_eq!(blocked(&plan), "crdDate Friday 2026-11-20 is past");
}

#[test]
fn within_a_business_day_of_its_foc_date_only_people_move_it() {
    let moved = with(main_line(), json!({ "crdDate": "2026-12-16" }));
    // Monday the 7th; the day in Denver counts.
    let at = |now: &str| {
        let port = both("FOC_RECEIVED", json!({ "foc": "2026-12-07" }));
        world(port, moved.clone()).at(now).plan()
    };
    assert_eq!(
        only_step(&at("2026-12-04T06:59:59Z")).action,
        Action::UpdatePort
    );
    let plan = at("2026-12-04T07:00:00Z");
    assert!(blocked(&plan).contains("only people at the carriers can still move it"));
    assert!(blocked(&at("2026-12-07T12:00:00Z")).contains("only people"));
}

#[test]
fn what_may_change_is_what_the_platform_lists_or_the_state_allows() {
    let declared = with(
        main_line(),
        json!({
            "crdDate": "2026-12-08", "portingAuthorizedName": "Jane Roe", "billingTelephoneNumber": "18015550000",
            "customerServiceRecord": with(office(), json!({ "businessName": "New Dental", "unit": "510" })),
            "telecomSettings": { "notes": "call first" }
        }),
    );
    let everything = [
        "port.customerServiceRecord.businessName",
        "port.customerServiceRecord.unit",
        "port.billingTelephoneNumber",
        "port.portingAuthorizedName",
        "port.telecomSettings.notes",
        "port.crdDate",
    ];
    let names: &[&str] = &[everything[0], everything[3], everything[4], everything[5]];
    for (state, editable, expected) in [
        ("PENDING", json!([]), &[][..]),
        ("IN_PROGRESS", json!([]), &[]),
        ("FOC_RECEIVED", json!([]), &everything[5..]),
        ("REJECTED", json!([]), &everything[..]),
        ("PENDING", json!(ALL_FIELDS), names),
        ("IN_PROGRESS", json!(ALL_FIELDS), names),
        ("FOC_RECEIVED", json!(["crdDate"]), &everything[5..]),
        ("REJECTED", json!(ALL_FIELDS), &everything[..]),
        ("PENDING", json!(["wirelessPin"]), &[]),
        ("IN_PROGRESS", json!(["crdDate"]), &everything[5..]),
        ("REJECTED", json!(["crdDate"]), &everything[5..]),
    ] {
        let members = with(
            json!({ "editable": editable, "foc": "2026-12-03" }),
            rejected("Name mismatch"),
        );
        let plan = world(both(state, members), declared.clone()).plan();
        let changed: Vec<&str> = plan.steps.iter().flat_map(|step| paths(step)).collect();
        assert_eq!(changed, expected, "{state} {editable}");
        let blocked = says(&plan, NoteKind::Blocked, NUMBER).join("\n");
        for path in everything {
            let name = path.trim_start_matches("port.").trim_end_matches(".notes");
            let fixed = !expected.contains(&path);
            assert_eq!(
                blocked.contains(name),
                fixed,
                "{state} {editable} {name}: {blocked}"
            );
        }
        if expected.len() < everything.len() {
            assert!(plan.notes.iter().any(|note| {
                note.help
                    .as_deref()
                    .is_some_and(|help| help.contains("alz port cancel main-line"))
            }));
        }
    }
}

#[test]
fn a_changed_name_keeps_the_place_of_the_order_to_the_letter() {
    let live = with(
        office(),
        json!({ "city": "LINDON", "streetSuffix": "", "id": "x1" }),
    );
    let csr = with(
        office(),
        json!({ "businessName": "New Dental", "city": "Orem" }),
    );
    let port = both("IN_PROGRESS", json!({ "editable": ["name"], "csr": live }));
    let plan = world(port, json!({ "customerServiceRecord": csr })).plan();
    let sent = &body(only_step(&plan))["customerServiceRecord"];
    assert_eq!(
        sent,
        &with(
            office(),
            json!({ "businessName": "New Dental", "city": "LINDON" })
        )
    );
    assert!(says(&plan, NoteKind::Blocked, NUMBER)[0].contains("customerServiceRecord.city"));
}

#[test]
fn settings_go_whole_with_what_the_platform_keeps_beside_them() {
    let port = both(
        "IN_PROGRESS",
        json!({
            "editable": ["name"], "telecom": { "currentCarrier": "Bell", "notes": "old", "tnData": { "a": 1 } }
        }),
    );
    let declared = json!({ "telecomSettings": { "currentCarrier": "Telus", "notes": null, "loaDate": "2026-11-20" } });
    let plan = world(port, declared).plan();
    assert_eq!(
        body(only_step(&plan))["telecomSettings"],
        json!({ "currentCarrier": "Telus", "notes": null, "tnData": { "a": 1 }, "loaDate": "2026-11-20T00:00:00.000Z" })
    );
}

#[test]
fn a_rejected_port_is_mended_to_the_letter_and_says_what_it_was_rejected_for() {
    // "Address mismatch": the losing carrier wants a dot.
    let members = with(
        rejected("Name mismatch: businessName"),
        json!({ "authorizedName": "john smith" }),
    );
    let dotted = with(office(), json!({ "businessName": "Sample Dental." }));
    let declared = with(main_line(), json!({ "customerServiceRecord": dotted }));
    let plan = world(both("REJECTED", members.clone()), declared).plan();
    let step = only_step(&plan);
    assert_eq!(
        paths(step),
        [
            "port.customerServiceRecord.businessName",
            "port.portingAuthorizedName"
        ]
    );
    assert_eq!(
        body(step)["customerServiceRecord"],
        dotted,
        "the record is sent whole"
    );
    let warning = note(&plan, NoteKind::Warning);
    assert!(
        warning
            .reason
            .contains("rejected on Saturday 2026-11-21: Name mismatch")
    );

    // Without a record of the port's own it is the numbers' that is mended.
    let mut world = world(both("REJECTED", members), main_line());
    for declared in world.desired.numbers.values_mut() {
        let csr =
            serde_json::from_value(with(office(), json!({ "city": "LINDON" }))).expect("a record");
        declared.customer_service_record = alz::model::Field::Value(csr);
    }
    assert!(paths(only_step(&world.plan())).contains(&"port.customerServiceRecord.city"));
    // Under way, the same difference is the numbers' own and waits.
    for state in ["PENDING", "IN_PROGRESS", "FOC_RECEIVED"] {
        let port = both(
            state,
            json!({ "csr": elsewhere(), "editable": ALL_FIELDS, "foc": "2026-12-03" }),
        );
        world.live.ports.insert(port.id.clone(), port);
        assert!(world.plan().steps.is_empty());
    }
}

#[test]
fn what_a_rejection_wants_ordered_anew_is_not_patched() {
    let members = with(
        rejected("Number is disconnected"),
        json!({ "reaction": "CANCEL", "editable": ALL_FIELDS }),
    );
    let changed = with(main_line(), json!({ "portingAuthorizedName": "Jane Roe" }));
    let plan = world(both("REJECTED", members), changed).plan();
    assert_eq!(
        blocked(&plan),
        "its port was rejected on Saturday 2026-11-21: Number is disconnected"
    );
}

#[test]
fn a_rejected_port_does_not_go_back_with_a_day_that_is_past() {
    let members = with(rejected("Name mismatch"), json!({ "crd": "2026-11-20" }));
    let changed = with(
        main_line(),
        json!({ "portingAuthorizedName": "Jane Roe", "crdDate": "2026-11-20" }),
    );
    let plan = world(both("REJECTED", members), changed).plan();
    assert!(blocked(&plan).contains("crdDate Friday 2026-11-20 is past"));
}

#[test]
fn a_rejected_port_goes_back_as_a_whole_or_not_at_all() {
    let changed = with(
        main_line(),
        json!({ "portingAuthorizedName": "Jane Roe", "crdDate": "2026-12-05" }),
    );
    let plan = world(both("REJECTED", rejected("Name mismatch")), changed)
        .offering(&["2026-12-04"])
        .plan();
    assert!(blocked(&plan).contains("not on offer"));
}

fn sensitive(plan: &Plan) -> Vec<&str> {
    let step = only_step(plan);
    let changes = step.changes.iter().filter(|change| change.sensitive);
    changes.map(|change| change.path.as_str()).collect()
}

const SECRETS: [&str; 2] = ["port.wirelessAccountNumber", "port.wirelessPin"];

#[test]
fn secrets_go_along_with_whatever_mends_a_rejection() {
    let declared = with(wireless(), json!({ "portingAuthorizedName": "Jane Roe" }));
    let members = with(rejected("Name mismatch"), json!({ "wireType": "Wireless" }));
    let plan = world(both("REJECTED", members), declared).plan();
    assert_eq!(sensitive(&plan), SECRETS);
    let step = only_step(&plan);
    assert_eq!(body(step), &json!({ "portingAuthorizedName": "Jane Roe" }));
    let found: Vec<(&str, &SecretRef, bool)> = step
        .secrets
        .iter()
        .map(|secret| (secret.pointer.as_str(), &secret.from, secret.is_pin))
        .collect();
    assert_eq!(
        found,
        [
            (
                "/wirelessAccountNumber",
                &SecretRef::Env("ACCOUNT".to_owned()),
                false
            ),
            ("/wirelessPin", &SecretRef::Env("PIN".to_owned()), true),
        ]
    );
}

fn rejected_for(words: &str) -> World {
    let members = with(rejected(words), json!({ "wireType": "Wireless" }));
    world(both("REJECTED", members), wireless())
}

#[test]
fn secrets_go_by_themselves_once_for_a_rejection_that_asks_for_them() {
    for words in [
        "Invalid or missing PIN",
        "Account number mismatch",
        "LSP:PIN_MISMATCH",
        "passcode wrong",
        "bad Password",
        "ACCT NO does not match",
    ] {
        let mut world = rejected_for(words);
        // Nothing is known of what was sent: not by itself.
        let plan = world.plan();
        assert!(blocked(&plan).contains("is not known here"), "{words}");
        assert!(plan.notes.iter().any(|note| {
            note.help
                .as_deref()
                .is_some_and(|help| help.contains("`alz port update main-line --resend-secrets`"))
        }));
        // Sent with the order, or for an earlier rejection: sent now.
        for sent in [None, Some("2026-11-20T18:00:00Z".parse().expect("a time"))] {
            world.memory.secrets_sent.insert(tn(NUMBER), sent);
            let plan = world.plan();
            assert_eq!(sensitive(&plan), SECRETS, "{words}");
            assert_eq!(body(only_step(&plan)), &json!({}));
        }
        // Sent for this one: not a second time.
        world.memory.secrets_sent.insert(
            tn(NUMBER),
            Some("2026-11-21T18:00:00Z".parse().expect("a time")),
        );
        let plan = world.plan();
        assert!(
            blocked(&plan).contains("were sent once for this rejection on Saturday 2026-11-21")
        );
        // Unless the user says so.
        world.resend_secrets = true;
        assert_eq!(sensitive(&world.plan()), SECRETS);
    }
}

#[test]
fn a_rejection_about_something_else_sends_no_secrets() {
    for words in [
        "Address mismatch: unit",
        "opinion of the carrier: shipping",
        "Pending order on the account",
    ] {
        let mut world = rejected_for(words);
        world.memory.secrets_sent.insert(tn(NUMBER), None);
        assert!(!blocked(&world.plan()).contains("secret"), "{words}");
    }
    let mut world = world(both("REJECTED", rejected("Invalid PIN")), main_line());
    world.memory.secrets_sent.insert(tn(NUMBER), None);
    assert!(
        !blocked(&world.plan()).contains("secret"),
        "none is declared"
    );
}

#[test]
fn secrets_are_sent_again_where_the_platform_still_takes_them() {
    for (state, editable, sent) in [
        ("PENDING", json!(ALL_FIELDS), &SECRETS[..]),
        ("IN_PROGRESS", json!(["wirelessPin"]), &SECRETS[1..]),
        ("FOC_RECEIVED", json!(["crdDate"]), &[]),
        ("PENDING", json!([]), &[]),
    ] {
        let members = json!({ "editable": editable, "wireType": "Wireless", "foc": "2026-12-03", "updated": "2026-11-23T11:00:00Z" });
        let mut world = world(both(state, members), wireless());
        assert!(world.plan().steps.is_empty(), "never unasked");
        world.resend_secrets = true;
        let plan = world.plan();
        if sent.is_empty() {
            assert!(plan.steps.is_empty());
            assert!(
                note(&plan, NoteKind::Warning)
                    .reason
                    .contains("not sent again")
            );
        } else {
            assert_eq!(sensitive(&plan), sent, "{state}");
        }
    }
}

#[test]
fn a_written_account_number_is_sent_and_not_shown() {
    let declared = with(main_line(), json!({ "wirelessAccountNumber": "98765" }));
    let mut world = world(
        both("REJECTED", rejected("Account number mismatch")),
        declared,
    );
    world.memory.secrets_sent.insert(tn(NUMBER), None);
    let plan = world.plan();
    assert_eq!(
        body(only_step(&plan)),
        &json!({ "wirelessAccountNumber": "98765" })
    );
    assert!(
        !alz::report::plan_json(&plan)
            .expect("json")
            .contains("98765")
    );
}

#[test]
fn an_order_for_more_numbers_than_declared_is_not_changed() {
    let port = ordered(
        "FOC_RECEIVED",
        &[NUMBER, SECOND, "18015551299"],
        json!({ "foc": "2026-12-03" }),
    );
    let moved = with(main_line(), json!({ "crdDate": "2026-12-08" }));
    let plan = world(port.clone(), moved).plan();
    assert!(blocked(&plan).contains("the order is for 18015551299 too"));
    // As long as nothing differs there is nothing to say of it.
    let plan = world(port, main_line()).plan();
    assert!(notes(&plan, NoteKind::Blocked).is_empty());
}

#[test]
fn two_declarations_of_one_order_do_not_fight_over_it() {
    let port = both("FOC_RECEIVED", json!({ "foc": "2026-12-03" }));
    let mut world = world(port, main_line());
    let mut other = world.desired.ports[0].clone();
    other.name = "other".to_owned();
    other.port.crd_date = alz::model::Field::Value("2026-12-08".into());
    other.numbers = vec![tn(SECOND)];
    world.desired.ports[0].numbers = vec![tn(NUMBER)];
    world.desired.ports.push(other);
    world
        .desired
        .numbers
        .get_mut(&tn(SECOND))
        .expect("declared")
        .port = Some("other".to_owned());
    assert!(blocked(&world.plan()).contains(
        "port other differs from the order and is not changed: the order is for 18015551212 too"
    ));
}

#[test]
fn an_order_of_which_a_number_is_active_already_is_neither_changed_nor_triggered() {
    let port = both("FOC_RECEIVED", json!({ "foc": "2026-12-03" }));
    let declared = with(
        main_line(),
        json!({ "crdDate": "2026-12-08", "trigger": "onFocDate" }),
    );
    let active = |world: World| {
        world.lists_number(
            SECOND,
            "ACTIVE",
            json!({ "customerServiceRecord": office(), "portId": "port-1" }),
        )
    };
    let moved = active(world(port.clone(), declared));
    assert!(blocked(&moved.plan()).contains("the order is for 18015551213 too"));
    let declared = with(main_line(), json!({ "trigger": "onFocDate" }));
    let today = active(world(port, declared)).at("2026-12-03T18:00:00Z");
    assert!(
        blocked(&today.plan()).contains("it is not triggered: the order is for 18015551213 too")
    );
}
