//! What a pipeline and a reviewer rely on in a comment, beyond how it looks
//! (`tests/cases/markdown`).

use serde_json::json;

use crate::world::{OFFICE, World};

const FILE: &str = "accounts/office.yaml";

#[test]
fn a_shard_that_fails_replaces_its_own_comment_and_no_other() {
    let world = World::new(&[(FILE, OFFICE)]);
    let shard = |command: &[&str], shard: &str| {
        let arguments = [command, &["--format", "markdown", "--shard", shard]].concat();
        world.alz(&arguments).stdout
    };
    let marker = |text: &str| text.lines().next().unwrap_or_default().to_owned();
    let fine = shard(&["plan"], "2/2");
    assert_eq!(marker(&fine), "<!-- alz:plan:test:2/2 -->");

    world.fault(json!([{ "status": 503 }]));
    let failed = shard(&["plan"], "2/2");
    assert_eq!(marker(&failed), marker(&fine));
    assert!(
        failed.contains("**alz plan: FAILED in test (shard 2/2), nothing to review**"),
        "{failed}"
    );
    let failed = shard(&["apply", "--auto-approve"], "1/2");
    assert_eq!(marker(&failed), "<!-- alz:apply:test:1/2 -->");
    // Told by a job's variables, as for the plan itself.
    let mut command = world.command(&["plan", "--format", "markdown", "--shard", "auto"]);
    let run = command
        .env("JOB_COMPLETION_INDEX", "0")
        .env("ALZ_SHARDS", "4")
        .output()
        .expect("alz runs");
    let said = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(said.starts_with("<!-- alz:plan:test:1/4 -->"), "{said}");
    world.clear_faults();

    // A saved plan knows which shard it is of.
    world
        .alz(&["plan", "--shard", "2/2", "--out", "plan.json"])
        .expect(0);
    world.fault(json!([{ "status": 503 }]));
    let stopped = world.alz(&["apply", "plan.json", "--format", "markdown"]);
    assert_eq!(marker(&stopped.stdout), "<!-- alz:apply:test:2/2 -->");
    world.clear_faults();

    // Files with mistakes stop it too.
    world.write(FILE, &OFFICE.replace("city:", "citty:"));
    let wrong = shard(&["plan"], "2/2");
    assert_eq!(marker(&wrong), marker(&fine));
    assert!(
        wrong.contains(" in test (shard 2/2); nothing was planned or sent**"),
        "{wrong}"
    );
}

#[test]
fn a_plan_saved_on_a_runner_is_named_without_the_runners_directories() {
    let world = World::new(&[(FILE, OFFICE)]);
    let path = world.root().join("plan.json");
    let path = path.to_str().expect("UTF-8");
    for (out, shown) in [
        (path, "plan.json"),
        ("out/../plan.json", "out/../plan.json"),
    ] {
        std::fs::create_dir_all(world.root().join("out")).expect("a directory");
        let said = world
            .alz(&["plan", "--format", "markdown", "--out", out])
            .expect(0);
        let line = said.stdout.lines().last().unwrap_or_default();
        assert_eq!(
            line,
            format!("Apply it with `alz apply --env test {shown}`")
        );
    }
}

#[test]
fn the_first_line_counts_the_911_addresses_that_change() {
    let world = World::new(&[(FILE, OFFICE)]);
    world.alz(&["apply", "--auto-approve"]).expect(0);
    world.advance("PT1H");
    world.alz(&["apply", "--auto-approve"]).expect(0);
    let first = || {
        let said = world
            .alz(&["plan", "--format", "markdown", "--no-verify"])
            .expect(0);
        said.stdout.lines().nth(1).unwrap_or_default().to_owned()
    };
    world.write(
        FILE,
        &OFFICE.replace(
            "listed: false, type: NOT_LIST_NOT_PUBLISH",
            "listed: true, type: LIST_PUBLISH",
        ),
    );
    assert!(!first().contains("911"), "{}", first());
    world.write(
        FILE,
        &OFFICE.replace(
            "e911Address: { <<: *office }",
            "e911Address: { <<: *office, unit: \"501\" }",
        ),
    );
    let said = first();
    assert!(
        said.contains("to update in test; the 911 ADDRESS of 2 numbers changes"),
        "{said}"
    );
}
