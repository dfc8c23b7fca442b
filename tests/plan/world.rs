//! Small worlds to plan in. What files declare is written as an account file
//! has it, what is live as the platform's listing has it, both in JSON.

use std::collections::BTreeMap;

use alz::api::wire;
use alz::desired::file::NumberEntry;
use alz::model::live::{
    CarrierAbilities, EventKind, Inventory, LiveListing, LivePartition, LiveReference,
};
use alz::model::porting::{PortLog, PortMemory, Reaction};
use alz::model::{
    AccountId, CarrierId, CarrierStatus, CorrectionPast, DesiredAccount, DesiredNumber,
    DesiredPort, Field, Guards, LiveAccount, LiveEvent, LiveNumber, LivePort, OnUnknown,
    PartitionId, PhoneNumber, PortId, PortState, Record, SourceId, Usages,
};
use alz::plan::{
    self, AccountPlan, Allow, Checks, Context, Coverage, Header, InFlight, Note, NoteKind, Offer,
    Plan, PortQuestion, Question, RateCenter, Step, Verdict,
};
use serde_json::{Value, json};

pub const NUMBER: &str = "18015551212";
pub const ACCOUNT: &str = "bRW8jpoCTGOaOIF5wqvSVg";
pub const USER: &str = "ajfrBZJMQNC4-9TeBSfnlQ";

pub fn tn(text: &str) -> PhoneNumber {
    text.parse().expect("a number")
}

pub fn record(value: Value) -> Record {
    serde_json::from_value(value).expect("an address object")
}

/// The office that most tests live in.
pub fn office() -> Value {
    json!({
        "customerType": "BUSINESS", "businessName": "Sample Dental", "customerName": "Sample Dental",
        "streetNumber": "333", "preDirectional": "S", "streetName": "520", "postDirectional": "W",
        "secondaryLocationDescription": "SUITE", "unit": "500",
        "city": "Lindon", "state": "UT", "country": "USA", "postalCode": "84042"
    })
}

/// Another place, whole.
pub fn elsewhere() -> Value {
    json!({
        "customerType": "BUSINESS", "businessName": "Sample Dental",
        "streetNumber": "56", "streetName": "Center", "streetSuffix": "St",
        "city": "Orem", "state": "UT", "country": "USA", "postalCode": "84057"
    })
}

/// `base` with these members over it.
pub fn with(base: Value, members: Value) -> Value {
    let (Value::Object(mut base), Value::Object(members)) = (base, members) else {
        panic!("two objects");
    };
    base.extend(members);
    Value::Object(base)
}

/// A number as the files declare it.
pub fn declared(entry: Value) -> DesiredNumber {
    let NumberEntry {
        customer_service_record,
        e911_address,
        directory_listing,
        reference,
        hold_activation,
        protected,
        port,
        state,
    } = serde_json::from_value(entry).expect("a number's entry");
    DesiredNumber {
        customer_service_record,
        e911_address,
        directory_listing,
        reference,
        hold_activation,
        port: port.value().map(|name| name.to_string()),
        released: state.value().is_some(),
        protected: matches!(protected, Field::Value(true)),
        source: SourceId(0),
    }
}

/// A number as the listing shows it.
pub fn listed(row: Value) -> LiveNumber {
    let row: wire::TelephoneNumber = serde_json::from_value(row).expect("a listing's row");
    let reference = match (row.reference_type, row.reference_id) {
        (Some(reference_type), Some(id)) => Some(LiveReference { reference_type, id }),
        (_, _) => None,
    };
    LiveNumber {
        number: tn(&row.phone_number),
        status: CarrierStatus::parse(row.carrier_status.as_deref().unwrap_or("")),
        carrier: row.carrier_id.map(CarrierId::new),
        port: row.port_id.map(PortId::new),
        customer_service_record: row.customer_service_record,
        e911_address: row.e911_address,
        directory_listing: row.directory_listing.map(|listing| LiveListing {
            listed: listing.listed.unwrap_or(false),
            listing_type: listing.listing_type,
            address: listing.address,
        }),
        reference,
    }
}

#[derive(Clone)]
pub struct World {
    pub desired: DesiredAccount,
    pub live: LiveAccount,
    pub partition: LivePartition,
    pub checks: Checks,
    pub verify: bool,
    pub on_unknown: OnUnknown,
    pub allow: Allow,
    pub memory: PortMemory,
    pub resend_secrets: bool,
}

impl World {
    pub fn new() -> Self {
        Self {
            desired: DesiredAccount {
                account: AccountId::new(ACCOUNT),
                name: None,
                prune: false,
                numbers: BTreeMap::new(),
                ports: Vec::new(),
                source: SourceId(0),
            },
            live: LiveAccount {
                caller_ids: BTreeMap::from([(USER.to_owned(), None)]),
                ..LiveAccount::default()
            },
            partition: LivePartition {
                default_listing_type: Some("NOT_LIST_NOT_PUBLISH".to_owned()),
                cooldown_days: Some(30),
                now: "2026-11-23T12:00:00Z".parse().expect("a time"),
                carriers: BTreeMap::new(),
            },
            checks: Checks::default(),
            verify: false,
            on_unknown: OnUnknown::Warn,
            allow: Allow::default(),
            memory: PortMemory::default(),
            resend_secrets: false,
        }
    }

    /// The number of most tests.
    pub fn declares(self, entry: Value) -> Self {
        self.declares_number(NUMBER, entry)
    }

    pub fn declares_number(mut self, number: &str, entry: Value) -> Self {
        self.desired.numbers.insert(tn(number), declared(entry));
        self
    }

    pub fn lists(self, status: &str, members: Value) -> Self {
        self.lists_number(NUMBER, status, members)
    }

    pub fn lists_number(mut self, number: &str, status: &str, members: Value) -> Self {
        let row = json!({ "phoneNumber": number, "carrierStatus": status, "carrierId": "carrier" });
        let live = listed(with(row, members));
        self.live.numbers.insert(tn(number), live);
        self
    }

    pub fn inventory(mut self, inventory: Inventory) -> Self {
        self.live.inventory.insert(tn(NUMBER), inventory);
        self
    }

    pub fn event(mut self, kind: EventKind, status: &str, message: &str) -> Self {
        let event = LiveEvent {
            kind,
            status: status.into(),
            updated: None,
            message: (!message.is_empty()).then(|| message.into()),
        };
        self.live.events.entry(tn(NUMBER)).or_default().push(event);
        self
    }

    /// The E911 provider rejected its address and would have this one.
    pub fn offers(mut self, address: Value) -> Self {
        self.live.corrections.insert(tn(NUMBER), record(address));
        self.event(
            EventKind::E911Address,
            "REJECTED",
            "No MSAG Match, alternatives found",
        )
    }

    pub fn past(mut self, past: CorrectionPast) -> Self {
        self.checks.answer_correction_past(tn(NUMBER), past);
        self
    }

    pub fn used_by(mut self, users: &[&str]) -> Self {
        let users = users.iter().map(|user| (*user).to_owned()).collect();
        self.checks.answer_usages(tn(NUMBER), Usages::Users(users));
        self
    }

    pub fn shows_caller_id(mut self, number: &str) -> Self {
        self.live
            .caller_ids
            .insert(USER.to_owned(), Some(tn(number)));
        self
    }

    /// The carrier "carrier" can't do what is false here.
    pub fn carrier(mut self, csr_update: bool, cnam_change: bool, directory_listing: bool) -> Self {
        let abilities = CarrierAbilities {
            name: "TELUS".to_owned(),
            csr_update,
            cnam_change,
            directory_listing,
            porting: true,
        };
        self.partition
            .carriers
            .insert(CarrierId::new("carrier"), abilities);
        self
    }

    pub fn verdict(mut self, address: Value, verdict: Verdict) -> Self {
        self.verify = true;
        self.checks.answer_e911(&record(address), verdict);
        self
    }

    /// Declares a port with the numbers that name it so far.
    pub fn declares_port(mut self, name: &str, port: Value) -> Self {
        let numbers = self.desired.numbers.iter();
        let numbers = numbers
            .filter(|(_, declared)| declared.port.as_deref() == Some(name))
            .map(|(number, _)| *number)
            .collect();
        self.desired.ports.push(DesiredPort {
            name: name.to_owned(),
            port: serde_json::from_value(port).expect("a port"),
            numbers,
            source: SourceId(0),
        });
        self
    }

    /// A port as the platform has it; its numbers are listed with it.
    pub fn has_port(mut self, number_status: &str, port: LivePort, members: Value) -> Self {
        for number in port.numbers.clone() {
            let row = with(members.clone(), json!({ "portId": port.id }));
            self = self.lists_number(&number.to_string(), number_status, row);
        }
        self.live.ports.insert(port.id.clone(), port);
        self
    }

    pub fn at(mut self, now: &str) -> Self {
        self.partition.now = now.parse().expect("a time");
        self
    }

    /// Every question is answered: all numbers are in one rate centre, and
    /// these days are on offer.
    pub fn offering(mut self, days: &[&str]) -> Self {
        self.verify = true;
        for _ in 0..6 {
            for question in self.account().questions {
                match question {
                    Question::E911 { address, .. } => {
                        self.checks.answer_e911(&address, Verdict::Valid);
                    }
                    Question::RateCenters { numbers } => {
                        for number in numbers {
                            self.checks.answer_rate_center(number, covered(json!({})));
                        }
                    }
                    Question::PortOffer(question) => {
                        self.checks.answer_offer(&question, offer(days));
                    }
                    Question::Usages { number } => {
                        let nobody = Usages::Users(Vec::new());
                        self.checks.answer_usages(number, nobody);
                    }
                    Question::CorrectionPast { number } => {
                        let never = CorrectionPast::Never;
                        self.checks.answer_correction_past(number, never);
                    }
                }
            }
        }
        assert!(self.account().questions.is_empty(), "it never stops asking");
        self
    }

    pub fn with_context<T>(&self, then: impl FnOnce(&Context) -> T) -> T {
        let partition = PartitionId::new("X4fbfNlFRpy7bWDFmCwwdw");
        then(&Context {
            partition: &partition,
            live: &self.partition,
            now: self.partition.now,
            verify: self.verify,
            on_unknown: self.on_unknown,
            only: None,
            memory: &self.memory,
            resend_secrets: self.resend_secrets,
        })
    }

    pub fn account(&self) -> AccountPlan {
        self.with_context(|context| plan::account(&self.desired, &self.live, context, &self.checks))
    }

    pub fn status(&self) -> Vec<InFlight> {
        self.with_context(|context| plan::status(&self.desired, &self.live, context))
    }

    /// The questions that ports raise.
    pub fn port_questions(&self) -> Vec<PortQuestion> {
        let questions = self.account().questions.into_iter();
        questions
            .filter_map(|question| match question {
                Question::PortOffer(question) => Some(question),
                Question::E911 { .. }
                | Question::RateCenters { .. }
                | Question::Usages { .. }
                | Question::CorrectionPast { .. } => None,
            })
            .collect()
    }

    /// The plan, for tests about what stands in it besides warnings.
    pub fn plan_without_warnings(&self) -> Plan {
        let mut plan = self.plan();
        plan.notes.retain(|note| note.kind != NoteKind::Warning);
        plan
    }

    /// Every plan that a test makes is sound, and an audit agrees with it.
    pub fn plan(&self) -> Plan {
        let made = self.account();
        let contradictions = crate::audited::contradictions(self, &made);
        assert!(contradictions.is_empty(), "{contradictions:#?}\n{made:#?}");
        let plan = assembled(vec![made], &self.allow);
        let faults = plan::lint(&plan);
        assert!(faults.is_empty(), "{faults:#?}\n{:#?}", plan.steps);
        plan
    }
}

pub fn assembled(accounts: Vec<AccountPlan>, allow: &Allow) -> Plan {
    let header = Header {
        resend_secrets: false,
        environment: "sandbox".to_owned(),
        partition: PartitionId::new("X4fbfNlFRpy7bWDFmCwwdw"),
        created_at: "2026-11-23T12:00:00Z".parse().expect("a time"),
        desired_digest: "sha256:0".to_owned(),
        alz_version: "0.1.0".to_owned(),
        files: Vec::new(),
    };
    plan::assemble(header, accounts, &Guards::default(), allow)
}

/// The ids of a plan's steps.
pub fn ids(plan: &Plan) -> Vec<&str> {
    plan.steps.iter().map(|step| step.id.as_str()).collect()
}

pub fn only_step(plan: &Plan) -> &Step {
    assert_eq!(plan.steps.len(), 1, "{:#?}\n{:#?}", plan.steps, plan.notes);
    &plan.steps[0]
}

pub fn body(step: &Step) -> &Value {
    step.body.as_ref().expect("a body")
}

/// The changed members of a step.
pub fn paths(step: &Step) -> Vec<&str> {
    step.changes
        .iter()
        .map(|change| change.path.as_str())
        .collect()
}

pub fn notes(plan: &Plan, kind: NoteKind) -> Vec<&Note> {
    plan.notes.iter().filter(|note| note.kind == kind).collect()
}

/// The one note of its kind.
pub fn note(plan: &Plan, kind: NoteKind) -> &Note {
    let notes = notes(plan, kind);
    assert_eq!(notes.len(), 1, "{:#?}", plan.notes);
    notes[0]
}

pub fn count(plan: &Plan, key: &str) -> u64 {
    plan.summary[key]
}

/// Nothing to do and nothing to say.
pub fn assert_quiet(plan: &Plan) {
    assert!(plan.steps.is_empty(), "{:#?}", plan.steps);
    assert!(plan.notes.is_empty(), "{:#?}", plan.notes);
}

pub fn offer(days: &[&str]) -> Offer {
    Offer::Days {
        days: days.iter().map(|day| day.parse().expect("a day")).collect(),
        carrier_type: Some("BANDWIDTH".to_owned()),
        wireless: None,
    }
}

/// A rate centre in Utah but for these members.
pub fn covered(members: Value) -> Coverage {
    let text = |name: &str, usual: &str| members[name].as_str().unwrap_or(usual).to_owned();
    Coverage::Covered(RateCenter {
        name: text("name", "LEHI"),
        state: text("state", "UT"),
        country: "USA".to_owned(),
        wireless: members["wireless"].as_bool(),
        portable: members["portable"].as_bool(),
        service_available: members["serviceAvailable"].as_bool(),
        carrier_type: Some("BANDWIDTH".to_owned()),
    })
}

/// The port that most tests declare.
pub fn main_line() -> Value {
    json!({
        "billingTelephoneNumber": NUMBER,
        "crdDate": "2026-12-03",
        "portingWireType": "Wireline",
        "portingAuthorizedName": "John Smith",
    })
}

/// The same, ordered and in this state, for these numbers.
pub fn ordered(state: &str, numbers: &[&str], members: Value) -> LivePort {
    let text = |name: &str| members[name].as_str();
    let lines = members["log"].as_array().cloned().unwrap_or_default();
    let log = lines.iter().map(|line| PortLog {
        status: line[0].as_str().expect("a status").into(),
        at: line[1].as_str().and_then(|at| at.parse().ok()),
        code: line[2].as_str().unwrap_or("").into(),
        message: line[3].as_str().unwrap_or("").into(),
    });
    let editable = members["editable"].as_array().cloned().unwrap_or_default();
    let crd = text("crd").unwrap_or("2026-12-03");
    LivePort {
        id: PortId::new(text("id").unwrap_or("port-1")),
        numbers: numbers.iter().map(|number| tn(number)).collect(),
        state: PortState::parse(state),
        carrier_type: Some(text("carrier").unwrap_or("BANDWIDTH").into()),
        order: text("order").map(Into::into),
        crd: crd.parse().ok(),
        foc: text("foc").map(|foc| foc.parse().expect("a day")),
        created: Some("2026-11-20T18:00:00Z".parse().expect("a time")),
        updated: text("updated").map(|at| at.parse().expect("a time")),
        editable: editable
            .iter()
            .filter_map(|name| name.as_str().map(Into::into))
            .collect(),
        reaction: text("reaction").and_then(Reaction::parse),
        log: log.collect(),
        customer_service_record: Some(match &members["csr"] {
            Value::Null => record(office()),
            other => record(other.clone()),
        }),
        billing_telephone_number: Some(tn(text("btn").unwrap_or(NUMBER))),
        porting_wire_type: Some(text("wireType").unwrap_or("Wireline").into()),
        porting_authorized_name: Some(text("authorizedName").unwrap_or("John Smith").into()),
        telecom_settings: members["telecom"].as_object().cloned(),
    }
}

/// What notes of this kind say of a number.
pub fn says(plan: &Plan, kind: NoteKind, number: &str) -> Vec<String> {
    notes(plan, kind)
        .into_iter()
        .filter(|note| note.numbers.contains(&tn(number)))
        .map(|note| note.reason.clone())
        .collect()
}
