//! The story of the demonstration repository, from a branch to a clean night: the real
//! action, the real program and Git, on the sandbox and a stand-in for GitHub. The README
//! of `examples/gitops` tells the same to people.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::forge::{BOT, Forge, REPOSITORY, TOKEN};
use crate::world::{ACCOUNT, NOW, Said, World};

const FILE: &str = "accounts/sample-dental.yaml";
const LAB: &str = "18017690102";
const DESK: &str = "18017690101";
/// What is in the files and on the platform and must be in no comment and no issue.
const PERSONAL: [&str; 4] = ["Lindon", "Sample Dental", "84042", "Wasatch Fibre"];

struct Story {
    world: World,
    forge: Forge,
    temp: tempfile::TempDir,
}

impl Story {
    /// The repository as it stands on the main branch, applied.
    fn new() -> Self {
        let story = Self {
            world: World::new(&[]),
            forge: Forge::new(),
            temp: tempfile::tempdir().expect("a directory"),
        };
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/gitops");
        copy(&example, story.world.root());
        story.world.write(".gitignore", ".alz/\n");
        story.git(&["init", "--quiet", "--initial-branch=main"]);
        story.commit("The numbers as they are");
        story.world.alz(&["apply", "--auto-approve"]).expect(0);
        story.world.advance("PT1H");
        story
    }

    fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .current_dir(self.world.root())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .args(["-c", "user.name=Ann", "-c", "user.email=ann@example.com"])
            .args(arguments)
            .output()
            .expect("git runs");
        let said = Said::from(output).expect(0);
        said.stdout.trim().to_owned()
    }

    fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    fn edit(&self, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.world.root().join(FILE)).expect("a file");
        assert!(text.contains(from), "{from} is not in {text}");
        self.world.write(FILE, &text.replace(from, to));
    }

    /// A branch with one change, pushed: its commit.
    fn branch(&self, name: &str, from: &str, to: &str) -> String {
        self.git(&["switch", "--quiet", "--create", name]);
        self.edit(from, to);
        self.commit(name)
    }

    /// What GitHub checks out for a pull request: its merge with the main branch.
    fn merge_of(&self, branch: &str) -> String {
        self.git(&["switch", "--quiet", "--detach", "main"]);
        self.git(&["merge", "--quiet", "--no-ff", "--no-edit", branch]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// The action, with this command, in a run of this event.
    fn action(
        &self,
        command: &str,
        event: &str,
        payload: &Value,
        variables: &[(&str, &str)],
    ) -> Said {
        let temp = self.temp.path();
        std::fs::write(temp.join("event.json"), payload.to_string()).expect("a file");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/actions/alz/alz.sh");
        let program = Path::new(env!("CARGO_BIN_EXE_alz"))
            .parent()
            .expect("a directory");
        let path = std::env::var("PATH").unwrap_or_default();
        Command::new("bash")
            .arg(script)
            .arg(command)
            .current_dir(self.world.root())
            .env_clear()
            .env("PATH", format!("{}:{path}", program.display()))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("RUNNER_TEMP", temp)
            .env("GITHUB_API_URL", &self.forge.base)
            .env("GITHUB_SERVER_URL", &self.forge.base)
            .env("GITHUB_REPOSITORY", REPOSITORY)
            .env("GITHUB_RUN_ID", "77")
            .env("GITHUB_REF_NAME", "main")
            .env(
                "GITHUB_WORKFLOW_REF",
                format!("{REPOSITORY}/.github/workflows/alz.yml@refs/heads/main"),
            )
            .env("GITHUB_EVENT_NAME", event)
            .env("GITHUB_EVENT_PATH", temp.join("event.json"))
            .env("GITHUB_OUTPUT", temp.join("output"))
            .env("GITHUB_STEP_SUMMARY", temp.join("summary"))
            .env("ALZ_ACTION_TOKEN", TOKEN)
            .env("ALZ_ACTION_AUTHOR", BOT)
            .env("ALZ_ACTION_ENV", "sandbox")
            .env("ALZ_ACTION_JOURNAL", temp.join("journal"))
            // Whatever a branch writes into alz.yaml, the platform is this one.
            .env("ALZ_API", &self.world.base)
            .env("ALZ_TOKEN", self.world.token())
            .env("ALZ_NOW", NOW)
            .envs(variables.iter().copied())
            .output()
            .expect("bash runs")
            .into()
    }

    fn plan(&self, head: &str) -> Said {
        let payload = json!({ "pull_request": { "number": 7, "head": { "sha": head,
            "repo": { "full_name": REPOSITORY } }, "base": { "sha": self.git(&["rev-parse", "main"]) } } });
        self.action("plan", "pull_request", &payload, &[])
    }

    /// The plan that the last run made, kept with a run.
    fn keep(&self, run: u64) {
        let plan = std::fs::read_to_string(self.temp.path().join("alz/plan.json")).expect("a plan");
        self.forge
            .artifact(run, "alz-plan-sandbox", &[("plan.json", &plan)]);
    }

    /// Reviewed and merged; the push to the main branch runs apply.
    fn merge(&self, branch: &str, head: &str, run: u64) -> Said {
        self.keep(run);
        self.git(&["switch", "--quiet", "main"]);
        self.git(&["merge", "--quiet", "--no-ff", "--no-edit", branch]);
        let sha = self.git(&["rev-parse", "HEAD"]);
        self.forge.with(|held| {
            held.pulls.push(
                json!({ "number": 7, "merged_at": NOW, "merge_commit_sha": sha,
                "base": { "ref": "main" }, "head": { "sha": head } }),
            );
            held.runs.push(
                json!({ "id": run, "status": "completed", "event": "pull_request",
                "head_sha": head, "path": ".github/workflows/alz.yml",
                "head_repository": { "full_name": REPOSITORY } }),
            );
        });
        self.action("apply", "push", &json!({}), &[("GITHUB_SHA", &sha)])
    }

    fn night(&self) -> Said {
        self.world.advance("PT1H");
        self.action("drift", "schedule", &json!({}), &[])
    }

    /// Somebody in the portal, under their own name.
    fn by_pat(&self, number: &str, unit: &str) {
        let mut address = self.world.number(ACCOUNT, number)["e911Address"].clone();
        address["unit"] = unit.into();
        self.world.patch_as(
            "pat@example.com",
            ACCOUNT,
            number,
            &json!({ "e911Address": address }),
        );
    }

    fn unit(&self, number: &str) -> Value {
        self.world.number(ACCOUNT, number)["e911Address"]["unit"].clone()
    }

    fn comment(&self, marker: &str) -> String {
        self.forge.with(|held| {
            let bodies = held
                .comments
                .iter()
                .map(|c| c["body"].as_str().expect("text"));
            let ours: Vec<&str> = bodies.filter(|body| body.contains(marker)).collect();
            assert_eq!(ours.len(), 1, "{ours:#?}");
            ours[0].to_owned()
        })
    }

    fn issues(&self) -> Vec<(String, String)> {
        self.forge.with(|held| {
            let text =
                |issue: &Value, member: &str| issue[member].as_str().expect("text").to_owned();
            let issues = held.issues.iter();
            issues
                .map(|issue| (text(issue, "state"), text(issue, "body")))
                .collect()
        })
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a directory");
    for entry in std::fs::read_dir(from).expect("the example") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_name() == ".alz" {
            // The state of somebody's own trials.
        } else if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

fn without_names(text: &str) {
    for personal in PERSONAL {
        assert!(!text.contains(personal), "{personal} in {text}");
    }
}

#[test]
fn from_a_branch_to_a_clean_night() {
    if ["bash", "jq", "curl", "unzip"]
        .iter()
        .any(|tool| Command::new(tool).arg("--version").output().is_err())
    {
        return;
    }
    let story = Story::new();

    // Ann moves the lab, and forgets the door: told on the line, before anybody is asked.
    let head = story.branch("move-the-lab", "unit: \"510\"", "unit: \"\"");
    story.merge_of("move-the-lab");
    let said = story.plan(&head).expect(1);
    assert!(
        said.stdout.contains(&format!("::error file={FILE}")),
        "{}",
        said.stdout
    );
    assert!(
        said.stdout.contains("an ambulance must know which door"),
        "{}",
        said.stdout
    );
    let comment = story.comment("<!-- alz:plan:sandbox -->");
    assert!(comment.contains("the files have problems"), "{comment}");
    without_names(&comment);

    // With the door: one comment, what this branch changes, and nobody's address.
    story.git(&["switch", "--quiet", "move-the-lab"]);
    story.edit("unit: \"\"", "unit: \"520\"");
    let head = story.commit("The lab is in suite 520");
    story.merge_of("move-the-lab");
    story.plan(&head).expect(0);
    let comment = story.comment("<!-- alz:plan:sandbox -->");
    let verdict = comment.lines().find(|line| !line.starts_with("<!--"));
    assert!(
        verdict.expect("a line").contains("1 to update"),
        "{comment}"
    );
    assert!(
        comment.contains("801-769-0102") || comment.contains(LAB),
        "{comment}"
    );
    without_names(&comment);
    let plan = std::fs::read_to_string(story.temp.path().join("alz/plan.json")).expect("a plan");
    let plan: Value = serde_json::from_str(&plan).expect("JSON");
    assert_eq!(plan["steps"].as_array().map(Vec::len), Some(1), "{plan:#}");
    for change in plan["steps"][0]["changes"].as_array().expect("changes") {
        assert_eq!(change["origin"], "branch", "{plan:#}");
    }

    // Merged: exactly that is applied.
    story.merge("move-the-lab", &head, 41).expect(0);
    assert_eq!(story.unit(LAB), "520");
    assert!(story.comment("<!-- alz:apply:sandbox -->").contains("done"));

    // A night without drift opens nothing.
    story.night().expect(0);
    assert_eq!(story.issues(), []);

    // Pat changes the front desk in the portal. The night finds it, and who it was.
    story.by_pat(DESK, "900");
    story.night().expect(0);
    let issues = story.issues();
    assert_eq!(issues.len(), 1);
    assert_eq!(issues[0].0, "open");
    let body = &issues[0].1;
    assert!(
        body.contains("801-769-0101") || body.contains(DESK),
        "{body}"
    );
    without_names(body);
    // Who it was is a person's name: masked there, told to who asks.
    assert!(!body.contains("pat@"), "{body}");
    let said = story.world.alz(&["--env", "sandbox", "drift"]).expect(2);
    assert!(said.stdout.contains("pat@example.com"), "{}", said.stdout);

    // The file is right: planned by hand, approved, applied; the issue closes.
    story
        .action("plan", "workflow_dispatch", &json!({}), &[])
        .expect(0);
    story.keep(77);
    let sha = story.git(&["rev-parse", "HEAD"]);
    let by_hand = [("GITHUB_SHA", sha.as_str()), ("ALZ_ACTION_RUN", "77")];
    story
        .action("apply", "workflow_dispatch", &json!({}), &by_hand)
        .expect(0);
    assert_eq!(story.unit(DESK), "500");
    story.night().expect(0);
    assert_eq!(story.issues()[0].0, "closed");

    // Pat was right, this time: the file follows, and there is nothing to apply.
    story.by_pat(LAB, "530");
    story.night().expect(0);
    assert_eq!(story.issues().len(), 2, "a new drift is a new issue");
    let head = story.branch("as-pat-says", "unit: \"520\"", "unit: \"530\"");
    story.merge_of("as-pat-says");
    story.plan(&head).expect(0);
    let comment = story.comment("<!-- alz:plan:sandbox -->");
    assert!(!comment.contains("1 to update"), "{comment}");
    let writes = story.world.writes();
    story.merge("as-pat-says", &head, 42).expect(0);
    assert_eq!(story.world.writes(), writes);
    story.night().expect(0);
    assert!(story.issues().iter().all(|(state, _)| state == "closed"));

    // A plan that was overtaken between review and merge is refused, with the way on.
    let head = story.branch("another-move", "unit: \"530\"", "unit: \"540\"");
    story.merge_of("another-move");
    story.plan(&head).expect(0);
    story.by_pat(LAB, "531");
    story.world.advance("PT1H");
    let writes = story.world.writes();
    let said = story.merge("another-move", &head, 43).expect(4);
    assert!(
        said.stdout.contains("Run the workflow by hand"),
        "{}",
        said.stdout
    );
    assert_eq!(story.world.writes(), writes);
    assert_eq!(story.unit(LAB), "531");
}
