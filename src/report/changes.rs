//! What a step changes, in lines: an address as one line compared word by word,
//! every other member on its own.

use std::collections::BTreeMap;

use anstyle::{AnsiColor, Style as Ansi};
use serde_json::Value;

use super::redact::is_hidden;
use super::{port_changes, words};
use crate::model::meaning::is_place;
use crate::model::{Member, Record};
use crate::plan::{Action, Change, Expect, Plan, Step};

const GREEN: Ansi = AnsiColor::Green.on_default();
const RED: Ansi = AnsiColor::Red.on_default();

/// The address-like objects of a number and of a port.
const OBJECTS: [&str; 4] = [
    "customerServiceRecord",
    "port.customerServiceRecord",
    "e911Address",
    "directoryListing.address",
];

pub(super) fn member_of<'a>(change: &'a Change, object: &str) -> Option<(Member, &'a Change)> {
    let name = change.path.strip_prefix(object)?.strip_prefix('.')?;
    Some((Member::from_name(name)?, change))
}

/// The addresses that steps change in part, as they are: what a plan that is
/// saved keeps of them (`Plan.places`).
pub fn places(plan: &Plan) -> BTreeMap<String, BTreeMap<String, Record>> {
    let mut places = BTreeMap::new();
    for step in &plan.steps {
        // An address that is not the CSR's any more, or is from now on, is told by it.
        let of_csr = step
            .changes
            .iter()
            .any(|change| OBJECTS.contains(&change.path.as_str()))
            .then_some("customerServiceRecord");
        let whole: BTreeMap<String, Record> = OBJECTS
            .into_iter()
            .filter(|object| {
                step.changes
                    .iter()
                    .filter_map(|change| member_of(change, object))
                    .any(|(member, _)| is_place(member))
            })
            .chain(of_csr)
            .filter_map(|object| {
                Some((object.to_owned(), place_alone(&live_object(step, object)?)))
            })
            .collect();
        if !whole.is_empty() && step.action != Action::Activate {
            places.insert(step.id.clone(), whole);
        }
    }
    places
}

/// Without what else the object says: names have no business here.
fn place_alone(record: &Record) -> Record {
    let mut place = Record::default();
    for member in Member::ALL.into_iter().filter(|member| is_place(*member)) {
        place.set(
            member,
            Some(record.get(member)).filter(|text| !text.is_empty()),
        );
    }
    place
}

/// Changes that no step is at hand for, in lines; `steps` would mend them.
pub(super) fn lines_of(changes: &[Change], steps: &[String], plan: &Plan) -> Vec<String> {
    let step = Step {
        id: steps.first().cloned().unwrap_or_default(),
        action: Action::Update,
        account: crate::model::AccountId::new(""),
        numbers: Vec::new(),
        source: crate::plan::Source::default(),
        changes: changes.to_vec(),
        depends_on: Vec::new(),
        recoverable_until: None,
        port: None,
        request: crate::plan::Request {
            method: String::new(),
            path: String::new(),
        },
        body: None,
        secrets: Vec::new(),
        expect: Expect::Anything,
        source_id: crate::model::SourceId(u32::MAX),
    };
    step_lines(&step, plan, usize::MAX)
}

/// The lines below a step as any reader of the saved document has it: what apply
/// knows besides is not told, so that a plan and its copy read the same.
pub(super) fn saved_lines(step: &Step, plan: &Plan) -> Vec<String> {
    let read_back = Step {
        body: None,
        secrets: Vec::new(),
        expect: Expect::Anything,
        ..step.clone()
    };
    step_lines(&read_back, plan, usize::MAX)
}

/// The lines below a step, those of a port no wider than `room` columns.
pub(super) fn step_lines(step: &Step, plan: &Plan, room: usize) -> Vec<String> {
    let (hidden, shown): (Vec<&Change>, Vec<&Change>) = step
        .changes
        .iter()
        .partition(|change| is_hidden(&change.before) || is_hidden(&change.after));
    let mut lines = Vec::new();
    if let Some(facts) = &step.port {
        lines.extend(port_changes::facts(facts, step.action, room));
        if hidden.is_empty()
            && let Some(told) = port_changes::lines(step, plan, room)
        {
            lines.extend(told);
            return lines;
        }
    }
    lines.extend(hidden_lines(&hidden));
    for object in OBJECTS {
        let members: Vec<(Member, &Change)> = shown
            .iter()
            .filter_map(|change| member_of(change, object))
            .collect();
        if members.is_empty() {
            continue;
        }
        if !hidden.is_empty() {
            // Half of an address in one line would look like all of it.
            lines.extend(members.iter().map(|(_, change)| one(step, plan, change)));
        } else if step.action == Action::Activate {
            lines.extend(new_object(object, &members));
        } else {
            lines.extend(changed_object(step, plan, object, &members));
        }
    }
    let rest = shown.into_iter().filter(|change| {
        OBJECTS
            .into_iter()
            .all(|object| member_of(change, object).is_none())
    });
    lines.extend(rest.map(|change| one(step, plan, change)));
    lines
}

/// A change on a line of its own.
fn one(step: &Step, plan: &Plan, change: &Change) -> String {
    match (&change.before, step.action) {
        _ if change.sensitive => format!("{}: (secret)", change.path),
        (Value::Null, Action::Activate) => {
            format!(
                "{}: {GREEN}{}{GREEN:#}",
                change.path,
                shown(step, plan, change, &change.after)
            )
        }
        // Sent as it is: so that it no longer goes where the CSR goes, or
        // stands against the provider's word.
        (before, action) if *before == change.after || is_the_csrs(step, plan, change) => {
            let why = match action {
                Action::KeepE911Original => "as written; the provider's correction is declined",
                _ => "as now; from here on its own, apart from the customer service record",
            };
            let address = shown(step, plan, change, &change.after);
            format!("{}: {address} ({why})", change.path)
        }
        (before, _) => format!(
            "{}: {RED}{}{RED:#} → {GREEN}{}{GREEN:#}",
            change.path,
            shown(step, plan, change, before),
            shown(step, plan, change, &change.after)
        ),
    }
}

/// Changes whose values are not shown, object by object: the members alone.
fn hidden_lines(changes: &[&Change]) -> Vec<String> {
    let mut objects: Vec<(&str, Vec<&str>)> = Vec::new();
    for change in changes {
        let whole = (change.path.as_str(), "address");
        let (object, member) = change.path.rsplit_once('.').unwrap_or(whole);
        match objects.iter_mut().find(|(known, _)| *known == object) {
            Some((_, members)) => members.push(member),
            None => objects.push((object, vec![member])),
        }
    }
    objects
        .into_iter()
        .map(|(object, members)| format!("{object}: {} (not shown)", members.join(", ")))
        .collect()
}

/// An object that is sent for the first time: who and where in one line, the rest after it.
fn new_object(object: &str, members: &[(Member, &Change)]) -> Vec<String> {
    let (record, rest) = gathered(members);
    let parts = [words::who(&record), words::place(&record)];
    let said: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let mut lines = vec![format!("{object}: {GREEN}{}{GREEN:#}", said.join(", "))];
    if !rest.is_empty() {
        lines.push(format!("  {}", rest.join(", ")));
    }
    lines
}

/// The record that comes, and what of it is not said in its line.
pub(super) fn gathered(members: &[(Member, &Change)]) -> (Record, Vec<String>) {
    let mut record = Record::default();
    let mut rest = Vec::new();
    for (member, change) in members {
        record.set(*member, text(&change.after).as_deref());
        let in_line = is_place(*member)
            || matches!(
                member,
                Member::FirstName | Member::MiddleInitial | Member::LastName | Member::BusinessName
            );
        if !in_line {
            rest.push(format!("{} {}", member.name(), scalar(&change.after)));
        }
    }
    (record, rest)
}

/// A changed object: the address as one line compared word by word, other
/// members each on their own. Of an address that is not known as it is the
/// members stand alone: half of it in one line would look like all of it.
fn changed_object(
    step: &Step,
    plan: &Plan,
    object: &str,
    members: &[(Member, &Change)],
) -> Vec<String> {
    let kept = || plan.places.get(&step.id)?.get(object).cloned();
    let Some(mut before) = kept().or_else(|| known(step, object, members)) else {
        return members
            .iter()
            .map(|(_, change)| one(step, plan, change))
            .collect();
    };
    for (member, change) in members {
        before.set(*member, text(&change.before).as_deref());
    }
    // What is not among the changes means the same before and after.
    let mut after = before.clone();
    for (member, change) in members {
        after.set(*member, text(&change.after).as_deref());
    }
    let mut lines = Vec::new();
    if members.iter().any(|(member, _)| is_place(*member)) {
        let line = words::compared(&words::place(&before), &words::place(&after));
        lines.push(format!("{object}: {line}"));
    }
    for (member, change) in members.iter().filter(|(member, _)| !is_place(*member)) {
        lines.push(format!(
            "{object}.{}: {RED}{}{RED:#} → {GREEN}{}{GREEN:#}",
            member.name(),
            scalar(&change.before),
            scalar(&change.after)
        ));
    }
    lines
}

/// The object as it stands; nothing at all, where all of a new one is said.
fn known(step: &Step, object: &str, members: &[(Member, &Change)]) -> Option<Record> {
    let is_new = |(_, change): &(Member, &Change)| change.before.is_null();
    let street = members
        .iter()
        .any(|(member, _)| *member == Member::StreetName);
    let new = street && members.iter().all(is_new);
    live_object(step, object).or_else(|| new.then(Record::default))
}

/// The object as it stands, from what the step expects to find. A plan that was
/// saved and read back doesn't carry that, but [`places`].
fn live_object(step: &Step, object: &str) -> Option<Record> {
    let live = match &step.expect {
        Expect::Number(live) => live,
        Expect::Correction { number, .. } => number,
        Expect::Port(port) => return port.customer_service_record.clone(),
        Expect::Anything | Expect::NotOnAccount | Expect::InCooldown => return None,
    };
    let own = match object {
        "customerServiceRecord" => live.customer_service_record.clone(),
        "e911Address" => live.e911_address.clone(),
        _ => live
            .directory_listing
            .as_ref()
            .and_then(|listing| listing.address.clone()),
    };
    own.filter(|record| !record.is_empty())
        .or_else(|| live.customer_service_record.clone())
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Some(value.to_string())
        }
    }
}

pub(super) fn scalar(value: &Value) -> String {
    match text(value) {
        None => "(none)".to_owned(),
        Some(text) => words::clean(&text),
    }
}

/// A value of a change that is about an object as a whole.
pub(super) fn shown(step: &Step, plan: &Plan, change: &Change, value: &Value) -> String {
    if !value.is_object() {
        let is_address = OBJECTS.contains(&change.path.as_str());
        return match value {
            Value::Null if is_address => match csr_place(step, plan, value == &change.after) {
                Some(place) => format!("the customer service record's ({place})"),
                None => "the customer service record's".to_owned(),
            },
            value => scalar(value),
        };
    }
    in_words(value)
}

/// An object as a whole: where calls go, or an address.
pub(super) fn in_words(value: &Value) -> String {
    if let (Some(Value::String(kind)), Some(Value::String(id))) =
        (value.get("type"), value.get("id"))
    {
        return words::clean(&format!("{kind} {id}"));
    }
    match serde_json::from_value::<Record>(value.clone()) {
        Ok(record) => whole(&record),
        Err(_) => words::clean(&value.to_string()),
    }
}

/// An address in one line: the place, and what else 911 is told of it.
fn whole(record: &Record) -> String {
    let mut line = words::place(record);
    for member in [Member::Language, Member::Latitude, Member::Longitude] {
        let text = record.get(member);
        if !text.is_empty() {
            line.push_str(&words::clean(&format!(", {} {text}", member.name())));
        }
    }
    line
}

/// An address that nothing is stored for, and that is sent as the CSR's is now.
fn is_the_csrs(step: &Step, plan: &Plan, change: &Change) -> bool {
    change.before.is_null()
        && OBJECTS.contains(&change.path.as_str())
        && serde_json::from_value::<Record>(change.after.clone()).is_ok_and(|after| {
            csr_place(step, plan, false).is_some_and(|place| place == whole(&after))
        })
}

/// The CSR's address before or after the step, where it is known.
fn csr_place(step: &Step, plan: &Plan, after: bool) -> Option<String> {
    let sent = step
        .body
        .as_ref()
        .and_then(|body| body.get("customerServiceRecord"))
        .filter(|_| after)
        .and_then(|csr| serde_json::from_value::<Record>(csr.clone()).ok());
    let changes = step
        .changes
        .iter()
        .any(|change| member_of(change, "customerServiceRecord").is_some());
    if after && changes && sent.is_none() {
        // A plan that was read back doesn't carry what is sent.
        return None;
    }
    let kept = || {
        plan.places
            .get(&step.id)?
            .get("customerServiceRecord")
            .cloned()
    };
    let record = sent
        .or_else(|| live_object(step, "customerServiceRecord"))
        .or_else(kept)?;
    Some(words::place(&record)).filter(|place| !place.is_empty())
}
