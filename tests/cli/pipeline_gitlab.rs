//! The GitLab script against a stand-in for GitLab: one note, one issue, and the plan that
//! was reviewed.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::world::Said;

const TOKEN: &str = "glpat-sesame";
const ME: u64 = 11;

#[derive(Default)]
struct Held {
    notes: Vec<Value>,
    issues: Vec<Value>,
    /// Other answers, by their path below the project.
    answers: BTreeMap<String, Value>,
    /// Where the artefacts are, if in a store of somebody else's.
    store: Option<String>,
    /// The headers that came there.
    stored: Vec<String>,
    next: u64,
}

struct Job {
    held: Arc<Mutex<Held>>,
    base: String,
    directory: tempfile::TempDir,
    _runtime: Runtime,
}

impl Job {
    #[allow(clippy::print_stderr)]
    fn new() -> Option<Self> {
        for tool in ["bash", "jq", "curl"] {
            if Command::new(tool).arg("--version").output().is_err() {
                eprintln!("{tool} is not here: the GitLab script is not tried");
                return None;
            }
        }
        let runtime = Runtime::new().expect("a runtime");
        let held = Arc::new(Mutex::new(Held {
            next: 1_000,
            ..Held::default()
        }));
        let app = Router::new().fallback(answer).with_state(held.clone());
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
            .expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        runtime.spawn(async move { axum::serve(listener, app).await });
        let directory = tempfile::tempdir().expect("a directory");
        Some(Self {
            held,
            base,
            directory,
            _runtime: runtime,
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Held) -> T) -> T {
        work(&mut self.held.lock().expect("no panic"))
    }

    fn run(&self, document: &str, arguments: &[&str]) -> Said {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/gitops/.gitlab/alz.sh");
        std::fs::write(self.directory.path().join("said.md"), document).expect("a file");
        let output = Command::new("bash")
            .arg(script)
            .args(arguments)
            .current_dir(self.directory.path())
            .env_clear()
            .env("PATH", std::env::var("PATH").unwrap_or_default())
            .env("CI_API_V4_URL", &self.base)
            .env("CI_PROJECT_ID", "5")
            .env("CI_COMMIT_SHA", "mergesha")
            .env("CI_DEFAULT_BRANCH", "main")
            .env("CI_PIPELINE_ID", "50")
            .env("CI_JOB_URL", "https://gitlab.example.com/job/9")
            .env("ALZ_ENV", "production")
            .env("ALZ_GITLAB_TOKEN", TOKEN)
            .output()
            .expect("bash runs");
        let said = Said::from(output);
        assert!(!format!("{}{}", said.stdout, said.stderr).contains(TOKEN));
        said
    }

    /// A merge request 7 that was merged, its pipeline and the job with the plan.
    fn merged(&self) {
        self.with(|held| {
            let mut put = |path: &str, value: Value| held.answers.insert(path.to_owned(), value);
            put(
                "repository/commits/mergesha/merge_requests",
                json!([{ "iid": 7, "state": "merged", "target_branch": "main", "sha": "headsha", "merge_commit_sha": "mergesha" }]),
            );
            put(
                "merge_requests/7/pipelines",
                json!([{ "id": 41, "project_id": 5, "source": "merge_request_event", "sha": "headsha", "ref": "refs/merge-requests/7/head" }]),
            );
            put("pipelines/41/jobs", json!([{ "id": 61, "name": "validate", "status": "success" },
                { "id": 62, "name": "plan", "status": "success" }]));
            put("jobs/62/artifacts/plan.json", json!({ "reviewed": 62 }));
            put("pipelines", json!([]));
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
    let said = |value: &Value| (StatusCode::OK, value.to_string()).into_response();
    if uri.path() == "/store" {
        held.stored.extend(
            headers
                .iter()
                .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap_or_default())),
        );
        return said(&json!({ "reviewed": "stored" }));
    }
    if headers
        .get("authorization")
        .is_none_or(|token| token != &format!("Bearer {TOKEN}"))
    {
        return (StatusCode::UNAUTHORIZED, "{}").into_response();
    }
    if uri.path() == "/user" {
        return said(&json!({ "id": ME }));
    }
    let path = uri.path().strip_prefix("/projects/5/").unwrap_or_default();
    let parts: Vec<&str> = path.split('/').collect();
    let mut body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let number = |text: &str| text.parse::<u64>().unwrap_or_default();
    let page = |all: &[Value]| {
        let query = uri.query().unwrap_or_default();
        let page = query
            .split("page=")
            .last()
            .map_or(1, |page| number(page).max(1));
        let part: Vec<&Value> = all
            .iter()
            .skip((page as usize - 1) * 100)
            .take(100)
            .collect();
        said(&json!(part))
    };
    match (method.as_str(), parts.as_slice()) {
        ("GET", ["merge_requests", "7", "notes"]) => page(&held.notes),
        ("GET", ["issues"]) => {
            let open = held
                .issues
                .iter()
                .filter(|issue| issue["state"] == "opened");
            page(&open.cloned().collect::<Vec<_>>())
        }
        ("POST", ["merge_requests", "7", "notes"]) => {
            held.next += 1;
            body["id"] = held.next.into();
            body["author"] = json!({ "id": ME });
            held.notes.push(body.clone());
            said(&body)
        }
        ("POST", ["issues"]) => {
            held.next += 1;
            body["iid"] = held.next.into();
            body["author"] = json!({ "id": ME });
            body["state"] = "opened".into();
            held.issues.push(body.clone());
            said(&body)
        }
        ("PUT", ["merge_requests", "7", "notes", id]) => {
            let note = held.notes.iter_mut().find(|note| note["id"] == number(id));
            note.expect("a note")["body"] = body["body"].clone();
            said(&body)
        }
        ("DELETE", ["merge_requests", "7", "notes", id]) => {
            held.notes.retain(|note| note["id"] != number(id));
            said(&Value::Null)
        }
        ("PUT", ["issues", id]) => {
            let issue = held
                .issues
                .iter_mut()
                .find(|issue| issue["iid"] == number(id));
            let issue = issue.expect("an issue");
            issue["description"] = body["description"].clone();
            if body["state_event"] == "close" {
                issue["state"] = "closed".into();
            }
            said(&body)
        }
        ("GET", ["jobs", _, "artifacts", ..]) if held.store.is_some() => {
            let store = held.store.clone().unwrap_or_default();
            (StatusCode::FOUND, [("location", store)]).into_response()
        }
        ("GET", _) => match held.answers.get(path) {
            Some(value) => said(value),
            None => (StatusCode::NOT_FOUND, "{}").into_response(),
        },
        _ => (StatusCode::NOT_FOUND, "{}").into_response(),
    }
}

const PLAN: &str = "**alz plan: 2 to update in production**\n<!-- alz:plan:production -->\n";

#[test]
fn a_merge_request_has_one_note_with_its_newest_plan() {
    let Some(job) = Job::new() else { return };
    job.with(|held| {
        for id in 0..120 {
            held.notes
                .push(json!({ "id": id, "author": { "id": 3 }, "body": PLAN }));
        }
    });
    let note = ["note", "7", "plan", "said.md"];
    job.run(PLAN, &note).expect(0);
    job.run(&PLAN.replace("2 to", "3 to"), &note).expect(0);
    job.with(|held| {
        assert_eq!(held.notes.len(), 121);
        let ours = held.notes[120]["body"].as_str().expect("text");
        assert!(ours.starts_with("**alz plan: 3 to update"), "{ours}");
        assert!(held.notes[..120].iter().all(|note| note["body"] == PLAN));
        // Two pipelines at once.
        held.notes
            .push(json!({ "id": 500, "author": { "id": ME }, "body": PLAN }));
    });
    job.run(PLAN, &note).expect(0);
    assert_eq!(job.with(|held| held.notes.len()), 121);
    job.run(PLAN, &["note", "7/../../8", "plan", "said.md"])
        .expect(1);
}

#[test]
fn the_plan_of_the_merged_merge_request_is_fetched() {
    let Some(job) = Job::new() else { return };
    job.merged();
    job.run("", &["reviewed", "plan.json"]).expect(0);
    let read = |name: &str| std::fs::read_to_string(job.directory.path().join(name)).expect(name);
    assert_eq!(read("plan.json"), r#"{"reviewed":62}"#);
    assert_eq!(read("plan.request"), "7");
}

/// GitLab sends the reader of an artefact on to a store, which is another host: the token
/// with which everything can be written is not for that.
#[test]
fn the_store_of_artefacts_is_not_told_the_token() {
    let Some(job) = Job::new() else { return };
    job.merged();
    let store = job.base.replace("127.0.0.1", "localhost");
    job.with(|held| held.store = Some(format!("{store}/store")));
    job.run("", &["reviewed", "plan.json"]).expect(0);
    let plan = std::fs::read_to_string(job.directory.path().join("plan.json")).expect("a plan");
    assert!(plan.contains("stored"), "{plan}");
    job.with(|held| {
        assert!(!held.stored.is_empty());
        let told: Vec<&String> = held
            .stored
            .iter()
            .filter(|line| line.contains(TOKEN))
            .collect();
        assert!(told.is_empty(), "{told:?}");
    });
}

/// Run again when newer files have been applied, an old job would put back what they
/// changed: its plan allows just that.
#[test]
fn an_apply_that_newer_files_have_overtaken_is_refused() {
    let Some(job) = Job::new() else { return };
    job.merged();
    let newer = |changes: Value| {
        let mut pipeline = json!({ "id": 51, "source": "push", "status": "failed" });
        for (name, value) in changes.as_object().expect("a map") {
            pipeline[name] = value.clone();
        }
        job.with(|held| held.answers.insert("pipelines".into(), json!([pipeline])));
    };
    for other in [
        json!({ "id": 49 }),
        json!({ "status": "running" }),
        json!({ "status": "canceled" }),
        json!({ "source": "schedule" }),
    ] {
        newer(other);
        job.run("", &["reviewed", "plan.json"]).expect(0);
        job.run("", &["newest"]).expect(0);
    }
    newer(json!({}));
    let said = job.run("", &["reviewed", "plan.json"]).expect(4);
    assert!(
        said.stderr.contains("pipeline 51 came after it"),
        "{}",
        said.stderr
    );
    newer(json!({ "source": "web", "status": "success" }));
    job.run("", &["newest"]).expect(4);
    // Told where the review was, once.
    job.with(|held| {
        assert_eq!(held.notes.len(), 1);
        let note = held.notes[0]["body"].as_str().expect("text");
        assert!(
            note.contains("nothing was applied") && note.contains("by hand"),
            "{note}"
        );
    });
}

#[test]
fn a_plan_that_nobody_reviewed_is_not_fetched() {
    let Some(job) = Job::new() else { return };
    let fetch = |code: i32| {
        let said = job.run("", &["reviewed", "plan.json"]).expect(code);
        assert!(
            said.stderr.contains("nothing was applied"),
            "{}",
            said.stderr
        );
        assert!(!job.directory.path().join("plan.json").exists());
    };
    let change = |path: &str, member: &str, value: Value| {
        job.with(|held| held.answers.get_mut(path).expect(path)[0][member] = value);
    };
    job.merged();
    // A commit pushed past review; a merge into another branch.
    change(
        "repository/commits/mergesha/merge_requests",
        "state",
        "opened".into(),
    );
    fetch(1);
    job.merged();
    change(
        "repository/commits/mergesha/merge_requests",
        "target_branch",
        "other".into(),
    );
    fetch(1);
    // A pipeline of a fork, of another commit, or none of a merge request.
    job.merged();
    change("merge_requests/7/pipelines", "project_id", 6.into());
    fetch(4);
    job.merged();
    change("merge_requests/7/pipelines", "sha", "older".into());
    fetch(4);
    job.merged();
    change("merge_requests/7/pipelines", "source", "push".into());
    fetch(4);
    // A newer pipeline whose plan failed: the older plan is not what was looked at last.
    job.merged();
    job.with(|held| {
        let pipelines = held
            .answers
            .get_mut("merge_requests/7/pipelines")
            .expect("pipelines");
        let mut newer = pipelines[0].clone();
        newer["id"] = 42.into();
        pipelines.as_array_mut().expect("a list").push(newer);
        let jobs = json!([{ "id": 63, "name": "plan", "status": "failed" }]);
        held.answers.insert("pipelines/42/jobs".into(), jobs);
    });
    fetch(4);
    // An expired artefact.
    job.merged();
    job.with(|held| held.answers.remove("jobs/62/artifacts/plan.json"));
    fetch(4);
}

#[test]
fn drift_is_one_issue_while_it_lasts() {
    let Some(job) = Job::new() else { return };
    let drift = "**1 changed**\n<!-- alz:drift:production -->\n";
    job.with(|held| {
        held.issues.push(
            json!({ "iid": 1, "author": { "id": 3 }, "state": "opened", "description": drift }),
        );
    });
    job.run(drift, &["issue", "said.md", "drift"]).expect(0);
    job.run(&drift.replace('1', "2"), &["issue", "said.md", "drift"])
        .expect(0);
    job.with(|held| {
        assert_eq!(held.issues.len(), 2);
        assert_eq!(held.issues[1]["labels"], "alz-drift");
        assert!(
            held.issues[1]["description"]
                .as_str()
                .expect("text")
                .starts_with("**2 changed**")
        );
    });
    job.run("**no drift**\n", &["issue", "said.md", "none"])
        .expect(0);
    job.run("**no drift**\n", &["issue", "said.md", "none"])
        .expect(0);
    job.with(|held| {
        assert_eq!(held.issues.len(), 2);
        assert_eq!(held.issues[1]["state"], "closed");
        assert_eq!(held.issues[0]["state"], "opened", "somebody else's issue");
    });
}

/// Says what it was called with, and ends as the test says.
const ALZ: &str = r#"#!/bin/sh
printf '%s\n' "$*" >> calls
for word in "$@"; do
  case $word in json=*) [ -z "${STUB_AUDIT:-}" ] || echo '{}' > "${word#json=}" ;; esac
done
case $1 in plan) [ "${STUB_EXIT:-0}" != 0 ] || echo '{}' > plan.json ;; esac
printf '%s' "${STUB_SAYS:-}"
exit "${STUB_EXIT:-0}"
"#;

/// The `script` of a job, run as a runner does: in one shell that ends at the first fault.
fn script(job: &Job, name: &str, variables: &[(&str, &str)]) -> Said {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/gitops");
    let text = std::fs::read_to_string(example.join(".gitlab-ci.yml")).expect("the pipeline");
    let pipeline: Value = serde_yaml::from_str(&text).expect("YAML");
    let lines = pipeline[name]["script"]
        .as_array()
        .expect("a script")
        .iter();
    let lines: Vec<&str> = lines.map(|line| line.as_str().expect("a line")).collect();
    let root = job.directory.path();
    for (to, text) in [
        (
            ".gitlab/alz.sh",
            std::fs::read_to_string(example.join(".gitlab/alz.sh")).expect("the script"),
        ),
        ("bin/alz", ALZ.to_owned()),
    ] {
        let to = root.join(to);
        std::fs::create_dir_all(to.parent().expect("a parent")).expect("a directory");
        std::fs::write(&to, text).expect("a file");
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&to, std::fs::Permissions::from_mode(0o755)).expect("modes");
    }
    let path = std::env::var("PATH").unwrap_or_default();
    Command::new("bash")
        .args(["-e", "-o", "pipefail", "-c", &lines.join("\n")])
        .current_dir(root)
        .env_clear()
        .env("PATH", format!("{}:{path}", root.join("bin").display()))
        .env("CI_API_V4_URL", &job.base)
        .env("CI_PROJECT_ID", "5")
        .env("CI_COMMIT_SHA", "mergesha")
        .env("CI_DEFAULT_BRANCH", "main")
        .env("CI_PIPELINE_ID", "50")
        .env("ALZ_ENV", "production")
        .env("ALZ_GITLAB_TOKEN", TOKEN)
        .envs(variables.iter().copied())
        .output()
        .expect("bash runs")
        .into()
}

#[test]
fn the_jobs_of_the_pipeline_end_as_alz_ends_and_say_so() {
    let Some(job) = Job::new() else { return };
    let calls = || std::fs::read_to_string(job.directory.path().join("calls")).unwrap_or_default();
    let request = ("CI_MERGE_REQUEST_IID", "7");
    script(
        &job,
        "plan",
        &[
            request,
            ("CI_MERGE_REQUEST_DIFF_BASE_SHA", "basesha"),
            ("STUB_SAYS", PLAN),
        ],
    )
    .expect(0);
    assert!(
        calls().contains("--out plan.json --base basesha"),
        "{}",
        calls()
    );
    // What the target branch has gained since is not this branch's change.
    let merged = [
        request,
        ("CI_MERGE_REQUEST_DIFF_BASE_SHA", "basesha"),
        ("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", "targetsha"),
        ("STUB_SAYS", PLAN),
    ];
    script(&job, "plan", &merged).expect(0);
    assert!(
        calls().contains("--out plan.json --base targetsha"),
        "{}",
        calls()
    );
    script(&job, "plan", &[request, ("STUB_EXIT", "1")]).expect(1);
    let notes = |job: &Job| -> Vec<String> {
        job.with(|held| {
            held.notes
                .iter()
                .map(|note| note["body"].as_str().expect("text").to_owned())
                .collect()
        })
    };
    assert_eq!(notes(&job).len(), 1);
    assert!(
        notes(&job)[0].contains("alz plan failed"),
        "{:?}",
        notes(&job)
    );

    job.merged();
    script(&job, "apply", &[]).expect(0);
    assert!(
        notes(&job)[1].contains("apply in production:** done"),
        "{:?}",
        notes(&job)
    );
    for (code, said) in [
        ("3", "not all of it is done"),
        ("4", "nothing was done"),
        ("1", "nothing was sent"),
        ("130", "broken off"),
        ("137", "broken off"),
    ] {
        script(&job, "apply", &[("STUB_EXIT", code)]).expect(code.parse().expect("a number"));
        assert_eq!(notes(&job).len(), 2);
        assert!(notes(&job)[1].contains(said), "{:?}", notes(&job));
    }
    let before = calls();
    job.with(|held| held.answers.clear());
    assert_ne!(script(&job, "apply", &[]).code, 0);
    assert_eq!(
        calls(),
        before,
        "something was applied without a plan that was reviewed"
    );

    script(
        &job,
        "drift",
        &[("STUB_EXIT", "2"), ("STUB_SAYS", "**1 changed**")],
    )
    .expect(0);
    script(&job, "drift", &[("STUB_EXIT", "1")]).expect(1);
    assert_eq!(job.with(|held| held.issues[0]["state"].clone()), "opened");
    // One that is not whole tells what it found, and fails.
    let partial = [
        ("STUB_EXIT", "1"),
        ("STUB_AUDIT", "yes"),
        ("STUB_SAYS", "**1 not looked at**"),
    ];
    script(&job, "drift", &partial).expect(1);
    job.with(|held| {
        assert_eq!(held.issues[0]["state"], "opened");
        let text = held.issues[0]["description"].as_str().expect("text");
        assert!(text.contains("1 not looked at"), "{text}");
    });
    script(&job, "drift", &[("STUB_SAYS", "**none**")]).expect(0);
    assert_eq!(job.with(|held| held.issues[0]["state"].clone()), "closed");
}
