//! What can go wrong between us and the platform, in words that say what,
//! where, and how to mend it. Request bodies, tokens and passwords are never
//! part of an error; the platform's own words always are.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

/// One operation, as errors name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub method: String,
    /// Below the API's address, with the query.
    pub path: String,
}

impl Call {
    pub fn new(method: impl Into<String>, path: impl Into<String>) -> Self {
        Self {
            method: method.into(),
            path: path.into(),
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// Why a call did not bring what it should.
#[derive(Clone, Debug, PartialEq)]
pub enum ApiError {
    /// The API's address can't be used.
    BadAddress { address: String, why: String },
    /// Something else about how the client was set up.
    BadSetup { what: String, why: String },
    /// A path that no request may be sent to.
    BadPath { call: Call },
    /// The platform does not take our credentials or token.
    Unauthorized { call: Call, why: String },
    /// The platform understood and said no (a 4xx other than 401, 404 and 429).
    Refused {
        call: Call,
        status: u16,
        /// S:PublicApiException.messages or the 401's and S:ApiSingleException's `message`.
        messages: Vec<String>,
        /// S:PublicApiException.data: for a refused DELETE, the reasons.
        data: Option<Value>,
    },
    /// 404 in the platform's own envelope; look-ups turn it into `None`.
    NotFound { call: Call, messages: Vec<String> },
    /// 429, again and again.
    RateLimited { call: Call, waited: Duration },
    /// The platform is in trouble (5xx), again and again; the call only reads.
    Failing {
        call: Call,
        status: u16,
        messages: Vec<String>,
    },
    /// No answer, and nothing changed: the request never arrived, or only reads.
    Unreachable { call: Call, why: String },
    /// A write whose effect is not known. Read before anything is sent again.
    Unclear { call: Call, why: String },
    /// The token was refused, and there is a new one. The write was not sent
    /// again: read first, for what refuses a token may have done the rest.
    TokenRenewed { call: Call },
    /// Not sent: leave to send it was taken back before its turn came.
    Withheld { call: Call },
    /// An answer that can't be the platform's. Never taken for an empty one.
    WrongAnswer { call: Call, why: String },
}

impl ApiError {
    /// The operation it is about.
    pub fn call(&self) -> Option<&Call> {
        match self {
            Self::BadAddress { .. } | Self::BadSetup { .. } => None,
            Self::BadPath { call }
            | Self::Unauthorized { call, .. }
            | Self::Refused { call, .. }
            | Self::NotFound { call, .. }
            | Self::RateLimited { call, .. }
            | Self::Failing { call, .. }
            | Self::Unreachable { call, .. }
            | Self::Unclear { call, .. }
            | Self::TokenRenewed { call }
            | Self::Withheld { call }
            | Self::WrongAnswer { call, .. } => Some(call),
        }
    }

    /// A write that may or may not have taken effect.
    pub fn is_unclear(&self) -> bool {
        matches!(self, Self::Unclear { .. })
    }

    /// The platform's own words, as given.
    pub fn messages(&self) -> &[String] {
        match self {
            Self::Refused { messages, .. }
            | Self::NotFound { messages, .. }
            | Self::Failing { messages, .. } => messages,
            Self::BadAddress { .. }
            | Self::BadSetup { .. }
            | Self::BadPath { .. }
            | Self::Unauthorized { .. }
            | Self::RateLimited { .. }
            | Self::Unreachable { .. }
            | Self::Unclear { .. }
            | Self::TokenRenewed { .. }
            | Self::Withheld { .. }
            | Self::WrongAnswer { .. } => &[],
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadAddress { address, why } => write!(f, "can't use {address}: {why}"),
            Self::BadSetup { what, why } => write!(f, "can't use {what}: {why}"),
            Self::BadPath { call } => write!(f, "{call} is not a path of the platform's API"),
            Self::Unauthorized { call, why } => {
                write!(f, "the platform does not let us in ({call}): {why}")
            }
            Self::Refused {
                call,
                status,
                messages,
                data,
            } => {
                write!(f, "the platform refused {call} with status {status}")?;
                if messages.is_empty() {
                    f.write_str(" and gave no reason")?;
                } else {
                    write!(f, ": {}", messages.join("; "))?;
                }
                match data {
                    Some(data) => write!(f, " {}", short(&data.to_string(), 500)),
                    None => Ok(()),
                }
            }
            Self::NotFound { call, messages } => {
                write!(f, "the platform knows no such thing ({call})")?;
                if !messages.is_empty() {
                    write!(f, ": {}", messages.join("; "))?;
                }
                f.write_str("; check the ids of partition and account")
            }
            Self::RateLimited { call, waited } => write!(
                f,
                "the platform still says \"too many requests\" after {} s ({call}); lower requestsPerSecond or concurrency in alz.yaml, or try later",
                waited.as_secs()
            ),
            Self::Failing {
                call,
                status,
                messages,
            } => {
                write!(f, "the platform is failing ({call}): status {status}")?;
                if !messages.is_empty() {
                    write!(f, ": {}", messages.join("; "))?;
                }
                f.write_str("; run again later, and tell the provider if it lasts")
            }
            Self::Unreachable { call, why } => write!(
                f,
                "no answer from the platform ({call}): {why}; check the address and the network, then run again"
            ),
            Self::Unclear { call, why } => write!(
                f,
                "it is not known whether {call} took effect: {why}; the next run looks before it sends anything"
            ),
            Self::TokenRenewed { call } => write!(
                f,
                "the token was refused and is renewed, and {call} was not sent again"
            ),
            Self::Withheld { call } => {
                write!(f, "{call} was not sent, because the run was stopped first")
            }
            Self::WrongAnswer { call, why } => write!(
                f,
                "the answer to {call} can't be the platform's: {why}; check the API's address and what stands between (proxy, gateway)"
            ),
        }
    }
}

impl std::error::Error for ApiError {}

/// Text from outside made fit for a terminal: no control characters, no more
/// than `limit` characters.
pub(crate) fn short(text: &str, limit: usize) -> String {
    let mut clean: String = text
        .trim()
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(limit)
        .collect();
    if text.trim().chars().count() > limit {
        clean.push('…');
    }
    clean
}

/// The deepest cause of a network failure, said once.
pub(super) fn network_cause(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "it took too long".into();
    }
    let mut deepest: &dyn std::error::Error = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    // The outermost error of the HTTP library spells out the URL; it has a cause in practice.
    if std::ptr::addr_eq(deepest, error) {
        return "the request failed".into();
    }
    short(&deepest.to_string(), 300)
}
