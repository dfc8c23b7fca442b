//! The step of a port, in lines: which port it is and when it moves, then what
//! is sent. A new order is told whole and short; a change of one as what goes
//! and what comes.

use anstyle::{AnsiColor, Effects, Style as Ansi};

use super::changes::{gathered, member_of, scalar, shown};
use super::{when, words};
use crate::model::Member;
use crate::plan::{Action, Change, Plan, PortFacts, Step};

const GREEN: Ansi = AnsiColor::Green.on_default();
const RED: Ansi = AnsiColor::Red.on_default();
const DIM: Ansi = Ansi::new().effects(Effects::DIMMED);

/// The records that an order carries.
const RECORDS: [&str; 3] = [
    "customerServiceRecord",
    "port.customerServiceRecord",
    "e911Address",
];

/// Which port it is: carrier and rate centre, the dates.
pub(super) fn facts(facts: &PortFacts, action: Action, room: usize) -> Vec<String> {
    let PortFacts {
        name: _,     // beside the verb
        replaces: _, // what became of it is a warning of its own
        port_id,
        carrier,
        rate_center,
        crd_date,
        earliest_date,
        business_days,
        foc_date,
    } = facts;
    let crd = crd_date.map(|crd| {
        let days = match business_days {
            Some(1) => ", 1 business day from today".to_owned(),
            Some(days) => format!(", {days} business days from today"),
            None => String::new(),
        };
        format!("CRD {}{days}", when::day(crd))
    });
    let foc = foc_date.map(|foc| format!("FOC {}", when::day(foc)));
    let earliest = earliest_date
        .filter(|earliest| Some(*earliest) != *crd_date)
        .map(|earliest| format!("earliest {}", when::day(earliest)));
    let id = port_id.as_ref().map(|id| format!("port {id}"));
    let place = rate_center
        .as_ref()
        .map(|place| format!("rate centre {place}"));
    let carrier = carrier.clone();
    let said = match action {
        // Whose date matters once there is one.
        Action::TriggerPort | Action::CancelPort => [carrier, foc.or(crd), id, None, None],
        Action::SubmitPort
        | Action::UpdatePort
        | Action::Recover
        | Action::Activate
        | Action::SubmitActivation
        | Action::Update
        | Action::AcceptE911Correction
        | Action::KeepE911Original
        | Action::CancelActivation
        | Action::Release => [carrier, place, crd.or(foc), earliest, id],
    };
    let said: Vec<String> = said
        .into_iter()
        .flatten()
        .map(|fact| fact.replace(' ', "\u{a0}"))
        .collect();
    words::wrapped(&said.join(" · "), room)
        .into_iter()
        .filter(|line| !line.is_empty())
        .map(|line| format!("{DIM}{line}{DIM:#}"))
        .collect()
}

/// What a port's step sends, where that is told otherwise than change by change.
pub(super) fn lines(step: &Step, plan: &Plan, room: usize) -> Option<Vec<String>> {
    match step.action {
        Action::SubmitPort => Some(order(step, plan, room)),
        Action::TriggerPort => Some(vec![
            "the carrier is told to activate it now, before its own hour".to_owned(),
        ]),
        Action::CancelPort => {
            let state = step
                .changes
                .iter()
                .find(|change| change.path == "state")
                .map_or_else(String::new, |change| {
                    format!("{RED}{}{RED:#} → ", scalar(&change.before))
                });
            Some(vec![format!("its order: {state}{GREEN}cancelled{GREEN:#}")])
        }
        Action::UpdatePort
        | Action::Recover
        | Action::Activate
        | Action::SubmitActivation
        | Action::Update
        | Action::AcceptE911Correction
        | Action::KeepE911Original
        | Action::CancelActivation
        | Action::Release => None,
    }
}

/// A new order: who and where in a line, its terms in another.
fn order(step: &Step, plan: &Plan, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut told: Vec<&Change> = Vec::new();
    for record in RECORDS {
        let members: Vec<(Member, &Change)> = step
            .changes
            .iter()
            .filter_map(|change| member_of(change, record))
            .collect();
        if !members.is_empty() {
            told.extend(members.iter().map(|(_, change)| *change));
            lines.extend(whole(record, &members, room));
        }
    }
    let named = |prefix: &str, told: &[&Change]| -> (Vec<&Change>, Vec<String>) {
        step.changes
            .iter()
            .filter(|change| !told.iter().any(|other| std::ptr::eq(*other, *change)))
            .filter_map(|change| {
                let name = change.path.strip_prefix(prefix)?;
                let value = if change.sensitive {
                    "(secret)".to_owned()
                } else {
                    shown(step, plan, change, &change.after)
                };
                // One term is not broken over two lines where it has room on one.
                let term = format!("{name} {value}").replace(' ', "\u{a0}");
                Some((change, term))
            })
            .unzip()
    };
    let settings = named("port.telecomSettings.", &told);
    told.extend(settings.0);
    let port = named("port.", &told);
    told.extend(port.0);
    for (name, terms) in [("port", port.1), ("port.telecomSettings", settings.1)] {
        if !terms.is_empty() {
            lines.extend(labelled(name, &terms.join(", "), room));
        }
    }
    let rest = step
        .changes
        .iter()
        .filter(|change| !told.iter().any(|other| std::ptr::eq(*other, *change)));
    for change in rest {
        let value = shown(step, plan, change, &change.after);
        lines.extend(labelled(&change.path, &value, room));
    }
    lines
}

/// A record: who and where in a line, the rest below it.
fn whole(name: &str, members: &[(Member, &Change)], room: usize) -> Vec<String> {
    let (record, rest) = gathered(members);
    let parts = [words::who(&record), words::place(&record)];
    let said: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let mut lines = labelled(name, &said.join(", "), room);
    if !rest.is_empty() {
        let rest = words::wrapped(&rest.join(", "), room.saturating_sub(2));
        lines.extend(rest.into_iter().map(|line| format!("  {line}")));
    }
    lines
}

/// `name: what is new`, continued below itself where it is long.
fn labelled(name: &str, said: &str, room: usize) -> Vec<String> {
    let taken = name.chars().count() + 2;
    let hold = "\u{a0}".repeat(taken);
    // The label's room is kept on the first line alone.
    words::wrapped(&format!("{hold}{said}"), room.saturating_sub(2))
        .into_iter()
        .enumerate()
        .map(|(at, line)| {
            if at == 0 {
                let said = line.get(taken..).unwrap_or_default();
                format!("{name}: {GREEN}{said}{GREEN:#}")
            } else {
                format!("  {GREEN}{line}{GREEN:#}")
            }
        })
        .collect()
}
