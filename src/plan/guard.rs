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

/// The run is one of several that split the accounts between them. What is
/// judged for the run as a whole is judged so that no number of shards can do
/// together what one run would refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// How many shards there are.
    pub of: u32,
    /// The most numbers that all others can give up, where that is known.
    pub released_elsewhere: Option<u64>,
}

impl Share {
    /// The run itself, where nothing is split.
    pub const ALL: Self = Self {
        of: 1,
        released_elsewhere: Some(0),
    };

    /// Whether so many are within a count that holds for all shards together:
    /// within an equal share of it, or with all that the others can do at most.
    /// Some shards may go by the one and some by the other: the sum stays within.
    fn is_within(self, count: u64, limit: u64, elsewhere: Option<u64>) -> bool {
        count <= limit / u64::from(self.of.max(1))
            || elsewhere.is_some_and(|others| count.saturating_add(others) <= limit)
    }

    /// The smallest count for all shards that so many are within.
    fn lifted_by(self, count: u64, elsewhere: Option<u64>) -> u64 {
        let equal = count.saturating_mul(u64::from(self.of.max(1)));
        elsewhere.map_or(equal, |others| equal.min(count.saturating_add(others)))
    }
}

/// One scope that guards are judged for.
pub(super) struct Scope<'a> {
    /// `None`: the run as a whole.
    pub account: Option<&'a AccountId>,
    pub touched: Touched,
    /// The live numbers that shares are counted of.
    pub of: u64,
}

/// A guard's name, its limits, what lifts it, what it counts, and the most that
/// other shards can add to that.
type Kind<'a> = (
    &'a str,
    &'a Guard,
    Option<u64>,
    fn(&Touched) -> u64,
    Option<u64>,
);

/// Judges every scope; `run` is what the whole run touches.
pub(super) fn judge(
    scopes: &[Scope<'_>],
    run: Touched,
    guards: &Guards,
    allow: &Allow,
    share: Share,
) -> Vec<TrippedGuard> {
    let Guards {
        release,
        e911,
        update,
    } = guards;
    // What others change can't be told from the files.
    let unknown = (share.of <= 1).then_some(0);
    let kinds: [Kind; 3] = [
        (
            "release",
            release,
            allow.release,
            |touched| touched.release,
            share.released_elsewhere,
        ),
        ("e911", e911, allow.e911, |touched| touched.e911, unknown),
        (
            "update",
            update,
            allow.update,
            |touched| touched.update,
            unknown,
        ),
    ];
    let mut tripped = Vec::new();
    for (name, guard, allowed, count_of, elsewhere) in kinds {
        let in_all = count_of(&run);
        // Lifting is judged by the run alone: else many accounts of 12 would
        // slip through one `release=12`, and so would many shards.
        if allowed.is_some_and(|allowed| share.is_within(in_all, allowed, elsewhere)) {
            continue;
        }
        for scope in scopes {
            let count = count_of(&scope.touched);
            let limit = match (scope.account, share.of) {
                (None, 2..) => beyond_share(guard, count, scope.of, share, elsewhere),
                (Some(_), _) | (None, _) => beyond(guard, count, scope.of),
            };
            if let Some(limit) = limit {
                tripped.push(TrippedGuard {
                    guard: name.to_owned(),
                    account: scope.account.cloned(),
                    count,
                    of: scope.of,
                    limit,
                    allow: share.lifted_by(in_all, elsewhere),
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
    let beyond = count >= *min && is_more(count, percent, of);
    beyond.then(|| format!("at most {percent} percent, from {min} on"))
}

/// The limit that a shard goes beyond, of those that hold for all shards
/// together. What is within a percentage in every shard is within it in all; but
/// not what is let pass for being few (`min`), so a shard has no such few.
fn beyond_share(
    guard: &Guard,
    count: u64,
    of: u64,
    share: Share,
    elsewhere: Option<u64>,
) -> Option<String> {
    let Guard {
        max,
        percent,
        min: _, // said above
    } = guard;
    if let Some(max) = max
        && !share.is_within(count, *max, elsewhere)
    {
        return Some(format!(
            "at most {max} in all {} shards, {} in each",
            share.of,
            max / u64::from(share.of)
        ));
    }
    let percent = (*percent)?;
    is_more(count, percent, of)
        .then(|| format!("at most {percent} percent of the numbers of each shard"))
}

fn is_more(count: u64, percent: f64, of: u64) -> bool {
    // Counts of telephone numbers are far below 2^53, where f64 is exact.
    count > 0 && (count as f64) * 100.0 > percent * (of as f64)
}

#[cfg(test)]
#[path = "guard_tests.rs"]
mod tests;
