//! Hostility on request: rules that make chosen requests fail in chosen ways,
//! so that "nothing is ordered twice" can be tried against a lost answer.

use std::collections::VecDeque;
use std::sync::Arc;

use globset::{GlobBuilder, GlobMatcher};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::world::World;

/// One rule of `POST /sandbox/faults`. Which requests: `method`, `path`, `skip`,
/// `times`. What happens to them: everything else; what is combined happens together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Fault {
    /// GET, POST …; any without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// A glob over the path: `*` within a segment, `**` across; any path without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// So many matching requests pass first.
    pub skip: u32,
    /// So many are then hit; all without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,

    /// Real time to wait before anything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay_milliseconds: Option<u64>,
    /// Answer with this status instead of doing what was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Do what was asked first; then `status` or `body` is a lie.
    pub after_effect: bool,
    /// Cut the connection before or after doing what was asked, without an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut: Option<Cut>,
    /// Break the connection after so many bytes of the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truncate_at: Option<usize>,
    /// Send this body instead; HTML, half a JSON document, anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Send this Retry-After, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_seconds: Option<u32>,
    /// Answer a reading with the world as it was so many seconds of sandbox time ago.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stale_seconds: Option<u32>,
    /// Answer so many readings after a write with the world as it was before that write.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stale_reads: Option<u32>,
    /// Let the request's token expire: 401, and for good.
    pub expire_token: bool,
}

/// When a connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Cut {
    Before,
    After,
}

impl Fault {
    fn is_stale(&self) -> bool {
        self.stale_seconds.is_some() || self.stale_reads.is_some()
    }
}

/// The rules in force, with how often each was met.
#[derive(Debug, Default)]
pub struct Faults {
    rules: Vec<Rule>,
    /// Worlds as they were before the last writes, the oldest first; kept only
    /// while a rule asks for stale readings.
    past: VecDeque<Past>,
}

#[derive(Debug)]
struct Past {
    world: Arc<World>,
    /// When it was written over.
    until: Timestamp,
    /// How many stale readings there were since.
    reads: u32,
}

/// A busy world has no more yesterdays than this.
const MOST_PAST: usize = 32;

#[derive(Debug)]
struct Rule {
    fault: Fault,
    path: Option<GlobMatcher>,
    seen: u32,
    hit: u32,
}

impl Faults {
    /// Adds a rule, or a list of them; what is wrong with them otherwise.
    pub fn add(&mut self, wish: Value) -> Result<(), String> {
        let list = match wish {
            Value::Array(list) => VecDeque::from(list),
            one => VecDeque::from([one]),
        };
        let rules = list
            .into_iter()
            .map(Rule::read)
            .collect::<Result<Vec<_>, String>>()?;
        self.rules.extend(rules);
        Ok(())
    }

    pub fn clear(&mut self) {
        self.rules.clear();
        self.past.clear();
    }

    /// Keeps the world as it is before a write, if a rule will ask for it.
    pub fn before_write(&mut self, world: &World, now: Timestamp) {
        if !self.rules.iter().any(|rule| rule.fault.is_stale()) {
            return;
        }
        while self.past.len() >= MOST_PAST {
            self.past.pop_front();
        }
        self.past.push_back(Past {
            world: Arc::new(world.clone()),
            until: now,
            reads: 0,
        });
    }

    /// The world that a stale reading shows, while there is one.
    pub fn stale_world(&mut self, fault: &Fault, now: Timestamp) -> Option<Arc<World>> {
        let shows = |past: &Past| {
            let since = now.duration_since(past.until);
            let young = fault
                .stale_seconds
                .is_some_and(|seconds| since < SignedDuration::from_secs(i64::from(seconds)));
            young || fault.stale_reads.is_some_and(|reads| past.reads < reads)
        };
        if !fault.is_stale() {
            return None;
        }
        let shown = self.past.iter().find(|past| shows(past));
        let world = shown.map(|past| Arc::clone(&past.world));
        for past in &mut self.past {
            past.reads = past.reads.saturating_add(1);
        }
        world
    }

    /// The fault that this request meets, by the first rule that hits it.
    pub fn meet(&mut self, method: &str, path: &str) -> Option<Fault> {
        let mut hit = None;
        for rule in &mut self.rules {
            let asked = rule.fault.method.as_deref();
            let matches = asked.is_none_or(|asked| asked.eq_ignore_ascii_case(method))
                && rule.path.as_ref().is_none_or(|glob| glob.is_match(path));
            if !matches {
                continue;
            }
            rule.seen += 1;
            let wanted = rule.seen > rule.fault.skip
                && rule.fault.times.is_none_or(|times| rule.hit < times);
            if wanted && hit.is_none() {
                rule.hit += 1;
                hit = Some(rule.fault.clone());
            }
        }
        hit
    }

    /// The rules with their counts.
    pub fn list(&self) -> Value {
        self.rules
            .iter()
            .map(|rule| {
                let mut value = serde_json::to_value(&rule.fault).unwrap_or_default();
                if let Value::Object(map) = &mut value {
                    map.insert("seen".to_owned(), rule.seen.into());
                    map.insert("hit".to_owned(), rule.hit.into());
                }
                value
            })
            .collect()
    }
}

impl Rule {
    fn read(wish: Value) -> Result<Self, String> {
        let fault: Fault = serde_json::from_value(wish).map_err(|error| error.to_string())?;
        let does_something = fault.delay_milliseconds.is_some()
            || fault.status.is_some()
            || fault.cut.is_some()
            || fault.truncate_at.is_some()
            || fault.body.is_some()
            || fault.is_stale()
            || fault.expire_token;
        if !does_something {
            return Err(
                "a fault needs status, delayMilliseconds, cut, truncateAt, body, staleSeconds, staleReads or expireToken"
                    .to_owned(),
            );
        }
        if fault
            .status
            .is_some_and(|status| !(200..=599).contains(&status))
        {
            return Err("status is from 200 to 599".to_owned());
        }
        let path = fault
            .path
            .as_deref()
            .map(|glob| {
                GlobBuilder::new(glob)
                    .literal_separator(true)
                    .build()
                    .map(|glob| glob.compile_matcher())
                    .map_err(|error| error.to_string())
            })
            .transpose()?;
        Ok(Self {
            fault,
            path,
            seen: 0,
            hit: 0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_rule_hits_the_requests_it_names_and_no_others() {
        let mut faults = Faults::default();
        faults
            .add(json!({"method": "POST", "path": "/v2/**/telephonenumber", "skip": 1, "times": 2, "status": 503}))
            .expect("a rule");
        let path = "/v2/partition/p/account/a/telephonenumber";
        let mut hits = Vec::new();
        for _ in 0..5 {
            hits.push(faults.meet("POST", path).is_some());
        }
        assert_eq!(hits, [false, true, true, false, false]);
        assert!(faults.meet("GET", path).is_none());
        assert!(
            faults
                .meet("POST", "/v2/partition/p/account/a/telephonenumber/1")
                .is_none()
        );
        assert_eq!(faults.list()[0]["seen"], 5);
    }

    #[test]
    fn one_star_stays_within_a_segment() {
        let mut faults = Faults::default();
        faults
            .add(json!([{"path": "/v2/partition/*/account", "status": 500}]))
            .expect("a rule");
        assert!(faults.meet("GET", "/v2/partition/p/account").is_some());
        assert!(faults.meet("GET", "/v2/partition/p/x/account").is_none());
    }

    #[test]
    fn a_rule_without_effect_or_with_a_wrong_word_is_refused() {
        for wish in [
            json!({"path": "/v2/**"}),
            json!({"statu": 500}),
            json!({"status": 99}),
            json!({"path": "[", "status": 500}),
        ] {
            assert!(Faults::default().add(wish.clone()).is_err(), "{wish}");
        }
    }
}
