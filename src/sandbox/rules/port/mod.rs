//! Ports: ordering numbers from other carriers, changing the order, calling it
//! off, telling the carrier to go ahead. `turn` is what happens by itself, and
//! `verdict` what the carriers on both sides think of an order.

mod submit;
#[cfg(test)]
mod tests;
mod turn;
mod update;
mod verdict;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{OrderedNumber, Outcome, Refusal, account_exists, count};
use crate::api::wire;
use crate::model::{AccountId, Field, PhoneNumber, Record};
use crate::sandbox::event::{Event, EventKind, EventStatus};
use crate::sandbox::port::calendar::{self, AutoTrigger, Country};
use crate::sandbox::port::{CancelType, Pin, Port, PortRange, Reaction, Terms};
use crate::sandbox::world::{EventKey, World};

pub use submit::{Purpose, portable};
pub use turn::{adopt, advance, when};

/// What can be done about ports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "act")]
pub enum PortCommand {
    Submit(Box<PortOrder>),
    Update {
        account: AccountId,
        id: String,
        /// A PUT: the whole object came back.
        whole: bool,
        fragment: Box<TermsFragment>,
    },
    Cancel {
        account: AccountId,
        id: String,
    },
    Trigger {
        account: AccountId,
        id: String,
    },
    /// The carriers' side, played by whoever runs the sandbox.
    Carrier {
        id: String,
        does: CarrierAction,
    },
}

/// An order with a `port` (S:TelephoneNumberActivationsV2X).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PortOrder {
    pub account: AccountId,
    pub numbers: Vec<OrderedNumber>,
    pub terms: Terms,
    /// The numbers' own record, where it is not what the losing carrier is shown (E6).
    pub csr: Record,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub e911: Option<Record>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listing: Option<wire::DirectoryListing>,
}

/// The members of a port that can be changed. Absent is left alone, null clears.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TermsFragment {
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub csr: Field<Record>,
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub billing_number: Field<PhoneNumber>,
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub crd: Field<Date>,
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub wire_type: Field<String>,
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub authorized_name: Field<String>,
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub wireless_account: Field<String>,
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub pin: Field<Pin>,
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub telecom: Field<Map<String, Value>>,
}

/// `POST /sandbox/ports/{portId}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "action", deny_unknown_fields)]
pub enum CarrierAction {
    Reject {
        #[serde(default)]
        code: Option<String>,
        #[serde(default)]
        message: Option<String>,
        #[serde(default)]
        reaction: Option<Reaction>,
    },
    /// A firm order commitment, for the requested date or this one.
    Foc {
        #[serde(default)]
        date: Option<Date>,
    },
    RemoveFoc,
    CancelByCarrier,
    Complete,
    /// People at the carriers work on it: it waits for `resume` or another action.
    HotCut,
    ResellerPending,
    /// Back to the carrier, and on by itself.
    Resume,
}

pub fn perform(
    world: &mut World,
    command: &PortCommand,
    now: Timestamp,
) -> Result<Outcome, Refusal> {
    match command {
        PortCommand::Submit(order) => submit::submit(world, order, now),
        PortCommand::Update {
            account,
            id,
            whole,
            fragment,
        } => update::update(world, (account, id), (*whole, fragment), now),
        PortCommand::Cancel { account, id } => cancel(world, account, id, now),
        PortCommand::Trigger { account, id } => trigger(world, account, id, now),
        PortCommand::Carrier { id, does } => turn::by_carrier(world, id, does, now),
    }
}

/// An account's port and its event; 404 where there is none.
pub fn found<'a>(
    world: &'a World,
    account: &AccountId,
    id: &str,
) -> Result<(&'a Port, &'a Event), Refusal> {
    account_exists(world, account)?;
    pair(world, id)
        .filter(|(port, _)| port.account == *account)
        .ok_or_else(|| Refusal::missing("PortNotFound").with("portId", id))
}

fn pair<'a>(world: &'a World, id: &str) -> Option<(&'a Port, &'a Event)> {
    Some((world.porting.ports.get(id)?, world.events.get(&key(id))?))
}

fn key(id: &str) -> EventKey {
    EventKey {
        reference: id.to_owned(),
        kind: EventKind::PortRequest,
    }
}

/// Whose holidays count for a port: its numbers'.
fn country(world: &World, port: &Port) -> Country {
    port.numbers
        .first()
        .and_then(|number| world.porting.range_of(*number))
        .map_or(Country::Usa, |(_, range)| Country::parse(&range.country))
}

fn carrier_type<'a>(world: &'a World, port: &Port) -> &'a str {
    world
        .carrier(&port.carrier)
        .and_then(|carrier| carrier.carrier_type.as_deref())
        .unwrap_or("NO_API")
}

/// Refuses to do this to a port in its present state.
fn wrong_state(id: &str, port: &Port, event: &Event) -> Refusal {
    Refusal::bad("InvalidPortStatus")
        .with("portId", id)
        .with("status", port.status.name())
        .with("activationStatusType", event.status.name())
}

/// DELETE …/cancelport. What is within two business days of its FOC costs the
/// carriers more: it is expedited.
fn cancel(
    world: &mut World,
    account: &AccountId,
    id: &str,
    now: Timestamp,
) -> Result<Outcome, Refusal> {
    let (port, event) = found(world, account, id)?;
    let lawful = match event.status {
        EventStatus::Pending
        | EventStatus::InProgress
        | EventStatus::FocReceived
        | EventStatus::FocRemoved
        | EventStatus::Rejected => port.triggered.is_none(),
        EventStatus::Cancelled
        | EventStatus::CancelPending
        | EventStatus::CarrierCancelled
        | EventStatus::DeletePending
        | EventStatus::DeleteScheduled
        | EventStatus::Completed
        | EventStatus::CorrectedCompleted
        | EventStatus::Cooldown
        | EventStatus::HotCutPort
        | EventStatus::OnHold
        | EventStatus::ResellerPending => false,
    };
    if !lawful {
        return Err(wrong_state(id, port, event));
    }
    let near = port.foc.is_some_and(|foc| {
        calendar::business_days_between(calendar::today(now), foc, country(world, port)) <= 2
    });
    let numbers = port.numbers.clone();
    if let Some(port) = world.porting.ports.get_mut(id) {
        port.cancelled = Some(if near {
            CancelType::Expedited
        } else {
            CancelType::Normal
        });
    }
    turn::enter(
        world,
        id,
        EventStatus::CancelPending,
        ("", "Cancel Port"),
        now,
    );
    for number in numbers {
        count(world, number, |orders| orders.port_cancellations += 1);
    }
    Ok(Outcome::default())
}

/// PUT …/triggerport: only on the FOC date, and before the carrier would do it
/// by itself (B4).
fn trigger(
    world: &mut World,
    account: &AccountId,
    id: &str,
    now: Timestamp,
) -> Result<Outcome, Refusal> {
    let (port, event) = found(world, account, id)?;
    let received = event.status == EventStatus::FocReceived;
    let Some(foc) = port.foc.filter(|_| received) else {
        return Err(wrong_state(id, port, event));
    };
    if port.triggered.is_some() {
        return Err(Refusal::bad("PortAlreadyTriggered").with("portId", id));
    }
    let carrier = carrier_type(world, port);
    let by_itself = AutoTrigger::of(carrier);
    if !by_itself.published {
        return Err(Refusal::bad("TriggerNotSupported").with("inboundCarrierType", carrier));
    }
    let (opens, closes) = by_itself.window(foc);
    if now < opens {
        return Err(Refusal::bad("NotFocDate").with("focDate", foc.to_string()));
    }
    if now >= closes {
        return Err(Refusal::bad("AutoTriggerTimePassed").with("focDate", foc.to_string()));
    }
    let numbers = port.numbers.clone();
    if let Some(port) = world.porting.ports.get_mut(id) {
        port.triggered = Some(now);
    }
    turn::enter(
        world,
        id,
        EventStatus::FocReceived,
        ("TRIGGER", "Port triggered"),
        now,
    );
    for number in numbers {
        count(world, number, |orders| orders.port_triggers += 1);
    }
    Ok(Outcome::default())
}

fn range_of(world: &World, number: PhoneNumber) -> Option<&PortRange> {
    world.porting.range_of(number).map(|(_, range)| range)
}
