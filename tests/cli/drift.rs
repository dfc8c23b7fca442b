//! `alz drift`: every kind of finding, made on the sandbox as it comes about in
//! life, said once, with its place and whoever did it; and nothing else.

use serde_json::{Value, json};

use crate::world::{ACCOUNT, CLINIC, NOW, OFFICE, Said, World};

pub const FILE: &str = "accounts/office.yaml";
/// When all of the office's activations are over.
pub const LATER: &str = "2026-11-25T17:00:00Z";
pub const NUMBERS: &str = "/v2/partition/X4fbfNlFRpy7bWDFmCwwdw/account/bRW8jpoCTGOaOIF5wqvSVg";

pub fn drift_at(world: &World, now: &str, arguments: &[&str]) -> Said {
    let mut command = world.command(&["drift"]);
    command.args(arguments).env("ALZ_NOW", now);
    command.output().expect("alz runs").into()
}

pub fn findings_at(world: &World, now: &str, exit: i32) -> Vec<Value> {
    let said = drift_at(world, now, &["--format", "json"]).expect(exit);
    let findings = said.json()["drift"]["findings"].clone();
    findings.as_array().expect("findings").clone()
}

/// Each finding as "kind number …".
pub fn kinds(findings: &[Value]) -> Vec<String> {
    findings
        .iter()
        .map(|finding| {
            let numbers = finding["numbers"].as_array().expect("numbers").iter();
            let numbers: Vec<&str> = numbers.filter_map(Value::as_str).collect();
            let kind = finding["kind"].as_str().expect("a kind");
            format!("{kind} {}", numbers.join(" "))
        })
        .collect()
}

/// The office, applied and active.
pub fn office() -> World {
    let world = World::new(&[(FILE, OFFICE)]);
    world.alz(&["apply", "--auto-approve"]).expect(0);
    world.advance("P2D");
    world
}

/// Lines are broken where they are too long for a terminal.
pub fn one_line(said: Said) -> Said {
    Said {
        stdout: said.stdout.split_whitespace().collect::<Vec<_>>().join(" "),
        ..said
    }
}

pub fn path_of(number: &str) -> String {
    format!("{NUMBERS}/telephonenumber/{number}")
}

pub fn suite(unit: &str) -> Value {
    json!({ "e911Address": { "customerType": "BUSINESS", "businessName": "Sample Dental",
        "streetNumber": "333", "preDirectional": "S", "streetName": "520", "postDirectional": "W",
        "city": "Lindon", "state": "UT", "country": "USA", "postalCode": "84042",
        "secondaryLocationDescription": "SUITE", "unit": unit } })
}

#[test]
fn after_an_apply_there_is_no_drift_while_it_is_under_way_and_when_it_is_done() {
    let world = World::new(&[(FILE, OFFICE)]);
    let before = drift_at(&world, NOW, &[]).expect(2);
    assert!(
        before.stdout.contains("Drift: 3 missing."),
        "{}",
        before.stdout
    );
    world.alz(&["apply", "--auto-approve"]).expect(0);
    let writes = world.writes();
    // Under way is no drift.
    assert_eq!(kinds(&findings_at(&world, NOW, 0)), Vec::<String>::new());
    world.advance("P2D");
    let said = drift_at(&world, LATER, &[]).expect(0);
    assert!(
        said.stdout.ends_with("No drift. 3 in sync.\n"),
        "{}",
        said.stdout
    );
    assert!(said.stdout.contains("(100 %)"), "{}", said.stdout);
    // What a plan reads, and the cooldowns; no history where nothing was found.
    let cost = |run: &dyn Fn()| {
        let before = world.requests();
        run();
        world.requests() - before
    };
    let plan = cost(&|| {
        let mut plan = world.command(&["plan"]);
        let plan: Said = plan.env("ALZ_NOW", LATER).output().expect("alz").into();
        plan.expect(0);
    });
    let audit = cost(&|| {
        drift_at(&world, LATER, &[]).expect(0);
    });
    assert_eq!(audit, plan + 1);
    // It has written nothing, and asked no provider.
    assert_eq!(world.writes(), writes);
}

#[test]
fn a_field_changed_in_the_portal_is_told_with_who_and_when_and_apply_mends_it() {
    let world = office();
    world.as_user(
        "jane@example.com",
        "PATCH",
        &path_of("18017690201"),
        &suite("400"),
    );
    world.advance("PT3H");
    let later = "2026-11-25T20:00:00Z";
    let found = findings_at(&world, later, 2);
    assert_eq!(kinds(&found), ["changed 18017690201"]);
    let [found] = found.as_slice() else {
        unreachable!()
    };
    assert_eq!(found["changes"][0]["path"], "e911Address.unit");
    assert_eq!(found["changes"][0]["before"], "400", "the platform's");
    assert_eq!(found["changes"][0]["after"], "500", "the file's");
    assert_eq!(found["by"], "jane@example.com");
    assert_eq!(found["at"], "2026-11-25T17:00:00Z");
    assert_eq!(found["source"], json!({ "file": FILE, "line": 20 }));
    assert_eq!(found["steps"], json!(["update-18017690201"]));
    let human = drift_at(&world, later, &[]).expect(2).stdout;
    assert!(
        human.contains("changed by jane@example.com, 2026-11-25 17:00 UTC"),
        "{human}"
    );
    world.alz(&["apply", "--auto-approve"]).expect(0);
    world.advance("P1D");
    assert_eq!(
        kinds(&findings_at(&world, "2026-11-26T20:00:00Z", 0)),
        Vec::<String>::new()
    );
}

#[test]
fn nobody_is_named_for_what_somebody_else_did() {
    let world = office();
    let path = path_of("18017690201");
    world.as_user("jane@example.com", "PATCH", &path, &suite("400"));
    // He writes the same address whole: the suite was hers.
    let mut also = suite("400");
    also["e911Address"]["language"] = json!("en-US");
    world.as_user("joe@example.com", "PATCH", &path, &also);
    world.advance("PT3H");
    let later = "2026-11-25T20:00:00Z";
    assert_eq!(findings_at(&world, later, 2)[0]["by"], "jane@example.com");
    // Two people have a part in what differs now: one name would be wrong.
    let listing = json!({ "directoryListing": { "listed": false, "type": "LIST_PUBLISH" } });
    world.as_user("joe@example.com", "PATCH", &path, &listing);
    let found = findings_at(&world, later, 2);
    assert_eq!(found[0]["changes"].as_array().map(Vec::len), Some(2));
    assert_eq!(found[0]["by"], Value::Null);
    assert_eq!(found[0]["at"], Value::Null);
}

#[test]
fn an_audit_without_the_history_is_an_audit_all_the_same() {
    let world = office();
    world.as_user(
        "jane@example.com",
        "PATCH",
        &path_of("18017690201"),
        &suite("400"),
    );
    world.advance("PT3H");
    world.fault(json!({ "path": "**/accounthistorysearch", "status": 403, "times": 9 }));
    let said = drift_at(&world, "2026-11-25T20:00:00Z", &["--format", "json"]).expect(2);
    assert_eq!(said.json()["drift"]["findings"][0]["by"], Value::Null);
    assert!(
        said.stderr.contains("history could not be read"),
        "{}",
        said.stderr
    );
}

#[test]
fn a_number_deleted_in_the_portal_is_missing_from_the_moment_it_is_on_its_way_out() {
    let world = office();
    world.as_user(
        "jane@example.com",
        "DELETE",
        &path_of("18017690202"),
        &json!({}),
    );
    let found = findings_at(&world, LATER, 2);
    assert_eq!(kinds(&found), ["missing 18017690202"]);
    assert!(
        found[0]["reason"]
            .as_str()
            .is_some_and(|r| r.contains("being deleted")),
        "{found:#?}"
    );
    world.advance("P1D");
    let found = findings_at(&world, "2026-11-26T17:00:00Z", 2);
    assert_eq!(kinds(&found), ["missing 18017690202"]);
    assert_eq!(found[0]["by"], "jane@example.com");
    assert!(
        found[0]["until"]
            .as_str()
            .is_some_and(|until| until.starts_with("2026-12-25"))
    );
    assert_eq!(
        found[0]["steps"],
        json!(["recover-18017690202", "activate-18017690202"])
    );
}

#[test]
fn a_rejected_address_is_told_once_also_where_no_file_manages_it() {
    let clinic =
        format!("account: {CLINIC}\nnumbers:\n  \"18014040904\": {{}}\n  \"18014040905\": {{}}\n");
    let world = World::new(&[("accounts/clinic.yaml", &clinic)]);
    let found = findings_at(&world, NOW, 2);
    let mine: Vec<String> = kinds(&found)
        .into_iter()
        .filter(|kind| !kind.starts_with("unmanaged"))
        .collect();
    assert_eq!(
        mine,
        ["not-in-force 18014040905", "open-correction 18014040904"]
    );
    assert!(
        found[0]["reason"]
            .as_str()
            .is_some_and(|r| r.contains("No MSAG Match"))
    );
    assert_eq!(found[0]["source"]["line"], 4);
    // Numbers that no file declares are a notice, until they are to be drift.
    let only = format!("account: {CLINIC}\nnumbers: {{}}\n");
    world.write("accounts/clinic.yaml", &only);
    let found = findings_at(&world, NOW, 2);
    assert!(
        kinds(&found).contains(&"not-in-force 18014040905".to_owned()),
        "{found:#?}"
    );
}

#[test]
fn a_mended_address_that_waits_for_apply_is_told_as_one_thing_with_its_rejection() {
    let clinic = format!(
        "account: {CLINIC}\nnumbers:\n  \"18014040905\":\n    e911Address: {{ customerType: BUSINESS, businessName: Cottonwood Clinic, streetNumber: \"333\", preDirectional: S, streetName: \"520\", postDirectional: W, city: Lindon, state: UT, country: USA, postalCode: \"84042\", secondaryLocationDescription: SUITE, unit: \"1\" }}\n"
    );
    let world = World::new(&[("accounts/clinic.yaml", &clinic)]);
    let found = findings_at(&world, NOW, 2);
    let mine: Vec<&Value> = found
        .iter()
        .filter(|finding| finding["numbers"][0] == "18014040905")
        .collect();
    assert_eq!(mine.len(), 1, "{mine:#?}");
    assert_eq!(mine[0]["kind"], "not-in-force");
    assert_eq!(mine[0]["steps"], json!(["update-18014040905"]));
    let changes = mine[0]["changes"].as_array().expect("changes");
    assert!(
        changes
            .iter()
            .any(|change| change["path"] == "e911Address.city"),
        "{changes:#?}"
    );
}

#[test]
fn an_address_in_the_providers_spelling_is_no_drift() {
    let file = |more: &str| {
        format!(
            "account: {CLINIC}\nnumbers:\n  \"18014040904\":\n    e911Address:\n      {{ customerType: BUSINESS, businessName: Cottonwood Clinic, streetNumber: \"333\", preDirectional: S, streetName: \"520\", postDirectional: W, city: Vineyard, state: UT, country: USA, postalCode: \"84042\"{more} }}\n"
        )
    };
    let world = World::new(&[("accounts/clinic.yaml", &file(", onCorrection: accept"))]);
    let found = findings_at(&world, NOW, 2);
    assert!(
        kinds(&found).contains(&"open-correction 18014040904".to_owned()),
        "{found:#?}"
    );
    world.alz(&["apply", "--auto-approve"]).expect(0);
    // Accepted in the file or by a person: the plan says in sync, and so does this.
    for more in [", onCorrection: accept", ""] {
        world.write("accounts/clinic.yaml", &file(more));
        let found = findings_at(&world, NOW, 2);
        let mine: Vec<&Value> = found
            .iter()
            .filter(|finding| finding["numbers"][0] == "18014040904")
            .collect();
        assert!(mine.is_empty(), "{mine:#?}");
    }
}

/// Ports with carriers of all kinds.
const PORTS: &str = r#"
account: bRW8jpoCTGOaOIF5wqvSVg
defaults:
  customerServiceRecord:
    customerType: BUSINESS
    businessName: Sample Dental
    streetNumber: "333"
    preDirectional: S
    streetName: "520"
    postDirectional: W
    city: Lindon
    state: UT
    country: USA
    postalCode: "84042"
    secondaryLocationDescription: SUITE
    unit: "500"
ports:
  main: { billingTelephoneNumber: "18012240101", crdDate: 2026-12-03, portingWireType: Wireline, portingAuthorizedName: John Smith }
  silent: { billingTelephoneNumber: "18012240017", crdDate: 2026-12-03, portingWireType: Wireline, portingAuthorizedName: John Smith }
  never: { billingTelephoneNumber: "18012240018", crdDate: 2026-12-03, portingWireType: Wireline, portingAuthorizedName: John Smith }
numbers:
  "18012240101": { port: main }
  "18012240103": { port: main }
  "18012240017": { port: silent }
  "18012240018": { port: never }
"#;

#[test]
fn ports_are_missing_then_under_way_then_rejected_or_stuck_each_told_as_one() {
    let world = World::new(&[("accounts/ports.yaml", PORTS)]);
    let found = findings_at(&world, NOW, 2);
    assert_eq!(
        kinds(&found),
        [
            "missing 18012240017",
            "missing 18012240018",
            "missing 18012240101 18012240103"
        ]
    );
    assert_eq!(found[2]["port"], "main");
    world
        .alz(&["apply", "--auto-approve", "--no-verify"])
        .expect(0);
    assert_eq!(kinds(&findings_at(&world, NOW, 0)), Vec::<String>::new());
    let port = world.number(ACCOUNT, "18012240101")["portId"].clone();
    let reject = json!({ "action": "reject", "message": "Name mismatch" });
    world.advance("PT3H");
    world.post(
        &format!("/sandbox/ports/{}", port.as_str().expect("a port")),
        &reject,
    );
    let found = findings_at(&world, "2026-11-23T20:00:00Z", 2);
    assert_eq!(kinds(&found), ["rejected-port 18012240101 18012240103"]);
    assert!(
        found[0]["reason"]
            .as_str()
            .is_some_and(|r| r.contains("Name mismatch")),
        "{found:#?}"
    );
    assert_eq!(
        found[0]["source"],
        json!({ "file": "accounts/ports.yaml", "line": 18 })
    );
    // What the carrier called off is told with its words, not only as an order that is missing.
    world.post(
        &format!("/sandbox/ports/{}", port.as_str().expect("a port")),
        &json!({ "action": "cancelByCarrier" }),
    );
    let found = findings_at(&world, "2026-11-23T20:00:00Z", 2);
    assert_eq!(kinds(&found), ["missing 18012240101 18012240103"]);
    let reason = found[0]["reason"].as_str().expect("a reason");
    assert!(
        reason.contains("the carrier cancelled its last port on Monday 2026-11-23"),
        "{reason}"
    );
    // The day that was asked for is past, and two business days more.
    world.advance("P15D");
    let found = findings_at(&world, "2026-12-08T20:00:00Z", 2);
    assert_eq!(
        kinds(&found),
        [
            "missing 18012240101 18012240103",
            "stuck 18012240017",
            "stuck 18012240018"
        ]
    );
    assert!(
        found[1]["reason"]
            .as_str()
            .is_some_and(|r| r.contains("CRD")),
        "{found:#?}"
    );
    assert!(
        found[2]["reason"]
            .as_str()
            .is_some_and(|r| r.contains("FOC date")),
        "{found:#?}"
    );
}

#[test]
fn a_number_that_should_be_given_up_is_told_and_once_more_before_it_is_out_of_reach() {
    let world = office();
    let released = OFFICE.replace(
        "\"18017690202\": {}",
        "\"18017690202\": { state: released }",
    );
    world.write(FILE, &released);
    let found = findings_at(&world, LATER, 2);
    assert_eq!(kinds(&found), ["not-released 18017690202"]);
    let mut apply = world.command(&["apply", "--auto-approve", "--allow", "release=1"]);
    let apply: Said = apply
        .env("ALZ_NOW", LATER)
        .output()
        .expect("alz runs")
        .into();
    apply.expect(0);
    world.advance("P1D");
    assert_eq!(
        kinds(&findings_at(&world, "2026-11-26T17:00:00Z", 0)),
        Vec::<String>::new()
    );
    world.advance("P25D");
    let found = findings_at(&world, "2026-12-21T17:00:00Z", 0);
    assert_eq!(kinds(&found), ["leaving-cooldown 18017690202"]);
    assert_eq!(found[0]["attention"], "notice");
    assert!(
        found[0]["until"]
            .as_str()
            .is_some_and(|u| u.starts_with("2026-12-25")),
        "{found:#?}"
    );
    // Also where the entry has been taken out of the file since.
    world.write(FILE, &OFFICE.replace("  \"18017690202\": {}\n", ""));
    assert_eq!(
        kinds(&findings_at(&world, "2026-12-21T17:00:00Z", 0)),
        ["leaving-cooldown 18017690202"]
    );
    // Gone for good: nothing can be done any more.
    world.advance("P10D");
    assert_eq!(
        kinds(&findings_at(&world, "2026-12-31T17:00:00Z", 0)),
        Vec::<String>::new()
    );
}

#[test]
fn a_number_that_no_file_declares_is_a_notice_until_it_is_asked_to_be_drift() {
    let world = office();
    world.write(FILE, &OFFICE.replace("  \"18017690202\": {}\n", ""));
    let found = findings_at(&world, LATER, 0);
    assert_eq!(kinds(&found), ["unmanaged 18017690202"]);
    // Who added it is in the history: the one who applied.
    assert!(found[0]["by"].is_string(), "{found:#?}");
    assert_eq!(found[0]["source"], json!({ "file": FILE, "line": 2 }));
    let human = drift_at(&world, LATER, &[]).expect(0).stdout;
    assert!(
        human.contains("No drift. 2 in sync, 1 unmanaged."),
        "{human}"
    );
    let strict = drift_at(&world, LATER, &["--fail-on-unmanaged"]).expect(2);
    assert!(
        strict.stdout.contains("Drift: 1 unmanaged."),
        "{}",
        strict.stdout
    );
}

#[test]
fn what_is_ignored_until_a_day_counts_again_on_the_next() {
    let world = office();
    world.as_user(
        "jane@example.com",
        "PATCH",
        &path_of("18017690201"),
        &suite("400"),
    );
    let listing = json!({ "directoryListing": { "listed": false, "type": "LIST_PUBLISH" } });
    world.as_user(
        "jane@example.com",
        "PATCH",
        &path_of("18017690201"),
        &listing,
    );
    world.advance("P10D");
    let settings = |paths: &str| {
        format!(
            "version: 1\nenvironments:\n  test: {{ api: \"http://127.0.0.1:1\", accounts: [accounts/**/*.yaml] }}\nignore:\n  - numbers: [+1 801-769-0201]\n    paths: [{paths}]\n    until: 2026-12-04\n    reason: the tenant moves in December\n  - {{ kinds: [stuck], until: 2026-12-31, reason: never seen }}\n"
        )
    };
    world.write("alz.yaml", &settings("e911Address.*, directoryListing.*"));
    let said = one_line(drift_at(&world, "2026-12-04T12:00:00Z", &[]).expect(0));
    assert!(said.stdout.contains("No drift."), "{}", said.stdout);
    assert!(said.stdout.contains("1 ignored"), "{}", said.stdout);
    assert!(
        said.stdout
            .contains("until 2026-12-04: the tenant moves in December"),
        "{}",
        said.stdout
    );
    // An entry that nothing answers to is told with its place, and is no drift.
    assert!(
        said.stdout.contains("alz.yaml:9:5: nothing was found"),
        "{}",
        said.stdout
    );
    // A part of what differs: the other part counts.
    world.write("alz.yaml", &settings("directoryListing.*"));
    let found = findings_at(&world, "2026-12-04T12:00:00Z", 2);
    let ignored: Vec<bool> = found.iter().map(|f| f["ignored"].is_object()).collect();
    assert_eq!(ignored, [true, false], "{found:#?}");
    assert_eq!(found[1]["changes"].as_array().map(Vec::len), Some(1));
    world.write("alz.yaml", &settings("e911Address.*, directoryListing.*"));
    let said = one_line(drift_at(&world, "2026-12-05T12:00:00Z", &[]).expect(2));
    assert!(
        said.stdout
            .contains("alz.yaml:5:5: this was ignored until 2026-12-04"),
        "{}",
        said.stdout
    );
    // Of a part of the environment nothing can be said of entries without use.
    let part = drift_at(&world, "2026-12-04T12:00:00Z", &[FILE]).expect(0);
    assert!(
        !part.stdout.contains("nothing was found"),
        "{}",
        part.stdout
    );
}
