//! `alz numbers reserve`, `unreserve` and `recover`: nothing that costs or
//! breaks anything, so nobody is asked; what was done is said, number by number.

use super::search::until;
use super::{KeepArgs, RecoverArgs};
use crate::api::{ApiError, InventoryClient, Reserved, Unreserved};
use crate::cli::Exit;
use crate::cli::fatal::Fatal;
use crate::cli::global::Global;
use crate::cli::output::Output;
use crate::cli::session::{Project, Session};
use crate::model::{AccountId, PhoneNumber};
use crate::report::{self, KeptNumber};

/// What to do with the numbers.
pub(super) enum Deed<'a> {
    Reserve(&'a KeepArgs),
    Unreserve(&'a KeepArgs),
    Recover(&'a RecoverArgs),
}

pub(super) async fn run(deed: Deed<'_>, global: &Global, output: &Output) -> Result<Exit, Fatal> {
    let project = Project::platform(global)?;
    let session = project.connect(fastrand::u64(..)).await?;
    let done = all(&deed, &session).await;
    session.close().await;
    let kept = done?;
    match output.is_json() {
        true => output.result(&report::kept_json(&kept)),
        false => output.result(&report::kept_human(&kept)),
    }
    Ok(if kept.iter().any(KeptNumber::failed) {
        Exit::Error
    } else {
        Exit::Done
    })
}

/// One after the other: a number that fails does not keep the rest from being
/// dealt with, a platform that can't be reached or lets nobody in does.
async fn all(deed: &Deed<'_>, session: &Session) -> Result<Vec<KeptNumber>, Fatal> {
    let client = InventoryClient::new(session.client.clone());
    let (numbers, account) = match deed {
        Deed::Reserve(args) | Deed::Unreserve(args) => (&args.numbers, args.account.as_ref()),
        Deed::Recover(args) => (&args.numbers, None),
    };
    let account = account.map(AccountId::new);
    let mut seen = Vec::new();
    let mut kept = Vec::new();
    for number in numbers.iter().copied() {
        if seen.contains(&number) {
            continue;
        }
        seen.push(number);
        let done = match deed {
            Deed::Reserve(_) => reserve(&client, number, account.as_ref(), session).await,
            Deed::Unreserve(_) => unreserve(&client, number, account.as_ref()).await,
            Deed::Recover(_) => recover(&client, number, session).await,
        };
        kept.push(match done {
            Ok(done) => done,
            Err(error) if is_its_own(&error) || !kept.is_empty() => failed(number, &error),
            Err(error) => return Err(error.into()),
        });
    }
    Ok(kept)
}

/// The error is about this number alone.
fn is_its_own(error: &ApiError) -> bool {
    matches!(error, ApiError::Refused { .. } | ApiError::NotFound { .. })
}

fn failed(number: PhoneNumber, error: &ApiError) -> KeptNumber {
    KeptNumber {
        number,
        status: "failed",
        account: None,
        until: None,
        words: error.to_string(),
        help: None,
    }
}

async fn reserve(
    client: &InventoryClient,
    number: PhoneNumber,
    account: Option<&AccountId>,
    session: &Session,
) -> Result<KeptNumber, ApiError> {
    let reserved = client.reserve(account, number).await?;
    let mut kept = KeptNumber {
        number,
        status: "reserved",
        account: None,
        until: Some(until(session.now)),
        words: "reserved".to_owned(),
        help: None,
    };
    match (reserved, account) {
        (Reserved::Account, Some(account)) => {
            kept.words = format!("reserved for account {account}");
            kept.account = Some(account.clone());
        }
        (Reserved::Partition, Some(account)) => {
            kept.words = "reserved for the whole partition".to_owned();
            kept.help = Some(format!(
                "the platform took no reservation for account {account}: check the id"
            ));
        }
        (Reserved::Account | Reserved::Partition, None) => {}
    }
    Ok(kept)
}

async fn unreserve(
    client: &InventoryClient,
    number: PhoneNumber,
    account: Option<&AccountId>,
) -> Result<KeptNumber, ApiError> {
    let (status, words) = match client.unreserve(account, number).await? {
        Unreserved::Released => ("unreserved", "no longer reserved"),
        Unreserved::WasNot => ("notReserved", "was not reserved"),
    };
    Ok(KeptNumber {
        number,
        status,
        account: account.cloned(),
        until: None,
        words: words.to_owned(),
        help: None,
    })
}

async fn recover(
    client: &InventoryClient,
    number: PhoneNumber,
    session: &Session,
) -> Result<KeptNumber, ApiError> {
    let mut kept = KeptNumber {
        number,
        status: "failed",
        account: None,
        until: None,
        words: "not in the inventory of this partition".to_owned(),
        help: None,
    };
    match client.recover(number).await {
        Ok(Some(_)) => {
            kept.status = "recovered";
            kept.words = "recovered into the inventory; it is on no account".to_owned();
            kept.help = Some("declare it in an account file: `alz apply` activates it".to_owned());
        }
        Ok(None) => {
            kept.help = Some("after its cooldown a number goes back to the carrier".to_owned());
        }
        // Why not is worth a look; that the look fails is not.
        Err(error @ ApiError::Refused { status: 400, .. }) => {
            kept.words = error.to_string();
            if let Ok(Some(view)) = session.client.inventory(number).await {
                kept.help = match view.account_id {
                    Some(account) => Some(format!("it is on account {account}")),
                    None if view.cooldown_recovered_date.is_some() => {
                        Some("it was recovered already: declare it and apply".to_owned())
                    }
                    None if view.cooldown_expire_date.is_none() => Some(
                        "it is not in cooldown: declare it and apply, where it is free".to_owned(),
                    ),
                    None => None,
                };
            }
        }
        Err(error) => return Err(error),
    }
    Ok(kept)
}
