//! The published schemas are those of the types, say something about every
//! member, and judge files as the program does. UPDATE_SCHEMA=1 writes them anew.

use std::path::{Path, PathBuf};

use alz::desired::file::{AccountFile, ConfigFile};
use alz::report::schema::{self, Draft, Kind};
use alz::sandbox::seed::{self, Seed};
use serde_json::{Map, Value, json};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn seed_schema(draft: Draft) -> Value {
    schema::schema_of::<Seed>(seed::SCHEMA_FILE, "alz sandbox seed", draft)
}

#[test]
fn the_published_schemas_are_those_of_the_types() {
    let mut all: Vec<(&str, String)> = Kind::ALL
        .map(|kind| (kind.file_name(), schema::text(kind, Draft::Draft2020)))
        .into();
    let seed = schema::lines(&seed_schema(Draft::Draft2020));
    all.push((seed::SCHEMA_FILE, seed));
    for (name, text) in all {
        let path = root().join("schema").join(name);
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            std::fs::write(&path, &text).expect("write");
        }
        let published = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            published == text,
            "{}: UPDATE_SCHEMA=1 cargo test --test schema",
            path.display()
        );
    }
}

fn undescribed(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            if let Some(Value::Object(members)) = map.get("properties") {
                for (name, member) in members {
                    let told = member["description"]
                        .as_str()
                        .is_some_and(|text| text.len() > 3);
                    if !told {
                        found.push(format!("{at}.{name}"));
                    }
                }
            }
            for (name, inner) in map {
                undescribed(inner, &format!("{at}.{name}"), found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| undescribed(item, at, found)),
        _ => {}
    }
}

#[test]
fn an_editor_has_something_to_say_about_every_member() {
    for kind in Kind::ALL {
        for draft in [Draft::Draft2020, Draft::Draft07] {
            let mut found = Vec::new();
            undescribed(&schema::schema(kind, draft), "", &mut found);
            assert!(found.is_empty(), "{kind:?} {draft:?}: {found:?}");
        }
    }
    let mut found = Vec::new();
    undescribed(&seed_schema(Draft::Draft2020), "", &mut found);
    assert!(found.is_empty(), "{found:?}");
}

/// YAML as an editor sees it: keys are texts.
fn to_json(value: serde_yaml::Value) -> Value {
    match value {
        serde_yaml::Value::Mapping(map) => {
            let members = map.into_iter().map(|(key, value)| {
                let key = match key {
                    serde_yaml::Value::String(text) => text,
                    other => serde_json::to_value(other).expect("a key").to_string(),
                };
                (key, to_json(value))
            });
            Value::Object(members.collect::<Map<_, _>>())
        }
        serde_yaml::Value::Sequence(items) => items.into_iter().map(to_json).collect(),
        other => serde_json::to_value(other).expect("a scalar"),
    }
}

fn documents(text: &str) -> Vec<Value> {
    serde_yaml::Deserializer::from_str(text)
        .map(|document| {
            let mut value: serde_yaml::Value =
                serde::Deserialize::deserialize(document).expect("YAML");
            value.apply_merge().expect("merge keys");
            to_json(value)
        })
        .collect()
}

fn validators(kind: Kind) -> [jsonschema::Validator; 2] {
    [Draft::Draft2020, Draft::Draft07].map(|draft| {
        jsonschema::validator_for(&schema::schema(kind, draft)).expect("a JSON Schema")
    })
}

#[test]
fn every_good_file_is_accepted() {
    let good = root().join("tests/good");
    let mut files = 0;
    for entry in std::fs::read_dir(good.join("accounts")).expect("accounts") {
        let path = entry.expect("entry").path();
        for document in documents(&std::fs::read_to_string(&path).expect("read")) {
            for validator in validators(Kind::Account) {
                let errors: Vec<String> = validator
                    .iter_errors(&document)
                    .map(|e| format!("{e} at {}", e.instance_path()))
                    .collect();
                assert!(errors.is_empty(), "{}: {errors:?}", path.display());
            }
            files += 1;
        }
    }
    assert!(files >= 4);
    let config = std::fs::read_to_string(good.join("alz.yaml")).expect("alz.yaml");
    for validator in validators(Kind::Config) {
        assert!(validator.is_valid(&documents(&config)[0]));
    }
}

fn in_number(members: &str) -> String {
    format!("account: a\nnumbers: {{ 18017690817: {members} }}\n")
}

fn in_port(members: &str) -> String {
    format!("account: a\nports: {{ main: {members} }}\n")
}

#[test]
fn what_the_program_refuses_the_schema_refuses() {
    let accounts = [
        "name: x\n".to_owned(),
        "account: [a]\n".to_owned(),
        "account: a\nprune: maybe\n".to_owned(),
        "account: a\ndefaults: [x]\n".to_owned(),
        "account: a\ndefaults: { state: released }\n".to_owned(),
        "account: a\nports: [main]\n".to_owned(),
        "account: a\nports: { main: ~ }\n".to_owned(),
        "account: a\nnumbers: { 801555: {} }\n".to_owned(),
        "account: a\nnumbers: { \"801-CALL-NOW\": {} }\n".to_owned(),
        in_number("[x]"),
        in_number("{ protectd: true }"),
        in_number("{ protected: \"true\" }"),
        in_number("{ state: relased }"),
        in_number("{ e911Address: { city: [x] } }"),
        in_number("{ e911Address: { onCorrection: Accept } }"),
        in_number("{ e911Address: { latitud: 1 } }"),
        in_number("{ directoryListing: { listed: sometimes } }"),
        in_number("{ directoryListing: { address: text } }"),
        in_number("{ reference: END_USER }"),
        in_port("{ trigger: now }"),
        in_port("{ billingTelephoneNumber: abc }"),
        in_port("{ wirelessPin: 4711 }"),
        in_port("{ wirelessPin: { env: A, file: B } }"),
        in_port("{ wirelessPin: {} }"),
        in_port("{ wirelessPin: { env: ~ } }"),
        in_port("{ wirelessAccountNumber: { value: 1 } }"),
        in_port("{ telecomSettings: { disconnectInternetService: 1 } }"),
    ];
    for text in accounts {
        assert!(
            serde_yaml::from_str::<AccountFile>(&text).is_err(),
            "the program takes {text}"
        );
        for validator in validators(Kind::Account) {
            assert!(
                !validator.is_valid(&documents(&text)[0]),
                "the schema takes {text}"
            );
        }
    }
    let configs = [
        "environments: {}\n",
        "version: one\nenvironments: {}\n",
        "version: 1\nenvironments: { s: { api: sandbox } }\n",
        "version: 1\nenvironments: { s: { api: sandbox, accounts: a } }\n",
        "version: 1\nenvironments: {}\nguards: { release: { max: -1 } }\n",
        "version: 1\nenvironments: {}\nguards: { e112: {} }\n",
        "version: 1\nenvironments: {}\nconcurency: 8\n",
    ];
    for text in configs {
        assert!(
            serde_yaml::from_str::<ConfigFile>(text).is_err(),
            "the program takes {text}"
        );
        for validator in validators(Kind::Config) {
            assert!(
                !validator.is_valid(&documents(text)[0]),
                "the schema takes {text}"
            );
        }
    }
}

#[test]
fn a_seed_is_judged_by_its_schema_as_by_the_sandbox() {
    let good = [
        include_str!("../src/sandbox/builtin.yaml"),
        include_str!("../docs/seed.yaml"),
        "carriers: []\ngenerate: { accounts: 2, numbersPerAccount: 3 }\n",
    ];
    let bad = [
        "carrier: []\n",
        "timing: { submitSeconds: -1 }\n",
        "generate: { accounts: 2 }\n",
        "accounts: [{ id: a, numbers: [{ phoneNumber: \"18015550101\" }] }]\n",
        "accounts: [{ id: a, numbers: [{ phoneNumber: \"18015550101\", customerServiceRecord: {}, events: [{ serviceType: PORT, activationStatusType: PENDING }] }] }]\n",
    ];
    for draft in [Draft::Draft2020, Draft::Draft07] {
        let validator = jsonschema::validator_for(&seed_schema(draft)).expect("a JSON Schema");
        for text in good {
            assert!(seed::parse(text).is_ok());
            for document in documents(text) {
                let errors: Vec<String> = validator
                    .iter_errors(&document)
                    .map(|e| format!("{e} at {}", e.instance_path()))
                    .collect();
                assert!(errors.is_empty(), "{errors:?}");
            }
        }
        for text in bad {
            assert!(seed::parse(text).is_err(), "the sandbox takes {text}");
            assert!(
                !validator.is_valid(&documents(text)[0]),
                "the schema takes {text}"
            );
        }
    }
}

#[test]
fn a_mistake_deep_inside_is_named_and_not_lost_in_alternatives() {
    let document = json!({ "account": "a", "numbers": { "18017690817": { "e911Address": { "cty": "Orem" } } } });
    for validator in validators(Kind::Account) {
        let errors: Vec<_> = validator.iter_errors(&document).collect();
        assert_eq!(errors.len(), 1);
        assert_eq!(
            errors[0].instance_path().as_str(),
            "/numbers/18017690817/e911Address"
        );
        assert!(errors[0].to_string().contains("cty"), "{}", errors[0]);
    }
}

#[test]
fn alz_schema_prints_what_is_published() {
    for (name, file) in [
        ("account", Kind::Account.file_name()),
        ("config", Kind::Config.file_name()),
        ("plan", Kind::Plan.file_name()),
        ("status", Kind::Status.file_name()),
        ("port-show", Kind::PortShow.file_name()),
        ("port-check", Kind::PortCheck.file_name()),
        ("sandbox-seed", seed::SCHEMA_FILE),
    ] {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_alz"))
            .args(["schema", name])
            .output()
            .expect("alz runs");
        let published =
            std::fs::read(Path::new(&root()).join("schema").join(file)).expect("schema");
        assert!(
            output.status.success() && output.stdout == published,
            "{name}"
        );
    }
}

#[test]
fn editors_know_countries_lengths_and_what_a_number_key_is() {
    for draft in [Draft::Draft2020, Draft::Draft07] {
        let schema = schema::schema(Kind::Account, draft);
        let definitions = [&schema["$defs"], &schema["definitions"]]
            .into_iter()
            .find(|definitions| definitions.is_object())
            .expect("definitions");
        let record = &definitions["CustomerServiceRecord"]["properties"];
        assert_eq!(record["country"]["examples"], json!(["USA", "CAN"]));
        assert_eq!(record["customerName"]["maxLength"], 15);
        assert_eq!(record["unit"]["maxLength"], 10);
        let keys = schema["properties"]["numbers"]["patternProperties"]
            .as_object()
            .expect("number keys");
        for members in keys.values() {
            let told = members["description"].as_str().unwrap_or("");
            assert!(told.contains("11 digits"), "{members}");
        }
    }
}
