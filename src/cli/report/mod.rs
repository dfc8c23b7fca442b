//! `alz report`: documents that were saved, put together and shown in any form.
//! It reads files alone: no platform, no credentials, no alz.yaml.

mod read;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::fatal::Fatal;
use super::forms::{self, Document};
use super::global::Global;
use super::output::Output;
use super::{Exit, session};
use crate::desired::Problem;
use crate::desired::problem::in_order;
use crate::plan::{self, Merged, Part, Plan, Unmergeable};
use crate::report;
use read::{Held, Unfit};

/// Show saved plans and audits, one or several of them as one
#[derive(Debug, Subcommand)]
pub enum ReportCommand {
    Merge(MergeArgs),
}

/// Make one result of the documents of several runs, in any form
///
/// The parts are what `plan`, `drift` and `validate` write with --format json.
/// Of one part alone the same document comes out, in the form asked for.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  alz report merge shard-*.json --format markdown      one comment of a matrix of runs
  alz report merge shard-*.json --format html --out drift.html
  alz report merge plan.json --format html             one document in another form

Exit status: that of the run which made the document. 2 where an audit found drift, and
with --detailed-exitcode where a plan has changes; 1 where files have errors.")]
pub struct MergeArgs {
    /// Documents as JSON
    #[arg(value_name = "PART.json", required = true)]
    pub parts: Vec<PathBuf>,
    /// Write the result into this file
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Go on without shards that are not there; the result says which
    #[arg(long)]
    pub allow_missing: bool,
    /// Exit 2 where a plan has changes
    #[arg(long)]
    pub detailed_exitcode: bool,
}

pub fn run(command: &ReportCommand, global: &Global, output: &Output) -> Exit {
    let ReportCommand::Merge(arguments) = command;
    match merge(arguments, global, output) {
        Ok(exit) => exit,
        Err(fatal) => fatal.tell(output, &session::root_of(global), false),
    }
}

/// What the parts are together.
enum Whole {
    Plan(Box<Plan>),
    Problems(Vec<Problem>),
}

fn merge(arguments: &MergeArgs, global: &Global, output: &Output) -> Result<Exit, Fatal> {
    let whole = gathered(arguments, global, output)?;
    let root = session::root_of(global);
    let document = match &whole {
        Whole::Plan(plan) => Document::Plan {
            plan,
            root: &root,
            files: &[],
        },
        Whole::Problems(problems) => Document::Problems {
            problems,
            root: &root,
        },
    };
    let text = forms::text(document, output.format, output)?;
    match &arguments.out {
        None => output.result(&text),
        Some(path) => {
            let plain = output.plain(output.format, &text);
            super::write_file(&global.root().join(path), &plain)?;
            output.say(&format!("Saved to {}.", path.display()));
        }
    }
    if let Whole::Plan(plan) = &whole {
        for remark in plan.merged.iter().flat_map(Merged::remarks) {
            output.say(&report::warning(&remark, None));
        }
    }
    Ok(exit(&whole, arguments.detailed_exitcode))
}

/// As of the run that would have made it.
fn exit(whole: &Whole, detailed: bool) -> Exit {
    let (failed, changed) = match whole {
        Whole::Problems(problems) => (problems.iter().any(Problem::is_error), false),
        Whole::Plan(plan) => {
            let drift = plan.drift.as_ref();
            if let Some(drift) = drift {
                return super::drift::exit(drift);
            }
            // A plan that its policies refuse has failed; an audit only tells of it.
            (plan.is_refused(), detailed && !plan.steps.is_empty())
        }
    };
    match (failed, changed) {
        (true, _) => Exit::Error,
        (false, true) => Exit::Changes,
        (false, false) => Exit::Done,
    }
}

/// What the files hold.
#[derive(Default)]
struct Parts {
    plans: Vec<Part>,
    problems: Vec<Problem>,
    /// The files that the problems are from.
    of_files: Vec<String>,
    /// Runs that made no document, and why.
    failed: Vec<String>,
    /// What is no document at all, or can't be shown as it was asked for.
    unfit: Vec<String>,
}

impl Parts {
    fn read(arguments: &MergeArgs, global: &Global, output: &Output) -> Self {
        let mut parts = Self::default();
        for path in &arguments.parts {
            let file = path.display().to_string();
            match read::open(&global.root().join(path)) {
                Ok(Held::Plan { plan, newer }) => parts.add(file, *plan, newer, output),
                Ok(Held::Problems(found)) => {
                    parts.problems.extend(found);
                    parts.of_files.push(file);
                }
                Err(why @ Unfit::Failed(_)) => parts.failed.push(format!("{file}: {why}")),
                Err(why) => parts.unfit.push(format!("{file}: {why}")),
            }
        }
        parts
    }

    fn add(&mut self, file: String, plan: Plan, newer: bool, output: &Output) {
        let format = &plan.format_version;
        if newer && output.is_json() {
            self.unfit.push(format!(
                "{file}: its format {format} has members that this alz does not know and would lose"
            ));
        } else if newer {
            let told = format!(
                "{file} was made by a newer alz: what its format {format} adds is not shown"
            );
            output.say(&report::warning(&told, None));
        }
        if output.privacy.redactor().is_some() && !plan.redacted {
            self.unfit
                .push(format!("{file}: names and addresses are in it"));
        }
        self.plans.push(Part { file, plan });
    }
}

fn gathered(arguments: &MergeArgs, global: &Global, output: &Output) -> Result<Whole, Fatal> {
    let Parts {
        plans,
        problems,
        of_files,
        failed,
        unfit,
    } = Parts::read(arguments, global, output);
    if !unfit.is_empty() {
        let faults: Vec<String> = unfit.into_iter().chain(failed).collect();
        let redacts = output.privacy.redactor().is_some();
        return Err(told(&faults, if redacts { UNFIT_REDACTED } else { UNFIT }));
    }
    match (plans.is_empty(), of_files.first()) {
        (false, Some(file)) => Err(Fatal::with_help(
            format!("{file} holds problems of files, and other parts hold plans"),
            "put together documents of one kind",
        )),
        (false, None) if failed.is_empty() => plan::merge(plans, arguments.allow_missing)
            .map(|plan| Whole::Plan(Box::new(plan)))
            .map_err(|faults| unmergeable(&faults)),
        (false, None) if arguments.allow_missing => without(plans, &failed, output),
        _ if !failed.is_empty() => Err(told(&failed, FAILED)),
        (_, _) => Ok(Whole::Problems(checked(problems, global, output)?)),
    }
}

/// The parts without those whose runs failed, which are shards that are missing:
/// for that it has to be known that there are shards, and that so many are.
fn without(plans: Vec<Part>, failed: &[String], output: &Output) -> Result<Whole, Fatal> {
    let plan = plan::merge(plans, true).map_err(|faults| unmergeable(&faults))?;
    let missing = plan.merged.as_ref().map(|merged| merged.missing.len());
    if missing.is_none_or(|missing| missing < failed.len()) {
        return Err(told(failed, FAILED));
    }
    for why in failed {
        output.say(&report::warning(why, None));
    }
    Ok(Whole::Plan(Box::new(plan)))
}

/// The ways out where parts are no documents.
const UNFIT: &str =
    "each part is what `plan`, `drift` or `validate` wrote with --format json, whole and unchanged";
const UNFIT_REDACTED: &str = "each part is what `plan`, `drift` or `validate` wrote with --format json; for --redact pii make it with --redact pii";
/// The way out where a run made no document.
const FAILED: &str = "its own log says more: run it again; --allow-missing goes on without a shard";

/// Problems in their order, each once; with `--redact pii` without what they
/// quote, which takes the files that they are about.
fn checked(
    mut problems: Vec<Problem>,
    global: &Global,
    output: &Output,
) -> Result<Vec<Problem>, Fatal> {
    in_order(&mut problems);
    if output.privacy.redactor().is_none() {
        return Ok(problems);
    }
    let root = session::root_of(global);
    let gone = |problem: &&Problem| !root.join(Path::new(&problem.file)).is_file();
    match problems.iter().find(gone) {
        Some(problem) => Err(Fatal::with_help(
            format!(
                "{} is not here, so what to leave out of its problems is not known",
                problem.file
            ),
            "run it where the files are, or make each form with `alz validate --redact pii`",
        )),
        None => Ok(output.privacy.problems(&problems, &root).into_owned()),
    }
}

fn unmergeable(faults: &[Unmergeable]) -> Fatal {
    let said: Vec<String> = faults.iter().map(Unmergeable::to_string).collect();
    let missing = faults
        .iter()
        .any(|fault| matches!(fault, Unmergeable::Missing { .. }));
    told(
        &said,
        match missing {
            true => {
                "name every shard of one run, each once; --allow-missing goes on without those that failed"
            }
            false => "name the parts of one run, each once",
        },
    )
}

fn told(faults: &[String], help: &str) -> Fatal {
    let what = match faults {
        [one] => format!("the parts don't make one: {one}"),
        several => format!("the parts don't make one:\n  - {}", several.join("\n  - ")),
    };
    Fatal::with_help(what, help)
}
