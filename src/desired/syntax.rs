//! What the parser stumbles over, said for the person who typed it.
//!
//! A parser names the rule of YAML's grammar that failed; what helps is the slip
//! that leads there: a tab, a missing space, a merge conflict left in the file.

use super::problem::Place;

/// A fault of syntax: where, what, and how to mend it.
pub struct Explained {
    pub place: Place,
    pub message: String,
    pub help: String,
}

/// Explains what the parser says of a place in a text.
pub fn explain(text: &str, place: Place, said: &str) -> Explained {
    let at = |place: Place, message: &str, help: &str| Explained {
        place,
        message: message.to_owned(),
        help: help.to_owned(),
    };
    if let Some(conflict) = conflict(text, place) {
        return at(
            conflict,
            "an unresolved merge conflict",
            "keep what is right of the two sides and delete the lines <<<<<<<, ======= and >>>>>>>",
        );
    }
    let index = place.line.saturating_sub(1) as usize;
    let line = text.lines().nth(index).unwrap_or("");
    if said.contains("recursion limit") {
        return at(
            place,
            "maps and lists are nested too deeply here",
            "nothing in these files needs more than seven levels; look for brackets that are never closed",
        );
    }
    if said.contains("tabs disallowed") || indented_by_tab(line) {
        let tab = line.chars().position(|c| c == '\t').unwrap_or(0);
        let place = Place {
            column: u32::try_from(tab + 1).unwrap_or(1),
            ..place
        };
        return at(place, "a tab in the indentation", "indent with spaces");
    }
    if said.contains("unclosed quote") {
        return Explained {
            place,
            message: "a quote is opened here and never closed".to_owned(),
            help: format!("close the quote that opens in line {}", place.line),
        };
    }
    let value = || {
        let rest = line.split_once(": ").map_or("", |(_, value)| value.trim());
        rest.split(" #").next().unwrap_or(rest).trim_end()
    };
    if said.contains("trailing content after single-quoted") {
        return at(
            place,
            "the text goes on behind its closing quote",
            "a ' within single quotes is written twice (''), or put the text into double quotes",
        );
    }
    if said.contains("trailing content after") {
        return at(
            place,
            "the text goes on behind its closing quote",
            "a \" within double quotes is written \\\"; or put the text into single quotes",
        );
    }
    if said.contains("mapping values are not allowed") {
        return match value().contains(": ") || value().ends_with(':') {
            true => at(
                place,
                "a second `: ` in one line",
                "put the text into quotes: name: \"Sample: Dental\"",
            ),
            false => at(
                place,
                "a key and its value can't stand here",
                "look at the indentation: members of one map begin in one column",
            ),
        };
    }
    if said.contains("unexpected character") {
        let found = line.chars().nth(place.column.saturating_sub(1) as usize);
        let found = found
            .filter(|c| !c.is_control())
            .map_or_else(String::new, |c| format!(" with {c}"));
        return Explained {
            place,
            message: format!("a plain text can't begin{found}"),
            help: "put the text into quotes".to_owned(),
        };
    }
    if let Some((key, rest)) = without_space(line).filter(|_| said.contains("expected ':'")) {
        return Explained {
            place,
            message: format!("no space behind the colon of `{key}`"),
            help: format!("write {key}: {rest}"),
        };
    }
    if said.contains("expected ':'") {
        return at(
            place,
            "a key without its colon",
            "write `key: value`, one a line",
        );
    }
    if said.contains("flow mapping") || said.contains("flow sequence") {
        return at(
            place,
            "a bracket before is not closed, or a comma is missing",
            "what opens with { or [ must close with } or ], members parted by commas",
        );
    }
    if said.contains("did not find expected key") && line.trim_start().starts_with("- ") {
        return at(
            place,
            "a dash where a key belongs",
            "these files have keys here (`name: value`), no list: take the dash away",
        );
    }
    if said.contains("did not find expected key") || said.contains("did not find expected '-'") {
        return at(
            place,
            "this line is indented unlike those it belongs to",
            "members of one map begin in one column; look at the lines before",
        );
    }
    at(
        place,
        said,
        "the text is not YAML from here on; look for a missing quote, colon or space just before",
    )
}

/// The marker of a merge conflict nearest before the place, or at it.
fn conflict(text: &str, place: Place) -> Option<Place> {
    let marks = |line: &str| {
        line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> ") || line == "======="
    };
    (1u32..)
        .zip(text.lines())
        .find(|(line, text)| marks(text.trim_end()) && *line <= place.line.saturating_add(1))
        .map(|(line, _)| Place { line, column: 1 })
}

fn indented_by_tab(line: &str) -> bool {
    line.trim_start_matches(' ').starts_with('\t')
}

/// A key with its value right behind the colon.
fn without_space(line: &str) -> Option<(&str, &str)> {
    let (key, rest) = line.trim().split_once(':')?;
    let name = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric());
    (name && !rest.is_empty() && !rest.starts_with([' ', '/'])).then_some((key, rest))
}

/// What is meant where a whole document is one text: `account:x`.
pub fn one_text(text: &str) -> Option<String> {
    let (key, rest) = without_space(text.lines().next()?)?;
    Some(format!("a space belongs behind the colon: {key}: {rest}"))
}

#[cfg(test)]
mod tests {
    use crate::desired::tree;

    fn first(text: &str) -> (u32, u32, String) {
        let problems: Vec<_> = tree::read("a.yaml", text)
            .into_iter()
            .flat_map(|document| document.problems)
            .collect();
        let problem = problems
            .first()
            .unwrap_or_else(|| panic!("nothing is wrong: {text}"));
        (
            problem.line,
            problem.column,
            format!("{}; {}", problem.message, problem.help),
        )
    }

    #[test]
    fn every_usual_slip_is_told_where_it_was_made_and_how_to_mend_it() {
        let deep = format!("account: x\nname: {}\n", "[".repeat(90));
        for (text, line, column, words) in [
            (
                "account: x\nnumbers:\n\t18017690817: {}\n",
                3,
                1,
                "indent with spaces",
            ),
            (
                "account: x\nnumbers:\n  18017690817:\n    port: a\n   protected: true\n",
                5,
                4,
                "indented unlike",
            ),
            (
                "account: x\n<<<<<<< HEAD\nname: a\n=======\nname: b\n>>>>>>> main\n",
                2,
                1,
                "merge conflict",
            ),
            (
                "account: x\nnumbers:\n<<<<<<< HEAD\n  18017690817: {}\n=======\n>>>>>>> b\n",
                3,
                1,
                "merge conflict",
            ),
            ("account: x\nname:y\nnumbers: {}\n", 2, 1, "write name: y"),
            (deep.as_str(), 2, 71, "nested too deeply"),
            (
                "account: x\nname: \"Sample\nnumbers:\n  18017690817: {}\n",
                2,
                7,
                "opens in line 2",
            ),
            ("account: x\nname: 'Joe's Bar'\n", 2, 12, "written twice"),
            (
                "account: x\nname: Sample: Dental\n",
                2,
                13,
                "put the text into quotes",
            ),
            (
                "account: x\nname: @home\n",
                2,
                7,
                "put the text into quotes",
            ),
            (
                "account: x\nname: `home\n",
                2,
                7,
                "put the text into quotes",
            ),
            (
                "account: x\nname: %home\n",
                2,
                7,
                "put the text into quotes",
            ),
            (
                "account: x\nnumbers: { 18017690817: { port: a }\nname: x\n",
                3,
                1,
                "not closed",
            ),
            ("account: x\n  - b\nname: x\n- b\n", 4, 3, "dash"),
        ] {
            let (at, column_at, said) = first(text);
            assert_eq!((at, column_at), (line, column), "{text}{said}");
            assert!(said.contains(words), "{text}{said}");
        }
    }
}
