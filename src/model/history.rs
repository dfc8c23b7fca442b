//! Who did what on an account, as its history tells (S:AccountHistoryX).

use jiff::Timestamp;

use super::number::PhoneNumber;

/// What of a number an entry is about: those of the platform's
/// accountHistoryType that an audit asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HistoryKind {
    /// The number itself, or where its calls go.
    PhoneNumber,
    CustomerServiceRecord,
    E911Address,
    DirectoryListing,
}

impl HistoryKind {
    pub const ALL: [HistoryKind; 4] = [
        HistoryKind::PhoneNumber,
        HistoryKind::CustomerServiceRecord,
        HistoryKind::E911Address,
        HistoryKind::DirectoryListing,
    ];

    /// The platform's own name.
    pub const fn name(self) -> &'static str {
        match self {
            HistoryKind::PhoneNumber => "PHONE_NUMBER",
            HistoryKind::CustomerServiceRecord => "ADDRESS_CSR",
            HistoryKind::E911Address => "ADDRESS_E911",
            HistoryKind::DirectoryListing => "ADDRESS_DIRECTORY_LISTING",
        }
    }
}

/// S:AccountHistoryX.action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HistoryAction {
    Create,
    Update,
    Delete,
}

/// One entry of an account's history that is about a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryEntry {
    pub number: PhoneNumber,
    pub kind: HistoryKind,
    pub action: HistoryAction,
    pub at: Timestamp,
    /// S:AccountHistoryX.userName.
    pub user: Box<str>,
    /// What it was, in words of the platform's that are published nowhere.
    pub old: Option<Box<str>>,
    /// What it became, likewise.
    pub new: Option<Box<str>>,
}
