//! Guards: a plan that takes away or moves more than a person would expect is
//! refused until that person lifts the guard by name (design, decision 11).

use crate::model::{AccountId, Guard, Guards};
use crate::plan::document::TrippedGuard;

/// What a plan touches, counted in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// Numbers released, or whose port or activation is cancelled.
    pub release: u64,
    /// Live numbers whose 911 calls would be answered otherwise than now.
    pub e911: u64,
    /// Live numbers that are updated.
    pub update: u64,
}

impl Touched {
    pub(super) fn add(&mut self, other: Touched) {
        let Touched {
            release,
            e911,
            update,
        } = other;
        self.release += release;
        self.e911 += e911;
        self.update += update;
    }
}

/// Guards lifted by `--allow NAME=COUNT`: each up to so many numbers in the
/// whole run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allow {
    pub release: Option<u64>,
    pub e911: Option<u64>,
    pub update: Option<u64>,
}

/// One scope that guards are judged for.
pub(super) struct Scope<'a> {
    /// `None`: the run as a whole.
    pub account: Option<&'a AccountId>,
    pub touched: Touched,
    /// The live numbers that shares are counted of.
    pub of: u64,
}

/// A guard's name, its limits, what lifts it, and what it counts.
type Kind<'a> = (&'a str, &'a Guard, Option<u64>, fn(&Touched) -> u64);

/// Judges every scope; `run` is what the whole run touches.
pub(super) fn judge(
    scopes: &[Scope<'_>],
    run: Touched,
    guards: &Guards,
    allow: &Allow,
) -> Vec<TrippedGuard> {
    let Guards {
        release,
        e911,
        update,
    } = guards;
    let kinds: [Kind; 3] = [
        ("release", release, allow.release, |touched| touched.release),
        ("e911", e911, allow.e911, |touched| touched.e911),
        ("update", update, allow.update, |touched| touched.update),
    ];
    let mut tripped = Vec::new();
    for (name, guard, allowed, count_of) in kinds {
        // Lifting is judged by the run alone: else many accounts of 12 would
        // slip through one `release=12`.
        if allowed.is_some_and(|allowed| count_of(&run) <= allowed) {
            continue;
        }
        for scope in scopes {
            let count = count_of(&scope.touched);
            if let Some(limit) = beyond(guard, count, scope.of) {
                tripped.push(TrippedGuard {
                    guard: name.to_owned(),
                    account: scope.account.cloned(),
                    count,
                    of: scope.of,
                    limit,
                    allow: count_of(&run),
                });
            }
        }
    }
    tripped
}

/// The limit that so many go beyond, in words.
fn beyond(guard: &Guard, count: u64, of: u64) -> Option<String> {
    let Guard { max, percent, min } = guard;
    if let Some(max) = max
        && count > *max
    {
        return Some(format!("at most {max}"));
    }
    let percent = (*percent)?;
    // Counts of telephone numbers are far below 2^53, where f64 is exact.
    let beyond = count > 0 && count >= *min && (count as f64) * 100.0 > percent * (of as f64);
    beyond.then(|| format!("at most {percent} percent, from {min} on"))
}
