//! Options that every command takes. They stand below the commands, which all read them;
//! `args` stands above, and names the commands.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

use super::Output;
use super::output::{ColorChoice, Format};
use super::privacy::Privacy;
use crate::report::markdown::{self, Flavour};

/// The variable that `--shard` is read from.
pub const SHARD_VARIABLE: &str = "ALZ_SHARD";

/// Options that every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options everywhere")]
pub struct Global {
    /// Work in this directory
    #[arg(short = 'C', long = "directory", value_name = "DIR", global = true)]
    pub directory: Option<PathBuf>,
    /// The environment of alz.yaml to use
    #[arg(
        long,
        value_name = "NAME",
        global = true,
        env = "ALZ_ENV",
        hide_env_values = true
    )]
    pub env: Option<String>,
    /// The API's address, or "sandbox" for the built-in platform
    #[arg(
        long,
        value_name = "URL",
        global = true,
        env = "ALZ_API",
        hide_env_values = true
    )]
    pub api: Option<String>,
    /// The partition's id
    #[arg(
        long,
        value_name = "ID",
        global = true,
        env = "ALZ_PARTITION",
        hide_env_values = true
    )]
    pub partition: Option<String>,
    /// A file of CA certificates (PEM) to trust besides the system's
    #[arg(long, value_name = "FILE", global = true)]
    pub ca_file: Option<PathBuf>,
    /// Keep the journal of runs in this directory [default: .alz/journal beside alz.yaml]
    #[arg(long, value_name = "DIR", global = true)]
    pub journal: Option<PathBuf>,
    /// Only these (plan, apply, drift, status, e911 check): a number, an account, a file, a
    /// directory, or a pattern (1801555*, accounts/utah/**); repeatable
    #[arg(long, value_name = "NUMBER|ACCOUNT|GLOB", global = true)]
    pub target: Vec<String>,
    /// Only this share of the accounts, for several runners side by side; or auto
    #[arg(
        long,
        value_name = "I/N",
        global = true,
        env = SHARD_VARIABLE,
        hide_env_values = true
    )]
    pub shard: Option<String>,
    /// The form of the result
    #[arg(long, value_enum, default_value_t, global = true)]
    pub format: Format,
    /// Where the Markdown goes: its limit, and whether it folds
    #[arg(long, value_enum, default_value_t, global = true, value_name = "HOST")]
    pub comment_host: CommentHost,
    /// The most characters of the Markdown [default: 65536, the limit of GitHub;
    /// gitlab: 1000000, bitbucket: 32768, azure: 150000]
    #[arg(long, value_name = "N", global = true, value_parser = comment_limit)]
    pub comment_limit: Option<usize>,
    /// When to use colour
    #[arg(long, value_enum, default_value_t, global = true)]
    pub color: ColorChoice,
    /// Leave out remarks and progress
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Log requests to standard error (-vv: more)
    #[arg(short, long, action = ArgAction::Count, global = true)]
    verbose: u8,
    /// Leave names and addresses out of everything that is written
    #[arg(long, value_enum, value_name = "WHAT", global = true)]
    redact: Option<Redact>,
    /// Write every request and answer to this file (HAR 1.2), secrets removed
    #[arg(long, value_name = "FILE.har", global = true)]
    pub http_log: Option<PathBuf>,
    /// The form of the log
    #[arg(
        long,
        value_enum,
        default_value_t,
        global = true,
        value_name = "FORMAT"
    )]
    log_format: LogFormat,
    /// What `--redact` and `--http-log` are carried out with.
    #[arg(skip)]
    pub privacy: Privacy,
}

/// Who shows the comments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum CommentHost {
    #[default]
    Github,
    Gitlab,
    /// Shows HTML as text: headings take the place of folds.
    Bitbucket,
    Azure,
}

impl CommentHost {
    /// The most characters of a comment, and what becomes of HTML in it.
    pub const fn takes(self) -> (usize, Flavour) {
        match self {
            CommentHost::Github => (markdown::GITHUB_LIMIT, Flavour::Html),
            CommentHost::Gitlab => (1_000_000, Flavour::Html),
            CommentHost::Bitbucket => (32_768, Flavour::Plain),
            CommentHost::Azure => (150_000, Flavour::Html),
        }
    }
}

fn comment_limit(said: &str) -> Result<usize, String> {
    match said.parse() {
        Ok(limit) if limit >= markdown::LEAST_LIMIT => Ok(limit),
        Ok(_) => Err(format!(
            "a comment needs {} characters at least",
            markdown::LEAST_LIMIT
        )),
        Err(_) => Err("it is a count of characters".to_owned()),
    }
}

/// What is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Redact {
    /// Names and addresses of people and businesses
    Pii,
}

/// The form of the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum LogFormat {
    #[default]
    Text,
    Json,
}

impl Global {
    /// The directory to work in.
    pub fn root(&self) -> PathBuf {
        self.directory.clone().unwrap_or_else(|| PathBuf::from("."))
    }

    /// Names and addresses go nowhere, if that was asked for.
    pub fn redact(&mut self) {
        self.privacy = Privacy::new(self.redact.is_some());
    }

    /// The option on the command line that restricts a run, if there is one. A
    /// variable is for the whole job, and says nothing of this command.
    pub fn narrowed(&self) -> Option<&'static str> {
        let of_job = std::env::var(SHARD_VARIABLE).ok();
        if !self.target.is_empty() {
            Some("--target")
        } else if self.shard.is_some() && self.shard != of_job {
            Some("--shard")
        } else {
            None
        }
    }

    /// What `-v` asks for, from here on.
    pub fn start_log(&self, output: &Output) {
        let level = match self.verbose {
            0 => return,
            1 => "alz=debug",
            _ => "alz=trace,hyper_util=debug,reqwest=debug",
        };
        let builder = tracing_subscriber::fmt()
            .with_env_filter(level)
            .with_ansi(output.colours_remarks())
            .with_writer(self.privacy.log_writer(self.log_format == LogFormat::Json));
        // A second log in one process (as in a test) is no reason to stop.
        let _ = match self.log_format {
            LogFormat::Text => builder.try_init(),
            LogFormat::Json => builder.json().try_init(),
        };
    }
}
