//! The one way to change anything.

use serde_json::Value;

use super::answer::json;
use super::client::ReadClient;
use super::error::{ApiError, Call};
use super::retry::Safety;
use super::transport::Outgoing;
use crate::model::paths;

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
    /// [`ApiError::Unclear`] means that it may or may not have taken effect;
    /// every other error means that it has not.
    pub async fn send(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
        safety: Safety,
    ) -> Result<Option<Value>, ApiError> {
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
