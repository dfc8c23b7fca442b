use jiff::civil::date;

use crate::desired::load::problems_of;

/// Codes and paths of what is said of an account file.
fn told(text: &str) -> Vec<(String, String)> {
    problems_of("a.yaml", text, date(2026, 11, 23))
        .into_iter()
        .map(|problem| (problem.code, problem.path))
        .collect()
}

fn pairs(told: &[(String, String)]) -> Vec<(&str, &str)> {
    told.iter()
        .map(|(code, path)| (code.as_str(), path.as_str()))
        .collect()
}

const ADDRESS: &str = "customerType: RESIDENTIAL, firstName: A, lastName: B, streetNumber: 1, streetName: Main, city: Lindon, state: UT, postalCode: 84042";

#[test]
fn a_file_may_manage_one_member_alone() {
    assert_eq!(
        told(
            "account: a\nnumbers:\n  8017690817: { e911Address: { language: en-US } }\n  8017690818: { customerServiceRecord: { unit: 5 } }\n  8017690819: { customerServiceRecord: { customerName: Ann } }\n"
        ),
        []
    );
}

#[test]
fn defaults_that_every_number_completes_are_not_blamed_alone() {
    let text = format!(
        "account: a\ndefaults: {{ customerServiceRecord: {{ customerType: RESIDENTIAL, streetName: Main }} }}\nnumbers:\n  8017690817: {{ customerServiceRecord: {{ {} }} }}\n",
        ADDRESS.replace("customerType: RESIDENTIAL, ", "")
    );
    assert_eq!(told(&text), []);
    let one_leans_on_them = format!("{text}  8017690818:\n  8017690819:\n");
    assert_eq!(
        pairs(&told(&one_leans_on_them)),
        [
            ("D6", "defaults.customerServiceRecord"),
            ("D9", "defaults.customerServiceRecord")
        ]
    );
}

#[test]
fn a_number_that_breaks_up_a_sound_default_is_blamed_itself() {
    let text = format!(
        "account: a\ndefaults: {{ customerServiceRecord: {{ {ADDRESS} }} }}\nnumbers:\n  8017690817:\n  8017690818: {{ customerServiceRecord: {{ city: ~ }} }}\n  8017690819: {{ customerServiceRecord: {{ state: ON }} }}\n"
    );
    assert_eq!(
        pairs(&told(&text)),
        [
            ("D9", "numbers.18017690818.customerServiceRecord"),
            ("D15", "numbers.18017690819"),
            (
                "D14",
                "numbers.18017690819.customerServiceRecord.postalCode"
            ),
        ]
    );
}

#[test]
fn what_is_wrong_under_an_anchor_is_told_once_at_the_anchor() {
    let text = "account: a\ndefaults: { customerServiceRecord: &o { state: QB } }\nnumbers:\n  8017690817: { e911Address: *o }\n  8017690818: { e911Address: *o }\n";
    let problems = problems_of("a.yaml", text, date(2026, 11, 23));
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!((problems[0].line, problems[0].column), (2, 48));
}

#[test]
fn a_released_number_is_not_asked_for_its_address() {
    assert_eq!(
        told(
            "account: a\ndefaults: { customerServiceRecord: { streetName: Main } }\nnumbers:\n  8017690817: { state: released }\n"
        ),
        []
    );
}

#[test]
fn numbers_of_a_port_may_differ_once_the_port_has_its_own_record_and_in_caller_names() {
    let file = |port: &str, second: &str| {
        format!(
            "account: a\ndefaults: {{ port: p, customerServiceRecord: {{ {ADDRESS} }} }}\nports: {{ p: {{ {port} billingTelephoneNumber: 8017690817, crdDate: 2026-12-03, portingWireType: Wireline }} }}\nnumbers:\n  8017690817:\n  8017690818: {{ customerServiceRecord: {{ {second} }} }}\n"
        )
    };
    assert_eq!(told(&file("", "customerName: Other")), []);
    assert_eq!(
        pairs(&told(&file("", "streetNumber: 2"))),
        [("D42", "numbers.18017690818.customerServiceRecord")]
    );
    let own = format!("customerServiceRecord: {{ {ADDRESS} }},");
    assert_eq!(told(&file(&own, "streetNumber: 2")), []);
}

#[test]
fn a_finished_port_never_makes_a_file_invalid() {
    let text = format!(
        "account: a\ndefaults: {{ port: p, customerServiceRecord: {{ {ADDRESS} }} }}\nports: {{ p: {{ billingTelephoneNumber: 8017690817, crdDate: 2020-12-25, portingWireType: Wireline }} }}\nnumbers: {{ 8017690817: }}\n"
    );
    let problems = problems_of("a.yaml", &text, date(2026, 11, 23));
    assert!(
        problems.iter().all(|problem| !problem.is_error()),
        "{problems:?}"
    );
}
