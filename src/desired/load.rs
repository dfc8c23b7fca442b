//! All account files of an environment: found, read on all cores, judged, and
//! packed. Either everything is sound, or everything that isn't is told at once.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::civil::Date;
use sha2::{Digest, Sha256};

use super::file::AccountFile;
use super::find::{self, Source, expand, source};
use super::merge;
use super::policy::Policies;
use super::problem::{Place, Problem, Severity, code, in_order};
use super::read::{self, Located};
use super::repository::{NumberTable, NumbersDigest, Packed, Repository};
use super::rules::{self, Finding};
use super::settings::{self, Pattern};
use super::tree;
use super::whole::Whole;
use crate::bounded;
use crate::model::desired::AccountNumber;
use crate::model::{AccountId, PhoneNumber, SourceId, Text};

/// What to load.
#[derive(Clone, Debug)]
pub struct LoadRequest<'a> {
    /// What globs and shown file names are relative to: the directory of alz.yaml.
    pub root: &'a Path,
    /// Globs of account files.
    pub globs: &'a [Pattern],
    /// Files besides; a missing one is an error.
    pub files: &'a [PathBuf],
    /// Globs of policy schemas.
    pub policies: &'a [Pattern],
    /// Decides what is past.
    pub today: Date,
}

/// Sound desired state, and what a person should look at all the same.
#[derive(Debug)]
pub struct Loaded {
    pub repository: Repository,
    pub warnings: Vec<Problem>,
}

/// Loads everything. With an error anywhere, all problems come back, warnings too.
pub fn load(request: &LoadRequest<'_>) -> Result<Loaded, Vec<Problem>> {
    let (mut files, mut problems) = expand(request.root, request.globs);
    // To look where each of a thousand files really lies takes its time.
    let mut real: Option<HashSet<PathBuf>> = None;
    for path in request.files {
        let path = request.root.join(path);
        if files.iter().any(|file| file.path == path) {
            continue;
        }
        let source = source(request.root, &path);
        let real =
            real.get_or_insert_with(|| files.iter().filter_map(|file| file.real()).collect());
        match source.real().filter(|_| path.is_file()) {
            None => problems.push(no_such_file(&source)),
            Some(place) if real.insert(place.clone()) => files.push(source),
            // The globs find it by another name.
            Some(_) => {}
        }
    }
    files.sort();
    let (policies, found) = Policies::load(request.root, request.policies);
    problems.extend(found);

    let mut read = each(&files, |file| read_one(file, &policies, request.today));
    for read in &mut read {
        problems.append(&mut read.problems);
    }
    let gathered = Gathered::new(read.into_iter());
    overlooked(request, files.iter()).judge(&gathered.documents, &mut problems);
    let (documents, numbers, found) = gathered.judged(&files);
    problems.extend(found);
    in_order(&mut problems);
    if problems.iter().any(Problem::is_error) {
        return Err(problems);
    }
    Ok(Loaded {
        repository: Repository::new(request.root.to_owned(), files, documents, numbers, policies),
        warnings: problems,
    })
}

/// What was named, and is no file.
pub(super) fn no_such_file(source: &Source) -> Problem {
    let (what, help) = if source.path.is_dir() {
        (
            "this is a directory",
            "name the files in it (accounts/*.yaml); plan, apply, drift and status take a directory as --target",
        )
    } else if source.path.exists() {
        ("this is no regular file", "account files are regular files")
    } else {
        (
            "there is no such file",
            "account files are named relative to where you are",
        )
    };
    Problem::of_file(code::UNREADABLE, &source.shown, what).help(help)
}

/// The documents of files, in the files' order, and what is judged of them as a whole.
pub(super) struct Gathered {
    pub documents: Vec<Packed>,
    numbers: NumberTable,
    whole: Whole,
}

impl Gathered {
    pub fn new(files: impl Iterator<Item = Read>) -> Self {
        let mut documents = Vec::new();
        let mut numbers = NumberTable::default();
        let mut whole = Whole::default();
        for (index, read) in files.enumerate() {
            for document in read.documents {
                let id = SourceId(u32::try_from(documents.len()).unwrap_or(u32::MAX));
                for number in &document.numbers {
                    numbers.push(*number, id);
                }
                whole.add(id, &document);
                documents.push(Packed {
                    account: document.account,
                    file: u32::try_from(index).unwrap_or(u32::MAX),
                    index: document.index,
                    prune: document.prune,
                    name: document.name,
                    released: document.released,
                    bytes: document.bytes,
                    digest: document.digest,
                    secrets: document.secrets,
                });
            }
        }
        numbers.sort();
        Self {
            documents,
            numbers,
            whole,
        }
    }

    /// The documents, their numbers, and what is wrong between them.
    pub fn judged(self, files: &[Source]) -> (Vec<Packed>, NumberTable, Vec<Problem>) {
        let Self {
            documents,
            numbers,
            whole,
        } = self;
        let mut problems = Vec::new();
        whole.judge(files, &documents, &numbers, &mut problems);
        (documents, numbers, problems)
    }
}

/// Account files beside those that were found, which no environment names.
pub(super) struct Overlooked(Vec<(Source, Vec<AccountId>)>);

pub(super) fn overlooked<'f>(
    request: &LoadRequest<'_>,
    files: impl Iterator<Item = &'f Source>,
) -> Overlooked {
    let mut overlooked = Vec::new();
    if request.globs.is_empty() {
        return Overlooked(overlooked);
    }
    let mut of_others: Option<Vec<globset::GlobMatcher>> = None;
    for file in find::overlooked(request.root, files) {
        // What can't be read holds no account, and one that is too large is told
        // where a glob names it.
        let text = bounded::read(&file.path, bounded::MOST_BYTES)
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok());
        let Some(text) = text else { continue };
        let accounts = accounts_in(&file.shown, &text);
        let of_others = of_others.get_or_insert_with(|| all_globs(request.root));
        if !accounts.is_empty() && !of_others.iter().any(|glob| glob.is_match(&file.shown)) {
            overlooked.push((file, accounts));
        }
    }
    Overlooked(overlooked)
}

impl Overlooked {
    pub fn accounts(&self) -> impl Iterator<Item = &AccountId> {
        self.0.iter().flat_map(|(_, accounts)| accounts)
    }

    /// Where an account is pruned, the numbers of such a file would be given up: an error.
    pub fn judge(&self, documents: &[Packed], problems: &mut Vec<Problem>) {
        for (file, accounts) in &self.0 {
            let problem = Problem::of_file(
                code::CONFIG,
                &file.shown,
                "this looks like an account file, and alz.yaml does not name it",
            )
            .help("let a glob match it (accounts/**/*.{yaml,yml}), rename it, or move it away");
            let pruned = documents.iter().find(|document| {
                document.prune == Some(true) && accounts.contains(&document.account)
            });
            problems.push(match pruned {
                None => problem.warning(),
                Some(Packed { account, .. }) => Problem {
                    message: format!(
                        "{}; account {account} has `prune: true`: the numbers in here would be given up",
                        problem.message
                    ),
                    ..problem
                },
            });
        }
    }
}

/// The accounts of what looks like an account file.
fn accounts_in(file: &str, text: &str) -> Vec<AccountId> {
    if !text.contains("account") {
        return Vec::new();
    }
    tree::read(file, text)
        .into_iter()
        .filter_map(|document| document.root)
        .filter(|root| root.get("numbers").is_some() || root.get("defaults").is_some())
        .filter_map(|root| Some(AccountId::new(root.get("account")?.value.text()?)))
        .collect()
}

/// The globs of every environment: what one of them leaves to another is not
/// overlooked.
fn all_globs(root: &Path) -> Vec<globset::GlobMatcher> {
    let settings = settings::load(root).ok().flatten();
    let environments = settings.map(|settings| settings.environments);
    environments
        .into_iter()
        .flatten()
        .flat_map(|(_, environment)| environment.accounts)
        .filter_map(|pattern| Some(find::glob(&pattern.glob).ok()?.compile_matcher()))
        .collect()
}

/// One file, judged.
#[derive(Default)]
pub(super) struct Read {
    pub documents: Vec<Document>,
    pub problems: Vec<Problem>,
}

/// One document, judged and packed, with what the whole is judged by.
pub(super) struct Document {
    pub account: AccountId,
    pub index: u32,
    pub prune: Option<bool>,
    pub name: Option<Box<str>>,
    pub released: u32,
    pub bytes: Box<[u8]>,
    pub digest: NumbersDigest,
    pub secrets: Box<[AccountNumber]>,
    pub numbers: Vec<PhoneNumber>,
    pub ports: Vec<String>,
    /// Users, by a hash that needs no collision be feared, and the number they show.
    pub caller_ids: Vec<([u64; 2], PhoneNumber)>,
}

/// Does something with each file on all cores; results in the order of the files.
pub(super) fn each<T: Send>(files: &[Source], work: impl Fn(&Source) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(file) = files.get(index) else {
                return done;
            };
            done.push((index, work(file)));
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut all: Vec<(usize, T)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (1..cores.min(files.len()))
            .map(|_| scope.spawn(work))
            .collect();
        let mut all = work();
        for thread in threads {
            match thread.join() {
                Ok(done) => all.extend(done),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    });
    all.sort_unstable_by_key(|(index, _)| *index);
    all.into_iter().map(|(_, done)| done).collect()
}

pub(super) fn read_one(file: &Source, policies: &Policies, today: Date) -> Read {
    match text_of(file) {
        Ok(text) => judge(&file.shown, &text, policies, today),
        Err(problem) => Read::of(*problem),
    }
}

/// The text of a file on disk.
pub(super) fn text_of(file: &Source) -> Result<String, Box<Problem>> {
    let bytes = bounded::read(&file.path, bounded::MOST_BYTES).map_err(|error| {
        let message = format!("the file can't be read: {error}");
        Box::new(Problem::of_file(code::UNREADABLE, &file.shown, message))
    })?;
    read::text_of(&file.shown, bytes)
}

/// Judges the text of one account file: all that is wrong within it.
pub fn problems_of(file: &str, text: &str, today: Date) -> Vec<Problem> {
    let mut problems = judge(file, text, &Policies::default(), today).problems;
    in_order(&mut problems);
    problems
}

pub(super) fn judge(file: &str, text: &str, policies: &Policies, today: Date) -> Read {
    let mut read = Read::default();
    if let Some(documents) = read::fast(text) {
        let judged: Vec<_> = documents
            .iter()
            .enumerate()
            .map(|(index, document)| one_document(document, index, policies, today))
            .collect();
        let silent = judged.iter().all(|(_, findings)| findings.is_empty());
        // Should the slower parser not take the file, places are lost, findings are not.
        let located = match silent {
            true => Vec::new(),
            false => read::located(file, text).0,
        };
        for (index, (document, findings)) in judged.into_iter().enumerate() {
            if !findings.is_empty() {
                let root = located
                    .get(index)
                    .map(|found| tree::Index::new(&found.root));
                let places = findings.into_iter().map(|f| placed(file, root.as_ref(), f));
                read.problems.extend(places);
            }
            read.take(file, document);
        }
        return read;
    }
    let (located, broken) = read::located(file, text);
    if located.is_empty() && broken.is_empty() {
        read.problems.push(
            Problem::of_file(code::REQUIRED, file, "the file is empty")
                .warning()
                .help("an account file holds one account a document; delete the file if it is not needed"),
        );
    }
    read.problems.extend(broken);
    for (index, document) in located.into_iter().enumerate() {
        let Located {
            root,
            problems: form,
            value,
            stand_ins,
        } = document;
        if let Some(value) = value {
            let (mut document, findings) = one_document(&value, index, policies, today);
            let root = tree::Index::new(&root);
            let told = Told::new(&form);
            for finding in findings {
                let mut problem = placed(file, Some(&root), finding);
                stand_ins.restore(&mut problem.path, &mut problem.message);
                if !told.explains(&problem) {
                    read.problems.push(problem);
                }
            }
            if let Ok(document) = &mut document {
                document
                    .numbers
                    .retain(|number| !stand_ins.contains(*number));
            }
            read.take(file, document);
        }
        read.problems.extend(form);
    }
    read
}

/// The members with a fault of form and all that they stand in.
struct Told<'a>(HashSet<&'a str>);

impl<'a> Told<'a> {
    fn new(form: &'a [Problem]) -> Self {
        let mut paths = HashSet::new();
        for problem in form.iter().filter(|problem| problem.is_error()) {
            let mut path = problem.path.as_str();
            paths.insert("");
            while paths.insert(path) {
                path = path.rsplit_once('.').map_or("", |(parent, _)| parent);
            }
        }
        Self(paths)
    }

    /// A member that could not be read is set aside; that it is then missing
    /// from its object, or from what goes with it, is no news.
    fn explains(&self, problem: &Problem) -> bool {
        let path = problem.path.as_str();
        let parent = path.rsplit_once('.').map_or("", |(parent, _)| parent);
        self.0.contains(path)
            || match problem.code.as_str() {
                // The unit's kind may stand under a name with a slip in it.
                "D11" | "D17" => self.0.contains(parent),
                // Its numbers may be those at fault.
                "D31" => problem.is_error() && self.0.contains("numbers"),
                _ => false,
            }
    }
}

impl Read {
    /// A file of which nothing can be told but this.
    pub fn of(problem: Problem) -> Self {
        Self {
            documents: Vec::new(),
            problems: vec![problem],
        }
    }

    fn take(&mut self, file: &str, document: Result<Document, String>) {
        match document {
            Ok(document) => self.documents.push(document),
            Err(message) => self
                .problems
                .push(Problem::of_file(code::UNREADABLE, file, message)),
        }
    }
}

fn one_document(
    document: &AccountFile,
    index: usize,
    policies: &Policies,
    today: Date,
) -> (Result<Document, String>, Vec<Finding>) {
    let ports: HashMap<&str, &crate::model::desired::Port> = document
        .ports
        .iter()
        .map(|(name, port)| (name.as_str(), port))
        .collect();
    let mut digest = NumbersDigest::default();
    let mut of_policies = Vec::new();
    let mut released = 0;
    let judged = rules::document(document, today, |number, _, merged: &merge::Merged<'_>| {
        let port = merged.port.and_then(|name| ports.get(name).copied());
        digest.add(number, merged, port);
        released += u32::from(merged.released);
        policies.judge(&document.account, number, merged, &mut of_policies);
    });
    let mut findings = judged.findings;
    findings.extend(of_policies);
    let packed = Packed::pack(document)
        .map_err(|error| format!("the document can't be kept: {error}"))
        .map(|bytes| Document {
            account: document.account.clone(),
            index: u32::try_from(index).unwrap_or(u32::MAX),
            prune: document.prune.value().copied(),
            name: document.name.as_ref().map(|name| name.as_str().into()),
            released,
            bytes,
            digest,
            secrets: document
                .ports
                .iter()
                .flat_map(|(_, port)| port.secrets())
                .collect(),
            numbers: document.numbers.iter().map(|(number, _)| *number).collect(),
            ports: document
                .ports
                .iter()
                .map(|(name, _): (&Text, _)| name.to_string())
                .collect(),
            caller_ids: judged
                .caller_ids
                .iter()
                .map(|(user, number)| (hash_of(user), *number))
                .collect(),
        });
    (packed, findings)
}

fn hash_of(user: &str) -> [u64; 2] {
    let hash = Sha256::digest(user);
    let mut words = hash
        .chunks_exact(8)
        .map(|bytes| u64::from_le_bytes(bytes.try_into().unwrap_or_default()));
    [words.next().unwrap_or(0), words.next().unwrap_or(0)]
}

/// A finding at its place in the file.
pub(super) fn placed(file: &str, root: Option<&tree::Index<'_>>, finding: Finding) -> Problem {
    let place = root.map_or(Place { line: 1, column: 1 }, |root| {
        let spot = root.locate(&finding.path);
        if spot.scalar { spot.value } else { spot.key }
    });
    let mut problem = Problem::error(
        finding.code,
        file,
        place,
        tree::join(&finding.path),
        finding.message,
    )
    .help(finding.help);
    if finding.severity == Severity::Warning {
        problem = problem.warning();
    }
    problem
}
