//! A document as one page that holds all it needs: the nightly audit above all,
//! kept as an artefact, opened from a chat on a telephone, printed for a meeting.
//!
//! It asks nothing of any other place, and its policy (CSP) would not let it:
//! the one style sheet and the one script are let in by their digests, so that
//! nothing which a file or the platform says could ever run. Without a script
//! the page is whole, every row in sight; with it rows can be sorted and
//! filtered, and a filter is part of the page's address.
//!
//! A page is made of a document alone, so that one can be made of a document
//! that was saved, or put together of several.

mod layout;
mod lines;
mod rows;
mod table;
mod verdict;
mod write;

use crate::desired::Problem;
use crate::plan::Plan;

/// The page of an audit, where the document has one, else of a plan.
pub fn page(plan: &Plan) -> String {
    let (rows, noun, verdict) = match rows::findings(plan) {
        Some(rows) => {
            let verdict = verdict::of_drift(plan, &rows);
            (rows, ["finding", "findings"], verdict)
        }
        None => {
            let verdict = verdict::of_plan(plan);
            (rows::plan(plan), ["entry", "entries"], verdict)
        }
    };
    layout::page(layout::Sheet {
        verdict,
        plan: Some(plan),
        noun,
        rows,
    })
}

/// The page of what is wrong with files.
pub fn problems(problems: &[Problem]) -> String {
    layout::page(layout::Sheet {
        verdict: verdict::of_problems(problems),
        plan: None,
        noun: ["problem", "problems"],
        rows: rows::problems(problems),
    })
}

/// The page of a run that could not do its work: a report comes out also then.
pub fn failure(what: &str, help: Option<&str>) -> String {
    layout::page(layout::Sheet {
        verdict: verdict::of_failure(),
        plan: None,
        noun: ["reason", "reasons"],
        rows: vec![rows::failure(what, help)],
    })
}

/// A page with its texts put through `clean`, and its markup left alone: a net
/// below what was masked in its document.
pub fn texts(page: &str, clean: &dyn Fn(&str) -> String) -> String {
    write::texts(page, clean)
}
