//! The days and hours of porting: which days carriers work, which days they
//! offer, and when a number changes hands on its day. All of it from zone
//! rules, so that the two nights a year that clocks change come out right.

use jiff::civil::{Date, DateTime, Time, Weekday, date, time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan};

/// The platform's own zone: dates of events are midnight here (N7), and the
/// cut-off of a day's orders is told in it (guide, "Submitting a Standard Port").
pub const PLATFORM_ZONE: &str = "America/Denver";
/// How S:PortX.focDateTimeZone spells that zone.
pub const FOC_DATE_TIME_ZONE: &str = "US/Mountain";

/// Orders from this hour on are the next business day's.
const CUT_OFF: Time = time(13, 0, 0, 0);
/// Business days from the day of the order to the first day on offer. The
/// guide's example: submitted on Thursday the 10th, earliest Monday the 14th.
const LEAD: u32 = 2;
/// Days from the day of the order to the last day on offer (the same example).
const REACH: i32 = 28;

/// Whose holidays count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Country {
    Usa,
    /// Both carriers and the platform's desk must be at work: either country's holidays.
    Canada,
}

impl Country {
    /// By any of the platform's spellings; all the rest is the USA.
    pub fn parse(name: &str) -> Self {
        match name {
            "CAN" | "CA" | "CANADA" => Country::Canada,
            _ => Country::Usa,
        }
    }
}

/// The day that it is for the platform.
pub fn today(now: Timestamp) -> Date {
    now.to_zoned_datetime(zone(PLATFORM_ZONE)).date()
}

/// Midnight of a day as the platform's events write it.
pub fn midnight(day: Date) -> Timestamp {
    at(day, Time::midnight(), PLATFORM_ZONE)
}

/// The instant at which a clock in a zone shows this. Where clocks skip it, the
/// instant at which they would have; where they show it twice, the first one.
pub fn at(day: Date, hour: Time, name: &str) -> Timestamp {
    let civil = DateTime::from_parts(day, hour);
    let zone = zone(name);
    let offset = match zone.to_ambiguous_zoned_datetime(civil).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset,
        AmbiguousOffset::Gap { before, .. } | AmbiguousOffset::Fold { before, .. } => before,
    };
    offset.to_timestamp(civil).unwrap_or(Timestamp::MAX)
}

/// A zone by its name; the zones of this file are built in.
fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

fn tomorrow(day: Date) -> Date {
    day.tomorrow().unwrap_or(Date::MAX)
}

/// The day as whose order one counts that comes at this instant.
pub fn order_day(now: Timestamp, country: Country) -> Date {
    let local = now.to_zoned_datetime(zone(PLATFORM_ZONE));
    let day = local.date();
    if is_business_day(day, country) && local.time() < CUT_OFF {
        day
    } else {
        business_days_after(day, 1, country)
    }
}

/// The days on offer to an order that comes at this instant, first to last.
pub fn days_on_offer(now: Timestamp, country: Country) -> Vec<Date> {
    let ordered = order_day(now, country);
    let first = business_days_after(ordered, LEAD, country);
    let last = ordered.checked_add(REACH.days()).unwrap_or(Date::MAX);
    let mut days = Vec::new();
    let mut day = first;
    while day <= last {
        if is_business_day(day, country) {
            days.push(day);
        }
        day = tomorrow(day);
        if day == Date::MAX {
            break;
        }
    }
    days
}

/// The business day that is this many after a day; 0 is that day or the first after it.
pub fn business_days_after(day: Date, count: u32, country: Country) -> Date {
    let mut day = day;
    let mut left = count;
    while day < Date::MAX {
        if is_business_day(day, country) && left == 0 {
            return day;
        }
        day = tomorrow(day);
        if is_business_day(day, country) {
            left = left.saturating_sub(1);
        }
    }
    day
}

/// So many business days are as good as any number more.
const FAR: u32 = 260;

/// The business days after the first day, up to and with the second; a year of
/// them at most.
pub fn business_days_between(from: Date, to: Date, country: Country) -> u32 {
    let mut day = from;
    let mut count = 0;
    while day < to && count < FAR {
        day = tomorrow(day);
        if is_business_day(day, country) {
            count += 1;
        }
    }
    count
}

/// No weekend and no holiday.
pub fn is_business_day(day: Date, country: Country) -> bool {
    let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    !weekend && !is_holiday(day, country)
}

fn is_holiday(day: Date, country: Country) -> bool {
    is_american_holiday(day) || (country == Country::Canada && is_canadian_holiday(day))
}

/// The guide's example offers the days around 11 November and leaves out the
/// day after Thanksgiving: Veterans Day and its like are days of work.
fn is_american_holiday(day: Date) -> bool {
    let year = day.year();
    fixed(day, &[(1, 1), (6, 19), (7, 4), (12, 25)])
        || day == nth(year, 1, 3, Weekday::Monday)
        || day == nth(year, 2, 3, Weekday::Monday)
        || day == nth(year, 5, -1, Weekday::Monday)
        || day == nth(year, 9, 1, Weekday::Monday)
        || day == nth(year, 11, 4, Weekday::Thursday)
        || day.yesterday().ok() == Some(nth(year, 11, 4, Weekday::Thursday))
}

fn is_canadian_holiday(day: Date) -> bool {
    let year = day.year();
    let boxing_day = day.yesterday().is_ok_and(|before| {
        before == date(year, 12, 25)
            || (before.weekday() == Weekday::Monday && before == observed(date(year, 12, 25)))
    });
    let good_friday = easter(year).checked_sub(2.days()).ok() == Some(day);
    fixed(day, &[(7, 1), (9, 30)])
        || boxing_day
        || good_friday
        // Victoria Day: the Monday before 25 May.
        || (day.month() == 5 && day.weekday() == Weekday::Monday && (18..=24).contains(&day.day()))
        || day == nth(year, 8, 1, Weekday::Monday)
        || day == nth(year, 10, 2, Weekday::Monday)
}

/// One of these dates, or the weekday on which it is kept when it falls on a weekend.
fn fixed(day: Date, dates: &[(i8, i8)]) -> bool {
    // New Year of the next year may be kept on this year's last day.
    [
        Some(day.year()),
        day.year().checked_add(1).filter(|year| *year <= 9999),
    ]
    .into_iter()
    .flatten()
    .flat_map(|year| dates.iter().map(move |(month, of)| (year, *month, *of)))
    .filter_map(|(year, month, of)| Date::new(year, month, of).ok())
    .any(|holiday| day == observed(holiday))
}

/// Saturday's is kept on Friday, Sunday's on Monday.
fn observed(holiday: Date) -> Date {
    let moved = match holiday.weekday() {
        Weekday::Saturday => holiday.yesterday(),
        Weekday::Sunday => holiday.tomorrow(),
        Weekday::Monday
        | Weekday::Tuesday
        | Weekday::Wednesday
        | Weekday::Thursday
        | Weekday::Friday => Ok(holiday),
    };
    moved.unwrap_or(holiday)
}

/// The nth such weekday of a month; -1 is the last.
fn nth(year: i16, month: i8, n: i8, weekday: Weekday) -> Date {
    Date::new(year, month, 1)
        .and_then(|first| first.nth_weekday_of_month(n, weekday))
        .unwrap_or(Date::MIN)
}

/// Easter Sunday (the anonymous Gregorian computation).
fn easter(year: i16) -> Date {
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 19 * l) / 433;
    let month = (h + l - 7 * m + 90) / 25;
    let day = (h + l - 7 * m + 33 * month + 19) % 32;
    let part = |number: i32| i8::try_from(number).unwrap_or(1);
    Date::new(year, part(month), part(day)).unwrap_or(Date::MIN)
}

/// When a carrier activates a port by itself on its day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AutoTrigger {
    pub hour: Time,
    pub zone: &'static str,
    /// Its hour is published, and the port can be triggered before it.
    pub published: bool,
}

impl AutoTrigger {
    /// Guide, "Trigger Port". Lumen is Level 3's name today.
    pub fn of(carrier_type: &str) -> Self {
        let (hour, zone, published) = match carrier_type {
            "BANDWIDTH" => (time(20, 0, 0, 0), "America/New_York", true),
            "LEVEL_3" | "LUMEN_IMS" | "LUMEN_VOICE_LI_ELS" => {
                (time(21, 0, 0, 0), PLATFORM_ZONE, true)
            }
            "SINCH" => (time(18, 0, 0, 0), PLATFORM_ZONE, true),
            _ => (time(15, 0, 0, 0), PLATFORM_ZONE, false),
        };
        Self {
            hour,
            zone,
            published,
        }
    }

    /// When a port with this day can be triggered: from the first to before the second.
    pub fn window(&self, foc: Date) -> (Timestamp, Timestamp) {
        (
            at(foc, Time::midnight(), self.zone),
            at(foc, self.hour, self.zone),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    #[test]
    fn the_guides_example_offers_the_guides_days() {
        let days = days_on_offer(instant("2022-11-10T16:55:33Z"), Country::Usa);
        let written: Vec<String> = days.iter().map(ToString::to_string).collect();
        let expected = [
            "2022-11-14",
            "2022-11-15",
            "2022-11-16",
            "2022-11-17",
            "2022-11-18",
            "2022-11-21",
            "2022-11-22",
            "2022-11-23",
            "2022-11-28",
            "2022-11-29",
            "2022-11-30",
            "2022-12-01",
            "2022-12-02",
            "2022-12-05",
            "2022-12-06",
            "2022-12-07",
            "2022-12-08",
        ];
        assert_eq!(written, expected);
    }

    #[test]
    fn an_order_at_one_oclock_is_the_next_business_days() {
        // 13:00 in Denver is 20:00Z in winter and 19:00Z in summer.
        for (now, day) in [
            ("2026-11-23T19:59:59Z", date(2026, 11, 23)),
            ("2026-11-23T20:00:00Z", date(2026, 11, 24)),
            ("2026-07-14T18:59:59Z", date(2026, 7, 14)),
            ("2026-07-14T19:00:00Z", date(2026, 7, 15)),
            // Wednesday afternoon before Thanksgiving: Monday.
            ("2026-11-25T21:00:00Z", date(2026, 11, 30)),
            // Friday evening, Saturday, and Sunday evening that is Monday in London.
            ("2026-07-18T00:00:00Z", date(2026, 7, 20)),
            ("2026-07-18T15:00:00Z", date(2026, 7, 20)),
            ("2026-07-20T02:00:00Z", date(2026, 7, 20)),
        ] {
            assert_eq!(order_day(instant(now), Country::Usa), day, "{now}");
        }
    }

    #[test]
    fn holidays_of_both_countries_are_left_out() {
        for (day, american, canadian) in [
            (date(2026, 11, 26), true, true),
            (date(2026, 11, 27), true, true),
            (date(2026, 11, 11), false, false),
            (date(2026, 7, 1), false, true),
            // The Fourth on a Saturday is kept on Friday, New Year 2028 on Friday 31 December.
            (date(2026, 7, 3), true, true),
            (date(2027, 12, 31), true, true),
            (date(2026, 5, 18), false, true),
            (date(2026, 5, 25), true, true),
            (date(2026, 4, 3), false, true),
            (date(2027, 3, 26), false, true),
            (date(2026, 10, 12), false, true),
            (date(2026, 12, 28), false, false),
            (date(2025, 12, 26), false, true),
            (date(2022, 12, 26), true, true),
            (date(2022, 12, 27), false, true),
            (date(2026, 6, 19), true, true),
            (date(2026, 6, 18), false, false),
        ] {
            assert_eq!(is_holiday(day, Country::Usa), american, "{day} USA");
            assert_eq!(is_holiday(day, Country::Canada), canadian, "{day} CAN");
        }
    }

    #[test]
    fn business_days_are_counted_over_weekends_and_holidays() {
        let wednesday = date(2026, 11, 25);
        assert_eq!(business_days_after(wednesday, 0, Country::Usa), wednesday);
        assert_eq!(
            business_days_after(wednesday, 1, Country::Usa),
            date(2026, 11, 30)
        );
        assert_eq!(
            business_days_after(date(2026, 11, 28), 0, Country::Usa),
            date(2026, 11, 30)
        );
        assert_eq!(
            business_days_after(date(2026, 11, 28), 1, Country::Usa),
            date(2026, 11, 30)
        );
        assert_eq!(
            business_days_between(wednesday, date(2026, 12, 1), Country::Usa),
            2
        );
        assert_eq!(business_days_between(wednesday, wednesday, Country::Usa), 0);
    }

    #[test]
    fn windows_close_at_the_carriers_hour_in_summer_and_winter() {
        for (carrier, day, opens, closes) in [
            (
                "BANDWIDTH",
                date(2026, 1, 15),
                "2026-01-15T05:00:00Z",
                "2026-01-16T01:00:00Z",
            ),
            (
                "BANDWIDTH",
                date(2026, 7, 15),
                "2026-07-15T04:00:00Z",
                "2026-07-16T00:00:00Z",
            ),
            (
                "LEVEL_3",
                date(2026, 1, 15),
                "2026-01-15T07:00:00Z",
                "2026-01-16T04:00:00Z",
            ),
            (
                "LUMEN_IMS",
                date(2026, 7, 15),
                "2026-07-15T06:00:00Z",
                "2026-07-16T03:00:00Z",
            ),
            (
                "SINCH",
                date(2026, 1, 15),
                "2026-01-15T07:00:00Z",
                "2026-01-16T01:00:00Z",
            ),
            (
                "SINCH",
                date(2026, 7, 15),
                "2026-07-15T06:00:00Z",
                "2026-07-16T00:00:00Z",
            ),
            // The days on which clocks change: 23 and 25 hours long.
            (
                "BANDWIDTH",
                date(2026, 3, 8),
                "2026-03-08T05:00:00Z",
                "2026-03-09T00:00:00Z",
            ),
            (
                "BANDWIDTH",
                date(2026, 11, 1),
                "2026-11-01T04:00:00Z",
                "2026-11-02T01:00:00Z",
            ),
        ] {
            let trigger = AutoTrigger::of(carrier);
            assert!(trigger.published);
            assert_eq!(
                trigger.window(day),
                (instant(opens), instant(closes)),
                "{carrier} {day}"
            );
        }
        assert!(!AutoTrigger::of("TELUS").published);
        assert_eq!(
            midnight(date(2022, 11, 21)),
            instant("2022-11-21T07:00:00Z")
        );
        assert_eq!(midnight(date(2022, 7, 21)), instant("2022-07-21T06:00:00Z"));
    }
}
