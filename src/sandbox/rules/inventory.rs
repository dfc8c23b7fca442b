//! The partition's stock: reservations, and the way back from cooldown.

use jiff::{SignedDuration, Timestamp};

use crate::model::{AccountId, PhoneNumber};
use crate::sandbox::clock::later;
use crate::sandbox::event::{EventKind, EventStatus};
use crate::sandbox::world::{Reservation, Stock, World};

use super::settle::decide;
use super::{Outcome, Refusal, account_exists, count};

/// Keeps a free number for 30 minutes. Asking again starts the time anew.
pub fn reserve(
    world: &mut World,
    number: PhoneNumber,
    account: Option<&AccountId>,
    now: Timestamp,
) -> Result<Outcome, Refusal> {
    if let Some(account) = account {
        account_exists(world, account)?;
    }
    known(world, number)?;
    if !world.is_free(number) {
        return Err(
            Refusal::bad("TelephoneNumberNotInInventory").with("phoneNumber", number.to_string())
        );
    }
    // What a search reserved for the partition, an account may have for itself.
    if let Some(held) = world.reservation(number, now)
        && held.account.is_some()
        && held.account.as_ref() != account
    {
        return Err(Refusal::bad("TelephoneNumberReserved").with("phoneNumber", number.to_string()));
    }
    let seconds = i64::from(world.timing.reservation_seconds);
    let reservation = Reservation {
        until: later(now, SignedDuration::from_secs(seconds)),
        account: account.cloned(),
    };
    world.reservations.retain(|_, held| held.until > now);
    world.reservations.insert(number, reservation);
    Ok(Outcome::default())
}

/// Gives a reservation back; 404 where there is none.
pub fn unreserve(
    world: &mut World,
    number: PhoneNumber,
    account: Option<&AccountId>,
    now: Timestamp,
) -> Result<Outcome, Refusal> {
    if let Some(account) = account {
        account_exists(world, account)?;
    }
    let held = world.reservation(number, now).ok_or_else(|| {
        Refusal::missing("ReservationNotFound").with("phoneNumber", number.to_string())
    })?;
    if let (Some(asking), Some(owner)) = (account, &held.account)
        && asking != owner
    {
        return Err(Refusal::bad("TelephoneNumberReserved").with("phoneNumber", number.to_string()));
    }
    world.reservations.remove(&number);
    Ok(Outcome::default())
}

/// Takes a number out of cooldown (O:cooldownRecover). It goes to stock, not
/// back to the account that gave it up.
pub fn recover(world: &mut World, number: PhoneNumber, now: Timestamp) -> Result<Outcome, Refusal> {
    known(world, number)?;
    let Some(Stock::Cooldown { .. }) = world.stock.get(&number) else {
        return Err(
            Refusal::bad("TelephoneNumberNotInCooldown").with("phoneNumber", number.to_string())
        );
    };
    world.stock.insert(number, Stock::Recovered { at: now });
    let (kind, status) = (EventKind::Disconnect, EventStatus::Cancelled);
    decide(world, kind, number, status, "Recovered from cooldown", now);
    count(world, number, |orders| orders.recoveries += 1);
    Ok(Outcome::default())
}

/// 404 for a number that the partition has never heard of.
pub fn known(world: &World, number: PhoneNumber) -> Result<(), Refusal> {
    let known = world.numbers.contains_key(&number)
        || world.stock.contains_key(&number)
        || world.range_of(number).is_some();
    if known {
        Ok(())
    } else {
        Err(Refusal::missing("TelephoneNumberNotFound").with("phoneNumber", number.to_string()))
    }
}
