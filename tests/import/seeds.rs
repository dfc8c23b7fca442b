//! Worlds: numbers in every state, with addresses of every kind, those that no
//! file could hold among them.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

pub const USER: &str = "ajfrBZJMQNC4-9TeBSfnlQ";

/// What may stand on the platform as somebody's address.
fn records() -> Vec<Value> {
    vec![
        json!({ "customerType": "BUSINESS", "businessName": "Sample Dental", "customerName": "Sample Dental", "streetNumber": "333", "preDirectional": "S", "streetName": "520", "postDirectional": "W", "city": "Lindon", "state": "UT", "country": "USA", "postalCode": "84042", "secondaryLocationDescription": "SUITE", "unit": "500" }),
        // The same, spelled otherwise.
        json!({ "customerType": "BUSINESS", "businessName": "SAMPLE DENTAL", "customerName": "Sample Dental", "streetNumber": "333", "preDirectional": "South", "streetName": "520", "postDirectional": "W", "city": "LINDON", "state": "Utah", "country": "US", "postalCode": "84042-1234", "secondaryLocationDescription": "Ste", "unit": "500" }),
        json!({ "customerType": "BUSINESS", "businessName": "Sample Dental", "customerName": "SD Alarm", "blockCustomerName": true, "streetNumber": "333", "preDirectional": "S", "streetName": "520", "postDirectional": "W", "city": "Lindon", "state": "UT", "country": "USA", "postalCode": "84042", "secondaryLocationDescription": "SUITE", "unit": "510" }),
        json!({ "customerType": "RESIDENTIAL", "firstName": "Ada", "lastName": "Alder", "streetNumber": "7", "streetName": "Main", "streetSuffix": "Street", "city": "Provo", "state": "UT", "postalCode": "84601" }),
        json!({ "customerType": "RESIDENTIAL", "firstName": "Marie", "lastName": "Lévesque", "streetNumber": "56", "streetName": "Sparks St", "city": "Ottawa", "state": "ON", "country": "CAN", "postalCode": "k1p5a9" }),
        json!({ "customerType": "BUSINESS", "businessName": "no", "streetNumber": "00501", "streetName": "on", "city": "Y: [x] #1", "state": "NY", "country": "USA", "postalCode": "00501", "unit": "1e3", "secondaryLocationDescription": "ROOM" }),
        // What no file may say.
        json!({ "customerType": "BUSINESS", "businessName": "Fast & Co", "customerName": "A much too long & odd name", "streetNumber": "1", "streetName": "PO Box 7", "city": "Provo", "state": "UT", "postalCode": "84601" }),
        json!({ "customerType": "RESIDENTIAL", "firstName": "Nobody", "streetName": "Main", "city": "Provo", "state": "Narnia", "country": "NAR", "postalCode": "x" }),
        json!({ "customerType": "COOPERATIVE", "businessName": "Line\nbreak", "streetNumber": "9", "streetName": "Old Farm", "city": "Lindon", "state": "UT", "postalCode": "840", "unit": "a very long unit indeed", "secondaryLocationDescription": "CAVE", "preDirectional": "UP" }),
        json!({ "customerType": "BUSINESS", "businessName": "~", "streetNumber": "0123", "streetName": "\u{202e}niaM", "city": "Y\u{2028}Z", "state": "UT", "country": "USA", "postalCode": "84601", "streetNumberSuffix": "1/2" }),
        json!({ "customerName": "Only A Name" }),
        json!({ "customerName": "!!!", "unit": "5" }),
        json!({ "city": "Provo", "state": "UT", "unit": "  ", "streetName": "" }),
        json!({}),
    ]
}

fn record() -> impl Strategy<Value = Value> {
    // Most numbers of an account share one of few.
    prop_oneof![4 => select(records()[..4].to_vec()), 1 => select(records())]
}

fn e911() -> impl Strategy<Value = Option<Value>> {
    let more = select(vec![
        json!({}),
        json!({ "language": "fr-CA" }),
        json!({ "language": "en-US" }),
        json!({ "language": "de-DE" }),
        json!({ "latitude": "40.332492", "longitude": "-111.728167" }),
        json!({ "latitude": "40.3", "longitude": "-111.72816789" }),
        json!({ "latitude": "40.3" }),
        json!({ "latitude": 40.332492, "longitude": -111.728167 }),
    ]);
    proptest::option::of((record(), more).prop_map(|(mut record, more)| {
        let map = record.as_object_mut().expect("a map");
        map.remove("customerName");
        map.remove("blockCustomerName");
        map.extend(more.as_object().expect("a map").clone());
        record
    }))
}

fn listing() -> impl Strategy<Value = Option<Value>> {
    select(vec![
        None,
        Some(json!({ "listed": false, "type": "NOT_LIST_NOT_PUBLISH" })),
        Some(json!({ "listed": false, "type": "NOT_LIST_NOT_PUBLISH" })),
        Some(json!({ "listed": true, "type": "LIST_PUBLISH" })),
        Some(json!({ "listed": true, "type": "LIST_PUBLISH", "address": records()[3] })),
        Some(json!({ "type": "LIST_NOT_PUBLISH", "address": records()[7] })),
        Some(json!({ "type": "ERROR" })),
        Some(json!({ "listed": true, "type": "COMPLEX" })),
    ])
}

fn reference() -> impl Strategy<Value = Value> {
    select(vec![
        json!({}),
        json!({}),
        json!({ "referenceType": "END_USER", "referenceId": USER }),
        json!({ "referenceType": "END_USER", "referenceId": "nobody-here" }),
        json!({ "referenceType": "SIP_TRUNK", "referenceId": "null" }),
        json!({ "referenceType": "CALL_QUEUE", "referenceId": "0123" }),
    ])
}

/// A status, and events beside those that it implies.
fn standing() -> impl Strategy<Value = Value> {
    select(vec![
        json!({}),
        json!({}),
        json!({}),
        json!({}),
        json!({ "carrierStatus": "ACTIVATION_ON_HOLD" }),
        json!({ "carrierStatus": "ACTIVATION_PENDING" }),
        json!({ "carrierStatus": "ACTIVATION_PENDING", "events": [{ "serviceType": "ACTIVATION", "activationStatusType": "REJECTED", "message": "no\n such number: x" }] }),
        json!({ "carrierStatus": "DELETE_PENDING" }),
        json!({ "carrierStatus": "PORT_PENDING" }),
        json!({ "carrierStatus": "PORT_REJECTED" }),
        json!({ "carrierStatus": "CANCEL_PORT" }),
        json!({ "carrierStatus": "CANCEL_PORT_EXPIDITED" }),
        json!({ "carrierStatus": "CANCEL_PORT_COMPLETE" }),
        json!({ "events": [{ "serviceType": "DISCONNECT", "activationStatusType": "PENDING", "stuck": true }] }),
        json!({ "events": [{ "serviceType": "NINE_ONE_ONE_ADDRESS", "activationStatusType": "CORRECTED_COMPLETED" }] }),
        json!({ "events": [{ "serviceType": "NINE_ONE_ONE_ADDRESS", "activationStatusType": "REJECTED" }] }),
        json!({ "events": [{ "serviceType": "NINE_ONE_ONE_ADDRESS", "activationStatusType": "PENDING", "stuck": true }] }),
        json!({ "events": [{ "serviceType": "CSR_CHANGE_REQUEST", "activationStatusType": "REJECTED", "message": "# &odd *words: {" }] }),
    ])
}

fn number() -> impl Strategy<Value = Value> {
    (record(), e911(), listing(), reference(), standing()).prop_map(
        |(record, e911, listing, reference, standing)| {
            let mut number = Map::new();
            number.extend(standing.as_object().expect("a map").clone());
            number.extend(reference.as_object().expect("a map").clone());
            number.insert("customerServiceRecord".into(), record);
            if let Some(e911) = e911 {
                number.insert("e911Address".into(), e911);
            }
            if let Some(listing) = listing {
                number.insert("directoryListing".into(), listing);
            }
            Value::Object(number)
        },
    )
}

fn port() -> impl Strategy<Value = Value> {
    let state = select(vec![
        json!({ "activationStatusType": "PENDING" }),
        json!({ "activationStatusType": "IN_PROGRESS" }),
        json!({ "activationStatusType": "FOC_RECEIVED" }),
        json!({ "activationStatusType": "FOC_RECEIVED", "focDate": "2026-12-03" }),
        json!({ "activationStatusType": "FOC_REMOVED" }),
        json!({ "activationStatusType": "HOT_CUT_PORT" }),
        json!({ "activationStatusType": "RESELLER_PENDING" }),
        json!({ "activationStatusType": "REJECTED", "l3Reaction": "RESUBMIT", "message": "PIN does not match" }),
        json!({ "activationStatusType": "REJECTED", "l3Reaction": "CANCEL", "message": "no such customer\n# ports:" }),
        json!({ "activationStatusType": "REJECTED", "l3Reaction": "RESUBMIT", "message": "address does not match" }),
        json!({ "activationStatusType": "REJECTED", "l3Reaction": "IGNORE", "message": "" }),
        json!({ "activationStatusType": "REJECTED", "l3Reaction": "SEND_EMAIL" }),
        json!({ "activationStatusType": "CANCEL_PENDING" }),
        json!({ "activationStatusType": "CANCELLED" }),
        json!({ "activationStatusType": "CARRIER_CANCELLED" }),
        json!({ "activationStatusType": "COMPLETED" }),
    ]);
    let terms = select(vec![
        json!({ "portingAuthorizedName": "John Sample" }),
        json!({ "portingAuthorizedName": "John  Sample", "portingWireType": "Wireless", "wirelessAccountNumber": "12345", "wirelessPin": "9911" }),
        json!({ "portingAuthorizedName": "Acme LLC" }),
        json!({ "crdDate": "2026-11-28", "portingAuthorizedName": "John Sample" }),
        json!({ "crdDate": "2026-12-03", "telecomSettings": { "currentCarrier": "Telus: Mobility", "localReseller": "on", "loaDate": "2026-11-20T00:00:00.000Z", "disconnectInternetService": false } }),
        json!({ "billingTelephoneNumber": "18012240999", "portingAuthorizedName": "Mary Molar" }),
    ]);
    (record(), state, terms, 1..4u64).prop_map(|(record, state, terms, count)| {
        let mut port = Map::new();
        port.insert("customerServiceRecord".into(), record);
        port.insert("stuck".into(), true.into());
        port.insert("count".into(), count.into());
        port.extend(state.as_object().expect("a map").clone());
        port.extend(terms.as_object().expect("a map").clone());
        Value::Object(port)
    })
}

/// An account, its numbers not yet told.
fn account() -> impl Strategy<Value = (Vec<Value>, Vec<Value>)> {
    (
        proptest::collection::vec(number(), 0..10),
        proptest::collection::vec(port(), 0..3),
    )
}

/// A whole world of two accounts.
pub fn world() -> impl Strategy<Value = Value> {
    let names = select(vec![
        "Sample Dental, Lindon",
        "NO: #1 \u{1b}[2J",
        "../..",
        "",
    ]);
    let shown = proptest::option::of(0..10usize);
    (proptest::collection::vec(account(), 2), names, shown).prop_map(|(accounts, name, shown)| {
        let accounts: Vec<Value> = accounts
            .into_iter()
            .enumerate()
            .map(|(index, (numbers, ports))| told(index, numbers, ports, name, shown))
            .collect();
        json!({
            "carriers": [
                { "id": "carrierBandwidth000001", "name": "Bandwidth", "carrierType": "BANDWIDTH" },
                { "id": "carrierLumen0000000001", "name": "Lumen", "carrierType": "LEVEL_3", "supportsCSRUpdate": false },
            ],
            "partition": { "id": "importPartition000001", "defaultDirectoryListingType": "LIST_PUBLISH" },
            "cooldowns": [{ "phoneNumber": "18015559999", "accountId": "account000000000000000", "daysLeft": 10 }],
            "portable": [{ "prefix": "1801224", "rateCenter": "PROVO", "state": "UT", "country": "USA" }],
            "accounts": accounts,
        })
    })
}

/// The account as a seed has it.
fn told(
    index: usize,
    numbers: Vec<Value>,
    ports: Vec<Value>,
    name: &str,
    shown: Option<usize>,
) -> Value {
    let numbers: Vec<Value> = numbers
        .into_iter()
        .enumerate()
        .map(|(serial, mut number)| {
            // Canadian and toll-free numbers among them.
            let area = ["1801555", "1801555", "1801555", "1613555", "1888555"][serial % 5];
            number["phoneNumber"] = format!("{area}{index}{serial:03}").into();
            number
        })
        .collect();
    let mut next = 0;
    let ports: Vec<Value> = ports
        .into_iter()
        .enumerate()
        .map(|(serial, mut port)| {
            let count = port["count"].as_u64().expect("a count");
            let numbers: Vec<String> = (0..count)
                .map(|_| {
                    next += 1;
                    format!("1801224{index}{next:03}")
                })
                .collect();
            let map = port.as_object_mut().expect("a map");
            map.remove("count");
            map.insert("id".into(), format!("port{index}{serial:017}").into());
            map.insert("telephoneNumbers".into(), json!(numbers));
            port
        })
        .collect();
    let shown = shown.and_then(|serial| numbers.get(serial));
    json!({
        "id": format!("account{index:015}"),
        "name": name,
        "users": [{ "id": USER, "firstName": "John", "lastName": "Sample # \"x\"", "extension": "200",
            "callerIdNumber": shown.map(|number| number["phoneNumber"].clone()) }],
        "numbers": numbers,
        "ports": ports,
    })
}
