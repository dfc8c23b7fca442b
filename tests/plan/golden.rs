//! The report, as a person and as a program read it. Set UPDATE_GOLDEN=1 to
//! write the expected files anew.

use std::collections::BTreeMap;
use std::path::Path;

use alz::model::AccountId;
use alz::model::live::{EventKind, Inventory};
use alz::plan::{Allow, Plan, Source};
use alz::report::{Style, plan_human, plan_json};
use serde_json::json;

use crate::world::*;

pub fn compare(name: &str, actual: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/plan/golden")
        .join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
        std::fs::write(&path, actual).expect("written");
    }
    let expected = std::fs::read_to_string(&path).expect("tests/plan/golden");
    assert!(expected == actual, "{name} differs:\n{actual}");
}

/// A bit of everything.
fn rich() -> Plan {
    let dental = json!({ "customerServiceRecord": office() });
    let mut world = World::new()
        .declares_number("18015551201", json!({
            "customerServiceRecord": office(),
            "e911Address": with(elsewhere(), json!({ "language": "en-US" })),
            "holdActivation": true,
            "reference": { "type": "END_USER", "id": USER, "assignAsCallerId": true }
        }))
        .declares_number("18015551202", json!({
            "customerServiceRecord": { "unit": "510", "customerName": "Lindon Dental" },
            "e911Address": { "streetNumber": "56", "streetName": "Center", "streetSuffix": "Ave", "city": "Orem", "state": "UT", "postalCode": "84057", "language": "fr-CA" },
            "directoryListing": { "type": "LIST_PUBLISH" },
            "reference": { "type": "SIP_TRUNK", "id": "trunk" }
        }))
        .lists_number("18015551202", "ACTIVE", with(dental.clone(), json!({
            "e911Address": elsewhere(), "referenceType": "IVR", "referenceId": "menu"
        })))
        .declares_number("18015551203", json!({ "state": "released" }))
        .lists_number("18015551203", "ACTIVE", dental.clone())
        .declares_number("18015551204", json!({ "state": "released", "protected": true }))
        .lists_number("18015551204", "ACTIVE", dental.clone())
        .declares_number("18015551205", json!({ "holdActivation": false }))
        .lists_number("18015551205", "ACTIVATION_ON_HOLD", dental.clone())
        .declares_number("18015551206", json!({ "e911Address": null }))
        .lists_number("18015551206", "ACTIVE", with(dental.clone(), json!({ "e911Address": elsewhere() })))
        .declares_number("18015551207", dental.clone())
        .lists_number("18015551207", "ACTIVATION_PENDING", json!({ "customerServiceRecord": elsewhere() }))
        .declares_number("18015551208", with(dental.clone(), json!({ "e911Address": null })))
        .declares(dental.clone())
        .lists("ACTIVE", dental.clone())
        .event(EventKind::E911Address, "REJECTED", "WEST: #409 No MSAG Match");
    world
        .live
        .inventory
        .insert(tn("18015551201"), Inventory::Free);
    world
        .live
        .inventory
        .insert(tn("18015551208"), Inventory::Cooldown { until: None });
    for at in 0..10 {
        world = world.lists_number(&format!("1801555130{at}"), "ACTIVE", json!({}));
    }
    let mut other = World::new();
    other.desired.account = AccountId::new("tH3kQz0nR5mWcVbX8yLpEg");
    for at in 0..6 {
        let number = format!("1385555120{at}");
        other = other.lists_number(&number, "ACTIVE", dental.clone());
        other = other.declares_number(&number, json!({ "customerServiceRecord": elsewhere() }));
    }
    let mut plan = assembled(vec![world.account(), other.account()], &Allow::default());
    assert_eq!(alz::plan::lint(&plan), Vec::<String>::new());
    for (step, line) in plan.steps.iter_mut().zip(10..) {
        step.source = Source {
            file: "accounts/sample.yaml".to_owned(),
            line,
        };
    }
    plan
}

fn style() -> Style {
    Style {
        width: 90,
        names: BTreeMap::from([(AccountId::new(ACCOUNT), "Sample Dental, Lindon".to_owned())]),
    }
}

#[test]
fn a_rich_plan_reads_at_a_glance() {
    let text = plan_human(&rich(), &style());
    compare("rich.ansi.txt", &text);
    compare("rich.txt", &anstream::adapter::strip_str(&text).to_string());
}

#[test]
fn a_plan_that_was_saved_reads_the_same_but_for_the_words_around_a_change() {
    let json = plan_json(&rich()).expect("json");
    compare("rich.json", &json);
    let read: Plan = serde_json::from_str(&json).expect("the plan again");
    let text = anstream::adapter::strip_str(&plan_human(&read, &style())).to_string();
    // Without the rest of it a part of an address stands alone, and looks like a part.
    let member = "e911Address.streetSuffix: St → Ave";
    assert!(text.contains(member), "{text}");
    let mut whole = read.clone();
    whole.places = alz::report::places(&rich());
    let text = anstream::adapter::strip_str(&plan_human(&whole, &style())).to_string();
    let address = "e911Address: 56 Center [-St-]{+Ave+}, Orem";
    assert!(text.contains(address), "{text}");
    assert_eq!(
        plan_json(&read).expect("json"),
        json,
        "reading loses nothing that is saved"
    );
}

#[test]
fn the_saved_plan_holds_no_request_body() {
    let json = plan_json(&rich()).expect("json");
    assert!(json.ends_with("}\n"));
    assert!(
        !json.contains("telephoneNumbers")
            && !json.contains("\"body\"")
            && !json.contains("expect")
    );
}

#[test]
fn nothing_to_do_is_one_line() {
    let plan = World::new()
        .declares(json!({}))
        .lists("ACTIVE", json!({}))
        .plan();
    let text = anstream::adapter::strip_str(&plan_human(&plan, &Style::default())).to_string();
    assert_eq!(text, "No changes. 1 number in sync.\n");
}
