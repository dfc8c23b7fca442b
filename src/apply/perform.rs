//! One step: a last look, a note in the journal, the request, and another look
//! at what became of it.

use super::precheck::{self, Readiness};
use super::run::{Options, StepStatus};
use super::settle::{self, Settled};
use crate::api::{ApiError, Safety, WriteClient};
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

pub(super) async fn perform(
    step: &Step,
    client: &WriteClient,
    partition: &LivePartition,
    options: &Options<'_>,
) -> Ended {
    let reader = client.reader();
    let twice = options.unsettled.behind(step).is_some();
    match precheck::look(step, reader, partition, twice).await {
        Err(error) => {
            let why = format!("not sent, because the number could not be read first: {error}");
            return Ended::not_sent("not-read", why);
        }
        Ok(Readiness::Done) => {
            return Ended::skipped("the platform shows it done already".to_owned());
        }
        Ok(Readiness::Stale { expected, found }) => {
            let why = format!("not sent: expected {expected}, found {found}; run plan again");
            return Ended::not_sent("stale", why);
        }
        Ok(Readiness::Ready) => {}
    }
    let filled = match options.secrets.body(step) {
        Ok(filled) => filled,
        Err(why) => return Ended::not_sent("no-secret", format!("not sent: {why}")),
    };
    if let Err(error) = options.journal.intend(step).await {
        return Ended::not_sent("no-journal", format!("not sent, because {error}"));
    }
    let sent = client
        .send(
            &step.request.method,
            &step.request.path,
            filled.body(),
            safety(step),
        )
        .await;
    drop(filled);
    let error = match sent {
        Ok(_) => {
            return match settle::confirm(step, reader, partition).await {
                Settled::Done => Ended::done(None, true),
                Settled::NotDone | Settled::Unknown(_) => {
                    let remark = "the platform accepted it and does not show it yet";
                    Ended {
                        error: Some(NOT_SHOWN.to_owned()),
                        ..Ended::done(Some(remark), false)
                    }
                }
            };
        }
        Err(error) => error,
    };
    // What is to be deleted is gone: someone, or a lost answer, did it. But a
    // gateway's 404 looks the same, so the platform must show it gone as well.
    if matches!(error, ApiError::NotFound { .. })
        && step.action == Action::Release
        && settle::confirm(step, reader, partition).await == Settled::Done
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
        return match settle::confirm(step, reader, partition).await {
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
    match settle::is_satisfied(step, reader, partition).await {
        Ok(true) => Ended::skipped(format!(
            "somebody has done it meanwhile; we were told: {}",
            in_words(&error)
        )),
        Ok(false) | Err(_) => Ended::not_sent(&kind(&error), in_words(&error)),
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
