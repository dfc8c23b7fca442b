//! What must hold in any world: plans are sound, settle, and are the same bytes
//! for the same inputs.

use alz::model::live::Inventory;
use alz::model::meaning;
use alz::model::{AccountId, CarrierStatus, Member};
use alz::plan::{Action, Allow, NoteKind, Plan, Verdict};
use alz::report::plan_json;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::meaning::noisy;
use crate::performed::*;
use crate::world::*;
use crate::worlds::*;

fn bytes(plan: &Plan) -> String {
    plan_json(plan).expect("json")
}

proptest! {
    #[test]
    fn every_plan_is_sound_and_settles(
        rows in rows(),
        prune: bool,
        able in any::<(bool, bool, bool)>(),
        caller_id: bool,
        merge in select(vec![Merge::Shallow, Merge::Deep]),
        verdict in select(vec![None, Some(Verdict::Valid), Some(Verdict::Unknown { why: "?".to_owned() }),
            Some(Verdict::Invalid { errors: vec!["no".to_owned()], alternatives: vec![record(ottawa())] })]),
    ) {
        let mut world = build(&rows, prune, able, caller_id);
        // `plan` holds every plan to the lint.
        if let Some(verdict) = verdict {
            world.verify = true;
            answer(&mut world, |_| verdict.clone());
            if let Verdict::Invalid { .. } = verdict {
                // Nobody's 911 address moves to one that the provider refuses.
                let plan = world.plan();
                let mut after = world.live.clone();
                for step in &plan.steps {
                    perform(&mut after, step, merge);
                }
                for (number, now) in &world.live.numbers {
                    let Some(then) = after.numbers.get(number) else { continue };
                    let its_own_offer = plan.steps.iter().any(|step| step.action == Action::AcceptE911Correction && step.numbers == [*number]);
                    prop_assert!(
                        its_own_offer || meaning::same(&effective(now), &effective(then), meaning::is_place),
                        "{number}: {:?} -> {:?}", effective(now), effective(then)
                    );
                }
            }
        }
        world.verify = false;
        let first = world.plan();
        for step in &first.steps {
            perform(&mut world.live, step, merge);
        }
        answer(&mut world, |_| Verdict::Valid);
        let second = world.plan();
        for step in &second.steps {
            // Only what a submitted activation had deferred may still come.
            let submitted = first.steps.iter().any(|earlier| earlier.numbers == step.numbers && earlier.action == Action::SubmitActivation);
            let on_an_active_number = matches!(step.action, Action::Update | Action::AcceptE911Correction | Action::KeepE911Original);
            prop_assert!(submitted && on_an_active_number, "{:#?}\nbefore: {:#?}", step, first.steps);
        }
        for step in &second.steps {
            perform(&mut world.live, step, merge);
        }
        answer(&mut world, |_| Verdict::Valid);
        prop_assert_eq!(world.plan().steps.len(), 0);
    }

    #[test]
    fn nobodys_911_address_moves_unsaid(rows in rows(), merge in select(vec![Merge::Shallow, Merge::Deep])) {
        let world = build(&rows, false, (true, true, true), false);
        let plan = world.plan();
        let mut after = world.live.clone();
        for step in &plan.steps {
            perform(&mut after, step, merge);
        }
        for (number, now) in &world.live.numbers {
            let Some(then) = after.numbers.get(number) else { continue };
            if now.status != CarrierStatus::Active {
                continue;
            }
            if meaning::same(&effective(now), &effective(then), meaning::is_place) {
                continue;
            }
            let declared = !world.desired.numbers[number].e911_address.is_absent();
            let shown = plan.steps.iter().any(|step| {
                step.numbers == [*number] && step.changes.iter().any(|change| change.path.starts_with("e911Address"))
            });
            let warned = notes(&plan, NoteKind::Warning)
                .iter()
                .any(|note| note.numbers.contains(number) && note.reason.contains("911 moves along"));
            let follows = world.desired.numbers[number].e911_address.is_null();
            prop_assert!((declared && (shown || follows)) || warned, "{number}: {:#?}", plan.steps);
        }
    }

    #[test]
    fn the_same_inputs_give_the_same_bytes_in_any_order(rows in rows(), prune: bool) {
        let world = build(&rows, prune, (true, true, true), false);
        prop_assert_eq!(bytes(&world.plan()), bytes(&world.plan()));
        let mut turned = build(&rows, prune, (true, true, true), false);
        for events in turned.live.events.values_mut() {
            events.dedup_by(|left, right| left.kind == right.kind);
        }
        let mut straight = build(&rows, prune, (true, true, true), false);
        straight.live.events = turned.live.events.clone();
        for events in turned.live.events.values_mut() {
            events.reverse();
        }
        let other = || {
            let mut other = World::new();
            other.desired.account = AccountId::new("another");
            other.lists("ACTIVE", json!({})).account()
        };
        let one = assembled(vec![straight.account(), other()], &Allow::default());
        let two = assembled(vec![other(), turned.account()], &Allow::default());
        prop_assert_eq!(bytes(&one), bytes(&two));
    }

    #[test]
    fn what_was_made_from_the_files_plans_to_nothing_however_it_is_spelled(entries in proptest::collection::vec(entry(), 1..5), seed: u64) {
        let mut world = World::new();
        for (at, entry) in entries.iter().enumerate() {
            let mut entry = entry.clone();
            entry["customerServiceRecord"] = with(office(), match &entry["customerServiceRecord"] {
                Value::Object(own) if own.get("streetName").is_none() => Value::Object(own.clone()),
                _ => json!({}),
            });
            let map = entry.as_object_mut().expect("an object");
            for member in ["state", "port", "holdActivation", "protected"] {
                map.remove(member);
            }
            let number = (18_015_550_000 + at as u64).to_string();
            world.live.inventory.insert(tn(&number), Inventory::Free);
            world = world.declares_number(&number, entry);
        }
        let plan = world.plan();
        for step in &plan.steps {
            perform(&mut world.live, step, Merge::Shallow);
        }
        for live in world.live.numbers.values_mut() {
            let records = [
                live.customer_service_record.as_mut(),
                live.e911_address.as_mut(),
                live.directory_listing.as_mut().and_then(|listing| listing.address.as_mut()),
            ];
            for record in records.into_iter().flatten() {
                *record = noisy(record, seed);
            }
            if live.e911_address.is_none() && seed % 2 == 0 {
                live.e911_address = live.customer_service_record.clone();
            }
        }
        let again = world.plan();
        prop_assert!(again.steps.is_empty(), "{:#?}", again.steps);
        prop_assert_eq!(count(&again, "inSync") + count(&again, "blocked"), entries.len() as u64);
    }
}

#[test]
fn the_worlds_of_these_tests_are_worth_planning() {
    // Generators rot in silence: most worlds must plan something.
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut steps = 0;
    let mut blocked = 0;
    for _ in 0..100 {
        let rows = rows().new_tree(&mut runner).expect("rows").current();
        let plan = build(&rows, true, (true, true, true), true).plan();
        steps += plan.steps.len();
        blocked += notes(&plan, NoteKind::Blocked).len();
        for number in plan
            .steps
            .iter()
            .filter(|step| step.action == Action::Update)
        {
            assert!(number.body.is_some());
        }
    }
    assert!(
        steps > 50 && blocked > 50,
        "{steps} steps, {blocked} blocked"
    );
    assert!(Member::ALL.len() == Member::COUNT);
}
