//! Faults on request, as a client meets them, and the log of what was called.

use super::*;

async fn fault(caller: &Caller, rule: Value) {
    let (status, body) = caller.call("POST", "/sandbox/faults", Some(rule)).await;
    assert_eq!(status, 200, "{body}");
}

#[tokio::test]
async fn a_cut_before_the_effect_leaves_nothing_and_one_after_it_leaves_the_order() {
    let caller = Caller::built_in().await;
    for (cut, number, status) in [
        ("before", "18015550141", 404),
        ("after", "18015550142", 200),
    ] {
        fault(
            &caller,
            json!({"method": "POST", "path": "/v2/**/telephonenumber", "cut": cut, "times": 1}),
        )
        .await;
        let path = format!("{{P}}/account/{DENTAL}/telephonenumber");
        let lost = caller
            .try_call("POST", &path, Some(activation(number)))
            .await;
        assert!(lost.is_err(), "{cut}: {lost:?}");
        assert_eq!(caller.get(&tn(DENTAL, number)).await.0, status, "{cut}");
        assert_eq!(caller.delete("/sandbox/faults").await.0, 204);
    }
    let (_, log) = caller.get("/sandbox/requests").await;
    assert_eq!(log["requests"][0]["status"], 0, "a cut has no status");
    assert_eq!(log["total"], 4);
}

#[tokio::test]
async fn a_busy_platform_says_when_to_come_back() {
    let caller = Caller::built_in().await;
    fault(
        &caller,
        json!({"status": 429, "retryAfterSeconds": 7, "times": 2}),
    )
    .await;
    for expected in [429, 429, 200] {
        let response = caller
            .http
            .get(caller.url("{P}"))
            .header("X-AUTH-TOKEN", &caller.token)
            .send()
            .await
            .expect("an answer");
        assert_eq!(response.status().as_u16(), expected);
        let after = response
            .headers()
            .get("retry-after")
            .map(|value| value.as_bytes());
        assert_eq!(after, (expected == 429).then_some(b"7".as_slice()));
    }
}

#[tokio::test]
async fn a_status_after_the_effect_is_a_lie() {
    let caller = Caller::built_in().await;
    fault(
        &caller,
        json!({"method": "DELETE", "status": 503, "afterEffect": true, "times": 1}),
    )
    .await;
    let path = tn(CLINIC, "18015550902");
    assert_eq!(caller.delete(&path).await.0, 503);
    assert_eq!(
        caller.live(CLINIC, "18015550902").await["carrierStatus"],
        "DELETE_PENDING"
    );
}

#[tokio::test]
async fn bodies_break_off_or_are_no_json() {
    let caller = Caller::built_in().await;
    let path = format!("{{P}}/account/{CLINIC}/telephonenumber");
    fault(
        &caller,
        json!({"path": "/v2/**", "truncateAt": 100, "times": 1}),
    )
    .await;
    assert!(caller.try_call("GET", &path, None).await.is_err());
    fault(
        &caller,
        json!({"path": "/v2/**", "body": "<html>Down for maintenance</html>", "times": 1}),
    )
    .await;
    let response = caller
        .http
        .get(caller.url(&path))
        .header("X-AUTH-TOKEN", &caller.token)
        .send()
        .await
        .expect("an answer");
    assert_eq!(response.status().as_u16(), 200);
    assert_eq!(response.headers()["content-type"], "text/html");
    assert_eq!(
        response.text().await.expect("a body"),
        "<html>Down for maintenance</html>"
    );
    assert_eq!(caller.get(&path).await.0, 200);
}

#[tokio::test]
async fn s40c_a_token_expires_in_mid_run_and_a_new_one_is_good() {
    let mut caller = Caller::built_in().await;
    let login = json!({"username": "a@b.c", "password": "x"});
    let (_, body) = caller
        .call("POST", "/v2/authorize", Some(login.clone()))
        .await;
    caller.token = body["authToken"].as_str().expect("a token").to_owned();
    fault(
        &caller,
        json!({"path": "/v2/partition/**", "expireToken": true, "skip": 1, "times": 1}),
    )
    .await;
    assert_eq!(caller.get("{P}").await.0, 200);
    assert_eq!(caller.get("{P}").await.0, 401);
    assert_eq!(caller.get("{P}").await.0, 401, "the token is gone for good");
    let (_, body) = caller.call("POST", "/v2/authorize", Some(login)).await;
    caller.token = body["authToken"].as_str().expect("a token").to_owned();
    assert_eq!(caller.get("{P}").await.0, 200);
}

#[tokio::test]
async fn the_log_tells_what_was_called_and_can_be_cleared() {
    let caller = Caller::built_in().await;
    caller.get("{I}/statussearch?statusType=REJECTED").await;
    caller.get("/v2/nothing").await;
    caller.get("/sandbox/clock").await;
    let (_, log) = caller.get("/sandbox/requests").await;
    assert_eq!(log["total"], 2, "the sandbox's own calls are not logged");
    assert_eq!(log["requests"][0]["method"], "GET");
    assert!(
        log["requests"][0]["path"]
            .as_str()
            .is_some_and(|path| path.ends_with("statussearch?statusType=REJECTED"))
    );
    assert_eq!(
        (
            &log["requests"][1]["status"],
            &log["requests"][1]["sequence"]
        ),
        (&json!(404), &json!(2))
    );
    assert_eq!(log["requests"][1]["at"], "2026-11-23T17:00:00Z");
    assert_eq!(caller.delete("/sandbox/requests").await.0, 204);
    assert_eq!(caller.get("/sandbox/requests").await.1["total"], 0);
}

#[tokio::test]
async fn the_clock_is_told_and_wrong_wishes_are_refused() {
    let caller = Caller::built_in().await;
    assert_eq!(
        caller.get("/sandbox/clock").await.1,
        json!({"now": "2026-11-23T17:00:00Z", "mode": "frozen"})
    );
    caller.advance("P3D").await;
    assert_eq!(caller.running.now().to_string(), "2026-11-26T17:00:00Z");
    for wish in [json!({"advance": "soon"}), json!({"go": "P1D"}), json!({})] {
        let answer = caller.call("POST", "/sandbox/clock", Some(wish)).await;
        assert_eq!(refusal(&answer).0, 400);
    }
    let (_, clock) = caller
        .call("POST", "/sandbox/clock", Some(json!({"freeze": false})))
        .await;
    assert_eq!(clock["mode"], "real");
    let wrong = caller
        .call("POST", "/sandbox/faults", Some(json!({"path": "/v2/**"})))
        .await;
    assert_eq!(refusal(&wrong), (400, "InvalidFault"));
}
