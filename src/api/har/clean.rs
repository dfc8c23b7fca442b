//! What may be written of an exchange.
//!
//! Secrets go by the name of their member, header or query first, then by
//! their value: one that is known is taken out wherever it is quoted, and what
//! stands under a secret's name is known for the rest of its document. With
//! `--redact pii` it is the other way round: only what is known to be harmless
//! stays.

use reqwest::Url;
use reqwest::header::HeaderMap;
use serde_json::{Map, Value, json};

use crate::api::envelope::Secrets;
use crate::api::masking::without_credentials;
use crate::model::Redactor;
use crate::model::personal::{MASK, is_free_text, is_public_name, is_secret};

/// Headers that say nothing of anybody.
const HARMLESS: [&str; 12] = [
    "accept",
    "accept-encoding",
    "allow",
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "date",
    "retry-after",
    "server",
    "transfer-encoding",
    "user-agent",
];

/// Queries of which the platform's own words are the values.
const HARMLESS_QUERIES: [&str; 9] = [
    "accountIdType",
    "dateType",
    "firstResult",
    "limitedData",
    "maxResult",
    "npa",
    "npa-nxx",
    "qty",
    "sequential",
];

/// Knows what has to go.
pub(super) struct Cleaner<'a> {
    pub secrets: &'a Secrets,
    /// With `--redact pii`: names and addresses go too.
    pub redactor: Option<&'a Redactor>,
}

impl Cleaner<'_> {
    /// Words of ours or of the platform's.
    pub fn words(&self, text: &str) -> String {
        let text = self.secrets.remove_from(text);
        match self.redactor {
            None => text,
            Some(redactor) => redactor.text(&text),
        }
    }

    pub fn url(&self, url: &Url) -> Url {
        let mut clean = url.clone();
        clean.set_path(&self.secrets.remove_from(url.path()));
        // A base address may not carry any; were it to, they go.
        let _ = clean.set_password(None);
        let _ = clean.set_username("");
        if url.query().is_some() {
            let pairs: Vec<(String, String)> = url
                .query_pairs()
                .map(|(name, value)| (name.to_string(), self.query_value(&name, &value)))
                .collect();
            clean.query_pairs_mut().clear().extend_pairs(pairs);
        }
        clean
    }

    fn query_value(&self, name: &str, value: &str) -> String {
        let harmless = is_public_name(name) || HARMLESS_QUERIES.contains(&name);
        if is_secret(name) || (self.redactor.is_some() && !harmless) {
            MASK.to_owned()
        } else {
            self.secrets.remove_from(value)
        }
    }

    pub fn headers(&self, headers: &HeaderMap) -> Vec<Value> {
        headers
            .iter()
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes());
                json!({ "name": name.as_str(), "value": self.header(name.as_str(), &value) })
            })
            .collect()
    }

    pub fn header(&self, name: &str, value: &str) -> String {
        if is_secret(name) {
            return MASK.to_owned();
        }
        match self.redactor {
            None => self.secrets.remove_from(value),
            Some(_) if name == "content-type" => {
                // "text/html; charset=…" without what may follow.
                let essence = value.split(';').next().unwrap_or_default().trim();
                let plain = |c: char| c.is_ascii_alphanumeric() || "/+.-".contains(c);
                if essence.chars().all(plain) && essence.len() < 60 {
                    essence.to_owned()
                } else {
                    MASK.to_owned()
                }
            }
            Some(_) if value.is_empty() || HARMLESS.contains(&name) => {
                self.secrets.remove_from(value)
            }
            Some(_) => MASK.to_owned(),
        }
    }

    /// An answer's body as text, with a remark where it could not be kept.
    pub fn body(&self, body: &[u8], is_login: bool) -> (String, Option<&'static str>) {
        if body.is_empty() {
            return (String::new(), None);
        }
        if let Ok(document) = serde_json::from_slice::<Value>(body) {
            return (self.document(&document).to_string(), None);
        }
        if is_login {
            let remark = "not JSON, and withheld: it may hold a token";
            return (MASK.to_owned(), Some(remark));
        }
        if self.redactor.is_some() {
            let remark = "not JSON, and withheld: it may hold names or addresses";
            return (MASK.to_owned(), Some(remark));
        }
        let text = String::from_utf8_lossy(body);
        let text = without_secret_members(&self.secrets.remove_from(&text));
        (text, Some("not JSON; kept as text"))
    }

    /// A JSON document without its secrets.
    pub fn document(&self, document: &Value) -> Value {
        let mut own = Secrets::default();
        collect(document, &mut own);
        self.value(None, document, &own)
    }

    /// `name`: of the member that holds the value.
    fn value(&self, name: Option<&str>, value: &Value, own: &Secrets) -> Value {
        let secret = name.is_some_and(is_secret);
        let hidden = secret || (self.redactor.is_some() && !name.is_some_and(is_public_name));
        match value {
            // Whether something is set, or true, gives nobody away.
            Value::Null | Value::Bool(_) => value.clone(),
            Value::String(text) if text.is_empty() => value.clone(),
            Value::String(_) if hidden => MASK.into(),
            // A carrier may quote a PIN that an earlier run sent.
            Value::String(text) if name.is_some_and(is_free_text) => {
                without_credentials(&self.quoted(text, own), &[]).into()
            }
            Value::String(text) => self.quoted(text, own).into(),
            Value::Number(_) if secret => MASK.into(),
            Value::Number(number) => {
                let text = number.to_string();
                let personal = self.redactor.is_some()
                    && name.is_some_and(crate::model::personal::is_personal);
                if personal || self.quoted(&text, own) != text {
                    MASK.into()
                } else {
                    value.clone()
                }
            }
            Value::Array(items) => items
                .iter()
                .map(|item| self.value(name, item, own))
                .collect(),
            Value::Object(members) => {
                let members: Map<String, Value> = members
                    .iter()
                    .enumerate()
                    .map(|(index, (name, member))| {
                        let member = match secret {
                            true => masked(member),
                            false => self.value(Some(name), member, own),
                        };
                        (self.key(index, name, own), member)
                    })
                    .collect();
                Value::Object(members)
            }
        }
    }

    /// A member's name, the `index`th of its object. It may be data where maps
    /// are made of it; the platform's own begin small.
    fn key(&self, index: usize, name: &str, own: &Secrets) -> String {
        let plain = name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if self.redactor.is_some() && !plain {
            format!("{MASK} {index}")
        } else {
            self.quoted(name, own)
        }
    }

    fn quoted(&self, text: &str, own: &Secrets) -> String {
        own.remove_from(&self.secrets.remove_from(text))
    }
}

/// A value below a secret's name: nothing of it stays.
fn masked(value: &Value) -> Value {
    match value {
        Value::Null | Value::Bool(_) => value.clone(),
        Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => MASK.into(),
    }
}

/// The values that stand under a secret's name.
fn collect(value: &Value, found: &mut Secrets) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    // A few digits are looked for as a word, a token wherever it stands.
                    Value::String(text) if is_secret(name) && text.len() < 9 => {
                        found.add_word(text);
                    }
                    Value::String(text) if is_secret(name) => found.add(text),
                    other => collect(other, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The query of a URL that is clean already.
pub(super) fn query(url: &Url) -> Vec<Value> {
    url.query_pairs()
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect()
}

/// JSON that broke off, or anything like it: what follows `"wirelessPin":` is
/// masked up to the end of its value.
fn without_secret_members(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('"') {
        let (before, quoted) = rest.split_at(open);
        clean.push_str(before);
        let inner = quoted.get(1..).unwrap_or_default();
        let Some(close) = inner.find('"') else {
            rest = quoted;
            break;
        };
        let (name, after) = inner.split_at(close);
        let after = after.get(1..).unwrap_or_default();
        let value = after.trim_start().strip_prefix(':').map(str::trim_start);
        match value {
            Some(value) if is_secret(name) => {
                clean.push_str(&format!("\"{name}\":\"{MASK}\""));
                rest = value.get(value_end(value)..).unwrap_or_default();
            }
            Some(value) => {
                clean.push_str(&format!("\"{name}\":"));
                rest = value;
            }
            None => {
                clean.push_str(&format!("\"{name}\""));
                rest = after;
            }
        }
    }
    clean.push_str(rest);
    clean
}

/// Where a value that a broken JSON text begins with ends.
fn value_end(text: &str) -> usize {
    let Some(inner) = text.strip_prefix('"') else {
        return text.find([',', '}', ']', '\n']).unwrap_or(text.len());
    };
    let mut escaped = false;
    for (at, c) in inner.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 2,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_that_broke_off_gives_no_pin_away() {
        for text in [
            r#"{"port":{"wirelessPin":"4711","city":"Orem"#,
            r#"{"port":{"wirelessPin" : "47\"11","a":1}"#,
            r#"{"port":{"wirelessPin":4711}"#,
            r#"{"a":"b","authToken":"4711"#,
        ] {
            let clean = without_secret_members(text);
            assert!(!clean.contains("11"), "{clean}");
        }
        let odd = r#"say "hi" to {"city": "Orem", "x"#;
        assert!(without_secret_members(odd).contains("Orem"));
    }

    proptest::proptest! {
        #[test]
        fn no_body_however_odd_does_harm(body in proptest::collection::vec(proptest::num::u8::ANY, 0..80), text in "[\"{}:,a-z\\\\]{0,40}") {
            let (secrets, redactor) = (Secrets::default(), Redactor::default());
            for redactor in [None, Some(&redactor)] {
                let cleaner = Cleaner { secrets: &secrets, redactor };
                let _ = cleaner.body(&body, false);
                let _ = cleaner.body(text.as_bytes(), false);
            }
        }
    }
}
