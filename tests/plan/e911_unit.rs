//! The unit that a building of several tenants needs: no address without it
//! starts to answer 911 calls unless the file says that there is none.

use alz::model::live::Inventory;
use alz::plan::{NoteKind, Plan, Verdict};
use serde_json::{Value, json};

use crate::port_order::{DAYS, SECOND, two};
use crate::world::*;

/// The office without its suite.
fn bare() -> Value {
    let mut address = office();
    for member in ["secondaryLocationDescription", "unit", "customerName"] {
        address.as_object_mut().expect("an object").remove(member);
    }
    address
}

/// The same, where the file says that it has none.
fn none() -> Value {
    with(bare(), json!({ "unit": null }))
}

fn several_doors(plan: &Plan, kind: NoteKind) -> Vec<Option<&str>> {
    notes(plan, kind)
        .into_iter()
        .filter(|note| note.reason.contains("several tenants"))
        .map(|note| note.help.as_deref())
        .collect()
}

fn is_stopped(plan: &Plan) {
    let sent: Vec<_> = plan
        .steps
        .iter()
        .filter(|step| step.body.is_some())
        .collect();
    assert!(sent.is_empty(), "{sent:#?}");
    let blocked = several_doors(plan, NoteKind::Blocked);
    assert_eq!(blocked.len(), 1, "{:#?}", plan.notes);
    let help = blocked[0].expect("a way out");
    assert!(help.contains("unit: null"), "{help}");
}

fn goes_with_a_warning(plan: &Plan, path: &str, unit: &Value) {
    assert_eq!(body(only_step(plan))[path]["unit"], *unit);
    assert_eq!(
        several_doors(plan, NoteKind::Blocked),
        [] as [Option<&str>; 0]
    );
    assert_eq!(
        several_doors(plan, NoteKind::Warning).len(),
        1,
        "{:#?}",
        plan.notes
    );
}

fn free(entry: Value) -> Plan {
    World::new()
        .declares(entry)
        .inventory(Inventory::Free)
        .verdict(bare(), Verdict::NoUnit)
        .plan()
}

#[test]
fn a_number_is_not_activated_at_an_address_that_names_no_door() {
    is_stopped(&free(
        json!({ "customerServiceRecord": office(), "e911Address": bare() }),
    ));
    // The record's address answers where there is no other.
    is_stopped(&free(json!({ "customerServiceRecord": bare() })));
    is_stopped(&free(
        json!({ "customerServiceRecord": bare(), "e911Address": null }),
    ));
}

#[test]
fn a_file_that_says_there_is_no_unit_is_believed_and_warned() {
    let nothing = Value::Null;
    for (entry, path) in [
        (
            json!({ "customerServiceRecord": office(), "e911Address": none() }),
            "e911Address",
        ),
        (
            json!({ "customerServiceRecord": none(), "e911Address": null }),
            "customerServiceRecord",
        ),
        (
            json!({ "customerServiceRecord": none() }),
            "customerServiceRecord",
        ),
    ] {
        goes_with_a_warning(&free(entry), path, &nothing);
    }
    // What is said of the record is not said of an address that stands for itself.
    is_stopped(&free(
        json!({ "customerServiceRecord": none(), "e911Address": bare() }),
    ));
    // A lobby has no number, and is found.
    let lobby = with(bare(), json!({ "secondaryLocationDescription": "LOBBY" }));
    let plan = World::new()
        .declares(json!({ "customerServiceRecord": office(), "e911Address": lobby }))
        .inventory(Inventory::Free)
        .verdict(lobby, Verdict::NoUnit)
        .plan();
    goes_with_a_warning(&plan, "e911Address", &nothing);
}

#[test]
fn a_port_is_not_ordered_to_an_address_that_names_no_door() {
    let port = |e911: Value| {
        two(main_line(), json!({ "e911Address": e911 }))
            .verdict(bare(), Verdict::NoUnit)
            .offering(&DAYS)
    };
    is_stopped(&port(bare()).plan());
    goes_with_a_warning(&port(none()).plan(), "e911Address", &Value::Null);
    // One of two numbers is not enough.
    let world = port(none()).declares_number(
        SECOND,
        json!({ "port": "main-line", "customerServiceRecord": office(), "e911Address": bare() }),
    );
    is_stopped(&world.plan());
}

fn active(entry: Value, live: Value) -> World {
    World::new()
        .declares(entry)
        .lists("ACTIVE", live)
        .used_by(&[])
        .verdict(bare(), Verdict::NoUnit)
}

#[test]
fn an_address_is_not_moved_to_a_building_without_saying_which_door() {
    let there = json!({ "customerServiceRecord": elsewhere(), "e911Address": elsewhere() });
    is_stopped(&active(json!({ "e911Address": bare() }), there.clone()).plan());
    goes_with_a_warning(
        &active(json!({ "e911Address": none() }), there).plan(),
        "e911Address",
        &Value::Null,
    );
    // Nor along with the record that it follows: then both stay.
    let follows = json!({ "customerServiceRecord": elsewhere() });
    let plan = active(json!({ "customerServiceRecord": bare() }), follows.clone()).plan();
    is_stopped(&plan);
    goes_with_a_warning(
        &active(json!({ "customerServiceRecord": none() }), follows).plan(),
        "customerServiceRecord",
        &Value::Null,
    );
}

#[test]
fn an_address_that_answers_already_is_warned_about_and_keeps_its_other_changes() {
    let french = with(bare(), json!({ "language": "fr-CA" }));
    let world = active(
        json!({ "e911Address": { "language": "fr-CA" } }),
        json!({ "customerServiceRecord": elsewhere(), "e911Address": bare() }),
    )
    .verdict(french, Verdict::NoUnit);
    goes_with_a_warning(&world.plan(), "e911Address", &Value::Null);
}

#[test]
fn a_missing_suite_is_told_where_the_platform_or_the_provider_says_so() {
    // The platform says it of the record, at the same street: nobody is asked.
    let suite =
        json!({ "customerServiceRecord": with(office(), json!({ "requiresUnitInfo": true })) });
    let plan = |e911: Value| {
        World::new()
            .declares(json!({ "e911Address": e911 }))
            .lists("ACTIVE", suite.clone())
            .plan()
    };
    is_stopped(&plan(bare()));
    goes_with_a_warning(&plan(none()), "e911Address", &Value::Null);
    let wants_unit = Verdict::Invalid {
        errors: vec!["Missing unit information".to_owned()],
        alternatives: Vec::new(),
    };
    let plan = World::new()
        .declares(json!({ "e911Address": elsewhere() }))
        .lists("ACTIVE", json!({ "customerServiceRecord": office() }))
        .verdict(elsewhere(), wants_unit)
        .plan();
    let help = note(&plan, NoteKind::Blocked).help.clone();
    assert!(help.is_some_and(|help| help.contains("secondaryLocationDescription and unit")));
}
