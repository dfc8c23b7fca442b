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
            let help = match elsewhere(arguments, said) {
                Some(option) => format!("it is in another document: alz explain {option} {said}"),
                None => format!("did you mean {}?", near.join(", ")),
            };
            return Fatal::with_help(what, help).tell(output, std::path::Path::new("."), false);
        }
    }
    Exit::Done
}

/// The documents to look in, one after the other: what people write comes first.
fn documents(arguments: &ExplainArgs) -> Vec<Document> {
    if arguments.config {
        vec![document("config", Kind::Config)]
    } else if arguments.plan {
        vec![document("plan", Kind::Plan)]
    } else if arguments.sandbox_seed {
        vec![sandbox_seed()]
    } else {
        vec![
            document("account", Kind::Account),
            document("config", Kind::Config),
        ]
    }
}

/// The option that asks about a document that has the field, where none was said.
fn elsewhere(arguments: &ExplainArgs, said: &str) -> Option<&'static str> {
    if arguments.config || arguments.plan || arguments.sandbox_seed {
        return None;
    }
    [
        ("--plan", document("plan", Kind::Plan)),
        ("--sandbox-seed", sandbox_seed()),
    ]
    .into_iter()
    .find(|(_, document)| {
        !matches!(
            explain::explain(std::slice::from_ref(document), said),
            Answer::Nothing(_)
        )
    })
    .map(|(option, _)| option)
}

fn document(name: &'static str, kind: Kind) -> Document {
    Document {
        name,
        schema: schema::schema(kind, Draft::Draft2020),
    }
}

fn sandbox_seed() -> Document {
    Document {
        name: "sandbox-seed",
        schema: schema::schema_of::<Seed>(seed::SCHEMA_FILE, "seed", Draft::Draft2020),
    }
}
