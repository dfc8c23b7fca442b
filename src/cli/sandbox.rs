//! `alz sandbox`: the platform simulator as a server.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::Timestamp;

use super::{Exit, Output};
use crate::sandbox::{self, ClockChange, Options};

/// Run the built-in platform simulator as a server
#[derive(Clone, Debug, Args)]
pub struct SandboxArgs {
    /// The address to listen on
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8911")]
    pub listen: SocketAddr,
    /// Keep the world in this file
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// Begin with the world of this file (JSON or YAML)
    #[arg(long, value_name = "FILE")]
    pub seed: Option<PathBuf>,
    /// Let the sandbox's clock run with the computer's, or stand still until it is advanced
    #[arg(long, value_enum, value_name = "MODE")]
    pub clock: Option<ClockMode>,
    /// Set the sandbox's clock to this instant (RFC 3339); it stands still unless --clock real
    #[arg(long, value_name = "TIME")]
    pub now: Option<Timestamp>,
}

/// How the sandbox's clock goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ClockMode {
    /// Stands still until it is advanced
    Frozen,
    /// Runs with the computer's
    Real,
}

/// Serves until Ctrl-C or SIGTERM.
pub async fn run(args: &SandboxArgs, output: &Output) -> Exit {
    let SandboxArgs {
        listen,
        state,
        seed,
        clock,
        now,
    } = args.clone();
    if !listen.ip().is_loopback() {
        output.error(&format!(
            "warning: {listen} can be reached from other machines, and the sandbox lets anybody in"
        ));
    }
    let seed_unread = seed.is_some() && state.as_ref().is_some_and(|path| path.exists());
    if seed_unread {
        output.error("warning: the state exists already, so the seed is not read");
    }
    let options = Options {
        listen,
        state,
        seed,
        now,
    };
    let ends = match Ends::catch() {
        Ok(ends) => ends,
        Err(error) => return no_ends(output, &error),
    };
    let running = match sandbox::start(options).await {
        Ok(running) => running,
        Err(error) => {
            let mut text = format!("error: {error}");
            if let Some(cause) = std::error::Error::source(&error) {
                text.push_str(&format!(": {cause}"));
            }
            output.error(&text);
            return Exit::Error;
        }
    };
    if let Some(mode) = clock {
        let change = ClockChange {
            freeze: Some(mode == ClockMode::Frozen),
            ..ClockChange::default()
        };
        if let Err(reason) = running.change_clock(&change) {
            output.error(&format!("error: the clock cannot be set: {reason}"));
            return Exit::Error;
        }
    }
    let (url, partition, token) = (running.base_url(), running.partition(), running.token());
    output.say(&format!(
        "The sandbox listens on {url} (open it in a browser to watch)\n\
         partition  {partition}\n\
         token      {token} (or log in with any name and password, unless the seed names some)\n\
         \n\
         From another terminal:\n\
         \x20 ALZ_TOKEN={token} alz --api {url} --partition {partition} plan FILES\n\
         \x20 curl -X POST {url}/sandbox/clock -d '{{\"advance\":\"P1D\"}}'\n\
         \x20 curl {url}/sandbox/requests\n\
         Ctrl-C ends it."
    ));
    let ended = ends.first().await;
    running.shutdown().await;
    match ended {
        Ok(()) => Exit::Done,
        Err(error) => no_ends(output, &error),
    }
}

fn no_ends(output: &Output, error: &io::Error) -> Exit {
    output.error(&format!("error: Ctrl-C cannot be waited for: {error}"));
    Exit::Error
}

/// Ctrl-C, or what a container or service manager sends instead: caught from
/// when this is made, so that nothing is cut short that has begun.
#[cfg(unix)]
struct Ends {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Ends {
    fn catch() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        super::signals::heard();
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn first(mut self) -> io::Result<()> {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        Ok(())
    }
}

#[cfg(not(unix))]
struct Ends;

#[cfg(not(unix))]
impl Ends {
    fn catch() -> io::Result<Self> {
        Ok(Self)
    }

    async fn first(self) -> io::Result<()> {
        tokio::signal::ctrl_c().await
    }
}
