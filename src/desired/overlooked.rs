//! Account files that nobody reads: beside those that are read, and named by no
//! glob. Their numbers look like numbers that no file declares, which of a pruned
//! account are given up.

use std::path::Path;

use super::find::{self, Source};
use super::load::LoadRequest;
use super::problem::{Problem, code};
use super::repository::Packed;
use super::settings;
use super::tree;
use crate::bounded;
use crate::model::AccountId;

/// Account files beside those that are read, which no environment names.
#[derive(Default)]
pub(super) struct Overlooked {
    files: Vec<(Source, Vec<AccountId>)>,
    /// There are no globs that could have named them: only files that were.
    without_globs: bool,
}

/// Looks beside the files that are read.
pub(super) fn overlooked<'f>(
    request: &LoadRequest<'_>,
    files: impl Iterator<Item = &'f Source>,
) -> Overlooked {
    let mut overlooked = Vec::new();
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
    Overlooked {
        files: overlooked,
        without_globs: request.globs.is_empty(),
    }
}

impl Overlooked {
    pub fn accounts(&self) -> impl Iterator<Item = &AccountId> {
        self.files.iter().flat_map(|(_, accounts)| accounts)
    }

    /// Where an account is pruned, the numbers of such a file would be given up: an error.
    pub fn judge(&self, documents: &[Packed], problems: &mut Vec<Problem>) {
        let (what, help) = match self.without_globs {
            true => (
                "this looks like an account file, and was not named",
                "name it too, or write an alz.yaml (`alz init`), whose globs name all of them",
            ),
            false => (
                "this looks like an account file, and alz.yaml does not name it",
                "let a glob match it (accounts/**/*.{yaml,yml}), rename it, or move it away",
            ),
        };
        for (file, accounts) in &self.files {
            let problem = Problem::of_file(code::CONFIG, &file.shown, what).help(help);
            let pruned = documents.iter().find(|document| {
                document.prune == Some(true) && accounts.contains(&document.account)
            });
            problems.push(match pruned {
                // Who names files one by one need not name all.
                None if self.without_globs => continue,
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
