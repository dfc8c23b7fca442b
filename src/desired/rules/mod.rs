//! The platform's rules, as far as they can be judged offline (contract notes,
//! D1 to D45, and D46 and D47 of our own), one small function each, by theme.
//!
//! A rule about one member runs where the member is declared, in the defaults
//! or at the number, so that it is told once and where it can be mended. A rule
//! about several members runs on the number with its defaults merged in, and is
//! told at the number's own object; where the number says nothing of the object,
//! once at the defaults'.

mod address;
mod e911;
mod listing;
mod npa;
mod number;
mod port;
mod reference;
mod region;

use std::borrow::Cow;
use std::collections::HashMap;

use jiff::civil::Date;

use super::file::{AccountFile, NumberEntry, NumberFields};
use super::merge::{self, Merged};
use super::problem::{Severity, nearest};
use crate::model::{
    CustomerServiceRecord, DirectoryListing, E911Address, Field, PhoneNumber, Reference, Text,
};

/// A broken rule and the member it is about; its line is looked up afterwards.
#[derive(Clone, Debug)]
pub struct Finding {
    pub severity: Severity,
    pub code: &'static str,
    pub path: Vec<Cow<'static, str>>,
    pub message: String,
    pub help: String,
}

/// Where an object is declared.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Owner<'a> {
    Document,
    Defaults,
    Number(PhoneNumber),
    Port(&'a str),
}

/// An object of an owner; `""` is the owner itself, a dot goes one deeper.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spot<'a> {
    pub owner: Owner<'a>,
    pub object: &'static str,
}

impl<'a> Spot<'a> {
    pub fn new(owner: Owner<'a>, object: &'static str) -> Self {
        Self { owner, object }
    }

    fn path(self, member: &'static str) -> Vec<Cow<'static, str>> {
        let mut path: Vec<Cow<'static, str>> = match self.owner {
            Owner::Document => Vec::new(),
            Owner::Defaults => vec!["defaults".into()],
            Owner::Number(number) => vec!["numbers".into(), number.to_string().into()],
            Owner::Port(name) => vec!["ports".into(), name.to_owned().into()],
        };
        let steps = self.object.split('.').chain([member]);
        path.extend(steps.filter(|step| !step.is_empty()).map(Cow::Borrowed));
        path
    }
}

/// What the rules have found so far.
#[derive(Debug, Default)]
pub(crate) struct Findings(Vec<Finding>);

impl Findings {
    pub fn error(
        &mut self,
        code: &'static str,
        spot: Spot<'_>,
        member: &'static str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.add(
            Severity::Error,
            code,
            spot,
            member,
            message.into(),
            help.into(),
        );
    }

    pub fn warn(
        &mut self,
        code: &'static str,
        spot: Spot<'_>,
        member: &'static str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.add(
            Severity::Warning,
            code,
            spot,
            member,
            message.into(),
            help.into(),
        );
    }

    fn add(
        &mut self,
        severity: Severity,
        code: &'static str,
        spot: Spot<'_>,
        member: &'static str,
        message: String,
        help: String,
    ) {
        self.0.push(Finding {
            severity,
            code,
            path: spot.path(member),
            message,
            help,
        });
    }

    /// Takes over what is not already known.
    fn add_new(&mut self, others: Findings, known: &Findings) {
        let new = others.0.into_iter().filter(|other| {
            !known
                .0
                .iter()
                .any(|one| one.code == other.code && one.message == other.message)
        });
        self.0.extend(new);
    }

    /// The member, where it has a value, is one of these.
    pub fn one_of(
        &mut self,
        code: &'static str,
        spot: Spot<'_>,
        member: &'static str,
        value: &str,
        allowed: &[&'static str],
    ) {
        if value.is_empty() || allowed.contains(&value) {
            return;
        }
        let help = match nearest(value, allowed.iter().copied()) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("one of {}", allowed.join(", ")),
        };
        self.error(
            code,
            spot,
            member,
            format!("`{value}` is no {member} the platform knows"),
            help,
        );
    }
}

/// A member's text, "" where it has none.
pub(crate) fn text(field: &Field<Text>) -> &str {
    field.text()
}

/// What the rules say of a document.
#[derive(Debug)]
pub struct Judged {
    pub findings: Vec<Finding>,
    /// The numbers that users are declared to show as caller ID.
    pub caller_ids: HashMap<String, PhoneNumber>,
}

/// All rules over one document. `today` decides what is past; `each` is handed
/// every number with its defaults merged in, so that they are merged only once.
pub fn document(
    document: &AccountFile,
    today: Date,
    mut each: impl FnMut(PhoneNumber, &NumberEntry, &Merged<'_>),
) -> Judged {
    let mut found = Findings::default();
    account(document, &mut found);
    let defaults = merge::defaults(document);
    of_defaults(&defaults, &mut found);
    let nothing = NumberEntry::default();
    let mut relied_on = Objects::default();
    let mut caller_ids = HashMap::new();
    for (tn, entry) in document.numbers.iter() {
        let entry = entry.as_ref().unwrap_or(&nothing);
        let merged = merge::number(entry, &defaults);
        of_number(*tn, entry, &merged, &mut relied_on, &mut found);
        reference::caller_id(*tn, &merged, &mut caller_ids, &mut found);
        each(*tn, entry, &merged);
    }
    // The defaults' objects as those numbers have them that say nothing of them.
    let merged = merge::number(&nothing, &defaults);
    of_objects(Owner::Defaults, &nothing, &merged, relied_on, &mut found);
    number::fictitious(document, &mut found);
    port::document(document, &defaults, today, &mut found);
    Judged {
        findings: found.0,
        caller_ids,
    }
}

/// Some of a number's objects.
#[derive(Clone, Copy, Default)]
struct Objects {
    customer_service_record: bool,
    e911_address: bool,
    directory_listing: bool,
    reference: bool,
    /// The customer service record, of a number that no port brings in.
    own_record: bool,
}

/// Far above the platform's own ids of 22 characters, and short enough for a
/// path of its API.
const LONGEST_ID: usize = 100;

fn account(document: &AccountFile, found: &mut Findings) {
    let id = document.account.as_str();
    if matches!(id.trim(), "" | "~" | "null" | "Null" | "NULL") {
        found.error(
            "required",
            Spot::new(Owner::Document, ""),
            "account",
            "the account's id is missing",
            "write the platform's id of the account: account: bRW8jpoCTGOaOIF5wqvSVg",
        );
    } else if id.len() > LONGEST_ID {
        found.error(
            "required",
            Spot::new(Owner::Document, ""),
            "account",
            format!(
                "this can't be an account's id: it has {} bytes, and ids are of some twenty",
                id.len()
            ),
            "copy the id from the platform; a name for people goes into `name`",
        );
    } else if id
        .chars()
        .any(|c| c.is_whitespace() || c.is_control() || "/?#%".contains(c))
    {
        found.error(
            "required",
            Spot::new(Owner::Document, ""),
            "account",
            "this can't be an account's id: ids have no spaces and none of / ? # %",
            "copy the id from the platform; a name for people goes into `name`",
        );
    }
}

fn of_defaults(defaults: &NumberFields, found: &mut Findings) {
    let NumberFields {
        customer_service_record,
        e911_address,
        directory_listing,
        reference,
        // Single flags have no rule of their own.
        hold_activation: _,
        protected: _,
        // Whether the port exists is judged where all its numbers are.
        port: _,
    } = defaults;
    declared(
        Owner::Defaults,
        customer_service_record,
        e911_address,
        directory_listing,
        reference,
        found,
    );
}

/// The rules about one member, on what is declared in this very place.
fn declared(
    owner: Owner<'_>,
    csr: &Field<CustomerServiceRecord>,
    e911: &Field<E911Address>,
    listing: &Field<DirectoryListing>,
    reference: &Field<Reference>,
    found: &mut Findings,
) {
    if let Field::Value(csr) = csr {
        address::members(Spot::new(owner, "customerServiceRecord"), csr, found);
    }
    if let Field::Value(address) = e911 {
        let spot = Spot::new(owner, "e911Address");
        address::members(spot, address, found);
        e911::members(spot, address, found);
    }
    if let Field::Value(listing) = listing {
        listing::members(owner, listing, found);
    }
    if let Field::Value(reference) = reference {
        reference::members(Spot::new(owner, "reference"), reference, found);
    }
}

fn of_number(
    tn: PhoneNumber,
    entry: &NumberEntry,
    merged: &Merged<'_>,
    relied_on: &mut Objects,
    found: &mut Findings,
) {
    let owner = Owner::Number(tn);
    let NumberEntry {
        customer_service_record,
        e911_address,
        directory_listing,
        reference,
        // Judged with the number as a whole.
        hold_activation: _,
        protected: _,
        port: _,
        state: _,
    } = entry;
    declared(
        owner,
        customer_service_record,
        e911_address,
        directory_listing,
        reference,
        found,
    );
    number::number(tn, entry, merged, found);
    if merged.released {
        // What it was is of no interest any more.
        return;
    }
    let own = Objects {
        customer_service_record: !customer_service_record.is_absent(),
        e911_address: !e911_address.is_absent(),
        directory_listing: !directory_listing.is_absent(),
        reference: !reference.is_absent(),
        own_record: !customer_service_record.is_absent() && merged.port.is_none(),
    };
    relied_on.customer_service_record |= !own.customer_service_record;
    relied_on.e911_address |= !own.e911_address;
    relied_on.directory_listing |= !own.directory_listing;
    relied_on.reference |= !own.reference;
    relied_on.own_record |= !own.customer_service_record && merged.port.is_none();
    of_objects(owner, entry, merged, own, found);
}

/// The rules about several members, on these objects.
fn of_objects(
    owner: Owner<'_>,
    entry: &NumberEntry,
    merged: &Merged<'_>,
    wanted: Objects,
    found: &mut Findings,
) {
    let csr = merged.customer_service_record.value();
    let e911 = merged.e911_address.value();
    if wanted.own_record && merged.customer_service_record.is_null() {
        found.error(
            "required",
            Spot::new(owner, "customerServiceRecord"),
            "",
            "null takes the customer service record away, and the platform needs one for every number",
            "write the record, or leave the member out: then it is not managed",
        );
    }
    if wanted.customer_service_record
        && let Some(csr) = csr
    {
        let spot = Spot::new(owner, "customerServiceRecord");
        address::whole(spot, csr, entry.customer_service_record.value(), found);
        match e911 {
            None => e911::csr_answers(spot, csr, found),
            Some(address) => e911::of_the_defaults(spot, entry, csr, address, found),
        }
    }
    if wanted.e911_address
        && let Some(address) = e911
    {
        let spot = Spot::new(owner, "e911Address");
        address::whole(spot, address, entry.e911_address.value(), found);
        e911::whole(spot, address, found);
    }
    if wanted.directory_listing
        && let Some(listing) = merged.directory_listing.value()
    {
        listing::whole(owner, listing, csr, found);
    }
    if wanted.reference
        && let Some(reference) = merged.reference.value()
    {
        reference::whole(Spot::new(owner, "reference"), reference, found);
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
