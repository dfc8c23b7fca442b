//! What may be shown of a plan and of problems with `--redact pii`.
//!
//! A change keeps its path; its values are replaced by a mask with a digest
//! behind it, `••• 5b1f…`. So a reader sees what changes and not into what, and
//! `apply plan.json` can still tell whether a value is the one that was
//! reviewed. The digest is keyed with what the files ask for as a whole
//! ([`Key`]), which is not in the plan: who has the plan alone can't try house
//! numbers against it, and who has the files has no need to. A live value that
//! has left the files can be tried by somebody who has both.

mod problems;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::model::personal::{MASK, is_public_path};
use crate::model::{
    DesiredAccount, DesiredNumber, DesiredPort, LiveAccount, LiveNumber, Member, Record, Redactor,
};
use crate::plan::{
    Author, Change, Drift, Expect, Finding, Ignored, Note, Plan, PolicyFinding, PortFacts, Step,
};

pub use problems::problems;

/// What digests are keyed with: see `Repository::redaction_key`.
#[derive(Clone)]
pub struct Key(pub [u8; 32]);

impl Key {
    /// What a step relies on, told from everything else that it might be.
    pub fn digest(&self, step: &str, name: &str, value: &Value) -> String {
        match self.mask(step, name, value) {
            Value::String(text) => text.trim_start_matches(MASK).trim_start().to_owned(),
            other => other.to_string(),
        }
    }

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
    shown.names.clear();
    shown.places.clear();
    for remark in &mut shown.base_remarks {
        *remark = sentence(remark);
    }
    shown.redacted = true;
    if let Some(Drift {
        findings,
        covered: _, // counts
        stale,
        unanswered,
    }) = &mut shown.drift
    {
        for finding in findings {
            finding_shown(finding, key, &sentence);
        }
        for entry in stale.iter_mut().chain(unanswered) {
            entry.reason = MASK.to_owned();
        }
    }
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
        changes_shown(changes, key, id);
        if let Some(PortFacts {
            rate_center,
            name: _,
            port_id: _,
            replaces: _,
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
    for finding in &mut shown.policies {
        let PolicyFinding {
            message,
            severity: _,
            policy: _,
            step: _,
            account: _,
            numbers: _,
            source: _,
            path: _,
        } = finding;
        *message = sentence(message);
    }
    for note in &mut shown.notes {
        let Note {
            reason,
            help,
            kind: _,
            account: _,
            numbers: _,
            until: _,
            origin: _,
        } = note;
        *reason = sentence(reason);
        *help = help.as_deref().map(sentence);
    }
    shown
}

fn changes_shown(changes: &mut [Change], key: &Key, step: &str) {
    for change in changes {
        let Change {
            path,
            before,
            after,
            sensitive: _,
            origin: _,
        } = change;
        *before = masked(key, step, path, before);
        *after = masked(key, step, path, after);
    }
}

fn finding_shown(finding: &mut Finding, key: &Key, sentence: &impl Fn(&str) -> String) {
    let Finding {
        changes,
        reason,
        help,
        by,
        authors,
        ignored,
        steps,
        kind: _,
        attention: _,
        account: _,
        numbers: _,
        port: _,
        source: _,
        until: _,
        at: _,
    } = finding;
    // As in the step that would mend it, so that the two agree.
    let step = steps.first().map_or("drift", String::as_str);
    changes_shown(changes, key, step);
    *reason = sentence(reason);
    *help = help.as_deref().map(sentence);
    // Somebody's name, or their address of mail.
    *by = by.as_ref().map(|_| MASK.to_owned());
    for Author {
        by,
        at: _,
        paths: _,
    } in authors
    {
        *by = MASK.to_owned();
    }
    // A reason is written for colleagues, and may name anybody: the entry's place
    // is left for those who may read it.
    if let Some(Ignored {
        reason,
        until: _,
        source: _,
    }) = ignored
    {
        *reason = MASK.to_owned();
    }
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
    fn what_the_project_lives_with_is_told_without_names_whoever_answers_to_it() {
        let entry = json!({ "source": { "file": "alz.yaml", "line": 4 }, "column": 3, "why": "unused",
            "until": "2026-12-04", "reason": "Cottonwood moves" });
        let document = json!({
            "formatVersion": "1.0", "alzVersion": "0.1.0", "environment": "production", "partition": "p",
            "createdAt": "2026-11-23T05:00:00Z", "desiredDigest": "", "summary": {}, "steps": [], "notes": [],
            "drift": { "findings": [], "covered": { "accounts": 1, "live": 1, "managed": 1, "addresses": 1 },
                "stale": [entry], "unanswered": [entry] },
        });
        let said = serde_json::from_value(document).expect("an audit");
        let words = Redactor::default();
        words.learn_personal("Cottonwood");
        let shown = plan(&said, &KEY, Some(&words));
        let text = serde_json::to_string(&shown).expect("JSON");
        // A reason is a person's own words, and may be of anybody.
        assert!(
            !text.contains("Cottonwood") && !text.contains("moves"),
            "{text}"
        );
        assert_eq!(text.matches(MASK).count(), 2, "{text}");
    }
}
