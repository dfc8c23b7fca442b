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
    assert_eq!(caller.delete(&tn(CLINIC, "18015550902")).await.0, 204);
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
    assert_eq!(caller.delete(&tn(CLINIC, "18015550904")).await.0, 204);
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
