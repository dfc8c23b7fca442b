//! Of what a document was put together (`alz report merge`). Such a document is
//! for reading: what each step relied on stays with the part that it came from,
//! and it is the part that is applied.

use jiff::{SignedDuration, Timestamp};
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

/// Parts of one run are made side by side, or as the runners come free. One that
/// is older than the newest by more than this may have been left behind by a run
/// before: where a shard fails today, yesterday's document still lies there.
const APART: SignedDuration = SignedDuration::from_hours(2);

impl Merged {
    /// What has to be known of it before it is believed, in sentences.
    pub fn remarks(&self) -> Vec<String> {
        self.gap().into_iter().chain(self.left_behind()).collect()
    }

    /// The parts that are much older than the newest, as a sentence.
    pub fn left_behind(&self) -> Option<String> {
        const SHOWN: usize = 8;
        let newest = self.parts.iter().map(|part| part.created_at).max()?;
        let old: Vec<&MergedPart> = self
            .parts
            .iter()
            .filter(|part| newest.duration_since(part.created_at) > APART)
            .collect();
        let hours = old
            .iter()
            .map(|part| newest.duration_since(part.created_at).as_hours())
            .max()?;
        let mut names: Vec<&str> = old.iter().map(|part| part.file.as_str()).collect();
        let more = names.len().saturating_sub(SHOWN);
        names.truncate(SHOWN);
        let more = match more {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let (are, says) = match old.len() {
            1 => ("is", "what it says"),
            _ => ("are up to", "what they say"),
        };
        Some(format!(
            "{}{more} {are} {hours} hours older than the newest part: {says} may be of another run.",
            names.join(", ")
        ))
    }

    /// What is not covered, as a sentence; none where all parts were there.
    pub fn gap(&self) -> Option<String> {
        Some(match self.missing.as_slice() {
            [] => return None,
            [one] => format!("Shard {one} is missing: nothing is said of its accounts."),
            several => format!(
                "Shards {} are missing: nothing is said of their accounts.",
                several.join(", ")
            ),
        })
    }
}
