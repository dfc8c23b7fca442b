//! Ports over HTTP: rate centres, pre-validation, orders, and what is done to
//! an order afterwards.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::reads::number;
use super::{Platform, Request, Response};
use crate::model::{AccountId, PhoneNumber};
use crate::sandbox::body::{self, port as bodies};
use crate::sandbox::port::calendar::{self, Country};
use crate::sandbox::rules::port::{self, CarrierAction, PortCommand};
use crate::sandbox::rules::{Command, Refusal};
use crate::sandbox::view::{self, port as views};
use crate::sandbox::world::World;

/// Answers a reading below P about ports; `None` where the request is none.
pub fn reading(
    world: &World,
    request: &Request,
    segments: &[&str],
) -> Option<Result<Response, Refusal>> {
    Some(match (request.method.as_str(), segments) {
        // Searching reserves: that is no reading.
        ("GET", ["ratecenter", tn]) if *tn != "tnsearch" => rate_center(world, tn, false),
        ("GET", ["telephonenumber", tn, "availability"]) => rate_center(world, tn, true),
        ("GET", ["account", account, "port", id]) => one(world, account, id),
        _ => return None,
    })
}

/// Answers what else is below P and about ports; `None` where the request isn't.
pub fn answer(
    platform: &mut Platform,
    request: &Request,
    segments: &[&str],
    now: Timestamp,
) -> Option<Result<Response, Refusal>> {
    Some(match (request.method.as_str(), segments) {
        ("POST", ["account", "prevalidate"]) => prevalidate(&platform.world, request, now),
        ("PUT", ["account", account, "port", id]) => {
            update(platform, request, (account, id), true, now)
        }
        ("PATCH", ["account", account, "port", id]) => {
            update(platform, request, (account, id), false, now)
        }
        ("DELETE", ["account", account, "port", id, "cancelport"]) => {
            let command = PortCommand::Cancel {
                account: AccountId::new(*account),
                id: (*id).to_owned(),
            };
            execute(platform, request, command, now).map(|()| Response::empty(204))
        }
        ("PUT", ["account", account, "port", id, "triggerport"]) => {
            let status = platform.world.porting.rules.trigger_status;
            let command = PortCommand::Trigger {
                account: AccountId::new(*account),
                id: (*id).to_owned(),
            };
            execute(platform, request, command, now).map(|()| Response::empty(status))
        }
        _ => return None,
    })
}

fn execute(
    platform: &mut Platform,
    request: &Request,
    command: PortCommand,
    now: Timestamp,
) -> Result<(), Refusal> {
    platform
        .execute(&Command::Port(command), request.token.as_deref(), now)
        .map(|_| ())
}

fn rate_center(world: &World, tn: &str, every_carrier: bool) -> Result<Response, Refusal> {
    views::rate_center(world, number(tn)?, every_carrier)
        .map(|found| Response::json(200, &found))
        .ok_or_else(|| Refusal::missing("RateCenterNotFound").with("phoneNumber", tn))
}

fn one(world: &World, account: &str, id: &str) -> Result<Response, Refusal> {
    let (port, _) = port::found(world, &AccountId::new(account), id)?;
    Ok(Response::json(200, &views::port(world, id, port)))
}

fn update(
    platform: &mut Platform,
    request: &Request,
    (account, id): (&str, &str),
    whole: bool,
    now: Timestamp,
) -> Result<Response, Refusal> {
    // A port that isn't there is missed before its body is read.
    let (port, _) = port::found(&platform.world, &AccountId::new(account), id)?;
    let map = body::object(&request.body)?;
    body::same(&map, "id", id)?;
    body::same(&map, "accountId", account)?;
    same_numbers(&map, &port.numbers)?;
    let fragment = if whole {
        bodies::whole(&map)?
    } else {
        bodies::fragment(&map)?
    };
    let command = PortCommand::Update {
        account: AccountId::new(account),
        id: id.to_owned(),
        whole,
        fragment: Box::new(fragment),
    };
    execute(platform, request, command, now)?;
    one(&platform.world, account, id)
}

/// The numbers of a port are what they were when it was ordered.
fn same_numbers(map: &Map<String, Value>, numbers: &[PhoneNumber]) -> Result<(), Refusal> {
    let Some(said) = map.get("telephoneNumbers").filter(|said| !said.is_null()) else {
        return Ok(());
    };
    let mut said: Vec<&str> = said
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    said.sort_unstable();
    let mut known: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    known.sort_unstable();
    if said == known {
        Ok(())
    } else {
        Err(Refusal::bad("FieldNotEditable").with("field", "telephoneNumbers"))
    }
}

/// POST T with a `port`.
pub fn submit(
    platform: &mut Platform,
    request: &Request,
    account: &AccountId,
    map: &Map<String, Value>,
    now: Timestamp,
) -> Result<Response, Refusal> {
    let order = bodies::order(map, account.clone())?;
    let numbers: Vec<PhoneNumber> = order.numbers.iter().map(|ordered| ordered.number).collect();
    let (own, shown) = (order.csr.clone(), order.terms.csr.clone());
    execute(platform, request, PortCommand::Submit(Box::new(order)), now)?;
    let world = &platform.world;
    let mut echo = view::order_echo(world, account, map, &numbers);
    let id = numbers
        .first()
        .and_then(|number| world.numbers.get(number)?.port_id.clone())
        .unwrap_or_default();
    if let Some(port) = world.porting.ports.get(&*id) {
        let mut port = views::port(world, &id, port);
        if let Some(port) = port.as_object_mut() {
            // Only a GET says that there might be one.
            port.remove("wirelessAccountNumber");
        }
        echo["port"] = port;
    }
    if map.get("customerServiceRecord").is_none_or(Value::is_null) {
        echo["customerServiceRecord"] = json!(if own.is_empty() { &shown } else { &own });
    }
    Ok(Response::json(200, &echo))
}

/// Asks the carrier whether, and when, numbers can be ported. What can't be is
/// no error: the answer says so.
fn prevalidate(world: &World, request: &Request, now: Timestamp) -> Result<Response, Refusal> {
    let map = body::object(&request.body)?;
    let question = bodies::question(&map)?;
    let numbers: Vec<PhoneNumber> = question.numbers.iter().map(|asked| asked.number).collect();
    let range = port::portable(
        world,
        port::Purpose::Question(question.account.as_ref()),
        &numbers,
    );
    let rows: Vec<Value> = numbers
        .iter()
        .map(|number| {
            json!({
                "phoneNumber": number, "canAcceptSMS": false, "id": number,
                "tollFree": number.is_toll_free(),
            })
        })
        .collect();
    let mut asked = json!({
        "partitionId": world.partition.id,
        "port": {"billingTelephoneNumber": question.billing_number},
        "customerServiceRecord": question.csr,
        "directoryListing": {},
        "holdActivation": false,
        "telephoneNumbers": rows,
    });
    let id = views::availability_id(&format!("{now} {}", asked["telephoneNumbers"]));
    let answer = match range {
        Ok(range) => {
            asked["port"]["portingWireType"] = json!(range.wire_type());
            let days = calendar::days_on_offer(now, Country::parse(&range.country));
            let carrier = world.carrier(&range.carrier);
            let on_file = numbers
                .iter()
                .find_map(|number| world.porting.losing.get(number)?.csr.as_ref())
                .unwrap_or(&question.csr);
            json!({
                "id": id,
                "requestedActivation": asked,
                "serviceAvailable": true,
                "carrierType": carrier.and_then(|carrier| carrier.carrier_type.as_ref()),
                "earliestCRD": days.first(),
                "latestCRD": days.last(),
                "availabilityList": days,
                "resultCSRs": [on_file],
                "directoryListingAllowed":
                    carrier.is_none_or(|carrier| carrier.support_directory_listing != Some(false)),
                "lnp": true,
                "wirelessPort": range.wireless,
            })
        }
        Err(refusal) => {
            let number = refusal.data.get("phoneNumber").cloned();
            let number = number.as_ref().and_then(Value::as_str).unwrap_or_default();
            json!({
                "id": id,
                "requestedActivation": asked,
                "serviceAvailable": false,
                "availabilityList": [],
                "resultCSRs": [],
                "exception": refusal.token,
                "thirdPartyResultMessage": format!("{} {number}", refusal.token).trim_end(),
                "directoryListingAllowed": false,
                "lnp": false,
                "wirelessPort": false,
            })
        }
    };
    Ok(Response::json(200, &answer))
}

/// POST /sandbox/ports/{portId}: plays the carriers' part.
pub fn by_carrier(
    platform: &mut Platform,
    id: &str,
    does: CarrierAction,
    now: Timestamp,
) -> Result<Response, Refusal> {
    let command = PortCommand::Carrier {
        id: id.to_owned(),
        does,
    };
    platform.execute(&Command::Port(command), None, now)?;
    let port = platform
        .world
        .porting
        .ports
        .get(id)
        .ok_or_else(|| Refusal::missing("PortNotFound").with("portId", id))?;
    Ok(Response::json(200, &views::port(&platform.world, id, port)))
}

/// PINs in a dump of the world say only whether there is one.
pub fn hide_pins(porting: &mut Value) {
    let hide = |pin: &mut Value| {
        let given = pin.as_str().is_some_and(|pin| !pin.is_empty());
        *pin = json!(given);
    };
    for port in porting["ports"]
        .as_object_mut()
        .into_iter()
        .flat_map(|ports| ports.values_mut())
    {
        port.pointer_mut("/terms/pin").map(hide);
    }
    for file in porting["losing"]
        .as_object_mut()
        .into_iter()
        .flat_map(|files| files.values_mut())
    {
        file.get_mut("pin").map(hide);
    }
}
