//! The activation of a number that is not on the account: one POST a number, so
//! that a failure stays its own (contract notes, E19).

use serde_json::{Map, Value, json};

use crate::model::record::Declared;
use crate::model::values::LISTING_TYPES;
use crate::model::{DesiredNumber, DirectoryListing, Field, Member, PhoneNumber, Record};
use crate::plan::Context;
use crate::plan::checks::{Checks, NewAddress};
use crate::plan::document::Change;

use super::door;
use super::e911::not_sent_to_the_psap;
use super::overlay::{body, changes, fault, is_whole, lay, restricted};
use super::reference::{CallerIds, Pair, caller_id_fault, members, wanted};
use super::saying::Saying;
use super::update::{Opinion, opinion};

/// An activation ready to be sent.
pub(super) struct Activation {
    pub body: Value,
    pub changes: Vec<Change>,
    /// The PATCH that makes the number its user's caller ID, once it is there (decision 5).
    pub caller_id: Option<Map<String, Value>>,
    pub sayings: Vec<Saying>,
    pub question: Option<NewAddress>,
}

/// Prepares the activation, or says all that stands in its way.
pub(super) fn activation(
    number: PhoneNumber,
    desired: &DesiredNumber,
    users: &CallerIds,
    context: &Context,
    checks: &Checks,
) -> Result<Activation, Vec<Saying>> {
    let empty = Record::default();
    let mut faults = Vec::new();
    let mut sayings = Vec::new();
    let mut all_changes = Vec::new();
    let mut request = Map::new();

    let csr = match &desired.customer_service_record {
        Field::Value(declared) => {
            let laid = lay(declared, &empty, Member::in_csr);
            faults.extend(missing(
                ACTIVATED,
                "customerServiceRecord",
                &laid.target,
                true,
            ));
            faults.extend(address_fault("customerServiceRecord", declared, &laid));
            laid.target
        }
        Field::Absent | Field::Null => {
            faults.extend(missing(ACTIVATED, "customerServiceRecord", &empty, true));
            Record::default()
        }
    };
    request.insert(
        "customerServiceRecord".to_owned(),
        body(&csr, None, Member::in_csr),
    );
    all_changes.extend(changes("customerServiceRecord", &empty, &csr, |_| true));

    let ask = match &desired.e911_address {
        Field::Value(declared) => {
            // What the address leaves out is the CSR's, which it stands in for.
            // There is nothing live to keep. A whole address stands for itself;
            // one that only adds to it (a language) is the CSR's with that added.
            let base = if is_whole(declared) {
                Record::default()
            } else {
                restricted(&csr, Member::in_e911)
            };
            let laid = lay(declared, &base, Member::in_e911);
            faults.extend(missing(ACTIVATED, "e911Address", &laid.target, false));
            faults.extend(address_fault("e911Address", declared, &laid));
            request.insert(
                "e911Address".to_owned(),
                body(&laid.target, None, Member::in_e911),
            );
            all_changes.extend(changes("e911Address", &empty, &laid.target, |_| true));
            if !laid.target.get(Member::Latitude).is_empty() {
                sayings.push(not_sent_to_the_psap());
            }
            Some(restricted(&laid.target, Member::in_e911))
        }
        // 911 can't be reached from it (contract notes, D4).
        Field::Absent | Field::Null if number.is_toll_free() => None,
        Field::Absent => {
            sayings.push(Saying::warning(
                "no e911Address: the customer service record's address will answer 911 calls",
            ));
            Some(restricted(&csr, Member::in_e911))
        }
        Field::Null => Some(restricted(&csr, Member::in_e911)),
    };

    match listing(&desired.directory_listing, &csr, context) {
        Ok((value, changes)) => {
            request.insert("directoryListing".to_owned(), value);
            all_changes.extend(changes);
        }
        Err(saying) => faults.push(saying),
    }

    let mut row = Map::new();
    row.insert("phoneNumber".to_owned(), json!(number));
    let mut caller_id = None;
    if let Field::Value(declared) = &desired.reference {
        match wanted(declared, &Pair::None) {
            Err(saying) => faults.push(saying),
            Ok(pair) => {
                let assign = matches!(declared.assign_as_caller_id, Field::Value(true));
                if assign {
                    faults.extend(caller_id_fault(&pair, users));
                    caller_id = Some(members(&pair, true));
                }
                if pair != Pair::None {
                    row.extend(members(&pair, false));
                    all_changes.push(change("reference", pair.to_json()));
                }
            }
        }
    }
    request.insert(
        "telephoneNumbers".to_owned(),
        Value::Array(vec![Value::Object(row)]),
    );
    if matches!(desired.hold_activation, Field::Value(true)) {
        request.insert("holdActivation".to_owned(), Value::Bool(true));
        all_changes.push(change("holdActivation", Value::Bool(true)));
    }

    if !faults.is_empty() {
        return Err(faults);
    }
    let mut question = None;
    let door = door::said(&desired.e911_address, &desired.customer_service_record);
    match opinion(ask.as_ref(), door, context, checks) {
        Opinion::Fine(saying) => sayings.extend(saying),
        Opinion::Refused(saying) => return Err(vec![saying]),
        Opinion::Unasked(address) => {
            let csr = Box::new(csr);
            question = Some(NewAddress { address, csr });
        }
    }
    Ok(Activation {
        body: Value::Object(request),
        changes: all_changes,
        caller_id,
        sayings,
        question,
    })
}

fn change(path: &str, after: Value) -> Change {
    Change {
        path: path.to_owned(),
        before: Value::Null,
        after,
        sensitive: false,
        origin: None,
    }
}

pub(super) fn address_fault<D: Declared>(
    path: &str,
    declared: &D,
    laid: &super::overlay::Laid,
) -> Option<Saying> {
    // What is merely missing is named by `missing`, all members in one note.
    let complete = [Member::StreetName, Member::City, Member::State]
        .into_iter()
        .all(|member| !laid.target.get(member).trim().is_empty());
    let (reason, help) = complete.then(|| fault(path, declared, laid)).flatten()?;
    Some(Saying::blocked(reason).help(help))
}

/// What can't be done without the members that are missing.
pub(super) const ACTIVATED: &str = "can't be activated";

/// What an activation or a port can't do without (contract notes, D5, D6, D9).
pub(super) fn missing(what: &str, path: &str, record: &Record, names: bool) -> Option<Saying> {
    let mut wanted = Vec::new();
    if names {
        wanted.push(Member::CustomerType);
        match record.get(Member::CustomerType) {
            "RESIDENTIAL" => wanted.extend([Member::FirstName, Member::LastName]),
            "BUSINESS" => wanted.push(Member::BusinessName),
            _ => {}
        }
    }
    wanted.extend([
        Member::StreetNumber,
        Member::StreetName,
        Member::City,
        Member::State,
        Member::PostalCode,
    ]);
    let missing: Vec<&str> = wanted
        .into_iter()
        .filter(|member| record.get(*member).trim().is_empty())
        .map(Member::name)
        .collect();
    (!missing.is_empty()).then(|| {
        let names = missing.join(", ");
        Saying::blocked(format!("{what}: {path} lacks {names}")).help(format!(
            "write {names} in {path}, of the number or under defaults"
        ))
    })
}

/// The listing as it is sent: always with a type (contract notes, E18).
fn listing(
    declared: &Field<DirectoryListing>,
    csr: &Record,
    context: &Context,
) -> Result<(Value, Vec<Change>), Saying> {
    let nothing = DirectoryListing::default();
    let declared = match declared {
        Field::Absent | Field::Null => &nothing,
        Field::Value(declared) => declared,
    };
    let listing_type = match &declared.listing_type {
        Field::Value(text) => text.as_str(),
        Field::Absent | Field::Null => context.live.default_listing_type.as_deref().unwrap_or(""),
    };
    if !LISTING_TYPES.contains(&listing_type) {
        let reason = if listing_type.is_empty() {
            "can't be activated: directoryListing.type is not written, and the partition has no default".to_owned()
        } else {
            format!("can't be activated: directoryListing.type {listing_type} can't be sent")
        };
        return Err(Saying::blocked(reason).help(format!(
            "write directoryListing.type: one of {}",
            LISTING_TYPES.join(", ")
        )));
    }
    let mut value = Map::new();
    let mut all = Vec::new();
    if let Field::Value(listed) = declared.listed {
        value.insert("listed".to_owned(), Value::Bool(listed));
        all.push(change("directoryListing.listed", Value::Bool(listed)));
    }
    value.insert("type".to_owned(), json!(listing_type));
    all.push(change("directoryListing.type", json!(listing_type)));
    if let Field::Value(address) = &declared.address {
        let laid = lay(
            address,
            &restricted(csr, Member::in_listing),
            Member::in_listing,
        );
        if let Some(saying) = address_fault("directoryListing.address", address, &laid) {
            return Err(saying);
        }
        all.extend(changes(
            "directoryListing.address",
            &Record::default(),
            &laid.target,
            |_| true,
        ));
        value.insert(
            "address".to_owned(),
            body(&laid.target, None, Member::in_listing),
        );
    }
    Ok((Value::Object(value), all))
}
