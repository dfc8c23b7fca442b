//! Problems as annotations of a GitHub workflow: commands in the log that the
//! runner shows at the lines of the pull request.
//!
//! GitHub annotates ten errors and ten warnings a step and drops the rest
//! without a word. So the most severe come first, and where there are more a
//! notice at the end says how many stand in the log alone.

use std::fmt::Write;

use super::about::{About, by_severity, counted};
use crate::desired::Problem;

/// Annotations of a kind that GitHub shows for a step.
const ANNOTATED: usize = 10;

/// Problems that the log is given; nobody reads further.
const LOGGED: usize = 1_000;

/// Workflow commands, one a line; nothing where there is no problem.
pub fn github(problems: &[Problem], about: &About<'_>) -> String {
    let mut text = String::new();
    let mut left_out: Vec<&Problem> = Vec::new();
    let mut annotated = [0usize; 2];
    let sorted = by_severity(problems);
    for (index, problem) in sorted.iter().enumerate() {
        let command = match about.fails(problem) {
            true => "error",
            false => "warning",
        };
        let Some(count) = annotated.get_mut(usize::from(!about.fails(problem))) else {
            continue;
        };
        *count += 1;
        if *count > ANNOTATED {
            left_out.push(problem);
        }
        if index >= LOGGED {
            continue;
        }
        let place = match problem.is_placeless() {
            true => String::new(),
            false => format!(
                "file={},line={},col={},",
                property(&about.path(problem)),
                problem.line,
                problem.column
            ),
        };
        let title = match problem.path.as_str() {
            "" => problem.code.clone(),
            path => format!("{} {path}", problem.code),
        };
        let help = match problem.help.as_str() {
            "" => String::new(),
            help => format!("\n→ {help}"),
        };
        let said = data(&format!("{}{help}", problem.message));
        let line = writeln!(
            text,
            "::{command} {place}title={}::{said}",
            property(&title)
        );
        debug_assert!(line.is_ok(), "writing to a String can't fail");
    }
    if let Some(more) = counted(left_out) {
        let where_else = match sorted.len() > LOGGED {
            true => "--format json shows all",
            false => "they stand in the log of this step; --format json shows all",
        };
        let said = data(&format!("{more} more than GitHub annotates: {where_else}"));
        let line = writeln!(text, "::notice title=alz::{said}");
        debug_assert!(line.is_ok(), "writing to a String can't fail");
    }
    text
}

/// The message of a command: what the runner would take for its end is escaped,
/// what a terminal would act on is taken away.
fn data(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '%' => escaped.push_str("%25"),
            '\r' => escaped.push_str("%0D"),
            '\n' => escaped.push_str("%0A"),
            c if c.is_control() => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A property of a command: also what would end it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desired::problem::Place;

    fn problem(line: u32, message: &str) -> Problem {
        let place = Place { line, column: 3 };
        Problem::error("D9", "a,b:c.yaml", place, "numbers.1".into(), message)
    }

    #[test]
    fn what_a_file_says_can_not_end_a_command_or_begin_another() {
        let text = github(
            &[problem(2, "50% of\n::error::it\r\u{1b}[31m").help("so")],
            &About {
                below: "infra",
                ..About::default()
            },
        );
        assert_eq!(
            text,
            "::error file=infra/a%2Cb%3Ac.yaml,line=2,col=3,title=D9 numbers.1::50%25 of%0A::error::it%0D\u{fffd}[31m%0A→ so\n"
        );
    }

    #[test]
    fn the_most_severe_are_annotated_and_a_notice_counts_the_rest() {
        let mut problems: Vec<Problem> =
            (1..=12).map(|line| problem(line, "w").warning()).collect();
        problems.extend((20..=31).map(|line| problem(line, "e")));
        let text = github(&problems, &About::default());
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[..12].iter().all(|line| line.starts_with("::error ")));
        assert!(
            lines[12..24]
                .iter()
                .all(|line| line.starts_with("::warning "))
        );
        assert!(
            lines[24].starts_with("::notice title=alz::2 errors and 2 warnings more"),
            "{text}"
        );
        assert_eq!(lines.len(), 25);
        let strict = About {
            strict: true,
            ..About::default()
        };
        assert!(!github(&problems, &strict).contains("::warning "));
        assert!(!github(&problems[..10], &About::default()).contains("::notice"));
        assert_eq!(github(&[], &About::default()), "");
    }

    #[test]
    fn what_is_about_no_file_has_no_place() {
        let text = github(&[Problem::fatal("no platform: named")], &About::default());
        assert_eq!(text, "::error title=fatal::no platform: named\n");
    }
}
