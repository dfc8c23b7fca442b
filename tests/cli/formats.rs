//! Reports for pipelines are what their readers take: SARIF by the schema of the
//! standard, JUnit by that of Jenkins, GitHub's commands by their grammar;
//! whatever is wrong, also when nothing could be looked at.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::world::{NOW, Said};

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

fn alz(root: &Path, arguments: &[&str]) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_alz"));
    command
        .current_dir(root)
        .env_clear()
        .env("ALZ_NOW", NOW)
        .args(arguments);
    command.output().expect("alz runs").into()
}

/// Everything that can be wrong with files, a repository without a fault, and
/// what goes wrong before any file is read.
fn runs() -> Vec<(PathBuf, Vec<&'static str>, i32)> {
    let mut runs: Vec<(PathBuf, Vec<&str>, i32)> = std::fs::read_dir(tests().join("bad"))
        .expect("tests/bad")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .map(|path| {
            let text = std::fs::read_to_string(path.join("expected.json")).expect("expected.json");
            let expected: Value = serde_json::from_str(&text).expect("JSON");
            let problems = expected["problems"].as_array().expect("problems");
            let error = problems
                .iter()
                .any(|problem| problem["severity"] == "error");
            (path, vec!["validate"], i32::from(error))
        })
        .collect();
    assert!(runs.len() > 50);
    let good = tests().join("good");
    runs.extend([
        (good.clone(), vec!["validate"], 0),
        (good.clone(), vec!["validate", "accounts/nowhere.yaml"], 1),
        (good.clone(), vec!["validate", "-C", "nowhere"], 1),
        (good.clone(), vec!["validate", "--env", "nowhere"], 1),
        (good.clone(), vec!["validate", "--what"], 1),
        (good.clone(), vec!["plan", "--what"], 1),
        (good, vec!["plan", "-C", "nowhere"], 1),
        (std::env::temp_dir(), vec!["validate"], 1),
    ]);
    runs
}

/// Runs all of it in one form; what the report says goes to `judge`.
fn each(format: &str, judge: impl Fn(&str, &[&str])) {
    for (root, arguments, code) in runs() {
        for spelling in [
            vec!["--format", format],
            vec![&*format!("--format={format}")],
        ] {
            let arguments: Vec<&str> = arguments.iter().chain(&spelling).copied().collect();
            let said = alz(&root, &arguments);
            assert_eq!(said.code, code, "{root:?} {arguments:?}: {}", said.stderr);
            judge(&said.stdout, &arguments);
        }
    }
}

#[test]
fn sarif_is_valid_by_the_schema_of_the_standard() {
    let text = std::fs::read_to_string(tests().join("schemas/sarif-2.1.0.json")).expect("a schema");
    // A bracket that is one too many, in the pattern of languages, which we name nowhere.
    let text = text.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}\\\\]?$");
    let schema: Value = serde_json::from_str(&text).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    assert!(!validator.is_valid(&serde_json::json!({ "version": "2.1.0" })));
    each("sarif", |said, arguments| {
        let document: Value = serde_json::from_str(said)
            .unwrap_or_else(|error| panic!("{arguments:?}: {error}: {said}"));
        let wrong: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{arguments:?}: {wrong:?}\n{said}");
        let run = &document["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
        for result in run["results"].as_array().expect("results") {
            // Code scanning takes nothing without a place in a file.
            let place = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
            assert!(
                place.as_str().is_some_and(|uri| !uri.is_empty()),
                "{result}"
            );
            let index = result["ruleIndex"].as_u64().expect("an index");
            let rule = &rules[usize::try_from(index).expect("small")];
            assert_eq!(rule["id"], result["ruleId"]);
            assert_ne!(rule["shortDescription"]["text"], rule["id"], "{rule}");
        }
    });
}

/// Without the tool the report is not looked at; `.ci/run` has it.
#[test]
fn junit_is_valid_by_the_schema_of_jenkins() {
    let Some(xmllint) = std::env::var_os("ALZ_XMLLINT").filter(|name| !name.is_empty()) else {
        let _ = std::io::stderr().write_all(b"left out: ALZ_XMLLINT names no xmllint\n");
        return;
    };
    let schema = tests().join("schemas/junit-10.xsd");
    each("junit", |said, arguments| {
        let mut lint = Command::new(&xmllint)
            .args(["--noout", "--nonet", "--schema"])
            .arg(&schema)
            .arg("-")
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("xmllint runs");
        let mut stdin = lint.stdin.take().expect("a pipe");
        stdin.write_all(said.as_bytes()).expect("it reads");
        drop(stdin);
        let output = lint.wait_with_output().expect("xmllint ends");
        let why = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}: {why}\n{said}");
    });
}

#[test]
fn annotations_are_commands_that_github_understands() {
    each("github", |said, arguments| {
        for line in said.lines() {
            let (command, message) = line
                .strip_prefix("::")
                .and_then(|rest| rest.split_once("::"))
                .unwrap_or_else(|| panic!("{arguments:?}: {line}"));
            assert!(!message.is_empty(), "{line}");
            let (kind, properties) = command.split_once(' ').expect("properties");
            assert!(["error", "warning", "notice"].contains(&kind), "{line}");
            for property in properties.split(',') {
                let (name, value) = property.split_once('=').expect("name=value");
                assert!(["file", "line", "col", "title"].contains(&name), "{line}");
                assert!(!value.contains(':'), "{line}");
            }
        }
    });
    assert_eq!(
        alz(&tests().join("good"), &["validate", "--format", "github"]).stdout,
        ""
    );
}

#[test]
fn a_clean_run_names_every_file_as_passed() {
    let said = alz(&tests().join("good"), &["validate", "--format", "junit"]).expect(0);
    let files = std::fs::read_dir(tests().join("good/accounts"))
        .expect("files")
        .count();
    assert_eq!(
        said.stdout.matches("name=\"no problems\"").count(),
        files,
        "{}",
        said.stdout
    );
    assert!(said.stdout.contains("failures=\"0\" errors=\"0\""));
}
