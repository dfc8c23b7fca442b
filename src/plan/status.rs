//! What is in flight: every port, activation and change that the carriers still
//! work on or have refused, with its dates. `alz status` and `alz port show`
//! print it; the words are those of the plan's notes, from the same place.

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{AccountId, PhoneNumber, PortId};

/// The kinds of work that take time.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "camelCase")]
pub enum FlightKind {
    Port,
    Activation,
    E911Address,
    CustomerServiceRecord,
    Disconnect,
}

/// One thing in flight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InFlight {
    /// What it is.
    pub kind: FlightKind,
    /// The account it is on.
    pub account: AccountId,
    /// The port's name in the files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The port's id on the platform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port_id: Option<PortId>,
    /// The numbers it is about, in order.
    pub numbers: Vec<PhoneNumber>,
    /// The platform's own word for where it stands; NOT_ORDERED for a port
    /// that is declared and not there yet.
    pub state: String,
    /// When it came into that state (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub since: Option<Timestamp>,
    /// Where it stands, in words.
    pub reason: String,
    /// The way out, where a person can do something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// It does not go on by itself.
    pub needs_attention: bool,
    /// When it is expected to end (date, or date-time with its zone's offset).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// The carrier that wins the numbers (S:PortX.carrierType).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    /// The carrier's order number (PON).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    /// The customer request date (CRD).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub crd_date: Option<Date>,
    /// The day that the losing carrier has committed to (FOC).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub foc_date: Option<Date>,
    /// When the winning carrier moves the numbers by itself (RFC 3339, with the
    /// offset of the carrier's zone).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_trigger: Option<String>,
    /// What has happened so far, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timeline: Vec<Moment>,
}

/// A line of its history (S:ServiceActivationEventLogX).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Moment {
    /// When (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub at: Option<Timestamp>,
    /// The state it was in, or went to.
    pub status: String,
    /// The carrier's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The carrier's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}
