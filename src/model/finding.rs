//! The kinds of things that an audit finds. The settings name them
//! (`ignore: [{ kinds: [changed] }]`), and the audit's document does.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Kinds of findings, in the order in which they are shown.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum FindingKind {
    /// The platform holds something that the provider rejected: the address does not answer 911 calls.
    NotInForce,
    /// The E911 provider would have another address, and nobody has decided.
    OpenCorrection,
    /// The account could not be read: nothing is known of its numbers.
    Unread,
    /// A number that the files declare is not on its account.
    Missing,
    /// A number is on the account that should have been given up.
    NotReleased,
    /// A managed field is not what the files say.
    Changed,
    /// The losing carrier has rejected the port.
    RejectedPort,
    /// A port, activation or change that should have ended by now, or will not by itself.
    Stuck,
    /// What the files ask for can't be had: a person must act first.
    Blocked,
    /// A released number will soon be out of reach for good.
    LeavingCooldown,
    /// A number on the account that no file declares.
    Unmanaged,
}

impl FindingKind {
    pub const ALL: [FindingKind; 11] = [
        FindingKind::NotInForce,
        FindingKind::OpenCorrection,
        FindingKind::Unread,
        FindingKind::Missing,
        FindingKind::NotReleased,
        FindingKind::Changed,
        FindingKind::RejectedPort,
        FindingKind::Stuck,
        FindingKind::Blocked,
        FindingKind::LeavingCooldown,
        FindingKind::Unmanaged,
    ];

    /// As in the document: `not-in-force`.
    pub const fn name(self) -> &'static str {
        match self {
            FindingKind::NotInForce => "not-in-force",
            FindingKind::OpenCorrection => "open-correction",
            FindingKind::Unread => "unread",
            FindingKind::Missing => "missing",
            FindingKind::NotReleased => "not-released",
            FindingKind::Changed => "changed",
            FindingKind::RejectedPort => "rejected-port",
            FindingKind::Stuck => "stuck",
            FindingKind::Blocked => "blocked",
            FindingKind::LeavingCooldown => "leaving-cooldown",
            FindingKind::Unmanaged => "unmanaged",
        }
    }

    /// For people: "not in force".
    pub const fn title(self) -> &'static str {
        match self {
            FindingKind::NotInForce => "not in force",
            FindingKind::OpenCorrection => "open E911 correction",
            FindingKind::Unread => "not looked at",
            FindingKind::Missing => "missing",
            FindingKind::NotReleased => "not released",
            FindingKind::Changed => "changed",
            FindingKind::RejectedPort => "rejected port",
            FindingKind::Stuck => "stuck",
            FindingKind::Blocked => "blocked",
            FindingKind::LeavingCooldown => "leaving cooldown",
            FindingKind::Unmanaged => "unmanaged",
        }
    }

    /// Whether it says that help may not be sent to where the caller is.
    pub const fn is_of_911(self) -> bool {
        match self {
            FindingKind::NotInForce | FindingKind::OpenCorrection => true,
            FindingKind::Unread
            | FindingKind::Missing
            | FindingKind::NotReleased
            | FindingKind::Changed
            | FindingKind::RejectedPort
            | FindingKind::Stuck
            | FindingKind::Blocked
            | FindingKind::LeavingCooldown
            | FindingKind::Unmanaged => false,
        }
    }
}
