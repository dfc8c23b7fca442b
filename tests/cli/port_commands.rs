//! `alz port show | trigger | cancel | update`: ports looked at and moved on by
//! hand, in every state that they can be in.

use serde_json::{Value, json};

use crate::world::{ACCOUNT, ACCOUNT_NUMBER, CLINIC, NOW, PIN, Said, WRONG_PIN, World};

const MAIN: &str = "18012240101";
const SECOND: &str = "18012240102";
const MOBILE: &str = "18013180011";
const WEST: &str = "16043310101";

/// Two numbers at Bandwidth, a mobile one, and one in Canada.
const FILE: &str = r#"account: bRW8jpoCTGOaOIF5wqvSVg
name: Sample Dental, Lindon
defaults:
  customerServiceRecord: &office
    customerType: BUSINESS
    businessName: Sample Dental
    customerName: Sample Dental
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
  main-line: { billingTelephoneNumber: "18012240101", crdDate: 2026-12-03, portingWireType: Wireline, portingAuthorizedName: John Smith }
  mobile: { billingTelephoneNumber: "18013180011", crdDate: 2026-12-04, portingWireType: Wireless, portingAuthorizedName: John Smith, wirelessAccountNumber: "900411736582", wirelessPin: { env: MOBILE_PIN } }
  vancouver: { billingTelephoneNumber: "16043310101", crdDate: 2026-12-07, portingAuthorizedName: Peter Smith, telecomSettings: { currentCarrier: Telus Mobility, localReseller: Telus } }
numbers:
  "18012240101": { port: main-line }
  "18012240102": { port: main-line }
  "18013180011": { port: mobile }
  "16043310101":
    port: vancouver
    customerServiceRecord: { customerType: BUSINESS, businessName: Sample Dental West, streetNumber: "650", preDirectional: ~, streetName: Granville, streetSuffix: St, postDirectional: ~, city: Vancouver, state: BC, country: CAN, postalCode: V6C 1T2, secondaryLocationDescription: ~, unit: ~ }
"#;

/// A world at a time of its own.
struct Office {
    world: World,
    now: String,
    pin: &'static str,
}

impl Office {
    /// The ports are ordered.
    fn new() -> Self {
        Self::of(FILE)
    }

    fn of(file: &str) -> Self {
        let office = Self {
            world: World::guarded(&[("accounts/dental.yaml", file)]),
            now: NOW.to_owned(),
            pin: PIN,
        };
        office.alz(&["apply", "--auto-approve"]).expect(0);
        office
    }

    fn alz(&self, arguments: &[&str]) -> Said {
        let said: Said = self
            .world
            .command(arguments)
            .env("ALZ_NOW", &self.now)
            .env("MOBILE_PIN", self.pin)
            .output()
            .expect("alz runs")
            .into();
        for secret in [PIN, WRONG_PIN, ACCOUNT_NUMBER] {
            assert!(!said.stdout.contains(secret), "{}", said.stdout);
            assert!(!said.stderr.contains(secret), "{}", said.stderr);
        }
        said
    }

    /// It comes out with this status, this is in what was said, and nothing was sent.
    fn refused(&self, arguments: &[&str], code: i32, words: &[&str]) -> Said {
        let before = self.world.writes();
        let said = self.alz(arguments).expect(code);
        // However the lines are broken.
        let all = format!("{} {}", said.stdout, said.stderr);
        let all = all.split_whitespace().collect::<Vec<_>>().join(" ");
        for words in words {
            assert!(all.contains(words), "{words}: {all}");
        }
        assert_eq!(self.world.writes(), before, "something was sent");
        said
    }

    fn writes_since(&self, before: usize) -> Vec<String> {
        self.world.writes().split_off(before)
    }

    fn port(&self, number: &str) -> String {
        let port = self.world.number(ACCOUNT, number)["portId"].clone();
        port.as_str().expect("a port").to_owned()
    }

    fn carriers(&self, number: &str, action: Value) {
        let port = self.port(number);
        self.world.post(&format!("/sandbox/ports/{port}"), &action);
    }

    fn advance(&mut self, period: &str, now: &str) {
        self.world.advance(period);
        self.now = now.to_owned();
    }

    fn triggers(&self, number: &str) -> Value {
        self.world.get("/sandbox/state")["orders"][number]["portTriggers"].clone()
    }
}

#[test]
fn a_port_is_triggered_by_hand_on_its_foc_date_and_once() {
    let mut office = Office::new();
    let trigger = ["port", "trigger", "main-line", "--auto-approve"];
    office.refused(&trigger, 1, &["main-line is not triggered", "FOC_RECEIVED"]);

    office.carriers(MAIN, json!({ "action": "foc", "date": "2026-11-24" }));
    // 23:59 the day before, where the carrier is.
    office.advance("PT11H59M", "2026-11-24T04:59:00Z");
    office.refused(
        &trigger,
        1,
        &[
            "too early: its FOC date is Tuesday 2026-11-24",
            "from 00:00 EST until 20:00 EST (America/New_York)",
        ],
    );

    office.advance("PT1M", "2026-11-24T05:00:00Z");
    let before = office.world.writes().len();
    let said = office.alz(&trigger).expect(0);
    assert!(said.stdout.contains("trigger-port main-line"), "{said:?}");
    assert!(said.stdout.contains("✓ trigger-port"), "{said:?}");
    assert_eq!(office.writes_since(before), ["PUT triggerport"]);

    // A second one is refused by what the journal remembers.
    office.refused(&trigger, 1, &["it was triggered at 00:00 EST"]);
    assert_eq!(office.triggers(MAIN), 1);
}

#[test]
fn a_port_that_is_past_triggering_or_whose_carrier_is_silent_is_refused_with_the_reason() {
    let mut office = Office::new();
    for number in [MAIN, WEST] {
        office.carriers(number, json!({ "action": "foc", "date": "2026-11-24" }));
    }
    office.advance("P1D", "2026-11-24T17:00:00Z");
    office.refused(
        &["port", "trigger", "vancouver", "--auto-approve"],
        1,
        &["TELUS publishes no hour"],
    );
    // What the machine's clock says counts, though the platform's stands before it.
    office.now = "2026-11-25T01:00:00Z".to_owned();
    office.refused(
        &["port", "trigger", MAIN, "--auto-approve"],
        1,
        &["too late", "until 20:00 EST"],
    );
    office.now = "2026-11-25T17:00:00Z".to_owned();
    office.refused(
        &["port", "trigger", MAIN, "--auto-approve"],
        1,
        &["has passed and it is not active", "support"],
    );
    assert_eq!(office.triggers(MAIN), 0);
}

#[test]
fn a_cancellation_shows_its_step_obeys_the_guard_and_is_sent_once() {
    let office = Office::new();
    let cancel = ["port", "cancel", "main-line", "--auto-approve"];
    office.refused(
        &cancel,
        1,
        &["CANCEL-PORT main-line", "beyond the guards", "release=2"],
    );
    let before = office.world.writes().len();
    let said = office
        .alz(&[&cancel[..], &["--allow", "release=2"]].concat())
        .expect(0);
    assert!(
        said.stdout.contains("the files still ask for it"),
        "what apply would do next is not said: {}",
        said.stdout
    );
    assert_eq!(office.writes_since(before), ["DELETE cancelport"]);
    office.refused(&cancel, 0, &["nothing to do", "CANCEL_PENDING"]);
}

#[test]
fn a_cancellation_by_hand_keeps_to_the_policies_of_the_files() {
    let office = Office::new();
    office.world.write(
        "policy/window.schema.json",
        &json!({
            "x-alz-applies-to": "step",
            "x-alz-timezone": "America/Denver",
            "x-alz-message": "ports are called off in the morning",
            "if": { "properties": { "action": { "const": "cancel-port" } } },
            "then": { "properties": { "at": { "properties": { "hour": { "maximum": 9 } } } } },
        })
        .to_string(),
    );
    let settings = std::fs::read_to_string(office.world.root().join("alz.yaml")).expect("a file");
    office.world.write(
        "alz.yaml",
        &format!("{settings}policies: [policy/*.schema.json]\n"),
    );
    let cancel = [
        "port",
        "cancel",
        "main-line",
        "--auto-approve",
        "--allow",
        "release=2",
    ];
    office.refused(
        &cancel,
        1,
        &["ports are called off in the morning", "nothing was sent"],
    );
    office.alz(&["plan"]).expect(0);
}

#[test]
fn a_port_with_a_protected_number_is_not_cancelled() {
    let file = FILE.replace(
        "\"18012240102\": { port: main-line }",
        "\"18012240102\": { port: main-line, protected: true }",
    );
    let office = Office::of(&file);
    office.refused(
        &[
            "port",
            "cancel",
            MAIN,
            "--auto-approve",
            "--allow",
            "release=2",
        ],
        1,
        &["main-line is not cancelled: 18012240102 is protected"],
    );
}

#[test]
fn what_people_at_the_carriers_work_on_and_what_is_done_is_not_cancelled() {
    let office = Office::new();
    let cancel = ["port", "cancel", "mobile", "--auto-approve"];
    for (action, words) in [
        ("hotCut", "HOT_CUT_PORT"),
        ("resellerPending", "RESELLER_PENDING"),
    ] {
        office.carriers(MOBILE, json!({ "action": action }));
        office.refused(&cancel, 1, &["mobile is not cancelled", words]);
        office.carriers(MOBILE, json!({ "action": "resume" }));
    }
    office.carriers(MOBILE, json!({ "action": "foc", "date": "2026-11-24" }));
    office.carriers(MOBILE, json!({ "action": "removeFoc" }));
    office.refused(&cancel, 1, &["FOC_REMOVED"]);

    office.carriers(MOBILE, json!({ "action": "complete" }));
    office.refused(&cancel, 1, &["COMPLETED", "state: released"]);
    office.refused(
        &["port", "update", "mobile", "--auto-approve"],
        1,
        &["is over (COMPLETED)"],
    );
    office.refused(
        &["port", "trigger", "mobile", "--auto-approve"],
        1,
        &["COMPLETED"],
    );
    let shown = office.alz(&["port", "show", "mobile"]).expect(0);
    assert!(shown.stdout.contains("COMPLETED"), "{}", shown.stdout);
}

#[test]
fn a_cancellation_near_the_foc_date_says_that_it_may_come_too_late() {
    let office = Office::new();
    office.carriers(MOBILE, json!({ "action": "foc", "date": "2026-11-25" }));
    let said = office
        .alz(&["port", "cancel", MOBILE, "--auto-approve"])
        .expect(0);
    assert!(said.stdout.contains("expedited"), "{}", said.stdout);
    assert!(
        said.stdout.contains("FOC Wed 2026-11-25"),
        "{}",
        said.stdout
    );
}

#[test]
fn an_update_by_hand_sends_the_changes_of_one_port_and_no_other() {
    let office = Office::new();
    let update = ["port", "update", "main-line", "--auto-approve"];
    office.refused(&update, 0, &["main-line: nothing to do"]);

    office.world.write(
        "accounts/dental.yaml",
        &FILE
            .replace("crdDate: 2026-12-03", "crdDate: 2026-12-09")
            .replace("crdDate: 2026-12-04", "crdDate: 2026-12-08"),
    );
    let before = office.world.writes().len();
    let said = office.alz(&update).expect(0);
    assert!(
        said.stdout
            .contains("port.crdDate: 2026-12-03 → 2026-12-09"),
        "{}",
        said.stdout
    );
    assert!(!said.stdout.contains("mobile"), "{}", said.stdout);
    let port = office.port(MAIN);
    assert_eq!(office.writes_since(before), [format!("PATCH {port}")]);

    // A day that is not on offer.
    office.world.write(
        "accounts/dental.yaml",
        &FILE.replace("crdDate: 2026-12-03", "crdDate: 2027-03-10"),
    );
    office.refused(&update, 1, &["main-line is not updated", "2027-03-10"]);
}

#[test]
fn secrets_are_sent_again_only_when_the_user_says_so() {
    let mut office = Office::new();
    office.pin = WRONG_PIN;
    let update = ["port", "update", "mobile", "--auto-approve"];
    office.refused(&update, 0, &["nothing to do"]);
    let before = office.world.writes().len();
    let said = office
        .alz(&[&update[..], &["--resend-secrets"]].concat())
        .expect(0);
    assert!(
        said.stdout.contains("port.wirelessPin: (secret)"),
        "{}",
        said.stdout
    );
    let port = office.port(MOBILE);
    assert_eq!(office.writes_since(before), [format!("PATCH {port}")]);
}

#[test]
fn a_port_is_meant_by_number_name_or_id_and_never_guessed() {
    let office = Office::new();
    let id = office.port(MAIN);
    let show = |target: &str| {
        let said = office.alz(&["port", "show", target, "--format", "json"]);
        let document = said.expect(0).json();
        let ports = document["ports"].as_array().expect("ports").clone();
        assert_eq!(ports.len(), 1, "{target}");
        ports[0]["portId"].as_str().expect("an id").to_owned()
    };
    for target in ["main-line", MAIN, "+1 (801) 224-0102", "801.224.0102", &id] {
        assert_eq!(show(target), id, "{target}");
    }
    office.refused(
        &["port", "cancel", "main-lime", "--auto-approve"],
        1,
        &["there is no port main-lime", "main-line, mobile, vancouver"],
    );
    office.refused(
        &["port", "cancel", "18017690299", "--auto-approve"],
        1,
        &["no port of the accounts brings 18017690299 in"],
    );
}

#[test]
fn a_name_that_two_accounts_use_is_settled_by_the_account() {
    let clinic = FILE
        .replace(ACCOUNT, CLINIC)
        .replace("Sample Dental, Lindon", "Clinic")
        .replace("18012240101", "18012240103")
        .replace("18012240102", "18012240104")
        .replace("  \"18013180011\": { port: mobile }\n", "");
    let clinic = clinic.split("  \"16043310101\":\n").next().expect("a file");
    let clinic: String = clinic
        .lines()
        .filter(|line| !line.starts_with("  mobile") && !line.starts_with("  vancouver"))
        .map(|line| format!("{line}\n"))
        .collect();
    let office = Office::of(FILE);
    office.world.write("accounts/clinic.yaml", &clinic);
    // The clinic's port is declared and not ordered yet.
    office.refused(
        &["port", "cancel", "main-line", "--auto-approve"],
        1,
        &[ACCOUNT, CLINIC, "could be any of these", "--account ID"],
    );
    office.refused(
        &[
            "port",
            "cancel",
            "main-line",
            "--account",
            CLINIC,
            "--auto-approve",
        ],
        1,
        &["main-line is declared and not ordered"],
    );
    let said = office
        .alz(&["port", "show", "main-line", "--account", CLINIC])
        .expect(0);
    assert!(said.stdout.contains("NOT_ORDERED"), "{}", said.stdout);
}

#[test]
fn a_port_that_no_file_declares_can_be_shown_and_cancelled_but_not_updated() {
    let office = Office::new();
    let id = office.port(MOBILE);
    office.world.write(
        "accounts/dental.yaml",
        "account: pK9sLmN3bVcX7zQw2eRt5A\nnumbers: {}\n",
    );
    office.refused(
        &["port", "show", &id],
        1,
        &["there is no port", "--account ID"],
    );
    let on = ["--account", ACCOUNT];
    let said = office
        .alz(&[&["port", "show", &id][..], &on].concat())
        .expect(0);
    assert!(said.stdout.contains("Wireless"), "{}", said.stdout);
    office.refused(
        &[&["port", "update", &id, "--auto-approve"][..], &on].concat(),
        1,
        &["is in no file"],
    );
    let said = office
        .alz(&[&["port", "cancel", &id, "--auto-approve"][..], &on].concat())
        .expect(0);
    assert!(
        !said.stdout.contains("the files still ask"),
        "{}",
        said.stdout
    );
    assert_eq!(
        office.world.number(ACCOUNT, MOBILE)["carrierStatus"],
        "CANCEL_PORT"
    );
}

#[test]
fn without_a_terminal_nothing_is_sent_unless_it_is_approved() {
    let office = Office::new();
    for verb in ["trigger", "cancel", "update"] {
        office.refused(&["port", verb, "mobile"], 1, &["--auto-approve"]);
    }
}

#[test]
fn programs_are_told_in_events_also_of_a_refusal() {
    let office = Office::new();
    let cancel = [
        "port",
        "cancel",
        "mobile",
        "--auto-approve",
        "--format=json",
    ];
    let events = office.alz(&cancel).expect(0).events();
    let kinds: Vec<&str> = events
        .iter()
        .map(|event| event["event"].as_str().expect("an event"))
        .collect();
    assert_eq!(kinds, ["start", "step", "summary"]);
    assert_eq!(events[1]["action"], "cancel-port");
    assert_eq!(events[1]["status"], "done");

    let events = office.alz(&cancel).expect(0).events();
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!(events[0]["event"], "summary");
    assert_eq!(events[0]["done"], 0);

    let trigger = ["port", "trigger", MAIN, "--auto-approve", "--format=json"];
    let events = office.alz(&trigger).expect(1).events();
    assert_eq!(events[0]["event"], "error");
    let message = events[0]["error"]["message"].as_str().expect("a message");
    assert!(message.contains("main-line is not triggered"), "{message}");
}

#[test]
fn show_tells_everything_but_the_secrets_and_fits_the_screen() {
    let office = Office::new();
    office.carriers(MOBILE, json!({ "action": "foc", "date": "2026-12-04" }));
    office.carriers(
        MAIN,
        json!({ "action": "reject", "code": "LSP:NAME", "message": "Name mismatch: the name of the business is not the one that is on file with the losing carrier" }),
    );
    let said = office.alz(&["port", "show"]).expect(0).stdout;
    for line in said.lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
    // What needs a person comes first.
    let at = |text: &str| said.find(text).unwrap_or_else(|| panic!("{text}: {said}"));
    assert!(at("main-line  REJECTED") < at("mobile  FOC_RECEIVED"));
    at("Numbers     +1 801-224-0101, +1 801-224-0102");
    at("Customer    Sample Dental, 333 S 520 W SUITE 500, Lindon, UT 84042, USA");
    at("Secrets     wirelessAccountNumber, wirelessPin (set, never shown)");
    at("May change  crdDate\n");
    at("FOC         Fri 2026-12-04");
    at("Fri 2026-12-04 20:00 EST  to come       BANDWIDTH moves the numbers by itself");
    at("Telecom     currentCarrier Telus Mobility, localReseller Telus");

    let document = office
        .alz(&["port", "show", SECOND, "--format=json"])
        .expect(0)
        .json();
    let port = &document["ports"][0];
    assert_eq!(port["name"], "main-line");
    assert_eq!(port["state"], "REJECTED");
    assert_eq!(port["needsAttention"], true);
    assert_eq!(port["terms"]["billingTelephoneNumber"], MAIN);
    assert_eq!(port["cancel"]["possible"], true);
    assert_eq!(port["trigger"]["possible"], false);
    assert_eq!(port["timeline"].as_array().map(Vec::len), Some(2));
    // Of every port, with every member that the schema has.
    for more in [&[][..], &["--redact", "pii"]] {
        let all = [&["port", "show", "--format", "json"], more].concat();
        let document = office.alz(&all).expect(0).json();
        office.world.is_as_published("port-show", &document);
    }
}

#[test]
fn looking_at_ports_needs_no_secret_and_changes_nothing() {
    let office = Office::new();
    let before = office.world.writes();
    for arguments in [&["port", "show"][..], &["port", "show", "mobile"]] {
        // No MOBILE_PIN in its environment.
        office.world.alz(arguments).expect(0);
    }
    assert_eq!(office.world.writes(), before);
}

#[test]
fn a_new_order_is_planned_in_few_lines_with_its_dates() {
    let world = World::guarded(&[("accounts/dental.yaml", FILE)]);
    let said = world.alz(&["plan"]).expect(0).stdout;
    let start = said.find("  + +1 801-224-0101").expect("the step");
    let step: Vec<&str> = said[start..].lines().take(8).collect();
    assert_eq!(
        step,
        [
            "  + +1 801-224-0101, +1 801-224-0102  submit-port main-line  accounts/dental.yaml:23",
            "      BANDWIDTH · rate centre PROVO, UT · CRD Thu 2026-12-03, 6 business days from today ·",
            "      earliest Wed 2026-11-25",
            "      customerServiceRecord: Sample Dental, 333 S 520 W SUITE 500, Lindon, UT 84042, USA",
            "        customerType BUSINESS, customerName Sample Dental",
            "      port: billingTelephoneNumber 18012240101, crdDate 2026-12-03, portingWireType Wireline,",
            "        portingAuthorizedName John Smith",
            "      directoryListing.type: PORTED",
        ]
    );
    assert!(said.contains("wirelessPin (secret)"), "{said}");
    assert!(!said.contains("(none)"), "{said}");
    assert!(said.contains("Plan: 3 ports to order."), "{said}");
    for line in said.lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
}
