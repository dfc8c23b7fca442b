//! The sandbox over HTTP: what a client of the platform would notice.

mod conformance;
mod contract;
mod faults;
mod guide;
mod inventory;
mod operations;
mod page;
mod persistence;
mod port_changes;
mod port_scenarios;
mod ports;
mod process;
mod rehearsal;
mod scenarios;
mod unknowns;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Once;

use alz::sandbox::{Options, Running, start};
use serde_json::{Value, json};

pub const DENTAL: &str = "bRW8jpoCTGOaOIF5wqvSVg";
pub const FIBRE: &str = "tH3kQz0nR5mWcVbX8yLpEg";
pub const MAISON: &str = "mT7rQeW2sXvB5nHuJ9kLpA";
pub const CLINIC: &str = "pK9sLmN3bVcX7zQw2eRt5A";
pub const JOHN: &str = "ajfrBZJMQNC4-9TeBSfnlQ";

/// A sandbox and somebody who calls it.
pub struct Caller {
    pub running: Running,
    pub http: reqwest::Client,
    pub token: String,
}

/// An answer: status and JSON, null where the body is empty.
pub type Answer = (u16, Value);

impl Caller {
    pub async fn built_in() -> Self {
        Self::with(None, None).await
    }

    pub async fn with(state: Option<PathBuf>, seed: Option<PathBuf>) -> Self {
        Self::start(Options {
            listen: "127.0.0.1:0".parse().expect("an address"),
            state,
            seed,
            now: Some("2026-11-23T17:00:00Z".parse().expect("an instant")),
        })
        .await
    }

    pub async fn start(options: Options) -> Self {
        static PROVIDER: Once = Once::new();
        PROVIDER.call_once(|| {
            rustls::crypto::ring::default_provider()
                .install_default()
                .expect("the first provider");
        });
        let running = start(options).await.expect("a sandbox");
        let token = running.token().to_owned();
        Self {
            running,
            http: reqwest::Client::builder()
                .no_proxy()
                .build()
                .expect("a client"),
            token,
        }
    }

    pub fn url(&self, path: &str) -> String {
        let path = path
            .replace(
                "{P}",
                &format!("/v2/partition/{}", self.running.partition()),
            )
            .replace(
                "{I}",
                &format!("/v2/partition/{}/telephonenumber", self.running.partition()),
            );
        format!("{}{path}", self.running.base_url())
    }

    pub async fn try_call(
        &self,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Result<Answer, reqwest::Error> {
        let method = method.parse().expect("a method");
        let mut request = self
            .http
            .request(method, self.url(path))
            .header("X-AUTH-TOKEN", &self.token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await?;
        let status = response.status().as_u16();
        let bytes = response.bytes().await?;
        let value = if bytes.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{path}: {error}"))
        };
        Ok((status, value))
    }

    pub async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.try_call(method, path, body).await.expect("an answer")
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, None).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.call("PUT", path, Some(body)).await
    }

    pub async fn patch(&self, account: &str, number: &str, body: Value) -> Answer {
        self.call("PATCH", &tn(account, number), Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.call("DELETE", path, None).await
    }

    pub async fn order(&self, account: &str, body: Value) -> Answer {
        let path = format!("{{P}}/account/{account}/telephonenumber");
        self.call("POST", &path, Some(body)).await
    }

    pub async fn live(&self, account: &str, number: &str) -> Value {
        let (status, body) = self.get(&tn(account, number)).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    pub async fn event(&self, account: &str, number: &str, kind: &str) -> Answer {
        self.get(&format!(
            "{{P}}/account/{account}/reference/{number}/type/{kind}"
        ))
        .await
    }

    pub async fn event_status(&self, account: &str, number: &str, kind: &str) -> String {
        let (status, body) = self.event(account, number, kind).await;
        assert_eq!(status, 200, "{body}");
        body["activationStatusType"]
            .as_str()
            .expect("a status")
            .to_owned()
    }

    pub async fn advance(&self, duration: &str) {
        let (status, body) = self
            .call("POST", "/sandbox/clock", Some(json!({"advance": duration})))
            .await;
        assert_eq!(status, 200, "{body}");
    }

    pub async fn orders(&self, number: &str) -> Value {
        self.get("/sandbox/state").await.1["orders"][number].clone()
    }
}

/// What fixtures keep of answers for the requests that follow, by name.
#[derive(Default)]
pub struct Kept(BTreeMap<String, String>);

impl Kept {
    /// Keeps what a step names in `keep`, by its place in the answer.
    pub fn keep(&mut self, step: &Value, answer: &Value) {
        for (name, place) in step["keep"].as_object().into_iter().flatten() {
            let value = answer.pointer(place.as_str().expect("a pointer"));
            let value = value.and_then(Value::as_str).expect("a value to keep");
            self.0.insert(format!("{{{name}}}"), value.to_owned());
        }
    }

    /// Puts what was kept in the places of its names.
    pub fn fill(&self, value: &Value) -> Value {
        let mut text = value.to_string();
        for (name, with) in &self.0 {
            text = text.replace(name, with);
        }
        serde_json::from_str(&text).expect("json")
    }
}

/// The path of a number on an account.
pub fn tn(account: &str, number: &str) -> String {
    format!("{{P}}/account/{account}/telephonenumber/{number}")
}

/// The messages of an error envelope.
pub fn refusal(answer: &Answer) -> (u16, &str) {
    let (status, body) = answer;
    assert_eq!(body["status"], *status, "{body}");
    (*status, body["messages"][0].as_str().expect("a message"))
}

pub fn lindon() -> Value {
    json!({
        "customerType": "BUSINESS", "businessName": "Sample Dental", "customerName": "Sample Dental",
        "streetNumber": "333", "preDirectional": "S", "streetName": "520", "postDirectional": "W",
        "city": "Lindon", "state": "UT", "country": "USA", "postalCode": "84042",
        "secondaryLocationDescription": "SUITE", "unit": "500"
    })
}

pub fn sparks(city: &str) -> Value {
    json!({
        "customerType": "RESIDENTIAL", "firstName": "Lotta", "lastName": "Hitschmanova",
        "streetNumber": "56", "streetName": "Sparks", "streetSuffix": "St",
        "city": city, "state": "ON", "country": "CAN", "postalCode": "K1P 5A9"
    })
}

/// An order of one number at the Lindon office.
pub fn activation(number: &str) -> Value {
    json!({
        "telephoneNumbers": [{"phoneNumber": number}],
        "customerServiceRecord": lindon(),
        "directoryListing": {"listed": false, "type": "NOT_LIST_NOT_PUBLISH"}
    })
}

/// An order that ports these numbers for the office in Lindon.
pub fn port_of(numbers: &[&str], crd: &str) -> Value {
    let rows: Vec<Value> = numbers
        .iter()
        .map(|number| json!({"phoneNumber": number}))
        .collect();
    json!({
        "telephoneNumbers": rows,
        "customerServiceRecord": lindon(),
        "port": {
            "billingTelephoneNumber": numbers[0], "crdDate": crd,
            "portingWireType": "Wireline", "portingAuthorizedName": "Mary Molar"
        },
        "directoryListing": {"type": "PORTED"}
    })
}

/// The path of a port.
pub fn port(account: &str, id: &str) -> String {
    format!("{{P}}/account/{account}/port/{id}")
}

impl Caller {
    /// Orders a port and gives its id.
    pub async fn ported(&self, account: &str, body: Value) -> String {
        let (status, echo) = self.order(account, body).await;
        assert_eq!(status, 200, "{echo}");
        echo["port"]["id"].as_str().expect("an id").to_owned()
    }

    pub async fn port_event(&self, account: &str, id: &str) -> Value {
        let (status, body) = self.event(account, id, "PORT_REQUEST").await;
        assert_eq!(status, 200, "{body}");
        body
    }

    pub async fn carrier_does(&self, id: &str, action: Value) -> Answer {
        let path = format!("/sandbox/ports/{id}");
        self.call("POST", &path, Some(action)).await
    }

    pub async fn at(&self, instant: &str) {
        let set = json!({"set": instant});
        let (status, body) = self.call("POST", "/sandbox/clock", Some(set)).await;
        assert_eq!(status, 200, "{body}");
    }
}
