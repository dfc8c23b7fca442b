//! The stories of ports, each as the plans of its days: what a person who
//! applies every morning is told. Set UPDATE_GOLDEN=1 to write the expected
//! files anew.

use std::fmt::Write as _;
use std::path::Path;

use alz::model::{LivePort, PortId};
use alz::plan::Plan;
use serde_json::{Value, json};

use crate::world::*;

const SECOND: &str = "18015551213";

fn compare(name: &str, actual: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/plan/golden")
        .join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, actual).expect("written");
    }
    let expected = std::fs::read_to_string(&path).expect("tests/plan/golden");
    assert!(expected == actual, "{name} differs:\n{actual}");
}

/// What a plan says, without how it is laid out.
fn told(plan: &Plan) -> String {
    let mut text = String::new();
    for step in &plan.steps {
        let numbers: Vec<String> = step.numbers.iter().map(ToString::to_string).collect();
        let _ = writeln!(text, "  {} ({})", step.id, numbers.join(", "));
        if let Some(facts) = &step.port {
            let _ = writeln!(text, "    {}", serde_json::to_string(facts).expect("json"));
        }
        for change in &step.changes {
            if change.sensitive {
                let _ = writeln!(text, "    {}: secret", change.path);
            } else {
                let _ = writeln!(
                    text,
                    "    {}: {} -> {}",
                    change.path, change.before, change.after
                );
            }
        }
        if let Some(body) = &step.body {
            let _ = writeln!(text, "    {} {body}", step.request.method);
        }
    }
    for note in &plan.notes {
        let numbers: Vec<String> = note.numbers.iter().map(ToString::to_string).collect();
        let _ = writeln!(
            text,
            "  {} {}: {}",
            note.kind.name(),
            numbers.join(", "),
            note.reason
        );
        if let Some(help) = &note.help {
            let _ = writeln!(text, "    help: {help}");
        }
        if let Some(until) = &note.until {
            let _ = writeln!(text, "    until {until}");
        }
    }
    if text.is_empty() {
        text.push_str("  nothing\n");
    }
    text
}

/// A story: its world as it goes on, and what was told so far.
struct Story {
    world: World,
    text: String,
}

impl Story {
    fn of(declared: Value) -> Self {
        let entry = json!({
            "port": "main-line", "customerServiceRecord": office(), "e911Address": null,
            "directoryListing": { "type": "LIST_PUBLISH" }
        });
        let mut world = World::new()
            .declares(entry.clone())
            .declares_number(SECOND, entry)
            .declares_port("main-line", declared);
        for number in [NUMBER, SECOND] {
            world
                .live
                .inventory
                .insert(tn(number), alz::model::live::Inventory::Unknown);
        }
        Self {
            world,
            text: String::new(),
        }
    }

    /// The file changes.
    fn edit(mut self, declared: Value) -> Self {
        self.world.desired.ports.clear();
        self.world = self.world.declares_port("main-line", declared);
        self
    }

    /// The platform has the port like this.
    fn port(mut self, state: &str, members: Value) -> Self {
        let port: LivePort = ordered(state, &[NUMBER, SECOND], members);
        let status = match state {
            "REJECTED" => "PORT_REJECTED",
            "CANCEL_PENDING" => "CANCEL_PORT",
            "CANCELLED" | "CARRIER_CANCELLED" => "CANCEL_PORT_COMPLETE",
            "COMPLETED" => "ACTIVE",
            _ => "PORT_PENDING",
        };
        let row =
            json!({ "customerServiceRecord": office(), "directoryListing": { "type": "PORTED" } });
        self.world = self.world.has_port(status, port, row);
        self
    }

    fn told(mut self, now: &str, what: &str) -> Self {
        self.world = self.world.at(now).offering(&[
            "2026-12-01",
            "2026-12-02",
            "2026-12-03",
            "2026-12-04",
            "2026-12-07",
            "2026-12-08",
            "2026-12-09",
            "2026-12-10",
        ]);
        let plan = self.world.plan();
        let _ = writeln!(self.text, "{now} {what}\n{}", told(&plan));
        self
    }
}

fn log(lines: &[(&str, &str, &str)]) -> Value {
    let lines = lines
        .iter()
        .map(|(status, at, words)| json!([status, at, "", words]));
    Value::Array(lines.collect())
}

#[test]
fn a_rejected_port() {
    let wireless = with(
        main_line(),
        json!({
            "portingWireType": "Wireless", "wirelessAccountNumber": "98765", "wirelessPin": { "env": "MAIN_LINE_PIN" }
        }),
    );
    let members = |lines: &[(&str, &str, &str)]| {
        json!({
            "wireType": "Wireless", "reaction": "RESUBMIT", "log": log(lines),
            "editable": ["crdDate", "wirelessAccountNumber", "wirelessPin", "name"]
        })
    };
    let first = ("REJECTED", "2026-11-24T17:00:00Z", "Invalid or missing PIN");
    let second = ("REJECTED", "2026-11-25T17:00:00Z", "Address mismatch: unit");
    let mut story = Story::of(wireless.clone())
        .told("2026-11-23T15:00:00Z", "declared")
        .port(
            "PENDING",
            members(&[("PENDING", "2026-11-23T15:00:10Z", "Start Port")]),
        )
        .told("2026-11-23T15:05:00Z", "ordered");
    story.world.memory.secrets_sent.insert(tn(NUMBER), None);
    let mut story = story.port("REJECTED", members(&[first])).told(
        "2026-11-24T18:00:00Z",
        "rejected for its PIN, which may have changed",
    );
    let sent = "2026-11-24T17:00:00Z".parse().ok();
    story.world.memory.secrets_sent.insert(tn(NUMBER), sent);
    let unit = with(office(), json!({ "unit": "510" }));
    let story = story
        .told("2026-11-24T18:30:00Z", "sent once, and rejected still")
        .port(
            "REJECTED",
            members(&[
                first,
                ("PENDING", "2026-11-24T19:00:00Z", "Port resubmitted"),
                second,
            ]),
        )
        .told("2026-11-25T18:00:00Z", "rejected for its address")
        .edit(with(wireless, json!({ "customerServiceRecord": unit })))
        .told("2026-11-25T18:30:00Z", "the file is mended")
        .port(
            "REJECTED",
            with(members(&[second]), json!({ "reaction": "CANCEL" })),
        )
        .told("2026-11-26T18:00:00Z", "it has to be ordered anew");
    compare("port-rejected.txt", &story.text);
}

#[test]
fn a_rescheduled_port() {
    let moved = with(main_line(), json!({ "crdDate": "2026-12-08" }));
    let foc = json!({ "foc": "2026-12-03", "editable": ["crdDate"] });
    let story = Story::of(main_line())
        .port("FOC_RECEIVED", foc.clone())
        .told("2026-11-25T15:00:00Z", "the FOC date has come")
        .edit(with(main_line(), json!({ "crdDate": "2026-12-06" })))
        .told("2026-11-25T16:00:00Z", "moved to a Sunday")
        .edit(moved.clone())
        .told("2026-11-25T17:00:00Z", "moved to a day on offer")
        .port(
            "IN_PROGRESS",
            json!({ "crd": "2026-12-08", "order": "PON-77" }),
        )
        .told("2026-11-25T18:00:00Z", "asked for")
        .port(
            "FOC_RECEIVED",
            json!({ "crd": "2026-12-08", "foc": "2026-12-09", "editable": ["crdDate"] }),
        )
        .told("2026-11-30T18:00:00Z", "the carrier gives another day")
        .edit(main_line())
        .told("2026-12-08T18:00:00Z", "moved back too late");
    compare("port-rescheduled.txt", &story.text);
}

#[test]
fn a_port_that_loses_its_foc_date() {
    let story = Story::of(main_line())
        .port(
            "FOC_RECEIVED",
            json!({ "foc": "2026-12-03", "carrier": "LEVEL_3" }),
        )
        .told("2026-11-30T18:00:00Z", "the FOC date has come")
        .port("FOC_REMOVED", json!({ "carrier": "LEVEL_3" }))
        .edit(with(main_line(), json!({ "crdDate": "2026-12-10" })))
        .told(
            "2026-12-02T18:00:00Z",
            "it is taken back, and the file asks for a later day",
        )
        .port(
            "FOC_RECEIVED",
            json!({ "foc": "2026-12-10", "crd": "2026-12-10", "carrier": "LEVEL_3" }),
        )
        .told("2026-12-04T18:00:00Z", "there is another")
        .told("2026-12-11T04:00:00Z", "the carrier's hour has come")
        .told("2026-12-11T07:00:00Z", "the day is over")
        .port("COMPLETED", json!({}))
        .told("2026-12-11T15:00:00Z", "support has settled it");
    compare("port-foc-lost.txt", &story.text);
}

#[test]
fn a_cancelled_port() {
    let mut story = Story::of(main_line())
        .port("FOC_RECEIVED", json!({ "foc": "2026-12-03" }))
        .told("2026-11-25T18:00:00Z", "under way");
    let wanted = story.world.desired.numbers.clone();
    story
        .world
        .desired
        .numbers
        .get_mut(&tn(NUMBER))
        .expect("declared")
        .released = true;
    let mut story = story.told("2026-11-30T18:00:00Z", "one of two is given up");
    story
        .world
        .desired
        .numbers
        .get_mut(&tn(SECOND))
        .expect("declared")
        .released = true;
    let mut story = story
        .told("2026-12-01T18:00:00Z", "both are given up")
        .port("CANCEL_PENDING", json!({}))
        .told("2026-12-01T18:05:00Z", "asked for");
    story.world.desired.numbers = wanted;
    let story = story
        .told("2026-12-01T19:00:00Z", "wanted again after all")
        .port("CANCELLED", json!({ "log": log(&[("CANCELLED", "2026-12-01T20:00:00Z", "Cancelled")]) }))
        .edit(with(main_line(), json!({ "crdDate": "2026-12-08" })))
        .told("2026-12-02T15:00:00Z", "cancelled to the end, ordered anew")
        .port("CARRIER_CANCELLED", json!({ "crd": "2026-12-08", "log": log(&[("CARRIER_CANCELLED", "2026-12-03T20:00:00Z", "Not our customer")]) }))
        .told("2026-12-04T15:00:00Z", "the carrier calls it off");
    compare("port-cancelled.txt", &story.text);
}

#[test]
fn a_port_triggered_late() {
    let declared = with(main_line(), json!({ "trigger": "onFocDate" }));
    let foc = json!({ "foc": "2026-12-03" });
    let mut story = Story::of(declared)
        .port("FOC_RECEIVED", foc)
        .told("2026-12-02T18:00:00Z", "the day before")
        .told("2026-12-04T00:30:00Z", "19:30 in New York")
        .told("2026-12-04T01:05:00Z", "20:05 in New York: missed");
    let id = PortId::new("port-1");
    story
        .world
        .memory
        .triggered
        .insert(id, "2026-12-04T00:31:00Z".parse().expect("a time"));
    let story = story
        .told("2026-12-04T00:40:00Z", "had it been triggered at 19:31")
        .told(
            "2026-12-04T00:51:00Z",
            "and not been active 20 minutes later",
        )
        .told("2026-12-04T05:00:00Z", "nor by midnight")
        .port("COMPLETED", json!({}))
        .told("2026-12-04T15:00:00Z", "done: what had to wait comes now");
    compare("port-late-trigger.txt", &story.text);
}
