//! A document in the form that was asked for: the one place that knows which
//! writer makes which form of what. Every one of them is a function of the
//! document, so that a document that was saved or put together of several
//! comes out as the run itself would have written it.

use std::path::Path;

use super::checked;
use super::fatal::Fatal;
use super::output::{Format, Output};
use crate::desired::Problem;
use crate::desired::problem::in_order;
use crate::plan::{Merged, Plan};
use crate::report::{self, Style, html, markdown, problems};

/// A document of this program. `root` is what its files are relative to.
#[derive(Clone, Copy)]
pub enum Document<'a> {
    /// A plan, or an audit where it has one.
    Plan {
        plan: &'a Plan,
        root: &'a Path,
        /// The files that it is about, as far as they are known.
        files: &'a [String],
    },
    /// What is wrong with files.
    Problems {
        problems: &'a [Problem],
        root: &'a Path,
    },
}

/// The forms that documents can be put into.
pub const FORMS: &[Format] = &[
    Format::Human,
    Format::Json,
    Format::Markdown,
    Format::Sarif,
    Format::Junit,
    Format::Github,
    Format::Html,
    Format::Prometheus,
];

/// The document in a form, with ANSI styles where that is for people.
pub fn text(document: Document<'_>, format: Format, output: &Output) -> Result<String, Fatal> {
    match document {
        Document::Plan { plan, root, files } => of_plan(plan, root, files, format, output),
        Document::Problems { problems, root } => of_problems(problems, root, format, output),
    }
}

fn of_plan(
    plan: &Plan,
    root: &Path,
    files: &[String],
    format: Format,
    output: &Output,
) -> Result<String, Fatal> {
    Ok(match format {
        Format::Human => human(plan, output),
        Format::Json => report::plan_json(plan).map_err(|error| Fatal::new(error.to_string()))?,
        Format::Markdown => markdown::plan(plan, &output.comment),
        Format::Html => html::page(plan),
        Format::Prometheus if plan.drift.is_none() => {
            return Err(Fatal::with_help(
                "a plan has no form as prometheus",
                "metrics are made of an audit: alz drift --format prometheus",
            ));
        }
        Format::Prometheus => report::prometheus(plan),
        Format::Sarif | Format::Junit | Format::Github => {
            let mut problems = match plan.drift {
                Some(_) => report::drift::problems(plan),
                None => report::obstacles(plan),
            };
            problems.extend(report::policy_problems(plan));
            problems.extend(report::merged_problems(plan));
            in_order(&mut problems);
            checked::report(format, &problems, root, files, false).unwrap_or_default()
        }
    })
}

fn of_problems(
    problems: &[Problem],
    root: &Path,
    format: Format,
    output: &Output,
) -> Result<String, Fatal> {
    Ok(match format {
        Format::Human => {
            let excerpts = output.privacy.shows_excerpts();
            let mut text = problems::human(problems, root, output.width(), excerpts);
            text.push_str(&problems::summary(problems));
            text.push('\n');
            text
        }
        Format::Json => problems::json(problems),
        Format::Markdown => markdown::problems(output.subject(), problems, &output.comment),
        Format::Html => html::problems(problems),
        Format::Sarif | Format::Junit | Format::Github => {
            checked::report(format, problems, root, &[], false).unwrap_or_default()
        }
        Format::Prometheus => {
            return Err(Fatal::with_help(
                "problems of files have no form as prometheus",
                "metrics are made of an audit: alz drift --format prometheus",
            ));
        }
    })
}

fn human(plan: &Plan, output: &Output) -> String {
    let style = output.privacy.style(Style {
        width: output.width(),
        names: plan.names.clone(),
    });
    let text = match plan.drift {
        Some(_) => report::drift::human(plan, &style),
        None => report::plan_human(plan, &style),
    };
    let remarks = plan.merged.iter().flat_map(Merged::remarks);
    let mut whole: String = remarks
        .map(|remark| report::warning(&remark, None) + "\n")
        .collect();
    whole.push_str(&text);
    whole
}
