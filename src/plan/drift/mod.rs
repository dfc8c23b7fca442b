//! What an audit finds on one account: where the platform is not what the files
//! say, and what a person has to look at although no step would mend it.
//!
//! The plan has compared already, so its steps are the differences. But a plan
//! answers "what would apply do", and an audit "what is not as it should be":
//! a step that only goes along (a port triggered on its day) is no drift, and a
//! rejected address is, also where the file does not manage it. So each number
//! and port is looked at once more by where it stands, and each cause is told
//! once: `number` and `port` say what they found and in which words, and what
//! the plan holds to be blocked for another reason is told last.
//!
//! What time does by itself is no drift, until it should have been done long
//! ago: `late` has the margins. `authors` reads from the account's history who
//! did it, and `ignoring` sets aside what the project has decided to live with.

mod authors;
mod ignoring;
mod late;
mod number;
mod port;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::account::AccountPlan;
use super::checks::Checks;
use super::correction;
use super::document::{
    Action, Attention, Change, Covered, Finding, FindingKind, Note, NoteKind, Source, Step,
};
use super::number::{Subject, is_on_account};
use super::saying::Saying;
use crate::model::{DesiredAccount, DesiredNumber, Field, LiveAccount, PhoneNumber, SourceId};
use crate::plan::Context;

pub use authors::{has_authors, name_authors};
pub use ignoring::{Ignoring, ignore};

/// What the plan of an account does not know.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The numbers that the account has given up and that will soon be out of
    /// reach, with the moment.
    pub cooling: Option<&'a BTreeMap<PhoneNumber, Timestamp>>,
    /// How much a number matters that no file declares.
    pub unmanaged: Attention,
}

/// Where in the files a finding belongs, within the document of its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spot {
    Account,
    Number(PhoneNumber),
    Port(String),
}

/// A finding, and what its line is looked up with.
#[derive(Clone, Debug)]
pub struct Found {
    pub finding: Finding,
    pub source: SourceId,
    pub spot: Spot,
}

/// What was found on an account.
#[derive(Clone, Debug)]
pub struct Audit {
    /// By kind, then by number.
    pub found: Vec<Found>,
    pub covered: Covered,
}

/// Looks an account over. `made` is its plan, from the same values. Pure.
pub fn audit(
    desired: &DesiredAccount,
    live: &LiveAccount,
    made: &AccountPlan,
    context: &Context,
    facts: &Facts,
) -> Audit {
    let mut steps: BTreeMap<PhoneNumber, Vec<&Step>> = BTreeMap::new();
    for step in &made.steps {
        for number in &step.numbers {
            steps.entry(*number).or_default().push(step);
        }
    }
    let mut notes: BTreeMap<PhoneNumber, Vec<&Note>> = BTreeMap::new();
    for note in made.notes.iter().filter(|n| n.kind == NoteKind::Blocked) {
        for number in &note.numbers {
            notes.entry(*number).or_default().push(note);
        }
    }
    let unasked = Checks::default();
    let mut scene = Scene {
        unasked: &unasked,
        desired,
        live,
        made,
        context,
        facts,
        steps,
        notes,
        told: BTreeSet::new(),
        drafts: Vec::new(),
    };
    scene.ports();
    for (number, declared) in &desired.numbers {
        if scene.is_planned(*number) {
            scene.declared(*number, declared);
        }
    }
    for (number, listed) in &live.numbers {
        if is_on_account(&listed.status)
            && !desired.numbers.contains_key(number)
            && scene.is_planned(*number)
        {
            scene.undeclared(*number, listed);
        }
    }
    scene.leaving_cooldown();
    scene.blocked();
    let covered = scene.covered();
    Audit {
        found: scene.finish(),
        covered,
    }
}

/// The audit of an account that could not be read, and why: nothing is known of
/// it, which must never look like an account in order.
pub fn unread(desired: &DesiredAccount, why: String, help: Option<String>) -> Audit {
    let finding = Finding {
        kind: FindingKind::Unread,
        attention: Attention::Drift,
        account: desired.account.clone(),
        numbers: Vec::new(),
        port: None,
        source: Source::default(),
        changes: Vec::new(),
        reason: format!("the account could not be read, so nothing is known of its numbers: {why}"),
        help,
        until: None,
        by: None,
        at: None,
        authors: Vec::new(),
        ignored: None,
        steps: Vec::new(),
    };
    Audit {
        found: vec![Found {
            finding,
            source: desired.source,
            spot: Spot::Account,
        }],
        covered: Covered::default(),
    }
}

struct Scene<'a> {
    /// An audit's words need no answers.
    unasked: &'a Checks,
    desired: &'a DesiredAccount,
    live: &'a LiveAccount,
    made: &'a AccountPlan,
    context: &'a Context<'a>,
    facts: &'a Facts<'a>,
    /// The plan's steps by each number that they are for.
    steps: BTreeMap<PhoneNumber, Vec<&'a Step>>,
    /// What the plan holds to be blocked, by number.
    notes: BTreeMap<PhoneNumber, Vec<&'a Note>>,
    /// What has been said of a number, in these words.
    told: BTreeSet<(PhoneNumber, String)>,
    drafts: Vec<Draft>,
}

/// A finding about one number, or about a port as a whole. Equal ones of one
/// group become one.
struct Draft {
    finding: Finding,
    source: SourceId,
    spot: Spot,
    /// The port that brings the number in, by its id or its name; or all that no
    /// file declares.
    group: Option<String>,
}

impl<'a> Scene<'a> {
    fn is_planned(&self, number: PhoneNumber) -> bool {
        let only = self.context.only;
        only.is_none_or(|only| only.contains(&number))
    }

    fn subject(&self, number: PhoneNumber) -> Subject<'a> {
        Subject {
            account: &self.desired.account,
            number,
            live: self.live,
            source: self.desired.source,
            context: self.context,
            checks: self.unasked,
        }
    }

    fn steps_of(&self, number: PhoneNumber) -> &[&'a Step] {
        self.steps.get(&number).map_or(&[], Vec::as_slice)
    }

    /// Begins a finding about a number.
    fn draft(&self, kind: FindingKind, number: PhoneNumber, saying: Saying) -> Draft {
        let declared = self.desired.numbers.get(&number);
        Draft {
            finding: self.finding(kind, vec![number], saying),
            source: declared.map_or(self.desired.source, |declared| declared.source),
            spot: declared.map_or(Spot::Account, |_| Spot::Number(number)),
            group: None,
        }
    }

    fn finding(&self, kind: FindingKind, numbers: Vec<PhoneNumber>, saying: Saying) -> Finding {
        let Saying {
            kind: _, // the finding has one of its own
            reason,
            help,
            until,
        } = saying;
        Finding {
            attention: match kind {
                FindingKind::NotInForce
                | FindingKind::OpenCorrection
                | FindingKind::Unread
                | FindingKind::Missing
                | FindingKind::NotReleased
                | FindingKind::Changed
                | FindingKind::RejectedPort
                | FindingKind::Stuck
                | FindingKind::Blocked => Attention::Drift,
                // It was given up, or comes back with `missing`.
                FindingKind::LeavingCooldown => Attention::Notice,
                FindingKind::Unmanaged => self.facts.unmanaged,
            },
            kind,
            account: self.desired.account.clone(),
            numbers,
            port: None,
            source: Source::default(),
            changes: Vec::new(),
            reason,
            help,
            until,
            by: None,
            at: None,
            authors: Vec::new(),
            ignored: None,
            steps: Vec::new(),
        }
    }

    /// Keeps a finding, and remembers that its words have been said.
    fn take(&mut self, draft: Draft) {
        for number in &draft.finding.numbers {
            self.told.insert((*number, draft.finding.reason.clone()));
        }
        self.drafts.push(draft);
    }

    /// What the plan holds to be blocked about a number.
    fn blocked_notes(&self, number: PhoneNumber) -> Vec<Saying> {
        let notes = self.notes.get(&number).into_iter().flatten();
        notes.map(|note| saying(note)).collect()
    }

    /// What the plan holds to be blocked, and nothing said before explains.
    fn blocked(&mut self) {
        let untold = correction::untold().reason;
        for note in &self.made.notes {
            if note.kind != NoteKind::Blocked {
                continue;
            }
            for number in &note.numbers {
                if self.told.contains(&(*number, note.reason.clone())) {
                    continue;
                }
                let mut draft = self.draft(FindingKind::Blocked, *number, saying(note));
                draft.group = self.port_of(*number);
                if note.reason == untold {
                    // What is in force is an accepted correction: a question of spelling.
                    draft.finding.attention = Attention::Notice;
                }
                self.take(draft);
            }
        }
    }

    /// Numbers that were given up and will soon be out of reach.
    fn leaving_cooldown(&mut self) {
        for (number, until) in self.facts.cooling.into_iter().flatten() {
            let declared = self.desired.numbers.get(number);
            let is_back = self
                .live
                .numbers
                .get(number)
                .is_some_and(|live| is_on_account(&live.status));
            // One that the files want is missing, and that has been said.
            let is_wanted = declared.is_some_and(|declared| !declared.released);
            if is_back || is_wanted || !self.is_planned(*number) {
                continue;
            }
            let saying = Saying::warning(
                "it was released, and goes back to the carrier soon: after that it can't be had back",
            )
            .help("if it is still needed, declare it again without `state: released` and apply before then")
            .until(Some(until.to_string()));
            let draft = self.draft(FindingKind::LeavingCooldown, *number, saying);
            self.take(draft);
        }
    }

    fn covered(&self) -> Covered {
        let mut covered = Covered {
            accounts: 1,
            ..Covered::default()
        };
        for (number, listed) in &self.live.numbers {
            if !is_on_account(&listed.status) || !self.is_planned(*number) {
                continue;
            }
            covered.live += 1;
            if let Some(DesiredNumber {
                customer_service_record,
                e911_address,
                directory_listing: _, // says nothing of where help is sent
                reference: _,
                hold_activation: _,
                port: _,
                released: _,
                protected: _,
                source: _,
            }) = self.desired.numbers.get(number)
            {
                covered.managed += 1;
                let says = |is_absent: bool| u64::from(!is_absent);
                covered.addresses += says(
                    matches!(customer_service_record, Field::Absent)
                        && matches!(e911_address, Field::Absent),
                );
            }
        }
        covered
    }

    /// Equal findings of the numbers of one port in one, and all in their order.
    fn finish(self) -> Vec<Found> {
        let mut found: Vec<Found> = Vec::new();
        let mut groups: Vec<(String, usize)> = Vec::new();
        for draft in self.drafts {
            let Draft {
                finding,
                source,
                spot,
                group,
            } = draft;
            let same = |other: &Finding| {
                other.kind == finding.kind
                    && other.reason == finding.reason
                    && other.help == finding.help
                    && other.until == finding.until
            };
            let known = group.as_ref().and_then(|name| {
                groups.iter().find_map(|(group, index)| {
                    let other = found.get(*index)?;
                    (group == name && same(&other.finding)).then_some(*index)
                })
            });
            match known.and_then(|index| found.get_mut(index)) {
                Some(other) => {
                    other.finding.numbers.extend(finding.numbers);
                    for step in finding.steps {
                        if !other.finding.steps.contains(&step) {
                            other.finding.steps.push(step);
                        }
                    }
                }
                None => {
                    groups.extend(group.map(|name| (name, found.len())));
                    found.push(Found {
                        finding,
                        source,
                        spot,
                    });
                }
            }
        }
        for found in &mut found {
            found.finding.numbers.sort_unstable();
            found.finding.numbers.dedup();
        }
        in_order(&mut found);
        found
    }
}

/// By kind, then by number. Stable: of one kind and number what was found first
/// comes first.
fn in_order(found: &mut [Found]) {
    found.sort_by_key(|found| {
        let finding = &found.finding;
        (finding.kind, finding.numbers.first().copied())
    });
}

/// A note, to be said of one number.
fn saying(note: &Note) -> Saying {
    let Note {
        kind,
        reason,
        help,
        until,
        account: _, // the audit's own
        numbers: _, // each is told for itself
        origin: _,  // an audit has no base
    } = note;
    Saying {
        kind: *kind,
        reason: reason.clone(),
        help: help.clone(),
        until: until.clone(),
    }
}

/// "differs from the file in e911Address.unit, reference".
fn differs(changes: &[Change]) -> String {
    const SHOWN: usize = 4;
    let paths: Vec<&str> = changes
        .iter()
        .take(SHOWN)
        .map(|change| change.path.as_str())
        .collect();
    let more = match changes.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("differs from the file in {}{more}", paths.join(", "))
}

/// The changes to an object, or to it as a whole.
fn of_object<'c>(
    changes: impl IntoIterator<Item = &'c Change>,
    object: &str,
) -> impl Iterator<Item = &'c Change> {
    changes.into_iter().filter(move |change| {
        change
            .path
            .strip_prefix(object)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

/// The numbers whose E911 address is about to be sent again, or of which only
/// the provider can tell whether it is an older spelling of the one in force
/// (design, decision 9): it is worth asking before they are called drift.
pub fn perhaps_older_spellings(made: &AccountPlan) -> BTreeSet<PhoneNumber> {
    let untold = correction::untold().reason;
    let sent = made.steps.iter().filter(|step| {
        step.action == Action::Update
            && step.changes.iter().any(|change| {
                let member = change.path.strip_prefix("e911Address.");
                member
                    .and_then(crate::model::Member::from_name)
                    .is_some_and(correction::is_street)
            })
    });
    let notes = made
        .notes
        .iter()
        .filter(|note| note.kind == NoteKind::Blocked && note.reason == untold);
    sent.flat_map(|step| &step.numbers)
        .chain(notes.flat_map(|note| &note.numbers))
        .copied()
        .collect()
}

/// The numbers whose address in force a plan takes for the provider's
/// correction of the one in the file.
pub fn older_spellings(made: &AccountPlan) -> BTreeSet<PhoneNumber> {
    let words = correction::take_over(&crate::model::Record::default()).reason;
    made.notes
        .iter()
        .filter(|note| note.kind == NoteKind::Warning && note.reason == words)
        .flat_map(|note| &note.numbers)
        .copied()
        .collect()
}

/// The account with whose plan an audit goes on: what the provider has
/// corrected is taken as the file's own word.
pub fn without_older_spellings(
    desired: &DesiredAccount,
    spelled: &BTreeSet<PhoneNumber>,
) -> DesiredAccount {
    let mut desired = desired.clone();
    for (number, declared) in &mut desired.numbers {
        if spelled.contains(number) {
            declared.e911_address = Field::Absent;
        }
    }
    desired
}
