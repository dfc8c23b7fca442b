//! What tells who somebody is and where: which members of the platform's
//! objects `--redact pii` keeps out of everything that is written.
//!
//! The decision is made once, here, by the member and not by how its text
//! looks. A telephone number and the ids of accounts, ports and users stay:
//! they are what a plan is about.

use super::member::Member;
use super::record::Record;

/// What stands in the place of what is not shown.
pub const MASK: &str = "•••";

impl Member {
    /// A name, or a piece of an address that says more than the region.
    pub const fn is_personal(self) -> bool {
        match self {
            Member::FirstName
            | Member::MiddleInitial
            | Member::LastName
            | Member::FirstNameSecondary
            | Member::BusinessName
            | Member::CustomerName
            | Member::StreetNumber
            | Member::StreetNumberSuffix
            | Member::PreDirectional
            | Member::StreetName
            | Member::StreetSuffix
            | Member::PostDirectional
            | Member::SecondaryLocationDescription
            | Member::Unit
            | Member::City
            | Member::PostalCode
            | Member::Latitude
            | Member::Longitude => true,
            // Of what kind, in which region, and in which language: millions share them.
            Member::CustomerType
            | Member::BlockCustomerName
            | Member::State
            | Member::Country
            | Member::Language => false,
        }
    }

    /// The text as a programmer may see it.
    pub(super) fn in_debug(self, text: &str) -> &str {
        if self.is_personal() && !text.is_empty() {
            MASK
        } else {
            text
        }
    }
}

impl Record {
    /// Whose it is and where, hidden member by member: for what is printed as one
    /// line, where no member is named any more.
    pub fn masked(&self) -> Self {
        let mut masked = self.clone();
        for member in Member::ALL {
            if member.is_personal() && !self.get(member).trim().is_empty() {
                masked.set(member, Some(MASK));
            }
        }
        masked
    }
}

/// Names of the platform's JSON members that hold a name or a place besides
/// those of [`Member`] (S:PortX, S:TelecomSettingsX, S:UserX; the queries of A3 and A6).
const PERSONAL: [&str; 17] = [
    "portingAuthorizedName",
    "notes",
    "username",
    "emailAddress",
    "email",
    "customerFirstName",
    "customerLastName",
    "callerName",
    "displayName",
    "addressLine",
    "zip",
    "zipCode",
    "lat",
    "long",
    "lng",
    "q",
    "near",
];

/// Whether a JSON member of this name holds a name or a place.
pub fn is_personal(name: &str) -> bool {
    match Member::from_name(name) {
        Some(member) => member.is_personal(),
        None => PERSONAL.contains(&name),
    }
}

/// Whether a JSON member of this name holds somebody's own words: a carrier or
/// a provider may quote in them whatever it was sent.
pub fn is_free_text(name: &str) -> bool {
    matches!(
        name,
        "message"
            | "messages"
            | "errors"
            | "errorMessages"
            | "exception"
            | "thirdPartyResultMessage"
            | "description"
            | "reason"
            | "comment"
            | "data"
    )
}

/// Whether a JSON member, header or query of this name holds a secret, however
/// it is spelled: it is never written anywhere.
pub fn is_secret(name: &str) -> bool {
    let lower: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    // "wirelessPin" and "voicemail_pin" are PINs, "shipping" is none.
    let pin = lower == "pin"
        || name.ends_with("Pin")
        || name.ends_with("PIN")
        || name.ends_with("_pin")
        || name.ends_with("-pin");
    pin || [
        "password",
        "passcode",
        "passphrase",
        "token",
        "secret",
        "apikey",
        "authorization",
        "cookie",
        "credential",
        "wirelessaccountnumber",
        "socialsecurity",
    ]
    .iter()
    .any(|word| lower.contains(word))
        || lower == "ssn"
}

/// Whether a change of this path may be shown as it is. Whatever a later
/// version adds is hidden until it is named here.
pub fn is_public_path(path: &str) -> bool {
    let name = path.rsplit('.').next().unwrap_or(path);
    match Member::from_name(name) {
        // "state" alone is that of the number, not of an address: as public.
        Some(member) => !member.is_personal(),
        None => is_public_name(name),
    }
}

/// Members that hold ids, dates, numbers and words of the platform's own.
pub fn is_public_name(name: &str) -> bool {
    PUBLIC.contains(&name)
}

/// In the order of the alphabet; a test holds it there.
const PUBLIC: &[&str] = &[
    "accountId",
    "accountNumberType",
    "activationStatusType",
    "assignAsCallerId",
    "authorizedDate",
    "availabilityList",
    "billingTelephoneNumber",
    "callerIdNumber",
    "cancelType",
    "carrier",
    "carrierId",
    "carrierStatus",
    "carrierType",
    "code",
    "completedDate",
    "cooldownExpireDate",
    "cooldownRecoveredDate",
    "country",
    "crdDate",
    "createdDate",
    "currentCarrier",
    "currentCarrierName",
    "customerType",
    "defaultDirectoryListingType",
    "earliestCRD",
    "editableFieldTypes",
    "eventType",
    "focDate",
    "focDateTimeZone",
    "functionType",
    "holdActivation",
    "id",
    "inboundCarrierType",
    "l3Reaction",
    "language",
    "lastUpdatedDate",
    "latestCRD",
    "listed",
    "loaDate",
    "localReseller",
    "operationalStatus",
    "parentOrderId",
    "partitionId",
    "phoneNumber",
    "phoneNumbers",
    "portId",
    "portingWireType",
    "reference",
    "referenceId",
    "referenceType",
    "reservedTime",
    "ringType",
    "serviceType",
    "startDate",
    "state",
    "status",
    "statusType",
    "telephoneNumber",
    "telephoneNumbers",
    "tn",
    "trigger",
    "type",
    "userId",
    "valid",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::desired::Port;
    use crate::model::{CustomerServiceRecord, Record};

    #[test]
    fn what_is_public_is_listed_once_and_is_neither_personal_nor_secret() {
        let mut sorted = PUBLIC.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted, PUBLIC);
        for name in PUBLIC {
            assert!(!is_personal(name) && !is_secret(name), "{name}");
            assert!(!is_free_text(name), "{name}");
        }
    }

    #[test]
    fn names_places_and_unknown_members_are_hidden_and_the_region_is_not() {
        for path in [
            "customerServiceRecord.city",
            "e911Address.unit",
            "e911Address",
            "directoryListing.address",
            "port.portingAuthorizedName",
            "port.telecomSettings.notes",
            "port.customerServiceRecord",
            "somethingNew",
        ] {
            assert!(!is_public_path(path), "{path}");
        }
        for path in [
            "e911Address.language",
            "customerServiceRecord.state",
            "reference",
            "holdActivation",
            "directoryListing.type",
            "port.crdDate",
        ] {
            assert!(is_public_path(path), "{path}");
        }
    }

    #[test]
    fn what_is_printed_to_find_a_mistake_shows_nobody() {
        let said = r#"{"businessName": "Canary", "city": "Canary", "state": "UT", "unit": null}"#;
        let record: Record = serde_json::from_str(said).expect("a record");
        let csr: CustomerServiceRecord = serde_json::from_str(said).expect("a CSR");
        let port: Port = serde_json::from_value(serde_json::json!({
            "portingAuthorizedName": "Canary", "wirelessAccountNumber": "Canary",
            "telecomSettings": { "notes": "Canary" }, "customerServiceRecord": csr,
            "crdDate": "2026-12-03",
        }))
        .expect("a port");
        for text in [
            format!("{record:?}"),
            format!("{csr:?}"),
            format!("{port:?}"),
            format!("{:?}", port.wireless_account_number),
        ] {
            assert!(!text.contains("Canary"), "{text}");
        }
        assert!(format!("{record:?}{csr:?}").contains("UT"));
        assert!(format!("{port:?}").contains("2026-12-03"));
    }

    #[test]
    fn a_secret_is_known_by_any_spelling_of_its_name() {
        for name in [
            "wirelessPin",
            "voicemail_pin",
            "PIN",
            "password",
            "newPassword",
            "authToken",
            "X-AUTH-TOKEN",
            "Set-Cookie",
            "Authorization",
            "wirelessAccountNumber",
            "client_secret",
            "apiKey",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in ["accountNumberType", "shipping", "spin", "opinion", "city"] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
