//! The update of a number on the account: one PATCH with only the objects that
//! differ, each of them whole (contract notes, N10).

use serde_json::{Map, Value};

use crate::model::live::{CarrierAbilities, LivePartition};
use crate::model::meaning::{self, is_place};
use crate::model::{DesiredNumber, Field, LiveEvent, LiveNumber, Member, OnUnknown, Record};
use crate::plan::Context;
use crate::plan::checks::{Checks, NewAddress, Question, Verdict};
use crate::plan::document::Change;

use super::correction::{self, Spelling};
use super::csr::{self, Csr};
use super::door::{self, Door};
use super::e911::{self, E911, Street};
use super::language;
use super::listing;
use super::overlay::{ObjectChange, restricted};
use super::saying::Saying;

/// The objects of a number that differ.
#[derive(Default)]
pub(super) struct Objects {
    pub body: Map<String, Value>,
    pub changes: Vec<Change>,
    pub sayings: Vec<Saying>,
    /// The CSR is sent.
    pub csr_sent: bool,
    /// The E911 address is sent, or moves along with the CSR.
    pub e911_sent: bool,
    /// Someone who dials 911 is answered otherwise than before.
    pub e911_changes: bool,
    /// An address whose verdict is not known yet.
    pub question: Option<NewAddress>,
    /// What else to ask of the number.
    pub asks: Vec<Question>,
}

impl Objects {
    fn put(&mut self, name: &str, change: ObjectChange) {
        self.body.insert(name.to_owned(), change.value);
        self.changes.extend(change.changes);
    }

    /// The names of the objects that differ.
    pub fn names(&self) -> String {
        let names: Vec<&str> = ["customerServiceRecord", "e911Address", "directoryListing"]
            .into_iter()
            .filter(|name| self.body.contains_key(*name))
            .collect();
        names.join(", ")
    }
}

/// What the provider says of the address that would answer 911.
pub(super) enum Opinion {
    Fine(Option<Saying>),
    Refused(Saying),
    Unasked(Box<Record>),
}

/// `door`: whether the address may go without a unit.
pub(super) fn opinion(
    ask: Option<&Record>,
    door: Door,
    context: &Context,
    checks: &Checks,
) -> Opinion {
    let Some(address) = ask.filter(|_| context.verify) else {
        return Opinion::Fine(None);
    };
    match checks.e911(address) {
        None => Opinion::Unasked(Box::new(address.clone())),
        Some(Verdict::Valid) => Opinion::Fine(None),
        Some(Verdict::NoUnit) => match door {
            Door::Unsaid => Opinion::Refused(door.no_unit()),
            Door::SaidToBeNone | Door::InForce => Opinion::Fine(Some(door.no_unit())),
        },
        Some(Verdict::Unknown { why }) => unconfirmed(
            context,
            format!("the E911 provider can't confirm the address: {why}"),
            "check it; if it is right, ask the provider's support to have it added before 911 depends on it",
        ),
        Some(Verdict::OutOfReach { why }) => unconfirmed(
            context,
            format!("the E911 provider could not be asked about the address: {why}"),
            "plan again once it can, before 911 depends on the address",
        ),
        Some(Verdict::Invalid {
            errors,
            alternatives,
        }) => Opinion::Refused(refusal(address, errors, alternatives)),
    }
}

/// What nobody has confirmed goes or stays as the project says.
fn unconfirmed(context: &Context, words: String, help: &str) -> Opinion {
    match context.on_unknown {
        OnUnknown::Warn => Opinion::Fine(Some(Saying::warning(words).help(help))),
        OnUnknown::Block => Opinion::Refused(
            Saying::blocked(words).help(format!("{help} (alz.yaml says e911.onUnknown: block)")),
        ),
    }
}

fn refusal(address: &Record, errors: &[String], alternatives: &[Record]) -> Saying {
    let words = if errors.is_empty() {
        "no reason was given".to_owned()
    } else {
        errors.join("; ")
    };
    let mut help = if alternatives.is_empty() {
        "mend e911Address; the provider offers no alternative".to_owned()
    } else {
        let yaml: Vec<String> = alternatives
            .iter()
            .map(|alternative| correction::as_patch(alternative, address))
            .collect();
        format!("the provider would take:\n{}", yaml.join("\nor\n"))
    };
    if lacks_unit(errors) {
        help = format!("write secondaryLocationDescription and unit (SUITE and 500, say); {help}");
    }
    Saying::blocked(format!(
        "the E911 provider does not take the address: {words}"
    ))
    .help(help)
}

/// The provider misses the suite, apartment or floor. Its words are published
/// nowhere; these are the ones it could say that with.
fn lacks_unit(errors: &[String]) -> bool {
    errors
        .iter()
        .flat_map(|words| words.split(|c: char| !c.is_alphanumeric()))
        .any(|word| {
            [
                "unit",
                "suite",
                "apartment",
                "secondary",
                "secondaryLocationDescription",
            ]
            .iter()
            .any(|said| word.eq_ignore_ascii_case(said))
        })
}

/// Compares CSR, E911 address and listing of a number on the account.
pub(super) fn objects(
    desired: &DesiredNumber,
    live: &LiveNumber,
    events: &[LiveEvent],
    context: &Context,
    checks: &Checks,
) -> Objects {
    let carrier = carrier(live, context.live);
    let csr = csr::csr(&desired.customer_service_record, live, carrier);
    let Judged {
        e911,
        opinion: verdict,
        asks,
        sayings: judged,
    } = judged(desired, live, &csr, events, context, checks);
    let record = csr
        .target
        .as_ref()
        .or(live.customer_service_record.as_ref())
        .map(|record| restricted(record, Member::in_csr));
    let refused = e911.blocked || matches!(verdict, Opinion::Refused(_));
    let (csr, e911) = if refused {
        keep_911_where_it_is(csr, e911)
    } else {
        (csr, e911)
    };
    let mut objects = Objects {
        csr_sent: csr.change.is_some(),
        e911_sent: e911.change.is_some() || e911.moves,
        e911_changes: e911.moves,
        asks,
        sayings: judged,
        ..Objects::default()
    };
    match verdict {
        // Of the unit the record may have told already.
        Opinion::Fine(saying) => objects
            .sayings
            .extend(saying.filter(|saying| !e911.sayings.contains(saying))),
        Opinion::Refused(saying) => objects.sayings.push(saying),
        Opinion::Unasked(address) => {
            let csr = Box::new(record.unwrap_or_default());
            objects.question = Some(NewAddress { address, csr });
        }
    }
    if let Some(then) = &e911.then {
        let now = e911::effective(live);
        objects.sayings.extend(language::saying(&now, then));
        if !meaning::same(&now, then, is_place) {
            objects.sayings.extend(e911::nobody_can_be_sent_there(then));
        }
    }
    let (listing, sayings) = listing::listing(
        &desired.directory_listing,
        live,
        &csr,
        carrier,
        context.live,
    );
    objects.sayings.extend(sayings);
    objects.sayings.extend(csr.sayings);
    objects.sayings.extend(e911.sayings);
    if let Some(change) = csr.change {
        objects.put(csr::PATH, change);
    }
    if let Some(change) = e911.change {
        objects.put(e911::PATH, change);
    }
    objects.changes.extend(e911.along);
    if let Some(change) = listing {
        objects.put("directoryListing", change);
    }
    objects
}

/// The address as it is to be, with the provider's opinion of it.
struct Judged {
    e911: E911,
    opinion: Opinion,
    asks: Vec<Question>,
    sayings: Vec<Saying>,
}

fn judged(
    desired: &DesiredNumber,
    live: &LiveNumber,
    csr: &Csr,
    events: &[LiveEvent],
    context: &Context,
    checks: &Checks,
) -> Judged {
    let field = &desired.e911_address;
    let said = door::said(field, &desired.customer_service_record);
    let opinion = |e911: &E911| {
        let door = match &e911.ask {
            Some(then) => Door::of_change(&e911::effective(live), then, said),
            None => said,
        };
        opinion(e911.ask.as_ref(), door, context, checks)
    };
    let e911 = e911::e911(field, live, csr, said, Street::Declared);
    let judged = Judged {
        opinion: opinion(&e911),
        e911,
        asks: Vec::new(),
        sayings: Vec::new(),
    };
    let (Field::Value(declared), Some(then), Some(_)) =
        (field, &judged.e911.then, &judged.e911.change)
    else {
        return judged;
    };
    // Where the CSR takes 911 along, more moves than a spelling.
    if judged.e911.follows && csr.moves_place {
        return judged;
    }
    match correction::older_spelling(declared, live, then, events, context, checks) {
        Spelling::New => judged,
        Spelling::AskEvents => Judged {
            asks: vec![Question::CorrectionPast {
                number: live.number,
            }],
            ..judged
        },
        Spelling::Untold => Judged {
            opinion: Opinion::Refused(correction::untold()),
            ..judged
        },
        Spelling::Older => {
            let e911 = e911::e911(field, live, csr, said, Street::InForce);
            let now = e911::effective(live);
            let saying = correction::take_over(e911.then.as_ref().unwrap_or(&now));
            Judged {
                opinion: opinion(&e911),
                e911,
                asks: Vec::new(),
                sayings: vec![saying],
            }
        }
    }
}

/// The address can't be sent: then nothing may move 911 either, so a CSR that
/// it follows stays as well.
fn keep_911_where_it_is(csr: Csr, e911: E911) -> (Csr, E911) {
    let held = e911.follows && csr.moves_who;
    let csr = if held {
        let mut sayings = csr.sayings;
        sayings.push(Saying::blocked(
            "customerServiceRecord is not sent: 911 would move along with it",
        ));
        Csr::kept(sayings)
    } else {
        csr
    };
    let e911 = E911 {
        follows: e911.follows,
        // What was said about a change that is not made would mislead.
        sayings: if e911.blocked {
            e911.sayings
        } else {
            Vec::new()
        },
        ..E911::default()
    };
    (csr, e911)
}

pub(super) fn carrier<'a>(
    live: &LiveNumber,
    partition: &'a LivePartition,
) -> Option<&'a CarrierAbilities> {
    partition.carriers.get(live.carrier.as_ref()?)
}
