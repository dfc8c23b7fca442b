//! The number itself: whether it can exist, and whether what is said of it goes
//! together (D1, D2, D4, D15, D28, D43).

use super::{Findings, Owner, Spot, npa, text};
use crate::desired::file::{AccountFile, NumberEntry};
use crate::desired::merge::Merged;
use crate::model::{Field, PhoneNumber, values};

pub fn number(tn: PhoneNumber, entry: &NumberEntry, merged: &Merged<'_>, found: &mut Findings) {
    let spot = Spot::new(Owner::Number(tn), "");
    if let Some(fault) = tn.nanp_fault() {
        found.error(
            "D1",
            spot,
            "",
            format!("{tn} can't be a telephone number: {fault}"),
            "check the digits",
        );
        return;
    }
    if merged.released {
        released(spot, entry, merged, found);
        return;
    }
    if merged.port.is_some() && merged.hold_activation.value() == Some(&true) {
        found.error(
            "D28",
            spot,
            "holdActivation",
            "a number that is ported in can't be activated on hold",
            "take `holdActivation` away, or `port`",
        );
    }
    if tn.is_toll_free() {
        toll_free(spot, tn, merged, found);
    }
    country(spot, tn, merged, found);
}

/// `state: released` beside what asks for the opposite (D43).
fn released(spot: Spot<'_>, entry: &NumberEntry, merged: &Merged<'_>, found: &mut Findings) {
    if entry.hold_activation.value() == Some(&true) {
        found.error(
            "D43",
            spot,
            "holdActivation",
            "the number is to be released and to be activated on hold",
            "keep either `state: released` or `holdActivation: true`",
        );
    }
    if merged.protected {
        found.warn(
            "D43",
            spot,
            "state",
            "the number is protected: it will not be released",
            "write `protected: false` beside `state: released` if it is to go",
        );
    }
}

/// Toll-free numbers take no standard port and have no place (D4).
fn toll_free(spot: Spot<'_>, tn: PhoneNumber, merged: &Merged<'_>, found: &mut Findings) {
    if merged.port.is_some() {
        found.error(
            "D4",
            spot,
            "port",
            format!("{tn} is toll-free: it can't be ported with a standard port"),
            "ask the platform's support for a toll-free port",
        );
    }
    if matches!(*merged.e911_address, Field::Value(_)) {
        found.error(
            "D4",
            spot,
            "e911Address",
            format!("{tn} is toll-free: 911 can't be reached from it"),
            "write `e911Address` at the number that the person calls from",
        );
    }
}

/// The area code lies in the country of the CSR (D15).
fn country(spot: Spot<'_>, tn: PhoneNumber, merged: &Merged<'_>, found: &mut Findings) {
    let Some(csr) = merged.customer_service_record.value() else {
        return;
    };
    let declared = match text(&csr.country) {
        "" => values::country_of_state(text(&csr.state)),
        country => Some(country),
    };
    let (Some(declared), Some(served)) = (declared, npa::country(tn.npa())) else {
        return;
    };
    if values::COUNTRIES.contains(&declared) && declared != served {
        found.warn(
            "D15",
            spot,
            "",
            format!(
                "area code {} is in {served}, the customer service record says {declared}",
                tn.npa()
            ),
            "check the number and the address",
        );
    }
}

/// Numbers that look like nobody's (D2): told once a document, at the first.
pub fn fictitious(document: &AccountFile, found: &mut Findings) {
    let of = |test: fn(PhoneNumber) -> bool| -> Vec<PhoneNumber> {
        let numbers = document.numbers.iter().map(|(tn, _)| *tn);
        numbers
            .filter(|tn| tn.nanp_fault().is_none() && test(*tn))
            .collect()
    };
    let mut tell = |numbers: Vec<PhoneNumber>, what: &str| {
        let Some((first, more)) = numbers.split_first() else {
            return;
        };
        let and = match more.len() {
            0 => String::new(),
            count => format!(" (and {count} more of this document)"),
        };
        found.warn(
            "D2",
            Spot::new(Owner::Number(*first), ""),
            "",
            format!("{first}{and}: {what}"),
            "check the digits: the platform has no such number to give (only the sandbox does)",
        );
    };
    tell(
        of(|tn| npa::reserved(tn.npa())),
        "no customer has a number with this area code",
    );
    tell(
        of(|tn| tn.nxx() == 555 && !npa::reserved(tn.npa())),
        "exchange 555 is kept for directory assistance and films",
    );
}
