//! What can be said on the command line.

use std::path::PathBuf;

use clap::{ArgAction, Args, CommandFactory, Parser, Subcommand, ValueEnum};

use super::fatal::Fatal;
use super::forms;
use super::output::{ColorChoice, Format};
use super::privacy::Privacy;
use super::{
    Exit, Output, address, apply, drift, e911, explain, import, init, journal, narrow, numbers,
    plan, port, report, sandbox, schema, status, unlock, validate,
};
use crate::report::markdown::{self, Flavour};

/// Infrastructure as code for telephone numbers
#[derive(Debug, Parser)]
#[command(
    name = "alz",
    version,
    about,
    long_about = "Infrastructure as code for telephone numbers: YAML in Git, a plan in the pull request, \
                  apply after the merge.",
    max_term_width = 100,
    after_help = "\
Credentials come from the environment only: ALZ_USERNAME and ALZ_PASSWORD, or ALZ_TOKEN.

Start with:
  alz init && alz plan              a repository that works on the built-in sandbox"
)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    command: Command,
}

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
    /// Only these: a number, an account, a file, or a pattern (1801555*, accounts/utah/**); repeatable
    #[arg(long, value_name = "NUMBER|ACCOUNT|GLOB", global = true)]
    pub target: Vec<String>,
    /// Only this share of the accounts, for several runners side by side; or auto
    #[arg(
        long,
        value_name = "I/N",
        global = true,
        env = "ALZ_SHARD",
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
    http_log: Option<PathBuf>,
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
    const fn takes(self) -> (usize, Flavour) {
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
    fn narrowed(&self) -> Option<&'static str> {
        let of_job = std::env::var(narrow::VARIABLE).ok();
        if !self.target.is_empty() {
            Some("--target")
        } else if self.shard.is_some() && self.shard != of_job {
            Some("--shard")
        } else {
            None
        }
    }

    fn start_log(&self, output: &Output) {
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

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::InitArgs),
    Validate(validate::ValidateArgs),
    Plan(plan::PlanArgs),
    Apply(apply::ApplyArgs),
    Drift(drift::DriftArgs),
    Journal(journal::JournalArgs),
    Status(status::StatusArgs),
    Import(import::ImportArgs),
    /// Find, reserve and recover numbers of the inventory
    #[command(subcommand)]
    Numbers(numbers::NumbersCommand),
    /// Validate an address, or find it while typing
    #[command(subcommand)]
    Address(address::AddressCommand),
    /// Ask the E911 provider about addresses
    #[command(subcommand)]
    E911(e911::E911Command),
    Port(port::PortArgs),
    /// Show saved plans and audits, several of them as one
    #[command(subcommand)]
    Report(report::ReportCommand),
    Unlock(unlock::UnlockArgs),
    Schema(schema::SchemaArgs),
    Explain(explain::ExplainArgs),
    Sandbox(sandbox::SandboxArgs),
    /// Print the completion script of a shell
    #[command(after_help = "Examples:\n  alz completions bash > /etc/bash_completion.d/alz")]
    Completions {
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    #[command(after_help = "Examples:\n  alz man | man -l -")]
    Man,
}

impl Command {
    /// As it is typed; of a command with others below it, the first word.
    const fn name(&self) -> &'static str {
        match self {
            Command::Init(_) => "init",
            Command::Validate(_) => "validate",
            Command::Plan(_) => "plan",
            Command::Apply(_) => "apply",
            Command::Drift(_) => "drift",
            Command::Journal(_) => "journal",
            Command::Status(_) => "status",
            Command::Numbers(_) => "numbers",
            Command::Address(_) => "address",
            Command::E911(_) => "e911",
            Command::Port(_) => "port",
            Command::Report(_) => "report",
            Command::Unlock(_) => "unlock",
            Command::Schema(_) => "schema",
            Command::Sandbox(_) => "sandbox",
            Command::Completions { .. } => "completions",
            Command::Explain(_) => "explain",
            Command::Import(_) => "import",
            Command::Man => "man",
        }
    }

    /// The forms that its result can have (design, section 4).
    const fn formats(&self) -> &'static [Format] {
        use Format::{Github, Human, Json, Junit, Markdown, Sarif};
        match self {
            Command::Validate(_) => &[Human, Json, Markdown, Sarif, Junit, Github],
            Command::Report(_) | Command::Drift(_) => forms::FORMS,
            Command::Init(_)
            | Command::Plan(_)
            | Command::Apply(_)
            | Command::Journal(_)
            | Command::Status(_)
            | Command::Import(_)
            | Command::Numbers(_)
            | Command::Address(_)
            | Command::E911(_)
            | Command::Port(_)
            | Command::Unlock(_)
            | Command::Schema(_)
            | Command::Explain(_)
            | Command::Sandbox(_)
            | Command::Completions { .. }
            | Command::Man => &[Human, Json, Markdown],
        }
    }
}

impl Command {
    /// It can be restricted to targets and to a shard.
    const fn narrows(&self) -> bool {
        match self {
            Command::Plan(_)
            | Command::Apply(_)
            | Command::Drift(_)
            | Command::Status(_)
            | Command::E911(_) => true,
            Command::Init(_)
            | Command::Validate(_)
            | Command::Import(_)
            | Command::Journal(_)
            | Command::Numbers(_)
            | Command::Address(_)
            | Command::Port(_)
            | Command::Unlock(_)
            | Command::Schema(_)
            | Command::Explain(_)
            | Command::Sandbox(_)
            | Command::Completions { .. }
            | Command::Report(_)
            | Command::Man => false,
        }
    }
}

impl Cli {
    /// The output with what a comment needs to know.
    pub fn commented(&self, output: Output) -> Output {
        if !output.is_markdown() {
            return output;
        }
        let environment = super::session::environment_of(&self.global);
        let (limit, flavour) = self.global.comment_host.takes();
        let mut output = output.about(self.command.name(), environment);
        // One that is not understood is an error of its own.
        if let Ok(Some(shard)) = super::narrow::asked_shard(&self.global) {
            output.of_shard(&shard.to_string());
        }
        output.comment.limit = self.global.comment_limit.unwrap_or(limit);
        output.comment.flavour = flavour;
        output
    }

    pub fn run(&mut self, output: &Output) -> Exit {
        if let Some(path) = &self.global.http_log {
            let path = self.global.root().join(path);
            if let Err(fatal) = self.global.privacy.log_http(&path) {
                return fatal.tell(output, &self.global.root(), false);
            }
        }
        let exit = self.dispatch(output);
        // What the run has done it has done: its status is not the log's.
        if let Some(why) = self.global.privacy.http_log().and_then(|log| log.failure()) {
            let what = format!("the HTTP log is not complete: {why}");
            output.error(&crate::report::error(&what, None));
        }
        exit
    }

    fn dispatch(&self, output: &Output) -> Exit {
        self.global.start_log(output);
        let global = &self.global;
        // Init makes the directory that it is given; validate has its own form of saying so.
        let own = matches!(self.command, Command::Init(_) | Command::Validate(_));
        if !own && !global.root().is_dir() {
            let what = format!("{} is not a directory", global.root().display());
            return Fatal::with_help(what, "-C takes the directory to work in").tell(
                output,
                &global.root(),
                false,
            );
        }
        if !self.command.formats().contains(&global.format) {
            let known: Vec<&str> = self.command.formats().iter().map(|f| f.name()).collect();
            let what = format!("this command has no result as {}", global.format.name());
            let help = format!("its forms are {}", known.join(", "));
            return Fatal::with_help(what, help).tell(output, &global.root(), false);
        }
        if !self.command.narrows()
            && let Some(option) = global.narrowed()
        {
            let what = format!("this command takes no {option}");
            let help =
                "plan, apply, status and e911 check do; others name what they work on as arguments";
            return Fatal::with_help(what, help).tell(output, &global.root(), false);
        }
        match &self.command {
            Command::Init(arguments) => init::run(arguments, global, output),
            Command::Validate(arguments) => validate::run(arguments, global, output),
            Command::Schema(arguments) => schema::run(arguments, output),
            Command::Explain(arguments) => explain::run(arguments, output),
            Command::Plan(arguments) => {
                super::block_on(output, plan::run(arguments, global, output))
            }
            Command::Apply(arguments) => {
                super::block_on(output, apply::run(arguments, global, output))
            }
            Command::Drift(arguments) => {
                super::block_on(output, drift::run(arguments, global, output))
            }
            Command::Journal(arguments) => journal::run(arguments, global, output),
            Command::Status(arguments) => {
                super::block_on(output, status::run(arguments, global, output))
            }
            Command::Import(arguments) => {
                super::block_on(output, import::run(arguments, global, output))
            }
            Command::Numbers(command) => {
                super::block_on(output, numbers::run(command, global, output))
            }
            Command::Address(command) => {
                super::block_on(output, address::run(command, global, output))
            }
            Command::E911(command) => super::block_on(output, e911::run(command, global, output)),
            Command::Port(arguments) => {
                super::block_on(output, port::run(arguments, global, output))
            }
            Command::Report(command) => report::run(command, global, output),
            Command::Unlock(arguments) => {
                super::block_on(output, unlock::run(arguments, global, output))
            }
            Command::Sandbox(arguments) => super::block_on(output, sandbox::run(arguments, output)),
            Command::Completions { shell } => {
                let mut script = Vec::new();
                clap_complete::generate(*shell, &mut Self::command(), "alz", &mut script);
                output.result(&String::from_utf8_lossy(&script));
                Exit::Done
            }
            Command::Man => manual(output),
        }
    }
}

/// A command, and all that are below it.
fn with_subcommands(command: &clap::Command) -> Vec<&clap::Command> {
    let below = command
        .get_subcommands()
        .filter(|command| command.get_name() != "help")
        .flat_map(with_subcommands);
    std::iter::once(command).chain(below).collect()
}

/// One page with every command.
fn manual(output: &Output) -> Exit {
    let mut page = Vec::new();
    let mut command = Cli::command();
    command.build();
    let rendered = with_subcommands(&command)
        .into_iter()
        .try_for_each(|command| clap_mangen::Man::new(command.clone()).render(&mut page));
    match rendered {
        Ok(()) => {
            output.result(&String::from_utf8_lossy(&page));
            Exit::Done
        }
        Err(error) => {
            output.error(&format!("error: the manual can't be made: {error}"));
            Exit::Error
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
