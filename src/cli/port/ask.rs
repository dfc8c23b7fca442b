//! What `alz port check` asks of the platform, and how numbers make orders: one
//! question a number, then one an order.

use std::collections::BTreeMap;

use crate::api::{ApiError, ReadClient};
use crate::cli::fatal::Fatal;
use crate::cli::questions;
use crate::model::PhoneNumber;
use crate::plan::{self, Coverage, Offer, PortQuestion, RateCenter};
use crate::report::{NumberCheck, OrderCheck};

/// Numbers in one order (guide, "Submitting a Standard Port").
const MOST: usize = 100;

/// What is known of a number.
pub(super) async fn number_check(
    client: &ReadClient,
    number: PhoneNumber,
) -> Result<NumberCheck, Fatal> {
    let unknown = NumberCheck::unknown(number);
    let coverage = match questions::coverage(client, number).await {
        Ok(coverage) => coverage,
        // About this number alone: the others can still be asked about.
        Err(error @ ApiError::Refused { status: 400, .. }) => {
            return Ok(NumberCheck {
                reason: Some(error.to_string()),
                ..unknown
            });
        }
        Err(error) => return Err(error.into()),
    };
    let against = plan::not_portable(&coverage);
    let portable = against.is_none();
    let (reason, help) = against.map_or((None, None), |(reason, help)| (Some(reason), help));
    let known = match coverage {
        Coverage::Unknown => unknown,
        Coverage::Covered(RateCenter {
            name,
            state,
            country,
            wireless,
            portable: _,          // judged above
            service_available: _, // judged above
            carrier_type,
        }) => NumberCheck {
            rate_center: name,
            state,
            country,
            carrier: carrier_type,
            wireless,
            ..unknown
        },
    };
    Ok(NumberCheck {
        portable,
        reason,
        help,
        ..known
    })
}

/// What must be the same of all numbers of an order: rate centre, state, and
/// whether they are wireless.
type Kind<'a> = (&'a str, &'a str, Option<bool>);

fn kind(check: &NumberCheck) -> Kind<'_> {
    (&check.rate_center, &check.state, check.wireless)
}

/// The portable ones of these numbers, those together that can go together; in
/// the order in which they were named.
pub(super) fn groups(
    numbers: &[PhoneNumber],
    checks: &BTreeMap<PhoneNumber, &NumberCheck>,
) -> Vec<Vec<PhoneNumber>> {
    let mut groups: Vec<(Kind<'_>, Vec<PhoneNumber>)> = Vec::new();
    for number in numbers {
        let Some(check) = checks.get(number).filter(|check| check.portable) else {
            continue;
        };
        let kind = kind(check);
        match groups
            .iter_mut()
            .find(|(other, group)| *other == kind && group.len() < MOST)
        {
            Some((_, group)) => group.push(*number),
            None => groups.push((kind, vec![*number])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// What the numbers of an order have in common.
pub(super) fn about(
    numbers: &[PhoneNumber],
    checks: &BTreeMap<PhoneNumber, &NumberCheck>,
) -> OrderCheck {
    let known: Vec<&NumberCheck> = numbers
        .iter()
        .filter_map(|number| checks.get(number).copied())
        .collect();
    let mut order = OrderCheck {
        numbers: numbers.to_vec(),
        ..OrderCheck::default()
    };
    if let Some((first, rest)) = known.split_first()
        && rest
            .iter()
            .all(|check| (&check.rate_center, &check.state) == (&first.rate_center, &first.state))
    {
        order.rate_center.clone_from(&first.rate_center);
        order.state.clone_from(&first.state);
        order.country.clone_from(&first.country);
        order.carrier.clone_from(&first.carrier);
    }
    // One wireless number makes the order a wireless one.
    order.wireless = known.iter().filter_map(|check| check.wireless).max();
    order
}

/// What numbers of a declared port stand in the way of it before the carriers are asked.
pub(super) fn judge(order: &mut OrderCheck, checks: &BTreeMap<PhoneNumber, &NumberCheck>) {
    let known = order.numbers.iter().filter_map(|number| checks.get(number));
    let against: Vec<String> = known
        .filter(|check| !check.portable)
        .map(|check| check.number.spaced())
        .collect();
    if !against.is_empty() {
        order.reason = Some(format!("{} can't be ported", against.join(", ")));
        order.help = Some("take what can't be ported out of the port".to_owned());
        return;
    }
    let groups = groups(&order.numbers, checks);
    if groups.len() < 2 {
        return;
    }
    let told: Vec<String> = groups
        .iter()
        .map(|group| {
            let numbers: Vec<String> = group.iter().copied().map(PhoneNumber::spaced).collect();
            let check = group.first().and_then(|number| checks.get(number));
            let (center, state, wireless) = check.map_or(("", "", None), |check| kind(check));
            let wireless = if wireless == Some(true) {
                ", wireless"
            } else {
                ""
            };
            format!("{center}, {state}{wireless}: {}", numbers.join(", "))
        })
        .collect();
    order.reason = Some(format!(
        "one order takes up to {MOST} numbers of one rate centre, all of them wireless or none ({})",
        told.join("; ")
    ));
    order.help = Some("make a port for each".to_owned());
}

/// Asks the carriers for the days, unless it is known already that they take none.
pub(super) async fn ask(
    client: &ReadClient,
    mut order: OrderCheck,
    question: PortQuestion,
) -> Result<OrderCheck, Fatal> {
    order.billing_telephone_number = question.billing_telephone_number;
    if order.reason.is_some() {
        return Ok(order);
    }
    let offer = if question.csr.is_empty() {
        match questions::port_answer(client, &question).await {
            Ok(offer) => offer,
            // It is the record that is missed: nothing is known against the numbers.
            Err(ApiError::Refused { status: 400, .. }) => {
                order.days_unknown = Some(
                    "the platform tells the days on offer only to a customer's record".to_owned(),
                );
                order.help = Some(
                    "name the account that gets the numbers with --account ID (its files have the record), or declare the port and check it by its name".to_owned(),
                );
                return Ok(order);
            }
            Err(error) => return Err(error.into()),
        }
    } else {
        questions::port_offer(client, &question).await?
    };
    match offer {
        Offer::Refused { why } => {
            order.reason = Some(why);
            order.help = Some("mend what they name, or ask the provider's support".to_owned());
        }
        Offer::Days { days, .. } if days.is_empty() => {
            order.reason = Some("the carriers offer no day for it".to_owned());
            order.help = Some("ask again later, or ask the provider's support".to_owned());
        }
        Offer::Days {
            days,
            carrier_type,
            wireless,
        } => {
            order.carrier = carrier_type.or(order.carrier);
            order.wireless = order.wireless.max(wireless);
            order.crd_on_offer = order.crd_date.map(|crd| days.contains(&crd));
            order.days = days;
        }
    }
    Ok(order)
}
