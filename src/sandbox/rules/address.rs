//! The address that answers 911 calls: which one it is, and what becomes of a
//! correction that the E911 provider offers.

use std::sync::Arc;

use jiff::Timestamp;

use crate::model::{AccountId, Member, PhoneNumber, Record};
use crate::sandbox::event::{EventKind, EventStatus};
use crate::sandbox::world::{Number, World};

use super::settle::decide;
use super::{Outcome, Refusal, count, on_account};

/// The E911 address, which is the customer service record's where there is none.
pub fn effective_e911(number: &Number) -> &Record {
    number.e911.as_deref().unwrap_or(&number.csr)
}

/// The correction on offer; 404 where there is none.
pub fn correction<'a>(
    world: &'a World,
    account: &AccountId,
    number: PhoneNumber,
) -> Result<&'a Record, Refusal> {
    on_account(world, account, number)?
        .correction
        .as_deref()
        .ok_or_else(|| {
            Refusal::missing("E911CorrectionNotFound").with("phoneNumber", number.to_string())
        })
}

/// The provider's address takes the place of the one it rejected; names,
/// customer type and language stay.
pub fn accept_correction(
    world: &mut World,
    account: &AccountId,
    number: PhoneNumber,
    now: Timestamp,
) -> Result<Outcome, Refusal> {
    let correction = correction(world, account, number)?.clone();
    let mut address = own_e911(on_account(world, account, number)?);
    for member in Member::ALL {
        if member.is_location() || member == Member::Country {
            address.set(member, correction.raw(member));
        }
    }
    put_in_force(world, number, address, EventStatus::CorrectedCompleted, now);
    Ok(Outcome::default())
}

/// The address stays as it was written, with coordinates where they are given.
pub fn keep_original(
    world: &mut World,
    account: &AccountId,
    number: PhoneNumber,
    (latitude, longitude): (Option<&str>, Option<&str>),
    now: Timestamp,
) -> Result<Outcome, Refusal> {
    correction(world, account, number)?;
    let mut address = own_e911(on_account(world, account, number)?);
    for (member, text, most) in [
        (Member::Latitude, latitude, 90.0),
        (Member::Longitude, longitude, 180.0),
    ] {
        if let Some(text) = text {
            let degrees: f64 = text
                .parse()
                .map_err(|_| Refusal::bad("InvalidCoordinates").with("value", text))?;
            if !degrees.is_finite() || degrees.abs() > most {
                return Err(Refusal::bad("InvalidCoordinates").with("value", text));
            }
            address.set(member, Some(text));
        }
    }
    put_in_force(world, number, address, EventStatus::Completed, now);
    Ok(Outcome::default())
}

fn put_in_force(
    world: &mut World,
    number: PhoneNumber,
    address: Record,
    status: EventStatus,
    now: Timestamp,
) {
    let version = world.ids.sequence();
    if let Some(state) = world.numbers.get_mut(&number) {
        state.e911 = Some(Arc::new(address));
        state.correction = None;
        state.order_version = version;
    }
    let words = match status {
        EventStatus::CorrectedCompleted => "Correction accepted",
        _ => "Original address accepted",
    };
    decide(world, EventKind::E911Address, number, status, words, now);
    count(world, number, |orders| orders.updates += 1);
}

/// The effective address as an E911 address: without a CSR's other members.
pub fn own_e911(number: &Number) -> Record {
    let from = effective_e911(number);
    let mut address = Record::default();
    for member in Member::ALL.into_iter().filter(|member| member.in_e911()) {
        address.set(member, from.raw(member));
    }
    address
}
