//! Addresses as the vendor behind the platform knows them: validation,
//! type-ahead, postal codes. Readings all, and of no partition.

use serde_json::{Map, Value, json};

use super::{Request, Response};
use crate::model::{Member, Record, values};
use crate::sandbox::geo::is_postal_code;
use crate::sandbox::rules::Refusal;
use crate::sandbox::world::World;

/// A longer line than this is no address.
const LONGEST_LINE: usize = 500;

/// GET /v2/address/validate. The guide asks without a postal code, the OpenAPI
/// with one; both are answered (E15).
pub fn validate(world: &World, request: &Request) -> Result<Response, Refusal> {
    let line = address(request)?;
    let country = country(request)?;
    let postal_code = postal_code(request)?;
    let found = world.gazetteer().validate(line, country, postal_code);
    let mut answer = Map::new();
    if found.unit_wanted {
        let wanted = [Member::Unit, Member::SecondaryLocationDescription];
        answer.insert(
            "requiredFields".into(),
            json!(wanted.map(|member| member.name())),
        );
    }
    answer.insert("customerServiceRecord".into(), members(&found.record));
    if let Some(point) = found.point {
        answer.insert("latitude".into(), json!(format!("{:.6}", point.latitude)));
        answer.insert("longitude".into(), json!(format!("{:.6}", point.longitude)));
    }
    answer.insert("valid".into(), json!(found.valid));
    Ok(Response::json(200, &answer))
}

/// The location members, "" where there is nothing; no names and no country
/// (O:validateAddress says that the country is not populated).
fn members(record: &Record) -> Value {
    let mut map = Map::new();
    for member in Member::ALL
        .into_iter()
        .filter(|member| member.is_location())
    {
        let optional = [Member::Unit, Member::SecondaryLocationDescription];
        let text = record.get(member);
        if !text.is_empty() || !optional.contains(&member) {
            map.insert(member.name().to_owned(), json!(text));
        }
    }
    map.insert(Member::BlockCustomerName.name().to_owned(), json!(false));
    Value::Object(map)
}

/// GET /v2/address/typeahead.
pub fn typeahead(world: &World, request: &Request) -> Result<Response, Refusal> {
    let typed = address(request)?;
    let country = country(request)?;
    let postal_code = postal_code(request)?;
    let lines = world.gazetteer().suggest(typed, country, postal_code);
    Ok(Response::json(200, &lines))
}

/// GET /v2/address/state/{state}/city/{city}/zipcode: of the United States only.
pub fn postal_codes(world: &World, state: &str, city: &str) -> Result<Response, Refusal> {
    let wanted = state.to_uppercase();
    let code = values::US_STATES
        .iter()
        .find(|(code, name)| *code == wanted || *name == wanted)
        .map(|(code, _)| *code)
        .ok_or_else(|| Refusal::bad("InvalidState").with("state", state))?;
    let codes: Vec<Value> = world
        .gazetteer()
        .postal_codes(code, city)
        .into_iter()
        .map(|(code, point)| match point {
            Some(point) => json!({
                "zipCode": code, "latitude": point.latitude, "longitude": point.longitude,
            }),
            None => json!({"zipCode": code}),
        })
        .collect();
    if codes.is_empty() {
        return Err(Refusal::missing("ZipcodesNotFound").with("city", city));
    }
    Ok(Response::json(200, &codes))
}

fn address(request: &Request) -> Result<&str, Refusal> {
    let line = request
        .parameter("address")
        .filter(|line| !line.trim().is_empty())
        .ok_or_else(|| Refusal::bad("AddressRequired"))?;
    if line.chars().count() > LONGEST_LINE {
        return Err(Refusal::bad("FieldTooLong").with("field", "address"));
    }
    Ok(line)
}

/// USA or CAN; `None` for UNK, which is "not sure".
fn country(request: &Request) -> Result<Option<&str>, Refusal> {
    match request.parameter("country") {
        None | Some("") => Err(Refusal::bad("CountryRequired")),
        Some("UNK") => Ok(None),
        Some(country) if values::COUNTRIES.contains(&country) => Ok(Some(country)),
        Some(other) => Err(Refusal::bad("InvalidCountry").with("country", other)),
    }
}

fn postal_code(request: &Request) -> Result<&str, Refusal> {
    match request.parameter("postalCode").unwrap_or_default() {
        "" => Ok(""),
        code if is_postal_code(code) => Ok(code),
        other => Err(Refusal::bad("InvalidPostalCode").with("postalCode", other)),
    }
}
