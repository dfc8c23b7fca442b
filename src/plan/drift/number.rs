//! One number, by where it stands (the lifecycle table of design, section 3,
//! read as a question: is it as it should be?).

use crate::model::live::{EventKind, Inventory};
use crate::model::{DesiredNumber, LiveAccount, LiveEvent, LiveNumber, LivePort, PhoneNumber};
use crate::plan::correction;
use crate::plan::document::{Action, Change, FindingKind, Step};
use crate::plan::events;
use crate::plan::number::{Standing, moving, standing};
use crate::plan::port::progress::called_off;
use crate::plan::saying::Saying;

use super::{Scene, differs, late, of_object};

impl<'a> Scene<'a> {
    pub(super) fn declared(&mut self, number: PhoneNumber, declared: &'a DesiredNumber) {
        let listed = self.live.numbers.get(&number);
        let standing = standing(listed);
        if declared.released {
            match standing {
                // Gone, or on its way.
                Standing::NotHere => {}
                Standing::Moving(_) => self.late_changes(number, &[EventKind::Disconnect]),
                Standing::Active(live) | Standing::OnHold(live) | Standing::Activating(live) => {
                    self.in_force(number, live, Some(declared));
                    self.not_released(number, "state: released");
                }
                // Nothing is done to one of a strange status, and `blocked` says so.
                Standing::Porting(_) | Standing::PortRejected | Standing::Strange(_) => {
                    self.not_released(number, "state: released");
                }
            }
            return;
        }
        match standing {
            Standing::NotHere => self.absent(number, declared),
            Standing::Moving(live) => {
                // Whoever has asked for that, the files have not.
                let mut draft = self.draft(FindingKind::Missing, number, moving(live));
                draft.group = self.port_of(number);
                self.take(draft);
            }
            Standing::Active(live) => {
                let being_disconnected =
                    events::open(self.subject(number).events(), EventKind::Disconnect);
                if let Some(event) = being_disconnected {
                    let words = format!("it is being disconnected ({})", event.status);
                    let draft = self.draft(FindingKind::Missing, number, Saying::waiting(words));
                    self.take(draft);
                    return;
                }
                let told = self.in_force(number, live, Some(declared));
                self.changed(number, &told);
            }
            Standing::OnHold(live) => {
                let told = self.in_force(number, live, Some(declared));
                self.changed(number, &told);
            }
            Standing::Activating(live) => {
                self.activating(number);
                let told = self.in_force(number, live, Some(declared));
                self.changed(number, &told);
            }
            Standing::Porting(live) => {
                self.in_force(number, live, Some(declared));
            }
            Standing::PortRejected => self.unread_rejection(number),
            Standing::Strange(_) => {}
        }
    }

    /// A live number that no file declares.
    pub(super) fn undeclared(&mut self, number: PhoneNumber, live: &'a LiveNumber) {
        self.in_force(number, live, None);
        match standing(Some(live)) {
            Standing::PortRejected => self.unread_rejection(number),
            Standing::Activating(_) => self.activating(number),
            // Nobody's for much longer.
            Standing::Moving(_) => return,
            Standing::Active(_)
            | Standing::OnHold(_)
            | Standing::Porting(_)
            | Standing::Strange(_)
            | Standing::NotHere => {}
        }
        if self.desired.prune {
            self.not_released(number, "prune: true");
            return;
        }
        let saying = Saying::unmanaged("it is on the account, but no file declares it");
        let mut draft = self.draft(FindingKind::Unmanaged, number, saying);
        // There may be very many, and there is one thing to be said of them.
        draft.group = Some(FindingKind::Unmanaged.name().to_owned());
        self.take(draft);
    }

    /// A wanted number that is not on the account.
    fn absent(&mut self, number: PhoneNumber, declared: &DesiredNumber) {
        let subject = self.subject(number);
        if subject.ordered_already().is_some() {
            // On its way, unless it has been for too long.
            self.late_changes(number, &[EventKind::Activation, EventKind::PortRequest]);
            return;
        }
        let inventory = self.live.inventory.get(&number);
        let mut until = None;
        let mut reason = match (inventory, &declared.port) {
            (Some(Inventory::Cooldown { until: ends }), _) => {
                until = ends.map(|ends| ends.to_string());
                "it is not on the account: it was released, and can still be recovered".to_owned()
            }
            (_, Some(port)) => {
                format!("it is not on the account, and its port {port} is not ordered")
            }
            (Some(Inventory::Free), None) => {
                "it is not on the account: it is free in the inventory".to_owned()
            }
            (
                Some(Inventory::Unknown | Inventory::NotInStock | Inventory::OnAccount(_)) | None,
                None,
            ) => "it is not on the account".to_owned(),
        };
        let mut help = None;
        // Of an order that was called off nobody should hear only that there is none.
        let last = listed_port(self.live, number).and_then(called_off);
        if let (Some(last), Some(_)) = (last, &declared.port) {
            reason = format!("{reason}: {}", last.reason);
            help = last.help;
        }
        for blocked in self.blocked_notes(number) {
            self.told.insert((number, blocked.reason.clone()));
            reason = match blocked.reason.strip_prefix("it is ") {
                // "… not on the account: it is on another account" would say it twice.
                Some(rest) if rest.starts_with("not on the account") => blocked.reason,
                Some(_) | None => format!("{reason}; {}", blocked.reason),
            };
            help = help.or(blocked.help);
        }
        let saying = Saying {
            help,
            until,
            ..Saying::blocked(reason)
        };
        let mut draft = self.draft(FindingKind::Missing, number, saying);
        draft.finding.steps = ids(self.steps_of(number));
        if let (Some(port), false) = (&declared.port, is_cooling(inventory)) {
            draft.finding.port = Some(port.clone());
            draft.group = self.port_of(number);
        }
        self.take(draft);
    }

    /// A number that should have been given up, and why it is not.
    fn not_released(&mut self, number: PhoneNumber, asked: &str) {
        let steps: Vec<&Step> = self
            .steps_of(number)
            .iter()
            .copied()
            .filter(|step| step.action.is_destructive())
            .collect();
        let blocked = self.blocked_notes(number);
        if steps.is_empty() && blocked.is_empty() {
            // It waits for something that is under way.
            return;
        }
        let mut reason =
            format!("it is still on the account, though the files give it up ({asked})");
        let mut help = None;
        for blocked in blocked {
            let is_said = self.told.contains(&(number, blocked.reason.clone()));
            if is_said {
                continue;
            }
            reason = format!("{reason}: {}", blocked.reason);
            help = help.or(blocked.help);
            self.told.insert((number, blocked.reason));
        }
        let saying = Saying {
            help,
            ..Saying::blocked(reason)
        };
        let mut draft = self.draft(FindingKind::NotReleased, number, saying);
        draft.finding.steps = ids(&steps);
        draft.group = self.port_of(number);
        self.take(draft);
    }

    /// A number whose activation is under way, or was rejected.
    fn activating(&mut self, number: PhoneNumber) {
        let rejected = events::rejected(self.subject(number).events(), EventKind::Activation);
        match rejected {
            Some(event) => {
                // The words of the plan.
                let saying = Saying::blocked(format!(
                    "the carrier rejected its activation: {}",
                    events::words(event)
                ))
                .help("ask the provider's support to resubmit or cancel it");
                let draft = self.draft(FindingKind::Stuck, number, saying);
                self.take(draft);
            }
            None => self.late_changes(number, &[EventKind::Activation]),
        }
    }

    /// What has been under way for too long, of these kinds.
    fn late_changes(&mut self, number: PhoneNumber, kinds: &[EventKind]) {
        for event in self.subject(number).events() {
            if !kinds.contains(&event.kind) || !events::is_open(event) {
                continue;
            }
            let Some(since) = late::event(event, self.context.now) else {
                continue;
            };
            let what = match event.kind {
                EventKind::Activation => "its activation",
                EventKind::Disconnect => "its disconnection",
                EventKind::PortRequest => "its port",
                EventKind::E911Address => "the change of its E911 address",
                EventKind::CsrChange => "the change of its customer service record",
            };
            let saying = Saying::blocked(format!(
                "{what} has been {} since {}",
                event.status,
                late::utc(since)
            ))
            .help("ask the provider's support whether the carrier has it");
            let draft = self.draft(FindingKind::Stuck, number, saying);
            self.take(draft);
        }
    }

    /// What the providers have made of its addresses. Returns the objects of
    /// which that says all there is to say.
    fn in_force(
        &mut self,
        number: PhoneNumber,
        live: &LiveNumber,
        declared: Option<&DesiredNumber>,
    ) -> Vec<&'static str> {
        let mut told = Vec::new();
        for event in self.subject(number).events() {
            let path = match event.kind {
                EventKind::E911Address => "e911Address",
                EventKind::CsrChange => "customerServiceRecord",
                EventKind::Activation | EventKind::Disconnect | EventKind::PortRequest => continue,
            };
            if event.is_rejected() {
                self.rejected(number, live, declared, event, path);
                told.push(path);
            } else {
                self.late_changes(number, &[event.kind]);
            }
        }
        told
    }

    fn rejected(
        &mut self,
        number: PhoneNumber,
        live: &LiveNumber,
        declared: Option<&DesiredNumber>,
        event: &LiveEvent,
        path: &str,
    ) {
        let subject = self.subject(number);
        // An offer for an address that the file has since replaced is none.
        let is_of_this = declared
            .is_none_or(|declared| correction::is_of_this_address(&declared.e911_address, live));
        let offer = subject
            .offer()
            .filter(|_| is_of_this && event.kind == EventKind::E911Address);
        let kind = match offer {
            Some(_) => FindingKind::OpenCorrection,
            None => FindingKind::NotInForce,
        };
        let saying = events::in_force(std::slice::from_ref(event), false, false, offer.as_ref());
        let Some(saying) = saying.into_iter().next() else {
            return;
        };
        let mut draft = self.draft(kind, number, saying);
        for step in self.steps_of(number) {
            let changes: Vec<Change> = match step.action {
                Action::AcceptE911Correction | Action::KeepE911Original => step.changes.clone(),
                Action::Update => of_object(&step.changes, path).cloned().collect(),
                Action::Recover
                | Action::Activate
                | Action::SubmitActivation
                | Action::SubmitPort
                | Action::UpdatePort
                | Action::TriggerPort
                | Action::CancelActivation
                | Action::CancelPort
                | Action::Release => Vec::new(),
            };
            if !changes.is_empty() {
                draft.finding.changes.extend(changes);
                draft.finding.steps.push(step.id.clone());
            }
        }
        if !draft.finding.steps.is_empty() {
            // The file has decided already.
            draft.finding.help = Some("apply sends what the file says of it".to_owned());
        }
        self.take(draft);
    }

    /// Managed fields that are not what the files say, but for those objects.
    fn changed(&mut self, number: PhoneNumber, told: &[&str]) {
        let mut changes: Vec<Change> = Vec::new();
        let mut steps: Vec<String> = Vec::new();
        for step in self.steps_of(number) {
            let rest: Vec<Change> = match step.action {
                Action::Update | Action::SubmitActivation => step
                    .changes
                    .iter()
                    .filter(|change| {
                        !told
                            .iter()
                            .any(|path| of_object([*change], path).next().is_some())
                    })
                    .cloned()
                    .collect(),
                // Said with the rejection that they answer, or of another standing.
                Action::AcceptE911Correction
                | Action::KeepE911Original
                | Action::Recover
                | Action::Activate
                | Action::SubmitPort
                | Action::UpdatePort
                | Action::TriggerPort
                | Action::CancelActivation
                | Action::CancelPort
                | Action::Release => Vec::new(),
            };
            if !rest.is_empty() {
                changes.extend(rest);
                steps.push(step.id.clone());
            }
        }
        if changes.is_empty() {
            return;
        }
        let mut draft = self.draft(
            FindingKind::Changed,
            number,
            Saying::warning(differs(&changes)),
        );
        draft.finding.changes = changes;
        draft.finding.steps = steps;
        self.take(draft);
    }
}

/// The port that the listing still names for a number.
fn listed_port(live: &LiveAccount, number: PhoneNumber) -> Option<&LivePort> {
    let id = live.numbers.get(&number)?.port.as_ref()?;
    live.ports.get(id)
}

fn is_cooling(inventory: Option<&Inventory>) -> bool {
    matches!(inventory, Some(Inventory::Cooldown { .. }))
}

fn ids(steps: &[&Step]) -> Vec<String> {
    steps.iter().map(|step| step.id.clone()).collect()
}
