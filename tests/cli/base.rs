//! `plan --base`: whose change it is, with real repositories.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::world::{ACCOUNT, OFFICE, Said, World};

const FILE: &str = "accounts/office.yaml";

/// Git as on a machine of nobody's.
pub fn git(directory: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .current_dir(directory)
        .env_remove("GIT_DIR")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .env("GIT_AUTHOR_DATE", "2026-11-20T12:00:00Z")
        .env("GIT_COMMITTER_DATE", "2026-11-20T12:00:00Z")
        .args(["-c", "user.name=Jo", "-c", "user.email=jo@example.com"])
        .args([
            "-c",
            "commit.gpgSign=false",
            "-c",
            "protocol.file.allow=always",
        ])
        .args(arguments)
        .output()
        .expect("git runs");
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {arguments:?}: {words}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub fn commit(world: &World, message: &str) {
    git(world.root(), &["add", "-A"]);
    git(world.root(), &["commit", "-q", "-m", message]);
}

/// A repository whose `main` holds these files.
pub fn repository(files: &[(&str, &str)]) -> World {
    let world = World::new(files);
    world.write(".gitignore", ".alz\n*.json\n");
    git(world.root(), &["init", "-q", "-b", "main"]);
    commit(&world, "one");
    world
}

/// The office, applied and active.
pub fn office() -> World {
    let world = repository(&[(FILE, OFFICE)]);
    world.alz(&["apply", "--auto-approve"]).expect(0);
    world.advance("PT1H");
    world.alz(&["apply", "--auto-approve"]).expect(0);
    world.alz(&["plan", "--detailed-exitcode"]).expect(0);
    world
}

pub fn plan(world: &World, arguments: &[&str]) -> Said {
    let mut all = vec!["plan", "--format", "json"];
    all.extend(arguments);
    let mut command = world.command(&all);
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command.output().expect("alz runs").into()
}

/// `number path` and the origin of each change.
fn origins(plan: &Value) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = plan["steps"]
        .as_array()
        .expect("steps")
        .iter()
        .flat_map(|step| {
            let number = step["numbers"][0].as_str().unwrap_or_default().to_owned();
            let changes = step["changes"].as_array().expect("changes").clone();
            changes.into_iter().map(move |change| {
                let path = change["path"].as_str().unwrap_or_default();
                (
                    format!("{number} {path}"),
                    change["origin"].as_str().unwrap_or("none").to_owned(),
                )
            })
        })
        .collect();
    found.sort();
    found
}

fn of<'a>(found: &'a [(String, String)], change: &str) -> &'a str {
    found
        .iter()
        .find(|(name, _)| name == change)
        .map_or("absent", |(_, origin)| origin)
}

/// Moves number 0201 to another suite, as a person in the portal would.
fn moved_by_hand(world: &World) {
    let mut e911 = world.number(ACCOUNT, "18017690201")["e911Address"].clone();
    e911["unit"] = json!("900");
    world.patch(ACCOUNT, "18017690201", &json!({ "e911Address": e911 }));
    world.advance("PT1H");
}

#[test]
fn a_branch_drift_and_what_is_pending_are_told_apart() {
    let world = office();
    moved_by_hand(&world);
    // Merged, and not applied yet: another listing, and a number more.
    let merged = OFFICE.replace(
        "\"18017690202\": {}",
        "\"18017690202\": { directoryListing: { listed: true, type: LIST_PUBLISH } }\n  \"18017690204\": {}",
    );
    world.write(FILE, &merged);
    commit(&world, "two");
    git(world.root(), &["checkout", "-q", "-b", "feature"]);
    world.write(
        FILE,
        &merged.replace(
            "\"18017690202\": {",
            "\"18017690202\": { e911Address: { language: fr-CA },",
        ),
    );
    let before = world.requests();
    let plain = plan(&world, &[]).expect(0).json();
    let asked = world.requests() - before;
    let said = plan(&world, &["--base", "main"]).expect(0);
    assert_eq!(
        world.requests() - before - asked,
        asked,
        "the base asks for nothing more"
    );
    let seen = said.json();
    let found = origins(&seen);
    assert_eq!(
        of(&found, "18017690201 e911Address.unit"),
        "drift",
        "{found:?}"
    );
    assert_eq!(of(&found, "18017690202 e911Address.language"), "branch");
    assert_eq!(of(&found, "18017690202 directoryListing.listed"), "pending");
    assert_eq!(
        of(&found, "18017690204 e911Address.streetNumber"),
        "pending"
    );
    assert!(
        found.iter().all(|(_, origin)| origin != "none"),
        "{found:?}"
    );
    assert_eq!(seen["base"], "main");
    // The update of 0202 has changes of two kinds.
    assert_eq!(
        seen["summaryByOrigin"],
        json!({ "branch": 1, "drift": 1, "pending": 2 })
    );
    // The steps are what they are without a base.
    let bare = |plan: &Value| {
        let mut steps = plan["steps"].clone();
        for step in steps.as_array_mut().expect("steps") {
            for change in step["changes"].as_array_mut().expect("changes") {
                change.as_object_mut().expect("a change").remove("origin");
            }
        }
        steps
    };
    assert_eq!(bare(&seen), bare(&plain));

    let human = world
        .command(&["plan", "--base", "main"])
        .output()
        .map(Said::from)
        .expect("alz runs")
        .expect(0);
    assert!(
        human
            .stdout
            .contains("Against main: 1 by this branch, 1 drift, 2 pending."),
        "{}",
        human.stdout
    );
    let comment = world
        .alz(&["plan", "--base", "main", "--format", "markdown"])
        .expect(0);
    assert!(
        comment
            .stdout
            .starts_with("<!-- alz:plan:test -->\n**alz plan: 1 to activate, 2 to update in test"),
        "{}",
        comment.stdout
    );
    assert!(
        comment
            .stdout
            .contains("Against `main`: 1 by this branch, 1 drift, 2 pending.")
    );
    assert!(
        comment.stdout.contains("SUITE ~~900~~ **500**"),
        "{}",
        comment.stdout
    );
}

#[test]
fn a_saved_plan_with_a_base_is_applied_as_any_other() {
    let world = office();
    moved_by_hand(&world);
    plan(&world, &["--base", "HEAD", "--out", "plan.json"]).expect(0);
    let saved: Value = serde_json::from_str(
        &std::fs::read_to_string(world.root().join("plan.json")).expect("a plan"),
    )
    .expect("JSON");
    assert_eq!(saved["summaryByOrigin"]["drift"], 1, "{saved:#}");
    world.alz(&["apply", "plan.json"]).expect(0);
    assert_eq!(
        world.number(ACCOUNT, "18017690201")["e911Address"]["unit"],
        "500"
    );
}

#[test]
fn a_project_below_the_top_and_files_that_were_renamed_are_the_same_files() {
    let world = World::new(&[]);
    let yaml = std::fs::read_to_string(world.root().join("alz.yaml")).expect("alz.yaml");
    world.write("fleet/alz.yaml", &yaml);
    world.write("fleet/accounts/office.yaml", OFFICE);
    std::fs::remove_file(world.root().join("alz.yaml")).expect("gone");
    git(world.root(), &["init", "-q", "-b", "main"]);
    commit(&world, "one");
    world
        .alz(&["-C", "fleet", "apply", "--auto-approve"])
        .expect(0);
    world.advance("PT1H");
    world
        .alz(&["-C", "fleet", "apply", "--auto-approve"])
        .expect(0);
    moved_by_hand(&world);
    git(
        world.root(),
        &[
            "mv",
            "fleet/accounts/office.yaml",
            "fleet/accounts/lindon dental.yaml",
        ],
    );
    commit(&world, "renamed");
    git(world.root(), &["checkout", "-q", "-b", "feature"]);
    git(
        world.root(),
        &[
            "mv",
            "fleet/accounts/lindon dental.yaml",
            "fleet/accounts/b.yaml",
        ],
    );
    let seen = plan(&world, &["-C", "fleet", "--base", "main"])
        .expect(0)
        .json();
    assert_eq!(
        seen["summaryByOrigin"],
        json!({ "branch": 0, "drift": 1, "pending": 0 }),
        "{seen:#}"
    );
}

#[test]
fn numbers_that_a_branch_no_longer_declares_are_told() {
    let world = office();
    git(world.root(), &["checkout", "-q", "-b", "feature"]);
    world.write(FILE, &OFFICE.replace("  \"18017690202\": {}\n", ""));
    let told = |seen: &Value| -> Vec<Value> {
        let notes = seen["notes"].as_array().expect("notes").clone();
        notes
            .into_iter()
            .filter(|note| note["kind"] == "unmanaged" && note["origin"] == "branch")
            .collect()
    };
    for arguments in [vec!["--base", "main"], vec![FILE, "--base", "main"]] {
        let seen = plan(&world, &arguments).expect(0).json();
        let told = told(&seen);
        assert_eq!(told.len(), 1, "{seen:#}");
        assert_eq!(told[0]["numbers"], json!(["18017690202"]));
    }
    let comment = world
        .alz(&["plan", "--base", "main", "--format", "markdown"])
        .expect(0);
    let verdict = comment.stdout.lines().nth(1).unwrap_or_default().to_owned();
    assert!(verdict.contains("1 number NO LONGER DECLARED"), "{verdict}");

    // The whole account goes; numbers that move to another file do not.
    git(world.root(), &["checkout", "-q", "-f", "main"]);
    git(world.root(), &["mv", FILE, "accounts/moved.yaml"]);
    let seen = plan(&world, &["--base", "main"]).expect(0).json();
    assert!(told(&seen).is_empty(), "{seen:#}");
    git(world.root(), &["rm", "-q", "-f", "accounts/moved.yaml"]);
    world.write(
        "accounts/clinic.yaml",
        "account: pK9sLmN3bVcX7zQw2eRt5A\nnumbers: {}\n",
    );
    // One shard tells of it, that which had it.
    let in_shards: usize = ["1/3", "2/3", "3/3"]
        .into_iter()
        .map(|shard| {
            let seen = plan(&world, &["--base", "main", "--shard", shard]).expect(0);
            told(&seen.json()).len()
        })
        .sum();
    assert_eq!(in_shards, 1);
    let seen = plan(&world, &["--base", "main"]).expect(0).json();
    let told = told(&seen);
    assert_eq!(told.len(), 1, "{seen:#}");
    assert_eq!(told[0]["account"], ACCOUNT);
    assert_eq!(told[0]["numbers"].as_array().map(Vec::len), Some(3));
}

#[test]
fn an_account_that_a_branch_takes_out_is_called_by_the_name_it_had() {
    let world = office();
    world.write(
        FILE,
        &format!("name: Sample Dental\n{}", OFFICE.trim_start()),
    );
    commit(&world, "named");
    git(world.root(), &["rm", "-q", FILE]);
    world.write(
        "accounts/clinic.yaml",
        "account: pK9sLmN3bVcX7zQw2eRt5A\nname: Clinic\nnumbers: {}\n",
    );
    let told = world.alz(&["plan", "--base", "HEAD"]).expect(0).stdout;
    assert!(told.contains("(Sample Dental)"), "{told}");
}

#[test]
fn a_mistake_in_the_base_does_not_keep_its_cure_from_being_planned() {
    let world = office();
    world.write(FILE, "account: [broken\n");
    world.write(
        "accounts/clinic.yaml",
        "account: pK9sLmN3bVcX7zQw2eRt5A\nnumbers: {}\n",
    );
    commit(&world, "broken");
    world.write(FILE, &OFFICE.replace("unit: \"500\"", "unit: \"510\""));
    let said = plan(&world, &["--base", "main"]).expect(0);
    let seen = said.json();
    assert!(
        seen["summaryByOrigin"]["branch"].as_u64() > Some(0),
        "{seen:#}"
    );
    assert_eq!(seen["summaryByOrigin"]["drift"], 0);
    let remark = seen["baseRemarks"][0].as_str().unwrap_or_default();
    assert!(remark.contains(FILE), "{seen:#}");
    assert!(said.stderr.contains(FILE), "{}", said.stderr);
}

#[test]
fn a_revision_that_is_not_there_says_how_to_get_it() {
    let world = office();
    let refused = |revision: &str| {
        let argument = format!("--base={revision}");
        let said = plan(&world, &[&argument]).expect(1);
        said.json()["error"].clone()
    };
    let error = refused("origin/main");
    assert!(
        error["message"]
            .as_str()
            .is_some_and(|m| m.contains("origin/main")),
        "{error}"
    );
    assert!(
        error["help"]
            .as_str()
            .is_some_and(|h| h.contains("fetch-depth: 0")),
        "{error}"
    );
    // An option for git is no revision.
    let before = git(world.root(), &["status", "--porcelain"]);
    for option in ["--output=x", "-p", "", "main..main", "HEAD:alz.yaml"] {
        refused(option);
    }
    assert_eq!(git(world.root(), &["status", "--porcelain"]), before);

    // A shallow clone has the tip alone.
    world.write(FILE, &OFFICE.replace("unit: \"500\"", "unit: \"510\""));
    commit(&world, "two");
    let clone = tempfile::tempdir().expect("a directory");
    let url = format!("file://{}", world.root().display());
    git(
        clone.path(),
        &["clone", "-q", "--depth", "1", &url, "clone"],
    );
    let clone = clone.path().join("clone");
    let ask = |revision: &str| {
        let at = clone.display().to_string();
        plan(&world, &["-C", &at, "--base", revision])
    };
    let error = ask("HEAD~1").expect(1).json()["error"].clone();
    assert!(
        error["help"]
            .as_str()
            .is_some_and(|h| h.contains("GIT_DEPTH: 0")),
        "{error}"
    );
    let seen = ask("HEAD").expect(0).json();
    assert!(
        seen["baseRemarks"].to_string().contains("shallow"),
        "{seen:#}"
    );
}

#[test]
fn the_work_tree_the_index_and_the_variables_of_a_hook_play_no_part() {
    let world = office();
    world.write(FILE, &OFFICE.replace("unit: \"500\"", "unit: \"510\""));
    git(world.root(), &["add", "-A"]);
    world.write(FILE, &OFFICE.replace("unit: \"500\"", "unit: \"520\""));
    let index = || std::fs::read(world.root().join(".git/index")).expect("an index");
    let before = index();
    let elsewhere = tempfile::tempdir().expect("a directory");
    let mut command = world.command(&["plan", "--format", "json", "--base", "main"]);
    command
        .env("GIT_DIR", elsewhere.path())
        .env("GIT_INDEX_FILE", elsewhere.path().join("index"))
        .env("GIT_WORK_TREE", elsewhere.path());
    let said = Said::from(command.output().expect("alz runs")).expect(0);
    assert!(
        origins(&said.json())
            .iter()
            .all(|(_, origin)| origin == "branch"),
        "{}",
        said.stdout
    );
    assert_eq!(index(), before);
    assert_eq!(
        std::fs::read_dir(elsewhere.path())
            .expect("a directory")
            .count(),
        0
    );
}

#[test]
fn a_release_and_its_return_are_pending_and_a_loss_is_drift() {
    let world = office();
    // The base gives 0202 up; that was not applied.
    world.write(
        FILE,
        &OFFICE.replace(
            "\"18017690202\": {}",
            "\"18017690202\": { state: released }",
        ),
    );
    commit(&world, "given up");
    let seen = plan(&world, &["--base", "main"]).expect(0).json();
    assert_eq!(of(&origins(&seen), "18017690202 state"), "pending");
    world
        .alz(&["apply", "--auto-approve", "--allow", "release=1"])
        .expect(0);
    world.advance("PT1H");
    // Declared again: its recovery is pending.
    world.write(FILE, OFFICE);
    commit(&world, "kept after all");
    let seen = plan(&world, &["--base", "main"]).expect(0).json();
    let found = origins(&seen);
    assert_eq!(of(&found, "18017690202 state"), "pending", "{found:?}");
    world.alz(&["apply", "--auto-approve"]).expect(0);
    world.advance("PT1H");
    world.alz(&["apply", "--auto-approve"]).expect(0);
    // Given up by hand: drift, also by the revision after next.
    world.write("README.md", "x");
    commit(&world, "something else");
    let repository = world.root().join("accounts/other.yaml");
    std::fs::write(
        &repository,
        OFFICE.replace(
            "\"18017690202\": {}",
            "\"18017690202\": { state: released }",
        ),
    )
    .expect("a file");
    std::fs::remove_file(world.root().join(FILE)).expect("gone");
    world
        .alz(&["apply", "--auto-approve", "--allow", "release=1"])
        .expect(0);
    world.advance("PT1H");
    git(world.root(), &["checkout", "-q", "-f", "main"]);
    std::fs::remove_file(&repository).expect("gone");
    // The file never asked for this release: its one before was undone.
    git(world.root(), &["checkout", "-q", "--orphan", "young"]);
    commit(&world, "declared all along");
    world.write(FILE, &format!("{OFFICE}# looked after\n"));
    commit(&world, "two");
    let seen = plan(&world, &["--base", "young"]).expect(0).json();
    assert_eq!(
        of(&origins(&seen), "18017690202 state"),
        "drift",
        "{seen:#}"
    );
}

#[test]
fn a_comment_is_found_again_where_somebody_is_called_like_the_environment() {
    let world = office();
    let file = OFFICE.replace("Sample Dental", "Test Dental");
    assert_ne!(file, OFFICE);
    world.write(FILE, &file);
    let arguments = ["plan", "--format", "markdown", "--redact", "pii"];
    let comment = world.alz(&arguments).expect(0).stdout;
    assert_eq!(
        comment.lines().next(),
        world
            .alz(&["plan", "--format", "markdown"])
            .expect(0)
            .stdout
            .lines()
            .next()
    );
    assert!(!comment.contains("Test Dental"), "{comment}");
}
