//! What is agreed with, and known of, the E911 provider: the company behind the
//! platform that registers addresses with the answering points.
//!
//! It is a party of its own. It may not know an address, may be out of reach,
//! may put its own spelling in an address's place; each is something that a
//! person has decided about or must see.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What becomes of a new E911 address that the provider can't confirm
/// (`valid: UNKNOWN`), or that it could not be asked about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum OnUnknown {
    /// It is sent, with a warning (the default).
    #[default]
    Warn,
    /// It is not sent, and the plan says so.
    Block,
}

/// Whether the provider's correction of a number's address was ever accepted,
/// as the number's own event history tells (contract notes, B2:
/// CORRECTED_COMPLETED).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CorrectionPast {
    /// No correction was accepted.
    Never,
    /// One was, and something was written or decided after it.
    Earlier,
    /// It is the last thing that happened to the address.
    LastWord,
}

/// Who sends their 911 calls out with a number (S:TelephoneNumberUsagesX).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Usages {
    /// These users of the account, by id; perhaps none.
    Users(Vec<String>),
    /// The platform did not say.
    Unknown { why: String },
}
