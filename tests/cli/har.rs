//! `--http-log`: what the provider asks for when it looks into a fault.

use std::path::Path;

use serde_json::{Map, Value, json};

use crate::world::{OFFICE, Said, World};

const FILE: &str = "accounts/office.yaml";

/// The published schema of HAR 1.2 (`har-schema/`), its files made one.
pub fn validator() -> jsonschema::Validator {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/har-schema");
    let mut definitions = Map::new();
    for entry in std::fs::read_dir(directory).expect("the schema") {
        let path = entry.expect("an entry").path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            let text = std::fs::read_to_string(&path).expect("a schema");
            let mut schema: Value = serde_json::from_str(&text).expect("JSON");
            localise(&mut schema);
            let name = path.file_stem().expect("a name").to_string_lossy();
            definitions.insert(name.into_owned(), schema);
        }
    }
    assert!(definitions.len() > 15, "{definitions:?}");
    let schema = json!({
        "$schema": "http://json-schema.org/draft-06/schema#",
        "$ref": "#/definitions/har",
        "definitions": definitions,
    });
    jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .expect("a schema that compiles")
}

/// References to other files become references into this one.
fn localise(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            members.remove("$id");
            members.remove("$schema");
            if let Some(Value::String(reference)) = members.get_mut("$ref") {
                *reference = format!("#/definitions/{}", reference.trim_end_matches(".json#"));
            }
            members.values_mut().for_each(localise);
        }
        Value::Array(items) => items.iter_mut().for_each(localise),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The entries of a log, once it is valid.
fn entries(world: &World) -> Vec<Value> {
    let text = std::fs::read_to_string(world.root().join("run.har")).expect("a log");
    let har: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"));
    let faults: Vec<String> = validator()
        .iter_errors(&har)
        .map(|error| format!("{error} at {}", error.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{faults:#?}");
    har["log"]["entries"].as_array().expect("entries").clone()
}

fn logged(world: &World, arguments: &[&str]) -> Said {
    let arguments = [arguments, &["--http-log", "run.har"]].concat();
    world.alz(&arguments)
}

#[test]
fn the_published_schema_refuses_what_is_no_log() {
    let validator = validator();
    let empty = json!({ "log": { "version": "1.2", "creator": { "name": "a", "version": "1" }, "entries": [] } });
    assert!(validator.is_valid(&empty));
    let mut entry = empty.clone();
    entry["log"]["entries"] = json!([{ "startedDateTime": "yesterday" }]);
    assert!(!validator.is_valid(&entry));
}

#[test]
fn every_request_of_a_run_is_in_the_log_logins_repeats_and_failures_included() {
    let world = World::new(&[(FILE, OFFICE)]);
    world.fault(json!([
        { "path": "/v2/partition/*", "expireToken": true, "times": 1 },
        { "path": "**/statussearch", "status": 503, "times": 1 },
        { "path": "**/inboundcarriers", "cut": "before", "times": 1 },
        { "method": "GET", "path": "**/telephonenumber", "truncateAt": 1, "times": 1 },
        { "method": "POST", "path": "**/telephonenumber", "body": "<h1>Gateway</h1>", "times": 1 },
    ]));
    let said: Said = world
        .command(&["apply", "--auto-approve", "--http-log", "run.har"])
        .env_remove("ALZ_TOKEN")
        .env("ALZ_USERNAME", "it@example.com")
        .env("ALZ_PASSWORD", "pw-canary-4711")
        .output()
        .expect("alz runs")
        .into();
    let entries = entries(&world);
    // The one that asks for the number of requests is not alz's.
    assert_eq!(entries.len() as u64, world.requests(), "{}", said.stderr);
    let of = |path: &str| -> Vec<i64> {
        let all = entries.iter().filter(|entry| {
            let url = entry["request"]["url"].as_str().unwrap_or_default();
            url.split('?').next().is_some_and(|url| url.ends_with(path))
        });
        all.filter_map(|entry| entry["response"]["status"].as_i64())
            .collect()
    };
    assert_eq!(of("/authorize"), [200, 200]);
    assert!(
        of("/statussearch").contains(&503),
        "{:?}",
        of("/statussearch")
    );
    let carriers = of("/inboundcarriers");
    assert_eq!((carriers.first(), carriers.last()), (Some(&0), Some(&200)));
    let listing = of("/telephonenumber");
    assert!(listing.contains(&0), "cut off in the middle: {listing:?}");
    let cut = entries
        .iter()
        .find(|entry| entry["response"]["status"] == 0 && entry["comment"].is_string());
    assert!(cut.is_some());
    let page = entries
        .iter()
        .find(|entry| entry["response"]["content"]["text"] == "<h1>Gateway</h1>");
    assert_eq!(page.expect("the page")["request"]["method"], "POST");
    let body = entries
        .iter()
        .filter_map(|entry| entry["request"]["postData"]["text"].as_str())
        .find(|text| text.contains("Sample Dental"));
    assert!(body.is_some(), "bodies are there as they were sent");
    for entry in &entries {
        let timings = &entry["timings"];
        let sum: f64 = ["blocked", "send", "wait", "receive"]
            .iter()
            .filter_map(|name| timings[name].as_f64())
            .sum();
        let time = entry["time"].as_f64().expect("a time");
        assert!((sum - time).abs() < 0.01 * time.max(1.0), "{entry:#}");
    }
    let text = std::fs::read_to_string(world.root().join("run.har")).expect("a log");
    assert!(!text.contains("canary"), "the password");
    let token = text.matches("authToken").count();
    assert_eq!(
        token,
        text.matches("authToken\\\":\\\"•••").count(),
        "{text}"
    );
}

#[test]
fn a_run_that_fails_leaves_its_log_too() {
    let world = World::new(&[(FILE, OFFICE)]);
    // Port 1 of the loopback: nobody is there.
    logged(&world, &["plan", "--api", "http://127.0.0.1:1"]).expect(1);
    let found = entries(&world);
    assert!(!found.is_empty());
    for entry in found {
        assert_eq!(entry["response"]["status"], 0);
        let comment = entry["comment"].as_str().expect("a comment");
        assert!(comment.contains("connect"), "{comment}");
    }
    // Nothing is asked of a platform while the files are wrong.
    world.write(FILE, &OFFICE.replace("state: UT", "stat: UT"));
    logged(&world, &["plan"]).expect(1);
    assert!(entries(&world).is_empty());
}

#[test]
fn a_log_that_cannot_be_written_stops_the_run_before_anything_is_sent() {
    let world = World::new(&[(FILE, OFFICE)]);
    let arguments = [
        "apply",
        "--auto-approve",
        "--http-log",
        "no/such/dir/run.har",
    ];
    let said = world.alz(&arguments).expect(1);
    assert!(said.stderr.contains("run.har"), "{}", said.stderr);
    assert_eq!(world.requests(), 0);
}

#[test]
#[cfg(unix)]
fn the_log_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new(&[(FILE, OFFICE)]);
    logged(&world, &["plan"]).expect(0);
    let file = std::fs::metadata(world.root().join("run.har")).expect("a log");
    assert_eq!(file.permissions().mode() & 0o777, 0o600);
}
