//! Problems in the forms that pipelines read: SARIF, JUnit, GitHub annotations.
//!
//! The reports are pure; what they must know of the disk is found out here.

use std::path::Path;

use super::output::Format;
use crate::desired::Problem;
use crate::report::{self, About};

/// The report, or None in a form that is no list of problems. `files` are those
/// that were looked at, sound ones too; `strict` takes warnings for errors.
/// What may not be shown must be out of the problems already.
pub(super) fn report(
    format: Format,
    problems: &[Problem],
    root: &Path,
    files: &[String],
    strict: bool,
) -> Option<String> {
    let write = match format {
        Format::Sarif => report::sarif,
        Format::Junit => report::junit,
        Format::Github => report::github,
        Format::Human | Format::Json | Format::Markdown | Format::Html | Format::Prometheus => {
            return None;
        }
    };
    let about = About {
        version: env!("CARGO_PKG_VERSION"),
        below: &below_checkout(root),
        files,
        strict,
    };
    Some(write(problems, &about))
}

/// A directory seen from the top of the checkout that it lies in, with `/`;
/// empty where it is the top, or lies in none.
fn below_checkout(root: &Path) -> String {
    let Ok(root) = std::path::absolute(root) else {
        return String::new();
    };
    // A link would be another place for the host.
    let top = root
        .ancestors()
        .find(|directory| directory.join(".git").exists());
    let below = top.and_then(|top| root.strip_prefix(top).ok());
    let parts: Vec<_> = below
        .into_iter()
        .flat_map(Path::components)
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_from_the_top_of_the_checkout() {
        let directory = tempfile::tempdir().expect("a directory");
        let inside = directory.path().join("infra/phones");
        std::fs::create_dir_all(&inside).expect("a directory");
        assert_eq!(below_checkout(&inside), "");
        std::fs::create_dir(directory.path().join(".git")).expect("a directory");
        assert_eq!(below_checkout(&inside), "infra/phones");
        assert_eq!(below_checkout(directory.path()), "");
    }
}
