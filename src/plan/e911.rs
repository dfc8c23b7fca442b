//! The address that answers 911 calls.
//!
//! On the platform an absent E911 address *is* the customer service record's,
//! and a copy of that record may be shown in its place. So what counts is the
//! effective address, before and after, and a change of the record must never
//! carry 911 along unseen: an address that is declared is sent in the same
//! request, one that is not is a change of the step and warned about.

use serde_json::Value;

use crate::model::dispatch::no_place;
use crate::model::meaning::{self, is_echo, is_place};
use crate::model::record::Declared;
use crate::model::{E911Address, Field, LiveNumber, Member, Record};
use crate::plan::document::{Change, NoteKind};

use super::correction::{is_street, with_street_of};
use super::csr::Csr;
use super::door::Door;
use super::overlay::{
    self, ObjectChange, body, changes, is_whole, lay, restricted, stands, whole_value,
};
use super::saying::Saying;

pub(super) const PATH: &str = "e911Address";

/// What becomes of the address.
#[derive(Default)]
pub(super) struct E911 {
    pub change: Option<ObjectChange>,
    /// The address as it moves along with the CSR, nothing being sent of its own.
    pub along: Option<Change>,
    /// The effective address as it will be, where it is registered anew: what to
    /// ask the provider about. It judges afresh whatever is sent to it, also an
    /// address that stands there already.
    pub ask: Option<Record>,
    /// The effective address as it will be, where anything of it changes.
    pub then: Option<Record>,
    /// A dispatcher would be sent elsewhere, or told otherwise, than now.
    pub moves: bool,
    /// Without an address of its own the number's 911 address follows the CSR.
    pub follows: bool,
    /// What is declared can't be sent.
    pub blocked: bool,
    pub sayings: Vec<Saying>,
}

/// Whose street it is that counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Street {
    Declared,
    /// The one in force: the file has an older spelling of it.
    InForce,
}

/// Compares the effective address and prepares the object to be sent.
pub(super) fn e911(
    declared: &Field<E911Address>,
    live: &LiveNumber,
    csr: &Csr,
    door: Door,
    street: Street,
) -> E911 {
    // 911 can't be reached from it (contract notes, D4): nothing moves.
    if live.number.is_toll_free() {
        return E911::default();
    }
    match declared {
        Field::Absent => unmanaged(live, csr),
        Field::Null => as_csr(live, csr),
        Field::Value(declared) => {
            if csr.target.is_none()
                && let Some(stored) = stored(live)
                && stands(declared, stored, Member::in_e911)
            {
                return E911::default();
            }
            explicit(declared, live, csr, door, street)
        }
    }
}

fn stored(live: &LiveNumber) -> Option<&Record> {
    live.e911_address
        .as_ref()
        .filter(|record| !record.is_empty())
}

fn follows(live: &LiveNumber) -> bool {
    is_echo(
        live.e911_address.as_ref(),
        live.customer_service_record.as_ref(),
    )
}

/// The CSR's address as it will be.
fn csr_address(live: &LiveNumber, csr: &Csr) -> Record {
    csr.target
        .as_ref()
        .or(live.customer_service_record.as_ref())
        .map(|record| restricted(record, Member::in_e911))
        .unwrap_or_default()
}

/// 911 goes where the CSR goes. Where the platform shows a copy of the CSR as
/// the E911 address, nobody can see whether that copy follows.
fn moves_along(live: &LiveNumber) -> Saying {
    if stored(live).is_none() {
        Saying::warning("911 moves along with the customer service record: the number has no E911 address of its own")
            .help("write e911Address to keep them apart")
    } else {
        Saying::warning("911 may move along with the customer service record, or stay: the platform shows a copy of the record as the E911 address")
            .help("write e911Address, to say where 911 calls are to send help")
    }
}

fn unmanaged(live: &LiveNumber, csr: &Csr) -> E911 {
    if !csr.moves_who || !follows(live) {
        return E911::default();
    }
    if !csr.moves_place {
        return E911 {
            follows: true,
            ask: Some(csr_address(live, csr)),
            then: Some(csr_address(live, csr)),
            sayings: vec![
                Saying::warning("the names that 911 is told change along with the customer service record: the number has no E911 address of its own")
                    .help("write e911Address to keep them apart"),
            ],
            ..E911::default()
        };
    }
    E911 {
        sayings: vec![moves_along(live)],
        ..moved_along(live, csr)
    }
}

/// 911 goes where the CSR goes, without a word about it in the request: so the
/// step names it as a change.
fn moved_along(live: &LiveNumber, csr: &Csr) -> E911 {
    let after = csr_address(live, csr);
    E911 {
        along: Some(whole_change(Some(&effective(live)), Some(&after))),
        ask: Some(after.clone()),
        then: Some(after),
        moves: true,
        follows: true,
        ..E911::default()
    }
}

/// The address that answers now: its own, or the CSR's.
pub(super) fn effective(live: &LiveNumber) -> Record {
    match stored(live) {
        Some(record) => record.clone(),
        None => csr_address(live, &Csr::default()),
    }
}

/// A change of the address as a whole.
fn whole_change(before: Option<&Record>, after: Option<&Record>) -> Change {
    Change {
        path: PATH.to_owned(),
        before: whole_value(before, Member::in_e911),
        after: whole_value(after, Member::in_e911),
        sensitive: false,
        origin: None,
    }
}

/// `e911Address: null`: the CSR's address answers.
fn as_csr(live: &LiveNumber, csr: &Csr) -> E911 {
    let Some(now) = stored(live) else {
        return if csr.moves_place {
            moved_along(live, csr)
        } else {
            // The names that 911 is told are registered anew with the address.
            let again = csr.moves_who.then(|| csr_address(live, csr));
            E911 {
                follows: true,
                ask: again.clone(),
                then: again,
                ..E911::default()
            }
        };
    };
    let follows = follows(live);
    // A copy may be a stored one: it must not stay behind when the record changes.
    if follows && !csr.moves_who {
        return E911 {
            follows,
            ..E911::default()
        };
    }
    let after = csr_address(live, csr);
    if after.get(Member::StreetName).is_empty() || after.get(Member::City).is_empty() {
        return E911 {
            follows,
            blocked: true,
            sayings: vec![
                Saying::blocked("e911Address: null would leave 911 without an address: the customer service record has none")
                    .help("write the customer service record's address, or an e911Address"),
            ],
            ..E911::default()
        };
    }
    let moves = !meaning::same(now, &after, is_place);
    // Whether a copy is stored must not show: the change is that of the address.
    let then = (follows && csr.moves_place).then_some(&after);
    E911 {
        change: Some(ObjectChange {
            value: Value::Null,
            changes: vec![whole_change(Some(now), then)],
        }),
        ask: Some(after.clone()),
        then: Some(after),
        moves: moves || !follows,
        follows,
        ..E911::default()
    }
}

fn explicit(
    declared: &E911Address,
    live: &LiveNumber,
    csr: &Csr,
    door: Door,
    street: Street,
) -> E911 {
    let follows = follows(live);
    let now = effective(live);
    // What is not declared stays as it is; for an address that follows the CSR
    // that means: as the CSR will be.
    let base = match (follows, &csr.target) {
        (true, Some(_)) => {
            let mut base = csr_address(live, csr);
            for (name, value) in now.extra() {
                base.set_extra(name, value.clone());
            }
            base
        }
        (true, None) | (false, _) => now.clone(),
    };
    let mut laid = lay(declared, &base, Member::in_e911);
    match street {
        Street::Declared => {}
        Street::InForce => laid.target = with_street_of(&laid.target, &now),
    }
    let changed = meaning::differences(&now, &laid.target, Member::in_e911);
    // Unchanged, but the record it follows moves away beneath it: said, lest it move along.
    let pinned = changed.is_empty() && follows && csr.moves_who;
    if changed.is_empty() && !pinned {
        return E911 {
            follows,
            ..E911::default()
        };
    }
    if let Some((reason, help)) = overlay::fault(PATH, declared, &laid) {
        return blocked(follows, reason, help);
    }
    if laid.target.get(Member::StreetName).is_empty() || laid.target.get(Member::City).is_empty() {
        return blocked(
            follows,
            "e911Address would have no street or city".to_owned(),
            "write the whole address: neither the platform nor the customer service record has one"
                .to_owned(),
        );
    }
    let has = |member| !laid.target.get(member).trim().is_empty();
    if has(Member::Latitude) != has(Member::Longitude) {
        return blocked(
            follows,
            "e911Address would have one coordinate without the other".to_owned(),
            "write latitude and longitude, or null for both".to_owned(),
        );
    }
    let unnamed =
        needs_unit(&laid.target, live).then(|| Door::of_change(&now, &laid.target, door).no_unit());
    if let Some(saying) = &unnamed
        && saying.kind == NoteKind::Blocked
    {
        return E911 {
            follows,
            blocked: true,
            sayings: vec![saying.clone()],
            ..E911::default()
        };
    }
    let moves_place = changed.iter().any(|member| is_place(*member));
    let mut sayings = Vec::new();
    let along = follows && csr.moves_place && !is_whole(declared);
    if along {
        sayings.push(
            Saying::warning("911 moves along with the customer service record: e911Address says nothing of the place")
                .help("write the whole address under e911Address to keep them apart"),
        );
    }
    let has_coordinates = has(Member::Latitude);
    let relocated = [Member::Latitude, Member::Longitude];
    if has_coordinates && changed.iter().any(|member| relocated.contains(member)) {
        sayings.push(not_sent_to_the_psap());
    }
    sayings.extend(unnamed);
    let silent = |member| declared.member(member).is_absent();
    if moves_place && has_coordinates && silent(Member::Latitude) && silent(Member::Longitude) {
        sayings.push(
            Saying::warning(format!(
                "the address changes, but its coordinates stay {}, {}: with coordinates the address is not sent to the PSAP",
                laid.target.get(Member::Latitude),
                laid.target.get(Member::Longitude)
            ))
            .help("write latitude and longitude of the new address, or null for both"),
        );
    }
    let changes = if pinned {
        vec![whole_change(stored(live), Some(&laid.target))]
    } else if along {
        vec![whole_change(Some(&now), Some(&laid.target))]
    } else {
        changes(PATH, &now, &laid.target, Member::in_e911)
    };
    E911 {
        change: Some(ObjectChange {
            value: body(&laid.target, stored(live), Member::in_e911),
            changes,
        }),
        along: None,
        ask: Some(restricted(&laid.target, Member::in_e911)),
        then: (!pinned).then_some(laid.target),
        moves: !pinned,
        follows,
        blocked: false,
        sayings,
    }
}

/// RV, "latitude": what coordinates mean for those who send help.
pub(super) fn not_sent_to_the_psap() -> Saying {
    Saying::warning(
        "with coordinates the PSAP is sent latitude and longitude, not the address itself",
    )
    .help("write latitude: null and longitude: null unless the address can't be found without them")
}

/// The platform says of a CSR's address whether its building has several
/// tenants (`requiresUnitInfo`); what holds for the one at this street does for 911.
fn needs_unit(then: &Record, live: &LiveNumber) -> bool {
    let Some(csr) = &live.customer_service_record else {
        return false;
    };
    let says_so = csr
        .extra()
        .any(|(name, value)| name == "requiresUnitInfo" && *value == Value::Bool(true));
    says_so && then.get(Member::Unit).trim().is_empty() && meaning::same(csr, then, is_street)
}

/// D16 for an address that is partly or wholly the platform's own: the file's
/// is judged before there is a plan.
pub(super) fn nobody_can_be_sent_there(then: &Record) -> Option<Saying> {
    let what = no_place(then.get(Member::StreetName))?;
    Some(
        Saying::warning(format!(
            "911 calls will be answered with the address of a {what}, and an ambulance can't drive there"
        ))
        .help("write e911Address with the street address of the place where the telephone is"),
    )
}

fn blocked(follows: bool, reason: String, help: String) -> E911 {
    E911 {
        follows,
        blocked: true,
        sayings: vec![Saying::blocked(reason).help(help)],
        ..E911::default()
    }
}
