//! What is in flight: every port, activation and change that the carriers still
//! work on or have refused, with its dates. `alz status` and `alz port show`
//! print it; the words are those of the plan's notes, from the same place.

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::desired::Trigger;
use crate::model::live::EventKind;
use crate::model::{
    AccountId, DesiredAccount, DesiredPort, LiveAccount, LivePort, PhoneNumber, PortId, PortState,
};
use crate::plan::document::NoteKind;
use crate::plan::{Checks, Context};

use super::events;
use super::number::{Standing, Subject, standing};
use super::port::progress::{Progress, auto_trigger, progress};
use super::saying::Saying;

/// The kinds of work that take time.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "camelCase")]
pub enum FlightKind {
    Port,
    Activation,
    E911Address,
    CustomerServiceRecord,
    Disconnect,
}

/// One thing in flight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InFlight {
    /// What it is.
    pub kind: FlightKind,
    /// The account it is on.
    pub account: AccountId,
    /// The port's name in the files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The port's id on the platform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port_id: Option<PortId>,
    /// The numbers it is about, in order.
    pub numbers: Vec<PhoneNumber>,
    /// The platform's own word for where it stands; NOT_ORDERED for a port
    /// that is declared and not there yet.
    pub state: String,
    /// When it came into that state (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub since: Option<Timestamp>,
    /// Where it stands, in words.
    pub reason: String,
    /// The way out, where a person can do something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// It does not go on by itself.
    pub needs_attention: bool,
    /// When it is expected to end (date, or date-time with its zone's offset).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// The carrier that wins the numbers (S:PortX.carrierType).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    /// The carrier's order number (PON).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    /// The customer request date (CRD).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub crd_date: Option<Date>,
    /// The day that the losing carrier has committed to (FOC).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub foc_date: Option<Date>,
    /// When the winning carrier moves the numbers by itself (RFC 3339, with the
    /// offset of the carrier's zone).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_trigger: Option<String>,
    /// What has happened so far, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timeline: Vec<Moment>,
}

impl InFlight {
    /// A port that is declared and not on the platform: nothing moves until
    /// somebody orders it.
    pub fn is_unordered(&self) -> bool {
        self.kind == FlightKind::Port && self.port_id.is_none()
    }
}

/// A line of its history (S:ServiceActivationEventLogX).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Moment {
    /// When (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub at: Option<Timestamp>,
    /// The state it was in, or went to.
    pub status: String,
    /// The carrier's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The carrier's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// The state of a port that is declared and not there yet.
const NOT_ORDERED: &str = "NOT_ORDERED";

/// All that is in flight on an account; what needs attention comes first, then
/// what is expected to end first.
pub fn status(desired: &DesiredAccount, live: &LiveAccount, context: &Context) -> Vec<InFlight> {
    let planned = |number: &PhoneNumber| context.only.is_none_or(|only| only.contains(number));
    let mut flights = Vec::new();
    for port in live.ports.values() {
        let declared = port
            .numbers
            .iter()
            .any(|number| desired.numbers.contains_key(number));
        let shown =
            !port.state.is_over() || (port.state == PortState::CarrierCancelled && declared);
        if shown && port.numbers.iter().any(planned) {
            flights.push(port_in_flight(port, desired, context));
        }
    }
    for port in &desired.ports {
        flights.extend(not_ordered(port, desired, live, context));
    }
    flights.extend(unread(desired, live, context));
    for (number, listed) in &live.numbers {
        if !planned(number) {
            continue;
        }
        let events = live.events.get(number).map_or(&[][..], Vec::as_slice);
        let held = match standing(Some(listed)) {
            Standing::OnHold(_) => {
                Some("its activation is on hold, until a file says holdActivation: false")
            }
            Standing::Activating(_) => Some("its activation is under way"),
            Standing::Active(_)
            | Standing::Porting(_)
            | Standing::PortRejected
            | Standing::Moving(_)
            | Standing::Strange(_)
            | Standing::NotHere => None,
        };
        if let Some(words) = held {
            let event = events::of_kind(events, EventKind::Activation);
            flights.push(match event.filter(|event| event.is_rejected()) {
                Some(event) => of_number(
                    desired,
                    (FlightKind::Activation, *number),
                    (&event.status, event.updated),
                    Saying::blocked(format!(
                        "the carrier rejected its activation: {}",
                        events::words(event)
                    ))
                    .help("ask the provider's support to resubmit or cancel it"),
                ),
                None => of_number(
                    desired,
                    (FlightKind::Activation, *number),
                    (listed.status.name(), event.and_then(|event| event.updated)),
                    Saying::waiting(words),
                ),
            });
        }
        // In the words of the plan, each object's own.
        for event in events {
            let kind = match event.kind {
                EventKind::E911Address => FlightKind::E911Address,
                EventKind::CsrChange => FlightKind::CustomerServiceRecord,
                EventKind::Disconnect => FlightKind::Disconnect,
                // Said above, by the number's own status or its port.
                EventKind::Activation | EventKind::PortRequest => continue,
            };
            let saying = if kind == FlightKind::Disconnect {
                disconnect(event)
            } else {
                let subject = Subject {
                    account: &desired.account,
                    number: *number,
                    live,
                    source: desired.source,
                    context,
                    checks: &Checks::default(),
                };
                let offer = subject.offer();
                events::in_force(std::slice::from_ref(event), false, false, offer.as_ref()).pop()
            };
            if let Some(saying) = saying {
                flights.push(of_number(
                    desired,
                    (kind, *number),
                    (&event.status, event.updated),
                    saying,
                ));
            }
        }
    }
    flights.sort_by(|left, right| order(left).cmp(&order(right)));
    flights
}

fn disconnect(event: &crate::model::LiveEvent) -> Option<Saying> {
    if event.is_rejected() {
        return Some(
            Saying::blocked(format!(
                "its disconnection was rejected: {}",
                events::words(event)
            ))
            .help("ask the provider's support"),
        );
    }
    events::is_open(event)
        .then(|| Saying::waiting(format!("it is being disconnected ({})", event.status)))
}

/// By need, by the moment it is expected to end (a date comes before the hours
/// of its day; what nobody dates comes last), by number.
fn order(flight: &InFlight) -> (bool, bool, &str, &[PhoneNumber], FlightKind) {
    (
        !flight.needs_attention,
        flight.until.is_none(),
        flight.until.as_deref().unwrap_or(""),
        &flight.numbers,
        flight.kind,
    )
}

fn of_number(
    desired: &DesiredAccount,
    (kind, number): (FlightKind, PhoneNumber),
    (state, since): (&str, Option<Timestamp>),
    saying: Saying,
) -> InFlight {
    InFlight {
        kind,
        account: desired.account.clone(),
        name: None,
        port_id: None,
        numbers: vec![number],
        state: state.to_owned(),
        since,
        needs_attention: saying.kind == NoteKind::Blocked,
        reason: saying.reason,
        help: saying.help,
        until: saying.until,
        carrier: None,
        order: None,
        crd_date: None,
        foc_date: None,
        auto_trigger: None,
        timeline: Vec::new(),
    }
}

/// A live port, with the name that the files have for it.
pub fn port_in_flight(port: &LivePort, desired: &DesiredAccount, context: &Context) -> InFlight {
    let declaration = desired.ports.iter().find(|declared| {
        declared
            .numbers
            .iter()
            .any(|number| port.numbers.contains(number))
    });
    let name = declaration.map(|declared| declared.name.as_str());
    let on_foc_date = declaration
        .is_some_and(|declared| declared.port.trigger.value() == Some(&Trigger::OnFocDate));
    let Progress { saying, warning } = progress(port, name, on_foc_date, context);
    // Long in one state is no reason to worry a reader twice.
    let (help, late) = match (&saying.help, warning) {
        (None, Some(warning)) => (
            warning.help.clone(),
            (port.state == PortState::Pending).then_some(warning.reason),
        ),
        (help, _) => (help.clone(), None),
    };
    InFlight {
        kind: FlightKind::Port,
        account: desired.account.clone(),
        name: name.map(str::to_owned),
        port_id: Some(port.id.clone()),
        numbers: port.numbers.clone(),
        state: port.state.name().to_owned(),
        since: port.since(),
        needs_attention: saying.kind == NoteKind::Blocked
            || late.is_some()
            || port.state == PortState::CarrierCancelled,
        reason: late.unwrap_or(saying.reason),
        help,
        until: saying.until,
        carrier: port.carrier_type.as_deref().map(str::to_owned),
        order: port.order.as_deref().map(str::to_owned),
        crd_date: port.crd,
        foc_date: port.foc,
        auto_trigger: port
            .foc
            .and_then(|foc| auto_trigger(port.auto_trigger(), foc)),
        timeline: port.log.iter().map(moment).collect(),
    }
}

fn moment(line: &crate::model::porting::PortLog) -> Moment {
    let crate::model::porting::PortLog {
        status,
        at,
        code,
        message,
    } = line;
    let some = |text: &str| (!text.trim().is_empty()).then(|| text.to_owned());
    Moment {
        at: *at,
        status: status.to_string(),
        code: some(code),
        message: some(message),
    }
}

/// Ports whose order or event could not be read: what the listing and the event
/// search say of their numbers. Not to show them would say that they are done.
fn unread(desired: &DesiredAccount, live: &LiveAccount, context: &Context) -> Vec<InFlight> {
    let mut flights: Vec<InFlight> = Vec::new();
    for (number, listed) in &live.numbers {
        let planned = context.only.is_none_or(|only| only.contains(number));
        let read = listed
            .port
            .as_ref()
            .is_some_and(|id| live.ports.contains_key(id));
        if !planned || read {
            continue;
        }
        let subject = Subject {
            account: &desired.account,
            number: *number,
            live,
            source: desired.source,
            context,
            checks: &Checks::default(),
        };
        let Some(saying) = subject.unread_port() else {
            continue;
        };
        let event = events::of_kind(subject.events(), EventKind::PortRequest);
        let same = |flight: &&mut InFlight| {
            flight.port_id.is_some()
                && flight.port_id == listed.port
                && flight.state == listed.status.name()
                && flight.reason == saying.reason
        };
        if let Some(flight) = flights.iter_mut().find(same) {
            flight.numbers.push(*number);
            continue;
        }
        let declaration = desired
            .ports
            .iter()
            .find(|declared| declared.numbers.contains(number));
        flights.push(InFlight {
            name: declaration.map(|declared| declared.name.clone()),
            port_id: listed.port.clone(),
            ..of_number(
                desired,
                (FlightKind::Port, *number),
                (listed.status.name(), event.and_then(|event| event.updated)),
                saying,
            )
        });
    }
    flights
}

/// A declared port, as far as none of its numbers is there or on its way.
fn not_ordered(
    port: &DesiredPort,
    desired: &DesiredAccount,
    live: &LiveAccount,
    context: &Context,
) -> Option<InFlight> {
    let mut absent = Vec::new();
    for number in &port.numbers {
        let wanted = desired
            .numbers
            .get(number)
            .is_some_and(|declared| !declared.released);
        let planned = context.only.is_none_or(|only| only.contains(number));
        match standing(live.numbers.get(number)) {
            Standing::NotHere if wanted && planned => absent.push(*number),
            Standing::NotHere
            | Standing::Active(_)
            | Standing::OnHold(_)
            | Standing::Activating(_)
            | Standing::Porting(_)
            | Standing::PortRejected
            | Standing::Moving(_)
            | Standing::Strange(_) => {}
        }
    }
    if absent.is_empty() {
        return None;
    }
    Some(InFlight {
        kind: FlightKind::Port,
        account: desired.account.clone(),
        name: Some(port.name.clone()),
        port_id: None,
        numbers: absent,
        state: NOT_ORDERED.to_owned(),
        since: None,
        reason: "declared, and not ordered yet".to_owned(),
        help: Some("`alz plan` says whether it can be ordered, `alz apply` orders it".to_owned()),
        needs_attention: false,
        until: None,
        carrier: None,
        order: None,
        crd_date: port
            .port
            .crd_date
            .value()
            .and_then(|text| crate::model::meaning::date::day(text.as_str(), None)),
        foc_date: None,
        auto_trigger: None,
        timeline: Vec::new(),
    })
}
