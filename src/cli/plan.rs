//! `alz plan`: what apply would do.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::base::Base;
use super::clock;
use super::fatal::Fatal;
use super::global::Global;
use super::output::Output;
use super::session::{self, Project};
use super::{Exit, journal, planning};
use crate::plan::{Allow, Plan};
use crate::report::{self, markdown};

/// What of the platform a plan looks at, and how far it may go.
#[derive(Debug, Args)]
pub struct PlanningArgs {
    /// Don't ask the platform whether new addresses are valid
    #[arg(long)]
    pub no_verify: bool,
    /// Lift a guard up to a count: release, e911 or update
    #[arg(long, value_name = "GUARD=COUNT")]
    pub allow: Vec<String>,
    /// Send the PINs and account numbers of ports again: they have changed
    #[arg(long)]
    pub resend_secrets: bool,
}

impl PlanningArgs {
    pub fn allow(&self) -> Result<Allow, Fatal> {
        let mut allow = Allow::default();
        for said in &self.allow {
            let usage = || {
                Fatal::with_help(
                    format!("--allow {said} is not understood"),
                    "write it as --allow release=12; the guards are release, e911 and update",
                )
            };
            let (guard, count) = said.split_once('=').ok_or_else(usage)?;
            let count: u64 = count.parse().map_err(|_| usage())?;
            match guard {
                "release" => allow.release = Some(count),
                "e911" => allow.e911 = Some(count),
                "update" => allow.update = Some(count),
                _ => return Err(usage()),
            }
        }
        Ok(allow)
    }
}

/// Show what apply would do
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  alz plan                          every account of the default environment
  alz plan accounts/lindon.yaml     one file
  alz plan --out plan.json          save it, for `alz apply plan.json`
  alz plan --base origin/main       what this branch changes, apart from drift
  alz plan --format markdown        for a comment on the pull request
  alz plan --detailed-exitcode      exit 2 where there are changes")]
pub struct PlanArgs {
    /// Plan only what these files declare
    #[arg(value_name = "FILES")]
    pub files: Vec<PathBuf>,
    /// Save the plan here, for review and for `alz apply`
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Say of every change whether this branch makes it, the platform had
    /// drifted, or it was pending, by the files of this Git revision
    #[arg(long, value_name = "REV")]
    pub base: Option<String>,
    /// Exit 2 where there are changes
    #[arg(long)]
    pub detailed_exitcode: bool,
    #[command(flatten)]
    pub planning: PlanningArgs,
}

pub async fn run(arguments: &PlanArgs, global: &Global, output: &Output) -> Exit {
    match plan(arguments, global, output).await {
        Ok(exit) => exit,
        Err(fatal) => fatal.tell(output, &session::root_of(global), false),
    }
}

async fn plan(arguments: &PlanArgs, global: &Global, output: &Output) -> Result<Exit, Fatal> {
    let allow = arguments.planning.allow()?;
    let files = session::from_directory(global, &arguments.files);
    let project = Project::open(global, &files)?;
    let loaded = project.load(&files, clock::today()?)?;
    output.warn_of(&loaded.warnings, &project.root);
    // Before anything is asked of the platform: it may not be there.
    let base = match &arguments.base {
        Some(revision) => {
            output.privacy.keep(revision);
            let base = Base::read(&project, revision, &files, clock::today()?, output)?;
            Some(Arc::new(base))
        }
        None => None,
    };
    let session = project.connect(fastrand::u64(..)).await?;
    let remembered = journal::recall(global, &project, &session).await?;
    let made = planning::make(
        &project,
        &session,
        &Arc::new(loaded.repository),
        &planning::Request {
            files: &files,
            verify: !arguments.planning.no_verify,
            allow,
            memory: remembered.ports,
            resend_secrets: arguments.planning.resend_secrets,
            base,
            audit: None,
        },
        output,
    )
    .await;
    session.close().await;
    let planning::Planned {
        mut plan,
        style,
        key,
        ..
    } = made?;
    if let Some(shown) = output.privacy.plan(&plan, &key) {
        plan = shown;
    }
    let json = report::plan_json(&plan).map_err(|error| Fatal::new(error.to_string()))?;
    if let Some(path) = &arguments.out {
        super::write_file(&global.root().join(path), &json)?;
    }
    match output.is_json() {
        true => output.result(&json),
        false => {
            output.result(&match output.is_markdown() {
                true => {
                    let saved = arguments.out.as_ref();
                    let options = markdown::Options {
                        saved: saved.map(|path| elsewhere(path)),
                        ..output.comment.clone()
                    };
                    markdown::plan(&plan, &options)
                }
                false => report::plan_human(&plan, &output.privacy.style(style)),
            });
            if let Some(path) = &arguments.out {
                let allow: String = lifts(&plan).collect();
                output.say(&format!(
                    "Saved to {0}. Apply exactly this with: alz apply {0}{allow}",
                    path.display()
                ));
            }
        }
    }
    Ok(if plan.is_refused() {
        output.say("A policy refuses this plan: apply would send nothing.");
        Exit::Error
    } else if arguments.detailed_exitcode && !plan.steps.is_empty() {
        Exit::Changes
    } else {
        Exit::Done
    })
}

/// A saved plan as a comment names it: a whole path is one of the machine that
/// planned, and nobody else has it.
fn elsewhere(path: &Path) -> String {
    let name = match path.is_absolute() {
        true => path.file_name().map(Path::new),
        false => None,
    };
    name.unwrap_or(path).display().to_string()
}

/// What has to be added to a command line for the plan to be let through.
pub fn lifts(plan: &Plan) -> impl Iterator<Item = String> {
    let lifts: BTreeSet<String> = plan
        .guards
        .iter()
        .map(|tripped| format!(" --allow {}={}", tripped.guard, tripped.allow))
        .collect();
    lifts.into_iter()
}
