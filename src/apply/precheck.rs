//! A last look before a write: is the number still as the plan found it?

use std::time::Duration;

use crate::api::ReadClient;
use crate::live::{self, LiveError};
use crate::model::live::{Inventory, LivePartition};
use crate::model::meaning;
use crate::model::{LiveNumber, PhoneNumber, Record};
use crate::plan::{Action, Expect, Step};

use super::interrupt::Interrupt;
use super::port;
use super::readiness::Readiness;
use super::seat::Seat;
use super::settle::{self, PAUSES};

/// Between two looks for an order that an earlier run may have sent (contract
/// notes, A9).
const APART: Duration = Duration::from_secs(30);

/// Looks at the step's numbers. Before it says stale it looks again for a few
/// seconds: a read may lag behind a write. With `twice`, an earlier run may have
/// sent this very order: number, inventory and event search must all say absent
/// two times, apart from each other, before it is sent again. Whoever stops the
/// run meanwhile need not wait for that: what is ready is not sent then.
pub(super) async fn look(
    step: &Step,
    client: &ReadClient,
    partition: &LivePartition,
    twice: bool,
    seat: &mut Seat<'_>,
    stop: &Interrupt,
) -> Result<Readiness, LiveError> {
    let readiness = look_patiently(step, client, partition, twice, seat).await?;
    if !twice || readiness != Readiness::Ready {
        return Ok(readiness);
    }
    for _ in 0..APART.as_secs() {
        if stop.is_raised() {
            return Ok(readiness);
        }
        seat.rest(Duration::from_secs(1)).await;
    }
    look_patiently(step, client, partition, twice, seat).await
}

async fn look_patiently(
    step: &Step,
    client: &ReadClient,
    partition: &LivePartition,
    everywhere: bool,
    seat: &mut Seat<'_>,
) -> Result<Readiness, LiveError> {
    let mut readiness = look_once(step, client, partition, everywhere).await?;
    for pause in PAUSES {
        if !matches!(readiness, Readiness::Stale { .. }) {
            break;
        }
        seat.rest(pause).await;
        readiness = look_once(step, client, partition, everywhere).await?;
    }
    Ok(readiness)
}

async fn look_once(
    step: &Step,
    client: &ReadClient,
    partition: &LivePartition,
    everywhere: bool,
) -> Result<Readiness, LiveError> {
    if port::is_about_one(step.action) {
        return port::look(step, client, partition).await;
    }
    for number in &step.numbers {
        let found = match &step.expect {
            Expect::Anything => continue,
            Expect::InCooldown => in_cooldown(step, *number, client, partition).await?,
            Expect::NotOnAccount => not_on_account(
                step,
                live::number(client, &step.account, *number).await?.as_ref(),
            ),
            Expect::Number(expected) => as_expected(
                step,
                expected,
                live::number(client, &step.account, *number).await?.as_ref(),
            ),
            // Of the steps above alone.
            Expect::Port(_) => continue,
            Expect::Correction {
                number: expected,
                offered,
            } => correction_as_expected(step, expected, offered, *number, client).await?,
        };
        if found == Readiness::Ready {
            continue;
        }
        if settle::is_satisfied(step, client, partition).await? {
            return Ok(Readiness::Done);
        }
        return Ok(found);
    }
    if everywhere {
        return port::nowhere_else(step, client, partition).await;
    }
    Ok(Readiness::Ready)
}

async fn in_cooldown(
    step: &Step,
    number: PhoneNumber,
    client: &ReadClient,
    partition: &LivePartition,
) -> Result<Readiness, LiveError> {
    let found = match live::inventory(client, &step.account, number, partition).await? {
        Inventory::Cooldown { .. } => return Ok(Readiness::Ready),
        Inventory::Free => return Ok(Readiness::Done),
        Inventory::Unknown => "one that the partition does not know".to_owned(),
        Inventory::OnAccount(account) => format!("one on account {account}"),
        Inventory::NotInStock => "one that is not in the inventory".to_owned(),
    };
    Ok(Readiness::Stale {
        expected: "a number in cooldown".to_owned(),
        found,
    })
}

fn not_on_account(step: &Step, found: Option<&LiveNumber>) -> Readiness {
    match found {
        None => Readiness::Ready,
        // COOLDOWN, DELETED …: listed, but no longer the account's.
        Some(number) if number.status.is_off_account() => Readiness::Ready,
        Some(number) => Readiness::Stale {
            expected: format!("a number that is not on account {}", step.account),
            found: format!("one that is {}", number.status),
        },
    }
}

fn as_expected(step: &Step, expected: &LiveNumber, found: Option<&LiveNumber>) -> Readiness {
    let planned = format!("a number that is {} as planned", expected.status);
    let Some(found) = found else {
        return Readiness::Stale {
            expected: planned,
            found: "that it is not on the account".to_owned(),
        };
    };
    let differences: Vec<&str> = meaning::number_differences(expected, found)
        .into_iter()
        .filter(|name| relies_on(step, name))
        .collect();
    if differences.is_empty() {
        Readiness::Ready
    } else {
        Readiness::Stale {
            expected: planned,
            found: format!("that someone changed its {}", differences.join(", ")),
        }
    }
}

/// A correction is decided about only as it was shown: the same offer for the
/// same address. Another one may send people somewhere else.
async fn correction_as_expected(
    step: &Step,
    expected: &LiveNumber,
    offered: &Record,
    number: PhoneNumber,
    client: &ReadClient,
) -> Result<Readiness, LiveError> {
    let found = live::number(client, &step.account, number).await?;
    let readiness = as_expected(step, expected, found.as_ref());
    if readiness != Readiness::Ready {
        return Ok(readiness);
    }
    let found = match live::correction(client, &step.account, number).await? {
        Some(found) if meaning::same(&found, offered, |_| true) => return Ok(Readiness::Ready),
        Some(_) => "another one",
        None => "none",
    };
    Ok(Readiness::Stale {
        expected: "the E911 correction that was planned".to_owned(),
        found: found.to_owned(),
    })
}

/// Whether the step relies on that part of the number. An update relies on the
/// objects it sends whole, and on what the CSR carries along: 911 and listing
/// follow it where they have no address of their own.
fn relies_on(step: &Step, name: &str) -> bool {
    let sends = |member: &str| {
        step.body
            .as_ref()
            .is_some_and(|body| body.get(member).is_some())
    };
    match name {
        "number" | "status" | "carrier" | "port" => true,
        // A correction is of the address that stands there.
        "e911Address"
            if matches!(
                step.action,
                Action::AcceptE911Correction | Action::KeepE911Original
            ) =>
        {
            true
        }
        _ if step.action != Action::Update => false,
        "customerServiceRecord" => sends("customerServiceRecord") || sends("e911Address"),
        "e911Address" => sends("customerServiceRecord") || sends("e911Address"),
        "directoryListing" => sends("customerServiceRecord") || sends("directoryListing"),
        "reference" => sends("referenceType"),
        _ => true,
    }
}
