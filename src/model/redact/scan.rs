//! Words, telephone numbers, dates and sentences in a text: where one begins
//! and where it ends.

use std::collections::HashSet;
use std::ops::Range;

use super::WITHHELD;
use crate::model::personal::{MASK, is_personal};

/// Words: runs of letters and digits, a decimal number being one of them.
pub(super) fn words(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut start = None;
    let mut previous = ' ';
    let mut chars = text.char_indices().peekable();
    // A colour ends with a letter, which belongs to no word.
    let mut in_colour = false;
    while let Some((at, c)) = chars.next() {
        in_colour |= c == '\u{1b}';
        let next_is_digit = chars.peek().is_some_and(|(_, next)| next.is_ascii_digit());
        let joins = c == '.' && previous.is_ascii_digit() && next_is_digit;
        let inside = !in_colour && (c.is_alphanumeric() || joins);
        in_colour &= c != 'm';
        match (start, inside) {
            (None, true) => start = Some(at),
            (Some(begin), false) => {
                found.push(begin..at);
                start = None;
            }
            (None, false) | (Some(_), true) => {}
        }
        previous = c;
    }
    found.extend(start.map(|begin| begin..text.len()));
    found
}

/// Where telephone numbers, dates, names of files and the project's own `names`
/// stand: digits of those are no house number, and what things are called their
/// owners have chosen.
pub(super) fn fixed(text: &str, names: &HashSet<String>) -> Vec<Range<usize>> {
    let mut found = files(text);
    found.extend(named(text, names));
    let mut from = None;
    let joins = |c: char| c.is_ascii_digit() || "-()+./:TZ\u{a0} ".contains(c);
    for (at, c) in text.char_indices().chain([(text.len(), '\n')]) {
        match (from, joins(c)) {
            (None, true) => from = Some(at),
            (Some(begin), false) => {
                found.extend(telephone_or_date(text, begin..at));
                from = None;
            }
            (None, false) | (Some(_), true) => {}
        }
    }
    found
}

fn files(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for ending in [".yaml", ".yml", ".json"] {
        for (at, _) in text.match_indices(ending) {
            let head = text.get(..at).unwrap_or_default();
            let ends = |c: char| c.is_whitespace() || c.is_control() || "\"'`([{".contains(c);
            let begin = head.rfind(ends).map_or(0, |index| index + 1);
            // Only as a path: a name of a file alone could be anybody's.
            if head.get(begin..).is_some_and(|name| name.contains('/')) {
                found.push(begin..at + ending.len());
            }
        }
    }
    found
}

/// Where one of these names stands as a whole.
fn named(text: &str, names: &HashSet<String>) -> Vec<Range<usize>> {
    if names.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut at = 0;
    // Markdown and HTML set marks around a word and backslashes into it.
    let around = |c: char| c.is_whitespace() || c.is_control() || "\"'`“”()<>*,;:!?".contains(c);
    for piece in text.split(around) {
        let begin = at;
        let end = begin + piece.len();
        at = end
            + text
                .get(end..)
                .and_then(|rest| rest.chars().next())
                .map_or(0, char::len_utf8);
        let bare = piece.trim_end_matches('.');
        if names.contains(bare) || (bare.contains('\\') && names.contains(&bare.replace('\\', "")))
        {
            found.push(begin..end);
        }
    }
    // A name of several words is told apart by the marks alone.
    for mark in ['"', '`'] {
        let mut at = 0;
        for (index, piece) in text.split(mark).enumerate() {
            if index % 2 == 1 && names.contains(piece) {
                found.push(at..at + piece.len());
            }
            at += piece.len() + 1;
        }
    }
    found
}

/// What stands in quotation marks: there a sentence has what it was told.
pub(super) fn quotations(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut rest = 0;
    while let Some(open) = text.get(rest..).and_then(|tail| tail.find(['"', '“'])) {
        let begin = rest + open;
        let is_plain = text.get(begin..).is_some_and(|tail| tail.starts_with('"'));
        let (mark, closing) = if is_plain {
            (1, '"')
        } else {
            ('“'.len_utf8(), '”')
        };
        let inside = begin + mark;
        let Some(length) = text.get(inside..).and_then(|tail| tail.find(closing)) else {
            break;
        };
        found.push(inside..inside + length);
        rest = inside + length + closing.len_utf8();
    }
    found
}

/// Telephone numbers and dates in a run of digits and what joins them.
fn telephone_or_date(text: &str, run: Range<usize>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let said = text.get(run.clone()).unwrap_or_default();
    // Word by word for dates, and two words together for "+1 801-555-1212".
    let pieces: Vec<Range<usize>> = said
        .split([' ', '\u{a0}'])
        .scan(0, |at, piece| {
            let begin = said
                .get(*at..)
                .and_then(|rest| rest.find(piece))
                .unwrap_or(0)
                + *at;
            *at = begin + piece.len();
            Some(run.start + begin..run.start + *at)
        })
        .collect();
    let digits = |range: &Range<usize>| {
        let text = text.get(range.clone()).unwrap_or_default();
        text.chars().filter(char::is_ascii_digit).count()
    };
    for (index, piece) in pieces.iter().enumerate() {
        let said = text.get(piece.clone()).unwrap_or_default();
        let is_date = said
            .get(..10)
            .is_some_and(|day| day.parse::<jiff::civil::Date>().is_ok());
        if is_date || (10..=11).contains(&digits(piece)) && !said.contains('.') {
            found.push(piece.clone());
        }
        if let Some(next) = pieces.get(index + 1)
            && (10..=11).contains(&(digits(piece) + digits(next)))
            && digits(next) >= 7
        {
            found.push(piece.start..next.end);
        }
    }
    found
}

/// `e911Address.city: Orem` and `"unit": "5"` without what they say.
pub(super) fn without_values(line: &str) -> String {
    let Some((name, value)) = line.split_once(": ") else {
        return line.to_owned();
    };
    let bare = name
        .trim_start_matches([' ', '-', '{', '"', '\''])
        .trim_end_matches(['"', '\'']);
    let member = bare.rsplit('.').next().unwrap_or(bare);
    if !is_personal(member) || value.trim().is_empty() {
        return line.to_owned();
    }
    format!("{name}: {MASK}")
}

/// The text without a sentence, also where it was broken into lines or coloured.
pub(super) fn without_sentence(text: &str, sentence: &str) -> String {
    let words: Vec<&str> = sentence.split_whitespace().collect();
    let Some((first, others)) = words.split_first() else {
        return text.to_owned();
    };
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(first) {
        let (before, found) = rest.split_at(at);
        clean.push_str(before);
        let tail = found.get(first.len()..).unwrap_or_default();
        let end = others
            .iter()
            .try_fold(tail, |tail, word| past_gap(tail).strip_prefix(word));
        match end {
            Some(end) => {
                clean.push_str(WITHHELD);
                rest = end;
            }
            None => {
                clean.push_str(first);
                rest = tail;
            }
        }
    }
    clean.push_str(rest);
    clean
}

/// Past spaces, line breaks and colours.
fn past_gap(text: &str) -> &str {
    let mut rest = text;
    loop {
        let trimmed = rest.trim_start();
        rest = match trimmed
            .strip_prefix("\u{1b}[")
            .and_then(|style| style.split_once('m'))
        {
            Some((_, after)) => after,
            None => return trimmed,
        };
    }
}
