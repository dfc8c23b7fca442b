//! `alz import`: account files from what is on the platform. It only reads the
//! platform, and never writes over a file.

mod add;
mod files;
mod look;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use clap::{ArgGroup, Args};
use futures_util::future::try_join_all;

use super::fatal::Fatal;
use super::global::Global;
use super::output::{Format, Output};
use super::progress::Progress;
use super::reading::{self, Platform};
use super::session::{self, Project, Session};
use super::{Exit, clock, journal};
use crate::api::wire;
use crate::desired::Repository;
use crate::model::{AccountId, PhoneNumber};
use crate::report::{self, ImportDocument, ImportedAccount};

use files::Place;
use look::{Looked, Lookout};

/// Write account files from what is on the platform
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("which").required(true).args(["account", "all"])))]
#[command(after_help = "\
Examples:
  alz import --all                                every account of the partition
  alz import --account bRW8jpoCTGOaOIF5wqvSVg     one of them
  alz import --all --out accounts/retail          into another directory
  alz import --all --merge                        what the files lack, into the files")]
pub struct ImportArgs {
    /// Accounts, by the platform's ids
    #[arg(long, value_name = "ID", num_args = 1..)]
    pub account: Vec<String>,
    /// Every account of the partition
    #[arg(long)]
    pub all: bool,
    /// The directory for new files [default: where alz.yaml looks for accounts]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Add what is missing to the files that declare these accounts already;
    /// nothing that stands in them is changed
    #[arg(long)]
    pub merge: bool,
}

pub async fn run(arguments: &ImportArgs, global: &Global, output: &Output) -> Exit {
    match import(arguments, global, output).await {
        Ok(exit) => exit,
        Err(fatal) => fatal.tell(output, &session::root_of(global), false),
    }
}

async fn import(arguments: &ImportArgs, global: &Global, output: &Output) -> Result<Exit, Fatal> {
    if output.privacy.redactor().is_some() {
        return Err(Fatal::with_help(
            "import writes down whose numbers these are and where: with --redact pii there would be nothing to write",
            "leave --redact out; what import prints names accounts and files, no addresses",
        ));
    }
    let project = Project::platform(global)?;
    let today = clock::today()?;
    // Files that have mistakes can't tell what they declare.
    let loaded = project.load(&[], today)?;
    let place = Place::new(arguments.out.as_deref(), &project, global)?;
    let session = project.connect(fastrand::u64(..)).await?;
    let work = Work {
        merge: arguments.merge,
        project: &project,
        session: &session,
        repository: Arc::new(loaded.repository),
        place,
        today,
    };
    let done = work.through(arguments, global, output).await;
    session.close().await;
    let (document, failed) = done?;
    output.result(&match output.format {
        Format::Json => report::import_json(&document),
        Format::Markdown => report::import_markdown(&document),
        Format::Human
        | Format::Sarif
        | Format::Junit
        | Format::Github
        | Format::Html
        | Format::Prometheus => report::import_human(&document),
    });
    let failed = failed.or_else(|| look_again(&document, &project, today, output));
    match failed {
        // What is written stays written, and was told.
        Some(fatal) if output.is_json() => {
            fatal.tell_aside(output, &project.root);
            Ok(Exit::Error)
        }
        Some(fatal) => Err(fatal),
        None => Ok(Exit::Done),
    }
}

/// Reads everything once more: the organisation's policies may want more of the
/// numbers than there is on the platform.
fn look_again(
    document: &ImportDocument,
    project: &Project,
    today: jiff::civil::Date,
    output: &Output,
) -> Option<Fatal> {
    let written = document
        .accounts
        .iter()
        .any(|account| account.file.is_some());
    let fatal = written.then(|| project.load(&[], today).err()).flatten()?;
    fatal.tell_aside(output, &project.root);
    Some(Fatal::with_help(
        "the files are written, and they are not all that is wanted",
        "mend what is said above; `alz validate` says when nothing is left",
    ))
}

/// What an import has to do with.
struct Work<'a> {
    merge: bool,
    project: &'a Project,
    session: &'a Session,
    repository: Arc<Repository>,
    place: Place,
    today: jiff::civil::Date,
}

/// An account to be imported, and what people call it.
type Named = BTreeMap<AccountId, Option<String>>;

impl Work<'_> {
    /// What was written, and what stopped it if anything did.
    async fn through(
        &self,
        arguments: &ImportArgs,
        global: &Global,
        output: &Output,
    ) -> Result<(ImportDocument, Option<Fatal>), Fatal> {
        let accounts = self.accounts(arguments).await?;
        let declared: BTreeSet<AccountId> = self
            .repository
            .account_ids()
            .filter(|id| accounts.contains_key(*id))
            .cloned()
            .collect();
        if !self.merge && !declared.is_empty() {
            return Err(declared_already(&declared));
        }
        let fresh = accounts
            .iter()
            .filter(|(id, _)| !declared.contains(*id))
            .map(|(id, name)| (id, name.as_deref()));
        let files = self.place.files(fresh)?;
        let ids: BTreeSet<AccountId> = accounts.keys().cloned().collect();
        let progress = Progress::new(output, "Reading accounts", ids.len() as u64);
        let memory = journal::recall(global, self.project, self.session).await?;
        let platform = Platform::read(self.session, ids.clone()).await?;
        let lookout = Arc::new(Lookout {
            platform,
            memory: memory.ports,
            repository: Arc::clone(&self.repository),
            today: self.today,
        });
        let mut document = ImportDocument {
            environment: self.project.environment.clone(),
            partition: lookout.platform.id.clone(),
            merge: self.merge,
            accounts: Vec::new(),
            unread: Vec::new(),
        };
        let mut refused: Vec<Fatal> = Vec::new();
        let mut seen: HashSet<PhoneNumber> = HashSet::new();
        let in_order: Arc<Vec<(AccountId, Option<String>)>> =
            Arc::new(accounts.into_iter().collect());
        let done = reading::each(
            ids.into_iter().enumerate().collect(),
            self.project.concurrency,
            |index| {
                let (lookout, accounts) = (Arc::clone(&lookout), Arc::clone(&in_order));
                async move {
                    let Some((id, name)) = accounts.get(index) else {
                        return Err(Fatal::new(
                            "an account was lost between listing and reading",
                        ));
                    };
                    lookout.look(id, name.as_deref()).await
                }
            },
            |looked: Looked| {
                progress.step();
                let listed = looked.live.numbers.values();
                // One that has left may be listed where it was.
                let here: Vec<PhoneNumber> = listed
                    .filter(|number| !number.status.is_off_account())
                    .map(|number| number.number)
                    .collect();
                let twice = here.iter().copied().find(|number| seen.contains(number));
                seen.extend(here);
                let wrote = match (twice, files.get(&looked.account)) {
                    (Some(number), _) => Err(on_two(number, &looked.account)),
                    (None, Some(file)) => self.write(file, looked, &lookout),
                    (None, None) => add::add(self, looked, &lookout),
                };
                match wrote {
                    Ok(imported) => document.accounts.push(imported),
                    Err(fatal) => refused.push(fatal),
                }
            },
        )
        .await;
        progress.finish();
        document.accounts.sort_by(|a, b| a.account.cmp(&b.account));
        document.unread = self.unread(&document);
        let failed = joined(done.err().into_iter().chain(refused));
        match failed {
            Some(fatal) if document.accounts.is_empty() => Err(fatal),
            failed => Ok((document, failed)),
        }
    }

    /// The accounts that are meant, with their names.
    async fn accounts(&self, arguments: &ImportArgs) -> Result<Named, Fatal> {
        let client = &self.session.client;
        let found: Vec<wire::Account> = if arguments.all {
            client.accounts().await?
        } else {
            let ids: BTreeSet<&String> = arguments.account.iter().collect();
            let asked = ids.into_iter().map(async |id| {
                let id = AccountId::new(id.trim());
                client.account(&id).await?.ok_or_else(|| {
                    Fatal::with_help(
                        format!("the partition has no account {id}"),
                        "--account takes the platform's ids; --all takes every account",
                    )
                })
            });
            try_join_all(asked).await?
        };
        let mut named = Named::new();
        for account in found {
            let id = AccountId::new(account.id);
            let name = account.account_name.filter(|name| !name.trim().is_empty());
            if named.insert(id.clone(), name).is_some() {
                return Err(Fatal::with_help(
                    format!("the platform lists account {id} twice: nothing was written"),
                    "run it again, and report it to the provider if it lasts",
                ));
            }
        }
        if named.is_empty() {
            return Err(Fatal::with_help(
                "the platform lists no account in this partition: nothing was written",
                "--partition or ALZ_PARTITION chooses another one",
            ));
        }
        Ok(named)
    }

    /// A new file for an account; none where there is nothing to write.
    fn write(
        &self,
        file: &files::Target,
        looked: Looked,
        lookout: &Lookout,
    ) -> Result<ImportedAccount, Fatal> {
        let mut imported = looked.report();
        let (settled, text) = lookout.text(looked, &self.place.head(file))?;
        look::tell(&mut imported, &settled);
        if settled.numbers().len() > 0 {
            file.create(&text)?;
            imported.file = Some(file.shown.clone());
        }
        Ok(imported)
    }

    /// Files that no glob of alz.yaml matches.
    fn unread(&self, document: &ImportDocument) -> Vec<String> {
        let files = document.accounts.iter().filter_map(|a| a.file.as_ref());
        files
            .filter(|file| !self.project.reads(&self.project.root.join(file)))
            .cloned()
            .collect()
    }
}

fn on_two(number: PhoneNumber, account: &AccountId) -> Fatal {
    Fatal::with_help(
        format!(
            "account {account}: the platform lists {number} on another account too, so it can't be told whose it is; nothing was written for this account"
        ),
        "run it again with --merge, and report it to the provider if it lasts",
    )
}

fn declared_already(declared: &BTreeSet<AccountId>) -> Fatal {
    let ids: Vec<&str> = declared.iter().take(5).map(AccountId::as_str).collect();
    let more = declared.len().saturating_sub(ids.len());
    let more = match more {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Fatal::with_help(
        format!(
            "the files declare {}{more} already: nothing was written",
            ids.join(", ")
        ),
        "--merge adds what they lack; `alz drift` shows where files and platform differ",
    )
}

/// Several reasons as one.
fn joined(fatals: impl Iterator<Item = Fatal>) -> Option<Fatal> {
    let mut whats: Vec<String> = Vec::new();
    let mut helps: BTreeSet<String> = BTreeSet::new();
    let mut problems = Vec::new();
    for fatal in fatals {
        match fatal {
            Fatal::Error { what, help } => {
                whats.push(what);
                helps.extend(help);
            }
            Fatal::Problems(found) => problems.extend(found),
        }
    }
    if whats.is_empty() {
        return (!problems.is_empty()).then_some(Fatal::Problems(problems));
    }
    whats.extend(problems.iter().map(|problem| problem.message.clone()));
    let help: Vec<String> = helps.into_iter().collect();
    Some(Fatal::Error {
        what: whats.join("\n"),
        help: (!help.is_empty()).then(|| help.join("\n")),
    })
}
