//! The provider would have another address than the file: nothing is decided
//! but what the file says, and nothing is lost on the way.

use alz::model::{CorrectionPast, OnUnknown};
use alz::plan::{Action, NoteKind, Plan, Question, Verdict};
use serde_json::{Value, json};

use crate::world::*;

/// Written with the wrong town, and a suite.
fn vineyard() -> Value {
    json!({
        "customerType": "BUSINESS", "businessName": "Sample Dental",
        "streetNumber": "333", "preDirectional": "S", "streetName": "520", "postDirectional": "W",
        "secondaryLocationDescription": "SUITE", "unit": "500",
        "city": "Vineyard", "state": "UT", "country": "USA", "postalCode": "84042"
    })
}

/// What the provider has of it: a street, in its own style, and no suite.
fn lindon() -> Value {
    json!({
        "streetNumber": "333", "preDirectional": "S", "streetName": "520", "postDirectional": "W",
        "city": "LINDON", "state": "UT", "country": "US", "postalCode": "84042"
    })
}

/// The address in force once the correction is accepted and the suite put back.
fn corrected() -> Value {
    with(
        vineyard(),
        json!({ "city": "LINDON", "streetName": "520", "country": "USA" }),
    )
}

fn declared_as(on_correction: &str, more: Value) -> Value {
    let address = with(vineyard(), json!({ "onCorrection": on_correction }));
    json!({ "e911Address": with(address, more) })
}

fn rejected(entry: Value) -> World {
    World::new()
        .declares(entry)
        .lists(
            "ACTIVE",
            json!({ "customerServiceRecord": elsewhere(), "e911Address": vineyard() }),
        )
        .offers(lindon())
}

pub fn actions(plan: &Plan) -> Vec<Action> {
    plan.steps.iter().map(|step| step.action).collect()
}

#[test]
fn a_correction_is_reported_with_both_ways_to_decide_unless_the_file_decides() {
    for entry in [
        json!({ "e911Address": vineyard() }),
        declared_as("report", json!({})),
        json!({}),
    ] {
        let plan = rejected(entry).plan();
        assert!(plan.steps.is_empty());
        let blocked = note(&plan, NoteKind::Blocked);
        assert!(blocked.reason.contains("not in force"));
        let help = blocked.help.as_deref().unwrap_or_default();
        for said in [
            "city: \"LINDON\"",
            "country: \"USA\"",
            "onCorrection: accept",
            "onCorrection: keepOriginal",
        ] {
            assert!(help.contains(said), "{said}: {help}");
        }
        assert_eq!((count(&plan, "blocked"), count(&plan, "inSync")), (1, 0));
    }
    // Nobody declares it: the offer is shown all the same.
    let mut world = rejected(json!({}));
    world.desired.numbers.clear();
    let plan = world.plan();
    let help = note(&plan, NoteKind::Blocked).help.clone();
    assert!(help.is_some_and(|help| help.contains("LINDON")));
}

#[test]
fn an_accepted_correction_brings_the_street_and_the_suite_is_put_back() {
    let plan = rejected(declared_as("accept", json!({ "language": "fr-CA" }))).plan();
    assert_eq!(
        actions(&plan),
        [Action::AcceptE911Correction, Action::Update]
    );
    let accept = &plan.steps[0];
    assert_eq!(accept.id, "accept-e911-correction-18015551212");
    assert!(
        accept
            .request
            .path
            .ends_with("/911-address/correction/accept")
    );
    let city = accept
        .changes
        .iter()
        .find(|change| change.path == "e911Address.city")
        .expect("the town");
    assert_eq!(
        (&city.before, &city.after),
        (&json!("Vineyard"), &json!("LINDON"))
    );
    let update = &plan.steps[1];
    assert_eq!(update.depends_on, std::slice::from_ref(&accept.id));
    assert_eq!(
        *body(update),
        json!({ "e911Address": with(corrected(), json!({ "language": "fr-CA" })) })
    );
    assert_eq!(
        paths(update),
        [
            "e911Address.secondaryLocationDescription",
            "e911Address.unit",
            "e911Address.language"
        ]
    );
    assert_eq!(count(&plan, "blocked"), 0);
    // What to write in the file from then on, suite and all.
    let shown = notes(&plan, NoteKind::Warning).iter().any(|note| {
        let help = note.help.as_deref().unwrap_or_default();
        help.contains("city: \"LINDON\"") && help.contains("unit: \"500\"")
    });
    assert!(shown, "{:#?}", plan.notes);
}

#[test]
fn a_decision_counts_for_the_e911_guard_and_a_report_does_not() {
    for (decision, counted) in [("accept", 1), ("keepOriginal", 1), ("report", 0)] {
        let plan = rejected(declared_as(decision, json!({})));
        assert_eq!(plan.account().touched.e911, counted, "{decision}");
    }
}

#[test]
fn a_correction_of_an_address_that_the_file_has_replaced_is_not_accepted() {
    for on_correction in ["accept", "keepOriginal"] {
        let address = with(office(), json!({ "onCorrection": on_correction }));
        let plan = rejected(json!({ "e911Address": address })).plan();
        assert_eq!(actions(&plan), [Action::Update], "{on_correction}");
        assert_eq!(body(&plan.steps[0])["e911Address"]["city"], "Lindon");
    }
    // Also where the new one is refused: then neither goes.
    let address = with(elsewhere(), json!({ "onCorrection": "accept" }));
    let plan = rejected(json!({ "e911Address": address }))
        .verdict(elsewhere(), invalid(vec![]))
        .plan();
    assert!(plan.steps.is_empty(), "{:#?}", plan.steps);
    let offered = |note: &&alz::plan::Note| {
        let help = note.help.as_deref().unwrap_or_default();
        help.contains("onCorrection")
    };
    let blocked = notes(&plan, NoteKind::Blocked);
    assert!(!blocked.iter().any(offered), "{blocked:#?}");
}

#[test]
fn the_original_is_kept_with_the_coordinates_of_the_file() {
    let plan = rejected(declared_as("keepOriginal", json!({}))).plan();
    let step = only_step(&plan);
    assert_eq!(step.action, Action::KeepE911Original);
    assert!(step.request.path.ends_with("/911-address/original/accept"));
    let help = note(&plan, NoteKind::Warning).help.clone();
    assert!(help.is_some_and(|help| help.contains("LINDON")));
    let there = json!({ "latitude": "40.332492", "longitude": "-111.728167" });
    let plan = rejected(declared_as("keepOriginal", there)).plan();
    let step = only_step(&plan);
    assert!(
        step.request
            .path
            .ends_with("/original/accept?latitude=40.332492&longitude=-111.728167")
    );
    assert_eq!(
        paths(step),
        ["e911Address.latitude", "e911Address.longitude"]
    );
    assert!(
        notes(&plan, NoteKind::Warning)
            .iter()
            .any(|note| note.reason.contains("not the address itself"))
    );
    // Its language would be refused along with it: first things first.
    let plan = rejected(declared_as("keepOriginal", json!({ "language": "fr-CA" }))).plan();
    assert_eq!(actions(&plan), [Action::KeepE911Original]);
    note(&plan, NoteKind::Deferred);
}

#[test]
fn an_address_that_was_kept_is_not_kept_again() {
    let plan = World::new()
        .declares(declared_as("keepOriginal", json!({})))
        .lists(
            "ACTIVE",
            json!({ "customerServiceRecord": elsewhere(), "e911Address": vineyard() }),
        )
        .plan();
    assert_quiet(&plan);
}

pub fn invalid(alternatives: Vec<Value>) -> Verdict {
    Verdict::Invalid {
        errors: vec!["No MSAG Match, alternatives found".to_owned()],
        alternatives: alternatives.into_iter().map(record).collect(),
    }
}

/// The file still has the older spelling of what is in force.
fn accepted(entry: Value) -> World {
    World::new()
        .declares(entry)
        .lists(
            "ACTIVE",
            json!({ "customerServiceRecord": elsewhere(), "e911Address": corrected() }),
        )
        .verdict(vineyard(), invalid(vec![lindon()]))
}

#[test]
fn after_an_acceptance_the_older_spelling_is_in_sync_and_the_patch_is_shown() {
    for past in [CorrectionPast::LastWord, CorrectionPast::Earlier] {
        let plan = accepted(declared_as("accept", json!({}))).past(past).plan();
        assert!(plan.steps.is_empty(), "{:#?}", plan.steps);
        let warning = note(&plan, NoteKind::Warning);
        assert!(warning.reason.contains("the E911 provider's correction"));
        let help = warning.help.as_deref().unwrap_or_default();
        assert!(help.contains("city: \"LINDON\""), "{help}");
        assert!(help.contains("unit: \"500\""), "the suite stays: {help}");
        assert_eq!((count(&plan, "inSync"), count(&plan, "blocked")), (1, 0));
    }
}

#[test]
fn an_older_spelling_is_only_believed_where_the_events_tell_of_an_acceptance() {
    let world = accepted(declared_as("accept", json!({})));
    let questions = world.account().questions;
    assert!(
        matches!(questions.as_slice(), [Question::CorrectionPast { .. }]),
        "{questions:#?}"
    );
    // A town typed wrong just now is no older spelling.
    let plan = world.past(CorrectionPast::Never).plan();
    assert!(plan.steps.is_empty());
    let blocked = note(&plan, NoteKind::Blocked);
    assert!(blocked.reason.contains("does not take the address"));
}

#[test]
fn an_edit_of_the_file_after_an_acceptance_is_not_taken_for_an_older_spelling() {
    // Another address altogether.
    let moved = json!({ "e911Address": with(office(), json!({ "onCorrection": "accept" })) });
    let plan = accepted(moved.clone())
        .verdict(without_names(office()), Verdict::Valid)
        .past(CorrectionPast::LastWord);
    assert!(
        !plan
            .account()
            .questions
            .iter()
            .any(|question| matches!(question, Question::CorrectionPast { .. }))
    );
    // Another suite of the same one: sent, on the street that is in force.
    let suite = declared_as("accept", json!({ "unit": "510" }));
    let asked = with(vineyard(), json!({ "unit": "510" }));
    let world = accepted(suite)
        .verdict(asked, invalid(vec![lindon()]))
        .past(CorrectionPast::LastWord)
        .verdict(with(corrected(), json!({ "unit": "510" })), Verdict::Valid)
        .used_by(&[]);
    let plan = world.plan();
    assert_eq!(paths(only_step(&plan)), ["e911Address.unit"]);
    let sent = &body(only_step(&plan))["e911Address"];
    assert_eq!(
        (&sent["city"], &sent["unit"]),
        (&json!("LINDON"), &json!("510"))
    );
    // The language of it as well.
    let french = declared_as("accept", json!({ "language": "fr-CA" }));
    let asked = with(vineyard(), json!({ "language": "fr-CA" }));
    let plan = accepted(french)
        .verdict(asked, invalid(vec![lindon()]))
        .past(CorrectionPast::LastWord)
        .plan();
    assert_eq!(paths(only_step(&plan)), ["e911Address.language"]);
}

pub fn without_names(mut address: Value) -> Value {
    if let Some(address) = address.as_object_mut() {
        address.remove("customerName");
    }
    address
}

#[test]
fn an_edit_of_the_platform_after_an_acceptance_is_not_hidden() {
    let mut world = accepted(declared_as("accept", json!({}))).past(CorrectionPast::Earlier);
    // In the portal somebody moved it elsewhere: the provider does not offer that.
    world.live.numbers.insert(
        tn(NUMBER),
        listed(json!({
            "phoneNumber": NUMBER, "carrierStatus": "ACTIVE",
            "customerServiceRecord": office(), "e911Address": elsewhere()
        })),
    );
    let plan = world.plan();
    note(&plan, NoteKind::Blocked);
    // Of several offers only the last word says which was accepted.
    let several = invalid(vec![lindon(), elsewhere()]);
    let plan = accepted(declared_as("accept", json!({})))
        .verdict(vineyard(), several)
        .past(CorrectionPast::Earlier)
        .plan();
    note(&plan, NoteKind::Blocked);
}

#[test]
fn without_asking_the_provider_an_accepted_correction_is_not_undone() {
    let mut world = accepted(declared_as("accept", json!({}))).past(CorrectionPast::LastWord);
    world.verify = false;
    let plan = world.plan();
    assert!(plan.steps.is_empty(), "{:#?}", plan.steps);
    let blocked = note(&plan, NoteKind::Blocked);
    let help = blocked.help.as_deref().unwrap_or_default();
    assert!(help.contains("--no-verify"), "{help}");
    let mut unknown = accepted(declared_as("accept", json!({})));
    unknown.verify = false;
    assert!(matches!(
        unknown.account().questions.as_slice(),
        [Question::CorrectionPast { .. }]
    ));
    unknown = unknown.past(CorrectionPast::Never);
    assert_eq!(actions(&unknown.plan()), [Action::Update]);
    // Nor where it can't be asked, whoever accepted the correction.
    let out_of_reach = Verdict::OutOfReach {
        why: "status 503".to_owned(),
    };
    for entry in [
        declared_as("accept", json!({})),
        declared_as("report", json!({})),
    ] {
        let plan = accepted(entry)
            .verdict(vineyard(), out_of_reach.clone())
            .past(CorrectionPast::LastWord)
            .plan();
        assert!(plan.steps.is_empty(), "{:#?}", plan.steps);
        note(&plan, NoteKind::Blocked);
    }
    // What the provider does not know it has not corrected: the file has moved.
    let plan = accepted(declared_as("accept", json!({})))
        .verdict(
            vineyard(),
            Verdict::Unknown {
                why: "no such street".to_owned(),
            },
        )
        .past(CorrectionPast::LastWord)
        .plan();
    assert_eq!(actions(&plan), [Action::Update]);
}

#[test]
fn an_address_nobody_can_confirm_is_kept_back_where_the_project_says_block() {
    let unknown = Verdict::Unknown {
        why: "no such street".to_owned(),
    };
    let changed = |on_unknown| {
        let mut world = World::new()
            .declares(
                json!({ "e911Address": elsewhere(), "reference": { "type": "IVR", "id": "x" } }),
            )
            .lists("ACTIVE", json!({ "customerServiceRecord": office() }))
            .verdict(elsewhere(), unknown.clone());
        world.on_unknown = on_unknown;
        world.plan()
    };
    let sent = changed(OnUnknown::Warn);
    assert!(body(only_step(&sent)).get("e911Address").is_some());
    let kept = changed(OnUnknown::Block);
    assert_eq!(paths(only_step(&kept)), ["reference"]);
    let blocked = note(&kept, NoteKind::Blocked);
    assert!(blocked.reason.contains("no such street"));
    assert!(
        blocked
            .help
            .as_deref()
            .is_some_and(|help| help.contains("onUnknown: block"))
    );
}

#[test]
fn an_acceptance_with_another_language_says_who_will_answer() {
    let plan = rejected(declared_as("accept", json!({ "language": "fr-CA" }))).plan();
    let warnings = notes(&plan, NoteKind::Warning);
    assert!(
        warnings
            .iter()
            .any(|note| note.reason.contains("answered in French")),
        "{warnings:#?}"
    );
}
