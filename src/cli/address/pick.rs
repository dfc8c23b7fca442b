//! An address found while typing. Keys are read on a thread of their own, one
//! at a time and only when asked for, so that the terminal is never left in its
//! raw state; the platform is asked a moment after the last key.

use std::time::Duration;

use console::{Key, Term};
use tokio::sync::mpsc;

use super::Hints;
use super::typing::{Step, Typing};
use crate::api::ReadClient;
use crate::cli::fatal::Fatal;

/// How long the fingers rest before the platform is asked.
const REST: Duration = Duration::from_millis(200);

/// Lets a person type and choose; None where they leave.
pub(super) async fn pick(
    client: &ReadClient,
    begun: &str,
    hints: &Hints,
    coloured: bool,
) -> Result<Option<String>, Fatal> {
    let (want, mut wanted) = mpsc::channel::<()>(1);
    let (send, mut keys) = mpsc::channel::<std::io::Result<Key>>(1);
    std::thread::spawn(move || {
        let terminal = Term::stderr();
        while wanted.blocking_recv().is_some() {
            if send.blocking_send(terminal.read_key_raw()).is_err() {
                return;
            }
        }
    });
    let screen = Screen {
        terminal: Term::stderr(),
        coloured,
    };
    let mut typing = Typing::new(begun);
    let mut ask_at = typing.is_askable().then(tokio::time::Instant::now);
    let mut reading = false;
    let result = loop {
        screen.draw(&typing).map_err(|error| broken(&error))?;
        if !reading {
            reading = want.send(()).await.is_ok();
        }
        let line = typing.line();
        let answer = async {
            match ask_at {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
            let postal_code = hints.postal_code.as_deref();
            client
                .suggest_addresses(&line, hints.country(), postal_code)
                .await
        };
        tokio::select! {
            biased;
            key = keys.recv() => {
                reading = false;
                let key = match key {
                    Some(Ok(key)) => key,
                    Some(Err(error)) => break Err(broken(&error)),
                    None => break Ok(None),
                };
                match typing.key(&key) {
                    Step::Changed => {
                        ask_at = typing.is_askable().then(|| tokio::time::Instant::now() + REST);
                        if ask_at.is_some() {
                            typing.wait();
                        }
                    }
                    // A question under way is put anew, at once.
                    Step::Moved => ask_at = ask_at.map(|at| at.max(tokio::time::Instant::now())),
                    Step::Done(line) => break Ok(Some(line)),
                    Step::Left => break Ok(None),
                }
            }
            answer = answer => {
                ask_at = None;
                typing.offer(&line, answer.map_err(|error| error.to_string()));
            }
        }
    };
    screen.clear().map_err(|error| broken(&error))?;
    result
}

fn broken(error: &std::io::Error) -> Fatal {
    Fatal::with_help(
        format!("the terminal can't be used: {error}"),
        "without one: alz address suggest \"333 S\"",
    )
}

/// The lines on the terminal, drawn over each time.
struct Screen {
    terminal: Term,
    coloured: bool,
}

impl Screen {
    fn draw(&self, typing: &Typing) -> std::io::Result<()> {
        let width = usize::from(self.terminal.size().1).max(40);
        let (lines, column) = typing.frame(width);
        self.clear()?;
        let text = lines.join("\r\n");
        if self.coloured {
            self.terminal.write_str(&text)?;
        } else {
            let plain = anstream::adapter::strip_str(&text).to_string();
            self.terminal.write_str(&plain)?;
        }
        self.terminal
            .move_cursor_up(lines.len().saturating_sub(1))?;
        self.terminal.write_str("\r")?;
        self.terminal.move_cursor_right(column)?;
        self.terminal.flush()
    }

    /// Takes away what was drawn: the cursor stands in its first line.
    fn clear(&self) -> std::io::Result<()> {
        self.terminal.write_str("\r")?;
        self.terminal.clear_to_end_of_screen()?;
        self.terminal.flush()
    }
}
