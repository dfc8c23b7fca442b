//! What the carriers think of a port order: the one that wins the numbers
//! looks at its form and date, the one that loses them at its own files.

use super::{calendar, country, range_of};
use crate::model::{Member, Record};
use crate::sandbox::port::calendar::Country;
use crate::sandbox::port::{Behaviour, LosingCarrier, Port, Reaction};
use crate::sandbox::world::World;

/// Why an order is rejected, as the event's log says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    pub code: String,
    pub message: String,
    pub reaction: Reaction,
}

impl Objection {
    fn new(code: &str, message: impl Into<String>, reaction: Reaction) -> Option<Self> {
        Some(Self {
            code: code.to_owned(),
            message: message.into(),
            reaction,
        })
    }
}

/// What the losing carrier has on file of the first of a port's numbers that
/// it has anything of: it decides how the carrier behaves.
pub fn losing<'a>(world: &'a World, port: &Port) -> Option<&'a LosingCarrier> {
    port.numbers
        .iter()
        .find_map(|number| world.porting.losing.get(number))
}

/// The winning carrier's look at an order.
pub fn of_winner(world: &World, port: &Port) -> Option<Objection> {
    let terms = &port.terms;
    let country = country(world, port);
    let offered = port
        .submitted
        .is_none_or(|at| calendar::days_on_offer(at, country).contains(&terms.crd));
    if !offered {
        let message = format!("Requested date {} is not available", terms.crd);
        return Objection::new("CRD:NOT_AVAILABLE", message, Reaction::Resubmit);
    }
    let range = port
        .numbers
        .first()
        .and_then(|number| range_of(world, *number))?;
    if terms.wire_type != range.wire_type() {
        let message = format!("Number is {}", range.wire_type());
        return Objection::new("WIRE_TYPE:MISMATCH", message, Reaction::Resubmit);
    }
    let says = |name: &str| {
        let settings = terms.telecom.as_ref();
        let text = settings.and_then(|map| map.get(name)?.as_str());
        text.is_some_and(|text| !text.trim().is_empty())
    };
    if country == Country::Canada
        && !says("currentCarrier")
        && !says("currentCarrierName")
        && !says("localReseller")
    {
        let message = "Current carrier or local reseller required";
        return Objection::new("LSP:MISSING", message, Reaction::Resubmit);
    }
    None
}

/// The losing carrier's look at an order.
pub fn of_loser(world: &World, port: &Port) -> Option<Objection> {
    let of_number = port.numbers.iter().find_map(|number| {
        let file = world.porting.losing.get(number)?;
        let mut objection = objection(file, port)?;
        if let Some(reaction) = file.reaction {
            objection.reaction = reaction;
        }
        if !file.name.is_empty() {
            objection.message = format!("{}: {}", file.name, objection.message);
        }
        Some(objection)
    });
    of_number.or_else(|| {
        let terms = &port.terms;
        let company = terms.csr.get(Member::BusinessName);
        // "a company name instead of a person's" (guide, "Port Object").
        if !company.is_empty() && fold(company) == fold(&terms.authorized_name) {
            let message = "Authorized name mismatch: a person's name is required";
            return Objection::new("LSP:AUTH_NAME_MISMATCH", message, Reaction::Resubmit);
        }
        None
    })
}

fn objection(file: &LosingCarrier, port: &Port) -> Option<Objection> {
    let LosingCarrier {
        name: _,
        csr,
        strict_csr,
        billing_number,
        account_number,
        pin,
        freeze,
        authorized_name,
        behaviour,
        reaction: _,
    } = file;
    let terms = &port.terms;
    let resubmit = Reaction::Resubmit;
    match behaviour {
        Behaviour::Disconnected => {
            return Objection::new(
                "LSP:DISCONNECTED",
                "Number is disconnected",
                Reaction::Cancel,
            );
        }
        Behaviour::PendingOrder => {
            let message = "Pending order on the account";
            return Objection::new("LSP:PENDING_ORDER", message, resubmit);
        }
        Behaviour::Normal
        | Behaviour::Silent
        | Behaviour::LosesFoc
        | Behaviour::Cancels
        | Behaviour::NeverActivates => {}
    }
    let right_pin = pin.as_ref().is_some_and(|pin| *pin == terms.pin);
    if *freeze && !right_pin {
        return Objection::new("LSP:FREEZE", "Port freeze on the account", resubmit);
    }
    if let Some(number) = account_number
        && *number != terms.wireless_account
    {
        let message = "Account number mismatch";
        return Objection::new("LSP:ACCOUNT_NUMBER_MISMATCH", message, resubmit);
    }
    if pin.is_some() && !right_pin {
        return Objection::new("LSP:PIN_MISMATCH", "Invalid or missing PIN", resubmit);
    }
    if let Some(number) = billing_number
        && *number != terms.billing_number
    {
        let message = "Billing telephone number mismatch";
        return Objection::new("LSP:BTN_MISMATCH", message, resubmit);
    }
    if let Some(name) = authorized_name
        && fold(name) != fold(&terms.authorized_name)
    {
        let message = "Authorized name mismatch";
        return Objection::new("LSP:AUTH_NAME_MISMATCH", message, resubmit);
    }
    let member = mismatch(csr.as_ref()?, &terms.csr, *strict_csr)?;
    if member.is_location() {
        let message = format!("Address mismatch: {}", member.name());
        Objection::new("LSP:ADDRESS_MISMATCH", message, resubmit)
    } else {
        let message = format!("Name mismatch: {}", member.name());
        Objection::new("LSP:NAME_MISMATCH", message, resubmit)
    }
}

/// The first member in which the record on file and the one shown differ.
/// Only what is on file is compared: a name that isn't there can't be wrong.
fn mismatch(file: &Record, shown: &Record, strict: bool) -> Option<Member> {
    Member::ALL.into_iter().find(|member| {
        let compared = member.in_csr()
            && !matches!(
                member,
                Member::CustomerName | Member::BlockCustomerName | Member::Country
            );
        let (on_file, said) = (file.get(*member), shown.get(*member));
        compared
            && (member.is_location() || !on_file.is_empty())
            && if strict {
                on_file != said
            } else {
                fold(on_file) != fold(said)
            }
    })
}

/// Letters and digits alone, in one case.
fn fold(text: &str) -> String {
    text.chars()
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}
