//! What was asked for of a port: as planned, as sent, as it stands.

use serde_json::{Map, Value};

use crate::model::meaning::{self, date};
use crate::model::porting::{PortLog, PortState};
use crate::model::{LivePort, Member, Record};
use crate::plan::Step;

/// How closely two terms are compared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Meaning,
    /// What was rejected may differ from its cure by a comma.
    Letter,
}

/// What of the port is no longer as it was planned, in words.
pub(super) fn differences(expected: &LivePort, found: &LivePort) -> Vec<&'static str> {
    let LivePort {
        id: _, // it was asked for by this
        numbers,
        state,
        carrier_type,
        order: _,   // the carrier's own numbering
        created: _, // never changes
        updated: _, // what was done then is in the history
        crd,
        foc,
        editable,
        reaction,
        log,
        customer_service_record,
        billing_telephone_number,
        porting_wire_type,
        porting_authorized_name,
        telecom_settings,
    } = expected;
    let by = by(expected);
    let (was, is) = (
        customer_service_record.as_ref(),
        found.customer_service_record.as_ref(),
    );
    let pairs = [
        ("numbers", *numbers == found.numbers),
        ("state", *state == found.state),
        ("carrier", *carrier_type == found.carrier_type),
        ("crdDate", *crd == found.crd),
        ("FOC date", *foc == found.foc),
        ("list of editable fields", *editable == found.editable),
        ("required reaction", *reaction == found.reaction),
        ("history", same_history(log, &found.log)),
        (
            "customerServiceRecord",
            same_record(was.unwrap_or(&Record::default()), is, by),
        ),
        (
            "billingTelephoneNumber",
            *billing_telephone_number == found.billing_telephone_number,
        ),
        (
            "portingWireType",
            *porting_wire_type == found.porting_wire_type,
        ),
        (
            "portingAuthorizedName",
            *porting_authorized_name == found.porting_authorized_name,
        ),
        (
            "telecomSettings",
            *telecom_settings == found.telecom_settings,
        ),
    ];
    pairs
        .into_iter()
        .filter(|(_, same)| !same)
        .map(|(name, _)| name)
        .collect()
}

/// The words aside: secrets are taken out of them, more of them once they are known.
fn same_history(was: &[PortLog], is: &[PortLog]) -> bool {
    was.len() == is.len()
        && was
            .iter()
            .zip(is)
            .all(|(was, is)| (&was.status, was.at) == (&is.status, is.at))
}

fn by(expected: &LivePort) -> By {
    match expected.state {
        PortState::Rejected => By::Letter,
        PortState::Pending
        | PortState::InProgress
        | PortState::FocReceived
        | PortState::FocRemoved
        | PortState::HotCut
        | PortState::ResellerPending
        | PortState::CancelPending
        | PortState::Cancelled
        | PortState::CarrierCancelled
        | PortState::Completed
        | PortState::Other(_) => By::Meaning,
    }
}

/// Before it is sent: the port has these terms already. A secret that goes
/// along can't be seen, so a step with secrets is never done beforehand.
pub(super) fn already(step: &Step, expected: &LivePort, found: &LivePort) -> bool {
    !carries_secrets(step) && said(step).next().is_some() && holds(step, found, by(expected))
}

/// After it was sent: the port has these terms, and where that alone proves
/// nothing, something has happened to it.
pub(super) fn taken(step: &Step, expected: Option<&LivePort>, found: &LivePort) -> bool {
    let answered = match expected {
        Some(expected) => {
            found.log.len() > expected.log.len()
                || (expected.state == PortState::Rejected && found.state != PortState::Rejected)
        }
        None => found.state != PortState::Rejected,
    };
    let rejected = expected.is_none_or(|expected| expected.state == PortState::Rejected);
    holds(step, found, By::Meaning) && (answered || !(carries_secrets(step) || rejected))
}

/// A PIN or account number goes along, which the platform never shows.
fn carries_secrets(step: &Step) -> bool {
    !step.secrets.is_empty()
        || step.changes.iter().any(|change| change.sensitive)
        || step.body.as_ref().is_some_and(|body| {
            ["wirelessPin", "wirelessAccountNumber"]
                .iter()
                .any(|name| body.get(name).is_some())
        })
}

/// The members that the step sends and that can be read again: from its
/// body, or from what a saved plan says of it.
fn said(step: &Step) -> impl Iterator<Item = (&str, &Value)> {
    let body = step.body.as_ref().and_then(Value::as_object);
    let changes = step
        .changes
        .iter()
        .filter(move |change| body.is_none() && !change.sensitive)
        .map(|change| {
            let path = change.path.as_str();
            (path.strip_prefix("port.").unwrap_or(path), &change.after)
        });
    body.into_iter()
        .flatten()
        .map(|(name, value)| (name.as_str(), value))
        .chain(changes)
        .filter(|(name, _)| !matches!(*name, "wirelessPin" | "wirelessAccountNumber"))
}

/// Whether the port has every term that the step sends.
fn holds(step: &Step, found: &LivePort, by: By) -> bool {
    said(step).all(|(path, value)| match path.split_once('.') {
        None => has(found, path, value, by),
        Some(("customerServiceRecord", member)) => {
            let live = found.customer_service_record.as_ref();
            Member::from_name(member).is_some_and(|member| {
                let mut wanted = live.cloned().unwrap_or_default();
                match value {
                    Value::Bool(value) => wanted.set(member, Some(&value.to_string())),
                    other => wanted.set(member, other.as_str()),
                }
                same_record(&wanted, live, by)
            })
        }
        Some(("telecomSettings", member)) => {
            let one = Map::from_iter([(member.to_owned(), value.clone())]);
            has_settings(found, &one)
        }
        Some(_) => false,
    })
}

/// Whether the port has this member (S:PortX).
fn has(found: &LivePort, name: &str, value: &Value, by: By) -> bool {
    let text = value.as_str();
    match (name, value) {
        ("crdDate", _) => {
            found.crd.is_some() && text.and_then(|text| date::day(text, None)) == found.crd
        }
        ("billingTelephoneNumber", _) => {
            text.and_then(|text| text.parse().ok()) == found.billing_telephone_number
        }
        ("portingWireType", _) => same_text(text, found.porting_wire_type.as_deref(), by),
        ("portingAuthorizedName", _) => {
            same_text(text, found.porting_authorized_name.as_deref(), by)
        }
        ("customerServiceRecord", _) => serde_json::from_value::<Record>(value.clone())
            .is_ok_and(|wanted| same_record(&wanted, found.customer_service_record.as_ref(), by)),
        ("telecomSettings", Value::Object(wanted)) => has_settings(found, wanted),
        ("telecomSettings", Value::Null) => found.telecom_settings.is_none(),
        // A member that can't be read again proves nothing.
        _ => false,
    }
}

fn has_settings(found: &LivePort, wanted: &Map<String, Value>) -> bool {
    let nothing = Map::new();
    let live = found.telecom_settings.as_ref().unwrap_or(&nothing);
    let day = |value: &Value| date::day(value.as_str()?, None);
    let empty = |value: &Value| value.is_null() || *value == Value::Bool(false) || value == "";
    wanted.iter().all(|(name, value)| match live.get(name) {
        Some(is) if name == "loaDate" => day(is) == day(value),
        Some(is) => is == value || (empty(is) && empty(value)),
        None => empty(value),
    })
}

fn same_text(wanted: Option<&str>, is: Option<&str>, by: By) -> bool {
    let (wanted, is) = (wanted.unwrap_or_default(), is.unwrap_or_default());
    let words =
        |text: &str| -> Vec<String> { text.split_whitespace().map(str::to_uppercase).collect() };
    match by {
        By::Letter => wanted == is,
        By::Meaning => words(wanted) == words(is),
    }
}

fn same_record(wanted: &Record, is: Option<&Record>, by: By) -> bool {
    let nothing = Record::default();
    let is = is.unwrap_or(&nothing);
    match by {
        By::Letter => Member::ALL
            .into_iter()
            .filter(|member| member.in_csr())
            .all(|member| wanted.get(member) == is.get(member)),
        By::Meaning => meaning::same(wanted, is, Member::in_csr),
    }
}
