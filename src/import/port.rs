//! A port that is under way, as a file declares it.
//!
//! What was asked for is copied to the letter, for a losing carrier compares it
//! so. Account number and PIN the platform never shows: they become references.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::model::meaning::date;
use crate::model::{LivePort, PhoneNumber, PortState};

use super::address::Address;
use super::names;
use super::target::Secret;

/// What is to be said of a port.
#[derive(Clone, Debug)]
pub struct Port {
    /// Those of the account that it brings, in order.
    pub numbers: Vec<PhoneNumber>,
    pub csr: Option<Address>,
    pub billing: Option<PhoneNumber>,
    pub crd: Option<String>,
    pub wire_type: Option<String>,
    pub authorized: Option<String>,
    /// S:TelecomSettingsX, as far as a file knows its members.
    pub telecom: Vec<(&'static str, Setting)>,
    pub comments: Vec<String>,
    /// The number after which its variables are named.
    main: Option<PhoneNumber>,
}

/// A member of the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting {
    Text(String),
    Flag(bool),
}

impl Port {
    pub fn is_wireless(&self) -> bool {
        self.wire_type.as_deref() == Some("Wireless")
    }

    /// What a wireless port has to show the losing carrier (D36).
    pub fn secrets(&self, name: &str) -> Vec<Secret> {
        let Some(main) = self.main.filter(|_| self.is_wireless()) else {
            return Vec::new();
        };
        [
            ("wirelessAccountNumber", "ACCOUNT_NUMBER"),
            ("wirelessPin", "PIN"),
        ]
        .into_iter()
        .map(|(member, what)| Secret {
            port: name.to_owned(),
            member,
            variable: names::variable(main, what),
        })
        .collect()
    }
}

/// A name that no other port of the document has, the same in every import.
pub fn name(live: &LivePort, members: &[PhoneNumber], others: &BTreeMap<String, Port>) -> String {
    let name = match main(live, members) {
        Some(number) => names::port(number),
        None => "port".to_owned(),
    };
    let taken = |name: &String| others.contains_key(name);
    if !taken(&name) {
        return name;
    }
    let mut numbered = (2..).map(|count| format!("{name}-{count}"));
    numbered.find(|name| !taken(name)).unwrap_or(name)
}

/// The billing number where the port brings it, else the first.
fn main(live: &LivePort, members: &[PhoneNumber]) -> Option<PhoneNumber> {
    let all = || live.numbers.iter().chain(members).copied();
    let billing = live.billing_telephone_number;
    let main = billing.filter(|billing| all().any(|number| number == *billing));
    main.or_else(|| all().min())
}

pub fn port(live: &LivePort, members: Vec<PhoneNumber>) -> Port {
    let main = main(live, &members);
    let some = |text: &Option<Box<str>>| {
        let text = text.as_deref().filter(|text| !text.trim().is_empty());
        text.map(str::to_owned)
    };
    Port {
        main,
        csr: live
            .customer_service_record
            .as_ref()
            .and_then(Address::to_the_letter),
        billing: live.billing_telephone_number,
        crd: live.crd.map(|day| day.to_string()),
        wire_type: some(&live.porting_wire_type),
        authorized: some(&live.porting_authorized_name),
        telecom: telecom(live),
        comments: comments(live, &members),
        numbers: members,
    }
}

fn telecom(live: &LivePort) -> Vec<(&'static str, Setting)> {
    let Some(settings) = &live.telecom_settings else {
        return Vec::new();
    };
    let text = |name: &'static str| {
        let text = settings.get(name).and_then(Value::as_str)?;
        (!text.trim().is_empty()).then(|| (name, Setting::Text(text.to_owned())))
    };
    let flag = |name: &'static str| {
        let flag = settings.get(name).and_then(Value::as_bool)?;
        Some((name, Setting::Flag(flag)))
    };
    let signed = || {
        let day = date::day(settings.get("loaDate").and_then(Value::as_str)?, None)?;
        Some(("loaDate", Setting::Text(day.to_string())))
    };
    [
        text("notes"),
        text("currentCarrier"),
        text("currentCarrierName"),
        text("localReseller"),
        signed(),
        flag("disconnectInternetService"),
        flag("disconnectTelevisionService"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Where it stands, and with whom.
fn comments(live: &LivePort, members: &[PhoneNumber]) -> Vec<String> {
    let state = match &live.state {
        PortState::Pending => "Ordered".to_owned(),
        PortState::InProgress => "Under way".to_owned(),
        PortState::FocReceived => match live.foc {
            Some(day) => format!("Moves on {day} (FOC)"),
            None => "Confirmed (FOC)".to_owned(),
        },
        PortState::FocRemoved => "The losing carrier has taken its date (FOC) back".to_owned(),
        PortState::Rejected => "Rejected".to_owned(),
        PortState::HotCut | PortState::ResellerPending => {
            format!("Worked on by people ({})", live.state)
        }
        PortState::CancelPending | PortState::Cancelled | PortState::CarrierCancelled => {
            format!("Called off ({})", live.state)
        }
        PortState::Completed => "Completed".to_owned(),
        PortState::Other(name) => name.to_string(),
    };
    let order = live.order.as_deref().map(|order| format!("order {order}"));
    let carrier = live.carrier_type.as_deref();
    let carrier = carrier.map(|carrier| format!("with {carrier}"));
    let facts: Vec<String> = [Some(state), carrier, order]
        .into_iter()
        .flatten()
        .collect();
    let mut comments = vec![format!("{}.", facts.join(", "))];
    if live.state == PortState::Rejected {
        let words = live.words().unwrap_or("no reason was given");
        comments.push(format!("The carrier's words: {words}"));
    }
    let others: Vec<String> = live
        .numbers
        .iter()
        .filter(|number| !members.contains(number))
        .map(PhoneNumber::to_string)
        .collect();
    if !others.is_empty() {
        comments.push(format!("The order is for {} too.", others.join(", ")));
    }
    comments
}
