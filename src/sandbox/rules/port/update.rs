//! PUT and PATCH of a port: what may still be changed is what the event's
//! `editableFieldTypes` say (B3), and a changed order goes to the carriers anew.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    Outcome, Refusal, TermsFragment, calendar, count, country, found, range_of, submit, turn,
    wrong_state,
};
use crate::model::{AccountId, Field, Member, Record};
use crate::sandbox::event::{Event, EventStatus};
use crate::sandbox::port::{Pin, Port, Reaction, Terms, editable};
use crate::sandbox::world::World;

pub fn update(
    world: &mut World,
    (account, id): (&AccountId, &str),
    (whole, fragment): (bool, &TermsFragment),
    now: Timestamp,
) -> Result<Outcome, Refusal> {
    let (port, event) = found(world, account, id)?;
    let status = event.status;
    if status == EventStatus::Rejected && port.reaction == Some(Reaction::Cancel) {
        return Err(Refusal::bad("PortMustBeCancelled")
            .with("portId", id)
            .with("l3Reaction", Reaction::Cancel.name()));
    }
    let fields = editable(status, port.reaction);
    if fields.is_empty() || port.triggered.is_some() {
        return Err(wrong_state(id, port, event));
    }
    let terms = amended(&port.terms, fragment)?;
    may_change(port, event, &terms, whole)?;
    if terms.crd != port.terms.crd {
        let today = calendar::today(now);
        if terms.crd < today {
            return Err(Refusal::bad("CrdDateInPast").with("crdDate", terms.crd.to_string()));
        }
        let close = port.foc.is_some_and(|foc| {
            calendar::business_days_between(today, foc, country(world, port)) <= 1
        });
        if status == EventStatus::FocReceived && close {
            return Err(Refusal::bad("FocDateTooClose"));
        }
    }
    // A PUT that lost the secrets on its way through a GET clears them (E23);
    // the losing carrier will have something to say about that.
    if !whole
        && let Some(range) = port
            .numbers
            .first()
            .and_then(|number| range_of(world, *number))
    {
        submit::terms_are_complete(&terms, range)?;
    }
    if terms == port.terms && status != EventStatus::Rejected {
        return Ok(Outcome::default());
    }
    let (next, words) = match status {
        EventStatus::Rejected => (EventStatus::Pending, "Port resubmitted"),
        EventStatus::FocReceived if terms.crd != port.terms.crd => {
            (EventStatus::InProgress, "New date requested")
        }
        EventStatus::FocRemoved => (EventStatus::InProgress, "Port updated"),
        same => (same, "Port updated"),
    };
    let before = port.terms.csr.clone();
    let numbers = port.numbers.clone();
    let version = world.ids.sequence();
    for number in &numbers {
        // The numbers' own record is the port's, unless they were told apart.
        if let Some(state) = world.numbers.get_mut(number)
            && *state.csr == before
            && before != terms.csr
        {
            state.csr = Arc::new(terms.csr.clone());
            state.order_version = version;
        }
        count(world, *number, |orders| orders.port_updates += 1);
    }
    if let Some(port) = world.porting.ports.get_mut(id) {
        port.terms = terms;
        port.submitted = Some(now);
        port.reaction = None;
        if next != EventStatus::FocReceived {
            port.foc = None;
        }
    }
    turn::enter(world, id, next, ("UPDATE", words), now);
    Ok(Outcome::default())
}

/// The terms with what the fragment says.
fn amended(old: &Terms, fragment: &TermsFragment) -> Result<Terms, Refusal> {
    let TermsFragment {
        csr,
        billing_number,
        crd,
        wire_type,
        authorized_name,
        wireless_account,
        pin,
        telecom,
    } = fragment;
    fn required<T: Clone>(old: &T, said: &Field<T>, token: &'static str) -> Result<T, Refusal> {
        match said {
            Field::Absent => Ok(old.clone()),
            Field::Null => Err(Refusal::bad(token)),
            Field::Value(value) => Ok(value.clone()),
        }
    }
    fn optional<T: Clone + Default>(old: &T, said: &Field<T>) -> T {
        match said {
            Field::Absent => old.clone(),
            Field::Null => T::default(),
            Field::Value(value) => value.clone(),
        }
    }
    Ok(Terms {
        csr: required(&old.csr, csr, "CustomerServiceRecordRequired")?,
        billing_number: required(
            &old.billing_number,
            billing_number,
            "BillingTelephoneNumberRequired",
        )?,
        crd: required(&old.crd, crd, "CrdDateRequired")?,
        wire_type: required(&old.wire_type, wire_type, "PortingWireTypeRequired")?,
        authorized_name: optional(&old.authorized_name, authorized_name),
        wireless_account: optional(&old.wireless_account, wireless_account),
        pin: optional(&old.pin, pin),
        telecom: match telecom {
            Field::Absent => old.telecom.clone(),
            Field::Null => None,
            Field::Value(settings) => Some(settings.clone()),
        },
    })
}

/// Each changed member must be editable now.
fn may_change(port: &Port, event: &Event, new: &Terms, whole: bool) -> Result<(), Refusal> {
    let fields = editable(event.status, port.reaction);
    let listed = |name: &str| fields.contains(&name);
    let rejected = event.status == EventStatus::Rejected;
    let Terms {
        csr,
        billing_number,
        crd,
        wire_type,
        authorized_name,
        wireless_account,
        pin,
        telecom,
    } = &port.terms;
    let emptied = |text: &str| whole && text.is_empty();
    let no_pin = Pin::default();
    let checks = [
        ("crdDate", *crd != new.crd, listed("crdDate")),
        (
            "wirelessAccountNumber",
            *wireless_account != new.wireless_account && !emptied(&new.wireless_account),
            listed("wirelessAccountNumber"),
        ),
        (
            "wirelessPin",
            *pin != new.pin && !(whole && new.pin == no_pin),
            listed("wirelessPin"),
        ),
        (
            "portingAuthorizedName",
            *authorized_name != new.authorized_name,
            listed("name"),
        ),
        (
            "portingWireType",
            *wire_type != new.wire_type,
            listed("name"),
        ),
        ("telecomSettings", *telecom != new.telecom, listed("name")),
        (
            "customerServiceRecord",
            names_differ(csr, &new.csr),
            listed("name"),
        ),
        // The enumeration has no word for an address or the billing number:
        // only what was rejected can be mended so.
        (
            "customerServiceRecord",
            rest_differs(csr, &new.csr),
            rejected,
        ),
        (
            "billingTelephoneNumber",
            *billing_number != new.billing_number,
            rejected,
        ),
    ];
    match checks
        .into_iter()
        .find(|(_, changed, lawful)| *changed && !lawful)
    {
        None => Ok(()),
        Some((field, _, _)) => Err(Refusal::bad("FieldNotEditable")
            .with("field", field)
            .with("activationStatusType", event.status.name())
            .with("editableFieldTypes", fields)),
    }
}

const fn is_name(member: Member) -> bool {
    matches!(
        member,
        Member::FirstName
            | Member::MiddleInitial
            | Member::LastName
            | Member::FirstNameSecondary
            | Member::BusinessName
            | Member::CustomerName
    )
}

fn names_differ(one: &Record, other: &Record) -> bool {
    Member::ALL
        .into_iter()
        .any(|member| is_name(member) && one.get(member) != other.get(member))
}

fn rest_differs(one: &Record, other: &Record) -> bool {
    Member::ALL
        .into_iter()
        .any(|member| !is_name(member) && one.get(member) != other.get(member))
}
