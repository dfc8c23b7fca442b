//! What ends a command: a mistake in the files, or something that stands in
//! the way. It comes out in the chosen format, and the status is 1.

use serde_json::json;

use super::output::{Format, Output};
use super::{Exit, checked};
use crate::api::ApiError;
use crate::desired::Problem;
use crate::live::LiveError;
use crate::plan::document::FORMAT_VERSION;
use crate::report::{self, markdown};

/// Why a command could not do its work.
#[derive(Debug)]
pub enum Fatal {
    /// Something is in the way.
    Error { what: String, help: Option<String> },
    /// The files are wrong.
    Problems(Vec<Problem>),
}

impl Fatal {
    pub fn new(what: impl Into<String>) -> Self {
        Fatal::Error {
            what: what.into(),
            help: None,
        }
    }

    pub fn with_help(what: impl Into<String>, help: impl Into<String>) -> Self {
        Fatal::Error {
            what: what.into(),
            help: Some(help.into()),
        }
    }

    /// Says it on standard error, for a command that can go on without.
    pub fn tell_aside(&self, output: &Output, root: &std::path::Path) {
        match self {
            Fatal::Error { what, help } => output.error(&report::error(what, help.as_deref())),
            Fatal::Problems(problems) => {
                let excerpts = output.privacy.shows_excerpts();
                let problems = output.privacy.problems(problems, root);
                let text = report::problems::human(&problems, root, output.width(), excerpts);
                output.say(&text);
            }
        }
    }

    /// Says it and gives the exit status. As JSON it is one object, on one
    /// line where the command's result is a stream of events.
    pub fn tell(&self, output: &Output, root: &std::path::Path, stream: bool) -> Exit {
        if let Fatal::Problems(problems) = self
            && !output.privacy.shows_excerpts()
        {
            let problems = output.privacy.problems(problems, root);
            return Fatal::Problems(problems.into_owned()).say(output, root, stream);
        }
        self.say(output, root, stream)
    }

    /// As a comment, in the place of what the command would have made.
    fn comment(&self, output: &Output) {
        output.result(&match self {
            Fatal::Error { what, help } => {
                let what = output.privacy.text(what);
                let help = help.as_deref().map(|help| output.privacy.text(help));
                let help = help.as_deref();
                markdown::stopped(output.subject(), &what, help, &output.comment)
            }
            Fatal::Problems(problems) => {
                markdown::problems(output.subject(), problems, &output.comment)
            }
        });
    }

    fn say(&self, output: &Output, root: &std::path::Path, stream: bool) -> Exit {
        match output.format {
            Format::Human => self.say_for_people(output, root),
            Format::Json => self.say_as_json(output, stream),
            Format::Github => self.say_as_report(output, root),
            Format::Sarif | Format::Junit => {
                self.say_as_report(output, root);
                // The report is a file for somebody else; this is for who reads the log.
                self.say_for_people(output, root);
            }
            Format::Markdown => {
                // The log says it as well: the comment may never be posted.
                self.comment(output);
                self.say_for_people(output, root);
            }
            Format::Html => {
                output.result(&match self {
                    Fatal::Error { what, help } => report::html::failure(what, help.as_deref()),
                    Fatal::Problems(problems) => report::html::problems(problems),
                });
                self.say_for_people(output, root);
            }
            Format::Prometheus => self.say_for_people(output, root),
        }
        Exit::Error
    }

    fn say_for_people(&self, output: &Output, root: &std::path::Path) {
        match self {
            Fatal::Error { what, help } => {
                output.error(&report::error(what, help.as_deref()));
            }
            Fatal::Problems(problems) => {
                let excerpts = output.privacy.shows_excerpts();
                let text = report::problems::human(problems, root, output.width(), excerpts);
                output.error(&text);
                output.error(&format!(
                    "{}; nothing was sent",
                    report::problems::summary(problems)
                ));
            }
        }
    }

    fn say_as_json(&self, output: &Output, stream: bool) {
        let mut document = match self {
            Fatal::Error { what, help } => json!({
                "formatVersion": FORMAT_VERSION,
                "error": { "message": what, "help": help },
            }),
            Fatal::Problems(problems) => json!({
                "formatVersion": FORMAT_VERSION,
                "error": { "message": "the files have problems: nothing was sent", "help": null },
                "problems": problems,
            }),
        };
        if stream {
            document["event"] = "error".into();
            output.result(&format!("{document}\n"));
        } else {
            output.result(&format!("{document:#}\n"));
        }
    }

    /// As SARIF, JUnit or annotations: what is in the way is a problem of no file.
    fn say_as_report(&self, output: &Output, root: &std::path::Path) {
        let own;
        let problems = match self {
            Fatal::Problems(problems) => problems.as_slice(),
            Fatal::Error { what, help } => {
                // Before it is written, for a report may hold a digest of it.
                let shown = |text: &str| output.privacy.text(text).into_owned();
                let help = shown(help.as_deref().unwrap_or_default());
                own = [Problem::fatal(shown(what)).help(help)];
                &own
            }
        };
        if let Some(text) = checked::report(output.format, problems, root, &[], false) {
            output.result(&text);
        }
    }
}

impl From<ApiError> for Fatal {
    fn from(error: ApiError) -> Self {
        Fatal::new(error.to_string())
    }
}

impl From<Box<Problem>> for Fatal {
    fn from(problem: Box<Problem>) -> Self {
        Fatal::Problems(vec![*problem])
    }
}

impl From<LiveError> for Fatal {
    fn from(error: LiveError) -> Self {
        Fatal::new(error.to_string())
    }
}
