//! `alz port show`: everything that is known of one port, or of each that is
//! under way.

use std::sync::Arc;

use clap::Args;

use super::find::{Found, Port, Search, Target};
use crate::cli::Exit;
use crate::cli::clock;
use crate::cli::fatal::Fatal;
use crate::cli::global::Global;
use crate::cli::journal;
use crate::cli::output::Output;
use crate::cli::progress::Progress;
use crate::cli::reading::{self, Chosen, Platform};
use crate::cli::session::{Project, Session};
use crate::desired::Repository;
use crate::model::porting::PortMemory;
use crate::model::{DesiredAccount, DesiredPort, LiveAccount, LivePort};
use crate::plan::{self, Context, Deed, FlightKind, InFlight};
use crate::report::{self, PortDocument, PortEntry, PortTerms, Possible, Style};

/// Show a port: its terms, its dates, its history, and what can be done
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  alz port show                     every port under way
  alz port show main-line           by its name in the files
  alz port show 801-555-1212        by one of its numbers
  alz port show --format json       for programs")]
pub struct ShowArgs {
    /// A number of the port, its name in the files, or its id; all of them without
    #[arg(value_name = "NUMBER | NAME | PORT ID")]
    port: Option<String>,
    /// The account that it is on, where the name alone could mean two
    #[arg(long, value_name = "ID", requires = "port")]
    account: Option<String>,
}

pub async fn run(arguments: &ShowArgs, global: &Global, output: &Output) -> Result<Exit, Fatal> {
    let project = Project::open(global, &[])?;
    let loaded = project.load(&[], clock::today()?)?;
    let session = project.connect(fastrand::u64(..)).await?;
    let repository = Arc::new(loaded.repository);
    let ended = async {
        let remembered = journal::recall(global, &project, &session).await?;
        let show = Show {
            project: &project,
            session: &session,
            repository: &repository,
            memory: &remembered.ports,
            output,
        };
        match &arguments.port {
            Some(port) => {
                let target = Target {
                    port: port.clone(),
                    account: arguments.account.clone(),
                };
                show.one(&target).await
            }
            None => show.all().await,
        }
    }
    .await;
    session.close().await;
    ended.map(|()| Exit::Done)
}

struct Show<'a> {
    project: &'a Project,
    session: &'a Session,
    repository: &'a Arc<Repository>,
    memory: &'a Arc<PortMemory>,
    output: &'a Output,
}

impl Show<'_> {
    async fn one(&self, target: &Target) -> Result<(), Fatal> {
        let search = Search {
            project: self.project,
            session: self.session,
            repository: self.repository,
            output: self.output,
        };
        let (found, platform) = search.one(target).await?;
        let entry = entry_of(&found, &platform, self.memory)
            .ok_or_else(|| Fatal::new(format!("port {}: nothing is known of it", found.title())))?;
        let mut style = self.style();
        if let Some(name) = &found.desired.name {
            style
                .names
                .insert(found.desired.account.clone(), name.clone());
        }
        self.tell(vec![entry], &platform, &style)
    }

    async fn all(&self) -> Result<(), Fatal> {
        let accounts = Chosen(None).accounts(self.repository);
        let ids = accounts.iter().map(|(_, id)| id.clone()).collect();
        let progress = Progress::new(self.output, "Reading accounts", accounts.len() as u64);
        let platform = Arc::new(Platform::read(self.session, ids).await?);
        let mut style = self.style();
        let mut entries = Vec::new();
        let done = reading::each(
            accounts,
            self.project.concurrency,
            |index| {
                let (repository, platform) = (Arc::clone(self.repository), Arc::clone(&platform));
                let memory = Arc::clone(self.memory);
                async move {
                    let desired = reading::declared(&repository, index)?;
                    let live = platform.account(&desired).await?;
                    let entries = under_way(&desired, &live, &platform, &memory);
                    Ok((entries, desired))
                }
            },
            |(made, desired): (Vec<PortEntry>, DesiredAccount)| {
                if let (Some(name), false) = (desired.name, made.is_empty()) {
                    style.names.insert(desired.account, name);
                }
                entries.extend(made);
                progress.step();
            },
        )
        .await;
        progress.finish();
        done?;
        self.tell(entries, &platform, &style)
    }

    fn style(&self) -> Style {
        Style {
            width: self.output.width(),
            ..Style::default()
        }
    }

    fn tell(
        &self,
        entries: Vec<PortEntry>,
        platform: &Platform,
        style: &Style,
    ) -> Result<(), Fatal> {
        let entries = match self.output.privacy.redactor() {
            Some(_) => entries.into_iter().map(PortEntry::masked).collect(),
            None => entries,
        };
        let document = PortDocument::new(
            self.project.environment.clone(),
            platform.id.clone(),
            platform.now,
            entries,
        );
        self.output.result(&match self.output.is_json() {
            true => report::port_json(&document).map_err(|error| Fatal::new(error.to_string()))?,
            false => report::port_human(
                &document.ports,
                &self.output.privacy.style(style.clone()),
                document.created_at,
            ),
        });
        Ok(())
    }
}

/// Every port of an account that is under way or declared and not ordered.
fn under_way(
    desired: &DesiredAccount,
    live: &LiveAccount,
    platform: &Platform,
    memory: &PortMemory,
) -> Vec<PortEntry> {
    let context = platform.context(memory);
    plan::status(desired, live, &context)
        .into_iter()
        .filter(|flight| flight.kind == FlightKind::Port)
        .filter_map(|flight| {
            let port = flight.port_id.as_ref().and_then(|id| live.ports.get(id));
            match port {
                Some(port) => Some(ordered(flight, port, desired, live, &context)),
                None => not_ordered(flight, desired),
            }
        })
        .collect()
}

fn entry_of(found: &Found, platform: &Platform, memory: &PortMemory) -> Option<PortEntry> {
    let context = platform.context(memory);
    let (desired, live) = (&found.desired, &found.live);
    match &found.port {
        Port::Ordered(port) => {
            let flight = plan::port_in_flight(port, desired, &context);
            Some(ordered(flight, port, desired, live, &context))
        }
        Port::Declared(name) => plan::status(desired, live, &context)
            .into_iter()
            .find(|flight| {
                flight.kind == FlightKind::Port
                    && flight.port_id.is_none()
                    && flight.name.as_deref() == Some(name)
            })
            .and_then(|flight| not_ordered(flight, desired)),
    }
}

fn ordered(
    flight: InFlight,
    port: &LivePort,
    desired: &DesiredAccount,
    live: &LiveAccount,
    context: &Context,
) -> PortEntry {
    let possible = |deed| Possible::of(&plan::by_hand(deed, port, desired, live, context));
    let declared = desired.ports.iter().find(|declared| {
        declared
            .numbers
            .iter()
            .any(|number| port.numbers.contains(number))
    });
    PortEntry {
        flight,
        terms: PortTerms::ordered(port),
        secrets: declared.map(secrets).unwrap_or_default(),
        may_change: plan::may_change(port),
        trigger: possible(Deed::Trigger),
        cancel: possible(Deed::Cancel),
    }
}

fn not_ordered(flight: InFlight, desired: &DesiredAccount) -> Option<PortEntry> {
    let declared = desired.ports.iter().find(|declared| {
        declared
            .numbers
            .iter()
            .any(|number| flight.numbers.contains(number))
    })?;
    Some(PortEntry {
        flight,
        terms: PortTerms::declared(declared),
        secrets: secrets(declared),
        may_change: Vec::new(),
        trigger: Possible::not_ordered(),
        cancel: Possible::not_ordered(),
    })
}

/// The secrets that a file has for a port, by name.
fn secrets(port: &DesiredPort) -> Vec<&'static str> {
    let set = [
        (
            port.port.wireless_account_number.value().is_some(),
            "wirelessAccountNumber",
        ),
        (port.port.wireless_pin.value().is_some(), "wirelessPin"),
    ];
    set.into_iter()
        .filter(|(set, _)| *set)
        .map(|(_, name)| name)
        .collect()
}
