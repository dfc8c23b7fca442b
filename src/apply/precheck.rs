//! A last look before a write: is the number still as the plan found it?

use crate::api::ReadClient;
use crate::live::{self, LiveError};
use crate::model::live::{Inventory, LivePartition};
use crate::model::meaning;
use crate::model::{LiveNumber, Member, Record};
use crate::plan::{Action, Expect, Step};

use super::settle;

/// What the last look says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// The platform is already as the step would make it, and how.
    Done(String),
    Ready,
    Stale {
        expected: String,
        found: String,
    },
}

/// Looks at the step's numbers.
pub async fn look(
    step: &Step,
    client: &ReadClient,
    partition: &LivePartition,
) -> Result<Readiness, LiveError> {
    for number in &step.numbers {
        let readiness = match &step.expect {
            Expect::Anything => Readiness::Ready,
            Expect::InCooldown => {
                match live::inventory(client, &step.account, *number, partition).await? {
                    Inventory::Cooldown { .. } => Readiness::Ready,
                    Inventory::Free => Readiness::Done("it is back in the inventory".to_owned()),
                    found @ (Inventory::Unknown
                    | Inventory::OnAccount(_)
                    | Inventory::NotInStock) => Readiness::Stale {
                        expected: "a number in cooldown".to_owned(),
                        found: inventory_in_words(&found),
                    },
                }
            }
            Expect::NotOnAccount => judge_absent(
                step,
                live::number(client, &step.account, *number).await?.as_ref(),
            ),
            Expect::Number(expected) => judge_number(
                step,
                expected,
                live::number(client, &step.account, *number).await?.as_ref(),
            ),
        };
        if readiness != Readiness::Ready {
            return Ok(readiness);
        }
    }
    Ok(Readiness::Ready)
}

fn judge_absent(step: &Step, found: Option<&LiveNumber>) -> Readiness {
    match found {
        None => Readiness::Ready,
        Some(number) if settle::shows(step, Some(number)) => {
            Readiness::Done(format!("it is on the account already ({})", number.status))
        }
        // COOLDOWN, DELETED …: listed, but no longer the account's.
        Some(number) if number.status.is_off_account() => Readiness::Ready,
        Some(number) => Readiness::Stale {
            expected: "a number that is not on the account".to_owned(),
            found: format!("one that is {}", number.status),
        },
    }
}

fn judge_number(step: &Step, expected: &LiveNumber, found: Option<&LiveNumber>) -> Readiness {
    let sends_caller_id = step
        .body
        .as_ref()
        .is_some_and(|body| body.get("assignAsCallerId").is_some());
    // The number alone does not tell whose caller ID it is.
    if !sends_caller_id && settle::shows(step, found) {
        return Readiness::Done("the platform shows it done already".to_owned());
    }
    let Some(found) = found else {
        return Readiness::Stale {
            expected: format!("a number that is {}", expected.status),
            found: "that it is not on the account".to_owned(),
        };
    };
    let differences = differences(step, expected, found);
    if differences.is_empty() {
        Readiness::Ready
    } else {
        Readiness::Stale {
            expected: format!("a number that is {} as planned", expected.status),
            found: format!("that someone changed {}", differences.join(", ")),
        }
    }
}

/// What differs from what the plan relied on. An update relies on the objects
/// it sends whole, everything else on the status alone.
fn differences(step: &Step, expected: &LiveNumber, found: &LiveNumber) -> Vec<&'static str> {
    let mut differences = Vec::new();
    if expected.status != found.status {
        differences.push("its status");
    }
    if step.action != Action::Update {
        return differences;
    }
    let empty = Record::default();
    let sends = |name: &str| {
        step.body
            .as_ref()
            .is_some_and(|body| body.get(name).is_some())
    };
    let differ = |a: Option<&Record>, b: Option<&Record>, scope: fn(Member) -> bool| {
        !meaning::same(a.unwrap_or(&empty), b.unwrap_or(&empty), scope)
    };
    // The CSR stands behind an E911 address that is null.
    if (sends("customerServiceRecord") || sends("e911Address"))
        && differ(
            expected.customer_service_record.as_ref(),
            found.customer_service_record.as_ref(),
            Member::in_csr,
        )
    {
        differences.push("its customer service record");
    }
    if sends("e911Address")
        && differ(
            settle::effective_e911(expected),
            settle::effective_e911(found),
            Member::in_e911,
        )
    {
        differences.push("its E911 address");
    }
    if sends("directoryListing") && expected.directory_listing != found.directory_listing {
        differences.push("its directory listing");
    }
    if sends("referenceType") && expected.reference != found.reference {
        differences.push("its reference");
    }
    differences
}

fn inventory_in_words(inventory: &Inventory) -> String {
    match inventory {
        Inventory::Unknown => "a number that the partition does not know".to_owned(),
        Inventory::Free => "a number in the inventory".to_owned(),
        Inventory::Cooldown { .. } => "a number in cooldown".to_owned(),
        Inventory::OnAccount(account) => format!("a number on account {account}"),
        Inventory::NotInStock => "a number that is not in the inventory".to_owned(),
    }
}
