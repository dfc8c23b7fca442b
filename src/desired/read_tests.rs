use proptest::prelude::*;

use super::*;

fn json(documents: &[AccountFile]) -> Vec<serde_json::Value> {
    documents
        .iter()
        .map(|document| serde_json::to_value(document).expect("to JSON"))
        .collect()
}

/// What the located parser reads, with no fault.
fn slow(text: &str) -> Vec<serde_json::Value> {
    let (located, broken) = located("a.yaml", text);
    assert!(broken.is_empty(), "{broken:?}\n{text}");
    located
        .into_iter()
        .map(|document| {
            assert!(
                document.problems.is_empty(),
                "{:?}\n{text}",
                document.problems
            );
            serde_json::to_value(document.value.expect("a value")).expect("to JSON")
        })
        .collect()
}

/// Both parsers, which must say the same.
fn both(text: &str) -> Vec<serde_json::Value> {
    let fast = json(&fast(text).expect("the fast parser takes it"));
    assert_eq!(fast, slow(text), "{text}");
    fast
}

#[test]
fn text_stays_what_the_user_typed_quoted_or_not() {
    let read = both(
        "account: 12345\nnumbers:\n  18015551212:\n    customerServiceRecord:\n      postalCode: 00501\n      streetNumber: 333\n      state: NO\n      city: ON\n      unit: 1.10\n      streetName: 0x1F\n      streetSuffix: 1e3\n      businessName: 2026-12-03\n      lastName: yes\n      firstName: 'null'\n",
    );
    let csr = &read[0]["numbers"]["18015551212"]["customerServiceRecord"];
    for (member, typed) in [
        ("postalCode", "00501"),
        ("streetNumber", "333"),
        ("state", "NO"),
        ("city", "ON"),
        ("unit", "1.10"),
        ("streetName", "0x1F"),
        ("streetSuffix", "1e3"),
        ("businessName", "2026-12-03"),
        ("lastName", "yes"),
        ("firstName", "null"),
    ] {
        assert_eq!(csr[member], typed, "{member}");
    }
    assert_eq!(read[0]["account"], "12345");
}

#[test]
fn windows_line_ends_byte_order_mark_and_comments_change_nothing() {
    let plain = "account: a # the account\nnumbers:\n  8015551212:\n    customerServiceRecord: { city: Lindon }\n";
    let windows = plain.replace('\n', "\r\n");
    let marked = text_of("a.yaml", [b"\xef\xbb\xbf", windows.as_bytes()].concat()).expect("text");
    assert_eq!(both(plain), both(&marked));
    assert_eq!(
        both(plain)[0]["numbers"]["18015551212"]["customerServiceRecord"]["city"],
        "Lindon"
    );
}

#[test]
fn absent_null_and_value_stay_apart() {
    let read = both(
        "account: a\ndefaults: ~\nnumbers:\n  8015551212: { e911Address: null, reference: ~, port: }\n  8015551213:\n",
    );
    let number = &read[0]["numbers"]["18015551212"];
    assert!(number["e911Address"].is_null() && number.as_object().expect("map").len() == 3);
    assert!(read[0]["numbers"]["18015551213"].is_null());
    assert!(read[0].as_object().expect("map").contains_key("defaults"));
}

#[test]
fn merge_keys_fill_in_and_never_overrule() {
    let read = slow(
        "account: a\ndefaults:\n  customerServiceRecord: &office { city: Lindon, state: UT, unit: 5 }\n  reference: &other { id: x }\nnumbers:\n  8015551212:\n    e911Address:\n      <<: *office\n      city: Orem\n      unit: ~\n  8015551213:\n    customerServiceRecord:\n      city: Provo\n      <<: [ { state: NV }, *office ]\n",
    );
    let numbers = &read[0]["numbers"];
    let e911 = &numbers["18015551212"]["e911Address"];
    assert_eq!(
        (&e911["city"], &e911["state"]),
        (&"Orem".into(), &"UT".into())
    );
    assert!(e911["unit"].is_null());
    let csr = &numbers["18015551213"]["customerServiceRecord"];
    assert_eq!(csr["city"], "Provo");
    assert_eq!(csr["state"], "NV");
    assert_eq!(csr["unit"], "5");
}

#[test]
fn empty_documents_are_skipped_and_anchors_do_not_cross_documents() {
    assert_eq!(
        slow("---\naccount: a\n---\n# nothing\n---\naccount: b\n---\n").len(),
        2
    );
    let (_, broken) = located("a.yaml", "account: &x a\n---\naccount: *x\n");
    assert_eq!(broken.len(), 1, "{broken:?}");
}

#[test]
fn an_account_number_keeps_its_zeros_where_the_fast_parser_would_lose_them() {
    let text = "account: a\nports:\n  p: { wirelessAccountNumber: 00123 }\n";
    let read = fast(text).map_or_else(|| slow(text), |documents| json(&documents));
    assert_eq!(read[0]["ports"]["p"]["wirelessAccountNumber"], "00123");
}

/// Scalars as people write them, tricky ones first.
fn scalar() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "00501",
            "333",
            "NO",
            "ON",
            "1.10",
            "0x1F",
            "1e3",
            "~",
            "null",
            "Null",
            "true",
            "yes",
            "2026-12-03",
            "''",
            "\"\"",
            "'it''s'",
            "\"a \\u00e9 \\\" b\"",
            "0o17",
            ".5",
            "-1",
            "+1",
            ".inf",
            "1_000",
            "12:30",
            "a: b",
            "'~'",
            "\"null\"",
            "k1p 5a9",
            "#no",
            "a #c",
            "Québec",
            "=",
            "- x",
            "&a x",
            "@x",
            "y",
            "'00'",
        ])
        .prop_map(str::to_owned),
        "[A-Za-z0-9 .]{0,12}",
    ]
}

fn address() -> impl Strategy<Value = String> {
    let member = prop::sample::select(vec![
        "city",
        "state",
        "unit",
        "postalCode",
        "streetName",
        "customerName",
    ]);
    prop::collection::btree_map(member, scalar(), 0..4).prop_map(|members| {
        let lines: Vec<String> = members
            .iter()
            .map(|(k, v)| format!("      {k}: {v}\n"))
            .collect();
        lines.concat()
    })
}

fn document() -> impl Strategy<Value = String> {
    let flag = prop::sample::select(vec![
        "",
        "    protected: true\n",
        "    holdActivation: ~\n",
        "    state: released\n",
    ]);
    let object = prop::sample::select(vec!["customerServiceRecord", "e911Address"]);
    let number = (8_015_550_000_u64..8_015_559_999, object, address(), flag);
    (scalar(), prop::collection::vec(number, 0..4)).prop_map(|(name, numbers)| {
        let mut text = format!("account: acc\nname: {name}\nnumbers:\n");
        for (number, object, members, flag) in numbers {
            text.push_str(&format!("  {number}:\n    {object}:\n{members}{flag}"));
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    /// What the fast parser accepts, the located one reads the same.
    #[test]
    fn the_two_parsers_agree(text in document()) {
        if let Some(fast) = fast(&text) {
            prop_assert_eq!(json(&fast), slow(&text), "{}", text);
        }
    }

    #[test]
    fn nothing_makes_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(text) = text_of("a.yaml", bytes) {
            let _ = fast(&text);
            let _ = located("a.yaml", &text);
        }
    }

    #[test]
    fn nothing_that_looks_like_yaml_makes_it_panic(text in "(account|numbers|defaults|ports|801555121[0-9]|<<|[-:{}\\[\\],&*!|>%@'\"#?a~ \n]|: |\n  ){0,60}") {
        let _ = fast(&text);
        let today = jiff::civil::date(2026, 11, 23);
        let _ = crate::desired::load::problems_of("a.yaml", &text, today);
    }
}
