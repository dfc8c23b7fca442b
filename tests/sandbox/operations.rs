//! Each operation: what it answers, and what it refuses.

use super::*;

#[tokio::test]
async fn only_a_token_in_use_lets_a_client_in() {
    let mut caller = Caller::built_in().await;
    caller.token = "no such token".to_owned();
    let answer = caller.get("{P}").await;
    assert_eq!(refusal(&answer), (401, "ExpiredAuthToken"));
    assert_eq!(answer.1["message"], "Unauthorized");

    let login = json!({"username": "user@example.com", "password": "secret"});
    let (status, body) = caller.call("POST", "/v2/authorize", Some(login)).await;
    assert_eq!(status, 200);
    assert_eq!(body["partitionId"], caller.running.partition().as_str());
    assert_eq!(body["mustChangePassword"], false);
    caller.token = body["authToken"].as_str().expect("a token").to_owned();
    assert_eq!(
        caller.get("/v2/authorize/userinfo").await.1["username"],
        "user@example.com"
    );

    // Eight hours from the last use, not from the login.
    for _ in 0..3 {
        caller.advance("PT7H").await;
        assert_eq!(caller.get("{P}").await.0, 200);
    }
    caller.advance("PT8H").await;
    assert_eq!(caller.get("{P}").await.0, 401);

    let login = json!({"username": "user@example.com", "password": "secret"});
    let (_, body) = caller.call("POST", "/v2/authorize", Some(login)).await;
    caller.token = body["authToken"].as_str().expect("a token").to_owned();
    assert_eq!(caller.put("/v2/authorize/logout", json!({})).await.0, 200);
    assert_eq!(caller.get("{P}").await.0, 401);

    let empty = json!({"username": "user@example.com", "password": ""});
    assert_eq!(
        caller.call("POST", "/v2/authorize", Some(empty)).await.0,
        401
    );
}

#[tokio::test]
async fn credentials_of_a_seed_are_the_only_ones_and_are_never_shown() {
    let directory = tempfile::tempdir().expect("a directory");
    let seed = directory.path().join("seed.yaml");
    let text = "credentials: [{ username: a@b.c, password: tiger-in-the-tank }]\n\
                carriers: [{ id: c1, name: One, carrierType: BANDWIDTH }]\n";
    std::fs::write(&seed, text).expect("a seed");
    let caller = Caller::with(None, Some(seed)).await;
    for (password, status) in [("wrong", 401), ("tiger-in-the-tank", 200)] {
        let login = json!({"username": "a@b.c", "password": password});
        let answer = caller.call("POST", "/v2/authorize", Some(login)).await;
        assert_eq!(answer.0, status);
    }
    let shown = caller.get("/sandbox/state").await.1.to_string();
    assert!(!shown.contains("tiger-in-the-tank"));
}

#[tokio::test]
async fn partition_carriers_accounts_and_users_are_read() {
    let caller = Caller::built_in().await;
    let (_, partition) = caller.get("{P}").await;
    assert_eq!(partition["tnDeleteCooldownDays"], 30);
    assert_eq!(
        partition["defaultDirectoryListingType"],
        "NOT_LIST_NOT_PUBLISH"
    );
    let (_, carriers) = caller.get("{P}/inboundcarriers").await;
    let updates: Vec<&Value> = carriers
        .as_array()
        .expect("a list")
        .iter()
        .map(|carrier| &carrier["supportsCSRUpdate"])
        .collect();
    assert_eq!(updates, [true, true, false, true, true]);
    let (_, accounts) = caller.get("{P}/account").await;
    assert_eq!(accounts.as_array().map(Vec::len), Some(4));
    let (_, account) = caller.get(&format!("{{P}}/account/{DENTAL}")).await;
    assert_eq!(account["accountName"], "Sample Dental, Lindon");
    let by_number = "{P}/account/18014040901?accountIdType=PhoneNumber";
    assert_eq!(caller.get(by_number).await.1["id"], CLINIC);
    let nobody = "{P}/account/18015550001?accountIdType=PhoneNumber";
    assert_eq!(caller.get(nobody).await.0, 404);
    let unknown = "{P}/account/18014040901?accountIdType=Phone";
    let single = json!({"code": 400, "message": "InvalidAccountIdType"});
    assert_eq!(
        caller.get(unknown).await,
        (400, single),
        "its own error shape"
    );
    let (_, users) = caller.get(&format!("{{P}}/account/{DENTAL}/user")).await;
    assert_eq!(users.as_array().map(Vec::len), Some(4));
    let (_, john) = caller
        .get(&format!("{{P}}/account/{DENTAL}/user/{JOHN}"))
        .await;
    assert_eq!(
        (&john["lastName"], &john["extension"]),
        (&json!("Sample"), &json!("200"))
    );
    // Somebody else's user is nobody.
    assert_eq!(
        caller
            .get(&format!("{{P}}/account/{FIBRE}/user/{JOHN}"))
            .await
            .0,
        404
    );
}

#[tokio::test]
async fn what_is_not_there_is_404_with_the_envelope() {
    let caller = Caller::built_in().await;
    for path in [
        "/v2",
        "/v2/nothing",
        "/v2/partition/elsewhere",
        "{P}/account/nobody",
        "{P}/account/nobody/telephonenumber",
        "{P}/ratecenter/12125550100",
        "{I}/12125550100",
        &tn(DENTAL, "18014040901"),
        &format!("{{P}}/account/{CLINIC}/reference/18014040901/type/CSR_CHANGE_REQUEST"),
    ] {
        let answer = caller.get(path).await;
        assert_eq!(refusal(&answer).0, 404, "{path}");
    }
}

#[tokio::test]
async fn references_are_listed() {
    let caller = Caller::built_in().await;
    let (_, languages) = caller.get("/v2/ref/language").await;
    assert_eq!(languages[0]["id"], "fr-CA");
    let (_, types) = caller.get("/v2/ref/secondary-location-types").await;
    assert!(
        types["USA"]
            .as_array()
            .is_some_and(|list| list.contains(&json!("PENTHOUSE")))
    );
}

#[tokio::test]
async fn a_listing_is_noisy_unsorted_and_always_alike() {
    let caller = Caller::built_in().await;
    let path = format!("{{P}}/account/{CLINIC}/telephonenumber");
    let (_, first) = caller.get(&path).await;
    let rows = first.as_array().expect("a list");
    let numbers: Vec<&str> = rows
        .iter()
        .filter_map(|row| row["phoneNumber"].as_str())
        .collect();
    let mut sorted = numbers.clone();
    sorted.sort_unstable();
    assert_eq!(numbers.len(), 7);
    assert_ne!(numbers, sorted);
    assert_eq!(caller.get(&path).await.1, first);
    for row in rows {
        assert_eq!(row["functionType"], "ELS");
        assert_eq!(row["tollFree"], false);
        assert_eq!(row["customerServiceRecord"]["streetNumberSuffix"], "");
        assert_eq!(row["customerServiceRecord"]["blockCustomerName"], false);
        assert!(row["customerServiceRecord"]["id"].is_string());
        assert!(row["orderVersion"].is_string());
    }
    let (_, limited) = caller.get(&format!("{path}?limitedData=true")).await;
    assert!(limited[0]["customerServiceRecord"].is_null());
    assert_eq!(limited[0]["phoneNumber"], first[0]["phoneNumber"]);
}

#[tokio::test]
async fn an_order_that_breaks_a_rule_is_refused_and_changes_nothing() {
    let caller = Caller::built_in().await;
    let with = |change: &dyn Fn(&mut Value)| {
        let mut body = activation("18015550101");
        change(&mut body);
        body
    };
    let cases: Vec<(Value, &str)> = vec![
        (
            with(&|b| b["telephoneNumbers"] = json!([])),
            "TelephoneNumbersRequired",
        ),
        (
            with(&|b| b["telephoneNumbers"][0]["phoneNumber"] = json!("8015550101")),
            "InvalidPhoneNumber",
        ),
        (
            with(&|b| b["telephoneNumbers"][0]["referenceType"] = json!("USER")),
            "InvalidReferenceType",
        ),
        (
            with(&|b| b["telephoneNumbers"][0]["referenceType"] = json!("END_USER")),
            "ReferenceIdRequired",
        ),
        (
            with(
                &|b| b["telephoneNumbers"][0] = json!({"phoneNumber": "18015550101", "referenceType": "END_USER", "referenceId": "nobody"}),
            ),
            "InvalidReferenceId",
        ),
        (
            with(&|b| {
                b["telephoneNumbers"] =
                    json!([{"phoneNumber": "18015550101"}, {"phoneNumber": "18015550101"}])
            }),
            "DuplicateTelephoneNumber",
        ),
        (
            with(&|b| b["customerServiceRecord"] = Value::Null),
            "CustomerServiceRecordRequired",
        ),
        (
            with(&|b| b["customerServiceRecord"]["businessName"] = json!("")),
            "RequiredFieldMissing",
        ),
        (
            with(&|b| b["customerServiceRecord"]["customerType"] = json!("Business")),
            "InvalidCustomerType",
        ),
        (
            with(&|b| b["customerServiceRecord"]["preDirectional"] = json!("South")),
            "InvalidPreDirectional",
        ),
        (
            with(&|b| b["customerServiceRecord"]["customerName"] = json!("Sixteen letters!")),
            "CustomerNameTooLong",
        ),
        (
            with(&|b| b["customerServiceRecord"]["secondaryLocationDescription"] = json!("Suite")),
            "InvalidSecondaryLocationDescription",
        ),
        (
            with(&|b| b["e911Address"] = json!({"city": "Lindon"})),
            "RequiredFieldMissing",
        ),
        (
            with(&|b| {
                b["e911Address"] = lindon();
                b["e911Address"]["language"] = json!("fr");
            }),
            "InvalidLanguage",
        ),
        (
            with(&|b| {
                b["e911Address"] = lindon();
                b["latitude"] = json!("91.0");
            }),
            "InvalidCoordinates",
        ),
        (
            with(&|b| b["directoryListing"]["type"] = json!("PORTED")),
            "InvalidDirectoryListingType",
        ),
        (
            with(&|b| b["directoryListing"]["type"] = json!("LISTED")),
            "InvalidDirectoryListingType",
        ),
        (
            with(&|b| b["holdActivation"] = json!("maybe")),
            "InvalidFieldType",
        ),
        (
            with(&|b| b["customerServiceRecrod"] = json!({})),
            "UnrecognizedField",
        ),
        (
            with(&|b| b["port"] = json!({"billingTelephoneNumber": "18015550101"})),
            "InvalidDirectoryListingType",
        ),
        (with(&|b| b["accountId"] = json!(FIBRE)), "IdMismatch"),
        (activation("12125550100"), "TelephoneNumberNotInInventory"),
        (activation("18014040908"), "TelephoneNumberNotInInventory"),
        (activation("18014040901"), "TelephoneNumberOnAnotherAccount"),
    ];
    let before = caller.get("/sandbox/state").await;
    for (body, token) in cases {
        let answer = caller.order(DENTAL, body.clone()).await;
        assert_eq!(refusal(&answer), (400, token), "{body}");
        assert!(answer.1["data"].is_object());
    }
    assert_eq!(caller.get("/sandbox/state").await, before);
    let own = caller.order(CLINIC, activation("18014040901")).await;
    assert_eq!(refusal(&own), (400, "TelephoneNumberAlreadyOnAccount"));
    assert_eq!(
        caller.order("nobody", activation("18015550101")).await.0,
        404
    );
}

#[tokio::test]
async fn all_numbers_of_an_order_are_taken_or_none() {
    let caller = Caller::built_in().await;
    let mut body = activation("18015550101");
    body["telephoneNumbers"] =
        json!([{"phoneNumber": "18015550101"}, {"phoneNumber": "18014040901"}]);
    assert_eq!(caller.order(DENTAL, body).await.0, 400);
    assert_eq!(caller.get(&tn(DENTAL, "18015550101")).await.0, 404);
}

#[tokio::test]
async fn both_shapes_of_an_e911_address_and_all_places_of_coordinates_are_taken() {
    let caller = Caller::built_in().await;
    let nested = json!({"address": lindon(), "latitude": "40.332492", "longitude": "-111.728167"});
    let mut flat = lindon();
    flat["latitude"] = json!("40.332492");
    flat["longitude"] = json!("-111.728167");
    let mut beside = activation("18015550103");
    beside["e911Address"] = lindon();
    beside["latitude"] = json!("40.332492");
    beside["longitude"] = json!("-111.728167");
    for (number, e911) in [
        ("18015550101", Some(nested)),
        ("18015550102", Some(flat)),
        ("18015550103", None),
    ] {
        let mut body = beside.clone();
        if let Some(e911) = e911 {
            body = activation(number);
            body["e911Address"] = e911;
        }
        assert_eq!(caller.order(DENTAL, body).await.0, 200);
        let address = caller.live(DENTAL, number).await["e911Address"].clone();
        assert_eq!(address["latitude"], "40.332492", "{number}");
        assert_eq!(address["city"], "Lindon", "{number}");
        assert!(address["customerName"].is_null(), "{number}");
    }
}

#[tokio::test]
async fn what_is_beyond_ten_characters_of_a_unit_is_silently_lost() {
    let caller = Caller::built_in().await;
    let mut body = activation("18015550101");
    body["customerServiceRecord"]["unit"] = json!("ELEVENCHARS");
    assert_eq!(caller.order(DENTAL, body).await.0, 200);
    let live = caller.live(DENTAL, "18015550101").await;
    assert_eq!(live["customerServiceRecord"]["unit"], "ELEVENCHAR");
}

#[tokio::test]
async fn a_patch_replaces_objects_whole_and_null_clears() {
    let caller = Caller::built_in().await;
    let number = "18014040901";
    let before = caller.live(CLINIC, number).await;
    let mut address = lindon();
    address["unit"] = Value::Null;
    let (status, after) = caller
        .patch(CLINIC, number, json!({"e911Address": address}))
        .await;
    assert_eq!(status, 200);
    assert_eq!(after["e911Address"]["unit"], "");
    assert!(
        after["e911Address"]["language"].is_null(),
        "the old object's language is gone"
    );
    assert_ne!(after["orderVersion"], before["orderVersion"]);
    assert_eq!(
        after["customerServiceRecord"],
        before["customerServiceRecord"]
    );

    let cleared = caller
        .patch(CLINIC, number, json!({"e911Address": null}))
        .await;
    assert_eq!(cleared.0, 200);
    let state = caller.get("/sandbox/state").await.1;
    assert!(state["numbers"][number]["e911"].is_null());

    for (body, token) in [
        (
            json!({"customerServiceRecord": null}),
            "CustomerServiceRecordRequired",
        ),
        (
            json!({"referenceType": "SIP_TRUNK", "referenceId": null}),
            "ReferenceIdRequired",
        ),
        (
            json!({"referenceType": "SIP_TRUNK", "referenceId": "trunk", "assignAsCallerId": true}),
            "AssignAsCallerIdRequiresEndUser",
        ),
        (json!({"holdActivation": true}), "UnrecognizedField"),
        (json!({"phoneNumber": "18014040902"}), "IdMismatch"),
    ] {
        let answer = caller.patch(CLINIC, number, body.clone()).await;
        assert_eq!(refusal(&answer), (400, token), "{body}");
    }
}

#[tokio::test]
async fn putting_back_what_was_read_changes_nothing() {
    let caller = Caller::built_in().await;
    for number in [
        "18014040901",
        "18014040902",
        "18014040905",
        "18014040906",
        "18014040907",
    ] {
        let live = caller.live(CLINIC, number).await;
        let before = caller.get("/sandbox/state").await.1;
        let (status, body) = caller.put(&tn(CLINIC, number), live).await;
        assert_eq!(status, 200, "{number}: {body}");
        let after = caller.get("/sandbox/state").await.1;
        assert_eq!(after["events"], before["events"], "{number}");
        let mut state = after["numbers"][number].clone();
        state["orderVersion"] = before["numbers"][number]["orderVersion"].clone();
        assert_eq!(state, before["numbers"][number], "{number}");
    }
}

#[tokio::test]
async fn a_held_or_pending_number_takes_a_reference_and_nothing_else() {
    let caller = Caller::built_in().await;
    let user = json!({"referenceType": "END_USER", "referenceId": "cW2bQw7ERt2yU4iO6pLkHg"});
    for number in ["18014040906", "18014040907"] {
        assert_eq!(caller.patch(CLINIC, number, user.clone()).await.0, 200);
        for body in [
            json!({"customerServiceRecord": lindon()}),
            json!({"e911Address": lindon()}),
            json!({"directoryListing": {"type": "LIST_PUBLISH"}}),
        ] {
            let answer = caller.patch(CLINIC, number, body).await;
            assert_eq!(refusal(&answer), (400, "InvalidCarrierStatus"));
        }
        let answer = caller.delete(&tn(CLINIC, number)).await;
        assert_eq!(refusal(&answer), (400, "OutstandingActivationEvents"));
        assert_eq!(answer.1["data"]["events"][0]["serviceType"], "ACTIVATION");
    }
}

#[tokio::test]
async fn a_carrier_that_cannot_change_records_refuses_to() {
    let caller = Caller::built_in().await;
    let answer = caller
        .patch(
            CLINIC,
            "14356400903",
            json!({"customerServiceRecord": lindon()}),
        )
        .await;
    assert_eq!(refusal(&answer), (400, "CSRUpdateNotSupported"));
}

#[tokio::test]
async fn reservations_keep_a_number_for_half_an_hour() {
    let caller = Caller::built_in().await;
    let by_account = |account: &str| format!("{}/reserve", tn(account, "18015550111"));
    assert_eq!(
        caller.call("PUT", &by_account(DENTAL), None).await,
        (204, Value::Null)
    );
    let answer = caller.order(FIBRE, activation("18015550111")).await;
    assert_eq!(refusal(&answer), (400, "TelephoneNumberReserved"));
    assert_eq!(caller.call("PUT", &by_account(FIBRE), None).await.0, 400);
    caller.advance("PT31M").await;
    assert_eq!(caller.call("PUT", &by_account(FIBRE), None).await.0, 204);
    assert_eq!(caller.delete(&by_account(FIBRE)).await.0, 204);
    assert_eq!(caller.delete(&by_account(FIBRE)).await.0, 404);

    let (status, body) = caller.call("PUT", "{I}/18015550112/reserve", None).await;
    assert_eq!((status, &body["reserved"]), (200, &json!(true)));
    assert_eq!(caller.delete("{I}/18015550112/reserve").await.0, 204);
    assert_eq!(
        caller.call("PUT", "{I}/18014040901/reserve", None).await.0,
        400
    );
    assert_eq!(
        caller.call("PUT", "{I}/12125550100/reserve", None).await.0,
        404
    );
}

#[tokio::test]
async fn the_inventory_says_where_a_number_is() {
    let caller = Caller::built_in().await;
    let (_, free) = caller.get("{I}/18017690817").await;
    assert_eq!(
        (&free["isInInventory"], &free["rateCenter"]),
        (&json!(true), &json!("PLEASANT GROVE"))
    );
    let (_, used) = caller.get("{I}/18014040901").await;
    assert_eq!(
        (&used["isInInventory"], &used["accountId"]),
        (&json!(false), &json!(CLINIC))
    );
    let (_, resting) = caller.get("{I}/18014040908").await;
    assert_eq!(resting["isInInventory"], false);
    assert!(
        resting["cooldownExpireDate"]
            .as_str()
            .is_some_and(|date| date.starts_with("2026-12-13T17:00:00"))
    );
    caller.advance("P21D").await;
    let (_, gone) = caller.get("{I}/18014040908").await;
    assert_eq!(
        (&gone["isInInventory"], &gone["cooldownExpireDate"]),
        (&json!(false), &Value::Null)
    );
    assert_eq!(
        caller
            .put("{I}/18014040908/cooldown/recover", json!({}))
            .await
            .0,
        400
    );
}

#[tokio::test]
async fn a_status_search_filters_and_pages() {
    let caller = Caller::built_in().await;
    let (_, rejected) = caller
        .get("{I}/statussearch?eventType=NINE_ONE_ONE_ADDRESS&eventType=CSR_CHANGE_REQUEST&statusType=REJECTED&statusType=PENDING")
        .await;
    assert_eq!(rejected["totalRecords"], 2);
    for number in 0..7 {
        assert_eq!(
            caller
                .order(DENTAL, activation(&format!("180155502{number:02}")))
                .await
                .0,
            200
        );
    }
    let query = format!("{{I}}/statussearch?accountId={DENTAL}&eventType=ACTIVATION&maxResult=3");
    let mut seen = Vec::new();
    for first in [0, 3, 6] {
        let (_, page) = caller
            .get(&format!("{query}&firstResultIndex={first}"))
            .await;
        assert_eq!(page["totalRecords"], 7);
        let rows = page["results"].as_array().expect("rows").clone();
        seen.extend(rows.iter().map(|row| row["referenceId"].to_string()));
    }
    assert_eq!(seen.len(), 7);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 7, "no number is on two pages");
    let (_, one) = caller
        .get("{I}/statussearch?telephoneNumber=18015550203")
        .await;
    assert_eq!(one["totalRecords"], 2, "its activation and its 911 address");
    let (_, none) = caller.get("{I}/statussearch?startDate=2026-11-24").await;
    assert_eq!(none["totalRecords"], 0);
    assert_eq!(
        caller.get("{I}/statussearch?statusType=Rejected").await.0,
        400
    );
}

#[tokio::test]
async fn a_number_in_port_is_listed_and_cannot_be_deleted_or_changed() {
    let directory = tempfile::tempdir().expect("a directory");
    let seed = directory.path().join("seed.json");
    let text = json!({
        "carriers": [{"id": "c1", "name": "One", "carrierType": "BANDWIDTH"}],
        "accounts": [{"id": "a1", "name": "Porter", "numbers": [
            {"phoneNumber": "18015551212", "carrierStatus": "PORT_PENDING", "portId": "port-1",
             "customerServiceRecord": lindon(), "directoryListing": {"type": "PORTED"}}
        ]}]
    });
    std::fs::write(&seed, text.to_string()).expect("a seed");
    let caller = Caller::with(None, Some(seed)).await;
    let (_, list) = caller.get("{P}/account/a1/telephonenumber").await;
    assert_eq!(
        (&list[0]["carrierStatus"], &list[0]["portId"]),
        (&json!("PORT_PENDING"), &json!("port-1"))
    );
    assert_eq!(
        caller.event_status("a1", "port-1", "PORT_REQUEST").await,
        "PENDING"
    );
    assert_eq!(
        caller.event("a1", "port-1", "PORT_REQUEST").await.1["referenceType"],
        "PORT"
    );
    let answer = caller.delete(&tn("a1", "18015551212")).await;
    assert_eq!(refusal(&answer), (400, "OutstandingActivationEvents"));
    let answer = caller
        .patch(
            "a1",
            "18015551212",
            json!({"directoryListing": {"type": "LIST_PUBLISH"}}),
        )
        .await;
    assert_eq!(refusal(&answer), (400, "InvalidCarrierStatus"));
    assert_eq!(caller.get("{I}/18015551212").await.1["port"], true);
}
