//! What the styles of a terminal's line mean, for the forms that have marks of
//! their own: what is red there goes, what is green comes. So a step is told in
//! the same words everywhere, and an address is compared word by word in one place.

/// How a stretch of a line is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Plain,
    /// It goes.
    Gone,
    /// It comes.
    New,
}

/// A line cut where its style changes, without the signs that stand for a mark
/// where there is no colour.
pub(super) fn stretches(styled: &str) -> Vec<(Mark, String)> {
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
            return found.into_iter().map(bare).collect();
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

/// Without the signs around a mark.
fn bare((mark, words): (Mark, String)) -> (Mark, String) {
    let (open, close) = match mark {
        Mark::Plain => return (mark, words),
        Mark::Gone => ("[-", "-]"),
        Mark::New => ("{+", "+}"),
    };
    let inner = words.strip_prefix(open).and_then(|w| w.strip_suffix(close));
    let inner = inner.map(str::to_owned);
    (mark, inner.unwrap_or(words))
}
