//! The platform, simulated: how people try `alz`, how pipelines test their
//! repositories, and how the tests run.
//!
//! A request walks through it like this:
//!
//! ```text
//! server  ── sockets, faults ──►  routes  ── body: strict JSON ──►  rules::perform
//!                                   ▲                                   │
//!                                   └──────── view: as the platform ◄── world
//! ```
//!
//! `rules` is a pure state machine over `world`: the same world, command and
//! instant give the same world. `store` relies on that to survive a kill, and
//! so may every test. It shares the wire types with the client and nothing
//! with the planner: two opinions of the platform are what finds mistakes.
//!
//! The page at `/` (`page.html`) draws what `routes::summary` says. The world is
//! on disk as a `snapshot` and a journal, both kept by `store`.
//!
//! Where things are added: an operation in `routes`, with a `Command` if it
//! changes anything; what it means in `rules`; a time-driven turn in
//! `event::next`; a member of a number in `world::Number`, whose exhaustive
//! matches then point at every place that must decide about it.
//! Ports have rooms of their own: `port` (what is held of them, and the
//! carriers' calendar) and `rules::port` (what is done, and what happens by itself).

mod address_line;
mod body;
mod clock;
mod event;
mod faults;
mod gazetteer;
mod geo;
mod history;
mod ids;
mod merge;
mod msag;
mod numbers;
mod port;
mod request_log;
mod routes;
mod rules;
pub mod seed;
mod server;
mod snapshot;
mod store;
mod switches;
mod view;
mod world;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::model::PartitionId;
use clock::Clock;
pub use clock::ClockChange;
use routes::{FIXED_TOKEN, Platform};
use seed::Seed;
use server::Shared;
use store::{Store, StoreError};
use world::World;

/// The world that there is when nothing else is asked for.
const BUILT_IN: &str = include_str!("builtin.yaml");

/// How long a start waits for another process to leave the state file.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long an end waits for answers under way.
const FAREWELL: Duration = Duration::from_secs(2);

/// How to start.
#[derive(Clone, Debug)]
pub struct Options {
    /// Port 0 takes any free one.
    pub listen: SocketAddr,
    /// Keeps the world in this file, and beside it.
    pub state: Option<PathBuf>,
    /// The world to begin with, JSON or YAML; not read where a state exists.
    pub seed: Option<PathBuf>,
    /// Freezes the clock at this instant.
    pub now: Option<Timestamp>,
}

/// Why it didn't start.
#[derive(Debug)]
pub enum Error {
    Listen(SocketAddr, io::Error),
    Store(StoreError),
    SeedFile(PathBuf, io::Error),
    Seed(PathBuf, String),
    /// The thread that reads the files ended early.
    Interrupted,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Listen(address, _) => write!(f, "the sandbox cannot listen on {address}"),
            Error::Store(error) => error.fmt(f),
            Error::SeedFile(path, _) => write!(f, "cannot read the seed {}", path.display()),
            Error::Seed(path, reason) => {
                write!(f, "the seed {} is not one: {reason}", path.display())
            }
            Error::Interrupted => f.write_str("the sandbox was interrupted while it started"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Listen(_, error) | Error::SeedFile(_, error) => Some(error),
            Error::Store(error) => error.source(),
            Error::Seed(..) | Error::Interrupted => None,
        }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Error::Store(error)
    }
}

/// A sandbox that is serving. It ends with `shutdown`, or when it is dropped.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    partition: PartitionId,
    shared: Shared,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<io::Result<()>>,
}

impl Running {
    /// `http://127.0.0.1:PORT`.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn partition(&self) -> PartitionId {
        self.partition.clone()
    }

    /// A token that is always good.
    pub fn token(&self) -> &str {
        FIXED_TOKEN
    }

    /// The sandbox's time.
    pub fn now(&self) -> Timestamp {
        server::lock(&self.shared).world.clock.now(Timestamp::now())
    }

    /// Changes the clock, as `POST /sandbox/clock` does; in words why not otherwise.
    pub fn change_clock(&self, change: &ClockChange) -> Result<(), String> {
        let wall = Timestamp::now();
        let mut platform = server::lock(&self.shared);
        let now = platform.world.clock.now(wall);
        let clock = platform.world.clock.changed(change, wall)?;
        platform
            .execute(&rules::Command::SetClock { clock }, None, now)
            .map(|_| ())
            .map_err(|refusal| refusal.token.to_owned())
    }

    /// Finishes the answers under way and lets go of the state.
    pub async fn shutdown(mut self) {
        if let Some(stop) = self.stop.take() {
            // The server may have ended by itself; then nobody listens.
            let _ = stop.send(());
        }
        let _ = tokio::time::timeout(FAREWELL, &mut self.task).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
        // Connections may outlive this by a moment; the state must not be held by them.
        server::lock(&self.shared).store.close();
    }
}

/// Starts serving.
pub async fn start(options: Options) -> Result<Running, Error> {
    let listen = options.listen;
    let listener = TcpListener::bind(listen)
        .await
        .map_err(|error| Error::Listen(listen, error))?;
    let address = listener
        .local_addr()
        .map_err(|error| Error::Listen(listen, error))?;
    // Reading a large state, or waiting for its lock, must not stop the caller's other work.
    let platform = tokio::task::spawn_blocking(move || open(&options))
        .await
        .map_err(|_| Error::Interrupted)??;
    let partition = PartitionId::new(platform.world.partition.id.clone());
    let shared: Shared = Arc::new(RwLock::new(platform));
    let (stop, stopped) = oneshot::channel::<()>();
    let ended = async move {
        // Told to stop, or forgotten: both end it.
        let _ = stopped.await;
    };
    let task = tokio::spawn(server::serve(listener, Arc::clone(&shared), ended));
    Ok(Running {
        address,
        partition,
        shared,
        stop: Some(stop),
        task,
    })
}

fn open(options: &Options) -> Result<Platform, Error> {
    let wall = Timestamp::now();
    let now = options.now.unwrap_or(wall);
    let fresh = || -> Result<World, Error> {
        let (text, path) = match &options.seed {
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|error| Error::SeedFile(path.clone(), error))?;
                (text, path.clone())
            }
            None => (BUILT_IN.to_owned(), PathBuf::from("built into alz")),
        };
        let seed: Seed = seed::parse(&text).map_err(|reason| Error::Seed(path.clone(), reason))?;
        let mut world = seed
            .into_world(now)
            .map_err(|reason| Error::Seed(path, reason))?;
        if let Some(at) = options.now {
            world.clock = Clock::Frozen { at };
        }
        Ok(world)
    };
    let (store, mut world) = match &options.state {
        Some(path) => Store::open(path, PATIENCE, fresh)?,
        None => {
            let mut world = fresh()?;
            world.reindex();
            (Store::default(), world)
        }
    };
    // Also for a world that was found: whoever names an instant means it.
    if let Some(at) = options.now {
        world.clock = Clock::Frozen { at };
    }
    Ok(Platform {
        world,
        store,
        faults: Default::default(),
        log: Default::default(),
    })
}
