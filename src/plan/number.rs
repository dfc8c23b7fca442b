//! The lifecycle table (design, section 3), row by row: from where a number
//! stands and what is asked of it, to steps and sayings.

use serde_json::{Map, Value, json};

use jiff::SignedDuration;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::model::live::{EventKind, Inventory};
use crate::model::{
    AccountId, CarrierStatus, DesiredNumber, Field, LiveAccount, LiveEvent, LiveNumber,
    PhoneNumber, Record, SourceId, paths,
};
use crate::plan::checks::Checks;
use crate::plan::document::{Action, Change, Expect, Request, Source, Step};
use crate::plan::{Context, Touched};

use super::saying::Saying;
use super::{activate, events, reference, update};

/// What comes of one number.
#[derive(Default)]
pub(super) struct Outcome {
    pub steps: Vec<Step>,
    pub sayings: Vec<Saying>,
    pub question: Option<Record>,
    pub touched: Touched,
}

impl Outcome {
    fn saying(saying: Saying) -> Self {
        Self {
            sayings: vec![saying],
            ..Self::default()
        }
    }
}

/// Where a number stands, as far as the table tells it apart.
enum Standing<'a> {
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

fn standing(live: Option<&LiveNumber>) -> Standing<'_> {
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
    fn listed(&self) -> Option<&'a LiveNumber> {
        self.live.numbers.get(&self.number)
    }

    fn events(&self) -> &'a [LiveEvent] {
        self.live
            .events
            .get(&self.number)
            .map_or(&[], Vec::as_slice)
    }

    /// A number that the files declare and want to have.
    pub fn wanted(&self, desired: &DesiredNumber) -> Outcome {
        match standing(self.listed()) {
            Standing::Active(live) => self.active(live, desired),
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
            Standing::Moving(live) => Outcome::saying(moving(live)),
            Standing::Strange(live) => Outcome::saying(strange(live)),
            Standing::NotHere => self.absent(desired),
        }
    }

    /// `state: released`.
    pub fn released(&self, desired: &DesiredNumber) -> Outcome {
        if desired.protected
            && let Standing::Active(_) | Standing::OnHold(_) = standing(self.listed())
        {
            return Outcome::saying(
                Saying::blocked("protected: it is not released")
                    .help("take protected: true out first, in a change of its own"),
            );
        }
        self.given_up()
    }

    /// A live number that no file declares, with `prune: true`.
    pub fn pruned(&self) -> Outcome {
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
            Standing::Activating(live) => Outcome::saying(
                Saying::blocked(format!(
                    "it can't be released before its activation ends ({})",
                    live.status
                ))
                .help("plan again once it is active"),
            ),
            Standing::Porting(_) | Standing::PortRejected => Outcome::saying(
                Saying::blocked("it can't be released while its port is under way, and this version of alz does not cancel ports")
                    .help("cancel the port in the provider's portal, or plan again once it has completed"),
            ),
            Standing::Moving(live) => Outcome::saying(moving(live)),
            Standing::Strange(live) => Outcome::saying(strange(live)),
            Standing::NotHere => Outcome::default(),
        }
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
        Outcome {
            steps: vec![step],
            sayings: vec![saying],
            touched: Touched {
                release: 1,
                ..Touched::default()
            },
            ..Outcome::default()
        }
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

    fn active(&self, live: &LiveNumber, desired: &DesiredNumber) -> Outcome {
        if matches!(desired.hold_activation, Field::Value(true)) {
            let mut sayings = vec![
                Saying::blocked("an active number can't be put on hold")
                    .help("take holdActivation out, or write false"),
            ];
            sayings.extend(events::in_force(self.events(), false, false));
            return Outcome {
                sayings,
                ..Outcome::default()
            };
        }
        let objects = update::objects(desired, live, self.context, self.checks);
        let reference = self.reference(live, desired);
        let mut outcome = Outcome {
            question: objects.question,
            sayings: objects.sayings,
            ..Outcome::default()
        };
        outcome.sayings.extend(reference.sayings);
        outcome.sayings.extend(events::in_force(
            self.events(),
            objects.e911_sent,
            objects.csr_sent,
        ));
        let mut body = objects.body;
        let mut changes = objects.changes;
        body.extend(reference.members);
        changes.extend(reference.changes);
        if !changes.is_empty() {
            outcome.touched = Touched {
                release: 0,
                e911: u64::from(objects.e911_changes),
                update: 1,
            };
            outcome.steps.push(self.update(body, changes, expect(live)));
        }
        outcome
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
        let rejected = events::of_kind(self.events(), EventKind::Activation)
            .filter(|event| event.is_rejected());
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

    fn absent(&self, desired: &DesiredNumber) -> Outcome {
        if let Some(port) = &desired.port {
            return Outcome::saying(
                Saying::blocked(format!(
                    "port {port} is to bring it in, and this version of alz does not order ports"
                ))
                .help(
                    "order the port in the provider's portal: once it is under way, alz follows it",
                ),
            );
        }
        match self.live.inventory.get(&self.number) {
            Some(Inventory::Free) => self.activate(desired, false),
            Some(Inventory::Cooldown { .. }) => self.activate(desired, true),
            Some(Inventory::Unknown) => Outcome::saying(
                Saying::blocked("the partition does not know the number")
                    .help("check the number; only a number in the partition's inventory can be activated"),
            ),
            Some(Inventory::OnAccount(owner)) if owner == self.account => Outcome::saying(
                Saying::blocked("the inventory says it is on this account, but the account's listing lacks it")
                    .help("plan again; if it stays so, ask the provider's support"),
            ),
            Some(Inventory::OnAccount(owner)) => Outcome::saying(
                Saying::blocked(format!("it is on another account: {owner}"))
                    .help("release it there first, or take it out of this account's file"),
            ),
            Some(Inventory::NotInStock) => Outcome::saying(
                Saying::blocked("the partition knows it but has it not in stock")
                    .help("check the number; only a number in the partition's inventory can be activated"),
            ),
            None => Outcome::saying(
                Saying::blocked("it is not on the account, and the inventory gave no answer about it")
                    .help("plan again"),
            ),
        }
    }

    fn activate(&self, desired: &DesiredNumber, from_cooldown: bool) -> Outcome {
        let users = &self.live.caller_ids;
        let activation =
            match activate::activation(self.number, desired, users, self.context, self.checks) {
                Ok(activation) => activation,
                Err(sayings) => {
                    return Outcome {
                        sayings,
                        ..Outcome::default()
                    };
                }
            };
        let mut steps = Vec::new();
        if from_cooldown {
            let path = paths::cooldown_recover(self.context.partition, self.number);
            let change = state_change("COOLDOWN", "INVENTORY");
            steps.push(self.step(
                Action::Recover,
                ("PUT", path),
                None,
                vec![change],
                Expect::InCooldown,
            ));
        }
        let mut step = self.step(
            Action::Activate,
            ("POST", paths::numbers(self.context.partition, self.account)),
            Some(activation.body),
            activation.changes,
            Expect::NotOnAccount,
        );
        step.depends_on = steps.iter().map(|recover| recover.id.clone()).collect();
        let activate_id = step.id.clone();
        steps.push(step);
        if let Some(body) = activation.caller_id {
            let change = Change {
                path: "reference.assignAsCallerId".to_owned(),
                before: Value::Null,
                after: Value::Bool(true),
                sensitive: false,
            };
            let mut follow_up = self.update(body, vec![change], Expect::Anything);
            follow_up.depends_on.push(activate_id);
            steps.push(follow_up);
        }
        Outcome {
            steps,
            sayings: activation.sayings,
            question: activation.question,
            touched: Touched::default(),
        }
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
    fn deferred(
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
        let mut names = update::objects(desired, live, &context, self.checks).names();
        if with_reference && !self.reference(live, desired).is_empty() {
            let comma = if names.is_empty() { "" } else { ", " };
            names.push_str(comma);
            names.push_str("reference");
        }
        (!names.is_empty()).then(|| Saying::deferred(format!("{names}: sent once {until}")))
    }

    fn port_under_way(&self, live: &LiveNumber) -> Saying {
        let event = events::of_kind(self.events(), EventKind::PortRequest);
        let status = event.map_or_else(
            || live.status.to_string(),
            |event| format!("{}, {}", live.status, event.status),
        );
        Saying::waiting(format!("its port is under way ({status})"))
    }

    fn port_rejected(&self) -> Saying {
        let words = events::of_kind(self.events(), EventKind::PortRequest)
            .map_or_else(|| "no reason was given".to_owned(), events::words);
        Saying::blocked(format!("its port was rejected: {words}")).help(
            "mend the port in the provider's portal: this version of alz does not change ports",
        )
    }

    fn path(&self) -> String {
        paths::number(self.context.partition, self.account, self.number)
    }

    fn activation_event(&self) -> String {
        paths::activation_event(self.context.partition, self.account, self.number)
    }

    fn update(&self, body: Map<String, Value>, changes: Vec<Change>, expect: Expect) -> Step {
        self.step(
            Action::Update,
            ("PATCH", self.path()),
            Some(Value::Object(body)),
            changes,
            expect,
        )
    }

    fn step(
        &self,
        action: Action,
        (method, path): (&str, String),
        body: Option<Value>,
        changes: Vec<Change>,
        expect: Expect,
    ) -> Step {
        Step {
            id: format!("{}-{}", action.name(), self.number),
            action,
            account: self.account.clone(),
            numbers: vec![self.number],
            source: Source::default(),
            changes,
            depends_on: Vec::new(),
            recoverable_until: None,
            request: Request {
                method: method.to_owned(),
                path,
            },
            body,
            expect,
            source_id: self.source,
        }
    }
}

fn expect(live: &LiveNumber) -> Expect {
    Expect::Number(Box::new(live.clone()))
}

fn state_change(before: &str, after: &str) -> Change {
    Change {
        path: "state".to_owned(),
        before: json!(before),
        after: json!(after),
        sensitive: false,
    }
}

fn moving(live: &LiveNumber) -> Saying {
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

fn strange(live: &LiveNumber) -> Saying {
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

fn event_name(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Activation => "ACTIVATION",
        EventKind::CsrChange => "CSR_CHANGE_REQUEST",
        EventKind::E911Address => "NINE_ONE_ONE_ADDRESS",
        EventKind::Disconnect => "DISCONNECT",
        EventKind::PortRequest => "PORT_REQUEST",
    }
}
