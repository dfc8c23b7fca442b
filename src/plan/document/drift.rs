//! What an audit found, beside the steps that would mend it: the findings of
//! `alz drift`, each with its place in the files and, where the account's
//! history says so, with who did it and when.
//!
//! A finding holds all that a report of it needs, so that reports can be made
//! of a document that was read back, and of several that were merged.

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Change, Source};
use crate::model::{AccountId, PhoneNumber};

pub use crate::model::FindingKind;

/// What an audit found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Drift {
    /// By account, then by kind, then by number.
    pub findings: Vec<Finding>,
    /// How much of what is on the platform the files speak of.
    pub covered: Covered,
    /// Entries of `ignore:` that are over, or that nothing answers to any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stale: Vec<StaleIgnore>,
    /// Of one share of the accounts: entries of `ignore:` that nothing in it answers
    /// to. Where no share answers they are stale, which the document of all says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unanswered: Vec<StaleIgnore>,
}

impl Drift {
    /// Stale entries in the order in which they stand.
    pub fn sort_stale(&mut self) {
        self.stale
            .sort_by_key(|entry| (entry.source.line, entry.column));
    }

    /// The findings that make the command's status 2.
    pub fn counting(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.counts())
    }

    /// Accounts could not be read, and nobody has asked to wait for them: what
    /// was found is not all there is.
    pub fn is_incomplete(&self) -> bool {
        self.counting()
            .any(|finding| finding.kind == FindingKind::Unread)
    }
}

/// One difference between the files and the platform, or one thing that needs a look.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// What it is.
    pub kind: FindingKind,
    /// How much it matters.
    pub attention: Attention,
    /// The account it is about.
    pub account: AccountId,
    /// The numbers it is about: one, but for ports, and for what no file declares; none of
    /// an account that could not be read.
    pub numbers: Vec<PhoneNumber>,
    /// The name of the port in the files, of a finding about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<String>,
    /// Where the files speak of it; of what no file declares: where its account begins.
    pub source: Source,
    /// What differs: `before` is the platform's, `after` the files'.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// What was found, as a sentence.
    pub reason: String,
    /// The way out, where a person can do something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// When it is expected to end, or when it will be too late (date or date-time).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Who did all of it, as the account's history names them (S:AccountHistoryX.userName).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// When it was done, by the same history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub at: Option<Timestamp>,
    /// Who did which part of it, where no one person did all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authors: Vec<Author>,
    /// The project knows of it and waits (`ignore:` in alz.yaml).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ignored: Option<Ignored>,
    /// The ids of the steps that would mend it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<String>,
}

impl Finding {
    /// How many things there are to be looked at: of what no file declares, each number.
    pub fn count(&self) -> u64 {
        match self.kind {
            FindingKind::Unmanaged => self.numbers.len() as u64,
            FindingKind::NotInForce
            | FindingKind::OpenCorrection
            | FindingKind::Unread
            | FindingKind::Missing
            | FindingKind::NotReleased
            | FindingKind::Changed
            | FindingKind::RejectedPort
            | FindingKind::Stuck
            | FindingKind::Blocked
            | FindingKind::LeavingCooldown => 1,
        }
    }

    /// It is drift, and nobody has asked to wait.
    pub fn counts(&self) -> bool {
        self.attention == Attention::Drift && self.ignored.is_none()
    }
}

/// Who brought about a part of what differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Author {
    /// As the account's history names them.
    pub by: String,
    /// When the last of it was done.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub at: Timestamp,
    /// The members that they changed.
    pub paths: Vec<String>,
}

/// How much a finding matters.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Attention {
    /// Drift: the command's status is 2.
    Drift,
    /// A person should look; no drift.
    Notice,
}

/// Why a finding is no drift for now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ignored {
    /// The last day on which it is ignored.
    #[schemars(with = "String", extend("format" = "date"))]
    pub until: Date,
    /// Why, in the project's words.
    pub reason: String,
    /// The entry of `ignore:` that says so.
    #[serde(default)]
    pub source: Source,
}

/// An entry of `ignore:` that no longer does anything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StaleIgnore {
    /// Where it stands.
    pub source: Source,
    /// In characters, counted from 1.
    pub column: u32,
    /// What has become of it.
    pub why: StaleWhy,
    /// The last day on which it held.
    #[schemars(with = "String", extend("format" = "date"))]
    pub until: Date,
    /// Its reason, in the project's words.
    pub reason: String,
}

/// Why an entry of `ignore:` no longer does anything.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum StaleWhy {
    /// Its day is past: what it was about counts again.
    Over,
    /// Nothing that was found is what it is about.
    Unused,
    /// It is about a range, and what was found is about 911 calls: that is hidden
    /// only by an entry that names the kind or the number.
    #[serde(rename = "too-wide")]
    TooWide,
}

/// How much of what is on the platform the files speak of. Shares are made of
/// these where they are shown, so that counts of several audits add up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Covered {
    /// Accounts that were looked at.
    pub accounts: u64,
    /// Numbers on these accounts.
    pub live: u64,
    /// Of these, numbers that a file declares.
    pub managed: u64,
    /// Of these, numbers whose E911 address or customer service record a file declares.
    pub addresses: u64,
}
