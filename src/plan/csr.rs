//! The customer service record of an active number.

use crate::model::live::CarrierAbilities;
use crate::model::meaning::{self, is_place, is_who_and_where};
use crate::model::{CustomerServiceRecord, Field, LiveNumber, Member, Record};

use super::overlay::{self, ObjectChange, body, changes, lay, stands};
use super::saying::Saying;

pub(super) const PATH: &str = "customerServiceRecord";

/// What becomes of the record. `target` is there exactly when it is sent.
#[derive(Default)]
pub(super) struct Csr {
    pub change: Option<ObjectChange>,
    /// The record as it will stand.
    pub target: Option<Record>,
    /// Its place changes: what follows it moves along.
    pub moves_place: bool,
    /// Its names or its place change.
    pub moves_who: bool,
    pub sayings: Vec<Saying>,
}

impl Csr {
    /// The record is left alone.
    pub fn kept(sayings: Vec<Saying>) -> Self {
        Self {
            sayings,
            ..Self::default()
        }
    }
}

/// Compares and, where it differs, prepares the record to be sent.
pub(super) fn csr(
    declared: &Field<CustomerServiceRecord>,
    live: &LiveNumber,
    carrier: Option<&CarrierAbilities>,
) -> Csr {
    let empty = Record::default();
    let base = live.customer_service_record.as_ref().unwrap_or(&empty);
    let declared = match declared {
        Field::Absent => return Csr::default(),
        Field::Null if base.is_empty() => return Csr::default(),
        Field::Null => {
            return Csr::kept(vec![
                Saying::blocked("customerServiceRecord: null would clear the record, and the platform needs one for every number")
                    .help("write the record, or take the line out to leave it as it is"),
            ]);
        }
        Field::Value(declared) => declared,
    };
    if stands(declared, base, Member::in_csr) {
        return Csr::default();
    }
    let mut sayings = Vec::new();
    let mut laid = lay(declared, base, Member::in_csr);
    let mut changed = meaning::differences(base, &laid.target, Member::in_csr);
    if let Some(carrier) = carrier
        && !carrier.cnam_change
        && changed.contains(&Member::CustomerName)
    {
        sayings.push(
            Saying::warning(format!(
                "carrier {} does not take a new caller ID name: customerName stays {:?}",
                carrier.name,
                base.get(Member::CustomerName)
            ))
            .help("ask the provider's support to change it, or take customerName out of the file"),
        );
        laid.target
            .set(Member::CustomerName, base.raw(Member::CustomerName));
        changed.retain(|member| *member != Member::CustomerName);
    }
    if changed.is_empty() {
        return Csr::kept(sayings);
    }
    if let Some(carrier) = carrier
        && !carrier.csr_update
    {
        let names: Vec<&str> = changed.iter().map(|member| member.name()).collect();
        sayings.push(
            Saying::warning(format!(
                "carrier {} does not take CSR changes: {} not sent",
                carrier.name,
                names.join(", ")
            ))
            .help("ask the provider's support to change the record"),
        );
        return Csr::kept(sayings);
    }
    if let Some((reason, help)) = overlay::fault(PATH, declared, &laid) {
        sayings.push(Saying::blocked(reason).help(help));
        return Csr::kept(sayings);
    }
    Csr {
        change: Some(ObjectChange {
            value: body(&laid.target, Some(base), Member::in_csr),
            changes: changes(PATH, base, &laid.target, Member::in_csr),
        }),
        moves_place: changed.iter().any(|member| is_place(*member)),
        moves_who: changed.iter().any(|member| is_who_and_where(*member)),
        target: Some(laid.target),
        sayings,
    }
}
