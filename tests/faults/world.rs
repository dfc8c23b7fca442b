//! A sandbox of its own for each trial, and what counts of its state.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::LazyLock;

use alz::sandbox::{self, Options, Running};
use serde_json::{Value, json};

pub const NOW: &str = "2026-11-23T17:00:00Z";

/// Long enough for whatever was ordered to be carried out.
const LATER: &str = "P40D";

pub struct World {
    running: Running,
    pub base: String,
}

impl World {
    pub async fn new() -> Self {
        Self::seeded(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults/seed.yaml")).await
    }

    pub async fn seeded(seed: &Path) -> Self {
        let running = sandbox::start(Options {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            state: None,
            seed: Some(seed.to_owned()),
            now: Some(NOW.parse().expect("a time")),
        })
        .await
        .expect("the sandbox starts");
        let base = running.base_url();
        Self { running, base }
    }

    pub fn token(&self) -> &str {
        self.running.token()
    }

    pub async fn end(self) {
        self.running.shutdown().await;
    }

    async fn control(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let method = method.parse().expect("a method");
        let mut request = CLIENT.request(method, format!("{}{path}", self.base));
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await.expect("an answer");
        let good = answer.status().is_success();
        let text = answer.text().await.expect("text");
        assert!(good, "{path}: {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// What the platform says to this request.
    pub async fn ask(
        &self,
        method: reqwest::Method,
        path: &str,
        token: Option<&str>,
        body: Vec<u8>,
    ) -> (u16, Vec<u8>) {
        let mut request = CLIENT
            .request(method, format!("{}{path}", self.base))
            .header("content-type", "application/json")
            .body(body);
        if let Some(token) = token {
            request = request.header("X-AUTH-TOKEN", token);
        }
        let answer = request.send().await.expect("an answer");
        let status = answer.status().as_u16();
        (status, answer.bytes().await.expect("a body").to_vec())
    }

    pub async fn fault(&self, rules: &Value) {
        self.control("POST", "/sandbox/faults", Some(rules)).await;
    }

    pub async fn faults(&self) -> Value {
        self.control("GET", "/sandbox/faults", None).await
    }

    pub async fn clear_faults(&self) {
        self.control("DELETE", "/sandbox/faults", None).await;
    }

    /// Every request so far, as method and path.
    pub async fn requests(&self) -> Vec<(String, String)> {
        let log = self.control("GET", "/sandbox/requests", None).await;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let requests = log["requests"].as_array().expect("requests");
        requests
            .iter()
            .map(|request| (text(&request["method"]), text(&request["path"])))
            .collect()
    }

    pub async fn look(&self) -> State {
        State::of(&self.control("GET", "/sandbox/state", None).await)
    }

    /// Lets whatever is under way come to its end.
    pub async fn later(&self) {
        self.advance(LATER).await;
    }

    pub async fn advance(&self, duration: &str) {
        let change = json!({ "advance": duration });
        self.control("POST", "/sandbox/clock", Some(&change)).await;
    }
}

/// What must be the same however a run was disturbed.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Numbers, ports, users with their caller ids, and events, without ids,
    /// versions and times.
    pub facts: Value,
    /// How often each number was ordered, changed and given up.
    pub orders: BTreeMap<String, BTreeMap<String, u64>>,
}

impl State {
    fn of(state: &Value) -> Self {
        let mut numbers = state["numbers"].clone();
        for number in values(&mut numbers) {
            without(number, &["orderVersion", "portId"]);
        }
        let mut ports: Vec<Value> = state["porting"]["ports"]
            .as_object()
            .into_iter()
            .flat_map(|ports| ports.values().cloned())
            .collect();
        for port in &mut ports {
            let times = ["created", "completed", "cancelled", "triggered"];
            without(port, &times);
            without(port, &["parentOrder"]);
        }
        ports.sort_by_key(Value::to_string);
        // A port's event is named by its id, which is made when it is ordered.
        let mut events: Vec<String> = state["events"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|event| {
                let day = |name: &str| event[name].as_str().unwrap_or("-").to_owned();
                format!(
                    "{} {} {} crd {} foc {}",
                    event["kind"],
                    event["number"],
                    event["status"],
                    day("crdDate"),
                    day("focDate")
                )
            })
            .collect();
        events.sort();
        Self {
            facts: json!({
                "numbers": numbers,
                "ports": ports,
                "accounts": state["accounts"],
                "events": events,
            }),
            orders: serde_json::from_value(state["orders"].clone()).expect("counters"),
        }
    }

    pub fn count(&self, number: &str, what: &str) -> u64 {
        let counts = self.orders.get(number);
        counts
            .and_then(|counts| counts.get(what))
            .copied()
            .unwrap_or(0)
    }

    /// Where this state is not as it should be, a line each.
    pub fn differences(&self, should: &Self) -> String {
        let lines = |state: &Self| format!("{:#}\n{:#?}", state.facts, state.orders);
        similar::TextDiff::from_lines(lines(should).as_str(), lines(self).as_str())
            .unified_diff()
            .header("undisturbed", "found")
            .to_string()
    }

    /// Counters that are higher than they should be: something was done twice.
    pub fn twice(&self, should: &Self) -> Vec<String> {
        let mut more = Vec::new();
        for (number, counts) in &self.orders {
            for (what, count) in counts {
                let right = should.count(number, what);
                if *count > right {
                    more.push(format!("{number} {what}: {count} instead of {right}"));
                }
            }
        }
        more
    }
}

fn values(object: &mut Value) -> impl Iterator<Item = &mut Value> {
    object
        .as_object_mut()
        .into_iter()
        .flat_map(|map| map.values_mut())
}

fn without(object: &mut Value, names: &[&str]) {
    if let Some(map) = object.as_object_mut() {
        for name in names {
            map.remove(*name);
        }
    }
}

/// Without idle connections: each trial has a runtime of its own.
static CLIENT: LazyLock<reqwest::Client> = LazyLock::new(|| {
    let provider = rustls::crypto::ring::default_provider();
    let tls = rustls::ClientConfig::builder_with_provider(std::sync::Arc::new(provider))
        .with_safe_default_protocol_versions()
        .expect("TLS versions")
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    reqwest::Client::builder()
        .no_proxy()
        .pool_max_idle_per_host(0)
        .tls_backend_preconfigured(tls)
        .build()
        .expect("a client")
});
