//! How a port goes on by itself, in business days, and how it is made to go
//! otherwise. Which day and minute it is depends on the port's id alone, so
//! that a world can be played again.

use jiff::civil::{Date, time};
use jiff::{SignedDuration, Timestamp};

use super::verdict::{self, Objection};
use super::{CarrierAction, Outcome, Refusal, carrier_type, country, key, pair, wrong_state};
use crate::model::{CarrierStatus, PhoneNumber};
use crate::sandbox::clock::later;
use crate::sandbox::event::{self, Answer, Event, EventStatus};
use crate::sandbox::ids::hash;
use crate::sandbox::port::calendar::{self, AutoTrigger, PLATFORM_ZONE};
use crate::sandbox::port::{Behaviour, CancelType, Port, Reaction, carrier_status};
use crate::sandbox::rules::order::register_e911;
use crate::sandbox::rules::settle;
use crate::sandbox::world::World;

/// A triggered port is complete within 20 minutes (guide, "Contact Support").
const TRIGGER_MINUTES: std::ops::RangeInclusive<u64> = 5..=20;
/// The carrier drops an order that nobody activated (Bandwidth's published rule).
const DEAD_AFTER: u32 = 10;

/// The number that stands for a port: its billing number where it is one of
/// them, else the first.
pub fn main_number(port: &Port) -> Option<PhoneNumber> {
    let billing = port.terms.billing_number;
    port.numbers
        .iter()
        .find(|number| **number == billing)
        .or(port.numbers.first())
        .copied()
}

/// When the event of a port, put in its status at `now`, goes on by itself.
pub fn when(world: &World, event: &Event, now: Timestamp) -> Option<Timestamp> {
    let port = world.porting.ports.get(&event.reference)?;
    let rules = world.porting.rules;
    let id = &event.reference;
    let days = country(world, port);
    let behaviour = verdict::losing(world, port).map_or(Behaviour::Normal, |file| file.behaviour);
    let seconds = |count: u32| later(now, SignedDuration::from_secs(i64::from(count)));
    // Between 8 and 16 o'clock at the platform's desk.
    let in_hours = |day: Date| {
        let minute = i64::try_from(hash(&format!("minute {id}")) % 480).unwrap_or(0);
        let opening = calendar::at(day, time(8, 0, 0, 0), PLATFORM_ZONE);
        later(opening, SignedDuration::from_mins(minute))
    };
    let at = match event.status {
        EventStatus::Pending => seconds(rules.submit_seconds),
        EventStatus::CancelPending => seconds(rules.cancel_seconds),
        EventStatus::InProgress if behaviour == Behaviour::Silent => return None,
        EventStatus::InProgress => {
            let ordered = calendar::order_day(now, days);
            let wait = if objection(world, port).is_some() {
                1
            } else {
                let until = calendar::business_days_between(ordered, port.terms.crd, days);
                let spread = u32::try_from(hash(&format!("days {id}")) % 3).unwrap_or(0);
                (1 + spread).min(until.saturating_sub(1)).max(1)
            };
            in_hours(calendar::business_days_after(ordered, wait, days))
        }
        EventStatus::FocRemoved => {
            in_hours(calendar::business_days_after(calendar::today(now), 1, days))
        }
        EventStatus::FocReceived => {
            let foc = port.foc?;
            let by_itself = AutoTrigger::of(carrier_type(world, port));
            match (behaviour, port.triggered) {
                (Behaviour::NeverActivates, _) => {
                    let dead = calendar::business_days_after(foc, DEAD_AFTER, days);
                    by_itself.window(dead).1
                }
                (_, Some(triggered)) => {
                    let span = TRIGGER_MINUTES.end() - TRIGGER_MINUTES.start() + 1;
                    let minutes = TRIGGER_MINUTES.start() + hash(&format!("trigger {id}")) % span;
                    let minutes = i64::try_from(minutes).unwrap_or(20);
                    later(triggered, SignedDuration::from_mins(minutes))
                }
                (Behaviour::LosesFoc, None) if port.focs_removed == 0 => {
                    let mut eve = foc.yesterday().unwrap_or(foc);
                    while eve > Date::MIN && !calendar::is_business_day(eve, days) {
                        eve = eve.yesterday().unwrap_or(Date::MIN);
                    }
                    let removal = calendar::at(eve, time(16, 30, 0, 0), PLATFORM_ZONE);
                    removal.max(seconds(60))
                }
                (
                    Behaviour::Normal
                    | Behaviour::Silent
                    | Behaviour::LosesFoc
                    | Behaviour::Cancels
                    | Behaviour::Disconnected
                    | Behaviour::PendingOrder,
                    None,
                ) => by_itself.window(foc).1,
            }
        }
        EventStatus::Rejected
        | EventStatus::Cancelled
        | EventStatus::CarrierCancelled
        | EventStatus::DeletePending
        | EventStatus::DeleteScheduled
        | EventStatus::Completed
        | EventStatus::CorrectedCompleted
        | EventStatus::Cooldown
        | EventStatus::HotCutPort
        | EventStatus::OnHold
        | EventStatus::ResellerPending => return None,
    };
    Some(at.max(now))
}

/// One turn of a port's event, whose time has come.
pub fn advance(world: &mut World, event: &Event, now: Timestamp) {
    let Some(port) = world.porting.ports.get(&event.reference) else {
        return;
    };
    let (answer, objection) = answer(world, port, event);
    if let Some(status) = event::next(event.kind, event.status, answer) {
        apply(
            world,
            &event.reference,
            status,
            objection.as_ref(),
            None,
            now,
        );
    }
}

/// What the carriers say when it is their turn.
fn answer(world: &World, port: &Port, event: &Event) -> (Answer, Option<Objection>) {
    let behaviour = verdict::losing(world, port).map_or(Behaviour::Normal, |file| file.behaviour);
    if event.status == EventStatus::FocReceived {
        let loses = behaviour == Behaviour::LosesFoc && port.focs_removed == 0;
        let answer = if behaviour == Behaviour::NeverActivates {
            Answer::Refused
        } else if loses && port.triggered.is_none() {
            Answer::Withdrawn
        } else {
            Answer::Agreed
        };
        return (answer, None);
    }
    let found = if event.status == EventStatus::Pending {
        verdict::of_winner(world, port)
    } else if event.status == EventStatus::InProgress {
        objection(world, port)
    } else {
        None
    };
    if found.is_some() {
        (Answer::Refused, found)
    } else if event.status == EventStatus::InProgress && behaviour == Behaviour::Cancels {
        (Answer::Withdrawn, None)
    } else {
        (Answer::Agreed, None)
    }
}

/// What either carrier has against an order. The winning one looks again: the
/// terms may have been changed since it first did.
fn objection(world: &World, port: &Port) -> Option<Objection> {
    verdict::of_winner(world, port).or_else(|| verdict::of_loser(world, port))
}

/// Puts a port in a status with all that the carriers' word for it brings.
fn apply(
    world: &mut World,
    id: &str,
    status: EventStatus,
    objection: Option<&Objection>,
    day: Option<Date>,
    now: Timestamp,
) {
    let Some(port) = world.porting.ports.get(id) else {
        return;
    };
    let foc = day.unwrap_or_else(|| {
        let days = country(world, port);
        let soonest = calendar::business_days_after(calendar::today(now), 1, days);
        let wished = port.terms.crd.max(soonest);
        // After each FOC taken back the next one is a business day later.
        calendar::business_days_after(wished, port.focs_removed, days)
    });
    let order = format!("{:08}", hash(&format!("order {id}")) % 100_000_000);
    let accepted = matches!(
        status,
        EventStatus::InProgress | EventStatus::FocReceived | EventStatus::Completed
    );
    if let Some(port) = world.porting.ports.get_mut(id) {
        if accepted && port.parent_order.is_none() {
            port.parent_order = Some(format!("PON{order}"));
        }
        port.foc = if status == EventStatus::FocReceived {
            Some(foc)
        } else {
            port.foc.filter(|_| status == EventStatus::Completed)
        };
        port.reaction = objection.map(|objection| objection.reaction);
        port.triggered = port.triggered.filter(|_| status == EventStatus::Completed);
        if status == EventStatus::FocRemoved {
            port.focs_removed += 1;
        }
        if status == EventStatus::Completed {
            port.completed = Some(now);
        }
        if status == EventStatus::CarrierCancelled {
            port.cancelled = Some(CancelType::ByCarrier);
        }
    }
    let words = if status == EventStatus::FocRemoved {
        ("", "FOC withdrawn by losing carrier")
    } else if status == EventStatus::CarrierCancelled {
        ("", "Cancelled by carrier")
    } else {
        objection.map_or(("", ""), |objection| {
            (objection.code.as_str(), objection.message.as_str())
        })
    };
    enter(world, id, status, words, now);
    if status == EventStatus::Completed
        && let Some(port) = world.porting.ports.get(id)
    {
        let (account, numbers) = (port.account.clone(), port.numbers.clone());
        for number in numbers {
            if on_this_port(world, number, id) {
                register_e911(world, &account, number, now);
            }
        }
    }
}

/// Moves a port's event, and the port and its numbers with it. A code of ""
/// is the status's own.
pub fn enter(
    world: &mut World,
    id: &str,
    status: EventStatus,
    (code, message): (&str, &str),
    now: Timestamp,
) {
    let Some(port) = world.porting.ports.get_mut(id) else {
        return;
    };
    port.status = carrier_status(status, port.cancelled);
    let (state, numbers) = (port.status.clone(), port.numbers.clone());
    for number in numbers {
        if on_this_port(world, number, id)
            && let Some(known) = world.numbers.get_mut(&number)
        {
            known.status = state.clone();
        }
    }
    let Some(mut event) = world.events.get(&key(id)).cloned() else {
        return;
    };
    event.status = status;
    event.stuck = false;
    event.revision = world.ids.sequence();
    settle::log(&mut event, now, message);
    if let Some(line) = event.logs.last_mut().filter(|_| !code.is_empty()) {
        code.clone_into(&mut line.code);
    }
    if let Some(port) = world.porting.ports.get(id) {
        date(&mut event, port);
    }
    settle::plan_next(world, &event, now);
    world.put_event(event);
}

/// A number may have gone its own way since: off the account, or to another port.
fn on_this_port(world: &World, number: PhoneNumber, id: &str) -> bool {
    world.numbers.get(&number).is_some_and(|state| {
        state.port_id.as_deref() == Some(id) && state.status != CarrierStatus::DeletePending
    })
}

fn date(event: &mut Event, port: &Port) {
    event.crd_date = Some(calendar::midnight(port.terms.crd));
    event.foc_date = port.foc.map(calendar::midnight);
}

/// Gives the event of a port that has just come into the world its dates and
/// its next turn.
pub fn adopt(world: &mut World, id: &str, now: Timestamp) {
    let Some((port, event)) = pair(world, id) else {
        return;
    };
    let (mut event, number) = (event.clone(), main_number(port));
    date(&mut event, port);
    event.number = number.unwrap_or(event.number);
    event.revision = world.ids.sequence();
    settle::plan_next(world, &event, now);
    world.put_event(event);
}

/// Plays the carriers' part.
pub fn by_carrier(
    world: &mut World,
    id: &str,
    does: &CarrierAction,
    now: Timestamp,
) -> Result<Outcome, Refusal> {
    let (port, event) =
        pair(world, id).ok_or_else(|| Refusal::missing("PortNotFound").with("portId", id))?;
    let status = event.status;
    let over = matches!(
        status,
        EventStatus::Completed
            | EventStatus::CorrectedCompleted
            | EventStatus::Cancelled
            | EventStatus::CarrierCancelled
    );
    let by_hand = matches!(
        status,
        EventStatus::HotCutPort | EventStatus::ResellerPending
    );
    let lawful = !over
        && match does {
            CarrierAction::RemoveFoc => status == EventStatus::FocReceived,
            CarrierAction::Resume => by_hand,
            CarrierAction::Foc { .. } | CarrierAction::Reject { .. } => {
                status != EventStatus::CancelPending
            }
            CarrierAction::CancelByCarrier
            | CarrierAction::Complete
            | CarrierAction::HotCut
            | CarrierAction::ResellerPending => true,
        };
    if !lawful {
        return Err(wrong_state(id, port, event));
    }
    let (next, objection, day) = match does {
        CarrierAction::Reject {
            code,
            message,
            reaction,
        } => {
            let objection = Objection {
                code: code.clone().unwrap_or_else(|| "LSP:REJECTED".to_owned()),
                message: message
                    .clone()
                    .unwrap_or_else(|| "Rejected by losing carrier".to_owned()),
                reaction: reaction.unwrap_or(Reaction::Resubmit),
            };
            (EventStatus::Rejected, Some(objection), None)
        }
        CarrierAction::Foc { date } => (EventStatus::FocReceived, None, *date),
        CarrierAction::RemoveFoc => (EventStatus::FocRemoved, None, None),
        CarrierAction::CancelByCarrier => (EventStatus::CarrierCancelled, None, None),
        CarrierAction::Complete => (EventStatus::Completed, None, None),
        CarrierAction::HotCut => (EventStatus::HotCutPort, None, None),
        CarrierAction::ResellerPending => (EventStatus::ResellerPending, None, None),
        CarrierAction::Resume => (EventStatus::InProgress, None, None),
    };
    apply(world, id, next, objection.as_ref(), day, now);
    Ok(Outcome::default())
}
