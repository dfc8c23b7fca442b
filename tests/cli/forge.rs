//! A stand-in for GitHub's API: comments, issues, runs and artefacts that the action's
//! script reads and writes, over HTTP on loopback, with what was asked of it.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

pub const REPOSITORY: &str = "acme/numbers";
pub const BOT: &str = "github-actions[bot]";
pub const TOKEN: &str = "ghs_sesame";

/// What the stand-in holds.
#[derive(Debug, Default)]
pub struct Held {
    pub comments: Vec<Value>,
    pub issues: Vec<Value>,
    pub pulls: Vec<Value>,
    pub runs: Vec<Value>,
    /// Artefacts with the run that they belong to.
    pub artifacts: Vec<(u64, Value)>,
    /// The archives by the artefact's id.
    pub archives: BTreeMap<u64, Vec<u8>>,
    /// Files that releases have, by their path.
    pub releases: BTreeMap<String, Vec<u8>>,
    /// Comments can't be written, as with a token that only reads.
    pub reads_only: bool,
    /// "METHOD path", in order.
    pub asked: Vec<String>,
    next: u64,
}

pub struct Forge {
    pub held: Arc<Mutex<Held>>,
    pub base: String,
    _runtime: Runtime,
}

impl Forge {
    pub fn new() -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let held = Arc::new(Mutex::new(Held {
            next: 10_000,
            ..Held::default()
        }));
        let app = Router::new().fallback(answer).with_state(held.clone());
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
            .expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        runtime.spawn(async move { axum::serve(listener, app).await });
        Self {
            held,
            base,
            _runtime: runtime,
        }
    }

    pub fn with<T>(&self, work: impl FnOnce(&mut Held) -> T) -> T {
        work(&mut self.held.lock().expect("no panic"))
    }

    /// What was asked with this method.
    pub fn asked(&self, method: &str) -> Vec<String> {
        let method = format!("{method} ");
        self.with(|held| {
            let asked = held.asked.iter().filter(|line| line.starts_with(&method));
            asked.cloned().collect()
        })
    }

    /// An artefact of a run with these files in it.
    pub fn artifact(&self, run: u64, name: &str, files: &[(&str, &str)]) -> u64 {
        self.with(|held| {
            held.next += 1;
            let id = held.next;
            held.artifacts
                .push((run, json!({ "id": id, "name": name, "expired": false })));
            held.archives.insert(id, archive(files));
            id
        })
    }

    /// A merged pull request 7, and a run of the workflow on its last commit.
    pub fn merged(&self, repository: &str) {
        self.with(|held| {
            held.pulls.push(json!({ "number": 7, "merged_at": "2026-11-23T16:00:00Z",
                "merge_commit_sha": "mergesha", "base": { "ref": "main" }, "head": { "sha": "headsha" } }));
            held.runs.push(json!({ "id": 41, "status": "completed", "event": "pull_request",
                "head_sha": "headsha", "path": ".github/workflows/alz.yml",
                "head_repository": { "full_name": repository } }));
        });
    }
}

async fn answer(
    State(held): State<Arc<Mutex<Held>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut held = held.lock().expect("no panic");
    held.asked.push(format!("{method} {uri}"));
    if let Some(file) = held.releases.get(uri.path()) {
        return file.clone().into_response();
    }
    let authorization = headers.get("authorization").and_then(|v| v.to_str().ok());
    if authorization != Some(&format!("Bearer {TOKEN}")) {
        let body = json!({ "message": "Bad credentials" }).to_string();
        return (StatusCode::UNAUTHORIZED, body).into_response();
    }
    if held.reads_only && method != Method::GET {
        let body = json!({ "message": "Resource not accessible by integration" }).to_string();
        return (StatusCode::FORBIDDEN, body).into_response();
    }
    let body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let prefix = format!("/repos/{REPOSITORY}/");
    let path: Vec<&str> = uri
        .path()
        .strip_prefix(&prefix)
        .unwrap_or_default()
        .split('/')
        .collect();
    let query: BTreeMap<&str, &str> = uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .collect();
    held.route(method.as_str(), &path, &query, &body)
}

fn ok(value: &Value) -> Response {
    (StatusCode::OK, value.to_string()).into_response()
}

fn number(text: &str) -> u64 {
    text.parse().unwrap_or_default()
}

fn absent() -> Response {
    (StatusCode::NOT_FOUND, r#"{"message":"Not Found"}"#).into_response()
}

/// A page of a listing, as GitHub cuts it.
fn page(all: &[Value], query: &BTreeMap<&str, &str>) -> Response {
    let said = |name: &str, usual: usize| {
        query
            .get(name)
            .and_then(|text| text.parse().ok())
            .unwrap_or(usual)
    };
    let (size, page) = (said("per_page", 30), said("page", 1));
    let part: Vec<&Value> = all.iter().skip((page - 1) * size).take(size).collect();
    ok(&json!(part))
}

/// The members of a request laid over what is held.
fn lay(over: &Value, onto: &mut Value) {
    for (name, value) in over.as_object().expect("a map") {
        onto[name] = value.clone();
    }
}

impl Held {
    fn route(
        &mut self,
        method: &str,
        path: &[&str],
        query: &BTreeMap<&str, &str>,
        body: &Value,
    ) -> Response {
        match (method, path) {
            ("GET", ["issues", "7", "comments"]) => page(&self.comments, query),
            ("POST", ["issues", "7", "comments"]) => {
                self.next += 1;
                let mut made = json!({ "id": self.next, "user": { "login": BOT } });
                lay(body, &mut made);
                self.comments.push(made.clone());
                ok(&made)
            }
            ("PATCH", ["issues", "comments", id]) => {
                match self.comments.iter_mut().find(|c| c["id"] == number(id)) {
                    Some(comment) => {
                        lay(body, comment);
                        ok(comment)
                    }
                    None => absent(),
                }
            }
            ("DELETE", ["issues", "comments", id]) => {
                self.comments.retain(|c| c["id"] != number(id));
                ok(&Value::Null)
            }
            ("GET", ["issues"]) => {
                assert_eq!(query.get("labels"), Some(&"alz-drift"));
                let open: Vec<Value> = self
                    .issues
                    .iter()
                    .filter(|issue| issue["state"] == "open")
                    .cloned()
                    .collect();
                page(&open, query)
            }
            ("POST", ["issues"]) => {
                self.next += 1;
                let mut made =
                    json!({ "number": self.next, "state": "open", "user": { "login": BOT } });
                lay(body, &mut made);
                self.issues.push(made.clone());
                ok(&made)
            }
            ("PATCH", ["issues", issue]) => {
                match self
                    .issues
                    .iter_mut()
                    .find(|i| i["number"] == number(issue))
                {
                    Some(held) => {
                        lay(body, held);
                        ok(held)
                    }
                    None => absent(),
                }
            }
            ("GET", ["commits", sha, "pulls"]) => {
                let with = |pull: &&Value| pull["merge_commit_sha"] == *sha;
                let found: Vec<&Value> = self.pulls.iter().filter(with).collect();
                ok(&json!(found))
            }
            ("GET", ["actions", "runs"]) => {
                let with = |run: &&Value| {
                    query
                        .get("head_sha")
                        .is_none_or(|sha| run["head_sha"] == **sha)
                };
                let found: Vec<&Value> = self.runs.iter().filter(with).collect();
                ok(&json!({ "total_count": found.len(), "workflow_runs": found }))
            }
            ("GET", ["actions", "runs", id, "artifacts"]) => {
                let with = |(run, artifact): &&(u64, Value)| {
                    run.to_string() == **id
                        && query
                            .get("name")
                            .is_none_or(|name| artifact["name"] == **name)
                };
                let found = self
                    .artifacts
                    .iter()
                    .filter(with)
                    .map(|(_, artifact)| artifact);
                ok(&json!({ "artifacts": found.collect::<Vec<_>>() }))
            }
            ("GET", ["actions", "artifacts", id, "zip"]) => {
                let id = id.parse().unwrap_or_default();
                match self.archives.get(&id) {
                    Some(archive) => archive.clone().into_response(),
                    None => absent(),
                }
            }
            _ => absent(),
        }
    }
}

/// A ZIP archive, its files stored as they are.
pub fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let crc = |bytes: &[u8]| {
        let fold = |crc: u32, byte: &u8| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg())
            })
        };
        !bytes.iter().fold(u32::MAX, fold)
    };
    let (mut out, mut index) = (Vec::new(), Vec::new());
    for (name, text) in files {
        let size = u32::try_from(text.len()).expect("small");
        let length = u16::try_from(name.len()).expect("short");
        let mut facts = Vec::new();
        // Version, flags, stored, a date.
        facts.extend([10, 0, 0, 0, 0, 0, 0, 0, 0x21, 0x5d]);
        facts.extend(crc(text.as_bytes()).to_le_bytes());
        facts.extend(size.to_le_bytes());
        facts.extend(size.to_le_bytes());
        facts.extend(length.to_le_bytes());
        facts.extend([0, 0]);
        let at = u32::try_from(out.len()).expect("small");
        index.extend(b"PK\x01\x02\x14\x00");
        index.extend(&facts);
        index.extend([0; 10]);
        index.extend(at.to_le_bytes());
        index.extend(name.as_bytes());
        out.extend(b"PK\x03\x04");
        out.extend(&facts);
        write!(out, "{name}{text}").expect("memory");
    }
    let (at, size) = (out.len(), index.len());
    let count = u16::try_from(files.len()).expect("few").to_le_bytes();
    out.extend(&index);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count);
    out.extend(count);
    out.extend(u32::try_from(size).expect("small").to_le_bytes());
    out.extend(u32::try_from(at).expect("small").to_le_bytes());
    out.extend([0, 0]);
    out
}
