//! Secrets and personal data with unmistakable bytes go in by every door; they
//! come out by none: no output, log, saved plan or HTTP log of any command, in
//! any form, whatever goes wrong.
//!
//! Secrets never come out. Names and addresses may, unless `--redact pii` says
//! otherwise: then none of their bytes does.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::world::{ACCOUNT, CLINIC, World};

const FILE: &str = "accounts/office.yaml";

/// Never, anywhere.
const SECRETS: [&str; 5] = [
    "Canaryword",
    "canarytoken",
    "604711938264",
    "CanAcc88",
    "canarycookie",
];

/// Never with `--redact pii`. In lower case, as is what is searched.
const PERSONAL: [&str; 18] = [
    "zephyrcanary",
    "quillcanary",
    "xanthecanary",
    "onyxcanary",
    "jaspercanary",
    "79913550",
    "88437",
    "7zx9q",
    "sixcanary",
    "41.987654",
    "101.876543",
    "opalcanary",
    "topazcanary",
    "provocanary",
    "berylcanary",
    "rubycanary",
    "garnetcanary",
    "authorcanary",
];

/// An account whose every name and address is a canary.
const OFFICE: &str = r#"
account: bRW8jpoCTGOaOIF5wqvSVg
name: Zephyrcanary of Onyxcanary
defaults:
  customerServiceRecord: &office
    customerType: BUSINESS
    businessName: Zephyrcanary Quillcanary
    customerName: Quillcanary Z
    streetNumber: "79913550"
    preDirectional: S
    streetName: Onyxcanary
    streetSuffix: St
    city: Jaspercanary
    state: UT
    country: USA
    postalCode: "88437"
    secondaryLocationDescription: SUITE
    unit: 7Zx9q
  e911Address: { <<: *office, latitude: "41.987654", longitude: "-101.876543" }
  directoryListing: { listed: false, type: NOT_LIST_NOT_PUBLISH, address: { businessName: Zephyrcanary, streetNumber: "79913550", streetName: Onyxcanary, city: Jaspercanary, state: UT, postalCode: "88437" } }
numbers:
  "18017690201":
    reference: { type: END_USER, id: ajfrBZJMQNC4-9TeBSfnlQ, assignAsCallerId: true }
  "18017690202":
    customerServiceRecord: { customerType: RESIDENTIAL, businessName: null, firstName: Xanthecanary, lastName: Sixcanary }
  "18017690203": { holdActivation: true }
"#;

/// A port with its secrets in the environment and in a file.
const PORT: &str = r#"
ports:
  main:
    customerServiceRecord: *office
    billingTelephoneNumber: "18013180011"
    crdDate: 2026-12-04
    portingWireType: Wireless
    portingAuthorizedName: Authorcanary Xanthecanary
    wirelessAccountNumber: { file: account.txt }
    wirelessPin: { env: CANARY_PIN }
"#;

fn world() -> World {
    let port = OFFICE.replace(
        "numbers:\n",
        &format!(
            "{}numbers:\n  \"18013180011\": {{ port: main }}\n",
            PORT.trim_start()
        ),
    );
    let clinic = format!(
        "account: {CLINIC}\nname: Topazcanary\nnumbers:\n  \"18014040901\": {{ e911Address: {{ unit: 7Zx9q, city: Jaspercanary }} }}\n  \"18014040902\": {{ customerServiceRecord: {{ customerName: Quillcanary Z }} }}\n"
    );
    let world = World::new(&[(FILE, &port), ("accounts/clinic.yaml", &clinic)]);
    world.write("account.txt", "CanAcc88\n");
    // What stands on the platform already, put there by somebody else.
    let record = json!({ "customerType": "BUSINESS", "businessName": "Opalcanary Inc",
        "customerName": "Topazcanary", "streetNumber": "79913550", "streetName": "Berylcanary",
        "city": "Provocanary", "state": "UT", "country": "USA", "postalCode": "88437", "unit": "7Zx9q",
        "latitude": "41.987654", "longitude": "-101.876543" });
    for number in ["18014040901", "18014040902"] {
        let mut e911 = record.clone();
        e911.as_object_mut().expect("a map").remove("customerName");
        world.patch(
            CLINIC,
            number,
            &json!({ "customerServiceRecord": record, "e911Address": e911 }),
        );
    }
    world
}

/// Where a canary stands. Digits that are part of more of them (a time, an id)
/// are another number.
fn found(text: &str, canary: &str) -> Option<usize> {
    let digit = |at: Option<usize>| {
        at.is_some_and(|at| text.as_bytes().get(at).is_some_and(u8::is_ascii_digit))
    };
    let mut places = text.match_indices(canary).map(|(at, _)| at);
    places.find(|at| {
        canary.contains(char::is_alphabetic)
            || !(digit(at.checked_sub(1)) || digit(Some(at + canary.len())))
    })
}

/// What alz wrote while it ran, by where.
struct Written(Vec<(String, String)>);

impl Written {
    fn has(&self, canary: &str) -> bool {
        let mut texts = self.0.iter();
        texts.any(|(_, text)| found(&text.to_lowercase(), canary).is_some())
    }

    fn lacks(&self, canaries: &[&str], run: &str) {
        for (place, text) in &self.0 {
            let lower = text.to_lowercase();
            for canary in canaries {
                if let Some(at) = found(&lower, &canary.to_lowercase()) {
                    let around: String = lower
                        .get(at.saturating_sub(200)..)
                        .unwrap_or(&lower)
                        .chars()
                        .take(400)
                        .collect();
                    panic!("{canary} in {place} of {run}: …{around}…");
                }
            }
        }
    }
}

fn run(world: &World, arguments: &[&str]) -> (i32, Written) {
    let mut command = credentials(world.command(arguments));
    let output = command.output().expect("alz runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut written = vec![
        ("stdout".to_owned(), text(&output.stdout)),
        ("stderr".to_owned(), text(&output.stderr)),
    ];
    // Every file that was not there for alz to read.
    let mut files = vec![world.root().to_owned()];
    while let Some(path) = files.pop() {
        if path.is_dir() {
            let inside = std::fs::read_dir(&path).expect("a directory");
            files.extend(inside.map(|entry| entry.expect("an entry").path()));
        } else if !is_input(&path) {
            written.push((
                path.display().to_string(),
                text(&std::fs::read(&path).expect("a file")),
            ));
        }
    }
    (output.status.code().unwrap_or(-1), Written(written))
}

fn is_input(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // What an import writes is no input: names and addresses it must hold, a
    // carrier's quote of a secret it must not.
    let imported = path
        .parent()
        .is_some_and(|parent| parent.ends_with("imported"));
    !imported && (name.ends_with(".yaml") || name == "account.txt")
}

fn credentials(mut command: Command) -> Command {
    command
        .env_remove("ALZ_TOKEN")
        .env("ALZ_USERNAME", "rubycanary@example.com")
        .env("ALZ_PASSWORD", "Canaryword")
        .env("CANARY_PIN", "604711938264");
    command
}

/// What a team does in a few days, as far as this program has the commands.
/// `@` is the carriers' and the clock's part.
const DAYS: [&[&str]; 34] = [
    &["validate"],
    &["plan", "--out", "plan.json"],
    &["plan", FILE, "--detailed-exitcode"],
    &["plan", "--target", "Zephyr*", "--shard", "1/1"],
    &["status", "--target", "Topaz*"],
    &["plan", "--target", "Topazcanari"],
    &["explain", "numbers.*.e911Address"],
    &[
        "drift",
        "--fail-on-unmanaged",
        "--report",
        "json=drift.json",
        "--report",
        "prometheus=drift.prom",
    ],
    &["status"],
    &["e911", "check"],
    &[
        "address",
        "validate",
        "79913550 Onyxcanary St, Jaspercanary",
        "--postal-code",
        "88437",
    ],
    &["address", "suggest", "79913550 Onyxcanary"],
    &[
        "numbers",
        "search",
        "--near",
        "79913550 Onyxcanary St, Jaspercanary",
    ],
    &["port", "check", "main"],
    &["plan", "--no-verify", "--out", "plan.json"],
    &["report", "merge", "plan.json"],
    &[
        "apply",
        "plan.json",
        "--no-verify",
        "--allow",
        "e911=9",
        "--allow",
        "update=9",
    ],
    &[
        "apply",
        "--auto-approve",
        "--no-verify",
        "--allow",
        "e911=9",
        "--allow",
        "update=9",
    ],
    &["journal"],
    &["status"],
    &["port", "show"],
    &["@advance", "P1D"],
    &["plan"],
    &["@reject"],
    &["plan", "--no-verify"],
    &["drift"],
    &["status", "--timeline"],
    &["port", "show"],
    &[
        "port",
        "update",
        "main",
        "--resend-secrets",
        "--auto-approve",
    ],
    &["apply", "--auto-approve", "--resend-secrets", "--no-verify"],
    &["journal"],
    &["import", "--all", "--out", "imported"],
    &["import", "--all", "--merge", "--out", "imported"],
    &[
        "import",
        "--all",
        "--merge",
        "--number",
        "1801*",
        "--dry-run",
    ],
];

fn commands() -> Vec<&'static [&'static str]> {
    let help = Command::new(env!("CARGO_BIN_EXE_alz"))
        .arg("--help")
        .output()
        .expect("alz runs");
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    let known = |name: &str| {
        let mut lines = help.lines();
        name.starts_with('@') || lines.any(|line| line.split_whitespace().next() == Some(name))
    };
    let known: Vec<_> = DAYS
        .into_iter()
        .filter(|command| known(command[0]))
        .collect();
    assert!(known.len() > 10, "{known:?}");
    known
}

const FORMS: [&[&str]; 5] = [
    &["--color", "always"],
    &["--format", "markdown", "-v"],
    &["--format", "json", "-v"],
    &["-vv"],
    &["--format", "json", "-vv", "--log-format", "json"],
];

/// What goes wrong: the platform echoes what it was sent and what it holds.
fn faults() -> Vec<(&'static str, Value)> {
    let echo = json!({
        "status": 400,
        "messages": ["at 79913550 Onyxcanary St, Jaspercanary: PIN 604711938264 of CanAcc88", "Garnetcanary"],
        "data": { "pin": 604_711_938_264_i64, "password": "Canaryword", "why": ["Zephyrcanary", "41.987654"] },
    })
    .to_string();
    let page = "<html><body>Opalcanary, 79913550 Berylcanary; Canaryword</body></html>";
    let any = |fault: Value| fault;
    vec![
        ("nothing", json!([])),
        (
            "refused writes",
            any(
                json!([{ "method": "POST", "path": "**/telephonenumber", "status": 400, "body": echo },
            { "method": "PATCH", "status": 422, "body": echo }]),
            ),
        ),
        (
            "failing writes",
            any(
                json!([{ "method": "POST", "path": "**/telephonenumber", "status": 500, "body": echo, "afterEffect": true }]),
            ),
        ),
        (
            "refused questions",
            any(json!([{ "path": "**/prevalidate", "status": 400, "body": echo }])),
        ),
        (
            "refused login",
            any(json!([{ "path": "**/authorize", "status": 401, "body": echo }])),
        ),
        (
            "a page for a login",
            any(json!([{ "path": "**/authorize", "body": page }])),
        ),
        (
            "refused readings",
            any(json!([{ "path": "**/statussearch", "status": 403, "body": echo }])),
        ),
        (
            "a page",
            any(json!([{ "method": "GET", "path": "**/telephonenumber", "body": page }])),
        ),
        (
            "half an answer",
            any(json!([{ "method": "GET", "path": "**/telephonenumber", "truncateAt": 400 }])),
        ),
        (
            "another shape",
            any(
                json!([{ "path": "**/inboundcarriers", "body": "{\"Opalcanary\": [\"Canaryword\", 604711938264]}" }]),
            ),
        ),
        (
            "a cut",
            any(json!([{ "path": "**/inboundcarriers", "cut": "before" }])),
        ),
    ]
}

/// The losing carrier quotes all that it was sent.
fn reject(world: &World) {
    let number = world.number(ACCOUNT, "18013180011");
    let Some(port) = number["portId"].as_str() else {
        return;
    };
    world.post(
        &format!("/sandbox/ports/{port}"),
        &json!({ "action": "reject", "code": "LSP:PIN", "reaction": "RESUBMIT",
            "message": "PIN 604711938264, account CanAcc88: not Authorcanary Xanthecanary of 79913550 Onyxcanary St, Garnetcanary" }),
    );
}

/// A few days of a team, in one form, with one fault.
fn days(form: &[&str], fault: &str, rule: &Value, redact: bool) -> (World, BTreeSet<&'static str>) {
    let world = world();
    let mut seen = BTreeSet::new();
    for command in commands() {
        match command {
            ["@advance", period] => world.advance(period),
            ["@reject"] => reject(&world),
            command => {
                // Each command meets the fault afresh.
                world.clear_faults();
                world.fault(rule.clone());
                let mut arguments = [command, form, &["--http-log", "run.har"]].concat();
                if redact {
                    arguments.extend(["--redact", "pii"]);
                }
                let (code, written) = run(&world, &arguments);
                assert_ne!(code, 101, "{arguments:?}");
                let what = format!("{arguments:?} with {fault}");
                written.lacks(&SECRETS, &what);
                if redact {
                    written.lacks(&PERSONAL, &what);
                }
                seen.extend(PERSONAL.iter().filter(|canary| written.has(canary)));
            }
        }
    }
    (world, seen)
}

/// All forms where nothing goes wrong, one of them where something does; side
/// by side, for each waits for the platform most of the time.
fn every_run(redact: bool) -> BTreeSet<&'static str> {
    let runs: Vec<_> = faults()
        .into_iter()
        .enumerate()
        .flat_map(|(index, (fault, rule))| {
            let forms = match fault {
                "nothing" => &FORMS[..],
                _ => &FORMS[index % FORMS.len()..][..1],
            };
            forms.iter().map(move |form| (*form, fault, rule.clone()))
        })
        .collect();
    std::thread::scope(|scope| {
        let running: Vec<_> = runs
            .iter()
            .map(|(form, fault, rule)| {
                scope.spawn(move || {
                    let (world, seen) = days(form, fault, rule, redact);
                    if *fault == "nothing" {
                        all_was_sent(&world);
                    }
                    seen
                })
            })
            .collect();
        running
            .into_iter()
            .flat_map(|run| {
                run.join()
                    .unwrap_or_else(|why| std::panic::resume_unwind(why))
            })
            .collect()
    })
}

/// Else nothing was proved: it all went out to the platform.
fn all_was_sent(world: &World) {
    world.clear_faults();
    let state = world.get("/sandbox/state").to_string();
    for sent in ["604711938264", "CanAcc88", "Authorcanary", "Sixcanary"] {
        assert!(state.contains(sent), "{sent} was never sent");
    }
}

#[test]
fn no_secret_comes_out_of_any_run() {
    // What is no secret does come out, so that its absence elsewhere means something.
    let seen = every_run(false);
    let hidden: Vec<&&str> = PERSONAL.iter().filter(|c| !seen.contains(**c)).collect();
    assert!(hidden.is_empty(), "{hidden:?} came in by no door");
}

#[test]
fn with_redact_pii_no_name_and_no_address_comes_out_of_any_run() {
    every_run(true);
}

#[test]
fn mistakes_in_files_are_told_without_what_the_files_say() {
    let world = world();
    for (right, wrong) in [
        ("state: UT", "state: Jaspercanary"),
        ("city: Jaspercanary", "citty: Jaspercanary"),
        (
            "customerName: Quillcanary Z",
            "customerName: Quillcanary Zephyrcanary",
        ),
        ("unit: 7Zx9q", "unit: [7Zx9q]"),
        ("postalCode: \"88437\"", "postalCode: \"88437-x\""),
        ("numbers:\n", "numbers: Onyxcanary\nnumbers:\n"),
        ("streetName: Onyxcanary", "streetName: PO Box Onyxcanary"),
        ("preDirectional: S", "preDirectional: Onyxcanary"),
        ("account: bRW", "Zephyrcanary Sixcanary: 1\naccount: bRW"),
        (
            "country: USA\n    postalCode: \"88437\"",
            "country: CAN\n    postalCode: H7X9Z7",
        ),
        ("latitude: \"41.987654\"", "latitude: \"41.987654 N\""),
        ("{ env: CANARY_PIN }", "604711938264"),
        (
            "portingAuthorizedName: Authorcanary Xanthecanary",
            "portingAuthorizedName: Authorcanary",
        ),
        ("streetSuffix: St", "streetSuffix: \"St"),
        (
            "firstName: Xanthecanary",
            "firstName: Xanthecanary, middleInitial: { Sixcanary: 1 }",
        ),
    ] {
        let text = std::fs::read_to_string(world.root().join(FILE)).expect("a file");
        assert!(text.contains(right), "{right}");
        world.write(FILE, &text.replace(right, wrong));
        for command in ["validate", "plan", "apply"] {
            for form in [
                &["--format", "json"][..],
                &["--color", "always"],
                &["--format", "sarif"],
                &["--format", "junit"],
                &["--format", "github"],
            ] {
                let arguments = [&[command][..], form, &["--redact", "pii"]].concat();
                let (code, written) = run(&world, &arguments);
                // A post box is warned about: a customer may have one, an ambulance can't.
                if !wrong.contains("PO Box") {
                    assert_eq!(code, 1, "{arguments:?} with {wrong}");
                }
                written.lacks(&PERSONAL, &format!("{arguments:?} with {wrong}"));
                // As the help would have it spelled.
                written.lacks(&["h7x 9z7"], &format!("{arguments:?} with {wrong}"));
                written.lacks(&SECRETS, &format!("{arguments:?} with {wrong}"));
            }
        }
        world.write(FILE, &text);
    }
}

#[test]
fn a_page_of_a_saved_plan_has_no_secret_and_of_a_redacted_one_no_name_either() {
    let world = world();
    for redact in [&["--redact", "pii"][..], &[]] {
        let plan = [&["plan", "--no-verify", "--out", "plan.json"][..], redact].concat();
        assert_eq!(run(&world, &plan).0, 0);
        let page = [
            "report",
            "merge",
            "plan.json",
            "--format",
            "html",
            "--out",
            "page.html",
        ];
        let (code, written) = run(&world, &page);
        assert_eq!(code, 0);
        written.lacks(&SECRETS, "a page");
        if !redact.is_empty() {
            written.lacks(&PERSONAL, "a page of a redacted plan");
            continue;
        }
        // Else nothing was proved.
        assert!(written.has("onyxcanary"));
        let refused = [&page[..5], &["--redact", "pii"]].concat();
        std::fs::remove_file(world.root().join("page.html")).expect("a page");
        std::fs::remove_file(world.root().join("plan.json")).expect("a plan");
        assert_eq!(run(&world, &plan).0, 0);
        let output = world.alz(&refused);
        assert_eq!(output.code, 1);
        for canary in PERSONAL {
            let said = format!("{}{}", output.stdout, output.stderr).to_lowercase();
            assert_eq!(found(&said, canary), None, "{canary}");
        }
    }
}
