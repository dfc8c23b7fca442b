//! Numbers that are given up: `state: released` and pruned ones (design,
//! section 3, last column). What stands in the way is said, never forced.

use jiff::SignedDuration;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::json;

use crate::model::live::EventKind;
use crate::model::{CarrierStatus, DesiredNumber, LiveEvent, LiveNumber};
use crate::plan::Touched;
use crate::plan::document::Action;

use super::events;
use super::number::{Outcome, Standing, Subject, moving, standing, strange};
use super::saying::Saying;
use super::step::{expect, state_change};
use super::usages::Becomes;

impl Subject<'_> {
    /// `state: released`.
    pub fn released(&self, desired: &DesiredNumber) -> Outcome {
        if desired.protected
            && let Standing::Active(_) | Standing::OnHold(_) = standing(self.listed())
        {
            return Outcome::saying(
                Saying::blocked("protected: it is not released")
                    .help("write protected: false, or take it out, in a change of its own"),
            );
        }
        self.given_up()
    }

    /// A live number that no file declares, with `prune: true`.
    pub fn pruned(&self) -> Outcome {
        if self.activation_rejected().is_some() {
            return self.given_up();
        }
        match self.listed().map(|live| &live.status) {
            Some(
                status @ (CarrierStatus::ActivationPending
                | CarrierStatus::PortPending
                | CarrierStatus::PortRejected),
            ) => Outcome::saying(Saying::waiting(format!(
                "no file declares it, but it can't be released as long as it is {status}"
            ))),
            Some(_) | None => self.given_up(),
        }
    }

    fn given_up(&self) -> Outcome {
        match standing(self.listed()) {
            Standing::Active(live) => self.release(live),
            Standing::OnHold(live) => {
                let path = self.activation_event();
                let body = json!({ "activationStatusType": "CANCELLED" });
                let change = state_change(live.status.name(), "released");
                let step = self.step(
                    Action::CancelActivation,
                    ("PUT", path),
                    Some(body),
                    vec![change],
                    expect(live),
                );
                Outcome {
                    steps: vec![step],
                    touched: Touched {
                        release: 1,
                        ..Touched::default()
                    },
                    ..Outcome::default()
                }
            }
            Standing::Activating(live) => Outcome::saying(match self.activation_rejected() {
                Some(event) => Saying::blocked(format!(
                    "it can't be released while its rejected activation stands: {}",
                    events::words(event)
                ))
                .help("ask the provider's support to cancel the activation, then plan again"),
                None => Saying::blocked(format!(
                    "it can't be released before its activation ends ({})",
                    live.status
                ))
                .help("plan again once it is active"),
            }),
            Standing::Porting(_) | Standing::PortRejected => Outcome::saying(
                Saying::blocked(
                    "its port is under way and could not be read, so it is not cancelled",
                )
                .help("plan again; if it stays so, ask the provider's support"),
            ),
            Standing::Moving(live) => Outcome::saying(moving(live)),
            Standing::Strange(live) => Outcome::saying(strange(live)),
            Standing::NotHere => Outcome::default(),
        }
    }

    fn activation_rejected(&self) -> Option<&LiveEvent> {
        events::rejected(self.events(), EventKind::Activation)
    }

    fn release(&self, live: &LiveNumber) -> Outcome {
        // The platform refuses the DELETE while anything is under way (O:deleteTelephoneNumberOnAccount).
        if let Some(open) = self.events().iter().find(|event| events::is_open(event)) {
            return Outcome::saying(Saying::waiting(format!(
                "it is released once what is under way on it has ended ({} {})",
                event_name(open.kind),
                open.status
            )));
        }
        let mut step = self.step(
            Action::Release,
            ("DELETE", self.path()),
            None,
            vec![state_change(live.status.name(), "released")],
            expect(live),
        );
        let saying = match self.context.live.cooldown_days {
            Some(days) if days > 0 => {
                step.recoverable_until = self.date_in(days);
                Saying::warning(format!("once released it can be recovered for {days} days"))
                    .help("until then, declare it again without `state: released` and apply")
                    .until(step.recoverable_until.map(|date| date.to_string()))
            }
            Some(_) => Saying::warning("once released it goes back to the carrier at once"),
            None => Saying::warning(
                "how long it can be recovered once released is not known: the partition doesn't say",
            ),
        };
        let mut outcome = Outcome {
            steps: vec![step],
            sayings: vec![saying],
            touched: Touched {
                release: 1,
                ..Touched::default()
            },
            ..Outcome::default()
        };
        self.tell_usages(Becomes::Released, &mut outcome);
        outcome
    }

    fn date_in(&self, days: i64) -> Option<Date> {
        let hours = days.checked_mul(24)?;
        let then = self
            .context
            .now
            .checked_add(SignedDuration::from_hours(hours))
            .ok()?;
        Some(then.to_zoned_datetime(TimeZone::UTC).date())
    }
}

fn event_name(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Activation => "ACTIVATION",
        EventKind::CsrChange => "CSR_CHANGE_REQUEST",
        EventKind::E911Address => "NINE_ONE_ONE_ADDRESS",
        EventKind::Disconnect => "DISCONNECT",
        EventKind::PortRequest => "PORT_REQUEST",
    }
}
