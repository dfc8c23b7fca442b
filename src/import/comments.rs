//! Comments: what a file can't say, for the person who reads it.
//!
//! They may hold a carrier's words. So a comment is one line, whatever is in it,
//! and never so long that nobody reads it.

use crate::desired::edit::is_unseen;

/// Characters of a comment, at most.
const LONGEST: usize = 180;

/// A text that can stand in a comment: one line, and nothing in it that is not seen.
pub fn clean(text: &str) -> String {
    let mut clean = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()) {
        let word: String = word.chars().filter(|c| !is_unseen(*c)).collect();
        if word.is_empty() {
            continue;
        }
        if !clean.is_empty() {
            clean.push(' ');
        }
        clean.push_str(&word);
    }
    if clean.chars().count() > LONGEST {
        clean = clean.chars().take(LONGEST - 1).collect();
        clean.push('…');
    }
    clean
}

/// A line of comment.
pub fn line(text: &str, indent: usize) -> String {
    let text = clean(text);
    let space = if text.is_empty() { "" } else { " " };
    format!("{}#{space}{text}\n", " ".repeat(indent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_carrier_says_stays_one_line_of_comment() {
        let said = "no\nnumbers:\r\n  x: \u{1b}[2J\u{2028}y\u{feff}";
        let line = line(said, 2);
        assert_eq!(line, "  # no numbers: x: [2J y\n");
        assert!(super::line(&"long ".repeat(200), 0).chars().count() < 250);
    }
}
