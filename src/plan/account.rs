//! One account: every number that a file declares or the platform lists.

use std::collections::BTreeMap;

use crate::model::{AccountId, DesiredAccount, LiveAccount, PhoneNumber};
use crate::plan::checks::{Checks, NewAddress, Question, key};
use crate::plan::document::{Note, NoteKind, Step};
use crate::plan::{Context, Touched};

use super::number::{Outcome, Subject, is_on_account};
use super::port;
use super::saying::Saying;

/// What is to be done on one account, and what is to be said of it.
#[derive(Clone, Debug)]
pub struct AccountPlan {
    pub account: AccountId,
    /// By number, then in the order of their dependencies.
    pub steps: Vec<Step>,
    /// By kind, then by number.
    pub notes: Vec<Note>,
    /// What to ask the platform before this plan is final.
    pub questions: Vec<Question>,
    pub counts: Counts,
    pub touched: Touched,
    /// The numbers on the account now: what the guards' shares are counted of.
    pub live_numbers: u64,
}

/// Numbers, each counted once under every heading that it stands under.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Declared, with nothing to do and nothing to wait for.
    pub in_sync: u64,
    pub unmanaged: u64,
    pub waiting: u64,
    pub deferred: u64,
    pub blocked: u64,
}

/// Plans an account. Pure: the same values give the same plan.
pub fn account(
    desired: &DesiredAccount,
    live: &LiveAccount,
    context: &Context,
    checks: &Checks,
) -> AccountPlan {
    let DesiredAccount {
        account: id,
        name: _, // for people alone
        prune,
        numbers,
        ports: _, // decided by `port::pass`
        source,
    } = desired;
    let mut gathered = Gathered::default();
    let subject = |number, source| Subject {
        account: id,
        number,
        live,
        source,
        context,
        checks,
    };
    let planned = |number: &PhoneNumber| context.only.is_none_or(|only| only.contains(number));
    let mut ported = port::pass(desired, live, context, checks);
    for (number, declared) in numbers.iter().filter(|(number, _)| planned(number)) {
        let subject = subject(*number, declared.source);
        let outcome = match ported.outcomes.remove(number) {
            Some(decided) => decided,
            None if declared.released => subject.released(declared),
            None => subject.wanted(declared),
        };
        if outcome.steps.is_empty()
            && !outcome.covered
            && !outcome.sayings.iter().any(keeps_out_of_sync)
        {
            gathered.counts.in_sync += 1;
        }
        gathered.take(*number, outcome);
    }
    let mut live_numbers = 0;
    for (number, listed) in &live.numbers {
        if !is_on_account(&listed.status) {
            continue;
        }
        live_numbers += 1;
        if numbers.contains_key(number) || !planned(number) {
            continue;
        }
        let outcome = if *prune {
            subject(*number, *source).pruned()
        } else {
            subject(*number, *source).unmanaged()
        };
        gathered.take(*number, outcome);
    }
    let mut plan = gathered.finish(id, live_numbers);
    plan.questions.extend(ported.questions);
    plan
}

fn keeps_out_of_sync(saying: &Saying) -> bool {
    match saying.kind {
        NoteKind::Blocked | NoteKind::Waiting | NoteKind::Deferred => true,
        NoteKind::Warning | NoteKind::Unmanaged => false,
    }
}

#[derive(Default)]
struct Gathered {
    steps: Vec<Step>,
    sayings: BTreeMap<Saying, Vec<PhoneNumber>>,
    questions: BTreeMap<String, (NewAddress, Vec<PhoneNumber>)>,
    asks: Vec<Question>,
    counts: Counts,
    touched: Touched,
}

impl Gathered {
    fn take(&mut self, number: PhoneNumber, outcome: Outcome) {
        let Outcome {
            steps,
            sayings,
            question,
            asks,
            touched,
            covered: _, // said where numbers in sync are counted
        } = outcome;
        self.asks.extend(asks);
        self.steps.extend(steps);
        self.touched.add(touched);
        let has = |kind| u64::from(sayings.iter().any(|saying| saying.kind == kind));
        self.counts.unmanaged += has(NoteKind::Unmanaged);
        self.counts.waiting += has(NoteKind::Waiting);
        self.counts.deferred += has(NoteKind::Deferred);
        self.counts.blocked += has(NoteKind::Blocked);
        for saying in sayings {
            let numbers = self.sayings.entry(saying).or_default();
            if numbers.last() != Some(&number) {
                numbers.push(number);
            }
        }
        if let Some(new) = question {
            let entry = self.questions.entry(key(&new.address));
            entry.or_insert_with(|| (new, Vec::new())).1.push(number);
        }
    }

    fn finish(self, account: &AccountId, live_numbers: u64) -> AccountPlan {
        let mut steps = self.steps;
        // Stable: the steps of one number stay in the order they depend on.
        steps.sort_by_key(|step| step.numbers.first().copied());
        let mut notes: Vec<Note> = self
            .sayings
            .into_iter()
            .map(|(saying, mut numbers)| {
                numbers.sort_unstable();
                Note {
                    kind: saying.kind,
                    account: account.clone(),
                    numbers,
                    reason: saying.reason,
                    help: saying.help,
                    until: saying.until,
                    origin: None,
                }
            })
            .collect();
        // Stable: notes on the same first number stay in the order of their words.
        notes.sort_by_key(|note| (note.kind, note.numbers.first().copied()));
        let questions = self
            .questions
            .into_values()
            .map(|(NewAddress { address, csr }, mut numbers)| {
                numbers.sort_unstable();
                Question::E911 {
                    address,
                    csr,
                    numbers,
                }
            })
            .chain(self.asks)
            .collect();
        AccountPlan {
            account: account.clone(),
            steps,
            notes,
            questions,
            counts: self.counts,
            touched: self.touched,
            live_numbers,
        }
    }
}
