//! How a client is set up.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::credentials::Credentials;
use super::endpoint::Endpoint;
use super::har::HttpLog;
use super::retry::RetryPolicy;
use super::timer::{SystemTimer, Timer};
use crate::model::{PartitionId, Redactor};

/// Everything that a client needs to know.
#[derive(Clone)]
pub struct ClientOptions {
    pub base: Endpoint,
    pub credentials: Credentials,
    /// The partition; without it, the one that the login names.
    pub partition: Option<PartitionId>,
    /// Requests in flight at most; at least one.
    pub concurrency: usize,
    /// A ceiling on requests a second.
    pub requests_per_second: Option<f64>,
    pub timeouts: Timeouts,
    /// The largest answer that is read, in bytes once unpacked. A listing has
    /// about two kilobytes a number.
    pub most_bytes: usize,
    /// Certificates (PEM) to trust beside the system's.
    pub ca_file: Option<PathBuf>,
    pub user_agent: String,
    pub retry: RetryPolicy,
    /// Where jitter starts: the same seed, the same waits.
    pub jitter_seed: u64,
    pub timer: Arc<dyn Timer>,
    /// Where every request and answer is written down.
    pub http_log: Option<Arc<HttpLog>>,
    /// Learns names and addresses from the answers, and keeps the platform's
    /// words out of errors, for they may quote them.
    pub redactor: Option<Arc<Redactor>>,
}

impl ClientOptions {
    /// The usual: 8 in flight, no ceiling, the system's clock.
    pub fn new(base: Endpoint, credentials: Credentials) -> Self {
        Self {
            base,
            credentials,
            partition: None,
            concurrency: 8,
            requests_per_second: None,
            timeouts: Timeouts::default(),
            most_bytes: 512 * 1024 * 1024,
            ca_file: None,
            user_agent: concat!("alz/", env!("CARGO_PKG_VERSION")).into(),
            retry: RetryPolicy::default(),
            jitter_seed: 0,
            timer: Arc::new(SystemTimer),
            http_log: None,
            redactor: None,
        }
    }
}

impl fmt::Debug for ClientOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientOptions")
            .field("base", &self.base)
            .field("credentials", &self.credentials)
            .field("partition", &self.partition)
            .field("concurrency", &self.concurrency)
            .field("requests_per_second", &self.requests_per_second)
            .field("timeouts", &self.timeouts)
            .field("most_bytes", &self.most_bytes)
            .field("ca_file", &self.ca_file)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

/// How long a single try may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// To be connected, TLS included.
    pub connect: Duration,
    /// Between two pieces of an answer.
    pub silence: Duration,
    /// From the first byte sent to the last received.
    pub whole: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            silence: Duration::from_secs(30),
            whole: Duration::from_secs(120),
        }
    }
}
