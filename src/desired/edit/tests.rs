use super::*;

fn members(names: &[&str]) -> Vec<(String, Fresh)> {
    names
        .iter()
        .map(|name| ((*name).to_owned(), Fresh::Empty))
        .collect()
}

fn added(text: &str) -> Result<String, Fault> {
    insert(
        text,
        0,
        &["numbers"],
        &members(&["18017690201", "18017690202"]),
    )
}

#[track_caller]
fn becomes(before: &str, after: &str) {
    let edited = added(before).unwrap_or_else(|fault| panic!("{fault}:\n{before}"));
    assert_eq!(edited, after, "\n--- got\n{edited}\n--- for\n{before}");
}

#[test]
fn members_go_below_the_last_in_the_style_of_their_neighbours() {
    becomes(
        "account: x\nnumbers:\n  \"18015551212\": {}   # main\n\n# end\n",
        "account: x\nnumbers:\n  \"18015551212\": {}   # main\n  \"18017690201\": {}\n  \"18017690202\": {}\n\n# end\n",
    );
    becomes(
        "numbers:\n      '18015551212':\n            port: a # b\naccount: x\n",
        "numbers:\n      '18015551212':\n            port: a # b\n      '18017690201': {}\n      '18017690202': {}\naccount: x\n",
    );
    becomes(
        "account: x\nnumbers:\n 18015551212:\n\nname: y\n",
        "account: x\nnumbers:\n 18015551212:\n 18017690201: {}\n 18017690202: {}\n\nname: y\n",
    );
}

#[test]
fn a_comment_stays_with_the_number_that_it_is_about() {
    becomes(
        "numbers:\n  \"18015551212\":\n    port: a\n    # holdActivation: true\n    # soon\n  # 0105: free\naccount: x\n",
        "numbers:\n  \"18015551212\":\n    port: a\n    # holdActivation: true\n    # soon\n  \"18017690201\": {}\n  \"18017690202\": {}\n  # 0105: free\naccount: x\n",
    );
    becomes(
        "numbers:\r\n  \"18015551212\": {}\r\n      # deep\r\n\r\n      # far",
        "numbers:\r\n  \"18015551212\": {}\r\n      # deep\r\n  \"18017690201\": {}\r\n  \"18017690202\": {}\r\n\r\n      # far",
    );
}

#[test]
fn a_file_keeps_its_line_ends_also_a_missing_last_one() {
    becomes(
        "account: x\r\nnumbers:\r\n  \"18015551212\": {}",
        "account: x\r\nnumbers:\r\n  \"18015551212\": {}\r\n  \"18017690201\": {}\r\n  \"18017690202\": {}",
    );
    becomes(
        "\u{feff}account: x\nnumbers: {}",
        "\u{feff}account: x\nnumbers:\n  \"18017690201\": {}\n  \"18017690202\": {}",
    );
}

#[test]
fn a_map_that_is_not_there_or_holds_nothing_is_begun() {
    let two = "  \"18017690201\": {}\n  \"18017690202\": {}\n";
    for (before, after) in [
        ("account: x\n", format!("account: x\nnumbers:\n{two}")),
        (
            "account: x # c\n# d\n",
            format!("account: x # c\nnumbers:\n{two}# d\n"),
        ),
        (
            "numbers:\naccount: x\n",
            format!("numbers:\n{two}account: x\n"),
        ),
        (
            "numbers: # none\naccount: x\n",
            format!("numbers: # none\n{two}account: x\n"),
        ),
        (
            "numbers:\n  # none\naccount: x\n",
            format!("numbers:\n  # none\n{two}account: x\n"),
        ),
        (
            "numbers: ~ # none\naccount: x\n",
            format!("numbers: # none\n{two}account: x\n"),
        ),
        (
            "numbers: null\naccount: x\n",
            format!("numbers:\n{two}account: x\n"),
        ),
        (
            "numbers: {}\naccount: x\n",
            format!("numbers:\n{two}account: x\n"),
        ),
        (
            "numbers: &n {}  # none\naccount: x\n",
            format!("numbers: &n # none\n{two}account: x\n"),
        ),
        (
            "--- # a\naccount: x\n...\n",
            format!("--- # a\naccount: x\nnumbers:\n{two}...\n"),
        ),
    ] {
        becomes(before, &after);
    }
    becomes(
        "account: x\ndefaults:\n    protected: true\n",
        "account: x\ndefaults:\n    protected: true\nnumbers:\n    \"18017690201\": {}\n    \"18017690202\": {}\n",
    );
    becomes(
        "account: x\nname: |\n  long\n  text\n\n",
        "account: x\nname: |\n  long\n  text\n\nnumbers:\n  \"18017690201\": {}\n  \"18017690202\": {}\n",
    );
}

#[test]
fn braces_stay_braces_where_something_stands_in_them() {
    let two = "\"18017690201\": {}, \"18017690202\": {}";
    for (before, after) in [
        (
            "numbers: {\"18015551212\": {}}\n",
            format!("numbers: {{\"18015551212\": {{}}, {two}}}\n"),
        ),
        (
            "numbers: { \"18015551212\": {}, } # c\n",
            format!("numbers: {{ \"18015551212\": {{}}, {two}, }} # c\n"),
        ),
        (
            "{ account: x, numbers: {} }\n",
            format!("{{ account: x, numbers: {{ {two} }} }}\n"),
        ),
        (
            "{ account: x, numbers: }\n",
            format!("{{ account: x, numbers: {{ {two} }} }}\n"),
        ),
        (
            "{ account: x }\n",
            format!("{{ account: x, numbers: {{ {two} }} }}\n"),
        ),
    ] {
        becomes(before, &after);
    }
    becomes(
        "numbers: {\n  \"18015551212\": {},  # first, of all\n  \"18015551213\": {}   # last\n}\n",
        "numbers: {\n  \"18015551212\": {},  # first, of all\n  \"18015551213\": {},   # last\n  \"18017690201\": {},\n  \"18017690202\": {}\n}\n",
    );
    becomes(
        "numbers: {\n    '18015551212': {},  # only\n  }\nname: x\n",
        "numbers: {\n    '18015551212': {},  # only\n    '18017690201': {},\n    '18017690202': {},\n  }\nname: x\n",
    );
}

#[test]
fn only_the_document_that_is_meant_changes() {
    let text = "account: a\nnumbers:\n  \"18015551212\": {}\n--- # second\naccount: b\n";
    let edited = insert(text, 1, &["numbers"], &members(&["18017690201"])).expect("an edit");
    assert_eq!(edited, format!("{text}numbers:\n  \"18017690201\": {{}}\n"));
    let edited = insert(text, 0, &["numbers"], &members(&["18017690201"])).expect("an edit");
    assert_eq!(
        edited,
        text.replace("--- #", "  \"18017690201\": {}\n--- #")
    );
    assert_eq!(
        insert(text, 2, &["numbers"], &members(&["18017690201"])),
        Err(Fault::NoDocument)
    );
}

#[test]
fn what_would_change_another_place_is_refused() {
    // The merged map has numbers of its own, which a key written out would hide.
    let hidden =
        "account: x\ndefaults: &d { protected: true }\n<<: { numbers: { \"18015551212\": {} } }\n";
    assert!(matches!(added(hidden), Err(Fault::Layout { .. })));
    let alias = "account: x\nports: &p {}\nnumbers: *p\n";
    assert!(matches!(added(alias), Err(Fault::Alias { .. })));
    // An anchor that something else refers to: that would grow too.
    let shared = "account: x\nports: &p {}\nnumbers: &n { \"18015551212\": {} }\ndefaults: *n\n";
    assert!(matches!(added(shared), Err(Fault::Layout { .. })));
    assert!(matches!(
        added("account: x\nnumbers: [1]\n"),
        Err(Fault::NotAMap { .. })
    ));
    assert!(matches!(
        added("account: x\nnumbers:\n  18017690202: {}\n"),
        Err(Fault::Exists { .. })
    ));
    assert_eq!(added("account: x\n\tnumbers: {}\n"), Err(Fault::NotYaml));
}

#[test]
fn a_deeper_map_is_reached_and_what_is_missing_of_its_path_made() {
    let text = "account: x\nnumbers:\n  \"18015551212\":\n    e911Address:\n      city: Lindon # here\n  \"18015551213\": {}\n";
    let language = [("language".to_owned(), Fresh::Text("fr-CA".to_owned()))];
    let edited = insert(
        text,
        0,
        &["numbers", "18015551212", "e911Address"],
        &language,
    );
    assert_eq!(
        edited.as_deref(),
        Ok(text
            .replace("# here\n", "# here\n      language: fr-CA\n")
            .as_str())
    );
    let whole = [(
        "directoryListing".to_owned(),
        Fresh::Map(vec![
            ("listed".to_owned(), Fresh::Bool(false)),
            ("type".to_owned(), Fresh::Text("ON".to_owned())),
        ]),
    )];
    let edited = insert(text, 0, &["numbers", "18015551213"], &whole);
    assert_eq!(
        edited.as_deref(),
        Ok(text
            .replace(
                "13\": {}\n",
                "13\":\n    directoryListing: { listed: false, type: \"ON\" }\n"
            )
            .as_str())
    );
}

mod property {
    use proptest::prelude::*;
    use similar::{Algorithm, DiffTag, capture_diff_slices};

    use super::super::*;
    use super::members;
    use crate::desired::tree;

    fn comment() -> impl Strategy<Value = String> {
        prop_oneof![
            3 => Just(String::new()),
            1 => "  # [ -~]{0,12}",
            1 => Just(" # 'a, {b: \"c".to_owned()),
        ]
    }

    /// What a number says: on its line, and lines below it.
    fn value() -> impl Strategy<Value = (String, Vec<String>)> {
        prop_oneof![
            Just((" {}".to_owned(), vec![])),
            Just((String::new(), vec![])),
            Just((" ~".to_owned(), vec![])),
            Just((" { protected: true }".to_owned(), vec![])),
            Just((
                " { protected: true,\n           port: a }".to_owned(),
                vec![]
            )),
            Just((
                String::new(),
                vec!["protected: true".into(), "port: a".into()]
            )),
            Just((
                " &anchor".to_owned(),
                vec!["port: 'it''s # no comment'".into()]
            )),
            Just((
                String::new(),
                vec!["port: \"two".into(), "  lines\"".into()]
            )),
            Just((
                String::new(),
                vec!["port: |".into(), "  text".into(), "".into()]
            )),
            Just((" *office".to_owned(), vec![])),
        ]
    }

    prop_compose! {
        fn block(indent: usize)(
            rows in proptest::collection::vec((value(), comment()), 1..5),
            keys in proptest::collection::vec(0usize..4, 5),
            between in prop_oneof![
                Just(""), Just("\n"), Just("# at the left\n"), Just("      # deep\n"),
            ],
        ) -> String {
            let pad = " ".repeat(indent);
            let mut text = String::new();
            for (index, (((head, lines), comment), style)) in rows.iter().zip(&keys).enumerate() {
                let number = 18_015_550_100 + index as u64;
                let key = match style {
                    0 => format!("\"{number}\""),
                    1 => format!("'{number}'"),
                    2 => format!("\"+{number}\""),
                    _ => number.to_string(),
                };
                if index > 0 {
                    text.push_str(between);
                }
                    text.push_str(&format!("{pad}{key}:{head}{comment}\n"));
                for line in lines {
                    if line.is_empty() {
                        text.push('\n');
                    } else {
                        text.push_str(&format!("{pad}   {line}\n"));
                    }
                }
            }
            text
        }
    }

    fn flow() -> impl Strategy<Value = String> {
        prop_oneof![
            Just(" {}".to_owned()),
            Just(" { }".to_owned()),
            Just(" ~".to_owned()),
            Just("".to_owned()),
            Just(" {\"18015550100\": {}}".to_owned()),
            Just(" { 18015550100: , }".to_owned()),
            Just(" {\n  # first\n  \"18015550100\": {} # c, d\n  }".to_owned()),
            Just(" {\n  '18015550100': {},\n  '18015550101': {} , # c\n }".to_owned()),
            Just(" {\n  # nothing, yet\n }".to_owned()),
        ]
    }

    fn numbers() -> impl Strategy<Value = String> {
        let blocks = (1usize..7)
            .prop_flat_map(block)
            .prop_map(|block| format!("\n{block}"));
        prop_oneof![
            3 => (comment(), blocks).prop_map(|(comment, block)| format!("numbers:{comment}{block}")),
            3 => (flow(), comment()).prop_map(|(flow, comment)| format!("numbers:{flow}{comment}\n")),
            1 => Just(String::new()),
        ]
    }

    fn file() -> impl Strategy<Value = String> {
        (
            prop_oneof![
                Just(""),
                Just("---\n"),
                Just("# head\n\n"),
                Just("%YAML 1.2\n---\n")
            ],
            prop_oneof![
                Just("defaults: &office { protected: true }\n"),
                Just("defaults: &office\n    protected: true   # yes\n\n"),
            ],
            numbers(),
            prop_oneof![
                Just(""),
                Just("name: \"ünï\"\n"),
                Just("\n# tail\n"),
                Just("      # deep tail\n   # less\n"),
                Just("name: |\n  a\n\n"),
                Just("...\n"),
                Just("---\naccount: other\nnumbers: {}\n"),
            ],
            any::<bool>(),
            any::<bool>(),
        )
            .prop_map(|(head, defaults, numbers, tail, crlf, cut)| {
                let mut text = format!("{head}account: x\n{defaults}{numbers}{tail}");
                if cut {
                    text.pop();
                }
                if crlf {
                    text = text.replace('\n', "\r\n");
                }
                text
            })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_layout_keeps_its_other_bytes_and_gets_its_numbers(text in file()) {
            prop_assume!(tree::read("a.yaml", &text).iter().all(|d| d.problems.is_empty()));
            let new = members(&["18017690201", "18017690202"]);
            let edited = insert(&text, 0, &["numbers"], &new)
                .map_err(|fault| TestCaseError::fail(format!("{fault}:\n{text}")))?;
            // At most one line changed: the sign for nothing went from it, or the
            // numbers stand in it and a comma. All others are as they were.
            let before: Vec<&str> = text.split('\n').collect();
            let after: Vec<&str> = edited.split('\n').collect();
            let (mut gone, mut come) = (Vec::new(), Vec::new());
            for op in capture_diff_slices(Algorithm::Myers, &before, &after) {
                if op.tag() != DiffTag::Equal {
                    gone.extend_from_slice(&before[op.old_range()]);
                    come.extend_from_slice(&after[op.new_range()]);
                }
            }
            prop_assert!(gone.len() <= 1, "{gone:?} went:\n{text}\n---\n{edited}");
            let rest = |lines: &[&str]| {
                let mut text = lines.concat();
                for (name, _) in &new {
                    for quote in ["\"", "'", ""] {
                        text = text.replacen(&format!("{quote}{name}{quote}: {{}}"), "", 1);
                    }
                }
                text.retain(|c| !matches!(c, '{' | '}' | '~' | ' ' | ',' | '\r'));
                text
            };
            let keys = |text: &str| text.matches("numbers:").count();
            let begun = "numbers:".repeat(keys(&edited) - keys(&text));
            prop_assert_eq!(format!("{}{begun}", rest(&gone)), rest(&come));
            prop_assert_eq!(edited.contains("\r\n"), text.contains("\r\n"));
            if text.contains("\r\n") {
                prop_assert_eq!(edited.matches('\n').count(), edited.matches("\r\n").count());
            }
            prop_assert_eq!(text.ends_with('\n'), edited.ends_with('\n'));
            let roots = tree::read("a.yaml", &edited);
            let root = roots[0].root.as_ref().expect("a document");
            for (name, _) in &new {
                prop_assert!(root.get("numbers").is_some_and(|n| n.value.get(name).is_some()));
            }
        }
    }
}
