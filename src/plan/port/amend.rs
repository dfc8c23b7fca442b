//! What the files say otherwise than the order has it: one PATCH with only what
//! changed, for a GET and a PUT would wipe the PIN, which the platform never
//! returns (contract notes, E23).
//!
//! Only declared fields are compared. While a port is under way they are
//! compared by meaning; once it is rejected to the letter, for a comma may be
//! the cure (design, decision 8). What may change is what the live
//! `editableFieldTypes` list; where they say nothing, contract notes B3.

use jiff::civil::Date;
use serde_json::{Map, Value, json};

use crate::model::calendar::business_days_between;
use crate::model::meaning;
use crate::model::porting::Reaction;
use crate::model::{
    CustomerServiceRecord, DesiredNumber, DesiredPort, Field, LivePort, Member, PhoneNumber,
    PortState, Record,
};
use crate::plan::checks::{PortQuestion, Question};
use crate::plan::document::{Change, Secret};

use super::super::overlay::{body, fault, lay, value};
use super::super::saying::Saying;
use super::editable::{May, is_compared, is_name};
use super::offer::{self, Answer};
use super::progress::day;
use super::secrets;
use super::terms::{common_csr, crd, same_setting, same_text, telecom};
use super::{Scene, today};

/// What an order is to be changed to.
#[derive(Default)]
pub(super) struct Amendment {
    pub body: Map<String, Value>,
    pub changes: Vec<Change>,
    pub secrets: Vec<Secret>,
    /// What stands in the way, of all of it or of a part.
    pub blocked: Vec<Saying>,
    pub warnings: Vec<Saying>,
    /// What to ask before it is proposed.
    pub question: Option<Question>,
    /// What differs and can't be changed any more.
    fixed: Vec<String>,
}

impl Amendment {
    /// There is something to send.
    pub fn is_ready(&self) -> bool {
        !self.changes.is_empty()
    }

    /// Nothing is sent, and this is why.
    pub fn no(saying: Saying) -> Self {
        Self {
            blocked: vec![saying],
            ..Self::default()
        }
    }

    fn put(&mut self, name: &str, before: Value, after: Value) {
        self.changes.push(Change {
            path: format!("port.{name}"),
            before,
            after: after.clone(),
            sensitive: false,
            origin: None,
        });
        self.body.insert(name.to_owned(), after);
    }

    /// A field differs: it is sent, or named as one that can't be changed.
    fn differs(&mut self, may: bool, name: &str, before: Value, after: Value) {
        if may {
            self.put(name, before, after);
        } else {
            self.fixed.push(name.to_owned());
        }
    }

    fn withdraw(&mut self) {
        self.body.clear();
        self.changes.clear();
        self.secrets.clear();
        self.question = None;
    }
}

/// Compares a declaration with the order that stands. `all` are the order's
/// numbers, `numbers` those that the declaration wants.
pub(super) fn amend(
    scene: Scene,
    port: &LivePort,
    declaration: &DesiredPort,
    all: &[PhoneNumber],
    numbers: &[(PhoneNumber, &DesiredNumber)],
) -> Amendment {
    let mut amendment = Amendment::default();
    if !is_compared(&port.state) {
        return amendment;
    }
    let may = May::of(port);
    let rejected = port.state == PortState::Rejected;
    let declared = &declaration.port;
    let csr = record(port, declaration, numbers, may, &mut amendment);
    if let Some(billing) = declared.billing_telephone_number.value()
        && port.billing_telephone_number != Some(*billing)
    {
        amendment.differs(
            may.place,
            "billingTelephoneNumber",
            json!(port.billing_telephone_number),
            json!(billing),
        );
    }
    for (name, field, now) in [
        (
            "portingWireType",
            &declared.porting_wire_type,
            &port.porting_wire_type,
        ),
        (
            "portingAuthorizedName",
            &declared.porting_authorized_name,
            &port.porting_authorized_name,
        ),
    ] {
        let now = now.as_deref().unwrap_or("");
        let wanted = field.text();
        // A wire type can't be taken away, only replaced.
        let kept = field.is_absent() || (wanted.is_empty() && name == "portingWireType");
        if !kept && !same_text(now, wanted, rejected) {
            amendment.differs(may.names, name, text_or_null(now), text_or_null(wanted));
        }
    }
    settings(port, declaration, rejected, may, &mut amendment);
    date(scene, port, declaration, may, &mut amendment);
    secrets::along(scene, port, declaration, all, may, &mut amendment);
    if rejected {
        resubmission(scene, port, declaration, &mut amendment);
    }
    if amendment
        .changes
        .iter()
        .any(|change| change.path == "port.crdDate")
        && scene.context.verify
        && let Some(crd) = crd(&declared.crd_date)
    {
        let billing = declared.billing_telephone_number.value().copied();
        let question = PortQuestion {
            numbers: all.to_vec(),
            csr: Box::new(csr),
            billing_telephone_number: billing.or(port.billing_telephone_number),
        };
        match offer::days(question, crd, scene.checks) {
            Answer::Fine(_) => {}
            Answer::Ask(question) => amendment.question = Some(question),
            Answer::No(saying) => {
                amendment.blocked.push(saying);
                amendment.body.remove("crdDate");
                amendment
                    .changes
                    .retain(|change| change.path != "port.crdDate");
            }
        }
    }
    if rejected && !amendment.blocked.is_empty() {
        // It goes to the carriers once more as a whole, or not at all.
        amendment.withdraw();
    }
    let mut fixed = std::mem::take(&mut amendment.fixed);
    // Where it has to be ordered anew, that is said with the rejection.
    let is_ordered_anew = rejected && port.reaction == Some(Reaction::Cancel);
    if !fixed.is_empty() && !is_ordered_anew {
        fixed.dedup();
        amendment.blocked.push(
            Saying::blocked(format!(
                "port {}: {} differs from the order, and the platform takes no change of it in this state ({})",
                declaration.name,
                fixed.join(", "),
                port.state
            ))
            .help(format!(
                "write it as it was ordered; or `alz port cancel {}`, and once its numbers are off the account apply orders it anew",
                declaration.name
            )),
        );
    }
    amendment
}

fn text_or_null(text: &str) -> Value {
    if text.is_empty() {
        Value::Null
    } else {
        json!(text)
    }
}

/// The record that the losing carrier is shown. Returned is the one that will be.
fn record(
    port: &LivePort,
    declaration: &DesiredPort,
    numbers: &[(PhoneNumber, &DesiredNumber)],
    may: May,
    amendment: &mut Amendment,
) -> Record {
    let path = "customerServiceRecord";
    let empty = Record::default();
    let base = port.customer_service_record.as_ref().unwrap_or(&empty);
    let rejected = port.state == PortState::Rejected;
    let declared: Option<CustomerServiceRecord> = match &declaration.port.customer_service_record {
        Field::Value(csr) => Some(csr.clone()),
        // The numbers' own, which the order took over. Before a rejection a
        // difference is theirs alone, and comes once they are active.
        Field::Absent | Field::Null if rejected => common_csr(numbers).ok().flatten(),
        Field::Absent | Field::Null => None,
    };
    let Some(declared) = declared else {
        return base.clone();
    };
    let laid = lay(&declared, base, Member::in_csr);
    let differing: Vec<Member> = if rejected {
        Member::ALL
            .into_iter()
            .filter(|member| {
                member.in_csr() && value(base, *member) != value(&laid.target, *member)
            })
            .filter(|member| {
                !member.is_boolean()
                    || !meaning::same_member(*member, base.get(*member), laid.target.get(*member))
            })
            .collect()
    } else {
        meaning::differences(base, &laid.target, Member::in_csr)
    };
    let mut target = laid.target.clone();
    let mut sent = Vec::new();
    for member in differing {
        let lawful = if is_name(member) {
            may.names
        } else {
            may.place
        };
        if lawful {
            sent.push(member);
        } else {
            amendment.fixed.push(format!("{path}.{}", member.name()));
        }
    }
    for member in Member::ALL {
        let lawful = if is_name(member) {
            may.names
        } else {
            may.place
        };
        if !lawful {
            target.set(member, base.raw(member));
        }
    }
    if sent.is_empty() {
        return base.clone();
    }
    if let Some((reason, help)) = fault(&format!("port.{path}"), &declared, &laid)
        && may.place
    {
        amendment.blocked.push(Saying::blocked(reason).help(help));
        return base.clone();
    }
    for member in sent {
        amendment.changes.push(Change {
            path: format!("port.{path}.{}", member.name()),
            before: value(base, member),
            after: value(&target, member),
            sensitive: false,
            origin: None,
        });
    }
    // A difference in meaning may lie in two members that are one.
    amendment
        .changes
        .retain(|change| change.before != change.after);
    amendment
        .body
        .insert(path.to_owned(), body(&target, Some(base), Member::in_csr));
    target
}

/// What a Canadian port needs besides: sent whole, the live rest included.
fn settings(
    port: &LivePort,
    declaration: &DesiredPort,
    rejected: bool,
    may: May,
    amendment: &mut Amendment,
) {
    let name = "telecomSettings";
    let empty = Map::new();
    let now = port.telecom_settings.as_ref().unwrap_or(&empty);
    let wanted = match &declaration.port.telecom_settings {
        Field::Absent => return,
        Field::Null => {
            if !now.is_empty() {
                amendment.differs(may.names, name, Value::Object(now.clone()), Value::Null);
            }
            return;
        }
        Field::Value(settings) => telecom(settings),
    };
    let mut whole = now.clone();
    let mut changes = Vec::new();
    for (member, field) in wanted {
        if same_setting(now.get(member), &field, rejected) {
            continue;
        }
        let after = match field {
            Field::Value(value) => value,
            Field::Null | Field::Absent => Value::Null,
        };
        changes.push(Change {
            path: format!("port.{name}.{member}"),
            before: now.get(member).cloned().unwrap_or(Value::Null),
            after: after.clone(),
            sensitive: false,
            origin: None,
        });
        whole.insert(member.to_owned(), after);
    }
    if changes.is_empty() {
        return;
    }
    if may.names {
        amendment.changes.extend(changes);
        amendment.body.insert(name.to_owned(), Value::Object(whole));
    } else {
        amendment.fixed.push(name.to_owned());
    }
}

/// The customer request date (CRD).
fn date(
    scene: Scene,
    port: &LivePort,
    declaration: &DesiredPort,
    may: May,
    amendment: &mut Amendment,
) {
    let Some(wanted) = crd(&declaration.port.crd_date).filter(|day| port.crd != Some(*day)) else {
        return;
    };
    let name = "crdDate";
    if !may.crd {
        amendment.fixed.push(name.to_owned());
        return;
    }
    let today = today(scene.context);
    if let Some(saying) = offer::past(wanted, today) {
        amendment.blocked.push(saying);
        return;
    }
    let close = |foc: &Date| business_days_between(today, *foc) <= 1;
    if port.state == PortState::FocReceived
        && let Some(foc) = port.foc.filter(close)
    {
        amendment.blocked.push(
            Saying::blocked(format!(
                "crdDate {} is not sent: the FOC date, {}, is a business day away or less, and only people at the carriers can still move it",
                day(wanted),
                day(foc)
            ))
            .help("ask the provider's support to move it"),
        );
        return;
    }
    let before = port.crd.map_or(Value::Null, |crd| json!(crd.to_string()));
    amendment.put(name, before, json!(wanted.to_string()));
}

/// An order that goes to the carriers once more needs a day that is still to come.
fn resubmission(
    scene: Scene,
    port: &LivePort,
    declaration: &DesiredPort,
    amendment: &mut Amendment,
) {
    let day = crd(&declaration.port.crd_date).or(port.crd);
    if amendment.is_ready()
        && amendment.blocked.is_empty()
        && let Some(day) = day
    {
        amendment
            .blocked
            .extend(offer::past(day, today(scene.context)));
    }
}
