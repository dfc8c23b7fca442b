//! Numbers written into an account file, and nothing else of it touched.

use std::path::{Path, PathBuf};

use crate::bounded;
use crate::cli::fatal::Fatal;
use crate::cli::global::Global;
use crate::cli::output::Output;
use crate::cli::session::{self, Project};
use crate::cli::{clock, write_file};
use crate::desired::edit::numbers::{self, Refused};
use crate::desired::{Repository, read};
use crate::model::{AccountId, PhoneNumber};
use crate::report::{AddedNumbers, FoundNumber};

/// The account file that numbers are to go to.
pub(super) struct Target {
    path: PathBuf,
    /// As it was named.
    name: String,
    /// Its text before, byte order mark included.
    before: String,
    account: Option<AccountId>,
    repository: Repository,
    today: jiff::civil::Date,
}

impl Target {
    /// Reads the file and all others of the environment. One that has errors,
    /// or no document to put a number into, is refused here.
    pub fn open(
        file: &Path,
        account: Option<&str>,
        project: &Project,
        global: &Global,
        output: &Output,
    ) -> Result<Self, Fatal> {
        let path = session::from_directory(global, &[file.to_owned()])
            .pop()
            .unwrap_or_else(|| file.to_owned());
        let today = clock::today()?;
        let loaded = project.load(std::slice::from_ref(&path), today)?;
        output.warn_of(&loaded.warnings, &project.root);
        let target = Self {
            name: session::relative(&path, &project.root),
            before: text(&path)?,
            path,
            account: account.map(AccountId::new),
            repository: loaded.repository,
            today,
        };
        // A number that nobody has: whether there is a place for one.
        if let Some(probe) = (0..10_000)
            .filter_map(|line| PhoneNumber::from_u64(12_015_550_000 + line))
            .find(|number| !target.repository.declares(*number))
        {
            target.edited(&[probe])?;
        }
        Ok(target)
    }

    /// A plan of the environment reads the file without being told of it.
    pub fn is_read(&self, project: &Project) -> bool {
        project.reads(&self.path)
    }

    /// Some file declares the number already.
    pub fn declares(&self, number: PhoneNumber) -> bool {
        self.repository.declares(number)
    }

    /// Writes the first `count` numbers that no file declares yet.
    pub fn add(
        &self,
        found: &[FoundNumber],
        count: usize,
        project: &Project,
    ) -> Result<AddedNumbers, Fatal> {
        let (declared, free): (Vec<PhoneNumber>, Vec<PhoneNumber>) = found
            .iter()
            .map(|found| found.number)
            .partition(|number| self.repository.declares(*number));
        let Some(chosen) = free.get(..count) else {
            let mut what = match found.len() {
                0 => "no number was found".to_owned(),
                1 => format!("only 1 number was found, of {count} wanted"),
                more => format!("only {more} numbers were found, of {count} wanted"),
            };
            if !declared.is_empty() {
                what.push_str(&format!(
                    ", {} of them declared by a file already",
                    declared.len()
                ));
            }
            return Err(Fatal::with_help(
                format!("{what}: nothing was added to {}", self.name),
                "look elsewhere, ask for more with --max, or leave --sequential out",
            ));
        };
        let edited = self.edited(chosen)?;
        if text(&self.path)? != self.before {
            return Err(Fatal::with_help(
                format!(
                    "{} was changed by someone else in the meantime: nothing was added",
                    self.name
                ),
                "run it again",
            ));
        }
        write_file(&self.path, &edited)?;
        Ok(AddedNumbers {
            file: session::relative(&self.path, &project.root),
            numbers: chosen.to_vec(),
            declared,
        })
    }

    /// The file's text with these numbers.
    fn edited(&self, numbers: &[PhoneNumber]) -> Result<String, Fatal> {
        let account = self.account.as_ref();
        numbers::add(&self.name, &self.before, account, numbers, self.today)
            .map_err(|refused| self.refusal(refused))
    }

    fn refusal(&self, refused: Refused) -> Fatal {
        let file = &self.name;
        let list = |accounts: &[AccountId]| {
            let ids: Vec<&str> = accounts.iter().map(AccountId::as_str).collect();
            ids.join(", ")
        };
        match refused {
            Refused::Unsound(problems) | Refused::WouldBreak(problems) => Fatal::Problems(problems),
            Refused::NoAccount(accounts) => match &self.account {
                Some(account) if !accounts.is_empty() => Fatal::with_help(
                    format!("{file} has no document of account {account}"),
                    format!("it has {}", list(&accounts)),
                ),
                Some(_) | None => Fatal::with_help(
                    format!("{file} has no account to put numbers into"),
                    "begin it with `account: ID`",
                ),
            },
            Refused::Several(accounts) => {
                let mut different = accounts.clone();
                different.dedup();
                Fatal::with_help(
                    format!("{file} has several documents that the numbers could go to"),
                    match different.len() {
                        1 => "they are of one account: add the numbers by hand".to_owned(),
                        _ => format!("choose one with --account: {}", list(&different)),
                    },
                )
            }
            Refused::Fault(fault) => Fatal::with_help(format!("{file}: {fault}"), fault.help()),
        }
    }

    /// Reads everything once more, and says what the numbers now lead to: a
    /// policy may want more of them than a place in the file.
    pub fn look_again(&self, project: &Project, output: &Output) -> Result<(), Fatal> {
        match project.load(std::slice::from_ref(&self.path), self.today) {
            Ok(_) => Ok(()),
            Err(Fatal::Problems(problems)) => {
                let shown = output.privacy.problems(&problems, &project.root);
                let excerpts = output.privacy.shows_excerpts();
                output.error(&crate::report::problems::human(
                    &shown,
                    &project.root,
                    output.width(),
                    excerpts,
                ));
                Err(Fatal::with_help(
                    format!(
                        "the numbers are in {}, and are not all that is wanted",
                        self.name
                    ),
                    "write what is missing beside them; `alz validate` says when nothing is",
                ))
            }
            Err(error) => Err(error),
        }
    }
}

/// The file's text, byte order mark included.
fn text(path: &Path) -> Result<String, Fatal> {
    let bytes = bounded::read(path, bounded::MOST_BYTES)
        .map_err(|error| Fatal::new(format!("{} can't be read: {error}", path.display())))?;
    let shown = path.display().to_string();
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        // In the words of the reader.
        Err(error) => Ok(read::text_of(&shown, error.into_bytes())?),
    }
}
