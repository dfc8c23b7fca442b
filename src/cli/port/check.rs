//! `alz port check`: whether numbers can be ported, together or apart, and on
//! which days, before anybody writes a line of YAML. It asks; it orders nothing,
//! and it never searches the inventory.

use std::collections::BTreeMap;
use std::sync::Arc;

use clap::Args;
use futures_util::future::try_join_all;

use super::ask::{about, ask, groups, judge, number_check};
use crate::cli::fatal::Fatal;
use crate::cli::global::Global;
use crate::cli::output::Output;
use crate::cli::progress::Progress;
use crate::cli::reading::{self, Chosen};
use crate::cli::session::{Project, Session};
use crate::cli::{Exit, clock, journal, status};
use crate::desired::Repository;
use crate::model::meaning::date;
use crate::model::number::NotANumber;
use crate::model::{AccountId, DesiredAccount, Member, PhoneNumber, Record};
use crate::plan::{self, PortQuestion};
use crate::report::{self, NumberCheck, OrderCheck, PortCheck};

/// Show whether numbers can be ported, and when; orders nothing
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  alz port check 18015551212 18015551213    numbers that no file declares yet
  alz port check main-line                  a port as a file declares it
  alz port check                            every port that is declared and not ordered
  alz port check 8015551212 --format json   for programs")]
pub struct CheckArgs {
    /// Numbers in any usual spelling, or names of declared ports
    #[arg(value_name = "NUMBER | PORT")]
    pub targets: Vec<String>,
    /// The main number on the customer's bill [default: the first number]
    #[arg(long, value_name = "NUMBER")]
    pub btn: Option<String>,
    /// The account that gets the numbers: the carriers are asked with its customer's record
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
}

/// What is to be asked about.
#[derive(Default)]
struct Targets {
    /// Named as numbers, in that order.
    numbers: Vec<PhoneNumber>,
    /// Their main number, where it was said.
    btn: Option<PhoneNumber>,
    /// Whose they are, where the files know.
    customer: Option<Customer>,
    ports: Vec<DeclaredPort>,
}

/// Whom numbers are asked about for: the platform wants a customer's record
/// with the question (guide, "Account Prevalidate").
#[derive(Clone)]
struct Customer {
    /// For people.
    name: String,
    csr: Record,
}

/// A declared port, and what the carriers are asked about it.
struct DeclaredPort {
    account: AccountId,
    name: String,
    crd: Option<jiff::civil::Date>,
    question: PortQuestion,
}

pub async fn run(arguments: &CheckArgs, global: &Global, output: &Output) -> Result<Exit, Fatal> {
    let project = Project::open(global, &[])?;
    let btn = arguments.btn.as_deref().map(number).transpose()?;
    let (numbers, names) = sorted(&arguments.targets)?;
    let repository = match project.load(&[], clock::today()?) {
        Ok(loaded) => Some(Arc::new(loaded.repository)),
        // Numbers need no file, not even one that is right.
        Err(fatal) if names.is_empty() && !numbers.is_empty() => {
            fatal.tell_aside(output, &project.root);
            None
        }
        Err(fatal) => return Err(fatal),
    };
    let account = arguments.account.as_deref();
    let customer = match &repository {
        Some(repository) if !numbers.is_empty() => customer(repository, &numbers, account)?,
        Some(_) | None => None,
    };
    let mut targets = Targets {
        numbers,
        btn,
        customer,
        ports: Vec::new(),
    };
    if let Some(repository) = &repository {
        for name in &names {
            let port = declared(repository, name, account)?;
            targets.ports.push(port);
        }
    }
    let session = project.connect(fastrand::u64(..)).await?;
    let checked = async {
        if let (Some(repository), true) = (&repository, arguments.targets.is_empty()) {
            targets.ports = unordered(global, &project, &session, repository, output).await?;
        }
        check(&targets, &project, &session, output).await
    }
    .await;
    session.close().await;
    let check = checked?;
    match output.is_json() {
        true => {
            let text =
                report::port_check_json(&check).map_err(|error| Fatal::new(error.to_string()))?;
            output.result(&text);
        }
        false if check.numbers.is_empty() => {
            output.result("Every declared port is ordered: there is nothing to check.\n");
        }
        false => output.result(&report::port_check_human(&check, output.width())),
    }
    Ok(if check.is_fine() {
        Exit::Done
    } else {
        Exit::Error
    })
}

/// Numbers apart from names. Each number once; one that can't exist is refused
/// before anybody is asked.
fn sorted(said: &[String]) -> Result<(Vec<PhoneNumber>, Vec<String>), Fatal> {
    let (mut numbers, mut names) = (Vec::new(), Vec::new());
    for text in said {
        // Without a letter it can only be meant as a number.
        let is_name = text.parse::<PhoneNumber>().is_err()
            && text.contains(|letter: char| letter.is_alphabetic());
        if is_name {
            if !names.contains(text) {
                names.push(text.clone());
            }
        } else {
            let number = number(text)?;
            if !numbers.contains(&number) {
                numbers.push(number);
            }
        }
    }
    Ok((numbers, names))
}

fn number(text: &str) -> Result<PhoneNumber, Fatal> {
    let number: PhoneNumber = text
        .parse()
        .map_err(|error: NotANumber| Fatal::with_help(error.to_string(), error.help()))?;
    match number.nanp_fault() {
        None => Ok(number),
        Some(fault) => Err(Fatal::with_help(
            format!("{number} can't be a telephone number: {fault}"),
            "check the digits",
        )),
    }
}

/// The customer of the account that declares these numbers, or that was named,
/// or that is the only one.
fn customer(
    repository: &Repository,
    numbers: &[PhoneNumber],
    account: Option<&str>,
) -> Result<Option<Customer>, Fatal> {
    let accounts: Vec<(usize, &AccountId)> = repository.account_ids().enumerate().collect();
    let one = match (account, accounts.as_slice()) {
        (Some(wanted), all) => {
            let found = all.iter().find(|(_, id)| id.as_str() == wanted);
            Some(found.ok_or_else(|| {
                Fatal::with_help(
                    format!("no file declares the account {wanted}"),
                    "--account takes the platform's id of an account of this environment",
                )
            })?)
        }
        (None, [one]) => Some(one),
        (None, all) if numbers.iter().any(|number| repository.declares(*number)) => {
            let mut owner = None;
            for entry in all {
                let desired = reading::declared(repository, entry.0)?;
                if numbers
                    .iter()
                    .any(|number| desired.numbers.contains_key(number))
                {
                    owner = Some(entry);
                    break;
                }
            }
            owner
        }
        (None, _) => None,
    };
    let Some((index, id)) = one else {
        return Ok(None);
    };
    let desired = reading::declared(repository, *index)?;
    // The numbers' own record before any other of the account.
    let records = numbers
        .iter()
        .filter_map(|number| desired.numbers.get(number))
        .chain(desired.numbers.values())
        .filter_map(|declared| declared.customer_service_record.value())
        .map(plan::shown);
    Ok(records
        .into_iter()
        .find(|csr| {
            !csr.get(Member::StreetName).is_empty() && !csr.get(Member::CustomerType).is_empty()
        })
        .map(|csr| Customer {
            name: desired
                .name
                .clone()
                .unwrap_or_else(|| format!("the customer of account {id}")),
            csr,
        }))
}

/// The declared port of this name.
fn declared(
    repository: &Repository,
    name: &str,
    account: Option<&str>,
) -> Result<DeclaredPort, Fatal> {
    let mut found = Vec::new();
    let mut known = Vec::new();
    for (index, id) in repository.account_ids().enumerate() {
        if account.is_some_and(|wanted| wanted != id.as_str()) {
            continue;
        }
        let desired = reading::declared(repository, index)?;
        for port in &desired.ports {
            if port.name == name {
                found.push(of(port, &desired));
            } else {
                known.push(port.name.clone());
            }
        }
    }
    if found.len() > 1 {
        let accounts: Vec<&str> = found.iter().map(|port| port.account.as_str()).collect();
        return Err(Fatal::with_help(
            format!("several ports are named {name}: of {}", accounts.join(", ")),
            "choose one with --account ID, or name its numbers",
        ));
    }
    found.pop().ok_or_else(|| {
        known.sort_unstable();
        known.dedup();
        let declared = match known.as_slice() {
            [] => "no port is declared there; numbers need no declaration".to_owned(),
            names => format!("declared are {}", names.join(", ")),
        };
        let place = account.map_or_else(String::new, |id| format!(" on account {id}"));
        Fatal::with_help(format!("no port named {name} is declared{place}"), declared)
    })
}

fn of(port: &crate::model::DesiredPort, desired: &DesiredAccount) -> DeclaredPort {
    DeclaredPort {
        account: desired.account.clone(),
        name: port.name.clone(),
        crd: port
            .port
            .crd_date
            .value()
            .and_then(|text| date::day(text.as_str(), None)),
        question: plan::port_question(port, desired),
    }
}

/// Every port that is declared and not on the platform.
async fn unordered(
    global: &Global,
    project: &Project,
    session: &Session,
    repository: &Arc<Repository>,
    output: &Output,
) -> Result<Vec<DeclaredPort>, Fatal> {
    let memory = journal::recall(global, project, session).await?.ports;
    let chosen = Chosen::new(repository, &[]);
    let seen = status::look(project, session, repository, &chosen, &memory, output).await?;
    let mut ports = Vec::new();
    for (index, id) in repository.account_ids().enumerate() {
        let waiting: Vec<&Option<String>> = seen
            .document
            .not_ordered
            .iter()
            .filter(|entry| entry.account == *id)
            .map(|entry| &entry.name)
            .collect();
        if waiting.is_empty() {
            continue;
        }
        let desired = reading::declared(repository, index)?;
        for port in &desired.ports {
            if waiting.contains(&&Some(port.name.clone())) {
                ports.push(of(port, &desired));
            }
        }
    }
    Ok(ports)
}

/// Asks the platform: one question a number, then one an order.
async fn check(
    targets: &Targets,
    project: &Project,
    session: &Session,
    output: &Output,
) -> Result<PortCheck, Fatal> {
    let client = &session.client;
    let mut all = targets.numbers.clone();
    for number in targets.ports.iter().flat_map(|port| &port.question.numbers) {
        if !all.contains(number) {
            all.push(*number);
        }
    }
    let progress = Progress::new(output, "Asking about numbers", all.len() as u64);
    let asked = try_join_all(all.iter().map(|number| async {
        let found = number_check(client, *number).await;
        progress.step();
        found
    }))
    .await;
    progress.finish();
    let numbers: Vec<NumberCheck> = asked?;
    let by_number: BTreeMap<PhoneNumber, &NumberCheck> =
        numbers.iter().map(|check| (check.number, check)).collect();

    let mut questions: Vec<(OrderCheck, PortQuestion)> = Vec::new();
    for group in groups(&targets.numbers, &by_number) {
        let billing = targets.btn.or_else(|| group.first().copied());
        let question = PortQuestion {
            numbers: group.clone(),
            csr: Box::new(
                targets
                    .customer
                    .clone()
                    .map(|customer| customer.csr)
                    .unwrap_or_default(),
            ),
            billing_telephone_number: billing,
        };
        let mut order = about(&group, &by_number);
        order.asked_as = targets
            .customer
            .as_ref()
            .map(|customer| customer.name.clone());
        questions.push((order, question));
    }
    for port in &targets.ports {
        let mut order = about(&port.question.numbers, &by_number);
        order.port = Some(port.name.clone());
        order.account = Some(port.account.clone());
        order.crd_date = port.crd;
        judge(&mut order, &by_number);
        questions.push((order, port.question.clone()));
    }
    let orders = try_join_all(
        questions
            .into_iter()
            .map(|(order, question)| ask(client, order, question)),
    )
    .await?;
    Ok(PortCheck::new(
        project.environment.clone(),
        client.partition_id().await?.clone(),
        session.now,
        numbers,
        orders,
    ))
}
