//! Orders for numbers from inventory, on hold or at once.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use crate::api::wire;
use crate::model::{AccountId, CarrierStatus, PhoneNumber};
use crate::sandbox::event::{EventKind, EventStatus};
use crate::sandbox::switches::DuplicateOrder;
use crate::sandbox::world::{Listing, Number, Reference, World};

use super::settle::{decide, open};
use super::{
    Order, OrderedNumber, Outcome, Refusal, account_exists, count, on_account, wrong_state,
};

/// All numbers of an order are taken or none is.
pub fn order(world: &mut World, order: &Order, now: Timestamp) -> Result<Outcome, Refusal> {
    let Order {
        account,
        numbers,
        csr,
        e911,
        listing,
        hold,
    } = order;
    account_exists(world, account)?;
    let ignore_duplicates = world.switches.duplicate_order == DuplicateOrder::Ignored;
    let mut seen = BTreeSet::new();
    let mut accepted = Vec::new();
    for ordered in numbers {
        if !seen.insert(ordered.number) {
            return Err(Refusal::bad("DuplicateTelephoneNumber")
                .with("phoneNumber", ordered.number.to_string()));
        }
        let own = world.numbers.get(&ordered.number);
        if ignore_duplicates && own.is_some_and(|state| state.account == *account) {
            continue;
        }
        can_be_had(world, account, ordered.number, now)?;
        let carrier = world
            .range_of(ordered.number)
            .map(|range| range.carrier.clone())
            .or_else(|| {
                let first = world.carriers.first()?;
                Some(crate::model::CarrierId::new(first.id.clone()))
            })
            .ok_or_else(|| Refusal::bad("CarrierNotFound"))?;
        let reference = reference_of(world, account, ordered)?;
        accepted.push((ordered, carrier, reference));
    }
    let listing = listing_of(world, listing.as_ref());
    let csr = Arc::new(csr.clone());
    let e911 = e911.clone().map(Arc::new);
    for (ordered, carrier, reference) in accepted {
        let number = ordered.number;
        let status = if *hold {
            CarrierStatus::ActivationOnHold
        } else {
            CarrierStatus::ActivationPending
        };
        let state = Number {
            account: account.clone(),
            status,
            carrier,
            order_version: world.ids.sequence(),
            csr: Arc::clone(&csr),
            e911: e911.clone(),
            correction: None,
            listing: listing.clone(),
            reference,
            assign_as_caller_id: false,
            operational_status: ordered.operational_status.as_deref().map(Into::into),
            port_id: None,
        };
        world.insert_number(number, state);
        world.stock.remove(&number);
        world.reservations.remove(&number);
        forget_former_events(world, number);
        let (status, words) = if *hold {
            (EventStatus::OnHold, "Activation on hold")
        } else {
            (EventStatus::Pending, "Start Activation")
        };
        open(
            world,
            EventKind::Activation,
            account,
            number,
            status,
            words,
            now,
        );
        if !*hold {
            register_e911(world, account, number, now);
        }
        count(world, number, |orders| orders.activations += 1);
    }
    Ok(Outcome::default())
}

/// What an earlier owner's carrier or E911 provider said is nothing to this one.
pub fn forget_former_events(world: &mut World, number: PhoneNumber) {
    for kind in [
        EventKind::Activation,
        EventKind::CsrChange,
        EventKind::E911Address,
    ] {
        let key = crate::sandbox::world::EventKey {
            reference: number.to_string(),
            kind,
        };
        if let Some(event) = world.events.remove(&key)
            && let Some(set) = world.index.by_status.get_mut(&event.status)
        {
            set.remove(&(event.order, key));
        }
    }
}

/// An activation that goes to the carrier takes its 911 address along.
pub fn register_e911(world: &mut World, account: &AccountId, number: PhoneNumber, now: Timestamp) {
    let (kind, status) = (EventKind::E911Address, EventStatus::Pending);
    open(world, kind, account, number, status, "Start E911", now);
}

fn can_be_had(
    world: &World,
    account: &AccountId,
    number: PhoneNumber,
    now: Timestamp,
) -> Result<(), Refusal> {
    let digits = number.to_string();
    if let Some(state) = world.numbers.get(&number) {
        let refusal = if state.account == *account {
            Refusal::bad("TelephoneNumberAlreadyOnAccount")
        } else {
            Refusal::bad("TelephoneNumberOnAnotherAccount")
        };
        return Err(refusal
            .with("phoneNumber", digits)
            .with("carrierStatus", state.status.name()));
    }
    if !world.is_free(number) {
        return Err(Refusal::bad("TelephoneNumberNotInInventory").with("phoneNumber", digits));
    }
    match world.reservation(number, now) {
        Some(held) if held.account.as_ref().is_some_and(|owner| owner != account) => {
            Err(Refusal::bad("TelephoneNumberReserved").with("phoneNumber", digits))
        }
        Some(_) | None => Ok(()),
    }
}

pub fn reference_of(
    world: &World,
    account: &AccountId,
    ordered: &OrderedNumber,
) -> Result<Option<Reference>, Refusal> {
    reference(
        world,
        account,
        ordered.reference_type.as_deref(),
        ordered.reference_id.as_deref(),
    )
}

/// A reference is a type and an id, or neither; a user must be the account's own.
pub fn reference(
    world: &World,
    account: &AccountId,
    reference_type: Option<&str>,
    id: Option<&str>,
) -> Result<Option<Reference>, Refusal> {
    match (
        reference_type.filter(|text| !text.is_empty()),
        id.filter(|text| !text.is_empty()),
    ) {
        (None, None) => Ok(None),
        (Some(reference_type), Some(id)) => {
            let user = crate::model::UserId::new(id);
            let known = world
                .accounts
                .get(account)
                .is_some_and(|account| account.users.contains_key(&user));
            if reference_type == "END_USER" && !known {
                return Err(Refusal::bad("InvalidReferenceId").with("referenceId", id));
            }
            Ok(Some(Reference {
                reference_type: reference_type.into(),
                id: id.into(),
            }))
        }
        (Some(_), None) => Err(Refusal::bad("ReferenceIdRequired")),
        (None, Some(_)) => Err(Refusal::bad("ReferenceTypeRequired")),
    }
}

/// A listing with its type: the partition's own where none is said (E18).
pub fn listing_of(world: &World, said: Option<&wire::DirectoryListing>) -> Listing {
    let default = world.default_listing_type();
    Listing {
        listed: said.and_then(|listing| listing.listed).unwrap_or(false),
        listing_type: said
            .and_then(|listing| listing.listing_type.as_deref())
            .unwrap_or(default)
            .into(),
        address: said
            .and_then(|listing| listing.address.clone())
            .map(Arc::new),
    }
}

/// PUT reference/{tn}/type/ACTIVATION with IN_PROGRESS (guide, "Submit On-Hold Activation").
pub fn submit_held(
    world: &mut World,
    account: &AccountId,
    number: PhoneNumber,
    now: Timestamp,
) -> Result<Outcome, Refusal> {
    must_be_held(world, account, number)?;
    if let Some(state) = world.numbers.get_mut(&number) {
        state.status = CarrierStatus::ActivationPending;
    }
    let words = "Submitted to carrier";
    decide(
        world,
        EventKind::Activation,
        number,
        EventStatus::InProgress,
        words,
        now,
    );
    register_e911(world, account, number, now);
    count(world, number, |orders| orders.hold_submissions += 1);
    Ok(Outcome::default())
}

/// The same with CANCELLED: the number goes back to the inventory it came from.
pub fn cancel_held(
    world: &mut World,
    account: &AccountId,
    number: PhoneNumber,
    now: Timestamp,
) -> Result<Outcome, Refusal> {
    must_be_held(world, account, number)?;
    let words = "Activation cancelled";
    decide(
        world,
        EventKind::Activation,
        number,
        EventStatus::Cancelled,
        words,
        now,
    );
    super::release::leave(world, number);
    if world.range_of(number).is_none() {
        // It had come back from a cooldown; there it is again.
        world
            .stock
            .insert(number, crate::sandbox::world::Stock::Recovered { at: now });
    }
    count(world, number, |orders| orders.hold_cancellations += 1);
    Ok(Outcome::default())
}

fn must_be_held(world: &World, account: &AccountId, number: PhoneNumber) -> Result<(), Refusal> {
    let state = on_account(world, account, number)?;
    if state.status == CarrierStatus::ActivationOnHold {
        Ok(())
    } else {
        Err(wrong_state(number, state))
    }
}
