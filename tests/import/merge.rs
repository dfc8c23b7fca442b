//! `--merge`: a person's file gets what it lacks, and keeps every byte it has.

use serde_json::{Value, json};

use crate::world::World;

const CLINIC: &str = "pK9sLmN3bVcX7zQw2eRt5A";

/// The clinic of the sandbox's own world, with defaults that suit few of its numbers.
const FILE: &str = r#"# The clinic. Ask Nora before you touch it.
account: pK9sLmN3bVcX7zQw2eRt5A
name:   "Cottonwood"      # we call it so

defaults:
  holdActivation: true    # we order on hold
  customerServiceRecord: { customerType: BUSINESS, businessName: Cottonwood Clinic, city: Provo, unit: "9", secondaryLocationDescription: ROOM }
  e911Address:
    language: fr-CA
  directoryListing: { type: LIST_PUBLISH, listed: true }
  reference: { type: SIP_TRUNK, id: trunk-1 }

numbers:
  # The front desk.
  '18014040906':
    customerServiceRecord: { customerName: Front Desk }   # not as it is there
"#;

#[test]
fn what_is_added_outweighs_the_defaults_of_the_file() {
    let world = World::new(None);
    world.write("accounts/clinic.yaml", FILE);
    let before = world
        .alz(&["plan", "--format", "json", "--no-verify"])
        .expect(0)
        .json();
    let said = world
        .alz(&["import", "--account", CLINIC, "--merge", "--format", "json"])
        .expect(0)
        .json();
    assert_eq!(said["accounts"][0]["file"], "accounts/clinic.yaml");
    assert_eq!(
        said["accounts"][0]["numbers"]
            .as_array()
            .expect("numbers")
            .len(),
        6
    );
    assert_eq!(said["accounts"][0]["leftOut"], json!([]));
    // What the file declared before is not touched, and that it differs is told.
    assert_eq!(said["accounts"][0]["differing"], json!(["18014040906"]));
    let text = world.read("accounts/clinic.yaml");
    assert!(text.starts_with(FILE), "{text}");
    world.alz(&["validate"]).expect(0);
    let after = world
        .alz(&["plan", "--format", "json", "--no-verify"])
        .expect(0)
        .json();
    assert_eq!(steps(&before), steps(&after), "{text}");
    let golden = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/import/golden/merged.yaml"
    );
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(golden, &text).expect("golden is writable");
    }
    assert_eq!(std::fs::read_to_string(golden).expect("golden"), text);
    world
        .alz(&["import", "--account", CLINIC, "--merge"])
        .expect(0);
    assert_eq!(
        world.read("accounts/clinic.yaml"),
        text,
        "a second time changes nothing"
    );
}

fn steps(plan: &Value) -> Vec<(String, Value)> {
    let steps = plan["steps"].as_array().expect("steps");
    steps
        .iter()
        .map(|step| (step["action"].to_string(), step["numbers"].clone()))
        .collect()
}

fn ported() -> Value {
    let csr = json!({ "customerType": "BUSINESS", "businessName": "Bakery", "streetNumber": "75", "streetName": "Center", "streetSuffix": "St", "city": "Provo", "state": "UT", "country": "USA", "postalCode": "84606" });
    json!({
        "carriers": [{ "id": "carrierBandwidth000001", "name": "Bandwidth", "carrierType": "BANDWIDTH" }],
        "accounts": [{
            "id": "bakery0000000000000001", "name": "Bakery",
            "numbers": [
                { "phoneNumber": "18015550101", "customerServiceRecord": csr },
                { "phoneNumber": "18015550102", "customerServiceRecord": csr, "directoryListing": { "type": "ERROR" } },
            ],
            "ports": [
                { "id": "one", "telephoneNumbers": ["18012240101", "18012240102"], "activationStatusType": "FOC_RECEIVED", "crdDate": "2026-12-03", "portingAuthorizedName": "Bea Baker", "customerServiceRecord": csr },
                { "id": "two", "telephoneNumbers": ["18012240103"], "activationStatusType": "PENDING", "crdDate": "2026-12-04", "portingWireType": "Wireless", "portingAuthorizedName": "Bea Baker", "customerServiceRecord": csr, "stuck": true },
            ],
        }],
    })
}

#[test]
fn a_number_joins_the_port_that_the_file_declares() {
    let world = World::new(Some(&ported()));
    world.write(
        "accounts/bakery.yml.yaml",
        r#"account: bakery0000000000000001
defaults:
  directoryListing: { type: NOT_LIST_NOT_PUBLISH }
ports:
  port-8012240103: { billingTelephoneNumber: "18012240101", crdDate: "2026-12-03", portingWireType: Wireline, portingAuthorizedName: Bea Baker }
numbers: { "18012240101": { port: port-8012240103 } }
"#,
    );
    let said = world
        .alz(&["import", "--all", "--merge", "--format", "json"])
        .expect(0)
        .json();
    let account = &said["accounts"][0];
    let text = world.read("accounts/bakery.yml.yaml");
    // Its own port has a name that is taken, and gets another.
    assert!(text.contains("  port-8012240103-2:\n"), "{text}");
    assert_eq!(account["ports"], json!(["port-8012240103-2"]), "{text}");
    // The declared port goes by the records of its numbers, and the one that is
    // declared already has none: they stay one order.
    let joined = "\"18012240102\": { port: port-8012240103, e911Address: null, reference: null }";
    assert!(text.contains(joined), "{text}");
    // A listing that only the platform sets can't stand under a default.
    assert_eq!(account["leftOut"][0]["number"], "18015550102", "{said:#}");
    assert_eq!(account["secrets"][1]["env"], "PORT_8012240103_PIN");
    world.alz(&["validate"]).expect(0);
    world.settled("merged");
}

#[test]
fn what_is_added_speaks_the_names_and_the_spelling_of_the_file() {
    let mut seed = ported();
    let account = &mut seed["accounts"][0];
    let mut elsewhere = account["numbers"][0]["customerServiceRecord"].clone();
    elsewhere["streetNumber"] = json!("9");
    let numbers: Vec<Value> = (1..6)
        .map(|serial| {
            let own = account["numbers"][0]["customerServiceRecord"].clone();
            let e911 = if serial < 3 { &own } else { &elsewhere };
            json!({ "phoneNumber": format!("1801555010{serial}"), "customerServiceRecord": own, "e911Address": e911 })
        })
        .collect();
    account["numbers"] = json!(numbers);
    account["ports"] = json!([]);
    let world = World::new(Some(&seed));
    let file = "account: bakery0000000000000001\ndefaults:\n  customerServiceRecord: &shop # ours\n    customerType: BUSINESS\n    businessName: BAKERY\n    streetNumber: 75\n    streetName: Center\n    streetSuffix: Street\n    city: PROVO\n    state: UT\n    country: USA\n    postalCode: 84606\n  directoryListing: { type: NOT_LIST_NOT_PUBLISH }\nnumbers:\n  \"18015550101\": {}\n";
    world.write("accounts/bakery.yaml", file);
    world.alz(&["import", "--all", "--merge"]).expect(0);
    let text = world.read("accounts/bakery.yaml");
    let added = text.strip_prefix(file).expect("what was there stays");
    assert_eq!(added.matches("e911Address: *shop").count(), 1, "{text}");
    // A place that the file has no name for is written once.
    assert_eq!(added.matches("streetNumber:").count(), 1, "{text}");
    assert_eq!(added.matches("e911Address: *provo").count(), 2, "{text}");
    assert!(!added.contains("customerServiceRecord"), "{text}");
    world.settled("by name");
}

#[test]
fn an_account_that_no_file_declares_gets_one_of_its_own() {
    let world = World::new(Some(&ported()));
    world.write(
        "accounts/other.yaml",
        "account: other\nnumbers: { \"18015550101\": {} }\n",
    );
    let said = world
        .alz(&["import", "--all", "--merge", "--format", "json"])
        .expect(0)
        .json();
    assert_eq!(said["accounts"][0]["file"], "accounts/bakery.yaml");
    // Another account's file has it already.
    let text = world.read("accounts/bakery.yaml");
    assert!(!text.contains("\"18015550101\""), "{text}");
    assert_eq!(said["accounts"][0]["leftOut"][0]["number"], "18015550101");
    world.alz(&["validate"]).expect(0);
}
