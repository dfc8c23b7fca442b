//! POST with a `port`: all numbers of an order are taken, or none is.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::{Outcome, PortOrder, Refusal, account_exists, calendar, count, range_of, turn};
use crate::model::{AccountId, CarrierStatus, Member, PhoneNumber};
use crate::sandbox::event::{EventKind, EventStatus};
use crate::sandbox::port::calendar::Country;
use crate::sandbox::port::{Port, PortRange, Terms};
use crate::sandbox::rules::order::{forget_former_events, reference_of};
use crate::sandbox::rules::release::leave;
use crate::sandbox::rules::settle::open_for;
use crate::sandbox::world::{EventKey, Listing, Number, Stock, World};

/// From so many numbers on a port is a project that people work on (E14).
const PROJECT: usize = 50;

pub fn submit(world: &mut World, order: &PortOrder, now: Timestamp) -> Result<Outcome, Refusal> {
    let PortOrder {
        account,
        numbers: ordered,
        terms,
        csr,
        e911,
        listing,
    } = order;
    account_exists(world, account)?;
    let numbers: Vec<PhoneNumber> = ordered.iter().map(|ordered| ordered.number).collect();
    let range = portable(world, Purpose::Order(account), &numbers)?;
    terms_are_complete(terms, range)?;
    if terms.crd < calendar::today(now) {
        return Err(Refusal::bad("CrdDateInPast").with("crdDate", terms.crd.to_string()));
    }
    let carrier = range.carrier.clone();
    let references = ordered
        .iter()
        .map(|ordered| reference_of(world, account, ordered))
        .collect::<Result<Vec<_>, _>>()?;

    let id = world.ids.next();
    let csr = Arc::new(csr.clone());
    let e911 = e911.clone().map(Arc::new);
    let listed = listing.as_ref().and_then(|listing| listing.listed);
    for (ordered, reference) in ordered.iter().zip(references) {
        let number = ordered.number;
        // What is left of an order that was called off.
        leave(world, number);
        let state = Number {
            account: account.clone(),
            status: CarrierStatus::PortPending,
            carrier: carrier.clone(),
            order_version: world.ids.sequence(),
            csr: Arc::clone(&csr),
            e911: e911.clone(),
            correction: None,
            listing: Listing {
                listed: listed.unwrap_or(false),
                listing_type: "PORTED".into(),
                address: None,
            },
            reference,
            assign_as_caller_id: false,
            operational_status: ordered.operational_status.as_deref().map(Into::into),
            port_id: Some(id.as_str().into()),
        };
        world.insert_number(number, state);
        world.stock.remove(&number);
        forget_former_events(world, number);
        count(world, number, |orders| orders.ports += 1);
    }
    let port = Port {
        account: account.clone(),
        numbers: numbers.clone(),
        status: CarrierStatus::PortPending,
        carrier,
        terms: terms.clone(),
        foc: None,
        created: now,
        submitted: Some(now),
        completed: None,
        cancelled: None,
        parent_order: None,
        reaction: None,
        triggered: None,
        focs_removed: 0,
    };
    let main = turn::main_number(&port);
    world.porting.ports.insert(id.clone(), port);
    let words = if numbers.len() < PROJECT {
        "Start Port"
    } else {
        "Start Port (project port: worked by hand)"
    };
    if let Some(main) = main {
        let key = EventKey {
            reference: id.clone(),
            kind: EventKind::PortRequest,
        };
        open_for(
            world,
            key,
            (account, main),
            EventStatus::Pending,
            words,
            now,
        );
        turn::adopt(world, &id, now);
    }
    Ok(Outcome::default())
}

/// What is to be done with the numbers.
#[derive(Clone, Copy, Debug)]
pub enum Purpose<'a> {
    /// They are ordered for this account.
    Order(&'a AccountId),
    /// Days are asked for, of numbers that are to be ordered, or that are being
    /// ported and are to move on another day. The account is said or not.
    Question(Option<&'a AccountId>),
}

/// The one range that serves all of these numbers, if all can be ported together.
pub fn portable<'a>(
    world: &'a World,
    purpose: Purpose<'_>,
    numbers: &[PhoneNumber],
) -> Result<&'a PortRange, Refusal> {
    let account = match purpose {
        Purpose::Order(account) => Some(account),
        Purpose::Question(account) => account,
    };
    let asks_again = |status: &CarrierStatus| {
        matches!(purpose, Purpose::Question(_))
            && matches!(
                status,
                CarrierStatus::PortPending | CarrierStatus::PortRejected
            )
    };
    let mut seen = BTreeSet::new();
    let mut first: Option<&PortRange> = None;
    for number in numbers.iter().copied() {
        let say = |token| Refusal::bad(token).with("phoneNumber", number.to_string());
        if !seen.insert(number) {
            return Err(say("DuplicateTelephoneNumber"));
        }
        // By hand, on other papers (guide, "Submitting a Standard Port").
        if number.is_toll_free() {
            return Err(say("TollFreePortNotSupported"));
        }
        if let Some(state) = world.numbers.get(&number)
            && state.status != CarrierStatus::CancelPortComplete
            && !asks_again(&state.status)
        {
            let refusal = if account == Some(&state.account) {
                say("TelephoneNumberAlreadyOnAccount")
            } else {
                say("TelephoneNumberOnAnotherAccount")
            };
            return Err(match &state.port_id {
                Some(port) if account == Some(&state.account) => refusal.with("portId", &**port),
                Some(_) | None => refusal,
            }
            .with("carrierStatus", state.status.name()));
        }
        let stocked = matches!(
            world.stock.get(&number),
            Some(Stock::Cooldown { .. } | Stock::Recovered { .. })
        );
        if stocked || world.range_of(number).is_some() {
            return Err(say("TelephoneNumberInInventory"));
        }
        let range = range_of(world, number)
            .filter(|range| range.portable)
            .ok_or_else(|| say("TelephoneNumberNotPortable"))?;
        let carrier = world.carrier(&range.carrier);
        let ports = carrier.is_some_and(|carrier| carrier.support_porting.unwrap_or(true));
        if !range.service_available || !ports {
            return Err(say("RateCenterNotAvailable"));
        }
        match first {
            None => first = Some(range),
            Some(other) if other.rate_center != range.rate_center || other.state != range.state => {
                return Err(say("DifferentRateCenters")
                    .with("rateCenter", range.rate_center.as_str())
                    .with("otherRateCenter", other.rate_center.as_str()));
            }
            Some(other) if other.wireless != range.wireless => {
                return Err(say("DifferentPortingWireTypes"));
            }
            Some(_) => {}
        }
    }
    first.ok_or_else(|| Refusal::bad("TelephoneNumbersRequired"))
}

/// What an order must say for its kind, whatever the carriers think of it.
pub fn terms_are_complete(terms: &Terms, range: &PortRange) -> Result<(), Refusal> {
    let Terms {
        csr,
        billing_number: _,
        crd: _,
        wire_type,
        authorized_name,
        wireless_account,
        pin,
        telecom,
    } = terms;
    if wire_type == "Wireless" {
        if wireless_account.is_empty() {
            return Err(Refusal::bad("WirelessAccountNumberRequired"));
        }
        if pin.0.is_empty() {
            return Err(Refusal::bad("WirelessPinRequired"));
        }
    }
    if csr.get(Member::CustomerType) == "BUSINESS" && authorized_name.is_empty() {
        return Err(Refusal::bad("PortingAuthorizedNameRequired"));
    }
    let canadian = Country::parse(&range.country) == Country::Canada;
    if canadian && telecom.is_none() {
        return Err(Refusal::bad("TelecomSettingsRequired"));
    }
    Ok(())
}
