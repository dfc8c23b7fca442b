use super::*;

fn parsed(text: &str) -> Settings {
    parse(text, PathBuf::from("/r")).unwrap_or_else(|problems| panic!("{problems:?}"))
}

#[test]
fn what_is_left_out_has_its_default() {
    let settings =
        parsed("version: 1\nenvironments: { s: { api: sandbox, accounts: [a/*.yaml] } }\n");
    assert_eq!(
        (settings.concurrency, settings.requests_per_second),
        (8, None)
    );
    assert_eq!(settings.guards, Guards::default());
    assert_eq!(settings.environments["s"].accounts[0].glob, "a/*.yaml");
    assert_eq!(settings.environments["s"].partition, None);
}

#[test]
fn a_guard_changes_only_what_it_says() {
    let settings = parsed(
        "version: 1\nenvironments: { s: { api: sandbox, accounts: [a] } }\nguards: { release: { max: 12 }, e911: { min: 1, max: 3 } }\n",
    );
    let release = settings.guards.release;
    assert_eq!(
        (release.max, release.percent, release.min),
        (Some(12), Some(10.0), 2)
    );
    let e911 = settings.guards.e911;
    assert_eq!((e911.max, e911.percent, e911.min), (Some(3), Some(30.0), 1));
}

#[test]
fn an_address_nobody_can_confirm_is_sent_with_a_warning_unless_the_project_says_block() {
    let base = "version: 1\nenvironments: { s: { api: sandbox, accounts: [a] } }\n";
    assert_eq!(parsed(base).e911_on_unknown, OnUnknown::Warn);
    assert_eq!(
        parsed(&format!("{base}e911: {{}}\n")).e911_on_unknown,
        OnUnknown::Warn
    );
    let strict = format!("{base}e911: {{ onUnknown: block }}\n");
    assert_eq!(parsed(&strict).e911_on_unknown, OnUnknown::Block);
    let wrong = format!("{base}e911: {{ onUnknown: ask }}\n");
    let problems = parse(&wrong, PathBuf::from("/r")).expect_err("no such thing");
    assert!(problems[0].path.contains("onUnknown"), "{problems:?}");
}

#[test]
fn plain_http_goes_to_this_machine_only() {
    for api in [
        "sandbox",
        "https://api.alianza.com",
        "http://127.0.0.1:8080",
        "http://localhost",
        "http://[::1]:9",
    ] {
        assert!(check_api(api).is_ok(), "{api}");
    }
    for api in [
        "http://api.alianza.com",
        "http://127.0.0.1.evil.example",
        "ftp://x",
        "api.alianza.com",
        "",
        "https://u:p@x",
    ] {
        assert!(check_api(api).is_err(), "{api}");
    }
}

#[test]
fn the_settings_of_a_directory_above_hold_below_it() {
    let dir = tempfile::tempdir().expect("tempdir");
    let below = dir.path().join("accounts/west");
    std::fs::create_dir_all(&below).expect("directories");
    std::fs::write(
        dir.path().join(FILE),
        "version: 1\nenvironments: { s: { api: sandbox, accounts: [a] } }\n",
    )
    .expect("write");
    let settings = load(&below).expect("sound").expect("found");
    assert_eq!(settings.root, dir.path());
}
