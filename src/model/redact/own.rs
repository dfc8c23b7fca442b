//! The words of the program's own sentences, gathered from its sources when it is
//! built (`build.rs`): they tell nothing of anybody.

use std::collections::HashSet;
use std::sync::LazyLock;

static WORDS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    include_str!(concat!(env!("OUT_DIR"), "/own-words.txt"))
        .lines()
        .collect()
});

/// Whether the program says this word by itself, in whatever case.
pub(super) fn is_own(word: &str) -> bool {
    WORDS.contains(word.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::is_own;

    #[test]
    fn words_of_reports_are_ours_and_names_in_examples_are_not() {
        for word in [
            "warning",
            "Numbers",
            "BLOCKED",
            "submit",
            "port",
            "number",
            "release",
            "drift",
            "emergency",
            "service",
            "hold",
            "guards",
            "unmanaged",
        ] {
            assert!(is_own(word), "{word}");
        }
        for word in [
            "Lindon", "Provo", "Orem", "Smith", "Jane", "Dental", "Bakery", "Quartz",
        ] {
            assert!(!is_own(word), "{word}");
        }
    }
}
