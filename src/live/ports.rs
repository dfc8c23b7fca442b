//! Ports as they are: the order and its event, two calls each, and only for
//! ports that are not done.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::{try_join, try_join_all};
use serde_json::Value;

use crate::api::{ReadClient, error, masking, wire};
use crate::model::meaning::date;
use crate::model::porting::{LivePort, PortLog, PortState, Reaction};
use crate::model::{AccountId, CarrierStatus, LiveNumber, PhoneNumber, PortId, Record};

use super::LiveError;
use super::dates::timestamp;

/// The event of a port (S:ServiceActivationEventX.serviceType).
const PORT_REQUEST: &str = "PORT_REQUEST";

/// A port; `None` where the account has no such.
pub async fn port(
    client: &ReadClient,
    account: &AccountId,
    id: &PortId,
) -> Result<Option<LivePort>, LiveError> {
    let (order, event) = try_join(
        client.port(account, id),
        client.event(account, id.as_str(), PORT_REQUEST),
    )
    .await?;
    Ok(match (order, event) {
        (Some(order), Some(event)) => Some(joined(id, &order, event)),
        // The order without its event, or the other way round: nothing to go by.
        (Some(_), None) | (None, Some(_)) | (None, None) => None,
    })
}

/// The ports of the listed numbers, as far as they are not done.
pub(super) async fn of_numbers(
    client: &ReadClient,
    account: &AccountId,
    numbers: &BTreeMap<PhoneNumber, LiveNumber>,
) -> Result<BTreeMap<PortId, LivePort>, LiveError> {
    let ids: BTreeSet<&PortId> = numbers
        .values()
        .filter(|number| is_in_port(&number.status))
        .filter_map(|number| number.port.as_ref())
        .collect();
    let found = try_join_all(ids.into_iter().map(|id| port(client, account, id))).await?;
    Ok(found
        .into_iter()
        .flatten()
        .map(|port| (port.id.clone(), port))
        .collect())
}

fn is_in_port(status: &CarrierStatus) -> bool {
    match status {
        CarrierStatus::PortPending
        | CarrierStatus::PortRejected
        | CarrierStatus::CancelPort
        | CarrierStatus::CancelPortExpedited
        | CarrierStatus::CancelPortComplete
        // Perhaps one of a port's: FOC_REMOVED, HOT_CUT_PORT …
        | CarrierStatus::Other(_) => true,
        CarrierStatus::Active
        | CarrierStatus::ActivationOnHold
        | CarrierStatus::ActivationPending
        | CarrierStatus::DeletePending
        | CarrierStatus::Deleted
        | CarrierStatus::Cooldown
        | CarrierStatus::Recovered
        | CarrierStatus::Inventory
        | CarrierStatus::InventoryClaimed => false,
    }
}

/// Order and event as one.
fn joined(id: &PortId, order: &Value, event: wire::ServiceActivationEvent) -> LivePort {
    let text = |name: &str| {
        let text = order.get(name).and_then(Value::as_str);
        text.filter(|text| !text.trim().is_empty())
    };
    let zone = text("focDateTimeZone");
    let day = |from_order: &str, from_event: &Option<Box<str>>| {
        let of_event = from_event.as_deref().and_then(|text| date::day(text, zone));
        let of_order = || text(from_order).and_then(|text| date::day(text, zone));
        of_event.or_else(of_order)
    };
    let moment = |text: &Option<Box<str>>| timestamp(text.as_deref()?);
    let mut numbers: Vec<PhoneNumber> = order
        .get("telephoneNumbers")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .chain(event.main_telephone_number.as_deref())
        .chain(event.sub_telephone_numbers.iter().map(String::as_str))
        .filter_map(|number| number.parse().ok())
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    let some = |text: Option<Box<str>>| text.filter(|text| !text.trim().is_empty());
    LivePort {
        id: id.clone(),
        state: PortState::parse(&event.activation_status_type),
        carrier_type: some(event.inbound_carrier_type.clone())
            .or_else(|| text("carrierType").map(Into::into)),
        order: some(event.parent_order_id.clone()),
        crd: day("crdDate", &event.crd_date),
        foc: day("focDate", &event.foc_date),
        created: moment(&event.created_date),
        updated: moment(&event.last_updated_date).or_else(|| moment(&event.created_date)),
        editable: event
            .editable_field_types
            .iter()
            .map(|name| name.as_str().into())
            .collect(),
        reaction: event.l3_reaction.as_deref().and_then(Reaction::parse),
        log: event
            .logs
            .into_iter()
            .map(|log| line(log, &numbers))
            .collect(),
        customer_service_record: order
            .get("customerServiceRecord")
            .and_then(|record| serde_json::from_value::<Record>(record.clone()).ok()),
        billing_telephone_number: text("billingTelephoneNumber").and_then(|tn| tn.parse().ok()),
        porting_wire_type: text("portingWireType").map(Into::into),
        porting_authorized_name: text("portingAuthorizedName").map(Into::into),
        telecom_settings: order
            .get("telecomSettings")
            .and_then(Value::as_object)
            .cloned(),
        numbers,
    }
}

fn line(log: wire::EventLog, numbers: &[PhoneNumber]) -> PortLog {
    let wire::EventLog {
        status,
        action_date,
        code,
        message,
        creation_date,
        // The provider's own ticket number.
        generated_ticket_id: _,
    } = log;
    let moment = |text: &Option<Box<str>>| timestamp(text.as_deref()?);
    let words = |text: Option<Box<str>>| -> Box<str> {
        let text = error::short(text.as_deref().unwrap_or_default(), 1000);
        masking::without_credentials(&text, numbers).into()
    };
    PortLog {
        status: status.unwrap_or_default(),
        at: moment(&action_date).or_else(|| moment(&creation_date)),
        code: words(code),
        message: words(message),
    }
}
