//! Desired state: the user's YAML in, problems or a [`Repository`] out.
//!
//! A file is first read straight into its types ([`read`]), which is fast and
//! for most files all there is to do. Only where something must be said about
//! it is it read again into a tree that knows its lines and columns ([`tree`],
//! [`typed`]). The rules of the platform ([`rules`]) run on the typed data,
//! offline; what they find is located in the tree. What is sound is kept packed
//! ([`repository`]) and unpacked an account at a time, defaults merged in
//! ([`merge`]).
//!
//! A new rule goes into the file of its theme under `rules/`; a new member into
//! `model`, after which the compiler asks each place that must decide about it.

pub(crate) mod advice;
mod audit;
mod build;
pub mod catalogue;
pub mod edit;
pub mod few;
pub mod file;
pub mod find;
pub mod load;
pub mod merge;
mod overlooked;
pub mod policy;
pub mod problem;
pub mod read;
pub mod repository;
pub mod rules;
pub mod secrets;
pub mod settings;
mod syntax;
pub mod target;
pub mod tree;
pub mod typed;
mod whole;

pub use audit::COOLDOWN_DAYS;
pub use load::{LoadRequest, Loaded, load};
pub use problem::{Problem, Severity};
pub use repository::{Narrowing, Repository, Selection, Subject, Unmatched};
pub use settings::Settings;
pub use target::Target;
