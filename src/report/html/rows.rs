//! What a document says, as rows of one table: the findings of an audit, the
//! steps and notes of a plan, or the problems of files.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::desired::Problem;
use crate::desired::problem::Severity;
use crate::model::{AccountId, PhoneNumber};
use crate::plan::{
    Action, Attention, Author, Finding, FindingKind, Ignored, Note, NoteKind, Plan, Source, Step,
};
use crate::report::changes::{lines_of, saved_lines};
use crate::report::drift::{known_words, way_out};
use crate::report::origin;

/// How a kind of row is coloured; the colour says nothing that its word does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Bad,
    Warn,
    Info,
    Good,
    Quiet,
}

/// One thing to be said.
pub(super) struct Row<'a> {
    /// As in the document; what filters take.
    pub kind: &'static str,
    pub title: &'static str,
    pub tone: Tone,
    /// Where its kind stands among the kinds.
    pub rank: u8,
    pub account: Option<&'a AccountId>,
    pub numbers: &'a [PhoneNumber],
    pub port: Option<&'a str>,
    pub reason: &'a str,
    pub help: Option<&'a str>,
    /// What changes, in lines with ANSI styles.
    pub lines: Vec<String>,
    /// What else there is to know, each with its name.
    pub facts: Vec<(&'static str, String)>,
    pub by: Option<&'a str>,
    pub at: Option<Timestamp>,
    /// Who did which part of it.
    pub authors: &'a [Author],
    pub until: Option<&'a str>,
    pub place: Option<Place<'a>>,
    pub ignored: Option<&'a Ignored>,
    /// It says that help may not be sent to where the caller is.
    pub is_of_911: bool,
    /// It counts for the verdict.
    pub counts: bool,
}

/// A place in the user's files.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub file: &'a str,
    pub line: u32,
}

impl<'a> Place<'a> {
    fn of(source: &'a Source) -> Option<Self> {
        let Source { file, line } = source;
        (!file.is_empty()).then_some(Self { file, line: *line })
    }
}

/// The rows of an audit.
pub(super) fn findings(plan: &Plan) -> Option<Vec<Row<'_>>> {
    let drift = plan.drift.as_ref()?;
    let rows = drift.findings.iter().flat_map(|finding| {
        // What no file declares can be sorted and searched for number by number.
        let parts: Vec<&[PhoneNumber]> = match finding.kind == FindingKind::Unmanaged {
            true => finding.numbers.chunks(1).collect(),
            false => vec![&finding.numbers],
        };
        parts
            .into_iter()
            .map(move |numbers| row(finding, numbers, plan))
    });
    Some(rows.collect())
}

fn row<'a>(finding: &'a Finding, about: &'a [PhoneNumber], plan: &Plan) -> Row<'a> {
    let Finding {
        kind,
        attention,
        account,
        numbers: _, // in rows of their own
        port,
        source,
        changes,
        reason,
        help,
        until,
        by,
        at,
        authors,
        ignored,
        steps,
    } = finding;
    let drifts = match attention {
        Attention::Drift => ignored.is_none(),
        Attention::Notice => false,
    };
    let tone = match (kind, attention) {
        (_, Attention::Notice) => Tone::Quiet,
        (
            FindingKind::NotInForce
            | FindingKind::Unread
            | FindingKind::Missing
            | FindingKind::RejectedPort
            | FindingKind::Blocked,
            Attention::Drift,
        ) => Tone::Bad,
        (
            FindingKind::OpenCorrection
            | FindingKind::NotReleased
            | FindingKind::Changed
            | FindingKind::Stuck
            | FindingKind::LeavingCooldown,
            Attention::Drift,
        ) => Tone::Warn,
        (FindingKind::Unmanaged, Attention::Drift) => Tone::Info,
    };
    let mut facts = Vec::new();
    if let Some(ignored) = ignored {
        facts.push(("known", known_words(ignored)));
    }
    if !steps.is_empty() {
        facts.push(("mended by alz apply", steps.join(", ")));
    }
    Row {
        kind: kind.name(),
        title: kind.title(),
        tone,
        rank: position(&FindingKind::ALL, kind),
        account: Some(account),
        numbers: about,
        port: port.as_deref(),
        reason,
        help: help.as_deref().or(drifts.then(|| way_out(*kind))),
        lines: lines_of(changes, steps, plan),
        facts,
        by: by.as_deref(),
        at: *at,
        authors,
        until: until.as_deref(),
        place: Place::of(source),
        ignored: ignored.as_ref(),
        is_of_911: kind.is_of_911(),
        counts: drifts,
    }
}

fn position<T: PartialEq>(all: &[T], one: &T) -> u8 {
    let at = all.iter().position(|other| other == one);
    at.and_then(|at| u8::try_from(at).ok()).unwrap_or(u8::MAX)
}

/// The rows of a plan: first what a person must look at, then the steps in
/// their order, then the other notes.
pub(super) fn plan(plan: &Plan) -> Vec<Row<'_>> {
    let of = |wanted: fn(&Note) -> bool| plan.notes.iter().filter(move |n| wanted(n)).map(note);
    of(|note| note.kind == NoteKind::Blocked)
        .chain(of(origin::is_given_up))
        .chain(plan.steps.iter().map(|one| step(one, plan)))
        .chain(of(|note| {
            note.kind != NoteKind::Blocked && !origin::is_given_up(note)
        }))
        .collect()
}

fn step<'a>(step: &'a Step, plan: &Plan) -> Row<'a> {
    let Step {
        id: _, // its action and number
        action,
        account,
        numbers,
        source,
        changes: _, // in its lines
        depends_on,
        recoverable_until,
        port,
        request: _, // for programs
        body: _,
        secrets: _,
        expect: _,
        source_id: _,
    } = step;
    let tone = match action {
        Action::Release | Action::CancelActivation | Action::CancelPort => Tone::Bad,
        Action::Update
        | Action::UpdatePort
        | Action::TriggerPort
        | Action::AcceptE911Correction
        | Action::KeepE911Original => Tone::Warn,
        Action::Recover | Action::Activate | Action::SubmitActivation | Action::SubmitPort => {
            Tone::Good
        }
    };
    let mut facts = Vec::new();
    if let Some(others) = origin::said(step, str::to_owned) {
        facts.push(("whose change", others));
    }
    if let Some(until) = recoverable_until {
        facts.push(("can be had back until", until.to_string()));
    }
    if !depends_on.is_empty() {
        facts.push(("after", depends_on.join(", ")));
    }
    Row {
        kind: action.name(),
        title: action.name(),
        tone,
        // Behind what is blocked, and what is given up.
        rank: 2 + position(&Action::ALL, action),
        account: Some(account),
        numbers,
        port: port.as_ref().and_then(|port| port.name.as_deref()),
        reason: "",
        help: None,
        lines: saved_lines(step, plan),
        facts,
        by: None,
        at: None,
        authors: &[],
        until: None,
        place: Place::of(source),
        ignored: None,
        is_of_911: false,
        counts: true,
    }
}

fn note(note: &Note) -> Row<'_> {
    let Note {
        kind,
        account,
        numbers,
        reason,
        help,
        until,
        origin: _, // of what is given up, in its kind
    } = note;
    let steps = u8::try_from(Action::ALL.len()).unwrap_or(u8::MAX - 6);
    let (tone, rank) = match kind {
        NoteKind::Blocked => (Tone::Bad, 0),
        NoteKind::Warning => (Tone::Warn, steps + 2),
        NoteKind::Waiting => (Tone::Info, steps + 3),
        NoteKind::Deferred => (Tone::Info, steps + 4),
        NoteKind::Unmanaged => (Tone::Quiet, steps + 5),
    };
    let (kind, title, tone, rank) = match origin::is_given_up(note) {
        true => ("given-up", "no longer declared", Tone::Warn, 1),
        false => (kind.name(), kind.name(), tone, rank),
    };
    Row {
        kind,
        title,
        tone,
        rank,
        account: Some(account),
        numbers,
        port: None,
        reason,
        help: help.as_deref(),
        lines: Vec::new(),
        facts: Vec::new(),
        by: None,
        at: None,
        authors: &[],
        until: until.as_deref(),
        place: None,
        ignored: None,
        is_of_911: false,
        // Not what is left out of a page that is too long.
        counts: rank <= 1,
    }
}

/// The rows of what is wrong with files.
pub(super) fn problems(problems: &[Problem]) -> Vec<Row<'_>> {
    problems.iter().map(problem).collect()
}

fn problem(problem: &Problem) -> Row<'_> {
    let Problem {
        severity,
        code,
        file,
        line,
        column: _, // an editor's matter
        path,
        message,
        help,
    } = problem;
    let (kind, tone, rank) = match severity {
        Severity::Error => ("error", Tone::Bad, 0),
        Severity::Warning => ("warning", Tone::Warn, 1),
    };
    let facts = [("at", path), ("rule", code)];
    Row {
        kind,
        title: kind,
        tone,
        rank,
        account: None,
        numbers: &[],
        port: None,
        reason: message,
        help: Some(help.as_str()).filter(|help| !help.is_empty()),
        lines: Vec::new(),
        facts: facts
            .into_iter()
            .filter(|(_, fact)| !fact.is_empty())
            .map(|(name, fact)| (name, fact.clone()))
            .collect(),
        by: None,
        at: None,
        authors: &[],
        until: None,
        place: Some(Place { file, line: *line }),
        ignored: None,
        is_of_911: false,
        counts: *severity == Severity::Error,
    }
}

/// Why there is nothing else to show.
pub(super) fn failure<'a>(what: &'a str, help: Option<&'a str>) -> Row<'a> {
    Row {
        kind: "error",
        title: "error",
        tone: Tone::Bad,
        rank: 0,
        account: None,
        numbers: &[],
        port: None,
        reason: what,
        help,
        lines: Vec::new(),
        facts: Vec::new(),
        by: None,
        at: None,
        authors: &[],
        until: None,
        place: None,
        ignored: None,
        is_of_911: false,
        counts: true,
    }
}

/// Rows that a browser still sorts at once.
const MOST: usize = 20_000;

/// At most so many rows, in their order: what counts stays, and of the rest the
/// kinds that matter least go first. Says how many of each kind went.
pub(super) fn folded(mut rows: Vec<Row<'_>>) -> (Vec<Row<'_>>, BTreeMap<&'static str, u64>) {
    folded_at(&mut rows, MOST)
        .map(|gone| (std::mem::take(&mut rows), gone))
        .unwrap_or_else(|| (rows, BTreeMap::new()))
}

fn folded_at(rows: &mut Vec<Row<'_>>, most: usize) -> Option<BTreeMap<&'static str, u64>> {
    if rows.len() <= most {
        return None;
    }
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|at| rows.get(*at).map(|row| (!row.counts, row.rank, *at)));
    let kept: std::collections::BTreeSet<usize> = order.into_iter().take(most).collect();
    let mut gone: BTreeMap<&'static str, u64> = BTreeMap::new();
    let mut at = 0;
    rows.retain(|row| {
        let keep = kept.contains(&at);
        at += 1;
        if !keep {
            *gone.entry(row.title).or_default() += 1;
        }
        keep
    });
    Some(gone)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(kind: &'static str, rank: u8, counts: bool) -> Row<'static> {
        Row {
            kind,
            title: kind,
            tone: Tone::Bad,
            rank,
            account: None,
            numbers: &[],
            port: None,
            reason: "",
            help: None,
            lines: Vec::new(),
            facts: Vec::new(),
            by: None,
            at: None,
            authors: &[],
            until: None,
            place: None,
            ignored: None,
            is_of_911: false,
            counts,
        }
    }

    #[test]
    fn of_too_many_rows_those_that_matter_stay_in_their_order_and_the_others_are_counted() {
        let mut rows = vec![
            row("unmanaged", 9, false),
            row("changed", 4, true),
            row("unmanaged", 9, false),
            row("missing", 2, true),
            row("stuck", 6, false),
        ];
        let gone = folded_at(&mut rows, 3).expect("too many");
        let kept: Vec<&str> = rows.iter().map(|row| row.kind).collect();
        assert_eq!(kept, ["changed", "missing", "stuck"]);
        assert_eq!(gone, BTreeMap::from([("unmanaged", 2)]));
        assert!(folded_at(&mut rows, 3).is_none());
    }
}
