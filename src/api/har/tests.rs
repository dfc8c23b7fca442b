//! The file: whole after every entry, shut to others, and without secrets.

use super::*;

fn log(dir: &tempfile::TempDir, redactor: Option<Arc<Redactor>>) -> Arc<HttpLog> {
    Arc::new(HttpLog::create(&dir.path().join("a.har"), redactor).expect("a log"))
}

fn read(dir: &tempfile::TempDir) -> Value {
    let text = std::fs::read_to_string(dir.path().join("a.har")).expect("a file");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn sent<'a>(url: &'a Url, headers: &'a HeaderMap, body: Option<&'a Value>) -> Sent<'a> {
    Sent {
        method: &Method::POST,
        url,
        headers,
        body,
        is_login: false,
    }
}

fn secrets() -> Secrets {
    let mut secrets = Secrets::default();
    secrets.add("tok-canary");
    secrets
}

#[test]
fn the_file_is_a_whole_document_after_every_entry() {
    let dir = tempfile::tempdir().expect("a directory");
    let log = log(&dir, None);
    assert_eq!(read(&dir)["log"]["entries"], json!([]));
    let url = Url::parse("https://api.example.com/a").expect("a URL");
    let secrets = secrets();
    for count in 1..4 {
        let exchange = log.begin(
            &sent(&url, &HeaderMap::new(), None),
            &secrets,
            Duration::ZERO,
        );
        exchange.failed("can't connect");
        let entries = read(&dir)["log"]["entries"].clone();
        assert_eq!(entries.as_array().map(Vec::len), Some(count));
        assert_eq!(entries[count - 1]["response"]["status"], 0);
        assert_eq!(entries[count - 1]["comment"], "can't connect");
    }
    assert_eq!(log.failure(), None);
}

#[test]
fn an_exchange_that_is_given_up_is_written_too() {
    let dir = tempfile::tempdir().expect("a directory");
    let log = log(&dir, None);
    let url = Url::parse("https://api.example.com/a").expect("a URL");
    let secrets = secrets();
    drop(log.begin(
        &sent(&url, &HeaderMap::new(), None),
        &secrets,
        Duration::ZERO,
    ));
    let comment = read(&dir)["log"]["entries"][0]["comment"].clone();
    assert_eq!(comment, "given up before the answer came");
}

#[test]
fn no_secret_is_in_address_headers_or_bodies() {
    let dir = tempfile::tempdir().expect("a directory");
    let log = log(&dir, None);
    let url =
        Url::parse("https://u:pw-canary@api.example.com/tok-canary?token=x-canary&q=tok-canary")
            .expect("a URL");
    let mut headers = HeaderMap::new();
    headers.insert("x-auth-token", "h-canary".parse().expect("a value"));
    headers.insert("x-other", "tok-canary".parse().expect("a value"));
    let body = json!({ "port": { "wirelessPin": "p-canary", "wirelessAccountNumber": 4711 },
        "note": "pin p-canary and tok-canary", "password": ["w-canary"], "city": "Orem" });
    let secrets = secrets();
    log.begin(&sent(&url, &headers, Some(&body)), &secrets, Duration::ZERO)
        .failed("tok-canary");
    let text = std::fs::read_to_string(dir.path().join("a.har")).expect("a file");
    assert!(!text.contains("canary") && !text.contains("4711"), "{text}");
    assert!(text.contains("Orem"), "{text}");
}

#[test]
fn with_redact_pii_only_what_is_known_to_be_harmless_stays() {
    let redactor = Redactor::default();
    let secrets = secrets();
    let cleaner = Cleaner {
        secrets: &secrets,
        redactor: Some(&redactor),
    };
    let body = json!({
        "phoneNumber": "18015551212", "carrierStatus": "ACTIVE", "total": 3,
        "customerServiceRecord": { "city": "Canary", "streetNumber": 77, "state": "UT" },
        "somethingNew": "Canary", "messages": ["near Canary"], "Canary Street": 1,
        "latitude": 40.5,
    });
    let (shown, remark) = cleaner.body(body.to_string().as_bytes(), false);
    assert_eq!(remark, None);
    for gone in ["Canary", "77", "40.5"] {
        assert!(!shown.contains(gone), "{gone}: {shown}");
    }
    for kept in ["18015551212", "ACTIVE", "UT", "\"total\":3"] {
        assert!(shown.contains(kept), "{kept}: {shown}");
    }
    let url = Url::parse("https://a.example/v2/address/validate?address=1%20Canary&accountId=x")
        .expect("a URL");
    let clean = cleaner.url(&url).to_string();
    assert!(
        !clean.contains("Canary") && clean.contains("accountId=x"),
        "{clean}"
    );
    assert!(!cleaner.body(b"<p>Canary</p>", false).0.contains("Canary"));
}

#[test]
#[cfg(unix)]
fn the_file_is_its_owners_alone_also_where_it_was_there_before() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("a.har");
    std::fs::write(&path, "x".repeat(9999)).expect("a file");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("a mode");
    let _log = log(&dir, None);
    let mode = std::fs::metadata(&path)
        .expect("a file")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(read(&dir)["log"]["version"], "1.2");
    assert!(HttpLog::create(Path::new("/dev/null"), None).is_err());
    assert!(HttpLog::create(dir.path(), None).is_err());
}
