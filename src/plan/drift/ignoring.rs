//! What the project has decided to live with until a day (`ignore:`).

use jiff::civil::Date;

use super::differs;
use crate::model::{FindingKind, Ignore};
use crate::plan::document::{Change, Finding, Ignored, Source, StaleIgnore, StaleWhy};

/// What entries make of an audit.
pub struct Ignoring {
    /// The findings, those that entries are about marked.
    pub findings: Vec<Finding>,
    /// Entries whose day is past.
    pub over: Vec<StaleIgnore>,
    /// Entries that none of these findings answers to.
    pub unanswered: Vec<StaleIgnore>,
}

/// Marks the findings that entries are about, and says which entries are over
/// or about none of them. `file` is where the entries stand.
pub fn ignore(
    findings: Vec<Finding>,
    entries: &[Ignore],
    file: &str,
    environment: &str,
    today: Date,
) -> Ignoring {
    let here = entries
        .iter()
        .filter(|entry| entry.fits_environment(environment));
    let (holding, over): (Vec<&Ignore>, Vec<&Ignore>) =
        here.partition(|entry| entry.until >= today);
    let mut used = vec![false; holding.len()];
    let mut marked = Vec::with_capacity(findings.len());
    for finding in findings {
        let mut rest = Some(finding);
        for (entry, used) in holding.iter().zip(&mut used) {
            let Some(finding) = rest.take() else { break };
            let (hidden, shown) = split(finding, entry);
            *used |= hidden.is_some();
            marked.extend(hidden);
            rest = shown;
        }
        marked.extend(rest);
    }
    // A part that was split off stands beside the rest of its number.
    marked.sort_by(|left, right| {
        let key = |finding: &Finding| (finding.kind, finding.numbers.first().copied());
        let accounts = left.account.cmp(&right.account);
        accounts.then_with(|| key(left).cmp(&key(right)))
    });
    let unused = holding.iter().zip(used).filter(|(_, used)| !used);
    Ignoring {
        findings: marked,
        over: over
            .iter()
            .map(|entry| stale(entry, file, StaleWhy::Over))
            .collect(),
        unanswered: unused
            .map(|(entry, _)| stale(entry, file, StaleWhy::Unused))
            .collect(),
    }
}

fn stale(entry: &Ignore, file: &str, why: StaleWhy) -> StaleIgnore {
    StaleIgnore {
        source: Source {
            file: file.to_owned(),
            line: entry.line,
        },
        column: entry.column,
        why,
        until: entry.until,
        reason: entry.reason.clone(),
    }
}

/// The part of a finding that an entry is about, and the rest.
fn split(finding: Finding, entry: &Ignore) -> (Option<Finding>, Option<Finding>) {
    let fits = entry.fits_account(&finding.account)
        && entry.fits_kind(finding.kind)
        // Of a port it must be about all numbers: the port is one thing.
        && finding.numbers.iter().all(|number| entry.fits_number(*number));
    if !fits {
        return (None, Some(finding));
    }
    let ignored = Some(Ignored {
        until: entry.until,
        reason: entry.reason.clone(),
    });
    if entry.paths.is_empty() {
        return (Some(Finding { ignored, ..finding }), None);
    }
    // That a member may differ says nothing of an address that is not in force.
    if finding.kind != FindingKind::Changed {
        return (None, Some(finding));
    }
    let (hidden, shown): (Vec<Change>, Vec<Change>) = finding
        .changes
        .iter()
        .cloned()
        .partition(|change| entry.fits_path(&change.path));
    match (hidden.is_empty(), shown.is_empty()) {
        (true, _) => (None, Some(finding)),
        (false, true) => (Some(Finding { ignored, ..finding }), None),
        (false, false) => {
            let of = |changes: Vec<Change>| Finding {
                reason: differs(&changes),
                changes,
                ..finding.clone()
            };
            let hidden = Finding {
                ignored,
                ..of(hidden)
            };
            (Some(hidden), Some(of(shown)))
        }
    }
}

#[cfg(test)]
#[path = "ignoring_tests.rs"]
mod tests;
