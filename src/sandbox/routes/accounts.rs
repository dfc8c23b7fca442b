//! Finding accounts, and what happened to one.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::{Request, Response};
use crate::model::AccountId;
use crate::sandbox::history::Entry;
use crate::sandbox::ids::derived;
use crate::sandbox::rules::{Refusal, account_exists};
use crate::sandbox::view;
use crate::sandbox::world::World;

/// O:accountHistoryByAccountIdSearch's default of `maxResult`.
const DEFAULT_PAGE: usize = 20;
/// More than this a page is refused.
const LARGEST_PAGE: usize = 1000;

/// What O:accountHistoryByAccountIdSearch takes for `accountHistoryType`. Only
/// what concerns numbers ever happens here.
const HISTORY_TYPES: &[&str] = &[
    "PHONE_NUMBER",
    "PROVISIONING",
    "CALL_FORWARDING",
    "CALL_SCREENING",
    "ADDRESS",
    "ADDRESS_CSR",
    "ADDRESS_E911",
    "ADDRESS_DIRECTORY_LISTING",
    "ACCOUNT_STATUS",
    "VOICEMAIL",
    "CALLING_PLAN",
    "INBOUND_CALLING_PLAN",
    "IVR",
    "SIP_TRUNK",
    "SIP_TRUNK_FORWARD",
    "SIP_TRUNK_GROUP",
    "DEVICE",
    "DEVICE_METADATA",
    "USER",
    "USER_API_AUTH",
    "LINE_HUNTGROUP",
    "ACCOUNT",
    "LINE_APPEARANCE",
    "LINE_HARDWARE",
    "VFAX",
    "PAGING_GROUP",
    "PICKUP_GROUP",
    "GROUP_OF_REFERENCES",
    "CALL_PARKING_SPOT",
    "ACCOUNT_USER",
    "SIP_CREDENTIALS",
    "BUSINESS_LINE",
    "BUSINESS_LINE_HUNT_GROUP",
    "CALL_GROUP",
    "CALL_QUEUE",
    "USER_DEVICE_LINE",
    "EMERGENCY_NOTIFICATION",
    "DYNAMIC_RESERVATION",
    "SPECIALTY_LINE",
    "AUTHORITY",
    "AUTO_ATTENDANT",
    "CONTACT",
    "CONTACT_CENTER",
    "CALL_RECORDING",
    "ACCOUNT_CODE",
    "SHORT_CODE",
    "MEDIA_MANAGEMENT",
    "SOUNDS",
    "USER_GROUP",
];

/// GET P/account/search: accounts with the term in their number, name or
/// users' names, or among their telephone numbers. `matches` says where.
pub fn search(world: &World, request: &Request) -> Response {
    let term = request.parameter("q").unwrap_or_default().to_lowercase();
    let has = |text: &str| text.to_lowercase().contains(&term);
    // Digits as people write them; a short run of them is no telephone number.
    let digits: String = term.chars().filter(char::is_ascii_digit).collect();
    let written = term
        .chars()
        .all(|letter| letter.is_ascii_digit() || " +-().".contains(letter));
    let found: Vec<Value> = world
        .accounts
        .iter()
        .filter_map(|(id, account)| {
            let mut matches = BTreeMap::new();
            if !term.is_empty() {
                if has(&account.account_number) {
                    matches.insert("accountNumber", account.account_number.clone());
                }
                if has(&account.name) {
                    matches.insert("accountName", account.name.clone());
                }
                let user = account.users.values().find(|user| has(&user.username));
                if let Some(user) = user {
                    matches.insert("emailAddress", user.username.clone());
                }
                let number = (written && digits.len() >= 4)
                    .then(|| world.numbers_of(id).map(|(number, _)| number.to_string()))
                    .and_then(|mut numbers| numbers.find(|number| number.contains(&digits)));
                if let Some(number) = number {
                    matches.insert("phoneNumber", number);
                }
            }
            (term.is_empty() || !matches.is_empty()).then(|| {
                json!({
                    "partitionId": world.partition.id, "id": id,
                    "accountNumber": account.account_number, "accountName": account.name,
                    "type": "ADVANCED", "accountStatus": "ACTIVE", "platformType": "CPE2",
                    "matches": matches,
                })
            })
        })
        .collect();
    Response::json(200, &found)
}

/// GET A/accounthistorysearch: the newest first.
pub fn history(world: &World, request: &Request, account: &str) -> Result<Response, Refusal> {
    let id = AccountId::new(account);
    account_exists(world, &id)?;
    let kinds: Vec<&str> = request
        .parameters("accountHistoryType")
        .flat_map(|value| value.split(','))
        .filter(|kind| !kind.is_empty())
        .collect();
    if let Some(unknown) = kinds.iter().find(|kind| !HISTORY_TYPES.contains(kind)) {
        return Err(Refusal::bad("InvalidAccountHistoryType").with("value", *unknown));
    }
    let from = day(request, "startDate")?;
    let to = day(request, "endDate")?;
    let skip = request.count("firstResultIndex", 0)?;
    let take = request.count("maxResult", DEFAULT_PAGE)?;
    if take > LARGEST_PAGE {
        return Err(Refusal::bad("MaxResultTooLarge").with("maxResult", take));
    }
    let date_of = |at: Timestamp| at.to_zoned_datetime(TimeZone::UTC).date();
    let all = || world.history.iter().filter(|entry| entry.account == id);
    let found: Vec<&Entry> = all()
        .filter(|entry| kinds.is_empty() || kinds.contains(&entry.kind.name()))
        .filter(|entry| from.is_none_or(|from| date_of(entry.at) >= from))
        .filter(|entry| to.is_none_or(|to| date_of(entry.at) <= to))
        .collect();
    let page: Vec<Value> = found
        .iter()
        .rev()
        .skip(skip)
        .take(take)
        .map(|entry| shown(world, entry))
        .collect();
    let mut answer = json!({"totalRecords": found.len(), "results": page});
    if let Some(last) = all().next_back() {
        answer["accountLastUpdatedDate"] = json!(view::date(last.at, account));
    }
    Ok(Response::json(200, &answer))
}

/// S:AccountHistoryX.
fn shown(world: &World, entry: &Entry) -> Value {
    let Entry {
        id,
        account,
        number,
        kind,
        action,
        old,
        new,
        user,
        at,
    } = entry;
    let mut row = json!({
        "id": id, "accountId": account,
        "userName": user, "userId": derived(user), "userType": "ManagementUser",
        "partitionName": world.partition.name.as_deref().unwrap_or_default(),
        "accountHistoryType": kind.name(), "action": action.name(),
        "loggedDate": view::date(*at, id),
        "referenceType": "Telephone", "referenceId": number, "referenceName": number,
    });
    if let Some(account) = world.accounts.get(account) {
        row["accountNumber"] = json!(account.account_number);
    }
    for (name, value) in [("oldValue", old), ("newValue", new)] {
        if let Some(value) = value {
            row[name] = json!(value);
        }
    }
    row
}

fn day(request: &Request, name: &'static str) -> Result<Option<Date>, Refusal> {
    request
        .parameter(name)
        .filter(|text| !text.is_empty())
        .map(|text| {
            text.parse()
                .map_err(|_| Refusal::bad("InvalidDate").with("date", text))
        })
        .transpose()
}
