//! One port with everything that is known of it: for a person, and as a
//! document. Its secrets are named and never shown.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Effects, Style as Ansi};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::plan_human::Style;
use super::{status_human, timeline, when, words};
use crate::model::personal::{MASK, is_public_name};
use crate::model::{DesiredPort, LivePort, PartitionId, PhoneNumber, Record};
use crate::plan::document::FORMAT_VERSION;
use crate::plan::{AccountPlan, InFlight, NoteKind};

const BOLD: Ansi = Ansi::new().effects(Effects::BOLD);
const DIM: Ansi = Ansi::new().effects(Effects::DIMMED);
const ALARM: Ansi = AnsiColor::Red.on_default().effects(Effects::BOLD);

/// What `alz port show --format json` prints.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PortDocument {
    /// The format of this document; minor numbers only add members.
    pub format_version: &'static str,
    /// The version of alz that made it.
    pub alz_version: &'static str,
    /// The environment it is of.
    pub environment: String,
    /// The partition it is of.
    pub partition: PartitionId,
    /// When the platform was asked (RFC 3339).
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub created_at: Timestamp,
    /// What needs a person comes first.
    pub ports: Vec<PortEntry>,
}

impl PortDocument {
    pub fn new(
        environment: String,
        partition: PartitionId,
        created_at: Timestamp,
        mut ports: Vec<PortEntry>,
    ) -> Self {
        ports.sort_by(|one, other| key(one).cmp(&key(other)));
        Self {
            format_version: FORMAT_VERSION,
            alz_version: env!("CARGO_PKG_VERSION"),
            environment,
            partition,
            created_at,
            ports,
        }
    }
}

fn key(entry: &PortEntry) -> impl Ord {
    let flight = &entry.flight;
    (
        !flight.needs_attention,
        flight.until.is_none(),
        flight.until.as_deref(),
        flight.numbers.first(),
        &flight.port_id,
    )
}

/// A port: where it stands, what was asked for, what can still be done.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PortEntry {
    /// As `alz status` has it.
    #[serde(flatten)]
    pub flight: InFlight,
    /// What was asked for; of a port that is declared only, what will be.
    pub terms: PortTerms,
    /// Secrets that the files have for it. The platform never tells any.
    pub secrets: Vec<&'static str>,
    /// The terms that can still be changed, as the files name them.
    pub may_change: Vec<&'static str>,
    /// `alz port trigger`.
    pub trigger: Possible,
    /// `alz port cancel`.
    pub cancel: Possible,
}

impl PortEntry {
    /// The same without anybody's name and address.
    pub fn masked(self) -> Self {
        let terms = self.terms.masked();
        Self { terms, ..self }
    }
}

/// Whether something can be done now.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Possible {
    /// It can be done now.
    pub possible: bool,
    /// Why it can't be; what ought to be known where it can.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Possible {
    /// As a plan of it came out.
    pub fn of(plan: &AccountPlan) -> Self {
        let kinds = if plan.steps.is_empty() {
            [NoteKind::Blocked, NoteKind::Waiting]
        } else {
            [NoteKind::Warning, NoteKind::Warning]
        };
        let note = plan.notes.iter().find(|note| kinds.contains(&note.kind));
        Self {
            possible: !plan.steps.is_empty(),
            reason: note.map(|note| note.reason.clone()),
        }
    }

    /// It is not even ordered.
    pub fn not_ordered() -> Self {
        Self {
            possible: false,
            reason: Some("it is not ordered yet".to_owned()),
        }
    }

    fn line(&self) -> String {
        let verdict = if self.possible { "possible now" } else { "no" };
        match &self.reason {
            Some(reason) => format!("{verdict}: {reason}"),
            None => verdict.to_owned(),
        }
    }
}

/// The terms of a port, without its secrets (S:PortX).
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PortTerms {
    /// The customer, as the losing carrier is shown it (S:CustomerServiceRecordX).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Map<String, Value>>")]
    pub customer_service_record: Option<Record>,
    /// The main number of the account at the losing carrier (BTN).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billing_telephone_number: Option<PhoneNumber>,
    /// Wireline or Wireless.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub porting_wire_type: Option<String>,
    /// Who may order it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub porting_authorized_name: Option<String>,
    /// What Canadian ports need besides (S:TelecomSettingsX).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub telecom_settings: Option<Map<String, Value>>,
}

impl PortTerms {
    /// As the platform has them.
    pub fn ordered(port: &LivePort) -> Self {
        let text = |text: &Option<Box<str>>| text.as_deref().map(str::to_owned);
        Self {
            customer_service_record: port.customer_service_record.clone(),
            billing_telephone_number: port.billing_telephone_number,
            porting_wire_type: text(&port.porting_wire_type),
            porting_authorized_name: text(&port.porting_authorized_name),
            telecom_settings: port.telecom_settings.clone(),
        }
    }

    /// As a file has them.
    pub fn declared(port: &DesiredPort) -> Self {
        let text = |text: &str| (!text.trim().is_empty()).then(|| text.to_owned());
        let csr = port.port.customer_service_record.value();
        let settings = port.port.telecom_settings.value();
        Self {
            customer_service_record: csr.and_then(|csr| serde_json::from_value(json!(csr)).ok()),
            billing_telephone_number: port.port.billing_telephone_number.value().copied(),
            porting_wire_type: text(port.port.porting_wire_type.text()),
            porting_authorized_name: text(port.port.porting_authorized_name.text()),
            telecom_settings: settings.and_then(|settings| match json!(settings) {
                Value::Object(map) => Some(map),
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::String(_)
                | Value::Array(_) => None,
            }),
        }
    }

    /// The terms without anybody's name and address.
    fn masked(&self) -> Self {
        let Self {
            customer_service_record,
            billing_telephone_number,
            porting_wire_type,
            porting_authorized_name,
            telecom_settings,
        } = self;
        let hidden = |name: &String, value: &Value| match is_public_name(name) {
            true => value.clone(),
            false => MASK.into(),
        };
        Self {
            customer_service_record: customer_service_record.as_ref().map(Record::masked),
            billing_telephone_number: *billing_telephone_number,
            porting_wire_type: porting_wire_type.clone(),
            porting_authorized_name: porting_authorized_name.as_ref().map(|_| MASK.to_owned()),
            telecom_settings: telecom_settings.as_ref().map(|settings| {
                let members = settings.iter().filter(|(_, value)| !value.is_null());
                members
                    .map(|(name, value)| (name.clone(), hidden(name, value)))
                    .collect()
            }),
        }
    }

    fn lines(&self) -> Vec<(&'static str, String)> {
        let Self {
            customer_service_record,
            billing_telephone_number,
            porting_wire_type,
            porting_authorized_name,
            telecom_settings,
        } = self;
        let customer = customer_service_record.as_ref().map(|record| {
            let parts = [words::who(record), words::place(record)];
            let said: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            said.join(", ")
        });
        let settings = telecom_settings.as_ref().map(|settings| {
            let said: Vec<String> = settings
                .iter()
                .filter(|(_, value)| !value.is_null() && **value != Value::Bool(false))
                .map(|(name, value)| match value {
                    Value::String(text) => format!("{name} {text}"),
                    other => format!("{name} {other}"),
                })
                .collect();
            said.join(", ")
        });
        [
            ("Customer", customer),
            ("BTN", billing_telephone_number.map(|btn| btn.spaced())),
            ("Wire type", porting_wire_type.clone()),
            ("Authorised", porting_authorized_name.clone()),
            ("Telecom", settings),
        ]
        .into_iter()
        .filter_map(|(name, text)| Some((name, text.filter(|text| !text.is_empty())?)))
        .collect()
    }
}

/// Pretty-printed, with a newline at the end.
pub fn port_json(document: &PortDocument) -> Result<String, serde_json::Error> {
    Ok(serde_json::to_string_pretty(document)? + "\n")
}

/// Before every line below a port's own.
const INDENT: usize = 2;
/// The names of facts, and a gap.
const NAMES: usize = 12;

/// Each port with all that is known of it.
pub fn port_human(ports: &[PortEntry], style: &Style, now: Timestamp) -> String {
    if ports.is_empty() {
        return format!("{BOLD}No ports under way.{BOLD:#}\n");
    }
    let texts: Vec<String> = ports.iter().map(|port| one(port, style, now)).collect();
    texts.join("\n")
}

fn one(entry: &PortEntry, style: &Style, now: Timestamp) -> String {
    let flight = &entry.flight;
    let zone = when::carrier_zone(flight.carrier.as_deref());
    let room = style.width.max(40) - INDENT;
    let mut text = String::new();
    let id = flight.port_id.as_ref().map(|id| words::clean(id.as_str()));
    let title = flight.name.as_deref().map(words::clean);
    let title = title.or_else(|| id.clone()).unwrap_or_default();
    let ansi = if flight.needs_attention { ALARM } else { BOLD };
    let since = flight
        .since
        .map(|since| format!(" since {}", when::moment(since, &zone)));
    let _ = writeln!(
        text,
        "{BOLD}{title}{BOLD:#}  {ansi}{}{ansi:#}{}",
        words::clean(&flight.state),
        since.unwrap_or_default()
    );
    let mut put = |line: &str| {
        let _ = writeln!(text, "{}", format!("{:INDENT$}{line}", "").trim_end());
    };
    for line in status_human::next(flight, room) {
        put(&line);
    }
    put("");
    for (name, said) in facts(entry, id, style) {
        // What a provider says may be long, but is one fact.
        let mut lines = words::wrapped(&said, room - NAMES).into_iter();
        put(&format!(
            "{DIM}{name:<NAMES$}{DIM:#}{}",
            lines.next().unwrap_or_default()
        ));
        for line in lines {
            put(&format!("{:NAMES$}{line}", ""));
        }
    }
    let moments = timeline::lines(flight, now, room);
    if !moments.is_empty() {
        put("");
        for line in moments {
            put(&line);
        }
    }
    text
}

fn facts(entry: &PortEntry, id: Option<String>, style: &Style) -> Vec<(&'static str, String)> {
    let flight = &entry.flight;
    let numbers: Vec<String> = flight
        .numbers
        .iter()
        .map(|number| number.spaced().replace(' ', "\u{a0}"))
        .collect();
    let account = match style.names.get(&flight.account) {
        Some(name) => format!("{name} ({})", flight.account),
        None => flight.account.to_string(),
    };
    let carrier = match (&flight.carrier, &flight.order) {
        (Some(carrier), Some(order)) => Some(format!("{carrier}, order {order}")),
        (Some(carrier), None) => Some(carrier.clone()),
        (None, Some(order)) => Some(format!("order {order}")),
        (None, None) => None,
    };
    let secrets = (!entry.secrets.is_empty())
        .then(|| format!("{} (set, never shown)", entry.secrets.join(", ")));
    let may_change = match entry.may_change.as_slice() {
        [] if flight.port_id.is_none() => None,
        [] => Some("nothing any more".to_owned()),
        names => Some(names.join(", ")),
    };
    let mut facts = vec![("Numbers", numbers.join(", ")), ("Account", account)];
    let mut add = |name, said: Option<String>| facts.extend(said.map(|said| (name, said)));
    add("Port id", id);
    add("Carrier", carrier);
    add(
        "CRD",
        flight
            .crd_date
            .map(|crd| format!("{}, as asked for", when::day(crd))),
    );
    add(
        "FOC",
        flight
            .foc_date
            .map(|foc| format!("{}, as the losing carrier commits to", when::day(foc))),
    );
    facts.extend(entry.terms.lines());
    let mut add = |name, said: Option<String>| facts.extend(said.map(|said| (name, said)));
    add("Secrets", secrets);
    add("May change", may_change);
    if flight.port_id.is_some() {
        add("Trigger", Some(entry.trigger.line()));
        add("Cancel", Some(entry.cancel.line()));
    }
    facts
}
