//! What is explained is what is read: examples load, and every field has one.

use jiff::civil::date;

use super::*;
use crate::desired::{load, settings};
use crate::report::schema::{Draft, Kind, schema};

fn document(name: &'static str, kind: Kind) -> Document {
    Document {
        name,
        schema: schema(kind, Draft::Draft2020),
    }
}

fn account() -> Document {
    document("account", Kind::Account)
}

fn topic_of(said: &str) -> Topic {
    match explain(&[account(), document("config", Kind::Config)], said) {
        Answer::Topic(topic) => *topic,
        other => panic!("{said}: {other:?}"),
    }
}

#[test]
fn what_the_examples_are_cut_from_is_valid() {
    let text = example::whole("account").expect("an example");
    let problems = load::problems_of("account.yaml", text, date(2026, 11, 23));
    let faults: Vec<String> = problems
        .iter()
        // The ports that only show another form are not whole.
        .filter(|problem| !problem.path.starts_with("ports.second-line"))
        .filter(|problem| !problem.path.starts_with("ports.third-line"))
        .filter(|problem| problem.is_error())
        .map(ToString::to_string)
        .collect();
    assert_eq!(faults, [""; 0]);
    let text = example::whole("config").expect("an example");
    settings::parse(text, std::path::PathBuf::from("/")).expect("settings");
}

#[test]
fn every_field_that_people_write_has_a_meaning_and_an_example() {
    let mut without = Vec::new();
    for document in [account(), document("config", Kind::Config)] {
        let nodes = walk::nodes(&document.schema);
        for node in &nodes {
            let path = node.path.join(".");
            if example_of(&document, &nodes, node).is_none() {
                without.push(format!(
                    "{path}: no example in src/report/explain/{}.yaml",
                    document.name
                ));
            }
            if node.meaning().is_empty() {
                without.push(format!("{path}: no meaning"));
            }
            if node.kind() == "anything" {
                without.push(format!("{path}: no type"));
            }
        }
    }
    assert_eq!(without, [""; 0]);
}

#[test]
fn a_field_is_found_by_its_path_by_its_end_and_by_its_name() {
    let paths = [
        "numbers.*.e911Address.language",
        "numbers.e911Address.language",
        "numbers.18015551212.e911Address.language",
        "e911Address.language",
        "E911address.Language",
        "language",
    ];
    for said in paths {
        let topic = topic_of(said);
        assert!(topic.path.ends_with("e911Address.language"), "{said}");
        assert_eq!(topic.values[0].value, "fr-CA", "{said}");
        assert!(
            topic
                .example
                .as_deref()
                .is_some_and(|yaml| yaml.contains("language: ")),
            "{said}"
        );
    }
    // In one place alone where the place was named, in all of them else.
    assert!(topic_of("numbers.e911Address.language").also.is_empty());
    assert_eq!(topic_of("language").also.len(), 1);
    assert_eq!(topic_of("language").path, "numbers.*.e911Address.language");
    assert_eq!(topic_of("numbers.*.port").path, "numbers.*.port");
    let numbers = topic_of("numbers").members;
    assert!(numbers.iter().any(|member| member.name == "*.port"));
    assert_eq!(topic_of("ports.main-line.crdDate").path, "ports.*.crdDate");
    assert_eq!(topic_of("guards.release").document, "config");
    assert_eq!(topic_of("").path, "");
}

#[test]
fn a_name_that_means_several_things_lists_its_places() {
    let Answer::Places(places) = explain(&[account()], "customerServiceRecord") else {
        panic!("it stands in ports and in numbers, and means two things");
    };
    let paths: Vec<&str> = places.iter().map(|place| place.path.as_str()).collect();
    assert!(
        paths.contains(&"ports.*.customerServiceRecord"),
        "{paths:?}"
    );
    assert!(
        paths.contains(&"numbers.*.customerServiceRecord"),
        "{paths:?}"
    );
}

#[test]
fn a_slip_of_the_fingers_is_answered_with_what_was_meant() {
    for (said, meant) in [
        ("e911Adress.langauge", "e911Address.language"),
        ("crddate2", "crdDate"),
        ("gaurds.release", "guards.release"),
    ] {
        let documents = [account(), document("config", Kind::Config)];
        match explain(&documents, said) {
            Answer::Nothing(near) => assert!(near.contains(&meant.to_owned()), "{near:?}"),
            other => panic!("{said}: {other:?}"),
        }
    }
}

#[test]
fn an_example_shows_the_field_where_it_stands_and_nothing_else() {
    assert_eq!(
        topic_of("numbers.*.state").example.as_deref(),
        Some("numbers:\n  \"18017690104\":\n    state: released\n")
    );
    assert_eq!(
        topic_of("guards.release.max").example.as_deref(),
        Some("guards:\n  release: { max: 5, percent: 10, min: 2 }\n")
    );
}

/// Of every document that has a schema, also those without examples.
#[test]
fn every_field_of_every_document_is_reached_by_its_own_path() {
    for (name, kind) in [
        ("account", Kind::Account),
        ("config", Kind::Config),
        ("plan", Kind::Plan),
        ("status", Kind::Status),
        ("port-show", Kind::PortShow),
        ("port-check", Kind::PortCheck),
    ] {
        let document = document(name, kind);
        for node in walk::nodes(&document.schema) {
            let path = node.path.join(".");
            match explain(std::slice::from_ref(&document), &path) {
                Answer::Topic(topic) => assert_eq!(topic.path, path),
                other => panic!("{name} {path}: {other:?}"),
            }
        }
    }
}
