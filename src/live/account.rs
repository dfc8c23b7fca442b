//! An account as it is: one listing, and look-ups only for what a file declares
//! and the listing lacks.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::future::try_join_all;

use crate::api::{ReadClient, wire};
use crate::model::live::{Inventory, LivePartition};
use crate::model::{
    AccountId, CarrierStatus, DesiredAccount, LiveAccount, LiveNumber, PhoneNumber,
};

use super::events::Events;
use super::{LiveError, corrections, inventory, number, ports};

/// How long a listing may lag behind: it is read again after each of these.
const LAG: [Duration; 4] = [
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(3),
];

/// A user listing ends here without saying so (O:retrieveEndUserList).
const MOST_USERS: usize = 1000;

/// What the files need to know of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Numbers that are to be on the account. (One that is to be released and
    /// is not listed needs no look-up: there is nothing to do.)
    pub numbers: BTreeSet<PhoneNumber>,
    /// Whether the users' caller IDs matter.
    pub caller_ids: bool,
    /// Users that numbers are declared to ring.
    pub users: BTreeSet<String>,
}

impl Wanted {
    pub fn of(desired: &DesiredAccount) -> Self {
        let mut wanted = Self::default();
        for (number, declared) in &desired.numbers {
            if declared.released {
                continue;
            }
            wanted.numbers.insert(*number);
            if let Some(reference) = declared.reference.value()
                && reference.assign_as_caller_id.value().is_some()
            {
                wanted.caller_ids = true;
                if let Some(id) = reference.id.value() {
                    wanted.users.insert(id.as_str().to_owned());
                }
            }
        }
        wanted
    }
}

/// Reads an account. `events` are those of the whole run.
pub async fn account(
    client: &ReadClient,
    account: &AccountId,
    wanted: &Wanted,
    partition: &LivePartition,
    events: &Events,
) -> Result<LiveAccount, LiveError> {
    let (numbers, inventory) = numbers(client, account, wanted, partition).await?;
    let ports = ports::of_numbers(client, account, &numbers).await?;
    let caller_ids = if wanted.caller_ids {
        caller_ids(client, account, wanted, &numbers).await?
    } else {
        BTreeMap::new()
    };
    let events = events.of(account, |number| {
        numbers.contains_key(&number) || wanted.numbers.contains(&number)
    });
    let corrections = corrections::of_numbers(client, account, &numbers, &events).await?;
    Ok(LiveAccount {
        numbers,
        inventory,
        ports,
        events,
        corrections,
        caller_ids,
    })
}

type Numbers = BTreeMap<PhoneNumber, LiveNumber>;
type Stock = BTreeMap<PhoneNumber, Inventory>;

async fn numbers(
    client: &ReadClient,
    account: &AccountId,
    wanted: &Wanted,
    partition: &LivePartition,
) -> Result<(Numbers, Stock), LiveError> {
    let mut listed = listing(client, account).await?;
    let mut stock = look_up(client, account, wanted, partition, &listed, Stock::new()).await?;
    for lag in LAG {
        let denied = contradictions(account, &listed, &stock);
        if denied.is_empty() {
            return Ok((listed, stock));
        }
        client.timer().pass(lag).await;
        listed = listing(client, account).await?;
        // It may as well be the inventory that lags, after a release.
        stock.retain(|number, _| !denied.contains(number));
        stock = look_up(client, account, wanted, partition, &listed, stock).await?;
    }
    let numbers = contradictions(account, &listed, &stock);
    if numbers.is_empty() {
        Ok((listed, stock))
    } else {
        Err(LiveError::Contradiction {
            account: account.clone(),
            numbers,
        })
    }
}

async fn listing(client: &ReadClient, account: &AccountId) -> Result<Numbers, LiveError> {
    let mut listed = Numbers::new();
    for number in client.account_numbers(account).await? {
        let live = number::from_wire(account, number)?;
        let number = live.number;
        if listed.insert(number, live).is_some() {
            return Err(LiveError::Twice {
                account: account.clone(),
                number,
            });
        }
    }
    Ok(listed)
}

/// Looks up what is wanted and not listed, except what `known` answers already.
async fn look_up(
    client: &ReadClient,
    account: &AccountId,
    wanted: &Wanted,
    partition: &LivePartition,
    listed: &Numbers,
    known: Stock,
) -> Result<Stock, LiveError> {
    let missing = wanted.numbers.iter().copied().filter(|number| {
        listed
            .get(number)
            .is_none_or(|live| is_off_the_account(&live.status))
    });
    try_join_all(missing.map(async |number| {
        let answer = match known.get(&number) {
            Some(answer) => answer.clone(),
            None => inventory(client, account, number, partition).await?,
        };
        Ok((number, answer))
    }))
    .await
    .map(|answers| answers.into_iter().collect())
}

/// Listed, but in a state from which the number is to be ordered anew.
fn is_off_the_account(status: &CarrierStatus) -> bool {
    match status {
        CarrierStatus::Cooldown
        | CarrierStatus::Deleted
        | CarrierStatus::Inventory
        | CarrierStatus::InventoryClaimed
        | CarrierStatus::Recovered
        | CarrierStatus::CancelPortComplete => true,
        CarrierStatus::Active
        | CarrierStatus::ActivationOnHold
        | CarrierStatus::ActivationPending
        | CarrierStatus::PortPending
        | CarrierStatus::PortRejected
        | CarrierStatus::CancelPort
        | CarrierStatus::CancelPortExpedited
        | CarrierStatus::DeletePending
        | CarrierStatus::Other(_) => false,
    }
}

fn contradictions(account: &AccountId, listed: &Numbers, stock: &Stock) -> Vec<PhoneNumber> {
    stock
        .iter()
        .filter(|(number, answer)| match answer {
            Inventory::OnAccount(owner) => owner == account && !listed.contains_key(number),
            Inventory::Unknown
            | Inventory::Free
            | Inventory::Cooldown { .. }
            | Inventory::NotInStock => false,
        })
        .map(|(number, _)| *number)
        .collect()
}

async fn caller_ids(
    client: &ReadClient,
    account: &AccountId,
    wanted: &Wanted,
    numbers: &Numbers,
) -> Result<BTreeMap<String, Option<PhoneNumber>>, LiveError> {
    let users = client.users(account).await?;
    let complete = users.len() < MOST_USERS;
    let mut found: BTreeMap<_, _> = users.into_iter().map(caller_id).collect();
    if !complete {
        // A number may keep the reference it has and be declared as its caller ID.
        let rung = wanted.numbers.iter().filter_map(|number| {
            let reference = numbers.get(number)?.reference.as_ref()?;
            (&*reference.reference_type == "END_USER").then(|| reference.id.to_string())
        });
        let missing: BTreeSet<String> = rung
            .chain(wanted.users.iter().cloned())
            .filter(|user| !found.contains_key(user))
            .collect();
        let users = try_join_all(missing.iter().map(|user| client.user(account, user))).await?;
        found.extend(users.into_iter().flatten().map(caller_id));
    }
    Ok(found)
}

fn caller_id(user: wire::EndUser) -> (String, Option<PhoneNumber>) {
    let number = user
        .caller_id_config
        .and_then(|config| config.caller_id_number)
        .and_then(|number| number.parse().ok());
    (user.id, number)
}
