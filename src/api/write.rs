//! The one way to change anything.

use serde_json::Value;

use super::answer::json;
use super::client::ReadClient;
use super::error::{ApiError, Call};
use super::outgoing::{Leave, Outgoing, RefusedToken};
use super::retry::Safety;
use crate::model::paths;

/// How a write is to be sent.
#[derive(Clone, Copy)]
pub struct Manner<'a> {
    pub safety: Safety,
    /// It met a refused token before, and was looked for since: another refusal
    /// is the platform's last word.
    pub renewed: bool,
    /// Asked when its turn has come, however long that took.
    pub leave: Option<&'a Leave>,
}

impl Manner<'_> {
    /// For the first time, and whatever happens meanwhile.
    pub const fn of(safety: Safety) -> Self {
        Self {
            safety,
            renewed: false,
            leave: None,
        }
    }
}

/// The client that can. It sends what it is told and nothing of its own.
#[derive(Clone, Debug)]
pub struct WriteClient {
    reader: ReadClient,
}

impl WriteClient {
    pub fn new(reader: ReadClient) -> Self {
        Self { reader }
    }

    pub fn reader(&self) -> &ReadClient {
        &self.reader
    }

    /// Sends a step's request exactly as the plan has it. `None` where the
    /// platform answers without a body.
    ///
    /// [`ApiError::Unclear`] means that it may or may not have taken effect, and
    /// [`ApiError::TokenRenewed`] that it should not have: in both cases read
    /// before it is sent again. Every other error means that it has not.
    pub async fn send(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
        manner: &Manner<'_>,
    ) -> Result<Option<Value>, ApiError> {
        let Manner {
            safety,
            renewed,
            leave,
        } = *manner;
        let call = Call::new(method, path);
        let inside = paths::partition(self.reader.partition_id().await?) + "/";
        if !matches!(method, "POST" | "PUT" | "PATCH" | "DELETE") || !path.starts_with(&inside) {
            return Err(ApiError::BadPath { call });
        }
        let outgoing = Outgoing {
            call,
            body,
            safety: match safety {
                // A write is a write, whatever it is called.
                Safety::Read | Safety::OnceOnly => Safety::OnceOnly,
                Safety::SafeWrite => Safety::SafeWrite,
            },
            refused: match renewed {
                false => RefusedToken::Tell,
                true => RefusedToken::GiveUp,
            },
            leave,
        };
        let decode = |body: &[u8]| {
            if body.iter().all(u8::is_ascii_whitespace) {
                Ok(None)
            } else {
                json(body).map(Some)
            }
        };
        self.reader.transport().perform(&outgoing, decode).await
    }
}
