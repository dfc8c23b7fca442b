//! Ports that are under way: changed, moved on by the carriers, found again.

use super::*;

const PLAIN: &str = "18012240001";

#[tokio::test]
async fn a_put_that_lost_the_secrets_clears_them_and_a_patch_does_not() {
    let caller = Caller::built_in().await;
    // This carrier has an account number and a PIN on file.
    let mut body = port_of(&["18013180011"], "2026-12-08");
    body["port"]["portingWireType"] = json!("Wireless");
    body["port"]["wirelessAccountNumber"] = json!("900411");
    body["port"]["wirelessPin"] = json!("4711");
    let id = caller.ported(DENTAL, body).await;
    caller.at("2026-12-01T18:00:00Z").await;
    let status = || async {
        let event = caller.port_event(DENTAL, &id).await;
        event["activationStatusType"]
            .as_str()
            .expect("one")
            .to_owned()
    };
    assert_eq!(status().await, "FOC_RECEIVED");
    let path = port(DENTAL, &id);
    let date = json!({"crdDate": "2026-12-10"});
    let (code, shown) = caller.call("PATCH", &path, Some(date)).await;
    assert_eq!(
        (code, &shown["crdDate"]),
        (200, &json!("2026-12-10T00:00:00.000Z"))
    );
    assert_eq!(shown.get("focDate"), None);
    assert_eq!(status().await, "IN_PROGRESS");
    caller.at("2026-12-08T18:00:00Z").await;
    assert_eq!(
        status().await,
        "FOC_RECEIVED",
        "the secrets were still good"
    );

    let (_, mut whole) = caller.get(&path).await;
    whole["crdDate"] = json!("2026-12-15");
    assert_eq!(caller.put(&path, whole.clone()).await.0, 200);
    caller.at("2026-12-10T18:00:00Z").await;
    assert_eq!(status().await, "REJECTED");
    let event = caller.port_event(DENTAL, &id).await;
    let last = event["logs"].as_array().and_then(|logs| logs.last());
    assert_eq!(last.expect("a log")["code"], "LSP:ACCOUNT_NUMBER_MISMATCH");
    assert_eq!(event["l3Reaction"], "RESUBMIT");
    assert_eq!(
        caller.live(DENTAL, "18013180011").await["carrierStatus"],
        "PORT_REJECTED"
    );
    // With the secrets put back the same round trip is good.
    whole["wirelessAccountNumber"] = json!("900411");
    whole["wirelessPin"] = json!("4711");
    whole["crdDate"] = json!("2026-12-17");
    assert_eq!(caller.put(&path, whole).await.0, 200);
    assert_eq!(status().await, "PENDING");
    caller.at("2026-12-17T12:00:00Z").await;
    assert_eq!(status().await, "FOC_RECEIVED");
}

#[tokio::test]
async fn what_an_update_may_not_touch_is_refused_by_name() {
    let caller = Caller::built_in().await;
    let id = caller.ported(DENTAL, port_of(&[PLAIN], "2026-12-08")).await;
    let path = port(DENTAL, &id);
    let patch = |body: Value| caller.call("PATCH", &path, Some(body));
    let mut moved = lindon();
    moved["unit"] = json!("501");
    for (body, token) in [
        (json!({"customerServiceRecord": moved}), "FieldNotEditable"),
        (
            json!({"billingTelephoneNumber": "18012240009"}),
            "FieldNotEditable",
        ),
        (
            json!({"telephoneNumbers": ["18012240009"]}),
            "FieldNotEditable",
        ),
        (json!({"crdDate": "2026-11-20"}), "CrdDateInPast"),
        (json!({"crdDate": null}), "CrdDateRequired"),
        (
            json!({"portingAuthorizedName": ""}),
            "PortingAuthorizedNameRequired",
        ),
        (
            json!({"wirelessPin": "1234567890123456"}),
            "WirelessPinTooLong",
        ),
        (json!({"id": "another"}), "IdMismatch"),
        (json!({"crd": "2026-12-01"}), "UnrecognizedField"),
    ] {
        let answer = patch(body.clone()).await;
        assert_eq!(refusal(&answer), (400, token), "{body}");
    }
    let incomplete = caller.put(&path, json!({"crdDate": "2026-12-08"})).await;
    assert_eq!(refusal(&incomplete), (400, "CustomerServiceRecordRequired"));
    // Nothing new is nothing done.
    assert_eq!(patch(json!({"crdDate": "2026-12-08"})).await.0, 200);
    assert_eq!(
        caller.port_event(DENTAL, &id).await["logs"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    assert_eq!(caller.orders(PLAIN).await["portUpdates"], 0);
    // A number that is being ported takes a reference and nothing else.
    let reference = json!({"referenceType": "END_USER", "referenceId": JOHN});
    assert_eq!(caller.patch(DENTAL, PLAIN, reference).await.0, 200);
    for body in [
        json!({"customerServiceRecord": moved}),
        json!({"directoryListing": {"type": "LIST_PUBLISH"}}),
        json!({"e911Address": lindon()}),
    ] {
        let answer = caller.patch(DENTAL, PLAIN, body).await;
        assert_eq!(refusal(&answer), (400, "InvalidCarrierStatus"));
    }
    let refused = caller.delete(&tn(DENTAL, PLAIN)).await;
    assert_eq!(refusal(&refused), (400, "OutstandingActivationEvents"));
    assert_eq!(
        refused.1["data"]["events"][0]["serviceType"],
        "PORT_REQUEST"
    );
}

#[tokio::test]
async fn the_carriers_part_can_be_played_by_request() {
    let caller = Caller::built_in().await;
    let id = caller.ported(DENTAL, port_of(&[PLAIN], "2026-12-08")).await;
    let status = || async {
        let event = caller.port_event(DENTAL, &id).await;
        event["activationStatusType"]
            .as_str()
            .expect("one")
            .to_owned()
    };
    let reject =
        json!({"action": "reject", "code": "LSP:X", "message": "No", "reaction": "CANCEL"});
    assert_eq!(caller.carrier_does(&id, reject).await.0, 200);
    let event = caller.port_event(DENTAL, &id).await;
    assert_eq!(event["l3Reaction"], "CANCEL");
    assert_eq!(event["logs"][1]["message"], "No");
    let patch = caller
        .call(
            "PATCH",
            &port(DENTAL, &id),
            Some(json!({"wirelessPin": "1"})),
        )
        .await;
    assert_eq!(refusal(&patch), (400, "PortMustBeCancelled"));
    for (action, expected) in [
        (
            json!({"action": "foc", "date": "2026-12-09"}),
            "FOC_RECEIVED",
        ),
        (json!({"action": "removeFoc"}), "FOC_REMOVED"),
        (json!({"action": "hotCut"}), "HOT_CUT_PORT"),
        (json!({"action": "resume"}), "IN_PROGRESS"),
        (json!({"action": "resellerPending"}), "RESELLER_PENDING"),
        (json!({"action": "complete"}), "COMPLETED"),
    ] {
        let answer = caller.carrier_does(&id, action).await;
        assert_eq!(answer.0, 200, "{}", answer.1);
        assert_eq!(status().await, expected);
        let foc = caller.port_event(DENTAL, &id).await["focDate"].clone();
        let promised = foc
            .as_str()
            .is_some_and(|day| day.starts_with("2026-12-09T07:00"));
        assert_eq!(promised, expected == "FOC_RECEIVED", "{foc}");
    }
    assert_eq!(caller.live(DENTAL, PLAIN).await["carrierStatus"], "ACTIVE");
    let over = caller.carrier_does(&id, json!({"action": "foc"})).await;
    assert_eq!(refusal(&over), (400, "InvalidPortStatus"));
    let unknown = caller.carrier_does(&id, json!({"action": "dance"})).await;
    assert_eq!(refusal(&unknown), (400, "InvalidRequestBody"));
    let nobody = caller.carrier_does("none", json!({"action": "foc"})).await;
    assert_eq!(refusal(&nobody), (404, "PortNotFound"));

    let other = caller
        .ported(DENTAL, port_of(&["18012240002"], "2026-12-08"))
        .await;
    let cancel = json!({"action": "cancelByCarrier"});
    let (_, shown) = caller.carrier_does(&other, cancel).await;
    assert_eq!(shown["cancelType"], "BY_CARRIER");
    assert_eq!(shown["status"], "CANCEL_PORT_COMPLETE");
}

#[tokio::test]
async fn ports_are_found_by_any_of_their_numbers_and_survive_a_restart() {
    let directory = tempfile::tempdir().expect("a directory");
    let state = directory.path().join("state.json");
    let mut caller = Caller::with(Some(state.clone()), None).await;
    let numbers = [PLAIN, "18012240002"];
    let id = caller.ported(DENTAL, port_of(&numbers, "2026-12-01")).await;
    caller.advance("PT6M").await;
    let before = caller.port_event(DENTAL, &id).await;
    caller.running.shutdown().await;
    caller = Caller::with(Some(state), None).await;
    // Whoever names an instant means it: back to where the restart was.
    caller.at("2026-11-23T17:06:00Z").await;
    assert_eq!(caller.port_event(DENTAL, &id).await, before);
    for number in numbers {
        let path = format!("{{I}}/statussearch?telephoneNumber={number}&eventType=PORT_REQUEST");
        let (_, page) = caller.get(&path).await;
        assert_eq!(page["totalRecords"], 1);
        assert_eq!(page["results"][0]["referenceId"], id);
        assert_eq!(page["results"][0]["subTelephoneNumbers"], json!(numbers));
        assert_eq!(page["results"][0]["mainTelephoneNumber"], PLAIN);
    }
    caller.at("2026-12-01T00:00:00Z").await;
    let path = "{I}/statussearch?statusType=FOC_RECEIVED&dateType=FOCDate&startDate=2026-12-01&endDate=2026-12-02";
    assert_eq!(caller.get(path).await.1["totalRecords"], 1);
}

#[tokio::test]
async fn a_seed_has_ports_under_way() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("seed.json");
    let seed = json!({
        "carriers": [{"id": "c1", "name": "One", "carrierType": "BANDWIDTH"}],
        "portRules": {"triggerStatus": 200},
        "accounts": [{
            "id": "a1", "name": "One",
            "numbers": [{"phoneNumber": "18012240002", "carrierStatus": "PORT_REJECTED",
                         "customerServiceRecord": lindon()}],
            "ports": [{"id": "p1", "telephoneNumbers": [PLAIN], "crdDate": "2026-11-23",
                       "activationStatusType": "FOC_RECEIVED", "customerServiceRecord": lindon()}]
        }]
    });
    std::fs::write(&path, seed.to_string()).expect("a seed");
    let caller = Caller::with(None, Some(path)).await;
    assert_eq!(caller.live("a1", PLAIN).await["portId"], "p1");
    // The switch of E7, on the day of the port.
    let trigger = format!("{}/triggerport", port("a1", "p1"));
    assert_eq!(caller.call("PUT", &trigger, None).await, (200, Value::Null));
    caller.advance("PT20M").await;
    assert_eq!(caller.live("a1", PLAIN).await["carrierStatus"], "ACTIVE");
    let implied = caller.live("a1", "18012240002").await["portId"].clone();
    let implied = implied.as_str().expect("an id");
    assert_eq!(
        caller.get(&port("a1", implied)).await.1["status"],
        "PORT_REJECTED"
    );
}

#[tokio::test]
async fn a_moved_date_must_be_on_offer_too() {
    let caller = Caller::built_in().await;
    let id = caller.ported(DENTAL, port_of(&[PLAIN], "2026-12-08")).await;
    caller.at("2026-12-01T18:00:00Z").await;
    let path = port(DENTAL, &id);
    // A Saturday, and a day that no calendar of a carrier reaches.
    for (day, answered) in [
        ("2026-12-12", "2026-12-03T00:00:00Z"),
        ("9999-12-31", "2026-12-05T00:00:00Z"),
    ] {
        let moved = json!({"crdDate": day});
        assert_eq!(caller.call("PATCH", &path, Some(moved)).await.0, 200);
        caller.at(answered).await;
        let event = caller.port_event(DENTAL, &id).await;
        assert_eq!(event["activationStatusType"], "REJECTED", "{day}");
        let last = event["logs"].as_array().and_then(|logs| logs.last());
        assert_eq!(last.expect("a log")["code"], "CRD:NOT_AVAILABLE");
    }
    let moved = json!({"crdDate": "2026-12-10"});
    assert_eq!(caller.call("PATCH", &path, Some(moved)).await.0, 200);
    caller.at("2026-12-11T02:00:00Z").await;
    assert_eq!(caller.live(DENTAL, PLAIN).await["carrierStatus"], "ACTIVE");
}

#[tokio::test]
async fn a_promise_that_comes_after_the_requested_day_is_for_a_later_one() {
    let caller = Caller::built_in().await;
    let id = caller.ported(DENTAL, port_of(&[PLAIN], "2026-12-01")).await;
    caller.carrier_does(&id, json!({"action": "hotCut"})).await;
    // Friday, after the requested Tuesday.
    caller.at("2026-12-04T18:00:00Z").await;
    assert_eq!(
        caller.carrier_does(&id, json!({"action": "foc"})).await.0,
        200
    );
    let foc = caller.port_event(DENTAL, &id).await["focDate"].clone();
    let foc = foc.as_str().expect("a date");
    assert!(foc.starts_with("2026-12-07T07:00"), "{foc}");
}

#[tokio::test]
async fn a_project_says_that_people_work_on_it() {
    let caller = Caller::built_in().await;
    let numbers: Vec<String> = (1000..1050).map(|n| format!("1801224{n}")).collect();
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    let mut body = port_of(&numbers, "2026-12-08");
    body["port"]["billingTelephoneNumber"] = json!("18012241007");
    let id = caller.ported(DENTAL, body).await;
    let event = caller.port_event(DENTAL, &id).await;
    let words = event["logs"][0]["message"].as_str().expect("words");
    assert!(words.contains("by hand"), "{words}");
    assert_eq!(event["mainTelephoneNumber"], "18012241007");
    let subs = event["subTelephoneNumbers"].as_array().map(Vec::len);
    assert_eq!(subs, Some(50));
}
