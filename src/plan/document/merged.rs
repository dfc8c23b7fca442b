//! Of what a document was put together (`alz report merge`). Such a document is
//! for reading: what each step relied on stays with the part that it came from,
//! and it is the part that is applied.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Of what a document was put together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Merged {
    /// The documents, in the order of their shards, or of their names.
    pub parts: Vec<MergedPart>,
    /// Shards that were not at hand: 3/4. Nothing here speaks of their accounts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
}

/// One document of several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MergedPart {
    /// The file that it was read from, as it was named.
    pub file: String,
    /// Its share of the accounts: 2/4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<String>,
    /// When it was made (RFC 3339).
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub created_at: Timestamp,
    /// What its files asked for, as one digest.
    pub desired_digest: String,
}

impl Merged {
    /// What is not covered, as a sentence; none where all parts were there.
    pub fn gap(&self) -> Option<String> {
        let what = match self.missing.as_slice() {
            [] => return None,
            [one] => format!("Shard {one} is missing"),
            several => format!("Shards {} are missing", several.join(", ")),
        };
        Some(format!("{what}: nothing is said of their accounts."))
    }
}
