//! What the order of a port says of its numbers: the one address that answers
//! 911, a row for each, and what has to wait until they are active.

use serde_json::{Map, Value, json};

use crate::model::meaning::{self, is_place};
use crate::model::{DesiredPort, Field, Member, PhoneNumber, Record};

use super::super::activate::{address_fault, missing};
use super::super::overlay::{self, body, is_whole, lay, restricted};
use super::super::reference::{Pair, caller_id_fault, members, wanted};
use super::super::saying::Saying;
use super::order::{Draft, Numbers, PORTED, change};
use super::terms::alone;
use super::{Ported, Scene, names};

/// The one address that answers 911 from these numbers, where they agree on
/// one. Returned is the address that will.
pub(super) fn e911(
    port: &DesiredPort,
    numbers: &Numbers,
    own: &Record,
    shown: &Record,
    draft: &mut Draft,
) -> Record {
    let path = "e911Address";
    let of_csr = restricted(own, Member::in_e911);
    let mut addresses = Vec::new();
    let mut unsaid = false;
    for (_, number) in numbers {
        match &number.e911_address {
            Field::Value(declared) => {
                // As for an activation: a whole address stands for itself.
                let base = if is_whole(declared) {
                    Record::default()
                } else {
                    of_csr.clone()
                };
                let laid = lay(declared, &base, Member::in_e911);
                let fault = missing(PORTED, path, &laid.target, false)
                    .or_else(|| address_fault(path, declared, &laid));
                if let Some(fault) = fault
                    && !draft.faults.contains(&fault)
                {
                    draft.faults.push(fault);
                }
                addresses.push(Some(restricted(&laid.target, Member::in_e911)));
            }
            Field::Absent => {
                unsaid = true;
                addresses.push(None);
            }
            Field::Null => addresses.push(None),
        }
    }
    let first = addresses.first().cloned().flatten();
    if addresses.iter().any(|address| *address != first) {
        let own_ones: Vec<PhoneNumber> = numbers
            .iter()
            .zip(&addresses)
            .filter(|(_, address)| address.is_some())
            .map(|((number, _), _)| *number)
            .collect();
        draft.sayings.push(
            Saying::warning(format!(
                "one order carries one e911Address, and its numbers declare several: none is sent, so from completion on 911 calls from {} are answered with the customer service record's address until the next apply",
                names(&own_ones)
            ))
            .help("apply on the FOC date, as soon as the port has completed; or make a port for each address"),
        );
        return of_csr;
    }
    if let Some(address) = first {
        draft
            .body
            .insert(path.to_owned(), body(&address, None, Member::in_e911));
        draft.changes.extend(overlay::changes(
            path,
            &Record::default(),
            &address,
            Member::in_e911,
        ));
        return address;
    }
    if port.port.customer_service_record.value().is_some() && !meaning::same(own, shown, is_place) {
        draft.sayings.push(
            Saying::warning(
                "no e911Address, and the port's customerServiceRecord is at another place than the numbers': which of the two answers 911 is not published",
            )
            .help("write e911Address: the place where the phones are"),
        );
    } else if unsaid {
        draft.sayings.push(Saying::warning(
            "no e911Address: the customer service record's address will answer 911 calls",
        ));
    }
    of_csr
}

/// A row for each number, with the reference that it is to have.
pub(super) fn rows(scene: Scene, numbers: &Numbers, draft: &mut Draft) {
    let users = &scene.live.caller_ids;
    let mut rows = Vec::new();
    let mut pairs = Vec::new();
    for (number, declared) in numbers {
        let mut row = Map::new();
        row.insert("phoneNumber".to_owned(), json!(number));
        if matches!(declared.hold_activation, Field::Value(true)) {
            draft.faults.push(
                Saying::blocked(format!("a port can't be put on hold ({number})"))
                    .help("take holdActivation out"),
            );
        }
        let mut pair = Pair::None;
        if let Field::Value(reference) = &declared.reference {
            match wanted(reference, &Pair::None) {
                Err(saying) => draft.faults.push(saying),
                Ok(declared_pair) => {
                    if matches!(reference.assign_as_caller_id, Field::Value(true)) {
                        draft.faults.extend(caller_id_fault(&declared_pair, users));
                    }
                    pair = declared_pair;
                }
            }
        }
        if pair != Pair::None {
            row.extend(members(&pair, false));
        }
        pairs.push((number, pair));
        rows.push(Value::Object(row));
    }
    draft
        .body
        .insert("telephoneNumbers".to_owned(), Value::Array(rows));
    let same = pairs.windows(2).all(|two| match two {
        [(_, left), (_, right)] => left == right,
        _ => true,
    });
    for (number, pair) in pairs {
        if pair == Pair::None {
            continue;
        }
        if same {
            draft.changes.push(change("reference", pair.to_json()));
            break;
        }
        draft
            .changes
            .push(change(&format!("{number}.reference"), pair.to_json()));
    }
}

/// What the platform takes only once the numbers are active.
pub(super) fn later(numbers: &Numbers, own: &Record, e911_sent: bool, ported: &mut Ported) {
    for (number, declared) in numbers {
        let mut names = Vec::new();
        if let Field::Value(csr) = &declared.customer_service_record
            && !meaning::same(&alone(csr), own, Member::in_csr)
        {
            names.push("customerServiceRecord");
        }
        if matches!(declared.e911_address, Field::Value(_)) && !e911_sent {
            names.push("e911Address");
        }
        // The order itself brings PORTED, and nothing else (contract notes, D21).
        if !matches!(declared.directory_listing, Field::Absent) {
            names.push("directoryListing");
        }
        if let Field::Value(reference) = &declared.reference
            && matches!(reference.assign_as_caller_id, Field::Value(true))
        {
            names.push("reference.assignAsCallerId");
        }
        if !names.is_empty() {
            ported.say(
                *number,
                Saying::deferred(format!(
                    "{}: sent once the port completes",
                    names.join(", ")
                )),
            );
        }
    }
}
