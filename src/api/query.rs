//! The paged search for service activation events (A21).

use crate::model::{AccountId, PartitionId, PhoneNumber, paths};

/// What a status search asks for (O:statusSearch).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatusQuery {
    pub account: Option<AccountId>,
    pub number: Option<PhoneNumber>,
    /// S:TelephoneNumberSearchEventType; none means all.
    pub event_types: Vec<&'static str>,
    /// S:TelephoneNumberSearchStatusType; none means all.
    pub statuses: Vec<&'static str>,
}

/// Results of a status search in one answer (O:statusSearch, the default).
pub const PAGE: u64 = 50;

/// The search's path with its query, for the results from `first` on.
pub(super) fn status_path(partition: &PartitionId, query: &StatusQuery, first: u64) -> String {
    let StatusQuery {
        account,
        number,
        event_types,
        statuses,
    } = query;
    let mut path = format!(
        "{}?firstResultIndex={first}&maxResult={PAGE}",
        paths::status_search(partition)
    );
    let mut add = |name: &str, value: &str| {
        path.push('&');
        path.push_str(name);
        path.push('=');
        path.push_str(&paths::encode(value));
    };
    if let Some(account) = account {
        add("accountId", account.as_str());
    }
    if let Some(number) = number {
        add("telephoneNumber", &number.to_string());
    }
    for event_type in event_types {
        add("eventType", event_type);
    }
    for status in statuses {
        add("statusType", status);
    }
    path
}
