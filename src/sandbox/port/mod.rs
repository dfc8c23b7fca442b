//! Ports: numbers that come from other carriers. Here is what the world holds
//! of them; `rules::port` moves them, `calendar` knows the days and hours.

pub mod calendar;

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::event::EventStatus;
use super::world::by_name;
use crate::model::{AccountId, CarrierId, CarrierStatus, PhoneNumber, Record};

/// All that the world knows of ports.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Porting {
    /// The numbers that others serve, by the digits they begin with; the longest match counts.
    pub ranges: BTreeMap<String, PortRange>,
    /// What the carriers that lose them have on file.
    pub losing: BTreeMap<PhoneNumber, LosingCarrier>,
    /// By their ids; a port that is over stays.
    pub ports: BTreeMap<String, Port>,
    pub rules: PortRules,
}

impl Porting {
    /// The range that serves a number and how long its prefix is.
    pub fn range_of(&self, number: PhoneNumber) -> Option<(usize, &PortRange)> {
        longest_prefix(&self.ranges, number)
    }
}

/// The entry with the most of a number's first digits, and how many they are.
pub fn longest_prefix<T>(blocks: &BTreeMap<String, T>, number: PhoneNumber) -> Option<(usize, &T)> {
    let digits = number.to_string();
    (1..=digits.len())
        .rev()
        .find_map(|length| Some((length, blocks.get(digits.get(..length)?)?)))
}

/// What the two published sources leave open, and how long things take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PortRules {
    /// What triggerport answers: 202 says the guide, 200 the OpenAPI.
    pub trigger_status: u16,
    /// Seconds from the order until the carrier has it (PENDING to IN_PROGRESS).
    pub submit_seconds: u32,
    /// Seconds until a cancellation is confirmed.
    pub cancel_seconds: u32,
}

impl Default for PortRules {
    fn default() -> Self {
        Self {
            trigger_status: 202,
            // The guide's example: ordered at 21:12, with the carrier at 21:18.
            submit_seconds: 6 * 60,
            cancel_seconds: 15 * 60,
        }
    }
}

/// A block of numbers that other carriers serve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PortRange {
    pub rate_center: String,
    pub state: String,
    pub country: String,
    pub wireless: bool,
    /// The block can be ported at all.
    pub portable: bool,
    /// The partition has a carrier in this rate centre.
    pub service_available: bool,
    /// The carrier that wins the numbers.
    pub carrier: CarrierId,
}

impl PortRange {
    /// S:PortX.portingWireType.
    pub fn wire_type(&self) -> &'static str {
        if self.wireless {
            "Wireless"
        } else {
            "Wireline"
        }
    }
}

/// A PIN. It is kept and compared, and never shown.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Pin(pub String);

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "no PIN" } else { "a PIN" })
    }
}

/// A port order (S:PortX).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Port {
    pub account: AccountId,
    /// In the order in which they were ordered.
    pub numbers: Vec<PhoneNumber>,
    #[serde(with = "by_name")]
    pub status: CarrierStatus,
    pub carrier: CarrierId,
    /// What the person asked for and may change.
    pub terms: Terms,
    pub foc: Option<Date>,
    pub created: Timestamp,
    /// When the terms were handed in as they are, which decides what days were
    /// on offer; none where a seed says that all is well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitted: Option<Timestamp>,
    pub completed: Option<Timestamp>,
    pub cancelled: Option<CancelType>,
    /// Given by the carrier when it accepts the order (PON).
    pub parent_order: Option<String>,
    /// What a rejection asks for.
    pub reaction: Option<Reaction>,
    /// A person told the carrier to go ahead.
    pub triggered: Option<Timestamp>,
    /// The losing carrier took its FOC back this often.
    pub focs_removed: u32,
}

/// What a port order says, for as long as it may be changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Terms {
    /// What the losing carrier is shown.
    pub csr: Record,
    pub billing_number: PhoneNumber,
    /// The customer's requested date (CRD).
    pub crd: Date,
    /// Wireline or Wireless.
    pub wire_type: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub authorized_name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub wireless_account: String,
    #[serde(default)]
    pub pin: Pin,
    /// S:TelecomSettingsX, for Canadian ports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telecom: Option<Map<String, Value>>,
}

/// S:PortX.cancelType.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CancelType {
    #[serde(rename = "NORMAL")]
    Normal,
    /// The platform spells it so.
    #[serde(rename = "EXPIDITED")]
    Expedited,
    #[serde(rename = "BY_CARRIER")]
    ByCarrier,
}

/// S:ServiceActivationEventX.l3Reaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Reaction {
    Ignore,
    /// Mend the order and send it again.
    Resubmit,
    /// Cancel the order and place a new one.
    Cancel,
    SendEmail,
}

impl Reaction {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ignore => "IGNORE",
            Self::Resubmit => "RESUBMIT",
            Self::Cancel => "CANCEL",
            Self::SendEmail => "SEND_EMAIL",
        }
    }
}

/// What the carrier that loses a number has on file, and how it behaves.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LosingCarrier {
    pub name: String,
    pub csr: Option<Record>,
    /// The record is compared to the letter, punctuation and case included.
    pub strict_csr: bool,
    pub billing_number: Option<PhoneNumber>,
    pub account_number: Option<String>,
    pub pin: Option<Pin>,
    /// The customer's service must not be moved; only the right PIN lifts it.
    pub freeze: bool,
    pub authorized_name: Option<String>,
    pub behaviour: Behaviour,
    /// What its rejections ask for; without it, what suits the reason.
    pub reaction: Option<Reaction>,
}

/// How a losing carrier treats an order that is right in every detail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Behaviour {
    /// Gives an FOC and keeps it.
    #[default]
    Normal,
    /// Never answers.
    Silent,
    /// Takes its first FOC back on the business day before, and gives another.
    LosesFoc,
    /// Cancels the order instead of answering it.
    Cancels,
    /// Does not release the number on the day; ten business days later the order is dead.
    NeverActivates,
    /// The number is out of service already.
    Disconnected,
    /// Another order on the customer's account is open.
    PendingOrder,
}

/// S:ServiceActivationEventX.editableFieldTypes.
pub const EVERY_FIELD: &[&str] = &["crdDate", "wirelessAccountNumber", "wirelessPin", "name"];

/// What may be changed while the event is in this status (B3). After the FOC
/// only the date; after an end, and while people work by hand, nothing.
pub const fn editable(status: EventStatus, reaction: Option<Reaction>) -> &'static [&'static str] {
    match status {
        EventStatus::Pending | EventStatus::InProgress | EventStatus::FocRemoved => EVERY_FIELD,
        EventStatus::Rejected => match reaction {
            Some(Reaction::Cancel) => &[],
            Some(Reaction::Ignore | Reaction::Resubmit | Reaction::SendEmail) | None => EVERY_FIELD,
        },
        EventStatus::FocReceived => &["crdDate"],
        EventStatus::Cancelled
        | EventStatus::CancelPending
        | EventStatus::CarrierCancelled
        | EventStatus::DeletePending
        | EventStatus::DeleteScheduled
        | EventStatus::Completed
        | EventStatus::CorrectedCompleted
        | EventStatus::Cooldown
        | EventStatus::HotCutPort
        | EventStatus::OnHold
        | EventStatus::ResellerPending => &[],
    }
}

/// What the port object and its numbers say while the event is in this status (B1).
pub const fn carrier_status(status: EventStatus, cancelled: Option<CancelType>) -> CarrierStatus {
    match status {
        EventStatus::Rejected => CarrierStatus::PortRejected,
        EventStatus::CancelPending => match cancelled {
            Some(CancelType::Expedited) => CarrierStatus::CancelPortExpedited,
            Some(CancelType::Normal | CancelType::ByCarrier) | None => CarrierStatus::CancelPort,
        },
        EventStatus::Cancelled | EventStatus::CarrierCancelled => CarrierStatus::CancelPortComplete,
        EventStatus::Completed | EventStatus::CorrectedCompleted => CarrierStatus::Active,
        EventStatus::Pending
        | EventStatus::InProgress
        | EventStatus::FocReceived
        | EventStatus::FocRemoved
        | EventStatus::DeletePending
        | EventStatus::DeleteScheduled
        | EventStatus::Cooldown
        | EventStatus::HotCutPort
        | EventStatus::OnHold
        | EventStatus::ResellerPending => CarrierStatus::PortPending,
    }
}
