//! What happened to an account, when and by whom: one entry for each thing
//! that somebody's request changed (O:accountHistoryByAccountIdSearch). What
//! happens by itself is told by the service activation events instead.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::rules::Command;
use super::rules::port::PortCommand;
use super::world::{Number, Reference, World};
use crate::model::{AccountId, PhoneNumber, Record};

/// The oldest entries go when there are more than this.
const MOST_ENTRIES: usize = 20_000;

/// S:AccountHistoryX, as far as something says it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    pub id: String,
    pub account: AccountId,
    pub number: PhoneNumber,
    pub kind: Kind,
    pub action: Action,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
    pub user: String,
    pub at: Timestamp,
}

/// Those of the platform's accountHistoryType that a number's life brings about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    PhoneNumber,
    AddressCsr,
    AddressE911,
    AddressDirectoryListing,
}

impl Kind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::PhoneNumber => "PHONE_NUMBER",
            Self::AddressCsr => "ADDRESS_CSR",
            Self::AddressE911 => "ADDRESS_E911",
            Self::AddressDirectoryListing => "ADDRESS_DIRECTORY_LISTING",
        }
    }
}

/// S:AccountHistoryX.action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Action {
    Create,
    Update,
    Delete,
}

impl Action {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Create => "CREATE",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
        }
    }
}

/// The numbers that a command is about, as they are before it.
pub struct Before {
    numbers: Vec<(PhoneNumber, Option<Number>)>,
    /// Taken off the account, though it stays listed for a while.
    given_up: bool,
}

impl Before {
    pub fn of(world: &World, command: &Command) -> Self {
        let numbers = match command {
            Command::Order(order) => order.numbers.iter().map(|one| one.number).collect(),
            Command::Change(change) => vec![change.number],
            Command::SubmitHeld { number, .. }
            | Command::CancelHeld { number, .. }
            | Command::Delete { number, .. }
            | Command::AcceptCorrection { number, .. }
            | Command::KeepOriginal { number, .. } => vec![*number],
            Command::Port(PortCommand::Submit(order)) => {
                order.numbers.iter().map(|one| one.number).collect()
            }
            // What a port does to its numbers, its own log tells.
            Command::Port(
                PortCommand::Update { .. }
                | PortCommand::Cancel { .. }
                | PortCommand::Trigger { .. }
                | PortCommand::Carrier { .. },
            ) => Vec::new(),
            // Of the partition's stock, or of nobody's account.
            Command::Login { .. }
            | Command::Logout { .. }
            | Command::SetClock { .. }
            | Command::SetSwitches { .. }
            | Command::Reserve { .. }
            | Command::ReserveFound { .. }
            | Command::Unreserve { .. }
            | Command::Recover { .. } => Vec::new(),
        };
        Self {
            given_up: matches!(command, Command::Delete { .. }),
            numbers: numbers
                .into_iter()
                .map(|number| (number, world.numbers.get(&number).cloned()))
                .collect(),
        }
    }

    /// Writes down what is different now.
    pub fn record(self, world: &mut World, user: &str, now: Timestamp) {
        for (number, before) in self.numbers {
            let after = world
                .numbers
                .get(&number)
                .filter(|_| !self.given_up)
                .cloned();
            let Some(account) = after.as_ref().or(before.as_ref()) else {
                continue;
            };
            let account = account.account.clone();
            for (kind, action, old, new) in differences(number, before.as_ref(), after.as_ref()) {
                let entry = Entry {
                    id: world.ids.next(),
                    account: account.clone(),
                    number,
                    kind,
                    action,
                    old,
                    new,
                    user: user.to_owned(),
                    at: now,
                };
                world.history.push_back(entry);
            }
        }
        while world.history.len() > MOST_ENTRIES {
            world.history.pop_front();
        }
    }
}

type Difference = (Kind, Action, Option<String>, Option<String>);

fn differences(
    number: PhoneNumber,
    before: Option<&Number>,
    after: Option<&Number>,
) -> Vec<Difference> {
    let (action, before, after) = match (before, after) {
        (None, None) => return Vec::new(),
        (None, Some(after)) => (Action::Create, None, Some(after)),
        (Some(_), None) => {
            let name = Some(number.to_string());
            return vec![(Kind::PhoneNumber, Action::Delete, name, None)];
        }
        (Some(before), Some(after)) => (Action::Update, Some(before), Some(after)),
    };
    let mut found = Vec::new();
    let mut compare = |kind, read: &dyn Fn(&Number) -> Option<String>| {
        let (old, new) = (before.and_then(read), after.and_then(read));
        if old != new {
            found.push((kind, action, old, new));
        }
    };
    if action == Action::Create {
        compare(Kind::PhoneNumber, &|_| Some(number.to_string()));
    }
    compare(Kind::PhoneNumber, &|state| {
        state.reference.as_ref().map(reference)
    });
    compare(Kind::AddressCsr, &|state| Some(address(&state.csr)));
    compare(Kind::AddressE911, &|state| {
        state.e911.as_deref().map(address)
    });
    compare(Kind::AddressDirectoryListing, &|state| {
        serde_json::to_string(&state.listing).ok()
    });
    found
}

/// How an address is written in the history is published nowhere; its JSON
/// leaves nothing out.
fn address(record: &Record) -> String {
    serde_json::to_string(record).unwrap_or_default()
}

fn reference(reference: &Reference) -> String {
    format!("{} {}", reference.reference_type, reference.id)
}
