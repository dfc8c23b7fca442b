//! The plan as the JSON document of the contract (design, section 4).

use crate::plan::Plan;

/// Pretty-printed, with a newline at the end; what `--out` saves and
/// `--format json` prints.
pub fn plan_json(plan: &Plan) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(plan)?;
    text.push('\n');
    Ok(text)
}
