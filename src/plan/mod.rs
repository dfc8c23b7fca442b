//! The pure heart: what the files ask for, what the platform says, and the
//! difference as ordered steps and notes.
//!
//! Everything that decides is a value handed in: the two documents, the clock,
//! the answers to questions that only the platform can answer. So the same
//! inputs give the same plan, and a plan can be tested without a platform.
//!
//! An account is planned number by number ([`account()`]). `number` walks the
//! lifecycle table (design, section 3), with `absent` and `giving_up` for its
//! ends; `activate` and `update` write the
//! requests; `csr`, `e911`, `listing` and `reference` each compare one object
//! by meaning; `overlay` lays what is declared over what is there. [`assemble`]
//! joins the accounts, and [`lint`] states what must hold for every plan.
//!
//! `drift` says of a plan what an audit makes of it.
//!
//! Ports are decided before the numbers are (`port`), for one order stands for
//! several of them; `status` says what is in flight.
//!
//! What only the platform knows (whether the E911 provider takes an address) is
//! not asked here: it comes back as a [`Question`], and the account is planned
//! again with the answer in [`Checks`].

mod absent;
mod account;
mod activate;
mod assemble;
mod basis;
mod checks;
mod correction;
mod csr;
pub mod document;
mod door;
pub mod drift;
mod e911;
mod events;
mod giving_up;
mod guard;
mod language;
mod lint;
mod listing;
mod merge;
mod number;
pub mod origin;
mod overlay;
mod port;
mod reference;
mod registered;
mod saying;
mod seal;
mod status;
mod step;
mod update;
mod usages;

use std::collections::BTreeSet;

use crate::model::live::LivePartition;
use crate::model::porting::PortMemory;
use crate::model::{OnUnknown, PartitionId, PhoneNumber};
use jiff::Timestamp;

pub use account::{AccountPlan, Counts, account};
pub use assemble::{Header, assemble, assemble_share};
pub use basis::basis;
pub use checks::{Checks, Coverage, Offer, PortQuestion, Question, RateCenter, Verdict};
pub use correction::{as_yaml, instead_of};
pub use document::{
    Action, Attention, Author, Change, Covered, Drift, Expect, Finding, FindingKind, Ignored,
    Judged, Judgement, Merged, MergedPart, Note, NoteKind, Origin, Plan, PolicyFinding,
    PolicySeverity, PortFacts, Request, Secret, Source, StaleIgnore, StaleWhy, Step, TrippedGuard,
};
pub use guard::{Allow, Share, Touched};
pub use lint::lint;
pub use merge::{Part, Unmergeable, merge};
pub use port::{Deed, along, by_hand, may_change, tell_along};
pub use port::{not_portable, question as port_question, shown};
pub use registered::{Registered, registered};
pub use seal::seal;
pub use status::{FlightKind, InFlight, Moment, port_in_flight, status};

/// What holds for every account of a run.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    pub partition: &'a PartitionId,
    pub live: &'a LivePartition,
    /// The time of the run; dates in notes are counted from it.
    pub now: Timestamp,
    /// Whether new and changed E911 addresses are put to the provider first
    /// (`--no-verify` turns it off).
    pub verify: bool,
    /// What becomes of a new E911 address that the provider can't confirm.
    pub on_unknown: OnUnknown,
    /// The numbers to plan; `None` is all, those that no file declares included.
    pub only: Option<&'a BTreeSet<PhoneNumber>>,
    /// What earlier runs sent for ports.
    pub memory: &'a PortMemory,
    /// The user says that the secrets of ports have changed (`--resend-secrets`).
    pub resend_secrets: bool,
}
