//! `alz sandbox`: the platform simulator as a server.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use super::{Exit, Output};
use crate::sandbox::{self, Options};

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
}

/// Serves until Ctrl-C.
pub async fn run(args: &SandboxArgs, output: &Output) -> Exit {
    let SandboxArgs {
        listen,
        state,
        seed,
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
        now: None,
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
    let (url, partition, token) = (running.base_url(), running.partition(), running.token());
    output.say(&format!(
        "The sandbox listens on {url}\n\
         partition  {partition}\n\
         token      {token} (or log in with any name and password, unless the seed names some)\n\
         \n\
         From another terminal:\n\
         \x20 ALZ_TOKEN={token} alz --api {url} --partition {partition} plan FILES\n\
         \x20 curl -X POST {url}/sandbox/clock -d '{{\"advance\":\"P1D\"}}'\n\
         \x20 curl {url}/sandbox/requests\n\
         Ctrl-C ends it."
    ));
    let interrupted = tokio::signal::ctrl_c().await;
    running.shutdown().await;
    match interrupted {
        Ok(()) => Exit::Done,
        Err(error) => {
            output.error(&format!("error: Ctrl-C cannot be waited for: {error}"));
            Exit::Error
        }
    }
}
