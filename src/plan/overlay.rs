//! Lays what a person declared of an address-like object over what is there.
//!
//! Two rules make this safe (design, decision 1). What is sent is the object
//! whole, so that the platform never has to guess how a fragment merges. And an
//! address is one thing: once `streetName` is declared, location members that
//! are not declared count as empty, so that no mixture of two addresses ever
//! reaches a dispatcher.

use serde_json::{Map, Value};

use crate::model::meaning::{self, canonical_country, canonical_state, split_suffix};
use crate::model::record::Declared;
use crate::model::values::country_of_state;
use crate::model::{Field, Member, Record, Text};
use crate::plan::document::Change;

/// Members of a nested object that the platform sets itself and that are not
/// sent back (contract notes, N9); other unknown ones are (N8).
const SERVER_OWNED: [&str; 2] = ["id", "requiresUnitInfo"];

/// One object of a request, with what it changes.
#[derive(Clone, Debug)]
pub(super) struct ObjectChange {
    pub value: Value,
    pub changes: Vec<Change>,
}

/// A declaration laid over an object.
pub(super) struct Laid {
    /// The object as it will stand, whole.
    pub target: Record,
    /// The whole location is declared.
    pub whole: bool,
}

/// What is to become of one member.
enum Wish<'a> {
    Keep,
    Clear,
    Set(&'a str),
}

fn wish<D: Declared>(declared: &D, member: Member, whole: bool) -> Wish<'_> {
    match declared.member(member) {
        Field::Absent if whole && member.is_location() => Wish::Clear,
        Field::Absent => Wish::Keep,
        Field::Null => Wish::Clear,
        Field::Value(text) if text.as_str().trim().is_empty() => Wish::Clear,
        Field::Value(text) => Wish::Set(Text::as_str(text)),
    }
}

/// Whether the declaration speaks of the whole location.
pub(super) fn is_whole<D: Declared>(declared: &D) -> bool {
    !declared.member(Member::StreetName).is_absent()
}

/// Whether every declared member already stands there, each by its own meaning:
/// the usual case, answered without laying anything over anything. A no may
/// still turn out to be no difference, where two members say one thing.
pub(super) fn stands<D: Declared>(declared: &D, base: &Record, scope: fn(Member) -> bool) -> bool {
    let whole = is_whole(declared);
    Member::ALL.into_iter().filter(|m| scope(*m)).all(|member| {
        match wish(declared, member, whole) {
            Wish::Keep => true,
            Wish::Clear => base.get(member).trim().is_empty(),
            Wish::Set(text) => meaning::same_member(member, base.get(member), text),
        }
    })
}

/// Lays the declaration over `base`, whose unknown members are kept.
pub(super) fn lay<D: Declared>(declared: &D, base: &Record, scope: fn(Member) -> bool) -> Laid {
    let whole = is_whole(declared);
    let mut target = restricted(base, scope);
    for (name, value) in base.extra() {
        target.set_extra(name, value.clone());
    }
    for member in Member::ALL.into_iter().filter(|member| scope(*member)) {
        match wish(declared, member, whole) {
            Wish::Keep => {}
            Wish::Clear => target.set(member, None),
            Wish::Set(text) => target.set(member, Some(text)),
        }
    }
    // A suffix declared alone replaces the one that the platform keeps inside
    // the street name ("Sparks St"); laid beside it there would be two.
    if !whole
        && !declared.member(Member::StreetSuffix).is_absent()
        && base.get(Member::StreetSuffix).is_empty()
        && let Some((name, _)) = split_suffix(base.get(Member::StreetName))
    {
        target.set(Member::StreetName, Some(name));
    }
    Laid { target, whole }
}

/// The members in `scope` that say something, and nothing else.
pub(super) fn restricted(record: &Record, scope: fn(Member) -> bool) -> Record {
    let mut part = Record::default();
    for member in Member::ALL.into_iter().filter(|member| scope(*member)) {
        let text = record.get(member);
        if !text.is_empty() {
            part.set(member, Some(text));
        }
    }
    part
}

/// The object as it is sent: every member that says something, null for one
/// that is stored now and must go. One that is empty on both sides is left out.
pub(super) fn body(target: &Record, stored: Option<&Record>, scope: fn(Member) -> bool) -> Value {
    let mut map = Map::new();
    for member in Member::ALL.into_iter().filter(|member| scope(*member)) {
        let value = value(target, member);
        let stored = stored.is_some_and(|record| !record.get(member).is_empty());
        match value {
            Value::Null if !stored => {}
            Value::Null if member.is_boolean() => {
                map.insert(member.name().to_owned(), Value::Bool(false));
            }
            value => {
                map.insert(member.name().to_owned(), value);
            }
        }
    }
    for (name, value) in target.extra() {
        if !SERVER_OWNED.contains(&name.as_str()) {
            map.insert(name.clone(), value.clone());
        }
    }
    Value::Object(map)
}

/// A member as JSON; null where it says nothing.
pub(super) fn value(record: &Record, member: Member) -> Value {
    match record.get(member) {
        "" => Value::Null,
        text if member.is_boolean() => Value::Bool(text.trim().eq_ignore_ascii_case("true")),
        text => Value::String(text.to_owned()),
    }
}

/// One change for each member that differs by meaning.
pub(super) fn changes(
    path: &str,
    before: &Record,
    after: &Record,
    scope: fn(Member) -> bool,
) -> Vec<Change> {
    let differing = meaning::differences(before, after, scope);
    // Name and suffix are compared as one, for a suffix may stand inside the name,
    // and a country may be told by its state: what is shown is what is written.
    let street = [Member::StreetName, Member::StreetSuffix];
    let street_differs = differing.iter().any(|member| street.contains(member));
    Member::ALL
        .into_iter()
        .filter(|member| scope(*member) && value(before, *member) != value(after, *member))
        .filter(|member| differing.contains(member) || (street_differs && street.contains(member)))
        .map(|member| Change {
            path: format!("{path}.{}", member.name()),
            before: value(before, member),
            after: value(after, member),
            sensitive: false,
            origin: None,
        })
        .collect()
}

/// A whole object as one JSON value, for a change that is about all of it.
pub(super) fn whole_value(record: Option<&Record>, scope: fn(Member) -> bool) -> Value {
    match record {
        Some(record) if !record.is_empty() => body(&restricted(record, scope), None, scope),
        Some(_) | None => Value::Null,
    }
}

/// Why the address that would stand is no address, with the way out.
pub(super) fn fault<D: Declared>(
    path: &str,
    declared: &D,
    laid: &Laid,
) -> Option<(String, String)> {
    let target = &laid.target;
    let said = |member| !declared.member(member).is_absent();
    let touches_place = laid.whole || said(Member::State) || said(Member::Country);
    let state = canonical_state(target.get(Member::State));
    let country = canonical_country(target.get(Member::Country));
    if touches_place
        && !country.is_empty()
        && let Some(right) = country_of_state(&state)
        && right != country
    {
        let reason = format!("{path}: state {state} does not lie in country {country}");
        let help = if !said(Member::Country) {
            format!(
                "the country now on the platform would stay: write country: {right} beside the state"
            )
        } else if said(Member::State) || laid.whole {
            format!("write country: {right}, or mend the state")
        } else {
            format!(
                "the state now on the platform would stay: write country: {right}, or the whole address"
            )
        };
        return Some((reason, help));
    }
    let missing: Vec<&str> = [Member::StreetName, Member::City, Member::State]
        .into_iter()
        .filter(|member| laid.whole && target.get(*member).trim().is_empty())
        .map(Member::name)
        .collect();
    (!missing.is_empty()).then(|| {
        let names = missing.join(", ");
        (
            format!("{path} would be left without {names}"),
            format!("write {names}: once streetName is declared, what is left out counts as empty"),
        )
    })
}
