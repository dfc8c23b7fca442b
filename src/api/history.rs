//! An account's history: who did what, and when.

use super::answer::json;
use super::client::ReadClient;
use super::error::ApiError;
use super::wire;
use crate::model::{AccountId, HistoryKind, paths};
use jiff::civil::Date;

/// Entries in one answer: as many as a status search gives, though this one's
/// ceiling is published nowhere.
pub const HISTORY_PAGE: u64 = 50;

impl ReadClient {
    /// A page of an account's history from a day on, the entries from `first`
    /// on (O:accountHistoryByAccountIdSearch).
    pub async fn account_history(
        &self,
        account: &AccountId,
        kinds: &[HistoryKind],
        from: Date,
        first: u64,
    ) -> Result<wire::HistoryPage, ApiError> {
        let mut path = format!(
            "{}?startDate={from}&firstResultIndex={first}&maxResult={HISTORY_PAGE}",
            paths::account_history(self.partition_id().await?, account)
        );
        for kind in kinds {
            path.push_str("&accountHistoryType=");
            path.push_str(kind.name());
        }
        self.get(path, json).await
    }
}
