//! Service activation events: one that is known, and the paged search for many.
//! The providers' words in them may quote what they were sent.

use super::answer::json;
use super::client::{ReadClient, about};
use super::error::ApiError;
use super::query::{StatusQuery, status_path};
use super::wire;
use crate::model::{AccountId, paths};

impl ReadClient {
    /// What a carrier or E911 provider is doing about a number or port (A19).
    pub async fn event(
        &self,
        account: &AccountId,
        reference: &str,
        service_type: &str,
    ) -> Result<Option<wire::ServiceActivationEvent>, ApiError> {
        let path = paths::event(self.partition_id().await?, account, reference, service_type);
        let read = self.find(path, |body| {
            let found: wire::ServiceActivationEvent = json(body)?;
            if found.id.is_empty() || found.activation_status_type.is_empty() {
                return Err("it is an event without id or status".into());
            }
            about("event type", service_type, &found.service_type)?;
            Ok(found)
        });
        let mut found: Option<wire::ServiceActivationEvent> = read.await?;
        self.without_secrets(found.as_mut_slice()).await?;
        Ok(found)
    }

    /// Providers may quote what they were sent.
    async fn without_secrets(
        &self,
        events: &mut [wire::ServiceActivationEvent],
    ) -> Result<(), ApiError> {
        if events.iter().all(|event| event.logs.is_empty()) {
            return Ok(());
        }
        let secrets = self.transport().all_secrets().await?;
        for log in events.iter_mut().flat_map(|event| &mut event.logs) {
            for words in log.message.iter_mut().chain(&mut log.code) {
                *words = secrets.remove_from(words).into();
            }
        }
        Ok(())
    }

    /// A page of events (A21), the results from `first` on.
    pub async fn status_search(
        &self,
        query: &StatusQuery,
        first: u64,
    ) -> Result<wire::EventPage, ApiError> {
        let path = status_path(self.partition_id().await?, query, first);
        let read = self.get(path, |body| {
            let page: wire::EventPage = json(body)?;
            let complete = |event: &wire::ServiceActivationEvent| {
                !event.id.is_empty()
                    && !event.service_type.is_empty()
                    && !event.activation_status_type.is_empty()
            };
            if !page.results.iter().all(complete) {
                return Err("it lists an event without id, type or status".into());
            }
            Ok(page)
        });
        let mut page: wire::EventPage = read.await?;
        self.without_secrets(&mut page.results).await?;
        Ok(page)
    }
}
