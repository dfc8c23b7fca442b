//! An audit at three in the morning: an account that can't be read, a disk that
//! is full, a range of numbers that somebody has given up watching. None of it
//! may hide that a 911 call goes astray.

use serde_json::{Value, json};

use crate::drift::{FILE, LATER, drift_at, findings_at, kinds, office, one_line, path_of, suite};
use crate::world::{ACCOUNT, CLINIC, NOW, OFFICE, World};

const REJECTED: &str = "18014040905";

/// The office and the clinic; the clinic has an address that was rejected.
fn two_accounts() -> World {
    let clinic = format!("account: {CLINIC}\nnumbers:\n  \"{REJECTED}\": {{}}\n");
    let world = World::new(&[(FILE, OFFICE), ("accounts/clinic.yaml", &clinic)]);
    world.alz(&["apply", "--auto-approve", FILE]).expect(0);
    world.advance("P2D");
    world
}

fn break_listing_of(world: &World, account: &str, fault: Value) {
    let mut fault = fault;
    fault["method"] = json!("GET");
    fault["path"] = json!(format!("**/account/{account}/telephonenumber"));
    world.fault(fault);
}

fn ignoring(world: &World, entries: &str) {
    world.write(
        "alz.yaml",
        &format!("version: 1\nenvironments:\n  test: {{ api: \"http://127.0.0.1:1\", accounts: [accounts/**/*.yaml] }}\nignore:\n{entries}"),
    );
}

#[test]
fn an_account_that_cant_be_read_hides_no_other_and_never_passes_for_one_in_order() {
    let world = two_accounts();
    for fault in [
        json!({ "status": 404, "body": "{\"status\":404,\"messages\":[\"AccountNotFound\"]}" }),
        json!({ "status": 403 }),
        json!({ "body": "<html>Sign in</html>" }),
    ] {
        break_listing_of(&world, ACCOUNT, fault.clone());
        let said = drift_at(&world, LATER, &["--report", "json=a.json"]).expect(1);
        let text = one_line(said).stdout;
        assert!(text.contains("1 not in force"), "{fault}: {text}");
        assert!(text.contains("1 not looked at"), "{fault}: {text}");
        assert!(!text.contains("No drift"), "{fault}: {text}");
        // Counted is what was seen.
        assert!(text.contains("numbers on 1 account are"), "{fault}: {text}");
        let file = std::fs::read_to_string(world.root().join("a.json")).expect("a file");
        let document: Value = serde_json::from_str(&file).expect("JSON");
        let findings = document["drift"]["findings"].as_array().expect("findings");
        let unread: Vec<&Value> = findings.iter().filter(|f| f["kind"] == "unread").collect();
        assert_eq!(unread.len(), 1, "{findings:#?}");
        assert_eq!(unread[0]["account"], ACCOUNT);
        assert_eq!(unread[0]["source"], json!({ "file": FILE, "line": 2 }));
        assert!(kinds(findings).contains(&format!("not-in-force {REJECTED}")));
        world.clear_faults();
    }
    // In every form somebody may read it in.
    break_listing_of(&world, ACCOUNT, json!({ "status": 403 }));
    for form in ["markdown", "sarif", "junit", "github", "html", "prometheus"] {
        let said = drift_at(&world, LATER, &["--format", form]).expect(1);
        let names_it = said.stdout.contains("not looked at") || said.stdout.contains("unread");
        assert!(
            names_it && said.stdout.contains(ACCOUNT),
            "{form}: {}",
            said.stdout
        );
    }
    let metrics = drift_at(&world, LATER, &["--format", "prometheus"]).expect(1);
    assert!(
        metrics
            .stdout
            .contains("alz_drift_exit{environment=\"test\"} 1\n"),
        "{}",
        metrics.stdout
    );
    // Somebody may say that it is known; an entry for the account alone doesn't.
    ignoring(
        &world,
        &format!("  - {{ accounts: [{ACCOUNT}], until: 2026-12-31, reason: x }}\n"),
    );
    drift_at(&world, LATER, &[]).expect(1);
    ignoring(
        &world,
        &format!(
            "  - {{ accounts: [{ACCOUNT}], kinds: [unread], until: 2026-12-31, reason: closed }}\n"
        ),
    );
    let said = drift_at(&world, LATER, &[]).expect(2);
    assert!(
        said.stdout.contains("1 ignored (1 not looked at)"),
        "{}",
        said.stdout
    );
}

#[test]
fn an_audit_that_could_read_nothing_says_so_and_leaves_the_last_report_alone() {
    let world = two_accounts();
    world.write("b.prom", "of yesterday");
    break_listing_of(&world, "*", json!({ "status": 403 }));
    let said = drift_at(&world, LATER, &["--report", "prometheus=b.prom"]).expect(1);
    assert_eq!(said.stdout, "");
    assert!(said.stderr.contains("status 403"), "{}", said.stderr);
    let file = std::fs::read_to_string(world.root().join("b.prom")).expect("a file");
    assert_eq!(file, "of yesterday");
}

#[test]
fn what_was_put_together_of_an_audit_that_is_not_whole_is_not_whole_either() {
    let world = two_accounts();
    break_listing_of(&world, ACCOUNT, json!({ "status": 403 }));
    drift_at(
        &world,
        LATER,
        &["--shard", "1/1", "--report", "json=1.json"],
    )
    .expect(1);
    let merged = world.alz(&["report", "merge", "1.json"]).expect(1);
    assert!(
        merged.stdout.contains("1 not looked at"),
        "{}",
        merged.stdout
    );
}

#[test]
fn a_report_that_cant_be_written_hides_neither_what_was_found_nor_the_other_reports() {
    let world = two_accounts();
    let said = drift_at(
        &world,
        LATER,
        &[
            "--quiet",
            "--report",
            "prometheus=no/such/place.prom",
            "--report",
            "json=a.json",
        ],
    )
    .expect(1);
    assert!(said.stdout.contains("1 not in force"), "{}", said.stdout);
    assert!(
        said.stderr.contains("place.prom can't be written"),
        "{}",
        said.stderr
    );
    assert!(world.root().join("a.json").exists());
    // Of two reports in one file one would be lost; both are known before anything is asked.
    let before = world.requests();
    let twice = ["--report", "json=a", "--report", "html=./a"];
    let said = drift_at(&world, LATER, &twice).expect(1);
    assert!(said.stderr.contains("two reports"), "{}", said.stderr);
    drift_at(&world, LATER, &["--report", "json=-"]).expect(1);
    assert_eq!(world.requests(), before);
}

#[test]
fn a_range_that_is_ignored_hides_no_911_address_and_says_that_it_doesnt() {
    let world = two_accounts();
    world.patch(ACCOUNT, "18017690201", &suite("400"));
    world.advance("PT3H");
    let wide = [
        format!("accounts: [{CLINIC}, {ACCOUNT}]"),
        "numbers: [\"1*\"]".to_owned(),
    ];
    for wide in wide {
        ignoring(
            &world,
            &format!("  - {{ {wide}, until: 2026-12-31, reason: taken over later }}\n"),
        );
        let found = findings_at(&world, LATER, 2);
        let open: Vec<Value> = found
            .into_iter()
            .filter(|finding| finding["ignored"].is_null())
            .collect();
        let open = kinds(&open);
        for grave in [
            format!("not-in-force {REJECTED}"),
            "open-correction 18014040904".to_owned(),
            "changed 18017690201".to_owned(),
        ] {
            assert!(open.contains(&grave), "{wide}: {open:?}");
        }
        assert!(!open.iter().any(|kind| kind.starts_with("unmanaged")));
    }
    // Said outright it holds, and every form says that it does.
    ignoring(
        &world,
        "  - { kinds: [not-in-force, open-correction, changed, stuck], until: 2026-12-31, reason: the move }\n",
    );
    let said = drift_at(&world, LATER, &[]).expect(0);
    let loud = "(1 not in force, 1 open E911 correction)";
    assert!(said.stdout.contains(loud), "{}", said.stdout);
    let said = drift_at(&world, LATER, &["--format", "markdown"]).expect(0);
    let first: Vec<&str> = said.stdout.lines().take(2).collect();
    assert!(first[1].contains(loud), "{first:?}");
    let page = drift_at(&world, LATER, &["--format", "html"])
        .expect(0)
        .stdout;
    assert!(page.contains("<h1>No drift but what is ignored</h1>"));
}

#[test]
fn an_ignored_finding_that_hides_nothing_says_why() {
    let world = office();
    world.patch(ACCOUNT, "18017690201", &suite("400"));
    world.advance("PT3H");
    ignoring(
        &world,
        "  - { numbers: [\"1801*\"], until: 2026-12-31, reason: x }\n  - { paths: [e911Address], until: 2026-12-31, reason: y }\n  - { numbers: [\"18017690201\"], until: 2026-12-31, reason: z }\n",
    );
    let said = one_line(drift_at(&world, LATER, &[]).expect(0)).stdout;
    // The first is too wide for an address that answers 911 calls; the others both fit.
    assert!(said.contains("alz.yaml:5:5: this hides nothing"), "{said}");
    assert!(!said.contains("nothing was found"), "{said}");
    assert!(said.contains("(until 2026-12-31: y)"), "{said}");
}

#[test]
fn what_each_of_several_people_has_changed_is_told() {
    let world = office();
    let path = path_of("18017690201");
    // Two things called 400: whose suite it is, no text that mixes them could tell.
    let mut house = suite("500");
    house["e911Address"]["streetNumber"] = json!("400");
    world.as_user("joe@example.com", "PATCH", &path, &house);
    house["e911Address"]["unit"] = json!("400");
    world.as_user("jane@example.com", "PATCH", &path, &house);
    world.as_user("max@example.com", "PATCH", &path, &suite("400"));
    let listing = json!({ "directoryListing": { "listed": false, "type": "LIST_PUBLISH" } });
    world.as_user("kim@example.com", "PATCH", &path, &listing);
    world.advance("PT3H");
    let later = "2026-11-25T20:00:00Z";
    let found = findings_at(&world, later, 2);
    let changed = found.iter().find(|finding| finding["kind"] == "changed");
    let authors = &changed.expect("a change")["authors"];
    assert_eq!(
        *authors,
        json!([
            { "by": "jane@example.com", "at": LATER, "paths": ["e911Address.unit"] },
            { "by": "kim@example.com", "at": LATER, "paths": ["directoryListing.type"] },
        ])
    );
    let forms = ["human", "markdown", "sarif", "junit", "github", "html"];
    for form in forms {
        let said = drift_at(&world, later, &["--format", form])
            .expect(2)
            .stdout;
        for somebody in ["jane", "kim"] {
            assert!(said.contains(somebody), "{form}: {said}");
        }
        assert!(!said.contains("joe") && !said.contains("max@"), "{form}");
    }
}

#[test]
fn a_number_on_its_last_days_is_told_though_the_inventory_fails() {
    let world = office();
    let path = path_of("18017690202");
    world.as_user("jane@example.com", "DELETE", &path, &json!({}));
    world.write(FILE, &OFFICE.replace("  \"18017690202\": {}\n", ""));
    world.advance("P26D");
    let late = "2026-12-21T17:00:00Z";
    world.fault(json!({ "path": "**/partition/*/telephonenumber/18017690202", "status": 403 }));
    let found = findings_at(&world, late, 0);
    assert_eq!(kinds(&found), ["leaving-cooldown 18017690202"]);
    assert_eq!(found[0]["by"], "jane@example.com");
}

#[test]
fn a_long_report_begins_with_what_hurts_somebody_while_it_waits() {
    let world = two_accounts();
    world.patch(ACCOUNT, "18017690201", &suite("400"));
    let path = path_of("18017690202");
    world.as_user("jane@example.com", "DELETE", &path, &json!({}));
    world.advance("P1D");
    let later = "2026-11-26T17:00:00Z";
    let text = one_line(drift_at(&world, later, &[]).expect(2)).stdout;
    let first = text.split("First ").nth(1).expect("what to do first");
    assert!(
        first.starts_with("1. +1 801-404-0904, +1 801-404-0905: 911 calls may be answered without an address 2. +1 801-769-0201: help would be sent to another address than the files' 3. +1 801-769-0202: can be had back until Fri 2026-12-25 17:00 UTC"),
        "{first}"
    );
    let markdown = drift_at(&world, later, &["--format", "markdown"])
        .expect(2)
        .stdout;
    let at = |what: &str| markdown.find(what).expect(what);
    assert!(at("1. +1 801-404-0904") < at("<details"), "{markdown}");
    let page = drift_at(&world, later, &["--format", "html"])
        .expect(2)
        .stdout;
    assert!(page.contains("<h2>First</h2><ol><li>+1"), "{page}");
    // A report that is as short needs no such list.
    let office = drift_at(&world, NOW, &["accounts/office.yaml"])
        .expect(2)
        .stdout;
    assert!(!office.contains("First"), "{office}");
}

#[test]
fn the_report_of_an_audit_is_no_plan_to_apply() {
    let world = office();
    world.patch(ACCOUNT, "18017690201", &suite("400"));
    world.advance("PT3H");
    drift_at(&world, LATER, &["--report", "json=a.json"]).expect(2);
    let writes = world.writes();
    let said = world.alz(&["apply", "a.json"]).expect(1);
    assert!(said.stderr.contains("audit"), "{}", said.stderr);
    assert_eq!(world.writes(), writes);
}
