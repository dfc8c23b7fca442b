//! `defaults` laid under numbers: maps merge, anything else replaces; what a
//! number says wins, and a null it says takes a default away.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::file::{AccountFile, NumberEntry, NumberFields, State};
use crate::model::desired::{DesiredPort, Port};
use crate::model::record::merge;
use crate::model::{
    CustomerServiceRecord, DesiredNumber, DirectoryListing, E911Address, Field, PhoneNumber,
    Reference, SourceId, Text,
};

/// A number with its document's defaults under it, borrowed where one side
/// says nothing.
pub struct Merged<'a> {
    pub customer_service_record: Cow<'a, Field<CustomerServiceRecord>>,
    pub e911_address: Cow<'a, Field<E911Address>>,
    pub directory_listing: Cow<'a, Field<DirectoryListing>>,
    pub reference: Cow<'a, Field<Reference>>,
    pub hold_activation: &'a Field<bool>,
    pub protected: bool,
    pub port: Option<&'a str>,
    pub released: bool,
}

fn lay<'a, T: Clone>(
    said: &'a Field<T>,
    default: &'a Field<T>,
    over: fn(T, &T) -> T,
) -> Cow<'a, Field<T>> {
    match (said, default) {
        (Field::Absent, default) => Cow::Borrowed(default),
        (Field::Value(_), Field::Value(_)) => Cow::Owned(merge(said.clone(), default, over)),
        (said, _) => Cow::Borrowed(said),
    }
}

fn plain<'a, T>(said: &'a Field<T>, default: &'a Field<T>) -> &'a Field<T> {
    if said.is_absent() { default } else { said }
}

/// What a number says with the defaults under it.
pub fn number<'a>(entry: &'a NumberEntry, defaults: &'a NumberFields) -> Merged<'a> {
    let NumberEntry {
        customer_service_record,
        e911_address,
        directory_listing,
        reference,
        hold_activation,
        protected,
        port,
        state,
    } = entry;
    Merged {
        customer_service_record: lay(
            customer_service_record,
            &defaults.customer_service_record,
            CustomerServiceRecord::over,
        ),
        e911_address: lay(e911_address, &defaults.e911_address, E911Address::over),
        directory_listing: lay(
            directory_listing,
            &defaults.directory_listing,
            DirectoryListing::over,
        ),
        reference: lay(reference, &defaults.reference, Reference::over),
        hold_activation: plain(hold_activation, &defaults.hold_activation),
        protected: plain(protected, &defaults.protected)
            .value()
            .copied()
            .unwrap_or(false),
        port: plain(port, &defaults.port).value().map(Text::as_str),
        released: matches!(state, Field::Value(State::Released)),
    }
}

impl Merged<'_> {
    fn into_desired(self, source: SourceId) -> DesiredNumber {
        DesiredNumber {
            customer_service_record: self.customer_service_record.into_owned(),
            e911_address: self.e911_address.into_owned(),
            directory_listing: self.directory_listing.into_owned(),
            reference: self.reference.into_owned(),
            hold_activation: self.hold_activation.clone(),
            port: self.port.map(str::to_owned),
            released: self.released,
            protected: self.protected,
            source,
        }
    }
}

/// The defaults of a document; none where there is none, or null.
pub fn defaults(document: &AccountFile) -> Cow<'_, NumberFields> {
    match &document.defaults {
        Field::Value(defaults) => Cow::Borrowed(defaults),
        Field::Absent | Field::Null => Cow::Owned(NumberFields::default()),
    }
}

/// The numbers and ports of one document, merged.
pub fn document(
    document: &AccountFile,
    source: SourceId,
) -> (Vec<(PhoneNumber, DesiredNumber)>, Vec<DesiredPort>) {
    let defaults = defaults(document);
    let nothing = NumberEntry::default();
    let mut ports: BTreeMap<String, DesiredPort> = document
        .ports
        .iter()
        .map(|(name, port): (&Text, &Port)| {
            let port = DesiredPort {
                name: name.to_string(),
                port: port.clone(),
                numbers: Vec::new(),
                source,
            };
            (name.to_string(), port)
        })
        .collect();
    let numbers = document
        .numbers
        .iter()
        .map(|(tn, entry)| {
            let merged = number(entry.as_ref().unwrap_or(&nothing), &defaults);
            if let Some(port) = merged.port.and_then(|name| ports.get_mut(name)) {
                port.numbers.push(*tn);
            }
            (*tn, merged.into_desired(source))
        })
        .collect();
    let ports = ports.into_values().map(|mut port| {
        port.numbers.sort_unstable();
        port
    });
    (numbers, ports.collect())
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;
