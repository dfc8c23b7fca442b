//! Corrections: the E911 provider refuses an address and offers another one.
//!
//! What happens is the file's to say (`onCorrection`). Two things are never
//! done: a correction of an address that the file has since replaced is not
//! accepted (design, decision 9), and an offer never takes a suite or a
//! language away. The provider knows streets, not tenants: what it offers
//! stands for the street, and what the file says of unit, names, language and
//! coordinates is put back in the same run, in a step after the acceptance.
//!
//! After an acceptance nothing on the platform says which address was
//! corrected. So a file that still has the older spelling is recognised in two
//! ways that must agree: the provider, asked about the file's address, offers
//! the very one that is in force, and the number's own events say that a
//! correction was accepted ([`older_spelling`]). Either alone is not enough: an
//! address typed wrong in the file just now would be called an older spelling,
//! or one changed in the portal an accepted one. (The account history could
//! name the address before, but in what form is published nowhere.)

use crate::model::live::EventKind;
use crate::model::meaning::{self, canonical_country, is_place};
use crate::model::record::Declared;
use crate::model::{
    CorrectionPast, DesiredNumber, E911Address, Field, LiveEvent, LiveNumber, Member, OnCorrection,
    Record, paths,
};
use crate::plan::Context;
use crate::plan::checks::{Checks, Verdict};
use crate::plan::document::{Action, Change, Expect, Step};

use super::e911::{self, PATH, effective};
use super::number::Subject;
use super::overlay::{ObjectChange, body, changes, lay, restricted, whole_value};
use super::saying::Saying;
use super::{events, language};

/// What is decided about an offer.
pub(super) struct Decided {
    /// The acceptance, or the refusal.
    pub step: Step,
    /// The number as the step leaves it.
    pub then: LiveNumber,
    /// What the file says of the address besides, to be sent after the step.
    pub follow_up: Option<ObjectChange>,
    pub sayings: Vec<Saying>,
    /// Someone who dials 911 is answered otherwise than before.
    pub moves: bool,
}

/// An address on offer, and the one that it would replace.
pub(super) struct Offer<'a> {
    pub address: &'a Record,
    pub instead_of: Record,
}

/// What the provider's guide files an address by: the place without the unit.
pub(super) const fn is_street(member: Member) -> bool {
    is_place(member) && !matches!(member, Member::Unit | Member::SecondaryLocationDescription)
}

/// Whether the file's address is still the one that stands on the platform.
pub(super) fn is_of_this_address(declared: &Field<E911Address>, live: &LiveNumber) -> bool {
    match declared {
        Field::Absent | Field::Null => true,
        Field::Value(declared) => {
            let now = effective(live);
            let laid = lay(declared, &now, Member::in_e911);
            meaning::same(&now, &laid.target, is_street)
        }
    }
}

impl Subject<'_> {
    /// The correction on offer, where the last change stands rejected.
    fn offered(&self) -> Option<&Record> {
        events::rejected(self.events(), EventKind::E911Address)?;
        self.live.corrections.get(&self.number)
    }

    /// The same, with the address that it would replace.
    pub(super) fn offer(&self) -> Option<Offer<'_>> {
        Some(Offer {
            address: self.offered()?,
            instead_of: effective(self.listed()?),
        })
    }

    /// The step that the file wants for the offer; `None` where a person is to
    /// decide, or the file has another address by now.
    pub(super) fn correction(&self, live: &LiveNumber, desired: &DesiredNumber) -> Option<Decided> {
        let offered = self.offered()?;
        let Field::Value(declared) = &desired.e911_address else {
            return None;
        };
        let wanted = match declared.on_correction {
            Field::Absent | Field::Null => OnCorrection::Report,
            Field::Value(wanted) => wanted,
        };
        match wanted {
            OnCorrection::Report => None,
            OnCorrection::Accept => is_of_this_address(&desired.e911_address, live)
                .then(|| self.accept(live, declared, offered)),
            OnCorrection::KeepOriginal => self.keep(live, declared, offered),
        }
    }

    fn accept(&self, live: &LiveNumber, declared: &E911Address, offered: &Record) -> Decided {
        let now = effective(live);
        let then = corrected(&now, offered);
        // What the acceptance leaves of the address, with the rest of the file's
        // (or, where it says nothing, of the number's) around the street.
        let mut base = then.clone();
        if offered.get(Member::Unit).is_empty() {
            for member in [Member::Unit, Member::SecondaryLocationDescription] {
                base.set(member, now.raw(member));
            }
        }
        let wanted = with_street_of(&lay(declared, &base, Member::in_e911).target, &then);
        let differs = !meaning::same(&then, &wanted, Member::in_e911);
        let follow_up = differs.then(|| ObjectChange {
            value: body(&wanted, Some(&then), Member::in_e911),
            changes: changes(PATH, &then, &wanted, Member::in_e911),
        });
        let step = self.step(
            Action::AcceptE911Correction,
            (
                "PUT",
                paths::e911_correction_accept(self.context.partition, self.account, self.number),
            ),
            None,
            address_changes(&now, &then),
            self.expects(live, offered),
        );
        let mut after = live.clone();
        after.e911_address = Some(then);
        Decided {
            step,
            then: after,
            follow_up,
            sayings: language::saying(&now, &wanted)
                .into_iter()
                .chain([Saying::warning(
                    "the E911 provider's address comes in the place of the one in the file",
                )
                .help(format!(
                    "take it over:\n{}",
                    as_yaml(&restricted(&wanted, is_place))
                ))])
                .collect(),
            moves: true,
        }
    }

    /// The address stays as it was written. Only coordinates can go along
    /// (contract notes, A29): sent with anything else the address would be
    /// rejected once more.
    fn keep(&self, live: &LiveNumber, declared: &E911Address, offered: &Record) -> Option<Decided> {
        let now = effective(live);
        let wanted = lay(declared, &now, Member::in_e911).target;
        if !meaning::same(&now, &wanted, is_place) {
            return None;
        }
        let coordinates = [Member::Latitude, Member::Longitude];
        let [latitude, longitude] = coordinates.map(|member| wanted.get(member));
        let said = coordinates
            .into_iter()
            .any(|member| matches!(declared.member(member), Field::Value(_)));
        let pair = (said && !latitude.is_empty() && !longitude.is_empty())
            .then_some((latitude, longitude));
        let mut then = now.clone();
        if pair.is_some() {
            for member in coordinates {
                then.set(member, wanted.raw(member));
            }
        }
        let moves = !meaning::same(&now, &then, Member::in_e911);
        let mut sayings = vec![
            Saying::warning(
                "the E911 provider's correction is declined, and 911 goes by the address as it is written",
            )
            .help(format!("the provider would have:\n{}", as_patch(offered, &now))),
        ];
        if moves {
            sayings.push(e911::not_sent_to_the_psap());
        }
        if !meaning::same(&then, &wanted, Member::in_e911) {
            sayings.push(Saying::deferred(
                "what else e911Address says: compared again once the original is kept",
            ));
        }
        let step = self.step(
            Action::KeepE911Original,
            (
                "PUT",
                paths::e911_original_accept(
                    self.context.partition,
                    self.account,
                    self.number,
                    pair,
                ),
            ),
            None,
            address_changes(&now, &then),
            self.expects(live, offered),
        );
        let mut after = live.clone();
        after.e911_address = Some(then);
        Some(Decided {
            step,
            then: after,
            follow_up: None,
            sayings,
            moves,
        })
    }

    fn expects(&self, live: &LiveNumber, offered: &Record) -> Expect {
        Expect::Correction {
            number: Box::new(live.clone()),
            offered: Box::new(offered.clone()),
        }
    }
}

/// The address once the offer is accepted: the provider's place, the rest as it was.
fn corrected(now: &Record, offered: &Record) -> Record {
    let mut then = restricted(now, Member::in_e911);
    for member in Member::ALL.into_iter().filter(|member| is_place(*member)) {
        then.set(member, offered.raw(member).filter(|text| !text.is_empty()));
    }
    let country = match offered.get(Member::Country) {
        "" => now.get(Member::Country).to_owned(),
        country => canonical_country(country),
    };
    then.set(
        Member::Country,
        Some(country.as_str()).filter(|c| !c.is_empty()),
    );
    then
}

/// `address` on the street of another one.
pub(super) fn with_street_of(address: &Record, other: &Record) -> Record {
    let mut moved = address.clone();
    for member in Member::ALL.into_iter().filter(|member| is_street(*member)) {
        moved.set(member, other.raw(member));
    }
    moved
}

fn address_changes(now: &Record, then: &Record) -> Vec<Change> {
    let all = changes(PATH, now, then, Member::in_e911);
    // One that only spells the place otherwise is shown all the same.
    if all.is_empty() {
        return vec![as_a_whole(now, then)];
    }
    all
}

fn as_a_whole(before: &Record, after: &Record) -> Change {
    Change {
        path: PATH.to_owned(),
        before: whole_value(Some(before), Member::in_e911),
        after: whole_value(Some(after), Member::in_e911),
        sensitive: false,
        origin: None,
    }
}

/// What is to be made of a file's address that the provider refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spelling {
    /// It is what the file asks for, and nothing else.
    New,
    /// Perhaps the older spelling of the address in force: the events know.
    AskEvents,
    /// The older spelling of the address in force, which is the provider's.
    Older,
    /// A correction was accepted; whether it was of this address only the
    /// provider could tell, and it may not be asked.
    Untold,
}

/// Whether `then`, which the file asks for, is an older spelling of the address
/// in force. `now` must not stand rejected.
pub(super) fn older_spelling(
    declared: &E911Address,
    live: &LiveNumber,
    then: &Record,
    events: &[LiveEvent],
    context: &Context,
    checks: &Checks,
) -> Spelling {
    let now = effective(live);
    if meaning::same(&now, then, is_street)
        || events::rejected(events, EventKind::E911Address).is_some()
    {
        return Spelling::New;
    }
    let past = checks.correction_past(live.number);
    let accepts = matches!(declared.on_correction, Field::Value(OnCorrection::Accept));
    let verdict = match context.verify {
        true => checks.e911(&restricted(then, Member::in_e911)),
        false => None,
    };
    let alternatives = match verdict {
        Some(Verdict::Invalid { alternatives, .. }) => alternatives,
        // What it has no correction for, it has not corrected.
        Some(Verdict::Valid | Verdict::NoUnit | Verdict::Unknown { .. }) => return Spelling::New,
        None if context.verify => return Spelling::New,
        // Sent again it would be rejected again, and 911 be without an address
        // in force until the next run accepts the correction once more.
        Some(Verdict::OutOfReach { .. }) | None => {
            return match past {
                None if accepts || context.verify => Spelling::AskEvents,
                Some(CorrectionPast::LastWord) => Spelling::Untold,
                Some(CorrectionPast::Earlier) if accepts => Spelling::Untold,
                None | Some(CorrectionPast::Earlier | CorrectionPast::Never) => Spelling::New,
            };
        }
    };
    let offers_it = alternatives
        .iter()
        .any(|alternative| meaning::same(&now, alternative, is_street));
    if !offers_it {
        return Spelling::New;
    }
    match past {
        None => Spelling::AskEvents,
        Some(CorrectionPast::LastWord) => Spelling::Older,
        // Something was written since: only an offer without a choice is still
        // certainly the one that was accepted.
        Some(CorrectionPast::Earlier) if alternatives.len() == 1 => Spelling::Older,
        Some(CorrectionPast::Earlier | CorrectionPast::Never) => Spelling::New,
    }
}

/// The warning that lasts until someone takes the provider's spelling over.
pub(super) fn take_over(in_force: &Record) -> Saying {
    Saying::warning("the address in force is the E911 provider's correction of the one in the file")
        .help(format!(
            "take it over:\n{}",
            as_yaml(&restricted(in_force, is_place))
        ))
}

pub(super) fn untold() -> Saying {
    Saying::blocked(
        "a correction of its E911 address was accepted, and only the provider, which was not asked, can tell whether the file's address is an older spelling of it",
    )
    .help("plan again once the provider can be asked, and without --no-verify; or take the address on the platform over into the file")
}

/// What the provider would have instead of `address`, as lines for the account file.
pub(super) fn as_patch(offered: &Record, address: &Record) -> String {
    as_yaml(&instead_of(offered, address))
}

/// What the provider would have instead of `address`, as an account file says
/// it. The provider knows streets, not tenants: the unit is the address's own.
pub fn instead_of(offered: &Record, address: &Record) -> Record {
    let mut patch = restricted(offered, Member::in_e911);
    if offered.get(Member::Unit).is_empty() {
        for member in [Member::SecondaryLocationDescription, Member::Unit] {
            patch.set(member, address.raw(member));
        }
    }
    // The provider writes CA and US where the platform takes CAN and USA.
    if let Some(country) = patch.raw(Member::Country).map(canonical_country) {
        patch.set(Member::Country, Some(&country));
    }
    patch
}

/// An address as lines for the account file. Every text is quoted, so that no
/// reader takes a state for a boolean.
pub fn as_yaml(address: &Record) -> String {
    let mut lines = vec!["e911Address:".to_owned()];
    for member in Member::ALL.into_iter().filter(|member| member.in_e911()) {
        let text = address.get(member);
        if text.is_empty() {
            continue;
        }
        // The provider writes CA and US where the platform takes CAN and USA.
        let text = if member == Member::Country {
            canonical_country(text)
        } else {
            text.to_owned()
        };
        lines.push(format!(
            "  {}: {}",
            member.name(),
            serde_json::Value::String(text)
        ));
    }
    lines.join("\n")
}
