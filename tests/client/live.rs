//! Live state: few calls, nothing taken for granted, contradictions refused.

use std::collections::BTreeSet;
use std::time::Duration;

use alz::api::{ApiError, ReadClient};
use alz::live::{self, Events, LiveError, Scope, Wanted};
use alz::model::live::{EventKind, Inventory, LivePartition};
use alz::model::{AccountId, CarrierStatus, LiveAccount};
use serde_json::{Value, json};

use crate::platform::*;

const LISTED: &str = "/v2/partition/P1/account/A1/telephonenumber";

fn active(number: &str) -> Value {
    json!({"phoneNumber": number, "accountId": "A1", "carrierStatus": "ACTIVE"})
}

fn wanted(numbers: &[&str]) -> Wanted {
    Wanted {
        numbers: numbers.iter().map(|n| tn(n)).collect(),
        ..Wanted::default()
    }
}

async fn read(platform: &Platform, wanted: &Wanted) -> Result<LiveAccount, LiveError> {
    let (partition, events) = (LivePartition::default(), Events::default());
    live::account(&platform.reader(), &a1(), wanted, &partition, &events).await
}

#[tokio::test]
async fn an_account_in_sync_costs_one_call() {
    let platform = Platform::with_login(|request, _| {
        assert_eq!(request.path, LISTED);
        ok(json!([active("18015551212"), active("18015551213")]))
    });
    let live = read(&platform, &wanted(&["18015551212"]))
        .await
        .expect("an account");
    assert_eq!(live.numbers.len(), 2);
    assert_eq!(
        live.numbers[&tn("18015551212")].status,
        CarrierStatus::Active
    );
    assert_eq!(platform.calls(), 1);
}

#[tokio::test]
async fn only_what_is_missing_or_off_the_account_is_looked_up() {
    let platform = Platform::with_login(|request, _| match request.path.as_str() {
        LISTED => ok(json!([
            active("18015551212"),
            {"phoneNumber": "18015551213", "carrierStatus": "COOLDOWN"},
            {"phoneNumber": "18015551214", "carrierStatus": "PORT_REJECTED"},
        ])),
        "/v2/partition/P1/telephonenumber/18015551213" => {
            ok(json!({"phoneNumber": "18015551213", "cooldownExpireDate": "2026-12-20"}))
        }
        "/v2/partition/P1/telephonenumber/18015551215" => refusal(404, "NotFound"),
        "/v2/partition/P1/telephonenumber/18015551216" => {
            ok(json!({"phoneNumber": "18015551216", "accountId": "A2"}))
        }
        other => panic!("nobody needs {other}"),
    });
    let numbers = [
        "18015551212",
        "18015551213",
        "18015551214",
        "18015551215",
        "18015551216",
    ];
    let live = read(&platform, &wanted(&numbers))
        .await
        .expect("an account");
    let until = "2026-12-20T00:00:00Z".parse().ok();
    let stock: Vec<_> = live
        .inventory
        .into_iter()
        .map(|(n, i)| (n.to_string(), i))
        .collect();
    assert_eq!(
        stock,
        [
            ("18015551213".to_owned(), Inventory::Cooldown { until }),
            ("18015551215".to_owned(), Inventory::Unknown),
            (
                "18015551216".to_owned(),
                Inventory::OnAccount(AccountId::new("A2"))
            ),
        ]
    );
    assert_eq!(platform.calls(), 4);
}

#[tokio::test]
async fn a_listing_that_lacks_a_number_of_this_very_account_is_refused() {
    let platform = Platform::with_login(|request, _| match request.path.as_str() {
        LISTED => ok(json!([active("18015551212")])),
        _ => ok(json!({"phoneNumber": "18015551213", "accountId": "A1"})),
    });
    let error = read(&platform, &wanted(&["18015551212", "18015551213"]))
        .await
        .expect_err("a contradiction");
    assert_eq!(
        error.to_string(),
        "account A1: the inventory says that 18015551213 is on this account, but the account's listing lacks it; nothing is planned on a listing that may be incomplete. Run again in a few minutes, and report it to the provider if it lasts"
    );
}

#[tokio::test]
async fn a_listing_that_lags_behind_is_waited_for() {
    let platform = Platform::with_login(|request, before| match request.path.as_str() {
        LISTED if before < 2 => ok(json!([])),
        LISTED => ok(json!([active("18015551213")])),
        _ => ok(json!({"phoneNumber": "18015551213", "accountId": "A1"})),
    });
    let (options, timer) = platform.options();
    let client = ReadClient::new(options).expect("a client");
    let (partition, events) = (LivePartition::default(), Events::default());
    let wanted = wanted(&["18015551213"]);
    let live = live::account(&client, &a1(), &wanted, &partition, &events)
        .await
        .expect("an account");
    assert!(live.numbers.contains_key(&tn("18015551213")));
    assert!(live.inventory.is_empty());
    assert_eq!(timer.waited(), Duration::from_millis(1500));
}

#[tokio::test]
async fn a_listing_that_cannot_be_true_is_refused() {
    let twice =
        Platform::with_login(|_, _| ok(json!([active("18015551212"), active("+1 801-555-1212")])));
    let error = read(&twice, &Wanted::default()).await.expect_err("twice");
    assert!(matches!(error, LiveError::Twice { .. }), "{error}");
    let none = Platform::with_login(|_, _| ok(json!([active("not-a-number")])));
    let error = read(&none, &Wanted::default())
        .await
        .expect_err("no number");
    assert!(error.to_string().contains("\"not-a-number\""), "{error}");
}

#[tokio::test]
async fn users_are_listed_only_for_caller_ids_and_asked_for_where_the_listing_ends_early() {
    let platform = Platform::with_login(|request, _| match request.path.as_str() {
        LISTED => ok(json!([])),
        "/v2/partition/P1/account/A1/user?limitedData=false" => {
            let users = (0..1000).map(|i| {
                json!({"id": format!("U{i}"), "callerIdConfig": {"callerIdNumber": "8015551212", "externalCallerIdVisible": null}})
            });
            ok(users.collect())
        }
        "/v2/partition/P1/account/A1/user/late" => ok(json!({"id": "late"})),
        "/v2/partition/P1/account/A1/user/gone" => refusal(404, "NotFound"),
        other => panic!("nobody needs {other}"),
    });
    let mut wanted = Wanted {
        users: ["U7", "late", "gone"].map(str::to_owned).into(),
        ..Wanted::default()
    };
    let live = read(&platform, &wanted).await.expect("an account");
    assert!(live.caller_ids.is_empty());
    assert_eq!(platform.calls(), 1);
    wanted.caller_ids = true;
    let live = read(&platform, &wanted).await.expect("an account");
    assert_eq!(live.caller_ids.get("U7"), Some(&Some(tn("18015551212"))));
    assert_eq!(live.caller_ids.get("late"), Some(&None));
    assert_eq!(live.caller_ids.get("gone"), None);
    assert_eq!(platform.calls(), 1 + 4);
}

#[tokio::test]
async fn what_a_carrier_does_not_deny_it_can_do() {
    let platform = Platform::with_login(|request, _| match request.path.as_str() {
        "/v2/partition/P1" => ok(json!({"id": "P1", "tnDeleteCooldownDays": 30})),
        _ => ok(json!([
            {"id": "C1", "name": "Lumen", "supportsCSRUpdate": false},
            {"id": "C2", "carrierType": "SINCH", "supportPorting": null},
        ])),
    });
    let now = "2026-11-23T12:00:00Z".parse().expect("a time");
    let partition = live::partition(&platform.reader(), now)
        .await
        .expect("a partition");
    assert_eq!(partition.cooldown_days, Some(30));
    assert_eq!(partition.now, now);
    let abilities: Vec<_> = partition.carriers.values().collect();
    assert_eq!(
        (abilities[0].name.as_str(), abilities[0].csr_update),
        ("Lumen", false)
    );
    assert!(abilities[0].directory_listing);
    assert_eq!(
        (abilities[1].name.as_str(), abilities[1].porting),
        ("SINCH", true)
    );
    assert_eq!(platform.calls(), 2);
}

fn event(id: usize, account: &str, kind: &str, status: &str, day: usize) -> Value {
    json!({
        "id": format!("E{id}"), "accountId": account, "serviceType": kind,
        "referenceType": "TELEPHONE", "referenceId": format!("1801555{:04}", 1000 + id),
        "activationStatusType": status,
        "lastUpdatedDate": format!("2026-11-{day:02}T00:00:00.000Z"),
        "logs": [{"code": "Start"}, {"code": "WEST:UPDATE:CRITICAL_ERROR", "message": format!("#409 No MSAG Match {day}")}],
    })
}

/// A page of these, as asked.
fn page(all: &[Value], request: &Seen) -> Answer {
    let first: usize = request.query("firstResultIndex")[0]
        .parse()
        .expect("an index");
    let most: usize = request.query("maxResult")[0].parse().expect("a number");
    let results: Vec<_> = all.iter().skip(first).take(most).cloned().collect();
    ok(json!({"totalRecords": all.len(), "results": results}))
}

fn scope(accounts: usize) -> Scope {
    Scope {
        accounts: (1..=accounts)
            .map(|i| AccountId::new(format!("A{i}")))
            .collect(),
    }
}

fn everything(events: &Events, account: &str) -> Vec<(String, EventKind, String)> {
    let of = events.of(&AccountId::new(account), |_| true);
    let flat = of.into_iter().flat_map(|(number, events)| {
        events
            .into_iter()
            .map(move |e| (number.to_string(), e.kind, e.status.to_string()))
    });
    flat.collect()
}

#[tokio::test]
async fn all_pages_are_read_and_each_event_kept_once() {
    let all: Vec<_> = (0..120)
        .map(|i| event(i, "A1", "ACTIVATION", "PENDING", 1))
        .collect();
    let platform = Platform::with_login(move |request, _| {
        assert_eq!(request.query("accountId"), ["A1"]);
        let statuses: BTreeSet<_> = request.query("statusType").into_iter().collect();
        assert!(statuses.contains("REJECTED") && statuses.contains("ON_HOLD"));
        assert!(!statuses.contains("COMPLETED") && !statuses.contains("CANCELLED"));
        page(&all, request)
    });
    let events = live::events(&platform.reader(), &scope(1))
        .await
        .expect("events");
    assert_eq!(everything(&events, "A1").len(), 120);
    assert_eq!(platform.calls(), 3);
}

#[tokio::test]
async fn many_accounts_are_searched_together_and_strangers_left_out() {
    let all = vec![
        event(1, "A1", "ACTIVATION", "PENDING", 1),
        event(2, "A9", "CSR_CHANGE_REQUEST", "PENDING", 1),
        event(3, "Z", "ACTIVATION", "PENDING", 1),
    ];
    let platform = Platform::with_login(move |request, _| {
        assert!(request.query("accountId").is_empty());
        page(&all, request)
    });
    let events = live::events(&platform.reader(), &scope(9))
        .await
        .expect("events");
    assert_eq!(everything(&events, "A1").len(), 1);
    assert_eq!(
        everything(&events, "A9"),
        [(
            "18015551002".to_owned(),
            EventKind::CsrChange,
            "PENDING".to_owned()
        )]
    );
    assert!(everything(&events, "Z").is_empty());
    assert_eq!(platform.calls(), 1);
    let few = Platform::with_login(|request, _| page(&[], request));
    live::events(&few.reader(), &scope(8))
        .await
        .expect("events");
    assert_eq!(few.calls(), 8);
}

#[tokio::test]
async fn pages_are_read_anew_when_the_total_changes_and_a_restless_platform_is_refused() {
    let all: Vec<_> = (0..60)
        .map(|i| event(i, "A1", "ACTIVATION", "PENDING", 1))
        .collect();
    let once = Platform::with_login(move |request, before| {
        // One event comes to its end between the first page and the second.
        let gone = usize::from(before > 0);
        page(&all[gone..], request)
    });
    let events = live::events(&once.reader(), &scope(1))
        .await
        .expect("events");
    assert_eq!(everything(&events, "A1").len(), 59);
    assert_eq!(once.calls(), 4);

    let all: Vec<_> = (0..200)
        .map(|i| event(i, "A1", "ACTIVATION", "PENDING", 1))
        .collect();
    let always = Platform::with_login(move |request, before| page(&all[before..], request));
    let error = live::events(&always.reader(), &scope(1))
        .await
        .expect_err("restless");
    assert!(matches!(error, LiveError::Restless { .. }), "{error}");
}

#[tokio::test]
async fn pages_that_keep_repeating_events_are_never_taken_for_the_whole() {
    // The total stays, but each page but the first begins with the last one of
    // the page before: as many results as counted, and not as many events.
    let all: Vec<_> = (0..60)
        .map(|i| event(i, "A1", "ACTIVATION", "PENDING", 1))
        .collect();
    let shifting = Platform::with_login(move |request, _| {
        if request.query("firstResultIndex") == ["0"] {
            page(&all, request)
        } else {
            ok(json!({"totalRecords": 60, "results": all[49..59]}))
        }
    });
    let error = live::events(&shifting.reader(), &scope(1))
        .await
        .expect_err("restless");
    assert!(matches!(error, LiveError::Restless { .. }), "{error}");
}

#[tokio::test]
async fn a_search_that_stops_short_is_no_end() {
    let platform = Platform::with_login(|request, _| {
        let all: Vec<_> = (0..50)
            .map(|i| event(i, "A1", "ACTIVATION", "PENDING", 1))
            .collect();
        match page(&all, request) {
            Answer::Full { .. } if request.query("firstResultIndex") == ["0"] => {
                ok(json!({"totalRecords": 70, "results": all}))
            }
            _ => ok(json!({"totalRecords": 70, "results": []})),
        }
    });
    let error = live::events(&platform.reader(), &scope(1))
        .await
        .expect_err("short");
    assert!(
        matches!(&error, LiveError::Api(ApiError::WrongAnswer { .. })),
        "{error}"
    );
    assert!(
        error
            .to_string()
            .contains("counts 70 events and stops after 50"),
        "{error}"
    );
}

#[tokio::test]
async fn the_latest_event_counts_and_a_rejection_that_was_mended_does_not() {
    const E911: &str = "NINE_ONE_ONE_ADDRESS";
    let platform = Platform::with_login(|request, _| {
        let renumbered = |id: usize, at: usize, status: &str, day: usize| {
            let mut e = event(id, "A1", E911, status, day);
            e["referenceId"] = json!(format!("1801555{at}"));
            e
        };
        if request.query("statusType").contains(&"REJECTED") {
            page(
                &[
                    renumbered(1, 1001, "REJECTED", 3),
                    renumbered(2, 1001, "PENDING", 9),
                    renumbered(3, 1002, "REJECTED", 3),
                    renumbered(4, 1003, "REJECTED", 8),
                ],
                request,
            )
        } else {
            assert_eq!(request.query("eventType"), [E911]);
            assert_eq!(
                request.query("statusType"),
                ["COMPLETED", "CORRECTED_COMPLETED"]
            );
            page(
                &[
                    renumbered(5, 1002, "COMPLETED", 5),
                    renumbered(6, 1003, "COMPLETED", 2),
                ],
                request,
            )
        }
    });
    let events = live::events(&platform.reader(), &scope(1))
        .await
        .expect("events");
    assert_eq!(
        everything(&events, "A1"),
        [
            (
                "18015551001".to_owned(),
                EventKind::E911Address,
                "PENDING".to_owned()
            ),
            (
                "18015551003".to_owned(),
                EventKind::E911Address,
                "REJECTED".to_owned()
            ),
        ]
    );
    let rejected = &events.of(&a1(), |_| true)[&tn("18015551003")][0];
    assert_eq!(rejected.message.as_deref(), Some("#409 No MSAG Match 8"));
    assert_eq!(rejected.updated, "2026-11-08T00:00:00Z".parse().ok());
    assert_eq!(platform.calls(), 2);
}

#[tokio::test]
async fn a_ports_event_is_about_all_its_numbers() {
    let platform = Platform::with_login(|request, _| {
        page(
            &[json!({
                "id": "E1", "accountId": "A1", "serviceType": "PORT_REQUEST",
                "referenceType": "PORT", "referenceId": "O1", "activationStatusType": "REJECTED",
                "mainTelephoneNumber": "18015551212", "subTelephoneNumbers": ["18015551212", "18015551213"],
                "logs": [{"code": "ADDRESS_MISMATCH", "message": ""}],
            })],
            request,
        )
    });
    let events = live::events(&platform.reader(), &scope(1))
        .await
        .expect("events");
    let of = events.of(&a1(), |number| number == tn("18015551213"));
    assert_eq!(of.len(), 1);
    let event = &of[&tn("18015551213")][0];
    assert_eq!(event.message.as_deref(), Some("ADDRESS_MISMATCH"));
    assert!(event.is_rejected());
    assert_eq!(events.of(&a1(), |_| true).len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accounts_can_be_read_side_by_side() {
    let platform = Platform::with_login(|request, _| {
        let account = request
            .path
            .split('/')
            .nth(5)
            .unwrap_or_default()
            .to_owned();
        ok(json!([{"phoneNumber": "18015551212", "accountId": account}]))
    });
    let client = platform.reader();
    let tasks: Vec<_> = (0..20)
        .map(|i| {
            let client = client.clone();
            tokio::spawn(async move {
                let account = AccountId::new(format!("A{i}"));
                let (partition, events) = (LivePartition::default(), Events::default());
                live::account(&client, &account, &Wanted::default(), &partition, &events).await
            })
        })
        .collect();
    for task in tasks {
        let live = task.await.expect("no panic").expect("an account");
        assert_eq!(live.numbers.len(), 1);
    }
    assert_eq!((platform.logins(), platform.calls()), (1, 20));
}
