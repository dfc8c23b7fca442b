//! The state on disk, through restarts and kills, and two runs that must be alike.

use std::path::Path;

use super::*;

/// Some of everything.
async fn live_a_little(caller: &Caller) {
    assert_eq!(caller.order(DENTAL, activation("18015550131")).await.0, 200);
    let mut held = activation("18015550132");
    held["holdActivation"] = json!(true);
    assert_eq!(caller.order(DENTAL, held).await.0, 200);
    caller.advance("PT5S").await;
    let wish = json!({"referenceType": "END_USER", "referenceId": JOHN, "assignAsCallerId": true});
    assert_eq!(caller.patch(DENTAL, "18015550131", wish).await.0, 200);
    assert_eq!(caller.delete(&tn(CLINIC, "18014040902")).await.0, 204);
    assert_eq!(caller.order(DENTAL, activation("12125550100")).await.0, 400);
    let login = json!({"username": "a@b.c", "password": "x"});
    assert_eq!(
        caller.call("POST", "/v2/authorize", Some(login)).await.0,
        200
    );
    caller.advance("P2D").await;
}

async fn state(caller: &Caller) -> Value {
    let (status, body) = caller.get("/sandbox/state").await;
    assert_eq!(status, 200);
    body
}

#[tokio::test]
async fn the_same_requests_give_the_same_world() {
    let (one, other) = (Caller::built_in().await, Caller::built_in().await);
    live_a_little(&one).await;
    live_a_little(&other).await;
    assert_eq!(
        state(&one).await.to_string(),
        state(&other).await.to_string()
    );
}

#[tokio::test]
async fn looking_often_changes_nothing() {
    let (one, other) = (Caller::built_in().await, Caller::built_in().await);
    for caller in [&one, &other] {
        for number in ["18015550131", "18015550132"] {
            assert_eq!(caller.order(DENTAL, activation(number)).await.0, 200);
        }
    }
    for _ in 0..6 {
        one.advance("PT1S").await;
        one.live(DENTAL, "18015550131").await;
    }
    other.advance("PT6S").await;
    assert_eq!(
        state(&one).await.to_string(),
        state(&other).await.to_string()
    );
}

fn copy(from: &Path, to: &Path) {
    for suffix in ["", ".journal"] {
        let name = |path: &Path| format!("{}{suffix}", path.display());
        std::fs::copy(name(from), name(to)).expect("a copy");
    }
}

fn plain(path: &Path) -> Options {
    Options {
        listen: "127.0.0.1:0".parse().expect("an address"),
        state: Some(path.to_owned()),
        seed: None,
        now: None,
    }
}

/// The world that a sandbox finds in this file.
async fn reopened(path: &Path) -> Value {
    let caller = Caller::start(plain(path)).await;
    let found = state(&caller).await;
    caller.running.shutdown().await;
    found
}

#[tokio::test]
async fn a_kill_at_any_byte_of_the_last_record_loses_at_most_that_record() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("deep/er/world.json");
    let caller = Caller::with(Some(path.clone()), None).await;
    live_a_little(&caller).await;
    let before = state(&caller).await;
    // A short record: it is cut at each of its bytes.
    assert_eq!(caller.delete(&tn(CLINIC, "18014040904")).await.0, 204);
    let after = state(&caller).await;
    // What a kill leaves is what is on disk now: nothing more is written at an end.
    let left = directory.path().join("left.json");
    copy(&path, &left);
    caller.running.shutdown().await;

    let journal = std::fs::read(directory.path().join("left.json.journal")).expect("a journal");
    let last = journal[..journal.len() - 1]
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |newline| newline + 1);
    let try_at = directory.path().join("try.json");
    for end in last..=journal.len() {
        copy(&left, &try_at);
        std::fs::write(directory.path().join("try.json.journal"), &journal[..end]).expect("cut");
        let found = reopened(&try_at).await;
        let expected = if end == journal.len() {
            &after
        } else {
            &before
        };
        assert!(&found == expected, "cut at byte {end}");
        // And once more from what that start wrote.
        if end % 97 == 0 {
            let again = reopened(&try_at).await;
            assert!(&again == expected, "second start, cut at byte {end}");
        }
    }
}

#[tokio::test]
async fn a_journal_that_outlives_its_snapshot_is_not_done_twice() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("world.json");
    let caller = Caller::with(Some(path.clone()), None).await;
    assert_eq!(caller.order(DENTAL, activation("18015550134")).await.0, 200);
    let journal = std::fs::read(directory.path().join("world.json.journal")).expect("a journal");
    caller.running.shutdown().await;
    let compacted = reopened(&path).await;
    // A kill between the renaming of the snapshot and the emptying of the journal.
    std::fs::write(directory.path().join("world.json.journal"), journal).expect("the old journal");
    assert_eq!(reopened(&path).await, compacted);
    assert_eq!(compacted["orders"]["18015550134"]["activations"], 1);
}

#[tokio::test]
async fn a_kill_between_any_steps_of_a_compaction_loses_nothing() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = |name: &str| directory.path().join(name);
    let path = file("world.json");
    let caller = Caller::with(Some(path.clone()), None).await;
    let first_snapshot = std::fs::read(&path).expect("a snapshot");
    for serial in 0..8 {
        let number = format!("1801555016{serial}");
        assert_eq!(caller.order(DENTAL, activation(&number)).await.0, 200);
    }
    let expected = state(&caller).await;
    caller.running.shutdown().await;
    let journal = std::fs::read_to_string(file("world.json.journal")).expect("a journal");
    let lines: Vec<&str> = journal.split_inclusive('\n').collect();
    let (before, after) = (lines[..5].concat(), lines[5..].concat());
    // The snapshot that a compaction after the fifth command makes.
    std::fs::write(&path, &first_snapshot).expect("a snapshot");
    std::fs::write(file("world.json.journal"), &before).expect("a journal");
    reopened(&path).await;
    let second_snapshot = std::fs::read(&path).expect("a snapshot");
    assert_ne!(first_snapshot, second_snapshot);

    let steps: [(&str, &[u8], &str, Option<&str>); 5] = [
        (
            "the second journal is new",
            &first_snapshot,
            &journal,
            Some(""),
        ),
        (
            "the snapshot is being written",
            &first_snapshot,
            &before,
            Some(&after),
        ),
        (
            "the snapshot is there",
            &second_snapshot,
            &before,
            Some(&after),
        ),
        (
            "the journals have changed places",
            &second_snapshot,
            &after,
            None,
        ),
        (
            "a start has emptied the journal",
            &second_snapshot,
            "",
            Some(&after),
        ),
    ];
    for (step, snapshot, journal, next) in steps {
        std::fs::write(&path, snapshot).expect("a snapshot");
        std::fs::write(file("world.json.journal"), journal).expect("a journal");
        if let Some(next) = next {
            std::fs::write(file("world.json.journal.next"), next).expect("a second journal");
        }
        assert!(reopened(&path).await == expected, "{step}");
        assert!(!file("world.json.journal.next").exists(), "{step}");
        assert!(reopened(&path).await == expected, "{step}, and once more");
    }
    // A torn end of the second journal was never answered; the rest was.
    std::fs::write(&path, &first_snapshot).expect("a snapshot");
    std::fs::write(file("world.json.journal"), &before).expect("a journal");
    std::fs::write(file("world.json.journal.next"), &after[..after.len() - 9]).expect("torn");
    let found = reopened(&path).await;
    assert_eq!(found["orders"]["18015550166"]["activations"], 1);
    assert_eq!(found["orders"]["18015550167"], Value::Null);
}

#[tokio::test]
async fn a_large_world_comes_back_and_writes_each_address_once() {
    let directory = tempfile::tempdir().expect("a directory");
    let (seed, path) = (
        directory.path().join("seed.yaml"),
        directory.path().join("world.json"),
    );
    let text = "carriers: [{ id: c1, name: One, carrierType: BANDWIDTH }]\ngenerate: { accounts: 200, numbersPerAccount: 100 }\n";
    std::fs::write(&seed, text).expect("a seed");
    let caller = Caller::with(Some(path.clone()), Some(seed)).await;
    let wish = json!({"customerServiceRecord": lindon()});
    let (account, number) = ("generated0000000000199", "12012019999");
    assert_eq!(caller.patch(account, number, wish).await.0, 200);
    caller.advance("PT1H").await;
    let before = state(&caller).await;
    assert_eq!(
        before["numbers"].as_object().map(|numbers| numbers.len()),
        Some(20_000)
    );
    let (_, listed) = caller
        .get(&format!("{{P}}/account/{account}/telephonenumber"))
        .await;
    caller.running.shutdown().await;
    assert!(reopened(&path).await == before);
    let snapshot = std::fs::read_to_string(&path).expect("a snapshot");
    let addresses = snapshot
        .lines()
        .filter(|line| line.starts_with("{\"record\""))
        .count();
    assert_eq!(
        addresses, 401,
        "a CSR and an E911 address an account, and the changed one"
    );
    let again = Caller::start(plain(&path)).await;
    let (_, found) = again
        .get(&format!("{{P}}/account/{account}/telephonenumber"))
        .await;
    assert!(found == listed, "the listing has another order or content");
}

#[tokio::test]
async fn a_snapshot_that_lacks_a_line_is_an_error() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("world.json");
    let caller = Caller::with(Some(path.clone()), None).await;
    caller.running.shutdown().await;
    let whole = std::fs::read_to_string(&path).expect("a snapshot");
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    assert!(lines.len() > 10);
    for missing in [1, lines.len() / 2, lines.len() - 1] {
        let mut left = lines.clone();
        left.remove(missing);
        std::fs::write(&path, left.concat()).expect("damage");
        let refused = start(plain(&path)).await;
        let error = refused.expect_err("a damaged state").to_string();
        assert!(error.contains("cannot be read"), "line {missing}: {error}");
    }
}

#[tokio::test]
async fn damage_that_is_no_torn_line_is_an_error_and_not_a_new_world() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("world.json");
    let caller = Caller::with(Some(path.clone()), None).await;
    caller.running.shutdown().await;
    for (file, text) in [
        ("world.json.journal", "{\"count\":1}\n"),
        ("world.json", "{"),
    ] {
        std::fs::write(directory.path().join(file), text).expect("damage");
        let refused = start(plain(&path)).await;
        let error = refused.expect_err("a damaged state").to_string();
        assert!(error.contains("cannot be read"), "{error}");
    }
}

#[tokio::test]
async fn two_processes_do_not_share_a_state() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("world.json");
    let first = Caller::with(Some(path.clone()), None).await;
    let options = plain(&path);
    let error = start(options.clone())
        .await
        .expect_err("in use")
        .to_string();
    assert!(error.contains("another process"), "{error}");
    // One that waits a little gets it when the first ends.
    let waiting = tokio::spawn(start(options));
    tokio::task::yield_now().await;
    first.running.shutdown().await;
    let second = waiting.await.expect("a task").expect("the state is free");
    second.shutdown().await;
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_reads_the_state() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("world.json");
    let caller = Caller::start(plain(&path)).await;
    for name in ["world.json", "world.json.journal"] {
        let file = std::fs::metadata(directory.path().join(name)).expect(name);
        assert_eq!(file.permissions().mode() & 0o077, 0, "{name}");
    }
    caller.running.shutdown().await;
}
