//! Which files there are: globs relative to alz.yaml, looked up on disk.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use globset::{Glob, GlobBuilder, GlobMatcher};

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

impl Source {
    /// Where it really lies, whatever path leads there.
    pub fn real(&self) -> Option<PathBuf> {
        std::fs::canonicalize(&self.path).ok()
    }
}

/// A glob over paths: `*` stays within a directory.
pub fn glob(pattern: &str) -> Result<Glob, globset::Error> {
    GlobBuilder::new(pattern.strip_prefix("./").unwrap_or(pattern))
        .literal_separator(true)
        .build()
}

/// The files that globs name, sorted, each once. A glob without any is a
/// warning; what can't be looked into is an error, since a file that vanishes
/// from sight would take its numbers along.
pub fn expand(root: &Path, globs: &[Pattern]) -> (Vec<Source>, Vec<Problem>) {
    let mut files = BTreeSet::new();
    let mut problems = Vec::new();
    for pattern in globs {
        // Bad globs are told where alz.yaml is read.
        let Ok(glob) = glob(&pattern.glob) else {
            continue;
        };
        let text = glob.glob();
        let base: PathBuf = Path::new(text)
            .components()
            .take_while(|part| !is_pattern(part))
            .collect();
        let mut walk = Walk {
            root,
            matcher: glob.compile_matcher(),
            above: Vec::new(),
            found: Vec::new(),
            problems: Vec::new(),
        };
        // Without ** no file lies deeper than the pattern has slashes.
        let depth = match text.contains("**") {
            true => MAX_DEPTH,
            false => text.matches('/').count() + 1,
        };
        let path = root.join(&base);
        // A beginning that is not there is a glob that matches nothing.
        let missing =
            std::fs::symlink_metadata(&path).is_err_and(|e| e.kind() == ErrorKind::NotFound);
        if !missing {
            walk.visit(&path, &base, depth);
        }
        if walk.found.is_empty() && walk.problems.is_empty() {
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
        files.extend(walk.found);
        problems.extend(walk.problems);
    }
    (files.into_iter().collect(), problems)
}

fn is_pattern(part: &Component<'_>) -> bool {
    part.as_os_str()
        .to_string_lossy()
        .contains(['*', '?', '[', '{', '\\'])
}

/// One glob on its way through the directories.
struct Walk<'a> {
    root: &'a Path,
    matcher: GlobMatcher,
    /// The directories that are being looked into, links followed.
    above: Vec<PathBuf>,
    found: Vec<Source>,
    problems: Vec<Problem>,
}

impl Walk<'_> {
    /// Looks at a path, which the glob sees as `relative`, and at all below.
    fn visit(&mut self, path: &Path, relative: &Path, depth: usize) {
        let matches = self.matcher.is_match(relative);
        let kind = match std::fs::metadata(path) {
            Ok(metadata) => metadata.file_type(),
            // It may have been a directory with files.
            Err(error) if matches || depth > 0 => {
                let dangling = error.kind() == ErrorKind::NotFound
                    && std::fs::symlink_metadata(path).is_ok_and(|there| there.is_symlink());
                return match dangling {
                    true => self.unreadable(
                        path,
                        "the link leads to nothing",
                        "mend the link or delete it: what it stood for may hold numbers",
                    ),
                    false => {
                        self.unreadable(path, &format!("it can't be looked at: {error}"), CHECK)
                    }
                };
            }
            Err(_) => return,
        };
        if kind.is_dir() {
            if depth > 0 {
                self.directory(path, relative, depth);
            }
        } else if matches && kind.is_file() {
            self.found.push(source(self.root, path));
        } else if matches {
            self.unreadable(
                path,
                "it is no regular file",
                "account files are regular files",
            );
        }
    }

    /// Hidden directories, and the lock files of editors, are left alone.
    fn directory(&mut self, path: &Path, relative: &Path, depth: usize) {
        let real = match std::fs::canonicalize(path) {
            Ok(real) => real,
            Err(error) => {
                return self.unreadable(path, &format!("it can't be looked at: {error}"), CHECK);
            }
        };
        if self.above.contains(&real) {
            return self.unreadable(
                path,
                "the link leads back to a directory that it lies in",
                "delete the link: nothing below it could ever be read to its end",
            );
        }
        if self.above.len() >= MAX_DEPTH {
            return self.unreadable(
                path,
                &format!("the directory lies more than {MAX_DEPTH} directories deep"),
                "move what it holds further up",
            );
        }
        let entries = match std::fs::read_dir(path) {
            Ok(entries) => entries,
            Err(error) => {
                return self.unreadable(
                    path,
                    &format!("the directory can't be read: {error}"),
                    CHECK,
                );
            }
        };
        self.above.push(real);
        for entry in entries {
            let name = match entry {
                Ok(entry) => entry.file_name(),
                Err(error) => {
                    self.unreadable(
                        path,
                        &format!("the directory can't be read: {error}"),
                        CHECK,
                    );
                    break;
                }
            };
            let (path, relative) = (path.join(&name), relative.join(&name));
            let hidden = name.to_string_lossy().starts_with('.');
            if !hidden || path.is_file() {
                self.visit(&path, &relative, depth - 1);
            }
        }
        self.above.pop();
    }

    fn unreadable(&mut self, path: &Path, cause: &str, help: &str) {
        let shown = source(self.root, path).shown;
        self.problems
            .push(Problem::of_file(code::UNREADABLE, &shown, cause).help(help));
    }
}

/// What to do about a path that the system keeps from us.
const CHECK: &str = "check that it is whole, and yours to read";

/// YAML files right beside those that were found, and not among them: the
/// `.yml` that a glob for `.yaml` overlooks.
pub fn overlooked<'f>(root: &Path, files: impl Iterator<Item = &'f Source>) -> Vec<Source> {
    let known: BTreeSet<&Path> = files.map(|file| file.path.as_path()).collect();
    let directories: BTreeSet<&Path> = known.iter().filter_map(|path| path.parent()).collect();
    let mut beside = BTreeSet::new();
    for directory in directories {
        // What can't be read has been told by the globs.
        for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
            let path = entry.path();
            let yaml = path.extension().is_some_and(|extension| {
                extension.eq_ignore_ascii_case("yml") || extension.eq_ignore_ascii_case("yaml")
            });
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            let settings = path == root.join(settings::FILE);
            if yaml && !hidden && !settings && !known.contains(path.as_path()) && path.is_file() {
                beside.insert(source(root, &path));
            }
        }
    }
    if beside.is_empty() {
        return Vec::new();
    }
    // A link to one that was found hides nothing.
    let real: BTreeSet<PathBuf> = known
        .iter()
        .filter_map(|path| std::fs::canonicalize(path).ok())
        .collect();
    let is_read = |file: &Source| file.real().is_some_and(|place| real.contains(&place));
    beside.into_iter().filter(|file| !is_read(file)).collect()
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
