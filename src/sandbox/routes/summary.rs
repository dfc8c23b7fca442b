//! `GET /sandbox/summary`: what the page shows, in parts small enough to be
//! asked for every second however big the world is.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Platform, Request, Response};
use crate::model::{AccountId, CarrierStatus, Member, PhoneNumber, Record};
use crate::sandbox::address_line;
use crate::sandbox::event::{EventKind, EventStatus};
use crate::sandbox::rules::{Refusal, account_exists, effective_e911};
use crate::sandbox::world::{Account, EventKey, Number, World};

/// Accounts a page.
const ACCOUNTS: usize = 12;
/// Numbers a page.
const NUMBERS: usize = 12;
/// Ports that are shown, the newest ones.
const PORTS: usize = 20;
/// Requests that are shown, the last ones.
const REQUESTS: usize = 25;

/// `account` is whose numbers to show, the first one's without it. `find` is a
/// telephone number, or part of an account's name or id. `accountsFrom` and
/// `numbersFrom` say where the pages begin.
pub fn answer(platform: &Platform, request: &Request, now: Timestamp) -> Result<Response, Refusal> {
    let world = &platform.world;
    let find = request.parameter("find").unwrap_or_default().trim();
    let found: Option<PhoneNumber> = find
        .parse()
        .ok()
        .filter(|number| world.numbers.contains_key(number));
    let accounts = match found {
        Some(number) => Page::of_one(
            world
                .numbers
                .get(&number)
                .and_then(|state| world.accounts.get_key_value(&state.account)),
        ),
        None => accounts(world, find, request.count("accountsFrom", 0)?),
    };
    let chosen = request
        .parameter("account")
        .filter(|id| !id.is_empty() && found.is_none())
        .map(AccountId::new);
    if let Some(id) = &chosen {
        account_exists(world, id)?;
    }
    let account = chosen.or_else(|| accounts.rows.first().map(|(id, _)| (*id).clone()));
    let numbers = match (found, &account) {
        (Some(number), _) => Page::of_one(Some(number)),
        (None, Some(account)) => numbers(world, account, request.count("numbersFrom", 0)?),
        (None, None) => Page::of_one(None),
    };
    let open = world
        .index
        .by_status
        .iter()
        .filter(|(status, events)| waits(**status) && !events.is_empty())
        .map(|(status, events)| (status.name().to_owned(), json!(events.len())));
    let log = platform.log();
    let answer = json!({
        "clock": {"now": now, "mode": world.clock.mode()},
        "partition": {"id": world.partition.id, "name": world.partition.name},
        "totals": {
            "accounts": world.accounts.len(),
            "numbers": world.numbers.len(),
            "openEvents": Value::Object(open.collect()),
        },
        "accounts": accounts.shown(|(id, account)| json!({
            "id": id,
            "name": account.name,
            "numbers": world.index.listing.get(*id).map_or(0, |places| places.len()),
        })),
        "account": account.as_ref().map(|id| json!({"id": id})),
        "numbers": numbers.shown(|number| {
            world.numbers.get(number).map_or(Value::Null, |state| shown(world, *number, state))
        }),
        "ports": {"total": world.index.ports.len(), "rows": ports(world)},
        "requests": {"total": log.total(), "rows": log.last(REQUESTS).collect::<Vec<_>>()},
        "faults": platform.faults().list(),
    });
    Ok(Response::json(200, &answer))
}

/// A part of a list.
struct Page<T> {
    from: usize,
    size: usize,
    total: usize,
    rows: Vec<T>,
}

impl<T> Page<T> {
    fn of_one(row: Option<T>) -> Self {
        let rows: Vec<T> = row.into_iter().collect();
        Self {
            from: 0,
            size: 1,
            total: rows.len(),
            rows,
        }
    }

    fn shown(&self, row: impl Fn(&T) -> Value) -> Value {
        let rows: Vec<Value> = self.rows.iter().map(row).collect();
        json!({"from": self.from, "size": self.size, "total": self.total, "rows": rows})
    }
}

fn accounts<'w>(world: &'w World, find: &str, from: usize) -> Page<(&'w AccountId, &'w Account)> {
    let wanted = find.to_lowercase();
    let fits = |id: &AccountId, account: &Account| {
        wanted.is_empty()
            || account.name.to_lowercase().contains(&wanted)
            || id.as_str().to_lowercase().contains(&wanted)
    };
    let fitting = || {
        world
            .accounts
            .iter()
            .filter(|(id, account)| fits(id, account))
    };
    Page {
        from,
        size: ACCOUNTS,
        total: match wanted.is_empty() {
            true => world.accounts.len(),
            false => fitting().count(),
        },
        rows: fitting().skip(from).take(ACCOUNTS).collect(),
    }
}

fn numbers(world: &World, account: &AccountId, from: usize) -> Page<PhoneNumber> {
    let places = world.index.listing.get(account);
    Page {
        from,
        size: NUMBERS,
        total: places.map_or(0, |places| places.len()),
        rows: places
            .into_iter()
            .flatten()
            .skip(from)
            .take(NUMBERS)
            .map(|(_, number)| *number)
            .collect(),
    }
}

/// Somebody has to do something about it yet: the carrier, the provider or a person.
fn waits(status: EventStatus) -> bool {
    status.is_open() || status == EventStatus::Rejected
}

fn shown(world: &World, number: PhoneNumber, state: &Number) -> Value {
    let open: Vec<Value> = world
        .events_of(number)
        .filter(|event| event.account == state.account && waits(event.status))
        .map(|event| {
            json!({
                "serviceType": event.kind.name(),
                "activationStatusType": event.status.name(),
            })
        })
        .collect();
    json!({
        "phoneNumber": number,
        "carrierStatus": state.status.name(),
        "e911": e911(world, number, state),
        "open": open,
    })
}

/// What a dispatcher would see, and whether the provider has agreed to it.
fn e911(world: &World, number: PhoneNumber, state: &Number) -> Value {
    let key = EventKey {
        reference: number.to_string(),
        kind: EventKind::E911Address,
    };
    let event = world
        .events
        .get(&key)
        .filter(|event| event.account == state.account);
    let told = match event.map(|event| event.status) {
        // Nobody answers for a number that the carrier has not brought yet.
        None if state.status != CarrierStatus::Active => "NOT YET",
        None | Some(EventStatus::Completed | EventStatus::CorrectedCompleted) => "IN FORCE",
        Some(EventStatus::Rejected) => "NOT IN FORCE",
        Some(status) => status.name(),
    };
    let message = event
        .filter(|event| event.status == EventStatus::Rejected)
        .and_then(|event| event.logs.last())
        .map(|log| log.message.as_str());
    json!({
        "state": told,
        "address": one_line(effective_e911(state)),
        "from": state.e911.is_none().then_some("from the customer service record"),
        "message": message,
        "correction": state.correction.as_deref().map(one_line),
    })
}

fn one_line(record: &Record) -> String {
    address_line::written(
        record,
        &[
            Member::StreetNumber,
            Member::StreetNumberSuffix,
            Member::PreDirectional,
            Member::StreetName,
            Member::StreetSuffix,
            Member::PostDirectional,
            Member::SecondaryLocationDescription,
            Member::Unit,
            Member::City,
            Member::State,
            Member::PostalCode,
            Member::Language,
        ],
    )
}

/// The newest ports, each with what has happened to it so far.
fn ports(world: &World) -> Vec<Value> {
    world
        .index
        .ports
        .iter()
        .rev()
        .filter_map(|(_, key)| world.events.get(key))
        .take(PORTS)
        .map(|event| {
            let logs: Vec<Value> = event
                .logs
                .iter()
                .map(|log| json!({"status": log.status.name(), "at": log.at}))
                .collect();
            json!({
                "reference": event.reference,
                "account": event.account,
                "number": event.number,
                "status": event.status.name(),
                "focDate": event.foc_date,
                "crdDate": event.crd_date,
                "logs": logs,
            })
        })
        .collect()
}
