//! What became of a plan, for the comment under the merge: what failed first,
//! then what was done, then what the plan said besides.

use std::collections::BTreeMap;

use super::builder::{Document, Entry, Part, Rank};
use super::plan::{head, notes, step_entry};
use super::{Options, escape, marker};
use crate::apply::StepStatus;
use crate::plan::{Action, NoteKind, Plan, Step};

/// How one step ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// The step.
    pub step: Step,
    pub status: StepStatus,
    /// What there is to say of it.
    pub message: Option<String>,
}

/// An apply as one comment. `not_started` are the ids of steps that an
/// interruption kept from beginning.
pub fn applied(plan: &Plan, ended: &[Ended], not_started: &[String], options: &Options) -> String {
    let count = |status: StepStatus| ended.iter().filter(|end| end.status == status).count();
    let mut sum: Vec<String> = Vec::new();
    for (count, word) in [
        (count(StepStatus::Failed), "FAILED"),
        (count(StepStatus::Unknown), "UNKNOWN"),
        (not_started.len(), "NOT STARTED"),
        (count(StepStatus::Done), "done"),
        (count(StepStatus::Skipped), "skipped"),
    ] {
        if count > 0 {
            sum.push(format!("{count} {word}"));
        }
    }
    let environment = escape::text(&escape::clipped(&plan.environment, 60));
    let mut verdict = match sum.as_slice() {
        [] => format!("alz apply: nothing to do in {environment}"),
        sum => format!("alz apply: {} in {environment}", sum.join(", ")),
    };
    let blocked = plan
        .notes
        .iter()
        .filter(|note| note.kind == NoteKind::Blocked)
        .count();
    if blocked > 0 {
        verdict.push_str(&format!("; {blocked} BLOCKED"));
    }

    // They end in any order; they are told in the plan's. What was satisfied
    // before is in no plan any more, and comes first.
    let place: BTreeMap<&str, usize> = plan
        .steps
        .iter()
        .enumerate()
        .map(|(at, step)| (step.id.as_str(), at))
        .collect();
    let mut told: Vec<&Ended> = ended.iter().collect();
    told.sort_by_key(|end| place.get(end.step.id.as_str()));
    let of = |wanted: &[StepStatus], rank: Rank| -> Vec<Entry> {
        told.iter()
            .filter(|end| wanted.contains(&end.status))
            .map(|end| entry(end, plan, rank))
            .collect()
    };
    let waiting: Vec<Entry> = plan
        .steps
        .iter()
        .filter(|step| not_started.contains(&step.id))
        .map(|step| step_entry(step, plan))
        .collect();
    let done = of(&[StepStatus::Done, StepStatus::Skipped], Rank::Change);
    let few = done.len() <= 12;
    let mut done = Part::folded("Done", &done.len().to_string(), done);
    done.fold = Some(few);
    let mut parts = vec![
        Part::plain(
            "Failed: the rest was done all the same",
            of(&[StepStatus::Failed], Rank::Blocked),
        ),
        Part::plain(
            "Unknown: sent once, and looked for before anything is sent again",
            of(&[StepStatus::Unknown], Rank::Blocked),
        ),
        Part::plain("Interrupted before these were started", waiting),
        done,
    ];
    parts.extend(
        [
            NoteKind::Blocked,
            NoteKind::Warning,
            NoteKind::Waiting,
            NoteKind::Deferred,
            NoteKind::Unmanaged,
        ]
        .map(|kind| notes(plan, kind)),
    );
    Document {
        marker: marker("apply", &plan.environment, plan.shard.as_deref()),
        verdict,
        head: head(plan),
        parts,
        foot: remarks(ended, options),
        whole: "`alz journal` and the log of the run have all of it.".to_owned(),
        is_of_files: false,
    }
    .render(options)
}

fn entry(end: &Ended, plan: &Plan, rank: Rank) -> Entry {
    let Ended {
        step,
        status,
        message,
    } = end;
    let mut entry = step_entry(step, plan);
    let mut said = status.name().to_owned();
    if let Some(message) = message {
        said = format!("{said}: {}", escape::text(message));
    }
    // Below what it would have changed: what came of it.
    let line = match status {
        StepStatus::Done if message.is_none() => String::new(),
        StepStatus::Done | StepStatus::Skipped => format!("  - {said}\n"),
        StepStatus::Failed | StepStatus::Unknown => format!("  - **{said}**\n"),
    };
    entry.text.push_str(&line);
    entry.rank = rank;
    entry
}

/// What a person should know now.
fn remarks(ended: &[Ended], options: &Options) -> Vec<String> {
    let took = |end: &&Ended| matches!(end.status, StepStatus::Done | StepStatus::Skipped);
    let mut remarks = Vec::new();
    let activating = ended
        .iter()
        .filter(took)
        .any(|end| matches!(end.step.action, Action::Activate | Action::SubmitActivation));
    if activating {
        remarks.push("Activations are with the carriers now; until they are active, plan shows them as waiting.".to_owned());
    }
    let gone: Vec<String> = ended
        .iter()
        .filter(took)
        .filter(|end| end.step.action == Action::Release)
        .flat_map(|end| {
            let until = end.step.recoverable_until;
            end.step.numbers.iter().map(move |number| {
                let until = until.map_or_else(String::new, |date| format!(" until {date}"));
                format!("{}{until}", escape::code(&number.spaced()))
            })
        })
        .collect();
    // Each line has its own entry above; the foot is never left out, so it is short.
    let room = options.limit / 200;
    if !gone.is_empty() {
        let more = gone.len().saturating_sub(room);
        let mut said = gone.into_iter().take(room).collect::<Vec<_>>().join(", ");
        if more > 0 {
            said.push_str(&format!(" and {more} more"));
        }
        remarks.push(format!(
            "Released: to get a number back while it is in cooldown, declare it again without `state: released` and apply: {said}."
        ));
    }
    remarks
}
