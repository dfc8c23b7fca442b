//! Questions that only the platform can answer, and the answers.

use std::collections::BTreeMap;

use crate::model::{Member, PhoneNumber, Record};

/// Something to ask the platform before the plan is final.
#[derive(Clone, Debug)]
pub enum Question {
    /// Would the E911 provider take this address? (O:preValidateAccountTn)
    E911 {
        /// The address as it would be sent.
        address: Box<Record>,
        /// The numbers that it is for, in order.
        numbers: Vec<PhoneNumber>,
    },
}

/// The E911 provider's opinion of an address (S:E911PrevalidateResponseX).
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    Valid,
    Invalid {
        /// The provider's own words.
        errors: Vec<String>,
        /// The addresses it would take instead.
        alternatives: Vec<Record>,
    },
    /// It could not be told, for instance because the provider was out of reach.
    Unknown {
        why: String,
    },
}

/// The answers known so far.
#[derive(Clone, Debug, Default)]
pub struct Checks {
    e911: BTreeMap<String, Verdict>,
}

impl Checks {
    /// Records the answer to [`Question::E911`] for this very address.
    pub fn answer_e911(&mut self, address: &Record, verdict: Verdict) {
        self.e911.insert(key(address), verdict);
    }

    pub fn e911(&self, address: &Record) -> Option<&Verdict> {
        self.e911.get(&key(address))
    }
}

/// Letter for letter: the provider may take one spelling and refuse another.
pub(super) fn key(address: &Record) -> String {
    let members: Vec<&str> = Member::ALL
        .into_iter()
        .map(|member| address.get(member))
        .collect();
    members.join("\u{1f}")
}
