//! The platform's objects as they are on the wire (the published OpenAPI's
//! schemas). Client and simulator share these types and nothing else; fixtures
//! written from the published documents pin them.
//!
//! Reading is tolerant: null is absent, unknown members are passed over, and
//! enumerations stay text, for a platform that grows.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::model::Record;

/// S:TelephoneNumberAccountV2X: a number on an account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TelephoneNumber {
    pub phone_number: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference_type: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference_id: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function_type: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none", rename = "canAcceptSMS")]
    pub can_accept_sms: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operational_status: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port_id: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_id: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition_id: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_service_record: Option<Record>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier_status: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_version: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub e911_address: Option<Record>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub directory_listing: Option<DirectoryListing>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assign_as_caller_id: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ring_type: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier_id: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub toll_free: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Box<str>>,
}

/// S:DirectoryListingX.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DirectoryListing {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none", rename = "type")]
    pub listing_type: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<Record>,
}

/// S:TelephoneNumberViewX: a number in the partition's inventory.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TelephoneNumberView {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition_id: Option<Box<str>>,
    pub phone_number: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_center: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_center_reorder_name: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_id: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier_id: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "date")]
    pub cooldown_expire_date: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "date")]
    pub cooldown_recovered_date: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function_type: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distance: Option<f64>,
    /// After a search by postal code: its rate centre serves that very code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matches_zip: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub byotn: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_in_inventory: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operational_status: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Box<str>>,
}

/// S:ServiceActivationEventX: what a carrier or E911 provider is doing about a number.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServiceActivationEvent {
    pub id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition_id: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_id: Option<Box<str>>,
    pub service_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference_type: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference_id: Option<Box<str>>,
    pub activation_status_type: String,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "date")]
    pub created_date: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "date")]
    pub last_updated_date: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "date")]
    pub foc_date: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "date")]
    pub crd_date: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub main_telephone_number: Option<Box<str>>,
    /// The guide writes `subTelephoneNumber`, the OpenAPI `subTelephoneNumbers`.
    #[serde(
        deserialize_with = "or_default",
        skip_serializing_if = "Vec::is_empty",
        alias = "subTelephoneNumber"
    )]
    pub sub_telephone_numbers: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_name: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub l3_reaction: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_order_id: Option<Box<str>>,
    #[serde(deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    pub editable_field_types: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inbound_carrier_type: Option<Box<str>>,
    #[serde(deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    pub logs: Vec<EventLog>,
}

/// S:ServiceActivationEventLogX.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EventLog {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "date")]
    pub action_date: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "date")]
    pub creation_date: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generated_ticket_id: Option<Box<str>>,
}

/// S:ServiceActivationEventResponseX: one page of a status search.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EventPage {
    pub total_records: u64,
    pub results: Vec<ServiceActivationEvent>,
}

/// S:AccountHistorySearchResponseX: one page of an account's history.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoryPage {
    pub total_records: u64,
    pub results: Vec<AccountHistory>,
}

/// S:AccountHistoryX, as far as it is used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AccountHistory {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_value: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_value: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_name: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_history_type: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "date")]
    pub logged_date: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference_id: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference_name: Option<Box<str>>,
}

/// S:Login.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Login {
    pub username: String,
    pub password: String,
}

/// S:LoginTokenX, as far as it is used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LoginToken {
    pub auth_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition_name: Option<String>,
    #[serde(
        deserialize_with = "or_default",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub permissions: BTreeMap<String, String>,
    #[serde(deserialize_with = "or_default")]
    pub must_change_password: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_life_in_hours: Option<i32>,
}

/// S:PartitionX, as far as it is used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Partition {
    pub id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tn_delete_cooldown_days: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_directory_listing_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_assign_caller_id: Option<bool>,
}

/// S:InboundCarrierX, as far as it is used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct InboundCarrier {
    pub id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", rename = "supportsCSRUpdate")]
    pub supports_csr_update: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none", rename = "supportCNAMChange")]
    pub support_cnam_change: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub support_directory_listing: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub support_porting: Option<bool>,
}

/// S:EndUserV2X, as far as it is used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EndUser {
    pub id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition_id: Option<String>,
    #[serde(deserialize_with = "or_default")]
    pub time_zone: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extension: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller_id_config: Option<CallerIdConfig>,
}

/// S:CallerIdConfigX.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CallerIdConfig {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller_id_number: Option<String>,
    #[serde(deserialize_with = "or_default")]
    pub external_caller_id_visible: bool,
    #[serde(deserialize_with = "or_default")]
    pub extension_caller_id_visible: bool,
}

/// S:E911PrevalidateResponseX.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct E911Prevalidation {
    /// VALID, INVALID or UNKNOWN.
    pub valid: String,
    #[serde(deserialize_with = "or_default")]
    pub errors: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    pub address_alternatives: Vec<Record>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<Record>,
}

/// S:AddressValidationX: a line of address, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AddressValidation {
    /// What the platform still wants to know: `unit`, `secondaryLocationDescription`.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    pub required_fields: Vec<String>,
    /// Without names, and without a country (O:validateAddress).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_service_record: Option<Record>,
    /// Decimal degrees, as text.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "degrees")]
    pub latitude: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "degrees")]
    pub longitude: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid: Option<bool>,
}

/// S:TelephoneNumberReservedX.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Reserved {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reserved: Option<bool>,
}

/// S:PublicApiException: the platform's error envelope. In practice a 401 says
/// `message`, as a string or an array; S:ApiSingleException says `code` and
/// `message`. All three are read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ErrorEnvelope {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub messages: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
}

/// S:Account, as far as it is used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Account {
    pub id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
}

/// S:TelephoneNumberUsagesX: the users whose 911 calls go out with a number.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NumberUsages {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
    #[serde(deserialize_with = "or_default")]
    pub users: Vec<String>,
}

/// S:RateCenterX, as far as it is used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RateCenter {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wireless: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub portable: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_available: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inbound_carrier_type: Option<String>,
}

/// S:PortAvailabilityResponseV2X, as far as it is used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PortAvailability {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_available: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lnp: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wireless_port: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub directory_listing_allowed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier_type: Option<String>,
    #[serde(
        skip_serializing_if = "Option::is_none",
        rename = "earliestCRD",
        deserialize_with = "date"
    )]
    pub earliest_crd: Option<Box<str>>,
    #[serde(
        skip_serializing_if = "Option::is_none",
        rename = "latestCRD",
        deserialize_with = "date"
    )]
    pub latest_crd: Option<Box<str>>,
    /// The days on offer.
    #[serde(deserialize_with = "or_default")]
    pub availability_list: Vec<String>,
    #[serde(deserialize_with = "or_default", rename = "resultCSRs")]
    pub result_csrs: Vec<Record>,
    /// What went wrong at the carrier, in its words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exception: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub third_party_result_message: Option<String>,
}

/// null is the same as absent.
fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Degrees, as text or as a number.
fn degrees<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Option::<Value>::deserialize(deserializer)? {
        Some(Value::String(text)) => Some(text).filter(|text| !text.trim().is_empty()),
        Some(Value::Number(number)) => Some(number.to_string()),
        Some(Value::Null) | None => None,
        Some(Value::Bool(_) | Value::Array(_) | Value::Object(_)) => {
            return Err(serde::de::Error::custom("not degrees"));
        }
    })
}

/// A date as text, or as the epoch integer that stands for one in places.
fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Box<str>>, D::Error> {
    Ok(match Option::<Value>::deserialize(deserializer)? {
        Some(Value::String(text)) => Some(text.into()),
        Some(Value::Number(number)) => Some(number.to_string().into()),
        Some(Value::Null) | None => None,
        Some(Value::Bool(_) | Value::Array(_) | Value::Object(_)) => {
            return Err(serde::de::Error::custom("not a date"));
        }
    })
}
