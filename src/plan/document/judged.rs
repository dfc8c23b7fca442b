//! What the guards were judged by, in the document itself: so that the plans of
//! several shards can be judged once more as the one run that they are.
//!
//! A shard sees its own accounts. Four shards that release five numbers each
//! trip no guard by themselves, and one run of the same files would.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

use super::TrippedGuard;

/// What the guards were judged by.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Judged {
    /// Accounts that were planned.
    pub accounts: u64,
    /// Numbers on these accounts: what the shares of the whole run are counted of.
    pub numbers: u64,
    /// By the name that --allow takes: release, e911, update.
    pub guards: BTreeMap<String, Judgement>,
    /// Guards that would have been tripped, were they not lifted (--allow).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lifted: Vec<TrippedGuard>,
}

/// One guard: its limits, and what was counted for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Judgement {
    /// Numbers that the plan touches in this way.
    pub count: u64,
    /// At most this many numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u64>,
    /// At most this share, 0 to 100.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "shortest"
    )]
    pub percent: Option<f64>,
    /// The share is judged from this many touched numbers on.
    pub min: u64,
    /// Lifted up to this count (--allow).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed: Option<u64>,
}

/// A whole number without a point: programs that pass a document on write 10.0
/// as 10, and its seal is to hold all the same.
#[expect(clippy::ref_option, reason = "the signature is serde's")]
fn shortest<S: Serializer>(percent: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    match percent {
        None => serializer.serialize_none(),
        // Shares are 0 to 100; what is beyond is written as it is.
        Some(share) if share.fract() == 0.0 && (0.0..=1e6).contains(share) => {
            serializer.serialize_u64(*share as u64)
        }
        Some(share) => serializer.serialize_f64(*share),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_read_back_as_it_was_and_is_written_without_needless_digits() {
        for (percent, text) in [(10.0, "10"), (12.5, "12.5"), (0.0, "0"), (100.0, "100")] {
            let judgement = Judgement {
                percent: Some(percent),
                ..Judgement::default()
            };
            let json = serde_json::to_string(&judgement).expect("JSON");
            assert!(json.contains(&format!("\"percent\":{text},")), "{json}");
            let back: Judgement = serde_json::from_str(&json).expect("a judgement");
            assert_eq!(back, judgement);
        }
    }
}
