//! The forty scenarios of the platform's contract, as the program lives them:
//! which test shows what becomes of each, and those that no other file has. (The
//! platform's side of them is in `tests/sandbox/contract.rs`.)

use serde_json::{Value, json};

use crate::world::{ACCOUNT, CLINIC, Said, World};

const FILE: &str = "accounts/one.yaml";
const DESK: &str = "18017690301";

/// A house in Provo, and who lives there.
pub const HOME: &str = "{ customerType: RESIDENTIAL, firstName: Ida, lastName: Incisor, streetNumber: \"75\", preDirectional: S, streetName: \"200\", postDirectional: E, city: Provo, state: UT, country: USA, postalCode: \"84606\" }";

/// Scenario, and the tests of the program that show what becomes of it, by file
/// and name; or the folder of a file that is refused offline.
const SCENARIOS: &[(u8, &[&str])] = &[
    (
        1,
        &[
            "cli/scenarios::s01_a_private_customers_number_is_ordered_once_and_no_plan_ever_searches",
        ],
    ),
    (
        2,
        &["cli/address::what_is_validated_can_be_pasted_and_found_sound"],
    ),
    (
        3,
        &[
            "cli/e911_check::an_address_without_the_unit_that_its_building_needs_is_not_registered",
            "plan/e911_unit::a_number_is_not_activated_at_an_address_that_names_no_door",
            "plan/e911_unit::a_port_is_not_ordered_to_an_address_that_names_no_door",
        ],
    ),
    (
        4,
        &["cli/numbers::a_search_near_an_address_says_how_far_and_until_when_they_are_reserved"],
    ),
    (
        5,
        &[
            "cli/scenarios::s05_a_number_whose_reservation_lapsed_and_that_another_took_is_not_ordered",
        ],
    ),
    (
        6,
        &["cli/numbers::a_number_is_reserved_for_an_account_and_given_up_again"],
    ),
    (
        7,
        &["cli/scenarios::s07_a_number_of_another_account_is_blocked_with_its_owner"],
    ),
    (
        8,
        &["cli/scenarios::s08_and_s09_a_number_waits_on_hold_until_the_file_submits_it"],
    ),
    (
        9,
        &["cli/scenarios::s08_and_s09_a_number_waits_on_hold_until_the_file_submits_it"],
    ),
    (
        10,
        &[
            "cli/scenarios::s10_a_held_number_that_is_given_up_is_cancelled_and_back_in_the_inventory",
        ],
    ),
    (
        11,
        &["cli/scenarios::s11_what_is_active_is_not_put_on_hold"],
    ),
    (
        12,
        &[
            "cli/scenarios::s12_and_s25_another_spelling_and_an_unmanaged_address_are_no_change",
            "plan/noise::the_platforms_noise_is_no_change",
        ],
    ),
    (
        13,
        &["cli/scenarios::s13_and_s14_a_record_is_changed_where_the_carrier_can"],
    ),
    (
        14,
        &["cli/scenarios::s13_and_s14_a_record_is_changed_where_the_carrier_can"],
    ),
    (15, &["bad/d08"]),
    (
        16,
        &["cli/scenarios::s16_and_s18_calls_go_to_a_user_with_caller_id_and_then_nowhere"],
    ),
    (17, &["bad/d26"]),
    (
        18,
        &["cli/scenarios::s16_and_s18_calls_go_to_a_user_with_caller_id_and_then_nowhere"],
    ),
    (
        19,
        &["cli/e911_walk::the_walk_through_french_routing_goes_as_its_readme_says"],
    ),
    (
        20,
        &["cli/e911_walk::the_walk_through_french_routing_goes_as_its_readme_says"],
    ),
    (
        21,
        &["cli/scenarios::s21_a_refused_address_stops_with_the_alternative_to_paste"],
    ),
    (
        22,
        &[
            "cli/e911_corrections::an_accepted_correction_is_in_force_and_the_file_is_shown_what_to_take_over",
        ],
    ),
    (
        23,
        &["cli/e911_corrections::the_original_is_kept_once_with_its_coordinates"],
    ),
    (
        24,
        &["cli/scenarios::s24_a_rejected_address_that_matches_is_not_in_force"],
    ),
    (
        25,
        &["cli/scenarios::s12_and_s25_another_spelling_and_an_unmanaged_address_are_no_change"],
    ),
    (
        26,
        &["cli/two_weeks::a_fortnight_of_ports_ends_with_no_changes_and_one_order_each"],
    ),
    (
        27,
        &["cli/scenarios_ports::s27_to_s29_no_port_is_ordered_that_the_carriers_would_refuse"],
    ),
    (
        28,
        &[
            "cli/scenarios_ports::s27_to_s29_no_port_is_ordered_that_the_carriers_would_refuse",
            "cli/port_check::a_declared_port_over_two_rate_centres_is_refused_with_the_groups",
        ],
    ),
    (
        29,
        &["cli/scenarios_ports::s27_to_s29_no_port_is_ordered_that_the_carriers_would_refuse"],
    ),
    (30, &["bad/d38-company"]),
    (
        31,
        &["cli/two_weeks::a_fortnight_of_ports_ends_with_no_changes_and_one_order_each"],
    ),
    (
        32,
        &["cli/ports_runs::a_wrong_pin_is_mended_once_per_rejection_and_the_port_comes_in"],
    ),
    (
        33,
        &["cli/two_weeks::a_fortnight_of_ports_ends_with_no_changes_and_one_order_each"],
    ),
    (
        34,
        &[
            "cli/ports_apply::a_date_is_moved_once_whatever_becomes_of_the_answer",
            "cli/two_weeks::a_fortnight_of_ports_ends_with_no_changes_and_one_order_each",
        ],
    ),
    (
        35,
        &["plan/port_amend::what_may_change_is_what_the_platform_lists_or_the_state_allows"],
    ),
    (
        36,
        &[
            "cli/scenarios_ports::s36_a_port_is_triggered_on_its_day_before_the_carriers_hour_and_once",
        ],
    ),
    (
        37,
        &["cli/two_weeks::a_fortnight_of_ports_ends_with_no_changes_and_one_order_each"],
    ),
    (
        38,
        &[
            "cli/ports_apply::a_port_is_called_off_once_whatever_becomes_of_the_answer",
            "cli/two_weeks::a_fortnight_of_ports_ends_with_no_changes_and_one_order_each",
        ],
    ),
    (
        39,
        &["cli/apply::a_released_number_is_told_how_to_come_back_and_does"],
    ),
    (
        40,
        &[
            "cli/ports_apply::a_port_is_ordered_once_whatever_becomes_of_the_answer",
            "cli/ports_apply::an_order_of_a_run_that_was_killed_is_looked_for_twice_in_all_three_places",
            "cli/apply::an_expired_token_in_mid_run_is_a_matter_for_the_password",
            "cli/scenarios::s40d_a_release_that_the_platform_refuses_is_reported_and_nothing_is_lost",
        ],
    ),
];

#[test]
fn every_scenario_is_shown_by_a_test_that_exists() {
    let numbers: Vec<u8> = SCENARIOS.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (1..=40).collect::<Vec<u8>>());
    let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    for (number, tests) in SCENARIOS {
        assert!(!tests.is_empty(), "{number}");
        for test in *tests {
            let Some((file, name)) = test.split_once("::") else {
                assert!(
                    directory.join(test).join("expected.json").is_file(),
                    "{number}: {test}"
                );
                continue;
            };
            let text = std::fs::read_to_string(directory.join(format!("{file}.rs")));
            let text = text.unwrap_or_else(|error| panic!("{number}: {file}: {error}"));
            assert!(
                text.contains(&format!("#[test]\nfn {name}() {{")),
                "{number}: there is no {test}"
            );
        }
    }
}

/// An account file of one number.
fn file(account: &str, number: &str, members: &str) -> String {
    format!("account: {account}\nnumbers:\n  \"{number}\":\n{members}")
}

/// One that is ordered for [`HOME`], with more members.
fn home(number: &str, more: &str) -> String {
    let members = format!(
        "    customerServiceRecord: &home {HOME}\n    e911Address: {{ <<: *home }}\n    directoryListing: {{ listed: false, type: NOT_LIST_NOT_PUBLISH }}\n{more}"
    );
    file(ACCOUNT, number, &members)
}

pub fn apply(world: &World) -> Said {
    world.alz(&["apply", "--auto-approve"])
}

fn plan(world: &World) -> Value {
    world.alz(&["plan", "--format", "json"]).expect(0).json()
}

/// What the plan would do, and every note of this kind with its way out.
fn planned(world: &World, kind: &str) -> (Vec<String>, String) {
    let plan = plan(world);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let steps = plan["steps"].as_array().expect("steps");
    let notes = plan["notes"].as_array().expect("notes");
    let notes = notes.iter().filter(|note| note["kind"] == kind);
    (
        steps.iter().map(|step| text(&step["action"])).collect(),
        notes
            .map(|note| format!("{} {}\n", text(&note["reason"]), text(&note["help"])))
            .collect(),
    )
}

pub fn none(actions: &[String]) {
    assert_eq!(actions, &[] as &[String]);
}

/// Everything that was asked of the platform since, in order, as the contract
/// notes call it: the operation's path without the ids in it.
fn calls(world: &World, since: usize) -> Vec<String> {
    let log = world.get("/sandbox/requests");
    let requests = log["requests"].as_array().expect("requests");
    requests
        .iter()
        .skip(since)
        .map(|request| {
            let path = request["path"].as_str().expect("a path");
            format!("{} {path}", request["method"].as_str().expect("a method"))
        })
        .collect()
}

fn count(calls: &[String], what: impl Fn(&str) -> bool) -> usize {
    calls.iter().filter(|call| what(call)).count()
}

/// A second apply sends nothing and has nothing to say.
fn settled(world: &World) {
    let before = world.writes();
    let plan = plan(world);
    assert_eq!(plan["steps"], json!([]), "{plan:#}");
    apply(world).expect(0);
    assert_eq!(world.writes(), before);
}

/// 1: the inventory is looked at, the address asked about, and one order sent.
#[test]
fn s01_a_private_customers_number_is_ordered_once_and_no_plan_ever_searches() {
    let world = World::new(&[(FILE, &home(DESK, ""))]);
    plan(&world);
    let read = calls(&world, 0);
    assert_eq!(
        count(&read, |call| call.contains("e911/prevalidate")),
        1,
        "{read:#?}"
    );
    assert_eq!(
        count(&read, |call| call
            .ends_with(&format!("/telephonenumber/{DESK}"))),
        1,
        "{read:#?}"
    );
    // A search would reserve whatever it finds.
    assert_eq!(
        count(&read, |call| call.contains("/search")
            || call.contains("tn-search")),
        0,
        "{read:#?}"
    );
    assert_eq!(world.writes(), [] as [String; 0]);
    apply(&world).expect(0);
    assert_eq!(world.writes(), ["POST telephonenumber"]);
    world.advance("PT1H");
    let number = world.number(ACCOUNT, DESK);
    assert_eq!(number["carrierStatus"], "ACTIVE");
    assert_eq!(number["customerServiceRecord"]["lastName"], "Incisor");
    settled(&world);
}

/// 5: what somebody else has taken meanwhile is not ordered.
#[test]
fn s05_a_number_whose_reservation_lapsed_and_that_another_took_is_not_ordered() {
    let world = World::new(&[(FILE, &home(DESK, ""))]);
    world
        .alz(&["numbers", "reserve", DESK, "--account", ACCOUNT])
        .expect(0);
    world.advance("PT31M");
    world.write(FILE, &home(DESK, "").replace(ACCOUNT, CLINIC));
    apply(&world).expect(0);
    world.write(FILE, &home(DESK, ""));
    let before = world.writes();
    let (actions, words) = planned(&world, "blocked");
    none(&actions);
    assert!(words.contains(CLINIC), "{words}");
    apply(&world).expect(0);
    assert_eq!(world.writes(), before);
    // Reserved by another account only, it is on none: that is said as well.
    let held = "18017690302";
    world.write(FILE, &home(held, ""));
    world
        .alz(&["numbers", "reserve", held, "--account", CLINIC])
        .expect(0);
    let said = apply(&world).expect(3);
    assert!(
        said.stdout.contains("TelephoneNumberReserved"),
        "{}",
        said.stdout
    );
}

/// 7
#[test]
fn s07_a_number_of_another_account_is_blocked_with_its_owner() {
    let world = World::new(&[(FILE, &home("18014040902", ""))]);
    let (actions, words) = planned(&world, "blocked");
    none(&actions);
    assert!(words.contains(CLINIC), "{words}");
    world
        .alz(&["apply", "--auto-approve", "--fail-on-blocked"])
        .expect(3);
    assert_eq!(world.writes(), [] as [String; 0]);
}

/// 8 and 9: ordered on hold, kept there, and submitted when the file says so.
#[test]
fn s08_and_s09_a_number_waits_on_hold_until_the_file_submits_it() {
    let world = World::new(&[(FILE, &home(DESK, "    holdActivation: true\n"))]);
    apply(&world).expect(0);
    world.advance("P2D");
    assert_eq!(
        world.number(ACCOUNT, DESK)["carrierStatus"],
        "ACTIVATION_ON_HOLD"
    );
    settled(&world);
    // Not written any more: nothing is sent by an omission.
    world.write(FILE, &home(DESK, ""));
    settled(&world);
    world.write(FILE, &home(DESK, "    holdActivation: false\n"));
    apply(&world).expect(0);
    assert_eq!(world.writes(), ["POST telephonenumber", "PUT ACTIVATION"]);
    world.advance("PT1H");
    assert_eq!(world.number(ACCOUNT, DESK)["carrierStatus"], "ACTIVE");
    settled(&world);
}

/// 10: given up on hold, by a file and by an account that prunes.
#[test]
fn s10_a_held_number_that_is_given_up_is_cancelled_and_back_in_the_inventory() {
    let released = file(CLINIC, "18014040906", "    state: released\n");
    let world = World::new(&[(FILE, &released)]);
    apply(&world).expect(0);
    assert_eq!(world.writes(), ["PUT ACTIVATION"]);
    world.advance("PT1H");
    let there = world.get("/sandbox/state");
    assert_ne!(there["numbers"]["18014040906"]["accountId"], CLINIC);
    settled(&world);
}

/// 11
#[test]
fn s11_what_is_active_is_not_put_on_hold() {
    let hold = file(CLINIC, "18014040902", "    holdActivation: true\n");
    let world = World::new(&[(FILE, &hold)]);
    let (actions, words) = planned(&world, "blocked");
    none(&actions);
    assert!(words.contains("hold"), "{words}");
    apply(&world).expect(0);
    assert_eq!(world.writes(), [] as [String; 0]);
}

/// 12 and 25: other spellings, and an address that is not written.
#[test]
fn s12_and_s25_another_spelling_and_an_unmanaged_address_are_no_change() {
    let members = "    customerServiceRecord: { customerType: BUSINESS, businessName: Cottonwood Clinic, streetNumber: \"75\", preDirectional: S, streetName: \"200\", postDirectional: E, city: Provo, state: UT, country: USA, postalCode: \"84606\" }\n";
    let world = World::new(&[(FILE, &file(CLINIC, "18014040902", members))]);
    let plan = plan(&world);
    assert_eq!(plan["steps"], json!([]), "{plan:#}");
    assert_eq!(plan["summary"]["inSync"], 1);
}

/// 13 and 14: a record is changed where the carrier takes changes, and nowhere else.
#[test]
fn s13_and_s14_a_record_is_changed_where_the_carrier_can() {
    let moved = "    customerServiceRecord: { city: Orem }\n    e911Address: { language: en-US }\n";
    let world = World::new(&[(FILE, &file(CLINIC, "18014040901", moved))]);
    apply(&world).expect(0);
    assert_eq!(world.writes(), ["PATCH 18014040901"]);
    world.advance("P1D");
    let number = world.number(CLINIC, "18014040901");
    assert_eq!(number["customerServiceRecord"]["city"], "Orem");
    // 911 has an address of its own, and stays.
    assert_eq!(number["e911Address"]["city"], "Provo");
    settled(&world);
    let world = World::new(&[(
        FILE,
        &file(
            CLINIC,
            "14356400903",
            "    customerServiceRecord: { city: Orem }\n",
        ),
    )]);
    let (actions, words) = planned(&world, "warning");
    none(&actions);
    assert!(words.contains("Lumen"), "{words}");
    apply(&world).expect(0);
    assert_eq!(world.writes(), [] as [String; 0]);
}

/// 16 and 18
#[test]
fn s16_and_s18_calls_go_to_a_user_with_caller_id_and_then_nowhere() {
    let user = "cW2bQw7ERt2yU4iO6pLkHg";
    let reference =
        format!("    reference: {{ type: END_USER, id: {user}, assignAsCallerId: true }}\n");
    let world = World::new(&[(FILE, &file(CLINIC, "18014040902", &reference))]);
    apply(&world).expect(0);
    let number = world.number(CLINIC, "18014040902");
    assert_eq!(number["referenceId"], user);
    settled(&world);
    world.write(FILE, &file(CLINIC, "18014040902", "    reference: null\n"));
    apply(&world).expect(0);
    let number = world.number(CLINIC, "18014040902");
    assert_eq!(
        (&number["referenceType"], &number["referenceId"]),
        (&Value::Null, &Value::Null)
    );
    settled(&world);
}

/// 21: the provider's alternative is shown as lines to paste, and nothing goes out.
#[test]
fn s21_a_refused_address_stops_with_the_alternative_to_paste() {
    let members = "    e911Address: { customerType: BUSINESS, businessName: Cottonwood Clinic, streetNumber: \"56\", streetName: Sparks, streetSuffix: St, city: Sandy Hill, state: \"ON\", country: CAN, postalCode: K1P 5A9 }\n";
    let world = World::new(&[(FILE, &file(CLINIC, "18014040902", members))]);
    let (actions, words) = planned(&world, "blocked");
    none(&actions);
    assert!(words.contains("city: \"OTTAWA\""), "{words}");
    world
        .alz(&["apply", "--auto-approve", "--fail-on-blocked"])
        .expect(3);
    assert_eq!(world.writes(), [] as [String; 0]);
}

/// 24: the field is as declared, and the provider has rejected it.
#[test]
fn s24_a_rejected_address_that_matches_is_not_in_force() {
    let members = "    e911Address: { customerType: BUSINESS, businessName: Cottonwood Clinic, streetNumber: \"1\", streetName: Nowhere, streetSuffix: Ln, city: Provo, state: UT, country: USA, postalCode: \"84606\" }\n";
    let world = World::new(&[(FILE, &file(CLINIC, "18014040905", members))]);
    let (actions, words) = planned(&world, "blocked");
    none(&actions);
    assert!(words.contains("not in force"), "{words}");
    let said = world.alz(&["drift"]).expect(2);
    assert!(said.stdout.contains("not in force"), "{}", said.stdout);
    apply(&world).expect(0);
    assert_eq!(world.writes(), [] as [String; 0]);
}

/// 40d: a number is not given up while something of it is under way.
#[test]
fn s40d_a_release_that_the_platform_refuses_is_reported_and_nothing_is_lost() {
    let released = file(CLINIC, "18014040902", "    state: released\n");
    let world = World::new(&[(FILE, &released)]);
    world.alz(&["plan", "--out", "plan.json"]).expect(0);
    // After the review somebody writes to the number: an event is open.
    world.patch(CLINIC, "18014040902", &json!({ "e911Address": {
        "customerType": "BUSINESS", "businessName": "Cottonwood Clinic", "streetNumber": "75", "preDirectional": "S",
        "streetName": "200", "postDirectional": "E", "city": "Provo", "state": "UT", "country": "USA",
        "postalCode": "84606", "secondaryLocationDescription": "FLOOR", "unit": "2" } }));
    let said = world.alz(&["apply", "plan.json"]);
    assert_ne!(said.code, 0, "{}", said.stdout);
    assert_eq!(
        world.number(CLINIC, "18014040902")["carrierStatus"],
        "ACTIVE"
    );
    // Without a review it waits, and goes once the event is over.
    apply(&world).expect(0);
    assert_eq!(
        world.number(CLINIC, "18014040902")["carrierStatus"],
        "ACTIVE"
    );
    world.advance("P1D");
    apply(&world).expect(0);
    settled(&world);
}
