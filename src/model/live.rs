//! What the platform says now: the planner's right hand.
//!
//! These are the platform's objects reduced to what a decision needs. `live/`
//! makes them from the wire; the planner reads nothing else.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;

use super::id::{AccountId, CarrierId, PortId};
use super::number::PhoneNumber;
use super::porting::LivePort;
use super::record::Record;

/// S:TelephoneNumberAccountV2X.carrierStatus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CarrierStatus {
    Active,
    ActivationOnHold,
    ActivationPending,
    PortPending,
    PortRejected,
    CancelPort,
    CancelPortExpedited,
    CancelPortComplete,
    DeletePending,
    Deleted,
    Cooldown,
    Recovered,
    Inventory,
    InventoryClaimed,
    /// A status published after this was written, or none at all ("").
    Other(Box<str>),
}

impl CarrierStatus {
    pub fn parse(name: &str) -> Self {
        match name {
            "ACTIVE" => Self::Active,
            "ACTIVATION_ON_HOLD" => Self::ActivationOnHold,
            "ACTIVATION_PENDING" => Self::ActivationPending,
            "PORT_PENDING" => Self::PortPending,
            "PORT_REJECTED" => Self::PortRejected,
            "CANCEL_PORT" => Self::CancelPort,
            "CANCEL_PORT_EXPIDITED" => Self::CancelPortExpedited,
            "CANCEL_PORT_COMPLETE" => Self::CancelPortComplete,
            "DELETE_PENDING" => Self::DeletePending,
            "DELETED" => Self::Deleted,
            "COOLDOWN" => Self::Cooldown,
            "RECOVERED" => Self::Recovered,
            "INVENTORY" => Self::Inventory,
            "INVENTORY_CLAIMED" => Self::InventoryClaimed,
            other => Self::Other(other.into()),
        }
    }

    /// The listing still shows the number, but the account no longer has it.
    pub fn is_off_account(&self) -> bool {
        match self {
            Self::Deleted
            | Self::Cooldown
            | Self::Recovered
            | Self::Inventory
            | Self::InventoryClaimed
            | Self::CancelPortComplete => true,
            Self::Active
            | Self::ActivationOnHold
            | Self::ActivationPending
            | Self::PortPending
            | Self::PortRejected
            | Self::CancelPort
            | Self::CancelPortExpedited
            | Self::DeletePending
            | Self::Other(_) => false,
        }
    }

    /// The platform's own name.
    pub fn name(&self) -> &str {
        match self {
            Self::Active => "ACTIVE",
            Self::ActivationOnHold => "ACTIVATION_ON_HOLD",
            Self::ActivationPending => "ACTIVATION_PENDING",
            Self::PortPending => "PORT_PENDING",
            Self::PortRejected => "PORT_REJECTED",
            Self::CancelPort => "CANCEL_PORT",
            Self::CancelPortExpedited => "CANCEL_PORT_EXPIDITED",
            Self::CancelPortComplete => "CANCEL_PORT_COMPLETE",
            Self::DeletePending => "DELETE_PENDING",
            Self::Deleted => "DELETED",
            Self::Cooldown => "COOLDOWN",
            Self::Recovered => "RECOVERED",
            Self::Inventory => "INVENTORY",
            Self::InventoryClaimed => "INVENTORY_CLAIMED",
            Self::Other(name) => name,
        }
    }
}

impl fmt::Display for CarrierStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A number on an account, as the listing returns it.
#[derive(Clone, Debug)]
pub struct LiveNumber {
    pub number: PhoneNumber,
    pub status: CarrierStatus,
    pub carrier: Option<CarrierId>,
    pub port: Option<PortId>,
    pub customer_service_record: Option<Record>,
    pub e911_address: Option<Record>,
    pub directory_listing: Option<LiveListing>,
    pub reference: Option<LiveReference>,
}

/// S:DirectoryListingX.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LiveListing {
    pub listed: bool,
    pub listing_type: Option<Box<str>>,
    pub address: Option<Record>,
}

/// Where calls to the number go now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveReference {
    pub reference_type: Box<str>,
    pub id: Box<str>,
}

/// What the partition's inventory says of a number that is not on the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inventory {
    /// The partition does not know the number.
    Unknown,
    /// In stock, to be had.
    Free,
    /// Recently released; can be recovered until it goes back to the carrier.
    Cooldown { until: Option<Timestamp> },
    /// On an account (perhaps this one: then the listing is wrong).
    OnAccount(AccountId),
    /// Known, but neither in stock nor on an account: `isInInventory` is false.
    NotInStock,
}

/// S:ServiceActivationEventX.serviceType, those that a number's plan depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    Activation,
    CsrChange,
    E911Address,
    Disconnect,
    PortRequest,
}

/// The latest open or rejected service activation event of its kind on a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveEvent {
    pub kind: EventKind,
    /// S:ServiceActivationEventX.activationStatusType.
    pub status: Box<str>,
    pub updated: Option<Timestamp>,
    /// The carrier's or E911 provider's last words.
    pub message: Option<Box<str>>,
}

impl LiveEvent {
    pub fn is_rejected(&self) -> bool {
        &*self.status == "REJECTED"
    }
}

/// What a carrier can do (S:InboundCarrierX). An unnamed ability is assumed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CarrierAbilities {
    pub name: String,
    pub csr_update: bool,
    pub cnam_change: bool,
    pub directory_listing: bool,
    pub porting: bool,
}

/// What holds for the whole partition, read once a run.
#[derive(Clone, Debug, Default)]
pub struct LivePartition {
    /// S:PartitionX.defaultDirectoryListingType.
    pub default_listing_type: Option<String>,
    /// S:PartitionX.tnDeleteCooldownDays.
    pub cooldown_days: Option<i64>,
    /// The time of the run, by which cooldowns are judged.
    pub now: Timestamp,
    pub carriers: BTreeMap<CarrierId, CarrierAbilities>,
}

/// An account as it is.
#[derive(Clone, Debug, Default)]
pub struct LiveAccount {
    pub numbers: BTreeMap<PhoneNumber, LiveNumber>,
    /// For declared numbers that the listing lacks.
    pub inventory: BTreeMap<PhoneNumber, Inventory>,
    /// Ports that are under way, were rejected or are being called off, and those
    /// that ended without the numbers: of every listed number that says so.
    pub ports: BTreeMap<PortId, LivePort>,
    /// Open and rejected events of the account's numbers.
    pub events: BTreeMap<PhoneNumber, Vec<LiveEvent>>,
    /// What the E911 provider would have instead of an address that it rejected.
    pub corrections: BTreeMap<PhoneNumber, Record>,
    /// Each user's own caller ID number; read only where a file declares one.
    pub caller_ids: BTreeMap<String, Option<PhoneNumber>>,
}
