//! The unit that a building of several tenants needs (47 CFR 9.3, dispatchable
//! location). Where there are several doors and the address names none, help
//! stands in front of the wrong one: such an address is not registered, unless
//! the file says that there is no unit to name.

use crate::model::meaning::{self, is_place};
use crate::model::record::Declared;
use crate::model::{CustomerServiceRecord, E911Address, Field, Member, Record};

use super::overlay::is_whole;
use super::saying::Saying;

/// Why an address may go without the unit that its building needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Door {
    /// Nothing says that it may.
    Unsaid,
    /// The file says that there is none.
    SaidToBeNone,
    /// The place answers 911 already: what is blocked would only keep the rest
    /// of the address from being mended.
    InForce,
}

impl Door {
    /// For an address that is to answer where `now` does.
    pub fn of_change(now: &Record, then: &Record, said: Door) -> Door {
        match said {
            Door::Unsaid if meaning::same(now, then, is_place) => Door::InForce,
            said => said,
        }
    }

    /// What is said where there is no unit and the building needs one.
    pub fn no_unit(self) -> Saying {
        let unnamed =
            "the building has several tenants, and its address for 911 calls names no unit";
        match self {
            Door::Unsaid => Saying::blocked(unnamed).help(format!(
                "{NAME_IT}: it is what a first responder looks for inside; or unit: null, where there is none to name"
            )),
            Door::InForce => Saying::warning(unnamed).help(format!(
                "{NAME_IT}: it is what a first responder looks for inside"
            )),
            Door::SaidToBeNone => Saying::warning(
                "the building has several tenants, and the file says that the address for 911 calls has no unit",
            ),
        }
    }
}

const NAME_IT: &str = "write secondaryLocationDescription and unit";

/// What a declaration says of the unit of the address that answers 911: of its
/// own, or of the record's where that one answers. `unit: null` is how a file
/// says that there is none, and so is a place within the building that has no
/// number (LOBBY, REAR: contract notes, D11); a member left out is nothing said.
pub(super) fn said(e911: &Field<E911Address>, csr: &Field<CustomerServiceRecord>) -> Door {
    let of_csr = || csr.value().map_or(Door::Unsaid, in_object);
    match e911 {
        Field::Absent | Field::Null => of_csr(),
        Field::Value(own) => match in_object(own) {
            Door::Unsaid if !is_whole(own) && own.member(Member::Unit).is_absent() => of_csr(),
            said => said,
        },
    }
}

fn in_object<D: Declared>(declared: &D) -> Door {
    let named = declared
        .member(Member::SecondaryLocationDescription)
        .value()
        .is_some_and(|text| !text.as_str().trim().is_empty());
    match declared.member(Member::Unit) {
        Field::Null => Door::SaidToBeNone,
        Field::Absent if named => Door::SaidToBeNone,
        Field::Absent | Field::Value(_) => Door::Unsaid,
    }
}
