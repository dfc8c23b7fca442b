//! Request bodies, read strictly: what the platform's schemas don't allow is
//! refused with a word for it, before any rule is asked.

pub mod port;

use serde_json::{Map, Value};

use super::rules::{Fragment, Order, OrderedNumber, Refusal};
use super::view;
use crate::api::wire::DirectoryListing;
use crate::model::{AccountId, Field, Member, PhoneNumber, Record, values};

/// S:CustomerServiceRecordX.unit: the platform ignores what is beyond.
const LONGEST_UNIT: usize = 10;
/// Guide, "Submitting a Standard Port": 1–100 numbers; taken for any order.
const MOST_NUMBERS: usize = 100;

/// S:TelephoneNumberActivationsV2X and the guide's two coordinates.
const ORDER_MEMBERS: &[&str] = &[
    "partitionId",
    "accountId",
    "port",
    "l3Settings",
    "customerServiceRecord",
    "directoryListing",
    "e911Address",
    "holdActivation",
    "telephoneNumbers",
    "byotnCarrierId",
    "id",
    "latitude",
    "longitude",
];

/// S:TelephoneNumberAccountV2X.
const NUMBER_MEMBERS: &[&str] = &[
    "phoneNumber",
    "referenceType",
    "referenceId",
    "functionType",
    "canAcceptSMS",
    "operationalStatus",
    "portId",
    "servicePackageType",
    "accountId",
    "partitionId",
    "customerServiceRecord",
    "carrierStatus",
    "orderVersion",
    "e911Address",
    "temporaryNumber",
    "directoryListing",
    "assignAsCallerId",
    "byotnCarrierId",
    "ringType",
    "carrierId",
    "tollFree",
    "id",
];

/// S:TelephoneNumberDestinationX.
const DESTINATION_MEMBERS: &[&str] = &[
    "partitionId",
    "accountId",
    "telephoneNumber",
    "referenceId",
    "referenceType",
    "ringType",
    "assignAsCallerId",
    "id",
];

/// A JSON object, or the platform's word for a body that is none.
pub fn object(bytes: &[u8]) -> Result<Map<String, Value>, Refusal> {
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err(Refusal::bad("InvalidRequestBody")),
        Err(error) => Err(Refusal::bad("MalformedJson").with("reason", error.to_string())),
    }
}

/// POST T, or the guide's POST P/account/telephonenumbers.
pub fn order(map: &Map<String, Value>, account: AccountId) -> Result<Order, Refusal> {
    known_members(map, ORDER_MEMBERS)?;
    same(map, "accountId", account.as_str())?;
    let numbers = ordered_numbers(map)?;
    let csr = match member(map, "customerServiceRecord") {
        Some(value) => csr(value)?,
        None => return Err(Refusal::bad("CustomerServiceRecordRequired")),
    };
    let e911 = e911_of_order(map)?;
    let listing = member(map, "directoryListing").map(listing).transpose()?;
    if listing
        .as_ref()
        .and_then(|listing| listing.listing_type.as_deref())
        == Some("PORTED")
    {
        return Err(Refusal::bad("InvalidDirectoryListingType").with("type", "PORTED"));
    }
    Ok(Order {
        account,
        numbers,
        csr,
        e911,
        listing,
        hold: boolean(map, "holdActivation")?.unwrap_or(false),
    })
}

fn ordered_numbers(map: &Map<String, Value>) -> Result<Vec<OrderedNumber>, Refusal> {
    match member(map, "telephoneNumbers") {
        Some(Value::Array(list)) if list.is_empty() => {
            Err(Refusal::bad("TelephoneNumbersRequired"))
        }
        Some(Value::Array(list)) if list.len() > MOST_NUMBERS => {
            Err(Refusal::bad("TooManyTelephoneNumbers"))
        }
        Some(Value::Array(list)) => list.iter().map(ordered_number).collect(),
        Some(_) => Err(Refusal::bad("InvalidTelephoneNumbers")),
        None => Err(Refusal::bad("TelephoneNumbersRequired")),
    }
}

fn e911_of_order(map: &Map<String, Value>) -> Result<Option<Record>, Refusal> {
    let mut e911 = member(map, "e911Address").map(e911).transpose()?;
    if let Some(address) = &mut e911 {
        // The guide writes the coordinates beside the addresses (E5).
        for (name, of) in [
            ("latitude", Member::Latitude),
            ("longitude", Member::Longitude),
        ] {
            if let Some(text) = text(map, name)?
                && address.get(of).is_empty()
            {
                address.set(of, Some(&text));
            }
        }
        coordinates(address)?;
    }
    Ok(e911)
}

fn ordered_number(value: &Value) -> Result<OrderedNumber, Refusal> {
    let Value::Object(map) = value else {
        return Err(Refusal::bad("InvalidTelephoneNumbers"));
    };
    let digits = text(map, "phoneNumber")?.ok_or_else(|| Refusal::bad("PhoneNumberRequired"))?;
    let number = phone_number(&digits)?;
    if let Some(function) = text(map, "functionType")?
        && function != view::function_type(number)
    {
        return Err(Refusal::bad("InvalidFunctionType").with("functionType", function));
    }
    Ok(OrderedNumber {
        number,
        reference_type: one_of(
            map,
            "referenceType",
            values::REFERENCE_TYPES,
            "InvalidReferenceType",
        )?,
        reference_id: text(map, "referenceId")?,
        operational_status: operational_status(map)?,
    })
}

/// PATCH T/{tn}: only what is there is meant.
pub fn fragment(map: &Map<String, Value>) -> Result<Fragment, Refusal> {
    known_members(map, NUMBER_MEMBERS)?;
    Ok(Fragment {
        customer_service_record: field(map, "customerServiceRecord", csr)?,
        e911_address: field(map, "e911Address", e911)?,
        directory_listing: field(map, "directoryListing", listing)?,
        reference_type: texts(map, "referenceType", |map| {
            one_of(
                map,
                "referenceType",
                values::REFERENCE_TYPES,
                "InvalidReferenceType",
            )
        })?,
        reference_id: texts(map, "referenceId", |map| text(map, "referenceId"))?,
        assign_as_caller_id: match map.get("assignAsCallerId") {
            None => Field::Absent,
            Some(_) => boolean(map, "assignAsCallerId")?.map_or(Field::Null, Field::Value),
        },
        operational_status: texts(map, "operationalStatus", operational_status)?,
    })
}

/// PUT T/{tn}: the whole object. What it leaves out is cleared, where it can be.
pub fn whole(map: &Map<String, Value>) -> Result<Fragment, Refusal> {
    let mut fragment = fragment(map)?;
    if fragment.customer_service_record.value().is_none() {
        return Err(Refusal::bad("CustomerServiceRecordRequired"));
    }
    for field in [&mut fragment.reference_type, &mut fragment.reference_id] {
        if field.is_absent() {
            *field = Field::Null;
        }
    }
    if fragment.e911_address.is_absent() {
        fragment.e911_address = Field::Null;
    }
    Ok(fragment)
}

/// PUT T/{tn}/destination.
pub fn destination(map: &Map<String, Value>) -> Result<Fragment, Refusal> {
    known_members(map, DESTINATION_MEMBERS)?;
    let said: Map<String, Value> = ["referenceType", "referenceId", "assignAsCallerId"]
        .into_iter()
        .map(|name| {
            (
                name.to_owned(),
                map.get(name).cloned().unwrap_or(Value::Null),
            )
        })
        .collect();
    fragment(&said)
}

/// PUT P/account/e911/prevalidate: the E911 address, else the CSR's (E21).
pub fn address_to_check(map: &Map<String, Value>) -> Result<Record, Refusal> {
    let value = member(map, "e911Address")
        .or_else(|| member(map, "customerServiceRecord"))
        .ok_or_else(|| Refusal::bad("E911AddressRequired"))?;
    let record = record(value)?;
    require(&record, &[Member::StreetName, Member::City, Member::State])?;
    Ok(record)
}

/// A number as the platform writes it: eleven digits beginning with 1.
pub fn phone_number(text: &str) -> Result<PhoneNumber, Refusal> {
    let digits = text.len() == 11 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse::<PhoneNumber>()
        .ok()
        .filter(|number| digits && number.nanp_fault().is_none())
        .ok_or_else(|| Refusal::bad("InvalidPhoneNumber").with("phoneNumber", text))
}

fn csr(value: &Value) -> Result<Record, Refusal> {
    let mut record = record(value)?;
    for member in Member::ALL {
        if !member.in_csr() {
            record.set(member, None);
        }
    }
    require(&record, &[Member::CustomerType])?;
    names(&record)?;
    require(
        &record,
        &[
            Member::StreetNumber,
            Member::StreetName,
            Member::City,
            Member::State,
            Member::PostalCode,
        ],
    )?;
    if record.get(Member::CustomerName).chars().count() > 15 {
        return Err(Refusal::bad("CustomerNameTooLong"));
    }
    Ok(record)
}

fn e911(value: &Value) -> Result<Record, Refusal> {
    let mut record = record(value)?;
    for member in Member::ALL {
        if !member.in_e911() {
            record.set(member, None);
        }
    }
    names(&record)?;
    require(
        &record,
        &[
            Member::StreetName,
            Member::City,
            Member::State,
            Member::PostalCode,
        ],
    )?;
    let language = record.get(Member::Language);
    if !language.is_empty() && !values::LANGUAGES.contains(&language) {
        return Err(Refusal::bad("InvalidLanguage").with("language", language));
    }
    coordinates(&record)?;
    Ok(record)
}

fn listing(value: &Value) -> Result<DirectoryListing, Refusal> {
    let Value::Object(map) = value else {
        return Err(Refusal::bad("InvalidDirectoryListing"));
    };
    let types: Vec<&str> = values::LISTING_TYPES
        .iter()
        .chain(values::LISTING_TYPES_OF_PLATFORM)
        .copied()
        .collect();
    Ok(DirectoryListing {
        listed: boolean(map, "listed")?,
        listing_type: one_of(map, "type", &types, "InvalidDirectoryListingType")?.map(Into::into),
        address: member(map, "address").map(record).transpose()?,
    })
}

/// An address object with legal enumerations and lengths. Empty members count
/// as absent, and members that only the platform sets are passed over.
fn record(value: &Value) -> Result<Record, Refusal> {
    if !value.is_object() {
        return Err(Refusal::bad("InvalidAddress"));
    }
    let said = Record::deserialize_from(value)?;
    let mut record = Record::default();
    for member in Member::ALL {
        let text = said.get(member);
        // Its default; a client that sends back what it read has not said it.
        let default = member == Member::BlockCustomerName && text == "false";
        if text.is_empty() || default {
            continue;
        }
        let (allowed, token): (&[&str], _) = match member {
            Member::CustomerType => (values::CUSTOMER_TYPES, "InvalidCustomerType"),
            Member::PreDirectional => (values::DIRECTIONALS, "InvalidPreDirectional"),
            Member::PostDirectional => (values::DIRECTIONALS, "InvalidPostDirectional"),
            Member::SecondaryLocationDescription => (
                values::SECONDARY_LOCATIONS,
                "InvalidSecondaryLocationDescription",
            ),
            _ => (&[], ""),
        };
        if !allowed.is_empty() && !allowed.contains(&text) {
            return Err(Refusal::bad(token).with("value", text));
        }
        if text.chars().count() > 256 {
            return Err(Refusal::bad("FieldTooLong").with("field", member.name()));
        }
        if member == Member::Unit {
            let kept: String = text.chars().take(LONGEST_UNIT).collect();
            record.set(member, Some(&kept));
        } else {
            record.set(member, Some(text));
        }
    }
    Ok(record)
}

/// Reading a record can only fail on a member of a wrong type.
trait FromValue: Sized {
    fn deserialize_from(value: &Value) -> Result<Self, Refusal>;
}

impl FromValue for Record {
    fn deserialize_from(value: &Value) -> Result<Self, Refusal> {
        serde::Deserialize::deserialize(value).map_err(|error: serde_json::Error| {
            Refusal::bad("InvalidAddress").with("reason", error.to_string())
        })
    }
}

/// Who the customer is, as far as the customer type demands (D6).
fn names(record: &Record) -> Result<(), Refusal> {
    match record.get(Member::CustomerType) {
        "BUSINESS" => require(record, &[Member::BusinessName]),
        "RESIDENTIAL" => require(record, &[Member::FirstName, Member::LastName]),
        _ => Ok(()),
    }
}

fn require(record: &Record, members: &[Member]) -> Result<(), Refusal> {
    match members
        .iter()
        .find(|member| record.get(**member).is_empty())
    {
        None => Ok(()),
        Some(missing) => Err(Refusal::bad("RequiredFieldMissing").with("field", missing.name())),
    }
}

fn coordinates(record: &Record) -> Result<(), Refusal> {
    for (member, most) in [(Member::Latitude, 90.0), (Member::Longitude, 180.0)] {
        let text = record.get(member);
        if text.is_empty() {
            continue;
        }
        let degrees: Option<f64> = text.parse().ok();
        if degrees.is_none_or(|degrees| !degrees.is_finite() || degrees.abs() > most) {
            return Err(Refusal::bad("InvalidCoordinates").with("value", text));
        }
    }
    Ok(())
}

fn operational_status(map: &Map<String, Value>) -> Result<Option<String>, Refusal> {
    one_of(
        map,
        "operationalStatus",
        &["ACTIVE", "STAGED"],
        "InvalidOperationalStatus",
    )
}

fn known_members(map: &Map<String, Value>, known: &[&str]) -> Result<(), Refusal> {
    match map.keys().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(Refusal::bad("UnrecognizedField").with("field", name.as_str())),
    }
}

/// A member that must not contradict the path.
pub fn same(map: &Map<String, Value>, name: &'static str, path: &str) -> Result<(), Refusal> {
    match text(map, name)? {
        Some(text) if text != path => Err(Refusal::bad("IdMismatch").with("field", name)),
        Some(_) | None => Ok(()),
    }
}

/// The member, where it is there and not null.
fn member<'a>(map: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    map.get(name).filter(|value| !value.is_null())
}

pub fn text(map: &Map<String, Value>, name: &'static str) -> Result<Option<String>, Refusal> {
    match member(map, name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        Some(_) => Err(Refusal::bad("InvalidFieldType").with("field", name)),
    }
}

fn boolean(map: &Map<String, Value>, name: &'static str) -> Result<Option<bool>, Refusal> {
    match member(map, name) {
        None => Ok(None),
        Some(Value::Bool(value)) => Ok(Some(*value)),
        Some(Value::String(text)) if text == "true" => Ok(Some(true)),
        Some(Value::String(text)) if text == "false" => Ok(Some(false)),
        Some(_) => Err(Refusal::bad("InvalidFieldType").with("field", name)),
    }
}

fn one_of(
    map: &Map<String, Value>,
    name: &'static str,
    allowed: &[&str],
    token: &'static str,
) -> Result<Option<String>, Refusal> {
    match text(map, name)? {
        Some(text) if !text.is_empty() && !allowed.contains(&text.as_str()) => {
            Err(Refusal::bad(token).with("value", text))
        }
        said => Ok(said.filter(|text| !text.is_empty())),
    }
}

fn field<T>(
    map: &Map<String, Value>,
    name: &str,
    read: impl Fn(&Value) -> Result<T, Refusal>,
) -> Result<Field<T>, Refusal> {
    match map.get(name) {
        None => Ok(Field::Absent),
        Some(Value::Null) => Ok(Field::Null),
        Some(value) => read(value).map(Field::Value),
    }
}

fn texts(
    map: &Map<String, Value>,
    name: &str,
    read: impl Fn(&Map<String, Value>) -> Result<Option<String>, Refusal>,
) -> Result<Field<String>, Refusal> {
    match map.get(name) {
        None => Ok(Field::Absent),
        Some(_) => Ok(read(map)?.map_or(Field::Null, Field::Value)),
    }
}
