//! What the project has decided to live with until a day (`ignore:`).

use jiff::civil::Date;

use super::{differs, of_object};
use crate::model::{FindingKind, Ignore, PhoneNumber};
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
    let mut too_wide = vec![false; holding.len()];
    let mut marked = Vec::with_capacity(findings.len());
    for finding in findings {
        // What another entry has set aside already is no less what this one is about.
        for (entry, (used, too_wide)) in holding.iter().zip(used.iter_mut().zip(&mut too_wide)) {
            *used = *used || split(finding.clone(), entry, file).0.is_some();
            *too_wide = *too_wide || (fits(&finding, entry) && !is_said(&finding, entry));
        }
        let mut rest = Some(finding);
        for entry in &holding {
            let Some(finding) = rest.take() else { break };
            let (hidden, shown) = split(finding, entry, file);
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
    let unanswered = holding
        .iter()
        .zip(used.into_iter().zip(too_wide))
        .filter_map(|(entry, of)| match of {
            (true, _) => None,
            (false, true) => Some(stale(entry, file, StaleWhy::TooWide)),
            (false, false) => Some(stale(entry, file, StaleWhy::Unused)),
        });
    Ignoring {
        unanswered: unanswered.collect(),
        findings: marked,
        over: over
            .iter()
            .map(|entry| stale(entry, file, StaleWhy::Over))
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

/// Whether an entry's patterns are about a finding, but for its paths.
fn fits(finding: &Finding, entry: &Ignore) -> bool {
    entry.fits_account(&finding.account)
        && entry.fits_kind(finding.kind)
        && match finding.kind {
            FindingKind::Unmanaged => finding.numbers.iter().any(|n| entry.fits_number(*n)),
            // Of a port it must be about all numbers: the port is one thing.
            FindingKind::NotInForce
            | FindingKind::OpenCorrection
            | FindingKind::Unread
            | FindingKind::Missing
            | FindingKind::NotReleased
            | FindingKind::Changed
            | FindingKind::RejectedPort
            | FindingKind::Stuck
            | FindingKind::Blocked
            | FindingKind::LeavingCooldown => {
                finding.numbers.iter().all(|n| entry.fits_number(*n))
            }
        }
        // An account is none of its numbers.
        && (entry.numbers.is_empty() || !finding.numbers.is_empty())
}

/// The part of a finding that an entry is about, and the rest.
fn split(finding: Finding, entry: &Ignore, file: &str) -> (Option<Finding>, Option<Finding>) {
    if !fits(&finding, entry) || !is_said(&finding, entry) {
        return (None, Some(finding));
    }
    let ignored = Some(Ignored {
        until: entry.until,
        reason: entry.reason.clone(),
        source: Source {
            file: file.to_owned(),
            line: entry.line,
        },
    });
    if entry.paths.is_empty() && finding.kind == FindingKind::Unmanaged {
        let (hidden, shown): (Vec<PhoneNumber>, Vec<PhoneNumber>) = finding
            .numbers
            .iter()
            .partition(|number| entry.fits_number(**number));
        let rest = (!shown.is_empty()).then(|| Finding {
            numbers: shown,
            ..finding.clone()
        });
        let hidden = Finding {
            numbers: hidden,
            ignored,
            ..finding
        };
        return (Some(hidden), rest);
    }
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
            let of = |changes: Vec<Change>| {
                let mut authors = finding.authors.clone();
                for author in &mut authors {
                    let is_here = |path: &String| changes.iter().any(|change| change.path == *path);
                    author.paths.retain(is_here);
                }
                authors.retain(|author| !author.paths.is_empty());
                Finding {
                    reason: differs(&changes),
                    authors,
                    changes,
                    ..finding.clone()
                }
            };
            let hidden = Finding {
                ignored,
                ..of(hidden)
            };
            (Some(hidden), Some(of(shown)))
        }
    }
}

/// Whether an entry says outright that it is about this. That help may be sent
/// to the wrong place, or that nobody knows, is never hidden by an entry that
/// was written for an account or a range of numbers: it names the kind, or the
/// number in full.
fn is_said(finding: &Finding, entry: &Ignore) -> bool {
    let moves_911 = finding.kind == FindingKind::Changed
        && entry.paths.is_empty()
        && of_object(&finding.changes, "e911Address").next().is_some();
    let is_grave = finding.kind.is_of_911() || finding.kind == FindingKind::Unread || moves_911;
    !is_grave
        || !entry.kinds.is_empty()
        || (!finding.numbers.is_empty()
            && finding
                .numbers
                .iter()
                .all(|number| entry.names_number(*number)))
}

#[cfg(test)]
#[path = "ignoring_tests.rs"]
mod tests;
