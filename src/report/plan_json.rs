//! The plan as the JSON document of the contract (design, section 4).

use serde::Serialize;

use crate::plan::{self, Plan};

/// A plan with its seal.
#[derive(Serialize)]
struct Sealed<'a> {
    #[serde(flatten)]
    plan: &'a Plan,
    seal: String,
}

/// Pretty-printed, with a newline at the end; what `--out` saves and
/// `--format json` prints.
pub fn plan_json(plan: &Plan) -> Result<String, serde_json::Error> {
    let seal = plan::seal(&serde_json::to_value(plan)?);
    let mut text = serde_json::to_string_pretty(&Sealed { plan, seal })?;
    text.push('\n');
    Ok(text)
}
