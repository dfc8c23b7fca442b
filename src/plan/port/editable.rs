//! What the platform still lets change of an order: what the live
//! `editableFieldTypes` list; where they say nothing, contract notes B3.

use crate::model::porting::Reaction;
use crate::model::{LivePort, Member, PortState};

/// What may be changed of an order as it stands.
#[derive(Clone, Copy, Default)]
pub(super) struct May {
    pub crd: bool,
    pub account: bool,
    pub pin: bool,
    /// Names of the customer, the authorised person, wire type, Canadian settings:
    /// what the enumeration calls `name`.
    pub names: bool,
    /// The customer's address and the billing number, for which it has no word.
    pub place: bool,
}

impl May {
    pub fn of(port: &LivePort) -> Self {
        let listed = |name: &str| port.editable.iter().any(|field| &**field == name);
        let said = !port.editable.is_empty();
        let as_listed = Self {
            crd: listed("crdDate"),
            account: listed("wirelessAccountNumber"),
            pin: listed("wirelessPin"),
            names: listed("name"),
            place: false,
        };
        match port.state {
            PortState::Rejected if port.reaction == Some(Reaction::Cancel) => Self::default(),
            PortState::Rejected if said => Self {
                place: as_listed.names,
                ..as_listed
            },
            PortState::Rejected => Self {
                crd: true,
                account: true,
                pin: true,
                names: true,
                place: true,
            },
            PortState::FocReceived if said => as_listed,
            PortState::FocReceived => Self {
                crd: true,
                ..Self::default()
            },
            PortState::Pending | PortState::InProgress => as_listed,
            // Hands off.
            PortState::FocRemoved
            | PortState::HotCut
            | PortState::ResellerPending
            | PortState::CancelPending
            | PortState::Cancelled
            | PortState::CarrierCancelled
            | PortState::Completed
            | PortState::Other(_) => Self::default(),
        }
    }

    pub fn secret(self, name: &str) -> bool {
        match name {
            "wirelessPin" => self.pin,
            _ => self.account,
        }
    }
}

/// Whether the state of a port is one in which its terms are compared.
pub(super) fn is_compared(state: &PortState) -> bool {
    match state {
        PortState::Pending
        | PortState::InProgress
        | PortState::FocReceived
        | PortState::Rejected => true,
        PortState::FocRemoved
        | PortState::HotCut
        | PortState::ResellerPending
        | PortState::CancelPending
        | PortState::Cancelled
        | PortState::CarrierCancelled
        | PortState::Completed
        | PortState::Other(_) => false,
    }
}

/// The members that are names: what may change as `name`.
pub(super) const fn is_name(member: Member) -> bool {
    matches!(
        member,
        Member::FirstName
            | Member::MiddleInitial
            | Member::LastName
            | Member::FirstNameSecondary
            | Member::BusinessName
            | Member::CustomerName
    )
}
