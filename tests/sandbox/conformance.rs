//! What is published of the platform, held against what the sandbox answers.
//!
//! `fixtures/operations.json` says it in our own words and is always walked.
//! Where the published OpenAPI lies beside the repository
//! (`../shared/api/alianza-openapi.yml`), that table is checked against it and
//! every answer of the same walk validates against the published schemas.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::*;

const OPERATIONS: &str = include_str!("fixtures/operations.json");

fn table() -> Value {
    serde_json::from_str(OPERATIONS).expect("the table")
}

/// The published description, where it is at hand.
fn published() -> Option<Value> {
    // Beside the repository, or beside the directory of its worktrees.
    let text = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .skip(1)
        .take(2)
        .find_map(|place| {
            std::fs::read_to_string(place.join("shared/api/alianza-openapi.yml")).ok()
        })?;
    Some(serde_yaml::from_str(&text).expect("YAML"))
}

fn rows<'a>(table: &'a Value, list: &str) -> impl Iterator<Item = &'a Value> {
    table[list].as_array().expect("a list").iter()
}

fn word<'a>(row: &'a Value, name: &str) -> &'a str {
    row[name].as_str().expect("a text")
}

/// A path or body of the table with its placeholders replaced: our own, and
/// those whose values an earlier answer gave.
fn filled(value: &Value, kept: &Kept) -> Value {
    let mut text = kept.fill(value).to_string();
    let ottawa = sparks("Ottawa").to_string();
    let wrong_town = sparks("Sandy Hill").to_string();
    for (name, with) in [
        ("{clinic}", CLINIC),
        ("{dental}", DENTAL),
        ("\"{lindon}\"", &lindon().to_string()),
        ("\"{sparks}\"", &ottawa),
        ("\"{wrongTown}\"", &wrong_town),
    ] {
        text = text.replace(name, with);
    }
    serde_json::from_str(&text).expect("json")
}

struct Step {
    row: Value,
    at: String,
    answer: Answer,
    /// The status under which the answer is published: not the answer's own
    /// where the guide says another (E7).
    published: u16,
}

/// Does all that the table tries, in its order, in one world.
async fn walk(caller: &Caller, table: &Value) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut kept = Kept::default();
    for row in rows(table, "operations") {
        if let Some(before) = row["before"].as_array() {
            for step in before {
                let at = filled(&step["at"], &kept);
                let (status, body) = caller
                    .call(
                        word(step, "method"),
                        at.as_str().expect("a path"),
                        Some(filled(&step["body"], &kept)),
                    )
                    .await;
                assert_eq!(status, 200, "before {}: {body}", row["operation"]);
                kept.keep(step, &body);
            }
            caller.advance("PT1M").await;
        }
        for attempt in rows(row, "try") {
            let at = filled(&attempt["at"], &kept);
            let at = at.as_str().expect("a path").to_owned();
            let body = attempt.get("body").map(|body| filled(body, &kept));
            let answer = caller.call(word(row, "method"), &at, body).await;
            let expected = attempt["status"].as_u64().unwrap_or(200);
            assert_eq!(
                u64::from(answer.0),
                expected,
                "{} {at}: {}",
                row["operation"],
                answer.1
            );
            let published = attempt["published"].as_u64().unwrap_or(expected);
            steps.push(Step {
                row: row.clone(),
                at,
                answer,
                published: u16::try_from(published).expect("a status"),
            });
        }
    }
    steps
}

/// What is wrong with a value of this shape.
fn misshapen(shapes: &Value, shape: &str, value: &Value, at: &str) -> Vec<String> {
    let wrong = || vec![format!("{at}: {value} is no {shape}")];
    let holds = |lawful: bool| if lawful { Vec::new() } else { wrong() };
    if let Some(inner) = shape
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        return match value {
            Value::Array(list) => list
                .iter()
                .enumerate()
                .flat_map(|(place, one)| misshapen(shapes, inner, one, &format!("{at}/{place}")))
                .collect(),
            _ => wrong(),
        };
    }
    if let Some(name) = shape.strip_prefix('@') {
        let members = shapes[name].as_object().expect("a shape of the table");
        let Value::Object(map) = value else {
            return wrong();
        };
        let mut problems = Vec::new();
        for (member, shape) in members {
            let shape = shape.as_str().expect("a shape");
            let plain = member.trim_end_matches('!');
            match map.get(plain) {
                Some(Value::Null) if plain == member => {}
                Some(value) => {
                    problems.extend(misshapen(shapes, shape, value, &format!("{at}/{plain}")));
                }
                None if plain != member => problems.push(format!("{at} has no {plain}")),
                None => {}
            }
        }
        let known: BTreeSet<&str> = members
            .keys()
            .map(|name| name.trim_end_matches('!'))
            .collect();
        let unknown = map.keys().filter(|name| !known.contains(name.as_str()));
        problems.extend(unknown.map(|name| format!("{at} has an unpublished {name}")));
        return problems;
    }
    match shape {
        "none" => holds(value.is_null()),
        "any" => Vec::new(),
        "map" => holds(value.is_object()),
        "text" => holds(value.is_string()),
        "blank" => holds(value == ""),
        "number" => holds(value.is_number()),
        "flag" => holds(value.is_boolean()),
        "day" => holds(
            value
                .as_str()
                .is_some_and(|day| day.parse::<jiff::civil::Date>().is_ok()),
        ),
        "date" => holds(
            value
                .as_str()
                .is_some_and(|at| at.parse::<jiff::Timestamp>().is_ok()),
        ),
        words => holds(
            value
                .as_str()
                .is_some_and(|word| words.split('|').any(|one| one == word)),
        ),
    }
}

#[tokio::test]
async fn every_operation_answers_in_its_published_shape_and_with_its_errors() {
    let caller = Caller::built_in().await;
    let table = table();
    let mut problems = Vec::new();
    for step in walk(&caller, &table).await {
        let (row, at) = (step.row, step.at);
        let (status, body) = step.answer;
        if status < 300 {
            problems.extend(misshapen(
                &table["shapes"],
                word(&row, "answer"),
                &body,
                &at,
            ));
        } else {
            let answer = (status, body);
            let (_, token) = refusal(&answer);
            assert_ne!(token, "ResourceNotFound", "{at} is no operation");
        }
    }
    assert_eq!(problems, Vec::<String>::new());
}

#[tokio::test]
async fn no_operation_is_open_to_strangers_or_knows_what_is_not_there() {
    let mut caller = Caller::built_in().await;
    let table = table();
    let good = std::mem::replace(&mut caller.token, "expired".to_owned());
    let fill = |path: &str, partition: &str, account: &str| {
        path.replace("{partitionId}", partition)
            .replace("{accountId}", account)
            .replace("{tn}", "18014040901")
            .replace("{serviceType}", "ACTIVATION")
            .replace(['{', '}'], "")
    };
    let partition = caller.running.partition().to_string();
    for row in rows(&table, "operations") {
        let (method, path) = (word(row, "method"), word(row, "path"));
        if path == "/v2/authorize" {
            continue;
        }
        let answer = caller
            .call(method, &fill(path, &partition, CLINIC), None)
            .await;
        assert_eq!(
            refusal(&answer),
            (401, "ExpiredAuthToken"),
            "{method} {path}"
        );
    }
    caller.token = good;
    for row in rows(&table, "operations") {
        let (method, path) = (word(row, "method"), word(row, "path"));
        let valid = match method {
            "GET" | "DELETE" => None,
            _ => Some(json!({
                "customerServiceRecord": lindon(), "telephoneNumbers": [{"phoneNumber": "18014041200"}],
            })),
        };
        if path.contains("{partitionId}") {
            let at = fill(path, "elsewhere", CLINIC);
            let answer = caller.call(method, &at, valid.clone()).await;
            assert_eq!(
                refusal(&answer),
                (404, "PartitionNotFound"),
                "{method} {path}"
            );
        }
        if path.contains("{accountId}") {
            let at = fill(path, &partition, "nobody");
            let body = valid.map(|body| {
                if path.ends_with("/destination") {
                    json!({"referenceType": null})
                } else if path.ends_with("/{tn}") {
                    json!({"customerServiceRecord": lindon()})
                } else {
                    body
                }
            });
            let query = if path.contains("tn-search") {
                "?npa=801"
            } else {
                ""
            };
            let answer = caller.call(method, &format!("{at}{query}"), body).await;
            assert_eq!(refusal(&answer).0, 404, "{method} {path}: {}", answer.1);
        }
    }
}

#[test]
fn the_table_says_what_is_published() {
    let Some(published) = published() else { return };
    let table = table();
    let mut told = BTreeMap::new();
    for row in rows(&table, "operations").chain(rows(&table, "outOfScope")) {
        let key = (word(row, "method").to_owned(), word(row, "path").to_owned());
        assert!(told.insert(key, row).is_none(), "{row} is there twice");
    }
    for (path, methods) in published["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let Some(id) = operation["operationId"].as_str() else {
                continue;
            };
            let key = (method.to_uppercase(), path.clone());
            let row = told
                .remove(&key)
                .unwrap_or_else(|| panic!("{id} is not in the table"));
            assert_eq!(row["operation"], id);
            let Some(query) = row["query"].as_array() else {
                continue;
            };
            let names = operation["parameters"].as_array().into_iter().flatten();
            let names: Vec<&Value> = names
                .filter(|parameter| parameter["in"] == "query")
                .map(|parameter| &parameter["name"])
                .collect();
            assert_eq!(query.iter().collect::<Vec<_>>(), names, "{id}");
        }
    }
    assert!(told.is_empty(), "not published: {told:?}");
}

#[tokio::test]
async fn every_answer_validates_against_the_published_schemas() {
    let Some(published) = published() else { return };
    let caller = Caller::built_in().await;
    let components = nullable(published["components"].clone());
    let mut problems = Vec::new();
    for step in walk(&caller, &table()).await {
        let (row, at, published_as) = (step.row, step.at, step.published);
        let (status, body) = step.answer;
        let method = word(&row, "method").to_lowercase();
        let responses = &published["paths"][word(&row, "path")][method]["responses"];
        let response = &responses[published_as.to_string()];
        assert!(response.is_object(), "{at}: {status} is not documented");
        let content = response["content"].as_object();
        let Some(schema) = content.and_then(|content| content.values().next()) else {
            assert!(
                status >= 400 || body.is_null(),
                "{at}: a body, but none is published"
            );
            continue;
        };
        let validator = validator(&components, &schema["schema"]);
        problems.extend(
            validator
                .iter_errors(&body)
                // The guide and the reference values speak of a null where the
                // CSR's address answers 911; the schema forgot it.
                .filter(|error| {
                    let place = error.instance_path().to_string();
                    !(place.ends_with("/e911Address") && error.instance().is_null())
                })
                .map(|error| format!("{at} {status} {}: {error}", error.instance_path())),
        );
    }
    assert_eq!(problems, Vec::<String>::new());
}

/// `id` in a schema's `properties` is a member here and no keyword, which the
/// newer dialects alone understand; nothing else sets them apart here.
fn validator(components: &Value, schema: &Value) -> jsonschema::Validator {
    let mut whole = nullable(schema.clone());
    whole["components"] = components.clone();
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(true)
        .build(&whole)
        .expect("a lawful schema")
}

#[test]
fn the_published_schemas_are_really_looked_at() {
    let Some(published) = published() else { return };
    let components = nullable(published["components"].clone());
    let list = json!({"type": "array", "items": {"$ref": "#/components/schemas/EndUserV2X"}});
    let users = validator(&components, &list);
    let config = json!({"externalCallerIdVisible": true, "extensionCallerIdVisible": false});
    assert!(!users.is_valid(&json!([{"id": "u", "callerIdConfig": config}])));
    assert!(!users.is_valid(&json!([{"id": 1}])));
    let event = json!({"$ref": "#/components/schemas/ServiceActivationEventX"});
    let events = validator(&components, &event);
    assert!(events.is_valid(&json!({"createdDate": "2026-11-23T17:00:00.000+00:00"})));
    assert!(!events.is_valid(&json!({"createdDate": "yesterday"})));
    assert!(!events.is_valid(&json!({"activationStatusType": "DONE"})));
}

/// OpenAPI 3.0.3's `nullable` in words of JSON Schema.
fn nullable(schema: Value) -> Value {
    match schema {
        Value::Object(map) => {
            let mut map: serde_json::Map<String, Value> = map
                .into_iter()
                .map(|(name, value)| (name, nullable(value)))
                .collect();
            // Published in a place where it means nothing (of a member, by itself).
            if map.get("required") == Some(&json!(true)) {
                map.remove("required");
            }
            if map.get("nullable") == Some(&json!(true))
                && let Some(Value::String(kind)) = map.get("type")
            {
                let either = json!([kind, "null"]);
                map.insert("type".to_owned(), either);
            }
            Value::Object(map)
        }
        Value::Array(list) => list.into_iter().map(nullable).collect(),
        other => other,
    }
}
