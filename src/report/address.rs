//! A validated address: YAML to paste into an account file, or JSON.

use serde_json::{Value, json};

use super::words;
use crate::desired::edit::scalar;
use crate::model::{Member, Record};
use crate::plan::document::FORMAT_VERSION;

/// What the platform makes of a line of address (S:AddressValidationX).
#[derive(Clone, Debug, Default)]
pub struct ValidatedAddress {
    pub valid: bool,
    /// The line taken apart; without names.
    pub record: Record,
    /// Decimal degrees.
    pub coordinates: Option<(String, String)>,
    /// Members that the platform still wants to be told.
    pub required: Vec<String>,
}

/// Members as YAML, one a line. A member that is empty says nothing.
pub(super) fn members(record: &Record, indent: usize) -> String {
    Member::ALL
        .into_iter()
        .filter(|member| !member.is_boolean() && !record.get(*member).trim().is_empty())
        .map(|member| {
            let text = scalar(record.get(member));
            format!("{}{}: {text}\n", " ".repeat(indent), member.name())
        })
        .collect()
}

/// The address as one line.
pub fn address_line(record: &Record) -> String {
    words::place(record)
}

/// YAML to paste.
pub fn validated_yaml(address: &ValidatedAddress) -> String {
    let ValidatedAddress {
        valid: _, // what is not valid is not to be pasted, and not printed
        record,
        coordinates,
        required,
    } = address;
    let mut text = String::from("customerServiceRecord:\n");
    text.push_str(&members(record, 2));
    if !required.is_empty() {
        text.push_str(
            "  # There are several units at this address. Add the one that is meant, or help\n  # stands before the wrong door:\n",
        );
        for name in required {
            text.push_str(&format!("  # {}:\n", words::clean(name)));
        }
    }
    if let Some((latitude, longitude)) = coordinates {
        text.push_str(&format!(
            "# These can stand under e911Address. With coordinates the address itself is not\n\
             # sent to the PSAP: leave them out unless the address alone is rejected.\n\
             latitude: \"{}\"\nlongitude: \"{}\"\n",
            words::clean(latitude),
            words::clean(longitude)
        ));
    }
    text
}

/// The JSON document.
pub fn validated_json(address: &ValidatedAddress) -> String {
    let document = json!({
        "formatVersion": FORMAT_VERSION,
        "valid": address.valid,
        "customerServiceRecord": said(&address.record),
        "latitude": address.coordinates.as_ref().map(|(latitude, _)| latitude),
        "longitude": address.coordinates.as_ref().map(|(_, longitude)| longitude),
        "requiredFields": address.required,
    });
    format!("{document:#}\n")
}

/// The members that say something.
pub(super) fn said(record: &Record) -> Value {
    let members = Member::ALL
        .into_iter()
        .filter(|member| !member.is_boolean() && !record.get(*member).trim().is_empty())
        .map(|member| (member.name().to_owned(), Value::from(record.get(member))));
    Value::Object(members.collect())
}

/// Addresses to choose from, one a line.
pub fn suggestions_human(lines: &[String]) -> String {
    let mut text = String::new();
    for line in lines {
        text.push_str(&words::clean(line));
        text.push('\n');
    }
    text
}

/// The JSON document.
pub fn suggestions_json(lines: &[String]) -> String {
    let document = json!({ "formatVersion": FORMAT_VERSION, "suggestions": lines });
    format!("{document:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pasted_means_what_was_validated() {
        let mut record = Record::default();
        for (member, text) in [
            (Member::StreetNumber, "0056"),
            (Member::PreDirectional, "N"),
            (Member::StreetName, "Côte: #1"),
            (Member::State, "ON"),
            (Member::PostalCode, "K1P 5A9"),
            (Member::BlockCustomerName, "false"),
            (Member::City, ""),
        ] {
            record.set(member, Some(text));
        }
        let yaml = validated_yaml(&ValidatedAddress {
            valid: true,
            record: record.clone(),
            coordinates: Some(("45.40".into(), "-75.60".into())),
            required: vec!["unit".into()],
        });
        let read: serde_json::Value = serde_yaml::from_str(&yaml).expect("YAML");
        assert_eq!(
            read,
            json!({
                "customerServiceRecord": {
                    "streetNumber": "0056", "preDirectional": "N", "streetName": "Côte: #1",
                    "state": "ON", "postalCode": "K1P 5A9",
                },
                "latitude": "45.40",
                "longitude": "-75.60",
            })
        );
        assert!(yaml.contains("# unit:"), "{yaml}");
        assert!(yaml.contains("not\n# sent to the PSAP"), "{yaml}");
    }
}
