//! Before a number is on an account: addresses looked up, numbers found,
//! reserved and given back; and what an account's history tells afterwards.

use super::*;

fn numbers(body: &Value) -> Vec<&str> {
    body.as_array()
        .expect("a list")
        .iter()
        .map(|row| row["phoneNumber"].as_str().expect("a number"))
        .collect()
}

#[tokio::test]
async fn an_address_line_becomes_a_record_with_its_place() {
    let caller = Caller::built_in().await;
    let (status, body) = caller
        .get("/v2/address/validate?address=333 E 680 N, Lindon, UT&country=USA")
        .await;
    assert_eq!((status, &body["valid"]), (200, &json!(true)));
    let csr = &body["customerServiceRecord"];
    assert_eq!(csr["postalCode"], "84042", "found, not asked for");
    assert_eq!(csr["postDirectional"], "N");
    assert_eq!(
        (&csr["streetSuffix"], &csr["country"]),
        (&json!(""), &Value::Null)
    );
    for coordinate in ["latitude", "longitude"] {
        let text = body[coordinate].as_str().expect("text");
        assert!(text.parse::<f64>().is_ok(), "{text}");
    }
    // A building with tenants says what is missing, and is content once it is there.
    let building = "/v2/address/validate?country=UNK&postalCode=84042&address=333 S 520 W";
    let (_, body) = caller.get(&format!("{building}, Lindon UT")).await;
    assert_eq!(
        body["requiredFields"],
        json!(["unit", "secondaryLocationDescription"])
    );
    assert_eq!(body["latitude"], "40.332492");
    let (_, body) = caller
        .get(&format!("{building} Suite 500, Lindon UT"))
        .await;
    assert!(body["requiredFields"].is_null());
    assert_eq!(body["customerServiceRecord"]["unit"], "500");
    for (line, why) in [
        ("gibberish", "no place"),
        ("333 S 520 W, Lindon, ON", "the wrong state"),
        ("333 S 520 W, Provo, UT", "the wrong city"),
    ] {
        let path = format!("/v2/address/validate?address={line}&country=USA");
        assert_eq!(caller.get(&path).await.1["valid"], false, "{why}");
    }
    for query in [
        "country=USA",
        "address=x",
        "address=x&country=FRA",
        "address=x&country=USA&postalCode=1",
    ] {
        let answer = caller.get(&format!("/v2/address/validate?{query}")).await;
        assert_eq!(refusal(&answer).0, 400, "{query}");
    }
}

#[tokio::test]
async fn a_validated_record_can_be_ordered_with_as_it_is() {
    let caller = Caller::built_in().await;
    let line = "75 S 200 E, Provo UT";
    let (_, found) = caller
        .get(&format!("/v2/address/validate?address={line}&country=USA"))
        .await;
    let mut csr = found["customerServiceRecord"].clone();
    csr["customerType"] = json!("BUSINESS");
    csr["businessName"] = json!("Sample Dental");
    let mut order = activation("18014041001");
    order["customerServiceRecord"] = csr;
    assert_eq!(caller.order(DENTAL, order).await.0, 200);
    caller.advance("PT1M").await;
    let status = caller
        .event_status(DENTAL, "18014041001", "NINE_ONE_ONE_ADDRESS")
        .await;
    assert_eq!(status, "COMPLETED", "the E911 provider knows it too");
}

#[tokio::test]
async fn typing_narrows_the_suggestions() {
    let caller = Caller::built_in().await;
    let path = "/v2/address/typeahead?country=USA&address=333";
    let (_, wide) = caller.get(path).await;
    let (_, narrow) = caller.get(&format!("{path}&postalCode=84057")).await;
    let (wide, narrow) = (
        wide.as_array().expect("a list"),
        narrow.as_array().expect("a list"),
    );
    assert!(narrow.len() < wide.len() && narrow.iter().all(|line| wide.contains(line)));
    assert_eq!(narrow.first(), Some(&json!("333 W 600 N, Orem UT")));
    let canadian = path.replace("USA", "CAN");
    let (_, lines) = caller.get(&canadian).await;
    assert!(lines.to_string().contains("333 Rideau St, Ottawa ON"));
    assert!(!lines.to_string().contains("UT"));
}

#[tokio::test]
async fn postal_codes_of_a_town_are_listed() {
    let caller = Caller::built_in().await;
    let (_, codes) = caller.get("/v2/address/state/UT/city/provo/zipcode").await;
    let codes: Vec<&str> = codes
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|code| code["zipCode"].as_str())
        .collect();
    assert!(codes.contains(&"84606") && codes.contains(&"84601"));
    for (state, city, status) in [("UT", "Nowhere", 404), ("ON", "Ottawa", 400)] {
        let path = format!("/v2/address/state/{state}/city/{city}/zipcode");
        assert_eq!(refusal(&caller.get(&path).await).0, status);
    }
}

#[tokio::test]
async fn a_search_reserves_everything_it_shows_for_half_an_hour() {
    let caller = Caller::built_in().await;
    let path = "{I}/search?type=LAT_LONG&lat=40.332492&long=-111.728167";
    let (status, first) = caller.get(path).await;
    assert_eq!(status, 200);
    let first = numbers(&first);
    assert_eq!(first.len(), 15);
    let (_, state) = caller.get("/sandbox/state").await;
    assert!(
        first
            .iter()
            .all(|number| state["reservations"][number].is_object())
    );
    let (_, second) = caller.get(path).await;
    assert!(
        numbers(&second)
            .iter()
            .all(|number| !first.contains(number))
    );
    caller.advance("PT30M").await;
    assert_eq!(numbers(&caller.get(path).await.1), first);
    // The searcher, on whatever account, may have them: reserve, then order.
    let number = first[3];
    let reserve = format!("{}/reserve", tn(DENTAL, number));
    assert_eq!(caller.put(&reserve, json!({})).await.0, 204);
    let answer = caller.order(FIBRE, activation(number)).await;
    assert_eq!(refusal(&answer), (400, "TelephoneNumberReserved"));
    assert_eq!(caller.order(DENTAL, activation(number)).await.0, 200);
    assert_eq!(caller.order(FIBRE, activation(first[4])).await.0, 200);
}

#[tokio::test]
async fn s05_a_lapsed_reservation_is_somebody_elses_chance() {
    let caller = Caller::built_in().await;
    let path = "{I}/18014041002/reserve"
        .replace("{I}", &format!("{{P}}/account/{DENTAL}/telephonenumber"));
    assert_eq!(caller.put(&path, json!({})).await.0, 204);
    caller.advance("PT31M").await;
    assert_eq!(caller.order(FIBRE, activation("18014041002")).await.0, 200);
    let late = caller.order(DENTAL, activation("18014041002")).await;
    assert_eq!(refusal(&late), (400, "TelephoneNumberOnAnotherAccount"));
}

#[tokio::test]
async fn numbers_are_found_in_every_form_of_the_question() {
    let caller = Caller::built_in().await;
    let carrier = "carrierId=tE5uLvC8RwyB2nZkQ7mXaA";
    // Each question reserves its answer: the fourth misses what the third found.
    for (query, begins, most) in [
        ("q=84042&maxResults=2", "1801769", 2),
        ("type=POSTALCODE&q=K1P 5A9&maxResults=3", "1343555", 3),
        ("q=18014041234", "18014041234", 1),
        ("type=TN&q=801404123", "1801404123", 9),
        ("type=RATECENTER&q=Park City.UT&maxResults=1", "1435555", 1),
        (
            &format!("type=RATECENTER_CARRIER&q=montreal&{carrier}&maxResults=1"),
            "1514282",
            1,
        ),
        (
            "searchDynamic=true&maxResults=1&npa-nxx=801769&qty=1",
            "1801769",
            1,
        ),
        (
            "searchDynamic=true&maxResults=15&npa=435&qty=4&sequential=true",
            "1435555",
            4,
        ),
        (
            "searchDynamic=true&maxResults=1&type=POSTALCODE&q=84042",
            "1801769",
            1,
        ),
    ] {
        let (status, body) = caller.get(&format!("{{I}}/search?{query}")).await;
        assert_eq!(status, 200, "{query}: {body}");
        let found = numbers(&body);
        assert_eq!(found.len(), most, "{query}");
        assert!(
            found.iter().all(|number| number.starts_with(begins)),
            "{query}: {found:?}"
        );
        assert_eq!(body[0]["isInInventory"], true);
    }
    for query in [
        "functiontype=TollFree&q=84042",
        "type=RATECENTER&q=ATLANTIS",
        "q=15145550000&carrierId=kp0MqP3HQrmXSQKADoMXnw",
    ] {
        assert_eq!(
            caller.get(&format!("{{I}}/search?{query}")).await,
            (200, json!([])),
            "{query}"
        );
    }
    let (_, dated) = caller.get("{I}/search?q=84042&maxResults=1").await;
    assert_eq!(dated[0]["matchesZip"], true);
    assert!(
        dated[0]["distance"]
            .as_f64()
            .is_some_and(|miles| miles < 5.0)
    );
}

#[tokio::test]
async fn a_question_that_cannot_be_served_is_refused_and_reserves_nothing() {
    let caller = Caller::built_in().await;
    for (query, status) in [
        ("type=NEAREST&q=84042", 400),
        ("q=84042&maxResults=16", 400),
        ("q=84042&maxResults=0", 400),
        ("q=84042&functiontype=Mobile", 400),
        ("q=84042&carrierId=nobody", 400),
        ("q=84042&sequential=maybe", 400),
        ("type=LAT_LONG&lat=91&long=0", 400),
        ("type=LAT_LONG&lat=40", 400),
        ("type=LAT_LONG", 422),
        ("", 422),
        ("q=SOMETHING", 422),
        ("type=POSTALCODE&q=99999", 422),
        ("type=RATECENTER_CARRIER&q=PROVO", 422),
        ("npa=801&qty=1", 422),
        ("searchDynamic=true&npa=80", 400),
    ] {
        let answer = caller.get(&format!("{{I}}/search?{query}")).await;
        assert_eq!(refusal(&answer).0, status, "{query}");
    }
    let (_, state) = caller.get("/sandbox/state").await;
    assert_eq!(state["reservations"], json!({}));
}

#[tokio::test]
async fn dynamic_numbers_are_reserved_for_the_account_that_asked() {
    let caller = Caller::built_in().await;
    let path = format!("{{P}}/account/{DENTAL}/dynamic-inventory/tn-search?npa-nxx=801-404&qty=3");
    let (status, offers) = caller.get(&path).await;
    assert_eq!(status, 200);
    let tns = offers[0]["tns"].as_array().expect("numbers");
    assert_eq!(
        (offers[0]["carrierId"].as_str(), tns.len()),
        (Some("kp0MqP3HQrmXSQKADoMXnw"), 3)
    );
    let number = tns[0]["tn"].as_str().expect("a number");
    let answer = caller.order(FIBRE, activation(number)).await;
    assert_eq!(refusal(&answer), (400, "TelephoneNumberReserved"));
    assert_eq!(caller.order(DENTAL, activation(number)).await.0, 200);
    let none = caller.get(path.split('?').next().expect("a path")).await;
    assert_eq!(refusal(&none).0, 400);
}

#[tokio::test]
async fn the_stock_is_listed_without_reserving_it() {
    let caller = Caller::built_in().await;
    let (_, first) = caller.get("{I}").await;
    let first = numbers(&first);
    assert!(first.len() > 400 && first.len() <= 500, "{}", first.len());
    assert!(!first.contains(&"18014040901"), "it is on an account");
    assert_eq!(numbers(&caller.get("{I}").await.1), first);
    let (_, nearest) = caller
        .get("{P}/ratecenter/tnsearch?latitude=45.42&longitude=-75.69&distanceunit=kilometers")
        .await;
    assert_eq!(nearest["rateCenter"], "OTTAWA-HULL");
    let (_, centre) = caller
        .get("/v2/supported-rate-centers?latitude=40.33&longitude=-111.72&type=BANDWIDTH&distanceUnit=MILES")
        .await;
    assert_eq!(centre["name"], "PLEASANT GROVE");
    assert_eq!(caller.get("{P}/is-di-supported").await, (200, json!(true)));
    assert_eq!(
        refusal(&caller.get("/v2/job/none").await),
        (404, "JobNotFound")
    );
}

#[tokio::test]
async fn accounts_are_found_by_name_number_user_and_telephone() {
    let caller = Caller::built_in().await;
    for (term, account, matched) in [
        ("cottonwood", CLINIC, "accountName"),
        ("1801404090", CLINIC, "phoneNumber"),
        ("801-404-0901", CLINIC, "phoneNumber"),
        ("ruth.ridge", FIBRE, "emailAddress"),
    ] {
        let (_, found) = caller.get(&format!("{{P}}/account/search?q={term}")).await;
        assert_eq!(found.as_array().map(Vec::len), Some(1), "{term}");
        assert_eq!(found[0]["id"], account, "{term}");
        assert!(found[0]["matches"][matched].is_string(), "{term}");
    }
    assert_eq!(
        caller.get("{P}/account/search?q=zebra").await,
        (200, json!([]))
    );
}

#[tokio::test]
async fn the_history_tells_who_changed_what_when() {
    let mut caller = Caller::built_in().await;
    let login = json!({"username": "mary@example.com", "password": "secret"});
    let (_, body) = caller.call("POST", "/v2/authorize", Some(login)).await;
    caller.token = body["authToken"].as_str().expect("a token").to_owned();
    caller.advance("P1D").await;
    let login = json!({"username": "mary@example.com", "password": "secret"});
    let (_, body) = caller.call("POST", "/v2/authorize", Some(login)).await;
    caller.token = body["authToken"].as_str().expect("a token").to_owned();
    let number = "18014040902";
    let address = json!({"e911Address": sparks("Ottawa")});
    assert_eq!(caller.patch(CLINIC, number, address).await.0, 200);
    let path = format!("{{P}}/account/{CLINIC}/accounthistorysearch");
    let (_, found) = caller
        .get(&format!("{path}?accountHistoryType=ADDRESS_E911"))
        .await;
    assert_eq!(found["totalRecords"], 1);
    let entry = &found["results"][0];
    assert_eq!(
        (&entry["userName"], &entry["referenceId"]),
        (&json!("mary@example.com"), &json!(number))
    );
    assert!(
        entry["loggedDate"]
            .as_str()
            .is_some_and(|at| at.starts_with("2026-11-24T17:00"))
    );
    assert!(entry["oldValue"].is_null(), "it had none of its own");
    assert!(
        entry["newValue"]
            .as_str()
            .is_some_and(|text| text.contains("Sparks"))
    );
    // A refused write is no history, and neither is a reading.
    caller
        .patch(CLINIC, number, json!({"e911Address": {}}))
        .await;
    assert_eq!(caller.delete(&tn(CLINIC, "18014040904")).await.0, 204);
    let (_, all) = caller.get(&format!("{path}?maxResult=1")).await;
    assert_eq!(
        (&all["totalRecords"], &all["results"][0]["action"]),
        (&json!(2), &json!("DELETE"))
    );
    let (_, earlier) = caller.get(&format!("{path}?endDate=2026-11-23")).await;
    assert_eq!(earlier["totalRecords"], 0);
    for query in [
        "accountHistoryType=GOSSIP",
        "startDate=yesterday",
        "maxResult=many",
    ] {
        assert_eq!(
            refusal(&caller.get(&format!("{path}?{query}")).await).0,
            400,
            "{query}"
        );
    }
}

#[tokio::test]
async fn reservations_and_history_survive_a_restart() {
    let directory = tempfile::tempdir().expect("a directory");
    let state = directory.path().join("world.json");
    let caller = Caller::with(Some(state.clone()), None).await;
    let mut before = Value::Null;
    for _ in 0..2 {
        caller.get("{I}/search?q=84042").await;
        caller.order(DENTAL, activation("18014041003")).await;
        before = caller.get("/sandbox/state").await.1;
    }
    caller.running.shutdown().await;
    let caller = Caller::with(Some(state), None).await;
    let (_, after) = caller.get("/sandbox/state").await;
    for part in ["reservations", "history", "switches"] {
        assert_eq!(after[part], before[part], "{part}");
    }
    assert_eq!(
        after["reservations"].as_object().map(|all| all.len()),
        Some(30)
    );
    assert!(!after["history"].as_array().expect("entries").is_empty());
}
