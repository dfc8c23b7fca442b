//! What the reports for pipelines (SARIF, JUnit, GitHub annotations) say
//! besides the problems, and where a problem stands for those who read them.
//!
//! Problems name files relative to the directory of alz.yaml. A pipeline's host
//! looks them up from the top of the checkout, which may lie higher.

use std::borrow::Cow;

use crate::desired::Problem;
use crate::desired::problem::Severity;
use crate::desired::settings;

/// What a report is about, besides the problems.
#[derive(Clone, Copy, Debug, Default)]
pub struct About<'a> {
    /// The version of alz.
    pub version: &'a str,
    /// The directory of alz.yaml seen from the top of the checkout: `infra/phones`;
    /// empty where that is the top itself.
    pub below: &'a str,
    /// The files that were looked at, those without problems too.
    pub files: &'a [String],
    /// Warnings count as errors.
    pub strict: bool,
}

impl About<'_> {
    /// Whether the command fails because of it.
    pub(super) fn fails(&self, problem: &Problem) -> bool {
        match problem.severity {
            Severity::Error => true,
            Severity::Warning => self.strict,
        }
    }

    /// The file as the host finds it. What is about no file stands at alz.yaml:
    /// code scanning takes nothing without a place.
    pub(super) fn path<'p>(&self, problem: &'p Problem) -> Cow<'p, str> {
        let file = match problem.is_placeless() {
            true => settings::FILE,
            false => problem.file.as_str(),
        };
        self.below(file)
    }

    /// A file, named relative to alz.yaml, as the host finds it.
    pub(super) fn below<'p>(&self, file: &'p str) -> Cow<'p, str> {
        match self.below.trim_matches('/') {
            "" => file.into(),
            _ if file.starts_with('/') => file.into(),
            below => format!("{below}/{file}").into(),
        }
    }
}

/// Most severe first; otherwise as they come, which is by file and place.
pub(super) fn by_severity(problems: &[Problem]) -> Vec<&Problem> {
    let mut sorted: Vec<&Problem> = problems.iter().collect();
    sorted.sort_by_key(|problem| problem.severity);
    sorted
}

/// "3 errors and 1 warning"; nothing where there is nothing.
pub(super) fn counted<'p>(problems: impl IntoIterator<Item = &'p Problem>) -> Option<String> {
    let (mut errors, mut warnings) = (0usize, 0usize);
    for problem in problems {
        match problem.severity {
            Severity::Error => errors += 1,
            Severity::Warning => warnings += 1,
        }
    }
    let count = |count: usize, what: &str| match count {
        0 => None,
        1 => Some(format!("1 {what}")),
        count => Some(format!("{count} {what}s")),
    };
    match (count(errors, "error"), count(warnings, "warning")) {
        (None, None) => None,
        (Some(one), None) | (None, Some(one)) => Some(one),
        (Some(errors), Some(warnings)) => Some(format!("{errors} and {warnings}")),
    }
}
