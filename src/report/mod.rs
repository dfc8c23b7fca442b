//! What the program says, as text: plans for people and for programs.
//!
//! A report is a function from a document to a string. People's reports carry
//! ANSI styles; whoever prints them takes the styles out where they aren't wanted.

mod changes;
mod plan_human;
mod plan_json;
mod words;

pub use plan_human::{Style, plan_human};
pub use plan_json::plan_json;
