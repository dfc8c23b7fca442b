//! Problems of the user's files, without what they quote of them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

use crate::bounded;
use crate::desired::Problem;
use crate::model::meaning::canonical_country;
use crate::model::personal::{MASK, is_personal, is_public_name};
use crate::model::values::{LISTING_TYPES, country_of_state};
use crate::model::{Member, PhoneNumber, Redactor};

/// Problems without what they quote of the user's files: neither what stands
/// in quotes nor any word that the file says.
pub fn problems(problems: &[Problem], root: &Path) -> Vec<Problem> {
    let mut files: HashMap<String, Redactor> = HashMap::new();
    problems
        .iter()
        .map(|problem| {
            let words = files.entry(problem.file.clone()).or_insert_with(|| {
                let text = bounded::read(&root.join(&problem.file), bounded::MOST_BYTES)
                    .unwrap_or_default();
                said(&String::from_utf8_lossy(&text))
            });
            let clean = |text: &str| words.text(&without_quotes(text));
            let Problem {
                path,
                message,
                help,
                severity,
                code,
                file,
                line,
                column,
            } = problem;
            let path: Vec<Cow<'_, str>> = path.split('.').map(segment).collect();
            Problem {
                severity: *severity,
                code: code.clone(),
                file: file.clone(),
                line: *line,
                column: *column,
                path: path.join("."),
                message: clean(message),
                help: clean(help),
            }
        })
        .collect()
}

/// The words of a file that are not keys, comments or the platform's own.
fn said(text: &str) -> Redactor {
    let words = Redactor::default();
    for line in text.lines() {
        let line = line.split(" #").next().unwrap_or_default();
        for piece in line.split([' ', '\t', '{', '}', '[', ']', ',', '"', '\'', '&', '*']) {
            if !piece.ends_with(':') && !is_ours(piece) {
                words.learn_personal(piece);
            }
        }
    }
    words
}

/// A word that says nothing of anybody: a member, a constant, a number.
fn is_ours(word: &str) -> bool {
    let word = word.trim_end_matches(':');
    Member::from_name(word).is_some()
        || is_public_name(word)
        || is_personal(word)
        || OURS.contains(&word)
        || LISTING_TYPES.contains(&word)
        || country_of_state(word).is_some()
        || matches!(canonical_country(word).as_str(), "USA" | "CAN") && word.len() < 4
        || word.parse::<PhoneNumber>().is_ok()
}

/// Keys and constants of files that are no members of the platform's objects.
const OURS: &[&str] = &[
    "account",
    "accounts",
    "alz.yaml",
    "api",
    "BUSINESS",
    "RESIDENTIAL",
    "customerServiceRecord",
    "e911Address",
    "directoryListing",
    "address",
    "defaults",
    "env",
    "environments",
    "file",
    "name",
    "numbers",
    "onCorrection",
    "policies",
    "port",
    "ports",
    "protected",
    "prune",
    "released",
    "telecomSettings",
    "version",
    "wirelessAccountNumber",
    "wirelessPin",
    "Wireless",
    "Wireline",
    "END_USER",
    "en-US",
    "fr-CA",
    "null",
];

fn segment(name: &str) -> Cow<'_, str> {
    let index = name.chars().all(|c| c.is_ascii_digit());
    if name.is_empty() || index || is_ours(name) {
        name.into()
    } else {
        MASK.into()
    }
}

/// A sentence whose quotations are masked, but for words of our own.
fn without_quotes(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find(['"', '`', '“']) {
        let quote = rest
            .get(open..)
            .and_then(|rest| rest.chars().next())
            .unwrap_or('"');
        let after = rest.get(open + quote.len_utf8()..).unwrap_or_default();
        let closing = if quote == '“' { '”' } else { quote };
        clean.push_str(rest.get(..open).unwrap_or_default());
        clean.push(quote);
        // A quotation that does not end runs to the end.
        let end = after.find(closing).unwrap_or(after.len());
        let quoted = after.get(..end).unwrap_or_default();
        clean.push_str(if is_ours(quoted) { quoted } else { MASK });
        clean.push(closing);
        rest = after.get(end + closing.len_utf8()..).unwrap_or_default();
    }
    clean.push_str(rest);
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_quotes_nothing_of_its_file() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = "numbers:\n  \"18015551212\": { city: Canaryville, unit: 5, stat: Ut4 } # in\n";
        std::fs::write(dir.path().join("a.yaml"), file).expect("a file");
        let place = crate::desired::problem::Place { line: 2, column: 1 };
        let path = "numbers.18015551212.Canary key.city".to_owned();
        let problem = Problem::error(
            "D9",
            "a.yaml",
            place,
            path,
            "canaryville and \"5\" are not in `state`; Ut4",
        )
        .help("write `city: Canaryville` in customerServiceRecord");
        let [shown] = problems(&[problem], dir.path()).try_into().expect("one");
        assert_eq!(shown.message, "••• and \"•••\" are not in `state`; •••");
        assert_eq!(shown.help, "write `•••` in customerServiceRecord");
        assert_eq!(shown.path, "numbers.18015551212.•••.city");
    }
}
