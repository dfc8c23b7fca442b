//! Service activation events: what a carrier or the E911 provider is doing
//! about a number, and the table of how that goes on by itself.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{AccountId, PhoneNumber};

macro_rules! named {
    ($(#[$meta:meta])* $name:ident { $($variant:ident = $text:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
        pub enum $name { $(#[serde(rename = $text)] $variant),* }

        impl $name {
            pub const ALL: &[$name] = &[$($name::$variant),*];
            /// The platform's own name.
            pub const fn name(self) -> &'static str {
                match self { $($name::$variant => $text),* }
            }
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name() == text)
            }
        }
    };
}

named! {
    /// S:ServiceActivationEventTypeX.
    EventKind {
        Activation = "ACTIVATION",
        Byotn = "BYOTN_REQUEST",
        CsrChange = "CSR_CHANGE_REQUEST",
        Disconnect = "DISCONNECT",
        DynamicReservation = "DYNAMIC_RESERVATION",
        E911Address = "NINE_ONE_ONE_ADDRESS",
        PortRequest = "PORT_REQUEST",
        ServiceProvider = "SERVICE_PROVIDER_TN",
    }
}

named! {
    /// S:ServiceActivationEventX.activationStatusType.
    EventStatus {
        Pending = "PENDING",
        InProgress = "IN_PROGRESS",
        Rejected = "REJECTED",
        FocReceived = "FOC_RECEIVED",
        FocRemoved = "FOC_REMOVED",
        Cancelled = "CANCELLED",
        CancelPending = "CANCEL_PENDING",
        CarrierCancelled = "CARRIER_CANCELLED",
        DeletePending = "DELETE_PENDING",
        DeleteScheduled = "DELETE_SCHEDULED",
        Completed = "COMPLETED",
        CorrectedCompleted = "CORRECTED_COMPLETED",
        Cooldown = "COOLDOWN",
        HotCutPort = "HOT_CUT_PORT",
        OnHold = "ON_HOLD",
        ResellerPending = "RESELLER_PENDING",
    }
}

impl EventStatus {
    /// Somebody is still at work on it. A rejection is an answer: it waits for
    /// a person, and does not stand in the way of a DELETE.
    pub const fn is_open(self) -> bool {
        match self {
            Self::Completed
            | Self::CorrectedCompleted
            | Self::Cancelled
            | Self::CarrierCancelled
            | Self::Rejected => false,
            Self::Pending
            | Self::InProgress
            | Self::FocReceived
            | Self::FocRemoved
            | Self::CancelPending
            | Self::DeletePending
            | Self::DeleteScheduled
            | Self::Cooldown
            | Self::HotCutPort
            | Self::OnHold
            | Self::ResellerPending => true,
        }
    }
}

/// One event: there is one a kind and reference, changed in place, as
/// S:ServiceActivationEventX with its `logs` suggests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    pub id: String,
    pub kind: EventKind,
    /// The telephone number, or the port's id for a PORT_REQUEST.
    pub reference: String,
    pub account: AccountId,
    pub number: PhoneNumber,
    pub status: EventStatus,
    pub created: Timestamp,
    pub updated: Timestamp,
    /// Place in the order of creation.
    pub order: u64,
    /// New each time somebody moves it: what was due before that is void.
    pub revision: u64,
    /// Doesn't go on by itself: a carrier that has fallen asleep.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stuck: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub foc_date: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crd_date: Option<Timestamp>,
    pub logs: Vec<Log>,
}

/// S:ServiceActivationEventLogX.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Log {
    pub status: EventStatus,
    pub at: Timestamp,
    pub code: String,
    pub message: String,
}

/// What the outside world says when it is asked to carry an event on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Agreed,
    Refused,
    /// Of a port: the losing carrier cancels the order, or takes its FOC back.
    Withdrawn,
}

/// The next status of an event when its time has come; `None` where only a
/// person or a later order can move it.
pub const fn next(kind: EventKind, status: EventStatus, answer: Answer) -> Option<EventStatus> {
    use EventKind::{Activation, CsrChange, Disconnect, E911Address, PortRequest};
    match (kind, status, answer) {
        (Activation | CsrChange | E911Address, EventStatus::Pending, _) => {
            Some(EventStatus::InProgress)
        }
        (Activation, EventStatus::InProgress, _) => Some(EventStatus::Completed),
        (CsrChange | E911Address, EventStatus::InProgress, Answer::Agreed) => {
            Some(EventStatus::Completed)
        }
        (CsrChange | E911Address, EventStatus::InProgress, Answer::Refused) => {
            Some(EventStatus::Rejected)
        }
        (Disconnect, EventStatus::DeletePending, _) => Some(EventStatus::Cooldown),
        (Disconnect, EventStatus::Cooldown, _) => Some(EventStatus::Completed),
        (PortRequest, status, answer) => next_of_port(status, answer),
        _ => None,
    }
}

/// A port's way (B2). A promised day that passes without the number being
/// released ends at the carrier (`FocReceived` refused).
const fn next_of_port(status: EventStatus, answer: Answer) -> Option<EventStatus> {
    match (status, answer) {
        (EventStatus::Pending, Answer::Agreed) => Some(EventStatus::InProgress),
        (EventStatus::InProgress | EventStatus::FocRemoved, Answer::Agreed) => {
            Some(EventStatus::FocReceived)
        }
        (
            EventStatus::Pending | EventStatus::InProgress | EventStatus::FocRemoved,
            Answer::Refused,
        ) => Some(EventStatus::Rejected),
        (
            EventStatus::Pending | EventStatus::InProgress | EventStatus::FocRemoved,
            Answer::Withdrawn,
        )
        | (EventStatus::FocReceived, Answer::Refused) => Some(EventStatus::CarrierCancelled),
        (EventStatus::FocReceived, Answer::Agreed) => Some(EventStatus::Completed),
        (EventStatus::FocReceived, Answer::Withdrawn) => Some(EventStatus::FocRemoved),
        (EventStatus::CancelPending, _) => Some(EventStatus::Cancelled),
        // An end, a rejection that waits for a person, or work done by hand.
        _ => None,
    }
}

/// The code that a log line carries at a status.
pub const fn code(kind: EventKind, status: EventStatus) -> &'static str {
    match (kind, status) {
        // The one published sample of an E911 rejection (guide, "Rejections").
        (EventKind::E911Address, EventStatus::Rejected) => "WEST:UPDATE:CRITICAL_ERROR",
        (_, EventStatus::Rejected) => "REJECTED",
        (_, EventStatus::InProgress) => "SUBMIT",
        (EventKind::PortRequest, EventStatus::FocReceived | EventStatus::FocRemoved) => "FOC",
        (EventKind::PortRequest, EventStatus::CancelPending | EventStatus::Cancelled) => "CANCEL",
        (EventKind::Activation, _) => "Activation",
        (EventKind::CsrChange, _) => "CSR",
        (EventKind::E911Address, _) => "E911",
        (EventKind::Disconnect, _) => "Disconnect",
        (EventKind::PortRequest, _) => "Port",
        (EventKind::Byotn | EventKind::DynamicReservation | EventKind::ServiceProvider, _) => {
            "Order"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_that_moves_by_itself_comes_to_an_end() {
        let starts = [
            (
                EventKind::Activation,
                EventStatus::Pending,
                "PENDING IN_PROGRESS COMPLETED",
                "PENDING IN_PROGRESS COMPLETED",
            ),
            (
                EventKind::CsrChange,
                EventStatus::Pending,
                "PENDING IN_PROGRESS COMPLETED",
                "PENDING IN_PROGRESS REJECTED",
            ),
            (
                EventKind::E911Address,
                EventStatus::Pending,
                "PENDING IN_PROGRESS COMPLETED",
                "PENDING IN_PROGRESS REJECTED",
            ),
            (
                EventKind::Disconnect,
                EventStatus::DeletePending,
                "DELETE_PENDING COOLDOWN COMPLETED",
                "DELETE_PENDING COOLDOWN COMPLETED",
            ),
            (
                EventKind::Activation,
                EventStatus::OnHold,
                "ON_HOLD",
                "ON_HOLD",
            ),
            (
                EventKind::PortRequest,
                EventStatus::Pending,
                "PENDING IN_PROGRESS FOC_RECEIVED COMPLETED",
                "PENDING REJECTED",
            ),
            (
                EventKind::PortRequest,
                EventStatus::FocRemoved,
                "FOC_REMOVED FOC_RECEIVED COMPLETED",
                "FOC_REMOVED REJECTED",
            ),
            (
                EventKind::PortRequest,
                EventStatus::CancelPending,
                "CANCEL_PENDING CANCELLED",
                "CANCEL_PENDING CANCELLED",
            ),
            (
                EventKind::PortRequest,
                EventStatus::HotCutPort,
                "HOT_CUT_PORT",
                "HOT_CUT_PORT",
            ),
        ];
        for (kind, start, agreed, refused) in starts {
            for (answer, path) in [(Answer::Agreed, agreed), (Answer::Refused, refused)] {
                let mut seen = vec![start.name()];
                let mut status = start;
                while let Some(after) = next(kind, status, answer) {
                    seen.push(after.name());
                    status = after;
                    assert!(seen.len() < 9, "{kind:?} never ends");
                }
                assert_eq!(seen.join(" "), path, "{kind:?} {answer:?}");
            }
        }
    }

    #[test]
    fn names_read_back() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::parse(kind.name()), Some(*kind));
            assert_eq!(serde_json::json!(kind), kind.name());
        }
        for status in EventStatus::ALL {
            assert_eq!(EventStatus::parse(status.name()), Some(*status));
        }
        assert_eq!(EventStatus::parse("completed"), None);
    }
}
