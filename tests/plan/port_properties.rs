//! What must hold of ports in any world: plans are sound and the same each
//! time, nothing is ordered that is there or on its way, and what was changed
//! stays changed.

use std::collections::BTreeSet;

use alz::model::live::{EventKind, Inventory};
use alz::model::{LiveAccount, LiveEvent, LivePort, PhoneNumber, PortState};
use alz::plan::{Action, Coverage, Plan, Question, Step, Verdict};
use alz::report::plan_json;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::world::*;

const ALL_FIELDS: [&str; 4] = ["crdDate", "wirelessAccountNumber", "wirelessPin", "name"];

fn number(at: usize) -> String {
    (18_015_550_000 + at as u64).to_string()
}

/// What the files say of a port.
fn declared_port() -> impl Strategy<Value = Value> {
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
struct Row {
    /// The port it names, of two; none: no port.
    port: Option<usize>,
    entry: Value,
    /// Where it stands: off the account, on it, or in one of two live ports.
    place: Place,
    inventory: Option<Inventory>,
    event: Option<(EventKind, &'static str)>,
}

#[derive(Clone, Debug)]
enum Place {
    Absent,
    Listed(&'static str),
    InPort(usize),
}

fn row() -> impl Strategy<Value = Row> {
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
fn live_port() -> impl Strategy<Value = (&'static str, Value)> {
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
struct Scenery {
    rows: Vec<Row>,
    declared: [Value; 2],
    live: [(&'static str, Value); 2],
    now: &'static str,
    resend: bool,
    remembers: bool,
}

fn scenery() -> impl Strategy<Value = Scenery> {
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

fn build(scenery: &Scenery) -> World {
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
fn answered(mut world: World, coverage: &Coverage) -> World {
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
fn amend(port: &mut LivePort, step: &Step) {
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

fn ordered_numbers(plan: &Plan) -> BTreeSet<PhoneNumber> {
    let steps = plan
        .steps
        .iter()
        .filter(|step| step.action == Action::SubmitPort);
    steps.flat_map(|step| step.numbers.clone()).collect()
}

fn is_there(live: &LiveAccount, number: PhoneNumber) -> bool {
    live.numbers
        .get(&number)
        .is_some_and(|listed| listed.status.name() != "CANCEL_PORT_COMPLETE")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_number_is_ordered_that_is_there_or_on_its_way(scenery in scenery(), wireless: bool, verify: bool) {
        let mut world = build(&scenery);
        if verify {
            world = answered(world, &covered(json!({ "wireless": wireless })));
        }
        let plan = world.plan();
        for number in ordered_numbers(&plan) {
            prop_assert!(!is_there(&world.live, number));
            prop_assert!(world.desired.numbers[&number].port.is_some() && !world.desired.numbers[&number].released);
            let events = world.live.events.get(&number).map_or(&[][..], Vec::as_slice);
            let open = events.iter().any(|event| {
                event.kind != EventKind::E911Address
                    && !["COMPLETED", "CANCELLED"].contains(&&*event.status)
                    && !(event.kind == EventKind::Activation && event.is_rejected())
            });
            prop_assert!(!open, "{number}: {events:?}");
            prop_assert!(matches!(world.live.inventory.get(&number), Some(Inventory::Unknown | Inventory::NotInStock)));
        }
        for port in &world.desired.ports {
            // One order, or none: never a part of what could be ordered.
            let ordered = port.numbers.iter().filter(|number| ordered_numbers(&plan).contains(number)).count();
            let absent = port.numbers.iter().filter(|number| {
                !is_there(&world.live, **number)
                    && !world.desired.numbers[*number].released
                    && !matches!(world.live.inventory.get(number), Some(Inventory::Cooldown { .. }))
            });
            prop_assert!(ordered == 0 || ordered == absent.count());
        }
    }

    #[test]
    fn the_same_world_gives_the_same_bytes_and_no_secret_is_in_them(scenery in scenery()) {
        let (one, two) = (build(&scenery).plan(), build(&scenery).plan());
        let bytes = plan_json(&one).expect("json");
        prop_assert_eq!(&bytes, &plan_json(&two).expect("json"));
        prop_assert!(!bytes.contains("98765") && !bytes.contains("\"PIN\""));
        let status = build(&scenery).status();
        prop_assert_eq!(&status, &build(&scenery).status());
        let mut turned = build(&scenery);
        turned.desired.ports.reverse();
        prop_assert_eq!(&bytes, &plan_json(&turned.plan()).expect("json"), "the order of ports in the files says nothing");
    }

    #[test]
    fn a_change_that_was_made_is_not_made_again(scenery in scenery()) {
        let mut world = answered(build(&scenery), &covered(json!({})));
        let first = world.plan();
        let updates = first.steps.iter().filter(|step| step.action == Action::UpdatePort);
        let mut changed = Vec::new();
        for step in updates {
            let id = step.port.as_ref().and_then(|port| port.port_id.clone()).expect("an id");
            amend(world.live.ports.get_mut(&id).expect("a port"), step);
            changed.push(id);
        }
        let made = |plan: &Plan| -> BTreeSet<(String, String)> {
            let updates = plan.steps.iter().filter(|step| step.action == Action::UpdatePort);
            updates
                .flat_map(|step| {
                    let id = step.port.as_ref().and_then(|port| port.port_id.clone()).expect("an id");
                    step.changes.iter().map(move |change| (id.to_string(), change.path.clone()))
                })
                .collect()
        };
        // In the same state still: to the letter where it is rejected.
        world.resend_secrets = false;
        world.memory.secrets_sent.clear();
        let second = answered(world.clone(), &covered(json!({}))).plan();
        prop_assert!(made(&first).is_disjoint(&made(&second)), "{:#?}", second.steps);
        // And when it has gone back to the carriers.
        for id in &changed {
            world.live.ports.get_mut(id).expect("a port").state = PortState::Pending;
        }
        let third = answered(world, &covered(json!({}))).plan();
        prop_assert!(made(&first).is_disjoint(&made(&third)), "{:#?}", third.steps);
    }
}

#[test]
fn the_worlds_of_these_tests_do_something_with_ports() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut counts = std::collections::BTreeMap::new();
    for _ in 0..600 {
        let scenery = scenery().new_tree(&mut runner).expect("scenery").current();
        for step in answered(build(&scenery), &covered(json!({}))).plan().steps {
            *counts.entry(step.action).or_insert(0) += 1;
        }
    }
    for action in [
        Action::SubmitPort,
        Action::UpdatePort,
        Action::TriggerPort,
        Action::CancelPort,
    ] {
        assert!(
            counts.get(&action).is_some_and(|count| *count >= 5),
            "{counts:?}"
        );
    }
}

/// A plan with this one step.
fn sound(action: Action) -> Plan {
    let declared = with(
        main_line(),
        json!({
            "crdDate": "2026-12-08", "trigger": "onFocDate", "wirelessPin": { "env": "PIN" }
        }),
    );
    let entry = json!({ "port": "p", "customerServiceRecord": office(), "e911Address": null });
    let port = |members: Value| {
        ordered(
            "FOC_RECEIVED",
            &[NUMBER],
            with(json!({ "foc": "2026-12-03" }), members),
        )
    };
    let world = World::new().declares(entry).declares_port("p", declared);
    let world = match action {
        Action::SubmitPort => world.inventory(Inventory::Unknown),
        Action::UpdatePort => world.has_port("PORT_PENDING", port(json!({})), json!({})),
        Action::TriggerPort => world
            .has_port(
                "PORT_PENDING",
                port(json!({ "crd": "2026-12-08" })),
                json!({}),
            )
            .at("2026-12-03T18:00:00Z"),
        other => panic!("{other}"),
    };
    let plan = world.plan();
    assert_eq!(only_step(&plan).action, action);
    plan
}

type Break = fn(&mut Plan);

#[test]
fn the_lint_sees_what_a_port_must_never_be_sent() {
    let breaks: [(Action, &str, Break); 10] = [
        (Action::SubmitPort, "two steps have this id", |plan| {
            plan.steps.push(plan.steps[0].clone());
        }),
        (Action::SubmitPort, "more than a port's one step", |plan| {
            let mut again = plan.steps[0].clone();
            again.action = Action::UpdatePort;
            plan.steps.push(again);
        }),
        (Action::SubmitPort, "the PIN is in its body", |plan| {
            plan.steps[0].body.as_mut().expect("a body")["port"]["wirelessPin"] = json!("4711");
        }),
        (Action::UpdatePort, "the PIN is in its body", |plan| {
            plan.steps[0].body.as_mut().expect("a body")["wirelessPin"] = json!("4711");
        }),
        (
            Action::SubmitPort,
            "a sensitive change shows its value",
            |plan| {
                for change in plan.steps[0]
                    .changes
                    .iter_mut()
                    .filter(|change| change.sensitive)
                {
                    change.after = json!("4711");
                }
            },
        ),
        (
            Action::SubmitPort,
            "a secret is changed for all to see",
            |plan| {
                for change in &mut plan.steps[0].changes {
                    change.sensitive = false;
                }
            },
        ),
        (Action::SubmitPort, "lists PORTED", |plan| {
            plan.steps[0].body.as_mut().expect("a body")["directoryListing"]["type"] =
                json!("LIST_PUBLISH");
        }),
        (
            Action::TriggerPort,
            "not for a port in this state",
            |plan| {
                if let alz::plan::Expect::Port(port) = &mut plan.steps[0].expect {
                    port.state = PortState::InProgress;
                }
            },
        ),
        (
            Action::UpdatePort,
            "leaves numbers of its port out",
            |plan| {
                if let alz::plan::Expect::Port(port) = &mut plan.steps[0].expect {
                    port.numbers.push(tn("18015559999"));
                }
            },
        ),
        (Action::TriggerPort, "it takes no body", |plan| {
            plan.steps[0].body = Some(json!({}))
        }),
    ];
    for (action, fault, make) in breaks {
        let mut plan = sound(action);
        make(&mut plan);
        let faults = alz::plan::lint(&plan);
        assert!(
            faults.iter().any(|said| said.contains(fault)),
            "{fault}: {faults:#?}"
        );
    }
}
