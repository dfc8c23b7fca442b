//! Guards, and the invariants that every plan is held to.

use alz::model::AccountId;
use alz::plan::{self, Action, Allow, Change, NoteKind, Plan};
use serde_json::{Value, json};

use crate::world::*;

fn number(at: u64) -> String {
    (18_015_550_000 + at).to_string()
}

/// An account with `all` active numbers, of which the first `some` have this entry.
fn account(id: &str, all: u64, some: u64, entry: &Value) -> World {
    let mut world = World::new();
    world.desired.account = AccountId::new(id);
    for at in 0..all {
        let live = json!({ "customerServiceRecord": office(), "e911Address": elsewhere() });
        world = world.lists_number(&number(at), "ACTIVE", live);
        let entry = if at < some { entry.clone() } else { json!({}) };
        world = world.declares_number(&number(at), entry);
    }
    world
}

fn judged(worlds: &[World], allow: Allow) -> Plan {
    assembled(worlds.iter().map(World::account).collect(), &allow)
}

fn tripped(plan: &Plan) -> Vec<(&str, Option<&str>, u64)> {
    plan.guards
        .iter()
        .map(|guard| {
            let account = guard.account.as_ref().map(AccountId::as_str);
            (guard.guard.as_str(), account, guard.count)
        })
        .collect()
}

fn one(all: u64, some: u64, entry: &Value, allow: Allow) -> Vec<(String, u64)> {
    let plan = judged(&[account(ACCOUNT, all, some, entry)], allow);
    let tripped = tripped(&plan);
    tripped
        .into_iter()
        .map(|(name, _, count)| (name.to_owned(), count))
        .collect()
}

fn released() -> Value {
    json!({ "state": "released" })
}

#[test]
fn a_mass_release_is_stopped_by_number_and_by_share() {
    let none = Allow::default();
    assert!(
        one(1000, 5, &released(), none).is_empty(),
        "five are allowed"
    );
    assert_eq!(one(1000, 6, &released(), none), [("release".to_owned(), 6)]);
    assert!(
        one(3, 1, &released(), none).is_empty(),
        "one of three: shares count from two on"
    );
    assert!(
        one(20, 2, &released(), none).is_empty(),
        "two of twenty are ten percent"
    );
    assert_eq!(one(19, 2, &released(), none), [("release".to_owned(), 2)]);
}

#[test]
fn a_guard_is_lifted_up_to_the_number_that_was_said() {
    let allow = |count| Allow {
        release: Some(count),
        ..Allow::default()
    };
    assert_eq!(one(1000, 12, &released(), allow(11)).len(), 1);
    assert!(one(1000, 12, &released(), allow(12)).is_empty());
    let other = Allow {
        update: Some(99),
        e911: Some(99),
        release: None,
    };
    assert_eq!(one(1000, 12, &released(), other).len(), 1);
}

#[test]
fn many_small_accounts_do_not_slip_past_a_guard() {
    let accounts: Vec<World> = (0..4)
        .map(|at| account(&format!("account{at}"), 100, 2, &released()))
        .collect();
    let plan = judged(&accounts, Allow::default());
    assert_eq!(tripped(&plan), [("release", None, 8)]);
    assert_eq!(plan.guards[0].allow, 8);
    let plan = judged(
        &accounts,
        Allow {
            release: Some(7),
            ..Allow::default()
        },
    );
    assert_eq!(plan.guards.len(), 1);
}

#[test]
fn prune_and_cancelled_activations_count_as_releases() {
    let mut world = account(ACCOUNT, 40, 0, &json!({}));
    world.desired.numbers.clear();
    world.desired.prune = true;
    assert_eq!(world.plan().guards[0].count, 40);
    let mut world = World::new();
    for at in 0..6 {
        world = world
            .lists_number(&number(at), "ACTIVATION_ON_HOLD", json!({}))
            .declares_number(&number(at), released());
    }
    let plan = world.plan();
    assert_eq!(count(&plan, "cancelActivation"), 6);
    assert_eq!(plan.guards[0].count, 6);
}

/// A way to take numbers away, or to send their emergency calls elsewhere.
struct Way {
    what: &'static str,
    guard: &'static str,
    summary: &'static str,
    status: &'static str,
    entry: Value,
    /// No entry at all, on an account that prunes.
    prunes: bool,
    in_port: bool,
    corrected: bool,
}

fn ways() -> Vec<Way> {
    let way = |what, guard, summary, status, entry| Way {
        what,
        guard,
        summary,
        status,
        entry,
        prunes: false,
        in_port: false,
        corrected: false,
    };
    let correction = |decision: &str| json!({ "e911Address": with(office(), json!({ "onCorrection": decision, "city": "Vineyard" })) });
    vec![
        way("released", "release", "release", "ACTIVE", released()),
        Way {
            prunes: true,
            ..way("pruned", "release", "release", "ACTIVE", Value::Null)
        },
        way(
            "activation cancelled",
            "release",
            "cancelActivation",
            "ACTIVATION_ON_HOLD",
            released(),
        ),
        Way {
            in_port: true,
            ..way(
                "port cancelled",
                "release",
                "cancelPort",
                "PORT_PENDING",
                with(released(), json!({ "port": "main-line" })),
            )
        },
        way(
            "address moved",
            "e911",
            "update",
            "ACTIVE",
            json!({ "e911Address": office() }),
        ),
        Way {
            corrected: true,
            ..way(
                "correction accepted",
                "e911",
                "acceptE911Correction",
                "ACTIVE",
                correction("accept"),
            )
        },
        Way {
            corrected: true,
            ..way(
                "original kept",
                "e911",
                "keepE911Original",
                "ACTIVE",
                correction("keepOriginal"),
            )
        },
    ]
}

impl Way {
    /// An account with `all` numbers, of which it is the way of the first `some`.
    fn world(&self, id: &str, all: u64, some: u64, protected: bool) -> World {
        let mut world = World::new();
        world.desired.account = AccountId::new(id);
        world.desired.prune = self.prunes;
        let base: u64 = id.bytes().map(u64::from).sum::<u64>() * 1000;
        let name = |at: u64| number(base % 900_000 + at);
        let vineyard = with(office(), json!({ "city": "Vineyard" }));
        let address = match self.corrected {
            true => vineyard,
            false => elsewhere(),
        };
        let live = json!({ "customerServiceRecord": elsewhere(), "e911Address": address });
        for at in 0..all {
            let (its, status) = match at < some {
                true => (self.entry.clone(), self.status),
                false => (json!({}), "ACTIVE"),
            };
            if at < some && self.corrected {
                let tn = tn(&name(at));
                world.live.corrections.insert(tn, record(office()));
                let event = alz::model::live::LiveEvent {
                    kind: alz::model::live::EventKind::E911Address,
                    status: "REJECTED".into(),
                    updated: None,
                    message: Some("No MSAG Match, alternatives found".into()),
                };
                world.live.events.entry(tn).or_default().push(event);
                let never = alz::model::CorrectionPast::Never;
                world.checks.answer_correction_past(tn, never);
            }
            world = world.lists_number(&name(at), status, live.clone());
            match (&its, protected) {
                (Value::Null, false) => {}
                (Value::Null, true) => {
                    world = world.declares_number(&name(at), json!({ "protected": true }));
                }
                (its, true) => {
                    let its = with(its.clone(), json!({ "protected": true }));
                    world = world.declares_number(&name(at), its);
                }
                (its, false) => world = world.declares_number(&name(at), its.clone()),
            }
        }
        if self.in_port && some > 0 {
            let names: Vec<String> = (0..some).map(name).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            world = world.declares_port("main-line", main_line()).has_port(
                self.status,
                ordered("PENDING", &names, json!({})),
                live,
            );
        }
        world
    }

    fn tripped(&self, all: u64, some: u64, allow: Allow) -> Vec<(String, u64)> {
        let plan = judged(&[self.world(ACCOUNT, all, some, false)], allow);
        let tripped = tripped(&plan).into_iter();
        let of_it = tripped.filter(|(name, _, _)| *name == self.guard);
        of_it
            .map(|(name, _, count)| (name.to_owned(), count))
            .collect()
    }
}

#[test]
fn each_way_to_take_away_or_to_move_is_counted_by_its_guard_and_lifted_by_its_name() {
    for way in ways() {
        let (what, none) = (way.what, Allow::default());
        // From `min` on by share, and by count.
        let (within, beyond) = match way.guard {
            "release" => ([(3, 1), (20, 2), (100, 5)], [(19, 2), (10, 3), (100, 6)]),
            _ => ([(3, 3), (10, 3), (20, 6)], [(4, 4), (10, 4), (20, 7)]),
        };
        for (all, some) in within {
            assert_eq!(way.tripped(all, some, none), [], "{what}: {some} of {all}");
        }
        for (all, some) in beyond {
            let its = [(way.guard.to_owned(), some)];
            assert_eq!(way.tripped(all, some, none), its, "{what}: {some} of {all}");
            let plan = way.world(ACCOUNT, all, some, false).plan();
            let steps = if way.in_port { 1 } else { some };
            assert_eq!(count(&plan, way.summary), steps, "{what}");
            let others = match way.guard {
                "release" => Allow {
                    e911: Some(99),
                    update: Some(99),
                    release: Some(some - 1),
                },
                _ => Allow {
                    e911: Some(some - 1),
                    update: Some(99),
                    release: Some(99),
                },
            };
            assert_eq!(way.tripped(all, some, others), its, "{what}");
            let own = match way.guard {
                "release" => Allow {
                    release: Some(some),
                    ..none
                },
                _ => Allow {
                    e911: Some(some),
                    ..none
                },
            };
            assert_eq!(way.tripped(all, some, own), [], "{what}");
        }
    }
}

#[test]
fn each_way_is_counted_over_all_accounts_of_a_run_as_well() {
    for way in ways() {
        let (each, sum) = match way.guard {
            // Two of a hundred are nothing for an account, and eight too many.
            "release" => ((100, 2), 8),
            // Three are below `min`, and twelve of twelve are more than a third.
            _ => ((3, 3), 12),
        };
        let accounts: Vec<World> = ["one", "two", "three", "fourth"]
            .into_iter()
            .map(|id| way.world(id, each.0, each.1, false))
            .collect();
        let plan = judged(&accounts, Allow::default());
        let tripped = tripped(&plan).into_iter();
        let of_it: Vec<_> = tripped.filter(|(name, _, _)| *name == way.guard).collect();
        assert_eq!(of_it, [(way.guard, None, sum)], "{}", way.what);
    }
}

#[test]
fn protection_beats_each_way_to_take_away() {
    for way in ways().iter().filter(|way| way.guard == "release") {
        let plan = way.world(ACCOUNT, 10, 2, true).plan();
        assert!(plan.steps.is_empty(), "{}: {:#?}", way.what, ids(&plan));
        assert!(plan.guards.is_empty(), "{}", way.what);
        let blocked = notes(&plan, NoteKind::Blocked);
        let said = blocked.iter().any(|note| note.reason.contains("protected"));
        // A number that a file declares is not pruned at all.
        assert!(said || way.prunes, "{}", way.what);
    }
}

#[test]
fn moved_e911_addresses_are_counted_by_themselves() {
    let moved = json!({ "e911Address": office() });
    assert!(
        one(10, 3, &moved, Allow::default()).is_empty(),
        "counted from four on"
    );
    assert_eq!(
        one(10, 4, &moved, Allow::default()),
        [("e911".to_owned(), 4)]
    );
    // A record that takes 911 along moves it as well.
    let mut world = account(
        ACCOUNT,
        10,
        4,
        &json!({ "customerServiceRecord": elsewhere() }),
    );
    for live in world.live.numbers.values_mut() {
        live.e911_address = None;
    }
    assert_eq!(world.plan().guards[0].guard, "e911");
}

#[test]
fn updates_are_judged_by_their_share() {
    let entry = json!({ "reference": { "type": "IVR", "id": "x" } });
    assert!(
        one(10, 5, &entry, Allow::default()).is_empty(),
        "half is allowed"
    );
    assert_eq!(
        one(10, 6, &entry, Allow::default()),
        [("update".to_owned(), 6)]
    );
    assert!(
        one(4, 4, &entry, Allow::default()).is_empty(),
        "counted from five on"
    );
}

#[test]
fn what_a_port_has_waited_for_trips_no_guard() {
    let entry = json!({ "directoryListing": { "type": "LIST_PUBLISH" } });
    let finished = |listing: &str| {
        let mut world = account("one", 10, 10, &entry);
        for live in world.live.numbers.values_mut() {
            live.directory_listing = Some(alz::model::live::LiveListing {
                listing_type: Some(listing.into()),
                ..Default::default()
            });
        }
        judged(&[world], Allow::default())
    };
    assert_eq!(tripped(&finished("PORTED")), []);
    assert_eq!(
        tripped(&finished("NOT_LIST_NOT_PUBLISH")),
        [("update", Some("one"), 10)]
    );
}

#[test]
fn new_numbers_trip_no_guard() {
    let mut world = World::new();
    for at in 0..50 {
        let reference = json!({ "type": "END_USER", "id": USER, "assignAsCallerId": true });
        world = world.declares_number(
            &number(at),
            json!({ "customerServiceRecord": office(), "reference": reference }),
        );
        world
            .live
            .inventory
            .insert(tn(&number(at)), alz::model::live::Inventory::Free);
    }
    let plan = world.plan();
    assert_eq!((count(&plan, "activate"), count(&plan, "update")), (50, 50));
    assert!(plan.guards.is_empty(), "{:#?}", plan.guards);
}

#[test]
fn the_summary_has_every_key_even_of_an_empty_run() {
    let plan = assembled(Vec::new(), &Allow::default());
    for action in Action::ALL {
        assert_eq!(plan.summary.get(action.summary_key()), Some(&0));
    }
    for key in ["inSync", "unmanaged", "waiting", "deferred", "blocked"] {
        assert_eq!(plan.summary.get(key), Some(&0));
    }
}

/// A sound plan, spoiled; the lint must say so.
fn spoiled(spoil: impl FnOnce(&mut Plan)) -> Vec<String> {
    let mut plan = World::new()
        .declares(json!({ "e911Address": elsewhere() }))
        .declares_number("18015550001", json!({ "state": "released" }))
        .lists("ACTIVE", json!({ "customerServiceRecord": office() }))
        .lists_number("18015550001", "ACTIVE", json!({}))
        .plan();
    assert_eq!(ids(&plan), ["release-18015550001", "update-18015551212"]);
    spoil(&mut plan);
    plan::lint(&plan)
}

#[test]
fn the_lint_finds_what_must_never_be_in_a_plan() {
    assert!(spoiled(|_| {}).is_empty());
    let broken: Vec<(&str, Vec<String>)> = vec![
        (
            "two steps have this id",
            spoiled(|plan| {
                let again = plan.steps[0].clone();
                plan.steps.push(again);
            }),
        ),
        (
            "does not come before it",
            spoiled(|plan| {
                plan.steps[0]
                    .depends_on
                    .push("update-18015551212".to_owned())
            }),
        ),
        (
            "more than one PATCH",
            spoiled(|plan| {
                let mut again = plan.steps[1].clone();
                again.id = "again".to_owned();
                plan.steps.push(again);
            }),
        ),
        (
            "waiting or blocked",
            spoiled(|plan| {
                plan.notes
                    .iter_mut()
                    .for_each(|note| note.kind = NoteKind::Blocked);
            }),
        ),
        (
            "unmanaged",
            spoiled(|plan| {
                plan.notes
                    .iter_mut()
                    .for_each(|note| note.kind = NoteKind::Unmanaged);
            }),
        ),
        (
            "no street or city",
            spoiled(|plan| {
                plan.steps[1].body =
                    Some(json!({ "e911Address": { "streetName": "", "city": "Orem" } }));
            }),
        ),
        (
            "onCorrection",
            spoiled(|plan| {
                plan.steps[1].body = Some(
                    json!({ "e911Address": { "streetName": "A", "city": "B", "onCorrection": "accept" } }),
                );
            }),
        ),
        (
            "does not change",
            spoiled(|plan| {
                plan.steps[1].changes = vec![Change {
                    path: "x".to_owned(),
                    before: json!(1),
                    after: json!(1),
                    sensitive: false,
                    origin: None,
                }];
            }),
        ),
        (
            "is not its method",
            spoiled(|plan| plan.steps[1].request.method = "DELETE".to_owned()),
        ),
        (
            "summary",
            spoiled(|plan| {
                plan.steps.pop();
            }),
        ),
        (
            "given up and changed",
            spoiled(|plan| {
                plan.steps[1].numbers = plan.steps[0].numbers.clone();
            }),
        ),
    ];
    for (word, faults) in broken {
        assert!(
            faults.iter().any(|fault| fault.contains(word)),
            "{word}: {faults:#?}"
        );
    }
}
