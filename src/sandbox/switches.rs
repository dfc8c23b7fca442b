//! What no published source says of the platform, as switches: whoever depends
//! on one of these can try the other answer (`switches` in a seed, or
//! `POST /sandbox/switches`).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The unknowns, with what the sandbox does unless it is told otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Switches {
    /// A PUT or PATCH that names an `orderVersion` older than the number's is
    /// refused with 400; otherwise the version is not looked at.
    pub strict_order_version: bool,
    /// What a PATCH does with an object of a number.
    pub patch_merge: PatchMerge,
    /// What an order does for a number that is on the account already.
    pub duplicate_order: DuplicateOrder,
}

/// How deep a PATCH merges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum PatchMerge {
    /// customerServiceRecord, e911Address and directoryListing are replaced whole.
    #[default]
    Shallow,
    /// Their members are merged: absent is kept, null clears.
    Deep,
}

/// What becomes of a repeated order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum DuplicateOrder {
    /// 400.
    #[default]
    Refused,
    /// Answered as if it had been done, and nothing is.
    Ignored,
}
