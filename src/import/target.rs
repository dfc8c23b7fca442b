//! What a file is to say of an account, number by number and port by port: the
//! lifecycle table (design, section 3) read from its left column.
//!
//! A number is declared where that asks for nothing: active, on hold, being
//! activated, in a port that goes on. One that is leaving is left out, with the
//! reason: a file that declared it would order it again once it is gone.

use std::collections::BTreeMap;

use crate::model::live::{EventKind, LiveListing, LiveReference};
use crate::model::{
    AccountId, CarrierStatus, Field, LiveAccount, LiveEvent, LiveNumber, Member, PhoneNumber,
    PortId, PortState, Record,
};

use super::address::Address;
use super::comments::clean;
use super::port::{self, Port};
use super::spelling::Spellings;

/// An account as it is.
#[derive(Clone, Copy, Debug)]
pub struct From<'a> {
    pub account: &'a AccountId,
    /// S:Account.accountName.
    pub name: Option<&'a str>,
    /// With the users' caller IDs, where numbers ring users.
    pub live: &'a LiveAccount,
    /// Users by id, as people know them.
    pub users: &'a BTreeMap<String, String>,
}

/// What is to be said of an account.
#[derive(Clone, Debug, Default)]
pub struct Account {
    pub(super) id: String,
    pub(super) name: Option<String>,
    pub(super) numbers: BTreeMap<PhoneNumber, Number>,
    pub(super) ports: BTreeMap<String, Port>,
    pub(super) users: BTreeMap<String, String>,
    pub(super) left_out: BTreeMap<PhoneNumber, String>,
    pub(super) unsaid: Vec<Unsaid>,
}

/// What is to be said of a number.
#[derive(Clone, Debug, Default)]
pub(super) struct Number {
    pub csr: Field<Address>,
    pub e911: Field<Address>,
    pub listing: Field<Listing>,
    pub reference: Field<Target>,
    pub on_hold: bool,
    pub port: Option<String>,
    pub comments: Vec<String>,
}

/// A directory listing.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Listing {
    pub listed: bool,
    /// None: the partition's default.
    pub listing_type: Option<String>,
    /// Null: the customer service record's, which goes without saying.
    pub address: Field<Address>,
}

/// Where calls go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub kind: String,
    pub id: String,
    pub shows: bool,
}

/// A number that is on the listing and not in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    pub number: PhoneNumber,
    pub why: String,
}

/// Something that the platform holds and a file can't say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsaid {
    /// As in the file: `numbers.18015551212.e911Address.unit`.
    pub path: String,
    pub why: String,
}

/// A variable that has to be set before the secret that it names is sent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Secret {
    /// The port's name in the file.
    pub port: String,
    /// The member that refers to it: `wirelessPin`.
    pub member: &'static str,
    pub variable: String,
}

impl Account {
    /// The numbers that the file is to declare.
    pub fn numbers(&self) -> impl ExactSizeIterator<Item = PhoneNumber> {
        self.numbers.keys().copied()
    }

    /// Its ports, each with its numbers.
    pub fn ports(&self) -> impl ExactSizeIterator<Item = (&str, &[PhoneNumber])> {
        let ports = self.ports.iter();
        ports.map(|(name, port)| (name.as_str(), port.numbers.as_slice()))
    }

    /// Numbers that are the caller IDs of users, with the users.
    pub fn caller_ids(&self) -> impl Iterator<Item = (PhoneNumber, &str)> {
        self.numbers.iter().filter_map(|(number, said)| {
            let target = said.reference.value().filter(|target| target.shows)?;
            Some((*number, target.id.as_str()))
        })
    }

    pub fn left_out(&self) -> Vec<LeftOut> {
        let left_out = self.left_out.iter();
        left_out
            .map(|(number, why)| LeftOut {
                number: *number,
                why: why.clone(),
            })
            .collect()
    }

    pub fn unsaid(&self) -> &[Unsaid] {
        &self.unsaid
    }

    /// The variables that its ports refer to.
    pub fn secrets(&self) -> Vec<Secret> {
        self.ports
            .iter()
            .flat_map(|(name, port)| port.secrets(name))
            .collect()
    }

    /// Only these numbers, and the ports that still have one of them; of the
    /// others nothing is told either.
    pub fn keep(&mut self, wanted: impl Fn(PhoneNumber) -> bool) {
        self.numbers.retain(|number, _| wanted(*number));
        self.left_out.retain(|number, _| wanted(*number));
        for port in self.ports.values_mut() {
            port.numbers.retain(|number| wanted(*number));
        }
        self.ports.retain(|_, port| !port.numbers.is_empty());
        let (numbers, ports) = (&self.numbers, &self.ports);
        self.unsaid.retain(|unsaid| {
            let mut parts = unsaid.path.split('.').skip(1);
            let name = parts.next().unwrap_or_default();
            match name.parse::<PhoneNumber>() {
                Ok(number) => numbers.contains_key(&number),
                Err(_) => ports.contains_key(name),
            }
        });
    }
}

/// What is to be said of an account as it is.
pub fn account(from: &From<'_>) -> Account {
    let LiveAccount {
        numbers,
        inventory: _, // of numbers that are not here
        ports,
        events,
        corrections,
        caller_ids,
    } = from.live;
    let spellings = Spellings::of(numbers.values());
    let mut account = Account {
        id: from.account.as_str().to_owned(),
        name: from.name.map(clean).filter(|name| !name.is_empty()),
        users: from.users.clone(),
        ..Account::default()
    };
    let mut in_ports: BTreeMap<&PortId, Vec<PhoneNumber>> = BTreeMap::new();
    for (number, live) in numbers {
        let events = events.get(number).map_or(&[][..], Vec::as_slice);
        let port = live.port.as_ref().filter(|id| ports.contains_key(*id));
        let state = port.and_then(|id| ports.get(id)).map(|port| &port.state);
        let standing = match standing(live, state, events) {
            Ok(standing) => standing,
            Err(why) => {
                account.left_out.insert(*number, why);
                continue;
            }
        };
        let mut said = Number {
            csr: address(live.customer_service_record.as_ref(), Member::in_csr),
            e911: e911(live),
            listing: listing(live.directory_listing.as_ref()),
            reference: reference(*number, live.reference.as_ref(), caller_ids),
            on_hold: standing.on_hold,
            port: None,
            comments: standing.comments,
        };
        if standing.in_port
            && let Some(id) = port
        {
            in_ports.entry(id).or_default().push(*number);
        }
        // What is being activated is not in force yet in any part.
        if live.status != CarrierStatus::ActivationPending {
            let comments = not_in_force(events, corrections.get(number));
            said.comments.extend(comments);
        }
        spellings.apply(&mut said);
        account.numbers.insert(*number, said);
    }
    for (id, members) in in_ports {
        let Some(live) = ports.get(id) else { continue };
        let name = port::name(live, &members, &account.ports);
        for number in &members {
            if let Some(said) = account.numbers.get_mut(number) {
                said.port = Some(name.clone());
            }
        }
        account.ports.insert(name, port::port(live, members));
    }
    account
}

/// Where a number that is to be declared stands.
#[derive(Default)]
struct Standing {
    on_hold: bool,
    in_port: bool,
    comments: Vec<String>,
}

/// Why it is not declared, as an error.
fn standing(
    live: &LiveNumber,
    port: Option<&PortState>,
    events: &[LiveEvent],
) -> Result<Standing, String> {
    let open = |kind: EventKind| {
        let mut open = events.iter().filter(|event| !event.is_rejected());
        open.any(|event| event.kind == kind)
    };
    match &live.status {
        CarrierStatus::Active if open(EventKind::Disconnect) => {
            Err("it is being disconnected".to_owned())
        }
        CarrierStatus::Active => Ok(Standing::default()),
        CarrierStatus::ActivationOnHold => Ok(Standing {
            on_hold: true,
            comments: vec!["On hold until `holdActivation: false`.".to_owned()],
            ..Standing::default()
        }),
        CarrierStatus::ActivationPending => {
            let rejected = events
                .iter()
                .find(|event| event.kind == EventKind::Activation && event.is_rejected());
            Ok(Standing {
                comments: vec![match rejected {
                    Some(event) => format!("The carrier rejected its activation: {}", words(event)),
                    None => "Its activation is under way.".to_owned(),
                }],
                ..Standing::default()
            })
        }
        CarrierStatus::PortPending | CarrierStatus::PortRejected => in_port(live, port),
        CarrierStatus::Other(name)
            if matches!(&**name, "FOC_REMOVED" | "HOT_CUT_PORT" | "RESELLER_PENDING") =>
        {
            in_port(live, port)
        }
        CarrierStatus::CancelPort | CarrierStatus::CancelPortExpedited => {
            Err(format!("its port is being cancelled ({})", live.status))
        }
        CarrierStatus::DeletePending => Err("it is being deleted (DELETE_PENDING)".to_owned()),
        CarrierStatus::Deleted
        | CarrierStatus::Cooldown
        | CarrierStatus::Recovered
        | CarrierStatus::Inventory
        | CarrierStatus::InventoryClaimed
        | CarrierStatus::CancelPortComplete => Err(format!(
            "it is not on the account any more ({})",
            live.status
        )),
        CarrierStatus::Other(name) if name.is_empty() => {
            Err("the platform gives it no status".to_owned())
        }
        CarrierStatus::Other(name) => Err(format!("its status is {}", clean(name))),
    }
}

/// A number that a port brings. What its port becomes decides about the file:
/// one that is called off must not be ordered again.
fn in_port(live: &LiveNumber, port: Option<&PortState>) -> Result<Standing, String> {
    match port {
        Some(
            PortState::Pending
            | PortState::InProgress
            | PortState::FocReceived
            | PortState::FocRemoved
            | PortState::Rejected
            | PortState::HotCut
            | PortState::ResellerPending
            | PortState::Completed,
        ) => Ok(Standing {
            in_port: true,
            ..Standing::default()
        }),
        Some(
            state @ (PortState::CancelPending | PortState::Cancelled | PortState::CarrierCancelled),
        ) => Err(format!("its port is called off ({state})")),
        Some(PortState::Other(name)) => Err(format!("the state of its port is {}", clean(name))),
        None => Err(format!(
            "it is in a port ({}), and the order could not be read",
            live.status
        )),
    }
}

fn words(event: &LiveEvent) -> &str {
    let words = event.message.as_deref().map(str::trim).unwrap_or_default();
    if words.is_empty() {
        "no reason was given"
    } else {
        words
    }
}

/// What stands on the platform and is not in force: the field alone would not tell.
fn not_in_force(events: &[LiveEvent], offered: Option<&Record>) -> Vec<String> {
    let mut comments = Vec::new();
    for event in events {
        let (path, who) = match event.kind {
            EventKind::E911Address => ("e911Address", "the E911 provider"),
            EventKind::CsrChange => ("customerServiceRecord", "the carrier"),
            EventKind::Activation | EventKind::Disconnect | EventKind::PortRequest => continue,
        };
        if !event.is_rejected() {
            comments.push(format!(
                "{path} is not in force yet: {who} has not confirmed it."
            ));
            continue;
        }
        comments.push(format!(
            "{path} is not in force: {who} rejected it: {}",
            words(event)
        ));
        if let (EventKind::E911Address, Some(offered)) = (event.kind, offered) {
            comments.push(format!("The provider would have: {}", one_line(offered)));
        }
    }
    comments
}

/// An address as people write it on one line.
fn one_line(record: &Record) -> String {
    let part = |members: &[Member]| {
        let said = members.iter().map(|member| record.get(*member).trim());
        said.filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    };
    let parts = [
        part(&[
            Member::StreetNumber,
            Member::StreetNumberSuffix,
            Member::PreDirectional,
            Member::StreetName,
            Member::StreetSuffix,
            Member::PostDirectional,
        ]),
        part(&[Member::SecondaryLocationDescription, Member::Unit]),
        part(&[Member::City]),
        part(&[Member::State, Member::PostalCode]),
    ];
    let said: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    said.join(", ")
}

fn address(record: Option<&Record>, scope: fn(Member) -> bool) -> Field<Address> {
    match record.and_then(|record| Address::of(record, scope)) {
        Some(address) => Field::Value(address),
        None => Field::Absent,
    }
}

/// No E911 address of its own is one thing that a file can say: the CSR's.
fn e911(live: &LiveNumber) -> Field<Address> {
    match address(live.e911_address.as_ref(), Member::in_e911) {
        Field::Absent => Field::Null,
        said => said,
    }
}

/// A type that only the platform sets can't be asked for; what the listing is
/// to be once that is over is the owner's to say.
fn listing(live: Option<&LiveListing>) -> Field<Listing> {
    let Some(LiveListing {
        listed,
        listing_type,
        address,
    }) = live
    else {
        return Field::Absent;
    };
    let listing_type = listing_type.as_deref().filter(|kind| !kind.is_empty());
    let of_platform = crate::model::values::LISTING_TYPES_OF_PLATFORM;
    if listing_type.is_some_and(|kind| of_platform.contains(&kind)) {
        return Field::Absent;
    }
    let own = address
        .as_ref()
        .and_then(|record| Address::of(record, Member::in_listing));
    Field::Value(Listing {
        listed: *listed,
        listing_type: listing_type.map(str::to_owned),
        address: own.map_or(Field::Null, Field::Value),
    })
}

fn reference(
    number: PhoneNumber,
    live: Option<&LiveReference>,
    caller_ids: &BTreeMap<String, Option<PhoneNumber>>,
) -> Field<Target> {
    let Some(LiveReference { reference_type, id }) = live else {
        return Field::Null;
    };
    if reference_type.is_empty() || id.is_empty() {
        // Half a reference is nothing that a file could ask for.
        return Field::Absent;
    }
    let shown = caller_ids.get(&**id).copied().flatten();
    Field::Value(Target {
        kind: reference_type.to_string(),
        id: id.to_string(),
        shows: &**reference_type == "END_USER" && shown == Some(number),
    })
}
