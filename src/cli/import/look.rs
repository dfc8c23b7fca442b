//! One account read from the platform, and tried: what is to be written must be
//! sound and must leave a plan nothing to do.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::future::try_join_all;
use jiff::civil::Date;

use crate::api::wire;
use crate::cli::fatal::Fatal;
use crate::cli::reading::Platform;
use crate::desired::Repository;
use crate::import::{self, Account, From};
use crate::live::{self, Wanted};
use crate::model::live::EventKind;
use crate::model::porting::PortMemory;
use crate::model::{AccountId, DesiredAccount, LiveAccount, PhoneNumber};
use crate::plan::{self, Checks, NoteKind, Step};
use crate::report::{ImportedAccount, ImportedSecret};

/// Rounds of leaving out what a plan would change.
const ROUNDS: usize = 20;

/// What every account is looked at with.
pub struct Lookout {
    pub platform: Platform,
    pub memory: Arc<PortMemory>,
    /// What the files declare already.
    pub repository: Arc<Repository>,
    pub today: Date,
}

/// An account as it is.
pub struct Looked {
    pub account: AccountId,
    pub name: Option<String>,
    pub live: LiveAccount,
    /// Users by id, as people know them.
    pub users: BTreeMap<String, String>,
}

impl Looked {
    pub fn target(&self) -> Account {
        import::account(&From {
            account: &self.account,
            name: self.name.as_deref(),
            live: &self.live,
            users: &self.users,
        })
    }

    /// What is to be told of it, as far as that is known.
    pub fn report(&self) -> ImportedAccount {
        ImportedAccount::new(self.account.clone(), self.name.clone())
    }
}

impl Lookout {
    /// Reads an account. Numbers that an event speaks of and the listing lacks
    /// are looked up, so that a listing cut short is not taken for the whole.
    pub async fn look(&self, account: &AccountId, name: Option<&str>) -> Result<Looked, Fatal> {
        let Platform {
            client,
            partition,
            events,
            ..
        } = &self.platform;
        let spoken_of = events.of(account, |_| true);
        let wanted = Wanted {
            numbers: spoken_of
                .into_iter()
                .filter(|(_, events)| events.iter().any(|event| is_of_account(event.kind)))
                .map(|(number, _)| number)
                .collect(),
            ..Wanted::default()
        };
        let mut live = live::account(client, account, &wanted, partition, events).await?;
        let rung: BTreeSet<&str> = live
            .numbers
            .values()
            .filter_map(|number| number.reference.as_ref())
            .filter(|reference| &*reference.reference_type == "END_USER")
            .map(|reference| &*reference.id)
            .filter(|id| !id.is_empty())
            .collect();
        let mut users = BTreeMap::new();
        let mut caller_ids = BTreeMap::new();
        if !rung.is_empty() {
            let mut found = client.users(account).await?;
            // A listing of users ends at a thousand without saying so.
            let listed: BTreeSet<String> = found.iter().map(|user| user.id.clone()).collect();
            let missing = rung.iter().filter(|id| !listed.contains(**id));
            let more = try_join_all(missing.map(|id| client.user(account, id))).await?;
            found.extend(more.into_iter().flatten());
            for user in found {
                users.extend(label(&user).map(|label| (user.id.clone(), label)));
                let shown = user.caller_id_config.and_then(|it| it.caller_id_number);
                let shown: Option<PhoneNumber> = shown.and_then(|number| number.parse().ok());
                caller_ids.insert(user.id, shown);
            }
        }
        live.caller_ids = caller_ids;
        Ok(Looked {
            account: account.clone(),
            name: name.map(str::to_owned),
            live,
            users,
        })
    }

    /// The text of a file for an account, and what it says.
    pub fn text(&self, looked: Looked, head: &[String]) -> Result<(Account, String), Fatal> {
        let mut account = looked.target();
        let taken: Vec<PhoneNumber> = account
            .numbers()
            .filter(|number| self.repository.declares(*number))
            .collect();
        for number in taken {
            account.without(number, "the files declare it on another account");
        }
        // No day and no count: the same world gives the same file, and what
        // nobody will keep true is not written down.
        let mut lines = head.to_vec();
        lines.push(
            "As `alz import` found it on the platform. Remarks tell how things stood then."
                .to_owned(),
        );
        let text = |account: &mut Account| -> Result<String, Fatal> {
            import::settle(account, self.today).map_err(Fatal::Problems)?;
            Ok(import::text(account, &lines, self.today))
        };
        for _ in 0..ROUNDS {
            let written = text(&mut account)?;
            let desired = import::desired(&written).ok_or_else(|| unreadable(&looked.account))?;
            let steps = self.steps(&desired, &looked.live);
            if steps.is_empty() {
                return Ok((account, written));
            }
            leave_out(&mut account, &desired, &steps);
        }
        Err(unreadable(&looked.account))
    }

    /// What a plan of these declarations would do.
    pub fn steps(&self, desired: &DesiredAccount, live: &LiveAccount) -> Vec<Step> {
        let context = self.platform.context(&self.memory);
        plan::account(desired, live, &context, &Checks::default()).steps
    }

    /// The declared numbers that a plan would have something to say about.
    pub fn differing(&self, desired: &DesiredAccount, live: &LiveAccount) -> BTreeSet<PhoneNumber> {
        let context = self.platform.context(&self.memory);
        let made = plan::account(desired, live, &context, &Checks::default());
        let steps = made.steps.into_iter().flat_map(|step| step.numbers);
        let deferred = made
            .notes
            .into_iter()
            .filter_map(|note| matches!(note.kind, NoteKind::Deferred).then_some(note.numbers));
        steps
            .chain(deferred.flatten())
            .filter(|number| desired.numbers.contains_key(number))
            .collect()
    }
}

/// Takes out what these steps would change.
pub fn leave_out(account: &mut Account, desired: &DesiredAccount, steps: &[Step]) {
    let why = "it could not be written so that a plan changes nothing";
    for step in steps {
        let port = step.numbers.first().and_then(|number| {
            let mut ports = desired.ports.iter();
            ports.find(|port| port.numbers.contains(number))
        });
        let paths = step.changes.iter().flat_map(|change| {
            match (change.path.strip_prefix("port."), port) {
                (Some(rest), Some(port)) => vec![format!("ports.{}.{rest}", port.name)],
                (Some(_), None) => Vec::new(),
                (None, _) => {
                    let numbers = step.numbers.iter();
                    let path = |number| format!("numbers.{number}.{}", change.path);
                    numbers.map(path).collect()
                }
            }
        });
        let mut helped = false;
        let mut heeded: BTreeSet<String> = BTreeSet::new();
        for path in paths {
            if heeded.insert(import::object_of(&path)) {
                helped |= account.leave_out(&path, "", why);
            }
        }
        if !helped {
            for number in &step.numbers {
                account.without(*number, why);
            }
        }
    }
}

pub fn unreadable(account: &AccountId) -> Fatal {
    Fatal::with_help(
        format!(
            "account {account}: no file could be written that changes nothing: nothing was written for it"
        ),
        "run it again; if it stays so, declare the account by hand and report it",
    )
}

/// Events that a number of this very account has.
fn is_of_account(kind: EventKind) -> bool {
    match kind {
        EventKind::Activation | EventKind::CsrChange | EventKind::E911Address => true,
        // Off the account soon, or not on it yet.
        EventKind::Disconnect | EventKind::PortRequest => false,
    }
}

/// A user as people know them.
fn label(user: &wire::EndUser) -> Option<String> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default().trim().to_owned();
    let name = format!("{} {}", text(&user.first_name), text(&user.last_name));
    let name = match name.trim() {
        "" => text(&user.username),
        name => name.to_owned(),
    };
    let extension = text(&user.extension);
    match (name.is_empty(), extension.is_empty()) {
        (true, true) => None,
        (true, false) => Some(format!("extension {extension}")),
        (false, true) => Some(name),
        (false, false) => Some(format!("{name}, extension {extension}")),
    }
}

/// What is told of an account that was written.
pub fn tell(imported: &mut ImportedAccount, account: &Account) {
    imported.numbers = account.numbers().collect();
    imported.ports = account.ports().map(|(name, _)| name.to_owned()).collect();
    imported.secrets = account
        .secrets()
        .into_iter()
        .map(|secret| ImportedSecret {
            port: secret.port,
            member: secret.member.to_owned(),
            variable: secret.variable,
        })
        .collect();
    let left_out = account.left_out().into_iter();
    imported.left_out = left_out.map(|left| (left.number, left.why)).collect();
    let unsaid = account.unsaid().iter();
    imported.unsaid = unsaid
        .map(|unsaid| (unsaid.path.clone(), unsaid.why.clone()))
        .collect();
}
