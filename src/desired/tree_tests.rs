use super::*;

fn one(text: &str) -> Rc<Node> {
    let mut documents = read("a.yaml", text);
    assert_eq!(documents.len(), 1);
    let document = documents.remove(0);
    assert!(document.problems.is_empty(), "{:?}", document.problems);
    document.root.expect("a root")
}

#[test]
fn a_number_is_found_under_any_of_its_spellings() {
    let root =
        one("account: a\nnumbers:\n  \"+1 801-555-1212\":\n    e911Address:\n      city:  Orem\n");
    let spot = locate(&root, &["numbers", "18015551212", "e911Address", "city"]);
    assert_eq!(
        (spot.key, spot.value),
        (
            Place { line: 5, column: 7 },
            Place {
                line: 5,
                column: 14
            }
        )
    );
    let missing = locate(
        &root,
        &["numbers", "18015551212", "e911Address", "state", "x"],
    );
    assert_eq!(missing.key, Place { line: 4, column: 5 });
    assert!(!missing.scalar);
}

#[test]
fn a_member_under_an_alias_is_where_it_was_written_and_the_alias_where_it_stands() {
    let root = one("a: &x\n  city: Orem\nb:   *x\n");
    assert_eq!(
        locate(&root, &["b", "city"]).value,
        Place { line: 2, column: 9 }
    );
    assert_eq!(locate(&root, &["b"]).value, Place { line: 3, column: 6 });
}

#[test]
fn columns_count_characters_not_bytes() {
    let root = one("{ name: Montréal, city: Québec }");
    assert_eq!(locate(&root, &["city"]).value.column, 25);
}

#[test]
fn quotes_and_tags_take_a_scalars_other_meaning_away() {
    let root = one("a: null\nb: 'null'\nc: !!str null\nd:\n");
    let null = |name| root.get(name).is_some_and(|entry| entry.value.is_null());
    assert!(null("a") && null("d") && !null("b") && !null("c"));
}

#[test]
fn aliases_of_aliases_are_stopped_before_they_fill_the_memory() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..20 {
        let uses = vec![format!("*a{}", level - 1); 10].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{uses}]\n"));
    }
    let documents = read("a.yaml", &text);
    assert!(documents[0].root.is_none());
    assert_eq!(documents[0].problems[0].code, code::ALIAS_BOMB);

    let mut chain = String::from("a0: &a0 {x: y}\n");
    for level in 1..5000 {
        chain.push_str(&format!("a{level}: &a{level} {{x: *a{}}}\n", level - 1));
    }
    let documents = read("a.yaml", &chain);
    assert!(documents[0].root.is_none());
    assert_eq!(documents[0].problems.len(), 1);
}

#[test]
fn a_hundred_thousand_uses_of_one_anchor_are_no_bomb() {
    let mut text = String::from("defaults: &d {a: 1, b: 2, c: 3, d: 4}\nnumbers:\n");
    for number in 0..20_000 {
        text.push_str(&format!("  {number}: {{ e: *d }}\n"));
    }
    assert!(one(&text).get("numbers").is_some());
}

#[test]
fn a_broken_document_does_not_hide_the_next() {
    let documents = read("a.yaml", "a: [\n---\nb: 1\n");
    let last = documents
        .last()
        .and_then(|d| d.root.clone())
        .expect("second");
    assert!(last.get("b").is_some());
    assert!(documents[0].root.is_none() && documents[0].problems[0].code == code::SYNTAX);
}
