//! An account seen from the base: the base's files planned against the same live
//! state, and where the two agree, the past of the files.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::fatal::Fatal;
use super::super::narrow::Narrow;
use super::super::planning::Planner;
use super::Base;
use crate::desired::Repository;
use crate::model::{AccountId, DesiredAccount, LiveAccount, PhoneNumber};
use crate::plan::origin::{self, Asked, Past};
use crate::plan::{self, AccountPlan, Checks, Context, Note, NoteKind, Origin, Plan};

/// What the branch's plan of an account was made of.
pub struct Seen<'a> {
    pub desired: &'a DesiredAccount,
    pub live: LiveAccount,
    /// The numbers that were planned; `None`: all.
    pub only: Option<&'a BTreeSet<PhoneNumber>>,
    /// What the platform has answered. The base asks nothing of its own: an
    /// address that only the base has is none of the branch's.
    pub checks: Checks,
}

/// Gives every change of an account's plan its origin.
pub async fn judge(
    made: &mut AccountPlan,
    seen: Seen<'_>,
    base: &Arc<Base>,
    branch: &Repository,
    planner: &Arc<Planner>,
) -> Result<(), Fatal> {
    let Seen {
        desired,
        live,
        only,
        checks,
    } = seen;
    let account = &desired.account;
    let declared = base.account(account);
    let context = Context {
        // Whether the provider takes an address is no matter of who asks for it.
        verify: false,
        ..planner.context(only)
    };
    let of_base = declared
        .as_ref()
        .map(|declared| plan::account(declared, &live, &context, &checks));
    let open = origin::compare(made, of_base.as_ref());
    if let Some(declared) = &declared {
        made.notes.extend(origin::unprotected(declared, desired));
    }
    if let (Some(declared), Some(only)) = (&declared, only) {
        made.notes.extend(left(declared, &live, only, base, branch));
    }
    let files: BTreeMap<PhoneNumber, Option<String>> = open
        .into_iter()
        .map(|number| {
            let declared = declared.as_ref().and_then(|of| of.numbers.get(&number));
            let file = declared.and_then(|declared| base.file_of(declared));
            (number, file.map(str::to_owned))
        })
        .collect();
    if let (Some(declared), Some(of_base)) = (&declared, &of_base)
        && !files.is_empty()
    {
        let (base, planner) = (Arc::clone(base), Arc::clone(planner));
        let account = account.clone();
        // Git is waited for aside from the accounts that are still being read.
        let pasts = tokio::task::spawn_blocking(move || {
            pasts(&base, &planner, &account, files, &live, &checks)
        })
        .await
        .map_err(|lost| {
            Fatal::new(format!(
                "the past of the base was not read to its end: {lost}"
            ))
        })?;
        let asked = Asked {
            desired: declared,
            plan: of_base,
        };
        origin::settle(made, asked, &pasts);
    }
    Ok(())
}

/// What revisions of the base asked of numbers, and what would be left to do.
fn pasts(
    base: &Base,
    planner: &Planner,
    account: &AccountId,
    files: BTreeMap<PhoneNumber, Option<String>>,
    live: &LiveAccount,
    checks: &Checks,
) -> BTreeMap<PhoneNumber, Vec<Past>> {
    let mut pasts: BTreeMap<PhoneNumber, Vec<Past>> = BTreeMap::new();
    base.history().walk(account, files, |earlier, numbers| {
        let context = Context {
            verify: false,
            ..planner.context(Some(numbers))
        };
        let made = earlier.map(|earlier| plan::account(earlier, live, &context, checks));
        for number in numbers {
            let declared = earlier.and_then(|earlier| earlier.numbers.get(number));
            let past = match (declared, &made) {
                (Some(desired), Some(made)) => Past::Declared {
                    desired: Box::new(desired.clone()),
                    steps: made
                        .steps
                        .iter()
                        .filter(|step| step.numbers.contains(number))
                        .cloned()
                        .collect(),
                    blocked: made.notes.iter().any(|note| {
                        note.kind == NoteKind::Blocked && note.numbers.contains(number)
                    }),
                },
                (_, _) => Past::Undeclared,
            };
            pasts.entry(*number).or_default().push(past);
        }
    });
    pasts
}

/// With files named on the command line, numbers that nobody declares are not
/// looked at; those that the base declares in these very files are the branch's
/// doing, and are told.
fn left(
    declared: &DesiredAccount,
    live: &LiveAccount,
    only: &BTreeSet<PhoneNumber>,
    base: &Base,
    branch: &Repository,
) -> Option<Note> {
    let numbers: Vec<PhoneNumber> = base
        .left(declared, branch)
        .into_iter()
        .filter(|number| !only.contains(number) && live.numbers.contains_key(number))
        .collect();
    (!numbers.is_empty()).then(|| origin::left(&declared.account, numbers))
}

/// What a plan says of its base as a whole, as far as the run looks.
pub fn sum_up(plan: &mut Plan, base: &Base, branch: &Repository, narrow: &Narrow) {
    plan.base = Some(base.revision.clone());
    plan.base_remarks = base.remarks.clone();
    plan.base_remarks
        .extend(base.history().trouble().map(|why| {
            format!("the history can't be read, and drift and pending not told apart: {why}")
        }));
    plan.summary_by_origin = origin::summary_by_origin(&plan.steps);
    // Targets name what the branch declares. An account that it no longer does is
    // in one shard alone, as it was.
    let looked_at = |account: &AccountId| {
        narrow.targets.is_empty() && narrow.shard.is_none_or(|shard| shard.holds(account))
    };
    let left = base.left_accounts(branch).into_iter();
    for (note, name) in left.filter(|(note, _)| looked_at(&note.account)) {
        debug_assert_eq!(note.origin, Some(Origin::Branch));
        if let Some(name) = name {
            plan.names.insert(note.account.clone(), name);
        }
        plan.notes.push(note);
    }
    // Stable: the notes of an account stay in their order.
    plan.notes
        .sort_by(|one, other| one.account.cmp(&other.account));
}
