//! Addresses and numbers in one line, and two such lines compared word by word.

use anstyle::{AnsiColor, Effects, Style};
use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::model::{Member, PhoneNumber, Record};

const REMOVED: Style = AnsiColor::Red.on_default().effects(Effects::STRIKETHROUGH);
const ADDED: Style = AnsiColor::Green.on_default();

/// `333 S 520 W SUITE 500, Lindon, UT 84042, USA`: the place alone, in the
/// order in which people write it.
pub(super) fn place(record: &Record) -> String {
    let street = joined(
        record,
        &[
            Member::StreetNumber,
            Member::StreetNumberSuffix,
            Member::PreDirectional,
            Member::StreetName,
            Member::StreetSuffix,
            Member::PostDirectional,
            Member::SecondaryLocationDescription,
            Member::Unit,
        ],
    );
    let region = joined(record, &[Member::State, Member::PostalCode]);
    let parts = [
        street.as_str(),
        record.get(Member::City),
        region.as_str(),
        record.get(Member::Country),
    ];
    let said: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    clean(&said.join(", "))
}

/// Without control characters and marks of direction: what a provider or a file
/// says must not move the cursor of the terminal that it is read in, nor turn the
/// line around.
pub(super) fn clean(text: &str) -> String {
    text.chars()
        .map(|c| match c.is_control() || turns(c) {
            true => '\u{fffd}',
            false => c,
        })
        .collect()
}

/// Marks that turn the direction of writing (Unicode's bidirectional controls).
pub(super) const fn turns(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
}

/// Who it is: the business, or the person.
pub(super) fn who(record: &Record) -> String {
    let person = joined(
        record,
        &[Member::FirstName, Member::MiddleInitial, Member::LastName],
    );
    match record.get(Member::BusinessName) {
        "" => clean(&person),
        business if person.is_empty() => clean(business),
        business => clean(&format!("{business}, {person}")),
    }
}

fn joined(record: &Record, members: &[Member]) -> String {
    let said: Vec<&str> = members
        .iter()
        .map(|member| record.get(*member).trim())
        .filter(|text| !text.is_empty())
        .collect();
    said.join(" ")
}

/// Words, with a comma as a word of its own, so that `Lindon,` is not a change
/// of `Lindon`.
pub(super) fn split(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for word in line.split_whitespace() {
        match word.strip_suffix(',') {
            Some(bare) => words.extend([bare, ","]),
            None => words.push(word),
        }
    }
    words
}

pub(super) fn join(words: &[&str]) -> String {
    let mut line = String::new();
    for word in words {
        if !line.is_empty() && *word != "," {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// The later line, with what went marked `[-so-]` and what came `{+so+}`: also
/// without colour nothing is lost.
pub(super) fn compared(before: &str, after: &str) -> String {
    let (old, new) = (split(before), split(after));
    let mut line = String::new();
    let mut put = |text: &str| {
        if !line.is_empty() && !text.starts_with(',') {
            line.push(' ');
        }
        line.push_str(text);
    };
    let removed = |range: &[&str]| format!("{REMOVED}[-{}-]{REMOVED:#}", join(range));
    let added = |range: &[&str]| format!("{ADDED}{{+{}+}}{ADDED:#}", join(range));
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        let was = old.get(op.old_range()).unwrap_or_default();
        let is = new.get(op.new_range()).unwrap_or_default();
        match op {
            DiffOp::Equal { .. } => put(&join(is)),
            DiffOp::Delete { .. } => put(&removed(was)),
            DiffOp::Insert { .. } => put(&added(is)),
            DiffOp::Replace { .. } => put(&format!("{}{}", removed(was), added(is))),
        }
    }
    line
}

/// The no-break space.
pub(super) const HOLD: char = '\u{a0}';

/// Plain text broken into lines of at most `width` columns; line breaks in it
/// are kept, and so is the indentation after them. A no-break space holds two
/// words together and comes out as a plain one.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let indent: String = paragraph.chars().take_while(|c| *c == ' ').collect();
        let mut line = indent.clone();
        let mut empty = true;
        for word in paragraph.split(' ').filter(|word| !word.is_empty()) {
            let fits = line.chars().count() + 1 + word.chars().count() <= width;
            if !empty && !fits {
                lines.push(std::mem::replace(&mut line, indent.clone()));
                empty = true;
            }
            if !empty {
                line.push(' ');
            }
            line.push_str(&clean(word).replace(HOLD, " "));
            empty = false;
        }
        lines.push(line);
    }
    lines
}

/// Numbers as a reader can take them in: a few in full, the rest counted.
pub(super) fn numbers(numbers: &[PhoneNumber]) -> String {
    const SHOWN: usize = 8;
    let shown: Vec<String> = numbers
        .iter()
        .take(SHOWN)
        .map(|number| number.spaced().replace(' ', "\u{a0}"))
        .collect();
    let rest = numbers.len().saturating_sub(SHOWN);
    match rest {
        0 => shown.join(", "),
        rest => format!("{} and {rest} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn a_changed_word_stands_out_also_without_colour() {
        let line = compared(
            "56 Sparks St, Ottawa, ON",
            "56 Sparks Ave, Ottawa, ON K1P 5A9",
        );
        assert_eq!(
            plain(&line),
            "56 Sparks [-St-]{+Ave+}, Ottawa, ON {+K1P 5A9+}"
        );
    }

    #[test]
    fn a_word_that_goes_and_one_that_stays_are_told_apart() {
        let line = compared("333 S 520 W SUITE 500, Lindon", "333 S 520 W, Orem");
        assert_eq!(
            plain(&line),
            "333 S 520 W [-SUITE 500-], [-Lindon-]{+Orem+}"
        );
    }

    #[test]
    fn what_a_provider_says_can_not_steer_the_terminal() {
        assert_eq!(wrapped("no\u{1b}[2J match", 80), ["no\u{fffd}[2J match"]);
        let mut record = Record::default();
        record.set(Member::City, Some("Or\u{1b}]0;em\u{7}"));
        assert!(!place(&record).contains(char::is_control));
    }

    #[test]
    fn long_help_is_broken_between_words_and_yaml_lines_keep_their_indentation() {
        assert_eq!(
            wrapped("one two three\n  city: \"A\"", 9),
            ["one two", "three", "  city:", "  \"A\""]
        );
    }
}
