//! What is in flight, for a comment or a job's summary: what needs a person first.

use std::collections::BTreeMap;

use super::builder::{Document, Entry, Part, Rank};
use super::plan::{numbers, way_out};
use super::{Options, escape, marker};
use crate::model::AccountId;
use crate::plan::InFlight;
use crate::report::status_human::{in_flight_said, kind};
use crate::report::{StatusDocument, when};

/// The status as a comment; `names` are the accounts' names for people.
pub fn status(
    document: &StatusDocument,
    names: &BTreeMap<AccountId, String>,
    options: &Options,
) -> String {
    let (attention, flying): (Vec<&InFlight>, Vec<&InFlight>) = document
        .in_flight
        .iter()
        .partition(|entry| entry.needs_attention);
    let few = document.in_flight.len() <= 12;
    let entries = |of: &[&InFlight], rank: Rank| -> Vec<Entry> {
        of.iter().map(|one| entry(one, names, rank)).collect()
    };
    let ordered: Vec<&InFlight> = document.not_ordered.iter().collect();
    let mut going = Part::folded(
        "On their way",
        &flying.len().to_string(),
        entries(&flying, Rank::Waiting),
    );
    going.fold = Some(few);
    let environment = escape::text(&escape::clipped(&document.environment, 60));
    let verdict = match document.in_flight.as_slice() {
        [] => format!("alz status: nothing in flight in {environment}"),
        all => {
            let needs = match attention.len() {
                0 => String::new(),
                1 => "; 1 NEEDS A PERSON".to_owned(),
                count => format!("; {count} NEED A PERSON"),
            };
            format!(
                "alz status: {} in flight in {environment}{needs}",
                in_flight_said(all)
            )
        }
    };
    Document {
        marker: marker("status", &document.environment, None),
        verdict,
        parts: vec![
            Part::plain(
                "These do not go on by themselves",
                entries(&attention, Rank::Blocked),
            ),
            going,
            Part::folded(
                "Declared, not ordered yet",
                &ordered.len().to_string(),
                entries(&ordered, Rank::Deferred),
            ),
        ],
        whole: "`alz status` shows all of it.".to_owned(),
        ..Document::default()
    }
    .render(options)
}

fn entry(entry: &InFlight, names: &BTreeMap<AccountId, String>, rank: Rank) -> Entry {
    let InFlight {
        kind: of,
        account,
        name,
        port_id: _, // `alz port show` has it
        numbers: about,
        state,
        since,
        reason,
        help,
        needs_attention: _, // which part it stands in
        until,
        carrier,
        order,
        crd_date,
        foc_date,
        auto_trigger: _, // in the reason
        timeline: _,     // --timeline, for people
    } = entry;
    let zone = when::carrier_zone(carrier.as_deref());
    let what = name.as_deref().unwrap_or(kind(*of));
    let account_name = names.get(account).map_or(account.as_str(), String::as_str);
    let mut facts = vec![
        format!("**{}**", escape::text(&escape::clipped(what, 80))),
        numbers(about, 4),
        escape::code(state),
        escape::text(&escape::clipped(account_name, 80)),
    ];
    facts.extend(carrier.as_deref().map(escape::text));
    facts.extend(
        order
            .as_deref()
            .map(|order| format!("order {}", escape::text(order))),
    );
    facts.extend(since.map(|since| format!("since {}", when::moment(since, &zone))));
    facts.extend(crd_date.map(|date| format!("CRD {date}")));
    facts.extend(foc_date.map(|date| format!("FOC {date}")));
    let mut text = format!("- {}  \n  {}", facts.join(" · "), escape::prose(reason));
    if let Some(until) = until {
        let until = when::until(until, &zone);
        if !reason.contains(&until) {
            text.push_str(&format!(" (until {})", escape::text(&until)));
        }
    }
    text.push('\n');
    if let Some(help) = help {
        text.push_str(&way_out(help));
    }
    Entry {
        rank,
        what: ("entry", "entries"),
        account: account.to_string(),
        text,
    }
}
