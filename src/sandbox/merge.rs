//! A PATCH that merges deep: what it doesn't say of an object is taken from
//! the number, before the object is read as strictly as any.

use serde_json::{Map, Value};

use super::world::Number;
use crate::api::wire;

/// The PATCH body with its objects completed from the number.
pub fn deepened(said: &Map<String, Value>, number: &Number) -> Map<String, Value> {
    let listing = wire::DirectoryListing {
        listed: Some(number.listing.listed),
        listing_type: Some(number.listing.listing_type.as_ref().into()),
        address: number.listing.address.as_deref().cloned(),
    };
    let mut body = said.clone();
    for (name, live) in [
        ("customerServiceRecord", object(&*number.csr)),
        ("e911Address", object(&number.e911.as_deref().cloned())),
        ("directoryListing", object(&listing)),
    ] {
        if let Some(Value::Object(said)) = said.get(name) {
            let said = match (name, said.get("address")) {
                // The guide's form of an E911 address (E4).
                ("e911Address", Some(Value::Object(nested))) => nested,
                _ => said,
            };
            let merged = over(said, live);
            body.insert(name.to_owned(), Value::Object(merged));
        }
    }
    body
}

fn object(value: &impl serde::Serialize) -> Map<String, Value> {
    match serde_json::to_value(value) {
        Ok(Value::Object(map)) => map,
        Ok(_) | Err(_) => Map::new(),
    }
}

fn over(said: &Map<String, Value>, mut live: Map<String, Value>) -> Map<String, Value> {
    for (name, value) in said {
        match (value, live.get_mut(name)) {
            (Value::Object(said), Some(Value::Object(under))) => {
                *under = over(said, std::mem::take(under));
            }
            (value, _) => {
                live.insert(name.clone(), value.clone());
            }
        }
    }
    live
}
