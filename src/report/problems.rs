//! Problems of the user's files: for people with the line they are about, for
//! programs as the JSON document of design, section 4.
//!
//! A line that may hold a secret is never shown.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::path::Path;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};
use serde::Serialize;

use crate::bounded;
use crate::desired::problem::{Problem, Severity, code};

/// The format of the JSON document.
const FORMAT_VERSION: &str = "1.0";

/// The JSON document.
pub fn json(problems: &[Problem]) -> String {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Document<'a> {
        format_version: &'a str,
        problems: &'a [Problem],
    }
    let document = Document {
        format_version: FORMAT_VERSION,
        problems,
    };
    // Texts and numbers alone: there is nothing that can't be written.
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

/// Problems shown to people in full; programs get all of them.
const SHOWN: usize = 200;

/// Of a flood, problems that say the same: so many are shown, each in another
/// file if there is one.
const OF_A_KIND: usize = 5;

/// Kinds of problems that are counted below a flood.
const KINDS: usize = 20;

/// Problems, ANSI-styled; with the lines that they are about where `excerpts`
/// are wanted. Of more than two hundred a choice is shown, from as many files as
/// there are, and the rest is counted. `root` is what the files are relative to.
pub fn human(problems: &[Problem], root: &Path, width: usize, excerpts: bool) -> String {
    let secret: HashSet<(&str, u32)> = problems
        .iter()
        .filter(|problem| problem.code == code::SECRET)
        .map(|problem| (problem.file.as_str(), problem.line))
        .collect();
    let renderer = Renderer::styled()
        .decor_style(DecorStyle::Ascii)
        .term_width(width);
    let mut files: HashMap<&str, Option<String>> = HashMap::new();
    let mut text = String::new();
    let chosen = chosen(problems);
    for problem in &chosen {
        let source = files.entry(&problem.file).or_insert_with(|| {
            // A pipe would have us wait for somebody to write into it.
            let path = Some(root.join(&problem.file)).filter(|path| path.is_file())?;
            let bytes = bounded::read(&path, bounded::MOST_BYTES).ok()?;
            crate::desired::read::text_of(&problem.file, bytes).ok()
        });
        let hidden = !excerpts || secret.contains(&(problem.file.as_str(), problem.line));
        let line = source
            .as_deref()
            .filter(|_| !hidden)
            .and_then(|source| shown_line(source, problem));
        text.push_str(&one(problem, line, source.is_some(), &renderer));
        text.push_str("\n\n");
    }
    if let Some(more) = problems
        .len()
        .checked_sub(chosen.len())
        .filter(|more| *more > 0)
    {
        text.push_str(&counted(problems));
        text.push_str(&format!("… and {more} more; --format json shows all\n"));
    }
    text
}

/// What problems are alike by: one slip in a thousand files is one thing to mend.
fn kind(problem: &Problem) -> (&str, &str) {
    (&problem.code, &problem.message)
}

/// All of them, or of a flood a few of each kind, spread over the files, in
/// their order.
fn chosen(problems: &[Problem]) -> Vec<&Problem> {
    if problems.len() <= SHOWN {
        return problems.iter().collect();
    }
    let files: HashSet<&str> = problems.iter().map(|p| p.file.as_str()).collect();
    let of_a_file = (SHOWN / files.len().max(1)).max(2);
    let mut of_kind: HashMap<(&str, &str), usize> = HashMap::new();
    let mut in_file: HashMap<&str, usize> = HashMap::new();
    let mut last: HashMap<(&str, &str), &str> = HashMap::new();
    // The last file that has the kind: what is left for later files is left
    // only where there are later files.
    let ends: HashMap<(&str, &str), &str> = problems
        .iter()
        .map(|problem| (kind(problem), problem.file.as_str()))
        .collect();
    problems
        .iter()
        .filter(|problem| {
            let file = problem.file.as_str();
            let kinds = of_kind.entry(kind(problem)).or_default();
            let own = in_file.entry(file).or_default();
            let told_here = last.get(&kind(problem)) == Some(&file);
            let is_last = ends.get(&kind(problem)) == Some(&file);
            let shown = *kinds < OF_A_KIND && *own < of_a_file && (!told_here || is_last);
            if shown {
                *kinds += 1;
                *own += 1;
                last.insert(kind(problem), file);
            }
            shown
        })
        .take(SHOWN)
        .collect()
}

/// How often what is said, the most frequent first.
fn counted(problems: &[Problem]) -> String {
    let mut kinds: HashMap<(&str, &str), (usize, HashSet<&str>)> = HashMap::new();
    for problem in problems {
        let (count, files) = kinds.entry(kind(problem)).or_default();
        *count += 1;
        files.insert(&problem.file);
    }
    let mut rows: Vec<_> = kinds.into_iter().collect();
    rows.sort_by(|a, b| (b.1.0, a.0).cmp(&(a.1.0, b.0)));
    let mut text = String::new();
    for ((code, message), (count, files)) in rows.iter().take(KINDS) {
        let files = match files.len() {
            1 => "1 file".to_owned(),
            files => format!("{files} files"),
        };
        text.push_str(&format!(
            "{count:>7} × {} [{code}], in {files}\n",
            escaped(message)
        ));
    }
    if let Some(more) = rows.len().checked_sub(KINDS).filter(|more| *more > 0) {
        text.push_str(&format!("        and {more} other kinds of problems\n"));
    }
    text
}

/// A name on one line: a line break in a key or file name is shown, not made.
fn escaped(name: &str) -> Cow<'_, str> {
    match name.contains(char::is_control) {
        true => name.escape_debug().to_string().into(),
        false => name.into(),
    }
}

/// `is_text`: its file is there to be looked at, so that a line means something.
fn one(problem: &Problem, line: Option<&str>, is_text: bool, renderer: &Renderer) -> String {
    let level = match problem.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let (message, file) = (escaped(&problem.message), escaped(&problem.file));
    let (path, help) = (escaped(&problem.path), escaped(&problem.help));
    let title = level.primary_title(&*message).id(&problem.code);
    let start = problem.line as usize;
    let mut group = match line {
        Some(line) => title.element(
            Snippet::source(line)
                .line_start(start)
                .path(&*file)
                .annotation(
                    AnnotationKind::Primary
                        .span(marked(line, problem.column as usize))
                        .label(&*path),
                ),
        ),
        None if !is_text => title.element(Origin::path(&*file)),
        None => {
            let origin = Origin::path(&*file)
                .line(start)
                .char_column(problem.column as usize);
            let group = title.element(origin);
            match problem.path.is_empty() {
                true => group,
                false => group.element(Level::NOTE.message(format!("at {path}"))),
            }
        }
    };
    if !help.is_empty() {
        group = group.element(Level::HELP.message(&*help));
    }
    renderer.render(&[group])
}

/// The summary that stands last.
pub fn summary(problems: &[Problem]) -> String {
    let errors = problems.iter().filter(|problem| problem.is_error()).count();
    let count = |count: usize, what: &str| match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    };
    match (errors, problems.len() - errors) {
        (0, 0) => "no problems".to_owned(),
        (0, warnings) => count(warnings, "warning"),
        (errors, 0) => count(errors, "error"),
        (errors, warnings) => format!("{}, {}", count(errors, "error"), count(warnings, "warning")),
    }
}

/// The line a problem is about, unless a secret may stand in it.
fn shown_line<'s>(source: &'s str, problem: &Problem) -> Option<&'s str> {
    let index = (problem.line as usize).checked_sub(1)?;
    let line = source.lines().nth(index)?;
    if problem.code == code::SECRET || may_hold_secret(line) {
        return None;
    }
    // Where the form is broken, a quoted secret may run over several lines.
    let broken = problem.code == code::SYNTAX;
    let before = source.lines().take(index);
    if broken && before.skip(index.saturating_sub(8)).any(may_hold_secret) {
        return None;
    }
    Some(line.trim_end_matches('\r'))
}

/// Words in keys under which people write credentials.
const CREDENTIALS: [&str; 9] = [
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "apikey",
    "api_key",
    "api-key",
];

/// A PIN, under whatever spelling of its name, with anything but a reference
/// after it; or an address with a password in it.
fn may_hold_secret(line: &str) -> bool {
    let lower = line.to_lowercase();
    if line
        .split_once("://")
        .is_some_and(|(_, rest)| rest.contains('@'))
    {
        return true;
    }
    if let Some(end) = CREDENTIALS
        .iter()
        .filter_map(|word| Some(lower.find(word)? + word.len()))
        .min()
    {
        return lower
            .get(end..)
            .is_some_and(|rest| rest.contains([':', '=', ' ']));
    }
    lower.match_indices("pin").any(|(index, found)| {
        let rest = lower.get(index + found.len()..).unwrap_or("");
        let Some((name, value)) = rest.split_once(':') else {
            // A key without its colon: what follows may be anything.
            let before = lower.get(..index).unwrap_or("");
            let key = before.rsplit(['{', ',']).next().unwrap_or(before);
            return !key.contains(':') && !rest.starts_with(char::is_alphanumeric);
        };
        let key = name.len() < 24 && !name.contains([',', '{', '}', '#']);
        let value = value.trim_start();
        key && !value.is_empty()
            && !value.starts_with('#')
            && !value.starts_with("{ env")
            && !value.starts_with("{env")
            && !value.starts_with("{ file")
            && !value.starts_with("{file")
    })
}

/// The bytes of the token that begins at a column (counted from 1, in characters).
fn marked(line: &str, column: usize) -> std::ops::Range<usize> {
    let start = line
        .char_indices()
        .nth(column.saturating_sub(1))
        .map_or(line.len(), |(index, _)| index);
    let rest = line.get(start..).unwrap_or("");
    let length = match rest.chars().next() {
        Some(quote @ ('"' | '\'')) => rest
            .get(1..)
            .and_then(|inner| inner.find(quote))
            .map_or(rest.len(), |end| end + 2),
        Some('{') => rest.find('}').map_or(rest.len(), |end| end + 1),
        Some('[') => rest.find(']').map_or(rest.len(), |end| end + 1),
        Some(_) => [": ", ",", "}", "]", " #"]
            .into_iter()
            .filter_map(|end| rest.find(end))
            .min()
            .unwrap_or(rest.len()),
        None => 0,
    };
    let token = rest.get(..length).unwrap_or(rest);
    let token = token.trim_end().trim_end_matches(':');
    start
        ..start
            + token
                .len()
                .max(usize::from(!rest.is_empty() && token.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desired::problem::Place;

    #[test]
    fn the_token_at_fault_is_underlined_and_no_more() {
        let mark = |line: &'static str, column| line.get(marked(line, column)).unwrap_or("?");
        assert_eq!(mark("  state: QB # Québec", 10), "QB");
        assert_eq!(mark("  \"801 555-1212\": x", 3), "\"801 555-1212\"");
        assert_eq!(mark("  csr: { city: Orem, state: QB }", 29), "QB");
        assert_eq!(mark("  e911Adress:", 3), "e911Adress");
        assert_eq!(mark("  n: Montréal Ñ", 6), "Montréal Ñ");
        assert_eq!(mark("", 1), "");
        assert_eq!(mark("abc", 99), "");
    }

    #[test]
    fn a_line_with_a_pin_is_never_shown() {
        for line in [
            "    wirelessPin: 4711",
            "    wirelesspin: \"4711\"",
            "  p: { crdDate: x, wirelessPIN: 4711, portingWireType: Y }",
            "    wirelessPin 4711",
            "    pin: 4711",
            "  api: https://user:4711@api.alianza.com",
            "ALZ_PASSWORD=4711",
            "  p: { apiKey: 4711, api: sandbox }",
            "    clientSecret: 4711",
        ] {
            assert!(may_hold_secret(line), "{line}");
        }
        for line in [
            "    wirelessPin: { env: MAIN_LINE_PIN }",
            "    city: Pinetop",
            "    businessName: Shipping Partners",
        ] {
            assert!(!may_hold_secret(line), "{line}");
        }
    }

    #[test]
    fn a_secret_hides_every_excerpt_of_its_line() {
        let dir = tempfile::tempdir().expect("tempdir");
        std::fs::write(
            dir.path().join("a.yaml"),
            "p: { x: 4711, crdDate: never }\n",
        )
        .expect("write");
        let at = |column, code| {
            let place = Place { line: 1, column };
            Problem::error(code, "a.yaml", place, "p".into(), "wrong")
        };
        let shown = human(&[at(15, "D33")], dir.path(), 100, true);
        assert!(shown.contains("never"), "{shown}");
        let hidden = human(&[at(9, code::SECRET), at(15, "D33")], dir.path(), 100, true);
        assert!(!hidden.contains("4711"), "{hidden}");
        assert!(hidden.contains("a.yaml:1:15"), "{hidden}");
    }
}
