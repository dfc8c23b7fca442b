//! `alz explain`: what a field means, offline.

use clap::Args;

use super::fatal::Fatal;
use super::{Exit, Output};
use crate::report::explain::{self, Answer, Document};
use crate::report::schema::{self, Draft, Kind};
use crate::sandbox::seed::{self, Seed};

/// Explain a field of an account file, of alz.yaml or of a plan
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  alz explain                                what an account file has
  alz explain numbers.*.port                 a field, by its path
  alz explain e911Address.language           or by its end
  alz explain unit                           or by its name, wherever it stands
  alz explain guards.release                 of alz.yaml; --config says so
  alz explain --plan steps.changes           of a plan as JSON")]
pub struct ExplainArgs {
    /// The field; without it the document
    #[arg(value_name = "FIELD")]
    pub field: Option<String>,
    /// Of alz.yaml
    #[arg(long, conflicts_with_all = ["plan", "sandbox_seed"])]
    pub config: bool,
    /// Of a plan as JSON
    #[arg(long, conflicts_with = "sandbox_seed")]
    pub plan: bool,
    /// Of the world that a sandbox begins with
    #[arg(long)]
    pub sandbox_seed: bool,
}

pub fn run(arguments: &ExplainArgs, output: &Output) -> Exit {
    let said = arguments.field.as_deref().unwrap_or_default();
    match explain::explain(&documents(arguments), said) {
        Answer::Topic(topic) => output.result(&match output.is_json() {
            true => explain::topic_json(&topic),
            false => explain::topic_human(&topic, output.width()),
        }),
        Answer::Places(places) => {
            output.result(&match output.is_json() {
                true => explain::places_json(said, &places),
                false => explain::places_human(said, &places, output.width()),
            });
            output.say("Name one of them with more of its path.");
        }
        Answer::Nothing(near) => {
            let what = format!("there is no field {said:?}");
            let help = format!("did you mean {}?", near.join(", "));
            return Fatal::with_help(what, help).tell(output, std::path::Path::new("."), false);
        }
    }
    Exit::Done
}

/// The documents to look in, one after the other: what people write comes first.
fn documents(arguments: &ExplainArgs) -> Vec<Document> {
    let of = |name, kind| Document {
        name,
        schema: schema::schema(kind, Draft::Draft2020),
    };
    if arguments.config {
        vec![of("config", Kind::Config)]
    } else if arguments.plan {
        vec![of("plan", Kind::Plan)]
    } else if arguments.sandbox_seed {
        vec![Document {
            name: "sandbox-seed",
            schema: schema::schema_of::<Seed>(seed::SCHEMA_FILE, "seed", Draft::Draft2020),
        }]
    } else {
        vec![of("account", Kind::Account), of("config", Kind::Config)]
    }
}
