//! What may be sent again, and when.

use std::time::Duration;

use jiff::Timestamp;

/// Whether a call may be repeated without looking first (contract notes,
/// section A, "Blind retry?").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safety {
    /// Changes nothing.
    Read,
    /// Twice is the same as once.
    SafeWrite,
    /// Twice may be two orders. Sent again only where it certainly was not
    /// carried out: the connection was refused, or it was answered 401. A 429
    /// is no such certainty (contract notes, section A).
    OnceOnly,
}

impl Safety {
    /// The safety of a write, by the row of section A that it is. What section
    /// A does not say "yes" to is sent once.
    pub fn of_write(method: &str, path: &str) -> Self {
        let path = path.split('?').next().unwrap_or(path);
        match method {
            // A16, A25; A8.
            "DELETE" => Self::SafeWrite,
            // A17; A15; A7.
            "PUT"
                if path.ends_with("/cooldown/recover")
                    || path.ends_with("/destination")
                    || path.ends_with("/reserve") =>
            {
                Self::SafeWrite
            }
            // A13. A port's PATCH (A24) is to be read first.
            "PATCH" if path.contains("/telephonenumber/") => Self::SafeWrite,
            _ => Self::OnceOnly,
        }
    }

    pub(super) fn may_repeat(self) -> bool {
        match self {
            Self::Read | Self::SafeWrite => true,
            Self::OnceOnly => false,
        }
    }
}

/// How often and how long.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetryPolicy {
    /// How often a call is sent at most, failures other than 429 counted.
    pub tries: u32,
    /// The first wait; each further one is twice as long.
    pub first: Duration,
    /// The longest wait between two tries.
    pub longest: Duration,
    /// The longest pause that a `Retry-After` is granted at a time.
    pub longest_pause: Duration,
    /// After this long a call is not sent again, whatever the reason.
    pub deadline: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            tries: 4,
            first: Duration::from_millis(250),
            longest: Duration::from_secs(4),
            longest_pause: Duration::from_secs(60),
            deadline: Duration::from_secs(300),
        }
    }
}

impl RetryPolicy {
    /// The wait after the `failures`-th failure (from 1): doubled each time,
    /// and somewhere in its upper half so that callers drift apart.
    pub(super) fn backoff(&self, failures: u32, random: f64) -> Duration {
        let doubled = self.first.saturating_mul(
            1u32.checked_shl(failures.saturating_sub(1))
                .unwrap_or(u32::MAX),
        );
        doubled.min(self.longest).mul_f64(0.5 + random / 2.0)
    }
}

/// The pause that `Retry-After` asks for: seconds, or an HTTP date measured
/// against the answer's own `Date` (our clock may be wrong; `now` where there
/// is none).
pub(super) fn retry_after(value: &str, date: Option<&str>, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let then = http_date(value)?;
    let from = date.and_then(http_date).unwrap_or(now);
    Some(Duration::try_from(then.duration_since(from)).unwrap_or(Duration::ZERO))
}

fn http_date(text: &str) -> Option<Timestamp> {
    Some(jiff::fmt::rfc2822::parse(text).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_sent_once_and_a_release_may_be_repeated() {
        let t = "/v2/partition/P/account/A/telephonenumber";
        let number = format!("{t}/18015551212");
        assert_eq!(Safety::of_write("POST", t), Safety::OnceOnly);
        assert_eq!(
            Safety::of_write("PUT", "/v2/partition/P/account/A/port/1/triggerport"),
            Safety::OnceOnly
        );
        assert_eq!(
            Safety::of_write("PATCH", "/v2/partition/P/account/A/port/1"),
            Safety::OnceOnly
        );
        assert_eq!(
            Safety::of_write("PUT", &format!("{number}/911-address/correction/accept")),
            Safety::OnceOnly
        );
        assert_eq!(Safety::of_write("DELETE", &number), Safety::SafeWrite);
        assert_eq!(Safety::of_write("PATCH", &number), Safety::SafeWrite);
    }

    #[test]
    fn waits_double_up_to_the_longest() {
        let policy = RetryPolicy::default();
        let longest: Vec<_> = (1..=7)
            .map(|n| policy.backoff(n, 1.0).as_millis())
            .collect();
        assert_eq!(longest, [250, 500, 1000, 2000, 4000, 4000, 4000]);
        assert_eq!(policy.backoff(1, 0.0), Duration::from_millis(125));
        assert_eq!(policy.backoff(u32::MAX, 1.0), Duration::from_secs(4));
    }

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let now = "2026-11-23T17:00:00Z".parse().expect("a time");
        let after = |value, date| retry_after(value, date, now);
        assert_eq!(after("7", None), Some(Duration::from_secs(7)));
        assert_eq!(
            after("Mon, 23 Nov 2026 17:00:30 GMT", None),
            Some(Duration::from_secs(30))
        );
        // The platform's own clock is ten minutes ahead of ours.
        assert_eq!(
            after(
                "Mon, 23 Nov 2026 17:10:05 GMT",
                Some("Mon, 23 Nov 2026 17:10:00 GMT")
            ),
            Some(Duration::from_secs(5))
        );
        assert_eq!(
            after("Mon, 23 Nov 2026 16:00:00 GMT", None),
            Some(Duration::ZERO)
        );
        assert_eq!(after("soon", None), None);
    }
}
