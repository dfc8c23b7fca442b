//! What is said before somebody's 911 calls change: who calls with the number,
//! who will answer, and what is no place to be sent to.

use alz::plan::{Action, NoteKind, Question, Verdict};
use serde_json::{Value, json};

use crate::e911_corrections::{actions, invalid, without_names};
use crate::world::*;

#[test]
fn who_calls_911_with_a_number_is_told_before_it_changes() {
    let moved = |users: &[&str]| {
        World::new()
            .declares(json!({ "e911Address": elsewhere() }))
            .lists("ACTIVE", json!({ "customerServiceRecord": office() }))
            .verdict(elsewhere(), Verdict::Valid)
            .used_by(users)
            .plan()
    };
    assert!(moved(&[]).notes.is_empty());
    let plan = moved(&["zoe", "adam"]);
    let warning = note(&plan, NoteKind::Warning);
    assert!(warning.reason.contains("users adam, zoe send 911 calls"));
    let released = |verify| {
        let mut world = World::new()
            .declares(json!({ "state": "released" }))
            .lists("ACTIVE", json!({ "customerServiceRecord": office() }));
        world.verify = verify;
        world
    };
    assert!(matches!(
        released(true).account().questions.as_slice(),
        [Question::Usages { .. }]
    ));
    assert!(released(false).account().questions.is_empty());
    let plan = released(true).used_by(&["adam"]).plan();
    assert!(
        notes(&plan, NoteKind::Warning)
            .iter()
            .any(|note| note.reason.contains("about to be released"))
    );
    assert_eq!(actions(&plan), [Action::Release]);
}

#[test]
fn who_answers_is_told_when_it_changes_and_only_then() {
    let quebec = json!({
        "customerType": "BUSINESS", "businessName": "Sample Dental",
        "streetNumber": "130", "streetName": "Promenade du Portage", "city": "Gatineau",
        "state": "QC", "country": "CAN", "postalCode": "J8X 2K1"
    });
    let ottawa = json!({
        "customerType": "BUSINESS", "businessName": "Sample Dental",
        "streetNumber": "56", "streetName": "Sparks", "streetSuffix": "St", "city": "Ottawa",
        "state": "ON", "country": "CAN", "postalCode": "K1P 5A9"
    });
    let told = |before: &Value, after: Value| -> Vec<String> {
        let plan = World::new()
            .declares(json!({ "e911Address": after }))
            .lists(
                "ACTIVE",
                json!({ "customerServiceRecord": office(), "e911Address": before }),
            )
            .plan();
        notes(&plan, NoteKind::Warning)
            .iter()
            .map(|note| note.reason.clone())
            .collect()
    };
    let speaks =
        |address: &Value, language: Value| with(address.clone(), json!({ "language": language }));
    for (before, after, said) in [
        (
            ottawa.clone(),
            speaks(&ottawa, json!("fr-CA")),
            "in French, no longer in English",
        ),
        (
            ottawa.clone(),
            quebec.clone(),
            "answers in French in Quebec",
        ),
        (
            quebec.clone(),
            speaks(&quebec, json!("en-US")),
            "in English, no longer in French",
        ),
        (
            speaks(&ottawa, json!("fr-CA")),
            speaks(&ottawa, Value::Null),
            "answers in English outside Quebec",
        ),
    ] {
        let told = told(&before, after);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains(said), "{told:?}");
    }
    for (before, after) in [
        (ottawa.clone(), speaks(&ottawa, json!("en-US"))),
        (quebec.clone(), speaks(&quebec, json!("fr-CA"))),
        (speaks(&ottawa, json!("fr-CA")), quebec.clone()),
    ] {
        assert_eq!(told(&before, after), Vec::<String>::new());
    }
    let american = told(&office(), speaks(&without_names(office()), json!("fr-CA")));
    assert!(american[0].contains("United States"), "{american:?}");
}

#[test]
fn half_a_place_is_never_sent_also_where_one_half_is_on_the_platform() {
    let live = with(
        elsewhere(),
        json!({ "latitude": "40.332492", "longitude": "-111.728167" }),
    );
    let plan = World::new()
        .declares(json!({ "e911Address": { "longitude": null } }))
        .lists(
            "ACTIVE",
            json!({ "customerServiceRecord": office(), "e911Address": live }),
        )
        .plan();
    assert!(plan.steps.is_empty(), "{:#?}", plan.steps);
    let blocked = note(&plan, NoteKind::Blocked);
    assert!(blocked.reason.contains("one coordinate without the other"));
}

#[test]
fn a_country_alone_that_the_state_does_not_lie_in_is_blocked() {
    let plan = World::new()
        .declares(json!({ "e911Address": { "country": "CAN" } }))
        .lists(
            "ACTIVE",
            json!({ "customerServiceRecord": office(), "e911Address": elsewhere() }),
        )
        .plan();
    assert!(plan.steps.is_empty(), "{:#?}", plan.steps);
    let blocked = note(&plan, NoteKind::Blocked);
    assert!(blocked.reason.contains("UT does not lie in country CAN"));
}

#[test]
fn a_post_box_on_the_platform_is_told_before_911_goes_by_it() {
    let post_box = with(office(), json!({ "streetName": "PO Box 12" }));
    let plan = World::new()
        .declares(json!({ "e911Address": null }))
        .lists(
            "ACTIVE",
            json!({ "customerServiceRecord": post_box, "e911Address": elsewhere() }),
        )
        .plan();
    let warning = note(&plan, NoteKind::Warning);
    assert!(warning.reason.contains("post box"), "{}", warning.reason);
}

#[test]
fn a_new_number_with_coordinates_says_what_the_psap_is_not_sent() {
    let there = json!({ "latitude": "40.332492", "longitude": "-111.728167" });
    let address = with(without_names(office()), there);
    let plan = World::new()
        .declares(json!({ "customerServiceRecord": office(), "e911Address": address }))
        .inventory(alz::model::live::Inventory::Free)
        .plan();
    assert_eq!(actions(&plan), [Action::Activate]);
    let warning = note(&plan, NoteKind::Warning);
    assert!(warning.reason.contains("not the address itself"));
}

#[test]
fn names_that_are_registered_anew_are_asked_about_with_their_address() {
    let mut world = World::new()
        .declares(json!({ "customerServiceRecord": { "businessName": "Better Dental" } }))
        .lists("ACTIVE", json!({ "customerServiceRecord": office() }));
    world.verify = true;
    let named = with(
        without_names(office()),
        json!({ "businessName": "Better Dental" }),
    );
    assert!(matches!(
        world.account().questions.as_slice(),
        [Question::E911 { address, .. }] if **address == record(named.clone())
    ));
    // Registered anew it would be refused: then it stays as it is in force.
    let plan = world.verdict(named, invalid(vec![])).plan();
    assert!(plan.steps.is_empty(), "{:#?}", plan.steps);
    assert_eq!(count(&plan, "blocked"), 1);
}
