//! Writings: paths and bodies become commands, and what came of them is shown.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::reads::{number, one_number};
use super::{Platform, Request, Response, not_found, search};
use crate::model::AccountId;
use crate::sandbox::body;
use crate::sandbox::event::{EventKind, EventStatus};
use crate::sandbox::merge::deepened;
use crate::sandbox::rules::{Change, Command, Fragment, Refusal, on_account};
use crate::sandbox::switches::PatchMerge;
use crate::sandbox::view;

/// Answers a writing below P.
pub fn answer(
    platform: &mut Platform,
    request: &Request,
    segments: &[&str],
    now: Timestamp,
) -> Result<Response, Refusal> {
    let token = request.token.as_deref();
    match (request.method.as_str(), segments) {
        ("POST", ["account", "telephonenumbers"]) => {
            let map = body::object(&request.body)?;
            let account =
                body::text(&map, "accountId")?.ok_or_else(|| Refusal::bad("AccountIdRequired"))?;
            order(platform, request, &account, now)
        }
        // Searches reserve what they find.
        ("GET", ["telephonenumber", "search"]) => search::search(platform, request, now),
        ("GET", ["ratecenter", "tnsearch"]) => search::nearest(platform, request, now),
        ("GET", ["account", account, "dynamic-inventory", "tn-search"]) => {
            search::dynamic(platform, request, account, now)
        }
        ("POST", ["account", account, "telephonenumber"]) => order(platform, request, account, now),
        ("PATCH", ["account", account, "telephonenumber", tn]) => {
            let map = body::object(&request.body)?;
            body::same(&map, "phoneNumber", tn)?;
            body::same(&map, "accountId", account)?;
            let version = body::text(&map, "orderVersion")?;
            let deep = platform.world.switches.patch_merge == PatchMerge::Deep;
            let live = on_account(&platform.world, &AccountId::new(*account), number(tn)?);
            let fragment = match live {
                Ok(live) if deep => body::fragment(&deepened(&map, live))?,
                Ok(_) | Err(_) => body::fragment(&map)?,
            };
            change(
                platform,
                request,
                (account, tn),
                (fragment, false, version),
                now,
            )
        }
        ("PUT", ["account", account, "telephonenumber", tn]) => {
            let map = body::object(&request.body)?;
            body::same(&map, "phoneNumber", tn)?;
            body::same(&map, "accountId", account)?;
            let version = body::text(&map, "orderVersion")?;
            let fragment = body::whole(&map)?;
            change(
                platform,
                request,
                (account, tn),
                (fragment, true, version),
                now,
            )
        }
        ("PUT", ["account", account, "telephonenumber", tn, "destination"]) => {
            let fragment = body::destination(&body::object(&request.body)?)?;
            let mut said = json!({
                "partitionId": platform.world.partition.id,
                "accountId": account, "telephoneNumber": tn, "id": tn,
                "assignAsCallerId": fragment.assign_as_caller_id.value().unwrap_or(&false),
            });
            for (name, field) in [
                ("referenceType", &fragment.reference_type),
                ("referenceId", &fragment.reference_id),
            ] {
                if let Some(text) = field.value().filter(|text| !text.is_empty()) {
                    said[name] = json!(text);
                }
            }
            change(
                platform,
                request,
                (account, tn),
                (fragment, false, None),
                now,
            )?;
            Ok(Response::json(200, &said))
        }
        ("DELETE", ["account", account, "telephonenumber", tn]) => {
            let command = Command::Delete {
                account: AccountId::new(*account),
                number: number(tn)?,
            };
            platform.execute(&command, token, now)?;
            Ok(Response::empty(204))
        }
        // The guide's path of a reservation answers 204, the OpenAPI's 200 with a body (E1).
        ("PUT", ["account", account, "telephonenumber", tn, "reserve"]) => {
            reserve(platform, request, tn, Some(account), now)?;
            Ok(Response::empty(204))
        }
        ("PUT", ["telephonenumber", tn, "reserve"]) => {
            reserve(platform, request, tn, None, now)?;
            let answer = json!({
                "tn": tn, "reserved": true, "reservedTime": view::date(now, tn), "id": tn,
            });
            Ok(Response::json(200, &answer))
        }
        ("DELETE", ["account", account, "telephonenumber", tn, "reserve"]) => {
            unreserve(platform, request, tn, Some(account), now)
        }
        ("DELETE", ["telephonenumber", tn, "reserve"]) => {
            unreserve(platform, request, tn, None, now)
        }
        ("PUT", ["telephonenumber", tn, "cooldown", "recover"]) => {
            let number = number(tn)?;
            platform.execute(&Command::Recover { number }, token, now)?;
            Ok(Response::json(
                200,
                &view::inventory(&platform.world, number),
            ))
        }
        ("PUT", ["account", account, "reference", tn, "type", kind]) => {
            hold(platform, request, (account, tn, kind), now)
        }
        (
            "PUT",
            [
                "account",
                account,
                "telephonenumber",
                tn,
                "911-address",
                rest @ ..,
            ],
        ) => {
            let (account_id, number) = (AccountId::new(*account), number(tn)?);
            let command = match rest {
                ["correction", "accept"] => Command::AcceptCorrection {
                    account: account_id,
                    number,
                },
                ["original", "accept"] => Command::KeepOriginal {
                    account: account_id,
                    number,
                    latitude: request.parameter("latitude").map(str::to_owned),
                    longitude: request.parameter("longitude").map(str::to_owned),
                },
                _ => return Err(not_found(request)),
            };
            platform.execute(&command, token, now)?;
            one_number(&platform.world, account, tn)
        }
        _ => Err(not_found(request)),
    }
}

fn order(
    platform: &mut Platform,
    request: &Request,
    account: &str,
    now: Timestamp,
) -> Result<Response, Refusal> {
    let map = body::object(&request.body)?;
    let account = AccountId::new(account);
    if map.get("port").is_some_and(|port| !port.is_null()) {
        return super::ports::submit(platform, request, &account, &map, now);
    }
    let order = body::order(&map, account.clone())?;
    let numbers: Vec<_> = order.numbers.iter().map(|ordered| ordered.number).collect();
    let command = Command::Order(Box::new(order));
    platform.execute(&command, request.token.as_deref(), now)?;
    let echo = view::order_echo(&platform.world, &account, &map, &numbers);
    Ok(Response::json(200, &echo))
}

fn change(
    platform: &mut Platform,
    request: &Request,
    (account, tn): (&str, &str),
    (fragment, whole, order_version): (Fragment, bool, Option<String>),
    now: Timestamp,
) -> Result<Response, Refusal> {
    let change = Change {
        account: AccountId::new(account),
        number: number(tn)?,
        whole,
        order_version,
        fragment,
    };
    let command = Command::Change(Box::new(change));
    platform.execute(&command, request.token.as_deref(), now)?;
    one_number(&platform.world, account, tn)
}

fn reserve(
    platform: &mut Platform,
    request: &Request,
    tn: &str,
    account: Option<&str>,
    now: Timestamp,
) -> Result<(), Refusal> {
    let command = Command::Reserve {
        number: number(tn)?,
        account: account.map(AccountId::new),
    };
    platform.execute(&command, request.token.as_deref(), now)?;
    Ok(())
}

fn unreserve(
    platform: &mut Platform,
    request: &Request,
    tn: &str,
    account: Option<&str>,
    now: Timestamp,
) -> Result<Response, Refusal> {
    let command = Command::Unreserve {
        number: number(tn)?,
        account: account.map(AccountId::new),
    };
    platform.execute(&command, request.token.as_deref(), now)?;
    Ok(Response::empty(204))
}

/// PUT A/reference/{tn}/type/ACTIVATION: submits or cancels a held activation (E3).
fn hold(
    platform: &mut Platform,
    request: &Request,
    (account, tn, kind): (&str, &str, &str),
    now: Timestamp,
) -> Result<Response, Refusal> {
    if kind != EventKind::Activation.name() {
        return Err(not_found(request));
    }
    let map = body::object(&request.body)?;
    let (account_id, number) = (AccountId::new(account), number(tn)?);
    let command = match map.get("activationStatusType").and_then(Value::as_str) {
        Some(status) if status == EventStatus::InProgress.name() => Command::SubmitHeld {
            account: account_id,
            number,
        },
        Some(status) if status == EventStatus::Cancelled.name() => Command::CancelHeld {
            account: account_id,
            number,
        },
        _ => return Err(Refusal::bad("InvalidActivationStatusType")),
    };
    platform.execute(&command, request.token.as_deref(), now)?;
    super::events::one(&platform.world, account, tn, kind)
}
