//! Questions that only the platform can answer, and the answers.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::model::{CorrectionPast, Member, PhoneNumber, Record, Usages};

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
    /// Where do these numbers belong, and can they be ported? (O:getRateCenter,
    /// one call a number.) Asked before the carriers are.
    RateCenters { numbers: Vec<PhoneNumber> },
    /// Which days do the carriers offer for this port? (O:preValidateAccount)
    PortOffer(PortQuestion),
    /// Who sends 911 calls out with this number? (O:retrieveTelephoneNumberUsages)
    Usages { number: PhoneNumber },
    /// Was a correction of this number's E911 address ever accepted?
    /// (O:statusSearch over the number's own events)
    CorrectionPast { number: PhoneNumber },
}

/// What the carriers are asked about a port.
#[derive(Clone, Debug, PartialEq)]
pub struct PortQuestion {
    /// All numbers of the port, in order.
    pub numbers: Vec<PhoneNumber>,
    /// The customer as the losing carrier is to be shown it.
    pub csr: Box<Record>,
    pub billing_telephone_number: Option<PhoneNumber>,
}

impl PortQuestion {
    pub(super) fn key(&self) -> String {
        let Self {
            numbers,
            csr,
            billing_telephone_number,
        } = self;
        format!("{numbers:?} {billing_telephone_number:?} {}", key(csr))
    }
}

/// Where a number belongs (S:RateCenterX). What is not said is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RateCenter {
    pub name: String,
    pub state: String,
    pub country: String,
    pub wireless: Option<bool>,
    pub portable: Option<bool>,
    pub service_available: Option<bool>,
    /// The carrier that would win the number.
    pub carrier_type: Option<String>,
}

/// What the platform says of a number's rate centre.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Coverage {
    Covered(RateCenter),
    /// It knows none for the number.
    Unknown,
}

/// What the carriers say to a port (S:PortAvailabilityResponseV2X).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offer {
    /// Days on offer, in order; perhaps none.
    Days {
        days: Vec<Date>,
        carrier_type: Option<String>,
        /// The numbers are wireless.
        wireless: Option<bool>,
    },
    /// They can't be ported, in the platform's words.
    Refused { why: String },
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
    /// The provider takes it, and the platform says that its building has
    /// several tenants (`requiredFields` of O:validateAddress): it names no
    /// unit, and help would stand before the wrong door.
    NoUnit,
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
    /// The provider could not be asked. For what is sent it counts as
    /// unknown, but unlike that it says nothing at all of the address.
    OutOfReach {
        why: String,
    },
}

/// The answers known so far.
#[derive(Clone, Debug, Default)]
pub struct Checks {
    e911: BTreeMap<String, Verdict>,
    rate_centers: BTreeMap<PhoneNumber, Coverage>,
    offers: BTreeMap<String, Offer>,
    usages: BTreeMap<PhoneNumber, Usages>,
    pasts: BTreeMap<PhoneNumber, CorrectionPast>,
}

impl Checks {
    /// Records the answer to [`Question::E911`] for this very address.
    pub fn answer_e911(&mut self, address: &Record, verdict: Verdict) {
        self.e911.insert(key(address), verdict);
    }

    pub fn e911(&self, address: &Record) -> Option<&Verdict> {
        self.e911.get(&key(address))
    }

    /// Records the answer to [`Question::RateCenters`] for one number.
    pub fn answer_rate_center(&mut self, number: PhoneNumber, coverage: Coverage) {
        self.rate_centers.insert(number, coverage);
    }

    pub fn rate_center(&self, number: PhoneNumber) -> Option<&Coverage> {
        self.rate_centers.get(&number)
    }

    /// Records the answer to [`Question::PortOffer`].
    pub fn answer_offer(&mut self, question: &PortQuestion, offer: Offer) {
        self.offers.insert(question.key(), offer);
    }

    pub fn offer(&self, question: &PortQuestion) -> Option<&Offer> {
        self.offers.get(&question.key())
    }

    /// Records the answer to [`Question::Usages`].
    pub fn answer_usages(&mut self, number: PhoneNumber, usages: Usages) {
        self.usages.insert(number, usages);
    }

    pub fn usages(&self, number: PhoneNumber) -> Option<&Usages> {
        self.usages.get(&number)
    }

    /// Records the answer to [`Question::CorrectionPast`].
    pub fn answer_correction_past(&mut self, number: PhoneNumber, past: CorrectionPast) {
        self.pasts.insert(number, past);
    }

    pub fn correction_past(&self, number: PhoneNumber) -> Option<CorrectionPast> {
        self.pasts.get(&number).copied()
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
