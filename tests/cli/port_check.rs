//! `alz port check`: whether numbers can be ported, and when, before anybody
//! writes a line of YAML.

use serde_json::Value;

use crate::world::{OFFICE, World};

/// A repository with one account, and no port yet.
fn office() -> World {
    World::new(&[("accounts/office.yaml", OFFICE)])
}

fn check(world: &World, targets: &[&str], code: i32) -> Value {
    let arguments = [&["port", "check"], targets, &["--format", "json"]].concat();
    let document = world.alz(&arguments).expect(code).json();
    world.is_as_published("port-check", &document);
    document
}

/// Fills the blanks of a stanza as a person would.
fn filled(yaml: &str) -> String {
    let mut text = String::new();
    for line in yaml.lines() {
        let answer = match line.trim().split(':').next() {
            Some("portingAuthorizedName") => "John Smith",
            Some("wirelessAccountNumber") => "\"900411\"",
            Some("currentCarrier") => "Telus Mobility",
            Some("localReseller") => "Telus",
            Some("loaDate") => "2026-11-20",
            _ => "",
        };
        match line.split_once("  # TODO") {
            Some((member, _)) => {
                assert!(!answer.is_empty(), "nobody knows the answer to {line}");
                text.push_str(&format!("{member} {answer}\n"));
            }
            None => text.push_str(&format!("{line}\n")),
        }
    }
    text
}

const ALL_KINDS: [&str; 4] = ["18012240201", "8012240202", "18013180077", "16043310177"];

#[test]
fn numbers_that_can_not_go_together_are_grouped_and_each_group_gets_its_days() {
    let world = office();
    let found = check(&world, &ALL_KINDS, 0);
    assert_eq!(found["summary"]["portable"], 4, "{found:#}");
    let orders = found["orders"].as_array().expect("orders");
    let numbers: Vec<&Value> = orders.iter().map(|order| &order["numbers"]).collect();
    assert_eq!(
        serde_json::json!(numbers),
        serde_json::json!([
            ["18012240201", "18012240202"],
            ["18013180077"],
            ["16043310177"]
        ])
    );
    assert_eq!(orders[1]["wireless"], true);
    assert_eq!(orders[2]["rateCenter"], "VANCOUVER");
    for order in orders {
        let days = order["days"].as_array().expect("days");
        assert!(days.len() > 5, "{order:#}");
        // Monday the 23rd, before the cut-off; Thanksgiving is the 26th.
        assert_eq!(days[0], "2026-11-25", "{order:#}");
        assert!(!days.contains(&"2026-11-26".into()), "{order:#}");
    }
    let human = world
        .alz(&[&["port", "check"][..], &ALL_KINDS].concat())
        .expect(0)
        .stdout;
    assert!(human.contains("these go separately"), "{human}");
    assert!(human.contains("the earliest Wed 2026-11-25"), "{human}");
}

#[test]
fn the_stanza_is_valid_once_its_blanks_are_filled_and_can_be_ordered() {
    let world = office();
    let found = check(&world, &ALL_KINDS, 0);
    let yaml = found["yaml"].as_str().expect("a stanza");
    assert_eq!(yaml.matches("wirelessPin: { env: ").count(), 1, "{yaml}");
    assert_eq!(yaml.matches("telecomSettings:").count(), 1, "{yaml}");
    assert!(yaml.contains("crdDate: 2026-11-25"), "{yaml}");
    let head = OFFICE.split("numbers:").next().expect("a head");
    // The west coast's customer is another one, and no matter of the stanza.
    let file = |stanza: &str| format!("{head}{stanza}");
    world.write("accounts/office.yaml", &file(yaml));
    // Unfilled it is refused: no blank is sent to a carrier.
    let said = world.alz(&["validate"]).expect(1);
    assert!(
        said.stdout.contains("wirelessAccountNumber")
            || said.stderr.contains("wirelessAccountNumber"),
        "{}{}",
        said.stdout,
        said.stderr
    );
    let stanza = filled(yaml);
    world.write("accounts/office.yaml", &file(&stanza));
    world.alz(&["validate"]).expect(0);
    let plan = world.alz(&["plan", "--format", "json"]).expect(0).json();
    assert_eq!(plan["summary"]["submitPort"], 3, "{plan:#}\n{stanza}");
}

#[test]
fn a_number_that_can_not_be_ported_is_named_with_the_reason_and_the_exit_says_so() {
    let world = office();
    for (number, reason) in [
        ("18012290101", "is not portable"),
        ("13075550101", "no carrier of the partition serves"),
        ("18005550100", "is not portable"),
        ("12125550100", "knows no rate centre"),
    ] {
        let found = check(&world, &[number, "18012240201"], 1);
        assert_eq!(found["numbers"][0]["portable"], false, "{found:#}");
        let said = found["numbers"][0]["reason"].as_str().expect("a reason");
        assert!(said.contains(reason), "{number}: {said}");
        // The other one is still asked about.
        assert_eq!(found["orders"][0]["numbers"][0], "18012240201");
        assert_eq!(found["summary"]["orders"], 1, "{found:#}");
        let yaml = found["yaml"].as_str().expect("a stanza");
        assert!(!yaml.contains(number), "{yaml}");
    }
}

#[test]
fn what_the_carriers_refuse_gets_no_stanza() {
    let world = office();
    // In the provider's own inventory: it is activated, not ported.
    let found = check(&world, &["18017690201"], 1);
    assert!(found["yaml"].is_null(), "{found:#}");
}

#[test]
fn a_declared_port_is_asked_about_as_declared_and_its_date_is_judged() {
    let port = |crd: &str| {
        OFFICE.replace(
            "numbers:\n",
            &format!(
                "ports:\n  main-line: {{ billingTelephoneNumber: \"18012240101\", crdDate: {crd}, portingWireType: Wireline, portingAuthorizedName: John Smith }}\nnumbers:\n  \"18012240101\": {{ port: main-line }}\n"
            ),
        )
    };
    let world = World::new(&[("accounts/office.yaml", &port("2026-12-03"))]);
    let found = check(&world, &["main-line"], 0);
    assert_eq!(found["orders"][0]["crdOnOffer"], true, "{found:#}");
    assert!(found["yaml"].is_null(), "it is declared already: {found:#}");
    // Without arguments: every port that is declared and not ordered.
    assert_eq!(check(&world, &[], 0)["orders"][0]["port"], "main-line");
    world.write("accounts/office.yaml", &port("2026-11-27"));
    let human = world.alz(&["port", "check", "main-line"]).expect(0).stdout;
    assert!(
        human.contains("crdDate Fri 2026-11-27 is not on offer"),
        "{human}"
    );
    world.write("accounts/office.yaml", &port("2026-12-03"));
    world.alz(&["apply", "--auto-approve"]).expect(0);
    let said = world.alz(&["port", "check"]).expect(0);
    assert!(said.stdout.contains("Every declared port is ordered"));
}

#[test]
fn a_declared_port_over_two_rate_centres_is_refused_with_the_groups() {
    let text = OFFICE.replace(
        "numbers:\n",
        "ports:\n  both: { billingTelephoneNumber: \"18012240101\", crdDate: 2026-12-03, portingWireType: Wireline, portingAuthorizedName: John Smith }\nnumbers:\n  \"18012240101\": { port: both }\n  \"18012260101\": { port: both }\n",
    );
    let world = World::new(&[("accounts/office.yaml", &text)]);
    let found = check(&world, &["both"], 1);
    let reason = found["orders"][0]["reason"].as_str().expect("a reason");
    assert!(reason.contains("PROVO, UT: +1 801-224-0101"), "{reason}");
    assert!(reason.contains("OREM, UT: +1 801-226-0101"), "{reason}");
}

#[test]
fn without_a_customer_the_days_are_left_open_and_nothing_is_invented() {
    let world = World::new(&[]);
    let found = check(&world, &["18012240201"], 0);
    let order = &found["orders"][0];
    assert_eq!(order["days"], serde_json::json!([]), "{order:#}");
    assert!(order["daysUnknown"].is_string(), "{order:#}");
    let yaml = found["yaml"].as_str().expect("a stanza");
    assert!(yaml.contains("crdDate:  # TODO"), "{yaml}");
}

#[test]
fn nothing_is_ordered_reserved_or_searched_for() {
    let world = office();
    check(&world, &ALL_KINDS, 0);
    assert_eq!(world.writes(), Vec::<String>::new());
    let log = world.get("/sandbox/requests").to_string();
    assert!(log.contains("/account/prevalidate"), "{log}");
    assert!(!log.contains("/search"), "{log}");
}

#[test]
fn a_name_or_number_that_is_none_is_refused_with_what_there_is() {
    let world = office();
    let said = world.alz(&["port", "check", "main-lin"]).expect(1);
    assert!(
        said.stderr.contains("no port named main-lin"),
        "{}",
        said.stderr
    );
    let said = world.alz(&["port", "check", "801224"]).expect(1);
    assert!(said.stderr.contains("6 digits"), "{}", said.stderr);
    let said = world.alz(&["port", "check", "19115551212"]).expect(1);
    assert!(
        said.stderr.contains("can't be a telephone number"),
        "{}",
        said.stderr
    );
}
