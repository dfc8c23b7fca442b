//! Steps of ports, made by hand and carried out by the library against the
//! sandbox, on a clock that passes only by being waited for: an order is looked
//! for twice, half a minute apart, and no test takes that long.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use alz::api::timer::Wait;
use alz::api::{ClientOptions, Credentials, Endpoint, ReadClient, Timer, WriteClient};
use alz::apply::journal::{self, Header, Journal, Memory};
use alz::apply::{self, Interrupt, MissingSecrets, Secrets, StepStatus};
use alz::live;
use alz::model::live::LivePartition;
use alz::model::{AccountId, LivePort, PartitionId, PhoneNumber, PortId, SecretRef};
use alz::plan::{Expect, Plan, Secret, Step};
use serde_json::{Value, json};

use crate::world::{ACCOUNT, NOW, World};

const PARTITION: &str = "X4fbfNlFRpy7bWDFmCwwdw";

/// A clock on which time passes only by being waited for.
pub struct Waited(Mutex<(Instant, Duration)>);

impl Waited {
    pub fn total(&self) -> Duration {
        self.0.lock().expect("time").1
    }
}

impl Timer for Waited {
    fn now(&self) -> Instant {
        let now = self.0.lock().expect("time");
        now.0 + now.1
    }
    fn until(&self, at: Instant) -> Wait<'_> {
        let mut now = self.0.lock().expect("time");
        now.1 = now.1.max(at.saturating_duration_since(now.0));
        Box::pin(tokio::task::yield_now())
    }
}

/// How a step ended: its status and what was said.
pub type Ended = (StepStatus, String);

pub struct Bench {
    pub world: World,
    pub timer: Arc<Waited>,
    pub secrets: BTreeMap<String, String>,
    pub client: WriteClient,
    /// Patience with an answer, in real time.
    journals: tempfile::TempDir,
}

impl Bench {
    pub fn new() -> Self {
        let world = World::new(&[]);
        let timer = Arc::new(Waited(Mutex::new((Instant::now(), Duration::ZERO))));
        let mut options = ClientOptions::new(
            Endpoint::parse(&world.base).expect("an endpoint"),
            Credentials::Token(world.token().to_owned().into()),
        );
        options.partition = Some(PartitionId::new(PARTITION));
        options.timer = timer.clone();
        options.timeouts.whole = Duration::from_millis(1500);
        let client = WriteClient::new(ReadClient::new(options).expect("a client"));
        Self {
            world,
            timer,
            client,
            secrets: BTreeMap::new(),
            journals: tempfile::tempdir().expect("a directory"),
        }
    }

    pub fn account() -> AccountId {
        AccountId::new(ACCOUNT)
    }

    /// A run of `apply` with these steps, journal and all.
    pub fn apply(&self, steps: &[Step]) -> Vec<Ended> {
        self.try_apply(steps).expect("all secrets")
    }

    pub fn try_apply(&self, steps: &[Step]) -> Result<Vec<Ended>, MissingSecrets> {
        let plan = plan(steps);
        let secrets = Secrets::of(&plan, &|from, _| {
            let SecretRef::Env(name) = from else {
                return Err("it is in a file".into());
            };
            let found = self.secrets.get(name).cloned();
            found
                .map(Into::into)
                .ok_or_else(|| format!("the environment variable {name} is not set"))
        })?;
        let memory = self.memory();
        let journal = self.journal(&plan);
        let options = apply::Options {
            concurrency: 8,
            secrets: &secrets,
            journal: &journal,
            unsettled: &memory.unsettled,
        };
        let mut ended = Vec::new();
        self.world.wait(apply::run(
            &plan,
            &self.client,
            &LivePartition::default(),
            &options,
            &Interrupt::default(),
            &mut |report| ended.push((report.status, report.message.clone().unwrap_or_default())),
        ));
        Ok(ended)
    }

    pub fn memory(&self) -> Memory {
        let runs = journal::read(self.journals.path(), None).expect("runs");
        Memory::of(&runs, "test", &PartitionId::new(PARTITION))
    }

    pub fn journal(&self, plan: &Plan) -> Journal {
        let header = Header::of(plan, NOW.parse().expect("a time"));
        Journal::create(self.journals.path(), header, self.timer.clone()).expect("a journal")
    }

    /// Everything that the journals say.
    pub fn written(&self) -> String {
        let files = std::fs::read_dir(self.journals.path()).expect("journals");
        files
            .map(|file| std::fs::read_to_string(file.expect("a file").path()).expect("text"))
            .collect()
    }

    pub fn port(&self, id: &PortId) -> Option<LivePort> {
        let reader = self.client.reader();
        self.world
            .wait(live::port(reader, &Self::account(), id))
            .expect("an answer")
    }

    /// The port that a number is in.
    pub fn port_of(&self, number: &str) -> LivePort {
        let number = self.world.number(ACCOUNT, number);
        let id = number["portId"].as_str().expect("a port");
        self.port(&PortId::new(id)).expect("a port")
    }

    /// What the sandbox has counted of a number.
    pub fn count(&self, number: &str, what: &str) -> u64 {
        let state = self.world.get("/sandbox/state");
        state["orders"][number][what].as_u64().unwrap_or(0)
    }

    /// How often requests like this one were made.
    pub fn requests(&self, method: &str, part: &str) -> usize {
        let log = self.world.get("/sandbox/requests");
        let requests = log["requests"].as_array().expect("requests");
        requests
            .iter()
            .filter(|request| {
                let path = format!("{}{}", request["path"], request["query"]);
                request["method"] == method && path.contains(part)
            })
            .count()
    }

    pub fn carrier(&self, port: &LivePort, action: Value) {
        self.world
            .post(&format!("/sandbox/ports/{}", port.id), &action);
    }

    pub fn at(&self, instant: &str) {
        self.world
            .post("/sandbox/clock", &json!({ "set": instant }));
    }
}

pub fn plan(steps: &[Step]) -> Plan {
    let plan = json!({
        "formatVersion": "1.0", "alzVersion": "0.1.0", "environment": "test",
        "partition": PARTITION, "createdAt": NOW, "desiredDigest": "sha256:0",
        "summary": {}, "steps": [], "notes": [],
    });
    let mut plan: Plan = serde_json::from_value(plan).expect("a plan");
    plan.steps = steps.to_vec();
    plan
}

/// A step without body or expectation.
pub fn step(action: &str, numbers: &[&str], (method, path): (&str, String)) -> Step {
    serde_json::from_value(json!({
        "id": format!("{action}-{}", numbers[0]), "action": action, "account": ACCOUNT,
        "numbers": numbers, "source": {"file": "", "line": 1}, "changes": [], "dependsOn": [],
        "request": {"method": method, "path": path},
    }))
    .expect("a step")
}

fn below_account(rest: &str) -> String {
    format!("/v2/partition/{PARTITION}/account/{ACCOUNT}{rest}")
}

/// Orders a port of these numbers for a day.
pub fn submit(numbers: &[&str], crd: &str) -> Step {
    let path = below_account("/telephonenumber");
    let mut step = step("submit-port", numbers, ("POST", path));
    let rows: Vec<Value> = numbers
        .iter()
        .map(|number| json!({ "phoneNumber": number }))
        .collect();
    step.body = Some(json!({
        "telephoneNumbers": rows,
        "customerServiceRecord": {
            "customerType": "BUSINESS", "businessName": "Sample Dental",
            "streetNumber": "333", "preDirectional": "S", "streetName": "520",
            "postDirectional": "W", "city": "Lindon", "state": "UT", "country": "USA",
            "postalCode": "84042", "secondaryLocationDescription": "SUITE", "unit": "500",
        },
        "port": {
            "billingTelephoneNumber": numbers[0], "crdDate": crd,
            "portingWireType": "Wireline", "portingAuthorizedName": "Mary Molar",
        },
        "directoryListing": { "type": "PORTED" },
    }));
    step.expect = Expect::NotOnAccount;
    step
}

/// The same for a mobile number, with its secrets.
pub fn submit_wireless(number: &str, crd: &str) -> Step {
    let mut step = submit(&[number], crd);
    let body = step.body.as_mut().expect("a body");
    body["port"]["portingWireType"] = json!("Wireless");
    step.secrets = vec![
        secret("/port/wirelessPin", "PIN", true),
        secret("/port/wirelessAccountNumber", "ACCOUNT", false),
    ];
    step
}

pub fn secret(pointer: &str, name: &str, is_pin: bool) -> Secret {
    Secret {
        pointer: pointer.into(),
        from: SecretRef::Env(name.into()),
        is_pin,
    }
}

/// A step about a port as it stands.
fn about(port: &LivePort, action: &str, method: &str, end: &str) -> Step {
    let numbers: Vec<String> = port.numbers.iter().map(PhoneNumber::to_string).collect();
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    let path = below_account(&format!("/port/{}{end}", port.id));
    let mut step = step(action, &numbers, (method, path));
    step.expect = Expect::Port(Box::new(port.clone()));
    step
}

pub fn update(port: &LivePort, body: Value) -> Step {
    let mut step = about(port, "update-port", "PATCH", "");
    step.body = Some(body);
    step
}

pub fn trigger(port: &LivePort) -> Step {
    about(port, "trigger-port", "PUT", "/triggerport")
}

pub fn cancel(port: &LivePort) -> Step {
    about(port, "cancel-port", "DELETE", "/cancelport")
}
