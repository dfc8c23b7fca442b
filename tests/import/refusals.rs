//! What an import does not do: write over a file, believe an answer that can't
//! be true, change anything on the platform.

use serde_json::json;

use crate::world::World;

const CLINIC: &str = "pK9sLmN3bVcX7zQw2eRt5A";

#[test]
fn a_file_that_is_there_is_left_as_it_is() {
    let world = World::new(None);
    world.write("elsewhere/cottonwood-clinic.yaml", "mine\n");
    let said = world
        .alz(&["import", "--all", "--out", "elsewhere"])
        .expect(1);
    assert!(
        said.stderr.contains("elsewhere/cottonwood-clinic.yaml"),
        "{}",
        said.stderr
    );
    assert_eq!(world.read("elsewhere/cottonwood-clinic.yaml"), "mine\n");
    let files = std::fs::read_dir(world.root().join("elsewhere")).expect("a directory");
    assert_eq!(files.count(), 1, "nothing else was written");
}

#[test]
fn an_account_that_the_files_declare_is_not_declared_twice() {
    let world = World::new(None);
    world.write(
        "accounts/a.yaml",
        &format!("account: {CLINIC}\nnumbers: {{ \"18014040901\": {{}} }}\n"),
    );
    let said = world.alz(&["import", "--all"]).expect(1);
    assert!(said.stderr.contains("--merge"), "{}", said.stderr);
    assert_eq!(world.files().len(), 1);
}

#[test]
fn a_file_that_no_plan_reads_is_told() {
    let world = World::new(None);
    let said = world
        .alz(&["import", "--account", CLINIC, "--out", "elsewhere"])
        .expect(0);
    assert!(
        said.stdout
            .contains("No plan reads elsewhere/cottonwood-clinic.yaml"),
        "{}",
        said.stdout
    );
    let said = world.alz(&["import", "--account", CLINIC]).expect(0);
    assert!(!said.stdout.contains("No plan reads"), "{}", said.stdout);
}

#[test]
fn an_answer_that_can_not_be_true_writes_nothing() {
    for fault in [
        json!({ "method": "GET", "path": "**/telephonenumber", "body": "<html>sorry</html>" }),
        json!({ "method": "GET", "path": "**/telephonenumber", "truncateAt": 300 }),
        json!({ "method": "GET", "path": "**/account", "body": "[]" }),
        json!({ "method": "GET", "path": "**/user", "status": 403 }),
        // A listing from which a number has gone that is being worked on.
        json!({ "method": "GET", "path": format!("**/account/{CLINIC}/telephonenumber"), "body": "[]" }),
    ] {
        let world = World::new(None);
        world.post("/sandbox/faults", &json!([fault]));
        let said = world.alz(&["import", "--all"]);
        assert_eq!(said.code, 1, "{fault}: {}{}", said.stdout, said.stderr);
        assert!(world.files().is_empty(), "{fault}: {:?}", world.files());
    }
}

#[test]
fn what_is_asked_for_must_be_there_and_shown() {
    let world = World::new(None);
    let said = world.alz(&["import", "--account", "nobody"]).expect(1);
    assert!(said.stderr.contains("no account nobody"), "{}", said.stderr);
    let said = world.alz(&["import", "--all", "--redact", "pii"]).expect(1);
    assert!(said.stderr.contains("--redact"), "{}", said.stderr);
    world.alz(&["import"]).expect(1);
    assert!(world.files().is_empty());
}

#[test]
fn the_platform_is_only_read_and_no_number_is_reserved() {
    let world = World::new(None);
    world.alz(&["import", "--all"]).expect(0);
    for asked in world.asked() {
        let only_read = asked.starts_with("GET ") && !asked.contains("/telephonenumber/search");
        assert!(only_read, "{asked}");
    }
}
