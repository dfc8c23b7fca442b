//! The lifecycle table (design, section 3), row by row: from where a number
//! stands and what is asked of it, to steps and sayings.

use serde_json::{Value, json};

use crate::model::live::EventKind;
use crate::model::{
    AccountId, CarrierStatus, DesiredNumber, Field, LiveAccount, LiveEvent, LiveNumber,
    PhoneNumber, SourceId,
};
use crate::plan::checks::{Checks, NewAddress, Question};
use crate::plan::document::{Action, Change, Expect, Step};
use crate::plan::{Context, Touched};

use super::correction::{self, Decided};
use super::saying::Saying;
use super::step::expect;
use super::usages::{self, Becomes};
use super::{e911, events, reference, update};

/// What comes of one number.
#[derive(Default)]
pub(super) struct Outcome {
    pub steps: Vec<Step>,
    pub sayings: Vec<Saying>,
    pub question: Option<NewAddress>,
    /// What else to ask, of this number alone.
    pub asks: Vec<Question>,
    pub touched: Touched,
    /// A step of another number takes care of it: that of their port.
    pub covered: bool,
}

impl Outcome {
    pub fn saying(saying: Saying) -> Self {
        Self {
            sayings: vec![saying],
            ..Self::default()
        }
    }
}

/// Where a number stands, as far as the table tells it apart.
pub(super) enum Standing<'a> {
    Active(&'a LiveNumber),
    OnHold(&'a LiveNumber),
    Activating(&'a LiveNumber),
    Porting(&'a LiveNumber),
    PortRejected,
    /// On its way to something else; nothing may be sent.
    Moving(&'a LiveNumber),
    /// A status this version doesn't know.
    Strange(&'a LiveNumber),
    NotHere,
}

/// Whether a listed number is on the account at all.
pub(super) fn is_on_account(status: &CarrierStatus) -> bool {
    match status {
        CarrierStatus::Active
        | CarrierStatus::ActivationOnHold
        | CarrierStatus::ActivationPending
        | CarrierStatus::PortPending
        | CarrierStatus::PortRejected
        | CarrierStatus::CancelPort
        | CarrierStatus::CancelPortExpedited
        | CarrierStatus::DeletePending
        | CarrierStatus::Other(_) => true,
        CarrierStatus::CancelPortComplete
        | CarrierStatus::Deleted
        | CarrierStatus::Cooldown
        | CarrierStatus::Recovered
        | CarrierStatus::Inventory
        | CarrierStatus::InventoryClaimed => false,
    }
}

pub(super) fn standing(live: Option<&LiveNumber>) -> Standing<'_> {
    let Some(live) = live else {
        return Standing::NotHere;
    };
    match &live.status {
        CarrierStatus::Active => Standing::Active(live),
        CarrierStatus::ActivationOnHold => Standing::OnHold(live),
        CarrierStatus::ActivationPending => Standing::Activating(live),
        CarrierStatus::PortPending => Standing::Porting(live),
        CarrierStatus::PortRejected => Standing::PortRejected,
        CarrierStatus::CancelPort
        | CarrierStatus::CancelPortExpedited
        | CarrierStatus::DeletePending => Standing::Moving(live),
        CarrierStatus::CancelPortComplete
        | CarrierStatus::Deleted
        | CarrierStatus::Cooldown
        | CarrierStatus::Recovered
        | CarrierStatus::Inventory
        | CarrierStatus::InventoryClaimed => Standing::NotHere,
        // Statuses of events (contract notes, B2) in which people at the
        // carriers are at work: hands off.
        CarrierStatus::Other(name) => match &**name {
            "FOC_REMOVED" | "HOT_CUT_PORT" | "RESELLER_PENDING" | "CANCEL_PENDING"
            | "DELETE_SCHEDULED" => Standing::Moving(live),
            _ => Standing::Strange(live),
        },
    }
}

/// One number in its surroundings.
pub(super) struct Subject<'a> {
    pub account: &'a AccountId,
    pub number: PhoneNumber,
    pub live: &'a LiveAccount,
    pub source: SourceId,
    pub context: &'a Context<'a>,
    pub checks: &'a Checks,
}

impl<'a> Subject<'a> {
    pub(super) fn listed(&self) -> Option<&'a LiveNumber> {
        self.live.numbers.get(&self.number)
    }

    pub(super) fn events(&self) -> &'a [LiveEvent] {
        self.live
            .events
            .get(&self.number)
            .map_or(&[], Vec::as_slice)
    }

    /// A number that the files declare and want to have.
    pub fn wanted(&self, desired: &DesiredNumber) -> Outcome {
        let mut outcome = match standing(self.listed()) {
            // It says itself which rejections its own changes settle.
            Standing::Active(live) => return self.active(live, desired),
            Standing::Moving(live) => return Outcome::saying(moving(live)),
            Standing::NotHere => return self.absent(desired),
            Standing::OnHold(live) => self.on_hold(live, desired),
            Standing::Activating(live) => self.activating(live, desired),
            Standing::Porting(live) => {
                let mut sayings = vec![self.port_under_way(live)];
                sayings.extend(self.deferred(live, desired, "the port completes", true));
                Outcome {
                    sayings,
                    ..Outcome::default()
                }
            }
            Standing::PortRejected => Outcome::saying(self.port_rejected()),
            Standing::Strange(live) => Outcome::saying(strange(live)),
        };
        outcome
            .sayings
            .extend(events::rejections(self.events(), self.offer().as_ref()));
        outcome
    }

    /// A live number that no file declares. What is not in force is said all the same.
    pub fn unmanaged(&self) -> Outcome {
        let mut sayings = vec![Saying::unmanaged("on the account, but no file declares it")];
        sayings.extend(events::rejections(self.events(), self.offer().as_ref()));
        Outcome {
            sayings,
            ..Outcome::default()
        }
    }

    fn active(&self, live: &LiveNumber, desired: &DesiredNumber) -> Outcome {
        if let Some(event) = events::open(self.events(), EventKind::Disconnect) {
            return Outcome::saying(Saying::waiting(format!(
                "it is being disconnected ({})",
                event.status
            )));
        }
        if matches!(desired.hold_activation, Field::Value(true)) {
            let mut sayings = vec![
                Saying::blocked("an active number can't be put on hold")
                    .help("take holdActivation out, or write false"),
            ];
            sayings.extend(events::in_force(
                self.events(),
                false,
                false,
                self.offer().as_ref(),
            ));
            return Outcome {
                sayings,
                ..Outcome::default()
            };
        }
        let (decided, objects) = self.objects(live, desired);
        let reference = self.reference(live, desired);
        let mut outcome = Outcome {
            question: objects.question,
            asks: objects.asks,
            sayings: objects.sayings,
            ..Outcome::default()
        };
        outcome.sayings.extend(reference.sayings);
        let offered = self
            .offer()
            .filter(|_| correction::is_of_this_address(&desired.e911_address, live));
        outcome.sayings.extend(events::in_force(
            self.events(),
            objects.e911_sent || decided.is_some(),
            objects.csr_sent,
            offered.as_ref(),
        ));
        let mut body = objects.body;
        let mut changes = objects.changes;
        body.extend(reference.members);
        changes.extend(reference.changes);
        let mut e911_changes = objects.e911_changes;
        let mut decided_to = None;
        let mut after = None;
        // Also the address that stays as it was written comes into force only by
        // this decision: the provider has rejected it.
        let decides = decided.is_some();
        if let Some(decided) = decided {
            e911_changes |= decided.moves;
            decided_to = Some(decided.then);
            outcome.sayings.extend(decided.sayings);
            if let Some(follow_up) = decided.follow_up {
                body.insert(e911::PATH.to_owned(), follow_up.value);
                changes.extend(follow_up.changes);
                after = Some(decided.step.id.clone());
            }
            outcome.steps.push(decided.step);
        }
        if !changes.is_empty() {
            outcome.touched.update = u64::from(!finishes_port(&changes));
            let expected = decided_to.as_ref().unwrap_or(live);
            let mut step = self.update(body, changes, expect(expected));
            step.depends_on.extend(after);
            outcome.steps.push(step);
        }
        outcome.touched.e911 = u64::from(e911_changes || decides);
        // Not yet, where the provider's word may still keep it from happening.
        if e911_changes && outcome.question.is_none() && outcome.asks.is_empty() {
            self.tell_usages(Becomes::Moved, &mut outcome);
        }
        outcome
    }

    /// The objects that differ, with the decision about a correction on offer.
    /// Where a new address is sent there is none: it is an offer for the old one.
    fn objects(
        &self,
        live: &LiveNumber,
        desired: &DesiredNumber,
    ) -> (Option<Decided>, update::Objects) {
        let of = |desired: &DesiredNumber| {
            update::objects(desired, live, self.events(), self.context, self.checks)
        };
        if let Some(decided) = self.correction(live, desired) {
            let mut rest = desired.clone();
            rest.e911_address = Field::Absent;
            let objects = of(&rest);
            if !objects.e911_sent {
                return (Some(decided), objects);
            }
        }
        (None, of(desired))
    }

    pub(super) fn tell_usages(&self, becomes: Becomes, outcome: &mut Outcome) {
        let (ask, saying) = usages::usages(self.number, becomes, self.context, self.checks);
        outcome.asks.extend(ask);
        outcome.sayings.extend(saying);
    }

    fn on_hold(&self, live: &LiveNumber, desired: &DesiredNumber) -> Outcome {
        let mut outcome = Outcome::default();
        let mut before = None;
        match desired.hold_activation {
            Field::Value(false) => {
                let change = Change {
                    path: "holdActivation".to_owned(),
                    before: Value::Bool(true),
                    after: Value::Bool(false),
                    sensitive: false,
                    origin: None,
                };
                let step = self.step(
                    Action::SubmitActivation,
                    ("PUT", self.activation_event()),
                    Some(json!({ "activationStatusType": "IN_PROGRESS" })),
                    vec![change],
                    expect(live),
                );
                before = Some(step.id.clone());
                outcome.steps.push(step);
            }
            Field::Value(true) => {}
            Field::Absent | Field::Null => outcome.sayings.push(
                Saying::warning(
                    "its activation is left on hold: the file doesn't say whether to submit it",
                )
                .help("write holdActivation: false to submit it, or true to keep it on hold"),
            ),
        }
        self.reference_only(live, desired, before, &mut outcome);
        outcome
            .sayings
            .extend(self.deferred(live, desired, "the number is active", false));
        outcome
    }

    fn activating(&self, live: &LiveNumber, desired: &DesiredNumber) -> Outcome {
        let mut outcome = Outcome::default();
        let rejected = events::rejected(self.events(), EventKind::Activation);
        outcome.sayings.push(match rejected {
            Some(event) => Saying::blocked(format!(
                "the carrier rejected its activation: {}",
                events::words(event)
            ))
            .help("ask the provider's support to resubmit or cancel it"),
            None => Saying::waiting(format!("its activation is under way ({})", live.status)),
        });
        if rejected.is_none() {
            self.reference_only(live, desired, None, &mut outcome);
        }
        outcome
            .sayings
            .extend(self.deferred(live, desired, "the number is active", false));
        outcome
    }

    fn reference(&self, live: &LiveNumber, desired: &DesiredNumber) -> reference::ReferencePlan {
        reference::reference(
            &desired.reference,
            self.number,
            live.reference.as_ref(),
            &self.live.caller_ids,
        )
    }

    /// A reference may be set before a number is active (contract notes, B1).
    fn reference_only(
        &self,
        live: &LiveNumber,
        desired: &DesiredNumber,
        after: Option<String>,
        outcome: &mut Outcome,
    ) {
        let reference = self.reference(live, desired);
        if !reference.is_empty() {
            // The step before changes the status that this one could expect.
            let expect = match &after {
                Some(_) => Expect::Anything,
                None => expect(live),
            };
            let mut step = self.update(reference.members, reference.changes, expect);
            step.depends_on.extend(after);
            outcome.steps.push(step);
            outcome.touched.update = 1;
        }
        outcome.sayings.extend(reference.sayings);
    }

    /// What differs but can't be sent yet.
    pub(super) fn deferred(
        &self,
        live: &LiveNumber,
        desired: &DesiredNumber,
        until: &str,
        with_reference: bool,
    ) -> Option<Saying> {
        // The provider is asked when the address is about to be sent.
        let context = Context {
            verify: false,
            ..*self.context
        };
        let mut names =
            update::objects(desired, live, self.events(), &context, self.checks).names();
        if with_reference && !self.reference(live, desired).is_empty() {
            let comma = if names.is_empty() { "" } else { ", " };
            names.push_str(comma);
            names.push_str("reference");
        }
        (!names.is_empty()).then(|| Saying::deferred(format!("{names}: sent once {until}")))
    }

    /// A port that the listing names no order for, or whose order and event
    /// could not be read: nothing to go by but the event search.
    fn port_under_way(&self, live: &LiveNumber) -> Saying {
        let event = events::of_kind(self.events(), EventKind::PortRequest);
        let status = event.map_or_else(
            || live.status.to_string(),
            |event| format!("{}, {}", live.status, event.status),
        );
        Saying::waiting(format!(
            "its port is under way ({status}), but the order itself could not be read: nothing of it is compared or sent"
        ))
        .help("plan again; if it stays so, ask the provider's support")
    }

    /// Where the port of a number stands whose order could not be read; none
    /// where the number is in no port.
    pub(super) fn unread_port(&self) -> Option<Saying> {
        match standing(self.listed()) {
            Standing::Porting(live) => Some(self.port_under_way(live)),
            Standing::PortRejected => Some(self.port_rejected()),
            Standing::Moving(live) => {
                let deleted = matches!(live.status.name(), "DELETE_PENDING" | "DELETE_SCHEDULED");
                (!deleted).then(|| moving(live))
            }
            Standing::Strange(live) => Some(strange(live)),
            Standing::Active(_)
            | Standing::OnHold(_)
            | Standing::Activating(_)
            | Standing::NotHere => None,
        }
    }

    fn port_rejected(&self) -> Saying {
        let words = events::of_kind(self.events(), EventKind::PortRequest)
            .map_or_else(|| "no reason was given".to_owned(), events::words);
        Saying::blocked(format!(
            "its port was rejected, and the order itself could not be read: {words}"
        ))
        .help("plan again; if it stays so, ask the provider's support")
    }
}

/// The update that a port has waited for: the directory listing takes the place
/// of PORTED. It belongs to the order, whose plan has named it as deferred, and
/// no guard against changing many numbers at once is meant for it.
fn finishes_port(changes: &[Change]) -> bool {
    changes
        .iter()
        .any(|change| change.path == "directoryListing.type" && change.before == "PORTED")
}

pub(super) fn moving(live: &LiveNumber) -> Saying {
    Saying::waiting(match &live.status {
        CarrierStatus::DeletePending => "it is being deleted (DELETE_PENDING)".to_owned(),
        CarrierStatus::CancelPort | CarrierStatus::CancelPortExpedited => {
            format!("its port is being cancelled ({})", live.status)
        }
        CarrierStatus::Active
        | CarrierStatus::ActivationOnHold
        | CarrierStatus::ActivationPending
        | CarrierStatus::PortPending
        | CarrierStatus::PortRejected
        | CarrierStatus::CancelPortComplete
        | CarrierStatus::Deleted
        | CarrierStatus::Cooldown
        | CarrierStatus::Recovered
        | CarrierStatus::Inventory
        | CarrierStatus::InventoryClaimed
        | CarrierStatus::Other(_) => format!("the carriers are at work on it ({})", live.status),
    })
}

pub(super) fn strange(live: &LiveNumber) -> Saying {
    let reason = if live.status.name().is_empty() {
        "the platform gives it no status, so nothing is done to it".to_owned()
    } else {
        format!(
            "its status {} is not known to this version of alz, so nothing is done to it",
            live.status
        )
    };
    Saying::blocked(reason).help("plan again; if it stays so, ask the provider's support")
}
