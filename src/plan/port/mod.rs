//! Ports: one order for several numbers, followed over days until they are
//! active.
//!
//! A port is decided once, before its numbers are: what comes of it is handed
//! to each of them as its [`Outcome`], with the one step attached to the first.
//! `order` writes the order of numbers that are to come, after `offer` has
//! heard the carriers; `follow` goes along with an order that is under way,
//! with `progress` for its words, `amend` for what the files now say otherwise
//! and `secrets` for what is never compared.

mod amend;
mod follow;
mod offer;
mod order;
pub(super) mod progress;
mod secrets;
mod terms;

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::model::calendar::{business_days_between, is_business_day};
use crate::model::live::{EventKind, Inventory};
use crate::model::meaning::date::PLATFORM_ZONE;
use crate::model::porting::zone;
use crate::model::{
    AccountId, CarrierStatus, DesiredAccount, DesiredNumber, DesiredPort, LiveAccount, LiveNumber,
    LivePort, PhoneNumber, PortId, PortState, SourceId,
};
use crate::plan::Context;
use crate::plan::checks::{Checks, Question};
use crate::plan::document::{Action, Change, Expect, NoteKind, PortFacts, Request, Source, Step};

use super::events;
use super::number::{Outcome, Standing, Subject, standing};
use super::saying::Saying;

/// What the ports decide: outcomes of numbers, and what to ask first.
#[derive(Default)]
pub(super) struct Ported {
    pub outcomes: BTreeMap<PhoneNumber, Outcome>,
    pub questions: Vec<Question>,
}

impl Ported {
    fn say(&mut self, number: PhoneNumber, saying: Saying) {
        self.outcomes
            .entry(number)
            .or_default()
            .sayings
            .push(saying);
    }
}

/// What every port of an account is decided with.
#[derive(Clone, Copy)]
struct Scene<'a> {
    desired: &'a DesiredAccount,
    live: &'a LiveAccount,
    context: &'a Context<'a>,
    checks: &'a Checks,
}

/// A declared number of a live port.
#[derive(Clone, Copy)]
struct Member<'a> {
    number: PhoneNumber,
    desired: &'a DesiredNumber,
    live: &'a LiveNumber,
}

/// The day at the platform, whose own cut-off is in Mountain Time.
pub(super) fn today(context: &Context) -> Date {
    context.now.to_zoned_datetime(zone(PLATFORM_ZONE)).date()
}

/// Business days from the day that an order placed now counts from, to `day`:
/// after 13:00 Mountain Time it is the next business day (guide, "Overview").
fn business_days(context: &Context, day: Date) -> u32 {
    /// Guide, "Overview".
    const CUT_OFF: i8 = 13;
    let now = context.now.to_zoned_datetime(zone(PLATFORM_ZONE));
    let mut from = now.date();
    let late = now.hour() >= CUT_OFF;
    if late && let Ok(next) = from.tomorrow() {
        from = next;
    }
    for _ in 0..10 {
        if is_business_day(from) {
            break;
        }
        let Ok(next) = from.tomorrow() else { break };
        from = next;
    }
    u32::try_from(business_days_between(from, day)).unwrap_or(u32::MAX)
}

/// Decides every port of an account: those that are under way, then those that
/// the files declare and nobody has ordered yet.
pub(super) fn pass(
    desired: &DesiredAccount,
    live: &LiveAccount,
    context: &Context,
    checks: &Checks,
) -> Ported {
    let scene = Scene {
        desired,
        live,
        context,
        checks,
    };
    let mut ported = Ported::default();
    let mut under_way: BTreeMap<&PortId, Vec<Member>> = BTreeMap::new();
    // Most accounts have none, and most numbers no standing in one.
    if !live.ports.is_empty() {
        for (number, declared) in &desired.numbers {
            if let Some((id, member)) = scene.member(*number, declared) {
                under_way.entry(id).or_default().push(member);
            }
        }
    }
    for (id, members) in &under_way {
        if let Some(port) = live.ports.get(id) {
            follow::follow(scene, port, members, &mut ported);
        }
    }
    for port in &desired.ports {
        scene.declared(port, &mut ported);
    }
    ported
}

impl<'a> Scene<'a> {
    fn subject(&self, number: PhoneNumber, source: SourceId) -> Subject<'a> {
        Subject {
            account: &self.desired.account,
            number,
            live: self.live,
            source,
            context: self.context,
            checks: self.checks,
        }
    }

    fn is_planned(&self, number: PhoneNumber) -> bool {
        let only = self.context.only;
        only.is_none_or(|only| only.contains(&number))
    }

    /// The live port that a declared number is in, if it is in one.
    fn member(
        &self,
        number: PhoneNumber,
        desired: &'a DesiredNumber,
    ) -> Option<(&'a PortId, Member<'a>)> {
        let live = self.live.numbers.get(&number)?;
        let in_port = match standing(Some(live)) {
            Standing::Porting(_) | Standing::PortRejected => true,
            // These two say all that can be said, whatever the port's own event says.
            Standing::Moving(_) | Standing::Strange(_) => false,
            Standing::Active(_)
            | Standing::OnHold(_)
            | Standing::Activating(_)
            | Standing::NotHere => false,
        };
        let id = live.port.as_ref()?;
        (in_port && self.is_planned(number) && self.live.ports.contains_key(id)).then_some((
            id,
            Member {
                number,
                desired,
                live,
            },
        ))
    }

    /// A declared port, as far as its numbers are not there yet.
    fn declared(&self, port: &'a DesiredPort, ported: &mut Ported) {
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

    /// The port that the listing still names for a number.
    fn last_port(&self, number: PhoneNumber) -> Option<&'a LivePort> {
        let id = self.live.numbers.get(&number)?.port.as_ref()?;
        self.live.ports.get(id)
    }

    /// That an earlier port was called off, with whose words and when.
    fn called_off(&self, number: PhoneNumber) -> Option<Saying> {
        let port = self.last_port(number)?;
        let when = progress::on(port.since());
        match port.state {
            PortState::CarrierCancelled => Some(
                Saying::warning(format!(
                    "the carrier cancelled its last port{when}: {}",
                    port.words().unwrap_or("no reason was given")
                ))
                .help("make sure that what it was cancelled for is mended"),
            ),
            PortState::Cancelled => Some(Saying::warning(format!(
                "its last port was cancelled{when}"
            ))),
            PortState::Pending
            | PortState::InProgress
            | PortState::FocReceived
            | PortState::FocRemoved
            | PortState::Rejected
            | PortState::HotCut
            | PortState::ResellerPending
            | PortState::CancelPending
            | PortState::Completed
            | PortState::Other(_) => None,
        }
    }

    fn account(&self) -> &'a AccountId {
        &self.desired.account
    }
}

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

/// A step of a port, attached to its first number.
struct PortStep {
    action: Action,
    method: &'static str,
    path: String,
    body: Option<serde_json::Value>,
    changes: Vec<Change>,
    secrets: Vec<super::document::Secret>,
    expect: Expect,
    facts: PortFacts,
}

impl PortStep {
    /// Hands the step to the first number and marks the others as taken care of.
    fn attach(
        self,
        account: &AccountId,
        numbers: &[PhoneNumber],
        source: SourceId,
        ported: &mut Ported,
    ) {
        let Some(first) = numbers.first() else {
            return;
        };
        let step = Step {
            id: format!("{}-{first}", self.action.name()),
            action: self.action,
            account: account.clone(),
            numbers: numbers.to_vec(),
            source: Source::default(),
            changes: self.changes,
            depends_on: Vec::new(),
            recoverable_until: None,
            port: Some(self.facts),
            request: Request {
                method: self.method.to_owned(),
                path: self.path,
            },
            body: self.body,
            secrets: self.secrets,
            expect: self.expect,
            source_id: source,
        };
        for number in numbers {
            ported.outcomes.entry(*number).or_default().covered = true;
        }
        ported.outcomes.entry(*first).or_default().steps.push(step);
    }
}

/// Numbers in a sentence: the first few by name.
fn names(numbers: &[PhoneNumber]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<String> = numbers
        .iter()
        .take(SHOWN)
        .map(ToString::to_string)
        .collect();
    let shown = shown.join(", ");
    match numbers.len().checked_sub(SHOWN) {
        None | Some(0) => shown,
        Some(more) => format!("{shown} and {more} more"),
    }
}
