//! The rules as tables, without HTTP: which command is lawful in which state,
//! and that nothing depends on how often somebody looks.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::sandbox::seed::Seed;

const ACCOUNT: &str = "a1";

fn start() -> Timestamp {
    "2026-11-23T17:00:00Z".parse().expect("an instant")
}

fn after(seconds: i64) -> Timestamp {
    start() + SignedDuration::from_secs(seconds)
}

fn number(line: u64) -> PhoneNumber {
    PhoneNumber::from_u64(18_015_550_000 + line).expect("a number")
}

fn csr(city: &str) -> serde_json::Value {
    json!({
        "customerType": "BUSINESS", "businessName": "Sample Dental", "streetNumber": "56",
        "streetName": "Sparks", "streetSuffix": "St", "city": city, "state": "ON",
        "country": "CAN", "postalCode": "K1P 5A9"
    })
}

/// A world with number 1 in this status.
fn world(status: &str) -> World {
    let seed: Seed = serde_json::from_value(json!({
        "carriers": [{"id": "c1", "name": "One", "carrierType": "BANDWIDTH"}],
        "inventory": [{"prefix": "1801555", "rateCenter": "PROVO", "state": "UT", "country": "USA"}],
        "addresses": [{"streetNumber": "56", "streetName": "Sparks", "streetSuffix": "St",
                       "city": "Ottawa", "state": "ON", "postalCode": "K1P 5A9", "country": "CAN"}],
        "accounts": [
            {"id": ACCOUNT, "name": "One", "users": [{"id": "u1", "firstName": "Ann"}],
             "numbers": [{"phoneNumber": "18015550001", "carrierStatus": status,
                          "customerServiceRecord": csr("Ottawa")}]},
            {"id": "a2", "name": "Two"}
        ]
    }))
    .expect("a seed");
    let mut world = seed.into_world(start()).expect("a world");
    world.reindex();
    world
}

fn command(name: &str, line: u64) -> Command {
    let (account, number) = (AccountId::new(ACCOUNT), number(line));
    let change = |fragment: serde_json::Value| {
        Command::Change(Box::new(Change {
            account: account.clone(),
            number,
            whole: false,
            order_version: None,
            fragment: serde_json::from_value(fragment).expect("a fragment"),
        }))
    };
    let order = |hold: bool| {
        Command::Order(Box::new(Order {
            account: account.clone(),
            numbers: vec![OrderedNumber {
                number,
                reference_type: None,
                reference_id: None,
                operational_status: None,
            }],
            csr: serde_json::from_value(csr("Ottawa")).expect("a record"),
            e911: None,
            listing: None,
            hold,
        }))
    };
    match name {
        "order" => order(false),
        "hold" => order(true),
        "submit" => Command::SubmitHeld { account, number },
        "cancel" => Command::CancelHeld { account, number },
        "delete" => Command::Delete { account, number },
        "recover" => Command::Recover { number },
        "reserve" => Command::Reserve {
            number,
            account: Some(AccountId::new("a2")),
        },
        "reference" => change(json!({"referenceType": "END_USER", "referenceId": "u1"})),
        "csr" => change(json!({"customerServiceRecord": csr("Ottawa")})),
        "e911" => change(json!({"e911Address": csr("Ottawa")})),
        "wrong911" => change(json!({"e911Address": csr("Sandy Hill")})),
        "listing" => change(json!({"directoryListing": {"type": "LIST_PUBLISH"}})),
        "accept" => Command::AcceptCorrection { account, number },
        other => panic!("no command {other}"),
    }
}

#[test]
fn each_status_allows_its_own_commands_and_no_others() {
    // order hold submit cancel delete recover reserve reference csr e911 listing accept
    let names = [
        "order",
        "hold",
        "submit",
        "cancel",
        "delete",
        "recover",
        "reserve",
        "reference",
        "csr",
        "e911",
        "listing",
        "accept",
    ];
    let table = [
        ("ACTIVE", "....y..yyyy."),
        ("ACTIVATION_ON_HOLD", "..yy...y...."),
        ("ACTIVATION_PENDING", ".......y...."),
        ("PORT_PENDING", ".......y...."),
        ("PORT_REJECTED", ".......y...."),
        ("CANCEL_PORT", "............"),
        ("CANCEL_PORT_EXPIDITED", "............"),
        ("DELETE_PENDING", "............"),
    ];
    for (status, row) in table {
        for (name, lawful) in names.iter().zip(row.chars()) {
            let mut world = world(status);
            let before = serde_json::to_string(&world).expect("json");
            let done = perform(&mut world, &command(name, 1), start());
            assert_eq!(done.is_ok(), lawful == 'y', "{name} in {status}: {done:?}");
            if done.is_err() {
                let after = serde_json::to_string(&world).expect("json");
                assert_eq!(
                    after, before,
                    "{name} in {status} was refused and changed something"
                );
            }
        }
    }
}

#[test]
fn a_number_goes_round_and_comes_back() {
    let mut world = world("ACTIVE");
    let steps: [(i64, &str, &str); 7] = [
        (0, "delete", "DELETE_PENDING"),
        (2, "", "-"),
        (86_400, "recover", "-"),
        (86_401, "hold", "ACTIVATION_ON_HOLD"),
        (86_402, "cancel", "-"),
        (86_403, "order", "ACTIVATION_PENDING"),
        (86_408, "", "ACTIVE"),
    ];
    for (second, name, expected) in steps {
        if name.is_empty() {
            settle(&mut world, after(second));
        } else {
            perform(&mut world, &command(name, 1), after(second)).unwrap_or_else(|refusal| {
                panic!("{name} at {second}: {refusal:?}");
            });
        }
        let status = world
            .numbers
            .get(&number(1))
            .map_or("-", |n| n.status.name());
        assert_eq!(status, expected, "after {name:?} at {second}");
    }
}

#[test]
fn a_second_address_overtakes_the_first_one_under_way() {
    let mut world = world("ACTIVE");
    perform(&mut world, &command("wrong911", 1), after(0)).expect("lawful");
    perform(&mut world, &command("e911", 1), after(2)).expect("lawful");
    // When the first address would have been rejected, the second one is under way.
    settle(&mut world, after(3));
    let event = world
        .events_of(number(1))
        .find(|event| event.kind == crate::sandbox::event::EventKind::E911Address)
        .expect("an event");
    assert_eq!(event.status.name(), "IN_PROGRESS");
    settle(&mut world, after(5));
    let statuses: Vec<&str> = world
        .events_of(number(1))
        .map(|e| e.status.name())
        .collect();
    assert_eq!(statuses, ["COMPLETED"]);
    assert_eq!(world.numbers[&number(1)].correction, None);
}

#[test]
fn a_cooldown_that_nobody_ends_ends_at_the_carrier() {
    let mut world = world("ACTIVE");
    perform(&mut world, &command("delete", 1), start()).expect("lawful");
    settle(&mut world, after(2 + 30 * 86_400 - 1));
    assert!(matches!(
        world.stock[&number(1)],
        crate::sandbox::world::Stock::Cooldown { .. }
    ));
    settle(&mut world, after(2 + 30 * 86_400));
    assert_eq!(
        world.stock[&number(1)],
        crate::sandbox::world::Stock::Returned
    );
    assert!(!world.is_free(number(1)));
    assert!(world.due.is_empty());
}

fn names() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "order",
        "hold",
        "submit",
        "cancel",
        "delete",
        "recover",
        "reserve",
        "reference",
        "csr",
        "e911",
        "wrong911",
        "listing",
        "accept",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whoever looks in between, the world comes out the same; its indexes are
    /// those of a world read from disk; a refusal changes nothing.
    #[test]
    fn any_history_comes_out_the_same_however_often_it_is_looked_at(
        history in prop::collection::vec((names(), 1_u64..4, 0_i64..6, any::<bool>()), 0..40)
    ) {
        let (mut looked_at, mut left_alone) = (world("ACTIVE"), world("ACTIVE"));
        let mut second = 0;
        for (name, line, pause, day) in history {
            for _ in 0..pause {
                second += 1;
                settle(&mut looked_at, after(second));
            }
            second += if day { 86_400 } else { 0 };
            let command = command(name, line);
            let one = perform(&mut looked_at, &command, after(second));
            let other = perform(&mut left_alone, &command, after(second));
            prop_assert_eq!(one, other);
        }
        let json = serde_json::to_string(&left_alone).expect("json");
        prop_assert_eq!(&serde_json::to_string(&looked_at).expect("json"), &json);
        let mut read: World = serde_json::from_str(&json).expect("a world");
        read.reindex();
        let listed = |world: &World| {
            world.numbers_of(&AccountId::new(ACCOUNT)).map(|(n, _)| n).collect::<Vec<_>>()
        };
        prop_assert_eq!(listed(&read), listed(&left_alone));
        left_alone.index.by_status.retain(|_, events| !events.is_empty());
        prop_assert_eq!(&read.index.by_status, &left_alone.index.by_status);
        prop_assert_eq!(serde_json::to_string(&read).expect("json"), json);
    }
}
