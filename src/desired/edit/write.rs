//! New YAML: what is put into a file that a person keeps.
//!
//! A text is quoted wherever any reader of YAML, old ones included, would make
//! something else of it: Ontario's `ON` is no boolean, `00501` no number.

use std::fmt::Write as _;

/// A value to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fresh {
    /// `{}`: a map in which nothing is said yet.
    Empty,
    Null,
    Bool(bool),
    Text(String),
    /// Members in the order in which they are to be read.
    Map(Vec<(String, Fresh)>),
}

/// The quotes of a key that needs some.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quotes {
    Double,
    Single,
    /// As its neighbours: a key is a text here, whatever it looks like.
    None,
}

/// A text as YAML: bare where every reader takes it for that very text, else in
/// double quotes.
pub fn scalar(text: &str) -> String {
    if is_bare(text) {
        return text.to_owned();
    }
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if is_unseen(c) => {
                let written = match u32::from(c) {
                    code @ ..=0xffff => write!(quoted, "\\u{code:04x}"),
                    code => write!(quoted, "\\U{code:08x}"),
                };
                debug_assert!(written.is_ok(), "writing to a String can't fail");
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// What a reviewer would not see, or would see in another place than it stands:
/// controls, line and paragraph separators, marks of direction, characters
/// without width or ink.
pub fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{fffe}'
            | '\u{ffff}'
            | '\u{e0000}'..='\u{e007f}')
}

/// Words that some reader takes for a boolean, null or a number.
const WORDS: [&str; 11] = [
    "y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf",
];

/// Begins with a letter, holds nothing that means something to YAML, and is no
/// word that does.
fn is_bare(text: &str) -> bool {
    let safe = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.' | '/' | '\'');
    text.starts_with(|c: char| c.is_alphabetic())
        && text.chars().all(safe)
        && !text.ends_with(' ')
        && !text.contains("  ")
        && !WORDS.contains(&text.to_ascii_lowercase().as_str())
}

/// A key.
pub(super) fn key(text: &str, quotes: Quotes) -> String {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match quotes {
        _ if is_bare(text) && !text.contains(' ') => text.to_owned(),
        Quotes::None if digits => text.to_owned(),
        Quotes::Single if digits => format!("'{text}'"),
        Quotes::None | Quotes::Single | Quotes::Double => {
            let bare = scalar(text);
            if bare.starts_with('"') {
                bare
            } else {
                format!("\"{bare}\"")
            }
        }
    }
}

/// Members one a line, indented, without a line break at the end.
pub(super) fn block(
    members: &[(String, Fresh)],
    indent: usize,
    step: usize,
    quotes: Quotes,
    newline: &str,
) -> String {
    let lines: Vec<String> = members
        .iter()
        .map(|(name, value)| {
            let head = format!("{}{}:", " ".repeat(indent), key(name, quotes));
            match value {
                Fresh::Map(inner) if !inner.is_empty() => {
                    let inner = block(inner, indent + step, step, quotes, newline);
                    format!("{head}{newline}{inner}")
                }
                value => format!("{head} {}", flow(value, quotes)),
            }
        })
        .collect();
    lines.join(newline)
}

/// A value in braces, on one line.
pub(super) fn flow(value: &Fresh, quotes: Quotes) -> String {
    match value {
        Fresh::Empty => "{}".to_owned(),
        Fresh::Null => "null".to_owned(),
        Fresh::Bool(value) => value.to_string(),
        Fresh::Text(text) => scalar(text),
        Fresh::Map(members) if members.is_empty() => "{}".to_owned(),
        Fresh::Map(members) => format!("{{ {} }}", flow_members(members, quotes).join(", ")),
    }
}

/// Members as they stand between braces.
pub(super) fn flow_members(members: &[(String, Fresh)], quotes: Quotes) -> Vec<String> {
    members
        .iter()
        .map(|(name, value)| format!("{}: {}", key(name, quotes), flow(value, quotes)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_quoted_where_a_reader_would_bend_it() {
        for bare in [
            "Lindon",
            "SUITE",
            "St. John's",
            "UT",
            "fr-CA",
            "Québec",
            "E",
            "SW",
        ] {
            assert_eq!(scalar(bare), bare);
        }
        for (text, quoted) in [
            ("ON", "\"ON\""),
            ("no", "\"no\""),
            ("N", "\"N\""),
            ("00501", "\"00501\""),
            ("", "\"\""),
            ("a: b", "\"a: b\""),
            ("a #b", "\"a #b\""),
            ("say \"hi\"\\\n", "\"say \\\"hi\\\"\\\\\\n\""),
            ("\u{1b}[2J", "\"\\u001b[2J\""),
            // What turns the direction of writing shows another street than is sent.
            ("12 \u{202e}niaM", "\"12 \\u202eniaM\""),
            ("Ma\u{200b}in", "\"Ma\\u200bin\""),
            ("\u{e0041}", "\"\\U000e0041\""),
            ("null", "\"null\""),
            ("1/2", "\"1/2\""),
        ] {
            assert_eq!(scalar(text), quoted);
        }
    }
}
