//! The sandbox's own time. It runs with the computer's clock, or stands still;
//! either way it can be moved, so that a cooldown of 30 days takes a moment.

use jiff::{SignedDuration, Span, Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// How sandbox time is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "mode")]
pub enum Clock {
    /// The computer's time and this much more.
    #[serde(rename_all = "camelCase")]
    Real { ahead_milliseconds: i64 },
    /// Stands still at this instant.
    Frozen { at: Timestamp },
}

/// A wish to change the clock: `POST /sandbox/clock`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClockChange {
    /// An ISO 8601 duration to go forward: P3D, PT31M.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advance: Option<String>,
    /// An RFC 3339 instant to go to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<Timestamp>,
    /// true stops the clock, false lets it run on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub freeze: Option<bool>,
}

impl Default for Clock {
    fn default() -> Self {
        Clock::Real {
            ahead_milliseconds: 0,
        }
    }
}

impl Clock {
    /// Sandbox time when the computer's clock says `wall`. Whole milliseconds,
    /// as the platform writes them.
    pub fn now(&self, wall: Timestamp) -> Timestamp {
        match *self {
            Clock::Frozen { at } => at,
            Clock::Real { ahead_milliseconds } => {
                let wall = millisecond(wall.as_millisecond());
                later(wall, SignedDuration::from_millis(ahead_milliseconds))
            }
        }
    }

    pub fn mode(&self) -> &'static str {
        match self {
            Clock::Real { .. } => "real",
            Clock::Frozen { .. } => "frozen",
        }
    }

    /// The clock after a change; what is wrong with the wish otherwise.
    pub fn changed(&self, change: &ClockChange, wall: Timestamp) -> Result<Clock, String> {
        let ClockChange {
            advance,
            set,
            freeze,
        } = change;
        if advance.is_some() && set.is_some() {
            return Err("say either advance or set".to_owned());
        }
        if advance.is_none() && set.is_none() && freeze.is_none() {
            return Err("say advance, set or freeze".to_owned());
        }
        let mut now = self.now(wall);
        if let Some(text) = advance {
            now = advanced(now, text)?;
        }
        if let Some(instant) = set {
            now = millisecond(instant.as_millisecond());
        }
        let frozen = freeze.unwrap_or(matches!(self, Clock::Frozen { .. }));
        Ok(if frozen {
            Clock::Frozen { at: now }
        } else {
            Clock::Real {
                ahead_milliseconds: now.as_millisecond() - wall.as_millisecond(),
            }
        })
    }
}

fn advanced(now: Timestamp, text: &str) -> Result<Timestamp, String> {
    let span: Span = text
        .parse()
        .map_err(|error| format!("advance: {text:?} is no ISO 8601 duration: {error}"))?;
    if span.is_negative() {
        return Err("advance goes forward only; use set to go back".to_owned());
    }
    now.to_zoned_datetime(TimeZone::UTC)
        .checked_add(span)
        .map(|zoned| zoned.timestamp())
        .map_err(|error| format!("advance: {error}"))
}

/// `start` and `by` more; the end of time where that is past it.
pub fn later(start: Timestamp, by: SignedDuration) -> Timestamp {
    start.checked_add(by).unwrap_or(Timestamp::MAX)
}

fn millisecond(count: i64) -> Timestamp {
    Timestamp::from_millisecond(count).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    #[test]
    fn each_change_moves_the_clock_as_asked() {
        let wall = at("2026-11-23T17:00:00Z");
        let hour_later = at("2026-11-23T18:00:00Z");
        let cases = [
            (
                r#"{"advance":"P3D"}"#,
                "2026-11-26T17:00:00Z",
                "2026-11-26T18:00:00Z",
            ),
            (
                r#"{"freeze":true}"#,
                "2026-11-23T17:00:00Z",
                "2026-11-23T17:00:00Z",
            ),
            (
                r#"{"set":"2027-01-01T00:00:00Z","freeze":true}"#,
                "2027-01-01T00:00:00Z",
                "2027-01-01T00:00:00Z",
            ),
            (
                r#"{"advance":"PT31M","freeze":false}"#,
                "2026-11-23T17:31:00Z",
                "2026-11-23T18:31:00Z",
            ),
        ];
        for (wish, now, then) in cases {
            let change: ClockChange = serde_json::from_str(wish).expect("a wish");
            let clock = Clock::default().changed(&change, wall).expect("legal");
            assert_eq!(clock.now(wall), at(now), "{wish}");
            assert_eq!(clock.now(hour_later), at(then), "{wish}");
        }
    }

    #[test]
    fn a_frozen_clock_stays_frozen_when_it_is_advanced() {
        let wall = at("2026-11-23T17:00:00Z");
        let frozen = Clock::Frozen {
            at: at("2020-01-01T00:00:00Z"),
        };
        let change = ClockChange {
            advance: Some("P1DT1H".to_owned()),
            ..ClockChange::default()
        };
        let clock = frozen.changed(&change, wall).expect("legal");
        assert_eq!(
            clock,
            Clock::Frozen {
                at: at("2020-01-02T01:00:00Z")
            }
        );
    }

    #[test]
    fn nonsense_is_refused_with_words() {
        for wish in [
            r#"{}"#,
            r#"{"advance":"3 parsecs"}"#,
            r#"{"advance":"-P1D"}"#,
            r#"{"advance":"P1D","set":"2027-01-01T00:00:00Z"}"#,
        ] {
            let change: ClockChange = serde_json::from_str(wish).expect("a wish");
            let refused = Clock::default().changed(&change, Timestamp::UNIX_EPOCH);
            assert!(refused.is_err(), "{wish}");
        }
    }
}
