//! What holds for the whole partition, in two calls.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::api::{ReadClient, wire};
use crate::model::CarrierId;
use crate::model::live::{CarrierAbilities, LivePartition};

use super::LiveError;

/// The partition's defaults and its carriers' abilities, for a run at this time.
pub async fn partition(client: &ReadClient, now: Timestamp) -> Result<LivePartition, LiveError> {
    let (defaults, carriers) =
        futures_util::future::try_join(client.partition(), client.inbound_carriers()).await?;
    let wire::Partition {
        id: _,
        name: _,
        status: _,
        country: _,
        tn_delete_cooldown_days,
        default_directory_listing_type,
        // Judged by the user's own caller ID, which is read.
        auto_assign_caller_id: _,
    } = defaults;
    Ok(LivePartition {
        default_listing_type: default_directory_listing_type,
        cooldown_days: tn_delete_cooldown_days,
        now,
        carriers: carriers
            .into_iter()
            .map(abilities)
            .collect::<BTreeMap<_, _>>(),
    })
}

/// What a carrier does not deny, it is taken to be able to do: the platform
/// still refuses what it can't.
fn abilities(carrier: wire::InboundCarrier) -> (CarrierId, CarrierAbilities) {
    let wire::InboundCarrier {
        id,
        name,
        carrier_type,
        supports_csr_update,
        support_cnam_change,
        support_directory_listing,
        support_porting,
    } = carrier;
    let name = name.or(carrier_type).unwrap_or_else(|| id.clone());
    let abilities = CarrierAbilities {
        name,
        csr_update: supports_csr_update.unwrap_or(true),
        cnam_change: support_cnam_change.unwrap_or(true),
        directory_listing: support_directory_listing.unwrap_or(true),
        porting: support_porting.unwrap_or(true),
    };
    (CarrierId::new(id), abilities)
}
