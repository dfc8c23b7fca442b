//! The lines of a terminal's report as Markdown: what is red there is struck
//! here, what is green is bold. So a step is told in the same words everywhere,
//! and an address is compared word by word in one place.

use super::escape;

/// How a stretch of a line is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Plain,
    /// It goes.
    Gone,
    /// It comes.
    New,
}

/// A line with ANSI styles, as Markdown.
pub(super) fn line(styled: &str) -> String {
    let mut text = String::new();
    let mut started = false;
    for (mark, words) in stretches(styled) {
        let (open, close, words) = match mark {
            Mark::Plain => ("", "", words.as_str()),
            Mark::Gone => ("~~", "~~", bare(&words, "[-", "-]")),
            Mark::New => ("**", "**", bare(&words, "{+", "+}")),
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

/// Without the signs that stand for the mark where there is no colour.
fn bare<'a>(words: &'a str, open: &str, close: &str) -> &'a str {
    words
        .strip_prefix(open)
        .and_then(|words| words.strip_suffix(close))
        .unwrap_or(words)
}

/// A line cut where its style changes.
fn stretches(styled: &str) -> Vec<(Mark, String)> {
    let mut found: Vec<(Mark, String)> = Vec::new();
    let mut mark = Mark::Plain;
    let mut rest = styled;
    loop {
        let (before, after) = match rest.split_once("\u{1b}[") {
            Some((before, after)) => (before, Some(after)),
            None => (rest, None),
        };
        if !before.is_empty() {
            match found.last_mut() {
                Some((last, words)) if *last == mark => words.push_str(before),
                _ => found.push((mark, before.to_owned())),
            }
        }
        let Some(after) = after else {
            return found;
        };
        let (code, after) = after.split_once('m').unwrap_or((after, ""));
        mark = match code {
            "0" | "" => Mark::Plain,
            "31" => Mark::Gone,
            "32" => Mark::New,
            // Struck through, dim and bold come with a colour, or say nothing of before and after.
            _ => mark,
        };
        rest = after;
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
