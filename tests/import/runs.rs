//! How a run goes when not all of it goes well, and how much of it is wanted.

use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::world::World;

fn csr() -> Value {
    json!({ "customerType": "BUSINESS", "businessName": "Bakery", "streetNumber": "75", "streetName": "Center", "streetSuffix": "St", "city": "Provo", "state": "UT", "country": "USA", "postalCode": "84606" })
}

/// So many accounts with a number each, of these names by turns.
fn shops(count: usize, names: &[&str]) -> Value {
    let accounts: Vec<Value> = (0..count)
        .map(|index| {
            json!({
                "id": format!("shop{index:03}"),
                "name": names[index % names.len()].replace('#', &index.to_string()),
                "numbers": [{ "phoneNumber": format!("18015550{index:03}"), "customerServiceRecord": csr() }],
            })
        })
        .collect();
    json!({
        "carriers": [{ "id": "carrierBandwidth000001", "name": "Bandwidth", "carrierType": "BANDWIDTH" }],
        "accounts": accounts,
    })
}

#[test]
fn an_account_that_can_not_be_read_does_not_keep_the_others_from_being_written() {
    let world = World::new(Some(&shops(60, &["Shop #"])));
    // In the middle: more accounts come after it than are read side by side.
    let fault =
        json!({ "method": "GET", "path": "**/account/shop005/telephonenumber", "status": 403 });
    world.post("/sandbox/faults", &json!([fault]));
    let said = world
        .alz(&["import", "--all", "--format", "json"])
        .expect(1);
    assert_eq!(world.files().len(), 59, "{}", said.stderr);
    let document = said.json();
    assert_eq!(document["failed"][0]["account"], "shop005");
    assert_eq!(document["failed"][0]["name"], "Shop 5");
    assert_eq!(document["failed"].as_array().map(Vec::len), Some(1));
    assert_eq!(document["notReached"], json!([]));
    for told in ["account shop005 (Shop 5)", "403", "--merge"] {
        assert!(said.stderr.contains(told), "{told}: {}", said.stderr);
    }
    // What is left is brought in once the platform gives it.
    world.clear_faults();
    let said = world.alz(&["import", "--all", "--merge"]).expect(0);
    assert!(
        said.stdout.contains("wrote accounts/shop-5.yaml"),
        "{}",
        said.stdout
    );
    assert_eq!(world.files().len(), 60);
    world.settled("in two runs");
}

#[test]
fn a_platform_that_refuses_every_account_is_not_asked_for_all_of_them() {
    let world = World::new(Some(&shops(90, &["Shop #"])));
    let fault = json!({ "method": "GET", "path": "**/telephonenumber", "status": 403 });
    world.post("/sandbox/faults", &json!([fault]));
    let said = world.alz(&["import", "--all"]).expect(1);
    let asked = world.asked();
    let listings = asked.iter().filter(|it| it.ends_with("/telephonenumber"));
    assert!((20..60).contains(&listings.count()), "{asked:?}");
    assert!(
        said.stderr.contains("too many failed in a row"),
        "{}",
        said.stderr
    );
    assert!(world.files().is_empty());
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_finishes_what_it_began_and_says_what_is_left() {
    let world = World::new(Some(&shops(120, &["Shop #"])));
    let fault = json!({ "method": "GET", "path": "**/telephonenumber", "delayMilliseconds": 40 });
    world.post("/sandbox/faults", &json!([fault]));
    let child = world
        .command(&["import", "--all", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("alz runs");
    while world.files().is_empty() {
        std::thread::yield_now();
    }
    let sent = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(sent.expect("kill runs").success());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130));
    let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let left = document["notReached"].as_array().expect("a list").len();
    assert!(left > 0, "{document:#}");
    assert_eq!(document["interrupted"], true);
    assert_eq!(world.files().len() + left, 120);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        told.contains(&format!("interrupted: {left} accounts")),
        "{told}"
    );
    world.clear_faults();
    world.alz(&["import", "--all", "--merge"]).expect(0);
    assert_eq!(world.files().len(), 120);
}

#[test]
fn a_later_run_names_its_file_otherwise_where_another_account_has_the_name() {
    let world = World::new(Some(&shops(2, &["Bakery"])));
    world.alz(&["import", "--account", "shop000"]).expect(0);
    let first = world.read("accounts/bakery.yaml");
    world.alz(&["import", "--account", "shop001"]).expect(0);
    assert_eq!(world.read("accounts/bakery.yaml"), first);
    assert!(
        world
            .read("accounts/bakery-shop001.yaml")
            .contains("18015550001")
    );
    world.settled("two runs");
}

#[test]
fn a_dry_run_says_what_would_be_written_and_writes_nothing() {
    let world = World::new(Some(&shops(2, &["Shop #"])));
    let arguments = ["import", "--all", "--dry-run", "--format", "json"];
    let said = world.alz(&arguments).expect(0).json();
    assert_eq!(said["accounts"][0]["file"], "accounts/shop-0.yaml");
    assert_eq!(said["dryRun"], true);
    assert!(!world.root().join("accounts").exists());
    world.write("accounts/mine.yaml", "account: shop000\n");
    let said = world
        .alz(&["import", "--all", "--merge", "--dry-run"])
        .expect(0);
    assert!(
        said.stdout.contains("would add to accounts/mine.yaml"),
        "{}",
        said.stdout
    );
    assert!(
        said.stdout.contains("would write accounts/shop-1.yaml"),
        "{}",
        said.stdout
    );
    assert_eq!(world.read("accounts/mine.yaml"), "account: shop000\n");
    assert_eq!(world.files().len(), 1);
}

#[test]
fn accounts_are_chosen_by_name_and_numbers_by_pattern() {
    let world = World::new(Some(&shops(12, &["Shop #", "Bakery #"])));
    let said = world
        .alz(&["import", "--account", "nobody*", "shop 4"])
        .expect(1);
    assert!(
        said.stderr.contains("no account nobody*"),
        "{}",
        said.stderr
    );
    let arguments = [
        "import",
        "--account",
        "bakery 1*",
        "shop002",
        "--number",
        "1801555001*",
        "+1 801 555 0002",
    ];
    world.alz(&arguments).expect(0);
    let files: Vec<String> = world
        .files()
        .iter()
        .map(|file| {
            file.file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    assert_eq!(files, ["bakery-11.yaml", "shop-2.yaml"]);
    let said = world.alz(&[
        "import",
        "--all",
        "--merge",
        "--number",
        "18015559999",
        "18015550001",
    ]);
    assert_eq!(said.code, 1);
    // What was found is written, and told.
    assert!(
        said.stdout.contains("wrote accounts/bakery-1.yaml"),
        "{}",
        said.stdout
    );
    assert!(
        said.stderr.contains("18015559999 is on none"),
        "{}",
        said.stderr
    );
    world
        .alz(&["import", "--all", "--number", "Bakery"])
        .expect(1);
}

#[test]
fn a_number_added_later_gets_nothing_from_the_defaults_that_nobody_saw() {
    let mut seed = shops(1, &["Bakery"]);
    let listing = json!({ "listed": true, "type": "LIST_PUBLISH", "address": csr() });
    let numbers: Vec<Value> = (0..6)
        .map(|serial| {
            json!({ "phoneNumber": format!("1801555000{serial}"), "customerServiceRecord": csr(), "e911Address": csr(), "directoryListing": listing })
        })
        .collect();
    seed["accounts"][0]["numbers"] = json!(numbers);
    seed["inventory"] =
        json!([{ "prefix": "1801556", "rateCenter": "PROVO", "state": "UT", "country": "USA" }]);
    let world = World::new(Some(&seed));
    world.alz(&["import", "--all"]).expect(0);
    let mut text = world.read("accounts/bakery.yaml");
    text.push_str("  \"18015560001\":\n    customerServiceRecord: { streetNumber: \"9\", streetName: Elm, streetSuffix: Ave, city: Orem, state: UT, country: USA, postalCode: \"84057\" }\n");
    world.write("accounts/bakery.yaml", &text);
    let plan = world
        .alz(&["plan", "--format", "json", "--no-verify"])
        .expect(0)
        .json();
    let step = &plan["steps"][0];
    assert_eq!(step["action"], "activate", "{plan:#}\n{text}");
    let changes = step["changes"].to_string();
    assert!(changes.contains("Elm"), "{changes}");
    for unseen in ["e911Address", "Center", "reference"] {
        assert!(!changes.contains(unseen), "{unseen}: {changes}\n{text}");
    }
}

#[test]
fn what_is_left_out_of_an_object_is_told_once() {
    let mut seed = shops(1, &["Bakery"]);
    let long = "x".repeat(300);
    let mut record = csr();
    record["businessName"] = json!(long);
    record["streetName"] = json!(long);
    seed["accounts"][0]["numbers"][0]["customerServiceRecord"] = record;
    let world = World::new(Some(&seed));
    let said = world
        .alz(&["import", "--all", "--format", "json"])
        .expect(0)
        .json();
    let left = said["accounts"][0]["leftOut"].as_array().expect("a list");
    let of_record: Vec<&Value> = left
        .iter()
        .filter(|left| {
            left["path"]
                .as_str()
                .is_some_and(|path| path.contains("customerServiceRecord"))
        })
        .collect();
    assert_eq!(of_record.len(), 1, "{left:#?}");
    assert_eq!(
        of_record[0]["path"],
        "numbers.18015550000.customerServiceRecord"
    );
    let text = world.read("accounts/bakery.yaml");
    assert_eq!(
        text.matches("Left out: customerServiceRecord").count(),
        1,
        "{text}"
    );
    world.settled("left out");
}

#[test]
fn what_a_merge_leaves_out_of_an_account_that_prunes_is_said_to_be_given_up() {
    let mut seed = shops(1, &["Bakery"]);
    seed["accounts"][0]["numbers"] = json!([
        { "phoneNumber": "18015550001", "customerServiceRecord": csr() },
        { "phoneNumber": "18015550002", "customerServiceRecord": csr(), "directoryListing": { "type": "ERROR" } },
    ]);
    let world = World::new(Some(&seed));
    world.write(
        "accounts/bakery.yaml",
        "account: shop000\nprune: true\ndefaults: { directoryListing: { type: NOT_LIST_NOT_PUBLISH } }\nnumbers: {}\n",
    );
    let said = world.alz(&["import", "--all", "--merge"]).expect(0);
    let line = said
        .stdout
        .lines()
        .find(|line| line.contains("is left out"))
        .unwrap_or_else(|| panic!("{}", said.stdout));
    assert!(line.contains("prune: true"), "{line}");
}

#[test]
fn the_names_of_accounts_are_words_in_a_comment_and_nothing_else() {
    let world = World::new(Some(&shops(1, &["<b>@all</b> | x"])));
    let said = world
        .alz(&["import", "--all", "--format", "markdown"])
        .expect(0)
        .stdout;
    assert!(!said.contains("<b>"), "{said}");
    assert!(!said.contains("@all"), "{said}");
    assert!(said.contains("\\| x |"), "{said}");
}
