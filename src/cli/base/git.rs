//! What Git remembers, read through the git program: nothing of the work tree or
//! the index is touched, and no configuration of a hook that alz runs under
//! leads it to another repository.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::super::fatal::Fatal;

/// The repository that a project lies in.
#[derive(Clone, Debug)]
pub struct Git {
    /// Where git is run: the directory of alz.yaml, and once that is known the
    /// work tree's own, links followed.
    pub top: PathBuf,
    /// The project's directory within the repository, with a `/` at its end;
    /// empty at the top.
    pub prefix: String,
    /// The clone has not all of the history.
    pub shallow: bool,
}

/// An entry of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub kind: Kind,
    /// The name of its contents.
    pub object: String,
    /// From the top of the repository.
    pub path: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    File,
    Link,
    Submodule,
}

/// A revision and what it touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// It has no parent here: the first of all, or the edge of a shallow clone.
    pub is_root: bool,
    /// Paths from the top, with what they held before; `None`: nothing.
    pub touched: Vec<(String, Option<String>)>,
}

impl Git {
    /// The repository around a directory.
    pub fn open(directory: &Path) -> Result<Self, Fatal> {
        let probe = Self {
            top: directory.to_owned(),
            prefix: String::new(),
            shallow: false,
        };
        let said = probe.text(&[
            "rev-parse",
            "--show-prefix",
            "--is-shallow-repository",
            "--show-toplevel",
        ]);
        let said = said.map_err(|why| {
            // A container that runs as another user than the checkout's.
            let help = match why.contains("dubious ownership") {
                true => "it belongs to another user than this run; where that is meant, `git config --global --add safe.directory DIRECTORY` lets git read it",
                false => "run it where the files are in Git, or leave --base out",
            };
            Fatal::with_help(
                format!(
                    "--base needs a Git repository around {}: {why}",
                    directory.display()
                ),
                help,
            )
        })?;
        let mut lines = said.lines();
        let prefix = lines.next().unwrap_or_default().to_owned();
        let shallow = lines.next() == Some("true");
        let top = PathBuf::from(lines.next().unwrap_or_default());
        Ok(Self {
            top,
            prefix,
            shallow,
        })
    }

    /// The same repository, of a project that was in another directory.
    pub fn with_prefix(self, prefix: String) -> Self {
        Self { prefix, ..self }
    }

    /// The commit that a revision names.
    pub fn commit(&self, revision: &str) -> Result<String, Fatal> {
        if revision.starts_with('-')
            || revision.trim().is_empty()
            || revision.contains(char::is_control)
        {
            return Err(Fatal::with_help(
                format!("--base {revision:?} is no revision"),
                "name a branch, a tag or a commit: --base origin/main",
            ));
        }
        self.is_unambiguous(revision)?;
        let name = format!("{revision}^{{commit}}");
        let found = self.text(&[
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &name,
        ]);
        // `--end-of-options` itself is echoed by some versions of git.
        let found = found.ok().and_then(|said| {
            let line = said.lines().next_back()?.trim().to_owned();
            is_object(&line).then_some(line)
        });
        found.ok_or_else(|| {
            let help = if self.shallow {
                "this clone has not all of the history: fetch it, in GitHub Actions with `fetch-depth: 0` for actions/checkout, in GitLab CI with `GIT_DEPTH: 0`"
            } else {
                "fetch it (`git fetch origin main`) and name it as Git does: origin/main, a tag or a commit; in GitHub Actions check out with `fetch-depth: 0`"
            };
            Fatal::with_help(format!("the repository has no revision {revision:?}"), help)
        })
    }

    /// Git takes a tag before a branch of its name, and says nothing. A tag called
    /// `origin/main` would stand in for the base, and with it hide what a branch
    /// takes away.
    fn is_unambiguous(&self, revision: &str) -> Result<(), Fatal> {
        let refs = ["tags", "heads", "remotes"].map(|kind| format!("refs/{kind}/{revision}"));
        let [tag, branch, remote] = &refs;
        let listed = self.text(&[
            "for-each-ref",
            "--format=%(refname) %(objectname) %(*objectname)",
            tag,
            branch,
            remote,
        ]);
        let listed = listed.unwrap_or_default();
        // A pattern takes what lies below it as well.
        let found: Vec<(&str, &str)> = listed
            .lines()
            .filter_map(|line| line.split_once(' '))
            .filter(|(name, _)| refs.iter().any(|of| of == name))
            // Of an annotated tag: what it is of.
            .map(|(name, objects)| (name, objects.split(' ').rfind(|id| !id.is_empty())))
            .filter_map(|(name, object)| Some((name, object?)))
            .collect();
        let [(first, object), others @ ..] = found.as_slice() else {
            return Ok(());
        };
        match others.iter().find(|(_, other)| other != object) {
            None => Ok(()),
            Some((other, _)) => Err(Fatal::with_help(
                format!("--base {revision} is ambiguous: {first} and {other} are not the same"),
                format!("name the one that is meant as a whole: --base {first}"),
            )),
        }
    }

    /// All files below the project's directory at a commit, those in submodules
    /// aside.
    pub fn tree(&self, commit: &str) -> Result<Vec<Entry>, Fatal> {
        self.listing(commit, &self.prefix)
    }

    /// All files of a commit.
    pub fn whole_tree(&self, commit: &str) -> Result<Vec<Entry>, Fatal> {
        self.listing(commit, "")
    }

    fn listing(&self, commit: &str, below: &str) -> Result<Vec<Entry>, Fatal> {
        let mut arguments = vec!["ls-tree", "-r", "-z", "--full-tree", commit];
        if !below.is_empty() {
            arguments.extend(["--", below]);
        }
        let listing = self.bytes(&arguments).map_err(unreadable)?;
        Ok(entries(&listing))
    }

    /// The contents of objects, by their names; one that is not there is not
    /// among them.
    pub fn contents(&self, objects: &[String]) -> Result<HashMap<String, Vec<u8>>, Fatal> {
        if objects.is_empty() {
            return Ok(HashMap::new());
        }
        let mut child = self
            .command(&["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| unreadable(no_git(&error)))?;
        let input = child.stdin.take();
        let asked: String = objects.iter().map(|name| format!("{name}\n")).collect();
        let mut output = Vec::new();
        let read = std::thread::scope(|scope| {
            // Asked from aside: git answers while it is still being asked.
            scope.spawn(move || {
                if let Some(mut input) = input {
                    // Git that went away says so by its answer.
                    let _ = input.write_all(asked.as_bytes());
                }
            });
            child
                .stdout
                .take()
                .map(|mut answer| answer.read_to_end(&mut output))
        });
        let ended = child.wait();
        match (read, ended) {
            (Some(Ok(_)), Ok(status)) if status.success() => batch(&output)
                .ok_or_else(|| unreadable("git's answer is not what it should be".to_owned())),
            (Some(Err(error)), _) | (_, Err(error)) => Err(unreadable(error.to_string())),
            _ => Err(unreadable("git cat-file failed".to_owned())),
        }
    }

    /// Revisions that touched the project's directory, the newest first: those
    /// that a branch was merged into, not those that were merged.
    pub fn log(&self, commit: &str, most: usize) -> Result<Vec<Commit>, String> {
        let most = format!("--max-count={most}");
        let mut arguments = vec![
            "-c",
            "log.showSignature=false",
            "log",
            "--first-parent",
            "-m",
            "--raw",
            "-z",
            "--no-renames",
            "--no-abbrev",
            "--no-ext-diff",
            "--no-relative",
            "--root",
            "--format=tformat:commit %P",
            &most,
            commit,
        ];
        let below = match self.prefix.as_str() {
            "" => ".",
            prefix => prefix,
        };
        arguments.extend(["--", below]);
        Ok(commits(&self.bytes(&arguments)?))
    }

    fn text(&self, arguments: &[&str]) -> Result<String, String> {
        let bytes = self.bytes(arguments)?;
        String::from_utf8(bytes).map_err(|_| "git's answer is not UTF-8".to_owned())
    }

    fn bytes(&self, arguments: &[&str]) -> Result<Vec<u8>, String> {
        let output = self
            .command(arguments)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| no_git(&error))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let words = String::from_utf8_lossy(&output.stderr);
        Err(words
            .lines()
            .next()
            .unwrap_or("git failed")
            .trim()
            .to_owned())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        // A hook's variables name another index, or another repository.
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            let kept = matches!(
                text.as_ref(),
                "GIT_CONFIG_GLOBAL"
                    | "GIT_CONFIG_SYSTEM"
                    | "GIT_CONFIG_NOSYSTEM"
                    | "GIT_SSH"
                    | "GIT_SSH_COMMAND"
            );
            // Credentials of the platform are none of git's business.
            if (text.starts_with("GIT_") && !kept) || text.starts_with("ALZ_") {
                command.env_remove(&name);
            }
        }
        command
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_LITERAL_PATHSPECS", "1")
            .env("LC_ALL", "C")
            .arg("--no-pager")
            .arg("-C")
            .arg(&self.top)
            // No program that a configuration names is started.
            .args(["-c", "core.fsmonitor=false"])
            .args(arguments);
        command
    }
}

fn no_git(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no git program".to_owned(),
        _ => format!("git can't be run: {error}"),
    }
}

fn unreadable(why: String) -> Fatal {
    Fatal::with_help(
        format!("the base can't be read from Git: {why}"),
        "in a shallow clone fetch the whole history (`fetch-depth: 0`); else see that `git fsck` is content",
    )
}

/// The name of an object: SHA-1 or SHA-256 in hexadecimal.
fn is_object(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// `<mode> <type> <object>\t<path>\0` …
fn entries(listing: &[u8]) -> Vec<Entry> {
    listing
        .split(|byte| *byte == 0)
        .filter_map(|line| {
            // A name that is not UTF-8 can't be named in alz.yaml either.
            let line = std::str::from_utf8(line).ok()?;
            let (about, path) = line.split_once('\t')?;
            let mut words = about.split(' ');
            let (mode, _, object) = (words.next()?, words.next()?, words.next()?);
            let kind = match mode {
                "120000" => Kind::Link,
                "160000" => Kind::Submodule,
                _ => Kind::File,
            };
            Some(Entry {
                kind,
                object: object.to_owned(),
                path: path.to_owned(),
            })
        })
        .collect()
}

/// `<object> <type> <size>\n<contents>\n` …, or `<object> missing\n`.
fn batch(answer: &[u8]) -> Option<HashMap<String, Vec<u8>>> {
    let mut found = HashMap::new();
    let mut rest = answer;
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        let head = std::str::from_utf8(rest.get(..end)?).ok()?;
        rest = rest.get(end + 1..)?;
        let mut words = head.split(' ');
        let object = words.next()?;
        let Some(size) = words.nth(1) else {
            continue;
        };
        let size: usize = size.parse().ok()?;
        found.insert(object.to_owned(), rest.get(..size)?.to_vec());
        rest = rest.get(size + 1..)?;
    }
    Some(found)
}

/// `commit <parents>\0`, then `:<modes> <old> <new> <status>\0<path>\0` … for each.
fn commits(listing: &[u8]) -> Vec<Commit> {
    let mut found: Vec<Commit> = Vec::new();
    let mut words = listing.split(|byte| *byte == 0);
    while let Some(word) = words.next() {
        let word = String::from_utf8_lossy(word);
        let word = word.trim_start_matches('\n');
        if let Some(parents) = word.strip_prefix("commit ") {
            found.push(Commit {
                is_root: parents.trim().is_empty(),
                touched: Vec::new(),
            });
        } else if let Some(about) = word.strip_prefix(':')
            && let Some(path) = words.next()
        {
            let old = about.split(' ').nth(2).unwrap_or_default();
            let is_file = about.starts_with("100");
            let nothing = old.bytes().all(|byte| byte == b'0') || !is_file;
            if let Some(commit) = found.last_mut() {
                let path = String::from_utf8_lossy(path).into_owned();
                commit
                    .touched
                    .push((path, (!nothing).then(|| old.to_owned())));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_spaces_and_signs_come_through() {
        let old = "a".repeat(40);
        let none = "0".repeat(40);
        let raw = format!(
            "commit {old}\0\n:100644 100644 {old} {old} M\0accounts/a b.yaml\0:000000 100644 {none} {old} A\0:x.yaml\0commit \0\n:000000 100644 {none} {old} A\0y\0"
        );
        let commits = commits(raw.as_bytes());
        assert_eq!(commits.len(), 2);
        assert_eq!(
            commits[0].touched,
            [
                ("accounts/a b.yaml".to_owned(), Some(old.clone())),
                (":x.yaml".to_owned(), None)
            ]
        );
        assert!(!commits[0].is_root && commits[1].is_root);
    }

    #[test]
    fn contents_with_line_breaks_and_missing_objects_are_told_apart() {
        let (one, two) = ("a".repeat(40), "b".repeat(40));
        let answer = format!("{one} blob 4\na\nb\n\n{two} missing\n");
        let found = batch(answer.as_bytes()).expect("an answer");
        assert_eq!(found.get(&one).map(Vec::as_slice), Some(&b"a\nb\n"[..]));
        assert_eq!(found.get(&two), None);
        assert!(batch(b"aaaa blob 9\ncut").is_none());
    }
}
