//! What the planner asks of the platform, asked: one answer or several for each
//! question, whoever else asks at the same time.

use futures_util::future::try_join_all;

use super::fatal::Fatal;
use super::planning::Planner;
use super::questions::{coverage, port_offer, unasked};
use crate::api::ApiError;
use crate::live;
use crate::model::{AccountId, CorrectionPast, PhoneNumber, Record, Usages};
use crate::plan::{Checks, Coverage, Offer, PortQuestion, Question, Verdict};

/// An answer to one of the planner's questions.
pub(super) enum Answer {
    E911(Box<Record>, Verdict),
    RateCenter(PhoneNumber, Coverage),
    PortOffer(PortQuestion, Offer),
    Usages(PhoneNumber, Usages),
    CorrectionPast(PhoneNumber, CorrectionPast),
}

impl Answer {
    pub(super) fn note(self, checks: &mut Checks) {
        match self {
            Answer::E911(address, verdict) => checks.answer_e911(&address, verdict),
            Answer::RateCenter(number, coverage) => checks.answer_rate_center(number, coverage),
            Answer::PortOffer(question, offer) => checks.answer_offer(&question, offer),
            Answer::Usages(number, usages) => checks.answer_usages(number, usages),
            Answer::CorrectionPast(number, past) => checks.answer_correction_past(number, past),
        }
    }
}

impl Planner {
    pub(super) async fn answer(
        &self,
        account: &AccountId,
        question: &Question,
    ) -> Result<Vec<Answer>, Fatal> {
        Ok(match question {
            Question::E911 {
                address,
                csr,
                numbers,
            } => {
                let verdict = self.e911_verdict(address, csr, numbers).await?;
                vec![Answer::E911(address.clone(), verdict)]
            }
            Question::RateCenters { numbers } => {
                try_join_all(numbers.iter().map(async |number| {
                    let coverage = coverage(&self.client, *number).await.map_err(unasked)?;
                    Ok::<_, Fatal>(Answer::RateCenter(*number, coverage))
                }))
                .await?
            }
            Question::PortOffer(question) => {
                let offer = port_offer(&self.client, question).await.map_err(unasked)?;
                vec![Answer::PortOffer(question.clone(), offer)]
            }
            Question::Usages { number } => {
                let usages = self.usages(account, *number).await?;
                vec![Answer::Usages(*number, usages)]
            }
            Question::CorrectionPast { number } => {
                let past = live::correction_past(&self.client, account, *number).await?;
                vec![Answer::CorrectionPast(*number, past)]
            }
        })
    }

    /// Who calls 911 with a number. An answer that can't be had is told in the
    /// plan; it is no reason not to make one, unless nothing can be asked at all.
    async fn usages(&self, account: &AccountId, number: PhoneNumber) -> Result<Usages, Fatal> {
        match self.client.e911_usages(account, number).await {
            Ok(found) => Ok(Usages::Users(found.users)),
            Err(
                error @ (ApiError::Refused { .. }
                | ApiError::NotFound { .. }
                | ApiError::Failing { .. }
                | ApiError::Unreachable { .. }),
            ) => Ok(Usages::Unknown {
                why: error.to_string(),
            }),
            Err(
                error @ (ApiError::BadAddress { .. }
                | ApiError::BadSetup { .. }
                | ApiError::BadPath { .. }
                | ApiError::Unauthorized { .. }
                | ApiError::RateLimited { .. }
                | ApiError::Unclear { .. }
                | ApiError::TokenRenewed { .. }
                | ApiError::Withheld { .. }
                | ApiError::WrongAnswer { .. }),
            ) => Err(Fatal::with_help(
                error.to_string(),
                "it was asked who calls 911 with the number: --no-verify leaves that question out",
            )),
        }
    }
}
