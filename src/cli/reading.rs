//! Reads accounts for whoever looks at them: `plan`, `status`, the port
//! commands. Accounts stream through (fetch, look, let go), and only what the
//! look leaves behind stays.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use tokio::task::JoinSet;

use super::fatal::Fatal;
use super::narrow;
use super::privacy::Privacy;
use super::session::{Project, Session};
use crate::api::ReadClient;
use crate::desired::{Narrowing, Repository, Selection};
use crate::live::{self, Scope, Wanted};
use crate::model::live::{LiveAccount, LivePartition};
use crate::model::porting::PortMemory;
use crate::model::{AccountId, DesiredAccount, OnUnknown, PartitionId, PhoneNumber};
use crate::plan::Context;

/// The platform, with what is read once a run.
#[derive(Clone, Debug)]
pub struct Platform {
    pub client: ReadClient,
    pub id: PartitionId,
    pub partition: LivePartition,
    pub events: live::Events,
    pub now: jiff::Timestamp,
    privacy: Privacy,
}

impl Platform {
    /// What the planner's words for things as they are need to know: all
    /// numbers, and nothing is asked.
    pub fn context<'a>(&'a self, memory: &'a PortMemory) -> Context<'a> {
        Context {
            partition: &self.id,
            live: &self.partition,
            now: self.now,
            verify: false,
            on_unknown: OnUnknown::default(),
            only: None,
            memory,
            resend_secrets: false,
        }
    }

    /// Reads the partition and the open events of these accounts.
    pub async fn read(session: &Session, accounts: BTreeSet<AccountId>) -> Result<Self, Fatal> {
        let client = &session.client;
        let scope = Scope { accounts };
        Ok(Self {
            client: client.clone(),
            id: client.partition_id().await?.clone(),
            partition: live::partition(client, session.now).await?,
            events: live::events(client, &scope).await?,
            now: session.now,
            privacy: session.privacy.clone(),
        })
    }

    /// An account as it is, as far as its declaration needs.
    pub async fn account(&self, desired: &DesiredAccount) -> Result<LiveAccount, Fatal> {
        let wanted = Wanted::of(desired);
        let (partition, events) = (&self.partition, &self.events);
        let account = &desired.account;
        let live = live::account(&self.client, account, &wanted, partition, events).await?;
        self.privacy.hear(&live);
        Ok(live)
    }
}

/// What files, targets and a shard choose; everything without any.
#[derive(Clone, Debug)]
pub struct Chosen(pub Option<Arc<Selection>>);

impl Chosen {
    /// What these files choose, whatever targets and shard there are.
    pub fn new(repository: &Repository, files: &[PathBuf]) -> Self {
        Self((!files.is_empty()).then(|| Arc::new(repository.select(files))))
    }

    /// What these files, and the project's targets and shard, choose together.
    pub fn of(
        project: &Project,
        repository: &Repository,
        files: &[PathBuf],
    ) -> Result<Self, Fatal> {
        let narrowing = Narrowing {
            files,
            targets: &project.narrow.targets,
            shard: project.narrow.shard,
        };
        match repository.narrow(&narrowing) {
            Ok(selection) => Ok(Self(selection.map(Arc::new))),
            Err(unmatched) => Err(narrow::nothing_named(
                &unmatched,
                &project.environment,
                files,
            )),
        }
    }

    /// The accounts to look at, with their place in the repository.
    pub fn accounts(&self, repository: &Repository) -> Vec<(usize, AccountId)> {
        repository
            .account_ids()
            .cloned()
            .enumerate()
            .filter(|(_, id)| {
                self.0
                    .as_ref()
                    .is_none_or(|chosen| chosen.accounts.contains(id))
            })
            .collect()
    }

    /// The accounts to look at.
    pub fn ids(&self, repository: &Repository) -> BTreeSet<AccountId> {
        let accounts = self.accounts(repository).into_iter();
        accounts.map(|(_, id)| id).collect()
    }

    /// The numbers of an account to look at; `None` where all its documents are
    /// chosen, so that what no document declares is seen too.
    pub fn only(&self, desired: &DesiredAccount) -> Option<&BTreeSet<PhoneNumber>> {
        let chosen = self.0.as_ref()?;
        if self.is_partial(&desired.account) {
            return Some(&chosen.numbers);
        }
        let all = desired
            .numbers
            .keys()
            .all(|number| chosen.numbers.contains(number));
        (!all).then_some(&chosen.numbers)
    }

    /// Single numbers of the account were named.
    pub fn is_partial(&self, account: &AccountId) -> bool {
        let chosen = self.0.as_ref();
        chosen.is_some_and(|chosen| chosen.partial.contains(account))
    }
}

/// The i-th account of a repository.
pub fn declared(repository: &Repository, index: usize) -> Result<DesiredAccount, Fatal> {
    repository
        .account(index)
        .transpose()
        .map_err(|error| Fatal::new(error.to_string()))?
        .ok_or_else(|| Fatal::new("an account was lost between reading and planning"))
}

/// Works on accounts side by side, and hands over what comes of each as it
/// comes. Errors of several accounts are told together.
///
/// Twice as many accounts are in hand as `concurrency` lets requests be in
/// flight: while one half waits for the network the other is looked at.
pub async fn each<T, F>(
    accounts: Vec<(usize, AccountId)>,
    concurrency: usize,
    look: impl Fn(usize) -> F,
    mut take: impl FnMut(T),
) -> Result<(), Fatal>
where
    T: Send + 'static,
    F: Future<Output = Result<T, Fatal>> + Send + 'static,
{
    let width = concurrency.max(1) * 2;
    let mut refused: BTreeMap<String, Option<String>> = BTreeMap::new();
    let mut waiting = accounts.into_iter();
    let mut tasks: JoinSet<Result<T, Fatal>> = JoinSet::new();
    loop {
        while tasks.len() < width
            && refused.is_empty()
            && let Some((index, _)) = waiting.next()
        {
            tasks.spawn(look(index));
        }
        let Some(finished) = tasks.join_next().await else {
            break;
        };
        match finished {
            Ok(Ok(made)) => take(made),
            Ok(Err(Fatal::Error { what, help })) => {
                refused.insert(what, help);
            }
            Ok(Err(problems @ Fatal::Problems(_))) => return Err(problems),
            Err(lost) => {
                refused.insert(format!("a comparison did not finish: {lost}"), None);
            }
        }
    }
    match refused.is_empty() {
        true => Ok(()),
        false => Err(together(refused)),
    }
}

/// What stands in the way of several accounts, as one error: each with its help.
pub fn together(refused: BTreeMap<String, Option<String>>) -> Fatal {
    let (whats, helps): (Vec<String>, Vec<Option<String>>) = refused.into_iter().unzip();
    let helps: BTreeSet<String> = helps.into_iter().flatten().collect();
    Fatal::Error {
        what: whats.join("\n"),
        help: (!helps.is_empty()).then(|| helps.into_iter().collect::<Vec<_>>().join("\n")),
    }
}
