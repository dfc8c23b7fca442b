//! `alz import`: account files from what is on the platform. It only reads the
//! platform, and never writes over a file.

mod add;
mod files;
mod look;
mod which;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::PathBuf;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::{ArgGroup, Args};

use super::fatal::Fatal;
use super::global::Global;
use super::output::{Format, Output};
use super::progress::Progress;
use super::reading::{self, Platform};
use super::session::{self, Project, Session};
use super::{Exit, clock, journal};
use crate::desired::Repository;
use crate::import;
use crate::model::{AccountId, PhoneNumber};
use crate::report::{self, FailedAccount, ImportDocument, ImportedAccount};

use files::Place;
use look::{Looked, Lookout};
use which::{Named, Numbers};

/// So many accounts one after the other that can't be read or written are no
/// matter of theirs: the platform or the disk is in trouble.
const IN_A_ROW: usize = 20;

/// Write account files from what is on the platform
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("which").required(true).args(["account", "all"])))]
#[command(after_help = "\
Examples:
  alz import --all                                every account of the partition
  alz import --account bRW8jpoCTGOaOIF5wqvSVg     one of them
  alz import --account 'Retail *'                 those of that name
  alz import --all --out accounts/retail          into another directory
  alz import --all --merge                        what the files lack, into the files
  alz import --all --merge --number 18015551234   of all that, this number
  alz import --all --merge --dry-run              says what would be written")]
pub struct ImportArgs {
    /// Accounts, by id or name; * ? [ ] { } make a pattern
    #[arg(long, value_name = "ACCOUNT", num_args = 1..)]
    pub account: Vec<String>,
    /// Every account of the partition
    #[arg(long)]
    pub all: bool,
    /// These numbers alone; * ? [ ] { } make a pattern
    #[arg(long, value_name = "NUMBER", num_args = 1..)]
    pub number: Vec<String>,
    /// The directory for new files [default: where alz.yaml looks for accounts]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Add what is missing to the files that declare these accounts already;
    /// nothing that stands in them is changed
    #[arg(long)]
    pub merge: bool,
    /// Say what would be written, and write nothing
    #[arg(long)]
    pub dry_run: bool,
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
    let mut interrupt = pin!(interrupt());
    let session = tokio::select! {
        session = project.connect(fastrand::u64(..)) => session?,
        () = &mut interrupt => return Ok(nothing_changed(output, &project)),
    };
    let work = Work {
        merge: arguments.merge,
        dry_run: arguments.dry_run,
        numbers: Numbers::parse(&arguments.number)?,
        project: &project,
        session: &session,
        repository: Arc::new(loaded.repository),
        place,
        today,
    };
    let done = work.through(arguments, global, output, interrupt).await;
    session.close().await;
    let document = match done? {
        Some(document) if !document.interrupted || wrote(&document) => document,
        Some(_) | None => return Ok(nothing_changed(output, &project)),
    };
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
    let failed = not_done(&document);
    let failed = failed.or_else(|| look_again(&document, &project, today, output));
    let exit = match document.interrupted {
        true => Exit::Interrupted,
        false => Exit::Error,
    };
    match failed {
        // What is written stays written, and was told.
        Some(fatal) => {
            fatal.tell_aside(output, &project.root);
            Ok(exit)
        }
        None => Ok(Exit::Done),
    }
}

/// Comes when somebody asks to stop.
async fn interrupt() {
    if !super::signals::signal().await {
        // Signals can't be had: the command runs to its end.
        std::future::pending::<()>().await;
    }
}

/// Says that it was interrupted before a file was written.
fn nothing_changed(output: &Output, project: &Project) -> Exit {
    let fatal = Fatal::new("interrupted: nothing was changed");
    fatal.tell(output, &project.root, false);
    Exit::Interrupted
}

/// A file was written.
fn wrote(document: &ImportDocument) -> bool {
    !document.dry_run && document.accounts.iter().any(|it| it.file.is_some())
}

/// What stands in the way of accounts, and how to go on.
fn not_done(document: &ImportDocument) -> Option<Fatal> {
    let mut whats: Vec<String> = Vec::new();
    for FailedAccount { account, name, why } in &document.failed {
        let name = name.as_deref().map(import::clean);
        let name = name.map_or(String::new(), |name| format!(" ({name})"));
        whats.push(format!(
            "account {account}{name}: {why}; nothing was written for it"
        ));
    }
    let rest = document.not_reached.len();
    if rest > 0 || document.interrupted {
        let why = match document.interrupted {
            true => "interrupted",
            false => "too many failed in a row",
        };
        whats.push(match rest {
            0 => why.to_owned(),
            1 => format!("{why}: 1 account was not read"),
            rest => format!("{why}: {rest} accounts were not read"),
        });
    }
    for number in &document.not_found {
        whats.push(format!("{number} is on none of these accounts"));
    }
    if whats.is_empty() {
        return None;
    }
    let what = whats.join("\n");
    Some(match (wrote(document), document.not_found.is_empty()) {
        (true, true) => Fatal::with_help(
            what,
            "what is written stays; run it again with --merge for the rest",
        ),
        (_, false) => Fatal::with_help(what, "--all looks at every account of the partition"),
        (false, true) => Fatal::new(what),
    })
}

/// Reads everything once more: the organisation's policies may want more of the
/// numbers than there is on the platform.
fn look_again(
    document: &ImportDocument,
    project: &Project,
    today: jiff::civil::Date,
    output: &Output,
) -> Option<Fatal> {
    let fatal = wrote(document)
        .then(|| project.load(&[], today).err())
        .flatten()?;
    fatal.tell_aside(output, &project.root);
    Some(Fatal::with_help(
        "the files are written, and they are not all that is wanted",
        "mend what is said above; `alz validate` says when nothing is left",
    ))
}

/// What an import has to do with.
struct Work<'a> {
    merge: bool,
    dry_run: bool,
    numbers: Numbers,
    project: &'a Project,
    session: &'a Session,
    repository: Arc<Repository>,
    place: Place,
    today: jiff::civil::Date,
}

/// What came of reading an account.
enum Came {
    Looked(Box<Looked>),
    Failed(AccountId, Fatal),
    /// Not read, for the run is to end.
    NotReached,
}

impl Work<'_> {
    /// What was written, and what was in the way of the rest; None where it was
    /// interrupted before any account was read.
    async fn through(
        &self,
        arguments: &ImportArgs,
        global: &Global,
        output: &Output,
        mut interrupt: Pin<&mut impl Future<Output = ()>>,
    ) -> Result<Option<ImportDocument>, Fatal> {
        let accounts = tokio::select! {
            accounts = which::accounts(arguments, self.session) => accounts?,
            () = &mut interrupt => return Ok(None),
        };
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
        let files = self.place.files(fresh, &self.repository)?;
        let ids: BTreeSet<AccountId> = accounts.keys().cloned().collect();
        let progress = Progress::new(output, "Reading accounts", ids.len() as u64);
        let memory = journal::recall(global, self.project, self.session).await?;
        let platform = tokio::select! {
            platform = Platform::read(self.session, ids.clone()) => platform?,
            () = &mut interrupt => return Ok(None),
        };
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
            dry_run: self.dry_run,
            accounts: Vec::new(),
            failed: Vec::new(),
            not_reached: Vec::new(),
            interrupted: false,
            not_found: Vec::new(),
            unread: Vec::new(),
        };
        let mut seen: HashSet<PhoneNumber> = HashSet::new();
        let mut came: BTreeSet<AccountId> = BTreeSet::new();
        let mut in_a_row = 0;
        let accounts: Arc<Named> = Arc::new(accounts);
        let stop = Arc::new(AtomicBool::new(false));
        let in_order: Arc<Vec<AccountId>> = Arc::new(ids.iter().cloned().collect());
        let reading = reading::each(
            ids.clone().into_iter().enumerate().collect(),
            self.project.concurrency,
            |index| {
                let (lookout, in_order) = (Arc::clone(&lookout), Arc::clone(&in_order));
                let (accounts, stop) = (Arc::clone(&accounts), Arc::clone(&stop));
                async move {
                    let Some(id) = in_order.get(index) else {
                        return Err(Fatal::new(
                            "an account was lost between listing and reading",
                        ));
                    };
                    if stop.load(Ordering::Relaxed) {
                        return Ok(Came::NotReached);
                    }
                    let name = accounts.get(id).and_then(Option::as_deref);
                    // One account that can't be read is no reason to leave the others.
                    Ok(match lookout.look(id, name).await {
                        Ok(looked) => Came::Looked(Box::new(looked)),
                        Err(fatal) => Came::Failed(id.clone(), fatal),
                    })
                }
            },
            |read: Came| {
                progress.step();
                let (id, wrote) = match read {
                    Came::NotReached => return,
                    Came::Failed(id, fatal) => (id, Err(fatal)),
                    Came::Looked(looked) => {
                        let id = looked.account.clone();
                        (id, self.take(*looked, &mut seen, &files, &lookout))
                    }
                };
                came.insert(id.clone());
                match wrote {
                    Ok(imported) => {
                        in_a_row = 0;
                        if self.numbers.are_all() || !imported.is_idle() {
                            document.accounts.push(imported);
                        }
                    }
                    Err(fatal) => {
                        in_a_row += 1;
                        if in_a_row >= IN_A_ROW {
                            stop.store(true, Ordering::Relaxed);
                        }
                        document.failed.push(FailedAccount {
                            name: accounts.get(&id).cloned().flatten(),
                            account: id,
                            why: told(fatal),
                        });
                    }
                }
            },
        );
        // A file is written in one go, so none is left half-written here.
        let done = tokio::select! {
            done = reading => Some(done),
            () = &mut interrupt => None,
        };
        progress.finish();
        document.interrupted = done.is_none();
        done.unwrap_or(Ok(()))?;
        document.not_reached = ids.into_iter().filter(|id| !came.contains(id)).collect();
        document.accounts.sort_by(|a, b| a.account.cmp(&b.account));
        document.failed.sort_by(|a, b| a.account.cmp(&b.account));
        document.unread = self.unread(&document);
        // An account that was not read may have them.
        if document.failed.is_empty() && document.not_reached.is_empty() {
            document.not_found = self.numbers.not_among(&seen);
        }
        match not_done(&document) {
            Some(fatal) if document.accounts.is_empty() && !document.interrupted => Err(fatal),
            Some(_) | None => Ok(Some(document)),
        }
    }

    /// Writes what was read of an account.
    fn take(
        &self,
        looked: Looked,
        seen: &mut HashSet<PhoneNumber>,
        files: &BTreeMap<AccountId, files::Target>,
        lookout: &Lookout,
    ) -> Result<ImportedAccount, Fatal> {
        let listed = looked.live.numbers.values();
        // One that has left may be listed where it was.
        let here: Vec<PhoneNumber> = listed
            .filter(|number| !number.status.is_off_account())
            .map(|number| number.number)
            .collect();
        let twice = here.iter().copied().find(|number| seen.contains(number));
        seen.extend(here);
        match (twice, files.get(&looked.account)) {
            (Some(number), _) => Err(on_two(number)),
            (None, Some(file)) => self.write(file, looked, lookout),
            (None, None) => add::add(self, looked, lookout),
        }
    }

    /// A new file for an account; none where there is nothing to write.
    fn write(
        &self,
        file: &files::Target,
        looked: Looked,
        lookout: &Lookout,
    ) -> Result<ImportedAccount, Fatal> {
        let mut imported = looked.report();
        let wanted = |number| self.numbers.have(number);
        let (settled, text) = lookout.text(looked, &self.place.head(file), wanted)?;
        look::tell(&mut imported, &settled);
        if settled.numbers().len() > 0 {
            if !self.dry_run {
                file.create(&text)?;
            }
            imported.file = Some(file.shown.clone());
            imported.is_new = true;
        }
        Ok(imported)
    }

    /// Files that no glob of alz.yaml matches.
    fn unread(&self, document: &ImportDocument) -> Vec<String> {
        if self.dry_run {
            return Vec::new();
        }
        let files = document.accounts.iter().filter_map(|a| a.file.as_ref());
        files
            .filter(|file| !self.project.reads(&self.project.root.join(file)))
            .cloned()
            .collect()
    }
}

fn on_two(number: PhoneNumber) -> Fatal {
    Fatal::new(format!(
        "the platform lists {number} on another account too, so it can't be told whose it is; run it again, and report it to the provider if it lasts"
    ))
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

/// Why an account was not written, in words.
fn told(fatal: Fatal) -> String {
    match fatal {
        Fatal::Error { what, help: None } => what,
        Fatal::Error {
            what,
            help: Some(help),
        } => format!("{what} ({help})"),
        Fatal::Problems(problems) => {
            let words = problems.iter().map(|problem| {
                let place = if problem.path.is_empty() {
                    &problem.file
                } else {
                    &problem.path
                };
                format!("{place}: {}", problem.message)
            });
            words.collect::<Vec<_>>().join("; ")
        }
    }
}
