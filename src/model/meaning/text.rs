//! N2: surrounding and repeated spaces and the case of letters say nothing.

use unicode_normalization::UnicodeNormalization;

/// Trimmed, single-spaced, upper case, composed.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        if word.is_ascii() {
            folded.extend(word.chars().map(|c| c.to_ascii_uppercase()));
        } else {
            // Upper-casing can undo a composition, so composing comes last. Accents
            // stay: Montréal for Montreal is a correction that a person made.
            let upper: String = word.nfc().flat_map(char::to_uppercase).collect();
            folded.extend(upper.nfc());
        }
    }
    folded
}

/// Folded, and without the dot that ends an abbreviation ("St. George").
/// A dot inside a word stays: "1.10" is not "110".
pub(super) fn without_dots(text: &str) -> String {
    let folded = fold(text);
    if !folded.contains('.') {
        return folded;
    }
    let words: Vec<&str> = folded
        .split(' ')
        .map(|word| word.trim_end_matches('.'))
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ")
}

/// Folded, and without any dot: for words of a fixed vocabulary ("N.W.").
pub(super) fn bare(text: &str) -> String {
    fold(&text.replace('.', ""))
}
