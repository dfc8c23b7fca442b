//! The inventory: searching it (which reserves what is found), listing it, and
//! where the rate centres are.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Platform, Request, Response};
use crate::api::wire::TelephoneNumberView;
use crate::model::{AccountId, CarrierId};
use crate::sandbox::geo::{self, Point, Unit};
use crate::sandbox::ids::derived;
use crate::sandbox::rules::{
    self, By, Command, Found, MOST_FOUND, Refusal, Wanted, account_exists, find,
};
use crate::sandbox::view;
use crate::sandbox::world::World;

/// S:TelephoneNumberViewX.functionType; of the last two none is in stock.
const FUNCTION_TYPES: &[&str] = &["ELS", "TollFree", "TemporaryNumber", "SPTN"];
/// S:InboundCarrierX.carrierType, as O:getClosestAvailableRateCenters has it.
const CARRIER_TYPES: &[&str] = &[
    "LEVEL_3",
    "NO_API",
    "E911",
    "TELUS",
    "TELUS_API",
    "TELUS_ONEVOICE",
    "PROVTEL",
    "VERIZON_CARIANZA",
    "ONVOY_CARIANZA",
    "LEVEL3_CARIANZA",
    "BANDWIDTH",
    "LUMEN_IMS",
    "LUMEN_VOICE_LI_ELS",
    "SINCH",
    "SERVICE_PROVIDER_CARRIER",
];
/// O:listTnInventory.
const LARGEST_LISTING: usize = 500;

/// GET I/search: the OpenAPI's forms by `type` and the guide's by `searchDynamic`.
pub fn search(
    platform: &mut Platform,
    request: &Request,
    now: Timestamp,
) -> Result<Response, Refusal> {
    let function = request.parameter("functiontype").unwrap_or("ELS");
    if !FUNCTION_TYPES.contains(&function) {
        return Err(Refusal::bad("InvalidFunctionType").with("functiontype", function));
    }
    let dynamic = flag(request, "searchDynamic")?.unwrap_or(false);
    let most = count(request, "maxResults")?.unwrap_or(MOST_FOUND);
    let quantity = count(request, "qty")?.filter(|_| dynamic);
    let wanted = Wanted {
        by: by(request, dynamic)?,
        toll_free: function == "TollFree",
        carrier: carrier(&platform.world, request)?,
        most: quantity.map_or(most, |quantity| quantity.min(most)),
        sequential: flag(request, "sequential")?.unwrap_or(false),
    };
    let found = if matches!(function, "ELS" | "TollFree") {
        find(&platform.world, &wanted, now)?
    } else {
        Vec::new()
    };
    reserve(platform, request, &found, None, now)?;
    let views: Vec<_> = found
        .iter()
        .map(|found| shown(&platform.world, found))
        .collect();
    Ok(Response::json(200, &views))
}

/// GET A/dynamic-inventory/tn-search: the carriers' own stock, by carrier.
pub fn dynamic(
    platform: &mut Platform,
    request: &Request,
    account: &str,
    now: Timestamp,
) -> Result<Response, Refusal> {
    let account = AccountId::new(account);
    account_exists(&platform.world, &account)?;
    let wanted = Wanted {
        by: exchange(request)?.ok_or_else(|| Refusal::bad("NpaRequired"))?,
        toll_free: false,
        carrier: None,
        most: count(request, "qty")?.unwrap_or(1),
        // O:retrieveTnsFromCarriersDynamicInventory has true as its default.
        sequential: flag(request, "sequential")?.unwrap_or(true),
    };
    let found = find(&platform.world, &wanted, now)?;
    reserve(platform, request, &found, Some(&account), now)?;
    let mut offers: Vec<Value> = Vec::new();
    for carrier in &platform.world.carriers {
        let tns: Vec<Value> = found
            .iter()
            .filter(|found| {
                platform
                    .world
                    .range_of(found.number)
                    .is_some_and(|range| range.carrier.as_str() == carrier.id)
            })
            .map(|found| json!({"tn": found.number, "id": found.number}))
            .collect();
        if !tns.is_empty() {
            let order = derived(&format!("dynamic {} {now} {tns:?}", carrier.id));
            offers.push(json!({
                "carrierId": carrier.id, "orderId": order, "tns": tns, "id": order,
            }));
        }
    }
    Ok(Response::json(200, &offers))
}

/// GET P/ratecenter/tnsearch: the published schema shows one number, so the
/// nearest is answered.
pub fn nearest(
    platform: &mut Platform,
    request: &Request,
    now: Timestamp,
) -> Result<Response, Refusal> {
    let unit = distance_unit(request, "distanceunit")?;
    let by = match (
        point(request, "latitude", "longitude")?,
        request.parameter("searchterm"),
    ) {
        (Some(point), _) => By::Near(point),
        (None, Some(term)) if geo::is_postal_code(term) => By::PostalCode(term.to_owned()),
        (None, Some(term)) => {
            return Err(Refusal::bad("InvalidSearchTerm").with("searchterm", term));
        }
        (None, None) => return Err(Refusal::bad("SearchTermRequired")),
    };
    let wanted = Wanted {
        by,
        toll_free: false,
        carrier: None,
        most: 1,
        sequential: false,
    };
    let found = find(&platform.world, &wanted, now).map_err(|refusal| Refusal {
        // This operation documents no 422.
        status: 404,
        ..refusal
    })?;
    reserve(platform, request, &found, None, now)?;
    let nearest = found
        .first()
        .ok_or_else(|| Refusal::missing("TelephoneNumberNotFound"))?;
    let mut view = shown(&platform.world, nearest);
    view.distance = view.distance.map(|miles| unit.of_miles(miles));
    Ok(Response::json(200, &view))
}

/// GET I: what is in stock, without reserving it.
pub fn listing(world: &World) -> Response {
    let views: Vec<_> = rules::stock(world, LARGEST_LISTING)
        .into_iter()
        .map(|number| view::inventory(world, number))
        .collect();
    Response::json(200, &views)
}

/// GET /v2/supported-rate-centers: by its name a list, by its published schema
/// the nearest one.
pub fn supported_rate_centers(world: &World, request: &Request) -> Result<Response, Refusal> {
    let unit = distance_unit(request, "distanceUnit")?;
    let from = point(request, "latitude", "longitude")?;
    let kind = request.parameter("type").filter(|text| !text.is_empty());
    if let Some(kind) = kind
        && !CARRIER_TYPES.contains(&kind)
    {
        return Err(Refusal::bad("InvalidType").with("type", kind));
    }
    count_up_to(request, "maxResults", usize::MAX)?;
    let state = request.parameter("state").filter(|text| !text.is_empty());
    let served = |place: &geo::Place| {
        world.inventory.iter().any(|(_, range)| {
            let carrier = world.carrier(&range.carrier);
            range.rate_center.eq_ignore_ascii_case(&place.name)
                && range.state.eq_ignore_ascii_case(&place.state)
                && kind.is_none_or(|kind| {
                    carrier.and_then(|carrier| carrier.carrier_type.as_deref()) == Some(kind)
                })
        })
    };
    let distance = |place: &geo::Place| from.zip(place.point()).map(|(from, to)| from.miles_to(to));
    let nearest = world
        .places
        .iter()
        .filter(|place| state.is_none_or(|state| place.state.eq_ignore_ascii_case(state)))
        .filter(|place| served(place))
        .min_by(|a, b| {
            let miles = |place| distance(place).unwrap_or(0.0);
            miles(a).total_cmp(&miles(b))
        })
        .ok_or_else(|| Refusal::missing("RateCenterNotFound"))?;
    let blocks = || {
        world.inventory.iter().filter(|(_, range)| {
            range.rate_center.eq_ignore_ascii_case(&nearest.name)
                && range.state.eq_ignore_ascii_case(&nearest.state)
        })
    };
    let prefixes: Vec<Value> = blocks()
        .map(|(prefix, _)| json!({"prefix": prefix, "wireless": false}))
        .collect();
    let mut answer = json!({
        "name": nearest.name, "abbrName": nearest.name, "reorderName": nearest.name,
        "state": nearest.state,
        "latitude": nearest.latitude, "longitude": nearest.longitude,
        "zips": nearest.postal_codes, "prefixes": prefixes,
    });
    if let Some((_, range)) = blocks().next() {
        answer["country"] = json!(range.country);
    }
    if let Some(miles) = distance(nearest) {
        answer["distance"] = json!(unit.of_miles(miles));
    }
    Ok(Response::json(200, &answer))
}

fn by(request: &Request, dynamic: bool) -> Result<By, Refusal> {
    if dynamic && let Some(by) = exchange(request)? {
        return Ok(by);
    }
    let kind = request.parameter("type").unwrap_or("POSTALCODE_OR_TN");
    let term = request.parameter("q").unwrap_or_default().trim();
    let unserved = || Refusal::new(422, "InvalidSearchTerm").with("q", term);
    let number = || digits(term).map(By::Digits).ok_or_else(unserved);
    let postal = || By::PostalCode(term.to_owned());
    match kind {
        "LAT_LONG" => point(request, "lat", "long")?
            .map(By::Near)
            .ok_or_else(|| Refusal::new(422, "LatLongRequired")),
        "POSTALCODE" if geo::is_postal_code(term) => Ok(postal()),
        "POSTALCODE" => Err(unserved()),
        "TN" => number(),
        "POSTALCODE_OR_TN" if geo::is_postal_code(term) => Ok(postal()),
        "POSTALCODE_OR_TN" => number(),
        "RATECENTER" | "RATECENTER_CARRIER" => {
            let (name, state) = match term.rsplit_once('.') {
                Some((name, state)) => (name, Some(state.to_owned())),
                None => (term, None),
            };
            if name.is_empty() {
                return Err(unserved());
            }
            if kind == "RATECENTER_CARRIER" && request.parameter("carrierId").is_none() {
                return Err(Refusal::new(422, "CarrierIdRequired"));
            }
            Ok(By::RateCenter {
                name: name.to_owned(),
                state,
            })
        }
        other => Err(Refusal::bad("InvalidSearchType").with("type", other)),
    }
}

/// `npa` or `npa-nxx` as the digits that a number begins with.
fn exchange(request: &Request) -> Result<Option<By>, Refusal> {
    for (name, length) in [("npa-nxx", 6), ("npa", 3)] {
        let Some(text) = request.parameter(name).filter(|text| !text.is_empty()) else {
            continue;
        };
        let plain = text.replace('-', "");
        if plain.len() != length || !plain.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Refusal::bad("InvalidParameter").with("parameter", name));
        }
        return Ok(Some(By::Digits(format!("1{plain}"))));
    }
    Ok(None)
}

/// A number or the beginning of one, with or without its leading 1.
fn digits(term: &str) -> Option<String> {
    let lawful = (3..=11).contains(&term.len()) && term.bytes().all(|byte| byte.is_ascii_digit());
    // No area code begins with 1.
    let spelled = if term.starts_with('1') {
        term.to_owned()
    } else {
        format!("1{term}")
    };
    (lawful && spelled.len() <= 11).then_some(spelled)
}

fn point(
    request: &Request,
    north: &'static str,
    east: &'static str,
) -> Result<Option<Point>, Refusal> {
    let degrees = |name: &'static str| -> Result<Option<f64>, Refusal> {
        request
            .parameter(name)
            .filter(|text| !text.is_empty())
            .map(|text| {
                text.parse()
                    .map_err(|_| Refusal::bad("InvalidParameter").with("parameter", name))
            })
            .transpose()
    };
    match (degrees(north)?, degrees(east)?) {
        (Some(latitude), Some(longitude)) => Point::new(latitude, longitude)
            .map(Some)
            .ok_or_else(|| Refusal::bad("InvalidCoordinates")),
        (Some(_), None) => Err(Refusal::bad("InvalidParameter").with("parameter", east)),
        (None, Some(_)) => Err(Refusal::bad("InvalidParameter").with("parameter", north)),
        (None, None) => Ok(None),
    }
}

fn distance_unit(request: &Request, name: &'static str) -> Result<Unit, Refusal> {
    let text = request.parameter(name).filter(|text| !text.is_empty());
    Unit::parse(text.unwrap_or("MILES"))
        .ok_or_else(|| Refusal::bad("InvalidParameter").with("parameter", name))
}

fn carrier(world: &World, request: &Request) -> Result<Option<CarrierId>, Refusal> {
    let Some(id) = request.parameter("carrierId").filter(|id| !id.is_empty()) else {
        return Ok(None);
    };
    let id = CarrierId::new(id);
    match world.carrier(&id) {
        Some(_) => Ok(Some(id)),
        None => Err(Refusal::bad("InvalidCarrierId").with("carrierId", id.as_str())),
    }
}

fn count(request: &Request, name: &'static str) -> Result<Option<usize>, Refusal> {
    count_up_to(request, name, MOST_FOUND)
}

fn count_up_to(
    request: &Request,
    name: &'static str,
    most: usize,
) -> Result<Option<usize>, Refusal> {
    let Some(text) = request.parameter(name).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    match text.parse() {
        Ok(count) if (1..=most).contains(&count) => Ok(Some(count)),
        Ok(_) | Err(_) => Err(Refusal::bad("InvalidParameter").with("parameter", name)),
    }
}

fn flag(request: &Request, name: &'static str) -> Result<Option<bool>, Refusal> {
    match request.parameter(name) {
        None => Ok(None),
        Some("true") => Ok(Some(true)),
        Some("false") => Ok(Some(false)),
        Some(_) => Err(Refusal::bad("InvalidParameter").with("parameter", name)),
    }
}

/// The side effect of every search.
fn reserve(
    platform: &mut Platform,
    request: &Request,
    found: &[Found],
    account: Option<&AccountId>,
    now: Timestamp,
) -> Result<(), Refusal> {
    if found.is_empty() {
        return Ok(());
    }
    let command = Command::ReserveFound {
        numbers: found.iter().map(|found| found.number).collect(),
        account: account.cloned(),
    };
    platform.execute(&command, request.token.as_deref(), now)?;
    Ok(())
}

fn shown(world: &World, found: &Found) -> TelephoneNumberView {
    TelephoneNumberView {
        distance: found.distance,
        matches_zip: found.matches_zip,
        ..view::inventory(world, found.number)
    }
}
