//! The simulated world: plain data, and the indexes that make it quick.
//!
//! Nothing here knows of HTTP, files or the computer's clock. `rules` changes
//! a world, `view` shows it as the platform would, `store` keeps it.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::clock::Clock;
use super::event::{Event, EventKind, EventStatus};
use super::geo::Place;
use super::history;
use super::ids::{self, Ids};
use super::msag::KnownAddress;
use super::numbers::Numbers;
use super::port::{Porting, longest_prefix};
use super::switches::Switches;
use crate::api::wire::{CallerIdConfig, InboundCarrier, Partition};
use crate::model::{AccountId, CarrierId, CarrierStatus, PhoneNumber, Record, UserId};

/// Everything the simulator knows.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct World {
    pub clock: Clock,
    pub ids: Ids,
    pub timing: Timing,
    pub partition: Partition,
    pub carriers: Vec<InboundCarrier>,
    pub accounts: BTreeMap<AccountId, Account>,
    pub numbers: Numbers,
    /// What can be ordered, by the digits it begins with; the longest match counts.
    pub inventory: BTreeMap<String, Range>,
    /// Numbers whose place in the inventory is not what their range says.
    pub stock: BTreeMap<PhoneNumber, Stock>,
    pub reservations: BTreeMap<PhoneNumber, Reservation>,
    #[serde(with = "as_list")]
    pub events: BTreeMap<EventKey, Event>,
    /// What happens by itself, in the order in which it happens.
    pub due: BTreeSet<Due>,
    pub addresses: Vec<KnownAddress>,
    /// Addresses on streets that the guide doesn't know are registered all the same.
    pub accept_unknown_addresses: bool,
    /// Where the rate centres lie.
    #[serde(default)]
    pub places: Vec<Place>,
    /// How often each number was ordered, given up …: what a test of "never twice" counts.
    pub orders: BTreeMap<PhoneNumber, Orders>,
    #[serde(default)]
    pub porting: Porting,
    pub access: Access,
    #[serde(default)]
    pub switches: Switches,
    /// What requests changed, the oldest first.
    #[serde(default)]
    pub history: VecDeque<history::Entry>,
    #[serde(skip)]
    pub index: Index,
}

/// How long things take, in seconds of sandbox time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Timing {
    /// From the order until the carrier has it (PENDING to IN_PROGRESS); also for E911 and CSR changes.
    pub submit_seconds: u32,
    /// From there until an activation is complete.
    pub activation_seconds: u32,
    /// From there until the E911 provider has answered.
    pub e911_seconds: u32,
    /// From there until the carrier has changed the customer service record.
    pub csr_seconds: u32,
    /// How long a deleted number stays DELETE_PENDING on the account.
    pub delete_seconds: u32,
    /// How long a reservation holds; 30 minutes on the platform.
    pub reservation_seconds: u32,
    /// How long a token lives after its last use; 8 hours on the platform.
    pub token_seconds: u32,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            submit_seconds: 1,
            activation_seconds: 4,
            e911_seconds: 2,
            csr_seconds: 2,
            delete_seconds: 2,
            reservation_seconds: 30 * 60,
            token_seconds: 8 * 60 * 60,
        }
    }
}

/// A customer's account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    pub name: String,
    pub account_number: String,
    pub time_zone: String,
    pub users: BTreeMap<UserId, User>,
}

/// An end user of an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    pub username: String,
    pub first_name: String,
    pub last_name: String,
    pub extension: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller_id: Option<CallerIdConfig>,
}

/// A number on an account. Only what somebody said is kept here; what the
/// platform adds to every answer, `view` adds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Number {
    pub account: AccountId,
    #[serde(with = "by_name")]
    pub status: CarrierStatus,
    pub carrier: CarrierId,
    pub order_version: u64,
    pub csr: Arc<Record>,
    /// `None`: the customer service record's address answers 911 calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub e911: Option<Arc<Record>>,
    /// The address that the E911 provider offers instead of a rejected one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correction: Option<Arc<Record>>,
    pub listing: Listing,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Reference>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub assign_as_caller_id: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operational_status: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port_id: Option<Box<str>>,
}

/// S:DirectoryListingX, with its type decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Listing {
    pub listed: bool,
    #[serde(rename = "type")]
    pub listing_type: Arc<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Arc<Record>>,
}

/// Where calls go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reference {
    #[serde(rename = "type")]
    pub reference_type: Box<str>,
    pub id: Box<str>,
}

/// A block of numbers that can be ordered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Range {
    pub rate_center: String,
    pub state: String,
    pub country: String,
    pub carrier: CarrierId,
}

/// Where a number is that is neither on an account nor simply in its range.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "state")]
pub enum Stock {
    /// Given up; can be had back until then.
    Cooldown { until: Timestamp },
    /// Had back from cooldown: to be ordered again.
    Recovered { at: Timestamp },
    /// Gone back to the carrier.
    Returned,
}

/// Keeps a number for an account, or for whoever asked, for half an hour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    pub until: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
}

/// Identifies an event: its reference (number or port id) and kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EventKey {
    pub reference: String,
    pub kind: EventKind,
}

/// The next turn of an event. Void if the event was opened again meanwhile.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Due {
    pub at: Timestamp,
    /// Among those of one instant, the one planned first is first.
    pub order: u64,
    pub event: EventKey,
    pub revision: u64,
}

/// How often the platform was told to do what costs money or service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Orders {
    pub activations: u32,
    pub hold_submissions: u32,
    pub hold_cancellations: u32,
    pub updates: u32,
    pub deletes: u32,
    pub recoveries: u32,
    pub ports: u32,
    pub port_updates: u32,
    pub port_cancellations: u32,
    pub port_triggers: u32,
}

/// Who may come in, and who is in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Access {
    /// Empty: any name with any password will do.
    pub credentials: Vec<Credential>,
    pub tokens: BTreeMap<String, Token>,
}

/// A name and password that log in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    /// An e-mail address, on the platform.
    pub username: String,
    /// In clear: it guards nothing.
    pub password: String,
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} and a password", self.username)
    }
}

/// A token given out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Token {
    pub username: String,
    pub last_used: Timestamp,
}

/// Found from the rest of the world; never stored.
#[derive(Clone, Debug, Default)]
pub struct Index {
    /// Each account's numbers in listing order, which is no order at all.
    pub listing: BTreeMap<AccountId, BTreeSet<(u64, PhoneNumber)>>,
    /// Events by status, in the order of their creation.
    pub by_status: BTreeMap<EventStatus, BTreeSet<(u64, EventKey)>>,
    /// Port requests, in the order of their creation.
    pub ports: BTreeSet<(u64, EventKey)>,
}

impl World {
    /// Finds the indexes anew, after the world was read or built.
    pub fn reindex(&mut self) {
        let mut index = Index::default();
        let mut places: HashMap<&AccountId, Vec<(u64, PhoneNumber)>> = HashMap::new();
        for (number, state) in &self.numbers {
            let of_account = places.entry(&state.account).or_default();
            of_account.push(listing_place(*number));
        }
        for (account, places) in places {
            let places = places.into_iter().collect();
            index.listing.insert(account.clone(), places);
        }
        for (key, event) in &self.events {
            index
                .by_status
                .entry(event.status)
                .or_default()
                .insert((event.order, key.clone()));
            if event.kind == EventKind::PortRequest {
                index.ports.insert((event.order, key.clone()));
            }
        }
        self.index = index;
    }

    /// A copy to be written down; nothing can be found in it.
    pub fn without_index(&mut self) -> World {
        let index = std::mem::take(&mut self.index);
        let copy = self.clone();
        self.index = index;
        copy
    }

    /// Puts a number on its account.
    pub fn insert_number(&mut self, number: PhoneNumber, state: Number) {
        self.index
            .listing
            .entry(state.account.clone())
            .or_default()
            .insert(listing_place(number));
        self.numbers.insert(number, state);
    }

    /// Takes a number off its account.
    pub fn remove_number(&mut self, number: PhoneNumber) -> Option<Number> {
        let state = self.numbers.remove(&number)?;
        if let Some(places) = self.index.listing.get_mut(&state.account) {
            places.remove(&listing_place(number));
        }
        Some(state)
    }

    /// An account's numbers as the platform lists them: unsorted, but always alike.
    pub fn numbers_of<'a>(
        &'a self,
        account: &AccountId,
    ) -> impl Iterator<Item = (PhoneNumber, &'a Number)> + use<'a> {
        self.index
            .listing
            .get(account)
            .into_iter()
            .flatten()
            .filter_map(|(_, number)| Some((*number, self.numbers.get(number)?)))
    }

    /// Stores an event, new or changed.
    pub fn put_event(&mut self, event: Event) {
        let key = EventKey {
            reference: event.reference.clone(),
            kind: event.kind,
        };
        if let Some(old) = self.events.get(&key)
            && let Some(set) = self.index.by_status.get_mut(&old.status)
        {
            set.remove(&(old.order, key.clone()));
        }
        self.index
            .by_status
            .entry(event.status)
            .or_default()
            .insert((event.order, key.clone()));
        if event.kind == EventKind::PortRequest {
            self.index.ports.insert((event.order, key.clone()));
        }
        self.events.insert(key, event);
    }

    /// The events of a number, its port's among them.
    pub fn events_of(&self, number: PhoneNumber) -> impl Iterator<Item = &Event> {
        let port = self
            .numbers
            .get(&number)
            .and_then(|state| state.port_id.as_deref())
            .map(str::to_owned);
        let digits = number.to_string();
        [Some(digits), port]
            .into_iter()
            .flatten()
            .flat_map(|reference| {
                EventKind::ALL.iter().map(move |kind| EventKey {
                    reference: reference.clone(),
                    kind: *kind,
                })
            })
            .filter_map(|key| self.events.get(&key))
    }

    /// The block that a number lies in; none where another carrier serves the
    /// number, or a smaller block around it.
    pub fn range_of(&self, number: PhoneNumber) -> Option<&Range> {
        let (length, range) = longest_prefix(&self.inventory, number)?;
        self.porting
            .range_of(number)
            .is_none_or(|(others, _)| others < length)
            .then_some(range)
    }

    /// Can be ordered: in stock and on nobody's account. Reservations aside.
    pub fn is_free(&self, number: PhoneNumber) -> bool {
        !self.numbers.contains_key(&number)
            && match self.stock.get(&number) {
                Some(Stock::Recovered { .. }) => true,
                Some(Stock::Cooldown { .. } | Stock::Returned) => false,
                None => self.range_of(number).is_some(),
            }
    }

    /// The reservation that holds now.
    pub fn reservation(&self, number: PhoneNumber, now: Timestamp) -> Option<&Reservation> {
        self.reservations
            .get(&number)
            .filter(|reservation| reservation.until > now)
    }

    pub fn carrier(&self, id: &CarrierId) -> Option<&InboundCarrier> {
        self.carriers
            .iter()
            .find(|carrier| carrier.id == id.as_str())
    }

    /// S:PartitionX.defaultDirectoryListingType.
    pub fn default_listing_type(&self) -> &str {
        self.partition
            .default_directory_listing_type
            .as_deref()
            .unwrap_or("NOT_LIST_NOT_PUBLISH")
    }
}

fn listing_place(number: PhoneNumber) -> (u64, PhoneNumber) {
    (ids::mix(number.as_u64()), number)
}

/// Events are stored as a list: their key is made of them.
mod as_list {
    use super::*;

    pub fn serialize<S: Serializer>(
        events: &BTreeMap<EventKey, Event>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(events.values())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<EventKey, Event>, D::Error> {
        let list = Vec::<Event>::deserialize(deserializer)?;
        Ok(list
            .into_iter()
            .map(|event| {
                let key = EventKey {
                    reference: event.reference.clone(),
                    kind: event.kind,
                };
                (key, event)
            })
            .collect())
    }
}

pub mod by_name {
    use super::*;

    pub fn serialize<S: Serializer>(
        status: &CarrierStatus,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(status.name())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<CarrierStatus, D::Error> {
        Ok(CarrierStatus::parse(&String::deserialize(deserializer)?))
    }
}
