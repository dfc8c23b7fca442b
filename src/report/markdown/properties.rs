//! Whatever a plan says, and however small the limit: the comment fits, every
//! fold and every fence in it is closed, and no word of a file gets out of its place.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Flavour, LEAST_LIMIT, Options, Subject, builder, plan, problems};
use crate::desired::problem::Problem;
use crate::plan::Plan;

/// Words that people, carriers and attackers write.
fn words() -> impl Strategy<Value = String> {
    let nasty = prop::sample::select(vec![
        "</details>",
        "<details>",
        "</summary>",
        "```",
        "````",
        "`",
        "~~~",
        "**",
        "~~",
        "@octocat",
        "#12",
        "<!--",
        "-->",
        "\n",
        "\r\n",
        "\n\n# x",
        "|",
        "\\",
        "<script>",
        "&lt;",
        "[a](b)",
        "333 S 520 W",
        "Zoë",
        "🎉",
        "\u{202e}",
        "\u{1b}[31m",
        "http://x",
        "  ",
        "- ",
        "1. ",
    ]);
    prop::collection::vec(nasty, 0..8).prop_map(|parts| parts.concat())
}

fn number() -> impl Strategy<Value = String> {
    (0u32..10_000).prop_map(|last| format!("1801555{last:04}"))
}

fn change() -> impl Strategy<Value = Value> {
    let path = prop::sample::select(vec![
        "e911Address.streetNumber",
        "e911Address.city",
        "e911Address.language",
        "customerServiceRecord.businessName",
        "directoryListing.type",
        "reference",
        "state",
        "port.crdDate",
    ]);
    let origin = prop::sample::select(vec![None, Some("branch"), Some("drift"), Some("pending")]);
    (path, words(), words(), origin).prop_map(|(path, before, after, origin)| match origin {
        None => json!({ "path": path, "before": before, "after": after }),
        Some(origin) => {
            json!({ "path": path, "before": before, "after": after, "origin": origin })
        }
    })
}

fn step() -> impl Strategy<Value = Value> {
    let action = prop::sample::select(vec![
        "update",
        "activate",
        "release",
        "submit-port",
        "update-port",
        "cancel-port",
        "recover",
    ]);
    let account = 0u8..4;
    let changes = prop::collection::vec(change(), 0..6);
    let numbers = prop::collection::vec(number(), 1..4);
    (
        action,
        account,
        changes,
        numbers,
        words(),
        words(),
        0u32..1_000_000,
    )
        .prop_map(|(action, account, changes, numbers, file, port, id)| {
            json!({
                "id": format!("{action}-{id}"), "action": action,
                "account": format!("account-{account}"),
                "numbers": numbers, "source": { "file": file, "line": 3 },
                "changes": changes, "dependsOn": [],
                "port": { "name": port },
                "request": { "method": "PATCH", "path": "/" },
            })
        })
}

fn note() -> impl Strategy<Value = Value> {
    let kind = prop::sample::select(vec![
        "blocked",
        "warning",
        "waiting",
        "deferred",
        "unmanaged",
    ]);
    (
        kind,
        0u8..4,
        prop::collection::vec(number(), 0..20),
        words(),
        words(),
    )
        .prop_map(|(kind, account, numbers, reason, help)| {
            json!({
                "kind": kind, "account": format!("account-{account}"), "numbers": numbers,
                "reason": reason, "help": help,
            })
        })
}

prop_compose! {
    fn any_plan()(
        steps in prop::collection::vec(step(), 0..40),
        notes in prop::collection::vec(note(), 0..20),
        guards in 0usize..5,
        environment in words(),
        base in prop::option::of(words()),
        name in words(),
        remarks in prop::collection::vec(words(), 0..5),
    ) -> Plan {
        let guards: Vec<Value> = (0..guards)
            .map(|at| json!({
                "guard": "release", "account": format!("account-{at}"), "count": 7, "of": 9,
                "limit": "at most 5", "allow": 7,
            }))
            .collect();
        let mut summary = serde_json::Map::new();
        for action in crate::plan::Action::ALL {
            let count = steps.iter().filter(|step| step["action"] == action.name()).count();
            summary.insert(action.summary_key().to_owned(), count.into());
        }
        serde_json::from_value(json!({
            "formatVersion": "1.0", "alzVersion": "0", "environment": environment,
            "partition": "p", "createdAt": "2026-11-23T17:00:00Z", "desiredDigest": "sha256:",
            "names": { "account-0": name }, "base": base, "baseRemarks": remarks,
            "summary": summary, "steps": steps, "notes": notes, "guards": guards,
        }))
        .expect("a plan")
    }
}

/// Folds and fences that are not closed, and HTML that is not ours.
fn faults(text: &str, flavour: Flavour) -> Vec<String> {
    let mut faults = Vec::new();
    let mut fence: Option<usize> = None;
    let mut open = 0i32;
    // Code that is indented follows an empty line, or more of it.
    let mut code = true;
    for (at, line) in text.lines().enumerate() {
        let deep = line.len() - line.trim_start_matches(' ').len() >= 12;
        code = line.is_empty() || (code && deep && flavour == Flavour::Plain);
        if code && fence.is_none() {
            continue;
        }
        let ticks = line
            .trim_start()
            .chars()
            .take_while(|letter| *letter == '`')
            .count();
        match fence {
            Some(length) => {
                if ticks >= length && line.trim().chars().all(|letter| letter == '`') {
                    fence = None;
                }
                continue;
            }
            None if ticks >= 3 && !line.trim_start().trim_start_matches('`').contains('`') => {
                fence = Some(ticks);
                continue;
            }
            None => {}
        }
        let marker = at == 0 && line.starts_with("<!-- alz:") && line.ends_with(" -->");
        let ours = match line {
            "<details>" | "<details open>" => {
                open += 1;
                true
            }
            "</details>" => {
                open -= 1;
                true
            }
            line => line.starts_with("<summary><b>") && line.ends_with("</summary>"),
        };
        let inside = line
            .strip_prefix("<summary><b>")
            .and_then(|rest| rest.strip_suffix("</summary>"))
            .map(|rest| rest.replacen("</b>", "", 1));
        let text = inside.as_deref().unwrap_or(line);
        // What stands in a code span is text.
        let outside: String = text.split('`').step_by(2).collect();
        if !marker && (!ours || inside.is_some()) && outside.contains('<') && !text.contains('`') {
            faults.push(format!("{at}: {line}"));
        }
        if open < 0 {
            faults.push(format!("{at}: closed too often"));
        }
    }
    if open != 0 || fence.is_some() {
        faults.push(format!("{open} folds and fence {fence:?} left open"));
    }
    if flavour == Flavour::Plain && text.lines().any(|line| line.starts_with("<details")) {
        faults.push("HTML where there should be none".to_owned());
    }
    faults
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_plan_fits_any_limit_whole(
        document in any_plan(),
        limit in LEAST_LIMIT..20_000,
        plain in any::<bool>(),
    ) {
        let flavour = if plain { Flavour::Plain } else { Flavour::Html };
        let options = Options { limit, flavour, saved: Some("plan.json".to_owned()) };
        let text = plan(&document, &options);
        prop_assert!(builder::size(&text) <= limit, "{} > {limit}\n{text}", builder::size(&text));
        let found = faults(&text, flavour);
        prop_assert!(found.is_empty(), "{found:?}\n{text}");
        let sections = document.steps.len() + document.notes.len() + usize::from(!document.guards.is_empty());
        let roomy = plan(&document, &Options { limit: 10_000_000, ..options });
        let shown = roomy.lines().filter(|line| line.starts_with("- ")).count();
        prop_assert_eq!(shown, sections, "every entry once:\n{}", roomy);
        if roomy != text {
            prop_assert!(text.contains("**Left out here**"), "{text}");
        }
        // What was read back reads the same.
        let copy: Plan = serde_json::from_value(serde_json::to_value(&document).expect("JSON"))
            .expect("a plan");
        prop_assert_eq!(roomy, plan(&copy, &Options { limit: 10_000_000, flavour, saved: Some("plan.json".to_owned()) }));
    }

    #[test]
    fn any_problems_fit_any_limit_whole(
        said in prop::collection::vec((words(), words(), words()), 0..60),
        limit in LEAST_LIMIT..20_000,
    ) {
        let found: Vec<Problem> = said
            .into_iter()
            .map(|(file, message, help)| Problem::of_file("D21", &file, message).help(help))
            .collect();
        let options = Options { limit, ..Options::default() };
        let text = problems(Subject { command: "validate", environment: "p", shard: None }, &found, &options);
        prop_assert!(builder::size(&text) <= limit);
        let faults = faults(&text, Flavour::Html);
        prop_assert!(faults.is_empty(), "{faults:?}\n{text}");
    }
}
