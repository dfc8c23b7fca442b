//! The address that the files alone would have registered for a number: what
//! can be asked about before anything is known of the platform.

use super::door::{self, Door};
use super::overlay::{is_whole, lay, restricted};
use crate::model::record::Declared;
use crate::model::{DesiredNumber, Field, Member, Record};

/// What the files say of where a number's 911 calls send help.
#[derive(Clone, Debug, PartialEq)]
pub enum Registered {
    /// A whole address, and the customer service record beside it.
    Address {
        address: Box<Record>,
        csr: Box<Record>,
        /// The files say that there is no unit to name.
        no_unit: bool,
    },
    /// Part of one at most: the rest is the platform's, and only a plan, which
    /// reads it, knows the whole.
    Elsewhere,
    /// The number is given up.
    Released,
}

/// The E911 address of a declaration: its own, or the customer service record's
/// where it has none. A language or a name that is declared alone goes with the
/// record's address, as for a number that is activated.
pub fn registered(desired: &DesiredNumber) -> Registered {
    let DesiredNumber {
        customer_service_record,
        e911_address,
        directory_listing: _, // printed in a book, of no use to a dispatcher
        reference: _,
        hold_activation: _, // its address is registered once it is active
        port: _,            // and once it is ported
        released,
        protected: _,
        source: _,
    } = desired;
    if *released {
        return Registered::Released;
    }
    let csr = match customer_service_record {
        Field::Value(declared) => laid(declared, &Record::default(), Member::in_csr),
        Field::Null | Field::Absent => Record::default(),
    };
    let base = restricted(&csr, Member::in_e911);
    let address = match e911_address {
        Field::Value(declared) if is_whole(declared) => {
            laid(declared, &Record::default(), Member::in_e911)
        }
        Field::Value(declared) => laid(declared, &base, Member::in_e911),
        Field::Null | Field::Absent => base,
    };
    if address.get(Member::StreetName).trim().is_empty() {
        return Registered::Elsewhere;
    }
    Registered::Address {
        address: Box::new(address),
        csr: Box::new(csr),
        no_unit: door::said(e911_address, customer_service_record) == Door::SaidToBeNone,
    }
}

fn laid<D: Declared>(declared: &D, base: &Record, scope: fn(Member) -> bool) -> Record {
    restricted(&lay(declared, base, scope).target, scope)
}
