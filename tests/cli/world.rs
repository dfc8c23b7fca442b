//! A repository in a directory of its own and a sandbox to apply it to.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use alz::sandbox::{self, Options, Running};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

pub const NOW: &str = "2026-11-23T17:00:00Z";
pub const ACCOUNT: &str = "bRW8jpoCTGOaOIF5wqvSVg";
pub const CLINIC: &str = "pK9sLmN3bVcX7zQw2eRt5A";

/// Three numbers to activate, the first with a caller ID of its own.
pub const OFFICE: &str = r#"
account: bRW8jpoCTGOaOIF5wqvSVg
defaults:
  customerServiceRecord: &office
    customerType: BUSINESS
    businessName: Sample Dental
    streetNumber: "333"
    preDirectional: S
    streetName: "520"
    postDirectional: W
    city: Lindon
    state: UT
    country: USA
    postalCode: "84042"
    secondaryLocationDescription: SUITE
    unit: "500"
  e911Address: { <<: *office }
  directoryListing: { listed: false, type: NOT_LIST_NOT_PUBLISH }
numbers:
  "18017690201":
    reference: { type: END_USER, id: ajfrBZJMQNC4-9TeBSfnlQ, assignAsCallerId: true }
  "18017690202": {}
  "18017690203": { holdActivation: true }
"#;

/// What the carrier of a mobile number has on file. Long, so that no clock, port
/// or process id has these digits by chance.
pub const PIN: &str = "470911852630";
pub const ACCOUNT_NUMBER: &str = "900411736582";
/// No PIN of anybody's.
pub const WRONG_PIN: &str = "749165003826";

/// What a run said and how it ended.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Said {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}\n{}", self.stdout, self.stderr))
    }

    /// One JSON object a line.
    pub fn events(&self) -> Vec<Value> {
        self.stdout
            .lines()
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
            })
            .collect()
    }

    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.stdout, self.stderr);
        self
    }
}

pub struct World {
    runtime: Runtime,
    running: Option<Running>,
    pub base: String,
    token: String,
    directory: tempfile::TempDir,
}

impl World {
    /// A sandbox with a frozen clock, and a repository of these files.
    pub fn new(files: &[(&str, &str)]) -> Self {
        Self::begin(None, files)
    }

    /// The same with a world of its own to begin with, as YAML.
    pub fn seeded(seed: &str, files: &[(&str, &str)]) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("seed.yaml");
        std::fs::write(&path, seed).expect("a file");
        Self::begin(Some(path), files)
    }

    /// The built-in world, in which the mobile number's carrier wants [`PIN`] and
    /// [`ACCOUNT_NUMBER`].
    pub fn guarded(files: &[(&str, &str)]) -> Self {
        let built_in = include_str!("../../src/sandbox/builtin.yaml");
        let seed = built_in
            .replace("pin: \"4711\"", &format!("pin: \"{PIN}\""))
            .replace("\"900411\"", &format!("\"{ACCOUNT_NUMBER}\""));
        assert!(seed.contains(PIN) && seed.contains(ACCOUNT_NUMBER));
        Self::seeded(&seed, files)
    }

    fn begin(seed: Option<std::path::PathBuf>, files: &[(&str, &str)]) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let running = runtime
            .block_on(sandbox::start(Options {
                listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
                state: None,
                seed,
                now: Some(NOW.parse().expect("a time")),
            }))
            .expect("the sandbox starts");
        let (base, token) = (running.base_url(), running.token().to_owned());
        let world = Self {
            runtime,
            base,
            token,
            running: Some(running),
            directory: tempfile::tempdir().expect("a directory"),
        };
        world.write(
            "alz.yaml",
            "version: 1\nenvironments:\n  test: { api: \"http://127.0.0.1:1\", accounts: [accounts/**/*.yaml] }\n",
        );
        for (name, text) in files {
            world.write(name, text);
        }
        world
    }

    pub fn token(&self) -> &str {
        &self.token
    }

    /// Runs the library itself, in this process.
    pub fn wait<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }

    pub fn root(&self) -> &Path {
        self.directory.path()
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.root().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        std::fs::write(path, text).expect("a file");
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_alz"));
        command
            .current_dir(self.root())
            .env_clear()
            .env("ALZ_NOW", NOW)
            .env("ALZ_API", &self.base)
            .env("ALZ_TOKEN", &self.token)
            .stdin(Stdio::null())
            .args(arguments);
        command
    }

    pub fn alz(&self, arguments: &[&str]) -> Said {
        self.command(arguments).output().expect("alz runs").into()
    }

    pub fn get(&self, path: &str) -> Value {
        let url = format!("{}{path}", self.base);
        self.runtime.block_on(async {
            client()
                .get(url)
                .header("X-AUTH-TOKEN", &self.token)
                .send()
                .await
                .expect("an answer")
                .json()
                .await
                .expect("JSON")
        })
    }

    pub fn post(&self, path: &str, body: &Value) {
        let url = format!("{}{path}", self.base);
        self.runtime.block_on(async {
            let answer = client()
                .post(url)
                .json(body)
                .send()
                .await
                .expect("an answer");
            assert!(answer.status().is_success(), "{:?}", answer.text().await);
        });
    }

    pub fn fault(&self, fault: Value) {
        self.post("/sandbox/faults", &fault);
    }

    pub fn clear_faults(&self) {
        let url = format!("{}/sandbox/faults", self.base);
        self.runtime
            .block_on(async { client().delete(url).send().await.expect("an answer") });
    }

    pub fn advance(&self, period: &str) {
        self.post("/sandbox/clock", &json!({ "advance": period }));
    }

    /// Changes a number behind alz's back, as a person in the portal would.
    pub fn patch(&self, account: &str, number: &str, body: &Value) {
        let path = format!(
            "/v2/partition/X4fbfNlFRpy7bWDFmCwwdw/account/{account}/telephonenumber/{number}"
        );
        self.send(reqwest::Method::PATCH, &path, body);
    }

    /// The same by somebody who signs in with a name of their own.
    pub fn patch_as(&self, user: &str, account: &str, number: &str, body: &Value) {
        let path = format!(
            "/v2/partition/X4fbfNlFRpy7bWDFmCwwdw/account/{account}/telephonenumber/{number}"
        );
        let login = json!({ "username": user, "password": "portal" });
        self.runtime.block_on(async {
            let base = &self.base;
            let answer = client().post(format!("{base}/v2/authorize")).json(&login);
            let token: Value = answer
                .send()
                .await
                .expect("an answer")
                .json()
                .await
                .expect("JSON");
            let answer = client()
                .patch(format!("{base}{path}"))
                .header(
                    "X-AUTH-TOKEN",
                    token["authToken"].as_str().expect("a token"),
                )
                .json(body)
                .send()
                .await
                .expect("an answer");
            assert!(answer.status().is_success(), "{:?}", answer.text().await);
        });
    }

    /// An order by hand, as a person in the portal would place it.
    pub fn post_as_user(&self, path: &str, body: &Value) {
        self.send(reqwest::Method::POST, path, body);
    }

    pub fn put(&self, path: &str, body: &Value) {
        self.send(reqwest::Method::PUT, path, body);
    }

    fn send(&self, method: reqwest::Method, path: &str, body: &Value) {
        let url = format!("{}{path}", self.base);
        self.runtime.block_on(async {
            let answer = client()
                .request(method, url)
                .header("X-AUTH-TOKEN", &self.token)
                .json(body)
                .send()
                .await
                .expect("an answer");
            assert!(answer.status().is_success(), "{:?}", answer.text().await);
        });
    }

    /// Something that a person of this name does in the portal.
    pub fn as_user(&self, user: &str, method: &str, path: &str, body: &Value) {
        let login = json!({ "username": user, "password": "secret" });
        self.runtime.block_on(async {
            let token: Value = client()
                .post(format!("{}/v2/authorize", self.base))
                .json(&login)
                .send()
                .await
                .expect("an answer")
                .json()
                .await
                .expect("a token");
            let token = token["authToken"].as_str().expect("a token");
            let method = method.parse().expect("a method");
            let answer = client()
                .request(method, format!("{}{path}", self.base))
                .header("X-AUTH-TOKEN", token)
                .json(body)
                .send()
                .await
                .expect("an answer");
            assert!(answer.status().is_success(), "{:?}", answer.text().await);
        });
    }

    /// Whether a document is what `alz schema` says of its kind: every member
    /// as described, and none that is not.
    pub fn is_as_published(&self, kind: &str, document: &Value) {
        let text = self.alz(&["schema", kind]).expect(0).stdout;
        let mut schema: Value = serde_json::from_str(&text).expect("a schema");
        close(&mut schema);
        let validator = jsonschema::validator_for(&schema).expect("a schema that compiles");
        let faults: Vec<String> = validator
            .iter_errors(document)
            .map(|fault| format!("{fault} at {}", fault.instance_path()))
            .collect();
        assert!(faults.is_empty(), "{faults:#?}\n{document:#}");
    }

    pub fn number(&self, account: &str, number: &str) -> Value {
        self.get(&format!(
            "/v2/partition/X4fbfNlFRpy7bWDFmCwwdw/account/{account}/telephonenumber/{number}"
        ))
    }

    /// The requests that change something, as "METHOD last-part-of-path".
    pub fn writes(&self) -> Vec<String> {
        let log = self.get("/sandbox/requests");
        log["requests"]
            .as_array()
            .expect("requests")
            .iter()
            .filter(|request| {
                let path = request["path"].as_str().unwrap_or_default();
                request["method"] != "GET"
                    && !path.ends_with("/authorize")
                    && !path.contains("prevalidate")
            })
            .map(|request| {
                let path = request["path"].as_str().unwrap_or_default();
                format!(
                    "{} {}",
                    request["method"].as_str().unwrap_or_default(),
                    path.rsplit('/').next().unwrap_or_default()
                )
            })
            .collect()
    }

    /// All requests to the platform so far.
    pub fn requests(&self) -> u64 {
        self.get("/sandbox/requests")["total"]
            .as_u64()
            .expect("a total")
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            self.runtime.block_on(running.shutdown());
        }
    }
}

fn client() -> reqwest::Client {
    let provider = rustls::crypto::ring::default_provider();
    let tls = rustls::ClientConfig::builder_with_provider(std::sync::Arc::new(provider))
        .with_safe_default_protocol_versions()
        .expect("TLS versions")
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    reqwest::Client::builder()
        .no_proxy()
        .tls_backend_preconfigured(tls)
        .build()
        .expect("a client")
}

/// Members that a schema does not name are refused by it.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            if map.contains_key("properties") && !map.contains_key("additionalProperties") {
                map.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
            map.values_mut().for_each(close);
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
