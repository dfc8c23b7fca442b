//! Worlds of every kind, for what must hold in any: what files may say of
//! numbers, what may be live, and what the platform may answer.

use alz::model::live::{EventKind, Inventory};
use alz::model::{AccountId, CorrectionPast, LiveEvent, Record, Usages};
use alz::plan::{Question, Verdict};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::world::*;

pub fn ottawa() -> Value {
    json!({
        "customerType": "RESIDENTIAL", "firstName": "Marie", "lastName": "Lévesque",
        "streetNumber": "56", "streetName": "Sparks St", "city": "Ottawa", "state": "ON", "country": "CAN", "postalCode": "K1P 5A9"
    })
}

/// What a file may say of an address-like object; null stands for itself.
fn said() -> impl Strategy<Value = Value> {
    let listing_safe = |value: Value| {
        let Value::Object(mut map) = value else {
            return Value::Null;
        };
        map.remove("customerName");
        Value::Object(map)
    };
    select(vec![
        Value::Null,
        office(),
        elsewhere(),
        ottawa(),
        listing_safe(office()),
        json!({}),
        json!({ "unit": "510" }),
        json!({ "unit": null, "secondaryLocationDescription": null }),
        json!({ "city": "Provo" }),
        json!({ "streetSuffix": "Ave" }),
        json!({ "businessName": "Better Dental" }),
        json!({ "streetNumber": "7", "streetName": "Main", "city": "Provo", "state": "UT", "postalCode": "84601" }),
        json!({ "streetName": "Main" }),
        json!({ "streetNumber": "7", "streetName": "Bank", "city": "Ottawa", "state": "ON", "postalCode": "K1P 5A9" }),
    ])
}

fn e911_said() -> impl Strategy<Value = Value> {
    prop_oneof![
        said(),
        Just(json!({ "language": "fr-CA" })),
        Just(json!({ "language": null, "latitude": null, "longitude": null })),
        Just(with(
            elsewhere(),
            json!({ "latitude": "40.3", "longitude": "-111.7", "onCorrection": "accept" })
        )),
        Just(json!({ "onCorrection": "accept" })),
        Just(json!({ "onCorrection": "keepOriginal" })),
        Just(with(office(), json!({ "onCorrection": "accept" }))),
        Just(with(
            elsewhere(),
            json!({ "onCorrection": "accept", "language": "fr-CA" })
        )),
        Just(with(elsewhere(), json!({ "onCorrection": "keepOriginal" }))),
        Just(with(
            office(),
            json!({ "latitude": "40.3", "longitude": "-111.7", "onCorrection": "keepOriginal" })
        )),
    ]
}

fn listing_said() -> impl Strategy<Value = Value> {
    select(vec![
        Value::Null,
        json!({}),
        json!({ "type": "LIST_PUBLISH" }),
        json!({ "listed": true }),
        json!({ "type": null, "address": null }),
        json!({ "listed": false, "type": "LIST_NOT_PUBLISH", "address": elsewhere() }),
        json!({ "address": { "city": "Provo" } }),
    ])
}

fn reference_said() -> impl Strategy<Value = Value> {
    select(vec![
        Value::Null,
        json!({}),
        json!({ "type": "SIP_TRUNK", "id": "trunk" }),
        json!({ "id": "other" }),
        json!({ "type": "IVR" }),
        json!({ "type": "END_USER", "id": USER }),
        json!({ "type": "END_USER", "id": USER, "assignAsCallerId": false }),
        json!({ "type": "END_USER", "id": "nobody", "assignAsCallerId": true }),
    ])
}

/// An entry of `numbers:`; each member is said or not.
pub fn entry() -> impl Strategy<Value = Value> {
    let flags = select(vec![
        json!({}),
        json!({}),
        json!({}),
        json!({ "holdActivation": true }),
        json!({ "holdActivation": false }),
        json!({ "state": "released" }),
        json!({ "state": "released", "protected": true }),
        json!({ "port": "main-line" }),
    ]);
    (
        proptest::option::of(said()),
        proptest::option::of(e911_said()),
        proptest::option::of(listing_said()),
        proptest::option::of(reference_said()),
        flags,
    )
        .prop_map(|(csr, e911, listing, reference, flags)| {
            let mut entry = flags;
            for (name, value) in [
                ("customerServiceRecord", csr),
                ("e911Address", e911),
                ("directoryListing", listing),
                ("reference", reference),
            ] {
                if let Some(value) = value {
                    entry[name] = value;
                }
            }
            entry
        })
}

fn live_record() -> impl Strategy<Value = Value> {
    let extras = json!({ "id": "x1", "requiresUnitInfo": true, "streetNumberSuffix": "", "middleInitial": null });
    select(vec![
        Value::Null,
        json!({}),
        office(),
        office(),
        with(office(), extras),
        elsewhere(),
        ottawa(),
        with(
            elsewhere(),
            json!({ "latitude": "40.1", "longitude": -111.5, "language": "en-US" }),
        ),
    ])
}

fn live() -> impl Strategy<Value = (&'static str, Value)> {
    let status = select(vec![
        "ACTIVE",
        "ACTIVE",
        "ACTIVE",
        "ACTIVE",
        "ACTIVATION_ON_HOLD",
        "ACTIVATION_PENDING",
        "PORT_PENDING",
        "PORT_REJECTED",
        "CANCEL_PORT",
        "DELETE_PENDING",
        "COOLDOWN",
        "INVENTORY",
        "",
        "NEW_STATUS",
    ]);
    let listing = select(vec![
        Value::Null,
        json!({ "listed": false }),
        json!({ "listed": true, "type": "LIST_PUBLISH", "address": office() }),
        json!({ "type": "PORTED" }),
    ]);
    let reference = select(vec![
        json!({}),
        json!({ "referenceType": "END_USER", "referenceId": USER }),
        json!({ "referenceType": "IVR", "referenceId": "menu" }),
    ]);
    (status, live_record(), live_record(), listing, reference).prop_map(
        |(status, csr, e911, listing, reference)| {
            let members = json!({ "customerServiceRecord": csr, "e911Address": e911, "directoryListing": listing });
            (status, with(members, reference))
        },
    )
}

fn events() -> impl Strategy<Value = Vec<(EventKind, &'static str)>> {
    let kind = select(vec![
        EventKind::E911Address,
        EventKind::CsrChange,
        EventKind::Activation,
        EventKind::Disconnect,
        EventKind::PortRequest,
    ]);
    let status = select(vec!["REJECTED", "IN_PROGRESS", "PENDING", "COMPLETED"]);
    let any = prop_oneof![
        2 => (kind, status),
        1 => Just((EventKind::E911Address, "REJECTED")),
    ];
    proptest::collection::vec(any, 0..2)
}

fn inventory() -> impl Strategy<Value = Inventory> {
    select(vec![
        Inventory::Free,
        Inventory::Free,
        Inventory::Cooldown { until: None },
        Inventory::Unknown,
        Inventory::NotInStock,
        Inventory::OnAccount(AccountId::new("other")),
    ])
}

pub type Row = (
    Option<Value>,
    Option<(&'static str, Value)>,
    Inventory,
    Vec<(EventKind, &'static str)>,
);

pub fn rows() -> impl Strategy<Value = Vec<Row>> {
    let maybe = proptest::option::weighted::<BoxedStrategy<Value>>(0.9, entry().boxed());
    let row = (
        maybe,
        proptest::option::weighted(0.75, live()),
        inventory(),
        events(),
    );
    proptest::collection::vec(row, 1..7)
}

pub fn build(rows: &[Row], prune: bool, able: (bool, bool, bool), caller_id: bool) -> World {
    let mut world = World::new().carrier(able.0, able.1, able.2);
    world.desired.prune = prune;
    for (at, (entry, live, inventory, events)) in rows.iter().enumerate() {
        let number = (18_015_550_000 + at as u64).to_string();
        if let Some(entry) = entry {
            let mut entry = entry.clone();
            if at == 0 && caller_id {
                entry["reference"] =
                    json!({ "type": "END_USER", "id": USER, "assignAsCallerId": true });
            }
            world = world.declares_number(&number, entry);
        }
        if let Some((status, members)) = live {
            world = world.lists_number(&number, status, members.clone());
        }
        world.live.inventory.insert(tn(&number), inventory.clone());
        let rejected = events.contains(&(EventKind::E911Address, "REJECTED"));
        // Not every rejection comes with an offer.
        if rejected && at % 3 != 2 {
            world.live.corrections.insert(tn(&number), offer());
        }
        let events = events.iter().map(|(kind, status)| LiveEvent {
            kind: *kind,
            status: (*status).into(),
            updated: None,
            message: None,
        });
        world.live.events.insert(tn(&number), events.collect());
    }
    world
}

/// What the provider would have instead of an address: a street, and no names.
pub fn offer() -> Record {
    record(json!({
        "streetNumber": "7", "streetName": "Main St", "city": "PROVO", "state": "UT", "postalCode": "84601", "country": "US"
    }))
}

/// Answers whatever the plan asks, until it asks no more.
pub fn answer(world: &mut World, provider: impl Fn(&Record) -> Verdict) {
    for round in 0.. {
        let questions = world.account().questions;
        if questions.is_empty() {
            return;
        }
        assert!(round < 5, "it never stops asking: {questions:?}");
        for question in questions {
            match question {
                Question::E911 { address, .. } => {
                    world.checks.answer_e911(&address, provider(&address));
                }
                Question::Usages { number } => {
                    let users = Usages::Users(vec![USER.to_owned()]);
                    world.checks.answer_usages(number, users);
                }
                Question::CorrectionPast { number } => {
                    let mut statuses = world.live.events[&number]
                        .iter()
                        .filter(|event| event.kind == EventKind::E911Address)
                        .map(|event| &*event.status == "CORRECTED_COMPLETED");
                    let past = match statuses.next() {
                        Some(true) => CorrectionPast::LastWord,
                        _ if statuses.any(|corrected| corrected) => CorrectionPast::Earlier,
                        _ => CorrectionPast::Never,
                    };
                    world.checks.answer_correction_past(number, past);
                }
                Question::RateCenters { .. } | Question::PortOffer(_) => {
                    panic!("no port is declared: {question:?}")
                }
            }
        }
    }
}
