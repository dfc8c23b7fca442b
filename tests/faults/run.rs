//! One run of apply by the library: read, plan, carry out, with its journal on
//! disk, on a clock that passes only by being waited for.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use alz::api::timer::Wait;
use alz::api::{ClientOptions, Credentials, Endpoint, ReadClient, Timer, WriteClient};
use alz::apply::journal::{self, Header, Journal, Memory};
use alz::apply::{self, Interrupt, Secrets, StepStatus, Tally};
use alz::desired::{LoadRequest, load};
use alz::live::{self, Scope, Wanted};
use alz::model::live::LivePartition;
use alz::model::{Guards, OnUnknown};
use alz::plan::{self, Action, Allow, Checks, Context, Plan, Question};

use crate::world::{NOW, World};

/// The environment of every run, here and in `alz.yaml`.
pub const ENVIRONMENT: &str = "test";

/// Time passes only by being waited for.
pub struct Waited(Mutex<(Instant, Duration)>);

impl Waited {
    pub fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new((Instant::now(), Duration::ZERO))))
    }
}

impl Timer for Waited {
    fn now(&self) -> Instant {
        let now = self.0.lock().expect("time");
        now.0 + now.1
    }
    fn until(&self, at: Instant) -> Wait<'_> {
        let mut now = self.0.lock().expect("time");
        now.1 = now.1.max(at.saturating_duration_since(now.0));
        Box::pin(tokio::task::yield_now())
    }
}

/// How one step ended, as it was reported.
#[derive(Clone, Debug)]
pub struct Ended {
    pub id: String,
    pub action: Action,
    pub number: String,
    pub status: StepStatus,
    pub message: String,
}

/// What a run reported.
#[derive(Debug)]
pub struct Said {
    pub plan: Plan,
    pub ended: Vec<Ended>,
    pub tally: Tally,
    /// Steps that were not sent because the run was stopped.
    pub not_started: Vec<String>,
}

/// A run between its plan and its first step.
pub struct Planned {
    pub client: ReadClient,
    pub plan: Plan,
    memory: Memory,
    partition: LivePartition,
}

/// A repository and its journal, which outlast a run.
pub struct Repository {
    directory: tempfile::TempDir,
}

impl Repository {
    pub fn new(file: &str) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        std::fs::create_dir(directory.path().join("accounts")).expect("a directory");
        std::fs::write(directory.path().join("accounts/bakery.yaml"), file).expect("a file");
        let settings = format!(
            "version: 1\nenvironments:\n  {ENVIRONMENT}: {{ api: \"http://127.0.0.1:1\", accounts: [accounts/**/*.yaml] }}\n"
        );
        std::fs::write(directory.path().join("alz.yaml"), settings).expect("a file");
        Self { directory }
    }

    pub fn root(&self) -> &Path {
        self.directory.path()
    }

    /// Everything that the journals say.
    pub fn written(&self) -> String {
        let files = std::fs::read_dir(self.journals()).into_iter().flatten();
        files
            .map(|file| std::fs::read_to_string(file.expect("a file").path()).expect("text"))
            .collect()
    }

    /// The journal of the first run, once it has one.
    pub fn first_journal(&self) -> Option<std::path::PathBuf> {
        let runs = std::fs::read_dir(self.journals()).into_iter().flatten();
        runs.map(|file| file.expect("a file").path()).min()
    }

    /// Where the program keeps it too.
    pub fn journals(&self) -> std::path::PathBuf {
        self.root().join(".alz").join("journal")
    }
}

/// A client of the platform at this address.
pub fn reader(base: &str, patience: Duration, timer: Arc<dyn Timer>) -> ReadClient {
    let mut options = ClientOptions::new(
        Endpoint::parse(base).expect("an endpoint"),
        // Not a token: one that expires can then be had anew.
        Credentials::Password {
            username: "bea@bakery.example".into(),
            password: "crumbs".into(),
        },
    );
    options.timer = timer;
    options.timeouts.whole = patience;
    ReadClient::new(options).expect("a client")
}

/// Reads and plans, as `alz apply --no-verify` does.
pub async fn plan(repository: &Repository, client: ReadClient) -> Planned {
    let now = NOW.parse().expect("a time");
    let id = client.partition_id().await.expect("a partition").clone();
    let runs = journal::read(&repository.journals(), Some(now)).expect("journals");
    let memory = Memory::of(&runs, ENVIRONMENT, &id);
    let files = [repository.root().join("accounts/bakery.yaml")];
    let loaded = load(&LoadRequest {
        root: repository.root(),
        globs: &[],
        files: &files,
        policies: &[],
        today: "2026-11-23".parse().expect("a day"),
    });
    let loaded = loaded.unwrap_or_else(|problems| panic!("{problems:#?}"));
    let desired = loaded.repository.account(0).expect("an account");
    let desired = desired.expect("a sound one");
    let scope = Scope {
        accounts: [desired.account.clone()].into(),
    };
    let partition = live::partition(&client, now).await.expect("a partition");
    let events = live::events(&client, &scope).await.expect("events");
    let wanted = Wanted::of(&desired);
    let account = live::account(&client, &desired.account, &wanted, &partition, &events)
        .await
        .expect("an account");
    let context = Context {
        partition: &id,
        live: &partition,
        now,
        verify: false,
        on_unknown: OnUnknown::default(),
        only: None,
        memory: &memory.ports,
        resend_secrets: false,
    };
    let mut checks = Checks::default();
    let made = loop {
        let made = plan::account(&desired, &account, &context, &checks);
        let Some(question) = made.questions.first() else {
            break made;
        };
        match question {
            Question::CorrectionPast { number } => {
                let past = live::correction_past(&client, &desired.account, *number).await;
                checks.answer_correction_past(*number, past.expect("a past"));
            }
            Question::E911 { .. }
            | Question::RateCenters { .. }
            | Question::PortOffer(_)
            | Question::Usages { .. } => panic!("asked although nothing is verified: {question:?}"),
        }
    };
    let header = plan::Header {
        environment: ENVIRONMENT.into(),
        partition: id.clone(),
        created_at: now,
        desired_digest: loaded.repository.digest(None),
        alz_version: "test".into(),
        files: Vec::new(),
        resend_secrets: false,
    };
    let allow = Allow {
        release: Some(100),
        e911: Some(100),
        update: Some(100),
    };
    let plan = plan::assemble(header, vec![made], &Guards::default(), &allow);
    assert!(plan.guards.is_empty(), "{:?}", plan.guards);
    Planned {
        client,
        plan,
        memory,
        partition,
    }
}

/// A whole run.
pub async fn apply(repository: &Repository, world: &World, patience: Duration) -> Said {
    let client = reader(&world.base, patience, Waited::new());
    let planned = plan(repository, client).await;
    carry_out(repository, planned, 4, &Interrupt::default()).await
}

/// What comes after the plan.
pub async fn carry_out(
    repository: &Repository,
    planned: Planned,
    concurrency: usize,
    interrupt: &Interrupt,
) -> Said {
    let Planned {
        client,
        plan,
        memory,
        partition,
    } = planned;
    let mut ended = Vec::new();
    if plan.steps.is_empty() {
        return Said {
            plan,
            ended,
            tally: Tally::default(),
            not_started: Vec::new(),
        };
    }
    let secrets = Secrets::of(&plan, &|_, _| Err("there are none here".into())).expect("none");
    let header = Header::of(&plan, NOW.parse().expect("a time"));
    let timer = Arc::clone(client.timer());
    let journal = Journal::create(&repository.journals(), header, timer).expect("a journal");
    let options = apply::Options {
        concurrency,
        secrets: &secrets,
        journal: &journal,
        unsettled: &memory.unsettled,
    };
    let outcome = apply::run(
        &plan,
        &WriteClient::new(client),
        &partition,
        &options,
        interrupt,
        &mut |report| {
            ended.push(Ended {
                id: report.step.id.clone(),
                action: report.step.action,
                number: report.step.numbers[0].to_string(),
                status: report.status,
                message: report.message.clone().unwrap_or_default(),
            });
        },
    )
    .await;
    Said {
        plan,
        ended,
        tally: outcome.tally,
        not_started: outcome.not_started,
    }
}
