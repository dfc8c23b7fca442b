//! What changes, member by member: from what to what, with the words that
//! differ marked. What is hidden or secret is named and not shown.

use serde_json::Value;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::write::Page;
use crate::model::{Member, Record};
use crate::plan::{Change, Origin};
use crate::report::changes::{gathered, member_of};
use crate::report::redact::is_hidden;
use crate::report::words;

/// Changes of a row that are shown at once; the rest can be opened.
const SHOWN: usize = 8;

/// The objects of a number and of a port whose members say a place.
const OBJECTS: [&str; 4] = [
    "customerServiceRecord",
    "port.customerServiceRecord",
    "e911Address",
    "directoryListing.address",
];

pub(super) fn changes(page: &mut Page, changes: &[Change]) {
    let mut left: Vec<&Change> = Vec::new();
    let mut lines: Vec<(&str, String)> = Vec::new();
    for change in changes {
        let object = OBJECTS.into_iter().find(|object| {
            let member = change.path.strip_prefix(object);
            member.is_some_and(|member| member.starts_with('.'))
        });
        match object {
            Some(object) if lines.iter().any(|(known, _)| *known == object) => {}
            Some(object) => match new_place(object, changes) {
                Some(line) => lines.push((object, line)),
                None => left.push(change),
            },
            None => left.push(change),
        }
    }
    if !lines.is_empty() {
        page.raw("<ul class=\"ch\">");
        for (object, line) in &lines {
            page.element("<li><code>", object, "</code> ");
            page.element("<ins>", line, "</ins></li>");
        }
        page.raw("</ul>");
    }
    let (first, more) = left.split_at(left.len().min(SHOWN));
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

/// An object that comes whole, in one line: who and where, and what is left to
/// say of it. Of one that changes only the changed members are known here, and
/// half of an address in one line would look like all of it.
fn new_place(object: &str, changes: &[Change]) -> Option<String> {
    let members: Vec<(Member, &Change)> = changes
        .iter()
        .filter_map(|change| member_of(change, object))
        .collect();
    let is_new = |(_, change): &(Member, &Change)| {
        change.before.is_null()
            && change.after.is_string()
            && !change.sensitive
            && change.origin.is_none()
            && !is_hidden(&change.after)
    };
    let street = members
        .iter()
        .any(|(member, _)| *member == Member::StreetName);
    if !street || !members.iter().all(is_new) {
        return None;
    }
    let (record, rest) = gathered(&members);
    let parts = [words::who(&record), words::place(&record)];
    let said = parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .chain(rest);
    Some(said.collect::<Vec<_>>().join(", "))
}

/// Member by member; the name of an object once for all of its members.
fn list(page: &mut Page, changes: &[&Change]) {
    if changes.is_empty() {
        return;
    }
    let object = |change: &Change| {
        let (object, _) = change.path.rsplit_once('.').unwrap_or_default();
        object.to_owned()
    };
    page.raw("<ul class=\"ch\">");
    for group in changes.chunk_by(|a, b| object(a) == object(b)) {
        let name = group
            .first()
            .map(|change| object(change))
            .unwrap_or_default();
        match (group, name.as_str()) {
            ([_], _) | (_, "") => {
                for change in group {
                    page.raw("<li>");
                    one(page, change, &change.path);
                    page.raw("</li>");
                }
            }
            (group, name) => {
                page.element("<li><code>", name, "</code><ul>");
                for change in group {
                    page.raw("<li>");
                    one(
                        page,
                        change,
                        change.path.get(name.len() + 1..).unwrap_or_default(),
                    );
                    page.raw("</li>");
                }
                page.raw("</ul></li>");
            }
        }
    }
    page.raw("</ul>");
}

fn one(page: &mut Page, change: &Change, name: &str) {
    let Change {
        path: _, // shown as `name`
        before,
        after,
        sensitive,
        origin,
    } = change;
    page.element("<code>", name, "</code> ");
    if *sensitive {
        page.raw("<i>secret, not shown</i>");
    } else if is_hidden(before) || is_hidden(after) {
        page.raw("<i>not shown</i>");
    } else if before.is_null() {
        page.element("<ins>", &said(after), "</ins>");
    } else if after.is_null() {
        page.element("<del>", &said(before), "</del> → <i>none</i>");
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
    let same: usize = ops
        .iter()
        .map(|op| match op {
            DiffOp::Equal { len, .. } => *len,
            DiffOp::Delete { .. } | DiffOp::Insert { .. } | DiffOp::Replace { .. } => 0,
        })
        .sum();
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
        one(&mut page, &change, &change.path);
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
            "<code>e911Address.x</code> <del>a</del> → <i>none</i>"
        );
    }

    #[test]
    fn what_is_masked_is_named_and_neither_mask_nor_value_is_shown() {
        let text = shown(json!("Orem"), json!("••• 5b1f"));
        assert_eq!(text, "<code>e911Address.x</code> <i>not shown</i>");
    }

    #[test]
    fn a_new_address_is_one_line_and_a_changed_one_never_looks_whole() {
        let change = |path: &str, before: Value, after: &str| Change {
            path: path.to_owned(),
            before,
            after: json!(after),
            sensitive: false,
            origin: None,
        };
        let mut new = vec![
            change("e911Address.businessName", json!(null), "Sample Dental"),
            change("e911Address.streetNumber", json!(null), "333"),
            change("e911Address.streetName", json!(null), "Center"),
            change("e911Address.city", json!(null), "Lindon"),
            change("e911Address.language", json!(null), "fr-CA"),
        ];
        let mut page = Page::default();
        changes(&mut page, &new);
        assert_eq!(
            page.finish(),
            "<ul class=\"ch\"><li><code>e911Address</code> \
             <ins>Sample Dental, 333 Center, Lindon, language fr-CA</ins></li></ul>"
        );
        new[1].before = json!("331");
        let mut page = Page::default();
        changes(&mut page, &new);
        let text = page.finish();
        assert!(
            text.contains("<code>streetNumber</code> <del>331</del> → <ins>333</ins>"),
            "{text}"
        );
        assert!(
            text.contains("<code>city</code> <ins>Lindon</ins>"),
            "{text}"
        );
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
