//! Days and moments as people at a carrier write them: with the weekday, and
//! in the zone in which the carrier works.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::model::meaning::date::PLATFORM_ZONE;
use crate::model::porting::{AutoTrigger, zone};

/// The zone that a carrier's hours are meant in: its own where it publishes
/// one, else that of the platform's order desk.
pub(super) fn carrier_zone(carrier: Option<&str>) -> TimeZone {
    carrier
        .and_then(AutoTrigger::of)
        .map_or_else(|| zone(PLATFORM_ZONE), |auto| auto.time_zone())
}

/// `Thu 2026-12-03`.
pub(super) fn day(day: Date) -> String {
    day.strftime("%a %Y-%m-%d").to_string()
}

/// `Thu 2026-12-03 20:00 EST`.
pub(super) fn moment(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone())
        .strftime("%a %Y-%m-%d %H:%M %Z")
        .to_string()
}

/// A date or a date-time as a plan's note has it; what is neither, as it is.
pub(super) fn until(text: &str, zone: &TimeZone) -> String {
    if let Ok(at) = text.parse::<Timestamp>() {
        return moment(at, zone);
    }
    match text.parse::<Date>() {
        Ok(date) => day(date),
        Err(_) => super::words::clean(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_carriers_hour_is_told_in_its_own_zone_in_winter_and_in_summer() {
        let zone = carrier_zone(Some("BANDWIDTH"));
        let at = |text: &str| moment(text.parse().expect("a time"), &zone);
        assert_eq!(at("2026-12-04T01:00:00Z"), "Thu 2026-12-03 20:00 EST");
        assert_eq!(at("2026-07-03T00:00:00Z"), "Thu 2026-07-02 20:00 EDT");
        let lumen = carrier_zone(Some("LEVEL_3"));
        assert_eq!(
            until("2026-12-03T20:00:00-05:00", &lumen),
            "Thu 2026-12-03 18:00 MST"
        );
        assert_eq!(until("2026-12-03", &zone), "Thu 2026-12-03");
        // Who publishes no hour is told of in the order desk's zone.
        assert_eq!(carrier_zone(Some("TELUS")), carrier_zone(None));
    }
}
