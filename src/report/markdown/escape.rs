//! Words of files, carriers and providers made safe for a comment: they stay
//! words. None of them opens or closes markup, links anywhere, calls a person
//! (`@name`), touches an issue (`#12`) or turns into a picture (`:smile:`).
//!
//! Marks of Markdown are escaped with a backslash, those of HTML as entities,
//! both of which every host takes. What hosts make out of plain words after
//! that (mentions, references, addresses of pages) is broken by a word joiner,
//! which nobody sees.

use std::fmt::Write as _;

use crate::report::words::turns;

/// Holds two letters together that a host would read as one sign; invisible.
const JOINER: char = '\u{2060}';

/// Signs that GitHub or GitLab make a reference of where a word follows.
const REFERENCES: [char; 7] = ['@', '#', '!', '%', '$', '~', '^'];

/// Text on one line of Markdown, wherever in a line it stands but at its start.
pub(in crate::report) fn text(text: &str) -> String {
    safe(text, true)
}

/// Text inside of HTML, as in a summary, where a backslash means itself.
pub(super) fn html(text: &str) -> String {
    safe(text, false)
}

fn safe(text: &str, markdown: bool) -> String {
    let mut safe = String::with_capacity(text.len() + 8);
    let mut last = ' ';
    for (at, letter) in text.char_indices() {
        let rest = text.get(at + letter.len_utf8()..).unwrap_or_default();
        let before_word = rest
            .chars()
            .next()
            .is_some_and(|next| next.is_alphanumeric() || matches!(next, '"' | '_' | '-' | '+'));
        // Before the dot: what is behind it would be a domain to a host all the same.
        let www = letter == '.' && matches!(last, 'w' | 'W');
        if www || in_hash(text, at) {
            safe.push(JOINER);
        }
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '$' | '!' | '{' | '}' => {
                if markdown {
                    safe.push('\\');
                }
                safe.push(letter);
            }
            // Also what turns the direction of writing, and would show a street backwards.
            letter if letter.is_control() || turns(letter) => safe.push(match letter {
                '\n' | '\r' | '\t' => ' ',
                _ => '\u{fffd}',
            }),
            letter => safe.push(letter),
        }
        let reference = REFERENCES.contains(&letter) && before_word;
        // `https://…`, `:smile:`, `GH-12`.
        let page = letter == ':' && (rest.starts_with("//") || names_picture(rest));
        let issue = letter == '-' && matches!(last, 'h' | 'H') && before_word;
        if reference || page || issue || (letter == '&' && before_word) {
            safe.push(JOINER);
        }
        last = letter;
    }
    safe
}

/// Whether what may be the name of a commit is to be parted here: of seven to forty
/// hexadecimal digits, some of them letters and some not, no seven stay together.
fn in_hash(text: &str, at: usize) -> bool {
    const LONGEST: usize = 40;
    let (before, here) = text.split_at_checked(at).unwrap_or((text, ""));
    // Hexadecimal digits are of one byte each; a longer word is looked at no further.
    let back = before.chars().rev().take(LONGEST + 1);
    let ahead = here.chars().take(LONGEST + 1);
    let behind = back.take_while(|letter| is_hex(*letter)).count();
    let left = ahead.take_while(|letter| is_hex(*letter)).count();
    let word = text.get(at - behind..at + left).unwrap_or_default();
    let is_whole = |side: Option<char>| !side.is_some_and(char::is_alphanumeric);
    behind > 0
        && behind.is_multiple_of(6)
        && (7..=LONGEST).contains(&word.len())
        && is_whole(
            text.get(..at - behind)
                .and_then(|text| text.chars().next_back()),
        )
        && is_whole(text.get(at + left..).and_then(|text| text.chars().next()))
        && word.chars().any(|letter| letter.is_ascii_digit())
        && word.chars().any(|letter| letter.is_ascii_lowercase())
}

const fn is_hex(letter: char) -> bool {
    matches!(letter, '0'..='9' | 'a'..='f')
}

/// `smile:`, after a colon.
fn names_picture(rest: &str) -> bool {
    let is_name =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '+' | '-');
    let end = rest.find(|letter| !is_name(letter)).unwrap_or(rest.len());
    end > 0 && rest.get(end..).is_some_and(|rest| rest.starts_with(':'))
}

/// Sentences of this program's own, where `words in ticks` are code; what they
/// quote is as safe as ever.
pub(super) fn prose(words: &str) -> String {
    let mut safe = String::new();
    let mut rest = words.trim();
    while let Some((before, after)) = rest.split_once('`') {
        let Some((inner, behind)) = after
            .split_once('`')
            .filter(|(inner, _)| !inner.trim().is_empty() && !inner.contains(char::is_control))
        else {
            break;
        };
        safe.push_str(&piece(before, safe.is_empty()));
        safe.push_str(&code(inner));
        // Two spans side by side would be one with other ticks.
        if behind.starts_with('`') {
            safe.push(' ');
        }
        rest = behind;
    }
    safe.push_str(&piece(rest, safe.is_empty()));
    safe
}

fn piece(words: &str, first: bool) -> String {
    match first {
        true => {
            // Its last space stands before a span.
            let space = if words.ends_with(' ') && !words.trim().is_empty() {
                " "
            } else {
                ""
            };
            format!("{}{space}", line(words))
        }
        false => text(words),
    }
}

/// The same at the start of a line, where a list or a heading might begin.
pub(super) fn line(words: &str) -> String {
    let safe = text(words.trim());
    let first = safe.chars().next();
    let digits = safe.chars().take_while(char::is_ascii_digit).count();
    let numbered = digits > 0
        && safe
            .get(digits..)
            .is_some_and(|rest| rest.starts_with(['.', ')']));
    match first {
        Some('-' | '+' | '=' | ':') => format!("\\{safe}"),
        _ if numbered => {
            let (number, rest) = safe.split_at_checked(digits).unwrap_or((&safe, ""));
            format!("{number}\\{rest}")
        }
        _ => safe,
    }
}

/// A code span: what is in it is never read as anything.
pub(in crate::report) fn code(text: &str) -> String {
    let text: String = text
        .trim()
        .chars()
        .map(|letter| match letter {
            letter if letter.is_control() || turns(letter) => ' ',
            letter => letter,
        })
        .collect();
    let ticks = "`".repeat(longest(&text, '`') + 1);
    match text.is_empty() {
        true => String::new(),
        false if text.starts_with('`') || text.ends_with('`') => format!("{ticks} {text} {ticks}"),
        false => format!("{ticks}{text}{ticks}"),
    }
}

/// A block of text as it is, behind a fence longer than any inside, every line
/// behind `margin`.
pub(super) fn fenced(text: &str, language: &str, margin: &str) -> String {
    let fence = "`".repeat(longest(text, '`').max(2) + 1);
    let mut block = format!("{margin}{fence}{language}\n");
    for line in text.lines() {
        let line: String = line
            .chars()
            .map(|letter| match letter {
                '\t' => '\t',
                letter if letter.is_control() || turns(letter) => '\u{fffd}',
                letter => letter,
            })
            .collect();
        let _ = writeln!(block, "{}", format!("{margin}{line}").trim_end());
    }
    block.push_str(margin);
    block.push_str(&fence);
    block.push('\n');
    block
}

/// The longest run of a letter.
fn longest(text: &str, of: char) -> usize {
    let (mut longest, mut run) = (0, 0);
    for letter in text.chars() {
        run = if letter == of { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// At most so many letters of a text, with a sign that there are more.
pub(super) fn clipped(text: &str, most: usize) -> String {
    match text.chars().nth(most) {
        None => text.to_owned(),
        Some(_) => text
            .chars()
            .take(most.saturating_sub(1))
            .chain(['…'])
            .collect(),
    }
}

/// A word for a hidden marker: nothing that could end the comment it stands in.
pub(super) fn marker_word(text: &str) -> String {
    let mut word = String::new();
    for letter in text.chars().take(80) {
        let kept = letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '/');
        match letter {
            letter if kept => word.push(letter),
            '-' if !word.ends_with('-') && !word.is_empty() => word.push('-'),
            _ => word.push('_'),
        }
    }
    word.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_words() {
        assert_eq!(
            text("</details> **x** | `y` [a](b)"),
            "&lt;/details&gt; \\*\\*x\\*\\* \\| \\`y\\` \\[a\\](b)"
        );
        for (said, sign) in [
            ("ask @octocat", "@o"),
            ("see #12", "#1"),
            ("see !12", "!1"),
            ("at https://evil.example", "://"),
            ("at www.evil.example", "www."),
            ("at WWW.evil.example", "WWW."),
            ("in 1a2b3c4d", "1a2b3c4"),
            ("in 0123456789abcdef0123456789abcdef01234567", "0123456"),
            (":smile:", ":s"),
            ("GH-12", "H-1"),
        ] {
            assert!(!text(said).contains(sign), "{said}: {}", text(said));
        }
    }

    #[test]
    fn numbers_and_ids_can_be_copied() {
        for said in [
            "8017690201",
            "bRW8jpoCTGOaOIF5wqvSVg",
            "2026-12-03",
            "facade",
            "12a",
        ] {
            assert_eq!(text(said), said);
        }
    }

    #[test]
    fn words_in_ticks_are_code_and_nothing_gets_out_of_them() {
        assert_eq!(
            prose("add `onCorrection: accept` under *it*"),
            "add `onCorrection: accept` under \\*it\\*"
        );
        assert_eq!(prose("a ` b"), "a \\` b");
        assert_eq!(
            prose("`@octocat` and @octocat"),
            "`@octocat` and @\u{2060}octocat"
        );
        assert_eq!(prose("a``b`c`"), "a\\`\\`b`c`".replace("b`c`", "b\\`c\\`"));
    }

    #[test]
    fn a_line_begins_no_list_and_no_heading() {
        assert_eq!(line("- a"), "\\- a");
        assert_eq!(line("1. a"), "1\\. a");
        assert_eq!(line("# a"), "\\# a");
        assert_eq!(line("333 S 520 W"), "333 S 520 W");
    }

    #[test]
    fn a_fence_is_longer_than_any_inside() {
        let block = fenced("a\n````\nb\n", "", "");
        assert_eq!(block, "`````\na\n````\nb\n`````\n");
        assert_eq!(code("a``b"), "```a``b```");
        assert_eq!(code("`a"), "`` `a ``");
    }

    #[test]
    fn a_marker_can_not_end_its_comment() {
        assert_eq!(marker_word("prod--> <b>"), "prod-____b_");
        assert_eq!(marker_word("prod-eu.1/2"), "prod-eu.1/2");
    }
}
