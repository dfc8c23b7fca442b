//! What was called: `GET /sandbox/requests`. A test that says "no call was
//! made" asks here.

use std::collections::VecDeque;

use jiff::Timestamp;
use serde::Serialize;

/// So many are remembered; `total` counts on.
const REMEMBERED: usize = 20_000;

/// The requests to the platform, oldest first. The sandbox's own are not among them.
#[derive(Debug, Default, Serialize)]
pub struct RequestLog {
    total: u64,
    requests: VecDeque<Logged>,
}

/// One of them.
#[derive(Debug, Serialize)]
pub struct Logged {
    pub sequence: u64,
    pub method: String,
    /// With the query; nothing secret is ever in it.
    pub path: String,
    /// What was answered; 0 where the connection was cut instead.
    pub status: u16,
    /// Sandbox time.
    pub at: Timestamp,
}

impl RequestLog {
    pub fn add(&mut self, method: String, path: String, status: u16, at: Timestamp) {
        self.total += 1;
        if self.requests.len() == REMEMBERED {
            self.requests.pop_front();
        }
        self.requests.push_back(Logged {
            sequence: self.total,
            method,
            path,
            status,
            at,
        });
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// How many there were, the forgotten ones among them.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The last so many, newest first.
    pub fn last(&self, count: usize) -> impl Iterator<Item = &Logged> {
        self.requests.iter().rev().take(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_are_forgotten_and_still_counted() {
        let mut log = RequestLog::default();
        for _ in 0..REMEMBERED + 5 {
            log.add("GET".into(), "/v2".into(), 200, Timestamp::UNIX_EPOCH);
        }
        assert_eq!(log.requests.len(), REMEMBERED);
        assert_eq!(log.total, REMEMBERED as u64 + 5);
        assert_eq!(log.requests.front().map(|first| first.sequence), Some(6));
    }
}
