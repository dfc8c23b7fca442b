//! A step carried out as the platform would, however it stores what it is sent.

use alz::model::live::{EventKind, Inventory, LiveListing, LiveReference};
use alz::model::{
    CarrierStatus, LiveAccount, LiveEvent, LiveNumber, Member, PhoneNumber, Record, meaning,
};
use alz::plan::{Action, Step};
use serde_json::{Value, json};

use crate::world::*;

/// The E911 event of a number ends like this, and its correction is gone.
fn settle_e911(live: &mut LiveAccount, number: PhoneNumber, status: &str) {
    live.corrections.remove(&number);
    let events = live.events.entry(number).or_default();
    // The latest comes first; an accepted correction is never forgotten.
    events.retain(|event| {
        event.kind != EventKind::E911Address || &*event.status == "CORRECTED_COMPLETED"
    });
    let event = LiveEvent {
        kind: EventKind::E911Address,
        status: status.into(),
        updated: None,
        message: None,
    };
    events.insert(0, event);
}

/// How a platform may store a nested object that a PATCH brings.
#[derive(Clone, Copy, Debug)]
pub enum Merge {
    Shallow,
    Deep,
}

fn stored(old: Option<&Record>, sent: &Value, merge: Merge) -> Option<Record> {
    let Value::Object(sent) = sent else {
        return None;
    };
    let old = match merge {
        Merge::Shallow => Value::Null,
        Merge::Deep => serde_json::to_value(old).expect("json"),
    };
    let mut map = match old {
        Value::Object(map) => map,
        _ => serde_json::Map::new(),
    };
    map.extend(sent.clone());
    map.retain(|_, value| !value.is_null());
    Some(record(Value::Object(map)))
}

/// Carries out a step as the platform would.
pub fn perform(live: &mut LiveAccount, step: &Step, merge: Merge) {
    let number = step.numbers[0];
    match step.action {
        Action::Recover => {
            live.inventory.insert(number, Inventory::Free);
        }
        Action::Activate => {
            live.numbers.insert(number, blank(number));
            let body = step.body.clone().expect("a body");
            settle_e911(live, number, "COMPLETED");
            write(live, number, &body, merge);
            write(live, number, &body["telephoneNumbers"][0], merge);
            if body["holdActivation"] == true {
                live.numbers.get_mut(&number).expect("there").status =
                    CarrierStatus::ActivationOnHold;
            }
        }
        Action::SubmitActivation => {
            live.numbers.get_mut(&number).expect("there").status = CarrierStatus::Active;
        }
        Action::Update => {
            let body = step.body.as_ref().expect("a body");
            let before = effective(&live.numbers[&number]);
            write(live, number, body, merge);
            let after = effective(&live.numbers[&number]);
            let told = body.get("e911Address").is_some();
            if told || !meaning::same(&before, &after, Member::in_e911) {
                settle_e911(live, number, "COMPLETED");
            }
        }
        Action::AcceptE911Correction => {
            let offered = live.corrections[&number].clone();
            let state = live.numbers.get_mut(&number).expect("there");
            let mut address = effective(state);
            for member in Member::ALL.into_iter().filter(|m| meaning::is_place(*m)) {
                address.set(member, offered.raw(member));
            }
            for member in Member::ALL.into_iter().filter(|m| !m.in_e911()) {
                address.set(member, None);
            }
            state.e911_address = Some(address);
            settle_e911(live, number, "CORRECTED_COMPLETED");
        }
        Action::KeepE911Original => {
            let state = live.numbers.get_mut(&number).expect("there");
            let mut address = effective(state);
            if let Some((_, query)) = step.request.path.split_once("?latitude=") {
                let (latitude, longitude) = query.split_once("&longitude=").expect("both");
                address.set(Member::Latitude, Some(latitude));
                address.set(Member::Longitude, Some(longitude));
            }
            state.e911_address = Some(address);
            settle_e911(live, number, "COMPLETED");
        }
        Action::CancelActivation => {
            live.numbers.remove(&number);
            live.inventory.insert(number, Inventory::Free);
        }
        Action::Release => {
            live.numbers.remove(&number);
            live.inventory
                .insert(number, Inventory::Cooldown { until: None });
        }
        other => panic!("{other} is not planned yet"),
    }
}

fn blank(number: PhoneNumber) -> LiveNumber {
    listed(json!({ "phoneNumber": number, "carrierStatus": "ACTIVE" }))
}

fn write(live: &mut LiveAccount, number: PhoneNumber, body: &Value, merge: Merge) {
    let now = live.numbers.get_mut(&number).expect("on the account");
    if let Some(sent) = body.get("customerServiceRecord") {
        now.customer_service_record = stored(now.customer_service_record.as_ref(), sent, merge);
    }
    if let Some(sent) = body.get("e911Address") {
        now.e911_address = stored(now.e911_address.as_ref(), sent, merge);
    }
    if let Some(sent) = body.get("directoryListing") {
        let old = now
            .directory_listing
            .as_ref()
            .and_then(|listing| listing.address.as_ref());
        now.directory_listing = Some(LiveListing {
            listed: sent.get("listed").and_then(Value::as_bool).unwrap_or(false),
            listing_type: sent.get("type").and_then(Value::as_str).map(Into::into),
            address: stored(old, &sent["address"], merge),
        });
    }
    if let (Some(reference_type), Some(id)) = (body.get("referenceType"), body.get("referenceId")) {
        now.reference = match (reference_type.as_str(), id.as_str()) {
            (Some(reference_type), Some(id)) => Some(LiveReference {
                reference_type: reference_type.into(),
                id: id.into(),
            }),
            (_, _) => None,
        };
        if body.get("assignAsCallerId") == Some(&Value::Bool(true)) {
            live.caller_ids
                .insert(id.as_str().expect("a user").to_owned(), Some(number));
        }
    }
}

/// The address that answers 911, as the platform has it.
pub fn effective(live: &LiveNumber) -> Record {
    let own = live
        .e911_address
        .clone()
        .filter(|record| !record.is_empty());
    own.or_else(|| live.customer_service_record.clone())
        .unwrap_or_default()
}
