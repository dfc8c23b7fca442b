//! `alz sandbox` as a process of its own: killed in the middle of writing,
//! told to end, started with a clock.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::*;

const PARTITION: &str = "X4fbfNlFRpy7bWDFmCwwdw";

/// A running process and where it listens.
struct Process {
    child: Child,
    url: String,
}

impl Process {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_alz"))
            .env_clear()
            // A server is not told the time by what tells the commands.
            .env("ALZ_NOW", "2001-01-01T00:00:00Z")
            .args(["sandbox", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("alz starts");
        let mut said = BufReader::new(child.stderr.take().expect("a pipe"));
        let mut text = String::new();
        let url = loop {
            let mut line = String::new();
            assert!(
                said.read_line(&mut line).expect("text") > 0,
                "it ended: {text}"
            );
            text.push_str(&line);
            if let Some(rest) = line.split("listens on ").nth(1) {
                break rest.split_whitespace().next().expect("a URL").to_owned();
            }
        };
        // Whatever else it says must not fill the pipe.
        std::thread::spawn(move || {
            let mut rest = String::new();
            let _ = said.read_to_string(&mut rest);
        });
        Self { child, url }
    }

    fn with_state(path: &Path) -> Self {
        Self::start(&[
            "--state",
            &path.display().to_string(),
            "--now",
            "2026-11-23T17:00:00Z",
        ])
    }

    async fn get(&self, path: &str) -> Value {
        let answer = reqwest::get(format!("{}{path}", self.url)).await;
        answer.expect("an answer").json().await.expect("JSON")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn provider() {
    // Whoever is first in this process; the others find it there.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Orders numbers one after the other until the process is gone. Returns the
/// numbers whose order was answered, and those that were sent.
async fn order_until_killed(
    url: String,
    next: Arc<AtomicUsize>,
    answered: Arc<AtomicUsize>,
    over: Arc<AtomicBool>,
) -> (Vec<String>, Vec<String>) {
    let http = reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client");
    let (mut done, mut sent) = (Vec::new(), Vec::new());
    while !over.load(Ordering::SeqCst) {
        let serial = next.fetch_add(1, Ordering::SeqCst);
        let number = format!("1801555{serial:04}");
        sent.push(number.clone());
        let answer = http
            .post(format!(
                "{url}/v2/partition/{PARTITION}/account/{DENTAL}/telephonenumber"
            ))
            .header("X-AUTH-TOKEN", "sandbox-token")
            .json(&activation(&number))
            .send()
            .await;
        let Ok(answer) = answer else { break };
        assert_eq!(answer.status(), 200, "{number}");
        done.push(number);
        answered.fetch_add(1, Ordering::SeqCst);
    }
    (done, sent)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_while_writing_loses_nothing_that_was_answered() {
    provider();
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("world.json");
    let next = Arc::new(AtomicUsize::new(0));
    let (mut done, mut sent) = (BTreeSet::new(), BTreeSet::new());
    for kill_after in [1, 17, 40, 3, 29] {
        let process = Mutex::new(Some(Process::with_state(&path)));
        let url = process
            .lock()
            .expect("a lock")
            .as_ref()
            .expect("it runs")
            .url
            .clone();
        let (answered, over) = (
            Arc::new(AtomicUsize::new(0)),
            Arc::new(AtomicBool::new(false)),
        );
        let writers: Vec<_> = (0..4)
            .map(|_| {
                let (next, answered) = (Arc::clone(&next), Arc::clone(&answered));
                tokio::spawn(order_until_killed(
                    url.clone(),
                    next,
                    answered,
                    Arc::clone(&over),
                ))
            })
            .collect();
        while answered.load(Ordering::SeqCst) < kill_after {
            tokio::task::yield_now().await;
        }
        // SIGKILL, with up to four orders under way.
        drop(process.lock().expect("a lock").take());
        over.store(true, Ordering::SeqCst);
        for writer in writers {
            let (its_done, its_sent) = writer.await.expect("a writer");
            done.extend(its_done);
            sent.extend(its_sent);
        }
        let reopened = Process::with_state(&path);
        let state = reopened.get("/sandbox/state").await;
        let orders = state["orders"].as_object().expect("orders");
        for number in &done {
            assert_eq!(orders[number]["activations"], 1, "{number} was answered");
            assert_eq!(state["numbers"][number]["account"], DENTAL, "{number}");
        }
        for number in orders.keys() {
            assert!(sent.contains(number), "nobody ordered {number}");
            done.insert(number.clone());
        }
    }
    assert!(done.len() >= 90);
}

#[cfg(unix)]
#[tokio::test]
async fn a_service_manager_ends_it_as_ctrl_c_does() {
    provider();
    for signal in ["-TERM", "-INT"] {
        let mut process = Process::start(&[]);
        // It answers, so it waits for the signal by now.
        process.get("/sandbox/clock").await;
        let id = process.child.id().to_string();
        let told = Command::new("kill")
            .args([signal, &id])
            .status()
            .expect("kill");
        assert!(told.success());
        let ended = process.child.wait().expect("an end");
        assert_eq!(ended.code(), Some(0), "{signal}");
    }
}

#[tokio::test]
async fn its_clock_is_set_by_its_own_options_alone() {
    provider();
    let clock = async |arguments: &[&str]| Process::start(arguments).get("/sandbox/clock").await;
    let now = "2027-03-01T08:00:00Z";
    assert_eq!(
        clock(&["--now", now]).await,
        json!({"now": now, "mode": "frozen"})
    );
    let running = clock(&["--now", now, "--clock", "real"]).await;
    assert_eq!(running["mode"], "real");
    let told = running["now"].as_str().expect("a time");
    assert!(told.starts_with("2027-03-01T08:0"), "{told}");
    let frozen = clock(&["--clock", "frozen"]).await;
    assert_eq!(frozen["mode"], "frozen");
    for said in [&frozen, &clock(&[]).await] {
        let told: jiff::Timestamp = said["now"]
            .as_str()
            .expect("a time")
            .parse()
            .expect("a time");
        let apart = jiff::Timestamp::now().duration_since(told).abs();
        assert!(apart.as_secs() < 600, "{said} is not the computer's time");
    }
}
