//! Whatever stands in a file, in a saved plan or in an answer of the platform:
//! it is taken or refused, never a panic. `PROPTEST_CASES=20000` looks longer.
//! What once went wrong is kept under `tests/corpus/` and tried each time.

use std::path::{Path, PathBuf};

use alz::apply::{Saved, Unreadable};
use alz::desired::{load, read, settings};
use jiff::civil::Date;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

#[path = "../client/platform.rs"]
#[expect(dead_code, reason = "the client's tests use the rest")]
mod platform;

mod answers;
mod mutate;

use mutate::mutation;

/// A few in everyday runs, `PROPTEST_CASES` when somebody wants to know.
fn cases(usual: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok();
    ProptestConfig::with_cases(asked.and_then(|text| text.parse().ok()).unwrap_or(usual))
}

fn today() -> Date {
    Date::constant(2026, 11, 23)
}

/// The files under a directory of the tests, in order.
fn files(directory: &str) -> Vec<PathBuf> {
    fn walk(directory: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(directory).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, found);
            } else {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join(directory),
        &mut found,
    );
    found.sort();
    found
}

/// Reads bytes as an account file and as alz.yaml.
fn as_yaml(bytes: Vec<u8>) {
    if let Ok(text) = read::text_of("a.yaml", bytes) {
        // The fast parser may leave a file to the other one; it may not accept
        // what that one refuses to take apart.
        let _ = read::fast(&text);
        let _ = load::problems_of("a.yaml", &text, today());
        let _ = settings::parse(&text, PathBuf::from("."));
    }
}

fn yaml_seeds() -> Vec<Vec<u8>> {
    ["tests/good", "tests/bad", "examples"]
        .into_iter()
        .flat_map(files)
        .filter(|path| path.extension().is_some_and(|e| e == "yaml" || e == "yml"))
        .map(|path| std::fs::read(path).expect("a file"))
        .filter(|bytes| bytes.len() < 20_000)
        .collect()
}

/// What is inserted, removed or said twice, and where.
fn edits() -> impl Strategy<Value = Vec<(u8, Index, Index, &'static str)>> {
    let words = select(vec![
        "*a",
        "&a ",
        "<<: *office\n",
        "\t",
        "- ",
        "{",
        "[",
        "}",
        "]",
        "? ",
        "!!binary ",
        "!x ",
        "|\n",
        ">-\n",
        "\u{feff}",
        "\u{85}",
        "\u{2028}",
        "\0",
        "---\n",
        "...\n",
        "%YAML 9.9\n",
        "\"",
        "'",
        "#",
        ": ",
        "~",
        "null",
        ".inf",
        "0x1F",
        "1e999",
        "-",
        "é",
        "😀",
        "\r",
        "99999999999999999999",
        "2026-13-45",
        "{ env: X }",
        "numbers:\n",
        "\n  ",
        "port: ",
    ]);
    vec((0..4_u8, any::<Index>(), any::<Index>(), words), 1..6)
}

fn edited(seed: &[u8], edits: &[(u8, Index, Index, &str)]) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for (kind, from, to, word) in edits {
        let (a, b) = (from.index(bytes.len() + 1), to.index(bytes.len() + 1));
        let (start, end) = (a.min(b), a.max(b).min(a.min(b) + 64));
        match kind {
            0 => drop(bytes.splice(start..start, word.bytes())),
            1 => drop(bytes.drain(start..end)),
            2 => {
                let part = bytes[start..end].to_vec();
                drop(bytes.splice(start..start, part));
            }
            _ => {
                if let Some(byte) = bytes.get_mut(start) {
                    *byte ^= 1 << (b % 8);
                }
            }
        }
    }
    bytes
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn any_bytes_are_a_file_with_problems_and_no_more(bytes in vec(any::<u8>(), 0..400)) {
        as_yaml(bytes);
    }

    #[test]
    fn any_text_of_yaml_s_own_signs_is_read_or_refused(text in "[-?:,\\[\\]{}#&*!|>'\"%@` a1~\\n\\t]{0,120}") {
        as_yaml(text.into_bytes());
    }

    #[test]
    fn any_bytes_are_a_plan_or_refused(bytes in vec(any::<u8>(), 0..400)) {
        if let Err(why) = Saved::read(&bytes) {
            prop_assert!(!why.to_string().is_empty());
        }
    }

    #[test]
    fn half_a_plan_is_said_to_break_off(at in any::<Index>()) {
        let plan = plan_text();
        let end = plan.trim_end().len();
        let cut = 1 + at.index(end - 2);
        let read = Saved::read(&plan.as_bytes()[..cut]);
        let told = matches!(read, Err(Unreadable::BreaksOff | Unreadable::NotUtf8 { utf16: false }));
        prop_assert!(told, "{cut}: {read:?}");
    }
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn a_good_file_that_was_mangled_is_read_or_refused(seed in any::<Index>(), edits in edits()) {
        thread_local! { static SEEDS: Vec<Vec<u8>> = yaml_seeds(); }
        let bytes = SEEDS.with(|seeds| edited(&seeds[seed.index(seeds.len())], &edits));
        as_yaml(bytes);
    }
}

fn plan_text() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/plan/rich.json");
    std::fs::read_to_string(path).expect("a plan")
}

proptest! {
    #![proptest_config(cases(256))]

    /// One change anywhere: the plan is refused as no plan, or known to be edited.
    #[test]
    fn a_saved_plan_that_was_changed_anywhere_is_known_as_such(mutations in vec(mutation(), 1..3)) {
        let good: Value = serde_json::from_str(&plan_text()).expect("a plan");
        let mut bad = good.clone();
        for mutation in &mutations {
            mutation.apply(&mut bad);
        }
        let sealed = |plan: &Value| {
            let mut plan = plan.clone();
            plan.as_object_mut().map(|plan| plan.remove("createdAt"));
            plan
        };
        match Saved::read(bad.to_string().as_bytes()) {
            Err(why) => prop_assert!(!why.to_string().is_empty()),
            Ok(saved) if saved.edited => {}
            Ok(_) => prop_assert_eq!(sealed(&bad), sealed(&good)),
        }
    }
}

#[test]
fn a_plan_may_be_laid_out_anew_and_is_still_the_one_that_was_saved() {
    let text = plan_text();
    let document: Value = serde_json::from_str(&text).expect("a plan");
    for same in [
        text.clone(),
        document.to_string(),
        format!("\u{feff}{}", text.replace('\n', "\r\n")),
    ] {
        assert!(!Saved::read(same.as_bytes()).expect("a plan").edited);
    }
}

#[test]
fn a_plan_is_refused_with_the_reason() {
    let text = plan_text();
    let document: Value = serde_json::from_str(&text).expect("a plan");
    let with = |member: &str, value: Value| {
        let mut document = document.clone();
        document[member] = value;
        document.to_string().into_bytes()
    };
    let mut steps = document["steps"].as_array().expect("steps").clone();
    steps.push(steps[0].clone());
    let utf16: Vec<u8> = std::iter::once(0xfeff)
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let twice = text.replacen("\"steps\":", "\"steps\": [], \"steps\":", 1);
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for (bytes, reason) in [
        (Vec::new(), "it is empty"),
        (b" \n".to_vec(), "it is empty"),
        (utf16, "UTF-16"),
        (b"{\"a\": \"\xff\"}".to_vec(), "not UTF-8"),
        (b"{".to_vec(), "breaks off"),
        (b"steps: []".to_vec(), "expected value at line 1"),
        (b"[]".to_vec(), "formatVersion is missing"),
        (b"{}".to_vec(), "formatVersion is missing"),
        (with("formatVersion", json!("2.0")), "formatVersion is 2.0"),
        (with("formatVersion", json!("1.1")), "formatVersion is 1.1"),
        (
            with("formatVersion", json!(1.0)),
            "formatVersion is missing",
        ),
        (with("steps", json!({})), "expected a sequence"),
        (with("partition", json!(null)), "invalid type: null"),
        (with("steps", json!(steps)), "two of its steps have the id"),
        (twice.into_bytes(), "duplicate field `steps`"),
        (deep.into_bytes(), "recursion limit"),
    ] {
        let why = Saved::read(&bytes).expect_err(reason).to_string();
        assert!(why.contains(reason), "{reason}: {why}");
    }
}

#[test]
fn a_file_too_large_for_a_plan_is_not_read() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("plan.json");
    let file = std::fs::File::create(&path).expect("a file");
    // A hole: nothing is written.
    file.set_len(alz::apply::MOST_BYTES + 1).expect("a length");
    let why = Saved::open(&path).expect_err("too large").to_string();
    assert_eq!(why, "it is larger than 512 MiB");
}

#[test]
fn a_file_made_to_exhaust_the_reader_is_refused() {
    let problems = |text: &str| load::problems_of("a.yaml", text, today());
    let deep = |open: &str, close: &str| {
        let n = 20_000;
        format!("account: {}x{}\n", open.repeat(n), close.repeat(n))
    };
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..30 {
        let last = format!("*a{}, ", level - 1).repeat(10);
        bomb.push_str(&format!("a{level}: &a{level} [{last}]\n"));
    }
    let blocks: String = (0..2_000)
        .map(|n| format!("{}a:\n", " ".repeat(n)))
        .collect();
    for text in [
        deep("[", "]"),
        deep("{a: ", "}"),
        deep("- ", ""),
        deep("!x ", ""),
        deep("&a ", ""),
        bomb,
        blocks,
        format!("account: \"{}\"\n", "x".repeat(1 << 20)),
        format!("account: |\n  {}\n", "x".repeat(1 << 20)),
        format!("account: A\nnumbers: {{ {} }}\n", "*a: 1, ".repeat(10_000)),
        format!("{}: 1\n", "k".repeat(1 << 20)),
    ] {
        let found = problems(&text);
        let start: String = text.chars().take(30).collect();
        // One long word is no crime.
        assert!(
            text.contains(&"x".repeat(100)) || !found.is_empty(),
            "{start}"
        );
        for problem in found {
            assert!(
                problem.message.len() < 10_000,
                "{start}: a message of {}",
                problem.message.len()
            );
        }
    }
}

#[test]
fn what_once_went_wrong_does_not_again() {
    for path in files("tests/corpus/yaml") {
        as_yaml(std::fs::read(path).expect("a file"));
    }
    for path in files("tests/corpus/plan") {
        let _ = Saved::read(&std::fs::read(path).expect("a file"));
    }
}
