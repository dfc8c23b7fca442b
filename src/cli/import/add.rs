//! `--merge`: what the files of an account lack, added to them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::bounded;
use crate::cli::fatal::Fatal;
use crate::cli::write_file;
use crate::desired::problem::Problem;
use crate::desired::{load, read};
use crate::import::merge::{self, Place};
use crate::import::{self, Account};
use crate::model::{DesiredAccount, Field, PhoneNumber, SourceId};
use crate::report::ImportedAccount;

use super::Work;
use super::look::{self, Looked, Lookout};

/// Rounds of leaving out what can't be added.
const ROUNDS: usize = 40;

/// A document of the account.
struct Document {
    source: SourceId,
    file: usize,
    /// Which of the file's documents, empty ones not counted.
    index: usize,
}

/// A file that declares something of the account.
struct File {
    path: PathBuf,
    shown: String,
    before: String,
    after: String,
}

/// The account's documents, and the files that they are in.
struct Files {
    files: Vec<File>,
    documents: Vec<Document>,
}

/// Adds to the account's files what they lack.
pub fn add(work: &Work<'_>, looked: Looked, lookout: &Lookout) -> Result<ImportedAccount, Fatal> {
    let mut imported = looked.report();
    let declared = declared(work, &looked)?;
    let mut files = Files::of(work, &looked)?;
    imported.differing = lookout
        .differing(&declared, &looked.live)
        .into_iter()
        .collect();
    let mut target = looked.target();
    import::settle(&mut target, lookout.today).map_err(Fatal::Problems)?;
    let known: BTreeMap<String, (String, SourceId)> = known_ports(&target, &declared);
    elsewhere(work, &mut target, &declared);
    target.keep(|number| !declared.numbers.contains_key(&number) && work.numbers.have(number));
    for _ in 0..ROUNDS {
        let (added, names) = files.with(&mut target, &known, &declared)?;
        let errors = files.errors(lookout.today);
        let helped = errors.is_empty()
            || import::leave_out(&mut target, &errors, |problem| {
                is_added(&problem.path, &added)
            });
        if !helped {
            return Err(Fatal::Problems(errors));
        }
        if !errors.is_empty() {
            continue;
        }
        let together = files
            .desired(&declared)
            .ok_or_else(|| look::unreadable(&looked.account))?;
        let mut plan = lookout.plan(&while_ports_last(&together), &looked.live);
        let given_up = look::given_up(&plan);
        let is_added = |numbers: &[PhoneNumber]| numbers.iter().any(|n| added.contains(n));
        plan.steps.retain(|step| is_added(&step.numbers));
        plan.notes.retain(|note| is_added(&note.numbers));
        if look::changes_nothing(&plan) {
            // What an import leaves out is safe, unless the file says otherwise.
            target.warn_of(&given_up, "the file says `prune: true`: a plan gives it up");
            look::tell(&mut imported, &target);
            // Those that the files have already are no news, and what is new may
            // have another name there.
            imported.ports.retain(|name| !known.contains_key(name));
            let secrets = &mut imported.secrets;
            secrets.retain(|secret| !known.contains_key(&secret.port));
            let of_secrets = secrets.iter_mut().map(|secret| &mut secret.port);
            for name in imported.ports.iter_mut().chain(of_secrets) {
                if let Some(there) = names.get(name) {
                    name.clone_from(there);
                }
            }
            imported.file = match work.dry_run {
                true => files.changed(),
                false => files.write()?,
            };
            return Ok(imported);
        }
        look::leave_out(&mut target, &together, &plan);
    }
    Err(look::unreadable(&looked.account))
}

/// The same without the listings of numbers that a port brings: until it is done
/// they are nobody's to set, and a default of the file that waits for that day is
/// the owner's wish.
fn while_ports_last(declared: &DesiredAccount) -> DesiredAccount {
    let mut declared = declared.clone();
    let ported = declared.ports.iter().flat_map(|port| &port.numbers);
    for number in ported {
        if let Some(number) = declared.numbers.get_mut(number) {
            number.directory_listing = Field::Absent;
        }
    }
    declared
}

/// What the files declare of the account.
fn declared(work: &Work<'_>, looked: &Looked) -> Result<DesiredAccount, Fatal> {
    let mut ids = work.repository.account_ids();
    let index = ids.position(|id| *id == looked.account);
    let account = index.and_then(|index| work.repository.account(index));
    account
        .transpose()
        .map_err(|error| Fatal::new(error.to_string()))?
        .ok_or_else(|| {
            Fatal::new(format!(
                "account {} was lost among the files",
                looked.account
            ))
        })
}

/// Numbers that the files give to another account, and users whose caller ID
/// they declare to be another number.
fn elsewhere(work: &Work<'_>, target: &mut Account, declared: &DesiredAccount) {
    let others: Vec<PhoneNumber> = target
        .numbers()
        .filter(|number| {
            work.repository.declares(*number) && !declared.numbers.contains_key(number)
        })
        .collect();
    for number in others {
        target.without(number, "the files declare it on another account");
    }
    let shown: BTreeSet<&str> = declared
        .numbers
        .values()
        .filter_map(|number| number.reference.value())
        .filter(|reference| reference.assign_as_caller_id.value() == Some(&true))
        .map(|reference| reference.id.text())
        .collect();
    let twice: Vec<PhoneNumber> = target
        .caller_ids()
        .filter(|(number, user)| shown.contains(user) && !declared.numbers.contains_key(number))
        .map(|(number, _)| number)
        .collect();
    for number in twice {
        target.leave_out(
            &format!("numbers.{number}.reference.assignAsCallerId"),
            "D27",
            "the files give this user another caller ID",
        );
    }
}

/// Ports under way that the files declare, by the name that they have here.
fn known_ports(
    target: &Account,
    declared: &DesiredAccount,
) -> BTreeMap<String, (String, SourceId)> {
    target
        .ports()
        .filter_map(|(name, numbers)| {
            let mut ports = declared.ports.iter();
            let known = ports.find(|port| port.numbers.iter().any(|n| numbers.contains(n)))?;
            Some((name.to_owned(), (known.name.clone(), known.source)))
        })
        .collect()
}

/// Whether a problem is one of what was added.
fn is_added(path: &str, added: &BTreeSet<PhoneNumber>) -> bool {
    let mut parts = path.split('.');
    match (parts.next(), parts.next()) {
        (Some("numbers"), Some(number)) => number.parse().is_ok_and(|n| added.contains(&n)),
        // A port of the same name was not added: it would be another name.
        (Some("ports"), Some(_)) => true,
        (Some(_) | None, _) => false,
    }
}

impl Files {
    fn of(work: &Work<'_>, looked: &Looked) -> Result<Self, Fatal> {
        let mut files: Vec<File> = Vec::new();
        let mut documents = Vec::new();
        for (source, path, shown, index) in work.repository.documents_of(&looked.account) {
            let known = files.iter().position(|file| file.path == path);
            let file = match known {
                Some(file) => file,
                None => {
                    let before = text(path, shown)?;
                    files.push(File {
                        path: path.to_owned(),
                        shown: shown.to_owned(),
                        after: before.clone(),
                        before,
                    });
                    files.len() - 1
                }
            };
            documents.push(Document {
                source,
                file,
                index,
            });
        }
        if documents.is_empty() {
            return Err(Fatal::new(format!(
                "account {} was lost among the files",
                looked.account
            )));
        }
        Ok(Self { files, documents })
    }

    /// Puts the numbers into the documents, each into the one that declares its
    /// port, else into the one that declares most; those that were put in, and
    /// the names that the ports have there.
    fn with(
        &mut self,
        target: &mut Account,
        known: &BTreeMap<String, (String, SourceId)>,
        declared: &DesiredAccount,
    ) -> Result<(BTreeSet<PhoneNumber>, BTreeMap<String, String>), Fatal> {
        for file in &mut self.files {
            file.after.clone_from(&file.before);
        }
        let count = |source: SourceId| {
            let numbers = declared.numbers.values();
            numbers.filter(|number| number.source == source).count()
        };
        let sources = self.documents.iter().map(|document| document.source);
        let main = sources.rev().max_by_key(|source| count(*source));
        let mut home: BTreeMap<PhoneNumber, SourceId> = BTreeMap::new();
        for (name, numbers) in target.ports() {
            if let Some((_, source)) = known.get(name) {
                home.extend(numbers.iter().map(|number| (*number, *source)));
            }
        }
        let mut added = BTreeSet::new();
        let mut ruled_out = Vec::new();
        let mut ports = BTreeMap::new();
        for document in &self.documents {
            let Some(file) = self.files.get_mut(document.file) else {
                continue;
            };
            let here =
                |number: PhoneNumber| home.get(&number).copied().or(main) == Some(document.source);
            let mut part = target.clone();
            part.keep(here);
            if part.numbers().len() == 0 {
                continue;
            }
            let names: BTreeMap<String, String> = known
                .iter()
                .filter(|(_, (_, source))| *source == document.source)
                .map(|(name, (known, _))| (name.clone(), known.clone()))
                .collect();
            let place = Place {
                text: &file.after,
                document: document.index,
            };
            let done = merge::add(&mut part, place, &names).map_err(|fault| {
                Fatal::with_help(format!("{}: {fault}", file.shown), fault.help())
            })?;
            file.after = done.text;
            added.extend(done.numbers);
            ports.extend(done.ports);
            ruled_out.extend(part.left_out());
        }
        for left in ruled_out {
            target.without(left.number, &left.why);
        }
        Ok((added, ports))
    }

    /// What is wrong with the files as they would be.
    fn errors(&self, today: jiff::civil::Date) -> Vec<Problem> {
        let changed = self.files.iter().filter(|file| file.after != file.before);
        changed
            .flat_map(|file| {
                let text = file.after.strip_prefix('\u{feff}').unwrap_or(&file.after);
                load::problems_of(&file.shown, text, today)
            })
            .filter(Problem::is_error)
            .collect()
    }

    /// What the files would ask for of the account.
    fn desired(&self, declared: &DesiredAccount) -> Option<DesiredAccount> {
        let mut together = DesiredAccount {
            numbers: BTreeMap::new(),
            ports: Vec::new(),
            ..declared.clone()
        };
        for document in &self.documents {
            let place = Place {
                text: &self.files.get(document.file)?.after,
                document: document.index,
            };
            merge::read_into(&mut together, place, document.source)?;
        }
        Some(together)
    }

    /// Writes what has changed; the files, as a plan names them.
    fn write(&self) -> Result<Option<String>, Fatal> {
        let changed = || self.files.iter().filter(|file| file.after != file.before);
        for file in changed() {
            if text(&file.path, &file.shown)? != file.before {
                return Err(Fatal::with_help(
                    format!("{} was changed by someone else in the meantime", file.shown),
                    "run it again",
                ));
            }
        }
        for file in changed() {
            write_file(&file.path, &file.after)?;
        }
        Ok(self.changed())
    }

    /// The files that have something added.
    fn changed(&self) -> Option<String> {
        let changed = self.files.iter().filter(|file| file.after != file.before);
        let names: Vec<&str> = changed.map(|file| file.shown.as_str()).collect();
        (!names.is_empty()).then(|| names.join(", "))
    }
}

/// A file's text, byte order mark included.
fn text(path: &Path, shown: &str) -> Result<String, Fatal> {
    let bytes = bounded::read(path, bounded::MOST_BYTES)
        .map_err(|error| Fatal::new(format!("{shown} can't be read: {error}")))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        // In the words of the reader.
        Err(error) => Ok(read::text_of(shown, error.into_bytes())?),
    }
}
