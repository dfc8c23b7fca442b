//! What a person reads before somebody's 911 calls change.

use alz::model::CorrectionPast;
use alz::model::live::EventKind;
use alz::plan::Verdict;
use alz::report::{Style, plan_human};
use serde_json::{Value, json};

use crate::golden::compare;
use crate::world::*;

fn check(name: &str, world: &World) {
    let text = plan_human(&world.plan(), &Style::default());
    let text = anstream::adapter::strip_str(&text).to_string();
    compare(&format!("e911-{name}.txt"), &text);
}

fn ottawa() -> Value {
    json!({
        "customerType": "BUSINESS", "businessName": "Maison Hitschmanova",
        "streetNumber": "56", "streetName": "Sparks", "streetSuffix": "St", "city": "Ottawa",
        "state": "ON", "country": "CAN", "postalCode": "K1P 5A9"
    })
}

fn sandy_hill() -> Value {
    with(
        ottawa(),
        json!({ "city": "Sandy Hill", "secondaryLocationDescription": "SUITE", "unit": "200" }),
    )
}

fn offer() -> Value {
    json!({
        "streetNumber": "56", "streetName": "Sparks St", "city": "OTTAWA", "state": "ON",
        "postalCode": "K1P 5A9", "country": "CA"
    })
}

fn live(e911: Value) -> Value {
    json!({ "customerServiceRecord": ottawa(), "e911Address": e911 })
}

fn refused() -> Verdict {
    Verdict::Invalid {
        errors: vec![
            "The specified Civic Address is invalid. No MSAG Match, alternatives found".to_owned(),
        ],
        alternatives: vec![record(offer())],
    }
}

#[test]
fn a_language_change_says_who_will_answer() {
    let french = with(ottawa(), json!({ "language": "fr-CA" }));
    let world = World::new()
        .declares(json!({ "e911Address": french }))
        .lists("ACTIVE", live(ottawa()))
        .verdict(french.clone(), Verdict::Valid)
        .used_by(&[USER]);
    check("language", &world);
}

#[test]
fn an_alternative_is_offered_as_lines_for_the_file() {
    let world = World::new()
        .declares(json!({ "e911Address": sandy_hill() }))
        .lists("ACTIVE", live(elsewhere()))
        .verdict(sandy_hill(), refused());
    check("alternative", &world);
}

#[test]
fn a_correction_in_each_mode() {
    for (mode, name) in [
        ("report", "correction-report"),
        ("accept", "correction-accept"),
        ("keepOriginal", "correction-keep"),
    ] {
        let address = with(sandy_hill(), json!({ "onCorrection": mode }));
        let world = World::new()
            .declares(json!({ "e911Address": address }))
            .lists("ACTIVE", live(sandy_hill()))
            .offers(offer());
        check(name, &world);
    }
}

#[test]
fn a_correction_once_it_is_accepted() {
    let address = with(sandy_hill(), json!({ "onCorrection": "accept" }));
    let in_force = with(
        sandy_hill(),
        json!({ "city": "OTTAWA", "streetName": "Sparks St", "streetSuffix": "" }),
    );
    let world = World::new()
        .declares(json!({ "e911Address": address }))
        .lists("ACTIVE", live(in_force))
        .verdict(sandy_hill(), refused())
        .past(CorrectionPast::LastWord);
    check("correction-accepted", &world);
}

#[test]
fn a_rejection_after_the_fact() {
    let world = World::new()
        .declares(json!({ "e911Address": ottawa() }))
        .lists("ACTIVE", live(ottawa()))
        .event(EventKind::E911Address, "REJECTED", "#409 No MSAG Match");
    check("rejected", &world);
}

#[test]
fn a_csr_that_moves_with_and_without_an_e911_address_of_its_own() {
    let moved = json!({ "customerServiceRecord": elsewhere() });
    let world = World::new()
        .declares(moved.clone())
        .lists("ACTIVE", live(Value::Null))
        .verdict(elsewhere(), Verdict::Valid)
        .used_by(&[USER]);
    check("csr-without", &world);
    let world = World::new()
        .declares(with(moved, json!({ "e911Address": ottawa() })))
        .lists("ACTIVE", live(Value::Null))
        .verdict(ottawa(), Verdict::Valid);
    check("csr-with", &world);
}

#[test]
fn a_unit_that_is_missing() {
    let suite =
        json!({ "secondaryLocationDescription": "SUITE", "unit": "200", "requiresUnitInfo": true });
    let lists = json!({ "customerServiceRecord": with(ottawa(), suite) });
    let english = with(ottawa(), json!({ "language": "en-US" }));
    let world = World::new()
        .declares(json!({ "e911Address": english }))
        .lists("ACTIVE", lists.clone())
        .verdict(english.clone(), Verdict::Valid)
        .used_by(&[]);
    check("unit-missing", &world);
    let world = World::new()
        .declares(json!({ "e911Address": with(english.clone(), json!({ "unit": null })) }))
        .lists("ACTIVE", lists)
        .verdict(english, Verdict::Valid)
        .used_by(&[]);
    check("unit-none", &world);
}
