//! What is sent again, what is not, and how long is waited.

use std::time::Duration;

use alz::api::{ApiError, Endpoint, Manner, ReadClient, Safety, WriteClient};
use serde_json::json;

use crate::platform::*;

const T: &str = "/v2/partition/P1/account/A1/telephonenumber";
const ONE: &str = "/v2/partition/P1/account/A1/telephonenumber/18015551212";

#[tokio::test]
async fn a_read_outlives_passing_faults() {
    let faults: [fn() -> Answer; 6] = [
        || refusal(500, "Oops"),
        || html(502),
        || empty(503),
        || Answer::Cut,
        || Answer::CutWithin("[{\"phoneNumber\":\"1801".into()),
        || html(200),
    ];
    for (index, fault) in faults.into_iter().enumerate() {
        let platform = Platform::with_login(move |_, before| match before {
            0 | 1 => fault(),
            _ => ok(json!([])),
        });
        let (options, timer) = platform.options();
        let client = ReadClient::new(options).expect("a client");
        let listing = client.account_numbers(&a1()).await;
        assert_eq!(listing.map(|l| l.len()), Ok(0), "fault {index}");
        assert_eq!(platform.calls(), 3);
        assert_eq!(client.traffic().reads, 3);
        let waited = timer.waited();
        assert!(waited >= Duration::from_millis(375), "{waited:?}");
        assert!(waited <= Duration::from_millis(750), "{waited:?}");
    }
}

#[tokio::test]
async fn a_read_gives_up_in_the_end_and_says_why() {
    let platform = Platform::with_login(|_, _| refusal(500, "DatabaseDown"));
    let error = platform.reader().account_numbers(&a1()).await;
    assert_eq!(
        error.expect_err("failing").to_string(),
        format!(
            "the platform is failing (GET {T}): status 500: DatabaseDown; run again later, and tell the provider if it lasts"
        )
    );
    assert_eq!(platform.calls(), 4);
}

#[tokio::test]
async fn an_order_is_never_sent_again_once_it_may_have_been_carried_out() {
    let faults: [fn() -> Answer; 5] = [
        || Answer::Cut,
        || Answer::CutWithin("{\"id\":".into()),
        || refusal(500, "Oops"),
        || refusal(503, "Busy").with("retry-after", "1"),
        || html(200),
    ];
    for (index, fault) in faults.into_iter().enumerate() {
        let platform = Platform::with_login(move |_, _| fault());
        let writer = platform.writer();
        let error = writer
            .send(
                "POST",
                T,
                Some(&json!({"telephoneNumbers": []})),
                &Manner::of(Safety::OnceOnly),
            )
            .await
            .expect_err("unclear");
        assert!(error.is_unclear(), "fault {index}: {error}");
        assert_eq!(platform.calls(), 1, "fault {index}");
        assert_eq!(writer.reader().traffic().writes, 1);
    }
}

#[tokio::test]
async fn what_became_of_an_order_is_said_to_be_unknown() {
    let platform = Platform::with_login(|_, _| refusal(500, "Oops"));
    let error = platform
        .writer()
        .send("POST", T, None, &Manner::of(Safety::OnceOnly))
        .await;
    assert_eq!(
        error.expect_err("unclear").to_string(),
        format!(
            "it is not known whether POST {T} took effect: it was answered with status 500 (the platform says: Oops); the next run looks before it sends anything"
        )
    );
}

#[tokio::test]
async fn an_order_that_was_turned_away_for_haste_is_unclear_and_holds_the_others_back() {
    let platform = Platform::with_login(|request, _| match request.method.as_str() {
        "POST" => refusal(429, "SlowDown").with("retry-after", "30"),
        _ => ok(json!([])),
    });
    let (options, timer) = platform.options();
    let writer = WriteClient::new(ReadClient::new(options).expect("a client"));
    let error = writer
        .send("POST", T, None, &Manner::of(Safety::OnceOnly))
        .await
        .expect_err("unclear");
    assert!(error.is_unclear(), "{error}");
    assert!(
        error.to_string().contains("429 (too many requests)"),
        "{error}"
    );
    assert_eq!(platform.calls(), 1);
    assert_eq!(timer.waited(), Duration::ZERO);
    let reader = writer.reader();
    reader.account_numbers(&a1()).await.expect("a listing");
    let waited = timer.waited();
    assert!(
        waited >= Duration::from_secs(30) && waited <= Duration::from_secs(31),
        "{waited:?}"
    );
}

#[tokio::test]
async fn a_safe_write_that_was_turned_away_for_haste_is_sent_again() {
    let platform = Platform::with_login(|_, before| match before {
        0 | 1 => refusal(429, "SlowDown").with("retry-after", "30"),
        _ => ok(json!({"id": "X"})),
    });
    let (options, timer) = platform.options();
    let writer = WriteClient::new(ReadClient::new(options).expect("a client"));
    let answer = writer
        .send("PATCH", ONE, None, &Manner::of(Safety::SafeWrite))
        .await;
    assert_eq!(answer, Ok(Some(json!({"id": "X"}))));
    assert_eq!(platform.calls(), 3);
    let waited = timer.waited();
    assert!(
        waited >= Duration::from_secs(60) && waited <= Duration::from_secs(61),
        "{waited:?}"
    );
}

#[tokio::test]
async fn an_order_that_never_left_is_tried_again() {
    // A port that nobody listens on: bound once, then free.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let gone = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let platform = Platform::with_login(|_, _| ok(json!({})));
    let (mut options, timer) = platform.options();
    options.base = Endpoint::parse(&gone).expect("an endpoint");
    options.partition = Some(p1());
    options.credentials = alz::api::Credentials::Token("t".into());
    let writer = WriteClient::new(ReadClient::new(options).expect("a client"));
    let error = writer
        .send("POST", T, None, &Manner::of(Safety::OnceOnly))
        .await
        .expect_err("gone");
    assert!(matches!(error, ApiError::Unreachable { .. }), "{error}");
    assert!(
        error
            .to_string()
            .contains("can't connect: Connection refused"),
        "{error}"
    );
    assert_eq!(writer.reader().traffic().writes, 4);
    assert!(timer.waited() >= Duration::from_millis(875));
}

#[tokio::test]
async fn a_safe_write_is_repeated_and_stays_unclear_if_its_first_try_may_have_worked() {
    let platform = Platform::with_login(|_, before| match before {
        0 => Answer::Cut,
        _ => empty(204),
    });
    let done = platform
        .writer()
        .send("DELETE", ONE, None, &Manner::of(Safety::SafeWrite))
        .await;
    assert_eq!(done, Ok(None));
    assert_eq!(platform.calls(), 2);

    let platform = Platform::with_login(|_, before| match before {
        0 => Answer::Cut,
        _ => refusal(400, "AlreadyDeleted"),
    });
    let done = platform
        .writer()
        .send("DELETE", ONE, None, &Manner::of(Safety::SafeWrite))
        .await;
    assert!(done.is_err_and(|error| error.is_unclear()));

    let platform = Platform::with_login(|_, _| Answer::Cut);
    let done = platform
        .writer()
        .send("DELETE", ONE, None, &Manner::of(Safety::SafeWrite))
        .await;
    assert!(done.is_err_and(|error| error.is_unclear()));
    assert_eq!(platform.calls(), 4);
}

#[tokio::test]
async fn a_pause_that_one_call_was_asked_for_holds_all_of_them_back() {
    let platform = Platform::with_login(|request, before| {
        if before == 0 && request.path.contains("A1") {
            refusal(429, "SlowDown").with("retry-after", "45")
        } else {
            ok(json!([]))
        }
    });
    let (options, timer) = platform.options();
    let client = ReadClient::new(options).expect("a client");
    let accounts = ["A1", "A2", "A3"].map(alz::model::AccountId::new);
    let all = accounts
        .iter()
        .map(|account| client.account_numbers(account));
    for listing in futures_util::future::join_all(all).await {
        listing.expect("a listing");
    }
    let waited = timer.waited();
    assert!(
        waited >= Duration::from_secs(45) && waited <= Duration::from_secs(46),
        "{waited:?}"
    );
}

#[tokio::test]
async fn no_pause_is_endless_and_no_call_waits_for_ever() {
    let platform =
        Platform::with_login(|_, _| refusal(429, "SlowDown").with("retry-after", "86400"));
    let (options, timer) = platform.options();
    let client = ReadClient::new(options).expect("a client");
    let error = client.account_numbers(&a1()).await.expect_err("too fast");
    assert!(matches!(error, ApiError::RateLimited { .. }), "{error}");
    assert!(error.to_string().contains("requestsPerSecond"), "{error}");
    assert!(
        timer.waited() <= Duration::from_secs(300),
        "{:?}",
        timer.waited()
    );
    assert!(
        timer.waited() >= Duration::from_secs(200),
        "{:?}",
        timer.waited()
    );
    // A platform that says "at once" is not asked in a tight loop.
    let hasty = Platform::with_login(|_, _| refusal(429, "SlowDown").with("retry-after", "0"));
    assert!(hasty.reader().account_numbers(&a1()).await.is_err());
    assert!(hasty.calls() < 120, "{}", hasty.calls());
}

#[tokio::test]
async fn a_refusal_is_final_and_in_the_platforms_words() {
    let platform = Platform::with_login(|_, _| {
        json(
            400,
            json!({"status": 400, "messages": ["InvalidState"], "data": {"18015551212": "port in progress"}}),
        )
    });
    let error = platform
        .writer()
        .send("DELETE", ONE, None, &Manner::of(Safety::SafeWrite))
        .await
        .expect_err("refused");
    assert_eq!(platform.calls(), 1);
    assert_eq!(error.messages(), ["InvalidState"]);
    assert_eq!(
        error.to_string(),
        format!(
            "the platform refused DELETE {ONE} with status 400: InvalidState {{\"18015551212\":\"port in progress\"}}"
        )
    );
}

#[tokio::test]
async fn a_write_goes_nowhere_but_to_the_partition() {
    let platform = Platform::with_login(|_, _| ok(json!({})));
    let writer = platform.writer();
    for (method, path) in [
        ("PUT", "/v2/authorize/logout"),
        ("PUT", "/v2/partition/P2/account/A1"),
        ("PUT", "/v2/partition/P1/../P2/account"),
        ("GET", ONE),
        ("PUT", "http://elsewhere.example/"),
    ] {
        let error = writer
            .send(method, path, None, &Manner::of(Safety::SafeWrite))
            .await;
        assert!(
            matches!(error, Err(ApiError::BadPath { .. })),
            "{method} {path}"
        );
    }
    assert_eq!(platform.calls(), 0);
}

#[tokio::test]
async fn an_order_that_fails_for_overload_still_holds_the_others_back() {
    let platform = Platform::with_login(|request, _| match request.method.as_str() {
        "POST" => refusal(503, "Busy").with("retry-after", "20"),
        _ => ok(json!([])),
    });
    let (options, timer) = platform.options();
    let writer = WriteClient::new(ReadClient::new(options).expect("a client"));
    let order = writer
        .send("POST", T, None, &Manner::of(Safety::OnceOnly))
        .await;
    assert!(order.is_err_and(|error| error.is_unclear()));
    assert_eq!(timer.waited(), Duration::ZERO);
    writer
        .reader()
        .account_numbers(&a1())
        .await
        .expect("a listing");
    assert!(timer.waited() >= Duration::from_secs(20));
}

#[tokio::test]
async fn an_address_without_a_login_is_said_to_be_wrong() {
    let platform = Platform::start(|_, _| empty(404));
    let error = platform.reader().partition().await.expect_err("no login");
    assert!(
        error.to_string().contains("no login at this address"),
        "{error}"
    );
}
