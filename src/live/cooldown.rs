//! Numbers that were released and can still be had back.
//!
//! The inventory search is never asked (it would reserve what it returns). The
//! disconnections tell: one paged search finds those in COOLDOWN, and each
//! began when its cooldown did. Which of them end soon is counted from the
//! partition's own setting; only of these few the inventory is asked.

use std::collections::BTreeMap;

use futures_util::future::{join_all, try_join_all};
use jiff::{SignedDuration, Timestamp};

use super::dates::timestamp;
use super::events::{Scope, search};
use super::{LiveError, inventory};
use crate::api::{ReadClient, StatusQuery};
use crate::model::live::{Inventory, LivePartition};
use crate::model::{AccountId, PhoneNumber};

/// Up to so many accounts are searched one by one; more of them, and one search
/// of the partition costs less.
const FEW: usize = 8;

/// By account, the numbers in cooldown and the moment that it ends.
pub type Cooling = BTreeMap<AccountId, BTreeMap<PhoneNumber, Timestamp>>;

/// The numbers of these accounts whose cooldown ends within `window` from now.
/// None where the partition doesn't say how long a cooldown lasts.
pub async fn cooling(
    client: &ReadClient,
    scope: &Scope,
    partition: &LivePartition,
    window: SignedDuration,
) -> Result<Cooling, LiveError> {
    let Some(length) = partition
        .cooldown_days
        .and_then(|days| days.checked_mul(24))
        .map(SignedDuration::from_hours)
    else {
        return Ok(Cooling::new());
    };
    let query = |account: Option<&AccountId>| StatusQuery {
        account: account.cloned(),
        number: None,
        event_types: vec!["DISCONNECT"],
        statuses: vec!["COOLDOWN"],
    };
    let found = if scope.accounts.len() <= FEW {
        let each = scope.accounts.iter().map(async |account| {
            let found = search(client, &query(Some(account))).await?;
            Ok::<_, LiveError>(found.into_iter().map(move |event| (Some(account), event)))
        });
        try_join_all(each).await?.into_iter().flatten().collect()
    } else {
        let found = search(client, &query(None)).await?;
        let each = found.into_iter().map(|event| (None, event));
        each.collect::<Vec<(Option<&AccountId>, _)>>()
    };
    let mut soon: BTreeMap<(AccountId, PhoneNumber), Timestamp> = BTreeMap::new();
    for (asked, event) in found {
        let owner = event.account_id.as_deref().filter(|id| !id.is_empty());
        let account = match (owner, asked) {
            (Some(owner), _) => AccountId::new(owner),
            (None, Some(asked)) => asked.clone(),
            (None, None) => continue,
        };
        let number = event
            .reference_id
            .as_deref()
            .and_then(|text| text.parse::<PhoneNumber>().ok());
        let began = [&event.last_updated_date, &event.created_date]
            .into_iter()
            .flatten()
            .find_map(|text| timestamp(text));
        let ends = began.and_then(|began| began.checked_add(length).ok());
        // A day of grace: the inventory has the last word on the moment.
        let near = |ends: &Timestamp| {
            ends.duration_since(partition.now) <= window + SignedDuration::from_hours(24)
        };
        if let (Some(number), Some(ends), true) =
            (number, ends.filter(near), scope.accounts.contains(&account))
        {
            let known = soon.entry((account, number)).or_insert(ends);
            *known = ends.max(*known);
        }
    }
    let judged = join_all(soon.into_iter().map(async |((account, number), ends)| {
        // Of one that the inventory can't tell of, what was counted has to do.
        let counted = match ends > partition.now {
            true => Inventory::Cooldown { until: Some(ends) },
            false => Inventory::Unknown,
        };
        let judged = inventory(client, &account, number, partition).await;
        (account, number, judged.unwrap_or(counted))
    }))
    .await;
    let mut cooling = Cooling::new();
    for (account, number, judged) in judged {
        match judged {
            Inventory::Cooldown { until: Some(until) }
                if until.duration_since(partition.now) <= window =>
            {
                cooling.entry(account).or_default().insert(number, until);
            }
            Inventory::Cooldown { .. }
            | Inventory::Unknown
            | Inventory::Free
            | Inventory::OnAccount(_)
            | Inventory::NotInStock => {}
        }
    }
    Ok(cooling)
}
