//! The forty scenarios of the platform's contract: which test here drives the
//! platform's side of which, and those that no other file has.

use super::*;

/// Scenario and the tests that drive it over HTTP, by file and name.
const SCENARIOS: &[(u8, &[&str])] = &[
    (
        1,
        &["scenarios::s01_an_activation_becomes_active_and_stays_as_ordered"],
    ),
    (
        2,
        &["inventory::a_validated_record_can_be_ordered_with_as_it_is"],
    ),
    (
        3,
        &["inventory::an_address_line_becomes_a_record_with_its_place"],
    ),
    (
        4,
        &["contract::s04_from_a_line_being_typed_to_a_number_near_it"],
    ),
    (
        5,
        &[
            "scenarios::s05_a_lapsed_reservation_taken_by_another_account_is_no_use",
            "inventory::s05_a_lapsed_reservation_is_somebody_elses_chance",
        ],
    ),
    (
        6,
        &["operations::reservations_keep_a_number_for_half_an_hour"],
    ),
    (
        7,
        &["contract::s07_the_inventory_names_the_account_that_has_the_number"],
    ),
    (
        8,
        &["scenarios::s08_to_s10_a_hold_is_submitted_or_cancelled_once"],
    ),
    (
        9,
        &["scenarios::s08_to_s10_a_hold_is_submitted_or_cancelled_once"],
    ),
    (
        10,
        &["scenarios::s08_to_s10_a_hold_is_submitted_or_cancelled_once"],
    ),
    (11, &["contract::s11_what_is_active_cannot_be_put_on_hold"]),
    (
        12,
        &["operations::putting_back_what_was_read_changes_nothing"],
    ),
    (13, &["scenarios::s13_a_record_is_changed_at_the_carrier"]),
    (
        14,
        &["operations::a_carrier_that_cannot_change_records_refuses_to"],
    ),
    (
        15,
        &["contract::s15_and_s17_what_must_not_be_ordered_is_not_taken_either"],
    ),
    (
        16,
        &["scenarios::s16_and_s18_a_reference_with_caller_id_and_without"],
    ),
    (
        17,
        &["contract::s15_and_s17_what_must_not_be_ordered_is_not_taken_either"],
    ),
    (
        18,
        &["scenarios::s16_and_s18_a_reference_with_caller_id_and_without"],
    ),
    (19, &["scenarios::s19_and_s20_a_language_is_set_and_unset"]),
    (20, &["scenarios::s19_and_s20_a_language_is_set_and_unset"]),
    (21, &["scenarios::s21_the_provider_is_asked_beforehand"]),
    (22, &["scenarios::s22_the_providers_correction_is_accepted"]),
    (
        23,
        &["scenarios::s23_the_original_is_kept_with_coordinates"],
    ),
    (
        24,
        &["scenarios::s24_a_rejection_without_a_correction_offers_nothing"],
    ),
    (
        25,
        &["contract::s25_an_address_that_was_not_given_is_shown_in_three_ways"],
    ),
    (26, &["port_scenarios::s26_two_numbers_come_in_one_port"]),
    (
        27,
        &["port_scenarios::s27_a_day_that_is_not_on_offer_is_taken_and_rejected"],
    ),
    (
        28,
        &["contract::s28_and_s29_rate_centres_say_beforehand_what_an_order_will_be_refused_for"],
    ),
    (
        29,
        &["contract::s28_and_s29_rate_centres_say_beforehand_what_an_order_will_be_refused_for"],
    ),
    (30, &["contract::s30_a_company_is_no_person_who_may_order"]),
    (
        31,
        &["ports::a_canadian_port_needs_somebody_to_take_the_number_from"],
    ),
    (
        32,
        &["port_scenarios::s32_a_wrong_pin_is_mended_in_the_same_port"],
    ),
    (
        33,
        &["port_scenarios::s33_a_wrong_record_that_asks_for_it_is_cancelled_and_ordered_anew"],
    ),
    (
        34,
        &["port_scenarios::s34_and_s35_after_the_foc_only_the_date_is_moved"],
    ),
    (
        35,
        &["port_scenarios::s34_and_s35_after_the_foc_only_the_date_is_moved"],
    ),
    (
        36,
        &["port_scenarios::s36_a_port_is_triggered_on_its_day_and_only_then"],
    ),
    (
        37,
        &["port_scenarios::s37_what_had_to_wait_for_the_port_is_done_after_it"],
    ),
    (38, &["port_scenarios::s38_a_port_is_called_off_once"]),
    (
        39,
        &["scenarios::s39_a_number_given_up_is_recovered_and_ordered_again"],
    ),
    (
        40,
        &[
            "port_scenarios::s40_a_port_that_timed_out_is_ordered_once",
            "faults::s40c_a_token_expires_in_mid_run_and_a_new_one_is_good",
            "scenarios::s13_a_record_is_changed_at_the_carrier",
        ],
    ),
];

#[test]
fn every_scenario_is_driven_by_a_test_that_exists() {
    let numbers: Vec<u8> = SCENARIOS.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (1..=40).collect::<Vec<u8>>());
    let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sandbox");
    for (number, tests) in SCENARIOS {
        assert!(!tests.is_empty(), "{number}");
        for test in *tests {
            let (file, name) = test.split_once("::").expect("a file and a name");
            let text = std::fs::read_to_string(directory.join(format!("{file}.rs")));
            let text = text.unwrap_or_else(|error| panic!("{number}: {file}: {error}"));
            assert!(
                text.contains(&format!("async fn {name}() {{")),
                "{number}: there is no {test}"
            );
        }
    }
}

#[tokio::test]
async fn s04_from_a_line_being_typed_to_a_number_near_it() {
    let caller = Caller::built_in().await;
    let (_, lines) = caller
        .get("/v2/address/typeahead?country=USA&address=333 S 52")
        .await;
    let line = lines[0].as_str().expect("a line");
    let (_, found) = caller
        .get(&format!("/v2/address/validate?country=USA&address={line}"))
        .await;
    let (lat, long) = (
        found["latitude"].as_str().expect("degrees"),
        found["longitude"].as_str().expect("degrees"),
    );
    let path = format!("{{I}}/search?type=LAT_LONG&lat={lat}&long={long}&maxResults=15");
    let (status, offered) = caller.get(&path).await;
    assert_eq!(status, 200, "{offered}");
    let offered: Vec<&str> = offered
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|row| row["phoneNumber"].as_str())
        .collect();
    assert_eq!(offered.len(), 15);
    let reserve = format!("{}/reserve", tn(DENTAL, offered[0]));
    assert_eq!(caller.call("PUT", &reserve, None).await.0, 204);
    assert_eq!(caller.order(DENTAL, activation(offered[0])).await.0, 200);
    // It is gone for everybody else.
    let other = format!("{}/reserve", tn(FIBRE, offered[0]));
    assert_eq!(caller.call("PUT", &other, None).await.0, 400);
}

#[tokio::test]
async fn s07_the_inventory_names_the_account_that_has_the_number() {
    let caller = Caller::built_in().await;
    let number = "18014040901";
    assert_eq!(
        caller.get(&format!("{{I}}/{number}")).await.1["accountId"],
        CLINIC
    );
    let before = caller.live(CLINIC, number).await;
    let refused = caller.order(DENTAL, activation(number)).await;
    assert_eq!(refusal(&refused), (400, "TelephoneNumberOnAnotherAccount"));
    assert_eq!(caller.live(CLINIC, number).await, before);
}

#[tokio::test]
async fn s11_what_is_active_cannot_be_put_on_hold() {
    let caller = Caller::built_in().await;
    let number = "18014040901";
    let before = caller.live(CLINIC, number).await;
    let wish = json!({"holdActivation": true});
    assert_eq!(caller.patch(CLINIC, number, wish).await.0, 400);
    let path = format!("{{P}}/account/{CLINIC}/reference/{number}/type/ACTIVATION");
    for status in ["ON_HOLD", "IN_PROGRESS", "CANCELLED"] {
        let wish = json!({"activationStatusType": status});
        let answer = caller.put(&path, wish).await;
        assert!(matches!(answer.0, 400 | 404), "{status}: {}", answer.1);
    }
    let mut again = activation(number);
    again["holdActivation"] = json!(true);
    let refused = caller.order(CLINIC, again).await;
    assert_eq!(refusal(&refused), (400, "TelephoneNumberAlreadyOnAccount"));
    assert_eq!(caller.live(CLINIC, number).await, before);
}

#[tokio::test]
async fn s15_and_s17_what_must_not_be_ordered_is_not_taken_either() {
    let caller = Caller::built_in().await;
    let number = "18014040901";
    let before = caller.live(CLINIC, number).await;
    let mut csr = lindon();
    csr["customerName"] = json!("Eighteen letters!!");
    let refused = caller
        .patch(CLINIC, number, json!({"customerServiceRecord": csr}))
        .await;
    assert_eq!(refusal(&refused), (400, "CustomerNameTooLong"));
    let trunk =
        json!({"referenceType": "SIP_TRUNK", "referenceId": "trunk1", "assignAsCallerId": true});
    assert_eq!(caller.patch(CLINIC, number, trunk).await.0, 400);
    assert_eq!(caller.live(CLINIC, number).await, before);
}

#[tokio::test]
async fn s25_an_address_that_was_not_given_is_shown_in_three_ways() {
    let caller = Caller::built_in().await;
    let (mut absent, mut null, mut copied) = (0, 0, 0);
    for last in 20..60 {
        let number = format!("180155503{last}");
        let (status, body) = caller.order(DENTAL, activation(&number)).await;
        assert_eq!(status, 200, "{body}");
        let live = caller.live(DENTAL, &number).await;
        match live.get("e911Address") {
            None => absent += 1,
            Some(Value::Null) => null += 1,
            Some(copy) => {
                let csr = &live["customerServiceRecord"];
                assert_eq!(copy["streetName"], csr["streetName"]);
                assert_eq!(copy["unit"], csr["unit"]);
                copied += 1;
            }
        }
    }
    assert!(
        absent > 0 && null > 0 && copied > 0,
        "{absent} {null} {copied}"
    );
}

#[tokio::test]
async fn s28_and_s29_rate_centres_say_beforehand_what_an_order_will_be_refused_for() {
    let caller = Caller::built_in().await;
    let centre = |number: &str| format!("{{P}}/ratecenter/{number}");
    let (_, provo) = caller.get(&centre("18012240001")).await;
    let (_, orem) = caller.get(&centre("18012260001")).await;
    assert_ne!(provo["name"], orem["name"]);
    let both = port_of(&["18012240001", "18012260001"], "2026-12-01");
    let refused = caller.order(DENTAL, both).await;
    assert_eq!(refusal(&refused), (400, "DifferentRateCenters"));
    let (_, fixed) = caller.get(&centre("18012290001")).await;
    assert_eq!(fixed["portable"], false);
    let refused = caller
        .order(DENTAL, port_of(&["18012290001"], "2026-12-01"))
        .await;
    assert_eq!(refusal(&refused), (400, "TelephoneNumberNotPortable"));
    let (_, mobile) = caller.get(&centre("18013180001")).await;
    assert_eq!(mobile["wireless"], true);
    let mut body = port_of(&["18013180001"], "2026-12-01");
    body["port"]["portingWireType"] = json!("Wireless");
    let refused = caller.order(DENTAL, body).await;
    assert_eq!(refusal(&refused), (400, "WirelessAccountNumberRequired"));
}

#[tokio::test]
async fn s30_a_company_is_no_person_who_may_order() {
    let caller = Caller::built_in().await;
    let mut body = port_of(&["18012240001"], "2026-12-08");
    body["port"]["portingAuthorizedName"] = json!("Sample Dental");
    let id = caller.ported(DENTAL, body).await;
    caller.at("2026-11-25T00:00:00Z").await;
    let event = caller.port_event(DENTAL, &id).await;
    assert_eq!(event["activationStatusType"], "REJECTED");
    let last = event["logs"].as_array().and_then(|logs| logs.last());
    assert_eq!(last.expect("a log")["code"], "LSP:AUTH_NAME_MISMATCH");
}

#[tokio::test]
async fn no_reading_ever_shows_a_pin() {
    let caller = Caller::built_in().await;
    // The one on file in the built-in world, and those that are sent.
    let pins = ["4711", "83838", "94949", "1234567890123456"];
    let mut body = port_of(&["18013180011"], "2026-12-08");
    body["port"]["portingWireType"] = json!("Wireless");
    body["port"]["wirelessAccountNumber"] = json!("900411");
    body["port"]["wirelessPin"] = json!(pins[1]);
    let mut seen = Vec::new();
    let (status, echo) = caller.order(DENTAL, body).await;
    assert_eq!(status, 200, "{echo}");
    let id = echo["port"]["id"].as_str().expect("an id").to_owned();
    seen.push(echo);
    caller.at("2026-11-25T00:00:00Z").await;
    for pin in [
        json!(pins[2]),
        json!(pins[3]),
        json!([pins[2]]),
        json!(94949),
    ] {
        let fragment = json!({"wirelessPin": pin});
        seen.push(
            caller
                .call("PATCH", &port(DENTAL, &id), Some(fragment))
                .await
                .1,
        );
    }
    let mut whole = caller.get(&port(DENTAL, &id)).await.1;
    whole["wirelessAccountNumber"] = json!("900411");
    whole["wirelessPin"] = json!(pins[2]);
    seen.push(caller.put(&port(DENTAL, &id), whole).await.1);
    seen.push(
        caller
            .order(DENTAL, json!({"port": {"wirelessPin": pins[3]}}))
            .await
            .1,
    );
    for path in [
        port(DENTAL, &id),
        format!("{{P}}/account/{DENTAL}/reference/{id}/type/PORT_REQUEST"),
        format!("{{P}}/account/{DENTAL}/telephonenumber"),
        format!("{{P}}/account/{DENTAL}/accounthistorysearch"),
        "{I}/statussearch?telephoneNumber=18013180011".to_owned(),
        "/sandbox/state".to_owned(),
        "/sandbox/summary?find=18013180011".to_owned(),
        "/sandbox/requests".to_owned(),
    ] {
        let (status, body) = caller.get(&path).await;
        assert_eq!(status, 200, "{path}: {body}");
        seen.push(body);
    }
    let page = caller.http.get(caller.running.base_url()).send().await;
    let page = page.expect("the page").text().await.expect("text");
    seen.push(json!(page));
    for body in seen {
        let text = body.to_string();
        for pin in pins {
            assert!(!text.contains(&format!("\"{pin}\"")), "{pin} in {text}");
        }
        assert!(!text.contains(pins[1]) && !text.contains(pins[3]), "{text}");
    }
}
