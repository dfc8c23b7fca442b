//! How many requests may be in flight: as many as were asked for, fewer while
//! the platform shows that it is too much for it.
//!
//! Additive increase, multiplicative decrease, as networks share a line. What
//! counts as "too much": a 429 or a 503, and answers that have become slow, most
//! of a window of them. Slow is judged against what the same operation used to
//! take, so that a search is not held against a look at one number. It knows no
//! clock and nothing of waiting: it is told how each request ended.

use std::collections::BTreeMap;
use std::time::Duration;

/// A window is twice the requests that may be in flight, and never fewer than
/// this: a single stall, which delays all that are in flight at that moment,
/// stays half of it at most.
const SMALLEST_WINDOW: usize = 8;

/// So many answers tell what an operation takes; their median, for the first
/// one may have had to connect.
const FIRST_ANSWERS: usize = 5;

/// An answer is slow from twice its baseline on, and this much more: doubling a
/// millisecond says nothing.
const SLOW_BEYOND: Duration = Duration::from_millis(25);

/// The baseline follows faster answers by a quarter of the difference, slower
/// ones by a sixty-fourth of it, counted as twice the baseline at most. So one
/// slow answer moves it by less than 2 %, and a platform that stays slow is
/// what it takes after some two hundred answers.
const FASTER: u32 = 4;
const SLOWER: u32 = 64;

/// No more operations than these are told apart; the guide has fewer.
const MOST_OPERATIONS: usize = 64;

/// How a request ended, as far as the pace goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::api) enum Ended {
    /// Answered, whatever the answer; its first byte came after this long.
    Answered(Duration),
    /// Answered with 429 or 503.
    Overloaded,
    /// No answer, or another 5xx: nothing that speaks for going faster.
    Lost,
}

/// The requests that may be in flight, and what that is judged by.
pub(super) struct Limit {
    most: usize,
    now: usize,
    /// Counts the times that the limit was lowered. What was sent before the
    /// last time says nothing about the limit since.
    epoch: u64,
    /// Answers since the limit last changed, and how many of them were slow.
    answers: usize,
    slow: usize,
    usual: BTreeMap<String, Usual>,
}

/// What an operation takes.
enum Usual {
    Learning(Vec<Duration>),
    Known(Duration),
}

impl Limit {
    pub fn new(most: usize) -> Self {
        Self {
            most,
            now: most,
            epoch: 0,
            answers: 0,
            slow: 0,
            usual: BTreeMap::new(),
        }
    }

    pub fn now(&self) -> usize {
        self.now
    }

    pub fn most(&self) -> usize {
        self.most
    }

    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// A request of this operation, sent in that epoch, has ended.
    pub fn ended(&mut self, operation: &str, epoch: u64, ended: Ended) {
        let slow = match ended {
            Ended::Answered(took) => self.is_slow(operation, took),
            Ended::Lost => return,
            // All that were in flight together are turned away together: that
            // is one reason to go slower, not eight.
            Ended::Overloaded if epoch == self.epoch => return self.lower(),
            Ended::Overloaded => return,
        };
        if epoch != self.epoch {
            return;
        }
        self.answers += 1;
        self.slow += usize::from(slow);
        if self.answers < self.window() {
            return;
        }
        if self.slow * 2 > self.answers {
            self.lower();
        } else {
            self.now = (self.now + 1).min(self.most);
            self.begin_window();
        }
    }

    fn window(&self) -> usize {
        self.now.saturating_mul(2).max(SMALLEST_WINDOW)
    }

    fn lower(&mut self) {
        self.now = (self.now / 2).max(1);
        self.epoch += 1;
        self.begin_window();
    }

    fn begin_window(&mut self) {
        self.answers = 0;
        self.slow = 0;
    }

    /// Whether that is slow for the operation; learns from it.
    fn is_slow(&mut self, operation: &str, took: Duration) -> bool {
        let Some(usual) = self.usual.get_mut(operation) else {
            if self.usual.len() < MOST_OPERATIONS {
                let learning = Usual::Learning(vec![took]);
                self.usual.insert(operation.to_owned(), learning);
            }
            return false;
        };
        match usual {
            Usual::Learning(seen) => {
                seen.push(took);
                seen.sort_unstable();
                if let (FIRST_ANSWERS.., Some(median)) = (seen.len(), seen.get(seen.len() / 2)) {
                    *usual = Usual::Known(*median);
                }
                false
            }
            Usual::Known(baseline) => {
                let slow = took > *baseline * 2 + SLOW_BEYOND;
                *baseline = if took < *baseline {
                    *baseline - (*baseline - took) / FASTER
                } else {
                    let counted = took.min(*baseline * 2 + SLOW_BEYOND);
                    *baseline + (counted - *baseline) / SLOWER
                };
                slow
            }
        }
    }
}
