//! What is written is what is read, whatever happened in between.

use std::path::Path;
use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::api::SystemTimer;
use crate::apply::StepStatus;
use crate::model::PartitionId;
use crate::plan::Step;

const NOW: &str = "2026-11-23T17:00:00Z";

fn header(environment: &str, partition: &str) -> Header {
    Header {
        format_version: FORMAT.to_owned(),
        alz_version: "0.1.0".into(),
        environment: environment.into(),
        partition: PartitionId::new(partition),
        started_at: NOW.parse().expect("a time"),
        desired_digest: "sha256:0".into(),
    }
}

fn create(directory: &Path) -> Journal {
    Journal::create(directory, header("e", "p"), Arc::new(SystemTimer)).expect("a journal")
}

fn step(action: &str, numbers: &[&str]) -> Step {
    let mut step: Step = serde_json::from_value(json!({
        "id": format!("{action}-{}", numbers[0]), "action": action, "account": "a",
        "numbers": numbers, "source": {"file": "", "line": 1}, "changes": [], "dependsOn": [],
        "port": {"portId": "port-1"}, "request": {"method": "PATCH", "path": "/"},
    }))
    .expect("a step");
    if action.ends_with("-port") && action != "trigger-port" {
        step.secrets.push(crate::plan::Secret {
            pointer: "/wirelessPin".into(),
            from: crate::model::SecretRef::Env("CANARY".into()),
            is_pin: true,
        });
    }
    step
}

fn memory(directory: &Path) -> Memory {
    let runs = read(directory, None).expect("runs");
    Memory::of(&runs, "e", &PartitionId::new("p"))
}

fn ports(memory: &Memory) -> Vec<String> {
    memory
        .ports
        .secrets_sent
        .keys()
        .map(ToString::to_string)
        .collect()
}

#[tokio::test]
async fn an_order_is_unsettled_until_its_outcome_is_known() {
    let directory = tempfile::tempdir().expect("a directory");
    let directory = directory.path().join("not/there/yet");
    let order = step("submit-port", &["18015551212", "18015551213"]);
    let part = step("submit-port", &["18015551213", "18015551214"]);
    let other = step("activate", &["18015551215"]);
    let journal = create(&directory);
    journal.intend(&order).await.expect("written");
    let known = memory(&directory);
    let pending = known.unsettled.behind(&part).expect("one of its numbers");
    assert_eq!(pending.step, order.id);
    assert!(pending.at.to_string().starts_with("2026-11-23T17:00"));
    assert_eq!(known.unsettled.behind(&other), None);
    // It may have taken effect, its PIN included.
    assert_eq!(ports(&known), ["18015551212", "18015551213"]);

    for (status, settled) in [
        (StepStatus::Unknown, false),
        (StepStatus::Failed, true),
        (StepStatus::Done, true),
        (StepStatus::Skipped, true),
    ] {
        let journal = create(&directory);
        journal.intend(&order).await.expect("written");
        journal.ended(&order, status, None).await.expect("written");
        let known = memory(&directory);
        assert_eq!(known.unsettled.is_empty(), settled, "{status:?}");
    }
}

#[tokio::test]
async fn only_a_later_look_settles_an_order_and_a_failure_to_look_does_not() {
    let directory = tempfile::tempdir().expect("a directory");
    let order = step("submit-port", &["18015551212"]);
    create(directory.path())
        .intend(&order)
        .await
        .expect("written");
    let later = create(directory.path());
    let failed = later.ended(&order, StepStatus::Failed, Some("stale".into()));
    failed.await.expect("written");
    assert!(memory(directory.path()).unsettled.behind(&order).is_some());
    // A later run changes the number: it was there.
    let update = step("update", &["18015551212"]);
    let last = create(directory.path());
    last.intend(&update).await.expect("written");
    last.ended(&update, StepStatus::Done, None)
        .await
        .expect("written");
    assert!(memory(directory.path()).unsettled.is_empty());
}

#[tokio::test]
async fn secrets_that_were_refused_were_not_sent_and_a_trigger_is_remembered() {
    let directory = tempfile::tempdir().expect("a directory");
    let journal = create(directory.path());
    let refused = step("update-port", &["18015551212"]);
    let taken = step("update-port", &["18015551213"]);
    let trigger = step("trigger-port", &["18015551214"]);
    for (step, status) in [
        (&refused, StepStatus::Failed),
        (&taken, StepStatus::Done),
        (&trigger, StepStatus::Unknown),
    ] {
        journal.intend(step).await.expect("written");
        journal.ended(step, status, None).await.expect("written");
    }
    let known = memory(directory.path());
    assert_eq!(ports(&known), ["18015551213"]);
    let triggered: Vec<&str> = known.ports.triggered.keys().map(|id| id.as_str()).collect();
    assert_eq!(triggered, ["port-1"]);
    // Another environment's clock and another partition's numbers say nothing here.
    let runs = read(directory.path(), None).expect("runs");
    let elsewhere = Memory::of(&runs, "e", &PartitionId::new("q"));
    assert_eq!(elsewhere, Memory::default());
    let renamed = Memory::of(&runs, "f", &PartitionId::new("p"));
    assert_eq!(renamed.ports, Default::default());
}

#[tokio::test]
async fn half_a_line_and_foreign_files_do_no_harm() {
    let directory = tempfile::tempdir().expect("a directory");
    let journal = create(directory.path());
    let order = step("activate", &["18015551212"]);
    journal.intend(&order).await.expect("written");
    let whole = std::fs::read(journal.path()).expect("a file");
    // Killed at any byte: what was written whole is known, the rest was never sent.
    for cut in 0..whole.len() {
        std::fs::write(journal.path(), &whole[..cut]).expect("written");
        let runs = read(directory.path(), None).expect("runs");
        assert!(runs.iter().all(|run| run.lines.len() <= 1));
        let lines = runs.iter().map(|run| run.lines.len()).sum::<usize>();
        assert_eq!(lines, usize::from(cut + 1 == whole.len()), "{cut}");
    }
    std::fs::write(journal.path(), &whole).expect("written");
    std::fs::write(directory.path().join("notes.jsonl"), b"\xff\xfe{}\n").expect("written");
    std::fs::write(directory.path().join("0.jsonl"), "{\"event\":\"run\"}\n").expect("written");
    std::fs::write(directory.path().join("readme.txt"), "hello").expect("written");
    std::fs::create_dir(directory.path().join("9.jsonl")).expect("a directory");
    assert_eq!(read(directory.path(), None).expect("runs").len(), 1);
    let gone = directory.path().join("gone");
    assert_eq!(read(&gone, None).expect("none"), []);
    // A later version's lines are no matter, a later version's format is one.
    let text = String::from_utf8(whole).expect("text");
    std::fs::write(journal.path(), format!("{text}{{\"event\":\"dance\"}}\n")).expect("written");
    assert!(memory(directory.path()).unsettled.behind(&order).is_some());
    // A line that was torn (the disk was full) and one after it.
    let torn = format!("{text}{{\"event\":\"outc\n{{\"event\":\"dance\"}}\n");
    std::fs::write(journal.path(), torn).expect("written");
    assert!(memory(directory.path()).unsettled.behind(&order).is_some());
    std::fs::write(journal.path(), text.replace("\"1.0\"", "\"2.0\"")).expect("written");
    let error = read(directory.path(), None).expect_err("newer");
    assert!(error.to_string().contains("format 2.0"), "{error}");
}

/// Left out, it could let an order be sent twice.
#[tokio::test]
async fn a_line_that_says_something_else_than_was_written_is_told() {
    let directory = tempfile::tempdir().expect("a directory");
    let journal = create(directory.path());
    let order = step("activate", &["18015551212"]);
    journal.intend(&order).await.expect("written");
    let text = std::fs::read_to_string(journal.path()).expect("text");
    for (from, to) in [
        ("18015551212", "1801555121"),
        ("\"intent\",", "\"intent\" "),
        ("\"activate\"", "\"sing\""),
    ] {
        assert!(text.contains(from), "{text}");
        std::fs::write(journal.path(), text.replace(from, to)).expect("written");
        let error = read(directory.path(), None)
            .expect_err("damaged")
            .to_string();
        assert!(error.contains("damaged at line 2"), "{error}");
        assert!(error.contains("move the file away"), "{error}");
    }
}

#[test]
fn a_journal_that_is_too_large_is_told_without_being_read() {
    let directory = tempfile::tempdir().expect("a directory");
    let journal = create(directory.path());
    let file = std::fs::File::options().write(true).open(journal.path());
    let file = file.expect("the file");
    file.set_len(3 * 1024 * 1024 * 1024).expect("a length");
    let error = read(directory.path(), None)
        .expect_err("too large")
        .to_string();
    assert!(error.contains("larger than 256 MiB"), "{error}");
}

#[test]
fn runs_of_the_same_second_are_read_in_their_order_and_old_ones_are_left() {
    let directory = tempfile::tempdir().expect("a directory");
    let names: Vec<String> = (0..12)
        .map(|_| {
            let journal = create(directory.path());
            let name = journal.path().file_stem().expect("a name");
            name.to_string_lossy().into_owned()
        })
        .collect();
    let found = |now: Option<&str>| -> Vec<String> {
        let now = now.map(|now| now.parse().expect("a time"));
        let runs = read(directory.path(), now).expect("runs");
        runs.into_iter().map(|run| run.name).collect()
    };
    assert_eq!(found(None), names);
    assert_eq!(found(Some("2027-03-01T00:00:00Z")), names);
    assert!(found(Some("2027-04-01T00:00:00Z")).is_empty());
}

#[test]
fn a_journal_that_cant_be_made_is_said_to_be_so() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("file");
    std::fs::write(&file, "").expect("written");
    let under = file.join("journal");
    let timer = Arc::new(SystemTimer);
    let made = Journal::create(&under, header("e", "p"), timer);
    let error = made.err().expect("no directory under a file").to_string();
    assert!(error.contains("can't be made"), "{error}");
}
