//! The sandbox's own API, below /sandbox: its clock, its faults, and what it
//! has seen. It needs no token and is never hit by a fault.

use jiff::Timestamp;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Map, Value, json};

use super::{Platform, Request, Response, not_found};
use crate::sandbox::clock::ClockChange;
use crate::sandbox::rules::{Command, Refusal};
use crate::sandbox::switches::Switches;

pub fn answer(
    platform: &mut Platform,
    request: &Request,
    segments: &[&str],
    wall: Timestamp,
) -> Result<Response, Refusal> {
    match (request.method.as_str(), segments) {
        ("GET", ["clock"]) => Ok(clock(platform, wall)),
        ("POST", ["clock"]) => {
            let change: ClockChange = parse(&request.body)?;
            let changed = platform
                .world
                .clock
                .changed(&change, wall)
                .map_err(|reason| Refusal::bad("InvalidClock").with("reason", reason))?;
            let now = platform.world.clock.now(wall);
            platform.execute(&Command::SetClock { clock: changed }, None, now)?;
            crate::sandbox::rules::settle(&mut platform.world, changed.now(wall));
            Ok(clock(platform, wall))
        }
        ("GET", ["faults"]) => Ok(Response::json(200, &platform.faults().list())),
        ("POST", ["faults"]) => {
            let wish: Value = parse(&request.body)?;
            platform
                .faults()
                .add(wish)
                .map_err(|reason| Refusal::bad("InvalidFault").with("reason", reason))?;
            Ok(Response::json(200, &platform.faults().list()))
        }
        ("DELETE", ["faults"]) => {
            platform.faults().clear();
            Ok(Response::empty(204))
        }
        ("GET", ["switches"]) => Ok(Response::json(200, &platform.world.switches)),
        ("POST", ["switches"]) => {
            let switches = switched(platform, parse(&request.body)?)?;
            let now = platform.world.clock.now(wall);
            platform.execute(&Command::SetSwitches { switches }, None, now)?;
            Ok(Response::json(200, &switches))
        }
        ("GET", ["requests"]) => Ok(Response::json(200, &*platform.log())),
        ("DELETE", ["requests"]) => {
            platform.log().clear();
            Ok(Response::empty(204))
        }
        ("POST", ["ports", id]) => {
            let now = platform.world.clock.now(wall);
            super::ports::by_carrier(platform, id, parse(&request.body)?, now)
        }
        ("GET", ["state"]) => state(platform),
        ("GET", ["summary"]) => {
            let now = platform.world.clock.now(wall);
            super::summary::answer(platform, request, now)
        }
        _ => Err(not_found(request)),
    }
}

/// The switches with those set that a request names.
fn switched(platform: &Platform, wish: Map<String, Value>) -> Result<Switches, Refusal> {
    let mut all = serde_json::to_value(platform.world.switches).unwrap_or_default();
    for (name, value) in wish {
        all[name] = value;
    }
    serde_json::from_value(all)
        .map_err(|error| Refusal::bad("InvalidSwitches").with("reason", error.to_string()))
}

fn clock(platform: &Platform, wall: Timestamp) -> Response {
    let clock = platform.world.clock;
    Response::json(200, &json!({"now": clock.now(wall), "mode": clock.mode()}))
}

/// The whole world, but for what lets people in.
fn state(platform: &mut Platform) -> Result<Response, Refusal> {
    let failed = |error: serde_json::Error| {
        Refusal::new(500, "InternalError").with("reason", error.to_string())
    };
    let mut world = platform.world.without_index();
    // These may be a million, too many for a tree of values in between.
    let numbers = std::mem::take(&mut world.numbers);
    let events = std::mem::take(&mut world.events);
    let names: Vec<&str> = world
        .access
        .credentials
        .iter()
        .map(|known| known.username.as_str())
        .collect();
    let access = json!({
        "usernames": names,
        "tokens": world.access.tokens.len(),
    });
    let mut body = Vec::new();
    let mut json = serde_json::Serializer::new(&mut body);
    let mut map = json.serialize_map(None).map_err(failed)?;
    let members = serde_json::to_value(&world).map_err(failed)?;
    for (name, value) in members.as_object().into_iter().flatten() {
        match name.as_str() {
            "numbers" => map.serialize_entry(name, &numbers),
            "events" => map.serialize_entry(name, &events.values().collect::<Vec<_>>()),
            "access" => map.serialize_entry(name, &access),
            "porting" => {
                let mut porting = value.clone();
                super::ports::hide_pins(&mut porting);
                map.serialize_entry(name, &porting)
            }
            _ => map.serialize_entry(name, value),
        }
        .map_err(failed)?;
    }
    SerializeMap::end(map).map_err(failed)?;
    Ok(Response { status: 200, body })
}

fn parse<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(bytes)
        .map_err(|error| Refusal::bad("InvalidRequestBody").with("reason", error.to_string()))
}
