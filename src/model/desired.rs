//! What the files ask for, defaults merged in: the planner's left hand.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::field::{Field, Text};
use super::id::AccountId;
use super::number::PhoneNumber;
use super::personal::MASK;
use super::record::{CustomerServiceRecord, DirectoryListing, E911Address, Reference};
use super::secret::SecretRef;

/// One document of one file, by its index in the list of loaded documents.
/// Where a step's `source` line comes from; it never decides anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub u32);

/// An account as declared, all its documents together.
#[derive(Clone, Debug)]
pub struct DesiredAccount {
    pub account: AccountId,
    /// For people; the platform is not asked to agree.
    pub name: Option<String>,
    /// Whether live numbers that no file declares are given up.
    pub prune: bool,
    pub numbers: BTreeMap<PhoneNumber, DesiredNumber>,
    /// Each with the numbers that name it. Two documents of an account may use
    /// the same name for two ports.
    pub ports: Vec<DesiredPort>,
    /// The account's first document.
    pub source: SourceId,
}

/// A number as declared, with its document's defaults under it.
#[derive(Clone, Debug)]
pub struct DesiredNumber {
    pub customer_service_record: Field<CustomerServiceRecord>,
    pub e911_address: Field<E911Address>,
    pub directory_listing: Field<DirectoryListing>,
    pub reference: Field<Reference>,
    pub hold_activation: Field<bool>,
    /// The name of the port, within its document, that brings the number in.
    pub port: Option<String>,
    /// `state: released`: the number is given up.
    pub released: bool,
    /// Refuses any release, cancel or prune of it.
    pub protected: bool,
    pub source: SourceId,
}

/// A port as declared.
#[derive(Clone, Debug)]
pub struct DesiredPort {
    /// Its name in its document.
    pub name: String,
    pub port: Port,
    /// The numbers that name it, in order; those that are to be released too.
    pub numbers: Vec<PhoneNumber>,
    pub source: SourceId,
}

/// One order that brings numbers in from another carrier (S:PortX).
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Port {
    /// The customer as the losing carrier has it on file; without it the numbers' own CSR.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub customer_service_record: Field<CustomerServiceRecord>,
    /// Billing telephone number (BTN): the main number of the account at the losing carrier.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub billing_telephone_number: Field<PhoneNumber>,
    /// Customer request date (CRD), YYYY-MM-DD: the day the numbers should move.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    #[schemars(extend("type" = ["string", "null"], "format" = "date"))]
    pub crd_date: Field<Text>,
    /// Wireline or Wireless.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    #[schemars(transform = super::record::schema::wire_type)]
    pub porting_wire_type: Field<Text>,
    /// The person who may authorise the port. Needed for a business; a person's name, not the company's.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub porting_authorized_name: Field<Text>,
    /// Account number at the losing carrier. Needed for a wireless port.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub wireless_account_number: Field<AccountNumber>,
    /// PIN at the losing carrier, as a reference: { env: NAME } or { file: PATH }. Needed for a wireless port.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub wireless_pin: Field<SecretRef>,
    /// What a Canadian port needs besides.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub telecom_settings: Field<TelecomSettings>,
    /// auto (default): the carrier's own time on the FOC date; onFocDate: alz triggers it on that date.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub trigger: Field<Trigger>,
}

/// Dates and kind alone: the rest is a person's, or secret.
impl fmt::Debug for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Port")
            .field("crd_date", &self.crd_date)
            .field("porting_wire_type", &self.porting_wire_type)
            .field("trigger", &self.trigger)
            .finish_non_exhaustive()
    }
}

impl Port {
    /// Its account number and its PIN, or where they are found.
    pub fn secrets(&self) -> impl Iterator<Item = AccountNumber> {
        let number = self.wireless_account_number.value().cloned();
        let pin = self.wireless_pin.value().cloned();
        number.into_iter().chain(pin.map(AccountNumber::Secret))
    }
}

/// An account number may be written out or be a secret reference.
#[derive(Clone, PartialEq, Eq)]
pub enum AccountNumber {
    Written(Text),
    Secret(SecretRef),
}

impl fmt::Debug for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AccountNumber::Written(_) => f.write_str(MASK),
            AccountNumber::Secret(secret) => secret.fmt(f),
        }
    }
}

/// What a Canadian port needs besides (S:TelecomSettingsX).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TelecomSettings {
    /// Notes for the carrier.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub notes: Field<Text>,
    /// The losing carrier.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub current_carrier: Field<Text>,
    /// The losing carrier's name where `currentCarrier` is a code.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub current_carrier_name: Field<Text>,
    /// The reseller of the losing carrier.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub local_reseller: Field<Text>,
    /// Date of the letter of authorisation, YYYY-MM-DD.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    #[schemars(extend("type" = ["string", "null"], "format" = "date"))]
    pub loa_date: Field<Text>,
    /// Whether the internet service ends with the port.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub disconnect_internet_service: Field<bool>,
    /// Whether the television service ends with the port.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub disconnect_television_service: Field<bool>,
}

/// Who moves the numbers on the FOC date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Trigger {
    /// The carrier, at its own time.
    Auto,
    /// `alz apply`, on that date.
    OnFocDate,
}

mod account_number {
    use std::borrow::Cow;
    use std::fmt;

    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
    use serde::de::value::MapAccessDeserializer;
    use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
    use serde::{Serialize, Serializer};

    use super::{AccountNumber, SecretRef};

    impl Serialize for AccountNumber {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            match self {
                AccountNumber::Written(text) => text.serialize(serializer),
                AccountNumber::Secret(secret) => secret.serialize(serializer),
            }
        }
    }

    impl<'de> Deserialize<'de> for AccountNumber {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct AccountNumberVisitor;
            impl<'de> Visitor<'de> for AccountNumberVisitor {
                type Value = AccountNumber;
                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("a text, { env: NAME } or { file: PATH }")
                }
                fn visit_str<E: de::Error>(self, text: &str) -> Result<AccountNumber, E> {
                    Ok(AccountNumber::Written(text.into()))
                }
                // An unquoted number is refused here on purpose: its digits are
                // gone. The located reader, which hands over the text, takes it.
                fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<AccountNumber, A::Error> {
                    let secret = SecretRef::deserialize(MapAccessDeserializer::new(map))?;
                    Ok(AccountNumber::Secret(secret))
                }
            }
            deserializer.deserialize_any(AccountNumberVisitor)
        }
    }

    impl JsonSchema for AccountNumber {
        fn schema_name() -> Cow<'static, str> {
            "AccountNumber".into()
        }
        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            let secret = generator.subschema_for::<SecretRef>();
            json_schema!({ "anyOf": [{ "type": ["string", "integer"] }, secret] })
        }
    }
}
