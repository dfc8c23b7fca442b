//! Claims in files: what an operating system does to them, and many of them at
//! once. What a user sees, and PostgreSQL, are in tests/cli.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use proptest::prelude::*;

use super::file::Store;
use super::*;

fn claim(accounts: impl IntoIterator<Item = u8>) -> Claim {
    Claim {
        partition: PartitionId::new("partition"),
        accounts: accounts
            .into_iter()
            .map(|account| AccountId::new(format!("account-{account}")))
            .collect(),
    }
}

fn here() -> Owner {
    Owner::here("test")
}

fn elsewhere() -> Owner {
    Owner {
        host: "elsewhere".to_owned(),
        boot: Some("another".to_owned()),
        ..here()
    }
}

async fn take(
    directory: &Path,
    claim: &Claim,
    owner: &Owner,
    ttl: Duration,
) -> Result<Guard, LockError> {
    let options = Options {
        wait: Duration::ZERO,
        time_to_live: ttl,
    };
    acquire(
        &Place::File(directory.to_owned()),
        claim,
        owner,
        &options,
        &mut |_| {},
    )
    .await
}

fn records(directory: &Path) -> usize {
    let entries = std::fs::read_dir(directory).expect("a directory");
    let is_record = |name: &str| name.ends_with(".json") || name.ends_with(".alive");
    entries
        .filter(|entry| {
            let name = entry.as_ref().expect("an entry").file_name();
            is_record(&name.to_string_lossy())
        })
        .count()
}

#[tokio::test]
async fn a_claim_keeps_out_whoever_shares_an_account_and_nobody_else() {
    let directory = tempfile::tempdir().expect("a directory");
    let at = directory.path();
    let first = take(at, &claim([1, 2]), &here(), TIME_TO_LIVE)
        .await
        .expect("free");
    let refused = take(at, &claim([2, 3]), &here(), TIME_TO_LIVE).await;
    assert!(
        matches!(refused, Err(LockError::Held { .. })),
        "{refused:?}"
    );
    let beside = take(at, &claim([3, 4]), &here(), TIME_TO_LIVE)
        .await
        .expect("free");
    let other = Claim {
        partition: PartitionId::new("other"),
        ..claim([1, 2])
    };
    let apart = take(at, &other, &here(), TIME_TO_LIVE)
        .await
        .expect("another partition");
    assert_eq!(first.release().await, None);
    let after = take(at, &claim([1, 2]), &here(), TIME_TO_LIVE)
        .await
        .expect("free again");
    assert!(after.took_over().is_empty());
    for guard in [beside, apart, after] {
        assert_eq!(guard.release().await, None);
    }
    assert_eq!(records(at), 0, "a claim that was given back leaves nothing");
}

#[tokio::test]
async fn a_claim_of_another_machine_counts_until_it_expires() {
    let directory = tempfile::tempdir().expect("a directory");
    let at = directory.path();
    let theirs = take(at, &claim([1]), &elsewhere(), TIME_TO_LIVE)
        .await
        .expect("free");
    let refused = take(at, &claim([1]), &here(), TIME_TO_LIVE).await;
    assert!(
        matches!(refused, Err(LockError::Held { .. })),
        "{refused:?}"
    );
    assert!(theirs.watch().holds());
    assert_eq!(theirs.release().await, None);
    // Expired: it is taken over although its process lives.
    let store = Store::new(at.to_owned());
    let expired = store.attempt(claim([1]), elsewhere(), Duration::ZERO).await;
    let Ok(Attempt::Held { hold: gone, .. }) = expired else {
        panic!("free");
    };
    let ours = take(at, &claim([1]), &here(), TIME_TO_LIVE)
        .await
        .expect("expired");
    assert_eq!(ours.took_over().len(), 1);
    assert!(!gone.record().is_there());
    let mut gone = gone;
    let renewed = gone.renew(moment::Moment::now(), TIME_TO_LIVE);
    assert!(
        matches!(&renewed, Renewal::Lost(why) if why.contains("taken over")),
        "{renewed:?}"
    );
    gone.release();
    assert!(
        ours.watch().holds(),
        "the late release of another's claim took ours away"
    );
}

#[tokio::test]
async fn a_process_that_lives_on_this_machine_keeps_its_claim_past_the_expiry() {
    let directory = tempfile::tempdir().expect("a directory");
    let at = directory.path();
    let store = Store::new(at.to_owned());
    let held = store
        .attempt(claim([1]), here(), Duration::ZERO)
        .await
        .expect("an answer");
    let refused = take(at, &claim([1]), &here(), TIME_TO_LIVE).await;
    assert!(
        matches!(refused, Err(LockError::Held { .. })),
        "{refused:?}"
    );
    drop(held); // as a kill does: its files stay, its locks go
    let ours = take(at, &claim([1]), &here(), TIME_TO_LIVE)
        .await
        .expect("it is gone");
    assert_eq!(ours.took_over().len(), 1);
}

#[tokio::test]
async fn whoever_could_not_renew_in_time_does_not_rely_on_its_claim() {
    let directory = tempfile::tempdir().expect("a directory");
    let guard = take(directory.path(), &claim([1]), &here(), Duration::ZERO)
        .await
        .expect("free");
    assert!(!guard.watch().holds());
    let why = guard.release().await.expect("a reason");
    assert!(why.contains("renewed in time"), "{why}");
}

#[tokio::test]
async fn a_claim_is_renewed_while_its_run_lives() {
    let directory = tempfile::tempdir().expect("a directory");
    let at = directory.path();
    let listed = async || {
        let place = Place::File(at.to_owned());
        let mut listed = list(&place, None, &here()).await.expect("a list");
        listed.remove(0).holder.expect("a record").expires
    };
    let ttl = Duration::from_secs(4);
    let guard = take(at, &claim([1]), &here(), ttl).await.expect("free");
    let first = listed().await;
    // A renewal comes after a quarter of the time.
    while listed().await == first {
        assert!(guard.watch().holds(), "{:?}", guard.watch().lost());
        tokio::task::yield_now().await;
    }
    assert!(listed().await > first);
    assert_eq!(guard.release().await, None);
}

#[tokio::test]
async fn a_removed_claim_is_noticed_before_the_next_step_with_the_reason() {
    let directory = tempfile::tempdir().expect("a directory");
    let at = directory.path();
    let guard = take(at, &claim([1]), &here(), TIME_TO_LIVE)
        .await
        .expect("free");
    let place = Place::File(at.to_owned());
    let ids = list(&place, None, &here()).await.expect("a list");
    let ids = ids.into_iter().map(|listed| listed.id).collect();
    let removed = remove(&place, &ids, &here(), "runner 7 was switched off").await;
    assert_eq!(removed.expect("removed"), ids);
    assert!(!guard.watch().holds());
    let why = guard.watch().lost().expect("a reason").to_owned();
    assert!(why.contains("runner 7 was switched off"), "{why}");
    let log = std::fs::read_to_string(at.join("log")).expect("a log");
    assert!(
        log.contains("runner 7 was switched off") && log.contains("account-1"),
        "{log}"
    );
}

#[tokio::test]
async fn what_is_no_record_refuses_until_it_is_removed() {
    for text in [
        "",
        "{",
        "[]",
        "{\"format\": 2}",
        "{\"format\": 1}",
        "\u{0}\u{0}",
    ] {
        let directory = tempfile::tempdir().expect("a directory");
        let at = directory.path();
        std::fs::write(at.join("x.json"), text).expect("a file");
        let refused = take(at, &claim([1]), &here(), TIME_TO_LIVE).await;
        assert!(
            matches!(refused, Err(LockError::Foreign { .. })),
            "{text:?}: {refused:?}"
        );
        let place = Place::File(at.to_owned());
        let listed = list(&place, Some(&PartitionId::new("any")), &here())
            .await
            .expect("a list");
        assert!(listed[0].holder.is_err());
        let ids = BTreeSet::from([listed[0].id.clone()]);
        remove(&place, &ids, &here(), "half written")
            .await
            .expect("removed");
        let _free = take(at, &claim([1]), &here(), TIME_TO_LIVE)
            .await
            .expect("free");
    }
}

#[tokio::test]
async fn a_place_that_cant_be_written_refuses() {
    let directory = tempfile::tempdir().expect("a directory");
    let at = directory.path().join("lock");
    std::fs::write(&at, "a file where a directory should be").expect("a file");
    let refused = take(&at, &claim([1]), &here(), TIME_TO_LIVE).await;
    assert!(matches!(refused, Err(LockError::Io { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_thousand_accounts_cost_no_more_files_than_one() {
    let directory = tempfile::tempdir().expect("a directory");
    let accounts = (0..1000).map(|account| AccountId::new(format!("account-{account}")));
    let many = Claim {
        accounts: accounts.collect(),
        ..claim([])
    };
    let guard = take(directory.path(), &many, &here(), TIME_TO_LIVE)
        .await
        .expect("free");
    assert_eq!(records(directory.path()), 2);
    assert_eq!(guard.release().await, None);
}

/// What may happen next in a schedule.
#[derive(Clone, Debug)]
enum Event {
    Attempt {
        accounts: BTreeSet<u8>,
        far: bool,
    },
    Release(usize),
    /// Its process is killed.
    Kill(usize),
    Remove(usize),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => (prop::collection::btree_set(0u8..6, 1..4), any::<bool>())
            .prop_map(|(accounts, far)| Event::Attempt { accounts, far }),
        2 => any::<usize>().prop_map(Event::Release),
        1 => any::<usize>().prop_map(Event::Kill),
        1 => any::<usize>().prop_map(Event::Remove),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Attempts, ends, kills and removals in any order: an attempt succeeds
    /// exactly where no account of it is held by a run that lives, or that was
    /// killed out of our sight and has not expired.
    #[test]
    fn whatever_happens_no_account_has_two_holders(events in prop::collection::vec(event(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let directory = tempfile::tempdir().expect("a directory");
        let store = || Store::new(directory.path().to_owned());
        runtime.block_on(async {
            let mut living: Vec<(BTreeSet<u8>, bool, super::file::Hold)> = Vec::new();
            // Accounts of runs that were killed, by the name of their record, and
            // whether that was far. From one machine to the other it isn't seen.
            let mut killed: BTreeMap<String, (BTreeSet<u8>, bool)> = BTreeMap::new();
            for event in events {
                match event {
                    Event::Attempt { accounts, far } => {
                        let owner = if far { elsewhere() } else { here() };
                        let taken = living.iter().map(|(held, ..)| held);
                        let unseen = killed.values().filter(|(_, there)| *there != far);
                        let unseen = unseen.map(|(held, _)| held);
                        let free = taken.chain(unseen).all(|held| held.is_disjoint(&accounts));
                        let attempt = store().attempt(claim(accounts.clone()), owner, TIME_TO_LIVE);
                        match attempt.await.expect("an answer") {
                            Attempt::Held { hold, took_over } => {
                                prop_assert!(free, "{accounts:?} were held");
                                for gone in took_over {
                                    killed.remove(&gone.id);
                                }
                                living.push((accounts, far, hold));
                            }
                            Attempt::Busy(holders) => {
                                prop_assert!(!free, "{accounts:?} were free: {holders:?}");
                                // What was seen to be stale is gone all the same.
                                killed.retain(|_, (held, there)| {
                                    *there != far || held.is_disjoint(&accounts)
                                });
                            }
                        }
                    }
                    Event::Release(which) if !living.is_empty() => {
                        living.remove(which % living.len()).2.release();
                    }
                    Event::Kill(which) if !living.is_empty() => {
                        let (accounts, far, hold) = living.remove(which % living.len());
                        killed.insert(hold.id().to_owned(), (accounts, far));
                        drop(hold);
                    }
                    Event::Remove(which) if !living.is_empty() => {
                        let (_, _, hold) = living.remove(which % living.len());
                        let ids = BTreeSet::from([hold.id().to_owned()]);
                        store().remove(ids, here(), "x".to_owned()).await.expect("removed");
                        prop_assert!(!hold.record().is_there());
                    }
                    Event::Release(_) | Event::Kill(_) | Event::Remove(_) => {}
                }
            }
            Ok(())
        })?;
    }
}

mod addresses {
    use super::*;

    fn parse(said: &str) -> Result<Place, LockError> {
        Place::parse(said, Path::new("/project"), None)
    }

    fn tls(said: &str) -> bool {
        match parse(said).expect("a place") {
            Place::Postgres(database) => database.tls,
            Place::None | Place::File(_) => panic!("{said}"),
        }
    }

    #[test]
    fn nothing_is_sent_in_the_clear_off_this_machine_unless_that_is_written() {
        assert!(tls("postgres://alz@db.example.com/locks"));
        assert!(tls("postgres://alz@db.example.com/locks?sslmode=require"));
        assert!(tls(
            "postgres://alz@db.example.com/locks?sslmode=verify-full&sslrootcert=ca.pem"
        ));
        assert!(tls("postgres://alz@localhost/locks?hostaddr=192.0.2.7"));
        assert!(!tls("postgres://alz@db.example.com/locks?sslmode=disable"));
        assert!(!tls("postgres://alz@127.0.0.1/locks"));
        assert!(!tls("postgres://alz@localhost/locks?sslmode=prefer"));
        for mode in ["prefer", "allow", "verify", ""] {
            let said = format!("postgres://alz@db.example.com/locks?sslmode={mode}");
            assert!(
                matches!(parse(&said), Err(LockError::Place { .. })),
                "{mode}"
            );
        }
    }

    #[test]
    fn a_password_is_in_no_word_about_an_address() {
        for said in [
            "postgres://alz:CANARY@db.example.com/locks",
            "postgres://alz:CANARY@db.example.com:port/locks",
            "postgres://alz:p@CANARY@db.example.com/locks",
            "postgres://alz:p?CANARY=1@db.example.com/locks",
            "postgres://alz:p/CANARY@db.example.com/locks?x=CANARY",
            "postgres://alz:CANARY",
            "postgres://db.example.com/locks?user=alz&password=CANARY",
            "postgres//alz:CANARY@db.example.com/locks",
            "mysql://alz:CANARY@db.example.com/locks",
            "CANARY",
        ] {
            let words = match parse(said) {
                Ok(place) => format!("{place} {place:?}"),
                Err(error) => format!("{error} {error:?} {}", error.help()),
            };
            assert!(!words.contains("CANARY"), "{said}: {words}");
        }
        assert!(Place::has_password(
            "postgres://alz:CANARY@db.example.com/locks"
        ));
        assert!(!Place::has_password("postgres://alz@db.example.com/locks"));
    }

    #[test]
    fn the_words_none_and_file_and_nothing_are_places() {
        assert!(matches!(parse("none"), Ok(Place::None)));
        for said in ["file", ""] {
            let Ok(Place::File(directory)) = parse(said) else {
                panic!("{said:?}")
            };
            assert_eq!(directory, Path::new("/project/.alz/lock"));
        }
        assert!(parse("postgres:///locks").is_err(), "a socket nobody named");
    }
}
