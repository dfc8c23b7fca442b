//! Ports as they are read: from the order and its event, in the published
//! shapes and with whatever is missing, and without the secrets that carriers
//! quote.

use alz::live::{self, Events, LiveError, Scope, Wanted};
use alz::model::live::{EventKind, LivePartition};
use alz::model::porting::{PortState, Reaction};
use alz::model::{LivePort, PortId};
use serde_json::{Value, json};

use crate::platform::*;

const ORDER: &str = "/v2/partition/P1/account/A1/port/port-1";
const EVENT: &str = "/v2/partition/P1/account/A1/reference/port-1/type/PORT_REQUEST";

/// The shape of the guide's examples ("Update Port Information", "Port Monitoring").
fn order() -> Value {
    json!({
        "id": "port-1", "partitionId": "P1", "accountId": "A1",
        "telephoneNumbers": ["18015551212"], "status": "PORT_PENDING",
        "customerServiceRecord": {
            "id": "c1", "firstName": "John", "lastName": "Smith", "streetNumber": "333",
            "streetName": "520", "city": "Lindon", "state": "UT", "postalCode": "84042",
        },
        "crdDate": "2022-11-21T00:00:00.000Z", "billingTelephoneNumber": "18015551212",
        "portingWireType": "Wireline", "portingAuthorizedName": "John Smith",
        "wirelessAccountNumber": "", "carrierType": "LEVEL_3",
        "focDate": "2022-11-21T07:00:00.000Z", "focDateTimeZone": "America/Denver",
        "sendLoa": false, "loaSaved": false, "anythingElse": [1],
    })
}

fn event() -> Value {
    json!({
        "id": "e1", "partitionId": "P1", "accountId": "A1",
        "serviceType": "PORT_REQUEST", "referenceType": "PORT", "referenceId": "port-1",
        "activationStatusType": "FOC_RECEIVED",
        "createdDate": "2022-11-09T21:12:22.185Z", "lastUpdatedDate": "2022-11-10T17:24:23.902Z",
        "focDate": "2022-11-21T07:00:00.000Z", "crdDate": "2022-11-21T07:00:00.000Z",
        "mainTelephoneNumber": "18015551212", "subTelephoneNumber": ["18015551212", "18015551213"],
        "firstName": "John", "lastName": "Smith", "l3Reaction": "IGNORE",
        "parentOrderId": "ORDER-7", "editableFieldTypes": ["crdDate"],
        "inboundCarrierType": "LEVEL_3",
        "logs": [
            {"status": "PENDING", "actionDate": "2022-11-09T21:12:22.228Z", "code": "Port",
             "message": "Start Port", "creationDate": "2022-11-09T21:12:22.228Z"},
            {"status": "FOC_RECEIVED", "code": "FOC", "message": "",
             "creationDate": "2022-11-10T17:24:24.308Z", "generatedTicketId": "ALZREST.12345"},
        ],
    })
}

fn platform(order: Option<Value>, event: Option<Value>) -> Platform {
    Platform::with_login(move |request, _| {
        let found = match request.path.as_str() {
            ORDER => &order,
            EVENT => &event,
            other => panic!("nobody needs {other}"),
        };
        match found {
            Some(found) => ok(found.clone()),
            None => refusal(404, "PortNotFound"),
        }
    })
}

async fn read(order: Option<Value>, event: Option<Value>) -> Result<Option<LivePort>, LiveError> {
    let platform = platform(order, event);
    live::port(&platform.reader(), &a1(), &PortId::new("port-1")).await
}

async fn found(order: Value, event: Value) -> LivePort {
    let read = read(Some(order), Some(event)).await;
    read.expect("an answer").expect("a port")
}

fn with(mut object: Value, name: &str, value: Value) -> Value {
    object[name] = value;
    object
}

#[tokio::test]
async fn the_published_example_is_a_port_with_its_dates_and_history() {
    let platform = platform(Some(order()), Some(event()));
    let port = live::port(&platform.reader(), &a1(), &PortId::new("port-1")).await;
    let port = port.expect("an answer").expect("a port");
    assert_eq!(platform.calls(), 2);
    let time = |text: &str| text.parse().ok();
    assert_eq!(port.state, PortState::FocReceived);
    assert_eq!(port.numbers, [tn("18015551212"), tn("18015551213")]);
    assert_eq!(
        (port.crd, port.foc),
        ("2022-11-21".parse().ok(), "2022-11-21".parse().ok())
    );
    assert_eq!(port.carrier_type.as_deref(), Some("LEVEL_3"));
    assert_eq!(port.order.as_deref(), Some("ORDER-7"));
    assert_eq!(port.reaction, Some(Reaction::Person));
    assert_eq!(port.editable, ["crdDate".into()]);
    assert_eq!(port.created, time("2022-11-09T21:12:22.185Z"));
    assert_eq!(port.updated, time("2022-11-10T17:24:23.902Z"));
    assert_eq!(
        port.since(),
        time("2022-11-10T17:24:24.308Z"),
        "of the line that brought it"
    );
    assert_eq!(port.log.len(), 2);
    assert_eq!(port.words(), Some("FOC"));
    assert_eq!(port.billing_telephone_number, Some(tn("18015551212")));
    assert_eq!(port.porting_authorized_name.as_deref(), Some("John Smith"));
    assert!(port.telecom_settings.is_none());
    let closes = port.auto_trigger().and_then(|at| at.closes(port.foc?));
    assert_eq!(closes, time("2022-11-22T04:00:00Z"));
}

#[tokio::test]
async fn one_day_is_read_from_every_spelling_of_it() {
    for (of_order, of_event, zone, day) in [
        (
            json!("2026-12-03T00:00:00.000Z"),
            json!("2026-12-03T07:00:00.000Z"),
            Value::Null,
            "2026-12-03",
        ),
        // In summer Denver's midnight is an hour earlier.
        (
            json!("2026-07-02T00:00:00+00:00"),
            json!("2026-07-02T06:00:00.000Z"),
            Value::Null,
            "2026-07-02",
        ),
        (json!("2026-12-03"), Value::Null, Value::Null, "2026-12-03"),
        (Value::Null, json!("2026-12-03"), Value::Null, "2026-12-03"),
        // The port's own zone, where it has one; a zone that nobody knows is none.
        (
            Value::Null,
            json!("2026-12-03T05:00:00.000Z"),
            json!("America/New_York"),
            "2026-12-03",
        ),
        (
            Value::Null,
            json!("2026-12-03T07:30:00.000Z"),
            json!("Mars/Olympus"),
            "2026-12-03",
        ),
        (
            json!("2026-12-03T00:00:00.000Z"),
            json!(""),
            json!(""),
            "2026-12-03",
        ),
        (
            json!("2026-12-03"),
            json!("soon"),
            Value::Null,
            "2026-12-03",
        ),
    ] {
        let order = with(
            with(order(), "crdDate", of_order.clone()),
            "focDateTimeZone",
            zone,
        );
        let port = found(order, with(event(), "crdDate", of_event.clone())).await;
        assert_eq!(port.crd, day.parse().ok(), "{of_order} {of_event}");
    }
}

#[tokio::test]
async fn what_is_missing_is_nothing_and_what_is_blank_is_missing() {
    let bare = json!({"id": "port-1"});
    let event =
        json!({"id": "e1", "serviceType": "PORT_REQUEST", "activationStatusType": "PENDING"});
    let port = found(bare, event).await;
    let LivePort {
        id: _,
        numbers,
        state,
        carrier_type,
        order,
        crd,
        foc,
        created,
        updated,
        editable,
        reaction,
        log,
        customer_service_record,
        billing_telephone_number,
        porting_wire_type,
        porting_authorized_name,
        telecom_settings,
    } = port;
    assert_eq!(state, PortState::Pending);
    assert!(numbers.is_empty() && editable.is_empty() && log.is_empty());
    assert_eq!((crd, foc, created, updated), (None, None, None, None));
    assert_eq!((carrier_type, order, reaction), (None, None, None));
    assert!(customer_service_record.is_none() && telecom_settings.is_none());
    assert_eq!(billing_telephone_number, None);
    assert_eq!((porting_wire_type, porting_authorized_name), (None, None));

    let blank = with(
        with(self::order(), "portingAuthorizedName", json!(" ")),
        "portingWireType",
        json!(""),
    );
    let later = with(self::event(), "activationStatusType", json!("TELEPATHY"));
    let later = with(
        with(later, "l3Reaction", json!("")),
        "parentOrderId",
        json!(""),
    );
    let port = found(blank, later).await;
    assert_eq!(
        (port.porting_wire_type, port.porting_authorized_name),
        (None, None)
    );
    assert_eq!((port.order, port.reaction), (None, None));
    assert_eq!(port.state, PortState::Other("TELEPATHY".into()));
}

#[tokio::test]
async fn half_a_port_is_none_and_anothers_is_an_error() {
    assert_eq!(read(None, None).await, Ok(None));
    assert_eq!(read(Some(order()), None).await, Ok(None));
    assert_eq!(read(None, Some(event())).await, Ok(None));
    for (order, event) in [
        (with(order(), "id", json!("port-2")), event()),
        (order(), with(event(), "serviceType", json!("ACTIVATION"))),
        (order(), with(event(), "activationStatusType", json!(""))),
        (json!([]), event()),
    ] {
        read(Some(order), Some(event)).await.expect_err("another's");
    }
}

#[tokio::test]
async fn only_ports_that_are_not_done_are_read_each_once() {
    let listed = |number: &str, status: &str, port: &str| json!({"phoneNumber": number, "accountId": "A1", "carrierStatus": status, "portId": port});
    let listing = json!([
        listed("18015551212", "PORT_PENDING", "port-1"),
        listed("18015551213", "PORT_PENDING", "port-1"),
        listed("18015551214", "ACTIVE", "port-2"),
        listed("18015551215", "PORT_REJECTED", "port-3"),
        listed("18015551216", "PORT_PENDING", ""),
    ]);
    let platform = Platform::with_login(move |request, _| match request.path.as_str() {
        "/v2/partition/P1/account/A1/telephonenumber" => ok(listing.clone()),
        ORDER => ok(order()),
        EVENT => ok(event()),
        path if path.contains("port-3") => refusal(404, "PortNotFound"),
        other => panic!("nobody needs {other}"),
    });
    let (partition, events) = (LivePartition::default(), Events::default());
    let reader = platform.reader();
    let live = live::account(&reader, &a1(), &Wanted::default(), &partition, &events).await;
    let ports = live.expect("an account").ports;
    let ids: Vec<&str> = ports.keys().map(|id| id.as_str()).collect();
    assert_eq!(ids, ["port-1"], "the platform knows no port-3");
    assert_eq!(platform.calls(), 5);
}

/// An event whose last line says this.
fn saying(words: &str) -> Value {
    let log = json!([{"status": "REJECTED", "code": "LSP:PIN", "message": words,
                      "actionDate": "2022-11-10T00:00:00Z"}]);
    with(
        with(event(), "activationStatusType", json!("REJECTED")),
        "logs",
        log,
    )
}

const QUOTES: [(&str, &str); 4] = [
    (
        "Invalid PIN 4711 for 18015551212",
        "Invalid PIN ••• for 18015551212",
    ),
    (
        "account number 900411 of (801) 555-1213",
        "account number ••• of (801) 555-1213",
    ),
    ("token T1 and hunter2-secret", "token ••• and •••"),
    ("Address mismatch: 333 S", "Address mismatch: 333 S"),
];

#[tokio::test]
async fn a_carrier_that_quotes_a_pin_is_not_quoted() {
    for (words, shown) in QUOTES {
        let port = found(order(), saying(words)).await;
        assert_eq!(port.words(), Some(shown));
    }
}

#[tokio::test]
async fn nor_is_it_quoted_from_the_search_for_events() {
    for (words, shown) in QUOTES {
        let event = saying(words);
        let platform = Platform::with_login(move |request, _| {
            assert!(request.path.contains("statussearch"), "{}", request.path);
            ok(json!({"totalRecords": 1, "results": [event]}))
        });
        let scope = Scope {
            accounts: [a1()].into(),
        };
        let events = live::events(&platform.reader(), &scope)
            .await
            .expect("events");
        let of = events.of(&a1(), |_| true);
        let event = of.get(&tn("18015551213")).and_then(|events| events.first());
        assert_eq!(
            event.and_then(|event| event.message.as_deref()),
            Some(shown)
        );
    }
}

#[tokio::test]
async fn an_order_under_way_is_found_by_any_of_its_numbers_on_any_account() {
    let activation = |status: &str| {
        json!({"id": "e2", "accountId": "A2", "serviceType": "ACTIVATION",
               "referenceId": "18015551213", "activationStatusType": status})
    };
    for (events, expected) in [
        (
            vec![event()],
            Some((EventKind::PortRequest, "FOC_RECEIVED")),
        ),
        (
            vec![saying("no")],
            Some((EventKind::PortRequest, "REJECTED")),
        ),
        (
            vec![activation("PENDING")],
            Some((EventKind::Activation, "PENDING")),
        ),
        // A rejected activation is over; another number's port is none of ours.
        (vec![activation("REJECTED")], None),
        (
            vec![with(event(), "subTelephoneNumber", json!(["18015551299"]))],
            None,
        ),
        (vec![], None),
    ] {
        let platform = Platform::with_login(move |request, _| {
            assert_eq!(request.query("telephoneNumber"), ["18015551213"]);
            assert_eq!(request.query("eventType"), ["ACTIVATION", "PORT_REQUEST"]);
            assert!(request.query("accountId").is_empty());
            ok(json!({"totalRecords": events.len(), "results": events}))
        });
        let found = live::under_way(&platform.reader(), tn("18015551213")).await;
        let found = found.expect("an answer");
        let found = found.as_ref().map(|event| (event.kind, &*event.status));
        assert_eq!(found, expected);
    }
}
