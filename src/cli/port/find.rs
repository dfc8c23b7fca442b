//! Which port is meant: by one of its numbers, by its name in the files, or by
//! its id on the platform. What could be two ports is an error that names both.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use clap::Args;

use crate::cli::fatal::Fatal;
use crate::cli::output::Output;
use crate::cli::progress::Progress;
use crate::cli::reading::{self, Platform};
use crate::cli::session::{Project, Session};
use crate::desired::Repository;
use crate::live;
use crate::model::{
    AccountId, DesiredAccount, DesiredPort, LiveAccount, LivePort, PhoneNumber, PortId, SourceId,
};

/// How a port is named on the command line.
#[derive(Debug, Args)]
pub struct Target {
    /// A number of the port, its name in the files, or its id
    #[arg(value_name = "NUMBER | NAME | PORT ID")]
    pub port: String,
    /// The account that it is on, where the name alone could mean two
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
}

/// A port, and the account that it is on.
pub struct Found {
    pub desired: Arc<DesiredAccount>,
    pub live: Arc<LiveAccount>,
    pub port: Port,
}

/// A port on the platform, or one that is declared only.
pub enum Port {
    Ordered(Box<LivePort>),
    /// Under its name in the files.
    Declared(String),
}

impl Found {
    /// For a message: the name, else the id.
    pub fn title(&self) -> String {
        match &self.port {
            Port::Declared(name) => name.clone(),
            Port::Ordered(port) => self
                .desired
                .ports
                .iter()
                .find(|declared| shares(&declared.numbers, port))
                .map_or_else(|| port.id.to_string(), |declared| declared.name.clone()),
        }
    }

    fn described(&self) -> String {
        let account = &self.desired.account;
        match &self.port {
            Port::Declared(name) => format!("{name} on account {account}, not ordered"),
            Port::Ordered(port) => {
                let first = port.numbers.first();
                let number = first.map_or_else(String::new, |number| format!(", of {number}"));
                format!(
                    "{} on account {account} ({}{number}, id {})",
                    self.title(),
                    port.state,
                    port.id
                )
            }
        }
    }
}

fn shares(numbers: &[PhoneNumber], port: &LivePort) -> bool {
    numbers.iter().any(|number| port.numbers.contains(number))
}

/// In place of an index: the account that was asked for is in no file.
const UNDECLARED: usize = usize::MAX;

/// An account of which the files say nothing.
fn undeclared(account: AccountId) -> DesiredAccount {
    DesiredAccount {
        account,
        name: None,
        prune: false,
        numbers: BTreeMap::new(),
        ports: Vec::new(),
        source: SourceId(u32::MAX),
    }
}

/// Where ports are looked for.
pub struct Search<'a> {
    pub project: &'a Project,
    pub session: &'a Session,
    pub repository: &'a Arc<Repository>,
    pub output: &'a Output,
}

impl Search<'_> {
    /// The one port that is meant, with the platform that it was found on.
    pub async fn one(&self, target: &Target) -> Result<(Found, Platform), Fatal> {
        let text = target.port.trim();
        let number = text.parse::<PhoneNumber>().ok();
        let account = target.account.as_deref();
        let accounts = self.candidates(text, number, account)?;
        let ids: BTreeSet<AccountId> = accounts.iter().map(|(_, id)| id.clone()).collect();
        let platform = Arc::new(Platform::read(self.session, ids).await?);
        let progress = Progress::new(self.output, "Reading accounts", accounts.len() as u64);
        let mut found: Vec<Found> = Vec::new();
        let mut seen: Vec<String> = Vec::new();
        let text: Arc<str> = text.into();
        let done = reading::each(
            accounts,
            self.project.concurrency,
            |index| {
                let (repository, platform) = (Arc::clone(self.repository), Arc::clone(&platform));
                let text = Arc::clone(&text);
                let chosen = account.map(AccountId::new);
                async move {
                    let desired = match chosen {
                        Some(chosen) if index == UNDECLARED => undeclared(chosen),
                        Some(_) | None => reading::declared(&repository, index)?,
                    };
                    let desired = Arc::new(desired);
                    let live = Arc::new(platform.account(&desired).await?);
                    let known = known(&desired, &live);
                    let meant = meant(&text, number, &desired, &live, &platform).await?;
                    Ok((meant, known))
                }
            },
            |(meant, known): (Vec<Found>, Vec<String>)| {
                found.extend(meant);
                seen.extend(known);
                progress.step();
            },
        )
        .await;
        progress.finish();
        done?;
        let platform = Arc::try_unwrap(platform)
            .map_err(|_| Fatal::new("an account is still being read after all have been"))?;
        if found.len() > 1 {
            let mut which: Vec<String> = found.iter().map(Found::described).collect();
            which.sort_unstable();
            return Err(Fatal::with_help(
                format!(
                    "{text} could be any of these ports:\n  - {}",
                    which.join("\n  - ")
                ),
                "name it by one of its numbers or by its id, or choose with --account ID",
            ));
        }
        match found.pop() {
            Some(found) => Ok((found, platform)),
            None => Err(self.nothing(&text, number, seen)),
        }
    }

    /// The accounts that may have it; all of them where only the platform knows.
    fn candidates(
        &self,
        text: &str,
        number: Option<PhoneNumber>,
        chosen: Option<&str>,
    ) -> Result<Vec<(usize, AccountId)>, Fatal> {
        let mut all = Vec::new();
        let mut naming = Vec::new();
        for (index, id) in self.repository.account_ids().enumerate() {
            if chosen.is_some_and(|chosen| id.as_str() != chosen) {
                continue;
            }
            // Looked at one by one: all of them at a time may be more than there is room for.
            let account = reading::declared(self.repository, index)?;
            let names = match number {
                Some(number) => account.numbers.contains_key(&number),
                None => account.ports.iter().any(|port| port.name == text),
            };
            if names {
                naming.push((index, id.clone()));
            }
            all.push((index, id.clone()));
        }
        if let (Some(chosen), true) = (chosen, all.is_empty()) {
            all.push((UNDECLARED, AccountId::new(chosen)));
        }
        Ok(if naming.is_empty() { all } else { naming })
    }

    fn nothing(&self, text: &str, number: Option<PhoneNumber>, mut seen: Vec<String>) -> Fatal {
        const SHOWN: usize = 12;
        let what = match number {
            Some(number) if self.repository.declares(number) => {
                format!("{number} is in no port, and no file brings it in with one")
            }
            Some(number) => format!("no port of the accounts brings {number} in"),
            None => format!("there is no port {text}: neither a name in the files nor an id"),
        };
        seen.sort_unstable();
        seen.dedup();
        let more = seen.len().saturating_sub(SHOWN);
        let mut shown: Vec<String> = seen.into_iter().take(SHOWN).collect();
        if more > 0 {
            shown.push(format!("{more} more (`alz port show`)"));
        }
        let there = match shown.as_slice() {
            [] => "there are no ports".to_owned(),
            ports => format!("there are: {}", ports.join(", ")),
        };
        Fatal::with_help(
            what,
            format!("{there}; on an account that no file declares, add --account ID"),
        )
    }
}

/// The ports of an account, by what one may call them.
fn known(desired: &DesiredAccount, live: &LiveAccount) -> Vec<String> {
    let declared = desired.ports.iter().map(|port| port.name.clone());
    let nameless = live.ports.values().filter(|port| {
        !desired
            .ports
            .iter()
            .any(|declared| shares(&declared.numbers, port))
    });
    declared
        .chain(nameless.map(|port| port.id.to_string()))
        .collect()
}

/// What an account has under this name.
async fn meant(
    text: &str,
    number: Option<PhoneNumber>,
    desired: &Arc<DesiredAccount>,
    live: &Arc<LiveAccount>,
    platform: &Platform,
) -> Result<Vec<Found>, Fatal> {
    let mut ids: BTreeSet<PortId> = BTreeSet::new();
    let mut only_declared = Vec::new();
    if let Some(number) = number {
        ids.extend(of_number(number, live));
        let of_file = |port: &&DesiredPort| port.numbers.contains(&number);
        if let (true, Some(port)) = (ids.is_empty(), desired.ports.iter().find(of_file)) {
            only_declared.push(port.name.clone());
        }
    } else {
        for port in desired.ports.iter().filter(|port| port.name == text) {
            let before = ids.len();
            for number in &port.numbers {
                ids.extend(of_number(*number, live));
            }
            if ids.len() == before {
                only_declared.push(port.name.clone());
            }
        }
        let listed = live.numbers.values().filter_map(|live| live.port.as_ref());
        ids.extend(
            live.ports
                .keys()
                .chain(listed)
                .filter(|id| id.as_str() == text)
                .cloned(),
        );
    }
    let found = |port| Found {
        desired: Arc::clone(desired),
        live: Arc::clone(live),
        port,
    };
    let mut all = Vec::new();
    let mut unread = Vec::new();
    for id in ids {
        let port = match live.ports.get(&id) {
            Some(port) => Some(port.clone()),
            // One that is done is not among those that are read anyway.
            None => live::port(&platform.client, &desired.account, &id).await?,
        };
        match port {
            Some(port) => all.push(found(Port::Ordered(Box::new(port)))),
            None => unread.push(id),
        }
    }
    if let (Some(id), true) = (unread.first(), all.is_empty()) {
        return Err(Fatal::with_help(
            format!(
                "port {text} is order {id} on account {}, and the platform does not show that order or its event now",
                desired.account
            ),
            "run this again in a few minutes; if it stays so, ask the provider's support",
        ));
    }
    all.extend(
        only_declared
            .into_iter()
            .map(|name| found(Port::Declared(name))),
    );
    Ok(all)
}

fn of_number(number: PhoneNumber, live: &LiveAccount) -> Option<PortId> {
    let listed = live.numbers.get(&number);
    listed.and_then(|live| live.port.clone()).or_else(|| {
        live.ports
            .values()
            .find(|port| port.numbers.contains(&number))
            .map(|port| port.id.clone())
    })
}
