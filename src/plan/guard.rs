//! Guards: a plan that takes away or moves more than a person would expect is
//! refused until that person lifts the guard by name (design, decision 11).

use crate::model::{AccountId, Guard, Guards};
use crate::plan::document::{Judged, Judgement, TrippedGuard};

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

    const fn released(&self) -> u64 {
        self.release
    }

    const fn readdressed(&self) -> u64 {
        self.e911
    }

    const fn updated(&self) -> u64 {
        self.update
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

/// What the guards say of a run.
pub(super) struct Verdict {
    /// The guards that are tripped.
    pub tripped: Vec<TrippedGuard>,
    /// By what that was judged, for the document.
    pub judged: Judged,
}

/// The guards, in the order in which they are told.
const NAMES: [&str; 3] = ["release", "e911", "update"];

/// Judges every scope; `run` is what the whole run touches.
pub(super) fn judge(
    scopes: &[Scope<'_>],
    run: Touched,
    guards: &Guards,
    allow: &Allow,
    share: Share,
) -> Verdict {
    let Guards {
        release,
        e911,
        update,
    } = guards;
    let Allow {
        release: allow_release,
        e911: allow_e911,
        update: allow_update,
    } = allow;
    // What other shards change can't be told from the files, only what they give up.
    let unknown = (share.of <= 1).then_some(0);
    let kinds = [
        (
            release,
            allow_release,
            Touched::released as fn(&Touched) -> u64,
            share.released_elsewhere,
        ),
        (e911, allow_e911, Touched::readdressed, unknown),
        (update, allow_update, Touched::updated, unknown),
    ];
    let mut verdict = Verdict {
        tripped: Vec::new(),
        judged: Judged::default(),
    };
    for (name, (guard, allowed, count_of, elsewhere)) in NAMES.into_iter().zip(kinds) {
        let Guard { max, percent, min } = *guard;
        let judgement = Judgement {
            count: count_of(&run),
            max,
            percent,
            min,
            allowed: *allowed,
        };
        let found = scopes.iter().filter_map(|scope| {
            let count = count_of(&scope.touched);
            let limit = match (scope.account, share.of) {
                (None, 2..) => beyond_share(&judgement, count, scope.of, share, elsewhere),
                (Some(_), _) | (None, _) => beyond(&judgement, count, scope.of),
            };
            Some(TrippedGuard {
                guard: name.to_owned(),
                account: scope.account.cloned(),
                count,
                of: scope.of,
                limit: limit?,
                allow: share.lifted_by(judgement.count, elsewhere),
            })
        });
        // Lifting is judged by the run alone: else many accounts of 12 would
        // slip through one `release=12`, and so would many shards.
        let lifted =
            allowed.is_some_and(|allowed| share.is_within(judgement.count, allowed, elsewhere));
        verdict.add(name, judgement, lifted, found);
    }
    verdict
}

/// Judges several runs as one: each account by what its own run found of it,
/// the whole by the sum of what they counted. The answer is that of one run
/// over the accounts of all; words, where they were not judged by one measure.
pub(super) fn judge_again(runs: &[(&Judged, &[TrippedGuard])]) -> Result<Verdict, String> {
    let mut verdict = Verdict {
        tripped: Vec::new(),
        judged: Judged {
            accounts: total(runs.iter().map(|(judged, _)| judged.accounts)),
            numbers: total(runs.iter().map(|(judged, _)| judged.numbers)),
            ..Judged::default()
        },
    };
    for name in NAMES {
        let mut sum: Option<Judgement> = None;
        for (judged, _) in runs {
            let Some(found) = judged.guards.get(name) else {
                return Err(format!(
                    "one of them does not say by what {name} was judged"
                ));
            };
            sum = Some(match sum {
                None => *found,
                Some(sum)
                    if (sum.max, sum.percent, sum.min) != (found.max, found.percent, found.min) =>
                {
                    return Err(format!(
                        "the guard {name} has not the same limits in all of them"
                    ));
                }
                Some(sum) => Judgement {
                    count: sum.count.saturating_add(found.count),
                    // What one of them was not allowed, all of them are not.
                    allowed: sum.allowed.zip(found.allowed).map(|(a, b)| a.min(b)),
                    ..sum
                },
            });
        }
        let Some(judgement) = sum else { continue };
        let mut found: Vec<TrippedGuard> = runs
            .iter()
            .flat_map(|(judged, guards)| judged.lifted.iter().chain(*guards))
            .filter(|found| found.guard == name && found.account.is_some())
            .cloned()
            .collect();
        found.sort_by(|left, right| left.account.cmp(&right.account));
        for tripped in &mut found {
            tripped.allow = judgement.count;
        }
        // With one account the run says nothing that the account does not.
        if verdict.judged.accounts > 1 {
            let (count, of) = (judgement.count, verdict.judged.numbers);
            found.extend(beyond(&judgement, count, of).map(|limit| TrippedGuard {
                guard: name.to_owned(),
                account: None,
                count,
                of,
                limit,
                allow: count,
            }));
        }
        let lifted = judgement
            .allowed
            .is_some_and(|allowed| judgement.count <= allowed);
        verdict.add(name, judgement, lifted, found.into_iter());
    }
    Ok(verdict)
}

/// What others counted, added up. A document can say any number; one too large
/// must not come round to a small one, which no guard would stop.
fn total(counts: impl Iterator<Item = u64>) -> u64 {
    counts.fold(0, u64::saturating_add)
}

impl Verdict {
    fn add(
        &mut self,
        name: &str,
        judgement: Judgement,
        lifted: bool,
        found: impl Iterator<Item = TrippedGuard>,
    ) {
        match lifted {
            true => self.judged.lifted.extend(found),
            false => self.tripped.extend(found),
        }
        self.judged.guards.insert(name.to_owned(), judgement);
    }
}

/// The limit that so many go beyond, in words.
fn beyond(judgement: &Judgement, count: u64, of: u64) -> Option<String> {
    let Judgement {
        max,
        percent,
        min,
        count: _, // that of the whole run
        allowed: _,
    } = judgement;
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
    judgement: &Judgement,
    count: u64,
    of: u64,
    share: Share,
    elsewhere: Option<u64>,
) -> Option<String> {
    let Judgement {
        max,
        percent,
        min: _,   // said above
        count: _, // as for a run of its own
        allowed: _,
    } = judgement;
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
