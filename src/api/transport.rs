//! One call, as often as it takes and as often as it may: sent at the pace
//! allowed, with a token that is renewed once, and repeated only where that
//! can't order anything twice.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use reqwest::header::{ACCEPT, CONTENT_TYPE, USER_AGENT};
use reqwest::{Method, Url};
use secrecy::{ExposeSecret, SecretString};

use super::answer::{Answer, Verdict, json, judge, words};
use super::connect;
use super::credentials::Credentials;
use super::envelope::{Refusal, Secrets};
use super::error::{ApiError, Call, network_cause};
use super::har::{Exchange, Sent};
use super::options::ClientOptions;
use super::outgoing::{Outgoing, RefusedToken};
use super::pace::{Pace, Turn, operation};
use super::retry::Safety;
use super::session::{Session, Token};
use super::wire::{Login, LoginToken};
use crate::model::paths;
use crate::model::personal::MASK;

/// The guide's "Authentication": every call but the login carries it.
const TOKEN_HEADER: &str = "X-AUTH-TOKEN";

/// How many requests were sent so far, repeats included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    pub reads: u64,
    pub writes: u64,
    pub logins: u64,
}

#[derive(Default)]
struct Counters {
    reads: AtomicU64,
    writes: AtomicU64,
    logins: AtomicU64,
}

pub(super) struct Transport {
    http: reqwest::Client,
    pub options: ClientOptions,
    pace: Pace,
    session: Session,
    counters: Counters,
    /// Secrets of ports that this run has in hand.
    concealed: RwLock<Vec<SecretString>>,
}

/// Why there is no answer in full.
struct Failure {
    /// The platform can't have seen the request.
    never_sent: bool,
    /// There was no leave to send it.
    withheld: bool,
    why: String,
}

impl Failure {
    fn at_work(never_sent: bool, why: String) -> Self {
        Self {
            never_sent,
            withheld: false,
            why,
        }
    }
}

impl Transport {
    pub fn new(options: ClientOptions) -> Result<Self, ApiError> {
        Ok(Self {
            http: connect::http_client(&options)?,
            pace: Pace::new(&options)?,
            session: Session::default(),
            counters: Counters::default(),
            concealed: RwLock::default(),
            options,
        })
    }

    pub fn traffic(&self) -> Traffic {
        let Counters {
            reads,
            writes,
            logins,
        } = &self.counters;
        Traffic {
            reads: reads.load(Ordering::Relaxed),
            writes: writes.load(Ordering::Relaxed),
            logins: logins.load(Ordering::Relaxed),
        }
    }

    /// Makes the call with a token and reads its answer with `decode`, which
    /// says what is wrong with an answer that can't be the platform's.
    pub async fn perform<T>(
        &self,
        outgoing: &Outgoing<'_>,
        decode: impl Fn(&[u8]) -> Result<T, String>,
    ) -> Result<T, ApiError> {
        let url = self.options.base.url(&outgoing.call)?;
        let told = self.told(outgoing);
        let outgoing = &told;
        let token = self.token(None).await?;
        let mut unclear = None;
        let first = self
            .attempts(outgoing, &url, Some(&token), &mut unclear, &decode)
            .await;
        let refusal = match first.map_err(|error| outgoing.settle(&unclear, error))? {
            Attempts::Done(value) => return Ok(value),
            Attempts::TokenRefused(refusal) => refusal,
        };
        if let Credentials::Token(_) = &self.options.credentials {
            return Err(outgoing.settle(&unclear, token_refused(&outgoing.call, &refusal)));
        }
        if outgoing.refused == RefusedToken::GiveUp {
            let error = still_unauthorized(&outgoing.call, &refusal, &token);
            return Err(outgoing.settle(&unclear, error));
        }
        let fresh = self
            .token(Some(token.generation))
            .await
            .map_err(|error| outgoing.settle(&unclear, error))?;
        if outgoing.refused == RefusedToken::Tell {
            let call = outgoing.call.clone();
            return Err(outgoing.settle(&unclear, ApiError::TokenRenewed { call }));
        }
        let second = self
            .attempts(outgoing, &url, Some(&fresh), &mut unclear, &decode)
            .await;
        match second {
            Ok(Attempts::Done(value)) => Ok(value),
            Ok(Attempts::TokenRefused(refusal)) => {
                let error = still_unauthorized(&outgoing.call, &refusal, &fresh);
                Err(outgoing.settle(&unclear, error))
            }
            Err(error) => Err(outgoing.settle(&unclear, error)),
        }
    }

    /// The token to use: a newer one than that of the generation which the
    /// platform has refused.
    pub async fn token(&self, refused: Option<u64>) -> Result<Arc<Token>, ApiError> {
        self.session
            .newer_than(refused, |generation| async move {
                match &self.options.credentials {
                    Credentials::Token(text) => Token::new(generation, text.expose_secret()),
                    Credentials::Password { username, password } => {
                        self.log_in(generation, username, password.expose_secret())
                            .await
                    }
                }
            })
            .await
    }

    async fn log_in(
        &self,
        generation: u64,
        username: &str,
        password: &str,
    ) -> Result<Token, ApiError> {
        let login = Login {
            username: username.to_owned(),
            password: password.to_owned(),
        };
        let call = Call::new("POST", paths::LOGIN);
        let body = serde_json::to_value(login).map_err(|_| ApiError::BadSetup {
            what: "ALZ_USERNAME and ALZ_PASSWORD".into(),
            why: "they can't be written as JSON".into(),
        })?;
        let outgoing = Outgoing {
            call: call.clone(),
            body: Some(&body),
            // A new token hurts no old one (section A, A1).
            safety: Safety::SafeWrite,
            refused: RefusedToken::GiveUp,
            leave: None,
        };
        let url = self.options.base.url(&call)?;
        let mut unclear = None;
        let outcome = self
            .attempts(&outgoing, &url, None, &mut unclear, &json::<LoginToken>)
            .await;
        match outcome {
            Ok(Attempts::Done(login)) => {
                let token = Token::from_login(generation, login)?;
                if token.must_change_password {
                    tracing::warn!(
                        "the platform wants a new password for this user: change it in the Admin Portal"
                    );
                }
                Ok(token)
            }
            Ok(Attempts::TokenRefused(refusal)) => Err(login_refused(call, &refusal.messages)),
            Err(ApiError::Refused { call, messages, .. }) => Err(login_refused(call, &messages)),
            Err(ApiError::NotFound { call, .. }) => Err(ApiError::WrongAnswer {
                call,
                why: "there is no login at this address (status 404)".into(),
            }),
            // An accepted login without a token in it.
            Err(ApiError::Unclear { call, why }) => Err(ApiError::WrongAnswer { call, why }),
            Err(error) => Err(error),
        }
    }

    /// Sends until there is an answer to keep, or no more sense in trying.
    /// `unclear` learns why an earlier try may have been carried out although
    /// no answer came.
    async fn attempts<T>(
        &self,
        outgoing: &Outgoing<'_>,
        url: &Url,
        token: Option<&Token>,
        unclear: &mut Option<String>,
        decode: &impl Fn(&[u8]) -> Result<T, String>,
    ) -> Result<Attempts<T>, ApiError> {
        let timer = &self.options.timer;
        let policy = self.options.retry;
        let secrets = self.secrets(outgoing, token);
        let quote = self.options.redactor.is_none();
        let started = timer.now();
        let (mut failures, mut refusals) = (0, 0);
        loop {
            let (error, tries, asked) = match self.send(outgoing, url, token, &secrets).await {
                Ok(answer) => match judge(outgoing, self.heard(answer), &secrets, quote, decode) {
                    Verdict::Done(value) => return Ok(Attempts::Done(value)),
                    Verdict::TokenRefused(refusal) => return Ok(Attempts::TokenRefused(refusal)),
                    Verdict::Final(error) => return Err(error),
                    Verdict::TooFast(asked) => {
                        refusals += 1;
                        self.pause(asked);
                        let error = ApiError::RateLimited {
                            call: outgoing.call.clone(),
                            waited: timer.now().duration_since(started),
                        };
                        if !outgoing.safety.may_repeat() {
                            *unclear = Some(
                                "it was answered with status 429 (too many requests)".to_owned(),
                            );
                            return Err(error);
                        }
                        (error, refusals, asked)
                    }
                    Verdict::Fault { error, why, asked } => {
                        failures += 1;
                        self.pause(asked);
                        *unclear = Some(why);
                        if !outgoing.safety.may_repeat() || failures >= policy.tries {
                            return Err(error);
                        }
                        (error, failures, asked)
                    }
                },
                Err(Failure { withheld, .. }) if withheld => {
                    let call = outgoing.call.clone();
                    return Err(ApiError::Withheld { call });
                }
                Err(Failure {
                    never_sent, why, ..
                }) => {
                    failures += 1;
                    if !never_sent {
                        *unclear = Some(why.clone());
                    }
                    let error = ApiError::Unreachable {
                        call: outgoing.call.clone(),
                        why,
                    };
                    let may_repeat = never_sent || outgoing.safety.may_repeat();
                    if !may_repeat || failures >= policy.tries {
                        return Err(error);
                    }
                    (error, failures, None)
                }
            };
            let backoff = policy.backoff(tries, self.pace.random());
            let pause = self.granted(asked);
            if timer.now().duration_since(started) + pause.max(backoff) > policy.deadline {
                return Err(error);
            }
            // A pause is waited out where all calls wait for their turn.
            if pause < backoff {
                timer.pass(backoff).await;
            }
        }
    }

    /// Nobody sends for as long as the platform asks, whatever becomes of this call.
    fn pause(&self, asked: Option<Duration>) {
        let pause = self.granted(asked);
        if !pause.is_zero() {
            self.pace.pause(pause);
        }
    }

    fn granted(&self, asked: Option<Duration>) -> Duration {
        asked
            .unwrap_or_default()
            .min(self.options.retry.longest_pause)
    }

    /// From now on no word of the platform shows this secret.
    pub fn conceal(&self, secret: SecretString) {
        let mut concealed = self
            .concealed
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let same = |known: &SecretString| known.expose_secret() == secret.expose_secret();
        if !concealed.iter().any(same) {
            concealed.push(secret);
        }
    }

    /// Credentials and concealed secrets, to be taken out of words of the
    /// platform that are to be shown.
    pub async fn all_secrets(&self) -> Result<Secrets, ApiError> {
        let token = self.token(None).await?;
        Ok(self.known_secrets(Secrets::default(), Some(&token)))
    }

    fn secrets(&self, outgoing: &Outgoing<'_>, token: Option<&Token>) -> Secrets {
        self.known_secrets(Secrets::of_body(outgoing.body), token)
    }

    fn known_secrets(&self, mut secrets: Secrets, token: Option<&Token>) -> Secrets {
        if let Some(token) = token.and_then(|token| token.header.to_str().ok()) {
            secrets.add(token);
        }
        if let Credentials::Password { password, .. } = &self.options.credentials {
            secrets.add(password.expose_secret());
        }
        let concealed = self
            .concealed
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        for secret in concealed.iter() {
            secrets.add_word(secret.expose_secret());
        }
        secrets
    }

    /// Sends once. The turn is held until the answer is in.
    async fn send(
        &self,
        outgoing: &Outgoing<'_>,
        url: &Url,
        token: Option<&Token>,
        secrets: &Secrets,
    ) -> Result<Answer, Failure> {
        let call = &outgoing.call;
        let method = Method::from_bytes(call.method.as_bytes())
            .map_err(|_| Failure::at_work(true, "no such HTTP method".into()))?;
        let mut request = self
            .http
            .request(method, url.clone())
            .header(ACCEPT, "application/json");
        if let Some(token) = token {
            request = request.header(TOKEN_HEADER, &token.header);
        }
        if let Some(body) = outgoing.body {
            request = request
                .header(CONTENT_TYPE, "application/json")
                .body(body.to_string());
        }
        let queued = Instant::now();
        let mut turn = self.pace.turn(operation(&call.method, url.path())).await;
        // Its turn may have been long in coming.
        if outgoing.leave.is_some_and(|leave| !leave()) {
            return Err(Failure {
                never_sent: true,
                withheld: true,
                why: "there was no leave to send it".into(),
            });
        }
        self.count(outgoing, token);
        let started = Instant::now();
        let mut exchange = self.exchange(&request, outgoing, secrets, started - queued);
        let most = self.options.most_bytes;
        let outcome = receive(request, &mut exchange, &mut turn, most).await;
        match (exchange, &outcome) {
            (Some(exchange), Ok(answer)) => exchange.answered(&answer.body),
            (Some(exchange), Err(failure)) => exchange.failed(&failure.why),
            (None, _) => {}
        }
        let status = outcome.as_ref().ok().map(|answer| answer.status.as_u16());
        turn.ended(status);
        tracing::debug!(
            method = %call.method,
            path = call.path.split('?').next().unwrap_or_default(),
            status = status.unwrap_or_default(),
            ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            "request"
        );
        outcome
    }

    /// The call as errors may name it: a query may be an address.
    fn told<'a>(&self, outgoing: &Outgoing<'a>) -> Outgoing<'a> {
        let mut call = outgoing.call.clone();
        if self.options.redactor.is_some()
            && let Some((path, _)) = call.path.split_once('?')
        {
            call.path = format!("{path}?{MASK}");
        }
        Outgoing {
            call,
            body: outgoing.body,
            safety: outgoing.safety,
            refused: outgoing.refused,
            leave: outgoing.leave,
        }
    }

    /// The exchange that is about to begin, where they are written down.
    fn exchange<'a>(
        &'a self,
        request: &reqwest::RequestBuilder,
        outgoing: &Outgoing<'_>,
        secrets: &'a Secrets,
        blocked: Duration,
    ) -> Option<Exchange<'a>> {
        let log = self.options.http_log.as_ref()?;
        let built = request.try_clone()?.build().ok()?;
        let mut headers = built.headers().clone();
        if let Ok(agent) = self.options.user_agent.parse() {
            headers.insert(USER_AGENT, agent);
        }
        let sent = Sent {
            method: built.method(),
            url: built.url(),
            headers: &headers,
            body: outgoing.body,
            is_login: outgoing.call.path == paths::LOGIN,
        };
        Some(log.begin(&sent, secrets, blocked))
    }

    /// An answer, after what it says of people was learnt.
    fn heard(&self, answer: Answer) -> Answer {
        if let Some(redactor) = &self.options.redactor
            && let Ok(document) = serde_json::from_slice(&answer.body)
        {
            redactor.learn(&document);
        }
        answer
    }

    fn count(&self, outgoing: &Outgoing<'_>, token: Option<&Token>) {
        let counter = match (token, outgoing.safety) {
            (None, _) => &self.counters.logins,
            (Some(_), Safety::Read) => &self.counters.reads,
            (Some(_), Safety::SafeWrite | Safety::OnceOnly) => &self.counters.writes,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

/// How a series of tries ended, where it did not end in an error.
enum Attempts<T> {
    Done(T),
    TokenRefused(Refusal),
}

impl Outgoing<'_> {
    /// The error to report. For a write it counts that an earlier try may have
    /// taken effect: then nothing said afterwards makes that certain again.
    fn settle(&self, unclear: &Option<String>, error: ApiError) -> ApiError {
        match (self.safety, unclear) {
            (Safety::Read, _) | (_, None) => error,
            (Safety::SafeWrite | Safety::OnceOnly, Some(_)) if error.is_unclear() => error,
            (Safety::SafeWrite | Safety::OnceOnly, Some(why)) => ApiError::Unclear {
                call: self.call.clone(),
                why: why.clone(),
            },
        }
    }
}

async fn receive(
    request: reqwest::RequestBuilder,
    exchange: &mut Option<Exchange<'_>>,
    turn: &mut Turn<'_>,
    most: usize,
) -> Result<Answer, Failure> {
    let mut response = request.send().await.map_err(|error| {
        let never_sent = error.is_connect() || error.is_builder();
        let why = match error.is_connect() {
            true => format!("can't connect: {}", network_cause(&error)),
            false => network_cause(&error),
        };
        Failure::at_work(never_sent, why)
    })?;
    turn.answer_begins();
    if let Some(exchange) = exchange {
        exchange.head(&response);
    }
    let (status, headers) = (response.status(), response.headers().clone());
    let broke_off = |error: reqwest::Error| {
        let why = format!("the answer broke off: {}", network_cause(&error));
        Failure::at_work(false, why)
    };
    // Counted as it is unpacked: a few compressed bytes can stand for gigabytes.
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(broke_off)? {
        if body.len() + piece.len() > most {
            let why = format!("the answer is larger than {most} bytes");
            return Err(Failure::at_work(false, why));
        }
        body.extend_from_slice(&piece);
    }
    Ok(Answer {
        status,
        headers,
        body,
    })
}

fn login_refused(call: Call, messages: &[String]) -> ApiError {
    ApiError::Unauthorized {
        call,
        why: format!(
            "user name or password are refused{}; check ALZ_USERNAME and ALZ_PASSWORD, and that they are for this environment",
            words(messages)
        ),
    }
}

fn token_refused(call: &Call, refusal: &Refusal) -> ApiError {
    let state = if refusal.says_expired() {
        "has expired"
    } else {
        "is refused"
    };
    ApiError::Unauthorized {
        call: call.clone(),
        why: format!(
            "the token in ALZ_TOKEN {state}{}; set a new one, or set ALZ_USERNAME and ALZ_PASSWORD so that alz can log in by itself",
            words(&refusal.messages)
        ),
    }
}

fn still_unauthorized(call: &Call, refusal: &Refusal, token: &Token) -> ApiError {
    let hint = if token.must_change_password {
        "the platform wants a new password for this user: change it in the Admin Portal"
    } else {
        "the user may lack the permission for this: check its role in the Admin Portal"
    };
    ApiError::Unauthorized {
        call: call.clone(),
        why: format!(
            "a fresh token is refused as well{}; {hint}",
            words(&refusal.messages)
        ),
    }
}
