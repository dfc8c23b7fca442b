//! Service activation events: one by its reference, or a search over all.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil;
use jiff::tz::TimeZone;

use super::{Request, Response};
use crate::api::wire::EventPage;
use crate::model::AccountId;
use crate::sandbox::event::{Event, EventKind, EventStatus};
use crate::sandbox::rules::{Refusal, account_exists};
use crate::sandbox::view;
use crate::sandbox::world::{EventKey, World};

/// O:statusSearch's default of `maxResult`.
const DEFAULT_PAGE: usize = 50;
/// More than this a page is refused.
const LARGEST_PAGE: usize = 1000;

/// GET A/reference/{reference}/type/{kind}.
pub fn one(world: &World, account: &str, reference: &str, kind: &str) -> Result<Response, Refusal> {
    let account = AccountId::new(account);
    account_exists(world, &account)?;
    let kind = parse_kind(kind)?;
    let key = EventKey {
        reference: reference.to_owned(),
        kind,
    };
    world
        .events
        .get(&key)
        .filter(|event| event.account == account)
        .map(|event| Response::json(200, &view::event(world, event)))
        .ok_or_else(|| {
            Refusal::missing("ServiceActivationEventNotFound").with("referenceId", reference)
        })
}

/// GET I/statussearch: pages of events in the order of their creation.
pub fn search(world: &World, request: &Request) -> Result<Response, Refusal> {
    let kinds = listed(request, "eventType", parse_kind)?;
    let statuses = listed(request, "statusType", |name| {
        EventStatus::parse(name)
            .ok_or_else(|| Refusal::bad("InvalidStatusType").with("statusType", name))
    })?;
    let number = request
        .parameter("telephoneNumber")
        .filter(|tn| !tn.is_empty());
    // What is left empty does not filter (O:statusSearch).
    let said = |name| request.parameter(name).filter(|text| !text.is_empty());
    let account = said("accountId").map(AccountId::new);
    let date_of = match said("dateType").unwrap_or("UpdatedDate") {
        "UpdatedDate" => |event: &Event| Some(event.updated),
        "CreatedDate" => |event: &Event| Some(event.created),
        "FOCDate" => |event: &Event| event.foc_date,
        other => return Err(Refusal::bad("InvalidDateType").with("dateType", other)),
    };
    let from = said("startDate").map(instant).transpose()?;
    let to = said("endDate").map(instant).transpose()?;
    let fits = |event: &&Event| {
        let dated = date_of(event);
        kinds
            .as_ref()
            .is_none_or(|kinds| kinds.contains(&event.kind))
            && number.is_none_or(|tn| is_about(world, event, tn))
            && account.as_ref().is_none_or(|id| event.account == *id)
            && from.is_none_or(|from| dated.is_some_and(|date| date >= from))
            && to.is_none_or(|to| dated.is_some_and(|date| date <= to))
    };
    let mut found: Vec<&Event> = world
        .index
        .by_status
        .iter()
        .filter(|(status, _)| statuses.as_ref().is_none_or(|set| set.contains(status)))
        .flat_map(|(_, events)| events)
        .filter_map(|(_, key)| world.events.get(key))
        .filter(fits)
        .collect();
    found.sort_by_key(|event| event.order);
    let skip = request.count("firstResultIndex", 0)?;
    let take = request.count("maxResult", DEFAULT_PAGE)?;
    if take > LARGEST_PAGE {
        return Err(Refusal::bad("MaxResultTooLarge").with("maxResult", take));
    }
    let page = EventPage {
        total_records: found.len() as u64,
        results: found
            .into_iter()
            .skip(skip)
            .take(take)
            .map(|event| view::event(world, event))
            .collect(),
    };
    Ok(Response::json(200, &page))
}

/// A port's event is about each of its numbers.
fn is_about(world: &World, event: &Event, tn: &str) -> bool {
    match view::port::of_event(world, event) {
        Some(port) => port.numbers.iter().any(|number| number.to_string() == tn),
        None => event.number.to_string() == tn,
    }
}

fn parse_kind(name: &str) -> Result<EventKind, Refusal> {
    EventKind::parse(name)
        .ok_or_else(|| Refusal::bad("InvalidServiceType").with("serviceType", name))
}

/// A parameter that may be repeated or hold several values with commas.
fn listed<T: Ord>(
    request: &Request,
    name: &str,
    parse: impl Fn(&str) -> Result<T, Refusal>,
) -> Result<Option<BTreeSet<T>>, Refusal> {
    let set = request
        .parameters(name)
        .flat_map(|value| value.split(','))
        .filter(|value| !value.is_empty())
        .map(parse)
        .collect::<Result<BTreeSet<T>, Refusal>>()?;
    Ok((!set.is_empty()).then_some(set))
}

/// An instant, or a day's first moment.
fn instant(text: &str) -> Result<Timestamp, Refusal> {
    let day = || {
        let date: civil::Date = text.parse().ok()?;
        let zoned = date.to_zoned_datetime(TimeZone::UTC).ok()?;
        Some(zoned.timestamp())
    };
    text.parse()
        .ok()
        .or_else(day)
        .ok_or_else(|| Refusal::bad("InvalidDate").with("date", text))
}
