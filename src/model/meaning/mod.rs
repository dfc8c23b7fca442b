//! Comparison by meaning.
//!
//! The platform gives back what it was given with its own spelling: `ST` for
//! `Street`, "" for what is missing, `USA` where nothing was said. Taken
//! letter for letter every plan would be full of changes that change nothing,
//! and the one that sends an ambulance elsewhere would drown among them. So
//! two records are compared by a *canonical form*: each rule below turns what
//! means the same into the same text, and nothing else. Because it is a
//! function of one record alone, equality by meaning is an equivalence.
//!
//! The rules (contract notes, "N-rules"):
//!
//! - N1 absent, null and "" are one: [`Record::get`].
//! - N2 spaces and case: `text`.
//! - N3 street suffixes, directionals, unit designators: `street`.
//! - N4 states and countries, N5 postal codes, coordinates: `place`.
//! - N7 dates: [`date`]. N6 is [`PhoneNumber`](super::PhoneNumber) itself.
//! - N8, N9 unknown and server-owned members are outside [`Member`] and never compared.
//! - N12 booleans: "true" is true; false is the same as nothing.

pub mod date;
mod number;
mod place;
mod street;
mod text;

use super::member::Member;
use super::record::Record;

pub use number::{number_differences, same_listing};
pub use place::{country as canonical_country, state as canonical_state};
pub use street::split_suffix;

/// A record with every member in its one canonical spelling.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Canonical([String; Member::COUNT]);

impl Canonical {
    pub fn of(record: &Record) -> Self {
        let mut members: [String; Member::COUNT] =
            Member::ALL.map(|member| canonical_member(member, record.get(member)));
        // Two members say one thing together: the suffix may stand at the end
        // of the street name, and a country may be told by its state.
        if members[Member::StreetSuffix as usize].is_empty()
            && let Some((name, suffix)) = split_suffix(&members[Member::StreetName as usize])
        {
            let (name, suffix) = (name.to_owned(), suffix.to_owned());
            members[Member::StreetName as usize] = name;
            members[Member::StreetSuffix as usize] = suffix;
        }
        if members[Member::Country as usize].is_empty()
            && let Some(country) = super::values::country_of_state(&members[Member::State as usize])
        {
            members[Member::Country as usize] = country.to_owned();
        }
        Self(members)
    }

    pub fn get(&self, member: Member) -> &str {
        &self.0[member as usize]
    }
}

/// Whether two texts of one member mean the same, told without regard to the
/// members beside it. Where all members of two records do, the records do too;
/// it is the usual answer of a large run, so it is found without an allocation
/// where case is all that differs.
pub fn same_member(member: Member, left: &str, right: &str) -> bool {
    left.eq_ignore_ascii_case(right)
        || canonical_member(member, left) == canonical_member(member, right)
}

/// One member's canonical spelling, as far as it can be told alone.
fn canonical_member(member: Member, value: &str) -> String {
    if value.is_empty() {
        return String::new();
    }
    match member {
        Member::CustomerType
        | Member::FirstName
        | Member::MiddleInitial
        | Member::LastName
        | Member::FirstNameSecondary
        | Member::BusinessName
        | Member::CustomerName
        | Member::StreetNumber
        | Member::StreetNumberSuffix
        | Member::Unit
        | Member::Language => text::fold(value),
        Member::BlockCustomerName => {
            // The platform says false where nobody said anything.
            let value = text::fold(value);
            if value == "FALSE" {
                String::new()
            } else {
                value
            }
        }
        Member::PreDirectional | Member::PostDirectional => street::directional(value),
        Member::StreetName | Member::City => text::without_dots(value),
        Member::StreetSuffix => street::suffix(value),
        Member::SecondaryLocationDescription => street::designator(value),
        Member::State => place::state(value),
        Member::PostalCode => place::postal_code(value),
        Member::Country => place::country(value),
        Member::Latitude | Member::Longitude => place::coordinate(value),
    }
}

/// The members in `scope` in which the two differ by meaning, in address order.
pub fn differences(left: &Record, right: &Record, scope: fn(Member) -> bool) -> Vec<Member> {
    // Nearly every comparison of a large run ends here, without an allocation.
    if Member::ALL
        .into_iter()
        .all(|member| left.get(member) == right.get(member))
    {
        return Vec::new();
    }
    let (left, right) = (Canonical::of(left), Canonical::of(right));
    Member::ALL
        .into_iter()
        .filter(|member| scope(*member) && left.get(*member) != right.get(*member))
        .collect()
}

/// Whether the two mean the same in every member of `scope`.
pub fn same(left: &Record, right: &Record, scope: fn(Member) -> bool) -> bool {
    differences(left, right, scope).is_empty()
}

/// The members that say where a place is: what dispatchers go by.
pub const fn is_place(member: Member) -> bool {
    member.is_location() || matches!(member, Member::Country)
}

/// The members that say who and where: what CSR, E911 and listing address share.
pub const fn is_who_and_where(member: Member) -> bool {
    is_place(member)
        || matches!(
            member,
            Member::FirstName | Member::MiddleInitial | Member::LastName | Member::BusinessName
        )
}

/// Whether a live object says no more than the customer service record does:
/// the platform leaves it out or gives a copy (contract notes, C, "e911").
/// A language or coordinates of its own make it more than a copy.
pub fn is_echo(object: Option<&Record>, customer_service_record: Option<&Record>) -> bool {
    let Some(object) = object.filter(|record| !record.is_empty()) else {
        return true;
    };
    let own = [Member::Latitude, Member::Longitude, Member::Language];
    own.into_iter().all(|member| object.get(member).is_empty())
        && customer_service_record.is_some_and(|csr| same(object, csr, is_who_and_where))
}
