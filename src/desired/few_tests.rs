//! A file checked alone is told what a run over everything would say of it,
//! whatever the files are and however their numbers are spelled.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use proptest::prelude::*;

use super::super::load::{self, LoadRequest};
use super::super::problem::{Place, Problem};
use super::super::settings::Pattern;
use super::check;

/// One document, in numbers to choose by.
#[derive(Clone, Debug)]
struct Document {
    account: usize,
    prune: Option<bool>,
    port: Option<usize>,
    /// Number, spelling, and the user that shows it.
    numbers: Vec<(usize, usize, Option<usize>)>,
    /// A key that nobody knows.
    slip: bool,
}

const ACCOUNTS: [&str; 3] = [
    "bRW8jpoCTGOaOIF5wqvSVg",
    "ajfrBZJMQNC49TeBSfnlQg",
    "another",
];
const SPELLINGS: usize = 7;

fn digits(number: usize) -> String {
    format!("1801769{:04}", 810 + number)
}

fn spelled(number: usize, spelling: usize) -> String {
    let line = format!("{:04}", 810 + number);
    match spelling {
        0 => format!("\"1801769{line}\""),
        1 => format!("1801769{line}"),
        2 => format!("801-769-{line}"),
        3 => format!("\"+1 (801) 769.{line}\""),
        4 => format!("\"180176\\u0039{line}\""),
        5 => format!("&n{number} 801\u{2011}769\u{a0}{line}"),
        _ => format!("? >-\n    801769{line}\n  "),
    }
}

fn text(documents: &[Document]) -> String {
    let mut text = String::new();
    for document in documents {
        text.push_str("---\n");
        let mut line = |line: String| writeln!(text, "{line}").expect("a text grows");
        line(format!("account: {}", ACCOUNTS[document.account]));
        if let Some(prune) = document.prune {
            line(format!("prune: {prune}"));
        }
        if document.slip {
            line("nubmers: {}".to_owned());
        }
        if let Some(port) = document.port {
            line(format!(
                "ports: {{ port{port}: {{ crdDate: 2026-12-04 }} }}"
            ));
        }
        if !document.numbers.is_empty() {
            line("numbers:".to_owned());
        }
        for (number, spelling, user) in &document.numbers {
            let said = user.map_or_else(String::new, |user| {
                format!("reference: {{ type: END_USER, id: aAaAaAaAaAaAaAaAaAaA{user}A, assignAsCallerId: true }}")
            });
            line(format!("  {}: {{ {said} }}", spelled(*number, *spelling)));
        }
    }
    text
}

fn documents() -> impl Strategy<Value = Vec<Vec<Document>>> {
    let number = (0..6usize, 0..SPELLINGS, prop::option::of(0..2usize));
    let document = (
        0..ACCOUNTS.len(),
        prop::option::of(any::<bool>()),
        prop::option::of(0..2usize),
        prop::collection::vec(number, 0..3),
        prop::bool::weighted(0.1),
    );
    let document = document.prop_map(|(account, prune, port, mut numbers, slip)| {
        // Of a key that stands twice in one map only one is read.
        numbers.sort_by_key(|(number, _, _)| *number);
        numbers.dedup_by_key(|(number, _, _)| *number);
        Document {
            account,
            prune,
            port,
            numbers,
            slip,
        }
    });
    prop::collection::vec(prop::collection::vec(document, 1..3), 2..5)
}

/// Found between documents: which of them it is told at depends on their order.
fn is_between(problem: &Problem) -> bool {
    let message = &problem.message;
    message.ends_with("is declared twice")
        || message.contains("has two ports called")
        || message.contains("as caller ID")
        || message.contains("here and `prune:")
}

/// What it is about, in whatever order it is told.
fn subject(problem: &Problem) -> String {
    match problem.code.as_str() {
        "D27" | "config" => {
            let mut words: Vec<&str> = problem.message.split_whitespace().collect();
            words.retain(|word| ACCOUNTS.contains(word));
            format!("{} {words:?}", problem.code)
        }
        _ => problem.message.clone(),
    }
}

/// The subjects that the file has a part in, of all that was found.
fn concerned(found: &[Problem], own: &[Document], all: &[Vec<Document>]) -> BTreeSet<String> {
    let has_part = |problem: &&Problem| {
        let of_account =
            |document: &&Document| problem.message.contains(ACCOUNTS[document.account]);
        match problem.code.as_str() {
            "D3" => own.iter().any(|document| {
                let mut numbers = document.numbers.iter();
                let port = document.port.map(|port| format!("`port{port}`"));
                numbers.any(|(number, _, _)| problem.message.contains(&digits(*number)))
                    || (of_account(&document)
                        && port.is_some_and(|port| problem.message.contains(&port)))
            }),
            "D27" => own.iter().filter(of_account).any(|document| {
                // A clash within one document is told by itself.
                let others = || {
                    let others = all.iter().flatten().filter(of_account);
                    others.filter(|other| !std::ptr::eq(*other, document))
                };
                document.numbers.iter().any(|(number, _, user)| {
                    let of_others = others().flat_map(|other| &other.numbers);
                    user.is_some() && { of_others }
                        .any(|(other, _, same)| same == user && other != number)
                })
            }),
            _ => own
                .iter()
                .filter(of_account)
                .any(|document| document.prune.is_some()),
        }
    };
    let between = found.iter().filter(|problem| is_between(problem));
    between.filter(has_part).map(subject).collect()
}

fn request<'a>(root: &'a Path, globs: &'a [Pattern]) -> LoadRequest<'a> {
    LoadRequest {
        root,
        globs,
        files: &[],
        policies: &[],
        today: Date::constant(2026, 11, 24),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_file_is_told_what_a_run_over_everything_says_of_it(files in documents()) {
        let directory = tempfile::tempdir().expect("a directory");
        let root = directory.path();
        let name = |index: usize| format!("f{index}.yaml");
        for (index, documents) in files.iter().enumerate() {
            std::fs::write(root.join(name(index)), text(documents)).expect("a file");
        }
        let globs = [Pattern { glob: "*.yaml".to_owned(), place: Place::default(), path: String::new() }];
        let all = match load::load(&request(root, &globs)) {
            Ok(loaded) => loaded.warnings,
            Err(problems) => problems,
        };
        for (index, own) in files.iter().enumerate() {
            let few = check(&request(root, &globs), &[PathBuf::from(name(index))]).problems;
            let within = |problems: &[Problem]| -> Vec<String> {
                let of_file = problems.iter().filter(|problem| problem.file == name(index) && !is_between(problem));
                of_file.map(ToString::to_string).collect()
            };
            prop_assert_eq!(within(&few), within(&all));
            let told: BTreeSet<String> = few.iter().filter(|problem| is_between(problem)).map(subject).collect();
            let (few, all) = (&few, &all);
            for subject in concerned(all, own, &files) {
                prop_assert!(told.contains(&subject), "{subject}\nalone {few:#?}\nall {all:#?}\n{}", text(own));
            }
            // And nothing that is not so.
            let known: BTreeSet<String> = all.iter().filter(|problem| is_between(problem)).map(subject).collect();
            prop_assert!(told.is_subset(&known), "alone {few:#?}\nall {all:#?}");
        }
    }
}

#[test]
fn a_number_that_stands_twice_hides_no_other_with_its_users_caller_id() {
    let directory = tempfile::tempdir().expect("a directory");
    let root = directory.path();
    for (file, number) in [("f0", "2"), ("f1", "3"), ("f2", "2")] {
        let account = ACCOUNTS[0];
        let user = "aAaAaAaAaAaAaAaAaAaA1A";
        let text = format!(
            "account: {account}\nnumbers:\n  \"1801769081{number}\": {{ reference: {{ type: END_USER, id: {user}, assignAsCallerId: true }} }}\n"
        );
        std::fs::write(root.join(format!("{file}.yaml")), text).expect("a file");
    }
    let globs = [Pattern {
        glob: "*.yaml".to_owned(),
        place: Place::default(),
        path: String::new(),
    }];
    for file in ["f0.yaml", "f1.yaml", "f2.yaml"] {
        let alone = check(&request(root, &globs), &[PathBuf::from(file)]).problems;
        assert!(
            alone.iter().any(|problem| problem.code == "D27"),
            "{file}: {alone:#?}"
        );
    }
}
