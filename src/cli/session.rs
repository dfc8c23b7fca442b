//! From arguments, environment and alz.yaml to something to work with: which
//! files, which platform, whose clock.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use secrecy::SecretString;

use super::args::Global;
use super::fatal::Fatal;
use crate::api::{self, ClientOptions, Credentials, ReadClient};
use crate::desired::{self, LoadRequest, Loaded, Settings};
use crate::model::PartitionId;
use crate::sandbox;

/// The project as the arguments choose it. Nothing has been asked of a network yet.
#[derive(Debug)]
pub struct Project {
    /// The directory of alz.yaml; without one, the working directory.
    pub root: PathBuf,
    pub settings: Settings,
    /// The name of the chosen environment.
    pub environment: String,
    api: String,
    partition: Option<PartitionId>,
    globs: Vec<String>,
    ca_file: Option<PathBuf>,
}

/// The built-in platform, as `api:` names it.
const SANDBOX: &str = "sandbox";

impl Project {
    /// Finds alz.yaml and chooses the environment. `files` stand in for alz.yaml
    /// where there is none.
    pub fn open(global: &Global, files: &[PathBuf]) -> Result<Self, Fatal> {
        let start = global.root();
        let found = desired::settings::find(&start).map_err(Fatal::Problems)?;
        let asked = said(global.env.as_ref());
        let api = said(global.api.as_ref());
        let partition = said(global.partition.as_ref()).map(PartitionId::new);
        let Some(settings) = found else {
            if let Some(name) = asked {
                return Err(Fatal::with_help(
                    format!("there is no environment {name:?}: no alz.yaml in {} or above", start.display()),
                    "run `alz init` to make one, or name the directory with -C DIR",
                ));
            }
            if files.is_empty() {
                return Err(Fatal::with_help(
                    format!("no alz.yaml in {} or above, and no files named", start.display()),
                    "run `alz init` to make one, name the directory with -C DIR, or name account files and --api URL",
                ));
            }
            return Ok(Self {
                root: start,
                settings: Settings::default(),
                environment: "default".to_owned(),
                api: api.unwrap_or_default(),
                partition,
                globs: Vec::new(),
                ca_file: global.ca_file.clone(),
            });
        };
        let environment = settings.choose(asked.as_deref()).map_err(|what| {
            Fatal::with_help(
                what,
                format!("the environments are: {}", settings.environment_names().join(", ")),
            )
        })?;
        Ok(Self {
            root: settings.root.clone(),
            environment: environment.name.clone(),
            api: api.unwrap_or_else(|| environment.api.clone()),
            partition: partition.or_else(|| environment.partition.clone()),
            globs: environment.accounts.clone(),
            ca_file: global.ca_file.clone(),
            settings,
        })
    }

    pub fn is_sandbox(&self) -> bool {
        self.api == SANDBOX
    }

    /// Loads and checks every file: all of the environment's, so that a number
    /// declared twice is found and `prune` knows every declaration, and the
    /// files named besides.
    pub fn load(&self, files: &[PathBuf], today: jiff::civil::Date) -> Result<Loaded, Fatal> {
        desired::load(&LoadRequest {
            root: &self.root,
            globs: &self.globs,
            files,
            policies: &self.settings.policies,
            today,
        })
        .map_err(Fatal::Problems)
    }

    /// Connects to the platform, or starts the built-in one.
    pub async fn connect(&self, jitter_seed: u64) -> Result<Session, Fatal> {
        let override_now = now_from_environment()?;
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
            Some(running) => Some(self.partition.clone().unwrap_or_else(|| running.partition())),
            None => self.partition.clone(),
        };
        let client = api::connect(ClientOptions {
            base: base.parse().map_err(|error: api::BaseUrlError| {
                Fatal::with_help(error.to_string(), "name it with --api URL, ALZ_API or in alz.yaml")
            })?,
            credentials,
            partition,
            concurrency: self.settings.concurrency,
            requests_per_second: self.settings.requests_per_second,
            ca_file: self.ca_file.clone(),
            jitter_seed,
        })
        .await
        .map_err(|error| Fatal::new(error.to_string()))?;
        let now = match &running {
            Some(running) => running.now(),
            None => override_now.unwrap_or_else(Timestamp::now),
        };
        Ok(Session {
            client,
            now,
            running,
        })
    }
}

/// A platform to talk to.
pub struct Session {
    pub client: ReadClient,
    pub now: Timestamp,
    running: Option<sandbox::Running>,
}

impl Session {
    /// Lets the built-in platform write down its state.
    pub async fn close(self) {
        if let Some(running) = self.running {
            running.shutdown().await;
        }
    }
}

/// Today, for the rules that ask (a date that is past, a holiday).
pub fn today() -> Result<jiff::civil::Date, Fatal> {
    let now = now_from_environment()?.unwrap_or_else(Timestamp::now);
    // The platform's business day is Mountain time (guide, "Submitting a Standard Port").
    let zone = jiff::tz::TimeZone::get("America/Denver").unwrap_or(jiff::tz::TimeZone::UTC);
    Ok(now.to_zoned(zone).date())
}

fn now_from_environment() -> Result<Option<Timestamp>, Fatal> {
    match std::env::var("ALZ_NOW") {
        Ok(text) if !text.is_empty() => text.parse().map(Some).map_err(|_| {
            Fatal::with_help(
                format!("ALZ_NOW is {text:?}, which is not a time"),
                "write it as RFC 3339: 2026-11-23T15:00:00Z",
            )
        }),
        _ => Ok(None),
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

/// Where the user's files are, for messages.
pub fn root_of(global: &Global) -> PathBuf {
    desired::settings::find(&global.root())
        .ok()
        .flatten()
        .map_or_else(|| global.root(), |settings| settings.root)
}

/// A path as the user would write it: relative to the root where it lies below it.
pub fn relative<'a>(path: &'a Path, root: &Path) -> &'a Path {
    path.strip_prefix(root).unwrap_or(path)
}
