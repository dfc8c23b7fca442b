//! Who did what to the numbers of an account: read only where an audit has
//! found something, and never further back than it takes.
//!
//! In which order the platform gives the entries is published nowhere. As long
//! as all of them are read that doesn't matter. Where there are more than are
//! read, what was read serves only if it came newest first: otherwise the
//! latest change could be among the unread ones, and somebody else be named.

use jiff::civil::Date;

use super::LiveError;
use super::dates::timestamp;
use crate::api::{HISTORY_PAGE, ReadClient, wire};
use crate::model::{AccountId, HistoryAction, HistoryEntry, HistoryKind, PhoneNumber};

/// Answers that are read of one account.
const MOST_PAGES: u64 = 10;

/// What was done to the numbers of an account since a day, the latest first.
pub async fn history(
    client: &ReadClient,
    account: &AccountId,
    from: Date,
) -> Result<Vec<HistoryEntry>, LiveError> {
    let mut rows: Vec<wire::AccountHistory> = Vec::new();
    let mut complete = false;
    for _ in 0..MOST_PAGES {
        let first = rows.len() as u64;
        let page = client
            .account_history(account, &HistoryKind::ALL, from, first)
            .await?;
        let read = page.results.len() as u64;
        rows.extend(page.results);
        complete = rows.len() as u64 >= page.total_records;
        if complete || read < HISTORY_PAGE {
            break;
        }
    }
    let dates: Vec<_> = rows
        .iter()
        .map(|row| row.logged_date.as_deref().and_then(timestamp))
        .collect();
    let newest_first = dates.iter().all(Option::is_some) && dates.is_sorted_by(|a, b| a >= b);
    if !complete && !newest_first {
        return Ok(Vec::new());
    }
    let mut entries: Vec<HistoryEntry> = rows.iter().filter_map(entry).collect();
    // Stable: of what happened at once the platform's own order stays.
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.at));
    Ok(entries)
}

/// An entry that says of which number, by whom and when.
fn entry(row: &wire::AccountHistory) -> Option<HistoryEntry> {
    let wire::AccountHistory {
        old_value,
        new_value,
        user_name,
        account_history_type,
        action,
        logged_date,
        reference_id,
        reference_name,
    } = row;
    let kind = HistoryKind::ALL
        .into_iter()
        .find(|kind| account_history_type.as_deref() == Some(kind.name()))?;
    let action = match action.as_deref()? {
        "CREATE" => HistoryAction::Create,
        "UPDATE" => HistoryAction::Update,
        "DELETE" => HistoryAction::Delete,
        // PROVISION_REQUEST, or a newer one: nothing that was done.
        _ => return None,
    };
    let number = [reference_id, reference_name]
        .into_iter()
        .flatten()
        .find_map(|text| text.parse::<PhoneNumber>().ok())?;
    Some(HistoryEntry {
        number,
        kind,
        action,
        at: timestamp(logged_date.as_deref()?)?,
        user: user_name.clone().filter(|name| !name.trim().is_empty())?,
        old: old_value.clone(),
        new: new_value.clone(),
    })
}
