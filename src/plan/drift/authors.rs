//! Who did it, where the account's history says so. Nobody is named on a guess:
//! an entry has to show that it brought about what was found.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::model::{HistoryAction, HistoryEntry, HistoryKind, PhoneNumber};
use crate::plan::document::{Author, Change, Finding, FindingKind};

use super::{Found, in_order};

/// Whether an account's history could say something of what was found on it.
pub fn has_authors(found: &[Found]) -> bool {
    found.iter().any(|found| match found.finding.kind {
        FindingKind::Changed => found.finding.port.is_none(),
        FindingKind::Missing | FindingKind::LeavingCooldown | FindingKind::Unmanaged => true,
        // The providers have done these, or time has.
        FindingKind::NotInForce
        | FindingKind::OpenCorrection
        | FindingKind::Unread
        | FindingKind::NotReleased
        | FindingKind::RejectedPort
        | FindingKind::Stuck
        | FindingKind::Blocked => false,
    })
}

/// Names who did what was found, and when. `entries` are those of the account,
/// the latest first.
pub fn name_authors(found: &mut Vec<Found>, entries: &[HistoryEntry]) {
    let (unmanaged, rest): (Vec<Found>, Vec<Found>) = std::mem::take(found)
        .into_iter()
        .partition(|found| found.finding.kind == FindingKind::Unmanaged);
    *found = rest;
    for of_nobody in unmanaged {
        found.extend(by_who_added(of_nobody, entries));
    }
    in_order(found);
    for Found { finding, .. } in found {
        match finding.kind {
            FindingKind::Changed if finding.port.is_none() => name_changers(finding, entries),
            FindingKind::Missing | FindingKind::LeavingCooldown => {
                name_last(finding, entries, HistoryAction::Delete);
            }
            FindingKind::Changed
            | FindingKind::NotInForce
            | FindingKind::OpenCorrection
            | FindingKind::Unread
            | FindingKind::NotReleased
            | FindingKind::RejectedPort
            | FindingKind::Stuck
            | FindingKind::Blocked
            // Has its names.
            | FindingKind::Unmanaged => {}
        }
    }
}

/// What no file declares, by who has added it on which day.
fn by_who_added(found: Found, entries: &[HistoryEntry]) -> Vec<Found> {
    // Of whom it is not known, none.
    type Added<'e> = Option<(&'e str, Date)>;
    let mut parts: BTreeMap<Added, (Vec<PhoneNumber>, Option<Timestamp>)> = BTreeMap::new();
    for number in &found.finding.numbers {
        let added = last_of(*number, entries, HistoryAction::Create);
        let day = |at: Timestamp| at.to_zoned_datetime(TimeZone::UTC).date();
        let part = added.map(|entry| (&*entry.user, day(entry.at)));
        let (numbers, latest) = parts.entry(part).or_default();
        numbers.push(*number);
        *latest = added.map(|entry| entry.at).max(*latest);
    }
    parts
        .into_iter()
        .map(|(part, (numbers, at))| Found {
            finding: Finding {
                numbers,
                by: part.map(|(user, _)| user.to_owned()),
                at,
                ..found.finding.clone()
            },
            source: found.source,
            spot: found.spot.clone(),
        })
        .collect()
}

/// Of several numbers one name stands for all, or none does.
fn name_last(finding: &mut Finding, entries: &[HistoryEntry], action: HistoryAction) {
    let Some(authors) = last(finding, entries, action) else {
        return;
    };
    if let Some(latest) = authors.iter().max_by_key(|entry| entry.at)
        && authors.iter().all(|entry| entry.user == latest.user)
    {
        finding.by = Some(latest.user.to_string());
        finding.at = Some(latest.at);
    }
}

/// Who made each change of a number: one who made them all stands for the
/// finding, several are named with what each has changed.
fn name_changers(finding: &mut Finding, entries: &[HistoryEntry]) {
    let [number] = finding.numbers.as_slice() else {
        return;
    };
    let mut authors: Vec<Author> = Vec::new();
    let mut nobodys = false;
    for change in &finding.changes {
        let Some(entry) = changed_by(change, *number, entries) else {
            nobodys = true;
            continue;
        };
        match authors.iter_mut().find(|author| *author.by == *entry.user) {
            Some(author) => {
                author.at = author.at.max(entry.at);
                author.paths.push(change.path.clone());
            }
            None => authors.push(Author {
                by: entry.user.to_string(),
                at: entry.at,
                paths: vec![change.path.clone()],
            }),
        }
    }
    match authors.as_slice() {
        [one] if !nobodys => {
            finding.by = Some(one.by.clone());
            finding.at = Some(one.at);
        }
        _ => finding.authors = authors,
    }
}

/// The entry that brought about a change.
fn changed_by<'e>(
    change: &Change,
    number: PhoneNumber,
    entries: &'e [HistoryEntry],
) -> Option<&'e HistoryEntry> {
    let kind = kind_of(&change.path)?;
    let own = entries
        .iter()
        .filter(|entry| entry.number == number && entry.kind == kind);
    brought_about(change, own)
}

/// What last came or went of each number, where that was `action`.
fn last<'e>(
    finding: &Finding,
    entries: &'e [HistoryEntry],
    action: HistoryAction,
) -> Option<Vec<&'e HistoryEntry>> {
    let numbers = finding.numbers.iter();
    numbers
        .map(|number| last_of(*number, entries, action))
        .collect()
}

fn last_of(
    number: PhoneNumber,
    entries: &[HistoryEntry],
    action: HistoryAction,
) -> Option<&HistoryEntry> {
    entries
        .iter()
        .find(|entry| {
            entry.number == number
                && entry.kind == HistoryKind::PhoneNumber
                && entry.action != HistoryAction::Update
        })
        .filter(|entry| entry.action == action)
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
fn brought_about<'e>(
    change: &Change,
    entries: impl Iterator<Item = &'e HistoryEntry>,
) -> Option<&'e HistoryEntry> {
    for entry in entries {
        match effect(change, entry) {
            Effect::Made => return Some(entry),
            Effect::Kept => {}
            Effect::Unclear => return None,
        }
    }
    None
}

/// What an entry has to do with the value that the platform has now.
enum Effect {
    /// It was not there before, and is since.
    Made,
    /// It was there before, and still is.
    Kept,
    /// The entry leaves something else, or doesn't show what.
    Unclear,
}

/// How the history writes an object is published nowhere. Where it is JSON, the
/// member is looked at; else the value is looked for, as words of their own.
fn effect(change: &Change, entry: &HistoryEntry) -> Effect {
    if let Some((_, member)) = change.path.split_once('.')
        && let (Some(old), Some(new)) = (object(&entry.old), object(&entry.new))
        && let (old, new) = (member_of(&old, member), member_of(&new, member))
        // Objects that have it neither before nor after may call it something else.
        && (old.is_some() || new.is_some())
    {
        let texts_of = |value: Option<&Value>| value.map(texts).unwrap_or_default();
        let is = texts(&change.before);
        return match (texts_of(new) == is, texts_of(old) == is) {
            (true, true) => Effect::Kept,
            (true, false) => Effect::Made,
            (false, _) => Effect::Unclear,
        };
    }
    worded(change, entry)
}

/// An object that is written as JSON.
fn object(text: &Option<Box<str>>) -> Option<Value> {
    let value: Value = serde_json::from_str(text.as_deref()?).ok()?;
    value.is_object().then_some(value)
}

fn member_of<'v>(object: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.')
        .try_fold(object, |value, name| value.get(name))
}

fn worded(change: &Change, entry: &HistoryEntry) -> Effect {
    let values = texts(&change.before);
    let cleared = texts(&change.after);
    let (old, new) = (entry.old.as_deref(), entry.new.as_deref());
    if values.is_empty() {
        return match (has(old, &cleared), has(new, &cleared)) {
            _ if cleared.is_empty() => Effect::Unclear,
            (_, true) => Effect::Unclear,
            (true, false) => Effect::Made,
            (false, false) => Effect::Kept,
        };
    }
    // Of a suite 400 in house 400 nothing shows which of them was there first.
    let is_plain = is_whole(&change.path) || values.iter().all(|value| times(new, value) == 1);
    match old {
        _ if !is_plain || !has(new, &values) => Effect::Unclear,
        Some(old) if has(Some(old), &values) => Effect::Kept,
        Some(_) => Effect::Made,
        None if entry.action == HistoryAction::Create || is_whole(&change.path) => Effect::Made,
        None => Effect::Kept,
    }
}

/// A change of an object as a whole, which may have had nothing before.
fn is_whole(path: &str) -> bool {
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
    values.iter().all(|value| times(text, value) > 0)
}

/// How often a text has a value as words of its own.
fn times(text: Option<&str>, value: &str) -> usize {
    let text = text.map(str::to_lowercase).unwrap_or_default();
    text.match_indices(value)
        .filter(|(at, found)| {
            let before = text.get(..*at).and_then(|text| text.chars().next_back());
            let after = text
                .get(at + found.len()..)
                .and_then(|text| text.chars().next());
            !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
        })
        .count()
}

#[cfg(test)]
#[path = "authors_tests.rs"]
mod tests;
