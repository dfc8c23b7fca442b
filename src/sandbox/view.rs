//! The world as the platform shows it: with server defaults, ids, empty
//! strings for address members that nobody set, two ways of writing dates, and
//! an E911 address that is sometimes left out, sometimes null and sometimes a
//! copy of the customer service record's when a number has none of its own. A
//! client that takes any of this for a change is found out.
//!
//! Which noise a number makes depends on its digits alone.

pub mod port;

use jiff::Timestamp;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value, json};

use super::event::Event;
use super::ids::{derived, hash};
use super::msag;
use super::port::Reaction;
use super::rules::effective_e911;
use super::world::{Account, Number, Stock, User, World};
use crate::api::wire;
use crate::model::{AccountId, CarrierStatus, Member, PhoneNumber, Record, UserId};

/// S:TelephoneNumberAccountV2X.
pub struct NumberView<'a> {
    pub world: &'a World,
    pub number: PhoneNumber,
    pub state: &'a Number,
    /// `limitedData`: the quick, partial form.
    pub limited: bool,
}

impl Serialize for NumberView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Number {
            account,
            status,
            carrier,
            order_version: _,
            csr,
            e911,
            // Shown only by its own operation.
            correction: _,
            listing,
            reference,
            assign_as_caller_id,
            operational_status,
            port_id,
        } = self.state;
        let digits = self.number.to_string();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("phoneNumber", &digits)?;
        if let Some(reference) = reference {
            map.serialize_entry("referenceType", &reference.reference_type)?;
            map.serialize_entry("referenceId", &reference.id)?;
        }
        map.serialize_entry("functionType", function_type(self.number))?;
        map.serialize_entry("accountId", account)?;
        map.serialize_entry("partitionId", &self.world.partition.id)?;
        map.serialize_entry("carrierStatus", status.name())?;
        if let Some(port) = port_id {
            map.serialize_entry("portId", port)?;
        }
        if !self.limited {
            map.serialize_entry("canAcceptSMS", &false)?;
            if let Some(status) = operational_status {
                map.serialize_entry("operationalStatus", status)?;
            }
            let csr_view = AddressView {
                record: csr,
                shape: Shape::Csr {
                    needs_unit: msag::needs_unit(&self.world.addresses, csr),
                },
                id: &format!("csr {digits}"),
            };
            map.serialize_entry("customerServiceRecord", &csr_view)?;
            map.serialize_entry("orderVersion", &order_version(self.state))?;
            let address = AddressView {
                record: effective_e911(self.state),
                shape: Shape::E911,
                id: &format!("e911 {digits}"),
            };
            match (e911, Echo::of(self.number)) {
                (Some(_), _) | (None, Echo::CopyOfCsr) => {
                    map.serialize_entry("e911Address", &address)?;
                }
                (None, Echo::Null) => map.serialize_entry("e911Address", &())?,
                (None, Echo::Omitted) => {}
            }
            map.serialize_entry("directoryListing", listing)?;
            if *assign_as_caller_id {
                map.serialize_entry("assignAsCallerId", &true)?;
            }
            map.serialize_entry("carrierId", carrier)?;
        }
        map.serialize_entry("id", &digits)?;
        map.serialize_entry("tollFree", &self.number.is_toll_free())?;
        map.end()
    }
}

/// S:TelephoneNumberAccountV2X.orderVersion: another one after each write.
pub fn order_version(state: &Number) -> String {
    derived(&format!("order {}", state.order_version))
}

/// How an E911 address that a number doesn't have is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Echo {
    Omitted,
    Null,
    CopyOfCsr,
}

impl Echo {
    pub fn of(number: PhoneNumber) -> Self {
        match hash(&format!("echo {number}")) % 3 {
            0 => Echo::Omitted,
            1 => Echo::Null,
            _ => Echo::CopyOfCsr,
        }
    }
}

/// S:CustomerServiceRecordX or S:E911AddressX.
struct AddressView<'a> {
    record: &'a Record,
    shape: Shape,
    id: &'a str,
}

#[derive(Clone, Copy)]
enum Shape {
    Csr { needs_unit: bool },
    E911,
}

impl Serialize for AddressView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for member in Member::ALL {
            let text = self.record.get(member);
            let mine = match self.shape {
                Shape::Csr { .. } => member.in_csr(),
                Shape::E911 => member.in_e911(),
            };
            if !mine {
                continue;
            }
            if member.is_boolean() {
                map.serialize_entry(member.name(), &(text == "true"))?;
            } else if !text.is_empty() || member.is_location() {
                map.serialize_entry(member.name(), text)?;
            }
        }
        if let Shape::Csr { needs_unit } = self.shape {
            map.serialize_entry("id", &derived(self.id))?;
            map.serialize_entry("requiresUnitInfo", &needs_unit)?;
        }
        map.end()
    }
}

/// The body that answers an order: the order itself, with what the platform adds.
pub fn order_echo(
    world: &World,
    account: &AccountId,
    body: &Map<String, Value>,
    numbers: &[PhoneNumber],
) -> Value {
    let mut echo = body.clone();
    echo.insert("partitionId".into(), json!(world.partition.id));
    echo.insert("accountId".into(), json!(account));
    let numbers: Vec<Value> = numbers
        .iter()
        .map(|number| {
            let state = world.numbers.get(number);
            let reference = state.and_then(|state| state.reference.as_ref());
            let mut row = json!({
                "phoneNumber": number, "functionType": function_type(*number), "canAcceptSMS": false,
                "id": number, "tollFree": number.is_toll_free(),
            });
            if let Some(reference) = reference {
                row["referenceType"] = json!(reference.reference_type);
                row["referenceId"] = json!(reference.id);
            }
            if let Some(port) = state.and_then(|state| state.port_id.as_ref()) {
                row["portId"] = json!(port);
            }
            row
        })
        .collect();
    echo.insert("telephoneNumbers".into(), Value::Array(numbers));
    echo.entry("holdActivation").or_insert(json!(false));
    Value::Object(echo)
}

/// S:TelephoneNumberAccountBareX.functionType, as its area code says.
pub fn function_type(number: PhoneNumber) -> &'static str {
    if number.is_toll_free() {
        "TollFree"
    } else {
        "ELS"
    }
}

/// S:TelephoneNumberViewX.
pub fn inventory(world: &World, number: PhoneNumber) -> wire::TelephoneNumberView {
    let digits = number.to_string();
    let range = world.range_of(number);
    let others = world.porting.range_of(number).map(|(_, range)| range);
    // Shown on an account to the end, but free for a new order.
    let on_account = world
        .numbers
        .get(&number)
        .filter(|state| state.status != CarrierStatus::CancelPortComplete);
    let stock = world.stock.get(&number);
    let carrier = on_account
        .map(|state| &state.carrier)
        .or(range.map(|range| &range.carrier));
    let boxed = |text: &str| -> Option<Box<str>> { Some(text.into()) };
    wire::TelephoneNumberView {
        partition_id: boxed(&world.partition.id),
        rate_center: range
            .map(|range| &range.rate_center)
            .or(others.map(|range| &range.rate_center))
            .and_then(|name| boxed(name)),
        rate_center_reorder_name: range
            .map(|range| &range.rate_center)
            .or(others.map(|range| &range.rate_center))
            .and_then(|name| boxed(name)),
        state: range
            .map(|range| &range.state)
            .or(others.map(|range| &range.state))
            .and_then(|name| boxed(name)),
        country: range
            .map(|range| &range.country)
            .or(others.map(|range| &range.country))
            .and_then(|name| boxed(name)),
        prefix: digits.get(..7).and_then(boxed),
        account_id: on_account.and_then(|state| boxed(state.account.as_str())),
        carrier_id: carrier.and_then(|carrier| boxed(carrier.as_str())),
        cooldown_expire_date: match stock {
            Some(Stock::Cooldown { until }) => boxed(&date(*until, &digits)),
            Some(Stock::Recovered { .. } | Stock::Returned) | None => None,
        },
        cooldown_recovered_date: match stock {
            Some(Stock::Recovered { at }) => boxed(&date(*at, &digits)),
            Some(Stock::Cooldown { .. } | Stock::Returned) | None => None,
        },
        function_type: boxed(function_type(number)),
        distance: None,
        matches_zip: None,
        byotn: Some(false),
        is_in_inventory: Some(world.is_free(number)),
        operational_status: None,
        port: Some(on_account.is_some_and(|state| state.port_id.is_some())),
        id: boxed(&digits),
        phone_number: digits,
    }
}

/// S:ServiceActivationEventX.
pub fn event(world: &World, event: &Event) -> wire::ServiceActivationEvent {
    let Event {
        id,
        kind,
        reference,
        account,
        number,
        status,
        created,
        updated,
        order: _,
        revision: _,
        stuck: _,
        foc_date,
        crd_date,
        logs,
    } = event;
    let port = port::of_event(world, event);
    let csr = match port {
        Some(port) => Some(&port.terms.csr),
        None => world.numbers.get(number).map(|state| &*state.csr),
    };
    let named = |member: Member| {
        csr.map(|csr| csr.get(member))
            .filter(|text| !text.is_empty())
            .map(Into::into)
    };
    let carrier = port
        .map(|port| &port.carrier)
        .or_else(|| world.numbers.get(number).map(|state| &state.carrier))
        .or_else(|| world.range_of(*number).map(|range| &range.carrier))
        .and_then(|id| world.carrier(id))
        .and_then(|carrier| carrier.carrier_type.as_deref());
    let is_port = *reference != number.to_string();
    let day = |at: &Timestamp| Box::<str>::from(date(*at, reference));
    wire::ServiceActivationEvent {
        id: id.clone(),
        partition_id: Some(world.partition.id.as_str().into()),
        account_id: Some(account.as_str().into()),
        service_type: kind.name().to_owned(),
        reference_type: Some(if is_port { "PORT" } else { "TELEPHONE" }.into()),
        reference_id: Some(reference.as_str().into()),
        activation_status_type: status.name().to_owned(),
        created_date: Some(day(created)),
        last_updated_date: Some(day(updated)),
        foc_date: foc_date.as_ref().map(day),
        crd_date: crd_date.as_ref().map(day),
        main_telephone_number: Some(number.to_string().into()),
        sub_telephone_numbers: port.map_or_else(
            || vec![number.to_string()],
            |port| port.numbers.iter().map(ToString::to_string).collect(),
        ),
        first_name: named(Member::FirstName),
        last_name: named(Member::LastName),
        company_name: named(Member::BusinessName),
        l3_reaction: port.map(|port| port.reaction.unwrap_or(Reaction::Ignore).name().into()),
        parent_order_id: port.and_then(|port| port.parent_order.as_deref().map(Into::into)),
        editable_field_types: port.map_or_else(Vec::new, |port| {
            let fields = super::port::editable(*status, port.reaction);
            fields.iter().map(|name| (*name).to_owned()).collect()
        }),
        inbound_carrier_type: carrier.map(Into::into),
        logs: logs
            .iter()
            .map(|line| wire::EventLog {
                status: Some(line.status.name().into()),
                action_date: Some(day(&line.at)),
                code: Some(line.code.as_str().into()),
                message: Some(line.message.as_str().into()),
                creation_date: Some(day(&line.at)),
                generated_ticket_id: port.and_then(|port| port::ticket(port, line)),
            })
            .collect(),
    }
}

/// S:Account, its required members.
pub fn account(world: &World, id: &AccountId, account: &Account) -> Value {
    json!({
        "id": id,
        "partitionId": world.partition.id,
        "accountNumber": account.account_number,
        "accountName": account.name,
        "billingCycleDay": 1,
        "status": "ACTIVE",
        "timeZone": account.time_zone,
        "accountType": "ADVANCED",
        "platformType": "CPE2",
        "inboundRatePlanProductId": derived("inbound rate plan"),
        "extensionLength": 3,
        "dialingBehaviorType": "TEN_DIGIT",
        "regulatoryType": "COMMERCIAL",
        "endUserCount": account.users.len(),
    })
}

/// S:EndUserV2X.
pub fn user(world: &World, account_id: &AccountId, id: &UserId, user: &User) -> wire::EndUser {
    let time_zone = world
        .accounts
        .get(account_id)
        .map_or("US/Mountain", |account| account.time_zone.as_str());
    wire::EndUser {
        id: id.to_string(),
        username: Some(user.username.clone()),
        first_name: Some(user.first_name.clone()),
        last_name: Some(user.last_name.clone()),
        account_id: Some(account_id.to_string()),
        partition_id: Some(world.partition.id.clone()),
        time_zone: time_zone.to_owned(),
        extension: Some(user.extension.clone()),
        // The schema has no configuration without its number.
        caller_id_config: user
            .caller_id
            .clone()
            .filter(|config| config.caller_id_number.is_some()),
    }
}

/// A date as the platform writes it: with milliseconds, and with Z or +00:00.
pub fn date(at: Timestamp, chooser: &str) -> String {
    let zone = if hash(chooser).is_multiple_of(4) {
        "+00:00"
    } else {
        "Z"
    };
    format!("{}{zone}", at.strftime("%Y-%m-%dT%H:%M:%S.%3f"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_in_both_forms_and_read_back() {
        let at: Timestamp = "2026-11-23T17:00:00.25Z".parse().expect("an instant");
        let written: Vec<String> = (0..40).map(|n| date(at, &n.to_string())).collect();
        assert!(
            written
                .iter()
                .any(|text| text == "2026-11-23T17:00:00.250Z")
        );
        assert!(
            written
                .iter()
                .any(|text| text == "2026-11-23T17:00:00.250+00:00")
        );
        assert!(
            written
                .iter()
                .all(|text| text.parse().is_ok_and(|read: Timestamp| read == at))
        );
    }

    #[test]
    fn every_kind_of_echo_occurs() {
        let kinds: Vec<Echo> = (18015550100_u64..18015550140)
            .filter_map(PhoneNumber::from_u64)
            .map(Echo::of)
            .collect();
        for kind in [Echo::Omitted, Echo::Null, Echo::CopyOfCsr] {
            assert!(kinds.contains(&kind), "{kind:?}");
        }
    }
}
