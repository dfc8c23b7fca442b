//! Setting a client up: what can't work is said before anything is sent.

use alz::api::{ApiError, ClientOptions, Credentials, Endpoint, ReadClient};

use crate::platform::*;

fn options(base: &str) -> ClientOptions {
    let base = Endpoint::parse(base).expect("an endpoint");
    ClientOptions::new(base, Credentials::Token("t".into()))
}

#[test]
fn plain_http_to_elsewhere_is_refused_with_the_way_out() {
    let error = Endpoint::parse("http://api.alianza.com").expect_err("refused");
    assert_eq!(
        error.to_string(),
        "can't use http://api.alianza.com: plain http would show the token to the network: use https (http is allowed to this machine only, as in http://127.0.0.1:8080)"
    );
}

#[test]
fn a_certificate_file_that_holds_none_is_named() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("ca.pem");
    let mut options = options("https://api.alianza.com");
    options.ca_file = Some(path.clone());
    let error = ReadClient::new(options.clone()).expect_err("no such file");
    assert!(error.to_string().contains("ca.pem"), "{error}");
    std::fs::write(&path, "no certificate").expect("written");
    let error = ReadClient::new(options).expect_err("no certificate");
    assert_eq!(
        error.to_string(),
        format!(
            "can't use {}: it holds no certificate in PEM form",
            path.display()
        )
    );
}

#[tokio::test]
async fn tls_is_spoken_to_https_even_on_this_machine() {
    // The platform speaks plain http: a client that insists on TLS gets nowhere.
    let platform = Platform::with_login(|_, _| html(200));
    let mut options = options(&platform.base.replace("http://", "https://"));
    options.timer = platform.options().1;
    let client = match ReadClient::new(options) {
        Ok(client) => client,
        // A machine without certificates says so at once.
        Err(error) => return assert!(error.to_string().contains("--ca-file"), "{error}"),
    };
    let error = client.user_info().await.expect_err("no TLS there");
    assert!(matches!(error, ApiError::Unreachable { .. }), "{error}");
    assert!(error.to_string().contains("can't connect"), "{error}");
    assert_eq!(platform.calls(), 0);
}

#[tokio::test]
async fn a_prefix_in_the_address_is_kept() {
    let platform = Platform::start(|request, _| {
        assert_eq!(request.path, "/alianza/v2/authorize/userinfo");
        ok(serde_json::json!({"username": "me"}))
    });
    let client = ReadClient::new(options(&format!("{}/alianza/", platform.base)));
    let user = client.expect("a client").user_info().await.expect("a user");
    assert_eq!(user.username.as_deref(), Some("me"));
}

#[tokio::test]
async fn a_name_made_to_point_elsewhere_still_means_this_machine() {
    let platform = Platform::start(|request, _| {
        assert!(
            request
                .header("host")
                .is_some_and(|h| h.starts_with("localhost:"))
        );
        ok(serde_json::json!({"username": "me"}))
    });
    let client = ReadClient::new(options(&platform.base.replace("127.0.0.1", "localhost")));
    client.expect("a client").user_info().await.expect("a user");
}
