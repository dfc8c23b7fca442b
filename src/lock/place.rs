//! Where claims are kept, as `--lock` and ALZ_LOCK say it: `file`, `none` or
//! `postgres://user@host/database`.
//!
//! An address may hold a password. It is taken apart here, once, and what is
//! shown of it anywhere is put together from its harmless parts; the text as it
//! was written, which may be misread in a way that takes a part of the password
//! for a host, appears in no message.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

use super::LockError;

/// Where the files are, below the directory of alz.yaml.
const DIRECTORY: &str = ".alz/lock";
/// How long a server may take to answer the first word.
const CONNECT: Duration = Duration::from_secs(10);
/// An idle connection is tried after this, so that one that is gone is noticed
/// by both sides well before the claim expires.
const KEEPALIVE: Duration = Duration::from_secs(30);

/// Where claims are kept.
#[derive(Debug)]
pub enum Place {
    /// Nowhere: runs are not kept apart.
    None,
    /// In files in this directory.
    File(PathBuf),
    /// In a PostgreSQL database.
    Postgres(Box<Database>),
}

/// A PostgreSQL database.
pub struct Database {
    pub(super) config: Config,
    /// Speak TLS, and nothing without it.
    pub(super) tls: bool,
    /// The only certificates to trust (PEM); without it, the system's.
    pub(super) root_certificates: Option<PathBuf>,
    shown: String,
}

impl Place {
    /// Files beside alz.yaml, for runs in this directory.
    pub fn beside(root: &Path) -> Self {
        Place::File(root.join(DIRECTORY))
    }

    /// What `--lock` says. `password` goes with an address that has none.
    pub fn parse(said: &str, root: &Path, password: Option<&str>) -> Result<Self, LockError> {
        match said {
            "none" => Ok(Place::None),
            "" | "file" => Ok(Place::beside(root)),
            address if is_address(address) => {
                Database::parse(address, root, password).map(|at| Place::Postgres(Box::new(at)))
            }
            // It might be an address with a mistake in it, so it is not shown.
            _ => Err(LockError::Place {
                why: "--lock, ALZ_LOCK or alz.yaml names no place for locks".to_owned(),
                help: "write file, none, or postgres://user@host/database".to_owned(),
            }),
        }
    }

    /// Whether a text is an address with a password in it.
    pub fn has_password(said: &str) -> bool {
        is_address(said)
            && Config::from_str(said).map_or(true, |config| config.get_password().is_some())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::None => f.write_str("nowhere"),
            Place::File(directory) => write!(f, "{}", directory.display()),
            Place::Postgres(database) => write!(f, "{database}"),
        }
    }
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Database").field(&self.shown).finish()
    }
}

fn is_address(said: &str) -> bool {
    said.starts_with("postgres://") || said.starts_with("postgresql://")
}

impl Database {
    fn parse(address: &str, root: &Path, password: Option<&str>) -> Result<Self, LockError> {
        let wrong = |why: &str, help: &str| LockError::Place {
            why: format!("the address of the database for locks {why}"),
            help: help.to_owned(),
        };
        if address.matches('@').count() > 1 {
            return Err(wrong(
                "has more than one @",
                "write an @ in a name or password as %40",
            ));
        }
        let (address, said) = take_tls(address);
        let mut config = Config::from_str(&address).map_err(|_| {
            wrong(
                "can't be understood",
                "write it as postgres://user@host:5432/database?sslmode=require; \
                 of the characters in a name or password write / as %2F, : as %3A, ? as %3F",
            )
        })?;
        if config.get_hosts().is_empty() {
            return Err(wrong(
                "names no host",
                "write it as postgres://user@host/database",
            ));
        }
        let here = config.get_hosts().iter().all(is_loopback)
            && config
                .get_hostaddrs()
                .iter()
                .all(std::net::IpAddr::is_loopback);
        let tls = match said.mode.as_deref() {
            None => !here,
            Some("disable") => false,
            // Certificates are always checked, whichever of them is written.
            Some("require" | "verify-ca" | "verify-full") => true,
            Some("prefer" | "allow") if here => false,
            Some("prefer" | "allow") => {
                return Err(wrong(
                    "has an sslmode that would speak in the clear without a word",
                    "write sslmode=require, or sslmode=disable where the network can be trusted",
                ));
            }
            Some(_) => {
                return Err(wrong(
                    "has an unknown sslmode",
                    "write sslmode=require or sslmode=disable",
                ));
            }
        };
        config.ssl_mode(if tls {
            SslMode::Require
        } else {
            SslMode::Disable
        });
        if let (None, Some(password)) = (config.get_password(), password) {
            config.password(password);
        }
        config.connect_timeout(CONNECT);
        config.keepalives_idle(KEEPALIVE);
        if config.get_application_name().is_none() {
            config.application_name("alz");
        }
        Ok(Self {
            shown: shown(&config),
            config,
            tls,
            root_certificates: said.root_certificates.map(|file| root.join(file)),
        })
    }
}

/// What an address says of TLS.
#[derive(Default)]
struct SaidOfTls {
    mode: Option<String>,
    root_certificates: Option<String>,
}

/// Takes what is said of TLS out of an address: the library knows a part of it.
fn take_tls(address: &str) -> (String, SaidOfTls) {
    let mut said = SaidOfTls::default();
    // A ? before the @ belongs to the password.
    let from = address.find('@').unwrap_or(0);
    let Some(at) = address[from..].find('?').map(|at| from + at) else {
        return (address.to_owned(), said);
    };
    let mut rest = Vec::new();
    for option in address[at + 1..].split('&') {
        match option.split_once('=') {
            Some(("sslmode", mode)) => said.mode = Some(mode.to_owned()),
            Some(("sslrootcert", file)) => {
                said.root_certificates = Some(file.replace("%2F", "/").replace("%2f", "/"));
            }
            _ => rest.push(option),
        }
    }
    let mut left = address[..at].to_owned();
    if !rest.is_empty() {
        left = format!("{left}?{}", rest.join("&"));
    }
    (left, said)
}

fn is_loopback(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost"
                || name
                    .parse::<std::net::IpAddr>()
                    .is_ok_and(|address| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

fn shown(config: &Config) -> String {
    let hosts: Vec<String> = config
        .get_hosts()
        .iter()
        .enumerate()
        .map(|(index, host)| {
            let ports = config.get_ports();
            let port = ports.get(index).or(ports.first()).copied().unwrap_or(5432);
            match host {
                Host::Tcp(name) => format!("{name}:{port}"),
                #[cfg(unix)]
                Host::Unix(path) => format!("{}:{port}", path.display()),
            }
        })
        .collect();
    match config.get_dbname() {
        Some(name) => format!("postgres://{}/{name}", hosts.join(",")),
        None => format!("postgres://{}", hosts.join(",")),
    }
}
