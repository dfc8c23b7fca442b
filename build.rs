//! Gathers the words that the program's own sentences are made of.
//!
//! `--redact pii` takes personal words out of every text. A clinic in Center
//! Street, run by a Mr. Port, must not cost a reader the words "center" and
//! "port": what the program says by itself tells nothing of anybody. Its words
//! are those of its own string literals, so the list can't fall behind them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// What is no sentence of a run: the simulator, examples of files to write, names
/// of holidays, and the spellings by which addresses are compared.
const NO_SENTENCES: [&str; 6] = [
    "src/sandbox",
    "src/cli/init",
    "src/report/explain",
    "src/model/calendar",
    "src/model/meaning",
    "src/model/values",
];

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=build.rs");
    let mut words = BTreeSet::new();
    for file in sources(Path::new("src"))? {
        let text = fs::read_to_string(&file)?;
        let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        for literal in literals(code) {
            gather(&literal, &mut words);
        }
    }
    let words: Vec<String> = words.into_iter().collect();
    let out = env::var_os("OUT_DIR")
        .map(PathBuf::from)
        .unwrap_or_default();
    fs::write(out.join("own-words.txt"), words.join("\n"))
}

fn sources(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let name = path.to_string_lossy().replace('\\', "/");
        let is_test = name.ends_with("tests.rs") || name.contains("/tests/");
        if is_test || NO_SENTENCES.iter().any(|no| name.starts_with(no)) {
            continue;
        }
        if path.is_dir() {
            found.extend(sources(&path)?);
        } else if name.ends_with(".rs") {
            found.push(path);
        }
    }
    Ok(found)
}

/// What stands between quotation marks in code, escapes undone as far as they
/// part words.
fn literals(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(at) = rest.find(['"', '\'', '/']) {
        let (before, here) = rest.split_at(at);
        rest = if here.starts_with("//") {
            here.split_once('\n').map_or("", |(_, after)| after)
        } else if let Some(inside) = here.strip_prefix('"') {
            let bare = before.trim_end_matches('#');
            if bare.ends_with('r') {
                let end = format!("\"{}", "#".repeat(before.len() - bare.len()));
                let (literal, after) = inside.split_once(&end).unwrap_or((inside, ""));
                found.push(literal.to_owned());
                after
            } else {
                let (literal, after) = quoted(inside);
                found.push(unescaped(literal));
                after
            }
        } else if here.starts_with("'\\") || here.starts_with("'\"'") {
            // A character, which may be a quotation mark.
            here.get(3..).unwrap_or_default()
        } else {
            here.get(1..).unwrap_or_default()
        };
    }
    found
}

/// Up to the quotation mark that is not escaped, and what is behind it.
fn quoted(text: &str) -> (&str, &str) {
    let mut escaped = false;
    for (at, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return (&text[..at], &text[at + 1..]),
            _ => {}
        }
    }
    (text, "")
}

fn unescaped(literal: &str) -> String {
    let mut text = String::with_capacity(literal.len());
    let mut rest = literal;
    while let Some((before, escape)) = rest.split_once('\\') {
        text.push_str(before);
        let skipped = escape.chars().next().map_or(0, char::len_utf8);
        text.push(' ');
        rest = &escape[skipped..];
    }
    text.push_str(rest);
    text
}

/// The words of a literal as a sentence has them: in small letters, or shouted.
/// One with a capital may be somebody's name in an example, unless the sentence
/// begins with it; what stands in a path is a name of a file.
fn gather(literal: &str, words: &mut BTreeSet<String>) {
    let is_sentence = literal.trim().contains(char::is_whitespace);
    let mut is_first = true;
    for piece in without_places(literal).split_whitespace() {
        if piece.contains('/') || piece.contains(".yaml") {
            continue;
        }
        for word in piece.split(|letter: char| !letter.is_alphanumeric()) {
            let small = word.starts_with(|first: char| first.is_lowercase());
            let loud = !word.contains(char::is_lowercase);
            let own = small || loud || (is_first && is_sentence);
            is_first &= word.is_empty();
            if own && word.chars().count() > 2 && word.contains(char::is_alphabetic) {
                words.insert(word.to_lowercase());
            }
        }
    }
}

/// Without `{name}` and `{0:>4}`, which stand for what is put there.
fn without_places(literal: &str) -> String {
    let mut text = String::new();
    let mut rest = literal;
    while let Some((before, inside)) = rest.split_once('{') {
        text.push_str(before);
        text.push(' ');
        rest = match inside.split_once('}') {
            Some((place, after)) if !place.contains(char::is_whitespace) => after,
            _ => inside,
        };
    }
    text.push_str(rest);
    text
}
