//! A sandbox with a world of its own, and a repository beside it.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use alz::sandbox::{self, Options, Running};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

pub const NOW: &str = "2026-11-23T17:00:00Z";

pub struct Said {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Said {
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.stdout, self.stderr);
        self
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}\n{}", self.stdout, self.stderr))
    }
}

pub struct World {
    runtime: Runtime,
    running: Option<Running>,
    base: String,
    token: String,
    directory: tempfile::TempDir,
}

impl World {
    /// The sandbox as the seed has it; its own world without one.
    pub fn new(seed: Option<&Value>) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let directory = tempfile::tempdir().expect("a directory");
        let seed = seed.map(|seed| {
            let file = directory.path().join("seed.json");
            std::fs::write(&file, seed.to_string()).expect("a file");
            file
        });
        let options = Options {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            state: None,
            seed,
            now: Some(NOW.parse().expect("a time")),
        };
        let running = runtime
            .block_on(sandbox::start(options))
            .expect("it starts");
        let world = Self {
            base: running.base_url(),
            token: running.token().to_owned(),
            running: Some(running),
            runtime,
            directory,
        };
        world.write(
            "alz.yaml",
            "version: 1\nenvironments:\n  test: { api: \"http://127.0.0.1:1\", accounts: [accounts/**/*.yaml] }\n",
        );
        world
    }

    pub fn root(&self) -> &Path {
        self.directory.path()
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.root().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        std::fs::write(path, text).expect("a file");
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.root().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    /// The account files, in order.
    pub fn files(&self) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(self.root().join("accounts")) else {
            return Vec::new();
        };
        let mut files: Vec<PathBuf> = entries.map(|e| e.expect("an entry").path()).collect();
        files.sort();
        files
    }

    pub fn alz(&self, arguments: &[&str]) -> Said {
        let output = self.command(arguments).output().expect("alz runs");
        Said {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// `alz`, not yet run.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_alz"));
        command
            .current_dir(self.root())
            .env_clear()
            .env("ALZ_NOW", NOW)
            .env("ALZ_API", &self.base)
            .env("ALZ_TOKEN", &self.token)
            .env("MOBILE_PIN", "4711")
            .stdin(Stdio::null())
            .args(arguments);
        command
    }

    /// A plan of the files as they stand, whose steps must be none.
    pub fn settled(&self, about: &str) -> Value {
        let plan = self
            .alz(&["plan", "--format", "json", "--no-verify"])
            .expect(0)
            .json();
        let files: Vec<String> = self
            .files()
            .iter()
            .map(|file| std::fs::read_to_string(file).expect("a file"))
            .collect();
        assert_eq!(
            plan["steps"],
            json!([]),
            "{about}\n{}",
            files.join("\n---\n")
        );
        plan
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

    /// The platform answers as it should again.
    pub fn clear_faults(&self) {
        let url = format!("{}/sandbox/faults", self.base);
        self.runtime.block_on(async {
            let answer = client().delete(url).send().await.expect("an answer");
            assert!(answer.status().is_success(), "{:?}", answer.text().await);
        });
    }

    /// Methods and paths of what was asked of the platform.
    pub fn asked(&self) -> Vec<String> {
        let url = format!("{}/sandbox/requests", self.base);
        let log: Value = self.runtime.block_on(async {
            let answer = client().get(url).send().await.expect("an answer");
            answer.json().await.expect("JSON")
        });
        let requests = log["requests"].as_array().expect("requests");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        requests
            .iter()
            .map(|request| format!("{} {}", text(&request["method"]), text(&request["path"])))
            .collect()
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
