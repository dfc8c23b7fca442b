//! Sound repositories: nothing is said of them, and what is loaded is what was written.

use std::path::{Path, PathBuf};
use std::process::Command;

use alz::desired::load::{LoadRequest, Loaded, load};
use alz::desired::problem::Place;
use alz::desired::settings::Pattern;
use alz::desired::{Problem, Subject};
use alz::model::PhoneNumber;
use jiff::civil::date;

fn good() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/good")
}

fn pattern(glob: &str) -> Pattern {
    Pattern {
        glob: glob.to_owned(),
        place: Place { line: 1, column: 1 },
        path: String::new(),
    }
}

fn try_load(root: &Path) -> Result<Loaded, Vec<Problem>> {
    load(&LoadRequest {
        root,
        globs: &[pattern("accounts/**/*.yaml")],
        files: &[],
        policies: &[],
        today: date(2026, 11, 23),
    })
}

fn loaded(root: &Path) -> Loaded {
    try_load(root).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// A repository of these files.
fn repository(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("tempdir");
    for (name, text) in files {
        let path = dir.path().join("accounts").join(name);
        std::fs::create_dir_all(path.parent().expect("parent")).expect("directories");
        std::fs::write(path, text).expect("write");
    }
    dir
}

fn number(text: &str) -> PhoneNumber {
    text.parse().expect("a number")
}

#[test]
fn a_sound_repository_exits_zero_and_says_how_much_was_checked() {
    let output = Command::new(env!("CARGO_BIN_EXE_alz"))
        .arg("-C")
        .arg(good().join("accounts"))
        .arg("validate")
        .env("ALZ_NOW", "2026-11-23T17:00:00Z")
        .output()
        .expect("alz runs");
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{out}{err}");
    assert_eq!(out, "", "nothing is wrong, nothing is printed");
    assert!(err.contains("7 numbers checked: no problems"), "{err}");
}

#[test]
fn accounts_come_merged_in_the_order_of_their_ids() {
    let repository = loaded(&good()).repository;
    let ids: Vec<&str> = repository.account_ids().map(|id| id.as_str()).collect();
    assert_eq!(
        ids,
        ["4711", "bRW8jpoCTGOaOIF5wqvSVg", "bare", "crlf", "empty"]
    );
    assert_eq!((repository.len(), repository.number_count()), (5, 7));
    let account = repository.account(1).expect("there").expect("sound");
    assert_eq!(account.name.as_deref(), Some("Sample Dental, Lindon"));
    let second = &account.numbers[&number("18017690813")];
    let csr = second.customer_service_record.value().expect("csr");
    assert_eq!((csr.unit.text(), csr.postal_code.text()), ("510", "84042"));
    let e911 = second.e911_address.value().expect("e911");
    assert_eq!((e911.unit.text(), e911.language.text()), ("500", "en-US"));
    assert!(account.numbers[&number("18017690814")].released);
    assert!(account.numbers[&number("18017690815")].protected);
    assert_eq!(account.ports[0].numbers, [number("18017690812")]);
    let vancouver = repository.account(0).expect("there").expect("sound");
    assert_eq!(vancouver.ports[0].numbers.len(), 2);
    assert!(repository.account(5).is_none());
}

#[test]
fn lines_are_found_again_for_numbers_ports_and_accounts() {
    let repository = loaded(&good()).repository;
    let account = repository.account(1).expect("there").expect("sound");
    let text = std::fs::read_to_string(good().join("accounts/lindon.yaml")).expect("read");
    let line = |what: &str| {
        let index = text
            .lines()
            .position(|line| line.contains(what))
            .expect("in the file");
        u32::try_from(index + 1).expect("a line")
    };
    let found = repository.locate(&[
        (account.source, Subject::Number(number("18017690814"))),
        (account.source, Subject::Port("main-line".into())),
        (account.source, Subject::Account),
        (account.source, Subject::Number(number("18017690813"))),
    ]);
    let file = "accounts/lindon.yaml".to_owned();
    let expected = [
        "  18017690814:",
        "  main-line:",
        "account: ",
        "801-769-0813",
    ];
    let expected: Vec<_> = expected
        .iter()
        .map(|what| (file.clone(), line(what)))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn naming_files_selects_their_accounts_and_numbers() {
    let repository = loaded(&good()).repository;
    let selection = repository.select(&[good().join("accounts/../accounts/windows.yaml")]);
    assert_eq!(
        selection.numbers.into_iter().collect::<Vec<_>>(),
        [number("18017690899")]
    );
    assert_eq!(selection.accounts.len(), 1);
}

const ONE: &str = "account: a\nname: One\nprune: true\ndefaults: { e911Address: { language: en-US } }\nnumbers:\n  8017690817: { protected: true }\n  8017690818:\n---\naccount: b\nnumbers: { 8017690819: { reference: ~ } }\n";

fn digest(files: &[(&str, &str)]) -> String {
    loaded(repository(files).path()).repository.digest(None)
}

#[test]
fn the_digest_is_of_what_is_asked_for_not_of_how_it_is_written() {
    let digest_of_one = digest(&[("x.yaml", ONE)]);
    assert!(digest_of_one.starts_with("sha256:") && digest_of_one.len() == 71);
    // Other files, other order, names and comments, defaults written out.
    let same = digest(&[
        (
            "1.yaml",
            "account: b\nnumbers: { \"+1 801 769 0819\": { reference: null } } # c\n",
        ),
        (
            "2.yaml",
            "account: a\nname: Two\nnumbers:\n  18017690818: { e911Address: { language: en-US } }\n",
        ),
        (
            "3/4.yaml",
            "prune: true\naccount: a\nnumbers:\n  18017690817: { e911Address: { language: en-US }, protected: true }\n",
        ),
    ]);
    assert_eq!(digest_of_one, same);
    for (from, to) in [
        ("en-US", "fr-CA"),
        ("prune: true", "prune: false"),
        ("protected: true", "protected: false"),
        ("reference: ~", "e911Address: ~"),
        ("8017690819", "8017690829"),
        ("account: b", "account: c"),
        ("  8017690818:\n", "  8017690818: { state: released }\n"),
    ] {
        let changed = ONE.replace(from, to);
        assert_ne!(changed, ONE);
        assert_ne!(
            digest(&[("x.yaml", &changed)]),
            digest_of_one,
            "{from} -> {to}"
        );
    }
}

#[test]
fn documents_of_one_account_are_one_account_each_with_its_own_defaults() {
    let dir = repository(&[
        (
            "a.yaml",
            "account: a\nprune: true\ndefaults: { holdActivation: true }\nnumbers: { 8017690817: }\n",
        ),
        ("b.yaml", "account: a\nnumbers: { 8017690818: }\n"),
    ]);
    let repository = loaded(dir.path()).repository;
    assert_eq!(repository.len(), 1);
    let account = repository.account(0).expect("there").expect("sound");
    assert!(account.prune);
    let held = |text: &str| {
        account.numbers[&number(text)]
            .hold_activation
            .value()
            .copied()
    };
    assert_eq!(
        (held("18017690817"), held("18017690818")),
        (Some(true), None)
    );
}

#[test]
fn globs_may_go_up_and_hidden_directories_are_left_alone() {
    let dir = repository(&[("x.yaml", ONE), (".hidden/y.yaml", "account: c\n")]);
    let root = dir.path().join("accounts/nested");
    std::fs::create_dir_all(&root).expect("directories");
    let absolute = format!("{}/accounts/**/*.{{yaml,yml}}", dir.path().display());
    for glob in ["../*.yaml", &absolute] {
        let request = LoadRequest {
            root: &root,
            globs: &[pattern(glob)],
            files: &[],
            policies: &[],
            today: date(2026, 11, 23),
        };
        let loaded = load(&request).unwrap_or_else(|problems| panic!("{problems:?}"));
        assert_eq!(loaded.repository.len(), 2, "{glob}");
        assert!(loaded.warnings.is_empty(), "{glob}: {:?}", loaded.warnings);
    }
}

#[test]
fn every_problem_of_every_file_is_told_in_one_go() {
    let dir = repository(&[
        (
            "a.yaml",
            "account: a\nnumbers: { 8017690817: { protectd: true } }\n",
        ),
        ("b.yaml", "account: [\n"),
        (
            "c.yaml",
            "account: c\nnumbers: { 8017690817: { e911Address: { state: QB } } }\n",
        ),
    ]);
    let problems = try_load(dir.path()).expect_err("problems");
    let told: Vec<(&str, &str)> = problems
        .iter()
        .map(|problem| (problem.file.as_str(), problem.code.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("accounts/a.yaml", "D45"),
            ("accounts/b.yaml", "syntax"),
            ("accounts/c.yaml", "D3"),
            ("accounts/c.yaml", "D13"),
        ]
    );
}

#[test]
fn a_file_that_is_not_there_is_no_success() {
    let output = Command::new(env!("CARGO_BIN_EXE_alz"))
        .arg("-C")
        .arg(good())
        .args(["validate", "--format", "json", "accounts/none.yaml"])
        .output()
        .expect("alz runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("there is no such file"));
}

#[test]
fn naming_a_file_tells_of_that_file_only_but_judges_it_beside_all_others() {
    let dir = repository(&[
        ("a.yaml", "account: a\nnumbers: { 8017690817: }\n"),
        ("b.yaml", "account: b\nnumbers: { 8017690817: }\n"),
        ("c.yaml", "account: c\nwrong: x\n"),
    ]);
    let config = "version: 1\nenvironments: { s: { api: sandbox, accounts: [accounts/*.yaml] } }\n";
    std::fs::write(dir.path().join("alz.yaml"), config).expect("write");
    let output = Command::new(env!("CARGO_BIN_EXE_alz"))
        .arg("-C")
        .arg(dir.path())
        .args(["validate", "--format", "json", "accounts/b.yaml"])
        .output()
        .expect("alz runs");
    let out = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        out.contains("accounts/a.yaml:2") && out.contains("\"D3\""),
        "{out}"
    );
    assert!(!out.contains("accounts/c.yaml"), "{out}");
}
