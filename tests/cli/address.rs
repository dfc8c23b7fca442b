//! `alz address`: a line of address becomes YAML that means what was validated.

use serde_json::{Value, json};

use crate::world::World;

fn world() -> World {
    World::new(&[])
}

#[test]
fn a_line_becomes_yaml_to_paste_and_what_is_missing_is_said() {
    let world = world();
    let said = world
        .alz(&["address", "validate", "333 S 520 W, Lindon, UT 84042"])
        .expect(0);
    let pasted: Value = serde_yaml::from_str(&said.stdout).expect("YAML");
    assert_eq!(
        pasted,
        json!({
            "customerServiceRecord": {
                "streetNumber": "333", "preDirectional": "S", "streetName": "520",
                "postDirectional": "W", "city": "Lindon", "state": "UT",
                "postalCode": "84042", "country": "USA",
            },
            "latitude": "40.332492",
            "longitude": "-111.728167",
        })
    );
    assert!(said.stdout.contains("# unit:"), "{}", said.stdout);
    assert!(
        said.stderr.contains("the platform wants unit"),
        "{}",
        said.stderr
    );
    let whole = world
        .alz(&[
            "address",
            "validate",
            "333 S 520 W Suite 500, Lindon, UT 84042",
        ])
        .expect(0);
    assert_eq!(whole.stderr, "");
    assert!(whole.stdout.contains("unit: \"500\""), "{}", whole.stdout);
    assert!(world.writes().is_empty());
}

#[test]
fn what_is_validated_can_be_pasted_and_found_sound() {
    let world = world();
    let line = "333 S 520 W Suite 500, Lindon, UT 84042";
    let said = world.alz(&["address", "validate", line]).expect(0);
    let record: Vec<&str> = said
        .stdout
        .lines()
        .take_while(|line| !line.starts_with('#'))
        .collect();
    world.write(
        "accounts/new.yaml",
        &format!(
            "account: bRW8jpoCTGOaOIF5wqvSVg\ndefaults:\n  {}\n    customerType: BUSINESS\n    businessName: Sample Dental\nnumbers:\n  \"18017690201\": {{}}\n",
            record.join("\n  ")
        ),
    );
    world.alz(&["validate"]).expect(0);
    world.alz(&["e911", "check"]).expect(0);
}

#[test]
fn an_unknown_address_is_no_success_in_either_format() {
    let world = world();
    let line = ["address", "validate", "1 Nowhere Blvd, Zzyzx"];
    let said = world.alz(&line).expect(1);
    assert_eq!(said.stdout, "");
    assert!(
        said.stderr.contains("does not know the address"),
        "{}",
        said.stderr
    );
    let country = world.alz(&["address", "validate", "gibberish", "--country", "CAN"]);
    assert!(
        !country.stderr.contains("understood"),
        "a country that was told is nothing understood: {}",
        country.stderr
    );
    let json = world
        .alz(&[&line[..], &["--format", "json"]].concat())
        .expect(1);
    assert_eq!(json.json()["valid"], false);
}

#[test]
fn the_country_and_postal_code_that_are_told_are_asked_with() {
    let world = world();
    let suggest = |more: &[&str]| -> Vec<String> {
        let arguments = [&["address", "suggest", "333", "--format", "json"], more].concat();
        let document = world.alz(&arguments).expect(0).json();
        let lines = document["suggestions"].as_array().expect("suggestions");
        lines
            .iter()
            .filter_map(|line| line.as_str().map(String::from))
            .collect()
    };
    assert!(
        suggest(&["--country", "CAN"])
            .iter()
            .all(|line| !line.ends_with("UT"))
    );
    let near = suggest(&["--country", "usa", "--postal-code", "84057"]);
    assert_eq!(
        near.first().map(String::as_str),
        Some("333 W 600 N, Orem UT")
    );
    let none = world.alz(&["address", "suggest", "99999 zzz"]).expect(1);
    assert_eq!(none.stdout, "");
}

#[test]
fn without_a_terminal_nothing_waits_for_keys() {
    let world = world();
    for arguments in [
        &["address", "suggest"][..],
        &["address", "suggest", "-i", "3"],
    ] {
        let said = world.alz(arguments).expect(1);
        assert!(said.stderr.contains("terminal"), "{}", said.stderr);
    }
    assert_eq!(world.requests(), 0);
}

#[test]
fn an_empty_line_is_answered_without_asking_the_platform() {
    let world = world();
    let said = world.alz(&["address", "validate", "  "]).expect(1);
    assert!(said.stderr.contains("the line is empty"), "{}", said.stderr);
    let said = world.alz(&["address", "suggest", "  "]).expect(1);
    assert!(said.stderr.contains("empty line"), "{}", said.stderr);
    assert!(said.stderr.contains("help:"), "{}", said.stderr);
    assert_eq!(world.requests(), 0);
}
