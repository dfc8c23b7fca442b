//! What can be said on the command line.

use clap::{CommandFactory, Parser, Subcommand};

use super::fatal::Fatal;
use super::forms;
use super::global::Global;
use super::output::Format;
use super::signals::{self, Ended};
use super::{
    Exit, Output, address, apply, drift, e911, explain, import, init, journal, numbers, plan, port,
    report, sandbox, schema, status, unlock, validate,
};

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

    /// Runs a command that changes nothing.
    fn looking(&self, output: &Output, command: impl Future<Output = Exit>) -> Exit {
        self.until_signal(Ended::Looking, output, command)
    }

    fn until_signal(
        &self,
        ended: Ended,
        output: &Output,
        command: impl Future<Output = Exit>,
    ) -> Exit {
        let command = signals::until_signal(ended, &self.global, output, command);
        super::block_on(output, command)
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
            let help = "plan, apply, drift, status and e911 check do; others name what they work on as arguments";
            return Fatal::with_help(what, help).tell(output, &global.root(), false);
        }
        match &self.command {
            Command::Init(arguments) => init::run(arguments, global, output),
            Command::Validate(arguments) => validate::run(arguments, global, output),
            Command::Schema(arguments) => schema::run(arguments, output),
            Command::Explain(arguments) => explain::run(arguments, output),
            Command::Plan(arguments) => self.looking(output, plan::run(arguments, global, output)),
            Command::Apply(arguments) => {
                super::block_on(output, apply::run(arguments, global, output))
            }
            Command::Drift(arguments) => {
                self.looking(output, drift::run(arguments, global, output))
            }
            Command::Journal(arguments) => journal::run(arguments, global, output),
            Command::Status(arguments) if arguments.watch => {
                self.until_signal(Ended::Watch, output, status::run(arguments, global, output))
            }
            Command::Status(arguments) => {
                self.looking(output, status::run(arguments, global, output))
            }
            Command::Import(arguments) => {
                // It listens for itself: what it has written is to be told.
                super::block_on(output, import::run(arguments, global, output))
            }
            Command::Numbers(command) => {
                let run = numbers::run(command, global, output);
                self.until_signal(Ended::Reserving, output, run)
            }
            Command::Address(command) => {
                self.looking(output, address::run(command, global, output))
            }
            Command::E911(command) => self.looking(output, e911::run(command, global, output)),
            Command::Port(arguments) if arguments.writes() => {
                super::block_on(output, port::run(arguments, global, output))
            }
            Command::Port(arguments) => self.looking(output, port::run(arguments, global, output)),
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
