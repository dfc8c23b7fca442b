//! One audit in its forms: the same findings everywhere, no name where none may
//! be, and no more requests than it takes.

use serde_json::{Value, json};

use crate::drift::{drift_at, findings_at, kinds, office, path_of, suite};
use crate::world::{NOW, World};

#[test]
fn one_reading_is_told_in_several_forms() {
    let world = office();
    world.as_user(
        "jane@example.com",
        "PATCH",
        &path_of("18017690201"),
        &suite("400"),
    );
    world.advance("PT3H");
    let later = "2026-11-25T20:00:00Z";
    let before = world.requests();
    let plain = drift_at(&world, later, &["--color", "always"]).expect(2);
    let cost = world.requests() - before;
    let said = drift_at(
        &world,
        later,
        &[
            "--report",
            "json=a.json",
            "--report",
            "prometheus=b.prom",
            "--report",
            "human=c.txt",
            "--color",
            "always",
        ],
    )
    .expect(2);
    assert_eq!(world.requests() - before, 2 * cost);
    assert_eq!(said.stdout, plain.stdout);
    let read = |name: &str| std::fs::read_to_string(world.root().join(name)).expect("a file");
    let document: Value = serde_json::from_str(&read("a.json")).expect("JSON");
    assert_eq!(document["drift"]["findings"][0]["kind"], "changed");
    assert!(read("b.prom").contains("alz_drift_exit{environment=\"test\"} 2\n"));
    let text = read("c.txt");
    assert!(
        text.contains("Drift: 1 changed.") && !text.contains('\u{1b}'),
        "{text}"
    );
    // What pipelines read: the finding with its place and who has done it.
    let forms = ["sarif", "junit", "github", "markdown"];
    let reports = forms.map(|form| format!("{form}={form}.out"));
    let mut arguments = Vec::new();
    for report in &reports {
        arguments.extend(["--report", report]);
    }
    drift_at(&world, later, &arguments).expect(2);
    for form in forms {
        let text = read(&format!("{form}.out"));
        // Markdown breaks an address of mail, so that nobody is called.
        assert!(text.contains("jane"), "{form}: {text}");
        assert!(text.contains("office.yaml"), "{form}: {text}");
        let own = drift_at(&world, later, &["--format", form]).expect(2);
        assert_eq!(own.stdout, text, "{form}");
    }
    let sarif: Value = serde_json::from_str(&read("sarif.out")).expect("JSON");
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "changed", "{sarif:#}");
    assert_eq!(result["level"], "error");
    for wrong in ["json", "json=", "yaml=a"] {
        drift_at(&world, later, &["--report", wrong]).expect(1);
    }
}

#[test]
fn with_redaction_no_name_comes_out_in_any_form() {
    let world = office();
    world.as_user(
        "janecanary@example.com",
        "PATCH",
        &path_of("18017690201"),
        &suite("Canary4"),
    );
    // A reason is written for colleagues.
    world.write(
        "alz.yaml",
        "version: 1\nenvironments:\n  test: { api: \"http://127.0.0.1:1\", accounts: [accounts/**/*.yaml] }\nignore:\n  - { paths: [directoryListing.type], until: 2026-12-31, reason: Mrs Canary moves }\n  - { kinds: [stuck], until: 2026-12-31, reason: ask Dr Canary }\n",
    );
    let listing = json!({ "directoryListing": { "listed": false, "type": "LIST_PUBLISH" } });
    world.as_user(
        "janecanary@example.com",
        "PATCH",
        &path_of("18017690201"),
        &listing,
    );
    world.advance("PT3H");
    let later = "2026-11-25T20:00:00Z";
    let said = drift_at(
        &world,
        later,
        &[
            "--redact",
            "pii",
            "--http-log",
            "log.har",
            "--report",
            "json=a.json",
            "--report",
            "prometheus=b.prom",
            "--report",
            "markdown=c.md",
            "--report",
            "html=d.html",
            "--report",
            "github=e.txt",
            "-vv",
        ],
    )
    .expect(2);
    // Where the reason stands is left for those who may read it.
    assert!(
        said.stdout.contains("until 2026-12-31, by alz.yaml:5"),
        "{}",
        said.stdout
    );
    let mut texts = vec![said.stdout, said.stderr];
    for name in ["a.json", "b.prom", "log.har", "c.md", "d.html", "e.txt"] {
        texts.push(std::fs::read_to_string(world.root().join(name)).expect("a file"));
    }
    for text in texts {
        let text = text.to_lowercase();
        assert!(!text.contains("canary"), "{text}");
        assert!(!text.contains("sample dental"), "{text}");
    }
}

#[test]
fn a_thousand_accounts_in_order_cost_one_listing_each_and_one_in_disorder_its_history() {
    let seed = "carriers: [{ id: c1, name: One, carrierType: BANDWIDTH }]\ngenerate: { accounts: 1000, numbersPerAccount: 1 }\n";
    let mut file = String::new();
    for index in 0..1000 {
        let number = 12_012_000_000u64 + index;
        file.push_str(&format!(
            "---\naccount: generated{index:013}\nnumbers: {{ \"{number}\": {{}} }}\n"
        ));
    }
    let world = World::seeded(seed, &[("accounts/fleet.yaml", &file)]);
    let said = drift_at(&world, NOW, &[]).expect(0);
    assert!(
        said.stdout.contains("No drift. 1000 in sync."),
        "{}",
        said.stdout
    );
    assert!(
        said.stdout
            .contains("1000 of 1000 numbers on 1000 accounts"),
        "{}",
        said.stdout
    );
    let cost = world.requests();
    assert!(cost < 1_100, "{cost} requests");
    world.as_user(
        "jane@example.com",
        "DELETE",
        "/v2/partition/X4fbfNlFRpy7bWDFmCwwdw/account/generated0000000000007/telephonenumber/12012000007",
        &json!({}),
    );
    let before = world.requests();
    let found = findings_at(&world, NOW, 2);
    assert_eq!(kinds(&found), ["missing 12012000007"]);
    assert_eq!(found[0]["by"], "jane@example.com");
    let log = world.get("/sandbox/requests");
    let requests = log["requests"].as_array().expect("requests");
    let histories = requests.iter().filter(|request| {
        let path = request["path"].as_str().unwrap_or_default();
        path.contains("accounthistorysearch")
    });
    assert_eq!(histories.count(), 1);
    assert!(world.requests() - before < 1_100);
}

#[test]
fn what_nobody_declares_is_one_line_an_account_and_counted_by_its_numbers() {
    let seed = "carriers: [{ id: c1, name: One, carrierType: BANDWIDTH }]\ngenerate: { accounts: 2, numbersPerAccount: 30 }\n";
    let file: String = (0..2)
        .map(|index| format!("---\naccount: generated{index:013}\nnumbers: {{}}\n"))
        .collect();
    let world = World::seeded(seed, &[("accounts/fleet.yaml", &file)]);
    let said = drift_at(&world, NOW, &["--format", "github"]).expect(0);
    // A step of a workflow shows ten annotations; sixty would hide what matters.
    assert_eq!(said.stdout.lines().count(), 2, "{}", said.stdout);
    let said = drift_at(&world, NOW, &[]).expect(0);
    assert!(said.stdout.contains("60 unmanaged."), "{}", said.stdout);
    let metrics = drift_at(&world, NOW, &["--format", "prometheus"]).expect(0);
    let count = "alz_drift_findings{environment=\"test\",kind=\"unmanaged\"} 60\n";
    assert!(metrics.stdout.contains(count), "{}", metrics.stdout);
    let page = drift_at(&world, NOW, &["--format", "html"])
        .expect(0)
        .stdout;
    assert_eq!(page.matches("<tr data-k=\"unmanaged\"").count(), 60);
    let strict = drift_at(
        &world,
        NOW,
        &["--fail-on-unmanaged", "--format", "markdown"],
    )
    .expect(2);
    assert!(
        strict
            .stdout
            .contains("**alz drift: 60 unmanaged in test**"),
        "{}",
        strict.stdout
    );
}
