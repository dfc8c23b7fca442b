//! What the program says, as text: plans, problems and outcomes, for people and
//! for programs.
//!
//! A report is a function from a document to a string. People's reports carry
//! ANSI styles; whoever prints them takes the styles out where they aren't wanted.

mod about;
mod address;
mod changes;
pub mod drift;
mod e911_check;
pub mod explain;
mod github;
pub mod html;
mod import;
pub mod journal;
mod junit;
pub mod markdown;
mod marks;
mod numbers;
mod obstacles;
mod origin;
mod outcome;
mod plan_human;
mod plan_json;
mod policy;
mod port;
mod port_changes;
mod port_check;
mod port_stanza;
pub mod problems;
mod prometheus;
pub mod redact;
mod sarif;
pub mod schema;
mod status_human;
mod status_json;
mod style;
mod timeline;
mod when;
mod words;

pub use about::About;
pub use address::{
    ValidatedAddress, address_line, suggestions_human, suggestions_json, validated_json,
    validated_yaml,
};
pub use changes::places;
pub use e911_check::{CheckedAddress, CheckedAddresses, e911_check_human, e911_check_json};
pub use github::github;
pub use import::{
    ImportDocument, ImportedAccount, ImportedSecret, import_human, import_json, import_markdown,
};
pub use junit::junit;
pub use numbers::{
    AddedNumbers, FoundNumber, KeptNumber, NumbersFound, found_human, found_json, kept_human,
    kept_json,
};
pub use obstacles::{merged_problems, obstacles};
pub use outcome::{
    outcome_human, outcome_json, satisfied_human, satisfied_json, step_human, step_json,
};
pub use plan_human::{Style, plan_human};
pub use plan_json::{plan_json, resealed};
pub use policy::policy_problems;
pub use port::{PortDocument, PortEntry, PortTerms, Possible, port_human, port_json};
pub use port_check::{NumberCheck, OrderCheck, PortCheck, port_check_human, port_check_json};
pub use prometheus::prometheus;
pub use sarif::sarif;
pub use status_human::status_human;
pub use status_json::{StatusDocument, status_json, status_line};
pub use style::{error, warning};
