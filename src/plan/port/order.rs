//! The order of a port: one POST for all its numbers. Only what the user wrote
//! is sent; what the platform takes after completion alone comes then.

use jiff::civil::Date;
use serde_json::{Map, Value, json};

use crate::model::{
    DesiredNumber, DesiredPort, Field, Member, PhoneNumber, Record, calendar, paths,
};
use crate::plan::checks::{NewAddress, PortQuestion};
use crate::plan::document::{Action, Change, Expect, PortFacts};

use super::super::activate::{address_fault, missing};
use super::super::door::{self, Door};
use super::super::overlay::{self, body, lay};
use super::super::saying::Saying;
use super::super::update::{Opinion, opinion};
use super::offer::{self, Answer};
use super::repeated::repeated;
use super::rows::{e911, later, rows};
use super::secrets::Secrets;
use super::step::PortStep;
use super::terms::{alone, common_csr, crd, is_canadian, said, telecom};
use super::{Ported, Scene, business_days, today};

/// What can't be done without the members that are missing.
pub(super) const PORTED: &str = "can't be ported";
/// From here on the platform treats it as a project and works it by hand
/// (guide, "Submitting a Standard Port").
const PROJECT: usize = 50;

pub(super) type Numbers<'a> = [(PhoneNumber, &'a DesiredNumber)];

/// What is being put together.
#[derive(Default)]
pub(super) struct Draft {
    pub body: Map<String, Value>,
    pub changes: Vec<Change>,
    /// What stands in the way of the whole order.
    pub faults: Vec<Saying>,
    /// What is said of every number.
    pub sayings: Vec<Saying>,
}

/// Proposes the order, or says of every number what stands in its way.
pub(super) fn order(scene: Scene, port: &DesiredPort, numbers: &Numbers, ported: &mut Ported) {
    let all: Vec<PhoneNumber> = numbers.iter().map(|(number, _)| *number).collect();
    let mut draft = Draft::default();
    let own = records(port, numbers, &mut draft);
    let shown = match port.port.customer_service_record.value() {
        Some(csr) => alone(csr),
        None => own.clone(),
    };
    let asked = e911(port, numbers, &own, &shown, &mut draft);
    rows(scene, numbers, &mut draft);
    let secrets = terms(port, &own, &shown, &mut draft);
    let listing = json!({ "type": "PORTED" });
    draft
        .changes
        .push(change("directoryListing.type", json!("PORTED")));
    draft.body.insert("directoryListing".to_owned(), listing);

    let day = crd(&port.port.crd_date);
    if let Some(day) = day {
        draft.faults.extend(offer::past(day, today(scene.context)));
    }
    if all.len() >= PROJECT {
        draft.sayings.push(
            Saying::warning(format!(
                "{} numbers: the platform treats it as a project port, which people work by hand",
                all.len()
            ))
            .help("tell the provider's support before it is ordered, or split it"),
        );
    }
    // What files alone can't have right is mended first: nobody is asked before.
    let (Some(day), true) = (day, draft.faults.is_empty()) else {
        return say(&all, draft.faults, ported);
    };
    let mut facts = PortFacts {
        name: Some(port.name.clone()),
        crd_date: Some(day),
        business_days: Some(business_days(scene.context, day)),
        replaces: all.iter().find_map(|number| scene.last_order(*number)),
        ..PortFacts::default()
    };
    if let Some(saying) = repeated(scene, port, &all, &shown, day) {
        // Nobody is asked about what is not going to be sent.
        return say(&all, vec![saying], ported);
    }
    let question = PortQuestion {
        numbers: all.clone(),
        csr: Box::new(shown),
        billing_telephone_number: port.port.billing_telephone_number.value().copied(),
    };
    let mut asking = false;
    match opinion(
        Some(&asked),
        unit(port, numbers),
        scene.context,
        scene.checks,
    ) {
        Opinion::Fine(saying) => draft.sayings.extend(saying),
        Opinion::Refused(saying) => draft.faults.push(saying),
        Opinion::Unasked(address) => {
            asking = true;
            for number in &all {
                ported.outcomes.entry(*number).or_default().question = Some(NewAddress {
                    address: address.clone(),
                    csr: Box::new(own.clone()),
                });
            }
        }
    }
    if !scene.context.verify {
        draft.sayings.extend(unasked(day, scene));
    }
    if scene.context.verify {
        match carriers(scene, port, &all, question, day, &mut facts, ported) {
            Answer::Fine(saying) => draft.sayings.extend(saying),
            Answer::Ask(question) => {
                asking = true;
                ported.questions.push(question);
            }
            Answer::No(saying) => draft.faults.push(saying),
        }
    }
    if !draft.faults.is_empty() {
        return say(&all, draft.faults, ported);
    }
    if asking {
        // Not final: it is planned again with the answers.
        for number in &all {
            ported.outcomes.entry(*number).or_default().covered = true;
        }
        return;
    }
    for number in &all {
        if let Some(saying) = scene.called_off(*number) {
            ported.say(*number, saying);
        }
    }
    let sent = draft.body.contains_key("e911Address");
    later(numbers, &own, sent, ported);
    say(&all, draft.sayings, ported);
    draft.changes.extend(secrets.changes);
    PortStep {
        action: Action::SubmitPort,
        method: "POST",
        path: paths::numbers(scene.context.partition, scene.account()),
        body: Some(Value::Object(draft.body)),
        changes: draft.changes,
        secrets: secrets.references,
        expect: Expect::NotOnAccount,
        facts,
    }
    .attach(
        scene.account(),
        &all,
        numbers
            .first()
            .map_or(port.source, |(_, first)| first.source),
        ported,
    );
}

/// Whether the one address of the order may go without a unit: where each of its
/// numbers says so. A number without a record of its own has the port's.
fn unit(port: &DesiredPort, numbers: &Numbers) -> Door {
    let of_port = &port.port.customer_service_record;
    let unsaid = numbers.iter().any(|(_, number)| {
        let csr = match &number.customer_service_record {
            Field::Absent => of_port,
            own @ (Field::Null | Field::Value(_)) => own,
        };
        door::said(&number.e911_address, csr) == Door::Unsaid
    });
    if unsaid {
        Door::Unsaid
    } else {
        Door::SaidToBeNone
    }
}

fn say(numbers: &[PhoneNumber], sayings: Vec<Saying>, ported: &mut Ported) {
    for saying in sayings {
        for number in numbers {
            ported.say(*number, saying.clone());
        }
    }
}

/// What the calendar alone says against a day, where the carriers aren't asked
/// (contract notes, D33b, D34).
fn unasked(day: Date, scene: Scene) -> Option<Saying> {
    let why = match calendar::holiday(day) {
        Some(name) => format!("is {name}"),
        None if business_days(scene.context, day) < 2 => {
            "is less than two business days away".to_owned()
        }
        None => return None,
    };
    Some(
        Saying::warning(format!("crdDate {} {why}", super::progress::day(day)))
            .help("without --no-verify the carriers are asked whether it is on offer"),
    )
}

/// Where the numbers belong, what they are, and whether the day is on offer.
fn carriers(
    scene: Scene,
    port: &DesiredPort,
    numbers: &[PhoneNumber],
    question: PortQuestion,
    day: Date,
    facts: &mut PortFacts,
    ported: &mut Ported,
) -> Answer<Option<Saying>> {
    let area = match offer::area(numbers, scene.checks, ported) {
        Answer::Fine(area) => area,
        Answer::Ask(question) => return Answer::Ask(question),
        Answer::No(saying) => return Answer::No(saying),
    };
    let mut wireless = area.wireless;
    if let Err(saying) = offer::wire_type(&port.port, wireless) {
        return Answer::No(saying);
    }
    offer::facts(facts, Some(area), None);
    match offer::days(question, day, scene.checks) {
        Answer::Fine(days) => {
            wireless = if days.wireless == Some(true) {
                days.wireless
            } else {
                wireless.or(days.wireless)
            };
            offer::facts(facts, None, Some(days));
            match offer::wire_type(&port.port, wireless) {
                Ok(warning) => Answer::Fine(warning),
                Err(saying) => Answer::No(saying),
            }
        }
        Answer::Ask(question) => Answer::Ask(question),
        Answer::No(saying) => Answer::No(saying),
    }
}

/// The numbers' own record, which the losing carrier is shown too unless the
/// port has one of its own (contract notes, E6).
fn records(port: &DesiredPort, numbers: &Numbers, draft: &mut Draft) -> Record {
    let path = "customerServiceRecord";
    let nested = format!("port.{path}");
    let common = match common_csr(numbers) {
        Ok(common) => common,
        Err((one, other)) => {
            draft.faults.push(
                Saying::blocked(format!(
                    "one order carries one customer service record, and those of {one} and {other} differ"
                ))
                .help("make two ports; or declare one record for all its numbers, and each number's own once the port is done"),
            );
            return Record::default();
        }
    };
    let of_port = port.port.customer_service_record.value();
    if let Some(csr) = of_port {
        let laid = lay(csr, &Record::default(), Member::in_csr);
        draft
            .faults
            .extend(missing(PORTED, &nested, &laid.target, true));
        draft.faults.extend(address_fault(&nested, csr, &laid));
    }
    let Some(own) = common.as_ref().or(of_port) else {
        draft
            .faults
            .extend(missing(PORTED, path, &Record::default(), true));
        return Record::default();
    };
    let laid = lay(own, &Record::default(), Member::in_csr);
    if common.is_some() {
        draft
            .faults
            .extend(missing(PORTED, path, &laid.target, true));
        draft.faults.extend(address_fault(path, own, &laid));
    }
    draft
        .body
        .insert(path.to_owned(), body(&laid.target, None, Member::in_csr));
    draft.changes.extend(overlay::changes(
        path,
        &Record::default(),
        &laid.target,
        Member::in_csr,
    ));
    laid.target
}

/// The port object itself. Returned are the secrets that go with it.
fn terms(port: &DesiredPort, own: &Record, shown: &Record, draft: &mut Draft) -> Secrets {
    let declared = &port.port;
    let mut object = Map::new();
    let mut changes = Vec::new();
    let mut put = |name: &str, value: Value| {
        changes.push(change(&format!("port.{name}"), value.clone()));
        object.insert(name.to_owned(), value);
    };
    if let Some(billing) = declared.billing_telephone_number.value() {
        put("billingTelephoneNumber", json!(billing));
    }
    if let Some(day) = crd(&declared.crd_date) {
        put("crdDate", json!(day.to_string()));
    }
    for (name, field) in [
        ("portingWireType", &declared.porting_wire_type),
        ("portingAuthorizedName", &declared.porting_authorized_name),
    ] {
        let text = field.text();
        if !text.trim().is_empty() {
            put(name, json!(text));
        }
    }
    if let Some(settings) = declared.telecom_settings.value() {
        let settings = said(telecom(settings));
        if !settings.is_empty() {
            for (name, value) in &settings {
                changes.push(change(
                    &format!("port.telecomSettings.{name}"),
                    value.clone(),
                ));
            }
            object.insert("telecomSettings".to_owned(), Value::Object(settings));
        }
    }
    // To the letter: it is what the losing carrier compares.
    if shown != own {
        object.insert(
            "customerServiceRecord".to_owned(),
            body(shown, None, Member::in_csr),
        );
        changes.extend(overlay::changes(
            "port.customerServiceRecord",
            &Record::default(),
            shown,
            Member::in_csr,
        ));
    }
    draft.faults.extend(lacking(port, shown, &object));
    let secrets = Secrets::of(declared, "/port", |_| true);
    if declared.porting_wire_type.text() == "Wireless" && !secrets.is_complete() {
        draft.faults.push(
            Saying::blocked(
                "can't be ported: a wireless port needs wirelessAccountNumber and wirelessPin",
            )
            .help("write them in the port; wirelessPin: { env: NAME }"),
        );
    }
    object.extend(secrets.written.clone());
    draft.changes.extend(changes);
    draft.body.insert("port".to_owned(), Value::Object(object));
    secrets
}

/// What the order can't do without (contract notes, D29, D38, D39).
fn lacking(port: &DesiredPort, shown: &Record, object: &Map<String, Value>) -> Option<Saying> {
    let canadian = is_canadian(shown);
    let settings = port.port.telecom_settings.value();
    let carrier = settings.is_some_and(|settings| {
        !settings.current_carrier.text().is_empty() || !settings.local_reseller.text().is_empty()
    });
    let lacks = |name: &str| !object.contains_key(name);
    let business = shown.get(Member::CustomerType) == "BUSINESS";
    let missing: Vec<&str> = [
        (lacks("billingTelephoneNumber"), "billingTelephoneNumber"),
        (lacks("crdDate"), "crdDate"),
        (!canadian && lacks("portingWireType"), "portingWireType"),
        (
            business && lacks("portingAuthorizedName"),
            "portingAuthorizedName",
        ),
        (
            canadian && !carrier,
            "telecomSettings.currentCarrier or localReseller",
        ),
    ]
    .into_iter()
    .filter(|(missing, _)| *missing)
    .map(|(_, name)| name)
    .collect();
    (!missing.is_empty()).then(|| {
        let missing = missing.join(", ");
        Saying::blocked(format!("{PORTED}: port {} lacks {missing}", port.name))
            .help(format!("write {missing} in ports.{}", port.name))
    })
}

pub(super) fn change(path: &str, after: Value) -> Change {
    Change {
        path: path.to_owned(),
        before: Value::Null,
        after,
        sensitive: false,
        origin: None,
    }
}
