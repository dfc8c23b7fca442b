//! What vanishes from sight would take its numbers along: everything under the
//! globs that can't be looked at is told, and so are account files beside them.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

const CONFIG: &str =
    "version: 1\nenvironments: { s: { api: sandbox, accounts: [accounts/**/*.yaml] } }\n";

/// A repository of alz.yaml and these files.
fn repository(config: &str, files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("tempdir");
    std::fs::write(dir.path().join("alz.yaml"), config).expect("write");
    for (name, text) in files {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().expect("parent")).expect("directories");
        std::fs::write(path, text).expect("write");
    }
    dir
}

fn validate(root: &Path, arguments: &[&str], environment: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_alz"));
    command.arg("-C").arg(root).arg("validate").args(arguments);
    match environment {
        Some(name) => command.env("ALZ_ENV", name),
        None => command.env_remove("ALZ_ENV"),
    };
    command
        .env("ALZ_NOW", "2026-11-23T17:00:00Z")
        .output()
        .expect("alz runs")
}

fn told(output: &Output) -> Vec<(String, String, String, String)> {
    let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let text = |problem: &Value, member: &str| problem[member].as_str().unwrap_or("").to_owned();
    document["problems"]
        .as_array()
        .expect("problems")
        .iter()
        .map(|p| {
            (
                text(p, "severity"),
                text(p, "code"),
                text(p, "file"),
                text(p, "message"),
            )
        })
        .collect()
}

fn problems(root: &Path) -> Vec<(String, String, String, String)> {
    told(&validate(root, &["--format", "json"], None))
}

const SOUND: &str = "account: a\nnumbers: { 8017690817: }\n";
const OTHER: &str = "account: a\nnumbers: { 8017690818: }\n";

#[cfg(unix)]
#[test]
fn dangling_links_and_links_in_circles_are_errors_with_their_names() {
    use std::os::unix::fs::symlink;
    for (link, target) in [
        ("accounts/gone.yaml", "nowhere.yaml"),
        ("accounts/gone", "nowhere"),
        ("accounts/self.yaml", "self.yaml"),
        ("accounts/up", "../accounts"),
    ] {
        let dir = repository(CONFIG, &[("accounts/a.yaml", SOUND)]);
        symlink(target, dir.path().join(link)).expect("link");
        let found = problems(dir.path());
        let [(severity, code, file, _)] = found.as_slice() else {
            panic!("{link}: {found:?}");
        };
        assert_eq!((severity.as_str(), code.as_str()), ("error", "unreadable"));
        assert_eq!(file, link);
    }
}

#[cfg(unix)]
#[test]
fn a_directory_that_may_not_be_read_is_an_error() {
    use std::os::unix::fs::PermissionsExt;
    let dir = repository(
        CONFIG,
        &[("accounts/a.yaml", SOUND), ("accounts/b/b.yaml", OTHER)],
    );
    let closed = dir.path().join("accounts/b");
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o000)).expect("chmod");
    // The system's administrator may read everything all the same.
    if std::fs::read_dir(&closed).is_err() {
        let found = problems(dir.path());
        assert!(
            found
                .iter()
                .any(|(_, code, file, _)| code == "unreadable" && file == "accounts/b"),
            "{found:?}"
        );
    }
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o755)).expect("chmod");
}

#[cfg(unix)]
#[test]
fn what_no_glob_could_match_is_of_no_interest() {
    use std::os::unix::fs::symlink;
    let dir = repository(CONFIG, &[("accounts/a.yaml", SOUND)]);
    symlink("nowhere", dir.path().join("elsewhere")).expect("link");
    // The lock file of an editor.
    symlink("me@host", dir.path().join("accounts/.#a.yaml")).expect("link");
    assert_eq!(problems(dir.path()), []);
}

#[test]
fn an_account_file_that_no_glob_matches_is_a_warning_and_an_error_where_it_is_pruned() {
    let files = [
        ("accounts/a.yaml", SOUND),
        ("accounts/b.yml", OTHER),
        ("accounts/values.yml", "colour: blue\n"),
    ];
    let found = problems(repository(CONFIG, &files).path());
    let [(severity, _, file, _)] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!(
        (severity.as_str(), file.as_str()),
        ("warning", "accounts/b.yml")
    );
    let pruned = format!("prune: true\n{SOUND}");
    let files = [
        ("accounts/a.yaml", pruned.as_str()),
        ("accounts/b.yml", OTHER),
    ];
    let found = problems(repository(CONFIG, &files).path());
    let [(severity, _, _, message)] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!(severity, "error");
    assert!(message.contains("given up"), "{message}");
}

#[test]
fn a_file_of_another_environment_is_not_overlooked() {
    let config = "version: 1\nenvironments:\n  p: { api: sandbox, accounts: [a/p-*.yaml] }\n  s: { api: sandbox, accounts: [a/s-*.yaml] }\n";
    let files = [("a/p-1.yaml", SOUND), ("a/s-1.yaml", OTHER)];
    assert_eq!(problems(repository(config, &files).path()), []);
}

#[test]
fn an_environment_nobody_declared_is_told_with_the_nearest_one() {
    let dir = repository(CONFIG, &[("accounts/a.yaml", SOUND)]);
    let output = validate(dir.path(), &["--format", "json", "--env", "ss"], None);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("did you mean `s`? declared: s"), "{text}");
    assert!(text.contains("\"file\": \"--env\""), "{text}");
    let output = validate(dir.path(), &["--format", "json"], Some(""));
    assert_eq!(output.status.code(), Some(0), "an empty ALZ_ENV is unset");
}

#[test]
fn a_directory_that_is_not_there_is_an_error() {
    let dir = repository(CONFIG, &[("accounts/a.yaml", SOUND)]);
    let output = validate(&dir.path().join("none"), &["--format", "json"], None);
    assert_eq!(output.status.code(), Some(1));
    assert!(told(&output)[0].3.contains("no such directory"));
}

#[test]
fn a_thousand_faults_take_no_time_to_speak_of_and_people_are_shown_some_of_each_kind() {
    let mut text = "account: a\nnumbers:\n".to_owned();
    for line in 0..5000 {
        text.push_str(&format!(
            "  1801769{line:04}: {{ protectd: true, e911Address: {{ unit: [1], language: xx }} }}\n"
        ));
    }
    let dir = repository(CONFIG, &[("accounts/a.yaml", &text)]);
    let before = std::time::Instant::now();
    assert_eq!(problems(dir.path()).len(), 15_000);
    // Quadratic it was minutes.
    assert!(before.elapsed().as_secs() < 20, "{:?}", before.elapsed());
    let output = validate(dir.path(), &[], None);
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(
        shown.contains("… and 14985 more; --format json shows all"),
        "{shown}"
    );
    // Five of each with their lines, and once where they are counted.
    for code in ["[D45]", "[D18]", "[type]"] {
        assert_eq!(shown.matches(code).count(), 6, "{shown}");
        let counted = format!("{code}, in 1 file");
        assert!(shown.contains(&counted), "{shown}");
    }
    assert_eq!(shown.matches("   5000 × ").count(), 3, "{shown}");
}

#[test]
fn a_thousand_broken_files_do_not_hide_each_other() {
    let names: Vec<String> = (0..1000)
        .map(|at| format!("accounts/a{at:03}.yaml"))
        .collect();
    let texts: Vec<String> = (0..1000)
        .map(|at| {
            format!("account: a{at}\nnumbers:\n  \"1801769{at:04}\": {{ protectd: true }}\n  \"1801768{at:04}\": {{ protectd: true }}\n")
        })
        .collect();
    let mut files: Vec<(&str, &str)> = names
        .iter()
        .zip(&texts)
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    files.push(("accounts/z.yaml", "account: z\nnumbers: [1]\n"));
    let dir = repository(CONFIG, &files);
    let output = validate(dir.path(), &[], None);
    let shown = String::from_utf8_lossy(&output.stdout);
    for file in ["a000.yaml", "a004.yaml", "z.yaml"] {
        assert_eq!(shown.matches(file).count(), 1, "{file}: {shown}");
    }
    assert!(!shown.contains("a005.yaml"), "{shown}");
    assert!(shown.contains("   2000 × unknown key"), "{shown}");
    assert!(shown.contains("[D45], in 1000 files"), "{shown}");
    assert!(shown.lines().count() < 80, "{shown}");
}

#[test]
fn a_number_declared_twice_is_told_of_whichever_file_is_asked_for_and_however_it_is_spelled() {
    let one = "account: one\nnumbers: { \"18017690817\": }\n";
    for other in [
        "account: two\nnumbers:\n  (801) 769-0817: {}\n",
        "account: two\nnumbers:\n  \"\\u0031801\\u00376908\\u00317\": {}\n",
        "account: two\nnumbers:\n  ? >-\n    18017690817\n  : {}\n",
        "account: two\nnumbers: { \"1801\n   7690817\": {} }\n",
        "account: two\nnumbers:\n  &n5 8017690817: {}\n",
    ] {
        // Before it and after it in the order of names.
        for name in ["accounts/a.yaml", "accounts/z.yaml"] {
            let files = [("accounts/m.yaml", one), (name, other)];
            let dir = repository(CONFIG, &files);
            for (asked, found) in [("accounts/m.yaml", name), (name, "accounts/m.yaml")] {
                let told = told(&validate(dir.path(), &["--format", "json", asked], None));
                let [(severity, code, file, message)] = told.as_slice() else {
                    panic!("{asked} beside {found}: {told:?}\n{other}");
                };
                assert_eq!((severity.as_str(), code.as_str()), ("error", "D3"));
                assert_eq!(file, asked);
                assert_eq!(message, "18017690817 is declared twice");
            }
        }
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_is_named_twice_or_by_another_way_is_one_file() {
    let dir = repository(CONFIG, &[("accounts/a.yaml", SOUND)]);
    let root = dir.path();
    std::fs::create_dir(root.join("other")).expect("a directory");
    std::os::unix::fs::symlink("../accounts/a.yaml", root.join("other/link.yaml")).expect("a link");
    std::fs::write(root.join("other/b.yaml"), OTHER).expect("a file");
    for files in [
        &["accounts/a.yaml", "accounts/../accounts/a.yaml"][..],
        &["other/link.yaml"],
        &[
            "accounts/../accounts/a.yaml",
            "accounts/a.yaml",
            "other/link.yaml",
        ],
        // No glob finds these two.
        &["other/b.yaml", "other/../other/b.yaml"],
    ] {
        let mut arguments = vec!["--format", "json"];
        arguments.extend(files);
        let told = told(&validate(root, &arguments, None));
        assert_eq!(told, [], "{files:?}");
        // A plan is as clear-sighted: it comes as far as the platform.
        let mut plan = Command::new(env!("CARGO_BIN_EXE_alz"));
        let plan = plan.arg("-C").arg(root).arg("plan").args(files);
        let said = plan.env_remove("ALZ_ENV").output().expect("alz runs");
        let said = String::from_utf8_lossy(&said.stderr).into_owned();
        assert!(!said.contains("declared twice"), "{files:?}: {said}");
    }
    let told = told(&validate(root, &["--format", "json", "accounts"], None));
    assert_eq!(told[0].3, "this is a directory");
}

/// Nobody writes into it, and nobody may wait for that.
#[cfg(unix)]
#[test]
fn a_pipe_among_the_files_is_told_and_not_read() {
    let dir = repository(CONFIG, &[("accounts/a.yaml", SOUND)]);
    let pipe = dir.path().join("accounts/pipe.yaml");
    let made = Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo runs").success());
    for arguments in [&[][..], &["accounts/pipe.yaml"]] {
        let output = validate(dir.path(), arguments, None);
        assert_eq!(output.status.code(), Some(1));
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(said.contains("no regular file"), "{said}");
    }
}

#[test]
fn what_keeps_a_file_from_being_held_against_another_is_told() {
    // An id that stands in no other word.
    let sound = "account: bRW8jpoCTGOaOIF5wqvSVg\nnumbers: { 8017690817: }\n";
    let broken = "account: two\nnumbers:\n  \"18017690817\": [\n";
    let unrelated = "account: two\nnumbers:\n  \"18017690999\": [\n";
    for (other, expected) in [(broken, &["syntax"][..]), (unrelated, &[])] {
        let files = [("accounts/a.yaml", sound), ("accounts/b.yaml", other)];
        let dir = repository(CONFIG, &files);
        let output = validate(dir.path(), &["--format", "json", "accounts/a.yaml"], None);
        let codes: Vec<String> = told(&output).into_iter().map(|told| told.1).collect();
        assert_eq!(codes, expected, "{other}");
    }
}

#[test]
fn a_file_is_held_against_those_of_its_own_environments() {
    let config = "version: 1\nenvironments:\n  a: { api: sandbox, accounts: [a/*.yaml] }\n  b: { api: sandbox, accounts: [b/*.yaml] }\n";
    let dir = repository(
        config,
        &[("a/x.yaml", SOUND), ("b/x.yaml", SOUND), ("c.yaml", SOUND)],
    );
    for file in ["a/x.yaml", "b/x.yaml"] {
        let output = validate(dir.path(), &["--format", "json", file], None);
        assert_eq!(told(&output), [], "{file}");
    }
    // One that no environment reads is held against each.
    let output = validate(dir.path(), &["--format", "json", "c.yaml"], None);
    assert_eq!(told(&output).len(), 1, "{:?}", told(&output));
}
