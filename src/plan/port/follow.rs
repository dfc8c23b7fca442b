//! A port that is under way: said where it stands, changed where the files say
//! otherwise, triggered on its day where they ask for it, cancelled where all
//! its numbers are given up.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::model::calendar::business_days_between;
use crate::model::desired::Trigger;
use crate::model::{
    AccountId, DesiredNumber, DesiredPort, LivePort, PhoneNumber, PortState, SourceId, paths,
};
use crate::plan::document::{Action, Change, Expect, PortFacts};
use crate::plan::{Context, Touched};

use super::super::events;
use super::super::saying::Saying;
use super::super::step::state_change;
use super::amend::{self, Amendment};
use super::progress::{Progress, Stage, day, progress, unattended};
use super::step::PortStep;
use super::{Member, Ported, Scene, names, today};

/// Within so many business days of its FOC date a cancellation is expedited
/// (contract notes, B3).
const EXPEDITED: usize = 2;

pub(super) fn follow(scene: Scene, port: &LivePort, members: &[Member], ported: &mut Ported) {
    let all: Vec<PhoneNumber> = port
        .numbers
        .iter()
        .copied()
        .chain(members.iter().map(|member| member.number))
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let (released, wanted): (Vec<Member>, Vec<Member>) =
        members.iter().partition(|member| member.desired.released);
    if !released.is_empty() {
        give_up(scene, port, &all, &released, ported);
    }
    if !wanted.is_empty() {
        go_along(scene, port, &all, &wanted, members, ported);
    }
}

fn numbers_of(members: &[Member]) -> Vec<PhoneNumber> {
    members.iter().map(|member| member.number).collect()
}

fn source_of(members: &[Member]) -> SourceId {
    members
        .first()
        .map_or(SourceId(u32::MAX), |member| member.desired.source)
}

fn facts(port: &LivePort, name: Option<&str>) -> PortFacts {
    PortFacts {
        name: name.map(str::to_owned),
        port_id: Some(port.id.clone()),
        replaces: None,
        carrier: port.carrier_type.as_deref().map(str::to_owned),
        rate_center: None,
        crd_date: port.crd,
        earliest_date: None,
        business_days: None,
        foc_date: port.foc,
    }
}

impl<'a> Scene<'a> {
    /// The declaration that a number names.
    fn declaration(&self, number: PhoneNumber) -> Option<&'a DesiredPort> {
        self.desired
            .ports
            .iter()
            .find(|port| port.numbers.contains(&number))
    }
}

fn go_along(
    scene: Scene,
    port: &LivePort,
    all: &[PhoneNumber],
    wanted: &[Member],
    members: &[Member],
    ported: &mut Ported,
) {
    let mut declarations: Vec<(&DesiredPort, Vec<(PhoneNumber, &DesiredNumber)>)> = Vec::new();
    for member in wanted {
        let Some(declaration) = scene.declaration(member.number) else {
            continue;
        };
        let entry = (member.number, member.desired);
        match declarations
            .iter_mut()
            .find(|(known, _)| std::ptr::eq(*known, declaration))
        {
            Some((_, numbers)) => numbers.push(entry),
            None => declarations.push((declaration, vec![entry])),
        }
    }
    let name = match declarations.as_slice() {
        [(only, _)] => Some(only.name.as_str()),
        _ => None,
    };
    let on_foc_date = declarations
        .iter()
        .any(|(declaration, _)| declaration.port.trigger.value() == Some(&Trigger::OnFocDate));
    let amended = if is_on_its_way(port, scene.context) {
        Amendment::default()
    } else {
        amendment(scene, port, all, &declarations, members)
    };
    let numbers = numbers_of(wanted);
    let say = |saying: Saying, ported: &mut Ported| {
        for number in &numbers {
            ported.say(*number, saying.clone());
        }
    };
    if let Some(question) = amended.question {
        // Not final: it is planned again with the answer.
        ported.questions.push(question);
        for number in &numbers {
            ported.outcomes.entry(*number).or_default().covered = true;
        }
        return;
    }
    let Progress {
        saying: stands,
        warning,
    } = progress(port, name, on_foc_date, scene.context);
    for warning in warning.into_iter().chain(amended.warnings) {
        say(warning, ported);
    }
    let is_blocked = !amended.blocked.is_empty();
    for saying in amended.blocked {
        say(saying, ported);
    }
    if !amended.changes.is_empty() {
        if port.state == PortState::Rejected {
            say(Saying::warning(stands.reason), ported);
        }
        let mut facts = facts(port, name);
        if let Some((declaration, _)) = declarations.first() {
            facts.crd_date = super::terms::crd(&declaration.port.crd_date).or(port.crd);
        }
        PortStep {
            action: Action::UpdatePort,
            method: "PATCH",
            path: paths::port(scene.context.partition, scene.account(), &port.id),
            body: Some(Value::Object(amended.body)),
            changes: amended.changes,
            secrets: amended.secrets,
            expect: Expect::Port(Box::new(port.clone())),
            facts,
        }
        .attach(scene.account(), all, source_of(wanted), ported);
    } else if on_foc_date && is_open(scene, port) {
        trigger(scene, port, all, wanted, (is_blocked, name), stands, ported);
    } else {
        say(stands, ported);
    }
    for member in wanted {
        let subject = scene.subject(member.number, member.desired.source);
        let outcome = ported.outcomes.entry(member.number).or_default();
        let until = "the port completes";
        outcome
            .sayings
            .extend(subject.deferred(member.live, member.desired, until, true));
        outcome.sayings.extend(events::rejections(
            subject.events(),
            subject.offer().as_ref(),
        ));
    }
}

/// The carrier is at it: nothing can be changed or cancelled any more.
pub(super) fn is_on_its_way(port: &LivePort, context: &Context) -> bool {
    if port.state != PortState::FocReceived {
        return false;
    }
    match Stage::of(port, context.now, context.memory) {
        Stage::Triggered { .. } | Stage::Activating { .. } => true,
        Stage::Undated
        | Stage::Ahead { .. }
        | Stage::Open { .. }
        | Stage::SomeTime { .. }
        | Stage::Stuck { .. } => false,
    }
}

/// Whether it may be triggered now.
fn is_open(scene: Scene, port: &LivePort) -> bool {
    if port.state != PortState::FocReceived {
        return false;
    }
    match Stage::of(port, scene.context.now, scene.context.memory) {
        Stage::Open { .. } => true,
        Stage::Undated
        | Stage::Ahead { .. }
        | Stage::SomeTime { .. }
        | Stage::Triggered { .. }
        | Stage::Activating { .. }
        | Stage::Stuck { .. } => false,
    }
}

/// What the declarations of a port say otherwise. An order can be changed only
/// as a whole, so all its numbers must be declared with the same port.
fn amendment(
    scene: Scene,
    port: &LivePort,
    all: &[PhoneNumber],
    declarations: &[(&DesiredPort, Vec<(PhoneNumber, &DesiredNumber)>)],
    members: &[Member],
) -> Amendment {
    // One that is active already, or not planned in this run, is none either.
    let is_member = |number: &PhoneNumber| members.iter().any(|member| member.number == *number);
    let mut amended = Amendment::default();
    for (declaration, numbers) in declarations {
        let mut own = amend::amend(scene, port, declaration, all, numbers);
        let strangers: Vec<PhoneNumber> = all
            .iter()
            .copied()
            .filter(|number| !declaration.numbers.contains(number) || !is_member(number))
            .collect();
        if own.is_ready() && !strangers.is_empty() {
            own = Amendment::no(
                Saying::blocked(format!(
                    "port {} differs from the order and is not changed: the order is for {} too",
                    declaration.name,
                    names(&strangers)
                ))
                .help("declare all numbers of the order with the same port"),
            );
        }
        amended.blocked.extend(own.blocked);
        amended.warnings.extend(own.warnings);
        // Of several declarations none is ready: each has strangers.
        amended.body.extend(own.body);
        amended.changes.extend(own.changes);
        amended.secrets.extend(own.secrets);
        amended.question = amended.question.or(own.question);
    }
    amended
}

fn trigger(
    scene: Scene,
    port: &LivePort,
    all: &[PhoneNumber],
    wanted: &[Member],
    (is_blocked, name): (bool, Option<&str>),
    stands: Saying,
    ported: &mut Ported,
) {
    let asks = |number: &PhoneNumber| {
        let is_wanted = wanted.iter().any(|member| member.number == *number);
        let declaration = scene.declaration(*number);
        is_wanted
            && declaration
                .is_some_and(|port| port.port.trigger.value() == Some(&Trigger::OnFocDate))
    };
    let others: Vec<PhoneNumber> = all.iter().copied().filter(|number| !asks(number)).collect();
    let why_not = if is_blocked {
        Some(
            Saying::blocked(
                "it is not triggered while the files ask for what the order does not have",
            )
            .help("settle that first; the carrier activates it at its own hour all the same"),
        )
    } else if others.is_empty() {
        None
    } else {
        Some(
            Saying::blocked(format!(
                "it is not triggered: the order is for {} too",
                names(&others)
            ))
            .help("declare all its numbers with one port and trigger: onFocDate"),
        )
    };
    if let Some(why_not) = why_not {
        for member in wanted {
            ported.say(member.number, stands.clone());
            ported.say(member.number, why_not.clone());
        }
        return;
    }
    if let Some(warning) = unattended(port, scene.context.now) {
        for member in wanted {
            ported.say(member.number, warning.clone());
        }
    }
    triggering(port, name, scene.account(), scene.context).attach(
        scene.account(),
        all,
        source_of(wanted),
        ported,
    );
}

/// The step that tells the carrier to go ahead (A26).
pub(super) fn triggering(
    port: &LivePort,
    name: Option<&str>,
    account: &AccountId,
    context: &Context,
) -> PortStep {
    PortStep {
        action: Action::TriggerPort,
        method: "PUT",
        path: paths::trigger_port(context.partition, account, &port.id),
        body: None,
        changes: vec![Change {
            path: "port.trigger".to_owned(),
            before: json!(false),
            after: json!(true),
            sensitive: false,
            origin: None,
        }],
        secrets: Vec::new(),
        expect: Expect::Port(Box::new(port.clone())),
        facts: facts(port, name),
    }
}

/// `state: released` on numbers of a port: it is cancelled as a whole or not at all.
fn give_up(
    scene: Scene,
    port: &LivePort,
    all: &[PhoneNumber],
    released: &[Member],
    ported: &mut Ported,
) {
    let name = released
        .first()
        .and_then(|member| scene.declaration(member.number))
        .map(|declaration| declaration.name.as_str());
    let numbers = numbers_of(released);
    let say = |saying: Saying, ported: &mut Ported| {
        for number in &numbers {
            ported.say(*number, saying.clone());
        }
    };
    let warning = match cancellable(port, name, scene.context) {
        Ok(warning) => warning,
        Err(saying) => return say(saying, ported),
    };
    let protected: Vec<PhoneNumber> = released
        .iter()
        .filter(|member| member.desired.protected)
        .map(|member| member.number)
        .collect();
    if !protected.is_empty() {
        let saying = Saying::blocked(format!(
            "its port is not cancelled: {} {} protected",
            names(&protected),
            if protected.len() == 1 { "is" } else { "are" }
        ))
        .help("write protected: false, or take it out, in a change of its own");
        return say(saying, ported);
    }
    let staying: Vec<PhoneNumber> = all
        .iter()
        .copied()
        .filter(|number| !numbers.contains(number))
        .collect();
    if !staying.is_empty() {
        let saying = Saying::blocked(format!(
            "its port is not cancelled, for it is to bring {} too: a part of a port can't be cancelled",
            names(&staying)
        ))
        .help("release all its numbers to cancel it; or release this one once the port has completed");
        return say(saying, ported);
    }
    if let Some(warning) = warning {
        say(warning, ported);
    }
    cancelling(port, name, scene.account(), scene.context).attach(
        scene.account(),
        all,
        source_of(released),
        ported,
    );
    if let Some(first) = all.first() {
        ported.outcomes.entry(*first).or_default().touched = given_up(all);
    }
}

/// Whether a port can be cancelled as it stands: what ought to be known before
/// it is, or why it can't be.
pub(super) fn cancellable(
    port: &LivePort,
    name: Option<&str>,
    context: &Context,
) -> Result<Option<Saying>, Saying> {
    match port.state {
        PortState::Pending | PortState::InProgress | PortState::Rejected => Ok(None),
        PortState::FocReceived => {
            if is_on_its_way(port, context) {
                return Err(Saying::waiting(
                    "it is being activated, so its port can't be cancelled any more: it is released once it is active",
                ));
            }
            let near =
                |foc: &jiff::civil::Date| business_days_between(today(context), *foc) <= EXPEDITED;
            Ok(port.foc.filter(near).map(|foc| {
                Saying::warning(format!(
                    "its FOC date is {}: so near to it a cancellation is expedited, and may come too late",
                    day(foc)
                ))
                .help("tell the provider's support")
            }))
        }
        PortState::FocRemoved
        | PortState::HotCut
        | PortState::ResellerPending
        | PortState::CancelPending
        | PortState::Cancelled
        | PortState::CarrierCancelled
        | PortState::Completed
        | PortState::Other(_) => Err(progress(port, name, false, context).saying),
    }
}

/// The step that cancels a port (A25).
pub(super) fn cancelling(
    port: &LivePort,
    name: Option<&str>,
    account: &AccountId,
    context: &Context,
) -> PortStep {
    PortStep {
        action: Action::CancelPort,
        method: "DELETE",
        path: paths::cancel_port(context.partition, account, &port.id),
        body: None,
        changes: vec![state_change(port.state.name(), "released")],
        secrets: Vec::new(),
        expect: Expect::Port(Box::new(port.clone())),
        facts: facts(port, name),
    }
}

/// What a cancelled port takes away, for the guards.
pub(super) fn given_up(numbers: &[PhoneNumber]) -> Touched {
    Touched {
        release: u64::try_from(numbers.len()).unwrap_or(u64::MAX),
        ..Touched::default()
    }
}
