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
        /// The customer service record that will stand beside it (where
        /// numbers differ in it, the first one's).
        csr: Box<Record>,
        /// The numbers that it is for, in order.
        numbers: Vec<PhoneNumber>,
    },
}

/// A new address of one number, with the customer service record as it will stand.
#[derive(Clone, Debug)]
pub(super) struct NewAddress {
    pub address: Box<Record>,
    pub csr: Box<Record>,
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
    /// The provider itself could not tell, or did not take the question.
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
