use super::*;
use crate::model::AccountId;
use crate::plan::document::{Attention, Source};
use crate::plan::drift::Spot;
use serde_json::json;

const NUMBER: &str = "18015551212";

fn entry(user: &str, at: &str, old: Option<&str>, new: Option<&str>) -> HistoryEntry {
    HistoryEntry {
        number: NUMBER.parse().expect("a number"),
        kind: HistoryKind::E911Address,
        action: HistoryAction::Update,
        at: at.parse().expect("a time"),
        user: user.into(),
        old: old.map(Into::into),
        new: new.map(Into::into),
    }
}

fn found(kind: FindingKind, changes: &[(&str, Value, Value)]) -> Found {
    let changes = changes
        .iter()
        .map(|(path, before, after)| Change {
            path: (*path).to_owned(),
            before: before.clone(),
            after: after.clone(),
            sensitive: false,
            origin: None,
        })
        .collect();
    Found {
        finding: Finding {
            kind,
            attention: Attention::Drift,
            account: AccountId::new("a"),
            numbers: vec![NUMBER.parse().expect("a number")],
            port: None,
            source: Source::default(),
            changes,
            reason: String::new(),
            help: None,
            until: None,
            by: None,
            at: None,
            authors: Vec::new(),
            ignored: None,
            steps: Vec::new(),
        },
        source: crate::model::SourceId(0),
        spot: Spot::Account,
    }
}

/// Who is named for a change of the unit from 500 (the file's) to 400.
fn author(entries: &[HistoryEntry]) -> Option<String> {
    author_of(("e911Address.unit", json!("400"), json!("500")), entries)
}

fn author_of(change: (&str, Value, Value), entries: &[HistoryEntry]) -> Option<String> {
    let mut found = vec![found(FindingKind::Changed, &[change])];
    name_authors(&mut found, entries);
    found[0].finding.by.clone()
}

#[test]
fn the_one_is_named_with_whom_the_value_came() {
    let came = entry(
        "jane",
        "2026-11-20T10:00:00Z",
        Some("333 S, 500"),
        Some("333 S, 400"),
    );
    let kept = entry(
        "joe",
        "2026-11-21T10:00:00Z",
        Some("333 S, 400"),
        Some("333 N, 400"),
    );
    let undone = entry(
        "jim",
        "2026-11-22T10:00:00Z",
        Some("333 N, 400"),
        Some("333 N, 500"),
    );
    assert_eq!(author(std::slice::from_ref(&came)).as_deref(), Some("jane"));
    assert_eq!(
        author(&[kept.clone(), came.clone()]).as_deref(),
        Some("jane")
    );
    // What the history ends with is not what the platform has: somebody is not in it.
    assert_eq!(author(&[undone, kept.clone(), came]), None);
    // When it came is not in what was read.
    assert_eq!(author(&[kept]), None);
}

#[test]
fn a_value_is_found_as_words_of_its_own_and_in_what_is_about_it() {
    let longer = entry("jane", "2026-11-20T10:00:00Z", Some("500"), Some("4001"));
    assert_eq!(author(&[longer]), None);
    let mut csr = entry("jane", "2026-11-20T10:00:00Z", Some("500"), Some("400"));
    csr.kind = HistoryKind::CustomerServiceRecord;
    assert_eq!(author(&[csr]), None);
    let mut other = entry("jane", "2026-11-20T10:00:00Z", Some("500"), Some("400"));
    other.number = "18015551213".parse().expect("a number");
    assert_eq!(author(&[other]), None);
    // Whether 400 was there before, it does not say.
    let silent = entry("jane", "2026-11-20T10:00:00Z", None, Some("400"));
    assert_eq!(author(&[silent]), None);
}

#[test]
fn what_was_cleared_is_found_by_what_is_gone() {
    let cleared = ("e911Address.unit", Value::Null, json!("500"));
    let gone = entry(
        "jane",
        "2026-11-20T10:00:00Z",
        Some("333 S, 500"),
        Some("333 S"),
    );
    let back = entry(
        "joe",
        "2026-11-21T10:00:00Z",
        Some("333 S"),
        Some("333 S, 500"),
    );
    assert_eq!(
        author_of(cleared.clone(), std::slice::from_ref(&gone)).as_deref(),
        Some("jane")
    );
    assert_eq!(author_of(cleared, &[back, gone]), None);
}

#[test]
fn a_caller_id_is_nobodys_and_hides_nobody_else() {
    let came = entry("jane", "2026-11-20T10:00:00Z", Some("500"), Some("400"));
    let mut found = vec![found(
        FindingKind::Changed,
        &[
            ("e911Address.unit", json!("400"), json!("500")),
            ("reference.assignAsCallerId", json!(false), json!(true)),
        ],
    )];
    name_authors(&mut found, &[came]);
    assert_eq!(found[0].finding.by, None);
}

#[test]
fn a_missing_number_was_deleted_by_the_last_who_did_unless_it_came_back_since() {
    let of = |action: HistoryAction, at: &str| HistoryEntry {
        kind: HistoryKind::PhoneNumber,
        action,
        ..entry("jane", at, None, None)
    };
    let mut missing = vec![found(FindingKind::Missing, &[])];
    let deleted = of(HistoryAction::Delete, "2026-11-20T10:00:00Z");
    let created = of(HistoryAction::Create, "2026-11-21T10:00:00Z");
    name_authors(&mut missing, &[created.clone(), deleted.clone()]);
    assert_eq!(missing[0].finding.by, None);
    name_authors(&mut missing, &[deleted]);
    assert_eq!(missing[0].finding.by.as_deref(), Some("jane"));
    assert_eq!(missing[0].finding.at, "2026-11-20T10:00:00Z".parse().ok());
    let mut unmanaged = vec![found(FindingKind::Unmanaged, &[])];
    name_authors(&mut unmanaged, &[created]);
    assert_eq!(unmanaged[0].finding.by.as_deref(), Some("jane"));
}

#[test]
fn of_two_things_that_are_called_alike_nobody_is_named_where_the_text_mixes_them() {
    let house = entry(
        "joe",
        "2026-11-20T10:00:00Z",
        Some("333 S, 500"),
        Some("400 S, 500"),
    );
    let suite = entry(
        "jane",
        "2026-11-21T10:00:00Z",
        Some("400 S, 500"),
        Some("400 S, 400"),
    );
    let back = entry(
        "max",
        "2026-11-22T10:00:00Z",
        Some("400 S, 400"),
        Some("333 S, 400"),
    );
    assert_eq!(author(&[suite.clone(), house.clone()]), None);
    assert_eq!(author(&[back, suite, house]), None);
    // Where the history names its members, it was her.
    let json = |user, at, number: &str, unit: &str, before: [&str; 2]| {
        let text =
            |[number, unit]: [&str; 2]| json!({ "streetNumber": number, "unit": unit }).to_string();
        entry(user, at, Some(&text(before)), Some(&text([number, unit])))
    };
    let house = json("joe", "2026-11-20T10:00:00Z", "400", "500", ["333", "500"]);
    let suite = json("jane", "2026-11-21T10:00:00Z", "400", "400", ["400", "500"]);
    let back = json("max", "2026-11-22T10:00:00Z", "333", "400", ["400", "400"]);
    assert_eq!(
        author(&[back, suite, house.clone()]).as_deref(),
        Some("jane")
    );
    // What he has left is not what the platform has.
    assert_eq!(author(&[house]), None);
}

#[test]
fn a_part_that_nobody_is_known_to_have_changed_leaves_the_others_their_names() {
    let came = entry("jane", "2026-11-20T10:00:00Z", Some("500"), Some("400"));
    let mut found = vec![found(
        FindingKind::Changed,
        &[
            ("e911Address.unit", json!("400"), json!("500")),
            ("directoryListing.type", json!("A"), json!("B")),
        ],
    )];
    name_authors(&mut found, &[came]);
    let finding = &found[0].finding;
    assert_eq!(finding.by, None);
    let [jane] = finding.authors.as_slice() else {
        panic!("one author: {finding:#?}");
    };
    assert_eq!(jane.by, "jane");
    assert_eq!(jane.paths, ["e911Address.unit"]);
}

#[test]
fn what_nobody_declares_is_told_apart_by_who_added_it() {
    let of = |number: &str, user: &str, at: &str| HistoryEntry {
        kind: HistoryKind::PhoneNumber,
        action: HistoryAction::Create,
        number: number.parse().expect("a number"),
        ..entry(user, at, None, None)
    };
    let mut unmanaged = found(FindingKind::Unmanaged, &[]);
    let numbers = ["18015551212", "18015551213", "18015551214", "18015551215"];
    unmanaged.finding.numbers = numbers
        .iter()
        .map(|number| number.parse().expect("a number"))
        .collect();
    let mut all = vec![unmanaged];
    let history = [
        of("18015551215", "joe", "2026-11-21T10:00:00Z"),
        of("18015551214", "jane", "2026-11-20T12:00:00Z"),
        of("18015551212", "jane", "2026-11-20T10:00:00Z"),
    ];
    name_authors(&mut all, &history);
    let told: Vec<(Vec<String>, Option<&str>)> = all
        .iter()
        .map(|found| {
            let numbers = found.finding.numbers.iter().map(ToString::to_string);
            (numbers.collect(), found.finding.by.as_deref())
        })
        .collect();
    let list = |numbers: &[&str]| numbers.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        told,
        [
            (list(&["18015551212", "18015551214"]), Some("jane")),
            (list(&["18015551213"]), None),
            (list(&["18015551215"]), Some("joe")),
        ]
    );
    assert_eq!(
        all[0].finding.at,
        "2026-11-20T12:00:00Z".parse().ok(),
        "the last of that day"
    );
}
