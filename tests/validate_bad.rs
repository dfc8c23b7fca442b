//! Every folder of tests/bad is a repository with something wrong, and says in
//! `expected.json` what `alz validate` tells of it: file, line, column, path,
//! rule, message and help. UPDATE_EXPECTED=1 writes these files anew.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad");
    let mut cases: Vec<PathBuf> = std::fs::read_dir(root)
        .expect("tests/bad")
        .map(|entry| entry.expect("entry").path())
        .filter(|path| path.is_dir())
        .collect();
    cases.sort();
    cases
}

fn validate(case: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_alz"))
        .arg("-C")
        .arg(case)
        .arg("validate")
        .args(arguments)
        .env("ALZ_NOW", "2026-11-23T17:00:00Z")
        .env_remove("ALZ_ENV")
        .output()
        .expect("alz runs")
}

fn problems(output: &Output) -> Vec<serde_json::Value> {
    let document: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("a JSON document on standard output");
    assert_eq!(document["formatVersion"], "1.0");
    document["problems"].as_array().expect("problems").clone()
}

#[test]
fn every_mistake_is_told_with_its_place_rule_and_cure() {
    let update = std::env::var_os("UPDATE_EXPECTED").is_some();
    let mut wrong = Vec::new();
    for case in cases() {
        let output = validate(&case, &["--format", "json"]);
        let found = String::from_utf8(output.stdout.clone()).expect("UTF-8");
        let file = case.join("expected.json");
        if update {
            std::fs::write(&file, &found).expect("write");
        }
        let expected = std::fs::read_to_string(&file).unwrap_or_default();
        if found != expected {
            wrong.push(format!("{}:\n{found}", case.display()));
        }
        let found = problems(&output);
        assert!(!found.is_empty(), "{}: nothing is wrong?", case.display());
        for problem in &found {
            for member in ["code", "file", "message", "help"] {
                let text = problem[member].as_str().unwrap_or("");
                assert!(
                    !text.is_empty(),
                    "{}: no {member}: {problem}",
                    case.display()
                );
            }
        }
        let error = found.iter().any(|problem| problem["severity"] == "error");
        assert_eq!(
            output.status.code(),
            Some(i32::from(error)),
            "{}",
            case.display()
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_offline_rule_and_fault_of_form_has_a_case() {
    let told: BTreeSet<String> = cases()
        .iter()
        .flat_map(|case| problems(&validate(case, &["--format", "json"])))
        .map(|problem| problem["code"].as_str().unwrap_or("").to_owned())
        .collect();
    // D22, D35 need live state; D37 needs the secret itself.
    let rules = (1..=45)
        .filter(|rule| ![22, 35, 37].contains(rule))
        .map(|rule| format!("D{rule}"));
    let form = [
        "D33b",
        "syntax",
        "type",
        "duplicate-key",
        "alias-bomb",
        "required",
        "unreadable",
        "config",
        "policy",
    ];
    for code in rules.chain(form.map(str::to_owned)) {
        assert!(told.contains(&code), "no case tells {code}");
    }
}

#[test]
fn no_output_in_any_form_shows_a_secret() {
    for case in cases() {
        for arguments in [
            &["--format", "json"][..],
            &[],
            &["--color", "always"],
            &["--format", "sarif"],
            &["--format", "junit"],
            &["--format", "github"],
        ] {
            let output = validate(&case, arguments);
            for stream in [&output.stdout, &output.stderr] {
                let text = String::from_utf8_lossy(stream);
                for secret in ["4711", "user:secret"] {
                    assert!(!text.contains(secret), "{} {arguments:?}", case.display());
                }
            }
        }
    }
}

/// What a run over everything says of a file, a run over that file says too; and
/// what only shows between two files is told of whichever is asked for.
#[test]
fn a_file_on_its_own_is_told_all_that_it_is_told_among_the_others() {
    let mut compared = 0;
    for case in cases() {
        let all = problems(&validate(&case, &["--format", "json"]));
        let mut files: Vec<PathBuf> = std::fs::read_dir(case.join("accounts"))
            .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
            .unwrap_or_default();
        files.retain(|file| file.is_file());
        for file in files {
            let name = format!(
                "accounts/{}",
                file.file_name().expect("a name").to_string_lossy()
            );
            let own = problems(&validate(&case, &["--format", "json", &name]));
            let others = |problem: &&serde_json::Value| problem["file"] != name.as_str();
            for problem in all.iter().filter(|problem| !others(problem)) {
                assert!(own.contains(problem), "{name}: {problem} in {own:?}");
            }
            // Two files contradict each other: here the one asked for is at fault.
            let between = |code: &serde_json::Value| {
                ["D3", "D27", "config"].iter().any(|known| code == *known)
            };
            for problem in own.iter().filter(|problem| !all.contains(problem)) {
                assert!(between(&problem["code"]), "{name}: {problem} in {all:?}");
            }
            compared += 1;
        }
    }
    assert!(compared > 50, "{compared}");
}

#[test]
fn strict_takes_warnings_for_errors() {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad/d25");
    assert_eq!(validate(&case, &[]).status.code(), Some(0));
    assert_eq!(validate(&case, &["--strict"]).status.code(), Some(1));
}
