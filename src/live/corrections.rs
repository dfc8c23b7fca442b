//! Corrections of E911 addresses: what the provider would have instead, and
//! what became of it.
//!
//! A provider that rejects an address may offer another one for it. The offer
//! is read for the few numbers whose last E911 event is a rejection (contract
//! notes, A28). Once it is accepted the offer is gone and the number's own
//! event history is all that remembers it: its events, searched by number, and
//! the logs in them, for the platform may keep one event for all changes of an
//! address or one for each.

use std::collections::BTreeMap;

use futures_util::future::try_join_all;

use crate::api::{ApiError, ReadClient, StatusQuery};
use crate::model::live::EventKind;
use crate::model::{
    AccountId, CarrierStatus, CorrectionPast, LiveEvent, LiveNumber, PhoneNumber, Record,
};

use super::LiveError;
use super::dates::timestamp;
use super::events::search;

/// S:ServiceActivationEventX.serviceType of a change of an E911 address.
const E911_ADDRESS: &str = "NINE_ONE_ONE_ADDRESS";
/// S:ServiceActivationEventX.activationStatusType of an accepted correction.
const CORRECTED: &str = "CORRECTED_COMPLETED";

/// The correction on offer for a number; `None` where there is none.
pub async fn correction(
    client: &ReadClient,
    account: &AccountId,
    number: PhoneNumber,
) -> Result<Option<Record>, LiveError> {
    Ok(client.e911_correction(account, number).await?)
}

/// The corrections on offer for the active numbers whose address was rejected.
pub(super) async fn of_numbers(
    client: &ReadClient,
    account: &AccountId,
    numbers: &BTreeMap<PhoneNumber, LiveNumber>,
    events: &BTreeMap<PhoneNumber, Vec<LiveEvent>>,
) -> Result<BTreeMap<PhoneNumber, Record>, LiveError> {
    let rejected = events.iter().filter(|(number, events)| {
        numbers
            .get(number)
            .is_some_and(|live| live.status == CarrierStatus::Active)
            && events
                .iter()
                .any(|event| event.kind == EventKind::E911Address && event.is_rejected())
    });
    let offers = try_join_all(rejected.map(async |(number, _)| {
        let offer = match client.e911_correction(account, *number).await {
            // An offer that we may not see is none that could be decided about;
            // that the address stands rejected is known without it.
            Err(ApiError::Refused { .. }) => None,
            answer => answer?,
        };
        Ok::<_, LiveError>((*number, offer))
    }))
    .await?;
    Ok(offers
        .into_iter()
        .filter_map(|(number, offer)| Some((number, offer?)))
        .collect())
}

/// Whether the last change of a number's E911 address stands rejected (A19).
pub async fn e911_is_rejected(
    client: &ReadClient,
    account: &AccountId,
    number: PhoneNumber,
) -> Result<bool, LiveError> {
    let event = client
        .event(account, &number.to_string(), E911_ADDRESS)
        .await?;
    Ok(event.is_some_and(|event| event.activation_status_type == "REJECTED"))
}

/// Whether a correction of a number's address was ever accepted (A21).
pub async fn correction_past(
    client: &ReadClient,
    account: &AccountId,
    number: PhoneNumber,
) -> Result<CorrectionPast, LiveError> {
    let query = StatusQuery {
        account: Some(account.clone()),
        number: Some(number),
        event_types: vec![E911_ADDRESS],
        statuses: Vec::new(),
    };
    let events = search(client, &query).await?;
    let of_address = || {
        events
            .iter()
            .filter(|event| event.service_type == E911_ADDRESS)
    };
    let last = of_address().max_by_key(|event| {
        let date = event.last_updated_date.as_ref();
        timestamp(date.or(event.created_date.as_ref())?)
    });
    let ever = of_address().any(|event| {
        event.activation_status_type == CORRECTED
            || event
                .logs
                .iter()
                .any(|log| log.status.as_deref() == Some(CORRECTED))
    });
    Ok(match last {
        Some(event) if event.activation_status_type == CORRECTED => CorrectionPast::LastWord,
        Some(_) | None if ever => CorrectionPast::Earlier,
        Some(_) | None => CorrectionPast::Never,
    })
}
