//! What an answer means: the platform's result, its refusal, a passing fault,
//! or something that can't be the platform's at all.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, RETRY_AFTER};
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::envelope::{Refusal, Secrets};
use super::error::{ApiError, short};
use super::outgoing::Outgoing;
use super::retry::{Safety, retry_after};

/// An answer in full, whatever it says.
pub(super) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// What an answer means for the call.
pub(super) enum Verdict<T> {
    Done(T),
    /// 401: the token is not good.
    TokenRefused(Refusal),
    /// 429: try again later, where that is safe.
    TooFast(Option<Duration>),
    /// A passing fault; try again where that is safe.
    Fault {
        error: ApiError,
        /// The fault in few words, for a write that is unclear because of it.
        why: String,
        asked: Option<Duration>,
    },
    Final(ApiError),
}

/// Reads what an answer means. `quote`: the platform's own words may be told.
pub(super) fn judge<T>(
    outgoing: &Outgoing<'_>,
    answer: Answer,
    secrets: &Secrets,
    quote: bool,
    decode: impl Fn(&[u8]) -> Result<T, String>,
) -> Verdict<T> {
    let Answer {
        status,
        headers,
        body,
    } = answer;
    let call = || outgoing.call.clone();
    let wrong = |why: String| ApiError::WrongAnswer { call: call(), why };
    if status.is_success() {
        return match decode(&body) {
            Ok(value) => Verdict::Done(value),
            Err(why) => {
                let why = format!("{why}{}", content_type(&headers));
                match outgoing.safety {
                    Safety::Read => Verdict::Fault {
                        error: wrong(why.clone()),
                        why,
                        asked: None,
                    },
                    // It was accepted; only what came of it is not known.
                    Safety::SafeWrite | Safety::OnceOnly => Verdict::Final(ApiError::Unclear {
                        call: call(),
                        why: format!("it was answered with status {status}, but {why}"),
                    }),
                }
            }
        };
    }
    let code = status.as_u16();
    let asked = pause_asked(&headers);
    let refusal = Refusal::read(&body, secrets);
    let refusal = match quote {
        true => refusal,
        false => refusal.map(Refusal::withheld),
    };
    if code == 401
        || (400..500).contains(&code) && refusal.as_ref().is_some_and(Refusal::says_expired)
    {
        return Verdict::TokenRefused(refusal.unwrap_or_default());
    }
    match (code, refusal) {
        (429, _) => Verdict::TooFast(asked),
        (408 | 425 | 500.., refusal) => {
            let messages = refusal.unwrap_or_default().messages;
            Verdict::Fault {
                why: format!("it was answered with status {code}{}", words(&messages)),
                error: ApiError::Failing {
                    call: call(),
                    status: code,
                    messages,
                },
                asked,
            }
        }
        (300..400, _) => Verdict::Final(wrong(format!(
            "it is a redirect (status {code}), which is not followed because it would carry the token to another place"
        ))),
        (404, Some(refusal)) => Verdict::Final(ApiError::NotFound {
            call: call(),
            messages: refusal.messages,
        }),
        (_, Some(refusal)) => Verdict::Final(ApiError::Refused {
            call: call(),
            status: code,
            messages: refusal.messages,
            data: refusal.data,
        }),
        (_, None) => Verdict::Final(wrong(format!(
            "status {code} with a body that is not the platform's error{}",
            content_type(&headers)
        ))),
    }
}

/// The body as JSON of this type.
pub(super) fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| {
        if body.iter().all(u8::is_ascii_whitespace) {
            "its body is empty".to_owned()
        } else {
            match error.classify() {
                Category::Eof => "its body breaks off".to_owned(),
                Category::Syntax | Category::Io => "its body is not JSON".to_owned(),
                // serde quotes the value that it stumbled over, which may be anybody's name.
                Category::Data => format!(
                    "its JSON is not of the published shape (line {}, column {})",
                    error.line(),
                    error.column()
                ),
            }
        }
    })
}

fn content_type(headers: &HeaderMap) -> String {
    match headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
    {
        Some(kind) if !kind.contains("json") => {
            let kind = kind.split(';').next().unwrap_or_default();
            format!(" (it says it is {})", short(kind, 60))
        }
        Some(_) | None => String::new(),
    }
}

fn pause_asked(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    // The real clock, on purpose: it is only asked where the answer has no Date.
    retry_after(text(RETRY_AFTER)?, text(DATE), Timestamp::now())
}

/// The platform's own words, as an aside.
pub(super) fn words(messages: &[String]) -> String {
    if messages.is_empty() {
        String::new()
    } else {
        format!(" (the platform says: {})", messages.join("; "))
    }
}
