//! What the carriers say before a port is ordered or moved: first where the
//! numbers belong, one call a number, and only when that is well, which days
//! are on offer.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::model::desired::Port;
use crate::model::{
    CustomerServiceRecord, DesiredAccount, DesiredNumber, DesiredPort, PhoneNumber, Record,
    calendar,
};
use crate::plan::checks::{Checks, Coverage, Offer, PortQuestion, Question, RateCenter};
use crate::plan::document::PortFacts;

use super::super::saying::Saying;
use super::progress::day;
use super::secrets::Secrets;
use super::terms::alone;
use super::{Ported, names};

/// The answer to one thing that is asked.
pub(super) enum Answer<T> {
    Fine(T),
    /// Not asked yet.
    Ask(Question),
    /// It stands in the way.
    No(Saying),
}

/// What coverage says of all numbers of a port.
pub(super) struct Area {
    pub carrier: Option<String>,
    pub rate_center: Option<String>,
    pub wireless: Option<bool>,
}

/// Where the numbers belong. What stands in the way of one number is said of it.
pub(super) fn area(numbers: &[PhoneNumber], checks: &Checks, ported: &mut Ported) -> Answer<Area> {
    let mut unasked = Vec::new();
    let mut refused = Vec::new();
    let mut groups: BTreeMap<(String, String), Vec<PhoneNumber>> = BTreeMap::new();
    let mut carrier = None;
    let mut wireless = None;
    for number in numbers {
        match checks.rate_center(*number) {
            None => unasked.push(*number),
            Some(coverage) => match fault(coverage) {
                Err(saying) => {
                    refused.push(*number);
                    ported.say(*number, saying);
                }
                Ok(center) => {
                    let key = (center.name.clone(), center.state.clone());
                    groups.entry(key).or_default().push(*number);
                    carrier = carrier.or_else(|| center.carrier_type.clone());
                    // One wireless number makes the order a wireless one.
                    wireless = match (wireless, center.wireless) {
                        (Some(true), _) => Some(true),
                        (before, None) => before,
                        (_, said) => said,
                    };
                }
            },
        }
    }
    if !unasked.is_empty() {
        return Answer::Ask(Question::RateCenters { numbers: unasked });
    }
    if !refused.is_empty() {
        return Answer::No(
            Saying::blocked(format!(
                "the port is not ordered: {} can't be ported",
                names(&refused)
            ))
            .help("take what can't be ported out of the port, or ask the provider's support"),
        );
    }
    if groups.len() > 1 {
        let groups: Vec<String> = groups
            .into_iter()
            .map(|((name, state), numbers)| format!("{name}, {state}: {}", names(&numbers)))
            .collect();
        return Answer::No(
            Saying::blocked(format!(
                "its numbers lie in different rate centres ({})",
                groups.join("; ")
            ))
            .help("a port takes numbers of one rate centre: make a port for each"),
        );
    }
    let rate_center = groups.into_keys().next();
    Answer::Fine(Area {
        carrier,
        rate_center: rate_center
            .map(|(name, state)| format!("{name}, {state}"))
            .filter(|text| text != ", "),
        wireless,
    })
}

/// What the carriers are asked about a declared port: all its numbers that are
/// wanted, with the record that the losing carrier is shown.
pub fn question(port: &DesiredPort, desired: &DesiredAccount) -> PortQuestion {
    let wanted: Vec<(PhoneNumber, &DesiredNumber)> = port
        .numbers
        .iter()
        .filter_map(|number| Some((*number, desired.numbers.get(number)?)))
        .filter(|(_, declared)| !declared.released)
        .collect();
    let shown = port.port.customer_service_record.value().or_else(|| {
        wanted
            .iter()
            .find_map(|(_, declared)| declared.customer_service_record.value())
    });
    PortQuestion {
        numbers: wanted.iter().map(|(number, _)| *number).collect(),
        csr: Box::new(shown.map(alone).unwrap_or_default()),
        billing_telephone_number: port.port.billing_telephone_number.value().copied(),
    }
}

/// A declared record as the losing carrier is shown it.
pub fn shown(csr: &CustomerServiceRecord) -> Record {
    alone(csr)
}

/// Why a number can't be ported, in the words of the plan: the reason and the
/// way out. `None` where nothing is known against it.
pub fn not_portable(coverage: &Coverage) -> Option<(String, Option<String>)> {
    fault(coverage)
        .err()
        .map(|Saying { reason, help, .. }| (reason, help))
}

fn fault(coverage: &Coverage) -> Result<&RateCenter, Saying> {
    let center = match coverage {
        Coverage::Unknown => {
            return Err(Saying::blocked(
                "it can't be ported: the platform knows no rate centre for it",
            )
            .help("check the number; if it is right, ask the provider's support"));
        }
        Coverage::Covered(center) => center,
    };
    let where_to = match center.state.as_str() {
        "" => center.name.clone(),
        state => format!("{}, {state}", center.name),
    };
    if center.portable == Some(false) {
        return Err(Saying::blocked(format!(
            "it can't be ported: its rate centre ({where_to}) is not portable"
        ))
        .help("ask the provider's support"));
    }
    if center.service_available == Some(false) {
        return Err(Saying::blocked(format!(
            "it can't be ported: no carrier of the partition serves its rate centre ({where_to})"
        ))
        .help("ask the provider's support which carrier could"));
    }
    Ok(center)
}

/// What is wrong with the wire type that is declared, given what the numbers
/// are: a saying that stands in the way, or one that only warns.
pub(super) fn wire_type(port: &Port, wireless: Option<bool>) -> Result<Option<Saying>, Saying> {
    let declared = port.porting_wire_type.text();
    let complete = Secrets::of(port, "", |_| true).is_complete();
    match wireless {
        Some(true) if declared != "Wireless" || !complete => Err(Saying::blocked(
            "the numbers are wireless: the losing carrier wants account number and PIN",
        )
        .help("write portingWireType: Wireless, wirelessAccountNumber and wirelessPin: { env: NAME } in the port")),
        Some(false) if declared == "Wireless" => Ok(Some(
            Saying::warning("portingWireType is Wireless, and the carriers say that the numbers are not wireless")
                .help("check it against the customer's bill"),
        )),
        Some(_) | None => Ok(None),
    }
}

/// The days on offer, and what the carriers say besides.
pub(super) struct Days {
    pub earliest: Option<Date>,
    pub carrier: Option<String>,
    pub wireless: Option<bool>,
}

/// Whether `crd` is on offer.
pub(super) fn days(question: PortQuestion, crd: Date, checks: &Checks) -> Answer<Days> {
    match checks.offer(&question) {
        None => Answer::Ask(Question::PortOffer(question)),
        Some(Offer::Refused { why }) => Answer::No(
            Saying::blocked(format!("the carriers do not take the port: {why}"))
                .help("mend what they name, or ask the provider's support"),
        ),
        Some(Offer::Days { days, .. }) if days.is_empty() => Answer::No(
            Saying::blocked("the carriers offer no day for the port")
                .help("plan again later, or ask the provider's support"),
        ),
        Some(Offer::Days { days, .. }) if !days.contains(&crd) => Answer::No(off_offer(crd, days)),
        Some(Offer::Days {
            days,
            carrier_type,
            wireless,
        }) => Answer::Fine(Days {
            earliest: days.first().copied(),
            carrier: carrier_type.clone(),
            wireless: *wireless,
        }),
    }
}

/// Names the nearest days: two before it, three after it, and the first of all.
fn off_offer(crd: Date, days: &[Date]) -> Saying {
    let before: Vec<Date> = days.iter().copied().filter(|day| *day < crd).collect();
    let after = days.iter().copied().filter(|day| *day > crd);
    let near: Vec<String> = before
        .iter()
        .skip(before.len().saturating_sub(2))
        .copied()
        .chain(after.take(3))
        .map(day)
        .collect();
    let earliest = days.iter().min().map_or_else(String::new, |first| {
        format!("; the earliest is {}", day(*first))
    });
    let why = match calendar::holiday(crd) {
        Some(name) => format!(" ({name})"),
        None => String::new(),
    };
    Saying::blocked(format!("crdDate {} is not on offer{why}", day(crd)))
        .help(format!("on offer near it: {}{earliest}", near.join(", ")))
}

/// A past day can't be asked for, whatever the carriers would say.
pub(super) fn past(crd: Date, today: Date) -> Option<Saying> {
    (crd < today).then(|| {
        Saying::blocked(format!("crdDate {} is past", day(crd)))
            .help("write a new date: `alz port check` shows those on offer")
    })
}

/// Fills in what the checks have found out.
pub(super) fn facts(facts: &mut PortFacts, area: Option<Area>, days: Option<Days>) {
    if let Some(area) = area {
        facts.carrier = area.carrier;
        facts.rate_center = area.rate_center;
    }
    if let Some(days) = days {
        facts.carrier = days.carrier.or(facts.carrier.take());
        facts.earliest_date = days.earliest;
    }
}
