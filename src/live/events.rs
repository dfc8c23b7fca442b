//! Service activation events: what carriers and the E911 provider are doing, or
//! refused to do.
//!
//! A field that matches is not proof that it is in force: a rejected change
//! leaves a matching field behind, and only its event tells. Open and rejected
//! events are found by paged search, never by one call a number. A rejection
//! stays on record after a later change of the same kind went through, so where
//! there are rejections the completed events of that account are asked as well,
//! and whatever came later wins.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::future::try_join_all;
use jiff::Timestamp;

use crate::api::{ApiError, Call, ReadClient, StatusQuery, masking, wire};
use crate::model::live::EventKind;
use crate::model::{AccountId, LiveEvent, PhoneNumber, paths};

use super::LiveError;
use super::dates::timestamp;

/// Up to so many accounts are searched one by one; more of them, and one search
/// of the partition costs less.
const FEW: usize = 8;

/// How often pages are read anew because the total changed meanwhile.
const RESTARTS: u32 = 5;

/// Every status that is not an end (S:ServiceActivationEventX), and REJECTED.
/// COOLDOWN is left out: that number is off the account, and the inventory says so.
const OPEN: [&str; 11] = [
    "PENDING",
    "IN_PROGRESS",
    "REJECTED",
    "FOC_RECEIVED",
    "FOC_REMOVED",
    "CANCEL_PENDING",
    "DELETE_PENDING",
    "DELETE_SCHEDULED",
    "HOT_CUT_PORT",
    "ON_HOLD",
    "RESELLER_PENDING",
];

/// The ends that put a change in force.
const SUCCEEDED: [&str; 2] = ["COMPLETED", "CORRECTED_COMPLETED"];

/// Whose events are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    pub accounts: BTreeSet<AccountId>,
}

/// The latest open or rejected event of each kind on each number.
#[derive(Clone, Debug, Default)]
pub struct Events {
    by_account: BTreeMap<AccountId, Latest>,
    /// Events that don't say whose they are.
    unplaced: Latest,
}

type Latest = BTreeMap<(PhoneNumber, EventKind), LiveEvent>;

impl Events {
    /// An account's events, of the numbers that matter.
    pub fn of(
        &self,
        account: &AccountId,
        matters: impl Fn(PhoneNumber) -> bool,
    ) -> BTreeMap<PhoneNumber, Vec<LiveEvent>> {
        let mut events: BTreeMap<PhoneNumber, Vec<LiveEvent>> = BTreeMap::new();
        for ((number, _), event) in self
            .by_account
            .get(account)
            .into_iter()
            .chain([&self.unplaced])
            .flatten()
        {
            if matters(*number) {
                events.entry(*number).or_default().push(event.clone());
            }
        }
        events
    }
}

/// Reads the open and rejected events of these accounts.
pub async fn events(client: &ReadClient, scope: &Scope) -> Result<Events, LiveError> {
    let open = |account: Option<&AccountId>| StatusQuery {
        account: account.cloned(),
        statuses: OPEN.to_vec(),
        ..StatusQuery::default()
    };
    let found: Vec<(Option<AccountId>, Vec<wire::ServiceActivationEvent>)> =
        if scope.accounts.len() <= FEW {
            try_join_all(scope.accounts.iter().map(async |account| {
                let found = search(client, &open(Some(account))).await?;
                Ok::<_, LiveError>((Some(account.clone()), found))
            }))
            .await?
        } else {
            vec![(None, search(client, &open(None)).await?)]
        };
    let mut events = Events::default();
    for (asked, found) in found {
        for event in found {
            events.add(scope, asked.as_ref(), event);
        }
    }
    events.forget_what_was_mended(client).await?;
    Ok(events)
}

impl Events {
    fn add(
        &mut self,
        scope: &Scope,
        asked: Option<&AccountId>,
        event: wire::ServiceActivationEvent,
    ) {
        let Some((kind, numbers, live)) = read(&event) else {
            return;
        };
        let owner = event.account_id.as_deref().filter(|id| !id.is_empty());
        let latest = match (owner, asked) {
            (Some(owner), _) => {
                let owner = AccountId::new(owner);
                if !scope.accounts.contains(&owner) {
                    return;
                }
                self.by_account.entry(owner).or_default()
            }
            (None, Some(asked)) => self.by_account.entry(asked.clone()).or_default(),
            (None, None) => &mut self.unplaced,
        };
        for number in numbers {
            let known = latest.entry((number, kind)).or_insert_with(|| live.clone());
            if known.updated < live.updated {
                *known = live.clone();
            }
        }
    }

    /// Drops rejections after which a change of the same kind has succeeded.
    async fn forget_what_was_mended(&mut self, client: &ReadClient) -> Result<(), LiveError> {
        let queries = self.by_account.iter().filter_map(|(account, latest)| {
            let rejected: BTreeSet<&'static str> = latest
                .iter()
                .filter(|(_, event)| event.is_rejected())
                .filter_map(|((_, kind), _)| mendable(*kind))
                .collect();
            (!rejected.is_empty()).then(|| StatusQuery {
                account: Some(account.clone()),
                number: None,
                event_types: rejected.into_iter().collect(),
                statuses: SUCCEEDED.to_vec(),
            })
        });
        let queries: Vec<StatusQuery> = queries.collect();
        let found = try_join_all(queries.iter().map(|query| search(client, query))).await?;
        for (query, succeeded) in queries.iter().zip(found) {
            let Some(latest) = query
                .account
                .as_ref()
                .and_then(|account| self.by_account.get_mut(account))
            else {
                continue;
            };
            for event in succeeded {
                let Some((kind, numbers, success)) = read(&event) else {
                    continue;
                };
                for number in numbers {
                    latest.retain(|key, known| {
                        *key != (number, kind)
                            || !known.is_rejected()
                            || known.updated.is_none()
                            || known.updated > success.updated
                    });
                }
            }
        }
        Ok(())
    }
}

/// Kinds whose rejection a later event of its own may follow. A port's
/// rejection and its cure are one and the same event.
fn mendable(kind: EventKind) -> Option<&'static str> {
    match kind {
        EventKind::Activation => Some("ACTIVATION"),
        EventKind::CsrChange => Some("CSR_CHANGE_REQUEST"),
        EventKind::E911Address => Some("NINE_ONE_ONE_ADDRESS"),
        EventKind::Disconnect | EventKind::PortRequest => None,
    }
}

/// The event reduced to what a decision needs; `None` for kinds that no
/// number's plan depends on.
fn read(
    event: &wire::ServiceActivationEvent,
) -> Option<(EventKind, BTreeSet<PhoneNumber>, LiveEvent)> {
    let kind = match event.service_type.as_str() {
        "ACTIVATION" => EventKind::Activation,
        "CSR_CHANGE_REQUEST" => EventKind::CsrChange,
        "NINE_ONE_ONE_ADDRESS" => EventKind::E911Address,
        "DISCONNECT" => EventKind::Disconnect,
        "PORT_REQUEST" => EventKind::PortRequest,
        // DYNAMIC_RESERVATION, BYOTN_REQUEST, SERVICE_PROVIDER_TN, or a newer one.
        _ => return None,
    };
    let mut numbers = BTreeSet::new();
    let mut add = |text: &str| numbers.extend(text.parse::<PhoneNumber>().ok());
    match kind {
        EventKind::PortRequest => {
            event.main_telephone_number.as_deref().map(&mut add);
            event.sub_telephone_numbers.iter().for_each(|n| add(n));
        }
        EventKind::Activation
        | EventKind::CsrChange
        | EventKind::E911Address
        | EventKind::Disconnect => {
            event.reference_id.as_deref().map(&mut add);
        }
    }
    let date = |text: &Option<Box<str>>| -> Option<Timestamp> { timestamp(text.as_deref()?) };
    let live = LiveEvent {
        kind,
        status: event.activation_status_type.as_str().into(),
        updated: date(&event.last_updated_date).or_else(|| date(&event.created_date)),
        message: last_words(&event.logs).map(|words| match kind {
            // A losing carrier may quote what it was given.
            EventKind::PortRequest => {
                let numbers: Vec<PhoneNumber> = numbers.iter().copied().collect();
                masking::without_credentials(&words, &numbers).into()
            }
            EventKind::Activation
            | EventKind::CsrChange
            | EventKind::E911Address
            | EventKind::Disconnect => words,
        }),
    };
    Some((kind, numbers, live))
}

/// An activation or a port of this number that is under way on any account,
/// whether or not the number is listed yet. A rejected port is still an order:
/// it waits to be mended.
pub async fn under_way(
    client: &ReadClient,
    number: PhoneNumber,
) -> Result<Option<LiveEvent>, LiveError> {
    let query = StatusQuery {
        account: None,
        number: Some(number),
        event_types: vec!["ACTIVATION", "PORT_REQUEST"],
        statuses: OPEN.to_vec(),
    };
    let found = search(client, &query).await?;
    Ok(found
        .iter()
        .filter_map(read)
        .find_map(|(kind, numbers, event)| {
            let orders = match kind {
                EventKind::Activation => !event.is_rejected(),
                EventKind::PortRequest => true,
                EventKind::CsrChange | EventKind::E911Address | EventKind::Disconnect => false,
            };
            (orders && numbers.contains(&number)).then_some(event)
        }))
}

/// The last log's message, or its code where it has none.
fn last_words(logs: &[wire::EventLog]) -> Option<Box<str>> {
    let last = logs.last()?;
    let said = |text: &Option<Box<str>>| {
        let text = crate::api::error::short(text.as_deref()?, 1000);
        (!text.is_empty()).then(|| text.into_boxed_str())
    };
    said(&last.message).or_else(|| said(&last.code))
}

/// Every result of a search, each once.
pub(super) async fn search(
    client: &ReadClient,
    query: &StatusQuery,
) -> Result<Vec<wire::ServiceActivationEvent>, LiveError> {
    for restart in 0..=RESTARTS {
        if restart > 0 {
            client
                .timer()
                .pass(Duration::from_millis(250) * restart)
                .await;
        }
        let Some(Pages { events, total, .. }) = pages(client, query).await? else {
            continue;
        };
        // An event that moved onto a second page has pushed another one off it.
        if events.len() as u64 == total {
            return Ok(events.into_values().collect());
        }
    }
    Err(LiveError::Restless { restarts: RESTARTS })
}

struct Pages {
    events: BTreeMap<String, wire::ServiceActivationEvent>,
    /// Results read, repeats included.
    read: u64,
    /// What every page said the total is.
    total: u64,
}

/// All pages of a search; `None` where the total changed between two of them.
async fn pages(client: &ReadClient, query: &StatusQuery) -> Result<Option<Pages>, LiveError> {
    let mut pages = Pages {
        events: BTreeMap::new(),
        read: 0,
        total: 0,
    };
    loop {
        let page = client.status_search(query, pages.read).await?;
        if pages.read > 0 && pages.total != page.total_records {
            return Ok(None);
        }
        pages.total = page.total_records;
        let results = page.results.len() as u64;
        if results == 0 && pages.read < page.total_records {
            return Err(LiveError::Api(ApiError::WrongAnswer {
                call: Call::new("GET", paths::status_search(client.partition_id().await?)),
                why: format!(
                    "it counts {} events and stops after {}",
                    page.total_records, pages.read
                ),
            }));
        }
        pages.read += results;
        for event in page.results {
            pages.events.insert(event.id.clone(), event);
        }
        if pages.read >= page.total_records {
            return Ok(Some(pages));
        }
    }
}
