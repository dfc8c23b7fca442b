//! Ports from the file to the platform, with the program itself: secrets from
//! the environment, reviewed plans, lost answers and killed runs.

use serde_json::json;

use crate::world::{ACCOUNT, ACCOUNT_NUMBER, PIN, WRONG_PIN, World};

const ONE: &str = "18012240001";
const TWO: &str = "18012240002";
const MOBILE: &str = "18013180011";

/// A mobile number and its port, as a user writes them.
const FILE: &str = r#"
account: bRW8jpoCTGOaOIF5wqvSVg
defaults:
  customerServiceRecord: &office
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
  e911Address: { <<: *office }
ports:
  mobile:
    billingTelephoneNumber: "18013180011"
    crdDate: 2026-12-08
    portingWireType: Wireless
    portingAuthorizedName: Mary Molar
    wirelessAccountNumber: { env: MOBILE_ACCOUNT }
    wirelessPin: { env: MOBILE_PIN }
numbers:
  "18013180011": { port: mobile }
"#;

/// A run of the program with these secrets in its environment.
fn alz(world: &World, pin: &str, arguments: &[&str]) -> crate::world::Said {
    let mut command = world.command(arguments);
    command
        .env("MOBILE_PIN", pin)
        .env("MOBILE_ACCOUNT", ACCOUNT_NUMBER);
    let now = world.get("/sandbox/clock")["now"].clone();
    command.env("ALZ_NOW", now.as_str().expect("a time"));
    command.output().expect("alz runs").into()
}

#[test]
fn a_wrong_pin_is_mended_once_per_rejection_and_the_port_comes_in() {
    let world = World::guarded(&[("accounts/mobile.yaml", FILE)]);
    let apply = ["apply", "--auto-approve", "-vv"];
    let mut said = Vec::new();
    // Without the secret nothing is sent, and it is said which is missing.
    let missing = alz(&world, "", &apply).expect(1);
    assert!(
        missing.stderr.contains("wirelessPin { env: MOBILE_PIN }"),
        "{}",
        missing.stderr
    );
    assert!(world.writes().is_empty());
    said.push(missing);
    // The answer to the order is lost; it is there.
    world.fault(
        json!({ "method": "POST", "path": "**/telephonenumber", "times": 1, "cut": "after" }),
    );
    said.push(alz(&world, WRONG_PIN, &apply).expect(0));
    said.push(alz(&world, WRONG_PIN, &apply).expect(0));
    let orders = |what: &str| world.get("/sandbox/state")["orders"][MOBILE][what].clone();
    assert_eq!(orders("ports"), 1);
    world.post("/sandbox/clock", &json!({ "set": "2026-11-25T00:00:00Z" }));
    assert_eq!(
        world.number(ACCOUNT, MOBILE)["carrierStatus"],
        "PORT_REJECTED"
    );
    // The PIN that was rejected goes out once more by itself for this rejection, and no further time.
    said.push(alz(&world, WRONG_PIN, &apply).expect(0));
    assert_eq!(orders("portUpdates"), 1);
    world.post("/sandbox/clock", &json!({ "set": "2026-12-01T00:00:00Z" }));
    assert_eq!(
        world.number(ACCOUNT, MOBILE)["carrierStatus"],
        "PORT_REJECTED"
    );
    said.push(alz(&world, PIN, &apply).expect(0));
    assert_eq!(orders("portUpdates"), 2);
    let planned = alz(&world, PIN, &["plan", "--format", "json"]).expect(0);
    assert_eq!(planned.json()["steps"], json!([]), "{}", planned.stdout);
    world.post("/sandbox/clock", &json!({ "set": "2026-12-09T02:00:00Z" }));
    assert_eq!(world.number(ACCOUNT, MOBILE)["carrierStatus"], "ACTIVE");
    said.push(alz(&world, PIN, &apply));
    assert_eq!(
        (orders("ports"), orders("portUpdates")),
        (json!(1), json!(2))
    );
    for run in said {
        for secret in [WRONG_PIN, ACCOUNT_NUMBER, PIN] {
            assert!(!run.stdout.contains(secret), "{}", run.stdout);
            assert!(!run.stderr.contains(secret), "{}", run.stderr);
        }
    }
}

#[test]
fn a_pin_that_may_have_arrived_is_not_sent_again_for_the_same_rejection() {
    let world = World::guarded(&[("accounts/mobile.yaml", FILE)]);
    let apply = ["apply", "--auto-approve"];
    alz(&world, WRONG_PIN, &apply).expect(0);
    world.post("/sandbox/clock", &json!({ "set": "2026-11-25T00:00:00Z" }));
    world.fault(json!({ "method": "PATCH", "path": "**/port/*", "times": 1, "cut": "before" }));
    alz(&world, PIN, &apply).expect(3);
    let said = alz(&world, PIN, &apply).expect(0);
    assert!(said.stdout.contains("--resend-secrets"), "{}", said.stdout);
    let patches = |world: &World| {
        let writes = world.writes();
        writes
            .iter()
            .filter(|write| write.starts_with("PATCH"))
            .count()
    };
    assert_eq!(patches(&world), 1);
    // A runner without that journal knows nothing of it, and asks as well.
    let said = alz(
        &world,
        PIN,
        &["apply", "--auto-approve", "--journal", "another"],
    );
    assert!(said.stdout.contains("--resend-secrets"), "{}", said.stdout);
    assert_eq!(patches(&world), 1);
}

/// The same for two numbers of a fixed line, on this day.
fn fixed_line(crd: &str, more: &str, state: &str) -> String {
    let file = FILE.split("ports:").next().expect("defaults");
    format!(
        "{file}ports:\n  main: {{ billingTelephoneNumber: \"{ONE}\", crdDate: {crd}, \
         portingWireType: Wireline, portingAuthorizedName: Mary Molar{more} }}\n\
         numbers:\n  \"{ONE}\": {{ port: main{state} }}\n  \"{TWO}\": {{ port: main{state} }}\n"
    )
}

#[test]
fn a_reviewed_plan_of_each_action_on_a_port_can_be_applied_again() {
    let reviewed = |world: &World, action: &str| {
        alz(world, "", &["plan", "--out", "plan.json"]).expect(0);
        let text = std::fs::read_to_string(world.root().join("plan.json")).expect("a plan");
        assert!(text.contains(&format!("\"{action}-{ONE}\"")), "{text}");
        let apply = [
            "apply",
            "plan.json",
            "--allow",
            "release=2",
            "--format",
            "json",
        ];
        for done in ["done", "skipped"] {
            let said = alz(world, "", &apply).expect(0);
            let events = said.events();
            let step = events.iter().find(|event| event["event"] == "step");
            assert_eq!(
                step.expect("a step")["status"],
                done,
                "{action}: {events:#?}"
            );
        }
    };
    let world = World::new(&[("accounts/main.yaml", &fixed_line("2026-12-08", "", ""))]);
    reviewed(&world, "submit-port");
    world.post("/sandbox/clock", &json!({ "set": "2026-12-01T18:00:00Z" }));
    world.write("accounts/main.yaml", &fixed_line("2026-12-10", "", ""));
    reviewed(&world, "update-port");
    world.post("/sandbox/clock", &json!({ "set": "2026-12-10T18:00:00Z" }));
    let by_hand = fixed_line("2026-12-10", ", trigger: onFocDate", "");
    world.write("accounts/main.yaml", &by_hand);
    reviewed(&world, "trigger-port");

    let world = World::new(&[("accounts/main.yaml", &fixed_line("2026-12-08", "", ""))]);
    alz(&world, "", &["apply", "--auto-approve"]).expect(0);
    let given_up = fixed_line("2026-12-08", "", ", state: released");
    world.write("accounts/main.yaml", &given_up);
    reviewed(&world, "cancel-port");
    let orders = world.get("/sandbox/state")["orders"][ONE].clone();
    assert_eq!(orders["portCancellations"], 1, "{orders}");
}

#[test]
fn a_run_that_is_killed_leaves_its_order_noted_and_the_next_one_finds_it() {
    let world = World::new(&[("accounts/main.yaml", &fixed_line("2026-12-08", "", ""))]);
    // Killed once the order has taken effect, before the answer.
    world.fault(json!({
        "method": "GET", "path": "/v2/partition/*/account/*/telephonenumber/*",
        "skip": 2, "times": 1, "delayMilliseconds": 3000, "status": 503,
    }));
    let mut child = world
        .command(&["apply", "--auto-approve"])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("alz starts");
    while world.get("/sandbox/faults")[0]["hit"] != 1 {
        std::thread::yield_now();
    }
    child.kill().expect("killed");
    child.wait().expect("it ends");
    world.clear_faults();
    let journal = alz(&world, "", &["journal"]).expect(0);
    let lost = "1 sent, outcome not known; broken off";
    assert!(journal.stdout.contains(lost), "{}", journal.stdout);
    let said = alz(&world, "", &["apply", "--auto-approve"]).expect(0);
    assert!(
        said.stdout.contains("PENDING") || said.stdout.contains("No changes"),
        "{}",
        said.stdout
    );
    let orders = world.get("/sandbox/state")["orders"][ONE]["ports"].clone();
    assert_eq!(orders, 1);
}

#[test]
fn a_reviewed_order_that_was_placed_and_called_off_since_is_not_placed_again() {
    let world = World::new(&[("accounts/one.yaml", &fixed_line("2026-12-08", "", ""))]);
    alz(&world, "1", &["plan", "--out", "order.json"]).expect(0);
    alz(&world, "1", &["apply", "order.json"]).expect(0);
    let cancel = [
        "port",
        "cancel",
        ONE,
        "--auto-approve",
        "--allow",
        "release=9",
    ];
    alz(&world, "1", &cancel).expect(0);
    world.advance("PT1H");
    // A pipeline's job, started once more.
    let again = alz(&world, "1", &["apply", "order.json"]).expect(4);
    assert!(again.stderr.contains("called off"), "{}", again.stderr);
    assert_eq!(world.get("/sandbox/state")["orders"][ONE]["ports"], 1);
    // Reviewed as a new order it is one.
    alz(&world, "1", &["plan", "--out", "anew.json"]).expect(0);
    alz(&world, "1", &["apply", "anew.json"]).expect(0);
    assert_eq!(world.get("/sandbox/state")["orders"][ONE]["ports"], 2);
}

#[test]
fn secrets_are_not_added_to_a_plan_that_was_reviewed_without() {
    let world = World::guarded(&[("accounts/mobile.yaml", FILE)]);
    alz(&world, WRONG_PIN, &["plan", "--out", "plan.json"]).expect(0);
    let said = alz(
        &world,
        WRONG_PIN,
        &["apply", "plan.json", "--resend-secrets"],
    )
    .expect(1);
    assert!(
        said.stderr.contains("alz plan --resend-secrets --out"),
        "{}",
        said.stderr
    );
    assert!(world.writes().is_empty());
}

#[test]
fn an_order_that_cannot_be_read_is_neither_done_nor_unheard_of() {
    let world = World::new(&[("accounts/one.yaml", &fixed_line("2026-12-08", "", ""))]);
    alz(&world, "1", &["apply", "--auto-approve"]).expect(0);
    world.fault(json!({ "method": "GET", "path": "/v2/**/port/*", "status": 404 }));
    let status = alz(&world, "1", &["status"]).expect(0);
    assert!(status.stdout.contains("1 port"), "{}", status.stdout);
    assert!(
        status.stdout.contains("could not be read"),
        "{}",
        status.stdout
    );
    let cancel = alz(&world, "1", &["port", "cancel", ONE, "--auto-approve"]).expect(1);
    assert!(
        cancel.stderr.contains("does not show that order"),
        "{}",
        cancel.stderr
    );
}

#[test]
fn the_date_of_a_port_under_way_is_nothing_to_warn_of() {
    let world = World::new(&[("accounts/one.yaml", &fixed_line("2026-12-08", "", ""))]);
    alz(&world, "1", &["apply", "--auto-approve"]).expect(0);
    world.post("/sandbox/clock", &json!({ "set": "2026-12-20T17:00:00Z" }));
    for command in [&["plan"][..], &["apply", "--auto-approve"], &["status"]] {
        let said = alz(&world, "1", command).expect(0);
        assert!(!said.stderr.contains("D33"), "{command:?}: {}", said.stderr);
    }
    // Offline nobody knows.
    let said = alz(&world, "1", &["validate"]).expect(0);
    assert!(format!("{}{}", said.stdout, said.stderr).contains("D33"));
}
