//! The address that answers 911 calls.
//!
//! On the platform an absent E911 address *is* the customer service record's,
//! and a copy of that record may be shown in its place. So what counts is the
//! effective address, before and after, and a change of the record must never
//! carry 911 along unseen: an address that is declared is sent in the same
//! request, one that is not is warned about.

use serde_json::Value;

use crate::model::meaning::{self, is_echo, is_place};
use crate::model::record::Declared;
use crate::model::{E911Address, Field, LiveNumber, Member, Record};
use crate::plan::document::Change;

use super::csr::Csr;
use super::overlay::{
    self, ObjectChange, body, changes, is_whole, lay, restricted, stands, whole_value,
};
use super::saying::Saying;

pub(super) const PATH: &str = "e911Address";

/// What becomes of the address.
#[derive(Default)]
pub(super) struct E911 {
    pub change: Option<ObjectChange>,
    /// The effective address as it will be, where it is new: what to ask the provider about.
    pub ask: Option<Record>,
    /// A dispatcher would be sent elsewhere, or told otherwise, than now.
    pub moves: bool,
    /// Without an address of its own the number's 911 address follows the CSR.
    pub follows: bool,
    /// What is declared can't be sent.
    pub blocked: bool,
    pub sayings: Vec<Saying>,
}

/// Compares the effective address and prepares the object to be sent.
pub(super) fn e911(declared: &Field<E911Address>, live: &LiveNumber, csr: &Csr) -> E911 {
    match declared {
        Field::Absent => unmanaged(live, csr),
        Field::Null => as_csr(live, csr),
        Field::Value(declared) => {
            if csr.target.is_none()
                && let Some(stored) = stored(live)
                && stands(declared, stored, Member::in_e911)
            {
                return E911::default();
            }
            explicit(declared, live, csr)
        }
    }
}

fn stored(live: &LiveNumber) -> Option<&Record> {
    live.e911_address
        .as_ref()
        .filter(|record| !record.is_empty())
}

fn follows(live: &LiveNumber) -> bool {
    is_echo(
        live.e911_address.as_ref(),
        live.customer_service_record.as_ref(),
    )
}

/// The CSR's address as it will be.
fn csr_address(live: &LiveNumber, csr: &Csr) -> Record {
    csr.target
        .as_ref()
        .or(live.customer_service_record.as_ref())
        .map(|record| restricted(record, Member::in_e911))
        .unwrap_or_default()
}

fn moves_along() -> Saying {
    Saying::warning("911 moves along with the customer service record: the number has no E911 address of its own")
        .help("write e911Address to keep them apart")
}

fn unmanaged(live: &LiveNumber, csr: &Csr) -> E911 {
    if !csr.moves_place || !follows(live) {
        return E911::default();
    }
    E911 {
        ask: Some(csr_address(live, csr)),
        moves: true,
        follows: true,
        sayings: vec![moves_along()],
        ..E911::default()
    }
}

/// `e911Address: null`: the CSR's address answers.
fn as_csr(live: &LiveNumber, csr: &Csr) -> E911 {
    let Some(now) = stored(live) else {
        return E911 {
            ask: csr.moves_place.then(|| csr_address(live, csr)),
            moves: csr.moves_place,
            follows: true,
            ..E911::default()
        };
    };
    let follows = follows(live);
    // A copy may be a stored one: it must not stay behind when the record changes.
    if follows && !csr.moves_who {
        return E911 {
            follows,
            ..E911::default()
        };
    }
    let after = csr_address(live, csr);
    if after.get(Member::StreetName).is_empty() || after.get(Member::City).is_empty() {
        return E911 {
            follows,
            blocked: true,
            sayings: vec![
                Saying::blocked("e911Address: null would leave 911 without an address: the customer service record has none")
                    .help("write the customer service record's address, or an e911Address"),
            ],
            ..E911::default()
        };
    }
    let moves = !meaning::same(now, &after, is_place);
    E911 {
        change: Some(ObjectChange {
            value: Value::Null,
            changes: vec![Change {
                path: PATH.to_owned(),
                before: whole_value(Some(now), Member::in_e911),
                after: Value::Null,
                sensitive: false,
            }],
        }),
        ask: moves.then_some(after),
        moves: moves || !follows,
        follows,
        ..E911::default()
    }
}

fn explicit(declared: &E911Address, live: &LiveNumber, csr: &Csr) -> E911 {
    let follows = follows(live);
    let now = match stored(live) {
        Some(record) => record.clone(),
        None => csr_address(live, &Csr::default()),
    };
    // What is not declared stays as it is; for an address that follows the CSR
    // that means: as the CSR will be.
    let base = match (follows, &csr.target) {
        (true, Some(_)) => {
            let mut base = csr_address(live, csr);
            for (name, value) in now.extra() {
                base.set_extra(name, value.clone());
            }
            base
        }
        (true, None) | (false, _) => now.clone(),
    };
    let laid = lay(declared, &base, Member::in_e911);
    let changed = meaning::differences(&now, &laid.target, Member::in_e911);
    // Unchanged, but the record it follows moves away beneath it: said, lest it move along.
    let pinned = changed.is_empty() && follows && csr.moves_who;
    if changed.is_empty() && !pinned {
        return E911 {
            follows,
            ..E911::default()
        };
    }
    if let Some((reason, help)) = overlay::fault(PATH, declared, &laid) {
        return blocked(follows, reason, help);
    }
    if laid.target.get(Member::StreetName).is_empty() || laid.target.get(Member::City).is_empty() {
        return blocked(
            follows,
            "e911Address would have no street or city".to_owned(),
            "write the whole address: neither the platform nor the customer service record has one"
                .to_owned(),
        );
    }
    let moves_place = changed.iter().any(|member| is_place(*member));
    let mut sayings = Vec::new();
    if follows && csr.moves_place && !is_whole(declared) {
        sayings.push(moves_along());
    }
    let has_coordinates = !laid.target.get(Member::Latitude).is_empty()
        || !laid.target.get(Member::Longitude).is_empty();
    let silent = |member| declared.member(member).is_absent();
    if moves_place && has_coordinates && silent(Member::Latitude) && silent(Member::Longitude) {
        sayings.push(
            Saying::warning(format!(
                "the address changes, but its coordinates stay {}, {}: with coordinates the address is not sent to the PSAP",
                laid.target.get(Member::Latitude),
                laid.target.get(Member::Longitude)
            ))
            .help("write latitude and longitude of the new address, or null for both"),
        );
    }
    let changes = if pinned {
        vec![Change {
            path: PATH.to_owned(),
            before: whole_value(stored(live), Member::in_e911),
            after: whole_value(Some(&laid.target), Member::in_e911),
            sensitive: false,
        }]
    } else {
        changes(PATH, &now, &laid.target, Member::in_e911)
    };
    E911 {
        change: Some(ObjectChange {
            value: body(&laid.target, stored(live), Member::in_e911),
            changes,
        }),
        ask: (!pinned).then(|| restricted(&laid.target, Member::in_e911)),
        moves: !pinned,
        follows,
        blocked: false,
        sayings,
    }
}

fn blocked(follows: bool, reason: String, help: String) -> E911 {
    E911 {
        follows,
        blocked: true,
        sayings: vec![Saying::blocked(reason).help(help)],
        ..E911::default()
    }
}
