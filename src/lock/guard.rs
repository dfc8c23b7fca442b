//! A claim while it is held: renewed in time, watched, and given back.
//!
//! A holder believes in its claim for less long than others must: from
//! [`DOUBT`] of its time before the expiry on it starts nothing new. A process
//! that was stopped for a while, or a machine that slept, finds its time past
//! before it can do anything; it looks at two clocks, because one of them
//! stands still while a machine sleeps and the other can be set.

use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, Weak};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::oneshot;
use tokio::task::{JoinError, JoinHandle};

use super::moment::Moment;
use super::{Holder, Renewal, file, postgres};

/// A fifth of its time before the end a holder stops to rely on its claim: as
/// much may the clocks of two machines differ, and a write take that was begun.
const DOUBT: u32 = 5;
/// Renewals in the time that a claim lives.
const RENEWALS: u32 = 4;
/// At the latest after this a database is asked whether the claim still stands.
const LOOK: Duration = Duration::from_secs(10);
/// How long giving a claim back may take: the run is over, and what is not
/// given back ends with the connection.
const FAREWELL: Duration = Duration::from_secs(5);

/// Accounts that this process has for itself until this is released or dropped.
#[derive(Debug)]
#[must_use = "the accounts are free again when it is dropped"]
pub struct Guard {
    watch: Watch,
    /// Claims of runs that are gone, which this one replaced.
    took_over: Vec<Holder>,
    keeper: Arc<Mutex<Option<Keeper>>>,
}

/// Gives the accounts of a [`Guard`] back from elsewhere, as where a signal ends
/// a run that waits for a person.
#[derive(Clone, Debug)]
pub struct Releaser(Weak<Mutex<Option<Keeper>>>);

#[derive(Debug)]
struct Keeper {
    /// Dropped, it ends the task.
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

/// Sees whether a claim is still held. Cheap enough to ask before every step.
#[derive(Clone, Debug)]
pub struct Watch(Arc<State>);

#[derive(Debug)]
struct State {
    /// None: nothing is claimed, so nothing can be lost.
    until: Option<RwLock<Until>>,
    /// What must be there while the claim counts.
    record: Option<file::Record>,
    lost: OnceLock<String>,
}

/// When the claim is no longer relied upon.
#[derive(Clone, Copy, Debug)]
struct Until {
    passing: Option<Instant>,
    wall: Timestamp,
}

impl Until {
    /// Of a claim that was written at `asked` or later.
    fn after(asked: Moment, time_to_live: Duration) -> Self {
        let sure = time_to_live.saturating_sub(time_to_live / DOUBT);
        Self {
            passing: asked.passing.checked_add(sure),
            wall: file::later(asked.wall, sure),
        }
    }

    fn is_past(self) -> bool {
        self.passing
            .is_some_and(|passing| Instant::now() >= passing)
            || Timestamp::now() >= self.wall
    }
}

impl Watch {
    fn new(record: Option<file::Record>, until: Option<Until>) -> Self {
        Self(Arc::new(State {
            until: until.map(RwLock::new),
            record,
            lost: OnceLock::new(),
        }))
    }

    /// Whether the accounts are still this run's. Once false, always false.
    pub fn holds(&self) -> bool {
        let state = &*self.0;
        if state.lost.get().is_some() {
            return false;
        }
        let Some(until) = &state.until else {
            return true;
        };
        // A time that nobody can read is over.
        if until.read().map_or(true, |until| until.is_past()) {
            self.lose("it could not be renewed in time, or this machine was asleep".to_owned());
            return false;
        }
        if let Some(record) = &state.record
            && !record.is_there()
        {
            self.lose(record.why_lost());
            return false;
        }
        true
    }

    /// Why the claim is lost.
    pub fn lost(&self) -> Option<&str> {
        self.0.lost.get().map(String::as_str)
    }

    fn lose(&self, why: String) {
        // The first reason is the telling one.
        let _ = self.0.lost.set(why);
    }

    fn renewed(&self, now: Until) {
        if let Some(until) = &self.0.until
            && let Ok(mut until) = until.write()
        {
            *until = now;
        }
    }
}

impl Guard {
    pub(super) fn of_nothing() -> Self {
        Self {
            watch: Watch::new(None, None),
            took_over: Vec::new(),
            keeper: Arc::default(),
        }
    }

    pub(super) fn of_file(
        mut hold: file::Hold,
        took_over: Vec<Holder>,
        time_to_live: Duration,
    ) -> Self {
        let until = Until::after(hold.asked(), time_to_live);
        let watch = Watch::new(Some(hold.record()), Some(until));
        let kept = watch.clone();
        let (stop, mut stopped) = oneshot::channel();
        let task = tokio::spawn(async move {
            let pause = time_to_live / RENEWALS;
            while !ends_within(pause, &mut stopped).await && kept.holds() {
                let asked = Moment::now();
                let renewed = tokio::task::spawn_blocking(move || {
                    let renewal = hold.renew(asked, time_to_live);
                    (hold, renewal)
                });
                let renewal;
                (hold, renewal) = match renewed.await {
                    Ok(back) => back,
                    Err(failed) => return kept.lose(format!("it was not renewed: {failed}")),
                };
                match renewal {
                    Renewal::Renewed => kept.renewed(Until::after(asked, time_to_live)),
                    Renewal::Lost(why) => kept.lose(why),
                    Renewal::Failed(why) => tracing::warn!(why, "the lock was not renewed"),
                }
            }
            // A last look, for those who ask how it ended.
            let _ = kept.holds();
            hold.release();
        });
        Self {
            watch,
            took_over,
            keeper: Keeper { stop, task }.shared(),
        }
    }

    pub(super) fn of_postgres(
        mut store: postgres::Store,
        hold: postgres::Hold,
        took_over: Vec<Holder>,
        time_to_live: Duration,
    ) -> Self {
        let until = Until::after(hold.asked(), time_to_live);
        let watch = Watch::new(None, Some(until));
        let kept = watch.clone();
        let (stop, mut stopped) = oneshot::channel();
        let task = tokio::spawn(async move {
            let pause = (time_to_live / RENEWALS).min(LOOK);
            loop {
                // The end of the connection is the end of the claim, at once.
                let ended = tokio::select! {
                    ended = ends_within(pause, &mut stopped) => ended,
                    why = store.closed() => { kept.lose(why); return; }
                };
                if ended || !kept.holds() {
                    break;
                }
                let asked = Moment::now();
                match store.renew(&hold, time_to_live).await {
                    Renewal::Renewed => kept.renewed(Until::after(asked, time_to_live)),
                    Renewal::Lost(why) => kept.lose(why),
                    Renewal::Failed(why) => tracing::warn!(why, "the lock was not renewed"),
                }
            }
            let _ = tokio::time::timeout(FAREWELL, store.release(&hold)).await;
        });
        Self {
            watch,
            took_over,
            keeper: Keeper { stop, task }.shared(),
        }
    }

    /// Something to ask whether the claim still stands.
    pub fn watch(&self) -> Watch {
        self.watch.clone()
    }

    /// The claims of runs that are gone, which this one replaced.
    pub fn took_over(&self) -> &[Holder] {
        &self.took_over
    }

    /// Something to give the accounts back with, while the guard itself is held.
    pub fn releaser(&self) -> Releaser {
        Releaser(Arc::downgrade(&self.keeper))
    }

    /// Gives the accounts back. Says why if they were lost before.
    pub async fn release(self) -> Option<String> {
        if let Err(failed) = Keeper::end(&self.keeper).await {
            self.watch
                .lose(format!("nobody was left to renew it: {failed}"));
        }
        self.watch.lost().map(str::to_owned)
    }
}

impl Releaser {
    /// Gives the accounts back: nothing may be written any more.
    pub async fn release(&self) {
        if let Some(keeper) = self.0.upgrade() {
            // Whatever became of the task, it is the end of the run.
            let _ = Keeper::end(&keeper).await;
        }
    }
}

impl Keeper {
    fn shared(self) -> Arc<Mutex<Option<Self>>> {
        Arc::new(Mutex::new(Some(self)))
    }

    /// Ends the task and waits for it to give the claim back.
    async fn end(keeper: &Mutex<Option<Self>>) -> Result<(), JoinError> {
        let taken = keeper.lock().unwrap_or_else(PoisonError::into_inner).take();
        match taken {
            Some(Self { stop, task }) => {
                drop(stop);
                task.await
            }
            None => Ok(()),
        }
    }
}

/// Waits; true where the guard was released meanwhile.
async fn ends_within(pause: Duration, stopped: &mut oneshot::Receiver<()>) -> bool {
    tokio::time::timeout(pause, stopped).await.is_ok()
}
