//! Makes the plan: accounts stream through (fetch, compare, let go), and only
//! what must be said stays.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;
use tokio::sync::OnceCell;
use tokio::task::JoinSet;

use super::fatal::Fatal;
use super::output::Output;
use super::progress::Progress;
use super::session::{Project, Session};
use crate::api::{ApiError, ReadClient};
use crate::desired::Repository;
use crate::live::{self, LiveError, Scope, Wanted};
use crate::model::live::LivePartition;
use crate::model::{AccountId, PartitionId, PhoneNumber, Record};
use crate::plan::{self, AccountPlan, Allow, Checks, Context, Header, Plan, Question, Verdict};

/// What to plan and how.
#[derive(Debug)]
pub struct Request<'a> {
    pub files: &'a [PathBuf],
    /// Ask the platform about new addresses (design, section 3).
    pub verify: bool,
    pub allow: Allow,
}

/// Reads the platform and compares. The plan's steps name their source lines.
pub async fn make(
    project: &Project,
    session: &Session,
    repository: Repository,
    request: &Request<'_>,
    output: &Output,
) -> Result<Plan, Fatal> {
    let client = &session.client;
    let repository = Arc::new(repository);
    let selection = repository.select(request.files).map_err(Fatal::Problems)?;
    let accounts: Vec<usize> = (0..repository.len())
        .filter(|index| selection.has_account(*index))
        .collect();
    let ids: Vec<AccountId> = accounts
        .iter()
        .map(|index| repository.account_id(*index).clone())
        .collect();

    let progress = Progress::new(output, "Reading accounts", accounts.len() as u64);
    let id = client.partition_id().await?.clone();
    let partition = live::partition(client).await?;
    let scope = Scope {
        accounts: ids.into_iter().collect(),
    };
    let shared = Arc::new(Shared {
        client: client.clone(),
        id,
        partition,
        events: live::events(client, &scope).await?,
        now: session.now,
        verify: request.verify,
        verdicts: Mutex::default(),
    });

    // Twice as many accounts as requests in flight: while one half waits for
    // the network the other is being compared.
    let width = project.settings.concurrency.max(1) * 2;
    let mut plans: BTreeMap<usize, AccountPlan> = BTreeMap::new();
    let mut refused: Vec<String> = Vec::new();
    let mut waiting = accounts.into_iter();
    let mut tasks: JoinSet<(usize, Result<AccountPlan, Fatal>)> = JoinSet::new();
    loop {
        while tasks.len() < width
            && refused.is_empty()
            && let Some(index) = waiting.next()
        {
            let (repository, shared) = (Arc::clone(&repository), Arc::clone(&shared));
            tasks.spawn(async move { (index, account(&repository, index, selection.only(index), &shared).await) });
        }
        let Some(finished) = tasks.join_next().await else {
            break;
        };
        match finished {
            Ok((index, Ok(mut made))) => {
                made.retain(|number| selection.has_number(index, number));
                plans.insert(index, made);
                progress.step();
            }
            Ok((_, Err(Fatal::Error { what, .. }))) => refused.push(what),
            Ok((_, Err(problems @ Fatal::Problems(_)))) => return Err(problems),
            Err(lost) => refused.push(format!("a comparison did not finish: {lost}")),
        }
    }
    progress.finish();
    if !refused.is_empty() {
        refused.sort();
        refused.dedup();
        return Err(Fatal::new(refused.join("\n")));
    }

    let mut plan = plan::assemble(
        &Header {
            environment: project.environment.clone(),
            partition: client.partition().clone(),
            created_at: session.now,
            desired_digest: repository.digest(),
            alz_version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        plans.into_values(),
        &project.settings.guards,
        &request.allow,
    );
    repository.locate(&mut plan).map_err(Fatal::Problems)?;
    Ok(plan)
}

/// What every account's comparison uses.
struct Shared {
    client: ReadClient,
    id: PartitionId,
    partition: LivePartition,
    events: live::Events,
    now: jiff::Timestamp,
    verify: bool,
    /// Each distinct address is asked about once, whoever declares it.
    verdicts: Mutex<BTreeMap<String, Arc<OnceCell<Verdict>>>>,
}

async fn account(
    repository: &Repository,
    index: usize,
    only: Option<&BTreeSet<PhoneNumber>>,
    shared: &Shared,
) -> Result<AccountPlan, Fatal> {
    let desired = repository.account(index)?;
    let live = live::account(
        &shared.client,
        &desired.account,
        &Wanted::of(&desired),
        &shared.partition,
        &shared.events,
    )
    .await?;
    let context = Context {
        partition: &shared.id,
        live: &shared.partition,
        now: shared.now,
        verify: shared.verify,
        only,
    };
    let mut checks = Checks::default();
    loop {
        let made = plan::account(&desired, &live, &context, &checks);
        if made.questions.is_empty() {
            return Ok(made);
        }
        for question in &made.questions {
            match question {
                Question::E911 { address, numbers } => {
                    let verdict = shared.e911_verdict(address, numbers).await;
                    checks.answer_e911(address, verdict);
                }
            }
        }
    }
}

impl Shared {
    async fn e911_verdict(&self, address: &Record, numbers: &[PhoneNumber]) -> Verdict {
        let key = json!(address).to_string();
        let cell = Arc::clone(
            self.verdicts
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .entry(key)
                .or_default(),
        );
        cell.get_or_init(|| async {
            let body = json!({
                "telephoneNumbers": numbers
                    .iter()
                    .map(|number| json!({ "phoneNumber": number }))
                    .collect::<Vec<_>>(),
                "e911Address": address,
            });
            match self.client.e911_prevalidate(&body).await {
                Ok(answer) => verdict(answer),
                Err(error) => Verdict::Unknown {
                    why: error.to_string(),
                },
            }
        })
        .await
        .clone()
    }
}
