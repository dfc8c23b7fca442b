//! Problems of the files, file by file, errors first.

use std::collections::BTreeMap;

use super::builder::{Document, Entry, Part, Rank};
use super::{Options, Subject, escape};
use crate::desired::problem::{Problem, Severity};
use crate::report::problems::summary;

/// Problems as a comment: for `alz validate`, and for a command that files with
/// problems have stopped. `subject` names the comment.
pub fn problems(subject: Subject<'_>, problems: &[Problem], options: &Options) -> String {
    let mut by_file: BTreeMap<&str, Vec<&Problem>> = BTreeMap::new();
    for problem in problems {
        by_file.entry(&problem.file).or_default().push(problem);
    }
    let mut files: Vec<(&str, Vec<&Problem>)> = by_file.into_iter().collect();
    // Stable: files with errors first, else by name.
    files.sort_by_key(|(_, problems)| !problems.iter().any(|problem| problem.is_error()));
    let few = problems.len() <= 20;
    let parts = files
        .into_iter()
        .map(|(file, mut problems)| {
            problems.sort_by_key(|problem| problem.severity);
            let count = problems.iter().map(|problem| (*problem).clone());
            let remark = summary(&count.collect::<Vec<_>>());
            Part {
                title: escape::clipped(file, 200),
                remark,
                fold: Some(few),
                entries: problems.into_iter().map(entry).collect(),
            }
        })
        .collect();
    let failed = problems.iter().any(Problem::is_error);
    let sign = if failed && subject.command != "validate" {
        "; nothing was planned or sent"
    } else {
        ""
    };
    Document {
        marker: subject.marker(),
        verdict: format!(
            "alz {}: {}{}{sign}",
            escape::text(subject.command),
            summary(problems),
            subject.place()
        ),
        parts,
        whole: "`alz validate` shows all.".to_owned(),
        is_of_files: true,
        ..Document::default()
    }
    .render(options)
}

fn entry(problem: &Problem) -> Entry {
    let Problem {
        severity,
        code,
        file,
        line,
        column,
        path,
        message,
        help,
    } = problem;
    let (word, what, rank) = match severity {
        Severity::Error => ("**error**", ("error", "errors"), Rank::Blocked),
        Severity::Warning => ("warning", ("warning", "warnings"), Rank::Warning),
    };
    let mut text = format!("- {word} {} at {line}:{column}", escape::code(code));
    if !path.is_empty() {
        text.push_str(&format!(", {}", escape::code(&escape::clipped(path, 200))));
    }
    text.push_str(&format!("  \n  {}\n", escape::prose(message)));
    if !help.is_empty() {
        text.push_str(&super::plan::way_out(help));
    }
    Entry {
        rank,
        what,
        account: file.clone(),
        text,
    }
}
