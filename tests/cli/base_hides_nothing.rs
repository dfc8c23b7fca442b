//! `plan --base`: what a branch could hide from its reviewer by changing the rules,
//! moving things, or by what it calls its tags, is told.

use serde_json::Value;

use crate::base::{commit, git, office, plan, repository};
use crate::world::{OFFICE, World};

const FILE: &str = "accounts/office.yaml";

fn remarks(plan: &Value) -> String {
    plan["baseRemarks"].to_string()
}

fn notes<'a>(plan: &'a Value, words: &'a str) -> impl Iterator<Item = &'a Value> {
    let notes = plan["notes"].as_array().expect("notes").iter();
    notes.filter(move |note| {
        note["reason"]
            .as_str()
            .is_some_and(|said| said.contains(words))
    })
}

fn settings(world: &World, more: &str) {
    let environment = "version: 1\nenvironments:\n  test: { api: \"http://127.0.0.1:1\", accounts: [accounts/**/*.yaml] }\n";
    world.write("alz.yaml", &format!("{environment}{more}"));
}

#[test]
fn a_branch_that_changes_the_rules_for_its_own_plan_says_so() {
    let world = repository(&[(
        FILE,
        &OFFICE.replace(
            "\"18017690202\": {}",
            "\"18017690202\": { protected: true }",
        ),
    )]);
    world.write("policy/a.schema.yaml", "{ \"type\": \"object\" }\n");
    settings(
        &world,
        "policies: [policy/*.yaml]\nguards: { release: { max: 5 } }\n",
    );
    commit(&world, "rules");
    // The same, elsewhere in the file: no rule is changed.
    settings(
        &world,
        "# nothing new\nguards: { release: { max: 5 } }\npolicies: [policy/*.yaml]\n",
    );
    let same = plan(&world, &["--base", "main"]).expect(0).json();
    assert_eq!(same["baseRemarks"], Value::Null, "{same}");
    assert_eq!(notes(&same, "protected").count(), 0);

    settings(
        &world,
        "guards: { release: { max: 500 } }\npolicies: [policy/*.yaml]\n",
    );
    world.write("policy/a.schema.yaml", "{}\n");
    world.write(FILE, OFFICE);
    let changed = plan(&world, &["--base", "main"]).expect(0);
    let said = "this branch changes the rules that its own plan is held to: `guards`, policy/a.schema.yaml";
    assert!(changed.stderr.contains(said), "{}", changed.stderr);
    let changed = changed.json();
    assert!(remarks(&changed).contains(said), "{}", remarks(&changed));
    let unprotected: Vec<&Value> = notes(&changed, "takes its `protected: true` away").collect();
    assert_eq!(unprotected.len(), 1);
    assert_eq!(unprotected[0]["numbers"][0], "18017690202");
    assert_eq!(unprotected[0]["origin"], "branch");
    let comment = world
        .alz(&["plan", "--base", "main", "--format", "markdown"])
        .expect(0)
        .stdout;
    let head = comment.split("<details").next().unwrap_or_default();
    assert!(
        head.contains("held to: `guards`, policy/a.schema.yaml"),
        "{comment}"
    );
}

#[test]
fn a_number_left_out_while_the_project_moves_is_told() {
    let world = office();
    git(world.root(), &["checkout", "-q", "-b", "feature"]);
    std::fs::create_dir(world.root().join("phones")).expect("a directory");
    git(world.root(), &["mv", "alz.yaml", "accounts", "phones"]);
    world.write(
        &format!("phones/{FILE}"),
        &OFFICE.replace("  \"18017690202\": {}\n", ""),
    );
    commit(&world, "moved");
    let told = plan(&world, &["-C", "phones", "--base", "main"])
        .expect(0)
        .json();
    let left: Vec<&Value> = notes(&told, "no longer declares").collect();
    assert_eq!(left.len(), 1, "{told}");
    assert_eq!(left[0]["numbers"][0], "18017690202");
    assert!(remarks(&told).contains("the project is in the repository's own directory there"));
    // As one file that was named.
    let told = plan(&world, &["-C", "phones", FILE, "--base", "main"])
        .expect(0)
        .json();
    assert_eq!(notes(&told, "no longer declares").count(), 1, "{told}");
}

#[test]
fn a_tag_that_is_called_like_the_base_does_not_stand_in_for_it() {
    let world = office();
    git(world.root(), &["checkout", "-q", "-b", "feature"]);
    git(world.root(), &["tag", "-a", "-m", "the same", "main"]);
    plan(&world, &["--base", "main"]).expect(0);
    world.write(FILE, &OFFICE.replace("  \"18017690202\": {}\n", ""));
    commit(&world, "less");
    git(world.root(), &["tag", "-f", "main"]);
    let refused = plan(&world, &["--base", "main"]).expect(1);
    let error = refused.json()["error"].to_string();
    assert!(
        error.contains("refs/heads/main and refs/tags/main are not the same"),
        "{error}"
    );
    let told = plan(&world, &["--base", "refs/heads/main"])
        .expect(0)
        .json();
    assert_eq!(notes(&told, "no longer declares").count(), 1, "{told}");
}

#[test]
fn a_history_that_git_can_not_read_is_told() {
    let world = repository(&[(FILE, OFFICE)]);
    let fine = plan(&world, &["--base", "main"]).expect(0).json();
    assert_eq!(fine["baseRemarks"], Value::Null);
    git(
        world.root(),
        &["config", "diff.orderFile", "/nowhere/at-all"],
    );
    let told = plan(&world, &["--base", "main"]).expect(0).json();
    assert!(
        remarks(&told).contains("the history can't be read"),
        "{}",
        remarks(&told)
    );
}
