//! A number on an account: from the wire to what the planner compares.

use crate::api::{ReadClient, wire};
use crate::model::live::{LiveListing, LiveReference};
use crate::model::{AccountId, CarrierId, CarrierStatus, LiveNumber, PhoneNumber, PortId};

use super::LiveError;

/// One number as it is now; `None` where it is not on the account. For the look
/// before and after a write.
pub async fn number(
    client: &ReadClient,
    account: &AccountId,
    number: PhoneNumber,
) -> Result<Option<LiveNumber>, LiveError> {
    match client.number(account, number).await? {
        Some(found) => from_wire(account, found).map(Some),
        None => Ok(None),
    }
}

pub(super) fn from_wire(
    account: &AccountId,
    number: wire::TelephoneNumber,
) -> Result<LiveNumber, LiveError> {
    let wire::TelephoneNumber {
        phone_number,
        reference_type,
        reference_id,
        port_id,
        customer_service_record,
        carrier_status,
        e911_address,
        directory_listing,
        carrier_id,
        // Checked by the client to be the account that was asked.
        account_id: _,
        // The platform's own (contract notes, N9), or not managed.
        id: _,
        partition_id: _,
        order_version: _,
        function_type: _,
        toll_free: _,
        ring_type: _,
        can_accept_sms: _,
        operational_status: _,
        // Only an echo: the user's own setting is the truth.
        assign_as_caller_id: _,
    } = number;
    let parsed = phone_number.parse().map_err(|_| LiveError::NotANumber {
        account: account.clone(),
        found: crate::api::error::short(&phone_number, 40),
    })?;
    let some = |id: Option<Box<str>>| id.filter(|id| !id.is_empty());
    let (reference_type, reference_id) = (some(reference_type), some(reference_id));
    Ok(LiveNumber {
        number: parsed,
        status: CarrierStatus::parse(carrier_status.as_deref().unwrap_or_default()),
        carrier: some(carrier_id).map(CarrierId::new),
        port: some(port_id).map(PortId::new),
        customer_service_record,
        e911_address,
        directory_listing: directory_listing.map(|listing| {
            let wire::DirectoryListing {
                listed,
                listing_type,
                address,
            } = listing;
            LiveListing {
                listed: listed.unwrap_or(false),
                listing_type,
                address,
            }
        }),
        // Half a reference is still something that a declared one differs from.
        reference: (reference_type.is_some() || reference_id.is_some()).then(|| LiveReference {
            reference_type: reference_type.unwrap_or_default(),
            id: reference_id.unwrap_or_default(),
        }),
    })
}
