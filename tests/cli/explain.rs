//! `alz explain`: what a user reads of a field, without a project or a network.

use std::process::{Command, Stdio};

use crate::world::Said;

fn explain(arguments: &[&str]) -> Said {
    let nowhere = tempfile::tempdir().expect("a directory");
    Command::new(env!("CARGO_BIN_EXE_alz"))
        .current_dir(nowhere.path())
        .env_clear()
        .stdin(Stdio::null())
        .arg("explain")
        .args(arguments)
        .output()
        .expect("alz runs")
        .into()
}

#[test]
fn a_field_is_told_with_its_values_and_an_example_to_paste() {
    let said = explain(&["e911Address.language"]).expect(0);
    assert_eq!(
        said.stdout,
        "numbers.*.e911Address.language  account
  one of the values, or null
  also defaults.e911Address.language

  The language 911 calls are answered in: fr-CA, en-US, or null for the platform's own routing
  (French in Quebec, English elsewhere).

Values
  fr-CA
  en-US

Example
  numbers:
    \"18017690101\":
      e911Address:
        language: fr-CA
"
    );
    assert!(
        explain(&["--color", "always", "prune"])
            .expect(0)
            .stdout
            .contains('\u{1b}')
    );
}

#[test]
fn a_name_in_several_places_lists_them_and_a_slip_finds_its_name() {
    let said = explain(&["unit"]).expect(0);
    assert!(
        said.stdout.contains("unit stands in 7 places"),
        "{}",
        said.stdout
    );
    assert!(
        said.stdout
            .contains("numbers.*.directoryListing.address.unit")
    );
    assert!(said.stderr.contains("more of its path"), "{}", said.stderr);
    let json = explain(&["unit", "--format", "json"]).expect(0).json();
    assert_eq!(json["places"].as_array().map(Vec::len), Some(7));

    let said = explain(&["crdDat"]).expect(1);
    assert!(
        said.stderr.contains("did you mean crdDate"),
        "{}",
        said.stderr
    );
    // Nothing is near, and nothing is no name.
    let said = explain(&["--config", "env"]).expect(1).stderr;
    assert!(!said.contains("mean ,"), "{said}");
    let said = explain(&["steps.changes"]).expect(1).stderr;
    assert!(said.contains("alz explain --plan steps.changes"), "{said}");
    let json = explain(&["crdDat", "--format", "json"]).expect(1).json();
    assert!(
        json["error"]["message"]
            .as_str()
            .is_some_and(|text| text.contains("crdDat"))
    );
}

#[test]
fn every_document_can_be_asked_about() {
    for (arguments, document, member) in [
        (&[][..], "account", "numbers"),
        (&["--config"], "config", "guards"),
        (&["--plan"], "plan", "steps"),
        (&["--sandbox-seed"], "sandbox-seed", "generate"),
    ] {
        let mut all = arguments.to_vec();
        all.extend(["--format", "json"]);
        let json = explain(&all).expect(0).json();
        assert_eq!(json["document"], document);
        let members = json["members"].as_array().expect("members");
        assert!(
            members.iter().any(|other| other["name"] == member),
            "{json:#}"
        );
        assert_eq!(json["formatVersion"], "1.0");
    }
    let json = explain(&["--config", "guards.release", "--format", "json"])
        .expect(0)
        .json();
    assert_eq!(json["path"], "guards.release");
    assert!(
        json["example"]
            .as_str()
            .is_some_and(|yaml| yaml.contains("max: 5"))
    );
    explain(&["--config", "--plan"]).expect(1);
}
