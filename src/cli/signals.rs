//! How a run hears that it is to end: Ctrl-C, or a request to terminate.
//!
//! A command that must finish something waits for [`signal`]. Every other ends as the
//! system has it, at once; except as the first process of a container, where the kernel
//! delivers no signal that nobody waits for: there `docker stop` and Ctrl-C would do
//! nothing, and a pod would sit out its grace period.

use std::sync::atomic::{AtomicBool, Ordering};

use super::Exit;

/// The command has said that it ends by itself.
static HEARD: AtomicBool = AtomicBool::new(false);

/// Waits for Ctrl-C or a request to terminate; false where signals can't be had.
pub async fn signal() -> bool {
    heard();
    told().await
}

/// This command ends by itself when it is told to.
pub fn heard() {
    HEARD.store(true, Ordering::SeqCst);
}

async fn told() -> bool {
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

/// Ends the first process of a container as the system would end any other.
pub async fn end_as_first_process() {
    if std::process::id() == 1 && told().await && !HEARD.load(Ordering::SeqCst) {
        end_at_once();
    }
}

/// Ends the process without waiting for anything.
#[expect(
    clippy::exit,
    reason = "a person has asked to stop, and nothing is in flight that needs an end"
)]
pub fn end_at_once() -> ! {
    std::process::exit(i32::from(Exit::Interrupted.code()))
}
