//! What may be shown of a plan and of problems with `--redact pii`.
//!
//! A change keeps its path; its values are replaced by a mask with a digest
//! behind it, `••• 5b1f…`. So a reader sees what changes and not into what, and
//! `apply plan.json` can still tell whether a value is the one that was
//! reviewed. The digest is keyed with what the files ask for as a whole
//! ([`Key`]), which is not in the plan: who has the plan alone can't try house
//! numbers against it, and who has the files has no need to. A live value that
//! has left the files can be tried by somebody who has both.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::desired::Problem;
use crate::model::meaning::canonical_country;
use crate::model::personal::{MASK, is_personal, is_public_name, is_public_path};
use crate::model::values::{LISTING_TYPES, country_of_state};
use crate::model::{
    DesiredAccount, DesiredNumber, DesiredPort, LiveAccount, LiveNumber, Member, PhoneNumber,
    Record, Redactor,
};
use crate::plan::{Change, Expect, Note, Plan, PortFacts, Step};

/// What digests are keyed with: see `Repository::redaction_key`.
#[derive(Clone)]
pub struct Key(pub [u8; 32]);

impl Key {
    /// A value that is not shown, told from every other.
    fn mask(&self, step: &str, path: &str, value: &Value) -> Value {
        let mut sha = Sha256::new();
        sha.update(self.0);
        let said = value.to_string();
        for part in [step, path, said.as_str()] {
            sha.update((part.len() as u64).to_le_bytes());
            sha.update(part);
        }
        let mut text = format!("{MASK} ");
        // Half of it: enough that no two values of a fleet agree.
        for byte in sha.finalize().iter().take(16) {
            text.push_str(&format!("{byte:02x}"));
        }
        Value::String(text)
    }
}

/// Whether a value of a change was hidden.
pub fn is_hidden(value: &Value) -> bool {
    match value {
        Value::String(text) => text.starts_with(MASK),
        Value::Object(members) => members.values().any(is_hidden),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => false,
    }
}

/// Whether the plan was made with `--redact pii`, as far as it hides anything.
pub fn is_redacted(plan: &Plan) -> bool {
    let mut changes = plan.steps.iter().flat_map(|step| &step.changes);
    changes.any(|change| is_hidden(&change.before) || is_hidden(&change.after))
}

/// The plan without names and addresses; `words` clears its sentences.
pub fn plan(plan: &Plan, key: &Key, words: Option<&Redactor>) -> Plan {
    let sentence = |text: &str| match words {
        Some(words) => words.text(text),
        None => text.to_owned(),
    };
    let mut shown = plan.clone();
    for step in &mut shown.steps {
        // What the step expects to find is what is not to be shown.
        step.expect = Expect::Anything;
        step.body = None;
        let Step {
            id,
            changes,
            request,
            ..
        } = step;
        // A query may hold coordinates (A29).
        if let Some((path, query)) = request.path.split_once('?')
            && !query.starts_with(MASK)
        {
            let query = key.mask(id, "request", &query.into());
            request.path = format!("{path}?{}", query.as_str().unwrap_or_default());
        }
        for change in changes {
            let Change {
                path,
                before,
                after,
                sensitive: _,
            } = change;
            *before = masked(key, id, path, before);
            *after = masked(key, id, path, after);
        }
        if let Some(PortFacts {
            rate_center,
            name: _,
            port_id: _,
            carrier: _,
            crd_date: _,
            earliest_date: _,
            business_days: _,
            foc_date: _,
        }) = &mut step.port
        {
            *rate_center = rate_center.as_deref().map(sentence);
        }
    }
    for note in &mut shown.notes {
        let Note {
            reason,
            help,
            kind: _,
            account: _,
            numbers: _,
            until: _,
        } = note;
        *reason = sentence(reason);
        *help = help.as_deref().map(sentence);
    }
    shown
}

fn masked(key: &Key, step: &str, path: &str, value: &Value) -> Value {
    match value {
        Value::Null | Value::Bool(_) => value.clone(),
        // Read back from a plan that was redacted.
        Value::String(text) if text.starts_with(MASK) => value.clone(),
        _ if is_public_path(path) => value.clone(),
        Value::Object(members) => {
            let hide = |(name, value): (&String, &Value)| {
                let path = format!("{path}.{name}");
                (name.clone(), masked(key, step, &path, value))
            };
            Value::Object(members.iter().map(hide).collect())
        }
        Value::String(_) | Value::Number(_) | Value::Array(_) => key.mask(step, path, value),
    }
}

/// A reviewed step with the values that it hides, as far as they are those
/// that the number shows now.
pub fn unmasked(step: &Step, live: &LiveNumber, key: &Key) -> Step {
    let mut step = step.clone();
    let Step { id, changes, .. } = &mut step;
    for change in changes {
        if let Some(found) = live_value(live, &change.path)
            && masked(key, id, &change.path, &found) == change.after
        {
            change.after = found;
        }
    }
    step
}

/// What the number has at the path of a change.
fn live_value(live: &LiveNumber, path: &str) -> Option<Value> {
    let (object, name) = path.rsplit_once('.')?;
    let csr = live.customer_service_record.as_ref();
    let own = |record: &Option<Record>| record.clone().filter(|record| !record.is_empty());
    let record = match object {
        "customerServiceRecord" => csr.cloned(),
        "e911Address" => own(&live.e911_address).or_else(|| csr.cloned()),
        "directoryListing.address" => live
            .directory_listing
            .as_ref()
            .and_then(|listing| own(&listing.address))
            .or_else(|| csr.cloned()),
        _ => None,
    }?;
    match record.get(Member::from_name(name)?) {
        "" => Some(Value::Null),
        text => Some(Value::String(text.to_owned())),
    }
}

/// Learns what the files say of people.
pub fn learn(desired: &DesiredAccount, words: &Redactor) {
    let DesiredAccount {
        name,
        numbers,
        ports,
        account: _,
        prune: _,
        source: _,
    } = desired;
    words.learn_personal(name.as_deref().unwrap_or_default());
    let learn = |document: Result<Value, serde_json::Error>| {
        // What is read from YAML can be written as JSON.
        words.learn(&document.unwrap_or_default());
    };
    for number in numbers.values() {
        let DesiredNumber {
            customer_service_record,
            e911_address,
            directory_listing,
            reference: _,
            hold_activation: _,
            port: _,
            released: _,
            protected: _,
            source: _,
        } = number;
        learn(serde_json::to_value(customer_service_record));
        learn(serde_json::to_value(e911_address));
        learn(serde_json::to_value(directory_listing));
    }
    for port in ports {
        let DesiredPort {
            port,
            name: _,
            numbers: _,
            source: _,
        } = port;
        learn(serde_json::to_value(port));
    }
}

/// Learns what the platform has of people: names, addresses, and the very
/// words of carriers and providers that a plan may quote.
pub fn hear(live: &LiveAccount, words: &Redactor) {
    let LiveAccount {
        numbers,
        ports,
        events,
        corrections,
        inventory: _,
        caller_ids: _,
    } = live;
    for number in numbers.values() {
        let LiveNumber {
            customer_service_record,
            e911_address,
            directory_listing,
            number: _,
            status: _,
            carrier: _,
            port: _,
            reference: _,
        } = number;
        let listing = directory_listing.as_ref();
        let records = [
            customer_service_record.as_ref(),
            e911_address.as_ref(),
            listing.and_then(|listing| listing.address.as_ref()),
        ];
        for record in records.into_iter().flatten() {
            words.learn_record(record);
        }
    }
    for corrected in corrections.values() {
        words.learn_record(corrected);
    }
    for event in events.values().flatten() {
        words.learn_sentence(event.message.as_deref().unwrap_or_default());
    }
    for port in ports.values() {
        for line in &port.log {
            words.learn_sentence(&line.message);
        }
    }
}

/// Problems without what they quote of the user's files: neither what stands
/// in quotes nor any word that the file says.
pub fn problems(problems: &[Problem], root: &Path) -> Vec<Problem> {
    let mut files: HashMap<String, Redactor> = HashMap::new();
    problems
        .iter()
        .map(|problem| {
            let words = files.entry(problem.file.clone()).or_insert_with(|| {
                let text = std::fs::read(root.join(&problem.file)).unwrap_or_default();
                said(&String::from_utf8_lossy(&text))
            });
            let clean = |text: &str| words.text(&without_quotes(text));
            let Problem {
                path,
                message,
                help,
                severity,
                code,
                file,
                line,
                column,
            } = problem;
            let path: Vec<Cow<'_, str>> = path.split('.').map(segment).collect();
            Problem {
                severity: *severity,
                code: code.clone(),
                file: file.clone(),
                line: *line,
                column: *column,
                path: path.join("."),
                message: clean(message),
                help: clean(help),
            }
        })
        .collect()
}

/// The words of a file that are not keys, comments or the platform's own.
fn said(text: &str) -> Redactor {
    let words = Redactor::default();
    for line in text.lines() {
        let line = line.split(" #").next().unwrap_or_default();
        for piece in line.split([' ', '\t', '{', '}', '[', ']', ',', '"', '\'', '&', '*']) {
            if !piece.ends_with(':') && !is_ours(piece) {
                words.learn_personal(piece);
            }
        }
    }
    words
}

/// A word that says nothing of anybody: a member, a constant, a number.
fn is_ours(word: &str) -> bool {
    let word = word.trim_end_matches(':');
    Member::from_name(word).is_some()
        || is_public_name(word)
        || is_personal(word)
        || OURS.contains(&word)
        || LISTING_TYPES.contains(&word)
        || country_of_state(word).is_some()
        || matches!(canonical_country(word).as_str(), "USA" | "CAN") && word.len() < 4
        || word.parse::<PhoneNumber>().is_ok()
}

/// Keys and constants of files that are no members of the platform's objects.
const OURS: &[&str] = &[
    "account",
    "accounts",
    "alz.yaml",
    "api",
    "BUSINESS",
    "RESIDENTIAL",
    "customerServiceRecord",
    "e911Address",
    "directoryListing",
    "address",
    "defaults",
    "env",
    "environments",
    "file",
    "name",
    "numbers",
    "onCorrection",
    "policies",
    "port",
    "ports",
    "protected",
    "prune",
    "released",
    "telecomSettings",
    "version",
    "wirelessAccountNumber",
    "wirelessPin",
    "Wireless",
    "Wireline",
    "END_USER",
    "en-US",
    "fr-CA",
    "null",
];

fn segment(name: &str) -> Cow<'_, str> {
    let index = name.chars().all(|c| c.is_ascii_digit());
    if name.is_empty() || index || is_ours(name) {
        name.into()
    } else {
        MASK.into()
    }
}

/// A sentence whose quotations are masked, but for words of our own.
fn without_quotes(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find(['"', '`', '“']) {
        let quote = rest
            .get(open..)
            .and_then(|rest| rest.chars().next())
            .unwrap_or('"');
        let after = rest.get(open + quote.len_utf8()..).unwrap_or_default();
        let closing = if quote == '“' { '”' } else { quote };
        clean.push_str(rest.get(..open).unwrap_or_default());
        clean.push(quote);
        // A quotation that does not end runs to the end.
        let end = after.find(closing).unwrap_or(after.len());
        let quoted = after.get(..end).unwrap_or_default();
        clean.push_str(if is_ours(quoted) { quoted } else { MASK });
        clean.push(closing);
        rest = after.get(end + closing.len_utf8()..).unwrap_or_default();
    }
    clean.push_str(rest);
    clean
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const KEY: Key = Key([7; 32]);

    #[test]
    fn a_hidden_value_is_told_from_another_and_only_with_the_key() {
        let mask =
            |key: &Key, step: &str, value: &str| masked(key, step, "csr.city", &json!(value));
        assert_eq!(mask(&KEY, "a", "Orem"), mask(&KEY, "a", "Orem"));
        assert_ne!(mask(&KEY, "a", "Orem"), mask(&KEY, "a", "Lindon"));
        assert_ne!(mask(&KEY, "a", "Orem"), mask(&KEY, "b", "Orem"));
        assert_ne!(mask(&KEY, "a", "Orem"), mask(&Key([8; 32]), "a", "Orem"));
        let once = mask(&KEY, "a", "Orem");
        assert_eq!(masked(&KEY, "a", "csr.city", &once), once);
    }

    #[test]
    fn an_object_keeps_its_members_and_hides_what_they_say() {
        let object = json!({ "city": "Orem", "state": "UT", "unit": null, "type": "END_USER" });
        let shown = masked(&KEY, "a", "e911Address", &object);
        assert_eq!(shown["state"], "UT");
        assert_eq!(shown["unit"], Value::Null);
        assert!(is_hidden(&shown) && is_hidden(&shown["city"]), "{shown}");
        assert!(!shown.to_string().contains("Orem"));
    }

    #[test]
    fn a_problem_quotes_nothing_of_its_file() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = "numbers:\n  \"18015551212\": { city: Canaryville, unit: 5, stat: Ut4 } # in\n";
        std::fs::write(dir.path().join("a.yaml"), file).expect("a file");
        let place = crate::desired::problem::Place { line: 2, column: 1 };
        let path = "numbers.18015551212.Canary key.city".to_owned();
        let problem = Problem::error(
            "D9",
            "a.yaml",
            place,
            path,
            "canaryville and \"5\" are not in `state`; Ut4",
        )
        .help("write `city: Canaryville` in customerServiceRecord");
        let [shown] = problems(&[problem], dir.path()).try_into().expect("one");
        assert_eq!(shown.message, "••• and \"•••\" are not in `state`; •••");
        assert_eq!(shown.help, "write `•••` in customerServiceRecord");
        assert_eq!(shown.path, "numbers.18015551212.•••.city");
    }
}
