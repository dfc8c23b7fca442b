//! Where calls go (D24 to D27).

use std::collections::HashMap;

use super::{Findings, Owner, Spot, text};
use crate::desired::merge::Merged;
use crate::model::{PhoneNumber, Reference, values};

/// Members by themselves.
pub fn members(spot: Spot<'_>, reference: &Reference, found: &mut Findings) {
    let kind = text(&reference.reference_type);
    found.one_of("D24", spot, "type", kind, values::REFERENCE_TYPES);
    if values::REFERENCE_TYPES.contains(&kind) && !values::REFERENCE_TYPES_OF_GUIDE.contains(&kind)
    {
        found.warn(
            "D25",
            spot,
            "type",
            format!("the platform lists {kind}, but its guide doesn't name it for numbers"),
            "it may be refused; END_USER, SIP_TRUNK and the like are safe",
        );
    }
}

/// The pair of type and id, and what caller ID needs (D24, D26).
pub fn whole(spot: Spot<'_>, reference: &Reference, found: &mut Findings) {
    let (kind, id) = (text(&reference.reference_type), text(&reference.id));
    if kind.is_empty() != id.is_empty() {
        let (there, missing) = if kind.is_empty() {
            ("id", "type")
        } else {
            ("type", "id")
        };
        found.error(
            "D24",
            spot,
            there,
            format!("the reference has its {there} and not its {missing}"),
            format!("add `{missing}`; `reference: null` sends calls nowhere"),
        );
    }
    if reference.assign_as_caller_id.value() == Some(&true) && kind != "END_USER" {
        found.error(
            "D26",
            spot,
            "assignAsCallerId",
            "only a user can show the number as caller ID",
            "write `type: END_USER` and the user's id, or take `assignAsCallerId` away",
        );
    }
}

/// The user whose caller ID a number is declared to be.
pub fn caller_id_of<'a>(merged: &'a Merged<'_>) -> Option<&'a str> {
    let reference = merged.reference.value()?;
    let user = text(&reference.id);
    let shows = reference.assign_as_caller_id.value() == Some(&true)
        && text(&reference.reference_type) == "END_USER"
        && !user.is_empty()
        && !merged.released;
    shows.then_some(user)
}

/// A user shows one number (D27).
pub fn caller_id(
    tn: PhoneNumber,
    merged: &Merged<'_>,
    shown: &mut HashMap<String, PhoneNumber>,
    found: &mut Findings,
) {
    let Some(user) = caller_id_of(merged) else {
        return;
    };
    match shown.get(user) {
        Some(other) => found.error(
            "D27",
            Spot::new(Owner::Number(tn), "reference"),
            "assignAsCallerId",
            format!("user {user} already shows {other} as caller ID"),
            "a user has one caller ID: take `assignAsCallerId` away at one of the two",
        ),
        None => {
            shown.insert(user.to_owned(), tn);
        }
    }
}
