//! The one place that owns the streams: results go to standard output,
//! everything else to standard error.

use std::borrow::Cow;
use std::io::{ErrorKind, IsTerminal, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use clap::ValueEnum;

use super::privacy::Privacy;
use crate::desired::Problem;
use crate::report::{markdown, problems, resealed};

/// The form of a result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Human,
    /// For programs; the documents described in README.md.
    Json,
    /// For comments on pull requests.
    Markdown,
    /// For code scanning (SARIF 2.1.0).
    Sarif,
    /// For the test reports of a pipeline.
    Junit,
    /// Annotations in the log of a GitHub workflow.
    Github,
    /// One page that holds all it needs.
    Html,
    /// For the text file collector of a Prometheus node exporter.
    Prometheus,
}

impl Format {
    pub const fn name(self) -> &'static str {
        match self {
            Format::Human => "human",
            Format::Json => "json",
            Format::Markdown => "markdown",
            Format::Sarif => "sarif",
            Format::Junit => "junit",
            Format::Github => "github",
            Format::Html => "html",
            Format::Prometheus => "prometheus",
        }
    }
}

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    Always,
    Never,
}

/// What an output is of.
#[derive(Clone, Debug)]
pub struct About {
    command: &'static str,
    environment: String,
    /// The shard: as it was asked for, or of the plan that is applied.
    shard: Arc<OnceLock<String>>,
}

/// Where results and remarks go, and in what form.
#[derive(Clone, Debug)]
pub struct Output {
    pub format: Format,
    /// Remarks and progress are left out; results and errors are not.
    pub quiet: bool,
    stdout: anstream::ColorChoice,
    stderr: anstream::ColorChoice,
    /// The first result that could not be written, and why.
    failure: Arc<OnceLock<String>>,
    /// What nothing that is written may show.
    pub privacy: Privacy,
    /// How results are laid out as Markdown.
    pub comment: markdown::Options,
    /// A pipeline finds its comment by it.
    about: About,
    /// Results for people that are to come out as one Markdown document.
    held: Arc<Mutex<String>>,
}

impl Output {
    pub fn new(format: Format, color: ColorChoice, quiet: bool) -> Self {
        let choose = |stream: &dyn anstream::stream::RawStream| match color {
            ColorChoice::Always => anstream::ColorChoice::Always,
            ColorChoice::Never => anstream::ColorChoice::Never,
            ColorChoice::Auto => {
                let says = |name: &str, wanted: fn(&str) -> bool| {
                    std::env::var(name).is_ok_and(|value| wanted(&value))
                };
                if says("NO_COLOR", |value| !value.is_empty())
                    || says("TERM", |value| value == "dumb")
                    || !stream.is_terminal()
                {
                    anstream::ColorChoice::Never
                } else {
                    anstream::ColorChoice::Always
                }
            }
        };
        Self {
            format,
            quiet,
            stdout: choose(&std::io::stdout()),
            stderr: choose(&std::io::stderr()),
            failure: Arc::default(),
            privacy: Privacy::default(),
            comment: markdown::Options::default(),
            about: About {
                command: "alz",
                environment: String::new(),
                shard: Arc::default(),
            },
            held: Arc::default(),
        }
    }

    /// The same, as the output of this command.
    pub fn about(mut self, command: &'static str, environment: String) -> Self {
        self.about = About {
            command,
            environment,
            shard: Arc::default(),
        };
        self
    }

    /// What is said is of this shard.
    pub fn of_shard(&self, shard: &str) {
        // The first to say so knows.
        let _ = self.about.shard.set(shard.to_owned());
    }

    /// What a comment is of that no document names.
    pub fn subject(&self) -> markdown::Subject<'_> {
        let About {
            command,
            environment,
            shard,
        } = &self.about;
        markdown::Subject {
            command,
            environment,
            shard: shard.get().map(String::as_str),
        }
    }

    /// The same, with what is to be left out of everything.
    pub fn private(mut self, privacy: Privacy) -> Self {
        self.privacy = privacy;
        self
    }

    /// The result is a comment.
    pub fn is_markdown(&self) -> bool {
        self.format == Format::Markdown
    }

    /// The result is a document for programs.
    pub fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Remarks and logs carry colour.
    pub fn colours_remarks(&self) -> bool {
        self.stderr == anstream::ColorChoice::Always
    }

    /// Why a result could not be written, if one could not.
    pub fn failure(&self) -> Option<&str> {
        self.failure.get().map(String::as_str)
    }

    /// A result in its form without what nothing that is written may show.
    fn shown<'a>(&self, format: Format, text: &'a str) -> Cow<'a, str> {
        match format {
            Format::Json => match self.privacy.json(text) {
                // What is printed is what alz says: its seal is to hold.
                Cow::Owned(clean) if clean != text => resealed(&clean).into(),
                shown => shown,
            },
            Format::Sarif => self.privacy.json(text),
            Format::Html => self.privacy.html(text),
            // The marker is what a pipeline finds its comment by: it names the
            // environment, which a person's name may happen to be.
            Format::Markdown if markdown::is_document(text) => {
                let (marker, rest) = text.split_once('\n').unwrap_or((text, ""));
                format!("{marker}\n{}", self.privacy.text(rest)).into()
            }
            Format::Human
            | Format::Markdown
            | Format::Junit
            | Format::Github
            | Format::Prometheus => self.privacy.text(text),
        }
    }

    /// Writes a result. Text may carry ANSI styles; they are taken out where
    /// colour is not wanted. A reader that went away is not an error; a disk
    /// that is full is one (see [`Output::failure`]).
    ///
    /// As Markdown a report for people is kept until [`Output::finish`]: what a
    /// command says bit by bit becomes one document.
    pub fn result(&self, text: &str) {
        if self.is_markdown() && !markdown::is_document(text) {
            self.held
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push_str(text);
            return;
        }
        self.write(text);
    }

    /// A result as it goes into a file: in its form, and without styles.
    pub fn plain(&self, format: Format, text: &str) -> String {
        let text = self.shown(format, text);
        match format {
            Format::Human | Format::Prometheus => anstream::adapter::strip_str(&text).to_string(),
            Format::Json
            | Format::Markdown
            | Format::Sarif
            | Format::Junit
            | Format::Github
            | Format::Html => text.into_owned(),
        }
    }

    /// Writes what was kept. Before the process ends, however it does.
    pub fn finish(&self) {
        let held = std::mem::take(&mut *self.held.lock().unwrap_or_else(PoisonError::into_inner));
        if !held.trim().is_empty() {
            self.write(&markdown::fenced(self.about.command, &held, &self.comment));
        }
    }

    fn write(&self, text: &str) {
        let text = self.shown(self.format, text);
        let mut stream = anstream::AutoStream::new(std::io::stdout().lock(), self.stdout);
        let written = stream
            .write_all(text.as_bytes())
            .and_then(|()| stream.flush());
        if let Err(error) = written
            && error.kind() != ErrorKind::BrokenPipe
        {
            // The first failure is the telling one.
            let _ = self.failure.set(error.to_string());
        }
    }

    /// Writes a result over the last one: for a terminal.
    pub fn redraw(&self, text: &str) {
        {
            // Not through the styles' filter: the cursor moves also without colour.
            let mut stream = std::io::stdout().lock();
            let _ = stream.write_all(b"\x1b[H\x1b[J");
        }
        self.result(text);
    }

    /// A person is watching standard output.
    pub fn is_watched(&self) -> bool {
        std::io::stdout().is_terminal()
    }

    /// Lines of the terminal that results go to, if it is one.
    pub fn height(&self) -> Option<usize> {
        terminal_size::terminal_size().map(|(_, terminal_size::Height(lines))| usize::from(lines))
    }

    /// Writes a remark for a person.
    pub fn say(&self, text: &str) {
        if !self.quiet {
            self.error(text);
        }
    }

    /// Writes an error or a warning that `--quiet` does not hide.
    pub fn error(&self, text: &str) {
        let text = self.privacy.text(text);
        let mut stream = anstream::AutoStream::new(std::io::stderr().lock(), self.stderr);
        let newline: &[u8] = if text.ends_with('\n') { b"" } else { b"\n" };
        let _ = stream
            .write_all(text.as_bytes())
            .and_then(|()| stream.write_all(newline))
            .and_then(|()| stream.flush());
    }

    /// Says what the files deserve to have said, and goes on. Not what the calendar
    /// says of a port's day: a port may be done or under way, and what reads the
    /// platform says where the day matters (design, decision 6).
    pub fn warn_of(&self, warnings: &[Problem], root: &Path) {
        const DAYS: [&str; 3] = ["D33", "D33b", "D34"];
        let warnings: Vec<Problem> = warnings
            .iter()
            .filter(|warning| !DAYS.contains(&warning.code.as_str()))
            .cloned()
            .collect();
        if !warnings.is_empty() {
            let warnings = self.privacy.problems(&warnings, root);
            let excerpts = self.privacy.shows_excerpts();
            self.say(&problems::human(&warnings, root, self.width(), excerpts));
        }
    }

    /// Asks a person; the cursor stays behind the question.
    pub fn ask(&self, question: &str) {
        let mut stream = anstream::AutoStream::new(std::io::stderr().lock(), self.stderr);
        let _ = stream
            .write_all(question.as_bytes())
            .and_then(|()| stream.flush());
    }

    /// A person is watching standard error.
    pub fn shows_progress(&self) -> bool {
        !self.quiet && std::io::stderr().is_terminal()
    }

    /// Columns of the terminal that results go to; 100 where there is none.
    pub fn width(&self) -> usize {
        terminal_size::terminal_size()
            .map_or(100, |(terminal_size::Width(columns), _)| {
                usize::from(columns)
            })
            .max(40)
    }
}
