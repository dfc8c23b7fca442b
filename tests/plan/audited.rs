//! What a plan would change, an audit finds, and the other way round: whoever
//! mends all that the night's report names is told "No changes", and whoever
//! applies a plan has mended what the report named. Every plan that a test of
//! this suite makes is held to it.

use std::collections::BTreeSet;

use alz::model::PhoneNumber;
use alz::plan::drift::{self, Facts};
use alz::plan::{AccountPlan, Action, Attention, Finding, FindingKind, NoteKind};

use crate::world::World;

/// Where a plan and the audit of the same account contradict each other.
pub fn contradictions(world: &World, made: &AccountPlan) -> Vec<String> {
    // A plan that still has questions is none yet.
    if !made.questions.is_empty() {
        return Vec::new();
    }
    let facts = Facts {
        cooling: None,
        unmanaged: Attention::Notice,
    };
    let audit = world
        .with_context(|context| drift::audit(&world.desired, &world.live, made, context, &facts));
    let found: Vec<Finding> = audit.found.into_iter().map(|found| found.finding).collect();
    let mut faults = Vec::new();
    let named: BTreeSet<&str> = found
        .iter()
        .flat_map(|finding| finding.steps.iter().map(String::as_str))
        .collect();
    for step in &made.steps {
        // Its day has come: that is as it should be.
        let goes_along = step.action == Action::TriggerPort;
        if !goes_along && !named.contains(step.id.as_str()) {
            faults.push(format!("{} is a change, and no finding", step.id));
        }
        let told: BTreeSet<&str> = found
            .iter()
            .filter(|finding| finding.steps.contains(&step.id))
            .flat_map(|finding| finding.changes.iter().map(|change| change.path.as_str()))
            .collect();
        for change in &step.changes {
            // What is missing is missing with all its fields.
            let is_there = matches!(step.action, Action::Update | Action::UpdatePort)
                && step.depends_on.is_empty();
            if is_there && !told.contains(change.path.as_str()) {
                faults.push(format!("{} changes {} untold", step.id, change.path));
            }
        }
    }
    let ids: BTreeSet<&str> = made.steps.iter().map(|step| step.id.as_str()).collect();
    for id in named.difference(&ids) {
        faults.push(format!("a finding names {id}, and no step is called so"));
    }
    let about = |number: &PhoneNumber| found.iter().any(|f| f.numbers.contains(number));
    for note in &made.notes {
        for number in &note.numbers {
            if note.kind == NoteKind::Blocked && !about(number) {
                faults.push(format!("{number} is blocked unfound: {}", note.reason));
            }
        }
    }
    for finding in &found {
        // What needs a person to look, though no step would mend it.
        let is_watched = match finding.kind {
            FindingKind::NotInForce
            | FindingKind::OpenCorrection
            | FindingKind::RejectedPort
            | FindingKind::Stuck => true,
            FindingKind::Unread
            | FindingKind::Missing
            | FindingKind::NotReleased
            | FindingKind::Changed
            | FindingKind::Blocked
            | FindingKind::LeavingCooldown
            | FindingKind::Unmanaged => false,
        };
        for number in &finding.numbers {
            let is_stepped = made.steps.iter().any(|step| step.numbers.contains(number));
            let is_noted = made.notes.iter().any(|note| note.numbers.contains(number));
            if !is_watched && !is_stepped && !is_noted {
                faults.push(format!(
                    "{number}: {}: and the plan is silent",
                    finding.reason
                ));
            }
        }
    }
    faults
}
