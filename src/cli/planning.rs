//! Makes the plan: accounts stream through (fetch, compare, let go), and only
//! what must be said stays.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use tokio::task::JoinSet;

use super::fatal::Fatal;
use super::output::Output;
use super::progress::Progress;
use super::session::{self, Project, Session};
use crate::api::{ApiError, ReadClient, wire};
use crate::desired::{Repository, Selection, Subject};
use crate::live::{self, Scope, Wanted};
use crate::model::live::LivePartition;
use crate::model::meaning::date;
use crate::model::porting::PortMemory;
use crate::model::{AccountId, DesiredAccount, PartitionId, PhoneNumber, Record, SourceId};
use crate::plan::{
    self, AccountPlan, Allow, Checks, Context, Coverage, Header, Offer, Plan, PortQuestion,
    Question, RateCenter, Source, Verdict,
};
use crate::report::Style;

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
}

/// A plan and what belongs to it.
pub struct Planned {
    pub plan: Plan,
    /// How a person's report of it is laid out.
    pub style: Style,
    pub partition: LivePartition,
}

/// The accounts that a plan of these files reads.
pub fn accounts(repository: &Repository, files: &[PathBuf]) -> BTreeSet<AccountId> {
    let chosen = Chosen::new(repository, files).accounts(repository);
    chosen.into_iter().map(|(_, id)| id).collect()
}

/// Reads the platform and compares. The plan's steps name their source lines.
pub async fn make(
    project: &Project,
    session: &Session,
    repository: &Arc<Repository>,
    request: &Request<'_>,
    output: &Output,
) -> Result<Planned, Fatal> {
    let client = &session.client;
    let chosen = Chosen::new(repository, request.files);
    let accounts = chosen.accounts(repository);
    let ids: Vec<AccountId> = accounts.iter().map(|(_, id)| id.clone()).collect();

    let progress = Progress::new(output, "Reading accounts", accounts.len() as u64);
    let id = client.partition_id().await?.clone();
    let partition = live::partition(client, session.now).await?;
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
        memory: Arc::clone(&request.memory),
        resend_secrets: request.resend_secrets,
        verdicts: Mutex::default(),
    });

    // Twice as many accounts as requests in flight: while one half waits for
    // the network the other is being compared.
    let width = project.concurrency.max(1) * 2;
    let mut plans: Vec<AccountPlan> = Vec::new();
    let mut style = Style {
        width: output.width(),
        ..Style::default()
    };
    let mut refused: BTreeMap<String, Option<String>> = BTreeMap::new();
    let mut waiting = accounts.into_iter();
    let mut tasks: JoinSet<Result<(AccountPlan, Option<String>), Fatal>> = JoinSet::new();
    loop {
        while tasks.len() < width
            && refused.is_empty()
            && let Some((index, _)) = waiting.next()
        {
            let (repository, shared) = (Arc::clone(repository), Arc::clone(&shared));
            let chosen = chosen.clone();
            tasks.spawn(async move { account(&repository, index, &chosen, &shared).await });
        }
        let Some(finished) = tasks.join_next().await else {
            break;
        };
        match finished {
            Ok(Ok((made, name))) => {
                // Only what is shown needs its account's name.
                if let Some(name) = name
                    && !(made.steps.is_empty() && made.notes.is_empty())
                {
                    style.names.insert(made.account.clone(), name);
                }
                plans.push(made);
                progress.step();
            }
            Ok(Err(Fatal::Error { what, help })) => {
                refused.insert(what, help);
            }
            Ok(Err(problems @ Fatal::Problems(_))) => return Err(problems),
            Err(lost) => {
                refused.insert(format!("a comparison did not finish: {lost}"), None);
            }
        }
    }
    progress.finish();
    if !refused.is_empty() {
        let (whats, helps): (Vec<String>, Vec<Option<String>>) = refused.into_iter().unzip();
        let helps: BTreeSet<String> = helps.into_iter().flatten().collect();
        return Err(Fatal::Error {
            what: whats.join("\n"),
            help: (!helps.is_empty()).then(|| helps.into_iter().collect::<Vec<_>>().join("\n")),
        });
    }

    let mut plan = plan::assemble(
        Header {
            environment: project.environment.clone(),
            partition: shared.id.clone(),
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
    );
    locate(&mut plan, repository);
    Ok(Planned {
        plan,
        style,
        partition: shared.partition.clone(),
    })
}

/// Gives every step the line that asks for it.
fn locate(plan: &mut Plan, repository: &Repository) {
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

/// What the files named on the command line choose; everything without any.
#[derive(Clone)]
struct Chosen(Option<Arc<Selection>>);

impl Chosen {
    fn new(repository: &Repository, files: &[PathBuf]) -> Self {
        Self((!files.is_empty()).then(|| Arc::new(repository.select(files))))
    }

    /// The accounts to plan, with their place in the repository.
    fn accounts(&self, repository: &Repository) -> Vec<(usize, AccountId)> {
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

    /// The numbers of an account to plan; `None` where all its documents are
    /// chosen, so that what no document declares is seen too.
    fn only(&self, desired: &DesiredAccount) -> Option<&BTreeSet<PhoneNumber>> {
        let chosen = self.0.as_ref()?;
        let all = desired
            .numbers
            .keys()
            .all(|number| chosen.numbers.contains(number));
        (!all).then_some(&chosen.numbers)
    }
}

/// What every account's comparison uses.
struct Shared {
    client: ReadClient,
    id: PartitionId,
    partition: LivePartition,
    events: live::Events,
    now: jiff::Timestamp,
    verify: bool,
    memory: Arc<PortMemory>,
    resend_secrets: bool,
    /// Each distinct address is asked about once, whoever declares it.
    verdicts: Mutex<BTreeMap<String, Arc<OnceCell<Verdict>>>>,
}

async fn account(
    repository: &Repository,
    index: usize,
    chosen: &Chosen,
    shared: &Shared,
) -> Result<(AccountPlan, Option<String>), Fatal> {
    let desired = repository
        .account(index)
        .transpose()
        .map_err(|error| Fatal::new(error.to_string()))?
        .ok_or_else(|| Fatal::new("an account was lost between reading and planning"))?;
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
        only: chosen.only(&desired),
        memory: &shared.memory,
        resend_secrets: shared.resend_secrets,
    };
    let mut checks = Checks::default();
    loop {
        let made = plan::account(&desired, &live, &context, &checks);
        if made.questions.is_empty() {
            return Ok((made, desired.name));
        }
        for question in &made.questions {
            match question {
                Question::E911 {
                    address,
                    csr,
                    numbers,
                } => {
                    let verdict = shared.e911_verdict(address, csr, numbers).await?;
                    checks.answer_e911(address, verdict);
                }
                Question::RateCenters { numbers } => {
                    for number in numbers {
                        let coverage = shared.coverage(*number).await?;
                        checks.answer_rate_center(*number, coverage);
                    }
                }
                Question::PortOffer(question) => {
                    let offer = shared.offer(question).await?;
                    checks.answer_offer(question, offer);
                }
            }
        }
    }
}

impl Shared {
    async fn e911_verdict(
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
            let body = question(address, csr, numbers);
            match self.client.e911_prevalidate(&body).await {
                Ok(answer) => Ok(verdict(answer)),
                // About this address alone: the others can still be asked about.
                Err(error @ ApiError::Refused { status: 400, .. }) => Ok(Verdict::Unknown {
                    why: error.to_string(),
                }),
                Err(error) => Err(Fatal::with_help(
                    error.to_string(),
                    "it was asked about a new E911 address: --no-verify leaves that question out",
                )),
            }
        })
        .await
        .cloned()
    }
}

impl Shared {
    /// Where a number belongs (A5).
    async fn coverage(&self, number: PhoneNumber) -> Result<Coverage, Fatal> {
        let found = self.client.rate_center(number).await.map_err(unasked)?;
        Ok(match found {
            None => Coverage::Unknown,
            Some(wire::RateCenter {
                name,
                state,
                country,
                wireless,
                portable,
                service_available,
                inbound_carrier_type,
            }) => Coverage::Covered(RateCenter {
                name: name.unwrap_or_default(),
                state: state.unwrap_or_default(),
                country: country.unwrap_or_default(),
                wireless,
                portable,
                service_available,
                carrier_type: inbound_carrier_type,
            }),
        })
    }

    /// What the carriers say to a port (A22).
    async fn offer(&self, question: &PortQuestion) -> Result<Offer, Fatal> {
        match self.client.port_prevalidate(&port_question(question)).await {
            Ok(answer) => Ok(offer(answer)),
            // About this port alone.
            Err(error @ (ApiError::Refused { status: 400, .. } | ApiError::NotFound { .. })) => {
                Ok(Offer::Refused {
                    why: error.to_string(),
                })
            }
            Err(error) => Err(unasked(error)),
        }
    }
}

fn unasked(error: ApiError) -> Fatal {
    Fatal::with_help(
        error.to_string(),
        "it was asked about a new port: --no-verify leaves that question out",
    )
}

/// The question as the platform takes it (contract notes, A22).
fn port_question(question: &PortQuestion) -> Value {
    let PortQuestion {
        numbers,
        csr,
        billing_telephone_number,
    } = question;
    let rows: Vec<Value> = numbers
        .iter()
        .map(|number| json!({ "phoneNumber": number }))
        .collect();
    let mut body = json!({ "telephoneNumbers": rows, "customerServiceRecord": csr });
    if let Some(billing) = billing_telephone_number {
        body["port"] = json!({ "billingTelephoneNumber": billing });
    }
    body
}

fn offer(answer: wire::PortAvailability) -> Offer {
    let wire::PortAvailability {
        service_available,
        lnp,
        wireless_port,
        directory_listing_allowed: _, // the listing comes after the port
        carrier_type,
        earliest_crd: _, // the first of the list
        latest_crd: _,   // the last of the list
        availability_list,
        result_csrs: _, // the losing carrier's own words come with its answer
        exception,
        third_party_result_message,
    } = answer;
    let words: Vec<String> = exception
        .into_iter()
        .chain(third_party_result_message)
        .filter(|words| !words.trim().is_empty())
        .collect();
    let refusal = if service_available == Some(false) {
        Some("the carriers do not serve these numbers")
    } else if lnp == Some(false) {
        Some("the numbers can't be ported")
    } else {
        None
    };
    if let Some(refusal) = refusal {
        let mut why = refusal.to_owned();
        for words in words {
            why = format!("{why}: {words}");
        }
        return Offer::Refused { why };
    }
    let mut days: Vec<Date> = availability_list
        .iter()
        .filter_map(|text| date::day(text, None))
        .collect();
    days.sort_unstable();
    days.dedup();
    Offer::Days {
        days,
        carrier_type,
        wireless: wireless_port,
    }
}

/// The question as the platform takes it (contract notes, A27 and E21).
fn question(address: &Record, csr: &Record, numbers: &[PhoneNumber]) -> Value {
    let rows: Vec<Value> = numbers
        .iter()
        .map(|number| json!({ "phoneNumber": number }))
        .collect();
    let mut body = json!({ "telephoneNumbers": rows, "e911Address": address });
    if !csr.is_empty() {
        body["customerServiceRecord"] = json!(csr);
    }
    body
}

fn verdict(answer: wire::E911Prevalidation) -> Verdict {
    match answer.valid.as_str() {
        "VALID" => Verdict::Valid,
        "INVALID" => Verdict::Invalid {
            errors: answer.errors,
            alternatives: answer.address_alternatives,
        },
        other => Verdict::Unknown {
            why: match answer.errors.as_slice() {
                [] => format!("the provider answered {other}"),
                errors => errors.join("; "),
            },
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_e911_question_tells_whose_address_it_is() {
        let record = |street: &str| -> Record {
            serde_json::from_value(json!({ "streetName": street })).expect("a record")
        };
        let numbers = ["18015551212".parse().expect("a number")];
        assert_eq!(
            question(&record("Center"), &record("520"), &numbers),
            json!({
                "telephoneNumbers": [{ "phoneNumber": "18015551212" }],
                "e911Address": { "streetName": "Center" },
                "customerServiceRecord": { "streetName": "520" },
            })
        );
        let alone = question(&record("Center"), &Record::default(), &numbers);
        assert!(alone.get("customerServiceRecord").is_none());
    }
}
