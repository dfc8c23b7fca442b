//! Getting in: logging in once, again when the token has expired, and never
//! showing what was used for it.

use alz::api::{
    ApiError, ClientOptions, Credentials, Endpoint, Manner, ReadClient, Safety, WriteClient,
};
use serde_json::json;

use crate::platform::*;

fn expired() -> Answer {
    json(
        401,
        json!({"message": ["Unauthorized", "ExpiredAuthToken"]}),
    )
}

#[tokio::test]
async fn a_run_logs_in_once_with_user_name_and_password_alone() {
    let platform = Platform::with_login(|_, _| ok(json!([])));
    let client = platform.reader();
    for _ in 0..3 {
        client.account_numbers(&a1()).await.expect("a listing");
    }
    let seen = platform.seen();
    assert_eq!(platform.logins(), 1);
    let body: serde_json::Value = serde_json::from_str(&seen[0].body).expect("JSON");
    assert_eq!(
        body,
        json!({"username": "me@example.com", "password": "hunter2-secret"})
    );
    assert_eq!(seen[1].path, "/v2/partition/P1/account/A1/telephonenumber");
    assert_eq!(seen[1].header("x-auth-token"), Some("T1"));
    assert_eq!(seen[0].header("x-auth-token"), None);
    assert!(
        seen[1]
            .header("user-agent")
            .is_some_and(|a| a.starts_with("alz/"))
    );
}

#[tokio::test]
async fn an_expired_token_is_renewed_and_the_call_made_once_more() {
    for refused in [
        json!({"message": "ExpiredAuthToken"}),
        json!({"message": ["Unauthorized", "ExpiredAuthToken"]}),
        json!({"status": 401, "messages": ["ExpiredAuthToken"]}),
        json!({"message": "Unauthorized"}),
    ] {
        let platform = Platform::with_login(move |request, _| {
            if request.header("x-auth-token") == Some("T1") {
                json(401, refused.clone())
            } else {
                ok(json!([]))
            }
        });
        let client = platform.reader();
        client.account_numbers(&a1()).await.expect("a listing");
        assert_eq!((platform.logins(), platform.calls()), (2, 2));
    }
}

#[tokio::test]
async fn an_order_that_met_an_expired_token_is_sent_again_by_who_has_looked_for_it() {
    let platform = Platform::with_login(|request, _| match request.header("x-auth-token") {
        Some("T1") => expired(),
        _ => ok(json!({"id": "ordered"})),
    });
    let path = "/v2/partition/P1/account/A1/telephonenumber";
    let (writer, body) = (platform.writer(), json!({"x": 1}));
    let first = Manner::of(Safety::OnceOnly);
    let told = writer.send("POST", path, Some(&body), &first).await;
    assert!(
        matches!(told, Err(ApiError::TokenRenewed { .. })),
        "{told:?}"
    );
    assert_eq!((platform.logins(), platform.calls()), (2, 1));
    let again = Manner {
        renewed: true,
        ..first
    };
    let answer = writer.send("POST", path, Some(&body), &again).await;
    assert_eq!(answer, Ok(Some(json!({"id": "ordered"}))));
    assert_eq!((platform.logins(), platform.calls()), (2, 2));
}

#[tokio::test]
async fn a_write_refused_with_a_fresh_token_too_is_not_sent_a_third_time() {
    let platform = Platform::with_login(|_, _| json(401, json!({"message": "Unauthorized"})));
    let again = Manner {
        renewed: true,
        ..Manner::of(Safety::OnceOnly)
    };
    let path = "/v2/partition/P1/account/A1/telephonenumber";
    let told = platform.writer().send("POST", path, None, &again).await;
    let told = told.expect_err("refused").to_string();
    assert!(told.contains("the user may lack the permission"), "{told}");
    assert_eq!((platform.logins(), platform.calls()), (1, 1));
}

#[tokio::test]
async fn a_write_whose_leave_is_gone_when_its_turn_comes_is_not_sent() {
    let platform = Platform::with_login(|_, _| ok(json!({"id": "ordered"})));
    let path = "/v2/partition/P1/account/A1/telephonenumber";
    let manner = Manner {
        leave: Some(&|| false),
        ..Manner::of(Safety::OnceOnly)
    };
    let told = platform.writer().send("POST", path, None, &manner).await;
    assert!(matches!(told, Err(ApiError::Withheld { .. })), "{told:?}");
    assert_eq!(platform.calls(), 0);
}

#[tokio::test]
async fn leave_that_is_gone_after_a_lost_answer_does_not_make_it_a_write_never_sent() {
    let platform = Platform::with_login(|_, _| refusal(503, "Busy"));
    let asked = std::sync::atomic::AtomicU32::new(0);
    let asked: &'static std::sync::atomic::AtomicU32 = Box::leak(Box::new(asked));
    let manner = Manner {
        leave: Some(&move || asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0),
        ..Manner::of(Safety::SafeWrite)
    };
    let path = "/v2/partition/P1/account/A1/telephonenumber/18015551212";
    let told = platform.writer().send("DELETE", path, None, &manner).await;
    assert!(told.is_err_and(|error| error.is_unclear()));
    assert_eq!(platform.calls(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_calls_that_find_the_token_expired_cause_one_login() {
    let platform = Platform::with_login(|request, _| {
        if request.header("x-auth-token") == Some("T1") {
            expired()
        } else {
            ok(json!([]))
        }
    });
    let (mut options, _) = platform.options();
    options.concurrency = 40;
    let client = ReadClient::new(options).expect("a client");
    let tasks: Vec<_> = (0..40)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.account_numbers(&a1()).await })
        })
        .collect();
    for task in tasks {
        task.await.expect("no panic").expect("a listing");
    }
    assert_eq!(platform.logins(), 2);
    assert_eq!(client.traffic().logins, 2);
}

#[tokio::test]
async fn a_user_without_permission_is_told_so_after_one_new_login() {
    let platform = Platform::with_login(|_, _| json(401, json!({"message": "Unauthorized"})));
    let error = platform
        .reader()
        .account_numbers(&a1())
        .await
        .expect_err("refused");
    assert_eq!((platform.logins(), platform.calls()), (2, 2));
    assert_eq!(
        error.to_string(),
        "the platform does not let us in (GET /v2/partition/P1/account/A1/telephonenumber): a fresh token is refused as well (the platform says: Unauthorized); the user may lack the permission for this: check its role in the Admin Portal"
    );
}

#[tokio::test]
async fn a_wrong_password_is_sent_once_however_much_is_asked() {
    let platform = Platform::start(|_, _| refusal(401, "InvalidCredentials"));
    let client = platform.reader();
    let errors = futures_util::future::join_all((0..20).map(|_| client.partition())).await;
    for error in errors {
        assert_eq!(
            error.expect_err("refused").to_string(),
            "the platform does not let us in (POST /v2/authorize): user name or password are refused (the platform says: InvalidCredentials); check ALZ_USERNAME and ALZ_PASSWORD, and that they are for this environment"
        );
    }
    assert_eq!(platform.seen().len(), 1);
}

#[tokio::test]
async fn a_login_without_a_token_in_it_is_no_login() {
    for body in [json!({}), json!({"authToken": ""}), json!([])] {
        let platform = Platform::start(move |_, _| ok(body.clone()));
        let error = platform.reader().partition().await.expect_err("refused");
        assert!(matches!(error, ApiError::WrongAnswer { .. }), "{error}");
    }
}

fn with_token(platform: &Platform) -> ClientOptions {
    let (mut options, _) = platform.options();
    options.credentials = Credentials::Token("given-token".into());
    options
}

#[tokio::test]
async fn a_given_token_is_used_as_it_is_and_its_end_is_final() {
    let platform = Platform::start(|request, _| {
        assert_eq!(request.header("x-auth-token"), Some("given-token"));
        match request.path.as_str() {
            "/v2/authorize/userinfo" => ok(json!({"username": "me", "partitionId": "P1"})),
            _ => expired(),
        }
    });
    let client = ReadClient::new(with_token(&platform)).expect("a client");
    assert_eq!(client.partition_id().await.expect("a partition"), &p1());
    let error = client.account_numbers(&a1()).await.expect_err("refused");
    assert_eq!(
        error.to_string(),
        "the platform does not let us in (GET /v2/partition/P1/account/A1/telephonenumber): the token in ALZ_TOKEN has expired (the platform says: Unauthorized; ExpiredAuthToken); set a new one, or set ALZ_USERNAME and ALZ_PASSWORD so that alz can log in by itself"
    );
    assert_eq!(platform.seen().len(), 2);
}

#[tokio::test]
async fn no_token_or_password_is_ever_shown() {
    let platform = Platform::with_login(|request, _| {
        // A careless platform quotes what it was sent.
        let token = request.header("x-auth-token").unwrap_or_default();
        json(
            400,
            json!({"messages": [format!("bad {token} {}", request.body)], "data": {"t": token}}),
        )
    });
    let (options, _) = platform.options();
    let shown = format!("{options:?} {:?}", options.credentials);
    let writer = WriteClient::new(ReadClient::new(options).expect("a client"));
    let error = writer
        .send(
            "PATCH",
            "/v2/partition/P1/account/A1/port/1",
            Some(
                &json!({"port": {"wirelessPin": "97310048265", "wirelessAccountNumber": "AC-77"}}),
            ),
            &Manner::of(Safety::OnceOnly),
        )
        .await
        .expect_err("refused");
    let shown = format!("{shown} {error} {error:?} {writer:?}");
    for secret in ["hunter2", "\"T1\"", "bad T1", "97310048265", "AC-77"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    let given = Credentials::Token("given-token".into());
    assert!(!format!("{given:?}").contains("given"));
    let empty = Endpoint::parse("http://127.0.0.1:1").expect("an endpoint");
    let client = ReadClient::new(ClientOptions::new(empty, Credentials::Token("a\nb".into())));
    let error = client
        .expect("a client")
        .user_info()
        .await
        .expect_err("no token");
    assert!(error.to_string().contains("ALZ_TOKEN"), "{error}");
}
