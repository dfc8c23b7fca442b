//! What the partition knows of a number that is not on the account.

use jiff::{SignedDuration, Timestamp};

use crate::api::{ReadClient, wire};
use crate::model::live::{Inventory, LivePartition};
use crate::model::{AccountId, PhoneNumber};

use super::LiveError;
use super::dates::timestamp;

/// Looks a number up in the inventory. This is not the inventory *search*,
/// which would reserve what it returns.
pub async fn inventory(
    client: &ReadClient,
    account: &AccountId,
    number: PhoneNumber,
    partition: &LivePartition,
) -> Result<Inventory, LiveError> {
    let found = client.inventory(number).await?;
    Ok(found.map_or(Inventory::Unknown, |view| judge(account, &view, partition)))
}

fn judge(
    account: &AccountId,
    view: &wire::TelephoneNumberView,
    partition: &LivePartition,
) -> Inventory {
    let owner = view.account_id.as_deref().filter(|id| !id.is_empty());
    let date = |text: &Option<Box<str>>| text.as_deref().and_then(timestamp);
    let expires = date(&view.cooldown_expire_date);
    let cooling = view.is_in_inventory != Some(true)
        && expires.is_some_and(|expires| {
            still_cooling(expires, date(&view.cooldown_recovered_date), partition)
        });
    // The last owner may stay written beside the cooldown. Another account is
    // believed to be the last one only where the number is said to be off it.
    let held = |owner: &str| {
        !cooling || (owner != account.as_str() && view.is_in_inventory != Some(false))
    };
    match owner {
        Some(owner) if held(owner) => Inventory::OnAccount(AccountId::new(owner)),
        Some(_) | None if cooling => Inventory::Cooldown { until: expires },
        Some(_) | None if view.is_in_inventory == Some(false) => Inventory::NotInStock,
        Some(_) | None => Inventory::Free,
    }
}

/// Whether the cooldown that ends at `expires` is still on. A recovery ends it,
/// but the recovery of an earlier cooldown may still be on record: only one
/// that came after this cooldown's beginning counts.
fn still_cooling(
    expires: Timestamp,
    recovered: Option<Timestamp>,
    partition: &LivePartition,
) -> bool {
    if expires <= partition.now {
        return false;
    }
    let Some(recovered) = recovered else {
        return true;
    };
    let length = partition
        .cooldown_days
        .and_then(|days| days.checked_mul(24));
    match length.map(|hours| expires.checked_sub(SignedDuration::from_hours(hours))) {
        Some(Ok(began)) => recovered < began,
        // How long a cooldown lasts is not known: the recovery is believed, and
        // the platform refuses an activation that comes too early.
        Some(Err(_)) | None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(json: serde_json::Value) -> Inventory {
        let view = serde_json::from_value(json).expect("a view");
        let partition = LivePartition {
            cooldown_days: Some(30),
            now: "2026-11-23T12:00:00Z".parse().expect("a time"),
            ..LivePartition::default()
        };
        judge(&AccountId::new("mine"), &view, &partition)
    }

    #[test]
    fn a_cooldown_lasts_until_it_is_recovered() {
        let until = "2026-12-20T00:00:00Z".parse().ok();
        let cooldown = Inventory::Cooldown { until };
        let expires = "2026-12-20T00:00:00.000Z";
        assert_eq!(
            seen(serde_json::json!({"cooldownExpireDate": expires})),
            cooldown
        );
        assert_eq!(
            seen(serde_json::json!({"cooldownExpireDate": expires, "accountId": "mine"})),
            cooldown
        );
        assert_eq!(
            seen(
                serde_json::json!({"cooldownExpireDate": expires, "cooldownRecoveredDate": "2026-11-23T12:00:00Z"})
            ),
            Inventory::Free
        );
        // Recovered from the cooldown of two years ago, then released again.
        assert_eq!(
            seen(
                serde_json::json!({"cooldownExpireDate": expires, "cooldownRecoveredDate": "2024-05-05T00:00:00Z"})
            ),
            cooldown
        );
        assert_eq!(
            seen(serde_json::json!({"cooldownExpireDate": 1_797_724_800_000i64})),
            cooldown
        );
    }

    #[test]
    fn what_is_over_or_in_stock_is_not_cooling() {
        let past = "2026-11-23T11:59:59Z";
        let future = "2026-12-20T00:00:00Z";
        assert_eq!(
            seen(serde_json::json!({"cooldownExpireDate": past})),
            Inventory::Free
        );
        assert_eq!(
            seen(serde_json::json!({"cooldownExpireDate": future, "isInInventory": true})),
            Inventory::Free
        );
        for ended in [
            serde_json::json!({"accountId": "mine", "cooldownExpireDate": past}),
            serde_json::json!({"accountId": "mine", "cooldownExpireDate": future, "isInInventory": true}),
        ] {
            let mine = Inventory::OnAccount(AccountId::new("mine"));
            assert_eq!(seen(ended), mine);
        }
    }

    #[test]
    fn the_last_owner_may_stay_written_beside_a_cooldown() {
        let theirs = |expires: &str, in_stock: bool| {
            seen(serde_json::json!({
                "accountId": "theirs", "cooldownExpireDate": expires, "isInInventory": in_stock
            }))
        };
        let future = "2026-12-20T00:00:00Z";
        let until = future.parse().ok();
        assert_eq!(theirs(future, false), Inventory::Cooldown { until });
        let owned = Inventory::OnAccount(AccountId::new("theirs"));
        assert_eq!(theirs(future, true), owned);
        assert_eq!(theirs("2026-11-01", false), owned);
    }

    #[test]
    fn whose_a_number_is() {
        assert_eq!(seen(serde_json::json!({})), Inventory::Free);
        assert_eq!(
            seen(serde_json::json!({"isInInventory": false})),
            Inventory::NotInStock
        );
        assert_eq!(
            seen(serde_json::json!({"accountId": "theirs", "cooldownExpireDate": "2026-12-20"})),
            Inventory::OnAccount(AccountId::new("theirs"))
        );
        assert_eq!(
            seen(serde_json::json!({"accountId": "mine"})),
            Inventory::OnAccount(AccountId::new("mine"))
        );
    }
}
