//! In which language a 911 call is answered.
//!
//! `language` says so; without it the platform routes by province: French in
//! Quebec, English everywhere else (guide, "E911 Language Routing"). So a change
//! of the province alters who answers just as a change of the language does,
//! and a language that says what the province says anyway alters nothing.

use crate::model::meaning::{canonical_country, canonical_state};
use crate::model::{Member, Record};

use super::saying::Saying;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Answered {
    French,
    English,
}

impl Answered {
    const fn name(self) -> &'static str {
        match self {
            Self::French => "French",
            Self::English => "English",
        }
    }
}

/// Who answers a call from there, and why. A language that this version does
/// not know is nobody's to guess.
fn answered(address: &Record) -> Option<(Answered, String)> {
    let quebec = canonical_state(address.get(Member::State)) == "QC";
    match address.get(Member::Language).trim() {
        "" if address.get(Member::State).trim().is_empty() => None,
        "" if quebec => Some((
            Answered::French,
            "no language is set, and the platform answers in French in Quebec".to_owned(),
        )),
        "" => Some((
            Answered::English,
            "no language is set, and the platform answers in English outside Quebec".to_owned(),
        )),
        said if said.eq_ignore_ascii_case("fr-CA") => {
            Some((Answered::French, "its language is fr-CA".to_owned()))
        }
        said if said.eq_ignore_ascii_case("en-US") => {
            Some((Answered::English, "its language is en-US".to_owned()))
        }
        _ => None,
    }
}

/// What a change of the address means for who answers.
pub(super) fn saying(now: &Record, then: &Record) -> Option<Saying> {
    let french = |address: &Record| address.get(Member::Language).eq_ignore_ascii_case("fr-CA");
    let american = canonical_country(then.get(Member::Country)) == "USA";
    if french(then) && !french(now) && american {
        return Some(
            Saying::warning("911 calls from an address in the United States will be answered in French: its language is fr-CA")
                .help("write language: en-US, or null for the platform's own routing"),
        );
    }
    let ((before, _), (after, why)) = (answered(now)?, answered(then)?);
    (before != after).then(|| {
        Saying::warning(format!(
            "911 calls will be answered in {}, no longer in {}: {why}",
            after.name(),
            before.name()
        ))
        .help("language under e911Address decides: fr-CA, en-US, or null for the platform's own routing")
    })
}
