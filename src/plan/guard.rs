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
pub(super) fn judge(scopes: &[Scope<'_>], run: Touched, guards: &Guards, allow: &Allow) -> Verdict {
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
    let kinds = [
        (
            release,
            allow_release,
            Touched::released as fn(&Touched) -> u64,
        ),
        (e911, allow_e911, Touched::readdressed),
        (update, allow_update, Touched::updated),
    ];
    let mut verdict = Verdict {
        tripped: Vec::new(),
        judged: Judged::default(),
    };
    for (name, (guard, allowed, count_of)) in NAMES.into_iter().zip(kinds) {
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
            tripped(name, scope.account, count, scope.of, &judgement)
        });
        verdict.add(name, judgement, found);
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
            accounts: runs.iter().map(|(judged, _)| judged.accounts).sum(),
            numbers: runs.iter().map(|(judged, _)| judged.numbers).sum(),
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
                    count: sum.count + found.count,
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
            let of = verdict.judged.numbers;
            found.extend(tripped(name, None, judgement.count, of, &judgement));
        }
        verdict.add(name, judgement, found.into_iter());
    }
    Ok(verdict)
}

impl Verdict {
    fn add(&mut self, name: &str, judgement: Judgement, found: impl Iterator<Item = TrippedGuard>) {
        // Lifting is judged by the run alone: else many accounts of 12 would
        // slip through one `release=12`.
        let lifted = judgement
            .allowed
            .is_some_and(|allowed| judgement.count <= allowed);
        match lifted {
            true => self.judged.lifted.extend(found),
            false => self.tripped.extend(found),
        }
        self.judged.guards.insert(name.to_owned(), judgement);
    }
}

fn tripped(
    name: &str,
    account: Option<&AccountId>,
    count: u64,
    of: u64,
    judgement: &Judgement,
) -> Option<TrippedGuard> {
    Some(TrippedGuard {
        guard: name.to_owned(),
        account: account.cloned(),
        count,
        of,
        limit: beyond(judgement, count, of)?,
        allow: judgement.count,
    })
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
    // Counts of telephone numbers are far below 2^53, where f64 is exact.
    let beyond = count > 0 && count >= *min && (count as f64) * 100.0 > percent * (of as f64);
    beyond.then(|| format!("at most {percent} percent, from {min} on"))
}
