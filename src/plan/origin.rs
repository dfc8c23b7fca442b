//! Whose change is it? A plan of a branch, seen from its base (design, section 4).
//!
//! The base's files are planned against the same live state. What of the
//! branch's plan the base's does not say is this **branch**'s. The rest the base
//! asks for as well, and there are two reasons why the platform is not so yet:
//! it was so and was changed (**drift**), or it never was (**pending**). There is
//! no state file that could tell; what can is the past of the base's files and
//! what is live now:
//!
//! 1. A member whose live value is what an older revision of its file asked for
//!    is pending: the newer revision was never applied.
//! 2. A member that was first asked for by the newest revision of its file is
//!    pending: just declared. But where the same revision declared another object
//!    of the number (its address for 911, its listing …) and that is as declared,
//!    the revision was applied, or taken from the platform, and the member is
//!    drift. So is one that was asked for before the newest revision: apply does
//!    all of a file, and newer revisions have come since.
//! 3. A number that is not on the account is pending where an older revision did
//!    not declare it, for nobody ever ordered it as far as can be seen. In
//!    cooldown it was on an account not long ago: that is drift, unless an older
//!    revision asked for its release.
//! 4. What is to be taken away or moved on (a release, a cancellation, an order
//!    from hold, a trigger, a correction to be decided) is pending while it is
//!    there; but a number that is pruned and that no older revision declared has
//!    come by another hand, and is drift.
//!
//! Where the past can't be seen (a shallow clone, more revisions than are looked
//! at) what was always asked for counts as drift.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::model::meaning::is_place;
use crate::model::{AccountId, DesiredAccount, DesiredNumber, Field, Member, PhoneNumber};
use crate::plan::account::AccountPlan;
use crate::plan::document::{Action, Change, Note, NoteKind, Origin, Step};

/// A number as an older revision of the base's files had it.
#[derive(Clone, Debug)]
pub enum Past {
    Undeclared,
    Declared {
        desired: Box<DesiredNumber>,
        /// What would be left to do for it now.
        steps: Vec<Step>,
        /// Nothing can be said of it: its plan is blocked.
        blocked: bool,
    },
}

/// Marks what the branch changes, and leaves open what the base asks for too.
/// Numbers of which something is left open come back. `base` is the plan of the
/// base's files of the same account, `None` where they do not have it.
pub fn compare(plan: &mut AccountPlan, base: Option<&AccountPlan>) -> BTreeSet<PhoneNumber> {
    let mut known: BTreeMap<(Action, PhoneNumber), &Step> = BTreeMap::new();
    for step in base.into_iter().flat_map(|base| &base.steps) {
        for number in &step.numbers {
            known.insert((step.action, *number), step);
        }
    }
    let mut open = BTreeSet::new();
    for step in &mut plan.steps {
        let first = step.numbers.first().copied();
        let same = first
            .and_then(|number| known.get(&(step.action, number)))
            .filter(|other| other.numbers == step.numbers);
        let Step {
            changes, secrets, ..
        } = step;
        for change in changes {
            let asked = same.is_some_and(|other| {
                // The values of a secret are in neither; where it is found is.
                let secret = !change.sensitive || other.secrets == *secrets;
                secret && other.changes.iter().any(|known| is_same(known, change))
            });
            change.origin = (!asked).then_some(Origin::Branch);
            if asked {
                open.extend(first);
            }
        }
    }
    if let Some(base) = base {
        notes(plan, base);
    } else {
        for note in &mut plan.notes {
            // That nobody declares it is nothing that the branch brings.
            note.origin = (note.kind != NoteKind::Unmanaged).then_some(Origin::Branch);
        }
    }
    open
}

fn is_same(one: &Change, other: &Change) -> bool {
    let Change {
        path,
        before,
        after,
        sensitive,
        origin: _,
    } = one;
    *path == other.path
        && *before == other.before
        && *after == other.after
        && *sensitive == other.sensitive
}

/// Notes that the base's plan has as well keep no origin; the others are the
/// branch's. One that is about numbers of both kinds becomes two.
fn notes(plan: &mut AccountPlan, base: &AccountPlan) {
    let says = |note: &Note, number: Option<PhoneNumber>| {
        base.notes.iter().any(|known| {
            known.kind == note.kind
                && known.reason == note.reason
                && known.help == note.help
                && known.until == note.until
                && number.is_none_or(|number| known.numbers.contains(&number))
        })
    };
    let called_off = |number: &PhoneNumber| {
        base.steps
            .iter()
            .any(|step| step.action.is_destructive() && step.numbers.contains(number))
    };
    let mut told = Vec::new();
    for note in std::mem::take(&mut plan.notes) {
        if note.numbers.is_empty() {
            let origin = (!says(&note, None)).then_some(Origin::Branch);
            told.push(Note { origin, ..note });
            continue;
        }
        let (old, new): (Vec<PhoneNumber>, Vec<PhoneNumber>) = note
            .numbers
            .iter()
            .partition(|number| says(&note, Some(**number)));
        if !new.is_empty() && note.kind == NoteKind::Unmanaged {
            let (kept, left): (Vec<PhoneNumber>, Vec<PhoneNumber>) =
                new.into_iter().partition(called_off);
            told.extend(given_up(&note, left, LEFT));
            told.extend(given_up(&note, kept, CALLED_OFF));
        } else if !new.is_empty() {
            told.push(Note {
                numbers: new,
                origin: Some(Origin::Branch),
                ..note.clone()
            });
        }
        if !old.is_empty() {
            told.push(Note {
                numbers: old,
                ..note
            });
        }
    }
    plan.notes = told;
}

const LEFT: &str = "this branch no longer declares it: it stays on the account as it is, and nothing looks after it any more";
const CALLED_OFF: &str = "the base's files give it up, which is not done yet, and this branch no longer declares it: it stays on the account";

/// Numbers on an account that a branch no longer declares, and that its plan does
/// not look at.
pub fn left(account: &AccountId, numbers: Vec<PhoneNumber>) -> Note {
    Note {
        kind: NoteKind::Unmanaged,
        account: account.clone(),
        numbers,
        reason: LEFT.to_owned(),
        help: Some(WAY_OUT.to_owned()),
        until: None,
        origin: Some(Origin::Branch),
    }
}

/// Numbers that the base protects and the branch does not: its next plan may give
/// them up.
pub fn unprotected(base: &DesiredAccount, branch: &DesiredAccount) -> Option<Note> {
    let is_protected = |account: &DesiredAccount, number: &PhoneNumber| {
        let declared = account.numbers.get(number);
        declared.is_some_and(|declared| declared.protected)
    };
    let numbers: Vec<PhoneNumber> = base
        .numbers
        .keys()
        // One that is no longer declared is told as that.
        .filter(|number| branch.numbers.contains_key(number))
        .filter(|number| is_protected(base, number) && !is_protected(branch, number))
        .copied()
        .collect();
    (!numbers.is_empty()).then(|| Note {
        kind: NoteKind::Warning,
        account: branch.account.clone(),
        numbers,
        reason: "this branch takes its `protected: true` away: nothing keeps it from being released any more".to_owned(),
        help: None,
        until: None,
        origin: Some(Origin::Branch),
    })
}

const WAY_OUT: &str = "if it is to be given up, declare it with `state: released`; if it is to be kept, leave its entry";

fn given_up(note: &Note, numbers: Vec<PhoneNumber>, reason: &str) -> Option<Note> {
    (!numbers.is_empty()).then(|| Note {
        numbers,
        reason: reason.to_owned(),
        help: Some(WAY_OUT.to_owned()),
        origin: Some(Origin::Branch),
        ..note.clone()
    })
}

/// What the base's files ask of an account, and what would be left to do for it.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub desired: &'a DesiredAccount,
    pub plan: &'a AccountPlan,
}

/// Settles what [`compare`] left open. `pasts` has, by number, what revisions of
/// the base asked of it, the newest first, one for each that touched its file.
pub fn settle(plan: &mut AccountPlan, base: Asked<'_>, pasts: &BTreeMap<PhoneNumber, Vec<Past>>) {
    let cooling: BTreeSet<PhoneNumber> = plan
        .steps
        .iter()
        .filter(|step| step.action == Action::Recover)
        .flat_map(|step| step.numbers.iter().copied())
        .collect();
    for step in &mut plan.steps {
        let Step {
            action,
            numbers,
            changes,
            ..
        } = step;
        let Some(number) = numbers.first() else {
            continue;
        };
        let past = pasts.get(number).map_or(&[][..], Vec::as_slice);
        for change in changes.iter_mut().filter(|change| change.origin.is_none()) {
            change.origin = Some(match action {
                Action::Recover | Action::Activate => absent(past, cooling.contains(number)),
                Action::SubmitPort => absent(past, false),
                // A number that comes on the account in the same plan was never set up.
                Action::Update if cooling.contains(number) => absent(past, true),
                Action::Update | Action::UpdatePort => member(past, base, *number, &change.path),
                Action::Release if base.desired.numbers.contains_key(number) => Origin::Pending,
                Action::Release => pruned(past),
                Action::SubmitActivation
                | Action::CancelActivation
                | Action::CancelPort
                | Action::TriggerPort
                | Action::AcceptE911Correction
                | Action::KeepE911Original => Origin::Pending,
            });
        }
    }
}

/// Rule 3.
fn absent(past: &[Past], cooling: bool) -> Origin {
    for past in past {
        match past {
            Past::Undeclared if cooling => {}
            Past::Undeclared => return Origin::Pending,
            Past::Declared { desired, .. } if desired.released => return Origin::Pending,
            Past::Declared { .. } => {}
        }
    }
    Origin::Drift
}

/// Rule 4, of a number that is given up because nothing declares it.
fn pruned(past: &[Past]) -> Origin {
    let declared = |past: &Past| match past {
        Past::Undeclared => false,
        Past::Declared { .. } => true,
    };
    match past.iter().any(declared) {
        true => Origin::Pending,
        false => Origin::Drift,
    }
}

/// Rules 1 and 2.
fn member(past: &[Past], base: Asked<'_>, number: PhoneNumber, path: &str) -> Origin {
    for (at, past) in past.iter().enumerate() {
        let asked_here = match past {
            Past::Undeclared => false,
            Past::Declared { desired, .. } => !desired.released && asks(desired, path),
        };
        if !asked_here {
            return match at == 0 && !was_applied(past, base, number, path) {
                true => Origin::Pending,
                false => Origin::Drift,
            };
        }
        if let Past::Declared { steps, blocked, .. } = past
            && !blocked
            && !steps.iter().any(|step| {
                step.numbers.contains(&number)
                    && step.changes.iter().any(|change| change.path == path)
            })
        {
            return Origin::Pending;
        }
    }
    Origin::Drift
}

/// Whether another object that was declared together with a member, after `past`,
/// is as declared.
fn was_applied(past: &Past, base: Asked<'_>, number: PhoneNumber, path: &str) -> bool {
    let Some(now) = base.desired.numbers.get(&number) else {
        return false;
    };
    let new = |object: &str| match past {
        Past::Undeclared => true,
        Past::Declared { desired, .. } => !asks(desired, object),
    };
    let differs = |object: &str| {
        base.plan.steps.iter().any(|step| {
            step.numbers.contains(&number)
                && step
                    .changes
                    .iter()
                    .any(|change| object_of(&change.path) == object)
        })
    };
    OBJECTS.into_iter().any(|object| {
        object != object_of(path) && asks(now, object) && new(object) && !differs(object)
    })
}

/// What a number's declaration is made of.
const OBJECTS: [&str; 4] = [
    "customerServiceRecord",
    "e911Address",
    "directoryListing",
    "reference",
];

fn object_of(path: &str) -> &str {
    path.split('.').next().unwrap_or(path)
}

/// Whether a declaration manages the member at the path of a change.
fn asks(desired: &DesiredNumber, path: &str) -> bool {
    let DesiredNumber {
        customer_service_record,
        e911_address,
        directory_listing,
        reference,
        hold_activation,
        port,
        released,
        protected: _, // never a change
        source: _,    // where it stands
    } = desired;
    let (object, name) = path.split_once('.').unwrap_or((path, ""));
    match object {
        "customerServiceRecord" => in_record(customer_service_record, name),
        "e911Address" => in_record(e911_address, name),
        "directoryListing" => in_object(directory_listing, name),
        "reference" => in_object(reference, name),
        "holdActivation" => !hold_activation.is_absent(),
        "state" => *released,
        // The terms of its port.
        _ => port.is_some(),
    }
}

/// An address is one thing: with its street all of its place is said (decision 1).
fn in_record<T: serde::Serialize>(field: &Field<T>, name: &str) -> bool {
    let Field::Value(record) = field else {
        return field.is_null();
    };
    let said = serde_json::to_value(record).unwrap_or(Value::Null);
    let whole = said.get("streetName").is_some();
    name.is_empty()
        || said.get(name).is_some()
        || (whole && Member::from_name(name).is_some_and(is_place))
}

fn in_object<T: serde::Serialize>(field: &Field<T>, path: &str) -> bool {
    let Field::Value(object) = field else {
        return field.is_null();
    };
    let said = serde_json::to_value(object).unwrap_or(Value::Null);
    let first = path.split('.').next().unwrap_or_default();
    first.is_empty() || said.get(first).is_some()
}

/// Steps by the origins of their changes; one counts under each that it has.
pub fn summary_by_origin(steps: &[Step]) -> BTreeMap<Origin, u64> {
    let mut summary: BTreeMap<Origin, u64> =
        Origin::ALL.into_iter().map(|origin| (origin, 0)).collect();
    for step in steps {
        let origins: BTreeSet<Origin> = step
            .changes
            .iter()
            .filter_map(|change| change.origin)
            .collect();
        for origin in origins {
            *summary.entry(origin).or_default() += 1;
        }
    }
    summary
}
