//! What an audit does besides planning: it looks every account over, asks its
//! history who has done what was found, and sets aside what the project knows
//! of. Nothing here can write.
//!
//! A plan of a part would be a mistake, and one account that can't be read stops
//! it. An audit goes on: an account that somebody has closed must not hide for
//! weeks that another one's 911 calls go astray. What was not looked at is told
//! as loudly as what was found.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::clock;
use super::fatal::Fatal;
use super::planning::Planner;
use super::reading::{self, Platform};
use crate::desired::{Repository, Subject, settings};
use crate::live;
use crate::model::live::LiveAccount;
use crate::model::{AccountId, DesiredAccount, Ignore, PhoneNumber, SourceId};
use crate::plan::drift::{self, Audit, Facts, Found, Ignoring, Spot};
use crate::plan::{AccountPlan, Attention, Context, Covered, Drift, Finding, Source, StaleWhy};

/// The account history is read so many days back: drift that is older has no
/// author.
const HISTORY_DAYS: i64 = 90;

/// So many accounts may be left out, or a tenth of them all; with more it is the
/// platform that is ill, and each would be waited for.
const MOST_UNREAD: usize = 20;

/// How an audit judges.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// A number that no file declares is drift.
    pub fail_on_unmanaged: bool,
    /// A released number is spoken of so many days before its cooldown ends.
    pub cooldown_days: u16,
}

/// What every account's audit uses.
pub(super) struct Auditor {
    terms: Terms,
    cooling: live::Cooling,
    /// A history could not be read, and that has been noted.
    untold: AtomicBool,
    /// Accounts to look at.
    accounts: usize,
    /// Why accounts could not be read, by account.
    unread: Mutex<BTreeMap<AccountId, (String, Option<String>)>>,
}

impl Auditor {
    /// Reads what is read once a run.
    pub async fn read(
        terms: Terms,
        platform: &Platform,
        accounts: BTreeSet<AccountId>,
    ) -> Result<Self, Fatal> {
        let count = accounts.len();
        let window = SignedDuration::from_hours(i64::from(terms.cooldown_days) * 24);
        let cooling = match terms.cooldown_days {
            0 => live::Cooling::new(),
            _ => {
                let scope = live::Scope { accounts };
                live::cooling(&platform.client, &scope, &platform.partition, window).await?
            }
        };
        Ok(Self {
            terms,
            cooling,
            untold: AtomicBool::new(false),
            accounts: count,
            unread: Mutex::default(),
        })
    }

    /// Looks an account over. What comes back as its plan asks for no address
    /// again that is in force in the provider's spelling.
    pub async fn account(
        &self,
        desired: &DesiredAccount,
        live: &LiveAccount,
        only: Option<&BTreeSet<PhoneNumber>>,
        planner: &Planner,
    ) -> Result<(AccountPlan, Audit), Fatal> {
        let mut made = planner.plan(desired, live, only).await?;
        let perhaps = drift::perhaps_older_spellings(&made);
        let mut settled = None;
        if !perhaps.is_empty() {
            let spelled = planner.older_spellings(desired, live, &perhaps).await;
            if !spelled.is_empty() {
                let desired = drift::without_older_spellings(desired, &spelled);
                made = planner.plan(&desired, live, only).await?;
                settled = Some(desired);
            }
        }
        let context = planner.context(only);
        let facts = Facts {
            cooling: self.cooling.get(&desired.account),
            unmanaged: match self.terms.fail_on_unmanaged {
                true => Attention::Drift,
                false => Attention::Notice,
            },
        };
        let judged = settled.as_ref().unwrap_or(desired);
        let mut audit = drift::audit(judged, live, &made, &context, &facts);
        self.name_authors(desired, &mut audit.found, planner, &context)
            .await;
        Ok((made, audit))
    }

    /// An audit without names is an audit all the same.
    async fn name_authors(
        &self,
        desired: &DesiredAccount,
        found: &mut Vec<Found>,
        planner: &Planner,
        context: &Context<'_>,
    ) {
        if !drift::has_authors(found) {
            return;
        }
        let from = days_before(context.now, HISTORY_DAYS);
        match live::history(&planner.client, &desired.account, from).await {
            Ok(entries) => drift::name_authors(found, &entries),
            Err(error) => {
                tracing::debug!(account = %desired.account, "the history can't be read: {error}");
                self.untold.store(true, Ordering::Relaxed);
            }
        }
    }

    /// What an audit says of an account that can't be read; the error, where
    /// there are too many of these.
    pub fn unread(&self, desired: &DesiredAccount, fatal: Fatal) -> Result<Audit, Fatal> {
        let Fatal::Error { what, help } = fatal else {
            return Err(fatal);
        };
        let mut unread = self.unread.lock().unwrap_or_else(PoisonError::into_inner);
        if unread.len() >= MOST_UNREAD.max(self.accounts / 10) {
            return Err(Fatal::Error { what, help });
        }
        unread.insert(desired.account.clone(), (what.clone(), help.clone()));
        Ok(drift::unread(desired, what, help))
    }

    /// The error of an audit that could look at nothing.
    pub fn nothing_read(&self) -> Result<(), Fatal> {
        let unread = self.unread.lock().unwrap_or_else(PoisonError::into_inner);
        match unread.is_empty() || unread.len() < self.accounts {
            true => Ok(()),
            false => Err(reading::together(unread.values().cloned().collect())),
        }
    }

    /// Whether a history could not be read.
    pub fn lacks_authors(&self) -> bool {
        self.untold.load(Ordering::Relaxed)
    }
}

impl Planner {
    /// Those of these numbers whose address in force is the provider's correction
    /// of the one in the file. The provider is asked about the file's address;
    /// where it can't be, none is.
    pub(super) async fn older_spellings(
        &self,
        desired: &DesiredAccount,
        live: &LiveAccount,
        perhaps: &BTreeSet<PhoneNumber>,
    ) -> BTreeSet<PhoneNumber> {
        let context = Context {
            verify: true,
            ..self.context(Some(perhaps))
        };
        match self.plan_with(desired, live, &context).await {
            Ok((made, _)) => drift::older_spellings(&made),
            Err(_) => BTreeSet::new(),
        }
    }
}

fn days_before(now: Timestamp, days: i64) -> Date {
    let then = now.checked_sub(SignedDuration::from_hours(days * 24));
    then.unwrap_or(now).to_zoned_datetime(TimeZone::UTC).date()
}

/// How much of the environment an audit has seen.
pub(super) enum Seen {
    /// All of it: an entry of `ignore:` that nothing answers to is stale.
    Whole,
    /// A share of its accounts: such an entry is, where no share answers.
    Share,
    /// What was named of it: nothing can be said.
    Part,
}

/// What an audit is judged by, beside what it found.
pub(super) struct Known<'a> {
    pub ignore: &'a [Ignore],
    pub environment: &'a str,
    pub seen: Seen,
    pub now: Timestamp,
}

/// All accounts' audits in one, each finding with its line, and what the
/// project knows of set aside.
pub(super) fn gather(
    audits: BTreeMap<AccountId, Audit>,
    repository: &Repository,
    known: &Known<'_>,
) -> Result<Drift, Fatal> {
    let mut covered = Covered::default();
    // Of a fleet that is being taken over there are very many: each is kept once.
    let mut findings: Vec<Finding> = Vec::new();
    let mut subjects: Vec<(SourceId, Subject)> = Vec::new();
    for audit in audits.into_values() {
        let Covered {
            accounts,
            live,
            managed,
            addresses,
        } = audit.covered;
        covered.accounts += accounts;
        covered.live += live;
        covered.managed += managed;
        covered.addresses += addresses;
        for found in audit.found {
            let Found {
                finding,
                source,
                spot,
            } = found;
            let subject = match spot {
                Spot::Account => Subject::Account,
                Spot::Number(number) => Subject::Number(number),
                Spot::Port(name) => Subject::Port(name),
            };
            findings.push(finding);
            subjects.push((source, subject));
        }
    }
    for (finding, (file, line)) in findings.iter_mut().zip(repository.locate(&subjects)) {
        finding.source = Source { file, line };
    }
    drop(subjects);
    let Ignoring {
        findings,
        mut over,
        unanswered,
    } = drift::ignore(
        findings,
        known.ignore,
        settings::FILE,
        known.environment,
        clock::day_of(known.now)?,
    );
    let unanswered = match known.seen {
        Seen::Whole => {
            over.extend(unanswered);
            Vec::new()
        }
        Seen::Share => unanswered,
        Seen::Part => {
            // Of what was not looked at nothing can be said.
            let told = unanswered.into_iter();
            over.extend(told.filter(|entry| entry.why == StaleWhy::TooWide));
            Vec::new()
        }
    };
    let mut drift = Drift {
        findings,
        covered,
        stale: over,
        unanswered,
    };
    drift.sort_stale();
    Ok(drift)
}
