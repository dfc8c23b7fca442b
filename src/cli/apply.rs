//! `alz apply`: does what the plan says.

use std::io::{BufRead, IsTerminal};
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::Exit;
use super::args::Global;
use super::fatal::Fatal;
use super::output::{Format, Output};
use super::plan::PlanningArgs;
use super::planning::{self, Planned};
use super::progress::Progress;
use super::session::{self, Project, Session};
use crate::api::WriteClient;
use crate::apply::{self, Interrupt, Outcome, StepReport};
use crate::desired::Repository;
use crate::model::live::LivePartition;
use crate::plan::document::FORMAT_VERSION;
use crate::plan::{NoteKind, Plan};
use crate::report;

/// Carry out the plan
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  alz apply                         plan, ask, do it
  alz apply --auto-approve          the same without asking, for pipelines
  alz apply plan.json               exactly what was reviewed, and nothing else
  alz apply --allow release=12      up to twelve releases, where the guard says five")]
pub struct ApplyArgs {
    /// A saved plan, or the files to apply
    #[arg(value_name = "PLAN.json | FILES")]
    pub files: Vec<PathBuf>,
    /// Don't ask
    #[arg(long)]
    pub auto_approve: bool,
    /// Exit 3 where something is blocked
    #[arg(long)]
    pub fail_on_blocked: bool,
    #[command(flatten)]
    pub planning: PlanningArgs,
}

pub async fn run(arguments: &ApplyArgs, global: &Global, output: &Output) -> Exit {
    match apply(arguments, global, output).await {
        Ok(exit) => exit,
        Err(fatal) => fatal.tell(output, &session::root_of(global), true),
    }
}

async fn apply(arguments: &ApplyArgs, global: &Global, output: &Output) -> Result<Exit, Fatal> {
    let allow = arguments.planning.allow()?;
    let reviewed = saved_plan(&arguments.files)?;
    let files = match reviewed {
        Some(_) => Vec::new(),
        None => session::from_directory(global, &arguments.files),
    };
    if reviewed.is_none() && !arguments.auto_approve && !can_ask() {
        return Err(Fatal::with_help(
            "apply asks before it does anything, and there is no terminal to ask on",
            "review `alz plan --out plan.json` and run `alz apply plan.json`, or add --auto-approve",
        ));
    }
    let project = Project::open(global, &files)?;
    let loaded = project.load(&files, session::today()?)?;
    output.warn_of(&loaded.warnings, &project.root);
    let session = project.connect(fastrand::u64(..)).await?;
    let request = planning::Request {
        files: &files,
        verify: !arguments.planning.no_verify,
        allow,
    };
    let run = Run {
        arguments,
        project: &project,
        session: &session,
        output,
    };
    let result = run
        .plan_and_apply(loaded.repository, reviewed, &request)
        .await;
    session.close().await;
    result
}

/// One apply, from the plan to the sum.
struct Run<'a> {
    arguments: &'a ApplyArgs,
    project: &'a Project,
    session: &'a Session,
    output: &'a Output,
}

impl Run<'_> {
    async fn plan_and_apply(
        &self,
        repository: Repository,
        reviewed: Option<Plan>,
        request: &planning::Request<'_>,
    ) -> Result<Exit, Fatal> {
        let output = self.output;
        let Planned {
            plan,
            style,
            partition,
        } = planning::make(self.project, self.session, repository, request, output).await?;
        let satisfied = match &reviewed {
            None => Vec::new(),
            Some(reviewed) => match apply::compare(reviewed, &plan) {
                Ok(still) => still.satisfied,
                Err(differences) => {
                    refuse_stale(&differences, output);
                    return Ok(Exit::Stale);
                }
            },
        };
        if output.format == Format::Human {
            output.result(&report::plan_human(&plan, &style));
        }
        if !plan.guards.is_empty() {
            return Err(Fatal::with_help(
                "the plan goes beyond the guards, so nothing was sent",
                "look at each step; then lift the guard by name, as the plan shows",
            ));
        }
        let ask = reviewed.is_none() && !self.arguments.auto_approve && !plan.steps.is_empty();
        if ask && !confirmed(&plan, output) {
            return Err(Fatal::new("not approved: nothing was sent"));
        }
        start(&plan, output);
        skip(&satisfied, output);
        let outcome = self.carry_out(&plan, &partition).await;
        let exit = self.exit(&plan, &outcome);
        finish(&plan, &outcome, satisfied.len(), exit, output);
        Ok(exit)
    }

    async fn carry_out(&self, plan: &Plan, partition: &LivePartition) -> Outcome {
        let interrupt = Interrupt::default();
        let listener = tokio::spawn(drain_on_signal(interrupt.clone()));
        let progress = Progress::new(self.output, "Applying", plan.steps.len() as u64);
        let writer = WriteClient::new(self.session.client.clone());
        let options = apply::Options {
            concurrency: self.project.concurrency,
        };
        let mut tell = |step: &StepReport<'_>| {
            progress.step();
            progress.suspend(|| tell_step(step, self.output));
        };
        let outcome = apply::run(plan, &writer, partition, &options, &interrupt, &mut tell).await;
        progress.finish();
        listener.abort();
        outcome
    }

    fn exit(&self, plan: &Plan, outcome: &Outcome) -> Exit {
        let blocked = plan.notes.iter().any(|note| note.kind == NoteKind::Blocked);
        if !outcome.not_started.is_empty() {
            Exit::Interrupted
        } else if outcome.tally.failed + outcome.tally.unknown > 0
            || (blocked && self.arguments.fail_on_blocked)
        {
            Exit::Failed
        } else {
            Exit::Done
        }
    }
}

/// The saved plan, where the only argument is one.
fn saved_plan(files: &[PathBuf]) -> Result<Option<Plan>, Fatal> {
    let [path] = files else {
        return Ok(None);
    };
    if path.extension().is_none_or(|extension| extension != "json") {
        return Ok(None);
    }
    let unusable = |why: String| {
        Fatal::with_help(
            format!(
                "{} is not a plan that can be applied: {why}",
                path.display()
            ),
            "make a new one with `alz plan --out plan.json`",
        )
    };
    let text = std::fs::read_to_string(path).map_err(|error| unusable(error.to_string()))?;
    let head: serde_json::Value =
        serde_json::from_str(&text).map_err(|error| unusable(error.to_string()))?;
    let format = head
        .get("formatVersion")
        .and_then(serde_json::Value::as_str);
    if format.and_then(|version| version.split('.').next()) != FORMAT_VERSION.split('.').next() {
        return Err(unusable(format!(
            "its formatVersion is {}, this alz reads {FORMAT_VERSION}",
            format.unwrap_or("missing")
        )));
    }
    serde_json::from_value(head)
        .map(Some)
        .map_err(|error| unusable(error.to_string()))
}

fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

fn confirmed(plan: &Plan, output: &Output) -> bool {
    output.ask(&format!(
        "\nApply this to environment {:?} (partition {})?\nOnly \"yes\" is taken as approval: ",
        plan.environment, plan.partition
    ));
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer).is_ok() && answer.trim() == "yes"
}

/// The first signal lets steps in flight finish; the second ends at once.
async fn drain_on_signal(interrupt: Interrupt) {
    if super::signal().await {
        interrupt.raise();
        if super::signal().await {
            super::end_at_once();
        }
    }
}

fn refuse_stale(differences: &[apply::Difference], output: &Output) {
    let lines: Vec<String> = differences.iter().map(ToString::to_string).collect();
    match output.format {
        Format::Json => output.result(&format!(
            "{}\n",
            json!({
                "event": "stale",
                "formatVersion": FORMAT_VERSION,
                "differences": lines,
            })
        )),
        Format::Human => output.error(&report::error(
            &format!(
                "the plan no longer holds, so nothing was sent:\n  - {}",
                lines.join("\n  - ")
            ),
            Some("make and review a new one with `alz plan --out plan.json`"),
        )),
    }
}

fn start(plan: &Plan, output: &Output) {
    if output.format == Format::Json {
        output.result(&format!(
            "{}\n",
            json!({
                "event": "start",
                "formatVersion": FORMAT_VERSION,
                "alzVersion": plan.alz_version,
                "environment": plan.environment,
                "partition": plan.partition,
                "desiredDigest": plan.desired_digest,
                "steps": plan.steps.len(),
            })
        ));
    }
}

fn skip(satisfied: &[String], output: &Output) {
    for id in satisfied {
        match output.format {
            Format::Json => output.result(&format!(
                "{}\n",
                json!({ "event": "step", "id": id, "status": "skipped", "message": "satisfied already" })
            )),
            Format::Human => output.result(&format!("  = {id}: satisfied already\n")),
        }
    }
}

fn tell_step(step: &StepReport<'_>, output: &Output) {
    match output.format {
        Format::Json => output.result(&report::step_json(step)),
        Format::Human => output.result(&report::step_human(step)),
    }
}

fn finish(plan: &Plan, outcome: &Outcome, satisfied: usize, exit: Exit, output: &Output) {
    match output.format {
        Format::Json => output.result(&report::outcome_json(plan, outcome, satisfied, exit.code())),
        Format::Human if plan.steps.is_empty() && satisfied == 0 => {}
        Format::Human => output.result(&report::outcome_human(plan, outcome)),
    }
}
