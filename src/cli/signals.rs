//! Ctrl-C, and a request to terminate. A command that writes to the platform
//! listens for itself, for what is in flight has to be finished (`on_signal` of
//! apply); every other one ends here: at once, with a word in the form that its
//! result would have had, and the exit status of an interrupt.

use std::time::Duration;

use super::fatal::Fatal;
use super::global::Global;
use super::output::Output;
use super::{Exit, session};

/// What is said of a command that a signal ended.
pub(super) enum Ended {
    /// Whoever watches ends it so, and knows.
    Watch,
    /// It only looked.
    Looking,
    /// It asked the platform to reserve, or to give back.
    Reserving,
}

impl Ended {
    fn words(&self) -> Option<Fatal> {
        match self {
            Self::Watch => None,
            Self::Looking => Some(Fatal::new("interrupted: nothing was changed")),
            Self::Reserving => Some(Fatal::with_help(
                "interrupted: what was asked of the platform last may have been done",
                "numbers that were found or reserved come free by themselves after 30 minutes",
            )),
        }
    }
}

/// A command that is busy where it can't be stopped gets so long to come to a
/// place where it can.
const GRACE: Duration = Duration::from_secs(2);

/// Runs a command until it is done or a signal ends it. What it writes it writes
/// in one go, so that no file is left half-written.
pub(super) async fn until_signal(
    ended: Ended,
    global: &Global,
    output: &Output,
    command: impl Future<Output = Exit>,
) -> Exit {
    let (tell, told) = tokio::sync::oneshot::channel();
    let listener = tokio::spawn(async move {
        if !signal().await {
            // They can't be had: the command runs to its end.
            std::future::pending::<()>().await;
        }
        let _ = tell.send(());
        tokio::select! {
            _ = signal() => {}
            () = tokio::time::sleep(GRACE) => {}
        }
        end_at_once();
    });
    let exit = tokio::select! {
        exit = command => exit,
        Ok(()) = told => {
            if let Some(fatal) = ended.words() {
                fatal.tell(output, &session::root_of(global), false);
            }
            Exit::Interrupted
        }
    };
    listener.abort();
    exit
}

/// Waits for Ctrl-C or a request to terminate; false where signals can't be had.
pub(super) async fn signal() -> bool {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            return tokio::select! {
                pressed = tokio::signal::ctrl_c() => pressed.is_ok(),
                told = terminate.recv() => told.is_some(),
            };
        }
    }
    tokio::signal::ctrl_c().await.is_ok()
}

/// Ends the process without waiting for anything: a second Ctrl-C.
#[expect(clippy::exit, reason = "a person has asked twice to stop")]
pub(super) fn end_at_once() -> ! {
    std::process::exit(i32::from(Exit::Interrupted.code()))
}
