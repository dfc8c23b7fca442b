//! Ports as they are: an order under way at two carriers, and the hours at
//! which the winning carrier moves numbers by itself.
//!
//! The platform keeps a port in two places: the order (S:PortX) with what was
//! asked for, and its event (S:ServiceActivationEventX) with what became of it.
//! [`LivePort`] is both in one.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde_json::{Map, Value};

use super::calendar;
use super::id::PortId;
use super::meaning::date::PLATFORM_ZONE;
use super::number::PhoneNumber;
use super::record::Record;

/// S:ServiceActivationEventX.activationStatusType of a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PortState {
    /// Ordered, not yet with the carrier.
    Pending,
    /// With the carrier, as an order with a number (PON).
    InProgress,
    /// The losing carrier has committed to a day.
    FocReceived,
    /// It has taken that back.
    FocRemoved,
    Rejected,
    /// Worked on by people, with everyone on the line at once.
    HotCut,
    /// Worked on by people, because a reseller has a say.
    ResellerPending,
    CancelPending,
    Cancelled,
    /// Called off by the carrier.
    CarrierCancelled,
    Completed,
    /// A status published after this was written.
    Other(Box<str>),
}

impl PortState {
    pub fn parse(name: &str) -> Self {
        match name {
            "PENDING" => Self::Pending,
            "IN_PROGRESS" => Self::InProgress,
            "FOC_RECEIVED" => Self::FocReceived,
            "FOC_REMOVED" => Self::FocRemoved,
            "REJECTED" => Self::Rejected,
            "HOT_CUT_PORT" => Self::HotCut,
            "RESELLER_PENDING" => Self::ResellerPending,
            "CANCEL_PENDING" => Self::CancelPending,
            "CANCELLED" => Self::Cancelled,
            "CARRIER_CANCELLED" => Self::CarrierCancelled,
            "COMPLETED" | "CORRECTED_COMPLETED" => Self::Completed,
            other => Self::Other(other.into()),
        }
    }

    /// The platform's own name.
    pub fn name(&self) -> &str {
        match self {
            Self::Pending => "PENDING",
            Self::InProgress => "IN_PROGRESS",
            Self::FocReceived => "FOC_RECEIVED",
            Self::FocRemoved => "FOC_REMOVED",
            Self::Rejected => "REJECTED",
            Self::HotCut => "HOT_CUT_PORT",
            Self::ResellerPending => "RESELLER_PENDING",
            Self::CancelPending => "CANCEL_PENDING",
            Self::Cancelled => "CANCELLED",
            Self::CarrierCancelled => "CARRIER_CANCELLED",
            Self::Completed => "COMPLETED",
            Self::Other(name) => name,
        }
    }

    /// Nothing more happens.
    pub fn is_over(&self) -> bool {
        match self {
            Self::Cancelled | Self::CarrierCancelled | Self::Completed => true,
            Self::Pending
            | Self::InProgress
            | Self::FocReceived
            | Self::FocRemoved
            | Self::Rejected
            | Self::HotCut
            | Self::ResellerPending
            | Self::CancelPending
            | Self::Other(_) => false,
        }
    }
}

impl fmt::Display for PortState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// S:ServiceActivationEventX.l3Reaction: what a rejection asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// Mend the order; it goes to the carriers again.
    Resubmit,
    /// Cancel it and place a new one.
    Cancel,
    /// Something for people: IGNORE, SEND_EMAIL, or a word not known here.
    Person,
}

impl Reaction {
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "" => None,
            "RESUBMIT" => Some(Self::Resubmit),
            "CANCEL" => Some(Self::Cancel),
            _ => Some(Self::Person),
        }
    }
}

/// A line of a port's history (S:ServiceActivationEventLogX).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortLog {
    /// The state it was in, or went to.
    pub status: Box<str>,
    pub at: Option<Timestamp>,
    pub code: Box<str>,
    /// The carrier's words.
    pub message: Box<str>,
}

/// A port as the platform has it.
#[derive(Clone, Debug, PartialEq)]
pub struct LivePort {
    pub id: PortId,
    /// All its numbers, in order.
    pub numbers: Vec<PhoneNumber>,
    pub state: PortState,
    /// The winning carrier (S:ServiceActivationEventX.inboundCarrierType, or
    /// S:PortX.carrierType).
    pub carrier_type: Option<Box<str>>,
    /// The carrier's order number (S:ServiceActivationEventX.parentOrderId).
    pub order: Option<Box<str>>,
    /// Customer request date.
    pub crd: Option<Date>,
    /// Firm order commitment.
    pub foc: Option<Date>,
    pub created: Option<Timestamp>,
    /// When its state last changed, or something was last done about it.
    pub updated: Option<Timestamp>,
    /// S:ServiceActivationEventX.editableFieldTypes; empty where nothing is said.
    pub editable: Vec<Box<str>>,
    pub reaction: Option<Reaction>,
    /// In the order in which it happened.
    pub log: Vec<PortLog>,
    /// What was asked for. The secrets are never shown.
    pub customer_service_record: Option<Record>,
    pub billing_telephone_number: Option<PhoneNumber>,
    pub porting_wire_type: Option<Box<str>>,
    pub porting_authorized_name: Option<Box<str>>,
    pub telecom_settings: Option<Map<String, Value>>,
}

impl LivePort {
    /// The carrier's last words: of the last line that has any.
    pub fn words(&self) -> Option<&str> {
        let line = self.log.last()?;
        [&line.message, &line.code]
            .into_iter()
            .map(|text| text.trim())
            .find(|text| !text.is_empty())
    }

    /// When it came into the state that it is in: its event's history is read
    /// back to where that state begins.
    pub fn since(&self) -> Option<Timestamp> {
        self.log
            .iter()
            .rev()
            .take_while(|line| *line.status == *self.state.name())
            .last()
            .and_then(|line| line.at)
            .or(self.updated)
    }

    /// When the rejection that stands came in; none where it isn't rejected.
    pub fn rejection(&self) -> Option<Timestamp> {
        (self.state == PortState::Rejected)
            .then(|| self.since())
            .flatten()
    }

    /// When the winning carrier moves the numbers by itself on the FOC date.
    pub fn auto_trigger(&self) -> Option<AutoTrigger> {
        AutoTrigger::of(self.carrier_type.as_deref()?)
    }
}

/// The hour at which a carrier activates a port by itself on its FOC date
/// (guide, "Trigger Port").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AutoTrigger {
    pub hour: Time,
    /// The zone in which the hour, and the FOC date, are meant.
    pub zone: &'static str,
    /// From which hour on its desk is attended, in the platform's zone (guide,
    /// "Submitting a Standard Port": standard hours).
    desk_opens: i8,
}

/// Until when all desks are attended, in the platform's zone.
const DESK_CLOSES: i8 = 18;

impl AutoTrigger {
    /// `None` where the carrier publishes no hour: then it can't be triggered by hand either.
    pub fn of(carrier_type: &str) -> Option<Self> {
        let at = |hour, zone, desk_opens| {
            Some(Self {
                hour: Time::constant(hour, 0, 0, 0),
                zone,
                desk_opens,
            })
        };
        match carrier_type {
            "BANDWIDTH" => at(20, "America/New_York", 7),
            // Level 3 is Lumen's former name.
            "LEVEL_3" | "LUMEN_IMS" | "LUMEN_VOICE_LI_ELS" => at(21, PLATFORM_ZONE, 6),
            "SINCH" => at(18, PLATFORM_ZONE, 6),
            _ => None,
        }
    }

    pub fn time_zone(&self) -> TimeZone {
        zone(self.zone)
    }

    /// Whether somebody is there to be asked about a port that is stuck.
    pub fn is_attended(&self, now: Timestamp) -> bool {
        let there = now.to_zoned_datetime(zone(PLATFORM_ZONE));
        calendar::is_business_day(there.date())
            && (self.desk_opens..DESK_CLOSES).contains(&there.hour())
    }

    /// When somebody is, in words.
    pub fn desk(&self) -> String {
        format!(
            "Monday to Friday, {:02}:00 to {DESK_CLOSES}:00 {PLATFORM_ZONE}",
            self.desk_opens
        )
    }

    /// From when on, on that day, it may be triggered by hand.
    pub fn opens(&self, foc: Date) -> Option<Timestamp> {
        instant(foc, Time::midnight(), self.zone)
    }

    /// When the carrier does it by itself; from then on nobody else can.
    pub fn closes(&self, foc: Date) -> Option<Timestamp> {
        instant(foc, self.hour, self.zone)
    }
}

/// A zone of the database that comes with the program: a machine's own could
/// differ from the next one's.
pub fn zone(name: &str) -> TimeZone {
    TimeZoneDatabase::bundled()
        .get(name)
        .unwrap_or(TimeZone::UTC)
}

fn instant(day: Date, time: Time, name: &str) -> Option<Timestamp> {
    zone(name)
        .to_ambiguous_timestamp(day.to_datetime(time))
        .compatible()
        .ok()
}

/// What earlier runs are remembered to have sent for ports. It holds no secret
/// and nothing made from one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PortMemory {
    /// For which rejection a number's secrets were last sent; `None`: with the order.
    pub secrets_sent: BTreeMap<PhoneNumber, Option<Timestamp>>,
    /// How often a number was ordered as part of a port.
    pub orders: BTreeMap<PhoneNumber, u32>,
    /// When a port was last triggered by hand.
    pub triggered: BTreeMap<PortId, Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn carriers_move_numbers_at_their_own_hour_in_summer_and_winter() {
        for (carrier, day, expected) in [
            ("BANDWIDTH", date(2026, 12, 3), "2026-12-04T01:00:00Z"),
            ("BANDWIDTH", date(2026, 7, 2), "2026-07-03T00:00:00Z"),
            ("LEVEL_3", date(2026, 12, 3), "2026-12-04T04:00:00Z"),
            ("LUMEN_IMS", date(2026, 7, 2), "2026-07-03T03:00:00Z"),
            ("SINCH", date(2026, 12, 3), "2026-12-04T01:00:00Z"),
            ("SINCH", date(2026, 7, 2), "2026-07-03T00:00:00Z"),
            // The Friday before and the Monday after the clocks change.
            ("BANDWIDTH", date(2026, 10, 30), "2026-10-31T00:00:00Z"),
            ("BANDWIDTH", date(2026, 11, 2), "2026-11-03T01:00:00Z"),
            ("LEVEL_3", date(2027, 3, 12), "2027-03-13T04:00:00Z"),
            ("LEVEL_3", date(2027, 3, 15), "2027-03-16T03:00:00Z"),
        ] {
            let closes = AutoTrigger::of(carrier).and_then(|at| at.closes(day));
            assert_eq!(closes, expected.parse().ok(), "{carrier} {day}");
        }
        assert_eq!(AutoTrigger::of("TELUS"), None);
        assert_eq!(AutoTrigger::of("LEVEL3_CARIANZA"), None);
    }

    #[test]
    fn a_desk_is_attended_on_business_days_in_its_hours() {
        let attended = |carrier: &str, at: &str| {
            let at = at.parse().expect("a time");
            AutoTrigger::of(carrier).map(|auto| auto.is_attended(at))
        };
        for (carrier, at, expected) in [
            // 05:59, 06:00, 06:59 and 07:00 in Denver, in winter and in summer.
            ("SINCH", "2026-12-03T12:59:00Z", false),
            ("SINCH", "2026-12-03T13:00:00Z", true),
            ("LUMEN_IMS", "2026-07-02T11:59:00Z", false),
            ("LUMEN_IMS", "2026-07-02T12:00:00Z", true),
            ("BANDWIDTH", "2026-12-03T13:59:00Z", false),
            ("BANDWIDTH", "2026-12-03T14:00:00Z", true),
            // 17:59 and 18:00.
            ("BANDWIDTH", "2026-12-04T00:59:00Z", true),
            ("BANDWIDTH", "2026-12-04T01:00:00Z", false),
            // A Saturday, and the day after Thanksgiving.
            ("SINCH", "2026-12-05T18:00:00Z", false),
            ("SINCH", "2026-11-27T18:00:00Z", false),
        ] {
            assert_eq!(attended(carrier, at), Some(expected), "{carrier} {at}");
        }
    }

    #[test]
    fn the_day_begins_in_the_carriers_zone() {
        let opens = |carrier: &str, day| AutoTrigger::of(carrier).and_then(|at| at.opens(day));
        let winter = date(2026, 12, 3);
        assert_eq!(
            opens("BANDWIDTH", winter),
            "2026-12-03T05:00:00Z".parse().ok()
        );
        assert_eq!(opens("SINCH", winter), "2026-12-03T07:00:00Z".parse().ok());
    }
}
