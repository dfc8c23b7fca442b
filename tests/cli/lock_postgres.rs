//! The lock in a real PostgreSQL database: `ALZ_TEST_POSTGRES` is the address of
//! a server on which databases may be made, `ALZ_TEST_POSTGRES_CA` the
//! certificate that it shows. `.ci/postgres start DIR` starts one and prints
//! both. Without it these tests say that they were left out; `.ci/run` starts one.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use alz::lock::{self, Claim, Liveness, LockError, Options, Place, TIME_TO_LIVE};
use alz::model::{AccountId, PartitionId};
use tokio::runtime::Runtime;
use tokio_postgres::NoTls;

use crate::lock::{activations, assert_stopped, end, hold, in_mid_run, someone};
use crate::world::{ACCOUNT, OFFICE, World};

const FILE: &str = "accounts/office.yaml";

/// A database of its own for one test.
pub struct Server {
    runtime: Runtime,
    pub address: String,
}

impl Server {
    pub fn new() -> Option<Self> {
        let Ok(root) = std::env::var("ALZ_TEST_POSTGRES") else {
            // Past the test's captured output, so that it is seen.
            let why = b"left out: ALZ_TEST_POSTGRES names no server (see .ci/postgres)\n";
            let _ = std::io::stderr().write_all(why);
            return None;
        };
        let runtime = Runtime::new().expect("a runtime");
        let name = format!("lock_{:016x}", fastrand::u64(..));
        let mut server = Self {
            runtime,
            address: root.clone(),
        };
        server.ask(&format!("create database {name}"));
        let (host, _) = root.rsplit_once('/').expect("a database");
        server.address = format!("{host}/{name}");
        Some(server)
    }

    fn place(&self) -> Place {
        Place::parse(&self.address, std::path::Path::new("."), None).expect("a place")
    }

    /// Sends SQL, as somebody else would; the rows of one column, as text.
    pub fn ask(&self, sql: &str) -> Vec<String> {
        self.runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(&self.address, NoTls)
                .await
                .expect("a server");
            let served = tokio::spawn(connection);
            let rows = client.simple_query(sql).await.expect("an answer");
            drop(client);
            let _ = served.await;
            rows.into_iter()
                .filter_map(|message| match message {
                    tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
                    _ => None,
                })
                .collect()
        })
    }

    /// Ends the connections that hold locks.
    fn cut(&self) {
        let ended = self.ask(
            "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'
             and database = (select oid from pg_database where datname = current_database())",
        );
        assert_eq!(
            ended,
            ["t"],
            "one connection holds one lock, whatever the accounts"
        );
    }
}

#[test]
fn a_second_run_is_refused_or_waits_and_both_do_everything_once() {
    let Some(server) = Server::new() else { return };
    let world = World::new(&[(FILE, OFFICE)]);
    let guard = hold(
        &server.runtime,
        &server.place(),
        ACCOUNT,
        "build-7",
        TIME_TO_LIVE,
    );
    let apply = |arguments: &[&str]| {
        let mut command = world.command(&["apply", "--auto-approve"]);
        command.args(arguments).env("ALZ_LOCK", &server.address);
        command
    };
    let said: crate::world::Said = apply(&[]).output().expect("alz runs").into();
    let said = said.expect(1);
    for word in ["maria on build-7", ACCOUNT, "since 20", "until 20"] {
        assert!(said.stderr.contains(word), "{word}: {}", said.stderr);
    }
    assert!(world.writes().is_empty());
    let start = || {
        apply(&["--lock-timeout", "5m"])
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .expect("alz starts")
    };
    let runs = [start(), start()];
    assert_eq!(server.runtime.block_on(guard.release()), None);
    let said = runs.map(|run| end(run).expect(0).stdout);
    assert_eq!(
        said.iter()
            .filter(|said| said.contains("No changes."))
            .count(),
        1,
        "{said:#?}"
    );
    assert_eq!(activations(&world), 3);
    assert!(
        server.ask("select id from alz_lock").is_empty(),
        "a run that ended left its row"
    );
    assert!(server.ask("select id from alz_lock_account").is_empty());
}

#[test]
fn a_connection_that_is_cut_in_mid_run_stops_it() {
    let Some(server) = Server::new() else { return };
    let world = World::new(&[(FILE, OFFICE)]);
    let child = in_mid_run(&world, &[("ALZ_LOCK", &server.address)], 3000);
    server.cut();
    assert_stopped(end(child), "terminating connection");
    assert_eq!(world.writes().len(), 1);
    // What it left is taken over by the next, which finishes the work.
    let next = world
        .command(&["apply", "--auto-approve"])
        .env("ALZ_LOCK", &server.address)
        .output();
    let said = crate::world::Said::from(next.expect("alz runs")).expect(0);
    assert!(said.stderr.contains("Took over"), "{}", said.stderr);
    assert_eq!(activations(&world), 3);
}

#[test]
#[cfg(unix)]
fn after_a_kill_the_next_run_takes_over_at_once() {
    let Some(server) = Server::new() else { return };
    let world = World::new(&[(FILE, OFFICE)]);
    let mut child = in_mid_run(&world, &[("ALZ_LOCK", &server.address)], 1000);
    child.kill().expect("it is killed"); // SIGKILL
    child.wait().expect("it is gone");
    // The server sees the end of the connection a moment later.
    let next = world
        .command(&["apply", "--auto-approve", "--lock-timeout", "1m"])
        .env("ALZ_LOCK", &server.address)
        .output();
    let said = crate::world::Said::from(next.expect("alz runs")).expect(0);
    assert!(said.stderr.contains("Took over"), "{}", said.stderr);
    let log = server.ask("select reason from alz_lock_log");
    assert_eq!(log, ["its connection to the database is gone"]);
}

#[test]
#[cfg(unix)]
fn unlock_stops_a_run_and_writes_the_reason_down() {
    let Some(server) = Server::new() else { return };
    let world = World::new(&[(FILE, OFFICE)]);
    let child = in_mid_run(&world, &[("ALZ_LOCK", &server.address)], 3000);
    let unlock = |arguments: &[&str]| {
        let command = world
            .command(arguments)
            .env("ALZ_LOCK", &server.address)
            .output();
        crate::world::Said::from(command.expect("alz runs")).expect(0)
    };
    let listed = unlock(&["unlock", "--format", "json"]).json();
    assert_eq!(listed["locks"][0]["state"], "held", "{listed:#}");
    assert_eq!(listed["locks"][0]["owner"]["command"], "alz apply");
    unlock(&[
        "unlock",
        "--reason",
        "it's the wrong file",
        "--auto-approve",
    ]);
    assert_stopped(end(child), "connection");
    let log = server.ask("select what || ': ' || reason from alz_lock_log");
    assert_eq!(log, ["removed: it's the wrong file"]);
}

#[test]
fn a_claim_that_expired_is_taken_and_its_holder_knows() {
    let Some(server) = Server::new() else { return };
    let place = server.place();
    // A renewal comes after ten seconds: until then it is as if it hung.
    let ttl = Duration::from_secs(40);
    let frozen = hold(&server.runtime, &place, ACCOUNT, "build-7", ttl);
    server.ask("update alz_lock set expires = now() - interval '1 hour'");
    let owner = someone("here");
    let listed = server
        .runtime
        .block_on(lock::list(&place, None, &owner))
        .expect("a list");
    assert!(matches!(&listed[0].liveness, Liveness::Stale(why) if why.contains("expired")));
    let ours = hold(&server.runtime, &place, ACCOUNT, "here", TIME_TO_LIVE);
    assert_eq!(ours.took_over().len(), 1);
    while frozen.watch().holds() {
        std::thread::yield_now();
    }
    let why = server.runtime.block_on(frozen.release()).expect("a reason");
    assert!(why.contains("taken over by"), "{why}");
    assert!(ours.watch().holds());
    let listed = server
        .runtime
        .block_on(lock::list(&place, None, &owner))
        .expect("a list");
    assert_eq!(
        listed.len(),
        1,
        "the late release of another's claim took ours away"
    );
    server.runtime.block_on(ours.release());
}

#[test]
fn a_claim_is_renewed_while_its_run_lives() {
    let Some(server) = Server::new() else { return };
    let guard = hold(
        &server.runtime,
        &server.place(),
        ACCOUNT,
        "here",
        Duration::from_secs(8),
    );
    let expires = || server.ask("select expires::text from alz_lock");
    let first = expires();
    while expires() == first {
        assert!(guard.watch().holds(), "{:?}", guard.watch().lost());
    }
    // Its row gone, as after a restore of the database: it is not renewed again.
    server.ask("delete from alz_lock");
    while guard.watch().holds() {
        std::thread::yield_now();
    }
    let lost = server.runtime.block_on(guard.release()).expect("a reason");
    assert!(lost.contains("is gone"), "{lost}");
}

#[test]
fn many_accounts_are_one_connection_and_one_lock() {
    let Some(server) = Server::new() else { return };
    let claim = Claim {
        partition: PartitionId::new("partition"),
        accounts: (0..10_000)
            .map(|account| AccountId::new(format!("{account:022}")))
            .collect(),
    };
    let place = server.place();
    let guard = server
        .runtime
        .block_on(lock::acquire(
            &place,
            &claim,
            &someone("here"),
            &Options::default(),
            &mut |_| {},
        ))
        .expect("free");
    assert_eq!(
        server.ask("select count(*) from alz_lock_account"),
        ["10000"]
    );
    let held = "select count(*) from pg_locks where locktype = 'advisory'
        and database = (select oid from pg_database where datname = current_database())";
    assert_eq!(server.ask(held), ["1"]);
    assert_eq!(server.runtime.block_on(guard.release()), None);
}

#[test]
fn tls_is_spoken_and_the_certificate_checked() {
    let Some(server) = Server::new() else { return };
    let certificate = std::env::var("ALZ_TEST_POSTGRES_CA").expect("the server's certificate");
    let root = std::path::Path::new("/");
    let with = |options: &str| {
        let place =
            Place::parse(&format!("{}?{options}", server.address), root, None).expect("a place");
        server
            .runtime
            .block_on(lock::list(&place, None, &someone("here")))
    };
    let trusting = format!("sslmode=verify-full&sslrootcert={certificate}");
    with(&trusting).expect("an encrypted connection");
    let place =
        Place::parse(&format!("{}?{trusting}", server.address), root, None).expect("a place");
    let guard = hold(&server.runtime, &place, ACCOUNT, "here", TIME_TO_LIVE);
    let encrypted = server.ask(
        "select ssl::text from pg_stat_ssl where pid in (select pid from pg_locks
         where locktype = 'advisory' and database =
           (select oid from pg_database where datname = current_database()))",
    );
    assert_eq!(encrypted, ["true"]);
    server.runtime.block_on(guard.release());
    // The system does not know this certificate.
    let refused = with("sslmode=require");
    assert!(
        matches!(&refused, Err(LockError::Database { why, .. }) if why.contains("certificate")),
        "{refused:?}"
    );
}

#[test]
fn a_server_that_refuses_or_is_not_there_refuses_the_run() {
    let Some(server) = Server::new() else { return };
    let world = World::new(&[(FILE, OFFICE)]);
    let (before, host) = server.address.split_once('@').expect("an address");
    let wrong = format!("{before}x@{host}");
    let nowhere = "postgres://alz:CANARY@127.0.0.1:1/locks".to_owned();
    server.ask("create table alz_lock (id int); create table alz_lock_account (id int); create table alz_lock_log (id int)");
    for address in [wrong, nowhere, server.address.clone()] {
        let output = world
            .command(&["apply", "--auto-approve"])
            .env("ALZ_LOCK", &address)
            .output();
        let said = crate::world::Said::from(output.expect("alz runs")).expect(1);
        assert!(said.stderr.contains("can't be used"), "{}", said.stderr);
        let password = address.split(['@', ':']).nth(2).expect("a password");
        assert!(!said.stderr.contains(password), "{}", said.stderr);
    }
    assert!(world.writes().is_empty());
}

/// Many lockers on both kinds of place, over random schedules: each holds its
/// accounts alone, and none waits for ever.
#[test]
fn many_lockers_never_hold_an_account_together() {
    const LOCKERS: usize = 8;
    const ROUNDS: usize = 12;
    const ACCOUNTS: u8 = 5;
    let directory = tempfile::tempdir().expect("a directory");
    let server = Server::new();
    let runtime = Runtime::new().expect("a runtime");
    let seed = fastrand::u64(..);
    let place = |files: bool| match &server {
        Some(server) if !files => server.place(),
        _ => Place::File(directory.path().to_owned()),
    };
    for files in [true, false] {
        let inside: Arc<Vec<AtomicUsize>> =
            Arc::new((0..ACCOUNTS).map(|_| AtomicUsize::new(0)).collect());
        let lockers: Vec<_> = (0..LOCKERS)
            .map(|locker| {
                let (place, inside) = (place(files), Arc::clone(&inside));
                runtime.spawn(async move {
                    let mut random = fastrand::Rng::with_seed(seed ^ locker as u64);
                    for _ in 0..ROUNDS {
                        let wanted: BTreeSet<u8> = (0..=random.u8(0..3))
                            .map(|_| random.u8(0..ACCOUNTS))
                            .collect();
                        let claim = Claim {
                            partition: PartitionId::new("partition"),
                            accounts: wanted
                                .iter()
                                .map(|account| AccountId::new(account.to_string()))
                                .collect(),
                        };
                        let options = Options {
                            wait: Duration::from_secs(120),
                            time_to_live: TIME_TO_LIVE,
                        };
                        let guard =
                            lock::acquire(&place, &claim, &someone("here"), &options, &mut |_| {})
                                .await
                                .expect("its turn comes");
                        for account in &wanted {
                            let others =
                                inside[usize::from(*account)].fetch_add(1, Ordering::SeqCst);
                            assert_eq!(others, 0, "account {account} has two holders; seed {seed}");
                        }
                        for _ in 0..random.u8(0..20) {
                            tokio::task::yield_now().await;
                        }
                        for account in &wanted {
                            inside[usize::from(*account)].fetch_sub(1, Ordering::SeqCst);
                        }
                        // Some give it back, some just go.
                        if random.bool() {
                            assert_eq!(guard.release().await, None);
                        }
                    }
                })
            })
            .collect();
        for locker in lockers {
            runtime.block_on(locker).expect("no two at once");
        }
    }
}
