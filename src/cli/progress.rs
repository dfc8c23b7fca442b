//! A bar on a terminal for anything that takes over a second; nothing in a pipe.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::output::Output;

/// Work that a person may be waiting for.
#[derive(Debug)]
pub struct Progress(ProgressBar);

impl Progress {
    /// `length` units of work, described by `what`. It shows after a second.
    pub fn new(output: &Output, what: &'static str, length: u64) -> Self {
        let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::hidden())
            .with_message(what);
        if let Ok(style) =
            ProgressStyle::with_template("{msg} {bar:24.cyan/blue} {pos}/{len} {elapsed_precise}")
        {
            bar.set_style(style.progress_chars("━╸ "));
        }
        if output.shows_progress() {
            let shown = bar.clone();
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_secs(1)).await;
                if !shown.is_finished() {
                    shown.set_draw_target(ProgressDrawTarget::stderr());
                    shown.enable_steady_tick(Duration::from_millis(200));
                }
            });
        }
        Self(bar)
    }

    pub fn step(&self) {
        self.0.inc(1);
    }

    /// Says something above the bar.
    pub fn suspend<T>(&self, say: impl FnOnce() -> T) -> T {
        self.0.suspend(say)
    }

    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}
