//! Worlds with ports of every kind, for what must hold in any.

use std::collections::BTreeSet;

use alz::model::live::{EventKind, Inventory};
use alz::model::{LiveAccount, LiveEvent, LivePort, PhoneNumber};
use alz::plan::{Action, Coverage, Plan, Question, Step, Verdict};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::world::*;

pub const ALL_FIELDS: [&str; 4] = ["crdDate", "wirelessAccountNumber", "wirelessPin", "name"];

pub fn number(at: usize) -> String {
    (18_015_550_000 + at as u64).to_string()
}

/// What the files say of a port.
pub fn declared_port() -> impl Strategy<Value = Value> {
    let member = |values: Vec<Value>| proptest::option::weighted(0.4, select(values));
    (
        member(vec![
            json!("2026-12-03"),
            json!("2026-12-08"),
            json!("2026-11-20"),
        ]),
        member(vec![json!("Wireline"), json!("Wireless")]),
        member(vec![json!("John Smith"), json!("Jane Roe"), Value::Null]),
        member(vec![json!(number(0)), json!("18015559999")]),
        member(vec![
            office(),
            elsewhere(),
            json!({ "businessName": "New Dental" }),
        ]),
        member(vec![
            json!({ "currentCarrier": "Telus", "loaDate": "2026-11-20" }),
            json!({ "notes": null, "disconnectInternetService": true }),
            Value::Null,
        ]),
        (
            member(vec![json!({ "env": "PIN" })]),
            member(vec![json!("98765"), json!({ "file": "account" })]),
            select(vec![None, Some(json!("auto")), Some(json!("onFocDate"))]),
            proptest::bool::weighted(0.8),
        ),
    )
        .prop_map(
            |(crd, wire, name, billing, csr, telecom, (pin, account, trigger, rich))| {
                let mut port = if rich { main_line() } else { json!({}) };
                for (member, value) in [
                    ("crdDate", crd),
                    ("portingWireType", wire),
                    ("portingAuthorizedName", name),
                    ("billingTelephoneNumber", billing),
                    ("customerServiceRecord", csr),
                    ("telecomSettings", telecom),
                    ("wirelessPin", pin),
                    ("wirelessAccountNumber", account),
                    ("trigger", trigger),
                ] {
                    if let Some(value) = value {
                        port[member] = value;
                    }
                }
                port
            },
        )
}

#[derive(Clone, Debug)]
pub struct Row {
    /// The port it names, of two; none: no port.
    port: Option<usize>,
    entry: Value,
    /// Where it stands: off the account, on it, or in one of two live ports.
    place: Place,
    inventory: Option<Inventory>,
    event: Option<(EventKind, &'static str)>,
}

#[derive(Clone, Debug)]
pub enum Place {
    Absent,
    Listed(&'static str),
    InPort(usize),
}

pub fn row() -> impl Strategy<Value = Row> {
    let entry = select(vec![
        json!({}),
        json!({ "customerServiceRecord": office() }),
        json!({ "customerServiceRecord": office() }),
        json!({ "customerServiceRecord": office(), "e911Address": elsewhere() }),
        json!({ "customerServiceRecord": elsewhere(), "directoryListing": { "type": "LIST_PUBLISH" } }),
        json!({ "state": "released" }),
        json!({ "state": "released", "protected": true }),
        json!({ "customerServiceRecord": office(), "reference": { "type": "SIP_TRUNK", "id": "t" } }),
    ]);
    let place = prop_oneof![
        3 => Just(Place::Absent),
        1 => select(vec!["ACTIVE", "CANCEL_PORT", "CANCEL_PORT_COMPLETE", "PORT_PENDING", "ACTIVATION_PENDING", "HOT_CUT_PORT"]).prop_map(Place::Listed),
        3 => (0..2_usize).prop_map(Place::InPort),
    ];
    let inventory = select(vec![
        Some(Inventory::Unknown),
        Some(Inventory::Unknown),
        Some(Inventory::Unknown),
        Some(Inventory::NotInStock),
        Some(Inventory::Free),
        Some(Inventory::Cooldown { until: None }),
        None,
    ]);
    let event = proptest::option::weighted(
        0.15,
        (
            select(vec![
                EventKind::PortRequest,
                EventKind::Activation,
                EventKind::E911Address,
            ]),
            select(vec![
                "PENDING",
                "FOC_RECEIVED",
                "REJECTED",
                "COMPLETED",
                "CANCELLED",
            ]),
        ),
    );
    (
        proptest::option::weighted(0.9, 0..2_usize),
        entry,
        place,
        inventory,
        event,
    )
        .prop_map(|(port, entry, place, inventory, event)| Row {
            port,
            entry,
            place,
            inventory,
            event,
        })
}

/// What the platform has of a port.
pub fn live_port() -> impl Strategy<Value = (&'static str, Value)> {
    let state = select(vec![
        "PENDING",
        "IN_PROGRESS",
        "FOC_RECEIVED",
        "FOC_RECEIVED",
        "REJECTED",
        "REJECTED",
        "FOC_REMOVED",
        "HOT_CUT_PORT",
        "CANCEL_PENDING",
        "CARRIER_CANCELLED",
        "NEW",
    ]);
    let editable = select(vec![
        json!([]),
        json!(ALL_FIELDS),
        json!(["crdDate"]),
        json!(["name", "wirelessPin"]),
    ]);
    let words = select(vec!["Invalid PIN", "Address mismatch", ""]);
    let reaction = select(vec!["RESUBMIT", "CANCEL", "SEND_EMAIL", ""]);
    let csr = select(vec![office(), elsewhere(), json!({})]);
    (state, editable, words, reaction, csr, any::<bool>()).prop_map(
        |(state, editable, words, reaction, csr, telecom)| {
            (state, json!({
                "foc": "2026-12-03", "editable": editable, "reaction": reaction, "csr": csr,
                "log": [[state, "2026-11-22T18:00:00Z", "C", words]],
                "telecom": if telecom { json!({ "currentCarrier": "Bell" }) } else { Value::Null },
            }))
        },
    )
}

#[derive(Clone, Debug)]
pub struct Scenery {
    rows: Vec<Row>,
    declared: [Value; 2],
    live: [(&'static str, Value); 2],
    now: &'static str,
    resend: bool,
    remembers: bool,
}

pub fn scenery() -> impl Strategy<Value = Scenery> {
    (
        prop_oneof![
            proptest::collection::vec(row(), 1..6),
            proptest::collection::vec(row(), 1..4).prop_map(|mut rows| {
                // Simple stories: numbers that are to come, in one port.
                for row in &mut rows {
                    row.port = Some(0);
                    row.place = Place::Absent;
                    row.inventory = Some(Inventory::Unknown);
                    row.entry = json!({ "customerServiceRecord": office() });
                }
                rows
            }),
            proptest::collection::vec(row(), 1..4).prop_map(|mut rows| {
                // And such that are on their way.
                for row in &mut rows {
                    row.port = Some(0);
                    row.place = Place::InPort(0);
                    row.entry = json!({ "customerServiceRecord": office() });
                }
                rows
            }),
        ],
        [declared_port(), declared_port()],
        [live_port(), live_port()],
        select(vec![
            "2026-11-23T12:00:00Z",
            "2026-11-23T12:00:00Z",
            "2026-11-23T12:00:00Z",
            "2026-12-02T12:00:00Z",
            "2026-12-03T18:00:00Z",
            "2026-12-04T02:00:00Z",
            "2026-12-09T02:00:00Z",
        ]),
        any::<[bool; 2]>(),
        proptest::bool::weighted(0.15),
    )
        .prop_map(
            |(rows, mut declared, mut live, mut now, [resend, remembers], on_the_day)| {
                if on_the_day {
                    declared[0] = with(main_line(), json!({ "trigger": "onFocDate" }));
                    live[0].0 = "FOC_RECEIVED";
                    now = "2026-12-03T18:00:00Z";
                }
                Scenery {
                    rows,
                    declared,
                    live,
                    now,
                    resend,
                    remembers,
                }
            },
        )
}

pub fn build(scenery: &Scenery) -> World {
    let mut world = World::new().at(scenery.now);
    world.resend_secrets = scenery.resend;
    for (at, row) in scenery.rows.iter().enumerate() {
        let mut entry = row.entry.clone();
        if let Some(port) = row.port {
            entry["port"] = json!(format!("port-{port}"));
        }
        let number = number(at);
        world = world.declares_number(&number, entry);
        if let Place::Listed(status) = row.place {
            world = world.lists_number(
                &number,
                status,
                json!({ "customerServiceRecord": office() }),
            );
        }
        world.live.inventory.extend(
            row.inventory
                .clone()
                .map(|inventory| (tn(&number), inventory)),
        );
        if let Some((kind, status)) = row.event {
            let event = LiveEvent {
                kind,
                status: status.into(),
                updated: None,
                message: None,
            };
            world.live.events.insert(tn(&number), vec![event]);
        }
        if scenery.remembers {
            world.memory.secrets_sent.insert(tn(&number), None);
        }
    }
    for (at, declared) in scenery.declared.iter().enumerate() {
        let name = format!("port-{at}");
        let named = world
            .desired
            .numbers
            .values()
            .any(|entry| entry.port.as_deref() == Some(&name));
        if named {
            world = world.declares_port(&name, declared.clone());
        }
    }
    for (at, (state, members)) in scenery.live.iter().enumerate() {
        let rows = scenery.rows.iter().enumerate();
        let numbers: Vec<String> = rows
            .filter(|(_, row)| matches!(row.place, Place::InPort(port) if port == at))
            .map(|(at, _)| number(at))
            .collect();
        if numbers.is_empty() {
            continue;
        }
        let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
        let port = ordered(
            state,
            &numbers,
            with(members.clone(), json!({ "id": format!("live-{at}") })),
        );
        let status = if *state == "REJECTED" {
            "PORT_REJECTED"
        } else {
            "PORT_PENDING"
        };
        world = world.has_port(status, port, json!({ "customerServiceRecord": office() }));
    }
    world
}

/// Answers all that is asked, and holds every plan on the way to the lint.
pub fn answered(mut world: World, coverage: &Coverage) -> World {
    world.verify = true;
    for _ in 0..8 {
        let questions = world.account().questions;
        if questions.is_empty() {
            return world;
        }
        world.plan();
        for question in questions {
            match question {
                Question::E911 { address, .. } => {
                    world.checks.answer_e911(&address, Verdict::Valid)
                }
                Question::RateCenters { numbers } => {
                    for number in numbers {
                        world.checks.answer_rate_center(number, coverage.clone());
                    }
                }
                Question::PortOffer(question) => {
                    world
                        .checks
                        .answer_offer(&question, offer(&["2026-12-03", "2026-12-08"]));
                }
                Question::Usages { number } => {
                    let nobody = alz::model::Usages::Users(Vec::new());
                    world.checks.answer_usages(number, nobody);
                }
                Question::CorrectionPast { number } => {
                    let never = alz::model::CorrectionPast::Never;
                    world.checks.answer_correction_past(number, never);
                }
            }
        }
    }
    panic!("it never stops asking");
}

/// Takes a change of a port over as the platform would.
pub fn amend(port: &mut LivePort, step: &Step) {
    let body = step
        .body
        .as_ref()
        .expect("a body")
        .as_object()
        .expect("an object");
    for (member, value) in body {
        let text = value.as_str();
        match member.as_str() {
            "crdDate" => port.crd = text.and_then(|text| text.parse().ok()),
            "portingWireType" => port.porting_wire_type = text.map(Into::into),
            "portingAuthorizedName" => port.porting_authorized_name = text.map(Into::into),
            "billingTelephoneNumber" => port.billing_telephone_number = text.map(tn),
            "customerServiceRecord" => {
                let mut map = value.as_object().expect("a record").clone();
                map.retain(|_, value| !value.is_null());
                port.customer_service_record = Some(record(Value::Object(map)));
            }
            "telecomSettings" => port.telecom_settings = value.as_object().cloned(),
            "wirelessAccountNumber" => {}
            other => panic!("{other} is no member that may change"),
        }
    }
}

pub fn ordered_numbers(plan: &Plan) -> BTreeSet<PhoneNumber> {
    let steps = plan
        .steps
        .iter()
        .filter(|step| step.action == Action::SubmitPort);
    steps.flat_map(|step| step.numbers.clone()).collect()
}

pub fn is_there(live: &LiveAccount, number: PhoneNumber) -> bool {
    live.numbers
        .get(&number)
        .is_some_and(|listed| listed.status.name() != "CANCEL_PORT_COMPLETE")
}
