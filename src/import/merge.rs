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
    Member, PhoneNumber, Reference, SourceId,
};

use super::address::{Address, Lines, lines_of};
use super::layout::value;
use super::port::Port;
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
    drop_what_the_defaults_rule_out(account, &defaults);
    let names = free_names(account, &document, declared);
    let mut text = place.text.to_owned();
    let ports: Vec<(String, Fresh)> = account
        .ports
        .iter()
        .filter(|(name, _)| !declared.contains_key(*name))
        .filter_map(|(name, port)| Some((names.get(name)?.clone(), of_port(name, port))))
        .collect();
    text = edit::insert(&text, place.document, &["ports"], &ports)?;
    let mut numbers = Vec::new();
    for (number, said) in &account.numbers {
        let port = said.port.as_ref().and_then(|name| names.get(name));
        if let Ok(members) = of_number(said, &defaults, port.map(String::as_str)) {
            let fresh = match members.is_empty() {
                true => Fresh::Empty,
                false => Fresh::Map(members),
            };
            numbers.push((number.to_string(), fresh));
        }
    }
    text = edit::insert(&text, place.document, &["numbers"], &numbers)?;
    Ok(Added {
        text,
        numbers: account.numbers.keys().copied().collect(),
        ports: names,
    })
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

fn drop_what_the_defaults_rule_out(account: &mut Account, defaults: &NumberFields) {
    let refused: Vec<(PhoneNumber, Refusal)> = account
        .numbers
        .iter()
        .filter_map(|(number, said)| {
            let refusal = of_number(said, defaults, said.port.as_deref()).err()?;
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
            Member::in_csr,
            "the defaults of the file give it a customerServiceRecord that can't be taken back for it",
        )?,
    );
    let lines = |address: &E911Address| lines_of(address.members());
    let base = mapped(e911_address, lines);
    put(
        "e911Address",
        object(
            &said.e911,
            base,
            Member::in_e911,
            "the defaults of the file give it an e911Address that can't be taken back for it",
        )?,
    );
    put("directoryListing", listing(said, directory_listing)?);
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
    scope: fn(Member) -> bool,
    refusal: Refusal,
) -> Result<Option<Fresh>, Refusal> {
    match (said, base) {
        (Field::Absent, Field::Absent) | (Field::Null, Field::Null) => Ok(None),
        (Field::Absent, Field::Null | Field::Value(_)) => Err(refusal),
        (Field::Null, Field::Absent | Field::Value(_)) => Ok(Some(Fresh::Null)),
        (Field::Value(address), Field::Absent | Field::Null) => {
            Ok(Some(of_lines(&address.lines())))
        }
        (Field::Value(address), Field::Value(base)) => {
            let own = address.clearly_over(&base, scope).ok_or(refusal)?;
            Ok((!own.is_empty()).then(|| of_lines(&own)))
        }
    }
}

fn of_lines(lines: &Lines) -> Fresh {
    let members = lines.iter();
    Fresh::Map(
        members
            .map(|(member, text)| {
                let fresh = fresh(&value(*member, text.as_deref()));
                (member.name().to_owned(), fresh)
            })
            .collect(),
    )
}

fn listing(said: &Number, base: &Field<DirectoryListing>) -> Result<Option<Fresh>, Refusal> {
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
        _ => object(address, base, Member::in_listing, refusal)?,
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

fn of_port(name: &str, port: &Port) -> Fresh {
    let mut members = Vec::new();
    if let Some(address) = &port.csr {
        let lines = of_lines(&address.lines());
        members.push(("customerServiceRecord".to_owned(), lines));
    }
    let terms = port.terms(name).into_iter();
    members.extend(terms.map(|(key, node)| (key.to_owned(), fresh(&node))));
    Fresh::Map(members)
}

/// A value without what only a whole document can have.
fn fresh(node: &Node) -> Fresh {
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
