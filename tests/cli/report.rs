//! `alz report merge`: documents of runs, put together and shown again.

use serde_json::{Value, json};

use crate::world::{ACCOUNT, CLINIC, OFFICE, World};

fn world() -> World {
    let clinic = format!(
        "account: {CLINIC}\nname: Utah Clinic\nnumbers:\n  \"18014040901\": {{ state: released }}\n"
    );
    let office = format!("name: Sample <Dental> & Sons{OFFICE}");
    World::new(&[
        ("accounts/lindon.yaml", &office),
        ("accounts/clinic.yaml", &clinic),
    ])
}

/// What a run of one shard would save, made of a run over one file.
fn shard(world: &World, name: &str, file: &str, share: &str) {
    let said = world
        .alz(&["plan", file, "--no-verify", "--format", "json"])
        .expect(0);
    let mut plan = said.json();
    plan["shard"] = json!(share);
    let map = plan.as_object_mut().expect("an object");
    map.remove("files");
    map.remove("seal");
    let plan: alz::plan::Plan = serde_json::from_value(plan).expect("a plan");
    world.write(name, &alz::report::plan_json(&plan).expect("JSON"));
}

fn shards(world: &World) {
    shard(world, "1.json", "accounts/lindon.yaml", "1/2");
    shard(world, "2.json", "accounts/clinic.yaml", "2/2");
}

fn audit(world: &World, name: &str, ignored: bool) {
    let said = world
        .alz(&["plan", "--no-verify", "--format", "json"])
        .expect(0);
    let mut plan = said.json();
    let mut finding = json!({ "kind": "missing", "attention": "drift", "account": ACCOUNT, "numbers": ["18017690201"],
        "source": { "file": "accounts/lindon.yaml", "line": 20 }, "reason": "not on the account" });
    if ignored {
        finding["ignored"] = json!({ "until": "2026-12-01", "reason": "known" });
    }
    plan["drift"] = json!({ "findings": [finding], "covered": { "accounts": 2, "live": 9, "managed": 4, "addresses": 4 } });
    plan.as_object_mut().expect("an object").remove("seal");
    let plan: alz::plan::Plan = serde_json::from_value(plan).expect("a plan");
    world.write(name, &alz::report::plan_json(&plan).expect("JSON"));
}

#[test]
fn two_shards_make_the_document_of_one_run() {
    let world = world();
    shards(&world);
    let requests = world.requests();
    let merged = world
        .alz(&["report", "merge", "2.json", "1.json", "--format", "json"])
        .expect(0)
        .json();
    assert_eq!(world.requests(), requests, "it asks nobody");
    let one = world
        .alz(&["plan", "--no-verify", "--format", "json"])
        .expect(0)
        .json();
    for name in [
        "steps",
        "notes",
        "summary",
        "names",
        "guards",
        "judged",
        "environment",
        "partition",
    ] {
        assert_eq!(merged[name], one[name], "{name}");
    }
    assert!(merged.get("basis").is_none() && merged.get("shard").is_none());
    let files: Vec<&str> = merged["merged"]["parts"]
        .as_array()
        .expect("parts")
        .iter()
        .filter_map(|part| part["file"].as_str())
        .collect();
    assert_eq!(files, ["1.json", "2.json"]);
    // It has a form of its own seal, so that it can be shown again.
    world.write("merged.json", &merged.to_string());
    let again = world
        .alz(&["report", "merge", "merged.json", "--detailed-exitcode"])
        .expect(2);
    assert!(again.stdout.contains("RELEASE"), "{}", again.stdout);
    assert!(again.stdout.contains("Utah Clinic"), "{}", again.stdout);
    let human = world.alz(&["plan", "--no-verify"]).expect(0);
    assert_eq!(again.stdout, human.stdout, "as the run itself says it");
}

#[test]
fn a_document_that_was_put_together_is_read_and_never_applied() {
    let world = world();
    shards(&world);
    world
        .alz(&[
            "report",
            "merge",
            "1.json",
            "2.json",
            "--format",
            "json",
            "--out",
            "merged.json",
        ])
        .expect(0);
    let refused = world
        .alz(&["apply", "merged.json", "--no-verify"])
        .expect(1);
    assert!(
        refused.stderr.contains("is for reading"),
        "{}",
        refused.stderr
    );
    assert!(
        refused
            .stderr
            .contains("alz apply 1.json; alz apply 2.json"),
        "{}",
        refused.stderr
    );
    assert!(world.writes().is_empty());
}

#[test]
fn a_shard_that_failed_is_missed_and_going_on_without_it_is_said_everywhere() {
    let world = world();
    shards(&world);
    let refused = world.alz(&["report", "merge", "2.json"]).expect(1);
    assert!(
        refused.stderr.contains("shard 1/2 is missing"),
        "{}",
        refused.stderr
    );
    assert!(
        refused.stderr.contains("--allow-missing"),
        "{}",
        refused.stderr
    );
    let gap = "Shard 1/2 is missing";
    for format in ["human", "markdown", "html", "sarif", "junit", "github"] {
        let arguments = ["2.json", "--allow-missing", "--format", format];
        let said = world
            .alz(&[&["report", "merge"], &arguments[..]].concat())
            .expect(0);
        assert!(said.stdout.contains(gap), "{format}: {}", said.stdout);
        assert!(said.stderr.contains(gap), "{format}: {}", said.stderr);
    }
    // A scanner that took the report for the whole would close what it knows of
    // the accounts that nobody looked at.
    let sarif = ["2.json", "--allow-missing", "--format", "sarif"];
    let sarif = world.alz(&[&["report", "merge"], &sarif[..]].concat());
    let invocation = &sarif.json()["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let json = world
        .alz(&[
            "report",
            "merge",
            "2.json",
            "--allow-missing",
            "--format",
            "json",
        ])
        .expect(0)
        .json();
    assert_eq!(json["merged"]["missing"], json!(["1/2"]));
    // The run that should have made it said why it did not.
    world.write("1.json", "{\"formatVersion\":\"1.0\",\"error\":{\"message\":\"the platform is \\u001b[31munreachable\",\"help\":null}}");
    let why = "1.json: the run that wrote it failed: the platform is";
    let told = world
        .alz(&["report", "merge", "1.json", "2.json"])
        .expect(1);
    assert!(told.stderr.contains(why), "{}", told.stderr);
    assert!(told.stderr.contains("--allow-missing"), "{}", told.stderr);
    // `shard-*.json` names it as well: it counts as the shard that is missing.
    let all = ["report", "merge", "1.json", "2.json", "--allow-missing"];
    let gone_on = world.alz(&all).expect(0);
    for told in [&gone_on.stderr, &told.stderr] {
        assert!(!told.contains('\u{1b}') && told.contains(why), "{told:?}");
    }
    assert!(gone_on.stdout.contains(gap), "{}", gone_on.stdout);
    // Of what no shard of this run stands for nothing is known.
    world
        .alz(&["plan", "--no-verify", "--out", "whole.json"])
        .expect(0);
    for whole in [&["whole.json"][..], &["2.json", "3.json"]] {
        shard(&world, "3.json", "accounts/lindon.yaml", "1/2");
        let all = [&["report", "merge", "--allow-missing", "1.json"], whole].concat();
        let told = world.alz(&all).expect(1);
        assert!(told.stderr.contains(why), "{}", told.stderr);
    }
}

#[test]
fn shards_that_stop_at_the_same_problems_are_one_list_of_them() {
    let world = world();
    world.write("accounts/clinic.yaml", "account: a\nnumbrs: {}\n");
    for index in 1..=2 {
        let share = format!("{index}/2");
        let failed = world
            .alz(&["plan", "--shard", &share, "--format", "json"])
            .expect(1);
        world.write(&format!("{index}.json"), &failed.stdout);
    }
    let told = world
        .alz(&[
            "report", "merge", "1.json", "2.json", "--format", "markdown",
        ])
        .expect(1);
    assert_eq!(
        told.stdout.matches("unknown key").count(),
        1,
        "{}",
        told.stdout
    );
}

#[test]
fn a_plan_that_apply_refuses_is_no_empty_report_for_a_pipeline() {
    let world = world();
    let released: String = (0..9)
        .map(|at| format!("  \"1801404090{at}\": {{ state: released }}\n"))
        .collect();
    world.write(
        "accounts/clinic.yaml",
        &format!("account: {CLINIC}\nnumbers:\n{released}"),
    );
    world
        .alz(&["plan", "--no-verify", "--out", "plan.json"])
        .expect(0);
    for format in ["sarif", "junit", "github"] {
        let said = world
            .alz(&["report", "merge", "plan.json", "--format", format])
            .expect(0);
        assert!(
            said.stdout.contains("--allow release="),
            "{format}: {}",
            said.stdout
        );
    }
}

#[test]
fn counts_that_nobody_can_have_counted_do_not_come_round_to_few() {
    let world = world();
    shards(&world);
    for name in ["1.json", "2.json"] {
        let text = std::fs::read_to_string(world.root().join(name)).expect("a plan");
        let mut plan: Value = serde_json::from_str(&text).expect("JSON");
        plan["judged"]["guards"]["release"]["count"] = json!(u64::MAX);
        plan["judged"]["numbers"] = json!(u64::MAX);
        plan["summary"]["release"] = json!(u64::MAX);
        plan["seal"] = json!(alz::plan::seal(&plan));
        world.write(name, &plan.to_string());
    }
    let said = world
        .alz(&["report", "merge", "1.json", "2.json"])
        .expect(0);
    assert!(
        said.stdout.contains("apply refuses this plan"),
        "{}",
        said.stdout
    );
}

#[test]
fn the_exit_status_is_that_of_the_run() {
    let world = world();
    audit(&world, "drift.json", false);
    world
        .alz(&["report", "merge", "drift.json", "--format", "html"])
        .expect(2);
    audit(&world, "known.json", true);
    world.alz(&["report", "merge", "known.json"]).expect(0);
    world
        .alz(&["plan", "--no-verify", "--out", "plan.json"])
        .expect(0);
    world.alz(&["report", "merge", "plan.json"]).expect(0);
    world
        .alz(&["report", "merge", "plan.json", "--detailed-exitcode"])
        .expect(2);
    // It comes out as it went in, and can be applied still.
    let same = world
        .alz(&["report", "merge", "plan.json", "--format", "json"])
        .expect(0);
    let saved = std::fs::read_to_string(world.root().join("plan.json")).expect("a plan");
    assert_eq!(same.stdout, saved);
}

#[test]
fn problems_of_files_are_put_together_too() {
    let world = world();
    world.write("broken/clinic.yaml", "account: a\nnumbrs: {}\n");
    let first = world
        .alz(&["validate", "broken/clinic.yaml", "--format", "json"])
        .expect(1);
    world.write("a.json", &first.stdout);
    world.write("b.json", "{\"formatVersion\":\"1.0\",\"problems\":[]}");
    let said = world
        .alz(&["report", "merge", "a.json", "b.json"])
        .expect(1);
    assert!(said.stdout.contains("numbrs"), "{}", said.stdout);
    let page = world
        .alz(&[
            "report", "merge", "a.json", "b.json", "a.json", "--format", "html",
        ])
        .expect(1);
    assert!(page.stdout.contains("<h1>1 error</h1>"), "{}", page.stdout);
    world
        .alz(&["report", "merge", "b.json", "--format", "json"])
        .expect(0);
    audit(&world, "drift.json", false);
    let mixed = world
        .alz(&["report", "merge", "a.json", "drift.json"])
        .expect(1);
    assert!(
        mixed.stderr.contains("documents of one kind"),
        "{}",
        mixed.stderr
    );
}

#[test]
fn what_is_no_document_of_this_program_is_refused_with_the_reason_and_all_at_once() {
    let world = world();
    world
        .alz(&["plan", "--no-verify", "--out", "plan.json"])
        .expect(0);
    let good = std::fs::read_to_string(world.root().join("plan.json")).expect("a plan");
    let edited = good.replacen("18017690201", "18017690299", 1);
    assert_ne!(edited, good);
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(good.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    std::fs::write(world.root().join("utf16.json"), utf16).expect("a file");
    let cases = [
        (
            "cut.json",
            good[..good.len() / 2].to_owned(),
            "breaks off before its end",
        ),
        ("empty.json", " \n".to_owned(), "it is empty"),
        ("edited.json", edited, "is not as alz wrote it"),
        (
            "major.json",
            good.replace("\"formatVersion\": \"1.0\"", "\"formatVersion\": \"2.0\""),
            "formatVersion is 2.0",
        ),
        (
            "foreign.json",
            "{\"resource_changes\": []}".to_owned(),
            "no document of plan, drift or validate",
        ),
        (
            "list.json",
            "[1, 2]".to_owned(),
            "no document of plan, drift or validate",
        ),
        ("yaml.json", "steps:\n".to_owned(), "expected value"),
        (
            "events.json",
            "{\"event\":\"start\"}\n{\"event\":\"summary\"}\n".to_owned(),
            "events of an apply",
        ),
        (
            "unversioned.json",
            "{\"problems\":[]}".to_owned(),
            "formatVersion is missing",
        ),
        (
            "malformed.json",
            "{\"formatVersion\":\"1.0\",\"problems\":[{\"severity\":\"fatal\"}]}".to_owned(),
            "unknown variant",
        ),
    ];
    let mut arguments = vec!["report", "merge", "nowhere.json", "utf16.json"];
    for (name, text, _) in &cases {
        world.write(name, text);
        arguments.push(name);
    }
    let told = world.alz(&arguments).expect(1);
    for (name, expected) in cases
        .iter()
        .map(|(name, _, expected)| (*name, *expected))
        .chain([("nowhere.json", "No such file"), ("utf16.json", "UTF-16")])
    {
        let line = told
            .stderr
            .lines()
            .find(|line| line.contains(&format!("- {name}: ")));
        assert!(
            line.is_some_and(|line| line.contains(expected)),
            "{name}: {line:?}\n{}",
            told.stderr
        );
    }
    let json = world
        .alz(&[&arguments[..], &["--format", "json"]].concat())
        .expect(1)
        .json();
    assert!(
        json["error"]["message"]
            .as_str()
            .is_some_and(|text| text.contains("cut.json"))
    );
}

#[test]
fn a_newer_minor_format_is_shown_and_not_written_anew() {
    let world = world();
    world
        .alz(&["plan", "--no-verify", "--out", "plan.json"])
        .expect(0);
    let text = std::fs::read_to_string(world.root().join("plan.json")).expect("a plan");
    let mut plan: Value = serde_json::from_str(&text).expect("JSON");
    plan["formatVersion"] = json!("1.7");
    plan["novelty"] = json!([1]);
    plan["seal"] = json!(alz::plan::seal(&plan));
    world.write("newer.json", &plan.to_string());
    let shown = world.alz(&["report", "merge", "newer.json"]).expect(0);
    assert!(
        shown.stderr.contains("made by a newer alz"),
        "{}",
        shown.stderr
    );
    let refused = world
        .alz(&["report", "merge", "newer.json", "--format", "json"])
        .expect(1);
    assert!(refused.stdout.contains("would lose"), "{}", refused.stdout);
}

#[test]
fn with_redact_pii_only_what_was_made_so_is_shown() {
    let world = world();
    world
        .alz(&["plan", "--no-verify", "--out", "open.json"])
        .expect(0);
    let refused = world
        .alz(&[
            "report",
            "merge",
            "open.json",
            "--redact",
            "pii",
            "--format",
            "html",
        ])
        .expect(1);
    assert!(
        refused.stderr.contains("names and addresses are in it"),
        "{}",
        refused.stderr
    );
    for personal in ["Sample", "Lindon", "84042"] {
        assert!(!refused.stdout.contains(personal), "{}", refused.stdout);
    }
    // As a pipeline does: from standard output, which goes through the last net.
    let closed = world
        .alz(&["plan", "--no-verify", "--redact", "pii", "--format", "json"])
        .expect(0);
    world.write("closed.json", &closed.stdout);
    for format in ["human", "json", "html"] {
        for redact in [&["--redact", "pii"][..], &[]] {
            let arguments = [
                &["report", "merge", "closed.json", "--format", format],
                redact,
            ]
            .concat();
            let said = world.alz(&arguments).expect(0);
            for personal in ["Sample", "Dental", "Lindon", "Utah Clinic", "84042"] {
                assert!(
                    !said.stdout.contains(personal),
                    "{personal} in {format}: {}",
                    said.stdout
                );
            }
            assert!(
                said.stdout.contains("18017690201") || said.stdout.contains("801-769-0201"),
                "{}",
                said.stdout
            );
        }
    }
}

#[test]
fn a_run_that_fails_leaves_a_page_that_says_so() {
    let world = world();
    let failed = world
        .alz(&["report", "merge", "<b>.json", "--format", "html"])
        .expect(1);
    assert!(failed.stderr.contains("No such file"), "{}", failed.stderr);
    let page = &failed.stdout;
    assert!(
        page.contains("<h1>The run failed</h1>") && page.contains("&lt;b&gt;.json"),
        "{page}"
    );
    assert!(page.trim_end().ends_with("</html>"));
}

#[test]
fn a_redacted_document_keeps_the_name_of_its_environment_and_is_one_that_alz_wrote() {
    let world = world();
    // A word of the project's own that a customer's name has too.
    world.write(
        "alz.yaml",
        "version: 1\nenvironments:\n  dental: { api: \"http://127.0.0.1:1\", accounts: [accounts/**/*.yaml] }\n",
    );
    let redacted = ["plan", "--no-verify", "--redact", "pii", "--format", "json"];
    let closed = world.alz(&redacted).expect(0);
    assert_eq!(closed.json()["environment"], "dental");
    world.write("closed.json", &closed.stdout);
    world.alz(&["report", "merge", "closed.json"]).expect(0);
}

#[test]
fn a_page_can_be_saved_and_names_are_texts_in_it() {
    let world = world();
    world
        .alz(&["plan", "--no-verify", "--out", "plan.json"])
        .expect(0);
    let said = world
        .alz(&[
            "report",
            "merge",
            "plan.json",
            "--format",
            "html",
            "--out",
            "page.html",
        ])
        .expect(0);
    assert!(
        said.stdout.is_empty() && said.stderr.contains("page.html"),
        "{said:?}"
    );
    let page = std::fs::read_to_string(world.root().join("page.html")).expect("a page");
    assert!(page.contains("Sample &lt;Dental&gt; &amp; Sons"), "{page}");
    assert!(!page.contains("<Dental>"));
    // A form that is not made of documents is refused before anything is read.
    let unknown = world
        .alz(&["report", "merge", "nowhere.json", "--format", "weekly"])
        .expect(1);
    assert!(unknown.stderr.contains("weekly"), "{}", unknown.stderr);
}
