//! Several documents of one run as one: the shares that several runners made
//! side by side (`--shard`), or runs over different files.
//!
//! What comes out is what one run over all their accounts would have said, in
//! the same order, with the guards judged once more by what all of them count.
//! Whatever would make it say less than it seems to (a share that is missing,
//! an account that is there twice, another environment) is refused, all of it
//! at once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use sha2::{Digest, Sha256};

use crate::model::AccountId;
use crate::plan::document::{
    Covered, Drift, FORMAT_VERSION, Judged, Merged, MergedPart, Plan, TrippedGuard,
};
use crate::plan::guard::{Verdict, judge_again};

/// A document, and the file that it was read from.
#[derive(Clone, Debug)]
pub struct Part {
    pub file: String,
    pub plan: Plan,
}

/// Why documents don't make one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unmergeable {
    /// There is no document at all.
    Nothing,
    /// They do not agree: each value with the files that have it.
    Differ {
        what: &'static str,
        found: Vec<(String, Vec<String>)>,
    },
    /// The same file, more than once.
    Named { file: String },
    /// Something that only one of them may speak of.
    Twice {
        what: [&'static str; 2],
        which: Vec<String>,
        files: Vec<String>,
    },
    /// Shares that nobody has handed in.
    Missing { shards: Vec<String> },
    /// No share as alz writes it.
    NoShare { shard: String, file: String },
    /// It speaks of the whole environment, or was put together before.
    Whole { file: String, merged: bool },
    /// The guards can't be judged for all of them.
    Guards(String),
}

/// Names in a message; of very many the first few.
fn some(names: &[String]) -> String {
    const SHOWN: usize = 12;
    let shown = names.get(..SHOWN).unwrap_or(names).join(", ");
    match names.len().checked_sub(SHOWN) {
        None | Some(0) => shown,
        Some(more) => format!("{shown} and {more} more"),
    }
}

impl fmt::Display for Unmergeable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("there is nothing to put together"),
            Self::Differ { what, found } => {
                let said: Vec<String> = found
                    .iter()
                    .map(|(value, files)| format!("{value} in {}", some(files)))
                    .collect();
                write!(f, "the parts differ in {what}: {}", said.join("; "))
            }
            Self::Named { file } => write!(f, "{file} is named more than once"),
            Self::Twice {
                what: [one, several],
                which,
                files,
            } => match which.as_slice() {
                [which] => write!(f, "{one} {which} is in {}", some(files)),
                which => write!(f, "{several} {} are in {}", some(which), some(files)),
            },
            Self::Missing { shards } => match shards.as_slice() {
                [one] => write!(f, "shard {one} is missing"),
                several => write!(f, "shards {} are missing", some(several)),
            },
            Self::NoShare { shard, file } => {
                write!(f, "{file}: {shard:?} is no share of the accounts")
            }
            Self::Whole {
                file,
                merged: false,
            } => write!(
                f,
                "{file} is of the whole environment: there is nothing to add to it"
            ),
            Self::Whole { file, merged: true } => {
                write!(f, "{file} was put together before: name its parts instead")
            }
            Self::Guards(why) => write!(f, "the guards can't be judged for the whole run: {why}"),
        }
    }
}

/// One document of these. A single one that is whole comes back as it is.
///
/// # Errors
///
/// Everything that stands in the way. `allow_missing` lets shares be missing;
/// the document says which.
pub fn merge(mut parts: Vec<Part>, allow_missing: bool) -> Result<Plan, Vec<Unmergeable>> {
    let mut faults = Vec::new();
    let mut named = BTreeSet::new();
    for Part { file, .. } in &parts {
        if !named.insert(file.as_str()) {
            faults.push(Unmergeable::Named { file: file.clone() });
        }
    }
    if !faults.is_empty() {
        // What else is there twice is there twice for this reason.
        return Err(faults);
    }
    let shares = shares(&parts, &mut faults);
    if let [only] = parts.as_slice()
        && faults.is_empty()
        && shares.missing.is_empty()
    {
        return Ok(only.plan.clone());
    }
    if !allow_missing && !shares.missing.is_empty() {
        faults.push(Unmergeable::Missing {
            shards: shares.missing.clone(),
        });
    }
    agreement(&parts, shares.is_sharded, &mut faults);
    overlaps(&parts, shares.is_sharded, &mut faults);
    let guards = guards(&parts, &mut faults);
    let (true, Some(guards)) = (faults.is_empty(), guards) else {
        return Err(faults);
    };
    // The order of the shares, or of the names: not that of the command line.
    parts.sort_by_cached_key(|part| {
        let share = part.plan.shard.as_deref().and_then(share);
        (share.map(|(index, _)| index), part.file.clone())
    });
    joined(parts, shares.missing, guards).ok_or_else(|| vec![Unmergeable::Nothing])
}

/// `2/4`.
fn share(text: &str) -> Option<(u32, u32)> {
    // More would be no number of machines.
    const MOST: u32 = 100_000;
    let (index, count) = text.split_once('/')?;
    let (index, count) = (index.parse().ok()?, count.parse().ok()?);
    (1 <= index && index <= count && count <= MOST && text == format!("{index}/{count}"))
        .then_some((index, count))
}

struct Shares {
    is_sharded: bool,
    missing: Vec<String>,
}

fn shares(parts: &[Part], faults: &mut Vec<Unmergeable>) -> Shares {
    let mut counts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut seen: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    let mut count = 0;
    for part in parts {
        let file = || part.file.clone();
        let kind = match part.plan.shard.as_deref().map(|text| (text, share(text))) {
            None => "no share".to_owned(),
            Some((_, Some((index, of)))) => {
                seen.entry(index).or_default().push(file());
                count = of;
                format!("one of {of} shards")
            }
            Some((text, None)) => {
                faults.push(Unmergeable::NoShare {
                    shard: text.chars().take(40).collect(),
                    file: file(),
                });
                continue;
            }
        };
        counts.entry(kind).or_default().push(file());
    }
    if counts.len() > 1 {
        faults.push(Unmergeable::Differ {
            what: "what share of the accounts they are",
            found: counts.into_iter().collect(),
        });
        return Shares {
            is_sharded: true,
            missing: Vec::new(),
        };
    }
    for (index, files) in &seen {
        if files.len() > 1 {
            faults.push(Unmergeable::Twice {
                what: ["shard", "shards"],
                which: vec![format!("{index}/{count}")],
                files: files.clone(),
            });
        }
    }
    let missing = (1..=count)
        .filter(|index| !seen.contains_key(index))
        .map(|index| format!("{index}/{count}"));
    Shares {
        is_sharded: !seen.is_empty(),
        missing: missing.collect(),
    }
}

/// What all of them must say alike.
fn agreement(parts: &[Part], is_sharded: bool, faults: &mut Vec<Unmergeable>) {
    let mut same = |what: &'static str, said: &dyn Fn(&Plan) -> String| {
        let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for part in parts {
            let files = found.entry(said(&part.plan)).or_default();
            files.push(part.file.clone());
        }
        if found.len() > 1 {
            faults.push(Unmergeable::Differ {
                what,
                found: found.into_iter().collect(),
            });
        }
    };
    let or_none = |text: Option<&str>| text.unwrap_or("none").to_owned();
    let list = |items: &[String]| match items {
        [] => "none".to_owned(),
        items => some(items),
    };
    same("environment", &|plan| plan.environment.clone());
    same("partition", &|plan| plan.partition.to_string());
    same("what they are", &|plan| match plan.drift {
        Some(_) => "an audit (drift)".to_owned(),
        None => "a plan".to_owned(),
    });
    same("the base of their origins", &|plan| {
        or_none(plan.base.as_deref())
    });
    if is_sharded {
        same("what they are restricted to (--target)", &|plan| {
            list(&plan.targets)
        });
        same("the files they are restricted to", &|plan| {
            list(&plan.files)
        });
    }
}

/// What only one of them may speak of.
fn overlaps(parts: &[Part], is_sharded: bool, faults: &mut Vec<Unmergeable>) {
    let mut once = |what: [&'static str; 2], said: &dyn Fn(&Plan) -> BTreeSet<String>| {
        let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for part in parts {
            for one in said(&part.plan) {
                found.entry(one).or_default().push(part.file.clone());
            }
        }
        // By the files that share them: two runs over one fleet share thousands.
        let mut shared: BTreeMap<Vec<String>, Vec<String>> = BTreeMap::new();
        for (one, files) in found.into_iter().filter(|(_, files)| files.len() > 1) {
            shared.entry(files).or_default().push(one);
        }
        let is_shared = !shared.is_empty();
        faults.extend(shared.into_iter().map(|(files, which)| Unmergeable::Twice {
            what,
            which,
            files,
        }));
        is_shared
    };
    let of = |items: &[String]| items.iter().cloned().collect();
    let accounts_shared = once(["account", "accounts"], &|plan| {
        accounts(plan).map(AccountId::to_string).collect()
    });
    // Of the same accounts they are no news.
    if !accounts_shared {
        once(["step", "steps"], &|plan| {
            plan.steps.iter().map(|step| step.id.clone()).collect()
        });
    }
    if is_sharded {
        return;
    }
    // An account in step leaves no trace in a document: the files must not overlap.
    once(["file", "files"], &|plan| of(&plan.files));
    once(["target", "targets"], &|plan| of(&plan.targets));
    for Part { file, plan } in parts {
        let merged = plan.merged.is_some();
        if parts.len() > 1 && (merged || (plan.files.is_empty() && plan.targets.is_empty())) {
            faults.push(Unmergeable::Whole {
                file: file.clone(),
                merged,
            });
        }
    }
}

/// The accounts that something is said about.
fn accounts(plan: &Plan) -> impl Iterator<Item = &AccountId> {
    let findings = plan.drift.iter().flat_map(|drift| &drift.findings);
    let steps = plan.steps.iter().map(|step| &step.account);
    steps
        .chain(plan.notes.iter().map(|note| &note.account))
        .chain(findings.map(|finding| &finding.account))
        .chain(plan.names.keys())
}

fn guards(parts: &[Part], faults: &mut Vec<Unmergeable>) -> Option<Verdict> {
    let mut runs: Vec<(&Judged, &[TrippedGuard])> = Vec::new();
    for Part { file, plan } in parts {
        match &plan.judged {
            Some(judged) => runs.push((judged, &plan.guards)),
            None => faults.push(Unmergeable::Guards(format!(
                "{file} does not say what it counted"
            ))),
        }
    }
    if runs.len() < parts.len() {
        return None;
    }
    judge_again(&runs)
        .map_err(|why| faults.push(Unmergeable::Guards(why)))
        .ok()
}

fn joined(parts: Vec<Part>, missing: Vec<String>, guards: Verdict) -> Option<Plan> {
    let digests: BTreeSet<&str> = parts
        .iter()
        .map(|part| part.plan.desired_digest.as_str())
        .collect();
    let desired_digest = match digests.first() {
        Some(one) if digests.len() == 1 => (*one).to_owned(),
        _ => digest_of(&parts),
    };
    let versions: BTreeSet<&str> = parts
        .iter()
        .map(|part| part.plan.alz_version.as_str())
        .collect();
    let alz_version = versions.into_iter().collect::<Vec<_>>().join(", ");
    let redacted = parts.iter().all(|part| part.plan.redacted);
    let is_whole = missing.is_empty();
    let merged = Merged {
        parts: parts.iter().map(described).collect(),
        missing,
    };
    let mut plans = parts.into_iter().map(|part| part.plan);
    let mut whole = plans.next()?;
    plans.for_each(|plan| add(&mut whole, plan));
    // Each was in this order, and no account is in two of them.
    whole.steps.sort_by(|a, b| a.account.cmp(&b.account));
    whole.notes.sort_by(|a, b| a.account.cmp(&b.account));
    whole.policies.sort_by(|a, b| a.account.cmp(&b.account));
    if let Some(drift) = &mut whole.drift {
        drift.findings.sort_by(|a, b| a.account.cmp(&b.account));
        // To what is not here somebody may answer.
        let unanswered = std::mem::take(&mut drift.unanswered);
        if is_whole {
            drift.stale.extend(unanswered);
            drift.sort_stale();
        }
    }
    Some(Plan {
        format_version: FORMAT_VERSION.to_owned(),
        alz_version,
        desired_digest,
        redacted,
        guards: guards.tripped,
        judged: Some(guards.judged),
        merged: Some(merged),
        shard: None,
        // What each step relied on is keyed with its own run's files.
        basis: BTreeMap::new(),
        seal: None,
        ..whole
    })
}

/// Adds what another document says. Every member is decided about here or in
/// [`joined`].
fn add(whole: &mut Plan, part: Plan) {
    let Plan {
        created_at,
        names,
        targets,
        drift,
        summary,
        resend_secrets,
        files,
        steps,
        notes,
        summary_by_origin,
        base_remarks,
        places,
        policies,
        format_version: _, // ours
        alz_version: _,    // joined
        environment: _,    // the same
        partition: _,      // the same
        desired_digest: _, // joined
        base: _,           // the same
        shard: _,          // told by the parts
        redacted: _,       // joined
        merged: _,         // none: it would have been refused
        guards: _,         // judged again
        judged: _,         // judged again
        basis: _,          // stays with the part
        seal: _,           // made anew
    } = part;
    // It is as old as the oldest of them.
    whole.created_at = whole.created_at.min(created_at);
    whole.names.extend(names);
    for (all, more) in [(&mut whole.targets, targets), (&mut whole.files, files)] {
        let new: Vec<String> = more.into_iter().filter(|one| !all.contains(one)).collect();
        all.extend(new);
    }
    if let (
        Some(all),
        Some(Drift {
            findings,
            covered,
            stale,
            unanswered,
        }),
    ) = (&mut whole.drift, drift)
    {
        all.findings.extend(findings);
        // Of alz.yaml, which is the same for all.
        for entry in stale {
            if !all.stale.contains(&entry) {
                all.stale.push(entry);
            }
        }
        // One is too wide if it is so for any share, and none answers to it.
        all.unanswered.retain_mut(|entry| {
            let same = unanswered
                .iter()
                .find(|other| (&other.source, other.column) == (&entry.source, entry.column));
            entry.why = entry.why.max(same.map_or(entry.why, |other| other.why));
            same.is_some()
        });
        let Covered {
            accounts,
            live,
            managed,
            addresses,
        } = covered;
        for (sum, count) in [
            (&mut all.covered.accounts, accounts),
            (&mut all.covered.live, live),
            (&mut all.covered.managed, managed),
            (&mut all.covered.addresses, addresses),
        ] {
            *sum = sum.saturating_add(count);
        }
    }
    for (key, count) in summary {
        let sum = whole.summary.entry(key).or_default();
        *sum = sum.saturating_add(count);
    }
    for (origin, count) in summary_by_origin {
        let sum = whole.summary_by_origin.entry(origin).or_default();
        *sum = sum.saturating_add(count);
    }
    // Of the base as a whole: every part says the same.
    for remark in base_remarks {
        if !whole.base_remarks.contains(&remark) {
            whole.base_remarks.push(remark);
        }
    }
    whole.places.extend(places);
    whole.policies.extend(policies);
    whole.resend_secrets |= resend_secrets;
    whole.steps.extend(steps);
    whole.notes.extend(notes);
}

fn described(part: &Part) -> MergedPart {
    let Part { file, plan } = part;
    let mut allow = BTreeMap::new();
    for tripped in &plan.guards {
        let most = allow.entry(tripped.guard.clone()).or_default();
        *most = tripped.allow.max(*most);
    }
    MergedPart {
        allow,
        file: file.clone(),
        shard: plan.shard.clone(),
        created_at: plan.created_at,
        desired_digest: plan.desired_digest.clone(),
    }
}

/// What they ask for together, as one digest.
fn digest_of(parts: &[Part]) -> String {
    let mut sha = Sha256::new();
    for part in parts {
        sha.update(&part.plan.desired_digest);
        sha.update("\n");
    }
    let bytes = sha.finalize();
    bytes.iter().fold("sha256:".to_owned(), |text, byte| {
        format!("{text}{byte:02x}")
    })
}
