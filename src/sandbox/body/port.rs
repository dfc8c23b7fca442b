//! Bodies of ports: an order with a `port`, a pre-validation, a port sent back.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Map, Value};

use super::{
    ORDER_MEMBERS, Refusal, boolean, csr, e911_of_order, field, known_members, listing, member,
    one_of, ordered_numbers, phone_number, same, text, texts,
};
use crate::model::{AccountId, Field, Member, PhoneNumber, Record};
use crate::sandbox::port::calendar::Country;
use crate::sandbox::port::{Pin, Terms};
use crate::sandbox::rules::OrderedNumber;
use crate::sandbox::rules::port::{PortOrder, TermsFragment};

/// S:PortX.
const PORT_MEMBERS: &[&str] = &[
    "id",
    "partitionId",
    "accountId",
    "telephoneNumbers",
    "status",
    "sendLoa",
    "loaSaved",
    "carrierId",
    "carrierType",
    "customerServiceRecord",
    "crdDate",
    "billingTelephoneNumber",
    "portingWireType",
    "portingAuthorizedName",
    "wirelessAccountNumber",
    "wirelessPin",
    "focDate",
    "focDateTimeZone",
    "createdDate",
    "completedDate",
    "cancelType",
    "telecomSettings",
    "hotCutPortId",
    "portNow",
    "canAcceptSMS",
    "smsCallbackUrl",
];

/// S:TelecomSettingsX, and the guide's spelling of one of them (E8).
const TELECOM_MEMBERS: &[&str] = &[
    "notes",
    "currentCarrier",
    "currentCarrierName",
    "localReseller",
    "loaDate",
    "loadDate",
    "disconnectInternetService",
    "disconnectTelevisionService",
    "tnData",
];

const WIRE_TYPES: &[&str] = &["Wireless", "Wireline"];
/// S:PortX.wirelessPin.
const LONGEST_PIN: usize = 15;

/// POST T with a `port`.
pub fn order(map: &Map<String, Value>, account: AccountId) -> Result<PortOrder, Refusal> {
    known_members(map, ORDER_MEMBERS)?;
    same(map, "accountId", account.as_str())?;
    if boolean(map, "holdActivation")?.unwrap_or(false) {
        return Err(Refusal::bad("HoldNotAllowedWithPort"));
    }
    let numbers = ordered_numbers(map)?;
    let port = port_object(map)?;
    let (own, shown) = records(map, port)?;
    let listing = member(map, "directoryListing").map(listing).transpose()?;
    if let Some(listing) = &listing {
        let said = listing.listing_type.as_deref().unwrap_or("PORTED");
        if said != "PORTED" {
            return Err(Refusal::bad("InvalidDirectoryListingType").with("type", said));
        }
        if listing.address.is_some() {
            return Err(Refusal::bad("DirectoryListingAddressNotAllowed"));
        }
    }
    let canadian = Country::parse(shown.get(Member::Country)) == Country::Canada;
    // The guide's Canadian example goes without one.
    let wire_type = match wire_type(port)? {
        Some(said) => said,
        None if canadian => "Wireline".to_owned(),
        None => return Err(Refusal::bad("PortingWireTypeRequired")),
    };
    let terms = Terms {
        csr: shown,
        billing_number: billing_number(port)?
            .ok_or_else(|| Refusal::bad("BillingTelephoneNumberRequired"))?,
        crd: day(port, "crdDate", "InvalidCrdDate")?
            .ok_or_else(|| Refusal::bad("CrdDateRequired"))?,
        wire_type,
        authorized_name: authorized_name(port)?.unwrap_or_default(),
        wireless_account: text(port, "wirelessAccountNumber")?.unwrap_or_default(),
        pin: pin(port)?.unwrap_or_default(),
        telecom: member(port, "telecomSettings").map(telecom).transpose()?,
    };
    Ok(PortOrder {
        account,
        numbers,
        terms,
        csr: own,
        e911: e911_of_order(map)?,
        listing,
    })
}

/// What POST P/account/prevalidate asks about.
pub struct Question {
    pub account: Option<AccountId>,
    pub numbers: Vec<OrderedNumber>,
    pub csr: Record,
    pub billing_number: PhoneNumber,
}

/// POST P/account/prevalidate. One number may come without its list.
pub fn question(map: &Map<String, Value>) -> Result<Question, Refusal> {
    known_members(map, ORDER_MEMBERS)?;
    let mut map = map.clone();
    if let Some(one @ Value::Object(_)) = map.get("telephoneNumbers").cloned() {
        map.insert("telephoneNumbers".to_owned(), Value::Array(vec![one]));
    }
    let port = port_object(&map)?;
    let (_, shown) = records(&map, port)?;
    Ok(Question {
        account: text(&map, "accountId")?.map(AccountId::new),
        numbers: ordered_numbers(&map)?,
        csr: shown,
        billing_number: billing_number(port)?
            .ok_or_else(|| Refusal::bad("BillingTelephoneNumberRequired"))?,
    })
}

/// PATCH of a port: only what is there is meant.
pub fn fragment(map: &Map<String, Value>) -> Result<TermsFragment, Refusal> {
    known_members(map, PORT_MEMBERS)?;
    Ok(TermsFragment {
        csr: field(map, "customerServiceRecord", csr)?,
        billing_number: said(map, "billingTelephoneNumber", billing_number)?,
        crd: said(map, "crdDate", |map| day(map, "crdDate", "InvalidCrdDate"))?,
        wire_type: said(map, "portingWireType", wire_type)?,
        authorized_name: texts(map, "portingAuthorizedName", authorized_name)?,
        wireless_account: texts(map, "wirelessAccountNumber", |map| {
            text(map, "wirelessAccountNumber")
        })?,
        pin: said(map, "wirelessPin", pin)?,
        telecom: field(map, "telecomSettings", telecom)?,
    })
}

/// PUT of a port: the whole object. What it leaves out is cleared where it can
/// be, the secrets that a GET never shows among it (E23).
pub fn whole(map: &Map<String, Value>) -> Result<TermsFragment, Refusal> {
    let mut fragment = fragment(map)?;
    if fragment.csr.value().is_none() {
        return Err(Refusal::bad("CustomerServiceRecordRequired"));
    }
    if fragment.crd.value().is_none() {
        return Err(Refusal::bad("CrdDateRequired"));
    }
    if fragment.billing_number.value().is_none() {
        return Err(Refusal::bad("BillingTelephoneNumberRequired"));
    }
    for field in [
        &mut fragment.authorized_name,
        &mut fragment.wireless_account,
    ] {
        if field.is_absent() {
            *field = Field::Null;
        }
    }
    if fragment.pin.is_absent() {
        fragment.pin = Field::Null;
    }
    if fragment.telecom.is_absent() {
        fragment.telecom = Field::Null;
    }
    Ok(fragment)
}

fn port_object(map: &Map<String, Value>) -> Result<&Map<String, Value>, Refusal> {
    match member(map, "port") {
        Some(Value::Object(port)) => {
            known_members(port, PORT_MEMBERS)?;
            Ok(port)
        }
        Some(_) => Err(Refusal::bad("InvalidPort")),
        None => Err(Refusal::bad("PortRequired")),
    }
}

/// The numbers' own record and the one that the losing carrier is shown: at the
/// top level, in the port, or one for both (E6).
fn records(
    map: &Map<String, Value>,
    port: &Map<String, Value>,
) -> Result<(Record, Record), Refusal> {
    let own = member(map, "customerServiceRecord").map(csr).transpose()?;
    let nested = member(port, "customerServiceRecord").map(csr).transpose()?;
    match (own, nested) {
        (Some(own), Some(nested)) => Ok((own, nested)),
        (Some(one), None) | (None, Some(one)) => Ok((one.clone(), one)),
        (None, None) => Err(Refusal::bad("CustomerServiceRecordRequired")),
    }
}

fn billing_number(map: &Map<String, Value>) -> Result<Option<PhoneNumber>, Refusal> {
    text(map, "billingTelephoneNumber")?
        .filter(|digits| !digits.is_empty())
        .map(|digits| {
            phone_number(&digits).map_err(|_| {
                Refusal::bad("InvalidBillingTelephoneNumber").with("billingTelephoneNumber", digits)
            })
        })
        .transpose()
}

/// A day, or an instant of which the day counts (E11).
fn day(
    map: &Map<String, Value>,
    name: &'static str,
    token: &'static str,
) -> Result<Option<Date>, Refusal> {
    let Some(text) = text(map, name)?.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let refused = || Refusal::bad(token).with(name, text.as_str());
    match text.split_once('T') {
        None if text.len() == 10 => text.parse().map(Some).map_err(|_| refused()),
        None => Err(refused()),
        Some((date, _)) => {
            let _: Timestamp = text.parse().map_err(|_| refused())?;
            date.parse().map(Some).map_err(|_| refused())
        }
    }
}

fn wire_type(map: &Map<String, Value>) -> Result<Option<String>, Refusal> {
    one_of(map, "portingWireType", WIRE_TYPES, "InvalidPortingWireType")
}

fn authorized_name(map: &Map<String, Value>) -> Result<Option<String>, Refusal> {
    text(map, "portingAuthorizedName")
}

fn pin(map: &Map<String, Value>) -> Result<Option<Pin>, Refusal> {
    match text(map, "wirelessPin")? {
        Some(pin) if pin.chars().count() > LONGEST_PIN => Err(Refusal::bad("WirelessPinTooLong")),
        said => Ok(said.filter(|pin| !pin.is_empty()).map(Pin)),
    }
}

/// S:TelecomSettingsX, with the letter of authorisation's date under its
/// published name and in its published form.
fn telecom(value: &Value) -> Result<Map<String, Value>, Refusal> {
    let Value::Object(map) = value else {
        return Err(Refusal::bad("InvalidTelecomSettings"));
    };
    known_members(map, TELECOM_MEMBERS)?;
    let mut settings = Map::new();
    for name in [
        "notes",
        "currentCarrier",
        "currentCarrierName",
        "localReseller",
    ] {
        if let Some(text) = text(map, name)?.filter(|text| !text.is_empty()) {
            settings.insert(name.to_owned(), Value::String(text));
        }
    }
    let signed = match day(map, "loaDate", "InvalidLoaDate")? {
        Some(day) => Some(day),
        None => day(map, "loadDate", "InvalidLoaDate")?,
    };
    if let Some(day) = signed {
        let text = format!("{day}T00:00:00.000Z");
        settings.insert("loaDate".to_owned(), Value::String(text));
    }
    for name in ["disconnectInternetService", "disconnectTelevisionService"] {
        if let Some(value) = boolean(map, name)? {
            settings.insert(name.to_owned(), Value::Bool(value));
        }
    }
    match member(map, "tnData") {
        None => {}
        Some(data @ Value::Object(_)) => {
            settings.insert("tnData".to_owned(), data.clone());
        }
        Some(_) => return Err(Refusal::bad("InvalidTelecomSettings")),
    }
    Ok(settings)
}

fn said<T>(
    map: &Map<String, Value>,
    name: &str,
    read: impl Fn(&Map<String, Value>) -> Result<Option<T>, Refusal>,
) -> Result<Field<T>, Refusal> {
    match map.get(name) {
        None => Ok(Field::Absent),
        Some(_) => Ok(read(map)?.map_or(Field::Null, Field::Value)),
    }
}
