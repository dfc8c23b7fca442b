//! From what a person wrote to a world: every statement checked, every status
//! given the event that goes with it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::port;
use super::{
    AccountSeed, CarrierSeed, CooldownSeed, EventSeed, InventorySeed, NumberSeed, PartitionSeed,
    Seed,
};
use crate::api::wire::{self, InboundCarrier, Partition};
use crate::model::{AccountId, CarrierId, CarrierStatus, PhoneNumber, Record, UserId, values};
use crate::sandbox::clock::{Clock, later};
use crate::sandbox::event::{self, Event, EventKind, EventStatus, Log};
use crate::sandbox::ids::{Ids, derived, hash};
use crate::sandbox::msag::{self, Verdict};
use crate::sandbox::numbers::Numbers;
use crate::sandbox::port::Porting;
use crate::sandbox::rules::{effective_e911, plan_next};
use crate::sandbox::world::{
    Access, Account, Due, EventKey, Index, Listing, Number, Range, Reference, Stock, User, World,
};

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
            generate,
            inventory,
            portable,
            losing_carriers,
            port_rules,
            cooldowns,
            addresses,
            accept_unknown_addresses,
            places,
            switches,
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
            numbers: Numbers::new(),
            inventory: BTreeMap::new(),
            stock: BTreeMap::new(),
            reservations: BTreeMap::new(),
            events: BTreeMap::new(),
            due: BTreeSet::new(),
            addresses,
            accept_unknown_addresses,
            places,
            orders: BTreeMap::new(),
            porting: Porting {
                rules: port_rules,
                ..Porting::default()
            },
            access: Access {
                credentials,
                tokens: BTreeMap::new(),
            },
            switches,
            history: VecDeque::new(),
            index: Index::default(),
        };
        for block in inventory {
            add_block(&mut world, block, &first_carrier)?;
        }
        for block in portable {
            port::add_portable(&mut world, block, &first_carrier)?;
        }
        for file in losing_carriers {
            port::add_losing(&mut world, file)?;
        }
        let mut records = Records::default();
        for account in accounts {
            add_account(&mut world, account, &first_carrier, &mut records, now)?;
        }
        if let Some(wish) = generate {
            wish.add_to(&mut world, &first_carrier)?;
        }
        port::add_implied(&mut world, &first_carrier, now);
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

pub fn carrier(
    world: &World,
    said: Option<String>,
    first: &CarrierId,
) -> Result<CarrierId, String> {
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
        ports,
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
    for seed in ports {
        port::add_port(world, &account_id, seed, first_carrier, now)?;
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
    let implied = implied_event(&status);
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
                .as_deref()
                .unwrap_or(world.default_listing_type())
                .into(),
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

/// The event that goes with a status.
fn implied_event(status: &CarrierStatus) -> Option<(EventKind, EventStatus)> {
    match status {
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
    }
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
        let verdict = msag::judge(&world.addresses, false, address);
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
    plan_next(world, &event, now);
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
    let length = world.partition.tn_delete_cooldown_days.unwrap_or(0).max(0);
    let began = later(until, SignedDuration::from_secs(-86_400 * length)).min(now);
    let (kind, status) = (EventKind::Disconnect, EventStatus::Cooldown);
    let event = Event {
        id: world.ids.next(),
        kind,
        reference: number.to_string(),
        account,
        number: *number,
        status,
        created: began,
        updated: began,
        order: world.ids.sequence(),
        revision: world.ids.sequence(),
        stuck: false,
        foc_date: None,
        crd_date: None,
        logs: vec![Log {
            status,
            at: began,
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
