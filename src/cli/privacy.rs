//! `--redact pii` and `--http-log`, as the run carries them: whatever is
//! written, to a stream, a file or the log, asks here what may be in it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use secrecy::SecretString;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::writer::BoxMakeWriter;

use super::fatal::Fatal;
use crate::api::HttpLog;
use crate::desired::{Problem, Repository, secrets};
use crate::model::desired::AccountNumber;
use crate::model::{LiveAccount, Redactor};
use crate::plan::Plan;
use crate::report::Style;
use crate::report::redact::{self, Key};

/// What is left out of what is written, and where exchanges go.
#[derive(Clone, Debug, Default)]
pub struct Privacy {
    redactor: Option<Arc<Redactor>>,
    http_log: Option<Arc<HttpLog>>,
    at_hand: Arc<Mutex<Vec<SecretString>>>,
}

impl Privacy {
    pub fn new(redact: bool) -> Self {
        Self {
            redactor: redact.then(Arc::default),
            http_log: None,
            at_hand: Arc::default(),
        }
    }

    /// Begins the log of requests and answers.
    pub fn log_http(&mut self, path: &Path) -> Result<(), Fatal> {
        let log = HttpLog::create(path, self.redactor.clone()).map_err(|error| {
            Fatal::with_help(
                format!("the HTTP log {} can't be written: {error}", path.display()),
                "--http-log takes a file to write",
            )
        })?;
        self.http_log = Some(Arc::new(log));
        Ok(())
    }

    pub fn redactor(&self) -> Option<&Arc<Redactor>> {
        self.redactor.as_ref()
    }

    pub fn http_log(&self) -> Option<&Arc<HttpLog>> {
        self.http_log.as_ref()
    }

    /// Lines of the user's files may be shown.
    pub fn shows_excerpts(&self) -> bool {
        self.redactor.is_none()
    }

    /// A text for people.
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match &self.redactor {
            None => text.into(),
            Some(redactor) => redactor.text(text).into(),
        }
    }

    /// A JSON text for programs.
    pub fn json<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match &self.redactor {
            None => text.into(),
            Some(redactor) => redactor.json(text).into(),
        }
    }

    /// A page: its texts, and never its markup.
    pub fn html<'a>(&self, page: &'a str) -> Cow<'a, str> {
        match &self.redactor {
            None => page.into(),
            Some(redactor) => crate::report::html::texts(page, &|text| redactor.text(text)).into(),
        }
    }

    /// Problems without what they quote of their files.
    pub fn problems<'a>(&self, problems: &'a [Problem], root: &Path) -> Cow<'a, [Problem]> {
        match &self.redactor {
            None => problems.into(),
            Some(_) => redact::problems(problems, root).into(),
        }
    }

    /// What the project calls one of its own things stays as it is.
    pub fn keep(&self, name: &str) {
        if let Some(redactor) = &self.redactor {
            redactor.keep(name);
        }
    }

    /// Learns what the files say of people and what they are called, and the secrets of ports as far as
    /// they are at hand. Reading needs none of those; but a carrier's words that
    /// it shows may quote one.
    pub fn learn(&self, repository: &Repository) {
        let root = repository.root();
        let at_hand = repository.port_secrets().filter_map(|secret| match secret {
            AccountNumber::Written(text) => Some(text.as_str().to_owned().into()),
            AccountNumber::Secret(secret) => secrets::resolve(secret, root).ok(),
        });
        self.at_hand
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(at_hand);
        if let Some(redactor) = &self.redactor {
            let files = repository.files(None);
            files.iter().for_each(|file| redactor.keep(file));
            let accounts = (0..repository.len()).filter_map(|index| repository.account(index));
            for desired in accounts.flatten() {
                desired
                    .ports
                    .iter()
                    .for_each(|port| redactor.keep(&port.name));
                redact::learn(&desired, redactor);
            }
        }
    }

    /// Learns what the platform says of people on an account.
    pub fn hear(&self, live: &LiveAccount) {
        if let Some(redactor) = &self.redactor {
            redact::hear(live, redactor);
        }
    }

    /// Learns what was typed, or found for it, of where people are.
    pub fn hear_line(&self, line: &str) {
        if let Some(redactor) = &self.redactor {
            redactor.learn_personal(line);
        }
    }

    /// The secrets that no word of the platform may show.
    pub fn at_hand(&self) -> Vec<SecretString> {
        let at_hand = self.at_hand.lock().unwrap_or_else(PoisonError::into_inner);
        at_hand.clone()
    }

    /// The plan as it is shown and saved; `None` where that is as it is.
    pub fn plan(&self, plan: &Plan, key: &Key) -> Option<Plan> {
        let redactor = self.redactor.as_ref()?;
        Some(redact::plan(plan, key, Some(redactor)))
    }

    /// Without the accounts' names, where names are not shown.
    pub fn style(&self, style: Style) -> Style {
        match &self.redactor {
            None => style,
            Some(_) => Style {
                names: BTreeMap::new(),
                ..style
            },
        }
    }

    /// Where the log's lines go.
    pub fn log_writer(&self, json: bool) -> BoxMakeWriter {
        match &self.redactor {
            None => BoxMakeWriter::new(std::io::stderr),
            Some(redactor) => BoxMakeWriter::new(Redacted {
                redactor: Arc::clone(redactor),
                json,
            }),
        }
    }
}

/// Standard error, without names and addresses. The log hands over whole lines.
struct Redacted {
    redactor: Arc<Redactor>,
    json: bool,
}

impl<'a> MakeWriter<'a> for Redacted {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line(self)
    }
}

struct Line<'a>(&'a Redacted);

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let line = String::from_utf8_lossy(bytes);
        let clean = match self.0.json {
            true => self.0.redactor.json(&line),
            false => self.0.redactor.text(&line),
        };
        std::io::stderr().write_all(clean.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        std::io::stderr().flush()
    }
}
