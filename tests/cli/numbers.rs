//! `alz numbers`: the inventory by hand, and its numbers in an account file.

use serde_json::{Value, json};

use crate::world::{ACCOUNT, OFFICE, World};

const FILE: &str = "accounts/office.yaml";
const PARTITION: &str = "/v2/partition/X4fbfNlFRpy7bWDFmCwwdw";

fn world() -> World {
    World::new(&[(FILE, OFFICE)])
}

fn search(world: &World, arguments: &[&str]) -> Value {
    let arguments = [&["numbers", "search", "--format", "json"], arguments].concat();
    world.alz(&arguments).expect(0).json()
}

fn found(document: &Value) -> Vec<&str> {
    let numbers = document["numbers"].as_array().expect("numbers");
    numbers
        .iter()
        .filter_map(|number| number["number"].as_str())
        .collect()
}

fn reservation(world: &World, number: &str) -> Value {
    world.get("/sandbox/state")["reservations"][number].clone()
}

fn text(world: &World, file: &str) -> String {
    std::fs::read_to_string(world.root().join(file)).expect("the file")
}

#[test]
fn a_search_near_an_address_says_how_far_and_until_when_they_are_reserved() {
    let world = world();
    let near = ["--near", "333 S 520 W, Lindon, UT 84042", "--max", "3"];
    let document = search(&world, &near);
    assert_eq!(found(&document).len(), 3);
    assert_eq!(document["reservedUntil"], "2026-11-23T17:30:00Z");
    let miles = document["numbers"][0]["distanceMiles"].as_f64();
    assert!(miles.is_some_and(|miles| miles < 10.0), "{document:#}");
    assert_eq!(document["numbers"][0]["rateCenter"], "PLEASANT GROVE");
    for number in found(&document) {
        assert!(reservation(&world, number).is_object(), "{number}");
    }
    let said = world
        .alz(&[&["numbers", "search"][..], &near].concat())
        .expect(0);
    assert!(
        said.stdout.contains("2.3 miles")
            && said.stdout.contains("reserved for you until 17:30 UTC"),
        "{}",
        said.stdout
    );
    for number in found(&document) {
        let spaced = format!("{}-{}", &number[4..7], &number[7..]);
        assert!(!said.stdout.contains(&spaced), "reserved a moment ago");
    }
}

#[test]
fn every_way_to_look_looks_there() {
    let world = world();
    for (arguments, begins) in [
        (&["--lat", "40.332492", "--long", "-111.728167"][..], "1801"),
        (&["--postal-code", "84042"], "1801"),
        (&["--npa", "613"], "1613"),
        (&["--npa-nxx", "801-769"], "1801769"),
        (&["--rate-center", "pleasant grove.ut"], "1801769"),
        (&["--toll-free"], "1800"),
        (&["--toll-free", "833"], "1833"),
    ] {
        let document = search(&world, arguments);
        assert_eq!(found(&document).len(), 5, "{arguments:?}");
        for number in found(&document) {
            assert!(number.starts_with(begins), "{arguments:?}: {number}");
        }
    }
    let row = search(
        &world,
        &["--npa-nxx", "801769", "--sequential", "--max", "4"],
    );
    let digits: Vec<u64> = found(&row).iter().filter_map(|n| n.parse().ok()).collect();
    assert_eq!(digits.len(), 4);
    assert!(digits.windows(2).all(|pair| pair[1] == pair[0] + 1));
}

/// From a toll-free number nobody can call 911: no word of it, and no question.
#[test]
fn a_toll_free_number_is_found_added_and_ordered_without_an_e911_address() {
    let office = OFFICE.replace("  e911Address: { <<: *office }\n", "");
    let bare = office
        .replace("    secondaryLocationDescription: SUITE\n", "")
        .replace("    unit: \"500\"\n", "");
    let (head, _) = bare.split_once("numbers:\n").expect("numbers");
    let world = World::new(&[(FILE, &format!("{head}numbers: {{}}\n"))]);
    let said = world
        .alz(&["numbers", "search", "--toll-free", "888", "--add", FILE])
        .expect(0);
    assert!(
        said.stdout
            .contains("1 free number of the toll-free area code 888"),
        "{}",
        said.stdout
    );
    let plan = world.alz(&["plan", "--format", "json"]).expect(0).json();
    assert_eq!(plan["steps"][0]["numbers"], json!(["18887690000"]));
    assert_eq!(plan["notes"], json!([]), "{plan:#}");
    world.alz(&["apply", "--auto-approve"]).expect(0);
    world.advance("PT1H");
    let number = world.number(ACCOUNT, "18887690000");
    assert_eq!(number["carrierStatus"], "ACTIVE");
    assert_eq!(
        (&number["functionType"], &number["tollFree"]),
        (&json!("TollFree"), &json!(true))
    );
    // Moving its record moves no 911.
    let moved = text(&world, FILE).replace("city: Lindon", "city: Orem");
    world.write(FILE, &moved);
    let plan = world.alz(&["plan", "--format", "json"]).expect(0).json();
    assert_eq!(plan["steps"][0]["action"], "update");
    assert_eq!(plan["notes"], json!([]), "{plan:#}");
    let checked = world
        .alz(&["e911", "check", "--format", "json"])
        .expect(0)
        .json();
    assert_eq!(
        (&checked["addresses"], &checked["notInFiles"]),
        (&json!([]), &json!([]))
    );
}

#[test]
fn nothing_found_is_said_and_is_no_error() {
    let world = world();
    let said = world
        .alz(&["numbers", "search", "--toll-free", "844"])
        .expect(0);
    assert!(said.stdout.contains("No free numbers"), "{}", said.stdout);
    assert!(!said.stderr.contains("address"), "{}", said.stderr);
    let said = world.alz(&["numbers", "search", "--npa", "907"]).expect(0);
    assert!(said.stdout.contains("No free numbers"), "{}", said.stdout);
    assert_eq!(
        search(&world, &["--npa", "907"])["reservedUntil"],
        Value::Null
    );
    let unknown = ["numbers", "search", "--near", "1 Nowhere Blvd, Zzyzx"];
    let said = world.alz(&unknown).expect(1);
    assert!(said.stderr.contains("does not know"), "{}", said.stderr);
}

#[test]
fn what_can_not_be_meant_is_refused_before_anything_is_reserved() {
    let world = world();
    for arguments in [
        &[][..],
        &["--npa", "801", "--postal-code", "84042"],
        &["--npa", "101"],
        &["--npa-nxx", "801"],
        &["--lat", "40.3"],
        &["--lat", "91", "--long", "0"],
        &["--npa", "801", "--max", "16"],
        &["--npa", "801", "--count", "2"],
        &["--npa", "801", "--add", FILE, "--count", "3", "--max", "2"],
        &["--npa", "801", "--add", "accounts/missing.yaml"],
        &["--toll-free", "801"],
    ] {
        let arguments = [&["numbers", "search"], arguments].concat();
        let said = world.alz(&arguments).expect(1);
        assert!(!said.stderr.is_empty(), "{arguments:?}");
    }
    assert_eq!(world.requests(), 0);
}

#[test]
fn numbers_added_to_a_file_leave_every_other_byte_and_are_planned() {
    let world = world();
    let before = OFFICE
        .replace("numbers:\n", "numbers:   # by floor\n")
        .replace("    unit: \"500\"\n", "    unit: '500'   # the desk\n")
        .replace('\n', "\r\n");
    world.write(FILE, &before);
    let add = ["--npa-nxx", "801-769", "--add", FILE, "--count", "2"];
    let document = search(&world, &add);
    let numbers = found(&document);
    assert_eq!(
        document["added"],
        json!({ "file": FILE, "numbers": numbers, "alreadyDeclared": [] })
    );
    let lines: String = numbers
        .iter()
        .map(|number| format!("  \"{number}\": {{}}\r\n"))
        .collect();
    assert_eq!(text(&world, FILE), format!("{before}{lines}"));
    let plan = world.alz(&["plan", "--format", "json"]).expect(0).json();
    assert_eq!(plan["summary"]["activate"], 5, "{plan:#}");
}

#[test]
fn a_number_that_is_declared_already_is_passed_over() {
    let world = world();
    let document = search(&world, &["--npa-nxx", "801769", "--max", "1"]);
    let number = found(&document)[0].to_owned();
    world.alz(&["numbers", "unreserve", &number]).expect(0);
    world.write(
        "accounts/other.yaml",
        &format!("account: {ACCOUNT}\nnumbers:\n  \"{number}\": {{}}\n"),
    );
    let add = ["--npa-nxx", "801769", "--add", FILE];
    let only = ["numbers", "search", "--format", "json", "--max", "1"];
    let said = world.alz(&[&only[..], &add].concat()).expect(1);
    assert_eq!(text(&world, FILE), OFFICE, "nothing is written");
    let message = said.json()["error"]["message"].to_string();
    assert!(
        message.contains("declared by a file already") && message.contains(&number),
        "what stays reserved is said: {message}"
    );
    world.alz(&["numbers", "unreserve", &number]).expect(0);
    // Where it is not said how many to find, another is found in its place.
    let document = search(&world, &add);
    assert_eq!(found(&document).len(), 2, "no more than it takes");
    assert_eq!(document["added"]["alreadyDeclared"], json!([number]));
    assert_eq!(document["added"]["numbers"], json!([found(&document)[1]]));
}

#[test]
fn a_file_that_nothing_can_be_put_into_reserves_nothing() {
    let world = world();
    let two = format!("{OFFICE}---\naccount: pK9sLmN3bVcX7zQw2eRt5A\nnumbers: {{}}\n");
    world.write(FILE, &two);
    let add = ["numbers", "search", "--npa", "801", "--add", FILE];
    let said = world.alz(&add).expect(1);
    assert!(said.stderr.contains("--account"), "{}", said.stderr);
    world.write("accounts/broken.yaml", "account: x\nnumbers: [1]\n");
    let said = world.alz(&[
        "numbers",
        "search",
        "--npa",
        "801",
        "--add",
        "accounts/broken.yaml",
    ]);
    assert_eq!(said.code, 1);
    assert_eq!(world.requests(), 0);
    std::fs::remove_file(world.root().join("accounts/broken.yaml")).expect("gone");
    world
        .alz(&[&add[..], &["--account", "pK9sLmN3bVcX7zQw2eRt5A"]].concat())
        .expect(0);
    let after = text(&world, FILE);
    assert!(after.starts_with(OFFICE), "the other document is as it was");
    assert!(after.contains("numbers:\n  \"1801"), "{after}");
}

#[cfg(unix)]
#[test]
fn a_file_keeps_who_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let world = world();
    let path = world.root().join(FILE);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).expect("permissions");
    search(&world, &["--npa", "801", "--add", FILE]);
    let mode = std::fs::metadata(&path)
        .expect("the file")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o640);
    assert_eq!(
        std::fs::read_dir(path.parent().expect("a directory"))
            .expect("files")
            .count(),
        1
    );
}

#[test]
fn a_number_is_reserved_for_an_account_and_given_up_again() {
    let world = world();
    let said = world
        .alz(&[
            "numbers",
            "reserve",
            "801-769-0211",
            "--account",
            ACCOUNT,
            "--format",
            "json",
        ])
        .expect(0);
    let result = &said.json()["results"][0];
    assert_eq!(
        (&result["status"], &result["account"], &result["until"]),
        (
            &json!("reserved"),
            &json!(ACCOUNT),
            &json!("2026-11-23T17:30:00Z")
        )
    );
    assert_eq!(reservation(&world, "18017690211")["account"], ACCOUNT);
    let said = world
        .alz(&[
            "numbers",
            "unreserve",
            "18017690211",
            "18017690299",
            "--account",
            ACCOUNT,
        ])
        .expect(0);
    assert!(
        said.stdout.contains("no longer reserved") && said.stdout.contains("was not reserved"),
        "{}",
        said.stdout
    );
    assert_eq!(reservation(&world, "18017690211"), Value::Null);
}

#[test]
fn a_platform_without_the_accounts_path_is_asked_by_the_inventorys() {
    let world = world();
    for status in [404, 405] {
        world.fault(json!({
            "method": "PUT", "status": status,
            "path": format!("{PARTITION}/account/*/telephonenumber/*/reserve"),
        }));
        let said = world
            .alz(&["numbers", "reserve", "18017690211", "--account", ACCOUNT])
            .expect(0);
        assert!(
            said.stdout.contains("reserved for the whole partition"),
            "{}",
            said.stdout
        );
        world.clear_faults();
    }
}

#[test]
fn one_number_that_fails_does_not_keep_the_next_from_being_reserved() {
    let world = world();
    // On an account: nobody can reserve it.
    let said = world
        .alz(&[
            "numbers",
            "reserve",
            "18014040901",
            "18017690211",
            "--format",
            "json",
        ])
        .expect(1);
    let results = said.json()["results"].clone();
    assert_eq!(results[0]["status"], "failed", "{results:#}");
    assert_eq!(results[1]["status"], "reserved", "{results:#}");
}

#[test]
fn a_recovered_number_is_on_no_account_and_that_is_said() {
    let world = World::new(&[(
        "accounts/clinic.yaml",
        "account: pK9sLmN3bVcX7zQw2eRt5A\nnumbers:\n  \"18014040901\": { state: released }\n",
    )]);
    world
        .alz(&["apply", "--auto-approve", "--allow", "release=9"])
        .expect(0);
    world.advance("PT1H");
    let said = world.alz(&["numbers", "recover", "18014040901"]).expect(0);
    assert!(
        said.stdout.contains("it is on no account"),
        "{}",
        said.stdout
    );
    let view = world.get(&format!("{PARTITION}/telephonenumber/18014040901"));
    assert_eq!(view["accountId"], Value::Null, "{view:#}");
    let again = world.alz(&["numbers", "recover", "18014040901"]).expect(1);
    assert!(
        again.stdout.contains("recovered already"),
        "{}",
        again.stdout
    );
}

#[test]
fn the_help_of_unreserve_does_not_promise_to_reserve() {
    let world = world();
    let said = world.alz(&["numbers", "--help"]).expect(0);
    let line = said
        .stdout
        .lines()
        .find(|line| line.trim_start().starts_with("unreserve"))
        .expect("a line about it");
    assert!(line.contains("Give reserved numbers up"), "{line}");
}

#[test]
fn numbers_added_to_a_file_that_no_plan_reads_are_not_promised_to_one() {
    let world = world();
    let elsewhere = "drafts/office.yaml";
    std::fs::create_dir_all(world.root().join("drafts")).expect("a directory");
    world.write(elsewhere, &format!("account: {ACCOUNT}\n"));
    let add = |file| world.alz(&["numbers", "search", "--npa", "801", "--add", file]);
    let said = add(elsewhere).expect(0);
    assert!(said.stderr.contains("does not read"), "{}", said.stderr);
    assert!(!said.stderr.contains("`alz plan` shows"), "{}", said.stderr);
    let said = add(FILE).expect(0);
    assert!(!said.stderr.contains("does not read"), "{}", said.stderr);
    assert!(said.stderr.contains("`alz plan` shows"), "{}", said.stderr);
}
