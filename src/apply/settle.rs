//! What became of a write: the platform is read until it shows the step done,
//! or for a few seconds.

use std::time::Duration;

use serde_json::Value;

use crate::api::ReadClient;
use crate::live::{self, LiveError};
use crate::model::live::{Inventory, LivePartition};
use crate::model::meaning;
use crate::model::{CarrierStatus, LiveNumber, Member, PhoneNumber, Record};
use crate::plan::{Action, Change, Step};

use super::port;
use super::seat::Seat;

/// Reads lag behind writes; the pauses between looks, about four seconds in all.
pub(super) const PAUSES: [Duration; 4] = [
    Duration::from_millis(150),
    Duration::from_millis(450),
    Duration::from_millis(1200),
    Duration::from_millis(2200),
];

/// What the platform shows of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    Done,
    NotDone,
    Unknown(String),
}

/// Whether a step that was reviewed is satisfied: one look, no waiting.
pub async fn is_satisfied(
    step: &Step,
    client: &ReadClient,
    partition: &LivePartition,
) -> Result<bool, LiveError> {
    shown(step, client, partition).await
}

/// Looks whether the step is done, for as long as reads may lag.
pub(super) async fn confirm(
    step: &Step,
    client: &ReadClient,
    partition: &LivePartition,
    seat: &mut Seat<'_>,
) -> Settled {
    let mut settled = look(step, client, partition).await;
    for pause in PAUSES {
        if settled == Settled::Done {
            break;
        }
        seat.rest(pause).await;
        settled = look(step, client, partition).await;
    }
    settled
}

async fn look(step: &Step, client: &ReadClient, partition: &LivePartition) -> Settled {
    match shown(step, client, partition).await {
        Ok(true) => Settled::Done,
        Ok(false) => Settled::NotDone,
        Err(error) => Settled::Unknown(error.to_string()),
    }
}

async fn shown(
    step: &Step,
    client: &ReadClient,
    partition: &LivePartition,
) -> Result<bool, LiveError> {
    if port::is_about_one(step.action) {
        return port::shown(step, client).await;
    }
    for number in &step.numbers {
        let stock = || live::inventory(client, &step.account, *number, partition);
        let done = match step.action {
            Action::Recover => !matches!(stock().await?, Inventory::Cooldown { .. }),
            Action::AcceptE911Correction | Action::KeepE911Original => {
                correction_is_decided(step, *number, client).await?
            }
            _ => {
                let found = live::number(client, &step.account, *number).await?;
                shows(step, found.as_ref())
                    // One answer "no such number" may be a slip; the inventory must agree.
                    && (found.is_some()
                        || stock().await? != Inventory::OnAccount(step.account.clone()))
                    && shows_caller_id(step, *number, client).await?
            }
        };
        if !done {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The offer is gone, the rejection too, and the address is the one decided for.
async fn correction_is_decided(
    step: &Step,
    number: PhoneNumber,
    client: &ReadClient,
) -> Result<bool, LiveError> {
    let account = &step.account;
    if live::correction(client, account, number).await?.is_some()
        || live::e911_is_rejected(client, account, number).await?
    {
        return Ok(false);
    }
    // Whether an acceptance keeps the unit is published nowhere; a step after
    // it puts it back.
    let changes: Vec<Change> = step
        .changes
        .iter()
        .filter(|change| {
            let member = change.path.strip_prefix("e911Address.");
            !matches!(
                member.and_then(Member::from_name),
                Some(Member::Unit | Member::SecondaryLocationDescription)
            )
        })
        .cloned()
        .collect();
    let found = live::number(client, account, number).await?;
    Ok(found.is_some_and(|number| holds(&changes, &number)))
}

/// Whose caller ID a number is stands with the user, not with the number.
async fn shows_caller_id(
    step: &Step,
    number: PhoneNumber,
    client: &ReadClient,
) -> Result<bool, LiveError> {
    let assigns = step.changes.iter().any(|change| {
        change.path == "reference.assignAsCallerId" && change.after == Value::Bool(true)
    });
    if step.action != Action::Update || !assigns {
        return Ok(true);
    }
    let Some(reference) = live::number(client, &step.account, number)
        .await?
        .and_then(|number| number.reference)
    else {
        return Ok(false);
    };
    let shown = client
        .user(&step.account, &reference.id)
        .await?
        .and_then(|user| user.caller_id_config)
        .and_then(|config| config.caller_id_number);
    Ok(shown.is_some_and(|shown| shown.parse() == Ok(number)))
}

/// Whether the number, as read, is as the step makes it, caller ID aside.
pub fn shows(step: &Step, live: Option<&LiveNumber>) -> bool {
    let status = live.map(|number| &number.status);
    match step.action {
        Action::Activate => matches!(
            status,
            Some(
                CarrierStatus::Active
                    | CarrierStatus::ActivationPending
                    | CarrierStatus::ActivationOnHold
            )
        ),
        Action::SubmitActivation => matches!(
            status,
            Some(CarrierStatus::Active | CarrierStatus::ActivationPending)
        ),
        // Not when somebody has submitted it meanwhile: then it is being activated.
        Action::CancelActivation => status.is_none_or(CarrierStatus::is_off_account),
        Action::Release => status.is_none_or(|status| {
            status.is_off_account() || *status == CarrierStatus::DeletePending
        }),
        Action::Update => live.is_some_and(|number| holds(&step.changes, number)),
        // Recover is read from the inventory. A port's outcome is in its own
        // event, not in one number: see `port`.
        Action::Recover
        | Action::SubmitPort
        | Action::UpdatePort
        | Action::TriggerPort
        | Action::CancelPort
        | Action::AcceptE911Correction
        | Action::KeepE911Original => false,
    }
}

/// Whether every change has come to be, by meaning.
fn holds(changes: &[Change], live: &LiveNumber) -> bool {
    let csr = live.customer_service_record.as_ref();
    let listing = live.directory_listing.as_ref();
    let then = |path: &str| changes.iter().find(|change| change.path == path);
    changes.iter().all(|change| {
        let after = &change.after;
        match change.path.split_once('.').unwrap_or((&change.path, "")) {
            ("customerServiceRecord", _) => true,
            ("e911Address", "") if after.is_null() => {
                meaning::is_echo(live.e911_address.as_ref(), csr)
            }
            ("e911Address", "") => is(after, effective_e911(live), Member::in_e911),
            ("e911Address", _) => true,
            ("directoryListing", "listed") => {
                after.as_bool().unwrap_or(false) == listing.is_some_and(|listing| listing.listed)
            }
            ("directoryListing", "type") => {
                after.as_str() == listing.and_then(|listing| listing.listing_type.as_deref())
            }
            ("directoryListing", "address") if after.is_null() => {
                meaning::is_echo(listing.and_then(|listing| listing.address.as_ref()), csr)
            }
            ("directoryListing", "address") => is(
                after,
                listing.and_then(|listing| listing.address.as_ref()),
                Member::in_listing,
            ),
            ("directoryListing", _) => true,
            ("reference", "") => {
                let reference = live.reference.as_ref();
                after["type"].as_str() == reference.map(|r| &*r.reference_type)
                    && after["id"].as_str() == reference.map(|r| &*r.id)
            }
            // Whose caller ID it is stands with the user.
            ("reference", "assignAsCallerId") => true,
            _ => false,
        }
    }) && members_hold(changes, "customerServiceRecord.", csr, Member::in_csr)
        && members_hold(
            changes,
            "e911Address.",
            effective_e911(live),
            Member::in_e911,
        )
        && (then("directoryListing.address").is_some()
            || members_hold(
                changes,
                "directoryListing.address.",
                listing.and_then(|listing| listing.address.as_ref()).or(csr),
                Member::in_listing,
            ))
}

/// Lays the changed members over the object as it is: it must mean the same.
/// (Compared as a whole, for a street suffix may stand inside the name.)
fn members_hold(
    changes: &[Change],
    prefix: &str,
    live: Option<&Record>,
    scope: fn(Member) -> bool,
) -> bool {
    let live = live.cloned().unwrap_or_default();
    let mut then = live.clone();
    for change in changes {
        let Some(member) = change.path.strip_prefix(prefix).and_then(Member::from_name) else {
            continue;
        };
        match &change.after {
            Value::String(text) => then.set(member, Some(text)),
            Value::Bool(value) => then.set(member, Some(if *value { "true" } else { "false" })),
            _ => then.set(member, None),
        }
    }
    meaning::same(&live, &then, scope)
}

/// The address that answers 911 calls now: its own, or the CSR's.
fn effective_e911(live: &LiveNumber) -> Option<&Record> {
    live.e911_address
        .as_ref()
        .filter(|record| !record.is_empty())
        .or(live.customer_service_record.as_ref())
}

fn is(after: &Value, live: Option<&Record>, scope: fn(Member) -> bool) -> bool {
    let empty = Record::default();
    serde_json::from_value::<Record>(after.clone())
        .is_ok_and(|after| meaning::same(&after, live.unwrap_or(&empty), scope))
}
