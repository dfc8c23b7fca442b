//! Policies over the steps of a plan, against the platform: what they see, what
//! they stop, and what they don't.

use serde_json::{Value, json};

use crate::world::{ACCOUNT, OFFICE, World};

/// A repository with one policy for steps.
fn world(policy: &Value) -> World {
    let mut policy = policy.clone();
    policy["x-alz-applies-to"] = "step".into();
    let world = World::new(&[
        ("accounts/office.yaml", OFFICE),
        ("policy/steps.schema.json", &policy.to_string()),
    ]);
    let settings = std::fs::read_to_string(world.root().join("alz.yaml")).expect("a file");
    world.write(
        "alz.yaml",
        &format!("{settings}policies: [policy/*.schema.json]\n"),
    );
    world
}

#[test]
fn a_policy_sees_the_step_its_environment_and_the_time() {
    let world = world(&json!({
        "x-alz-timezone": "America/Toronto",
        "x-alz-severity": "warning",
        "x-alz-message": "seen",
        "not": {
            "properties": {
                "environment": { "const": "test" },
                "account": { "const": ACCOUNT },
                "action": { "const": "activate" },
                "numbers": { "contains": { "const": "18017690202" } },
                "source": { "properties": { "file": { "const": "accounts/office.yaml" } }, "required": ["file", "line"] },
                "changes": { "contains": { "properties": { "path": { "pattern": "^e911Address" } } } },
                "at": { "const": { "now": "2026-11-23T17:00:00Z", "timezone": "America/Toronto", "date": "2026-11-23",
                    "weekday": "Monday", "hour": 12, "minute": 0, "minuteOfDay": 720 } },
            },
            "required": ["environment", "account", "action", "numbers", "source", "changes", "at", "id", "request"],
        },
    }));
    let plan = world.alz(&["plan", "--format", "json"]).expect(0).json();
    let findings = plan["policies"].as_array().expect("policies");
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(findings[0]["severity"], "warning");
    assert_eq!(findings[0]["numbers"], json!(["18017690202"]));
    assert_eq!(findings[0]["message"], "seen");
    // The line of the number in the file.
    let line = OFFICE
        .lines()
        .position(|line| line.contains("18017690202"))
        .expect("a line")
        + 1;
    assert_eq!(
        findings[0]["source"],
        json!({ "file": "accounts/office.yaml", "line": line })
    );

    // A warning is shown and stops nothing.
    let human = world.alz(&["plan"]).expect(0).stdout;
    assert!(
        human.contains("warning: seen") && !human.contains("refuses"),
        "{human}"
    );
    let applied = world
        .alz(&["apply", "--auto-approve", "--format", "json"])
        .expect(0);
    assert_eq!(applied.events()[0]["policies"][0]["message"], "seen");
}

#[test]
fn with_one_step_refused_nothing_at_all_is_sent() {
    let world = world(&json!({
        "x-alz-message": "ask Ann of Lindon first",
        "properties": { "numbers": { "items": { "not": { "const": "18017690203" } } } },
    }));
    // What was reviewed before the policy came is refused as well.
    let policy = world.root().join("policy/steps.schema.json");
    let text = std::fs::read_to_string(&policy).expect("a policy");
    std::fs::write(&policy, "{}").expect("a file");
    world.alz(&["plan", "--out", "reviewed.json"]).expect(0);
    std::fs::write(&policy, text).expect("a file");

    world.alz(&["plan", "--detailed-exitcode"]).expect(1);
    for arguments in [
        &["apply", "--auto-approve"][..],
        &["apply", "reviewed.json"],
    ] {
        let said = world.alz(arguments).expect(1);
        assert!(
            said.stdout.contains("Against the policies"),
            "{}",
            said.stdout
        );
        assert!(
            said.stderr.contains("ask Ann of Lindon first"),
            "{}",
            said.stderr
        );
        assert!(
            said.stderr.contains("1 error; nothing was sent"),
            "{}",
            said.stderr
        );
    }
    assert_eq!(world.writes(), [""; 0]);

    let comment = world
        .alz(&["plan", "--format", "markdown"])
        .expect(1)
        .stdout;
    assert!(comment.contains("REFUSED by a policy"), "{comment}");
    let refused = "**error**: activate of ";
    assert!(comment.contains(refused), "{comment}");
    assert!(
        comment.contains("asked for by `policy/steps.schema.json`"),
        "{comment}"
    );

    // A name or address in the policy's own words goes out no more than anywhere.
    let hidden = world
        .alz(&["plan", "--redact", "pii", "--format", "json"])
        .expect(1);
    assert!(!hidden.stdout.contains("Lindon"), "{}", hidden.stdout);
    assert!(hidden.stdout.contains("ask Ann of "), "{}", hidden.stdout);
}
