//! Whatever comes in, the platform says something lawful: never a 5xx, never a
//! panic, and a refusal changes nothing but the time.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::sandbox::{BUILT_IN, seed};

const PARTITION: &str = "X4fbfNlFRpy7bWDFmCwwdw";
const CLINIC: &str = "pK9sLmN3bVcX7zQw2eRt5A";

fn platform() -> Platform {
    let mut world = seed::parse(BUILT_IN)
        .expect("the built-in world")
        .into_world(Timestamp::UNIX_EPOCH)
        .expect("a world");
    world.clock = crate::sandbox::clock::Clock::Frozen {
        at: Timestamp::UNIX_EPOCH,
    };
    world.reindex();
    Platform {
        world,
        store: Store::default(),
        faults: Mutex::default(),
        log: Mutex::default(),
    }
}

/// Words that paths, queries and bodies are made of, lawful ones mostly.
fn segment() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => prop::sample::select(vec![
            "account", "telephonenumber", "telephonenumbers", "reference", "type", "search",
            "statussearch", "user", "destination", "reserve", "cooldown", "recover",
            "911-address", "correction", "original", "accept", "usages", "e911", "prevalidate",
            "ACTIVATION", "NINE_ONE_ONE_ADDRESS", "PORT_REQUEST", "port", "cancelport",
            "triggerport", "ratecenter", "tnsearch", "dynamic-inventory", "tn-search",
            "tn-requests", "accounthistorysearch", "inboundcarriers", "is-di-supported",
            "availability",
        ]).prop_map(str::to_owned),
        6 => prop::sample::select(vec![
            CLINIC, "bRW8jpoCTGOaOIF5wqvSVg", "18014040901", "18014040904", "18014040906",
            "18014040908", "18015550101", "1", "",
        ]).prop_map(str::to_owned),
        1 => "\\PC{0,12}",
    ]
}

fn path() -> impl Strategy<Value = String> {
    let below = || prop::collection::vec(segment(), 0..8).prop_map(|parts| parts.join("/"));
    prop_oneof![
        6 => below().prop_map(|rest| format!("/v2/partition/{PARTITION}/{rest}")),
        4 => below().prop_map(|rest| format!("/v2/partition/{PARTITION}/account/{CLINIC}/{rest}")),
        4 => prop::sample::select(vec![
            "telephonenumber", "telephonenumber/18014040901", "telephonenumber/18014040906",
            "telephonenumber/18014040901/destination", "reference/18014040906/type/ACTIVATION",
            "telephonenumber/18014040904/911-address/correction/accept",
            "telephonenumber/18014040904/911-address/original/accept",
            "dynamic-inventory/tn-search", "accounthistorysearch",
        ]).prop_map(|rest| format!("/v2/partition/{PARTITION}/account/{CLINIC}/{rest}")),
        2 => prop::sample::select(vec![
            "/v2/authorize", "/v2/authorize/userinfo", "/v2/address/validate",
            "/v2/address/typeahead", "/v2/address/state/UT/city/Provo/zipcode",
            "/v2/supported-rate-centers", "/sandbox/clock", "/sandbox/faults",
            "/sandbox/switches", "/sandbox/requests", "/sandbox/state",
        ]).prop_map(str::to_owned),
        1 => "\\PC{0,40}",
    ]
}

fn query() -> impl Strategy<Value = Vec<(String, String)>> {
    let name = prop::sample::select(vec![
        "type",
        "q",
        "lat",
        "long",
        "latitude",
        "longitude",
        "maxResults",
        "maxResult",
        "firstResultIndex",
        "searchDynamic",
        "npa",
        "npa-nxx",
        "qty",
        "sequential",
        "functiontype",
        "carrierId",
        "address",
        "country",
        "postalCode",
        "accountIdType",
        "idType",
        "limitedData",
        "eventType",
        "statusType",
        "dateType",
        "startDate",
        "accountHistoryType",
        "distanceunit",
        "searchterm",
        "telephoneNumber",
    ]);
    let value = prop_oneof![
        4 => prop::sample::select(vec![
            "LAT_LONG", "POSTALCODE", "TN", "RATECENTER", "84042", "1801404", "801", "801404",
            "PROVO.UT", "40.3", "-111.7", "NaN", "1e999", "15", "16", "-1", "true", "USA",
            "18446744073709551616", "2026-11-23", "REJECTED,ON_HOLD", "333 S 520 W, Lindon UT",
        ]).prop_map(str::to_owned),
        1 => "\\PC{0,20}",
    ];
    let pair = (name.prop_map(str::to_owned), value);
    prop::collection::vec(pair, 0..5)
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,300}".prop_map(Value::from),
        prop::sample::select(vec![
            "18014040901",
            "18014041234",
            "BUSINESS",
            "END_USER",
            "UT",
            "IN_PROGRESS",
            "PORTED",
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let name = prop_oneof![member(), "\\PC{0,8}"];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::vec((name, inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn member() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "telephoneNumbers",
        "phoneNumber",
        "customerServiceRecord",
        "e911Address",
        "address",
        "directoryListing",
        "type",
        "listed",
        "port",
        "holdActivation",
        "latitude",
        "longitude",
        "referenceType",
        "referenceId",
        "assignAsCallerId",
        "orderVersion",
        "accountId",
        "activationStatusType",
        "language",
        "unit",
        "state",
        "username",
        "password",
        "advance",
        "set",
        "freeze",
        "crdDate",
        "telecomSettings",
        "functionType",
        "operationalStatus",
    ])
    .prop_map(str::to_owned)
}

/// A lawful order or PATCH with some members overwritten or taken away.
fn nearly_lawful() -> impl Strategy<Value = Value> {
    let place = prop::collection::vec(member(), 1..3);
    let changes = prop::collection::vec((place, prop::option::of(any_json())), 0..4);
    changes.prop_map(|changes| {
        let address = json!({
            "customerType": "BUSINESS", "businessName": "A", "streetNumber": "333",
            "streetName": "Main", "city": "Provo", "state": "UT", "country": "USA",
            "postalCode": "84606",
        });
        let mut body = json!({
            "telephoneNumbers": [{"phoneNumber": "18014041234"}],
            "customerServiceRecord": address, "e911Address": address,
            "directoryListing": {"type": "LIST_PUBLISH"},
        });
        for (place, value) in changes {
            let mut at = &mut body;
            for name in &place {
                if !at.is_object() {
                    *at = Value::Object(Map::new());
                }
                at = &mut at[name.as_str()];
            }
            *at = value.unwrap_or_default();
        }
        body
    })
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    let text = |value: Value| value.to_string().into_bytes();
    prop_oneof![
        4 => nearly_lawful().prop_map(text),
        3 => any_json().prop_map(text),
        1 => prop::collection::vec(any::<u8>(), 0..60),
        1 => Just(vec![b'['; 3_000]),
    ]
}

fn request() -> impl Strategy<Value = Request> {
    let method = prop::sample::select(vec!["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"]);
    (method, path(), query(), body()).prop_map(|(method, path, query, body)| Request {
        method: method.to_owned(),
        path,
        query,
        token: Some(FIXED_TOKEN.to_owned()),
        body,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn nothing_that_comes_in_breaks_the_platform(
        requests in prop::collection::vec(request(), 1..12)
    ) {
        let mut platform = platform();
        for request in requests {
            let before = serde_json::to_value(&platform.world).expect("json");
            let response = answer(&mut platform, &request, Timestamp::UNIX_EPOCH);
            prop_assert!(response.status < 500, "{request:?}: {response:?}");
            if response.status >= 400 {
                let envelope: Value = serde_json::from_slice(&response.body).expect("json");
                let shaped = envelope["messages"].is_array() || envelope["code"].is_number();
                prop_assert!(shaped, "{envelope}");
                let after = serde_json::to_value(&platform.world).expect("json");
                prop_assert_eq!(before, after, "{:?}", request);
            }
        }
    }
}
