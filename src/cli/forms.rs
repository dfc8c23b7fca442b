//! A document in the form that was asked for: the one place that knows which
//! writer makes which form of what. Every one of them is a function of the
//! document, so that a document that was saved or put together of several
//! comes out as the run itself would have written it.

use std::path::Path;

use super::fatal::Fatal;
use super::output::{Format, Output};
use crate::desired::Problem;
use crate::plan::Plan;
use crate::report::{self, Style, html, problems};

/// A document of this program.
#[derive(Clone, Copy)]
pub enum Document<'a> {
    /// A plan, or an audit where it has one.
    Plan(&'a Plan),
    /// What is wrong with files, and the directory that they are relative to.
    Problems {
        problems: &'a [Problem],
        root: &'a Path,
    },
}

/// The forms that documents can be put into.
pub const FORMS: &[Format] = &[Format::Human, Format::Json, Format::Html];

/// The document in a form, with ANSI styles where that is for people.
pub fn text(document: Document<'_>, format: Format, output: &Output) -> Result<String, Fatal> {
    match (document, format) {
        (Document::Plan(plan), Format::Human) => Ok(human(plan, output)),
        (Document::Plan(plan), Format::Json) => {
            report::plan_json(plan).map_err(|error| Fatal::new(error.to_string()))
        }
        (Document::Plan(plan), Format::Html) => Ok(html::page(plan)),
        (Document::Problems { problems, root }, Format::Human) => {
            let excerpts = output.privacy.shows_excerpts();
            let mut text = problems::human(problems, root, output.width(), excerpts);
            text.push_str(&problems::summary(problems));
            text.push('\n');
            Ok(text)
        }
        (Document::Problems { problems, .. }, Format::Json) => Ok(problems::json(problems)),
        (Document::Problems { problems, .. }, Format::Html) => Ok(html::problems(problems)),
        (
            _,
            Format::Markdown | Format::Sarif | Format::Junit | Format::Github | Format::Prometheus,
        ) => Err(Fatal::new(format!(
            "this document has no form as {}",
            format.name()
        ))),
    }
}

fn human(plan: &Plan, output: &Output) -> String {
    let style = output.privacy.style(Style {
        width: output.width(),
        names: plan.names.clone(),
    });
    let text = report::plan_human(plan, &style);
    match plan.merged.as_ref().and_then(|merged| merged.gap()) {
        Some(gap) => format!("{}\n{text}", report::warning(&gap, None)),
        None => text,
    }
}
