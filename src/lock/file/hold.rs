//! A claim in a file while this process holds it: put off, looked at, ended.

use std::fs::{self, File};
use std::time::Duration;

use super::super::moment::Moment;
use super::super::{Holder, Renewal};
use super::{Store, later};

/// A claim that this process holds.
#[derive(Debug)]
pub(in crate::lock) struct Hold {
    pub(super) store: Store,
    pub(super) holder: Holder,
    /// Locked until it is closed.
    pub(super) alive: File,
    /// No later than its expiry was reckoned from.
    pub(super) asked: Moment,
}

/// The record of a claim, to see from outside whether it is still there.
#[derive(Clone, Debug)]
pub(in crate::lock) struct Record {
    store: Store,
    id: String,
}

impl Record {
    /// False also where it can't be seen: then it is not known that the claim
    /// still stands.
    pub fn is_there(&self) -> bool {
        matches!(self.store.path(&self.id, "json").try_exists(), Ok(true))
    }

    /// Why it is no longer there, as far as that is written down.
    pub fn why_lost(&self) -> String {
        self.store.why_ended(&self.id).unwrap_or_else(|| {
            let path = self.store.path(&self.id, "json");
            format!("{} is gone", path.display())
        })
    }
}

impl Hold {
    pub fn asked(&self) -> Moment {
        self.asked
    }

    #[cfg(test)]
    pub fn id(&self) -> &str {
        &self.holder.id
    }

    pub fn record(&self) -> Record {
        Record {
            store: self.store.clone(),
            id: self.holder.id.clone(),
        }
    }

    /// Puts the expiry off, reckoned from `asked`.
    pub fn renew(&mut self, asked: Moment, time_to_live: Duration) -> Renewal {
        let renewed = self.store.gate().and_then(|_gate| {
            let record = self.record();
            if !record.is_there() {
                return Ok(Renewal::Lost(record.why_lost()));
            }
            let mut holder = self.holder.clone();
            holder.expires = later(asked.wall(), time_to_live);
            self.store.write(&holder)?;
            self.holder = holder;
            Ok(Renewal::Renewed)
        });
        renewed.unwrap_or_else(|error| Renewal::Failed(error.to_string()))
    }

    /// Ends the claim. What can't be deleted is stale with the end of the process.
    pub fn release(self) {
        let Self {
            store,
            holder,
            alive,
            asked: _, // past
        } = self;
        // In this order, and the sign of life closed before it is deleted:
        // not every system deletes an open file.
        let _ = fs::remove_file(store.path(&holder.id, "json"));
        drop(alive);
        let _ = fs::remove_file(store.path(&holder.id, "alive"));
    }
}
