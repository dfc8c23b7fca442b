//! What should have ended by now. Carriers take days, so most of what is under
//! way is no drift; these are the margins after which somebody should ask.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::model::calendar::business_days_between;
use crate::model::{LiveEvent, LivePort, PortState};
use crate::plan::Context;
use crate::plan::port::progress::day;
use crate::plan::port::today;

/// A change or an activation that nobody has confirmed by then, and a port that
/// has ended without its numbers moving (the guide asks for a ticket when an
/// event is PENDING for so long; "Port Monitoring").
const CHANGE: SignedDuration = SignedDuration::from_hours(24);
/// A port with a carrier is late so many business days after the day it was
/// asked for (CRD). Nothing is published; two are what a FOC takes at the least.
const CRD: usize = 2;
/// People at carriers are given a week: for a withdrawn date, a hot cut, a
/// reseller's answer, a cancellation. Nothing is published of these either.
const PEOPLE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Since when an event has been open, where that is too long.
pub(super) fn event(event: &LiveEvent, now: Timestamp) -> Option<Timestamp> {
    // A day is named for these, or a person has asked for it.
    let may_rest = matches!(&*event.status, "ON_HOLD" | "DELETE_SCHEDULED" | "COOLDOWN");
    event
        .updated
        .filter(|since| !may_rest && now.duration_since(*since) > CHANGE)
}

/// Why a port should have gone on by now, where nothing else says so.
pub(super) fn port(port: &LivePort, context: &Context) -> Option<String> {
    let state = port.state.name();
    let for_longer = |than: SignedDuration| {
        port.since()
            .filter(|since| context.now.duration_since(*since) > than)
    };
    match &port.state {
        PortState::InProgress => {
            let crd = port.crd?;
            past(crd, today(context), CRD).then(|| {
                format!(
                    "its port is still with the carrier (IN_PROGRESS), and the day it was asked for, {} (CRD), has passed",
                    day(crd)
                )
            })
        }
        PortState::FocRemoved
        | PortState::HotCut
        | PortState::ResellerPending
        | PortState::CancelPending => for_longer(PEOPLE).map(|since| {
            format!(
                "its port has been {state} for more than a week, since {}",
                utc(since)
            )
        }),
        PortState::Cancelled | PortState::CarrierCancelled | PortState::Completed => {
            for_longer(CHANGE).map(|since| {
                format!(
                    "its port has been {state} since {}, and the number has not moved",
                    utc(since)
                )
            })
        }
        // Their own words say when they are late, or for what they wait.
        PortState::Pending | PortState::FocReceived | PortState::Rejected | PortState::Other(_) => {
            None
        }
    }
}

/// More than so many business days after it.
fn past(day: Date, today: Date, by: usize) -> bool {
    today > day && business_days_between(day, today) > by
}

/// 2026-11-23 17:00 UTC.
pub(super) fn utc(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
