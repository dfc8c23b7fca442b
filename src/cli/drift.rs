//! `alz drift`: the audit. It reads, says what it found in as many forms as are
//! asked for, and changes nothing.

use std::collections::BTreeSet;
use std::path::{Component, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::auditing::Terms;
use super::clock;
use super::fatal::Fatal;
use super::forms::{self, Document};
use super::global::Global;
use super::output::{Format, Output};
use super::reading::Chosen;
use super::session::{self, Project};
use super::{Exit, journal, planning};
use crate::plan::{Allow, Drift};

/// Find what is not as the files say
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  alz drift                         every account of the default environment
  alz drift accounts/lindon.yaml    one file
  alz drift --fail-on-unmanaged     numbers that no file declares are drift too
  alz drift --report json=drift.json --report prometheus=alz.prom
                                    one reading, told in several forms

Exit status: 0 no drift, 1 the audit is not whole (an account could not be read,
or none), 2 drift.")]
pub struct DriftArgs {
    /// Look only at what these files declare
    #[arg(value_name = "FILES")]
    pub files: Vec<PathBuf>,
    /// A number that no file declares is drift
    #[arg(long)]
    pub fail_on_unmanaged: bool,
    /// Write the result to a file as well, in this form; may be said several times
    #[arg(long, value_name = "FORMAT=FILE", value_parser = report_file)]
    pub report: Vec<(Format, PathBuf)>,
}

fn report_file(said: &str) -> Result<(Format, PathBuf), String> {
    let (format, file) = said
        .split_once('=')
        .filter(|(_, file)| !file.is_empty())
        .ok_or("write it as json=drift.json")?;
    if file == "-" {
        return Err("what goes to standard output is said with --format".to_owned());
    }
    let format = Format::from_str(format, false).map_err(|_| {
        let known: Vec<&str> = Format::value_variants().iter().map(|f| f.name()).collect();
        format!("{format} is no form; known: {}", known.join(", "))
    })?;
    Ok((format, PathBuf::from(file)))
}

/// Files that two reports would go to: one of them would be lost.
fn reported_twice(reports: &[(Format, PathBuf)]) -> Vec<String> {
    let mut seen: BTreeSet<PathBuf> = BTreeSet::new();
    reports
        .iter()
        .filter(|(_, file)| {
            let parts = file.components().filter(|part| *part != Component::CurDir);
            !seen.insert(parts.collect())
        })
        .map(|(_, file)| file.display().to_string())
        .collect()
}

pub async fn run(arguments: &DriftArgs, global: &Global, output: &Output) -> Exit {
    match drift(arguments, global, output).await {
        Ok(exit) => exit,
        Err(fatal) => fatal.tell(output, &session::root_of(global), false),
    }
}

async fn drift(arguments: &DriftArgs, global: &Global, output: &Output) -> Result<Exit, Fatal> {
    let twice = reported_twice(&arguments.report);
    if !twice.is_empty() {
        return Err(Fatal::with_help(
            format!("two reports would be written to {}", twice.join(", ")),
            "give each --report a file of its own",
        ));
    }
    let files = session::from_directory(global, &arguments.files);
    let project = Project::open(global, &files)?;
    let loaded = project.load(&files, clock::today()?)?;
    output.warn_of(&loaded.warnings, &project.root);
    let session = project.connect(fastrand::u64(..)).await?;
    let remembered = journal::recall(global, &project, &session).await?;
    let made = planning::make(
        &project,
        &session,
        &Arc::new(loaded.repository),
        &planning::Request {
            files: &files,
            // Nothing is about to be sent; what is asked all the same, the audit says.
            verify: false,
            allow: Allow::default(),
            memory: remembered.ports,
            resend_secrets: false,
            base: None,
            audit: Some(Terms {
                fail_on_unmanaged: arguments.fail_on_unmanaged,
                cooldown_days: project.cooldown_days,
            }),
        },
        output,
    )
    .await;
    session.close().await;
    let planning::Planned {
        mut plan,
        key,
        repository,
        ..
    } = made?;
    if let Some(shown) = output.privacy.plan(&plan, &key) {
        plan = shown;
    }
    // Of the others nothing is known, and so nothing is said.
    let chosen = Chosen::of(&project, &repository, &files)?;
    let files = repository.files(chosen.0.as_deref());
    let document = Document::Plan {
        plan: &plan,
        root: &project.root,
        files: &files,
    };
    // First what somebody may be waiting for: a full disk hides no finding.
    output.result(&forms::text(document, output.format, output)?);
    let written = write_reports(&arguments.report, document, global, output);
    let drift = plan.drift.as_ref();
    Ok(match drift.map_or(Exit::Done, exit) {
        _ if !written => Exit::Error,
        exit => exit,
    })
}

/// Whether all of them are in their files. What stands in the way of one is
/// said, and keeps no other back.
fn write_reports(
    reports: &[(Format, PathBuf)],
    document: Document<'_>,
    global: &Global,
    output: &Output,
) -> bool {
    let mut written = true;
    for (format, file) in reports {
        let made = forms::text(document, *format, output).and_then(|text| {
            let text = output.plain(*format, &text);
            super::write_file(&global.root().join(file), &text)
        });
        if let Err(fatal) = made {
            fatal.tell_aside(output, &session::root_of(global));
            written = false;
        }
    }
    written
}

/// The status of what was found.
pub(super) fn exit(drift: &Drift) -> Exit {
    if drift.is_incomplete() {
        return Exit::Error;
    }
    match drift.counting().next() {
        Some(_) => Exit::Changes,
        None => Exit::Done,
    }
}
