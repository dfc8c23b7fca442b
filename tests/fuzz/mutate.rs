//! A JSON document with something else at one of its places.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

#[derive(Clone, Debug)]
pub struct Mutation {
    place: Index,
    kind: u8,
    value: Value,
    other: Index,
}

pub fn mutation() -> impl Strategy<Value = Mutation> {
    let value = select(vec![
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(u64::MAX),
        json!(1e300),
        json!(""),
        json!("x"),
        json!("18015551212"),
        json!("release"),
        json!("DELETE"),
        json!("2026-12-03"),
        json!("9999-99-99T99:99:99Z"),
        json!("\u{0}é😀"),
        json!([]),
        json!([null]),
        json!([[]]),
        json!({}),
        json!({"a": 1}),
        json!("x".repeat(5_000)),
    ]);
    (any::<Index>(), 0..6_u8, value, any::<Index>()).prop_map(|(place, kind, value, other)| {
        Mutation {
            place,
            kind,
            value,
            other,
        }
    })
}

fn places(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, format!("{at}/{index}"), found);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                places(member, format!("{at}/{name}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    found.push(at);
}

impl Mutation {
    /// Where it is, in what it is given, and what it makes of that.
    pub fn apply(&self, document: &mut Value) -> String {
        let mut all = Vec::new();
        places(document, String::new(), &mut all);
        let at = self.place.get(&all[..]).clone();
        let (parent, name) = match at.rsplit_once('/') {
            Some((parent, name)) => (
                parent.to_owned(),
                name.replace("~1", "/").replace("~0", "~"),
            ),
            None => (String::new(), String::new()),
        };
        match (self.kind, document.pointer_mut(&at)) {
            // A near miss: one character more or less, one more or less.
            (0, Some(Value::String(text))) => match self.other.index(3) {
                0 => text.push('1'),
                1 => drop(text.pop()),
                _ => *text = text.chars().rev().collect(),
            },
            (0, Some(Value::Number(number))) => {
                let more = number.as_u64().unwrap_or(0).wrapping_add(1);
                *number = more.into();
            }
            (0, Some(Value::Bool(value))) => *value = !*value,
            // Things in another order, twice, or not at all.
            (1, Some(Value::Array(items))) if !items.is_empty() => {
                let index = self.other.index(items.len());
                items.swap(0, index);
            }
            (2, Some(Value::Array(items))) if !items.is_empty() => {
                let index = self.other.index(items.len());
                items.push(items[index].clone());
            }
            (2, Some(Value::Object(members))) => {
                members.insert("aMemberOfTomorrow".to_owned(), self.value.clone());
            }
            (3, _) => match document.pointer_mut(&parent) {
                Some(Value::Object(members)) => drop(members.remove(&name)),
                Some(Value::Array(items)) => {
                    let index = name.parse::<usize>().unwrap_or(0);
                    if index < items.len() {
                        items.remove(index);
                    }
                }
                _ => {}
            },
            // What stands elsewhere in the document.
            (4, Some(_)) => {
                let other = document
                    .pointer(&all[self.other.index(all.len())])
                    .cloned()
                    .unwrap_or_default();
                if let Some(value) = document.pointer_mut(&at) {
                    *value = other;
                }
            }
            (_, Some(value)) => *value = self.value.clone(),
            (_, None) => {}
        }
        at
    }
}
