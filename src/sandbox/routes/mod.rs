//! HTTP in, HTTP out: paths become commands and readings, refusals become the
//! platform's error envelope. No sockets here; `server` has those.

mod accounts;
mod addresses;
mod control;
mod events;
#[cfg(test)]
mod fuzz;
mod ports;
mod reads;
mod search;
mod summary;
mod writes;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use super::body;
use super::faults::Faults;
use super::request_log::RequestLog;
use super::rules::{Command, Entry, Outcome, Refusal, perform_as, settle};
use super::store::Store;
use super::world::World;
use crate::api::wire::{Login, LoginToken};

/// The token that is always good: for the process that started the sandbox,
/// and for trying things by hand.
pub const FIXED_TOKEN: &str = "sandbox-token";

/// One request, as far as anything depends on it.
#[derive(Clone, Debug, Default)]
pub struct Request {
    pub method: String,
    /// Decoded and without the query.
    pub path: String,
    pub query: Vec<(String, String)>,
    pub token: Option<String>,
    pub body: Vec<u8>,
}

impl Request {
    /// The first value of a query parameter.
    pub fn parameter<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.parameters(name).next()
    }

    /// Every value of a query parameter that is repeated.
    pub fn parameters<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.query
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// A count in the query; published as int32. Empty is as good as absent.
    pub fn count(&self, name: &'static str, default: usize) -> Result<usize, Refusal> {
        match self.parameter(name).filter(|text| !text.is_empty()) {
            None => Ok(default),
            Some(text) => text
                .parse::<i32>()
                .ok()
                .and_then(|count| usize::try_from(count).ok())
                .ok_or_else(|| Refusal::bad("InvalidParameter").with("parameter", name)),
        }
    }
}

/// One answer. An empty body is none.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Response {
    pub fn json(status: u16, value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => Self { status, body },
            Err(error) => Self {
                status: 500,
                body: format!(r#"{{"status":500,"messages":["{error}"]}}"#).into_bytes(),
            },
        }
    }

    pub fn empty(status: u16) -> Self {
        Self {
            status,
            body: Vec::new(),
        }
    }
}

impl From<Refusal> for Response {
    fn from(refusal: Refusal) -> Self {
        let Refusal {
            status,
            token,
            data,
        } = refusal;
        // A login that fails has another shape in practice (contract A).
        let envelope = if status == 401 {
            json!({"status": status, "message": "Unauthorized", "messages": [token]})
        } else {
            json!({"status": status, "messages": [token], "data": data})
        };
        Self::json(status, &envelope)
    }
}

/// The running simulator, but for its sockets and its clock's source.
#[derive(Debug)]
pub struct Platform {
    pub world: World,
    pub store: Store,
    /// Also noted by those who only read; so it has a lock of its own, as the log has.
    pub faults: Mutex<Faults>,
    pub log: Mutex<RequestLog>,
}

/// The page that shows the world to a person.
const PAGE: &str = include_str!("../page.html");

impl Platform {
    pub fn faults(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn log(&self) -> MutexGuard<'_, RequestLog> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does a command and keeps it. What could not be kept was not done, as
    /// far as the asker learns.
    pub fn execute(
        &mut self,
        command: &Command,
        token: Option<&str>,
        now: Timestamp,
    ) -> Result<Outcome, Refusal> {
        if self.store.is_broken() {
            return Err(Refusal::new(500, "StateNotKept"));
        }
        let shown_alike = matches!(
            command,
            Command::Login { .. } | Command::Logout { .. } | Command::SetClock { .. }
        );
        if !shown_alike {
            self.faults().before_write(&self.world, now);
        }
        let user = self.world.user(token);
        let outcome = perform_as(&mut self.world, command, &user, now)?;
        self.store
            .append(command, token, now)
            .map_err(|error| Refusal::new(500, "StateNotKept").with("reason", error.to_string()))?;
        self.store.compact_if_large(&mut self.world);
        Ok(outcome)
    }
}

/// Answers a request that changes nothing, so that many can be answered at
/// once. `None` where something has to happen first, or where it isn't one.
pub fn answer_reading(platform: &Platform, request: &Request, wall: Timestamp) -> Option<Response> {
    let world = &platform.world;
    let now = world.clock.now(wall);
    if request.method != "GET" || world.due.first().is_some_and(|due| due.at <= now) {
        return None;
    }
    let segments = segments(request);
    let answered = match segments.as_slice() {
        [] => return Some(page()),
        ["sandbox", "summary"] => summary::answer(platform, request, now),
        ["v2", "partition", partition, rest @ ..] if *partition == world.partition.id => {
            let token = request.token.as_deref()?;
            if token != FIXED_TOKEN && !world.is_in(token, now) {
                return None;
            }
            reads::answer(world, request, rest)?
        }
        _ => return None,
    };
    Some(answered.unwrap_or_else(Response::from))
}

fn page() -> Response {
    Response {
        status: 200,
        body: PAGE.as_bytes().to_vec(),
    }
}

fn segments(request: &Request) -> Vec<&str> {
    request
        .path
        .split('/')
        .filter(|part| !part.is_empty())
        .collect()
}

/// Answers one request. `wall` is the computer's time.
pub fn answer(platform: &mut Platform, request: &Request, wall: Timestamp) -> Response {
    let now = platform.world.clock.now(wall);
    settle(&mut platform.world, now);
    let segments = segments(request);
    let answered = match segments.as_slice() {
        [] if request.method == "GET" => Ok(page()),
        ["sandbox", rest @ ..] => control::answer(platform, request, rest, wall),
        ["v2", "authorize"] if request.method == "POST" => login(platform, request, now),
        ["v2", rest @ ..] => {
            admit(platform, request, now).and_then(|()| api(platform, request, rest, now))
        }
        _ => Err(not_found(request)),
    };
    answered.unwrap_or_else(Response::from)
}

/// Answers a reading from a world that is past; `None` for what is no reading.
/// Who may come in is decided by the present.
pub fn answer_stale(
    platform: &mut Platform,
    past: &World,
    request: &Request,
    wall: Timestamp,
) -> Option<Response> {
    let now = platform.world.clock.now(wall);
    let segments = segments(request);
    let ["v2", "partition", partition, rest @ ..] = segments.as_slice() else {
        return None;
    };
    if request.method != "GET" || *partition != past.partition.id {
        return None;
    }
    settle(&mut platform.world, now);
    let answered = match admit(platform, request, now) {
        Ok(()) => reads::answer(past, request, rest)?,
        Err(refusal) => Err(refusal),
    };
    Some(answered.unwrap_or_else(Response::from))
}

fn api(
    platform: &mut Platform,
    request: &Request,
    segments: &[&str],
    now: Timestamp,
) -> Result<Response, Refusal> {
    match (request.method.as_str(), segments) {
        ("GET", ["authorize", "userinfo"]) => Ok(userinfo(platform, request)),
        ("PUT", ["authorize", "logout"]) => {
            let token = request.token.clone().unwrap_or_default();
            platform.execute(&Command::Logout { token }, None, now)?;
            Ok(Response::empty(200))
        }
        ("GET", ["ref", "language"]) => Ok(reads::languages()),
        ("GET", ["ref", "secondary-location-types"]) => Ok(reads::secondary_locations()),
        ("GET", ["address", "validate"]) => addresses::validate(&platform.world, request),
        ("GET", ["address", "typeahead"]) => addresses::typeahead(&platform.world, request),
        ("GET", ["address", "state", state, "city", city, "zipcode"]) => {
            addresses::postal_codes(&platform.world, state, city)
        }
        ("GET", ["supported-rate-centers"]) => {
            search::supported_rate_centers(&platform.world, request)
        }
        // Nothing here is done by a job: there is none to be found.
        ("GET", ["job", id]) => Err(Refusal::missing("JobNotFound").with("jobId", *id)),
        (_, ["partition", partition, rest @ ..]) => {
            if *partition != platform.world.partition.id {
                return Err(Refusal::missing("PartitionNotFound").with("partitionId", *partition));
            }
            if let Some(answered) = reads::answer(&platform.world, request, rest) {
                return answered;
            }
            if let Some(answered) = ports::answer(platform, request, rest, now) {
                return answered;
            }
            writes::answer(platform, request, rest, now)
        }
        _ => Err(not_found(request)),
    }
}

fn not_found(request: &Request) -> Refusal {
    Refusal::missing("ResourceNotFound")
        .with("method", request.method.as_str())
        .with("path", request.path.as_str())
}

fn admit(platform: &mut Platform, request: &Request, now: Timestamp) -> Result<(), Refusal> {
    match request.token.as_deref() {
        Some(FIXED_TOKEN) => Ok(()),
        Some(token) => match platform.world.enter(token, now) {
            Entry::Admitted => Ok(()),
            Entry::Refused => Err(Refusal::new(401, "ExpiredAuthToken")),
        },
        None => Err(Refusal::new(401, "MissingAuthToken")),
    }
}

fn login(platform: &mut Platform, request: &Request, now: Timestamp) -> Result<Response, Refusal> {
    let map = body::object(&request.body)?;
    let login = Login {
        username: body::text(&map, "username")?.unwrap_or_default(),
        password: body::text(&map, "password")?.unwrap_or_default(),
    };
    if !platform
        .world
        .access
        .admits(&login.username, &login.password)
    {
        return Err(Refusal::new(401, "InvalidCredentials"));
    }
    let command = Command::Login {
        username: login.username.clone(),
    };
    let outcome = platform.execute(&command, None, now)?;
    let token = login_token(
        &platform.world,
        &outcome.token.unwrap_or_default(),
        &login.username,
    );
    Ok(Response::json(200, &token))
}

fn userinfo(platform: &Platform, request: &Request) -> Response {
    let token = request.token.as_deref().unwrap_or_default();
    let name = platform.world.user(Some(token));
    Response::json(200, &login_token(&platform.world, token, &name))
}

fn login_token(world: &World, token: &str, username: &str) -> LoginToken {
    let permissions = ["Account", "TelephoneNumber", "User"]
        .into_iter()
        .map(|area| (area.to_owned(), "DELETE".to_owned()));
    LoginToken {
        auth_token: token.to_owned(),
        user_id: Some(super::ids::derived(username)),
        user_type: Some("ManagementUser".to_owned()),
        username: Some(username.to_owned()),
        partition_id: Some(world.partition.id.clone()),
        partition_name: world.partition.name.clone(),
        permissions: BTreeMap::from_iter(permissions),
        must_change_password: false,
        max_life_in_hours: i32::try_from(world.timing.token_seconds / 3600).ok(),
    }
}
