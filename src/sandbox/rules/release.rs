//! Giving numbers up.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::model::{AccountId, CarrierStatus, PhoneNumber, UserId};
use crate::sandbox::event::{EventKind, EventStatus};
use crate::sandbox::world::World;

use super::settle::open;
use super::{Outcome, Refusal, count, on_account, wrong_state};

/// DELETE (O:deleteTelephoneNumberOnAccount): only an active number about
/// which nobody is at work; `data` names who is.
pub fn delete(
    world: &mut World,
    account: &AccountId,
    number: PhoneNumber,
    now: Timestamp,
) -> Result<Outcome, Refusal> {
    let state = on_account(world, account, number)?;
    let open_events: Vec<Value> = world
        .events_of(number)
        .filter(|event| event.account == *account && event.status.is_open())
        .map(|event| {
            json!({
                "serviceType": event.kind.name(),
                "activationStatusType": event.status.name(),
                "referenceId": event.reference,
            })
        })
        .collect();
    if !open_events.is_empty() {
        return Err(Refusal::bad("OutstandingActivationEvents")
            .with("phoneNumber", number.to_string())
            .with("carrierStatus", state.status.name())
            .with("events", open_events));
    }
    if state.status != CarrierStatus::Active {
        return Err(wrong_state(number, state));
    }
    if let Some(state) = world.numbers.get_mut(&number) {
        state.status = CarrierStatus::DeletePending;
    }
    let (kind, status) = (EventKind::Disconnect, EventStatus::DeletePending);
    open(
        world,
        kind,
        account,
        number,
        status,
        "Start Disconnect",
        now,
    );
    count(world, number, |orders| orders.deletes += 1);
    Ok(Outcome::default())
}

/// Takes a number off its account and out of its users' caller ID.
pub fn leave(world: &mut World, number: PhoneNumber) {
    let Some(state) = world.remove_number(number) else {
        return;
    };
    let Some(reference) = state.reference else {
        return;
    };
    let user = world
        .accounts
        .get_mut(&state.account)
        .and_then(|account| account.users.get_mut(&UserId::new(&*reference.id)));
    if let Some(config) = user.and_then(|user| user.caller_id.as_mut())
        && config.caller_id_number.as_deref() == Some(&number.to_string())
    {
        config.caller_id_number = None;
        config.external_caller_id_visible = false;
    }
}
