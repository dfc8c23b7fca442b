//! The guide's examples, retyped with values of our own: each is accepted as it
//! stands and answered in the documented shape. One file an example, under
//! `fixtures/guide`.

use std::path::Path;

use super::*;

/// Everything that `expected` says is so in `found`; more may be there. A
/// list's elements are looked for at their places.
fn holds(expected: &Value, found: &Value) -> bool {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => expected
            .iter()
            .all(|(name, value)| found.get(name).is_some_and(|found| holds(value, found))),
        (Value::Array(expected), Value::Array(found)) => {
            (!expected.is_empty() || found.is_empty())
                && expected
                    .iter()
                    .enumerate()
                    .all(|(place, value)| found.get(place).is_some_and(|found| holds(value, found)))
        }
        (expected, found) => expected == found,
    }
}

fn pointers<'a>(step: &'a Value, list: &str) -> impl Iterator<Item = String> + use<'a> {
    let names = step[list].as_array().cloned().unwrap_or_default();
    names
        .into_iter()
        .map(|name| format!("/{}", name.as_str().expect("a pointer")))
}

#[tokio::test]
async fn each_example_of_the_guide_is_accepted_and_answered_in_its_shape() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sandbox/fixtures/guide");
    let mut walked = 0;
    for file in std::fs::read_dir(directory).expect("the examples") {
        let path = file.expect("a file").path();
        let name = path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let caller = Caller::built_in().await;
        let text = std::fs::read_to_string(&path)
            .expect("an example")
            .replace("{partition}", caller.running.partition().as_str())
            .replace("{dental}", DENTAL)
            .replace("{maison}", MAISON)
            .replace("{john}", JOHN);
        let example: Value = serde_json::from_str(&text).expect("json");
        let mut kept = Kept::default();
        for (place, step) in example["steps"]
            .as_array()
            .expect("steps")
            .iter()
            .enumerate()
        {
            let place = format!("{name}, step {}", place + 1);
            let step = &kept.fill(step);
            if let Some(duration) = step["advance"].as_str() {
                caller.advance(duration).await;
                continue;
            }
            let method = step["method"].as_str().expect("a method");
            let at = step["path"].as_str().expect("a path");
            let (status, body) = caller.call(method, at, step.get("body").cloned()).await;
            assert_eq!(
                Some(u64::from(status)),
                step["status"].as_u64(),
                "{place}: {body}"
            );
            if let Some(expected) = step.get("answer") {
                assert!(
                    holds(expected, &body),
                    "{place}: {body:#}\nis not {expected:#}"
                );
            }
            for pointer in pointers(step, "texts") {
                let text = body.pointer(&pointer).and_then(Value::as_str);
                assert!(
                    text.is_some_and(|text| !text.is_empty()),
                    "{place}: {pointer}"
                );
            }
            for pointer in pointers(step, "numbers") {
                let number = body.pointer(&pointer).and_then(Value::as_f64);
                assert!(number.is_some(), "{place}: {pointer}");
            }
            kept.keep(step, &body);
            walked += 1;
        }
    }
    assert!(walked >= 45, "only {walked} steps were found");
}
