//! An answer that looks wrong is an error, never an empty account.

use alz::api::{ApiError, ReadClient, StatusQuery};
use serde_json::json;

use crate::platform::*;

async fn listing(answer: impl Fn() -> Answer + Send + Sync + 'static) -> Result<usize, ApiError> {
    let platform = Platform::with_login(move |_, _| answer());
    let numbers = platform.reader().account_numbers(&a1()).await?;
    Ok(numbers.len())
}

#[tokio::test]
async fn a_strange_answer_is_never_an_empty_account() {
    assert_eq!(listing(|| ok(json!([]))).await, Ok(0));
    let strange: [fn() -> Answer; 10] = [
        || html(200),
        || empty(200),
        || empty(204),
        || ok(json!(null)),
        || ok(json!({})),
        || ok(json!({"status": 200, "messages": []})),
        || ok(json!([{}])),
        || ok(json!([null])),
        || ok(json!([{"phoneNumber": null}])),
        || ok(json!([{"phoneNumber": "18015551212", "accountId": "A2"}])),
    ];
    for (index, answer) in strange.into_iter().enumerate() {
        let error = listing(answer).await.expect_err("strange");
        assert!(
            matches!(error, ApiError::WrongAnswer { .. }),
            "{index}: {error}"
        );
    }
}

#[tokio::test]
async fn a_strange_answer_is_described() {
    let t = "GET /v2/partition/P1/account/A1/telephonenumber";
    let tail = "check the API's address and what stands between (proxy, gateway)";
    let said = |error: Result<usize, ApiError>| error.expect_err("strange").to_string();
    assert_eq!(
        said(listing(|| html(200)).await),
        format!(
            "the answer to {t} can't be the platform's: its body is not JSON (it says it is text/html); {tail}"
        )
    );
    assert_eq!(
        said(listing(|| ok(json!([{"phoneNumber": "18015551212", "accountId": "A2"}]))).await),
        format!(
            "the answer to {t} can't be the platform's: it is about account \"A2\" instead of \"A1\"; {tail}"
        )
    );
    // Names and addresses in a malformed answer stay out of the error.
    let error = said(listing(|| ok(json!([{"phoneNumber": {"Jane": "Doe"}}]))).await);
    assert!(
        !error.contains("Jane") && error.contains("published shape"),
        "{error}"
    );
}

#[tokio::test]
async fn a_number_that_is_not_there_is_told_from_a_page_that_is_not_there() {
    let find = async |answer: fn() -> Answer| {
        let platform = Platform::with_login(move |_, _| answer());
        platform.reader().number(&a1(), tn("18015551212")).await
    };
    assert_eq!(find(|| refusal(404, "NotFound")).await, Ok(None));
    assert_eq!(find(|| empty(404)).await, Ok(None));
    assert!(matches!(
        find(|| html(404)).await,
        Err(ApiError::WrongAnswer { .. })
    ));
    let other = find(|| ok(json!({"phoneNumber": "18015551213"}))).await;
    assert!(matches!(other, Err(ApiError::WrongAnswer { .. })));
    assert!(
        find(|| ok(json!({"phoneNumber": "18015551212"})))
            .await
            .is_ok_and(|n| n.is_some())
    );
}

#[tokio::test]
async fn an_account_that_does_not_exist_is_an_error_and_not_empty() {
    let error = listing(|| refusal(404, "AccountNotFound"))
        .await
        .expect_err("not found");
    assert_eq!(
        error.to_string(),
        "the platform knows no such thing (GET /v2/partition/P1/account/A1/telephonenumber): AccountNotFound; check the ids of partition and account"
    );
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Platform::start(|_, _| ok(json!([])));
    let target = format!("{}/v2", elsewhere.base);
    let platform = Platform::with_login(move |_, _| empty(302).with("location", &target));
    let error = platform
        .reader()
        .account_numbers(&a1())
        .await
        .expect_err("a redirect");
    assert!(
        error.to_string().contains("redirect (status 302)"),
        "{error}"
    );
    assert_eq!((platform.calls(), elsewhere.seen().len()), (1, 0));
}

#[tokio::test]
async fn a_compressed_listing_is_read() {
    const LISTING: [u8; 75] = [
        31, 139, 8, 0, 0, 0, 0, 0, 2, 255, 139, 174, 86, 42, 200, 200, 207, 75, 245, 43, 205, 77,
        74, 45, 82, 178, 82, 50, 180, 48, 48, 52, 53, 53, 53, 52, 50, 52, 82, 210, 81, 74, 78, 44,
        42, 202, 76, 45, 10, 46, 73, 44, 41, 45, 6, 202, 58, 58, 135, 120, 134, 185, 42, 213, 198,
        2, 0, 22, 37, 105, 148, 56, 0, 0, 0,
    ];
    let platform = Platform::with_login(|request, _| {
        assert!(
            request
                .header("accept-encoding")
                .is_some_and(|e| e.contains("gzip"))
        );
        Answer::Full {
            status: 200,
            headers: vec![("content-encoding", "gzip".into())],
            body: LISTING.to_vec(),
        }
    });
    let listing = platform
        .reader()
        .account_numbers(&a1())
        .await
        .expect("a listing");
    assert_eq!(listing[0].phone_number, "18015551212");
}

#[tokio::test]
async fn what_a_growing_platform_adds_or_leaves_null_is_passed_over() {
    let platform = Platform::with_login(|_, _| {
        ok(json!({"totalRecords": 1, "results": [{
            "id": "E1", "serviceType": "PORT_REQUEST", "activationStatusType": "PENDING",
            "logs": null, "subTelephoneNumber": ["18015551212"], "editableFieldTypes": null,
            "createdDate": 1_669_014_000_000_i64, "focDate": null, "brandNew": {"a": 1},
        }]}))
    });
    let page = platform
        .reader()
        .status_search(&StatusQuery::default(), 0)
        .await;
    let event = &page.expect("a page").results[0];
    assert_eq!(event.created_date.as_deref(), Some("1669014000000"));
    assert_eq!(event.sub_telephone_numbers, ["18015551212"]);
    assert!(event.logs.is_empty());
}

#[tokio::test]
async fn asking_about_an_address_changes_nothing_and_may_be_repeated() {
    let platform = Platform::with_login(|request, before| {
        assert_eq!(request.method, "PUT");
        match before {
            0 => Answer::Cut,
            _ => ok(
                json!({"valid": "INVALID", "errors": null, "addressAlternatives": [{"city": "OTTAWA"}]}),
            ),
        }
    });
    let client: ReadClient = platform.reader();
    let said = client
        .e911_prevalidate(&json!({"e911Address": {}}))
        .await
        .expect("an answer");
    assert_eq!(
        (said.valid.as_str(), said.address_alternatives.len()),
        ("INVALID", 1)
    );
    assert_eq!(client.traffic().writes, 0);
    assert_eq!(client.traffic().reads, 2);
}

#[tokio::test]
async fn no_more_requests_are_in_flight_than_allowed() {
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
    static IN_FLIGHT: AtomicUsize = AtomicUsize::new(0);
    static MOST: AtomicUsize = AtomicUsize::new(0);
    let platform = Platform::with_login(|_, _| {
        MOST.fetch_max(IN_FLIGHT.fetch_add(1, SeqCst) + 1, SeqCst);
        // Leaves the others time to arrive, if they may.
        (0..200).for_each(|_| std::thread::yield_now());
        IN_FLIGHT.fetch_sub(1, SeqCst);
        ok(json!([]))
    });
    let (mut options, _) = platform.options();
    options.concurrency = 3;
    let client = ReadClient::new(options).expect("a client");
    let account = a1();
    let all = (0..60).map(|_| client.account_numbers(&account));
    for listing in futures_util::future::join_all(all).await {
        listing.expect("a listing");
    }
    assert!(MOST.load(SeqCst) <= 3, "{}", MOST.load(SeqCst));
}
