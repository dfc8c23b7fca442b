//! The GitHub action after the merge and by night: which plan is applied, which issue is
//! kept, whose program is run.

use std::process::Command;

use serde_json::{Value, json};

use crate::forge::{BOT, REPOSITORY, archive};
use crate::pipeline_github::{Job, PLAN};
use crate::world::Said;

#[test]
fn apply_takes_the_plan_of_the_merged_pull_request() {
    let Some(job) = Job::after_merge() else {
        return;
    };
    job.forge.merged(REPOSITORY);
    job.forge.artifact(
        41,
        "alz-plan-production",
        &[("other.txt", "x"), ("plan.json", "{\"reviewed\":41}")],
    );
    let said = job.run("apply").expect(0);
    assert!(said.stdout.contains("{\"reviewed\":41}"), "{}", said.stdout);
    let bodies = job.bodies();
    assert_eq!(bodies.len(), 1);
    assert!(
        bodies[0].contains("<!-- alz:apply:production -->"),
        "{}",
        bodies[0]
    );
    // Again, as after a failure: the same comment.
    job.run("apply").expect(0);
    assert_eq!(job.bodies().len(), 1);
}

/// Run again when newer files have been applied, an old job would put back what they
/// changed: its plan allows just that.
#[test]
fn an_apply_that_newer_files_have_overtaken_is_refused() {
    let Some(job) = Job::after_merge() else {
        return;
    };
    job.forge.merged(REPOSITORY);
    job.forge
        .artifact(41, "alz-plan-production", &[("plan.json", "{}")]);
    let newer = |changes: &Value| {
        job.forge.with(|held| {
            held.runs.truncate(1);
            let mut run = json!({ "id": 78, "event": "push", "status": "completed", "conclusion": "failure",
                "head_branch": "main", "head_sha": "newer", "path": ".github/workflows/alz.yml@main",
                "head_repository": { "full_name": REPOSITORY } });
            for (name, value) in changes.as_object().expect("a map") {
                run[name] = value.clone();
            }
            held.runs.push(run);
        });
    };
    // Older, not begun, of another branch or workflow, or no apply at all.
    for other in [
        json!({ "id": 76 }),
        json!({ "status": "queued", "conclusion": null }),
        json!({ "conclusion": "cancelled" }),
        json!({ "head_branch": "other" }),
        json!({ "path": ".github/workflows/mine.yml" }),
        json!({ "event": "schedule" }),
    ] {
        newer(&other);
        job.run("apply").expect(0);
    }
    let calls = job.read("calls");
    for turn in [
        json!({}),
        json!({ "conclusion": "success", "event": "workflow_dispatch" }),
    ] {
        newer(&turn);
        let said = job.run("apply").expect(4);
        assert!(said.stdout.contains("not the newest"), "{}", said.stdout);
    }
    assert!(job.bodies()[0].contains("run 78 came after it"));
    assert_eq!(job.read("calls"), calls, "something was applied");
    // Nor by hand.
    let job = job.set("ALZ_ACTION_RUN", "41");
    job.run("apply").expect(4);
}

#[test]
fn what_a_failed_attempt_left_in_place_of_a_plan_is_not_applied() {
    let Some(job) = Job::after_merge() else {
        return;
    };
    job.forge.merged(REPOSITORY);
    job.forge.artifact(
        41,
        "alz-plan-production",
        &[("plan.json", "{\"noPlan\":true}\n")],
    );
    let said = job.run("apply").expect(4);
    assert!(said.stdout.contains("no plan that can be read"));
    assert_eq!(job.read("calls"), "");
}

/// What became of an apply is said as it is: only 1 means that nothing was sent.
#[test]
fn the_verdict_of_an_apply_is_true_and_stays_however_long_its_log_is() {
    let Some(job) = Job::after_merge() else {
        return;
    };
    job.forge.merged(REPOSITORY);
    job.forge
        .artifact(41, "alz-plan-production", &[("plan.json", "{}")]);
    let mut job = job.set("STUB_SAYS", &"done a step\n".repeat(6_000));
    for (code, verdict) in [
        (0, "done"),
        (1, "nothing was sent"),
        (3, "not all of it is done"),
        (130, "interrupted"),
        (137, "what became of it is not known"),
        (101, "what became of it is not known"),
    ] {
        job = job.set("STUB_EXIT", &code.to_string());
        job.run("apply").expect(code);
        let body = job.bodies()[0].clone();
        assert!(
            body.contains(verdict) && body.contains("too long"),
            "{body}"
        );
        assert_eq!(body.contains("nothing was sent"), code == 1, "{body}");
    }
}

/// The runner tells the step's first process alone, and ends everything soon after.
#[cfg(unix)]
#[test]
fn a_job_that_is_cancelled_lets_alz_finish_what_is_in_flight() {
    let Some(job) = Job::after_merge() else {
        return;
    };
    job.forge.merged(REPOSITORY);
    job.forge
        .artifact(41, "alz-plan-production", &[("plan.json", "{}")]);
    let job = job.set("STUB_WAITS", "yes");
    let running = job.command("apply").spawn().expect("bash runs");
    while !job.path("waiting").exists() {
        std::thread::yield_now();
    }
    let pid = running.id().to_string();
    Command::new("kill")
        .args(["-INT", &pid])
        .status()
        .expect("kill runs");
    let said = Said::from(running.wait_with_output().expect("an end")).expect(130);
    assert!(
        said.stdout.contains("finished in flight"),
        "{}",
        said.stdout
    );
    assert!(
        job.bodies()[0].contains("interrupted"),
        "{:?}",
        job.bodies()
    );
}

#[test]
fn a_plan_that_no_longer_holds_ends_with_4_and_says_what_to_do() {
    let Some(job) = Job::after_merge() else {
        return;
    };
    let job = job.set("STUB_EXIT", "4");
    job.forge.merged(REPOSITORY);
    job.forge
        .artifact(41, "alz-plan-production", &[("plan.json", "{}")]);
    let said = job.run("apply").expect(4);
    assert!(said.stdout.contains("no longer holds"), "{}", said.stdout);
    assert!(
        job.bodies()[0].contains("Run the workflow by hand"),
        "{:?}",
        job.bodies()
    );
}

#[test]
fn without_a_plan_that_was_reviewed_nothing_is_applied() {
    let Some(job) = Job::after_merge() else {
        return;
    };
    // A commit that is no merge.
    job.run("apply").expect(1);
    // A merge whose plan is gone.
    job.forge.merged(REPOSITORY);
    job.run("apply").expect(4);
    let id = job
        .forge
        .artifact(41, "alz-plan-production", &[("plan.json", "{}")]);
    job.forge
        .with(|held| held.artifacts[0].1["expired"] = true.into());
    job.run("apply").expect(4);
    // One that is no archive, or an archive of something else.
    job.forge
        .with(|held| held.artifacts[0].1["expired"] = false.into());
    job.forge
        .with(|held| held.archives.insert(id, b"<html>".to_vec()));
    job.run("apply").expect(4);
    job.forge.with(|held| {
        held.archives
            .insert(id, archive(&[("../../plan.json", "{}")]))
    });
    job.run("apply").expect(4);
    assert_eq!(job.read("calls"), "");
}

#[test]
fn a_plan_that_a_fork_another_workflow_or_an_older_run_made_is_not_applied() {
    let Some(job) = Job::after_merge() else {
        return;
    };
    job.forge.merged("stranger/numbers");
    job.forge
        .artifact(41, "alz-plan-production", &[("plan.json", "{}")]);
    job.run("apply").expect(4);
    job.forge.with(|held| {
        held.runs[0]["head_repository"]["full_name"] = REPOSITORY.into();
        held.runs[0]["path"] = ".github/workflows/mine.yml".into();
    });
    job.run("apply").expect(4);
    job.forge.with(|held| {
        held.runs[0]["path"] = ".github/workflows/alz.yml".into();
        let mut newer = held.runs[0].clone();
        newer["id"] = 42.into();
        newer["status"] = "in_progress".into();
        held.runs.push(newer);
    });
    job.run("apply").expect(4);
    assert_eq!(job.read("calls"), "");
    assert_eq!(job.bodies().len(), 1, "refused three times is one comment");
}

#[test]
fn drift_is_one_issue_while_it_lasts() {
    let Some(job) = Job::new() else { return };
    let job = job
        .set("GITHUB_EVENT_NAME", "schedule")
        .set(
            "STUB_SAYS",
            "**1 changed**\n<!-- alz:drift:production -->\n",
        )
        .set("STUB_EXIT", "2");
    job.event(&json!({}));
    job.forge.with(|held| {
        held.issues.push(
            json!({ "number": 3, "state": "open", "user": { "login": "ann" },
            "body": "see <!-- alz:drift:production -->" }),
        );
    });
    job.run("drift").expect(0);
    let job = job.set(
        "STUB_SAYS",
        "**2 changed**\n<!-- alz:drift:production -->\n",
    );
    job.run("drift").expect(0);
    let ours = |job: &Job| -> Vec<Value> {
        job.forge.with(|held| {
            held.issues
                .iter()
                .filter(|i| i["user"]["login"] == BOT)
                .cloned()
                .collect()
        })
    };
    let issues = ours(&job);
    assert_eq!(issues.len(), 1, "{issues:#?}");
    assert_eq!(issues[0]["labels"], json!(["alz-drift"]));
    assert!(
        issues[0]["body"]
            .as_str()
            .expect("text")
            .starts_with("<!-- alz:drift:production -->\n**2 changed**")
    );
    assert!(job.read("output").contains("drift=true"));

    // An audit that could not be made says nothing about drift.
    let job = job.set("STUB_EXIT", "1").set("STUB_NO_AUDIT", "1");
    job.run("drift").expect(1);
    assert_eq!(ours(&job), issues);

    // One that is not whole tells what it found, and fails.
    let job = job.set("STUB_NO_AUDIT", "").set(
        "STUB_SAYS",
        "**1 not in force, 1 not looked at**\n<!-- alz:drift:production -->\n",
    );
    job.run("drift").expect(1);
    let issues = ours(&job);
    assert_eq!(issues.len(), 1);
    assert_eq!(issues[0]["state"], "open");
    let body = issues[0]["body"].as_str().expect("text");
    assert!(
        body.starts_with("<!-- alz:drift:production -->\n**1 not in force"),
        "{body}"
    );

    let job = job.set("STUB_EXIT", "0").set("STUB_SAYS", "**no drift**\n");
    job.run("drift").expect(0);
    let issues = ours(&job);
    assert_eq!(issues.len(), 1);
    assert_eq!(issues[0]["state"], "closed");
    job.run("drift").expect(0);
    assert_eq!(
        ours(&job),
        issues,
        "a clean night leaves a closed issue alone"
    );
    assert_eq!(
        job.forge.with(|held| held.issues[0]["state"].clone()),
        "open",
        "somebody else's issue"
    );
}

#[test]
fn a_clean_project_does_not_close_the_issue_of_another() {
    let Some(job) = Job::new() else { return };
    let job = job
        .set("GITHUB_EVENT_NAME", "schedule")
        .set("ALZ_ACTION_DIRECTORY", "phones")
        .set(
            "STUB_SAYS",
            "<!-- alz:drift:production -->\n**1 changed**\n",
        )
        .set("STUB_EXIT", "2");
    job.event(&json!({}));
    job.run("drift").expect(0);
    let job = job
        .set("ALZ_ACTION_DIRECTORY", ".")
        .set("STUB_SAYS", "<!-- alz:drift:production -->\n**no drift**\n")
        .set("STUB_EXIT", "0");
    job.run("drift").expect(0);
    job.forge.with(|held| {
        assert_eq!(held.issues.len(), 1);
        assert_eq!(held.issues[0]["state"], "open");
        assert_eq!(held.issues[0]["title"], "alz: drift in production (phones)");
    });
}

#[test]
fn the_plans_of_shards_become_one_comment() {
    let Some(job) = Job::new() else { return };
    let job = job.set("STUB_SAYS", PLAN);
    for shard in ["2-of-2", "1-of-2"] {
        job.forge.artifact(
            77,
            &format!("alz-plan-production-{shard}"),
            &[("plan.json", "{}")],
        );
    }
    // Another environment's, and one whose name begins like this one's; another project's.
    for other in [
        "beta-1-of-2",
        "production-eu-1-of-2",
        "production--phones-1-of-2",
    ] {
        let name = format!("alz-plan-{other}");
        job.forge.artifact(77, &name, &[("plan.json", "{}")]);
    }
    job.run("merge").expect(0);
    let calls = job.read("calls");
    let parts = calls.matches(".json").count();
    assert_eq!(parts, 2, "{calls}");
    assert!(calls.contains("report merge"), "{calls}");
    assert_eq!(job.bodies().len(), 1);
}

#[test]
fn where_a_shard_is_missing_the_comment_says_so_and_holds_no_older_plan() {
    let Some(job) = Job::new() else { return };
    let job = job.set("STUB_SAYS", PLAN);
    job.forge
        .artifact(77, "alz-plan-production-1-of-2", &[("plan.json", "{}")]);
    job.run("merge").expect(0);
    let job = job.set("STUB_SAYS", "").set("STUB_EXIT", "1");
    job.run("merge").expect(1);
    let bodies = job.bodies();
    assert_eq!(bodies.len(), 1);
    assert!(bodies[0].contains("alz plan failed"), "{}", bodies[0]);

    // And in the words of alz, where it has some.
    let said = "<!-- alz:plan:production -->\n**alz plan failed**: shard 2/2 is missing\n";
    let job = job.set("STUB_SAYS", said);
    job.run("merge").expect(1);
    let bodies = job.bodies();
    assert_eq!(bodies.len(), 1);
    assert!(bodies[0].contains("shard 2/2 is missing"), "{}", bodies[0]);
}

#[test]
fn each_shard_takes_its_own_plan_and_has_its_own_comment() {
    let Some(job) = Job::after_merge() else {
        return;
    };
    job.forge.merged(REPOSITORY);
    job.forge.artifact(
        41,
        "alz-plan-production-1-of-2",
        &[("plan.json", "{\"shard\":1}")],
    );
    job.forge.artifact(
        41,
        "alz-plan-production-2-of-2",
        &[("plan.json", "{\"shard\":2}")],
    );
    let job = job.set("ALZ_ACTION_SHARD", "1/2");
    assert!(job.run("apply").expect(0).stdout.contains("{\"shard\":1}"));
    let job = job.set("ALZ_ACTION_SHARD", "2/2");
    assert!(job.run("apply").expect(0).stdout.contains("{\"shard\":2}"));
    assert_eq!(job.bodies().len(), 2);
    assert!(
        job.read("calls").contains("--shard 2/2"),
        "{}",
        job.read("calls")
    );
}

#[test]
fn a_release_is_used_only_with_its_digest() {
    let Some(job) = Job::new() else { return };
    let machine = Command::new("uname").arg("-sm").output().expect("uname");
    if machine.stdout != b"Linux x86_64\n" {
        return;
    }
    let program = job.path("bin");
    let packed = Command::new("tar")
        .args(["-czf", "-", "-C"])
        .arg(&program)
        .arg("alz")
        .output()
        .expect("tar");
    let name = "alz-9.9.9-x86_64-unknown-linux-musl.tar.gz";
    let place = "/alz-org/alz/releases/download/v9.9.9";
    job.forge.with(|held| {
        held.releases
            .insert(format!("{place}/{name}"), packed.stdout.clone())
    });
    let job = job
        .set("ALZ_ACTION_VERSION", "9.9.9")
        .set("GITHUB_ACTION_PATH", "/runner/_actions/alz-org/alz/v9.9.9");
    let said = job.run("install").expect(1);
    assert!(said.stdout.contains("no SHA256SUMS"), "{}", said.stdout);
    // A release that is not there is nothing to look for elsewhere.
    let job = job.set("ALZ_ACTION_VERSION", "9.9.8");
    let said = job.run("install").expect(1);
    assert!(
        said.stdout.contains("has no release 9.9.8"),
        "{}",
        said.stdout
    );
    let job = job
        .set("ALZ_ACTION_VERSION", "9.9.9")
        .set("GITHUB_ACTION_PATH", "/srv/.github/actions/alz");
    let said = job.run("install").expect(1);
    assert!(
        said.stdout.contains("say where alz comes from"),
        "{}",
        said.stdout
    );
    let job = job.set("GITHUB_ACTION_PATH", "/runner/_actions/alz-org/alz/v9.9.9");
    let sums = |text: String| {
        job.forge.with(|held| {
            held.releases
                .insert(format!("{place}/SHA256SUMS"), text.into_bytes())
        })
    };
    sums(format!("{}  {name}\n", "0".repeat(64)));
    let said = job.run("install").expect(1);
    assert!(said.stdout.contains("not the digest"), "{}", said.stdout);
    assert!(!job.path("temp/alz/bin/alz").exists());
    let digest = {
        use sha2::Digest;
        let bytes = sha2::Sha256::digest(&packed.stdout);
        bytes
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    sums(format!("{digest}  {name}\n"));
    job.run("install").expect(0);
    assert!(job.path("temp/alz/bin/alz").exists());
}
