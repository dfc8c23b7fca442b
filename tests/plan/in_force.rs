//! The one thing that must never happen: a number had an address in force with
//! the E911 provider, and after a plan it has none.

use std::collections::BTreeSet;

use alz::model::live::EventKind;
use alz::model::meaning;
use alz::model::{LiveAccount, LiveNumber, Member, OnUnknown, PhoneNumber, Record};
use alz::plan::{Action, Step, Verdict};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use crate::performed::{Merge, effective, perform};
use crate::world::*;
use crate::worlds::{answer, build, offer, rows};

/// A provider that knows two streets, has never heard of a third town, and
/// offers its favourite address for everything else.
fn provider(address: &Record) -> Verdict {
    let known = [record(elsewhere()), offer()];
    let same_street = |one: &Record| meaning::same(one, address, street);
    if known.iter().any(same_street) {
        Verdict::Valid
    } else if address.get(Member::City).eq_ignore_ascii_case("Ottawa") {
        Verdict::Unknown {
            why: "no such town".to_owned(),
        }
    } else {
        Verdict::Invalid {
            errors: vec!["No MSAG Match".to_owned()],
            alternatives: vec![offer()],
        }
    }
}

fn street(member: Member) -> bool {
    meaning::is_place(member)
        && !matches!(member, Member::Unit | Member::SecondaryLocationDescription)
}

/// Whether the platform tells the provider something new: then it judges anew.
fn told_anew(step: &Step, now: &LiveNumber, then: &LiveNumber) -> bool {
    let sent = step
        .body
        .as_ref()
        .is_some_and(|body| body.get("e911Address").is_some());
    let told = |member: Member| member.in_e911();
    sent || !meaning::same(&effective(now), &effective(then), told)
}

/// The numbers whose address is in force, step by step.
fn follow(live: &mut LiveAccount, in_force: &mut BTreeSet<PhoneNumber>, step: &Step, merge: Merge) {
    let number = step.numbers[0];
    let before = live.numbers.get(&number).cloned();
    perform(live, step, merge);
    let (Some(before), Some(after)) = (before, live.numbers.get(&number)) else {
        return;
    };
    match step.action {
        // The provider has said that it will have it so.
        Action::AcceptE911Correction | Action::KeepE911Original => {
            in_force.insert(number);
        }
        _ if told_anew(step, &before, after) => {
            let address = effective(after);
            let whole = [Member::StreetName, Member::City]
                .into_iter()
                .all(|member| !address.get(member).is_empty());
            if whole && provider(&address) == Verdict::Valid {
                in_force.insert(number);
            } else {
                in_force.remove(&number);
            }
        }
        _ => {}
    }
}

proptest! {
    #[test]
    fn no_plan_leaves_a_number_without_an_address_in_force_that_had_one(
        rows in rows(),
        able in any::<(bool, bool, bool)>(),
        merge in select(vec![Merge::Shallow, Merge::Deep]),
    ) {
        let mut world = build(&rows, false, able, false);
        world.verify = true;
        world.on_unknown = OnUnknown::Block;
        let mut in_force: BTreeSet<PhoneNumber> = world.live.numbers.values()
            .filter(|live| {
                let rejected = world.live.events.get(&live.number).is_some_and(|events| {
                    events.iter().any(|event| event.kind == EventKind::E911Address && event.is_rejected())
                });
                !rejected && !effective(live).get(Member::StreetName).is_empty()
            })
            .map(|live| live.number)
            .collect();
        for _ in 0..2 {
            answer(&mut world, provider);
            let plan = world.plan();
            let had = in_force.clone();
            for step in &plan.steps {
                follow(&mut world.live, &mut in_force, step, merge);
            }
            for number in had {
                let there = world.live.numbers.contains_key(&number);
                prop_assert!(
                    !there || in_force.contains(&number),
                    "{number} had an address in force: {:#?}\n{:#?}", plan.steps, plan.notes
                );
            }
        }
    }
}

#[test]
fn the_provider_of_this_test_has_work_to_do() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut seen = BTreeSet::new();
    let mut refused = 0;
    for _ in 0..600 {
        let rows = rows().new_tree(&mut runner).expect("rows").current();
        let mut world = build(&rows, false, (true, true, true), false);
        world.verify = true;
        answer(&mut world, provider);
        let plan = world.plan();
        seen.extend(plan.steps.iter().map(|step| step.action));
        refused += plan
            .notes
            .iter()
            .filter(|note| note.reason.contains("does not take the address"))
            .count();
    }
    for action in [
        Action::Update,
        Action::AcceptE911Correction,
        Action::KeepE911Original,
    ] {
        assert!(seen.contains(&action), "{action} is never planned");
    }
    assert!(refused > 20, "{refused}");
    let nowhere = provider(&record(json!({ "city": "Ottawa" })));
    assert!(matches!(nowhere, Verdict::Unknown { .. }));
}
