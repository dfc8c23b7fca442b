//! `alz apply`: does what the plan says.

use std::io::{BufRead, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use clap::Args;
use serde_json::json;

use super::Exit;
use super::clock;
use super::fatal::Fatal;
use super::global::Global;
use super::journal::{self, Remembered};
use super::lock::{self, LockArgs};
use super::output::{Format, Output};
use super::plan::{self, PlanningArgs};
use super::planning::{self, Planned};
use super::policies;
use super::progress::Progress;
use super::reading::Chosen;
use super::session::{self, Project, Session};
use super::signals;
use super::telling::{ending, finish, refuse_stale, start, stopped, tell_step};
use crate::api::WriteClient;
use crate::apply::journal::Journal;
use crate::apply::{self, Interrupt, Outcome, Saved, Secrets, StepReport, StepStatus};
use crate::desired::Repository;
use crate::live;
use crate::lock::{Guard, Releaser};
use crate::model::live::LivePartition;
use crate::plan::{Merged, NoteKind, Plan, Step};
use crate::report::markdown::{self, Ended};
use crate::report::redact::{self, Key};
use crate::report::{self};

/// How long reads may lag behind the writes of a run just ended.
const LAG: Duration = Duration::from_secs(3);

/// Carry out the plan
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  alz apply                         plan, ask, do it
  alz apply --auto-approve          the same without asking, for pipelines
  alz apply plan.json               exactly what was reviewed, and nothing else
  alz apply --allow release=12      up to twelve releases, where the guard says five
  alz apply --lock-timeout 10m      wait for another run to end, if there is one")]
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
    #[command(flatten)]
    pub lock: LockArgs,
}

pub async fn run(arguments: &ApplyArgs, global: &Global, output: &Output) -> Exit {
    match apply(arguments, global, output).await {
        Ok(exit) => exit,
        Err(fatal) => fatal.tell(output, &session::root_of(global), true),
    }
}

async fn apply(arguments: &ApplyArgs, global: &Global, output: &Output) -> Result<Exit, Fatal> {
    let allow = arguments.planning.allow()?;
    let (reviewed, named) = saved_plan(global, &arguments.files)?;
    let shard = reviewed
        .as_ref()
        .and_then(|saved| saved.plan.shard.as_deref());
    shard.into_iter().for_each(|shard| output.of_shard(shard));
    if reviewed.is_none() && !arguments.auto_approve && !can_ask() {
        return Err(Fatal::with_help(
            "apply asks before it does anything, and there is no terminal to ask on",
            "review `alz plan --out plan.json` and run `alz apply plan.json`, or add --auto-approve",
        ));
    }
    if let Some(plan) = &reviewed
        && arguments.planning.resend_secrets
        && !plan.plan.resend_secrets
    {
        return Err(Fatal::with_help(
            "the saved plan does not send secrets again, and --resend-secrets can't add that to what was reviewed; nothing was sent",
            "review `alz plan --resend-secrets --out plan.json` and apply that; or `alz port update NAME --resend-secrets`",
        ));
    }
    let interrupt = Interrupt::default();
    let running = Arc::new(AtomicBool::new(false));
    let held = Arc::new(OnceLock::new());
    let signals = tokio::spawn(on_signal(
        interrupt.clone(),
        Arc::clone(&running),
        Arc::clone(&held),
        output.clone(),
    ));
    // A plan of some files is applied to the same ones.
    let restricted: Vec<PathBuf> = match &reviewed {
        Some(saved) if named.is_empty() => saved.plan.files.iter().map(PathBuf::from).collect(),
        _ => Vec::new(),
    };
    let mut files = session::from_directory(global, named);
    let mut project = if restricted.is_empty() {
        Project::open(global, &files)?
    } else {
        let project = Project::open(global, &session::from_directory(global, &restricted))?;
        files = restricted
            .iter()
            .map(|file| project.root.join(file))
            .collect();
        project
    };
    let loaded = project.load(&files, clock::today()?)?;
    output.warn_of(&loaded.warnings, &project.root);
    if let Some(saved) = &reviewed {
        project.narrow =
            std::mem::take(&mut project.narrow).saved(&saved.plan, &loaded.repository)?;
    }
    // What is planned from here on is read by the only run that may write.
    let accounts = Chosen::of(&project, &loaded.repository, &files)?.ids(&loaded.repository);
    let (session, guard) = lock::connect(
        &project,
        &arguments.lock,
        "apply",
        accounts,
        fastrand::u64(..),
        output,
    )
    .await?;
    // Set once, here.
    let _ = held.set(guard.releaser());
    interrupt.unless({
        let watch = guard.watch();
        move || watch.holds()
    });
    let remembered = match journal::recall(global, &project, &session).await {
        Ok(remembered) => remembered,
        Err(fatal) => {
            session.close().await;
            guard.release().await;
            return Err(fatal);
        }
    };
    let run = Run {
        ask: reviewed.is_none() && !arguments.auto_approve,
        fail_on_blocked: arguments.fail_on_blocked,
        project: &project,
        session: &session,
        remembered: &remembered,
        interrupt: &interrupt,
        running: &running,
        guard: &guard,
        output,
    };
    let request = planning::Request {
        files: &files,
        verify: !arguments.planning.no_verify,
        allow,
        memory: Arc::clone(&remembered.ports),
        // A plan that sends them again was reviewed as such.
        resend_secrets: reviewed
            .as_ref()
            .map_or(arguments.planning.resend_secrets, |saved| {
                saved.plan.resend_secrets
            }),
        // Whose a change is was said where it was reviewed.
        base: None,
        audit: None,
    };
    let result = run
        .plan_and_apply(&Arc::new(loaded.repository), reviewed, &request)
        .await;
    signals.abort();
    session.close().await;
    guard.release().await;
    result
}

/// One apply, from the plan to the sum.
pub(super) struct Run<'a> {
    /// A person approves of it on the terminal first.
    pub ask: bool,
    /// Exit 3 where something is blocked.
    pub fail_on_blocked: bool,
    pub project: &'a Project,
    pub session: &'a Session,
    /// What earlier runs have written down.
    pub remembered: &'a Remembered,
    pub interrupt: &'a Interrupt,
    /// Something may be in flight.
    pub running: &'a AtomicBool,
    /// The accounts are this run's alone, as long as it holds.
    pub guard: &'a Guard,
    pub output: &'a Output,
}

impl Run<'_> {
    async fn plan_and_apply(
        &self,
        repository: &Arc<Repository>,
        reviewed: Option<Saved>,
        request: &planning::Request<'_>,
    ) -> Result<Exit, Fatal> {
        let output = self.output;
        let mut planned =
            planning::make(self.project, self.session, repository, request, output).await?;
        let mut satisfied = Vec::new();
        if let Some(reviewed) = &reviewed {
            let mut judged = self.judge(reviewed, &planned).await?;
            if let Err(differences) = &judged
                && differences.iter().any(apply::Difference::may_be_lag)
            {
                // A read may lag behind the last run's writes: look once more.
                self.session.client.timer().pass(LAG).await;
                planned =
                    planning::make(self.project, self.session, repository, request, output).await?;
                judged = self.judge(reviewed, &planned).await?;
            }
            match judged {
                Ok(steps) => satisfied = steps,
                Err(differences) => {
                    refuse_stale(&differences, output);
                    return Ok(Exit::Stale);
                }
            }
        }
        self.carry(planned, &satisfied).await
    }

    /// Shows the plan, asks, does it and sums it up. `satisfied` are steps of
    /// a reviewed plan that were done before.
    pub(super) async fn carry(&self, planned: Planned, satisfied: &[Step]) -> Result<Exit, Fatal> {
        let output = self.output;
        let Planned {
            mut plan,
            style,
            partition,
            key,
            repository,
        } = planned;
        if !output.is_json() {
            let hidden = output.privacy.plan(&plan, &key);
            let style = output.privacy.style(style);
            let text = report::plan_human(hidden.as_ref().unwrap_or(&plan), &style);
            match output.is_markdown() {
                false => output.result(&text),
                // One document tells of plan and outcome, once there is one.
                true if self.ask => output.error(&text),
                true => {}
            }
        }
        if !plan.guards.is_empty() {
            let lifts: String = plan::lifts(&plan).collect();
            return Err(Fatal::with_help(
                "the plan goes beyond the guards, so nothing was sent",
                format!("look at each step; if they are all meant, add{lifts}"),
            ));
        }
        policies::refuse(&plan)?;
        let secrets = journal::secrets(&plan, self.project)?;
        if self.ask && !plan.steps.is_empty() && !confirmed(&plan, output) {
            return Err(Fatal::new("not approved: nothing was sent"));
        }
        // A lock or a person may have taken their time, and a window has closed.
        policies::judge(&mut plan, &repository, self.session.present()?)?;
        policies::refuse(&plan)?;
        let hidden = output.privacy.plan(&plan, &key);
        let shown = hidden.as_ref().unwrap_or(&plan);
        let journal = journal::begin(&plan, self.remembered, self.session)?;
        start(&plan, output);
        self.remembered.tell(&plan, output);
        let mut ended = Vec::new();
        for step in satisfied {
            match output.format {
                Format::Json => output.result(&report::satisfied_json(step)),
                Format::Markdown => ended.push(Ended {
                    step: step.clone(),
                    status: StepStatus::Skipped,
                    message: Some("satisfied already".to_owned()),
                }),
                Format::Human
                | Format::Sarif
                | Format::Junit
                | Format::Github
                | Format::Html
                | Format::Prometheus => output.result(&report::satisfied_human(step)),
            }
        }
        let outcome = match &journal {
            Some(journal) => {
                let tell = &mut |step: &StepReport<'_>| match output.is_markdown() {
                    true => ended.push(ending(step, shown, output)),
                    false => tell_step(step, output),
                };
                self.carry_out(&plan, &partition, &secrets, journal, tell)
                    .await
            }
            None => Outcome::default(),
        };
        let exit = self.exit(&plan, &outcome);
        match output.is_markdown() {
            true => {
                let not_started = &outcome.not_started;
                let text = markdown::applied(shown, &ended, not_started, &output.comment);
                output.result(&text);
            }
            false => finish(&plan, &outcome, satisfied.len(), exit, output),
        }
        Ok(exit)
    }

    /// Whether the fresh plan does nothing that was not reviewed; if so, the
    /// reviewed steps that are satisfied already.
    async fn judge(
        &self,
        reviewed: &Saved,
        planned: &Planned,
    ) -> Result<Result<Vec<Step>, Vec<apply::Difference>>, Fatal> {
        // A plan that hides values is compared with what they would be hidden as.
        let hidden = redact::is_redacted(&reviewed.plan)
            .then(|| redact::plan(&planned.plan, &planned.key, None));
        let fresh = hidden.as_ref().unwrap_or(&planned.plan);
        let missing = match apply::compare(&reviewed.plan, reviewed.edited, fresh) {
            Ok(still) => still.missing,
            Err(differences) => return Ok(Err(differences)),
        };
        let mut satisfied = Vec::new();
        let mut impossible = Vec::new();
        for step in missing {
            let client = &self.session.client;
            let known = self.unmasked(step, &planned.key).await?;
            if apply::is_satisfied(&known, client, &planned.partition).await? {
                satisfied.push(step.clone());
            } else {
                impossible.push(apply::no_longer_possible(step, &planned.plan));
            }
        }
        Ok(if impossible.is_empty() {
            Ok(satisfied)
        } else {
            Err(impossible)
        })
    }

    /// The step with the values that it hides, as far as the platform shows them.
    async fn unmasked(&self, step: &Step, key: &Key) -> Result<Step, Fatal> {
        let hides = step.changes.iter().any(|c| redact::is_hidden(&c.after));
        let (true, [number]) = (hides, step.numbers.as_slice()) else {
            return Ok(step.clone());
        };
        let live = live::number(&self.session.client, &step.account, *number).await?;
        Ok(match live {
            Some(live) => redact::unmasked(step, &live, key),
            None => step.clone(),
        })
    }

    async fn carry_out(
        &self,
        plan: &Plan,
        partition: &LivePartition,
        secrets: &Secrets,
        journal: &Journal,
        told: &mut (dyn FnMut(&StepReport<'_>) + Send),
    ) -> Outcome {
        self.running.store(true, Ordering::SeqCst);
        let progress = Progress::new(self.output, "Applying", plan.steps.len() as u64);
        let writer = WriteClient::new(self.session.client.clone());
        let options = apply::Options {
            concurrency: self.project.concurrency,
            secrets,
            journal,
            unsettled: &self.remembered.unsettled,
        };
        let mut tell = |step: &StepReport<'_>| {
            progress.step();
            progress.suspend(|| told(step));
        };
        let outcome = apply::run(
            plan,
            &writer,
            partition,
            &options,
            self.interrupt,
            &mut tell,
        )
        .await;
        progress.finish();
        if !outcome.not_started.is_empty()
            && let Some(why) = self.guard.watch().lost()
        {
            lock::tell_lost(why, self.output);
        }
        outcome
    }

    fn exit(&self, plan: &Plan, outcome: &Outcome) -> Exit {
        let blocked = plan.notes.iter().any(|note| note.kind == NoteKind::Blocked);
        if !outcome.not_started.is_empty() {
            Exit::Interrupted
        } else if outcome.tally.failed + outcome.tally.unknown > 0
            || (blocked && self.fail_on_blocked)
        {
            Exit::Failed
        } else {
            Exit::Done
        }
    }
}

/// The saved plan, where the first argument is one, and the files named beside it.
fn saved_plan<'a>(
    global: &Global,
    arguments: &'a [PathBuf],
) -> Result<(Option<Saved>, &'a [PathBuf]), Fatal> {
    let is_json = |path: &PathBuf| {
        path.extension()
            .is_some_and(|extension| extension == "json")
    };
    let (path, files) = match arguments.split_first() {
        Some((path, files)) if is_json(path) => (path, files),
        _ => return Ok((None, arguments)),
    };
    match Saved::open(&global.root().join(path)) {
        Ok(saved) if saved.plan.drift.is_some() => Err(Fatal::with_help(
            format!(
                "{} is the report of an audit: it was made without asking the E911 provider about new addresses, and nobody has reviewed it as a plan",
                path.display()
            ),
            "alz plan --out plan.json makes one to review",
        )),
        Ok(saved) => match &saved.plan.merged {
            None => Ok((Some(saved), files)),
            Some(merged) => Err(put_together(path, merged)),
        },
        Err(why) => Err(Fatal::with_help(
            format!(
                "{} is not a plan that can be applied: {why}",
                path.display()
            ),
            "make a new one with `alz plan --out plan.json`",
        )),
    }
}

/// What its steps relied on stayed with the parts.
fn put_together(path: &Path, merged: &Merged) -> Fatal {
    let parts: Vec<String> = merged
        .parts
        .iter()
        .map(|part| format!("alz apply {}", part.file))
        .collect();
    Fatal::with_help(
        format!(
            "{} is for reading: it was put together of {} plans by `alz report merge`",
            path.display(),
            parts.len()
        ),
        format!("apply each of them where it was made: {}", parts.join("; ")),
    )
}

pub(super) fn can_ask() -> bool {
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

/// Before anything is sent a signal ends the run. After that the first lets
/// steps in flight finish, and the second ends at once.
pub(super) async fn on_signal(
    interrupt: Interrupt,
    running: Arc<AtomicBool>,
    held: Arc<OnceLock<Releaser>>,
    output: Output,
) {
    if !signals::signal().await {
        return;
    }
    if !running.load(Ordering::SeqCst) {
        // From here on the interrupt keeps what was claimed from being written to.
        interrupt.raise();
        if let Some(held) = held.get() {
            held.release().await;
        }
        output.error("\nInterrupted: nothing was sent.");
        if output.is_json() {
            let event =
                json!({ "event": "summary", "done": 0, "exitCode": Exit::Interrupted.code() });
            output.result(&format!("{event}\n"));
        }
        stopped(&output, "interrupted: nothing was sent", None);
        signals::end_at_once();
    }
    interrupt.raise();
    output.say(&format!(
        "\nInterrupted: {}nothing new is sent. Once more ends at once.",
        match interrupt.in_flight().len() {
            0 => String::new(),
            1 => "1 step in flight will be finished, ".to_owned(),
            steps => format!("{steps} steps in flight will be finished, "),
        }
    ));
    if signals::signal().await {
        let steps = interrupt.in_flight();
        match output.is_json() {
            true => output.result(&format!(
                "{}\n",
                json!({
                    "event": "summary",
                    "unknown": steps.len(),
                    "unknownSteps": steps,
                    "notStarted": interrupt.not_started(),
                    "exitCode": Exit::Interrupted.code(),
                })
            )),
            false => {
                let what = format!(
                    "Ended at once. What became of these is not known, the next run looks first: {}\nNot started: {}",
                    steps.join(", "),
                    interrupt.not_started().join(", ")
                );
                output.error(&what);
                stopped(&output, &what, None);
            }
        }
        signals::end_at_once();
    }
}
