//! Who did it, where the account's history says so. Nobody is named on a guess:
//! an entry has to show that it brought about what was found.

use serde_json::Value;

use crate::model::{HistoryAction, HistoryEntry, HistoryKind, PhoneNumber};
use crate::plan::document::{Change, Finding, FindingKind};

use super::Found;

/// Whether an account's history could say something of what was found on it.
pub fn has_authors(found: &[Found]) -> bool {
    found.iter().any(|found| match found.finding.kind {
        FindingKind::Changed => found.finding.port.is_none(),
        FindingKind::Missing | FindingKind::LeavingCooldown | FindingKind::Unmanaged => true,
        // The providers have done these, or time has.
        FindingKind::NotInForce
        | FindingKind::OpenCorrection
        | FindingKind::NotReleased
        | FindingKind::RejectedPort
        | FindingKind::Stuck
        | FindingKind::Blocked => false,
    })
}

/// Names who did what was found, and when. `entries` are those of the account,
/// the latest first.
pub fn name_authors(found: &mut [Found], entries: &[HistoryEntry]) {
    for Found { finding, .. } in found {
        let authors: Option<Vec<&HistoryEntry>> = match finding.kind {
            FindingKind::Changed if finding.port.is_none() => changes(finding, entries),
            FindingKind::Missing | FindingKind::LeavingCooldown => {
                last(finding, entries, HistoryAction::Delete)
            }
            FindingKind::Unmanaged => last(finding, entries, HistoryAction::Create),
            FindingKind::Changed
            | FindingKind::NotInForce
            | FindingKind::OpenCorrection
            | FindingKind::NotReleased
            | FindingKind::RejectedPort
            | FindingKind::Stuck
            | FindingKind::Blocked => None,
        };
        // One name stands for all of it, or none does.
        let Some(authors) = authors else { continue };
        if let Some(latest) = authors.iter().max_by_key(|entry| entry.at)
            && authors.iter().all(|entry| entry.user == latest.user)
        {
            finding.by = Some(latest.user.to_string());
            finding.at = Some(latest.at);
        }
    }
}

/// What last came or went of each number, where that was `action`.
fn last<'e>(
    finding: &Finding,
    entries: &'e [HistoryEntry],
    action: HistoryAction,
) -> Option<Vec<&'e HistoryEntry>> {
    let last = |number: &PhoneNumber| {
        entries
            .iter()
            .find(|entry| {
                entry.number == *number
                    && entry.kind == HistoryKind::PhoneNumber
                    && entry.action != HistoryAction::Update
            })
            .filter(|entry| entry.action == action)
    };
    finding.numbers.iter().map(last).collect()
}

/// The entry that brought about each change of a number.
fn changes<'e>(finding: &Finding, entries: &'e [HistoryEntry]) -> Option<Vec<&'e HistoryEntry>> {
    let [number] = finding.numbers.as_slice() else {
        return None;
    };
    finding
        .changes
        .iter()
        .map(|change| {
            let kind = kind_of(&change.path)?;
            let own = entries
                .iter()
                .filter(|entry| entry.number == *number && entry.kind == kind);
            brought_about(change, own)
        })
        .collect()
}

/// Where the history keeps a member.
fn kind_of(path: &str) -> Option<HistoryKind> {
    match path.split('.').next()? {
        "e911Address" => Some(HistoryKind::E911Address),
        "customerServiceRecord" => Some(HistoryKind::CustomerServiceRecord),
        "directoryListing" => Some(HistoryKind::DirectoryListing),
        // The caller ID is the user's, and not in the number's history.
        "reference" if path == "reference" => Some(HistoryKind::PhoneNumber),
        _ => None,
    }
}

/// The entry with which the platform's value came: the value is in what it made
/// and was not in what was there before. Later ones must have left it so.
/// (How the history writes an object is published nowhere: what is looked for
/// is the value, as words of their own.)
fn brought_about<'e>(
    change: &Change,
    entries: impl Iterator<Item = &'e HistoryEntry>,
) -> Option<&'e HistoryEntry> {
    let values = texts(&change.before);
    let cleared = texts(&change.after);
    for entry in entries {
        let new = entry.new.as_deref();
        let old = entry.old.as_deref();
        let came_about = if values.is_empty() {
            if cleared.is_empty() || has(new, &cleared) {
                return None;
            }
            has(old, &cleared)
        } else {
            if !has(new, &values) {
                return None;
            }
            match old {
                Some(old) => !has(Some(old), &values),
                None => entry.action == HistoryAction::Create || texts_are_whole(&change.path),
            }
        };
        if came_about {
            return Some(entry);
        }
    }
    None
}

/// A change of an object as a whole, which may have had nothing before.
fn texts_are_whole(path: &str) -> bool {
    !path.contains('.')
}

/// The texts of a value.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) if text.trim().is_empty() => Vec::new(),
        Value::String(text) => vec![text.trim().to_lowercase()],
        Value::Bool(_) | Value::Number(_) => vec![value.to_string()],
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::Object(members) => members.values().flat_map(texts).collect(),
    }
}

/// Whether a text has all of these, each as words of its own.
fn has(text: Option<&str>, values: &[String]) -> bool {
    let Some(text) = text.map(str::to_lowercase) else {
        return false;
    };
    values.iter().all(|value| {
        text.match_indices(value.as_str()).any(|(at, found)| {
            let before = text.get(..at).and_then(|text| text.chars().next_back());
            let after = text
                .get(at + found.len()..)
                .and_then(|text| text.chars().next());
            !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
        })
    })
}

#[cfg(test)]
#[path = "authors_tests.rs"]
mod tests;
