//! `alz status`: ports and activations in flight, with their dates.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::clock;
use super::fatal::Fatal;
use super::global::Global;
use super::output::Output;
use super::progress::Progress;
use super::reading::{self, Chosen, Platform};
use super::session::{self, Project, Session};
use super::{Exit, journal};
use crate::desired::Repository;
use crate::model::DesiredAccount;
use crate::model::live::LiveAccount;
use crate::model::porting::PortMemory;
use crate::plan::{self, Context, InFlight};
use crate::report::{self, StatusDocument, Style};

/// Show ports and activations in flight, with their dates
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  alz status                        what is in flight, of every account
  alz status --timeline             with what has happened so far
  alz status --watch                look again every minute, until nothing is in flight
  alz status --format json          for programs")]
pub struct StatusArgs {
    /// Only the accounts of these files
    #[arg(value_name = "FILES")]
    pub files: Vec<PathBuf>,
    /// Say what has happened so far
    #[arg(long)]
    pub timeline: bool,
    /// Look again and again, until nothing is in flight; as JSON one line a
    /// look, and a look that failed is a line with "event": "error"
    #[arg(long)]
    pub watch: bool,
    /// Seconds between two looks
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 60,
        requires = "watch",
        value_parser = clap::value_parser!(u64).range(5..=86_400)
    )]
    pub interval: u64,
}

pub async fn run(arguments: &StatusArgs, global: &Global, output: &Output) -> Exit {
    match status(arguments, global, output).await {
        Ok(exit) => exit,
        Err(fatal) => fatal.tell(output, &session::root_of(global), arguments.watch),
    }
}

async fn status(arguments: &StatusArgs, global: &Global, output: &Output) -> Result<Exit, Fatal> {
    let files = session::from_directory(global, &arguments.files);
    let project = Project::open(global, &files)?;
    let loaded = project.load(&files, clock::today()?)?;
    output.warn_of(&loaded.warnings, &project.root);
    let mut session = project.connect(fastrand::u64(..)).await?;
    let repository = Arc::new(loaded.repository);
    let chosen = Chosen::of(&project, &repository, &files)?;
    let accounts = chosen.ids(&repository).len();
    project.narrow.tell(accounts, &repository, output);
    let ended = async {
        let mut told = None;
        loop {
            // A look that failed has taken its time as well.
            session.refresh()?;
            // Another run may have triggered a port meanwhile.
            let memory = journal::recall(global, &project, &session).await?.ports;
            let looked = look(&project, &session, &repository, &chosen, &memory, output).await;
            let seen = match looked {
                Ok(seen) => seen,
                // Whoever watches does not want to start again because of one lost answer.
                Err(fatal) if told.is_some() => {
                    fatal.tell(output, &project.root, true);
                    if interrupted(arguments.interval).await {
                        return Ok(Exit::Interrupted);
                    }
                    continue;
                }
                Err(fatal) => return Err(fatal),
            };
            told = Some(tell(&seen, told.as_deref(), arguments, output)?);
            if !arguments.watch || seen.document.in_flight.is_empty() {
                return Ok(Exit::Done);
            }
            if interrupted(arguments.interval).await {
                return Ok(Exit::Interrupted);
            }
        }
    }
    .await;
    session.close().await;
    ended
}

/// Waits for the next look; true where a person or a pipeline asks to stop.
async fn interrupted(seconds: u64) -> bool {
    tokio::select! {
        asked = super::signal() => asked,
        () = tokio::time::sleep(Duration::from_secs(seconds)) => false,
    }
}

/// What one look has seen.
pub struct Seen {
    pub document: StatusDocument,
    style: Style,
}

/// Reads the chosen accounts once.
pub async fn look(
    project: &Project,
    session: &Session,
    repository: &Arc<Repository>,
    chosen: &Chosen,
    memory: &Arc<PortMemory>,
    output: &Output,
) -> Result<Seen, Fatal> {
    let accounts = chosen.accounts(repository);
    let progress = Progress::new(output, "Reading accounts", accounts.len() as u64);
    let ids = accounts.iter().map(|(_, id)| id.clone()).collect();
    let platform = Arc::new(Platform::read(session, ids).await?);
    let mut in_flight: Vec<InFlight> = Vec::new();
    let mut style = Style {
        width: output.width(),
        ..Style::default()
    };
    let done = reading::each(
        accounts,
        project.concurrency,
        |index| {
            let (repository, platform) = (Arc::clone(repository), Arc::clone(&platform));
            let (chosen, memory) = (chosen.clone(), Arc::clone(memory));
            async move {
                let desired = reading::declared(&repository, index)?;
                let live = platform.account(&desired).await?;
                let entries = in_flight_of(&desired, &live, &platform, &chosen, &memory);
                Ok((entries, desired))
            }
        },
        |(entries, desired): (Vec<InFlight>, DesiredAccount)| {
            if let (Some(name), false) = (desired.name, entries.is_empty()) {
                style.names.insert(desired.account, name);
            }
            in_flight.extend(entries);
            progress.step();
        },
    )
    .await;
    progress.finish();
    done?;
    Ok(Seen {
        document: StatusDocument::new(
            project.environment.clone(),
            platform.id.clone(),
            platform.now,
            in_flight,
        ),
        style: output.privacy.style(style),
    })
}

/// What is in flight on an account, of the numbers that were chosen.
pub fn in_flight_of(
    desired: &DesiredAccount,
    live: &LiveAccount,
    platform: &Platform,
    chosen: &Chosen,
    memory: &PortMemory,
) -> Vec<InFlight> {
    let only = chosen.only(desired);
    let context = Context {
        only,
        ..platform.context(memory)
    };
    plan::status(desired, live, &context)
        .into_iter()
        .filter(|entry| {
            only.is_none_or(|only| entry.numbers.iter().any(|number| only.contains(number)))
        })
        .collect()
}

/// Says what was seen; without a terminal only where it is not what was `told`
/// last. What was said is handed back.
fn tell(
    seen: &Seen,
    told: Option<&str>,
    arguments: &StatusArgs,
    output: &Output,
) -> Result<String, Fatal> {
    let Seen { document, style } = seen;
    let unwritable = |error: serde_json::Error| Fatal::new(error.to_string());
    Ok(match output.is_json() {
        true if arguments.watch => {
            let line = report::status_line(document).map_err(unwritable)?;
            output.result(&line);
            line
        }
        true => {
            let text = report::status_json(document).map_err(unwritable)?;
            output.result(&text);
            text
        }
        // What is watched is told look by look; one look has a comment of its own.
        false if output.is_markdown() && !arguments.watch => {
            let text = report::markdown::status(document, &style.names, &output.comment);
            output.result(&text);
            text
        }
        false => {
            let text = report::status_human(document, style, arguments.timeline);
            if arguments.watch && output.is_watched() {
                let foot = format!(
                    "\n{}, again every {} seconds; Ctrl-C ends it",
                    document.created_at.strftime("%Y-%m-%d %H:%M:%S UTC"),
                    arguments.interval
                );
                output.redraw(&fitted(&text, &foot, output.height()));
            } else if told != Some(text.as_str()) {
                if told.is_some() {
                    output.result("\n");
                }
                output.result(&text);
            }
            text
        }
    })
}

/// As much of it as the terminal has lines for.
fn fitted(text: &str, foot: &str, height: Option<usize>) -> String {
    let lines: Vec<&str> = text.lines().collect();
    // The foot takes two lines, the cursor one.
    let room = height.map_or(usize::MAX, |height| height.saturating_sub(3).max(3));
    if lines.len() <= room {
        return format!("{text}{foot}\n");
    }
    let shown = lines.get(..room - 1).unwrap_or_default().join("\n");
    format!(
        "{shown}\n… and {} more lines: make the window taller\n{foot}\n",
        lines.len() + 1 - room
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_window_shows_the_top_and_says_what_is_missing() {
        let text = "one\ntwo\nthree\nfour\nfive\nsix\n";
        assert_eq!(fitted(text, "\nfoot", Some(24)), format!("{text}\nfoot\n"));
        let small = fitted(text, "\nfoot", Some(7));
        assert_eq!(
            small,
            "one\ntwo\nthree\n… and 3 more lines: make the window taller\n\nfoot\n"
        );
        assert_eq!(small.lines().count(), 6);
    }
}
