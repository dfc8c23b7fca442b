//! The seal of a saved plan: a digest of all that it says, so that a file that
//! was edited, merged or cut is known as such, and said to be.
//!
//! It is no signature: who edits a plan on purpose can seal it anew. That gains
//! nothing, because apply makes the plan anew and does only what both say.

use serde_json::Value;
use sha2::{Digest, Sha256};

/// The seal of a plan as a JSON document: of the values, not of their layout.
/// When it was made is left out: the same inputs give the same plan.
pub fn seal(document: &Value) -> String {
    let mut sha = Sha256::new();
    match document {
        Value::Object(members) => {
            let sealed = members
                .iter()
                .filter(|(name, _)| !matches!(name.as_str(), "seal" | "createdAt"));
            for (name, value) in sealed {
                // JSON texts: neither can be mistaken for a part of the other.
                sha.update(Value::from(name.as_str()).to_string());
                sha.update(":");
                sha.update(value.to_string());
                sha.update("\n");
            }
        }
        other => sha.update(other.to_string()),
    }
    let mut text = "sha256:".to_owned();
    for byte in sha.finalize() {
        text.push_str(&format!("{byte:02x}"));
    }
    text
}
