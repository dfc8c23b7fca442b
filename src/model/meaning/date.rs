//! N7: one day, several spellings.
//!
//! The same customer request date is `2022-11-21`, `2022-11-21T00:00:00.000Z`
//! on the port and `2022-11-21T07:00:00.000Z` (midnight in Denver) on its event
//! (guide, "Port Monitoring").

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};

/// The zone in which the platform's day begins unless a port names its own.
pub const PLATFORM_ZONE: &str = "America/Denver";

/// The calendar day meant by a date or date-time; `None` if it is neither.
/// `zone` is the port's `focDateTimeZone`, where it has one.
pub fn day(text: &str, zone: Option<&str>) -> Option<Date> {
    let text = text.trim();
    if text.len() <= 10 {
        return text.parse().ok();
    }
    let instant: Timestamp = text.parse().ok()?;
    let utc = instant.to_zoned_datetime(TimeZone::UTC);
    if utc.time() == jiff::civil::Time::midnight() {
        return Some(utc.date());
    }
    // The zones that come with the program: the system's could differ between machines.
    let zones = TimeZoneDatabase::bundled();
    let zone = zone
        .and_then(|name| zones.get(name).ok())
        .or_else(|| zones.get(PLATFORM_ZONE).ok())?;
    Some(instant.to_zoned_datetime(zone).date())
}
