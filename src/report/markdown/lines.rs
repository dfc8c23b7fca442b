//! The lines of a terminal's report as Markdown: what goes is struck, what comes
//! is bold.

use super::escape;
use crate::report::marks::{Mark, stretches};

/// A line with ANSI styles, as Markdown.
pub(super) fn line(styled: &str) -> String {
    let mut text = String::new();
    let mut started = false;
    for (mark, words) in stretches(styled) {
        let (open, close) = match mark {
            Mark::Plain => ("", ""),
            Mark::Gone => ("~~", "~~"),
            Mark::New => ("**", "**"),
        };
        let trimmed = words.trim();
        if trimmed.is_empty() {
            if started && !words.is_empty() {
                space(&mut text);
            }
            continue;
        }
        // A mark next to another would be read as one with it.
        if started
            && (mark != Mark::Plain || words.starts_with(' ') || text.ends_with(['~', '*']))
            && !trimmed.starts_with(',')
        {
            space(&mut text);
        }
        let safe = match started {
            true => escape::text(trimmed),
            false if mark == Mark::Plain => escape::line(trimmed),
            false => escape::text(trimmed),
        };
        text.push_str(open);
        text.push_str(&safe);
        text.push_str(close);
        if mark == Mark::Plain && words.ends_with(' ') {
            space(&mut text);
        }
        started = true;
    }
    text.trim_end().to_owned()
}

fn space(text: &mut String) {
    if !text.ends_with(' ') {
        text.push(' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RED: &str = "\u{1b}[31m";
    const GREEN: &str = "\u{1b}[32m";
    const END: &str = "\u{1b}[0m";

    #[test]
    fn a_changed_house_number_stands_out() {
        let before_after =
            crate::report::words::compared("333 S 520 W, Lindon", "335 S 520 W, Orem");
        assert_eq!(
            line(&format!("e911Address: {before_after}")),
            "e911Address: ~~333~~ **335** S 520 W, ~~Lindon~~ **Orem**"
        );
    }

    #[test]
    fn what_goes_and_comes_is_marked_and_can_not_break_the_mark() {
        let styled = format!("language: {RED}en**{END} → {GREEN}fr ~~{END}");
        assert_eq!(line(&styled), "language: ~~en\\*\\*~~ → **fr \\~\\~**");
    }
}
