//! Problems as SARIF 2.1.0 (OASIS), for code scanning: GitHub, GitLab, Azure
//! DevOps and editors show them at their lines and follow them over commits.
//!
//! An alert is followed by its rule, its file and `primaryLocationLineHash`.
//! GitHub's own hash of the line would take two problems of one line for one,
//! and a number that moves for a new one. So the hash is ours: of the code, the
//! member's path and the message, without line numbers. Where names and addresses are
//! not shown they are not hashed either: it is what is shown that goes in.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::about::{About, by_severity, counted};
use crate::desired::Problem;
use crate::desired::catalogue;
use crate::desired::problem::{Severity, code};
use crate::plan::FindingKind;

/// Results of a run that GitHub keeps; of more than 25,000 it takes none.
const RESULTS: usize = 5_000;

/// The name of the directory that paths are relative to: the top of the checkout.
const ROOT: &str = "SRCROOT";

/// The report, pretty-printed.
pub fn sarif(problems: &[Problem], about: &About<'_>) -> String {
    let sorted = by_severity(problems);
    let (kept, folded) = match sorted.len() > RESULTS {
        // One place is for the result that says so.
        true => sorted.split_at(RESULTS - 1),
        false => (sorted.as_slice(), [].as_slice()),
    };
    let mut kept: Vec<&Problem> = kept.to_vec();
    kept.sort_by_key(|problem| (&problem.file, problem.place()));
    let more = folded.first().zip(counted(folded.iter().copied()));
    let more = more.map(|(first, more)| {
        let message = format!("{more} more are not in this report");
        Problem {
            path: String::new(),
            message,
            help: "mend these first; alz's --format json shows all".to_owned(),
            code: code::MORE.to_owned(),
            ..(*first).clone()
        }
    });
    kept.extend(&more);

    let rules = Rules::of(&kept, about);
    let mut seen: HashMap<(&str, String), u32> = HashMap::new();
    let results: Vec<Value> = kept
        .iter()
        .map(|problem| {
            let hash = fingerprint(problem);
            let times = seen.entry((&problem.file, hash.clone())).or_default();
            *times += 1;
            result(problem, about, &rules, &format!("{hash}:{times}"))
        })
        .collect();
    let stopped: Vec<Value> = problems
        .iter()
        .filter(|problem| problem.is_placeless())
        .map(|problem| json!({ "level": level(problem, about), "message": { "text": words(problem) } }))
        .collect();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "alz",
                "semanticVersion": about.version,
                "rules": rules.metadata,
            } },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { ROOT: { "description": { "text": "The top of the checkout" } } },
            "invocations": [{
                "executionSuccessful": !stopped.iter().any(|told| told["level"] == "error"),
                "toolExecutionNotifications": stopped,
            }],
            "results": results,
        }],
    });
    format!("{document:#}\n")
}

/// The rules that are broken, each once.
struct Rules<'a> {
    metadata: Vec<Value>,
    index: BTreeMap<&'a str, usize>,
}

impl<'a> Rules<'a> {
    fn of(problems: &[&'a Problem], about: &About<'_>) -> Self {
        let mut worst: BTreeMap<&str, &str> = BTreeMap::new();
        for problem in problems {
            let level = level(problem, about);
            let worst = worst.entry(&problem.code).or_insert(level);
            if level == "error" {
                *worst = level;
            }
        }
        let mut rules = Self {
            metadata: Vec::new(),
            index: BTreeMap::new(),
        };
        for (code, level) in worst {
            rules.index.insert(code, rules.metadata.len());
            let (title, help) = explained(code);
            rules.metadata.push(json!({
                "id": code,
                "shortDescription": { "text": title },
                "fullDescription": { "text": help },
                "help": { "text": help },
                "defaultConfiguration": { "level": level },
                "properties": { "problem.severity": level },
            }));
        }
        rules
    }
}

/// The title and help of a code: of the files' rules, or of what an audit finds.
fn explained(code: &str) -> (String, String) {
    if let Some(rule) = catalogue::find(code) {
        return (rule.title.to_owned(), rule.help.to_owned());
    }
    let kind = FindingKind::ALL
        .into_iter()
        .find(|kind| code.ends_with(kind.name()));
    match kind {
        Some(kind) => (
            format!("Files and platform agree: {}", kind.title()),
            "Found by `alz drift`: what is on the platform is not what the files say, or needs a person.".to_owned(),
        ),
        None => (code.to_owned(), "The message says what is wrong.".to_owned()),
    }
}

fn result(problem: &Problem, about: &About<'_>, rules: &Rules<'_>, fingerprint: &str) -> Value {
    let mut physical = Map::new();
    physical.insert("artifactLocation".into(), artifact(&about.path(problem)));
    if problem.line > 0 {
        physical.insert(
            "region".into(),
            json!({ "startLine": problem.line, "startColumn": problem.column.max(1) }),
        );
    }
    let mut location = Map::new();
    location.insert("physicalLocation".into(), physical.into());
    let mut properties = Map::new();
    if !problem.path.is_empty() {
        let member = json!([{ "fullyQualifiedName": problem.path, "kind": "member" }]);
        location.insert("logicalLocations".into(), member);
        properties.insert("path".into(), problem.path.as_str().into());
    }
    if !problem.help.is_empty() {
        properties.insert("help".into(), problem.help.as_str().into());
    }
    json!({
        "ruleId": problem.code,
        "ruleIndex": rules.index.get(problem.code.as_str()),
        "level": level(problem, about),
        "message": { "text": words(problem) },
        "locations": [location],
        "partialFingerprints": { "primaryLocationLineHash": fingerprint, "alz/v1": fingerprint },
        "properties": properties,
    })
}

fn words(problem: &Problem) -> String {
    match problem.help.as_str() {
        "" => problem.message.clone(),
        help => format!("{}\n→ {help}", problem.message),
    }
}

fn level(problem: &Problem, about: &About<'_>) -> &'static str {
    match problem.severity {
        Severity::Error => "error",
        Severity::Warning if about.strict => "error",
        Severity::Warning => "warning",
    }
}

/// A file as a URI: below the checkout, or absolute.
fn artifact(path: &str) -> Value {
    let encoded: String = path.bytes().fold(String::new(), |mut uri, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            other => uri.push_str(&format!("%{other:02X}")),
        }
        uri
    });
    match encoded.starts_with('/') {
        true => json!({ "uri": format!("file://{encoded}") }),
        false => json!({ "uri": encoded, "uriBaseId": ROOT }),
    }
}

/// The same for the same problem, wherever in its file it stands.
fn fingerprint(problem: &Problem) -> String {
    let mut sha = Sha256::new();
    for part in [
        problem.code.as_str(),
        problem.path.as_str(),
        &without_lines(&problem.message),
    ] {
        sha.update((part.len() as u64).to_le_bytes());
        sha.update(part);
    }
    let digest = sha.finalize();
    digest
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// A message without the lines that it names: `line 31`, `a.yaml:31`.
fn without_lines(message: &str) -> String {
    let mut text = String::with_capacity(message.len());
    let mut names_line = false;
    for c in message.chars() {
        if names_line && c.is_ascii_digit() {
            continue;
        }
        text.push(c);
        names_line =
            text.ends_with("line ") || (c == ':' && text.trim_end_matches(':').ends_with(".yaml"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desired::problem::Place;

    fn problem(line: u32, message: &str) -> Problem {
        let place = Place { line, column: 3 };
        Problem::error(
            "D9",
            "accounts/a b#ü.yaml",
            place,
            "numbers.1".into(),
            message,
        )
    }

    fn read(problems: &[Problem]) -> Value {
        let about = About {
            below: "infra",
            version: "0.1.0",
            ..About::default()
        };
        serde_json::from_str(&sarif(problems, &about)).expect("JSON")
    }

    fn hash(document: &Value, index: usize) -> &Value {
        &document["runs"][0]["results"][index]["partialFingerprints"]["primaryLocationLineHash"]
    }

    #[test]
    fn an_alert_is_followed_when_lines_move_and_told_from_its_neighbours() {
        let then = read(&[problem(2, "twice: b.yaml:9, line 9"), problem(2, "other")]);
        let now = read(&[problem(7, "twice: b.yaml:31, line 31"), problem(7, "other")]);
        assert_eq!(hash(&then, 0), hash(&now, 0));
        assert_eq!(hash(&then, 1), hash(&now, 1));
        assert_ne!(hash(&now, 0), hash(&now, 1));
        let same = read(&[problem(2, "one"), problem(3, "one")]);
        assert_ne!(hash(&same, 0), hash(&same, 1));
    }

    #[test]
    fn a_file_is_a_uri_from_the_top_of_the_checkout() {
        let document = read(&[problem(2, "x")]);
        let location = &document["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
        assert_eq!(
            location["artifactLocation"],
            json!({ "uri": "infra/accounts/a%20b%23%C3%BC.yaml", "uriBaseId": "SRCROOT" })
        );
        assert_eq!(
            artifact("/tmp/a.yaml"),
            json!({ "uri": "file:///tmp/a.yaml" })
        );
    }

    #[test]
    fn what_github_would_drop_is_counted_and_errors_are_kept() {
        let mut problems: Vec<Problem> = (1..=6_000)
            .map(|line| problem(line, "w").warning())
            .collect();
        problems.push(problem(6_001, "the error"));
        let document = read(&problems);
        let results = document["runs"][0]["results"].as_array().expect("results");
        assert_eq!(results.len(), RESULTS);
        assert!(
            results
                .iter()
                .any(|result| result["message"]["text"] == "the error")
        );
        let last = results[RESULTS - 1]["message"]["text"]
            .as_str()
            .expect("text");
        assert!(
            last.starts_with("1002 warnings more are not in this report"),
            "{last}"
        );
    }

    #[test]
    fn what_ended_the_command_is_a_result_and_a_failed_execution() {
        let document = read(&[Problem::fatal("no network").help("plug it in")]);
        let run = &document["runs"][0];
        assert_eq!(run["invocations"][0]["executionSuccessful"], false);
        assert_eq!(
            run["results"][0]["message"]["text"],
            "no network\n→ plug it in"
        );
        let place = &run["results"][0]["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "infra/alz.yaml");
        assert!(place.get("region").is_none());
        assert_eq!(read(&[])["runs"][0]["results"], json!([]));
    }
}
