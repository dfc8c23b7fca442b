//! The few colours that remarks and outcomes use, and how an error looks.

use anstyle::{AnsiColor, Effects, Style};

pub(super) const GOOD: Style = AnsiColor::Green.on_default();
pub(super) const BAD: Style = AnsiColor::Red.on_default().effects(Effects::BOLD);
pub(super) const FAINT: Style = Style::new().effects(Effects::DIMMED);
const HELP: Style = AnsiColor::Cyan.on_default().effects(Effects::BOLD);

/// `error: what` and, below it, how to mend it.
pub fn error(what: &str, help: Option<&str>) -> String {
    let mut text = format!("{BAD}error{BAD:#}: {what}\n");
    if let Some(help) = help {
        text.push_str(&format!("  {HELP}help{HELP:#}: {help}\n"));
    }
    text
}
