//! What to do first: of all that was found, what hurts somebody while it waits.
//! A report of a thousand accounts is read from here.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::super::{when, words};
use crate::model::{AccountId, PhoneNumber};
use crate::plan::{Drift, Finding, FindingKind};

/// With fewer findings the report itself is as short.
const WORTH: usize = 3;
/// Last days that are told one by one; the rest is in the report.
const DAYS: usize = 3;

/// One thing to be done, and what it is about: numbers, or accounts of which no
/// number is known.
#[derive(Debug)]
pub struct Urgent {
    pub numbers: Vec<PhoneNumber>,
    pub accounts: Vec<AccountId>,
    pub what: String,
}

impl Urgent {
    /// In one line.
    pub fn text(&self) -> String {
        self.line().replace(words::HOLD, " ")
    }

    /// The same, to be broken into lines: a number stays whole.
    pub(super) fn line(&self) -> String {
        let Urgent {
            numbers,
            accounts,
            what,
        } = self;
        let accounts: Vec<&str> = accounts.iter().map(AccountId::as_str).collect();
        match (numbers.is_empty(), accounts.as_slice()) {
            (false, _) => format!("{}: {what}", words::numbers(numbers)),
            (true, [one]) => format!("account {one}: {what}"),
            (true, several) => format!("accounts {}: {what}", several.join(", ")),
        }
    }
}

/// What to do first, in that order; nothing where little was found.
pub fn first(drift: &Drift) -> Vec<Urgent> {
    let open = drift.findings.iter().filter(|f| f.ignored.is_none());
    if open.count() < WORTH {
        return Vec::new();
    }
    let mut list = Vec::new();
    let mut say = |numbers: Vec<PhoneNumber>, what: String| {
        if !numbers.is_empty() {
            list.push(Urgent {
                numbers,
                accounts: Vec::new(),
                what,
            });
        }
    };
    say(
        numbers(drift, |finding| finding.kind.is_of_911()),
        "911 calls may be answered without an address".to_owned(),
    );
    say(
        numbers(drift, moves_911),
        "help would be sent to another address than the files'".to_owned(),
    );
    for (until, numbers) in last_days(drift).into_iter().take(DAYS) {
        let day = when::moment(until, &TimeZone::UTC);
        say(
            numbers,
            format!("can be had back until {day}, and not after"),
        );
    }
    say(
        numbers(drift, |finding| finding.kind == FindingKind::RejectedPort),
        "the port stands still until somebody answers the carrier".to_owned(),
    );
    let unread: Vec<AccountId> = drift
        .counting()
        .filter(|finding| finding.kind == FindingKind::Unread)
        .map(|finding| finding.account.clone())
        .collect();
    if !unread.is_empty() {
        list.push(Urgent {
            numbers: Vec::new(),
            accounts: unread,
            what: "not looked at, so any of this may be there as well".to_owned(),
        });
    }
    list
}

fn numbers(drift: &Drift, is: impl Fn(&Finding) -> bool) -> Vec<PhoneNumber> {
    let found = drift.counting().filter(|finding| is(finding));
    let numbers: BTreeSet<PhoneNumber> = found
        .flat_map(|finding| finding.numbers.iter().copied())
        .collect();
    numbers.into_iter().collect()
}

/// Somebody has changed the address that answers 911 calls.
fn moves_911(finding: &Finding) -> bool {
    finding.kind == FindingKind::Changed
        && finding
            .changes
            .iter()
            .any(|change| change.path == "e911Address" || change.path.starts_with("e911Address."))
}

/// Numbers that are missing and in cooldown, by the moment that it ends.
fn last_days(drift: &Drift) -> Vec<(Timestamp, Vec<PhoneNumber>)> {
    let mut ends: Vec<(Timestamp, Vec<PhoneNumber>)> = drift
        .counting()
        .filter(|finding| finding.kind == FindingKind::Missing)
        .filter_map(|finding| {
            let until = finding.until.as_deref()?.parse().ok()?;
            Some((until, finding.numbers.clone()))
        })
        .collect();
    ends.sort();
    ends
}
