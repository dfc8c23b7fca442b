//! What no source says of the platform can be had either way; and readings
//! that lag behind a write.

use super::*;

const NUMBER: &str = "18014040902";

async fn switch(caller: &Caller, wish: Value) {
    let (status, body) = caller.call("POST", "/sandbox/switches", Some(wish)).await;
    assert_eq!(status, 200, "{body}");
}

#[tokio::test]
async fn a_stale_order_version_is_refused_only_where_that_is_switched_on() {
    let caller = Caller::built_in().await;
    let old = caller.live(CLINIC, NUMBER).await["orderVersion"].clone();
    let change = |version: &Value, city: &str| {
        let mut address = sparks(city);
        address["language"] = json!("fr-CA");
        json!({"orderVersion": version, "e911Address": address})
    };
    assert_eq!(
        caller.patch(CLINIC, NUMBER, change(&old, "Ottawa")).await.0,
        200
    );
    assert_eq!(
        caller
            .patch(CLINIC, NUMBER, change(&old, "Gatineau"))
            .await
            .0,
        200
    );
    switch(&caller, json!({"strictOrderVersion": true})).await;
    let answer = caller.patch(CLINIC, NUMBER, change(&old, "Ottawa")).await;
    assert_eq!(refusal(&answer), (400, "StaleOrderVersion"));
    let live = caller.live(CLINIC, NUMBER).await;
    assert_eq!(
        live["e911Address"]["city"], "Gatineau",
        "and nothing was changed"
    );
    let mut whole = live.clone();
    whole["orderVersion"] = old;
    assert_eq!(
        refusal(&caller.put(&tn(CLINIC, NUMBER), whole).await).0,
        400
    );
    assert_eq!(caller.put(&tn(CLINIC, NUMBER), live.clone()).await.0, 200);
    let current = caller.live(CLINIC, NUMBER).await["orderVersion"].clone();
    assert_eq!(
        caller
            .patch(CLINIC, NUMBER, change(&current, "Ottawa"))
            .await
            .0,
        200
    );
}

#[tokio::test]
async fn a_patch_merges_as_deep_as_the_switch_says() {
    let caller = Caller::built_in().await;
    let language = json!({"e911Address": {"language": "fr-CA"}});
    caller
        .patch(CLINIC, NUMBER, json!({"e911Address": sparks("Ottawa")}))
        .await;
    let shallow = caller.patch(CLINIC, NUMBER, language.clone()).await;
    assert_eq!(refusal(&shallow), (400, "RequiredFieldMissing"));
    switch(&caller, json!({"patchMerge": "deep"})).await;
    let (status, live) = caller.patch(CLINIC, NUMBER, language).await;
    assert_eq!(
        (status, &live["e911Address"]["streetName"]),
        (200, &json!("Sparks"))
    );
    assert_eq!(live["e911Address"]["language"], "fr-CA");
    let cleared = json!({"e911Address": {"language": null}});
    let (_, live) = caller.patch(CLINIC, NUMBER, cleared).await;
    assert!(live["e911Address"]["language"].is_null());
    assert_eq!(live["e911Address"]["city"], "Ottawa");
    let listed = json!({"directoryListing": {"listed": true}});
    let (_, live) = caller.patch(CLINIC, NUMBER, listed).await;
    assert_eq!(live["directoryListing"]["type"], "NOT_LIST_NOT_PUBLISH");
}

#[tokio::test]
async fn a_repeated_order_is_refused_or_ignored_but_never_done_twice() {
    let caller = Caller::built_in().await;
    let number = "18014041004";
    assert_eq!(caller.order(DENTAL, activation(number)).await.0, 200);
    let again = caller.order(DENTAL, activation(number)).await;
    assert_eq!(refusal(&again), (400, "TelephoneNumberAlreadyOnAccount"));
    switch(&caller, json!({"duplicateOrder": "ignored"})).await;
    let (status, echo) = caller.order(DENTAL, activation(number)).await;
    assert_eq!(
        (status, &echo["telephoneNumbers"][0]["phoneNumber"]),
        (200, &json!(number))
    );
    assert_eq!(caller.orders(number).await["activations"], 1);
    // Another account's number stays another account's.
    let other = caller.order(FIBRE, activation(number)).await;
    assert_eq!(refusal(&other), (400, "TelephoneNumberOnAnotherAccount"));
}

#[tokio::test]
async fn switches_come_from_a_seed_and_wrong_ones_are_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    let seed = directory.path().join("seed.yaml");
    let text = "switches: { patchMerge: deep }\n\
                carriers: [{ id: c1, name: One, carrierType: BANDWIDTH }]\n";
    std::fs::write(&seed, text).expect("a seed");
    let caller = Caller::with(None, Some(seed)).await;
    let (_, switches) = caller.get("/sandbox/switches").await;
    assert_eq!(
        switches,
        json!({"strictOrderVersion": false, "patchMerge": "deep", "duplicateOrder": "refused"})
    );
    for wish in [
        json!({"patchMerge": "sideways"}),
        json!({"light": true}),
        json!([]),
    ] {
        let answer = caller.call("POST", "/sandbox/switches", Some(wish)).await;
        assert_eq!(refusal(&answer).0, 400);
    }
    assert_eq!(caller.get("/sandbox/switches").await.1, switches);
}

async fn stale(caller: &Caller, rule: Value) {
    let (status, body) = caller.call("POST", "/sandbox/faults", Some(rule)).await;
    assert_eq!(status, 200, "{body}");
}

#[tokio::test]
async fn readings_lag_behind_a_write_by_so_many_readings() {
    let caller = Caller::built_in().await;
    stale(
        &caller,
        json!({"method": "GET", "path": "/v2/**", "staleReads": 2}),
    )
    .await;
    let path = tn(DENTAL, "18014041005");
    assert_eq!(caller.order(DENTAL, activation("18014041005")).await.0, 200);
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(caller.get(&path).await.0);
    }
    assert_eq!(seen, [404, 404, 200, 200]);
    // The write itself was never in doubt.
    let again = caller.order(DENTAL, activation("18014041005")).await;
    assert_eq!(refusal(&again), (400, "TelephoneNumberAlreadyOnAccount"));
}

#[tokio::test]
async fn readings_lag_behind_a_write_by_so_many_seconds() {
    let caller = Caller::built_in().await;
    stale(
        &caller,
        json!({"method": "GET", "path": "/v2/partition/*/account/**", "staleSeconds": 10}),
    )
    .await;
    assert_eq!(
        caller
            .patch(CLINIC, NUMBER, json!({"e911Address": sparks("Ottawa")}))
            .await
            .0,
        200
    );
    caller.advance("PT5S").await;
    let lindon = json!({"e911Address": sparks("Gatineau")});
    assert_eq!(caller.patch(CLINIC, NUMBER, lindon).await.0, 200);
    let city = async || caller.live(CLINIC, NUMBER).await["e911Address"]["city"].clone();
    assert_ne!(city().await, "Ottawa");
    caller.advance("PT5S").await;
    assert_eq!(
        city().await,
        "Ottawa",
        "the first write shows, the second not yet"
    );
    caller.advance("PT5S").await;
    assert_eq!(city().await, "Gatineau");
    // A token is judged by the present.
    let mut stranger = caller;
    stranger
        .patch(CLINIC, NUMBER, json!({"referenceType": null}))
        .await;
    stranger.token = "none".to_owned();
    assert_eq!(stranger.get(&tn(CLINIC, NUMBER)).await.0, 401);
}

#[tokio::test]
async fn a_ports_reading_lags_behind_its_change_too() {
    let caller = Caller::built_in().await;
    let body = port_of(&["18012240001"], "2026-12-08");
    let path = port(DENTAL, &caller.ported(DENTAL, body).await);
    stale(&caller, json!({"method": "GET", "staleReads": 1})).await;
    let moved = json!({"crdDate": "2026-12-10"});
    assert_eq!(caller.call("PATCH", &path, Some(moved)).await.0, 200);
    for day in ["2026-12-08", "2026-12-10"] {
        let shown = caller.get(&path).await.1["crdDate"].clone();
        let shown = shown.as_str().expect("a date");
        assert!(shown.starts_with(day), "{shown} is not {day}");
    }
}
