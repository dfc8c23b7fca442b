//! What a file lacks, put into it, and nothing else of it touched.
//!
//! What is added stands under the file's own defaults, and these were written
//! for other numbers. So a member that they would give wrongly is written out
//! beside the number, null where it has none; a number of which they say what
//! can't be taken back is not added.

use std::collections::BTreeMap;

use crate::desired::edit::{self, Fault, Fresh};
use crate::desired::file::{AccountFile, NumberFields};
use crate::desired::{merge, read};
use crate::model::{
    CustomerServiceRecord, DesiredAccount, DirectoryListing, E911Address, Field, ListingAddress,
    PhoneNumber, Reference, SourceId,
};

use super::address::{Address, Lines, lines_of};
use super::known::Known;
use super::layout::{ADDRESS_FOR_911, ADDRESS_OF_LISTING, Kind, RECORD};
use super::port::Port;
use super::spelling::Spellings;
use super::target::{Account, Listing, Number, Target};
use super::yaml::Node;

/// A document of a file.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The file's text; it may begin with a byte order mark.
    pub text: &'a str,
    /// Which of its documents, empty ones not counted.
    pub document: usize,
}

/// What stands there when it is done.
#[derive(Clone, Debug)]
pub struct Added {
    pub text: String,
    pub numbers: Vec<PhoneNumber>,
    /// The account's ports by the names that they have there.
    pub ports: BTreeMap<String, String>,
}

/// Why a number is not added.
type Refusal = &'static str;

/// Adds all numbers of the account, and its ports, to a document. `declared`
/// are ports of the account that the document has under another name. What
/// can't be added is left out of the account, with the reason.
pub fn add(
    account: &mut Account,
    place: Place<'_>,
    declared: &BTreeMap<String, String>,
) -> Result<Added, Fault> {
    let document = document(place).ok_or(Fault::NoDocument)?;
    let defaults = merge::defaults(&document).into_owned();
    spell_as_the_defaults(account, &defaults);
    drop_what_the_defaults_rule_out(account, &defaults);
    let names = free_names(account, &document, declared);
    let ports = |known: &mut Known| -> Vec<(String, Fresh)> {
        let ports = account.ports.iter();
        ports
            .filter(|(name, _)| !declared.contains_key(*name))
            .filter_map(|(name, port)| Some((names.get(name)?.clone(), of_port(name, port, known))))
            .collect()
    };
    let numbers = |known: &mut Known| -> Vec<(String, Fresh)> {
        let numbers = account.numbers.iter().filter_map(|(number, said)| {
            let port = said.port.as_ref().and_then(|name| names.get(name));
            let members = of_number(said, &defaults, port.map(String::as_str), known).ok()?;
            let fresh = match members.is_empty() {
                true => Fresh::Empty,
                false => Fresh::Map(members),
            };
            Some((number.to_string(), fresh))
        });
        numbers.collect()
    };
    let text = under("ports", place, &document, &ports)?;
    let place = Place {
        text: &text,
        ..place
    };
    let text = under("numbers", place, &document, &numbers)?;
    Ok(Added {
        text,
        numbers: account.numbers.keys().copied().collect(),
        ports: names,
    })
}

/// Puts members under a key of the document, by the names that addresses have
/// there; where that can't be, as in braces that close before, without.
fn under(
    key: &str,
    place: Place<'_>,
    document: &AccountFile,
    members: &dyn Fn(&mut Known) -> Vec<(String, Fresh)>,
) -> Result<String, Fault> {
    let insert =
        |members: &[(String, Fresh)]| edit::insert(place.text, place.document, &[key], members);
    let mut seen = Known::default();
    let plain = members(&mut seen);
    let named = members(&mut Known::of(place, document, key).having_seen(seen));
    insert(&named).or_else(|_| insert(&plain))
}

/// Adds what a document asks for, its defaults merged in; None where it is no
/// document.
pub fn read_into(account: &mut DesiredAccount, place: Place<'_>, source: SourceId) -> Option<()> {
    let (numbers, ports) = merge::document(&document(place)?, source);
    account.numbers.extend(numbers);
    account.ports.extend(ports);
    Some(())
}

fn document(place: Place<'_>) -> Option<AccountFile> {
    let text = place.text.strip_prefix('\u{feff}').unwrap_or(place.text);
    // Empty documents are counted by none of them.
    let (located, _) = read::located("", text);
    located.into_iter().nth(place.document)?.value
}

/// The names under which the account's ports stand in the document: that of
/// the declaration, or one that no other port has.
fn free_names(
    account: &Account,
    document: &AccountFile,
    declared: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let mut taken: Vec<String> = document
        .ports
        .iter()
        .map(|(name, _)| name.to_string())
        .collect();
    let mut names = BTreeMap::new();
    for name in account.ports.keys() {
        if let Some(known) = declared.get(name) {
            names.insert(name.clone(), known.clone());
            continue;
        }
        let numbered = (2..).map(|count| format!("{name}-{count}"));
        let free = std::iter::once(name.clone())
            .chain(numbered)
            .find(|name| !taken.contains(name));
        if let Some(free) = free {
            taken.push(free.clone());
            names.insert(name.clone(), free);
        }
    }
    names
}

/// `PROVO` in the file's defaults is this number's `Provo`.
fn spell_as_the_defaults(account: &mut Account, defaults: &NumberFields) {
    let mut spellings = Spellings::default();
    if let Some(record) = defaults.customer_service_record.value() {
        spellings.prefer(&lines_of(record.members()));
    }
    if let Some(address) = defaults.e911_address.value() {
        spellings.prefer(&lines_of(address.members()));
    }
    for said in account.numbers.values_mut() {
        spellings.apply(said);
    }
}

fn drop_what_the_defaults_rule_out(account: &mut Account, defaults: &NumberFields) {
    let refused: Vec<(PhoneNumber, Refusal)> = account
        .numbers
        .iter()
        .filter_map(|(number, said)| {
            let known = &mut Known::default();
            let refusal = of_number(said, defaults, said.port.as_deref(), known).err()?;
            Some((*number, refusal))
        })
        .collect();
    for (number, why) in refused {
        account.without(number, why);
    }
}

/// A number's members over the defaults.
fn of_number(
    said: &Number,
    defaults: &NumberFields,
    port: Option<&str>,
    known: &mut Known,
) -> Result<Vec<(String, Fresh)>, Refusal> {
    let NumberFields {
        customer_service_record,
        e911_address,
        directory_listing,
        reference,
        hold_activation,
        // Whatever it is, it guards the number too.
        protected: _,
        port: default_port,
    } = defaults;
    let mut members: Vec<(String, Fresh)> = Vec::new();
    let mut put = |key: &str, fresh: Option<Fresh>| {
        members.extend(fresh.map(|fresh| (key.to_owned(), fresh)));
    };
    let default_port = default_port.value().map(|name| name.as_str());
    put(
        "port",
        match port {
            Some(name) if default_port == Some(name) => None,
            Some(name) => Some(Fresh::Text(name.to_owned())),
            None => default_port.map(|_| Fresh::Null),
        },
    );
    put(
        "holdActivation",
        match (said.on_hold, hold_activation.value()) {
            (true, Some(true)) | (false, None | Some(false)) => None,
            (true, None | Some(false)) => Some(Fresh::Bool(true)),
            (false, Some(true)) => Some(Fresh::Null),
        },
    );
    let lines = |csr: &CustomerServiceRecord| lines_of(csr.members());
    let base = mapped(customer_service_record, lines);
    put(
        "customerServiceRecord",
        object(
            &said.csr,
            base,
            RECORD,
            "the defaults of the file give it a customerServiceRecord that can't be taken back for it",
            known,
        )?,
    );
    let lines = |address: &E911Address| lines_of(address.members());
    let base = mapped(e911_address, lines);
    put(
        "e911Address",
        object(
            &said.e911,
            base,
            ADDRESS_FOR_911,
            "the defaults of the file give it an e911Address that can't be taken back for it",
            known,
        )?,
    );
    put("directoryListing", listing(said, directory_listing, known)?);
    put("reference", target(&said.reference, reference)?);
    Ok(members)
}

/// A default as lines: nothing said, null, or these.
fn mapped<T>(field: &Field<T>, lines: impl Fn(&T) -> Lines) -> Field<Lines> {
    match field {
        Field::Absent => Field::Absent,
        Field::Null => Field::Null,
        Field::Value(value) => Field::Value(lines(value)),
    }
}

fn object(
    said: &Field<Address>,
    base: Field<Lines>,
    kind: Kind,
    refusal: Refusal,
    known: &mut Known,
) -> Result<Option<Fresh>, Refusal> {
    match (said, base) {
        (Field::Absent, Field::Absent) | (Field::Null, Field::Null) => Ok(None),
        (Field::Absent, Field::Null | Field::Value(_)) => Err(refusal),
        (Field::Null, Field::Absent | Field::Value(_)) => Ok(Some(Fresh::Null)),
        (Field::Value(address), base) => {
            let base = base.value().cloned().unwrap_or_default();
            let own = address.clearly_over(&base, kind.counts).ok_or(refusal)?;
            Ok((!own.is_empty()).then(|| known.fresh(address, &base, &own, kind)))
        }
    }
}

fn listing(
    said: &Number,
    base: &Field<DirectoryListing>,
    known: &mut Known,
) -> Result<Option<Fresh>, Refusal> {
    let refusal =
        "the defaults of the file give it a directoryListing that can't be taken back for it";
    let own = match (&said.listing, base) {
        (Field::Absent | Field::Null, Field::Absent) => return Ok(None),
        // Until its port completes the listing is PORTED, and nobody's to set:
        // a file that has a default for what comes then says it for this one too.
        (Field::Absent, Field::Null | Field::Value(_)) if said.port.is_some() => return Ok(None),
        (Field::Absent | Field::Null, Field::Null | Field::Value(_)) => return Err(refusal),
        (Field::Value(own), _) => own,
    };
    let nothing = DirectoryListing::default();
    let under = base.value().unwrap_or(&nothing);
    let Listing {
        listed,
        listing_type,
        address,
    } = own;
    let mut members: Vec<(String, Fresh)> = Vec::new();
    if under.listed.value() != Some(listed) {
        members.push(("listed".to_owned(), Fresh::Bool(*listed)));
    }
    match listing_type {
        Some(kind) if under.listing_type.text() == kind => {}
        Some(kind) => members.push(("type".to_owned(), Fresh::Text(kind.clone()))),
        None if under.listing_type.value().is_some() => {
            members.push(("type".to_owned(), Fresh::Null));
        }
        None => {}
    }
    let lines = |address: &ListingAddress| lines_of(address.members());
    let base = mapped(&under.address, lines);
    let of_address = match (address, &base) {
        // That there is none goes without saying where no default has one.
        (Field::Null, Field::Absent) => None,
        _ => object(address, base, ADDRESS_OF_LISTING, refusal, known)?,
    };
    members.extend(of_address.map(|fresh| ("address".to_owned(), fresh)));
    Ok((!members.is_empty()).then_some(Fresh::Map(members)))
}

fn target(said: &Field<Target>, base: &Field<Reference>) -> Result<Option<Fresh>, Refusal> {
    let own = match (said, base) {
        (Field::Absent, Field::Absent) | (Field::Null, Field::Null) => return Ok(None),
        (Field::Absent, Field::Null | Field::Value(_)) => {
            return Err(
                "the defaults of the file give it a reference, and its own can't be written",
            );
        }
        (Field::Null, Field::Absent | Field::Value(_)) => return Ok(Some(Fresh::Null)),
        (Field::Value(own), _) => own,
    };
    let nothing = Reference::default();
    let under = base.value().unwrap_or(&nothing);
    let Target { kind, id, shows } = own;
    let mut members: Vec<(String, Fresh)> = Vec::new();
    if under.reference_type.text() != kind || under.id.text() != id {
        members.push(("type".to_owned(), Fresh::Text(kind.clone())));
        members.push(("id".to_owned(), Fresh::Text(id.clone())));
    }
    let name = || "assignAsCallerId".to_owned();
    match (shows, under.assign_as_caller_id.value()) {
        (true, Some(true)) | (false, None | Some(false)) => {}
        (true, None | Some(false)) => members.push((name(), Fresh::Bool(true))),
        (false, Some(true)) => members.push((name(), Fresh::Null)),
    }
    Ok((!members.is_empty()).then_some(Fresh::Map(members)))
}

fn of_port(name: &str, port: &Port, known: &mut Known) -> Fresh {
    let mut members = Vec::new();
    if let Some(address) = &port.csr {
        let record = known.fresh(address, &Lines::new(), &address.lines(), RECORD);
        members.push(("customerServiceRecord".to_owned(), record));
    }
    let terms = port.terms(name).into_iter();
    members.extend(terms.map(|(key, node)| (key.to_owned(), fresh(&node))));
    Fresh::Map(members)
}

/// A value without what only a whole document can have.
pub(super) fn fresh(node: &Node) -> Fresh {
    match node {
        Node::Null | Node::Alias(_) => Fresh::Null,
        Node::Bool(flag) => Fresh::Bool(*flag),
        Node::Text(text) => Fresh::Text(text.clone()),
        Node::Map(map) => Fresh::Map(
            map.entries
                .iter()
                .map(|entry| (entry.key.clone(), fresh(&entry.value)))
                .collect(),
        ),
    }
}
