//! Ports and rate centres as the platform shows them: secrets blank, and a
//! requested date in one form here and in another on the event (N7).

use serde_json::{Map, Value, json};

use super::{AddressView, Shape, date};
use crate::model::PhoneNumber;
use crate::sandbox::event::{Event, EventKind, EventStatus, Log};
use crate::sandbox::geo;
use crate::sandbox::ids::{derived, hash};
use crate::sandbox::msag;
use crate::sandbox::port::calendar::{self, FOC_DATE_TIME_ZONE};
use crate::sandbox::port::{Port, PortRange, Terms};
use crate::sandbox::world::World;

/// S:RateCenterX.inboundCarrierType: the published list is shorter than the
/// others', and a carrier outside it isn't named here.
const CARRIERS_OF_RATE_CENTERS: &[&str] = &[
    "LEVEL_3",
    "NO_API",
    "E911",
    "TELUS",
    "TELUS_API",
    "TELUS_ONEVOICE",
    "PROVTEL",
    "VERIZON_CARIANZA",
    "ONVOY_CARIANZA",
    "LEVEL3_CARIANZA",
    "BANDWIDTH",
    "LUMEN_IMS",
];

/// The port that an event is about.
pub fn of_event<'a>(world: &'a World, event: &Event) -> Option<&'a Port> {
    match event.kind {
        EventKind::PortRequest => world.porting.ports.get(&event.reference),
        EventKind::Activation
        | EventKind::Byotn
        | EventKind::CsrChange
        | EventKind::Disconnect
        | EventKind::DynamicReservation
        | EventKind::E911Address
        | EventKind::ServiceProvider => None,
    }
}

/// The ticket that the guide's example shows once the carrier has the order.
pub fn ticket(port: &Port, line: &Log) -> Option<Box<str>> {
    let with_carrier = line.status != EventStatus::Pending;
    let order = port.parent_order.as_deref().filter(|_| with_carrier)?;
    Some(format!("ALZREST.{}", hash(order) % 100_000).into())
}

/// S:PortX.
pub fn port(world: &World, id: &str, port: &Port) -> Value {
    let Port {
        account,
        numbers,
        status,
        carrier,
        terms,
        foc,
        created,
        completed,
        cancelled,
        // The event's, and the carriers'.
        submitted: _,
        parent_order: _,
        reaction: _,
        triggered: _,
        focs_removed: _,
    } = port;
    let Terms {
        csr,
        billing_number,
        crd,
        wire_type,
        authorized_name,
        // Secrets: never shown.
        wireless_account: _,
        pin: _,
        telecom,
    } = terms;
    let mut map = Map::new();
    let mut say = |name: &str, value: Value| {
        map.insert(name.to_owned(), value);
    };
    say("id", json!(id));
    say("partitionId", json!(world.partition.id));
    say("accountId", json!(account));
    say("telephoneNumbers", json!(numbers));
    say("status", json!(status.name()));
    say("sendLoa", json!(false));
    say("loaSaved", json!(false));
    say("carrierId", json!(carrier));
    if let Some(carrier_type) = world.carrier(carrier).and_then(|c| c.carrier_type.as_ref()) {
        say("carrierType", json!(carrier_type));
    }
    let view = AddressView {
        record: csr,
        shape: Shape::Csr {
            needs_unit: msag::needs_unit(&world.addresses, csr),
        },
        id: &format!("port csr {id}"),
    };
    say("customerServiceRecord", json!(view));
    // A day, written as midnight in London.
    say("crdDate", json!(format!("{crd}T00:00:00.000Z")));
    say("billingTelephoneNumber", json!(billing_number));
    say("portingWireType", json!(wire_type));
    if !authorized_name.is_empty() {
        say("portingAuthorizedName", json!(authorized_name));
    }
    say("wirelessAccountNumber", json!(""));
    if let Some(settings) = telecom {
        say("telecomSettings", json!(settings));
    }
    if let Some(foc) = foc {
        say("focDate", json!(date(calendar::midnight(*foc), id)));
        say("focDateTimeZone", json!(FOC_DATE_TIME_ZONE));
    }
    say("createdDate", json!(date(*created, id)));
    if let Some(completed) = completed {
        say("completedDate", json!(date(*completed, id)));
    }
    if let Some(cancelled) = cancelled {
        say("cancelType", json!(cancelled));
    }
    Value::Object(map)
}

/// S:RateCenterX, or with every carrier S:TelephoneNumberAvailabilityX: a
/// number's rate centre, whoever serves it.
pub fn rate_center(world: &World, number: PhoneNumber, every_carrier: bool) -> Option<Value> {
    let digits = number.to_string();
    let in_stock = world.range_of(number);
    let range = match in_stock {
        Some(block) => PortRange {
            rate_center: block.rate_center.clone(),
            state: block.state.clone(),
            country: block.country.clone(),
            wireless: false,
            portable: true,
            service_available: true,
            carrier: block.carrier.clone(),
        },
        None => world.porting.range_of(number)?.1.clone(),
    };
    let PortRange {
        rate_center,
        state,
        country,
        wireless,
        portable,
        service_available,
        carrier,
    } = range;
    let zips = geo::place(&world.places, &rate_center, &state)
        .map_or(&[][..], |place| place.postal_codes.as_slice());
    let mut answer = json!({
        "prefix": digits.get(1..7),
        "reorderName": rate_center,
        "originalReorderName": rate_center,
        "name": rate_center,
        "abbrName": rate_center.chars().take(10).collect::<String>(),
        "msa": format!("{rate_center}, {state}"),
        "zips": zips,
        "wireless": wireless,
        "state": state,
        "country": country,
        "portable": portable,
        "serviceAvailable": service_available,
    });
    let carrier_type = world.carrier(&carrier).and_then(|c| c.carrier_type.clone());
    if let Some(name) = carrier_type
        .filter(|name| every_carrier || CARRIERS_OF_RATE_CENTERS.contains(&name.as_str()))
    {
        answer["inboundCarrierType"] = json!(name);
    }
    Some(answer)
}

/// S:PortAvailabilityResponseV2X.id looks otherwise than the platform's ids.
pub fn availability_id(text: &str) -> String {
    format!("{:016x}{:016x}", hash(text), hash(&derived(text)))
}
