//! What happens by itself: events move on when their time has come.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::model::{AccountId, CarrierStatus, PhoneNumber, Record};
use crate::sandbox::clock::later;
use crate::sandbox::event::{self, Answer, Event, EventKind, EventStatus, Log};
use crate::sandbox::msag::{self, Verdict};
use crate::sandbox::world::{Due, EventKey, Stock, World};

use super::address::effective_e911;
use super::port;

/// Lets everything that is due until `now` happen, each thing at its own time.
pub fn settle(world: &mut World, now: Timestamp) {
    while world.due.first().is_some_and(|due| due.at <= now) {
        if let Some(due) = world.due.pop_first() {
            advance(world, &due);
        }
    }
}

/// Opens an event, or opens it again.
pub fn open(
    world: &mut World,
    kind: EventKind,
    account: &AccountId,
    number: PhoneNumber,
    status: EventStatus,
    message: &str,
    now: Timestamp,
) {
    let key = EventKey {
        reference: number.to_string(),
        kind,
    };
    open_for(world, key, (account, number), status, message, now);
}

/// The same for an event whose reference need not be its number: a port's.
pub fn open_for(
    world: &mut World,
    key: EventKey,
    (account, number): (&AccountId, PhoneNumber),
    status: EventStatus,
    message: &str,
    now: Timestamp,
) {
    let kind = key.kind;
    let before = world
        .events
        .get(&key)
        .filter(|event| event.account == *account);
    let mut event = match before {
        Some(event) => Event {
            revision: world.ids.sequence(),
            status,
            stuck: false,
            ..event.clone()
        },
        // An event of another account's times is none of this account's.
        None => Event {
            id: world.ids.next(),
            kind,
            reference: key.reference,
            account: account.clone(),
            number,
            status,
            created: now,
            updated: now,
            order: world.ids.sequence(),
            revision: world.ids.sequence(),
            stuck: false,
            foc_date: None,
            crd_date: None,
            logs: Vec::new(),
        },
    };
    log(&mut event, now, message);
    plan_next(world, &event, now);
    world.put_event(event);
}

/// Ends an event, or moves it by a person's decision.
pub fn decide(
    world: &mut World,
    kind: EventKind,
    number: PhoneNumber,
    status: EventStatus,
    message: &str,
    now: Timestamp,
) {
    let key = EventKey {
        reference: number.to_string(),
        kind,
    };
    if let Some(event) = world.events.get(&key) {
        let mut event = event.clone();
        event.status = status;
        event.revision = world.ids.sequence();
        log(&mut event, now, message);
        plan_next(world, &event, now);
        world.put_event(event);
    }
}

/// Plans the next turn of an event that was just put in its status at `now`.
pub fn plan_next(world: &mut World, event: &Event, now: Timestamp) {
    if event.stuck || event::next(event.kind, event.status, Answer::Agreed).is_none() {
        return;
    }
    if event.kind == EventKind::PortRequest {
        if let Some(at) = port::when(world, event, now) {
            put_due(world, event, at);
        }
        return;
    }
    let timing = world.timing;
    let seconds = match (event.kind, event.status) {
        (EventKind::Disconnect, EventStatus::Cooldown) => {
            world.partition.tn_delete_cooldown_days.unwrap_or(0).max(0) * 86_400
        }
        (EventKind::Disconnect, _) => i64::from(timing.delete_seconds),
        (_, EventStatus::Pending) => i64::from(timing.submit_seconds),
        (EventKind::E911Address, _) => i64::from(timing.e911_seconds),
        (EventKind::CsrChange, _) => i64::from(timing.csr_seconds),
        _ => i64::from(timing.activation_seconds),
    };
    put_due(world, event, later(now, SignedDuration::from_secs(seconds)));
}

fn put_due(world: &mut World, event: &Event, at: Timestamp) {
    let due = Due {
        at,
        order: world.ids.sequence(),
        event: EventKey {
            reference: event.reference.clone(),
            kind: event.kind,
        },
        revision: event.revision,
    };
    world.due.insert(due);
}

/// One turn of one event, and what it does to its number.
fn advance(world: &mut World, due: &Due) {
    let Some(mut event) = world
        .events
        .get(&due.event)
        .filter(|event| event.revision == due.revision)
        .cloned()
    else {
        return;
    };
    if event.kind == EventKind::PortRequest {
        port::advance(world, &event, due.at);
        return;
    }
    let (answer, message, correction) = ask(world, &event);
    let Some(status) = event::next(event.kind, event.status, answer) else {
        return;
    };
    event.status = status;
    let message = if status == EventStatus::Rejected {
        message
    } else {
        String::new()
    };
    log(&mut event, due.at, &message);
    match (event.kind, status) {
        (EventKind::Activation, EventStatus::Completed) => {
            if let Some(number) = world.numbers.get_mut(&event.number) {
                number.status = CarrierStatus::Active;
            }
        }
        (EventKind::E911Address, EventStatus::Rejected) => {
            if let Some(number) = world.numbers.get_mut(&event.number) {
                number.correction = correction.map(Arc::new);
            }
        }
        (EventKind::Disconnect, EventStatus::Cooldown) => {
            super::release::leave(world, event.number);
            let days = world.partition.tn_delete_cooldown_days.unwrap_or(0).max(0);
            let until = later(due.at, SignedDuration::from_secs(days * 86_400));
            world.stock.insert(event.number, Stock::Cooldown { until });
        }
        (EventKind::Disconnect, EventStatus::Completed) => {
            world.stock.insert(event.number, Stock::Returned);
        }
        _ => {}
    }
    plan_next(world, &event, due.at);
    world.put_event(event);
}

/// A carrier's words for a record it can't place. (inf)
const CSR_REFUSED: &str =
    "The service address of the customer service record could not be validated";

/// Asks the carrier or E911 provider that an event has been submitted to.
fn ask(world: &World, event: &Event) -> (Answer, String, Option<Record>) {
    let agreed = (Answer::Agreed, String::new(), None);
    if event.status != EventStatus::InProgress {
        return agreed;
    }
    let Some(number) = world.numbers.get(&event.number) else {
        return agreed;
    };
    let address = match event.kind {
        EventKind::E911Address => effective_e911(number),
        EventKind::CsrChange => &number.csr,
        _ => return agreed,
    };
    let refuses_place = event.kind == EventKind::E911Address;
    let verdict = msag::judge(&world.addresses, world.accept_unknown_addresses, address);
    let message = match event.kind {
        EventKind::CsrChange => CSR_REFUSED.to_owned(),
        _ => msag::rejection(&event.reference, &verdict),
    };
    match verdict {
        Verdict::Valid => agreed,
        // A carrier keeps a record, it sends nobody there: an address that the
        // MSAG spells otherwise is good enough for it.
        Verdict::Alternatives(_) if !refuses_place => agreed,
        Verdict::Alternatives(alternatives) => {
            (Answer::Refused, message, alternatives.into_iter().next())
        }
        Verdict::NoSuchState | Verdict::UnknownStreet => (Answer::Refused, message, None),
    }
}

pub fn log(event: &mut Event, at: Timestamp, message: &str) {
    event.updated = at;
    event.logs.push(Log {
        status: event.status,
        at,
        code: event::code(event.kind, event.status).to_owned(),
        message: message.to_owned(),
    });
}
