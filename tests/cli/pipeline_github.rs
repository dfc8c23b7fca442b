//! The GitHub action's script against a stand-in for GitHub: what a team sees on its pull
//! requests, and what a stranger can't do.
//!
//! `alz` itself is a stand-in here that says what it was called with; the story of
//! `gitops.rs` plays the commands on the sandbox.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::forge::{BOT, Forge, REPOSITORY, TOKEN};
use crate::world::Said;

/// Says what it was called with, and does what the test says in STUB_*.
const ALZ: &str = r#"#!/bin/sh
printf '%s\n' "$*" >> "$CALLS"
command=
for word in "$@"; do
  case $word in validate|plan|apply|drift|report) command=${command:-$word} ;; esac
  case $word in json=*) [ -n "${STUB_NO_AUDIT:-}" ] || echo '{"drift":{}}' > "${word#json=}" ;; esac
done
case $command in
  validate) printf '%s' "${STUB_ANNOTATIONS:-}"; exit "${STUB_VALID:-0}" ;;
  plan)
    while [ $# -gt 0 ]; do if [ "$1" = --out ]; then echo '{"steps":[1,2]}' > "$2"; fi; shift; done ;;
  apply)
    if [ -n "${STUB_WAITS:-}" ]; then
      trap 'echo finished in flight; exit 130' TERM
      : > "${CALLS%calls}waiting"
      while :; do :; done
    fi
    for word in "$@"; do case $word in *.json) cat "$word" ;; esac; done ;;
esac
printf '%s' "${STUB_SAYS:-}"
printf '%s\n' "${STUB_ASIDE:-aside}" >&2
exit "${STUB_EXIT:-0}"
"#;

pub struct Job {
    pub forge: Forge,
    directory: tempfile::TempDir,
    variables: Vec<(&'static str, String)>,
}

impl Job {
    #[allow(clippy::print_stderr)]
    pub fn new() -> Option<Self> {
        for tool in ["bash", "jq", "curl", "unzip"] {
            if Command::new(tool).arg("--version").output().is_err() {
                eprintln!("{tool} is not here: the action's script is not tried");
                return None;
            }
        }
        let job = Self {
            forge: Forge::new(),
            directory: tempfile::tempdir().expect("a directory"),
            variables: Vec::new(),
        };
        job.write("bin/alz", ALZ);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let program = job.path("bin/alz");
            std::fs::set_permissions(program, std::fs::Permissions::from_mode(0o755))
                .expect("modes");
        }
        job.event(
            &json!({ "pull_request": { "number": 7, "head": { "sha": "headsha",
            "repo": { "full_name": REPOSITORY } }, "base": { "sha": "basesha" } } }),
        );
        Some(job.set("GITHUB_EVENT_NAME", "pull_request"))
    }

    pub fn set(mut self, name: &'static str, value: &str) -> Self {
        self.variables.retain(|(known, _)| *known != name);
        self.variables.push((name, value.to_owned()));
        self
    }

    pub fn after_merge() -> Option<Self> {
        let job = Self::new()?.set("GITHUB_EVENT_NAME", "push");
        job.event(&json!({ "ref": "refs/heads/main" }));
        Some(job)
    }

    pub fn event(&self, event: &Value) {
        self.write("event.json", &event.to_string());
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        std::fs::write(path, text).expect("a file");
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    pub fn run(&self, command: &str) -> Said {
        self.command(command).output().expect("bash runs").into()
    }

    pub fn command(&self, command: &str) -> Command {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/actions/alz/alz.sh");
        let path = std::env::var("PATH").unwrap_or_default();
        let mut job = Command::new("bash");
        job.arg(script)
            .arg(command)
            .current_dir(self.directory.path())
            .env_clear()
            .env("PATH", format!("{}:{path}", self.path("bin").display()))
            .env("CALLS", self.path("calls"))
            .env("RUNNER_TEMP", self.path("temp"))
            .env("GITHUB_API_URL", &self.forge.base)
            .env("GITHUB_SERVER_URL", &self.forge.base)
            .env("GITHUB_REPOSITORY", REPOSITORY)
            .env("GITHUB_RUN_ID", "77")
            .env("GITHUB_SHA", "mergesha")
            .env("GITHUB_REF_NAME", "main")
            .env(
                "GITHUB_WORKFLOW_REF",
                format!("{REPOSITORY}/.github/workflows/alz.yml@refs/heads/main"),
            )
            .env("GITHUB_EVENT_PATH", self.path("event.json"))
            .env("GITHUB_STEP_SUMMARY", self.path("summary"))
            .env("GITHUB_OUTPUT", self.path("output"))
            .env("ALZ_ACTION_TOKEN", TOKEN)
            .env("ALZ_ACTION_AUTHOR", BOT)
            .env("ALZ_ACTION_ENV", "production")
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        job
    }

    pub fn bodies(&self) -> Vec<String> {
        self.forge.with(|held| {
            let bodies = held
                .comments
                .iter()
                .map(|c| c["body"].as_str().expect("text").to_owned());
            bodies.collect()
        })
    }
}

pub const PLAN: &str = "**alz plan: 2 to update in production**\n<!-- alz:plan:production -->\n";

#[test]
fn a_pull_request_has_one_comment_with_its_newest_plan() {
    let Some(job) = Job::new() else { return };
    let job = job.set("STUB_SAYS", PLAN);
    // More than a page of talk, the marker quoted by somebody, and another environment's plan.
    job.forge.with(|held| {
        for id in 0..130 {
            held.comments.push(json!({ "id": id, "user": { "login": "ann" }, "body": "<!-- alz:plan:production --> nice" }));
        }
        held.comments.push(json!({ "id": 900, "user": { "login": BOT }, "body": "<!-- alz:plan:beta -->" }));
    });
    job.run("plan").expect(0);
    let first = job.bodies();
    assert_eq!(first.len(), 132);
    assert!(
        first[131].starts_with("<!-- alz:plan:production -->\n**alz plan: 2 to update"),
        "{}",
        first[131]
    );
    assert!(
        first[131].contains("/acme/numbers/actions/runs/77"),
        "{}",
        first[131]
    );
    assert!(first[131].contains("headsha"), "{}", first[131]);

    let job = job.set("STUB_SAYS", &PLAN.replace("2 to", "3 to"));
    job.run("plan").expect(0);
    let second = job.bodies();
    assert_eq!(second.len(), 132, "the second run made another comment");
    assert!(second[131].contains("3 to update"), "{}", second[131]);
    assert_eq!(
        second[..131],
        first[..131],
        "other people's comments changed"
    );
    assert!(job.read("summary").contains("3 to update"));
    let outputs = job.read("output");
    assert!(
        outputs.contains("artifact=alz-plan-production\n"),
        "{outputs}"
    );
    assert!(outputs.contains("steps=2\n"), "{outputs}");
}

#[test]
fn what_two_runs_at_once_wrote_twice_becomes_one_comment() {
    let Some(job) = Job::new() else { return };
    let job = job.set("STUB_SAYS", PLAN);
    job.forge.with(|held| {
        for id in [1, 2, 3] {
            held.comments
                .push(json!({ "id": id, "user": { "login": BOT }, "body": PLAN }));
        }
    });
    job.run("plan").expect(0);
    assert_eq!(job.bodies().len(), 1);
}

#[test]
fn a_plan_that_fails_takes_the_place_of_the_one_that_was_there() {
    let Some(job) = Job::new() else { return };
    let job = job.set("STUB_SAYS", PLAN);
    job.run("plan").expect(0);
    let job = job.set("STUB_SAYS", "").set("STUB_EXIT", "1");
    job.run("plan").expect(1);
    let bodies = job.bodies();
    assert_eq!(bodies.len(), 1);
    assert!(bodies[0].contains("alz plan failed"), "{}", bodies[0]);
    // What is kept in place of it can't be applied.
    assert_eq!(job.read("temp/alz/plan.json"), "{\"noPlan\":true}\n");
    assert!(
        job.read("output")
            .ends_with("artifact=alz-plan-production\n")
    );
}

#[test]
fn files_with_problems_leave_no_older_plan_standing() {
    let Some(job) = Job::new() else { return };
    let job = job.set("STUB_SAYS", PLAN);
    job.run("plan").expect(0);
    let job = job.set("STUB_VALID", "1");
    job.run("plan").expect(1);
    let bodies = job.bodies();
    assert_eq!(bodies.len(), 1);
    assert!(
        bodies[0].contains("the files have problems"),
        "{}",
        bodies[0]
    );
    assert!(!bodies[0].contains("2 to update"), "{}", bodies[0]);
    assert_eq!(job.read("temp/alz/plan.json"), "{\"noPlan\":true}\n");
}

/// A reviewer would read an older plan, and the merge would apply this one.
#[test]
fn a_plan_that_can_not_be_shown_is_none() {
    let Some(job) = Job::new() else { return };
    let job = job.set("STUB_SAYS", PLAN);
    job.forge.with(|held| held.reads_only = true);
    let said = job.run("plan").expect(1);
    assert!(
        said.stdout.contains("could not be shown"),
        "{}",
        said.stdout
    );
    assert_eq!(job.read("temp/alz/plan.json"), "{\"noPlan\":true}\n");
    // Who wants no comment needs none.
    let job = job.set("ALZ_ACTION_COMMENT", "false");
    job.run("plan").expect(0);
    assert!(job.read("temp/alz/plan.json").contains("steps"));
}

#[test]
fn two_projects_of_one_repository_keep_their_own_comments_and_plans() {
    let Some(job) = Job::new() else { return };
    let job = job.set("STUB_SAYS", PLAN);
    job.run("plan").expect(0);
    let job = job
        .set("ALZ_ACTION_DIRECTORY", "./phones/")
        .set("STUB_SAYS", &PLAN.replace("2 to", "5 to"));
    job.run("plan").expect(0);
    job.run("plan").expect(0);
    let bodies = job.bodies();
    assert_eq!(bodies.len(), 2, "{bodies:#?}");
    assert!(bodies[0].contains("2 to update") && bodies[1].contains("5 to update"));
    let job = job
        .set("ALZ_ACTION_DIRECTORY", ".")
        .set("STUB_SAYS", &PLAN.replace("2 to", "3 to"));
    job.run("plan").expect(0);
    let bodies = job.bodies();
    assert!(bodies[0].contains("3 to update") && bodies[1].contains("5 to update"));
    let outputs = job.read("output");
    assert!(
        outputs.contains("artifact=alz-plan-production\n")
            && outputs.contains("artifact=alz-plan-production--phones\n"),
        "{outputs}"
    );
}

#[test]
fn a_document_too_long_for_a_comment_is_not_cut() {
    let Some(job) = Job::new() else { return };
    let long = format!(
        "{}<!-- alz:plan:production -->\n",
        "| a | b |\n".repeat(7_000)
    );
    let job = job.set("STUB_SAYS", &long);
    job.run("plan").expect(0);
    let bodies = job.bodies();
    assert!(bodies[0].len() < 1_000, "{}", bodies[0].len());
    assert!(bodies[0].contains("too long") && bodies[0].contains("<!-- alz:plan:production -->"));
    // The verdict stays.
    let job = job.set("STUB_SAYS", &format!("{PLAN}\n{long}"));
    job.run("plan").expect(0);
    assert!(
        job.bodies()[0].contains("2 to update in production"),
        "{:?}",
        job.bodies()
    );
}

#[test]
fn a_pull_request_from_a_fork_is_validated_and_nothing_more() {
    let Some(job) = Job::new() else { return };
    job.event(
        &json!({ "pull_request": { "number": 7, "head": { "sha": "headsha",
        "repo": { "full_name": "stranger/numbers" } }, "base": { "sha": "basesha" } } }),
    );
    let said = job.run("plan").expect(0);
    assert!(said.stdout.contains("from a fork"), "{}", said.stdout);
    let calls = job.read("calls");
    assert!(
        calls.contains("validate") && !calls.contains(" plan "),
        "{calls}"
    );
    assert!(job.forge.with(|held| held.asked.is_empty()));
    // Nor a deleted fork, nor a bot that has no secrets.
    job.event(
        &json!({ "pull_request": { "number": 7, "head": { "sha": "headsha", "repo": null },
        "base": { "sha": "basesha" } } }),
    );
    job.run("plan").expect(0);
    assert!(!job.read("calls").contains(" plan "));
    assert_eq!(job.read("output"), "", "something was kept");
    // Nor a group of a merge queue, which nobody looks at.
    let job = job.set("GITHUB_EVENT_NAME", "merge_group");
    job.event(&json!({ "merge_group": {} }));
    job.run("plan").expect(0);
    assert!(!job.read("calls").contains(" plan "));
}

#[test]
fn an_event_that_gives_strangers_the_secrets_is_refused() {
    let Some(job) = Job::new() else { return };
    for event in [
        "pull_request_target",
        "workflow_run",
        "issue_comment",
        "discussion_comment",
        "not_yet_invented",
    ] {
        let job = Job::new().expect("tools").set("GITHUB_EVENT_NAME", event);
        for command in ["plan", "drift", "merge", "apply"] {
            let said = job.run(command).expect(1);
            assert!(said.stdout.contains("::error"), "{}", said.stdout);
        }
        assert!(
            !job.read("calls").contains(" plan "),
            "{}",
            job.read("calls")
        );
    }
    drop(job);
}

#[test]
fn words_of_strangers_are_no_commands_to_the_runner_or_the_shell() {
    let Some(job) = Job::new() else { return };
    let job = job
        .set("STUB_SAYS", PLAN)
        .set("STUB_ASIDE", "::set-env name=PATH::/evil")
        .set("GITHUB_HEAD_REF", "$(touch pwned);`touch pwned`")
        .set(
            "ALZ_ACTION_ARGS",
            "--target $(touch${IFS}pwned) *.json --allow release=12",
        );
    let said = job.run("plan").expect(0);
    let aside: Vec<&str> = said.stderr.lines().collect();
    let at = aside
        .iter()
        .position(|line| line.starts_with("::set-env"))
        .expect("the word");
    let stop = aside[..at]
        .iter()
        .rev()
        .find(|line| line.starts_with("::stop-commands::"))
        .expect("stopped");
    let token = stop.trim_start_matches("::stop-commands::");
    assert!(
        aside[at..].contains(&format!("::{token}::").as_str()),
        "{}",
        said.stderr
    );
    assert!(!job.path("pwned").exists());
    let calls = job.read("calls");
    assert!(
        calls.contains("--target $(touch${IFS}pwned) *.json --allow release=12"),
        "{calls}"
    );
    assert!(
        calls.contains("--env production --redact pii plan"),
        "{calls}"
    );
}

#[test]
fn a_journal_of_the_teams_own_takes_the_place_of_the_cache() {
    let Some(job) = Job::new() else { return };
    let job = job
        .set("STUB_SAYS", PLAN)
        .set("ALZ_ACTION_JOURNAL", "/cache");
    job.run("plan").expect(0);
    assert!(job.read("calls").contains("--journal /cache"));
    let job = job.set("ALZ_ACTION_ARGS", "--journal /disk");
    job.run("plan").expect(0);
    let calls = job.read("calls");
    let last = calls.lines().last().expect("a call");
    assert_eq!(last.matches("--journal").count(), 1, "{last}");
    assert!(last.contains("--journal /disk"), "{last}");
}

#[test]
fn each_project_environment_and_shard_has_a_journal_of_its_own() {
    let mut seen: Vec<String> = Vec::new();
    for (environment, directory, shard) in [
        ("prod", ".", ""),
        ("prod-eu", ".", ""),
        ("prod", "eu", ""),
        ("prod", ".", "1/4"),
        ("prod", ".", "1/40"),
        ("prod", "1", "4"),
    ] {
        let Some(job) = Job::new() else { return };
        let job = job
            .set("ALZ_ACTION_ENV", environment)
            .set("ALZ_ACTION_DIRECTORY", directory)
            .set("ALZ_ACTION_SHARD", shard);
        job.run("key").expect(0);
        let outputs = job.read("output");
        let key = outputs
            .lines()
            .find_map(|line| line.strip_prefix("journal="))
            .expect("a key")
            .to_owned();
        for other in &seen {
            assert!(
                !other.starts_with(&key) && !key.starts_with(other),
                "{key} would restore {other}"
            );
        }
        seen.push(key);
    }
}

#[test]
fn credentials_that_any_branch_can_send_elsewhere_are_warned_of() {
    let Some(job) = Job::new() else { return };
    let job = job.set("STUB_SAYS", PLAN);
    let warned = |job: &Job| {
        let said = job.run("plan").expect(0);
        said.stdout.contains("ALZ_API is not set")
    };
    assert!(!warned(&job), "there are no credentials");
    let job = job.set("ALZ_TOKEN", "sesame").set("ALZ_API", "");
    assert!(warned(&job));
    let job = job.set("ALZ_API", "https://api.alianza.com");
    assert!(!warned(&job));
}

#[test]
fn annotations_name_files_from_the_top_of_the_repository() {
    let Some(job) = Job::new() else { return };
    let job = job
        .set("ALZ_ACTION_DIRECTORY", "phones")
        .set("STUB_VALID", "1")
        .set(
            "STUB_ANNOTATIONS",
            "::error file=accounts/a.yaml,line=3::no such state\n",
        );
    let said = job.run("plan").expect(1);
    assert!(
        said.stdout
            .contains("::error file=phones/accounts/a.yaml,line=3::"),
        "{}",
        said.stdout
    );
    assert!(
        !job.read("calls").contains(" plan "),
        "files with problems were planned"
    );
}

#[test]
fn the_token_is_in_no_output_and_on_no_command_line() {
    let Some(job) = Job::new() else { return };
    let job = job.set("STUB_SAYS", PLAN);
    let said = job.run("plan").expect(0);
    assert!(!said.stdout.contains(TOKEN) && !said.stderr.contains(TOKEN));
    let script = include_str!("../../.github/actions/alz/alz.sh");
    for line in script
        .lines()
        .filter(|line| line.contains("ALZ_ACTION_TOKEN"))
    {
        assert!(line.contains("--config <(printf"), "{line}");
    }
    assert!(!job.forge.asked("POST").is_empty());
}
