//! The documents of several shards, put together: as one run would have said it.

use alz::model::AccountId;
use alz::plan::{
    self, AccountPlan, Allow, Covered, Drift, Finding, Merged, Part, Plan, PolicyFinding,
    PolicySeverity,
};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;

use crate::world::*;

/// An account of its own numbers: some to release, some whose 911 address moves,
/// some in step, some that no file declares.
fn account(at: u64, released: u64, moved: u64, same: u64, unmanaged: u64) -> AccountPlan {
    let mut world = World::new();
    // Not in the order of their making.
    world.desired.account =
        AccountId::new(format!("{:x}", at.wrapping_mul(0x9E37_79B9) % 0xFFFF_FFFF));
    let entries = [
        (released, json!({ "state": "released" })),
        (moved, json!({ "e911Address": office() })),
        (same, json!({})),
    ];
    let mut number = 18_015_550_000 + at * 100;
    let live = || json!({ "customerServiceRecord": office(), "e911Address": elsewhere() });
    for (count, entry) in entries {
        for _ in 0..count {
            world = world
                .lists_number(&number.to_string(), "ACTIVE", live())
                .declares_number(&number.to_string(), entry.clone());
            number += 1;
        }
    }
    for _ in 0..unmanaged {
        world = world.lists_number(&number.to_string(), "ACTIVE", live());
        number += 1;
    }
    world.account()
}

/// As a run over these accounts says it, read back from its file.
fn run(accounts: &[AccountPlan], allow: &Allow, shard: Option<String>, audit: bool) -> Plan {
    let mut plan = assembled(accounts.to_vec(), allow);
    plan.shard = shard;
    plan.targets = vec!["1801*".to_owned()];
    for account in accounts {
        plan.names.insert(
            account.account.clone(),
            format!("Office {}", account.account),
        );
    }
    // One that has a word on every step.
    plan.policies = plan.steps.iter().map(policy).collect();
    if audit {
        plan.drift = Some(drift(&plan, accounts));
    }
    let text = serde_json::to_string(&plan).expect("JSON");
    serde_json::from_str(&text).expect("a plan")
}

fn policy(step: &plan::Step) -> PolicyFinding {
    PolicyFinding {
        severity: PolicySeverity::Warning,
        policy: "policy/window.schema.json".to_owned(),
        step: step.id.clone(),
        account: step.account.clone(),
        numbers: step.numbers.clone(),
        source: step.source.clone(),
        path: "at.hour".to_owned(),
        message: "not now".to_owned(),
    }
}

fn drift(plan: &Plan, accounts: &[AccountPlan]) -> Drift {
    let finding = |step: &plan::Step| -> Finding {
        serde_json::from_value(json!({
            "kind": "changed", "attention": "drift", "account": step.account, "numbers": step.numbers,
            "source": { "file": "a.yaml", "line": 1 }, "changes": step.changes, "reason": "other", "steps": [step.id],
        }))
        .expect("a finding")
    };
    let sum = |of: fn(&AccountPlan) -> u64| accounts.iter().map(of).sum();
    Drift {
        findings: plan.steps.iter().map(finding).collect(),
        covered: Covered {
            accounts: accounts.len() as u64,
            live: sum(|account| account.live_numbers),
            managed: sum(|account| account.live_numbers - account.counts.unmanaged),
            addresses: sum(|account| account.counts.in_sync),
        },
        stale: Vec::new(),
    }
}

/// Of a document what one run and several put together must say alike.
fn said(plan: &Plan) -> serde_json::Value {
    let mut plan = plan.clone();
    plan.merged = None;
    plan.basis.clear();
    serde_json::to_value(plan).expect("JSON")
}

fn parts(plans: Vec<Plan>) -> Vec<Part> {
    let named = plans.into_iter().enumerate();
    named
        .map(|(at, plan)| Part {
            file: format!("part-{at}.json"),
            plan,
        })
        .collect()
}

fn faults(plans: Vec<Plan>) -> Vec<String> {
    let faults = plan::merge(parts(plans), false).expect_err("they don't make one");
    faults.iter().map(ToString::to_string).collect()
}

fn of_shards(count: usize) -> Vec<Plan> {
    (0..count)
        .map(|at| {
            let accounts = [account(at as u64, 1, 1, 20, 1)];
            run(
                &accounts,
                &Allow::default(),
                Some(format!("{}/{count}", at + 1)),
                false,
            )
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn shards_put_together_say_what_one_run_says(
        accounts in vec((0..5u64, 0..6u64, 0..12u64, 0..3u64, 0..4usize), 1..7),
        count in 1..5usize,
        allowed in proptest::option::of(0..20u64),
        audit in any::<bool>(),
        turn in 0..5usize,
    ) {
        let allow = Allow { release: allowed, update: allowed, e911: None };
        let plans: Vec<(AccountPlan, usize)> = accounts
            .iter()
            .enumerate()
            .map(|(at, (released, moved, same, unmanaged, shard))| {
                (account(at as u64, *released, *moved, *same, *unmanaged), shard % count)
            })
            .collect();
        let all: Vec<AccountPlan> = plans.iter().map(|(account, _)| account.clone()).collect();
        let whole = run(&all, &allow, None, audit);
        let mut shards: Vec<Plan> = (0..count)
            .map(|index| {
                let own: Vec<AccountPlan> = plans.iter().filter(|(_, shard)| *shard == index).map(|(account, _)| account.clone()).collect();
                run(&own, &allow, Some(format!("{}/{count}", index + 1)), audit)
            })
            .collect();
        // Whatever order they are named in.
        shards.rotate_left(turn % count);
        let merged = plan::merge(parts(shards), false).expect("one document");
        if count > 1 {
            let Some(Merged { parts, missing }) = &merged.merged else { panic!("not told as merged") };
            prop_assert_eq!(parts.len(), count);
            prop_assert!(missing.is_empty());
            prop_assert_eq!(said(&merged), said(&whole));
        }
    }
}

#[test]
fn four_shards_together_trip_the_guard_that_each_of_them_passes() {
    let shards: Vec<Plan> = (0..4)
        .map(|at| {
            let accounts = [account(at, 2, 0, 98, 0)];
            run(
                &accounts,
                &Allow::default(),
                Some(format!("{}/4", at + 1)),
                false,
            )
        })
        .collect();
    assert!(shards.iter().all(|shard| shard.guards.is_empty()));
    let merged = plan::merge(parts(shards), false).expect("one document");
    let told: Vec<_> = merged
        .guards
        .iter()
        .map(|guard| (guard.guard.as_str(), &guard.account, guard.count, guard.of))
        .collect();
    assert_eq!(told, [("release", &None, 8, 400)]);
}

#[test]
fn a_share_that_is_missing_doubled_or_of_another_run_is_named() {
    let shards = of_shards(4);
    assert_eq!(faults(shards[..3].to_vec()), ["shard 4/4 is missing"]);
    assert_eq!(
        faults(shards[2..3].to_vec()),
        ["shards 1/4, 2/4, 4/4 are missing"]
    );
    let mut doubled = shards.clone();
    doubled[3] = doubled[0].clone();
    let told = faults(doubled).join("\n");
    assert!(
        told.contains("shard 1/4 is in part-0.json, part-3.json"),
        "{told}"
    );
    assert!(told.contains("shard 4/4 is missing"), "{told}");
    let mixed = faults(vec![shards[0].clone(), of_shards(2)[1].clone()]);
    assert_eq!(
        mixed.first().map(String::as_str),
        Some(
            "the parts differ in what share of the accounts they are: one of 2 shards in part-1.json; one of 4 shards in part-0.json"
        )
    );
    for wrong in [
        "0/4",
        "5/4",
        "1/0",
        "01/4",
        "1",
        "",
        "a/b",
        "1/4000000000",
        "-1/4",
    ] {
        let mut shard = shards[0].clone();
        shard.shard = Some(wrong.to_owned());
        let told = faults(vec![shard]).join("\n");
        assert!(
            told.contains("is no share of the accounts"),
            "{wrong}: {told}"
        );
    }
}

#[test]
fn a_document_without_a_shard_says_so_and_speaks_of_the_rest() {
    let shards = of_shards(4);
    let merged = plan::merge(parts(shards[..3].to_vec()), true).expect("one document");
    let gap = merged.merged.as_ref().and_then(Merged::gap);
    assert_eq!(
        gap.as_deref(),
        Some("Shard 4/4 is missing: nothing is said of its accounts.")
    );
    assert_eq!(merged.steps.len(), 6);
    // Put together once more it would hide that.
    let told = faults(vec![merged.clone(), shards[3].clone()]).join("\n");
    assert!(told.contains("what share of the accounts"), "{told}");
    let alone = plan::merge(parts(vec![merged.clone()]), false).expect("as it is");
    assert_eq!(alone.merged, merged.merged);
}

#[test]
fn what_is_not_of_one_run_is_told_all_at_once() {
    let mut shards = of_shards(2);
    shards[1].environment = "beta".to_owned();
    shards[1].partition = alz::model::PartitionId::new("other");
    shards[1].targets.clear();
    shards[1].drift = Some(Drift::default());
    shards[1].steps = shards[0].steps.clone();
    shards[1].judged = None;
    let told = faults(shards).join("\n");
    for expected in [
        "differ in environment: beta in part-1.json; sandbox in part-0.json",
        "differ in partition",
        "differ in what they are",
        "differ in what they are restricted to (--target)",
        "account 0 is in part-0.json, part-1.json",
        "part-1.json does not say what it counted",
    ] {
        assert!(told.contains(expected), "{expected}:\n{told}");
    }
}

#[test]
fn runs_over_different_files_are_put_together_and_a_whole_run_is_not_added_to() {
    let mut plans: Vec<Plan> = (0..2)
        .map(|at| {
            let mut plan = run(&[account(at, 1, 0, 20, 0)], &Allow::default(), None, false);
            plan.targets.clear();
            plan.files = vec![format!("accounts/{at}.yaml")];
            plan
        })
        .collect();
    let merged = plan::merge(parts(plans.clone()), false).expect("one document");
    assert_eq!(merged.files, ["accounts/0.yaml", "accounts/1.yaml"]);
    assert_eq!(merged.steps.len(), 2);
    plans[1].files.clear();
    assert_eq!(
        faults(plans.clone()),
        ["part-1.json is of the whole environment: there is nothing to add to it"]
    );
    plans[1].files = plans[0].files.clone();
    assert_eq!(
        faults(plans),
        ["file accounts/0.yaml is in part-0.json, part-1.json"]
    );
}

#[test]
fn a_file_that_is_named_twice_is_told_in_one_line() {
    let mut parts = parts(of_shards(2));
    parts[1] = parts[0].clone();
    let faults = plan::merge(parts, true).expect_err("twice");
    let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["part-0.json is named more than once"]);
}

#[test]
fn of_steps_without_end_that_two_documents_share_a_few_are_named() {
    let mut shards = of_shards(2);
    let step = shards[0].steps[0].clone();
    for (at, shard) in shards.iter_mut().enumerate() {
        let account = AccountId::new(format!("other{at}"));
        shard.steps = (0..50)
            .map(|at| {
                let mut step = step.clone();
                step.id = format!("release-{at:02}");
                step.account = account.clone();
                step
            })
            .collect();
        shard.notes.clear();
        shard.names.clear();
    }
    let told = faults(shards);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].contains("release-11 and 38 more are in part-0.json, part-1.json"),
        "{told:?}"
    );
}
