//! All account files of an environment: found, read on all cores, judged, and
//! packed. Either everything is sound, or everything that isn't is told at once.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use globset::{Glob, GlobBuilder};
use jiff::civil::Date;
use sha2::{Digest, Sha256};

use super::file::AccountFile;
use super::merge;
use super::policy::Policies;
use super::problem::{Place, Problem, Severity, code, in_order};
use super::read::{self, Located};
use super::repository::{NumberTable, NumbersDigest, Packed, Repository, Trees};
use super::rules::{self, Finding};
use super::settings::{self, Pattern};
use super::tree;
use crate::model::{AccountId, PhoneNumber, SourceId, Text};

/// Directories inside each other that a glob looks into.
const MAX_DEPTH: usize = 32;

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

/// A file to be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// As it is shown: relative to the root where it is below it, with `/`.
    pub shown: String,
    pub path: PathBuf,
}

/// Loads everything. With an error anywhere, all problems come back, warnings too.
pub fn load(request: &LoadRequest<'_>) -> Result<Loaded, Vec<Problem>> {
    let (mut files, mut problems) = expand(request.root, request.globs);
    for path in request.files {
        let path = request.root.join(path);
        let source = source(request.root, &path);
        if !path.is_file() {
            problems.push(
                Problem::of_file(code::UNREADABLE, &source.shown, "there is no such file")
                    .help("account files are named relative to where you are"),
            );
        } else if !files.contains(&source) {
            files.push(source);
        }
    }
    files.sort();
    let (policies, found) = Policies::load(request.root, request.policies);
    problems.extend(found);

    let mut documents = Vec::new();
    let mut numbers = NumberTable::default();
    let mut whole = Whole::default();
    for (index, read) in read_all(&files, &policies, request.today)
        .into_iter()
        .enumerate()
    {
        problems.extend(read.problems);
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
                bytes: document.bytes,
                digest: document.digest,
            });
        }
    }
    numbers.sort();
    whole.judge(&files, &documents, &numbers, &mut problems);
    drop(whole);
    in_order(&mut problems);
    if problems.iter().any(Problem::is_error) {
        return Err(problems);
    }
    Ok(Loaded {
        repository: Repository::new(request.root.to_owned(), files, documents, numbers),
        warnings: problems,
    })
}

/// A glob over paths: `*` stays within a directory.
pub fn glob(pattern: &str) -> Result<Glob, globset::Error> {
    GlobBuilder::new(pattern.strip_prefix("./").unwrap_or(pattern))
        .literal_separator(true)
        .build()
}

/// The files that globs name, sorted, each once. A glob without any is a warning.
pub fn expand(root: &Path, globs: &[Pattern]) -> (Vec<Source>, Vec<Problem>) {
    let mut files = BTreeSet::new();
    let mut problems = Vec::new();
    for pattern in globs {
        let before = files.len();
        let mut matched = false;
        // Bad globs are told where alz.yaml is read.
        if let Ok(glob) = glob(&pattern.glob) {
            let text = glob.glob();
            let matcher = glob.compile_matcher();
            let base: PathBuf = Path::new(text)
                .components()
                .take_while(|part| !is_pattern(part))
                .collect();
            walk(
                &root.join(&base),
                &base,
                MAX_DEPTH,
                &mut |path, relative| {
                    if matcher.is_match(relative) {
                        matched = true;
                        files.insert(source(root, path));
                    }
                },
            );
        }
        if !matched && files.len() == before {
            problems.push(
                Problem::error(
                    code::CONFIG,
                    settings::FILE,
                    pattern.place,
                    pattern.path.clone(),
                    format!("no file matches `{}`", pattern.glob),
                )
                .warning()
                .help("globs are relative to alz.yaml; * is any name, ** any directories"),
            );
        }
    }
    (files.into_iter().collect(), problems)
}

fn is_pattern(part: &Component<'_>) -> bool {
    part.as_os_str()
        .to_string_lossy()
        .contains(['*', '?', '[', '{', '\\'])
}

/// Calls `visit` with every file below, by its path and its path as the glob
/// sees it. Hidden directories are left alone.
fn walk(path: &Path, relative: &Path, depth: usize, visit: &mut impl FnMut(&Path, &Path)) {
    if path.is_file() {
        visit(path, relative);
        return;
    }
    let Ok(entries) = std::fs::read_dir(path) else {
        return;
    };
    if depth == 0 {
        return;
    }
    for entry in entries.flatten() {
        let name = entry.file_name();
        let (path, relative) = (path.join(&name), relative.join(&name));
        if path.is_file() {
            visit(&path, &relative);
        } else if !name.to_string_lossy().starts_with('.') {
            walk(&path, &relative, depth - 1, visit);
        }
    }
}

fn source(root: &Path, path: &Path) -> Source {
    let shown = path
        .strip_prefix(root)
        .unwrap_or(path)
        .components()
        .filter(|part| !matches!(part, Component::CurDir))
        .map(|part| part.as_os_str().to_string_lossy())
        .collect::<Vec<_>>()
        .join("/")
        .replace("//", "/");
    Source {
        shown,
        path: path.to_owned(),
    }
}

/// One file, judged.
#[derive(Default)]
struct Read {
    documents: Vec<Document>,
    problems: Vec<Problem>,
}

/// One document, judged and packed, with what the whole is judged by.
struct Document {
    account: AccountId,
    index: u32,
    prune: Option<bool>,
    bytes: Box<[u8]>,
    digest: NumbersDigest,
    numbers: Vec<PhoneNumber>,
    ports: Vec<String>,
    /// Users, by a hash that needs no collision be feared, and the number they show.
    caller_ids: Vec<([u64; 2], PhoneNumber)>,
}

/// Reads all files on all cores; results in the order of the files.
fn read_all(files: &[Source], policies: &Policies, today: Date) -> Vec<Read> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(file) = files.get(index) else {
                return done;
            };
            done.push((index, read_one(file, policies, today)));
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut all: Vec<(usize, Read)> = std::thread::scope(|scope| {
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
    all.into_iter().map(|(_, read)| read).collect()
}

fn read_one(file: &Source, policies: &Policies, today: Date) -> Read {
    let bytes = match std::fs::read(&file.path) {
        Ok(bytes) => bytes,
        Err(error) => {
            let message = format!("the file can't be read: {error}");
            return Read {
                problems: vec![Problem::of_file(code::UNREADABLE, &file.shown, message)],
                ..Read::default()
            };
        }
    };
    match read::text_of(&file.shown, bytes) {
        Ok(text) => judge(&file.shown, &text, policies, today),
        Err(problem) => Read {
            problems: vec![problem],
            ..Read::default()
        },
    }
}

/// Judges the text of one account file: all that is wrong within it.
pub fn problems_of(file: &str, text: &str, today: Date) -> Vec<Problem> {
    let mut problems = judge(file, text, &Policies::default(), today).problems;
    in_order(&mut problems);
    problems
}

fn judge(file: &str, text: &str, policies: &Policies, today: Date) -> Read {
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
            let root = located.get(index).map(|located| &*located.root);
            let places = findings.into_iter().map(|f| placed(file, root, f));
            read.problems.extend(places);
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
        } = document;
        if let Some(value) = value {
            let (document, findings) = one_document(&value, index, policies, today);
            for finding in findings {
                let problem = placed(file, Some(&root), finding);
                if !follows_from(&problem, &form) {
                    read.problems.push(problem);
                }
            }
            read.take(file, document);
        }
        read.problems.extend(form);
    }
    read
}

/// A member that could not be read is set aside; that it is then missing from
/// its object is no news.
fn follows_from(problem: &Problem, form: &[Problem]) -> bool {
    form.iter().any(|other| {
        other.is_error()
            && other
                .path
                .strip_prefix(problem.path.as_str())
                .is_some_and(|rest| {
                    rest.is_empty() || rest.starts_with('.') || problem.path.is_empty()
                })
    })
}

impl Read {
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
    let judged = rules::document(document, today, |number, _, merged: &merge::Merged<'_>| {
        let port = merged.port.and_then(|name| ports.get(name).copied());
        digest.add(number, merged, port);
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
            bytes,
            digest,
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
fn placed(file: &str, root: Option<&tree::Node>, finding: Finding) -> Problem {
    let place = root.map_or(Place { line: 1, column: 1 }, |root| {
        let spot = tree::locate(root, &finding.path);
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

/// What only shows when all documents are there.
#[derive(Default)]
struct Whole {
    accounts: BTreeMap<AccountId, Vec<Part>>,
}

struct Part {
    id: SourceId,
    prune: Option<bool>,
    ports: Vec<String>,
    caller_ids: Vec<([u64; 2], PhoneNumber)>,
}

impl Whole {
    fn add(&mut self, id: SourceId, document: &Document) {
        self.accounts
            .entry(document.account.clone())
            .or_default()
            .push(Part {
                id,
                prune: document.prune,
                ports: document.ports.clone(),
                caller_ids: document.caller_ids.clone(),
            });
    }

    fn judge(
        &self,
        files: &[Source],
        documents: &[Packed],
        numbers: &NumberTable,
        problems: &mut Vec<Problem>,
    ) {
        let mut at = Placing {
            files,
            documents,
            trees: Trees::default(),
        };
        let mut previous: Option<(PhoneNumber, SourceId)> = None;
        for (number, id) in numbers.iter() {
            if let Some((_, first)) = previous.filter(|(same, _)| *same == number) {
                let path = ["numbers".to_owned(), number.to_string()];
                let (other, line) = at.file_and_line(first, &path);
                problems.extend(at.problem(
                    "D3",
                    id,
                    &path,
                    format!("{number} is declared twice"),
                    format!("the other declaration is at {other}:{line}; a number belongs to one account and stands in one place"),
                ));
            } else {
                previous = Some((number, id));
            }
        }
        for (account, parts) in self.accounts.iter().filter(|(_, parts)| parts.len() > 1) {
            prune(account, parts, &mut at, problems);
            ports(account, parts, &mut at, problems);
            caller_ids(account, parts, &mut at, problems);
        }
    }
}

/// Problems between documents, with their places.
struct Placing<'a> {
    files: &'a [Source],
    documents: &'a [Packed],
    trees: Trees,
}

impl Placing<'_> {
    fn find(&mut self, id: SourceId, path: &[String]) -> Option<(String, Place)> {
        let document = self.documents.get(id.0 as usize)?;
        let file = self.files.get(document.file as usize)?;
        let place = self.trees.place(file, document.index, path);
        Some((file.shown.clone(), place))
    }

    fn file_and_line(&mut self, id: SourceId, path: &[String]) -> (String, u32) {
        self.find(id, path)
            .map_or_else(Default::default, |(file, place)| (file, place.line))
    }

    fn problem(
        &mut self,
        code: &str,
        id: SourceId,
        path: &[String],
        message: String,
        help: String,
    ) -> Option<Problem> {
        let (file, place) = self.find(id, path)?;
        Some(Problem::error(code, &file, place, tree::join(path), message).help(help))
    }
}

fn prune(account: &AccountId, parts: &[Part], at: &mut Placing<'_>, problems: &mut Vec<Problem>) {
    let mut said = parts.iter().filter_map(|part| Some((part.id, part.prune?)));
    let Some((first, value)) = said.next() else {
        return;
    };
    let path = ["prune".to_owned()];
    for (id, other) in said.filter(|(_, other)| *other != value) {
        let (file, line) = at.file_and_line(first, &path);
        problems.extend(at.problem(
            code::CONFIG,
            id,
            &path,
            format!("account {account} has `prune: {other}` here and `prune: {value}` elsewhere"),
            format!("the other is at {file}:{line}; write it once, or the same"),
        ));
    }
}

fn ports(account: &AccountId, parts: &[Part], at: &mut Placing<'_>, problems: &mut Vec<Problem>) {
    let mut seen: HashMap<&str, SourceId> = HashMap::new();
    for part in parts {
        for name in &part.ports {
            let Some(first) = seen.insert(name, part.id) else {
                continue;
            };
            let path = ["ports".to_owned(), name.clone()];
            let (file, line) = at.file_and_line(first, &path);
            problems.extend(at.problem(
                "D3",
                part.id,
                &path,
                format!("account {account} has two ports called `{name}`"),
                format!("the other is at {file}:{line}; give one of them another name"),
            ));
        }
    }
}

fn caller_ids(
    account: &AccountId,
    parts: &[Part],
    at: &mut Placing<'_>,
    problems: &mut Vec<Problem>,
) {
    let mut seen: HashMap<[u64; 2], PhoneNumber> = HashMap::new();
    for part in parts {
        for (user, number) in &part.caller_ids {
            let Some(first) = seen.insert(*user, *number).filter(|first| first != number) else {
                continue;
            };
            let path = ["numbers".to_owned(), number.to_string()];
            problems.extend(at.problem(
                "D27",
                part.id,
                &path,
                format!("a user of account {account} is to show both {first} and {number} as caller ID"),
                "a user has one caller ID: take `assignAsCallerId` away at one of the two".to_owned(),
            ));
        }
    }
}
