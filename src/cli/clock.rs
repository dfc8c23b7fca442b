//! The time that a run is for: the system's, unless ALZ_NOW replaces it
//! (design, decision 13).

use jiff::Timestamp;
use jiff::civil::Date;

use crate::desired::Problem;
use crate::desired::problem::code;

/// The zone of the platform's order desk, whose day is the business day
/// (guide, "Submitting a Standard Port").
const DESK: &str = "America/Denver";

/// What ALZ_NOW says, if it says anything.
pub fn replaced() -> Result<Option<Timestamp>, Box<Problem>> {
    match std::env::var("ALZ_NOW") {
        Ok(text) if !text.is_empty() => text
            .parse()
            .map(Some)
            .map_err(|_| wrong(format!("`{text}` is no RFC 3339 time"))),
        _ => Ok(None),
    }
}

/// The time now.
pub fn now() -> Result<Timestamp, Box<Problem>> {
    Ok(replaced()?.unwrap_or_else(Timestamp::now))
}

/// Today at the order desk, for the rules that ask (a date that is past, a holiday).
pub fn today() -> Result<Date, Box<Problem>> {
    day_of(now()?)
}

/// The day of a moment at the order desk.
pub fn day_of(at: Timestamp) -> Result<Date, Box<Problem>> {
    let zoned = at.in_tz(DESK).map_err(|error| wrong(error.to_string()))?;
    Ok(zoned.date())
}

fn wrong(message: String) -> Box<Problem> {
    let problem = Problem::of_file(code::CONFIG, "ALZ_NOW", message);
    Box::new(problem.help("write it as 2026-12-03T08:00:00Z"))
}
