//! What must hold of ports in any world: plans are sound and the same each
//! time, nothing is ordered that is there or on its way, and what was changed
//! stays changed.

use std::collections::BTreeSet;

use alz::model::PortState;
use alz::model::live::{EventKind, Inventory};
use alz::plan::{Action, Plan};
use alz::report::plan_json;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::port_worlds::*;
use crate::world::*;

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
