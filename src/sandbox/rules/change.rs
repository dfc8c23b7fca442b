//! PATCH, PUT and destination: changing a number on an account.
//!
//! Nested objects are replaced whole and a top-level null clears (E25): the
//! platform's merge depth is unknown, and a client that sends less than the
//! whole object must be seen to lose the rest.

use std::sync::Arc;

use jiff::Timestamp;

use crate::api::wire;
use crate::model::{CarrierStatus, Field, Member, Record, UserId};
use crate::sandbox::event::{EventKind, EventStatus};
use crate::sandbox::view;
use crate::sandbox::world::{Listing, Number, Reference, World};

use super::address::{effective_e911, own_e911};
use super::order::{listing_of, reference};
use super::settle::open;
use super::{Change, Fragment, Outcome, Refusal, count, on_account, wrong_state};

/// What a change comes to, once everything about it is found lawful.
struct Decision {
    csr: Option<Record>,
    e911: Option<Option<Record>>,
    listing: Option<Listing>,
    reference: Option<Reference>,
    assign_as_caller_id: Option<bool>,
    operational_status: Option<Option<String>>,
}

pub fn change(world: &mut World, change: &Change, now: Timestamp) -> Result<Outcome, Refusal> {
    let Change {
        account,
        number,
        whole,
        order_version,
        fragment,
    } = change;
    let number = *number;
    let decision = decide(world, change)?;
    let state = on_account(world, account, number)?;
    if let Some(said) = order_version
        && world.switches.strict_order_version
        && *said != view::order_version(state)
    {
        return Err(Refusal::bad("StaleOrderVersion").with("orderVersion", said.as_str()));
    }
    let location_before = own_e911(state);
    let touched = !whole || decision_differs(state, &decision);
    let version = world.ids.sequence();
    let Some(state) = world.numbers.get_mut(&number) else {
        return Err(Refusal::missing("TelephoneNumberNotFound"));
    };
    let Decision {
        csr,
        e911,
        listing,
        reference,
        assign_as_caller_id,
        operational_status,
    } = decision;
    let csr_written = csr.is_some();
    let e911_written = e911.is_some();
    if let Some(csr) = csr {
        state.csr = Arc::new(csr);
    }
    if let Some(e911) = e911 {
        state.e911 = e911.map(Arc::new);
    }
    if let Some(listing) = listing {
        state.listing = listing;
    }
    if state.reference != reference {
        state.assign_as_caller_id = false;
    }
    state.reference = reference;
    if let Some(assign) = assign_as_caller_id {
        state.assign_as_caller_id = assign;
    }
    if let Some(status) = operational_status {
        state.operational_status = status.map(Into::into);
    }
    state.order_version = version;
    // A CSR that moves takes along the 911 address of a number that has none of its own.
    let moved = e911_written || own_e911(state) != location_before;
    if moved {
        state.correction = None;
    }
    if assign_as_caller_id == Some(true) {
        show_as_caller_id(world, change);
    }
    let pending = EventStatus::Pending;
    if csr_written {
        let kind = EventKind::CsrChange;
        open(
            world,
            kind,
            account,
            number,
            pending,
            "Start CSR change",
            now,
        );
    }
    if moved {
        let kind = EventKind::E911Address;
        open(world, kind, account, number, pending, "Start E911", now);
    }
    if touched && *fragment != Fragment::default() {
        count(world, number, |orders| orders.updates += 1);
    }
    Ok(Outcome::default())
}

fn decision_differs(state: &Number, decision: &Decision) -> bool {
    decision.csr.is_some()
        || decision.e911.is_some()
        || decision.listing.is_some()
        || decision.reference != state.reference
        || decision.assign_as_caller_id.is_some()
        || decision.operational_status.is_some()
}

/// Finds out what is meant and whether it may be, without touching the world.
fn decide(world: &World, change: &Change) -> Result<Decision, Refusal> {
    let state = on_account(world, &change.account, change.number)?;
    let Fragment {
        customer_service_record,
        e911_address,
        directory_listing,
        reference_type,
        reference_id,
        assign_as_caller_id,
        operational_status,
    } = &change.fragment;

    let csr = match customer_service_record {
        Field::Absent => None,
        Field::Null if change.whole => None,
        Field::Null => return Err(Refusal::bad("CustomerServiceRecordRequired")),
        Field::Value(csr) if change.whole && *csr == *state.csr => None,
        Field::Value(csr) => Some(csr.clone()),
    };
    let e911 = match e911_address {
        Field::Absent => None,
        Field::Null if change.whole && state.e911.is_none() => None,
        Field::Null => Some(None),
        Field::Value(address) if change.whole && is_same_e911(state, address) => None,
        Field::Value(address) => Some(Some(address.clone())),
    };
    let listing = match directory_listing {
        Field::Absent => None,
        Field::Null if change.whole => None,
        Field::Null => Some(listing_of(world, None)),
        Field::Value(said) => Some(merged_listing(world, state, said)),
    }
    .filter(|listing| !change.whole || *listing != state.listing);
    let live = state.reference.as_ref();
    let text = |field: &Field<String>, live: Option<&str>| match field {
        Field::Absent => live.map(str::to_owned),
        Field::Null => None,
        Field::Value(text) => Some(text.clone()),
    };
    let wanted_type = text(reference_type, live.map(|r| &*r.reference_type));
    let wanted_id = text(reference_id, live.map(|r| &*r.id));
    let target = reference(
        world,
        &change.account,
        wanted_type.as_deref(),
        wanted_id.as_deref(),
    )?;
    let assign = match assign_as_caller_id {
        Field::Absent | Field::Null => None,
        Field::Value(same) if change.whole && *same == state.assign_as_caller_id => None,
        Field::Value(assign) => Some(*assign),
    };
    if assign == Some(true)
        && target
            .as_ref()
            .is_none_or(|t| &*t.reference_type != "END_USER")
    {
        return Err(Refusal::bad("AssignAsCallerIdRequiresEndUser"));
    }
    let operational = match operational_status {
        Field::Absent => None,
        Field::Null => Some(None),
        Field::Value(status) => Some(Some(status.clone())),
    }
    .filter(|status| status.as_deref() != state.operational_status.as_deref());

    let decision = Decision {
        csr,
        e911,
        listing,
        reference: target,
        assign_as_caller_id: assign,
        operational_status: operational,
    };
    may_be(world, change, state, &decision)?;
    Ok(decision)
}

/// The state machine's table of lawful writes (B1), and the carrier's abilities.
fn may_be(
    world: &World,
    change: &Change,
    state: &Number,
    decision: &Decision,
) -> Result<(), Refusal> {
    let beyond_reference = decision.csr.is_some()
        || decision.e911.is_some()
        || decision.listing.is_some()
        || decision.operational_status.is_some();
    let lawful = match &state.status {
        CarrierStatus::Active => true,
        CarrierStatus::ActivationOnHold
        | CarrierStatus::ActivationPending
        | CarrierStatus::PortPending
        | CarrierStatus::PortRejected => !beyond_reference,
        CarrierStatus::CancelPort
        | CarrierStatus::CancelPortExpedited
        | CarrierStatus::CancelPortComplete
        | CarrierStatus::DeletePending
        | CarrierStatus::Deleted
        | CarrierStatus::Cooldown
        | CarrierStatus::Recovered
        | CarrierStatus::Inventory
        | CarrierStatus::InventoryClaimed
        | CarrierStatus::Other(_) => false,
    };
    if !lawful {
        return Err(wrong_state(change.number, state));
    }
    let carrier = world.carrier(&state.carrier);
    let can = |ability: fn(&wire::InboundCarrier) -> Option<bool>| {
        carrier.and_then(ability).unwrap_or(true)
    };
    if let Some(csr) = &decision.csr {
        let name_changed = csr.get(Member::CustomerName) != state.csr.get(Member::CustomerName);
        let rest_changed = Member::ALL
            .into_iter()
            .filter(|member| *member != Member::CustomerName)
            .any(|member| csr.get(member) != state.csr.get(member));
        if (rest_changed || !name_changed) && !can(|carrier| carrier.supports_csr_update) {
            return Err(Refusal::bad("CSRUpdateNotSupported"));
        }
        if name_changed && !can(|carrier| carrier.support_cnam_change) {
            return Err(Refusal::bad("CNAMChangeNotSupported"));
        }
    }
    if decision.listing.is_some() && !can(|carrier| carrier.support_directory_listing) {
        return Err(Refusal::bad("DirectoryListingNotSupported"));
    }
    if let Some(listing) = &decision.listing
        && &*listing.listing_type == "PORTED"
        && *listing.listing_type != *state.listing.listing_type
    {
        return Err(Refusal::bad("InvalidDirectoryListingType"));
    }
    Ok(())
}

/// The whole object that came back says nothing new about 911: neither than
/// the address of its own, nor than the CSR's, which a GET may echo in its place.
fn is_same_e911(state: &Number, address: &Record) -> bool {
    match &state.e911 {
        Some(own) => **own == *address,
        None => Member::ALL
            .into_iter()
            .filter(|member| member.in_e911())
            .all(|member| effective_e911(state).get(member) == address.get(member)),
    }
}

/// The listing object replaces the live one whole; only its type has a default.
fn merged_listing(world: &World, state: &Number, said: &wire::DirectoryListing) -> Listing {
    let mut listing = listing_of(world, Some(said));
    if said.listing_type.is_none() {
        listing.listing_type = state.listing.listing_type.clone();
    }
    listing
}

/// The user of the reference shows this number from now on, visibly (O:destination).
fn show_as_caller_id(world: &mut World, change: &Change) {
    let Some(reference) = world
        .numbers
        .get(&change.number)
        .and_then(|state| state.reference.clone())
    else {
        return;
    };
    let user = world
        .accounts
        .get_mut(&change.account)
        .and_then(|account| account.users.get_mut(&UserId::new(&*reference.id)));
    if let Some(user) = user {
        let config = user.caller_id.get_or_insert_default();
        config.caller_id_number = Some(change.number.to_string());
        config.external_caller_id_visible = true;
    }
}
