//! That a plan or an audit is of a part: it is said before anything that could
//! be taken for the whole.

use super::words;
use crate::plan::Plan;

/// Targets and files that are named; the others are counted.
const SHOWN: usize = 8;

/// What it is restricted to, as a sentence; None where it is of everything.
pub(super) fn restricted(plan: &Plan) -> Option<String> {
    let few = |said: &[String]| {
        let few: Vec<String> = said
            .iter()
            .take(SHOWN)
            .map(|one| words::clean(one))
            .collect();
        let few = few.join(", ");
        match said.len().saturating_sub(SHOWN) {
            _ if said.is_empty() => None,
            0 => Some(few),
            rest => Some(format!("{few} and {rest} more")),
        }
    };
    let shard = plan.shard.as_ref().map(|shard| format!("shard {shard}"));
    let parts = [few(&plan.targets), few(&plan.files), shard];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| {
        let parts = parts.join("; ");
        format!("Restricted to {parts}. What lies outside was not looked at.")
    })
}
