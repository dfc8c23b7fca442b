//! What is in flight, as a document for programs.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::model::PartitionId;
use crate::plan::document::FORMAT_VERSION;
use crate::plan::{FlightKind, InFlight};

/// What `alz status --format json` prints.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatusDocument {
    /// The format of this document; minor numbers only add members.
    pub format_version: String,
    /// The version of alz that made it.
    pub alz_version: String,
    /// The environment it is of.
    pub environment: String,
    /// The partition it is of.
    pub partition: PartitionId,
    /// When the platform was asked (RFC 3339).
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub created_at: Timestamp,
    /// What it is restricted to: files, targets (`--target`), a share of the accounts
    /// (`--shard`). What is in flight elsewhere is not in it.
    #[serde(flatten)]
    pub part: Part,
    /// How many are in flight by kind (ports, activations, e911Addresses,
    /// customerServiceRecords, disconnects), how many numbers they are about,
    /// and how many of them need a person (needsAttention); and how many ports
    /// are declared and not ordered yet (notOrdered).
    pub summary: BTreeMap<&'static str, usize>,
    /// What needs a person comes first.
    pub in_flight: Vec<InFlight>,
    /// Ports that are declared and not ordered yet: nothing moves them but an apply.
    pub not_ordered: Vec<InFlight>,
}

/// A part of an environment, as a plan says it; empty for all of it.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct Part {
    /// The files that were named, from the directory of alz.yaml.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// Numbers, accounts and patterns.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<String>,
    /// The share of the accounts: 2/4.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shard: Option<String>,
}

impl StatusDocument {
    pub fn new(
        environment: String,
        partition: PartitionId,
        created_at: Timestamp,
        mut entries: Vec<InFlight>,
    ) -> Self {
        // Dates and date-times of one form: in the order of their letters.
        entries.sort_by(|one, other| key_of(one).cmp(&key_of(other)));
        let (not_ordered, in_flight): (Vec<_>, Vec<_>) =
            entries.into_iter().partition(InFlight::is_unordered);
        Self {
            format_version: FORMAT_VERSION.to_owned(),
            alz_version: env!("CARGO_PKG_VERSION").to_owned(),
            environment,
            partition,
            created_at,
            part: Part::default(),
            summary: summary(&in_flight, &not_ordered),
            in_flight,
            not_ordered,
        }
    }
}

fn key_of(entry: &InFlight) -> impl Ord {
    let until = entry.until.as_deref();
    (
        !entry.needs_attention,
        until.is_none(),
        until,
        entry.numbers.first(),
        entry.kind,
        &entry.account,
    )
}

fn summary(entries: &[InFlight], not_ordered: &[InFlight]) -> BTreeMap<&'static str, usize> {
    let mut summary: BTreeMap<&'static str, usize> = KINDS
        .into_iter()
        .map(|kind| (key(kind), 0))
        .chain([
            ("needsAttention", 0),
            ("notOrdered", not_ordered.len()),
            ("numbers", 0),
        ])
        .collect();
    let mut count = |key: &'static str, by: usize| *summary.entry(key).or_default() += by;
    for entry in entries {
        count(key(entry.kind), 1);
        count("needsAttention", usize::from(entry.needs_attention));
        count("numbers", entry.numbers.len());
    }
    summary
}

/// In the order in which they are told.
pub(super) const KINDS: [FlightKind; 5] = [
    FlightKind::Port,
    FlightKind::Activation,
    FlightKind::E911Address,
    FlightKind::CustomerServiceRecord,
    FlightKind::Disconnect,
];

const fn key(kind: FlightKind) -> &'static str {
    match kind {
        FlightKind::Port => "ports",
        FlightKind::Activation => "activations",
        FlightKind::E911Address => "e911Addresses",
        FlightKind::CustomerServiceRecord => "customerServiceRecords",
        FlightKind::Disconnect => "disconnects",
    }
}

/// Pretty-printed, with a newline at the end.
pub fn status_json(document: &StatusDocument) -> Result<String, serde_json::Error> {
    Ok(serde_json::to_string_pretty(document)? + "\n")
}

/// On one line, for `--watch`.
pub fn status_line(document: &StatusDocument) -> Result<String, serde_json::Error> {
    Ok(serde_json::to_string(document)? + "\n")
}
