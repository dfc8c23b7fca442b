//! The scenarios of the platform's contract that need no port, by their numbers there.

use super::*;

fn held(number: &str) -> Value {
    let mut body = activation(number);
    body["holdActivation"] = json!(true);
    body["directoryListing"] = json!({"listed": false});
    body
}

#[tokio::test]
async fn s01_an_activation_becomes_active_and_stays_as_ordered() {
    let caller = Caller::built_in().await;
    let (status, echo) = caller.order(DENTAL, activation("18015550101")).await;
    assert_eq!(status, 200);
    assert_eq!(echo["telephoneNumbers"][0]["functionType"], "ELS");
    assert_eq!(echo["accountId"], DENTAL);
    assert_eq!(
        caller.live(DENTAL, "18015550101").await["carrierStatus"],
        "ACTIVATION_PENDING"
    );
    assert_eq!(
        caller
            .event_status(DENTAL, "18015550101", "ACTIVATION")
            .await,
        "PENDING"
    );
    caller.advance("PT1S").await;
    assert_eq!(
        caller
            .event_status(DENTAL, "18015550101", "ACTIVATION")
            .await,
        "IN_PROGRESS"
    );
    caller.advance("PT4S").await;
    let live = caller.live(DENTAL, "18015550101").await;
    assert_eq!(live["carrierStatus"], "ACTIVE");
    assert_eq!(live["customerServiceRecord"]["unit"], "500");
    assert_eq!(
        caller
            .event_status(DENTAL, "18015550101", "ACTIVATION")
            .await,
        "COMPLETED"
    );
    assert_eq!(
        caller
            .event_status(DENTAL, "18015550101", "NINE_ONE_ONE_ADDRESS")
            .await,
        "COMPLETED"
    );
    assert_eq!(caller.orders("18015550101").await["activations"], 1);
}

#[tokio::test]
async fn s05_a_lapsed_reservation_taken_by_another_account_is_no_use() {
    let caller = Caller::built_in().await;
    let path = format!("{}/reserve", tn(DENTAL, "18015550105"));
    assert_eq!(caller.call("PUT", &path, None).await.0, 204);
    caller.advance("PT31M").await;
    assert_eq!(caller.order(FIBRE, activation("18015550105")).await.0, 200);
    let answer = caller.order(DENTAL, activation("18015550105")).await;
    assert_eq!(refusal(&answer), (400, "TelephoneNumberOnAnotherAccount"));
    assert_eq!(caller.get("{I}/18015550105").await.1["accountId"], FIBRE);
    assert_eq!(caller.orders("18015550105").await["activations"], 1);
}

#[tokio::test]
async fn s08_to_s10_a_hold_is_submitted_or_cancelled_once() {
    let caller = Caller::built_in().await;
    let reference =
        |number: &str| format!("{{P}}/account/{DENTAL}/reference/{number}/type/ACTIVATION");
    assert_eq!(caller.order(DENTAL, held("18015550108")).await.0, 200);
    let live = caller.live(DENTAL, "18015550108").await;
    assert_eq!(live["carrierStatus"], "ACTIVATION_ON_HOLD");
    assert_eq!(
        live["directoryListing"]["type"], "NOT_LIST_NOT_PUBLISH",
        "the partition's default"
    );
    assert_eq!(
        caller
            .event_status(DENTAL, "18015550108", "ACTIVATION")
            .await,
        "ON_HOLD"
    );
    caller.advance("P20D").await;
    assert_eq!(
        caller.live(DENTAL, "18015550108").await["carrierStatus"],
        "ACTIVATION_ON_HOLD"
    );
    let nonsense = caller
        .put(
            &reference("18015550108"),
            json!({"activationStatusType": "COMPLETED"}),
        )
        .await;
    assert_eq!(nonsense.0, 400);
    let (status, _) = caller
        .put(
            &reference("18015550108"),
            json!({"activationStatusType": "IN_PROGRESS"}),
        )
        .await;
    assert_eq!(status, 200);
    let again = caller
        .put(
            &reference("18015550108"),
            json!({"activationStatusType": "IN_PROGRESS"}),
        )
        .await;
    assert_eq!(refusal(&again), (400, "InvalidCarrierStatus"));
    caller.advance("PT5S").await;
    assert_eq!(
        caller.live(DENTAL, "18015550108").await["carrierStatus"],
        "ACTIVE"
    );
    assert_eq!(caller.orders("18015550108").await["holdSubmissions"], 1);

    // The guide's own path, with the account in the body.
    let mut body = held("18015550109");
    body["accountId"] = json!(DENTAL);
    assert_eq!(
        caller
            .call("POST", "{P}/account/telephonenumbers", Some(body))
            .await
            .0,
        200
    );
    let (status, event) = caller
        .put(
            &reference("18015550109"),
            json!({"activationStatusType": "CANCELLED"}),
        )
        .await;
    assert_eq!(
        (status, &event["activationStatusType"]),
        (200, &json!("CANCELLED"))
    );
    assert_eq!(caller.get(&tn(DENTAL, "18015550109")).await.0, 404);
    assert_eq!(caller.get("{I}/18015550109").await.1["isInInventory"], true);
    assert_eq!(caller.order(FIBRE, activation("18015550109")).await.0, 200);
    assert_eq!(
        caller.event(DENTAL, "18015550109", "ACTIVATION").await.0,
        404,
        "the new owner's alone"
    );
}

#[tokio::test]
async fn s13_a_record_is_changed_at_the_carrier() {
    let caller = Caller::built_in().await;
    let mut csr = lindon();
    csr["streetNumber"] = json!("75");
    csr["streetName"] = json!("200");
    csr["postDirectional"] = json!("E");
    csr["city"] = json!("Provo");
    csr["postalCode"] = json!("84606");
    let number = "18015550902";
    assert_eq!(
        caller
            .patch(CLINIC, number, json!({"customerServiceRecord": csr}))
            .await
            .0,
        200
    );
    assert_eq!(
        caller
            .event_status(CLINIC, number, "CSR_CHANGE_REQUEST")
            .await,
        "PENDING"
    );
    let refused = caller.delete(&tn(CLINIC, number)).await;
    assert_eq!(
        refusal(&refused),
        (400, "OutstandingActivationEvents"),
        "40d: somebody is at work"
    );
    caller.advance("PT3S").await;
    assert_eq!(
        caller
            .event_status(CLINIC, number, "CSR_CHANGE_REQUEST")
            .await,
        "COMPLETED"
    );
    assert_eq!(caller.delete(&tn(CLINIC, number)).await.0, 204);
}

#[tokio::test]
async fn s16_and_s18_a_reference_with_caller_id_and_without() {
    let caller = Caller::built_in().await;
    assert_eq!(caller.order(DENTAL, activation("18015550116")).await.0, 200);
    assert_eq!(caller.order(DENTAL, activation("18015550117")).await.0, 200);
    caller.advance("PT5S").await;
    let user = format!("{{P}}/account/{DENTAL}/user/{JOHN}");
    let wish = json!({"referenceType": "END_USER", "referenceId": JOHN, "assignAsCallerId": true});
    let (status, live) = caller.patch(DENTAL, "18015550116", wish.clone()).await;
    assert_eq!((status, &live["referenceId"]), (200, &json!(JOHN)));
    let config = caller.get(&user).await.1["callerIdConfig"].clone();
    assert_eq!(
        (
            &config["callerIdNumber"],
            &config["externalCallerIdVisible"]
        ),
        (&json!("18015550116"), &json!(true))
    );
    let (_, usages) = caller
        .get(&format!("{}/911-address/usages", tn(DENTAL, "18015550116")))
        .await;
    assert_eq!(usages["users"], json!([JOHN]));

    let (status, said) = caller
        .put(&format!("{}/destination", tn(DENTAL, "18015550117")), wish)
        .await;
    assert_eq!(
        (status, &said["telephoneNumber"]),
        (200, &json!("18015550117"))
    );
    assert_eq!(
        caller.get(&user).await.1["callerIdConfig"]["callerIdNumber"],
        "18015550117"
    );

    let (_, live) = caller
        .patch(
            DENTAL,
            "18015550116",
            json!({"referenceType": null, "referenceId": null}),
        )
        .await;
    assert!(live["referenceType"].is_null() && live["assignAsCallerId"].is_null());
}

#[tokio::test]
async fn s19_and_s20_a_language_is_set_and_unset() {
    let caller = Caller::built_in().await;
    let mut body = activation("16135550119");
    body["customerServiceRecord"] = sparks("Ottawa");
    assert_eq!(caller.order(MAISON, body).await.0, 200);
    caller.advance("PT5S").await;
    for language in [json!("fr-CA"), Value::Null] {
        let mut address = sparks("Ottawa");
        address["language"] = language.clone();
        let (status, live) = caller
            .patch(MAISON, "16135550119", json!({"e911Address": address}))
            .await;
        assert_eq!(status, 200);
        assert_eq!(live["e911Address"]["language"], language);
        assert_eq!(
            caller
                .event_status(MAISON, "16135550119", "NINE_ONE_ONE_ADDRESS")
                .await,
            "PENDING"
        );
        caller.advance("PT3S").await;
        assert_eq!(
            caller
                .event_status(MAISON, "16135550119", "NINE_ONE_ONE_ADDRESS")
                .await,
            "COMPLETED"
        );
    }
}

#[tokio::test]
async fn s21_the_provider_is_asked_beforehand() {
    let caller = Caller::built_in().await;
    let path = "{P}/account/e911/prevalidate";
    let (_, valid) = caller
        .put(path, json!({"e911Address": sparks("Ottawa")}))
        .await;
    assert_eq!(
        (
            &valid["valid"],
            &valid["errors"],
            &valid["addressAlternatives"]
        ),
        (&json!("VALID"), &json!([]), &json!([]))
    );
    assert_eq!(valid["address"]["lastName"], "Hitschmanova");
    let (_, wrong_city) = caller
        .put(path, json!({"customerServiceRecord": sparks("Sandy Hill")}))
        .await;
    assert_eq!(wrong_city["valid"], "INVALID");
    assert_eq!(
        wrong_city["addressAlternatives"],
        json!([{"streetNumber": "56", "streetName": "Sparks St", "city": "OTTAWA", "state": "ON", "postalCode": "K1P 5A9", "country": "CA"}])
    );
    let mut no_state = sparks("Ottawa");
    no_state["state"] = json!("QB");
    let (_, no_state) = caller.put(path, json!({"e911Address": no_state})).await;
    assert_eq!(
        (&no_state["valid"], &no_state["addressAlternatives"]),
        (&json!("INVALID"), &json!([]))
    );
    let mut nowhere = sparks("Ottawa");
    nowhere["streetName"] = json!("Nowhere");
    assert_eq!(
        caller.put(path, json!({"e911Address": nowhere})).await.1["valid"],
        "UNKNOWN"
    );
    assert_eq!(caller.put(path, json!({})).await.0, 400);
}

/// A number whose wrong city the E911 provider has just rejected.
async fn rejected(caller: &Caller, number: &str) -> Value {
    let mut body = activation(number);
    body["customerServiceRecord"] = sparks("Ottawa");
    assert_eq!(caller.order(MAISON, body).await.0, 200);
    caller.advance("PT5S").await;
    let mut address = sparks("Sandy Hill");
    address["language"] = json!("fr-CA");
    assert_eq!(
        caller
            .patch(MAISON, number, json!({"e911Address": address}))
            .await
            .0,
        200
    );
    caller.advance("PT3S").await;
    let (_, event) = caller.event(MAISON, number, "NINE_ONE_ONE_ADDRESS").await;
    assert_eq!(event["activationStatusType"], "REJECTED");
    let log = event["logs"]
        .as_array()
        .and_then(|logs| logs.last())
        .expect("a log")
        .clone();
    assert_eq!(log["code"], "WEST:UPDATE:CRITICAL_ERROR");
    assert_eq!(
        caller.live(MAISON, number).await["e911Address"]["city"],
        "Sandy Hill",
        "the field looks fine"
    );
    log
}

#[tokio::test]
async fn s22_the_providers_correction_is_accepted() {
    let caller = Caller::built_in().await;
    let log = rejected(&caller, "16135550122").await;
    assert!(
        log["message"]
            .as_str()
            .is_some_and(|words| words.contains("City:OTTAWA"))
    );
    let base = tn(MAISON, "16135550122");
    let (_, offered) = caller.get(&format!("{base}/911-address/correction")).await;
    assert_eq!(offered["city"], "OTTAWA");
    let (status, live) = caller
        .put(&format!("{base}/911-address/correction/accept"), json!({}))
        .await;
    assert_eq!(status, 200);
    let address = &live["e911Address"];
    assert_eq!(
        (
            &address["streetName"],
            &address["streetSuffix"],
            &address["city"]
        ),
        (&json!("Sparks St"), &json!(""), &json!("OTTAWA"))
    );
    assert_eq!(
        (&address["lastName"], &address["language"]),
        (&json!("Hitschmanova"), &json!("fr-CA"))
    );
    assert_eq!(
        caller
            .event_status(MAISON, "16135550122", "NINE_ONE_ONE_ADDRESS")
            .await,
        "CORRECTED_COMPLETED"
    );
    assert_eq!(
        caller
            .get(&format!("{base}/911-address/correction"))
            .await
            .0,
        404
    );
    assert_eq!(
        caller
            .put(&format!("{base}/911-address/correction/accept"), json!({}))
            .await
            .0,
        404
    );
}

#[tokio::test]
async fn s23_the_original_is_kept_with_coordinates() {
    let caller = Caller::built_in().await;
    rejected(&caller, "16135550123").await;
    let base = format!("{}/911-address", tn(MAISON, "16135550123"));
    let bad = format!("{base}/original/accept?latitude=north&longitude=-75.69");
    assert_eq!(caller.put(&bad, json!({})).await.0, 400);
    let path = format!("{base}/original/accept?latitude=45.421532&longitude=-75.697189");
    let (status, live) = caller.put(&path, json!({})).await;
    assert_eq!(status, 200);
    assert_eq!(
        (
            &live["e911Address"]["city"],
            &live["e911Address"]["latitude"]
        ),
        (&json!("Sandy Hill"), &json!("45.421532"))
    );
    assert_eq!(
        caller
            .event_status(MAISON, "16135550123", "NINE_ONE_ONE_ADDRESS")
            .await,
        "COMPLETED"
    );
    assert_eq!(caller.get(&format!("{base}/correction")).await.0, 404);
}

#[tokio::test]
async fn s24_a_rejection_without_a_correction_offers_nothing() {
    let caller = Caller::built_in().await;
    assert_eq!(
        caller
            .event_status(CLINIC, "18015550905", "NINE_ONE_ONE_ADDRESS")
            .await,
        "REJECTED"
    );
    let path = format!("{}/911-address/correction", tn(CLINIC, "18015550905"));
    assert_eq!(caller.get(&path).await.0, 404);
    assert_eq!(
        caller
            .patch(CLINIC, "18015550905", json!({"e911Address": lindon()}))
            .await
            .0,
        200
    );
    caller.advance("PT3S").await;
    assert_eq!(
        caller
            .event_status(CLINIC, "18015550905", "NINE_ONE_ONE_ADDRESS")
            .await,
        "COMPLETED"
    );
    let (_, open) = caller
        .get("{I}/statussearch?telephoneNumber=18015550905&statusType=REJECTED")
        .await;
    assert_eq!(open["totalRecords"], 0, "an old rejection is over");
}

#[tokio::test]
async fn s39_a_number_given_up_is_recovered_and_ordered_again() {
    let caller = Caller::built_in().await;
    let number = "18015550901";
    assert_eq!(caller.delete(&tn(CLINIC, number)).await, (204, Value::Null));
    assert_eq!(
        caller.live(CLINIC, number).await["carrierStatus"],
        "DELETE_PENDING"
    );
    assert_eq!(caller.delete(&tn(CLINIC, number)).await.0, 400);
    caller.advance("PT2S").await;
    assert_eq!(caller.get(&tn(CLINIC, number)).await.0, 404);
    let user = format!("{{P}}/account/{CLINIC}/user/cW1aQw7ERt2yU4iO6pLkHg");
    assert!(caller.get(&user).await.1["callerIdConfig"]["callerIdNumber"].is_null());
    assert!(caller.get(&format!("{{I}}/{number}")).await.1["cooldownExpireDate"].is_string());
    assert_eq!(caller.order(CLINIC, activation(number)).await.0, 400);
    caller.advance("P29D").await;
    let (status, view) = caller
        .put(&format!("{{I}}/{number}/cooldown/recover"), json!({}))
        .await;
    assert_eq!((status, &view["isInInventory"]), (200, &json!(true)));
    assert!(view["cooldownRecoveredDate"].is_string() && view["cooldownExpireDate"].is_null());
    assert_eq!(
        caller.get(&tn(CLINIC, number)).await.0,
        404,
        "it is not back on the account"
    );
    assert_eq!(caller.order(CLINIC, activation(number)).await.0, 200);
    // The old cooldown's end must not touch it.
    caller.advance("P30D").await;
    assert_eq!(caller.live(CLINIC, number).await["carrierStatus"], "ACTIVE");
    let orders = caller.orders(number).await;
    assert_eq!(
        (
            &orders["activations"],
            &orders["deletes"],
            &orders["recoveries"]
        ),
        (&json!(1), &json!(1), &json!(1))
    );
}
