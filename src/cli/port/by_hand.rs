//! `alz port trigger` and `alz port cancel`: one step of a plan that nobody has
//! written down, under the conditions and through the same hands as any other.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

use clap::Args;

use super::find::{Found, Port, Search, Target};
use crate::apply::Interrupt;
use crate::cli::Exit;
use crate::cli::apply::{self, Run};
use crate::cli::clock;
use crate::cli::fatal::Fatal;
use crate::cli::global::Global;
use crate::cli::journal::{self, Remembered};
use crate::cli::lock::{self, LockArgs};
use crate::cli::output::Output;
use crate::cli::plan::PlanningArgs;
use crate::cli::planning::{self, Planned};
use crate::cli::policies;
use crate::cli::reading::Platform;
use crate::cli::session::{Project, Session};
use crate::desired::Repository;
use crate::lock::Guard;
use crate::plan::document::FORMAT_VERSION;
use crate::plan::{self, AccountPlan, Allow, Deed, Header, Note, NoteKind};
use crate::report::Style;
use crate::report::redact::Key;

/// Tell the carrier to activate a port now: on its FOC date alone
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  alz port trigger main-line                  on its FOC date, before the carrier's own hour
  alz port trigger 801-555-1212 --auto-approve

A port is never triggered twice, and not before its FOC date begins in the carrier's zone.")]
pub struct TriggerArgs {
    #[command(flatten)]
    target: Target,
    /// Don't ask
    #[arg(long)]
    auto_approve: bool,
    #[command(flatten)]
    lock: LockArgs,
}

/// Cancel a port, as a whole
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  alz port cancel main-line                   shows the step and asks
  alz port cancel 801-555-1212 --auto-approve
  alz port cancel main-line --allow release=12

Where the files still ask for the port, the next apply orders it anew.")]
pub struct CancelArgs {
    #[command(flatten)]
    target: Target,
    /// Don't ask
    #[arg(long)]
    auto_approve: bool,
    /// Lift the guard of releases up to a count
    #[arg(long, value_name = "release=COUNT")]
    allow: Vec<String>,
    #[command(flatten)]
    lock: LockArgs,
}

pub async fn trigger(
    arguments: &TriggerArgs,
    global: &Global,
    output: &Output,
) -> Result<Exit, Fatal> {
    let TriggerArgs {
        target,
        auto_approve,
        lock,
    } = arguments;
    let lock = (lock, "port trigger");
    let hand = Hand::open(global, output, *auto_approve, lock, Allow::default()).await?;
    let ended = deed(&hand, target, Deed::Trigger).await;
    hand.close().await;
    ended
}

pub async fn cancel(
    arguments: &CancelArgs,
    global: &Global,
    output: &Output,
) -> Result<Exit, Fatal> {
    let CancelArgs {
        target,
        auto_approve,
        allow,
        lock,
    } = arguments;
    let allow = PlanningArgs {
        no_verify: false,
        allow: allow.clone(),
        resend_secrets: false,
    }
    .allow()?;
    let lock = (lock, "port cancel");
    let hand = Hand::open(global, output, *auto_approve, lock, allow).await?;
    let ended = deed(&hand, target, Deed::Cancel).await;
    hand.close().await;
    ended
}

async fn deed(hand: &Hand<'_>, target: &Target, deed: Deed) -> Result<Exit, Fatal> {
    let (found, platform) = hand.find(target).await?;
    let title = found.title();
    let (verb, done) = match deed {
        Deed::Trigger => ("trigger", "triggered"),
        Deed::Cancel => ("cancel", "cancelled"),
    };
    let Port::Ordered(port) = &found.port else {
        return Err(Fatal::with_help(
            format!("port {title} is declared and not ordered: there is nothing to {verb}"),
            "`alz plan` says when it is ordered",
        ));
    };
    let context = platform.context(&hand.remembered.ports);
    let made = plan::by_hand(deed, port, &found.desired, &found.live, &context);
    if made.steps.is_empty() {
        if let Some(refused) = refusal(&made, &format!("port {title} is not {done}")) {
            return Err(refused);
        }
        return Ok(hand.nothing_to_do(&title, &made));
    }
    hand.carry(&found, platform, made, false).await
}

/// Why nothing is done, where that is a reason to stop.
pub(super) fn refusal(made: &AccountPlan, what: &str) -> Option<Fatal> {
    let blocked: Vec<&Note> = made
        .notes
        .iter()
        .filter(|note| note.kind == NoteKind::Blocked)
        .collect();
    if blocked.is_empty() {
        return None;
    }
    let list = |texts: Vec<&str>| match texts.as_slice() {
        [one] => (*one).to_owned(),
        several => format!("\n  - {}", several.join("\n  - ")),
    };
    let reasons = blocked.iter().map(|note| note.reason.as_str()).collect();
    let mut helps: Vec<&str> = blocked
        .iter()
        .filter_map(|note| note.help.as_deref())
        .collect();
    helps.dedup();
    Some(Fatal::Error {
        what: format!("{what}: {}", list(reasons)),
        help: (!helps.is_empty()).then(|| list(helps)),
    })
}

/// What every command that moves a port by hand works with.
pub(super) struct Hand<'a> {
    pub project: Project,
    pub session: Session,
    guard: Guard,
    pub repository: Arc<Repository>,
    pub remembered: Remembered,
    pub allow: Allow,
    pub output: &'a Output,
    auto_approve: bool,
}

impl<'a> Hand<'a> {
    pub async fn open(
        global: &Global,
        output: &'a Output,
        auto_approve: bool,
        lock: (&LockArgs, &str),
        allow: Allow,
    ) -> Result<Self, Fatal> {
        if !auto_approve && !apply::can_ask() {
            return Err(Fatal::with_help(
                "it asks before it does anything, and there is no terminal to ask on",
                "add --auto-approve",
            ));
        }
        let project = Project::open(global, &[])?;
        let loaded = project.load(&[], clock::today()?)?;
        // Whose port it is turns out when the platform is read: all are claimed.
        let (arguments, command) = lock;
        let accounts = loaded.repository.account_ids().cloned().collect();
        let (session, guard) = lock::connect(
            &project,
            arguments,
            command,
            accounts,
            fastrand::u64(..),
            output,
        )
        .await?;
        let remembered = match journal::recall(global, &project, &session).await {
            Ok(remembered) => remembered,
            Err(fatal) => {
                session.close().await;
                guard.release().await;
                return Err(fatal);
            }
        };
        Ok(Self {
            project,
            session,
            guard,
            repository: Arc::new(loaded.repository),
            remembered,
            allow,
            output,
            auto_approve,
        })
    }

    pub async fn close(self) {
        self.session.close().await;
        self.guard.release().await;
    }

    pub async fn find(&self, target: &Target) -> Result<(Found, Platform), Fatal> {
        Search {
            project: &self.project,
            session: &self.session,
            repository: &self.repository,
            output: self.output,
        }
        .one(target)
        .await
    }

    /// Says that all is as it should be; status 0.
    pub fn nothing_to_do(&self, title: &str, made: &AccountPlan) -> Exit {
        let stands: Vec<&str> = made
            .notes
            .iter()
            .filter(|note| note.kind == NoteKind::Waiting)
            .map(|note| note.reason.as_str())
            .collect();
        let mut said = format!("Port {title}: nothing to do.");
        for reason in stands {
            said.push_str(&format!("\n  {reason}"));
        }
        match self.output.is_json() {
            false => self.output.result(&format!("{said}\n")),
            true => self.output.result(&format!(
                "{}\n",
                serde_json::json!({
                    "event": "summary",
                    "formatVersion": FORMAT_VERSION,
                    "done": 0, "skipped": 0, "failed": 0, "unknown": 0,
                    "notStarted": [],
                    "notes": made.notes,
                    "exitCode": Exit::Done.code(),
                })
            )),
        }
        Exit::Done
    }

    /// Shows the one step, asks and does it.
    pub async fn carry(
        &self,
        found: &Found,
        platform: Platform,
        made: AccountPlan,
        resend_secrets: bool,
    ) -> Result<Exit, Fatal> {
        let mut style = Style {
            width: self.output.width(),
            ..Style::default()
        };
        if let Some(name) = &found.desired.name {
            style
                .names
                .insert(found.desired.account.clone(), name.clone());
        }
        let mut plan = plan::assemble(
            Header {
                environment: self.project.environment.clone(),
                partition: platform.id.clone(),
                created_at: self.session.now,
                desired_digest: self.repository.digest(None),
                alz_version: env!("CARGO_PKG_VERSION").to_owned(),
                resend_secrets,
                files: Vec::new(),
            },
            vec![made],
            &self.project.guards,
            &self.allow,
        );
        planning::locate(&mut plan, &self.repository);
        policies::judge(&mut plan, &self.repository, self.session.now)?;
        let faults = plan::lint(&plan);
        if !faults.is_empty() {
            return Err(Fatal::with_help(
                format!("the step is not sound: {}", faults.join("; ")),
                "this is a fault of alz: please report it",
            ));
        }
        let interrupt = Interrupt::default();
        let running = Arc::new(AtomicBool::new(false));
        interrupt.unless({
            let watch = self.guard.watch();
            move || watch.holds()
        });
        let held = Arc::new(OnceLock::from(self.guard.releaser()));
        let signals = tokio::spawn(apply::on_signal(
            interrupt.clone(),
            Arc::clone(&running),
            held,
            self.output.clone(),
        ));
        let run = Run {
            ask: !self.auto_approve,
            fail_on_blocked: false,
            project: &self.project,
            session: &self.session,
            remembered: &self.remembered,
            interrupt: &interrupt,
            running: &running,
            guard: &self.guard,
            output: self.output,
        };
        let planned = Planned {
            plan,
            style,
            partition: platform.partition,
            key: Key(self.repository.redaction_key(None)),
            repository: Arc::clone(&self.repository),
        };
        let ended = run.carry(planned, &[]).await;
        signals.abort();
        ended
    }
}
