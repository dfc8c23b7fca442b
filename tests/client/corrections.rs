//! Corrections of E911 addresses: read where there may be one, and remembered
//! from the events, however the platform keeps those.

use alz::live::{self, LiveError, Scope, Wanted};
use alz::model::CorrectionPast;
use alz::model::live::LivePartition;
use serde_json::{Value, json};

use crate::platform::*;

fn event(id: &str, status: &str, day: u32, logs: &[&str]) -> Value {
    let logs: Vec<Value> = logs
        .iter()
        .map(|status| json!({ "status": status }))
        .collect();
    json!({
        "id": id, "accountId": "A1", "serviceType": "NINE_ONE_ONE_ADDRESS",
        "referenceType": "TELEPHONE", "referenceId": "18015551212",
        "activationStatusType": status, "logs": logs,
        "lastUpdatedDate": format!("2026-11-{day:02}T00:00:00.000Z"),
    })
}

async fn past(events: Vec<Value>) -> CorrectionPast {
    let platform = Platform::with_login(move |request, _| {
        assert_eq!(request.query("telephoneNumber"), ["18015551212"]);
        assert_eq!(request.query("accountId"), ["A1"]);
        assert_eq!(request.query("eventType"), ["NINE_ONE_ONE_ADDRESS"]);
        assert!(request.query("statusType").is_empty());
        ok(json!({ "totalRecords": events.len(), "results": events }))
    });
    live::correction_past(&platform.reader(), &a1(), tn("18015551212"))
        .await
        .expect("an answer")
}

#[tokio::test]
async fn an_accepted_correction_is_known_from_one_event_or_from_several() {
    const CORRECTED: &str = "CORRECTED_COMPLETED";
    let rejected = || event("E1", "REJECTED", 1, &["PENDING", "REJECTED"]);
    assert_eq!(past(vec![]).await, CorrectionPast::Never);
    assert_eq!(past(vec![rejected()]).await, CorrectionPast::Never);
    // One event for all changes, each a line of its log.
    let one = |status: &str, logs: &[&str]| vec![event("E1", status, 2, logs)];
    assert_eq!(
        past(one(CORRECTED, &["REJECTED", CORRECTED])).await,
        CorrectionPast::LastWord
    );
    assert_eq!(
        past(one(
            "COMPLETED",
            &["REJECTED", CORRECTED, "PENDING", "COMPLETED"]
        ))
        .await,
        CorrectionPast::Earlier
    );
    // One event for each change.
    let corrected = |day| event("E2", CORRECTED, day, &[]);
    assert_eq!(
        past(vec![corrected(2), rejected()]).await,
        CorrectionPast::LastWord
    );
    let later = event("E3", "COMPLETED", 9, &[]);
    assert_eq!(
        past(vec![later, corrected(2)]).await,
        CorrectionPast::Earlier
    );
}

#[tokio::test]
async fn an_offer_is_read_for_a_rejected_address_and_for_no_other() {
    let numbers = offers(|| ok(json!({ "city": "LINDON" }))).await;
    assert_eq!(numbers.expect("an account"), ["18015551212"]);
    // One that we may not see is no reason not to read the account.
    let numbers = offers(|| refusal(403, "Forbidden")).await;
    assert_eq!(numbers.expect("an account"), Vec::<String>::new());
    let failed = offers(|| html(200)).await;
    assert!(failed.is_err(), "a page of somebody else's is no answer");
}

/// The numbers with an offer, of an account with two rejected changes.
async fn offers(
    answer: impl Fn() -> Answer + Send + Sync + 'static,
) -> Result<Vec<String>, LiveError> {
    let listed = "/v2/partition/P1/account/A1/telephonenumber";
    let platform = Platform::with_login(move |request, _| {
        if request.path.contains("/statussearch") {
            let open = request.query("statusType").contains(&"REJECTED");
            let results = match open {
                true => vec![
                    event("E1", "REJECTED", 1, &[]),
                    json!({
                        "id": "E2", "accountId": "A1", "serviceType": "CSR_CHANGE_REQUEST",
                        "referenceId": "18015551213", "activationStatusType": "REJECTED",
                        "lastUpdatedDate": "2026-11-01T00:00:00.000Z",
                    }),
                ],
                false => Vec::new(),
            };
            return ok(json!({ "totalRecords": results.len(), "results": results }));
        }
        match request.path.strip_prefix(listed) {
            Some("") => ok(json!([
                { "phoneNumber": "18015551212", "accountId": "A1", "carrierStatus": "ACTIVE" },
                { "phoneNumber": "18015551213", "accountId": "A1", "carrierStatus": "ACTIVE" },
            ])),
            Some("/18015551212/911-address/correction") => answer(),
            other => panic!("nobody asked for {other:?}"),
        }
    });
    let client = platform.reader();
    let scope = Scope {
        accounts: [a1()].into(),
    };
    let events = live::events(&client, &scope).await.expect("events");
    let partition = LivePartition::default();
    let live = live::account(&client, &a1(), &Wanted::default(), &partition, &events).await?;
    Ok(live.corrections.keys().map(ToString::to_string).collect())
}
