//! The last look before a port's step, and the look for what became of it.
//!
//! A port is an order of several numbers, and what is true of it is in three
//! places: the numbers on the account, the order with its event, and, while the
//! first two lag behind, the inventory and the search for events. A second
//! order is the mistake that can't be taken back, so before an order all of
//! them must know nothing of any of its numbers.

mod terms;

use futures_util::future::try_join_all;

use super::readiness::Readiness;
use crate::api::ReadClient;
use crate::live::{self, LiveError};
use crate::model::live::{EventKind, Inventory, LivePartition};
use crate::model::porting::PortState;
use crate::model::{CarrierStatus, LiveNumber, LivePort, PhoneNumber, PortId};
use crate::plan::{Action, Expect, Step};

/// What is done to a port.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Deed {
    Submit,
    Update,
    Trigger,
    Cancel,
}

impl Deed {
    const fn of(action: Action) -> Option<Self> {
        match action {
            Action::SubmitPort => Some(Self::Submit),
            Action::UpdatePort => Some(Self::Update),
            Action::TriggerPort => Some(Self::Trigger),
            Action::CancelPort => Some(Self::Cancel),
            Action::Recover
            | Action::Activate
            | Action::SubmitActivation
            | Action::Update
            | Action::AcceptE911Correction
            | Action::KeepE911Original
            | Action::CancelActivation
            | Action::Release => None,
        }
    }
}

/// Whether the step is about a port, and so is looked at here.
pub(super) const fn is_about_one(action: Action) -> bool {
    Deed::of(action).is_some()
}

/// One look before the step is sent.
pub(super) async fn look(
    step: &Step,
    client: &ReadClient,
    partition: &LivePartition,
) -> Result<Readiness, LiveError> {
    match &step.expect {
        Expect::Port(expected) => {
            let found = live::port(client, &step.account, &expected.id).await?;
            Ok(as_expected(step, expected, found.as_ref()))
        }
        Expect::NotOnAccount | Expect::Anything => not_ordered(step, client, partition).await,
        // What a port's step can't expect is no reason to send it.
        Expect::InCooldown | Expect::Number(_) | Expect::Correction { .. } => {
            Ok(Readiness::Stale {
                expected: "a port".to_owned(),
                found: "a step that expects something else".to_owned(),
            })
        }
    }
}

fn as_expected(step: &Step, expected: &LivePort, found: Option<&LivePort>) -> Readiness {
    let stale = |found: String| Readiness::Stale {
        expected: format!("port {} to be {} as planned", expected.id, expected.state),
        found,
    };
    let Some(found) = found else {
        return stale("that the account has no such port".to_owned());
    };
    let done = match Deed::of(step.action) {
        Some(Deed::Cancel) => is_called_off(&found.state),
        Some(Deed::Trigger) => found.state == PortState::Completed,
        Some(Deed::Update) => terms::already(step, expected, found),
        // An order expects to find no port at all.
        Some(Deed::Submit) | None => false,
    };
    if done {
        return Readiness::Done;
    }
    if found.state != expected.state {
        return stale(format!("it {}", found.state));
    }
    let differences = terms::differences(expected, found);
    if differences.is_empty() {
        Readiness::Ready
    } else {
        stale(format!(
            "that its {} changed meanwhile",
            differences.join(", ")
        ))
    }
}

/// Nothing anywhere may know of an order of any of these numbers.
async fn not_ordered(
    step: &Step,
    client: &ReadClient,
    partition: &LivePartition,
) -> Result<Readiness, LiveError> {
    let found = on_account(step, client).await?;
    if is_ordered(&found) {
        return Ok(Readiness::Done);
    }
    let listed = found.iter().find_map(|(number, live)| {
        let live = live.as_ref()?;
        (!live.status.is_off_account()).then_some((number, live))
    });
    if let Some((number, live)) = listed {
        let port = live.port.as_ref().map(|port| format!(" in port {port}"));
        return Ok(Readiness::Stale {
            expected: format!("none of the port's numbers on account {}", step.account),
            found: format!(
                "that {number} is {}{}",
                live.status,
                port.unwrap_or_default()
            ),
        });
    }
    nowhere_else(step, client, partition).await
}

/// Inventory and event search: that a number is not listed on the account may
/// be a listing that lags.
pub(super) async fn nowhere_else(
    step: &Step,
    client: &ReadClient,
    partition: &LivePartition,
) -> Result<Readiness, LiveError> {
    let looks = step.numbers.iter().map(async |number| {
        let (stock, event) = futures_util::future::try_join(
            live::inventory(client, &step.account, *number, partition),
            live::under_way(client, *number),
        )
        .await?;
        Ok::<_, LiveError>((*number, stock, event))
    });
    for (number, stock, event) in try_join_all(looks).await? {
        let stale = |found: String| {
            Ok(Readiness::Stale {
                expected: format!("no order of {number} anywhere"),
                found,
            })
        };
        if let Some(event) = event {
            let what = match event.kind {
                EventKind::PortRequest => "a port",
                EventKind::Activation
                | EventKind::CsrChange
                | EventKind::E911Address
                | EventKind::Disconnect => "an activation",
            };
            return stale(format!("{what} already under way ({})", event.status));
        }
        match stock {
            // The listing still has it, as what is left of an order that was
            // called off; then the inventory may say so too.
            Inventory::OnAccount(owner) if owner == step.account => {
                let listed = live::number(client, &step.account, number).await?;
                if listed.is_none_or(|live| !live.status.is_off_account()) {
                    return stale(format!("that the inventory has it on account {owner}"));
                }
            }
            Inventory::OnAccount(owner) => {
                return stale(format!("that the inventory has it on account {owner}"));
            }
            Inventory::Unknown
            | Inventory::Free
            | Inventory::Cooldown { .. }
            | Inventory::NotInStock => {}
        }
    }
    Ok(Readiness::Ready)
}

async fn on_account(
    step: &Step,
    client: &ReadClient,
) -> Result<Vec<(PhoneNumber, Option<LiveNumber>)>, LiveError> {
    try_join_all(step.numbers.iter().map(async |number| {
        let found = live::number(client, &step.account, *number).await?;
        Ok((*number, found))
    }))
    .await
}

/// All of them are on the account in one port, or came in with it.
fn is_ordered(found: &[(PhoneNumber, Option<LiveNumber>)]) -> bool {
    let ports: Vec<Option<&PortId>> = found
        .iter()
        .map(|(_, live)| live.as_ref().filter(|live| is_in_port(live))?.port.as_ref())
        .collect();
    match ports.split_first() {
        Some((Some(first), rest)) => rest.iter().all(|port| *port == Some(*first)),
        Some((None, _)) | None => false,
    }
}

fn is_in_port(live: &LiveNumber) -> bool {
    match live.status {
        CarrierStatus::PortPending
        | CarrierStatus::PortRejected
        | CarrierStatus::Active
        // FOC_REMOVED, HOT_CUT_PORT …, with the port's id beside it.
        | CarrierStatus::Other(_) => true,
        CarrierStatus::ActivationOnHold
        | CarrierStatus::ActivationPending
        | CarrierStatus::CancelPort
        | CarrierStatus::CancelPortExpedited
        | CarrierStatus::CancelPortComplete
        | CarrierStatus::DeletePending
        | CarrierStatus::Deleted
        | CarrierStatus::Cooldown
        | CarrierStatus::Recovered
        | CarrierStatus::Inventory
        | CarrierStatus::InventoryClaimed => false,
    }
}

fn is_called_off(state: &PortState) -> bool {
    match state {
        PortState::CancelPending | PortState::Cancelled | PortState::CarrierCancelled => true,
        PortState::Pending
        | PortState::InProgress
        | PortState::FocReceived
        | PortState::FocRemoved
        | PortState::Rejected
        | PortState::HotCut
        | PortState::ResellerPending
        | PortState::Completed
        | PortState::Other(_) => false,
    }
}

/// Whether the platform shows the step done. Of a step from a saved plan it is
/// not known how its port stood then; so much the more must be seen now.
pub(super) async fn shown(step: &Step, client: &ReadClient) -> Result<bool, LiveError> {
    let deed = Deed::of(step.action);
    if deed == Some(Deed::Submit) {
        return Ok(is_ordered(&on_account(step, client).await?));
    }
    let expected = match &step.expect {
        Expect::Port(expected) => Some(&**expected),
        Expect::Anything
        | Expect::NotOnAccount
        | Expect::InCooldown
        | Expect::Number(_)
        | Expect::Correction { .. } => None,
    };
    let named = || step.port.as_ref().and_then(|facts| facts.port_id.as_ref());
    let Some(id) = expected.map(|port| &port.id).or_else(named) else {
        return Ok(false);
    };
    let Some(found) = live::port(client, &step.account, id).await? else {
        return Ok(false);
    };
    Ok(match deed {
        Some(Deed::Cancel) => is_called_off(&found.state),
        Some(Deed::Trigger) => found.state == PortState::Completed || triggered(expected, &found),
        Some(Deed::Update) => terms::taken(step, expected, &found),
        Some(Deed::Submit) | None => false,
    })
}

/// Something has happened to a port with a FOC that is still to be carried out.
fn triggered(expected: Option<&LivePort>, found: &LivePort) -> bool {
    let since_foc = found
        .log
        .iter()
        .rev()
        .take_while(|line| *line.status == *PortState::FocReceived.name())
        .count();
    found.state == PortState::FocReceived
        && match expected {
            Some(expected) => found.log.len() > expected.log.len(),
            // The line that brought the FOC, and another one.
            None => since_foc > 1,
        }
}
