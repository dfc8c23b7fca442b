use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::plan::{Allow, Header, StaleIgnore, StaleWhy, assemble};
use serde_json::{Value, json};

/// A sample: its labels, and its value.
type Sample = (BTreeMap<String, String>, f64);

/// Reads the text format as its definition has it, and refuses what it does
/// not allow: a sample without its TYPE, a metric in two places, a series twice.
fn parsed(text: &str) -> BTreeMap<String, Vec<Sample>> {
    let mut metrics: BTreeMap<String, Vec<Sample>> = BTreeMap::new();
    let mut helped = BTreeSet::new();
    let mut current = String::new();
    assert!(
        text.is_empty() || text.ends_with('\n'),
        "the last line ends"
    );
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').expect("a help");
            assert!(helped.insert(name.to_owned()), "{name} is helped twice");
            assert!(!help.is_empty());
            continue;
        }
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').expect("a type");
            assert_eq!(kind, "gauge");
            assert!(helped.contains(name), "{name} has a help");
            assert!(
                metrics.insert(name.to_owned(), Vec::new()).is_none(),
                "{name} again"
            );
            current = name.to_owned();
            continue;
        }
        let (name, rest) = line.split_once('{').expect("labels");
        assert_eq!(name, current, "samples follow their TYPE");
        assert!(
            name.chars().all(|c| c.is_ascii_lowercase() || c == '_'),
            "{name}"
        );
        let (labels, value) = labels(rest);
        let value = value.parse::<f64>().expect("a value");
        let samples = metrics.get_mut(name).expect("a metric");
        assert!(
            samples.iter().all(|(other, _)| *other != labels),
            "{line} twice"
        );
        samples.push((labels, value));
    }
    metrics
}

fn labels(text: &str) -> (BTreeMap<String, String>, &str) {
    let mut labels = BTreeMap::new();
    let mut rest = text;
    loop {
        let (name, after) = rest.split_once("=\"").expect("a label");
        assert!(!name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_'));
        let mut value = String::new();
        let mut letters = after.char_indices();
        let end = loop {
            match letters.next().expect("the value ends") {
                (_, '\\') => value.push(match letters.next().expect("an escape").1 {
                    'n' => '\n',
                    c @ ('\\' | '"') => c,
                    other => panic!("\\{other} is no escape"),
                }),
                (at, '"') => break at,
                (_, c) => value.push(c),
            }
        };
        assert!(
            labels.insert(name.to_owned(), value).is_none(),
            "{name} twice"
        );
        rest = &after[end + 1..];
        match rest.strip_prefix(',') {
            Some(more) => rest = more,
            None => return (labels, rest.strip_prefix("} ").expect("the labels end")),
        }
    }
}

fn plan(environment: &str, findings: Value) -> Plan {
    let header = Header {
        environment: environment.to_owned(),
        partition: crate::model::PartitionId::new("p"),
        created_at: "2026-11-23T17:00:00Z".parse().expect("a time"),
        desired_digest: "sha256:0".to_owned(),
        alz_version: "1.0.0".to_owned(),
        files: Vec::new(),
        resend_secrets: false,
    };
    let mut plan = assemble(
        header,
        Vec::new(),
        &crate::model::Guards::default(),
        &Allow::default(),
    );
    plan.drift = Some(Drift {
        findings: serde_json::from_value(findings).expect("findings"),
        covered: Covered {
            accounts: 2,
            live: 200,
            managed: 150,
            addresses: 100,
        },
        stale: vec![StaleIgnore {
            source: crate::plan::Source::default(),
            column: 1,
            why: StaleWhy::Over,
            until: "2026-11-01".parse().expect("a date"),
            reason: String::new(),
        }],
        unanswered: Vec::new(),
    });
    plan
}

fn finding(account: &str, kind: &str, attention: &str) -> Value {
    json!({ "kind": kind, "attention": attention, "account": account, "numbers": ["18015551212"],
        "source": { "file": "a.yaml", "line": 1 }, "reason": "" })
}

/// The one sample whose labels include these.
fn value(metrics: &BTreeMap<String, Vec<Sample>>, name: &str, wanted: &[(&str, &str)]) -> f64 {
    let fits = |labels: &BTreeMap<String, String>| {
        wanted
            .iter()
            .all(|(name, value)| labels.get(*name).is_some_and(|own| own == value))
    };
    let samples: Vec<&Sample> = metrics[name]
        .iter()
        .filter(|(labels, _)| fits(labels))
        .collect();
    assert_eq!(samples.len(), 1, "{name} {wanted:?}: {samples:?}");
    samples[0].1
}

#[test]
fn an_audit_is_a_lawful_file_of_gauges_with_every_kind_and_only_accounts_in_disorder() {
    let mut known = finding("a", "missing", "drift");
    known["ignored"] = json!({ "until": "2026-12-01", "reason": "" });
    let plan = plan(
        "test",
        json!([
            finding("a", "changed", "drift"),
            finding("a", "changed", "drift"),
            finding("b", "unmanaged", "notice"),
            known
        ]),
    );
    let metrics = parsed(&prometheus(&plan));
    assert_eq!(metrics["alz_drift_findings"].len(), FindingKind::ALL.len());
    let of =
        |name: &str, kind: &str| value(&metrics, name, &[("kind", kind), ("environment", "test")]);
    assert_eq!(of("alz_drift_findings", "changed"), 2.0);
    assert_eq!(of("alz_drift_findings", "missing"), 0.0);
    assert_eq!(of("alz_drift_ignored", "missing"), 1.0);
    assert_eq!(of("alz_drift_account_findings", "changed"), 2.0);
    assert_eq!(metrics["alz_drift_account_findings"].len(), 2);
    assert_eq!(value(&metrics, "alz_drift_coverage_ratio", &[]), 0.75);
    assert_eq!(value(&metrics, "alz_drift_exit", &[]), 2.0);
    assert_eq!(value(&metrics, "alz_drift_stale_ignores", &[]), 1.0);
    let at = value(&metrics, "alz_drift_last_run_timestamp_seconds", &[]);
    assert_eq!(at, plan.created_at.as_second() as f64);
}

#[test]
fn labels_are_escaped_and_shards_can_stand_side_by_side() {
    let mut plan = plan(
        "a\\b\"c\nd",
        json!([finding("x\"y", "unmanaged", "notice")]),
    );
    plan.shard = Some("2/4".to_owned());
    let metrics = parsed(&prometheus(&plan));
    let (labels, exit) = &metrics["alz_drift_exit"][0];
    assert_eq!((labels["environment"].as_str(), *exit), ("a\\b\"c\nd", 0.0));
    assert_eq!(labels["shard"], "2/4");
    assert_eq!(
        metrics["alz_drift_account_findings"][0].0["account"],
        "x\"y"
    );
}

#[test]
fn where_nothing_is_there_is_no_share_and_without_an_audit_nothing() {
    let mut plan = plan("test", json!([]));
    if let Some(drift) = &mut plan.drift {
        drift.covered = Covered::default();
    }
    let metrics = parsed(&prometheus(&plan));
    assert!(!metrics.contains_key("alz_drift_coverage_ratio"));
    assert!(!metrics.contains_key("alz_drift_account_findings"));
    plan.drift = None;
    assert_eq!(prometheus(&plan), "");
}
