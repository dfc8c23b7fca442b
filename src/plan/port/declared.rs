//! A port that the files declare, as far as its numbers are not there yet: they
//! are ordered together, once, or it is said of each what holds the order up.

use crate::model::live::{EventKind, Inventory};
use crate::model::{CarrierStatus, DesiredNumber, DesiredPort, LivePort, PhoneNumber, PortId};
use crate::plan::document::NoteKind;

use super::super::events;
use super::super::number::{Standing, standing};
use super::super::saying::Saying;
use super::{Ported, Scene, names, order, progress};

/// The wanted numbers of a declared port, by where they are.
#[derive(Default)]
struct Numbers<'a> {
    absent: Vec<(PhoneNumber, &'a DesiredNumber)>,
    /// On the account, or on their way to it.
    there: Vec<PhoneNumber>,
    /// On their way off the account.
    leaving: Vec<PhoneNumber>,
    /// Absent, and not planned in this run.
    left_out: Vec<PhoneNumber>,
}

impl<'a> Scene<'a> {
    /// A declared port, as far as its numbers are not there yet.
    pub(super) fn declared(&self, port: &'a DesiredPort, ported: &mut Ported) {
        let mut standing_by = Numbers::default();
        for number in &port.numbers {
            let Some(declared) = self.desired.numbers.get(number) else {
                continue;
            };
            if declared.released {
                continue;
            }
            match standing(self.live.numbers.get(number)) {
                Standing::NotHere => {}
                Standing::Moving(_) => {
                    standing_by.leaving.push(*number);
                    continue;
                }
                Standing::Active(_)
                | Standing::OnHold(_)
                | Standing::Activating(_)
                | Standing::Porting(_)
                | Standing::PortRejected
                | Standing::Strange(_) => {
                    standing_by.there.push(*number);
                    continue;
                }
            }
            if self.is_planned(*number) {
                standing_by.absent.push((*number, declared));
            } else {
                standing_by.left_out.push(*number);
            }
        }
        self.absent(port, standing_by, ported);
    }

    fn absent(&self, port: &'a DesiredPort, numbers: Numbers<'a>, ported: &mut Ported) {
        let Numbers {
            absent,
            there,
            leaving,
            left_out,
        } = numbers;
        let mut wanted = Vec::new();
        let mut stopped: Vec<(PhoneNumber, NoteKind)> = Vec::new();
        for (number, declared) in absent {
            // One that was released comes back the way it went.
            if let Some(Inventory::Cooldown { .. }) = self.live.inventory.get(&number) {
                let subject = self.subject(number, declared.source);
                ported.outcomes.insert(number, subject.absent(declared));
                continue;
            }
            match self.hindrance(port, number, declared) {
                Some(saying) => {
                    stopped.push((number, saying.kind));
                    ported.say(number, saying);
                }
                None => wanted.push((number, declared)),
            }
        }
        let all = |saying: &Saying, ported: &mut Ported| {
            for (number, _) in &wanted {
                ported.say(*number, saying.clone());
            }
        };
        if wanted.is_empty() {
            return;
        }
        if !there.is_empty() {
            let saying = Saying::blocked(format!(
                "port {} is already ordered without it: {} {} on the account",
                port.name,
                names(&there),
                if there.len() == 1 { "is" } else { "are" }
            ))
            .help("numbers can't be added to an order: declare a port of its own for it");
            return all(&saying, ported);
        }
        if !leaving.is_empty() {
            let saying = Saying::waiting(format!(
                "port {} is ordered anew once {} left the account",
                port.name,
                if leaving.len() == 1 {
                    format!("{} has", names(&leaving))
                } else {
                    format!("{} have", names(&leaving))
                }
            ));
            return all(&saying, ported);
        }
        if !left_out.is_empty() {
            let saying = Saying::blocked(format!(
                "port {} is not ordered: this run leaves {} of it out",
                port.name,
                names(&left_out)
            ))
            .help("plan all numbers of the port together");
            return all(&saying, ported);
        }
        if let Some(kind) = stopped.iter().map(|(_, kind)| *kind).min() {
            let which: Vec<PhoneNumber> = stopped
                .iter()
                .filter(|(_, other)| *other == kind)
                .map(|(number, _)| *number)
                .collect();
            let reason = format!(
                "port {} is not ordered: {} {} {}",
                port.name,
                names(&which),
                if which.len() == 1 { "is" } else { "are" },
                kind.name()
            );
            let saying = match kind {
                NoteKind::Blocked => Saying::blocked(reason)
                    .help("all numbers of a port go in one order: settle that first"),
                NoteKind::Waiting
                | NoteKind::Warning
                | NoteKind::Deferred
                | NoteKind::Unmanaged => Saying::waiting(reason),
            };
            return all(&saying, ported);
        }
        order::order(*self, port, &wanted, ported);
    }

    /// Why a number that is not on the account can't be ordered.
    fn hindrance(
        &self,
        port: &DesiredPort,
        number: PhoneNumber,
        declared: &DesiredNumber,
    ) -> Option<Saying> {
        let subject = self.subject(number, declared.source);
        if let Some(saying) = subject.ordered_already() {
            return Some(saying);
        }
        if let Some(event) = events::rejected(subject.events(), EventKind::PortRequest)
            && !self
                .last_port(number)
                .is_some_and(|port| port.state.is_over())
        {
            return Some(
                Saying::blocked(format!(
                    "a port of it was rejected and is not called off, but the account's listing lacks it: {}",
                    events::words(event)
                ))
                .help("plan again; if it stays so, ask the provider's support"),
            );
        }
        match self.live.inventory.get(&number) {
            // The usual case: another carrier serves it.
            Some(Inventory::Unknown | Inventory::NotInStock) => None,
            Some(Inventory::Free) => Some(
                Saying::blocked(format!(
                    "it is in the partition's own inventory: there is nothing to port ({})",
                    port.name
                ))
                .help("take `port:` out to activate it"),
            ),
            // The last owner may stay written where its port was cancelled to the end.
            Some(Inventory::OnAccount(owner))
                if owner == self.account() && self.was_cancelled(number) =>
            {
                None
            }
            Some(Inventory::Cooldown { .. } | Inventory::OnAccount(_)) | None => {
                subject.not_to_be_had()
            }
        }
    }

    fn was_cancelled(&self, number: PhoneNumber) -> bool {
        let listed = self.live.numbers.get(&number);
        listed.is_some_and(|live| live.status == CarrierStatus::CancelPortComplete)
    }

    /// The order that the listing still names for a number, whether or not it
    /// can be read.
    pub(super) fn last_order(&self, number: PhoneNumber) -> Option<PortId> {
        self.live.numbers.get(&number)?.port.clone()
    }

    /// The port that the listing still names for a number.
    pub(super) fn last_port(&self, number: PhoneNumber) -> Option<&'a LivePort> {
        let id = self.live.numbers.get(&number)?.port.as_ref()?;
        self.live.ports.get(id)
    }

    pub(super) fn called_off(&self, number: PhoneNumber) -> Option<Saying> {
        self.last_port(number).and_then(progress::called_off)
    }
}
