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

/// The text of a plan that was changed after it was sealed, sealed anew; what
/// has no seal stays as it is. The layout is kept.
pub fn resealed(text: &str) -> String {
    let Ok(document) = serde_json::from_str::<serde_json::Value>(text) else {
        return text.to_owned();
    };
    match document.get("seal").and_then(serde_json::Value::as_str) {
        // It stands last, and is like nothing else.
        Some(old) if old.starts_with("sha256:") => match text.rsplit_once(old) {
            Some((before, after)) => format!("{before}{}{after}", plan::seal(&document)),
            None => text.to_owned(),
        },
        _ => text.to_owned(),
    }
}
