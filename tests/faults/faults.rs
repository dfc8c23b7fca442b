//! The faults of `POST /sandbox/faults`, each laid upon one write.

use serde_json::{Value, json};

/// A column of the matrix.
pub struct Disturbance {
    pub name: &'static str,
    rule: Value,
    /// Upon every reading instead of the write.
    on: On,
    /// Every matching request of the run is hit, else the first alone.
    always: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum On {
    Write,
    Reads,
    /// The write, and every reading after it.
    WriteAndReads,
}

/// How long an answer is waited for in a run whose write is delayed, and the
/// delay, in milliseconds of real time.
pub const PATIENCE: u64 = 120;
const DELAY: u64 = 400;

const SIGN_IN: &str = "<html><body>Sign in</body></html>";

impl Disturbance {
    pub fn is_slow(&self) -> bool {
        self.rule.get("delayMilliseconds").is_some()
    }

    /// It ends the login before anything is done: after a look it is sent again
    /// with the next one.
    pub fn is_about_the_token(&self) -> bool {
        let refused = self.rule.get("expireToken").is_some() || self.rule["status"] == 401;
        refused && self.rule.get("afterEffect").is_none()
    }

    /// The rules, for a write by this method and path that `reads` readings precede.
    pub fn rules(&self, method: &str, path: &str, reads: usize) -> Value {
        let mut rule = self.rule.clone();
        if self.on == On::Reads {
            rule["method"] = json!("GET");
            rule["path"] = json!("/v2/**");
        } else {
            rule["method"] = json!(method);
            rule["path"] = json!(path);
        }
        if !self.always {
            rule["times"] = json!(1);
        }
        if self.on == On::WriteAndReads {
            let blind = json!({ "method": "GET", "path": "/v2/**", "skip": reads, "status": 503 });
            return json!([rule, blind]);
        }
        json!([rule])
    }
}

pub fn all() -> Vec<Disturbance> {
    let write = |name, rule, always| Disturbance {
        name,
        rule,
        on: On::Write,
        always,
    };
    let once = |name, rule| write(name, rule, false);
    let always = |name, rule| write(name, rule, true);
    let reads = |name, rule| Disturbance {
        name,
        rule,
        on: On::Reads,
        always: true,
    };
    vec![
        once("400 before", json!({ "status": 400 })),
        once("400 after", json!({ "status": 400, "afterEffect": true })),
        once("401 before", json!({ "status": 401 })),
        once("401 after", json!({ "status": 401, "afterEffect": true })),
        always("401 always", json!({ "status": 401 })),
        once("expired token", json!({ "expireToken": true })),
        once("403 before", json!({ "status": 403 })),
        once("403 after", json!({ "status": 403, "afterEffect": true })),
        once("404 before", json!({ "status": 404 })),
        once("404 after", json!({ "status": 404, "afterEffect": true })),
        once("409 before", json!({ "status": 409 })),
        once("409 after", json!({ "status": 409, "afterEffect": true })),
        once(
            "429 before",
            json!({ "status": 429, "retryAfterSeconds": 7 }),
        ),
        once(
            "429 after",
            json!({ "status": 429, "retryAfterSeconds": 7, "afterEffect": true }),
        ),
        always(
            "429 always",
            json!({ "status": 429, "retryAfterSeconds": 30 }),
        ),
        once("500 before", json!({ "status": 500 })),
        once("500 after", json!({ "status": 500, "afterEffect": true })),
        once("502 before", json!({ "status": 502, "body": SIGN_IN })),
        once(
            "502 after",
            json!({ "status": 502, "body": SIGN_IN, "afterEffect": true }),
        ),
        once(
            "503 before",
            json!({ "status": 503, "retryAfterSeconds": 5 }),
        ),
        once(
            "503 after",
            json!({ "status": 503, "retryAfterSeconds": 5, "afterEffect": true }),
        ),
        always("503 always", json!({ "status": 503 })),
        always(
            "503 always, after",
            json!({ "status": 503, "afterEffect": true }),
        ),
        once("504 before", json!({ "status": 504 })),
        once("504 after", json!({ "status": 504, "afterEffect": true })),
        once("late before", json!({ "delayMilliseconds": DELAY })),
        once("cut before", json!({ "cut": "before" })),
        once("cut after", json!({ "cut": "after" })),
        always("cut always, before", json!({ "cut": "before" })),
        always("cut always, after", json!({ "cut": "after" })),
        once(
            "truncated before",
            json!({ "status": 200, "truncateAt": 5 }),
        ),
        once("truncated after", json!({ "truncateAt": 5 })),
        once(
            "half JSON after",
            json!({ "body": "{\"telephoneNumbers\": [" }),
        ),
        once("HTML before", json!({ "status": 200, "body": SIGN_IN })),
        once("HTML after", json!({ "body": SIGN_IN })),
        reads("1 stale read", json!({ "staleReads": 1 })),
        reads("3 stale reads", json!({ "staleReads": 3 })),
        reads("stale to the end", json!({ "staleSeconds": 3600 })),
        Disturbance {
            name: "cut before, then blind",
            rule: json!({ "cut": "before" }),
            on: On::WriteAndReads,
            always: false,
        },
        Disturbance {
            name: "cut after, then blind",
            rule: json!({ "cut": "after" }),
            on: On::WriteAndReads,
            always: false,
        },
    ]
}
