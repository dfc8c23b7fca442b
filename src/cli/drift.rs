//! `alz drift`: the audit. It reads, says what it found in as many forms as are
//! asked for, and changes nothing.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::args::Global;
use super::auditing::Terms;
use super::checked;
use super::clock;
use super::fatal::Fatal;
use super::output::{Format, Output};
use super::session::{self, Project};
use super::{Exit, journal, planning};
use crate::plan::{Allow, Plan};
use crate::report::{self, Style, markdown};

/// Find what is not as the files say
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  alz drift                         every account of the default environment
  alz drift accounts/lindon.yaml    one file
  alz drift --fail-on-unmanaged     numbers that no file declares are drift too
  alz drift --report json=drift.json --report prometheus=alz.prom
                                    one reading, told in several forms

Exit status: 0 no drift, 1 the audit could not be made, 2 drift.")]
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
    let format = Format::from_str(format, false).map_err(|_| {
        let known: Vec<&str> = Format::value_variants().iter().map(|f| f.name()).collect();
        format!("{format} is no form; known: {}", known.join(", "))
    })?;
    Ok((format, PathBuf::from(file)))
}

pub async fn run(arguments: &DriftArgs, global: &Global, output: &Output) -> Exit {
    match drift(arguments, global, output).await {
        Ok(exit) => exit,
        Err(fatal) => fatal.tell(output, &session::root_of(global), false),
    }
}

async fn drift(arguments: &DriftArgs, global: &Global, output: &Output) -> Result<Exit, Fatal> {
    let files = session::from_directory(global, &arguments.files);
    let project = Project::open(global, &files)?;
    let loaded = project.load(&files, clock::today()?)?;
    output.warn_of_live(&loaded.warnings, &project.root);
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
        style,
        key,
        repository,
        ..
    } = made?;
    if let Some(shown) = output.privacy.plan(&plan, &key) {
        plan = shown;
    }
    let told = Told {
        plan,
        style: output.privacy.style(style),
        root: project.root,
        files: repository.files().map(str::to_owned).collect(),
    };
    for (format, file) in &arguments.report {
        let text = output.plain(*format, &told.as_form(*format, output)?);
        super::write_file(&global.root().join(file), &text)?;
    }
    output.result(&told.as_form(output.format, output)?);
    let found = told.plan.drift.iter().flat_map(|drift| drift.counting());
    Ok(match found.count() {
        0 => Exit::Done,
        _ => Exit::Changes,
    })
}

/// An audit, and what its reports must know besides.
struct Told {
    plan: Plan,
    style: Style,
    root: PathBuf,
    /// The files that it is about.
    files: Vec<String>,
}

impl Told {
    fn as_form(&self, format: Format, output: &Output) -> Result<String, Fatal> {
        let plan = &self.plan;
        Ok(match format {
            Format::Human => report::drift::human(plan, &self.style),
            Format::Json => {
                report::plan_json(plan).map_err(|error| Fatal::new(error.to_string()))?
            }
            Format::Markdown => markdown::plan(plan, &output.comment),
            Format::Sarif | Format::Junit | Format::Github => {
                let problems = report::drift::problems(plan);
                let text = checked::report(format, &problems, &self.root, &self.files, false);
                text.unwrap_or_default()
            }
            Format::Prometheus => report::prometheus(plan),
            Format::Html => report::drift::human(plan, &self.style),
        })
    }
}
