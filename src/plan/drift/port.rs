//! Ports that do not go on by themselves: rejected ones, those past their day,
//! and those whose order says something else than the files.

use crate::model::desired::Trigger;
use crate::model::{DesiredPort, LivePort, PhoneNumber, PortId, PortState};
use crate::plan::document::{Action, FindingKind, NoteKind, Step};
use crate::plan::number::{Standing, standing};
use crate::plan::port::progress::{Progress, progress};
use crate::plan::saying::Saying;

use super::{Draft, Scene, Spot, differs, late};

impl<'a> Scene<'a> {
    pub(super) fn ports(&mut self) {
        for port in self.live.ports.values() {
            if port.numbers.iter().any(|number| self.is_planned(*number)) {
                self.port(port);
            }
        }
    }

    /// Of a number that is on its way in or out with a port: which one.
    pub(super) fn port_of(&self, number: PhoneNumber) -> Option<String> {
        let listed = self.live.numbers.get(&number);
        match standing(listed) {
            Standing::Porting(_) | Standing::PortRejected | Standing::Moving(_) => listed
                .and_then(|live| live.port.as_ref())
                .map(ToString::to_string),
            Standing::NotHere => self
                .desired
                .numbers
                .get(&number)
                .and_then(|declared| declared.port.clone()),
            Standing::Active(_)
            | Standing::OnHold(_)
            | Standing::Activating(_)
            | Standing::Strange(_) => None,
        }
    }

    /// The files' name for a live port: of the first declaration that has one
    /// of its numbers.
    fn declaration(&self, port: &LivePort) -> Option<&'a DesiredPort> {
        self.desired.ports.iter().find(|declared| {
            declared
                .numbers
                .iter()
                .any(|number| port.numbers.contains(number))
        })
    }

    fn port(&mut self, port: &'a LivePort) {
        let is_in_it = |number: &&PhoneNumber| match standing(self.live.numbers.get(number)) {
            Standing::Porting(_) | Standing::PortRejected => true,
            Standing::Active(_)
            | Standing::OnHold(_)
            | Standing::Activating(_)
            | Standing::Moving(_)
            | Standing::Strange(_)
            | Standing::NotHere => false,
        };
        let members: Vec<PhoneNumber> = port.numbers.iter().filter(is_in_it).copied().collect();
        let is_given_up = |number: &PhoneNumber| {
            let declared = self.desired.numbers.get(number);
            declared.is_some_and(|declared| declared.released)
        };
        // What is no longer in it, and what the files give up, is told by its numbers.
        if members.is_empty() || members.iter().all(is_given_up) {
            return;
        }
        let declaration = self.declaration(port);
        let name = declaration.map(|declared| declared.name.as_str());
        let on_foc_date = declaration
            .is_some_and(|declared| declared.port.trigger.value() == Some(&Trigger::OnFocDate));
        let Progress { saying, warning } = progress(port, name, on_foc_date, self.context);
        let update = self.update_of(&port.id);
        let late = |words: String| {
            Saying::blocked(words).help("ask the provider's support how the port stands")
        };
        let wrong = match &port.state {
            PortState::Rejected => Some((FindingKind::RejectedPort, saying)),
            // Told with the plan's own words, as blocked.
            PortState::Other(_) => None,
            PortState::Pending => warning.map(|warning| (FindingKind::Stuck, warning)),
            PortState::FocReceived => {
                (saying.kind == NoteKind::Blocked).then_some((FindingKind::Stuck, saying))
            }
            PortState::InProgress
            | PortState::FocRemoved
            | PortState::HotCut
            | PortState::ResellerPending
            | PortState::CancelPending
            | PortState::Cancelled
            | PortState::CarrierCancelled
            | PortState::Completed => {
                late::port(port, self.context).map(|words| (FindingKind::Stuck, late(words)))
            }
        };
        match (wrong, update) {
            (Some((kind, saying)), update) => {
                let mut draft = self.port_draft(kind, members, declaration, saying);
                if let Some(step) = update {
                    draft.finding.changes = step.changes.clone();
                    draft.finding.steps = vec![step.id.clone()];
                }
                self.take(draft);
            }
            (None, Some(step)) => {
                let saying = Saying::warning(format!("its port {}", differs(&step.changes)));
                let mut draft = self.port_draft(FindingKind::Changed, members, declaration, saying);
                draft.finding.changes = step.changes.clone();
                draft.finding.steps = vec![step.id.clone()];
                self.take(draft);
            }
            (None, None) => {}
        }
    }

    fn update_of(&self, id: &PortId) -> Option<&'a Step> {
        self.made.steps.iter().find(|step| {
            step.action == Action::UpdatePort
                && step.port.as_ref().and_then(|port| port.port_id.as_ref()) == Some(id)
        })
    }

    fn port_draft(
        &self,
        kind: FindingKind,
        numbers: Vec<PhoneNumber>,
        declaration: Option<&DesiredPort>,
        saying: Saying,
    ) -> Draft {
        let mut finding = self.finding(kind, numbers, saying);
        finding.port = declaration.map(|declared| declared.name.clone());
        Draft {
            source: declaration.map_or(self.desired.source, |declared| declared.source),
            spot: declaration.map_or(Spot::Account, |declared| Spot::Port(declared.name.clone())),
            finding,
            group: None,
        }
    }

    /// A rejected port whose order could not be read.
    pub(super) fn unread_rejection(&mut self, number: PhoneNumber) {
        let listed = self.live.numbers.get(&number);
        let is_read = listed
            .and_then(|live| live.port.as_ref())
            .is_some_and(|id| self.live.ports.contains_key(id));
        if is_read {
            return;
        }
        if let Some(saying) = self.subject(number).unread_port() {
            let mut draft = self.draft(FindingKind::RejectedPort, number, saying);
            draft.group = self.port_of(number);
            self.take(draft);
        }
    }
}
