//! What a person does to a port by hand: `alz port trigger` and `alz port
//! cancel`. The step is the one that a file would bring, and stands under the
//! same conditions; only nobody has written it down.

use crate::model::{DesiredAccount, LiveAccount, LivePort, PhoneNumber, PortState, SourceId};
use crate::plan::account::{AccountPlan, Counts};
use crate::plan::document::{Note, NoteKind};
use crate::plan::{Context, Touched};

use super::super::number::is_on_account;
use super::super::saying::Saying;
use super::editable::May;
use super::follow::{cancellable, cancelling, given_up, is_on_its_way, triggering};
use super::names;
use super::progress::{Stage, day, progress, unattended, window};
use super::step::PortStep;

/// What is done to a port by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// The carrier is told to go ahead on the FOC date (A26).
    Trigger,
    /// The order is called off (A25).
    Cancel,
}

/// The plan of one deed: its step with what ought to be known before it, or no
/// step and why. `waiting` says that nothing is left to do.
pub fn by_hand(
    deed: Deed,
    port: &LivePort,
    desired: &DesiredAccount,
    live: &LiveAccount,
    context: &Context,
) -> AccountPlan {
    let name = name_of(port, desired);
    let (decided, touched) = match deed {
        Deed::Trigger => (trigger(port, name, desired, context), Touched::default()),
        Deed::Cancel => (
            cancel(port, name, desired, context),
            given_up(&port.numbers),
        ),
    };
    let account = &desired.account;
    let source = port
        .numbers
        .iter()
        .find_map(|number| desired.numbers.get(number))
        .map_or(SourceId(u32::MAX), |declared| declared.source);
    let (step, sayings) = match decided {
        Ok((step, sayings)) => (Some(step), sayings),
        Err(saying) => (None, vec![saying]),
    };
    let step = step
        .zip(port.numbers.first())
        .map(|(step, first)| step.step(account, *first, &port.numbers, source));
    let count = |kind| {
        let said = sayings.iter().any(|saying| saying.kind == kind);
        u64::try_from(port.numbers.len()).map_or(0, |numbers| numbers * u64::from(said))
    };
    let on_account = live
        .numbers
        .values()
        .filter(|number| is_on_account(&number.status));
    AccountPlan {
        account: account.clone(),
        touched: match &step {
            Some(_) => touched,
            None => Touched::default(),
        },
        steps: step.into_iter().collect(),
        counts: Counts {
            waiting: count(NoteKind::Waiting),
            blocked: count(NoteKind::Blocked),
            ..Counts::default()
        },
        notes: sayings
            .into_iter()
            .map(|saying| Note {
                kind: saying.kind,
                account: account.clone(),
                numbers: port.numbers.clone(),
                reason: saying.reason,
                help: saying.help,
                until: saying.until,
                origin: None,
            })
            .collect(),
        questions: Vec::new(),
        live_numbers: u64::try_from(on_account.count()).unwrap_or(u64::MAX),
    }
}

/// The terms of an order that the platform still lets change, as they are
/// written in a file (contract notes, B3).
pub fn may_change(port: &LivePort) -> Vec<&'static str> {
    let May {
        crd,
        account,
        pin,
        names,
        place,
    } = May::of(port);
    [
        (crd, "crdDate"),
        (account, "wirelessAccountNumber"),
        (pin, "wirelessPin"),
        (names, "portingAuthorizedName"),
        (names, "portingWireType"),
        (names, "telecomSettings"),
        (names && !place, "customerServiceRecord (names)"),
        (place, "customerServiceRecord"),
        (place, "billingTelephoneNumber"),
    ]
    .into_iter()
    .filter(|(may, _)| *may)
    .map(|(_, name)| name)
    .collect()
}

/// What the files call it.
fn name_of<'a>(port: &LivePort, desired: &'a DesiredAccount) -> Option<&'a str> {
    let brings = |numbers: &[PhoneNumber]| {
        let mut numbers = numbers.iter();
        numbers.any(|number| port.numbers.contains(number))
    };
    desired
        .ports
        .iter()
        .find(|declared| brings(&declared.numbers))
        .map(|declared| declared.name.as_str())
}

type Decided = Result<(PortStep, Vec<Saying>), Saying>;

fn trigger(
    port: &LivePort,
    name: Option<&str>,
    desired: &DesiredAccount,
    context: &Context,
) -> Decided {
    if port.state != PortState::FocReceived {
        let stands = progress(port, name, false, context).saying;
        let refusal = Saying::blocked(format!(
            "a port is triggered on its FOC date, once it is FOC_RECEIVED: {}",
            stands.reason
        ));
        return Err(Saying {
            help: stands.help,
            until: stands.until,
            ..refusal
        });
    }
    let carrier = port.carrier_type.as_deref().unwrap_or("the carrier");
    let open = window(port);
    match (Stage::of(port, context.now, context.memory), open) {
        (Stage::Open { .. }, Some(_)) => Ok((
            triggering(port, name, &desired.account, context),
            unattended(port, context.now).into_iter().collect(),
        )),
        (Stage::Ahead { foc }, Some(open)) => Err(Saying::blocked(format!(
            "too early: its FOC date is {}, and it can be triggered {open}",
            day(foc)
        ))
        .help("run this again then; or write trigger: onFocDate in the file and run apply that day")
        .until(Some(foc.to_string()))),
        (Stage::Activating { foc, .. }, open) => Err(Saying::blocked(format!(
            "too late: on {}, today, it could be triggered {}; {carrier} activates it by itself since then",
            day(foc),
            open.unwrap_or_default()
        ))
        .help("`alz status --watch` shows when it is done")),
        (Stage::Ahead { foc } | Stage::SomeTime { foc } | Stage::Open { foc }, _) => {
            Err(Saying::blocked(format!(
                "{carrier} publishes no hour up to which a port can be triggered: it activates it on {} at its own",
                day(foc)
            ))
            .help("ask the provider's support to trigger it that day")
            .until(Some(foc.to_string())))
        }
        (Stage::Undated | Stage::Triggered { .. } | Stage::Stuck { .. }, _) => {
            let stands = progress(port, name, false, context).saying;
            Err(Saying {
                kind: NoteKind::Blocked,
                help: stands
                    .help
                    .or_else(|| Some("a port is never triggered twice".to_owned())),
                ..stands
            })
        }
    }
}

fn cancel(
    port: &LivePort,
    name: Option<&str>,
    desired: &DesiredAccount,
    context: &Context,
) -> Decided {
    let warning = match port.state {
        // What is wanted is so, or about to be.
        PortState::CancelPending | PortState::Cancelled | PortState::CarrierCancelled => {
            return Err(progress(port, name, false, context).saying);
        }
        PortState::Completed => {
            return Err(Saying::blocked(
                "its port has completed (COMPLETED): there is nothing left to cancel",
            )
            .help("write state: released at its numbers to give them up"));
        }
        PortState::Pending
        | PortState::InProgress
        | PortState::Rejected
        | PortState::FocReceived
        | PortState::FocRemoved
        | PortState::HotCut
        | PortState::ResellerPending
        | PortState::Other(_)
            if is_on_its_way(port, context) =>
        {
            return Err(
                Saying::blocked("it is being activated: it can't be cancelled any more").help(
                    "write state: released at its numbers once they are active, to give them up",
                ),
            );
        }
        PortState::Pending
        | PortState::InProgress
        | PortState::Rejected
        | PortState::FocReceived
        | PortState::FocRemoved
        | PortState::HotCut
        | PortState::ResellerPending
        | PortState::Other(_) => cancellable(port, name, context).map_err(|saying| Saying {
            kind: NoteKind::Blocked,
            help: saying
                .help
                .or_else(|| Some("ask the provider's support".to_owned())),
            ..saying
        })?,
    };
    let declared = |number: &PhoneNumber| desired.numbers.get(number);
    let protected: Vec<PhoneNumber> = port
        .numbers
        .iter()
        .copied()
        .filter(|number| declared(number).is_some_and(|declared| declared.protected))
        .collect();
    if !protected.is_empty() {
        return Err(Saying::blocked(format!(
            "{} {} protected",
            names(&protected),
            if protected.len() == 1 { "is" } else { "are" }
        ))
        .help("write protected: false, or take it out, in a change of its own"));
    }
    let ordered_anew = port.numbers.iter().any(|number| {
        declared(number).is_some_and(|declared| declared.port.is_some() && !declared.released)
    });
    let anew = ordered_anew.then(|| {
        Saying::warning(
            "the files still ask for it: once it is off the account, apply orders it anew, as they then have it",
        )
        .help("if that is not meant, take the numbers and the port out of the files before the next apply")
    });
    Ok((
        cancelling(port, name, &desired.account, context),
        warning.into_iter().chain(anew).collect(),
    ))
}
