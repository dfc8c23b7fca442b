//! The platform's HTTP API: the only way in, and the only way to change it.
//!
//! A call walks through these files in this order: `client` names the
//! operation and checks that the answer can be one; `transport` sends it and
//! tells what may be sent again from what may not; `answer` says what came back,
//! a refusal in the platform's own words (`envelope`) included, without the
//! secrets that it may quote (`masking`); `session` keeps the token; `pace` holds
//! the ceilings and the pauses that the platform asks for; `retry` says how long
//! to wait, on the clock that `timer` stands for. What went wrong is an [`ApiError`].
//!
//! A [`ReadClient`] has no method that changes anything; a [`WriteClient`] is
//! made from one, by `apply` alone. An [`InventoryClient`] is a client of its own
//! because even its search has a side effect: the commands by hand have it, and
//! nothing that makes a plan.

mod activity;
mod address;
mod answer;
pub mod client;
mod connect;
pub mod credentials;
pub mod endpoint;
mod envelope;
pub mod error;
mod har;
mod history;
mod inventory;
pub mod masking;
pub mod options;
mod outgoing;
mod pace;
mod query;
mod retry;
mod session;
pub mod timer;
mod transport;
pub mod wire;
mod write;

pub use address::Country;
pub use client::{ReadClient, UserInfo};
pub use credentials::Credentials;
pub use endpoint::Endpoint;
pub use error::{ApiError, Call};
pub use har::HttpLog;
pub use history::HISTORY_PAGE;
pub use inventory::{InventoryClient, MOST_FOUND, NumberSearch, Reserved, SearchBy, Unreserved};
pub use options::{ClientOptions, Timeouts};
pub use outgoing::Leave;
pub use query::{PAGE, StatusQuery};
pub use retry::{RetryPolicy, Safety};
pub use timer::{SystemTimer, Timer};
pub use transport::Traffic;
pub use write::{Manner, WriteClient};
