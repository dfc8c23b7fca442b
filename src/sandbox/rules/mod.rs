//! The platform's rules as a state machine without I/O: a world, a command and
//! an instant give a changed world, or a refusal and an unchanged one.
//!
//! Time comes in with the command. Everything that happens by itself up to
//! that instant happens first (`settle`), at its own time, so that it makes no
//! difference how often somebody looked in between.

mod access;
mod address;
mod change;
mod inventory;
mod order;
pub mod port;
mod release;
mod search;
mod settle;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::clock::Clock;
use super::history::Before;
use super::switches::Switches;
use super::world::{Number, Orders, World};
use crate::api::wire;
use crate::model::{AccountId, Field, PhoneNumber, Record};

pub use access::Entry;
pub use address::{correction, effective_e911};
pub use inventory::known;
pub use search::{By, Found, MOST_FOUND, Wanted, find, stock};
pub use settle::{plan_next, settle};

/// What can be done to a world. Accepted commands are what the journal keeps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "do")]
pub enum Command {
    Login {
        username: String,
    },
    Logout {
        token: String,
    },
    SetClock {
        clock: Clock,
    },
    SetSwitches {
        switches: Switches,
    },
    Order(Box<Order>),
    Change(Box<Change>),
    /// Submits an activation on hold to the carrier.
    SubmitHeld {
        account: AccountId,
        number: PhoneNumber,
    },
    /// Cancels an activation on hold.
    CancelHeld {
        account: AccountId,
        number: PhoneNumber,
    },
    Delete {
        account: AccountId,
        number: PhoneNumber,
    },
    Reserve {
        number: PhoneNumber,
        account: Option<AccountId>,
    },
    /// Reserves what a search found.
    ReserveFound {
        numbers: Vec<PhoneNumber>,
        account: Option<AccountId>,
    },
    Unreserve {
        number: PhoneNumber,
        account: Option<AccountId>,
    },
    Recover {
        number: PhoneNumber,
    },
    AcceptCorrection {
        account: AccountId,
        number: PhoneNumber,
    },
    KeepOriginal {
        account: AccountId,
        number: PhoneNumber,
        latitude: Option<String>,
        longitude: Option<String>,
    },
    Port(port::PortCommand),
}

/// An order for numbers from inventory (S:TelephoneNumberActivationsV2X).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    pub account: AccountId,
    pub numbers: Vec<OrderedNumber>,
    pub csr: Record,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub e911: Option<Record>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listing: Option<wire::DirectoryListing>,
    pub hold: bool,
}

/// S:TelephoneNumberAccountBareX.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderedNumber {
    pub number: PhoneNumber,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operational_status: Option<String>,
}

/// A change of a number on an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    pub account: AccountId,
    pub number: PhoneNumber,
    /// A PUT: the whole object came back, and only what differs was meant.
    pub whole: bool,
    /// The `orderVersion` that it was made from, where it says one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_version: Option<String>,
    pub fragment: Fragment,
}

/// The members of a number that can be changed. Absent is left alone, null clears.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Fragment {
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub customer_service_record: Field<Record>,
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub e911_address: Field<Record>,
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub directory_listing: Field<wire::DirectoryListing>,
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub reference_type: Field<String>,
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub reference_id: Field<String>,
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub assign_as_caller_id: Field<bool>,
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub operational_status: Field<String>,
}

/// What a command brought forth besides the changed world.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The token of a login.
    pub token: Option<String>,
}

/// Why the platform says no, ready for its error envelope.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    pub status: u16,
    /// A PascalCase token, as the platform's `messages` hold.
    pub token: &'static str,
    pub data: BTreeMap<&'static str, Value>,
}

impl Refusal {
    pub fn new(status: u16, token: &'static str) -> Self {
        Self {
            status,
            token,
            data: BTreeMap::new(),
        }
    }

    pub fn bad(token: &'static str) -> Self {
        Self::new(400, token)
    }

    pub fn missing(token: &'static str) -> Self {
        Self::new(404, token)
    }

    /// With one more thing said about the reason.
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.data.insert(name, value.into());
        self
    }
}

/// Lets time pass until `now`, then does what is asked. On a refusal nothing
/// but the passing of time has happened.
pub fn perform(world: &mut World, command: &Command, now: Timestamp) -> Result<Outcome, Refusal> {
    settle(world, now);
    let outcome = match command {
        Command::Login { username } => access::login(world, username, now),
        Command::Logout { token } => access::logout(world, token),
        Command::SetClock { clock } => {
            world.clock = *clock;
            Ok(Outcome::default())
        }
        Command::SetSwitches { switches } => {
            world.switches = *switches;
            Ok(Outcome::default())
        }
        Command::Order(order) => order::order(world, order, now),
        Command::Change(change) => change::change(world, change, now),
        Command::SubmitHeld { account, number } => order::submit_held(world, account, *number, now),
        Command::CancelHeld { account, number } => order::cancel_held(world, account, *number, now),
        Command::Delete { account, number } => release::delete(world, account, *number, now),
        Command::Reserve { number, account } => {
            inventory::reserve(world, *number, account.as_ref(), now)
        }
        Command::Unreserve { number, account } => {
            inventory::unreserve(world, *number, account.as_ref(), now)
        }
        Command::ReserveFound { numbers, account } => {
            search::reserve_found(world, numbers, account.as_ref(), now)
        }
        Command::Recover { number } => inventory::recover(world, *number, now),
        Command::AcceptCorrection { account, number } => {
            address::accept_correction(world, account, *number, now)
        }
        Command::KeepOriginal {
            account,
            number,
            latitude,
            longitude,
        } => address::keep_original(
            world,
            account,
            *number,
            (latitude.as_deref(), longitude.as_deref()),
            now,
        ),
        Command::Port(command) => port::perform(world, command, now),
    }?;
    settle(world, now);
    Ok(outcome)
}

/// The same, and what it changed goes into the accounts' history under the
/// name of its user.
pub fn perform_as(
    world: &mut World,
    command: &Command,
    user: &str,
    now: Timestamp,
) -> Result<Outcome, Refusal> {
    settle(world, now);
    let before = Before::of(world, command);
    let outcome = perform(world, command, now)?;
    before.record(world, user, now);
    Ok(outcome)
}

/// The number on this account; 404 where it isn't.
pub fn on_account<'a>(
    world: &'a World,
    account: &AccountId,
    number: PhoneNumber,
) -> Result<&'a Number, Refusal> {
    account_exists(world, account)?;
    world
        .numbers
        .get(&number)
        .filter(|state| state.account == *account)
        .ok_or_else(|| {
            Refusal::missing("TelephoneNumberNotFound").with("phoneNumber", number.to_string())
        })
}

pub fn account_exists(world: &World, account: &AccountId) -> Result<(), Refusal> {
    if world.accounts.contains_key(account) {
        Ok(())
    } else {
        Err(Refusal::missing("AccountNotFound").with("accountId", account.as_str()))
    }
}

/// Refuses to do this to a number in its present state.
fn wrong_state(number: PhoneNumber, state: &Number) -> Refusal {
    Refusal::bad("InvalidCarrierStatus")
        .with("phoneNumber", number.to_string())
        .with("carrierStatus", json!(state.status.name()))
}

fn count(world: &mut World, number: PhoneNumber, what: impl FnOnce(&mut Orders)) {
    what(world.orders.entry(number).or_default());
}
