//! Problems as a JUnit report: what GitLab shows in a merge request and Jenkins
//! beside a build.
//!
//! A file is a suite. A problem is a test case that failed; a file without one
//! is a test case that passed. A warning is a skipped case with its message:
//! both hosts count those apart and show their words, which they don't for the
//! output of a case that passed, and none of them fails for it. With `--strict`
//! a warning is a failure, as the command fails for it. What kept the command
//! from its work is an error, the kind for "the test could not be run".
//!
//! GitLab shows `classname` as the suite, takes the first of two equal names
//! alone, and tells a new failure from an old one by the name: so a name says
//! what and where in the document, and never a line number.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

use super::about::About;
use crate::desired::Problem;

/// The suite of what is about no file.
const ALZ: &str = "alz";

/// The report; with no problem and no file a valid one without suites.
pub fn junit(problems: &[Problem], about: &About<'_>) -> String {
    let mut suites: BTreeMap<String, Vec<&Problem>> = BTreeMap::new();
    for file in about.files {
        let below = match about.below.trim_matches('/') {
            "" => file.clone(),
            _ if file.starts_with('/') => file.clone(),
            below => format!("{below}/{file}"),
        };
        suites.entry(below).or_default();
    }
    for problem in problems {
        let suite = match problem.is_placeless() {
            true => ALZ.to_owned(),
            false => about.path(problem).into_owned(),
        };
        suites.entry(suite).or_default().push(problem);
    }
    let mut sum = Count::default();
    let mut body = String::new();
    for (file, problems) in &suites {
        let (suite, count) = suite(file, problems, about);
        body.push_str(&suite);
        sum.add(count);
    }
    let Count {
        tests,
        failures,
        errors,
        skipped: _, // the root has no place for it
    } = sum;
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"alz\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\">\n{body}</testsuites>\n"
    )
}

#[derive(Clone, Copy, Default)]
struct Count {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Count {
    fn add(&mut self, other: Count) {
        self.tests += other.tests;
        self.failures += other.failures;
        self.errors += other.errors;
        self.skipped += other.skipped;
    }
}

fn suite(file: &str, problems: &[&Problem], about: &About<'_>) -> (String, Count) {
    let mut count = Count {
        tests: problems.len().max(1),
        ..Count::default()
    };
    let mut cases = String::new();
    let file = escaped(file);
    if problems.is_empty() {
        cases.push_str(&format!(
            "    <testcase classname=\"{file}\" name=\"no problems\" time=\"0\"/>\n"
        ));
    }
    let mut names: HashMap<String, usize> = HashMap::new();
    for problem in problems {
        let (kind, number) = match (about.fails(problem), problem.is_placeless()) {
            (true, true) => ("error", &mut count.errors),
            (true, false) => ("failure", &mut count.failures),
            (false, _) => ("skipped", &mut count.skipped),
        };
        *number += 1;
        let mut name = match problem.path.as_str() {
            "" => problem.code.clone(),
            path => format!("{} {path}", problem.code),
        };
        let same = names.entry(name.clone()).or_default();
        *same += 1;
        if *same > 1 {
            name = format!("{name} #{same}");
        }
        let mut said = problem.message.clone();
        if !problem.is_placeless() {
            let path = about.path(problem);
            said = format!("{path}:{}:{}: {said}", problem.line, problem.column);
        }
        if !problem.help.is_empty() {
            said = format!("{said}\n→ {}", problem.help);
        }
        let written = write!(
            cases,
            "    <testcase classname=\"{file}\" name=\"{}\" time=\"0\">\n      <{kind} type=\"{}\" message=\"{}\">{}</{kind}>\n    </testcase>\n",
            escaped(&name),
            escaped(&problem.code),
            escaped(&problem.message),
            escaped(&said),
        );
        debug_assert!(written.is_ok(), "writing to a String can't fail");
    }
    let Count {
        tests,
        failures,
        errors,
        skipped,
    } = count;
    let suite = format!(
        "  <testsuite name=\"{file}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\" time=\"0\">\n{cases}  </testsuite>\n"
    );
    (suite, count)
}

/// Text for XML, in an element or an attribute. What XML 1.0 can't hold at all
/// is shown as the sign for that.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // An attribute would have them as spaces.
            '\n' => escaped.push_str("&#10;"),
            '\t' => escaped.push_str("&#9;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                escaped.push('\u{fffd}');
            }
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desired::problem::Place;

    fn problem(file: &str, path: &str) -> Problem {
        let place = Place { line: 2, column: 3 };
        Problem::error("D9", file, place, path.into(), "<a> & \"b\"\u{0}")
    }

    #[test]
    fn every_problem_has_a_name_of_its_own_and_no_line_in_it() {
        let problems = [
            problem("a.yaml", "numbers.1"),
            problem("a.yaml", "numbers.1"),
            problem("a.yaml", "").warning(),
        ];
        let files = ["a.yaml".to_owned(), "b.yaml".to_owned()];
        let about = About {
            files: &files,
            ..About::default()
        };
        let text = junit(&problems, &about);
        for name in ["D9 numbers.1", "D9 numbers.1 #2", "D9", "no problems"] {
            assert_eq!(
                text.matches(&format!(" name=\"{name}\"")).count(),
                1,
                "{text}"
            );
        }
        assert!(text.contains("<testsuites name=\"alz\" tests=\"4\" failures=\"2\" errors=\"0\">"));
        assert!(
            text.contains("name=\"a.yaml\" tests=\"3\" failures=\"2\" errors=\"0\" skipped=\"1\"")
        );
        assert!(
            text.contains("message=\"&lt;a&gt; &amp; &quot;b&quot;\u{fffd}\""),
            "{text}"
        );
        let strict = About {
            strict: true,
            ..about
        };
        assert!(junit(&problems, &strict).contains("failures=\"3\" errors=\"0\" skipped=\"0\""));
    }

    #[test]
    fn what_kept_the_command_from_its_work_is_an_error() {
        let text = junit(&[Problem::fatal("no network")], &About::default());
        assert!(
            text.contains("<testcase classname=\"alz\" name=\"fatal\""),
            "{text}"
        );
        assert!(text.contains("<error type=\"fatal\" message=\"no network\">no network</error>"));
    }
}
