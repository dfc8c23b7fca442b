//! Two weeks of ports of every kind, followed day by day as a pipeline would:
//! one file, applied each morning. What each day's plan says is kept in
//! `tests/cli/golden/two-weeks.txt`; set UPDATE_GOLDEN=1 to write it anew.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::world::{ACCOUNT, World};

/// The day after the last one on which something happens.
const DAYS: usize = 19;
const FIRST: jiff::civil::Date = jiff::civil::date(2026, 11, 23);

/// What the file says on the first day.
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
  e911Address: { <<: *office }
  directoryListing: { listed: false, type: NOT_LIST_NOT_PUBLISH }
ports:
  main-line: { billingTelephoneNumber: "18012240101", crdDate: 2026-12-03, portingWireType: Wireline, portingAuthorizedName: John Smith }
  mobile: { billingTelephoneNumber: "18013180011", crdDate: 2026-12-04, portingWireType: Wireless, portingAuthorizedName: John Smith, wirelessAccountNumber: "900411", wirelessPin: { env: MOBILE_PIN } }
  molar: { billingTelephoneNumber: "18012240013", crdDate: 2026-12-03, portingWireType: Wireline, portingAuthorizedName: John Smith }
  strict: { billingTelephoneNumber: "18012240015", crdDate: 2026-12-08, portingWireType: Wireline, portingAuthorizedName: John Smith }
  withdrawn: { billingTelephoneNumber: "18012240016", crdDate: 2026-12-01, portingWireType: Wireline, portingAuthorizedName: John Smith }
  silent: { billingTelephoneNumber: "18012240017", crdDate: 2026-12-03, portingWireType: Wireline, portingAuthorizedName: John Smith }
  gone: { billingTelephoneNumber: "18012240019", crdDate: 2026-12-03, portingWireType: Wireline, portingAuthorizedName: John Smith }
  moved: { billingTelephoneNumber: "18012240103", crdDate: 2026-12-02, portingWireType: Wireline, portingAuthorizedName: John Smith }
  by-hand: { billingTelephoneNumber: "18012240104", crdDate: 2026-12-04, portingWireType: Wireline, portingAuthorizedName: John Smith }
  lumen: { billingTelephoneNumber: "18012260101", crdDate: 2026-12-02, portingWireType: Wireline, portingAuthorizedName: John Smith, trigger: onFocDate }
  sinch: { billingTelephoneNumber: "13852200101", crdDate: 2026-12-02, portingWireType: Wireline, portingAuthorizedName: John Smith }
  vancouver: { billingTelephoneNumber: "16043310101", crdDate: 2026-12-07, portingAuthorizedName: Peter Smith, telecomSettings: { currentCarrier: Telus Mobility, localReseller: Telus, loaDate: 2026-11-20 } }
numbers:
  "18012240101":
    port: main-line
    directoryListing: { listed: true, type: LIST_PUBLISH }
    reference: { type: END_USER, id: ajfrBZJMQNC4-9TeBSfnlQ, assignAsCallerId: true }
  "18012240102": { port: main-line }
  "18013180011": { port: mobile }
  "18012240013": { port: molar }
  "18012240015": { port: strict }
  "18012240016": { port: withdrawn }
  "18012240017": { port: silent }
  "18012240019": { port: gone }
  "18012240103": { port: moved }
  "18012240104": { port: by-hand }
  "18012260101": { port: lumen }
  "13852200101": { port: sinch }
  "16043310101":
    port: vancouver
    customerServiceRecord: &west { customerType: BUSINESS, businessName: Sample Dental West, streetNumber: "650", preDirectional: ~, streetName: Granville, streetSuffix: St, postDirectional: ~, city: Vancouver, state: BC, country: CAN, postalCode: V6C 1T2, secondaryLocationDescription: ~, unit: ~ }
    e911Address: { <<: *west, customerName: ~ }
"#;

/// The two weeks.
struct Fortnight {
    world: World,
    file: String,
    pin: &'static str,
    today: jiff::civil::Date,
    log: String,
}

impl Fortnight {
    fn alz(&self, arguments: &[&str]) -> (i32, String) {
        let now = format!("{}T17:00:00Z", self.today);
        let output = self
            .world
            .command(arguments)
            .env("ALZ_NOW", now)
            .env("MOBILE_PIN", self.pin)
            .output()
            .expect("alz runs");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let remarks = String::from_utf8_lossy(&output.stderr);
        for secret in ["0000", "4711"] {
            let numbers_aside = format!("{said}{remarks}").replace("18014711", "");
            assert!(
                !numbers_aside.contains(&format!(" {secret}")),
                "{said}{remarks}"
            );
        }
        (output.status.code().unwrap_or(-1), said)
    }

    /// A change of the file, as a pull request would bring it.
    fn edit(&mut self, from: &str, to: &str) {
        assert!(self.file.contains(from), "{from} is not in the file");
        self.file = self.file.replace(from, to);
        let _ = writeln!(self.log, "# the file: {from} -> {to}");
        self.world.write("accounts/dental.yaml", &self.file);
    }

    /// Something that a person does by hand.
    fn by_hand(&mut self, arguments: &[&str]) {
        let (code, said) = self.alz(arguments);
        let _ = writeln!(self.log, "$ alz {} [{code}]\n{said}", arguments.join(" "));
    }

    /// What the carriers do to the port of a number.
    fn carriers(&mut self, number: &str, action: Value) {
        let port = self.world.number(ACCOUNT, number)["portId"].clone();
        let port = port.as_str().expect("a port").to_owned();
        self.world.post(&format!("/sandbox/ports/{port}"), &action);
        let _ = writeln!(self.log, "# the carriers, {number}: {action}");
    }

    fn events(&mut self) {
        match self.today.to_string().as_str() {
            // Thanksgiving is over, and the first answers are in.
            "2026-11-30" => {
                self.edit(
                    "molar: { billingTelephoneNumber: \"18012240013\", crdDate: 2026-12-03, portingWireType: Wireline, portingAuthorizedName: John Smith }",
                    "molar: { billingTelephoneNumber: \"18012240013\", crdDate: 2026-12-07, portingWireType: Wireline, portingAuthorizedName: Mary Molar }",
                );
                self.pin = "4711";
                self.edit(
                    "18013180011\", crdDate: 2026-12-04",
                    "18013180011\", crdDate: 2026-12-07",
                );
                // Its rejection asks for a new order; the name needs its comma.
                self.by_hand(&["port", "cancel", "strict", "--auto-approve"]);
                self.edit(
                    "strict: { billingTelephoneNumber",
                    "strict: { customerServiceRecord: { <<: *office, businessName: \"Sample Dental, Inc.\" }, billingTelephoneNumber",
                );
                self.edit(
                    "18012240103\", crdDate: 2026-12-02",
                    "18012240103\", crdDate: 2026-12-09",
                );
                self.carriers("18012240104", json!({ "action": "hotCut" }));
            }
            "2026-12-01" => {
                let (_, said) = self.alz(&["plan"]);
                let _ = writeln!(self.log, "$ alz plan\n{said}");
                // The carrier called it off: the customer stays where he is.
                self.edit("  \"18012240019\": { port: gone }\n", "");
                self.edit(
                    "  gone: { billingTelephoneNumber: \"18012240019\", crdDate: 2026-12-03, portingWireType: Wireline, portingAuthorizedName: John Smith }\n",
                    "",
                );
                self.edit(
                    "\"18012240017\": { port: silent }",
                    "\"18012240017\": { port: silent, state: released }",
                );
            }
            "2026-12-02" => {
                self.carriers("18012240104", json!({ "action": "resume" }));
                self.carriers("16043310101", json!({ "action": "resellerPending" }));
            }
            "2026-12-03" => {
                self.carriers("16043310101", json!({ "action": "resume" }));
                self.edit("  \"18012240017\": { port: silent, state: released }\n", "");
                self.edit(
                    "  silent: { billingTelephoneNumber: \"18012240017\", crdDate: 2026-12-03, portingWireType: Wireline, portingAuthorizedName: John Smith }\n",
                    "",
                );
            }
            _ => {}
        }
    }

    fn day(&mut self) {
        let _ = writeln!(self.log, "==== {} {:?}", self.today, self.today.weekday());
        self.events();
        let (code, said) = self.alz(&["apply", "--auto-approve"]);
        // Ports are worked on side by side: they end in any order.
        let (mut ended, said): (Vec<&str>, Vec<&str>) =
            said.lines().partition(|line| line.starts_with("  ✓"));
        ended.sort_unstable();
        let said = [said, ended].concat().join("\n");
        let _ = writeln!(self.log, "$ alz apply --auto-approve [{code}]\n{said}\n");
        assert!(matches!(code, 0), "{}: {said}", self.today);
        self.world.advance("P1D");
        self.today = self.today.tomorrow().expect("a day");
    }
}

#[test]
fn a_fortnight_of_ports_ends_with_no_changes_and_one_order_each() {
    let world = World::new(&[("accounts/dental.yaml", FILE)]);
    // One after another, so that the platform gives its ids in the same order.
    world.write(
        "alz.yaml",
        "version: 1\nconcurrency: 1\nenvironments:\n  test: { api: \"http://127.0.0.1:1\", accounts: [accounts/**/*.yaml] }\n",
    );
    let mut fortnight = Fortnight {
        world,
        file: FILE.to_owned(),
        pin: "0000",
        today: FIRST,
        log: String::new(),
    };
    for _ in 0..DAYS {
        fortnight.day();
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/golden/two-weeks.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
        std::fs::write(&path, &fortnight.log).expect("written");
    }
    let expected = std::fs::read_to_string(&path).expect("tests/cli/golden/two-weeks.txt");
    assert!(
        expected == fortnight.log,
        "the days differ:\n{}",
        fortnight.log
    );

    let (code, said) = fortnight.alz(&["plan", "--detailed-exitcode"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("No changes. 11 numbers in sync"), "{said}");

    let state = fortnight.world.get("/sandbox/state");
    for (number, orders) in [
        ("18012240101", 1),
        ("18012240102", 1),
        ("18013180011", 1),
        ("18012240013", 1),
        // Cancelled by hand, as its rejection asked, and ordered anew.
        ("18012240015", 2),
        ("18012240016", 1),
        ("18012240017", 1),
        ("18012240019", 1),
        ("18012240103", 1),
        ("18012240104", 1),
        ("18012260101", 1),
        ("13852200101", 1),
        ("16043310101", 1),
    ] {
        assert_eq!(
            state["orders"][number]["ports"], orders,
            "{number}: {}",
            state["orders"]
        );
    }
    assert_eq!(state["orders"]["18012260101"]["portTriggers"], 1);
}
