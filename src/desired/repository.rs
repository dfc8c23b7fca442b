//! All that the files ask for, sound and packed small.
//!
//! A million numbers must be held while accounts stream through the planner,
//! so a document is kept as compressed JSON and unpacked, merged, an account at
//! a time. Source lines are not kept at all: where a step comes from is looked
//! up in the few files that have something to say.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::path::PathBuf;
use std::rc::Rc;

use sha2::{Digest, Sha256};

use super::file::AccountFile;
use super::find::Source;
use super::merge::{self, Merged};
use super::policy::Policies;
use super::problem::Place;
use super::read;
use super::tree::{self, Node};
use crate::bounded;
use crate::model::desired::{AccountNumber, Port};
use crate::model::{AccountId, DesiredAccount, Field, PhoneNumber, SourceId};

mod narrow;

pub use narrow::{Narrowing, Unmatched};

/// The desired state of one environment.
#[derive(Debug)]
pub struct Repository {
    root: PathBuf,
    files: Vec<Source>,
    documents: Vec<Packed>,
    /// Sorted by id, each with its documents in order.
    accounts: Vec<(AccountId, Vec<SourceId>)>,
    numbers: NumberTable,
    policies: Policies,
}

/// One document, compressed.
#[derive(Debug)]
pub(crate) struct Packed {
    pub account: AccountId,
    /// Index of its file.
    pub file: u32,
    /// Which of the file's documents it is, empty ones not counted.
    pub index: u32,
    pub prune: Option<bool>,
    /// What people call the account.
    pub name: Option<Box<str>>,
    /// Numbers that it gives up (`state: released`).
    pub released: u32,
    pub bytes: Box<[u8]>,
    pub digest: NumbersDigest,
    /// Account numbers and PINs of its ports, or where they are found.
    pub secrets: Box<[AccountNumber]>,
}

/// A document that can't be unpacked: memory is damaged, or this program is.
#[derive(Debug)]
pub struct Damaged(String);

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a document can't be unpacked again: {}", self.0)
    }
}

impl std::error::Error for Damaged {}

/// What a line is looked up for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    Account,
    Number(PhoneNumber),
    Port(String),
}

/// What files, targets and a shard select.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    pub accounts: BTreeSet<AccountId>,
    pub numbers: BTreeSet<PhoneNumber>,
    /// Accounts of which single numbers were named: whatever no file declares is
    /// left alone there, though every declared number may be among those named.
    pub partial: BTreeSet<AccountId>,
    /// Of a shard: the most numbers that the other shards can give up, as the
    /// files have it; `None` where that can't be told, for an account is pruned.
    pub released_elsewhere: Option<u64>,
    /// The documents of these files.
    documents: BTreeSet<SourceId>,
}

impl Packed {
    pub fn pack(document: &AccountFile) -> Result<Box<[u8]>, serde_json::Error> {
        let json = serde_json::to_vec(document)?;
        Ok(lz4_flex::compress_prepend_size(&json).into_boxed_slice())
    }

    fn unpack(&self) -> Result<AccountFile, Damaged> {
        let json = lz4_flex::decompress_size_prepended(&self.bytes)
            .map_err(|error| Damaged(error.to_string()))?;
        serde_json::from_slice(&json).map_err(|error| Damaged(error.to_string()))
    }
}

impl Repository {
    pub(crate) fn new(
        root: PathBuf,
        files: Vec<Source>,
        documents: Vec<Packed>,
        numbers: NumberTable,
        policies: Policies,
    ) -> Self {
        let mut accounts: BTreeMap<AccountId, Vec<SourceId>> = BTreeMap::new();
        for (index, document) in documents.iter().enumerate() {
            accounts
                .entry(document.account.clone())
                .or_default()
                .push(SourceId(u32::try_from(index).unwrap_or(u32::MAX)));
        }
        Self {
            root,
            files,
            documents,
            accounts: accounts.into_iter().collect(),
            numbers,
            policies,
        }
    }

    /// One that declares nothing.
    pub fn empty() -> Self {
        Self::new(
            PathBuf::new(),
            Vec::new(),
            Vec::new(),
            NumberTable::default(),
            Policies::default(),
        )
    }

    /// The directory that file names and secret files are relative to.
    pub fn root(&self) -> &std::path::Path {
        &self.root
    }

    /// The organisation's policies, which judge the steps of plans too.
    pub fn policies(&self) -> &Policies {
        &self.policies
    }

    /// How many accounts there are.
    pub fn len(&self) -> usize {
        self.accounts.len()
    }

    pub fn is_empty(&self) -> bool {
        self.accounts.is_empty()
    }

    /// The accounts, in the order of their ids: `account(i)` is the i-th of these.
    pub fn account_ids(&self) -> impl ExactSizeIterator<Item = &AccountId> {
        self.accounts.iter().map(|(id, _)| id)
    }

    /// The documents of an account: its file, as a path and as it is shown, and
    /// which of the file's documents it is, empty ones not counted.
    pub fn documents_of(
        &self,
        account: &AccountId,
    ) -> impl Iterator<Item = (SourceId, &std::path::Path, &str, usize)> {
        let of = |(_, sources): &(AccountId, Vec<SourceId>)| sources.clone();
        let found = self.accounts.iter().find(|(id, _)| id == account).map(of);
        found.into_iter().flatten().filter_map(|source| {
            let document = self.document(source)?;
            let file = self.files.get(document.file as usize)?;
            let index = document.index as usize;
            Some((source, file.path.as_path(), file.shown.as_str(), index))
        })
    }

    /// How many numbers are declared, over all accounts.
    pub fn number_count(&self) -> usize {
        self.numbers.0.len()
    }

    /// The account numbers and PINs of all ports, or where they are found:
    /// what no text may quote.
    pub fn port_secrets(&self) -> impl Iterator<Item = &AccountNumber> {
        self.documents.iter().flat_map(|document| &document.secrets)
    }

    /// Whether any document declares the number.
    pub fn declares(&self, number: PhoneNumber) -> bool {
        self.numbers.contains(number)
    }

    /// The i-th account, all its documents together and defaults merged in;
    /// None beyond the last.
    pub fn account(&self, index: usize) -> Option<Result<DesiredAccount, Damaged>> {
        let (id, sources) = self.accounts.get(index)?;
        Some(self.merged(id, sources))
    }

    fn merged(&self, id: &AccountId, sources: &[SourceId]) -> Result<DesiredAccount, Damaged> {
        let mut account = DesiredAccount {
            account: id.clone(),
            name: None,
            prune: false,
            numbers: BTreeMap::new(),
            ports: Vec::new(),
            source: sources.first().copied().unwrap_or(SourceId(0)),
        };
        for source in sources {
            let Some(packed) = self.document(*source) else {
                continue;
            };
            let document = packed.unpack()?;
            let (numbers, ports) = merge::document(&document, *source);
            account.numbers.extend(numbers);
            account.ports.extend(ports);
            account.prune |= packed.prune == Some(true);
            account.name = account.name.or(document.name.map(|name| name.to_string()));
        }
        Ok(account)
    }

    fn document(&self, source: SourceId) -> Option<&Packed> {
        self.documents.get(source.0 as usize)
    }

    /// The account of this id, as [`Repository::account`] has it.
    pub fn account_by_id(&self, id: &AccountId) -> Option<Result<DesiredAccount, Damaged>> {
        let index = self
            .accounts
            .binary_search_by(|(known, _)| known.cmp(id))
            .ok()?;
        self.account(index)
    }

    /// The file of a document, relative to the root.
    pub fn file_of(&self, source: SourceId) -> Option<&str> {
        let file = self.document(source)?.file as usize;
        self.files.get(file).map(|file| file.shown.as_str())
    }

    /// What is asked for, as one digest: accounts, prune, numbers with their
    /// defaults and ports; with a selection, of its documents alone. File names,
    /// order, comments and account names do not matter.
    pub fn digest(&self, only: Option<&Selection>) -> String {
        let mut text = String::from("sha256:");
        for byte in self.sum(Sha256::new(), only) {
            text.push_str(&format!("{byte:02x}"));
        }
        text
    }

    /// A key made of the same, which the digest does not give away: for digests
    /// of values that a plan does not show. The same files give the same key.
    pub fn redaction_key(&self, only: Option<&Selection>) -> [u8; 32] {
        self.sum(
            Sha256::new_with_prefix("alz: values that are not shown"),
            only,
        )
    }

    fn sum(&self, mut sha: Sha256, only: Option<&Selection>) -> [u8; 32] {
        for (id, sources) in &self.accounts {
            let documents: Vec<&Packed> = sources
                .iter()
                .filter(|source| only.is_none_or(|only| only.documents.contains(source)))
                .filter_map(|source| self.document(*source))
                .collect();
            if documents.is_empty() {
                continue;
            }
            let mut sum = NumbersDigest::default();
            for document in &documents {
                sum.merge(&document.digest);
            }
            sha.update((id.as_str().len() as u64).to_le_bytes());
            sha.update(id.as_str());
            sha.update([u8::from(documents.iter().any(|d| d.prune == Some(true)))]);
            sum.feed(&mut sha);
        }
        sha.finalize().into()
    }

    /// The files of a selection, or all, relative to the root, in the order of their names.
    pub fn files(&self, selection: Option<&Selection>) -> Vec<String> {
        let chosen: Option<BTreeSet<u32>> = selection.map(|selection| {
            let sources = selection.documents.iter();
            let documents = sources.filter_map(|source| self.document(*source));
            documents.map(|document| document.file).collect()
        });
        (0..)
            .zip(&self.files)
            .filter(|(index, _)| chosen.as_ref().is_none_or(|chosen| chosen.contains(index)))
            .map(|(_, file)| file.shown.clone())
            .collect()
    }

    /// File and line of each subject, reading every file concerned once. A file
    /// that has changed since gives line 1.
    pub fn locate(&self, requests: &[(SourceId, Subject)]) -> Vec<(String, u32)> {
        let mut trees = Trees::default();
        let mut found = vec![(String::new(), 1); requests.len()];
        // File after file, so that none is read twice.
        let mut order: Vec<usize> = (0..requests.len()).collect();
        order.sort_by_key(|index| requests.get(*index).map(|(source, _)| source.0));
        for index in order {
            let (Some((source, subject)), Some(slot)) = (requests.get(index), found.get_mut(index))
            else {
                continue;
            };
            let Some(document) = self.document(*source) else {
                continue;
            };
            let Some(file) = self.files.get(document.file as usize) else {
                continue;
            };
            let path: Vec<String> = match subject {
                Subject::Account => vec!["account".into()],
                Subject::Number(number) => vec!["numbers".into(), number.to_string()],
                Subject::Port(name) => vec!["ports".into(), name.clone()],
            };
            let place = trees.place(file, document.index, &path);
            *slot = (file.shown.clone(), place.line);
        }
        found
    }
}

/// Files read into trees, a few kept.
#[derive(Default)]
pub(crate) struct Trees {
    kept: HashMap<PathBuf, (Vec<Rc<Node>>, Index)>,
}

/// Trees kept at a time.
const MAX_TREES: usize = 32;

/// Lines of a file's numbers, so that a thousand look-ups are one walk.
type Index = HashMap<(u32, PhoneNumber), Place>;

impl Trees {
    /// Where a member stands; the file's beginning where it can't be found.
    pub fn place(&mut self, file: &Source, document: u32, path: &[String]) -> Place {
        if !self.kept.contains_key(&file.path) {
            if self.kept.len() >= MAX_TREES {
                self.kept.clear();
            }
            let roots = roots(file);
            let index = index(&roots);
            self.kept.insert(file.path.clone(), (roots, index));
        }
        let top = Place { line: 1, column: 1 };
        let Some((roots, index)) = self.kept.get(&file.path) else {
            return top;
        };
        if let [first, number] = path
            && first == "numbers"
            && let Ok(number) = number.parse()
        {
            return index.get(&(document, number)).copied().unwrap_or(top);
        }
        roots
            .get(document as usize)
            .map_or(top, |root| tree::locate(root, path).key)
    }
}

fn index(roots: &[Rc<Node>]) -> Index {
    let mut index = Index::new();
    for (document, root) in (0u32..).zip(roots) {
        let Some(numbers) = root.get("numbers") else {
            continue;
        };
        let tree::Kind::Map(entries) = &numbers.value.kind else {
            continue;
        };
        for entry in entries {
            if let Ok(number) = entry.name().parse() {
                index.insert((document, number), entry.key.place);
            }
        }
    }
    index
}

fn roots(file: &Source) -> Vec<Rc<Node>> {
    let text = bounded::read(&file.path, bounded::MOST_BYTES)
        .ok()
        .and_then(|bytes| read::text_of(&file.shown, bytes).ok());
    let Some(text) = text else { return Vec::new() };
    tree::read(&file.shown, &text)
        .into_iter()
        .filter_map(|document| document.root)
        .filter(|root| !root.is_null())
        .collect()
}

/// Every number with its document, eight bytes each, sorted.
#[derive(Debug, Default)]
pub(crate) struct NumberTable(Vec<u64>);

/// A number takes 35 bits, the document the rest.
const DOCUMENT_BITS: u32 = 29;

impl NumberTable {
    pub fn push(&mut self, number: PhoneNumber, document: SourceId) {
        let document = u64::from(document.0) & ((1 << DOCUMENT_BITS) - 1);
        self.0.push(number.as_u64() << DOCUMENT_BITS | document);
    }

    pub fn sort(&mut self) {
        self.0.sort_unstable();
        self.0.shrink_to_fit();
    }

    /// Of a sorted table.
    pub fn contains(&self, number: PhoneNumber) -> bool {
        self.0
            .binary_search_by_key(&number.as_u64(), |entry| entry >> DOCUMENT_BITS)
            .is_ok()
    }

    pub fn iter(&self) -> impl Iterator<Item = (PhoneNumber, SourceId)> {
        self.0.iter().filter_map(|entry| Self::entry(*entry))
    }

    /// The document that declares the number. Of a sorted table.
    pub fn document(&self, number: PhoneNumber) -> Option<SourceId> {
        let found = self
            .0
            .binary_search_by_key(&number.as_u64(), |entry| entry >> DOCUMENT_BITS);
        let (_, source) = Self::entry(*self.0.get(found.ok()?)?)?;
        Some(source)
    }

    fn entry(entry: u64) -> Option<(PhoneNumber, SourceId)> {
        let number = PhoneNumber::from_u64(entry >> DOCUMENT_BITS)?;
        let document = u32::try_from(entry & ((1 << DOCUMENT_BITS) - 1)).ok()?;
        Some((number, SourceId(document)))
    }
}

/// The numbers of a document as one value that does not depend on their order:
/// the sum of their hashes. Documents of one account are added up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct NumbersDigest {
    count: u64,
    sum: [u64; 4],
}

impl NumbersDigest {
    /// Adds a number as it is with its defaults.
    pub fn add(&mut self, number: PhoneNumber, merged: &Merged<'_>, port: Option<&Port>) {
        fn part<T: serde::Serialize>(buffer: &mut Vec<u8>, field: &Field<T>) {
            buffer.push(match field {
                Field::Absent => 0,
                Field::Null => 1,
                Field::Value(_) => 2,
            });
            // Writing to memory can't fail; were it to, the digest would differ, which is safe.
            let _ = serde_json::to_writer(buffer, field);
        }
        let Merged {
            customer_service_record,
            e911_address,
            directory_listing,
            reference,
            hold_activation,
            protected,
            port: port_name,
            released,
        } = merged;
        let mut buffer = Vec::with_capacity(1024);
        buffer.extend(number.as_u64().to_le_bytes());
        part(&mut buffer, customer_service_record);
        part(&mut buffer, e911_address);
        part(&mut buffer, directory_listing);
        part(&mut buffer, reference);
        part(&mut buffer, hold_activation);
        buffer.extend([u8::from(*protected), u8::from(*released)]);
        if let Some(name) = port_name {
            let _ = serde_json::to_writer(&mut buffer, &(name, port));
        }
        self.count += 1;
        let hash = Sha256::digest(&buffer);
        for (sum, bytes) in self.sum.iter_mut().zip(hash.chunks_exact(8)) {
            let word: [u8; 8] = bytes.try_into().unwrap_or_default();
            *sum = sum.wrapping_add(u64::from_le_bytes(word));
        }
    }

    fn merge(&mut self, other: &NumbersDigest) {
        self.count += other.count;
        for (mine, theirs) in self.sum.iter_mut().zip(other.sum) {
            *mine = mine.wrapping_add(theirs);
        }
    }

    fn feed(&self, sha: &mut Sha256) {
        sha.update(self.count.to_le_bytes());
        for word in self.sum {
            sha.update(word.to_le_bytes());
        }
    }
}
