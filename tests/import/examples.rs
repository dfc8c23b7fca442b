//! Worlds that the examples make, imported: the files read as a person would
//! have written them. `UPDATE_GOLDEN=1` writes them anew: read them.

use std::path::Path;

use serde_json::json;

use crate::world::World;

fn imported(example: &str) -> World {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let world = World::new(None);
    let accounts = root.join("examples").join(example).join("accounts");
    for entry in std::fs::read_dir(accounts).expect("an example") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let text = std::fs::read_to_string(&path).expect("a file");
        world.write(&format!("accounts/{name}"), &text);
    }
    world.alz(&["apply", "--auto-approve", "--quiet"]).expect(0);
    // The carriers and the E911 provider have answered by then.
    world.post("/sandbox/clock", &json!({ "advance": "P1D" }));
    std::fs::remove_dir_all(world.root().join("accounts")).expect("a directory");
    world.alz(&["import", "--all"]).expect(0);
    world.alz(&["validate"]).expect(0);
    world.settled(example);
    let golden = root.join("tests/import/golden").join(example);
    for file in world.files() {
        let golden = golden.join(file.file_name().expect("a name"));
        let found = without_orders(&std::fs::read_to_string(&file).expect("a file"));
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::create_dir_all(golden.parent().expect("a parent")).expect("a directory");
            std::fs::write(&golden, &found).expect("golden is writable");
            continue;
        }
        let expected = std::fs::read_to_string(&golden).unwrap_or_default();
        assert_eq!(expected, found, "{}", golden.display());
    }
    world
}

/// Ports are ordered side by side: whose order is which differs from run to run.
fn without_orders(text: &str) -> String {
    let mut parts = text.split("order PON");
    let mut clean = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        clean.push_str("order PON…");
        clean.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    clean
}

#[test]
fn an_office_reads_as_it_was_written() {
    imported("office");
}

#[test]
fn a_provider_with_a_street_for_each_customer() {
    imported("provider");
}

#[test]
fn two_languages_and_two_provinces() {
    imported("ontario");
}

#[test]
fn ports_under_way_come_with_what_is_to_be_set_for_them() {
    let world = imported("porting");
    let file = world.read("accounts/sample-dental-lindon.yaml");
    assert!(
        file.contains("wirelessPin: { env: PORT_8013180011_PIN }"),
        "{file}"
    );
    for secret in ["4711", "900411"] {
        assert!(!file.contains(secret), "{secret} in {file}");
    }
    // Asked once more, elsewhere: the same words, and what to set.
    let said = world
        .alz(&[
            "import",
            "--account",
            "bRW8jpoCTGOaOIF5wqvSVg",
            "--merge",
            "--format",
            "json",
        ])
        .expect(0)
        .json();
    assert_eq!(said["accounts"][0]["file"], json!(null));
    let fresh = World::new(None);
    assert!(fresh.files().is_empty());
}
