//! One writer at a time: what a run holds from before its plan is read until
//! the last write is confirmed.
//!
//! A plan is only as good as the reading it was made from. Two runs that read,
//! then both write, can order a port twice or put back an address that the
//! other has just corrected; the platform has no ETags that would stop them. So
//! whoever writes claims the accounts first, all of them at once or none, and
//! reads afterwards.
//!
//! A claim is kept in one [`Place`], which all who write must share: small files
//! beside alz.yaml (runs of one machine, or of one shared directory), or a
//! PostgreSQL database (runners on several machines). Both work alike:
//!
//! - **one record a run**, with its accounts and the words for people (who,
//!   where, since when), however many accounts there are;
//! - **a gate**, held for the moment in which claims are compared and one is
//!   written, so that no two can both find an account free, and none can
//!   deadlock;
//! - **a sign of life** that no crash can leave behind: a lock that the
//!   operating system, or the database session, drops when its holder is gone;
//! - **an expiry**, renewed while the run lives, for those who can't see that
//!   sign: other machines, a connection that hangs half open.
//!
//! Where it can't be told whether an account is free it counts as taken. A
//! holder gives up earlier than others may take over, so that clocks that
//! differ a little don't let two in.
//!
//! Times are the system's, also where ALZ_NOW replaces the clock of a run: two
//! runs must agree on them.

mod error;
mod file;
mod guard;
mod moment;
mod place;
mod postgres;
mod record;
mod tls;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

pub use error::LockError;
pub use guard::{Guard, Releaser, Watch};
pub use place::{Database, Place};
pub use record::{Holder, Liveness, Owner};

use crate::model::{AccountId, PartitionId};

/// How long a claim lasts unless it is renewed. A run renews it four times in
/// that time; one that crashed out of sight is out of the way after it.
pub const TIME_TO_LIVE: Duration = Duration::from_secs(10 * 60);

/// What a run wants for itself.
#[derive(Clone, Debug)]
pub struct Claim {
    pub partition: PartitionId,
    /// All accounts that the run reads in order to write. Two claims conflict
    /// where they share one.
    pub accounts: BTreeSet<AccountId>,
}

/// How to go about it.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How long others may keep us waiting; zero: not at all.
    pub wait: Duration,
    /// How long the claim lasts unless it is renewed.
    pub time_to_live: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            wait: Duration::ZERO,
            time_to_live: TIME_TO_LIVE,
        }
    }
}

/// What an attempt came to.
enum Attempt<Hold> {
    Held { hold: Hold, took_over: Vec<Holder> },
    Busy(Vec<Holder>),
}

/// Why a claim is gone, or could not be looked at for now.
#[derive(Debug)]
enum Renewal {
    Renewed,
    /// For good, and why.
    Lost(String),
    /// It could not be done now; it counts until its expiry.
    Failed(String),
}

/// The shortest and longest pause between two attempts.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// Claims the accounts, all or none, waiting for others as long as the options
/// say. `waiting` hears who is waited for, at every attempt.
pub async fn acquire(
    place: &Place,
    claim: &Claim,
    owner: &Owner,
    options: &Options,
    waiting: &mut (dyn FnMut(&[Holder]) + Send),
) -> Result<Guard, LockError> {
    if claim.accounts.is_empty() {
        return Ok(Guard::of_nothing());
    }
    let ttl = options.time_to_live;
    match place {
        Place::None => Ok(Guard::of_nothing()),
        Place::File(directory) => {
            let store = file::Store::new(directory.clone());
            let attempt = || store.clone().attempt(claim.clone(), owner.clone(), ttl);
            let (hold, took_over) = persist(attempt, options.wait, waiting).await?;
            Ok(Guard::of_file(hold, took_over, ttl))
        }
        Place::Postgres(database) => {
            let mut store = postgres::Store::connect(database).await?;
            // The connection is the claim's sign of life: it goes with the guard.
            let mut waits = Waits::new(options.wait);
            loop {
                match store.attempt(claim, owner, ttl).await? {
                    Attempt::Held { hold, took_over } => {
                        return Ok(Guard::of_postgres(store, hold, took_over, ttl));
                    }
                    Attempt::Busy(holders) => waits.pass(holders, waiting).await?,
                }
            }
        }
    }
}

async fn persist<Hold, Once: Future<Output = Result<Attempt<Hold>, LockError>>>(
    mut attempt: impl FnMut() -> Once,
    wait: Duration,
    waiting: &mut (dyn FnMut(&[Holder]) + Send),
) -> Result<(Hold, Vec<Holder>), LockError> {
    let mut waits = Waits::new(wait);
    loop {
        match attempt().await? {
            Attempt::Held { hold, took_over } => return Ok((hold, took_over)),
            Attempt::Busy(holders) => waits.pass(holders, waiting).await?,
        }
    }
}

/// The pauses between attempts: growing, and uneven so that those who wait
/// together don't come back together.
struct Waits {
    began: Instant,
    patience: Duration,
    pause: Duration,
}

impl Waits {
    fn new(patience: Duration) -> Self {
        Self {
            began: Instant::now(),
            patience,
            pause: PAUSES.0,
        }
    }

    async fn pass(
        &mut self,
        holders: Vec<Holder>,
        waiting: &mut (dyn FnMut(&[Holder]) + Send),
    ) -> Result<(), LockError> {
        let left = self.patience.saturating_sub(self.began.elapsed());
        if left.is_zero() {
            return Err(LockError::Held {
                holders,
                waited: self.patience,
            });
        }
        waiting(&holders);
        let uneven = self.pause.mul_f64(0.5 + fastrand::f64());
        tokio::time::sleep(uneven.min(left)).await;
        self.pause = (self.pause * 3 / 2).min(PAUSES.1);
        Ok(())
    }
}

/// What is claimed, and what is known of each claim. `partition` leaves out
/// those of others.
pub async fn list(
    place: &Place,
    partition: Option<&PartitionId>,
    owner: &Owner,
) -> Result<Vec<Listed>, LockError> {
    let mut listed = match place {
        Place::None => Vec::new(),
        Place::File(directory) => {
            file::Store::new(directory.clone())
                .list(owner.clone())
                .await?
        }
        Place::Postgres(database) => postgres::Store::connect(database).await?.list().await?,
    };
    listed.retain(|listed| match (&listed.holder, partition) {
        (Ok(holder), Some(partition)) => holder.partition == *partition,
        // What can't be read may be of any partition.
        (Err(_), _) | (_, None) => true,
    });
    Ok(listed)
}

/// Removes claims, also live ones, and writes down who did it and why: before,
/// so that nothing is removed without a trace. Gives the ids of those that were
/// still there. A run that loses its claim so stops before its next step.
pub async fn remove(
    place: &Place,
    ids: &BTreeSet<String>,
    owner: &Owner,
    reason: &str,
) -> Result<BTreeSet<String>, LockError> {
    match place {
        Place::None => Ok(BTreeSet::new()),
        Place::File(directory) => {
            let store = file::Store::new(directory.clone());
            store
                .remove(ids.clone(), owner.clone(), reason.to_owned())
                .await
        }
        Place::Postgres(database) => {
            let mut store = postgres::Store::connect(database).await?;
            store.remove(ids, owner, reason).await
        }
    }
}

/// A claim as it is found.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Names it for [`remove`].
    pub id: String,
    /// Whose it is; or why that can't be read.
    pub holder: Result<Holder, String>,
    pub liveness: Liveness,
}

#[cfg(test)]
mod tests;
