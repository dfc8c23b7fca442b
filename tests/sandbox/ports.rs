//! Ordering ports: what can be ported and when, what an order is answered, and
//! why it is refused.

use super::*;

const PLAIN: &str = "18012240001";

fn canadian(number: &str) -> Value {
    let mut csr = sparks("Ottawa");
    csr["city"] = json!("Vancouver");
    csr["state"] = json!("BC");
    csr["postalCode"] = json!("V6C 1T2");
    // The guide's Canadian example: no wire type, and loadDate.
    json!({
        "telephoneNumbers": [{"phoneNumber": number}],
        "customerServiceRecord": csr,
        "port": {
            "billingTelephoneNumber": number, "crdDate": "2026-12-01",
            "telecomSettings": {
                "notes": "notes here", "currentCarrier": "Telus Mobility", "localReseller": "Telus",
                "loadDate": "2026-11-17", "disconnectInternetService": false,
                "disconnectTelevisionService": false
            }
        },
        "directoryListing": {"type": "PORTED"}
    })
}

#[tokio::test]
async fn a_rate_centre_says_whether_and_how_a_number_can_be_ported() {
    let caller = Caller::built_in().await;
    // The guide's example.
    let (status, body) = caller.get("{P}/ratecenter/18014048259").await;
    assert_eq!(status, 200);
    for (name, value) in [
        ("prefix", json!("801404")),
        ("name", json!("PROVO")),
        ("wireless", json!(true)),
        ("state", json!("UT")),
        ("country", json!("USA")),
        ("portable", json!(true)),
        ("serviceAvailable", json!(true)),
        ("inboundCarrierType", json!("BANDWIDTH")),
    ] {
        assert_eq!(body[name], value, "{name}");
    }
    for (number, name, expected) in [
        ("18012260001", "inboundCarrierType", json!("LEVEL_3")),
        ("16043310001", "inboundCarrierType", json!("TELUS")),
        ("18012290001", "portable", json!(false)),
        ("13075550101", "serviceAvailable", json!(false)),
        ("18003560001", "portable", json!(false)),
        // The published list of this operation has no SINCH.
        ("13852200001", "inboundCarrierType", Value::Null),
    ] {
        let (_, body) = caller.get(&format!("{{P}}/ratecenter/{number}")).await;
        assert_eq!(body[name], expected, "{number}");
    }
    let (_, other) = caller.get("{I}/13852200001/availability").await;
    assert_eq!(other["inboundCarrierType"], "SINCH");
    assert_eq!(caller.get("{P}/ratecenter/12125550100").await.0, 404);
    assert_eq!(caller.get("{P}/ratecenter/1801224").await.0, 400);
}

#[tokio::test]
async fn prevalidation_offers_days_and_finds_out_what_cannot_be_ported() {
    let caller = Caller::built_in().await;
    let ask = |numbers: Value, billing: &str| {
        json!({
            "telephoneNumbers": numbers, "customerServiceRecord": lindon(),
            "port": {"billingTelephoneNumber": billing}
        })
    };
    let path = "{P}/account/prevalidate";
    let both = json!([{"phoneNumber": "18015551212"}, {"phoneNumber": "18015551213"}]);
    let (status, body) = caller
        .call("POST", path, Some(ask(both, "18015551212")))
        .await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(body["serviceAvailable"], true);
    assert_eq!(body["lnp"], true);
    assert_eq!(body["wirelessPort"], false);
    assert_eq!(body["carrierType"], "BANDWIDTH");
    // Monday morning; Thanksgiving and the day after are left out.
    assert_eq!(body["earliestCRD"], "2026-11-25");
    assert_eq!(body["latestCRD"], "2026-12-21");
    let days = body["availabilityList"].as_array().expect("days");
    assert_eq!(days[..3], ["2026-11-25", "2026-11-30", "2026-12-01"]);
    assert_eq!(days.len(), 17);
    let asked = &body["requestedActivation"];
    assert_eq!(asked["port"]["portingWireType"], "Wireline");
    assert_eq!(asked["telephoneNumbers"].as_array().map(Vec::len), Some(2));
    assert_eq!(body["resultCSRs"][0]["city"], "Lindon");

    // One number may come without its list.
    let wireless = ask(json!({"phoneNumber": "18013180001"}), "18013180001");
    let (_, body) = caller.call("POST", path, Some(wireless)).await;
    assert_eq!(body["wirelessPort"], true);
    assert_eq!(
        body["requestedActivation"]["port"]["portingWireType"],
        "Wireless"
    );
    for (numbers, exception) in [
        (
            json!([{"phoneNumber": "18012290001"}]),
            "TelephoneNumberNotPortable",
        ),
        (
            json!([{"phoneNumber": "13075550101"}]),
            "RateCenterNotAvailable",
        ),
        (
            json!([{"phoneNumber": "18003560001"}]),
            "TollFreePortNotSupported",
        ),
        (
            json!([{"phoneNumber": "18014040901"}]),
            "TelephoneNumberOnAnotherAccount",
        ),
        (
            json!([{"phoneNumber": "18015550101"}]),
            "TelephoneNumberInInventory",
        ),
        (
            json!([{"phoneNumber": "18012240001"}, {"phoneNumber": "18012260001"}]),
            "DifferentRateCenters",
        ),
    ] {
        let question = ask(numbers, "18012240001");
        let (status, body) = caller.call("POST", path, Some(question)).await;
        assert_eq!(status, 200);
        assert_eq!(body["exception"], exception);
        assert_eq!(body["serviceAvailable"], false);
        assert_eq!(body["availabilityList"], json!([]));
    }
    let mut none = ask(json!([{"phoneNumber": PLAIN}]), PLAIN);
    none["port"] = json!({});
    let refused = caller.call("POST", path, Some(none)).await;
    assert_eq!(refusal(&refused), (400, "BillingTelephoneNumberRequired"));
    // Late on Monday it is Tuesday's order.
    caller.at("2026-11-23T20:00:00Z").await;
    let late = ask(json!([{"phoneNumber": PLAIN}]), PLAIN);
    let (_, body) = caller.call("POST", path, Some(late)).await;
    assert_eq!(body["earliestCRD"], "2026-11-30");
}

#[tokio::test]
async fn the_guides_order_is_answered_in_the_guides_shape() {
    let caller = Caller::built_in().await;
    let mut body = port_of(&["18015551212"], "2026-12-01");
    body["port"]["wirelessAccountNumber"] = json!("12345");
    body["port"]["wirelessPin"] = json!("54321");
    body["e911Address"] = lindon();
    body["latitude"] = json!("40.350973");
    body["longitude"] = json!("-111.762948");
    let (status, echo) = caller.order(DENTAL, body).await;
    assert_eq!(status, 200, "{echo}");
    let id = echo["port"]["id"].as_str().expect("an id");
    assert_eq!(echo["port"]["status"], "PORT_PENDING");
    assert_eq!(echo["port"]["telephoneNumbers"], json!(["18015551212"]));
    assert_eq!(echo["port"]["crdDate"], "2026-12-01T00:00:00.000Z");
    assert_eq!(echo["port"]["portingAuthorizedName"], "Mary Molar");
    assert_eq!(echo["telephoneNumbers"][0]["portId"], id);
    assert_eq!(echo["holdActivation"], false);
    assert!(!echo.to_string().contains("54321"));

    let live = caller.live(DENTAL, "18015551212").await;
    assert_eq!(live["carrierStatus"], "PORT_PENDING");
    assert_eq!(live["portId"], id);
    assert_eq!(live["directoryListing"]["type"], "PORTED");
    assert_eq!(live["e911Address"]["latitude"], "40.350973");
    assert_eq!(caller.get("{I}/18015551212").await.1["port"], true);
    assert_eq!(caller.orders("18015551212").await["ports"], 1);

    let (status, shown) = caller.get(&port(DENTAL, id)).await;
    assert_eq!(status, 200);
    assert_eq!(shown["wirelessAccountNumber"], "");
    assert_eq!(shown.get("wirelessPin"), None);
    assert_eq!(shown["sendLoa"], false);
    assert_eq!(shown["carrierType"], "BANDWIDTH");
    for (account, port_id) in [(FIBRE, id), (DENTAL, "none"), ("nobody", id)] {
        assert_eq!(caller.get(&port(account, port_id)).await.0, 404);
    }
    let state = caller.get("/sandbox/state").await.1.to_string();
    assert!(!state.contains("54321") && !state.contains("4711"));

    let event = caller.port_event(DENTAL, id).await;
    assert_eq!(event["activationStatusType"], "PENDING");
    assert_eq!(event["referenceType"], "PORT");
    assert_eq!(event["inboundCarrierType"], "BANDWIDTH");
    assert_eq!(event["l3Reaction"], "IGNORE");
    assert_eq!(event.get("parentOrderId"), None);
    let fields = json!(["crdDate", "wirelessAccountNumber", "wirelessPin", "name"]);
    assert_eq!(event["editableFieldTypes"], fields);
    // The same day, as midnight in Denver (N7).
    let crd = event["crdDate"].as_str().expect("a date");
    assert!(crd.starts_with("2026-12-01T07:00:00.000"), "{crd}");
    assert_eq!(event["logs"][0]["message"], "Start Port");
    caller.at("2026-12-01T06:00:00Z").await;
    let event = caller.port_event(DENTAL, id).await;
    assert_eq!(event["activationStatusType"], "FOC_RECEIVED");
    assert_eq!(event["editableFieldTypes"], json!(["crdDate"]));
    assert_eq!(event["focDate"], event["crdDate"]);
    assert!(event["parentOrderId"].is_string());
    assert_eq!(event["logs"][1]["code"], "SUBMIT");
    let (_, shown) = caller.get(&port(DENTAL, id)).await;
    assert_eq!(shown["focDateTimeZone"], "US/Mountain");
    let foc = shown["focDate"].as_str().expect("a date");
    assert!(foc.starts_with("2026-12-01T07:00:00.000"));
}

#[tokio::test]
async fn an_order_for_a_port_that_breaks_a_rule_is_refused_and_changes_nothing() {
    let caller = Caller::built_in().await;
    let with = |change: &dyn Fn(&mut Value)| {
        let mut body = port_of(&[PLAIN], "2026-12-01");
        change(&mut body);
        body
    };
    let many: Vec<String> = (0..101).map(|n| format!("1801224{n:04}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let mobile = |change: &dyn Fn(&mut Value)| {
        let mut body = port_of(&["18013180001"], "2026-12-01");
        body["port"]["portingWireType"] = json!("Wireless");
        body["port"]["wirelessAccountNumber"] = json!("900");
        body["port"]["wirelessPin"] = json!("1234");
        change(&mut body);
        body
    };
    let west = |change: &dyn Fn(&mut Value)| {
        let mut body = canadian("16043310001");
        change(&mut body);
        body
    };
    let dates = "2026-12-01";
    let cases = [
        (port_of(&many, dates), "TooManyTelephoneNumbers"),
        (port_of(&[PLAIN, PLAIN], dates), "DuplicateTelephoneNumber"),
        (
            port_of(&["18012290001"], dates),
            "TelephoneNumberNotPortable",
        ),
        (
            port_of(&["12125550100"], dates),
            "TelephoneNumberNotPortable",
        ),
        (port_of(&["13075550101"], dates), "RateCenterNotAvailable"),
        (port_of(&["18003560001"], dates), "TollFreePortNotSupported"),
        (port_of(&["18883560001"], dates), "TollFreePortNotSupported"),
        (
            port_of(&[PLAIN, "18012260001"], dates),
            "DifferentRateCenters",
        ),
        (
            port_of(&[PLAIN, "18013180001"], dates),
            "DifferentPortingWireTypes",
        ),
        (
            port_of(&["18014040901"], dates),
            "TelephoneNumberOnAnotherAccount",
        ),
        (
            port_of(&["18015550101"], dates),
            "TelephoneNumberInInventory",
        ),
        (
            port_of(&["18014040908"], dates),
            "TelephoneNumberInInventory",
        ),
        (port_of(&[PLAIN], "12/01/2026"), "InvalidCrdDate"),
        (port_of(&[PLAIN], "2026-02-30"), "InvalidCrdDate"),
        (port_of(&[PLAIN], "2026-12-01T99"), "InvalidCrdDate"),
        (port_of(&[PLAIN], "2026-11-22"), "CrdDateInPast"),
        (
            with(&|b| b["port"]["crdDate"] = Value::Null),
            "CrdDateRequired",
        ),
        (
            with(&|b| b["port"]["billingTelephoneNumber"] = json!("801")),
            "InvalidBillingTelephoneNumber",
        ),
        (
            with(&|b| b["port"]["billingTelephoneNumber"] = json!("")),
            "BillingTelephoneNumberRequired",
        ),
        (
            with(&|b| b["port"]["portingWireType"] = json!("wireline")),
            "InvalidPortingWireType",
        ),
        (
            with(&|b| b["port"]["portingWireType"] = Value::Null),
            "PortingWireTypeRequired",
        ),
        (
            with(&|b| b["port"]["portingAuthorizedName"] = json!("")),
            "PortingAuthorizedNameRequired",
        ),
        (
            with(&|b| b["port"]["pin"] = json!("1")),
            "UnrecognizedField",
        ),
        (with(&|b| b["port"] = json!("now")), "InvalidPort"),
        (
            with(&|b| b["holdActivation"] = json!(true)),
            "HoldNotAllowedWithPort",
        ),
        (
            with(&|b| b["customerServiceRecord"] = Value::Null),
            "CustomerServiceRecordRequired",
        ),
        (
            with(&|b| b["directoryListing"]["type"] = json!("LIST_PUBLISH")),
            "InvalidDirectoryListingType",
        ),
        (
            with(&|b| b["directoryListing"]["address"] = lindon()),
            "DirectoryListingAddressNotAllowed",
        ),
        (
            mobile(&|b| b["port"]["wirelessPin"] = json!("")),
            "WirelessPinRequired",
        ),
        (
            mobile(&|b| b["port"]["wirelessPin"] = json!("1234567890123456")),
            "WirelessPinTooLong",
        ),
        (
            mobile(&|b| b["port"]["wirelessAccountNumber"] = Value::Null),
            "WirelessAccountNumberRequired",
        ),
        (
            west(&|b| b["port"]["telecomSettings"] = Value::Null),
            "TelecomSettingsRequired",
        ),
        (
            west(&|b| b["port"]["telecomSettings"]["loadDate"] = json!("soon")),
            "InvalidLoaDate",
        ),
        (
            west(&|b| b["port"]["telecomSettings"]["carrier"] = json!("Bell")),
            "UnrecognizedField",
        ),
    ];
    let before = caller.get("/sandbox/state").await;
    for (body, token) in cases {
        let answer = caller.order(DENTAL, body.clone()).await;
        assert_eq!(refusal(&answer), (400, token), "{body}");
    }
    assert_eq!(caller.get("/sandbox/state").await, before);
    let id = caller.ported(DENTAL, with(&|_| ())).await;
    let again = caller.order(DENTAL, with(&|_| ())).await;
    assert_eq!(refusal(&again), (400, "TelephoneNumberAlreadyOnAccount"));
    assert_eq!(again.1["data"]["portId"], id);
    let other = caller.order(FIBRE, with(&|_| ())).await;
    assert_eq!(refusal(&other), (400, "TelephoneNumberOnAnotherAccount"));
    assert_eq!(
        other.1["data"].get("portId"),
        None,
        "none of their business"
    );
    assert_eq!(caller.orders(PLAIN).await["ports"], 1);
}

#[tokio::test]
async fn the_record_may_be_in_the_port_alone_or_differ_there() {
    let caller = Caller::built_in().await;
    let mut body = port_of(&[PLAIN], "2026-12-01");
    body["port"]["customerServiceRecord"] = body["customerServiceRecord"].take();
    let (status, echo) = caller.order(DENTAL, body).await;
    assert_eq!(status, 200, "{echo}");
    assert_eq!(echo["customerServiceRecord"]["city"], "Lindon");
    assert_eq!(echo["port"]["customerServiceRecord"]["city"], "Lindon");

    let mut body = port_of(&["18012240002"], "2026-12-01");
    body["port"]["customerServiceRecord"] = lindon();
    body["port"]["customerServiceRecord"]["unit"] = json!("501");
    let id = caller.ported(DENTAL, body).await;
    let (_, shown) = caller.get(&port(DENTAL, &id)).await;
    assert_eq!(shown["customerServiceRecord"]["unit"], "501");
    let live = caller.live(DENTAL, "18012240002").await;
    assert_eq!(live["customerServiceRecord"]["unit"], "500");
}

#[tokio::test]
async fn a_canadian_port_needs_somebody_to_take_the_number_from() {
    let caller = Caller::built_in().await;
    let id = caller.ported(MAISON, canadian("16045551212")).await;
    let (_, shown) = caller.get(&port(MAISON, &id)).await;
    let settings = &shown["telecomSettings"];
    assert_eq!(settings["loaDate"], "2026-11-17T00:00:00.000Z");
    assert_eq!(settings.get("loadDate"), None);
    assert_eq!(shown["carrierType"], "TELUS");
    let mut nobody = canadian("16043310001");
    nobody["port"]["telecomSettings"] = json!({"notes": "unknown"});
    let other = caller.ported(MAISON, nobody).await;
    caller.advance("PT6M").await;
    assert_eq!(
        caller.port_event(MAISON, &id).await["activationStatusType"],
        "IN_PROGRESS"
    );
    let event = caller.port_event(MAISON, &other).await;
    assert_eq!(event["activationStatusType"], "REJECTED");
    assert_eq!(event["logs"][1]["code"], "LSP:MISSING");
    // Its hour is unpublished: it can't be triggered, and comes by itself.
    caller.at("2026-12-01T18:00:00Z").await;
    let trigger = format!("{}/triggerport", port(MAISON, &id));
    let refused = caller.call("PUT", &trigger, None).await;
    assert_eq!(refusal(&refused), (400, "TriggerNotSupported"));
    caller.at("2026-12-02T06:00:00Z").await;
    assert_eq!(
        caller.live(MAISON, "16045551212").await["carrierStatus"],
        "ACTIVE"
    );
}
