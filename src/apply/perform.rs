//! One step: a last look, a note in the journal, the request, and another look
//! at what became of it.

use serde_json::Value;

use super::interrupt::Interrupt;
use super::options::Options;
use super::outcome::StepStatus;
use super::precheck;
use super::readiness::Readiness;
use super::seat::Seat;
use super::settle::{self, Settled};
use crate::api::{ApiError, Manner, Safety, WriteClient};
use crate::model::live::LivePartition;
use crate::plan::{Action, Step};

/// How a step ended.
pub(super) struct Ended {
    pub status: StepStatus,
    /// For people.
    pub message: Option<String>,
    /// The platform, read again, shows it done.
    pub shown: bool,
    /// What kind of error it was, for the journal: nobody's words.
    pub error: Option<String>,
}

impl Ended {
    /// Nothing was sent, or it was refused.
    pub fn not_sent(kind: &str, message: String) -> Self {
        Self {
            status: StepStatus::Failed,
            message: Some(message),
            shown: false,
            error: Some(kind.to_owned()),
        }
    }

    fn done(remark: Option<&str>, shown: bool) -> Self {
        Self {
            status: StepStatus::Done,
            message: remark.map(str::to_owned),
            shown,
            error: None,
        }
    }

    fn skipped(why: String) -> Self {
        Self {
            status: StepStatus::Skipped,
            message: Some(why),
            shown: true,
            error: None,
        }
    }

    fn unknown(kind: String, message: String) -> Self {
        Self {
            status: StepStatus::Unknown,
            message: Some(message),
            shown: false,
            error: Some(kind),
        }
    }
}

/// The platform took a step and did not show it in the seconds after. The next
/// run, which may not see it either, must not take it for never sent.
pub(super) const NOT_SHOWN: &str = "not-shown";

/// What was noted and then not sent, because the run was stopped at that moment.
pub(super) const WITHHELD: &str = "withheld";

/// A step as it is carried out.
pub(super) struct Work<'a> {
    pub step: &'a Step,
    pub client: &'a WriteClient,
    pub partition: &'a LivePartition,
    pub options: &'a Options<'a>,
    pub stop: &'a Interrupt,
}

impl Work<'_> {
    /// `None`: the run was stopped before anything was sent.
    pub async fn perform(&self, seat: &mut Seat<'_>) -> Option<Ended> {
        let twice = self.options.unsettled.behind(self.step).is_some();
        if let Some(ended) = self.look(twice, seat).await {
            return Some(ended);
        }
        let filled = match self.options.secrets.body(self.step) {
            Ok(filled) => filled,
            Err(why) => return Some(Ended::not_sent("no-secret", format!("not sent: {why}"))),
        };
        // The looks took their time: whoever lost the accounts meanwhile, or
        // was told to stop, sends nothing.
        if self.stop.is_raised() {
            return None;
        }
        self.stop.begin(&self.step.id);
        if let Err(error) = self.options.journal.intend(self.step).await {
            return Some(Ended::not_sent(
                "no-journal",
                format!("not sent, because {error}"),
            ));
        }
        let sent = match self.send(filled.body(), false).await {
            Err(ApiError::Withheld { call: _ }) => {
                self.withhold().await;
                return None;
            }
            Err(ApiError::TokenRenewed { call: _ }) => {
                if let Some(ended) = self.look_before_it_is_sent_again(seat).await {
                    return Some(ended);
                }
                self.send(filled.body(), true).await
            }
            other => other,
        };
        drop(filled);
        Some(match sent {
            Ok(_) => match self.confirm(seat).await {
                Settled::Done => Ended::done(None, true),
                Settled::NotDone | Settled::Unknown(_) => {
                    let remark = "the platform accepted it and does not show it yet";
                    Ended {
                        error: Some(NOT_SHOWN.to_owned()),
                        ..Ended::done(Some(remark), false)
                    }
                }
            },
            Err(error) => self.settle(error, seat).await,
        })
    }

    /// The last look; where it is not ready, how the step ends.
    async fn look(&self, twice: bool, seat: &mut Seat<'_>) -> Option<Ended> {
        let reader = self.client.reader();
        match precheck::look(self.step, reader, self.partition, twice, seat, self.stop).await {
            Err(error) => Some(Ended::not_sent(
                "not-read",
                format!("not sent, because the number could not be read first: {error}"),
            )),
            Ok(Readiness::Done) => Some(Ended::skipped(
                "the platform shows it done already".to_owned(),
            )),
            Ok(Readiness::Stale { expected, found }) => Some(Ended::not_sent(
                "stale",
                format!("not sent: expected {expected}, found {found}; run plan again"),
            )),
            Ok(Readiness::Ready) => None,
        }
    }

    /// A refused token is a no, and the one no that every long run meets. Still
    /// it is sent again only where the platform shows neither that it was done
    /// nor anything else than the plan found; an order, where all say so twice.
    async fn look_before_it_is_sent_again(&self, seat: &mut Seat<'_>) -> Option<Ended> {
        const REFUSED: &str = "the token was refused (401)";
        let shown = || {
            let remark = format!("{REFUSED}, and the platform shows it done all the same");
            Some(Ended::done(Some(&remark), true))
        };
        match self.confirm(seat).await {
            Settled::Done => return shown(),
            Settled::NotDone => {}
            Settled::Unknown(why) => {
                let why = format!("{REFUSED}, and reading what became of it failed: {why}");
                return Some(Ended::unknown("unauthorized".to_owned(), why));
            }
        }
        let reader = self.client.reader();
        let twice = is_order(self.step.action);
        match precheck::look(self.step, reader, self.partition, twice, seat, self.stop).await {
            Ok(Readiness::Ready) => None,
            Ok(Readiness::Done) => shown(),
            Ok(Readiness::Stale { expected, found }) => Some(Ended::unknown(
                "stale".to_owned(),
                format!("{REFUSED}; not sent again: expected {expected}, found {found}"),
            )),
            Err(why) => Some(Ended::unknown(
                "unauthorized".to_owned(),
                format!("{REFUSED}, and reading what became of it failed: {why}"),
            )),
        }
    }

    async fn send(&self, body: Option<&Value>, renewed: bool) -> Result<Option<Value>, ApiError> {
        let stop = self.stop.clone();
        let manner = Manner {
            safety: safety(self.step),
            renewed,
            leave: Some(&move || !stop.is_raised()),
        };
        let request = &self.step.request;
        self.client
            .send(&request.method, &request.path, body, &manner)
            .await
    }

    async fn confirm(&self, seat: &mut Seat<'_>) -> Settled {
        settle::confirm(self.step, self.client.reader(), self.partition, seat).await
    }

    /// What the journal says was to be sent was not.
    async fn withhold(&self) {
        self.stop.withdraw(&self.step.id);
        let kind = Some(WITHHELD.to_owned());
        let noted = self
            .options
            .journal
            .ended(self.step, StepStatus::Failed, kind);
        if let Err(lost) = noted.await {
            tracing::warn!("{lost}");
        }
    }

    /// It was answered with an error.
    async fn settle(&self, error: ApiError, seat: &mut Seat<'_>) -> Ended {
        let (step, reader) = (self.step, self.client.reader());
        // What is to be deleted is gone: someone, or a lost answer, did it. But a
        // gateway's 404 looks the same, so the platform must show it gone as well.
        if matches!(error, ApiError::NotFound { .. })
            && step.action == Action::Release
            && self.confirm(seat).await == Settled::Done
        {
            return Ended::skipped("the platform no longer has it on the account".to_owned());
        }
        // Whatever went wrong, what counts is what the platform shows.
        if error.is_unclear() {
            let what_now = if step.action == Action::TriggerPort {
                ". A port is never triggered twice: if it is not active within 20 minutes, ask the provider's support"
            } else {
                ""
            };
            return match self.confirm(seat).await {
                Settled::Done => Ended::done(
                    Some("the answer was lost; the platform shows it done"),
                    true,
                ),
                Settled::NotDone => Ended::unknown(kind(&error), format!("{error}{what_now}")),
                Settled::Unknown(why) => Ended::unknown(
                    kind(&error),
                    format!("{error}; reading it failed too: {why}{what_now}"),
                ),
            };
        }
        match settle::is_satisfied(step, reader, self.partition).await {
            Ok(true) => Ended::skipped(format!(
                "somebody has done it meanwhile; we were told: {}",
                in_words(&error)
            )),
            Ok(false) | Err(_) => Ended::not_sent(&kind(&error), in_words(&error)),
        }
    }
}

/// Sent twice it would be two orders (contract notes, A9 and A20).
pub(super) const fn is_order(action: Action) -> bool {
    match action {
        Action::Activate | Action::SubmitPort => true,
        Action::Recover
        | Action::SubmitActivation
        | Action::UpdatePort
        | Action::TriggerPort
        | Action::Update
        | Action::AcceptE911Correction
        | Action::KeepE911Original
        | Action::CancelActivation
        | Action::CancelPort
        | Action::Release => false,
    }
}

/// The kind of an error, without anybody's words.
fn kind(error: &ApiError) -> String {
    match error {
        ApiError::BadAddress { .. } | ApiError::BadSetup { .. } | ApiError::BadPath { .. } => {
            "bad-request".to_owned()
        }
        ApiError::Unauthorized { .. } => "unauthorized".to_owned(),
        ApiError::Refused { status, .. } => format!("refused-{status}"),
        ApiError::NotFound { .. } => "not-found".to_owned(),
        ApiError::RateLimited { .. } => "rate-limited".to_owned(),
        ApiError::Failing { status, .. } => format!("failing-{status}"),
        ApiError::Unreachable { .. } => "unreachable".to_owned(),
        ApiError::Unclear { .. } => "unclear".to_owned(),
        ApiError::TokenRenewed { .. } => "unauthorized".to_owned(),
        ApiError::Withheld { .. } => WITHHELD.to_owned(),
        ApiError::WrongAnswer { .. } => "wrong-answer".to_owned(),
    }
}

/// The platform's own words first, where it gave any; the step names the rest.
fn in_words(error: &ApiError) -> String {
    match error {
        ApiError::Refused {
            call: _,
            status,
            messages,
            data,
        } if !messages.is_empty() => {
            let data = match data {
                Some(data) => format!(" {data}"),
                None => String::new(),
            };
            format!(
                "{} (refused with status {status}){data}",
                messages.join("; ")
            )
        }
        other => other.to_string(),
    }
}

/// Each accepted CSR or E911 change may open an event with the carrier, so an
/// update of unclear outcome is looked at before anything is sent again. For
/// the rest the contract notes say whether twice is the same as once.
fn safety(step: &Step) -> Safety {
    match step.action {
        Action::Update => Safety::OnceOnly,
        Action::Recover
        | Action::Activate
        | Action::SubmitActivation
        | Action::SubmitPort
        | Action::UpdatePort
        | Action::TriggerPort
        | Action::AcceptE911Correction
        | Action::KeepE911Original
        | Action::CancelActivation
        | Action::CancelPort
        | Action::Release => Safety::of_write(&step.request.method, &step.request.path),
    }
}
