//! The plan as data: what `alz plan` shows, saves and prints as JSON, and what
//! `alz apply` carries out.
//!
//! It holds all that apply needs, so that apply has no choice left to make.
//! Request bodies stay in memory (`Step::body`): they may carry what a saved
//! plan must not.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::{
    AccountId, LiveNumber, LivePort, PartitionId, PhoneNumber, PortId, Record, SecretRef, SourceId,
};

mod drift;
mod judged;
mod merged;
mod policy;

pub use drift::{
    Attention, Author, Covered, Drift, Finding, FindingKind, Ignored, StaleIgnore, StaleWhy,
};
pub use judged::{Judged, Judgement};
pub use merged::{Merged, MergedPart};
pub use policy::{PolicyFinding, PolicySeverity};

/// The format that this program writes. Minor numbers only add members.
pub const FORMAT_VERSION: &str = "1.0";

/// What a plan says: the steps that apply would take, and notes on the rest.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// The format of this document; a reader refuses a major number it doesn't know.
    pub format_version: String,
    /// The version of alz that made it.
    pub alz_version: String,
    /// The environment it is for.
    pub environment: String,
    /// The partition it is for.
    pub partition: PartitionId,
    /// When it was made (RFC 3339).
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub created_at: Timestamp,
    /// What the files asked for, as one digest: sha256:….
    pub desired_digest: String,
    /// The names of the accounts that something is said about, for people.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<AccountId, String>,
    /// The numbers, accounts and patterns that it was restricted to (`--target`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<String>,
    /// The share of the accounts that it covers: 2/4 (`--shard`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<String>,
    /// The revision that the origins of changes were judged against (`--base`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// Steps by the origins of their changes: branch, drift, pending. A step
    /// counts under each that it has; only with a base.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub summary_by_origin: BTreeMap<Origin, u64>,
    /// What of the base could not be read, and what that means for the origins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub base_remarks: Vec<String>,
    /// By step and by object: the address as it is, where the step changes a part
    /// of it, so that a changed house number can be read with its street.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(with = "BTreeMap<String, BTreeMap<String, BTreeMap<String, String>>>")]
    pub places: BTreeMap<String, BTreeMap<String, Record>>,
    /// What an audit found (`alz drift`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drift: Option<Drift>,
    /// Names and addresses are left out (`--redact pii`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub redacted: bool,
    /// The documents that it was put together of (`alz report merge`): it is for reading, and not applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged: Option<Merged>,
    /// Steps by action in camelCase, and numbers that are inSync, unmanaged, waiting, deferred or blocked.
    pub summary: BTreeMap<String, u64>,
    /// The secrets of ports are sent again because the user asked for it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub resend_secrets: bool,
    /// The files that it was restricted to, relative to the directory of alz.yaml.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// What apply does, in order.
    pub steps: Vec<Step>,
    /// What it does not do, and why.
    pub notes: Vec<Note>,
    /// The guards that this plan would trip: apply refuses until each is lifted by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub guards: Vec<TrippedGuard>,
    /// What the organisation's policies say of the steps: with an error among them apply refuses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<PolicyFinding>,
    /// What the guards were judged by: the plans of several shards are judged as one by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judged: Option<Judged>,
    /// By step: keyed digests of what it sends and of the live values that it relies on.
    /// Apply refuses a step of which one of them has changed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub basis: BTreeMap<String, BTreeMap<String, String>>,
    /// A digest of all that is said here, createdAt aside: sha256:…. Apply refuses a plan that was edited.
    #[serde(default, skip_serializing)]
    pub seal: Option<String>,
}

/// One request to the platform.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// Names the step; the same for the same work, whatever the files are called.
    pub id: String,
    /// What it does.
    pub action: Action,
    /// The account it is for.
    pub account: AccountId,
    /// The numbers it touches: one, but for ports.
    pub numbers: Vec<PhoneNumber>,
    /// Where the files ask for it.
    pub source: Source,
    /// What becomes different.
    pub changes: Vec<Change>,
    /// Ids of the steps that must be done before.
    pub depends_on: Vec<String>,
    /// Of a release: until when the number can be had back (YYYY-MM-DD).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub recoverable_until: Option<jiff::civil::Date>,
    /// Of a port's step: the port it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<PortFacts>,
    /// The request that is sent.
    pub request: Request,
    /// The body that is sent. Never serialised: it is made anew from the files and live state.
    #[serde(skip)]
    pub body: Option<Value>,
    /// What has to be put into the body just before it is sent. Never serialised.
    #[serde(skip)]
    pub secrets: Vec<Secret>,
    /// What the number must look like for this step still to be right.
    #[serde(skip)]
    pub expect: Expect,
    /// Index of the source document, to find the line with.
    #[serde(skip, default = "no_source")]
    #[schemars(skip)]
    pub source_id: SourceId,
}

fn no_source() -> SourceId {
    SourceId(u32::MAX)
}

/// What a step expects to find on the platform.
#[derive(Clone, Debug, Default)]
pub enum Expect {
    /// Nothing in particular: an earlier step makes what it needs.
    #[default]
    Anything,
    /// The number is not on the account.
    NotOnAccount,
    /// The number is in cooldown and not on an account.
    InCooldown,
    /// The number is on the account and looks like this, by meaning.
    Number(Box<LiveNumber>),
    /// The number looks like this, and this is the correction that the E911
    /// provider offers for its address.
    Correction {
        number: Box<LiveNumber>,
        offered: Box<Record>,
    },
    /// The port stands like this: in the same state, with the same terms.
    Port(Box<LivePort>),
}

/// A secret that goes into a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// Where in the body, as a JSON pointer: /port/wirelessPin.
    pub pointer: String,
    /// Where it is found when it has to be sent.
    pub from: SecretRef,
    /// It is a PIN, and so no longer than a PIN may be (S:PortX.wirelessPin).
    pub is_pin: bool,
}

/// The port that a step is about, for people: nothing of it is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PortFacts {
    /// Its name in the files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its id on the platform, once it is ordered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port_id: Option<PortId>,
    /// The id of the last order of its numbers, which was called off: this one
    /// comes in its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<PortId>,
    /// The carrier that wins the numbers (S:PortX.carrierType).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    /// The rate centre of its numbers, with its state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_center: Option<String>,
    /// The customer request date (CRD).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub crd_date: Option<jiff::civil::Date>,
    /// The first day on offer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub earliest_date: Option<jiff::civil::Date>,
    /// Business days from today to the CRD.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub business_days: Option<u32>,
    /// The day that the losing carrier has committed to (FOC).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub foc_date: Option<jiff::civil::Date>,
}

/// The verbs of a plan (design, section 4).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    Recover,
    Activate,
    SubmitActivation,
    SubmitPort,
    UpdatePort,
    TriggerPort,
    Update,
    #[serde(rename = "accept-e911-correction")]
    AcceptE911Correction,
    #[serde(rename = "keep-e911-original")]
    KeepE911Original,
    CancelActivation,
    CancelPort,
    Release,
}

impl Action {
    pub const ALL: [Action; 12] = [
        Action::Recover,
        Action::Activate,
        Action::SubmitActivation,
        Action::SubmitPort,
        Action::UpdatePort,
        Action::TriggerPort,
        Action::Update,
        Action::AcceptE911Correction,
        Action::KeepE911Original,
        Action::CancelActivation,
        Action::CancelPort,
        Action::Release,
    ];

    /// As in a step: `submit-activation`.
    pub const fn name(self) -> &'static str {
        match self {
            Action::Recover => "recover",
            Action::Activate => "activate",
            Action::SubmitActivation => "submit-activation",
            Action::SubmitPort => "submit-port",
            Action::UpdatePort => "update-port",
            Action::TriggerPort => "trigger-port",
            Action::Update => "update",
            Action::AcceptE911Correction => "accept-e911-correction",
            Action::KeepE911Original => "keep-e911-original",
            Action::CancelActivation => "cancel-activation",
            Action::CancelPort => "cancel-port",
            Action::Release => "release",
        }
    }

    /// As in the summary: `submitActivation`.
    pub const fn summary_key(self) -> &'static str {
        match self {
            Action::Recover => "recover",
            Action::Activate => "activate",
            Action::SubmitActivation => "submitActivation",
            Action::SubmitPort => "submitPort",
            Action::UpdatePort => "updatePort",
            Action::TriggerPort => "triggerPort",
            Action::Update => "update",
            Action::AcceptE911Correction => "acceptE911Correction",
            Action::KeepE911Original => "keepE911Original",
            Action::CancelActivation => "cancelActivation",
            Action::CancelPort => "cancelPort",
            Action::Release => "release",
        }
    }

    /// Takes something away that is hard to get back.
    pub const fn is_destructive(self) -> bool {
        matches!(
            self,
            Action::Release | Action::CancelActivation | Action::CancelPort
        )
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A place in the user's files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Source {
    /// Relative to the directory of alz.yaml.
    pub file: String,
    /// Counted from 1.
    pub line: u32,
}

/// One member that becomes different.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// The member, as in the files: e911Address.language.
    pub path: String,
    /// What it is now; null where there is nothing.
    #[serde(default)]
    pub before: Value,
    /// What it will be; null where it is cleared.
    #[serde(default)]
    pub after: Value,
    /// A secret: it is sent, but neither value is shown.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sensitive: bool,
    /// Whose change it is; only where a base was named (`--base`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

/// Where a change comes from, seen from a base revision (design, section 4).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// This branch makes it: the base's files don't ask for it.
    Branch,
    /// The base's files ask for what the platform had, and no longer has.
    Drift,
    /// The base's files ask for it already, and it was never applied.
    Pending,
}

impl Origin {
    pub const ALL: [Origin; 3] = [Origin::Branch, Origin::Drift, Origin::Pending];

    pub const fn name(self) -> &'static str {
        match self {
            Origin::Branch => "branch",
            Origin::Drift => "drift",
            Origin::Pending => "pending",
        }
    }

    /// After a count: "2 by this branch".
    pub const fn phrase(self) -> &'static str {
        match self {
            Origin::Branch => "by this branch",
            Origin::Drift => "drift",
            Origin::Pending => "pending",
        }
    }
}

/// The request of a step, without its body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Request {
    /// The HTTP method.
    pub method: String,
    /// The path below the API's address.
    pub path: String,
}

/// Something the plan does not do, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    /// waiting: time will do it. deferred: comes after something else. blocked: a person must act.
    pub kind: NoteKind,
    /// The account it is about.
    pub account: AccountId,
    /// The numbers it is about.
    pub numbers: Vec<PhoneNumber>,
    /// Why.
    pub reason: String,
    /// The way out, where a person can do something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// When it is expected to end (date or date-time).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// branch: the base's files would not give it; absent: they would, or no
    /// base was named (`--base`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

/// Kinds of notes, in the order in which they are shown.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum NoteKind {
    Blocked,
    Warning,
    Waiting,
    Deferred,
    Unmanaged,
}

impl NoteKind {
    pub const fn name(self) -> &'static str {
        match self {
            NoteKind::Blocked => "blocked",
            NoteKind::Warning => "warning",
            NoteKind::Waiting => "waiting",
            NoteKind::Deferred => "deferred",
            NoteKind::Unmanaged => "unmanaged",
        }
    }
}

/// A guard that the plan goes beyond.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrippedGuard {
    /// release, e911 or update: the name that --allow takes.
    pub guard: String,
    /// The account it was judged for; absent where it is the run as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// How many numbers the plan touches in this way.
    pub count: u64,
    /// Of how many.
    pub of: u64,
    /// The limit it goes beyond, in words.
    pub limit: String,
    /// The count that lifts it: --allow release=12. That of the whole run.
    #[serde(default)]
    pub allow: u64,
}
