//! Infrastructure as code for telephone numbers.
//!
//! Three documents, one direction:
//!
//! ```text
//! desired (YAML in Git)  ─┐
//!                         ├─► plan (pure, reviewable, ordered steps) ─► apply (the only writer)
//! live (platform API)    ─┘
//! ```
//!
//! [`cli`] reads the arguments and calls the rooms in that order. [`desired`]
//! turns YAML into what is asked for, or into problems with their places.
//! [`live`] asks the platform, through the reading half of [`api`], what is.
//! [`plan`] compares the two and says what must happen; it knows no clock, no
//! network and no file. [`apply`] carries that out through the writing half of
//! [`api`], holding the accounts by a [`lock`] so that no other run writes meanwhile.
//! [`import`] goes the other way, from what is to the file that says so.
//! [`report`] puts plans and outcomes into words. [`model`] holds the
//! nouns that all of them speak, and the meaning by which an address is the
//! same address. [`sandbox`] is the platform itself, simulated: it shares the
//! wire types and the nouns with the rest, and never the planner's rules.
//! [`bounded`] is how any of them reads a file.
//!
//! # Where do I add …?
//!
//! - **a member of an address**: `model/member.rs`; the compiler names the rest.
//! - **a field of a number**: `desired/file.rs` as it is written and
//!   `model/desired.rs` as it is meant, then `model/live.rs`; the planner
//!   destructures both and will not build until it decides about it.
//! - **a member of an account file or of alz.yaml**: give it an example in
//!   `report/explain/`; a test asks for it.
//! - **another way to say what a run is about**: `desired::target`, and
//!   `desired::repository::narrow`, where files, targets and shards meet.
//! - **an action**: a variant of `plan::document::Action`; matches over it have
//!   no `_`.
//! - **an offline rule**: one function under `desired/rules/`, and a bad file
//!   with its expected place under `tests/bad/`.
//! - **an endpoint**: its type in `api/wire.rs`, its path in `model/paths.rs`,
//!   a function of the client, a route of the sandbox.
//! - **something that is written into a person's file**: members and a path for
//!   `desired::edit`, which leaves every other byte as it is.
//! - **an output format**: one file in `report/`, and its arm in `cli::forms`.
//! - **a command that writes**: `cli::lock::connect` gives it the platform and
//!   the accounts to itself.
//!
//! # Glossary
//!
//! - **CSR**, customer service record: whose number it is and where, as the
//!   carrier has it on file.
//! - **E911**: emergency calls that carry a registered address. **PSAP**: the
//!   answering point they reach. **MSAG**: the guide of streets by which an
//!   address is valid there.
//! - **CNAM**: the caller ID name shown to the people called.
//! - **NPA**, **NXX**: area code and exchange of a number.
//! - **BTN**: billing telephone number, the main number of an account at the
//!   losing carrier. **CRD**: the date a customer asks a port for. **FOC**: the
//!   date the losing carrier commits to.

pub mod api;
pub mod apply;
pub mod bounded;
pub mod cli;
pub mod desired;
pub mod import;
pub mod live;
pub mod lock;
pub mod model;
pub mod plan;
pub mod report;
pub mod sandbox;
