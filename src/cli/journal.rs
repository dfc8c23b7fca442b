//! The journal of runs: what a command learns from it and leaves in it, and
//! `alz journal`, which shows it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use serde_json::{Value, json};

use super::Exit;
use super::fatal::Fatal;
use super::global::Global;
use super::output::Output;
use super::session::{self, Project, Session};
use crate::apply::journal::{self, Header, Journal, JournalError, Line, Memory, Run, Unsettled};
use crate::apply::{Secrets, StepStatus};
use crate::desired::secrets::{resolve, resolve_pin};
use crate::model::porting::PortMemory;
use crate::plan::Plan;
use crate::plan::document::FORMAT_VERSION;
use crate::report;

/// What earlier runs have written down.
pub struct Remembered {
    pub ports: Arc<PortMemory>,
    pub unsettled: Unsettled,
    directory: PathBuf,
}

/// Where the journal is: as asked for, else beside alz.yaml.
fn directory(global: &Global, root: &std::path::Path) -> PathBuf {
    match &global.journal {
        Some(directory) => global.root().join(directory),
        None => root.join(".alz").join("journal"),
    }
}

/// Reads what earlier runs against this platform have written down.
pub async fn recall(
    global: &Global,
    project: &Project,
    session: &Session,
) -> Result<Remembered, Fatal> {
    let directory = directory(global, &project.root);
    let partition = session.client.partition_id().await?;
    let runs = journal::read(&directory, Some(session.now)).map_err(unusable)?;
    let Memory { ports, unsettled } = Memory::of(&runs, &project.environment, partition);
    Ok(Remembered {
        ports: Arc::new(ports),
        unsettled,
        directory,
    })
}

impl Remembered {
    /// Says which orders are looked for first.
    pub fn tell(&self, plan: &Plan, output: &Output) {
        for step in &plan.steps {
            if let Some(earlier) = self.unsettled.behind(step) {
                output.say(&format!(
                    "An earlier run ended before the outcome of {} was known ({}, journal {}): it is looked for first, twice and 30 seconds apart, before it is sent again.",
                    earlier.step, earlier.at, earlier.run
                ));
            }
        }
    }
}

/// The secrets that the plan will send, all of them or none.
pub fn secrets(plan: &Plan, project: &Project) -> Result<Secrets, Fatal> {
    Secrets::of(plan, &|reference, is_pin| {
        let found = if is_pin {
            resolve_pin(reference, &project.root)
        } else {
            resolve(reference, &project.root)
        };
        found.map_err(|error| error.to_string())
    })
    .map_err(|missing| Fatal::with_help(missing.to_string(), missing.help()))
}

/// Opens this run's journal; none where there is nothing to send.
pub fn begin(
    plan: &Plan,
    remembered: &Remembered,
    session: &Session,
) -> Result<Option<Journal>, Fatal> {
    if plan.steps.is_empty() {
        return Ok(None);
    }
    let header = Header::of(plan, session.now);
    let timer = Arc::clone(session.client.timer());
    Journal::create(&remembered.directory, header, timer)
        .map(Some)
        .map_err(unusable)
}

fn unusable(error: JournalError) -> Fatal {
    Fatal::with_help(
        format!("{error}; nothing was sent"),
        "every write is noted there before it is sent, so that none is sent twice; --journal DIR names another directory, which must outlast the run",
    )
}

/// Show past runs of apply
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  alz journal                       every run, the oldest first
  alz journal 20261123T17           the runs of that hour, step by step
  alz journal --journal /var/lib/alz")]
pub struct JournalArgs {
    /// The run to show, by the beginning of its name
    #[arg(value_name = "RUN")]
    pub run: Option<String>,
}

pub fn run(arguments: &JournalArgs, global: &Global, output: &Output) -> Exit {
    let root = session::root_of(global);
    match show(arguments, &directory(global, &root), output) {
        Ok(()) => Exit::Done,
        Err(fatal) => fatal.tell(output, &root, false),
    }
}

fn show(
    arguments: &JournalArgs,
    directory: &std::path::Path,
    output: &Output,
) -> Result<(), Fatal> {
    let all = journal::read(directory, None).map_err(|error| Fatal::new(error.to_string()))?;
    let runs: Vec<&Run> = match &arguments.run {
        Some(name) => all
            .iter()
            .filter(|run| run.name.starts_with(name))
            .collect(),
        None => all.iter().collect(),
    };
    if let (Some(name), true) = (&arguments.run, runs.is_empty()) {
        return Err(Fatal::with_help(
            format!("there is no run {name} in {}", directory.display()),
            "`alz journal` lists them",
        ));
    }
    match (output.is_json(), &arguments.run) {
        (true, asked) => {
            let runs: Vec<Value> = runs
                .iter()
                .map(|run| as_json(run, asked.is_some()))
                .collect();
            let document = json!({
                "formatVersion": FORMAT_VERSION,
                "directory": directory,
                "runs": runs,
            });
            output.result(&format!("{document:#}\n"));
        }
        (false, None) if runs.is_empty() => {
            output.result(&format!("No runs in {}.\n", directory.display()));
        }
        (false, asked) => {
            for run in runs {
                output.result(&report::journal::run(run, asked.is_some()));
            }
        }
    }
    Ok(())
}

fn as_json(run: &Run, steps: bool) -> Value {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for end in report::journal::ends(run).values() {
        *counts
            .entry(end.map_or("notKnown", StepStatus::name))
            .or_default() += 1;
    }
    let mut shown = json!({
        "name": run.name,
        "environment": run.header.environment,
        "partition": run.header.partition,
        "alzVersion": run.header.alz_version,
        "desiredDigest": run.header.desired_digest,
        "startedAt": run.header.started_at,
        "ended": run.lines.iter().any(|line| matches!(line, Line::End { .. })),
        "steps": counts,
    });
    if steps {
        shown["events"] = json!(run.lines);
    }
    shown
}
