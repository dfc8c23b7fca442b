//! Something to do for each action, each on a number of its own in `seed.yaml`.

use alz::plan::Action;

/// One action's part of an account file.
#[derive(Clone, Copy)]
pub struct Work {
    pub action: Action,
    pub number: &'static str,
    /// Below `ports:`.
    port: &'static str,
    /// Below `numbers:`.
    numbers: &'static str,
    /// The sandbox's counter of what was done.
    pub counter: &'static str,
}

/// No `_`: an action that is added must get its row.
pub fn of(action: Action) -> Work {
    let (number, port, numbers, counter) = match action {
        Action::Recover => ("18015550101", "", r#""18015550101": {}"#, "recoveries"),
        Action::Activate => ("18015550102", "", r#""18015550102": {}"#, "activations"),
        Action::SubmitActivation => (
            "18015550103",
            "",
            r#""18015550103": { holdActivation: false }"#,
            "holdSubmissions",
        ),
        Action::SubmitPort => (
            "18012240104",
            r#"new: { billingTelephoneNumber: "18012240104", crdDate: 2026-12-08, portingWireType: Wireline, portingAuthorizedName: Bea Baker }"#,
            "\"18012240104\": { port: new }\n  \"18012240204\": { port: new }",
            "ports",
        ),
        Action::UpdatePort => (
            "18012240105",
            r#"pending: { billingTelephoneNumber: "18012240105", crdDate: 2026-12-10, portingWireType: Wireline, portingAuthorizedName: Bea Baker }"#,
            r#""18012240105": { port: pending }"#,
            "portUpdates",
        ),
        Action::TriggerPort => (
            "18012240106",
            r#"foc: { billingTelephoneNumber: "18012240106", crdDate: 2026-11-23, portingWireType: Wireline, portingAuthorizedName: Bea Baker, trigger: onFocDate }"#,
            r#""18012240106": { port: foc }"#,
            "portTriggers",
        ),
        Action::Update => (
            "18015550107",
            "",
            r#""18015550107": { reference: { type: END_USER, id: faultsUser000000000001, assignAsCallerId: true }, e911Address: { <<: *shop, streetNumber: "77", language: en-US } }"#,
            "updates",
        ),
        Action::AcceptE911Correction => (
            "18015550108",
            "",
            r#""18015550108": { e911Address: { <<: *shop, city: Orem, onCorrection: accept } }"#,
            "updates",
        ),
        Action::KeepE911Original => (
            "18015550109",
            "",
            r#""18015550109": { e911Address: { <<: *shop, city: Orem, onCorrection: keepOriginal } }"#,
            "updates",
        ),
        Action::CancelActivation => (
            "18015550110",
            "",
            r#""18015550110": { state: released }"#,
            "holdCancellations",
        ),
        Action::CancelPort => (
            "18012240111",
            "",
            r#""18012240111": { state: released }"#,
            "portCancellations",
        ),
        Action::Release => (
            "18015550112",
            "",
            r#""18015550112": { state: released }"#,
            "deletes",
        ),
    };
    Work {
        action,
        number,
        port,
        numbers,
        counter,
    }
}

/// The account file that asks for all of it.
pub fn file(works: &[Work]) -> String {
    let list = |part: fn(&Work) -> &'static str| -> String {
        let parts = works.iter().map(part).filter(|part| !part.is_empty());
        parts.map(|part| format!("  {part}\n")).collect()
    };
    let ports = match list(|work| work.port) {
        none if none.is_empty() => none,
        some => format!("ports:\n{some}"),
    };
    let numbers = list(|work| work.numbers);
    format!("{}{ports}numbers:\n{numbers}", include_str!("account.yaml"))
}
