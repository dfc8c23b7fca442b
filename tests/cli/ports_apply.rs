//! Ports are ordered once, changed once, called off once and triggered once,
//! whatever becomes of the platform's answer.

use std::time::Duration;

use alz::apply::StepStatus::{self, Done, Failed, Skipped, Unknown};
use alz::model::porting::PortState;
use serde_json::{Value, json};

use crate::ports_bench::*;
use crate::world::ACCOUNT;

const ONE: &str = "18012240001";
const TWO: &str = "18012240002";
const MOBILE: &str = "18013180011";

/// What can go wrong with one write, and whether it takes effect all the same.
fn faults() -> Vec<(&'static str, Value, bool)> {
    let refusal = |status: u16| json!({ "status": status, "messages": ["Trouble"] }).to_string();
    vec![
        ("cut before", json!({ "cut": "before" }), false),
        ("cut after", json!({ "cut": "after" }), true),
        ("500", json!({ "status": 500, "body": refusal(500) }), false),
        (
            "500 after the effect",
            json!({ "status": 500, "body": refusal(500), "afterEffect": true }),
            true,
        ),
        ("429", json!({ "status": 429 }), false),
        (
            "429 after the effect",
            json!({ "status": 429, "afterEffect": true }),
            true,
        ),
        (
            "a web page after the effect",
            json!({ "body": "<html>Welcome</html>", "afterEffect": true }),
            true,
        ),
        (
            "half an answer",
            json!({ "body": "{\"port\":{\"id\":", "afterEffect": true }),
            true,
        ),
        (
            "no answer in time",
            json!({ "delayMilliseconds": 2500, "status": 503 }),
            false,
        ),
    ]
}

fn hit(bench: &Bench, method: &str, fault: &Value) {
    let mut fault = fault.clone();
    fault["method"] = json!(method);
    fault["path"] = json!("/v2/partition/*/account/*/{telephonenumber,port/**}");
    fault["times"] = json!(1);
    bench.world.fault(fault);
}

fn statuses(ended: &[Ended]) -> Vec<StepStatus> {
    ended.iter().map(|(status, _)| *status).collect()
}

#[test]
fn a_port_is_ordered_once_whatever_becomes_of_the_answer() {
    for (name, fault, effect) in faults() {
        let bench = Bench::new();
        let order = [submit(&[ONE, TWO], "2026-12-08")];
        hit(&bench, "POST", &fault);
        let first = bench.apply(&order);
        let expected = if effect { Done } else { Unknown };
        assert_eq!(statuses(&first), [expected], "{name}: {first:?}");
        assert!(bench.timer.total() < Duration::from_secs(30), "{name}");
        assert_eq!(bench.memory().unsettled.is_empty(), effect, "{name}");
        let sent = bench.requests("POST", "telephonenumber");
        // One that was given up on is not logged.
        let logged = usize::from(name != "no answer in time");
        assert_eq!(sent, logged, "{name}: never again in the same run");

        let waited = bench.timer.total();
        let second = bench.apply(&order);
        let expected = if effect { Skipped } else { Done };
        assert_eq!(statuses(&second), [expected], "{name}: {second:?}");
        let apart = bench.timer.total() - waited;
        assert_eq!(
            apart >= Duration::from_secs(30),
            !effect,
            "{name}: {apart:?}"
        );
        for number in [ONE, TWO] {
            assert_eq!(bench.count(number, "ports"), 1, "{name}");
        }
        assert!(bench.memory().unsettled.is_empty(), "{name}");
        assert_eq!(statuses(&bench.apply(&order)), [Skipped], "{name}");
    }
}

#[test]
fn an_order_of_a_run_that_was_killed_is_looked_for_twice_in_all_three_places() {
    let bench = Bench::new();
    let order = [submit(&[ONE, TWO], "2026-12-08")];
    // Killed between the note and the answer; the order never arrived.
    let journal = bench.journal(&plan(&order));
    bench
        .world
        .wait(journal.intend(&order[0]))
        .expect("written");
    drop(journal);
    let before = bench.requests("GET", "");
    assert_eq!(statuses(&bench.apply(&order)), [Done]);
    assert!(bench.timer.total() >= Duration::from_secs(30));
    assert_eq!(bench.requests("GET", "statussearch"), 4);
    assert_eq!(
        bench.requests("GET", "/telephonenumber/18012240001") - before,
        5
    );
    assert_eq!(bench.count(ONE, "ports"), 1);

    // Killed after it took effect: it is found, and the wait is not needed.
    let bench = Bench::new();
    let journal = bench.journal(&plan(&order));
    bench
        .world
        .wait(journal.intend(&order[0]))
        .expect("written");
    let request = &order[0].request;
    bench
        .world
        .post_as_user(&request.path, order[0].body.as_ref().expect("a body"));
    assert_eq!(statuses(&bench.apply(&order)), [Skipped]);
    assert!(bench.timer.total() < Duration::from_secs(30));
    assert_eq!(bench.count(ONE, "ports"), 1);
}

#[test]
fn an_order_that_shows_only_between_two_looks_is_found() {
    let bench = Bench::new();
    let order = [submit(&[ONE], "2026-12-08")];
    let journal = bench.journal(&plan(&order));
    bench
        .world
        .wait(journal.intend(&order[0]))
        .expect("written");
    // Every read of the first look comes from before the order.
    bench
        .world
        .fault(json!({ "method": "GET", "path": "/v2/**", "staleReads": 3 }));
    bench.world.post_as_user(
        &order[0].request.path,
        order[0].body.as_ref().expect("a body"),
    );
    assert_eq!(statuses(&bench.apply(&order)), [Skipped]);
    assert!(bench.timer.total() >= Duration::from_secs(30));
    assert_eq!(bench.count(ONE, "ports"), 1);
}

#[test]
fn an_order_that_was_taken_and_not_seen_is_looked_for_twice_by_the_next_run() {
    let bench = Bench::new();
    let order = [submit(&[ONE], "2026-12-08")];
    // Five looks after the order, and the three reads of the next run's first look.
    bench
        .world
        .fault(json!({ "method": "GET", "path": "/v2/**", "staleReads": 8 }));
    let first = bench.apply(&order);
    assert_eq!(statuses(&first), [Done]);
    assert!(first[0].1.contains("does not show it yet"), "{first:?}");
    assert!(!bench.memory().unsettled.is_empty());
    let waited = bench.timer.total();
    assert_eq!(statuses(&bench.apply(&order)), [Skipped]);
    assert!(bench.timer.total() - waited >= Duration::from_secs(30));
    assert_eq!(bench.requests("POST", "telephonenumber"), 1);
    assert!(bench.memory().unsettled.is_empty());
}

#[test]
fn an_order_that_only_the_event_search_or_the_inventory_knows_is_not_sent_again() {
    let not_there = json!({ "status": 404, "messages": ["TelephoneNumberNotFound"] });
    for (hidden, known) in [
        (
            vec![
                "/v2/**/account/*/telephonenumber/*",
                "/v2/partition/*/telephonenumber/1*",
            ],
            "a port already under way (PENDING)",
        ),
        (
            vec!["/v2/**/account/*/telephonenumber/*", "/v2/**/statussearch"],
            "the inventory has it on account",
        ),
    ] {
        let bench = Bench::new();
        let order = [submit(&[ONE], "2026-12-08")];
        assert_eq!(statuses(&bench.apply(&order)), [Done]);
        for path in hidden {
            let body = if path.ends_with("statussearch") {
                json!({ "totalRecords": 0, "results": [] })
            } else {
                not_there.clone()
            };
            let status = if path.ends_with("statussearch") {
                200
            } else {
                404
            };
            bench.world.fault(json!({
                "method": "GET", "path": path, "status": status, "body": body.to_string(),
            }));
        }
        let again = bench.apply(&order);
        assert_eq!(statuses(&again), [Failed]);
        assert!(again[0].1.contains(known), "{again:?}");
        assert_eq!(bench.requests("POST", "telephonenumber"), 1);
    }
}

#[test]
fn a_port_of_which_some_numbers_are_elsewhere_is_not_ordered() {
    let bench = Bench::new();
    assert_eq!(
        statuses(&bench.apply(&[submit(&[ONE], "2026-12-08")])),
        [Done]
    );
    let both = bench.apply(&[submit(&[TWO, ONE], "2026-12-08")]);
    assert_eq!(statuses(&both), [Failed]);
    assert!(
        both[0]
            .1
            .contains("that 18012240001 is PORT_PENDING in port "),
        "{both:?}"
    );
    assert_eq!(bench.count(TWO, "ports"), 0);
}

#[test]
fn an_activation_of_a_run_that_was_killed_is_looked_for_twice_as_well() {
    let bench = Bench::new();
    let mut order = submit(&["18017690201"], "2026-12-08");
    let body = order.body.as_mut().expect("a body");
    body.as_object_mut().expect("an object").remove("port");
    body["directoryListing"] = json!({ "type": "NOT_LIST_NOT_PUBLISH" });
    order.action = alz::plan::Action::Activate;
    let journal = bench.journal(&plan(&[order.clone()]));
    bench.world.wait(journal.intend(&order)).expect("written");
    assert_eq!(statuses(&bench.apply(&[order])), [Done]);
    assert!(bench.timer.total() >= Duration::from_secs(30));
    assert_eq!(bench.requests("GET", "statussearch"), 2);
    assert_eq!(bench.count("18017690201", "activations"), 1);
}

/// A port that the losing carrier has agreed to.
fn committed(bench: &Bench) -> alz::model::LivePort {
    bench.apply(&[submit(&[ONE, TWO], "2026-12-08")]);
    bench.at("2026-12-01T18:00:00Z");
    let port = bench.port_of(ONE);
    assert_eq!(port.state, PortState::FocReceived);
    port
}

#[test]
fn a_date_is_moved_once_whatever_becomes_of_the_answer() {
    for (name, fault, effect) in faults() {
        let bench = Bench::new();
        let port = committed(&bench);
        let later = json!({ "crdDate": "2026-12-10" });
        hit(&bench, "PATCH", &fault);
        let first = bench.apply(&[update(&port, later.clone())]);
        let expected = if effect { Done } else { Unknown };
        assert_eq!(statuses(&first), [expected], "{name}: {first:?}");
        let now = bench.port_of(ONE);
        let second = bench.apply(&[update(&now, later)]);
        let expected = if effect { Skipped } else { Done };
        assert_eq!(statuses(&second), [expected], "{name}: {second:?}");
        assert_eq!(bench.port_of(ONE).crd, "2026-12-10".parse().ok(), "{name}");
        assert_eq!(bench.count(ONE, "portUpdates"), 1, "{name}");
    }
}

#[test]
fn a_port_is_called_off_once_whatever_becomes_of_the_answer() {
    for (name, fault, _) in faults() {
        let bench = Bench::new();
        let port = committed(&bench);
        hit(&bench, "DELETE", &fault);
        let first = bench.apply(&[cancel(&port)]);
        // Sent again by itself (A25), and then told that it is called off already.
        let done = matches!(statuses(&first)[..], [Done | Skipped]);
        assert!(done, "{name}: {first:?}");
        let second = bench.apply(&[cancel(&port)]);
        assert_eq!(statuses(&second), [Skipped], "{name}: {second:?}");
        assert_eq!(bench.port_of(ONE).state, PortState::CancelPending, "{name}");
        assert_eq!(bench.count(ONE, "portCancellations"), 1, "{name}");
    }
}

#[test]
fn a_port_is_triggered_once_and_an_unclear_trigger_is_remembered() {
    for (name, fault, effect) in faults() {
        let bench = Bench::new();
        committed(&bench);
        bench.at("2026-12-08T18:00:00Z");
        let port = bench.port_of(ONE);
        hit(&bench, "PUT", &fault);
        let first = bench.apply(&[trigger(&port)]);
        let expected = if effect { Done } else { Unknown };
        assert_eq!(statuses(&first), [expected], "{name}: {first:?}");
        if !effect {
            assert!(
                first[0].1.contains("within 20 minutes"),
                "{name}: {first:?}"
            );
        }
        assert!(
            bench.memory().ports.triggered.contains_key(&port.id),
            "{name}"
        );
        // The plan of before no longer holds, or the platform shows it done.
        let second = bench.apply(&[trigger(&port)]);
        if effect {
            assert_eq!(statuses(&second), [Failed], "{name}: {second:?}");
            assert!(
                second[0].1.contains("history changed"),
                "{name}: {second:?}"
            );
        }
        assert_eq!(bench.count(ONE, "portTriggers"), 1, "{name}");
    }
}

#[test]
fn a_port_that_moved_on_is_left_alone_and_the_reason_is_said() {
    let bench = Bench::new();
    let port = committed(&bench);
    bench.carrier(&port, json!({ "action": "removeFoc" }));
    let later = json!({ "crdDate": "2026-12-10" });
    for step in [update(&port, later), trigger(&port), cancel(&port)] {
        let ended = bench.apply(&[step]);
        assert_eq!(statuses(&ended), [Failed]);
        assert!(
            ended[0]
                .1
                .contains("to be FOC_RECEIVED as planned, found it FOC_REMOVED"),
            "{ended:?}"
        );
    }
    assert!(bench.requests("PATCH", "") + bench.requests("DELETE", "") == 0);
    // Somebody has moved its date: the same state, other terms.
    let bench = Bench::new();
    let port = committed(&bench);
    bench.carrier(&port, json!({ "action": "foc", "date": "2026-12-09" }));
    let ended = bench.apply(&[cancel(&port)]);
    assert!(ended[0].1.contains("FOC date"), "{ended:?}");
    let mut gone = port.clone();
    gone.id = alz::model::PortId::new("nobodys");
    let ended = bench.apply(&[cancel(&gone)]);
    assert!(ended[0].1.contains("no such port"), "{ended:?}");
}

#[test]
fn a_new_pin_mends_a_rejected_port_and_is_never_skipped_as_done() {
    let mut bench = Bench::new();
    bench.secrets = [("PIN", "1111"), ("ACCOUNT", "900411")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    bench.apply(&[submit_wireless(MOBILE, "2026-12-08")]);
    bench.at("2026-11-25T00:00:00Z");
    let port = bench.port_of(MOBILE);
    assert_eq!(port.state, PortState::Rejected);
    let sent = bench.memory().ports.secrets_sent;
    assert_eq!(sent.values().collect::<Vec<_>>(), [&None]);
    bench.secrets.insert("PIN".into(), "4711".into());
    let mut mended = update(&port, json!({}));
    mended.secrets = vec![secret("/wirelessPin", "PIN", true)];
    // It never arrives: it may have, and that is remembered.
    hit(&bench, "PATCH", &json!({ "cut": "before" }));
    assert_eq!(statuses(&bench.apply(&[mended.clone()])), [Unknown]);
    let sent = bench.memory().ports.secrets_sent;
    assert_eq!(sent.values().collect::<Vec<_>>(), [&port.rejection()]);
    // It arrives and the answer is lost: the port has moved on.
    hit(&bench, "PATCH", &json!({ "cut": "after" }));
    assert_eq!(statuses(&bench.apply(&[mended.clone()])), [Done]);
    assert_eq!(bench.port_of(MOBILE).state, PortState::Pending);
    // The same plan again is stale, not done: nobody can see which PIN is there.
    assert_eq!(statuses(&bench.apply(&[mended])), [Failed]);
    assert_eq!(bench.count(MOBILE, "portUpdates"), 1);
}

#[test]
fn a_comma_is_a_change_where_a_port_was_rejected() {
    let bench = Bench::new();
    bench.apply(&[submit(&[ONE], "2026-12-08")]);
    let port = bench.port_of(ONE);
    bench.carrier(
        &port,
        json!({ "action": "reject", "code": "LSP:NAME", "message": "Name differs", "reaction": "RESUBMIT" }),
    );
    let port = bench.port_of(ONE);
    let mut record = serde_json::to_value(&port.customer_service_record).expect("a record");
    record["businessName"] = json!("SAMPLE DENTAL");
    let ended = bench.apply(&[update(&port, json!({ "customerServiceRecord": record }))]);
    assert_eq!(statuses(&ended), [Done], "{ended:?}");
    assert_eq!(bench.count(ONE, "portUpdates"), 1);
}

#[test]
fn nothing_is_sent_while_a_secret_is_missing_and_all_of_them_are_named() {
    let mut bench = Bench::new();
    let steps = [
        submit(&[ONE], "2026-12-08"),
        submit_wireless(MOBILE, "2026-12-08"),
    ];
    let missing = bench.try_apply(&steps).expect_err("no secrets");
    assert_eq!(
        missing.to_string(),
        "these secrets can't be had, so nothing was sent:\n  \
         - submit-port-18013180011: wirelessPin { env: PIN }: the environment variable PIN is not set\n  \
         - submit-port-18013180011: wirelessAccountNumber { env: ACCOUNT }: the environment variable ACCOUNT is not set"
    );
    assert_eq!(
        missing.help(),
        "set the environment variable ACCOUNT; set the environment variable PIN; then run again"
    );
    assert_eq!(bench.requests("POST", "telephonenumber"), 0);
    bench.secrets.insert("PIN".into(), "4711".into());
    assert_eq!(bench.try_apply(&steps).expect_err("one secret").0.len(), 1);
    bench.secrets.insert("ACCOUNT".into(), "900411".into());
    assert_eq!(statuses(&bench.apply(&steps)), [Done, Done]);
    // They arrived: the losing carrier agrees.
    bench.at("2026-12-01T18:00:00Z");
    assert_eq!(bench.port_of(MOBILE).state, PortState::FocReceived);
}

#[test]
fn what_touches_a_ported_number_waits_for_the_port_and_falls_with_it() {
    let bench = Bench::new();
    let mut rings = step(
        "update",
        &[TWO],
        (
            "PATCH",
            format!("/v2/partition/X4fbfNlFRpy7bWDFmCwwdw/account/{ACCOUNT}/telephonenumber/{TWO}"),
        ),
    );
    rings.body = Some(json!({
        "referenceType": "END_USER", "referenceId": "ajfrBZJMQNC4-9TeBSfnlQ",
    }));
    let steps = [submit(&[ONE, TWO], "2026-12-08"), rings];
    bench.world.fault(json!({
        "method": "POST", "path": "/v2/**/telephonenumber", "times": 1, "status": 400,
        "body": json!({ "status": 400, "messages": ["CrdDateInPast"] }).to_string(),
    }));
    let ended = bench.apply(&steps);
    assert_eq!(statuses(&ended), [Failed, Failed]);
    assert!(
        ended[1]
            .1
            .contains("submit-port-18012240001 did not succeed")
    );
    assert_eq!(bench.requests("PATCH", ""), 0);
    assert!(
        bench.memory().unsettled.is_empty(),
        "it was refused clearly"
    );
    assert_eq!(statuses(&bench.apply(&steps)), [Done, Done]);
}

/// Everything that this process logs.
#[derive(Clone, Default)]
struct Heard(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Heard {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("a log").extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_pin_comes_out_by_no_door_however_the_platform_quotes_it() {
    const PIN: &str = "74916500382";
    const ACCOUNT_NUMBER: &str = "QX-90041177-ZZ";
    let heard = Heard::default();
    let log = heard.clone();
    // Of the whole process: the other tests' secrets are other ones.
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || log.clone())
        .init();
    let quoting = |status: u16| {
        json!({
            "status": status,
            "messages": [format!("{PIN} is not the PIN of {ACCOUNT_NUMBER}"), PIN],
            "data": { "pin": PIN, PIN: [ACCOUNT_NUMBER, 74_916_500_382_i64] },
        })
        .to_string()
    };
    let mut said = String::new();
    let mut written = String::new();
    for fault in [
        json!({ "status": 400, "body": quoting(400) }),
        json!({ "status": 500, "body": quoting(500) }),
        json!({ "status": 503, "body": quoting(503), "afterEffect": true }),
        json!({ "status": 404, "body": quoting(404) }),
        json!({ "status": 429, "body": quoting(429) }),
        json!({ "status": 401, "body": quoting(401) }),
        json!({ "body": format!("<html>{PIN} {ACCOUNT_NUMBER}</html>") }),
        json!({ "body": format!("{{\"{PIN}\": \"{ACCOUNT_NUMBER}\"") }),
    ] {
        let mut bench = Bench::new();
        bench.secrets = [("PIN", PIN), ("ACCOUNT", ACCOUNT_NUMBER)]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        hit(&bench, "POST", &fault);
        let order = [submit_wireless(MOBILE, "2026-12-08")];
        said += &format!("{:?}", bench.apply(&order));
        said += &format!("{:?}", bench.apply(&order));
        // What the carrier says of it later in the same run, and reads that fail.
        let port = bench.port_of(MOBILE);
        let words = format!("{PIN} for {ACCOUNT_NUMBER}; PIN was {PIN}");
        bench.carrier(
            &port,
            json!({ "action": "reject", "code": PIN, "message": words, "reaction": "RESUBMIT" }),
        );
        said += &format!("{:?}", bench.port_of(MOBILE));
        let query = alz::live::under_way(bench.client.reader(), MOBILE.parse().expect("a number"));
        said += &format!("{:?}", bench.world.wait(query));
        bench.world.fault(json!({
            "method": "GET", "path": "/v2/**/port/*", "status": 400, "body": quoting(400),
        }));
        said += &format!("{:?}", bench.apply(&[cancel(&port)]));
        written += &bench.written();
    }
    let heard = String::from_utf8_lossy(&heard.0.lock().expect("a log")).into_owned();
    assert!(
        heard.contains("telephonenumber"),
        "the log is heard: {heard:.300}"
    );
    assert!(written.contains("\"carriesSecrets\":true"), "{written}");
    assert!(said.contains("••• is not the PIN of •••"), "{said}");
    for (what, text) in [("said", said), ("journal", written), ("log", heard)] {
        for secret in [PIN, ACCOUNT_NUMBER, "90041177"] {
            assert!(!text.contains(secret), "{what}: {text}");
        }
        // Digit by digit is no way out either: numbers stay whole.
        assert!(!text.contains("18013•••"), "{what}");
    }
}
