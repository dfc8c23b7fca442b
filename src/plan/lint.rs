//! What must hold for every plan, whatever it was made from. Every plan made
//! in a test goes through here; so may one that is about to be applied.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::model::{CarrierStatus, PhoneNumber, PortState};
use crate::plan::document::{Action, Expect, NoteKind, Plan, Step};

/// The invariants that this plan breaks, in words; empty when it is sound.
pub fn lint(plan: &Plan) -> Vec<String> {
    let mut faults = Vec::new();
    let said = Said::of(plan);
    let mut seen = BTreeSet::new();
    let mut patched: BTreeSet<PhoneNumber> = BTreeSet::new();
    let mut actions: BTreeMap<PhoneNumber, Vec<Action>> = BTreeMap::new();
    for step in &plan.steps {
        // A step comes after all that it depends on: so they exist, and there is no circle.
        for id in &step.depends_on {
            if !seen.contains(id.as_str()) {
                faults.push(format!(
                    "{}: {id}, which it depends on, does not come before it",
                    step.id
                ));
            }
        }
        if !seen.insert(step.id.as_str()) {
            faults.push(format!("{}: two steps have this id", step.id));
        }
        if step.numbers.is_empty() {
            faults.push(format!("{}: it names no number", step.id));
        }
        if step.changes.is_empty() {
            faults.push(format!("{}: it changes nothing", step.id));
        }
        for change in &step.changes {
            let pin = matches!(
                change.path.as_str(),
                "e911Address" | "directoryListing.address"
            );
            if change.before == change.after && !change.sensitive && !pin {
                faults.push(format!("{}: {} does not change", step.id, change.path));
            }
        }
        for number in &step.numbers {
            actions.entry(*number).or_default().push(step.action);
            if step.request.method == "PATCH" && !patched.insert(*number) {
                faults.push(format!("{number}: more than one PATCH"));
            }
            said.judge(step, *number, &mut faults);
        }
        request(step, &mut faults);
        address_is_whole(step, &mut faults);
        port_step(step, &mut faults);
    }
    for finding in &plan.policies {
        if !seen.contains(finding.step.as_str()) {
            faults.push(format!(
                "{}: a policy speaks of this step, which is not there",
                finding.step
            ));
        }
    }
    for (number, actions) in actions {
        let of_ports = actions.iter().filter(|action| is_of_a_port(**action));
        if actions.len() > 1 && of_ports.count() > 0 {
            faults.push(format!("{number}: more than a port's one step"));
        }
        if actions.len() > 1 && actions.iter().any(|action| action.is_destructive()) {
            faults.push(format!("{number}: given up and changed in one plan"));
        }
    }
    summary(plan, &mut faults);
    faults
}

/// The numbers that notes speak of.
struct Said {
    blocked: BTreeSet<PhoneNumber>,
    waiting: BTreeSet<PhoneNumber>,
    unmanaged: BTreeSet<PhoneNumber>,
}

impl Said {
    fn of(plan: &Plan) -> Self {
        let about = |kind| {
            let notes = plan.notes.iter().filter(move |note| note.kind == kind);
            notes
                .flat_map(|note| note.numbers.iter().copied())
                .collect()
        };
        Self {
            blocked: about(NoteKind::Blocked),
            waiting: about(NoteKind::Waiting),
            unmanaged: about(NoteKind::Unmanaged),
        }
    }

    fn judge(&self, step: &Step, number: PhoneNumber, faults: &mut Vec<String>) {
        if self.unmanaged.contains(&number) {
            faults.push(format!(
                "{}: nothing may be sent for an unmanaged number",
                step.id
            ));
        }
        // One object may be blocked while another goes; a number as a whole is
        // not created, recovered or given up over an open question.
        let goes_on = match step.action {
            Action::Update | Action::AcceptE911Correction | Action::KeepE911Original => true,
            // A part of a port's terms may be past changing, and an address not in force.
            Action::UpdatePort => !self.waiting.contains(&number),
            Action::SubmitActivation | Action::TriggerPort => !self.waiting.contains(&number),
            Action::Recover
            | Action::Activate
            | Action::SubmitPort
            | Action::CancelActivation
            | Action::CancelPort
            | Action::Release => !self.waiting.contains(&number) && !self.blocked.contains(&number),
        };
        if !goes_on {
            faults.push(format!("{}: {number} is waiting or blocked", step.id));
        }
    }
}

/// Method, path and action belong together, and a number that is not active
/// takes a reference and nothing else.
fn request(step: &Step, faults: &mut Vec<String>) {
    let method = match step.action {
        Action::Activate | Action::SubmitPort => "POST",
        Action::Update | Action::UpdatePort => "PATCH",
        Action::Release | Action::CancelPort => "DELETE",
        Action::Recover
        | Action::SubmitActivation
        | Action::CancelActivation
        | Action::TriggerPort
        | Action::AcceptE911Correction
        | Action::KeepE911Original => "PUT",
    };
    if step.request.method != method {
        faults.push(format!(
            "{}: {} is not its method",
            step.id, step.request.method
        ));
    }
    let status = match &step.expect {
        Expect::Number(live) => Some(&live.status),
        Expect::Correction { number: live, .. } => Some(&live.status),
        Expect::Anything | Expect::NotOnAccount | Expect::InCooldown | Expect::Port(_) => None,
    };
    let right = match (step.action, status) {
        (Action::Release, status) => status == Some(&CarrierStatus::Active),
        (Action::SubmitActivation | Action::CancelActivation, status) => {
            status == Some(&CarrierStatus::ActivationOnHold)
        }
        (Action::Update, Some(CarrierStatus::Active)) => true,
        (
            Action::Update,
            Some(CarrierStatus::ActivationOnHold | CarrierStatus::ActivationPending),
        ) => reference_only(step),
        (Action::Update, None) => !step.depends_on.is_empty() && reference_only(step),
        (Action::Update, Some(_)) => false,
        (Action::Activate | Action::Recover, status) => status.is_none(),
        // What the provider corrects is the address of an active number.
        (Action::AcceptE911Correction | Action::KeepE911Original, status) => {
            status == Some(&CarrierStatus::Active)
        }
        (Action::SubmitPort | Action::UpdatePort | Action::TriggerPort | Action::CancelPort, _) => {
            true
        }
    };
    // A plan that was saved and read back has no expectations to judge by.
    if !right && (step.body.is_some() || status.is_some()) {
        faults.push(format!(
            "{}: not for a number in status {status:?}",
            step.id
        ));
    }
}

fn reference_only(step: &Step) -> bool {
    let paths = step.changes.iter().map(|change| change.path.as_str());
    paths
        .into_iter()
        .all(|path| path == "reference" || path.starts_with("reference."))
}

/// No request leaves 911 without an address.
fn address_is_whole(step: &Step, faults: &mut Vec<String>) {
    let Some(Value::Object(body)) = &step.body else {
        return;
    };
    let says = |object: &Value, member: &str| {
        object
            .get(member)
            .and_then(Value::as_str)
            .is_some_and(|text| !text.trim().is_empty())
    };
    if let Some(address) = body.get("e911Address") {
        let stands = address.is_null() || (says(address, "streetName") && says(address, "city"));
        if !stands {
            faults.push(format!("{}: e911Address has no street or city", step.id));
        }
        for member in ["onCorrection", "customerName", "blockCustomerName"] {
            if address.get(member).is_some() {
                faults.push(format!("{}: e911Address has no member {member}", step.id));
            }
        }
    }
    if step.action == Action::Activate {
        let csr = body.get("customerServiceRecord").unwrap_or(&Value::Null);
        for member in ["streetName", "city", "state", "postalCode"] {
            if !says(csr, member) {
                faults.push(format!(
                    "{}: customerServiceRecord.{member} is missing",
                    step.id
                ));
            }
        }
        let listing = body.get("directoryListing").unwrap_or(&Value::Null);
        if !says(listing, "type") {
            faults.push(format!("{}: directoryListing.type is missing", step.id));
        }
    }
}

fn is_of_a_port(action: Action) -> bool {
    match action {
        Action::SubmitPort | Action::UpdatePort | Action::TriggerPort | Action::CancelPort => true,
        Action::Recover
        | Action::Activate
        | Action::SubmitActivation
        | Action::Update
        | Action::AcceptE911Correction
        | Action::KeepE911Original
        | Action::CancelActivation
        | Action::Release => false,
    }
}

/// Steps of ports: each in its state, the secrets nowhere, the guide's
/// requirements of an order there.
fn port_step(step: &Step, faults: &mut Vec<String>) {
    let mut fault = |what: &str| faults.push(format!("{}: {what}", step.id));
    for change in &step.changes {
        let values = !change.before.is_null() || !change.after.is_null();
        let secret =
            change.path.ends_with("wirelessPin") || change.path.ends_with("wirelessAccountNumber");
        if change.sensitive && values {
            fault("a sensitive change shows its value");
        }
        if secret && !change.sensitive {
            fault("a secret is changed for all to see");
        }
    }
    if !is_of_a_port(step.action) {
        if !step.secrets.is_empty() {
            fault("only ports have secrets");
        }
        return;
    }
    if step.port.is_none() {
        fault("it does not say which port it is about");
    }
    let Some(first) = step.numbers.first() else {
        return;
    };
    if step.id != format!("{}-{first}", step.action) || !step.numbers.is_sorted() {
        fault("it is not named after its first number");
    }
    let state = match &step.expect {
        Expect::Port(port) => Some(&port.state),
        Expect::Anything
        | Expect::NotOnAccount
        | Expect::InCooldown
        | Expect::Number(_)
        | Expect::Correction { .. } => None,
    };
    // A plan that was saved and read back has no expectations to judge by.
    let is_known = !matches!(step.expect, Expect::Anything);
    let right = match step.action {
        Action::SubmitPort => state.is_none(),
        Action::TriggerPort => state == Some(&PortState::FocReceived),
        Action::UpdatePort | Action::CancelPort => matches!(
            state,
            Some(
                PortState::Pending
                    | PortState::InProgress
                    | PortState::FocReceived
                    | PortState::Rejected
            )
        ),
        Action::Recover
        | Action::Activate
        | Action::SubmitActivation
        | Action::Update
        | Action::AcceptE911Correction
        | Action::KeepE911Original
        | Action::CancelActivation
        | Action::Release => false,
    };
    if is_known && !right {
        fault("not for a port in this state");
    }
    if let Expect::Port(port) = &step.expect
        && !port
            .numbers
            .iter()
            .all(|number| step.numbers.contains(number))
    {
        fault("it leaves numbers of its port out");
    }
    let Some(Value::Object(body)) = &step.body else {
        return;
    };
    let submits = step.action == Action::SubmitPort;
    if !submits && step.action != Action::UpdatePort {
        fault("it takes no body");
    }
    let nothing = serde_json::Map::new();
    let port = if submits {
        let port = body.get("port").and_then(Value::as_object);
        port.unwrap_or(&nothing)
    } else {
        body
    };
    if port.contains_key("wirelessPin") {
        fault("the PIN is in its body");
    }
    if !submits {
        return;
    }
    for member in ["billingTelephoneNumber", "crdDate"] {
        if !port.contains_key(member) {
            fault("its port lacks what no port can do without");
        }
    }
    let listing = body
        .get("directoryListing")
        .and_then(|listing| listing.get("type"));
    if listing != Some(&Value::from("PORTED")) {
        fault("an order of a port lists PORTED and nothing else");
    }
    let rows = body.get("telephoneNumbers").and_then(Value::as_array);
    if rows.map_or(0, Vec::len) != step.numbers.len() {
        fault("its numbers and its rows are not the same");
    }
}

/// The summary counts what is there.
fn summary(plan: &Plan, faults: &mut Vec<String>) {
    for action in Action::ALL {
        let there = plan
            .steps
            .iter()
            .filter(|step| step.action == action)
            .count();
        let said = plan.summary.get(action.summary_key()).copied();
        if said != Some(there as u64) {
            faults.push(format!(
                "summary says {said:?} {action}, and there are {there}"
            ));
        }
    }
}
