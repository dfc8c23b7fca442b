//! The platform's refusals, in each shape it has been seen to use:
//! `{status, messages: [...], data}` (S:PublicApiException), `{code, message}`
//! (S:ApiSingleException), and a 401's `message` as a string or an array.

use serde_json::{Map, Value};

use super::error::short;
use super::masking::{MASK, without_word};
use crate::model::redact::WITHHELD;

/// What the platform says where a token is too old.
const EXPIRED: &str = "ExpiredAuthToken";

/// A refusal as the platform worded it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Refusal {
    pub messages: Vec<String>,
    pub data: Option<Value>,
}

impl Refusal {
    /// `None` where the body is not the platform's: neither empty nor a JSON object.
    pub fn read(body: &[u8], secrets: &Secrets) -> Option<Self> {
        if body.iter().all(u8::is_ascii_whitespace) {
            return Some(Self::default());
        }
        // By name, not by type: a `status` in words must not cost the reason.
        let mut envelope: Map<String, Value> = serde_json::from_slice(body).ok()?;
        let mut words = Vec::new();
        for name in ["messages", "message", "code"] {
            if let Some(value) = envelope.remove(name) {
                gather(value, &mut words);
            }
        }
        words.truncate(20);
        for word in &mut words {
            *word = short(&secrets.remove_from(word), 500);
        }
        Some(Self {
            messages: words,
            data: envelope
                .remove("data")
                .filter(|data| match data {
                    Value::Null => false,
                    Value::Object(members) => !members.is_empty(),
                    Value::Array(items) => !items.is_empty(),
                    Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
                })
                .map(|data| secrets.remove_from_value(data)),
        })
    }

    /// The same without the words, which may quote a name or an address. That
    /// the token is too old is no word of anybody's.
    pub fn withheld(self) -> Self {
        let words = match (self.says_expired(), self.messages.as_slice()) {
            (true, _) => Some(EXPIRED.to_owned()),
            (false, []) => None,
            (false, _) => Some(WITHHELD.to_owned()),
        };
        Self {
            messages: words.into_iter().collect(),
            data: None,
        }
    }

    /// The token is too old (as opposed to wrong).
    pub fn says_expired(&self) -> bool {
        self.messages.iter().any(|word| word.contains(EXPIRED))
    }
}

fn gather(value: Value, words: &mut Vec<String>) {
    let word = match value {
        Value::Null => return,
        Value::Array(items) => {
            return items.into_iter().for_each(|item| gather(item, words));
        }
        Value::String(text) => text,
        other @ (Value::Bool(_) | Value::Number(_) | Value::Object(_)) => other.to_string(),
    };
    if !word.trim().is_empty() && !words.contains(&word) {
        words.push(word);
    }
}

/// What must not come back in the platform's words, should it quote it.
#[derive(Default)]
pub struct Secrets {
    /// Long and random: taken out wherever they stand.
    anywhere: Vec<String>,
    /// A few digits, perhaps: taken out as words of their own.
    words: Vec<String>,
}

impl Secrets {
    /// The values of the members that hold secrets, wherever they are in the body.
    pub fn of_body(body: Option<&Value>) -> Self {
        let mut found = Self::default();
        if let Some(body) = body {
            found.collect(body);
        }
        found
    }

    /// A secret of the login: its password or its token.
    pub fn add(&mut self, secret: &str) {
        if !secret.is_empty() {
            self.anywhere.push(secret.to_owned());
        }
    }

    /// A secret of a port: its PIN or its account number.
    pub fn add_word(&mut self, secret: &str) {
        if !secret.is_empty() {
            self.words.push(secret.to_owned());
        }
    }

    pub fn remove_from(&self, text: &str) -> String {
        // The longest first, so that none leaves its tail behind.
        let longest_first = |secrets: &[String]| {
            let mut secrets: Vec<&String> = secrets.iter().collect();
            secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
            secrets.into_iter().cloned().collect::<Vec<String>>()
        };
        let text = longest_first(&self.anywhere)
            .iter()
            .fold(text.to_owned(), |text, secret| text.replace(secret, MASK));
        longest_first(&self.words)
            .iter()
            .fold(text, |text, secret| without_word(&text, secret))
    }

    fn remove_from_value(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.remove_from(&text)),
            Value::Array(items) => items
                .into_iter()
                .map(|item| self.remove_from_value(item))
                .collect(),
            Value::Object(members) => members
                .into_iter()
                .map(|(name, item)| (self.remove_from(&name), self.remove_from_value(item)))
                .collect(),
            Value::Number(number) => {
                let text = number.to_string();
                if self.remove_from(&text) == text {
                    Value::Number(number)
                } else {
                    Value::String(MASK.into())
                }
            }
            plain @ (Value::Null | Value::Bool(_)) => plain,
        }
    }

    fn collect(&mut self, value: &Value) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    match (name.as_str(), member) {
                        ("wirelessPin" | "wirelessAccountNumber", Value::String(secret)) => {
                            self.add_word(secret);
                        }
                        ("password", Value::String(secret)) => self.add(secret),
                        (_, other) => self.collect(other),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.collect(item)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(body: Value) -> Refusal {
        Refusal::read(body.to_string().as_bytes(), &Secrets::default()).expect("a refusal")
    }

    #[test]
    fn every_shape_of_refusal_gives_up_its_words() {
        let words = |body| read(body).messages;
        assert_eq!(
            words(json!({"status": 400, "messages": ["InvalidMacAddress"], "data": {}})),
            ["InvalidMacAddress"]
        );
        assert_eq!(words(json!({"messages": "One"})), ["One"]);
        assert_eq!(
            words(json!({"code": 17, "message": "Bad id"})),
            ["Bad id", "17"]
        );
        assert_eq!(
            words(json!({"message": ["Unauthorized", "ExpiredAuthToken"], "messages": null})),
            ["Unauthorized", "ExpiredAuthToken"]
        );
        assert!(read(json!({"message": "ExpiredAuthToken"})).says_expired());
        assert!(read(json!({"messages": ["ExpiredAuthToken"]})).says_expired());
        assert!(!read(json!({"message": "Unauthorized"})).says_expired());
    }

    #[test]
    fn words_that_may_quote_an_address_are_withheld_and_the_tokens_age_is_not() {
        let refusal = read(json!({"messages": ["no MSAG match: 1 Canary Rd"], "data": {"a": 1}}));
        assert_eq!(
            refusal.withheld(),
            Refusal {
                messages: vec![WITHHELD.to_owned()],
                data: None
            }
        );
        let expired = read(json!({"message": "ExpiredAuthToken of Canary"})).withheld();
        assert!(expired.says_expired());
        assert_eq!(expired.messages, [EXPIRED]);
    }

    #[test]
    fn what_is_not_the_platforms_is_told_apart() {
        let none = Secrets::default();
        assert_eq!(Refusal::read(b"", &none), Some(Refusal::default()));
        assert_eq!(Refusal::read(b"<html>Not found</html>", &none), None);
        assert_eq!(Refusal::read(b"[1]", &none), None);
        assert_eq!(Refusal::read(b"{\"messages\":[", &none), None);
    }

    #[test]
    fn a_quoted_pin_does_not_come_back() {
        let secrets = Secrets::of_body(Some(&json!({"port": {"wirelessPin": "4711"}})));
        let body = json!({"messages": ["pin 4711 is wrong"], "data": {"pin": 4711, "p": ["4711"]}});
        let refusal = Refusal::read(body.to_string().as_bytes(), &secrets).expect("a refusal");
        assert!(!format!("{refusal:?}").contains("4711"), "{refusal:?}");
        assert_eq!(refusal.messages, ["pin ••• is wrong"]);
    }

    #[test]
    fn a_telephone_number_that_holds_the_pins_digits_stays_whole() {
        let secrets = Secrets::of_body(Some(&json!({"wirelessPin": "555"})));
        let body = json!({"messages": ["555"], "data": {"phoneNumber": "18015551212"}});
        let refusal = Refusal::read(body.to_string().as_bytes(), &secrets).expect("a refusal");
        assert_eq!(refusal.messages, ["•••"]);
        assert_eq!(refusal.data, Some(json!({"phoneNumber": "18015551212"})));
    }

    proptest::proptest! {
        #[test]
        fn no_refusal_however_odd_does_harm(
            body in proptest::collection::vec(proptest::num::u8::ANY, 0..60),
            word in "\\PC{0,80}",
        ) {
            let secrets = Secrets::of_body(Some(&json!({"wirelessPin": word})));
            let _ = Refusal::read(&body, &secrets);
            let quoted = json!({"messages": [format!("<{word}>")]}).to_string();
            let refusal = Refusal::read(quoted.as_bytes(), &secrets).expect("a refusal");
            if word.is_empty() {
                proptest::prop_assert_eq!(refusal.messages, ["<>"]);
            } else {
                proptest::prop_assert!(refusal.messages.iter().all(|m| m.contains("•••")));
            }
        }
    }

    #[test]
    fn a_terminal_is_safe_from_the_platforms_words() {
        let long = "x".repeat(5000);
        let refusal = read(json!({"messages": ["a\u{1b}[31mb\nc", long]}));
        assert_eq!(
            refusal.messages.first().map(String::as_str),
            Some("a [31mb c")
        );
        assert!(refusal.messages.iter().all(|m| m.chars().count() <= 501));
    }
}
