//! The platform's dates: with `Z`, with an offset, a day alone, and in places
//! an epoch integer.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Below this an epoch integer counts seconds, from it on milliseconds: as
/// seconds it would be in the year 5138, as milliseconds in 1973.
const MILLISECONDS_FROM: i64 = 100_000_000_000;

/// The instant that a date of the platform means; a day alone is its midnight
/// in UTC. `None` where it is empty or no date.
pub fn timestamp(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(instant);
    }
    if let Ok(epoch) = text.parse::<i64>() {
        return if epoch.abs() < MILLISECONDS_FROM {
            Timestamp::from_second(epoch).ok()
        } else {
            Timestamp::from_millisecond(epoch).ok()
        };
    }
    let day: Date = text.parse().ok()?;
    // A date-time without an offset would also parse as a day: refuse to guess.
    if text.len() != 10 {
        return None;
    }
    TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_same_moment_in_every_spelling() {
        let expected = "2022-11-21T07:00:00Z".parse().ok();
        for text in [
            "2022-11-21T07:00:00.000Z",
            "2022-11-21T07:00:00+00:00",
            "2022-11-21T00:00:00.000-07:00",
            "2022-11-21T07:00:00.000+0000",
            "1669014000",
            "1669014000000",
        ] {
            assert_eq!(timestamp(text), expected, "{text}");
        }
        assert_eq!(timestamp("2022-11-21"), "2022-11-21T00:00:00Z".parse().ok());
        for text in ["", "soon", "2022-13-01", "2022-11-21T07:00:00"] {
            assert_eq!(timestamp(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_the_platform_writes_is_read_without_harm(text in "\\PC{0,40}") {
            let _ = timestamp(&text);
        }

        #[test]
        fn milliseconds_are_told_from_seconds(second in 200_000_000i64..4_000_000_000) {
            let expected = Timestamp::from_second(second).ok();
            prop_assert_eq!(timestamp(&second.to_string()), expected);
            prop_assert_eq!(timestamp(&(second * 1000).to_string()), expected);
        }
    }
}
