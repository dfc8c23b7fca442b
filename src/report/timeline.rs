//! What has happened to a port or an activation, and what is known to come,
//! one line a moment, in the carrier's zone.

use anstyle::{Effects, Style as Ansi};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{when, words};
use crate::model::porting::{AutoTrigger, PortState};
use crate::plan::{FlightKind, InFlight, Moment};

const DIM: Ansi = Ansi::new().effects(Effects::DIMMED);

/// `Thu 2026-12-03 20:00 EST` and the like.
const WHEN: usize = 24;

/// The time line of an entry, each line at most `room` columns wide.
pub(super) fn lines(entry: &InFlight, now: Timestamp, room: usize) -> Vec<String> {
    let zone = when::carrier_zone(entry.carrier.as_deref());
    let status = entry
        .timeline
        .iter()
        .map(|moment| moment.status.chars().count())
        .max()
        .unwrap_or_default()
        .max("to come".len());
    let mut lines = Vec::new();
    for Moment {
        at,
        status: state,
        code,
        message,
    } in &entry.timeline
    {
        let at = at.map_or_else(String::new, |at| when::moment(at, &zone));
        let said: Vec<String> = [code, message]
            .into_iter()
            .flatten()
            .map(|text| words::clean(text.trim()))
            .filter(|text| !text.is_empty())
            .collect();
        let state = words::clean(state);
        lines.extend(row(&at, &state, status, &said.join(": "), room));
    }
    for (at, what) in to_come(entry, now) {
        lines.extend(
            row(&at, "to come", status, &what, room)
                .into_iter()
                .map(|line| format!("{DIM}{line}{DIM:#}")),
        );
    }
    lines
}

fn row(at: &str, status: &str, width: usize, said: &str, room: usize) -> Vec<String> {
    let before = WHEN + 2 + width + 2;
    let mut said = words::wrapped(said, room.saturating_sub(before).max(20)).into_iter();
    let first = said.next().unwrap_or_default();
    let head = format!("{at:<WHEN$}  {status:<width$}  {first}");
    let mut lines = vec![head.trim_end().to_owned()];
    lines.extend(said.map(|line| format!("{:before$}{line}", "")));
    lines
}

/// The moments that are known and still ahead.
fn to_come(entry: &InFlight, now: Timestamp) -> Vec<(String, String)> {
    if entry.kind != FlightKind::Port {
        return Vec::new();
    }
    let zone = when::carrier_zone(entry.carrier.as_deref());
    let today = now.to_zoned_datetime(zone.clone()).date();
    match PortState::parse(&entry.state) {
        PortState::FocReceived => entry
            .foc_date
            .map_or_else(Vec::new, |foc| moved(entry, foc, &zone, now)),
        // NOT_ORDERED among them.
        PortState::Pending
        | PortState::InProgress
        | PortState::FocRemoved
        | PortState::Other(_) => {
            let crd = entry.crd_date.filter(|crd| *crd >= today);
            crd.map(|crd| (when::day(crd), "the date asked for (CRD)".to_owned()))
                .into_iter()
                .collect()
        }
        PortState::Rejected
        | PortState::HotCut
        | PortState::ResellerPending
        | PortState::CancelPending
        | PortState::Cancelled
        | PortState::CarrierCancelled
        | PortState::Completed => Vec::new(),
    }
}

/// How the numbers move on the FOC date, as far as it is still ahead.
fn moved(entry: &InFlight, foc: Date, zone: &TimeZone, now: Timestamp) -> Vec<(String, String)> {
    let carrier = entry.carrier.as_deref();
    let name = carrier.map_or_else(|| "the carrier".to_owned(), words::clean);
    let mut ahead = Vec::new();
    let hours = carrier
        .and_then(AutoTrigger::of)
        .and_then(|auto| Some((auto.opens(foc)?, auto.closes(foc)?)));
    match hours {
        Some((opens, closes)) => {
            if opens > now {
                let what = "the FOC date: from here on it can be triggered by hand";
                ahead.push((when::moment(opens, zone), what.to_owned()));
            }
            if closes > now {
                let what = format!("{name} moves the numbers by itself");
                ahead.push((when::moment(closes, zone), what));
            }
        }
        None if foc >= now.to_zoned_datetime(zone.clone()).date() => {
            let what = format!("the FOC date: {name} moves the numbers");
            ahead.push((when::day(foc), what));
        }
        None => {}
    }
    ahead
}
