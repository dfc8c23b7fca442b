//! The few colours that remarks and outcomes use, and how an error looks.

use anstyle::{AnsiColor, Effects, Style};

pub(super) const GOOD: Style = AnsiColor::Green.on_default();
pub(super) const BAD: Style = AnsiColor::Red.on_default().effects(Effects::BOLD);
pub(super) const FAINT: Style = Style::new().effects(Effects::DIMMED);
pub(super) const WARN: Style = AnsiColor::Yellow.on_default().effects(Effects::BOLD);
const HELP: Style = AnsiColor::Cyan.on_default().effects(Effects::BOLD);

/// `error: what` and, below it, how to mend it.
pub fn error(what: &str, help: Option<&str>) -> String {
    let mut text = format!("{BAD}error{BAD:#}: {what}\n");
    if let Some(help) = help {
        text.push_str(&format!("  {HELP}help{HELP:#}: {help}\n"));
    }
    text
}

/// `warning: what` and, below it, how to mend it.
pub fn warning(what: &str, help: Option<&str>) -> String {
    let mut text = format!("{WARN}warning{WARN:#}: {what}\n");
    if let Some(help) = help {
        text.push_str(&format!("  {HELP}help{HELP:#}: {help}\n"));
    }
    text
}
