//! What became of a write: the platform is read until it shows the step done,
//! or for a few seconds.

use std::time::Duration;

use serde_json::Value;

use crate::api::ReadClient;
use crate::live::{self, LiveError};
use crate::model::live::{Inventory, LivePartition};
use crate::model::meaning;
use crate::model::{CarrierStatus, LiveNumber, Member, PhoneNumber, Record};
use crate::plan::{Action, Step};

/// Reads lag behind writes; the pauses between looks, about four seconds in all.
const PAUSES: [Duration; 4] = [
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

/// Looks whether the step is done, for as long as reads may lag.
pub async fn confirm(step: &Step, client: &ReadClient, partition: &LivePartition) -> Settled {
    let mut settled = look(step, client, partition).await;
    for pause in PAUSES {
        if settled == Settled::Done {
            break;
        }
        client.timer().pass(pause).await;
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
    for number in &step.numbers {
        let done = if step.action == Action::Recover {
            !matches!(
                live::inventory(client, &step.account, *number, partition).await?,
                Inventory::Cooldown { .. }
            )
        } else {
            shows(
                step,
                live::number(client, &step.account, *number).await?.as_ref(),
            ) && shows_caller_id(step, *number, client).await?
        };
        if !done {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whose caller ID a number is stands with the user, not with the number.
async fn shows_caller_id(
    step: &Step,
    number: PhoneNumber,
    client: &ReadClient,
) -> Result<bool, LiveError> {
    let sent = |name: &str| step.body.as_ref().and_then(|body| body.get(name));
    let (Some(Value::Bool(true)), Some(Value::String(user))) =
        (sent("assignAsCallerId"), sent("referenceId"))
    else {
        return Ok(true);
    };
    let shown = client
        .user(&step.account, user)
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
        Action::CancelActivation => status != Some(&CarrierStatus::ActivationOnHold),
        Action::Release => matches!(
            status,
            None | Some(
                CarrierStatus::DeletePending | CarrierStatus::Deleted | CarrierStatus::Cooldown
            )
        ),
        Action::Update => live.is_some_and(|number| holds(step.body.as_ref(), number)),
        // Recover is read from the inventory. A port's outcome is in its own
        // event, not in the number.
        Action::Recover
        | Action::SubmitPort
        | Action::UpdatePort
        | Action::TriggerPort
        | Action::CancelPort
        | Action::AcceptE911Correction
        | Action::KeepE911Original => false,
    }
}

/// Whether all that a PATCH says is so already, by meaning.
fn holds(body: Option<&Value>, live: &LiveNumber) -> bool {
    let Some(Value::Object(body)) = body else {
        return false;
    };
    let csr = live.customer_service_record.as_ref();
    body.iter().all(|(name, value)| match name.as_str() {
        "customerServiceRecord" => same(value, csr, Member::in_csr),
        // null means the CSR's address, which the platform omits or echoes.
        "e911Address" if value.is_null() => meaning::is_echo(live.e911_address.as_ref(), csr),
        "e911Address" => same(value, effective_e911(live), Member::in_e911),
        "directoryListing" => live.directory_listing.as_ref().is_some_and(|listing| {
            value.get("type").and_then(Value::as_str) == listing.listing_type.as_deref()
                && value
                    .get("listed")
                    .and_then(Value::as_bool)
                    .unwrap_or(false)
                    == listing.listed
                && match value.get("address") {
                    None | Some(Value::Null) => meaning::is_echo(listing.address.as_ref(), csr),
                    Some(address) => same(address, listing.address.as_ref(), Member::in_listing),
                }
        }),
        "referenceType" => value.as_str() == live.reference.as_ref().map(|r| &*r.reference_type),
        "referenceId" => value.as_str() == live.reference.as_ref().map(|r| &*r.id),
        "assignAsCallerId" => true,
        _ => false,
    })
}

/// The address that answers 911 calls now: its own, or the CSR's.
pub fn effective_e911(live: &LiveNumber) -> Option<&Record> {
    live.e911_address
        .as_ref()
        .filter(|record| !record.is_empty())
        .or(live.customer_service_record.as_ref())
}

fn same(sent: &Value, live: Option<&Record>, scope: fn(Member) -> bool) -> bool {
    let empty = Record::default();
    serde_json::from_value::<Option<Record>>(sent.clone())
        .is_ok_and(|sent| meaning::same(&sent.unwrap_or_default(), live.unwrap_or(&empty), scope))
}
