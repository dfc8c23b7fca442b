//! Readings: what can be asked without changing anything.

use serde::ser::{SerializeSeq, Serializer};
use serde_json::json;

use super::{Request, Response, accounts, events, ports, search};
use crate::api::wire::E911Prevalidation;
use crate::model::{AccountId, PhoneNumber, UserId, values};
use crate::sandbox::body;
use crate::sandbox::msag::{self, Verdict};
use crate::sandbox::rules::{self, Refusal, account_exists, on_account};
use crate::sandbox::view::{self, NumberView};
use crate::sandbox::world::World;

/// Answers a reading below P; `None` where the request is none of them.
pub fn answer(
    world: &World,
    request: &Request,
    segments: &[&str],
) -> Option<Result<Response, Refusal>> {
    let method = request.method.as_str();
    Some(match (method, segments) {
        ("GET", []) => Ok(Response::json(200, &world.partition)),
        ("GET", ["inboundcarriers"]) => Ok(Response::json(200, &world.carriers)),
        ("GET", ["account"]) => {
            let accounts: Vec<_> = world
                .accounts
                .iter()
                .map(|(id, account)| view::account(world, id, account))
                .collect();
            Ok(Response::json(200, &accounts))
        }
        ("PUT", ["account", "e911", "prevalidate"]) => prevalidate(world, request),
        ("GET", ["account", "search"]) => Ok(accounts::search(world, request)),
        ("GET", ["account", id, "accounthistorysearch"]) => accounts::history(world, request, id),
        // Orders for numbers yet unknown are none of this world's: there are none.
        ("GET", ["account", id, "telephonenumber", "tn-requests", order]) => {
            account_exists(world, &AccountId::new(*id)).and_then(|()| {
                Err(Refusal::missing("DynamicOrderNotFound").with("orderId", *order))
            })
        }
        ("GET", ["account", id, "telephonenumber", "tn-requests"]) => {
            account_exists(world, &AccountId::new(*id)).map(|()| Response::json(200, &json!([])))
        }
        ("GET", ["account", id]) => account(world, request, id).or_else(single),
        ("GET", ["account", id, "user"]) => {
            limited_data(request).and_then(|_| users(world, &AccountId::new(*id)))
        }
        ("GET", ["account", id, "user", user]) => one_user(world, request, id, user),
        ("GET", ["account", id, "telephonenumber"]) => listing(world, request, id),
        ("GET", ["account", id, "telephonenumber", tn]) => one_number(world, id, tn),
        (
            "GET",
            [
                "account",
                id,
                "telephonenumber",
                tn,
                "911-address",
                "correction",
            ],
        ) => number(tn).and_then(|tn| {
            let account = AccountId::new(*id);
            let offered = rules::correction(world, &account, tn)?;
            Ok(Response::json(200, offered))
        }),
        (
            "GET",
            [
                "account",
                id,
                "telephonenumber",
                tn,
                "911-address",
                "usages",
            ],
        ) => usages(world, id, tn),
        ("GET", ["account", id, "reference", reference, "type", kind]) => {
            events::one(world, id, reference, kind)
        }
        ("GET", ["telephonenumber", "statussearch"]) => events::search(world, request),
        ("GET", ["telephonenumber"]) => Ok(search::listing(world)),
        // Searching reserves: that is no reading.
        ("GET", ["telephonenumber", "search"] | ["ratecenter", "tnsearch"]) => return None,
        ("GET", ["is-di-supported"]) => Ok(Response::json(200, &true)),
        ("GET", ["telephonenumber", tn]) => number(tn).and_then(|tn| {
            rules::known(world, tn)?;
            Ok(Response::json(200, &view::inventory(world, tn)))
        }),
        _ => return ports::reading(world, request, segments),
    })
}

/// A number in a path: malformed is 400, as for a body.
pub fn number(text: &str) -> Result<PhoneNumber, Refusal> {
    body::phone_number(text)
}

fn account(world: &World, request: &Request, id: &str) -> Result<Response, Refusal> {
    let found = match request.parameter("accountIdType").unwrap_or("Id") {
        "Id" => Some(AccountId::new(id)),
        "PhoneNumber" => world
            .numbers
            .get(&number(id)?)
            .map(|state| state.account.clone()),
        "AccountNumber" => world
            .accounts
            .iter()
            .find(|(_, account)| account.account_number == id)
            .map(|(id, _)| id.clone()),
        // There are no devices in this world.
        "MacAddress" => None,
        other => {
            return Err(Refusal::bad("InvalidAccountIdType").with("accountIdType", other));
        }
    };
    found
        .and_then(|id| Some((world.accounts.get(&id)?, id)))
        .map(|(account, id)| Response::json(200, &view::account(world, &id, account)))
        .ok_or_else(|| Refusal::missing("AccountNotFound").with("accountId", id))
}

/// This one operation's 400 is an S:ApiSingleException.
fn single(refusal: Refusal) -> Result<Response, Refusal> {
    match refusal.status {
        400 => Ok(Response::json(
            400,
            &json!({"code": 400, "message": refusal.token}),
        )),
        _ => Err(refusal),
    }
}

fn users(world: &World, id: &AccountId) -> Result<Response, Refusal> {
    account_exists(world, id)?;
    let users: Vec<_> = world
        .accounts
        .get(id)
        .into_iter()
        .flat_map(|account| &account.users)
        .map(|(user_id, user)| view::user(world, id, user_id, user))
        .collect();
    Ok(Response::json(200, &users))
}

fn one_user(world: &World, request: &Request, id: &str, user: &str) -> Result<Response, Refusal> {
    let account_id = AccountId::new(id);
    account_exists(world, &account_id)?;
    let account = world.accounts.get(&account_id);
    let by_name = match request.parameter("idType") {
        None | Some("ID" | "") => false,
        Some("UserName") => true,
        Some(other) => return Err(Refusal::bad("InvalidIdType").with("idType", other)),
    };
    account
        .and_then(|account| {
            if by_name {
                account
                    .users
                    .iter()
                    .find(|(_, known)| known.username == user)
            } else {
                account.users.get_key_value(&UserId::new(user))
            }
        })
        .map(|(id, found)| Response::json(200, &view::user(world, &account_id, id, found)))
        .ok_or_else(|| Refusal::missing("UserNotFound").with("userId", user))
}

/// The quick, partial form of a listing.
fn limited_data(request: &Request) -> Result<bool, Refusal> {
    match request.parameter("limitedData") {
        None | Some("false" | "") => Ok(false),
        Some("true") => Ok(true),
        Some(other) => Err(Refusal::bad("InvalidParameter").with("limitedData", other)),
    }
}

fn listing(world: &World, request: &Request, id: &str) -> Result<Response, Refusal> {
    let account = AccountId::new(id);
    account_exists(world, &account)?;
    let limited = limited_data(request)?;
    // A number is about a kilobyte; growing to a listing's size would copy it often.
    let count = world.index.listing.get(&account).map_or(0, |set| set.len());
    let mut body = Vec::with_capacity(count.saturating_mul(if limited { 256 } else { 1100 }));
    let mut json = serde_json::Serializer::new(&mut body);
    let written = json.serialize_seq(None).and_then(|mut seq| {
        for (number, state) in world.numbers_of(&account) {
            seq.serialize_element(&NumberView {
                world,
                number,
                state,
                limited,
            })?;
        }
        seq.end()
    });
    match written {
        Ok(()) => Ok(Response { status: 200, body }),
        Err(error) => Err(Refusal::new(500, "InternalError").with("reason", error.to_string())),
    }
}

/// A number on an account, whole.
pub fn one_number(world: &World, id: &str, tn: &str) -> Result<Response, Refusal> {
    let number = number(tn)?;
    let state = on_account(world, &AccountId::new(id), number)?;
    let view = NumberView {
        world,
        number,
        state,
        limited: false,
    };
    Ok(Response::json(200, &view))
}

/// S:TelephoneNumberUsagesX: whose devices call 911 with this number.
fn usages(world: &World, id: &str, tn: &str) -> Result<Response, Refusal> {
    let number = number(tn)?;
    let account_id = AccountId::new(id);
    let state = on_account(world, &account_id, number)?;
    let digits = number.to_string();
    let users: Vec<&UserId> = world
        .accounts
        .get(&account_id)
        .into_iter()
        .flat_map(|account| &account.users)
        .filter(|(id, user)| {
            let referenced = state
                .reference
                .as_ref()
                .is_some_and(|r| &*r.reference_type == "END_USER" && *r.id == *id.as_str());
            let shown = user
                .caller_id
                .as_ref()
                .and_then(|config| config.caller_id_number.as_ref());
            referenced || shown == Some(&digits)
        })
        .map(|(id, _)| id)
        .collect();
    let answer = json!({
        "partitionId": world.partition.id, "accountId": account_id,
        "phoneNumber": digits, "users": users,
    });
    Ok(Response::json(200, &answer))
}

/// Asks the E911 provider beforehand (guide, "Account Prevalidate").
fn prevalidate(world: &World, request: &Request) -> Result<Response, Refusal> {
    let address = body::address_to_check(&body::object(&request.body)?)?;
    // Asked beforehand it says what it knows, also where it would not refuse.
    let verdict = msag::judge(&world.addresses, false, &address);
    let (valid, errors, alternatives) = match verdict {
        Verdict::Valid => ("VALID", vec![], vec![]),
        Verdict::Alternatives(alternatives) => (
            "INVALID",
            vec![msag::ALTERNATIVES_FOUND.to_owned()],
            alternatives,
        ),
        Verdict::NoSuchState => ("INVALID", vec![msag::NO_ALTERNATIVES.to_owned()], vec![]),
        Verdict::UnknownStreet => ("UNKNOWN", vec![msag::NO_MATCH.to_owned()], vec![]),
    };
    let answer = E911Prevalidation {
        valid: valid.to_owned(),
        errors,
        address_alternatives: alternatives,
        address: Some(address),
    };
    Ok(Response::json(200, &answer))
}

/// GET /v2/ref/language.
pub fn languages() -> Response {
    let languages: Vec<_> = values::LANGUAGES
        .iter()
        .map(|tag| {
            let (language, country) = tag.split_once('-').unwrap_or((tag, ""));
            json!({"id": tag, "country": country, "language": language})
        })
        .collect();
    Response::json(200, &languages)
}

/// GET /v2/ref/secondary-location-types.
pub fn secondary_locations() -> Response {
    let types = values::SECONDARY_LOCATIONS;
    Response::json(200, &json!({"USA": types, "CAN": types}))
}
