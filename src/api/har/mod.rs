//! `--http-log FILE.har`: every request and answer of a run as HAR 1.2, which
//! the provider asks for when it certifies an integration or looks into a
//! fault. Secrets are never in it (`clean`); with `--redact pii` names and
//! addresses are not either.
//!
//! Entries go to the file as they come, each in one write together with the
//! end of the document, and the next one is written over that end. So a run of
//! a thousand accounts holds one body at a time, and the file is a whole HAR
//! document after every exchange: a run that is killed leaves all exchanges but
//! those in flight.

mod clean;

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, LOCATION};
use reqwest::{Method, StatusCode, Url, Version};
use serde_json::{Value, json};

use super::envelope::Secrets;
use crate::model::Redactor;
use clean::Cleaner;

const END: &str = "\n]}}\n";

/// The log of a run.
pub struct HttpLog {
    path: PathBuf,
    /// With `--redact pii`; it learns from the exchanges what may not be written.
    redactor: Option<Arc<Redactor>>,
    file: Mutex<Open>,
}

struct Open {
    file: File,
    /// Where the next entry goes: over the document's end.
    at: u64,
    empty: bool,
    /// The first thing that went wrong.
    failure: Option<String>,
}

impl std::fmt::Debug for HttpLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpLog")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl HttpLog {
    /// Begins the file anew, readable by its owner alone.
    pub fn create(path: &Path, redactor: Option<Arc<Redactor>>) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let mut file = options.open(path)?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::other("it is not a regular file"));
        }
        // One that was there before may be open to others: first shut, then emptied.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
        }
        file.set_len(0)?;
        let creator = json!({ "name": "alz", "version": env!("CARGO_PKG_VERSION") });
        let comment = match redactor {
            None => "secrets are masked",
            Some(_) => "secrets, names and addresses are masked",
        };
        let head = format!(
            "{{\"log\":{{\"version\":\"1.2\",\"creator\":{creator},\"comment\":\"{comment}\",\"entries\":["
        );
        file.write_all(format!("{head}{END}").as_bytes())?;
        Ok(Self {
            path: path.to_owned(),
            redactor,
            file: Mutex::new(Open {
                file,
                at: head.len() as u64,
                empty: true,
                failure: None,
            }),
        })
    }

    /// Why the log is not complete, if it is not.
    pub fn failure(&self) -> Option<String> {
        let open = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        open.failure
            .as_ref()
            .map(|why| format!("{} can't be written: {why}", self.path.display()))
    }

    fn write(&self, entry: &Value) {
        let text = entry.to_string();
        let mut open = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if open.failure.is_some() {
            return;
        }
        let comma = if open.empty { "\n" } else { ",\n" };
        let whole = format!("{comma}{text}{END}");
        let at = open.at;
        let written = open
            .file
            .seek(SeekFrom::Start(at))
            .and_then(|_| open.file.write_all(whole.as_bytes()));
        match written {
            Ok(()) => {
                open.at = at + (comma.len() + text.len()) as u64;
                open.empty = false;
            }
            Err(error) => {
                open.failure = Some(error.to_string());
                // Back to the last whole document, as far as the disk allows.
                let _ = open
                    .file
                    .set_len(at)
                    .and_then(|()| open.file.seek(SeekFrom::Start(at)))
                    .and_then(|_| open.file.write_all(END.as_bytes()));
            }
        }
    }

    /// An exchange begins: the request is about to be sent, after `blocked` of
    /// waiting for its turn.
    pub(super) fn begin<'a>(
        self: &'a Arc<Self>,
        sent: &Sent<'_>,
        secrets: &'a Secrets,
        blocked: Duration,
    ) -> Exchange<'a> {
        let cleaner = Cleaner {
            secrets,
            redactor: self.redactor.as_deref(),
        };
        let url = cleaner.url(sent.url);
        let body = sent.body.map(Value::to_string).unwrap_or_default();
        let mut request = json!({
            "method": sent.method.as_str(),
            "url": url.as_str(),
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": cleaner.headers(sent.headers),
            "queryString": clean::query(&url),
            "headersSize": -1,
            "bodySize": body.len(),
        });
        if let Some(body) = sent.body {
            request["postData"] = json!({
                "mimeType": "application/json",
                "text": cleaner.document(body).to_string(),
            });
        }
        Exchange {
            log: self,
            cleaner,
            is_login: sent.is_login,
            request,
            started: Instant::now(),
            started_at: Timestamp::now(),
            blocked,
            head: None,
            done: false,
        }
    }
}

/// A request as it goes out.
pub(super) struct Sent<'a> {
    pub method: &'a Method,
    pub url: &'a Url,
    /// Those that are ours to set; the connection adds host and length.
    pub headers: &'a HeaderMap,
    pub body: Option<&'a Value>,
    /// Its answer brings a token that nobody knows yet.
    pub is_login: bool,
}

/// One request and what comes back. It is written when it is finished, and
/// also when it is given up halfway.
pub(super) struct Exchange<'a> {
    log: &'a HttpLog,
    cleaner: Cleaner<'a>,
    is_login: bool,
    request: Value,
    started: Instant,
    started_at: Timestamp,
    blocked: Duration,
    head: Option<Head>,
    done: bool,
}

struct Head {
    version: Version,
    status: StatusCode,
    headers: HeaderMap,
    waited: Duration,
}

impl Exchange<'_> {
    /// The answer's head is in.
    pub fn head(&mut self, response: &reqwest::Response) {
        self.head = Some(Head {
            version: response.version(),
            status: response.status(),
            headers: response.headers().clone(),
            waited: self.started.elapsed(),
        });
    }

    /// The answer is in whole.
    pub fn answered(mut self, body: &[u8]) {
        let Some(head) = self.head.take() else {
            return self.failed("the answer has no head");
        };
        let Head {
            version,
            status,
            headers,
            waited,
        } = head;
        self.request["httpVersion"] = protocol(version).into();
        let text = |name| {
            let value = headers.get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        let (shown, remark) = self.cleaner.body(body, self.is_login);
        let mut content = json!({
            "size": body.len(),
            "mimeType": self.cleaner.header(CONTENT_TYPE.as_str(), &text(CONTENT_TYPE)),
            "text": shown,
        });
        if let Some(remark) = remark {
            content["comment"] = remark.into();
        }
        let response = json!({
            "status": status.as_u16(),
            "statusText": status.canonical_reason().unwrap_or_default(),
            "httpVersion": protocol(version),
            "cookies": [],
            "headers": self.cleaner.headers(&headers),
            "content": content,
            "redirectURL": self.cleaner.header(LOCATION.as_str(), &text(LOCATION)),
            "headersSize": -1,
            // Not told where the body came compressed.
            "bodySize": text(CONTENT_LENGTH).parse::<u64>().map_or(-1, |size| i64::try_from(size).unwrap_or(-1)),
        });
        self.write(response, Some(waited), None);
    }

    /// No answer, or not all of it.
    pub fn failed(mut self, why: &str) {
        self.give_up(why);
    }

    fn give_up(&mut self, why: &str) {
        let head = self.head.take();
        let comment = match &head {
            Some(head) => format!("{why} (status {} had come in)", head.status.as_u16()),
            None => why.to_owned(),
        };
        let response = json!({
            "status": 0,
            "statusText": "",
            "httpVersion": head.as_ref().map_or("unknown", |head| protocol(head.version)),
            "cookies": [],
            "headers": [],
            "content": { "size": 0, "mimeType": "x-unknown" },
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": -1,
        });
        self.write(response, head.map(|head| head.waited), Some(comment));
    }

    /// When it began to wait for its turn, to the millisecond.
    fn started(&self) -> String {
        let queued = self.started_at.checked_sub(self.blocked);
        format!("{:.3}", queued.unwrap_or(self.started_at))
    }

    fn write(&mut self, response: Value, waited: Option<Duration>, comment: Option<String>) {
        self.done = true;
        let whole = self.started.elapsed();
        let wait = waited.unwrap_or(whole);
        let mut entry = json!({
            "startedDateTime": self.started(),
            "time": milliseconds(self.blocked + whole),
            "request": self.request.take(),
            "response": response,
            "cache": {},
            "timings": {
                "blocked": milliseconds(self.blocked),
                "dns": -1,
                "connect": -1,
                "ssl": -1,
                // The library does not tell sending from waiting.
                "send": 0,
                "wait": milliseconds(wait),
                "receive": milliseconds(whole.saturating_sub(wait)),
            },
        });
        if let Some(comment) = comment {
            entry["comment"] = self.cleaner.words(&comment).into();
        }
        self.log.write(&entry);
    }
}

impl Drop for Exchange<'_> {
    fn drop(&mut self) {
        if !self.done {
            self.give_up("given up before the answer came");
        }
    }
}

fn milliseconds(duration: Duration) -> f64 {
    // To the microsecond: what lies below is noise.
    let micros = u32::try_from(duration.as_micros()).unwrap_or(u32::MAX);
    f64::from(micros) / 1000.0
}

fn protocol(version: Version) -> &'static str {
    if version == Version::HTTP_2 {
        "HTTP/2"
    } else if version == Version::HTTP_10 {
        "HTTP/1.0"
    } else {
        "HTTP/1.1"
    }
}

#[cfg(test)]
mod tests;
