//! Guards of a run that is split: what one run refuses, several must refuse.

use proptest::prelude::*;

use super::*;

/// An account: what is touched, and of how many numbers.
fn accounts() -> impl Strategy<Value = Vec<(Touched, u64)>> {
    let account = (1..40u64).prop_flat_map(|of| {
        (0..=of.min(4), 0..=of, 0..=of).prop_map(move |(release, e911, update)| {
            let touched = Touched {
                release,
                e911,
                update,
            };
            (touched, of)
        })
    });
    proptest::collection::vec(account, 1..12)
}

/// What is told of a run of these accounts.
fn told(
    accounts: &[&(Touched, u64)],
    ids: &[AccountId],
    guards: &Guards,
    allow: &Allow,
    share: Share,
) -> Vec<TrippedGuard> {
    let mut run = Touched::default();
    let mut scopes: Vec<Scope> = Vec::new();
    for ((touched, of), id) in accounts.iter().zip(ids) {
        run.add(*touched);
        scopes.push(Scope {
            account: Some(id),
            touched: *touched,
            of: *of,
        });
    }
    let of = accounts.iter().map(|(_, of)| of).sum();
    scopes.push(Scope {
        account: None,
        touched: run,
        of,
    });
    judge(&scopes, run, guards, allow, share)
}

/// The shards of a run, each with what it knows of the others.
fn shards(accounts: &[(Touched, u64)], of: u32, knows: bool) -> Vec<(Vec<&(Touched, u64)>, Share)> {
    let mut split: Vec<Vec<&(Touched, u64)>> = vec![Vec::new(); of as usize];
    for (at, account) in accounts.iter().enumerate() {
        split[(at * 7 + 3) % of as usize].push(account);
    }
    let released: u64 = accounts.iter().map(|(touched, _)| touched.release).sum();
    split
        .into_iter()
        .map(|own| {
            let here: u64 = own.iter().map(|(touched, _)| touched.release).sum();
            let share = Share {
                of,
                // What a file gives up may be gone already: it is a bound.
                released_elsewhere: knows.then(|| released - here + here % 2),
            };
            (own, share)
        })
        .collect()
}

fn ids() -> Vec<AccountId> {
    (0..12)
        .map(|at| AccountId::new(format!("account{at}")))
        .collect()
}

proptest! {
    #[test]
    fn what_one_run_refuses_some_shard_refuses(
        accounts in accounts(),
        of in 2..6u32,
        knows: bool,
        max in proptest::option::of(0..12u64),
        percent in proptest::option::of(1.0..60.0f64),
        min in 1..6u64,
    ) {
        let guard = Guard { max, percent, min };
        let guards = Guards { release: guard, e911: guard, update: guard };
        let none = Allow::default();
        let everything: Vec<_> = accounts.iter().collect();
        let ids = ids();
        let whole = told(&everything, &ids, &guards, &none, Share::ALL);
        let parts = shards(&accounts, of, knows);
        for name in ["release", "e911", "update"] {
            if whole.iter().any(|tripped| tripped.guard == name) {
                let refused = parts.iter().any(|(own, share)| {
                    let told = told(own, &ids, &guards, &none, *share);
                    told.iter().any(|tripped| tripped.guard == name)
                });
                prop_assert!(refused, "{whole:?} is let through in {of} shards");
            }
        }
    }

    #[test]
    fn shards_that_are_all_lifted_do_no_more_than_was_allowed(
        accounts in accounts(),
        of in 2..6u32,
        knows: bool,
        allowed in 0..30u64,
    ) {
        let refuse_all = Guard { max: Some(0), percent: Some(0.0), min: 1 };
        let guards = Guards { release: refuse_all, e911: refuse_all, update: refuse_all };
        let allow = Allow { release: Some(allowed), e911: Some(allowed), update: Some(allowed) };
        let ids = ids();
        let mut done = Touched::default();
        for (own, share) in shards(&accounts, of, knows) {
            let told = told(&own, &ids, &guards, &allow, share);
            let may = |name: &str, count: u64| {
                if told.iter().any(|tripped| tripped.guard == name) { 0 } else { count }
            };
            for (touched, _) in own {
                done.add(Touched {
                    release: may("release", touched.release),
                    e911: may("e911", touched.e911),
                    update: may("update", touched.update),
                });
            }
        }
        prop_assert!(done.release <= allowed && done.e911 <= allowed && done.update <= allowed, "{done:?}");
    }

    #[test]
    fn what_a_shard_says_would_lift_it_does(
        accounts in accounts(),
        of in 2..6u32,
        knows: bool,
    ) {
        let refuse_all = Guard { max: Some(0), percent: None, min: 1 };
        let guards = Guards { release: refuse_all, e911: refuse_all, update: refuse_all };
        let ids = ids();
        for (own, share) in shards(&accounts, of, knows) {
            let mut allow = Allow::default();
            for tripped in told(&own, &ids, &guards, &allow, share) {
                match tripped.guard.as_str() {
                    "release" => allow.release = Some(tripped.allow),
                    "e911" => allow.e911 = Some(tripped.allow),
                    "update" => allow.update = Some(tripped.allow),
                    other => prop_assert!(false, "{other}"),
                }
            }
            prop_assert!(told(&own, &ids, &guards, &allow, share).is_empty());
        }
    }
}

/// With the usual limits, and one release in eight shards: no reason to stop.
#[test]
fn a_shard_that_knows_that_the_others_release_nothing_may_release_what_one_run_may() {
    let account = (
        Touched {
            release: 5,
            ..Touched::default()
        },
        1000,
    );
    let (ids, guards, none) = (ids(), Guards::default(), Allow::default());
    let judged = |released_elsewhere| {
        let share = Share {
            of: 8,
            released_elsewhere,
        };
        told(&[&account], &ids, &guards, &none, share)
    };
    assert_eq!(judged(Some(0)), []);
    let stopped = judged(Some(1));
    assert_eq!(stopped.len(), 1, "{stopped:?}");
    assert_eq!(stopped[0].limit, "at most 5 in all 8 shards, 0 in each");
    assert_eq!(stopped[0].allow, 6);
    // An account is pruned elsewhere: anything may be released there.
    assert_eq!(judged(None)[0].allow, 40);
}
