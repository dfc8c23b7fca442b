//! What can be known of a port before it is ordered: of each number whether it
//! can be ported, and of each order that the numbers make when it could be.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Effects, Style as Ansi};
use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

use super::words::{HOLD, clean, wrapped};
use super::{port_stanza, when};
use crate::model::{AccountId, PartitionId, PhoneNumber};
use crate::plan::document::FORMAT_VERSION;

const BOLD: Ansi = Ansi::new().effects(Effects::BOLD);
const DIM: Ansi = Ansi::new().effects(Effects::DIMMED);
const ALARM: Ansi = AnsiColor::Red.on_default().effects(Effects::BOLD);
const WARN: Ansi = AnsiColor::Yellow.on_default();
const GOOD: Ansi = AnsiColor::Green.on_default();
/// Where the lines below a row begin.
const INDENT: usize = 4;

/// What `alz port check --format json` prints.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PortCheck {
    /// The format of this document; minor numbers only add members.
    pub format_version: String,
    /// The version of alz that made it.
    pub alz_version: String,
    /// The environment that was asked.
    pub environment: String,
    /// The partition that was asked.
    pub partition: PartitionId,
    /// When the platform was asked (RFC 3339).
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub created_at: Timestamp,
    /// How many of each.
    pub summary: CheckSummary,
    /// Each number that was asked about, in the order in which it was named.
    pub numbers: Vec<NumberCheck>,
    /// The orders that the portable ones make.
    pub orders: Vec<OrderCheck>,
    /// To paste into an account file; of the orders that no file declares.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub yaml: Option<String>,
}

/// Counts.
#[derive(Clone, Copy, Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckSummary {
    /// Numbers that nothing is known against.
    pub portable: usize,
    /// Numbers that can't be ported.
    pub not_portable: usize,
    /// Orders that would be taken.
    pub orders: usize,
    /// Orders that would not be.
    pub refused: usize,
}

/// A number, and where it belongs (S:RateCenterX).
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NumberCheck {
    /// Eleven digits.
    pub number: PhoneNumber,
    /// The carriers' name of the area; empty where they know none.
    pub rate_center: String,
    /// Two letters.
    pub state: String,
    /// USA or CAN.
    pub country: String,
    /// The carrier that would win it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    /// It is a mobile number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wireless: Option<bool>,
    /// Nothing is known against it.
    pub portable: bool,
    /// Why it can't be ported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The way out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

/// Numbers that can go together, or that a file wants to go together.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderCheck {
    /// The port's name in the files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<String>,
    /// The account whose file declares it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// In order.
    pub numbers: Vec<PhoneNumber>,
    /// The area that they lie in; empty where they lie in several.
    pub rate_center: String,
    /// Two letters.
    pub state: String,
    /// USA or CAN.
    pub country: String,
    /// The carrier that would win them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    /// The losing carrier wants an account number and a PIN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wireless: Option<bool>,
    /// The main number (BTN) that was asked with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billing_telephone_number: Option<PhoneNumber>,
    /// The date that the file asks for (CRD).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub crd_date: Option<Date>,
    /// Whether that date is on offer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crd_on_offer: Option<bool>,
    /// Whose record it was asked with, where no file declares the port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked_as: Option<String>,
    /// The days on offer, in order.
    #[schemars(with = "Vec<String>")]
    pub days: Vec<Date>,
    /// Why the days are not known, though nothing is known against the order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days_unknown: Option<String>,
    /// Why it would not be taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The way out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

impl NumberCheck {
    /// A number of which nothing is known.
    pub fn unknown(number: PhoneNumber) -> Self {
        Self {
            number,
            rate_center: String::new(),
            state: String::new(),
            country: String::new(),
            carrier: None,
            wireless: None,
            portable: false,
            reason: None,
            help: None,
        }
    }
}

impl PortCheck {
    pub fn new(
        environment: String,
        partition: PartitionId,
        created_at: Timestamp,
        numbers: Vec<NumberCheck>,
        orders: Vec<OrderCheck>,
    ) -> Self {
        let portable = numbers.iter().filter(|number| number.portable).count();
        let taken = orders.iter().filter(|order| order.reason.is_none()).count();
        Self {
            format_version: FORMAT_VERSION.to_owned(),
            alz_version: env!("CARGO_PKG_VERSION").to_owned(),
            environment,
            partition,
            created_at,
            summary: CheckSummary {
                portable,
                not_portable: numbers.len() - portable,
                orders: taken,
                refused: orders.len() - taken,
            },
            yaml: port_stanza::yaml(&orders),
            numbers,
            orders,
        }
    }

    /// Every number can be ported, and every order would be taken.
    pub fn is_fine(&self) -> bool {
        self.summary.not_portable == 0 && self.summary.refused == 0
    }
}

/// Pretty-printed, with a newline at the end.
pub fn port_check_json(check: &PortCheck) -> Result<String, serde_json::Error> {
    Ok(serde_json::to_string_pretty(check)? + "\n")
}

/// The report, with ANSI styles, for a terminal of `width` columns.
pub fn port_check_human(check: &PortCheck, width: usize) -> String {
    let width = width.max(40);
    let mut text = table(&check.numbers, width);
    for order in &check.orders {
        text.push('\n');
        text.push_str(&order_lines(order, width));
    }
    let mixed = check.orders.iter().filter(|order| order.port.is_none());
    if mixed.count() > 1 {
        let why = "One order takes numbers of one rate centre, all of them wireless or none: these go separately.";
        text.push('\n');
        for line in wrapped(why, width) {
            let _ = writeln!(text, "{WARN}{line}{WARN:#}");
        }
    }
    if let Some(yaml) = &check.yaml {
        let _ = write!(
            text,
            "\n{BOLD}To paste into an account file:{BOLD:#}\n\n{yaml}"
        );
    }
    text
}

const HEAD: [&str; 4] = ["NUMBER", "RATE CENTRE", "CARRIER", "KIND"];

fn table(numbers: &[NumberCheck], width: usize) -> String {
    let rows: Vec<[String; 4]> = numbers.iter().map(cells).collect();
    let mut widths = HEAD.map(str::len);
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: &[String; 4]| {
        let mut line = String::new();
        for (cell, width) in cells.iter().zip(widths) {
            let _ = write!(line, "{cell:<width$}  ");
        }
        line.trim_end().to_owned()
    };
    let mut text = format!("  {DIM}{}{DIM:#}\n", line(&HEAD.map(str::to_owned)));
    for (number, row) in numbers.iter().zip(&rows) {
        let row = line(row);
        if number.portable {
            let _ = writeln!(text, "{GOOD}✓{GOOD:#} {row}");
        } else {
            let _ = writeln!(text, "{ALARM}! {row}{ALARM:#}");
        }
        push_reason(
            &mut text,
            number.reason.as_deref(),
            number.help.as_deref(),
            width,
        );
    }
    text
}

fn cells(check: &NumberCheck) -> [String; 4] {
    let said = |text: String| {
        if text.is_empty() {
            "-".to_owned()
        } else {
            text
        }
    };
    [
        check.number.spaced(),
        said(place([&check.rate_center, &check.state, &check.country])),
        said(check.carrier.as_deref().map_or_else(String::new, clean)),
        match check.wireless {
            Some(true) => "wireless",
            Some(false) => "wireline",
            None => "-",
        }
        .to_owned(),
    ]
}

/// `PROVO, UT, USA`, of what is known.
fn place(parts: [&str; 3]) -> String {
    let known: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    clean(&known.join(", "))
}

fn push_reason(text: &mut String, reason: Option<&str>, help: Option<&str>, width: usize) {
    let room = width - INDENT;
    for line in reason.iter().flat_map(|reason| wrapped(reason, room)) {
        let _ = writeln!(text, "{:INDENT$}{line}", "");
    }
    let help = help.iter().flat_map(|help| wrapped(help, room - 2));
    for (at, line) in help.enumerate() {
        let arrow = if at == 0 { '→' } else { ' ' };
        let _ = writeln!(text, "{:INDENT$}{DIM}{arrow} {line}{DIM:#}", "");
    }
}

fn order_lines(order: &OrderCheck, width: usize) -> String {
    let mut text = String::new();
    let count = order.numbers.len();
    let what = match &order.port {
        Some(name) => format!("Port {}", clean(name)),
        None => "One order".to_owned(),
    };
    let numbers = format!("{count} {}", if count == 1 { "number" } else { "numbers" });
    let facts: Vec<String> = [
        numbers,
        place([&order.rate_center, &order.state, &order.country]),
        order.carrier.as_deref().map_or_else(String::new, clean),
        match order.wireless {
            Some(true) => "wireless".to_owned(),
            Some(false) | None => String::new(),
        },
    ]
    .into_iter()
    .filter(|fact| !fact.is_empty())
    .map(|fact| fact.replace(' ', &HOLD.to_string()))
    .collect();
    for (at, line) in wrapped(&format!("{what}: {}", facts.join(" · ")), width - 2)
        .into_iter()
        .enumerate()
    {
        let _ = match at {
            0 => writeln!(text, "{BOLD}{line}{BOLD:#}"),
            _ => writeln!(text, "  {line}"),
        };
    }
    if let Some(reason) = &order.reason {
        let _ = writeln!(text, "  {ALARM}it would not be taken:{ALARM:#}");
        push_reason(&mut text, Some(reason), order.help.as_deref(), width);
    }
    if let Some(unknown) = &order.days_unknown {
        push_reason(&mut text, Some(unknown), order.help.as_deref(), width);
    }
    if let (Some(first), Some(last)) = (order.days.first(), order.days.last()) {
        let _ = writeln!(
            text,
            "  {} {} on offer, the earliest {}, the latest {}:",
            order.days.len(),
            if order.days.len() == 1 { "day" } else { "days" },
            when::day(*first),
            when::day(*last),
        );
        let days: Vec<String> = order.days.iter().map(short).collect();
        for line in wrapped(&days.join(", "), width - INDENT) {
            let _ = writeln!(text, "{:INDENT$}{line}", "");
        }
    }
    if let Some(customer) = &order.asked_as {
        let said = format!("asked as {customer}, main number (BTN) {}", btn(order));
        for line in wrapped(&said, width - INDENT) {
            let _ = writeln!(text, "{:INDENT$}{DIM}{line}{DIM:#}", "");
        }
    }
    match (order.crd_date, order.crd_on_offer) {
        (Some(crd), Some(true)) => {
            let _ = writeln!(
                text,
                "  {GOOD}crdDate {} is on offer.{GOOD:#}",
                when::day(crd)
            );
        }
        (Some(crd), Some(false)) => {
            let _ = writeln!(
                text,
                "  {WARN}crdDate {} is not on offer: take one of these.{WARN:#}",
                when::day(crd)
            );
        }
        (_, None) | (None, Some(_)) => {}
    }
    text
}

fn btn(order: &OrderCheck) -> String {
    order
        .billing_telephone_number
        .map_or_else(|| "-".to_owned(), PhoneNumber::spaced)
}

/// `Thu 12-03`, held together.
fn short(day: &Date) -> String {
    day.strftime(&format!("%a{HOLD}%m-%d")).to_string()
}
