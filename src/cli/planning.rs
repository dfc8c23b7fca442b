//! Makes the plan: accounts stream through (fetch, compare, let go), and only
//! what must be said stays.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::try_join_all;
use serde_json::json;
use tokio::sync::OnceCell;

use super::auditing::{self, Auditor, Known, Seen, Terms};
use super::base::{self, Base};
use super::fatal::Fatal;
use super::output::Output;
use super::policies;
use super::progress::Progress;
use super::questions::e911_opinion;
use super::reading::{self, Chosen, Platform};
use super::session::{self, Project, Session};
use crate::api::ReadClient;
use crate::desired::{Repository, Subject};
use crate::model::live::{LiveAccount, LivePartition};
use crate::model::porting::PortMemory;
use crate::model::{AccountId, DesiredAccount, OnUnknown, PhoneNumber, Record, SourceId};
use crate::plan::drift::Audit;
use crate::plan::{
    self, AccountPlan, Allow, Checks, Context, Header, Plan, Share, Source, Verdict,
};
use crate::report::redact::Key;
use crate::report::{self, Style, warning};

/// What to plan and how.
#[derive(Debug)]
pub struct Request<'a> {
    pub files: &'a [PathBuf],
    /// Ask the platform about new addresses (design, section 3).
    pub verify: bool,
    pub allow: Allow,
    /// What earlier runs sent for ports.
    pub memory: Arc<PortMemory>,
    /// The user says that the secrets of ports have changed.
    pub resend_secrets: bool,
    /// What changes are judged against (`--base`).
    pub base: Option<Arc<Base>>,
    /// Look the accounts over as well.
    pub audit: Option<Terms>,
}

/// A plan and what belongs to it.
pub struct Planned {
    pub plan: Plan,
    /// How a person's report of it is laid out.
    pub style: Style,
    pub partition: LivePartition,
    /// What values that are not shown are told apart with.
    pub key: Key,
    /// What the files ask for, and the policies that judge its steps.
    pub repository: Arc<Repository>,
}

/// Reads the platform and compares. The plan's steps name their source lines.
pub async fn make(
    project: &Project,
    session: &Session,
    repository: &Arc<Repository>,
    request: &Request<'_>,
    output: &Output,
) -> Result<Planned, Fatal> {
    if repository.is_empty() && request.base.is_none() {
        // A checkout without its files would look like a fleet in sync.
        return Err(Fatal::with_help(
            "no account is declared, so there is nothing to compare",
            "the globs under `accounts:` are relative to the directory of alz.yaml; `alz import` and `alz init` write account files",
        ));
    }
    let chosen = Chosen::of(project, repository, request.files)?;
    let accounts = chosen.accounts(repository);
    project
        .narrow
        .tell_shard(accounts.len(), repository, output);
    let ids = chosen.ids(repository);

    let progress = Progress::new(output, "Reading accounts", accounts.len() as u64);
    let platform = Platform::read(session, ids.clone()).await?;
    let auditor = match request.audit {
        Some(terms) => Some(Arc::new(Auditor::read(terms, &platform, ids).await?)),
        None => None,
    };
    let shared = Arc::new(Planner::new(platform, request, project.e911_on_unknown));

    let mut plans: Vec<AccountPlan> = Vec::new();
    let mut audits: BTreeMap<AccountId, Audit> = BTreeMap::new();
    let mut style = Style {
        width: output.width(),
        ..Style::default()
    };
    let done = reading::each(
        accounts,
        project.concurrency,
        |index| {
            let (repository, shared) = (Arc::clone(repository), Arc::clone(&shared));
            let (chosen, auditor) = (chosen.clone(), auditor.clone());
            async move { account(&repository, index, &chosen, &shared, auditor.as_deref()).await }
        },
        |looked: Looked| {
            let Looked {
                account,
                name,
                made,
                audit,
            } = looked;
            let found = audit.as_ref().is_some_and(|audit| !audit.found.is_empty());
            let planned = made
                .as_ref()
                .is_some_and(|made| !(made.steps.is_empty() && made.notes.is_empty()));
            // Only what is shown needs its account's name.
            if let Some(name) = name
                && (found || planned)
            {
                style.names.insert(account.clone(), name);
            }
            audits.extend(audit.map(|audit| (account, audit)));
            plans.extend(made);
            progress.step();
        },
    )
    .await;
    progress.finish();
    done?;
    if let Some(auditor) = &auditor {
        auditor.nothing_read()?;
    }

    let shard = project.narrow.shard;
    let share = match (shard, &chosen.0) {
        (Some(shard), Some(chosen)) => Share {
            of: shard.of(),
            released_elsewhere: chosen.released_elsewhere,
        },
        (_, None) | (None, _) => Share::ALL,
    };
    let mut plan = plan::assemble_share(
        Header {
            environment: project.environment.clone(),
            partition: shared.platform.id.clone(),
            created_at: session.now,
            desired_digest: repository.digest(chosen.0.as_deref()),
            alz_version: env!("CARGO_PKG_VERSION").to_owned(),
            resend_secrets: request.resend_secrets,
            files: request
                .files
                .iter()
                .map(|file| session::relative(file, &project.root))
                .collect(),
        },
        plans,
        &project.guards,
        &request.allow,
        share,
    );
    plan.targets = repository.lasting(&project.narrow.targets);
    plan.shard = shard.map(|shard| shard.to_string());
    plan.names = style.names.clone();
    plan.places = report::places(&plan);
    if let Some(base) = &request.base {
        base::sum_up(&mut plan, base, repository, &project.narrow);
    }
    if let Some(auditor) = &auditor {
        let narrow = &project.narrow;
        let seen = match (&chosen.0, narrow.shard) {
            (None, _) => Seen::Whole,
            (Some(_), Some(_)) if narrow.targets.is_empty() && request.files.is_empty() => {
                Seen::Share
            }
            (Some(_), _) => Seen::Part,
        };
        plan.drift = Some(auditing::gather(
            audits,
            repository,
            &Known {
                ignore: &project.ignore,
                environment: &project.environment,
                seen,
                now: session.now,
            },
        )?);
        if auditor.lacks_authors() {
            output.say(&warning(
                "who has changed what is not told: the account history could not be read",
                Some("-v says why"),
            ));
        }
    }
    locate(&mut plan, repository);
    policies::judge(&mut plan, repository, session.now)?;
    let key = Key(repository.redaction_key(chosen.0.as_deref()));
    bind(&mut plan, &key);
    // The base knows accounts by name that the files no longer have.
    let style = Style {
        names: plan.names.clone(),
        ..style
    };
    Ok(Planned {
        plan,
        style,
        partition: shared.platform.partition.clone(),
        key,
        repository: Arc::clone(repository),
    })
}

/// Notes what every step relies on, for when the plan is saved.
fn bind(plan: &mut Plan, key: &Key) {
    for step in &plan.steps {
        let digests: BTreeMap<String, String> = plan::basis(step)
            .into_iter()
            .map(|(name, value)| {
                let digest = key.digest(&step.id, &name, &value);
                (name, digest)
            })
            .collect();
        if !digests.is_empty() {
            plan.basis.insert(step.id.clone(), digests);
        }
    }
}

/// Gives every step the line that asks for it.
pub(super) fn locate(plan: &mut Plan, repository: &Repository) {
    let subjects: Vec<(SourceId, Subject)> = plan
        .steps
        .iter()
        .map(|step| {
            let subject = match step.numbers.first() {
                Some(number) if repository.declares(*number) => Subject::Number(*number),
                // A number that is pruned is asked for by its account.
                Some(_) | None => Subject::Account,
            };
            (step.source_id, subject)
        })
        .collect();
    for (step, (file, line)) in plan.steps.iter_mut().zip(repository.locate(&subjects)) {
        step.source = Source { file, line };
    }
}

/// What every account's comparison uses.
pub(super) struct Planner {
    pub(super) client: ReadClient,
    platform: Platform,
    verify: bool,
    on_unknown: OnUnknown,
    memory: Arc<PortMemory>,
    resend_secrets: bool,
    base: Option<Arc<Base>>,
    /// Each distinct address is asked about once, whoever declares it.
    verdicts: Mutex<BTreeMap<String, Arc<OnceCell<Verdict>>>>,
}

/// What came of an account.
struct Looked {
    account: AccountId,
    name: Option<String>,
    /// None of one that an audit could not read.
    made: Option<AccountPlan>,
    audit: Option<Audit>,
}

async fn account(
    repository: &Repository,
    index: usize,
    chosen: &Chosen,
    planner: &Arc<Planner>,
    auditor: Option<&Auditor>,
) -> Result<Looked, Fatal> {
    let desired = reading::declared(repository, index)?;
    let compared = compare(repository, &desired, chosen, planner, auditor).await;
    let (made, audit) = match (compared, auditor) {
        (Ok((made, audit)), _) => (Some(made), audit),
        (Err(fatal), Some(auditor)) => (None, Some(auditor.unread(&desired, fatal)?)),
        (Err(fatal), None) => return Err(fatal),
    };
    Ok(Looked {
        account: desired.account,
        name: desired.name,
        made,
        audit,
    })
}

/// Reads an account, plans it, and looks it over where that is asked for.
async fn compare(
    repository: &Repository,
    desired: &DesiredAccount,
    chosen: &Chosen,
    planner: &Arc<Planner>,
    auditor: Option<&Auditor>,
) -> Result<(AccountPlan, Option<Audit>), Fatal> {
    let live = planner.platform.account(desired).await?;
    let only = chosen.only(desired);
    let along = match only {
        Some(only) if chosen.is_partial(&desired.account) => plan::along(desired, &live, only),
        Some(_) | None => BTreeMap::new(),
    };
    let widened: Option<BTreeSet<PhoneNumber>> = (!along.is_empty()).then(|| {
        let named = only.into_iter().flatten();
        named.chain(along.values().flatten()).copied().collect()
    });
    let only = widened.as_ref().or(only);
    let (mut made, checks, audit) = match auditor {
        None => {
            let (made, checks) = planner
                .plan_with(desired, &live, &planner.context(only))
                .await?;
            (made, checks, None)
        }
        Some(auditor) => {
            let (made, audit) = auditor.account(desired, &live, only, planner).await?;
            (made, Checks::default(), Some(audit))
        }
    };
    if !along.is_empty() {
        made.notes
            .extend(plan::tell_along(&desired.account, &along));
        made.notes
            .sort_by_key(|note| (note.kind, note.numbers.first().copied()));
    }
    if let Some(base) = &planner.base {
        let seen = base::Seen {
            desired,
            live,
            only,
            checks,
        };
        base::judge(&mut made, seen, base, repository, planner).await?;
    }
    Ok((made, audit))
}

impl Planner {
    pub(super) fn new(platform: Platform, request: &Request<'_>, on_unknown: OnUnknown) -> Self {
        Self {
            client: platform.client.clone(),
            platform,
            verify: request.verify,
            on_unknown,
            memory: Arc::clone(&request.memory),
            resend_secrets: request.resend_secrets,
            base: request.base.clone(),
            verdicts: Mutex::default(),
        }
    }

    /// What an account is compared under. `only` are the numbers to plan; `None`
    /// is all.
    pub(super) fn context<'a>(&'a self, only: Option<&'a BTreeSet<PhoneNumber>>) -> Context<'a> {
        Context {
            partition: &self.platform.id,
            live: &self.platform.partition,
            now: self.platform.now,
            verify: self.verify,
            on_unknown: self.on_unknown,
            only,
            memory: &self.memory,
            resend_secrets: self.resend_secrets,
        }
    }

    /// Plans an account, and asks the platform what the plan has to know first.
    /// `only` are the numbers to plan; `None` is all.
    pub(super) async fn plan(
        &self,
        desired: &DesiredAccount,
        live: &LiveAccount,
        only: Option<&BTreeSet<PhoneNumber>>,
    ) -> Result<AccountPlan, Fatal> {
        let (made, _) = self.plan_with(desired, live, &self.context(only)).await?;
        Ok(made)
    }

    /// The same, with what the platform answered.
    pub(super) async fn plan_with(
        &self,
        desired: &DesiredAccount,
        live: &LiveAccount,
        context: &Context<'_>,
    ) -> Result<(AccountPlan, Checks), Fatal> {
        let mut checks = Checks::default();
        loop {
            let made = plan::account(desired, live, context, &checks);
            if made.questions.is_empty() {
                return Ok((made, checks));
            }
            // Side by side; the client keeps to the requests in flight.
            let asked = made
                .questions
                .iter()
                .map(|question| self.answer(&desired.account, question));
            for answers in try_join_all(asked).await? {
                for answer in answers {
                    answer.note(&mut checks);
                }
            }
        }
    }

    pub(super) async fn e911_verdict(
        &self,
        address: &Record,
        csr: &Record,
        numbers: &[PhoneNumber],
    ) -> Result<Verdict, Fatal> {
        let key = json!(address).to_string();
        let cell = Arc::clone(
            self.verdicts
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .entry(key)
                .or_default(),
        );
        cell.get_or_try_init(|| async {
            e911_opinion(&self.client, address, csr, numbers)
                .await
                .map_err(|error| {
                    Fatal::with_help(
                        error.to_string(),
                        "it was asked about a new E911 address: --no-verify leaves that question out",
                    )
                })
        })
        .await
        .cloned()
    }
}
