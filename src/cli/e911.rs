//! `alz e911 check`: every address that the files would have registered for 911,
//! put to the provider before anybody depends on it. It only reads.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use futures_util::stream::{self, StreamExt};
use serde_json::json;

use super::Exit;
use super::clock;
use super::fatal::Fatal;
use super::global::Global;
use super::output::Output;
use super::progress::Progress;
use super::questions::e911_opinion;
use super::reading::{self, Chosen};
use super::session::{self, Project, Session};
use crate::api::{ApiError, ReadClient};
use crate::desired::{Repository, Subject};
use crate::live;
use crate::model::{OnUnknown, PhoneNumber, Record, SourceId};
use crate::plan::{Registered, Verdict, registered};
use crate::report::{self, CheckedAddress, CheckedAddresses};

/// What to ask the E911 provider.
#[derive(Debug, Subcommand)]
pub enum E911Command {
    Check(CheckArgs),
}

/// Put every E911 address that the files declare to the provider
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  alz e911 check                       every address of the environment
  alz e911 check accounts/lindon.yaml  those of one file
  alz e911 check --format json         for programs

An address is asked about once, however many numbers have it. A number without an
e911Address is checked with its customer service record's address, which answers
then. Of addresses that the provider does not take, its alternatives are shown as
YAML to paste.

Exit status 1 where the provider would refuse an address, or it names no unit and
its building needs one (`unit: null` says that there is none); also where it
can't tell, if alz.yaml says `e911: { onUnknown: block }`.")]
pub struct CheckArgs {
    /// Only the numbers of these files
    #[arg(value_name = "FILES")]
    pub files: Vec<PathBuf>,
}

pub async fn run(command: &E911Command, global: &Global, output: &Output) -> Exit {
    let E911Command::Check(arguments) = command;
    check(arguments, global, output)
        .await
        .unwrap_or_else(|fatal| fatal.tell(output, &session::root_of(global), false))
}

async fn check(args: &CheckArgs, global: &Global, output: &Output) -> Result<Exit, Fatal> {
    let files = session::from_directory(global, &args.files);
    let project = Project::open(global, &files)?;
    let loaded = project.load(&files, clock::today()?)?;
    output.warn_of(&loaded.warnings, &project.root);
    let chosen = Chosen::of(&project, &loaded.repository, &files)?;
    let accounts = chosen.ids(&loaded.repository).len();
    project.narrow.tell(accounts, &loaded.repository, output);
    let declared = Declared::of(&loaded.repository, &chosen)?;
    let session = project.connect(fastrand::u64(..)).await?;
    let asked = ask(declared, &loaded.repository, &project, &session, output).await;
    session.close().await;
    let checked = match output.privacy.redactor() {
        Some(_) => asked?.masked(),
        None => asked?,
    };

    match output.is_json() {
        true => output.result(&report::e911_check_json(&checked)),
        false => output.result(&report::e911_check_human(&checked, output.width())),
    }
    let refused = checked
        .addresses
        .iter()
        .any(|address| match address.verdict {
            Verdict::Valid => false,
            Verdict::NoUnit => !address.no_unit,
            Verdict::Invalid { .. } => true,
            Verdict::Unknown { .. } | Verdict::OutOfReach { .. } => {
                project.e911_on_unknown == OnUnknown::Block
            }
        });
    Ok(if refused { Exit::Error } else { Exit::Done })
}

/// An address and whose it is.
struct Shared {
    address: Record,
    /// The files say that it has no unit.
    no_unit: bool,
    csr: Record,
    numbers: Vec<PhoneNumber>,
    /// Where the first of the numbers is declared.
    source: SourceId,
}

/// The distinct addresses of the files.
struct Declared {
    addresses: Vec<Shared>,
    /// Numbers of whose address the files say nothing, or only a part.
    elsewhere: Vec<PhoneNumber>,
}

impl Declared {
    fn of(repository: &Repository, chosen: &Chosen) -> Result<Self, Fatal> {
        // Letter for letter: the provider may take one spelling and refuse another.
        let mut addresses: BTreeMap<(String, bool), Shared> = BTreeMap::new();
        let mut elsewhere = Vec::new();
        for (index, _) in chosen.accounts(repository) {
            let account = reading::declared(repository, index)?;
            let only = chosen.only(&account);
            for (number, desired) in &account.numbers {
                if only.is_some_and(|only| !only.contains(number)) {
                    continue;
                }
                // 911 can't be reached from it (contract notes, D4).
                if number.is_toll_free() {
                    continue;
                }
                match registered(desired) {
                    Registered::Released => {}
                    Registered::Elsewhere => elsewhere.push(*number),
                    Registered::Address {
                        address,
                        csr,
                        no_unit,
                    } => addresses
                        .entry((json!(address).to_string(), no_unit))
                        .or_insert_with(|| Shared {
                            address: *address,
                            no_unit,
                            csr: *csr,
                            numbers: Vec::new(),
                            source: desired.source,
                        })
                        .numbers
                        .push(*number),
                }
            }
        }
        Ok(Self {
            addresses: addresses.into_values().collect(),
            elsewhere,
        })
    }
}

async fn ask(
    declared: Declared,
    repository: &Repository,
    project: &Project,
    session: &Session,
    output: &Output,
) -> Result<CheckedAddresses, Fatal> {
    let Declared {
        addresses,
        elsewhere,
    } = declared;
    if !addresses.is_empty() {
        // A platform that can't be reached at all has no opinion of any address,
        // and whoever may not log in is told so once.
        live::partition(&session.client, session.now).await?;
    }
    let places = repository.locate(
        &addresses
            .iter()
            .filter_map(|shared| Some((shared.source, Subject::Number(*shared.numbers.first()?))))
            .collect::<Vec<_>>(),
    );
    let progress = Progress::new(output, "Asking the E911 provider", addresses.len() as u64);
    let answers = stream::iter(addresses.into_iter().zip(places))
        .map(|(shared, place)| one(session.client.clone(), shared, place))
        .buffer_unordered(project.concurrency.max(1))
        .inspect(|_| progress.step())
        .collect::<Vec<_>>()
        .await;
    progress.finish();
    let mut addresses = answers.into_iter().collect::<Result<Vec<_>, ApiError>>()?;
    addresses.sort_by(|a, b| (&a.file, a.line, &a.numbers).cmp(&(&b.file, b.line, &b.numbers)));
    Ok(CheckedAddresses {
        addresses,
        elsewhere,
        unknown_blocks: project.e911_on_unknown == OnUnknown::Block,
    })
}

async fn one(
    client: ReadClient,
    shared: Shared,
    (file, line): (String, u32),
) -> Result<CheckedAddress, ApiError> {
    let Shared {
        address,
        no_unit,
        csr,
        numbers,
        source: _, // looked up already
    } = shared;
    let verdict = e911_opinion(&client, &address, &csr, &numbers).await?;
    Ok(CheckedAddress {
        verdict,
        address,
        no_unit,
        numbers,
        file,
        line,
    })
}
