//! Questions to the platform that have no side effects, as they are put and as
//! the answers are understood: for plans, and for whoever asks by hand.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::fatal::Fatal;
use crate::api::{ApiError, Country, ReadClient, wire};
use crate::model::meaning::{canonical_country, date};
use crate::model::{Member, PhoneNumber, Record};
use crate::plan::{Coverage, Offer, PortQuestion, RateCenter, Verdict};
use crate::report::address_line;

/// What the E911 provider thinks of an address.
pub async fn e911_opinion(
    client: &ReadClient,
    address: &Record,
    csr: &Record,
    numbers: &[PhoneNumber],
) -> Result<Verdict, ApiError> {
    match client
        .e911_prevalidate(&question(address, csr, numbers))
        .await
    {
        Ok(answer) => match verdict(answer) {
            Verdict::Valid if address.get(Member::Unit).trim().is_empty() => {
                door(client, address).await
            }
            verdict => Ok(verdict),
        },
        // About this address alone: the others can still be asked about.
        Err(error @ ApiError::Refused { status: 400, .. }) => Ok(Verdict::Unknown {
            why: error.to_string(),
        }),
        // e911.onUnknown says what then. A login that is lost, or a page
        // of somebody else's, is no such case.
        Err(error @ (ApiError::Failing { .. } | ApiError::Unreachable { .. })) => {
            Ok(Verdict::OutOfReach {
                why: error.to_string(),
            })
        }
        Err(error) => Err(error),
    }
}

/// Whether an address without a unit, which the provider takes, needs one: the
/// provider knows streets, and the platform the buildings in them (A3). Where
/// that can't be learned the provider's word stands.
async fn door(client: &ReadClient, address: &Record) -> Result<Verdict, ApiError> {
    let country = match canonical_country(address.get(Member::Country)).as_str() {
        "USA" => Country::Usa,
        "CAN" => Country::Can,
        _ => Country::Unknown,
    };
    let line = address_line(address);
    let code = address.get(Member::PostalCode);
    match client.validate_address(&line, country, code).await {
        Ok(wire::AddressValidation {
            required_fields, ..
        }) => {
            let unit = required_fields
                .iter()
                .any(|name| name == Member::Unit.name());
            Ok(if unit {
                Verdict::NoUnit
            } else {
                Verdict::Valid
            })
        }
        Err(
            ApiError::Refused { .. }
            | ApiError::NotFound { .. }
            | ApiError::Failing { .. }
            | ApiError::Unreachable { .. },
        ) => Ok(Verdict::Valid),
        Err(error) => Err(error),
    }
}

/// Where a number belongs (A5).
pub async fn coverage(client: &ReadClient, number: PhoneNumber) -> Result<Coverage, ApiError> {
    let found = client.rate_center(number).await?;
    Ok(match found {
        None => Coverage::Unknown,
        Some(wire::RateCenter {
            name,
            state,
            country,
            wireless,
            portable,
            service_available,
            inbound_carrier_type,
        }) => Coverage::Covered(RateCenter {
            name: name.unwrap_or_default(),
            state: state.unwrap_or_default(),
            country: country.unwrap_or_default(),
            wireless,
            portable,
            service_available,
            carrier_type: inbound_carrier_type,
        }),
    })
}

/// What the carriers say to a port (A22).
pub async fn port_offer(client: &ReadClient, question: &PortQuestion) -> Result<Offer, ApiError> {
    match port_answer(client, question).await {
        Ok(offer) => Ok(offer),
        // About this port alone.
        Err(error @ (ApiError::Refused { status: 400, .. } | ApiError::NotFound { .. })) => {
            Ok(Offer::Refused {
                why: error.to_string(),
            })
        }
        Err(error) => Err(error),
    }
}

/// The same, with a question that is not taken as the error that it is.
pub async fn port_answer(client: &ReadClient, question: &PortQuestion) -> Result<Offer, ApiError> {
    client
        .port_prevalidate(&port_question(question))
        .await
        .map(offer)
}

pub fn unasked(error: ApiError) -> Fatal {
    Fatal::with_help(
        error.to_string(),
        "it was asked about a new port: --no-verify leaves that question out",
    )
}

/// The question as the platform takes it (contract notes, A22).
fn port_question(question: &PortQuestion) -> Value {
    let PortQuestion {
        numbers,
        csr,
        billing_telephone_number,
    } = question;
    let rows: Vec<Value> = numbers
        .iter()
        .map(|number| json!({ "phoneNumber": number }))
        .collect();
    let mut body = json!({ "telephoneNumbers": rows });
    if !csr.is_empty() {
        body["customerServiceRecord"] = json!(csr);
    }
    if let Some(billing) = billing_telephone_number {
        body["port"] = json!({ "billingTelephoneNumber": billing });
    }
    body
}

fn offer(answer: wire::PortAvailability) -> Offer {
    let wire::PortAvailability {
        service_available,
        lnp,
        wireless_port,
        directory_listing_allowed: _, // the listing comes after the port
        carrier_type,
        earliest_crd: _, // the first of the list
        latest_crd: _,   // the last of the list
        availability_list,
        result_csrs: _, // the losing carrier's own words come with its answer
        exception,
        third_party_result_message,
    } = answer;
    let words: Vec<String> = exception
        .into_iter()
        .chain(third_party_result_message)
        .filter(|words| !words.trim().is_empty())
        .collect();
    let refusal = if service_available == Some(false) {
        Some("the carriers do not serve these numbers")
    } else if lnp == Some(false) {
        Some("the numbers can't be ported")
    } else {
        None
    };
    if let Some(refusal) = refusal {
        let mut why = refusal.to_owned();
        for words in words {
            why = format!("{why}: {words}");
        }
        return Offer::Refused { why };
    }
    let mut days: Vec<Date> = availability_list
        .iter()
        .filter_map(|text| date::day(text, None))
        .collect();
    days.sort_unstable();
    days.dedup();
    Offer::Days {
        days,
        carrier_type,
        wireless: wireless_port,
    }
}

/// The question as the platform takes it (contract notes, A27 and E21).
fn question(address: &Record, csr: &Record, numbers: &[PhoneNumber]) -> Value {
    let rows: Vec<Value> = numbers
        .iter()
        .map(|number| json!({ "phoneNumber": number }))
        .collect();
    let mut body = json!({ "telephoneNumbers": rows, "e911Address": address });
    if !csr.is_empty() {
        body["customerServiceRecord"] = json!(csr);
    }
    body
}

/// The provider's opinion, as its answer has it.
fn verdict(answer: wire::E911Prevalidation) -> Verdict {
    match answer.valid.as_str() {
        "VALID" => Verdict::Valid,
        "INVALID" => Verdict::Invalid {
            errors: answer.errors,
            alternatives: answer.address_alternatives,
        },
        other => Verdict::Unknown {
            why: match answer.errors.as_slice() {
                [] => format!("the provider answered {other}"),
                errors => errors.join("; "),
            },
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_e911_question_tells_whose_address_it_is() {
        let record = |street: &str| -> Record {
            serde_json::from_value(json!({ "streetName": street })).expect("a record")
        };
        let numbers = ["18015551212".parse().expect("a number")];
        assert_eq!(
            question(&record("Center"), &record("520"), &numbers),
            json!({
                "telephoneNumbers": [{ "phoneNumber": "18015551212" }],
                "e911Address": { "streetName": "Center" },
                "customerServiceRecord": { "streetName": "520" },
            })
        );
        let alone = question(&record("Center"), &Record::default(), &numbers);
        assert!(alone.get("customerServiceRecord").is_none());
    }
}
