use super::*;
use crate::model::ignore::Wildcard;
use crate::model::{AccountId, PhoneNumber};
use crate::plan::document::Attention;
use serde_json::json;

fn finding(kind: FindingKind, numbers: &[&str], paths: &[&str]) -> Finding {
    let change = |path: &&str| Change {
        path: (*path).to_owned(),
        before: json!("a"),
        after: json!("b"),
        sensitive: false,
        origin: None,
    };
    let number = |text: &&str| -> PhoneNumber { text.parse().expect("a number") };
    Finding {
        kind,
        attention: Attention::Drift,
        account: AccountId::new("office"),
        numbers: numbers.iter().map(number).collect(),
        port: None,
        source: Source::default(),
        changes: paths.iter().map(change).collect(),
        reason: String::new(),
        help: None,
        until: None,
        by: None,
        at: None,
        authors: Vec::new(),
        ignored: None,
        steps: Vec::new(),
    }
}

fn entry() -> Ignore {
    Ignore {
        numbers: Vec::new(),
        accounts: Vec::new(),
        kinds: Vec::new(),
        paths: Vec::new(),
        environments: Vec::new(),
        until: "2026-12-04".parse().expect("a date"),
        reason: "known".to_owned(),
        line: 7,
        column: 5,
    }
}

/// How many of the findings count, and what became of the entries.
fn judged(findings: Vec<Finding>, entries: &[Ignore], today: &str) -> (usize, Vec<StaleWhy>) {
    let today = today.parse().expect("a date");
    let made = ignore(findings, entries, "alz.yaml", "test", today);
    let counting = made.findings.iter().filter(|finding| finding.counts());
    let stale = made.over.iter().chain(&made.unanswered);
    (counting.count(), stale.map(|stale| stale.why).collect())
}

const ONE: &str = "18015551212";

#[test]
fn an_entry_holds_through_its_day_and_is_over_on_the_next() {
    let known = Ignore {
        kinds: vec![FindingKind::Missing],
        ..entry()
    };
    let missing = || vec![finding(FindingKind::Missing, &[ONE], &[])];
    assert_eq!(
        judged(missing(), std::slice::from_ref(&known), "2026-12-04"),
        (0, vec![])
    );
    assert_eq!(
        judged(missing(), std::slice::from_ref(&known), "2026-12-05"),
        (1, vec![StaleWhy::Over])
    );
    assert_eq!(
        judged(vec![], std::slice::from_ref(&known), "2026-12-04"),
        (0, vec![StaleWhy::Unused])
    );
    // Of another environment it says nothing, not even that it is over.
    let elsewhere = Ignore {
        environments: vec!["production".to_owned()],
        ..known
    };
    assert_eq!(judged(missing(), &[elsewhere], "2026-12-05"), (1, vec![]));
}

#[test]
fn all_that_an_entry_names_must_fit() {
    let missing = || vec![finding(FindingKind::Missing, &[ONE], &[])];
    let number = Ignore {
        numbers: vec![Wildcard::new("1801555*")],
        ..entry()
    };
    assert_eq!(
        judged(missing(), std::slice::from_ref(&number), "2026-12-01").0,
        0
    );
    for other in [
        Ignore {
            kinds: vec![FindingKind::Changed],
            ..number.clone()
        },
        Ignore {
            accounts: vec![Wildcard::new("clinic")],
            ..number.clone()
        },
        Ignore {
            numbers: vec![Wildcard::new("1385*")],
            ..entry()
        },
    ] {
        assert_eq!(judged(missing(), &[other], "2026-12-01").0, 1);
    }
    // A port is one thing: not a part of its numbers.
    let port = vec![finding(
        FindingKind::RejectedPort,
        &[ONE, "13855551212"],
        &[],
    )];
    assert_eq!(judged(port, &[number], "2026-12-01").0, 1);
}

#[test]
fn a_member_that_may_differ_hides_no_other_and_no_address_that_is_not_in_force() {
    let language = Ignore {
        paths: vec![Wildcard::new("e911Address.*")],
        ..entry()
    };
    let both = finding(
        FindingKind::Changed,
        &[ONE],
        &["e911Address.unit", "reference"],
    );
    let today = "2026-12-01".parse().expect("a date");
    let language_alone = std::slice::from_ref(&language);
    let split = ignore(vec![both], language_alone, "alz.yaml", "test", today).findings;
    let paths: Vec<(bool, &str)> = split
        .iter()
        .map(|finding| (finding.counts(), finding.changes[0].path.as_str()))
        .collect();
    assert_eq!(paths, [(false, "e911Address.unit"), (true, "reference")]);
    assert_eq!(split[1].reason, "differs from the file in reference");
    let not_in_force = finding(FindingKind::NotInForce, &[ONE], &["e911Address.unit"]);
    assert_eq!(judged(vec![not_in_force], &[language], "2026-12-01").0, 1);
}

#[test]
fn a_range_is_no_word_for_an_address_that_answers_911_calls() {
    let wide = Ignore {
        numbers: vec![Wildcard::of_number("1801*").expect("a pattern")],
        ..entry()
    };
    let of = |entry: Ignore, kind: FindingKind, paths: &[&str]| {
        judged(vec![finding(kind, &[ONE], paths)], &[entry], "2026-12-01")
    };
    let unit = ["e911Address.unit"];
    for (kind, paths) in [
        (FindingKind::NotInForce, &[][..]),
        (FindingKind::OpenCorrection, &[]),
        (FindingKind::Changed, &unit),
    ] {
        assert_eq!(of(wide.clone(), kind, paths), (1, vec![StaleWhy::TooWide]));
        let outright = Ignore {
            numbers: vec![Wildcard::of_number(ONE).expect("a number")],
            ..entry()
        };
        assert_eq!(of(outright, kind, paths), (0, vec![]));
        let by_kind = Ignore {
            kinds: vec![kind],
            ..wide.clone()
        };
        assert_eq!(of(by_kind, kind, paths), (0, vec![]));
    }
    assert_eq!(of(wide, FindingKind::Missing, &[]), (0, vec![]));
}

#[test]
fn an_object_is_all_of_its_members_and_an_entry_beside_another_is_not_without_use() {
    let object = Ignore {
        paths: vec![Wildcard::new("e911Address")],
        ..entry()
    };
    let number = Ignore {
        numbers: vec![Wildcard::of_number(ONE).expect("a number")],
        ..entry()
    };
    let unit = finding(FindingKind::Changed, &[ONE], &["e911Address.unit"]);
    let other = finding(FindingKind::Changed, &[ONE], &["e911AddressBook"]);
    let judge = |finding, entries: &[Ignore]| judged(vec![finding], entries, "2026-12-01");
    assert_eq!(judge(unit.clone(), &[object.clone(), number]), (0, vec![]));
    assert_eq!(
        judge(other, &[object]),
        (1, vec![StaleWhy::Unused]),
        "a longer name is another"
    );
}

#[test]
fn of_what_nobody_declares_the_numbers_that_an_entry_names_are_set_aside() {
    let range = Ignore {
        numbers: vec![Wildcard::of_number("1801555121*").expect("a pattern")],
        ..entry()
    };
    let of_nobody = finding(
        FindingKind::Unmanaged,
        &["18015551212", "18015551213", "18015559999"],
        &[],
    );
    let today = "2026-12-01".parse().expect("a date");
    let made = ignore(vec![of_nobody], &[range], "alz.yaml", "test", today);
    assert_eq!((made.over, made.unanswered), (Vec::new(), Vec::new()));
    let told: Vec<(bool, u64)> = made
        .findings
        .iter()
        .map(|finding| (finding.ignored.is_some(), finding.count()))
        .collect();
    assert_eq!(told, [(true, 2), (false, 1)]);
}
