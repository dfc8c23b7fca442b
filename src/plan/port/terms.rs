//! The terms of a port in the platform's form: what an order says and what an
//! amendment compares.

use jiff::civil::Date;
use serde_json::{Map, Value, json};

use crate::model::desired::TelecomSettings;
use crate::model::meaning::{self, date};
use crate::model::record::Declared;
use crate::model::values::country_of_state;
use crate::model::{
    CustomerServiceRecord, DesiredNumber, Field, Member, PhoneNumber, Record, Text,
};

use super::super::overlay::lay;

/// The day that a file names; `None` where it is no date.
pub(super) fn crd(text: &Field<Text>) -> Option<Date> {
    date::day(text.value()?.as_str(), None)
}

/// S:TelecomSettingsX as it is sent, of what is said.
pub(super) fn telecom(settings: &TelecomSettings) -> Vec<(&'static str, Field<Value>)> {
    let TelecomSettings {
        notes,
        current_carrier,
        current_carrier_name,
        local_reseller,
        loa_date,
        disconnect_internet_service,
        disconnect_television_service,
    } = settings;
    let text = |field: &Field<Text>| match field {
        Field::Absent => Field::Absent,
        Field::Null => Field::Null,
        Field::Value(text) => Field::Value(json!(text)),
    };
    let flag = |field: &Field<bool>| match field {
        Field::Absent => Field::Absent,
        Field::Null => Field::Null,
        Field::Value(flag) => Field::Value(Value::Bool(*flag)),
    };
    let signed = match loa_date {
        Field::Absent => Field::Absent,
        Field::Null => Field::Null,
        // A date-time on the platform (contract notes, E8).
        Field::Value(text) => Field::Value(match date::day(text.as_str(), None) {
            Some(day) => json!(format!("{day}T00:00:00.000Z")),
            None => json!(text),
        }),
    };
    vec![
        ("notes", text(notes)),
        ("currentCarrier", text(current_carrier)),
        ("currentCarrierName", text(current_carrier_name)),
        ("localReseller", text(local_reseller)),
        ("loaDate", signed),
        (
            "disconnectInternetService",
            flag(disconnect_internet_service),
        ),
        (
            "disconnectTelevisionService",
            flag(disconnect_television_service),
        ),
    ]
}

/// Whether a member of the settings says the same, by meaning or to the letter.
pub(super) fn same_setting(
    now: Option<&Value>,
    wanted: &Field<Value>,
    to_the_letter: bool,
) -> bool {
    let now = now.unwrap_or(&Value::Null);
    let wanted = match wanted {
        Field::Absent => return true,
        Field::Null => &Value::Null,
        Field::Value(value) => value,
    };
    match (now, wanted) {
        (Value::Bool(now), Value::Bool(wanted)) => now == wanted,
        // What is not said is not done.
        (Value::Null, Value::Bool(flag)) | (Value::Bool(flag), Value::Null) => !flag,
        (Value::Null, other) | (other, Value::Null) => {
            other.as_str().is_some_and(|text| text.trim().is_empty()) || other.is_null()
        }
        (Value::String(now), Value::String(wanted)) => {
            let days = (date::day(now, None), date::day(wanted, None));
            matches!(days, (Some(now), Some(wanted)) if now == wanted)
                || same_text(now, wanted, to_the_letter)
        }
        (now, wanted) => now == wanted,
    }
}

/// Whether two names say the same: by meaning (N2), or to the letter.
pub(super) fn same_text(now: &str, wanted: &str, to_the_letter: bool) -> bool {
    if to_the_letter {
        now == wanted
    } else {
        meaning::same_member(Member::BusinessName, now, wanted)
    }
}

/// A declared record as it stands by itself.
pub(super) fn alone<D: Declared>(declared: &D) -> Record {
    lay(declared, &Record::default(), Member::in_csr).target
}

/// The one customer service record that the numbers of a port declare, if any
/// does. The names shown to those called may differ: they are left out then,
/// and come once each number is active.
pub(super) fn common_csr(
    numbers: &[(PhoneNumber, &DesiredNumber)],
) -> Result<Option<CustomerServiceRecord>, (PhoneNumber, PhoneNumber)> {
    const fn of_the_customer(member: Member) -> bool {
        member.in_csr() && !matches!(member, Member::CustomerName | Member::BlockCustomerName)
    }
    let mut declared = numbers
        .iter()
        .filter_map(|(number, entry)| Some((*number, entry.customer_service_record.value()?)));
    let Some((first, csr)) = declared.next() else {
        return Ok(None);
    };
    let own = alone(csr);
    let mut common = csr.clone();
    for (number, other) in declared {
        let other = alone(other);
        if !meaning::same(&own, &other, of_the_customer) {
            return Err((first, number));
        }
        if !meaning::same(&own, &other, Member::in_csr) {
            common.customer_name = Field::Absent;
            common.block_customer_name = Field::Absent;
        }
    }
    Ok(Some(common))
}

/// A Canadian customer, as far as the record tells.
pub(super) fn is_canadian(csr: &Record) -> bool {
    let country = meaning::canonical_country(csr.get(Member::Country));
    if country.is_empty() {
        country_of_state(&meaning::canonical_state(csr.get(Member::State))) == Some("CAN")
    } else {
        country == "CAN"
    }
}

/// The members that are said, as an object.
pub(super) fn said(members: Vec<(&'static str, Field<Value>)>) -> Map<String, Value> {
    members
        .into_iter()
        .filter_map(|(name, field)| match field {
            Field::Value(value) => Some((name.to_owned(), value)),
            Field::Absent | Field::Null => None,
        })
        .collect()
}
