//! Which accounts and numbers are meant.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use futures_util::future::try_join_all;

use super::ImportArgs;
use crate::api::{ApiError, wire};
use crate::cli::fatal::Fatal;
use crate::cli::session::Session;
use crate::desired::Target;
use crate::model::{AccountId, PhoneNumber};

/// Accounts to be imported, and what people call them.
pub type Named = BTreeMap<AccountId, Option<String>>;

/// The accounts that are meant, with their names.
pub async fn accounts(arguments: &ImportArgs, session: &Session) -> Result<Named, Fatal> {
    let client = &session.client;
    let found: Vec<wire::Account> = if arguments.all {
        client.accounts().await?
    } else {
        let said: BTreeSet<&str> = arguments.account.iter().map(|said| said.trim()).collect();
        let asked = said.into_iter().map(async |said| {
            // An id to the letter, before it is taken for anything else.
            match client.account(&AccountId::new(said)).await {
                // What can't be in a path is no id.
                Err(ApiError::BadPath { .. }) => Ok((said, None)),
                account => account.map(|account| (said, account)),
            }
        });
        let (ids, names): (Vec<_>, Vec<_>) = try_join_all(asked)
            .await?
            .into_iter()
            .partition(|(_, account)| account.is_some());
        let mut found: Vec<wire::Account> =
            ids.into_iter().filter_map(|(_, account)| account).collect();
        if !names.is_empty() {
            let all = client.accounts().await?;
            let names: Vec<&str> = names.into_iter().map(|(said, _)| said).collect();
            let known: BTreeSet<String> = found.iter().map(|account| account.id.clone()).collect();
            let named = by_name(all, &names)?.into_iter();
            found.extend(named.filter(|account| !known.contains(&account.id)));
        }
        found
    };
    let mut named = Named::new();
    for account in found {
        let id = AccountId::new(account.id);
        let name = account.account_name.filter(|name| !name.trim().is_empty());
        if named.insert(id.clone(), name).is_some() {
            return Err(Fatal::with_help(
                format!("the platform lists account {id} twice: nothing was written"),
                "run it again, and report it to the provider if it lasts",
            ));
        }
    }
    if named.is_empty() {
        return Err(Fatal::with_help(
            "the platform lists no account in this partition: nothing was written",
            "--partition or ALZ_PARTITION chooses another one",
        ));
    }
    Ok(named)
}

/// The accounts that these names and patterns name; each must name one.
fn by_name(all: Vec<wire::Account>, names: &[&str]) -> Result<Vec<wire::Account>, Fatal> {
    let targets = parsed("--account", names)?;
    let matches = |target: &Target, account: &wire::Account| {
        target.matches_id(&AccountId::new(account.id.as_str()))
            || account
                .account_name
                .as_deref()
                .is_some_and(|name| target.matches_name(name))
    };
    let nobody: Vec<&str> = targets
        .iter()
        .filter(|target| !all.iter().any(|account| matches(target, account)))
        .map(Target::said)
        .collect();
    if !nobody.is_empty() {
        return Err(Fatal::with_help(
            format!("the partition has no account {}", nobody.join(", ")),
            "--account takes ids, names and patterns of them; --all takes every account",
        ));
    }
    let meant = |account: &wire::Account| targets.iter().any(|target| matches(target, account));
    Ok(all.into_iter().filter(meant).collect())
}

fn parsed(flag: &str, said: &[impl AsRef<str>]) -> Result<Vec<Target>, Fatal> {
    let mut targets = Vec::new();
    let mut wrong = Vec::new();
    for said in said {
        let said = said.as_ref();
        match Target::parse(said) {
            Ok(target) => targets.push(target),
            Err(why) => wrong.push(format!("{flag} {said} is not understood: {why}")),
        }
    }
    match wrong.is_empty() {
        true => Ok(targets),
        false => Err(Fatal::new(wrong.join("\n"))),
    }
}

/// The numbers that are meant: all, or these.
pub struct Numbers(Vec<Target>);

impl Numbers {
    pub fn parse(said: &[String]) -> Result<Self, Fatal> {
        let targets = parsed("--number", said)?;
        let wrong: Vec<&str> = targets
            .iter()
            .filter(|target| target.number().is_none() && !target.has_number_pattern())
            .map(Target::said)
            .collect();
        if !wrong.is_empty() {
            return Err(Fatal::with_help(
                format!("--number {} is no telephone number", wrong.join(", ")),
                "write 11 digits, or a pattern of them: '1801555*'",
            ));
        }
        Ok(Self(targets))
    }

    pub fn are_all(&self) -> bool {
        self.0.is_empty()
    }

    pub fn have(&self, number: PhoneNumber) -> bool {
        self.are_all() || self.0.iter().any(|target| target.matches_number(number))
    }

    /// What of it names no number of the accounts.
    pub fn not_among(&self, seen: &HashSet<PhoneNumber>) -> Vec<String> {
        let targets = self.0.iter();
        targets
            .filter(|target| !seen.iter().any(|number| target.matches_number(*number)))
            .map(|target| target.said().to_owned())
            .collect()
    }
}
