//! A world as a person writes one down, in JSON or YAML. What isn't said is
//! small and sensible; what is said is checked, all of it before anything starts.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::clock::{Clock, later};
use super::event::{self, Answer, Event, EventKind, EventStatus, Log};
use super::ids::{Ids, derived, hash};
use super::msag::{self, KnownAddress, Verdict};
use super::rules::{effective_e911, plan_next};
use super::world::{
    Access, Account, Credential, Due, EventKey, Index, Listing, Number, Range, Reference, Stock,
    Timing, User, World,
};
use crate::api::wire::{self, InboundCarrier, Partition};
use crate::model::{AccountId, CarrierId, CarrierStatus, PhoneNumber, Record, UserId, values};

/// A world to start from.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Seed {
    pub partition: PartitionSeed,
    /// The clock stands still at this RFC 3339 instant; without it, it runs with the computer's.
    #[schemars(with = "Option<String>")]
    pub frozen_at: Option<Timestamp>,
    pub timing: Timing,
    /// Who may log in. Empty: any name with any password.
    pub credentials: Vec<Credential>,
    /// The carriers; the first one serves numbers that name none.
    pub carriers: Vec<CarrierSeed>,
    pub accounts: Vec<AccountSeed>,
    /// What can be ordered, in blocks.
    pub inventory: Vec<InventorySeed>,
    /// Numbers given up lately.
    pub cooldowns: Vec<CooldownSeed>,
    /// The streets that the E911 provider's guide (MSAG) knows.
    pub addresses: Vec<KnownAddress>,
    /// Take streets that the guide doesn't know for good ones.
    pub accept_unknown_addresses: bool,
}

/// The service provider's partition.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PartitionSeed {
    pub id: String,
    pub name: String,
    /// Days that a number given up stays in cooldown.
    pub tn_delete_cooldown_days: i64,
    /// The listing type of orders that name none.
    pub default_directory_listing_type: String,
}

impl Default for PartitionSeed {
    fn default() -> Self {
        Self {
            id: "X4fbfNlFRpy7bWDFmCwwdw".to_owned(),
            name: "Sandbox Telecom".to_owned(),
            tn_delete_cooldown_days: 30,
            default_directory_listing_type: "NOT_LIST_NOT_PUBLISH".to_owned(),
        }
    }
}

/// A carrier and what it can do; it can do what isn't denied.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CarrierSeed {
    pub id: String,
    pub name: String,
    /// BANDWIDTH, LEVEL_3, SINCH, TELUS …
    pub carrier_type: String,
    #[serde(default = "yes", rename = "supportsCSRUpdate")]
    pub supports_csr_update: bool,
    #[serde(default = "yes", rename = "supportCNAMChange")]
    pub support_cnam_change: bool,
    #[serde(default = "yes")]
    pub support_directory_listing: bool,
    #[serde(default = "yes")]
    pub support_porting: bool,
}

fn yes() -> bool {
    true
}

/// An account with its users and numbers.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct AccountSeed {
    pub id: String,
    pub name: String,
    /// The service provider's own number for it; without it, one is made up.
    pub account_number: Option<String>,
    /// US/Mountain without it.
    pub time_zone: Option<String>,
    pub users: Vec<UserSeed>,
    pub numbers: Vec<NumberSeed>,
}

/// An end user.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct UserSeed {
    pub id: String,
    pub first_name: String,
    pub last_name: String,
    pub extension: String,
    /// Made from the names where there is none.
    pub username: Option<String>,
    /// The number that the people called see.
    pub caller_id_number: Option<PhoneNumber>,
}

/// A number on the account, as the platform's API shows it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NumberSeed {
    pub phone_number: PhoneNumber,
    /// ACTIVE without it. A status in which somebody is at work brings its event along.
    #[serde(default)]
    pub carrier_status: Option<String>,
    #[schemars(with = "BTreeMap<String, Value>")]
    pub customer_service_record: Record,
    #[serde(default)]
    #[schemars(with = "Option<BTreeMap<String, Value>>")]
    pub e911_address: Option<Record>,
    /// `type`, `listed` and `address`; the partition's default without it.
    #[serde(default)]
    #[schemars(with = "Option<BTreeMap<String, Value>>")]
    pub directory_listing: Option<wire::DirectoryListing>,
    #[serde(default)]
    pub reference_type: Option<String>,
    #[serde(default)]
    pub reference_id: Option<String>,
    #[serde(default)]
    pub carrier_id: Option<String>,
    /// The port that brings it; made up for a PORT status without one.
    #[serde(default)]
    pub port_id: Option<String>,
    /// Events that differ from what the status implies.
    #[serde(default)]
    pub events: Vec<EventSeed>,
}

/// A service activation event of a number.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EventSeed {
    pub service_type: EventKind,
    pub activation_status_type: EventStatus,
    /// The carrier's or provider's words; for a rejected address they are found.
    #[serde(default)]
    pub message: Option<String>,
    /// Nobody carries it on: the order is stuck.
    #[serde(default)]
    pub stuck: bool,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub foc_date: Option<Timestamp>,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub crd_date: Option<Timestamp>,
}

/// A block of numbers that can be ordered.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InventorySeed {
    /// The digits that its numbers begin with: 1801555 is 18015550000 to 18015559999,
    /// eleven digits are one number.
    pub prefix: String,
    pub rate_center: String,
    pub state: String,
    pub country: String,
    #[serde(default)]
    pub carrier_id: Option<String>,
}

/// A number given up lately.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CooldownSeed {
    pub phone_number: PhoneNumber,
    /// The account that gave it up.
    pub account_id: String,
    /// Until it goes back to the carrier; the partition's cooldown days without it.
    #[serde(default)]
    pub days_left: Option<u32>,
}

/// The JSON Schema of a seed file.
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(Seed)
}

/// Reads a seed; JSON is YAML too, and is read as JSON for its better errors.
pub fn parse(text: &str) -> Result<Seed, String> {
    if text.trim_start().starts_with('{') {
        serde_json::from_str(text).map_err(|error| error.to_string())
    } else {
        serde_yaml::from_str(text).map_err(|error| error.to_string())
    }
}

impl Seed {
    /// Makes the world that it describes, as of `now` unless it freezes the clock.
    pub fn into_world(self, now: Timestamp) -> Result<World, String> {
        let Seed {
            partition,
            frozen_at,
            timing,
            credentials,
            carriers,
            accounts,
            inventory,
            cooldowns,
            addresses,
            accept_unknown_addresses,
        } = self;
        let clock = frozen_at.map_or_else(Clock::default, |at| Clock::Frozen { at });
        let now = frozen_at.unwrap_or(now);
        let first_carrier = carriers
            .first()
            .map(|carrier| CarrierId::new(carrier.id.clone()))
            .ok_or("a seed needs at least one carrier")?;
        let mut world = World {
            clock,
            ids: Ids::new(hash(&partition.id)),
            timing,
            partition: partition.into_wire(),
            carriers: carriers.into_iter().map(CarrierSeed::into_wire).collect(),
            accounts: BTreeMap::new(),
            numbers: BTreeMap::new(),
            inventory: BTreeMap::new(),
            stock: BTreeMap::new(),
            reservations: BTreeMap::new(),
            events: BTreeMap::new(),
            due: std::collections::BTreeSet::new(),
            addresses,
            accept_unknown_addresses,
            orders: BTreeMap::new(),
            access: Access {
                credentials,
                tokens: BTreeMap::new(),
            },
            index: Index::default(),
        };
        for block in inventory {
            add_block(&mut world, block, &first_carrier)?;
        }
        let mut records = Records::default();
        for account in accounts {
            add_account(&mut world, account, &first_carrier, &mut records, now)?;
        }
        for cooldown in cooldowns {
            add_cooldown(&mut world, &cooldown, now)?;
        }
        Ok(world)
    }
}

impl PartitionSeed {
    fn into_wire(self) -> Partition {
        Partition {
            id: self.id,
            name: Some(self.name),
            status: Some("ACTIVE".to_owned()),
            country: Some("USA".to_owned()),
            tn_delete_cooldown_days: Some(self.tn_delete_cooldown_days),
            default_directory_listing_type: Some(self.default_directory_listing_type),
            auto_assign_caller_id: Some(false),
        }
    }
}

impl CarrierSeed {
    fn into_wire(self) -> InboundCarrier {
        InboundCarrier {
            id: self.id,
            name: Some(self.name),
            carrier_type: Some(self.carrier_type),
            supports_csr_update: Some(self.supports_csr_update),
            support_cnam_change: Some(self.support_cnam_change),
            support_directory_listing: Some(self.support_directory_listing),
            support_porting: Some(self.support_porting),
        }
    }
}

/// Equal addresses of many numbers are kept once: a million numbers fit.
#[derive(Default)]
struct Records(BTreeMap<String, Arc<Record>>);

impl Records {
    fn share(&mut self, record: Record) -> Arc<Record> {
        match serde_json::to_string(&record) {
            Ok(text) => Arc::clone(self.0.entry(text).or_insert_with(|| Arc::new(record))),
            Err(_) => Arc::new(record),
        }
    }
}

fn add_block(
    world: &mut World,
    block: InventorySeed,
    first_carrier: &CarrierId,
) -> Result<(), String> {
    let InventorySeed {
        prefix,
        rate_center,
        state,
        country,
        carrier_id,
    } = block;
    let digits = prefix.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || prefix.len() > 11 || !prefix.starts_with('1') {
        return Err(format!(
            "inventory {prefix:?}: a prefix is up to 11 digits beginning with 1"
        ));
    }
    let range = Range {
        rate_center,
        state,
        country,
        carrier: carrier(world, carrier_id, first_carrier)?,
    };
    match world.inventory.insert(prefix.clone(), range) {
        None => Ok(()),
        Some(_) => Err(format!("inventory {prefix} is there twice")),
    }
}

fn carrier(world: &World, said: Option<String>, first: &CarrierId) -> Result<CarrierId, String> {
    let id = said.map_or_else(|| first.clone(), CarrierId::new);
    match world.carrier(&id) {
        Some(_) => Ok(id),
        None => Err(format!("there is no carrier {id}")),
    }
}

fn add_account(
    world: &mut World,
    seed: AccountSeed,
    first_carrier: &CarrierId,
    records: &mut Records,
    now: Timestamp,
) -> Result<(), String> {
    let AccountSeed {
        id,
        name,
        account_number,
        time_zone,
        users,
        numbers,
    } = seed;
    let account_id = AccountId::new(id.clone());
    if id.is_empty() {
        return Err(format!("account {name:?} has no id"));
    }
    let mut account = Account {
        name,
        account_number: account_number.unwrap_or_else(|| format!("ACCT-{}", hash(&id) % 1_000_000)),
        time_zone: time_zone.unwrap_or_else(|| "US/Mountain".to_owned()),
        users: BTreeMap::new(),
    };
    for user in users {
        let username = user
            .username
            .unwrap_or_else(|| format!("{}.{}", user.first_name, user.last_name).to_lowercase());
        let known = User {
            username,
            first_name: user.first_name,
            last_name: user.last_name,
            extension: user.extension,
            caller_id: user.caller_id_number.map(|number| wire::CallerIdConfig {
                caller_id_number: Some(number.to_string()),
                external_caller_id_visible: true,
                extension_caller_id_visible: false,
            }),
        };
        let user_id = UserId::new(user.id);
        if account.users.insert(user_id.clone(), known).is_some() {
            return Err(format!("account {id}: user {user_id} is there twice"));
        }
    }
    if world.accounts.insert(account_id.clone(), account).is_some() {
        return Err(format!("account {id} is there twice"));
    }
    for number in numbers {
        add_number(world, &account_id, number, first_carrier, records, now)?;
    }
    Ok(())
}

fn add_number(
    world: &mut World,
    account: &AccountId,
    seed: NumberSeed,
    first_carrier: &CarrierId,
    records: &mut Records,
    now: Timestamp,
) -> Result<(), String> {
    let NumberSeed {
        phone_number: number,
        carrier_status,
        customer_service_record,
        e911_address,
        directory_listing,
        reference_type,
        reference_id,
        carrier_id,
        port_id,
        events,
    } = seed;
    if world.numbers.contains_key(&number) {
        return Err(format!("number {number} is there twice"));
    }
    let status = CarrierStatus::parse(carrier_status.as_deref().unwrap_or("ACTIVE"));
    if let CarrierStatus::Other(other) = &status {
        return Err(format!(
            "number {number}: there is no carrierStatus {other:?}"
        ));
    }
    let reference = match (reference_type, reference_id) {
        (None, None) => None,
        (Some(kind), Some(id)) if values::REFERENCE_TYPES.contains(&kind.as_str()) => {
            Some(Reference {
                reference_type: kind.into(),
                id: id.into(),
            })
        }
        (kind, _) => {
            return Err(format!(
                "number {number}: a reference has a known type and an id, not {kind:?}"
            ));
        }
    };
    let (_, implied) = implied_event(&status);
    let is_port = matches!(implied, Some((EventKind::PortRequest, _)));
    let port_id = port_id.or_else(|| is_port.then(|| derived(&format!("port {number}"))));
    let of_range = world
        .range_of(number)
        .map(|range| range.carrier.to_string());
    let listing = directory_listing.unwrap_or_default();
    let state = Number {
        account: account.clone(),
        carrier: carrier(world, carrier_id.or(of_range), first_carrier)?,
        order_version: world.ids.sequence(),
        csr: records.share(customer_service_record),
        e911: e911_address.map(|record| records.share(record)),
        correction: None,
        listing: Listing {
            listed: listing.listed.unwrap_or(false),
            listing_type: listing
                .listing_type
                .unwrap_or_else(|| world.default_listing_type().into()),
            address: listing.address.map(|record| records.share(record)),
        },
        reference,
        assign_as_caller_id: false,
        operational_status: None,
        port_id: port_id.map(Into::into),
        status,
    };
    world.insert_number(number, state);
    let said = |kind: EventKind| events.iter().any(|event| event.service_type == kind);
    if let Some((kind, status)) = implied.filter(|(kind, _)| !said(*kind)) {
        let event = EventSeed {
            service_type: kind,
            activation_status_type: status,
            message: None,
            stuck: false,
            foc_date: None,
            crd_date: None,
        };
        add_event(world, number, event, now);
    }
    for event in events {
        add_event(world, number, event, now);
    }
    Ok(())
}

/// The event that goes with a status, and the status itself.
fn implied_event(status: &CarrierStatus) -> (&CarrierStatus, Option<(EventKind, EventStatus)>) {
    let event = match status {
        CarrierStatus::ActivationOnHold => Some((EventKind::Activation, EventStatus::OnHold)),
        CarrierStatus::ActivationPending => Some((EventKind::Activation, EventStatus::Pending)),
        CarrierStatus::PortPending => Some((EventKind::PortRequest, EventStatus::Pending)),
        CarrierStatus::PortRejected => Some((EventKind::PortRequest, EventStatus::Rejected)),
        CarrierStatus::CancelPort | CarrierStatus::CancelPortExpedited => {
            Some((EventKind::PortRequest, EventStatus::CancelPending))
        }
        CarrierStatus::CancelPortComplete => Some((EventKind::PortRequest, EventStatus::Cancelled)),
        CarrierStatus::DeletePending => Some((EventKind::Disconnect, EventStatus::DeletePending)),
        CarrierStatus::Active
        | CarrierStatus::Deleted
        | CarrierStatus::Cooldown
        | CarrierStatus::Recovered
        | CarrierStatus::Inventory
        | CarrierStatus::InventoryClaimed
        | CarrierStatus::Other(_) => None,
    };
    (status, event)
}

fn add_event(world: &mut World, number: PhoneNumber, seed: EventSeed, now: Timestamp) {
    let EventSeed {
        service_type: kind,
        activation_status_type: status,
        message,
        stuck,
        foc_date,
        crd_date,
    } = seed;
    let Some(state) = world.numbers.get(&number) else {
        return;
    };
    let account = state.account.clone();
    let reference = match (&state.port_id, kind) {
        (Some(port), EventKind::PortRequest) => port.to_string(),
        _ => number.to_string(),
    };
    let rejected_address = kind == EventKind::E911Address && status == EventStatus::Rejected;
    let mut message = message;
    if rejected_address {
        let address = effective_e911(state);
        let verdict = msag::judge(&world.addresses, world.accept_unknown_addresses, address);
        message = message.or_else(|| Some(msag::rejection(&reference, &verdict)));
        if let Verdict::Alternatives(alternatives) = verdict
            && let Some(state) = world.numbers.get_mut(&number)
        {
            state.correction = alternatives.into_iter().next().map(Arc::new);
        }
    }
    let event = Event {
        id: world.ids.next(),
        kind,
        reference,
        account,
        number,
        status,
        created: now,
        updated: now,
        order: world.ids.sequence(),
        revision: world.ids.sequence(),
        stuck,
        foc_date,
        crd_date,
        logs: vec![Log {
            status,
            at: now,
            code: event::code(kind, status).to_owned(),
            message: message.unwrap_or_default(),
        }],
    };
    if event::next(kind, status, Answer::Agreed).is_some() {
        plan_next(world, &event, now);
    }
    world.put_event(event);
}

fn add_cooldown(world: &mut World, seed: &CooldownSeed, now: Timestamp) -> Result<(), String> {
    let CooldownSeed {
        phone_number: number,
        account_id,
        days_left,
    } = seed;
    let account = AccountId::new(account_id.clone());
    if world.numbers.contains_key(number) {
        return Err(format!("number {number} is on an account and in cooldown"));
    }
    if !world.accounts.contains_key(&account) {
        return Err(format!(
            "number {number} in cooldown: there is no account {account}"
        ));
    }
    let days = days_left.map_or(
        world.partition.tn_delete_cooldown_days.unwrap_or(0),
        i64::from,
    );
    let until = later(
        now,
        SignedDuration::from_secs(days.max(0).saturating_mul(86_400)),
    );
    world.stock.insert(*number, Stock::Cooldown { until });
    let (kind, status) = (EventKind::Disconnect, EventStatus::Cooldown);
    let event = Event {
        id: world.ids.next(),
        kind,
        reference: number.to_string(),
        account,
        number: *number,
        status,
        created: now,
        updated: now,
        order: world.ids.sequence(),
        revision: world.ids.sequence(),
        stuck: false,
        foc_date: None,
        crd_date: None,
        logs: vec![Log {
            status,
            at: now,
            code: event::code(kind, status).to_owned(),
            message: String::new(),
        }],
    };
    let due = Due {
        at: until,
        order: world.ids.sequence(),
        event: EventKey {
            reference: event.reference.clone(),
            kind,
        },
        revision: event.revision,
    };
    world.due.insert(due);
    world.put_event(event);
    Ok(())
}
