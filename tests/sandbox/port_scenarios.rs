//! The scenarios of the platform's contract about ports, by their numbers there.

use super::*;

const ONE: &str = "18012240001";
const TWO: &str = "18012240002";

async fn status(caller: &Caller, id: &str) -> String {
    let event = caller.port_event(DENTAL, id).await;
    let status = event["activationStatusType"].as_str();
    status.expect("a status").to_owned()
}

async fn patched(caller: &Caller, id: &str, fragment: Value) -> Answer {
    caller
        .call("PATCH", &port(DENTAL, id), Some(fragment))
        .await
}

#[tokio::test]
async fn s26_two_numbers_come_in_one_port() {
    let caller = Caller::built_in().await;
    let id = caller
        .ported(DENTAL, port_of(&[ONE, TWO], "2026-12-01"))
        .await;
    for number in [ONE, TWO] {
        let live = caller.live(DENTAL, number).await;
        assert_eq!(live["carrierStatus"], "PORT_PENDING");
        assert_eq!(live["portId"], id);
        let (_, listed) = caller
            .get(&format!("{{P}}/account/{DENTAL}/telephonenumber"))
            .await;
        let listed = listed.as_array().expect("a list");
        assert!(
            listed
                .iter()
                .any(|row| row["phoneNumber"] == number && row["portId"] == id)
        );
    }
    assert_eq!(status(&caller, &id).await, "PENDING");
    caller.at("2026-12-02T02:00:00Z").await;
    assert_eq!(status(&caller, &id).await, "COMPLETED");
    for number in [ONE, TWO] {
        assert_eq!(caller.live(DENTAL, number).await["carrierStatus"], "ACTIVE");
        assert_eq!(caller.orders(number).await["ports"], 1);
    }
    let (_, shown) = caller.get(&port(DENTAL, &id)).await;
    assert_eq!(shown["status"], "ACTIVE");
    let completed = shown["completedDate"].as_str().expect("a date");
    assert!(
        completed.starts_with("2026-12-02T01:00:00.000"),
        "{completed}"
    );
}

#[tokio::test]
async fn s27_a_day_that_is_not_on_offer_is_taken_and_rejected() {
    let caller = Caller::built_in().await;
    let id = caller.ported(DENTAL, port_of(&[ONE], "2026-11-27")).await;
    caller.advance("PT6M").await;
    assert_eq!(status(&caller, &id).await, "REJECTED");
    assert_eq!(
        caller.live(DENTAL, ONE).await["carrierStatus"],
        "PORT_REJECTED"
    );
    let (code, _) = patched(&caller, &id, json!({"crdDate": "2026-11-30"})).await;
    assert_eq!(code, 200);
    caller.advance("PT6M").await;
    assert_eq!(status(&caller, &id).await, "IN_PROGRESS");
}

#[tokio::test]
async fn s32_a_wrong_pin_is_mended_in_the_same_port() {
    let caller = Caller::built_in().await;
    let mut body = port_of(&["18013180011"], "2026-12-08");
    body["port"]["portingWireType"] = json!("Wireless");
    body["port"]["wirelessAccountNumber"] = json!("900411");
    body["port"]["wirelessPin"] = json!("1111");
    let id = caller.ported(DENTAL, body).await;
    caller.at("2026-11-25T00:00:00Z").await;
    assert_eq!(status(&caller, &id).await, "REJECTED");
    let event = caller.port_event(DENTAL, &id).await;
    let last = event["logs"].as_array().and_then(|logs| logs.last());
    assert_eq!(
        last.expect("a log")["message"],
        "Deseret Mobile: Invalid or missing PIN"
    );
    assert_eq!(
        patched(&caller, &id, json!({"wirelessPin": "4711"}))
            .await
            .0,
        200
    );
    assert_eq!(status(&caller, &id).await, "PENDING");
    let live = caller.live(DENTAL, "18013180011").await;
    assert_eq!(live["carrierStatus"], "PORT_PENDING");
    assert_eq!(caller.orders("18013180011").await["portUpdates"], 1);
    caller.at("2026-12-09T02:00:00Z").await;
    assert_eq!(status(&caller, &id).await, "COMPLETED");
}

#[tokio::test]
async fn s33_a_wrong_record_that_asks_for_it_is_cancelled_and_ordered_anew() {
    let caller = Caller::built_in().await;
    let number = "18012240015";
    // To the letter: the carrier has a comma and a full stop in the name.
    let id = caller
        .ported(DENTAL, port_of(&[number], "2026-12-08"))
        .await;
    caller.at("2026-11-25T00:00:00Z").await;
    assert_eq!(status(&caller, &id).await, "REJECTED");
    assert_eq!(caller.port_event(DENTAL, &id).await["l3Reaction"], "CANCEL");
    let cancel = format!("{}/cancelport", port(DENTAL, &id));
    assert_eq!(caller.delete(&cancel).await, (204, Value::Null));
    assert_eq!(
        caller.live(DENTAL, number).await["carrierStatus"],
        "CANCEL_PORT"
    );
    let mut right = port_of(&[number], "2026-12-08");
    right["customerServiceRecord"]["businessName"] = json!("Sample Dental, Inc.");
    let early = caller.order(DENTAL, right.clone()).await;
    assert_eq!(refusal(&early), (400, "TelephoneNumberAlreadyOnAccount"));
    caller.advance("PT15M").await;
    let live = caller.live(DENTAL, number).await;
    assert_eq!(live["carrierStatus"], "CANCEL_PORT_COMPLETE");
    let free = caller.get(&format!("{{I}}/{number}")).await.1;
    assert_eq!(free.get("accountId"), None);
    let other = caller.ported(DENTAL, right).await;
    assert_ne!(other, id);
    caller.at("2026-12-09T02:00:00Z").await;
    assert_eq!(status(&caller, &other).await, "COMPLETED");
    assert_eq!(
        status(&caller, &id).await,
        "CANCELLED",
        "the old one stays as it ended"
    );
    let orders = caller.orders(number).await;
    assert_eq!(
        (&orders["ports"], &orders["portCancellations"]),
        (&json!(2), &json!(1))
    );
}

#[tokio::test]
async fn s34_and_s35_after_the_foc_only_the_date_is_moved() {
    let caller = Caller::built_in().await;
    let id = caller.ported(DENTAL, port_of(&[ONE], "2026-12-08")).await;
    caller.at("2026-12-01T18:00:00Z").await;
    assert_eq!(status(&caller, &id).await, "FOC_RECEIVED");
    let both = json!({"crdDate": "2026-12-10", "wirelessPin": "9"});
    let refused = patched(&caller, &id, both).await;
    assert_eq!(refusal(&refused), (400, "FieldNotEditable"));
    assert_eq!(refused.1["data"]["field"], "wirelessPin");
    assert_eq!(refused.1["data"]["editableFieldTypes"], json!(["crdDate"]));
    assert_eq!(status(&caller, &id).await, "FOC_RECEIVED");
    assert_eq!(
        patched(&caller, &id, json!({"crdDate": "2026-12-10"}))
            .await
            .0,
        200
    );
    let event = caller.port_event(DENTAL, &id).await;
    assert_eq!(event["activationStatusType"], "IN_PROGRESS");
    assert_eq!(event.get("focDate"), None, "a new one is awaited");
    caller.at("2026-12-09T12:00:00Z").await;
    let event = caller.port_event(DENTAL, &id).await;
    assert_eq!(event["activationStatusType"], "FOC_RECEIVED");
    let foc = event["focDate"].as_str().expect("a date");
    assert!(foc.starts_with("2026-12-10T07:00"), "{foc}");
}

#[tokio::test]
async fn s36_a_port_is_triggered_on_its_day_and_only_then() {
    let caller = Caller::built_in().await;
    let trigger = |id: &str| format!("{}/triggerport", port(DENTAL, id));
    let first = caller.ported(DENTAL, port_of(&[ONE], "2026-12-01")).await;
    let second = caller.ported(DENTAL, port_of(&[TWO], "2026-12-01")).await;
    let early = caller.call("PUT", &trigger(&first), None).await;
    assert_eq!(refusal(&early), (400, "InvalidPortStatus"));
    // The evening before, in New York.
    caller.at("2026-12-01T04:59:00Z").await;
    let early = caller.call("PUT", &trigger(&first), None).await;
    assert_eq!(refusal(&early), (400, "NotFocDate"));
    // Half past seven in the evening there.
    caller.at("2026-12-02T00:30:00Z").await;
    let triggered = caller.call("PUT", &trigger(&first), None).await;
    assert_eq!(triggered, (202, Value::Null));
    let event = caller.port_event(DENTAL, &first).await;
    let last = event["logs"].as_array().and_then(|logs| logs.last());
    assert_eq!(last.expect("a log")["code"], "TRIGGER");
    caller.advance("PT20M").await;
    assert_eq!(caller.live(DENTAL, ONE).await["carrierStatus"], "ACTIVE");
    assert_eq!(
        caller.live(DENTAL, TWO).await["carrierStatus"],
        "PORT_PENDING"
    );
    assert_eq!(caller.orders(ONE).await["portTriggers"], 1);
    // Five past eight: it came by itself.
    caller.at("2026-12-02T01:05:00Z").await;
    let late = caller.call("PUT", &trigger(&second), None).await;
    assert_eq!(refusal(&late), (400, "InvalidPortStatus"));
    assert_eq!(caller.live(DENTAL, TWO).await["carrierStatus"], "ACTIVE");
    // A carrier that slept through its hour can't be woken by a trigger.
    let third = caller
        .ported(DENTAL, port_of(&["18012240018"], "2026-12-08"))
        .await;
    caller.at("2026-12-09T01:05:00Z").await;
    let late = caller.call("PUT", &trigger(&third), None).await;
    assert_eq!(refusal(&late), (400, "AutoTriggerTimePassed"));
}

#[tokio::test]
async fn s37_what_had_to_wait_for_the_port_is_done_after_it() {
    let caller = Caller::built_in().await;
    let id = caller.ported(DENTAL, port_of(&[ONE], "2026-12-01")).await;
    caller
        .carrier_does(&id, json!({"action": "complete"}))
        .await;
    let live = caller.live(DENTAL, ONE).await;
    assert_eq!(live["directoryListing"]["type"], "PORTED");
    caller.advance("PT10S").await;
    assert_eq!(
        caller
            .event_status(DENTAL, ONE, "NINE_ONE_ONE_ADDRESS")
            .await,
        "COMPLETED"
    );
    let mut csr = lindon();
    csr["unit"] = json!("501");
    let both = json!({
        "directoryListing": {"type": "LIST_PUBLISH", "listed": true}, "customerServiceRecord": csr
    });
    let (code, live) = caller.patch(DENTAL, ONE, both).await;
    assert_eq!(code, 200, "{live}");
    assert_eq!(live["directoryListing"]["type"], "LIST_PUBLISH");
    assert_eq!(live["customerServiceRecord"]["unit"], "501");
    caller.advance("PT10S").await;
    assert_eq!(caller.delete(&tn(DENTAL, ONE)).await.0, 204);
}

#[tokio::test]
async fn s38_a_port_is_called_off_once() {
    let caller = Caller::built_in().await;
    let id = caller
        .ported(DENTAL, port_of(&[ONE, TWO], "2026-12-01"))
        .await;
    let cancel = format!("{}/cancelport", port(DENTAL, &id));
    assert_eq!(caller.delete(&cancel).await.0, 204);
    assert_eq!(status(&caller, &id).await, "CANCEL_PENDING");
    assert_eq!(
        caller.live(DENTAL, TWO).await["carrierStatus"],
        "CANCEL_PORT"
    );
    let again = caller.delete(&cancel).await;
    assert_eq!(refusal(&again), (400, "InvalidPortStatus"));
    caller.advance("PT15M").await;
    assert_eq!(status(&caller, &id).await, "CANCELLED");
    assert_eq!(refusal(&caller.delete(&cancel).await).0, 400);
    let (_, shown) = caller.get(&port(DENTAL, &id)).await;
    assert_eq!(shown["status"], "CANCEL_PORT_COMPLETE");
    assert_eq!(shown["cancelType"], "NORMAL");
    let update = patched(&caller, &id, json!({"crdDate": "2026-12-02"})).await;
    assert_eq!(refusal(&update), (400, "InvalidPortStatus"));
    assert_eq!(caller.orders(ONE).await["portCancellations"], 1);
    // Free for anybody.
    caller.ported(FIBRE, port_of(&[ONE], "2026-12-01")).await;
    assert_eq!(caller.get(&tn(DENTAL, ONE)).await.0, 404);
    assert_eq!(
        caller.live(FIBRE, ONE).await["carrierStatus"],
        "PORT_PENDING"
    );
    // Near its day it costs more.
    let near = caller
        .ported(DENTAL, port_of(&["18012240003"], "2026-12-01"))
        .await;
    caller.at("2026-12-01T18:00:00Z").await;
    let cancel = format!("{}/cancelport", port(DENTAL, &near));
    assert_eq!(caller.delete(&cancel).await.0, 204);
    let (_, shown) = caller.get(&port(DENTAL, &near)).await;
    assert_eq!(
        (&shown["cancelType"], &shown["status"]),
        (&json!("EXPIDITED"), &json!("CANCEL_PORT_EXPIDITED"))
    );
}

#[tokio::test]
async fn s40_a_port_that_timed_out_is_ordered_once() {
    let caller = Caller::built_in().await;
    let path = format!("/v2/partition/*/account/{DENTAL}/telephonenumber");
    let fault = |effect: &str| json!({"method": "POST", "path": path, "cut": effect, "times": 1});
    // (a) It took effect, and nobody heard of it.
    let (code, body) = caller
        .call("POST", "/sandbox/faults", Some(fault("after")))
        .await;
    assert_eq!(code, 200, "{body}");
    let order = format!("{{P}}/account/{DENTAL}/telephonenumber");
    let body = port_of(&[ONE], "2026-12-01");
    assert!(
        caller
            .try_call("POST", &order, Some(body.clone()))
            .await
            .is_err()
    );
    assert_eq!(
        caller.live(DENTAL, ONE).await["carrierStatus"],
        "PORT_PENDING"
    );
    let again = caller.order(DENTAL, body).await;
    assert_eq!(refusal(&again), (400, "TelephoneNumberAlreadyOnAccount"));
    assert_eq!(caller.orders(ONE).await["ports"], 1);
    // (b) It did not.
    caller
        .call("POST", "/sandbox/faults", Some(fault("before")))
        .await;
    let body = port_of(&[TWO], "2026-12-01");
    assert!(
        caller
            .try_call("POST", &order, Some(body.clone()))
            .await
            .is_err()
    );
    assert_eq!(caller.get(&tn(DENTAL, TWO)).await.0, 404);
    assert_eq!(caller.get(&format!("{{I}}/{TWO}")).await.0, 404);
    let search = format!("{{I}}/statussearch?telephoneNumber={TWO}");
    assert_eq!(caller.get(&search).await.1["totalRecords"], 0);
    caller.ported(DENTAL, body).await;
    assert_eq!(caller.orders(TWO).await["ports"], 1);
    // (c) The token ran out: nothing was done, and is done with a new one.
    let three = "18012240003";
    let mut expired = Caller::built_in().await;
    expired.token = "expired".to_owned();
    let answer = expired.order(DENTAL, port_of(&[three], "2026-12-01")).await;
    assert_eq!(refusal(&answer), (401, "ExpiredAuthToken"));
    let login = json!({"username": "a@b.c", "password": "secret"});
    let (_, token) = expired.call("POST", "/v2/authorize", Some(login)).await;
    expired.token = token["authToken"].as_str().expect("a token").to_owned();
    expired
        .ported(DENTAL, port_of(&[three], "2026-12-01"))
        .await;
    assert_eq!(expired.orders(three).await["ports"], 1);
}
