//! From arguments, environment and alz.yaml to something to work with: which
//! files, which platform, whose clock.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use secrecy::SecretString;

use super::belonging;
use super::clock;
use super::fatal::Fatal;
use super::global::Global;
use super::narrow::Narrow;
use super::privacy::Privacy;
use crate::api::{ClientOptions, Credentials, Endpoint, ReadClient};
use crate::desired::settings::{self, Pattern};
use crate::desired::{self, LoadRequest, Loaded, find};
use crate::model::{Guards, Ignore, OnUnknown, PartitionId};
use crate::sandbox;

/// The project as the arguments choose it. Nothing has been asked of a network yet.
#[derive(Debug)]
pub struct Project {
    /// The directory of alz.yaml; without one, the working directory.
    pub root: PathBuf,
    /// The name of the chosen environment.
    pub environment: String,
    /// Requests in flight.
    pub concurrency: usize,
    pub guards: Guards,
    /// What becomes of an address that the E911 provider can't confirm.
    pub e911_on_unknown: OnUnknown,
    /// A released number is spoken of so many days before its cooldown ends.
    pub cooldown_days: u16,
    /// Drift that is known.
    pub ignore: Vec<Ignore>,
    requests_per_second: Option<f64>,
    policies: Vec<Pattern>,
    accounts: Vec<Pattern>,
    api: String,
    partition: Option<PartitionId>,
    ca_file: Option<PathBuf>,
    privacy: Privacy,
    lock: Option<String>,
    /// Targets and shard: what a run is restricted to.
    pub narrow: Narrow,
}

impl Project {
    /// Finds alz.yaml and chooses the environment. Files that are named stand
    /// in for alz.yaml where there is none.
    pub fn open(global: &Global, files: &[PathBuf]) -> Result<Self, Fatal> {
        Self::find(global, !files.is_empty(), files)
    }

    /// For a command that asks the platform and needs no files: the platform
    /// named with --api does where there is no alz.yaml.
    pub fn platform(global: &Global) -> Result<Self, Fatal> {
        let project = Self::find(global, true, &[])?;
        // The secrets of ports must be known to be kept out of the platform's
        // words. Files that have mistakes are no reason not to ask it something.
        let _ = project.load(&[], clock::today()?);
        Ok(project)
    }

    /// `standing`: without alz.yaml there is still something to work on.
    fn find(global: &Global, standing: bool, files: &[PathBuf]) -> Result<Self, Fatal> {
        let start = absolute(&global.root());
        let found = settings::load(&start).map_err(Fatal::Problems)?;
        let asked = said(global.env.as_ref());
        let api = said(global.api.as_ref());
        let partition = said(global.partition.as_ref()).map(PartitionId::new);
        let ca_file = global.ca_file.clone();
        let narrow = Narrow::of(global)?;
        let Some(settings) = found else {
            if api.as_deref() != Some(settings::SANDBOX) {
                belonging::of_this_project(None, files, &start)?;
            }
            let nowhere = format!("there is no alz.yaml in {} or above", start.display());
            if asked.is_some() || !standing || api.is_none() {
                return Err(Fatal::with_help(
                    nowhere,
                    "`alz init` makes one, -C DIR looks elsewhere; or name account files and a platform: --api URL FILES",
                ));
            }
            return Ok(Self {
                root: start,
                environment: "default".to_owned(),
                concurrency: 8,
                guards: Guards::default(),
                e911_on_unknown: OnUnknown::default(),
                cooldown_days: desired::COOLDOWN_DAYS,
                ignore: Vec::new(),
                requests_per_second: None,
                policies: Vec::new(),
                accounts: Vec::new(),
                api: api.unwrap_or_default(),
                partition,
                ca_file,
                privacy: global.privacy.clone(),
                lock: None,
                narrow,
            });
        };
        for name in settings.environments.keys() {
            global.privacy.keep(name);
        }
        let names = || {
            settings
                .environments
                .keys()
                .cloned()
                .collect::<Vec<_>>()
                .join(", ")
        };
        let only = || match settings.environments.len() {
            1 => settings.environments.keys().next().cloned(),
            _ => None,
        };
        let is_asked = asked.is_some();
        let name = asked
            .or_else(|| settings.default.clone())
            .or_else(only)
            .ok_or_else(|| {
                Fatal::with_help(
                    "alz.yaml has several environments and no default",
                    format!("choose one with --env or ALZ_ENV: {}", names()),
                )
            })?;
        let environment = settings.environments.get(&name).ok_or_else(|| {
            Fatal::with_help(
                format!("alz.yaml has no environment {name:?}"),
                format!("choose one with --env or ALZ_ENV: {}", names()),
            )
        })?;
        let api = api.unwrap_or_else(|| environment.api.clone());
        let run = belonging::Run {
            environment: &name,
            asked: is_asked,
            is_sandbox: api == settings::SANDBOX,
        };
        belonging::check(&settings, run, files, &start)?;
        Ok(Self {
            root: settings.root.clone(),
            environment: name,
            concurrency: settings.concurrency as usize,
            guards: settings.guards,
            e911_on_unknown: settings.e911_on_unknown,
            cooldown_days: settings.cooldown_days,
            ignore: settings.ignore.clone(),
            requests_per_second: settings.requests_per_second,
            policies: settings.policies.clone(),
            accounts: environment.accounts.clone(),
            api,
            partition: partition.or_else(|| environment.partition.clone()),
            ca_file,
            privacy: global.privacy.clone(),
            lock: environment.lock.clone(),
            narrow,
        })
    }

    /// The partition, where that is known before the platform is asked.
    pub fn partition(&self) -> Option<&PartitionId> {
        self.partition.as_ref()
    }

    /// Where alz.yaml wants locks to be kept.
    pub fn lock(&self) -> Option<&str> {
        self.lock.as_deref()
    }

    /// The globs of the environment's account files.
    pub fn globs(&self) -> &[Pattern] {
        &self.accounts
    }

    pub fn is_sandbox(&self) -> bool {
        self.api == settings::SANDBOX
    }

    /// Loads and checks every file: all of the environment's, so that a number
    /// declared twice is found and `prune` knows every declaration, and the
    /// files named besides.
    pub fn load(&self, files: &[PathBuf], today: jiff::civil::Date) -> Result<Loaded, Fatal> {
        let loaded = desired::load(&LoadRequest {
            root: &self.root,
            globs: &self.accounts,
            files,
            policies: &self.policies,
            today,
        })
        .map_err(Fatal::Problems)?;
        self.privacy.learn(&loaded.repository);
        Ok(loaded)
    }

    /// Where the environment's account files are: the directory that its first
    /// glob begins with.
    pub fn accounts_directory(&self) -> Option<PathBuf> {
        let pattern = self.accounts.first()?;
        let is_name = |part: &std::path::Component<'_>| {
            let part = part.as_os_str().to_string_lossy();
            !part.contains(['*', '?', '[', '{', '\\'])
        };
        let mut path: PathBuf = Path::new(&pattern.glob)
            .components()
            .take_while(is_name)
            .collect();
        // A pattern of one file: its directory.
        if path == Path::new(&pattern.glob) {
            path.pop();
        }
        Some(self.root.join(path))
    }

    /// Whether a plan of the environment reads the file without being told of it.
    pub fn reads(&self, file: &Path) -> bool {
        let real = |path: &Path| std::fs::canonicalize(path).ok();
        let (files, _) = find::expand(&self.root, &self.accounts);
        let meant = real(file);
        files
            .iter()
            .any(|source| source.path == file || (meant.is_some() && real(&source.path) == meant))
    }

    /// Connects to the platform, or starts the built-in one.
    pub async fn connect(&self, jitter_seed: u64) -> Result<Session, Fatal> {
        let override_now = clock::replaced()?;
        let (base, credentials, running) = if self.is_sandbox() {
            let running = sandbox::start(sandbox::Options {
                listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
                state: Some(self.root.join(".alz").join("sandbox.json")),
                seed: None,
                now: override_now,
            })
            .await
            .map_err(|error| Fatal::new(format!("the sandbox can't start: {error}")))?;
            (
                running.base_url(),
                Credentials::Token(SecretString::from(running.token().to_owned())),
                Some(running),
            )
        } else if self.api.is_empty() {
            return Err(Fatal::with_help(
                "no platform is named",
                "name one with --api URL or ALZ_API, or in alz.yaml",
            ));
        } else {
            (self.api.clone(), credentials()?, None)
        };
        let partition = match &running {
            Some(running) => Some(
                self.partition
                    .clone()
                    .unwrap_or_else(|| running.partition()),
            ),
            None => self.partition.clone(),
        };
        let mut options = ClientOptions::new(Endpoint::parse(&base)?, credentials);
        options.partition = partition;
        options.concurrency = self.concurrency;
        options.requests_per_second = self.requests_per_second;
        options.ca_file = self.ca_file.clone();
        options.jitter_seed = jitter_seed;
        options.http_log = self.privacy.http_log().cloned();
        options.redactor = self.privacy.redactor().cloned();
        let client = ReadClient::new(options)?;
        for secret in self.privacy.at_hand() {
            client.conceal(secret);
        }
        let now = match &running {
            Some(running) => running.now(),
            None => clock::now()?,
        };
        Ok(Session {
            client,
            now,
            privacy: self.privacy.clone(),
            running,
        })
    }
}

/// A platform to talk to.
pub struct Session {
    pub client: ReadClient,
    pub now: Timestamp,
    pub privacy: Privacy,
    running: Option<sandbox::Running>,
}

impl Session {
    /// The time now, for a command that goes on for long.
    pub fn refresh(&mut self) -> Result<(), Fatal> {
        self.now = self.present()?;
        Ok(())
    }

    /// The time at this moment; `now` is when the session began.
    pub fn present(&self) -> Result<Timestamp, Fatal> {
        Ok(match &self.running {
            Some(running) => running.now(),
            None => clock::now()?,
        })
    }

    /// Lets the built-in platform write down its state.
    pub async fn close(self) {
        if let Some(running) = self.running {
            running.shutdown().await;
        }
    }
}

/// An option or environment variable that says something.
fn said(text: Option<&String>) -> Option<String> {
    text.filter(|text| !text.is_empty()).cloned()
}

fn credentials() -> Result<Credentials, Fatal> {
    let read = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    if let Some(token) = read("ALZ_TOKEN") {
        return Ok(Credentials::Token(SecretString::from(token)));
    }
    match (read("ALZ_USERNAME"), read("ALZ_PASSWORD")) {
        (Some(username), Some(password)) => Ok(Credentials::Password {
            username,
            password: SecretString::from(password),
        }),
        (Some(_), None) => Err(Fatal::with_help(
            "ALZ_USERNAME is set, ALZ_PASSWORD is not",
            "set both, or ALZ_TOKEN",
        )),
        (None, _) => Err(Fatal::with_help(
            "there are no credentials for the platform",
            "set ALZ_USERNAME and ALZ_PASSWORD, or ALZ_TOKEN, in the environment; `api: sandbox` needs none",
        )),
    }
}

/// The environment that the arguments choose, for the name of a comment; empty
/// where alz.yaml doesn't say.
pub fn environment_of(global: &Global) -> String {
    let chosen = || {
        let settings = settings::load(&global.root()).ok()??;
        let only = (settings.environments.len() == 1)
            .then(|| settings.environments.keys().next().cloned())
            .flatten();
        settings.default.or(only)
    };
    said(global.env.as_ref())
        .or_else(chosen)
        .unwrap_or_else(|| "default".to_owned())
}

/// Where the user's files are, for messages.
pub fn root_of(global: &Global) -> PathBuf {
    settings::find(&global.root())
        .and_then(|file| file.parent().map(Path::to_owned))
        .unwrap_or_else(|| global.root())
}

/// A file as a plan names it: relative to the root where it lies below it.
pub fn relative(file: &Path, root: &Path) -> String {
    file.strip_prefix(root)
        .unwrap_or(file)
        .to_string_lossy()
        .into_owned()
}

/// Files named on the command line, seen from the directory that -C names.
pub fn from_directory(global: &Global, files: &[PathBuf]) -> Vec<PathBuf> {
    files
        .iter()
        .map(|file| absolute(&global.root().join(file)))
        .collect()
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
