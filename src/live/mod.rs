//! What the platform says now, reduced to what a decision needs.
//!
//! Everything is read before anything is decided, with as few calls as that
//! takes: two for the partition, paged searches for the events that are open or
//! rejected, one listing an account, and a look-up only for what a file
//! declares and the listing lacks. What contradicts itself is refused: an empty
//! listing must never look like an account from which all numbers are gone.

mod account;
mod cooldown;
mod corrections;
pub mod dates;
mod error;
mod events;
mod history;
mod inventory;
mod number;
mod partition;
mod ports;

pub use account::{Wanted, account};
pub use cooldown::{Cooling, cooling};
pub use corrections::{correction, correction_past, e911_is_rejected};
pub use error::LiveError;
pub use events::{Events, Scope, events, under_way};
pub use history::history;
pub use inventory::inventory;
pub use number::number;
pub use partition::partition;
pub use ports::port;
