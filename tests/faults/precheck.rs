//! Somebody else at the same number between the plan and the step: the last look
//! finds it done and skips it, finds it as planned and sends it, or finds it
//! otherwise and does not send it, with what was expected and what was found.

use alz::apply::{Interrupt, StepStatus};
use alz::plan::{Action, Plan, Step};
use serde_json::{Value, json};

use crate::matrix::{PATIENT, wait};
use crate::run::{self, Ended, Repository, Waited};
use crate::world::{State, World};
use crate::{crash, work};

const PARTITION: &str = "/v2/partition/faultsPartition0000001";
const OTHER: &str = "/v2/partition/faultsPartition0000001/account/faultsAccount000000002";

/// What somebody does.
enum Deed {
    /// The request of a step, or one like it.
    Send(&'static str, String, Value),
    /// Lets time pass.
    Wait(&'static str),
}

use Deed::{Send, Wait};

fn the(step: &Step) -> Deed {
    let method = match step.request.method.as_str() {
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        _ => "DELETE",
    };
    let body = step.body.clone().unwrap_or_default();
    Send(method, step.request.path.clone(), body)
}

/// What brings about what the step would.
fn done(step: &Step) -> Vec<Deed> {
    match step.action {
        // Triggered it is another port than planned; carried out it is done.
        Action::TriggerPort => vec![the(step), Wait("P2D")],
        Action::Recover
        | Action::Activate
        | Action::SubmitActivation
        | Action::SubmitPort
        | Action::UpdatePort
        | Action::Update
        | Action::AcceptE911Correction
        | Action::KeepE911Original
        | Action::CancelActivation
        | Action::CancelPort
        | Action::Release => vec![the(step)],
    }
}

/// What makes it another number, or port, than planned, and what is said then:
/// expected, and found.
fn stale(step: &Step) -> (Vec<Deed>, &'static str, &'static str) {
    let path = step.request.path.as_str();
    let part = |from: &str, to: &str| path.replace(from, to);
    let body = step.body.clone().unwrap_or_default();
    match step.action {
        Action::Recover => {
            let order = json!({ "customerServiceRecord": crash::shop(), "telephoneNumbers": [{ "phoneNumber": "18015550101" }] });
            (
                vec![
                    the(step),
                    Send("POST", format!("{OTHER}/telephonenumber"), order),
                ],
                "a number in cooldown",
                "one on account faultsAccount000000002",
            )
        }
        Action::Activate => (
            vec![
                the(step),
                Wait("P2D"),
                Send("DELETE", format!("{path}/18015550102"), Value::Null),
            ],
            "a number that is not on account faultsAccount000000001",
            "one that is DELETE_PENDING",
        ),
        Action::SubmitActivation => (
            vec![Send(
                "PUT",
                path.to_owned(),
                json!({ "activationStatusType": "CANCELLED" }),
            )],
            "a number that is ACTIVATION_ON_HOLD as planned",
            "that it is not on the account",
        ),
        Action::SubmitPort => {
            let mut one = body;
            one["telephoneNumbers"] = json!([{ "phoneNumber": "18012240204" }]);
            one["port"]["billingTelephoneNumber"] = json!("18012240204");
            (
                vec![Send("POST", path.to_owned(), one)],
                "none of the port's numbers on account faultsAccount000000001",
                "that 18012240204 is PORT_PENDING in port",
            )
        }
        Action::UpdatePort => (
            vec![Send(
                "PATCH",
                path.to_owned(),
                json!({ "crdDate": "2026-12-14" }),
            )],
            "port faultsPortPending00001 to be",
            "crdDate",
        ),
        Action::TriggerPort => (
            vec![the(step)],
            "port faultsPortFoc000000001 to be",
            "that its history changed meanwhile",
        ),
        Action::Update => (
            vec![Send(
                "PATCH",
                path.to_owned(),
                json!({ "e911Address": { "customerType": "BUSINESS", "businessName": "Bakery", "streetNumber": "79", "streetName": "Center", "streetSuffix": "St", "city": "Provo", "state": "UT", "country": "USA", "postalCode": "84606" } }),
            )],
            "a number that is ACTIVE as planned",
            "that someone changed its e911Address",
        ),
        Action::AcceptE911Correction => (
            vec![Send(
                "PUT",
                part("correction/accept", "original/accept"),
                Value::Null,
            )],
            "the E911 correction that was planned",
            "none",
        ),
        Action::KeepE911Original => (
            vec![Send(
                "PUT",
                part("original/accept", "correction/accept"),
                Value::Null,
            )],
            "a number that is ACTIVE as planned",
            "that someone changed its e911Address",
        ),
        Action::CancelActivation => (
            vec![Send(
                "PUT",
                path.to_owned(),
                json!({ "activationStatusType": "IN_PROGRESS" }),
            )],
            "a number that is ACTIVATION_ON_HOLD as planned",
            "that someone changed its status",
        ),
        Action::CancelPort => (
            vec![Wait("P30D")],
            "port faultsPortUnwanted0001 to be",
            "it COMPLETED",
        ),
        Action::Release => {
            let number = "18015550112";
            let order = json!({ "customerServiceRecord": crash::shop(), "telephoneNumbers": [{ "phoneNumber": number }], "holdActivation": true });
            (
                vec![
                    the(step),
                    Wait("P2D"),
                    Send(
                        "PUT",
                        format!("{PARTITION}/telephonenumber/{number}/cooldown/recover"),
                        Value::Null,
                    ),
                    Send("POST", part(&format!("/{number}"), ""), order),
                ],
                "a number that is ACTIVE as planned",
                "that someone changed its status",
            )
        }
    }
}

struct Seen {
    ended: Ended,
    /// How often the run itself sent the step's request.
    sent: usize,
    exit_3: bool,
    before: State,
    after: State,
}

/// A run of one action, with somebody between its plan and its first step.
async fn beside(action: Action, deeds: impl Fn(&Step) -> Vec<Deed>) -> Seen {
    let repository = Repository::new(&work::file(&[work::of(action)]));
    let world = World::new().await;
    let client = run::reader(&world.base, PATIENT, Waited::new());
    let planned = run::plan(&repository, client).await;
    let step = of(&planned.plan, action);
    let request = (step.request.method.clone(), step.request.path.clone());
    for deed in deeds(step) {
        match deed {
            Wait(duration) => world.advance(duration).await,
            Send(method, path, body) => {
                let body = match body {
                    Value::Null => Vec::new(),
                    body => body.to_string().into_bytes(),
                };
                let verb = method.parse().expect("a method");
                let (status, said) = world.ask(verb, &path, Some(world.token()), body).await;
                let said = String::from_utf8_lossy(&said);
                assert!(status < 300, "{action}: {method} {path}: {status} {said}");
            }
        }
    }
    let before = world.look().await;
    let already = world.requests().await.len();
    let said = run::carry_out(&repository, planned, 4, &Interrupt::default()).await;
    let requests = world.requests().await;
    let sent = requests.iter().skip(already);
    let after = world.look().await;
    world.end().await;
    let ended = said.ended.iter().find(|ended| ended.action == action);
    Seen {
        ended: ended.expect("a report of it").clone(),
        sent: { sent }.filter(|sent| **sent == request).count(),
        exit_3: said.tally.failed + said.tally.unknown > 0,
        before,
        after,
    }
}

fn of(plan: &Plan, action: Action) -> &Step {
    let step = plan.steps.iter().find(|step| step.action == action);
    step.unwrap_or_else(|| panic!("no {action} in {plan:#?}"))
}

#[test]
fn what_is_ready_is_sent_once() {
    for action in Action::ALL {
        let seen = wait(beside(action, |_| Vec::new()));
        assert_eq!(seen.ended.status, StepStatus::Done, "{:?}", seen.ended);
        assert_eq!((seen.sent, seen.exit_3), (1, false), "{action}");
        assert_ne!(seen.before, seen.after, "{action} changed nothing");
    }
}

#[test]
fn what_somebody_has_done_meanwhile_is_skipped_and_not_sent() {
    for action in Action::ALL {
        let seen = wait(beside(action, done));
        assert_eq!(seen.ended.status, StepStatus::Skipped, "{:?}", seen.ended);
        assert_eq!(seen.ended.message, "the platform shows it done already");
        assert_eq!((seen.sent, seen.exit_3), (0, false), "{action}");
    }
}

#[test]
fn what_is_no_longer_as_planned_is_not_sent_and_says_what_was_found() {
    let mut wrong = Vec::new();
    for action in Action::ALL {
        let (mut expected, mut found) = ("", "");
        let seen = wait(beside(action, |step| stale(step).0));
        let repository = Repository::new(&work::file(&[work::of(action)]));
        wait(async {
            let world = World::new().await;
            let client = run::reader(&world.base, PATIENT, Waited::new());
            let planned = run::plan(&repository, client).await;
            (_, expected, found) = stale(of(&planned.plan, action));
        });
        assert_eq!(seen.ended.status, StepStatus::Failed, "{:?}", seen.ended);
        let said = &seen.ended.message;
        let told = said.starts_with(&format!("not sent: expected {expected}"))
            && said.contains(found)
            && said.ends_with("; run plan again");
        if !told {
            wrong.push(format!("{action}: {said}"));
        }
        assert_eq!((seen.sent, seen.exit_3), (0, true), "{action}");
        assert_eq!(seen.before, seen.after, "{action} changed something");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
