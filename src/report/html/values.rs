//! What changes, member by member: from what to what, with the words that
//! differ marked. What is hidden or secret is named and not shown.

use serde_json::Value;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::write::Page;
use crate::model::Record;
use crate::plan::{Change, Origin};
use crate::report::redact::is_hidden;
use crate::report::words;

/// Changes of a row that are shown at once; the rest can be opened.
const SHOWN: usize = 8;

pub(super) fn changes(page: &mut Page, changes: &[Change]) {
    let (first, more) = changes.split_at(changes.len().min(SHOWN));
    list(page, first);
    if !more.is_empty() {
        page.raw("<details><summary>").count(more.len() as u64);
        page.raw(match more.len() {
            1 => " more member</summary>",
            _ => " more members</summary>",
        });
        list(page, more);
        page.raw("</details>");
    }
}

fn list(page: &mut Page, changes: &[Change]) {
    if changes.is_empty() {
        return;
    }
    page.raw("<ul class=\"ch\">");
    for change in changes {
        page.raw("<li>");
        one(page, change);
        page.raw("</li>");
    }
    page.raw("</ul>");
}

fn one(page: &mut Page, change: &Change) {
    let Change {
        path,
        before,
        after,
        sensitive,
        origin,
    } = change;
    page.element("<code>", path, "</code> ");
    if *sensitive {
        page.raw("<i>secret, not shown</i>");
    } else if is_hidden(before) || is_hidden(after) {
        page.raw("<i>not shown</i>");
    } else if before.is_null() {
        page.element("<ins>", &said(after), "</ins>");
    } else if after.is_null() {
        page.element("<del>", &said(before), "</del> <i>none</i>");
    } else {
        compared(page, &said(before), &said(after));
    }
    if let Some(origin) = origin {
        page.raw(match origin {
            Origin::Branch => " <span class=\"tag quiet\">this branch</span>",
            Origin::Drift => " <span class=\"tag quiet\">drift</span>",
            Origin::Pending => " <span class=\"tag quiet\">pending</span>",
        });
    }
}

/// A value in one line.
fn said(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::String(text) if text.is_empty() => "(empty)".to_owned(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) => value.to_string(),
        Value::Object(members) => {
            let text = |name: &str| members.get(name).and_then(Value::as_str);
            if let (Some(kind), Some(id)) = (text("type"), text("id")) {
                return format!("{kind} {id}");
            }
            let place = serde_json::from_value::<Record>(value.clone())
                .map(|record| words::place(&record))
                .unwrap_or_default();
            match place.is_empty() {
                true => value.to_string(),
                false => place,
            }
        }
    }
}

/// One value that became another: marked word by word where they share enough
/// of their words for that to be read at a glance.
fn compared(page: &mut Page, before: &str, after: &str) {
    let (old, new) = (words::split(before), words::split(after));
    let ops = capture_diff_slices(Algorithm::Myers, &old, &new);
    let same: usize = ops.iter().map(|op| match op {
        DiffOp::Equal { len, .. } => *len,
        DiffOp::Delete { .. } | DiffOp::Insert { .. } | DiffOp::Replace { .. } => 0,
    }).sum();
    // Case and spaces alone are no words: then both stand whole.
    if same * 2 < old.len().max(new.len()) || old == new {
        page.element("<del>", before, "</del> → ");
        page.element("<ins>", after, "</ins>");
        return;
    }
    for op in ops {
        let was = words::join(old.get(op.old_range()).unwrap_or_default());
        let is = words::join(new.get(op.new_range()).unwrap_or_default());
        match op {
            DiffOp::Equal { .. } => page.text(&is),
            DiffOp::Delete { .. } => page.element("<del>", &was, "</del>"),
            DiffOp::Insert { .. } => page.element("<ins>", &is, "</ins>"),
            DiffOp::Replace { .. } => page
                .element("<del>", &was, "</del> ")
                .element("<ins>", &is, "</ins>"),
        };
        page.raw(" ");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shown(before: Value, after: Value) -> String {
        let mut page = Page::default();
        let change = Change {
            path: "e911Address.x".to_owned(),
            before,
            after,
            sensitive: false,
            origin: None,
        };
        one(&mut page, &change);
        page.finish()
    }

    #[test]
    fn a_changed_house_number_is_the_only_thing_marked() {
        assert_eq!(
            shown(json!("333 S 520 W"), json!("335 S 520 W")),
            "<code>e911Address.x</code> <del>333</del> <ins>335</ins> S 520 W "
        );
        assert_eq!(
            shown(json!("en-US"), json!("fr-CA")),
            "<code>e911Address.x</code> <del>en-US</del> → <ins>fr-CA</ins>"
        );
        assert_eq!(
            shown(json!("a"), json!(null)),
            "<code>e911Address.x</code> <del>a</del> <i>none</i>"
        );
    }

    #[test]
    fn what_is_masked_is_named_and_neither_mask_nor_value_is_shown() {
        let text = shown(json!("Orem"), json!("••• 5b1f"));
        assert_eq!(text, "<code>e911Address.x</code> <i>not shown</i>");
    }

    #[test]
    fn an_object_is_said_in_words() {
        let text = shown(
            json!(null),
            json!({ "streetNumber": "333", "streetName": "520", "city": "Lindon" }),
        );
        assert!(text.contains("<ins>333 520, Lindon</ins>"), "{text}");
        let user = shown(json!(null), json!({ "type": "END_USER", "id": "a'b" }));
        assert!(user.contains("END_USER a&#39;b"), "{user}");
    }
}
