//! What a step stands on beside what it shows: the body that it sends, live
//! members included that nobody declared, and the live values that it was
//! decided by.
//!
//! A saved plan keeps a digest of each, so that `apply plan.json` can tell when
//! one of them is no longer what it was. Only what would make the step another
//! one is named: what an earlier step of the same plan may change (the reference
//! of a held number, say) is not, or a plan that was interrupted could never be
//! taken up again.

use serde_json::{Value, json};

use crate::model::{LiveNumber, LivePort, Member, Record, meaning};
use crate::plan::document::{Action, Expect, Step};

/// Names of values and the values, in an order that is always the same.
pub fn basis(step: &Step) -> Vec<(String, Value)> {
    let mut values = Vec::new();
    if let Some(Value::Object(body)) = &step.body {
        for (member, value) in body {
            values.push((format!("sent {member}"), value.clone()));
        }
    }
    let mut found = |name: &str, value: Value| values.push((format!("found {name}"), value));
    match &step.expect {
        // Presence is in the action itself.
        Expect::Anything | Expect::NotOnAccount | Expect::InCooldown => {}
        Expect::Number(number) => match step.action {
            Action::Release => {
                of_number(number, &mut found);
                // Somebody else's number by now, perhaps.
                found("reference", reference(number));
            }
            Action::CancelActivation
            | Action::SubmitActivation
            | Action::AcceptE911Correction
            | Action::KeepE911Original => of_number(number, &mut found),
            // The objects are sent whole, so the body says it.
            Action::Update
            // They expect something else, or nothing.
            | Action::Recover
            | Action::Activate
            | Action::SubmitPort
            | Action::UpdatePort
            | Action::TriggerPort
            | Action::CancelPort => {}
        },
        Expect::Correction { number, offered } => {
            of_number(number, &mut found);
            found("e911Address", record(number.e911_address.as_ref()));
            found("correction", record(Some(offered)));
        }
        Expect::Port(port) => of_port(step.action, port, &mut found),
    }
    values
}

fn of_number(number: &LiveNumber, found: &mut impl FnMut(&str, Value)) {
    let LiveNumber {
        number: _, // the step names it
        status,
        carrier,
        port,
        customer_service_record: _, // what is sent of them is in the body
        e911_address: _,
        directory_listing: _,
        reference: _, // an earlier step may set it
    } = number;
    found("status", json!(status.name()));
    found("carrier", json!(carrier.as_ref().map(ToString::to_string)));
    found("port", json!(port.as_ref().map(ToString::to_string)));
}

fn of_port(action: Action, port: &LivePort, found: &mut impl FnMut(&str, Value)) {
    found("port", json!(port.id.to_string()));
    found("numbers", json!(port.numbers));
    found("focDate", json!(port.foc));
    // An update of a port is the same while the carrier works on it; to trigger
    // or to cancel it means something else in each state.
    if matches!(action, Action::TriggerPort | Action::CancelPort) {
        found("port state", json!(format!("{:?}", port.state)));
    }
}

fn reference(number: &LiveNumber) -> Value {
    match &number.reference {
        Some(reference) => json!([reference.reference_type, reference.id]),
        None => Value::Null,
    }
}

/// By meaning: another spelling of an address is the same address.
fn record(record: Option<&Record>) -> Value {
    let Some(record) = record else {
        return Value::Null;
    };
    let canonical = meaning::Canonical::of(record);
    Member::ALL
        .into_iter()
        .filter(|member| member.in_e911())
        .map(|member| canonical.get(member).to_owned())
        .collect()
}
