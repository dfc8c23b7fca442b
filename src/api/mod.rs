//! The platform's HTTP API: the only way in, and the only way to change it.
//!
//! A call walks through these files in this order: `client` names the
//! operation and checks that the answer can be one; `transport` sends it, tells
//! what may be sent again from what may not, and reads refusals (`envelope`);
//! `session` keeps the token; `pace` holds the ceilings and the pauses that the
//! platform asks for; `retry` says how long to wait, on the clock that `timer`
//! stands for. What went wrong is an [`ApiError`].
//!
//! A [`ReadClient`] has no method that changes anything; a [`WriteClient`] is
//! made from one, by `apply` alone.

pub mod client;
mod connect;
pub mod credentials;
pub mod endpoint;
mod envelope;
pub mod error;
pub mod options;
mod pace;
mod retry;
mod session;
pub mod timer;
mod transport;
pub mod wire;

pub use client::{PAGE, ReadClient, StatusQuery, UserInfo, WriteClient};
pub use credentials::Credentials;
pub use endpoint::Endpoint;
pub use error::{ApiError, Call};
pub use options::{ClientOptions, Timeouts};
pub use retry::{RetryPolicy, Safety};
pub use timer::{SystemTimer, Timer};
pub use transport::Traffic;
