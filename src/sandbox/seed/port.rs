//! Ports in a seed: the blocks that other carriers serve, what those have on
//! file, and ports that are under way when the world begins.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::build::carrier;
use super::yes;
use crate::model::{AccountId, CarrierId, CarrierStatus, PhoneNumber, Record};
use crate::sandbox::event::{self, Event, EventKind, EventStatus, Log};
use crate::sandbox::port::calendar::{self, Country};
use crate::sandbox::port::{
    Behaviour, LosingCarrier, Pin, Port, PortRange, Reaction, Terms, carrier_status,
};
use crate::sandbox::rules::port::adopt;
use crate::sandbox::world::{EventKey, Listing, Number, World};

/// A block of numbers that other carriers serve: what can be ported.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PortableSeed {
    /// The digits that its numbers begin with; within a block of the inventory
    /// the longer prefix counts.
    pub prefix: String,
    /// The carriers' name of the area, in capitals.
    pub rate_center: String,
    /// Two letters; "" for toll-free numbers.
    pub state: String,
    /// USA or CAN: whose holidays count.
    pub country: String,
    /// Mobile numbers: to port them takes an account number and a PIN.
    #[serde(default)]
    pub wireless: bool,
    /// They can be moved at all.
    #[serde(default = "yes")]
    pub portable: bool,
    /// The partition has a carrier there.
    #[serde(default = "yes")]
    pub service_available: bool,
    /// The carrier that wins the numbers.
    #[serde(default)]
    pub carrier_id: Option<String>,
}

/// What the carrier that loses a number has on file of it, and how it behaves.
/// What isn't said is not checked.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LosingCarrierSeed {
    /// The number that it loses.
    pub phone_number: PhoneNumber,
    /// Begins its rejections' messages.
    #[serde(default)]
    pub name: String,
    /// Whose number it is, and where.
    #[serde(default)]
    #[schemars(with = "Option<BTreeMap<String, Value>>")]
    pub customer_service_record: Option<Record>,
    /// Compare the record to the letter, punctuation and case included.
    #[serde(default)]
    pub strict_csr: bool,
    /// The main number (BTN) of the customer's account there.
    #[serde(default)]
    pub billing_telephone_number: Option<PhoneNumber>,
    /// The customer's account there (`wirelessAccountNumber` in an order).
    #[serde(default)]
    pub account_number: Option<String>,
    /// Never shown again.
    #[serde(default)]
    pub pin: Option<Pin>,
    /// The customer froze the number; only the right PIN lifts it.
    #[serde(default)]
    pub freeze: bool,
    /// The person who may order a port.
    #[serde(default)]
    pub authorized_name: Option<String>,
    /// What it does with an order that is right in every detail.
    #[serde(default)]
    pub behaviour: Behaviour,
    /// What its rejections ask for; without it, what suits the reason.
    #[serde(default)]
    pub l3_reaction: Option<Reaction>,
}

/// A port that is under way, or over, when the world begins. Its numbers need
/// not be among the account's `numbers`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PortSeed {
    /// Its id in paths.
    pub id: String,
    /// The numbers that are moved.
    pub telephone_numbers: Vec<PhoneNumber>,
    /// Where its event stands.
    pub activation_status_type: EventStatus,
    /// The first of `telephoneNumbers` without it.
    #[serde(default)]
    pub billing_telephone_number: Option<PhoneNumber>,
    /// The first day on offer without it.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub crd_date: Option<Date>,
    /// The requested date without it, where there is an FOC.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub foc_date: Option<Date>,
    /// Wireline or Wireless; without it, what the first number is.
    #[serde(default)]
    pub porting_wire_type: Option<String>,
    /// The person who ordered it.
    #[serde(default)]
    pub porting_authorized_name: String,
    /// The customer's account at the losing carrier.
    #[serde(default)]
    pub wireless_account_number: String,
    /// The customer's PIN there; never shown again.
    #[serde(default)]
    pub wireless_pin: Pin,
    /// What the losing carrier is shown.
    #[schemars(with = "BTreeMap<String, Value>")]
    pub customer_service_record: Record,
    /// Canadian ports: who has the numbers now, and since when they may be taken.
    #[serde(default)]
    pub telecom_settings: Option<Map<String, Value>>,
    /// What its rejection asks for.
    #[serde(default)]
    pub l3_reaction: Option<Reaction>,
    /// The carrier's last words.
    #[serde(default)]
    pub message: String,
    /// Nobody carries it on.
    #[serde(default)]
    pub stuck: bool,
}

/// Adds a block that others serve.
pub fn add_portable(
    world: &mut World,
    seed: PortableSeed,
    first_carrier: &CarrierId,
) -> Result<(), String> {
    let PortableSeed {
        prefix,
        rate_center,
        state,
        country,
        wireless,
        portable,
        service_available,
        carrier_id,
    } = seed;
    let digits = prefix.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || prefix.len() > 11 || !prefix.starts_with('1') {
        return Err(format!(
            "portable {prefix:?}: a prefix is up to 11 digits beginning with 1"
        ));
    }
    if world.inventory.contains_key(&prefix) {
        return Err(format!("portable {prefix} is in the inventory"));
    }
    let range = PortRange {
        rate_center,
        state,
        country,
        wireless,
        portable,
        service_available,
        carrier: carrier(world, carrier_id, first_carrier)?,
    };
    match world.porting.ranges.insert(prefix.clone(), range) {
        None => Ok(()),
        Some(_) => Err(format!("portable {prefix} is there twice")),
    }
}

/// Adds what a losing carrier has on file.
pub fn add_losing(world: &mut World, seed: LosingCarrierSeed) -> Result<(), String> {
    let LosingCarrierSeed {
        phone_number,
        name,
        customer_service_record,
        strict_csr,
        billing_telephone_number,
        account_number,
        pin,
        freeze,
        authorized_name,
        behaviour,
        l3_reaction,
    } = seed;
    let file = LosingCarrier {
        name,
        csr: customer_service_record,
        strict_csr,
        billing_number: billing_telephone_number,
        account_number,
        pin,
        freeze,
        authorized_name,
        behaviour,
        reaction: l3_reaction,
    };
    match world.porting.losing.insert(phone_number, file) {
        None => Ok(()),
        Some(_) => Err(format!("losing carrier of {phone_number} is there twice")),
    }
}

/// Adds a port with its event, and the numbers that the account doesn't list.
pub fn add_port(
    world: &mut World,
    account: &AccountId,
    seed: PortSeed,
    first_carrier: &CarrierId,
    now: Timestamp,
) -> Result<(), String> {
    let PortSeed {
        id,
        telephone_numbers: numbers,
        activation_status_type: status,
        billing_telephone_number,
        crd_date,
        foc_date,
        porting_wire_type,
        porting_authorized_name,
        wireless_account_number,
        wireless_pin,
        customer_service_record,
        telecom_settings,
        l3_reaction,
        message,
        stuck,
    } = seed;
    let first = *numbers
        .first()
        .ok_or_else(|| format!("port {id:?} has no numbers"))?;
    if id.is_empty() || world.porting.ports.contains_key(&id) {
        return Err(format!("port {id:?} has no id of its own"));
    }
    let promised = matches!(status, EventStatus::FocReceived | EventStatus::Completed);
    let accepted = promised || status == EventStatus::InProgress;
    let crd = crd_date.unwrap_or_else(|| first_day(world, first, now));
    let port = Port {
        account: account.clone(),
        numbers: numbers.clone(),
        status: carrier_status(status, None),
        carrier: carrier_of(world, first, first_carrier),
        terms: Terms {
            csr: customer_service_record,
            billing_number: billing_telephone_number.unwrap_or(first),
            crd,
            wire_type: porting_wire_type.unwrap_or_else(|| wire_type(world, first)),
            authorized_name: porting_authorized_name,
            wireless_account: wireless_account_number,
            pin: wireless_pin,
            telecom: telecom_settings,
        },
        foc: foc_date.or(Some(crd)).filter(|_| promised),
        created: now,
        submitted: None,
        completed: Some(now).filter(|_| status == EventStatus::Completed),
        cancelled: None,
        parent_order: accepted.then(|| format!("PON-{id}")),
        reaction: l3_reaction,
        triggered: None,
        focs_removed: 0,
    };
    for number in &numbers {
        let number = *number;
        match world.numbers.get_mut(&number) {
            Some(state) if state.account == *account => {
                state.port_id = Some(id.as_str().into());
                state.status = port.status.clone();
            }
            Some(_) => return Err(format!("port {id}: number {number} is on another account")),
            None => {
                let state = Number {
                    account: account.clone(),
                    status: port.status.clone(),
                    carrier: port.carrier.clone(),
                    order_version: world.ids.sequence(),
                    csr: Arc::new(port.terms.csr.clone()),
                    e911: None,
                    correction: None,
                    listing: Listing {
                        listed: false,
                        listing_type: "PORTED".into(),
                        address: None,
                    },
                    reference: None,
                    assign_as_caller_id: false,
                    operational_status: None,
                    port_id: Some(id.as_str().into()),
                };
                world.insert_number(number, state);
            }
        }
    }
    let kind = EventKind::PortRequest;
    let event = Event {
        id: world.ids.next(),
        kind,
        reference: id.clone(),
        account: account.clone(),
        number: first,
        status,
        created: now,
        updated: now,
        order: world.ids.sequence(),
        revision: world.ids.sequence(),
        stuck,
        foc_date: None,
        crd_date: None,
        logs: vec![Log {
            status,
            at: now,
            code: event::code(kind, status).to_owned(),
            message,
        }],
    };
    world.porting.ports.insert(id.clone(), port);
    world.put_event(event);
    adopt(world, &id, now);
    Ok(())
}

/// Ports of numbers that only name them, or only have a port's status.
pub fn add_implied(world: &mut World, first_carrier: &CarrierId, now: Timestamp) {
    let mut implied: BTreeMap<String, Vec<PhoneNumber>> = BTreeMap::new();
    for (number, state) in &world.numbers {
        if let Some(id) = state.port_id.as_deref()
            && !world.porting.ports.contains_key(id)
        {
            implied.entry(id.to_owned()).or_default().push(*number);
        }
    }
    for (id, numbers) in implied {
        let key = EventKey {
            reference: id.clone(),
            kind: EventKind::PortRequest,
        };
        let Some((event, first)) = world.events.get(&key).zip(numbers.first().copied()) else {
            continue;
        };
        let Some(state) = world.numbers.get(&first) else {
            continue;
        };
        let (account, status) = (event.account.clone(), event.status);
        let day = |at: Option<Timestamp>| at.map(calendar::today);
        let crd = day(event.crd_date).unwrap_or_else(|| first_day(world, first, now));
        let foc = day(event.foc_date).or(Some(crd));
        let promised = matches!(status, EventStatus::FocReceived | EventStatus::Completed);
        let implied_port = Port {
            account,
            status: state.status.clone(),
            carrier: carrier_of(world, first, first_carrier),
            terms: Terms {
                csr: (*state.csr).clone(),
                billing_number: first,
                crd,
                wire_type: wire_type(world, first),
                authorized_name: String::new(),
                wireless_account: String::new(),
                pin: Pin::default(),
                telecom: None,
            },
            numbers,
            foc: foc.filter(|_| promised),
            created: now,
            submitted: None,
            completed: Some(now).filter(|_| state.status == CarrierStatus::Active),
            cancelled: None,
            parent_order: None,
            reaction: (status == EventStatus::Rejected).then_some(Reaction::Resubmit),
            triggered: None,
            focs_removed: 0,
        };
        world.porting.ports.insert(id.clone(), implied_port);
        adopt(world, &id, now);
    }
}

fn carrier_of(world: &World, number: PhoneNumber, first: &CarrierId) -> CarrierId {
    let range = world.porting.range_of(number).map(|(_, range)| range);
    range.map_or_else(|| first.clone(), |range| range.carrier.clone())
}

fn wire_type(world: &World, number: PhoneNumber) -> String {
    let range = world.porting.range_of(number).map(|(_, range)| range);
    range.map_or("Wireline", PortRange::wire_type).to_owned()
}

fn first_day(world: &World, number: PhoneNumber, now: Timestamp) -> Date {
    let country = world
        .porting
        .range_of(number)
        .map_or(Country::Usa, |(_, range)| Country::parse(&range.country));
    let days = calendar::days_on_offer(now, country);
    days.first().copied().unwrap_or(calendar::today(now))
}
