//! The directory listing of an active number (S:DirectoryListingX).

use serde_json::{Value, json};

use crate::model::live::{CarrierAbilities, LiveListing, LivePartition};
use crate::model::meaning::{self, is_who_and_where};
use crate::model::values::LISTING_TYPES;
use crate::model::{DirectoryListing, Field, LiveNumber, Member, Record};
use crate::plan::document::Change;

use super::csr::Csr;
use super::overlay::{self, ObjectChange, body, changes, lay, restricted, whole_value};
use super::saying::Saying;

/// Compares and, where it differs, prepares the listing to be sent whole.
pub(super) fn listing(
    declared: &Field<DirectoryListing>,
    live: &LiveNumber,
    csr: &Csr,
    carrier: Option<&CarrierAbilities>,
    partition: &LivePartition,
) -> (Option<ObjectChange>, Vec<Saying>) {
    // null asks for what a number has that nobody said anything about.
    let default = DirectoryListing {
        listed: Field::Null,
        listing_type: Field::Null,
        address: Field::Null,
    };
    let declared = match declared {
        Field::Absent => return (None, Vec::new()),
        Field::Null => &default,
        Field::Value(declared) => declared,
    };
    let nothing = LiveListing::default();
    let now = live.directory_listing.as_ref().unwrap_or(&nothing);
    let default_type = partition.default_listing_type.as_deref().unwrap_or("");
    let type_now = now.listing_type.as_deref().unwrap_or(default_type);
    let type_then = match &declared.listing_type {
        Field::Absent => type_now,
        Field::Null => default_type,
        Field::Value(text) => text.as_str(),
    };
    let listed_then = match declared.listed {
        Field::Absent => now.listed,
        Field::Null => false,
        Field::Value(listed) => listed,
    };
    let mut different = Vec::new();
    if listed_then != now.listed {
        different.push(change("listed", json!(now.listed), json!(listed_then)));
    }
    if type_then != type_now {
        let before = now
            .listing_type
            .as_deref()
            .map_or(Value::Null, |t| json!(t));
        different.push(change("type", before, json!(type_then)));
    }
    let address = match address(declared, now, live, csr) {
        Ok(address) => address,
        Err((reason, help)) => return (None, vec![Saying::blocked(reason).help(help)]),
    };
    different.extend(address.changes);
    if different.is_empty() {
        return (None, Vec::new());
    }
    if let Some(carrier) = carrier
        && !carrier.directory_listing
    {
        let saying = Saying::warning(format!(
            "carrier {} does not take directory listings: directoryListing not sent",
            carrier.name
        ));
        return (None, vec![saying]);
    }
    if !LISTING_TYPES.contains(&type_then) {
        let reason = if type_then.is_empty() {
            "directoryListing has no type, and the partition has no default".to_owned()
        } else {
            format!(
                "directoryListing.type {type_then} is set by the platform alone and can't be sent"
            )
        };
        let help = format!(
            "write directoryListing.type: one of {}",
            LISTING_TYPES.join(", ")
        );
        return (None, vec![Saying::blocked(reason).help(help)]);
    }
    let value = json!({ "listed": listed_then, "type": type_then, "address": address.value });
    (
        Some(ObjectChange {
            value,
            changes: different,
        }),
        Vec::new(),
    )
}

fn change(member: &str, before: Value, after: Value) -> Change {
    Change {
        path: format!("directoryListing.{member}"),
        before,
        after,
        sensitive: false,
        origin: None,
    }
}

/// The address as it will be sent (null: the CSR's) with its changes.
fn address(
    declared: &DirectoryListing,
    now: &LiveListing,
    live: &LiveNumber,
    csr: &Csr,
) -> Result<ObjectChange, (String, String)> {
    let stored = now.address.as_ref().filter(|record| !record.is_empty());
    let empty = Record::default();
    let live_csr = live.customer_service_record.as_ref().unwrap_or(&empty);
    let echo = stored.is_none_or(|record| meaning::same(record, live_csr, is_who_and_where));
    let whole = |value: Value, changes: Vec<Change>| ObjectChange { value, changes };
    let declared = match &declared.address {
        Field::Absent => {
            let value = match stored {
                Some(record) if !echo => body(record, None, Member::in_listing),
                Some(_) | None => Value::Null,
            };
            return Ok(whole(value, Vec::new()));
        }
        Field::Null => {
            // A stored copy must not stay behind when the record changes.
            let changes = if !echo || (stored.is_some() && csr.moves_who) {
                let before = whole_value(stored, Member::in_listing);
                vec![change("address", before, Value::Null)]
            } else {
                Vec::new()
            };
            return Ok(whole(Value::Null, changes));
        }
        Field::Value(declared) => declared,
    };
    let before = match stored {
        Some(record) => record.clone(),
        None => restricted(live_csr, Member::in_listing),
    };
    let base = match &csr.target {
        Some(target) if echo => restricted(target, Member::in_listing),
        Some(_) | None => before.clone(),
    };
    let laid = lay(declared, &base, Member::in_listing);
    let mut different = changes(
        "directoryListing.address",
        &before,
        &laid.target,
        Member::in_listing,
    );
    if different.is_empty() && echo && csr.moves_who {
        different.push(change(
            "address",
            whole_value(stored, Member::in_listing),
            whole_value(Some(&laid.target), Member::in_listing),
        ));
    }
    if !different.is_empty()
        && let Some(fault) = overlay::fault("directoryListing.address", declared, &laid)
    {
        return Err(fault);
    }
    Ok(whole(
        body(&laid.target, stored, Member::in_listing),
        different,
    ))
}
