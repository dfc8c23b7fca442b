//! What is in flight, as a person reads it at a glance: a table of where each
//! stands and its dates; below each row what happens next, and what to do about
//! the ones that do not go on by themselves.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anstyle::{AnsiColor, Effects, Style as Ansi};
use jiff::Timestamp;

use super::status_json::{KINDS, StatusDocument};
use super::{Style, when, words};
use crate::model::{AccountId, PhoneNumber};
use crate::plan::{FlightKind, InFlight};

const BOLD: Ansi = Ansi::new().effects(Effects::BOLD);
const DIM: Ansi = Ansi::new().effects(Effects::DIMMED);
const CYAN: Ansi = AnsiColor::Cyan.on_default();
const ALARM: Ansi = AnsiColor::Red.on_default().effects(Effects::BOLD);

/// Before every line of a row: a mark, and a space.
const MARGIN: usize = 2;
/// Between two columns.
const GAP: usize = 2;
/// Where the lines below a row begin.
const INDENT: usize = 4;

/// The report, with ANSI styles. `timeline`: with what has happened so far.
pub fn status_human(document: &StatusDocument, style: &Style, timeline: bool) -> String {
    let flying = &document.in_flight;
    let declared = &document.not_ordered;
    let all: Vec<&InFlight> = flying.iter().chain(declared).collect();
    let table = Table::of(&all, style.width.max(40));
    let several = all
        .iter()
        .any(|entry| Some(&entry.account) != all.first().map(|first| &first.account));
    let account = |entry: &InFlight| several.then(|| account_name(&entry.account, &style.names));
    let mut text = if flying.is_empty() {
        format!("{BOLD}Nothing in flight.{BOLD:#}\n")
    } else {
        format!("{}\n", summary(flying))
    };
    let head = |text: &mut String| {
        let head = table.row(" ", &HEAD.map(String::from));
        let _ = writeln!(text, "\n{DIM}{head}{DIM:#}");
    };
    if !flying.is_empty() {
        head(&mut text);
    }
    for entry in flying {
        text.push_str(&table.entry(entry));
        let below = below(
            entry,
            account(entry),
            style.width,
            document.created_at,
            timeline,
        );
        text.push_str(&below);
    }
    let Some(first) = declared.first() else {
        return text;
    };
    // All of them stand alike: the way on is said once.
    let counted = counted(FlightKind::Port, declared.len());
    let _ = writeln!(
        text,
        "\n{BOLD}Not ordered yet:{BOLD:#} {} {counted}.",
        declared.len()
    );
    head(&mut text);
    for entry in declared {
        text.push_str(&table.entry(entry));
        if let Some(account) = account(entry) {
            let _ = writeln!(text, "{:INDENT$}{DIM}{account}{DIM:#}", "");
        }
    }
    for line in arrowed(first.help.as_deref(), style.width.max(40) - MARGIN) {
        let _ = writeln!(text, "{:MARGIN$}{line}", "");
    }
    text
}

const HEAD: [&str; 5] = ["STATE", "NUMBERS", "WHAT", "ASKED FOR", "FOC"];

/// The row of an entry.
fn cells(entry: &InFlight) -> [String; 5] {
    let date = |date: Option<jiff::civil::Date>| date.map_or("-".to_owned(), |d| d.to_string());
    [
        words::clean(&entry.state),
        numbers(&entry.numbers),
        match &entry.name {
            Some(name) => words::clean(name),
            None => kind(entry.kind).to_owned(),
        },
        date(entry.crd_date),
        date(entry.foc_date),
    ]
}

/// The first number, and how many more.
fn numbers(numbers: &[PhoneNumber]) -> String {
    match numbers {
        [] => "-".to_owned(),
        [one] => one.spaced(),
        [first, rest @ ..] => format!("{}, {} more", first.spaced(), rest.len()),
    }
}

pub(super) const fn kind(kind: FlightKind) -> &'static str {
    match kind {
        FlightKind::Port => "port",
        FlightKind::Activation => "activation",
        FlightKind::E911Address => "E911 address",
        FlightKind::CustomerServiceRecord => "CSR",
        FlightKind::Disconnect => "disconnect",
    }
}

fn account_name(id: &AccountId, names: &BTreeMap<AccountId, String>) -> String {
    match names.get(id) {
        Some(name) => words::clean(name),
        None => words::clean(id.as_str()),
    }
}

/// Columns as wide as what is in them, the third one no wider than there is room for.
struct Table([usize; 5]);

impl Table {
    fn of(entries: &[&InFlight], width: usize) -> Self {
        let mut widths = HEAD.map(str::len);
        for entry in entries {
            for (width, cell) in widths.iter_mut().zip(cells(entry)) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let [state, numbers, what, asked, foc] = widths;
        let others = MARGIN + state + numbers + asked + foc + 4 * GAP;
        let room = width.saturating_sub(others).max(HEAD[2].len());
        Self([state, numbers, what.min(room), asked, foc])
    }

    /// The row of an entry, marked where it needs a person.
    fn entry(&self, entry: &InFlight) -> String {
        let (mark, ansi) = if entry.needs_attention {
            ("!", ALARM)
        } else {
            (" ", Ansi::new())
        };
        let mut text = String::new();
        for (at, line) in self.lines(mark, &cells(entry)).iter().enumerate() {
            let ansi = if at == 0 { ansi } else { Ansi::new() };
            let _ = writeln!(text, "{ansi}{line}{ansi:#}");
        }
        text
    }

    fn row(&self, mark: &str, cells: &[String]) -> String {
        let mut line = format!("{mark:<MARGIN$}");
        for (cell, width) in cells.iter().zip(self.0) {
            let _ = write!(line, "{cell:<width$}{:GAP$}", "");
        }
        line.trim_end().to_owned()
    }

    /// A row, with a name that is too long continued below it.
    fn lines(&self, mark: &str, cells: &[String; 5]) -> Vec<String> {
        let [state, numbers, what, asked, foc] = cells;
        let letters: Vec<char> = what.chars().collect();
        let parts: Vec<String> = letters
            .chunks(self.0[2].max(1))
            .map(String::from_iter)
            .collect();
        let (first, rest) = parts
            .split_first()
            .map_or((String::new(), &[][..]), |(first, rest)| {
                (first.clone(), rest)
            });
        let row = [
            state.clone(),
            numbers.clone(),
            first,
            asked.clone(),
            foc.clone(),
        ];
        let more = rest.iter().map(|part| {
            let blank = String::new();
            self.row(" ", &[blank.clone(), blank, part.clone()])
        });
        std::iter::once(self.row(mark, &row)).chain(more).collect()
    }
}

/// What is said below the row: the carrier, what happens next, what to do.
fn below(
    entry: &InFlight,
    account: Option<String>,
    width: usize,
    now: Timestamp,
    timeline: bool,
) -> String {
    let zone = when::carrier_zone(entry.carrier.as_deref());
    let room = width.max(40) - INDENT;
    let mut text = String::new();
    let mut put = |line: &str| {
        let _ = writeln!(text, "{:INDENT$}{line}", "");
    };
    let facts: Vec<String> = [
        account,
        entry.carrier.as_deref().map(words::clean),
        entry
            .order
            .as_deref()
            .map(|order| format!("order {}", words::clean(order))),
        entry
            .since
            .map(|since| format!("since {}", when::moment(since, &zone))),
    ]
    .into_iter()
    .flatten()
    .map(|fact| fact.replace(' ', "\u{a0}"))
    .collect();
    for line in words::wrapped(&facts.join(" · "), room) {
        put(&format!("{DIM}{line}{DIM:#}"));
    }
    for line in next(entry, room) {
        put(&line);
    }
    if timeline {
        for line in super::timeline::lines(entry, now, room) {
            put(&line);
        }
    }
    text
}

/// What happens next and when, and the way out.
pub(super) fn next(entry: &InFlight, room: usize) -> Vec<String> {
    let zone = when::carrier_zone(entry.carrier.as_deref());
    let ansi = if entry.needs_attention {
        Ansi::new()
    } else {
        CYAN
    };
    let mut lines: Vec<String> = words::wrapped(&entry.reason, room);
    if let Some(until) = &entry.until {
        let until = when::until(until, &zone);
        let said = format!("until {until}").replace(' ', "\u{a0}");
        // Often the reason says so itself.
        if !entry.reason.contains(&until) {
            let line = format!("{} ({said})", lines.pop().unwrap_or_default());
            lines.extend(words::wrapped(line.trim_start(), room));
        }
    }
    let mut lines: Vec<String> = lines
        .into_iter()
        .map(|line| format!("{ansi}{line}{ansi:#}"))
        .collect();
    lines.extend(arrowed(entry.help.as_deref(), room));
    lines
}

/// The way out, behind an arrow.
fn arrowed(help: Option<&str>, room: usize) -> Vec<String> {
    help.into_iter()
        .flat_map(|help| words::wrapped(help, room.saturating_sub(2)))
        .enumerate()
        .map(|(at, line)| {
            let arrow = if at == 0 { '→' } else { ' ' };
            format!("{DIM}{arrow} {line}{DIM:#}")
        })
        .collect()
}

/// `In flight: 2 ports, 1 activation. 1 needs a person.`
fn summary(entries: &[InFlight]) -> String {
    let attention = entries.iter().filter(|entry| entry.needs_attention).count();
    let mut line = format!("{BOLD}In flight:{BOLD:#} {}.", in_flight_said(entries));
    if attention > 0 {
        let verb = if attention == 1 { "needs" } else { "need" };
        let _ = write!(line, " {ALARM}{attention} {verb} a person.{ALARM:#}");
    }
    line
}

/// `2 ports, 1 activation`.
pub(super) fn in_flight_said(entries: &[InFlight]) -> String {
    let parts: Vec<String> = KINDS
        .into_iter()
        .map(|of| (of, entries.iter().filter(|entry| entry.kind == of).count()))
        .filter(|(_, count)| *count > 0)
        .map(|(of, count)| format!("{count} {}", counted(of, count)))
        .collect();
    parts.join(", ")
}

const fn counted(kind: FlightKind, count: usize) -> &'static str {
    match (kind, count) {
        (FlightKind::Port, 1) => "port",
        (FlightKind::Port, _) => "ports",
        (FlightKind::Activation, 1) => "activation",
        (FlightKind::Activation, _) => "activations",
        (FlightKind::E911Address, 1) => "E911 address",
        (FlightKind::E911Address, _) => "E911 addresses",
        (FlightKind::CustomerServiceRecord, 1) => "customer service record",
        (FlightKind::CustomerServiceRecord, _) => "customer service records",
        (FlightKind::Disconnect, 1) => "disconnect",
        (FlightKind::Disconnect, _) => "disconnects",
    }
}
