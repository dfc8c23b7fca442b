//! The files of a revision: which of a tree are account files, and how they are
//! loaded although they are on no disk.

use std::path::PathBuf;

use globset::GlobMatcher;
use jiff::civil::Date;

use super::super::fatal::Fatal;
use super::git::{self, Git, Kind};
use crate::desired::settings::Pattern;
use crate::desired::{self, LoadRequest, Repository, find};

/// Which paths of a tree are account files.
#[derive(Debug)]
pub(super) struct Chosen {
    globs: Vec<GlobMatcher>,
    prefix: String,
    named: Vec<String>,
}

impl Chosen {
    pub fn new(globs: &[Pattern], prefix: &str, named: &[String]) -> Self {
        Self {
            globs: globs
                .iter()
                .filter_map(|pattern| Some(find::glob(&pattern.glob).ok()?.compile_matcher()))
                .collect(),
            prefix: prefix.to_owned(),
            named: named.to_vec(),
        }
    }

    /// A path from the top of the repository. What lies in hidden directories is
    /// left alone, as on disk.
    pub fn takes(&self, path: &str) -> bool {
        if self.named.iter().any(|named| named == path) {
            return true;
        }
        let Some(within) = path.strip_prefix(self.prefix.as_str()) else {
            return false;
        };
        let hidden = within
            .rsplit_once('/')
            .is_some_and(|(above, _)| above.split('/').any(|part| part.starts_with('.')));
        !hidden && self.globs.iter().any(|glob| glob.is_match(within))
    }
}

/// What a link of a tree leads to within the tree, under the link's own name: a
/// file, or the files of a directory.
pub(super) fn followed(git: &Git, tree: &[git::Entry], link: &git::Entry) -> Vec<(String, String)> {
    let object = std::slice::from_ref(&link.object);
    let contents = git.contents(object).unwrap_or_default();
    let target = contents
        .get(&link.object)
        .and_then(|bytes| std::str::from_utf8(bytes).ok())
        .filter(|target| !target.starts_with('/'));
    let Some(target) = target else {
        return Vec::new();
    };
    let mut parts: Vec<&str> = link.path.split('/').collect();
    parts.pop();
    for part in target.trim().split('/') {
        match part {
            "" | "." => {}
            ".." if parts.pop().is_some() => {}
            // Out of the repository.
            ".." => return Vec::new(),
            name => parts.push(name),
        }
    }
    let target = parts.join("/");
    tree.iter()
        .filter(|entry| entry.kind == Kind::File)
        .filter_map(|entry| {
            let rest = entry.path.strip_prefix(target.as_str())?;
            let is_below = rest.is_empty() || rest.starts_with('/');
            is_below.then(|| (format!("{}{rest}", link.path), entry.object.clone()))
        })
        .collect()
}

/// Loads objects as files of a project; those with problems are left out, and
/// their names come back.
pub(super) fn load(
    git: &Git,
    wanted: &[(String, String)],
    named: &[String],
    globs: &[Pattern],
    today: Date,
) -> Result<(Repository, Vec<String>), Fatal> {
    let failed = |error: std::io::Error| {
        Fatal::new(format!(
            "the base's files can't be laid out to be read: {error}"
        ))
    };
    let objects: Vec<String> = wanted.iter().map(|(_, object)| object.clone()).collect();
    let contents = git.contents(&objects)?;
    let directory = tempfile::Builder::new()
        .prefix("alz-base-")
        .tempdir()
        .map_err(failed)?;
    let root = directory.path().join(git.prefix.trim_end_matches('/'));
    std::fs::create_dir_all(&root).map_err(failed)?;
    let mut dropped = Vec::new();
    for (path, object) in wanted {
        let file = directory.path().join(path);
        match contents.get(object) {
            Some(bytes) => {
                if let Some(above) = file.parent() {
                    std::fs::create_dir_all(above).map_err(failed)?;
                }
                std::fs::write(&file, bytes).map_err(failed)?;
            }
            // A partial clone that can't fetch it.
            None => dropped.push(git.within(path).to_owned()),
        }
    }
    loop {
        let files: Vec<PathBuf> = named
            .iter()
            .map(|path| directory.path().join(path))
            .filter(|path| path.is_file())
            .collect();
        let request = LoadRequest {
            root: &root,
            globs,
            files: &files,
            policies: &[],
            today,
        };
        let problems = match desired::load(&request) {
            Ok(loaded) => return Ok((loaded.repository, dropped)),
            Err(problems) => problems,
        };
        let mut wrong: Vec<String> = problems
            .iter()
            .filter(|problem| problem.is_error())
            .map(|problem| problem.file.clone())
            .collect();
        wrong.sort();
        wrong.dedup();
        let mut gone = false;
        for file in wrong {
            gone |= std::fs::remove_file(root.join(&file)).is_ok();
            dropped.push(file);
        }
        if !gone {
            // Nothing more to leave out, and still no peace: nothing is known of the base.
            let empty = LoadRequest {
                globs: &[],
                files: &[],
                ..request
            };
            let empty = desired::load(&empty).map_err(Fatal::Problems)?;
            return Ok((empty.repository, dropped));
        }
    }
}
