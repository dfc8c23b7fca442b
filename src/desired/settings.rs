//! alz.yaml, found, read and filled in with its defaults.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::audit::{self, IgnoreEntry};
use super::file::{self, ConfigFile};
use super::problem::{Place, Problem, code, in_order, nearest};
use super::read::{self, Located};
use super::tree::{self, Kind, Node};
use crate::bounded;
use crate::model::guards::{Guard, Guards};
use crate::model::{Ignore, OnUnknown, PartitionId, Text};

/// The name of the settings file.
pub const FILE: &str = "alz.yaml";
/// The `api` of the built-in simulator.
pub const SANDBOX: &str = "sandbox";
const CONCURRENCY: u32 = 8;
const MAX_CONCURRENCY: u32 = 256;

/// The project's settings.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The directory of alz.yaml: what file names are relative to.
    pub root: PathBuf,
    pub environments: BTreeMap<String, Environment>,
    /// The environment used unless another is named.
    pub default: Option<String>,
    /// Requests in flight.
    pub concurrency: u32,
    /// Ceiling on requests a second.
    pub requests_per_second: Option<f64>,
    pub guards: Guards,
    /// What becomes of an address that the E911 provider can't confirm.
    pub e911_on_unknown: OnUnknown,
    pub policies: Vec<Pattern>,
    /// A released number is spoken of so many days before its cooldown ends.
    pub cooldown_days: u16,
    /// Drift that is known.
    pub ignore: Vec<Ignore>,
}

/// One platform.
#[derive(Clone, Debug)]
pub struct Environment {
    /// The API's address, or [`SANDBOX`].
    pub api: String,
    pub partition: Option<PartitionId>,
    pub accounts: Vec<Pattern>,
    /// Where runs that write tell each other apart, as `--lock` takes it.
    pub lock: Option<String>,
}

/// A glob and where it was written, so that what is wrong with it can be shown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pattern {
    pub glob: String,
    pub place: Place,
    pub path: String,
}

/// Looks for alz.yaml in a directory and those above it, as cargo and git do.
pub fn find(start: &Path) -> Option<PathBuf> {
    let start = std::path::absolute(start).ok()?;
    start
        .ancestors()
        .map(|directory| directory.join(FILE))
        .find(|path| path.is_file())
}

/// The settings that hold in a directory; None where there is no alz.yaml.
pub fn load(start: &Path) -> Result<Option<Settings>, Vec<Problem>> {
    find(start).map(|path| read_file(&path)).transpose()
}

fn read_file(path: &Path) -> Result<Settings, Vec<Problem>> {
    sound(judge_file(path))
}

/// The settings as far as they can be read, and all that is wrong with them:
/// what is wrong here need not hide what is wrong elsewhere. None where there is
/// no alz.yaml.
pub fn judge(start: &Path) -> Option<(Option<Settings>, Vec<Problem>)> {
    find(start).map(|path| judge_file(&path))
}

fn judge_file(path: &Path) -> (Option<Settings>, Vec<Problem>) {
    let bytes = match bounded::read(path, bounded::MOST_BYTES) {
        Ok(bytes) => bytes,
        Err(error) => {
            let message = format!("the file can't be read: {error}");
            let problem = Problem::of_file(code::UNREADABLE, FILE, message);
            return (None, vec![problem]);
        }
    };
    let root = path.parent().unwrap_or(Path::new(".")).to_owned();
    match read::text_of(FILE, bytes) {
        Ok(text) => judge_text(&text, root),
        Err(problem) => (None, vec![*problem]),
    }
}

/// Settings from the text of alz.yaml.
pub fn parse(text: &str, root: PathBuf) -> Result<Settings, Vec<Problem>> {
    sound(judge_text(text, root))
}

fn sound(judged: (Option<Settings>, Vec<Problem>)) -> Result<Settings, Vec<Problem>> {
    match judged {
        (Some(settings), problems) if problems.is_empty() => Ok(settings),
        (_, problems) => Err(problems),
    }
}

fn judge_text(text: &str, root: PathBuf) -> (Option<Settings>, Vec<Problem>) {
    let (located, mut problems) = read::single::<ConfigFile>(FILE, text);
    let mut settings = None;
    if let Some(Located {
        root: tree,
        value: Some(config),
        problems: _, // among the file's
        stand_ins: _,
    }) = located
    {
        let check = Check {
            tree: &tree,
            problems: &mut problems,
        };
        settings = Some(check.settings(config, root));
    }
    in_order(&mut problems);
    (settings, problems)
}

struct Check<'a> {
    tree: &'a Rc<Node>,
    problems: &'a mut Vec<Problem>,
}

impl Check<'_> {
    fn wrong(&mut self, path: &[&str], message: impl Into<String>, help: impl Into<String>) {
        let spot = tree::locate(self.tree, path);
        let place = if spot.scalar { spot.value } else { spot.key };
        self.problems
            .push(Problem::error(code::CONFIG, FILE, place, tree::join(path), message).help(help));
    }

    fn settings(mut self, config: ConfigFile, root: PathBuf) -> Settings {
        let ConfigFile {
            version,
            environments,
            default,
            concurrency,
            requests_per_second,
            guards,
            e911: file::E911 { on_unknown },
            drift,
            ignore,
            policies,
        } = config;
        if version != 1 {
            let message = format!("version {version} of this file is unknown");
            self.wrong(&["version"], message, "this alz reads version: 1");
        }
        // One with a fault in it is declared all the same.
        let tree = Rc::clone(self.tree);
        let names: Vec<&str> = match tree.get("environments").map(|e| &e.value.kind) {
            Some(Kind::Map(entries)) => entries.iter().map(tree::Entry::name).collect(),
            Some(Kind::List(_) | Kind::Scalar(_)) | None => Vec::new(),
        };
        if names.is_empty() {
            let help = "sandbox: { api: sandbox, accounts: [accounts/**/*.yaml] }";
            self.wrong(&["environments"], "no environment is declared", help);
        }
        if let Some(default) = default.as_ref().map(Text::as_str)
            && !names.contains(&default)
        {
            let help = declared(default, &names);
            self.wrong(
                &["default"],
                format!("no environment `{default}` is declared"),
                help,
            );
        }
        let concurrency = concurrency.unwrap_or(CONCURRENCY);
        if !(1..=MAX_CONCURRENCY).contains(&concurrency) {
            let message = format!("concurrency lies between 1 and {MAX_CONCURRENCY}");
            self.wrong(&["concurrency"], message, "8 is a good value");
        }
        if requests_per_second.is_some_and(|rate| rate < 0.01) {
            let message = "requestsPerSecond must be at least 0.01";
            self.wrong(
                &["requestsPerSecond"],
                message,
                "leave it out for no ceiling",
            );
        }
        let cooldown_days = audit::cooldown_days(&drift).unwrap_or_else(|(name, message, help)| {
            self.wrong(&["drift", name], message, help);
            0
        });
        let ignore = self.ignore(&ignore, &names);
        let environments = environments
            .iter()
            .map(|(name, environment)| {
                let checked = self.environment(name.as_str(), environment);
                (name.to_string(), checked)
            })
            .collect();
        Settings {
            root,
            environments,
            default: default.map(|name| name.to_string()),
            concurrency,
            requests_per_second,
            guards: self.guards(&guards),
            e911_on_unknown: on_unknown.unwrap_or_default(),
            policies: self.patterns(&["policies"], &policies),
            cooldown_days,
            ignore,
        }
    }

    fn environment(&mut self, name: &str, environment: &file::Environment) -> Environment {
        let file::Environment {
            api,
            partition,
            accounts,
            lock,
        } = environment;
        if let Err((message, help)) = check_api(api.as_str()) {
            self.wrong(&["environments", name, "api"], message, help);
        }
        let blank = |partition: &&Text| partition.as_str().trim().is_empty();
        if partition
            .as_ref()
            .is_some_and(|partition| blank(&partition))
        {
            let help = "leave it out for the partition that the login belongs to";
            self.wrong(
                &["environments", name, "partition"],
                "the partition's id is empty",
                help,
            );
        }
        if accounts.is_empty() {
            let help = "accounts: [accounts/**/*.yaml]";
            self.wrong(
                &["environments", name, "accounts"],
                "no account files are named",
                help,
            );
        }
        if let Some(Err((code, message, help))) =
            lock.as_ref().map(|lock| check_lock(lock.as_str()))
        {
            let path = ["environments", name, "lock"];
            let place = tree::locate(self.tree, &path).value;
            self.problems
                .push(Problem::error(code, FILE, place, tree::join(&path), message).help(help));
        }
        Environment {
            lock: lock.as_ref().map(Text::to_string),
            api: api.to_string(),
            partition: partition.as_ref().map(|id| PartitionId::new(id.as_str())),
            accounts: self.patterns(&["environments", name, "accounts"], accounts),
        }
    }

    fn patterns(&mut self, path: &[&str], globs: &[Text]) -> Vec<Pattern> {
        let mut patterns = Vec::new();
        for (index, glob) in globs.iter().enumerate() {
            let index = index.to_string();
            let mut path: Vec<&str> = path.to_vec();
            path.push(&index);
            if let Err(error) = super::find::glob(glob.as_str()) {
                let message = format!("`{glob}` is no glob: {}", error.kind());
                self.wrong(
                    &path,
                    message,
                    "* is any name, ** any directories, {a,b} either",
                );
                continue;
            }
            patterns.push(Pattern {
                glob: glob.to_string(),
                place: tree::locate(self.tree, &path).value,
                path: tree::join(&path),
            });
        }
        patterns
    }

    fn ignore(&mut self, said: &[IgnoreEntry], environments: &[&str]) -> Vec<Ignore> {
        // Behind an entry that is none, nothing is where it was written.
        let is_entry = |path: &str| {
            path.strip_prefix("ignore.")
                .is_some_and(|i| !i.contains('.'))
        };
        if self.problems.iter().any(|problem| is_entry(&problem.path)) {
            return Vec::new();
        }
        let mut entries = Vec::new();
        for (index, said) in said.iter().enumerate() {
            let index = index.to_string();
            let place = tree::locate(self.tree, &["ignore", &index]).value;
            let (entry, wrong) = audit::entry(said, (place.line, place.column), environments);
            for (below, message, help) in wrong {
                let mut path = vec!["ignore", &index];
                path.extend(below.iter().map(String::as_str));
                self.wrong(&path, message, help);
            }
            entries.extend(entry);
        }
        entries
    }

    fn guards(&mut self, said: &file::Guards) -> Guards {
        let file::Guards {
            release,
            e911,
            update,
        } = said;
        let default = Guards::default();
        Guards {
            release: self.guard("release", release.as_ref(), default.release),
            e911: self.guard("e911", e911.as_ref(), default.e911),
            update: self.guard("update", update.as_ref(), default.update),
        }
    }

    fn guard(&mut self, name: &str, said: Option<&file::Guard>, default: Guard) -> Guard {
        let Some(file::Guard { max, percent, min }) = said else {
            return default;
        };
        if percent.is_some_and(|percent| !(0.0..=100.0).contains(&percent)) {
            let message = "a percentage lies between 0 and 100";
            self.wrong(
                &["guards", name, "percent"],
                message,
                "100 lifts this limit",
            );
        }
        Guard {
            max: max.or(default.max),
            percent: percent.or(default.percent),
            min: min.unwrap_or(default.min),
        }
    }
}

/// The environments there are, and the one that may have been meant.
pub fn declared(name: &str, names: &[&str]) -> String {
    let all = match names {
        [] => "none is declared".to_owned(),
        names => format!("declared: {}", names.join(", ")),
    };
    match nearest(name, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`? {all}"),
        None => all,
    }
}

/// Whether this can be a place for locks: a rule's code, what is wrong and the
/// way to mend it otherwise. A line with a password in it is not shown.
fn check_lock(lock: &str) -> Result<(), (&'static str, &'static str, &'static str)> {
    let address = ["postgres://", "postgresql://"]
        .iter()
        .find_map(|scheme| lock.strip_prefix(scheme));
    match address {
        None if matches!(lock, "file" | "none") => Ok(()),
        // Whatever it is, it may be an address with a password in it.
        None => Err((
            if lock.contains('@') {
                code::SECRET
            } else {
                code::CONFIG
            },
            "this is no place for locks",
            "write postgres://user@host/database, file or none",
        )),
        Some(address) => {
            let user = address.rsplit_once('@').map_or("", |(user, _)| user);
            if user.contains([':', '@']) || address.contains("password=") {
                Err((
                    code::SECRET,
                    "the address of the database for locks has a password in it",
                    "change that password, take it out here, and set PGPASSWORD (or ALZ_LOCK) \
                     where alz runs",
                ))
            } else {
                Ok(())
            }
        }
    }
}

/// Whether this can be the API's address: https, or http to this very machine.
pub fn check_api(api: &str) -> Result<(), (String, &'static str)> {
    if api == SANDBOX {
        return Ok(());
    }
    let example = "https://api.alianza.com, or sandbox for the built-in simulator";
    if api.contains('@') {
        let message = "credentials do not belong into an address".to_owned();
        return Err((message, "set ALZ_USERNAME and ALZ_PASSWORD, or ALZ_TOKEN"));
    }
    let url = reqwest::Url::parse(api)
        .map_err(|_| (format!("`{api}` is no address of an API"), example))?;
    let host = url.host_str().unwrap_or("");
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let loopback = host == "localhost"
        || bare
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback());
    match url.scheme() {
        "https" if !host.is_empty() => Ok(()),
        "http" if loopback => Ok(()),
        "http" => Err((
            "http:// would send credentials in the clear".to_owned(),
            "write https://; plain http is taken to this machine only",
        )),
        _ => Err((format!("`{api}` is no address of an API"), example)),
    }
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
