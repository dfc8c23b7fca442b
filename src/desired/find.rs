//! Which files there are: globs relative to alz.yaml, looked up on disk.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use globset::{Glob, GlobBuilder};

use super::problem::{Problem, code};
use super::settings::{self, Pattern};

/// Directories inside each other that a glob looks into.
const MAX_DEPTH: usize = 32;

/// A file to be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// As it is shown: relative to the root where it is below it, with `/`.
    pub shown: String,
    pub path: PathBuf,
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

/// A file by its path, with the name it is shown by.
pub fn source(root: &Path, path: &Path) -> Source {
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
