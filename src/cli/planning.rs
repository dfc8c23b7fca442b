//! Makes the plan: accounts stream through (fetch, compare, let go), and only
//! what must be said stays.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::try_join_all;
use jiff::civil::Date;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::auditing::{self, Auditor, Terms};
use super::base::{self, Base};
use super::fatal::Fatal;
use super::output::Output;
use super::policies;
use super::progress::Progress;
use super::reading::{self, Chosen, Platform};
use super::session::{self, Project, Session};
use crate::api::{ApiError, Country, ReadClient, wire};
use crate::desired::{Repository, Subject};
use crate::model::live::{LiveAccount, LivePartition};
use crate::model::meaning::{canonical_country, date};
use crate::model::porting::PortMemory;
use crate::model::{AccountId, DesiredAccount, Member, OnUnknown, PhoneNumber, Record, SourceId};
use crate::plan::drift::Audit;
use crate::plan::{
    self, AccountPlan, Allow, Checks, Context, Coverage, Header, Offer, Plan, PortQuestion,
    RateCenter, Share, Source, Verdict,
};
use crate::report::redact::Key;
use crate::report::{self, Style, address_line, warning};

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
        |(made, audit, name): (AccountPlan, Option<Audit>, Option<String>)| {
            let found = audit.as_ref().is_some_and(|audit| !audit.found.is_empty());
            // Only what is shown needs its account's name.
            if let Some(name) = name
                && !(made.steps.is_empty() && made.notes.is_empty() && !found)
            {
                style.names.insert(made.account.clone(), name);
            }
            audits.extend(audit.map(|audit| (made.account.clone(), audit)));
            plans.push(made);
            progress.step();
        },
    )
    .await;
    progress.finish();
    done?;

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
        let whole = chosen.0.is_none();
        plan.drift = Some(auditing::gather(
            audits,
            repository,
            &project.ignore,
            &project.environment,
            whole,
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

async fn account(
    repository: &Repository,
    index: usize,
    chosen: &Chosen,
    planner: &Arc<Planner>,
    auditor: Option<&Auditor>,
) -> Result<(AccountPlan, Option<Audit>, Option<String>), Fatal> {
    let desired = reading::declared(repository, index)?;
    let live = planner.platform.account(&desired).await?;
    let only = chosen.only(&desired);
    let along = match only {
        Some(only) if chosen.is_partial(&desired.account) => plan::along(&desired, &live, only),
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
                .plan_with(&desired, &live, &planner.context(only))
                .await?;
            (made, checks, None)
        }
        Some(auditor) => {
            let (made, audit) = auditor.account(&desired, &live, only, planner).await?;
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
            desired: &desired,
            live,
            only,
            checks,
        };
        base::judge(&mut made, seen, base, repository, planner).await?;
    }
    Ok((made, audit, desired.name))
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

/// What the E911 provider thinks of an address.
pub async fn e911_opinion(
    client: &ReadClient,
    address: &Record,
    csr: &Record,
    numbers: &[PhoneNumber],
) -> Result<Verdict, ApiError> {
    match client
        .e911_prevalidate(&question(address, csr, numbers))
        .await
    {
        Ok(answer) => match verdict(answer) {
            Verdict::Valid if address.get(Member::Unit).trim().is_empty() => {
                door(client, address).await
            }
            verdict => Ok(verdict),
        },
        // About this address alone: the others can still be asked about.
        Err(error @ ApiError::Refused { status: 400, .. }) => Ok(Verdict::Unknown {
            why: error.to_string(),
        }),
        // e911.onUnknown says what then. A login that is lost, or a page
        // of somebody else's, is no such case.
        Err(error @ (ApiError::Failing { .. } | ApiError::Unreachable { .. })) => {
            Ok(Verdict::OutOfReach {
                why: error.to_string(),
            })
        }
        Err(error) => Err(error),
    }
}

/// Whether an address without a unit, which the provider takes, needs one: the
/// provider knows streets, and the platform the buildings in them (A3). Where
/// that can't be learned the provider's word stands.
async fn door(client: &ReadClient, address: &Record) -> Result<Verdict, ApiError> {
    let country = match canonical_country(address.get(Member::Country)).as_str() {
        "USA" => Country::Usa,
        "CAN" => Country::Can,
        _ => Country::Unknown,
    };
    let line = address_line(address);
    let code = address.get(Member::PostalCode);
    match client.validate_address(&line, country, code).await {
        Ok(wire::AddressValidation {
            required_fields, ..
        }) => {
            let unit = required_fields
                .iter()
                .any(|name| name == Member::Unit.name());
            Ok(if unit {
                Verdict::NoUnit
            } else {
                Verdict::Valid
            })
        }
        Err(
            ApiError::Refused { .. }
            | ApiError::NotFound { .. }
            | ApiError::Failing { .. }
            | ApiError::Unreachable { .. },
        ) => Ok(Verdict::Valid),
        Err(error) => Err(error),
    }
}

/// Where a number belongs (A5).
pub async fn coverage(client: &ReadClient, number: PhoneNumber) -> Result<Coverage, ApiError> {
    let found = client.rate_center(number).await?;
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
pub async fn port_offer(client: &ReadClient, question: &PortQuestion) -> Result<Offer, ApiError> {
    match port_answer(client, question).await {
        Ok(offer) => Ok(offer),
        // About this port alone.
        Err(error @ (ApiError::Refused { status: 400, .. } | ApiError::NotFound { .. })) => {
            Ok(Offer::Refused {
                why: error.to_string(),
            })
        }
        Err(error) => Err(error),
    }
}

/// The same, with a question that is not taken as the error that it is.
pub async fn port_answer(client: &ReadClient, question: &PortQuestion) -> Result<Offer, ApiError> {
    client
        .port_prevalidate(&port_question(question))
        .await
        .map(offer)
}

pub fn unasked(error: ApiError) -> Fatal {
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
    let mut body = json!({ "telephoneNumbers": rows });
    if !csr.is_empty() {
        body["customerServiceRecord"] = json!(csr);
    }
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

/// The provider's opinion, as its answer has it.
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
